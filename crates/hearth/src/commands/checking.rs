//! `hearth check`.

use super::{place::Place, say};
use hearth::check::check;
use kernel::Fault;
use std::process::ExitCode;

pub(crate) async fn report(place: &Place) -> Result<ExitCode, Fault> {
    let house = place.house().await?;
    let (trail, findings) = check(&house).await?;
    say(&trail);
    for finding in &findings {
        say(&format!("{}: {}", finding.area, finding.sentence));
    }
    if findings.is_empty() {
        say("Nothing needs a person.");
        return Ok(ExitCode::SUCCESS);
    }
    say(&format!("{} need a person.", findings.len()));
    Ok(ExitCode::FAILURE)
}
