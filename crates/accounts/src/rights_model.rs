//! What is decided about people, consent and requests for data: no database and no pages here.

use crate::model::{Has, How};
use access::{PersonId, Role, Roles};
use jiff::SignedDuration;
use kernel::{Date, Instant, Refusal, Span};

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

/// Whether somebody may change this account for others to see: never their own, or one person alone could make
/// themself the second one, and nobody would have looked. Ending one's own sessions is all that is left.
pub(crate) fn decide_on_somebody_else(actor: Option<PersonId>, person: PersonId) -> Result<(), Refusal> {
    if actor == Some(person) {
        let sentence = "This is your own account. Only another administrator can change what you may do, shut you out or send you a link";
        return Err(Refusal::at("why", sentence));
    }
    Ok(())
}

/// Whether somebody may have these roles instead of those. `administrators` are all who may sign in.
pub(crate) fn decide_roles(
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
    if change.removed.contains(&Role::Administrator) {
        expect_another_administrator("roles", person, administrators)?;
    }
    Ok(change)
}

/// Whether somebody may be shut out.
pub(crate) fn decide_disable(person: PersonId, administrators: &[PersonId]) -> Result<(), Refusal> {
    expect_another_administrator("why", person, administrators)
}

/// How old a sign-in may be that shows whose account is to be erased.
const FRESH_MINUTES: i64 = 10;

/// What somebody shows who wants their own account erased: an unlocked computer is not its owner.
#[derive(Clone, Debug)]
pub(crate) struct ErasureProof {
    /// The address they typed, as addresses are compared.
    pub typed: Option<String>,
    /// The address of the account.
    pub kept: Option<String>,
    /// Whether they have more than their mailbox to sign in with.
    pub more_than_mail: Has,
    /// How and when this browser signed in.
    pub signed_in: Option<(How, Instant)>,
}

/// What is still missing; nothing when it is enough.
pub(crate) fn decide_own_erasure(proof: &ErasureProof, now: Instant) -> Vec<Refusal> {
    let mut missing = Vec::new();
    if proof.typed.is_none() || proof.typed != proof.kept {
        missing
            .push(Refusal::at("email", "Type the email address of your account, to show that you mean it"));
    }
    let is_fresh = proof.signed_in.is_some_and(|(how, at)| {
        how != How::Link && at <= now && now <= at + SignedDuration::from_mins(FRESH_MINUTES)
    });
    if proof.more_than_mail == Has::Yes && !is_fresh {
        let sentence = format!(
            "Sign in again first, with your password, passkey or the council’s sign-in. It must have been in the last {FRESH_MINUTES} minutes"
        );
        missing.push(Refusal::at("again", sentence));
    }
    missing
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
    fn there_is_always_an_administrator_and_nobody_changes_what_they_may_do_themselves() {
        let (me, you): (PersonId, PersonId) = (Id::named("t", "me"), Id::named("t", "you"));
        let set = |roles: &[Role]| roles.iter().copied().collect::<Roles>();
        let (admin, editor) = (set(&[Role::Administrator]), set(&[Role::Editor]));
        assert!(decide_roles(you, (admin, editor), &[me, you]).is_ok());
        assert!(decide_roles(you, (admin, editor), &[you]).is_err(), "the last one");
        assert!(decide_roles(you, (editor, set(&[])), &[me]).is_err(), "no role at all");
        let change = decide_roles(you, (editor, admin), &[me]).unwrap();
        assert_eq!(change.words(), "gave the roles administrator and took editor");
        assert!(decide_on_somebody_else(Some(me), me).is_err());
        assert!(decide_on_somebody_else(Some(me), you).is_ok(), "another one may");
        assert!(decide_on_somebody_else(None, me).is_ok(), "so may whoever runs the house");
        assert!(decide_disable(you, &[me, you]).is_ok());
        assert!(decide_disable(you, &[you]).is_err());
        assert!(decide_erase(me, &[me]).is_err() && decide_erase(me, &[me, you]).is_ok());
        assert!(decide_erase(you, &[me]).is_ok(), "who is none may go");
    }

    #[test]
    fn ones_own_account_is_erased_by_its_owner_alone() {
        let now: Instant = "2026-11-22T09:00:00Z".parse().unwrap();
        let before = |seconds| now - SignedDuration::from_secs(seconds);
        let missing = |typed: Option<&str>, more_than_mail, signed_in| {
            let proof = ErasureProof {
                typed: typed.map(str::to_owned),
                kept: Some("ann@demo.example".to_owned()),
                more_than_mail,
                signed_in,
            };
            decide_own_erasure(&proof, now).into_iter().map(|refusal| refusal.field).collect::<Vec<_>>()
        };
        let ann = Some("ann@demo.example");
        let long_ago = Some((How::Link, before(900_000)));
        assert!(missing(ann, Has::No, long_ago).is_empty(), "a link is all that they have");
        assert_eq!(missing(None, Has::No, long_ago), ["email"]);
        assert_eq!(missing(Some("bob@demo.example"), Has::No, long_ago), ["email"]);
        for how in [How::Password, How::Code, How::Passkey, How::Council] {
            assert!(missing(ann, Has::Yes, Some((how, before(600)))).is_empty(), "{how:?}");
            assert_eq!(missing(ann, Has::Yes, Some((how, before(601)))), ["again"], "{how:?}");
            assert_eq!(
                missing(ann, Has::Yes, Some((how, before(-1)))),
                ["again"],
                "a clock that was set back"
            );
        }
        assert_eq!(missing(ann, Has::Yes, Some((How::Link, now))), ["again"], "a mailbox is not enough");
        assert_eq!(missing(None, Has::Yes, None), ["email", "again"]);
    }
}
