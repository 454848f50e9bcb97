//! `GET` and `POST /whats-on/{slug}/book`: which date, who is coming, done.

use crate::{
    book::{Booked, Twice, book_from_form},
    desk::{Desk, reference_of},
    invited::is_invited,
    ledger,
    model::{BookingId, Room, State, decide_needs_child},
    store as rows,
    tell_again::tell_again,
    typed::{Asks, Typed},
    words::{CHILD_BORN, CHILD_NAME, date_words, left_words, refused_words, twice_words},
};
use accounts::{Counter, Sent, SignInName, Wait};
use askama::Template;
use axum::{
    extract::{Path, State as With},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::IntoResponse,
};
use events::{Kind, SessionDraft, SessionRow};
use kernel::{Fault, Instant, Refusal};
use safety::Level;
use uuid::Uuid;
use web::{
    CardView, Form, Page, Params, Reply, Site,
    fields::{ErrorSummary, Errors, Input, Textarea},
    is_path, missing, see_other, show_with,
};

/// How many dates the form offers.
const DATES_SHOWN: usize = 20;
/// The cookie by which a family need not type who they are again, and how long it is kept, in days.
const FAMILY: &str = "family";
const FAMILY_DAYS: i64 = 180;

#[derive(Template)]
#[template(path = "book.html")]
struct BookView {
    card: Option<CardView>,
    summary: String,
    slug: String,
    title: String,
    is_course: bool,
    opens: Option<String>,
    dates: Vec<DateView>,
    some_are_full: bool,
    date_error: Option<String>,
    children: Vec<ChildView>,
    may_add: bool,
    boxes: String,
    contact: String,
    note: String,
    wait: bool,
    remember: bool,
    seen: bool,
    form_key: String,
    invitation: Option<Uuid>,
    is_one_to_one: bool,
    /// What the dates are chosen with: several boxes to tick, or one time.
    choice: &'static str,
    choices: &'static str,
    invitation_is_used: bool,
    again: bool,
    again_error: Option<String>,
    reference: String,
}

struct DateView {
    id: Uuid,
    words: String,
    left: String,
    is_full: bool,
    checked: bool,
}

struct ChildView {
    name: String,
    born: String,
}

/// A session that families book here, with its dates to come and the places of each.
struct Offer {
    row: SessionRow,
    draft: SessionDraft,
    dates: Vec<(Uuid, Instant, Room, usize)>,
    is_invited: bool,
    /// The invitation brought its family here already.
    invitation_is_used: bool,
}

/// What somebody brings to the page: the dates they pressed, and their invitation.
struct Brought {
    dates: Vec<Uuid>,
    invitation: Option<Uuid>,
    /// Of a form that is sent: what was booked by it is no reason to refuse it.
    form_key: String,
}

impl Brought {
    fn of<'a>(dates: impl Iterator<Item = &'a str>, invitation: &str, form_key: &str) -> Brought {
        Brought {
            dates: dates.filter_map(|date| date.parse().ok()).collect(),
            invitation: invitation.parse().ok(),
            form_key: form_key.to_owned(),
        }
    }
}

async fn find(desk: &Desk, slug: String, brought: Brought) -> Result<Option<Offer>, Fault> {
    let (held, now) = (desk.clone(), desk.site().clock().now());
    desk.site()
        .db()
        .read(move |tx| {
            let Some(row) = events::find_session_by_slug(tx, &slug)? else { return Ok(None) };
            let draft = row.draft()?;
            let closes = jiff::SignedDuration::from_mins(draft.closes_minutes);
            let mut open: Vec<_> = events::list_dates_of(tx, row.id, now)?
                .into_iter()
                .filter(|date| date.is_held() && date.starts_at - closes > now)
                .collect();
            // The time that was pressed is among those that are offered, however many come before it.
            open.sort_by_key(|date| draft.kind == Kind::OneToOne && !brought.dates.contains(&date.id));
            let ids: Vec<Uuid> = open
                .into_iter()
                .take(if draft.kind == Kind::Course { crate::model::DATES_MAX } else { DATES_SHOWN })
                .map(|date| date.id)
                .collect();
            let bookable = events::list_bookable_dates(tx, &ids)?;
            let rooms = ledger::rooms(tx, &bookable)?;
            let queue = rows::list_queue(tx, &[row.id.uuid()])?;
            let dates = bookable
                .iter()
                .filter_map(|date| {
                    let (_, room) = rooms.get(&date.id)?;
                    let waiting = queue.iter().filter(|waiter| waiter.dates.contains(&date.id)).count();
                    Some((date.id, date.starts_at, *room, waiting))
                })
                .collect();
            let is_invited = is_invited(tx, &held, brought.invitation, row.id, now)?;
            let invitation_is_used = match brought.invitation {
                Some(invitation) if draft.kind == Kind::Invitation && is_invited => {
                    rows::is_invitation_taken(tx, invitation)?
                        && rows::find_booking_by_key(tx, &brought.form_key)?.is_none()
                }
                _ => false,
            };
            Ok(Some(Offer { row, draft, dates, is_invited, invitation_is_used }))
        })
        .await
}

/// Where a session is booked that is not booked here: on the page of its programme, or as its own page says.
fn booked_elsewhere(offer: &Offer) -> Option<String> {
    let is_published = offer.row.wanted == "published";
    if let Some(page) = offer.draft.booked_through.as_ref().filter(|page| is_published && is_path(page)) {
        return Some(page.clone());
    }
    let is_open = match offer.draft.kind {
        Kind::BookOn | Kind::Course | Kind::OneToOne => true,
        Kind::Invitation => offer.is_invited,
        Kind::DropIn | Kind::Referral => false,
    };
    (!is_published || !is_open).then(|| format!("/whats-on/{}", offer.draft.slug))
}

/// `GET /whats-on/{slug}/book`, with `?date=` the date that somebody pressed.
pub(crate) async fn get(
    With(desk): With<Desk>,
    Path(slug): Path<String>,
    params: Params,
    headers: HeaderMap,
) -> Reply {
    let site = desk.site();
    let brought = Brought::of(params.all("date"), params.get("invitation"), "");
    let (chosen, invitation) = (brought.dates.clone(), brought.invitation);
    let Some(offer) = find(&desk, slug, brought).await? else { return Ok(missing()) };
    if let Some(elsewhere) = booked_elsewhere(&offer) {
        return Ok(see_other(&elsewhere));
    }
    let is_one_to_one = offer.draft.kind == Kind::OneToOne;
    let is_free = |(id, _, room, waiting): &(Uuid, Instant, Room, usize)| {
        chosen.contains(id) && room.free() > 0 && *waiting == 0
    };
    if is_one_to_one && !offer.dates.iter().any(is_free) {
        // Times are chosen from days on a page of their own; there are others where the chosen one is gone.
        return Ok(see_other(&format!("/appointments/{}", offer.draft.slug)));
    }
    let mut typed = known_family(&desk, &headers).await?;
    typed.wait = typed.wait && !is_one_to_one;
    typed.invitation = invitation;
    typed.dates = params.all("date").map(str::to_owned).collect();
    typed.form_key = site.dice().hex::<16>();
    show(site, &offer, &typed, &Errors::default(), None)
}

/// `POST /whats-on/{slug}/book`.
pub(crate) async fn post(
    With(desk): With<Desk>,
    Path(slug): Path<String>,
    counter: Counter,
    form: Form,
) -> Reply {
    let site = desk.site();
    let everything: String = form.each().map(|(_, value)| value).collect::<Vec<_>>().join("\n");
    let screened = site.screen(&everything);
    let level = screened.verdict().level;
    let card = site.card(screened.verdict());
    let brought = Brought::of(form.all("date"), form.get("invitation"), form.get("form_key"));
    let Some(offer) = find(&desk, slug, brought).await? else { return Ok(missing()) };
    if let Some(elsewhere) = booked_elsewhere(&offer) {
        return Ok(see_other(&elsewhere));
    }
    let mut typed = Typed::of(&form);
    if offer.invitation_is_used {
        return show(site, &offer, &typed, &Errors::default(), card);
    }
    if offer.draft.kind == Kind::Course {
        typed.dates = offer.dates.iter().map(|(id, ..)| id.to_string()).collect();
    }
    if form.get("do") == "add" {
        return show(site, &offer, &typed, &Errors::default(), card);
    }
    // A red card stops the form; what was typed stays in it, and sending it again is the person's own choice.
    if level == Level::Red && !typed.seen {
        return show(site, &offer, &Typed { seen: true, ..typed }, &Errors::default(), card);
    }
    let wish = match typed.wish(asks(&offer), site.clock().today()) {
        Ok(wish) => wish,
        Err(errors) => return show(site, &offer, &typed, &errors, card),
    };
    if wish.dates.iter().any(|date| offer.dates.iter().all(|(id, ..)| id != date)) {
        let errors = Errors(vec![Refusal::at("date", refused_words(&crate::Refused::NotHeld).1)]);
        return show(site, &offer, &typed, &errors, card);
    }
    if offer.draft.kind == Kind::OneToOne && wish.dates.len() > 1 {
        let words = "Choose one time. When it is booked, you can book another";
        let errors = Errors(vec![Refusal::at("date", words)]);
        return show(site, &offer, &typed, &errors, card);
    }
    if let Some(wait) = too_many(site, counter, &wish).await? {
        let errors = Errors(vec![Refusal::at("", too_many_words(wait, &site.council().phone))]);
        return Ok(wait.told(show(site, &offer, &typed, &errors, card)?));
    }
    let twice = if typed.again { Twice::IsMeant } else { Twice::IsRefused };
    match book_from_form(&desk, wish, twice).await? {
        Ok(booked) => Ok(done(&desk, &booked, &typed)),
        Err(crate::Refused::Twice(first)) => {
            let words = twice_words(tell_again(&desk, first).await?);
            show(site, &offer, &typed, &Errors(vec![Refusal::at("again", words)]), card)
        }
        Err(why) => {
            let (field, mut words) = refused_words(&why);
            if offer.draft.kind == Kind::OneToOne && matches!(why, crate::Refused::Full(_)) {
                words = "This time is not free any more. Choose another below".to_owned();
            }
            show(site, &offer, &typed, &Errors(vec![Refusal::at(field, words)]), card)
        }
    }
}

/// The booking's own page; and, only when the family asked for it, a cookie so that they need not type who they are next
/// time. On a telephone that is shared, what is not asked for is not kept, and what was kept goes.
fn done(desk: &Desk, booked: &Booked, typed: &Typed) -> axum::response::Response {
    let secret = desk.link_secret(booked.id);
    let mut reply = see_other(&format!("/bookings/{}/{secret}", booked.reference)).into_response();
    let secure = if desk.site().council().public_url.starts_with("https://") { "; Secure" } else { "" };
    let cookie = format!(
        "{FAMILY}={}; Path=/whats-on; HttpOnly; SameSite=Lax; Max-Age={}{secure}",
        if typed.remember { format!("{}.{secret}", booked.id.uuid().simple()) } else { String::new() },
        if typed.remember { FAMILY_DAYS * 24 * 60 * 60 } else { 0 }
    );
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        reply.headers_mut().append(header::SET_COOKIE, cookie);
    }
    reply
}

/// Who came the last time from this device, for them to look over.
async fn known_family(desk: &Desk, headers: &HeaderMap) -> Result<Typed, Fault> {
    let mut typed = Typed {
        children: vec![Default::default()],
        grown_ups: "1".to_owned(),
        wait: true,
        ..Typed::default()
    };
    let cookie = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix("family="))
        .and_then(|value| value.split_once('.'));
    let Some((id, secret)) = cookie else { return Ok(typed) };
    let Ok(id) = id.parse::<Uuid>() else { return Ok(typed) };
    let id = BookingId::from_uuid(id);
    if !desk.is_link_secret(id, secret) {
        return Ok(typed);
    }
    let found = desk.site().db().read(move |tx| {
        let Some(booking) = rows::find_booking(tx, id)? else { return Ok(None) };
        Ok(Some((booking, rows::list_guests(tx, id)?)))
    });
    let Some((booking, guests)) = found.await? else { return Ok(typed) };
    let children: Vec<(String, String)> = guests
        .iter()
        .filter(|guest| !guest.grown_up)
        .map(|guest| {
            (
                guest.name.clone(),
                guest.born.map_or_else(String::new, |born| born.strftime("%-d %-m %Y").to_string()),
            )
        })
        .take(CHILD_NAME.len())
        .collect();
    if !children.is_empty() {
        typed.children = children;
    }
    typed.grown_ups = guests.iter().filter(|guest| guest.grown_up).count().max(1).to_string();
    typed.remember = true;
    typed.name = booking.contact_name;
    typed.email = booking.email.unwrap_or_default();
    typed.phone = booking.phone.unwrap_or_default();
    Ok(typed)
}

/// Whether more bookings come from there than families make. The count is a commit of its own, before the line of
/// bookings: what hangs on a visitor's network must not be taken in an order of its own beside the rows of sessions (two
/// nodes would wait for each other), and a booking that is refused must count as well.
async fn too_many(site: &Site, counter: Counter, wish: &crate::Request) -> Result<Option<Wait>, Fault> {
    let now = site.clock().now();
    let name = wish.contact.email.as_ref().and_then(|email| email.as_str().parse::<SignInName>().ok());
    let key = wish.form_key.clone();
    site.db()
        .write(move |tx| {
            // A form that is sent again is not one more.
            if rows::find_booking_by_key(tx, &key)?.is_some() {
                return Ok(None);
            }
            counter.count(tx, Sent::Booking, name.as_ref(), now)
        })
        .await
}

fn too_many_words(wait: Wait, phone: &str) -> String {
    let when = match wait {
        Wait::AnHour => "in an hour",
        Wait::ADay => "tomorrow",
    };
    let ring = if phone.is_empty() { String::new() } else { format!(", or ring {phone}") };
    format!(
        "We could not book this: too many bookings came from here. What you typed is below. Send it again {when}{ring}"
    )
}

fn asks(offer: &Offer) -> Asks {
    let ages = offer.draft.ages;
    // A time of one's own is one place whoever comes; whether it is for a child, its ages say.
    let counts =
        if offer.draft.kind == Kind::OneToOne { events::Counts::Families } else { offer.draft.counts };
    Asks {
        birth: ages.from_months > 0 || ages.under_months.is_some(),
        child: decide_needs_child(counts, ages),
    }
}

fn show(site: &Site, offer: &Offer, typed: &Typed, errors: &Errors, card: Option<safety::Card>) -> Reply {
    let draft = &offer.draft;
    let now = site.clock().now();
    // A time was chosen on the page before; others are offered when that one is gone.
    let is_chosen = |id: &Uuid| typed.dates.contains(&id.to_string());
    let shows_chosen_alone = draft.kind == Kind::OneToOne
        && errors.at("date").is_none()
        && offer.dates.iter().any(|(id, ..)| is_chosen(id));
    let dates: Vec<DateView> = offer
        .dates
        .iter()
        .filter(|(id, ..)| !shows_chosen_alone || is_chosen(id))
        .map(|(id, starts_at, room, waiting)| DateView {
            id: *id,
            words: date_words(*starts_at),
            left: left_words(*room, *waiting),
            is_full: room.free() <= 0 || *waiting > 0,
            checked: typed.dates.contains(&id.to_string()) || offer.dates.len() == 1,
        })
        .collect();
    let (choice, choices) =
        if draft.kind == Kind::OneToOne { ("radio", "radios") } else { ("checkbox", "checkboxes") };
    let mut children = Vec::new();
    for (at, (name, born)) in typed.children.iter().enumerate().take(CHILD_NAME.len()) {
        let number = if typed.children.len() == 1 { String::new() } else { format!(" of child {}", at + 1) };
        children.push(ChildView {
            name: input(CHILD_NAME[at], &format!("First name{number}"), "", name, ("text", "off"), errors)?,
            born: input(
                CHILD_BORN[at],
                &format!("Date of birth{number}{}", if asks(offer).birth { "" } else { " (optional)" }),
                "For example, 27 3 2024",
                born,
                ("text", "off"),
                errors,
            )?,
        });
    }
    let contact = [
        input("name", "Your name", "", &typed.name, ("text", "name"), errors)?,
        input(
            "email",
            "Your email",
            "An email or a mobile number is enough.",
            &typed.email,
            ("email", "email"),
            errors,
        )?,
        input("phone", "Your mobile number", "", &typed.phone, ("tel", "tel"), errors)?,
    ];
    let (status, title) = errors.page(&format!("Book: {}", draft.title));
    let body = BookView {
        card: card.map(CardView::above),
        summary: ErrorSummary { errors }.render()?,
        slug: draft.slug.clone(),
        title: draft.title.clone(),
        is_course: draft.kind == Kind::Course,
        opens: draft.opens_at.filter(|opens| *opens > now).map(crate::words::until_words),
        some_are_full: dates.iter().any(|date| date.is_full),
        dates,
        date_error: errors.at("date").map(str::to_owned),
        may_add: children.len() < CHILD_NAME.len(),
        children,
        boxes: input(
            "grown_ups",
            "How many grown-ups are coming?",
            "",
            &typed.grown_ups,
            ("text", "off"),
            errors,
        )?,
        contact: contact.concat(),
        note: Textarea {
            name: "note",
            label: "Is there anything that would help you take part? (optional)",
            hint: "For example: a wheelchair, an interpreter, a quiet corner, an allergy.",
            value: &typed.note,
            rows: 3,
            error: errors.at("note"),
        }
        .render()?,
        wait: typed.wait,
        remember: typed.remember,
        seen: typed.seen,
        reference: reference_of(&typed.form_key),
        form_key: typed.form_key.clone(),
        invitation: typed.invitation,
        is_one_to_one: draft.kind == Kind::OneToOne,
        choice,
        choices,
        invitation_is_used: offer.invitation_is_used,
        again: typed.again,
        again_error: errors.at("again").map(str::to_owned),
    };
    let status = if errors.is_empty() { StatusCode::OK } else { status };
    show_with(site, status, &Page::new(title), &body)
}

fn input(
    name: &str,
    label: &str,
    hint: &str,
    value: &str,
    (kind, autocomplete): (&str, &str),
    errors: &Errors,
) -> Result<String, Fault> {
    Ok(Input { name, label, hint, value, kind, autocomplete, error: errors.at(name) }.render()?)
}

/// Whether a booking's places are still its own.
pub(crate) fn is_live(state: State) -> bool {
    matches!(state, State::Held | State::Waiting | State::Offered | State::Booked)
}
