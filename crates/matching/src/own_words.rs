//! What an entry says of itself in its own words, read for the model: whom it is for, how a family gets in, how much is known.

use directory::{Access, MatchService};
use web::say;

/// Whether an entry says of itself that it is for people who hurt others, and for nobody else.
pub(crate) fn is_for_those_who_hurt(service: &MatchService) -> bool {
    let who_for = service.who_for.as_deref().unwrap_or_default();
    search::is_for_those_who_hurt(&[&service.name, &service.summary, who_for])
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
