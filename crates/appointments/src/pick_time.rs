//! `GET /appointments/{slug}`: the free times of a team, the earliest first, each one press away from the form.

use crate::{
    Appointments,
    times::{Day, For, find_offer},
};
use askama::Template;
use axum::extract::{Path, State};
use kernel::Date;
use uuid::Uuid;
use web::{Nav, Page, Params, Reply, missing, show};

/// So many days with free times are shown at once.
const DAYS_SHOWN: usize = 8;

#[derive(Template)]
#[template(path = "pick_time.html")]
struct PickView {
    slug: String,
    title: String,
    summary: String,
    minutes: u16,
    place: String,
    days: Vec<Day>,
    /// From which day on there are more.
    later: Option<Date>,
    is_later: bool,
    /// What every time's address carries on.
    carried: String,
    phone: String,
    dialled: String,
}

pub(crate) async fn get(State(room): State<Appointments>, Path(slug): Path<String>, params: Params) -> Reply {
    let site = room.site();
    let now = site.clock().now();
    let looked = slug.clone();
    let offer = site.db().read(move |tx| find_offer(tx, &looked, For::Family, now)).await?;
    let Some(mut offer) = offer else { return Ok(missing()) };
    let from = params.get("from").parse::<Date>().ok();
    offer.days.retain(|day| from.is_none_or(|from| day.date >= from));
    let later = offer.days.get(DAYS_SHOWN).map(|day| day.date);
    offer.days.truncate(DAYS_SHOWN);
    let invitation = params.get("invitation").parse::<Uuid>().ok();
    let council = site.council();
    let draft = offer.availability.draft()?;
    let body = PickView {
        slug,
        title: draft.title.clone(),
        summary: draft.summary,
        minutes: draft.minutes,
        place: offer.place,
        days: offer.days,
        later,
        is_later: from.is_some(),
        carried: invitation.map_or_else(String::new, |id| format!("&invitation={id}")),
        phone: council.phone.clone(),
        dialled: council.phone_dialled(),
    };
    let page = Page::new(format!("Choose a time: {}", draft.title)).under(Nav::WhatsOn);
    show(site, &page, &body)
}
