//! `GET /practitioner/lists`: what somebody handed over, and how often each was opened; `/practitioner/lists/{id}` with its
//! link and square, and a way to withdraw it; `/print`, the same on paper. Nobody else's lists are among them, and no
//! family is in any of them.

use crate::{
    hand_over::said_on,
    list_model::{How, KEPT_AFTER_DAYS, ListId, Standing, code_words, decide_standing},
    open_list::{Line, lines},
    qr,
    store::{self as rows, ListRow},
};
use access::{MatchServices, May, On, audit};
use askama::Template;
use axum::extract::{Path, State};
use directory::Directory;
use kernel::{Instant, london};
use web::{Form, Page, Params, Reply, Site, Who, missing, say, see_other, show};

#[derive(Template)]
#[template(path = "own_lists.html")]
struct ListsView {
    withdrawn: bool,
    lines: Vec<OwnLine>,
    kept_days: i64,
}

struct OwnLine {
    id: ListId,
    title: &'static str,
    made: String,
    how: &'static str,
    services: String,
    opens: String,
    standing: String,
}

#[derive(Template)]
#[template(path = "own_list.html")]
struct OneView {
    id: ListId,
    made: bool,
    was_sent: bool,
    title: &'static str,
    notes: Vec<&'static str>,
    day: String,
    how: &'static str,
    standing: String,
    is_open: bool,
    link: String,
    code: String,
    /// Where the code is typed.
    typed_at: String,
    qr: String,
    opens: Vec<(String, i64)>,
    opens_in_all: String,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "print_list.html")]
struct PrintView {
    id: ListId,
    council: String,
    phone: String,
    title: &'static str,
    notes: Vec<&'static str>,
    address: String,
    until: String,
    qr: String,
    lines: Vec<Line>,
}

/// A list of one's own.
struct Own {
    may: May<MatchServices>,
    row: ListRow,
    lines: Vec<Line>,
    opens: Vec<(kernel::Date, i64)>,
    standing: Standing,
}

/// `GET /practitioner/lists`.
pub(crate) async fn list(State(directory): State<Directory>, who: Who, params: Params) -> Reply {
    let Some(person) = who.actor.person() else { return Ok(missing()) };
    who.may::<MatchServices>(On::all("list").about(person))?;
    let site = directory.site();
    let now = site.clock().now();
    let (made, (services, opens)) = site
        .db()
        .read(move |tx| Ok((rows::list_made_by(tx, person)?, rows::list_counts(tx, person)?)))
        .await?;
    let count = |of: Option<&i64>| usize::try_from(of.copied().unwrap_or(0)).unwrap_or(0);
    let lines = made
        .iter()
        .map(|row| OwnLine {
            id: row.id,
            title: said_on(row).0,
            made: day_words(row.made_at),
            how: How::of(&row.how).map_or("", How::words),
            services: say::count(count(services.get(&row.id)), "service", "services"),
            opens: opened_words(count(opens.get(&row.id))),
            standing: standing_words(row, now),
        })
        .collect();
    let body =
        ListsView { withdrawn: !params.get("withdrawn").is_empty(), lines, kept_days: KEPT_AFTER_DAYS };
    show(site, &Page::new("Lists you handed over"), &body)
}

/// `GET /practitioner/lists/{id}`.
pub(crate) async fn get(
    State(directory): State<Directory>,
    who: Who,
    Path(id): Path<String>,
    params: Params,
) -> Reply {
    let Some(own) = find(&directory, &who, &id).await? else { return Ok(missing()) };
    let site = directory.site();
    let (title, notes) = said_on(&own.row);
    let how = How::of(&own.row.how);
    let link = site.absolute(&format!("/l/{}", own.row.code));
    let in_all: i64 = own.opens.iter().map(|(_, opens)| opens).sum();
    let body = OneView {
        id: own.row.id,
        made: !params.get("made").is_empty(),
        was_sent: matches!(how, Some(How::Email | How::Text)),
        title,
        notes,
        day: day_words(own.row.made_at),
        how: how.map_or("", How::words),
        standing: standing_words(&own.row, site.clock().now()),
        is_open: own.standing == Standing::Open,
        code: code_words(&own.row.code),
        typed_at: spoken(site, "/l"),
        qr: qr::svg(&link),
        link,
        opens: own.opens.iter().map(|(day, opens)| (say::day_month_year(*day), *opens)).collect(),
        opens_in_all: opened_words(usize::try_from(in_all).unwrap_or(0)),
        lines: own.lines,
    };
    show(site, &Page::new("A list you handed over"), &body)
}

/// `POST /practitioner/lists/{id}`: withdraws it.
pub(crate) async fn post(
    State(directory): State<Directory>,
    who: Who,
    Path(id): Path<String>,
    form: Form,
) -> Reply {
    let Some(own) = find(&directory, &who, &id).await? else { return Ok(missing()) };
    if form.get("do") != "withdraw" {
        return Ok(see_other(&format!("/practitioner/lists/{}", own.row.id)));
    }
    let now = directory.site().clock().now();
    directory
        .site()
        .db()
        .write(move |tx| {
            if rows::set_withdrawn(tx, own.row.id, now)? {
                audit::record(tx, &own.may, "withdrew a list", "", now);
            }
            Ok(())
        })
        .await?;
    Ok(see_other("/practitioner/lists?withdrawn=1"))
}

/// `GET /practitioner/lists/{id}/print`.
pub(crate) async fn print(State(directory): State<Directory>, who: Who, Path(id): Path<String>) -> Reply {
    let Some(own) = find(&directory, &who, &id).await? else { return Ok(missing()) };
    if own.standing != Standing::Open {
        return Ok(see_other(&format!("/practitioner/lists/{}", own.row.id)));
    }
    let site = directory.site();
    let council = site.council();
    let (title, notes) = said_on(&own.row);
    let link = site.absolute(&format!("/l/{}", own.row.code));
    let address = spoken(site, &format!("/l/{}", code_words(&own.row.code)));
    let body = PrintView {
        id: own.row.id,
        council: council.name.clone(),
        phone: council.phone.clone(),
        title,
        notes,
        address,
        until: day_words(own.row.ends_at),
        qr: qr::svg(&link),
        lines: own.lines,
    };
    show(site, &Page::new(title), &body)
}

/// An address for a mouth and a keyboard, which need no 'https://'.
fn spoken(site: &Site, path: &str) -> String {
    let address = site.absolute(path);
    address.split_once("://").map_or(address.as_str(), |(_, rest)| rest).to_owned()
}

async fn find(directory: &Directory, who: &Who, id: &str) -> Result<Option<Own>, web::Oops> {
    let (Some(person), Ok(id)) = (who.actor.person(), id.parse::<ListId>()) else { return Ok(None) };
    let may = who.may::<MatchServices>(On::one("list", id).about(person))?;
    let site = directory.site();
    let found = site
        .db()
        .read(move |tx| {
            let Some(row) = rows::find_list_of(tx, id, person)? else { return Ok(None) };
            let (services, opens) = (rows::list_services_of(tx, id)?, rows::list_opens(tx, id)?);
            Ok(Some((row, services, opens)))
        })
        .await?;
    let Some((row, services, opens)) = found else { return Ok(None) };
    let standing = decide_standing(row.ends_at, row.withdrawn_at, site.clock().now());
    let lines = lines(directory, services).await?.lines;
    Ok(Some(Own { may, row, lines, opens, standing }))
}

fn day_words(at: Instant) -> String {
    say::day_month_year(at.to_zoned(london()).date())
}

fn opened_words(opens: usize) -> String {
    match opens {
        0 => "Not opened yet".to_owned(),
        1 => "Opened once".to_owned(),
        many => format!("Opened {many} times"),
    }
}

fn standing_words(row: &ListRow, now: Instant) -> String {
    match decide_standing(row.ends_at, row.withdrawn_at, now) {
        Standing::Open => format!("It opens until {}", day_words(row.ends_at)),
        Standing::Ended => format!("It ended on {}", day_words(row.ends_at)),
        Standing::Withdrawn => {
            format!("You withdrew it on {}", row.withdrawn_at.map(day_words).unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opened_reads_as_people_say_it() {
        assert_eq!(opened_words(0), "Not opened yet");
        assert_eq!(opened_words(1), "Opened once");
        assert_eq!(opened_words(7), "Opened 7 times");
    }
}
