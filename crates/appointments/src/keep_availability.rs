//! `GET` and `POST /admin/appointments/new` and `/admin/appointments/{slug}`: a team says when it can be seen, looks at the
//! times of the next two weeks, and keeps it only then.

use crate::{
    Appointments,
    form::Typed,
    model::{AvailabilityDraft, BookedTime, WEEKDAYS, follows_terms, held},
    publish::{look, publish_availability},
    store::{self as rows, AvailabilityRow},
    times::day_words,
};
use access::{Denied, KeepSessions, May, On};
use askama::Template;
use axum::extract::{Path, State};
use calendar::{TermCalendar, time_of_day};
use events::Wanted;
use kernel::{Date, Fault, Refusal, Span};
use safety::Level;
use uuid::Uuid;
use web::{
    CardView, Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors, Input, Radios, Textarea},
    missing, see_other, show_with,
};

/// How far the look goes.
const LOOK_DAYS: i32 = 13;

#[derive(Template)]
#[template(path = "availability_form.html")]
struct FormView {
    card: Option<CardView>,
    summary: String,
    saved: bool,
    heading: String,
    slug: Option<String>,
    action: String,
    version: i64,
    looked: String,
    look: Option<LookView>,
    seen: bool,
    what: Vec<String>,
    hours: Vec<String>,
    when: Vec<String>,
    rest: Vec<String>,
}

/// What would be offered, in words.
struct LookView {
    weeks: Vec<Week>,
    is_hidden: bool,
    times: usize,
    kept: Vec<String>,
    needs_terms: bool,
}

/// A week of the grid.
struct Week {
    words: String,
    days: Vec<DayCell>,
}

struct DayCell {
    words: String,
    times: Vec<String>,
}

/// One of many.
#[derive(Template)]
#[template(path = "select.html")]
struct Select<'a> {
    name: &'a str,
    label: &'a str,
    none: &'a str,
    answers: &'a [(String, String)],
    value: &'a str,
    error: Option<&'a str>,
}

/// What the form offers, and what is published if something is.
struct Kept {
    row: Option<AvailabilityRow>,
    draft: Option<AvailabilityDraft>,
    organizations: Vec<(String, String, Uuid)>,
    places: Vec<(String, String)>,
    terms: TermCalendar,
}

async fn open(room: &Appointments, who: &Who, slug: Option<String>) -> Result<Option<Kept>, Fault> {
    let kept = room
        .site()
        .db()
        .read(move |tx| {
            let row = match &slug {
                Some(slug) => match rows::find_availability(tx, slug)? {
                    Some(row) => Some(row),
                    None => return Ok(None),
                },
                None => None,
            };
            Ok(Some(Kept {
                draft: row.as_ref().map(AvailabilityRow::draft).transpose()?,
                row,
                organizations: directory::list_organizations(tx)?
                    .into_iter()
                    .map(|line| (line.slug, line.name, line.id.uuid()))
                    .collect(),
                places: directory::list_places(tx)?
                    .into_iter()
                    .map(|place| (place.slug, place.name))
                    .collect(),
                terms: events::find_terms(tx)?,
            }))
        })
        .await?;
    let Some(mut kept) = kept else { return Ok(None) };
    if let Some(row) = &kept.row {
        permitted(who, row.organization_id)?;
    }
    kept.organizations.retain(|(_, _, id)| permitted(who, *id).is_ok());
    Ok(Some(kept))
}

fn permitted(who: &Who, organization: Uuid) -> Result<May<KeepSessions>, Denied> {
    who.may(On::all("session").of_organization(organization))
}

pub(crate) async fn get_new(State(room): State<Appointments>, who: Who) -> Reply {
    let Some(kept) = open(&room, &who, None).await? else { return Ok(missing()) };
    let typed = Typed::empty(room.site().clock().today());
    page(&room, &kept, &typed, &Errors::default(), Shown::default())
}

pub(crate) async fn get(
    State(room): State<Appointments>,
    who: Who,
    Path(slug): Path<String>,
    params: Params,
) -> Reply {
    let Some(kept) = open(&room, &who, Some(slug)).await? else { return Ok(missing()) };
    let today = room.site().clock().today();
    let typed = kept.draft.as_ref().map_or_else(|| Typed::empty(today), Typed::of);
    let saved = !params.get("saved").is_empty();
    let look = match &kept.draft {
        Some(draft) => looked_at(&room, &kept, draft).await?.ok(),
        None => None,
    };
    let shown = Shown { saved, look: look.map(|look| (look, String::new())), ..Shown::default() };
    page(&room, &kept, &typed, &Errors::default(), shown)
}

pub(crate) async fn post_new(State(room): State<Appointments>, who: Who, form: Form) -> Reply {
    let Some(kept) = open(&room, &who, None).await? else { return Ok(missing()) };
    keep(&room, &who, &kept, &form).await
}

pub(crate) async fn post(
    State(room): State<Appointments>,
    who: Who,
    Path(slug): Path<String>,
    form: Form,
) -> Reply {
    let Some(kept) = open(&room, &who, Some(slug)).await? else { return Ok(missing()) };
    keep(&room, &who, &kept, &form).await
}

async fn keep(room: &Appointments, who: &Who, kept: &Kept, form: &Form) -> Reply {
    let site = room.site();
    let everything: Vec<&str> = form.each().map(|(_, value)| value).collect();
    let screened = site.screen(&everything.join("\n"));
    let is_red = screened.verdict().level == Level::Red;
    let card = site.card(screened.verdict()).map(CardView::above);
    let typed = Typed::read(form);
    let seen = !form.get("seen").is_empty();
    if is_red && !seen {
        return page(room, kept, &typed, &Errors::default(), Shown { card, seen: true, ..Shown::default() });
    }
    let shown = |card, look| Shown { card, look, seen, saved: false };
    let draft = match typed.parse(kept.draft.as_ref().map(|draft| draft.slug.as_str())) {
        Ok(draft) => draft,
        Err(errors) => return page(room, kept, &typed, &errors, shown(card, None)),
    };
    let mut errors = Errors::default();
    let organization = kept.organizations.iter().find(|(slug, ..)| *slug == draft.organization);
    if organization.is_none() {
        errors.0.push(Refusal::at("organization", "Choose whose appointments they are"));
    }
    if draft.place.as_ref().is_some_and(|place| kept.places.iter().all(|(slug, _)| slug != place)) {
        errors.0.push(Refusal::at("place", "Choose a place from the list"));
    }
    let Some((_, _, organization)) = organization.filter(|_| errors.is_empty()) else {
        return page(room, kept, &typed, &errors, shown(card, None));
    };
    let may = who.may::<KeepSessions>(
        On::one("session", events::session_id(&draft.slug)).of_organization(*organization),
    )?;
    // What is saved is what was looked at, to the letter.
    let hash = web::content_hash(serde_json::to_string(&draft)?.as_bytes());
    if form.get("looked") != hash {
        return match looked_at(room, kept, &draft).await? {
            Ok(look) => page(room, kept, &typed, &errors, shown(card, Some((look, hash)))),
            Err(wrong) => page(room, kept, &typed, &Errors(wrong), shown(card, None)),
        };
    }
    let (now, version) = (site.clock().now(), form.get("version").parse::<i64>().unwrap_or(0));
    let slug = draft.slug.clone();
    let done = site
        .db()
        .write(move |tx| {
            let current = rows::take_availability(tx, &draft.slug)?.map_or(0, |row| row.changes);
            if current != version {
                let sentence = "Somebody else changed this meanwhile. Open it in another tab and compare";
                return Ok(Err(vec![Refusal::at("", sentence)]));
            }
            Ok(publish_availability(tx, &may, &draft, now)?.map(|_| ()))
        })
        .await?;
    match done {
        Ok(()) => Ok(see_other(&format!("/admin/appointments/{slug}?saved=1"))),
        Err(wrong) => page(room, kept, &typed, &Errors(wrong), shown(card, None)),
    }
}

/// The times of the next two weeks, as they would be.
async fn looked_at(
    room: &Appointments,
    kept: &Kept,
    draft: &AvailabilityDraft,
) -> Result<Result<LookView, Vec<Refusal>>, Fault> {
    let site = room.site();
    let (now, today) = (site.clock().now(), site.clock().today());
    let days_off = kept.draft.as_ref().map(|draft| draft.days_off.clone()).unwrap_or_default();
    let asked = draft.clone();
    let look = match site.db().read(move |tx| look(tx, &asked, &days_off, now)).await? {
        Ok(look) => look,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let first = today.max(draft.first);
    let monday = first.saturating_sub(Span::new().days(first.weekday().to_monday_zero_offset()));
    let last = monday.saturating_add(Span::new().days(LOOK_DAYS));
    let times = held(&look.session.parts, &kept.terms, monday, last);
    let weeks = [0, 7].map(|from| {
        let day = |number: i32| monday.saturating_add(Span::new().days(from + number));
        Week {
            words: format!("Week of {}", calendar::day_month_year(day(0))),
            days: (0..7)
                .map(|number| DayCell {
                    words: day(number).strftime("%a %-d %b").to_string(),
                    times: times
                        .iter()
                        .filter(|one| one.starts.date() == day(number) && one.starts_at > now)
                        .map(|one| time_of_day(one.starts.time()))
                        .collect(),
                })
                .collect(),
        }
    });
    Ok(Ok(LookView {
        times: weeks.iter().flat_map(|week| &week.days).map(|day| day.times.len()).sum(),
        weeks: weeks.into(),
        is_hidden: draft.wanted != Wanted::Published,
        kept: look.kept.iter().map(kept_words).collect(),
        needs_terms: follows_terms(draft.when) && !covers(&kept.terms, last),
    }))
}

fn kept_words(time: &BookedTime) -> String {
    format!("{}, {}", day_words(time.day), time_of_day(time.starts))
}

fn covers(terms: &TermCalendar, day: Date) -> bool {
    terms.known().is_some_and(|(_, last)| last >= day)
}

/// What a page shows besides the form.
#[derive(Default)]
struct Shown {
    card: Option<CardView>,
    look: Option<(LookView, String)>,
    seen: bool,
    saved: bool,
}

fn page(room: &Appointments, kept: &Kept, typed: &Typed, errors: &Errors, shown: Shown) -> Reply {
    let fields = Fields { typed, errors };
    let heading = kept
        .draft
        .as_ref()
        .map_or_else(|| "Publish when you can be seen".to_owned(), |draft| draft.title.clone());
    let slug = kept.draft.as_ref().map(|draft| draft.slug.clone());
    let organizations: Vec<(String, String)> =
        kept.organizations.iter().map(|(slug, name, _)| (slug.clone(), name.clone())).collect();
    let wanted: Vec<_> = Wanted::ALL.iter().map(|wanted| (wanted.key(), wanted.words())).collect();
    let (look, looked) = shown.look.map_or((None, String::new()), |(look, hash)| (Some(look), hash));
    let mut hours = Vec::new();
    for (name, words, _) in WEEKDAYS {
        hours.push(fields.line(name, words, "")?);
    }
    let body = FormView {
        card: shown.card,
        summary: ErrorSummary { errors }.render()?,
        saved: shown.saved,
        action: slug
            .as_ref()
            .map_or("/admin/appointments/new".to_owned(), |slug| format!("/admin/appointments/{slug}")),
        version: kept.row.as_ref().map_or(0, |row| row.changes),
        looked,
        look,
        seen: shown.seen,
        what: vec![
            fields.line("title", "Name", "As families call it, such as ‘Infant feeding: one to one’.")?,
            fields.text("summary", "In one or two sentences", "", 3)?,
            fields.select("organization", "Whose appointments they are", "Choose", &organizations)?,
        ],
        hours,
        when: vec![
            fields.line("minutes", "How long is one, in minutes?", "")?,
            fields.line("gap_minutes", "How long between two, in minutes?", "For notes, or to get there.")?,
            fields.input("first", "From which day on", "", "date")?,
            fields.input("last", "Until which day (optional)", "", "date")?,
            fields.line(
                "ahead_days",
                "How many days ahead can families book?",
                "28 is four weeks. It goes to the end of that week.",
            )?,
            fields.line(
                "notice_hours",
                "How many hours before is the last booking taken?",
                "24 is a day. You and professionals can still book later than that.",
            )?,
            fields.text(
                "days_off",
                "Days off (optional)",
                "One line for each, like 24/12/2026 to 2/1/2027: Christmas",
                3,
            )?,
            fields.radios(
                "season",
                "In which part of the year?",
                &[
                    ("all_year", "All year"),
                    ("term_time", "Term time only"),
                    ("school_holidays", "School holidays only"),
                ],
            )?,
            fields.radios("bank_holidays", "On bank holidays?", &[("closed", "No"), ("open", "Yes")])?,
        ],
        rest: vec![
            fields.select("place", "Place", "Only online", &kept.places)?,
            fields.line("room", "Room (optional)", "")?,
            fields.line(
                "online_link",
                "Link to join online (optional)",
                "Given to who has booked, never shown.",
            )?,
            fields.line("age_from", "From which age of the child, in months", "0 is from birth.")?,
            fields.line("age_under", "Under which age, in months (optional)", "60 is under 5 years.")?,
            fields.line("cost", "Cost (optional)", "‘Free’, or the price in words.")?,
            fields.line("led_by", "Who they see (optional)", "A team or a role, not a name.")?,
            fields.line("bring", "What to bring (optional)", "")?,
            fields.line("source", "Where the facts come from", "")?,
            fields.radios("wanted", "Who sees it?", &wanted)?,
        ],
        slug,
        heading: heading.clone(),
    };
    let (status, title) = errors.page(&heading);
    show_with(room.site(), status, &Page::new(title), &body)
}

/// The fields of the form with what was typed into them.
struct Fields<'a> {
    typed: &'a Typed,
    errors: &'a Errors,
}

impl Fields<'_> {
    fn input(&self, name: &str, label: &str, hint: &str, kind: &str) -> Result<String, Fault> {
        let (value, error) = (self.typed.get(name), self.errors.at(name));
        Ok(Input { name, label, hint, value, kind, autocomplete: "off", error }.render()?)
    }

    fn line(&self, name: &str, label: &str, hint: &str) -> Result<String, Fault> {
        self.input(name, label, hint, "text")
    }

    fn text(&self, name: &str, label: &str, hint: &str, rows: u8) -> Result<String, Fault> {
        let (value, error) = (self.typed.get(name), self.errors.at(name));
        Ok(Textarea { name, label, hint, value, rows, error }.render()?)
    }

    fn radios(&self, name: &str, legend: &str, answers: &[(&str, &str)]) -> Result<String, Fault> {
        let (value, error) = (self.typed.get(name), self.errors.at(name));
        Ok(Radios { name, legend, hint: "", answers, value, error }.render()?)
    }

    fn select(
        &self,
        name: &str,
        label: &str,
        none: &str,
        answers: &[(String, String)],
    ) -> Result<String, Fault> {
        let (value, error) = (self.typed.get(name), self.errors.at(name));
        Ok(Select { name, label, none, answers, value, error }.render()?)
    }
}
