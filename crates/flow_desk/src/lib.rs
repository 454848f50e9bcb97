//! The desk of guided flows: where an editor writes a guide without code, sees it as a picture, walks it before anybody
//! else does, and publishes it.
//!
//! A guide is one text. The forms here change one part of that text and leave the rest as it was written, so an editor who
//! likes forms and one who likes the text work on the same thing. What is saved is a draft, whatever is in it; only what
//! the lint lets pass is published, and who is in the middle of a guide ends on the revision they began with.
//!
//! It must never lose what was typed, decide over somebody else's change, or keep what is typed while a guide is tried.
//!
//! To add a field of the guide itself: see `edit_facts.rs`. To add a field of a step: a line in `edit_step.rs` where the
//! form is made and one where it is put into the text. To add a kind of step: see `flows`; here its row in `kind_words`
//! and its fields in `edit_step.rs`.

mod compare;
mod edit_facts;
mod edit_step;
mod edit_text;
mod examples;
mod list_flows;
mod offered;
mod picture;
mod publish_flow;
mod reason;
mod show_flow;
mod store;
mod try_flow;
mod withdraw_flow;
mod working;

pub use crate::store::MIGRATIONS;

use access::WriteFlows;
use flows::{
    Flow, Flows,
    lint::{Finding, Known, LintRule, lint},
};
use std::sync::Arc;
use web::{Door, Site};

/// What the lint may know of the site at this moment: its addresses, checked numbers and needs.
pub type KnownNow = Arc<dyn Fn() -> Known + Send + Sync>;

/// The desk as it runs. Cheap to clone.
#[derive(Clone)]
pub struct FlowDesk {
    flows: Flows,
    known: KnownNow,
}

impl FlowDesk {
    /// Opens the desk over the guides.
    pub fn new(flows: &Flows, known: KnownNow) -> FlowDesk {
        FlowDesk { flows: flows.clone(), known }
    }

    /// The site.
    pub fn site(&self) -> &Site {
        self.flows.site()
    }

    /// What the lint says of a guide today.
    pub fn findings(&self, flow: &Flow) -> Vec<Finding> {
        let mut found = lint(flow, &self.known(), self.site().clock().today());
        found.extend(unowned(flow));
        found
    }

    pub(crate) fn flows(&self) -> &Flows {
        &self.flows
    }

    pub(crate) fn known(&self) -> Known {
        (self.known)()
    }
}

/// Families read who looks after a guide, so it is not published while nobody is named.
pub(crate) fn unowned(flow: &Flow) -> Option<Finding> {
    flow.owner.trim().is_empty().then(|| Finding {
        node: String::new(),
        rule: LintRule::Placeholder,
        words: "It does not say who looks after it. Name a team: families read it.".to_owned(),
    })
}

/// The room's addresses for staff.
pub fn admin_door(desk: &FlowDesk) -> Door {
    Door::new()
        .get::<WriteFlows, _, _>("/admin/flows", list_flows::get)
        .post::<WriteFlows, _, _>("/admin/flows", list_flows::post)
        .get::<WriteFlows, _, _>("/admin/flows/{slug}", show_flow::get)
        .get::<WriteFlows, _, _>("/admin/flows/{slug}/text", edit_text::get)
        .post_large::<WriteFlows, _, _>("/admin/flows/{slug}/text", edit_text::FORM_LIMIT, edit_text::post)
        .get::<WriteFlows, _, _>("/admin/flows/{slug}/facts", edit_facts::get)
        .post::<WriteFlows, _, _>("/admin/flows/{slug}/facts", edit_facts::post)
        .post::<WriteFlows, _, _>("/admin/flows/{slug}/steps", edit_step::add)
        .get::<WriteFlows, _, _>("/admin/flows/{slug}/steps/{key}", edit_step::get)
        .post::<WriteFlows, _, _>("/admin/flows/{slug}/steps/{key}", edit_step::post)
        .get::<WriteFlows, _, _>("/admin/flows/{slug}/try", try_flow::get)
        .post::<WriteFlows, _, _>("/admin/flows/{slug}/examples", examples::post)
        .get::<WriteFlows, _, _>("/admin/flows/{slug}/publish", publish_flow::get)
        .post::<WriteFlows, _, _>("/admin/flows/{slug}/publish", publish_flow::post)
        .get::<WriteFlows, _, _>("/admin/flows/{slug}/withdraw", withdraw_flow::get)
        .post::<WriteFlows, _, _>("/admin/flows/{slug}/withdraw", withdraw_flow::post)
        .with_state(desk.clone())
}
