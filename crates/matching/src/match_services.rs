//! `GET` and `POST /practitioner/match`: a practitioner describes a need and gets ranked services with the reasons, what
//! rules the others out, ways to begin the conversation, and the list to hand over. The need is held for ten minutes for the
//! one who described it, so that `GET /practitioner/match/{key}` can be come back to.

use crate::{
    hand_over::{self, HandOverFields},
    held::{self, HeldNeed, form_key_of},
    languages::LANGUAGES,
    model::{BarKind, Matched, Need, Ranked, decide_matches, lower_first, upper_first},
    need_form::{AGE_UNITS, ROUTES, Typed, WAITS, WHOM, parse},
    open_list::places_words,
    starters::{Starter, starters},
};
use access::{Action, Denied, MatchServices, On};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use directory::{Cost, Directory, MatchNeed, MatchService, SendNeed, Severity, Thrive};
use kernel::{Date, Fault};
use safety::Verdict;
use web::{
    CardView, Form, Page, Reply, Who,
    fields::{ErrorSummary, Errors},
    say, see_other, show, show_with,
};

/// How many are shown at once; the rest are behind one press.
const SHOWN: usize = 8;
/// How many are shown at all: more than anybody reads in a conversation.
const RANKED_MAX: usize = 40;

/// What each THRIVE group means here, for the one who chooses.
const THRIVE_HINTS: [(Thrive, &str); 5] = [
    (Thrive::Thriving, "things for every family"),
    (Thrive::GettingAdvice, "advice, signposting, a one-off talk"),
    (Thrive::GettingHelp, "focused help with a goal"),
    (Thrive::GettingMoreHelp, "longer or specialist help"),
    (Thrive::GettingRiskSupport, "somebody is worried about safety"),
];

#[derive(Template)]
#[template(path = "match.html")]
struct MatchView {
    card: Option<CardView>,
    summary: String,
    form: NeedFormView,
    results: Option<ResultsView>,
    /// What was found was held for its time, and is not any more.
    is_over: bool,
}

/// The form of a need.
struct NeedFormView {
    typed: Typed,
    needs: Vec<NeedChoice>,
    topic_error: Option<String>,
    words_error: Option<String>,
    age_error: Option<String>,
    place_error: Option<String>,
}

struct NeedChoice {
    slug: String,
    name: String,
    checked: bool,
    narrow: Vec<(String, String, bool)>,
    open: bool,
}

impl NeedFormView {
    fn age_units(&self) -> &'static [(&'static str, &'static str)] {
        &AGE_UNITS
    }
    fn routes(&self) -> &'static [(&'static str, &'static str)] {
        &ROUTES
    }
    fn waits(&self) -> &'static [(&'static str, &'static str)] {
        &WAITS
    }
    fn languages(&self) -> &'static [(&'static str, &'static str)] {
        &LANGUAGES
    }
    fn whom(&self) -> Vec<(&'static str, &'static str, bool)> {
        let checked = |value: &str| self.typed.whom.iter().any(|own| own == value);
        WHOM.iter().map(|(who, words)| (who.as_str(), *words, checked(who.as_str()))).collect()
    }
    fn thrive(&self) -> Vec<(&'static str, String)> {
        THRIVE_HINTS
            .iter()
            .map(|(group, hint)| (group.as_str(), format!("{}: {hint}", group.words())))
            .collect()
    }
    fn severity(&self) -> Vec<(&'static str, &'static str)> {
        Severity::ALL.iter().map(|severity| (severity.as_str(), severity.words())).collect()
    }
    fn send(&self) -> Vec<(&'static str, &'static str)> {
        SendNeed::ALL.iter().map(|need| (need.as_str(), need.words())).collect()
    }
}

/// What was found.
struct ResultsView {
    heading: String,
    asked: String,
    is_crisis: bool,
    /// Words were typed that no service answers.
    is_unread: bool,
    /// The words that nothing here knows, where others found something.
    not_understood: String,
    ranked: Vec<Card>,
    more: Vec<Card>,
    for_those_who_hurt: Vec<Card>,
    /// There are more than are shown.
    is_cut: bool,
    ruled_out: Vec<Group>,
    ruled_out_count: usize,
    hand_over: HandOverFields,
    starters: Vec<StarterView>,
    starters_date: String,
    starters_old: bool,
}

/// A service that suits, in words.
struct Card {
    number: usize,
    slug: String,
    name: String,
    organization: String,
    summary: String,
    why: String,
    check: String,
    alert: String,
    facts: Vec<Fact>,
    phones: Vec<(String, String)>,
    checked: String,
    is_fresh: bool,
}

struct Fact {
    label: &'static str,
    /// `None` is not given.
    words: Option<String>,
}

struct Group {
    words: &'static str,
    lines: Vec<(String, String, String)>,
}

struct StarterView {
    heading: String,
    starter: &'static Starter,
}

/// `GET /practitioner/match`.
pub(crate) async fn get(State(directory): State<Directory>, who: Who) -> Reply {
    who.may::<MatchServices>(On::all("match"))?;
    show(directory.site(), &Page::new(TITLE), &empty(&directory))
}

/// `POST /practitioner/match`: leads to what was found.
pub(crate) async fn post(State(directory): State<Directory>, who: Who, form: Form) -> Reply {
    let may = who.may::<MatchServices>(On::all("match"))?;
    let site = directory.site();
    let screened = site.screen(&form.typed(&["words", "place", "age"]));
    let verdict = screened.verdict();
    let typed = Typed::of(&form);
    // What was mistyped is put back at once and held nowhere. So is what a card was heard in and that is not read on, such
    // as the street of an address: the card would be lost on the way.
    let is_heard_again = site.screen(&typed.heard()).verdict() == verdict;
    if is_heard_again
        && let Some(person) = may.actor().person()
        && parse(&directory, &typed, verdict).await?.is_ok()
    {
        let key = held::hold(site, &HeldNeed { person: person.to_string(), typed }).await?;
        return Ok(see_other(&format!("/practitioner/match/{key}")));
    }
    found(&directory, typed, verdict, site.dice().hex::<16>()).await
}

/// `GET /practitioner/match/{key}`: what fits a need that one described within the last ten minutes.
pub(crate) async fn get_found(
    State(directory): State<Directory>,
    who: Who,
    Path(key): Path<String>,
) -> Reply {
    let may = who.may::<MatchServices>(On::all("match"))?;
    let site = directory.site();
    let Some(need) = held::find(site, &key).await? else {
        let body = MatchView { is_over: true, ..empty(&directory) };
        return show_with(site, StatusCode::GONE, &Page::new(TITLE), &body);
    };
    if may.actor().person().is_none_or(|person| person.to_string() != need.person) {
        return Err(Denied { action: Action::MatchServices, signed_in: true }.into());
    }
    let screened = site.screen(&need.typed.heard());
    found(&directory, need.typed, screened.verdict(), form_key_of(&key)).await
}

/// The form before anything was typed.
fn empty(directory: &Directory) -> MatchView {
    MatchView {
        card: None,
        summary: String::new(),
        form: form_view(directory, Typed::new(), &Errors::default()),
        results: None,
        is_over: false,
    }
}

const TITLE: &str = "Match a family to help";

/// What fits. A card stands above it and holds nothing up: the one who asks is at work.
async fn found(directory: &Directory, typed: Typed, verdict: &Verdict, form_key: String) -> Reply {
    let site = directory.site();
    let card = site.card(verdict).map(CardView::above);
    let need = match parse(directory, &typed, verdict).await? {
        Ok(need) => need,
        Err(errors) => {
            let (status, title) = errors.page(TITLE);
            let body = MatchView {
                card,
                summary: ErrorSummary { errors: &errors }.render()?,
                form: form_view(directory, typed, &errors),
                results: None,
                is_over: false,
            };
            return show_with(site, status, &Page::new(title), &body);
        }
    };
    let matched = decide_matches(directory::list_match_services(directory).await?, &need);
    let results = results_view(directory, &need, matched, form_key)?;
    let title = results.heading.clone();
    let body = MatchView {
        card,
        summary: String::new(),
        form: form_view(directory, typed, &Errors::default()),
        results: Some(results),
        is_over: false,
    };
    show(site, &Page::new(title), &body)
}

fn form_view(directory: &Directory, typed: Typed, errors: &Errors) -> NeedFormView {
    let is_chosen = |slug: &str| typed.topics.iter().any(|topic| topic == slug);
    let needs = directory::list_match_needs(directory)
        .into_iter()
        .map(|MatchNeed { slug, name, narrow }| {
            let narrow: Vec<(String, String, bool)> = narrow
                .into_iter()
                .map(|(slug, name)| {
                    let checked = is_chosen(&slug);
                    (slug, name, checked)
                })
                .collect();
            NeedChoice {
                checked: is_chosen(&slug),
                open: narrow.iter().any(|(_, _, checked)| *checked),
                slug,
                name,
                narrow,
            }
        })
        .collect();
    let at = |field: &str| errors.at(field).map(str::to_owned);
    NeedFormView {
        topic_error: at("topic"),
        words_error: at("words"),
        age_error: at("age"),
        place_error: at("place"),
        typed,
        needs,
    }
}

fn results_view(
    directory: &Directory,
    need: &Need,
    matched: Matched,
    form_key: String,
) -> Result<ResultsView, Fault> {
    let today = directory.site().clock().today();
    let (fitting, apart) = (matched.ranked.len(), matched.for_those_who_hurt.len());
    let mut cards: Vec<Card> = matched
        .ranked
        .into_iter()
        .take(RANKED_MAX)
        .enumerate()
        .map(|(at, ranked)| card(at + 1, ranked))
        .collect();
    let more = cards.split_off(SHOWN.min(cards.len()));
    let numbered = cards.len() + more.len();
    let for_those_who_hurt = matched.for_those_who_hurt.into_iter().enumerate();
    let for_those_who_hurt = for_those_who_hurt.map(|(at, ranked)| card(numbered + at + 1, ranked)).collect();
    let ruled_out_count = matched.ruled_out.len();
    let group = |kind: BarKind| {
        let lines: Vec<(String, String, String)> = matched
            .ruled_out
            .iter()
            .filter(|out| out.bars.first().is_some_and(|bar| bar.kind == kind))
            .map(|out| {
                let because: Vec<&str> = out.bars.iter().map(|bar| bar.words.as_str()).collect();
                (out.service.slug.clone(), out.service.name.clone(), because.join("; "))
            })
            .collect();
        (!lines.is_empty()).then(|| Group { words: kind.words(), lines })
    };
    let starters = starters()?;
    let wide: Vec<String> =
        need.topics().map(|topic| topic.wider.clone().unwrap_or_else(|| topic.slug.clone())).collect();
    let needs = directory::list_match_needs(directory);
    let name_of = |slug: &str| needs.iter().find(|need| need.slug == slug).map(|need| need.name.clone());
    let heading = match fitting + apart {
        0 => "Nothing fits all of that".to_owned(),
        many => say::count(many, "service that fits", "services that fit"),
    };
    Ok(ResultsView {
        heading,
        asked: asked_words(need),
        is_crisis: need.severity == Some(Severity::Crisis) || need.thrive == Some(Thrive::GettingRiskSupport),
        is_unread: need.asks_words && need.words.is_empty(),
        not_understood: if need.words.is_empty() { String::new() } else { quoted(&need.not_understood) },
        ruled_out: BarKind::ALL.into_iter().filter_map(group).collect(),
        ruled_out_count,
        hand_over: hand_over::fields_for_match(directory.site(), form_key),
        starters: starters
            .list_for(&wide)
            .into_iter()
            .map(|starter| StarterView {
                heading: name_of(&starter.topic).unwrap_or_else(|| "To begin".to_owned()),
                starter,
            })
            .collect(),
        starters_date: say::day_month_year(starters.reviewed_on),
        starters_old: starters.is_old(today),
        is_cut: fitting > cards.len() + more.len(),
        ranked: cards,
        more,
        for_those_who_hurt,
    })
}

/// '‘zqx’ and ‘asdf’'.
fn quoted(words: &[String]) -> String {
    say::list(&words.iter().map(|word| format!("‘{word}’")).collect::<Vec<_>>())
}

/// What was asked, told back in one line.
fn asked_words(need: &Need) -> String {
    use crate::model::{Route, SendAsked};
    let mut parts: Vec<String> = need.topics.iter().map(|topic| topic.name.clone()).collect();
    if need.asks_words {
        parts.push("your words".to_owned());
    }
    parts.extend(need.age_told.clone());
    parts.extend(need.near.as_ref().map(|near| format!("near {}", near.label)));
    parts.extend(need.language.map(|(_, name)| name.to_owned()));
    for (audience, words) in WHOM {
        if need.audiences.contains(&audience) {
            parts.push(crate::model::lower_first(words));
        }
    }
    match need.send {
        SendAsked::NotAsked => {}
        SendAsked::Any => parts.push("SEND".to_owned()),
        SendAsked::One(one) => parts.push(format!("SEND: {}", lower_first(one.words()))),
    }
    match need.route {
        Route::Any => {}
        Route::FamilyAsks => parts.push("the family asks for itself".to_owned()),
        Route::IRefer => parts.push("you refer".to_owned()),
    }
    parts.extend(need.wait_weeks_max.map(|weeks| format!("within {weeks} weeks")));
    parts.extend(need.thrive.map(|group| group.words().to_owned()));
    parts.extend(need.severity.map(|severity| severity.words().to_lowercase()));
    parts.join(" · ")
}

fn card(number: usize, ranked: Ranked) -> Card {
    let Ranked { service, why, check, .. } = ranked;
    Card {
        number,
        why: sentence(&why),
        check: sentence(&check),
        alert: service.alert.clone().unwrap_or_default(),
        facts: facts(&service),
        phones: service.phones.iter().map(|(number, _, hours)| (number.clone(), hours.clone())).collect(),
        checked: service.checked.clone(),
        is_fresh: service.is_fresh,
        slug: service.slug,
        name: service.name,
        organization: service.organization,
        summary: service.summary,
    }
}

fn sentence(parts: &[String]) -> String {
    upper_first(&parts.join("; "))
}

fn facts(service: &MatchService) -> Vec<Fact> {
    let fact = |label: &'static str, words: Option<String>| Fact { label, words };
    let ways: Vec<&str> = service
        .way_in
        .iter()
        .filter(|way| **way != directory::WayIn::Unknown)
        .map(|way| way.words())
        .collect();
    // The sentence says more than the ways, and says them again.
    let way_in = service.how_to_get_in.clone().or_else(|| (!ways.is_empty()).then(|| ways.join(". ")));
    let places = places_words(&service.places);
    let access: Vec<String> = service.access.iter().map(|access| lower_first(access.words())).collect();
    let place = if places.is_empty() { upper_first(&say::list(&access)) } else { places.join("; ") };
    let wait = |(words, on): &(String, Option<Date>)| match on {
        Some(on) => format!("{words} (given in {})", say::month_year(*on)),
        None => words.clone(),
    };
    vec![
        fact("How to get in", way_in),
        fact(
            "Ages",
            Some(service.ages.as_ref().map_or_else(|| "Any age".to_owned(), |ages| ages.words.clone())),
        ),
        fact("Where", (!place.is_empty()).then_some(place)),
        fact("Waiting time", service.waiting_time.as_ref().map(wait)),
        fact("Cost", (service.cost != Cost::Unknown).then(|| service.cost.words().to_owned())),
    ]
}
