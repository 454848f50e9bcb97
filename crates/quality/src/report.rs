//! The numbers of a moment: how whole and fresh entries are, all of them and by where they come from; what stands
//! twice; which links lead nowhere; which kinds of service are missing. One struct for the page, for programs, for
//! `hearth check` and for the trend.

use crate::{
    check_links::link_of,
    coverage::{Covered, coverage, kinds},
    pairs::Level,
    room::Quality,
    store as rows,
};
use directory::upkeep::{UpkeepLine, list_upkeep};
use freshness::{Completeness, Figures};
use kernel::{Date, Fault, Instant};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use store::Tx;

/// Entries that no source gave.
pub(crate) const KEPT_HERE: &str = "Kept here";

/// The numbers of a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// The civil day.
    pub day: String,
    /// The whole directory.
    pub whole: SourceFigures,
    /// By where entries come from, by name.
    pub sources: Vec<SourceFigures>,
    /// Pairs that may be the same, by how sure it is.
    pub duplicates: BTreeMap<String, i64>,
    /// Merges that wait for a second person.
    pub merges_waiting: i64,
    /// Entries that another stands for.
    pub replaced: i64,
    /// Addresses that are known.
    pub links: i64,
    /// Of those, broken, by what is wrong.
    pub links_broken: BTreeMap<String, i64>,
    /// Kinds of service that are expected.
    pub kinds: i64,
    /// Of those, by how they are covered: `none`, `hidden`, `stale`, `fresh`.
    pub coverage: BTreeMap<String, i64>,
    /// The kinds that no entry covers, by name.
    pub missing: Vec<String>,
}

/// How entries of a source stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SourceFigures {
    /// The source.
    pub name: String,
    /// Entries that families see.
    pub entries: i64,
    /// Hidden ones.
    pub hidden: i64,
    /// What of what families need is given, in whole per cent of all; 0 of no entries.
    pub complete: i64,
    /// Checked within 3, 6 and 12 months.
    pub checked: [i64; 3],
    /// Never checked.
    pub never: i64,
    /// By need: entries that give it whole, partly, not.
    pub needs: BTreeMap<String, [i64; 3]>,
}

impl SourceFigures {
    fn of(name: &str, lines: &[UpkeepLine], today: Date, now: Instant) -> SourceFigures {
        let figures = Figures::of(lines, &[], &[], today, now);
        let shares: i64 = lines
            .iter()
            .filter(|line| line.hidden_at.is_none())
            .map(|line| Completeness::of(line).share())
            .sum();
        SourceFigures {
            name: name.to_owned(),
            entries: figures.entries,
            hidden: figures.hidden,
            complete: shares / figures.entries.max(1),
            checked: figures.checked,
            never: figures.never,
            needs: figures.needs,
        }
    }

    /// Checked within so many months, in whole per cent of what families see.
    pub(crate) fn checked_share(&self, at: usize) -> i64 {
        Figures::share(self.checked[at], self.entries).unwrap_or(0)
    }
}

/// The numbers of this moment.
pub async fn report(quality: &Quality) -> Result<Report, Fault> {
    let (today, now, sources) =
        (quality.site.clock().today(), quality.site.clock().now(), quality.house.sources.clone());
    quality
        .site
        .db()
        .read(move |tx| {
            let sources = sources(tx)?;
            report_in(tx, &sources, today, now)
        })
        .await
}

pub(crate) fn report_in(
    tx: &mut Tx,
    sources: &[(String, String)],
    today: Date,
    now: Instant,
) -> Result<Report, Fault> {
    let lines = list_upkeep(tx, today)?;
    let source_of: HashMap<&str, &str> =
        sources.iter().map(|(slug, source)| (slug.as_str(), source.as_str())).collect();
    let mut by_source: BTreeMap<&str, Vec<UpkeepLine>> = BTreeMap::new();
    for line in &lines {
        let source = source_of.get(line.slug.as_str()).copied().unwrap_or(KEPT_HERE);
        by_source.entry(source).or_default().push(line.clone());
    }
    let entries = directory::list_comparable(tx)?;
    let covered = coverage(kinds()?, &entries, today);
    let links = rows::list_links(tx)?;
    let mut links_broken: BTreeMap<String, i64> = BTreeMap::new();
    for link in links.iter().filter(|link| link_of(link).is_broken()) {
        *links_broken.entry(link.state.clone()).or_default() += 1;
    }
    let count = |state: Covered| covered.iter().filter(|each| each.covered == state).count() as i64;
    Ok(Report {
        day: today.to_string(),
        whole: SourceFigures::of("All entries", &lines, today, now),
        sources: by_source
            .into_iter()
            .map(|(source, lines)| SourceFigures::of(source, &lines, today, now))
            .collect(),
        duplicates: rows::count_pairs(tx)?.into_iter().collect(),
        merges_waiting: rows::count_waiting_merges(tx)?,
        replaced: i64::try_from(directory::list_replaced(tx)?.len())?,
        links: i64::try_from(links.len())?,
        links_broken,
        kinds: i64::try_from(covered.len())?,
        coverage: Covered::ALL.map(|state| (state.key().to_owned(), count(state))).into(),
        missing: covered
            .iter()
            .filter(|each| each.covered == Covered::Not)
            .map(|each| each.kind.name.clone())
            .collect(),
    })
}

/// Something for a person, as `hearth check` says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// `duplicates`, `links`, `coverage`, `merges`, `freshness`.
    pub area: String,
    /// What to do, as a sentence.
    pub sentence: String,
}

/// What needs a person, from the same numbers.
pub async fn findings(quality: &Quality) -> Result<Vec<Finding>, Fault> {
    Ok(findings_of(&report(quality).await?))
}

pub(crate) fn findings_of(report: &Report) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |count: i64, area: &str, sentence: String| {
        if count > 0 {
            findings.push(Finding { area: area.to_owned(), sentence });
        }
    };
    let of = |numbers: &BTreeMap<String, i64>, key: &str| numbers.get(key).copied().unwrap_or(0);
    let sure = of(&report.duplicates, Level::Certain.key()) + of(&report.duplicates, Level::Likely.key());
    add(
        sure,
        "duplicates",
        format!(
            "{} likely to be the same entry: look at /admin/duplicates.",
            count(sure, "pair is", "pairs are")
        ),
    );
    let waiting = report.merges_waiting;
    add(
        waiting,
        "merges",
        format!(
            "{} for a second person: look at /admin/merges.",
            count(waiting, "merge waits", "merges wait")
        ),
    );
    let broken: i64 = report.links_broken.values().sum();
    add(
        broken,
        "links",
        format!(
            "{} nowhere or elsewhere: look at /admin/links.",
            count(broken, "address leads", "addresses lead")
        ),
    );
    let missing = of(&report.coverage, "none");
    add(
        missing,
        "coverage",
        format!(
            "{} no entry: {}. Look at /admin/quality/coverage.",
            count(missing, "expected kind of service has", "expected kinds of service have"),
            report.missing.join("; ")
        ),
    );
    let stale = of(&report.coverage, "stale") + of(&report.coverage, "hidden");
    add(
        stale,
        "coverage",
        format!(
            "{} only entries that are hidden or that nobody has checked in 6 months: look at /admin/quality/coverage.",
            count(stale, "expected kind of service has", "expected kinds of service have")
        ),
    );
    for source in &report.sources {
        let never_fresh = source.entries > 0 && source.checked_share(1) < 50;
        add(
            i64::from(never_fresh),
            "freshness",
            format!(
                "Of the {} entries from ‘{}’, {}% were checked in the last 6 months.",
                source.entries,
                source.name,
                source.checked_share(1)
            ),
        );
    }
    findings
}

fn count(number: i64, one: &str, many: &str) -> String {
    web::say::count(usize::try_from(number).unwrap_or(0), one, many)
}

/// What waits for a person here, for the first page of the council's door: how many, of what, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waits {
    /// How many.
    pub count: i64,
    /// Words that follow the number.
    pub words: &'static str,
    /// Where it is done.
    pub href: &'static str,
    /// What one must be allowed to do there.
    pub action: access::Action,
}

/// What waits for a person in this room. It reads what was found and looks for nothing.
pub fn tiles(tx: &mut Tx) -> Result<Vec<Waits>, Fault> {
    let pairs = rows::count_pairs(tx)?;
    let sure: i64 =
        pairs.iter().filter(|(level, _)| level != Level::Maybe.key()).map(|(_, count)| count).sum();
    let broken = rows::list_links(tx)?.iter().filter(|link| link_of(link).is_broken()).count();
    let tile = |count: i64, [one, many]: [&'static str; 2], href, action| Waits {
        count,
        words: if count == 1 { one } else { many },
        href,
        action,
    };
    use access::Action::{ApproveSensitive, CheckEntries, MergeEntries};
    Ok(vec![
        tile(
            sure,
            ["pair of entries may be the same", "pairs of entries may be the same"],
            "/admin/duplicates?level=likely",
            MergeEntries,
        ),
        tile(
            rows::count_waiting_merges(tx)?,
            ["merge for a second person", "merges for a second person"],
            "/admin/merges",
            ApproveSensitive,
        ),
        tile(i64::try_from(broken)?, ["broken link", "broken links"], "/admin/links", CheckEntries),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_say_what_to_do_and_nothing_when_there_is_nothing() {
        assert!(findings_of(&Report::default()).is_empty());
        let report = Report {
            duplicates: [("likely".to_owned(), 1), ("maybe".to_owned(), 9)].into(),
            links_broken: [("gone".to_owned(), 2)].into(),
            coverage: [("none".to_owned(), 1)].into(),
            missing: vec!["Teeth".to_owned()],
            ..Report::default()
        };
        let said: Vec<String> = findings_of(&report).into_iter().map(|finding| finding.sentence).collect();
        assert_eq!(
            said,
            [
                "1 pair is likely to be the same entry: look at /admin/duplicates.",
                "2 addresses lead nowhere or elsewhere: look at /admin/links.",
                "1 expected kind of service has no entry: Teeth. Look at /admin/quality/coverage.",
            ]
        );
    }
}
