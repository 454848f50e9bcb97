//! `/admin/holidays/{slug}/sessions`: which sessions are of the programme, who holds them, and what there is to eat.

use crate::{
    catalogue::{Held, begins, list_held},
    keep_programme::kept,
    model::{Meal, ProgrammeId},
    parts::{Looked, input, look, new_lines, radios},
    room::Holidays,
    store as rows,
};
use access::{Action, KeepHolidayProgramme, May, audit};
use askama::Template;
use axum::extract::{Path, State};
use events::SessionId;
use kernel::{Fault, Instant, Refusal, one_line};
use store::Tx;
use web::{
    Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors},
    missing, say, see_other, show_with,
};

/// Takes a session into a programme, or keeps what there is to eat in one that is in it.
pub fn add_session(
    tx: &mut Tx,
    may: &May<KeepHolidayProgramme>,
    programme: ProgrammeId,
    session: SessionId,
    (meal, menu): (Meal, &str),
    now: Instant,
) -> Result<(), Fault> {
    rows::set_session(tx, programme, session, meal, menu)?;
    audit::record(tx, may, "kept a session of a holiday programme", "", now);
    Ok(())
}

#[derive(Template)]
#[template(path = "admin_sessions.html")]
struct SessionsView<'a> {
    looked: &'a Looked,
    summary: String,
    slug: String,
    name: String,
    saved: bool,
    sessions: Vec<LineView>,
    /// Whether whoever looks may open them.
    opens_sessions: bool,
    boxes: String,
}

struct LineView {
    slug: String,
    title: String,
    provider: String,
    dates: String,
    meal: String,
    /// What is missing before families are led here.
    lack: bool,
}

pub(crate) async fn get(
    State(room): State<Holidays>,
    Path(slug): Path<String>,
    who: Who,
    params: Params,
) -> Reply {
    page(&room, &who, slug, &Typed::default(), &Errors::default(), params.get("saved") == "1").await
}

#[derive(Default)]
struct Typed {
    session: String,
    meal: String,
    menu: String,
    looked: Looked,
}

pub(crate) async fn post(
    State(room): State<Holidays>,
    Path(slug): Path<String>,
    who: Who,
    form: Form,
) -> Reply {
    let Some((row, _, may)) = kept(&room, &who, &slug).await? else { return Ok(missing()) };
    let site = room.site();
    let (id, address) = (row.id, form.get("session").trim_start_matches("/whats-on/").to_owned());
    let found = site.db().read({
        let address = address.clone();
        move |tx| {
            let Some(session) = events::find_session_by_slug(tx, &address)? else { return Ok(None) };
            let kept = rows::list_sessions(tx, id)?.into_iter().find(|kept| kept.session_id == session.id);
            Ok(Some((session.id, kept.map(|kept| kept.menu).unwrap_or_default())))
        }
    });
    let found = found.await?;
    let kept_menu = found.as_ref().map_or("", |(_, menu)| menu.as_str());
    let mut words = new_lines(&form.typed(&["menu"]), kept_menu);
    if found.is_none() {
        words = format!("{}\n{words}", form.typed(&["session"]));
    }
    let typed = Typed {
        session: address,
        meal: form.get("meal").to_owned(),
        menu: one_line(form.get("menu")),
        looked: look(site, &words, &form),
    };
    let mut errors = Errors::default();
    let meal = Meal::of(&typed.meal).unwrap_or(Meal::NotGiven);
    if typed.menu.chars().count() > 300 {
        errors.0.push(Refusal::at("menu", "Use 300 letters or fewer"));
    }
    if found.is_none() {
        errors.0.push(Refusal::at(
            "session",
            "We know no session of this address. Copy the end of its page’s address",
        ));
    }
    let Some((session, _)) = found.filter(|_| errors.is_empty() && !typed.looked.stops) else {
        return page(&room, &who, slug, &typed, &errors, false).await;
    };
    let is_taken_out = form.get("do") == "take_out";
    let (menu, now) = (typed.menu, site.clock().now());
    site.db()
        .write(move |tx| {
            if is_taken_out {
                rows::delete_session(tx, id, session)?;
                audit::record(tx, &may, "took a session out of a holiday programme", "", now);
                return Ok(());
            }
            add_session(tx, &may, id, session, (meal, &menu), now)
        })
        .await?;
    Ok(see_other(&format!("/admin/holidays/{slug}/sessions?saved=1")))
}

async fn page(
    room: &Holidays,
    who: &Who,
    slug: String,
    typed: &Typed,
    errors: &Errors,
    saved: bool,
) -> Reply {
    let Some((row, programme, _)) = kept(room, who, &slug).await? else { return Ok(missing()) };
    let (id, rules) = (row.id, programme.clone());
    let held = room.site().db().read(move |tx| list_held(tx, id, &rules, begins(rules.first)?)).await?;
    let meals: Vec<(&str, &str)> = Meal::ALL.iter().map(|meal| (meal.key(), meal.words())).collect();
    let boxes = [
        input(
            "session",
            "Address of the session",
            "The end of its page’s address, such as sports-club-ditton",
            &typed.session,
            ("text", "off"),
            errors,
        )?,
        radios("meal", "Food", "", &meals, &typed.meal, errors)?,
        input("menu", "Menu (optional)", "", &typed.menu, ("text", "off"), errors)?,
    ];
    let (status, title) = errors.page("Sessions of the programme");
    let body = SessionsView {
        looked: &typed.looked,
        summary: ErrorSummary { errors }.render()?,
        name: programme.name,
        saved,
        opens_sessions: Action::KeepSessions.is_open_to(&who.actor),
        sessions: held.iter().map(|held| line_view(held, &slug)).collect(),
        boxes: boxes.concat(),
        slug,
    };
    show_with(room.site(), status, &Page::new(title), &body)
}

fn line_view(held: &Held, slug: &str) -> LineView {
    LineView {
        slug: held.slug.clone(),
        title: held.title.clone(),
        provider: held.provider.clone(),
        dates: say::count(held.dates.len(), "date", "dates"),
        meal: if held.menu.is_empty() {
            held.meal.words().to_owned()
        } else {
            format!("{}: {}", held.meal.words(), held.menu)
        },
        lack: held.booked_through.as_deref() != Some(&format!("/holidays/{slug}")),
    }
}
