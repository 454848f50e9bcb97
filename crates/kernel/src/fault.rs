use std::fmt;

/// Broken: ours, not theirs. Carried up with `?` and a few words of context, logged once at the door with a
/// reference, shown as an apology. Must never hold what a person typed.
pub type Fault = anyhow::Error;

/// Refused: one sentence that says what to do, and the field it stands beside. Never logged as an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The form field's name, or empty when the whole request is refused.
    pub field: &'static str,
    /// The sentence, worded for the person who reads it.
    pub sentence: String,
}

impl Refusal {
    /// A refusal beside a field.
    pub fn at(field: &'static str, sentence: impl Into<String>) -> Refusal {
        Refusal { field, sentence: sentence.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}
impl std::error::Error for Refusal {}
