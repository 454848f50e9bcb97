//! A need: what to read now, and who can help.

use crate::{
    cards::ResultCard,
    catalogue::Directory,
    find_help::CardMaker,
    model::Term,
    query_of::{Address, question},
};
use askama::Template;
use axum::extract::{Path, State};
use search::{Kind, Query};
use web::{Asked, Nav, Page, Params, Reply, cached};

#[derive(Template)]
#[template(path = "topic.html")]
struct TopicView {
    term: Term,
    wider: Option<Term>,
    narrower: Vec<Term>,
    reading: Vec<ResultCard>,
    services: Vec<ResultCard>,
    total: usize,
    comfort: bool,
    loss: bool,
    safe: bool,
}

const SHOWN: usize = 20;

/// `GET /topics/{slug}`.
pub(crate) async fn get(State(directory): State<Directory>, asked: Asked, Path(slug): Path<String>) -> Reply {
    let site = directory.site();
    cached(site, asked, async {
        let catalogue = directory.catalogue();
        let Some(term) = catalogue.term(&slug).cloned() else {
            return Ok(None);
        };
        let loss = term.slug == "loss-and-grief" || term.parent.as_deref() == Some("loss-and-grief");
        let tagged = |kind: Kind, per_page: usize| Query {
            tags: vec![("topic".to_owned(), vec![slug.clone()])],
            kinds: vec![kind],
            per_page,
            ..Query::default()
        };
        let plain = question(site, &catalogue, &Address::read(&Params::default())).await?;
        let now = site.clock().now().to_zoned(kernel::london());
        // Kept pages must not say 'open now', so the minute is one at which nothing is.
        let maker =
            CardMaker { catalogue: &catalogue, asked: &plain, today: now.date(), minute: u16::MAX - 1_440 };
        let found = |kind, per_page| catalogue.index.search(&tagged(kind, per_page));
        let services = found(Kind::Service, SHOWN);
        let body = TopicView {
            wider: term.parent.as_deref().and_then(|slug| catalogue.term(slug)).cloned(),
            narrower: catalogue
                .terms
                .iter()
                .filter(|other| other.parent.as_deref() == Some(&term.slug))
                .cloned()
                .collect(),
            reading: found(Kind::Page, 30).hits.iter().map(|hit| maker.card(hit)).collect(),
            services: services.hits.iter().map(|hit| maker.card(hit).under(3)).collect(),
            total: services.total,
            comfort: term.sensitive && !loss,
            safe: term.slug == "not-safe-at-home" || term.parent.as_deref() == Some("not-safe-at-home"),
            loss,
            term,
        };
        let page = Page::new(body.term.name.clone())
            .describing(format!("{}: advice to read now, and who can help near you.", body.term.name))
            .at(format!("/topics/{}", body.term.slug))
            .under(Nav::Find)
            .sensitive(body.term.sensitive);
        Ok(Some((page, body)))
    })
    .await
}

#[derive(Template)]
#[template(path = "topics.html")]
struct TopicsView {
    groups: Vec<(Term, Vec<Term>)>,
}

/// `GET /topics`: every need, wide and narrow.
pub(crate) async fn list(State(directory): State<Directory>, asked: Asked) -> Reply {
    cached(directory.site(), asked, async {
        let terms = &directory.catalogue().terms;
        let below = |wide: &Term| {
            terms.iter().filter(|term| term.parent.as_deref() == Some(&wide.slug)).cloned().collect()
        };
        let groups = terms
            .iter()
            .filter(|term| term.parent.is_none())
            .map(|wide| (wide.clone(), below(wide)))
            .collect();
        let page = Page::new("Everything families ask about")
            .describing("Every need, with who can help.")
            .at("/topics")
            .under(Nav::Find);
        Ok(Some((page, TopicsView { groups })))
    })
    .await
}
