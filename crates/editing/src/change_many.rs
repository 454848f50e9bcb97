//! Change many entries at once, as it was looked at, and take it back if it was wrong. Each entry gets a version of its
//! own, so that what somebody else changed meanwhile is never overwritten: such an entry is left and named.

use crate::{
    look_at_many::{Chosen, TAKES_TWO, choose_again, show_look},
    model::{Change, ENTRIES_MAX, Made},
    store::{self as rows, ManyChange, ManyChangeEntry},
};
use access::{EditMany, May, On, audit};
use askama::Template;
use axum::extract::{Path, State};
use directory::{Directory, Publication, Published};
use keeping::TwoPeople;
use kernel::{Fault, Id, Refusal};
use store::Tx;
use web::{CardView, Form, Page, Reply, Who, fields::Errors, missing, say, see_other, show};

/// `POST /admin/entries/apply`: what was looked at, and nothing else. `slug` carries the version that was seen, and
/// `look` becomes the id of the change: the same look makes one change however often it is sent.
pub(crate) async fn post_apply(State(directory): State<Directory>, who: Who, form: Form) -> Reply {
    let site = directory.site();
    let id: Id<()> = form.get("look").parse().unwrap_or_else(|_| Id::new(site.clock(), site.dice()));
    let may = who.may::<EditMany>(On::one("many_change", id))?;
    let typed = form.typed(&["why", "value", "put"]);
    let card = site.card(site.screen(&typed).verdict()).map(CardView::above);
    let seen: Vec<(String, i64)> = form
        .all("slug")
        .take(ENTRIES_MAX)
        .filter_map(|seen| seen.rsplit_once('@'))
        .filter_map(|(slug, version)| Some((slug.to_owned(), version.parse().ok()?)))
        .collect();
    let chosen = Chosen {
        kind: form.get("kind").to_owned(),
        value: form.get("value").to_owned(),
        put: form.get("put").to_owned(),
        slugs: seen.iter().map(|(slug, _)| slug.clone()).collect(),
    };
    let change = match chosen.read() {
        Ok(change) => change,
        Err(errors) => return choose_again(site, chosen, card, &errors).await,
    };
    let why = form.get("why");
    if why.is_empty() || why.chars().count() > 200 {
        let errors =
            Errors(vec![Refusal::at("why", "Say in up to 200 letters why, for whoever reads the history")]);
        return show_look(site, id, chosen, change, card, why, &errors).await;
    }
    let record = ManyChange {
        id,
        kind: chosen.kind,
        value: chosen.value,
        put: chosen.put,
        words: change.words(),
        why: why.to_owned(),
        changed_by: may.actor().person(),
        changed_at: site.clock().now(),
        undone_at: None,
    };
    let council = site.council();
    let made = site.db().write(move |tx| make(tx, &may, &change, &record, &seen, &council)).await;
    if let Err(fault) = made {
        // The same look was sent twice at the same moment, and the other one was first.
        let is_made = site.db().read(move |tx| rows::find_change_to_read(tx, id)).await?.is_some();
        if store::violation(&fault).is_none() || !is_made {
            return Err(fault.into());
        }
    }
    Ok(see_other(&format!("/admin/entries/changes/{id}")))
}

/// Makes the change, unless it has been made.
fn make(
    tx: &mut Tx,
    may: &May<EditMany>,
    change: &Change,
    record: &ManyChange,
    seen: &[(String, i64)],
    council: &settings::Council,
) -> Result<(), Fault> {
    if rows::find_change(tx, record.id)?.is_some() {
        return Ok(());
    }
    rows::insert_change(tx, record)?;
    let mut changed = 0;
    let two_people = TwoPeople::find(tx, council, record.changed_at)?;
    let changing = Changing { may, change, record, council, two_people };
    for (slug, version) in seen {
        let entry = changing.one(tx, slug, *version)?;
        changed += usize::from(entry.version_after > 0);
        rows::insert_change_entry(tx, record.id, &entry)?;
    }
    audit::record(
        tx,
        may,
        format!("changed {changed} entries at once"),
        record.why.as_str(),
        record.changed_at,
    );
    Ok(())
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
