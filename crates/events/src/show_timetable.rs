//! Timetables to print: one page a town and one a hub for a season, in usual letters, in large ones, and in short
//! sentences; each as a page and as a PDF of one side of paper.

use crate::{
    count_uses::{How, Uses, is_by_a_person},
    pdf::{Print, pdf},
    question::town_slug,
    shelf::{Events, Shelf},
    timetable::{Area, Season, Weekday, areas, find_area, seasons, weekdays},
    timetable_paper::{Head, paper},
};
use access::Browse;
use anyhow::Context;
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::IntoResponse,
};
use bytes::Bytes;
use kernel::Fault;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};
use web::{Door, Nav, Page, Params, Reply, missing, not_modified_or, say, show};

/// What the timetables' pages share: the sessions, what is counted, and the papers that were made already.
#[derive(Clone)]
struct Timetables {
    events: Events,
    uses: Uses,
    papers: Papers,
}

/// The room's public addresses that are made for paper.
pub(crate) fn door(events: &Events) -> Door {
    let timetables = Timetables { events: events.clone(), uses: Uses::default(), papers: Papers::default() };
    Door::new()
        .get::<Browse, _, _>("/timetables", list)
        .get::<Browse, _, _>("/timetables/{slug}", get)
        .post::<Browse, _, _>("/timetables/{slug}/printed", printed)
        .with_state(timetables)
}

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
async fn list(State(Timetables { events, .. }): State<Timetables>) -> Reply {
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
    pdf: String,
    /// What the PDF is said to be: 'PDF, one page'.
    pdf_words: &'static str,
    /// Where a browser tells that it was printed.
    printed: String,
    is_large: bool,
    phone: String,
}

/// What of an address decides how a timetable looks.
#[derive(Clone, Copy)]
struct Form {
    is_next: bool,
    print: Print,
}

impl Form {
    fn of(params: &Params) -> Form {
        let print = match (params.get("easy"), params.get("print")) {
            ("1", _) => Print::Easy,
            (_, "large") => Print::Large,
            _ => Print::Usual,
        };
        Form { is_next: params.get("season") == "next", print }
    }
}

/// `GET /timetables/{slug}`, `?season=next`, `?print=large`, `?easy=1`; and the same with `.pdf` behind the slug.
async fn get(
    State(timetables): State<Timetables>,
    Path(slug): Path<String>,
    params: Params,
    method: Method,
    headers: HeaderMap,
) -> Reply {
    let form = Form::of(&params);
    let is_counted = is_by_a_person(&method, &headers);
    if let Some(slug) = slug.strip_suffix(".pdf") {
        return get_pdf(&timetables, slug, form, &headers, is_counted).await;
    }
    let events = &timetables.events;
    let (site, shelf) = (events.site(), events.shelf());
    let Some(area) = find_area(&shelf, &slug) else { return Ok(missing()) };
    if is_counted {
        timetables.uses.count(events, &area.slug, How::Opened);
    }
    let sheet = sheet(events, &shelf, area, form);
    let page = Page::new(sheet.heading.clone())
        .describing(format!("What is held in {}, day by day, to read or print.", sheet.area.name))
        .at(format!("/timetables/{slug}"))
        .under(Nav::WhatsOn);
    match form.print {
        Print::Easy => show(site, &page, &EasyView { sheet }),
        Print::Large => show(site, &page.in_large_print(), &TimetableView { sheet }),
        Print::Usual => show(site, &page, &TimetableView { sheet }),
    }
}

/// `POST /timetables/{slug}/printed`: a browser that has script tells that it was printed.
async fn printed(
    State(timetables): State<Timetables>,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Reply {
    let Some(area) = find_area(&timetables.events.shelf(), &slug) else { return Ok(missing()) };
    if is_by_a_person(&Method::GET, &headers) {
        timetables.uses.count(&timetables.events, &area.slug, How::Printed);
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn get_pdf(
    timetables: &Timetables,
    slug: &str,
    form: Form,
    headers: &HeaderMap,
    is_counted: bool,
) -> Reply {
    let events = &timetables.events;
    let shelf = events.shelf();
    let Some(area) = find_area(&shelf, slug) else { return Ok(missing()) };
    if is_counted {
        timetables.uses.count(events, &area.slug, How::Downloaded);
    }
    let sheet = sheet(events, &shelf, area, form);
    let name = format!("{}.pdf", town_slug(&sheet.heading));
    let bytes = timetables.papers.find_or_make(&shelf, sheet, form, events.site().absolute("")).await?;
    let mut response = not_modified_or(headers, "application/pdf", bytes.to_vec());
    if let Ok(name) = HeaderValue::from_str(&format!("inline; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// Papers that were made of the sessions as they stand, so that a link in a newsletter costs one.
#[derive(Clone, Default)]
struct Papers(Arc<Mutex<Made>>);

/// Each with the sessions that it was made of.
type Made = HashMap<Key, (Weak<Shelf>, Bytes)>;

/// Address, form, site and telephone: all that stands on a paper and is not in the sessions.
type Key = (String, Print, bool, String, String);

/// A full set of papers starts again. Each is some 40 KB.
const PAPERS_MOST: usize = 200;

impl Papers {
    async fn find_or_make(
        &self,
        shelf: &Arc<Shelf>,
        sheet: Sheet,
        form: Form,
        site: String,
    ) -> Result<Bytes, Fault> {
        let key = (sheet.area.slug.clone(), form.print, form.is_next, site.clone(), sheet.phone.clone());
        let now = Arc::downgrade(shelf);
        if let Some((made_of, bytes)) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key)
            && made_of.ptr_eq(&now)
        {
            return Ok(bytes.clone());
        }
        // Some milliseconds of work, on a thread that may be busy.
        let made = tokio::task::spawn_blocking(move || pdf(&paper_of(sheet, form, site))).await;
        let bytes = Bytes::from(made.context("making a timetable's paper")??);
        let mut papers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if papers.len() >= PAPERS_MOST {
            papers.clear();
        }
        papers.insert(key, (now, bytes.clone()));
        Ok(bytes)
    }
}

fn paper_of(sheet: Sheet, form: Form, site: String) -> crate::pdf::Paper {
    let head = Head {
        title: sheet.heading,
        area: sheet.area.name,
        days: sheet.days,
        correct_on: sheet.correct_on,
        link: sheet.link,
        site,
        phone: sheet.phone,
        print: form.print,
    };
    paper(head, &sheet.weekdays)
}

/// What is known to stand on one side, whatever its lines say.
const SESSIONS_ON_ONE_SIDE: usize = 30;

fn sheet(events: &Events, shelf: &Shelf, area: Area, form: Form) -> Sheet {
    let site = events.site();
    let mut seasons = seasons(shelf);
    let is_next = form.is_next && seasons.len() > 1;
    let season = seasons.swap_remove(usize::from(is_next));
    let own = format!("/timetables/{}", area.slug);
    let season_field = if is_next { "season=next" } else { "" };
    let with = |end: &str, field: &str| {
        let fields: Vec<&str> = [season_field, field].into_iter().filter(|part| !part.is_empty()).collect();
        if fields.is_empty() { format!("{own}{end}") } else { format!("{own}{end}?{}", fields.join("&")) }
    };
    let link = site.absolute(&own);
    let weekdays = weekdays(shelf, &area, &season);
    let lines: usize = weekdays.iter().map(|day| day.lines.len()).sum();
    let (field, pdf_words) = match form.print {
        Print::Usual if lines <= SESSIONS_ON_ONE_SIDE => ("", "PDF, one page"),
        Print::Usual => ("", "PDF"),
        Print::Easy => ("easy=1", "PDF, Easy Read"),
        Print::Large => ("print=large", "PDF, large print"),
    };
    Sheet {
        heading: format!("{} timetable: {}", area.name, lower_first(&season.name)),
        days: say::from_to(season.first, season.last),
        weekdays,
        correct_on: say::day_month_year(shelf.today),
        qr: crate::qr::svg(&link),
        link,
        plain: with("", ""),
        large: with("", "print=large"),
        easy: with("", "easy=1"),
        pdf: with(".pdf", field),
        pdf_words,
        printed: format!("{own}/printed"),
        is_large: form.print == Print::Large,
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
