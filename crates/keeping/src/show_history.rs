//! What an entry said, when, by whom and why; an earlier version brought back; and watching an entry.

use crate::{
    edit_section::IntoReply,
    entry::{Kept, TwoPeople, find_kept, list_names, person_of},
    fields::{EntryText, FIELDS},
    marked_words::{Line, mark_changes},
    model::diff,
    pages::Said,
    publishing::publish,
    store as rows,
};
use access::{ApproveSensitive, KeepEntry, On, RestoreEntry};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use directory::Published;
use kernel::Fault;
use store::Tx;
use web::{Form, Page, Reply, Site, Who, missing, see_other, show_with};

/// Older versions are listed without what changed: nobody compares a hundred at a time.
const DIFFS_MAX: usize = 30;

#[derive(Template)]
#[template(path = "history.html")]
struct History {
    slug: String,
    name: String,
    versions: Vec<VersionView>,
    watching: bool,
    current: i64,
}

struct VersionView {
    number: i64,
    when: String,
    by: String,
    why: String,
    changes: Vec<(&'static str, Vec<Line>, Vec<Line>)>,
    current: bool,
    before: i64,
}

/// `GET /admin/entries/{slug}/history`.
pub(crate) async fn get(State(site): State<Site>, who: Who, Path(slug): Path<String>) -> Reply {
    let (council, now) = (site.council(), site.clock().now());
    let body =
        site.db()
            .write(move |tx| {
                let Some(kept) = find_kept(tx, &slug)? else {
                    return Ok(None);
                };
                let may = kept.may::<RestoreEntry>(&who)?;
                // Each version says who sent it.
                access::audit::record(tx, &may, "read the history of an entry", "", now);
                let names = list_names(tx, &council, now)?;
                let versions = directory::list_versions(tx, kept.id)?;
                let mut views = Vec::new();
                for (at, version) in versions.iter().enumerate() {
                    let mut changes = Vec::new();
                    if let Some(before) = versions.get(at + 1).filter(|_| at < DIFFS_MAX) {
                        let text = |tx: &mut Tx, number: i64| -> Result<Option<EntryText>, Fault> {
                            directory::find_version(tx, kept.id, number)?
                                .map(|draft| EntryText::of(&draft))
                                .transpose()
                        };
                        if let (Some(was), Some(is)) = (text(tx, before.number)?, text(tx, version.number)?) {
                            changes = diff(&was, &is, &names)
                                .into_iter()
                                .map(|each| {
                                    let (was, is) = mark_changes(&each.before_words, &each.after_words);
                                    (each.field.label, was, is)
                                })
                                .collect();
                        }
                    }
                    let by = match version.by {
                        Some(person) => accounts::find_name(tx, person)?
                            .unwrap_or_else(|| "Somebody who has left".to_owned()),
                        None => "No person: it was done by itself".to_owned(),
                    };
                    views.push(VersionView {
                        number: version.number,
                        when: at_words(version.published_at),
                        by,
                        why: if version.why.is_empty() { "Imported".to_owned() } else { version.why.clone() },
                        changes,
                        current: at == 0,
                        before: versions.get(at + 1).map_or(0, |before| before.number),
                    });
                }
                let watchers = rows::list_watchers(tx, kept.id.uuid())?;
                let watching = watchers.contains(&person_of(&may)?.uuid());
                Ok(Some(History {
                    slug: kept.slug,
                    name: kept.name,
                    versions: views,
                    watching,
                    current: kept.version,
                }))
            })
            .await?;
    let Some(body) = body else {
        return Ok(missing());
    };
    let title = format!("History: {}", body.name);
    show_with(&site, StatusCode::OK, &Page::new(title), &body)
}

fn at_words(at: kernel::Instant) -> String {
    let zoned = at.to_zoned(kernel::london());
    let minutes = u16::try_from(i32::from(zoned.hour()) * 60 + i32::from(zoned.minute())).unwrap_or_default();
    format!("{}, {}", web::say::day_month_year(zoned.date()), web::say::time_of_day(minutes))
}

/// What became of bringing a version back.
enum Restored {
    /// It touches what protects people, and this person may not decide that.
    TakesTwo,
    Done(Box<Kept>),
    Overtaken,
    Impossible(Vec<String>),
}

/// `POST /admin/entries/{slug}/history`: brings a version back as a new one. Nothing is erased.
pub(crate) async fn post(State(site): State<Site>, who: Who, Path(slug): Path<String>, form: Form) -> Reply {
    let number: i64 = form.get("restore").parse().unwrap_or_default();
    let current: i64 = form.get("current").parse().unwrap_or_default();
    let (inner, asked) = (site.clone(), slug.clone());
    let done = site
        .db()
        .write(move |tx| {
            let Some(kept) = find_kept(tx, &asked)? else {
                return Ok(None);
            };
            let may = kept.may::<RestoreEntry>(&who)?;
            let Some(draft) = directory::find_version(tx, kept.id, number)? else {
                return Ok(None);
            };
            if kept.version != current {
                return Ok(Some(Restored::Overtaken));
            }
            // What keepers may change comes back; what the council keeps about it (who checked it) stays.
            let (mut text, then) = (kept.text.clone(), EntryText::of(&draft)?);
            FIELDS.iter().for_each(|field| field.copy(&then, &mut text));
            let wrong = text.draft()?.check();
            if !wrong.is_empty() {
                return Ok(Some(Restored::Impossible(wrong)));
            }
            let two = TwoPeople::find(tx, &inner.council(), inner.clock().now())?
                .are_needed(&kept.text.draft()?, &text.draft()?)?;
            if two && who.may::<ApproveSensitive>(On::one("service", kept.id)).is_err() {
                return Ok(Some(Restored::TakesTwo));
            }
            let (now, why) = (inner.clock().now(), format!("Version {number} brought back"));
            match publish(tx, &inner, &may, &kept, &text, (&why, None), now)? {
                Published::Overtaken(_) => return Ok(Some(Restored::Overtaken)),
                Published::Version(_) => {}
            }
            access::audit::record(tx, &may, format!("brought back version {number}"), "", now);
            Ok(Some(Restored::Done(Box::new(kept))))
        })
        .await?;
    let back = vec![(format!("/admin/entries/{slug}/history"), "The history".to_owned())];
    let (title, paragraphs) = match done {
        None => return Ok(missing()),
        Some(Restored::Done(kept)) => (
            format!("Version {number} is back"),
            vec![format!("Families see {} as it was then. The version before is kept too.", kept.name)],
        ),
        Some(Restored::Overtaken) => (
            "The entry changed while you were looking".to_owned(),
            vec!["Nothing was done. Look at the history again.".to_owned()],
        ),
        Some(Restored::TakesTwo) => (
            "That takes somebody who answers for safety".to_owned(),
            vec![
                "The version differs in what protects people, such as a number on a private page. Ask a data steward or the safeguarding lead to bring it back, or send it as a change so that two people look at it.".to_owned(),
            ],
        ),
        Some(Restored::Impossible(wrong)) => ("That version cannot come back as it is".to_owned(), wrong),
    };
    Said { title, paragraphs, ways: back, ..Said::default() }.show(&site)
}

/// `POST /admin/entries/{slug}/watch` and `POST /provider/entries/{slug}/watch`: a mail for each version.
pub(crate) async fn watch(State(site): State<Site>, who: Who, Path(slug): Path<String>, form: Form) -> Reply {
    let now = site.clock().now();
    let from_office = who.may::<RestoreEntry>(On::all("service")).is_ok();
    let address = if from_office {
        format!("/admin/entries/{slug}/history")
    } else {
        format!("/provider/entries/{slug}")
    };
    let wants = form.get("watch") == "yes";
    let done = site
        .db()
        .write(move |tx| {
            let Some(kept) = find_kept(tx, &slug)? else {
                return Ok(false);
            };
            let may = kept.may::<KeepEntry>(&who)?;
            let person = person_of(&may)?.uuid();
            if wants {
                rows::insert_watch(tx, kept.id.uuid(), person, now)?;
            } else {
                rows::delete_watch(tx, kept.id.uuid(), person)?;
            }
            let did = if wants { "began to watch an entry" } else { "stopped watching an entry" };
            access::audit::record(tx, &may, did, "", now);
            Ok(true)
        })
        .await?;
    if done { see_other(&address).into_reply() } else { Ok(missing()) }
}
