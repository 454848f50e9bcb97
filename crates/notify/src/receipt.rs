//! `POST /notify/receipt`: GOV.UK Notify tells how a delivery went, or that somebody complained. It is written down and
//! answered at once; the same news twice changes nothing. Notify tries again after a 5xx, and not after a 4xx.

use crate::{Notify, model::Medium, store as rows};
use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};
use kernel::{Fault, Instant};
use serde::Deserialize;
use store::Tx;
use subtle::ConstantTimeEq;
use web::Reply;

/// Either kind of news; each has fields that the other has not.
#[derive(Deserialize)]
struct News {
    id: Option<String>,
    status: Option<String>,
    reference: Option<String>,
    notification_id: Option<String>,
    complaint_id: Option<String>,
}

pub(crate) async fn post(State(notify): State<Notify>, headers: HeaderMap, body: Bytes) -> Reply {
    if !is_from_notify(&notify, &headers) {
        return Ok(StatusCode::UNAUTHORIZED.into_response());
    }
    let Ok(news) = serde_json::from_slice::<News>(&body) else {
        return Ok(StatusCode::BAD_REQUEST.into_response());
    };
    let now = notify.0.site.clock().now();
    let known = notify
        .0
        .site
        .db()
        .write(move |tx| {
            let reference = news.reference.as_deref().unwrap_or_default();
            match (&news.complaint_id, &news.id, &news.status) {
                (Some(_), _, _) => {
                    let id = news.notification_id.as_deref().unwrap_or_default();
                    note_complaint(tx, reference, id, now)
                }
                (None, Some(id), Some(status)) => note(tx, reference, id, status, now),
                _ => Ok(false),
            }
        })
        .await?;
    if !known {
        tracing::warn!("a receipt came for a message that is not known");
    }
    // Known or not, there is nothing that hearing it again would change.
    Ok(StatusCode::OK.into_response())
}

fn is_from_notify(notify: &Notify, headers: &HeaderMap) -> bool {
    let said = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let said = said.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    // Without a token of ours nobody can have the right one.
    notify
        .0
        .callback_token
        .as_ref()
        .is_some_and(|token| token.reveal().as_bytes().ct_eq(said.as_bytes()).into())
}

/// How a delivery went. An address that does not work gets no more of what can be turned off.
pub(crate) fn note(
    tx: &mut Tx<'_>,
    reference: &str,
    provider_id: &str,
    delivery: &str,
    now: Instant,
) -> Result<bool, Fault> {
    let known = ["created", "sending", "pending", "sent", "delivered"].contains(&delivery)
        || delivery.ends_with("-failure") && delivery.len() < 30;
    let delivery = if known { delivery } else { "sending" };
    let Some((hash, medium)) = rows::set_delivery(tx, reference, provider_id, Some(delivery), now)? else {
        return Ok(false);
    };
    if delivery == "permanent-failure" && !hash.is_empty() {
        rows::set_stop(tx, &hash, &medium, "", "unreachable", now)?;
    }
    Ok(true)
}

/// A complaint is a withdrawal: no more of what can be turned off. What the person asks for themselves, such as a link to
/// sign in, still comes.
fn note_complaint(tx: &mut Tx<'_>, reference: &str, provider_id: &str, now: Instant) -> Result<bool, Fault> {
    let Some((hash, _)) = rows::set_delivery(tx, reference, provider_id, None, now)? else {
        return Ok(false);
    };
    if !hash.is_empty() {
        // Only e-mail can be complained about.
        rows::set_stop(tx, &hash, Medium::Email.key(), "", "complaint", now)?;
    }
    Ok(true)
}
