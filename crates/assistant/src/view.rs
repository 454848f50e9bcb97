//! A turn as a page shows it.

use crate::{
    after_card::AfterCard,
    conversation::PastTurn,
    language::Language,
    paper::PaperLine,
    passages::{Quotable, Quote, QuoteRef},
    room::Assistant,
    say,
    status::Status,
    turn::{Choice, FlowPart, Shown, Turn},
};
use askama::Template;
use search::Kind;
use uuid::Uuid;
use web::CardView;

/// One turn.
#[derive(Template)]
#[template(path = "ask_turn.html")]
pub(crate) struct TurnView {
    pub number: i64,
    conversation: String,
    council: String,
    phone: String,
    dialled: String,
    /// The person's own words, in the first reply only.
    asked: Option<String>,
    card: Option<CardView>,
    /// Whom to ring still, where an earlier question brought a card.
    pub after_card: Option<AfterCard>,
    note: Option<Note>,
    personal: &'static str,
    understood: String,
    corrected: String,
    say: Vec<String>,
    /// Fewer words may still come, and a line keeps their place.
    pub waits_for_fewer_words: bool,
    reworded: Vec<RewordedView>,
    quotes: Vec<QuoteView>,
    /// A source was checked anew since, so its words are not shown any more.
    has_changed: bool,
    /// The card of each entry.
    pub cards: Vec<String>,
    /// What the cards are of.
    pub shown: Vec<ShownRef>,
    /// The same for paper.
    pub paper: Vec<PaperLine>,
    entries_heading: &'static str,
    links: Vec<(String, String)>,
    flow: Vec<FlowPart>,
    /// The guide speaks; otherwise it waits, and its question stands after the answer to what was asked in between.
    is_guide: bool,
    choices: Vec<(usize, String)>,
    is_latest: bool,
    asks_whether_useful: bool,
    useful: String,
}

/// What a card is of.
pub(crate) struct ShownRef {
    pub kind: Kind,
    pub slug: String,
    pub title: String,
    pub url: String,
}

impl ShownRef {
    fn of(shown: &Shown) -> ShownRef {
        let (title, url) = (shown.title.clone(), shown.url.clone());
        ShownRef { kind: shown.kind, slug: shown.slug.clone(), title, url }
    }
}

/// The same in fewer words, alone.
#[derive(Template)]
#[template(path = "ask_short.html")]
pub(crate) struct ShortView {
    reworded: Vec<RewordedView>,
}

impl ShortView {
    pub fn of(turn: &Turn) -> ShortView {
        ShortView { reworded: reworded_views(turn) }
    }
}

struct Note {
    code: String,
    direction: &'static str,
    own: String,
    name: String,
}

struct QuoteView {
    sentences: Vec<String>,
    points: Vec<Point>,
    after: String,
    goes_on: bool,
    title: String,
    heading: String,
    url: String,
    /// The whole address, for paper.
    address: String,
    checked: String,
}

/// A point of a list, or a row of a table with its first cell.
struct Point {
    first_cell: String,
    text: String,
}

struct RewordedView {
    text: String,
    quotes: Vec<String>,
}

/// Whether a turn is the last on its page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Latest,
    Before,
}

impl TurnView {
    /// A turn that was just answered, with the words it answers.
    pub fn of(room: &Assistant, conversation: Uuid, number: i64, asked: &str, turn: &Turn) -> TurnView {
        let council = room.site().council();
        let status = turn.status;
        let asks_whether_useful = matches!(status.kind(), crate::Kind::Answer | crate::Kind::Abstain);
        TurnView {
            number,
            conversation: conversation.to_string(),
            council: council.name.clone(),
            phone: council.phone.clone(),
            dialled: council.phone_dialled(),
            asked: Some(asked.trim().to_owned()).filter(|words| !words.is_empty()),
            card: turn.card.clone().map(CardView::above),
            after_card: AfterCard::of(room.site(), turn),
            note: room.languages().named(&turn.language).map(Note::of),
            personal: if turn.had_personal_data { say::PERSONAL } else { "" },
            understood: turn.understood.join("; "),
            corrected: web::say::list(
                &turn
                    .corrected
                    .iter()
                    .map(|(typed, read)| format!("‘{read}’ for ‘{typed}’"))
                    .collect::<Vec<_>>(),
            ),
            say: turn.say.clone(),
            waits_for_fewer_words: false,
            reworded: reworded_views(turn),
            quotes: turn.quotes.iter().map(|quote| QuoteView::of(room, quote)).collect(),
            has_changed: false,
            cards: turn.entries.iter().map(|shown| shown.card.clone()).collect(),
            shown: turn.entries.iter().map(ShownRef::of).collect(),
            paper: Vec::new(),
            entries_heading: if turn.quotes.is_empty() { "" } else { say::ENTRIES_TOO },
            links: turn.links.clone(),
            flow: turn.flow.clone(),
            is_guide: status == Status::FlowTurn,
            choices: turn.choices.iter().map(|choice| choice.words().to_owned()).enumerate().collect(),
            is_latest: true,
            asks_whether_useful,
            useful: String::new(),
        }
    }

    /// A turn that was, from what is kept of it.
    pub fn of_past(
        room: &Assistant,
        conversation: Uuid,
        past: &PastTurn,
        flow: Vec<FlowPart>,
        place: Place,
    ) -> TurnView {
        let is_latest = place == Place::Latest;
        let mut turn = turn_of_past(room, past, flow);
        let has_changed = turn.quotes.len() < past.kept.quotes.len();
        if !is_latest {
            turn.cards.clear();
        }
        TurnView {
            has_changed,
            is_latest,
            choices: if is_latest { choices_of(&turn.choices) } else { Vec::new() },
            useful: past.useful.clone().unwrap_or_default(),
            asked: None,
            ..TurnView::of(room, conversation, past.number, "", &turn)
        }
    }
}

/// A turn that was, from what is kept of it, with what its guide said.
pub(crate) fn turn_of_past(room: &Assistant, past: &PastTurn, flow: Vec<FlowPart>) -> Turn {
    let entry = |(kind, slug): &(String, String)| {
        let entry = room.directory().find_ask_entry(Kind::parse(kind)?, slug).ok()??;
        Some(Shown::of_entry(&entry))
    };
    let kept = &past.kept;
    Turn {
        quotes: kept.quotes.iter().filter_map(|at| find_quote(room, at)).collect(),
        entries: kept.entries.iter().filter_map(entry).collect(),
        links: kept.links.clone(),
        choices: kept.choices.clone(),
        say: kept.say.clone(),
        flow,
        flow_turn: kept.flow_turn.clone(),
        about: kept.about.clone(),
        cards: kept.cards(),
        ..Turn::saying(past.status, &[])
    }
}

/// Whether a page with this turn has a neutral title.
pub(crate) fn is_sensitive(status: Status) -> bool {
    status == Status::Loss
}

fn choices_of(choices: &[Choice]) -> Vec<(usize, String)> {
    choices.iter().map(|choice| choice.words().to_owned()).enumerate().collect()
}

/// The same words again, if their source still says them and still may be quoted.
fn find_quote(room: &Assistant, at: &QuoteRef) -> Option<Quote> {
    match Kind::parse(&at.kind)? {
        Kind::Page => room.passages().page(&at.slug, room.site().clock().today())?.quote_again(at),
        kind => {
            let entry = room.directory().find_ask_entry(kind, &at.slug).ok()??;
            Quotable::of_entry(entry.document()).quote_again(at).filter(|_| entry.is_fresh)
        }
    }
}

impl Note {
    fn of(language: &Language) -> Note {
        Note {
            code: language.code.clone(),
            direction: if language.right_to_left { "rtl" } else { "ltr" },
            own: language.note.clone(),
            name: language.name.clone(),
        }
    }
}

impl QuoteView {
    fn of(room: &Assistant, quote: &Quote) -> QuoteView {
        QuoteView {
            // The names of a table's columns stand on two lines.
            sentences: vec![quote.sentences.join(" ").replace('\n', ": ")]
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect(),
            after: quote.after.join(" "),
            goes_on: quote.goes_on,
            points: quote.points.iter().map(|point| Point::of(point)).collect(),
            title: quote.title.clone(),
            heading: quote.heading.clone(),
            url: quote.url.clone(),
            address: room.site().absolute(&quote.url),
            checked: quote.checked_on.map_or_else(
                || "Date of the check not given".to_owned(),
                |on| format!("Checked {}", web::say::month_year(on)),
            ),
        }
    }
}

impl Point {
    fn of(text: &str) -> Point {
        let (first_cell, text) = text.split_once('\n').unwrap_or(("", text));
        Point { first_cell: first_cell.to_owned(), text: text.to_owned() }
    }
}

fn reworded_views(turn: &Turn) -> Vec<RewordedView> {
    turn.reworded.iter().map(RewordedView::of).collect()
}

impl RewordedView {
    fn of(sentence: &rewording::Sentence) -> RewordedView {
        let quotes = sentence.cites.iter().map(|cite| cite.quote.clone()).collect();
        RewordedView { text: sentence.text.clone(), quotes }
    }
}
