//! How long a source's words may be. One rule for every text: up to its limit it is taken as it is; above it, it is cut
//! at a word and the plan says so; above ten times its limit the record is refused. Lists keep their first ones.
//! `docs/operating.md` tells it.

use crate::to_draft::cut;
use directory::{LocationDraft, OrganizationDraft, ServiceDraft, taken_in::ScheduleDraft};

/// A description, in letters.
pub(crate) const LONG_MAX: usize = 20_000;
/// Every other text.
pub(crate) const TEXT_MAX: usize = 2_000;
/// The parts of a list: places, times, phone numbers, prices.
pub(crate) const LIST_MAX: usize = 100;
/// A record as it came, in bytes.
pub(crate) const RECORD_MAX: usize = 1_000_000;

/// What was cut on the way, and what is too long to be cut.
#[derive(Default)]
struct Cutting {
    cut: Vec<&'static str>,
    far_too_long: Option<&'static str>,
}

impl Cutting {
    fn text(&mut self, what: &'static str, text: &mut String, letters_max: usize) {
        // Bytes first: most texts are short, and letters need not be counted.
        if text.len() <= letters_max {
            return;
        }
        let letters = text.chars().count();
        if letters > letters_max * 10 {
            self.far_too_long = Some(what);
        }
        if letters > letters_max {
            *text = cut(text, letters_max);
            self.note(what);
        }
    }

    fn maybe(&mut self, what: &'static str, text: &mut Option<String>) {
        if let Some(text) = text {
            self.text(what, text, TEXT_MAX);
        }
    }

    fn list<T>(&mut self, what: &'static str, list: &mut Vec<T>) {
        if list.len() > LIST_MAX * 10 {
            self.far_too_long = Some(what);
        }
        if list.len() > LIST_MAX {
            list.truncate(LIST_MAX);
            self.note(what);
        }
    }

    fn schedules(&mut self, schedules: &mut Vec<ScheduleDraft>) {
        self.list("times", schedules);
        for schedule in schedules {
            self.text("times", &mut schedule.description, TEXT_MAX);
        }
    }

    fn note(&mut self, what: &'static str) {
        if !self.cut.contains(&what) {
            self.cut.push(what);
        }
    }

    fn end(self, notes: &mut Vec<String>) -> Result<(), String> {
        if let Some(what) = self.far_too_long {
            return Err(format!("It is far too long: {what}"));
        }
        notes.extend(self.cut.into_iter().map(|what| format!("Too long, so it was cut: {what}")));
        Ok(())
    }
}

/// Cuts an entry to its limits, or says why it cannot be taken in.
pub(crate) fn keep_entry(draft: &mut ServiceDraft, notes: &mut Vec<String>) -> Result<(), String> {
    let mut cutting = Cutting::default();
    cutting.text("description", &mut draft.description, LONG_MAX);
    cutting.text("source", &mut draft.source, TEXT_MAX);
    for (what, text) in [
        ("who it is for", &mut draft.who_for),
        ("how to get in", &mut draft.how_to_get_in),
        ("cost note", &mut draft.cost_note),
        ("eligibility", &mut draft.eligibility),
        ("interpretation", &mut draft.interpretation),
        ("alert", &mut draft.alert),
        ("waiting time", &mut draft.waiting_time),
        ("website", &mut draft.website),
        ("source’s address", &mut draft.source_url),
    ] {
        // Half an address leads nowhere.
        let is_address = matches!(what, "website" | "source’s address");
        if is_address && text.as_ref().is_some_and(|text| text.chars().count() > TEXT_MAX) {
            *text = None;
            cutting.note(what);
        }
        cutting.maybe(what, text);
    }
    for (what, list) in [
        ("what happens", &mut draft.what_happens),
        ("what people also say", &mut draft.aliases),
        ("languages", &mut draft.languages),
        ("funding", &mut draft.funding),
    ] {
        cutting.list(what, list);
        list.iter_mut().for_each(|text| cutting.text(what, text, TEXT_MAX));
    }
    cutting.list("offers", &mut draft.offers);
    for offer in &mut draft.offers {
        cutting.text("offers", &mut offer.title, TEXT_MAX);
        cutting.list("offers", &mut offer.items);
        offer.items.iter_mut().for_each(|item| cutting.text("offers", item, TEXT_MAX));
    }
    cutting.list("prices", &mut draft.cost_options);
    for option in &mut draft.cost_options {
        cutting.text("prices", &mut option.option, TEXT_MAX);
        cutting.text("prices", &mut option.amount_description, TEXT_MAX);
    }
    cutting.list("phone numbers", &mut draft.phones);
    for phone in &mut draft.phones {
        cutting.text("phone numbers", &mut phone.description, TEXT_MAX);
        cutting.text("phone numbers", &mut phone.hours, TEXT_MAX);
    }
    cutting.list("places", &mut draft.locations);
    cutting.schedules(&mut draft.schedules);
    cutting.end(notes)
}

/// The same of who runs it. It has no record of its own that could be refused: what is far too long is cut too.
pub(crate) fn keep_organization(draft: &mut OrganizationDraft, notes: &mut Vec<String>) {
    let mut cutting = Cutting::default();
    cutting.text("description of who runs it", &mut draft.description, LONG_MAX);
    cutting.maybe("source of who runs it", &mut draft.source);
    cutting.list("register numbers", &mut draft.identifiers);
    for number in &mut draft.identifiers {
        for text in [&mut number.scheme, &mut number.kind, &mut number.identifier] {
            cutting.text("register numbers", text, 200);
        }
    }
    cutting.far_too_long = None;
    let _ = cutting.end(notes);
}

/// The same of a place.
pub(crate) fn keep_place(draft: &mut LocationDraft, notes: &mut Vec<String>) {
    let mut cutting = Cutting::default();
    cutting.text("description of a place", &mut draft.description, LONG_MAX);
    cutting.text("town", &mut draft.town, 200);
    cutting.text("source of a place", &mut draft.source, TEXT_MAX);
    cutting.maybe("street and number", &mut draft.address_1);
    cutting.maybe("county", &mut draft.county);
    cutting.maybe("how to get there", &mut draft.transportation);
    cutting.list("features of a place", &mut draft.accessibility);
    for feature in &mut draft.accessibility {
        cutting.text("features of a place", &mut feature.details, TEXT_MAX);
    }
    cutting.schedules(&mut draft.schedules);
    cutting.far_too_long = None;
    let _ = cutting.end(notes);
}
