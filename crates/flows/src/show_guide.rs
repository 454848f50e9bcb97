//! `GET /guides/{slug}`: what a guide is, before it begins; and `POST`, which begins it.

use crate::{
    catalogue::Flows,
    list_guides::{direction, language_name, minutes_in_words},
};
use askama::Template;
use axum::extract::{Path, State};
use kernel::Date;
use web::{Asked, Form, Nav, Page, Reply, cached, missing, see_other};

#[derive(Template)]
#[template(path = "guide.html")]
struct GuideView {
    slug: String,
    title: String,
    summary: String,
    minutes: String,
    languages: Vec<LanguageView>,
    loss: bool,
    checked: String,
    fresh: bool,
    owner: String,
    sources: Vec<SourceView>,
    phone: String,
    dialled: String,
}

struct LanguageView {
    key: String,
    name: String,
    direction: &'static str,
}

struct SourceView {
    title: String,
    publisher: String,
    url: String,
    checked: String,
}

/// `GET /guides/{slug}`.
pub(crate) async fn get(State(flows): State<Flows>, Path(slug): Path<String>, asked: Asked) -> Reply {
    let site = flows.site();
    let today = site.clock().today();
    cached(site, asked, async { Ok(flows.find(&slug).map(|published| view(&flows, &published, today))) })
        .await
}

fn view(flows: &Flows, published: &crate::Published, today: Date) -> (Page, GuideView) {
    let flow = &published.flow;
    let council = flows.site().council();
    let language =
        |key: &String| LanguageView { name: language_name(key), direction: direction(key), key: key.clone() };
    let source = |source: &crate::Source| SourceView {
        title: source.title.clone(),
        publisher: source.publisher.clone(),
        url: source.url.clone(),
        checked: web::say::day_month_year(source.checked_on),
    };
    let fresh = flow.review_by >= today;
    let checked = web::say::day_month_year(flow.checked_on);
    let body = GuideView {
        slug: flow.slug.clone(),
        title: flow.title.clone(),
        summary: flow.summary.clone(),
        minutes: minutes_in_words(flow.minutes),
        languages: flow.languages.iter().map(language).collect(),
        loss: flow.loss,
        checked: if fresh {
            format!("Checked on {checked}")
        } else {
            format!(
                "Last checked on {checked}. It is due to be checked again, so ask a person before you rely on it"
            )
        },
        fresh,
        owner: flow.owner.clone(),
        sources: flow.sources.iter().map(source).collect(),
        phone: council.phone.clone(),
        dialled: council.phone_dialled(),
    };
    let page = Page::new(flow.title.as_str())
        .describing(flow.summary.as_str())
        .under(Nav::Advice)
        .with_exit()
        .sensitive(flow.sensitive)
        .at(format!("/guides/{}", flow.slug));
    (page, body)
}

/// `POST /guides/{slug}`.
pub(crate) async fn post(State(flows): State<Flows>, Path(slug): Path<String>, form: Form) -> Reply {
    match flows.begin(&slug, form.get("language")).await? {
        Some(turn) => Ok(see_other(&crate::turn_page::address(&turn))),
        None => Ok(missing()),
    }
}
