//! An entry as families would see it, with what its keeper has changed so far.

use crate::{
    entry::{find_kept, find_working, person_of},
    fields::EntryText,
};
use access::KeepEntry;
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use web::{Page, Reply, Site, Who, missing, show_with};

#[derive(Template)]
#[template(path = "preview.html")]
struct Preview {
    slug: String,
    name: String,
    inside: String,
}

/// `GET /provider/entries/{slug}/preview`.
pub(crate) async fn get(State(site): State<Site>, who: Who, Path(slug): Path<String>) -> Reply {
    let found = site
        .db()
        .read(move |tx| {
            let Some(kept) = find_kept(tx, &slug)? else {
                return Ok(None);
            };
            let may = kept.may::<KeepEntry>(&who)?;
            let working = find_working(tx, &kept, person_of(&may)?)?;
            Ok(Some((kept, working)))
        })
        .await?;
    let Some((kept, working)) = found else {
        return Ok(missing());
    };
    let draft = EntryText::draft(&working.text)?;
    let inside = directory::preview_html(&site, &draft).await?;
    let body = Preview { slug: kept.slug, name: kept.name.clone(), inside };
    show_with(&site, StatusCode::OK, &Page::new(format!("Preview: {}", kept.name)), &body)
}
