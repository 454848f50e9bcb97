//! An entry as families would see it, with what its keeper has changed so far.

use crate::{
    fields::EntryText,
    open_entry::{AtWork, find_at_work},
};
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
    let inner = site.clone();
    let found = site.db().read(move |tx| find_at_work(tx, &inner, &slug, &who)).await?;
    let Some((AtWork { kept, working, .. }, _)) = found else {
        return Ok(missing());
    };
    let draft = EntryText::draft(&working.text)?;
    let inside = directory::preview_html(&site, &draft).await?;
    let body = Preview { slug: kept.slug, name: kept.name.clone(), inside };
    show_with(&site, StatusCode::OK, &Page::new(format!("Preview: {}", kept.name)), &body)
}
