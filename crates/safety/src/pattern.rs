//! The small language the lexicon is written in, and how it is matched.
//!
//! | written | means |
//! | --- | --- |
//! | `want to die` | these words, side by side |
//! | `<child>` | any of the words or phrases listed under `child` in `words.toml` |
//! | `(die\|not be here)` | one of these |
//! | `really?` `(a\|b)?` `<child>?` | perhaps |
//! | `..` `..5` | up to three words, up to five words |
//! | `swallow*` | a word that starts so |
//! | `#` | a number |
//! | `a & b` | both, in any order, within some forty words |
//!
//! Matching is done with one bit per word of the text, so a phrase costs a handful of shifts whatever the text says:
//! there is nothing to backtrack over and no text can make it slow.

use crate::normalise::plain_words;
use std::collections::HashMap;

/// Words looked at together. Longer texts are read in windows that overlap by [`OVERLAP`].
pub(crate) const WINDOW: usize = 255;
pub(crate) const OVERLAP: usize = 48;
const NEARBY: usize = 40;

/// One bit for each place between words: bit 0 before the first word.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Places([u64; 4]);

impl Places {
    pub(crate) const NONE: Places = Places([0; 4]);
    pub(crate) const ALL: Places = Places([u64::MAX; 4]);

    pub(crate) fn set(&mut self, at: usize) {
        self.0[at / 64] |= 1 << (at % 64);
    }
    pub(crate) fn clear(&mut self, at: usize) {
        self.0[at / 64] &= !(1 << (at % 64));
    }
    pub(crate) fn has(&self, at: usize) -> bool {
        self.0[at / 64] >> (at % 64) & 1 == 1
    }
    pub(crate) fn is_empty(&self) -> bool {
        self.0 == [0; 4]
    }
    pub(crate) fn and(self, other: Places) -> Places {
        Places(std::array::from_fn(|i| self.0[i] & other.0[i]))
    }
    pub(crate) fn or(self, other: Places) -> Places {
        Places(std::array::from_fn(|i| self.0[i] | other.0[i]))
    }
    fn later(self) -> Places {
        self.later_by(1)
    }
    fn earlier(self) -> Places {
        self.earlier_by(1)
    }
    /// By fewer than 64 words.
    fn later_by(self, words: usize) -> Places {
        Places(std::array::from_fn(|i| {
            self.0[i] << words | if i > 0 { self.0[i - 1] >> (64 - words) } else { 0 }
        }))
    }
    /// By fewer than 64 words.
    fn earlier_by(self, words: usize) -> Places {
        Places(std::array::from_fn(|i| {
            self.0[i] >> words | if i < 3 { self.0[i + 1] << (64 - words) } else { 0 }
        }))
    }
    fn spread(self, words: usize) -> Places {
        doubling(words).fold(self, |reach, step| reach.or(reach.later_by(step)))
    }
    fn spread_back(self, words: usize) -> Places {
        doubling(words).fold(self, |reach, step| reach.or(reach.earlier_by(step)))
    }
}

/// Steps that add up to a reach, each at most one more than all before it: forty words in six steps.
fn doubling(words: usize) -> impl Iterator<Item = usize> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let step = (done + 1).min(words - done);
        done += step;
        (step > 0).then_some(step)
    })
}

/// A set of words that stand for each other at one place in a pattern.
pub(crate) type Atom = usize;

/// A compiled pattern: every part must be found, near the others.
#[derive(Debug)]
pub(crate) struct Pattern {
    parts: Vec<Node>,
    /// Of each group at least one must be in the text: what most patterns are ruled out by.
    needed: Vec<Vec<Atom>>,
}

#[derive(Clone, Debug)]
enum Node {
    Word(Atom),
    Gap(usize),
    Perhaps(Box<Node>),
    OneOf(Vec<Node>),
    Row(Vec<Node>),
}

impl Pattern {
    /// Where it ends in this window; empty when it is not there.
    pub(crate) fn ends(&self, found: &[Places]) -> Places {
        if self.needed.iter().any(|group| group.iter().all(|&atom| found[atom].is_empty())) {
            return Places::NONE;
        }
        if let [only] = self.parts.as_slice() {
            return only.forward(Places::ALL, found);
        }
        let mut both: Option<(Places, Places)> = None;
        for part in &self.parts {
            let ends = part.forward(Places::ALL, found);
            if ends.is_empty() {
                return Places::NONE;
            }
            let reach = ends.spread(NEARBY).or(ends.spread_back(NEARBY));
            both = Some(match both {
                None => (reach, ends),
                Some((before, _)) if before.and(ends).is_empty() => return Places::NONE,
                Some((before, earlier)) => (before.or(reach), earlier.or(ends)),
            });
        }
        both.map_or(Places::NONE, |(_, ends)| ends)
    }

    /// Groups of atoms: nothing matches unless the text holds one of each.
    pub(crate) fn needed(&self) -> &[Vec<Atom>] {
        &self.needed
    }

    /// The words covered by matches that end here: from each end back to the nearest start, so never more than a
    /// real match covers.
    pub(crate) fn covered(&self, ends: Places, found: &[Places]) -> Places {
        let mut covered = Places::NONE;
        for part in &self.parts {
            let starts = part.backward(ends, found);
            for end in (1..=WINDOW).filter(|&at| ends.has(at)) {
                if let Some(start) = (0..end).rev().take(OVERLAP).find(|&at| starts.has(at)) {
                    (start..end).for_each(|at| covered.set(at));
                }
            }
        }
        covered
    }
}

impl Node {
    fn forward(&self, from: Places, found: &[Places]) -> Places {
        match self {
            Node::Word(atom) => from.and(found[*atom]).later(),
            Node::Gap(words) => from.spread(*words),
            Node::Perhaps(inner) => from.or(inner.forward(from, found)),
            Node::OneOf(all) => all.iter().fold(Places::NONE, |to, one| to.or(one.forward(from, found))),
            Node::Row(row) => {
                row.iter().fold(from, |to, one| if to.is_empty() { to } else { one.forward(to, found) })
            }
        }
    }

    fn backward(&self, from: Places, found: &[Places]) -> Places {
        match self {
            Node::Word(atom) => from.earlier().and(found[*atom]),
            Node::Gap(words) => from.spread_back(*words),
            Node::Perhaps(inner) => from.or(inner.backward(from, found)),
            Node::OneOf(all) => all.iter().fold(Places::NONE, |to, one| to.or(one.backward(from, found))),
            Node::Row(row) => row.iter().rev().fold(from, |to, one| one.backward(to, found)),
        }
    }

    /// Groups of atoms: nothing matches unless the text holds one of each.
    fn needed(&self) -> Vec<Vec<Atom>> {
        match self {
            Node::Word(atom) => vec![vec![*atom]],
            Node::Row(row) => row.iter().flat_map(Node::needed).collect(),
            Node::OneOf(all) => {
                let smallest = |one: &Node| one.needed().into_iter().min_by_key(Vec::len);
                let each: Option<Vec<Vec<Atom>>> = all.iter().map(smallest).collect();
                each.map(|groups| groups.concat()).into_iter().collect()
            }
            Node::Gap(_) | Node::Perhaps(_) => Vec::new(),
        }
    }

    fn can_be_nothing(&self) -> bool {
        match self {
            Node::Word(_) => false,
            Node::Gap(_) | Node::Perhaps(_) => true,
            Node::OneOf(all) => all.iter().any(Node::can_be_nothing),
            Node::Row(row) => row.iter().all(Node::can_be_nothing),
        }
    }
}

/// Reads patterns, and hands out an [`Atom`] for each distinct set of words in them.
pub(crate) struct Compiler<'a> {
    lists: &'a HashMap<String, Vec<String>>,
    lists_read: HashMap<String, Node>,
    atoms: HashMap<Vec<String>, Atom>,
    words_of: Vec<Vec<String>>,
    depth: usize,
}

/// The atom for `#`.
pub(crate) const NUMBER: &str = "#";

impl<'a> Compiler<'a> {
    pub(crate) fn new(lists: &'a HashMap<String, Vec<String>>) -> Compiler<'a> {
        Compiler { lists, lists_read: HashMap::new(), atoms: HashMap::new(), words_of: Vec::new(), depth: 0 }
    }

    pub(crate) fn atoms(self) -> HashMap<Vec<String>, Atom> {
        self.atoms
    }

    pub(crate) fn pattern(&mut self, written: &str) -> Result<Pattern, String> {
        let mut parts = Vec::new();
        for part in written.split('&') {
            let node = self.read(part)?;
            if node.can_be_nothing() {
                return Err(format!("'{written}' would match any text"));
            }
            parts.push(node);
        }
        let mut needed: Vec<Vec<Atom>> = parts.iter().flat_map(Node::needed).collect();
        needed.sort_by_key(Vec::len);
        Ok(Pattern { parts, needed })
    }

    fn read(&mut self, written: &str) -> Result<Node, String> {
        let pieces = pieces(written)?;
        let (node, rest) = self.alternatives(&pieces)?;
        if rest.is_empty() { Ok(node) } else { Err(format!("'{written}' has a bracket too many")) }
    }

    fn alternatives<'p>(&mut self, mut pieces: &'p [String]) -> Result<(Node, &'p [String]), String> {
        let mut all = Vec::new();
        loop {
            let (row, rest) = self.row(pieces)?;
            all.push(row);
            match rest.split_first() {
                Some((bar, rest)) if bar == "|" => pieces = rest,
                _ => return Ok((self.one_of(all), rest)),
            }
        }
    }

    fn row<'p>(&mut self, mut pieces: &'p [String]) -> Result<(Node, &'p [String]), String> {
        let mut row: Vec<Node> = Vec::new();
        while let Some((piece, rest)) = pieces.split_first() {
            match piece.as_str() {
                "|" | ")" => break,
                "(" => {
                    let (inner, rest) = self.alternatives(rest)?;
                    match rest.split_first() {
                        Some((close, rest)) if close == ")" => pieces = rest,
                        _ => return Err("a bracket is not closed".to_owned()),
                    }
                    row.push(inner);
                    continue;
                }
                "?" => match row.pop() {
                    Some(last) => row.push(Node::Perhaps(Box::new(last))),
                    None => return Err("'?' stands alone".to_owned()),
                },
                gap if gap.starts_with("..") => {
                    let words = gap[2..].parse().or(if gap == ".." { Ok(3) } else { Err(()) });
                    let words = words.map_err(|()| format!("'{gap}' is not a gap"))?;
                    if words > 12 {
                        return Err(format!("'{gap}' is too wide: use '&'"));
                    }
                    row.push(Node::Gap(words));
                }
                list if list.starts_with('<') => row.push(self.list(&list[1..list.len() - 1])?),
                word => row.push(self.word(word)?),
            }
            pieces = rest;
        }
        if row.is_empty() {
            return Err("a part of the pattern is empty".to_owned());
        }
        let node = if row.len() == 1 { row.remove(0) } else { Node::Row(row) };
        Ok((node, pieces))
    }

    fn word(&mut self, written: &str) -> Result<Node, String> {
        if written == NUMBER || written.ends_with('*') {
            return Ok(self.atom(vec![written.to_owned()]));
        }
        let words = plain_words(written);
        if words.is_empty() {
            return Err(format!("'{written}' has no letters"));
        }
        let mut row: Vec<Node> = words.into_iter().map(|word| self.atom(vec![word])).collect();
        Ok(if row.len() == 1 { row.remove(0) } else { Node::Row(row) })
    }

    fn list(&mut self, name: &str) -> Result<Node, String> {
        if let Some(node) = self.lists_read.get(name) {
            return Ok(node.clone());
        }
        let items = self.lists.get(name).ok_or_else(|| format!("there is no list called '{name}'"))?;
        if self.depth > 6 {
            return Err(format!("the list '{name}' holds itself"));
        }
        self.depth += 1;
        let read: Result<Vec<Node>, String> = items.iter().map(|item| self.read(item)).collect();
        self.depth -= 1;
        let node = self.one_of(read?);
        self.lists_read.insert(name.to_owned(), node.clone());
        Ok(node)
    }

    /// Single words side by side become one atom: a list of forty names costs no more than one word.
    fn one_of(&mut self, all: Vec<Node>) -> Node {
        if all.len() == 1 {
            return all.into_iter().next().unwrap_or(Node::Gap(0));
        }
        let mut singles = Vec::new();
        let mut rest = Vec::new();
        for node in all {
            match node {
                Node::Word(atom) => singles.extend(self.words_of[atom].iter().cloned()),
                Node::OneOf(inner) => rest.extend(inner),
                other => rest.push(other),
            }
        }
        if !singles.is_empty() {
            singles.sort();
            singles.dedup();
            let atom = self.atom(singles);
            if rest.is_empty() {
                return atom;
            }
            rest.push(atom);
        }
        Node::OneOf(rest)
    }

    fn atom(&mut self, words: Vec<String>) -> Node {
        if let Some(&atom) = self.atoms.get(&words) {
            return Node::Word(atom);
        }
        let atom = self.words_of.len();
        self.words_of.push(words.clone());
        self.atoms.insert(words, atom);
        Node::Word(atom)
    }
}

/// Cuts a pattern into words, brackets, bars, question marks, gaps and list names.
fn pieces(written: &str) -> Result<Vec<String>, String> {
    let mut out: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut in_list = false;
    for letter in written.chars() {
        let alone = matches!(letter, '(' | ')' | '|' | '?' | '<' | '>') || letter.is_whitespace();
        if in_list && letter != '>' {
            word.push(letter);
            continue;
        }
        if !alone {
            word.push(letter);
            continue;
        }
        if in_list {
            out.push(format!("<{}>", std::mem::take(&mut word)));
            in_list = false;
            continue;
        }
        if !word.is_empty() {
            out.push(std::mem::take(&mut word));
        }
        match letter {
            '<' => in_list = true,
            '>' => return Err(format!("'{written}' closes a list it did not open")),
            other if !other.is_whitespace() => out.push(other.to_string()),
            _ => {}
        }
    }
    if in_list {
        return Err(format!("'{written}' does not close its '<'"));
    }
    if !word.is_empty() {
        out.push(word);
    }
    Ok(out)
}
