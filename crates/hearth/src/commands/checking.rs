//! `hearth check`.

use super::{place::Place, say};
use hearth::check::check;
use kernel::Fault;
use std::process::ExitCode;

/// How it is said.
#[derive(Clone, Copy)]
pub(crate) enum Told {
    InWords,
    AsJson,
}

/// Says what needs a person; that is a failure, so that a timer can tell.
pub(crate) async fn report(place: &Place, told: Told) -> Result<ExitCode, Fault> {
    let checked = check(&place.house_that_is_there().await?).await?;
    let code = if checked.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    if let Told::AsJson = told {
        say(&serde_json::to_string_pretty(&checked)?);
        return Ok(code);
    }
    say(&checked.audit_trail);
    say(&format!(
        "The feed publishes {} services; {} pass the official rules.",
        checked.feed.services, checked.feed.services_passing
    ));
    for finding in &checked.findings {
        say(&format!("{}: {}", finding.area, finding.sentence));
    }
    match checked.findings.len() {
        0 => say("Nothing needs a person."),
        1 => say("1 thing needs a person."),
        many => say(&format!("{many} things need a person.")),
    }
    Ok(code)
}
