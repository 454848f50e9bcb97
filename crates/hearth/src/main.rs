//! The one binary.

mod commands;

use clap::{Parser, Subcommand};
use commands::{
    checking, checking::Told, council, council::SettingsCommand, giving_out, giving_out::Export, people,
    people::UserCommand, place::Place, say, serving, taking_in, taking_in::Import,
};
use kernel::Fault;
use std::{io::Write, net::SocketAddr, path::PathBuf, process::ExitCode};

#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Hearth: a digital front door for family hubs.
#[derive(Parser)]
#[command(name = "hearth", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Makes the demonstration council if it is not there yet, and serves it
    Demo {
        /// Address and port to listen on
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// Where its data is kept
        #[arg(long, default_value = "./data/demo")]
        data: PathBuf,
    },
    /// Serves a council, as hearth.toml and HEARTH_* variables say
    Serve {
        /// The configuration file [default: hearth.toml, if it is there]
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Takes feeds and files into the directory: a plan first, then the rest
    Import {
        #[command(subcommand)]
        what: Import,
    },
    /// Writes what is public to a file
    Export {
        #[command(subcommand)]
        what: Export,
    },
    /// Says what needs a person: contacts and pages past their review date, gaps in the settings, entries that stand
    /// twice or lead nowhere, jobs that gave up
    Check {
        /// Everything that was measured, as JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Shows or saves the council's settings
    Settings {
        #[command(subcommand)]
        what: SettingsCommand,
    },
    /// Adds people, shuts them out, or lets them set up their sign-in anew
    User {
        #[command(subcommand)]
        what: UserCommand,
    },
    /// Copies the whole SQLite database to a new file while people go on using it, and verifies the copy
    Backup {
        /// A file that is not there yet
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
}

fn main() -> ExitCode {
    // What a panic says may hold what a person typed. Its place is enough to find it.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(std::io::stderr(), "a panic at {place}");
    }));
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    match runtime.block_on(run(arguments.command)) {
        Ok(code) => code,
        Err(fault) => fail(&fault),
    }
}

fn fail(fault: &Fault) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "hearth: {fault:#}");
    ExitCode::FAILURE
}

async fn run(command: Command) -> Result<ExitCode, Fault> {
    match command {
        Command::Demo { listen, data } => serving::serve_demo(listen, &data).await?,
        Command::Serve { config } => serving::serve(config.as_deref()).await?,
        Command::Import { what } => taking_in::import(what).await?,
        Command::Export { what } => giving_out::export(what).await?,
        Command::Check { json, place } => {
            return checking::report(&place, if json { Told::AsJson } else { Told::InWords }).await;
        }
        Command::Settings { what } => council::settings_command(what).await?,
        Command::User { what } => people::user_command(what).await?,
        Command::Backup { file, place } => {
            store::backup(&place.open_what_is_there().await?, &file).await?;
            store::check(&file).await?;
            say(&format!("Copied and verified: {}", file.display()));
        }
    }
    Ok(ExitCode::SUCCESS)
}
