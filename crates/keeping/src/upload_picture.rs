//! Pictures and a logo of an entry: sent by its keeper, made anew, shown after the council has looked at them.

use crate::{
    edit_section::IntoReply,
    entry::{Kept, find_kept, person_of},
    open_entry::find_mine,
    picture::{BYTES_MAX, Shows, remake},
    review_pictures::show_pictures,
    store::{self as rows, PictureRow},
};
use access::{Browse, KeepEntry, May, On};
use askama::Template;
use axum::{
    extract::{FromRequest, Multipart, Path, Request, State},
    http::{HeaderValue, header},
    response::IntoResponse,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::{Fault, Id, Refusal};
use store::Tx;
use tokio::sync::Semaphore;
use uuid::Uuid;
use web::{
    CardView, Page, Reply, Site, Who,
    fields::{ErrorSummary, Errors, Input, Radios},
    missing, see_other, show_with,
};

/// A phone's photograph and the words beside it.
pub(crate) const UPLOAD_LIMIT: usize = BYTES_MAX + 1024 * 1024;
/// The most pictures of one entry.
const PICTURES_MAX: usize = 6;
/// One picture is opened at a time: a small file can unfold into hundreds of megabytes.
static OPENING: Semaphore = Semaphore::const_new(1);

const KINDS: [(&str, &str); 2] = [("photo", "A photograph"), ("logo", "A logo")];

#[derive(Template)]
#[template(path = "pictures.html")]
struct Pictures {
    card: Option<CardView>,
    errors: String,
    slug: String,
    name: String,
    pictures: Vec<(String, String, &'static str)>,
    kind: String,
    alt: String,
    file_error: Option<String>,
}

/// What came with the form.
#[derive(Default)]
struct Sent {
    kind: String,
    alt: String,
    bytes: Vec<u8>,
    too_large: bool,
}

/// `GET /provider/entries/{slug}/pictures`.
pub(crate) async fn get(State(site): State<Site>, who: Who, Path(slug): Path<String>) -> Reply {
    let Some((kept, pictures)) = read(&site, &who, slug).await? else {
        return Ok(missing());
    };
    show(&site, &kept, &pictures, &Sent::default(), &Errors::default(), None)
}

async fn read(site: &Site, who: &Who, slug: String) -> Result<Option<(Kept, Vec<PictureRow>)>, Fault> {
    let who = who.clone();
    site.db()
        .read(move |tx| {
            let Some(kept) = find_kept(tx, &slug)? else {
                return Ok(None);
            };
            kept.may::<KeepEntry>(&who)?;
            let pictures = rows::list_pictures_of(tx, kept.id.uuid())?;
            Ok(Some((kept, pictures)))
        })
        .await
}

/// `POST /provider/entries/{slug}/pictures`.
pub(crate) async fn post(
    State(site): State<Site>,
    who: Who,
    Path(slug): Path<String>,
    request: Request,
) -> Reply {
    // Five megabytes are not read for somebody who may not send them.
    let (asked, asker) = (slug.clone(), who.clone());
    if site.db().read(move |tx| find_mine(tx, &asked, &asker)).await?.is_none() {
        return Ok(missing());
    }
    let mut parts = match Multipart::from_request(request, &site).await {
        Ok(parts) => parts,
        Err(refused) => return Ok(refused.into_response()),
    };
    let mut sent = Sent::default();
    loop {
        let mut part = match parts.next_part().await {
            Part::Field(part) => part,
            Part::End => break,
            Part::Broken => {
                sent.too_large = true;
                break;
            }
        };
        let name = part.name().unwrap_or_default().to_owned();
        let most = if name == "file" { BYTES_MAX } else { 4_096 };
        let mut bytes = Vec::new();
        loop {
            match part.chunk().await {
                Ok(Some(chunk)) if bytes.len() + chunk.len() <= most => bytes.extend_from_slice(&chunk),
                Ok(None) => break,
                _ => {
                    sent.too_large = true;
                    break;
                }
            }
        }
        let text = || String::from_utf8_lossy(&bytes).trim().replace('\0', "");
        match name.as_str() {
            "kind" => sent.kind = text(),
            "alt" => sent.alt = text(),
            "file" => sent.bytes = bytes,
            _ => {}
        }
        if sent.too_large {
            break;
        }
    }
    let screened = site.screen(&sent.alt);
    let card = site.card(screened.verdict()).map(CardView::above);
    let Some((kept, pictures)) = read(&site, &who, slug.clone()).await? else {
        return Ok(missing());
    };
    let mut errors = Errors::default();
    let shows = match sent.kind.as_str() {
        "photo" => Some(Shows::Photo),
        "logo" => Some(Shows::Logo),
        _ => None,
    };
    if shows.is_none() && !sent.too_large {
        errors.0.push(Refusal::at("kind", "Choose what it is"));
    }
    if sent.alt.is_empty() && !sent.too_large {
        errors.0.push(Refusal::at("alt", "Say in a few words what it shows, for people who cannot see it"));
    }
    if sent.alt.chars().count() > 200 {
        errors.0.push(Refusal::at("alt", "Use 200 letters or fewer"));
    }
    // Looked at again where it is kept: here it only spares the work.
    if pictures.len() >= PICTURES_MAX {
        errors.0.push(too_many());
    }
    let bytes = std::mem::take(&mut sent.bytes);
    let picture = if sent.too_large {
        errors.0.push(Refusal::at("file", "Choose a picture of up to 5 MB"));
        None
    } else {
        // Opening a picture takes a moment of the processor: not on a thread that answers others. The permit goes with
        // the work, because a sender who goes away frees no memory.
        let opening = OPENING.acquire().await?;
        let made = tokio::task::spawn_blocking(move || {
            let _opening = opening;
            remake(&bytes, shows.unwrap_or(Shows::Photo))
        })
        .await?;
        errors.take("file", made)
    };
    let Some(picture) = picture.filter(|_| errors.is_empty()) else {
        return show(&site, &kept, &pictures, &sent, &errors, card);
    };
    let (id, now) = (Id::<()>::new(site.clock(), site.dice()).uuid(), site.clock().now());
    let content = STANDARD.encode(&picture.bytes);
    let row = PictureRow {
        id,
        service_id: kept.id.uuid(),
        kind: sent.kind.clone(),
        alt: sent.alt.clone(),
        media_type: picture.media_type.to_owned(),
        width: i64::from(picture.width),
        height: i64::from(picture.height),
        state: "waiting".to_owned(),
        sent_at: now,
    };
    let address = format!("/provider/entries/{slug}/pictures");
    let full = site
        .db()
        .write(move |tx| {
            let Some((kept, may)) = find_mine(tx, &slug, &who)? else {
                return Ok(None);
            };
            rows::set_picture_turn(tx, kept.id.uuid(), now)?;
            let pictures = rows::list_pictures_of(tx, kept.id.uuid())?;
            if pictures.len() >= PICTURES_MAX {
                return Ok(Some(pictures));
            }
            rows::insert_picture(tx, &row, &content, Some(person_of(&may)?.uuid()))?;
            access::audit::record(tx, &may, "sent a picture", "", now);
            Ok(None)
        })
        .await?;
    if let Some(pictures) = full {
        errors.0.push(too_many());
        return show(&site, &kept, &pictures, &sent, &errors, card);
    }
    if card.is_some() {
        let Some((kept, pictures)) = read_again(&site, &kept).await? else {
            return Ok(missing());
        };
        return show(&site, &kept, &pictures, &Sent::default(), &Errors::default(), card);
    }
    see_other(&address).into_reply()
}

fn too_many() -> Refusal {
    Refusal::at("file", format!("An entry can have {PICTURES_MAX} pictures. Take one away first"))
}

async fn read_again(site: &Site, kept: &Kept) -> Result<Option<(Kept, Vec<PictureRow>)>, Fault> {
    let kept = kept.clone();
    let pictures = site.db().read({
        let id = kept.id.uuid();
        move |tx| rows::list_pictures_of(tx, id)
    });
    Ok(Some((kept, pictures.await?)))
}

/// `POST /provider/entries/{slug}/pictures/{id}/remove`.
pub(crate) async fn remove(
    State(site): State<Site>,
    who: Who,
    Path((slug, id)): Path<(String, Uuid)>,
) -> Reply {
    let now = site.clock().now();
    let address = format!("/provider/entries/{slug}/pictures");
    let done = site
        .db()
        .write(move |tx| {
            let Some((kept, may)) = find_mine(tx, &slug, &who)? else {
                return Ok(false);
            };
            let Some(picture) = rows::find_picture(tx, id)?.filter(|it| it.service_id == kept.id.uuid())
            else {
                return Ok(false);
            };
            rows::delete_picture(tx, picture.id)?;
            if picture.state == "shown" {
                show_pictures(tx, &may, picture.service_id, now)?;
            }
            access::audit::record(tx, &may, "took a picture away", "", now);
            Ok(true)
        })
        .await?;
    if done { see_other(&address).into_reply() } else { Ok(missing()) }
}

fn show(
    site: &Site,
    kept: &Kept,
    pictures: &[PictureRow],
    sent: &Sent,
    errors: &Errors,
    card: Option<CardView>,
) -> Reply {
    let body = Pictures {
        card,
        errors: ErrorSummary { errors }.render()?,
        slug: kept.slug.clone(),
        name: kept.name.clone(),
        pictures: pictures
            .iter()
            .map(|picture| {
                let state = if picture.state == "shown" { "Families see it" } else { "Being checked" };
                (picture.id.to_string(), picture.alt.clone(), state)
            })
            .collect(),
        kind: Radios {
            name: "kind",
            legend: "What is it?",
            hint: "",
            answers: &KINDS,
            value: &sent.kind,
            error: errors.at("kind"),
        }
        .render()?,
        alt: Input {
            name: "alt",
            label: "What does it show?",
            hint: "A few words for people who cannot see it. Leave out people’s names.",
            value: &sent.alt,
            kind: "text",
            autocomplete: "off",
            error: errors.at("alt"),
        }
        .render()?,
        file_error: errors.at("file").map(str::to_owned),
    };
    let (status, title) = errors.page(&format!("Pictures: {}", kept.name));
    show_with(site, status, &Page::new(title), &body)
}

/// `GET /pictures/{id}`: a picture that families may see.
pub(crate) async fn serve(State(site): State<Site>, who: Who, Path(id): Path<Uuid>) -> Reply {
    who.may::<Browse>(On::all("picture"))?;
    let found = site.db().read(move |tx| find_content(tx, id, "shown")).await?;
    let Some((media_type, bytes)) = found else {
        return Ok(missing());
    };
    Ok((
        [
            (header::CONTENT_TYPE, HeaderValue::from_str(&media_type)?),
            (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
        ],
        bytes,
    )
        .into_response())
}

/// `GET /provider/pictures/{id}`: the same for its keeper and the council, checked or not.
pub(crate) async fn serve_unchecked(State(site): State<Site>, who: Who, Path(id): Path<Uuid>) -> Reply {
    let found = site
        .db()
        .read(move |tx| {
            let Some(picture) = rows::find_picture(tx, id)? else {
                return Ok(None);
            };
            let slug =
                directory::list_entries(tx)?.into_iter().find(|line| line.id.uuid() == picture.service_id);
            let new = rows::list_new_entries(tx, None)?
                .into_iter()
                .find(|new| new.service_id == picture.service_id);
            let owner = slug.map(|line| line.organization.id.uuid()).or(new.map(|new| new.organization_id));
            let on = On::one("service", picture.service_id);
            let on = owner.map_or_else(|| on.clone(), |owner| on.clone().of_organization(owner));
            May::<KeepEntry>::decide(&who.actor, on)?;
            find_content(tx, id, "")
        })
        .await?;
    let Some((media_type, bytes)) = found else {
        return Ok(missing());
    };
    let kind = (header::CONTENT_TYPE, HeaderValue::from_str(&media_type)?);
    Ok(([kind, (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], bytes).into_response())
}

fn find_content(tx: &mut Tx, id: Uuid, state: &str) -> Result<Option<(String, Vec<u8>)>, Fault> {
    let Some(picture) = rows::find_picture(tx, id)?.filter(|it| state.is_empty() || it.state == state) else {
        return Ok(None);
    };
    let Some(content) = rows::find_picture_content(tx, id)? else {
        return Ok(None);
    };
    Ok(Some((picture.media_type, STANDARD.decode(content)?)))
}

/// A part of a form that carries a file.
enum Part<'a> {
    Field(Box<axum::extract::multipart::Field<'a>>),
    End,
    Broken,
}

trait Parts {
    async fn next_part(&mut self) -> Part<'_>;
}

impl Parts for Multipart {
    async fn next_part(&mut self) -> Part<'_> {
        match self.next_field().await {
            Ok(Some(field)) => Part::Field(Box::new(field)),
            Ok(None) => Part::End,
            Err(_) => Part::Broken,
        }
    }
}
