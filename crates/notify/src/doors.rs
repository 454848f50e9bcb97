use crate::{Notify, demo_outbox, receipt, show_messages, stop, word_templates};
use access::{Browse, SeeMessages, WordMessages};
use web::Door;

/// The room's pages, and where GOV.UK Notify brings its news.
pub fn door(notify: &Notify) -> Door {
    Door::new()
        .get::<SeeMessages, _, _>("/admin/messages", show_messages::get)
        .post::<SeeMessages, _, _>("/admin/messages", show_messages::post)
        .get::<WordMessages, _, _>("/admin/messages/templates", word_templates::list)
        .get::<WordMessages, _, _>("/admin/messages/templates/{key}", word_templates::get)
        .post::<WordMessages, _, _>("/admin/messages/templates/{key}", word_templates::post)
        .get::<Browse, _, _>("/notify/stop/{token}", stop::get)
        .post::<Browse, _, _>("/notify/stop/{token}", stop::post)
        .post::<Browse, _, _>("/notify/receipt", receipt::post)
        .with_state(notify.clone())
}

/// Only in the demonstration: what would have been sent, for everybody to read.
pub fn demo_door(notify: &Notify) -> Door {
    Door::new().get::<Browse, _, _>("/demo/outbox", demo_outbox::get).with_state(notify.clone())
}
