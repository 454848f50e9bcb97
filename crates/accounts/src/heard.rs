//! What staff type is heard like what anybody types: the safety card first, then the form.

use kernel::Fault;
use safety::Level;
use web::{CardView, Form, Site};

/// The longest reason or note that is taken.
pub(crate) const WORDS_MAX: usize = 500;

/// What the safety screen made of a form.
pub(crate) struct Heard {
    card: Option<safety::Card>,
    /// Whether the form waits until it is sent again.
    pub waits: bool,
    /// For the hidden field of the form that is put back.
    pub seen: bool,
}

impl Heard {
    /// A form that has not been sent.
    pub(crate) fn nothing() -> Heard {
        Heard { card: None, waits: false, seen: false }
    }

    /// Reads every box of a form. A red card stops it once; sending it again is the person's own choice.
    pub(crate) fn of(site: &Site, form: &Form) -> Heard {
        let typed = form.each().map(|(_, value)| value).collect::<Vec<_>>().join("\n");
        let screened = site.screen(&typed);
        let red = screened.verdict().level == Level::Red;
        let seen = !form.get("seen").is_empty();
        Heard { card: site.card(screened.verdict()), waits: red && !seen, seen: red || seen }
    }

    /// The card above the page, as HTML; empty when there is none.
    pub(crate) fn html(&self) -> Result<String, Fault> {
        use askama::Template;
        self.card.clone().map_or(Ok(String::new()), |card| Ok(CardView::above(card).render()?))
    }
}

/// A reason or note as it may be kept, or what is wrong with it.
pub(crate) fn words_of(typed: &str) -> Result<String, String> {
    let letters = typed.chars().count();
    if letters > WORDS_MAX {
        return Err(format!("Use {WORDS_MAX} letters or fewer. You have {letters}"));
    }
    Ok(typed.to_owned())
}

/// A reason for the trail, which outlives people: what looks like an address or a telephone number is refused.
pub(crate) fn reason_of(typed: &str) -> Result<String, String> {
    let digits = typed.chars().filter(char::is_ascii_digit).count();
    if typed.contains('@') || digits >= 9 {
        return Err(
            "Leave out names, email addresses and phone numbers: the trail keeps this for years".to_owned()
        );
    }
    words_of(typed)
}
