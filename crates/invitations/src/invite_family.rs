//! `GET` and `POST /admin/invitations/new`: a practitioner invites a family to a session, in a minute. What is typed to
//! reach the family goes into the one message and nowhere else.

use crate::{
    Invitations,
    mails::INVITED,
    model::{How, InvitationId, SLIPS_MAX, code_of},
    session_facts::{self, Facts, date_words},
    store::{self as rows, InvitationRow},
};
use access::{Action, Denied, InviteFamily, May, On, audit};
use anyhow::Context;
use askama::Template;
use axum::extract::State;
use events::SessionId;
use jiff::SignedDuration;
use kernel::{Email, Fault, Id, Instant, Phone, Refusal, london, one_line};
use notify::{Message, To};
use safety::Level;
use store::Tx;
use uuid::Uuid;
use web::{
    CardView, Form, Page, Params, Reply, Site, Who,
    fields::{ErrorSummary, Errors, Input, Radios},
    missing, see_other, show, show_with,
};

/// The longest first name, in letters.
const NAME_MAX: usize = 40;
/// How long an invitation to any date stands.
const STANDS_DAYS: i64 = 90;
/// How many invitations one address is sent in a day, by whoever.
const TO_ONE_ADDRESS: i64 = 3;
const DAY_HOURS: i64 = 24;
/// How many dates are named in the message.
const DATES_NAMED: usize = 6;
/// How many sessions the search shows.
const FOUND_MAX: usize = 40;

/// What a practitioner wants.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// 128 bits in hex that the form carries: the same key is the same invitation.
    pub form_key: String,
    /// To which session.
    pub session: SessionId,
    /// To which of its dates; none is any date.
    pub dates: Vec<Uuid>,
    /// For the one who invites to remember whom. May be empty.
    pub first_name: String,
    /// How it is handed over.
    pub how: How,
    /// Where the message goes, for a text or an e-mail.
    pub to: Option<To>,
    /// How many, for slips.
    pub slips: usize,
}

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// What its page is called: one or several invitations made together.
    pub batch: Uuid,
    /// The code of each.
    pub codes: Vec<String>,
}

/// Invites. A form that was sent twice invites once, and gives what was made first.
pub fn invite(
    tx: &mut Tx<'_>,
    site: &Site,
    may: &May<InviteFamily>,
    new: &NewInvitation,
    now: Instant,
) -> Result<Result<Invited, Refusal>, Fault> {
    let person = may.actor().person().context("somebody invites")?;
    if let Some((batch, first)) = rows::find_batch_by_key(tx, &new.form_key)? {
        let codes = rows::list_batch(tx, batch, person)?.into_iter().map(|row| row.code).collect();
        return Ok(if first == person {
            Ok(Invited { batch, codes })
        } else {
            Err(Refusal::at("", "This form has lost its key. Open a new one"))
        });
    }
    let Some(facts) = session_facts::find(tx, new.session, now)? else {
        return Ok(Err(Refusal::at("", "This session is not on any more. Choose another")));
    };
    let dates = facts.dates_of(&new.dates);
    if !new.dates.is_empty() && dates.len() != new.dates.len() {
        return Ok(Err(Refusal::at("dates", "One of these dates is not on any more. Choose again")));
    }
    let hash = match &new.to {
        Some(to) => Some(address_hash(tx, site, to)?),
        None => None,
    };
    if let Some(hash) = &hash
        && rows::count_sent_to(tx, hash, now - SignedDuration::from_hours(DAY_HOURS))? >= TO_ONE_ADDRESS
    {
        let sentence = "This address was invited often today. Give them a link or a slip instead";
        return Ok(Err(Refusal::at("address", sentence)));
    }
    let until = dates.iter().map(|date| date.ends_at).max().filter(|_| !new.dates.is_empty());
    let batch = Id::<()>::new(site.clock(), site.dice()).uuid();
    let mut codes = Vec::new();
    for number in 1..=if new.how == How::Slips { new.slips.clamp(1, SLIPS_MAX) } else { 1 } {
        let row = InvitationRow {
            id: InvitationId::new(site.clock(), site.dice()),
            batch_id: batch,
            number: i64::try_from(number)?,
            code: code_of(site.dice().bytes()),
            session_id: new.session,
            organization_id: facts.row.organization_id,
            invited_by: person,
            first_name: new.first_name.clone(),
            how: new.how.key().to_owned(),
            made_at: now,
            ends_at: until.unwrap_or(now + SignedDuration::from_hours(DAY_HOURS * STANDS_DAYS)),
        };
        rows::insert_invitation(tx, &row, &new.form_key, hash.as_deref(), &new.dates)?;
        codes.push(row.code);
    }
    if let (Some(to), Some(code)) = (&new.to, codes.first()) {
        let message = Message {
            template: &INVITED,
            to: to.clone(),
            person: None,
            values: values(tx, site, &facts, new, person, code)?,
            once: Some(batch.to_string()),
        };
        notify::queue(tx, &message, site.dice(), now)?;
    }
    let many = codes.len();
    audit::record(tx, may, format!("made {many} invitations ({})", new.how.key()), "", now);
    Ok(Ok(Invited { batch, codes }))
}

fn values(
    tx: &mut Tx<'_>,
    site: &Site,
    facts: &Facts,
    new: &NewInvitation,
    person: access::PersonId,
    code: &str,
) -> Result<Vec<(&'static str, String)>, Fault> {
    let dates = facts.dates_of(&new.dates);
    let lines: Vec<String> = dates.iter().take(DATES_NAMED).map(|date| date_words(date)).collect();
    let lines =
        if lines.is_empty() { "The next date is not known yet.".to_owned() } else { lines.join("\n") };
    let council = site.council();
    let inviter = accounts::find_name(tx, person)?.unwrap_or_else(|| council.name.clone());
    Ok(vec![
        ("inviter", inviter),
        ("session", facts.draft.title.clone()),
        ("dates_lines", lines),
        ("place", facts.place(dates.first().copied())),
        ("invitation_link", format!("{}/i/{code}", council.public_url)),
    ])
}

/// An address as only this house can recognise it.
fn address_hash(tx: &mut Tx<'_>, site: &Site, to: &To) -> Result<String, Fault> {
    let key = rows::find_or_insert_key(tx, &site.dice().hex::<32>())?;
    let address = match to {
        To::Email(email) => email.as_str().to_lowercase(),
        To::Phone(phone) => phone.dialled(),
    };
    let key = blake3::derive_key("hearth: where an invitation was sent", key.as_bytes());
    Ok(blake3::keyed_hash(&key, address.as_bytes()).to_hex().to_string())
}

#[derive(Template)]
#[template(path = "choose_session.html")]
struct ChooseView {
    typed: String,
    found: Vec<(String, String, String)>,
    more: bool,
}

#[derive(Template)]
#[template(path = "invite_family.html")]
struct InviteView {
    card: Option<CardView>,
    summary: String,
    slug: String,
    title: String,
    next: String,
    place: String,
    dates: Vec<DateView>,
    dates_error: Option<String>,
    fields: String,
    form_key: String,
    seen: bool,
}

struct DateView {
    id: Uuid,
    words: String,
    checked: bool,
}

/// The form as typed.
#[derive(Clone, Debug, Default)]
struct Typed {
    dates: Vec<String>,
    first_name: String,
    how: String,
    address: String,
    slips: String,
    form_key: String,
    seen: bool,
}

/// `GET /admin/invitations/new`: with `?session=` the form, without it a search for the session.
pub(crate) async fn get(State(room): State<Invitations>, who: Who, params: Params) -> Reply {
    let site = room.site();
    let slug = params.get("session");
    if slug.is_empty() {
        return choose(&room, &who, params.get("q")).await;
    }
    let Some(facts) = find(&room, slug).await? else { return Ok(missing()) };
    permitted(&who, &facts)?;
    let typed = Typed {
        dates: params.all("date").map(str::to_owned).collect(),
        how: How::Link.key().to_owned(),
        slips: "10".to_owned(),
        form_key: site.dice().hex::<16>(),
        ..Typed::default()
    };
    page(site, &facts, &typed, &Errors::default(), None)
}

/// `POST /admin/invitations/new`.
pub(crate) async fn post(State(room): State<Invitations>, who: Who, form: Form) -> Reply {
    let site = room.site();
    let everything: String = form.each().map(|(_, value)| value).collect::<Vec<_>>().join("\n");
    let screened = site.screen(&everything);
    let level = screened.verdict().level;
    let card = site.card(screened.verdict());
    let Some(facts) = find(&room, form.get("session")).await? else { return Ok(missing()) };
    let may = permitted(&who, &facts)?;
    let typed = Typed {
        dates: form.all("dates").map(str::to_owned).collect(),
        first_name: one_line(form.get("first_name")),
        how: form.get("how").to_owned(),
        address: form.get("address").to_owned(),
        slips: form.get("slips").to_owned(),
        form_key: form.get("form_key").to_owned(),
        seen: !form.get("seen").is_empty(),
    };
    if level == Level::Red && !typed.seen {
        return page(site, &facts, &Typed { seen: true, ..typed }, &Errors::default(), card);
    }
    let new = match parse(site, &facts, &typed) {
        Ok(new) => new,
        Err(errors) => return page(site, &facts, &typed, &errors, card),
    };
    let (now, held) = (site.clock().now(), site.clone());
    match site.db().write(move |tx| invite(tx, &held, &may, &new, now)).await? {
        Ok(invited) => Ok(see_other(&format!("/admin/invitations/{}?made=1", invited.batch))),
        Err(refusal) => page(site, &facts, &typed, &Errors(vec![refusal]), card),
    }
}

fn permitted(who: &Who, facts: &Facts) -> Result<May<InviteFamily>, Denied> {
    who.may(On::one("session", facts.row.id).of_organization(facts.row.organization_id))
}

async fn find(room: &Invitations, slug: &str) -> Result<Option<Facts>, Fault> {
    let (slug, now) = (slug.to_owned(), room.site().clock().now());
    room.site().db().read(move |tx| session_facts::find_by_slug(tx, &slug, now)).await
}

/// What is held next, to choose from: of their own organisations, or everybody's.
async fn choose(room: &Invitations, who: &Who, typed: &str) -> Reply {
    let typed: String = typed.chars().take(100).collect();
    let now = room.site().clock().now();
    let words: Vec<String> = typed.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let mut found = room.site().db().read(move |tx| rows::list_next(tx, now)).await?;
    found.retain(|next| {
        let title = next.title.to_lowercase();
        let on = On::all("session").of_organization(next.organization_id);
        words.iter().all(|word| title.contains(word)) && who.may::<InviteFamily>(on).is_ok()
    });
    let more = found.len() > FOUND_MAX;
    let when = |at: Instant| calendar::moment(at.to_zoned(london()).datetime());
    let found =
        found.into_iter().take(FOUND_MAX).map(|next| (next.slug, next.title, when(next.starts_at))).collect();
    show(room.site(), &Page::new("Invite a family"), &ChooseView { typed, found, more })
}

fn parse(site: &Site, facts: &Facts, typed: &Typed) -> Result<NewInvitation, Errors> {
    let mut errors = Errors::default();
    let dates: Vec<Uuid> = typed.dates.iter().filter_map(|date| date.parse().ok()).collect();
    let unknown = dates.iter().any(|date| facts.dates.iter().all(|known| known.id != *date));
    if unknown || dates.len() != typed.dates.len() {
        errors.0.push(Refusal::at("dates", "One of these dates is not on any more. Choose again"));
    }
    if typed.first_name.chars().count() > NAME_MAX {
        errors.0.push(Refusal::at("first_name", format!("Use {NAME_MAX} letters or fewer")));
    }
    let how = errors.take("how", How::of(&typed.how).ok_or_else(|| "Choose how you hand it over".to_owned()));
    let to = match how {
        Some(How::Email) => errors.take("address", typed.address.parse::<Email>()).map(To::Email),
        Some(How::Text) => errors.take("address", typed.address.parse::<Phone>()).map(To::Phone),
        _ => None,
    };
    if to.is_some() && site.council().public_url.is_empty() {
        let sentence = "The settings do not say this site’s own address yet, so no link can be sent";
        errors.0.push(Refusal::at("how", sentence));
    }
    let slips = match how {
        Some(How::Slips) => {
            let many = typed.slips.trim().parse().ok().filter(|many| (1..=SLIPS_MAX).contains(many));
            errors.take("slips", many.ok_or_else(|| format!("Type how many slips, from 1 to {SLIPS_MAX}")))
        }
        _ => Some(1),
    };
    if typed.form_key.len() != 32 || !typed.form_key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        errors.0.push(Refusal::at("", "This form has lost its key. Open it once more"));
    }
    match (how, slips) {
        (Some(how), Some(slips)) if errors.is_empty() => Ok(NewInvitation {
            form_key: typed.form_key.clone(),
            session: facts.row.id,
            dates,
            first_name: if how == How::Slips && slips > 1 { String::new() } else { typed.first_name.clone() },
            how,
            to,
            slips,
        }),
        _ => Err(errors),
    }
}

fn page(site: &Site, facts: &Facts, typed: &Typed, errors: &Errors, card: Option<safety::Card>) -> Reply {
    let hows = How::ALL.map(|how| (how.key(), how.words()));
    let input = |name: &'static str, label: &str, hint: &str, value: &str| -> Result<String, Fault> {
        let error = errors.at(name);
        Ok(Input { name, label, hint, value, kind: "text", autocomplete: "off", error }.render()?)
    };
    let fields = [
        input(
            "first_name",
            "Their first name (optional)",
            "Only you see it, so that you remember whom you invited. It is not on the invitation.",
            &typed.first_name,
        )?,
        Radios {
            name: "how",
            legend: "How do you hand it over?",
            hint: "",
            answers: &hows,
            value: &typed.how,
            error: errors.at("how"),
        }
        .render()?,
        input(
            "address",
            "Their email or mobile number, for an email or a text",
            "We send this one message and then forget it. Ask them first.",
            &typed.address,
        )?,
        input("slips", "How many slips, if you print them", "Each has a code of its own.", &typed.slips)?,
    ];
    let next = facts.dates.first();
    let body = InviteView {
        card: card.map(CardView::above),
        summary: ErrorSummary { errors }.render()?,
        slug: facts.draft.slug.clone(),
        title: facts.draft.title.clone(),
        next: next.map(date_words).unwrap_or_default(),
        place: facts.place(next),
        dates: facts
            .dates
            .iter()
            .take(12)
            .map(|date| DateView {
                id: date.id,
                words: date_words(date),
                checked: typed.dates.contains(&date.id.to_string()),
            })
            .collect(),
        dates_error: errors.at("dates").map(str::to_owned),
        fields: fields.concat(),
        form_key: typed.form_key.clone(),
        seen: typed.seen,
    };
    let (status, title) = errors.page(&format!("Invite a family: {}", facts.draft.title));
    show_with(site, status, &Page::new(title), &body)
}

/// The way back from the room's pages to one that is open to whoever looks.
pub(crate) fn way_back(who: &Who) -> (&'static str, &'static str) {
    if Action::OpenCouncilDoor.is_open_to(&who.actor) {
        ("/admin", "To do")
    } else {
        ("/account", "Your account")
    }
}
