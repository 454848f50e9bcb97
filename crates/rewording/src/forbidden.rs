//! Check 8: what a model must never have said. One such sentence and the whole answer goes, because whoever says one of
//! these once is not to be trusted with the next.

use crate::contacts::{has_contact, is_for_machines};
use regex::Regex;
use std::sync::LazyLock;

static NEVER: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let ill = "ill|sick|depress\\w*|anxi\\w*|psychosis|psychotic|autis\\w*|adhd|asperger\\w*|dyslex\\w*|dysprax\\w*|asthma\\w*|diabet\\w*\
               |epilep\\w*|infect\\w*|measles|mumps|rubella|chickenpox|meningitis|sepsis|eczema|allerg\\w*|bronchiolitis|croup|fever\
               |pre-?eclampsia|miscarr\\w*|ptsd|ocd|anorexi\\w*|bulimi\\w*|disorder|disease|condition|syndrome|jaundice|colic|reflux|tongue-?tie\\w*|delayed";
    [
        // Who decides that somebody is eligible is never a machine.
        r"(?i)\b(?:you|your|you're|you'll|they|he|she|we|child|children|family|families|baby|son|daughter|everyone|anyone)\b.*\b(?:eligible|ineligible|entitled|entitlement|qualif\w+)\b".to_owned(),
        r"(?i)\b(?:eligible|ineligible|entitled|qualif\w+)\b.*\b(?:you|your|yours)\b".to_owned(),
        r"(?i)\byou(?:r\s+\w+)?(?:\s+will|'ll)\s+(?:\w+\s+)?(?:get|receive|be\s+(?:given|offered|paid|awarded|accepted|approved|fine|ok|okay|safe|able)|have)\b".to_owned(),
        r"(?i)\b(?:guarantee\w*|promis\w+|definitely|certainly|undoubtedly|surely|for\s+sure|without\s+doubt|rest\s+assured)\b".to_owned(),
        r"(?i)\b(?:don't|do\s+not|no\s+need\s+to)\s+(?:worry|panic|be\s+(?:afraid|scared|worried))\b".to_owned(),
        // A dose, in any measure.
        r"(?i)\d\s*(?:mg|mcg|µg|g|ml|micrograms?|milligrams?|grams?|millilit\w+|iu)\b".to_owned(),
        r"(?i)\b(?:\d+|one|two|three|four|five|half|a)\s+(?:tablets?|capsules?|pills?|drops?|puffs?|teaspoon\w*|tablespoon\w*|spoon\w*|sachets?|doses?|units?|suppositor\w+)\b".to_owned(),
        r"(?i)\b(?:dose|doses|dosage|dosing|overdose)\b".to_owned(),
        r"(?i)\bevery\s+(?:\d+|two|three|four|five|six|eight|twelve)\s*(?:-|to)?\s*\d*\s*(?:hours?|hrs?)\b".to_owned(),
        r"(?i)\b(?:once|twice|\w+\s+times)\s+(?:a|per|each|every)\s+day\b".to_owned(),
        r"(?i)\b(?:paracetamol|ibuprofen|aspirin|codeine|calpol|nurofen|piriton|antibiotic\w*|morphine|diazepam|melatonin|methadone|\w+(?:cillin|mycin|oxetine|prazole|azepam|profen))\b".to_owned(),
        // A diagnosis, or the beginning of one.
        format!(r"(?i)\b(?:you|your\s+\w+|he|she|they|it)(?:'ve|'s|'re|\s+(?:have|has|had|is|are|may|might|could|must|probably|likely|clearly|seem\w*|sounds?|looks?))(?:\s+\w+){{0,3}}\s+(?:{ill})\b"),
        r"(?i)\b(?:diagnos\w+|symptoms?\s+of|signs?\s+of|suffer\w*\s+from|sounds?\s+like|looks?\s+like|it\s+(?:is|could\s+be|may\s+be|might\s+be)\s+(?:probably|likely))\b".to_owned(),
        // A machine feels nothing and decides nothing.
        r"\b(?:I|I'm|I've|I'd|I'll|Im|i'm|i've|i'd|i'll)\b".to_owned(),
        r"(?i)\b(?:sorry|i\s+am|i\s+think|i\s+feel|my\s+(?:advice|opinion|view)|as\s+an\s+(?:ai|assistant)|language\s+model|we\s+(?:feel|think|believe|hope|understand|promise|care)|happy\s+to\s+help|glad\s+to)\b".to_owned(),
        r"(?i)\b(?:suicid\w*|self-?harm\w*|kill\w*|die|dying|dead|death)\b".to_owned(),
    ]
    .into_iter()
    .map(|pattern| Regex::new(&pattern).expect("a pattern of ours is a pattern"))
    .collect()
});

/// Whether a sentence holds what no answer may hold.
pub(crate) fn is_forbidden(sentence: &str) -> bool {
    has_contact(sentence)
        || is_for_machines(sentence)
        || NEVER.iter().any(|pattern| pattern.is_match(sentence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_a_person_may_say_is_forbidden() {
        for sentence in [
            "You are eligible for 30 hours.",
            "Your child qualifies for free meals.",
            "You may be entitled to a place.",
            "Families like yours are eligible.",
            "You'll get a place.",
            "You will be given a free place.",
            "We guarantee a place.",
            "Don't worry about it.",
            "Give 2.5 ml of it.",
            "Give one tablet.",
            "Take it every 4 hours.",
            "Use it twice a day.",
            "Give Calpol.",
            "He has asthma.",
            "Your baby probably has a fever.",
            "It sounds like colic.",
            "I am here for you.",
            "I'm sorry to hear that.",
            "We understand how hard it is.",
        ] {
            assert!(is_forbidden(sentence), "{sentence}");
        }
    }

    #[test]
    fn what_a_page_of_the_council_says_is_not() {
        for sentence in [
            "You do not need to book.",
            "The group is for parents and babies under 1.",
            "Children must stay with an adult.",
            "You can ask the school for an assessment.",
            "The council has 6 weeks to reply.",
            "You have to bring a form.",
            "The session is free.",
            "Your midwife can refer you.",
        ] {
            assert!(!is_forbidden(sentence), "{sentence}");
        }
    }
}
