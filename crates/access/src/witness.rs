use crate::{
    actor::{Actor, PersonId},
    policy::{Act, Action, Grant},
};
use std::marker::PhantomData;
use uuid::Uuid;

/// The record something is done to, and whose it is: what relationships are decided by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct On {
    pub(crate) kind: &'static str,
    pub(crate) id: Option<Uuid>,
    pub(crate) organization: Option<Uuid>,
    pub(crate) about: Option<PersonId>,
    pub(crate) workers: Vec<PersonId>,
}

impl On {
    /// All records of a kind, such as the list of people.
    pub fn all(kind: &'static str) -> On {
        On { kind, id: None, organization: None, about: None, workers: Vec::new() }
    }

    /// One record.
    pub fn one(kind: &'static str, id: impl Into<Uuid>) -> On {
        On { id: Some(id.into()), ..On::all(kind) }
    }

    /// It belongs to this organisation.
    #[must_use]
    pub fn of_organization(mut self, organization: impl Into<Uuid>) -> On {
        self.organization = Some(organization.into());
        self
    }

    /// It is about this person.
    #[must_use]
    pub fn about(mut self, person: PersonId) -> On {
        self.about = Some(person);
        self
    }

    /// These people work on it.
    #[must_use]
    pub fn worked_by(mut self, workers: Vec<PersonId>) -> On {
        self.workers = workers;
        self
    }
}

/// The proof that somebody may do `A` to a record. There is no other way to have one than [`May::decide`].
#[derive(Clone, Debug)]
pub struct May<A: Act> {
    actor: Actor,
    on: On,
    act: PhantomData<fn() -> A>,
}

impl<A: Act> May<A> {
    /// Decides. What the policy does not grant is denied.
    pub fn decide(actor: &Actor, on: On) -> Result<May<A>, Denied> {
        if A::ACTION.furthest(actor).into_iter().any(|grant| holds(grant, actor, &on)) {
            Ok(May { actor: actor.clone(), on, act: PhantomData })
        } else {
            Err(Denied { action: A::ACTION, signed_in: actor.is_signed_in() })
        }
    }

    /// A job's own right, said in the trail by the job's name.
    pub fn by_machine(job: &'static str, on: On) -> May<A> {
        May { actor: Actor::Machine(job), on, act: PhantomData }
    }

    /// Whoever runs the binary's commands.
    pub fn by_operator(on: On) -> May<A> {
        May { actor: Actor::Operator, on, act: PhantomData }
    }

    /// Who.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// To what.
    pub fn on(&self) -> &On {
        &self.on
    }

    /// The record's id, when it is about one.
    pub fn id(&self) -> Option<Uuid> {
        self.on.id
    }
}

fn holds(grant: Grant, actor: &Actor, on: &On) -> bool {
    let person = actor.person();
    match (grant, actor) {
        (Grant::Never, _) => false,
        (Grant::Always, _) => true,
        (Grant::Own, _) => person.is_some() && on.about == person,
        (Grant::OwnOrganization, Actor::Person(signed)) => {
            on.organization.is_some_and(|organization| signed.organizations.contains(&organization))
        }
        (Grant::OwnCase, _) => person.is_some_and(|person| on.workers.contains(&person)),
        (Grant::OwnOrganization, _) => false,
    }
}

/// Somebody may not. The shell sends a visitor to sign in, and tells anybody else plainly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("may not {action}")]
pub struct Denied {
    /// What they may not.
    pub action: Action,
    /// Whether signing in could not help: they have.
    pub signed_in: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{KeepEntry, OpenCase, Role, Signed, UseOwnAccount};
    use kernel::Id;

    fn signed(roles: &[Role], organizations: Vec<Uuid>) -> Actor {
        Actor::Person(Signed {
            person: Id::named("t", "me"),
            roles: roles.iter().copied().collect(),
            organizations,
        })
    }

    #[test]
    fn a_relationship_opens_its_own_record_and_no_strangers() {
        let (ours, theirs) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let entry = |organization| On::one("service", Uuid::from_u128(9)).of_organization(organization);
        let keeper = signed(&[Role::ProviderEditor], vec![ours]);
        assert!(May::<KeepEntry>::decide(&keeper, entry(ours)).is_ok());
        assert!(May::<KeepEntry>::decide(&keeper, entry(theirs)).is_err());
        assert!(
            May::<KeepEntry>::decide(&keeper, On::all("service")).is_err(),
            "a record of nobody is nobody's"
        );
        assert!(May::<KeepEntry>::decide(&signed(&[Role::Editor], vec![]), entry(theirs)).is_ok());
        assert!(May::<KeepEntry>::decide(&signed(&[Role::Family], vec![ours]), entry(ours)).is_err());
        assert!(May::<KeepEntry>::decide(&Actor::Visitor, entry(ours)).is_err());

        let me = keeper.person().unwrap();
        let account = |whose| On::all("account").about(whose);
        assert!(May::<UseOwnAccount>::decide(&keeper, account(me)).is_ok());
        assert!(May::<UseOwnAccount>::decide(&keeper, account(Id::named("t", "you"))).is_err());
        let admin = signed(&[Role::Administrator], vec![]);
        assert!(May::<UseOwnAccount>::decide(&admin, account(Id::named("t", "you"))).is_err());

        let worker = signed(&[Role::HubWorker], vec![]);
        let case = On::one("case", Uuid::from_u128(3));
        assert!(May::<OpenCase>::decide(&worker, case.clone().worked_by(vec![me])).is_ok());
        assert!(May::<OpenCase>::decide(&worker, case.worked_by(vec![Id::named("t", "you")])).is_err());
    }
}
