//! `GET` and `POST /admin/sessions/new` and `/admin/sessions/{slug}`: a session is written, looked at with what it does to
//! its dates, and kept only then.

use crate::{
    lines::day_words,
    list_sessions::keeps,
    model::{Counts, Feature, Kind, SessionDraft, Wanted},
    parts::{Select, Ticks, render},
    publish::{publish_session, session_id},
    session_form::{REPEATS, Typed, WEEKDAYS},
    shelf::{Events, times},
    store::{self as rows, SessionDate, SessionRow},
    terms::find_terms,
};
use access::{Denied, KeepSessions, On};
use askama::Template;
use axum::extract::{Path, State};
use calendar::{Change, Days, Occurrence, Series, TermCalendar, compare, moment};
use kernel::{Date, Fault, Refusal, Span};
use uuid::Uuid;
use web::{
    CardView, Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors, Input, Radios, Textarea},
    missing, see_other, show_with,
};

#[derive(Template)]
#[template(path = "session_form.html")]
struct FormView {
    card: Option<CardView>,
    summary: String,
    saved: &'static str,
    heading: String,
    slug: Option<String>,
    action: String,
    version: i64,
    looked: String,
    look: Option<Look>,
    dates: Vec<DateLine>,
    what: Vec<String>,
    whom: Vec<String>,
    when: Vec<String>,
    scope: String,
    from: String,
    rest: Vec<String>,
}

/// What an edit would do, in words.
struct Look {
    kept: usize,
    added: Listed,
    gone: Listed,
    moved: Listed,
    is_hidden: bool,
}

struct Listed {
    count: usize,
    lines: Vec<String>,
}

struct DateLine {
    key: String,
    words: String,
    state: String,
}

/// So many dates are named of each kind; the rest are counted.
const DATES_NAMED: usize = 12;
/// How far ahead an edit is looked at.
const LOOK_DAYS: i32 = 400;

/// What the form offers, and the session if there is one.
struct Desk {
    row: Option<SessionRow>,
    draft: Option<SessionDraft>,
    dates: Vec<SessionDate>,
    organizations: Vec<(String, String, Uuid)>,
    places: Vec<(String, String)>,
    services: Vec<(String, String)>,
    terms: TermCalendar,
}

async fn open(events: &Events, who: &Who, slug: Option<String>) -> Result<Option<Desk>, Fault> {
    let now = events.site().clock().now();
    let desk = events
        .site()
        .db()
        .read(move |tx| {
            let row = match &slug {
                Some(slug) => match rows::find_session_by_slug(tx, slug)? {
                    Some(row) => Some(row),
                    None => return Ok(None),
                },
                None => None,
            };
            let dates = match &row {
                Some(row) => rows::list_dates_of(tx, row.id, now)?,
                None => Vec::new(),
            };
            let entries = directory::list_entries(tx)?;
            Ok(Some(Desk {
                draft: row.as_ref().map(SessionRow::draft).transpose()?,
                row,
                dates: dates.into_iter().filter(|date| date.state != "dropped").collect(),
                organizations: directory::list_organizations(tx)?
                    .into_iter()
                    .map(|line| (line.slug, line.name, line.id.uuid()))
                    .collect(),
                places: directory::list_places(tx)?
                    .into_iter()
                    .map(|place| (place.slug, place.name))
                    .collect(),
                services: entries.into_iter().map(|line| (line.slug, line.name)).collect(),
                terms: find_terms(tx)?,
            }))
        })
        .await?;
    let Some(mut desk) = desk else { return Ok(None) };
    if desk.row.as_ref().is_some_and(|row| !keeps(who, row.organization_id)) {
        return Err(Denied { action: access::Action::KeepSessions, signed_in: true }.into());
    }
    desk.organizations.retain(|(_, _, id)| keeps(who, *id));
    Ok(Some(desk))
}

pub(crate) async fn get_new(State(events): State<Events>, who: Who) -> Reply {
    let Some(desk) = open(&events, &who, None).await? else { return Ok(missing()) };
    page(&events, &desk, &Typed::empty(), &Errors::default(), Shown::default())
}

pub(crate) async fn get(
    State(events): State<Events>,
    who: Who,
    Path(slug): Path<String>,
    params: Params,
) -> Reply {
    let Some(desk) = open(&events, &who, Some(slug)).await? else { return Ok(missing()) };
    let typed = desk.draft.as_ref().map_or_else(Typed::empty, Typed::of);
    let saved = match params.get("saved") {
        "date" => "Saved. Families see the change of this date now.",
        "1" => "Saved. Families see it within a minute, if it is published.",
        _ => "",
    };
    page(&events, &desk, &typed, &Errors::default(), Shown { saved, ..Shown::default() })
}

pub(crate) async fn post_new(State(events): State<Events>, who: Who, form: Form) -> Reply {
    let Some(desk) = open(&events, &who, None).await? else { return Ok(missing()) };
    keep(&events, &who, &desk, &form).await
}

pub(crate) async fn post(
    State(events): State<Events>,
    who: Who,
    Path(slug): Path<String>,
    form: Form,
) -> Reply {
    let Some(desk) = open(&events, &who, Some(slug)).await? else { return Ok(missing()) };
    keep(&events, &who, &desk, &form).await
}

async fn keep(events: &Events, who: &Who, desk: &Desk, form: &Form) -> Reply {
    let site = events.site();
    let everything: Vec<&str> = form.each().map(|(_, value)| value).collect();
    let screened = site.screen(&everything.join("\n"));
    let card = site.card(screened.verdict()).map(CardView::above);
    let typed = Typed::read(form);
    let draft = match parse(desk, &typed) {
        Ok(draft) => draft,
        Err(errors) => return page(events, desk, &typed, &errors, Shown { card, ..Shown::default() }),
    };
    let organization = desk.organizations.iter().find(|(slug, ..)| *slug == draft.organization);
    let Some((_, _, organization)) = organization else {
        let errors = Errors(vec![Refusal::at("organization", "Choose who holds it")]);
        return page(events, desk, &typed, &errors, Shown { card, ..Shown::default() });
    };
    let on = On::one("session", session_id(&draft.slug).uuid()).of_organization(*organization);
    let may = who.may::<KeepSessions>(on)?;
    // What is saved is what was looked at, to the letter.
    let hash = web::content_hash(serde_json::to_string(&draft)?.as_bytes());
    if form.get("looked") != hash {
        let look = Some((look(desk, &draft, site.clock().today())?, hash));
        return page(events, desk, &typed, &Errors::default(), Shown { card, look, ..Shown::default() });
    }
    let (now, version) = (site.clock().now(), form.get("version").parse::<i64>().unwrap_or(0));
    let slug = draft.slug.clone();
    let kept = site
        .db()
        .write(move |tx| {
            let current = rows::find_session_by_slug(tx, &draft.slug)?.map_or(0, |row| row.changes);
            if current != version {
                let sentence =
                    "Somebody else changed this session meanwhile. Open it in another tab and compare";
                return Ok(Err(vec![Refusal::at("", sentence)]));
            }
            Ok(publish_session(tx, &may, &draft, now)?.map(|_| ()))
        })
        .await?;
    match kept {
        Ok(()) => Ok(see_other(&format!("/admin/sessions/{slug}?saved=1"))),
        Err(wrong) => page(events, desk, &typed, &Errors(wrong), Shown { card, ..Shown::default() }),
    }
}

fn parse(desk: &Desk, typed: &Typed) -> Result<SessionDraft, Errors> {
    let draft = typed.parse(desk.draft.as_ref())?;
    let mut errors = Errors::default();
    if let Some(place) = &draft.place
        && desk.places.iter().all(|(slug, _)| slug != place)
    {
        errors.0.push(Refusal::at("place", "Choose a place from the list"));
    }
    if errors.is_empty() { Ok(draft) } else { Err(errors) }
}

/// Holds the dates of the session as it stands against those it would have.
fn look(desk: &Desk, draft: &SessionDraft, today: Date) -> Result<Look, Fault> {
    let days = Days::new(today, today.checked_add(Span::new().days(LOOK_DAYS))?)?;
    let before = desk.draft.as_ref().filter(|before| before.wanted == Wanted::Published);
    let was = before.map(|before| occurrences(before, &desk.terms, days)).unwrap_or_default();
    let is_hidden = draft.wanted != Wanted::Published;
    let now = if is_hidden { Vec::new() } else { occurrences(draft, &desk.terms, days) };
    let Change { kept, added, gone, moved } = compare(&was, &now, today);
    let listed = |lines: Vec<String>| Listed {
        count: lines.len(),
        lines: lines.into_iter().take(DATES_NAMED).collect(),
    };
    let words = |dates: &[Occurrence]| dates.iter().map(|date| moment(date.starts)).collect();
    let changed = moved.iter().map(|pair| match &pair.now.standing {
        calendar::Standing::Cancelled { reason } => {
            format!("{}: cancelled, {reason}", moment(pair.was.starts))
        }
        _ if pair.was.starts == pair.now.starts => {
            format!("{}: the length, the place or how it stands changes", moment(pair.was.starts))
        }
        _ => format!("{} becomes {}", moment(pair.was.starts), moment(pair.now.starts)),
    });
    Ok(Look {
        kept: kept.len(),
        added: listed(words(&added)),
        gone: listed(words(&gone)),
        moved: listed(changed.collect()),
        is_hidden,
    })
}

fn occurrences(draft: &SessionDraft, terms: &TermCalendar, days: Days) -> Vec<Occurrence> {
    let series = draft.parts.iter().filter_map(|part| Series::new(part.clone()).ok());
    let mut all: Vec<Occurrence> = series.flat_map(|series| series.occurrences(terms, days)).collect();
    all.sort_by_key(|occurrence| (occurrence.starts_at, occurrence.key));
    all
}

/// What a page shows besides the form.
#[derive(Default)]
struct Shown {
    card: Option<CardView>,
    look: Option<(Look, String)>,
    saved: &'static str,
}

fn page(events: &Events, desk: &Desk, typed: &Typed, errors: &Errors, shown: Shown) -> Reply {
    let fields = Fields { typed, errors };
    let name = desk.draft.as_ref().map(|draft| draft.title.clone());
    let heading = name.unwrap_or_else(|| "Add a session".to_owned());
    let slug = desk.draft.as_ref().map(|draft| draft.slug.clone());
    let organizations: Vec<(String, String)> =
        desk.organizations.iter().map(|(slug, name, _)| (slug.clone(), name.clone())).collect();
    let words = |all: &[(&'static str, &'static str)]| all.to_vec();
    let kinds: Vec<_> = Kind::ALL.iter().map(|kind| (kind.key(), kind.words())).collect();
    let counts: Vec<_> = Counts::ALL.iter().map(|counts| (counts.key(), counts.words())).collect();
    let wanted: Vec<_> = Wanted::ALL.iter().map(|wanted| (wanted.key(), wanted.words())).collect();
    let features: Vec<_> = Feature::ALL.iter().map(|feature| (feature.key(), feature.words())).collect();
    let is_new = desk.row.is_none();
    let repeats: Vec<_> = REPEATS.iter().copied().filter(|(key, _)| !is_new || *key != "as_it_is").collect();
    let (look, looked) = shown.look.map_or((None, String::new()), |(look, hash)| (Some(look), hash));
    let body = FormView {
        card: shown.card,
        summary: render(&ErrorSummary { errors })?,
        saved: shown.saved,
        action: slug
            .as_ref()
            .map_or("/admin/sessions/new".to_owned(), |slug| format!("/admin/sessions/{slug}")),
        version: desk.row.as_ref().map_or(0, |row| row.changes),
        looked,
        look,
        dates: desk.dates.iter().take(DATES_NAMED * 2).map(date_line).collect(),
        what: vec![
            fields.line("title", "Name", "As families call it.")?,
            fields.text("summary", "In one or two sentences", "", 3)?,
            fields.text(
                "description",
                "More about it (optional)",
                "Leave a line empty between paragraphs.",
                6,
            )?,
            fields.select("organization", "Who holds it", "Choose", &organizations)?,
            fields.select("service", "The entry it belongs to (optional)", "None", &desk.services)?,
        ],
        whom: vec![
            fields.radios("kind", "How do people come?", &kinds)?,
            fields.line("age_from", "From which age, in months", "0 is from birth. 24 is from 2 years.")?,
            fields.line("age_under", "Under which age, in months (optional)", "60 is under 5 years.")?,
            fields.radios(
                "siblings",
                "May brothers and sisters of other ages come?",
                &[("yes", "Yes"), ("", "No")],
            )?,
            fields.line("places", "Places on each date", "Leave empty for a drop-in where nobody counts.")?,
            fields.radios("counts", "Who takes up a place?", &counts)?,
        ],
        when: vec![
            fields.input("start", "First date", "", "date")?,
            fields.input("begins", "Starts at", "", "time")?,
            fields.input("ends", "Ends at", "", "time")?,
            fields.radios("repeats", "How often?", &repeats)?,
            fields.ticks(
                "weekdays",
                "On which days?",
                "None is the weekday of the first date.",
                &words(&WEEKDAYS),
            )?,
            fields.input("until", "Until (optional)", "The last day on which it may be held.", "date")?,
            fields.radios(
                "season",
                "In which part of the year?",
                &[
                    ("term_time", "Term time only"),
                    ("school_holidays", "School holidays only"),
                    ("all_year", "All year"),
                ],
            )?,
            fields.radios("bank_holidays", "On bank holidays?", &[("closed", "No"), ("open", "Yes")])?,
        ],
        scope: fields.radios(
            "scope",
            "Which dates do the changes above belong to?",
            &[("all", "All dates"), ("follow", "The dates from one day on")],
        )?,
        from: fields.input("from", "From which day on", "Only if you chose one day on.", "date")?,
        rest: vec![
            fields.select("place", "Place", "Only online", &desk.places)?,
            fields.line("room", "Room (optional)", "")?,
            fields.line(
                "online_link",
                "Link to join online (optional)",
                "Given to who has booked, never shown.",
            )?,
            fields.line(
                "cost",
                "Cost (optional)",
                "‘Free’, or the price in words. Empty is shown as ‘not given’.",
            )?,
            fields.ticks("features", "What matters to some families", "", &features)?,
            fields.line("led_by", "Led by (optional)", "A team or a role, not a name.")?,
            fields.line("bring", "What to bring (optional)", "")?,
            render(&Input {
                value: &typed.source,
                ..fields.of("source", "Where the facts come from", "", "text")
            })?,
            fields.radios("wanted", "Who sees it?", &wanted)?,
        ],
        slug,
        heading: heading.clone(),
    };
    let (status, title) = errors.page(&heading);
    show_with(events.site(), status, &Page::new(title), &body)
}

fn date_line(date: &SessionDate) -> DateLine {
    DateLine {
        key: date.date_key.clone(),
        words: format!("{}, {}", day_words(date.day), times(date)),
        state: match date.state.as_str() {
            "cancelled" => format!("Cancelled: {}", date.reason),
            "moved" => "Moved".to_owned(),
            _ => String::new(),
        },
    }
}

/// The fields of the form with what was typed into them.
struct Fields<'a> {
    typed: &'a Typed,
    errors: &'a Errors,
}

impl<'a> Fields<'a> {
    fn of(&self, name: &'a str, label: &'a str, hint: &'a str, kind: &'a str) -> Input<'a> {
        let (value, error) = (self.typed.get(name), self.errors.at(name));
        Input { name, label, hint, value, kind, autocomplete: "off", error }
    }

    fn input(&self, name: &'a str, label: &'a str, hint: &'a str, kind: &'a str) -> Result<String, Fault> {
        render(&self.of(name, label, hint, kind))
    }

    fn line(&self, name: &'a str, label: &'a str, hint: &'a str) -> Result<String, Fault> {
        self.input(name, label, hint, "text")
    }

    fn text(&self, name: &str, label: &str, hint: &str, rows: u8) -> Result<String, Fault> {
        let (value, error) = (self.typed.get(name), self.errors.at(name));
        render(&Textarea { name, label, hint, value, rows, error })
    }

    fn radios(&self, name: &str, legend: &str, answers: &[(&str, &str)]) -> Result<String, Fault> {
        let (value, error) = (self.typed.get(name), self.errors.at(name));
        render(&Radios { name, legend, hint: "", answers, value, error })
    }

    fn select(
        &self,
        name: &str,
        label: &str,
        none: &str,
        answers: &[(String, String)],
    ) -> Result<String, Fault> {
        let (value, error) = (self.typed.get(name), self.errors.at(name));
        render(&Select { name, label, hint: "", none, answers, value, error })
    }

    fn ticks(&self, name: &str, legend: &str, hint: &str, answers: &[(&str, &str)]) -> Result<String, Fault> {
        let values = if name == "weekdays" { &self.typed.weekdays } else { &self.typed.features };
        render(&Ticks { name, legend, hint, answers, values, error: self.errors.at(name) })
    }
}
