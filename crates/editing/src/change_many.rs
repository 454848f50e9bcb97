//! Change many entries at once: look first, then do it, then take it back if it was wrong. Each entry gets a version of
//! its own, so that what somebody else changed meanwhile is never overwritten: such an entry is left and named.

use crate::{
    list_entries::list_shown,
    model::{Change, ENTRIES_MAX, Made},
    store::{self as rows, ManyChange, ManyChangeEntry},
};
use access::{EditMany, May, On, audit};
use askama::Template;
use axum::extract::{Path, State};
use directory::{Directory, Publication, Published};
use keeping::TwoPeople;
use kernel::{Fault, Id, Instant, Refusal};
use store::Tx;
use web::{
    CardView, Form, Page, Reply, Site, Who,
    fields::{ErrorSummary, Errors},
    missing, say, see_other, show, show_with,
};

#[derive(Template)]
#[template(path = "many_preview.html")]
struct PreviewView {
    card: Option<CardView>,
    summary: String,
    words: String,
    kind: String,
    value: String,
    put: String,
    why: String,
    why_error: Option<String>,
    changed: Vec<Preview>,
    same: usize,
    refused: Vec<(String, String)>,
    /// What can be chosen again when the choice could not be read.
    again: Option<Again>,
}

/// The form of the list once more, with everything that was chosen in it.
struct Again {
    slugs: Vec<String>,
    /// Slug, name and whether it is chosen.
    needs: Vec<(String, String, bool)>,
}

impl PreviewView {
    fn is_kind(&self, kind: &str) -> bool {
        self.kind == kind
    }

    /// What was typed for this kind of change; empty for the others.
    fn value_if(&self, kind: &str) -> &str {
        if self.kind == kind { &self.value } else { "" }
    }
}

/// What can be changed, as the list offers it.
const KINDS: [(&str, &str); 4] = [
    ("replace", "Put one text in place of another"),
    ("add_need", "Add a need they are found under"),
    ("remove_need", "Take away a need"),
    ("add_alias", "Add what people also say"),
];

struct Preview {
    slug: String,
    name: String,
    version: i64,
    differs: Vec<(&'static str, String, String)>,
}

/// Why an entry is left out of a change to many.
const TAKES_TWO: &str =
    "This touches what protects people, so two must look at it: change it on its own page";

/// `POST /admin/entries/preview`: changes nothing.
pub(crate) async fn post_preview(State(directory): State<Directory>, who: Who, form: Form) -> Reply {
    who.may::<EditMany>(On::all("service"))?;
    let site = directory.site();
    let typed = form.typed(&["find", "put", "alias"]);
    let card = site.card(site.screen(&typed).verdict()).map(CardView::above);
    let kind = form.get("kind");
    let value = match kind {
        "replace" => form.get("find"),
        "add_alias" => form.get("alias"),
        _ => form.get("need"),
    };
    let mut slugs: Vec<String> = form.all("slug").map(str::to_owned).collect();
    if !form.get("all").is_empty() {
        let (query, today) = (form.get("query").to_owned(), site.clock().today());
        slugs = site.db().read(move |tx| list_shown(tx, &query, today)).await?;
    }
    preview(site, kind, value, form.get("put"), slugs, card, "", Errors::default()).await
}

#[expect(clippy::too_many_arguments, reason = "the page puts back all that was typed")]
async fn preview(
    site: &Site,
    kind: &str,
    value: &str,
    put: &str,
    slugs: Vec<String>,
    card: Option<CardView>,
    why: &str,
    mut errors: Errors,
) -> Reply {
    if slugs.is_empty() {
        errors.0.push(Refusal::at("", "Tick at least one entry in the list"));
    } else if slugs.len() > ENTRIES_MAX {
        errors.0.push(Refusal::at(
            "",
            format!("Change up to {ENTRIES_MAX} entries at once. You ticked {}", slugs.len()),
        ));
    }
    let change = match Change::read(kind, value, put) {
        Ok(change) => Some(change),
        Err((field, sentence)) => {
            errors.0.push(Refusal::at(field, sentence));
            None
        }
    };
    let mut body = PreviewView {
        card,
        summary: ErrorSummary { errors: &errors }.render()?,
        words: change.as_ref().map_or_else(String::new, Change::words),
        kind: kind.to_owned(),
        value: value.to_owned(),
        put: put.to_owned(),
        why: why.to_owned(),
        why_error: errors.at("why").map(str::to_owned),
        again: None,
        changed: Vec::new(),
        same: 0,
        refused: Vec::new(),
    };
    // Without a reason everything else still stands; anything else has to be chosen again.
    let chosen_well = errors.0.iter().all(|refusal| refusal.field == "why");
    let Some(change) = change.filter(|_| chosen_well) else {
        let needs = site.db().read(directory::list_needs).await?;
        let is_chosen = |slug: &str| matches!(kind, "add_need" | "remove_need") && value == slug;
        let needs = needs.into_iter().map(|need| {
            let chosen = is_chosen(&need.slug);
            (need.slug, need.name, chosen)
        });
        body.again = Some(Again { slugs, needs: needs.collect() });
        let (status, title) = errors.page("Change many entries");
        return show_with(site, status, &Page::new(title), &body);
    };
    let (council, now) = (site.council(), site.clock().now());
    let made = site.db().read(move |tx| look(tx, &change, &slugs, &council, now)).await?;
    for (slug, name, version, made) in made {
        match made {
            Made::Changed(_, differs) => body.changed.push(Preview { slug, name, version, differs }),
            Made::Same => body.same += 1,
            Made::Refused(sentence) => body.refused.push((name, sentence)),
        }
    }
    let (status, title) = errors.page("Change many entries");
    show_with(site, status, &Page::new(title), &body)
}

fn look(
    tx: &mut Tx,
    change: &Change,
    slugs: &[String],
    council: &settings::Council,
    now: Instant,
) -> Result<Vec<(String, String, i64, Made)>, Fault> {
    let mut made = Vec::with_capacity(slugs.len());
    let two_people = TwoPeople::find(tx, council, now)?;
    for slug in slugs {
        if let Some(entry) = directory::find_entry(tx, slug)? {
            let applied = match change.applied(&entry.draft) {
                Made::Changed(draft, _) if two_people.are_needed(&entry.draft, &draft)? => {
                    Made::Refused(TAKES_TWO.to_owned())
                }
                applied => applied,
            };
            made.push((entry.slug, entry.name, entry.version, applied));
        }
    }
    Ok(made)
}

/// `POST /admin/entries/apply`: what was looked at, and nothing else. `slug` carries the version that was seen.
pub(crate) async fn post_apply(State(directory): State<Directory>, who: Who, form: Form) -> Reply {
    let site = directory.site();
    let id: Id<()> = Id::new(site.clock(), site.dice());
    let may = who.may::<EditMany>(On::one("many_change", id))?;
    let typed = form.typed(&["why", "value", "put"]);
    let card = site.card(site.screen(&typed).verdict()).map(CardView::above);
    let seen: Vec<(String, i64)> = form
        .all("slug")
        .take(ENTRIES_MAX)
        .filter_map(|seen| seen.rsplit_once('@'))
        .filter_map(|(slug, version)| Some((slug.to_owned(), version.parse().ok()?)))
        .collect();
    let (kind, value, put, why) = (form.get("kind"), form.get("value"), form.get("put"), form.get("why"));
    let slugs = || seen.iter().map(|(slug, _)| slug.clone()).collect::<Vec<_>>();
    let Ok(change) = Change::read(kind, value, put) else {
        return preview(site, kind, value, put, slugs(), card, why, Errors::default()).await;
    };
    if why.is_empty() || why.chars().count() > 200 {
        let errors =
            Errors(vec![Refusal::at("why", "Say in up to 200 letters why, for whoever reads the history")]);
        return preview(site, kind, value, put, slugs(), card, why, errors).await;
    }
    let record = ManyChange {
        id,
        kind: kind.to_owned(),
        value: value.to_owned(),
        put: put.to_owned(),
        words: change.words(),
        why: why.to_owned(),
        changed_by: may.actor().person(),
        changed_at: site.clock().now(),
        undone_at: None,
    };
    let council = site.council();
    site.db()
        .write(move |tx| {
            rows::insert_change(tx, &record)?;
            let mut changed = 0;
            let two_people = TwoPeople::find(tx, &council, record.changed_at)?;
            let changing =
                Changing { may: &may, change: &change, record: &record, council: &council, two_people };
            for (slug, version) in &seen {
                let entry = changing.one(tx, slug, *version)?;
                changed += usize::from(entry.version_after > 0);
                rows::insert_change_entry(tx, record.id, &entry)?;
            }
            audit::record(
                tx,
                &may,
                format!("changed {changed} entries at once"),
                record.why.as_str(),
                record.changed_at,
            );
            Ok(())
        })
        .await?;
    Ok(see_other(&format!("/admin/entries/changes/{id}")))
}

/// A change while it is made.
struct Changing<'a> {
    may: &'a May<EditMany>,
    change: &'a Change,
    record: &'a ManyChange,
    council: &'a settings::Council,
    two_people: TwoPeople,
}

impl Changing<'_> {
    fn one(&self, tx: &mut Tx, slug: &str, seen: i64) -> Result<ManyChangeEntry, Fault> {
        let left = |because: &str| ManyChangeEntry {
            slug: slug.to_owned(),
            version_before: seen,
            version_after: 0,
            left_because: because.to_owned(),
            undone: false,
        };
        let Some(entry) = directory::find_entry(tx, slug)? else {
            return Ok(left("It is no longer there"));
        };
        if entry.version != seen {
            return Ok(left("Somebody changed it after you looked"));
        }
        let draft = match self.change.applied(&entry.draft) {
            Made::Changed(draft, _) => draft,
            Made::Same => return Ok(left("There was nothing to change")),
            Made::Refused(sentence) => return Ok(left(&sentence)),
        };
        if self.two_people.are_needed(&entry.draft, &draft)? {
            return Ok(left(TAKES_TWO));
        }
        let Changing { record, .. } = self;
        let publication = Publication {
            draft: &draft,
            base_version: seen,
            why: &record.why,
            change: Some(record.id.uuid()),
        };
        match directory::publish(tx, self.may, &publication, self.council, record.changed_at)? {
            Published::Version(number) => Ok(ManyChangeEntry { version_after: number, ..left("") }),
            Published::Overtaken(_) => Ok(left("Somebody changed it after you looked")),
        }
    }
}

#[derive(Template)]
#[template(path = "many_list.html")]
struct ListView {
    changes: Vec<(String, String, String, bool)>,
}

/// `GET /admin/entries/changes`.
pub(crate) async fn get_list(State(directory): State<Directory>, who: Who) -> Reply {
    who.may::<EditMany>(On::all("many_change"))?;
    let changes = directory.site().db().read(rows::list_changes).await?;
    let changes = changes
        .into_iter()
        .map(|change| {
            let day = say::day_month_year(kernel::civil_today(change.changed_at));
            (change.id.to_string(), change.words, day, change.undone_at.is_some())
        })
        .collect();
    show(directory.site(), &Page::new("Changes made to many entries"), &ListView { changes })
}

#[derive(Template)]
#[template(path = "many_change.html")]
struct ChangeView {
    id: String,
    words: String,
    why: String,
    day: String,
    undone: bool,
    changed: Vec<ManyChangeEntry>,
    left: Vec<ManyChangeEntry>,
}

/// `GET /admin/entries/changes/{id}`.
pub(crate) async fn get(State(directory): State<Directory>, who: Who, Path(id): Path<String>) -> Reply {
    let Ok(id) = id.parse::<Id<()>>() else { return Ok(missing()) };
    who.may::<EditMany>(On::one("many_change", id))?;
    let found = directory
        .site()
        .db()
        .read(move |tx| Ok((rows::find_change_to_read(tx, id)?, rows::list_change_entries(tx, id)?)))
        .await?;
    let (Some(change), entries) = found else { return Ok(missing()) };
    let (changed, left) = entries.into_iter().partition(|entry: &ManyChangeEntry| entry.version_after > 0);
    let body = ChangeView {
        id: id.to_string(),
        words: change.words,
        why: change.why,
        day: say::day_month_year(kernel::civil_today(change.changed_at)),
        undone: change.undone_at.is_some(),
        changed,
        left,
    };
    show(directory.site(), &Page::new("A change to many entries"), &body)
}

/// `POST /admin/entries/changes/{id}/undo`: each entry goes back to the text it had, as a new version. One that was
/// changed again since is left as it is.
pub(crate) async fn post_undo(State(directory): State<Directory>, who: Who, Path(id): Path<String>) -> Reply {
    let Ok(id) = id.parse::<Id<()>>() else { return Ok(missing()) };
    let may = who.may::<EditMany>(On::one("many_change", id))?;
    let site = directory.site();
    let (council, now) = (site.council(), site.clock().now());
    let found = site
        .db()
        .write(move |tx| {
            let Some(change) = rows::find_change(tx, id)? else { return Ok(false) };
            if change.undone_at.is_some() {
                return Ok(true);
            }
            let two_people = TwoPeople::find(tx, &council, now)?;
            for entry in rows::list_change_entries(tx, id)?.iter().filter(|entry| entry.version_after > 0) {
                let service = directory::entry_id(&entry.slug);
                let Some(draft) = directory::find_version(tx, service, entry.version_before)? else {
                    continue;
                };
                let Some(current) = directory::find_entry(tx, &entry.slug)? else { continue };
                if two_people.are_needed(&current.draft, &draft)? {
                    continue;
                }
                let publication = Publication {
                    draft: &draft,
                    base_version: entry.version_after,
                    why: "A change to many was taken back",
                    change: Some(id.uuid()),
                };
                if let Published::Version(_) = directory::publish(tx, &may, &publication, &council, now)? {
                    rows::set_entry_undone(tx, id, &entry.slug)?;
                }
            }
            rows::set_undone(tx, id, now)?;
            audit::record(tx, &may, "took back a change to many entries", "", now);
            Ok(true)
        })
        .await?;
    Ok(if found { see_other(&format!("/admin/entries/changes/{id}")) } else { missing() })
}
