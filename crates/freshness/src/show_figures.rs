//! The figures of the directory: how much of it was checked, by whom it is run, what families need and do not get told,
//! and whether visitors were answered in time. Each bar has its numbers in a table; all of it can be downloaded.

use crate::{
    completeness::Need,
    desk::Desk,
    figures::{Figures, by_week, share_words},
    jobs::figures_now,
    model::days_after,
    store as rows,
};
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::IntoResponse,
};
use kernel::{Date, Fault};
use std::fmt::Write;
use web::{Page, Reply, show};

/// The trend goes back half a year.
const TREND_DAYS: i64 = 182;

#[derive(Template)]
#[template(path = "figures.html")]
struct FiguresView {
    today: String,
    figures: Figures,
    tiles: Vec<(String, String)>,
    ages: Vec<Bar>,
    kinds: Vec<KindRow>,
    needs_finding: String,
    needs: Vec<NeedRow>,
    reports: Vec<(&'static str, String)>,
    trend: Option<Trend>,
    weeks: Vec<Week>,
}

/// A number with the share of all entries that it is.
struct Bar {
    words: &'static str,
    count: i64,
    share: i64,
}

struct KindRow {
    words: &'static str,
    entries: i64,
    checked: Vec<i64>,
    share: i64,
}

struct NeedRow {
    words: &'static str,
    counts: [i64; 3],
    share: i64,
    /// Where what is partly given begins and how far it goes, in per cent.
    partly: (i64, i64),
}

struct Trend {
    finding: String,
    /// The points joined, and the points alone.
    line: String,
    dots: String,
    first: String,
    last: String,
}

struct Week {
    day: String,
    entries: i64,
    share: i64,
    late: i64,
}

/// A kind of organisation as people say it.
fn kind_words(kind: &str) -> &'static str {
    match kind {
        "council" => "The council",
        "nhs" => "NHS",
        "charity" => "Charities",
        "community" => "Community groups",
        "national" => "National organisations",
        "school" => "Schools and nurseries",
        "housing" => "Housing associations",
        "private" => "Private companies",
        _ => "Others",
    }
}

type Kept = (Figures, Vec<(Date, Figures)>);

async fn read(desk: &Desk) -> Result<Kept, Fault> {
    let (today, now) = (desk.site.clock().today(), desk.site.clock().now());
    desk.site
        .db()
        .read(move |tx| {
            let mut kept: Vec<(Date, Figures)> = rows::list_snapshots(tx, days_after(today, -TREND_DAYS))?
                .into_iter()
                .map(|(day, text)| Ok((day, serde_json::from_str(&text)?)))
                .collect::<Result<_, Fault>>()?;
            let figures = figures_now(tx, today, now)?;
            // Today's point is of this moment, not of the small hours.
            kept.retain(|(day, _)| *day != today);
            kept.push((today, figures.clone()));
            Ok((figures, by_week(&kept)))
        })
        .await
}

/// `GET /admin/figures`.
pub(crate) async fn get(State(desk): State<Desk>) -> Reply {
    let (figures, weeks) = read(&desk).await?;
    let of_entries = |part: i64| share_words(part, figures.entries, "entries");
    let share = |part: i64, whole: i64| Figures::share(part, whole).unwrap_or(0);
    let weeks: Vec<Week> = weeks
        .iter()
        .map(|(day, kept)| Week {
            day: web::say::day_month_year(*day),
            entries: kept.entries,
            share: share(kept.checked[0], kept.entries),
            late: kept.reports_late,
        })
        .collect();
    let needs: Vec<NeedRow> = Need::ALL
        .iter()
        .map(|need| {
            let counts = figures.needs.get(need.key()).copied().unwrap_or_default();
            let whole = share(counts[0], figures.entries);
            let partly = (whole, share(counts[1], figures.entries));
            NeedRow { words: need.words(), counts, share: whole, partly }
        })
        .collect();
    let body = FiguresView {
        today: web::say::day_month_year(desk.site.clock().today()),
        tiles: vec![
            (of_entries(figures.checked[0]), "checked within 3 months".to_owned()),
            (of_entries(figures.checked[1]), "checked within 6 months".to_owned()),
            (of_entries(figures.checked[2]), "checked within 12 months".to_owned()),
            (figures.never.to_string(), "never checked".to_owned()),
            (figures.hidden.to_string(), "hidden from families".to_owned()),
        ],
        ages: ages_of(&figures),
        kinds: figures
            .by_kind
            .iter()
            .map(|(kind, (entries, checked))| KindRow {
                words: kind_words(kind),
                entries: *entries,
                checked: checked.to_vec(),
                share: share(checked[0], *entries),
            })
            .collect(),
        needs_finding: needs_finding(&needs, figures.entries),
        needs,
        reports: reports_of(&figures),
        trend: trend_of(&weeks),
        weeks,
        figures,
    };
    show(&desk.site, &Page::new("Figures"), &body)
}

/// Every entry once, by how long ago somebody checked it.
fn ages_of(figures: &Figures) -> Vec<Bar> {
    let [three, six, twelve] = figures.checked;
    let older = figures.entries - figures.never - twelve;
    [
        ("Up to 3 months", three),
        ("3 to 6 months", six - three),
        ("6 to 12 months", twelve - six),
        ("Over a year", older),
        ("Never checked", figures.never),
    ]
    .into_iter()
    .map(|(words, count)| Bar { words, count, share: Figures::share(count, figures.entries).unwrap_or(0) })
    .collect()
}

/// What is missing most, as the title of its chart.
fn needs_finding(needs: &[NeedRow], entries: i64) -> String {
    match needs.iter().max_by_key(|need| need.counts[2]).filter(|need| need.counts[2] > 0) {
        Some(need) => {
            format!("Missing most: “{}”. {} of {entries} entries do not say", need.words, need.counts[2])
        }
        None => "Every entry says something of all seven".to_owned(),
    }
}

fn reports_of(figures: &Figures) -> Vec<(&'static str, String)> {
    let in_time = match Figures::share(figures.reports_in_time, figures.reports_settled) {
        Some(share) => format!("{} ({share}%)", figures.reports_in_time),
        None => "None was settled".to_owned(),
    };
    vec![
        ("Settled in the last 4 weeks", figures.reports_settled.to_string()),
        ("Of those, within 48 hours", in_time),
        ("Open now", figures.reports_open.to_string()),
        ("Of those, late", figures.reports_late.to_string()),
    ]
}

/// The trend in a drawing of 100 by 100: per cent upwards, weeks to the right. One week alone is no trend.
fn trend_of(weeks: &[Week]) -> Option<Trend> {
    let (first, last) = (weeks.first()?, weeks.last()?);
    let steps = weeks.len() - 1;
    if steps == 0 {
        return None;
    }
    let (mut line, mut dots) = (String::new(), String::new());
    for (at, week) in weeks.iter().enumerate() {
        let (across, down) = (100 * at / steps, 100 - week.share.clamp(0, 100));
        let _ = write!(line, "{}{across} {down}", if at == 0 { "M" } else { "L" });
        let _ = write!(dots, "M{across} {down}h0");
    }
    let way = match last.share - first.share {
        0 => "as many as",
        1.. => "up from",
        _ => "down from",
    };
    let finding =
        format!("{}% were checked within 3 months, {way} {}% on {}", last.share, first.share, first.day);
    let point = |week: &Week| format!("{}: {}%", week.day, week.share);
    Some(Trend { finding, line, dots, first: point(first), last: point(last) })
}

/// `GET /admin/figures.csv`.
pub(crate) async fn download(State(desk): State<Desk>) -> Reply {
    let (figures, weeks) = read(&desk).await?;
    let mut out = String::from(
        "day,entries,checked_3_months,checked_6_months,checked_12_months,never_checked,hidden,reports_open,reports_late,reports_settled_4_weeks,reports_within_48_hours",
    );
    for need in Need::ALL {
        let _ = write!(out, ",{0}_given,{0}_partly,{0}_not_given", need.key());
    }
    out.push_str("\r\n");
    for (day, kept) in &weeks {
        let [three, six, twelve] = kept.checked;
        let _ = write!(
            out,
            "{day},{},{three},{six},{twelve},{},{},{},{},{},{}",
            kept.entries,
            kept.never,
            kept.hidden,
            kept.reports_open,
            kept.reports_late,
            kept.reports_settled,
            kept.reports_in_time
        );
        for need in Need::ALL {
            let [whole, partly, not] = kept.needs.get(need.key()).copied().unwrap_or_default();
            let _ = write!(out, ",{whole},{partly},{not}");
        }
        out.push_str("\r\n");
    }
    out.push_str("\r\nkind_of_organisation,entries,checked_3_months,checked_6_months,checked_12_months\r\n");
    for (kind, (entries, [three, six, twelve])) in &figures.by_kind {
        let _ = write!(out, "{},{entries},{three},{six},{twelve}\r\n", kind_words(kind));
    }
    let name = format!("attachment; filename=\"freshness-{}.csv\"", desk.site.clock().today());
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_str(&name)?),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, out).into_response())
}
