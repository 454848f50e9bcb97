//! Pictures that wait: shown to families, or refused with a reason.

use crate::{
    edit_section::IntoReply,
    entry::{card_for, day_words, person_of},
    store as rows,
};
use access::{On, ReviewChange};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use kernel::Refusal;
use uuid::Uuid;
use web::{
    CardView, Form, Page, Reply, Site, Who,
    fields::{ErrorSummary, Errors},
    missing, see_other, show_with,
};

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
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    show_with(site, status, &Page::new("Pictures to check"), &body)
}

/// `POST /admin/review/pictures/{id}`.
pub(crate) async fn post(State(site): State<Site>, who: Who, Path(id): Path<Uuid>, form: Form) -> Reply {
    let card = card_for(&site, &form);
    let may = who.may::<ReviewChange>(On::one("picture", id))?;
    let (verdict, reason) = (form.get("verdict").to_owned(), form.get("reason").to_owned());
    let state = match verdict.as_str() {
        "show" => "shown",
        "refuse" if !reason.is_empty() => "refused",
        _ => {
            let errors = Errors(vec![Refusal::at("", "Show the picture, or refuse it and say why")]);
            return show(&site, &errors, card).await;
        }
    };
    let now = site.clock().now();
    let done = site
        .db()
        .write(move |tx| {
            if rows::find_picture(tx, id)?.is_none_or(|picture| picture.state != "waiting") {
                return Ok(false);
            }
            rows::set_picture_state(tx, id, state, Some(person_of(&may)?.uuid()), &reason, now)?;
            access::audit::record(tx, &may, format!("picture {state}"), "", now);
            Ok(true)
        })
        .await?;
    if done { see_other("/admin/review/pictures").into_reply() } else { Ok(missing()) }
}
