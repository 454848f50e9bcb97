//! Facts as two entries that mean the same would both have them: numbers without their spelling, addresses without
//! their decoration, names without their filling.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A number as it is dialled in the country, or nothing: short codes and half numbers tell nobody apart.
pub(crate) fn fold_phone(number: &str) -> Option<String> {
    let digits: String = number.replace("(0)", "").chars().filter(char::is_ascii_digit).collect();
    let abroad = number.trim_start().starts_with('+');
    let national = match digits.strip_prefix("0044").or_else(|| digits.strip_prefix("44").filter(|_| abroad))
    {
        Some(rest) => format!("0{}", rest.trim_start_matches('0')),
        None => digits,
    };
    (national.len() >= 9).then_some(national)
}

/// As people read a folded number aloud: '0151 496 0101'.
pub(crate) fn phone_words(folded: &str) -> String {
    let cut = |at: &[usize]| {
        let mut parts = Vec::new();
        let mut from = 0;
        for until in at.iter().copied().chain([folded.len()]) {
            parts.push(&folded[from..until]);
            from = until;
        }
        parts.join(" ")
    };
    match folded.len() {
        11 if folded.starts_with("02") || folded.starts_with("011") || folded.starts_with("0151") => {
            cut(if folded.starts_with("02") { &[3, 7] } else { &[4, 7] })
        }
        11 if folded.starts_with("03") || folded.starts_with("08") => cut(&[4, 7]),
        10 | 11 => cut(&[5]),
        _ => folded.to_owned(),
    }
}

pub(crate) fn fold_email(email: &str) -> Option<String> {
    let email = email.trim().to_lowercase();
    email.contains('@').then_some(email)
}

/// An address on the web without what differs from one copy to the next.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct WebPage {
    pub host: String,
    /// Without slashes at its ends; empty for the first page of a site.
    pub path: String,
}

pub(crate) fn fold_web(address: &str) -> Option<WebPage> {
    let address = address.trim().to_lowercase();
    let rest = address.split_once("://").map_or(address.as_str(), |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default();
    let host = host.trim_start_matches("www.").trim_end_matches('.');
    if !host.contains('.') {
        return None;
    }
    let path = path.trim_matches('/');
    let path = ["index.html", "index.htm", "index.php", "home", "home.html"]
        .iter()
        .find_map(|end| path.strip_suffix(end))
        .map_or(path, |cut| cut.trim_end_matches('/'));
    Some(WebPage { host: host.to_owned(), path: path.to_owned() })
}

/// Sites that hold pages of everybody: only the whole address of a page there says anything.
const SHARED_HOSTS: &[&str] = &[
    "facebook.com",
    "m.facebook.com",
    "instagram.com",
    "twitter.com",
    "x.com",
    "tiktok.com",
    "youtube.com",
    "linktr.ee",
    "eventbrite.co.uk",
    "eventbrite.com",
    "google.com",
    "sites.google.com",
    "docs.google.com",
    "forms.office.com",
    "bookwhen.com",
    "meetup.com",
    "whatsapp.com",
    "wix.com",
    "wordpress.com",
    "nhs.uk",
    "nhs.net",
    "ofsted.gov.uk",
];

/// Whether a site is everybody's: a network, a council, the health service.
pub(crate) fn is_shared_host(host: &str) -> bool {
    SHARED_HOSTS.contains(&host) || host.ends_with(".gov.uk") || host == "gov.uk"
}

pub(crate) fn fold_postcode(postcode: &str) -> Option<String> {
    postcode.parse::<kernel::Postcode>().ok().map(|postcode| postcode.as_str().to_owned())
}

/// Street and number in full words.
pub(crate) fn fold_address(address: &str) -> Vec<String> {
    words_of(address)
        .into_iter()
        .map(|word| {
            match word.as_str() {
                "st" => "street",
                "rd" => "road",
                "ave" | "av" => "avenue",
                "ln" => "lane",
                "dr" => "drive",
                "sq" => "square",
                "cl" => "close",
                "ct" => "court",
                "cres" => "crescent",
                other => other,
            }
            .to_owned()
        })
        .collect()
}

/// Lower-case words of letters and digits; what stands between is dropped, an apostrophe joins.
pub(crate) fn words_of(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut word = String::new();
    let plain = text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase);
    for letter in plain {
        match letter {
            '\'' | '’' | '‘' | 'ʼ' => {}
            letter if letter.is_alphanumeric() => {
                // '3rd' stays whole; '0to19' does not occur.
                word.push(letter);
            }
            _ if !word.is_empty() => out.push(std::mem::take(&mut word)),
            _ => {}
        }
    }
    if !word.is_empty() {
        out.push(word);
    }
    out
}

/// Words that say nothing of what is meant.
const FILLING: &[&str] = &[
    "the", "a", "an", "of", "for", "and", "at", "in", "with", "on", "to", "by", "from", "your", "our", "or",
    "was", "formerly", "new", "up", "s", "all",
];
/// Words of the trade: they say a little.
const TRADE: &[&str] = &[
    "group",
    "service",
    "team",
    "club",
    "session",
    "centre",
    "center",
    "programme",
    "program",
    "project",
    "scheme",
    "support",
    "class",
    "course",
    "drop",
    "community",
    "local",
    "trust",
    "cic",
    "ltd",
    "limited",
    "association",
    "society",
    "charity",
    "committee",
    "foundation",
    "nhs",
    "cio",
    "open",
    "access",
    "timetable",
    "free",
    "apply",
    "unit",
    "meet",
];
/// When it is on: an entry made anew for each season is the same entry.
const SEASONS: &[&str] = &[
    "spring",
    "summer",
    "autumn",
    "winter",
    "easter",
    "christmas",
    "term",
    "half",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// How much a word of a name may say at most, before how common it is here is looked at.
pub(crate) fn worth_of(word: &str) -> f64 {
    let is_year = word.len() == 4 && word.starts_with("20") && word.bytes().all(|b| b.is_ascii_digit());
    if is_year || FILLING.contains(&word) {
        0.0
    } else if SEASONS.contains(&word) {
        0.15
    } else if TRADE.contains(&word) {
        0.3
    } else {
        1.0
    }
}

/// One word for its numbers and forms: 'families' is 'family', 'toddlers' is 'toddler'.
pub(crate) fn stem(word: &str) -> String {
    let letters = word.chars().count();
    let cut = |end: &str, put: &str| word.strip_suffix(end).map(|rest| format!("{rest}{put}"));
    let plain = match word {
        "tots" | "tot" | "toddlers" => return "toddler".to_owned(),
        "under5s" | "fives" => return "5".to_owned(),
        "teenager" | "teenagers" | "teens" => return "teen".to_owned(),
        "mum" | "mums" | "mothers" => return "mum".to_owned(),
        "dads" | "fathers" => return "dad".to_owned(),
        "children" | "childrens" | "kids" | "kid" => return "child".to_owned(),
        "men" | "mens" => return "man".to_owned(),
        "women" | "womens" => return "woman".to_owned(),
        "babies" | "babys" => return "baby".to_owned(),
        "preschool" => return "preschool".to_owned(),
        "send" | "sen" => return "send".to_owned(),
        _ if letters > 4 => cut("ies", "y").or_else(|| cut("sses", "ss")),
        _ => None,
    };
    plain
        .or_else(|| {
            let plural = letters > 3 && word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us");
            plural.then(|| word[..word.len() - 1].to_owned())
        })
        .unwrap_or_else(|| word.to_owned())
}

/// Numbers and ordinals of a name: '3rd', 'level 5'. Years and ages of a season are not among them.
pub(crate) fn number_in(word: &str) -> Option<u32> {
    let digits = word.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let end = &word[digits.len()..];
    if !matches!(end, "" | "st" | "nd" | "rd" | "th" | "s") {
        return None;
    }
    digits.parse().ok().filter(|number| *number < 2_000)
}

/// A word's skeleton: its first letter and its consonants once each in a row, so that most slips of a finger keep it.
pub(crate) fn skeleton(word: &str) -> String {
    let mut out = String::new();
    for letter in word.chars() {
        if out.is_empty() || !matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u' | 'y') && !out.ends_with(letter) {
            out.push(letter);
        }
    }
    out
}

/// Whether two words are the same but for a slip: one in a short word, two in a long one.
pub(crate) fn nearly(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let digits = |word: &str| word.bytes().any(|b| b.is_ascii_digit());
    if short.len() < 4 || long.len() - short.len() > 2 || digits(a) || digits(b) {
        return false;
    }
    // 'Runcorn' and 'Runcorns', 'signing' and 'sign'.
    let slips = distance(a, b);
    slips <= 1 || long.len() >= 7 && slips <= 2 && a.as_bytes()[0] == b.as_bytes()[0]
}

/// Whether one word is the other with an ending: 'trampolining' and 'trampoline'.
pub(crate) fn same_root(a: &str, b: &str) -> bool {
    let shared = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    shared >= 4 && shared + 4 >= a.len().max(b.len()) && shared + 2 >= a.len().min(b.len())
}

/// How many letters are put in, left out, changed, or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut now = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let mut least = (last[j + 1] + 1).min(now[j] + 1).min(last[j] + usize::from(from != to));
            if i > 0 && j > 0 && *from == b[j - 1] && a[i - 1] == *to {
                least = least.min(before[j - 1] + 1);
            }
            now.push(least);
        }
        before = std::mem::replace(&mut last, now);
    }
    last[b.len()]
}

/// How alike two texts are letter by letter: twice their common threes of all they have, 0 to 1.
pub(crate) fn alike(a: &str, b: &str) -> f64 {
    let threes = |text: &str| {
        let letters: Vec<char> = format!("  {text} ").chars().collect();
        let mut threes: Vec<[char; 3]> = letters.windows(3).map(|w| [w[0], w[1], w[2]]).collect();
        threes.sort_unstable();
        threes
    };
    let (a, b) = (threes(a), threes(b));
    let (mut i, mut j, mut common) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Equal => {
                common += 1;
                i += 1;
                j += 1;
            }
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
        }
    }
    2.0 * f64::from(common) / (a.len() + b.len()) as f64
}

/// The capitals of a name that stand for other words: 'CAMHS', 'FIS'.
pub(crate) fn short_forms(name: &str) -> Vec<String> {
    name.split(|letter: char| !letter.is_alphanumeric() && letter != '&' && letter != '\'')
        .filter(|word| (3..=9).contains(&word.len()))
        .filter(|word| word.chars().filter(|letter| letter.is_uppercase()).count() == word.chars().count())
        .map(str::to_lowercase)
        .collect()
}

/// The first letters of a name's words, without the small ones.
pub(crate) fn initials(words: &[String]) -> String {
    words
        .iter()
        .filter(|word| !matches!(word.as_str(), "and" | "of" | "the" | "for" | "in" | "a" | "with"))
        .filter_map(|word| word.chars().next())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        for written in
            ["0151 496 0101", "0151-496-0101", "+44 151 496 0101", "+44 (0)151 496 0101", "0044 151 4960101"]
        {
            assert_eq!(fold_phone(written).as_deref(), Some("01514960101"), "{written}");
        }
        assert_eq!(fold_phone("111"), None);
        let read = ["01514960101", "02079460000", "07700900107", "03004960146"].map(phone_words);
        assert_eq!(read, ["0151 496 0101", "020 7946 0000", "07700 900107", "0300 496 0146"]);
    }

    #[test]
    fn a_page_is_the_same_with_and_without_its_decoration() {
        let page = fold_web("https://www.Hit.example/feeding/?utm=1#top").unwrap();
        assert_eq!((page.host.as_str(), page.path.as_str()), ("hit.example", "feeding"));
        assert_eq!(fold_web("hit.example/feeding/index.html"), Some(page));
        assert_eq!(fold_web("not an address"), None);
        assert!(is_shared_host("www3.halton.gov.uk") && is_shared_host("facebook.com"));
    }

    #[test]
    fn slips_of_a_finger_are_near_and_other_words_are_not() {
        for (a, b) in [("breastfeeding", "brestfeeding"), ("acorns", "acrons"), ("therapy", "theraphy")] {
            assert!(nearly(a, b), "{a} {b}");
        }
        for (a, b) in [("mums", "dads"), ("3rd", "4th"), ("kingsway", "ditton"), ("baby", "bank")] {
            assert!(!nearly(a, b), "{a} {b}");
        }
        assert_eq!(initials(&words_of("Child and Adolescent Mental Health Service")), "camhs");
    }
}
