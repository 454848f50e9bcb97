//! Every page of the sitemap, as a browser and a search engine get it.

use crate::support::{Home, PUBLIC_URL, between, on_both, tags};
use axum::{body::Body, http::Request};
use std::{
    collections::{BTreeSet, HashSet},
    io::Read,
};

#[test]
fn every_page_of_the_sitemap_is_whole_and_carries_its_guards() {
    on_both(async |home| {
        let mut wrong = Vec::new();
        for path in home.sitemap().await {
            let answer = home.get(&path).await;
            assert_eq!(answer.status, 200, "{path}");
            let html = answer.text();
            wrong.extend(faults_of(&html).into_iter().map(|fault| format!("{path}: {fault}")));
            wrong.extend(missing_guards(&answer.headers).into_iter().map(|fault| format!("{path}: {fault}")));
            let canonical = format!("<link rel=\"canonical\" href=\"{PUBLIC_URL}{path}\">");
            if !html.contains(&canonical) {
                wrong.push(format!("{path}: no canonical address"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn pages_outside_the_sitemap_are_whole_too_and_ask_not_to_be_listed() {
    on_both(async |home| {
        for path in [
            "/shortlist",
            "/shortlist?s=infant-feeding-team,page~crying",
            "/services/infant-feeding-team/report",
            "/services/infant-feeding-team/share",
            "/search?q=she+wont+latch&postcode=WA8+7QF",
            "/search?q=i+want+to+kill+myself",
            "/hubs?postcode=WA7",
            "/offline",
            "/nothing-here",
        ] {
            let answer = home.get(path).await;
            let faults = [faults_of(&answer.text()), missing_guards(&answer.headers)].concat();
            assert!(faults.is_empty(), "{path}: {faults:?}");
            if !path.starts_with("/hubs") {
                assert!(answer.text().contains("<meta name=\"robots\" content=\"noindex\">"), "{path}");
            }
        }
    });
}

#[test]
fn a_sensitive_page_says_nothing_in_its_title_or_description() {
    on_both(async |home| {
        for path in ["/services/refuge-place", "/pages/loss-of-a-baby", "/urgent-help"] {
            let html = home.page(path).await;
            assert_eq!(between(&html, "<title>", "</title>"), "Halton family hubs", "{path}");
            assert!(
                html.contains("<meta name=\"description\" content=\"Find help for your family"),
                "{path}"
            );
            assert!(html.contains("class=\"exit\""), "{path}");
        }
    });
}

#[test]
fn a_kept_page_is_not_sent_again_and_unpacks_to_the_same_words() {
    on_both(async |home| {
        for path in home.sitemap().await {
            let plain = home.get(&path).await;
            let tag = plain.header("etag").to_owned();
            // These answer what was typed, or what is on from this minute: yesterday's answer would send a family to a
            // shut door.
            let is_of_now = ["/search", "/whats-on", "/timetables", "/appointments", "/holidays"];
            if is_of_now.iter().any(|of| path == *of || path.starts_with(&format!("{of}/"))) {
                assert_eq!(plain.header("cache-control"), "no-store", "{path} is of this moment");
                continue;
            }
            assert!(!tag.is_empty(), "{path} has a tag");
            let again = with(home, &path, "if-none-match", &tag).await;
            assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
            let gzip = with(home, &path, "accept-encoding", "gzip").await;
            assert_eq!(gzip.header("content-encoding"), "gzip", "{path}");
            let mut text = Vec::new();
            flate2::read::GzDecoder::new(&gzip.body[..]).read_to_end(&mut text).unwrap();
            assert_eq!(text, plain.body, "{path} from gzip");
            let brotli = with(home, &path, "accept-encoding", "br, gzip").await;
            assert_eq!(brotli.header("content-encoding"), "br", "{path}");
            let mut text = Vec::new();
            brotli::Decompressor::new(&brotli.body[..], 4096).read_to_end(&mut text).unwrap();
            assert_eq!(text, plain.body, "{path} from brotli");
        }
    });
}

#[test]
fn wherever_a_card_stands_there_is_a_way_to_leave_at_once() {
    on_both(async |home| {
        for path in ["/whats-on", "/search"] {
            let page = home.page(&format!("{path}?q=he+will+hit+me+tonight")).await;
            assert!(page.contains("id=\"h-card\""), "{path} has the card");
            assert!(page.contains("class=\"exit\""), "{path} has the way out");
        }
        assert!(!home.page("/whats-on").await.contains("class=\"exit\""), "and not where there is none");
    });
}

#[test]
fn every_link_on_every_page_leads_somewhere() {
    on_both(async |home| {
        let mut asked: BTreeSet<String> = home.sitemap().await.into_iter().collect();
        let mut links: BTreeSet<(String, String)> = BTreeSet::new();
        let mut wrong = Vec::new();
        for path in asked.clone() {
            let html = home.page(&path).await;
            let tags = tags(&html);
            let ids: HashSet<&str> = tags.iter().filter_map(|tag| tag.get("id")).collect();
            for link in tags.iter().filter_map(|tag| tag.get("href").or_else(|| tag.get("src"))) {
                if let Some(id) = link.strip_prefix('#') {
                    if !ids.contains(id) {
                        wrong.push(format!("{path}: nothing is called {link}"));
                    }
                } else if link.starts_with('/') {
                    links.insert((link.split('#').next().unwrap_or_default().to_owned(), path.clone()));
                }
            }
        }
        for (link, page) in links {
            if asked.insert(link.clone()) {
                let status = home.get(&link).await.status;
                if status != 200 && status != 303 {
                    wrong.push(format!("{page}: {link} answers {status}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

async fn with(home: &Home, path: &str, header: &str, value: &str) -> crate::support::Answer {
    home.send(Request::get(path).header(header, value).body(Body::empty()).unwrap()).await
}

/// What a page must have, and must not.
fn faults_of(html: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let tags = tags(html);
    let headings = tags.iter().filter(|tag| tag.name == "h1").count();
    if headings != 1 {
        faults.push(format!("{headings} headings of the first rank"));
    }
    if between(html, "<title>", "</title>").is_empty() {
        faults.push("no title".to_owned());
    }
    let described = tags.iter().any(|tag| {
        tag.get("name") == Some("description") && tag.get("content").is_some_and(|words| words.len() > 10)
    });
    if !described {
        faults.push("no description".to_owned());
    }
    let mut ids = HashSet::new();
    for tag in &tags {
        let inline = |name: &str| name == "style" || name.starts_with("on");
        faults.extend(
            tag.attributes
                .iter()
                .filter(|(name, _)| inline(name))
                .map(|(name, _)| format!("<{} {name}> is inline", tag.name)),
        );
        let own_script = tag.name == "script"
            && tag.get("src").is_none()
            && tag.get("type") != Some("application/ld+json");
        if tag.name == "style" || own_script {
            faults.push(format!("an inline <{}>", tag.name));
        }
        if let Some(id) = tag.get("id").filter(|id| !ids.insert((*id).to_owned())) {
            faults.push(format!("two things are called {id}"));
        }
        for address in [tag.get("href"), tag.get("src")].into_iter().flatten() {
            if address.starts_with("javascript:") || (tag.name != "a" && address.starts_with("//")) {
                faults.push(format!("<{}> leads to {address}", tag.name));
            }
        }
        if tag.get("src").is_some_and(|from| from.starts_with("http")) {
            faults.push(format!("<{}> asks another server", tag.name));
        }
    }
    faults
}

fn missing_guards(headers: &axum::http::HeaderMap) -> Vec<String> {
    let get = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut missing = Vec::new();
    let policy = get("content-security-policy");
    if !policy.starts_with("default-src 'none'") || policy.contains("unsafe-") || policy.contains('*') {
        missing.push(format!("a weak policy: {policy}"));
    }
    for (name, wanted) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        if get(name) != wanted {
            missing.push(format!("{name} is '{}'", get(name)));
        }
    }
    missing
}
