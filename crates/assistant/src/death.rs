//! Whether somebody speaks of a death that is not the loss of a baby: dad's, nan's, a friend's. Then help with grief is
//! found as any other help is, and what is only for those who lost a baby stays where it is.

use search::Document;

/// Words that speak of a death by themselves.
const WORDS: &str = " die died dies dying dead death deaths deceased bereaved bereavement bereavment grief grieve grieving grieves mourning funeral funerals burial cremation widow widowed widower ";
/// Who may have been lost, or may have passed.
const SOMEBODY: &str = " mum mam mom mother dad father nan nana nanna nanny nain taid gran granny grandma grandmother grandad grandpa granda grandfather husband wife partner brother sister son daughter child uncle auntie aunt cousin friend mate teacher stepdad stepmum boyfriend girlfriend hubby him her ";
/// After these, somebody passed a test or was passed on.
const PASSED_ON: &str = " from his her their the a an it me out down round between by to test exam ";

/// Whether a pregnancy was ended by those who speak of it: to them that is a loss.
pub(crate) fn ended_a_pregnancy(text: &str) -> bool {
    let said = format!(" {} ", search::words(text).join(" "));
    ["ended", "had to end", "have to end", "having to end", "terminated"].iter().any(|ended| {
        ["the", "our", "my", "this", "her", "a"]
            .iter()
            .any(|whose| said.contains(&format!(" {ended} {whose} pregnancy ")))
    })
}

/// Whether somebody grieves after an abortion: then nothing about a living baby is an answer.
pub(crate) fn grieves_after_an_abortion(text: &str) -> bool {
    const ENDED: [&str; 4] = ["abortion", "abortions", "termination", "tfmr"];
    const GRIEVES: &str = " cry crying cried sad low upset regret regretting guilt guilty ashamed grief grieve grieving cope coping empty numb depressed struggling counselling therapy hurts hurting alone after since ";
    let words = search::words(text);
    words.iter().any(|word| ENDED.contains(&word.as_str()))
        && words.iter().any(|word| GRIEVES.contains(&format!(" {word} ")))
}

/// 'We had to turn off his machine': a death that is told without its name, in words by which help with it is found.
pub(crate) fn by_other_words(text: &str) -> Option<String> {
    const ENDS: &str = " turn turned turning switch switched switching took taken taking pull pulled ";
    const WHOSE: &str =
        " his her their hers dads mums nans grandads babys sons daughters husbands wifes partners ";
    let words = search::words(text);
    let is_whose = |word: &String| WHOSE.contains(&format!(" {word} "));
    let said = words.join(" ");
    let is_ended = words.iter().any(|word| ENDS.contains(&format!(" {word} "))) && said.contains(" off");
    // 'His machine', and not 'the washing machine'.
    let machine = words.windows(2).any(|pair| pair[1] == "machine" && is_whose(&pair[0]));
    // 'On life support', and not 'family life support'.
    let life_support = words.windows(2).position(|pair| pair[0] == "life" && pair[1] == "support");
    let is_kept_alive = life_support.is_some_and(|at| {
        at.checked_sub(1).is_none_or(|before| {
            is_whose(&words[before]) || matches!(words[before].as_str(), "on" | "off" | "the")
        })
    });
    let is_told = is_kept_alive || said.contains("ventilator") || is_ended && machine;
    is_told.then(|| "bereavement support when someone dies".to_owned())
}

/// Whether a text speaks of somebody's death.
pub(crate) fn is_spoken_of(text: &str) -> bool {
    let words = search::words(text);
    let is_in = |list: &str, word: &String| list.contains(&format!(" {word} "));
    let near_somebody = |from: usize, until: usize| {
        words[from.min(words.len())..until.min(words.len())].iter().any(|word| is_in(SOMEBODY, word))
    };
    words.iter().enumerate().any(|(at, word)| match word.as_str() {
        // 'Lost my nan', and not 'lost my red book'.
        "lost" | "losing" => near_somebody(at + 1, at + 4) && !is_a_thing_of_theirs(&words, at + 1),
        // 'Her nan passed', and not 'passed from pillar to post'.
        "passed" => {
            words.get(at + 1).is_some_and(|next| next == "away")
                || near_somebody(at.saturating_sub(3), at)
                    && words.get(at + 1).is_none_or(|next| !PASSED_ON.contains(&format!(" {next} ")))
        }
        _ => is_in(WORDS, word),
    })
}

/// 'Lost her voice', and not 'lost her' or 'lost her nan'.
fn is_a_thing_of_theirs(words: &[String], at: usize) -> bool {
    let is_whose = words.get(at).is_some_and(|word| word == "her" || word == "him");
    let thing = words.get(at + 1).map_or("", String::as_str);
    let goes_on = " last in to at and when this two three a on so but suddenly recently ";
    let names_somebody =
        words.iter().skip(at + 1).take(2).any(|word| SOMEBODY.contains(&format!(" {word} ")));
    is_whose && !thing.is_empty() && !goes_on.contains(&format!(" {thing} ")) && !names_somebody
}

/// Whether a document is only for those who lost a baby, by its own name and summary.
pub(crate) fn is_of_a_baby(document: &Document) -> bool {
    search::speaks_of_loss(&document.title) || search::speaks_of_loss(&document.summary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_death_is_heard_and_a_lost_book_is_none() {
        for text in [
            "my dad died last year, is there a bereavement group",
            "how do I tell my six year old that nana has died",
            "help paying for a funeral",
            "counselling for my teenager after her nan passed",
            "I lost my husband in March",
            "our friend passed away",
            "we lost her last year",
            "she has lost her nan",
        ] {
            assert!(is_spoken_of(text), "{text}");
        }
        for text in [
            "I lost my baby's red book",
            "sick of being passed from pillar to post",
            "he passed his test",
            "my son passed his test",
            "she has lost her voice",
            "lost property at the hub",
        ] {
            assert!(!is_spoken_of(text), "{text}");
        }
        assert!(ended_a_pregnancy("ended the pregnancy after the scan, can't stop crying"));
        assert!(!ended_a_pregnancy("how do I end a pregnancy"));
    }

    #[test]
    fn a_death_that_is_told_by_a_machine_is_looked_for_by_its_name() {
        for text in [
            "we had to turn off his machine",
            "they switched her machine off",
            "life support",
            "they turned off dads life support",
        ] {
            assert!(by_other_words(text).is_some(), "{text}");
        }
        for text in
            ["washing machine", "turn off the washing machine", "family life support", "his games machine"]
        {
            assert!(by_other_words(text).is_none(), "{text}");
        }
    }

    #[test]
    fn grief_after_an_abortion_is_told_from_asking_for_one() {
        assert!(grieves_after_an_abortion("had an abortion and cant stop crying"));
        assert!(grieves_after_an_abortion("counselling after an abortion"));
        assert!(!grieves_after_an_abortion("where can i get an abortion"));
        assert!(!grieves_after_an_abortion("cant stop crying since the baby"));
    }
}
