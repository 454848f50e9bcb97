//! `/admin/holidays/{slug}/codes`: codes that schools give out, one for each child.

use crate::{
    keep_programme::kept,
    model::{code_key, name_key},
    parts::{Looked, look, read_day, text},
    room::Holidays,
    store::{self as rows, CodeRow, NewCode},
};
use access::audit;
use askama::Template;
use axum::extract::{Path, State};
use kernel::{Date, Refusal, one_line};
use web::{
    Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors},
    missing, say, see_other, show_with,
};

/// The most children of one list.
const LINES_MAX: usize = 200;

#[derive(Template)]
#[template(path = "admin_codes.html")]
struct CodesView<'a> {
    looked: &'a Looked,
    form_key: &'a str,
    summary: String,
    slug: String,
    name: String,
    saved: String,
    boxes: String,
    codes: Vec<LineView>,
}

struct LineView {
    code: String,
    /// The line it was made from.
    typed: String,
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
    let typed = Typed { form_key: room.site().dice().hex::<16>(), ..Typed::default() };
    page(&room, &who, slug, &typed, &Errors::default(), saved.unwrap_or_default()).await
}

/// What somebody typed, put back as it was.
#[derive(Default)]
struct Typed {
    children: String,
    form_key: String,
    looked: Looked,
}

/// A line of the list that can be read.
struct Line {
    number: i64,
    name_key: String,
    born: Date,
    typed: String,
}

pub(crate) async fn post(
    State(room): State<Holidays>,
    Path(slug): Path<String>,
    who: Who,
    form: Form,
) -> Reply {
    let Some((row, _, may)) = kept(&room, &who, &slug).await? else { return Ok(missing()) };
    let site = room.site();
    let key = form.get("form_key");
    let key_fits = key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
    let typed = Typed {
        children: form.get("children").to_owned(),
        form_key: if key_fits { key.to_owned() } else { site.dice().hex::<16>() },
        looked: look(site, &form.typed(&["children"]), &form),
    };
    let lines = match read_lines(&typed.children) {
        Ok(lines) if !typed.looked.stops => lines,
        Ok(_) => return page(&room, &who, slug, &typed, &Errors::default(), String::new()).await,
        Err(errors) => return page(&room, &who, slug, &typed, &errors, String::new()).await,
    };
    let made: Vec<NewCode> = lines
        .into_iter()
        .map(|line| {
            let code = site.dice().reference();
            NewCode {
                code_key: code_key(&code),
                code,
                name_key: line.name_key,
                born: line.born,
                line: line.number,
                typed: line.typed,
            }
        })
        .collect();
    let (id, now, form_key) = (row.id, site.clock().now(), typed.form_key);
    let many = room
        .line()
        .write(vec![id.uuid()], move |tx| {
            // A form that is sent twice made its codes the first time.
            let before = rows::count_codes_of_form(tx, id, &form_key)?;
            if before > 0 {
                return Ok(u64::try_from(before)?);
            }
            let mut many = 0;
            for new in &made {
                many += rows::insert_code(tx, id, &form_key, new, now)?;
            }
            audit::record(tx, &may, format!("made {many} codes for schools"), "", now);
            Ok(many)
        })
        .await?;
    Ok(see_other(&format!("/admin/holidays/{slug}/codes?saved={many}")))
}

/// Reads one child a line: its name, a comma, its birthday.
fn read_lines(typed: &str) -> Result<Vec<Line>, Errors> {
    let wrong = |sentence: String| Err(Errors(vec![Refusal::at("children", sentence)]));
    let mut lines = Vec::new();
    for (number, line) in (1_i64..).zip(typed.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let read = line
            .rsplit_once(',')
            .and_then(|(name, born)| Some((name_key(&one_line(name)), read_day(born)?)))
            .filter(|(name, _)| !name.is_empty());
        let Some((name_key, born)) = read else {
            return wrong(format!("Line {number} cannot be read. Write it as in the example above the box"));
        };
        lines.push(Line { number, name_key, born, typed: one_line(line) });
    }
    if lines.is_empty() || lines.len() > LINES_MAX {
        return wrong(format!("Type from 1 to {LINES_MAX} children, one a line"));
    }
    Ok(lines)
}

async fn page(
    room: &Holidays,
    who: &Who,
    slug: String,
    typed: &Typed,
    errors: &Errors,
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
        looked: &typed.looked,
        form_key: &typed.form_key,
        summary: ErrorSummary { errors }.render()?,
        name: programme.name,
        saved,
        boxes: text(
            "children",
            "Children",
            "One a line: first name, last name, date of birth. Like: Robin Example, 27 3 2017",
            &typed.children,
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
        typed: code.typed.clone(),
        born: code.born.parse::<Date>().map(say::day_month_year).unwrap_or_default(),
        state: if code.used_at.is_some() { "Used" } else { "Not used yet" },
    }
}
