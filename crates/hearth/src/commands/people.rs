//! `hearth user`.

use super::{place::Place, say};
use accounts::commands::{Tell, UserDraft};
use anyhow::Context;
use clap::Subcommand;
use hearth::House;
use kernel::Fault;

#[derive(Subcommand)]
pub(crate) enum UserCommand {
    /// Adds somebody, or roles to somebody who is there, and prints a link that works once within 24 hours
    Add {
        /// Their e-mail address
        #[arg(long)]
        email: kernel::Email,
        /// What they are called
        #[arg(long)]
        name: String,
        /// What they may be; may be given several times
        #[arg(long = "role", required = true)]
        roles: Vec<access::Role>,
        /// The organisation whose entries they keep, as in its address on the site
        #[arg(long)]
        organisation: Option<String>,
        /// Also sends them the link by e-mail
        #[arg(long)]
        send: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Shuts somebody out at once, everywhere
    Disable {
        /// Their e-mail address
        #[arg(long)]
        email: kernel::Email,
        #[command(flatten)]
        place: Place,
    },
    /// Ends their sessions, forgets how they signed in, and prints a link to set it up anew
    Reset {
        /// Their e-mail address
        #[arg(long)]
        email: kernel::Email,
        /// Also sends them the link by e-mail
        #[arg(long)]
        send: bool,
        #[command(flatten)]
        place: Place,
    },
}

pub(crate) async fn user_command(what: UserCommand) -> Result<(), Fault> {
    let told = |send: bool| if send { Tell::ThePerson } else { Tell::Nobody };
    let link = match what {
        UserCommand::Add { email, name, roles, organisation, send, place } => {
            let house = place.house().await?;
            let organization = match organisation {
                None => None,
                Some(slug) => Some(find_organization(&house, slug).await?),
            };
            let user = UserDraft { email, name, roles, organization };
            accounts::commands::add_user(&house.accounts, user, told(send)).await?
        }
        UserCommand::Disable { email, place } => {
            accounts::commands::disable_user(&place.house_that_is_there().await?.accounts, &email).await?;
            say("Shut out: every session of theirs has ended.");
            return Ok(());
        }
        UserCommand::Reset { email, send, place } => {
            accounts::commands::reset_user(&place.house_that_is_there().await?.accounts, &email, told(send))
                .await?
        }
    };
    say("Give them this link. It works once, within 24 hours:");
    say(&link);
    Ok(())
}

pub(crate) async fn find_organization(house: &House, slug: String) -> Result<uuid::Uuid, Fault> {
    let all = house.site.db().read(directory::list_organizations).await?;
    let found = all.into_iter().find(|organization| organization.slug == slug);
    found
        .map(|organization| organization.id.uuid())
        .with_context(|| format!("there is no organisation '{slug}'"))
}
