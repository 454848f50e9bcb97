//! Addresses on the site for what comes from elsewhere: kept once they are given, matched by id, never by name alone.

use crate::model::Entity;
use directory::taken_in::TakenSlug;
use kernel::Slug;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// The addresses that are taken, and which of them a source's own keys have.
#[derive(Clone, Debug, Default)]
pub struct Addresses {
    taken: HashMap<(Entity, String), Uuid>,
    by_id: HashMap<(Entity, Uuid), String>,
    kept: HashMap<(Entity, String), String>,
}

impl Addresses {
    /// Over what the directory has.
    pub fn over(taken: Vec<TakenSlug>) -> Addresses {
        let mut addresses = Addresses::default();
        for TakenSlug { entity, slug, id } in taken {
            if let Ok(entity) = entity.parse::<Entity>() {
                addresses.by_id.insert((entity, id), slug.clone());
                addresses.taken.insert((entity, slug), id);
            }
        }
        addresses
    }

    /// A source's key has this address since an earlier run.
    pub fn keep(&mut self, entity: Entity, key: &str, slug: &str) {
        self.kept.insert((entity, key.to_owned()), slug.to_owned());
    }

    /// What a batch gave stands now.
    pub fn learn(&mut self, given: Addresses) {
        self.taken.extend(given.taken);
        self.kept.extend(given.kept);
    }
}

/// The addresses as a batch sees them: those that were known before it, and those that it gives itself.
#[derive(Clone, Debug)]
pub struct Names<'a> {
    known: &'a Addresses,
    given: Addresses,
    new: HashSet<(Entity, String)>,
}

/// What asks for an address.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// What kind of thing.
    pub entity: Entity,
    /// The source's own key for it.
    pub key: &'a str,
    /// Its id in the source.
    pub id: Uuid,
    /// The address that the source says it has, when it is a site like this one.
    pub slug: Option<&'a str>,
    /// Its name.
    pub name: &'a str,
    /// What tells it from another of that name: who runs it, or where it is.
    pub beside: &'a str,
    /// Whether something of ours with this id is the same thing. A neighbour's is never.
    pub may_be_ours: bool,
}

impl<'a> Names<'a> {
    /// Over what is known.
    pub fn over(known: &'a Addresses) -> Names<'a> {
        Names { known, given: Addresses::default(), new: HashSet::new() }
    }

    /// A source's key has this address since an earlier run.
    pub fn keep(&mut self, entity: Entity, key: &str, slug: &str) {
        self.given.keep(entity, key, slug);
    }

    /// What was given here.
    pub fn into_given(self) -> Addresses {
        self.given
    }

    /// Whether something has the address already.
    pub fn has(&self, entity: Entity, slug: &str) -> bool {
        let asked = (entity, slug.to_owned());
        self.given.taken.contains_key(&asked) || self.known.taken.contains_key(&asked)
    }

    /// Whether the address was given just now, so that nothing stands under it yet.
    pub fn is_new(&self, entity: Entity, slug: &str) -> bool {
        self.new.contains(&(entity, slug.to_owned()))
    }

    /// The address of a thing: the one it was given before; that of ours with the same id; the one it says it has, if
    /// it is free; else one made of its name.
    pub fn slug_for(&mut self, asking: &Asking) -> Option<Slug> {
        let slug = self.find(asking)?;
        if !self.has(asking.entity, slug.as_str()) {
            self.given.taken.insert((asking.entity, slug.to_string()), asking.id);
            self.new.insert((asking.entity, slug.to_string()));
        }
        self.keep(asking.entity, asking.key, slug.as_str());
        Some(slug)
    }

    fn find(&self, asking: &Asking) -> Option<Slug> {
        let entity = asking.entity;
        let key = (entity, asking.key.to_owned());
        if let Some(kept) = self.given.kept.get(&key).or_else(|| self.known.kept.get(&key)) {
            return kept.parse().ok();
        }
        if asking.may_be_ours
            && !asking.id.is_nil()
            && let Some(same) = self.known.by_id.get(&(entity, asking.id))
        {
            return same.parse().ok();
        }
        let said = asking.slug.and_then(|slug| slug.parse::<Slug>().ok());
        if let Some(said) = said.filter(|slug| !self.has(entity, slug.as_str())) {
            return Some(said);
        }
        let base = Slug::from_name(asking.name)
            .or_else(|| Slug::from_name(&format!("{} {}", entity.key(), asking.key)))?;
        if !self.has(entity, base.as_str()) {
            return Some(base);
        }
        let beside = Slug::from_name(asking.beside).and_then(|beside| joined(&base, beside.as_str()));
        if let Some(beside) = beside.as_ref().filter(|slug| !self.has(entity, slug.as_str())) {
            return Some(beside.clone());
        }
        let base = beside.unwrap_or(base);
        (2..10_000).find_map(|number| {
            joined(&base, &number.to_string()).filter(|slug| !self.has(entity, slug.as_str()))
        })
    }
}

/// `base-end`, with as much of the base as there is room for.
fn joined(base: &Slug, end: &str) -> Option<Slug> {
    let end: String = end.chars().take(50).collect();
    let room = 80_usize.checked_sub(end.len() + 1)?;
    let base: String = base.as_str().chars().take(room).collect();
    format!("{}-{}", base.trim_matches('-'), end.trim_matches('-')).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking<'a>(key: &'a str, id: u128, slug: Option<&'a str>) -> Asking<'a> {
        Asking {
            entity: Entity::Service,
            key,
            id: Uuid::from_u128(id),
            slug,
            name: "Stay & Play!",
            beside: "Example Church",
            may_be_ours: true,
        }
    }

    #[test]
    fn an_address_is_kept_and_never_shared_by_two_that_only_have_the_same_name() {
        let taken = |slug: &str, id: u128| TakenSlug {
            entity: "service".into(),
            slug: slug.into(),
            id: Uuid::from_u128(id),
        };
        let known = Addresses::over(vec![taken("stay-and-play", 1), taken("ours", 2)]);
        let mut names = Names::over(&known);
        let mut slug = |asking: Asking| names.slug_for(&asking).unwrap().to_string();
        assert_eq!(slug(asking("a", 9, None)), "stay-and-play-example-church");
        assert_eq!(slug(asking("b", 10, None)), "stay-and-play-example-church-2");
        assert_eq!(slug(asking("a", 9, Some("other"))), "stay-and-play-example-church", "kept by its key");
        assert_eq!(slug(asking("c", 2, None)), "ours", "matched by id");
        assert_eq!(slug(Asking { may_be_ours: false, ..asking("d", 2, Some("theirs")) }), "theirs");
        assert_eq!(slug(asking("e", 11, Some("stay-and-play"))), "stay-and-play-example-church-3");
        assert_eq!(slug(Asking { name: "💥", beside: "", ..asking("f", 12, None) }), "service-f");
        let long = "x".repeat(200);
        let first = slug(Asking { name: &long, ..asking("g", 13, None) });
        let second = slug(Asking { name: &long, ..asking("h", 14, None) });
        assert!(first.len() == 80 && second.len() <= 80 && first != second);
    }
}
