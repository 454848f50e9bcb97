use crate::{Clock, Dice};
use std::{fmt, marker::PhantomData, str::FromStr};
use uuid::Uuid;

/// The id of one kind of thing: a `Id<Service>` cannot stand where a `Id<Location>` is wanted. Inside is a UUIDv7,
/// or for imported and demonstration records a UUIDv5 from their source's own key, so that it stays the same.
pub struct Id<T>(Uuid, PhantomData<fn() -> T>);

impl<T> Id<T> {
    /// A new id: sorted by time of making, so that neighbours in time are neighbours on disk. Never order by it to
    /// mean a time shown to people.
    pub fn new(clock: &Clock, dice: &Dice) -> Id<T> {
        let millis = u64::try_from(clock.now().as_millisecond()).unwrap_or(0);
        Id(uuid::Builder::from_unix_timestamp_millis(millis, &dice.bytes::<10>()).into_uuid(), PhantomData)
    }

    /// The id that a source's own key always gives.
    pub fn named(source: &str, key: &str) -> Id<T> {
        let space = Uuid::new_v5(&Uuid::NAMESPACE_URL, source.as_bytes());
        Id(Uuid::new_v5(&space, key.as_bytes()), PhantomData)
    }

    /// An id read from the database.
    pub fn from_uuid(id: Uuid) -> Id<T> {
        Id(id, PhantomData)
    }

    /// What is inside.
    pub fn uuid(self) -> Uuid {
        self.0
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Id<T> {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Id<T>) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Id<T> {}
impl<T> std::hash::Hash for Id<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Id<T>) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Id<T>) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<T> FromStr for Id<T> {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Id<T>, uuid::Error> {
        Ok(Id(Uuid::parse_str(text)?, PhantomData))
    }
}
impl<T> From<Id<T>> for Uuid {
    fn from(id: Id<T>) -> Uuid {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    struct Thing;

    #[test]
    fn a_later_id_sorts_after_an_earlier_one_and_a_named_one_is_stable() {
        let clock = Clock::standing_at("2026-11-22T09:00:00Z");
        let dice = Dice::loaded(1);
        let earlier: Id<Thing> = Id::new(&clock, &dice);
        clock.set("2026-11-22T09:00:01Z".parse().unwrap());
        assert!(earlier < Id::new(&clock, &dice));
        assert_eq!(Id::<Thing>::named("demo", "a"), Id::named("demo", "a"));
        assert_ne!(Id::<Thing>::named("demo", "a"), Id::named("demo", "b"));
        assert_eq!(earlier.to_string().parse::<Id<Thing>>().unwrap(), earlier);
    }
}
