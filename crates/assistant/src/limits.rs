//! What is not taken: too long, too fast, while Ask is closed; and what is somebody's own and goes no further.

use crate::{
    pipeline::Step,
    rates::Rates,
    room::Assistant,
    say,
    status::Status,
    steps::{LETTERS_MAX, link, stop},
    switch,
    turn::Turn,
};
use kernel::Instant;
use regex::Regex;
use safety::Screened;
use std::{net::IpAddr, sync::LazyLock};
use web::Site;

/// No more than a box takes. The words are put back by the page.
pub(crate) fn within_length(screened: &Screened) -> Step<()> {
    if screened.as_typed().chars().count() > LETTERS_MAX {
        return stop(Turn::saying(Status::TooLong, &[say::TOO_LONG]));
    }
    Ok(())
}

/// No faster than a person types.
pub(crate) fn within_rate(rates: &Rates, address: Option<IpAddr>, now: Instant) -> Step<()> {
    if rates.may_ask(address, now) {
        Ok(())
    } else {
        stop(Turn::saying(Status::RateLimited, &say::RATE_LIMITED))
    }
}

/// Not while somebody has closed Ask.
pub(crate) async fn not_closed(room: &Assistant) -> Step<()> {
    if !switch::is_closed(room).await {
        return Ok(());
    }
    let mut turn = Turn::saying(Status::Closed, &say::CLOSED);
    turn.links = vec![link("Search for help", "/search"), link("Urgent help", "/urgent-help")];
    stop(turn)
}

/// The words without numbers and addresses that are somebody's own. Never an error: a hint is said, and they go no
/// further.
pub(crate) fn without_personal_data(site: &Site, screened: &Screened) -> (Screened, bool) {
    static OWN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let phone = r"(?:\+44|\b0)[\d\s()-]{8,14}\d\b";
        let email = r"[\w.+-]+@[\w-]+\.[\w.-]+";
        let insurance = r"\b[A-Za-z]{2}\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-Da-d]\b";
        let card = r"\b(?:\d[ -]?){13,16}\b";
        Regex::new(&[email, phone, insurance, card].join("|")).ok()
    });
    let typed = screened.as_typed();
    match OWN.as_ref().filter(|own| own.is_match(typed)) {
        None => (screened.clone(), false),
        Some(own) => (site.screen(&own.replace_all(typed, " ")), true),
    }
}
