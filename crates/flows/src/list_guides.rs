//! `GET /guides`: every guide that is offered.

use crate::catalogue::Flows;
use askama::Template;
use axum::extract::State;
use web::{Asked, Nav, Page, Reply, cached};

#[derive(Template)]
#[template(path = "guides.html")]
struct GuidesView {
    guides: Vec<GuideLine>,
    phone: String,
    dialled: String,
}

struct GuideLine {
    slug: String,
    title: String,
    summary: String,
    icon: &'static str,
    minutes: String,
    languages: String,
}

/// `GET /guides`.
pub(crate) async fn get(State(flows): State<Flows>, asked: Asked) -> Reply {
    let site = flows.site();
    cached(site, asked, async {
        let council = site.council();
        let line = |published: &crate::Published| GuideLine {
            slug: published.flow.slug.clone(),
            title: published.flow.title.clone(),
            summary: published.flow.summary.clone(),
            icon: icon_of(&published.flow.topics),
            minutes: minutes_in_words(published.flow.minutes),
            languages: other_languages(&published.flow.languages),
        };
        let body = GuidesView {
            guides: flows.list().iter().map(line).collect(),
            phone: council.phone.clone(),
            dialled: council.phone_dialled(),
        };
        let page = Page::new("Guides that ask and answer")
            .describing("One question at a time: what to do, what the rules are, and who can help.")
            .under(Nav::Advice)
            .at("/guides");
        Ok(Some((page, body)))
    })
    .await
}

/// '3 minutes', or nothing where nobody has tried.
pub(crate) fn minutes_in_words(minutes: Option<u32>) -> String {
    let minutes = minutes.and_then(|minutes| usize::try_from(minutes).ok());
    minutes.map_or_else(String::new, |minutes| web::say::count(minutes, "minute", "minutes"))
}

/// The picture of the first need that has one.
fn icon_of(topics: &[String]) -> &'static str {
    const PICTURES: [&str; 32] = [
        "feeding",
        "pregnancy",
        "bottle",
        "sleep",
        "baby",
        "low",
        "dads",
        "family",
        "talk",
        "send",
        "behaviour",
        "money",
        "food",
        "housing",
        "safe",
        "loss",
        "childcare",
        "play",
        "school",
        "teen",
        "teeth",
        "health",
        "smoking",
        "relationships",
        "young",
        "kinship",
        "autism",
        "hearing",
        "sight",
        "reading",
        "holidays",
        "bullying",
    ];
    let of = |topic: &String| {
        let exact = PICTURES.iter().find(|picture| *picture == topic);
        exact.or_else(|| PICTURES.iter().find(|picture| topic.split('-').any(|part| part == **picture)))
    };
    topics.iter().find_map(of).copied().unwrap_or("list")
}

fn other_languages(languages: &[String]) -> String {
    let names: Vec<String> = languages.iter().skip(1).map(|language| language_name(language)).collect();
    web::say::list(&names)
}

/// A language by its own name.
pub(crate) fn language_name(language: &str) -> String {
    let name = match language {
        "en" => "English",
        "cy" => "Cymraeg",
        "pl" => "Polski",
        "uk" => "Українська",
        "ru" => "Русский",
        "ro" => "Română",
        "ur" => "اردو",
        "ar" => "العربية",
        "fa" => "فارسی",
        "ps" => "پښتو",
        "pa" => "ਪੰਜਾਬੀ",
        "bn" => "বাংলা",
        "so" => "Soomaali",
        "pt" => "Português",
        "es" => "Español",
        "fr" => "Français",
        "tr" => "Türkçe",
        "zh" => "中文",
        "ku" => "Kurdî",
        other => other,
    };
    name.to_owned()
}

/// Which way a language is written.
pub(crate) fn direction(language: &str) -> &'static str {
    if matches!(language, "ar" | "ur" | "fa" | "ps" | "he") { "rtl" } else { "ltr" }
}
