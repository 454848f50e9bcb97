//! 'Can I give my baby water?', 'is it ok to put them on their front?': questions whose wrong answer could hurt a child.
//! Only words that speak of the thing and of what is done with it answer them; whatever merely stands near does not.

/// How such a question begins.
const ASKED: [&str; 24] = [
    "can i",
    "can we",
    "can you",
    "can my",
    "can a",
    "can the",
    "can baby",
    "can babies",
    "can he",
    "can she",
    "can they",
    "is it ok",
    "is it okay",
    "is it safe",
    "is it alright",
    "is it fine",
    "is it bad",
    "should i",
    "should we",
    "should my",
    "should baby",
    "should babies",
    "safe to",
    "ok to",
];
/// Whom it is about. These words alone tell nothing of what is asked.
const CHILD: &str = " baby babies babys newborn newborns toddler toddlers infant infants child childs children kid kids son daughter bump pregnant pregnancy breastfeeding lo boy girl bubba bub ";
/// Ages, and words that any such question has.
const BESIDE: &str = " day days week weeks wk wks month months mth mths mo year years yr yrs old age aged time safe safely okay alright fine bad dangerous allowed ";
/// Sleep, food, drink and medicine.
const MATTERS: &str = " sleep sleeps sleeping asleep nap naps napping front tummy stomach belly side swaddle swaddled swaddling blanket blankets pillow pillows duvet cot bed sofa swing bouncer hat hats dummy teddy food foods eat eats eating ate rice porridge honey nut nuts peanut peanuts egg eggs salt sugar meat fish sushi cheese pate liver prawns strawberries grapes popcorn solids wean weaning puree purees bottle bottles formula milk water juice squash cola coke coffee caffeine tea drink drinks drinking drank drunk alcohol wine beer vodka smoke smoking vape vaping weed cannabis medicine medicines calpol paracetamol ibuprofen nurofen aspirin tablet tablets antibiotic antibiotics vitamin vitamins drops gripe gel piriton melatonin cereal chocolate yoghurt yogurt ";
/// Who wants to get or to go somewhere asks nothing of that kind.
const GETTING: &str = " get getting find apply claim come bring join book free cost pay afford voucher vouchers bank group class club help ";
/// Where a body lies: whoever asks about one place is answered by what says which.
const LYING: &str = " front tummy stomach belly side back ";
/// What is done with food and drink, as it is asked and as it is told.
const GIVING: &str =
    " give giving gave given have having has drink drinks drinking eat eats eating feed feeding ";
const SWALLOWED: &str = " give giving gave given drink drinks drinking drank sip sips eat eats eating feed feeds feeding food foods milk meal meals snack ";

/// Food that can do harm: 'honey for my baby' asks it without saying so,
const CAN_HARM: &str = " honey nut nuts peanut peanuts ";
/// and in a pregnancy 'raw eggs pregnant' does,
const CAN_HARM_IN_PREGNANCY: &str = " egg eggs sushi fish tuna salmon meat ham salami pate liver cheese brie camembert prawns shellfish seafood caffeine coffee tea coke cola ";
/// unless it is an allergy that help is looked for with.
const ALLERGY: &str = " allergy allergies allergic intolerance intolerant epipen free ";
const SHORT: usize = 6;

fn is_in(list: &str, word: &str) -> bool {
    list.contains(&format!(" {word} "))
}

/// Whether it is asked if something is safe for a child.
pub(crate) fn is_asked(words: &[String]) -> bool {
    let said = format!(" {} ", words.join(" "));
    let any = |list: &str| words.iter().any(|word| is_in(list, word));
    // 'My 8 week old.'
    let is_so_old = words.windows(2).any(|pair| {
        let is_age =
            ["day", "week", "wk", "month", "mth", "year", "yr"].contains(&pair[0].trim_end_matches('s'));
        is_age && pair[1] == "old"
    });
    // 'Is honey safe for a 6 month old?'
    let is_it_safe = words
        .iter()
        .position(|word| word == "is" || word == "are")
        .is_some_and(|at| words[at..].iter().any(|word| asks(word)));
    let is_pregnant = words.iter().any(|word| word.starts_with("pregnan"));
    let names_harm =
        words.len() <= SHORT && !any(ALLERGY) && (any(CAN_HARM) || is_pregnant && any(CAN_HARM_IN_PREGNANCY));
    let asks = is_it_safe || names_harm || ASKED.iter().any(|asked| said.contains(&format!(" {asked} ")));
    let matters = any(MATTERS) || is_pregnant && any(CAN_HARM_IN_PREGNANCY);
    asks && (is_so_old || any(CHILD)) && matters && !any(GETTING)
}

/// Whether a word asks whether something is safe.
pub(crate) fn asks(word: &str) -> bool {
    ["safe", "ok", "okay", "alright", "dangerous"].contains(&word)
}

/// Whether an entry of this name can be asked whether something is safe for a child.
pub(crate) fn can_be_asked(name: &str) -> bool {
    let name = name.to_lowercase();
    ["health visit", "pharmac", "111", "midwi", "infant feeding"].iter().any(|who| name.contains(who))
}

/// Whether a word tells whom it is about or how old they are, and not what is asked.
pub(crate) fn is_beside(word: &str) -> bool {
    is_in(CHILD, word) || is_in(BESIDE, word) || word.chars().all(|c| c.is_ascii_digit())
}

/// The other words by which a text may answer this one.
pub(crate) fn answered_as(word: &str) -> impl Iterator<Item = &'static str> {
    let lies = if is_in(LYING, word) { LYING } else { "" };
    lies.split_whitespace()
}

/// Whether a text speaks of giving or swallowing, where that is asked.
pub(crate) fn speaks_of_the_act(words: &[String], text: &str) -> bool {
    let is_giving = words.iter().any(|word| is_in(GIVING, word));
    !is_giving || search::words(text).iter().any(|word| is_in(SWALLOWED, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whether_something_is_safe_for_a_child_is_told_from_where_to_get_it() {
        for (text, asks) in [
            ("can my 8 week old baby sleep on his tummy", true),
            ("can my 8 week old sleep on his tummy", true),
            ("should i put my baby to sleep on their front", true),
            ("is it ok to give my 4 week old baby water", true),
            ("can i put baby rice in the bottle, baby is 8 weeks", true),
            ("can i drink wine when pregnant", true),
            ("can my baby have honey", true),
            ("can i give my 6 month old honey", true),
            ("honey for my baby", true),
            ("is honey safe for a 6 month old", true),
            ("can my 1 year old have nuts", true),
            ("raw eggs pregnant", true),
            ("coffee when pregnant", true),
            ("can i eat tuna when pregnant", true),
            ("can baby drink water at 3 months", true),
            ("coffee morning for pregnant mums group", false),
            ("nut allergy baby", false),
            ("can i get free milk for my baby", false),
            ("where can i bring my toddler for food", false),
            ("can my child go to a holiday club", false),
            ("how do i wean my baby", false),
        ] {
            assert_eq!(is_asked(&search::words(text)), asks, "{text}");
        }
    }
}
