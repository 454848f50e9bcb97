//! Two people changed one entry: both versions field by field, and the second chooses. Nothing is thrown away unseen.

use crate::{
    edit_section::IntoReply,
    entry::{Kept, Working, list_unseen},
    fields::{EntryText, Field, Names},
    model::{changed, merge},
    open_entry::{AtWork, find_at_work, find_at_work_to_change},
    pages::lines,
    store::ChangeRow,
};
use askama::Template;
use axum::extract::{Path, State};
use kernel::{Fault, Refusal};
use web::{
    Form, Page, Reply, Site, Who,
    fields::{ErrorSummary, Errors},
    missing, see_other, show_with,
};

#[derive(Template)]
#[template(path = "compare.html")]
struct Compare {
    errors: String,
    slug: String,
    name: String,
    fields: Vec<Both>,
    came_along: Vec<&'static str>,
    version: i64,
    seen: Vec<String>,
}

struct Both {
    key: &'static str,
    label: &'static str,
    mine: Vec<String>,
    theirs: Vec<String>,
    whose: &'static str,
    chosen: String,
    error: Option<String>,
}

/// A field on which two people differ, with the other one's text.
struct Odd {
    field: &'static Field,
    theirs: EntryText,
    whose: &'static str,
}

/// `GET /provider/entries/{slug}/compare`.
pub(crate) async fn get(State(site): State<Site>, who: Who, Path(slug): Path<String>) -> Reply {
    let inner = site.clone();
    let found = site
        .db()
        .read(move |tx| {
            let Some((at_work, _)) = find_at_work(tx, &inner, &slug, &who)? else {
                return Ok(None);
            };
            let AtWork { kept, person, working, names } = at_work;
            let unseen = list_unseen(tx, &kept, person, &working)?;
            Ok(Some((kept, working, unseen, names)))
        })
        .await?;
    let Some((kept, working, unseen, names)) = found else {
        return Ok(missing());
    };
    show(&site, &kept, &working, &unseen, &names, None)
}

/// `POST /provider/entries/{slug}/compare`.
pub(crate) async fn post(State(site): State<Site>, who: Who, Path(slug): Path<String>, form: Form) -> Reply {
    let (inner, now) = (site.clone(), site.clock().now());
    let chosen = form.clone();
    let done = site
        .db()
        .write(move |tx| {
            let Some((at_work, may)) = find_at_work_to_change(tx, &inner, &slug, &who)? else {
                return Ok(None);
            };
            let AtWork { kept, person, mut working, names } = at_work;
            let unseen = list_unseen(tx, &kept, person, &working)?;
            let odd = list_odd(&kept, &working, &unseen)?;
            // Who looked at an older page than what stands now looks again: the choice must be between these two.
            let looked_at = form.get("version") == kept.version.to_string()
                && unseen.iter().all(|change| form.all("seen").any(|seen| seen == change.id.to_string()));
            let open = |odd: &Odd| !matches!(form.get(odd.field.key), "mine" | "theirs");
            if !looked_at || odd.iter().any(open) {
                return Ok(Some((kept, working, unseen, names, false)));
            }
            let mut text = merge(&working.base, &working.text, &kept.text).text;
            for Odd { field, theirs, whose } in &odd {
                if form.get(field.key) == "theirs" {
                    // What waits to be checked stays theirs to send: this draft then leaves the field as it stands.
                    field.copy(if *whose == WAITING { &kept.text } else { theirs }, &mut text);
                }
            }
            working.text = text;
            working.base = kept.text.clone();
            working.base_version = kept.version;
            working.seen.extend(unseen.iter().map(|change| change.id));
            working.save(tx, &kept, person, now)?;
            access::audit::record(tx, &may, "chose between two changes", "", now);
            Ok(Some((kept, working, unseen, names, true)))
        })
        .await?;
    let Some((kept, working, unseen, names, settled)) = done else {
        return Ok(missing());
    };
    if settled {
        return see_other(&format!("/provider/entries/{}#send", kept.slug)).into_reply();
    }
    show(&site, &kept, &working, &unseen, &names, Some(&chosen))
}

const PUBLISHED: &str = "What families see now";
const WAITING: &str = "What somebody else sent, being checked";

fn list_odd(kept: &Kept, working: &Working, unseen: &[ChangeRow]) -> Result<Vec<Odd>, Fault> {
    let conflicts = merge(&working.base, &working.text, &kept.text).conflicts;
    let mut odd: Vec<Odd> = conflicts
        .into_iter()
        .map(|field| Odd { field, theirs: kept.text.clone(), whose: PUBLISHED })
        .collect();
    let mine = changed(&working.base, &working.text);
    for change in unseen {
        let (base, proposed) =
            (EntryText::read(change.base.clone())?, EntryText::read(change.proposed.clone())?);
        for field in changed(&base, &proposed) {
            let both = mine.iter().any(|each| each.key == field.key) && !field.same(&working.text, &proposed);
            if both && odd.iter().all(|each| each.field.key != field.key) {
                odd.push(Odd { field, theirs: proposed.clone(), whose: WAITING });
            }
        }
    }
    Ok(odd)
}

fn show(
    site: &Site,
    kept: &Kept,
    working: &Working,
    unseen: &[ChangeRow],
    names: &Names,
    chosen: Option<&Form>,
) -> Reply {
    let mut errors = Errors::default();
    let odd = list_odd(kept, working, unseen)?;
    let choice = |key: &str| chosen.map(|form| form.get(key).to_owned()).unwrap_or_default();
    for each in odd.iter().filter(|each| chosen.is_some() && choice(each.field.key).is_empty()) {
        errors.0.push(Refusal::at(each.field.key, format!("{}: choose one of the two", each.field.label)));
    }
    if chosen.is_some() && errors.is_empty() {
        errors.0.push(Refusal::at("", "The entry changed again while you were choosing. Look once more"));
    }
    let fields = odd
        .iter()
        .map(|each| Both {
            key: each.field.key,
            label: each.field.label,
            mine: lines(each.field, &working.text, names),
            theirs: lines(each.field, &each.theirs, names),
            whose: each.whose,
            chosen: choice(each.field.key),
            error: errors.at(each.field.key).map(str::to_owned),
        })
        .collect();
    let theirs_alone = changed(&working.base, &kept.text);
    let body = Compare {
        errors: ErrorSummary { errors: &errors }.render()?,
        slug: kept.slug.clone(),
        name: kept.name.clone(),
        fields,
        came_along: theirs_alone
            .into_iter()
            .filter(|field| odd.iter().all(|each| each.field.key != field.key))
            .map(|field| field.label)
            .collect(),
        version: kept.version,
        seen: unseen.iter().map(|change| change.id.to_string()).collect(),
    };
    let (status, title) = errors.page(&format!("Two changes: {}", kept.name));
    show_with(site, status, &Page::new(title), &body)
}
