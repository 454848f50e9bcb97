//! What rooms are told about each other by the house, so that none of them has to know another: one visible list each.

use access::{Action, Role};
use accounts::{DataSource, NumberSource, Part, RetentionRule, Rooms, Run};
use content::Library;
use freshness::Tile;
use kernel::{Email, Fault, Instant};
use notify::Template;
use quality::{Cited, FromHouse};
use serde_json::Value;
use std::sync::{Arc, LazyLock};
use store::Tx;

/// The wording of every kind of message, for the editor's list.
pub fn templates() -> &'static [&'static Template] {
    static ALL: LazyLock<Vec<&'static Template>> = LazyLock::new(|| {
        [
            accounts::TEMPLATES,
            keeping::TEMPLATES,
            freshness::TEMPLATES,
            bookings::TEMPLATES,
            registers::TEMPLATES,
            invitations::TEMPLATES,
            appointments::TEMPLATES,
            holidays::TEMPLATES,
            callbacks::TEMPLATES,
            matching::TEMPLATES,
        ]
        .concat()
    });
    &ALL
}

/// Who keeps something about people, who forgets what by itself, and what the organisations are called.
pub fn rooms() -> Rooms {
    Rooms {
        sources: vec![
            DataSource {
                room: "keeping",
                tables: &["entry_draft", "entry_change", "application"],
                export: |tx, person| Ok(keeping_parts(&keeping::export_about(tx, person)?)),
                erase: |tx, person, now| keeping::erase(tx, person, now).map(|_| ()),
            },
            DataSource {
                room: "bookings",
                tables: &["booking", "booking_guest"],
                export: |tx, person| {
                    let records =
                        bookings::export_about(tx, person)?.iter().map(|booking| flat("", booking)).collect();
                    let (heading, why) = (
                        "Bookings you made",
                        "Kept until 180 days after the last date; then how many came stays, and not who.",
                    );
                    Ok(vec![Part { heading: heading.to_owned(), why: why.to_owned(), records }])
                },
                erase: |tx, person, now| bookings::erase(tx, person, now).map(|_| ()),
            },
            DataSource {
                room: "registers",
                tables: &["attendance"],
                export: |tx, person| {
                    let records =
                        registers::export_about(tx, person)?.iter().map(|mark| flat("", mark)).collect();
                    let (heading, why) = (
                        "Sessions you came to",
                        "Kept without your name once the booking is forgotten, as a count.",
                    );
                    Ok(vec![Part { heading: heading.to_owned(), why: why.to_owned(), records }])
                },
                erase: |tx, person, now| registers::erase(tx, person, now).map(|_| ()),
            },
            DataSource {
                room: "invitations",
                tables: &["invitation"],
                export: |tx, person| {
                    let records =
                        invitations::export_about(tx, person)?.iter().map(|one| flat("", one)).collect();
                    let (heading, why) =
                        ("Invitations you gave", "Kept for 180 days; then how many were given stays.");
                    Ok(vec![Part { heading: heading.to_owned(), why: why.to_owned(), records }])
                },
                erase: |tx, person, now| invitations::erase(tx, person, now).map(|_| ()),
            },
            DataSource {
                room: "holidays",
                tables: &["holiday_family", "holiday_child", "holiday_check"],
                export: |tx, person| {
                    let records =
                        holidays::export_about(tx, person)?.iter().map(|family| flat("", family)).collect();
                    let (heading, why) = (
                        "Your children in holiday programmes",
                        "Kept until 180 days after the programme; then only its figures stay.",
                    );
                    Ok(vec![Part { heading: heading.to_owned(), why: why.to_owned(), records }])
                },
                erase: |tx, person, now| holidays::erase(tx, person, now).map(|_| ()),
            },
            DataSource {
                room: "callbacks",
                tables: &["call_back", "call_back_event"],
                export: |tx, person| {
                    let records =
                        callbacks::export_about(tx, person)?.iter().map(|one| flat("", one)).collect();
                    let (heading, why) = (
                        "Call backs you have taken",
                        "Until they end. Families who ask have no account: ask for a number's data at the council.",
                    );
                    Ok(vec![Part { heading: heading.to_owned(), why: why.to_owned(), records }])
                },
                erase: |tx, person, now| callbacks::erase(tx, person, now).map(|_| ()),
            },
            DataSource {
                room: "matching",
                tables: &["handed_list"],
                export: |tx, person| {
                    let records =
                        matching::export_about(tx, person)?.iter().map(|one| flat("", one)).collect();
                    let (heading, why) = (
                        "Lists you handed over",
                        "They open for 90 days and are forgotten 90 days after that.",
                    );
                    Ok(vec![Part { heading: heading.to_owned(), why: why.to_owned(), records }])
                },
                erase: |tx, person, now| matching::erase(tx, person, now).map(|_| ()),
            },
        ],
        number_sources: vec![NumberSource {
            room: "callbacks",
            tables: &["call_back", "call_back_event"],
            export: |tx, phone| {
                let records =
                    callbacks::export_about_number(tx, phone)?.iter().map(|one| flat("", one)).collect();
                let (heading, why) =
                    ("Requests to be rung", "Kept until we have reached them, and for 90 days after.");
                Ok(vec![Part { heading: heading.to_owned(), why: why.to_owned(), records }])
            },
            erase: callbacks::erase_number,
        }],
        rules: vec![
            RetentionRule {
                key: "call_backs",
                what: "Who asked to be rung, from the end of the request on",
                kept_days: callbacks::KEPT_DAYS,
                why: "As the form promises. How many asked stays.",
                run: Run::OwnJob,
            },
            RetentionRule {
                key: "handed_lists",
                what: "Lists that practitioners handed over; where they were sent goes after a day",
                kept_days: 180,
                why: "A list opens for 90 days, and is counted for 90 more.",
                run: Run::OwnJob,
            },
            RetentionRule {
                key: "guide_sessions",
                what: "Where somebody is in a guide: keys of answers and days, no name and no words",
                kept_days: flows::KEPT_DAYS,
                why: "So that a family can come back with its code. The days go first, the rest after 90 more.",
                run: Run::OwnJob,
            },
            RetentionRule {
                key: "ask_turns",
                what: "How Ask ended, without words: a random number, the hour, the language, what was shown",
                kept_days: 1,
                why: "A conversation ends after an hour without a word, and is deleted. Figures by week stay.",
                run: Run::OwnJob,
            },
            RetentionRule {
                key: "model_counts",
                what: "How often the language model was asked and what was not let through, by day, without words",
                kept_days: 400,
                why: "So that a year can be looked back on.",
                run: Run::OwnJob,
            },
            RetentionRule {
                key: "holiday_families",
                what: "Families and children of a holiday programme, from its last day on",
                kept_days: 180,
                why: "Long enough for the return and for questions after it. The figures of the return stay.",
                run: Run::Nightly(holidays::forget_families),
            },
            RetentionRule {
                key: "eligibility_questions",
                what: "What is asked of the national eligibility service, the National Insurance number among it",
                kept_days: 7,
                why: "Only until the answer is there; then it is deleted at once.",
                run: Run::OwnJob,
            },
            RetentionRule {
                key: "invitations",
                what: "Whom a practitioner invited to a session",
                kept_days: 180,
                why: "Long enough to see whether the family came. How many were invited stays.",
                run: Run::Nightly(invitations::forget_whom_we_invited),
            },
            RetentionRule {
                key: "walk_ins",
                what: "Names of families who came to a session without a booking",
                kept_days: 180,
                why: "As long as who booked. How many came stays.",
                run: Run::Nightly(registers::forget_who_came),
            },
            RetentionRule {
                key: "messages",
                what: "Messages that were sent: the address, then the rest",
                kept_days: 400,
                why: "The address for 90 days, for ‘I never got it’; the rest so that the link to stop works for a year.",
                run: Run::OwnJob,
            },
            RetentionRule {
                key: "settled_reports",
                what: "What visitors reported, once settled",
                kept_days: 90,
                why: "As the form promises.",
                run: Run::OwnJob,
            },
            RetentionRule {
                key: "opens",
                what: "How often each entry was opened, by day, and nothing of who opened it",
                kept_days: 400,
                why: "So that a season can be compared with the one before.",
                run: Run::OwnJob,
            },
            RetentionRule {
                key: "timetable_uses",
                what: "How often each timetable was opened, saved and printed, by day, and nothing of who did",
                kept_days: events::TIMETABLE_USES_KEPT_DAYS,
                why: "So that a season can be compared with the one before.",
                run: Run::Nightly(events::forget_timetable_uses),
            },
            RetentionRule {
                key: "missed_searches",
                what: "Terms that found nothing, from the last time they were asked",
                kept_days: 92,
                why: "Long enough for an editor to teach the search what they mean.",
                run: Run::OwnJob,
            },
            RetentionRule {
                key: "automation_runs",
                what: "What the automations did",
                kept_days: 365,
                why: "So that a year of reminders can be looked back on.",
                run: Run::OwnJob,
            },
            RetentionRule {
                key: "gone_records",
                what: "The people named in records that are gone from their source, or whose source was given up",
                kept_days: 90,
                why: "Long enough to see whether a feed lost the record by mistake. The entry itself stays until an editor decides.",
                run: Run::Nightly(|tx, before, _| intake::forget_people_in_gone_records(tx, before)),
            },
            RetentionRule {
                key: "who_came",
                what: "Who booked a session and who came with them, from its last date on",
                kept_days: 180,
                why: "Long enough for a season and for questions after it. How many came stays.",
                run: Run::Nightly(bookings::forget_who_came),
            },
            RetentionRule {
                key: "applications",
                what: "Applications to be listed that came to nothing",
                kept_days: 90,
                why: "As the form promises.",
                run: Run::OwnJob,
            },
        ],
        organizations: Some(|tx| {
            let all = directory::list_organizations(tx)?;
            Ok(all.into_iter().map(|organization| (organization.id.uuid(), organization.name)).collect())
        }),
        waiting: Some(|tx, now| {
            Ok(call_backs_words(callbacks::count_waiting(tx, now)?)
                .map(|words| ("/admin/call-backs", words))
                .into_iter()
                .collect())
        }),
    }
}

/// How many families wait to be rung, for hub workers: they have no list of what is to do.
fn call_backs_words((to_ring, late): (i64, i64)) -> Option<String> {
    match (to_ring, late) {
        (0, 0) => None,
        (to_ring, 0) => Some(format!("{to_ring} to take")),
        (0, late) => Some(format!("{late} late")),
        (to_ring, late) => Some(format!("{to_ring} to take, {late} late")),
    }
}

/// What waits for a person, on the first page of the council's door.
pub fn list_tiles(tx: &mut Tx<'_>, now: Instant) -> Result<Vec<Tile>, Fault> {
    let (to_ring, late) = callbacks::count_waiting(tx, now)?;
    let call_backs = ("family to ring", "families to ring", "/admin/call-backs", Action::CallBack);
    let late_ones =
        ("call back that is late", "call backs that are late", "/admin/call-backs", Action::CallBack);
    let keeping = keeping::count_waiting(tx)?;
    let changes = ("change to review", "changes to review", "/admin/review", Action::ReviewChange);
    let second = (
        "change for a second person",
        "changes for a second person",
        "/admin/review/second",
        Action::ApproveSensitive,
    );
    let pictures = ("picture to check", "pictures to check", "/admin/review/pictures", Action::ReviewChange);
    let applications = (
        "organisation that asks to be listed",
        "organisations that ask to be listed",
        "/admin/applications",
        Action::CheckApplication,
    );
    let requests =
        ("request for data", "requests for data", "/admin/data-requests", Action::AnswerDataRequest);
    let messages = (
        "message that may not have arrived",
        "messages that may not have arrived",
        "/admin/messages",
        Action::SeeMessages,
    );
    let sources = (
        "thing to settle with a source",
        "things to settle with sources",
        "/admin/sources",
        Action::KeepSources,
    );
    let counted = [
        (to_ring, call_backs),
        (late, late_ones),
        (intake::count_waiting(tx)?.to_settle(), sources),
        (keeping.changes, changes),
        (keeping.second_opinions, second),
        (keeping.pictures, pictures),
        (keeping.applications, applications),
        (accounts::count_open_data_requests(tx)?, requests),
        (notify::count_in_doubt(tx)?, messages),
    ];
    let tile = |(count, (one, many, href, action))| {
        let words: &str = if count == 1 { one } else { many };
        Tile { count, words: words.to_owned(), href, action }
    };
    let of_quality = quality::tiles(tx)?.into_iter().map(|waits| Tile {
        count: waits.count,
        words: waits.words.to_owned(),
        href: waits.href,
        action: waits.action,
    });
    Ok(counted.map(tile).into_iter().chain(of_quality).collect())
}

/// What the room of figures is told of the others.
pub fn told_to_quality(library: &Library) -> FromHouse {
    let pages = library.clone();
    FromHouse {
        sources: Arc::new(intake::list_sources_of_entries),
        record_keys: Arc::new(intake::list_record_keys),
        cited: Arc::new(move || {
            let cited = |(page, title, address)| Cited { page, title, address };
            pages.list_cited().into_iter().map(cited).collect()
        }),
    }
}

/// Who hears of entries that nobody answers for.
pub fn list_stewards(tx: &mut Tx<'_>) -> Result<Vec<Email>, Fault> {
    accounts::list_emails_of(tx, Role::DataSteward)
}

fn keeping_parts(kept: &Value) -> Vec<Part> {
    let part = |key: &str, heading: &str, why: &str| Part {
        heading: heading.to_owned(),
        why: why.to_owned(),
        records: kept[key].as_array().into_iter().flatten().map(|record| flat("", record)).collect(),
    };
    vec![
        part("drafts", "Changes you have begun", "Kept until you send them or throw them away."),
        part(
            "sent_for_checking",
            "Changes you sent",
            "They are the history of a public entry. Your name goes when you are erased.",
        ),
        part(
            "applications",
            "Organisations you asked us to list",
            "Kept while they are checked, and 90 days when they come to nothing.",
        ),
    ]
}

/// A record of any shape as labels and values: what is nested has its way there in the label.
fn flat(before: &str, value: &Value) -> Vec<(String, String)> {
    let under = |key: &str| {
        let key = key.replace('_', " ");
        if before.is_empty() { key } else { format!("{before}, {key}") }
    };
    match value {
        Value::Null => Vec::new(),
        Value::Object(fields) => fields.iter().flat_map(|(key, value)| flat(&under(key), value)).collect(),
        Value::Array(items) => items.iter().flat_map(|item| flat(before, item)).collect(),
        Value::String(text) => vec![(before.to_owned(), text.clone())],
        other => vec![(before.to_owned(), other.to_string())],
    }
}
