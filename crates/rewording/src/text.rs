//! Words of a text, as the checks look at them: folded, cut into words and figures, clauses and sentences.

use std::{collections::BTreeSet, ops::Range, sync::LazyLock};

/// A letter as it is compared: quote marks, dashes and spaces of every shape are one, and what has no shape is none.
fn fold(letter: char) -> Option<char> {
    match letter {
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bc}' => Some('\''),
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}' => Some('"'),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}' => None,
        letter if letter.is_whitespace() => Some(' '),
        letter => Some(letter),
    }
}

/// A text with its spaces and quote marks folded.
pub(crate) fn folded(text: &str) -> String {
    Folded::of(text).text
}

/// A folded text that knows where each of its letters came from.
pub(crate) struct Folded<'a> {
    source: &'a str,
    text: String,
    /// For each byte of `text`, the bytes of its letter in `source`.
    from: Vec<Range<usize>>,
}

impl<'a> Folded<'a> {
    pub fn of(source: &'a str) -> Folded<'a> {
        let (mut text, mut from) = (String::with_capacity(source.len()), Vec::with_capacity(source.len()));
        for (at, letter) in source.char_indices() {
            let Some(folded) = fold(letter) else { continue };
            if folded == ' ' && (text.is_empty() || text.ends_with(' ')) {
                continue;
            }
            text.push(folded);
            from.resize(text.len(), at..at + letter.len_utf8());
        }
        if text.ends_with(' ') {
            text.pop();
            from.pop();
        }
        Folded { source, text, from }
    }

    /// Where in the source a folded quote stands whole: a quote that begins in the middle of a word or of a time is
    /// none.
    pub fn find(&self, quote: &str) -> Option<Range<usize>> {
        if quote.is_empty() {
            return None;
        }
        let places = self.text.match_indices(quote).map(|(at, _)| (at, at + quote.len()));
        let (start, end) =
            places.into_iter().find(|(start, end)| !self.is_inside(*start) && !self.is_inside(*end))?;
        Some(self.from[start].start..self.from[end - 1].end)
    }

    pub fn source(&self) -> &'a str {
        self.source
    }

    /// Whether a place lies within a word or a figure, such as between the parts of `10:30` or before the `%` of `50%`.
    fn is_inside(&self, at: usize) -> bool {
        let mut before = self.text[..at].chars().rev();
        let mut after = self.text[at..].chars();
        let (Some(left), Some(right)) = (before.next(), after.next()) else { return false };
        let joins = |letter: char| matches!(letter, '.' | ',' | ':' | '/' | '\'' | '-');
        let is_word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        if left.is_alphanumeric() && (right.is_alphanumeric() || matches!(right, '%' | '+')) {
            return true;
        }
        if matches!(left, '£' | '$' | '€' | '+') && right.is_ascii_digit() {
            return true;
        }
        (is_word(Some(left)) && joins(right) && is_word(after.next()))
            || (joins(left) && is_word(before.next()) && is_word(Some(right)))
    }
}

/// A sentence that a part of a text touches.
pub(crate) struct Around {
    /// Which of the text's sentences it is.
    pub at: usize,
    /// As it stands, behind the line that leads into its list: `You do not need to:` belongs to each of its points.
    pub text: String,
}

/// The sentences that a part of a text touches.
pub(crate) fn sentences_around(text: &str, part: &Range<usize>) -> Vec<Around> {
    let all = sentences(text);
    let touched =
        all.iter().enumerate().filter(|(_, range)| range.end > part.start && range.start < part.end);
    touched
        .map(|(at, range)| {
            // A point's mark is none of its words, and the colon of the line before is none of the sentence's.
            let own = text[range.clone()].trim().trim_start_matches(POINT_MARKS);
            let lead = lead_of(text, &all, at).map(|lead| lead.trim_end_matches(':'));
            Around { at, text: lead.map_or_else(|| own.to_owned(), |lead| format!("{lead} {own}")) }
        })
        .collect()
}

/// The line that leads into the list in which a sentence stands. Points stand on lines of their own; a line of several
/// sentences ends a list, and so does a blank line behind which no point stands.
fn lead_of<'a>(text: &'a str, all: &[Range<usize>], at: usize) -> Option<&'a str> {
    let begins_line = |at: usize| text[..all[at].start].ends_with('\n') || all[at].start == 0;
    let follows_blank_line =
        |at: usize| text[..all[at].start].trim_end_matches([' ', '\r']).ends_with("\n\n");
    let is_point = |at: usize| text[all[at].clone()].trim_start().starts_with(POINT_MARKS);
    for back in (0..at).rev().take(LIST_MAX) {
        let line = text[all[back].clone()].trim();
        if line.ends_with(':') {
            return Some(line);
        }
        if !begins_line(back) || (follows_blank_line(back + 1) && !is_point(back + 1)) {
            return None;
        }
    }
    None
}

const POINT_MARKS: [char; 5] = ['-', '*', '\u{2022}', '\u{2013}', ' '];
/// The most points of a list that are looked back over.
const LIST_MAX: usize = 20;

/// How much a sentence needs the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaning {
    /// It begins with 'it', 'they', 'but': alone it speaks of nothing, or of something else.
    Whole,
    /// Such a word stands somewhere in it.
    Partly,
    /// It stands by itself.
    Not,
}

/// How much a sentence needs the one before it.
pub(crate) fn leaning(text: &str) -> Leaning {
    let tokens = tokens(text);
    let points_back = |at: usize| {
        let word = tokens[at].word.split('\'').next().unwrap_or_default();
        let next = tokens.get(at + 1);
        match word {
            // 'There is a group' tells of something new.
            "there" => next.is_none_or(|next| !BEGINS_NEWS.contains(&next.word.as_str())),
            // 'You can ask for one.'
            "one" => next.is_none_or(|next| next.is_marked || (is_small(&next.word) && next.word != "of")),
            word => POINTS_BACK.contains(&word),
        }
    };
    let first = tokens.first().map_or("", |token| token.word.as_str());
    let is_reply = matches!(first, "yes" | "no") && tokens.get(1).is_none_or(|next| next.is_marked);
    if LEANS.contains(&first) || is_reply || (!tokens.is_empty() && points_back(0)) {
        return Leaning::Whole;
    }
    if (0..tokens.len()).any(points_back) { Leaning::Partly } else { Leaning::Not }
}

const LEANS: [&str; 9] = ["but", "however", "then", "also", "otherwise", "so", "and", "or", "that"];
/// Words that speak of what was named before.
const POINTS_BACK: [&str; 15] = [
    "it", "its", "they", "them", "their", "theirs", "this", "these", "those", "he", "she", "him", "her",
    "his", "others",
];
const BEGINS_NEWS: [&str; 8] = ["is", "are", "was", "were", "will", "may", "can", "has"];

/// Where the sentences of a text are. A line of its own is one too.
pub(crate) fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    for (place, &(at, letter)) in letters.iter().enumerate() {
        let next = letters.get(place + 1).map(|(_, letter)| *letter);
        let ends = match letter {
            '\n' => true,
            '!' | '?' => next.is_none_or(char::is_whitespace),
            '.' => next.is_none_or(char::is_whitespace) && !is_shortened(text[start..at].trim()),
            // 'You can say, "I am not sure."', but not 'You can ask, "Who?" before you say more'.
            '"' | '\u{201d}' => {
                text[..at].ends_with(['.', '!', '?']) && begins_anew(&text[at + letter.len_utf8()..])
            }
            _ => false,
        };
        if ends {
            let end = at + letter.len_utf8();
            if !text[start..end].trim().is_empty() {
                found.push(start..end);
            }
            start = end;
        }
    }
    if !text[start..].trim().is_empty() {
        found.push(start..text.len());
    }
    found
}

/// Whether what follows a closing quote mark is another sentence.
fn begins_anew(after: &str) -> bool {
    let has_gap = after.is_empty() || after.starts_with(char::is_whitespace);
    has_gap && !after.trim_start().starts_with(char::is_lowercase)
}

/// Whether the word before a full stop is a shortened one, so that the sentence goes on: `e.g.`, `Dr.` So is the number
/// of a point.
fn is_shortened(before: &str) -> bool {
    if !before.is_empty() && before.bytes().all(|byte| byte.is_ascii_digit()) {
        return true;
    }
    let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    let word = word.trim_start_matches(['(', '"', '\'']).to_ascii_lowercase();
    [
        "e.g", "i.e", "eg", "ie", "etc", "dr", "mr", "mrs", "ms", "st", "no", "approx", "inc", "ext", "tel",
        "a.m", "p.m",
    ]
    .contains(&word.as_str())
}

/// What a word is to the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operator {
    Not,
    Only,
    Unless,
    If,
    But,
    Must,
    Should,
    May,
}

/// A word or a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// As it stands there, folded and in small letters; a figure without what only decorates it.
    pub word: String,
    /// The word without its endings.
    pub lemma: String,
    /// It is a number, a date, a time, an amount, an age, a share, a postcode, or a word that measures or compares.
    pub is_figure: bool,
    /// It begins with a capital.
    pub is_capital: bool,
    /// What it does to its sentence.
    pub operator: Option<Operator>,
    /// A comma or another mark stands before it.
    pub is_marked: bool,
}

impl Token {
    /// Whether it says something: neither a small word nor one that only turns the sentence.
    pub fn is_content(&self) -> bool {
        !self.is_figure && self.operator.is_none() && !is_small(&self.word)
    }
}

/// The words of a text.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let text = folded(text);
    let letters: Vec<char> = text.chars().collect();
    let mut found: Vec<Token> = Vec::new();
    let (mut at, mut is_marked) = (0, false);
    while at < letters.len() {
        let letter = letters[at];
        if !letter.is_alphanumeric() && !matches!(letter, '£' | '$' | '€') {
            let is_alone = letters.get(at + 1).is_none_or(|next| next.is_whitespace());
            is_marked |= match letter {
                ';' | '(' | ')' | '!' | '?' => true,
                ',' | '.' | ':' => is_alone,
                // Between two times it joins.
                '-' => is_alone && !letters.get(at + 2).is_some_and(char::is_ascii_digit),
                _ => false,
            };
            at += 1;
            continue;
        }
        let start = at;
        let has_digit = |range: &[char]| range.iter().any(char::is_ascii_digit);
        at += 1;
        while at < letters.len() {
            let (letter, next) = (letters[at], letters.get(at + 1));
            let goes_on = match letter {
                '%' | '+' => has_digit(&letters[start..at]),
                '\'' => next.is_some_and(|next| next.is_alphanumeric()),
                '.' | ',' | ':' | '/' => {
                    has_digit(&letters[start..at]) && next.is_some_and(char::is_ascii_digit)
                }
                letter => letter.is_alphanumeric(),
            };
            if !goes_on {
                break;
            }
            at += 1;
        }
        let raw: String = letters[start..at].iter().collect();
        let operator = operator_of(&raw.to_lowercase(), raw.starts_with(char::is_uppercase) && start > 0);
        let known = found.len();
        push(&mut found, &raw, operator);
        if let Some(token) = found.get_mut(known) {
            token.is_marked = is_marked;
        }
        is_marked = false;
    }
    for at in 1..found.len() {
        if bends_figure(&found[at - 1].word, &found[at].word, found[at].is_figure) {
            found[at - 1].is_figure = true;
        }
        if found[at].word == "to" && matches!(found[at - 1].word.as_str(), "have" | "has" | "had" | "having")
        {
            found[at - 1].operator = Some(Operator::Must);
        }
    }
    found
}

/// Whether a small word makes another figure of the next: 'about 6', 'from £5', 'up to 20'.
fn bends_figure(word: &str, next: &str, is_figure: bool) -> bool {
    match word {
        "up" => next == "to",
        "from" => next.starts_with(['£', '$', '€']),
        "about" | "around" | "approximately" | "roughly" | "nearly" | "almost" | "exactly" | "approx" => {
            is_figure
        }
        _ => false,
    }
}

fn push(found: &mut Vec<Token>, raw: &str, operator: Option<Operator>) {
    let small = raw.to_lowercase();
    // `10 am` is `10am`, and `50 per cent` stays as it is written.
    if let (Some(last), "am" | "pm" | "noon") = (found.last_mut(), small.as_str())
        && last.word.ends_with(|letter: char| letter.is_ascii_digit())
    {
        last.word.push_str(&small);
        last.lemma.clone_from(&last.word);
        return;
    }
    let is_number = small.contains(|letter: char| letter.is_numeric());
    let word = if is_number { plain_figure(&small) } else { small };
    let lemma = if is_number { word.clone() } else { lemma(&word) };
    let is_month = word == "may" && operator.is_none();
    let is_figure = is_number || is_month || FIGURE_WORDS.contains(lemma.as_str());
    found.push(Token {
        is_capital: raw.starts_with(char::is_uppercase),
        is_figure,
        operator: if is_figure { None } else { operator },
        word,
        lemma,
        is_marked: false,
    });
}

/// `1,000` is `1000`, `10:30` is `10.30`, `23rd` is `23`.
fn plain_figure(small: &str) -> String {
    let word = small.replace(',', "").replace(':', ".");
    let bare = ["st", "nd", "rd", "th"].into_iter().find_map(|end| word.strip_suffix(end));
    match bare {
        Some(bare) if bare.bytes().all(|byte| byte.is_ascii_digit()) => bare.to_owned(),
        _ => word,
    }
}

fn operator_of(word: &str, is_capital_inside: bool) -> Option<Operator> {
    // `May` inside a sentence is a month.
    if word == "may" && is_capital_inside {
        return None;
    }
    if word.ends_with("n't") {
        return Some(Operator::Not);
    }
    Some(match word {
        "not" | "never" | "no" | "none" | "nobody" | "nothing" | "nowhere" | "neither" | "nor" | "cannot"
        | "without" | "unable" | "dont" | "cant" | "wont" | "isnt" | "arent" | "doesnt" | "mustnt"
        | "lack" | "lacks" | "refuse" | "refused" | "stop" | "stopped" | "rarely" | "hardly" | "seldom"
        | "instead" => Operator::Not,
        "only" | "solely" | "alone" | "exclusively" | "just" => Operator::Only,
        "unless" | "except" | "excluding" | "exception" | "exceptions" | "otherwise" => Operator::Unless,
        "if" | "whether" | "when" | "provided" | "providing" | "assuming" | "depends" | "depending"
        | "subject" => Operator::If,
        "but" | "however" | "although" | "though" | "whereas" | "despite" => Operator::But,
        "must" | "need" | "needs" | "needed" | "require" | "requires" | "required" | "compulsory"
        | "mandatory" | "shall" => Operator::Must,
        "should" | "ought" | "recommend" | "recommended" | "advise" | "advised" => Operator::Should,
        "may" | "might" | "could" | "perhaps" | "possibly" | "possible" | "sometimes" | "usually"
        | "often" | "likely" | "unlikely" | "maybe" | "normally" | "generally" | "would" => Operator::May,
        _ => return None,
    })
}

/// The word without its endings, as far as English goes by rule.
pub(crate) fn lemma(word: &str) -> String {
    let word = word.strip_suffix("'s").or_else(|| word.strip_suffix('\'')).unwrap_or(word);
    let letters = word.chars().count();
    let stem = if let Some(stem) = word.strip_suffix("ies").filter(|_| letters > 4) {
        format!("{stem}y")
    } else if let Some(stem) = word.strip_suffix("sses") {
        format!("{stem}ss")
    } else if let Some(stem) =
        word.strip_suffix('s').filter(|stem| letters > 3 && !stem.ends_with(['s', 'u', 'i']))
    {
        stem.to_owned()
    } else {
        word.to_owned()
    };
    let letters = stem.chars().count();
    let cut = stem
        .strip_suffix("ing")
        .filter(|_| letters > 5)
        .or_else(|| stem.strip_suffix("ed").filter(|_| letters > 4))
        .unwrap_or(&stem);
    let mut cut = cut.strip_suffix('e').filter(|stem| stem.chars().count() > 2).unwrap_or(cut).to_owned();
    let mut last = cut.chars().rev();
    if let (Some(one), Some(other)) = (last.next(), last.next())
        && one == other
        && cut.len() < stem.len()
        && !matches!(one, 'l' | 's' | 'e' | 'o')
    {
        cut.pop();
    }
    cut
}

/// A small word says nothing by itself.
pub(crate) fn is_small(word: &str) -> bool {
    SMALL.contains(word)
}

static SMALL: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    "a an the this that these those of in on at by for to from with into onto about as and or so than then there here it \
     its it's they them their theirs they're he him his she her hers we us our ours you your yours you're you'll i me my \
     who whom whose which what where how why have has had having be is are was were been being am do does did done can will it'll that's \
     up down out off also too very each other another such same own via per because while both either etc eg ie"
        .split_whitespace()
        .collect()
});

static FIGURE_WORDS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen \
     eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million half quarter third \
     dozen once twice double first second last next previous \
     monday tuesday wednesday thursday friday saturday sunday january february march april june july august september \
     october november december noon midday midnight today tomorrow yesterday tonight weekday weekend daily weekly monthly \
     yearly annual annually morning afternoon evening night term summer winter spring autumn easter christmas holiday \
     fortnight fortnightly minute hour day week month year pound pence percent cent \
     under over above below before after until till since within between during least most more less fewer minimum maximum \
     max min older younger earlier later old young aged age early late \
     all every everyone everybody any anyone anybody always ever some many few whole entire"
        .split_whitespace()
        .map(lemma)
        .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_is_found_through_spaces_and_quote_marks_and_comes_back_as_it_stands() {
        let text = "You don\u{2019}t need\n  to book.  Open 10:30 to 12.";
        let folded_text = Folded::of(text);
        let place = folded_text.find(&folded("don't need to  book")).unwrap();
        assert_eq!(&text[place], "don\u{2019}t need\n  to book");
        for cut in ["need to boo", "30 to 12", "t need to book", "Open 10", "open 10:30", ""] {
            assert_eq!(folded_text.find(&folded(cut)), None, "{cut}");
        }
    }

    #[test]
    fn a_point_of_a_list_is_read_with_the_line_that_leads_into_it() {
        let text = "Come along. You do not need to:\n- book a place\n- pay for the session\nSee you there.";
        let at = text.find("pay for").unwrap();
        let around = |text: &str, part: Range<usize>| -> Vec<String> {
            sentences_around(text, &part).into_iter().map(|around| around.text).collect()
        };
        let words = around(text, at..at + 7).concat();
        assert!(
            words.starts_with("You do not need to pay") && words.contains("pay for the session"),
            "{words}"
        );
        assert!(!words.contains("book"), "{words}");
        let stopped =
            "You do not need to:\n\n- Book a place.\n- Pay for it.\n\nIt is near. You need to come.";
        let at = stopped.find("Pay").unwrap();
        assert_eq!(around(stopped, at..at + 7), ["You do not need to Pay for it."]);
        let loose = "You do not need to:\n\n- book a place\n\n- pay for it";
        let at = loose.find("pay").unwrap();
        assert_eq!(around(loose, at..at + 3), ["You do not need to pay for it"]);
        let at = stopped.find("You need").unwrap();
        assert_eq!(around(stopped, at..at + 7), ["You need to come."]);
        let at = text.find("See").unwrap();
        assert!(around("It is free. Bring e.g. a mat. See you.", 20..21).concat().contains("e.g. a mat"));
        assert!(around(text, at..at + 3).concat().contains("See you there"));
        assert_eq!(around("A is free. It is near.", 12..14), ["It is near."]);
        let said =
            "You can say, \u{201c}I am new.\u{201d} You need not say more. Ask, \"Why?\" before you sign.";
        assert_eq!(around(said, 34..36), ["You need not say more."]);
        assert_eq!(around(said, 60..64), ["Ask, \"Why?\" before you sign."]);
    }

    #[test]
    fn what_speaks_of_something_before_is_told_from_what_stands_alone() {
        for (text, how) in [
            ("It is free.", Leaning::Whole),
            ("They don't ask.", Leaning::Whole),
            ("No, you can just come.", Leaning::Whole),
            ("No dogs can come in.", Leaning::Not),
            ("There is a group on Monday.", Leaning::Not),
            ("You can ask there.", Leaning::Partly),
            ("You can ask for one.", Leaning::Partly),
            ("You can use it in shops.", Leaning::Partly),
            ("You can use one card in shops.", Leaning::Not),
        ] {
            assert_eq!(leaning(text), how, "{text}");
        }
    }

    #[test]
    fn figures_are_told_from_words_and_read_alike_however_they_are_decorated() {
        let figures = |text: &str| -> Vec<String> {
            tokens(text).into_iter().filter(|token| token.is_figure).map(|token| token.word).collect()
        };
        assert_eq!(figures("From 10 AM on 23rd May, WA8 7QF"), ["10am", "23", "may", "wa8", "7qf"]);
        assert_eq!(figures("£1,000 or 50 % at 10:30, for 5+"), ["£1000", "50", "10.30", "5+"]);
        assert_eq!(figures("under fives on Mondays"), ["under", "fives", "mondays"]);
        assert_eq!(lemma("running"), "run");
        assert_eq!(lemma("families"), "family");
        assert_eq!(lemma("books"), lemma("booking"));
    }
}
