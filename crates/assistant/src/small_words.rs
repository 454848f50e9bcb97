//! Words that tell nothing of what is asked: those that every question has, and those that only say whose child it is.

/// Words that every question has.
const SMALL: &str = " a about after all am an and any anyone anything are as at be been before being but by can cant come could dc did do does doesnt doing dont each eligible entitled qualify cost costs price number phone open opening address time times else even ever every for from get gets getting give go goes going good got had has have having he hello help helping her here hes hi him his how i id if ill im in into is isnt it its ive just keep keeps know let lets like little ll long looking lot make makes me mine more most much my near need needs never new nice no not now of off ok on one only or other our out over own pls please put really right s said same say says see she shes should so some someone something stuff sure t take tell than thank thanks that thats the their them then there these they theyre thing things think this those to today too try trying u up us ur use very want wants was way we well went were what whats when where which while who whos why will with wont would ya yes yet you your youre ";

/// Whose child it is about, which is nothing that is asked: a page may speak of a daughter and of quite another thing.
const WHOSE: &str = " son sons daughter daughters ";

/// Whether a word is in every question.
pub(crate) fn is_small(word: &str) -> bool {
    let is_hour =
        word.strip_suffix("am").or(word.strip_suffix("pm")).is_some_and(|hour| hour.parse::<u8>().is_ok());
    word.len() < 2 || is_hour || SMALL.contains(&format!(" {word} "))
}

/// Whether a word only says whose child it is about.
pub(crate) fn is_whose_child(word: &str) -> bool {
    WHOSE.contains(&format!(" {word} "))
}

/// 'He is fine', and not 'a fine' from school.
pub(crate) fn is_well(words: &[String], at: usize) -> bool {
    const TO_PAY: &str = " a to the this that my our any another school pay paid get got fine penalty holiday attendance parking first second big they want will could can and or ";
    let is_in = |word: &String| TO_PAY.contains(&format!(" {word} "));
    at.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|before| !is_in(before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_well_is_told_from_whoever_has_to_pay() {
        for (text, well) in [
            ("he seems fine", true),
            ("she is fine at school and not at home", true),
            ("im fine", true),
            ("they want to fine me", false),
            ("i got a fine", false),
            ("school fine", false),
            ("skool want fine me", false),
            ("fine for a holiday", false),
        ] {
            let words = search::words(text);
            let at = words.iter().position(|word| word == "fine").unwrap();
            assert_eq!(is_well(&words, at), well, "{text}");
        }
        assert!(is_whose_child("daughter") && !is_whose_child("child") && is_small("the"));
    }
}
