//! Making one entry of two: both side by side, what the one that stays will say, and a reason. What protects people
//! takes two people. The one that goes is lost nowhere: its history can be read, its address answers with the other,
//! and all of it can be taken back.

use crate::{
    merge::{
        Choice, FIELDS, Joins, MergeField, default_choice, differing, fields_of, merged, newer_of, words,
    },
    room::Quality,
    store::{self as rows, Merge, MergeRow},
};
use access::{Act, May, MergeEntries, On, PersonId, audit};
use askama::Template;
use axum::extract::{Path, State};
use directory::{Entry, Publication, Published, Replacing, ServiceDraft, Status};
use keeping::TwoPeople;
use kernel::{Fault, Id, Instant, Refusal};
use settings::Council;
use std::collections::HashMap;
use store::{Tx, outbox};
use web::{
    CardView, Form, Page, Params, Reply, Site, Who,
    fields::{ErrorSummary, Errors, Input},
    missing, see_other, show_with,
};

/// As in the history of an entry.
const WHY_MAX: usize = 200;

#[derive(Template)]
#[template(path = "merge.html")]
struct MergeView {
    card: Option<CardView>,
    summary: String,
    a: SideView,
    b: SideView,
    keep: Choice,
    score: String,
    reasons: Vec<String>,
    doubts: Vec<String>,
    fields: Vec<FieldView>,
    same: Vec<&'static str>,
    why: String,
    organizations_differ: bool,
}

struct SideView {
    slug: String,
    name: String,
    organization: String,
    checked: String,
    version: i64,
}

struct FieldView {
    key: &'static str,
    label: &'static str,
    a: Vec<String>,
    b: Vec<String>,
    joins: bool,
    choice: Choice,
}

impl FieldView {
    fn is(&self, key: &str) -> bool {
        self.choice.key() == key
    }
}

impl MergeView {
    fn keeps(&self, key: &str) -> bool {
        self.keep.key() == key
    }
}

/// Two entries that can be made one.
struct Two {
    a: Entry,
    b: Entry,
    names: HashMap<(String, String), String>,
    score: String,
    reasons: Vec<String>,
    doubts: Vec<String>,
}

fn find_two(tx: &mut Tx, a: &str, b: &str) -> Result<Option<Two>, Fault> {
    if a == b
        || directory::find_replacement(tx, a)?.is_some()
        || directory::find_replacement(tx, b)?.is_some()
    {
        return Ok(None);
    }
    let (Some(a), Some(b)) = (directory::find_entry(tx, a)?, directory::find_entry(tx, b)?) else {
        return Ok(None);
    };
    let mut names = HashMap::new();
    for need in directory::list_needs(tx)? {
        names.insert(("topics".to_owned(), need.slug), need.name);
    }
    for place in directory::list_places(tx)? {
        names.insert(("locations".to_owned(), place.slug), place.name);
    }
    let pair = rows::find_pair(tx, a.id, b.id)?;
    let (score, reasons, doubts) = match pair {
        Some(pair) => (
            format!("{}%", (pair.score * 100.0) as i64),
            serde_json::from_value(pair.reasons)?,
            serde_json::from_value(pair.doubts)?,
        ),
        None => (String::new(), Vec::new(), Vec::new()),
    };
    Ok(Some(Two { a, b, names, score, reasons, doubts }))
}

/// What the form says: which stays, what of each field, and why.
struct Chosen {
    keep: Choice,
    fields: Vec<(&'static MergeField, Choice)>,
    why: String,
}

impl Chosen {
    /// What stands in the form, and what would be chosen where it says nothing.
    fn read(two: &Two, form: &dyn Fn(&str) -> String) -> Result<Chosen, Fault> {
        let newer = newer_of(two.a.draft.checked_on, two.b.draft.checked_on);
        let keep = Choice::parse(&form("keep")).filter(|keep| *keep != Choice::Both).unwrap_or(newer);
        let (a, b) = (fields_of(&two.a.draft)?, fields_of(&two.b.draft)?);
        let fields = differing(&a, &b)
            .into_iter()
            .map(|field| {
                let typed = Choice::parse(&form(&format!("f-{}", field.key)))
                    .filter(|choice| *choice != Choice::Both || field.joins == Joins::Both);
                (field, typed.unwrap_or_else(|| default_choice(field, (&a, &b), newer)))
            })
            .collect();
        Ok(Chosen { keep, fields, why: form("why") })
    }

    fn merged(&self, two: &Two) -> Result<ServiceDraft, Fault> {
        let kept = if self.keep == Choice::Second { &two.b } else { &two.a };
        merged(&kept.draft, (&fields_of(&two.a.draft)?, &fields_of(&two.b.draft)?), &self.fields)
    }
}

/// `GET /admin/duplicates/{a}/{b}`; `?keep=b` chooses the other to stay.
pub(crate) async fn get(
    State(quality): State<Quality>,
    who: Who,
    Path((a, b)): Path<(String, String)>,
    params: Params,
) -> Reply {
    who.may::<MergeEntries>(On::all("service"))?;
    let Some(two) = quality.site.db().read(move |tx| find_two(tx, &a, &b)).await? else {
        return Ok(missing());
    };
    let chosen = Chosen::read(&two, &|name| params.get(name).to_owned())?;
    page(&quality.site, &two, &chosen, None, &Errors::default())
}

fn page(site: &Site, two: &Two, chosen: &Chosen, card: Option<CardView>, errors: &Errors) -> Reply {
    let (a, b) = (fields_of(&two.a.draft)?, fields_of(&two.b.draft)?);
    let name_of = |key: &str, slug: &str| {
        two.names.get(&(key.to_owned(), slug.to_owned())).cloned().unwrap_or_else(|| slug.to_owned())
    };
    let fields = chosen
        .fields
        .iter()
        .map(|(field, choice)| FieldView {
            key: field.key,
            label: field.label,
            a: words(field.key, a.get(field.key), &name_of),
            b: words(field.key, b.get(field.key), &name_of),
            joins: field.joins == Joins::Both,
            choice: *choice,
        })
        .collect();
    let side = |entry: &Entry| SideView {
        slug: entry.slug.clone(),
        name: entry.name.clone(),
        organization: entry.organization.name.clone(),
        checked: entry.draft.checked_on.map_or_else(
            || "Never checked".to_owned(),
            |date| format!("Checked {}", web::say::day_month_year(date)),
        ),
        version: entry.version,
    };
    let body = MergeView {
        card,
        summary: ErrorSummary { errors }.render()?,
        a: side(&two.a),
        b: side(&two.b),
        keep: chosen.keep,
        score: two.score.clone(),
        reasons: two.reasons.clone(),
        doubts: two.doubts.clone(),
        fields,
        same: FIELDS
            .iter()
            .filter(|field| a.get(field.key) == b.get(field.key))
            .filter(|field| !words(field.key, a.get(field.key), &name_of).is_empty())
            .map(|field| field.label)
            .collect(),
        why: Input {
            name: "why",
            label: "Why are they the same?",
            hint: "It stands in the history of the entry. No names, please.",
            value: &chosen.why,
            kind: "text",
            autocomplete: "",
            error: errors.at("why"),
        }
        .render()?,
        organizations_differ: two.a.organization.id != two.b.organization.id,
    };
    let (status, title) = errors.page("Make one of two");
    show_with(site, status, &Page::new(title), &body)
}

/// What became of it.
enum Outcome {
    Done,
    Waits,
    Again(Box<(Two, Chosen, Errors)>),
}

/// `POST /admin/duplicates/{a}/{b}`.
pub(crate) async fn post(
    State(quality): State<Quality>,
    who: Who,
    Path((a, b)): Path<(String, String)>,
    form: Form,
) -> Reply {
    let site = &quality.site;
    let may = who.may::<MergeEntries>(On::one("service", directory::entry_id(&a)))?;
    let card = site.card(site.screen(&form.typed(&["why"])).verdict()).map(CardView::above);
    let (council, now, lifelines) = (site.council(), site.clock().now(), lifelines(site));
    let id: Id<Merge> = Id::new(site.clock(), site.dice());
    let outcome = site
        .db()
        .write(move |tx| {
            let Some(two) = find_two(tx, &a, &b)? else { return Ok(None) };
            let chosen = Chosen::read(&two, &|name| form.get(name).to_owned())?;
            let seen = |name: &str| form.get(name).parse::<i64>().unwrap_or(-1);
            let mut errors = decide_errors(&two, &chosen, (seen("va"), seen("vb")))?;
            if rows::find_standing_merge(tx, two.a.id, two.b.id)?.is_some() {
                errors.0.push(Refusal::at(
                    "",
                    "Somebody has proposed this already, and a second person looks at it",
                ));
            }
            if !errors.is_empty() {
                return Ok(Some(Outcome::Again(Box::new((two, chosen, errors)))));
            }
            propose(tx, &may, id, &two, &chosen, (&council, &lifelines), now).map(Some)
        })
        .await?;
    match outcome {
        None => Ok(missing()),
        Some(Outcome::Again(again)) => page(site, &again.0, &again.1, card, &again.2),
        Some(Outcome::Done | Outcome::Waits) => Ok(see_other(&format!("/admin/merges/{id}"))),
    }
}

fn decide_errors(two: &Two, chosen: &Chosen, seen: (i64, i64)) -> Result<Errors, Fault> {
    let mut errors = Errors::default();
    if chosen.why.is_empty() || chosen.why.chars().count() > WHY_MAX {
        errors.0.push(Refusal::at(
            "why",
            format!("Say in up to {WHY_MAX} letters why, for whoever reads the history"),
        ));
    }
    if seen != (two.a.version, two.b.version) {
        errors.0.push(Refusal::at("", "One of them changed while you were choosing. Look once more"));
    }
    for sentence in chosen.merged(two)?.check() {
        errors.0.push(Refusal::at("", format!("As it would be published: {sentence}")));
    }
    Ok(errors)
}

fn propose(
    tx: &mut Tx,
    may: &May<MergeEntries>,
    id: Id<Merge>,
    two: &Two,
    chosen: &Chosen,
    (council, lifelines): (&Council, &[String]),
    now: Instant,
) -> Result<Outcome, Fault> {
    let (kept, gone) = if chosen.keep == Choice::Second { (&two.b, &two.a) } else { (&two.a, &two.b) };
    let draft = chosen.merged(two)?;
    let two_people = TwoPeople::find(tx, council, now)?;
    let takes_two = takes_two(&two_people, kept, &draft)?
        || takes_two_to_go(&two_people, gone)?
        || [kept, gone].into_iter().any(|entry| is_lifeline(&entry.draft, lifelines))
        || (rows::find_pair(tx, two.a.id, two.b.id)?.is_none()
            && have_nothing_in_common(&kept.draft, &gone.draft));
    let merge = MergeRow {
        id,
        kept: kept.id,
        kept_slug: kept.slug.clone(),
        gone: gone.id,
        gone_slug: gone.slug.clone(),
        kept_version: kept.version,
        gone_version: gone.version,
        draft: serde_json::to_value(&draft)?,
        why: chosen.why.clone(),
        proposed_by: may.actor().person().map(PersonId::uuid),
        proposed_at: now,
        state: "waiting".to_owned(),
        settled_by: None,
        settled_at: None,
        version_after: None,
        undone_at: None,
        people: if takes_two { 2 } else { 1 },
    };
    rows::insert_merge(tx, &merge)?;
    if takes_two {
        audit::record(
            tx,
            may,
            "proposed to make one entry of two; a second person looks",
            merge.why.as_str(),
            now,
        );
        return Ok(Outcome::Waits);
    }
    match carry_out(tx, may, &merge, council, now)? {
        Carried::Out => Ok(Outcome::Done),
        // Both were read in this transaction.
        Carried::Overtaken => anyhow::bail!("an entry changed while it was merged"),
    }
}

/// Whether it is one of the numbers that our own pages send people to in need.
pub(crate) fn is_lifeline(draft: &ServiceDraft, lifelines: &[String]) -> bool {
    draft.phones.iter().any(|phone| lifelines.contains(&phone.number.dialled()))
}

/// The numbers of every crisis contact, ours and the whole country's.
pub(crate) fn lifelines(site: &web::Site) -> Vec<String> {
    let local = site.local_contacts();
    let all = site.safety().contacts().iter().chain(local.all());
    all.map(|contact| contact.number.dialled()).collect()
}

/// Two that nobody would take for one: no phone, address, place or words of a name that both have.
fn have_nothing_in_common(a: &ServiceDraft, b: &ServiceDraft) -> bool {
    let phones =
        |draft: &ServiceDraft| draft.phones.iter().map(|each| each.number.dialled()).collect::<Vec<_>>();
    let words = |draft: &ServiceDraft| -> Vec<String> {
        let name = draft.name.to_lowercase();
        let words = name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| word.len() > 3);
        words.map(str::to_owned).collect()
    };
    let (phones_b, words_b) = (phones(b), words(b));
    !(phones(a).iter().any(|phone| phones_b.contains(phone))
        || a.email.is_some() && a.email == b.email
        || a.website.is_some() && a.website == b.website
        || a.locations.iter().any(|place| b.locations.contains(place))
        || words(a).iter().any(|word| words_b.contains(word)))
}

fn takes_two(two_people: &TwoPeople, kept: &Entry, draft: &ServiceDraft) -> Result<bool, Fault> {
    two_people.are_needed(&kept.draft, draft)
}

/// An entry that goes is as good as closed: where closing it takes two people, so does this.
pub(crate) fn takes_two_to_go(two_people: &TwoPeople, gone: &Entry) -> Result<bool, Fault> {
    let mut closed = gone.draft.clone();
    closed.status = Status::Defunct;
    two_people.are_needed(&gone.draft, &closed)
}

pub(crate) enum Carried {
    Out,
    Overtaken,
}

/// Publishes the one, lets it stand for the other, and writes down who said so.
pub(crate) fn carry_out<A: Act>(
    tx: &mut Tx,
    may: &May<A>,
    merge: &MergeRow,
    council: &Council,
    now: Instant,
) -> Result<Carried, Fault> {
    let unchanged =
        directory::find_entry(tx, &merge.gone_slug)?.is_some_and(|gone| gone.version == merge.gone_version);
    let draft: ServiceDraft = serde_json::from_value(merge.draft.clone())?;
    if !unchanged {
        return Ok(Carried::Overtaken);
    }
    let why = format!("Made one with {}: {}", merge.gone_slug, merge.why);
    let publication = Publication {
        draft: &draft,
        base_version: merge.kept_version,
        why: &why,
        change: Some(merge.id.uuid()),
    };
    let Published::Version(version) = directory::publish(tx, may, &publication, council, now)? else {
        return Ok(Carried::Overtaken);
    };
    match directory::replace(tx, may, merge.gone, merge.kept, merge.id.uuid(), now)? {
        Replacing::Done => {}
        other => anyhow::bail!("an entry could not stand for another: {other:?}"),
    }
    rows::delete_pairs_of(tx, merge.gone)?;
    rows::set_merge_done(tx, merge.id, may.actor().person().map(PersonId::uuid), version, now)?;
    audit::record(tx, may, "made one entry of two", merge.why.as_str(), now);
    let what = serde_json::json!({"kept": merge.kept.to_string(), "gone": merge.gone.to_string()});
    outbox::announce(tx, "entries_merged", Some(merge.gone.uuid()), &what, now)?;
    Ok(Carried::Out)
}
