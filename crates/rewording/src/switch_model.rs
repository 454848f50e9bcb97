//! The switch of the language model: on or off with a reason, in effect on every node with the next question. It stands
//! in the database, so a restart does not forget it.

use crate::{
    Rewording,
    outcome::{KEPT, Outcome, SENTENCES},
    store::{self as rows, Counted, SwitchRow},
};
use access::{May, On, SwitchModel, audit};
use askama::Template;
use axum::extract::State;
use kernel::{Fault, Instant, Refusal, Span, civil_today, london};
use safety::Level;
use web::{
    CardView, Form, Page, Params, Reply, Site, Who,
    fields::{ErrorSummary, Errors, Textarea},
    say, see_other, show_with,
};

/// The most letters of a reason.
const WHY_MAX: usize = 300;
/// How far back the counts of the page go.
const SHOWN_DAYS: i64 = 30;

#[derive(Template)]
#[template(path = "switch_model.html")]
struct SwitchView {
    card: Option<CardView>,
    stopped: bool,
    seen: bool,
    summary: String,
    saved: bool,
    is_on: bool,
    since: String,
    why: String,
    model: Option<ModelView>,
    field: String,
    asked: usize,
    outcomes: Vec<LineView>,
    kept: String,
    sentences: Vec<LineView>,
}

/// What the configuration names.
struct ModelView {
    host: String,
    name: String,
    seconds: String,
    sentences: String,
    rests: String,
}

struct LineView {
    words: &'static str,
    many: i64,
    last: String,
}

#[derive(Default)]
struct Typed {
    why: String,
    seen: bool,
    stopped: bool,
    card: Option<safety::Card>,
}

/// Which way the switch goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    On,
    Off,
}

impl Turn {
    fn read(text: &str) -> Option<Turn> {
        match text {
            "on" => Some(Turn::On),
            "off" => Some(Turn::Off),
            _ => None,
        }
    }

    fn key(self) -> &'static str {
        match self {
            Turn::On => "on",
            Turn::Off => "off",
        }
    }
}

/// `GET /admin/language-model`.
pub(crate) async fn get(State(room): State<Rewording>, who: Who, params: Params) -> Reply {
    who.may::<SwitchModel>(On::all("language_model"))?;
    page(&room, Typed::default(), &Errors::default(), !params.get("saved").is_empty()).await
}

/// `POST /admin/language-model`.
pub(crate) async fn post(State(room): State<Rewording>, who: Who, form: Form) -> Reply {
    let may = who.may::<SwitchModel>(On::all("language_model"))?;
    let site = room.site();
    let screened = site.screen(&form.typed(&["why"]));
    let typed = Typed {
        why: form.get("why").to_owned(),
        seen: !form.get("seen").is_empty(),
        stopped: false,
        card: site.card(screened.verdict()),
    };
    let (turn, errors) = parse(&form);
    let Some(turn) = turn.filter(|_| errors.is_empty()) else {
        return page(&room, typed, &errors, false).await;
    };
    // Switching off waits for nothing: who stops a machine that said something terrible will write down what it said.
    let is_red = screened.verdict().level == Level::Red;
    if is_red && turn == Turn::On && !typed.seen {
        let typed = Typed { seen: true, stopped: true, ..typed };
        return page(&room, typed, &Errors::default(), false).await;
    }
    switch(site, may, turn, typed.why.clone()).await?;
    room.is_switched_on().await;
    if typed.card.is_some() {
        return page(&room, Typed { card: typed.card, ..Typed::default() }, &Errors::default(), true).await;
    }
    Ok(see_other("/admin/language-model?saved=yes"))
}

fn parse(form: &Form) -> (Option<Turn>, Errors) {
    let mut errors = Errors::default();
    let turn = Turn::read(form.get("turn"));
    if turn.is_none() {
        errors.0.push(Refusal::at("", "Press the button of the switch"));
    }
    match form.get("why").chars().count() {
        0 => errors.0.push(Refusal::at("why", "Say in a few words why")),
        letters if letters > WHY_MAX => {
            errors.0.push(Refusal::at("why", format!("Use {WHY_MAX} letters or fewer. You have {letters}")));
        }
        _ => {}
    }
    (turn, errors)
}

async fn switch(site: &Site, may: May<SwitchModel>, turn: Turn, why: String) -> Result<(), Fault> {
    let now = site.clock().now();
    site.db()
        .write(move |tx| {
            rows::set_switch(tx, turn.key(), &why, now)?;
            let did = match turn {
                Turn::On => "switched the language model on",
                Turn::Off => "switched the language model off",
            };
            audit::record(tx, &may, did, "the reason is kept with the switch", now);
            ::store::outbox::announce(tx, "language_model_switched", None, &turn.key(), now)
        })
        .await
}

async fn page(room: &Rewording, typed: Typed, errors: &Errors, saved: bool) -> Reply {
    let site = room.site();
    let now = site.clock().now();
    let from = civil_today(now).saturating_sub(Span::new().days(SHOWN_DAYS));
    room.write_counts().await?;
    let (switch, counts) =
        site.db().read(move |tx| Ok((rows::find_switch(tx)?, rows::list_counts_since(tx, from)?))).await?;
    let is_on = switch.as_ref().is_none_or(|row| row.turned == "on");
    let outcomes: Vec<LineView> =
        Outcome::ALL.iter().filter_map(|outcome| line(&counts, outcome.key(), outcome.words())).collect();
    let sentences = SENTENCES.iter().filter_map(|(_, key, words)| line(&counts, key, words)).collect();
    let body = SwitchView {
        card: typed.card.map(CardView::above),
        stopped: typed.stopped,
        seen: typed.seen,
        summary: ErrorSummary { errors }.render()?,
        saved,
        is_on,
        since: switch.as_ref().map_or_else(String::new, |row: &SwitchRow| moment(row.changed_at)),
        why: switch.map(|row| row.why).unwrap_or_default(),
        model: room.model.as_ref().map(|model| {
            let config = &model.line.config;
            ModelView {
                host: config.host.clone(),
                name: config.model.clone(),
                seconds: config.budget.as_secs_f64().to_string(),
                sentences: say::count(config.sentences_max, "sentence", "sentences"),
                rests: model.rests_until(now).map(|until| seconds_until(until, now)).unwrap_or_default(),
            }
        }),
        field: Textarea {
            name: "why",
            label: if is_on { "Why switch it off?" } else { "Why switch it on?" },
            hint: "Colleagues read this here. Leave out names and what a family wrote.",
            value: &typed.why,
            rows: 3,
            error: errors.at("why"),
        }
        .render()?,
        asked: usize::try_from(outcomes.iter().map(|line| line.many).sum::<i64>()).unwrap_or_default(),
        outcomes,
        kept: say::count(
            counts
                .iter()
                .find(|one| one.what == KEPT)
                .map_or(0, |one| usize::try_from(one.many).unwrap_or_default()),
            "sentence",
            "sentences",
        ),
        sentences,
    };
    let (status, title) = errors.page("Language model");
    show_with(site, status, &Page::new(title), &body)
}

fn line(counts: &[Counted], key: &str, words: &'static str) -> Option<LineView> {
    let counted = counts.iter().find(|counted| counted.what == key)?;
    Some(LineView { words, many: counted.many, last: moment(counted.last_at) })
}

fn seconds_until(until: Instant, now: Instant) -> String {
    let seconds = usize::try_from(until.as_second() - now.as_second()).unwrap_or_default();
    say::count(seconds, "second", "seconds")
}

/// '23 November 2026 at 09:05', as people in England have it.
fn moment(at: Instant) -> String {
    let zoned = at.to_zoned(london());
    format!("{} at {:02}:{:02}", say::day_month_year(zoned.date()), zoned.hour(), zoned.minute())
}
