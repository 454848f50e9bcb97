//! The first page: one question, then the needs, then a number that answers tonight.

use crate::{catalogue::Directory, model::Term, query_of::STAGES, show_hubs::HubLine};
use askama::Template;
use axum::extract::State;
use web::{Asked, Page, Reply, cached};

#[derive(Template)]
#[template(path = "hero.html")]
struct Hero {
    area: String,
    looked_for: Vec<String>,
    street: String,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    tiles: Vec<Term>,
    more: Vec<Term>,
    stages: Vec<(String, &'static str)>,
    hubs: Vec<HubLine>,
    area: String,
}

/// `GET /`.
pub(crate) async fn get(State(directory): State<Directory>, asked: Asked) -> Reply {
    let site = directory.site();
    cached(site, asked, async {
        let catalogue = directory.catalogue();
        let council = site.council();
        let mut tiles: Vec<Term> = catalogue.terms.iter().filter(|term| term.parent.is_none() && term.tile.is_some()).cloned().collect();
        tiles.sort_by_key(|term| term.tile);
        tiles.truncate(12);
        let more = catalogue.terms.iter().filter(|term| term.parent.is_none() && term.tile.is_none()).cloned().collect();
        let hero = Hero {
            area: council.area_name.clone(),
            looked_for: council.parents_look_for.iter().map(|need| need.words.clone()).collect(),
            street: web::assets::text("partials/street.svg").unwrap_or_default(),
        };
        let body = Home {
            tiles,
            more,
            stages: STAGES.iter().map(|(value, words, _)| (if *value == "parent" { "for=parents".to_owned() } else { format!("age={value}") }, *words)).collect(),
            hubs: crate::show_hubs::lines(site).await?,
            area: council.area_name.clone(),
        };
        let about = serde_json::json!({
            "@context": "https://schema.org", "@type": "WebSite", "name": council.name, "url": site.absolute("/"),
            "potentialAction": {"@type": "SearchAction", "target": site.absolute("/search?q={words}"), "query-input": "required name=words"},
        });
        let page = Page::new("")
            .describing(format!("Type what is wrong in your own words and find help near you. For every family in {}, at any hour. No account needed.", council.area_name))
            .at("/")
            .without_header_search()
            .with_hero(hero.render()?)
            .about(&about);
        Ok(Some((page, body)))
    })
    .await
}
