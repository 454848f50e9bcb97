use crate::verdict::{Category, Level, Screened, Verdict};

/// Something slower and less sure than the words and phrases, that may catch what they let pass. A council may have one or
/// none, and the screen is whole without it.
pub trait SecondNet: Send + Sync {
    /// The help that a text may call for, or `None`. It must answer within a moment and never fail.
    fn read(&self, text: &str) -> Option<Category>;
}

impl Screened {
    /// The same, seen by a second net too. It is asked only where the screen saw nothing, and the most it can do is an
    /// amber card: it can neither lower nor change what the screen said.
    #[must_use]
    pub fn seen_by(self, net: &dyn SecondNet) -> Screened {
        if self.verdict().level != Level::Clear {
            return self;
        }
        let Some(category) = net.read(self.as_typed()) else {
            return self;
        };
        let verdict = Verdict { level: Level::Amber, categories: vec![category], ..self.verdict().clone() };
        Screened::new(self.as_typed(), verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LocalContacts, Screen};

    struct Always(Option<Category>);
    impl SecondNet for Always {
        fn read(&self, _: &str) -> Option<Category> {
            self.0
        }
    }

    #[test]
    fn a_second_net_only_ever_raises_clear_to_amber() {
        let screen = Screen::new().unwrap();
        let texts =
            ["where is the baby clinic", "i want to kill myself", "he puts his hands round my neck", ""];
        for text in texts.into_iter().chain(screen.entries().map(|entry| entry.example)) {
            let before = screen.read(text);
            for category in Category::ALL {
                let after = screen.read(text).seen_by(&Always(Some(*category)));
                assert_eq!(after.as_typed(), text);
                if before.verdict().level == Level::Clear {
                    assert_eq!(after.verdict().level, Level::Amber);
                    assert_eq!(after.verdict().categories, [*category]);
                    assert_eq!(after.verdict().loss, before.verdict().loss);
                } else {
                    assert_eq!(after.verdict(), before.verdict());
                }
            }
            assert_eq!(screen.read(text).seen_by(&Always(None)).verdict(), before.verdict());
        }
    }

    #[test]
    fn there_is_a_card_for_all_that_a_second_net_may_say() {
        let screen = Screen::new().unwrap();
        for category in Category::ALL {
            let seen = screen.read("hello").seen_by(&Always(Some(*category)));
            let today = kernel::Date::constant(2026, 11, 23);
            let card = screen.card(seen.verdict(), &LocalContacts::none(), today);
            assert!(card.is_some_and(|card| !card.contacts.is_empty()), "{category}");
        }
    }
}
