//! What the guides may know of the rest of the house: an address, a number or a need that they name must be there.

use content::Library;
use directory::Directory;
use flows::{Flows, lint::Known};
use std::sync::Arc;

/// Pages of other rooms that a guide may lead to.
const DOORS: [&str; 10] = [
    "/urgent-help",
    "/search",
    "/ask",
    "/call-back",
    "/whats-on",
    "/holidays",
    "/bookings",
    "/sign-in",
    "/list-your-service",
    "/account/data",
];

/// What is known at the moment it is asked.
pub fn known(directory: &Directory, library: &Library, flows: &Flows) -> flow_desk::KnownNow {
    let (directory, library, flows) = (directory.clone(), library.clone(), flows.clone());
    Arc::new(move || {
        let site = directory.site();
        let council = site.council();
        let guides = flows.list();
        let guides = guides.iter().map(|published| format!("/guides/{}", published.flow.slug));
        let mut known = Known::nothing()
            .with_addresses(content::paths(&library).into_iter().chain(guides))
            .with_addresses(DOORS)
            .with_contacts(site.safety().contacts())
            .with_numbers([council.phone.as_str()]);
        // A council that has no needs yet has not named the wrong ones.
        let needs = directory.list_need_slugs();
        if !needs.is_empty() {
            known = known.with_needs(needs);
        }
        for page in library.list() {
            known = known.with_numbers_of(&page.opening);
            for section in &page.sections {
                known = known.with_numbers_of(&section.text);
            }
        }
        known
    })
}
