use kernel::Id;
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// A person who can sign in. The rest of what is known of them is the accounts room's.
pub struct Person;
/// A person's id: it outlives their name in the audit trail.
pub type PersonId = Id<Person>;

/// What somebody is to the council. A person may have several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A parent, carer or young person.
    Family,
    /// Keeps the entries of one or more organisations.
    ProviderEditor,
    /// Helps families outside a hub: a health visitor, a school, a GP link worker.
    Practitioner,
    /// Works in a hub.
    HubWorker,
    /// Edits and reviews at the council.
    Editor,
    /// Answers for the quality of the whole directory.
    DataSteward,
    /// Answers for safety.
    SafeguardingLead,
    /// Reads figures, never persons.
    Analyst,
    /// Manages people and settings.
    Administrator,
}

impl Role {
    /// Every role, in the order of the policy's columns.
    pub const ALL: [Role; 9] = [
        Role::Family,
        Role::ProviderEditor,
        Role::Practitioner,
        Role::HubWorker,
        Role::Editor,
        Role::DataSteward,
        Role::SafeguardingLead,
        Role::Analyst,
        Role::Administrator,
    ];

    /// As it is kept.
    pub fn key(self) -> &'static str {
        match self {
            Role::Family => "family",
            Role::ProviderEditor => "provider_editor",
            Role::Practitioner => "practitioner",
            Role::HubWorker => "hub_worker",
            Role::Editor => "editor",
            Role::DataSteward => "data_steward",
            Role::SafeguardingLead => "safeguarding_lead",
            Role::Analyst => "analyst",
            Role::Administrator => "administrator",
        }
    }

    /// As people say it.
    pub fn words(self) -> &'static str {
        match self {
            Role::Family => "Family",
            Role::ProviderEditor => "Provider editor",
            Role::Practitioner => "Practitioner",
            Role::HubWorker => "Hub worker",
            Role::Editor => "Editor",
            Role::DataSteward => "Data steward",
            Role::SafeguardingLead => "Safeguarding lead",
            Role::Analyst => "Analyst",
            Role::Administrator => "Administrator",
        }
    }

    /// Whether a link in an e-mail is not enough to act in it: who can read a mailbox must not so become staff.
    pub fn needs_strong_sign_in(self) -> bool {
        !matches!(self, Role::Family | Role::ProviderEditor)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for Role {
    type Err = anyhow::Error;
    fn from_str(key: &str) -> anyhow::Result<Role> {
        Role::ALL
            .into_iter()
            .find(|role| role.key() == key)
            .ok_or_else(|| anyhow::anyhow!("there is no role of that name; the roles are {}", keys()))
    }
}

fn keys() -> String {
    Role::ALL.map(Role::key).join(", ")
}

/// A set of roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roles(u16);

impl Roles {
    /// Whether the role is among them.
    pub fn has(self, role: Role) -> bool {
        self.0 & (1 << role as u16) != 0
    }

    /// With one more.
    #[must_use]
    pub fn and(self, role: Role) -> Roles {
        Roles(self.0 | 1 << role as u16)
    }

    /// Those that a test keeps.
    #[must_use]
    pub fn only(self, keep: impl Fn(Role) -> bool) -> Roles {
        self.each().filter(|role| keep(*role)).collect()
    }

    /// One after the other.
    pub fn each(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.has(*role))
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Roles {
        roles.into_iter().fold(Roles::default(), Roles::and)
    }
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody who has not signed in.
    Visitor,
    /// Somebody who has.
    Person(Signed),
    /// A job of the house, by its name.
    Machine(&'static str),
    /// Whoever may run the binary on the server.
    Operator,
}

/// A person as their session knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Who.
    pub person: PersonId,
    /// What they may act as in this session: after an e-mail link only the roles for which that is enough.
    pub roles: Roles,
    /// Whose entries they keep.
    pub organizations: Vec<Uuid>,
}

impl Actor {
    /// The person, if it is one.
    pub fn person(&self) -> Option<PersonId> {
        match self {
            Actor::Person(signed) => Some(signed.person),
            _ => None,
        }
    }

    /// Their roles; none for a visitor.
    pub fn roles(&self) -> Roles {
        match self {
            Actor::Person(signed) => signed.roles,
            _ => Roles::default(),
        }
    }

    /// Whether somebody has signed in.
    pub fn is_signed_in(&self) -> bool {
        matches!(self, Actor::Person(_))
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Actor::Visitor => "visitor",
            Actor::Person(_) => "person",
            Actor::Machine(_) => "machine",
            Actor::Operator => "operator",
        }
    }

    pub(crate) fn machine(&self) -> &'static str {
        match self {
            Actor::Machine(name) => name,
            _ => "",
        }
    }
}
