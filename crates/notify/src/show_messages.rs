//! What was sent: how many stand how, and the latest. Never the words; looking is written into the trail.

use crate::{
    Notify,
    message::MessageId,
    model::{Medium, Reason, State, delivery_words},
    store::{self as rows, Counted, Listed},
};
use access::{On, SeeMessages, audit};
use askama::Template;
use axum::extract::State as Given;
use kernel::{Fault, Instant, london};
use store::Tx;
use web::{Form, Page, Params, Reply, Who, missing, see_other, show};

const PER_PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "messages.html")]
struct MessagesView {
    findings: Vec<String>,
    counts: Vec<(&'static str, &'static str, i64)>,
    asked: &'static str,
    lines: Vec<Line>,
    newer: Option<String>,
    older: Option<String>,
    sent_again: bool,
}

struct Line {
    id: String,
    kind: String,
    to: String,
    medium: &'static str,
    state: &'static str,
    looks: &'static str,
    more: String,
    queued: String,
    can_be_sent_again: bool,
}

/// How many messages nobody knows the end of: a person decides whether they are sent again.
pub fn count_in_doubt(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    let counted = rows::count_by_state(tx)?;
    Ok(counted.into_iter().filter(|each| each.state == State::InDoubt.key()).map(|each| each.count).sum())
}

/// `GET /admin/messages`.
pub(crate) async fn get(Given(notify): Given<Notify>, who: Who, params: Params) -> Reply {
    let may = who.may::<SeeMessages>(On::all("message"))?;
    let site = &notify.0.site;
    let asked = State::from_key(params.get("state"));
    let page: i64 = params.get("page").parse().unwrap_or(1).clamp(1, 10_000);
    let now = site.clock().now();
    // One more than is shown tells whether there are older ones.
    let (listed, counted) = site
        .db()
        .write(move |tx| {
            let listed = rows::list_latest(tx, asked, PER_PAGE + 1, (page - 1) * PER_PAGE)?;
            audit::record(tx, &may, "looked at what was sent", "", now);
            Ok((listed, rows::count_by_state(tx)?))
        })
        .await?;
    let to_page = |number: i64| match asked {
        Some(state) => format!("/admin/messages?state={}&page={number}", state.key()),
        None => format!("/admin/messages?page={number}"),
    };
    let view = MessagesView {
        findings: notify.findings().await?,
        counts: counts(&counted),
        asked: asked.map_or("", State::key),
        newer: (page > 1).then(|| to_page(page - 1)),
        older: (listed.len() as i64 > PER_PAGE).then(|| to_page(page + 1)),
        lines: listed.iter().take(PER_PAGE as usize).map(|each| line(&notify, each)).collect(),
        sent_again: !params.get("again").is_empty(),
    };
    show(site, &Page::new("Messages sent").without_header_search(), &view)
}

/// `POST /admin/messages`: a person has a message in doubt sent again, knowing that it may come twice.
pub(crate) async fn post(Given(notify): Given<Notify>, who: Who, form: Form) -> Reply {
    let Ok(id) = form.get("id").parse::<MessageId>() else { return Ok(missing()) };
    let may = who.may::<SeeMessages>(On::one("message", id))?;
    let now = notify.0.site.clock().now();
    let queued = notify
        .0
        .site
        .db()
        .write(move |tx| {
            let Some(_) = rows::find_listed(tx, id)? else { return Ok(None) };
            let queued = rows::set_queued_again(tx, id, now)?;
            if queued {
                jobs::enqueue(tx, crate::SEND_WAITING_MESSAGES, &serde_json::Value::Null, now, now, None)?;
                audit::record(tx, &may, "had a message in doubt sent again", "", now);
            }
            Ok(Some(queued))
        })
        .await?;
    Ok(match queued {
        None => missing(),
        Some(true) => see_other("/admin/messages?again=1"),
        Some(false) => see_other("/admin/messages"),
    })
}

fn counts(counted: &[Counted]) -> Vec<(&'static str, &'static str, i64)> {
    let of =
        |state: &State| counted.iter().find(|each| each.state == state.key()).map_or(0, |each| each.count);
    State::ALL.iter().map(|state| (state.key(), state.words(), of(state))).collect()
}

fn line(notify: &Notify, listed: &Listed) -> Line {
    let state = State::from_key(&listed.state);
    let reason = listed.reason.as_deref().and_then(Reason::from_key).map(Reason::words);
    let delivery = listed.delivery.as_deref().map(delivery_words);
    let more = reason.or(delivery).unwrap_or_default().to_owned();
    Line {
        id: listed.id.to_string(),
        kind: notify.name_of(&listed.template).to_owned(),
        to: if listed.to_address.is_empty() {
            "no longer kept".to_owned()
        } else {
            listed.to_address.clone()
        },
        medium: Medium::from_key(&listed.medium).map_or("", Medium::words),
        state: state.map_or("", State::words),
        looks: match state {
            Some(State::Accepted) => "tag tag-ok",
            Some(State::Failed | State::InDoubt | State::Unknown) => "tag tag-warn",
            _ => "tag",
        },
        more,
        queued: when(listed.sent_at.unwrap_or(listed.queued_at)),
        can_be_sent_again: listed.can_be_sent_again,
    }
}

/// `22 November 2026, 09:05`, in London.
pub(crate) fn when(at: Instant) -> String {
    at.to_zoned(london()).strftime("%-d %B %Y, %H:%M").to_string()
}

impl Notify {
    /// What needs a person, each as a sentence: for `hearth check` and the top of the staff's page.
    pub async fn findings(&self) -> Result<Vec<String>, Fault> {
        let now = self.0.site.clock().now();
        let (counted, holds) =
            self.0.site.db().read(|tx| Ok((rows::count_by_state(tx)?, rows::list_holds(tx)?))).await?;
        let mut out = Vec::new();
        for (medium, part) in [
            (Medium::Email, "e-mail: set [notify.smtp], or [notify.govuk_notify] with email_template_id"),
            (Medium::Text, "text messages: set [notify.govuk_notify] with sms_template_id"),
        ] {
            if self.0.channels.by(medium).is_none() {
                out.push(format!("There is no way out for {part}. Until then they wait in the outbox."));
            }
        }
        for (medium, until, reason) in holds {
            let medium = Medium::from_key(&medium).map_or("", Medium::words);
            let reason = Reason::from_key(&reason).map_or("", Reason::words);
            if until > now {
                out.push(format!("{medium} rests until {}: {reason}.", when(until)));
            }
        }
        for each in counted {
            let late = now.duration_since(each.oldest).as_hours() >= 1;
            match State::from_key(&each.state) {
                Some(State::InDoubt) => out.push(format!(
                    "{} in doubt: nobody knows whether the mail server took them. Look at /admin/messages and send them again if they matter.",
                    counted_words(each.count)
                )),
                Some(State::Queued) if late => {
                    out.push(format!("{} waiting, the oldest for more than an hour.", counted_words(each.count)));
                }
                _ => {}
            }
        }
        Ok(out)
    }

    /// As an editor knows a kind of message.
    pub(crate) fn name_of<'a>(&'a self, key: &'a str) -> &'a str {
        self.0.templates.iter().find(|template| template.key == key).map_or(key, |template| template.name)
    }
}

fn counted_words(count: i64) -> String {
    if count == 1 { "1 message is".to_owned() } else { format!("{count} messages are") }
}
