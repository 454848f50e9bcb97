//! Everybody walks through every page that is shown to them: a link on a page is a promise that what it leads to opens.

use crate::support::{Home, on_both_anew, session, someone, tags};
use access::Role;
use axum::{
    body::Body,
    http::{Request, header},
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Where a walk begins. Who has no business behind one of them is turned away there, and rightly.
const DOORS: [&str; 3] = ["/account", "/admin", "/provider"];
/// How many pages of one kind are opened: two hundred entries are all made alike.
const ALIKE: usize = 3;

#[test]
fn no_link_that_somebody_is_shown_leads_to_a_closed_door_or_to_nothing() {
    on_both_anew(async |home| {
        demo::add_people(&home.house.site).await.unwrap();
        demo::add_work(&home.house.site, &home.house.notify).await.unwrap();
        second_look(home).await;
        let entry = home.database.read(directory::list_entries).await.unwrap().remove(0);
        let (mut dead, mut opened) = (Vec::new(), 0);
        for role in Role::ALL {
            let organization = (role == Role::ProviderEditor).then_some(entry.organization.id.uuid());
            let cookie = session(home, someone(home, role, organization).await).await;
            let (pages, found) = walk(home, &cookie, role).await;
            dead.extend(found);
            opened += pages;
        }
        assert!(dead.is_empty(), "{} links that do not open:\n{}", dead.len(), dead.join("\n"));
        assert!(opened > 150, "{opened} pages");
    });
}

/// A change stands before its second person, so that their pages have something on them.
async fn second_look(home: &Home) {
    let steward = session(home, someone(home, Role::DataSteward, None).await).await;
    let changes = home.database.read(|tx| {
        tx.all::<(uuid::Uuid, String)>(
            "select id, slug from entry_change where state = 'waiting'",
            store::args![],
        )
    });
    for (change, slug) in changes.await.unwrap() {
        let version =
            home.database.read(move |tx| directory::find_entry(tx, &slug)).await.unwrap().unwrap().version;
        let body = crate::support::encoded(&[("version", &version.to_string()), ("all", "accept")]);
        let request = crate::support::form(&format!("/admin/review/{change}"))
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, &steward)
            .body(body);
        assert_eq!(home.send(request.unwrap()).await.status, 200);
    }
}

async fn walk(home: &Home, cookie: &str, role: Role) -> (usize, Vec<String>) {
    let mut seen: BTreeSet<String> = DOORS.map(str::to_owned).into();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut ways: VecDeque<(String, String)> = DOORS.map(|door| (door.to_owned(), String::new())).into();
    // Also what is reached by an address alone, such as one that was kept from another page.
    for route in hearth::doors::known(&home.house).routes() {
        let is_page = route.method == axum::http::Method::GET && !route.path.contains('{');
        if is_page
            && DOORS.iter().any(|door| route.path.starts_with(door))
            && seen.insert(route.path.to_owned())
        {
            ways.push_back((route.path.to_owned(), String::new()));
        }
    }
    let (mut pages, mut dead) = (0, Vec::new());
    let (mut closed, mut shown) = (BTreeSet::new(), BTreeSet::new());
    while let Some((path, from)) = ways.pop_front() {
        let request =
            Request::get(&path).header(header::HOST, "hub.example.org").header(header::COOKIE, cookie);
        let answer = home.send(request.body(Body::empty()).unwrap()).await;
        let is_door = from.is_empty() && answer.status == 403;
        let is_closed = answer.status == 303 && answer.header("location").starts_with("/sign-in");
        if is_door {
            closed.insert(path.clone());
        } else if answer.status >= 400 || is_closed {
            dead.push(format!("{role}: {from} -> {path}: {}", answer.status));
        }
        if answer.status != 200 || !answer.header("content-type").starts_with("text/html") {
            continue;
        }
        pages += 1;
        for tag in tags(&answer.text()).into_iter().filter(|tag| tag.name == "a") {
            let Some(href) = tag.get("href").filter(|href| href.starts_with('/')) else { continue };
            let way = href.split('#').next().unwrap_or_default().to_owned();
            shown.insert((path.clone(), way.clone()));
            // The public pages are walked without anybody's cookie elsewhere; here one look at each is enough.
            let is_behind_a_door = DOORS.iter().any(|door| way.starts_with(door));
            let of_public = || way.split('?').next().unwrap_or_default().split('/').take(2).collect();
            let kind = if is_behind_a_door { kind_of(&way) } else { of_public() };
            let alike = kinds.entry(kind).or_default();
            if *alike < ALIKE && seen.insert(way.clone()) {
                *alike += 1;
                ways.push_back((way, path.clone()));
            }
        }
    }
    let promised = shown.into_iter().filter(|(_, way)| closed.contains(way));
    dead.extend(promised.map(|(from, way)| format!("{role}: {from} -> {way}: 403")));
    (pages, dead)
}

/// An address without what names one record of many: ids, slugs of entries, and the values of its query.
fn kind_of(way: &str) -> String {
    let (path, query) = way.split_once('?').unwrap_or((way, ""));
    let mut after_list = false;
    let parts = path.split('/').map(|part| {
        let is_record = after_list || part.len() == 36;
        after_list = matches!(part, "entries" | "templates" | "flows" | "steps" | "lists");
        if is_record { "*" } else { part }
    });
    let names: BTreeSet<&str> =
        query.split('&').map(|pair| pair.split('=').next().unwrap_or_default()).collect();
    format!("{}?{}", parts.collect::<Vec<_>>().join("/"), names.into_iter().collect::<Vec<_>>().join("&"))
}
