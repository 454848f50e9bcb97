//! The lint: what an editor would wish to have been told before a guide is published. [`crate::parse`] says whether a
//! guide *can* run; this says whether it *should*.
//!
//! It is a pure function of the flow, of what is known about the site and of the day, so the editor's page, `hearth
//! check` and the tests all say the same. A finding names the node, the rule and what to do, in a sentence an editor
//! can act on. Some only advise ([`LintRule::keeps_from_publishing`]).
//!
//! To add a rule: a variant of [`LintRule`] with its words, a check below, and a test that a small guide breaks it.

mod graph;
mod text;

use crate::flow::{Flow, HandOver, Node, NodeKind};
use kernel::{Date, Span};
use std::{collections::BTreeSet, fmt};

pub use text::{numbers_in, reading_age};

/// More answers than this at one question, and people stop reading them. One more is allowed when it is the way out
/// for whoever finds none of them fitting ([`WAYS_OUT`]).
pub const CHOICES_MAX: usize = 4;
/// Keys of an answer that says 'none of these'.
pub const WAYS_OUT: [&str; 3] = ["not-sure", "something-else", "nothing"];
/// More words than this at one step is a page, and there are pages.
pub const WORDS_MAX: usize = 120;
/// More words than this do not fit on a button.
pub const BUTTON_WORDS_MAX: usize = 10;
/// What a whole guide may ask of its reader, as the age at which most children read that well. NHS content aims at 9
/// to 11; names that cannot be made shorter ('assessment', 'SEND Partnership') cost about a year.
pub const READING_AGE_MAX: f64 = 10.0;
/// What one step may ask of its reader: a few sentences measure less surely than a whole guide.
pub const READING_AGE_OF_A_STEP_MAX: f64 = 12.0;
/// What the desk writes where an editor is to write, in small letters.
pub const PLACEHOLDER: &str = "(to be written)";
/// A step with fewer words is too short to be measured.
const MEASURED_FROM_WORDS: usize = 30;

/// What is known about the site, so that a guide cannot lead to what is not there. What is left out is not checked.
#[derive(Clone, Debug, Default)]
pub struct Known {
    addresses: Option<BTreeSet<String>>,
    numbers: Option<BTreeSet<String>>,
    needs: Option<BTreeSet<String>>,
}

impl Known {
    /// Nothing is known: addresses, numbers and needs are not checked.
    pub fn nothing() -> Known {
        Known::default()
    }

    /// The addresses of this site, such as `/pages/no-dentist`, without what comes after `?` or `#`.
    pub fn with_addresses(mut self, addresses: impl IntoIterator<Item = impl Into<String>>) -> Known {
        self.addresses.get_or_insert_default().extend(addresses.into_iter().map(Into::into));
        self
    }

    /// Telephone numbers that somebody has checked, in any spacing.
    pub fn with_numbers(mut self, numbers: impl IntoIterator<Item = impl AsRef<str>>) -> Known {
        self.numbers
            .get_or_insert_default()
            .extend(numbers.into_iter().map(|number| text::digits(number.as_ref())));
        self
    }

    /// The telephone numbers of a text that somebody answers for, such as a page with its date.
    pub fn with_numbers_of(self, text: &str) -> Known {
        self.with_numbers(text::numbers_in(text))
    }

    /// The lines that the safety screen knows and may show.
    pub fn with_contacts<'a>(self, contacts: impl IntoIterator<Item = &'a safety::Contact>) -> Known {
        let shown = contacts.into_iter().filter(|contact| !contact.held_back);
        self.with_numbers(shown.map(|contact| contact.number.dialled()))
    }

    /// The slugs of needs.
    pub fn with_needs(mut self, needs: impl IntoIterator<Item = impl Into<String>>) -> Known {
        self.needs.get_or_insert_default().extend(needs.into_iter().map(Into::into));
        self
    }
}

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $name:ident = $key:literal,)+) => {
        /// What a finding is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum LintRule { $($(#[doc = $doc])+ $name,)+ }

        impl LintRule {
            /// Every rule.
            pub const ALL: &'static [LintRule] = &[$(LintRule::$name),+];

            /// Its name, for filters and for the machine.
            pub fn key(self) -> &'static str {
                match self { $(LintRule::$name => $key,)+ }
            }
        }
    };
}

rules! {
    /// No way leads to the node.
    Unreachable = "unreachable",
    /// A question has no way for an answer that nobody foresaw.
    MissingDefault = "missing_default",
    /// A step that asks does not end with its question, which the page shows large.
    QuestionNotLast = "question_not_last",
    /// It leads nowhere, and is not an end.
    LeadsNowhere = "leads_nowhere",
    /// Whoever comes here never reaches an end.
    NoWayOut = "no_way_out",
    /// Steps that do not wait go round in a circle.
    Circle = "circle",
    /// A language is named, and words are missing in it; or the other way round.
    MissingTranslation = "missing_translation",
    /// It states a fact and names no source.
    UncitedFact = "uncited_fact",
    /// It says that it states no fact, and holds a figure.
    LooksLikeAFact = "looks_like_a_fact",
    /// A source that nothing cites.
    UnusedSource = "unused_source",
    /// A source without a publisher or an address.
    SourceNotNamed = "source_not_named",
    /// The guide, or a source, should have been looked at again.
    PastReview = "past_review",
    /// A day to look again that is more than a year off, or a check that lies in the future.
    ReviewTooFar = "review_too_far",
    /// Too many answers at one question.
    TooManyChoices = "too_many_choices",
    /// The same typed words would mean two answers.
    AmbiguousAnswer = "ambiguous_answer",
    /// Too many words.
    TooLong = "too_long",
    /// Too hard to read.
    HardToRead = "hard_to_read",
    /// Words that the product never says.
    NeverSaid = "never_said",
    /// A heading or HTML, which breaks the page around it.
    NotPlainWords = "not_plain_words",
    /// A link to an address that is not there.
    UnknownAddress = "unknown_address",
    /// A need that is not there.
    UnknownNeed = "unknown_need",
    /// A number that nobody has checked.
    UnknownNumber = "unknown_number",
    /// The number that is read is not the number that is rung.
    NumberDiffers = "number_differs",
    /// Words that only keep a place until somebody writes the real ones.
    Placeholder = "placeholder",
    /// Two answers of one question that read the same.
    SameAnswer = "same_answer",
}

impl LintRule {
    /// Whether a guide with such a finding stays unpublished until it is put right. The others are advice.
    pub fn keeps_from_publishing(self) -> bool {
        !matches!(
            self,
            LintRule::QuestionNotLast
                | LintRule::UnusedSource
                | LintRule::LooksLikeAFact
                | LintRule::HardToRead
                | LintRule::AmbiguousAnswer
        )
    }
}

/// One thing that somebody should put right.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The node's key, or empty when it is about the whole guide.
    pub node: String,
    /// What it is about.
    pub rule: LintRule,
    /// What is wrong and what to do, as a sentence.
    pub words: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.node.as_str() {
            "" => write!(f, "{}", self.words),
            node => write!(f, "{node}: {}", self.words),
        }
    }
}

/// Everything that somebody should put right, in the order of the nodes; what is about the whole guide comes first.
pub fn lint(flow: &Flow, known: &Known, today: Date) -> Vec<Finding> {
    let mut found = Findings(Vec::new());
    look_at_dates(flow, today, &mut found);
    look_at_sources(flow, &mut found);
    look_at_languages(flow, &mut found);
    look_at_whole_text(flow, &mut found);
    graph::look(flow, &mut found);
    for words in [&flow.title, &flow.summary, &flow.owner] {
        look_for_placeholders("", words, &mut found);
    }
    for node in &flow.nodes {
        look_at_facts(node, &mut found);
        look_at_question(node, &mut found);
        look_at_choices(node, &mut found);
        look_at_target(node, known, &mut found);
        for words in words_of(flow, node) {
            look_at_words(&node.key, words, known, &mut found);
        }
    }
    let place = |node: &str| flow.nodes.iter().position(|one| one.key == node).map_or(0, |place| place + 1);
    found.0.sort_by_cached_key(|finding| (place(&finding.node), finding.rule));
    found.0.dedup();
    found.0
}

/// Everything that somebody should put right in these texts, as sentences that name the guide: what keeps one from
/// running, and what [`lint`] finds. For `hearth check`, with [`crate::builtin`].
pub fn lint_texts(texts: &[String], known: &Known, today: Date) -> Vec<String> {
    let mut told = Vec::new();
    for (place, text) in texts.iter().enumerate() {
        match crate::parse(text) {
            Err(troubles) => {
                told.extend(troubles.iter().map(|trouble| format!("guide {}: {trouble}", place + 1)))
            }
            Ok(flow) => {
                told.extend(
                    lint(&flow, known, today).iter().map(|finding| format!("{}: {finding}", flow.slug)),
                );
            }
        }
    }
    told
}

pub(crate) struct Findings(Vec<Finding>);

impl Findings {
    pub(crate) fn add(&mut self, node: &str, rule: LintRule, words: impl Into<String>) {
        self.0.push(Finding { node: node.to_owned(), rule, words: words.into() });
    }
}

fn look_at_dates(flow: &Flow, today: Date, found: &mut Findings) {
    let year = Span::new().years(1);
    if flow.review_by < today {
        found.add(
            "",
            LintRule::PastReview,
            format!(
                "The guide was to be looked at by {}. Check its facts and give it a new day.",
                web::say::day_month_year(flow.review_by)
            ),
        );
    }
    if flow.checked_on > today {
        found.add("", LintRule::ReviewTooFar, "The day on which the guide was checked lies in the future.");
    }
    if flow.checked_on.checked_add(year).is_ok_and(|latest| flow.review_by > latest) {
        found.add("", LintRule::ReviewTooFar, "Look at the guide again within a year of checking it.");
    }
    for source in &flow.sources {
        if source.checked_on.checked_add(year).is_ok_and(|latest| latest < today) {
            found.add(
                "",
                LintRule::PastReview,
                format!(
                    "The source '{}' was last read on {}. Read it again.",
                    source.key,
                    web::say::day_month_year(source.checked_on)
                ),
            );
        }
        if source.checked_on > today {
            found.add(
                "",
                LintRule::ReviewTooFar,
                format!("The source '{}' was read on a day to come.", source.key),
            );
        }
    }
}

fn look_at_sources(flow: &Flow, found: &mut Findings) {
    for source in &flow.sources {
        let is_named = !source.title.trim().is_empty() && !source.publisher.trim().is_empty();
        let is_address = source.url.starts_with("https://") || web::is_path(&source.url);
        if !is_named || !is_address {
            found.add(
                "",
                LintRule::SourceNotNamed,
                format!(
                    "Say for the source '{}' its title, who publishes it, and its address with https://.",
                    source.key
                ),
            );
        }
        if !flow.nodes.iter().any(|node| node.cites.contains(&source.key)) {
            found.add("", LintRule::UnusedSource, format!("No step cites the source '{}'.", source.key));
        }
    }
}

/// A language is whole or it is not there: half a translation leaves somebody alone in the middle.
fn look_at_languages(flow: &Flow, found: &mut Findings) {
    for language in flow.translations.keys().filter(|language| !flow.languages.contains(language)) {
        found.add("", LintRule::MissingTranslation, format!(
            "There are words in '{language}', and 'languages' does not name it. Name it when it is whole, or take it out."
        ));
    }
    for language in flow.languages.iter().filter(|language| *language != flow.own_language()) {
        let whole = flow.translations.get(language);
        if whole.is_none_or(|words| words.title.is_empty() || words.summary.is_empty()) {
            let words = format!("The language '{language}' has no title or no summary.");
            found.add("", LintRule::MissingTranslation, words);
        }
        for node in &flow.nodes {
            let words = whole.and_then(|words| words.nodes.get(&node.key)).cloned().unwrap_or_default();
            let mut missing: Vec<String> = Vec::new();
            let mut expect = |own: &str, there: &str, name: &str| {
                if !own.is_empty() && there.is_empty() {
                    missing.push(name.to_owned());
                }
            };
            expect(&node.say, &words.say, "say");
            expect(&node.explain, &words.explain, "explain");
            match &node.kind {
                NodeKind::Choice { choices, .. } => {
                    for choice in choices {
                        let there = words.choice.get(&choice.key).map_or("", String::as_str);
                        expect(&choice.words, there, &format!("choice.{}", choice.key));
                    }
                }
                NodeKind::WorkOut { steps, .. } => {
                    for step in steps {
                        let there = words.step.get(&step.name).map_or("", String::as_str);
                        expect(&step.words, there, &format!("step.{}", step.name));
                    }
                }
                NodeKind::HandOver { words: own, .. } => expect(own, &words.words, "words"),
                _ => {}
            }
            if !missing.is_empty() {
                let words = format!("The language '{language}' has no words for {}.", missing.join(", "));
                found.add(&node.key, LintRule::MissingTranslation, words);
            }
            if !words.say.is_empty() && text::numbers_in(&words.say) != text::numbers_in(&node.say) {
                let words = format!("The language '{language}' does not give the same telephone numbers.");
                found.add(&node.key, LintRule::MissingTranslation, words);
            }
        }
    }
}

/// The reading age of the guide as a whole, in the language it is written in, if that is English.
fn look_at_whole_text(flow: &Flow, found: &mut Findings) {
    if flow.own_language() != "en" {
        return;
    }
    let whole: Vec<&str> = flow.nodes.iter().map(|node| node.say.as_str()).collect();
    let age = text::reading_age(&whole.join("\n\n"));
    if age > READING_AGE_MAX {
        found.add("", LintRule::HardToRead, format!(
            "The guide reads like a text for {age:.0}-year-olds. Shorter sentences and shorter words bring it to {READING_AGE_MAX:.0}."
        ));
    }
    for node in flow.nodes.iter().filter(|node| text::count_words(&node.say) >= MEASURED_FROM_WORDS) {
        let age = text::reading_age(&node.say);
        if age > READING_AGE_OF_A_STEP_MAX {
            found.add(
                &node.key,
                LintRule::HardToRead,
                format!(
                    "This reads like a text for {age:.0}-year-olds. Use shorter sentences and shorter words."
                ),
            );
        }
    }
}

fn look_at_facts(node: &Node, found: &mut Findings) {
    let says_something = !node.say.trim().is_empty();
    if node.facts && node.cites.is_empty() && says_something {
        found.add(
            &node.key,
            LintRule::UncitedFact,
            "It states a fact. Name its source, or say 'facts = false'.",
        );
    }
    if !node.facts && node.cites.is_empty() && text::holds_a_figure(&node.say) {
        found.add(
            &node.key,
            LintRule::LooksLikeAFact,
            "It says that it states no fact, and holds a figure. Name the source of the figure.",
        );
    }
}

/// The page shows the question large, and what comes before it small.
fn look_at_question(node: &Node, found: &mut Findings) {
    let last = node.say.trim().rsplit("\n\n").next().unwrap_or_default();
    let is_question = last.ends_with(['?', '؟', '？']) && !last.starts_with(['-', '*', '1']);
    if node.kind.asks() && !is_question {
        let words = "End it with the question, in a paragraph of its own.";
        found.add(&node.key, LintRule::QuestionNotLast, words);
    }
}

fn look_at_choices(node: &Node, found: &mut Findings) {
    let NodeKind::Choice { choices, otherwise, .. } = &node.kind else { return };
    if otherwise.is_none() {
        let words = "Say with 'otherwise' where an answer goes that nobody foresaw.";
        found.add(&node.key, LintRule::MissingDefault, words);
    }
    let counted = choices.iter().filter(|choice| !WAYS_OUT.contains(&choice.key.as_str())).count();
    if counted > CHOICES_MAX || choices.len() > CHOICES_MAX + 1 {
        found.add(&node.key, LintRule::TooManyChoices, format!(
            "It has {} answers. Use {CHOICES_MAX} or fewer, and one for 'none of these'. Ask in two steps if you need more.",
            choices.len()
        ));
    }
    let mut meant: BTreeSet<(String, &str)> = BTreeSet::new();
    let mut read: BTreeSet<String> = BTreeSet::new();
    for choice in choices {
        if !read.insert(crate::understand::plain(&choice.words)) {
            let words = format!("Two answers say '{}'. Give each its own words.", choice.words);
            found.add(&node.key, LintRule::SameAnswer, words);
        }
        if text::count_words(&choice.words) > BUTTON_WORDS_MAX {
            let words = format!("The answer '{}' has too many words for a button.", choice.key);
            found.add(&node.key, LintRule::TooLong, words);
        }
        for typed in choice.also.iter().chain([&choice.words]).map(|typed| crate::understand::plain(typed)) {
            let other = meant.iter().find(|(words, key)| *words == typed && *key != choice.key);
            if let Some((_, other)) = other {
                let words = format!("'{typed}' would mean both '{other}' and '{}'.", choice.key);
                found.add(&node.key, LintRule::AmbiguousAnswer, words);
            }
            meant.insert((typed, &choice.key));
        }
    }
}

/// Every text that people read at a node, in every language.
fn words_of<'a>(flow: &'a Flow, node: &'a Node) -> Vec<&'a str> {
    let mut all = vec![node.say.as_str(), node.explain.as_str()];
    match &node.kind {
        NodeKind::Choice { choices, .. } => all.extend(choices.iter().map(|choice| choice.words.as_str())),
        NodeKind::WorkOut { steps, .. } => all.extend(steps.iter().map(|step| step.words.as_str())),
        NodeKind::HandOver { words, .. } => all.push(words),
        _ => {}
    }
    for words in flow.translations.values().filter_map(|words| words.nodes.get(&node.key)) {
        all.extend([words.say.as_str(), words.explain.as_str(), words.words.as_str()]);
        all.extend(words.choice.values().chain(words.step.values()).map(String::as_str));
    }
    all.retain(|words| !words.trim().is_empty());
    all
}

/// Words that forms and hurried people leave behind: nothing but dots, or a mark that says 'to be written'.
fn look_for_placeholders(node: &str, words: &str, found: &mut Findings) {
    let only_dots = !words.is_empty()
        && words.chars().all(|letter| matches!(letter, '.' | '…' | '?') || letter.is_whitespace());
    let marks = ["TODO", "TBC", "TBD", "XXX"];
    let is_marked = words.split(|letter: char| !letter.is_alphanumeric()).any(|word| marks.contains(&word));
    let lower = words.to_lowercase();
    if only_dots || is_marked || lower.contains("lorem ipsum") || lower.contains(PLACEHOLDER) {
        let words = "It holds words that only keep a place. Write what families are to read.";
        found.add(node, LintRule::Placeholder, words);
    }
}

fn look_at_words(node: &str, words: &str, known: &Known, found: &mut Findings) {
    look_for_placeholders(node, words, found);
    let many = text::count_words(words);
    if many > WORDS_MAX {
        let words = format!("It has {many} words. Use {WORDS_MAX} or fewer, or lead to a page.");
        found.add(node, LintRule::TooLong, words);
    }
    for (never, why) in text::never_said(words) {
        found.add(node, LintRule::NeverSaid, format!("It says '{never}'. {why}"));
    }
    if text::has_heading_or_html(words) {
        found.add(node, LintRule::NotPlainWords, "Use no headings and no HTML: the page has its own.");
    }
    for link in text::links(words) {
        look_at_address(node, link.target, known, found);
        let rung = link.target.strip_prefix("tel:").map(text::digits);
        let read = text::digits(link.words);
        if let Some(rung) = rung
            && !read.is_empty()
            && rung != read
        {
            found.add(node, LintRule::NumberDiffers, format!("It reads {} and rings {rung}.", link.words));
        }
    }
    for number in text::numbers_in(words) {
        look_at_number(node, &number, known, found);
    }
}

fn look_at_target(node: &Node, known: &Known, found: &mut Findings) {
    match &node.kind {
        NodeKind::Services { need, .. }
            if !need.is_empty() && known.needs.as_ref().is_some_and(|needs| !needs.contains(need)) =>
        {
            found.add(
                &node.key,
                LintRule::UnknownNeed,
                format!("There is no need '{need}'. Name one of yours, or none."),
            );
        }
        NodeKind::HandOver { what, target, words, .. } => {
            look_at_address(&node.key, target, known, found);
            let rung = text::digits(target);
            match (what, target.strip_prefix("tel:")) {
                (HandOver::Phone, None) => {
                    found.add(&node.key, LintRule::UnknownAddress, "Begin the number with tel:");
                }
                (_, Some(_)) if !text::digits(words).contains(&rung) => found.add(
                    &node.key,
                    LintRule::NumberDiffers,
                    format!("Its link rings {rung}. Write that number into its words, for whoever cannot press it."),
                ),
                _ => {}
            }
        }
        _ => {}
    }
}

fn look_at_address(node: &str, address: &str, known: &Known, found: &mut Findings) {
    if let Some(number) = address.strip_prefix("tel:") {
        look_at_number(node, &text::digits(number), known, found);
        return;
    }
    if web::is_path(address) {
        let path = address.split(['?', '#']).next().unwrap_or(address);
        if known.addresses.as_ref().is_some_and(|addresses| !addresses.contains(path)) {
            found.add(
                node,
                LintRule::UnknownAddress,
                format!("It leads to {path}, and there is nothing there."),
            );
        }
    } else if !address.starts_with("https://") && !address.starts_with("mailto:") {
        found.add(
            node,
            LintRule::UnknownAddress,
            format!("'{address}' leads nowhere. Begin it with / or https://."),
        );
    }
}

fn look_at_number(node: &str, number: &str, known: &Known, found: &mut Findings) {
    if known.numbers.as_ref().is_some_and(|numbers| !numbers.contains(number)) {
        found.add(
            node,
            LintRule::UnknownNumber,
            format!(
                "Nobody has checked the number {number}. Use one that this site lists, or say 'not given'."
            ),
        );
    }
}

#[cfg(test)]
mod tests;
