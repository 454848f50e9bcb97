//! `GET` and `POST /practitioner/lists/new`: chosen services become a list that is handed over as a link, a square, on
//! paper or in a message. Where it is sent goes into the one message and nowhere else.

use crate::{
    list_model::{How, ListId, NOTES, OPENS_DAYS, SERVICES_MAX, TITLES, code_of, words_of},
    mails::LIST_HANDED_OVER,
    store::{self as rows, ListRow},
};
use access::{MatchServices, May, On, audit};
use anyhow::Context;
use askama::Template;
use axum::extract::State;
use directory::{Directory, Listed};
use jiff::SignedDuration;
use kernel::{Email, Fault, Instant, Phone, Refusal, Slug, london};
use notify::{Message, To};
use safety::Level;
use store::Tx;
use web::{
    CardView, Form, Page, Params, Reply, Site, Who,
    fields::{ErrorSummary, Errors},
    say, see_other, show_with,
};

/// How many lists one address is sent in a day, by whoever.
const TO_ONE_ADDRESS: i64 = 3;
const DAY_HOURS: i64 = 24;
/// How many services a form may offer to choose from.
const OFFERED_MAX: usize = 60;

/// What a practitioner wants to hand over.
#[derive(Clone, Debug)]
pub struct NewList {
    /// 128 bits in hex that the form carries: the same choice under the same key is the same list.
    pub form_key: String,
    /// The services by their addresses on the site, in their order.
    pub services: Vec<String>,
    /// The key of its title.
    pub title: &'static str,
    /// The keys of what is said on it.
    pub notes: Vec<&'static str>,
    /// How it is handed over.
    pub how: How,
    /// Where the message goes, for an e-mail or a text.
    pub to: Option<To>,
}

/// Hands a list over. A form that was sent twice makes one list, and gives what was made first; after a way back another
/// choice makes another list.
pub fn hand_over(
    tx: &mut Tx<'_>,
    site: &Site,
    may: &May<MatchServices>,
    new: &NewList,
    now: Instant,
) -> Result<Result<ListId, Refusal>, Fault> {
    let person = may.actor().person().context("somebody hands a list over")?;
    let hash = match &new.to {
        Some(to) => Some(address_hash(tx, site, to)?),
        None => None,
    };
    let mut form_key = new.form_key.clone();
    while let Some(first) = rows::find_list_by_key(tx, &form_key)? {
        if first.made_by != person {
            return Ok(Err(Refusal::at("", "This form has lost its key. Open a new one")));
        }
        if is_same(tx, &first, new, hash.as_deref())? {
            return Ok(Ok(first.id));
        }
        form_key = next_key(&form_key);
    }
    if let Some(hash) = &hash
        && rows::count_sent_to(tx, hash, now - SignedDuration::from_hours(DAY_HOURS))? >= TO_ONE_ADDRESS
    {
        let sentence = "This address was sent several lists today. Show them the code or print it instead";
        return Ok(Err(Refusal::at("address", sentence)));
    }
    let row = ListRow {
        id: ListId::new(site.clock(), site.dice()),
        code: code_of(site.dice().bytes()),
        title: new.title.to_owned(),
        notes: new.notes.join(","),
        how: new.how.key().to_owned(),
        made_by: person,
        made_at: now,
        ends_at: now + SignedDuration::from_hours(DAY_HOURS * OPENS_DAYS),
        withdrawn_at: None,
    };
    rows::insert_list(tx, &row, &form_key, hash.as_deref(), &new.services)?;
    if let Some(to) = &new.to {
        let until = say::day_month_year(row.ends_at.to_zoned(london()).date());
        let link = format!("{}/l/{}", site.council().public_url, row.code);
        let message = Message {
            template: &LIST_HANDED_OVER,
            to: to.clone(),
            person: None,
            values: vec![("list_link", link), ("until", until)],
            once: Some(row.id.to_string()),
        };
        notify::queue(tx, &message, site.dice(), now)?;
    }
    audit::record(tx, may, format!("handed a list over ({})", new.how.key()), "", now);
    Ok(Ok(row.id))
}

/// Whether a list is what is handed over now.
fn is_same(tx: &mut Tx<'_>, list: &ListRow, new: &NewList, hash: Option<&str>) -> Result<bool, Fault> {
    let says_the_same = (list.title.as_str(), list.how.as_str(), list.notes.as_str())
        == (new.title, new.how.key(), new.notes.join(",").as_str());
    Ok(says_the_same
        && rows::find_sent_to(tx, list.id)?.as_deref() == hash
        && rows::list_services_of(tx, list.id)? == new.services)
}

/// The key under which a form makes its next list.
fn next_key(form_key: &str) -> String {
    let derived = blake3::derive_key("hearth: another list of the same form", form_key.as_bytes());
    blake3::Hash::from_bytes(derived).to_hex()[..32].to_owned()
}

/// An address as only this house can recognise it.
fn address_hash(tx: &mut Tx<'_>, site: &Site, to: &To) -> Result<String, Fault> {
    let key = rows::find_or_insert_key(tx, &site.dice().hex::<32>())?;
    let address = match to {
        To::Email(email) => email.as_str().to_lowercase(),
        To::Phone(phone) => phone.dialled(),
    };
    let key = blake3::derive_key("hearth: where a list was sent", key.as_bytes());
    Ok(blake3::keyed_hash(&key, address.as_bytes()).to_hex().to_string())
}

/// The part of a form that says how a list is handed over. It stands under what was matched and on a page of its own.
#[derive(Template)]
#[template(path = "hand_over_fields.html")]
pub(crate) struct HandOverFields {
    typed: Typed,
    can_send: bool,
    seen: bool,
    how_error: Option<String>,
    address_error: Option<String>,
    consent_error: Option<String>,
}

impl HandOverFields {
    fn titles(&self) -> &'static [(&'static str, &'static str)] {
        &TITLES
    }
    fn notes(&self) -> Vec<(&'static str, &'static str, bool)> {
        let checked = |key: &str| self.typed.notes.iter().any(|own| own == key);
        NOTES.iter().map(|(key, words)| (*key, *words, checked(key))).collect()
    }
    fn hows(&self) -> Vec<(&'static str, &'static str)> {
        How::ALL.iter().map(|how| (how.key(), how.words())).collect()
    }
}

#[derive(Template)]
#[template(path = "new_list.html")]
struct NewListView {
    card: Option<CardView>,
    summary: String,
    services: Vec<(String, String, bool)>,
    service_error: Option<String>,
    fields: HandOverFields,
}

#[derive(Clone, Default)]
struct Typed {
    chosen: Vec<String>,
    offered: Vec<String>,
    title: String,
    notes: Vec<String>,
    how: String,
    address: String,
    consent: bool,
    form_key: String,
    seen: bool,
}

impl Typed {
    fn new(site: &Site) -> Typed {
        Typed {
            title: TITLES[0].0.to_owned(),
            how: How::Link.key().to_owned(),
            form_key: site.dice().hex::<16>(),
            ..Typed::default()
        }
    }
}

/// The empty fields under what was matched.
pub(crate) fn fields_for_match(site: &Site, form_key: String) -> HandOverFields {
    fields(site, Typed { form_key, ..Typed::new(site) }, &Errors::default())
}

/// `GET /practitioner/lists/new?service=...`: the page of its own, for services from anywhere.
pub(crate) async fn get(State(directory): State<Directory>, who: Who, params: Params) -> Reply {
    who.may::<MatchServices>(On::all("list"))?;
    let services = slugs(params.all("service"));
    let typed = Typed { chosen: services.clone(), offered: services, ..Typed::new(directory.site()) };
    page(&directory, typed, &Errors::default(), None).await
}

/// `POST /practitioner/lists/new`.
pub(crate) async fn post(State(directory): State<Directory>, who: Who, form: Form) -> Reply {
    let site = directory.site();
    let may = who.may::<MatchServices>(On::all("list"))?;
    let screened = site.screen(&form.typed(&["address"]));
    let card = site.card(screened.verdict());
    let chosen = slugs(form.all("service"));
    let mut offered = slugs(form.all("offered"));
    offered.extend(chosen.iter().filter(|slug| !offered.contains(slug)).cloned().collect::<Vec<_>>());
    let typed = Typed {
        chosen,
        offered,
        title: form.get("title").to_owned(),
        notes: form.all("note").map(str::to_owned).collect(),
        how: form.get("how").to_owned(),
        address: form.get("address").to_owned(),
        consent: !form.get("consent").is_empty(),
        form_key: form.get("form_key").to_owned(),
        seen: !form.get("seen").is_empty(),
    };
    if screened.verdict().level == Level::Red && !typed.seen {
        return page(&directory, Typed { seen: true, ..typed }, &Errors::default(), card).await;
    }
    let new = match parse(&directory, &typed).await? {
        Ok(new) => new,
        Err(errors) => return page(&directory, typed, &errors, card).await,
    };
    let (now, held) = (site.clock().now(), site.clone());
    match site.db().write(move |tx| hand_over(tx, &held, &may, &new, now)).await? {
        Ok(id) => Ok(see_other(&format!("/practitioner/lists/{id}?made=1"))),
        Err(refusal) => page(&directory, typed, &Errors(vec![refusal]), card).await,
    }
}

fn slugs<'a>(values: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut slugs: Vec<String> = Vec::new();
    for value in values.filter(|value| value.parse::<Slug>().is_ok()).take(OFFERED_MAX) {
        if !slugs.iter().any(|own| own == value) {
            slugs.push(value.to_owned());
        }
    }
    slugs
}

async fn parse(directory: &Directory, typed: &Typed) -> Result<Result<NewList, Errors>, Fault> {
    let site = directory.site();
    let mut errors = Errors::default();
    // What families do not see any more is left out, so that nobody is handed a gap.
    let chosen = directory::list_match_services_named(directory, typed.chosen.clone()).await?;
    let services: Vec<String> = chosen
        .into_iter()
        .filter_map(|listed| match listed {
            Listed::Shown(service) => Some(service.slug),
            Listed::Gone => None,
        })
        .collect();
    match services.len() {
        0 => errors.0.push(Refusal::at("service", "Tick at least one service for the list")),
        many if many > SERVICES_MAX => errors
            .0
            .push(Refusal::at("service", format!("Tick {SERVICES_MAX} services or fewer. You have {many}"))),
        _ => {}
    }
    let how = errors.take("how", How::of(&typed.how).ok_or_else(|| "Choose how you hand it over".to_owned()));
    let to = match how {
        Some(How::Email) => errors.take("address", typed.address.parse::<Email>()).map(To::Email),
        Some(How::Text) => errors.take("address", read_mobile(&typed.address)).map(To::Phone),
        _ => None,
    };
    if matches!(how, Some(How::Email | How::Text)) && !typed.consent {
        errors.0.push(Refusal::at("consent", "Ask them first, then tick that they said yes"));
    }
    if to.is_some() && site.council().public_url.is_empty() {
        let sentence = "The settings do not say this site’s own address yet, so no link can be sent";
        errors.0.push(Refusal::at("how", sentence));
    }
    if typed.form_key.len() != 32 || !typed.form_key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        errors.0.push(Refusal::at("", "This form has lost its key. Open it once more"));
    }
    let known = |key: &str| TITLES.iter().map(|(own, _)| *own).find(|own| *own == key);
    Ok(match how {
        Some(how) if errors.is_empty() => Ok(NewList {
            form_key: typed.form_key.clone(),
            services,
            title: known(&typed.title).unwrap_or(TITLES[0].0),
            notes: NOTES
                .iter()
                .map(|(key, _)| *key)
                .filter(|key| typed.notes.iter().any(|own| own == key))
                .collect(),
            how,
            to,
        }),
        _ => Err(errors),
    })
}

/// A number that a text reaches: a landline would be told of as sent, and nothing would come.
fn read_mobile(typed: &str) -> Result<Phone, String> {
    let phone: Phone = typed.parse()?;
    let dialled = phone.dialled();
    let national = ["+440", "+44", "00440", "0044", "0"]
        .iter()
        .find_map(|start| dialled.strip_prefix(start))
        .unwrap_or(&dialled);
    let is_pager = national.starts_with("76") && !national.starts_with("7624");
    let is_mobile =
        national.len() == 10 && national.starts_with('7') && !national.starts_with("70") && !is_pager;
    if is_mobile {
        Ok(phone)
    } else {
        Err("This is not a UK mobile number, so no text can reach it. Enter one like 07700 900123".to_owned())
    }
}

fn fields(site: &Site, typed: Typed, errors: &Errors) -> HandOverFields {
    let at = |field: &str| errors.at(field).map(str::to_owned);
    HandOverFields {
        can_send: !site.council().public_url.is_empty(),
        seen: typed.seen,
        how_error: at("how"),
        address_error: at("address"),
        consent_error: at("consent"),
        typed,
    }
}

async fn page(directory: &Directory, typed: Typed, errors: &Errors, card: Option<safety::Card>) -> Reply {
    let site = directory.site();
    let offered = directory::list_match_services_named(directory, typed.offered.clone()).await?;
    let is_chosen = |slug: &str| typed.chosen.iter().any(|own| own == slug);
    let services = offered
        .into_iter()
        .filter_map(|listed| match listed {
            Listed::Shown(service) => {
                let checked = is_chosen(&service.slug);
                Some((service.slug, service.name, checked))
            }
            Listed::Gone => None,
        })
        .collect();
    let body = NewListView {
        card: card.map(CardView::above),
        summary: ErrorSummary { errors }.render()?,
        services,
        service_error: errors.at("service").map(str::to_owned),
        fields: fields(site, typed, errors),
    };
    let (status, title) = errors.page("Hand over a list");
    show_with(site, status, &Page::new(title), &body)
}

/// The words of a list's title, and of what is said on it.
pub(crate) fn said_on(row: &ListRow) -> (&'static str, Vec<&'static str>) {
    let title = words_of(&TITLES, &row.title).unwrap_or(TITLES[0].1);
    (title, row.notes.split(',').filter_map(|key| words_of(&NOTES, key)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_goes_to_a_mobile_and_to_nothing_else() {
        for number in ["07700 900123", "+44 7700 900123", "07624 123456"] {
            assert!(read_mobile(number).is_ok(), "{number}");
        }
        for number in ["0151 496 0000", "07012 345678", "07612 345678", "0800 123 4567", "x"] {
            assert!(read_mobile(number).is_err(), "{number}");
        }
    }
}
