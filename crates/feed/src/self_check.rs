//! What the rules of the official checker, and ours, say of every record, as they said when it was last written.

use crate::{
    Feed,
    store::{self as rows, FindingRow},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::IntoResponse,
};
use kernel::Fault;
use serde::Serialize;
use store::Tx;
use web::{Page, Params, Reply, missing, show};

/// How the feed stands by its own rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SelfCheck {
    /// Published services.
    pub services: i64,
    /// Of how many of them the official rules find nothing that fails.
    pub services_passing: i64,
    /// All published records.
    pub records: i64,
    /// Of how many of them the official rules find nothing that fails.
    pub records_passing: i64,
    /// What the official schemas refuse.
    pub fails: i64,
    /// What the guidance asks for and the schemas do not check.
    pub warns: i64,
    /// What families would stumble over.
    pub advises: i64,
    /// How often each rule speaks.
    pub rules: Vec<RuleCount>,
}

/// How often one rule speaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleCount {
    /// `fails`, `warns` or `advises`.
    pub level: String,
    /// Its id.
    pub rule: String,
    /// Findings.
    pub findings: i64,
    /// Records that have one.
    pub records: i64,
}

/// How the feed stands, for a page, a program or `hearth check`.
pub fn self_check(tx: &mut Tx<'_>) -> Result<SelfCheck, Fault> {
    let mut out = SelfCheck::default();
    for row in rows::count_records(tx)? {
        out.records += row.records;
        out.records_passing += row.records - row.failing;
        if row.entity == "service" {
            out.services = row.records;
            out.services_passing = row.records - row.failing;
        }
    }
    for (level, rule, findings, records) in rows::count_findings(tx)? {
        match level.as_str() {
            "fails" => out.fails += findings,
            "warns" => out.warns += findings,
            _ => out.advises += findings,
        }
        out.rules.push(RuleCount { level, rule, findings, records });
    }
    Ok(out)
}

/// How many findings are read for one page. Those of one entry become one line of it.
const FINDINGS_MAX: i64 = 4_000;

/// So many lines of a rule stand open; the rest fold up beneath them.
const LINES_OPEN: usize = 8;

/// The levels, as an address names them and as people read them.
const LEVELS: [(&str, &str, &str); 3] = [
    ("fails", "Must be mended", "The official checker refuses these records."),
    ("warns", "Should be mended", "The guidance asks for this. The official checker does not look."),
    ("advises", "Would help families", "Our own rules: what a family would stumble over."),
];

#[derive(Template)]
#[template(path = "self_check.html")]
struct SelfCheckView {
    stand: SelfCheck,
    levels: Vec<LevelLink>,
    words: &'static str,
    why: &'static str,
    groups: Vec<Group>,
    cut: bool,
    /// Services and all records that pass, in a hundred.
    passing: [i64; 2],
}

struct LevelLink {
    key: &'static str,
    words: &'static str,
    count: i64,
    here: bool,
}

struct Group {
    rule: String,
    sentence: String,
    records: i64,
    /// Of a hundred records, how many the rule speaks of: at least one, so that it is seen.
    share: i64,
    /// Entries and other things it speaks of.
    named: usize,
    lines: Vec<Line>,
    more: Vec<Line>,
}

#[derive(Default)]
struct Line {
    name: String,
    /// Where its own page of findings is, if it has one.
    page: Option<String>,
    /// Where it can be mended, and what that is called.
    mend: Option<(String, &'static str)>,
    sentence: String,
    /// How often, when it is more than once: an entry with many places has many records.
    times: usize,
}

/// `GET /admin/self-check`.
pub(crate) async fn get(State(feed): State<Feed>, params: Params) -> Reply {
    let asked = params.get("level").to_owned();
    let stand = feed.site().db().read(self_check).await?;
    let count = |key: &str| match key {
        "fails" => stand.fails,
        "warns" => stand.warns,
        _ => stand.advises,
    };
    // Without a choice, the worst level that has something to say.
    let (key, words, why) = LEVELS
        .into_iter()
        .find(|(key, ..)| *key == asked)
        .or_else(|| LEVELS.into_iter().find(|(key, ..)| count(key) > 0))
        .unwrap_or(LEVELS[0]);
    let findings = feed.site().db().read(move |tx| rows::list_findings(tx, key, FINDINGS_MAX)).await?;
    let levels = LEVELS
        .into_iter()
        .map(|(each, words, _)| LevelLink { key: each, words, count: count(each), here: each == key })
        .collect();
    let cut = i64::try_from(findings.len())? < count(key);
    let passing =
        [share(stand.services_passing, stand.services), share(stand.records_passing, stand.records)];
    let view =
        SelfCheckView { groups: groups(findings, key, &stand), levels, words, why, cut, passing, stand };
    show(feed.site(), &Page::new("Self-check of the open data"), &view)
}

/// `GET /admin/self-check.json`.
pub(crate) async fn json(State(feed): State<Feed>) -> Reply {
    let stand = feed.site().db().read(self_check).await?;
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    Ok((kind, serde_json::to_vec(&stand)?).into_response())
}

#[derive(Template)]
#[template(path = "self_check_entry.html")]
struct EntryView {
    slug: String,
    name: String,
    levels: Vec<EntryLevel>,
}

struct EntryLevel {
    words: &'static str,
    why: &'static str,
    lines: Vec<Line>,
}

/// `GET /admin/self-check/{slug}`.
pub(crate) async fn entry(State(feed): State<Feed>, Path(slug): Path<String>) -> Reply {
    let asked = slug.clone();
    let (entry, findings) = feed
        .site()
        .db()
        .read(move |tx| Ok((directory::find_entry(tx, &asked)?, rows::list_findings_of(tx, &asked)?)))
        .await?;
    let Some(entry) = entry else { return Ok(missing()) };
    let levels = LEVELS.into_iter().map(|(key, words, why)| EntryLevel {
        words,
        why,
        lines: findings.iter().filter(|row| row.level == key).map(line).collect(),
    });
    let levels: Vec<EntryLevel> = levels.filter(|level| !level.lines.is_empty()).collect();
    let page = Page::new(format!("Self-check: {}", entry.name)).sensitive(entry.sensitive);
    show(feed.site(), &page, &EntryView { slug, name: entry.name, levels })
}

/// Findings of one rule together, the rule that speaks most often first.
fn groups(findings: Vec<FindingRow>, level: &str, stand: &SelfCheck) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for finding in findings {
        if groups.last().is_none_or(|group| group.rule != finding.rule) {
            let counted = stand.rules.iter().find(|each| each.level == level && each.rule == finding.rule);
            groups.push(Group {
                rule: finding.rule.clone(),
                sentence: finding.sentence.clone(),
                records: counted.map_or(0, |each| each.records),
                share: counted.map_or(0, |each| share(each.records, stand.records)),
                named: 0,
                lines: Vec::new(),
                more: Vec::new(),
            });
        }
        if let Some(group) = groups.last_mut() {
            add_line(&mut group.lines, line(&finding));
        }
    }
    for group in &mut groups {
        group.named = group.lines.len();
        group.more = group.lines.split_off(group.named.min(LINES_OPEN));
        if let [only] = group.more.as_mut_slice() {
            // Nobody opens a fold for one line.
            group.lines.push(std::mem::take(only));
            group.more.clear();
        }
    }
    groups.sort_by(|one, other| other.records.cmp(&one.records).then(one.rule.cmp(&other.rule)));
    groups
}

/// One entry is one line, whether the rule speaks of it once or of each of its places.
fn add_line(lines: &mut Vec<Line>, line: Line) {
    match lines.last_mut() {
        Some(last)
            if (&last.name, &last.page, &last.sentence) == (&line.name, &line.page, &line.sentence) =>
        {
            last.times += 1;
        }
        _ => lines.push(line),
    }
}

/// In a hundred, rounded down but for the first and the last: what is not nothing is seen, what is not all is not all.
fn share(part: i64, whole: i64) -> i64 {
    match part {
        ..=0 => 0,
        part if part >= whole => 100,
        part => (part * 100 / whole).clamp(1, 99),
    }
}

fn line(finding: &FindingRow) -> Line {
    let is_entry =
        matches!(finding.entity.as_str(), "service" | "service_at_location") && !finding.slug.is_empty();
    let mend = match finding.entity.as_str() {
        _ if is_entry => Some(editor_of(&finding.slug, finding.field.as_deref())),
        "organization" => Some((format!("/organisations/{}", finding.slug), "See the organisation")),
        _ => None,
    };
    Line {
        name: finding.name.clone(),
        page: is_entry.then(|| format!("/admin/self-check/{}", finding.slug)),
        mend,
        sentence: finding.sentence.clone(),
        times: 1,
    }
}

/// Where a field of an entry is changed, and what that part of the editor is called.
fn editor_of(slug: &str, field: Option<&str>) -> (String, &'static str) {
    let section = match field.unwrap_or_default() {
        "name" | "summary" | "description" | "offers" => Some(("what", "Change what it is")),
        "who_for" | "age" | "audiences" | "send_needs" | "eligibility" | "area" => {
            Some(("who", "Change who it is for"))
        }
        "way_in" | "how_to_get_in" | "what_happens" | "waiting_time" => {
            Some(("way-in", "Change how to get in"))
        }
        "access" | "locations" => Some(("where", "Change where it is")),
        "schedules" => Some(("when", "Change when it is on")),
        "cost" | "cost_note" | "cost_options" => Some(("cost", "Change the cost")),
        "phones" | "email" | "website" => Some(("contact", "Change phone, email or website")),
        "languages" | "interpretation" => Some(("language", "Change languages")),
        "status" | "alert" | "closures" => Some(("closures", "Change closed days and warnings")),
        "topics" | "aliases" => Some(("needs", "Change the needs")),
        _ => None,
    };
    match section {
        Some((section, words)) => (format!("/provider/entries/{slug}/{section}"), words),
        None => (format!("/provider/entries/{slug}"), "Open the entry"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_one_line_however_many_of_its_places_are_found() {
        let found = |name: &str| Line { name: name.to_owned(), times: 1, ..Line::default() };
        let mut lines = Vec::new();
        for name in ["Stay and play", "Stay and play", "Toy library", "Stay and play"] {
            add_line(&mut lines, found(name));
        }
        let told: Vec<(&str, usize)> = lines.iter().map(|line| (line.name.as_str(), line.times)).collect();
        assert_eq!(told, [("Stay and play", 2), ("Toy library", 1), ("Stay and play", 1)]);
    }

    #[test]
    fn what_is_not_nothing_is_seen_and_what_is_not_all_is_not_full() {
        assert_eq!([share(0, 900), share(1, 900), share(899, 900), share(900, 900)], [0, 1, 99, 100]);
        assert_eq!(share(0, 0), 0);
    }
}
