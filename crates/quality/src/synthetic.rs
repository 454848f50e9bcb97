//! A directory of any size for measuring: names of common words, shared numbers of councils, branches, and one entry in
//! a hundred that stands twice with slips. The same at every run.

use crate::pairs::Compared;

const WHO: [&str; 12] = [
    "Baby", "Toddler", "Family", "Parent", "Young", "Little", "Happy", "Bright", "Sensory", "Junior", "Teen",
    "Carers",
];
const WHAT: [&str; 16] = [
    "Group",
    "Club",
    "Play",
    "Choir",
    "Swim",
    "Advice",
    "Therapy",
    "Nursery",
    "Football",
    "Art",
    "Cooking",
    "Library",
    "Garden",
    "Drama",
    "Yoga",
    "Counselling",
];

/// So many entries. Entry `100 n + 1` is entry `100 n` again, with slips.
pub fn synthetic(entries: usize) -> Vec<Compared> {
    let mut made: Vec<Compared> = Vec::with_capacity(entries);
    for at in 0..entries {
        let twin = at % 100 == 1;
        let entry = match made.last() {
            Some(before) if twin => Compared {
                key: format!("entry-{at}"),
                name: before.name.replacen("ee", "e", 1).replace("Family", "Familly"),
                website: None,
                ..before.clone()
            },
            _ => single(at),
        };
        made.push(entry);
    }
    made
}

fn single(at: usize) -> Compared {
    let place = at / 7 % 4_000;
    let word = |seed: usize| {
        const SOUNDS: [&str; 10] = ["ba", "kel", "mor", "win", "dra", "sto", "fen", "lee", "har", "ton"];
        format!("{}{}{}", SOUNDS[seed % 10], SOUNDS[seed / 10 % 10], SOUNDS[seed / 100 % 10])
    };
    let street = word(place);
    let council = at % 10 == 3;
    Compared {
        key: format!("entry-{at}"),
        name: format!(
            "{} {} {}",
            capital(&word(at * 7 % 1_000)),
            WHO[at % WHO.len()],
            WHAT[at / 3 % WHAT.len()]
        ),
        organization: if council {
            "Borough Council".to_owned()
        } else {
            format!("{} Trust", capital(&word(at % 997)))
        },
        phones: vec![if council { "0303 496 0400".to_owned() } else { format!("0151{:07}", at % 9_999_999) }],
        email: (!council).then(|| format!("office@{}{}.example", word(at % 997), at / 997)),
        website: Some(if council {
            format!("https://council.gov.uk/page-{at}")
        } else {
            format!("https://{}{}.example/{}", word(at % 997), at / 997, at % 3)
        }),
        places: vec![(
            Some(format!("WA{} {}{}{}", place % 19 + 1, place % 10, letter(place / 10), letter(place / 200))),
            Some(format!("{} Street", capital(&street))),
        )],
        ages: None,
        times: Vec::new(),
        records: Vec::new(),
    }
}

fn letter(seed: usize) -> char {
    char::from(b"ABDEFGHJLN"[seed % 10])
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
