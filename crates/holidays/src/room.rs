//! The room as it runs.

use crate::{
    engine::{EligibilityEngine, NoEngine},
    model::FamilyId,
    store as rows,
};
use bookings::Desk;
use events::Events;
use kernel::Id;
use std::sync::Arc;
use store::Together;
use web::Site;

/// The room as it runs. Cheap to clone.
#[derive(Clone)]
pub struct Holidays {
    desk: Desk,
    events: Events,
    engine: Arc<dyn EligibilityEngine>,
    line: Together,
}

impl Holidays {
    /// Opens the room beside the desk where bookings are made. Until it is given an engine, a person settles every form.
    pub fn new(desk: &Desk, events: &Events) -> Holidays {
        Holidays {
            desk: desk.clone(),
            events: events.clone(),
            engine: Arc::new(NoEngine),
            line: Together::new(desk.site().db(), rows::take_programmes),
        }
    }

    /// With somebody to ask whether a family has free school meals.
    #[must_use]
    pub fn with_engine(self, engine: Arc<dyn EligibilityEngine>) -> Holidays {
        Holidays { engine, ..self }
    }

    /// The site.
    pub fn site(&self) -> &Site {
        self.desk.site()
    }

    /// The sessions.
    pub fn events(&self) -> &Events {
        &self.events
    }

    pub(crate) fn desk(&self) -> &Desk {
        &self.desk
    }

    pub(crate) fn engine(&self) -> &dyn EligibilityEngine {
        &*self.engine
    }

    /// The line of writes to a programme: the days of a child and the share of places are decided there, one after another.
    pub(crate) fn line(&self) -> &Together {
        &self.line
    }

    /// The secret of a family's own page. It is made like that of a booking's, over another id.
    pub fn link_secret(&self, family: FamilyId) -> String {
        self.desk.link_secret(Id::from_uuid(family.uuid()))
    }

    pub(crate) fn is_link_secret(&self, family: FamilyId, secret: &str) -> bool {
        self.desk.is_link_secret(Id::from_uuid(family.uuid()), secret)
    }

    /// The path of a family's own page.
    pub(crate) fn family_path(&self, family: FamilyId, reference: &str) -> String {
        format!("/holidays/family/{reference}/{}", self.link_secret(family))
    }
}
