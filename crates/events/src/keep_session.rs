//! `GET` and `POST /admin/sessions/new` and `/admin/sessions/{slug}`: a session is written, looked at with what it does to
//! its dates, and kept only then.

use crate::{
    choices::{Chooser, decide_choices, find_chosen, list_places_of},
    lines::day_words,
    list_sessions::keeps,
    look::{
        Affected, COUNT_CHANGED, DATES_NAMED, Look, NOT_TICKED, affected_and_not_all_told_words,
        affected_words, look,
    },
    model::{Counts, Feature, Kind, SessionDraft, Wanted},
    parts::{Select, Ticks, render},
    publish::{publish_session, session_id},
    session_form::{REPEATS, Typed, WEEKDAYS},
    shelf::{Events, times},
    store::{self as rows, SessionDate, SessionRow},
    terms::find_terms,
};
use access::{AllowOverbooking, Denied, InviteFamily, KeepBookings, KeepSessions, On};
use askama::Template;
use axum::extract::{Path, State};
use calendar::{Series, TermCalendar};
use kernel::{Fault, Refusal};
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
    leads_on: Vec<(String, &'static str)>,
    action: String,
    version: i64,
    looked: String,
    look: Option<Look>,
    /// How many bookings of families it would touch.
    affected: Affected,
    knows: String,
    /// Where there are several: what each part says, and the one that is changed below.
    parts: Vec<PartLine>,
    part: usize,
    topics: String,
    topics_ticked: usize,
    dates: Vec<DateLine>,
    what: Vec<String>,
    whom: Vec<String>,
    when: Vec<String>,
    scope: String,
    from: String,
    rest: Vec<String>,
}

struct PartLine {
    number: usize,
    words: String,
    is_here: bool,
}

struct DateLine {
    key: String,
    words: String,
    state: String,
}

/// What the form offers, and the session if there is one.
struct Desk {
    row: Option<SessionRow>,
    draft: Option<SessionDraft>,
    dates: Vec<SessionDate>,
    organizations: Vec<(String, String, Uuid)>,
    places: Vec<(String, String)>,
    services: Vec<(String, String)>,
    /// Needs by their address and name, those too that the session names and nobody else does.
    needs: Vec<(String, String)>,
    terms: TermCalendar,
    leads_on: Vec<(String, &'static str)>,
}

/// Pages about its bookings, for those who may open them.
fn leads_on(who: &Who, row: &SessionRow) -> Vec<(String, &'static str)> {
    let on = || On::one("session", row.id.uuid()).of_organization(row.organization_id);
    let about = format!("/admin/sessions/{}", row.slug);
    let all = [
        (who.may::<KeepBookings>(on()).is_ok(), format!("{about}/bookings"), "Who has booked"),
        (who.may::<AllowOverbooking>(on()).is_ok(), format!("{about}/places"), "More bookings than places"),
        (
            who.may::<InviteFamily>(on()).is_ok(),
            format!("/admin/invitations/new?session={}", row.slug),
            "Invite a family",
        ),
    ];
    all.into_iter().filter(|(may, ..)| *may).map(|(_, href, words)| (href, words)).collect()
}

fn chooser(who: &Who) -> Chooser {
    if who.may::<KeepSessions>(On::all("session")).is_ok() { Chooser::Council } else { Chooser::Provider }
}

async fn open(events: &Events, who: &Who, slug: Option<String>) -> Result<Option<Desk>, Fault> {
    let (now, chooses, asking) = (events.site().clock().now(), chooser(who), who.clone());
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
            let organizations: Vec<(String, String, Uuid)> = directory::list_organizations(tx)?
                .into_iter()
                .map(|line| (line.slug, line.name, line.id.uuid()))
                .filter(|(_, _, id)| keeps(&asking, *id))
                .collect();
            let own: Vec<Uuid> = organizations.iter().map(|(_, _, id)| *id).collect();
            let draft = row.as_ref().map(SessionRow::draft).transpose()?;
            let mut needs: Vec<(String, String)> =
                directory::list_needs(tx)?.into_iter().map(|need| (need.slug, need.name)).collect();
            for topic in draft.iter().flat_map(|draft| &draft.topics) {
                if needs.iter().all(|(slug, _)| slug != topic) {
                    needs.push((topic.clone(), topic.clone()));
                }
            }
            // A provider is offered its own entries and not even the name of somebody else's refuge; what the session
            // has already stays in the list, so that saving it loses nothing.
            let private = match chooses {
                Chooser::Council => None,
                Chooser::Provider => Some(list_places_of(tx, &own)?),
            };
            let has_place =
                |slug: &str| draft.as_ref().is_some_and(|draft| draft.place.as_deref() == Some(slug));
            let has_entry =
                |slug: &str| draft.as_ref().is_some_and(|draft| draft.service.as_deref() == Some(slug));
            let mut places = directory::list_places(tx)?;
            places.retain(|place| {
                let is_own = private.as_ref().is_none_or(|private| private.contains(&place.slug));
                !place.sensitive || is_own || has_place(&place.slug)
            });
            let mut entries = directory::list_entries(tx)?;
            entries.retain(|line| {
                let is_own = private.is_none() || own.contains(&line.organization.id.uuid());
                is_own || has_entry(&line.slug)
            });
            Ok(Some(Desk {
                leads_on: Vec::new(),
                row,
                needs,
                dates: dates.into_iter().filter(|date| date.state != "dropped").collect(),
                organizations,
                places: places.into_iter().map(|place| (place.slug, place.name)).collect(),
                services: entries.into_iter().map(|line| (line.slug, line.name)).collect(),
                terms: find_terms(tx)?,
                draft,
            }))
        })
        .await?;
    let Some(mut desk) = desk else { return Ok(None) };
    if desk.row.as_ref().is_some_and(|row| !keeps(who, row.organization_id)) {
        return Err(Denied { action: access::Action::KeepSessions, signed_in: true }.into());
    }
    desk.leads_on = desk.row.as_ref().map(|row| leads_on(who, row)).unwrap_or_default();
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
    let part = params.get("part").parse().ok();
    let typed = desk.draft.as_ref().map_or_else(Typed::empty, |draft| Typed::of(draft, part));
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
    let (holder, choosing) = (*organization, draft.clone());
    let on = On::one("session", session_id(&draft.slug).uuid()).of_organization(holder);
    let may = who.may::<KeepSessions>(on)?;
    let chosen = site.db().read(move |tx| find_chosen(tx, &choosing, holder)).await?;
    let wrong = decide_choices(&draft, desk.draft.as_ref(), chooser(who), holder, &chosen);
    if !wrong.is_empty() {
        return page(events, desk, &typed, &Errors(wrong), Shown { card, ..Shown::default() });
    }
    // What is saved is what was looked at, to the letter.
    let hash = web::content_hash(serde_json::to_string(&draft)?.as_bytes());
    let seen = look(desk.draft.as_ref(), &draft, &desk.terms, site.clock().today(), &desk.dates)?;
    let (seen, affected) = count_affected(events, seen).await?;
    let is_looked_at = form.get("looked") == hash;
    let knows = affected.bookings == 0 || form.get("knows").parse() == Ok(affected.bookings);
    if !is_looked_at || !knows {
        let mut errors = Errors::default();
        if is_looked_at {
            let sentence = if form.get("knows").is_empty() { NOT_TICKED } else { COUNT_CHANGED };
            errors.0.push(Refusal::at("knows", sentence));
        }
        let shown = Shown { card, look: Some((seen, hash)), affected, ..Shown::default() };
        return page(events, desk, &typed, &errors, shown);
    }
    let (counting, weighing) = (events.clone(), seen.clone());
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
            // Somebody may have booked since.
            if weighing.affected(&counting.count_taken_by_date(tx, &weighing.counted())?) != affected {
                return Ok(Err(vec![Refusal::at("knows", COUNT_CHANGED)]));
            }
            Ok(publish_session(tx, &may, &draft, now)?.map(|_| ()))
        })
        .await?;
    match kept {
        Ok(()) => Ok(see_other(&format!("/admin/sessions/{slug}?saved=1"))),
        Err(wrong) => {
            let (seen, affected) = count_affected(events, seen).await?;
            let shown = Shown { card, look: Some((seen, hash)), affected, ..Shown::default() };
            page(events, desk, &typed, &Errors(wrong), shown)
        }
    }
}

/// Holds the look against the bookings there are now.
async fn count_affected(events: &Events, seen: Look) -> Result<(Look, Affected), Fault> {
    let (counting, counted) = (events.clone(), seen.counted());
    let taken = events.site().db().read(move |tx| counting.count_taken_by_date(tx, &counted)).await?;
    let affected = seen.affected(&taken);
    Ok((seen, affected))
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

/// What a page shows besides the form.
#[derive(Default)]
struct Shown {
    card: Option<CardView>,
    look: Option<(Look, String)>,
    affected: Affected,
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
    let needs: Vec<(&str, &str)> =
        desk.needs.iter().map(|(slug, name)| (slug.as_str(), name.as_str())).collect();
    let part = desk.draft.as_ref().map_or(0, |draft| typed.part_of(draft));
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
        leads_on: desk.leads_on.clone(),
        looked,
        look,
        affected: shown.affected,
        knows: knows(shown.affected, errors)?,
        parts: part_lines(desk, part),
        part,
        topics: fields.ticks("topics", "Needs that it answers", "None is those of its entry.", &needs)?,
        topics_ticked: typed.topics.len(),
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
            fields.text(
                "places_on",
                "Other numbers of places on single dates (optional)",
                "A line for each date: the day and time it was first planned, then the places. Like 30/11/2026 09:30, 6",
                3,
            )?,
            fields.radios("counts", "Who takes up a place?", &counts)?,
            fields.input("opens_on", "Booking opens on (optional)", "Empty is at once.", "date")?,
            fields.input("opens_time", "Booking opens at (optional)", "Empty is midnight.", "time")?,
            fields.line(
                "closes_minutes",
                "How many minutes before the start does booking close?",
                "0 is when it starts. 1440 is a day before.",
            )?,
            fields.line(
                "booked_through",
                "Page on which families ask for places instead (optional)",
                "A page of this site, such as that of a holiday programme. It begins with /",
            )?,
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
        scope: render(&Radios {
            name: "scope",
            legend: "Which dates does what stands under ‘When it is held’ belong to?",
            hint: "Only the days, times, season and bank holidays can change from one day on. Everything else, such as \
                the name, the words, the cost, the place and the number of places, changes for all dates.",
            answers: &[("all", "All dates"), ("follow", "The dates from one day on")],
            value: typed.get("scope"),
            error: errors.at("scope"),
        })?,
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

/// The tick without which no booked date is moved or taken away.
fn knows(affected: Affected, errors: &Errors) -> Result<String, Fault> {
    if affected.bookings == 0 {
        return Ok(String::new());
    }
    let all_are_told = affected.on_changed == affected.bookings;
    let words = if all_are_told { affected_words } else { affected_and_not_all_told_words };
    let (value, words) = (affected.bookings.to_string(), words(affected.bookings));
    render(&Ticks {
        name: "knows",
        legend: "Families have booked these dates",
        hint: "",
        answers: &[(&value, &words)],
        values: &[],
        error: errors.at("knows"),
    })
}

/// The parts of a session that has several, in words.
fn part_lines(desk: &Desk, part: usize) -> Vec<PartLine> {
    let parts = desk.draft.iter().flat_map(|draft| &draft.parts);
    let line = |(number, plan): (usize, &calendar::Plan)| PartLine {
        number,
        words: Series::new(plan.clone()).map_or_else(|why| why.to_string(), |series| series.words()),
        is_here: number == part,
    };
    let lines: Vec<PartLine> = parts.enumerate().map(line).collect();
    if lines.len() > 1 { lines } else { Vec::new() }
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
        let values = match name {
            "weekdays" => &self.typed.weekdays,
            "topics" => &self.typed.topics,
            _ => &self.typed.features,
        };
        render(&Ticks { name, legend, hint, answers, values, error: self.errors.at(name) })
    }
}
