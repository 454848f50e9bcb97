//! `GET /register/{date}/paper`: the register for a clipboard, one side of A4 for twenty. It is typed in afterwards on the
//! register's own page, and shredded.

use crate::{
    Registers,
    roll::{find_right, read_roll},
};
use askama::Template;
use axum::extract::{Path, State};
use uuid::Uuid;
use web::{Page, Reply, Who, missing, show};

/// Lines left for those who had not booked.
const LINES_FOR_WALK_INS: usize = 6;

#[derive(Template)]
#[template(path = "paper.html")]
struct PaperView {
    date: Uuid,
    title: String,
    when: String,
    is_counted: bool,
    gives_meals: bool,
    people: Vec<PersonView>,
    empty_lines: Vec<usize>,
    phone: String,
}

struct PersonView {
    name: String,
    age: String,
    needs: String,
}

pub(crate) async fn get(State(room): State<Registers>, who: Who, Path(date): Path<String>) -> Reply {
    let Some((may, date)) = find_right(&room, &who, &date).await? else { return Ok(missing()) };
    let roll = read_roll(&room, may, date, "printed a register").await?;
    let expected = roll.people.iter().filter(|person| !person.is_walk_in && !person.is_cancelled);
    let people = expected.map(|person| PersonView {
        name: person.name.clone(),
        age: if person.grown_up { "grown-up".to_owned() } else { person.age.clone() },
        needs: person.needs.clone(),
    });
    let body = PaperView {
        date,
        title: roll.session.title.clone(),
        when: roll.when(),
        is_counted: roll.is_counted(),
        gives_meals: roll.gives_meals(),
        people: people.collect(),
        empty_lines: (1..=LINES_FOR_WALK_INS).collect(),
        phone: room.site().council().phone.clone(),
    };
    show(room.site(), &Page::new(format!("Register for paper: {}", roll.session.title)), &body)
}
