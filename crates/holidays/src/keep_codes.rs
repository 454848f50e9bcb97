//! `/admin/holidays/{slug}/codes`: codes that schools give out, one for each child.

use crate::{
    keep_programme::kept,
    model::{code_key, name_key},
    parts::{read_day, text},
    room::Holidays,
    store::{self as rows, CodeRow},
};
use access::audit;
use askama::Template;
use axum::extract::{Path, State};
use kernel::{Date, Refusal, one_line};
use web::{
    CardView, Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors},
    missing, say, see_other, show_with,
};

/// The most children of one list.
const LINES_MAX: usize = 200;

#[derive(Template)]
#[template(path = "admin_codes.html")]
struct CodesView {
    card: Option<CardView>,
    summary: String,
    slug: String,
    name: String,
    saved: String,
    boxes: String,
    codes: Vec<LineView>,
}

struct LineView {
    code: String,
    born: String,
    state: &'static str,
}

pub(crate) async fn get(
    State(room): State<Holidays>,
    Path(slug): Path<String>,
    who: Who,
    params: Params,
) -> Reply {
    let saved = params
        .get("saved")
        .parse::<usize>()
        .ok()
        .map(|many| say::count(many, "code was made", "codes were made"));
    page(&room, &who, slug, "", &Errors::default(), None, saved.unwrap_or_default()).await
}

pub(crate) async fn post(
    State(room): State<Holidays>,
    Path(slug): Path<String>,
    who: Who,
    form: Form,
) -> Reply {
    let Some((row, _, may)) = kept(&room, &who, &slug).await? else { return Ok(missing()) };
    let site = room.site();
    let typed = form.get("children").to_owned();
    let screened = site.screen(&typed);
    let card = site.card(screened.verdict()).map(CardView::above);
    let mut errors = Errors::default();
    let mut children: Vec<(String, Date)> = Vec::new();
    for (number, line) in typed.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let read = line.rsplit_once(',').and_then(|(name, born)| {
            Some((name_key(&one_line(name)), read_day(born)?)).filter(|(name, _)| !name.is_empty())
        });
        match read {
            Some(child) => children.push(child),
            None => {
                let sentence =
                    format!("Line {} cannot be read. Write it as in the example above the box", number + 1);
                errors.0.push(Refusal::at("children", sentence));
                break;
            }
        }
    }
    if errors.is_empty() && (children.is_empty() || children.len() > LINES_MAX) {
        errors.0.push(Refusal::at("children", format!("Type from 1 to {LINES_MAX} children, one a line")));
    }
    if !errors.is_empty() {
        return page(&room, &who, slug, &typed, &errors, card, String::new()).await;
    }
    let made: Vec<(String, Date, String)> =
        children.into_iter().map(|(name, born)| (name, born, site.dice().reference())).collect();
    let (id, now) = (row.id, site.clock().now());
    let many = site
        .db()
        .write(move |tx| {
            let mut many = 0;
            for (name, born, code) in &made {
                many += rows::insert_code(tx, id, (code, &code_key(code)), (name, *born), now)?;
            }
            audit::record(tx, &may, format!("made {many} codes for schools"), "", now);
            Ok(many)
        })
        .await?;
    Ok(see_other(&format!("/admin/holidays/{slug}/codes?saved={many}")))
}

async fn page(
    room: &Holidays,
    who: &Who,
    slug: String,
    typed: &str,
    errors: &Errors,
    card: Option<CardView>,
    saved: String,
) -> Reply {
    let Some((row, programme, may)) = kept(room, who, &slug).await? else { return Ok(missing()) };
    let (id, now) = (row.id, room.site().clock().now());
    let codes = room
        .site()
        .db()
        .write(move |tx| {
            // Birthdays of children stand on this page, so the look at it is written down.
            audit::record(tx, &may, "looked at the codes for schools", "", now);
            rows::list_codes(tx, id)
        })
        .await?;
    let (status, title) = errors.page("Codes for schools");
    let body = CodesView {
        card,
        summary: ErrorSummary { errors }.render()?,
        name: programme.name,
        saved,
        boxes: text(
            "children",
            "Children",
            "One a line: first name, last name, date of birth. Like: Robin Example, 27 3 2017",
            typed,
            8,
            errors,
        )?,
        codes: codes.iter().map(line_view).collect(),
        slug,
    };
    show_with(room.site(), status, &Page::new(title), &body)
}

fn line_view(code: &CodeRow) -> LineView {
    LineView {
        code: code.code.clone(),
        born: code.born.parse::<Date>().map(say::day_month_year).unwrap_or_default(),
        state: if code.used_at.is_some() { "Used" } else { "Not used yet" },
    }
}
