//! `GET` and `POST /holidays/{slug}/apply`: the children, how to reach the family, and how we know about free places.

use crate::{
    check_eligibility::ask_soon,
    mails::{APPLIED, tell},
    model::{FamilyId, Funding, Programme, ProgrammeId, Standing, Wanted, name_key},
    parts::{input, radios, text},
    room::Holidays,
    store::{self as rows, ChildRow, FamilyRow},
    typed::{
        BORN, CHILDREN_MAX, DIET, FIRST_NAME, LAST_NAME, ONE_TO_ONE, SCHOOL, SEND, SUPPORT, Typed, Way, Wish,
    },
};
use accounts::{Counter, Sent, SignInName};
use askama::Template;
use axum::extract::{Path, State};
use bookings::reference_of;
use calendar::Phase;
use kernel::{Fault, Id, Instant, Refusal};
use safety::Level;
use store::Tx;
use web::{
    CardView, Form, Page, Reply,
    fields::{ErrorSummary, Errors},
    missing, see_other, show_with,
};

#[derive(Template)]
#[template(path = "apply.html")]
struct ApplyView {
    card: Option<CardView>,
    summary: String,
    slug: String,
    name: String,
    days_each: i64,
    notice: &'static str,
    children: Vec<ChildView>,
    may_add: bool,
    contact: String,
    way: String,
    reason: String,
    parent: String,
    seen: bool,
    form_key: String,
    reference: String,
}

struct ChildView {
    number: usize,
    boxes: String,
    more: String,
    send_name: &'static str,
    send: bool,
    one_name: &'static str,
    one_to_one: bool,
}

pub(crate) async fn find(room: &Holidays, slug: &str) -> Result<Option<(ProgrammeId, Programme)>, Fault> {
    let slug = slug.to_owned();
    let row = room.site().db().read(move |tx| rows::find_programme(tx, &slug)).await?;
    row.filter(|row| row.wanted != Wanted::Draft.key()).map(|row| Ok((row.id, row.programme()?))).transpose()
}

pub(crate) async fn get(State(room): State<Holidays>, Path(slug): Path<String>) -> Reply {
    let Some((_, programme)) = find(&room, &slug).await? else { return Ok(missing()) };
    if !is_open(&room, &programme) {
        return Ok(see_other(&format!("/holidays/{slug}")));
    }
    let typed = Typed {
        children: vec![Default::default()],
        form_key: room.site().dice().hex::<16>(),
        ..Typed::default()
    };
    page(&room, &programme, &typed, &Errors::default(), None)
}

fn is_open(room: &Holidays, programme: &Programme) -> bool {
    programme.wanted == Wanted::Published && room.site().clock().today() <= programme.last
}

pub(crate) async fn post(
    State(room): State<Holidays>,
    Path(slug): Path<String>,
    counter: Counter,
    form: Form,
) -> Reply {
    let site = room.site();
    // What is chosen is the programme's own text, not the family's.
    let typed = form.each().filter(|(name, _)| !["way", "reason"].contains(name));
    let everything: String = typed.map(|(_, value)| value).collect::<Vec<_>>().join("\n");
    let screened = site.screen(&everything);
    let level = screened.verdict().level;
    let card = site.card(screened.verdict());
    let Some((id, programme)) = find(&room, &slug).await? else { return Ok(missing()) };
    if !is_open(&room, &programme) {
        return Ok(see_other(&format!("/holidays/{slug}")));
    }
    let typed = Typed::of(&form);
    if form.get("do") == "add" {
        return page(&room, &programme, &typed, &Errors::default(), card);
    }
    // A red card stops the form; what was typed stays in it, and sending it again is the person's own choice.
    if level == Level::Red && !typed.seen {
        return page(&room, &programme, &Typed { seen: true, ..typed }, &Errors::default(), card);
    }
    let wish = match typed.wish(&programme, site.clock().today()) {
        Ok(wish) => wish,
        Err(errors) => return page(&room, &programme, &typed, &errors, card),
    };
    let now = site.clock().now();
    let (key, name) =
        (wish.form_key.clone(), wish.email.as_ref().and_then(|it| it.as_str().parse::<SignInName>().ok()));
    let wait = site.db().write(move |tx| {
        // A form that is sent again is not one more.
        if rows::find_family_by_key(tx, &key)?.is_some() {
            return Ok(None);
        }
        counter.count(tx, Sent::Booking, name.as_ref(), now)
    });
    if let Some(wait) = wait.await? {
        let sentence = "We could not take this form: too many came from here. What you typed is below. Send it again in an hour";
        let errors = Errors(vec![Refusal::at("", sentence)]);
        return Ok(wait.told(page(&room, &programme, &typed, &errors, card)?));
    }
    let family = keep_form(&room, id, &programme, wish).await?;
    Ok(see_other(&room.family_path(family.id, &family.reference)))
}

/// Keeps a form, once for each key. What the national service is to be asked is asked soon, by a job.
pub(crate) async fn keep_form(
    room: &Holidays,
    id: ProgrammeId,
    programme: &Programme,
    wish: Wish,
) -> Result<FamilyRow, Fault> {
    let site = room.site();
    let family_id: FamilyId = Id::new(site.clock(), site.dice());
    let children: Vec<_> = wish.children.iter().map(|_| Id::new(site.clock(), site.dice())).collect();
    let (programme, now, room) = (programme.clone(), site.clock().now(), room.clone());
    room.clone()
        .line()
        .write(vec![id.uuid()], move |tx| {
            if let Some(first) = rows::find_family_by_key(tx, &wish.form_key)? {
                return Ok(first);
            }
            let family = FamilyRow {
                id: family_id,
                programme_id: id,
                reference: reference_of(&format!("family/{}", wish.form_key)),
                form_key: wish.form_key.clone(),
                name: wish.name.clone(),
                email: wish.email.as_ref().map(|email| email.as_str().to_owned()),
                phone: wish.phone.as_ref().map(|phone| phone.as_str().to_owned()),
                postcode: wish.postcode.as_str().to_owned(),
                way: wish.way.key().to_owned(),
                code_tries: 0,
                code_tried_at: None,
                made_at: now,
            };
            rows::insert_family(tx, &family)?;
            for (at, child_id) in children.iter().enumerate() {
                let child = child_row(&programme, &family, &wish, at, *child_id, now);
                let child = told_apart(tx, child)?;
                rows::insert_child(tx, &child)?;
            }
            if let Some(question) = &wish.question {
                rows::insert_check(tx, family.id, question, now)?;
                ask_soon(tx, family.id, 0, now, now)?;
            }
            tell(tx, &room, &family, &APPLIED, "applied", now)?;
            Ok(family)
        })
        .await
}

fn child_row(
    programme: &Programme,
    family: &FamilyRow,
    wish: &Wish,
    at: usize,
    id: crate::ChildId,
    now: Instant,
) -> ChildRow {
    let child = &wish.children[at];
    let (standing, funding) = match wish.way {
        Way::Check | Way::Code => (Standing::Pending, None),
        Way::Reason => (Standing::NeedsAPerson, None),
        Way::Paid => (Standing::Not, Some(Funding::Paid)),
    };
    ChildRow {
        id,
        programme_id: family.programme_id,
        family_id: family.id,
        number: i64::try_from(at).unwrap_or(0) + 1,
        first_name: child.typed.first_name.clone(),
        last_name: child.typed.last_name.clone(),
        name_key: name_key(&format!("{}{}", child.typed.first_name, child.typed.last_name)),
        born: Some(child.born),
        postcode: family.postcode.clone(),
        school: child.typed.school.clone(),
        school_key: name_key(&child.typed.school),
        phase: phase_key(programme.phase(child.born)).to_owned(),
        send: child.typed.send || child.typed.one_to_one,
        one_to_one: child.typed.one_to_one,
        support: child.typed.support.trim().to_owned(),
        diet: child.typed.diet.trim().to_owned(),
        standing: standing.key().to_owned(),
        funding: funding.map(|funding| funding.key().to_owned()),
        tier: None,
        reason: wish.reason.clone(),
        appeal: String::new(),
        same_as: None,
        made_at: now,
        changed_at: now,
        settled_at: None,
    }
}

/// As a phase is kept.
pub(crate) fn phase_key(phase: Option<Phase>) -> &'static str {
    match phase {
        Some(Phase::Primary) => "primary",
        Some(Phase::Secondary) => "secondary",
        None => "",
    }
}

/// A child whom another form named before waits for a person, and nobody is told more than that.
fn told_apart(tx: &mut Tx, child: ChildRow) -> Result<ChildRow, Fault> {
    let Some(identity) = child.identity() else { return Ok(child) };
    let named = rows::list_children_named(tx, child.programme_id, &child.name_key)?;
    let same = named.iter().find(|other| other.identity().is_some_and(|other| other.is_same(&identity)));
    Ok(match same {
        Some(other) => ChildRow {
            standing: Standing::Twin.key().to_owned(),
            funding: None,
            same_as: Some(other.same_as.unwrap_or(other.id)),
            ..child
        },
        None => child,
    })
}

fn page(
    room: &Holidays,
    programme: &Programme,
    typed: &Typed,
    errors: &Errors,
    card: Option<safety::Card>,
) -> Reply {
    let site = room.site();
    let mut children = Vec::new();
    for (at, child) in typed.children.iter().enumerate().take(CHILDREN_MAX) {
        let of = if typed.children.len() == 1 { String::new() } else { format!(" of child {}", at + 1) };
        let plain = ("text", "off");
        let boxes = [
            input(FIRST_NAME[at], &format!("First name{of}"), "", &child.first_name, plain, errors)?,
            input(LAST_NAME[at], &format!("Last name{of}"), "", &child.last_name, plain, errors)?,
            input(
                BORN[at],
                &format!("Date of birth{of}"),
                "For example, 27 3 2017",
                &child.born,
                plain,
                errors,
            )?,
            input(SCHOOL[at], &format!("School{of} (optional)"), "", &child.school, plain, errors)?,
        ];
        let more = [
            text(
                SUPPORT[at],
                &format!(
                    "What helps{} to have a good day? (optional)",
                    if of.is_empty() { " your child".to_owned() } else { format!(" child {}", at + 1) }
                ),
                "Tell us in your own words. For example: a quiet corner, picture cards, help with eating.",
                &child.support,
                3,
                errors,
            )?,
            text(
                DIET[at],
                &format!("Food{of}: allergies, halal, vegetarian and so on (optional)"),
                "",
                &child.diet,
                2,
                errors,
            )?,
        ];
        children.push(ChildView {
            number: at + 1,
            boxes: boxes.concat(),
            more: more.concat(),
            send_name: SEND[at],
            send: child.send,
            one_name: ONE_TO_ONE[at],
            one_to_one: child.one_to_one,
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
        input("postcode", "Your postcode", "", &typed.postcode, ("text", "postal-code"), errors)?,
    ];
    let mut ways = vec![
        ("check", "I get benefits. Please check with the national service"),
        ("code", "The school gave us a code"),
    ];
    if !programme.reasons.is_empty() {
        ways.push(("reason", "For another reason"));
    }
    if !programme.paid.is_empty() {
        ways.push(("paid", "I will pay for places"));
    }
    let reasons: Vec<(&str, &str)> =
        programme.reasons.iter().map(|reason| (reason.key.as_str(), reason.words.as_str())).collect();
    let plain = ("text", "off");
    let parent = [
        input(
            "parent_last",
            "Your last name",
            "As on letters about your benefits.",
            &typed.parent_last,
            ("text", "family-name"),
            errors,
        )?,
        input(
            "parent_born",
            "Your date of birth",
            "For example, 27 3 1990",
            &typed.parent_born,
            ("text", "bday"),
            errors,
        )?,
        input(
            "insurance",
            "Your National Insurance number",
            "Like QQ 12 34 56 C. It is on your payslip and letters about benefits.",
            &typed.insurance,
            plain,
            errors,
        )?,
        input("asylum", "Or your asylum support reference number", "", &typed.asylum, plain, errors)?,
    ];
    let (status, title) = errors.page(&format!("Ask for holiday places: {}", programme.name));
    let body = ApplyView {
        card: card.map(CardView::above),
        summary: ErrorSummary { errors }.render()?,
        slug: programme.slug.clone(),
        name: programme.name.clone(),
        days_each: programme.days_each,
        notice: room.engine().notice(),
        may_add: children.len() < CHILDREN_MAX,
        children,
        contact: contact.concat(),
        way: radios(
            "way",
            "How do we know about free places?",
            "Not sure? Choose the first. Nobody is refused by a machine alone.",
            &ways,
            &typed.way,
            errors,
        )?,
        reason: if reasons.is_empty() {
            String::new()
        } else {
            radios(
                "reason",
                "Which reason?",
                "Only if you chose ‘another reason’.",
                &reasons,
                &typed.reason,
                errors,
            )?
        },
        parent: parent.concat(),
        seen: typed.seen,
        reference: reference_of(&format!("family/{}", typed.form_key)),
        form_key: typed.form_key.clone(),
    };
    show_with(site, status, &Page::new(title), &body)
}
