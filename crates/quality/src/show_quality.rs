//! The page of numbers, the same for programs, and what is expected and has no entry.

use crate::{
    coverage::{Covered, coverage, kinds},
    report::{Report, SourceFigures, report_in},
    room::Quality,
    store as rows,
};
use access::{CheckEntries, MergeEntries, On, OpenProviderDoor};
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::IntoResponse,
};
use freshness::Need;
use kernel::{Date, Fault, Span};
use std::fmt::Write;
use web::{Page, Reply, Who, show};

/// The trend goes back half a year.
const TREND_DAYS: i64 = 182;

#[derive(Template)]
#[template(path = "quality.html")]
struct QualityView {
    today: String,
    /// Empty for who reads figures alone.
    links: &'static str,
    tiles: Vec<(String, &'static str, &'static str)>,
    sources: Vec<SourceRow>,
    needs_finding: String,
    needs: Vec<NeedRow>,
    missing: Vec<String>,
    kinds: i64,
    trend: Option<Trend>,
    weeks: Vec<Week>,
}

struct SourceRow {
    name: String,
    entries: i64,
    hidden: i64,
    complete: i64,
    fresh: i64,
    checked: [i64; 3],
    never: i64,
}

struct NeedRow {
    words: &'static str,
    counts: [i64; 3],
    share: i64,
    /// Where what is partly given begins, and how far it goes, in per cent.
    partly: (i64, i64),
}

struct Week {
    day: String,
    entries: i64,
    complete: i64,
    fresh: i64,
    duplicates: i64,
    broken: i64,
}

struct Trend {
    finding: String,
    line: String,
    dots: String,
    first: String,
    last: String,
}

async fn read(quality: &Quality) -> Result<(Report, Vec<(Date, Report)>), Fault> {
    let (today, now, sources) =
        (quality.site.clock().today(), quality.site.clock().now(), quality.house.sources.clone());
    let since = today.checked_sub(Span::new().days(TREND_DAYS))?;
    quality
        .site
        .db()
        .read(move |tx| {
            let sources = sources(tx)?;
            let report = report_in(tx, &sources, today, now)?;
            let weeks = rows::list_weeks(tx, since)?
                .into_iter()
                .map(|(monday, text)| Ok((monday, serde_json::from_str(&text)?)))
                .collect::<Result<Vec<(Date, Report)>, Fault>>()?;
            Ok((report, weeks))
        })
        .await
}

/// `GET /admin/quality`.
pub(crate) async fn get(State(quality): State<Quality>, who: Who) -> Reply {
    // Who reads figures alone is led to no desk that stays shut.
    let desk = |is_open: bool, href: &'static str| if is_open { href } else { "" };
    let merges = desk(who.may::<MergeEntries>(On::all("service")).is_ok(), "/admin/duplicates");
    let links = desk(who.may::<CheckEntries>(On::all("service")).is_ok(), "/admin/links");
    let (report, kept) = read(&quality).await?;
    let today = quality.site.clock().today();
    // What was kept this very morning gives way to this moment: one day is one line.
    let earlier = kept.iter().filter(|(monday, _)| *monday != today);
    let mut weeks: Vec<Week> = earlier.map(|(monday, report)| week_of(*monday, report)).collect();
    weeks.push(week_of(today, &report));
    let needs: Vec<NeedRow> = Need::ALL.iter().map(|need| need_row(*need, &report.whole)).collect();
    let sum = |numbers: &std::collections::BTreeMap<String, i64>| numbers.values().sum::<i64>().to_string();
    let body = QualityView {
        today: web::say::day_month_year(today),
        links,
        tiles: vec![
            (format!("{}%", report.whole.complete), "of what families need is given", "#h-needs"),
            (format!("{}%", report.whole.checked_share(1)), "of entries checked within 6 months", "#h-src"),
            (sum(&report.duplicates), "pairs that may be the same", merges),
            (sum(&report.links_broken), "broken links", links),
            (report.missing.len().to_string(), "expected kinds without an entry", "/admin/quality/coverage"),
        ],
        needs_finding: match needs.iter().max_by_key(|need| need.counts[2]).filter(|need| need.counts[2] > 0)
        {
            Some(need) => format!(
                "Missing most: “{}”. {} of {} entries do not say",
                need.words, need.counts[2], report.whole.entries
            ),
            None => "Every entry says something of all seven".to_owned(),
        },
        needs,
        sources: std::iter::once(&report.whole).chain(&report.sources).map(source_row).collect(),
        missing: report.missing,
        kinds: report.kinds,
        trend: trend_of(&weeks),
        weeks,
    };
    show(&quality.site, &Page::new("How true the data is"), &body)
}

fn source_row(source: &SourceFigures) -> SourceRow {
    SourceRow {
        name: source.name.clone(),
        entries: source.entries,
        hidden: source.hidden,
        complete: source.complete,
        fresh: source.checked_share(1),
        checked: source.checked,
        never: source.never,
    }
}

fn need_row(need: Need, whole: &SourceFigures) -> NeedRow {
    let counts = whole.needs.get(need.key()).copied().unwrap_or_default();
    let share = |part: i64| if whole.entries > 0 { part * 100 / whole.entries } else { 0 };
    NeedRow {
        words: need.words(),
        counts,
        share: share(counts[0]),
        partly: (share(counts[0]), share(counts[1])),
    }
}

fn week_of(day: Date, report: &Report) -> Week {
    Week {
        day: web::say::day_month_year(day),
        entries: report.whole.entries,
        complete: report.whole.complete,
        fresh: report.whole.checked_share(1),
        duplicates: report.duplicates.values().sum(),
        broken: report.links_broken.values().sum(),
    }
}

/// The trend in a drawing of 100 by 100: per cent upwards, weeks to the right. One moment alone is no trend.
fn trend_of(weeks: &[Week]) -> Option<Trend> {
    let (first, last) = (weeks.first()?, weeks.last()?);
    let steps = weeks.len() - 1;
    if steps == 0 {
        return None;
    }
    let (mut line, mut dots) = (String::new(), String::new());
    for (at, week) in weeks.iter().enumerate() {
        let (across, down) = (100 * at / steps, 100 - week.complete.clamp(0, 100));
        let _ = write!(line, "{}{across} {down}", if at == 0 { "M" } else { "L" });
        let _ = write!(dots, "M{across} {down}h0");
    }
    let way = match last.complete - first.complete {
        0 => "as much as",
        1.. => "up from",
        _ => "down from",
    };
    let finding = format!(
        "{}% of what families need is given, {way} {}% on {}",
        last.complete, first.complete, first.day
    );
    let point = |week: &Week| format!("{}: {}%", week.day, week.complete);
    Some(Trend { finding, line, dots, first: point(first), last: point(last) })
}

/// `GET /admin/quality.json`.
pub(crate) async fn json(State(quality): State<Quality>) -> Reply {
    let (report, weeks) = read(&quality).await?;
    let weeks: Vec<_> = weeks
        .into_iter()
        .map(|(monday, report)| serde_json::json!({"monday": monday, "report": report}))
        .collect();
    let body = serde_json::to_vec_pretty(&serde_json::json!({"now": report, "weeks": weeks}))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, body).into_response())
}

#[derive(Template)]
#[template(path = "coverage.html")]
struct CoverageView {
    lead: String,
    /// Whether they may add an entry.
    adds: bool,
    groups: Vec<Group>,
}

struct Group {
    covered: Covered,
    /// Of a hundred kinds, how many stand so.
    share: usize,
    /// How its bar is filled.
    bar: &'static str,
    kinds: Vec<KindView>,
}

struct KindView {
    key: String,
    name: String,
    from: String,
    entries: Vec<(String, String, &'static str)>,
    more: usize,
}

/// Entries named under each kind; the rest are counted.
const ENTRIES_SHOWN: usize = 6;

/// `GET /admin/quality/coverage`.
pub(crate) async fn get_coverage(State(quality): State<Quality>, who: Who) -> Reply {
    let adds = who.may::<OpenProviderDoor>(On::all("service")).is_ok();
    let today = quality.site.clock().today();
    let entries = quality.site.db().read(directory::list_comparable).await?;
    let all = coverage(kinds()?, &entries, today);
    let missing = all.iter().filter(|each| each.covered == Covered::Not).count();
    let lead = format!(
        "{} that family hubs and Start for Life are expected to offer. {}.",
        web::say::count(all.len(), "kind of service", "kinds of service"),
        match missing {
            0 => "Each has an entry".to_owned(),
            1 => "1 has no entry".to_owned(),
            many => format!("{many} have no entry"),
        }
    );
    let groups = Covered::ALL.map(|covered| Group {
        covered,
        share: all.iter().filter(|each| each.covered == covered).count() * 100 / all.len().max(1),
        bar: if covered == Covered::Well { "bar-a" } else { "bar-b" },
        kinds: all
            .iter()
            .filter(|each| each.covered == covered)
            .map(|each| KindView {
                key: each.kind.key.clone(),
                name: each.kind.name.clone(),
                from: each.kind.from.clone(),
                more: each.entries.len().saturating_sub(ENTRIES_SHOWN),
                entries: each
                    .entries
                    .iter()
                    .take(ENTRIES_SHOWN)
                    .map(|(entry, stands)| {
                        let note = match stands {
                            Covered::OutOfSight => "hidden or closed",
                            // Where none was checked, the heading says so already.
                            Covered::Stale if each.covered == Covered::Stale => "",
                            Covered::Stale => "not checked in 6 months",
                            Covered::Well | Covered::Not => "",
                        };
                        (entry.slug.clone(), entry.name.clone(), note)
                    })
                    .collect(),
            })
            .collect(),
    });
    let body = CoverageView {
        lead,
        adds,
        groups: groups.into_iter().filter(|group| !group.kinds.is_empty()).collect(),
    };
    show(&quality.site, &Page::new("What is expected and what there is"), &body)
}
