//! The waiting page of a family in the line, and the page by which anybody can work the order out again.

use crate::{
    apply,
    book_basket::{Refused, decide_may_book},
    catalogue::moment_words,
    family_page::by_link,
    model::Opening,
    open_morning::draw,
    opening::{commitment, decide_turn, place_words},
    room::Holidays,
    store::{self as rows},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderName, HeaderValue},
};
use web::{Page, Params, Reply, missing, show};

/// How often the waiting page comes again by itself, in seconds.
const AGAIN_SECONDS: &str = "20";

#[derive(Template)]
#[template(path = "line.html")]
struct LineView {
    path: String,
    name: String,
    words: String,
    turn: String,
    is_turn: bool,
    has_ticket: bool,
    number: i64,
    is_still: bool,
}

pub(crate) async fn get_line(
    State(room): State<Holidays>,
    Path((reference, secret)): Path<(String, String)>,
    params: Params,
) -> Reply {
    let Some(whole) = by_link(&room, reference.clone(), &secret).await? else { return Ok(missing()) };
    let now = room.site().clock().now();
    let programme = &whole.programme;
    let is_due = programme.opens_at.is_some_and(|opens| opens <= now) && !whole.is_drawn;
    let whole = if is_due && programme.opening == Opening::Line {
        // The first to look after the opening need not wait for the job.
        let id = whole.id;
        room.line().write(vec![id.uuid()], move |tx| draw(tx, id, now)).await?;
        match by_link(&room, reference.clone(), &secret).await? {
            Some(whole) => whole,
            None => return Ok(missing()),
        }
    } else {
        whole
    };
    let programme = &whole.programme;
    let ticket = whole.ticket.as_ref();
    let may_book = decide_may_book(programme, ticket, whole.is_drawn, now);
    let (words, turn) = match (&may_book, ticket.and_then(|ticket| ticket.place)) {
        (Ok(()), _) => ("It is your turn.".to_owned(), String::new()),
        (Err(Refused::NotYourTurn(turn)), Some(place)) => {
            let gone = (now.duration_since(programme.opens_at.unwrap_or(now)).as_millis()
                * i128::from(programme.line_per_minute))
                / 60_000;
            let before = (place - i64::try_from(gone).unwrap_or(0)).max(0);
            (place_words(before, turn.duration_since(now)), moment_words(decide_turn(*turn, 0, 1)))
        }
        (Err(Refused::NotYet(opens)), _) if ticket.is_some() => (
            format!(
                "You are in. The order is drawn on {}, and then this page says your place.",
                moment_words(*opens)
            ),
            String::new(),
        ),
        _ => ("You have no place in the line yet.".to_owned(), String::new()),
    };
    let is_still = params.get("still") == "1";
    let body = LineView {
        path: room.family_path(whole.family.id, &whole.family.reference),
        name: programme.name.clone(),
        words,
        turn,
        is_turn: may_book.is_ok(),
        has_ticket: ticket.is_some(),
        number: ticket.map_or(0, |ticket| ticket.number),
        is_still,
    };
    let mut reply = show(room.site(), &Page::new("Your place in the line"), &body)?;
    if !is_still && may_book.is_err() {
        // As `meta refresh` does, and it can be turned off on the page.
        reply
            .headers_mut()
            .insert(HeaderName::from_static("refresh"), HeaderValue::from_static(AGAIN_SECONDS));
    }
    Ok(reply)
}

#[derive(Template)]
#[template(path = "draw.html")]
struct DrawView {
    slug: String,
    name: String,
    opening: &'static str,
    opens: String,
    commitment: String,
    seed: String,
    order: Vec<i64>,
    many: usize,
}

pub(crate) async fn get_draw(State(room): State<Holidays>, Path(slug): Path<String>) -> Reply {
    let Some((id, programme)) = apply::find(&room, &slug).await? else { return Ok(missing()) };
    let found = room
        .site()
        .db()
        .read(move |tx| Ok((rows::find_programme_by_id(tx, id)?, rows::list_tickets(tx, id)?)));
    let (Some(row), tickets) = found.await? else { return Ok(missing()) };
    let is_drawn = row.drawn_at.is_some();
    let body = DrawView {
        name: programme.name.clone(),
        opening: programme.opening.words(),
        opens: programme.opens_at.map(moment_words).unwrap_or_default(),
        commitment: commitment(&row.seed),
        seed: if is_drawn { row.seed.clone() } else { String::new() },
        many: tickets.len(),
        order: tickets.iter().filter(|ticket| ticket.place.is_some()).map(|ticket| ticket.number).collect(),
        slug,
    };
    show(room.site(), &Page::new(format!("How the order is drawn: {}", programme.name)), &body)
}
