//! A timetable in the words of its paper. Nothing here waits, stores or answers.

use crate::{
    pdf::{Group, Item, Paper, Print, Words},
    timetable::{Weekday, Weekly},
};

/// What of a timetable's page stands on its paper too.
pub(crate) struct Head {
    pub title: String,
    pub area: String,
    /// '7 September to 18 December 2026'.
    pub days: String,
    /// '22 November 2026'.
    pub correct_on: String,
    /// The live page.
    pub link: String,
    /// What the links to sessions begin with.
    pub site: String,
    pub phone: String,
    pub print: Print,
}

pub(crate) fn paper(head: Head, weekdays: &[Weekday]) -> Paper {
    let is_easy = head.print == Print::Easy;
    let correct_on = Words::bold(format!("Correct on {}.", head.correct_on));
    let ring = if head.phone.is_empty() {
        " Or ask at any family hub.".to_owned()
    } else {
        format!(" Council contact centre: {}.", head.phone)
    };
    let foot = if is_easy {
        format!("Do you want help?{ring} You can bring someone with you.")
    } else {
        format!(
            "Drop in means just come along. For anything else, ask first. Dates can change: look at the page or ring before you travel.{ring}"
        )
    };
    let groups = weekdays.iter().map(|day| Group {
        heading: day.words.to_owned(),
        items: day
            .lines
            .iter()
            .map(|line| {
                let link = format!("{}/whats-on/{}", head.site, line.slug);
                if is_easy { easy(day.words, line, &head.area, link) } else { usual(line, link) }
            })
            .collect(),
    });
    Paper {
        title: if is_easy { format!("{}: what you can come to", head.area) } else { head.title },
        under: vec![Words::plain(format!("{}.", head.days)), correct_on],
        look_here: "Look here for changes:".to_owned(),
        short_link: short(&head.link),
        link: head.link,
        groups: groups.collect(),
        nothing:
            "Nothing more is planned here. Look at the page for what is on elsewhere, or ask at any hub."
                .to_owned(),
        foot,
        print: head.print,
    }
}

/// 'hub.example.org/timetables/mill': browsers add the rest themselves.
fn short(link: &str) -> String {
    let rest = link.split_once("://").map_or(link, |(_, rest)| rest);
    rest.trim_start_matches("www.").to_owned()
}

fn usual(line: &Weekly, link: String) -> Item {
    let sentence = |text: &str| Words::plain(format!("{}.", text.trim_end_matches('.')));
    let mut facts = Vec::new();
    if !line.place.is_empty() {
        facts.push(sentence(&line.place));
    }
    facts.push(sentence(&line.for_whom));
    facts.push(Words::bold(format!("{}.", line.how)));
    facts.push(sentence(line.cost.as_deref().unwrap_or("Cost: not given")));
    facts.extend(line.features.iter().map(|feature| sentence(feature)));
    let notes = line.notes.iter().map(|note| {
        let note = format!("{note}.");
        vec![if line.is_changed { Words::bold(note) } else { Words::plain(note) }]
    });
    let label = match line.times.split_once(" to ") {
        Some((starts, ends)) => vec![starts.to_owned(), format!("to {ends}")],
        None => vec![line.times.clone()],
    };
    Item { label, title: line.title.clone(), link, paragraphs: [facts].into_iter().chain(notes).collect() }
}

/// Short sentences, each on a line of its own.
fn easy(day: &str, line: &Weekly, area: &str, link: String) -> Item {
    let place = if line.place.is_empty() { area } else { &line.place };
    let mut sentences = vec![
        format!("It is on a {day}."),
        format!("The time is {}.", line.times),
        format!("It is at {place}."),
        format!("Who it is for: {}.", line.for_whom.trim_end_matches('.')),
        match &line.cost {
            Some(cost) => format!("Cost: {}.", cost.trim_end_matches('.')),
            None => "Cost: not given. Please ask.".to_owned(),
        },
        if line.is_drop_in {
            "You can just come.".to_owned()
        } else {
            format!("Ask us first. {}.", line.how)
        },
    ];
    sentences.extend(line.notes.iter().map(|note| format!("{note}.")));
    let paragraphs = sentences.into_iter().map(|sentence| vec![Words::plain(sentence)]).collect();
    Item { label: Vec::new(), title: line.title.clone(), link, paragraphs }
}
