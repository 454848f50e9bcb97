//! `GET /admin/sessions`: every session that somebody keeps, with how it stands and when it is held next.

use crate::{
    lines::{clock_words, day_words},
    model::{SessionDraft, Wanted},
    shelf::Events,
    store as rows,
};
use access::{Action, KeepSessions, On};
use askama::Template;
use axum::extract::State;
use uuid::Uuid;
use web::{Page, Params, Reply, Who, show};

#[derive(Template)]
#[template(path = "sessions.html")]
struct SessionsView {
    /// Where they came from: a page that is open to them, and its name.
    back: (&'static str, &'static str),
    keeps_terms: bool,
    lines: Vec<Line>,
    typed: String,
    state: String,
    total: usize,
}

struct Line {
    slug: String,
    title: String,
    state: &'static str,
    place: String,
    next: String,
    places: Option<i64>,
}

/// Whose sessions somebody may keep: everybody's, or those of their own organisations.
pub(crate) fn keeps(who: &Who, organization: Uuid) -> bool {
    who.may::<KeepSessions>(On::all("session").of_organization(organization)).is_ok()
}

pub(crate) async fn get(State(events): State<Events>, who: Who, params: Params) -> Reply {
    let site = events.site();
    let shelf = events.shelf();
    let all = site.db().read(rows::list_all_sessions).await?;
    let typed = params.get("q").chars().take(100).collect::<String>();
    let state = Wanted::of(params.get("state"));
    let now = site.clock().now();
    let mut lines = Vec::new();
    let mut total = 0;
    for row in all.iter().filter(|row| keeps(&who, row.organization_id)) {
        total += 1;
        let draft: SessionDraft = row.draft()?;
        let hides = !draft.title.to_lowercase().contains(&typed.to_lowercase())
            || state.is_some_and(|state| state != draft.wanted);
        if hides {
            continue;
        }
        let next = shelf.from(now).find(|at| at.session.id == row.id && at.date.is_held());
        let place = draft.place.as_ref().and_then(|slug| shelf.places.get(slug));
        lines.push(Line {
            slug: draft.slug,
            title: draft.title,
            state: draft.wanted.words(),
            place: place.map_or_else(|| "not given".to_owned(), |place| place.name.clone()),
            next: next.map_or_else(
                || "none".to_owned(),
                |at| format!("{}, {}", day_words(at.date.day), clock_words(&at)),
            ),
            places: draft.places,
        });
    }
    let state = state.map_or_else(String::new, |state| state.key().to_owned());
    let back = if Action::OpenCouncilDoor.is_open_to(&who.actor) {
        ("/admin", "To do")
    } else if Action::OpenProviderDoor.is_open_to(&who.actor) {
        ("/provider", "Your entries")
    } else {
        ("/account", "Your account")
    };
    let keeps_terms = Action::KeepTerms.is_open_to(&who.actor);
    show(site, &Page::new("Sessions"), &SessionsView { back, keeps_terms, lines, typed, state, total })
}
