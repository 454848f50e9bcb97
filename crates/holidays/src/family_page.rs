//! `GET` and `POST /holidays/family/{reference}/{secret}`: a family's own page. Its children, how it stands with each, the
//! days they have, and one basket for all of them.

use crate::{
    book_basket::{Basket, Got, Mode, Refused, Whole, book_basket, decide_may_book, is_live},
    catalogue::{day_words, moment_words},
    give_proof::{TryCode, appeal, claim_reason, pay, try_code},
    model::{ChildId, Funding, Opening, Standing},
    open_morning::{keep_wishes, take_ticket},
    room::Holidays,
    store::{self as rows, ChildRow},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use bookings::give_up_dates;
use kernel::{Date, Fault, Id, Refusal};
use safety::Level;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;
use web::{
    CardView, Form, Page, Params, Reply,
    fields::{ErrorSummary, Errors},
    missing, say, see_other, show_with,
};

/// How many dates are shown at once. Of more than that, one week.
const DATES_SHOWN: usize = 90;

#[derive(Template)]
#[template(path = "family.html")]
struct FamilyView {
    card: Option<CardView>,
    summary: String,
    told: String,
    path: String,
    slug: String,
    name: String,
    reference: String,
    phone: String,
    notice: &'static str,
    children: Vec<ChildView>,
    reasons: Vec<(String, String)>,
    paid: String,
    opening: OpeningView,
    weeks: Vec<WeekView>,
    days: Vec<DayView>,
    is_ballot: bool,
    may_choose: bool,
    what_you_can: bool,
    basket_key: String,
}

struct ChildView {
    id: ChildId,
    name: String,
    standing: &'static str,
    words: String,
    left: String,
    days: Vec<BookedView>,
    wants_code: bool,
    wants_other_way: bool,
    code: String,
    code_error: Option<String>,
    appeal: String,
    appeal_error: Option<String>,
}

struct BookedView {
    date: Uuid,
    words: String,
    is_over: bool,
    is_wish: bool,
}

#[derive(Default)]
struct OpeningView {
    words: String,
    wants_ticket: bool,
    has_ticket: bool,
}

struct WeekView {
    href: String,
    words: String,
    is_here: bool,
}

struct DayView {
    id: String,
    words: String,
    dates: Vec<DateView>,
}

struct DateView {
    id: String,
    title: String,
    href: String,
    line: String,
    is_full: bool,
    choices: Vec<ChoiceView>,
}

struct ChoiceView {
    value: String,
    id: String,
    name: String,
    checked: bool,
}

/// What the page says after somebody did something, and what they typed.
#[derive(Default)]
struct Told {
    words: String,
    errors: Errors,
    card: Option<safety::Card>,
    ticked: BTreeSet<String>,
    what_you_can: bool,
    key: Option<String>,
    code: Option<(ChildId, String, String)>,
    appeal: Option<(ChildId, String)>,
    week: String,
}

/// The family of this link, or nothing: a wrong secret looks like no family at all.
pub(crate) async fn by_link(
    room: &Holidays,
    reference: String,
    secret: &str,
) -> Result<Option<Whole>, Fault> {
    let whole = room
        .site()
        .db()
        .read(move |tx| {
            let Some(family) = rows::find_family_by_reference(tx, &reference)? else { return Ok(None) };
            Whole::find(tx, family.id)
        })
        .await?;
    Ok(whole.filter(|whole| room.is_link_secret(whole.family.id, secret)))
}

pub(crate) async fn get(
    State(room): State<Holidays>,
    Path((reference, secret)): Path<(String, String)>,
    params: Params,
) -> Reply {
    let Some(whole) = by_link(&room, reference, &secret).await? else { return Ok(missing()) };
    let words = match params.get("done") {
        "booked" => "Booked. You can see the days under each child’s name.",
        "wished" => "We have your wishes. You can change them until the ballot is drawn.",
        "given-back" => "You gave the day back. Another child can have it now.",
        "code" => "The code is right. Choose days below.",
        "asked" => "We will look at it and write to you.",
        "paid" => "You can choose days below, and pay for them as it says.",
        _ => "",
    };
    let told = Told { words: words.to_owned(), week: params.get("week").to_owned(), ..Told::default() };
    page(&room, &whole, told)
}

pub(crate) async fn post(
    State(room): State<Holidays>,
    Path((reference, secret)): Path<(String, String)>,
    form: Form,
) -> Reply {
    let Some(whole) = by_link(&room, reference.clone(), &secret).await? else { return Ok(missing()) };
    let path = format!("/holidays/family/{reference}/{secret}");
    let screened = room.site().screen(&form.typed(&["appeal", "code"]));
    let card = room.site().card(screened.verdict());
    let child =
        form.get("child").parse::<Uuid>().ok().map(Id::from_uuid).and_then(|id| whole.child(id)).cloned();
    let mut told = Told { card, week: form.get("week").to_owned(), ..Told::default() };
    let done = |what: &str| Ok(see_other(&format!("{path}?done={what}")));
    match (form.get("do"), child) {
        ("book", _) => return book(&room, whole, &form, &path, told).await,
        ("join", _) => {
            take_ticket(&room, whole.id, whole.family.id).await?;
            return Ok(see_other(&format!("{path}/line")));
        }
        ("give_back", Some(child)) => {
            let date = form.get("date").parse::<Uuid>().unwrap_or_default();
            let day = whole
                .days
                .iter()
                .find(|day| day.child_id == child.id && day.date_id == date && day.state == "booked");
            let Some(booking) = day.and_then(|day| day.booking_id) else { return done("given-back") };
            match give_up_dates(room.desk(), Id::from_uuid(booking), vec![date]).await? {
                Ok(_) | Err(bookings::Refused::Over) => {
                    let now = room.site().clock().now();
                    let give_up =
                        move |tx: &mut store::Tx| rows::set_given_up(tx, booking, Some(&[date]), now);
                    room.line().write(vec![whole.id.uuid()], give_up).await?;
                    return done("given-back");
                }
                Err(_) => {
                    told.errors
                        .0
                        .push(Refusal::at("", "It is too late to give this day back here. Please ring us"));
                }
            }
        }
        ("code", Some(child)) => match try_code(&room, &whole, child.id, form.get("code")).await? {
            TryCode::Right => return done("code"),
            wrong => told.code = Some((child.id, form.get("code").to_owned(), wrong.words().to_owned())),
        },
        ("appeal", Some(child)) => {
            let text = form.get("appeal").to_owned();
            told.appeal = Some((child.id, text.clone()));
            let is_red = screened.verdict().level == Level::Red;
            if text.is_empty() || text.chars().count() > 2_000 {
                told.errors
                    .0
                    .push(Refusal::at("appeal", "Say in a few words why you think the answer is wrong"));
            } else if !is_red || !form.get("seen").is_empty() {
                appeal(&room, child.id, text).await?;
                return done("asked");
            }
        }
        ("reason", Some(child)) => {
            let Some(reason) = whole.programme.reasons.iter().find(|reason| reason.key == form.get("reason"))
            else {
                told.errors.0.push(Refusal::at("", "Choose the reason that fits best"));
                return page(&room, &whole, told);
            };
            claim_reason(&room, child.id, reason.key.clone()).await?;
            return done("asked");
        }
        ("pay", Some(child)) if !whole.programme.paid.is_empty() => {
            pay(&room, child.id).await?;
            return done("paid");
        }
        _ => return Ok(missing()),
    }
    if let Some((_, _, words)) = &told.code {
        told.errors.0.push(Refusal::at("code", words.clone()));
    }
    page(&room, &whole, told)
}

async fn book(room: &Holidays, whole: Whole, form: &Form, path: &str, told: Told) -> Reply {
    let ticked: BTreeSet<String> = form.all("place").map(str::to_owned).collect();
    let read = |value: &str| {
        let (child, date) = value.split_once('.')?;
        Some((Id::from_uuid(child.parse().ok()?), date.parse().ok()?))
    };
    let what_you_can = form.get("mode") == "what_you_can";
    let basket = Basket {
        family: whole.family.id,
        key: form.get("basket_key").to_owned(),
        wishes: form.all("place").filter_map(read).collect(),
        mode: if what_you_can { Mode::WhatYouCan } else { Mode::AllOrNone },
    };
    if is_wishing(&whole) {
        keep_wishes(room, &whole, &basket).await?;
        return Ok(see_other(&format!("{path}?done=wished")));
    }
    let (errors, words) = match book_basket(room, basket).await? {
        Ok(got) if got.refused.is_empty() => return Ok(see_other(&format!("{path}?done=booked"))),
        Ok(got) => (refused_each(&whole, &got), booked_words(got.booked.len())),
        Err(why) => (Errors(vec![Refusal::at("places", refused_words(&whole, &why))]), String::new()),
    };
    let family = whole.family.id;
    let found = room.site().db().read(move |tx| Whole::find(tx, family)).await?.unwrap_or(whole);
    let key = Some(form.get("basket_key").to_owned());
    page(room, &found, Told { errors, words, ticked, what_you_can, key, ..told })
}

/// Whether the programme still gathers wishes.
fn is_wishing(whole: &Whole) -> bool {
    whole.programme.opening == Opening::Ballot && !whole.is_drawn
}

fn booked_words(many: usize) -> String {
    if many == 0 { String::new() } else { format!("We booked {}.", say::count(many, "day", "days")) }
}

fn refused_each(whole: &Whole, got: &Got) -> Errors {
    let mut errors = Errors::default();
    for (child, date, why) in &got.refused {
        let name = whole.child(*child).map_or("your child", |child| &child.first_name);
        let when = whole
            .date(*date)
            .map_or_else(String::new, |(held, date)| format!("{}, {}", held.title, day_words(date.day)));
        errors.0.push(Refusal::at("places", format!("{name}, {when}: {}", refused_words(whole, why))));
    }
    errors
}

/// One sentence for each refusal. Of another family's bookings it says nothing.
fn refused_words(whole: &Whole, why: &Refused) -> String {
    let name = |child: &ChildId| {
        whole.child(*child).map_or("This child", |child| child.first_name.as_str()).to_owned()
    };
    match why {
        Refused::Nothing => "Tick at least one day".to_owned(),
        Refused::NotYet(opens) => {
            format!("Booking opens on {}. What you ticked is still below", moment_words(*opens))
        }
        Refused::NoTicket => "Take your place in the line first. What you ticked is still below".to_owned(),
        Refused::NotYourTurn(turn) => {
            format!("It is your turn at {}. What you ticked is still below", moment_words(*turn))
        }
        Refused::NotThisChild(child) => {
            format!("{} cannot have places yet. See what it says beside the name", name(child))
        }
        Refused::NotHeld => "One of these days is not on any more. Choose another day".to_owned(),
        Refused::TooManyDays(child, 0) => {
            format!("{} has no days left. Give one back to choose another", name(child))
        }
        Refused::TooManyDays(child, left) => {
            format!(
                "{} has {} left. Choose fewer",
                name(child),
                say::count(usize::try_from(*left).unwrap_or(0), "day", "days")
            )
        }
        Refused::SameDay(child, day) => format!(
            "{} is already booked on {}. A child can come to one club a day",
            name(child),
            day_words(*day)
        ),
        Refused::ShareIsUsed => {
            "The free places for other reasons are all taken just now. Please ring us: we keep a list"
                .to_owned()
        }
        Refused::Full(dates) => {
            let full: Vec<String> = dates
                .iter()
                .filter_map(|date| whole.date(*date))
                .map(|(held, date)| format!("{} on {}", held.title, day_words(date.day)))
                .collect();
            format!(
                "There is no room any more: {}. We booked nothing else either. Take that off, or choose ‘what you can’",
                say::list(&full)
            )
        }
        Refused::Desk(bookings::Refused::Age { .. }) => {
            "One of these clubs is for children of another age".to_owned()
        }
        Refused::Desk(bookings::Refused::TooLate) => {
            "It is too late to book one of these days. Choose another day".to_owned()
        }
        Refused::Desk(bookings::Refused::NotYet(opens)) => {
            format!("One of these clubs opens for booking on {}", moment_words(*opens))
        }
        Refused::Desk(_) => {
            "One of these days could not be booked. Choose another day, or ring us".to_owned()
        }
    }
}

/// How it stands with a child, for its family.
pub(crate) fn standing_words(whole: &Whole, child: &ChildRow) -> String {
    let name = &child.first_name;
    match (child.standing(), child.funding()) {
        (Standing::Twin, _) => format!(
            "We cannot book for {name} here. Please ring us, so that a person can sort it out with you."
        ),
        (_, Some(Funding::Paid)) => format!("You pay for {name}’s places. {}", whole.programme.paid),
        (_, Some(_)) => format!("{name} can have free places."),
        (Standing::Pending, None) if whole.is_asked => {
            "We are asking the national service. You need do nothing: we write to you when we know."
                .to_owned()
        }
        (Standing::Pending, None) => format!("Type the code that the school gave you for {name}."),
        (Standing::NeedsAPerson, None) => {
            "A person is looking at your form. We write to you when we know.".to_owned()
        }
        (Standing::Appeal, None) => {
            "You asked us to look again. A person is doing that, and we write to you.".to_owned()
        }
        (_, None) if child.tier.as_deref() == Some("expanded") => {
            format!(
                "{name} gets free school meals under the new wider rule. Holiday places are not part of that rule, but there may be another way."
            )
        }
        (_, None) => format!(
            "The national service says that {name} does not get benefits-related free school meals. There may be another way."
        ),
    }
}

fn page(room: &Holidays, whole: &Whole, told: Told) -> Reply {
    let site = room.site();
    let now = site.clock().now();
    let today = site.clock().today();
    let programme = &whole.programme;
    let may_book = decide_may_book(programme, whole.ticket.as_ref(), whole.is_drawn, now);
    let bookable: Vec<&ChildRow> = whole.children.iter().filter(|child| child.may_book()).collect();
    let (weeks, dates) =
        shown_dates(whole, &told.week, now, &room.family_path(whole.family.id, &whole.family.reference));
    let wished: BTreeSet<String> = whole
        .days
        .iter()
        .filter(|day| day.state == "wished")
        .map(|day| format!("{}.{}", day.child_id, day.date_id))
        .collect();
    let ticked = if told.ticked.is_empty() { &wished } else { &told.ticked };
    let days = day_views(whole, &bookable, &dates, ticked);
    let (status, title) = told.errors.page(&format!("Your family’s holiday page: {}", programme.name));
    let body = FamilyView {
        card: told.card.map(CardView::above),
        summary: ErrorSummary { errors: &told.errors }.render()?,
        told: told.words,
        path: room.family_path(whole.family.id, &whole.family.reference),
        slug: programme.slug.clone(),
        name: programme.name.clone(),
        reference: whole.family.reference.clone(),
        phone: site.council().phone.clone(),
        notice: room.engine().notice(),
        children: whole
            .children
            .iter()
            .map(|child| child_view(whole, child, &told.code, &told.appeal, told.errors.at("appeal"), today))
            .collect(),
        reasons: programme.reasons.iter().map(|reason| (reason.key.clone(), reason.words.clone())).collect(),
        paid: programme.paid.clone(),
        opening: opening_view(whole, &may_book),
        weeks,
        may_choose: !bookable.is_empty() && !days.is_empty(),
        days,
        is_ballot: is_wishing(whole),
        what_you_can: told.what_you_can,
        basket_key: told.key.unwrap_or_else(|| site.dice().hex::<16>()),
    };
    let status = if told.errors.is_empty() { StatusCode::OK } else { status };
    show_with(site, status, &Page::new(title), &body)
}

fn child_view(
    whole: &Whole,
    child: &ChildRow,
    code: &Option<(ChildId, String, String)>,
    appeal: &Option<(ChildId, String)>,
    appeal_error: Option<&str>,
    today: Date,
) -> ChildView {
    let own = |day: &&rows::DayRow| day.child_id == child.id && day.state != "asked";
    let days = whole.days.iter().filter(own).map(|day| BookedView {
        date: day.date_id,
        words: match whole.date(day.date_id) {
            Some((held, date)) => format!("{}, {}: {}", day_words(day.day), date.time, held.title),
            None => day_words(day.day),
        },
        is_over: day.day < today,
        is_wish: day.state == "wished",
    });
    let left = whole.left(child.id).max(0);
    let typed = code.as_ref().filter(|(id, ..)| *id == child.id);
    let is_open = child.funding().is_none() && child.standing() != Standing::Twin;
    ChildView {
        id: child.id,
        name: child.first_name.clone(),
        standing: if child.funding().is_some() && child.standing() != Standing::Twin {
            "Can book"
        } else {
            child.standing().words()
        },
        words: standing_words(whole, child),
        left: match child.funding() {
            Some(Funding::Paid) | None => String::new(),
            Some(_) => format!("{} has {left} of {} days left", child.first_name, whole.programme.days_each),
        },
        days: days.collect(),
        wants_code: is_open,
        wants_other_way: is_open && child.standing() == Standing::Not,
        code: typed.map_or_else(String::new, |(_, typed, _)| typed.clone()),
        code_error: typed.map(|(.., words)| words.clone()),
        appeal_error: appeal.as_ref().filter(|(id, _)| *id == child.id).and(appeal_error).map(str::to_owned),
        appeal: appeal
            .as_ref()
            .filter(|(id, _)| *id == child.id)
            .map_or_else(String::new, |(_, text)| text.clone()),
    }
}

fn opening_view(whole: &Whole, may_book: &Result<(), Refused>) -> OpeningView {
    let has_ticket = whole.ticket.is_some();
    match (may_book, whole.programme.opening) {
        (Ok(()), _) => OpeningView::default(),
        (Err(Refused::NotYet(opens)), Opening::Ballot) => OpeningView {
            words: format!(
                "This is a ballot. Tick what you wish for. On {} the families are put in order by lot, and each gets what there is.",
                moment_words(*opens)
            ),
            ..OpeningView::default()
        },
        (Err(Refused::NotYet(opens)), Opening::Line) => OpeningView {
            words: format!(
                "Booking opens on {}. Everybody who is in the line by then is put in order by lot, so nobody need be the quickest.",
                moment_words(*opens)
            ),
            wants_ticket: !has_ticket,
            has_ticket,
        },
        (Err(Refused::NotYet(opens)), Opening::FirstCome) => OpeningView {
            words: format!("Booking opens on {}.", moment_words(*opens)),
            ..OpeningView::default()
        },
        (Err(_), _) => OpeningView {
            words: "Many families are booking. Please take a place in the line.".to_owned(),
            wants_ticket: !has_ticket,
            has_ticket,
        },
    }
}

type Shown<'a> = BTreeMap<Date, Vec<(&'a crate::catalogue::Held, &'a crate::catalogue::HeldDate)>>;

/// The dates to come, and where there are many, those of one week with links to the others.
fn shown_dates<'a>(
    whole: &'a Whole,
    week: &str,
    now: kernel::Instant,
    path: &str,
) -> (Vec<WeekView>, Shown<'a>) {
    let mut all: Shown = BTreeMap::new();
    for held in &whole.held {
        for date in held.dates.iter().filter(|date| date.starts_at > now) {
            all.entry(date.day).or_default().push((held, date));
        }
    }
    if all.values().map(Vec::len).sum::<usize>() <= DATES_SHOWN {
        return (Vec::new(), all);
    }
    let monday = |day: Date| {
        day.saturating_sub(kernel::Span::new().days(i64::from(day.weekday().to_monday_zero_offset())))
    };
    let weeks: BTreeSet<Date> = all.keys().map(|day| monday(*day)).collect();
    let wanted = week.parse::<Date>().ok().filter(|week| weeks.contains(week));
    let here = wanted.or_else(|| weeks.first().copied());
    let links = weeks
        .iter()
        .map(|week| WeekView {
            href: format!("{path}?week={week}"),
            words: format!("Week of {}", day_words(*week)),
            is_here: Some(*week) == here,
        })
        .collect();
    all.retain(|day, _| Some(monday(*day)) == here);
    (links, all)
}

fn day_views(
    whole: &Whole,
    children: &[&ChildRow],
    dates: &Shown,
    ticked: &BTreeSet<String>,
) -> Vec<DayView> {
    let is_busy = |child: ChildId, day: Date| {
        whole.days.iter().any(|other| other.child_id == child && other.day == day && is_live(other))
    };
    dates
        .iter()
        .map(|(day, dates)| DayView {
            id: format!("d-{day}"),
            words: day_words(*day),
            dates: dates
                .iter()
                .map(|(held, date)| DateView {
                    id: format!("s-{}", date.id),
                    title: held.title.clone(),
                    href: format!("/whats-on/{}", held.slug),
                    line: [date.time.as_str(), held.place.as_str(), held.meal.words()]
                        .into_iter()
                        .filter(|part| !part.is_empty())
                        .collect::<Vec<_>>()
                        .join(" · "),
                    is_full: date.is_full(),
                    choices: children
                        .iter()
                        .filter(|child| held.fits(child.born, *day) && !is_busy(child.id, *day))
                        .map(|child| ChoiceView {
                            value: format!("{}.{}", child.id, date.id),
                            id: format!("p-{}-{}", child.number, date.id),
                            name: child.first_name.clone(),
                            checked: ticked.contains(&format!("{}.{}", child.id, date.id)),
                        })
                        .collect(),
                })
                .collect(),
        })
        .collect()
}
