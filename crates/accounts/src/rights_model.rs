//! What is decided about people, consent and requests for data: no database and no pages here.

use access::{PersonId, Role, Roles};
use kernel::{Date, Refusal, Span};

/// What somebody may agree to. Each has its own answer, and saying no to one changes nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// News about family hubs.
    News,
    /// Being asked what they think of the service.
    Feedback,
    /// Their use of the service being counted in research.
    Research,
}

impl Purpose {
    /// Every purpose, in the order of the page.
    pub const ALL: [Purpose; 3] = [Purpose::News, Purpose::Feedback, Purpose::Research];

    /// As it is kept.
    pub fn key(self) -> &'static str {
        match self {
            Purpose::News => "news",
            Purpose::Feedback => "feedback",
            Purpose::Research => "research",
        }
    }

    /// The purpose of a key.
    pub fn of_key(key: &str) -> Option<Purpose> {
        Purpose::ALL.into_iter().find(|purpose| purpose.key() == key)
    }

    /// What is agreed to, in the words that are shown. A change of the words is a new [`Purpose::wording`].
    pub fn words(self) -> &'static str {
        match self {
            Purpose::News => "Email me news about family hubs",
            Purpose::Feedback => "Ask me now and then what I think of this service",
            Purpose::Research => "Count how I use this service in research, without my name",
        }
    }

    /// Which wording is shown now: consent is to words (UK GDPR Art. 7(1): it must be possible to show to which).
    pub fn wording(self) -> i64 {
        1
    }
}

/// How consent was given or withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentHow {
    /// On the person's own page.
    Page,
    /// On the telephone.
    Phone,
    /// By letter.
    Letter,
    /// Face to face.
    InPerson,
}

impl ConsentHow {
    /// As it is kept.
    pub fn key(self) -> &'static str {
        match self {
            ConsentHow::Page => "page",
            ConsentHow::Phone => "phone",
            ConsentHow::Letter => "letter",
            ConsentHow::InPerson => "in_person",
        }
    }
}

/// When a request must be answered: one month after it came (UK GDPR Art. 12(3)). From 31 January it is the last day
/// of February, as the Information Commissioner counts.
pub(crate) fn due_on(received_on: Date) -> Date {
    received_on.saturating_add(Span::new().months(1))
}

/// How many days are left; less than none when it is late.
pub(crate) fn days_left(due_on: Date, today: Date) -> i32 {
    today.until(due_on).map_or(0, |span| span.get_days())
}

/// What changes when somebody is to have other roles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RoleChange {
    pub added: Vec<Role>,
    pub removed: Vec<Role>,
}

impl RoleChange {
    /// For the trail.
    pub fn words(&self) -> String {
        let keys = |roles: &[Role]| roles.iter().map(|role| role.key()).collect::<Vec<_>>().join(", ");
        match (self.added.is_empty(), self.removed.is_empty()) {
            (true, true) => "left the roles as they were".to_owned(),
            (false, true) => format!("gave the roles {}", keys(&self.added)),
            (true, false) => format!("took the roles {}", keys(&self.removed)),
            (false, false) => {
                format!("gave the roles {} and took {}", keys(&self.added), keys(&self.removed))
            }
        }
    }
}

/// The roles that are the second person for what others do: one who could take them alone would be both persons.
const CHECKING_OTHERS: [Role; 2] = [Role::SafeguardingLead, Role::DataSteward];

/// Whether somebody may have these roles instead of those. `administrators` are all who may sign in.
pub(crate) fn decide_roles(
    actor: Option<PersonId>,
    person: PersonId,
    (has, wanted): (Roles, Roles),
    administrators: &[PersonId],
) -> Result<RoleChange, Refusal> {
    if wanted.is_empty() {
        return Err(Refusal::at("roles", "Choose at least one role. To shut somebody out, use ‘Disable’"));
    }
    let change = RoleChange {
        added: wanted.each().filter(|role| !has.has(*role)).collect(),
        removed: has.each().filter(|role| !wanted.has(*role)).collect(),
    };
    let checks_others = change.added.iter().find(|role| CHECKING_OTHERS.contains(role));
    if let Some(role) = checks_others.filter(|_| actor == Some(person)) {
        return Err(Refusal::at(
            "roles",
            format!(
                "You cannot give yourself the role ‘{}’, because it checks what others do. Ask another administrator to give it to you",
                role.words()
            ),
        ));
    }
    if change.removed.contains(&Role::Administrator) {
        if actor == Some(person) {
            return Err(Refusal::at(
                "roles",
                "You cannot take the administrator role from yourself. Ask another administrator to do it",
            ));
        }
        expect_another_administrator("roles", person, administrators)?;
    }
    Ok(change)
}

/// Whether somebody may be shut out.
pub(crate) fn decide_disable(
    actor: Option<PersonId>,
    person: PersonId,
    administrators: &[PersonId],
) -> Result<(), Refusal> {
    if actor == Some(person) {
        return Err(Refusal::at("why", "You cannot disable yourself. Ask another administrator to do it"));
    }
    expect_another_administrator("why", person, administrators)
}

/// Whether somebody may be erased.
pub(crate) fn decide_erase(person: PersonId, administrators: &[PersonId]) -> Result<(), Refusal> {
    expect_another_administrator("agree", person, administrators)
}

fn expect_another_administrator(
    field: &'static str,
    person: PersonId,
    administrators: &[PersonId],
) -> Result<(), Refusal> {
    if administrators == [person] {
        Err(Refusal::at(
            field,
            "This is the last administrator. Give somebody else the role first, or nobody can manage people",
        ))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;

    #[test]
    fn a_request_is_due_in_one_month_or_on_the_months_last_day() {
        for (received, due) in [
            ("2026-11-22", "2026-12-22"),
            ("2027-01-31", "2027-02-28"),
            ("2028-01-31", "2028-02-29"),
            ("2026-12-05", "2027-01-05"),
        ] {
            assert_eq!(due_on(received.parse().unwrap()).to_string(), due, "{received}");
        }
        let due: Date = "2026-12-22".parse().unwrap();
        assert_eq!(days_left(due, "2026-11-22".parse().unwrap()), 30);
        assert_eq!(days_left(due, "2026-12-24".parse().unwrap()), -2);
    }

    #[test]
    fn there_is_always_an_administrator_and_nobody_takes_the_role_from_themselves() {
        let (me, you): (PersonId, PersonId) = (Id::named("t", "me"), Id::named("t", "you"));
        let set = |roles: &[Role]| roles.iter().copied().collect::<Roles>();
        let (admin, editor) = (set(&[Role::Administrator]), set(&[Role::Editor]));
        assert!(decide_roles(Some(me), me, (admin, editor), &[me, you]).is_err());
        assert!(decide_roles(Some(me), you, (admin, editor), &[me, you]).is_ok());
        assert!(decide_roles(None, you, (admin, editor), &[you]).is_err(), "the last one");
        assert!(decide_roles(Some(me), you, (editor, set(&[])), &[me]).is_err(), "no role at all");
        for checks in [Role::SafeguardingLead, Role::DataSteward] {
            let more = set(&[Role::Administrator, checks]);
            let refused = decide_roles(Some(me), me, (admin, more), &[me, you]).unwrap_err();
            assert!(refused.field == "roles" && refused.sentence.contains(checks.words()), "{refused}");
            assert!(decide_roles(Some(you), me, (admin, more), &[me, you]).is_ok(), "another one may");
            assert!(decide_roles(None, me, (admin, more), &[me]).is_ok(), "so may whoever runs the house");
            assert!(decide_roles(Some(me), me, (more, more), &[me]).is_ok(), "who has it keeps it");
            assert!(decide_roles(Some(me), me, (more, admin), &[me]).is_ok(), "and may lay it down");
        }
        let other = set(&[Role::Administrator, Role::Analyst]);
        assert!(decide_roles(Some(me), me, (admin, other), &[me]).is_ok(), "it checks nobody");
        let change = decide_roles(Some(me), you, (editor, admin), &[me]).unwrap();
        assert_eq!(change.words(), "gave the roles administrator and took editor");
        assert!(decide_disable(Some(me), me, &[me, you]).is_err());
        assert!(decide_disable(Some(me), you, &[me, you]).is_ok());
        assert!(decide_disable(None, you, &[you]).is_err());
        assert!(decide_erase(me, &[me]).is_err() && decide_erase(me, &[me, you]).is_ok());
        assert!(decide_erase(you, &[me]).is_ok(), "who is none may go");
    }
}
