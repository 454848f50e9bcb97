//! `/admin/holidays/{slug}/return`: what the holiday came to, as a page and as a file; walk-ins that belong to a child; and the
//! figures kept for good.

use crate::{
    catalogue::{Held, begins, day_words, list_held},
    figures::{Came, CountedChild, CountedDate, Figures, Return, count_return},
    keep_programme::kept,
    model::{ChildId, Programme, ProgrammeId, name_key},
    room::Holidays,
    store::{self as rows, ChildRow},
};
use access::audit;
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::IntoResponse,
};
use calendar::Phase;
use kernel::{Fault, Instant, Refusal, Span};
use std::collections::{BTreeMap, BTreeSet};
use store::Tx;
use uuid::Uuid;
use web::{
    Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors},
    missing, say, see_other, show_with,
};

#[derive(Template)]
#[template(path = "admin_return.html")]
struct ReturnView {
    summary: String,
    slug: String,
    name: String,
    is_kept: bool,
    /// The last day, while it is not over: nothing is final before.
    so_far_until: Option<String>,
    sure_error: Option<String>,
    saved: bool,
    all: Vec<(&'static str, i64)>,
    providers: Vec<(String, Vec<(&'static str, i64)>)>,
    walk_ins: Vec<WalkInView>,
}

struct WalkInView {
    id: Uuid,
    words: String,
    typed: String,
    error: Option<String>,
}

/// Everything the return is counted from.
pub(crate) struct Counted {
    pub counted: Return,
    held: Vec<Held>,
    /// Walk-ins of whom nobody said which child they are.
    loose: Vec<(Uuid, Uuid, String)>,
}

/// Counts a programme's return from the registers, in one moment.
pub(crate) fn count(
    tx: &mut Tx,
    id: ProgrammeId,
    programme: &Programme,
    now: Instant,
) -> Result<Counted, Fault> {
    let held = list_held(tx, id, programme, begins(programme.first)?)?;
    let dates: Vec<CountedDate> = held
        .iter()
        .flat_map(|held| {
            held.dates.iter().map(|date| CountedDate {
                id: date.id,
                provider: held.provider.clone(),
                is_over: date.ends_at <= now,
                places: if date.places == i64::MAX { 0 } else { date.places },
            })
        })
        .collect();
    let ids: Vec<Uuid> = dates.iter().map(|date| date.id).collect();
    let rows = rows::list_children_of(tx, id)?;
    let one: BTreeMap<ChildId, ChildId> =
        rows.iter().map(|child| (child.id, child.same_as.unwrap_or(child.id))).collect();
    let by_booking: BTreeMap<(Uuid, Uuid), ChildId> = rows::list_booked(tx, id)?
        .into_iter()
        .map(|(booking, date, child)| ((booking, date), child))
        .collect();
    let matched: BTreeMap<Uuid, ChildId> = rows::list_walk_ins(tx, id)?.into_iter().collect();
    let marks: Vec<_> = registers::list_marks(tx, &ids)?
        .into_iter()
        .filter(|mark| mark.came == registers::Came::Came)
        .collect();
    let mut grown_ups = BTreeSet::new();
    let mut loose = Vec::new();
    let with_walk_ins: BTreeSet<Uuid> =
        marks.iter().filter(|mark| mark.walk_in.is_some()).map(|mark| mark.date_id).collect();
    for date in with_walk_ins {
        for walk_in in registers::list_walk_ins(tx, date)? {
            if walk_in.grown_up {
                grown_ups.insert(walk_in.id);
            } else if !matched.contains_key(&walk_in.id) {
                loose.push((walk_in.id, date, walk_in.name));
            }
        }
    }
    let came: Vec<Came> = marks
        .iter()
        .filter(|mark| mark.walk_in.is_none_or(|id| !grown_ups.contains(&id)))
        .map(|mark| {
            let booked = mark.booking_id.and_then(|booking| by_booking.get(&(booking.uuid(), mark.date_id)));
            let child = booked.or_else(|| matched.get(&mark.walk_in?));
            Came {
                date: mark.date_id,
                child: child.and_then(|child| one.get(child).copied()),
                meal: mark.meal != registers::Meal::None,
            }
        })
        .collect();
    Ok(Counted { counted: count_return(&counted_children(&rows), &dates, &came), held, loose })
}

fn counted_children(rows: &[ChildRow]) -> Vec<CountedChild> {
    rows.iter()
        .filter(|child| child.same_as.is_none())
        .map(|child| CountedChild {
            id: child.id,
            funding: child.funding(),
            send: child.send,
            phase: match child.phase.as_str() {
                "primary" => Some(Phase::Primary),
                "secondary" => Some(Phase::Secondary),
                _ => None,
            },
        })
        .collect()
}

/// When a programme is over, and its figures may be kept.
pub(crate) fn ends(programme: &Programme) -> Result<Instant, Fault> {
    begins(programme.last.checked_add(Span::new().days(1))?)
}

/// Why the form could not be taken.
enum Wrong {
    /// No child is known by what was typed for this walk-in.
    NoChild(Uuid, String),
    /// The programme is not over.
    TooEarly,
    /// Nobody said that the registers are complete.
    NotSure,
}

pub(crate) async fn get(
    State(room): State<Holidays>,
    Path(slug): Path<String>,
    who: Who,
    params: Params,
) -> Reply {
    page(&room, &who, slug, params.get("saved") == "1", None).await
}

pub(crate) async fn post(
    State(room): State<Holidays>,
    Path(slug): Path<String>,
    who: Who,
    form: Form,
) -> Reply {
    let Some((row, programme, may)) = kept(&room, &who, &slug).await? else { return Ok(missing()) };
    let (id, now) = (row.id, room.site().clock().now());
    match form.get("do") {
        "keep" => {
            if now < ends(&programme)? {
                return page(&room, &who, slug, false, Some(Wrong::TooEarly)).await;
            }
            if form.get("sure") != "1" {
                return page(&room, &who, slug, false, Some(Wrong::NotSure)).await;
            }
            room.site()
                .db()
                .write(move |tx| {
                    let counted = count(tx, id, &programme, now)?.counted;
                    rows::set_figures(tx, id, &serde_json::to_value(&counted)?, now)?;
                    audit::record(tx, &may, "kept the figures of a holiday programme", "", now);
                    Ok(())
                })
                .await?;
        }
        "match" => {
            let Ok(walk_in) = form.get("walk_in").parse::<Uuid>() else { return Ok(missing()) };
            let typed = form.get("reference").to_owned();
            let matched = room
                .site()
                .db()
                .write({
                    let typed = typed.clone();
                    move |tx| {
                        let Some(child) = find_child_by_words(tx, id, &typed)? else { return Ok(false) };
                        rows::set_walk_in(tx, walk_in, id, child, now)?;
                        audit::record(tx, &may, "said which child walked in", "", now);
                        Ok(true)
                    }
                })
                .await?;
            if !matched {
                return page(&room, &who, slug, false, Some(Wrong::NoChild(walk_in, typed))).await;
            }
        }
        _ => return Ok(missing()),
    }
    Ok(see_other(&format!("/admin/holidays/{slug}/return?saved=1")))
}

/// A child by its family's reference and its own first name: `7KQ4M2XH Robin`. The name alone would not do, and is not needed
/// where the family has one child.
fn find_child_by_words(tx: &mut Tx, programme: ProgrammeId, typed: &str) -> Result<Option<ChildId>, Fault> {
    let (reference, name) = typed.trim().split_once(char::is_whitespace).unwrap_or((typed.trim(), ""));
    let family = rows::find_family_by_reference(tx, &reference.to_uppercase())?;
    let Some(family) = family.filter(|family| family.programme_id == programme) else { return Ok(None) };
    let children = rows::list_children(tx, family.id)?;
    let named =
        children.iter().filter(|child| name.is_empty() || name_key(&child.first_name) == name_key(name));
    let found: Vec<ChildId> = named.map(|child| child.id).collect();
    Ok(found.first().copied().filter(|_| found.len() == 1))
}

async fn page(room: &Holidays, who: &Who, slug: String, saved: bool, wrong: Option<Wrong>) -> Reply {
    let Some((row, programme, may)) = kept(room, who, &slug).await? else { return Ok(missing()) };
    let (id, rules) = (row.id, programme.clone());
    let now = room.site().clock().now();
    let counted = room.site().db().snapshot(move |tx| count(tx, id, &rules, now)).await?;
    if !counted.loose.is_empty() {
        let record = move |tx: &mut Tx| {
            audit::record(tx, &may, "looked at who walked in", "", now);
            Ok(())
        };
        room.site().db().write(record).await?;
    }
    let is_over = now >= ends(&programme)?;
    let last = say::day_month_year(programme.last);
    let mut errors = Errors::default();
    errors.0.extend(wrong.as_ref().map(|wrong| match wrong {
        Wrong::NoChild(..) => Refusal::at(
            "reference",
            "We found no such child. Type the family’s reference, and the child’s first name where there are several",
        ),
        Wrong::TooEarly => {
            Refusal::at("", format!("The figures can be kept after the last day, {last}. Nothing is final before"))
        }
        Wrong::NotSure => Refusal::at("sure", "Tick the box when the registers are complete"),
    }));
    let wrong = wrong.and_then(|wrong| match wrong {
        Wrong::NoChild(walk_in, typed) => Some((walk_in, typed)),
        _ => None,
    });
    let (status, title) = errors.page(&format!("The return: {}", programme.name));
    let when = |date: &Uuid| {
        let found = counted
            .held
            .iter()
            .find_map(|held| Some((held, held.dates.iter().find(|each| each.id == *date)?)));
        found.map_or_else(String::new, |(held, date)| format!("{}, {}", day_words(date.day), held.title))
    };
    let body = ReturnView {
        summary: ErrorSummary { errors: &errors }.render()?,
        name: programme.name,
        is_kept: row.returned_at.is_some() && is_over,
        so_far_until: (!is_over).then_some(last),
        sure_error: errors.at("sure").map(str::to_owned),
        saved,
        all: counted.counted.all.lines().to_vec(),
        providers: counted
            .counted
            .providers
            .iter()
            .map(|(name, figures)| (name.clone(), figures.lines().to_vec()))
            .collect(),
        walk_ins: counted
            .loose
            .iter()
            .map(|(id, date, name)| WalkInView {
                id: *id,
                words: format!("{}: {}", when(date), if name.is_empty() { "no name" } else { name }),
                typed: wrong
                    .as_ref()
                    .filter(|(at, _)| at == id)
                    .map_or_else(String::new, |(_, typed)| typed.clone()),
                error: wrong
                    .as_ref()
                    .filter(|(at, _)| at == id)
                    .and(errors.at("reference"))
                    .map(str::to_owned),
            })
            .collect(),
        slug,
    };
    show_with(room.site(), status, &Page::new(title), &body)
}

/// `GET /admin/holidays/{slug}/return.csv`: the same figures, a line for all and one for each provider. Its head says so while
/// nothing is final.
pub(crate) async fn csv(State(room): State<Holidays>, Path(slug): Path<String>, who: Who) -> Reply {
    let Some((row, programme, _)) = kept(&room, &who, &slug).await? else { return Ok(missing()) };
    let (id, now) = (row.id, room.site().clock().now());
    let provider = if now < ends(&programme)? { "Provider (so far, nothing is final)" } else { "Provider" };
    let counted = room.site().db().snapshot(move |tx| count(tx, id, &programme, now)).await?.counted;
    let line = |name: &str, figures: &Figures| {
        let cells = figures.lines().iter().map(|(_, figure)| figure.to_string()).collect::<Vec<_>>();
        format!("{},{}\r\n", quoted(name), cells.join(","))
    };
    let head: Vec<String> = Figures::default().lines().iter().map(|(words, _)| quoted(words)).collect();
    let mut out = format!("{provider},{}\r\n{}", head.join(","), line("All", &counted.all));
    for (name, figures) in &counted.providers {
        out.push_str(&line(name, figures));
    }
    let csv = HeaderValue::from_static("text/csv; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, csv), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], out)
        .into_response())
}

/// A cell. What a spreadsheet would take for a formula is kept from being one.
fn quoted(text: &str) -> String {
    let safe =
        if text.starts_with(['=', '+', '-', '@', '\t']) { format!("'{text}") } else { text.to_owned() };
    format!("\"{}\"", safe.replace('"', "\"\""))
}
