//! What an entry says of itself in its own words, read for the model: whom it is for, how a family gets in, how much is known.

use directory::{Access, MatchService};
use web::say;

/// Whether an entry says of itself that it is for people who hurt, scare or control somebody, and for nobody else. Led to it
/// first, somebody who is hurt would meet help for the one who hurts them.
pub(crate) fn is_for_those_who_hurt(service: &MatchService) -> bool {
    /// Each speaks of the one whom the service is for, and not of the one who hurts them.
    const SAID: [&str; 19] = [
        "people who hurt",
        "people who have hurt",
        "people who harm",
        "people who have harmed",
        "people who abuse",
        "people who have abused",
        "anyone who hurts",
        "anyone who has hurt",
        "if you hurt",
        "if you have hurt",
        "worried that they hurt",
        "worried that you hurt",
        "worried about how they treat",
        "worried about how you treat",
        "change how you treat",
        "their own abusive behaviour",
        "your own abusive behaviour",
        "for perpetrators",
        "perpetrator programme",
    ];
    const HURT_THEMSELVES: [&str; 6] = ["you", "me", "us", "them", "yourself", "themselves"];
    const FOR_BOTH: [&str; 4] = ["victim", "survivor", "living with abuse", "are hurt"];
    let words =
        format!("{}. {}. {}", service.name, service.summary, service.who_for.as_deref().unwrap_or(""))
            .to_lowercase();
    let says = |said: &str| {
        words.match_indices(said).any(|(at, _)| {
            let rest = &words[at + said.len()..];
            let next = rest.trim_start().split(|letter: char| !letter.is_alphanumeric()).next();
            let is_whole = !rest.starts_with(char::is_alphanumeric);
            is_whole && !next.is_some_and(|next| HURT_THEMSELVES.contains(&next))
        })
    };
    SAID.iter().any(|said| says(said)) && !FOR_BOTH.iter().any(|both| words.contains(both))
}

/// How much of a service is known, whom one can reach before everything else: a website alone is a directory to read.
pub(crate) fn how_much_is_known(service: &MatchService) -> (bool, usize) {
    let reaches_people = !service.phones.is_empty() || service.email.is_some() || !service.places.is_empty();
    let known = [
        !service.phones.is_empty(),
        service.email.is_some(),
        !service.places.is_empty(),
        service.how_to_get_in.is_some(),
        service.ages.is_some(),
        !service.when.is_empty(),
        service.waiting_time.is_some(),
    ];
    (reaches_people, known.into_iter().filter(|is_known| *is_known).count())
}

/// How a family gets in where nothing is needed, in the words of the service's own page: some drop in, some get in touch,
/// and some are sent for.
pub(crate) fn open_words(service: &MatchService) -> &'static str {
    let how = service.how_to_get_in.as_deref().unwrap_or_default().to_lowercase();
    let says = |words: &[&str]| words.iter().any(|said| how.contains(said));
    let is_sent_for = [
        "they contact you",
        "contacts you",
        "gets in touch with you",
        "get in touch with you",
        "offered to everyone",
        "wait for the letter",
        "you are invited",
        "by invitation",
        "invites you",
        "does it at",
    ];
    if says(&is_sent_for) {
        return "they contact the family";
    }
    let goes_somewhere = service.access.iter().any(|access| matches!(access, Access::Hub | Access::Network));
    let drops_in = ["drop in", "drop-in", "come in", "come along", "turn up", "go in", "walk in", "walk-in"];
    match how.is_empty() {
        _ if says(&drops_in) => "drop in, nothing needed",
        true if goes_somewhere => "drop in, nothing needed",
        _ => "no referral needed",
    }
}

/// Who is named in a sentence of how to get in.
pub(crate) fn referral_words(how: &str) -> String {
    let lower = how.to_lowercase();
    let known = ["health visitor", "midwife", "school nurse", "social worker"];
    let mut named: Vec<&str> = known.into_iter().filter(|who| lower.contains(who)).collect();
    if how.split(|c: char| !c.is_ascii_alphabetic()).any(|word| word == "GP" || word == "GPs") {
        named.push("GP");
    }
    if named.is_empty() {
        "takes referrals from professionals".to_owned()
    } else {
        format!("takes {} referrals", say::list(&named))
    }
}
