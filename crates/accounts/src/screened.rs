//! The safety screen before a form of this room: a card stands above the form, once, and what was typed stays in it.

use crate::Accounts;
use safety::Card;
use web::{CardView, Form};

/// What the screen said of a form.
pub(crate) struct Screening {
    card: Option<Card>,
    seen: bool,
}

impl Screening {
    /// Nothing was typed.
    pub(crate) fn clear() -> Screening {
        Screening { card: None, seen: false }
    }

    /// Reads everything that was typed into these fields. Passwords are left out: they are nobody's words.
    pub(crate) fn of(accounts: &Accounts, form: &Form, fields: &[&str]) -> Screening {
        let screened = accounts.site().screen(&form.typed(fields));
        let card = accounts.site().card(screened.verdict());
        Screening { card, seen: !form.get("seen").is_empty() }
    }

    /// Whether the card is to be seen before the form is taken. Sending it once more is the person's own choice.
    pub(crate) fn stops(&self) -> bool {
        self.card.is_some() && !self.seen
    }

    /// Whether the form, sent again, is taken.
    pub(crate) fn was_shown(&self) -> bool {
        self.card.is_some() || self.seen
    }

    /// The card above the form.
    pub(crate) fn card(self) -> Option<CardView> {
        self.card.map(CardView::above)
    }
}
