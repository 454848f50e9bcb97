use crate::{lexicon::Lexicon, pattern::Atom};

/// An entry and one of its patterns.
pub(crate) type Lead = (usize, usize);

/// Which patterns an atom can lead to. A pattern needs several things said; it stands here under the one that fewest
/// other patterns need, so that an ordinary sentence leads to almost none.
#[derive(Debug)]
pub(crate) struct Leads {
    by_atom: Vec<Vec<Lead>>,
    always: Vec<Lead>,
}

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
        let mut leads = Leads { by_atom: vec![Vec::new(); lexicon.atoms], always: Vec::new() };
        for (lead, pattern) in patterns() {
            let common = |group: &&Vec<Atom>| group.iter().map(|&atom| needed_by[atom]).sum::<usize>();
            match pattern.needed().iter().min_by_key(common) {
                Some(rarest) => rarest.iter().for_each(|&atom| leads.by_atom[atom].push(lead)),
                None => leads.always.push(lead),
            }
        }
        leads
    }

    /// Every pattern that could match a text with these atoms, once, in the order of the lexicon.
    pub(crate) fn follow(&self, atoms: &[Atom], leads: &mut Vec<Lead>) {
        leads.clone_from(&self.always);
        atoms.iter().for_each(|&atom| leads.extend(&self.by_atom[atom]));
        leads.sort_unstable();
        leads.dedup();
    }
}
