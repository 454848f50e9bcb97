//! `/notify/stop/{token}`: one kind of message is turned off. A mail scanner that opens every link must turn off
//! nothing, so opening shows a button; a mail program's own 'unsubscribe' posts without asking (RFC 8058).

use crate::{Notify, store as rows};
use access::{Browse, On};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use web::{Form, Page, Reply, Who, missing, show_with};

#[derive(Template)]
#[template(path = "stop.html")]
struct StopView<'a> {
    kind: &'a str,
    token: &'a str,
    stopped: bool,
    again: bool,
}

pub(crate) async fn get(State(notify): State<Notify>, Path(token): Path<String>) -> Reply {
    let asked = token.clone();
    let Some((_, template, hash, medium)) =
        notify.0.site.db().read(move |tx| rows::find_by_token(tx, &asked)).await?
    else {
        return Ok(missing());
    };
    let kind = template.clone();
    let stopped = notify
        .0
        .site
        .db()
        .read(move |tx| {
            let medium = crate::model::Medium::from_key(&medium).unwrap_or(crate::model::Medium::Email);
            rows::is_stopped(tx, &hash, medium, &template)
        })
        .await?;
    let view = StopView { kind: notify.name_of(&kind), token: &token, stopped, again: false };
    page(&notify, &view)
}

pub(crate) async fn post(
    State(notify): State<Notify>,
    who: Who,
    Path(token): Path<String>,
    form: Form,
) -> Reply {
    let site = &notify.0.site;
    let asked = token.clone();
    let Some((id, template, hash, medium)) =
        site.db().read(move |tx| rows::find_by_token(tx, &asked)).await?
    else {
        return Ok(missing());
    };
    let may = who.may::<Browse>(On::one("message", id))?;
    let (again, now, kind) = (!form.get("again").is_empty(), site.clock().now(), template.clone());
    site.db()
        .write(move |tx| {
            let did = if again {
                rows::delete_stop(tx, &hash, &medium, &template)?;
                "turned a kind of message on again"
            } else {
                rows::set_stop(tx, &hash, &medium, &template, "turned_off", now)?;
                "turned a kind of message off"
            };
            access::audit::record(tx, &may, did, "by the link in the message", now);
            Ok(())
        })
        .await?;
    page(&notify, &StopView { kind: notify.name_of(&kind), token: &token, stopped: !again, again })
}

fn page(notify: &Notify, view: &StopView<'_>) -> Reply {
    let title = if view.stopped { "You will not get these messages" } else { "Stop these messages" };
    show_with(&notify.0.site, StatusCode::OK, &Page::new(title).without_header_search(), view)
}
