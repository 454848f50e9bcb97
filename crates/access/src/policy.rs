//! The policy: one table of who may do what. Nothing else in the house decides it.

use crate::actor::{Actor, Role};
use std::fmt;

/// How far a role may do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// Not at all. What is not in the table is this.
    Never,
    /// What is about themselves.
    Own,
    /// The records of an organisation they keep.
    OwnOrganization,
    /// The cases they work on.
    OwnCase,
    /// All records.
    Always,
}

impl Grant {
    /// As the printed table says it.
    pub fn words(self) -> &'static str {
        match self {
            Grant::Never => "-",
            Grant::Own => "own",
            Grant::OwnOrganization => "own organisation",
            Grant::OwnCase => "own cases",
            Grant::Always => "yes",
        }
    }
}

/// One thing that may be done, as a type: the key to a [`crate::May`].
pub trait Act: Send + Sync + 'static {
    /// The same as a value.
    const ACTION: Action;
}

macro_rules! actions {
    ($($(#[doc = $doc:literal])+ $name:ident $key:literal { $($who:tt)* })+) => {
        /// Everything that may be done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action { $($(#[doc = $doc])+ $name,)+ }

        impl Action {
            /// Every action, in the order of the policy's rows.
            pub const ALL: &[Action] = &[$(Action::$name),+];

            /// As it is kept in the trail.
            pub fn key(self) -> &'static str {
                match self { $(Action::$name => $key,)+ }
            }

            /// As people say it.
            pub fn words(self) -> &'static str {
                match self { $(Action::$name => concat!($($doc),+).trim_ascii(),)+ }
            }

            /// How far somebody with no role but this one may do it. `None` is somebody who has not signed in.
            pub fn grant(self, role: Option<Role>) -> Grant {
                #[allow(unused_imports, reason = "each row names only what it grants")]
                use crate::{policy::Grant::*, Role::*};
                match self { $(Action::$name => grants!(role; $($who)*),)+ }
            }
        }

        $($(#[doc = $doc])+ #[derive(Clone, Copy, Debug)] pub struct $name;
        impl Act for $name { const ACTION: Action = Action::$name; })+
    };
}

macro_rules! grants {
    ($role:ident; everybody) => { { let _ = $role; Always } };
    ($role:ident; $($grant:ident: $($who:ident),+;)+) => {
        match $role {
            $($(Some($who) => $grant,)+)+
            #[allow(unreachable_patterns, reason = "a row may name every role")]
            _ => Never,
        }
    };
}

actions! {
    /// Read the public pages, search, report a problem
    Browse "browse" { everybody }
    /// Sign in and sign out
    SignIn "sign_in" { everybody }
    /// Ask for an organisation to be listed
    ApplyToBeListed "apply_to_be_listed" { everybody }

    /// See their own account, sessions and ways of signing in, and change them
    UseOwnAccount "use_own_account" { Own: Family, ProviderEditor, Practitioner, HubWorker, Editor, DataSteward, SafeguardingLead, Analyst, Administrator; }
    /// Take a copy of their own data, or have it erased
    TakeOwnData "take_own_data" { Own: Family, ProviderEditor, Practitioner, HubWorker, Editor, DataSteward, SafeguardingLead, Analyst, Administrator; }

    /// See the list of entries they keep
    OpenProviderDoor "open_provider_door" { Always: ProviderEditor, Editor, DataSteward; }
    /// Say that an entry is still right, draft and send changes to it
    KeepEntry "keep_entry" { OwnOrganization: ProviderEditor; Always: Editor, DataSteward; }

    /// See the first page of the council's door
    OpenCouncilDoor "open_council_door" { Always: Editor, DataSteward, SafeguardingLead, Analyst, Administrator; }
    /// Accept, amend or refuse what a provider sent
    ReviewChange "review_change" { Always: Editor, DataSteward; }
    /// Be the second person for a change that touches safety or a secret place
    ApproveSensitive "approve_sensitive" { Always: DataSteward, SafeguardingLead; }
    /// See the history of an entry, restore an earlier version, hide or show an entry
    RestoreEntry "restore_entry" { Always: Editor, DataSteward; }
    /// Change many entries at once
    EditMany "edit_many" { Always: Editor, DataSteward; }
    /// Accept or refuse an organisation that asks to be listed
    CheckApplication "check_application" { Always: Editor, DataSteward; }
    /// Read and settle what visitors reported
    SettleReport "settle_report" { Always: Editor, DataSteward, SafeguardingLead; }
    /// Work the queue of what is doubtful and send reminders
    ChaseEntries "chase_entries" { Always: Editor, DataSteward; }
    /// See what the standard's rules and ours say of each entry
    CheckEntries "check_entries" { Always: Editor, DataSteward; }
    /// Make one entry of two that are the same, and take that back
    MergeEntries "merge_entries" { Always: Editor, DataSteward; }
    /// Look at how one entry was made of two, or is to be
    SeeMerges "see_merges" { Always: Editor, DataSteward, SafeguardingLead; }
    /// Keep the feeds and files that entries come from, take them in, and settle what they say against ours
    KeepSources "keep_sources" { Always: DataSteward; }
    /// Set when reminders go out and which fields may go straight through
    SetKeepingRules "set_keeping_rules" { Always: DataSteward, Administrator; }
    /// Settle the needs an entry is found under, and the words people use for them
    SettleWords "settle_words" { Always: Editor, DataSteward; }
    /// See how fresh and complete the directory is, in figures
    SeeFigures "see_figures" { Always: Editor, DataSteward, SafeguardingLead, Analyst, Administrator; }
    /// See what the automations did and undo a run
    SeeAutomations "see_automations" { Always: Editor, DataSteward, Administrator; }
    /// See how messages are worded and try them on samples; reword them
    WordMessages "word_messages" { Always: Editor, Administrator; }
    /// See what was sent to whom
    SeeMessages "see_messages" { Always: Administrator; }

    /// Change the council's settings
    ChangeSettings "change_settings" { Always: Administrator; }
    /// Add people, change their roles, reset or end their sign-in
    ManagePeople "manage_people" { Always: Administrator; }
    /// Answer somebody's request for their data, or erase it for them
    AnswerDataRequest "answer_data_request" { Always: DataSteward, Administrator; }
    /// Search the audit trail
    SeeAudit "see_audit" { Always: SafeguardingLead, Administrator; }

    /// Keep sessions: when, where and for whom they are held, closures, moved and cancelled dates
    KeepSessions "keep_sessions" { OwnOrganization: ProviderEditor; Always: HubWorker, Editor, DataSteward; }
    /// Keep the terms, half terms, INSET days and bank holidays that sessions follow
    KeepTerms "keep_terms" { Always: Editor, DataSteward, Administrator; }
    /// See who has booked a session, change or cancel a booking, keep its waiting list and its register
    KeepBookings "keep_bookings" { OwnOrganization: ProviderEditor; Always: HubWorker, DataSteward; }
    /// Allow more bookings than there are places, as a recorded allowance
    AllowOverbooking "allow_overbooking" { Always: DataSteward; }
    /// Invite a family to a session, and see whether the invitation was opened, booked and attended
    InviteFamily "invite_family" { OwnOrganization: ProviderEditor; Always: Practitioner, HubWorker; }
    /// Book or move an appointment for a family
    BookForFamily "book_for_family" { OwnOrganization: ProviderEditor; Always: Practitioner, HubWorker; }
    /// See bookings, attendance and invitations in figures
    SeeBookingFigures "see_booking_figures" { Always: Editor, DataSteward, Analyst, Administrator; }
    /// Keep holiday programmes: allowances, who is eligible, opening mornings, providers
    KeepHolidayProgramme "keep_holiday_programme" { Always: DataSteward, Administrator; }
    /// Settle whether a child is eligible for a holiday programme
    SettleEligibility "settle_eligibility" { Always: HubWorker, DataSteward; }

    /// Write guided flows, try them out and publish them
    WriteFlows "write_flows" { Always: Editor, DataSteward, Administrator; }
    /// Find services for a family by its need, with reasons, and hand over a list
    MatchServices "match_services" { Always: Practitioner, HubWorker; }
    /// See who asked to be rung, ring them, and say how it ended
    CallBack "call_back" { Always: HubWorker; }
    /// See how Ask ended, in figures, and what it could not answer
    SeeAskFigures "see_ask_figures" { Always: Editor, DataSteward, Analyst, Administrator; }
    /// Turn the language model on and off
    SwitchModel "switch_model" { Always: DataSteward, Administrator; }

    /// Open a family's case
    OpenCase "open_case" { OwnCase: Practitioner, HubWorker; Always: SafeguardingLead; }
}

impl Action {
    /// The furthest that somebody may do it, by whichever of their roles goes furthest. Jobs of the house and whoever
    /// runs its commands are the house itself; what they did is in the trail like everything else.
    pub fn furthest(self, actor: &Actor) -> Vec<Grant> {
        match actor {
            Actor::Machine(_) | Actor::Operator => vec![Grant::Always],
            Actor::Visitor => vec![self.grant(None)],
            Actor::Person(signed) => {
                signed.roles.each().map(Some).chain([None]).map(|role| self.grant(role)).collect()
            }
        }
    }

    /// Whether there is any record on which somebody may do it: the door's question, before a record is known.
    pub fn is_open_to(self, actor: &Actor) -> bool {
        self.furthest(actor).into_iter().any(|grant| grant != Grant::Never)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// The whole policy as a Markdown table that an officer can read: `docs/policy.md` holds it, and a test compares.
pub fn printed() -> String {
    let roles: Vec<Option<Role>> = [None].into_iter().chain(Role::ALL.map(Some)).collect();
    let mut out = String::from("| may ... |");
    for role in &roles {
        out.push_str(&format!(" {} |", role.map_or("Nobody signed in", Role::words)));
    }
    out.push_str(&format!("\n| --- |{}\n", " --- |".repeat(roles.len())));
    for action in Action::ALL {
        out.push_str(&format!("| {} (`{action}`) |", action.words()));
        for role in &roles {
            out.push_str(&format!(" {} |", action.grant(*role).words()));
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_policy_is_the_one_in_the_documents() {
        let kept = include_str!("../../../docs/policy.md");
        assert!(kept.contains(&printed()), "put this table into docs/policy.md:\n\n{}", printed());
    }

    #[test]
    fn nobody_signed_in_may_only_what_is_everybodys() {
        let open: Vec<Action> =
            Action::ALL.iter().copied().filter(|action| action.is_open_to(&Actor::Visitor)).collect();
        assert_eq!(open, [Action::Browse, Action::SignIn, Action::ApplyToBeListed]);
    }
}
