//! The whole surface of the house against the policy: every route of every door, as nobody, as every role, on one's own
//! record and on a stranger's. A route that lets somebody in whom the table keeps out fails here, and so does one that
//! keeps out somebody whom the table lets in.

use crate::support::{Answer, Home, encoded, filled, form, on_both_anew, session, someone};
use access::{Action, Grant, PersonId, Role};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use std::collections::BTreeMap;
use web::Route;

/// What is decided already and has no door yet.
const WITHOUT_A_DOOR: &[Action] = &[Action::OpenCase];

/// Whose record a route is tried on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Record {
    Own,
    Strangers,
}

#[test]
fn every_route_opens_to_whom_the_table_says_and_to_nobody_else() {
    on_both_anew(async |home| {
        let routes = routes(home);
        let entries = entries(home).await;
        let people = people(home, &entries).await;
        let (mut cells, mut wrong) = (BTreeMap::new(), Vec::new());
        for route in &routes {
            for role in std::iter::once(None).chain(Role::ALL.map(Some)) {
                for record in records(route) {
                    let path = filled(route.path, &entries[&record].0);
                    let answer = ask(home, route, &path, role.map(|role| people[&role])).await;
                    let expected = allowed(route.action, role, record);
                    *cells.entry((route.action.key(), expected)).or_insert(0) += 1;
                    if let Some(why) = differs(&answer, expected, role) {
                        let who = role.map_or("nobody signed in", Role::words);
                        wrong.push(format!("{} {path} as {who}, {record:?}: {why}", route.method));
                    }
                }
            }
        }
        let total: i32 = cells.values().sum();
        eprintln!("{} routes, {total} cells of route, role and record", routes.len());
        assert!(wrong.is_empty(), "{} of {total} cells:\n{}", wrong.len(), wrong.join("\n"));
        assert!(routes.len() > 100 && total > 1_000, "{} routes, {total} cells", routes.len());
        // Both answers must have been seen of every action that some may and others may not, else nothing was tried.
        for action in Action::ALL.iter().filter(|action| !WITHOUT_A_DOOR.contains(action)) {
            assert!(cells.contains_key(&(action.key(), true)), "{action} was never allowed");
            let open = action.grant(None) == Grant::Always;
            assert!(open || cells.contains_key(&(action.key(), false)), "{action} was never refused");
        }
    });
}

fn routes(home: &Home) -> Vec<Route> {
    let mut routes = hearth::doors::public(&home.house).unwrap().routes().to_vec();
    routes.extend(hearth::doors::known(&home.house).routes().iter().cloned());
    routes
}

/// An entry of the organisation that the provider keeps, and one of another.
async fn entries(home: &Home) -> BTreeMap<Record, (String, uuid::Uuid)> {
    let all = home.database.read(directory::list_entries).await.unwrap();
    let own = &all[0];
    let other = all.iter().find(|entry| entry.organization.id != own.organization.id).unwrap();
    let of = |entry: &directory::EntryLine| (entry.slug.clone(), entry.organization.id.uuid());
    BTreeMap::from([(Record::Own, of(own)), (Record::Strangers, of(other))])
}

async fn people(home: &Home, entries: &BTreeMap<Record, (String, uuid::Uuid)>) -> BTreeMap<Role, PersonId> {
    let mut people = BTreeMap::new();
    for role in Role::ALL {
        let organization = (role == Role::ProviderEditor).then_some(entries[&Record::Own].1);
        people.insert(role, someone(home, role, organization).await);
    }
    people
}

/// A route about an entry is tried on both; elsewhere the record is one's own, or there is none.
fn records(route: &Route) -> Vec<Record> {
    if route.path.contains("{slug}") && route.action == Action::KeepEntry {
        vec![Record::Own, Record::Strangers]
    } else {
        vec![Record::Own]
    }
}

fn allowed(action: Action, role: Option<Role>, record: Record) -> bool {
    [None, role].into_iter().any(|role| match action.grant(role) {
        Grant::Never => false,
        Grant::OwnOrganization => record == Record::Own,
        Grant::Own | Grant::OwnCase | Grant::Always => true,
    })
}

/// A fresh session for every request: one of the routes signs out.
async fn ask(home: &Home, route: &Route, path: &str, person: Option<PersonId>) -> Answer {
    let cookie = match person {
        Some(person) => session(home, person).await,
        None => String::new(),
    };
    let request = if route.method == Method::GET {
        Request::get(path).header(header::HOST, "hub.example.org").body(Body::empty())
    } else {
        form(path).header("sec-fetch-site", "same-origin").body(encoded(&[]))
    };
    let mut request = request.unwrap();
    if !cookie.is_empty() {
        request.headers_mut().insert(header::COOKIE, cookie.parse().unwrap());
    }
    home.send(request).await
}

/// What is wrong with an answer, if anything.
fn differs(answer: &Answer, expected: bool, role: Option<Role>) -> Option<String> {
    let to_sign_in = answer.status == 303 && answer.header("location").starts_with("/sign-in?next=");
    let turned_away = answer.status == 403 || to_sign_in;
    match (expected, turned_away) {
        _ if answer.status >= 500 => Some(format!("it broke with {}", answer.status)),
        (true, true) => Some(format!("was turned away with {}", answer.status)),
        (false, false) => Some(format!("was let in with {}", answer.status)),
        (false, true) if role.is_none() && !to_sign_in => Some("was not shown the way to sign in".to_owned()),
        (false, true) if role.is_some() && to_sign_in => {
            Some("was sent to sign in, though they have".to_owned())
        }
        _ => None,
    }
}
