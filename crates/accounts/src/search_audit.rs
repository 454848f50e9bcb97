//! Searching the trail: by person, record, act, kind and day. Searching it is itself in it.

use crate::{
    Office,
    heard::Heard,
    model::SignInName,
    store::{people, staff_people},
    words,
};
use access::{
    Action, May, On, PersonId, SeeAudit,
    audit::{self, Entry, Filter, Soundness},
};
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::IntoResponse,
};
use jiff::ToSpan;
use kernel::{Date, Fault, Id, Instant, london};
use std::collections::{BTreeMap, BTreeSet};
use store::Tx;
use uuid::Uuid;
use web::{
    Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors, Input},
    see_other, show_with,
};

/// Rows on a page.
const PAGE: i64 = 50;
/// Rows in a file to download.
const FILE_MAX: i64 = 50_000;
/// Rows that the page checks by itself; `hearth check` reads them all.
const CHECKED: i64 = 20_000;
/// People that are offered when a name fits several.
const OFFERED: i64 = 20;

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditView {
    card: String,
    summary: String,
    seen: bool,
    fields: String,
    offered: Vec<(String, String)>,
    actions: Vec<(&'static str, &'static str, bool)>,
    person: Option<(String, String)>,
    person_id: Option<String>,
    narrowed: bool,
    sound: Option<i64>,
    broken_at: i64,
    checked_all: bool,
    rows: Vec<RowView>,
    heading: String,
    first: i64,
    last: i64,
    before: Option<String>,
    after: Option<String>,
    csv: String,
}

struct RowView {
    sequence: i64,
    at: String,
    who: String,
    did: String,
    action: String,
    record: String,
    record_href: String,
    about: String,
    about_href: String,
    why: String,
}

/// What was asked for, as it stands in the address: ids and keys, never a name.
#[derive(Clone, Debug, Default)]
struct Asked {
    person: Option<PersonId>,
    record: Option<Uuid>,
    action: Option<Action>,
    kind: String,
    from: Option<Date>,
    until: Option<Date>,
    page: i64,
}

impl Asked {
    fn of(get: impl Fn(&str) -> String) -> Asked {
        let kind = get("kind");
        let plain =
            |kind: &String| kind.len() <= 40 && kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        Asked {
            person: get("person").parse().ok(),
            record: get("record").parse().ok(),
            action: Action::ALL.iter().copied().find(|action| action.key() == get("action")),
            kind: Some(kind).filter(plain).unwrap_or_default(),
            from: get("from").parse().ok(),
            until: get("until").parse().ok(),
            page: get("page").parse().ok().filter(|page| (1..=100_000).contains(page)).unwrap_or(1),
        }
    }

    fn filter(&self) -> Result<Filter, Fault> {
        let begin = |date: Date| -> Result<Instant, Fault> { Ok(date.to_zoned(london())?.timestamp()) };
        Ok(Filter {
            person: self.person,
            record: self.record,
            action: self.action,
            record_kind: Some(self.kind.clone()).filter(|kind| !kind.is_empty()),
            from: self.from.map(begin).transpose()?,
            // Until a day means to its end.
            until: self.until.map(|day| begin(day.saturating_add(1.day()))).transpose()?,
            ..Filter::default()
        })
    }

    fn address(&self, path: &str, page: i64) -> String {
        let mut parts = Vec::new();
        let mut add =
            |name: &str, value: Option<String>| parts.extend(value.map(|value| format!("{name}={value}")));
        add("person", self.person.map(|person| person.to_string()));
        add("record", self.record.map(|record| record.to_string()));
        add("action", self.action.map(|action| action.key().to_owned()));
        add("kind", Some(self.kind.clone()).filter(|kind| !kind.is_empty()));
        add("from", self.from.map(|date| date.to_string()));
        add("until", self.until.map(|date| date.to_string()));
        add("page", Some(page).filter(|page| *page > 1).map(|page| page.to_string()));
        if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
    }

    fn is_narrowed(&self) -> bool {
        self.address("", 1).contains('?')
    }

    /// For the trail: by what was searched, without what.
    fn words(&self) -> String {
        let by = [
            ("person", self.person.is_some()),
            ("record", self.record.is_some()),
            ("action", self.action.is_some()),
            ("kind", !self.kind.is_empty()),
            ("day", self.from.is_some() || self.until.is_some()),
        ];
        let by: Vec<&str> = by.iter().filter(|(_, asked)| *asked).map(|(word, _)| *word).collect();
        if by.is_empty() {
            "read the trail".to_owned()
        } else {
            format!("searched the trail by {}", by.join(", "))
        }
    }

    fn on(&self) -> On {
        let on = On::all("audit");
        self.person.map_or(on.clone(), |person| on.about(person))
    }
}

/// `GET /admin/audit`.
pub(crate) async fn get(State(office): State<Office>, who: Who, params: Params) -> Reply {
    let asked = Asked::of(|name| params.get(name).to_owned());
    page(&office, &who, asked, Typed::default(), Heard::nothing(), &Errors::default(), Vec::new()).await
}

/// What was typed, put back.
#[derive(Default)]
struct Typed {
    who: String,
    record: String,
    kind: String,
    from: String,
    until: String,
}

/// `POST /admin/audit`: the name or address that was typed becomes an id before it can stand in an address.
pub(crate) async fn post(State(office): State<Office>, who: Who, form: Form) -> Reply {
    who.may::<SeeAudit>(On::all("audit"))?;
    let heard = Heard::of(office.site(), &form);
    let typed = Typed {
        who: form.get("who").to_owned(),
        record: form.get("record").to_owned(),
        kind: form.get("kind").to_owned(),
        from: form.get("from").to_owned(),
        until: form.get("until").to_owned(),
    };
    let mut asked = Asked::of(|name| form.get(name).to_owned());
    let mut errors = Errors::default();
    let mut expect = |field: &'static str, typed: &str, understood: bool, sentence: &str| {
        if !typed.is_empty() && !understood {
            errors.0.push(kernel::Refusal::at(field, sentence));
        }
    };
    expect(
        "record",
        &typed.record,
        asked.record.is_some(),
        "Enter the record’s whole number, as the list shows it",
    );
    expect(
        "kind",
        &typed.kind,
        !asked.kind.is_empty(),
        "Enter a kind of record as the list shows it, like service",
    );
    expect("from", &typed.from, asked.from.is_some(), "Enter the first day, like 2026-11-22");
    expect("until", &typed.until, asked.until.is_some(), "Enter the last day, like 2026-11-22");
    let mut offered = Vec::new();
    if !typed.who.is_empty() && !heard.waits {
        let words = typed.who.clone();
        let found = office.site().db().read(move |tx| find_people(tx, &words)).await?;
        match found.as_slice() {
            [] => errors.0.push(kernel::Refusal::at(
                "who",
                "We know nobody of that name or address. Somebody who was erased can only be found by the end of their number",
            )),
            [(person, _)] => asked.person = Some(*person),
            several => {
                errors.0.push(kernel::Refusal::at("who", "Several people fit. Choose one below"));
                offered = several
                    .iter()
                    .map(|(person, words)| {
                        let asked = Asked { person: Some(*person), ..asked.clone() };
                        (asked.address("/admin/audit", 1), words.clone())
                    })
                    .collect();
            }
        }
    }
    if errors.is_empty() && !heard.waits {
        return Ok(see_other(&asked.address("/admin/audit", 1)));
    }
    page(&office, &who, asked, typed, heard, &errors, offered).await
}

/// Who could be meant: the one with that address, else whoever has the words in their name or address.
fn find_people(tx: &mut Tx<'_>, typed: &str) -> Result<Vec<(PersonId, String)>, Fault> {
    if let Ok(name) = typed.parse::<SignInName>()
        && let Some(person) = people::find_person_by_skeleton(tx, name.skeleton())?
    {
        return Ok(vec![(person.id, person.name)]);
    }
    let (found, _) = staff_people::list_found(tx, typed, None, OFFERED, 0)?;
    Ok(found
        .into_iter()
        .map(|person| {
            let email = person.email.map_or(String::new(), |email| format!(", {email}"));
            (person.id, format!("{}{email}", person.name))
        })
        .collect())
}

/// Everything that is read for one page, in one transaction with the row that says so.
struct Read {
    rows: Vec<Entry>,
    total: i64,
    names: BTreeMap<Uuid, String>,
}

fn read(
    tx: &mut Tx<'_>,
    may: &May<SeeAudit>,
    asked: &Asked,
    (limit, skip): (i64, i64),
    (did, now): (&str, Instant),
) -> Result<Read, Fault> {
    let (rows, total) = audit::search(tx, &asked.filter()?, limit, skip)?;
    let mut names = BTreeMap::new();
    let ids = rows.iter().flat_map(|row| [row.actor_id, row.about_id]).flatten();
    let ids: BTreeSet<Uuid> = ids.chain(asked.person.map(PersonId::uuid)).collect();
    for id in ids {
        let name = crate::find_name(tx, Id::from_uuid(id))?.filter(|name| !name.is_empty());
        let gone = || format!("somebody whose record was erased ({})", words::short(id));
        names.insert(id, name.unwrap_or_else(gone));
    }
    audit::record(tx, may, format!("{}{did}", asked.words()), "", now);
    Ok(Read { rows, total, names })
}

async fn page(
    office: &Office,
    who: &Who,
    asked: Asked,
    typed: Typed,
    heard: Heard,
    errors: &Errors,
    offered: Vec<(String, String)>,
) -> Reply {
    let may = who.may::<SeeAudit>(asked.on())?;
    let site = office.site();
    let now = site.clock().now();
    let skip = (asked.page - 1) * PAGE;
    let reading = asked.clone();
    let found = site.db().write(move |tx| read(tx, &may, &reading, (PAGE, skip), ("", now))).await?;
    let soundness = site.db().snapshot(|tx| audit::verify_latest(tx, CHECKED)).await?;
    let (sound, broken_at) = match soundness {
        Soundness::Sound { rows, .. } => (Some(rows), 0),
        Soundness::Broken { sequence } => (None, sequence),
    };
    let shown = i64::try_from(found.rows.len())?;
    let body = AuditView {
        card: heard.html()?,
        summary: ErrorSummary { errors }.render()?,
        seen: heard.seen,
        fields: fields(&asked, &typed, errors)?,
        offered,
        actions: Action::ALL
            .iter()
            .map(|action| (action.key(), action.words(), asked.action == Some(*action)))
            .collect(),
        person: asked.person.map(|person| {
            let without = Asked { person: None, ..asked.clone() };
            (found.names.get(&person.uuid()).cloned().unwrap_or_default(), without.address("/admin/audit", 1))
        }),
        person_id: asked.person.map(|person| person.to_string()),
        narrowed: asked.is_narrowed(),
        sound,
        broken_at,
        checked_all: sound.is_none_or(|rows| rows < CHECKED),
        rows: found.rows.iter().map(|row| row_view(row, &found.names, &asked)).collect(),
        heading: match usize::try_from(found.total)? {
            0 => "Nothing found".to_owned(),
            number => web::say::count(number, "row", "rows"),
        },
        first: if shown == 0 { 0 } else { skip + 1 },
        last: skip + shown,
        before: (asked.page > 1).then(|| asked.address("/admin/audit", asked.page - 1)),
        after: (skip + shown < found.total).then(|| asked.address("/admin/audit", asked.page + 1)),
        csv: asked.address("/admin/audit.csv", 1),
    };
    let (status, title) = errors.page("Audit trail");
    show_with(site, status, &Page::new(title), &body)
}

fn fields(asked: &Asked, typed: &Typed, errors: &Errors) -> Result<String, Fault> {
    let put_back = |typed: &str, understood: Option<String>| {
        if typed.is_empty() { understood.unwrap_or_default() } else { typed.to_owned() }
    };
    let input = |name: &'static str, label: &str, hint: &str, value: &str, kind: &str| {
        Input { name, label, hint, value, kind, autocomplete: "off", error: errors.at(name) }.render()
    };
    let record = put_back(&typed.record, asked.record.map(|record| record.to_string()));
    let kind = put_back(&typed.kind, Some(asked.kind.clone()));
    let from = put_back(&typed.from, asked.from.map(|date| date.to_string()));
    let until = put_back(&typed.until, asked.until.map(|date| date.to_string()));
    Ok([
        input(
            "who",
            "Person",
            "Their name or email address. It is looked up and not kept.",
            &typed.who,
            "text",
        )?,
        input(
            "record",
            "Record",
            "Its whole number, from the list or from an address of this site.",
            &record,
            "text",
        )?,
        input("kind", "Kind of record", "Such as service, account or person.", &kind, "text")?,
        input("from", "From this day", "", &from, "date")?,
        input("until", "Until this day", "", &until, "date")?,
    ]
    .concat())
}

/// Who did something, in words.
fn who_words(row: &Entry, names: &BTreeMap<Uuid, String>) -> String {
    match (row.actor_kind.as_str(), row.actor_id) {
        (_, Some(id)) => names.get(&id).cloned().unwrap_or_default(),
        ("machine", _) => format!("The job {}", row.machine),
        ("operator", _) => "Whoever runs the server".to_owned(),
        _ => "Somebody not signed in".to_owned(),
    }
}

fn row_view(row: &Entry, names: &BTreeMap<Uuid, String>, asked: &Asked) -> RowView {
    let to = |asked: Asked| asked.address("/admin/audit", 1);
    RowView {
        sequence: row.sequence,
        at: words::day_and_time(row.at),
        who: who_words(row, names),
        did: row.did.clone(),
        action: row.action.clone(),
        record: match row.record_id {
            Some(id) => format!("{} {}", row.record_kind, words::short(id)),
            None => row.record_kind.clone(),
        },
        record_href: row
            .record_id
            .map_or(String::new(), |id| to(Asked { record: Some(id), ..asked.clone() })),
        about: row.about_id.and_then(|id| names.get(&id).cloned()).unwrap_or_default(),
        about_href: row
            .about_id
            .map_or(String::new(), |id| to(Asked { person: Some(Id::from_uuid(id)), ..asked.clone() })),
        why: row.why.clone(),
    }
}

/// `GET /admin/audit.csv`: the same search as a file.
pub(crate) async fn get_csv(State(office): State<Office>, who: Who, params: Params) -> Reply {
    let asked = Asked::of(|name| params.get(name).to_owned());
    let may = who.may::<SeeAudit>(asked.on())?;
    let site = office.site();
    let now = site.clock().now();
    let reading = asked.clone();
    let found = site
        .db()
        .write(move |tx| read(tx, &may, &reading, (FILE_MAX, 0), (" and downloaded it", now)))
        .await?;
    let mut out =
        String::from("number,at,who,who id,action,did,kind of record,record id,about,about id,why,hash\r\n");
    for row in &found.rows {
        let id = |id: Option<Uuid>| id.map_or(String::new(), |id| id.to_string());
        let about = row.about_id.and_then(|id| found.names.get(&id).cloned()).unwrap_or_default();
        let cells = [
            row.sequence.to_string(),
            words::exactly(row.at),
            who_words(row, &found.names),
            id(row.actor_id),
            row.action.clone(),
            row.did.clone(),
            row.record_kind.clone(),
            id(row.record_id),
            about,
            id(row.about_id),
            row.why.clone(),
            row.hash.clone(),
        ];
        out.push_str(&cells.map(|text| cell(&text)).join(","));
        out.push_str("\r\n");
    }
    let name = format!("attachment; filename=\"audit-trail-{}.csv\"", site.clock().today());
    Ok((
        [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
            (header::CONTENT_DISPOSITION, HeaderValue::from_str(&name)?),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ],
        out,
    )
        .into_response())
}

/// A cell after RFC 4180. What a spreadsheet would take for a formula is text with an apostrophe before it.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if formula { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula_and_never_ends_early() {
        assert_eq!(cell("a, \"b\"\nc"), "\"a, \"\"b\"\"\nc\"");
        assert_eq!(cell("=1+1"), "\"'=1+1\"");
    }

    #[test]
    fn what_is_asked_for_reads_back_from_its_address_and_holds_no_name() {
        let query = "person=01890a5d-ac96-774b-bcce-b302099a8057&action=see_audit&kind=account&from=2026-11-01&until=2026-11-22&page=3";
        let params = Params::read(query.as_bytes());
        let asked = Asked::of(|name| params.get(name).to_owned());
        assert_eq!(asked.address("/admin/audit", asked.page), format!("/admin/audit?{query}"));
        let filter = asked.filter().unwrap();
        assert_eq!(filter.until.unwrap().to_string(), "2026-11-23T00:00:00Z");
        let odd = Params::read(b"person=Jo&record=x&action=y&kind=A%20B&from=z&page=-1");
        assert_eq!(Asked::of(|name| odd.get(name).to_owned()).address("/x", 1), "/x");
    }
}
