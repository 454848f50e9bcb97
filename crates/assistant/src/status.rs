//! How a turn ended. Every way has a name, so that a report counts them without reading anybody's words.

macro_rules! statuses {
    ($($(#[$doc:meta])* $name:ident = $key:literal, $kind:ident, $words:literal;)+) => {
        /// Where the pipeline stopped, and why.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Status { $($(#[$doc])* $name),+ }

        impl Status {
            /// Every one, in the order of the report.
            pub const ALL: &'static [Status] = &[$(Status::$name),+];

            /// As it is kept and counted.
            pub fn key(self) -> &'static str {
                match self { $(Status::$name => $key),+ }
            }

            /// What the machine address calls it.
            pub fn kind(self) -> Kind {
                match self { $(Status::$name => Kind::$kind),+ }
            }

            /// As the report says it.
            pub fn words(self) -> &'static str {
                match self { $(Status::$name => $words),+ }
            }
        }
    };
}

statuses! {
    /// The safety card, and nothing else.
    Crisis = "crisis", Crisis, "Urgent help was shown";
    /// Too many questions came from one place.
    RateLimited = "rate_limited", Abstain, "Asked too fast";
    /// More than 4,000 letters.
    TooLong = "too_long", Abstain, "Too long to answer";
    /// Nothing was typed.
    Empty = "empty", Clarify, "Nothing was typed";
    /// Somebody switched Ask off.
    Closed = "closed", Abstain, "Ask was closed";
    /// Bins, voting, doses and the like.
    OutOfScope = "out_of_scope", OutOfScope, "Not ours to answer";
    /// A greeting or thanks.
    SmallTalk = "small_talk", Clarify, "A greeting or thanks";
    /// A guide was offered.
    FlowOffered = "flow_offered", Flow, "A guide was offered";
    /// A guide went on.
    FlowTurn = "flow_turn", Flow, "A guide went on";
    /// Somebody lost a baby.
    Loss = "loss", Answer, "Kind words after a loss";
    /// One page was quoted.
    Quoted = "quoted", Answer, "Answered with a quotation";
    /// Two pages that say different things were quoted.
    QuotedBoth = "quoted_both", Answer, "Two sources, both quoted";
    /// A quotation was reworded and every sentence checked.
    Reworded = "reworded", Answer, "Answered, reworded and checked";
    /// Services and sessions, with no page to quote.
    Entries = "entries", Answer, "Answered with services";
    /// The question could mean several things.
    ClarifyNeed = "clarify_need", Clarify, "Asked what was meant";
    /// 'The other one' could be any of those shown.
    ClarifyWhich = "clarify_which", Clarify, "Asked which one was meant";
    /// 'Something else' was chosen.
    ClarifyElse = "clarify_else", Clarify, "Something else was chosen";
    /// Something was found, but it may only be near it.
    Weak = "weak", Abstain, "Not sure: only near it";
    /// Nothing was found.
    Nothing = "nothing", Abstain, "Nothing was found";
    /// The index could not be asked.
    Broken = "broken", Abstain, "Broke on our side";
}

impl Status {
    /// The status of that key.
    pub fn parse(key: &str) -> Option<Status> {
        Status::ALL.iter().copied().find(|status| status.key() == key)
    }

    /// Whether it was said that no answer is known.
    pub fn abstains(self) -> bool {
        matches!(self, Status::Weak | Status::Nothing | Status::Broken)
    }
}

/// The kinds of the machine address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A red card.
    Crisis,
    /// A guide.
    Flow,
    /// An answer with its source.
    Answer,
    /// A question back.
    Clarify,
    /// Not ours.
    OutOfScope,
    /// Not known.
    Abstain,
}

impl Kind {
    /// As the machine address writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Crisis => "crisis",
            Kind::Flow => "flow",
            Kind::Answer => "answer",
            Kind::Clarify => "clarify",
            Kind::OutOfScope => "out_of_scope",
            Kind::Abstain => "abstain",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_reads_back_and_has_words() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.key()), Some(*status));
            assert!(!status.words().is_empty());
        }
        assert_eq!(Status::parse("guessing"), None);
    }
}
