//! Who the council's provider says somebody is, and what that means here.

use access::{PersonId, Role, Roles};
use kernel::Email;

/// What an accepted answer of the provider says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub issuer: String,
    /// The provider's own name for the person, which outlives their address.
    pub subject: String,
    pub email: Option<Email>,
    pub address_is: Address,
    pub name: String,
    /// What their groups make them; `None` where the council does not decide by groups.
    pub by_group: Option<Roles>,
    /// How they proved themselves to the provider, as far as it said so in words we know.
    pub methods: String,
}

/// How much an address is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    Verified,
    OnlySaid,
}

/// Somebody who is known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KnownPerson {
    pub person: PersonId,
    pub roles: Roles,
    pub standing: Standing,
}

/// Whether they may sign in at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Enabled,
    Disabled,
}

/// Somebody found by the address, and whether another of the provider's people is already them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FoundByEmail {
    pub known: KnownPerson,
    pub taken: Taken,
}

/// Whether a person here is joined to another of the provider's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    Free,
    ByAnother,
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// They have been here before.
    SignIn { person: PersonId, roles: Roles },
    /// It is their first time: join the provider's person to ours.
    Join { person: PersonId, roles: Roles },
    /// A group of the provider's makes them staff, so they are added.
    Add { email: Email, roles: Roles },
}

/// Why somebody cannot come in this way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Cancelled,
    StartedElsewhere,
    NotAccepted,
    Clock,
    ProviderDown,
    NotReady,
    Unknown,
    AddressNotVerified,
    JoinedToAnother,
    Disabled,
}

/// Decides who comes in. `linked` was found by the provider's own name for them, `by_email` by their address;
/// `decided_by_group` are the roles that groups give and take.
pub(crate) fn decide_person(
    identity: &Identity,
    linked: Option<KnownPerson>,
    by_email: Option<FoundByEmail>,
    decided_by_group: Roles,
) -> Result<Decision, Refused> {
    let roles_for = |known: &KnownPerson| match identity.by_group {
        Some(by_group) => {
            known.roles.only(|role| !decided_by_group.has(role)).each().chain(by_group.each()).collect()
        }
        None => known.roles,
    };
    if let Some(known) = linked {
        let roles = may_come_in(&known, roles_for(&known))?;
        return Ok(Decision::SignIn { person: known.person, roles });
    }
    let Some(email) = &identity.email else { return Err(Refused::Unknown) };
    // Whoever can have the provider say any address could otherwise become anybody here.
    if identity.address_is != Address::Verified {
        return Err(Refused::AddressNotVerified);
    }
    if let Some(FoundByEmail { known, taken }) = by_email {
        let roles = may_come_in(&known, roles_for(&known))?;
        // An address that was handed on to a new colleague must not hand on the account with it.
        return match taken {
            Taken::ByAnother => Err(Refused::JoinedToAnother),
            Taken::Free => Ok(Decision::Join { person: known.person, roles }),
        };
    }
    match identity.by_group.filter(|roles| is_staff(*roles)) {
        Some(roles) => Ok(Decision::Add { email: email.clone(), roles }),
        None => Err(Refused::Unknown),
    }
}

fn may_come_in(known: &KnownPerson, roles: Roles) -> Result<Roles, Refused> {
    match known.standing {
        Standing::Disabled => Err(Refused::Disabled),
        Standing::Enabled if is_staff(roles) => Ok(roles),
        Standing::Enabled => Err(Refused::Unknown),
    }
}

fn is_staff(roles: Roles) -> bool {
    roles.each().any(Role::needs_strong_sign_in)
}

/// The methods of RFC 8176 that the provider named, in its order. Other words are left out: they are the provider's.
pub(crate) fn known_methods<'a>(named: impl Iterator<Item = &'a str>) -> String {
    const KNOWN: [&str; 21] = [
        "face", "fpt", "geo", "hwk", "iris", "kba", "mca", "mfa", "otp", "pin", "pop", "pwd", "rba",
        "retina", "sc", "sms", "swk", "tel", "user", "vbm", "wia",
    ];
    let mut methods: Vec<&str> = Vec::new();
    for method in named {
        if KNOWN.contains(&method) && !methods.contains(&method) {
            methods.push(method);
        }
    }
    methods.join(" ")
}

impl Refused {
    /// As it stands in the trail and the log.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Refused::Cancelled => "cancelled at the provider",
            Refused::StartedElsewhere => "not started in this browser, too old or used before",
            Refused::NotAccepted => "the provider's answer was not accepted",
            Refused::Clock => "the provider's answer was out of time",
            Refused::ProviderDown => "the provider did not answer",
            Refused::NotReady => "the site has no public address",
            Refused::Unknown => "nobody here",
            Refused::AddressNotVerified => "the address is not verified",
            Refused::JoinedToAnother => "the person is joined to another account of the provider",
            Refused::Disabled => "the person is disabled",
        }
    }

    /// The page's heading.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Refused::Cancelled => "You have not signed in",
            Refused::StartedElsewhere => "Please start again",
            Refused::NotAccepted | Refused::Clock => "We could not check that sign-in",
            Refused::ProviderDown | Refused::NotReady => "The council’s sign-in is not answering",
            Refused::Unknown | Refused::AddressNotVerified | Refused::JoinedToAnother | Refused::Disabled => {
                "You cannot come in this way yet"
            }
        }
    }

    /// What happened and what to do.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Refused::Cancelled => {
                "You stopped at the council’s sign-in page, or it would not let you through. Nothing has changed. You can try again, or sign in another way."
            }
            Refused::StartedElsewhere => {
                "This sign-in was started in another browser, took longer than 10 minutes, or was used before. To keep you safe, each one works only once."
            }
            Refused::NotAccepted => {
                "The council’s sign-in page sent an answer we could not trust, so we did not let it through. Try again. If it happens again, tell the people who look after this site."
            }
            Refused::Clock => {
                "The answer from the council’s sign-in page was out of date. A clock may be wrong. Try again. If it happens again, tell the people who look after this site."
            }
            Refused::ProviderDown => {
                "We could not reach the council’s sign-in page. It may be back in a few minutes. You can sign in another way now."
            }
            Refused::NotReady => {
                "The people who look after this site have not finished setting it up. You can sign in another way."
            }
            Refused::Unknown => {
                "The council knows you, but you have not been added here. An administrator of this site can add you with your work email address. Then come back and sign in again."
            }
            Refused::AddressNotVerified => {
                "The council’s sign-in has not checked that your email address is yours, so we cannot match you to an account. Ask your IT service desk to check it."
            }
            Refused::JoinedToAnother => {
                "The account with your email address belongs to another sign-in. Ask an administrator of this site to put it right."
            }
            Refused::Disabled => {
                "Your account here has been turned off. If you think that is wrong, ask an administrator of this site."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;

    fn identity() -> Identity {
        Identity {
            issuer: "https://login.example.org".to_owned(),
            subject: "1".to_owned(),
            email: Some("editor@hearth.example".parse().unwrap()),
            address_is: Address::Verified,
            name: "Demonstration editor".to_owned(),
            by_group: None,
            methods: String::new(),
        }
    }

    fn person(roles: &[Role]) -> KnownPerson {
        KnownPerson {
            person: Id::named("t", "me"),
            roles: roles.iter().copied().collect(),
            standing: Standing::Enabled,
        }
    }

    fn found(known: KnownPerson) -> Option<FoundByEmail> {
        Some(FoundByEmail { known, taken: Taken::Free })
    }

    #[test]
    fn only_somebody_known_enabled_and_staff_comes_in_and_an_address_must_be_verified_to_join() {
        let editor = person(&[Role::Editor]);
        let none = Roles::default();
        let decide = |identity: &Identity, linked, by_email| decide_person(identity, linked, by_email, none);
        let me = identity();

        assert!(matches!(decide(&me, Some(editor.clone()), None), Ok(Decision::SignIn { .. })));
        assert!(matches!(decide(&me, None, found(editor.clone())), Ok(Decision::Join { .. })));
        assert_eq!(decide(&me, None, None), Err(Refused::Unknown));
        assert_eq!(decide(&me, None, found(person(&[Role::Family]))), Err(Refused::Unknown));

        let said = Identity { address_is: Address::OnlySaid, ..identity() };
        assert_eq!(decide(&said, None, found(editor.clone())), Err(Refused::AddressNotVerified));
        assert!(
            decide(&said, Some(editor.clone()), None).is_ok(),
            "who is joined no longer needs an address"
        );
        let without = Identity { email: None, ..identity() };
        assert_eq!(decide(&without, None, None), Err(Refused::Unknown));

        let disabled = KnownPerson { standing: Standing::Disabled, ..editor.clone() };
        assert_eq!(decide(&me, Some(disabled.clone()), None), Err(Refused::Disabled));
        assert_eq!(decide(&me, None, found(disabled)), Err(Refused::Disabled));
        let handed_on = Some(FoundByEmail { known: editor, taken: Taken::ByAnother });
        assert_eq!(decide(&me, None, handed_on), Err(Refused::JoinedToAnother));
    }

    #[test]
    fn groups_give_and_take_only_the_roles_they_decide() {
        let by_group: Roles = [Role::Editor, Role::Analyst].into_iter().collect();
        let with =
            |roles: &[Role]| Identity { by_group: Some(roles.iter().copied().collect()), ..identity() };

        let both = person(&[Role::Analyst, Role::SafeguardingLead]);
        let decided = decide_person(&with(&[Role::Editor]), Some(both.clone()), None, by_group);
        let expected: Roles = [Role::Editor, Role::SafeguardingLead].into_iter().collect();
        assert_eq!(decided, Ok(Decision::SignIn { person: both.person, roles: expected }));

        let left = decide_person(&with(&[]), Some(person(&[Role::Editor])), None, by_group);
        assert_eq!(left, Err(Refused::Unknown), "who left the last group does not come in");

        let newcomer = decide_person(&with(&[Role::Editor]), None, None, by_group);
        assert!(matches!(newcomer, Ok(Decision::Add { .. })));
        assert_eq!(decide_person(&with(&[]), None, None, by_group), Err(Refused::Unknown));
        let said = Identity { address_is: Address::OnlySaid, ..with(&[Role::Editor]) };
        assert_eq!(decide_person(&said, None, None, by_group), Err(Refused::AddressNotVerified));
    }

    #[test]
    fn only_words_we_know_are_kept_of_what_the_provider_says() {
        let named = ["pwd", "<script>", "otp", "pwd", "a person's name"];
        assert_eq!(known_methods(named.into_iter()), "pwd otp");
    }
}
