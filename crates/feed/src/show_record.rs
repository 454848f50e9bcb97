//! One record at its own address; one that is gone says so, and where what stands for it is.

use crate::{
    Feed,
    answer::{JSON, refusal, tag, tagged},
    ask::{Query, read_id},
    entity::Entity,
    list_records::{organization_with_services, with_whole_service},
    store as rows,
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::Response,
};
use kernel::Instant;
use uuid::Uuid;
use web::Reply;

/// What stands behind an id.
type Id = Path<String>;

/// `GET /oruk/v3/services/{id}`.
pub(crate) async fn service(State(feed): State<Feed>, id: Id, uri: Uri, headers: HeaderMap) -> Reply {
    show(&feed, Entity::Service, &id.0, &uri, &headers).await
}

/// `GET /oruk/v3/service_at_locations/{id}`.
pub(crate) async fn service_at_location(
    State(feed): State<Feed>,
    id: Id,
    uri: Uri,
    headers: HeaderMap,
) -> Reply {
    show(&feed, Entity::ServiceAtLocation, &id.0, &uri, &headers).await
}

/// `GET /oruk/v3/organizations/{id}`.
pub(crate) async fn organization(State(feed): State<Feed>, id: Id, uri: Uri, headers: HeaderMap) -> Reply {
    show(&feed, Entity::Organization, &id.0, &uri, &headers).await
}

/// `GET /oruk/v3/taxonomies/{id}`.
pub(crate) async fn taxonomy(State(feed): State<Feed>, id: Id, uri: Uri, headers: HeaderMap) -> Reply {
    show(&feed, Entity::Taxonomy, &id.0, &uri, &headers).await
}

/// `GET /oruk/v3/taxonomy_terms/{id}`.
pub(crate) async fn taxonomy_term(State(feed): State<Feed>, id: Id, uri: Uri, headers: HeaderMap) -> Reply {
    show(&feed, Entity::TaxonomyTerm, &id.0, &uri, &headers).await
}

async fn show(feed: &Feed, entity: Entity, id: &str, uri: &Uri, headers: &HeaderMap) -> Reply {
    let asked = Query::read(uri.query()).and_then(|query| {
        if entity == Entity::Organization { query.truth("full_service") } else { Ok(None) }
    });
    let with_services = match asked {
        Ok(asked) => asked == Some(true),
        Err(wrong) => return Ok(wrong.into_response()),
    };
    let absent = || refusal(StatusCode::NOT_FOUND, "id", "There is no record with this id.");
    let Ok(id) = read_id("id", id) else { return Ok(absent()) };
    let found = feed
        .site()
        .db()
        .read(move |tx| {
            let Some(mut one) = rows::find_one(tx, entity, id)? else { return Ok(None) };
            if one.removed_at.is_none() && entity == Entity::ServiceAtLocation {
                one.body = with_whole_service(tx, &one.body)?;
            }
            Ok(Some(one))
        })
        .await?;
    let Some(one) = found else { return Ok(absent()) };
    match (one.removed_at, one.replaced_by) {
        (Some(_), Some(successor)) => Ok(moved(entity, successor)),
        (Some(at), None) => Ok(gone(at)),
        (None, _) => {
            let body =
                if with_services { organization_with_services(feed, id, one.body).await? } else { one.body };
            let tag = tag(&[body.as_bytes()]);
            Ok(tagged(headers, tag, JSON, body))
        }
    }
}

/// The record was made one with another, which answers for it.
fn moved(entity: Entity, successor: Uuid) -> Response {
    let to = format!("/oruk/v3/{}/{successor}", entity.path());
    let mut response = refusal(
        StatusCode::PERMANENT_REDIRECT,
        "id",
        "This record was made one with another, which stands at the new address.",
    );
    if let Ok(to) = HeaderValue::from_str(&to) {
        response.headers_mut().insert(header::LOCATION, to);
    }
    response
}

fn gone(at: Instant) -> Response {
    let body = serde_json::json!({
        "error": { "parameter": "id", "message": "This record is no longer public. Take it out of your copy." },
        "removed_at": at,
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(JSON)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    axum::response::IntoResponse::into_response((StatusCode::GONE, headers, body.to_string()))
}
