//! Checking what was sent, field by field: taken, taken in other words, or refused with a reason. What touches safety
//! waits for a second person; the rest is published at once.

use crate::{
    entry::{Kept, card_for, day_words, find_kept, list_names, list_rules, person_of},
    fields::{EntryText, Field, Names},
    mails,
    marked_words::{Line, mark_changes},
    model::{FieldChange, Route, Settled, Verdict, decide_review, decide_route, diff},
    pages::Said,
    publishing::publish,
    settled_already::settled_already,
    store::{self as rows, ChangeRow, DecisionRow},
};
use access::{Act, ApproveSensitive, May, On, ReviewChange};
use askama::Template;
use axum::extract::{Path, State};
use directory::Published;
use kernel::{Fault, Id, Instant, Refusal};
use store::{Tx, outbox};
use uuid::Uuid;
use web::{
    CardView, Form, Page, Reply, Site, Who,
    fields::{ErrorSummary, Errors},
    missing, show_with,
};

const REASON_MAX: usize = 600;

#[derive(Template)]
#[template(path = "review_change.html")]
struct ReviewView {
    card: Option<CardView>,
    errors: String,
    id: Uuid,
    slug: String,
    name: String,
    sender: String,
    sent: String,
    reference: String,
    note: String,
    new: bool,
    version: i64,
    fields: Vec<FieldView>,
    /// Some of them go on to a second person.
    two: bool,
    second: bool,
}

struct FieldView {
    key: &'static str,
    label: &'static str,
    before: Vec<Line>,
    after: Vec<Line>,
    two: bool,
    moved: bool,
    verdict: String,
    amended: String,
    reason: String,
    error: Option<String>,
}

/// A change with the entry it is about.
pub(crate) struct Asked {
    pub change: ChangeRow,
    pub kept: Kept,
    pub base: EntryText,
    pub proposed: EntryText,
    pub names: Names,
    pub fields: Vec<(FieldChange, Route)>,
    pub decided: Vec<DecisionRow>,
    sender_name: String,
}

/// Reads a change. The fields are those that were sent and are not decided yet.
fn read(tx: &mut Tx, site: &Site, change: ChangeRow) -> Result<Option<Asked>, Fault> {
    let Some(kept) = find_kept(tx, &change.slug)? else {
        return Ok(None);
    };
    let names = list_names(tx, &site.council(), site.clock().now())?;
    let rules = list_rules(tx)?;
    let base = EntryText::read(change.base.clone())?;
    let proposed = EntryText::read(change.proposed.clone())?;
    let decided = rows::list_decisions(tx, change.id)?;
    let fields = diff(&base, &proposed, &names)
        .into_iter()
        .map(|mut changed| {
            // A reviewer compares with what families see now, not with what the sender saw.
            changed.before_words = changed.field.words(&kept.text, &names);
            let route = decide_route(changed.field, &kept.text, &proposed, &rules, &names);
            (changed, route)
        })
        .collect();
    let sender_name = accounts::find_name(tx, Id::from_uuid(change.sender))?;
    let sender_name = sender_name.unwrap_or_else(|| "somebody who has left".to_owned());
    Ok(Some(Asked { change, kept, base, proposed, names, fields, decided, sender_name }))
}

/// `GET /admin/review/{change}`.
pub(crate) async fn get(State(site): State<Site>, who: Who, Path(id): Path<Uuid>) -> Reply {
    let may = who.may::<ReviewChange>(On::one("entry_change", id))?;
    match look_at(&site, may, id).await? {
        None => Ok(missing()),
        Some(asked) if asked.change.state != "waiting" => settled_already(&site, &asked.change, None, None),
        Some(asked) => view(&site, &asked, None, &Errors::default(), None, Stage::First),
    }
}

/// Reads a change for somebody to look at. It says who sent it and what they noted, so that is written down.
async fn look_at<A: Act>(site: &Site, may: May<A>, id: Uuid) -> Result<Option<Asked>, Fault> {
    let (inner, now) = (site.clone(), site.clock().now());
    site.db()
        .write(move |tx| {
            let Some(change) = rows::find_change(tx, id)? else {
                return Ok(None);
            };
            access::audit::record(tx, &may, "read a change", "", now);
            read(tx, &inner, change)
        })
        .await
}

/// What came of a form that settles.
enum Outcome {
    Again(Box<Asked>, Errors),
    Already(Box<ChangeRow>),
    Done { name: String, slug: String, taken: Vec<&'static str>, refused: usize, waits: usize },
}

/// `POST /admin/review/{change}`.
pub(crate) async fn post(State(site): State<Site>, who: Who, Path(id): Path<Uuid>, form: Form) -> Reply {
    let card = card_for(&site, &form);
    let may = who.may::<ReviewChange>(On::one("entry_change", id))?;
    let (inner, sent) = (site.clone(), form.clone());
    let outcome = site.db().write(move |tx| settle(tx, &inner, &may, id, &sent)).await?;
    answer(&site, outcome, card, &form, Stage::First)
}

fn answer(site: &Site, outcome: Option<Outcome>, card: Option<CardView>, form: &Form, stage: Stage) -> Reply {
    match outcome {
        None => Ok(missing()),
        Some(Outcome::Already(change)) => settled_already(site, &change, Some(form), card),
        Some(Outcome::Again(asked, errors)) => view(site, &asked, Some(form), &errors, card, stage),
        Some(Outcome::Done { name, slug, taken, refused, waits }) => {
            let mut paragraphs = Vec::new();
            if !taken.is_empty() {
                paragraphs.push(format!("Families see this now: {}.", web::say::list(&taken)));
            }
            if refused > 0 {
                paragraphs.push(format!(
                    "{} not taken. Whoever sent it is told why.",
                    web::say::count(refused, "part was", "parts were")
                ));
            }
            if waits > 0 {
                paragraphs.push(format!(
                    "{} for a second person, because safety is touched.",
                    web::say::count(waits, "part waits", "parts wait")
                ));
            }
            Said {
                card,
                title: format!("Settled: {name}"),
                paragraphs,
                ways: match stage {
                    Stage::First => vec![
                        ("/admin/review".to_owned(), "What else waits".to_owned()),
                        (format!("/admin/entries/{slug}/history"), format!("The history of {name}")),
                    ],
                    Stage::Second => vec![("/admin/review/second".to_owned(), "What else waits".to_owned())],
                },
                ..Said::default()
            }
            .show(site)
        }
    }
}

/// A change taken up to be settled, or what came of it before.
enum Taken {
    Up(Box<Asked>),
    Not(Option<Outcome>),
}

/// Holds a change until the transaction ends, if it still waits for this.
fn take_up(tx: &mut Tx, site: &Site, id: Uuid, state: &str) -> Result<Taken, Fault> {
    let Some(change) = rows::find_change_to_settle(tx, id)? else {
        return Ok(Taken::Not(None));
    };
    if change.state != state {
        return Ok(Taken::Not(Some(Outcome::Already(Box::new(change)))));
    }
    Ok(read(tx, site, change)?.map_or(Taken::Not(None), |asked| Taken::Up(Box::new(asked))))
}

fn not_publishable(wrong: Vec<String>) -> Errors {
    let sentence = |wrong: String| Refusal::at("", format!("As it would be published: {wrong}"));
    Errors(wrong.into_iter().map(sentence).collect())
}

fn announce(tx: &mut Tx, asked: &Asked, state: &str, now: Instant) -> Result<(), Fault> {
    let what = serde_json::json!({"service": asked.kept.id.to_string(), "state": state});
    outbox::announce(tx, "change_settled", Some(asked.change.id), &what, now)
}

fn done(asked: &Asked, settled: &Settled, waits: usize) -> Outcome {
    Outcome::Done {
        name: asked.kept.name.clone(),
        slug: asked.kept.slug.clone(),
        taken: settled.taken.iter().map(|field| field.label).collect(),
        refused: settled.refused.len(),
        waits,
    }
}

fn settle(
    tx: &mut Tx,
    site: &Site,
    may: &May<ReviewChange>,
    id: Uuid,
    form: &Form,
) -> Result<Option<Outcome>, Fault> {
    let asked = match take_up(tx, site, id, "waiting")? {
        Taken::Up(asked) => *asked,
        Taken::Not(outcome) => return Ok(outcome),
    };
    let now = site.clock().now();
    let (verdicts, mut errors) = decide_form(&asked, form);
    if form.get("version") != asked.kept.version.to_string() {
        errors.0.push(Refusal::at(
            "",
            "The entry changed while you were reading. Look at it again and send once more",
        ));
    }
    if !errors.is_empty() {
        return Ok(Some(Outcome::Again(Box::new(asked), errors)));
    }
    // What a second person must see stays out of what is published now.
    let waits = |field: &Field, verdict: &Verdict| {
        !matches!(verdict, Verdict::Refuse(_))
            && asked
                .fields
                .iter()
                .any(|(each, route)| each.field.key == field.key && *route == Route::TwoPeople)
    };
    // A new entry is published whole, so all of it waits with its sensitive part.
    let any_waits = verdicts.iter().any(|(field, verdict)| waits(field, verdict));
    let holds_all = any_waits && !asked.kept.is_published();
    let (later, at_once): (Vec<_>, Vec<_>) =
        verdicts.iter().cloned().partition(|(field, verdict)| holds_all || waits(field, verdict));
    let settled = decide_review(&asked.kept.text, &asked.proposed, &at_once);
    let whole = decide_review(&asked.kept.text, &asked.proposed, &verdicts);
    let wrong = whole.text.draft()?.check();
    if !wrong.is_empty() {
        return Ok(Some(Outcome::Again(Box::new(asked), not_publishable(wrong))));
    }
    for (field, verdict) in &verdicts {
        write_down(tx, &asked, field, verdict, may, now)?;
    }
    publish_settled(tx, site, may, &asked, &settled, now)?;
    let state = if later.is_empty() { "settled" } else { "second" };
    rows::set_change_state(tx, asked.change.id, state, later.is_empty().then_some(now))?;
    let did = format!(
        "took {}, refused {}, {} to a second person",
        settled.taken.len(),
        settled.refused.len(),
        later.len()
    );
    access::audit::record(tx, may, did, "", now);
    announce(tx, &asked, state, now)?;
    if later.is_empty() {
        tell_sender(tx, site, &asked, now)?;
    }
    Ok(Some(done(&asked, &settled, later.len())))
}

fn publish_settled<A: Act>(
    tx: &mut Tx,
    site: &Site,
    may: &May<A>,
    asked: &Asked,
    settled: &Settled,
    now: Instant,
) -> Result<(), Fault> {
    if settled.taken.is_empty() {
        return Ok(());
    }
    let why = format!("Change {} checked", asked.change.reference);
    match publish(tx, site, may, &asked.kept, &settled.text, (&why, Some(asked.change.id)), now)? {
        Published::Version(_) => Ok(()),
        Published::Overtaken(_) => anyhow::bail!("another version was published while this one was settled"),
    }
}

/// What the form says of each field, and what is wrong with it.
fn decide_form(asked: &Asked, form: &Form) -> (Vec<(&'static Field, Verdict)>, Errors) {
    let mut errors = Errors::default();
    let mut verdicts = Vec::new();
    let all = form.get("all") == "accept";
    for (changed, _) in &asked.fields {
        let field = changed.field;
        let said = form.get(&format!("verdict-{}", field.key)).to_owned();
        let verdict = match said.as_str() {
            _ if all => Verdict::Accept,
            "accept" => Verdict::Accept,
            "amend" => {
                let text = form.get(&format!("amend-{}", field.key)).to_owned();
                let mut amended = asked.proposed.clone();
                let typed = field.typed_from_box(&text, &asked.names);
                match field.take(&typed, &mut amended, &asked.names) {
                    Ok(()) => Verdict::Amend(amended),
                    Err(sentence) => {
                        errors.0.push(Refusal::at(field.key, sentence));
                        continue;
                    }
                }
            }
            "refuse" => {
                let reason = form.get(&format!("reason-{}", field.key)).to_owned();
                let letters = reason.chars().count();
                if reason.is_empty() || letters > REASON_MAX {
                    let sentence = if reason.is_empty() {
                        format!("{}: say why, so that they can put it right", field.label)
                    } else {
                        format!("{}: use {REASON_MAX} letters or fewer for the reason", field.label)
                    };
                    errors.0.push(Refusal::at(field.key, sentence));
                    continue;
                }
                Verdict::Refuse(reason)
            }
            _ => {
                errors
                    .0
                    .push(Refusal::at(field.key, format!("{}: accept, change or refuse it", field.label)));
                continue;
            }
        };
        verdicts.push((field, verdict));
    }
    (verdicts, errors)
}

fn write_down<A: Act>(
    tx: &mut Tx,
    asked: &Asked,
    field: &Field,
    verdict: &Verdict,
    may: &May<A>,
    now: Instant,
) -> Result<(), Fault> {
    let (words, value, reason) = match verdict {
        Verdict::Accept => ("accepted", None, ""),
        Verdict::Amend(text) => ("amended", Some(text.value()), ""),
        Verdict::Refuse(reason) => ("refused", None, reason.as_str()),
    };
    let decision = DecisionRow {
        change_id: asked.change.id,
        field: field.key.to_owned(),
        verdict: words.to_owned(),
        value,
        reason: reason.to_owned(),
        decided_by: Some(person_of(may)?.uuid()),
        decided_at: now,
        confirmed_by: None,
        confirmed_at: None,
    };
    rows::set_decision(tx, &decision)
}

/// Writes to whoever sent it what was taken and why anything was not.
fn tell_sender(tx: &mut Tx, site: &Site, asked: &Asked, now: Instant) -> Result<(), Fault> {
    if !mails::can_lead_anywhere(site) {
        return Ok(());
    }
    let sender = Id::from_uuid(asked.change.sender);
    let Some(reader) = mails::find_address(tx, asked.change.organization_id, sender)? else {
        return Ok(());
    };
    let decisions = rows::list_decisions(tx, asked.change.id)?;
    let label = |key: &str| Field::find(key).map_or("Something", |field| field.label);
    let taken: Vec<String> = decisions
        .iter()
        .filter(|each| each.verdict != "refused")
        .map(|each| {
            format!(
                "{}{}",
                label(&each.field),
                if each.verdict == "amended" { ", in other words" } else { "" }
            )
        })
        .collect();
    let refused: Vec<String> = decisions
        .iter()
        .filter(|each| each.verdict == "refused")
        .map(|each| format!("{}: {}", label(&each.field), each.reason))
        .collect();
    let template = match (taken.is_empty(), refused.is_empty()) {
        (false, true) => &mails::CHANGE_TAKEN,
        (true, false) => &mails::CHANGE_NOT_TAKEN,
        _ => &mails::CHANGE_SETTLED,
    };
    let mut values = vec![
        ("entry", asked.kept.name.clone()),
        ("link", site.absolute(&format!("/provider/entries/{}", asked.kept.slug))),
    ];
    // A heading with nothing under it says less than no heading.
    values.extend((!taken.is_empty()).then(|| ("taken_lines", taken.join("\n"))));
    values.extend((!refused.is_empty()).then(|| ("refused_lines", refused.join("\n"))));
    mails::send(tx, template, (&reader.email, Some(sender)), values, site.dice(), now)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    First,
    Second,
}

fn view(
    site: &Site,
    asked: &Asked,
    form: Option<&Form>,
    errors: &Errors,
    card: Option<CardView>,
    stage: Stage,
) -> Reply {
    let typed = |name: String| form.map(|form| form.get(&name).to_owned());
    let fields: Vec<FieldView> = asked
        .fields
        .iter()
        .filter(|(changed, _)| stage == Stage::First || is_open(asked, changed.field))
        .map(|(changed, route)| {
            let field = changed.field;
            let decided = asked.decided.iter().find(|each| each.field == field.key);
            let amended = decided.and_then(|each| each.value.clone());
            let after = amended.and_then(|value| EntryText::read(value).ok());
            let after_words =
                after.map_or_else(|| changed.after_words.clone(), |text| field.words(&text, &asked.names));
            let (before, after) = mark_changes(&changed.before_words, &after_words);
            FieldView {
                key: field.key,
                label: field.label,
                before,
                after,
                two: *route == Route::TwoPeople,
                moved: !field.same(&asked.base, &asked.kept.text),
                verdict: typed(format!("verdict-{}", field.key)).unwrap_or_default(),
                amended: typed(format!("amend-{}", field.key))
                    .unwrap_or_else(|| field.box_text(&asked.proposed, &asked.names)),
                reason: typed(format!("reason-{}", field.key)).unwrap_or_default(),
                error: errors.at(field.key).map(str::to_owned),
            }
        })
        .collect();
    let two = fields.iter().any(|field| field.two);
    let new = !asked.kept.is_published();
    let body = ReviewView {
        card,
        errors: ErrorSummary { errors }.render()?,
        id: asked.change.id,
        slug: asked.kept.slug.clone(),
        name: asked.change.name.clone(),
        sender: asked.sender_name.clone(),
        sent: day_words(asked.change.sent_at),
        reference: asked.change.reference.clone(),
        note: asked.change.note.clone(),
        new,
        version: asked.kept.version,
        fields,
        two,
        second: stage == Stage::Second,
    };
    let (status, title) = errors.page(&format!("Check: {}", asked.change.name));
    show_with(site, status, &Page::new(title), &body)
}

/// Whether a second person still has to look at a field: the first said yes, and nothing has been published.
fn is_open(asked: &Asked, field: &Field) -> bool {
    let route = asked.fields.iter().find(|(each, _)| each.field.key == field.key).map(|(_, route)| *route);
    asked.decided.iter().any(|each| {
        each.field == field.key
            && each.verdict != "refused"
            && each.confirmed_at.is_none()
            && (route == Some(Route::TwoPeople) || !asked.kept.is_published())
    })
}

/// How many fields of a change still wait for their second person: the rest is published, or was refused.
pub(crate) fn count_for_second(tx: &mut Tx, site: &Site, change: ChangeRow) -> Result<usize, Fault> {
    let asked = read(tx, site, change)?;
    Ok(asked
        .map_or(0, |asked| asked.fields.iter().filter(|(changed, _)| is_open(&asked, changed.field)).count()))
}

/// `GET /admin/review/{change}/second`.
pub(crate) async fn second(State(site): State<Site>, who: Who, Path(id): Path<Uuid>) -> Reply {
    let may = who.may::<ApproveSensitive>(On::one("entry_change", id))?;
    match look_at(&site, may, id).await? {
        None => Ok(missing()),
        Some(asked) if asked.change.state != "second" => settled_already(&site, &asked.change, None, None),
        Some(asked) => view(&site, &asked, None, &Errors::default(), None, Stage::Second),
    }
}

/// `POST /admin/review/{change}/second`: the second person agrees, or refuses with a reason.
pub(crate) async fn post_second(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<Uuid>,
    form: Form,
) -> Reply {
    let card = card_for(&site, &form);
    let may = who.may::<ApproveSensitive>(On::one("entry_change", id))?;
    let (inner, sent) = (site.clone(), form.clone());
    let outcome = site.db().write(move |tx| confirm(tx, &inner, &may, id, &sent)).await?;
    answer(&site, outcome, card, &form, Stage::Second)
}

fn confirm(
    tx: &mut Tx,
    site: &Site,
    may: &May<ApproveSensitive>,
    id: Uuid,
    form: &Form,
) -> Result<Option<Outcome>, Fault> {
    let asked = match take_up(tx, site, id, "second")? {
        Taken::Up(asked) => *asked,
        Taken::Not(outcome) => return Ok(outcome),
    };
    let (me, now) = (person_of(may)?.uuid(), site.clock().now());
    let mut errors = Errors::default();
    let open: Vec<&'static Field> =
        asked.fields.iter().map(|(each, _)| each.field).filter(|field| is_open(&asked, field)).collect();
    let first = asked.decided.iter().filter(|each| open.iter().any(|field| field.key == each.field));
    if first.clone().any(|each| each.decided_by == Some(me)) || asked.change.sender == me {
        errors.0.push(Refusal::at("", "Two different people have to look at this. You were the first, or sent it yourself, so ask somebody else"));
        return Ok(Some(Outcome::Again(Box::new(asked), errors)));
    }
    let mut verdicts = Vec::new();
    for field in &open {
        let reason = form.get(&format!("reason-{}", field.key)).to_owned();
        let decided = asked.decided.iter().find(|each| each.field == field.key);
        match (form.get(&format!("verdict-{}", field.key)), decided.and_then(|each| each.value.clone())) {
            ("accept", Some(value)) => verdicts.push((*field, Verdict::Amend(EntryText::read(value)?))),
            ("accept", None) => verdicts.push((*field, Verdict::Accept)),
            ("refuse", _) if !reason.is_empty() => verdicts.push((*field, Verdict::Refuse(reason))),
            ("refuse", _) => errors.0.push(Refusal::at(field.key, format!("{}: say why", field.label))),
            _ => errors.0.push(Refusal::at(field.key, format!("{}: agree or refuse", field.label))),
        }
    }
    if !errors.is_empty() {
        return Ok(Some(Outcome::Again(Box::new(asked), errors)));
    }
    let settled = decide_review(&asked.kept.text, &asked.proposed, &verdicts);
    let wrong = settled.text.draft()?.check();
    if !settled.taken.is_empty() && !wrong.is_empty() {
        return Ok(Some(Outcome::Again(Box::new(asked), not_publishable(wrong))));
    }
    for (field, verdict) in &verdicts {
        let Some(was) = asked.decided.iter().find(|each| each.field == field.key) else { continue };
        let mut decision = was.clone();
        if let Verdict::Refuse(reason) = verdict {
            (decision.verdict, decision.reason) = ("refused".to_owned(), reason.clone());
        }
        (decision.confirmed_by, decision.confirmed_at) = (Some(me), Some(now));
        rows::set_decision(tx, &decision)?;
    }
    publish_settled(tx, site, may, &asked, &settled, now)?;
    rows::set_change_state(tx, asked.change.id, "settled", Some(now))?;
    let did = format!("as the second person took {}, refused {}", settled.taken.len(), settled.refused.len());
    access::audit::record(tx, may, did, "", now);
    announce(tx, &asked, "settled", now)?;
    tell_sender(tx, site, &asked, now)?;
    Ok(Some(done(&asked, &settled, 0)))
}
