//! The steps of the pipeline, in its order.

use crate::{
    about::{About, GoesOn, goes_on},
    after_loss::{is_called_by_a_baby, is_for_under_fives, means_a_living_baby},
    asked_words::{AskedWords, Wants, is_whose_child},
    conversation::Conversation,
    death,
    flow_steps::with_offer,
    for_some, hurting, illness,
    language::Spoken,
    loss_answer::belongs_to_a_loss,
    neighbours::NeighbourKind,
    passages::{Quotable, Quote, stems},
    pipeline::Step,
    quoting::{NEARLY_ALL, Quoted, best_quotes},
    reasons,
    room::Assistant,
    say,
    status::Status,
    turn::{Choice, Shown, Turn},
    whats_on, whether_safe,
};
use directory::{AskFound, AskHit, AskWith};
use flows::Offer;
use kernel::Date;
use regex::Regex;
use safety::{Level, Screened};
use search::{AgeAsked, Document, Kind};
use std::sync::LazyLock;
use web::Site;

/// The most letters of a question.
pub(crate) const LETTERS_MAX: usize = 4_000;
/// So many are looked up for one answer, and so many shown of each kind.
pub(crate) const HITS: usize = 8;
const PAGES_READ: usize = 4;
pub(crate) const ENTRIES_MAX: usize = 3;
const PAGES_MAX: usize = 2;
/// What most families mean goes first, where this council has a need of that name.
const OFTEN: [&str; 5] =
    ["things-to-do", "feeling-low-or-worried", "send", "money-food-and-home", "family-life"];
/// Somebody who is older than this is no child.
const ADULT_FROM: u16 = 216;
/// Choices besides 'Something else'.
const CHOICES_MAX: usize = 3;
/// Whoever is less sure than this says so. Of the questions of families that were measured, the best entry of 5 in 100
/// lies below it, and of the questions that are none of our business all but those with words of ours.
const SURE_MIN: f32 = 0.42;
/// Who names one of the best entries, rare words counting most, asked for it.
const NAMED_MIN: f32 = 0.7;
/// What the index can say best of its best match is how good it is by its words; how much of the question it holds says
/// the rest.
const HELD_WEIGHT: f32 = 0.3;
/// Everything that was typed was found, and yet poorly: it was small talk.
const ALL_HELD: f32 = 0.99;
/// A word that so many entries have is a wide one, unless most of them are about one need.
const WIDE_FROM: usize = 9;
const ONE_NEED: f32 = 0.72;
/// Entries that score less than this beside the best one are not shown.
const BESIDE_BEST: f32 = 0.45;

pub(crate) fn stop<T>(turn: Turn) -> Step<T> {
    Err(Box::new(turn))
}

/// Red: the card, and nothing else. It is put on by the pipeline itself.
pub(crate) fn safety_screen(site: &Site, screened: &Screened) -> Step<()> {
    let is_red = screened.verdict().level == Level::Red && site.card(screened.verdict()).is_some();
    if is_red { stop(Turn::saying(Status::Crisis, &[])) } else { Ok(()) }
}

/// What a choice, or what was asked before, narrowed the question to.
#[derive(Default)]
pub(crate) struct Narrowed {
    /// A need, by its slug.
    need: String,
    /// The words to look for instead of those typed.
    words: Option<String>,
    /// Only among these.
    only: Vec<(Kind, String)>,
    /// Filters without anything that they are of.
    of_nothing: Option<About>,
}

/// What the choice leads to, if one was made, and what was asked before.
pub(crate) fn choice_made(
    room: &Assistant,
    conversation: &Conversation,
    chosen: Option<&Choice>,
    words: &Screened,
) -> Step<Narrowed> {
    match chosen {
        None | Some(Choice::FlowAnswer { .. } | Choice::Flow { .. }) => {
            Ok(Narrowed::by_what_was_before(room, conversation, words))
        }
        Some(Choice::SomethingElse) => stop(Turn::saying(Status::ClarifyElse, &[say::CLARIFY_ELSE])),
        Some(Choice::Need { slug, words }) => {
            let words = Some(conversation.about().narrowing(words, &[]));
            Ok(Narrowed { need: slug.clone(), words, ..Narrowed::default() })
        }
        Some(Choice::Entry { kind, slug, .. }) => stop(about_entry(room, kind, slug)),
    }
}

impl Narrowed {
    /// The words to look for, with those filters that were told before.
    pub fn looked_for<'a>(&'a self, typed: &'a str) -> &'a str {
        self.words.as_deref().filter(|_| self.only.is_empty()).unwrap_or(typed)
    }

    fn by_what_was_before(room: &Assistant, conversation: &Conversation, words: &Screened) -> Narrowed {
        match goes_on(room, conversation, words) {
            GoesOn::Alone => Narrowed::default(),
            GoesOn::Told(words) => Narrowed { words: Some(words), ..Narrowed::default() },
            GoesOn::Narrows(words, only) => Narrowed { words: Some(words), only, ..Narrowed::default() },
            GoesOn::OfNothing(about) => Narrowed { of_nothing: Some(about), ..Narrowed::default() },
        }
    }
}

/// One entry: its words and its card.
fn about_entry(room: &Assistant, kind: &str, slug: &str) -> Turn {
    let entry = Kind::parse(kind).and_then(|kind| room.directory().find_ask_entry(kind, slug).ok().flatten());
    let Some(entry) = entry else { return nothing(room) };
    let mut turn = Turn::saying(Status::Entries, &[]);
    let today = room.site().clock().today();
    let opening = match entry.document().kind {
        Kind::Page => room.passages().page(slug, today).and_then(opening_of),
        _ if entry.is_fresh => opening_of(&Quotable::of_entry(entry.document())),
        _ => None,
    };
    turn.quotes.extend(opening);
    turn.entries = vec![Shown::of_entry(&entry)];
    turn.about = About::entry(kind, slug);
    turn
}

/// The first sentences of a source.
pub(crate) fn opening_of(of: &Quotable) -> Option<Quote> {
    let pieces = &of.parts.first()?.pieces;
    let block = pieces.first()?.block;
    let together = pieces.iter().take(2).take_while(|piece| piece.block == block && !piece.is_point).count();
    let (first, last) = of.parts[0].whole(0, together.checked_sub(1)?);
    let part = &of.parts[0];
    let may_stand =
        part.is_contiguous(first, last) && part.is_short(first, last) && !part.is_past(first, last);
    may_stand.then(|| of.quote(0, first, last)).flatten()
}

/// Something must be left to go by.
pub(crate) fn something_said(words: &Screened, narrowed: &Narrowed) -> Step<()> {
    let has_letter = words.as_typed().chars().any(char::is_alphanumeric);
    if has_letter || narrowed.words.is_some() {
        Ok(())
    } else {
        stop(Turn::saying(Status::Empty, &[say::EMPTY]))
    }
}

/// Bins, doses, voting: fixed words.
pub(crate) fn neighbour(room: &Assistant, conversation: &Conversation, words: &Screened) -> Step<()> {
    let Some(neighbour) = room.neighbours().find(words.as_typed()) else { return Ok(()) };
    // 'Help me' after a loss is no greeting.
    if neighbour.kind == NeighbourKind::Clarify && belongs_to_a_loss(conversation, words).is_some() {
        return Ok(());
    }
    let status = match neighbour.kind {
        NeighbourKind::OutOfScope => Status::OutOfScope,
        NeighbourKind::Clarify => Status::SmallTalk,
    };
    let mut turn = Turn::saying(status, &[]);
    turn.say.clone_from(&neighbour.say);
    turn.links.clone_from(&neighbour.links);
    stop(turn)
}

/// 'What about the other one?': which of those that were shown is asked, never guessed.
pub(crate) fn follow_up(
    room: &Assistant,
    conversation: &Conversation,
    words: &Screened,
    narrowed: &Narrowed,
) -> Step<()> {
    static OTHER: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"^(so |and |ok |but )*(what|how)? ?(about|is|does|tell me( more)? about|more about|when is|where is|how much is)? ?(the |that |this )?((other|second|first|third|last|next|same|both|another|others|ones?|it|them)( (one|ones|group|place|service|of them|two))?)( (cost|free|open|on|please|then|instead|like|near|now|for))*$",
        )
        .ok()
    });
    let said = search::words(words.as_typed()).join(" ");
    if said.is_empty()
        || !narrowed.only.is_empty()
        || !OTHER.as_ref().is_some_and(|other| other.is_match(&said))
    {
        return Ok(());
    }
    let entry = |(kind, slug): &(String, String)| {
        let found = room.directory().find_ask_entry(Kind::parse(kind)?, slug).ok()??;
        let words = found.document().title.clone();
        Some(Choice::Entry { kind: kind.clone(), slug: slug.clone(), words })
    };
    let mut choices: Vec<Choice> =
        conversation.shown_last().iter().filter_map(entry).take(CHOICES_MAX).collect();
    let asked = if choices.is_empty() { say::CLARIFY_WHICH_NONE } else { say::CLARIFY_WHICH };
    let mut turn = Turn::saying(Status::ClarifyWhich, &[asked]);
    choices.push(Choice::SomethingElse);
    turn.choices = choices;
    stop(turn)
}

/// After a card, words that name no help leave nothing to look up: the card stands, and the box is open.
pub(crate) fn more_than_a_card(room: &Assistant, words: &Screened) -> Step<()> {
    let asked = AskedWords::of(words.as_typed(), std::iter::empty(), room.passages());
    let names_a_child = search::words(words.as_typed()).iter().any(|word| is_whose_child(word));
    if words.verdict().level == Level::Amber && asked.telling() + usize::from(names_a_child) <= 1 {
        return stop(Turn::saying(Status::ClarifyElse, &[say::CLARIFY_ELSE]));
    }
    Ok(())
}

/// 'My boy is 3', 'in Widnes': what it is about is asked, with the needs that most is held for.
pub(crate) fn subject_missing(room: &Assistant, narrowed: &Narrowed) -> Step<()> {
    let Some(about) = &narrowed.of_nothing else { return Ok(()) };
    let age = about.age(room).unwrap_or(AgeAsked::Band { from_months: 0, until_months: ADULT_FROM });
    let needs = room.directory().list_needs_at(age, OFTEN[0], CHOICES_MAX).into_iter();
    let mut turn = Turn::saying(Status::ClarifyNeed, &[say::CLARIFY_ABOUT]);
    turn.choices = needs.map(|(slug, words)| Choice::Need { slug, words }).collect();
    turn.choices.push(Choice::SomethingElse);
    turn.about = about.clone();
    stop(turn)
}

/// What was looked up and what was found.
pub(crate) struct Found {
    /// The question, in English.
    pub asked: Screened,
    /// The words that tell something.
    pub words: AskedWords,
    /// What the index found.
    pub found: AskFound,
    /// Pages, which alone are quoted at length.
    pub pages: Vec<AskHit>,
    /// For what is past its review.
    pub today: Date,
    narrowed: bool,
    /// What it is about, for the next question.
    about: About,
    /// A wide question after a loss.
    after_loss: bool,
    /// Its words are ours: the question was in another language.
    pub is_translated: bool,
}

impl Found {
    /// Whether something is safe for a child, or a child who is ill: the answer is a person, whatever else is found.
    pub fn is_answered_by_a_person(&self) -> bool {
        self.words.asks_whether_safe() || illness::is_told(self.asked.as_typed())
    }
}

/// Asks the index, in English where the question was not.
pub(crate) async fn look_up(
    room: &Assistant,
    conversation: &Conversation,
    words: &Screened,
    spoken: &Spoken<'_>,
    narrowed: &Narrowed,
) -> Step<Found> {
    let in_english = match spoken {
        Spoken::Known(language) => {
            Some(language.in_english(words.as_typed())).filter(|words| !words.is_empty())
        }
        _ => None,
    };
    let is_translated = in_english.is_some();
    let ours = narrowed.words.clone().or(in_english).or_else(|| death::by_other_words(words.as_typed()));
    let asked = ours.map_or_else(|| words.clone(), |ours| room.site().screen(&ours));
    // A loss that was told before makes no loss of a plain question: it keeps babies out of the answer, unless a living
    // baby is plainly meant.
    let has_lost = conversation.spoke_of_loss() || death::grieves_after_an_abortion(asked.as_typed());
    let mourns = has_lost && !means_a_living_baby(asked.as_typed());
    let after_loss = mourns && narrowed.only.is_empty() && {
        AskedWords::of(asked.as_typed(), std::iter::empty(), room.passages()).all_typed(is_wide)
    };
    let with = AskWith {
        topic: narrowed.need.clone(),
        only: narrowed.only.clone(),
        loss: after_loss,
        most: HITS * 2,
        ..AskWith::default()
    };
    let looked_up = async {
        let mut found = room.directory().ask_index(&asked, &with).await?;
        let only_pages = AskWith { kinds: vec![Kind::Page], most: PAGES_READ * 2, ..with.clone() };
        let mut pages = room.directory().ask_index(&asked, &only_pages).await?.hits;
        let words = AskedWords::of(&found.words_left, std::iter::empty(), room.passages());
        let somebody_died = death::is_spoken_of(asked.as_typed());
        let is_ill = illness::is_told(asked.as_typed());
        // 'Baby massage' is asked for by its name, and somebody who mourns may want it.
        let is_by_name = |document: &Document| {
            (document.baby || is_called_by_a_baby(document))
                && !document.loss
                && words.telling() > 1
                && words.named_by(&document.title) >= NEARLY_ALL
        };
        let mourns = mourns && !found.hits.iter().any(|hit| is_by_name(hit.entry.document()));
        let suits = |document: &Document| {
            // Who speaks of no loss is not shown help after one, unless it is asked for by its name.
            let is_wanted = !document.loss
                || asked.verdict().loss
                || mourns
                || words.named_by(&document.title) >= NEARLY_ALL
                || somebody_died && !death::is_of_a_baby(document);
            let is_of_babies =
                document.baby || is_called_by_a_baby(document) || after_loss && is_for_under_fives(document);
            let hurts = mourns && !document.loss && is_of_babies;
            let is_of_it = !is_ill || illness::is_help_with_it(document);
            let may_be_shown = hurting::may_be_shown(document, asked.as_typed())
                && for_some::may_be_shown(document, asked.as_typed());
            is_wanted && !hurts && is_of_it && may_be_shown
        };
        // What was found before suited then, and the words that it suited are gone.
        let may_be_shown = |hit: &AskHit| {
            let document = hit.entry.document();
            if narrowed.only.is_empty() {
                suits(document)
            } else {
                !(mourns && document.baby && !document.loss)
            }
        };
        found.hits.retain(may_be_shown);
        found.near.retain(may_be_shown);
        pages.retain(may_be_shown);
        found.hits.truncate(HITS);
        pages.truncate(PAGES_READ);
        let about = if narrowed.only.is_empty() {
            room.directory().list_found(&found.words_left, &narrowed.need, BESIDE_BEST, suits)
        } else {
            narrowed.only.clone()
        };
        let about = About::of(room, about, &found.parts);
        Ok::<_, kernel::Fault>((found, pages, about))
    };
    match looked_up.await {
        Ok((found, pages, about)) => {
            let matched = found.hits.iter().chain(&pages).flat_map(|hit| &hit.matched);
            // What was understood as a place, a day or an age is a filter, and no word to look for in a text.
            let words = AskedWords::of(&found.words_left, matched, room.passages())
                .typed_as(asked.as_typed())
                .of_age(&found.parts);
            let today = room.site().clock().today();
            Ok(Found {
                words,
                found,
                pages,
                today,
                narrowed: !narrowed.need.is_empty(),
                about,
                after_loss,
                is_translated,
                asked,
            })
        }
        Err(fault) => {
            tracing::error!(fault = format!("{fault:#}"), "the index could not be asked");
            stop(Turn::saying(Status::Broken, &[say::BROKEN]))
        }
    }
}

/// 'Groups' could be anything: a question back, with the needs that what was found is about.
pub(crate) fn need_unclear(room: &Assistant, found: &Found) -> Step<()> {
    let said = search::words(found.asked.as_typed());
    let all_wide = said.len() <= 6 && said.iter().any(|word| is_wide(word)) && found.words.all_typed(is_wide);
    let is_unclear = !found.narrowed
        && !found.after_loss
        && !found.is_translated
        && !found.is_answered_by_a_person()
        && found.found.understood.is_empty()
        && found.found.topics.len() >= 2
        && (all_wide || said.len() <= 3 && is_about_many_things(found));
    if !is_unclear {
        return Ok(());
    }
    let need =
        |(slug, name, _): &(String, String, usize)| Choice::Need { slug: slug.clone(), words: name.clone() };
    let topics = &found.found.topics;
    let often = OFTEN.iter().filter_map(|slug| topics.iter().find(|topic| topic.0 == *slug));
    let others = topics.iter().filter(|topic| !OFTEN.contains(&topic.0.as_str()));
    let mut turn = Turn::saying(Status::ClarifyNeed, &[say::CLARIFY_NEED]);
    turn.choices = often.chain(others).take(CHOICES_MAX).map(need).collect();
    turn.choices.push(Choice::SomethingElse);
    turn.entries = found.found.hits.iter().take(ENTRIES_MAX).map(|hit| shown(room, found, hit)).collect();
    stop(turn)
}

/// Whether a word could be of anything.
fn is_wide(word: &str) -> bool {
    const WIDE: &str = " group groups club clubs class classes course courses activity activities session sessions help support advice information services service family families kid kids child children parent parents son daughter things stuff appointment appointments start starts ring form forms letter letters application list waiting referral place places hours worker assessment review card ";
    WIDE.contains(&format!(" {word} "))
}

/// One word that many entries of several needs have, and that none is called by alone: 'school', and not 'bullying'.
fn is_about_many_things(found: &Found) -> bool {
    let Some(first) = found.found.hits.first() else { return false };
    let most_of_one = found.found.topics.first().map_or(0, |topic| topic.2);
    let is_its_name = found.words.is_all_of(&first.entry.document().title);
    found.words.telling() == 1
        && found.found.total >= WIDE_FROM
        && most_of_one as f32 <= found.found.total as f32 * ONE_NEED
        && !is_its_name
}

/// What was found, with the reasons that hold. Where one does not, its card stands without any.
fn shown(room: &Assistant, found: &Found, hit: &AskHit) -> Shown {
    let document = hit.entry.document();
    let mut asked = stems(found.asked.as_typed());
    asked
        .extend(found.found.corrected.iter().flat_map(|(typed, read)| [stems(typed), stems(read)]).flatten());
    let why = reasons::that_hold(&hit.why, document, &asked);
    if why.len() == hit.why.len() {
        return Shown::of_hit(hit);
    }
    let again = room.directory().find_ask_entry(document.kind, &document.slug).ok().flatten();
    Shown { why, ..Shown::of_entry(again.as_ref().unwrap_or(&hit.entry)) }
}

/// Too little of the question is in anything that was found.
pub(crate) fn abstention(room: &Assistant, found: &Found, offer: Option<Offer>) -> Step<()> {
    let hits = &found.found.hits;
    if found.is_answered_by_a_person() {
        return Ok(());
    }
    if hits.is_empty() && found.found.near.is_empty() {
        let about = found.about.clone();
        return stop(with_offer(Turn { about, ..nothing(room) }, offer));
    }
    let sure = found.found.sureness;
    let is_pinned = hits.first().is_some_and(|hit| hit.pinned);
    let is_sure = is_pinned || sure.lexical_share + HELD_WEIGHT * sure.covered >= SURE_MIN;
    let is_named = hits
        .iter()
        .take(ENTRIES_MAX)
        .any(|hit| found.words.named_by(&hit.entry.document().title) >= NAMED_MIN);
    let only_understood = found.words.telling() == 0 && !found.found.understood.is_empty();
    if found.narrowed || offer.is_some() || only_understood || is_named || is_sure && !found.found.weak {
        if !hits.is_empty() {
            return Ok(());
        }
    } else if found.found.weak && sure.covered >= ALL_HELD {
        return stop(Turn::saying(Status::ClarifyElse, &[say::CLARIFY_MORE]));
    }
    let mut turn = Turn::saying(Status::Weak, &say::WEAK);
    let near = if hits.is_empty() { &found.found.near } else { hits };
    turn.entries = near.iter().take(ENTRIES_MAX).map(|hit| shown(room, found, hit)).collect();
    turn.corrected.clone_from(&found.found.corrected);
    turn.about.clone_from(&found.about);
    stop(turn)
}

fn nothing(room: &Assistant) -> Turn {
    let mut turn = Turn::saying(Status::Nothing, &say::NOTHING);
    turn.links = vec![link("Search everything", "/search"), link("All advice pages", "/pages")];
    let phone = &room.site().council().phone;
    if !phone.is_empty() {
        turn.links.push((format!("Ring {phone}"), format!("tel:{}", room.site().council().phone_dialled())));
    }
    turn
}

/// The answer: the sentences that hold most of the question, then what can help.
pub(crate) fn composed(room: &Assistant, found: &Found) -> Turn {
    let hits = &found.found.hits;
    let Quoted { quotes: quoted, links } = best_quotes(room.passages(), found);
    let best = hits.first().map_or(0.0, |hit| hit.score);
    let is_quoted = |hit: &AskHit| {
        quoted.iter().any(|quote| {
            quote.at.slug == hit.entry.document().slug && quote.at.kind == hit.entry.document().kind.as_str()
        })
    };
    let is_near = |hit: &&AskHit| hit.pinned || hit.score >= best * BESIDE_BEST;
    let of = |reading: bool, most: usize| {
        let fits =
            hits.iter().filter(is_near).filter(move |hit| hit.entry.document().kind.is_reading() == reading);
        fits.filter(|hit| !reading || !is_quoted(hit))
            .take(most)
            .map(|hit| shown(room, found, hit))
            .collect::<Vec<_>>()
    };
    let mut entries = of(false, ENTRIES_MAX);
    if entries.len() < ENTRIES_MAX {
        entries.extend(of(true, PAGES_MAX));
    }
    let is_ill = illness::is_told(found.asked.as_typed());
    if found.words.asks_whether_safe() {
        // What merely stands near does not answer; who can be asked may stand there. Under an answer may stand what is about
        // more of the question than that word: a refuge is safe too.
        let is_answered = !quoted.is_empty();
        entries.retain(|shown| {
            whether_safe::can_be_asked(&shown.title)
                || is_about_it(room, found, shown)
                || is_answered && is_found_by_more(found, shown)
        });
    }
    let (status, first) = match &quoted[..] {
        [] if found.words.is_of_a_pregnancy() => (Status::Entries, say::WHETHER_SAFE_IN_PREGNANCY),
        [] if found.words.asks_whether_safe() => (Status::Entries, say::WHETHER_SAFE),
        [] if found.words.wants() == Wants::Field => (Status::Entries, say::FIELDS),
        [] => (Status::Entries, say::ENTRIES),
        [one] if one.at.kind != "page" => (Status::Quoted, say::QUOTED_ENTRY),
        [_] if found.words.wants() == Wants::Criteria => (Status::Quoted, say::CRITERIA),
        [_] => (Status::Quoted, say::QUOTED),
        _ => (Status::QuotedBoth, say::QUOTED_BOTH),
    };
    let mut turn = Turn::saying(status, &[first]);
    if is_ill {
        turn.say.retain(|_| !(quoted.is_empty() && entries.is_empty()));
        turn.say.insert(0, illness::said_of(found.asked.as_typed()).to_owned());
    }
    if whats_on::none_is_known_open(found, &entries) {
        turn.say.insert(0, say::NONE_KNOWN_OPEN.to_owned());
    }
    turn.quotes = quoted;
    turn.links = links;
    turn.entries = entries;
    if is_ill || first == say::WHETHER_SAFE || first == say::WHETHER_SAFE_IN_PREGNANCY {
        turn.links.push(link("Ring 111", "tel:111"));
    }
    turn.understood.clone_from(&found.found.understood);
    turn.about.clone_from(&found.about);
    if found.after_loss {
        turn.say.insert(0, say::AFTER_LOSS.to_owned());
    }
    turn.corrected.clone_from(&found.found.corrected);
    if !found.found.place_error.is_empty() {
        turn.say.insert(0, format!("{}.", found.found.place_error));
    }
    turn
}

/// Whether an entry has another word of the question than the one that asks whether something is safe.
fn is_found_by_more(found: &Found, shown: &Shown) -> bool {
    let is_it = |hit: &&AskHit| {
        let document = hit.entry.document();
        document.kind == shown.kind && document.slug == shown.slug
    };
    let hit = found.found.hits.iter().find(is_it);
    hit.is_some_and(|hit| hit.matched.iter().any(|one| !whether_safe::asks(&one.typed)))
}

/// Whether a page says anything of what is asked to be safe.
fn is_about_it(room: &Assistant, found: &Found, shown: &Shown) -> bool {
    let page = room.passages().page(&shown.slug, found.today).filter(|_| shown.kind == Kind::Page);
    page.is_some_and(|page| found.words.deciding_on(page) > 0)
}

pub(crate) fn link(words: &str, href: &str) -> (String, String) {
    (words.to_owned(), href.to_owned())
}
