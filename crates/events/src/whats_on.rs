//! `GET /whats-on`: what is held today, this week or this month, near whom it is for.

use crate::{
    lines::{Line, Standing, day_month, day_words, short_day},
    question::{Group, Question, Reach, answer},
    shelf::{Events, Shelf},
};
use askama::Template;
use axum::extract::State;
use kernel::{Date, Span};
use web::{CardView, Nav, Page, Params, Reply, say, show};

#[derive(Template)]
#[template(path = "whats_on.html")]
struct WhatsOnView {
    card: Option<CardView>,
    heading: String,
    counted: String,
    tabs: Vec<Tab>,
    question: Question,
    from: String,
    groups: Vec<Group>,
    chosen: usize,
    week: Option<Week>,
    days: Vec<Day>,
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
    let screened = site.screen(&params.typed(&["age", "where"]));
    let mut question = Question::read(|name| params.all(name).map(str::to_owned).collect());
    question.from = question.from.filter(|from| *from != shelf.today);
    let answer = answer(&shelf, &council, &question);
    let (first, last) = question.days(shelf.today);
    let days = days(&shelf, &answer.dates, first, last, question.reach);
    let cancelled = answer.dates.len() - answer.held;
    let ways_on = if answer.dates.is_empty() { ways_on(&shelf, &council, &question) } else { Vec::new() };
    let body = WhatsOnView {
        card: site.card(screened.verdict()).map(CardView::above),
        heading: heading(question.reach, first, last, shelf.today),
        counted: counted(answer.held, cancelled),
        tabs: tabs(&question),
        from: first.to_string(),
        chosen: answer.groups.iter().flat_map(|group| &group.choices).filter(|choice| choice.is_on).count(),
        groups: answer.groups,
        week: (question.reach == Reach::Week).then(|| week(&days, first, shelf.today)),
        days,
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
        })
        .collect()
}

fn moved(question: &Question, first: Date, steps: i32, today: Date) -> String {
    let to = first.saturating_add(Span::new().days(question.reach.days() * steps)).max(today);
    Question { from: Some(to).filter(|to| *to != today), ..question.clone() }.href()
}

/// Days on which nothing is held are told in a week, and left out of a month.
fn days(shelf: &Shelf, dates: &[crate::shelf::At], first: Date, last: Date, reach: Reach) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    let mut day = first;
    let mut rest = dates.iter().enumerate().peekable();
    while day <= last {
        let mut lines = Vec::new();
        while let Some((number, at)) = rest.next_if(|(_, at)| at.date.day == day) {
            lines.push(Line::of(at, number));
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

/// The same question with one thing let go, where that finds something, and the weeks that follow.
fn ways_on(shelf: &Shelf, council: &settings::Council, question: &Question) -> Vec<WayOn> {
    let mut ways = Vec::new();
    let mut offer = |words: &str, other: Question| {
        let held = answer(shelf, council, &other).held;
        if other != *question && held > 0 {
            let count = say::count(held, "date", "dates");
            ways.push(WayOn { href: other.href(), words: format!("{words}: {count}") });
        }
    };
    let longer = |question: &Question| Question { reach: Reach::Month, ..question.clone() };
    offer("The next four weeks", longer(question));
    if !question.place.is_empty() {
        offer("Any town or hub", Question { place: String::new(), ..longer(question) });
    }
    if !question.age.is_empty() {
        offer("Any age", Question { age: String::new(), ..longer(question) });
    }
    if !question.days.is_empty() {
        offer("Any day", Question { days: Vec::new(), ..longer(question) });
    }
    if question.is_narrowed() {
        offer("Everything in the next four weeks", longer(&question.cleared()));
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
