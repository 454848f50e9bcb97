//! `GET /register`, `GET` and `POST /register/{date}`: who came, marked on a telephone. Without script every button sends
//! the form; with it each mark goes as it is made, or waits on the device (`sync_marks.rs`).

use crate::{
    Registers,
    count_drop_in::{count, type_count},
    marks::{NewWalkIn, insert_walk_in, set_marks, take},
    model::{AGE_BANDS, Came, DropIn, MarkKey, Meal, NewMark, Opening, Whom},
    roll::{OnRoll, Roll, find_right, find_roll, opening_of, opens_words, read_roll, when},
    store as rows,
};
use access::{Action, KeepBookings, May, On};
use anyhow::Context;
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use events::Kind;
use kernel::{Fault, Id, Instant, Refusal, Span, one_line};
use safety::Level;
use store::Tx;
use uuid::Uuid;
use web::{
    CardView, Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors, Input, Radios},
    missing, see_other, show, show_with,
};

/// The longest name of a walk-in, in letters.
const NAME_MAX: usize = 80;

#[derive(Template)]
#[template(path = "registers.html")]
struct RegistersView {
    sees_figures: bool,
    days: Vec<(&'static str, Vec<DateLine>)>,
    is_empty: bool,
}

struct DateLine {
    id: Uuid,
    title: String,
    when: String,
    marked: String,
    is_off: bool,
}

/// `GET /register`: the registers of today and tomorrow, and those of the last week for what was kept on paper.
pub(crate) async fn list(State(room): State<Registers>, who: Who) -> Reply {
    let site = room.site();
    let today = site.clock().today();
    let (first, last) = (today.checked_sub(Span::new().days(7))?, today.checked_add(Span::new().days(1))?);
    let all = site.db().read(move |tx| rows::list_held(tx, first, last)).await?;
    let mut days: Vec<(&'static str, Vec<DateLine>)> =
        vec![("Today", Vec::new()), ("Tomorrow", Vec::new()), ("The last 7 days", Vec::new())];
    for held in all {
        let on = On::one("session", held.session_id).of_organization(held.organization_id);
        if who.may::<KeepBookings>(on).is_err() {
            continue;
        }
        let group = usize::from(held.day > today) + 2 * usize::from(held.day < today);
        days[group].1.push(DateLine {
            id: held.date_id,
            title: held.title,
            when: when(held.starts_at),
            marked: match (held.kind == Kind::DropIn.key(), held.marked, held.steps) {
                (true, _, 0) => "nobody counted yet".to_owned(),
                (true, ..) => "counted".to_owned(),
                (false, 0, _) => "nobody marked yet".to_owned(),
                (false, marked, _) => format!("{marked} marked"),
            },
            is_off: held.state == "cancelled",
        });
    }
    days[2].1.reverse();
    days.retain(|(_, lines)| !lines.is_empty());
    let sees_figures = Action::SeeBookingFigures.is_open_to(&who.actor);
    let body = RegistersView { sees_figures, is_empty: days.is_empty(), days };
    show(site, &Page::new("Registers"), &body)
}

#[derive(Template)]
#[template(path = "register.html")]
struct RegisterView {
    card: Option<CardView>,
    summary: String,
    said: String,
    undo: String,
    date: Uuid,
    title: String,
    when: String,
    slug: String,
    is_off: bool,
    /// When the register opens, in words and for the page's script; empty and 0 where it is open.
    opens: String,
    opens_ms: i64,
    keeper: String,
    is_counted: bool,
    gives_meals: bool,
    counts: [(&'static str, &'static str, i64); 2],
    count_boxes: String,
    people: Vec<PersonView>,
    marked: usize,
    differences: Vec<DifferenceView>,
    walk_in: WalkInView,
    key: String,
    seen: bool,
}

struct PersonView {
    number: usize,
    key: String,
    name: String,
    small: String,
    needs: String,
    phone: String,
    saw: String,
    came: &'static str,
    meal: &'static str,
    is_cancelled: bool,
}

struct DifferenceView {
    key: String,
    name: String,
    said: Vec<String>,
}

struct WalkInView {
    id: String,
    name: String,
    who: String,
    bands: Vec<(&'static str, &'static str, bool)>,
}

/// What was typed about a walk-in and could not be taken, put back.
#[derive(Default)]
pub(crate) struct Typed {
    pub name: String,
    pub who: String,
    pub age_band: String,
    pub children: String,
    pub grown_ups: String,
    pub seen: bool,
}

impl Typed {
    fn of(form: &Form) -> Typed {
        Typed {
            name: one_line(form.get("name")),
            who: form.get("who").to_owned(),
            age_band: form.get("age_band").to_owned(),
            children: form.get("children").to_owned(),
            grown_ups: form.get("grown_ups").to_owned(),
            seen: !form.get("seen").is_empty(),
        }
    }
}

/// `GET /register/{date}`.
pub(crate) async fn get(
    State(room): State<Registers>,
    who: Who,
    Path(date): Path<String>,
    params: Params,
) -> Reply {
    let Some((may, date)) = find_right(&room, &who, &date).await? else { return Ok(missing()) };
    let roll = read_roll(&room, may, date, "read a register").await?;
    let said = match params.get("kept") {
        "everybody" => "Everybody who was not marked yet is marked as ‘came’.",
        "undone" => "That is undone.",
        "marks" => "The marks are kept.",
        "walk_in" => "The walk-in is on the register.",
        "settled" => "Settled.",
        _ => "",
    };
    let undo = params.get("press").parse::<Uuid>().map_or_else(|_| String::new(), |press| press.to_string());
    page(&room, &roll, &Typed::default(), &Errors::default(), None, (said, undo))
}

/// `POST /register/{date}`.
pub(crate) async fn post(
    State(room): State<Registers>,
    who: Who,
    Path(date): Path<String>,
    form: Form,
) -> Reply {
    let Some((may, date)) = find_right(&room, &who, &date).await? else { return Ok(missing()) };
    let back = |kept: &str| Ok(see_other(&format!("/register/{date}?kept={kept}")));
    let now = room.site().clock().now();
    let held = room.site().db().read(move |tx| events::find_date(tx, date)).await?;
    let opening = opening_of(&held.context("the date of a register")?, now);
    let is_taken = match form.get("do") {
        "everybody" => opening == Opening::Open,
        "walk_in" | "count" | "child_more" | "child_less" | "grown_more" | "grown_less" => {
            opening.takes_arrivals()
        }
        "settle" => opening.takes((Came::of(form.get("came")), Meal::None)),
        _ => true,
    };
    if !is_taken {
        return refuse(&room, may, date, &form).await;
    }
    match form.get("do") {
        "everybody" => {
            let press = mark_everybody(&room, may, date).await?;
            back(&format!("everybody&press={press}"))
        }
        "undo" => {
            let press = form.get("press").parse::<Uuid>().ok();
            if let Some(press) = press {
                undo(&room, may, date, press).await?;
            }
            back("undone")
        }
        "walk_in" => add_walk_in(&room, may, date, &form).await,
        "settle" => {
            settle_difference(&room, may, date, &form).await?;
            back("settled")
        }
        "count" => type_count(&room, may, date, &form).await,
        step @ ("child_more" | "child_less" | "grown_more" | "grown_less") => {
            count(&room, may, date, step, form.get("key").parse().ok()).await?;
            Ok(see_other(&format!("/register/{date}#count")))
        }
        _ => {
            if keep_marks(&room, may.clone(), date, &form, opening).await? > 0 {
                return refuse(&room, may, date, &form).await;
            }
            back("marks")
        }
    }
}

/// The register again, with why it could not be taken: it is not open yet, or the date was cancelled.
async fn refuse(room: &Registers, may: May<KeepBookings>, date: Uuid, form: &Form) -> Reply {
    let (site, now) = (room.site(), room.site().clock().now());
    let screened = site.screen(&form.typed(&["name"]));
    let card = site.card(screened.verdict());
    let roll = read_roll(room, may, date, "read a register").await?;
    let sentence = match roll.opening(now) {
        Opening::From(at) => opens_words(at, now, &roll),
        _ => "This date is cancelled. Mark those who came one by one".to_owned(),
    };
    let field = if roll.is_counted() { "count" } else { "people" };
    let errors = Errors(vec![Refusal::at(field, sentence)]);
    page(room, &roll, &Typed::of(form), &errors, card, ("", String::new()))
}

/// Marks what the form says otherwise than the page had shown. Says how many could not be taken yet.
async fn keep_marks(
    room: &Registers,
    may: May<KeepBookings>,
    date: Uuid,
    form: &Form,
    opening: Opening,
) -> Result<usize, Fault> {
    let (now, device) = (room.site().clock().now(), fresh(room));
    let sent: Vec<Sent> = form
        .each()
        .filter_map(|(name, came)| {
            let key = name.strip_prefix("came.")?;
            Some(Sent {
                whom: Whom::of(key)?,
                came: Came::of(came),
                meal: Meal::of(form.get(&format!("meal.{key}"))),
                saw: MarkKey::of(form.get(&format!("saw.{key}"))),
            })
        })
        .collect();
    room.site()
        .db()
        .write(move |tx| {
            take(tx, date, now)?;
            let roll = find_roll(tx, date)?.context("the register of a date")?;
            let history = rows::list_history(tx, date)?;
            let (mut marks, mut refused) = (Vec::new(), 0);
            for one in &sent {
                let Some(person) = roll.people.iter().find(|person| person.whom == one.whom) else {
                    continue;
                };
                let shown = history.iter().find(|mark| Some(mark.key) == one.saw);
                // Who is marked anew before the register opens has eaten nothing yet.
                let shown_meal = shown.filter(|mark| opening.takes_arrivals() || mark.came == one.came);
                let meal = one.meal.unwrap_or(shown_meal.map_or(Meal::None, |mark| mark.meal));
                let said = (one.came, meal);
                let is_new = shown.map_or((None, Meal::None), NewMark::says) != said;
                // Somebody may have marked the same from elsewhere while this page was open.
                let is_there = person.mark.as_ref().is_some_and(|mark| mark.says() == said);
                if is_new && !is_there && !opening.takes(said) {
                    refused += 1;
                } else if is_new && !is_there {
                    let saw: Vec<MarkKey> = one.saw.into_iter().collect();
                    marks.push(mark(device, marks.len(), date, one.whom, said, saw, now)?);
                }
            }
            set_marks(tx, &may, &marks, now)?;
            Ok(refused)
        })
        .await
}

struct Sent {
    whom: Whom,
    came: Option<Came>,
    meal: Option<Meal>,
    saw: Option<MarkKey>,
}

pub(crate) fn fresh(room: &Registers) -> Uuid {
    Id::<NewMark>::new(room.site().clock(), room.site().dice()).uuid()
}

fn mark(
    device: Uuid,
    number: usize,
    date_id: Uuid,
    whom: Whom,
    (came, meal): (Option<Came>, Meal),
    saw: Vec<MarkKey>,
    now: Instant,
) -> Result<NewMark, Fault> {
    let key = MarkKey { device, counter: i64::try_from(number)? + 1 };
    Ok(NewMark { key, date_id, whom, came, meal, marked_at: now, saw })
}

/// Everybody who is not marked yet came. The press has a name of its own, by which it is undone.
async fn mark_everybody(room: &Registers, may: May<KeepBookings>, date: Uuid) -> Result<Uuid, Fault> {
    let (now, press) = (room.site().clock().now(), fresh(room));
    room.site()
        .db()
        .write(move |tx| {
            take(tx, date, now)?;
            let roll = find_roll(tx, date)?.context("the register of a date")?;
            let mut marks = Vec::new();
            for person in roll.people.iter().filter(|person| came_of(person).is_none()) {
                let (saw, meal) =
                    person.mark.as_ref().map_or((Vec::new(), Meal::None), |mark| (vec![mark.key], mark.meal));
                let said = (Some(Came::Came), meal);
                marks.push(mark(press, marks.len(), date, person.whom, said, saw, now)?);
            }
            set_marks(tx, &may, &marks, now)
        })
        .await?;
    Ok(press)
}

/// Takes back what a press of 'everybody came' marked and nobody has marked since.
async fn undo(room: &Registers, may: May<KeepBookings>, date: Uuid, press: Uuid) -> Result<(), Fault> {
    let (now, device) = (room.site().clock().now(), fresh(room));
    room.site()
        .db()
        .write(move |tx| {
            take(tx, date, now)?;
            let roll = find_roll(tx, date)?.context("the register of a date")?;
            let mut marks = Vec::new();
            for person in &roll.people {
                let Some(counts) = person.mark.as_ref().filter(|mark| mark.key.device == press) else {
                    continue;
                };
                let said = (None, counts.meal);
                marks.push(mark(device, marks.len(), date, person.whom, said, vec![counts.key], now)?);
            }
            set_marks(tx, &may, &marks, now)
        })
        .await?;
    Ok(())
}

/// Two devices marked somebody differently; a person says which it was, over all of them.
async fn settle_difference(
    room: &Registers,
    may: May<KeepBookings>,
    date: Uuid,
    form: &Form,
) -> Result<(), Fault> {
    let (now, device) = (room.site().clock().now(), fresh(room));
    let (Some(whom), Some(came)) = (Whom::of(form.get("whom")), Came::of(form.get("came"))) else {
        return Ok(());
    };
    room.site()
        .db()
        .write(move |tx| {
            take(tx, date, now)?;
            let roll = find_roll(tx, date)?.context("the register of a date")?;
            let Some(person) = roll.people.iter().find(|person| person.whom == whom) else { return Ok(0) };
            let saw: Vec<MarkKey> = person.differing.iter().map(|mark| mark.key).collect();
            let meal = person.mark.as_ref().map_or(Meal::None, |mark| mark.meal);
            // A tablet's clock may run ahead by what its message took; what a person settles comes after it.
            let last = person.mark.as_ref().map_or(now, |mark| mark.marked_at);
            let at = now.max(last + jiff::SignedDuration::from_micros(1));
            let settled = mark(device, 0, date, whom, (Some(came), meal), saw, at)?;
            set_marks(tx, &may, &[settled], now)
        })
        .await?;
    Ok(())
}

async fn add_walk_in(room: &Registers, may: May<KeepBookings>, date: Uuid, form: &Form) -> Reply {
    let site = room.site();
    let screened = site.screen(&form.typed(&["name"]));
    let (level, card) = (screened.verdict().level, site.card(screened.verdict()));
    let mut typed = Typed::of(form);
    let mut errors = Errors::default();
    if !["child", "grown_up"].contains(&typed.who.as_str()) {
        errors.0.push(Refusal::at("who", "Say whether it is a child or a grown-up"));
    }
    if typed.name.chars().count() > NAME_MAX {
        errors.0.push(Refusal::at("name", format!("Use {NAME_MAX} letters or fewer")));
    }
    let is_stopped = level == Level::Red && !typed.seen;
    if !errors.is_empty() || is_stopped {
        typed.seen |= level == Level::Red;
        let roll = read_roll(room, may, date, "read a register").await?;
        return page(room, &roll, &typed, &errors, card, ("", String::new()));
    }
    let now = site.clock().now();
    let grown_up = typed.who == "grown_up";
    let band = AGE_BANDS.iter().find(|(key, _)| *key == typed.age_band).map_or("not_said", |(key, _)| key);
    let new = NewWalkIn {
        id: form.get("id").parse().unwrap_or_else(|_| fresh(room)),
        date_id: date,
        name: typed.name,
        grown_up,
        age_band: if grown_up { String::new() } else { band.to_owned() },
        meal: Meal::of(form.get("meal")).unwrap_or_default(),
        added_at: now,
    };
    site.db().write(move |tx| insert_walk_in(tx, &may, &new, now)).await?;
    Ok(see_other(&format!("/register/{date}?kept=walk_in")))
}

fn came_of(person: &OnRoll) -> Option<Came> {
    person.mark.as_ref().and_then(|mark| mark.came)
}

/// The register's page.
pub(crate) fn page(
    room: &Registers,
    roll: &Roll,
    typed: &Typed,
    errors: &Errors,
    card: Option<safety::Card>,
    (said, undo): (&str, String),
) -> Reply {
    let (site, now) = (room.site(), room.site().clock().now());
    let (status, title) = errors.page(&format!("Register: {}", roll.session.title));
    let (opens, opens_ms) = match roll.opening(now) {
        Opening::From(at) => (format!("{}.", opens_words(at, now, roll)), at.as_millisecond()),
        _ => (String::new(), 0),
    };
    let counted = roll.drop_in.unwrap_or_default();
    let number = |name: &'static str, label: &'static str, typed: &str, now: i64| -> Result<String, Fault> {
        let value = if typed.is_empty() { now.to_string() } else { typed.to_owned() };
        let input = Input {
            name,
            label,
            hint: "",
            value: &value,
            kind: "text",
            autocomplete: "off",
            error: errors.at(name),
        };
        Ok(input.render()?)
    };
    let boxes = [
        number("children", "Children", &typed.children, counted.children)?,
        number("grown_ups", "Grown-ups", &typed.grown_ups, counted.grown_ups)?,
    ];
    let name = Input {
        name: "name",
        label: "First name (optional)",
        hint: "",
        value: &typed.name,
        kind: "text",
        autocomplete: "off",
        error: errors.at("name"),
    };
    let who = Radios {
        name: "who",
        legend: "Who is it?",
        hint: "",
        answers: &[("child", "A child"), ("grown_up", "A grown-up")],
        value: &typed.who,
        error: errors.at("who"),
    };
    let chosen_band = if typed.age_band.is_empty() { "not_said" } else { typed.age_band.as_str() };
    let body = RegisterView {
        card: card.map(CardView::above),
        summary: ErrorSummary { errors }.render()?,
        said: said.to_owned(),
        undo,
        date: roll.date.id,
        title: roll.session.title.clone(),
        when: roll.when(),
        slug: roll.session.slug.clone(),
        is_off: !roll.date.is_held(),
        opens,
        opens_ms,
        keeper: roll.keeper.clone(),
        is_counted: roll.is_counted(),
        gives_meals: roll.gives_meals(),
        counts: [("child", "Children", counted.children), ("grown", "Grown-ups", counted.grown_ups)],
        count_boxes: boxes.concat(),
        marked: roll.people.iter().filter(|person| came_of(person).is_some()).count(),
        people: roll.people.iter().enumerate().map(|(number, person)| person_view(number, person)).collect(),
        differences: roll.people.iter().filter_map(difference_view).collect(),
        walk_in: WalkInView {
            id: fresh(room).to_string(),
            name: name.render()?,
            who: who.render()?,
            bands: AGE_BANDS.map(|(key, words)| (key, words, key == chosen_band)).to_vec(),
        },
        key: fresh(room).to_string(),
        seen: typed.seen,
    };
    let status = if errors.is_empty() { StatusCode::OK } else { status };
    show_with(site, status, &Page::new(title), &body)
}

fn person_view(number: usize, person: &OnRoll) -> PersonView {
    let parts = [
        if person.grown_up { "grown-up" } else { "" },
        person.age.as_str(),
        if person.is_walk_in { "walked in" } else { person.reference.as_str() },
    ];
    let small: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    PersonView {
        number,
        key: person.whom.key(),
        name: person.name.clone(),
        small: small.join(", "),
        needs: person.needs.clone(),
        phone: person.phone.clone(),
        saw: person.mark.as_ref().map_or_else(String::new, |mark| mark.key.to_string()),
        came: came_of(person).map_or("", Came::key),
        meal: person.mark.as_ref().map_or(Meal::None, |mark| mark.meal).key(),
        is_cancelled: person.is_cancelled,
    }
}

fn difference_view(person: &OnRoll) -> Option<DifferenceView> {
    if person.differing.is_empty() {
        return None;
    }
    let said = person.differing.iter().map(|mark| {
        let came = mark.came.map_or("Not marked", Came::words);
        let meal = if mark.meal == Meal::None { String::new() } else { format!(", {}", mark.meal.words()) };
        format!("{came}{meal}, marked {}", when(mark.marked_at))
    });
    Some(DifferenceView { key: person.whom.key(), name: person.name.clone(), said: said.collect() })
}

/// What the sync answers with besides: the marks as they count now.
pub(crate) fn list_now(tx: &mut Tx, date: Uuid) -> Result<(Vec<serde_json::Value>, usize, DropIn), Fault> {
    let roll = find_roll(tx, date)?.context("the register of a date")?;
    let marks = roll.people.iter().map(|person| {
        let view = person_view(0, person);
        serde_json::json!({"whom": view.key, "came": view.came, "meal": view.meal, "saw": view.saw})
    });
    let differing = roll.people.iter().filter(|person| !person.differing.is_empty()).count();
    Ok((marks.collect(), differing, roll.drop_in.unwrap_or_default()))
}
