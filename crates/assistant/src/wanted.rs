//! What kind of answer a question looks for.

/// What kind of answer is looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wants {
    /// Anything.
    #[default]
    Words,
    /// A time, a place, a price or a number: these come from fields.
    Field,
    /// Whether somebody may have something.
    Criteria,
    /// How something is done.
    Steps,
    /// Somewhere to go.
    Session,
}

/// What the sentence that answers must speak of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Asks {
    #[default]
    Anything,
    /// 'How long', 'by when': days, weeks, months.
    Time,
    /// 'How much', 'do I pay': money.
    Money,
}

/// What the answer must speak of.
pub(crate) fn asks(words: &[String]) -> Asks {
    let said = format!(" {} ", words.join(" "));
    let has = |any: &[&str]| any.iter().any(|phrase| said.contains(phrase));
    if has(&[" how long ", " how many days ", " how many weeks ", " by when ", " must ", " when "]) {
        Asks::Time
    } else if has(&[" how much ", " cost ", " costs ", " pay ", " price ", " free "]) {
        Asks::Money
    } else {
        Asks::Anything
    }
}

/// What kind of answer is looked for.
pub(crate) fn wants(words: &[String]) -> Wants {
    let said = format!(" {} ", words.join(" "));
    let has = |any: &[&str]| any.iter().any(|phrase| said.contains(phrase));
    let asks_how = ["how", "where", "when"].iter().any(|word| words.iter().take(3).any(|own| own == word));
    let may_get = has(&[" can i get ", " can we get ", " could i get ", " who can get ", " am i allowed "])
        && !asks_how;
    if may_get || has(&[" eligible ", " qualify ", " entitled "]) {
        Wants::Criteria
    } else if has(&[
        " when ",
        " what time ",
        " where ",
        " how much ",
        " how long ",
        " cost ",
        " costs ",
        " price ",
        " phone ",
        " number for ",
        " address ",
        " opening ",
        " open ",
    ]) {
        Wants::Field
    } else if has(&[
        " group ",
        " groups ",
        " club ",
        " clubs ",
        " class ",
        " classes ",
        " session ",
        " sessions ",
        " yoga ",
        " massage ",
        " stay and play ",
        " playgroup ",
        " activities ",
        " course ",
        " courses ",
    ]) {
        Wants::Session
    } else if has(&[" how do ", " how can ", " how to ", " what do i do ", " what can i do ", " apply "]) {
        Wants::Steps
    } else {
        Wants::Words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kind_of_answer_is_wanted_is_read_from_the_question() {
        for (text, wanted) in [
            ("am I eligible for 30 hours?", Wants::Criteria),
            ("when is baby yoga", Wants::Field),
            ("how do i apply", Wants::Steps),
            ("how do i get an ehcp", Wants::Steps),
            ("dads group", Wants::Session),
            ("she wont latch", Wants::Words),
        ] {
            assert_eq!(wants(&search::words(text)), wanted, "{text}");
        }
    }
}
