//! 'Ask is closed': a switch with a reason, in effect on every node within five seconds. Urgent help stays open: the
//! safety screen is asked before the switch is.

use crate::{
    room::Assistant,
    see_figures::{self, SwitchForm},
    store::{self as rows, SwitchRow},
};
use access::{ChangeSettings, On, audit};
use arc_swap::ArcSwap;
use axum::extract::State;
use kernel::{Instant, Refusal};
use web::{Form, Reply, Who, see_other};

/// For how long a node trusts what it last read.
const TRUSTED_SECONDS: i64 = 5;
/// The most letters of a reason.
pub(crate) const REASON_MAX: usize = 200;

/// The switch as this node last read it.
pub struct SwitchState(ArcSwap<(Option<SwitchRow>, Instant)>);

impl SwitchState {
    /// As it was read when the room opened.
    pub fn of(row: Option<SwitchRow>, read_at: Instant) -> SwitchState {
        SwitchState(ArcSwap::from_pointee((row, read_at)))
    }
}

/// Whether Ask is closed. When the database does not answer, the last answer holds.
pub(crate) async fn is_closed(room: &Assistant) -> bool {
    let now = room.site().clock().now();
    let known = room.switch().0.load_full();
    if now.as_second() - known.1.as_second() < TRUSTED_SECONDS {
        return known.0.as_ref().is_some_and(|row| row.closed);
    }
    match room.site().db().read(rows::find_switch).await {
        Ok(row) => {
            let closed = row.as_ref().is_some_and(|row| row.closed);
            room.switch().0.store(std::sync::Arc::new((row, now)));
            closed
        }
        Err(_) => known.0.as_ref().is_some_and(|row| row.closed),
    }
}

/// `POST /admin/ask/switch`.
pub(crate) async fn post(State(room): State<Assistant>, who: Who, form: Form) -> Reply {
    let may = who.may::<ChangeSettings>(On::all("ask"))?;
    let site = room.site();
    let screened = site.screen(&form.typed(&["reason"]));
    let mut typed = SwitchForm {
        reason: form.get("reason").to_owned(),
        card: site.card(screened.verdict()),
        ..SwitchForm::default()
    };
    let letters = typed.reason.chars().count();
    if letters == 0 {
        typed.errors.0.push(Refusal::at("reason", "Say in a few words why"));
    } else if letters > REASON_MAX {
        let words = format!("Use {REASON_MAX} letters or fewer. You have {letters}");
        typed.errors.0.push(Refusal::at("reason", words));
    }
    let closed = match form.get("closed") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    let Some(closed) = closed.filter(|_| typed.errors.is_empty()) else {
        return see_figures::page(&room, &who, typed).await;
    };
    let reason = typed.reason.clone();
    let row = SwitchRow { closed, reason, changed_at: site.clock().now() };
    let kept = row.clone();
    site.db()
        .write(move |tx| {
            rows::set_switch(tx, &row)?;
            let did = if row.closed { "closed Ask" } else { "opened Ask" };
            audit::record(tx, &may, did, "the reason is kept with the switch", row.changed_at);
            Ok(())
        })
        .await?;
    room.switch().0.store(std::sync::Arc::new((Some(kept), site.clock().now())));
    // It waited for nothing: who closes it over something terrible writes down what that was. The card is not lost on the
    // way to another page.
    if typed.card.is_some() {
        let saved = SwitchForm { card: typed.card, saved: true, ..SwitchForm::default() };
        return see_figures::page(&room, &who, saved).await;
    }
    Ok(see_other("/admin/ask?saved=yes"))
}
