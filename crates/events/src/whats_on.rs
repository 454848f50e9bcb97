//! `GET /whats-on`: what is held today, this week or this month, near whom it is for.

use crate::{
    answer::{Group, answer},
    lines::{Line, Standing, day_month, day_words, short_day},
    question::{Question, Reach, View, metres_away},
    shelf::{At, Events, Shelf},
};
use askama::Template;
use axum::extract::State;
use directory::{TypedPlace, find_typed_place};
use kernel::{Date, Span};
use settings::{Council, MapTiles};
use std::collections::BTreeMap;
use web::{CardView, Nav, Page, Params, Reply, say, show};

#[derive(Template)]
#[template(path = "whats_on.html")]
struct WhatsOnView {
    card: Option<CardView>,
    heading: String,
    counted: String,
    tabs: Vec<Tab>,
    views: Vec<Tab>,
    question: Question,
    /// What the search box, and the panel, carry along and do not ask for.
    carried: Vec<(&'static str, String)>,
    panel_carried: Vec<(&'static str, String)>,
    place_error: Option<String>,
    /// 'Nearest: WA8 7QF'; empty where nobody said where they are.
    near: String,
    from: String,
    groups: Vec<Group>,
    chosen: usize,
    week: Option<Week>,
    days: Vec<Day>,
    map: Option<MapTiles>,
    /// In the stead of the days, where the map is looked at.
    places: Vec<PlaceDates>,
    elsewhere: Vec<PlaceDates>,
    earlier: Option<String>,
    later: String,
    ways_on: Vec<WayOn>,
    feed: String,
    age_sentence: String,
    phone: String,
    dialled: String,
}

/// Today, this week, this month.
struct Tab {
    href: String,
    words: &'static str,
    is_here: bool,
    /// Where the screen is narrow there is no such view.
    is_wide: bool,
}

/// A place with its dates, as the map and the list beside it show them.
struct PlaceDates {
    name: String,
    href: String,
    point: Option<(f64, f64)>,
    distance: String,
    lines: Vec<Line>,
}

/// The same dates as a table: columns of days, rows of morning, afternoon and evening.
struct Week {
    columns: Vec<Column>,
    rows: Vec<Row>,
}

struct Column {
    short: String,
    long: String,
    is_today: bool,
}

struct Row {
    words: &'static str,
    cells: Vec<Cell>,
}

struct Cell {
    is_today: bool,
    /// By number of the day and of the line in it.
    lines: Vec<(usize, usize)>,
}

/// A day of the list.
struct Day {
    id: String,
    words: String,
    note: &'static str,
    lines: Vec<Line>,
}

/// What to try instead where nothing answers.
struct WayOn {
    href: String,
    words: String,
}

pub(crate) async fn get(State(events): State<Events>, params: Params) -> Reply {
    let site = events.site();
    let shelf = events.shelf();
    let council = site.council();
    let screened = site.screen(&params.typed(&["q", "postcode", "age", "where"]));
    let mut question = Question::read(|name| params.all(name).map(str::to_owned).collect());
    question.from = question.from.filter(|from| *from != shelf.today);
    if question.view == View::Map && council.map.is_none() {
        question.view = View::Usual;
    }
    let (here, place_error) = match find_typed_place(site, &question.postcode).await? {
        Ok(here) => (here, None),
        Err(sentence) => (None, Some(sentence)),
    };
    let here = here.as_ref();
    if here.is_none() {
        question.within = String::new();
    }
    let answer = answer(&shelf, &council, &question, here);
    let (first, last) = question.days(shelf.today);
    let days = days(&shelf, &answer.dates, (first, last), question.reach, here);
    let is_map = question.view == View::Map;
    let (places, elsewhere) = if is_map { by_place(&answer.dates, here) } else { Default::default() };
    let has_grid = question.reach == Reach::Week && question.view == View::Usual;
    let cancelled = answer.dates.len() - answer.held;
    let ways_on =
        if answer.dates.is_empty() { ways_on(&shelf, &council, &question, here) } else { Vec::new() };
    let body = WhatsOnView {
        card: site.card(screened.verdict()).map(CardView::above),
        heading: heading(question.reach, first, last, shelf.today),
        counted: counted(answer.held, cancelled),
        tabs: tabs(&question),
        views: views(&question, &council),
        carried: question.carried(&["q", "postcode"]),
        panel_carried: question
            .carried(&["from", "within", "where", "age", "day", "time", "how", "with", "cost"]),
        place_error,
        near: here.filter(|here| here.tells_distance).map_or_else(String::new, |here| here.label.clone()),
        from: first.to_string(),
        chosen: answer.groups.iter().flat_map(|group| &group.choices).filter(|choice| choice.is_on).count(),
        groups: answer.groups,
        week: has_grid.then(|| week(&days, first, shelf.today)),
        days,
        map: council.map.clone().filter(|_| is_map),
        places,
        elsewhere,
        earlier: (first > shelf.today).then(|| moved(&question, first, -1, shelf.today)),
        later: moved(&question, first, 1, shelf.today),
        ways_on,
        feed: feed_address(&question),
        age_sentence: age_sentence(&question),
        phone: council.phone.clone(),
        dialled: council.phone_dialled(),
        question,
    };
    let page = Page::new(body.heading.clone())
        .describing(format!("Groups, drop-ins and courses for families in {}.", council.area_name))
        .at("/whats-on")
        .under(Nav::WhatsOn);
    let page = if is_map { page.with_map() } else { page };
    show(site, &page, &body)
}

fn heading(reach: Reach, first: Date, last: Date, today: Date) -> String {
    match reach {
        Reach::Today if first == today => format!("What’s on today, {}", day_words(first)),
        Reach::Today => format!("What’s on, {}", day_words(first)),
        _ => format!("What’s on, {}", days_words(first, last)),
    }
}

/// '22 to 28 November', '30 November to 6 December', '28 December 2026 to 3 January 2027'.
fn days_words(first: Date, last: Date) -> String {
    let (begin, end) = (day_month(first), day_month(last));
    match (first.year() == last.year(), first.month() == last.month()) {
        (true, true) => format!("{} to {end}", first.day()),
        (true, false) => format!("{begin} to {end}"),
        _ => say::from_to(first, last),
    }
}

fn counted(held: usize, cancelled: usize) -> String {
    let held = say::count(held, "date is on", "dates are on");
    match cancelled {
        0 => format!("{held}."),
        1 => format!("{held}. One more was planned and is cancelled."),
        more => format!("{held}. {more} more were planned and are cancelled."),
    }
}

fn age_sentence(question: &Question) -> String {
    if question.is_age_known() {
        return String::new();
    }
    "We could not read that age, so we show every age. Write it like ‘3’ or ‘18 months’.".to_owned()
}

fn tabs(question: &Question) -> Vec<Tab> {
    Reach::ALL
        .into_iter()
        .map(|(reach, _, words, _)| Tab {
            href: Question { reach, from: None, ..question.clone() }.href(),
            words,
            is_here: question.reach == reach && question.from.is_none(),
            is_wide: false,
        })
        .collect()
}

/// The same dates, looked at in another way. Without a map there is no word of one.
fn views(question: &Question, council: &Council) -> Vec<Tab> {
    let is_week = question.reach == Reach::Week;
    let list = if is_week { View::List } else { View::Usual };
    let grid = is_week.then_some((View::Usual, "Week grid", true));
    let map = council.map.is_some().then_some((View::Map, "Map", false));
    let is_here = |view| match question.view {
        View::Map => view == View::Map,
        now => view == now || (!is_week && view == list),
    };
    let ways = grid.into_iter().chain([(list, "Day by day", false)]).chain(map);
    let tab = |(view, words, is_wide)| Tab {
        href: Question { view, ..question.clone() }.href(),
        words,
        is_here: is_here(view),
        is_wide,
    };
    ways.map(tab).collect()
}

/// Places that are on the map, the nearest first where somebody said where they are, and then what is on none.
fn by_place(dates: &[At], here: Option<&TypedPlace>) -> (Vec<PlaceDates>, Vec<PlaceDates>) {
    let mut places: BTreeMap<(u64, String), PlaceDates> = BTreeMap::new();
    for (number, at) in dates.iter().enumerate() {
        let metres = here.and_then(|here| metres_away(at, (here.latitude, here.longitude)));
        let name = at.place.map_or_else(|| "Online, or no place given".to_owned(), |place| place.words());
        let key = (metres.map_or(u64::MAX, |metres| metres as u64), name.clone());
        let place = places.entry(key).or_insert_with(|| PlaceDates {
            name,
            href: at
                .place
                .filter(|place| place.is_hub)
                .map_or_else(String::new, |place| format!("/hubs/{}", place.slug)),
            point: at.place.and_then(|place| place.point),
            distance: distance(at, here),
            lines: Vec::new(),
        });
        place.lines.push(Line::of(at, number));
    }
    places.into_values().partition(|place| place.point.is_some())
}

/// '0.8 miles away'; empty where nobody said where they are, or that is known only roughly.
fn distance(at: &At, here: Option<&TypedPlace>) -> String {
    let here = here.filter(|here| here.tells_distance);
    let metres = here.and_then(|here| metres_away(at, (here.latitude, here.longitude)));
    metres.map_or_else(String::new, say::distance)
}

fn moved(question: &Question, first: Date, steps: i32, today: Date) -> String {
    let to = first.saturating_add(Span::new().days(question.reach.days() * steps)).max(today);
    Question { from: Some(to).filter(|to| *to != today), ..question.clone() }.href()
}

/// Days on which nothing is held are told in a week, and left out of a month.
fn days(
    shelf: &Shelf,
    dates: &[At],
    (first, last): (Date, Date),
    reach: Reach,
    here: Option<&TypedPlace>,
) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    let mut day = first;
    let mut rest = dates.iter().enumerate().peekable();
    while day <= last {
        let mut lines = Vec::new();
        while let Some((number, at)) = rest.next_if(|(_, at)| at.date.day == day) {
            lines.push(Line { distance: distance(at, here), ..Line::of(at, number) });
        }
        if !lines.is_empty() || (reach != Reach::Month && !dates.is_empty()) {
            let note = match shelf.today.until(day).map_or(-1, |span| span.get_days()) {
                0 => "Today",
                1 => "Tomorrow",
                _ => "",
            };
            days.push(Day { id: format!("day-{day}"), words: day_words(day), note, lines });
        }
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    days
}

fn week(days: &[Day], first: Date, today: Date) -> Week {
    let dates: Vec<Date> = (0..7).map(|number| first.saturating_add(Span::new().days(number))).collect();
    let columns = dates
        .iter()
        .map(|date| {
            let long = day_words(*date);
            let month = long.rsplit_once(' ').map_or("", |(_, month)| month).to_owned();
            Column { short: short_day(*date), long: month, is_today: *date == today }
        })
        .collect();
    let rows = ["Morning", "Afternoon", "Evening"]
        .into_iter()
        .enumerate()
        .map(|(part, words)| Row {
            words,
            cells: dates.iter().map(|date| cell(days, *date, part, today)).collect(),
        })
        .collect();
    Week { columns, rows }
}

fn cell(days: &[Day], date: Date, part: usize, today: Date) -> Cell {
    let lines = days.iter().enumerate().flat_map(|(number, day)| {
        let here = day.lines.iter().enumerate();
        here.filter(move |(_, line)| line.day == date && line.part_of_day == part)
            .map(move |(at, _)| (number, at))
    });
    Cell { is_today: date == today, lines: lines.collect() }
}

/// Where nothing answers: which one thing to let go of and how many dates that gives, in the same days or, failing that,
/// in the weeks that follow.
fn ways_on(shelf: &Shelf, council: &Council, question: &Question, here: Option<&TypedPlace>) -> Vec<WayOn> {
    let held = |other: &Question| answer(shelf, council, other, here).held;
    let longer = |question: &Question| Question { reach: Reach::Month, ..question.clone() };
    let mut ways: Vec<WayOn> = Vec::new();
    let mut offer = |words: &str, other: &Question, count: usize| {
        let href = other.href();
        if count > 0 && ways.iter().all(|way| way.href != href) {
            ways.push(WayOn { href, words: format!("{words}: {}", say::count(count, "date", "dates")) });
        }
    };
    for (words, other) in question.each_let_go() {
        match held(&other) {
            0 => offer(&format!("{words}, in the next four weeks"), &longer(&other), held(&longer(&other))),
            count => offer(words, &other, count),
        }
    }
    offer("The next four weeks", &longer(question), held(&longer(question)));
    if question.is_narrowed() {
        let everything = longer(&question.cleared());
        offer("Everything in the next four weeks", &everything, held(&everything));
    }
    ways
}

/// The calendar of the same question, whose dates go on after these days.
fn feed_address(question: &Question) -> String {
    match question.narrowing().as_str() {
        "" => "/calendar/whats-on.ics".to_owned(),
        narrowing => format!("/calendar/whats-on.ics?{narrowing}"),
    }
}
