//! Help for people who hurt somebody, or who think of it. Led to it unasked, somebody who is hurt would meet help for the
//! one who hurts them, and anybody else would read that they had done harm.

/// Whether an entry says of itself, in its name, its summary or whom it is for, that it is for people who hurt, scare or
/// control somebody, and for nobody else.
pub fn is_for_those_who_hurt(says: &[&str]) -> bool {
    /// Each speaks of the one whom the service is for, and not of the one who hurts them.
    const SAID: [&str; 19] = [
        "people who hurt",
        "people who have hurt",
        "people who harm",
        "people who have harmed",
        "people who abuse",
        "people who have abused",
        "anyone who hurts",
        "anyone who has hurt",
        "if you hurt",
        "if you have hurt",
        "worried that they hurt",
        "worried that you hurt",
        "worried about how they treat",
        "worried about how you treat",
        "change how you treat",
        "their own abusive behaviour",
        "your own abusive behaviour",
        "for perpetrators",
        "perpetrator programme",
    ];
    const HURT_THEMSELVES: [&str; 6] = ["you", "me", "us", "them", "yourself", "themselves"];
    const FOR_BOTH: [&str; 4] = ["victim", "survivor", "living with abuse", "are hurt"];
    let words = says.join(". ").to_lowercase();
    let holds = |said: &str| {
        words.match_indices(said).any(|(at, _)| {
            let rest = &words[at + said.len()..];
            let next = rest.trim_start().split(|letter: char| !letter.is_alphanumeric()).next();
            let is_whole = !rest.starts_with(char::is_alphanumeric);
            is_whole && !next.is_some_and(|next| HURT_THEMSELVES.contains(&next))
        })
    };
    SAID.iter().any(|said| holds(said)) && !FOR_BOTH.iter().any(|both| words.contains(both))
}

#[cfg(test)]
mod tests {
    use super::is_for_those_who_hurt;

    #[test]
    fn whoever_hurts_is_told_from_whoever_is_hurt() {
        for (says, is_theirs) in [
            ("For anyone who is worried that they hurt, scare or control", true),
            ("A programme for people who have hurt somebody they love", true),
            ("A perpetrator programme", true),
            ("If you hurt yourself", false),
            ("Help for anyone who is hurt by a partner", false),
            ("For victims, and for people who hurt", false),
        ] {
            assert_eq!(is_for_those_who_hurt(&["A name", says]), is_theirs, "{says}");
        }
    }
}
