//! `GET /whats-on/{slug}`: one session, whom it is for, its next dates with how each stands, and how to come.

use crate::{
    event_data::json_ld,
    lines::{Standing, clock_words, cost_words, day_words, for_whom, how_to_come, place_words},
    model::{Feature, Kind, Wanted},
    shelf::{At, Events, Session, Shelf, times},
};
use askama::Template;
use axum::extract::{Path, State};
use kernel::{Fault, Instant};
use web::{Nav, Page, Reply, missing, say, show};

#[derive(Template)]
#[template(path = "session.html")]
struct SessionView {
    slug: String,
    title: String,
    summary: String,
    paragraphs: Vec<String>,
    has_ended: bool,
    /// The next date in one line, or why there is none.
    next: String,
    when: Vec<String>,
    dates: Vec<DateView>,
    more_dates: usize,
    for_whom: String,
    how: &'static str,
    is_drop_in: bool,
    /// What the way to book says, where families book it on this site.
    book: Option<&'static str>,
    /// Where they do: the session's own page, or that of the programme which it belongs to.
    book_at: String,
    how_to_come: String,
    places: Vec<PlaceView>,
    is_online: bool,
    cost: Option<String>,
    bring: String,
    led_by: String,
    features: Vec<&'static str>,
    is_step_free: bool,
    organization: (String, String),
    service: Option<(String, String)>,
    source: String,
    checked: String,
    link: String,
    qr: String,
    phone: String,
    dialled: String,
}

struct DateView {
    day: String,
    times: String,
    place: String,
    standing: Standing,
    /// Where this date alone is booked; empty where it is not.
    book_at: String,
}

struct PlaceView {
    slug: String,
    words: String,
    room: String,
    address: String,
    is_hub: bool,
    is_sensitive: bool,
}

/// So many dates are shown; the rest are counted.
const DATES_SHOWN: usize = 12;

pub(crate) async fn get(State(events): State<Events>, Path(slug): Path<String>) -> Reply {
    let site = events.site();
    let shelf = events.shelf();
    let Some(session) = shelf.find(&slug).filter(|session| session.draft.wanted != Wanted::Draft) else {
        return Ok(missing());
    };
    let now = site.clock().now();
    let dates: Vec<At> = shelf.from(now).filter(|at| at.session.id == session.id).collect();
    let path = format!("/whats-on/{slug}");
    let mut page = Page::new(session.draft.title.clone())
        .describing(session.draft.summary.clone())
        .at(path.clone())
        .under(Nav::WhatsOn);
    if let Some(data) = json_ld(site, &dates) {
        page = page.about(&data);
    }
    let link = site.absolute(&path);
    let council = site.council();
    let body = SessionView {
        phone: council.phone.clone(),
        dialled: council.phone_dialled(),
        ..view(&shelf, session, &dates, link, now)?
    };
    show(site, &page, &body)
}

fn view(
    shelf: &Shelf,
    session: &Session,
    dates: &[At],
    link: String,
    now: Instant,
) -> Result<SessionView, Fault> {
    let draft = &session.draft;
    let next = dates.iter().find(|at| at.date.is_held());
    let shown = dates.iter().take(DATES_SHOWN).map(|at| DateView {
        day: day_words(at.date.day),
        times: times(at.date),
        place: place_words(at),
        standing: Standing::of(at),
        book_at: if at.date.is_held() { book_one_at(at) } else { String::new() },
    });
    let is_step_free = draft.features.contains(&Feature::StepFree)
        || dates.first().is_some_and(|at| at.has(Feature::StepFree));
    Ok(SessionView {
        slug: draft.slug.clone(),
        title: draft.title.clone(),
        summary: draft.summary.clone(),
        paragraphs: paragraphs(&draft.description),
        has_ended: draft.wanted == Wanted::Ended,
        next: next.map(|at| next_words(at, now)).unwrap_or_default(),
        when: session.when.clone(),
        more_dates: dates.len().saturating_sub(DATES_SHOWN),
        dates: shown.collect(),
        for_whom: for_whom(session),
        how: draft.kind.words(),
        is_drop_in: draft.is_drop_in(),
        book: next.filter(|_| draft.wanted == Wanted::Published).and(match draft.kind {
            Kind::BookOn => Some("Book a place"),
            Kind::Course => Some("Book the course"),
            Kind::OneToOne => Some("Book an appointment"),
            Kind::DropIn | Kind::Invitation | Kind::Referral => None,
        }),
        book_at: next.map_or_else(String::new, book_at),
        how_to_come: how_to_come(session),
        places: places(shelf, session, dates),
        is_online: !draft.online_link.is_empty(),
        cost: cost_words(session),
        bring: draft.bring.clone(),
        led_by: draft.led_by.clone(),
        features: draft.features.iter().map(|feature| feature.words()).collect(),
        is_step_free,
        organization: (draft.organization.clone(), session.organization.clone()),
        service: session.service.clone(),
        source: draft.source.clone(),
        checked: say::day_month_year(kernel::civil_today(session.changed_at)),
        qr: crate::qr::svg(&link),
        link,
        phone: String::new(),
        dialled: String::new(),
    })
}

/// Where a session is booked, with its next date chosen already, so that a family that is known here needs three taps.
fn book_at(next: &At) -> String {
    let draft = &next.session.draft;
    match book_one_at(next) {
        one if !one.is_empty() => one,
        _ => draft.booked_through.clone().unwrap_or_else(|| format!("/whats-on/{}/book", draft.slug)),
    }
}

/// Where one date is booked by itself: a course is booked whole, and a programme has a page of its own.
fn book_one_at(at: &At) -> String {
    let draft = &at.session.draft;
    let is_by_date = draft.kind == Kind::BookOn && draft.booked_through.is_none();
    if !is_by_date || draft.wanted != Wanted::Published {
        return String::new();
    }
    format!("/whats-on/{}/book?date={}", draft.slug, at.date.id)
}

fn next_words(at: &At, now: Instant) -> String {
    let day = match kernel::civil_today(now).until(at.date.day).map_or(-1, |span| span.get_days()) {
        0 => "Today".to_owned(),
        1 => "Tomorrow".to_owned(),
        _ => day_words(at.date.day),
    };
    format!("{day}, {}", clock_words(at))
}

/// The session's own place first, then those to which single dates were moved.
fn places(shelf: &Shelf, session: &Session, dates: &[At]) -> Vec<PlaceView> {
    let own = session.draft.place.as_ref().and_then(|slug| shelf.places.get(slug));
    let mut places = Vec::new();
    for place in own.into_iter().chain(dates.iter().filter_map(|at| at.place)) {
        let room =
            if place.is_sensitive || own != Some(place) { String::new() } else { session.draft.room.clone() };
        let view = PlaceView {
            slug: place.slug.clone(),
            words: place.words(),
            room,
            address: place.address(),
            is_hub: place.is_hub,
            is_sensitive: place.is_sensitive,
        };
        if places.iter().all(|known: &PlaceView| known.words != view.words) {
            places.push(view);
        }
    }
    places
}

/// What somebody wrote, in paragraphs and without any markup of theirs.
fn paragraphs(text: &str) -> Vec<String> {
    let plain = text.replace("\r\n", "\n");
    plain.split("\n\n").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}
