//! Find help: a person's own words in, places that can help out. The safety screen reads them first.

use crate::{
    cards::{Asked, ResultCard, capitalised},
    catalogue::{Catalogue, Directory},
    missed,
    model::Term,
    panel::{self, Group, What},
    query_of::{
        Address, GROUPS, Heard, METRES_A_MILE, MILES, PER_PAGE, Question, STAGES, TIMES, age_of, heard_in,
        question, said_days, tells_distance, ticked_days,
    },
    vocabulary::{DAYS, PointQuality},
    why::reasons,
};
use askama::Template;
use axum::{extract::State, http::StatusCode};
use kernel::{Date, Fault};
use safety::{Level, Screened};
use search::{FilterRef, Hit, Results, WhatIf};
use settings::Council;
use std::borrow::Cow;
use web::{CardView, Nav, Page, Params, Reply, Site, say, show, show_with};

/// Fields that people type into.
const TYPED: [&str; 3] = ["q", "postcode", "age"];

/// All that a person typed, for the safety screen. An age that is one of our own answers was chosen, not typed.
pub(crate) fn typed(params: &Params) -> String {
    let chosen = |age: &str| STAGES.iter().any(|(value, _, _)| *value == age);
    let fields = if params.all("age").all(chosen) { &TYPED[..2] } else { &TYPED[..] };
    params.typed(fields)
}

/// `GET /search`.
pub(crate) async fn get(State(directory): State<Directory>, params: Params) -> Reply {
    let site = directory.site();
    let screened: Screened = site.screen(&typed(&params));
    let mut address = Address::read(&params);
    let card = site.card(screened.verdict());
    let red = screened.verdict().level == Level::Red;
    if let (Some(card), true, true) = (&card, red, params.get("carry").is_empty()) {
        let href = address.href(1);
        let carry_on = format!("{href}{}carry=on", if href.contains('?') { "&" } else { "?" });
        let page = Page::new("Please talk to someone now").bare().sensitive(true);
        return show_with(
            site,
            StatusCode::OK,
            &page,
            &CardView { card: card.clone(), carry_on, heading: 1 },
        );
    }
    let catalogue = directory.catalogue();
    if address.is_from_form() {
        let heard = heard_in(site, &catalogue, &address);
        address = address.settled(&heard);
    }
    let loss = screened.verdict().loss;
    let mut asked = question(site, &catalogue, &address).await?;
    asked.query.loss |= loss;
    asked.query.what_if = choices_to_count(&address, &asked);
    let mut results = catalogue.index.search(&asked.query);
    let last = results.total.div_ceil(PER_PAGE).max(1);
    let mut no_such_page = String::new();
    if address.page > last {
        no_such_page = no_such_page_words(address.page, last);
        address.page = last;
        asked.query.page = last;
        results = catalogue.index.search(&asked.query);
    }
    let ways_out = ways_out(site, &catalogue, &address, &asked, &results, loss).await?;
    // What only its meaning found was still missed by words: that is what editors want to hear of.
    let no_word_found_it = results.total == 0 || results.hits.iter().all(|hit| hit.is_by_meaning_alone());
    if no_word_found_it && address.page == 1 {
        missed::note(&directory, params.get("q"), screened.verdict());
    }
    let card = card.map(CardView::above);
    let council = site.council();
    let body = SearchView {
        lead: lead(&results, &asked, !ways_out.is_empty()),
        loosened: ways_out,
        no_such_page,
        ..SearchView::new(site, &council, &catalogue, &address, &asked, &results, card)
    };
    let page = Page::new("Find help").under(Nav::Find).with_exit().without_header_search();
    // The empty question is the same for everybody and stands in the sitemap; what was typed is nobody's to list.
    let page = if address.href(address.page) == "/search" { page.at("/search") } else { page };
    show(site, &page, &body)
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchView<'a> {
    card: Option<CardView>,
    q: &'a str,
    place: &'a str,
    place_error: Option<&'a str>,
    place_note: String,
    carried: Vec<(&'a str, &'a str)>,
    heading: String,
    lead: String,
    chips: Vec<Chip<'a>>,
    corrected: String,
    loss: bool,
    /// Where to start, when nothing has been asked yet.
    needs: Vec<&'a Term>,
    results: Vec<ResultCard>,
    near_misses: Vec<ResultCard>,
    near_heading: &'static str,
    loosened: Vec<Step>,
    facets: Vec<Group<'a>>,
    on: usize,
    total: usize,
    order: Option<Step>,
    previous: Option<String>,
    next: Option<String>,
    pages: String,
    /// Where the address names a page past the last.
    no_such_page: String,
    first_page: String,
    /// Parts of the words that the form shows chosen, or overrules.
    heard: Vec<String>,
    clear: String,
    phone: &'a str,
    dialled: String,
    email: &'a str,
}

/// One thing that was understood or ticked, with the address that takes it off.
struct Chip<'a> {
    icon: &'static str,
    label: Cow<'a, str>,
    href: String,
}

/// A link with what it gives.
struct Step {
    label: &'static str,
    note: Cow<'static, str>,
    href: String,
}

impl<'a> SearchView<'a> {
    fn new(
        site: &Site,
        council: &'a Council,
        catalogue: &'a Catalogue,
        address: &Address<'a>,
        asked: &'a Question,
        results: &'a Results<'a>,
        card: Option<CardView>,
    ) -> SearchView<'a> {
        let now = site.clock().now().to_zoned(kernel::london());
        let (today, minute) = (
            now.date(),
            u16::try_from(now.hour()).unwrap_or(0) * 60 + u16::try_from(now.minute()).unwrap_or(0),
        );
        let maker = CardMaker { catalogue, asked, today, minute };
        let q = address.get("q");
        let asked_nothing = q.is_empty() && address.filters() == 0 && asked.query.near.is_none();
        let last = results.total.div_ceil(PER_PAGE).max(1);
        let place = asked.place.as_ref();
        SearchView {
            heading: heading(results, asked, asked_nothing),
            lead: String::new(),
            chips: chips(address, asked, catalogue),
            corrected: say::list(
                &results
                    .corrected
                    .iter()
                    .map(|(typed, read)| format!("‘{read}’ for ‘{typed}’"))
                    .collect::<Vec<_>>(),
            ),
            loss: asked.query.loss,
            needs: if asked_nothing {
                catalogue.terms.iter().filter(|term| term.parent.is_none()).collect()
            } else {
                Vec::new()
            },
            results: if asked_nothing {
                Vec::new()
            } else {
                results.hits.iter().map(|hit| maker.card(hit)).collect()
            },
            near_misses: results.near_misses.iter().take(5).map(|hit| maker.card(hit).under(3)).collect(),
            near_heading: if results.total == 0 {
                "Close to what you asked"
            } else {
                "Near it, but not all you asked"
            },
            loosened: Vec::new(),
            no_such_page: String::new(),
            first_page: address.href(1),
            heard: asked
                .heard
                .iter()
                .map(|heard| match address.all(heard.name).next() {
                    None => heard.key.to_owned(),
                    Some(_) => format!("{}{}", Heard::OVERRULED, heard.key),
                })
                .collect(),
            facets: panel::groups(address, asked, results),
            on: address.filters(),
            total: results.total,
            order: order(address, asked),
            previous: (address.page > 1 && results.total > 0)
                .then(|| address.href((address.page - 1).min(last))),
            next: (address.page < last && !asked_nothing).then(|| address.href(address.page + 1)),
            pages: if last > 1 && !asked_nothing {
                format!("Page {} of {last}", address.page.min(last))
            } else {
                String::new()
            },
            clear: Address::default().with_words(q).href(1),
            carried: address.carried(&["q", "postcode", "without"]).collect(),
            place: if address.get("postcode").is_empty() {
                place.map_or("", |place| &place.label)
            } else {
                address.get("postcode")
            },
            place_error: asked.place_error.as_deref(),
            place_note: place_note(asked),
            phone: &council.phone,
            dialled: council.phone_dialled(),
            email: &council.email,
            card,
            q,
        }
    }
}

impl<'a> Address<'a> {
    fn with_words(self, words: &'a str) -> Address<'a> {
        if words.is_empty() { self } else { self.with("q", words) }
    }
}

fn heading(results: &Results, asked: &Question, asked_nothing: bool) -> String {
    match results.total {
        _ if asked_nothing => "What would help?".to_owned(),
        0 if asked.query.words.is_empty() => "Nothing here fits all of that".to_owned(),
        0 => "We did not find that".to_owned(),
        1 => "1 thing that can help".to_owned(),
        many if results.weak => format!("Not sure: {many} things that may be near it"),
        many => format!("{many} things that can help"),
    }
}

fn lead(results: &Results, asked: &Question, can_widen: bool) -> String {
    if asked.query.loss {
        return "We are so sorry. These are here for you, as much or as little as you want.".to_owned();
    }
    match results.total {
        0 if can_widen => {
            "That is our gap, not your mistake. Take one thing off and see what comes up:".to_owned()
        }
        0 => "That is our gap, not your mistake. Try one or two plain words, or ask a person.".to_owned(),
        _ if results.weak => "We did not find a close match, so these are our best guess.".to_owned(),
        _ => String::new(),
    }
}

fn place_note(asked: &Question) -> String {
    match &asked.place {
        Some(place) if place.ended => {
            format!("{} is no longer in use, but we know where it was.", place.label)
        }
        Some(place) if place.point.quality == PointQuality::Sector => {
            format!("We know {} only roughly, so distances are rough too.", place.label)
        }
        _ if asked.ask_place => {
            "Where are you? Type a postcode or a town, and we show what is near first.".to_owned()
        }
        _ => String::new(),
    }
}

/// What the words were taken to mean, then what was ticked: each with its way off.
fn chips<'a>(address: &Address<'a>, asked: &'a Question, catalogue: &'a Catalogue) -> Vec<Chip<'a>> {
    let icon = |key: &str| match key {
        "place" | "postcode" | "town" | "within" => "pin",
        "age" => "age",
        "day" => "calendar",
        "time" => "clock",
        "cost" => "pound",
        "access" | "where" => "online",
        "audience" | "for" => "family",
        "accessibility" => "stepfree",
        "topic" => "list",
        _ => "door",
    };
    // What the form chose in their stead is told once, as the form says it.
    let overruled = |key: &str| {
        asked.heard.iter().any(|heard| heard.key == key && address.all(heard.name).next().is_some())
    };
    let is_told = |part: &&search::Part| part.filter != search::PartFilter::AskPlace && !overruled(part.key);
    let understood = asked.understood.parts.iter().filter(is_told).map(|part| Chip {
        icon: icon(part.key),
        label: Cow::Borrowed(&part.label),
        href: address.clone().with("without", part.key).href(1),
    });
    let mut chips: Vec<Chip> = understood.collect();
    for (name, value) in address.carried(&["q", "without", "sort", "kind"]) {
        let label: Option<Cow<str>> = match name {
            "postcode" => asked.place.as_ref().map(|place| format!("Near {}", place.label).into()),
            "within" if asked.query.near.is_some() => value.parse::<f64>().ok().map(|miles| match miles {
                1.0 => "Within 1 mile".into(),
                miles => format!("Within {miles} miles").into(),
            }),
            "within" => None,
            "age" => age_of(value).map(|_| {
                STAGES
                    .iter()
                    .find(|(stage, _, _)| *stage == value)
                    .map_or_else(|| format!("Age {value}").into(), |(_, words, _)| (*words).into())
            }),
            "topic" => catalogue.term(value).map(|term| term.name.as_str().into()),
            "day" => DAYS
                .iter()
                .find(|(code, _)| value.to_uppercase().starts_with(code))
                .map(|(_, words)| (*words).into()),
            "time" => TIMES.iter().find(|(time, _, _)| *time == value).map(|(_, words, _)| (*words).into()),
            "town" => Some(value.into()),
            group => panel::words_of(group, value).map(Cow::Borrowed),
        };
        if let Some(label) = label {
            chips.push(Chip { icon: icon(name), label, href: address.clone().drop_one(name, value).href(1) });
        }
    }
    chips
}

/// Choices of the panel that are no tags: ages, days, times, and distances where a place is known. A day is counted at
/// the time that was said or ticked, a time on such days.
fn choices_to_count(address: &Address, asked: &Question) -> Vec<WhatIf> {
    let query = &asked.query;
    let time_now = query.time.or(query.leanings.time);
    let days_now = match ticked_days(address) {
        0 => said_days(&asked.understood.parts),
        ticked => ticked,
    };
    let ages = STAGES.iter().filter(|(value, _, _)| *value != "parent").map(|(_, _, age)| WhatIf::Age(*age));
    let days = (0..DAYS.len()).map(|at| WhatIf::When { days: 1 << at, time: time_now });
    let times = TIMES.iter().map(|(_, _, time)| WhatIf::When { days: days_now, time: Some(*time) });
    let miles = MILES.iter().filter_map(|miles| miles.parse::<f64>().ok());
    let within = miles.map(|miles| WhatIf::Within(miles * METRES_A_MILE)).filter(|_| query.near.is_some());
    ages.chain(days).chain(times).chain(within).collect()
}

fn order(address: &Address, asked: &Question) -> Option<Step> {
    asked.query.near.as_ref()?;
    let nearest = address.get("sort") == "nearest";
    let (label, note, changed) = if nearest {
        ("Best match first", "Nearest first.", address.clone().drop_all("sort"))
    } else {
        ("Nearest first", "Best match first.", address.clone().only("sort", "nearest"))
    };
    Some(Step { label, note: note.into(), href: changed.href(1) })
}

/// Ways out where little or nothing is found: which filter to drop, and what one then gets. Each is asked as it will be
/// asked, so that the number told is the number found.
async fn ways_out(
    site: &Site,
    catalogue: &Catalogue,
    address: &Address<'_>,
    asked: &Question,
    results: &Results<'_>,
    loss: bool,
) -> Result<Vec<Step>, Fault> {
    let mut found: Vec<(usize, Step)> = Vec::new();
    for step in &results.loosened {
        let Some((label, changed)) = loosened(address, asked, &step.what) else { continue };
        let href = changed.href(1);
        if href == address.href(1) || found.iter().any(|(_, known)| known.href == href) {
            continue;
        }
        let mut wider = question(site, catalogue, &changed).await?;
        wider.query.loss |= loss;
        let total = catalogue.index.count(&wider.query);
        if total > results.total {
            let note = say::count(total, "thing that can help", "things that can help").into();
            found.push((total, Step { label, note, href }));
        }
    }
    found.sort_by_key(|(total, _)| std::cmp::Reverse(*total));
    Ok(found.into_iter().take(4).map(|(_, step)| step).collect())
}

/// A filter that could be dropped: its name, and the address that does it.
fn loosened<'a>(
    address: &Address<'a>,
    asked: &Question,
    what: &'a FilterRef,
) -> Option<(&'static str, Address<'a>)> {
    let understood = |key: &str| asked.understood.parts.iter().any(|part| part.key == key);
    let without = |address: Address<'a>, keys: &[&'a str]| {
        keys.iter().filter(|key| understood(key)).fold(address, |address, key| address.with("without", key))
    };
    let address = address.clone();
    Some(match what {
        // Without the words, what was read from them would go too.
        FilterRef::Words if !asked.understood.parts.is_empty() => return None,
        FilterRef::Words => ("Any words", address.drop_all("q")),
        FilterRef::Distance => ("Any distance", address.drop_all("within")),
        FilterRef::Area => ("Any area", without(address.drop_all("postcode"), &["place", "postcode"])),
        FilterRef::Age => ("Any age", without(address.drop_all("age"), &["age"])),
        FilterRef::Days => ("Any day", without(address.drop_all("day"), &["day"])),
        FilterRef::Time => ("Any time of day", without(address.drop_all("time"), &["time"])),
        FilterRef::Kinds => ("Anything", address.drop_all("kind")),
        FilterRef::Tag(group) => {
            let name =
                GROUPS.iter().find(|(_, have, _)| have == group).map_or(group.as_str(), |(name, _, _)| name);
            let label = match name {
                "how" => "Any way in",
                "where" => "Anywhere",
                "cost" => "Any cost",
                "for" => "For anybody",
                "access" => "Access not checked",
                "send" => "Any need",
                "topic" => "Any topic",
                _ => "Any town",
            };
            (label, without(address.drop_all(name), &[group.as_str()]))
        }
    })
}

fn no_such_page_words(asked: usize, last: usize) -> String {
    match last {
        1 => format!("There is no page {asked}. This is all there is."),
        last => format!("There is no page {asked}. This is page {last}, the last one."),
    }
}

pub(crate) struct CardMaker<'a> {
    pub catalogue: &'a Catalogue,
    pub asked: &'a Question,
    pub today: Date,
    pub minute: u16,
}

impl CardMaker<'_> {
    pub fn card(&self, hit: &Hit) -> ResultCard {
        let at = usize::try_from(hit.document).unwrap_or_default();
        let document = &self.catalogue.index.documents()[at];
        let site = hit.site.and_then(|site| document.sites.get(site));
        let tells = tells_distance(self.asked.place.as_ref());
        let approximate =
            self.asked.place.as_ref().is_some_and(|place| place.point.quality != PointQuality::Exact);
        let asked = Asked {
            why: capitalised(&reasons(hit, document, self.asked, self.catalogue).join("; ")),
            distance: hit.distance_metres.filter(|_| tells),
            site_label: site.map_or("", |site| &site.label),
            approximate: approximate || site.is_some_and(|site| site.approximate),
            slot_label: hit.slot.and_then(|slot| document.slots.get(slot)).map_or("", |slot| &slot.label),
            anchor: hit
                .section
                .and_then(|section| document.sections.get(section))
                .map_or("", |section| &section.anchor),
        };
        ResultCard::new(&self.catalogue.facts[at], asked, self.today, self.minute)
    }
}
