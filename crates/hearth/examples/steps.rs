//! Temporary: where a search page's time goes.
use axum::{body::Body, http::Request};
use http_body_util::BodyExt;
use std::time::Instant;
use tower::ServiceExt;
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let db = store::Db::open("sqlite:///tmp/d2/hearth.db").await.unwrap();
    let house = hearth::House::open(db, kernel::Clock::real(), kernel::Dice::real(), None).await.unwrap();
    let router = house.router().unwrap();
    let n = 300;
    let t = Instant::now();
    for _ in 0..n {
        std::hint::black_box(house.site.screen("baby group\nWA8 7QF"));
    }
    println!("screen {:?}", t.elapsed() / n);
    for u in [
        "/healthz",
        "/nope",
        "/search",
        "/search?q=baby+group",
        "/search?q=baby+group&cost=free&age=0-1&how=self",
        "/search?q=baby+group&postcode=WA8+7QF&cost=free&age=0-1&how=self",
        "/api/v1/search?q=baby+group&cost=free&age=0-1&how=self",
        "/api/v1/search?q=baby+group&postcode=WA8+7QF&cost=free&age=0-1&how=self",
        "/api/v1/search?q=i+need+someone+to+help+me+with+my+toddler+who+will+not+sleep",
    ] {
        let t = Instant::now();
        for _ in 0..n {
            let r = router
                .clone()
                .oneshot(Request::get(u).header("host", "localhost").body(Body::empty()).unwrap())
                .await
                .unwrap();
            std::hint::black_box(r.into_body().collect().await.unwrap());
        }
        println!("{u} {:?}", t.elapsed() / n);
    }
}
