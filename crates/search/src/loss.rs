//! Words of loss. A hard rule and not a ranking: of every ranking that was measured, each showed baby content to
//! somebody who had just lost a baby. So the rule is read first, and errs towards hearing a loss.

use crate::spelling::distance_within;
use crate::spoken;

/// True when the words speak of losing a baby or a pregnancy.
pub fn speaks_of_loss(typed: &str) -> bool {
    let mut words = Vec::new();
    spoken::each_plain_word(typed, |word| {
        words.push(if word == "me" { "my".to_owned() } else { word.to_owned() })
    });
    words.iter().any(|word| is_word_of_loss(word))
        || PHRASES.iter().any(|phrase| has_phrase(&words, phrase))
        || lost_a_baby(&words)
        || a_baby_died(&words)
        || lost_at_some_weeks(&words)
        || lived_for_days(&words)
        || came_home_without(&words)
}

fn is_word_of_loss(word: &str) -> bool {
    if ALONE.contains(&word) {
        return true;
    }
    // Spelt as it sounds, at night: 'misscarrage', 'stilborn'. Only long words, so that nothing short drifts here.
    word.len() >= 8
        && !NOT_LOSS.contains(&word)
        && SPELT.iter().any(|right| {
            let allowed = if right.len() >= 10 { 2 } else { 1 };
            distance_within(word, right, allowed).is_some()
        })
}

const ALONE: &[&str] = &[
    "miscarried",
    "miscarriage",
    "miscarriages",
    "miscarry",
    "miscarrying",
    "miscarage",
    "stillborn",
    "stillbirth",
    "stillbirths",
    "tfmr",
    "ectopic",
    "neonatal death",
    "misscarry",
    "misscaried",
    "miscaried",
    "miscarrage",
];
const SPELT: &[&str] = &["miscarriage", "miscarried", "stillborn", "stillbirth", "miscarrying"];
const NOT_LOSS: &[&str] = &["marriage", "carriage", "carriages"];

const PHRASES: &[&[&str]] = &[
    &["mis", "carriage"],
    &["mis", "carried"],
    &["miss", "carriage"],
    &["miss", "carried"],
    &["still", "born"],
    &["still", "birth"],
    &["angel", "baby"],
    &["angel", "babies"],
    &["rainbow", "baby"],
    &["born", "sleeping"],
    &["molar", "pregnancy"],
    &["no", "heartbeat"],
    &["no", "heart", "beat"],
    &["couldnt", "find", "a", "heartbeat"],
    &["heart", "stopped", "beating"],
    &["pregnancy", "loss"],
    &["baby", "loss"],
    &["loss", "of", "our", "baby"],
    &["loss", "of", "my", "baby"],
    &["loss", "of", "a", "baby"],
    &["lost", "pregnancy"],
    &["neonatal", "death"],
    &["neo", "natal", "death"],
    &["termination", "for", "medical"],
    &["infant", "loss"],
    &["infant", "death"],
    &["death", "of", "a", "baby"],
    &["death", "of", "my", "baby"],
    &["death", "of", "our", "baby"],
    &["baby", "death"],
    &["recurrent", "loss"],
    &["pregnant", "after", "loss"],
    &["baby", "bereavement"],
    &["died", "of", "sids"],
    &["died", "from", "sids"],
    &["cot", "death", "support"],
    &["buried", "our", "baby"],
    &["buried", "my", "baby"],
    &["babys", "funeral"],
    &["baby", "funeral"],
    &["taken", "too", "soon"],
    &["had", "to", "say", "goodbye", "to", "our", "baby"],
    &["born", "too", "soon", "and", "died"],
    &["born", "dead"],
    &["never", "breathed"],
    &["never", "took", "her", "first", "breath"],
    &["never", "took", "his", "first", "breath"],
    &["died", "in", "my", "tummy"],
    &["died", "inside", "me"],
    &["died", "in", "the", "womb"],
    &["died", "in", "utero"],
    &["died", "at", "birth"],
    &["died", "before", "birth"],
    &["died", "before", "she", "was", "born"],
    &["died", "before", "he", "was", "born"],
    &["died", "during", "labour"],
    &["tiny", "coffin"],
    &["little", "white", "coffin"],
    &["would", "have", "been", "her", "due", "date"],
    &["would", "have", "been", "his", "due", "date"],
    &["would", "have", "been", "my", "due", "date"],
    &["should", "have", "been", "my", "due", "date"],
    &["lost", "at", "birth"],
    &["lost", "in", "pregnancy"],
    &["loss", "in", "pregnancy"],
    &["loss", "of", "twin"],
    &["loss", "of", "a", "twin"],
    &["loss", "of", "pregnancy"],
    &["late", "loss"],
    &["early", "loss"],
    &["loss", "at", "birth"],
    &["losing", "him", "at", "birth"],
    &["losing", "her", "at", "birth"],
    &["stil", "born"],
    &["stil", "birth"],
    &["babyloss"],
    &["missed", "miscarry"],
    &["chemical", "pregnancy"],
    &["blighted", "ovum"],
    &["stopped", "growing", "inside"],
    &["baby", "stopped", "growing"],
    &["baby", "didnt", "survive"],
    &["baby", "did", "not", "survive"],
    &["baby", "didnt", "make", "it"],
    &["baby", "did", "not", "make", "it"],
    &["twin", "didnt", "make", "it"],
    &["babies", "didnt", "survive"],
    &["babies", "didnt", "make", "it"],
    &["no", "heart", "beating"],
    &["wasnt", "a", "heartbeat"],
    &["was", "no", "heartbeat"],
    &["heartbeat", "had", "stopped"],
    &["heartbeat", "stopped"],
    &["gave", "birth", "to", "an", "angel"],
    &["grew", "her", "wings"],
    &["grew", "his", "wings"],
    &["gained", "her", "wings"],
    &["gained", "his", "wings"],
    &["got", "his", "wings"],
    &["got", "her", "wings"],
    &["baby", "in", "heaven"],
    &["babies", "in", "heaven"],
    &["baby", "heaven"],
    &["empty", "arms"],
    &["arms", "are", "empty"],
    &["empty", "cot"],
    &["cot", "is", "empty"],
    &["cot", "still", "empty"],
    &["home", "without", "our", "baby"],
    &["home", "without", "my", "baby"],
    &["home", "without", "a", "baby"],
    &["home", "without", "the", "baby"],
    &["left", "hospital", "without"],
    &["leave", "hospital", "without", "my", "baby"],
    &["no", "baby", "to", "bring", "home"],
    &["no", "baby", "to", "take", "home"],
    &["never", "got", "to", "bring", "him", "home"],
    &["never", "got", "to", "bring", "her", "home"],
    &["never", "came", "home", "from", "hospital"],
    &["never", "got", "to", "meet", "him"],
    &["never", "got", "to", "meet", "her"],
    &["never", "took", "a", "breath"],
    &["never", "opened", "her", "eyes"],
    &["never", "opened", "his", "eyes"],
    &["ended", "the", "pregnancy", "for", "medical"],
    &["bereaved", "mum"],
    &["bereaved", "mam"],
    &["bereaved", "mother"],
    &["bereaved", "parent"],
    &["bereaved", "parents"],
    &["grieving", "my", "baby"],
    &["grieving", "our", "baby"],
    &["grieving", "for", "my", "baby"],
    &["grief", "after", "losing", "a", "baby"],
    &["memory", "box", "for", "baby"],
    &["babys", "ashes"],
    &["babys", "grave"],
    &["pregnancy", "ended"],
    &["pregnancy", "didnt", "work", "out"],
    &["lost", "our", "little", "one"],
    &["lost", "my", "little", "one"],
    &["after", "cot", "death"],
    &["to", "cot", "death"],
    &["after", "sids"],
    &["to", "sids"],
    &["from", "cot", "death"],
    &["bereaved", "by", "cot", "death"],
    &["cot", "death", "bereavement"],
    &["cot", "death", "counselling"],
    &["cot", "death", "in", "the", "family"],
    &["had", "a", "cot", "death"],
];

fn has_phrase(words: &[String], phrase: &[&str]) -> bool {
    words.windows(phrase.len()).any(|window| window.iter().zip(phrase).all(|(word, wanted)| word == wanted))
}

const BABIES: &[&str] = &[
    "baby",
    "babby",
    "babba",
    "bab",
    "babys",
    "babies",
    "bby",
    "babs",
    "bubs",
    "bub",
    "babe",
    "twin",
    "twins",
    "triplet",
    "triplets",
    "bump",
    "pregnancy",
    "newborn",
    "bairn",
    "foetus",
    "fetus",
    "son",
    "daughter",
    "child",
    "boy",
    "girl",
    "angel",
];

/// 'lost my baby', 'losing the twins'; but not 'lost my baby red book' or 'lost baby weight'.
fn lost_a_baby(words: &[String]) -> bool {
    const BETWEEN: &[&str] = &[
        "my",
        "our",
        "are",
        "ar",
        "the",
        "a",
        "her",
        "his",
        "their",
        "this",
        "both",
        "one",
        "of",
        "little",
        "unborn",
        "first",
        "second",
        "third",
        "another",
        "two",
        "three",
        "newborn",
        "precious",
        "beautiful",
        "lovely",
        "premature",
    ];
    const THINGS: &[&str] = &[
        "red",
        "book",
        "books",
        "weight",
        "bottle",
        "blanket",
        "tooth",
        "teeth",
        "card",
        "monitor",
        "clothes",
        "coat",
        "shoe",
        "shoes",
        "toy",
        "toys",
        "dummy",
        "bag",
        "hair",
        "pram",
        "benefit",
        "certificate",
        "fat",
        "brain",
        "in",
        "at",
        "bus",
        "passport",
        "school",
        "interest",
        "appetite",
        "confidence",
        "place",
    ];
    words.iter().enumerate().any(|(at, word)| {
        if !matches!(word.as_str(), "lost" | "losing" | "lose" | "lossed" | "loosing") {
            return false;
        }
        let reach = &words[at + 1..words.len().min(at + 6)];
        let Some(found) =
            reach.iter().position(|word| !BETWEEN.contains(&word.as_str()) || word == "newborn")
        else {
            return false;
        };
        let baby = &reach[found];
        let next = words.get(at + 1 + found + 1).map_or("", String::as_str);
        // A son or daughter 'lost in the park' is missing, and that is for the safety screen to say.
        let young = !matches!(baby.as_str(), "son" | "daughter" | "child" | "boy" | "girl");
        let place = matches!(next, "in" | "at");
        BABIES.contains(&baby.as_str()) && (!THINGS.contains(&next) || (young && place))
    })
}

/// 'my baby died', 'our little boy passed away'. A person who has died is near in the sentence, in either order.
fn a_baby_died(words: &[String]) -> bool {
    const DEATH: &[&str] = &["died", "dead", "passed", "deceased"];
    const NOT_DEAD: &[&str] =
        &["tired", "good", "cute", "heavy", "clingy", "small", "late", "sweet", "funny", "skin"];
    words.iter().enumerate().any(|(at, word)| {
        if !DEATH.contains(&word.as_str()) {
            return false;
        }
        let next = words.get(at + 1).map_or("", String::as_str);
        if NOT_DEAD.contains(&next) {
            return false;
        }
        let passed_on =
            word != "passed" || matches!(next, "" | "away" | "last" | "in" | "at" | "on" | "this");
        let before = &words[at.saturating_sub(4)..at];
        // 'my baby's dad died', 'the baby since my mum died': someone else came between.
        let Some(who) = before.iter().rposition(|w| BABIES.contains(&w.as_str()) && w != "babys") else {
            return false;
        };
        let someone_else = before[who + 1..].iter().any(|w| OTHERS.contains(&w.as_str()));
        passed_on && !someone_else
    })
}

const OTHERS: &[&str] = &[
    "dad", "mum", "mam", "mother", "father", "nan", "nana", "gran", "grandma", "grandad", "uncle", "auntie",
    "aunt", "friend", "dog", "cat", "hamster", "rabbit", "pet", "goldfish", "teacher", "partner", "husband",
    "wife", "battery", "phone", "since", "scared", "fear", "dads", "mums", "i", "afraid", "worried",
];

/// 'lost it at 9 weeks', 'we lost her at 20 weeks'.
fn lost_at_some_weeks(words: &[String]) -> bool {
    words.iter().enumerate().any(|(at, word)| {
        let reach = &words[at + 1..words.len().min(at + 6)];
        word == "lost"
            && reach.first().is_some_and(|w| {
                matches!(w.as_str(), "it" | "them" | "her" | "him" | "at" | "one" | "my" | "our")
            })
            && reach.iter().any(|w| w == "at")
            && reach.iter().any(|w| matches!(w.as_str(), "weeks" | "wks" | "week" | "birth"))
    })
}

/// 'lived for two hours', 'she only lived a day'.
fn lived_for_days(words: &[String]) -> bool {
    words.iter().enumerate().any(|(at, word)| {
        let reach = &words[at + 1..words.len().min(at + 5)];
        let first = reach.first().map_or("", String::as_str);
        let time = |w: &String| matches!(w.as_str(), "hours" | "hour" | "days" | "day" | "minutes");
        let only = at > 0 && words[at - 1] == "only";
        word == "lived"
            && (only || first == "for")
            && reach.iter().any(time)
            && !words.contains(&"here".to_owned())
    })
}

/// 'came home from the hospital without her', 'left the ward without our son'.
fn came_home_without(words: &[String]) -> bool {
    const WHOM: &[&str] =
        &["her", "him", "them", "my", "our", "a", "the", "baby", "twins", "son", "daughter", "little"];
    words.iter().enumerate().any(|(at, word)| {
        let before = &words[at.saturating_sub(6)..at];
        let hospital = before.iter().any(|w| matches!(w.as_str(), "hospital" | "ward" | "maternity"));
        let left =
            before.iter().any(|w| matches!(w.as_str(), "left" | "leave" | "leaving" | "home" | "came"));
        let whom = words.get(at + 1).is_some_and(|next| WHOM.contains(&next.as_str()));
        let thing =
            |w: &String| matches!(w.as_str(), "bag" | "seat" | "notes" | "red" | "medicine" | "appointment");
        word == "without" && hospital && left && whom && !words[at..].iter().any(thing)
    })
}

#[cfg(test)]
mod tests {
    use super::speaks_of_loss;

    #[test]
    fn loss_is_heard_however_it_is_said() {
        for words in [
            "lost my baby",
            "I lost the baby last week",
            "we've lost our twins",
            "misscarrage",
            "mis carriage help",
            "MISCARRIED at 9 weeks",
            "stilborn",
            "still born",
            "my baby died",
            "our baby passed away",
            "angel baby",
            "lost it at 9 weeks",
            "we lost her at 20 weeks",
            "no heartbeat at the scan",
            "baby was born sleeping",
            "lost me babs at 18 weeks",
            "support after cot death",
            "she only lived for two hours",
            "we left the hospital without her",
            "he never breathed",
            "our baby didn't survive",
            "came home without our baby",
            "av lost ar bab",
            "my little girl died at 3 days old",
            "losing my baby",
            "I lost my son last year",
            "ectopic",
            "lost our unborn baby",
            "miscariage",
            "my newborn has died",
            "baby loss support",
            "I’m having a miscarriage",
        ] {
            assert!(speaks_of_loss(words), "{words}");
        }
    }

    #[test]
    fn other_words_are_not_taken_for_loss() {
        for words in [
            "lost my baby's red book",
            "lost my baby red book",
            "lose baby weight",
            "baby is dead tired",
            "lost my job",
            "my nan died",
            "my baby's dad died",
            "marriage counselling",
            "lost my confidence",
            "baby wont latch",
            "baby carriage",
            "lost my temper with the baby",
            "cot death advice",
            "scared of cot death",
            "how to lower the risk of cot death",
            "lost my son in the park",
            "I am scared my baby is dying",
            "",
        ] {
            assert!(!speaks_of_loss(words), "{words}");
        }
    }
}
