//! What a record says of danger, of loss and of babies, and what follows: a quiet page, a place that is nobody's to
//! know, a record that waits for two people. Pure word lists, read in every text that would be published.
//!
//! It errs towards people: an ordinary hall that waits for a look costs a minute, one house that is found may cost a
//! life. What other words should be heard is added to the lists below, in small letters, without apostrophes.

use crate::words::folded;
use directory::ServiceDraft;
use kernel::Postcode;
use oruk::model::{Location, Schedule, Service};

/// Said of people in danger from somebody they know, or of places that hide them.
const SAFETY: &[&str] = &[
    "domestic abuse",
    "domestic violence",
    "domestic and sexual",
    "abusive partner",
    "abusive relationship",
    "abusive relationships",
    "abusive home",
    "violent partner",
    "violent relationship",
    "coercive control",
    "controlling behaviour",
    "fleeing abuse",
    "fleeing violence",
    "fleeing domestic",
    "escaping abuse",
    "escaping violence",
    "victims of abuse",
    "victims of violence",
    "refuge",
    "refuges",
    "safe house",
    "safe houses",
    "safehouse",
    "safehouses",
    "safe accommodation",
    "safe home",
    "safe place to stay",
    "sanctuary scheme",
    "survivors",
    "survivor of abuse",
    "survivor of domestic",
    "victim survivor",
    "womens aid",
    "forced marriage",
    "forced marriages",
    "honour based",
    "honor based",
    "so called honour",
    "trafficking",
    "trafficked",
    "modern slavery",
    "fgm",
    "female genital mutilation",
    "sexual violence",
    "sexual abuse",
    "sexual assault",
    "sexual exploitation",
    "rape",
    "stalking",
    "confidential address",
    "confidential location",
    "address is confidential",
    "location is confidential",
    "address confidential",
    "address is kept private",
    "address is private",
    "address is secret",
    "address withheld",
    "address not disclosed",
    "undisclosed address",
    "undisclosed location",
    "secret address",
    "secret location",
    "witness protection",
    // Welsh
    "lloches",
    "llochesi",
    "cam drin domestig",
    "trais domestig",
    "cam drin rhywiol",
    "trais rhywiol",
    "priodas dan orfod",
    "cymorth i fenywod",
];
/// The same words where they say something else.
const NOT_SAFETY: &[&str] =
    &["cancer survivors", "stroke survivors", "covid survivors", "wildlife refuge", "bird refuge"];
/// Said of losing a baby.
const LOSS: &[&str] = &[
    "miscarriage",
    "miscarriages",
    "miscarried",
    "stillbirth",
    "stillborn",
    "baby loss",
    "pregnancy loss",
    "loss of a baby",
    "loss of your baby",
    "lost a baby",
    "death of a baby",
    "baby has died",
    "baby died",
    "babies who died",
    "neonatal death",
    "cot death",
    "ectopic",
    "molar pregnancy",
    "colli babi",
];
/// Said of babies and pregnancy.
const BABY: &[&str] = &[
    "baby",
    "babies",
    "newborn",
    "newborns",
    "pregnant",
    "pregnancy",
    "antenatal",
    "postnatal",
    "maternity",
    "midwife",
    "midwives",
    "midwifery",
    "breastfeeding",
    "infant feeding",
    "bumps",
    "weaning",
    "babi",
    "beichiog",
];

/// What stands where an address was.
const PRIVATE: &str = "(address kept private)";

/// What a record is to be kept from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Protection {
    /// The word for which its page is to be quiet.
    pub quiet: Option<&'static str>,
    /// Why it waits for two people: it could lead somebody to a place that hides people.
    pub secret: Option<String>,
    /// It is about babies or pregnancy.
    pub baby: bool,
    /// It is for somebody who has lost a baby.
    pub loss: bool,
}

impl Protection {
    /// How its places are kept.
    pub fn secrecy(&self) -> Secrecy {
        if self.secret.is_some() { Secrecy::Secret } else { Secrecy::Open }
    }
}

/// Whether a place may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// Its address is for everybody.
    Open,
    /// Nothing of it but its town is taken.
    Secret,
}

/// Judges a record by all that it says.
pub fn judge(theirs: &Service) -> Protection {
    let (short, long) = (short_texts(theirs), long_texts(theirs));
    let all = || short.iter().chain(&long).copied();
    let said = all().find_map(word_of_safety);
    let short_said = short.iter().copied().find_map(word_of_safety);
    let tells_an_address = said.is_some() && all().any(|text| without_addresses(text).is_some());
    let place = places(theirs).find(|place| is_somewhere(place));
    let secret = said.and_then(|word| match (place, tells_an_address) {
        (Some(_), _) => Some(format!("It speaks of '{word}' and has a place, which may have to stay secret")),
        (None, true) => Some(format!(
            "It speaks of '{word}' and its words tell an address, which may have to stay secret"
        )),
        (None, false) => None,
    });
    let any_short = |list: &'static [&'static str]| short.iter().any(|text| word_of(text, list).is_some());
    // Only what it is called by: that a page about babies also speaks of loss does not make it one for the bereaved.
    let loss = any_short(LOSS);
    let only_until_two = theirs.age_until_months.is_some_and(|until| until <= 24)
        || theirs.age_until_months.is_none() && theirs.maximum_age.is_some_and(|oldest| oldest < 2.0);
    Protection {
        quiet: short_said.or(said.filter(|_| secret.is_some())),
        baby: !loss && (only_until_two || any_short(BABY)),
        loss,
        secret,
    }
}

/// The word of danger in a text, if there is one.
pub(crate) fn word_of_safety(text: &str) -> Option<&'static str> {
    let capital = |word: &str| word == "DA" || word == "DV" || word == "DVA";
    let letters = |letter: char| !letter.is_alphanumeric();
    if text.split(letters).any(capital) && text.chars().any(char::is_lowercase) {
        return Some("DA");
    }
    word_of(text, SAFETY)
}

fn word_of(text: &str, list: &'static [&'static str]) -> Option<&'static str> {
    let mut padded = format!(" {} ", folded(text));
    for other in NOT_SAFETY {
        padded = padded.replace(&format!(" {other} "), " ");
    }
    list.iter().copied().find(|word| padded.contains(&format!(" {word} ")))
}

/// What it is called and filed under, and who runs it.
fn short_texts(theirs: &Service) -> Vec<&str> {
    let mut texts = vec![theirs.name.as_str()];
    texts.extend(theirs.alternate_name.as_deref());
    texts.extend(theirs.summary.as_deref());
    texts.extend(theirs.organization.iter().map(|organization| organization.name.as_str()));
    let terms = theirs.attributes.iter().filter_map(|attribute| attribute.taxonomy_term.as_ref());
    texts.extend(terms.map(|term| term.name.as_str()));
    for place in places(theirs).filter(|place| place.family_hub != Some(true)) {
        texts.extend(place.name.as_deref());
    }
    texts
}

fn long_texts(theirs: &Service) -> Vec<&str> {
    let given = [
        &theirs.description,
        &theirs.who_for,
        &theirs.eligibility_description,
        &theirs.application_process,
        &theirs.fees,
        &theirs.fees_description,
        &theirs.alert,
        &theirs.interpretation_services,
        &theirs.wait_time,
        &theirs.source,
    ];
    let mut texts: Vec<&str> = given.into_iter().filter_map(|text| text.as_deref()).collect();
    texts.extend(theirs.what_happens.iter().map(String::as_str));
    for offer in &theirs.offers {
        texts.push(&offer.title);
        texts.extend(offer.items.iter().map(String::as_str));
    }
    let mut schedules: Vec<&Schedule> = theirs.schedules.iter().collect();
    for at in &theirs.service_at_locations {
        texts.extend(at.description.as_deref());
        schedules.extend(&at.schedules);
    }
    for place in places(theirs).filter(|place| place.family_hub != Some(true)) {
        texts.extend(place.description.as_deref());
        texts.extend(place.transportation.as_deref());
        schedules.extend(&place.schedules);
    }
    for schedule in schedules {
        texts.extend(schedule.description.as_deref());
        texts.extend(schedule.notes.as_deref());
    }
    for phone in theirs.phones.iter().chain(theirs.contacts.iter().flat_map(|contact| &contact.phones)) {
        texts.extend(phone.description.as_deref());
        texts.extend(phone.hours.as_deref());
    }
    for option in &theirs.cost_options {
        texts.extend(option.option.as_deref());
        texts.extend(option.amount_description.as_deref());
    }
    texts.extend(theirs.funding.iter().filter_map(|funding| funding.source.as_deref()));
    texts
}

fn places(theirs: &Service) -> impl Iterator<Item = &Location> {
    theirs.service_at_locations.iter().filter_map(|at| at.location.as_ref())
}

/// Whether one could go there. A family hub's door is everybody's to know, whatever is spoken of behind it.
fn is_somewhere(place: &Location) -> bool {
    place.location_type != "virtual" && place.family_hub != Some(true)
}

const STREETS: &[&str] = &[
    "road", "rd", "street", "st", "lane", "ln", "avenue", "ave", "close", "drive", "way", "court",
    "crescent", "terrace", "place", "grove", "gardens", "square", "row", "walk", "mews", "hill", "heol",
    "stryd", "ffordd", "lon", "rhodfa",
];

/// A text without the addresses in it; none when it tells no address.
pub(crate) fn without_addresses(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_inclusive(char::is_whitespace).collect();
    let bare: Vec<&str> =
        words.iter().map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric())).collect();
    let mut hidden = vec![false; words.len()];
    for at in 0..words.len() {
        let joined = bare.get(at + 1).map(|next| format!("{} {next}", bare[at]));
        if is_postcode(bare[at]) {
            hidden[at] = true;
        } else if joined.is_some_and(|both| is_postcode(&both)) {
            hidden[at] = true;
            hidden[at + 1] = true;
        }
        if STREETS.contains(&bare[at].to_lowercase().as_str()) {
            hide_street(&bare, at, &mut hidden);
        }
    }
    if !hidden.contains(&true) {
        return None;
    }
    let mut out = String::new();
    for (at, word) in words.iter().enumerate() {
        if !hidden[at] {
            out.push_str(word);
        } else if hidden.get(at + 1) != Some(&true) {
            out.push_str(PRIVATE);
            out.push_str(&word[word.trim_end().len()..]);
        }
    }
    Some(out.trim_end().to_owned())
}

/// Kinds of street that are also everyday words: they are streets only with a capital.
const EVERYDAY: &[&str] =
    &["place", "close", "way", "hill", "walk", "row", "court", "square", "drive", "st", "grove"];
/// Words that no street is named by.
const BETWEEN: &[&str] = &[
    "a", "an", "and", "as", "at", "by", "for", "from", "in", "is", "of", "on", "one", "or", "our", "the",
    "this", "to", "you", "your",
];
/// Numbers that people phone.
const PHONED: &[&str] = &["101", "105", "111", "112", "999"];

/// 'Hidden Lane', '12 Hidden Lane', '12b hidden lane': with the words before the kind of street that name it.
fn hide_street(bare: &[&str], at: usize, hidden: &mut [bool]) {
    let is_capital = |at: usize| bare[at].starts_with(char::is_uppercase);
    let names = |at: &usize| !bare[*at].is_empty() && !BETWEEN.contains(&bare[*at].to_lowercase().as_str());
    let is_number = |at: &usize| {
        let word = bare[*at];
        word.starts_with(|letter: char| letter.is_ascii_digit()) && word.len() <= 5 && !PHONED.contains(&word)
    };
    if !is_capital(at) && EVERYDAY.contains(&bare[at].to_lowercase().as_str()) {
        return;
    }
    let run: Vec<usize> = (0..at).rev().take(4).take_while(names).collect();
    let numbered = run.iter().copied().find(|before| is_number(before) && before + 1 < at);
    let named =
        || run.iter().copied().take_while(|before| is_capital(*before)).last().filter(|_| is_capital(at));
    if let Some(from) = numbered.or_else(named) {
        hidden[from..=at].fill(true);
    }
}

/// A whole postcode. 'On 101' is none, however a lenient reader would take it.
fn is_postcode(text: &str) -> bool {
    let letters: Vec<char> = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    let Some(inward) = letters.len().checked_sub(3).filter(|outward| *outward >= 2) else { return false };
    letters[0].is_ascii_alphabetic()
        && letters[inward].is_ascii_digit()
        && letters[inward + 1..].iter().all(char::is_ascii_alphabetic)
        && letters[..inward].iter().any(char::is_ascii_digit)
        && text.parse::<Postcode>().is_ok()
}

/// Streets and houses that a record itself names, however odd they read.
pub(crate) fn known_addresses(theirs: &Service) -> Vec<String> {
    let of = |place: &Location| {
        let lines = place.addresses.iter().flat_map(|address| {
            [Some(address.address_1.clone()), address.address_2.clone(), Some(address.postal_code.clone())]
        });
        lines.chain([place.address_1.clone(), place.postal_code.clone()]).flatten().collect::<Vec<_>>()
    };
    let all = places(theirs).filter(|place| is_somewhere(place)).flat_map(of);
    all.map(|line| line.trim().to_owned()).filter(|line| line.chars().count() >= 5).collect()
}

/// Takes every address out of an entry's words: those that are known, and what looks like one.
pub(crate) fn hide_addresses(draft: &mut ServiceDraft, known: &[String]) {
    let hide = |text: &mut String| {
        for line in known {
            // Lengths differ between cases only outside ASCII: then what is known is looked for as it is written.
            let at = if text.is_ascii() && line.is_ascii() {
                text.to_ascii_lowercase().find(&line.to_ascii_lowercase())
            } else {
                text.find(line.as_str())
            };
            if let Some(at) = at {
                text.replace_range(at..at + line.len(), PRIVATE);
            }
        }
        if let Some(hidden) = without_addresses(text) {
            *text = hidden;
        }
    };
    for text in [&mut draft.name, &mut draft.summary, &mut draft.description, &mut draft.source] {
        hide(text);
    }
    for text in [
        &mut draft.who_for,
        &mut draft.how_to_get_in,
        &mut draft.cost_note,
        &mut draft.eligibility,
        &mut draft.interpretation,
        &mut draft.alert,
        &mut draft.waiting_time,
    ]
    .into_iter()
    .flatten()
    {
        hide(text);
    }
    let lists = [&mut draft.what_happens, &mut draft.aliases, &mut draft.funding];
    lists.into_iter().flatten().for_each(hide);
    for offer in &mut draft.offers {
        hide(&mut offer.title);
        offer.items.iter_mut().for_each(hide);
    }
    for option in &mut draft.cost_options {
        hide(&mut option.option);
        hide(&mut option.amount_description);
    }
    for phone in &mut draft.phones {
        hide(&mut phone.description);
        hide(&mut phone.hours);
    }
    draft.schedules.iter_mut().for_each(|schedule| hide(&mut schedule.description));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_danger_are_heard_and_everyday_words_are_not() {
        for (text, heard) in [
            ("Women’s Aid", true),
            ("Survivors' group", true),
            ("dispersed units for victims of DA", true),
            ("Lloches i fenywod", true),
            ("Address is CONFIDENTIAL.", true),
            ("safe-house", true),
            ("We work with trafficked people", true),
            ("A group for refugees", false),
            ("Stroke survivors", false),
            ("DAD AND CHILD", false),
            ("Rapeseed oil and drapes", false),
            ("A cafe in the wildlife refuge", false),
        ] {
            assert_eq!(word_of_safety(text).is_some(), heard, "{text}");
        }
    }

    #[test]
    fn an_address_is_taken_out_however_it_is_written_and_the_rest_stays() {
        for (text, left) in [
            (
                "Come to 12 Hidden Lane, Widnes WA8 7QF.",
                "Come to (address kept private) Widnes (address kept private)",
            ),
            ("We are at 12b hidden lane", "We are at (address kept private)"),
            ("next to the church in Hidden Lane", "next to the church in (address kept private)"),
            ("Post to wa87qf today", "Post to (address kept private) today"),
            ("Ring 4 St Mary's Road\nfirst", "Ring (address kept private)\nfirst"),
        ] {
            assert_eq!(without_addresses(text).as_deref(), Some(left), "{text}");
        }
        for plain in [
            "A hub can also be a safe place to make a phone call.",
            "Ask the police on 101, or for someone close to you.",
            "Ask the police: online, on 101 or at a station.",
            "Phone 999 if it is the only way",
            "In the long way round",
            "",
        ] {
            assert_eq!(without_addresses(plain), None, "{plain}");
        }
    }
}
