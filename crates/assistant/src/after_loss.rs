//! What is meant once somebody told in a conversation that they lost a baby. Milk that comes all the same, or a brother who
//! asks where the baby is, are part of the loss; babies come back only where a living one is plainly meant.

use crate::say;
use regex::Regex;
use search::Document;
use std::sync::LazyLock;

/// What belongs to a loss that was told before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfTheLoss {
    /// Milk, and a body that goes on.
    Milk,
    /// Another child who asks where the baby is.
    AnotherChild,
}

/// What a question after a loss has to do with it, where no living baby is meant.
pub(crate) fn of_the_loss(typed: &str) -> Option<OfTheLoss> {
    let said = said(typed);
    if finds(&ANOTHER_BABY, &said) {
        return None;
    }
    // A child of two who asks where the baby is has an age too.
    if finds(&WHERE_IS_THE_BABY, &said)
        || finds(&ANOTHER_CHILD, &said) && finds(&THE_BABY, &said) && finds(&ASKS_OR_IS_TOLD, &said)
    {
        return Some(OfTheLoss::AnotherChild);
    }
    let is_milk = finds(&MILK, &said) && !finds(&OTHER_MILK, &said) && !finds(&LITTLE_AGE, &said);
    is_milk.then_some(OfTheLoss::Milk)
}

impl OfTheLoss {
    /// What is said of it, in our words.
    pub fn say(self) -> &'static [&'static str] {
        match self {
            OfTheLoss::Milk => &say::LOSS_MILK,
            OfTheLoss::AnotherChild => &say::LOSS_ANOTHER_CHILD,
        }
    }

    /// The words by which help with it is found.
    pub fn looked_for(self) -> &'static str {
        match self {
            OfTheLoss::Milk => "midwife after the loss of a baby",
            OfTheLoss::AnotherChild => "child bereavement",
        }
    }
}

/// Whether a living baby is plainly meant: a new one, the other one, another pregnancy, a baby's age.
pub(crate) fn means_a_living_baby(typed: &str) -> bool {
    let said = said(typed);
    finds(&ANOTHER_BABY, &said) || finds(&LITTLE_AGE, &said)
}

/// Whether an entry is for those who have a child under five, or are about to.
pub(crate) fn is_for_under_fives(document: &Document) -> bool {
    let ages = document.ages.filter(|ages| ages.from_months < 12);
    ages.is_some_and(|ages| ages.pregnancy || ages.until_months.is_some_and(|until| until <= 60))
}

/// Whether an entry is for those who grieve, whoever died.
pub(crate) fn is_about_grief(document: &Document) -> bool {
    let says = format!("{}. {}", document.title, document.summary).to_lowercase();
    ["bereave", "grief", "griev"].iter().any(|word| says.contains(word))
}

fn said(typed: &str) -> String {
    search::words(typed).join(" ")
}

type Pattern = LazyLock<Option<Regex>>;

fn finds(pattern: &Pattern, said: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(said))
}

static ANOTHER_BABY: Pattern = LazyLock::new(|| {
    let baby = "(baby|babies|babys|newborn|newborns|infant|twin|twins|triplet|triplets|pregnancy)";
    let another = format!(
        r"\b(new|newborn|other|second|next|another|living|surviving|healthy|rainbow|youngest|older) {baby}\b"
    );
    let expects = format!(r"\bexpecting( a| our| my| twins| triplets)?( {baby})?\b");
    let others =
        format!(r"\b(friends?|sisters?|neighbours?|grandchild|niece|nephew)( new| little)? {baby}\b");
    let again = r"\b(pregnant|pregnancy) (again|now)\b|\b(im|i am|she is|shes|my [a-z]+ is) (now )?([0-9]+ weeks )?pregnant\b";
    Regex::new(&[another.as_str(), expects.as_str(), others.as_str(), again].join("|")).ok()
});

/// 'At 30 weeks' tells how far a pregnancy came; 'a 6 week old' is a child.
static LITTLE_AGE: Pattern = LazyLock::new(|| {
    Regex::new(r"\b([0-9]+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) ?(day|week|wk|month|mth|mo)s? old\b|\b(1|one|2|two) ?(year|yr)s? old\b|\btoddlers?\b").ok()
});

static MILK: Pattern = LazyLock::new(|| {
    Regex::new(
        r"\b(breastmilk|breasts?|boobs?|nipples?|lactat[a-z]*|engorged|engorgement|mastitis|let ?down)\b|\bmilk\b( [a-z]+){0,4} (leak[a-z]*|stop[a-z]*|dry|dries|drying|came|come|comes|coming|in|supply|still|full|hurts?|here)\b|\b(my|the|this|breast|breastfeeding|leak[a-z]*|stop[a-z]*|dry up|drying up|still (have|making|got|producing)|produc[a-z]*|making|donat[a-z]*|express[a-z]*) (of )?(my |the |all |all my )?milk\b|\bleaking\b.*\bmilk\b",
    )
    .ok()
});

/// Milk from a shop, and help to buy it.
static OTHER_MILK: Pattern = LazyLock::new(|| {
    Regex::new(r"\b(cows?|goats?|oat|soya|school|formula|powder|bottle|bottles|free|vouchers?|healthy start|allergy|cancer|lump|screening)\b").ok()
});

static WHERE_IS_THE_BABY: Pattern = LazyLock::new(|| {
    Regex::new(r"\b(ask|asks|asked|asking|wonders|wants to know)\b.{0,30}\b(where|when|why|what happened)\b.{0,30}\b(baby|brother|sister|sibling|twin)\b").ok()
});

static ANOTHER_CHILD: Pattern = LazyLock::new(|| {
    Regex::new(r"\b(child|children|kid|kids|son|daughter|boy|girl|older|oldest|eldest|other one|little one|year old|yr old|toddler|siblings?|big (brother|sister))\b").ok()
});

static THE_BABY: Pattern =
    LazyLock::new(|| Regex::new(r"\b(baby|brother|sister|sibling|died|death|dead|heaven)\b").ok());

static ASKS_OR_IS_TOLD: Pattern = LazyLock::new(|| {
    Regex::new(r"\b(ask|asks|asked|asking|tell|telling|told|explain|explaining|understand|understands|sad|upset|crying|grieving|misses|coping)\b").ok()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn babies_come_back_only_where_a_living_one_is_plainly_meant() {
        for typed in [
            "groups for my new baby",
            "im pregnant again",
            "sleep for my 3 month old",
            "classes for the other twin",
            "my other baby wont feed",
            "feeding a 6 week old",
        ] {
            assert!(means_a_living_baby(typed), "{typed}");
            assert_eq!(of_the_loss(typed), None, "{typed}");
        }
        assert_eq!(of_the_loss("how do i tell my 4 year old about the new baby"), None);
        for typed in [
            "my older one keeps asking where the baby is",
            "breastfeeding milk wont stop",
            "baby",
            "is there anything on for a 4 year old",
            "when i was pregnant they said it was fine",
        ] {
            assert!(!means_a_living_baby(typed), "{typed}");
        }
    }

    #[test]
    fn milk_and_another_childs_question_belong_to_the_loss() {
        for (typed, of) in [
            ("breastfeeding milk wont stop", Some(OfTheLoss::Milk)),
            ("my milk is leaking", Some(OfTheLoss::Milk)),
            ("my milk came in", Some(OfTheLoss::Milk)),
            ("how do i dry up my milk", Some(OfTheLoss::Milk)),
            ("my boobs are sore", Some(OfTheLoss::Milk)),
            ("free milk for my son", None),
            ("school milk", None),
            ("my older one keeps asking where the baby is", Some(OfTheLoss::AnotherChild)),
            ("my 2 year old keeps asking where the baby is", Some(OfTheLoss::AnotherChild)),
            ("how do i tell my 4 year old about his brother", Some(OfTheLoss::AnotherChild)),
            ("is there anything on for a 4 year old", None),
            ("dentist", None),
            ("cooking class", None),
            ("when is baby massage on", None),
        ] {
            assert_eq!(of_the_loss(typed), of, "{typed}");
        }
    }
}
