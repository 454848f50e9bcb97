//! Checks 16 and 17: ages as written and ages that are served; one schedule for day and hours.

use crate::support::{Home, everywhere, generous, over_decoys, set};

#[tokio::test]
async fn ages_are_compared_as_they_are_written_and_one_that_is_not_given_is_not_found() {
    over_decoys(generous(), async |home: Home| {
        assert_eq!(home.slugs("minimum_age=0").await, set(&["babies", "toddlers", "grown", "rich"]));
        assert_eq!(home.slugs("minimum_age=1.5").await, set(&["toddlers", "grown", "rich"]));
        assert_eq!(home.slugs("maximum_age=4").await, set(&["babies", "toddlers"]));
        assert_eq!(home.slugs("minimum_age=0&maximum_age=0").await, set(&["babies"]));
        assert!(home.slugs("minimum_age=200").await.is_empty());
        for wrong in ["minimum_age=-1", "minimum_age=abc", "maximum_age=", "age=-0.5", "age=inf"] {
            let answer = home.ask(&format!("/services?{wrong}")).await;
            assert_eq!(
                (answer.status, answer.wrong().as_str()),
                (400, wrong.split('=').next().unwrap()),
                "{wrong}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn an_age_finds_what_serves_it() {
    over_decoys(generous(), async |home: Home| {
        let aged = set(&["babies", "toddlers", "grown", "rich", "expecting"]);
        let served = async |age: &str| {
            home.slugs(&format!("age={age}"))
                .await
                .intersection(&aged)
                .cloned()
                .collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(served("0").await, set(&["babies"]));
        assert_eq!(served("0.99").await, set(&["babies"]));
        assert_eq!(served("1").await, set(&[]));
        assert_eq!(served("1.5").await, set(&["toddlers"]));
        assert_eq!(served("4.99").await, set(&["toddlers", "rich"]));
        assert_eq!(served("5").await, set(&["rich"]));
        assert_eq!(served("40").await, set(&["grown"]));
        assert!(home.slugs("age=3").await.contains("no-ages"), "what gives no ages serves all of them");
    })
    .await;
}

/// The old checker's way: take a record's own values, and find it by them.
#[tokio::test]
async fn a_record_is_found_by_its_own_ages_and_times() {
    everywhere(async |home: Home| {
        let mut tried = 0;
        for (id, record) in home.walk().await {
            let mut query = Vec::new();
            for key in ["minimum_age", "maximum_age"] {
                query.extend(record[key].as_f64().map(|age| format!("{key}={age}")));
            }
            if let Some(schedule) = record["schedules"].as_array().and_then(|all| all.first()) {
                let day = schedule["byday"].as_str().and_then(|days| days.split(',').next());
                query.extend(day.map(|day| format!("day={}", &day[day.len() - 2..])));
                for (key, field) in [("start_time", "opens_at"), ("end_time", "closes_at")] {
                    query.extend(schedule[field].as_str().map(|time| format!("{key}={time}")));
                }
            }
            if query.is_empty() {
                continue;
            }
            tried += 1;
            let query = query.join("&");
            let found = home.ids(&format!("/services?{query}")).await;
            assert!(found.contains(&id), "{} by {query}", record["slug"]);
        }
        assert!(tried > 50, "{tried}");
    })
    .await;
}

#[tokio::test]
async fn a_day_and_hours_hold_for_one_schedule() {
    over_decoys(generous(), async |home: Home| {
        assert_eq!(home.slugs("day=MO&start_time=18:00&end_time=20:00").await, set(&["monday-evening"]));
        assert_eq!(home.slugs("day=MO").await, set(&["monday-evening", "two-times"]));
        assert_eq!(home.slugs("day=FR&start_time=22:00&end_time=02:00").await, set(&["past-midnight"]));
        assert_eq!(home.slugs("day=FR&start_time=22:00&end_time=23:00").await, set(&[]));
        assert_eq!(home.slugs("day=TU&start_time=18:00:00&end_time=23:59").await, set(&["two-times"]));
        for wrong in ["day=XX", "start_time=25:00", "end_time=6pm"] {
            let answer = home.ask(&format!("/services?{wrong}")).await;
            assert_eq!(
                (answer.status, answer.wrong().as_str()),
                (400, wrong.split('=').next().unwrap()),
                "{wrong}"
            );
        }
        // Each place has its own times; those of no place hold at all of them.
        let thursday = home.get("/service_at_locations?day=TH").await;
        assert_eq!(thursday["total_items"], 1);
        let at = &thursday["contents"][0];
        assert_eq!(
            (at["location"]["slug"].as_str(), at["schedules"][0]["opens_at"].as_str()),
            (Some("near-hall"), Some("13:00:00"))
        );
    })
    .await;
}
