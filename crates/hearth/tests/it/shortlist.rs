//! My list, which lives in one cookie that only its own page is sent.

use crate::support::{Answer, Home, encoded, form, on_both};
use axum::{body::Body, http::Request};

const LIST: &str = "/shortlist";

#[test]
fn an_entry_is_saved_shown_taken_off_and_put_back() {
    on_both(async |home| {
        let saved =
            change(home, "", &[("add", "infant-feeding-team"), ("back", "/services/infant-feeding-team")])
                .await;
        assert_eq!(
            saved.header("location"),
            "/shortlist?saved=infant-feeding-team&back=/services/infant-feeding-team"
        );
        let cookie = cookie(&saved);
        let page = list(home, saved.header("location"), &cookie).await;
        assert!(page.contains("is on your list") && page.contains("href=\"/services/infant-feeding-team\""));
        let two = change(home, &cookie, &[("add", "page~crying")]).await;
        let cookie = self::cookie(&two);
        assert_eq!(cookie, "shortlist=infant-feeding-team.page~crying");
        let one = change(home, &cookie, &[("remove", "infant-feeding-team")]).await;
        assert_eq!(self::cookie(&one), "shortlist=page~crying");
        let page = list(home, one.header("location"), &self::cookie(&one)).await;
        assert!(page.contains("Put it back") && page.contains("name=\"add\" value=\"infant-feeding-team\""));
        let back = change(home, &self::cookie(&one), &[("add", "infant-feeding-team")]).await;
        assert_eq!(self::cookie(&back), "shortlist=page~crying.infant-feeding-team");
        let empty = change(home, &self::cookie(&back), &[("empty", "1")]).await;
        assert!(empty.header("set-cookie").starts_with("shortlist=; Path=/shortlist; Max-Age=0"));
    });
}

#[test]
fn the_cookie_goes_to_this_page_alone_and_no_script_reads_it() {
    on_both(async |home| {
        let saved = change(home, "", &[("add", "infant-feeding-team")]).await;
        let parts: Vec<&str> = saved.header("set-cookie").split("; ").collect();
        for wanted in ["Path=/shortlist", "HttpOnly", "SameSite=Lax", "Secure"] {
            assert!(parts.contains(&wanted), "{wanted} in {parts:?}");
        }
        assert_eq!(home.get("/").await.header("set-cookie"), "", "no other page sets one");
        let other = home
            .send(
                form(LIST)
                    .header("origin", "https://evil.example")
                    .body(encoded(&[("add", "anya-app")]))
                    .unwrap(),
            )
            .await;
        assert!(other.status == 403 && other.header("set-cookie").is_empty());
    });
}

#[test]
fn a_shared_list_is_shown_kept_and_counts_what_is_gone() {
    on_both(async |home| {
        let path = "/shortlist?s=infant-feeding-team,no-such-entry,page~crying,page~nothing,%3Cscript%3E";
        let page = home.page(path).await;
        assert!(page.contains("A list for you") && page.contains("2 on the list are no longer here"));
        assert!(page.contains("https://hub.example.org/shortlist?s=infant-feeding-team,page~crying"));
        let kept =
            change(home, "shortlist=anya-app", &[("keep", "infant-feeding-team,page~crying,no-such-entry")])
                .await;
        assert_eq!(cookie(&kept), "shortlist=anya-app.infant-feeding-team.page~crying");
        assert!(home.page("/shortlist?s=gone-one").await.contains("no longer here"));
        assert!(
            home.page("/shortlist?s=infant-feeding-team&print=large").await.contains("class=\"print-large\"")
        );
    });
}

#[test]
fn a_broken_cookie_is_an_empty_list() {
    on_both(async |home| {
        for broken in [
            "shortlist=%00%FF<script>",
            "shortlist=....",
            "shortlist=../../etc",
            "shortlist==;;=",
            "a=b",
            "shortlist=\"x\"",
        ] {
            let page = list(home, LIST, broken).await;
            assert!(page.contains("Nothing here yet") && !page.contains("<script>alert"), "{broken}");
            let saved = change(home, broken, &[("add", "anya-app")]).await;
            assert_eq!(cookie(&saved), "shortlist=anya-app", "{broken}");
        }
        let odd =
            Request::get(LIST).header("cookie", &b"shortlist=\xff\xfe"[..]).body(Body::empty()).unwrap();
        assert_eq!(home.send(odd).await.status, 200);
        let unknown = change(home, "", &[("add", "no-such-entry"), ("back", "//evil.example")]).await;
        assert_eq!((unknown.header("location"), cookie(&unknown).as_str()), (LIST, "shortlist="));
    });
}

#[test]
fn a_list_holds_forty_entries() {
    on_both(async |home| {
        let slugs: Vec<String> = home
            .sitemap()
            .await
            .iter()
            .filter_map(|path| path.strip_prefix("/services/").map(str::to_owned))
            .take(41)
            .collect();
        assert_eq!(slugs.len(), 41);
        let all = slugs.join(",");
        let kept = cookie(&change(home, "", &[("keep", &all)]).await);
        assert_eq!(kept.split('.').count(), 40);
        let more = cookie(&change(home, &kept, &[("add", &slugs[40])]).await);
        assert_eq!(more, kept);
        assert!(kept.len() < 4_000, "a browser keeps cookies of up to 4,096 bytes: {}", kept.len());
        let page = list(home, &format!("{LIST}?s={all}"), "").await;
        assert_eq!(page.matches("<li class=\"result card\">").count(), 40);
    });
}

async fn change(home: &Home, cookie: &str, fields: &[(&str, &str)]) -> Answer {
    let request = form(LIST).header("sec-fetch-site", "same-origin").header("cookie", cookie);
    let answer = home.send(request.body(encoded(fields)).unwrap()).await;
    assert_eq!(answer.status, 303, "{fields:?}");
    answer
}

async fn list(home: &Home, path: &str, cookie: &str) -> String {
    let answer = home.send(Request::get(path).header("cookie", cookie).body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 200, "{path}");
    answer.text()
}

fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
}
