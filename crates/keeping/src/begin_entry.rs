//! An organisation that is listed starts another entry: its name now, the rest part by part. Families see nothing of it
//! before somebody at the council has looked.

use crate::{
    edit_section::IntoReply,
    entry::card_for,
    fields::EntryText,
    my_entries::{keeps_everything, organizations_of},
    store::{self as rows, NewEntryRow},
};
use access::{KeepEntry, On};
use askama::Template;
use axum::extract::State;
use directory::OrganizationLine;
use kernel::{Fault, Refusal, Slug};
use store::Tx;
use uuid::Uuid;
use web::{
    CardView, Form, Page, Reply, Site, Who,
    fields::{ErrorSummary, Errors, Input},
    see_other, show_with,
};

/// The most entries of one organisation that may stand begun and not published.
const BEGUN_MAX: usize = 20;
const NAME_MAX: usize = 120;

#[derive(Template)]
#[template(path = "begin_entry.html")]
struct BeginView {
    card: Option<CardView>,
    errors: String,
    name: String,
    /// Id, name and whether it is chosen.
    organizations: Vec<(String, String, bool)>,
    organization_error: Option<String>,
}

/// `GET /provider/new`.
pub(crate) async fn get(State(site): State<Site>, who: Who) -> Reply {
    let mine = list_mine(&site, &who).await?;
    show(&site, &mine, "", "", &Errors::default(), None)
}

/// `POST /provider/new`.
pub(crate) async fn post(State(site): State<Site>, who: Who, form: Form) -> Reply {
    let mine = list_mine(&site, &who).await?;
    let card = card_for(&site, &form);
    let (name, chosen) = (form.get("name").to_owned(), form.get("organization").to_owned());
    let (organization, mut errors) = decide_beginning(&mine, &name, &chosen);
    let Some(organization) = organization.filter(|_| errors.is_empty()) else {
        return show(&site, &mine, &name, &chosen, &errors, card);
    };
    let organization = organization.clone();
    let may = who.may::<KeepEntry>(On::all("service").of_organization(organization.id))?;
    let (typed, now, reference) = (name.clone(), site.clock().now(), site.dice().reference());
    let begun = site
        .db()
        .write(move |tx| {
            let owner = organization.id.uuid();
            let begun = rows::list_new_entries(tx, Some(owner))?;
            // Pressed twice is begun once.
            if let Some(same) = begun.iter().find(|new| new.draft["name"] == typed.as_str()) {
                return Ok(Some(same.slug.clone()));
            }
            if begun.len() >= BEGUN_MAX {
                return Ok(None);
            }
            let slug: Slug = organization.slug.parse().map_err(anyhow::Error::msg)?;
            let about = FirstWords { name: &typed, description: "", reference: &reference };
            let entry = first_entry(tx, &about, &slug, owner)?;
            rows::insert_new_entry(tx, &entry, now)?;
            access::audit::record(tx, &may, "began a new entry", "", now);
            let what = serde_json::json!({"organization": owner});
            store::outbox::announce(tx, "entry_begun", Some(entry.service_id), &what, now)?;
            Ok(Some(entry.slug))
        })
        .await?;
    match begun {
        Some(slug) => see_other(&format!("/provider/entries/{slug}")).into_reply(),
        None => {
            let sentence =
                format!("{BEGUN_MAX} new entries are begun already. Finish and send one of them first");
            errors.0.push(Refusal::at("", sentence));
            show(&site, &mine, &name, &chosen, &errors, card)
        }
    }
}

/// The organisations somebody may start an entry for, by name. Whoever may keep none is turned away.
async fn list_mine(site: &Site, who: &Who) -> Result<Vec<OrganizationLine>, Fault> {
    let everything = keeps_everything(&who.actor);
    let mine = organizations_of(&who.actor);
    let first = mine.first().copied();
    let on = first.map_or_else(|| On::all("service"), |first| On::all("service").of_organization(first));
    who.may::<KeepEntry>(on)?;
    let all = site.db().read(directory::list_organizations).await?;
    Ok(all.into_iter().filter(|each| everything || mine.contains(&each.id.uuid())).collect())
}

fn decide_beginning<'a>(
    mine: &'a [OrganizationLine],
    name: &str,
    chosen: &str,
) -> (Option<&'a OrganizationLine>, Errors) {
    let mut errors = Errors::default();
    let letters = name.chars().count();
    if Slug::from_name(name).is_none() {
        errors.0.push(Refusal::at("name", "Give the name of the service"));
    } else if letters > NAME_MAX {
        let sentence = format!("Use {NAME_MAX} letters or fewer. You have {letters}");
        errors.0.push(Refusal::at("name", sentence));
    }
    let organization = match mine {
        [only] => Some(only),
        several => several.iter().find(|each| each.id.to_string() == chosen),
    };
    if organization.is_none() {
        errors.0.push(Refusal::at("organization", "Choose who runs it"));
    }
    (organization, errors)
}

fn show(
    site: &Site,
    mine: &[OrganizationLine],
    name: &str,
    chosen: &str,
    errors: &Errors,
    card: Option<CardView>,
) -> Reply {
    let choices = mine.iter().map(|each| {
        let id = each.id.to_string();
        let is_chosen = id == chosen;
        (id, each.name.clone(), is_chosen)
    });
    let body = BeginView {
        card,
        errors: ErrorSummary { errors }.render()?,
        name: Input {
            name: "name",
            label: "What is the service called?",
            hint: "As on the door or the leaflet. You can change it later.",
            value: name,
            kind: "text",
            autocomplete: "off",
            error: errors.at("name"),
        }
        .render()?,
        organizations: if mine.len() == 1 { Vec::new() } else { choices.collect() },
        organization_error: errors.at("organization").map(str::to_owned),
    };
    let (status, title) = errors.page("Add another service");
    show_with(site, status, &Page::new(title), &body)
}

/// What is known of an entry before anything is filled in.
pub(crate) struct FirstWords<'a> {
    pub name: &'a str,
    pub description: &'a str,
    /// Goes behind the name in the address when the name is taken.
    pub reference: &'a str,
}

/// The entry they begin with.
pub(crate) fn first_entry(
    tx: &mut Tx,
    about: &FirstWords,
    organization: &Slug,
    organization_id: Uuid,
) -> Result<NewEntryRow, Fault> {
    let mut taken = Vec::new();
    for line in directory::list_entries(tx)? {
        taken.push(line.slug);
    }
    taken.extend(rows::list_new_entries(tx, None)?.into_iter().map(|new| new.slug));
    let slug = free_slug(about.name, about.reference, |slug| taken.iter().any(|each| each == slug));
    let text = EntryText::read(serde_json::json!({
        "slug": slug, "name": about.name, "organization": organization, "summary": "",
        "description": about.description, "topics": [], "way_in": [], "source": "The organisation itself",
    }))?;
    let id = directory::entry_id(slug.as_str()).uuid();
    Ok(NewEntryRow { service_id: id, slug: slug.to_string(), organization_id, draft: text.value() })
}

/// The slug of a name; with the reference behind it when somebody has it already.
pub(crate) fn free_slug(name: &str, reference: &str, taken: impl Fn(&str) -> bool) -> Slug {
    let plain = Slug::from_name(name).filter(|slug| !taken(slug.as_str()));
    let with = || {
        let short: String = name.chars().take(60).collect();
        Slug::from_name(&format!("{short} {reference}"))
    };
    plain
        .or_else(with)
        .or_else(|| Slug::from_name(&format!("entry {reference}")))
        .unwrap_or_else(|| "entry".parse().unwrap_or_else(|_: String| unreachable!("a plain word is a slug")))
}
