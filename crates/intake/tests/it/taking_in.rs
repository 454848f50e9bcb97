use crate::support::{MIGRATIONS, house, record, records};
use directory::{Cost, WayIn};
use intake::{Ask, LossIsRight, Outside, Totals, What, command, nobody};
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
        planned.write_plan(std::fs::File::create(&plan_file).unwrap()).unwrap();
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

/// A file of the register with the column names that Ofsted publishes.
const REGISTER: &str = "Web link,Provider URN,Provider type,Provider subtype,Provider status,Individual Register combinations,\
    Provider name,Registered person name,Registration date,Provider address line 1,Provider address line 2,Provider town,\
    Postcode,Telephone Number,Local authority,Places\n\
    https://reports.ofsted.gov.uk/provider/16/EX000001,EX000001,Childcare on non-domestic premises,Full day care,Active,ALL,\
    Example Nursery,Demonstration Person,01/09/2019,1 High Street,,WIDNES,WA8 7QF,0151 496 0000,Halton,40\n\
    ,EX000002,Childminder,,Active,EYR-CCR,Demonstration Person,Demonstration Person,02/05/2020,2 Home Road,,RUNCORN,WA7 2AA,\
    0151 496 0001,Halton,6\n\
    ,EX000003,Childminder,,Suspended,VCR only,REDACTED,REDACTED,,REDACTED,REDACTED,REDACTED,REDACTED,,Halton,\n\
    ,EX000004,Home childcarer,,Active,VCR only,REDACTED,,,,,,REDACTED,,Halton,\n\
    ,EX000006,Childcare on non-domestic premises,Sessional day care,Active,EYR,REDACTED,,,REDACTED,,REDACTED,REDACTED,,Halton,\n\
    ,EX000007,Childcare on non-domestic premises,Sessional day care,Active,EYR,Elsewhere Playgroup,,,,,CHESTER,CH1 1AA,,Cheshire West,\n\
    ,EX000008,Something new,,Active,EYR,A name,,,,,,,,Halton,\n\
    ,,Childcare on non-domestic premises,Full day care,Active,EYR,A nursery without a number,,,,,,WA8 7QF,,Halton,\n";

#[tokio::test]
async fn the_register_of_childcare_is_planned_and_taken_in_without_anybody_who_works_at_home() {
    both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("register.csv");
        std::fs::write(&file, REGISTER).unwrap();
        let topic = Some("things-to-do".parse().unwrap());
        let ask = Ask { topic, ..Ask::default() };
        let plan = || command::plan_ofsted(&house.intake, &file, &ask, &nobody);
        let planned = plan().await.unwrap();
        let totals = planned.plan.totals;
        assert_eq!((totals.added, totals.refused), (3, 2), "{:?}", planned.summary());
        let said = planned.summary().join("\n");
        assert!(
            said.contains("1 rows are of other councils, and 2 of providers that are not listed"),
            "{said}"
        );
        let refused: Vec<_> = planned.plan.lines.iter().filter(|line| line.what == What::Refused).collect();
        assert!(refused.iter().all(|line| !line.why.is_empty()), "each says why: {refused:?}");
        assert_eq!(house.count("select count(*) from service").await, 0, "a plan writes nothing");
        let taken = command::apply(&house.intake, planned, &nobody).await.unwrap();
        assert_eq!(taken.totals, totals);

        let nursery = house.entry("example-nursery").await;
        assert_eq!((nursery.locations.len(), nursery.phones.len()), (1, 1));
        let childminder = house.entry("childminder-in-runcorn").await;
        assert_eq!(childminder.name, "Childminder in Runcorn");
        assert!(childminder.phones.is_empty() && childminder.email.is_none());
        // Neither what families see nor what we keep beside it holds who or where they are.
        for kept in [
            "select cast(count(*) as bigint) from source_record where json like $1 or name like $1 or key like $1 or why like $1",
            "select cast(count(*) as bigint) from service_version where cast(draft as text) like $1",
            "select cast(count(*) as bigint) from address where address_1 like $1 or postal_code like $1",
            "select cast(count(*) as bigint) from location where name like $1 or description like $1",
            "select cast(count(*) as bigint) from organization where name like $1 or description like $1",
            "select cast(count(*) as bigint) from intake_line where name like $1 or why like $1 or key like $1",
        ] {
            for private in ["Demonstration", "Home Road", "2AA", "496 0001", "REDACTED"] {
                let found: (i64,) = house
                    .db
                    .read(move |tx| tx.one(kept, store::args![format!("%{private}%")]))
                    .await
                    .unwrap();
                assert_eq!(found.0, 0, "{private}: {kept}");
            }
        }
        let [versions, _, audited] = house.traces().await;
        let again = plan().await.unwrap();
        assert_eq!((again.plan.totals.same, again.plan.totals.added), (3, 0), "{:?}", again.summary());
        command::apply(&house.intake, again, &nobody).await.unwrap();
        // What is refused is told of again, and nothing else happens.
        let [versions_now, _, audited_now] = house.traces().await;
        assert_eq!((versions_now, audited_now), (versions, audited), "run again, nothing changes");
        std::fs::write(&file, "Name,Town\nExample Nursery,Widnes\n").unwrap();
        let why = plan().await.map(|_| ()).unwrap_err().to_string();
        assert!(why.contains("Provider URN"), "it says what is missing: {why}");
    })
    .await;
}

#[tokio::test]
async fn who_is_named_in_a_record_that_has_long_been_gone_is_forgotten() {
    both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let feed = records(10);
        house.take_in(&feed).await;
        house.take_in(&feed[1..]).await;
        let named = "select count(*) from source_record where json like '%A person%'";
        let (gone_at, day) = (house.clock.now(), kernel::Span::new().hours(24));
        let forget = |before| house.db.write(move |tx| intake::forget_people_in_gone_records(tx, before));
        assert_eq!(forget(gone_at).await.unwrap(), 0, "not before its time");
        assert_eq!(house.count(named).await, 10);
        let later = gone_at.checked_add(day).unwrap();
        assert_eq!(forget(later).await.unwrap(), 1);
        assert_eq!((forget(later).await.unwrap(), house.count(named).await), (0, 9));
        // When it comes back, so does what its source says of it.
        house.take_in(&feed).await;
        assert_eq!(house.count(named).await, 10);
        house
            .db
            .write(move |tx| tx.exec("update source set stopped_at = $1", store::args![gone_at]))
            .await
            .unwrap();
        assert_eq!(forget(later).await.unwrap(), 10, "of a source that was given up nobody stays");
    })
    .await;
}
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_somebody_takes_during_a_run_stays_theirs() {
    both(MIGRATIONS, async |db| {
        let house = house(db).await;
        house.take_in(&records(1)).await;
        let mut feed = records(120);
        feed[100]["name"] = json!("Typed meanwhile");
        // Between the first batch and the last an editor writes an entry of that name.
        let ours = {
            let mut draft = house.entry("group-1").await;
            draft.name = "Typed meanwhile".to_owned();
            draft.slug = "typed-meanwhile".parse().unwrap();
            draft
        };
        let planned = house.plan(&feed).await;
        let (db, council, now) = (house.db.clone(), house.site.council(), house.clock.now());
        let typing = std::sync::Mutex::new(Some(ours.clone()));
        let write = |step: intake::Step| {
            if let intake::Step::Taken { .. } = step
                && let Some(draft) = typing.lock().unwrap().take()
            {
                let (db, council) = (db.clone(), council.clone());
                let typed = std::thread::spawn(move || {
                    let alone = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                    alone.block_on(db.write(move |tx| directory::publish_service(tx, &draft, &council, now)))
                });
                typed.join().unwrap().unwrap();
            }
        };
        command::apply(&house.intake, planned, &write).await.unwrap();
        let kept = house.entry("typed-meanwhile").await;
        assert_eq!(kept.description, ours.description);
        assert_eq!(kept.source, ours.source, "what was typed here is not overwritten");
        assert_eq!(house.count("select count(*) from service").await, 121);
        assert_eq!(
            house.count("select count(*) from source_record where slug like 'typed-meanwhile-%'").await,
            1
        );
    })
    .await;
}
