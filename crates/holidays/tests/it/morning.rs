//! The morning on which booking opens: 2,500 families, one order that anybody can work out again.

use crate::support::{Town, at, both_with};
use holidays::{FamilyId, NoEngine, commitment, decide_order, take_ticket};
use kernel::Id;
use serde_json::json;
use std::sync::Arc;

const OPENS: &str = "2027-07-21T09:00:00Z";

async fn tickets(town: &Town) -> Vec<(i64, FamilyId, Option<i64>)> {
    let all = town.db.read(|tx| {
        tx.all(
            "select number, family_id, place from holiday_ticket order by place nulls last, number",
            store::args![],
        )
    });
    all.await.unwrap()
}

/// Many arrive at the same moment.
async fn arrive(town: &Town, families: std::ops::Range<i64>) {
    let mut arriving = tokio::task::JoinSet::new();
    for number in families {
        let (room, programme) = (town.room.clone(), town.programme);
        arriving.spawn(async move {
            take_ticket(&room, programme, Id::named("family", &number.to_string())).await
        });
    }
    while let Some(arrived) = arriving.join_next().await {
        arrived.unwrap().unwrap();
    }
}

#[tokio::test]
async fn two_and_a_half_thousand_come_and_the_order_can_be_worked_out_by_anybody() {
    let rules = json!({"opening": "line", "opens_at": OPENS, "line_per_minute": 120});
    both_with(rules, Arc::new(NoEngine), async |town| {
        arrive(town, 0..2_000).await;
        assert!(
            tickets(town).await.iter().all(|(.., place)| place.is_none()),
            "nobody has a place before it opens"
        );
        let draw = town.browser().get("/holidays/summer-2027/draw").await.html;
        assert!(draw.contains(&commitment("the seed of the test")) && !draw.contains("the seed of the test"));
        // Who comes twice has one ticket.
        arrive(town, 0..50).await;
        assert_eq!(tickets(town).await.len(), 2_000);

        town.clock.set(at(OPENS));
        arrive(town, 2_000..2_500).await;
        let line = tickets(town).await;
        let expected = decide_order("the seed of the test", &(1..=2_000).collect::<Vec<_>>());
        let drawn: Vec<i64> = line.iter().map(|(number, ..)| *number).collect();
        assert_eq!(drawn[..2_000], expected, "those who came before, by the seed");
        assert_eq!(drawn[2_000..], (2_001..=2_500).collect::<Vec<_>>(), "those who came after, as they came");
        let places: Vec<i64> = line.iter().map(|(.., place)| place.unwrap()).collect();
        assert_eq!(places, (0..2_500).collect::<Vec<_>>());
        let draw = town.browser().get("/holidays/summer-2027/draw").await.html;
        assert!(draw.contains("the seed of the test"), "now everybody may see it");
    })
    .await;
}

#[tokio::test]
async fn a_family_waits_its_turn_on_a_plain_page_that_comes_again_by_itself() {
    let rules = json!({"opening": "line", "opens_at": OPENS, "line_per_minute": 1});
    both_with(rules, Arc::new(NoEngine), async |town| {
        let (one, two) = (town.family(1, "targeted").await, town.family(2, "targeted").await);
        let browser = town.browser();
        let html = browser.get(&one.path).await.html;
        assert!(
            html.contains("Booking opens on Wednesday 21 July at 10am")
                && html.contains("Take a place in the line"),
            "{html}"
        );
        for family in [&one, &two] {
            let seen = browser.post(&family.path, &[("do", "join")]).await;
            assert_eq!(seen.location, format!("{}/line", family.path));
        }
        let waiting = browser.get(&format!("{}/line", one.path)).await;
        assert!(
            waiting.html.contains("You are in. The order is drawn on Wednesday 21 July at 10am"),
            "{}",
            waiting.html
        );
        assert_eq!(waiting.refresh, "20");
        assert_eq!(
            browser.get(&format!("{}/line?still=1", one.path)).await.refresh,
            "",
            "and it can be stopped"
        );

        town.clock.set(at(OPENS));
        town.runner().run_until_empty().await.unwrap();
        let first_is_one = decide_order("the seed of the test", &[1, 2])[0] == 1;
        let (first, second) = if first_is_one { (&one, &two) } else { (&two, &one) };
        let turn = browser.get(&format!("{}/line", first.path)).await;
        assert!(turn.html.contains("It is your turn") && turn.refresh.is_empty());
        let wait = browser.get(&format!("{}/line", second.path)).await;
        assert!(wait.html.contains("You are 2nd in line, about 1 minute."), "{}", wait.html);
        let date = town.dates("sports-club").await[0];
        let place = format!("{}.{date}", second.child);
        let send =
            [("do", "book"), ("basket_key", "00000000000000000000000000000001"), ("place", place.as_str())];
        let early = browser.post(&second.path, &send).await;
        assert!(
            early
                .html
                .contains("It is your turn at Wednesday 21 July at 10:01am. What you ticked is still below"),
            "{}",
            early.html
        );
        assert!(early.html.contains(&format!("value=\"{place}\" checked")));
        town.later(60);
        assert!(browser.post(&second.path, &send).await.location.ends_with("done=booked"));
    })
    .await;
}

#[tokio::test]
async fn a_ballot_gathers_wishes_and_serves_families_in_the_order_of_the_draw() {
    let rules = json!({"opening": "ballot", "opens_at": OPENS, "clubs_places": 1});
    both_with(rules, Arc::new(NoEngine), async |town| {
        let families = [town.family(1, "targeted").await, town.family(2, "targeted").await, town.family(3, "targeted").await];
        let sports = town.dates("sports-club").await;
        let browser = town.browser();
        for family in &families {
            let (first, second) = (format!("{}.{}", family.child, sports[0]), format!("{}.{}", family.child, sports[1]));
            let seen = browser.post(&family.path, &[("do", "book"), ("place", &first), ("place", &second)]).await;
            assert!(seen.location.ends_with("done=wished"), "{}", seen.html);
        }
        // Somebody changes their mind.
        let only = format!("{}.{}", families[0].child, sports[1]);
        browser.post(&families[0].path, &[("do", "book"), ("place", &only)]).await;
        town.clock.set(at(OPENS));
        for _ in 0..2 {
            town.runner().run_until_empty().await.unwrap();
        }
        let order = decide_order("the seed of the test", &[1, 2, 3]);
        let wishes = |ticket: i64| if ticket == 1 { vec![sports[1]] } else { vec![sports[0], sports[1]] };
        let mut left = vec![sports[0], sports[1]];
        for ticket in order {
            let family = &families[usize::try_from(ticket).unwrap() - 1];
            let child = family.child;
            let got: Vec<(uuid::Uuid,)> = town
                .db
                .read(move |tx| tx.all("select date_id from holiday_day where child_id = $1 and state = 'booked' order by day", store::args![child]))
                .await
                .unwrap();
            let expected: Vec<(uuid::Uuid,)> = wishes(ticket).into_iter().filter(|date| left.contains(date)).map(|date| (date,)).collect();
            assert_eq!(got, expected, "ticket {ticket}");
            left.retain(|date| !got.contains(&(*date,)));
        }
        assert!(left.is_empty());
    })
    .await;
}
