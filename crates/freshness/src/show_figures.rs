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
    kinds: Vec<(&'static str, i64, Vec<i64>)>,
    needs: Vec<NeedRow>,
    reports: String,
    weeks: Vec<Week>,
    line: String,
}

struct NeedRow {
    words: &'static str,
    counts: [i64; 3],
    share: i64,
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
    let body = FiguresView {
        today: web::say::day_month_year(desk.site.clock().today()),
        tiles: vec![
            (of_entries(figures.checked[0]), "checked within 3 months".to_owned()),
            (of_entries(figures.checked[1]), "checked within 6 months".to_owned()),
            (of_entries(figures.checked[2]), "checked within 12 months".to_owned()),
            (figures.never.to_string(), "never checked".to_owned()),
            (figures.hidden.to_string(), "hidden".to_owned()),
        ],
        kinds: figures
            .by_kind
            .iter()
            .map(|(kind, (entries, checked))| (kind_words(kind), *entries, checked.to_vec()))
            .collect(),
        needs: Need::ALL
            .iter()
            .map(|need| {
                let counts = figures.needs.get(need.key()).copied().unwrap_or_default();
                NeedRow { words: need.words(), counts, share: share(counts[0], figures.entries) }
            })
            .collect(),
        reports: share_words(figures.reports_in_time, figures.reports_settled, "reports"),
        line: line_of(&weeks),
        weeks,
        figures,
    };
    show(&desk.site, &Page::new("Figures"), &body)
}

/// The points of the trend in a drawing of 360 by 100: per cent upwards, weeks to the right.
fn line_of(weeks: &[Week]) -> String {
    let last = weeks.len().saturating_sub(1).max(1);
    let mut line = String::new();
    for (at, week) in weeks.iter().enumerate() {
        let _ = write!(
            line,
            "{}{} {}",
            if at == 0 { "M" } else { "L" },
            30 + 320 * at / last,
            110 - week.share.clamp(0, 100)
        );
    }
    line
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
