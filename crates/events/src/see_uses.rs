//! `GET /admin/timetables`: how often each timetable was opened, downloaded and printed in the last 30 days.

use crate::{count_uses::How, shelf::Events, store as rows, timetable::find_area};
use askama::Template;
use axum::extract::State;
use kernel::Span;
use std::collections::BTreeMap;
use web::{Page, Reply, say, show};

/// How far back the page looks.
const DAYS: i32 = 30;

#[derive(Template)]
#[template(path = "timetable_uses.html")]
struct UsesView {
    from: String,
    lines: Vec<Line>,
    total: [i64; 3],
}

struct Line {
    name: String,
    /// None where it has no timetable any more.
    href: Option<String>,
    /// Opened, downloaded, printed.
    uses: [i64; 3],
    all: i64,
    /// Of the most used, in hundredths.
    share: i64,
}

pub(crate) async fn get(State(events): State<Events>) -> Reply {
    let first = events.site().clock().today().saturating_sub(Span::new().days(DAYS - 1));
    let rows = events.site().db().read(move |tx| rows::list_uses_since(tx, first)).await?;
    let mut by_slug: BTreeMap<String, [i64; 3]> = BTreeMap::new();
    for row in rows {
        if let Some(at) = How::ALL.iter().position(|how| how.key() == row.how) {
            by_slug.entry(row.slug).or_default()[at] += row.uses;
        }
    }
    let shelf = events.shelf();
    let mut lines: Vec<Line> = by_slug
        .into_iter()
        .map(|(slug, uses)| {
            let area = find_area(&shelf, &slug);
            let name =
                area.as_ref().map_or_else(|| format!("{slug} (no longer there)"), |area| area.name.clone());
            let href = area.map(|area| format!("/timetables/{}", area.slug));
            Line { name, href, uses, all: uses.iter().sum(), share: 0 }
        })
        .collect();
    lines.sort_by(|a, b| b.all.cmp(&a.all).then_with(|| a.name.cmp(&b.name)));
    let most = lines.first().map_or(1, |line| line.all.max(1));
    for line in &mut lines {
        line.share = line.all * 100 / most;
    }
    let total = [0, 1, 2].map(|at| lines.iter().map(|line| line.uses[at]).sum());
    let body = UsesView { from: say::day_month_year(first), lines, total };
    show(events.site(), &Page::new("How timetables are used"), &body)
}
