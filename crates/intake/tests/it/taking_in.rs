use crate::support::{MIGRATIONS, house, record, records};
use directory::{Cost, WayIn};
use intake::{Ask, LossIsRight, Outside, Totals, What};
use serde_json::json;
use std::path::Path;
use store::testing::both;

#[tokio::test]
async fn a_plan_writes_nothing_and_a_run_does_what_it_said_and_again_does_nothing() {
    both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let before = house.traces().await;
        let planned = house.plan(&records(60)).await;
        assert_eq!(planned.plan.totals, Totals { added: 60, ..Totals::default() });
        assert_eq!(house.traces().await, before);
        assert_eq!(house.count("select count(*) from source").await, 0);
        house.take_in(&records(60)).await;
        assert_eq!(house.count("select count(*) from service").await, 60);
        assert_eq!(house.count("select count(*) from organization").await, 3);
        assert_eq!(house.count("select count(*) from location").await, 60);
        let entry = house.entry("group-7").await;
        assert_eq!(entry.summary, "A friendly group.");
        assert_eq!((entry.way_in.as_slice(), entry.cost), (&[WayIn::Unknown][..], Cost::Unknown));
        assert_eq!(entry.topics[0].as_str(), "things-to-do");
        assert_eq!(
            (entry.source.as_str(), entry.checked_on),
            ("Taken from Example feed", "2026-11-01".parse().ok())
        );
        assert_eq!(
            (entry.phones[0].number.as_str(), entry.phones[0].description.as_str()),
            ("0151 496 0000", "Leader")
        );
        let before = house.traces().await;
        let again = house.take_in(&records(60)).await;
        assert_eq!(again.totals, Totals { same: 60, ..Totals::default() });
        assert_eq!(house.traces().await, before, "no version, announcement or audit row");
    })
    .await;
}

#[tokio::test]
async fn what_was_changed_or_confirmed_here_stands_and_what_the_source_says_is_held() {
    both(MIGRATIONS, async |db| {
        let house = house(db).await;
        house.take_in(&records(5)).await;
        house.edit("group-1", |draft| draft.summary = "Ours, and better.".to_owned()).await;
        let mut feed = records(5);
        // Nothing new from the source: nothing to ask.
        assert_eq!(house.take_in(&feed).await.totals.same, 5);
        feed[0]["description"] = json!("A different sentence. Come along!");
        feed[0]["email"] = json!("new@group.example.org");
        feed[1]["email"] = json!("new@group.example.org");
        let taken = house.take_in(&feed).await.totals;
        assert_eq!((taken.changed, taken.held, taken.same), (2, 1, 3));
        let first = house.entry("group-1").await;
        assert_eq!(first.summary, "Ours, and better.");
        assert_eq!(
            first.email.unwrap().as_str(),
            "new@group.example.org",
            "what nobody touched follows its source"
        );
        assert!(first.description.starts_with("A different"));
        assert_eq!(house.take_in(&feed).await.totals.same, 5, "it is held once");
        assert_eq!(house.count("select count(*) from source_held where settled is null").await, 1);
        // The source comes round to what we say.
        feed[0]["summary"] = json!("Ours, and better.");
        house.take_in(&feed).await;
        assert_eq!(house.count("select count(*) from source_held where settled is null").await, 0);
    })
    .await;
}

#[tokio::test]
async fn two_sources_of_one_entry_do_not_take_turns_and_a_neighbour_is_never_taken_for_ours() {
    both(MIGRATIONS, async |db| {
        let house = house(db).await;
        house.take_in(&records(2)).await;
        let ours = house.entry("group-1").await;
        // The same entry, known by the id that an entry of ours has.
        let id = directory::entry_id("group-1").to_string();
        let mut theirs = record(1);
        theirs["id"] = json!(id);
        theirs["description"] = json!("Another source says this.");
        let second = Ask { name: Some("Second".to_owned()), ..Ask::default() };
        let taken = house.take_in_as(&[theirs.clone()], &second).await.totals;
        assert_eq!((taken.added, taken.changed, taken.held), (0, 0, 1));
        assert_eq!(house.entry("group-1").await, ours);
        // A neighbour's record with the same id and name is another entry, marked as theirs.
        let outside = Ask { name: Some("Warrington".to_owned()), outside: Outside::Yes, ..Ask::default() };
        house.take_in_as(&[theirs], &outside).await;
        let neighbour = house.entry("group-1-church-1").await;
        assert_eq!(neighbour.area.as_deref(), Some("outside:Warrington"));
        assert_eq!(house.entry("group-1").await, ours);
        let (area,): (String,) = house
            .db
            .read(|tx| tx.one("select a.name from service_area a join service s on s.id = a.service_id where s.slug = 'group-1-church-1'", store::args![]))
            .await
            .unwrap();
        assert_eq!(area, "Warrington (outside Halton)");
    })
    .await;
}

#[tokio::test]
async fn what_is_gone_is_flagged_and_a_sudden_loss_waits_for_a_person() {
    both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let feed = records(20);
        house.take_in(&feed).await;
        let taken = house.take_in(&feed[1..]).await;
        assert_eq!((taken.totals.withdrawn, taken.totals.same), (1, 19));
        assert_eq!(house.count("select count(*) from service").await, 20, "its entry stays");
        assert_eq!(house.entry("group-1").await.status, directory::Status::Active);
        let taken = house.take_in(&feed[..5]).await;
        assert!(taken.waits_for_a_person);
        assert_eq!(
            house.count("select count(*) from source_record where state = 'gone'").await,
            0,
            "the first came back, and nothing else was flagged"
        );
        let sure = Ask { loss_is_right: LossIsRight::Yes, ..house.ask() };
        let taken = house.take_in_as(&feed[..5], &sure).await;
        assert_eq!((taken.waits_for_a_person, taken.totals.withdrawn), (false, 15));
        let back = house.take_in(&feed).await;
        assert_eq!((back.totals.added, back.totals.withdrawn), (0, 0), "they come back to their own entries");
        assert_eq!(house.count("select count(*) from service").await, 20);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_taken_in_says_why_and_is_taken_in_once_it_can_be() {
    both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let (mut nameless, mut termless, mut alone) = (record(1), record(2), record(3));
        nameless["name"] = json!("  ");
        termless["attributes"][0]["taxonomy_term"]["name"] = json!("Miscellaneous");
        alone.as_object_mut().unwrap().remove("organization");
        let feed = [nameless, termless, alone, record(4), record(4)];
        let planned = house.plan(&feed).await;
        let why: Vec<&str> = planned
            .plan
            .lines
            .iter()
            .filter(|line| line.what == What::Refused)
            .map(|line| line.why.as_str())
            .collect();
        assert_eq!(why.len(), 4, "{why:?}");
        for part in ["no name", "None of its terms", "who runs it", "same key"] {
            assert!(why.iter().any(|why| why.contains(part)), "{part}: {why:?}");
        }
        house.take_in(&feed).await;
        assert_eq!(house.count("select count(*) from service").await, 1);
        let settled =
            Ask { topic: "things-to-do".parse().ok(), organization: "church-1".parse().ok(), ..house.ask() };
        let taken = house.take_in_as(&feed, &settled).await;
        assert_eq!((taken.totals.added, taken.totals.refused), (2, 2));
    })
    .await;
}

#[tokio::test]
async fn a_table_and_a_list_of_the_old_version_go_the_same_way() {
    both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let old = json!({
            "totalElements": 1, "totalPages": 1, "number": 1, "size": 1, "first": true, "last": true,
            "content": [{
                "id": 7, "name": "Old group", "description": "It has met for years.", "status": "active",
                "organization": {"id": 3, "name": "Old hall", "description": "A hall"},
                "service_taxonomys": [{"id": 1, "taxonomy": {"id": 1, "name": "Clubs", "vocabulary": "x"}}],
                "cost_options": [{"id": 1, "option": "One session", "amount": 2.5}],
                "contacts": [{"id": 1, "name": "x", "phones": [{"id": 1, "number": "01928 000000"}]}],
            }],
        });
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Old feed.json");
        std::fs::write(&path, old.to_string()).unwrap();
        let planned =
            intake::command::plan_file(&house.intake, &path, &Ask::default(), &intake::nobody).await.unwrap();
        assert_eq!(
            (planned.source().name.as_str(), planned.source().kind),
            ("Old feed", intake::Kind::OrukV1)
        );
        let plan_file = folder.path().join("plan.ndjson");
        planned.write_plan(&plan_file).unwrap();
        let plan = std::fs::read_to_string(&plan_file).unwrap();
        assert!(plan.lines().count() == 2 && plan.contains("\"added\""), "{plan}");
        intake::command::apply(&house.intake, planned, &intake::nobody).await.unwrap();
        let entry = house.entry("old-group").await;
        assert_eq!((entry.cost, entry.phones[0].number.as_str()), (Cost::Paid, "01928 000000"));

        let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("../oruk/examples");
        let (mapping, csv) = (
            table.join("mapping.toml"),
            std::fs::read_dir(&table)
                .unwrap()
                .flatten()
                .map(|entry| entry.path())
                .find(|path| path.extension().is_some_and(|end| end == "csv")),
        );
        let Some(csv) = csv else { panic!("the example mapping has an example table beside it") };
        let ask = Ask {
            topic: "things-to-do".parse().ok(),
            organization: "old-hall".parse().ok(),
            ..Ask::default()
        };
        let planned =
            intake::command::plan_csv(&house.intake, &csv, &mapping, &ask, &intake::nobody).await.unwrap();
        assert!(planned.plan.totals.added > 0, "{:?}", planned.summary());
        intake::command::apply(&house.intake, planned, &intake::nobody).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn every_statement_of_the_room_is_one_that_both_databases_prepare() {
    both(MIGRATIONS, async |db| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
        let statements = store::testing::statements_in(&folder);
        assert!(statements.len() > 20, "{}", statements.len());
        assert_eq!(store::testing::prepare_all(&db, statements).await, Vec::<String>::new());
    })
    .await;
}
