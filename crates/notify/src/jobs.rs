//! What runs later and by the clock.

use crate::{
    Notify,
    model::{Medium, is_last_word, later},
    store as rows,
};
use jobs::{Outcome, Runner};
use kernel::Fault;

/// Sends what waits, as soon as it is queued and once a minute.
pub const SEND_WAITING_MESSAGES: &str = "send_waiting_messages";
/// Asks after deliveries of which no receipt came, once an hour.
pub const ASK_AFTER_DELIVERIES: &str = "ask_after_deliveries";
/// Wipes old addresses and forgets old messages, once a day.
pub const FORGET_OLD_MESSAGES: &str = "forget_old_messages";

/// An address stays readable this long, for 'I never got it'.
const ADDRESS_KEPT_DAYS: i64 = 90;
/// After this a message is gone, and its stop link with it.
const MESSAGE_KEPT_DAYS: i64 = 400;
/// Notify makes an unresolved delivery a failure after three days.
const ASK_FOR_HOURS: i64 = 4 * 24;
const HOUR: i64 = 3_600;

/// Adds the room's jobs to the house's runner.
pub fn jobs(runner: Runner, notify: &Notify) -> Runner {
    let (sends, asks, forgets) = (notify.clone(), notify.clone(), notify.clone());
    runner
        .on(SEND_WAITING_MESSAGES, move |_| {
            let notify = sends.clone();
            async move { notify.send_waiting().await.map(|_| Outcome::Done) }
        })
        .schedule(SEND_WAITING_MESSAGES, 60)
        .on(ASK_AFTER_DELIVERIES, move |_| {
            let notify = asks.clone();
            async move { notify.ask_after_deliveries().await.map(|_| Outcome::Done) }
        })
        .schedule(ASK_AFTER_DELIVERIES, HOUR)
        .on(FORGET_OLD_MESSAGES, move |_| {
            let notify = forgets.clone();
            async move { notify.forget_old_messages().await.map(|_| Outcome::Done) }
        })
        .schedule(FORGET_OLD_MESSAGES, 24 * HOUR)
}

impl Notify {
    /// Receipts can be lost: asks the provider for what has had no last word for an hour. Says how many got one.
    pub(crate) async fn ask_after_deliveries(&self) -> Result<usize, Fault> {
        let now = self.0.site.clock().now();
        let (before, after) = (later(now, -HOUR), later(now, -ASK_FOR_HOURS * HOUR));
        let stuck = self
            .0
            .site
            .db()
            .read(move |tx| rows::list_stuck_deliveries(tx, before, after, before, 100))
            .await?;
        let mut settled = 0;
        for (id, medium, provider_id) in stuck {
            let channel = Medium::from_key(&medium).and_then(|medium| self.0.channels.by(medium));
            let Some(channel) = channel else { continue };
            let delivery = channel.delivery(&provider_id, now).await;
            settled += usize::from(delivery.as_deref().is_some_and(is_last_word));
            self.0
                .site
                .db()
                .write(move |tx| {
                    rows::set_delivery_seen(tx, id, now)?;
                    match &delivery {
                        Some(delivery) => {
                            crate::receipt::note(tx, "", &provider_id, delivery, now).map(|_| ())
                        }
                        None => Ok(()),
                    }
                })
                .await?;
        }
        Ok(settled)
    }

    async fn forget_old_messages(&self) -> Result<(), Fault> {
        let now = self.0.site.clock().now();
        let wiped_before = later(now, -ADDRESS_KEPT_DAYS * 24 * HOUR);
        let gone_before = later(now, -MESSAGE_KEPT_DAYS * 24 * HOUR);
        let (wiped, gone) = self
            .0
            .site
            .db()
            .write(move |tx| Ok((rows::set_wiped_old(tx, wiped_before)?, rows::delete_old(tx, gone_before)?)))
            .await?;
        if wiped + gone > 0 {
            tracing::info!(wiped, gone, "forgot old messages");
        }
        Ok(())
    }
}
