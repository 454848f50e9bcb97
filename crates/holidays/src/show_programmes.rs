//! `GET /holidays` and `GET /holidays/{slug}`: what there is, who can come, and what is on, by day and place.

use crate::{
    apply,
    catalogue::{Held, begins, day_words, list_held, moment_words},
    figures::{Return, public_words},
    model::{Meal, Opening, Programme, Wanted},
    room::Holidays,
    show_return::ends,
    store as rows,
};
use askama::Template;
use axum::extract::{Path, State};
use calendar::SchoolYear;
use kernel::Date;
use std::collections::{BTreeMap, BTreeSet};
use web::{Nav, Page, Params, Reply, missing, say, show};

#[derive(Template)]
#[template(path = "programmes.html")]
struct ProgrammesView {
    programmes: Vec<LineView>,
    phone: String,
}

struct LineView {
    href: String,
    name: String,
    when: String,
    summary: String,
    note: String,
}

pub(crate) async fn list(State(room): State<Holidays>) -> Reply {
    let site = room.site();
    let today = site.clock().today();
    let all = site.db().read(rows::list_programmes).await?;
    let mut programmes = Vec::new();
    for row in all.iter().filter(|row| row.wanted != Wanted::Draft.key()) {
        let programme = row.programme()?;
        programmes.push(LineView {
            href: format!("/holidays/{}", programme.slug),
            when: say::from_to(programme.first, programme.last),
            note: if today > programme.last { "Over".to_owned() } else { String::new() },
            summary: programme.summary,
            name: programme.name,
        });
    }
    let page = Page::new("Holiday activities and food")
        .describing("Free clubs with food in the school holidays: who can come, what is on, and how to book.")
        .at("/holidays")
        .under(Nav::WhatsOn);
    show(site, &page, &ProgrammesView { programmes, phone: site.council().phone.clone() })
}

#[derive(Template)]
#[template(path = "programme.html")]
struct ProgrammeView {
    slug: String,
    name: String,
    summary: String,
    when: String,
    hours: String,
    days_each: i64,
    years: String,
    reasons: Vec<String>,
    paid: String,
    is_open: bool,
    opens: String,
    is_drawn_by_lot: bool,
    ages: Vec<(String, String, bool)>,
    places: Vec<(String, String, bool)>,
    meals: Vec<(String, String, bool)>,
    send_only: bool,
    days: Vec<DayView>,
    many: String,
    went: Vec<(&'static str, String)>,
}

struct DayView {
    id: String,
    words: String,
    lines: Vec<DateView>,
}

struct DateView {
    title: String,
    href: String,
    time: String,
    place: String,
    provider: String,
    ages: String,
    meal: String,
    is_send_friendly: bool,
    is_full: bool,
}

/// What somebody asked to see.
struct Asked {
    age: Option<u16>,
    place: String,
    send_only: bool,
    meal: Option<Meal>,
}

impl Asked {
    fn of(params: &Params) -> Asked {
        Asked {
            age: params.get("age").parse().ok().filter(|age| *age < 26),
            place: params.get("place").to_owned(),
            send_only: params.get("send") == "1",
            meal: Meal::of(params.get("meal")),
        }
    }

    fn wants(&self, held: &Held) -> bool {
        let in_age =
            self.age.is_none_or(|years| (years * 12..years * 12 + 12).any(|months| held.ages.fits(months)));
        in_age
            && (self.place.is_empty() || self.place == held.place_slug)
            && (!self.send_only || held.is_send_friendly)
            && self.meal.is_none_or(|meal| meal == held.meal)
    }
}

pub(crate) async fn get(State(room): State<Holidays>, Path(slug): Path<String>, params: Params) -> Reply {
    let site = room.site();
    let Some((id, programme)) = apply::find(&room, &slug).await? else { return Ok(missing()) };
    let (now, today) = (site.clock().now(), site.clock().today());
    let from = begins(programme.first)?.max(begins(today)?);
    let rules = programme.clone();
    let found =
        site.db().read(move |tx| Ok((list_held(tx, id, &rules, from)?, rows::find_programme_by_id(tx, id)?)));
    let (all, row) = found.await?;
    let asked = Asked::of(&params);
    let wanted: Vec<&Held> = all.iter().filter(|held| asked.wants(held)).collect();
    let days = by_day(&wanted);
    let many: usize = days.iter().map(|day| day.lines.len()).sum();
    // Figures that were kept before the end are not what the holiday came to.
    let over = ends(&programme)?;
    let went: Option<Return> = row
        .as_ref()
        .filter(|row| row.returned_at.is_some_and(|at| at >= over) && today > programme.last)
        .and_then(|row| serde_json::from_value(row.figures.clone()?).ok());
    let is_open = programme.wanted == Wanted::Published && today <= programme.last;
    let body = ProgrammeView {
        when: say::from_to(programme.first, programme.last),
        hours: programme.hours.clone(),
        days_each: programme.days_each,
        years: years_words(&programme),
        reasons: programme.reasons.iter().map(|reason| reason.words.clone()).collect(),
        paid: programme.paid.clone(),
        is_open,
        opens: programme.opens_at.filter(|opens| *opens > now).map(moment_words).unwrap_or_default(),
        is_drawn_by_lot: programme.opening != Opening::FirstCome,
        ages: (4..=16)
            .map(|age: u16| (age.to_string(), format!("{age} years"), asked.age == Some(age)))
            .collect(),
        places: places_of(&all, &asked),
        meals: Meal::ALL[1..]
            .iter()
            .map(|meal| (meal.key().to_owned(), meal.words().to_owned(), asked.meal == Some(*meal)))
            .collect(),
        send_only: asked.send_only,
        days,
        many: say::count(many, "date", "dates"),
        went: went
            .map(|went| {
                went.all.lines()[..10].iter().map(|(words, figure)| (*words, public_words(*figure))).collect()
            })
            .unwrap_or_default(),
        slug: slug.clone(),
        name: programme.name.clone(),
        summary: programme.summary.clone(),
    };
    let page = Page::new(programme.name)
        .describing(programme.summary)
        .at(format!("/holidays/{slug}"))
        .under(Nav::WhatsOn);
    show(site, &page, &body)
}

fn by_day(wanted: &[&Held]) -> Vec<DayView> {
    let mut days: BTreeMap<Date, Vec<(String, DateView)>> = BTreeMap::new();
    for held in wanted {
        for date in &held.dates {
            let meal = if held.menu.is_empty() {
                held.meal.words().to_owned()
            } else {
                format!("{}: {}", held.meal.words(), held.menu)
            };
            let view = DateView {
                title: held.title.clone(),
                href: format!("/whats-on/{}", held.slug),
                time: date.time.clone(),
                place: held.place.clone(),
                provider: held.provider.clone(),
                ages: held.ages.words(),
                meal,
                is_send_friendly: held.is_send_friendly,
                is_full: date.is_full(),
            };
            days.entry(date.day).or_default().push((date.starts_at.to_string(), view));
        }
    }
    days.into_iter()
        .map(|(day, mut lines)| {
            lines.sort_by(|one, other| (&one.0, &one.1.title).cmp(&(&other.0, &other.1.title)));
            DayView {
                id: format!("d-{day}"),
                words: day_words(day),
                lines: lines.into_iter().map(|(_, line)| line).collect(),
            }
        })
        .collect()
}

fn places_of(all: &[Held], asked: &Asked) -> Vec<(String, String, bool)> {
    let places: BTreeSet<(&str, &str)> = all
        .iter()
        .filter(|held| !held.place_slug.is_empty())
        .map(|held| (held.place.as_str(), held.place_slug.as_str()))
        .collect();
    places.into_iter().map(|(name, slug)| (slug.to_owned(), name.to_owned(), asked.place == slug)).collect()
}

/// 'Reception to year 11'.
pub(crate) fn years_words(programme: &Programme) -> String {
    let year = |year: SchoolYear| match year {
        SchoolYear::BeforeSchool => "before school".to_owned(),
        SchoolYear::Reception => "Reception".to_owned(),
        SchoolYear::Year(number) => format!("year {number}"),
        SchoolYear::AfterYear11 => "after year 11".to_owned(),
    };
    let all = format!("{} to {}", year(programme.from_year), year(programme.to_year));
    match programme.send_until {
        Some(age) => format!("{all}, and with SEND until {age} years old"),
        None => all,
    }
}
