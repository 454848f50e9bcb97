//! Pictures that wait: shown to families, or refused with a reason.

use crate::{
    edit_section::IntoReply,
    entry::{card_for, day_words, find_kept_by_id, person_of},
    mails,
    store::{self as rows, PictureRow},
};
use access::{Act, May, On, ReviewChange};
use askama::Template;
use axum::extract::{Path, State};
use kernel::{Fault, Id, Instant, Refusal};
use store::Tx;
use uuid::Uuid;
use web::{
    CardView, Form, Page, Reply, Site, Who,
    fields::{ErrorSummary, Errors},
    missing, see_other, show_with,
};

const REASON_MAX: usize = 600;
const SHOW_OR_SAY_WHY: &str = "Show the picture, or refuse it and say why, in 600 letters or fewer";

#[derive(Template)]
#[template(path = "review_pictures.html")]
struct PicturesView {
    card: Option<CardView>,
    errors: String,
    pictures: Vec<(String, String, String, String)>,
}

/// `GET /admin/review/pictures`.
pub(crate) async fn get(State(site): State<Site>, who: Who) -> Reply {
    who.may::<ReviewChange>(On::all("picture"))?;
    show(&site, &Errors::default(), None).await
}

async fn show(site: &Site, errors: &Errors, card: Option<CardView>) -> Reply {
    let pictures = site
        .db()
        .read(|tx| {
            let entries = directory::list_entries(tx)?;
            let name =
                |id: Uuid| entries.iter().find(|line| line.id.uuid() == id).map(|line| line.name.clone());
            Ok(rows::list_waiting_pictures(tx)?
                .into_iter()
                .map(|picture| {
                    let name = name(picture.service_id).unwrap_or_else(|| "A new entry".to_owned());
                    (picture.id.to_string(), name, picture.alt, day_words(picture.sent_at))
                })
                .collect())
        })
        .await?;
    let body = PicturesView { card, errors: ErrorSummary { errors }.render()?, pictures };
    let (status, title) = errors.page("Pictures to check");
    show_with(site, status, &Page::new(title), &body)
}

/// `POST /admin/review/pictures/{id}`.
pub(crate) async fn post(State(site): State<Site>, who: Who, Path(id): Path<Uuid>, form: Form) -> Reply {
    let card = card_for(&site, &form);
    let may = who.may::<ReviewChange>(On::one("picture", id))?;
    let (verdict, reason) = (form.get("verdict").to_owned(), form.get("reason").to_owned());
    let state = match verdict.as_str() {
        "show" => "shown",
        "refuse" if !reason.is_empty() && reason.chars().count() <= REASON_MAX => "refused",
        _ => {
            let errors = Errors(vec![Refusal::at("", SHOW_OR_SAY_WHY)]);
            return show(&site, &errors, card).await;
        }
    };
    let (inner, now) = (site.clone(), site.clock().now());
    let done = site
        .db()
        .write(move |tx| {
            let waiting = rows::find_picture(tx, id)?.filter(|picture| picture.state == "waiting");
            let Some(picture) = waiting else { return Ok(false) };
            rows::set_picture_state(tx, id, state, Some(person_of(&may)?.uuid()), &reason, now)?;
            if state == "shown" {
                show_pictures(tx, &may, picture.service_id, now)?;
            } else {
                tell_sender(tx, &inner, &picture, &reason, now)?;
            }
            access::audit::record(tx, &may, format!("picture {state}"), "", now);
            Ok(true)
        })
        .await?;
    if done { see_other("/admin/review/pictures").into_reply() } else { Ok(missing()) }
}

/// Tells the directory which pictures of an entry families see now.
pub(crate) fn show_pictures<A: Act>(
    tx: &mut Tx,
    may: &May<A>,
    service: Uuid,
    now: Instant,
) -> Result<(), Fault> {
    let shown: Vec<directory::EntryPicture> = rows::list_shown_pictures_of(tx, service)?
        .into_iter()
        .map(|row| directory::EntryPicture {
            id: row.id,
            kind: row.kind,
            alt: row.alt,
            width: row.width,
            height: row.height,
        })
        .collect();
    directory::set_pictures(tx, may, Id::from_uuid(service), &shown, now)
}

/// Writes to whoever sent a picture why it is not shown.
fn tell_sender(
    tx: &mut Tx,
    site: &Site,
    picture: &PictureRow,
    reason: &str,
    now: Instant,
) -> Result<(), Fault> {
    let (Some(kept), Some(sender)) =
        (find_kept_by_id(tx, picture.service_id)?, rows::find_picture_sender(tx, picture.id)?)
    else {
        return Ok(());
    };
    let person = Id::from_uuid(sender);
    if !mails::can_lead_anywhere(site) {
        return Ok(());
    }
    let Some(reader) = mails::find_address(tx, kept.organization.uuid(), person)? else {
        return Ok(());
    };
    let values = vec![
        ("entry", kept.name),
        ("reason", reason.to_owned()),
        ("link", site.absolute(&format!("/provider/entries/{}/pictures", kept.slug))),
    ];
    mails::send(tx, &mails::PICTURE_REFUSED, (&reader.email, Some(person)), values, site.dice(), now)
}
