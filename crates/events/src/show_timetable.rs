//! Timetables to print: one page a town and one a hub for a season, in usual letters, in large ones, and in short
//! sentences.

use crate::{
    shelf::{Events, Shelf},
    timetable::{Area, Season, Weekday, areas, find_area, seasons, weekdays},
};
use askama::Template;
use axum::extract::{Path, State};
use web::{Nav, Page, Params, Reply, missing, say, show};

#[derive(Template)]
#[template(path = "timetables.html")]
struct TimetablesView {
    seasons: Vec<SeasonView>,
}

struct SeasonView {
    id: String,
    name: String,
    days: String,
    /// What its addresses end with.
    query: &'static str,
    towns: Vec<Area>,
    places: Vec<Area>,
}

/// `GET /timetables`.
pub(crate) async fn list(State(events): State<Events>) -> Reply {
    let shelf = events.shelf();
    let seasons = seasons(&shelf)
        .into_iter()
        .enumerate()
        .map(|(number, season)| {
            let (towns, places) = areas(&shelf, &season).into_iter().partition(|area| area.is_town);
            SeasonView {
                id: format!("season-{number}"),
                days: say::from_to(season.first, season.last),
                name: season.name,
                query: if number == 0 { "" } else { "?season=next" },
                towns,
                places,
            }
        })
        .collect();
    let page = Page::new("Timetables")
        .describing("Timetables of family hubs to read or print, made from what is planned now.")
        .at("/timetables")
        .under(Nav::WhatsOn);
    show(events.site(), &page, &TimetablesView { seasons })
}

#[derive(Template)]
#[template(path = "timetable.html")]
struct TimetableView {
    sheet: Sheet,
}

#[derive(Template)]
#[template(path = "timetable_easy.html")]
struct EasyView {
    sheet: Sheet,
}

/// What stands on the paper, in whichever letters.
struct Sheet {
    heading: String,
    area: Area,
    season: Season,
    days: String,
    weekdays: Vec<Weekday>,
    correct_on: String,
    link: String,
    qr: String,
    /// Addresses of the same in other forms.
    plain: String,
    large: String,
    easy: String,
    is_large: bool,
    phone: String,
}

/// `GET /timetables/{slug}`, `?season=next`, `?print=large`, `?easy=1`.
pub(crate) async fn get(State(events): State<Events>, Path(slug): Path<String>, params: Params) -> Reply {
    let site = events.site();
    let shelf = events.shelf();
    let Some(area) = find_area(&shelf, &slug) else { return Ok(missing()) };
    let is_next = params.get("season") == "next";
    let is_large = params.get("print") == "large";
    let sheet = sheet(&events, &shelf, area, is_next, is_large);
    let title = sheet.heading.clone();
    let page = Page::new(title)
        .describing(format!("What is held in {}, day by day, to read or print.", sheet.area.name))
        .at(format!("/timetables/{slug}"))
        .under(Nav::WhatsOn);
    if params.get("easy") == "1" {
        return show(site, &page, &EasyView { sheet });
    }
    let page = if is_large { page.in_large_print() } else { page };
    show(site, &page, &TimetableView { sheet })
}

fn sheet(events: &Events, shelf: &Shelf, area: Area, is_next: bool, is_large: bool) -> Sheet {
    let site = events.site();
    let mut seasons = seasons(shelf);
    let season = if is_next && seasons.len() > 1 { seasons.swap_remove(1) } else { seasons.swap_remove(0) };
    let own = format!("/timetables/{}", area.slug);
    let season_field = if is_next { "season=next" } else { "" };
    let with = |field: &str| {
        let fields: Vec<&str> = [season_field, field].into_iter().filter(|part| !part.is_empty()).collect();
        if fields.is_empty() { own.clone() } else { format!("{own}?{}", fields.join("&")) }
    };
    let link = site.absolute(&own);
    Sheet {
        heading: format!("{} timetable: {}", area.name, lower_first(&season.name)),
        days: say::from_to(season.first, season.last),
        weekdays: weekdays(shelf, &area, &season),
        correct_on: say::day_month_year(shelf.today),
        qr: crate::qr::svg(&link),
        link,
        plain: with(""),
        large: with("print=large"),
        easy: with("easy=1"),
        is_large,
        phone: site.council().phone.clone(),
        area,
        season,
    }
}

/// 'the next 8 weeks' after a colon, but 'Autumn term' as the council names it.
fn lower_first(name: &str) -> String {
    match name {
        "The next 8 weeks" => "the next 8 weeks".to_owned(),
        "School holidays" => "school holidays".to_owned(),
        other => other.to_owned(),
    }
}
