//! Links that lead nowhere, each with where it stands; the new address of what has moved, taken with one press; and
//! another look.

use crate::{
    check_links::{Named, email_host, link_of, list_named},
    links::State as Stands,
    room::Quality,
    store as rows,
};
use access::{CheckEntries, KeepEntry, On, audit};
use askama::Template;
use axum::extract::State;
use directory::{Publication, Published};
use keeping::TwoPeople;
use kernel::Fault;
use settings::Council;
use store::Tx;
use web::{Form, Page, Params, Reply, Who, see_other, show};

#[derive(Template)]
#[template(path = "links.html")]
struct LinksView {
    notice: &'static str,
    lead: &'static str,
    looked: usize,
    known: usize,
    /// Of a hundred addresses, how many were looked at.
    share: usize,
    filters: Vec<(&'static str, String, String)>,
    chosen: &'static str,
    links: Vec<LinkView>,
}

struct LinkView {
    address: String,
    shown: String,
    words: &'static str,
    more: String,
    since: String,
    sends_to: Option<String>,
    entries: Vec<(String, String)>,
    others: Vec<String>,
    can_take: bool,
    is_page: bool,
}

impl LinksView {
    fn is(&self, key: &str) -> bool {
        self.chosen == key
    }
}

fn notice(done: &str) -> &'static str {
    match done {
        "again" => "We look at it again within a few minutes.",
        "taken" => "The new address stands in every entry that had the old one.",
        "some" => {
            "Done where it could be. What protects people takes two: change those entries on their own pages."
        }
        "none" => {
            "Nothing was changed. What protects people takes two, or the entry changed meanwhile: change it on its own page."
        }
        _ => "",
    }
}

const BROKEN: [Stands; 5] = [Stands::Gone, Stands::NoHost, Stands::Silent, Stands::Moved, Stands::Refused];

/// `GET /admin/links?state=gone`.
pub(crate) async fn get(State(quality): State<Quality>, who: Who, params: Params) -> Reply {
    who.may::<CheckEntries>(On::all("link"))?;
    let named = list_named(&quality).await?;
    let known = quality.site.db().read(rows::list_links).await?;
    let chosen = Stands::parse(params.get("state")).filter(|state| BROKEN.contains(state));
    let looked = known.iter().filter(|row| row.checked_at.is_some()).count();
    let broken: Vec<_> = known.iter().filter(|row| link_of(row).is_broken()).collect();
    let count_of = |state: Stands| broken.iter().filter(|row| row.state == state.key()).count();
    let filter =
        |state: Stands| (state.key(), format!("{}: {}", state.words(), count_of(state)), address_of(state));
    let mut filters = vec![("", format!("All: {}", broken.len()), "/admin/links".to_owned())];
    filters.extend(BROKEN.map(filter));
    let links = broken
        .iter()
        .filter(|row| chosen.is_none_or(|state| row.state == state.key()))
        .map(|row| {
            let places = named.get(&row.address).cloned().unwrap_or_default();
            let link = link_of(row);
            let entries: Vec<(String, String)> = places
                .iter()
                .filter_map(|place| match place {
                    Named::Entry(slug, name) => Some((slug.clone(), name.clone())),
                    _ => None,
                })
                .collect();
            let others = places.iter().filter_map(|place| match place {
                Named::Organization(_, name) => Some(format!("the organisation {name}")),
                Named::Page(_, title) => Some(format!("the sources of the page {title}")),
                Named::Entry(..) => None,
            });
            LinkView {
                shown: email_host(&row.address)
                    .map_or_else(|| row.address.clone(), |host| format!("Email addresses at {host}")),
                is_page: email_host(&row.address).is_none(),
                words: link.state.words(),
                more: match (link.state, link.status) {
                    (Stands::Refused, _) => link.refusal.clone(),
                    (_, Some(status)) => format!("The site answers {status}"),
                    _ => String::new(),
                },
                since: row.checked_at.map(crate::say_when).unwrap_or_default(),
                can_take: link.state == Stands::Moved && !entries.is_empty(),
                sends_to: link.sends_to,
                entries,
                others: others.collect(),
                address: row.address.clone(),
            }
        })
        .collect();
    let body = LinksView {
        notice: notice(params.get("done")),
        lead: "Each address is looked at once a week. It is called broken when it fails on three different days.",
        looked,
        known: known.len(),
        share: (looked * 100 / known.len().max(1)).max(usize::from(looked > 0)),
        filters,
        chosen: chosen.map_or("", Stands::key),
        links,
    };
    show(&quality.site, &Page::new("Broken links"), &body)
}

fn address_of(state: Stands) -> String {
    format!("/admin/links?state={}", state.key())
}

/// `POST /admin/links/again`: looks at one soon.
pub(crate) async fn post_again(State(quality): State<Quality>, who: Who, form: Form) -> Reply {
    let may = who.may::<CheckEntries>(On::all("link"))?;
    let (address, now) = (form.get("address").to_owned(), quality.site.clock().now());
    quality
        .site
        .db()
        .write(move |tx| {
            if rows::set_due_now(tx, &address, now)? {
                audit::record(tx, &may, "asked for another look at a link", "", now);
            }
            Ok(())
        })
        .await?;
    Ok(see_other("/admin/links?done=again"))
}

/// `POST /admin/links/take`: the new address in place of the old one, in every entry that has it.
pub(crate) async fn post_take(State(quality): State<Quality>, who: Who, form: Form) -> Reply {
    who.may::<CheckEntries>(On::all("link"))?;
    let address = form.get("address").to_owned();
    let named = list_named(&quality).await?;
    let slugs: Vec<String> = named
        .get(&address)
        .into_iter()
        .flatten()
        .filter_map(|place| match place {
            Named::Entry(slug, _) => Some(slug.clone()),
            _ => None,
        })
        .collect();
    let (council, now, all) = (quality.site.council(), quality.site.clock().now(), slugs.len());
    let changed = quality
        .site
        .db()
        .write(move |tx| {
            let Some(row) = rows::find_link(tx, &address)? else { return Ok(0) };
            let link = link_of(&row);
            let Some(to) = link.sends_to.clone().filter(|_| link.state == Stands::Moved && link.is_broken())
            else {
                return Ok(0);
            };
            let two_people = TwoPeople::find(tx, &council, now)?;
            let mut changed = 0;
            for slug in &slugs {
                changed +=
                    usize::from(take_one(tx, &who, slug, (&address, &to), &two_people, &council, now)?);
            }
            Ok(changed)
        })
        .await?;
    let done = match changed {
        0 => "none",
        changed if changed == all => "taken",
        _ => "some",
    };
    Ok(see_other(&format!("/admin/links?done={done}")))
}

/// One entry. False when it was left as it is.
fn take_one(
    tx: &mut Tx,
    who: &Who,
    slug: &str,
    (from, to): (&str, &str),
    two_people: &TwoPeople,
    council: &Council,
    now: kernel::Instant,
) -> Result<bool, Fault> {
    let Some(entry) = directory::find_entry(tx, slug)? else { return Ok(false) };
    let may = who.may::<KeepEntry>(On::one("service", entry.id).of_organization(entry.organization.id))?;
    let mut draft = entry.draft.clone();
    if draft.website.as_deref() != Some(from) {
        return Ok(false);
    }
    draft.website = Some(to.to_owned());
    if two_people.are_needed(&entry.draft, &draft)? {
        return Ok(false);
    }
    let why = "The website has moved to a new address";
    let publication = Publication { draft: &draft, base_version: entry.version, why, change: None };
    match directory::publish(tx, &may, &publication, council, now)? {
        Published::Version(_) => {
            audit::record(tx, &may, "took the new address of a website that has moved", why, now);
            Ok(true)
        }
        Published::Overtaken(_) => Ok(false),
    }
}
