//! People: who they are, how they sign in, what they agreed to, and their right to a copy or to be forgotten.
//!
//! Families need no account for anything public. Where it matters who somebody is, a link in an e-mail is enough for
//! families and providers; whoever works for the council signs in with the council's own provider, a passkey, or a
//! password and a one-time code. A [session](who) is kept here and only named by a cookie.
//!
//! It must never tell whether somebody has an account, keep a secret as it was sent, keep a network address, let
//! anybody be locked out by a stranger, or put a name or an address into the audit trail.
//!
//! To add a way of signing in: a [`How`], its key in the schema's list, and a file that makes sure of the person and
//! calls [`Accounts::start_session`]. To add a page: a file with its handlers and a line in [`door`]. To let another
//! room's data be copied and erased: a [`DataSource`] of it in the house's list, or a [`NumberSource`] where people have
//! no account; to forget something in time: a [`RetentionRule`].

mod accounts;
mod people;

mod model;

mod sign_in;
mod sign_in_link;
mod sign_in_password;
mod sign_in_step;

mod own_account;
mod own_sign_in;

mod cookies;
mod counter;
mod limits;
mod screened;
mod session;
mod session_over;

mod mails;
mod one_time_code;
mod password;

pub mod oidc;
pub mod passkey;

mod rights_model;

mod answer_by_number;
mod answer_data_request;
mod consent;
mod erase;
mod manage_people;
mod my_data;
mod retention;
mod search_audit;

mod heard;
mod office;
mod words;

pub mod commands;
pub mod demonstration;

mod store;

pub use accounts::{Accounts, AccountsConfig};
pub use consent::{has_consent, set_consent, withdraw};
pub use counter::{CountSenders, Counter, Heard, Sent, Wait};
pub use demonstration::demo_door;
pub use erase::{PERSON_ERASED, WRITE_THE_DATABASE_ANEW, write_the_database_anew};
pub use limits::ClientAddress;
pub use mails::TEMPLATES;
pub use model::{Ended, How, SignInName};
pub use office::{
    DataSource, ListOrganizations, ListWaiting, NumberSource, Office, OfficeConfig, Part, Rooms, data_door,
    office_jobs, staff_door,
};
pub use people::{
    Keeper, LinkWanted, PersonDraft, count_open_data_requests, find_email, find_name, find_roles, issue_link,
    list_emails_of, list_keepers, set_keeper, set_person,
};
pub use retention::{FORGET_WHAT_IS_OLD, RetentionRule, Run, find_backups_to_delete, forget_what_is_old};
pub use rights_model::{ConsentHow, Purpose};
pub use session::{Current, end_sessions, who};
pub use store::{MIGRATIONS, sessions::SessionId};

use access::{SignIn, UseOwnAccount};
use web::Door;

/// Every way in of this room.
pub fn door(accounts: &Accounts) -> Door {
    Door::new()
        .get::<SignIn, _, _>("/sign-in", sign_in::get)
        .post::<SignIn, _, _>("/sign-in", sign_in::post)
        .get::<SignIn, _, _>("/sign-in/sent", sign_in::sent)
        .get::<SignIn, _, _>("/sign-in/link/{token}", sign_in_link::get)
        .post::<SignIn, _, _>("/sign-in/link/{token}", sign_in_link::post)
        .get::<SignIn, _, _>("/sign-in/password", sign_in_password::get)
        .post::<SignIn, _, _>("/sign-in/password", sign_in_password::post)
        .get::<SignIn, _, _>("/sign-in/code", sign_in_step::get_code)
        .post::<SignIn, _, _>("/sign-in/code", sign_in_step::post_code)
        .get::<SignIn, _, _>("/sign-in/set-up/password", sign_in_step::get_password)
        .post::<SignIn, _, _>("/sign-in/set-up/password", sign_in_step::post_password)
        .get::<SignIn, _, _>("/sign-in/set-up/code", sign_in_step::get_code_set_up)
        .post::<SignIn, _, _>("/sign-in/set-up/code", sign_in_step::post_code_set_up)
        .post::<SignIn, _, _>("/sign-out", session::sign_out)
        .get::<UseOwnAccount, _, _>("/account", own_account::get)
        .post::<UseOwnAccount, _, _>("/account", own_account::post)
        .post::<UseOwnAccount, _, _>("/account/sessions/{id}/end", own_account::end_session)
        .post::<UseOwnAccount, _, _>("/account/sessions/end-others", own_account::end_others)
        .get::<UseOwnAccount, _, _>("/account/password", own_sign_in::get_password)
        .post::<UseOwnAccount, _, _>("/account/password", own_sign_in::post_password)
        .get::<UseOwnAccount, _, _>("/account/code", own_sign_in::get_code)
        .post::<UseOwnAccount, _, _>("/account/code", own_sign_in::post_code)
        .get::<UseOwnAccount, _, _>("/account/code/set-up", own_sign_in::get_set_up)
        .post::<UseOwnAccount, _, _>("/account/code/set-up", own_sign_in::post_set_up)
        .get::<UseOwnAccount, _, _>("/account/recovery-codes", own_sign_in::get_recovery_codes)
        .post::<UseOwnAccount, _, _>("/account/recovery-codes", own_sign_in::post_recovery_codes)
        .with_state(accounts.clone())
        .and(oidc::door(accounts))
        .and(passkey::door(accounts))
}

#[cfg(test)]
mod tests;
