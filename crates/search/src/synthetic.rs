//! Made-up services in any number, to measure with. Names, words and places are thrown with loaded dice: the same
//! every time, skewed as real ones are (a few words in most entries, most words in few), and about nobody.

use crate::document::{AgeBand, Document, Kind, Site, Slot, Tag};
use kernel::Dice;

/// `count` services round Halton.
pub fn services(count: usize, dice: &Dice) -> Vec<Document> {
    let mut throw = Throw { dice, kept: [0; 512], left: 0 };
    (0..count).map(|number| service(number, &mut throw)).collect()
}

/// The words of the corpus by how common they are: plain ones first, then made-up ones.
pub fn word(rank: usize) -> String {
    if let Some(word) = PLAIN.get(rank) {
        return (*word).to_owned();
    }
    const STARTS: [&str; 20] = [
        "b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "t", "v", "w", "br", "gr", "tr", "sh", "fl",
        "st",
    ];
    const MIDDLES: [&str; 10] = ["al", "en", "or", "um", "ab", "ik", "ot", "ul", "em", "an"];
    const ENDS: [&str; 10] = ["a", "o", "in", "un", "ock", "ont", "al", "ow", "ick", "arn"];
    let number = rank - PLAIN.len();
    let first = STARTS[number % 20];
    let second = MIDDLES[number / 20 % 10];
    let third = MIDDLES[number / 200 % 10];
    format!("{first}{second}{third}{}", ENDS[number / 2_000 % 10])
}

/// How many words there are.
pub const WORDS: usize = 20_000;

const PLAIN: [&str; 60] = [
    "family",
    "children",
    "parents",
    "support",
    "group",
    "baby",
    "widnes",
    "runcorn",
    "help",
    "advice",
    "health",
    "free",
    "play",
    "hub",
    "young",
    "people",
    "team",
    "school",
    "community",
    "feeding",
    "pregnancy",
    "sleep",
    "speech",
    "language",
    "autism",
    "money",
    "food",
    "housing",
    "dads",
    "toddler",
    "nursery",
    "childcare",
    "wellbeing",
    "anxiety",
    "midwife",
    "visitor",
    "clinic",
    "drop",
    "session",
    "course",
    "behaviour",
    "teeth",
    "dental",
    "smoking",
    "alcohol",
    "breastfeeding",
    "weaning",
    "carers",
    "disability",
    "youth",
    "sport",
    "swimming",
    "music",
    "library",
    "benefits",
    "debt",
    "bereavement",
    "relationship",
    "interpreter",
    "holiday",
];

const TOPICS: usize = 24;

struct Throw<'a> {
    dice: &'a Dice,
    kept: [u8; 512],
    left: usize,
}

impl Throw<'_> {
    fn number(&mut self) -> u32 {
        if self.left < 4 {
            self.kept = self.dice.bytes();
            self.left = self.kept.len();
        }
        let at = self.kept.len() - self.left;
        self.left -= 4;
        u32::from_le_bytes([self.kept[at], self.kept[at + 1], self.kept[at + 2], self.kept[at + 3]])
    }

    fn below(&mut self, limit: usize) -> usize {
        self.number() as usize % limit.max(1)
    }

    fn share(&mut self) -> f64 {
        f64::from(self.number()) / f64::from(u32::MAX)
    }

    /// The rank of a word: as in speech, the tenth is met about a tenth as often as the first.
    fn rank(&mut self) -> usize {
        ((WORDS as f64).powf(self.share()) as usize - 1).min(WORDS - 1)
    }

    fn words(&mut self, count: usize) -> String {
        let mut text = String::new();
        for _ in 0..count {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&word(self.rank()));
        }
        text
    }
}

fn service(number: usize, throw: &mut Throw) -> Document {
    let title_words = 2 + throw.below(4);
    let mut document = Document::new(Kind::Service, &format!("service-{number}"), &throw.words(title_words));
    document.url = format!("/services/service-{number}");
    let (summary_words, text_words) = (12 + throw.below(14), 40 + throw.below(120));
    document.summary = throw.words(summary_words);
    document.text = throw.words(text_words);
    document.organization = format!("{} trust", word(100 + throw.below(400)));
    document.tags = tags(throw);
    document.terms = document
        .tags
        .iter()
        .filter(|tag| tag.group == "topic")
        .map(|tag| word(tag_rank(&tag.value)))
        .collect();
    document.ages = ages(throw);
    document.sites = (0..throw.below(4).min(1 + throw.below(3))).map(|_| site(throw)).collect();
    document.slots = (0..throw.below(4)).map(|_| slot(throw)).collect();
    document.areas = match throw.below(4) {
        0 => None,
        1 => Some(vec!["WA8".to_owned()]),
        2 => Some(vec!["WA7".to_owned()]),
        _ => Some(vec!["E06000006".to_owned()]),
    };
    document
}

fn tag_rank(value: &str) -> usize {
    value.rsplit('-').next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

fn tags(throw: &mut Throw) -> Vec<Tag> {
    let mut tags = Vec::new();
    for _ in 0..1 + throw.below(3) {
        // Squared, so that the first topics hold most services.
        let topic = (throw.share().powi(2) * TOPICS as f64) as usize;
        tags.push(Tag::new("topic", &format!("topic-{}", topic.min(TOPICS - 1))));
    }
    let mut one = |group: &'static str, values: &[&str], asked: usize| {
        if throw.below(100) < asked {
            let at = throw.below(values.len());
            tags.push(Tag::new(group, values[at]));
        }
    };
    one("cost", &["free", "free", "free", "paid", "donation"], 90);
    one("way_in", &["self-referral", "self-referral", "drop-in", "drop-in", "professional", "booking"], 95);
    one("access", &["in-person", "in-person", "in-person", "online", "phone", "at-home"], 90);
    one("audience", &["dads", "grandparents", "young-parents", "carers"], 25);
    one("accessibility", &["step-free", "step-free", "not-step-free", "unknown"], 80);
    one("send", &["send-friendly", "send-specialist"], 20);
    one("stage", &["pregnancy", "baby", "toddler", "school", "teen", "adult"], 70);
    one("town", &["widnes", "runcorn", "elsewhere"], 85);
    tags.sort();
    tags.dedup();
    tags
}

fn ages(throw: &mut Throw) -> Option<AgeBand> {
    let from = [0, 0, 0, 12, 24, 48, 60, 132, 192][throw.below(9)];
    let until = (throw.below(4) > 0).then(|| from + [12, 24, 48, 96, 168][throw.below(5)]);
    (throw.below(4) > 0).then(|| AgeBand {
        pregnancy: throw.below(4) == 0,
        from_months: from,
        until_months: until,
    })
}

fn site(throw: &mut Throw) -> Site {
    let widnes = throw.below(2) == 0;
    let (lat, lon) = if widnes { (53.3613, -2.7337) } else { (53.3417, -2.7012) };
    // The product of two throws is small more often than large: dense in town, thin outside.
    let mut off =
        |most: f64| (throw.share() * throw.share()) * if throw.below(2) == 0 { most } else { -most };
    Site {
        lat: lat + off(0.18),
        lon: lon + off(0.3),
        approximate: false,
        label: String::new(),
        town: if widnes { "Widnes" } else { "Runcorn" }.to_owned(),
    }
}

fn slot(throw: &mut Throw) -> Slot {
    let from = 480 + 30 * throw.below(24) as u16;
    let days = if throw.below(3) == 0 { 0b001_1111 } else { 1 << throw.below(7) };
    Slot {
        days,
        from,
        until: from + 30 * (1 + throw.below(8) as u16),
        lasting: (None, None),
        next: None,
        label: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_dice_make_the_same_services() {
        let once = services(50, &Dice::loaded(1));
        let again = services(50, &Dice::loaded(1));
        assert!(once.iter().zip(&again).all(|(a, b)| a.title == b.title && a.text == b.text));
        assert!(once.iter().any(|document| !document.sites.is_empty() && !document.slots.is_empty()));
    }
}
