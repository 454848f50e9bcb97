//! A service: how to get in touch first, then what happens, then the details; every gap says 'not given'.

use crate::{
    catalogue::Directory,
    count_opens::{Visit, count},
    entries::EntryPicture,
    model::{Freshness, Service, no_sessions_now},
    sessions_held::{HeldBy, HeldNext, NEXT_SHOWN},
    store::{self as rows, Which},
    vocabulary::{Access, Cost, Feature, State as Known, Status, WayIn},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::{Date, Fault};
use web::{Asked, Nav, Page, Reply, Site, cached, show_with};

#[derive(Template)]
#[template(path = "service.html")]
pub(crate) struct ServiceView {
    description: String,
    details: Vec<Detail>,
    whens: Vec<When>,
    /// The next dates of its own sessions, where they are kept one by one.
    next: Vec<HeldNext>,
    /// Where every session has ended.
    ended: Option<String>,
    ask: Ask,
    fresh: bool,
    checked: String,
    no_referral: Option<bool>,
    urgent: bool,
    comfort: bool,
    phone: String,
    dialled: String,
    pictures: Vec<EntryPicture>,
    service: Service,
}

/// A row of the details: what is not given says so.
struct Detail {
    label: &'static str,
    value: String,
    given: bool,
}

struct When {
    words: String,
    place: String,
    note: String,
}

/// How somebody can ask what an entry does not say. 'Phone' stands only where there is a number to press.
struct Ask {
    /// 'phone before you go'.
    before: String,
    /// 'Ask when you phone'.
    asking: String,
    /// The organisation's number with its name, where the entry gives no way to reach it.
    through: Option<(String, String)>,
}

impl Ask {
    fn of(service: &Service, organization_phone: Option<&str>, council_phone: &str) -> Ask {
        let told = |before: &str, asking: &str| Ask {
            before: format!("{before} before you go"),
            asking: asking.to_owned(),
            through: None,
        };
        let texted = |phone: &crate::model::ServicePhone| {
            phone_href(&phone.number, &phone.description).starts_with("sms:")
        };
        let name = &service.organization.1;
        match organization_phone {
            _ if service.phones.iter().any(|phone| !texted(phone)) => told("phone", "Ask when you phone"),
            _ if !service.phones.is_empty() => told("text", "Ask by text"),
            _ if service.email.is_some() => told("email", "Ask by email"),
            _ if service.website.is_some() => told("look at their website", "Ask through their website"),
            Some(number) => Ask {
                through: Some((name.clone(), number.to_owned())),
                ..told(&format!("phone {name}"), &format!("Ask {name} when you phone"))
            },
            None if !council_phone.is_empty() => {
                told("phone the council contact centre", "Ask the council contact centre")
            }
            None => told("ask at a family hub", "Ask at a family hub"),
        }
    }
}

/// A service's phone as a link: short codes are texted, everything else is dialled.
pub(crate) fn phone_href(number: &str, description: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let texted = digits.len() == 5 || description.to_lowercase().starts_with("text");
    if texted { format!("sms:{digits}") } else { format!("tel:{digits}") }
}

/// `GET /services/{slug}`.
pub(crate) async fn get(
    State(directory): State<Directory>,
    asked: Asked,
    method: Method,
    headers: HeaderMap,
    Path(slug): Path<String>,
) -> Reply {
    let site = directory.site();
    let wanted = slug.clone();
    let response = cached(site, asked, async {
        let Some(Shown { service, checked_by, pictures, phone }) = find_shown(site, wanted).await? else {
            return Ok(None);
        };
        let about = about(site, &service);
        let page = Page::new(service.name.clone())
            .describing(service.summary.clone())
            .at(format!("/services/{}", service.slug))
            .under(Nav::Find)
            .sensitive(service.sensitive)
            .about(&about);
        let next = directory.sessions().list_next(HeldBy::Service(&service.slug), NEXT_SHOWN);
        let view = ServiceView::reached(site, service, pictures, checked_by.as_deref(), phone.as_deref());
        Ok(Some((page, ServiceView { next, ..view })))
    })
    .await?;
    if response.status() == StatusCode::NOT_FOUND {
        if let Some(moved) = replaced(site, slug.clone(), "").await? {
            return Ok(moved);
        }
        return match hidden(site, slug).await? {
            Some(hidden) => hidden,
            None => Ok(response),
        };
    }
    count(&directory, &Visit::of(&method, &headers), &slug, response.status());
    Ok(response)
}

/// A service that is shown. A hidden one is as good as absent.
pub(crate) async fn find(site: &Site, slug: String) -> Result<Option<Service>, Fault> {
    Ok(find_shown(site, slug).await?.map(|shown| shown.service))
}

/// A service with what stands around its text.
struct Shown {
    service: Service,
    checked_by: Option<String>,
    pictures: Vec<EntryPicture>,
    /// The organisation's.
    phone: Option<String>,
}

async fn find_shown(site: &Site, slug: String) -> Result<Option<Shown>, Fault> {
    site.db()
        .read(move |tx| {
            if rows::find_hidden(tx, &slug)?.is_some() || rows::find_replacement(tx, &slug)?.is_some() {
                return Ok(None);
            }
            let Some(service) = rows::list_services(tx, &Which::Slug(&slug))?.into_iter().next() else {
                return Ok(None);
            };
            let checked_by = rows::find_checked_by(tx, service.id)?;
            let pictures = rows::list_pictures(tx, service.id)?;
            let organization = rows::find_organization(tx, &service.organization.0)?;
            let phone = organization.and_then(|found| found.phone).filter(|number| !number.is_empty());
            Ok(Some(Shown { service, checked_by, pictures, phone }))
        })
        .await
}

/// Browsers keep a move for an hour and no longer, so that a merge can be undone.
const MOVED_CACHE: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// Sends on to the entry that stands for one that is gone.
async fn replaced(site: &Site, slug: String, page: &str) -> Result<Option<Response>, Fault> {
    let found = site.db().read(move |tx| rows::find_replacement(tx, &slug)).await?;
    let Some(found) = found else { return Ok(None) };
    let to = HeaderValue::from_str(&format!("/services/{}{page}", found.by_slug))?;
    let headers = [(header::LOCATION, to), (header::CACHE_CONTROL, MOVED_CACHE)];
    Ok(Some((StatusCode::MOVED_PERMANENTLY, headers).into_response()))
}

#[derive(Template)]
#[template(path = "hidden.html")]
struct HiddenView {
    name: String,
    unchecked: bool,
    phone: String,
    dialled: String,
}

/// The page of an entry that is hidden: it was here, and why it is not now (410, so that search engines let go of it).
async fn hidden(site: &Site, slug: String) -> Result<Option<Reply>, Fault> {
    let Some(hidden) = site.db().read(move |tx| rows::find_hidden(tx, &slug)).await? else {
        return Ok(None);
    };
    let council = site.council();
    let page = Page::new("We have put this page away for now").under(Nav::Find).sensitive(hidden.sensitive);
    let body = HiddenView {
        name: hidden.name,
        unchecked: hidden.reason == "unchecked",
        phone: council.phone.clone(),
        dialled: council.phone_dialled(),
    };
    Ok(Some(show_with(site, StatusCode::GONE, &page, &body)))
}

/// 'Last checked 3 November 2026 by the service', or plainly that nobody has, and what to do then.
fn checked_words(checked_on: Option<Date>, by: Option<&str>, today: Date, before: &str) -> String {
    let by = by.map_or_else(String::new, |by| format!(" by {by}"));
    match Freshness::of(checked_on, today) {
        Freshness::Fresh(date) => format!("Last checked {}{by}", web::say::day_month_year(date)),
        Freshness::Old(date) => {
            format!("Nobody has checked this since {}: {before}", web::say::day_month_year(date))
        }
        Freshness::Never => format!("Nobody has checked this yet: {before}"),
    }
}

impl ServiceView {
    pub(crate) fn new(
        site: &Site,
        service: Service,
        pictures: Vec<EntryPicture>,
        checked_by: Option<&str>,
    ) -> ServiceView {
        ServiceView::reached(site, service, pictures, checked_by, None)
    }

    /// The same with its organisation's number, for an entry that gives none.
    fn reached(
        site: &Site,
        service: Service,
        pictures: Vec<EntryPicture>,
        checked_by: Option<&str>,
        organization_phone: Option<&str>,
    ) -> ServiceView {
        let council = site.council();
        let today = site.clock().today();
        let safety_topics = ["domestic-abuse", "child-protection", "not-safe-at-home"];
        let about = |slugs: &[&str]| service.topics.iter().any(|term| slugs.contains(&term.slug.as_str()));
        let feelings = about(&[
            "feeling-low-or-worried",
            "perinatal-mental-health",
            "parent-mental-health",
            "child-mental-health",
            "bonding",
        ]);
        let place_of = |id| {
            service
                .locations
                .iter()
                .find(|location| Some(location.id) == id)
                .map(|location| location.name.clone())
                .unwrap_or_default()
        };
        let whens = service
            .schedules
            .iter()
            .filter(|schedule| schedule.ended(today).is_none())
            .map(|schedule| When {
                words: schedule.words_on(today),
                place: place_of(schedule.location),
                note: [
                    schedule.attending.map_or("", |attending| attending.words()),
                    schedule.description.as_str(),
                ]
                .iter()
                .filter(|part| !part.is_empty())
                .copied()
                .collect::<Vec<_>>()
                .join(". "),
            })
            .collect();
        let ask = Ask::of(&service, organization_phone, &council.phone);
        ServiceView {
            description: markdown(&service.description),
            details: details(&service, &ask.asking),
            ended: no_sessions_now(&service.schedules, today),
            whens,
            next: Vec::new(),
            fresh: Freshness::of(service.checked_on, today).is_fresh() && service.doubt.is_none(),
            checked: checked_words(service.checked_on, checked_by, today, &ask.before),
            ask,
            no_referral: service.no_referral(),
            urgent: feelings || about(&safety_topics),
            comfort: feelings,
            phone: council.phone.clone(),
            dialled: council.phone_dialled(),
            pictures,
            service,
        }
    }
}

fn details(service: &Service, asking: &str) -> Vec<Detail> {
    let row = |label: &'static str, value: Option<String>| {
        let value = value.filter(|value| !value.trim().is_empty());
        Detail {
            label,
            given: value.is_some(),
            value: value.unwrap_or_else(|| format!("Not given. {asking}")),
        }
    };
    // 'At a family hub and at your home': only the first keeps its capital.
    let words = |list: Vec<&'static str>| {
        let inner = |(at, words): (usize, &str)| {
            if at == 0 { words.to_owned() } else { crate::cards::uncapitalised(words) }
        };
        (!list.is_empty())
            .then(|| web::say::list(&list.iter().copied().enumerate().map(inner).collect::<Vec<_>>()))
    };
    let mut cost = (service.cost != Cost::Unknown).then(|| service.cost.words().to_owned());
    if let Some(note) = &service.cost_note {
        cost = Some(cost.map_or_else(|| note.clone(), |words| format!("{words}. {note}")));
    }
    if !service.cost_options.is_empty() {
        cost = Some(
            format!("{}. {}", cost.unwrap_or_default(), service.cost_options.join("; "))
                .trim_start_matches(". ")
                .to_owned(),
        );
    }
    let step_free: Vec<String> = service
        .locations
        .iter()
        .map(|location| (location, location.state(Feature::StepFree)))
        .filter(|(_, state)| *state != Known::Unknown)
        .map(|(location, state)| format!("{}: {}", location.name, state.words()))
        .collect();
    let mut out = vec![
        row("Who it is for", service.who_for.clone()),
        row("Age", service.ages.map(|ages| ages.words()).or_else(|| Some("Any age".to_owned()))),
        row(
            "How to get in",
            service.how_to_get_in.clone().or_else(|| {
                words(
                    service
                        .way_in
                        .iter()
                        .filter(|way| **way != WayIn::Unknown)
                        .map(|way| way.words())
                        .collect(),
                )
            }),
        ),
        row("Who decides", service.eligibility.clone()),
        row("Cost", cost),
        row("Where help is given", words(service.access.iter().map(|access| access.words()).collect())),
        row("Area it serves", service.area.as_ref().map(|area| area.name.clone())),
        row(
            "How long the wait is",
            service.waiting_time.as_ref().map(|(words, on)| {
                on.map_or_else(
                    || words.clone(),
                    |on| format!("{words} (as the service said, {})", web::say::month_year(on)),
                )
            }),
        ),
        row("Step-free", (!step_free.is_empty()).then(|| web::say::list(&step_free))),
        row("Interpreter", service.interpretation.clone()),
    ];
    if service.eligibility.is_none() {
        out.retain(|detail| detail.label != "Who decides");
    }
    // A phone line has no steps to climb.
    if service.locations.is_empty()
        && !service.access.iter().any(|access| matches!(access, Access::Hub | Access::Network))
    {
        out.retain(|detail| detail.label != "Step-free");
    }
    if !service.send_needs.is_empty() {
        out.push(row(
            "Special needs it knows well",
            words(service.send_needs.iter().map(|need| need.words()).collect()),
        ));
    }
    out
}

/// Markdown from an entry, cleaned: text, lists, links.
fn markdown(text: &str) -> String {
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new(text));
    ammonia::Builder::default()
        .tags(["p", "ul", "ol", "li", "strong", "em", "a", "br"].into())
        .link_rel(Some("noreferrer"))
        .url_schemes(["https", "http", "tel", "mailto"].into())
        .attribute_filter(|_, attribute, value| {
            (attribute != "href" || web::may_lead_to(value)).then(|| value.into())
        })
        .clean(&html)
        .to_string()
}

/// schema.org: what search engines may know, which is what the page shows and nothing more.
fn about(site: &Site, service: &Service) -> serde_json::Value {
    let mut about = serde_json::json!({
        "@context": "https://schema.org", "@type": "Service", "name": service.name, "description": service.summary,
        "url": site.absolute(&format!("/services/{}", service.slug)),
        "provider": {"@type": "Organization", "name": service.organization.1, "url": site.absolute(&format!("/organisations/{}", service.organization.0))},
    });
    if let Some(area) = &service.area {
        about["areaServed"] = area.name.as_str().into();
    }
    if service.cost == Cost::Free {
        about["isAccessibleForFree"] = true.into();
    }
    if let Some(phone) = service.phones.first() {
        about["availableChannel"] = serde_json::json!({"@type": "ServiceChannel", "servicePhone": {"@type": "ContactPoint", "telephone": phone.number}});
    }
    about
}

#[derive(Template)]
#[template(path = "share.html")]
struct ShareView {
    name: String,
    path: String,
    link: String,
    qr: String,
}

/// `GET /services/{slug}/share`: the address in words and as a code to point a phone at.
pub(crate) async fn share(
    State(directory): State<Directory>,
    asked: Asked,
    Path(slug): Path<String>,
) -> Reply {
    let site = directory.site();
    let wanted = slug.clone();
    let response = cached(site, asked, async {
        let Some(service) = find(site, wanted).await? else {
            return Ok(None);
        };
        let path = format!("/services/{}", service.slug);
        let link = site.absolute(&path);
        let page =
            Page::new(format!("Share: {}", service.name)).under(Nav::Find).sensitive(service.sensitive);
        Ok(Some((page, ShareView { name: service.name, qr: qr_svg(&link), path, link })))
    })
    .await?;
    if response.status() == StatusCode::NOT_FOUND
        && let Some(moved) = replaced(site, slug, "/share").await?
    {
        return Ok(moved);
    }
    Ok(response)
}

/// A QR code as SVG without inline style, or nothing when the text is too long for one.
pub(crate) fn qr_svg(text: &str) -> String {
    use qrcode::{EcLevel, QrCode, render::svg};
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else {
        return String::new();
    };
    let image = code
        .render::<svg::Color>()
        .min_dimensions(200, 200)
        .dark_color(svg::Color("#000"))
        .light_color(svg::Color("#fff"))
        .build();
    let svg = image.find("<svg").map_or("", |start| &image[start..]);
    svg.replacen("<svg ", "<svg role=\"img\" aria-label=\"A code that opens this page on another phone\" ", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_code_is_texted_and_a_number_is_dialled() {
        assert_eq!(phone_href("85258", "Shout"), "sms:85258");
        assert_eq!(phone_href("0151 495 5065", ""), "tel:01514955065");
        assert_eq!(phone_href("111", ""), "tel:111");
    }

    #[test]
    fn an_entry_cannot_bring_script_along() {
        let html = markdown("Hello <script>alert(1)</script> [x](javascript:alert(1)) **you**");
        assert!(!html.contains("script") && html.contains("<strong>you</strong>"), "{html}");
        let html = markdown("[a](//evil.test) [b](https://hub.example@evil.test/) [c](/hubs) [d](tel:111)");
        assert_eq!(html.matches("href").count(), 2, "{html}");
    }

    #[test]
    fn the_page_says_when_it_was_last_checked_and_by_whom_or_that_nobody_did() {
        let today: Date = "2026-11-22".parse().unwrap();
        let on = |date: &str| Some(date.parse().unwrap());
        assert_eq!(
            checked_words(on("2026-11-03"), Some("the service"), today, "phone before you go"),
            "Last checked 3 November 2026 by the service"
        );
        let checked_words =
            |on: Option<Date>, by: Option<&str>, today| checked_words(on, by, today, "phone before you go");
        assert_eq!(checked_words(on("2026-11-03"), None, today), "Last checked 3 November 2026");
        assert_eq!(
            checked_words(on("2024-10-01"), None, today),
            "Nobody has checked this since 1 October 2024: phone before you go"
        );
        assert_eq!(checked_words(None, None, today), "Nobody has checked this yet: phone before you go");
    }

    #[test]
    fn a_code_has_no_inline_style() {
        let svg = qr_svg("https://hub.example.org/services/a");
        assert!(svg.starts_with("<svg ") && !svg.contains("style"));
    }
}
