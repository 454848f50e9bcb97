//! The demonstration's outbox: every message that would have gone out, with its links, for whoever tries the site.

use crate::{Notify, show_messages::when, store as rows, wording};
use askama::Template;
use axum::extract::State;
use web::{Page, Reply, show};

#[derive(Template)]
#[template(path = "outbox.html")]
struct OutboxView {
    mails: Vec<Mail>,
}

struct Mail {
    kind: String,
    to: String,
    subject: String,
    html: String,
    at: String,
}

/// `GET /demo/outbox`.
pub(crate) async fn get(State(notify): State<Notify>) -> Reply {
    let site = &notify.0.site;
    let rows = site.db().read(|tx| rows::list_outbox(tx, 50)).await?;
    let mails = rows
        .into_iter()
        .map(|row| Mail {
            kind: notify.name_of(&row.template).to_owned(),
            to: row.to_address,
            subject: row.subject,
            html: wording::html_of(&row.body),
            at: when(row.queued_at),
        })
        .collect();
    show(site, &Page::new("Outbox of the demonstration"), &OutboxView { mails })
}
