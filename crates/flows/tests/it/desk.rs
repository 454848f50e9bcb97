use crate::support::{Hub, MIGRATIONS, TRIP, editor};
use flows::{NotPublished, Saved, graph, lint::Known};
use store::{args, testing::both};

async fn trail(hub: &Hub) -> Vec<String> {
    let rows: Vec<(String,)> = hub
        .db
        .read(|tx| tx.all("select did from audit where actor_kind = 'person' order by sequence", args![]))
        .await
        .unwrap();
    rows.into_iter().map(|(did,)| did).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_kept_whatever_is_in_it_and_published_only_when_it_runs() {
    both(MIGRATIONS, async |db| {
        let hub = Hub::open(db).await;
        let (may, known) = (editor(), Known::nothing());
        let broken = TRIP
            .replace("slug = \"trip\"", "slug = \"ours\"")
            .replace("start = \"hello\"", "start = \"nowhere\"");
        let Saved::Kept { edition: 1, troubles } =
            hub.flows.save_draft(&may, "ours", &broken, 0).await.unwrap()
        else {
            panic!("it is kept")
        };
        assert!(troubles[0].words.contains("nowhere"));
        assert!(matches!(
            hub.flows.publish(&may, "ours", 1, &known, "").await.unwrap(),
            Err(NotPublished::Troubles(_))
        ));
        // Two editors: the second is shown what the first saved, and nothing is written over.
        let theirs = hub.flows.save_draft(&may, "ours", "half of it", 1).await.unwrap();
        assert!(matches!(theirs, Saved::Kept { edition: 2, .. }));
        let Saved::Newer(newer) = hub.flows.save_draft(&may, "ours", "mine", 1).await.unwrap() else {
            panic!("somebody was first")
        };
        assert_eq!((newer.text.as_str(), newer.edition), ("half of it", 2));
        assert!(matches!(
            hub.flows.publish(&may, "ours", 1, &known, "").await.unwrap(),
            Err(NotPublished::Newer)
        ));
        assert!(matches!(
            hub.flows.publish(&may, "none", 1, &known, "").await.unwrap(),
            Err(NotPublished::NoDraft)
        ));

        let whole = crate::support::LOSS.replace("slug = \"loss\"", "slug = \"ours\"");
        hub.flows.save_draft(&may, "ours", &whole, 2).await.unwrap();
        let listed = hub.flows.list_standing().await.unwrap();
        let ours = listed.iter().find(|standing| standing.slug == "ours").unwrap();
        assert_eq!((ours.title.as_str(), ours.number), ("After losing a baby", None));
        let published = hub.flows.publish(&may, "ours", 3, &known, "for the test").await.unwrap();
        assert_eq!(published, Ok(1));
        assert!(hub.flows.find("ours").is_some_and(|published| published.is_councils));
        assert!(hub.flows.find_draft("ours").await.unwrap().is_none());
        let revisions = hub.flows.list_revisions("ours").await.unwrap();
        assert!(revisions.len() == 1 && revisions[0].is_offered && revisions[0].why == "for the test");
        let trail = trail(&hub).await;
        assert_eq!(trail.last().map(String::as_str), Some("published revision 1 of the guide ours"));

        hub.flows.save_draft(&may, "ours", &whole, 0).await.unwrap();
        assert_eq!(hub.flows.publish(&may, "ours", 1, &known, "").await.unwrap(), Err(NotPublished::Same));
        assert!(hub.flows.delete_draft(&may, "ours", 1).await.unwrap());
        assert!(hub.flows.withdraw(&may, "ours", "over").await.unwrap());
        assert!(!hub.flows.withdraw(&may, "ours", "over").await.unwrap(), "once is enough");
        assert!(hub.flows.find("ours").is_none());
        assert!(hub.flows.offer_revision(&may, "ours", 1, "after all").await.unwrap());
        assert!(hub.flows.find("ours").is_some());
        assert!(!hub.flows.offer_revision(&may, "ours", 9, "").await.unwrap());
        let events = hub.flows.list_events("ours").await.unwrap();
        let told: Vec<_> = events.iter().map(|event| (event.number, event.why.as_str())).collect();
        assert_eq!(told, [(Some(1), "after all"), (None, "over")], "what was refused is no event");
        assert!(hub.flows.list_events("trip").await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_editions_of_a_draft_are_kept_until_the_draft_goes() {
    both(MIGRATIONS, async |db| {
        let hub = Hub::open(db).await;
        let may = editor();
        let texts = ["one", "two", "two", "three", "four", "five", "six", "seven", "eight"];
        for (seen, text) in texts.into_iter().enumerate() {
            let saved = hub.flows.save_draft(&may, "ours", text, i64::try_from(seen).unwrap()).await.unwrap();
            assert!(matches!(saved, Saved::Kept { .. }), "{saved:?}");
        }
        // Who comes too late saves over nothing, so nothing earlier is kept of it.
        let late = hub.flows.save_draft(&may, "ours", "mine", 3).await.unwrap();
        assert!(matches!(late, Saved::Newer(_)));
        let kept = hub.flows.list_editions("ours").await.unwrap();
        let told: Vec<_> = kept.iter().map(|each| (each.edition, each.text.as_str())).collect();
        assert_eq!(told, [(8, "seven"), (7, "six"), (6, "five"), (5, "four"), (4, "three")]);
        assert!(hub.flows.delete_draft(&may, "ours", 9).await.unwrap());
        assert!(hub.flows.list_editions("ours").await.unwrap().is_empty());
        // A new draft counts from one again.
        hub.flows.save_draft(&may, "ours", "anew", 0).await.unwrap();
        hub.flows.save_draft(&may, "ours", "more", 1).await.unwrap();
        assert_eq!(hub.flows.list_editions("ours").await.unwrap()[0].text, "anew");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_with_the_house_never_goes_over_what_the_council_wrote() {
    both(MIGRATIONS, async |db| {
        let hub = Hub::open(db).await;
        let titled = |title: &str| TRIP.replace("A trial trip", title);
        let shown = || hub.flows.find("trip").map(|published| published.flow.title.clone());
        let publish = async |text: String| {
            hub.flows.publish_builtin(vec![text]).await.unwrap();
            hub.flows.renew().await.unwrap();
        };
        assert_eq!(shown().as_deref(), Some("A trial trip"));
        publish(titled("The second")).await;
        assert_eq!(shown().as_deref(), Some("The second"));
        publish(titled("A trial trip")).await;
        assert_eq!(shown().as_deref(), Some("The second"), "an older node does not put its older text back");

        let councils = crate::support::LOSS.replace("slug = \"loss\"", "slug = \"trip\"");
        hub.flows.save_draft(&editor(), "trip", &councils, 0).await.unwrap();
        let published = hub.flows.publish(&editor(), "trip", 1, &Known::nothing(), "ours").await.unwrap();
        assert_eq!(published, Ok(3));
        publish(titled("The third")).await;
        assert_eq!(shown().as_deref(), Some("After losing a baby"));
        assert_eq!(hub.flows.list_revisions("trip").await.unwrap().len(), 4, "it is there to be chosen");
        hub.flows.withdraw(&editor(), "trip", "").await.unwrap();
        publish(titled("The fourth")).await;
        assert_eq!(shown(), None, "what was withdrawn stays withdrawn");
        // A text that cannot be read keeps nobody from opening.
        publish("not a guide".to_owned()).await;
    })
    .await;
}

#[test]
fn a_guide_has_a_picture_of_all_its_ways() {
    let picture = graph(&crate::support::trip());
    let who = picture.nodes.iter().find(|node| node.key == "who").unwrap();
    assert_eq!((who.kind, who.depth, who.words.as_str()), ("choice", Some(1), "We ask one thing at a time."));
    let ways: Vec<(&str, &str)> = picture
        .edges
        .iter()
        .filter(|edge| edge.from == "who")
        .map(|edge| (edge.to.as_str(), edge.words.as_str()))
        .collect();
    assert_eq!(ways, [("asked-on", "My child"), ("why", "Me"), ("anything", "anything else")]);
    assert!(picture.nodes.iter().all(|node| node.depth.is_some()));
}
