use crate::{lexicon::Lexicon, pattern::Atom};

/// An entry and one of its patterns.
pub(crate) type Lead = (usize, usize);

/// Which patterns an atom can lead to. A pattern needs several things said; it stands here under the one that fewest
/// other patterns need, so that an ordinary sentence leads to almost none.
#[derive(Debug)]
pub(crate) struct Leads {
    /// Every pattern, in the order of the lexicon; the numbers below are places in it.
    all: Vec<Lead>,
    by_atom: Vec<Vec<u32>>,
    always: Vec<u32>,
}

/// Patterns as bits, so that one that several words lead to is followed once. Empty between uses.
pub(crate) type Seen = Vec<u64>;

impl Leads {
    pub(crate) fn of(lexicon: &Lexicon) -> Leads {
        let patterns = || {
            let entries = lexicon.entries.iter().enumerate();
            entries
                .flat_map(|(entry, of)| of.patterns.iter().enumerate().map(move |(at, it)| ((entry, at), it)))
        };
        let mut needed_by = vec![0usize; lexicon.atoms];
        for (_, pattern) in patterns() {
            pattern.needed().iter().flatten().for_each(|&atom| needed_by[atom] += 1);
        }
        let mut leads =
            Leads { all: Vec::new(), by_atom: vec![Vec::new(); lexicon.atoms], always: Vec::new() };
        for (lead, pattern) in patterns() {
            let number = leads.all.len() as u32;
            leads.all.push(lead);
            let common = |group: &&Vec<Atom>| group.iter().map(|&atom| needed_by[atom]).sum::<usize>();
            match pattern.needed().iter().min_by_key(common) {
                Some(rarest) => rarest.iter().for_each(|&atom| leads.by_atom[atom].push(number)),
                None => leads.always.push(number),
            }
        }
        leads
    }

    /// Every pattern that could match a text with these atoms, once, in the order of the lexicon.
    pub(crate) fn follow(&self, atoms: &[Atom], seen: &mut Seen, leads: &mut Vec<Lead>) {
        seen.resize(self.all.len().div_ceil(64), 0);
        let led_to = atoms.iter().flat_map(|&atom| &self.by_atom[atom]).chain(&self.always);
        led_to.for_each(|&number| seen[number as usize / 64] |= 1 << (number % 64));
        leads.clear();
        for (at, word) in seen.iter_mut().enumerate() {
            let mut left = std::mem::take(word);
            while left != 0 {
                leads.push(self.all[at * 64 + left.trailing_zeros() as usize]);
                left &= left - 1;
            }
        }
    }
}
