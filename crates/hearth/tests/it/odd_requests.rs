//! Nothing that can be sent breaks a page.

use crate::support::{Home, address, on_both, runtime, shared};
use axum::{
    body::Body,
    http::{Method, Request, Uri},
};
use proptest::{prelude::*, test_runner::TestRunner};

#[test]
fn an_address_that_is_not_there_is_a_plain_page_with_a_way_on() {
    on_both(async |home| {
        for path in [
            "/nothing",
            "/services/nothing",
            "/services/nothing/report",
            "/services/nothing/share",
            "/organisations/nothing",
            "/hubs/nothing",
            "/topics/nothing",
            "/pages/nothing",
            "/assets/nothing.css",
            "/assets/..%2fassets.json",
            "/services/%00",
            "/services/%F0%9F%8D%BC",
            "/services/INFANT-FEEDING-TEAM",
            "/services/infant-feeding-team/",
            "//",
            "/%2e%2e/%2e%2e/etc/passwd",
            "/services/'%20or%201=1--",
        ] {
            let answer = home.get(path).await;
            assert_eq!(answer.status, 404, "{path}");
            let page = answer.text();
            assert!(
                page.contains("We cannot find that page")
                    && page.contains("action=\"/search\"")
                    && page.contains("/urgent-help"),
                "{path}"
            );
        }
        for path in ["/api/v1/nothing", "/api/nothing", "/oruk/v3/nothing"] {
            let answer = home.get(path).await;
            assert_eq!((answer.status, answer.header("content-type")), (404, "application/json"), "{path}");
            assert_eq!(answer.json()["error"]["code"], "not_found");
        }
    });
}

#[test]
fn malformed_addresses_and_hostile_words_are_still_a_page() {
    on_both(async |home| {
        for query in [
            "q=%", "q=%zz", "q=%FF%FE", "q=a%C3", "%FF=%FF", "&&&===", "q=1&q=2", "q[]=a", "q=%00", "?",
            "q=a;b", "+",
        ] {
            assert_eq!(home.get(&format!("/search?{query}")).await.status, 200, "{query}");
            assert_eq!(home.get(&format!("/hubs?{query}")).await.status, 200, "{query}");
            assert_eq!(home.get(&format!("/shortlist?{query}")).await.status, 200, "{query}");
        }
        for query in ["q=%FF%FE", "q=a%C3", "postcode=%FF"] {
            let answer = home.get(&format!("/api/v1/search?{query}")).await;
            assert_eq!(
                (answer.status, answer.json()["error"]["code"].clone()),
                (400, "not_utf8".into()),
                "{query}"
            );
        }
        for words in [
            "'; drop table service; --",
            "\" or 1=1 --",
            "\u{0}\u{0}",
            "👶🏽🍼💔",
            "مرحبا بالعالم",
            "\u{202e}desrever\u{202c}",
            "<script>alert(1)</script>",
            "{{7*7}}${7*7}",
            "%s%n%x",
            "../../etc/passwd",
            "a\r\nSet-Cookie: x=y",
            "*:* AND (",
            "\"",
            "(((((",
            "zalgo\u{301}\u{301}\u{301}\u{301}",
            "\u{feff}",
            "\u{fffd}",
            "ｗｉｄｔｈ",
            "NaN",
            "-1",
            "1e309",
        ] {
            for name in [
                "q", "postcode", "age", "topic", "day", "time", "cost", "how", "within", "sort", "kind",
                "without", "town",
            ] {
                for path in ["/search", "/api/v1/search"] {
                    let answer = home.get(&address(path, &[("q", "baby"), (name, words)])).await;
                    assert_eq!(answer.status, 200, "{path} {name}={words:?}");
                    assert!(
                        !answer.text().contains("<script>alert") && answer.header("set-cookie").is_empty()
                    );
                }
            }
        }
        assert!(
            home.page("/services/infant-feeding-team").await.contains("<h1"),
            "the tables are still there"
        );
    });
}

#[test]
fn very_long_and_very_many_are_answered() {
    on_both(async |home| {
        for letters in [4_000, 16_000, 60_000] {
            for text in [
                "a".repeat(letters),
                "a+".repeat(letters / 2),
                "%C3%A9".repeat(letters / 6),
                "(".repeat(letters),
            ] {
                assert_eq!(home.get(&format!("/search?q={text}")).await.status, 200, "{letters}");
                assert_eq!(home.get(&format!("/api/v1/search?q={text}")).await.status, 200, "{letters}");
            }
        }
        let many = "topic=a&cost=free&q=baby&x=1&".repeat(250);
        for path in ["/search", "/api/v1/search", "/hubs", "/shortlist"] {
            assert_eq!(home.get(&format!("{path}?{many}")).await.status, 200, "{path}");
        }
        assert_eq!(home.get(&format!("/{}", "a".repeat(60_000))).await.status, 404);
        assert_eq!(home.get(&format!("/services/{}", "a".repeat(60_000))).await.status, 404);
    });
}

#[test]
fn a_danger_behind_a_long_text_is_still_seen() {
    on_both(async |home| {
        let words = format!("{} i want to kill myself", "my baby cries ".repeat(400));
        assert!(words.len() > 4_000);
        assert!(home.page(&address("/search", &[("q", &words)])).await.contains("crisis-red"));
        let report = [("what", "phone"), ("words", words.as_str())];
        assert!(
            home.post("/services/infant-feeding-team/report", &report).await.text().contains("crisis-red")
        );
        let too_long = "i want to kill myself ".repeat(4_000);
        let answer = home
            .post("/services/infant-feeding-team/report", &[("what", "phone"), ("words", &too_long)])
            .await;
        assert_eq!(answer.status, 413);
        assert!(
            answer.text().contains("crisis-red"),
            "a form that is too long to take is still read for danger"
        );
    });
}

#[test]
fn hostile_hosts_are_refused_and_no_host_reaches_a_page() {
    on_both(async |home| {
        for host in ["evil.example/x", "a b", "a\"b", "<script>", "user@host", "a,b", "a;b"] {
            let request = |path: &str| Request::get(path).header("host", host).body(Body::empty()).unwrap();
            assert_eq!(home.send(request("/")).await.status, 400, "{host}");
            let machine = home.send(request("/api/v1/search?q=a")).await;
            assert_eq!(
                (machine.status, machine.json()["error"]["code"].clone()),
                (400, "bad_host".into()),
                "{host}"
            );
        }
        let request = Request::get("/services/infant-feeding-team/share").header("host", "evil.example");
        let page = home.send(request.body(Body::empty()).unwrap()).await;
        assert!(page.status == 200 && !page.text().contains("evil.example"));
    });
}

#[test]
fn wrong_methods_are_refused_and_head_is_a_page_without_its_body() {
    on_both(async |home| {
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            for path in [
                "/",
                "/search",
                "/services/infant-feeding-team",
                "/hubs",
                "/pages",
                "/api/v1/search",
                "/sitemap.xml",
            ] {
                let request = Request::builder()
                    .method(method.clone())
                    .uri(path)
                    .header("sec-fetch-site", "same-origin");
                let answer = home.send(request.body(Body::empty()).unwrap()).await;
                assert_eq!(answer.status, 405, "{method} {path}");
                assert_eq!(answer.header("x-content-type-options"), "nosniff");
            }
        }
        for path in [
            "/",
            "/search?q=baby",
            "/services/infant-feeding-team",
            "/sitemap.xml",
            "/api/v1/search?q=baby",
            "/healthz",
            "/readyz",
        ] {
            let head = Request::head(path).body(Body::empty()).unwrap();
            let (head, get) = (home.send(head).await, home.get(path).await);
            assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
            assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
            assert_eq!(head.header("etag"), get.header("etag"), "{path}");
        }
        for path in ["/", "/nothing"] {
            let options = Request::builder().method(Method::OPTIONS).uri(path).body(Body::empty()).unwrap();
            assert!(home.send(options).await.status < 500, "{path}");
        }
    });
}

#[test]
fn no_bytes_at_all_break_a_page() {
    let homes = shared();
    for home in homes.iter() {
        let strategy = (0..PLACES.len(), prop::collection::vec(any::<u8>(), 0..120), any::<bool>());
        let mut runner = TestRunner::new(ProptestConfig {
            cases: 300,
            failure_persistence: None,
            ..ProptestConfig::default()
        });
        let ran = runner.run(&strategy, |(place, bytes, raw)| {
            let (status, shown) = runtime().block_on(throw(home, PLACES[place], &bytes, raw));
            prop_assert!(status < 500, "{} answers {}", shown, status);
            Ok(())
        });
        if let Err(error) = ran {
            panic!("{:?}: {error}", home.database.dialect());
        }
    }
}

const PLACES: [&str; 12] = [
    "/",
    "/search?q=",
    "/search?",
    "/search?postcode=",
    "/api/v1/search?q=",
    "/api/v1/search?age=",
    "/services/",
    "/hubs?postcode=",
    "/shortlist?s=",
    "/topics/",
    "form",
    "cookie",
];

/// Sends bytes to a place: as they are where HTTP takes them, else percent-encoded.
async fn throw(home: &Home, place: &str, bytes: &[u8], raw: bool) -> (u16, String) {
    let coded: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
    let shown = format!("{place}{coded}");
    let request = match place {
        "form" => crate::support::form("/services/infant-feeding-team/report")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(if raw {
                bytes.to_vec()
            } else {
                format!("what=other&words={coded}").into_bytes()
            }))
            .unwrap(),
        "cookie" => match Request::get("/shortlist").header("cookie", bytes).body(Body::empty()) {
            Ok(request) => request,
            Err(_) => return (200, shown),
        },
        _ => {
            let as_is = [place.as_bytes(), bytes].concat();
            let uri = if raw { Uri::try_from(as_is.as_slice()).ok() } else { None };
            let uri = uri.unwrap_or_else(|| shown.parse().unwrap());
            Request::get(uri).body(Body::empty()).unwrap()
        }
    };
    (home.send(request).await.status, shown)
}
