//! The room's pages as the council's people use them, on both databases.

use crate::support;

use access::Role;
use directory::{find_entry, find_replacement, list_replaced};
use quality::{FromHouse, findings, report};
use serde_json::json;
use std::{path::Path, sync::Arc};
use store::testing::{both, prepare_all, statements_in};
use support::{Browser, Elsewhere, MIGRATIONS, Town, entry, phone, three, town, town_with};

const TWO: &str = "/admin/duplicates/bumps-and-babies/bumps-babies";

async fn versions(town: &Town, a: &str, b: &str) -> (String, String) {
    let (a, b) = (a.to_owned(), b.to_owned());
    let read = move |tx: &mut store::Tx<'_>| {
        let version = |entry: Option<directory::Entry>| entry.unwrap().version.to_string();
        Ok((version(find_entry(tx, &a)?), version(find_entry(tx, &b)?)))
    };
    town.db.read(read).await.unwrap()
}

/// Makes one of two, and gives the address of what was done.
async fn merge(town: &Town, browser: &Browser, a: &str, b: &str, keep: &str) -> String {
    let (va, vb) = versions(town, a, b).await;
    let fields = [("keep", keep), ("va", &va), ("vb", &vb), ("why", "The same group, entered twice")];
    let (status, to) = browser.post(&format!("/admin/duplicates/{a}/{b}"), &fields).await;
    assert_eq!(status, 303, "{to}");
    to
}

async fn version_of(town: &Town, slug: &'static str) -> directory::Entry {
    town.db.read(move |tx| find_entry(tx, slug)).await.unwrap().unwrap()
}

#[tokio::test]
async fn two_entries_become_one_its_old_address_leads_on_and_all_of_it_can_be_taken_back() {
    both(MIGRATIONS, async |db| {
        let town = town(db, three()).await;
        town.run().await;
        let editor = town.editor();
        let list = editor.page("/admin/duplicates").await;
        assert!(list.contains("Bumps and Babies") && list.contains("same phone 0151 496 0102"), "{list}");
        assert!(!list.contains("Debt Advice"), "{list}");
        let page = editor.page(TWO).await;
        assert!(
            page.contains("name=\"keep\" value=\"b\" checked"),
            "the one that was checked later stays: {page}"
        );
        assert!(page.contains("name=\"f-aliases\" value=\"both\" checked"), "{page}");
        let (status, again) = editor.post(TWO, &[("keep", "b"), ("f-name", "a")]).await;
        assert_eq!(status, 422);
        assert!(
            again.contains("Say in up to 200 letters why")
                && again.contains("changed while you were choosing")
        );
        assert!(
            again.contains("name=\"f-name\" value=\"a\" checked"),
            "what was chosen is put back: {again}"
        );

        let (va, vb) = versions(&town, "bumps-and-babies", "bumps-babies").await;
        let fields = [
            ("keep", "b"),
            ("f-name", "a"),
            ("va", va.as_str()),
            ("vb", vb.as_str()),
            ("why", "Entered twice"),
        ];
        let (status, done) = editor.post(TWO, &fields).await;
        assert_eq!(status, 303, "{done}");
        let kept = version_of(&town, "bumps-babies").await;
        assert_eq!(kept.name, "Bumps and Babies");
        assert_eq!(kept.draft.aliases, ["baby group", "new mums"]);
        assert_eq!(kept.version.to_string(), (vb.parse::<i64>().unwrap() + 1).to_string(), "one new version");
        town.renew().await;

        let (status, to) = editor.get("/services/bumps-and-babies").await;
        assert_eq!((status, to.as_str()), (301, "/services/bumps-babies"));
        assert_eq!(editor.get("/services/bumps-and-babies/share").await.1, "/services/bumps-babies/share");
        let shortlist =
            editor.page_with("/shortlist", "shortlist=bumps-and-babies.bumps-babies.debt-advice").await;
        assert_eq!(shortlist.matches("href=\"/services/bumps-babies\"").count(), 1, "kept once: {shortlist}");
        assert!(!editor.page("/sitemap.xml").await.contains("bumps-and-babies"));
        assert!(!editor.page("/search?q=babies").await.contains("/services/bumps-and-babies"));
        assert!(!editor.page("/organisations/charity").await.contains("/services/bumps-and-babies"));
        assert!(
            editor
                .page("/admin/entries/bumps-and-babies/history")
                .await
                .contains("History of Bumps and Babies")
        );
        let today = town.clock.today();
        let lines = town.db.read(move |tx| directory::upkeep::list_upkeep(tx, today)).await.unwrap();
        assert!(lines.iter().all(|line| line.slug != "bumps-and-babies"), "nobody is asked about it");
        assert_eq!(editor.get(TWO).await.0, 404, "they cannot be made one again");

        let undo = format!("{done}/undo");
        assert_eq!(editor.post(&undo, &[]).await, (303, done.clone()));
        town.renew().await;
        assert_eq!(editor.get("/services/bumps-and-babies").await.0, 200);
        let back = version_of(&town, "bumps-babies").await;
        assert_eq!((back.name.as_str(), back.draft.aliases.len()), ("Bumps & Babys", 1), "its text is back");
        let (status, page) = editor.post(&undo, &[]).await;
        assert!(status == 422 && page.contains("has been taken back already"), "{page}");
        let did = town.did().await;
        assert!(did.contains(&"made one entry of two".to_owned()), "{did:?}");
        assert!(did.contains(&"took back that one entry was made of two".to_owned()), "{did:?}");
    })
    .await;
}

#[tokio::test]
async fn a_text_that_was_changed_since_stays_when_a_merge_is_taken_back() {
    both(MIGRATIONS, async |db| {
        let town = town(db, three()).await;
        let editor = town.editor();
        let done = merge(&town, &editor, "bumps-and-babies", "bumps-babies", "b").await;
        let (now, council) = (town.clock.now(), town.site.council());
        let mut draft = version_of(&town, "bumps-babies").await.draft;
        draft.summary = "Changed by somebody else.".to_owned();
        town.db.write(move |tx| directory::publish_service(tx, &draft, &council, now)).await.unwrap();
        let (_, to) = editor.post(&format!("{done}/undo"), &[]).await;
        assert!(to.ends_with("done=text_left"), "{to}");
        assert!(editor.page(&to).await.contains("so its text stays as it is"));
        let kept = version_of(&town, "bumps-babies").await;
        assert_eq!(kept.draft.summary, "Changed by somebody else.");
        assert!(town.db.read(list_replaced).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_chain_of_merges_leads_to_its_end_and_is_taken_back_from_its_end() {
    both(MIGRATIONS, async |db| {
        let name = |slug: &str| entry(slug, json!({"name": format!("Group {slug}"), "phones": phone("0151 496 0102")}));
        let town = town(db, vec![name("a"), name("b"), name("c"), name("d")]).await;
        let editor = town.editor();
        let leads = |slug: &'static str| {
            let db = town.db.clone();
            async move { db.read(move |tx| find_replacement(tx, slug)).await.unwrap().map(|found| found.by_slug) }
        };
        let a_into_b = merge(&town, &editor, "a", "b", "b").await;
        let d_into_a = editor.get("/admin/duplicates/d/a").await;
        assert_eq!(d_into_a.0, 404, "nothing is made one with what is gone");
        let b_into_c = merge(&town, &editor, "b", "c", "b").await;
        assert_eq!((leads("a").await.as_deref(), leads("b").await.as_deref()), (Some("c"), Some("c")));
        let (status, page) = editor.post(&format!("{a_into_b}/undo"), &[]).await;
        assert!(status == 422 && page.contains("Take that back first"), "{page}");
        let c_into_d = merge(&town, &editor, "c", "d", "b").await;
        assert_eq!(leads("a").await.as_deref(), Some("d"));
        assert_eq!(editor.post(&format!("{c_into_d}/undo"), &[]).await.0, 303);
        assert_eq!((leads("a").await.as_deref(), leads("b").await.as_deref()), (Some("c"), Some("c")));
        assert_eq!(editor.post(&format!("{b_into_c}/undo"), &[]).await.0, 303);
        assert_eq!((leads("a").await.as_deref(), leads("b").await), (Some("b"), None));
        assert_eq!(editor.post(&format!("{a_into_b}/undo"), &[]).await.0, 303);
        assert_eq!(leads("a").await, None);
        let itself = editor.post("/admin/duplicates/a/a", &[("why", "x")]).await;
        assert_eq!(itself.0, 404);
    })
    .await;
}

#[tokio::test]
async fn whatever_is_merged_and_taken_back_nothing_leads_in_a_circle_or_to_what_is_gone() {
    use directory::{BroughtBack, Replacing, bring_back, entry_id, replace};
    both(MIGRATIONS, async |db| {
        const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
        let town = town(db, NAMES.map(|slug| entry(slug, json!({}))).to_vec()).await;
        let (dice, now) = (kernel::Dice::loaded(17), town.clock.now());
        let may = access::May::<access::MergeEntries>::by_operator(access::On::all("service"));
        let mut done: Vec<(&str, kernel::Id<()>)> = Vec::new();
        for _ in 0..120 {
            let [what, one, other] = dice.bytes::<3>().map(usize::from);
            let (gone, kept) = (NAMES[one % 6], NAMES[other % 6]);
            let (may, id) = (may.clone(), kernel::Id::<()>::new(&town.clock, &dice));
            if what % 3 == 0 && !done.is_empty() {
                let (slug, merge) = done[one % done.len()];
                let back =
                    move |tx: &mut store::Tx<'_>| bring_back(tx, &may, entry_id(slug), merge.uuid(), now);
                if town.db.write(back).await.unwrap() == BroughtBack::Done {
                    done.retain(|(_, each)| *each != merge);
                }
            } else {
                let merge = move |tx: &mut store::Tx<'_>| {
                    replace(tx, &may, entry_id(gone), entry_id(kept), id.uuid(), now)
                };
                if town.db.write(merge).await.unwrap() == Replacing::Done {
                    done.push((gone, id));
                }
            }
            let replaced = town.db.read(list_replaced).await.unwrap();
            assert_eq!(replaced.len(), done.len(), "{replaced:?}");
            for each in &replaced {
                assert!(replaced.iter().all(|other| other.slug != each.by_slug), "{replaced:?}");
            }
        }
        // Taken back from the end, all of them are there again.
        while let Some((slug, merge)) = done.pop() {
            let may = may.clone();
            let back = move |tx: &mut store::Tx<'_>| bring_back(tx, &may, entry_id(slug), merge.uuid(), now);
            if town.db.write(back).await.unwrap() == BroughtBack::KeptIsGone {
                done.insert(0, (slug, merge));
            }
        }
        assert!(town.db.read(list_replaced).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_protects_people_is_made_one_by_two() {
    both(MIGRATIONS, async |db| {
        let quiet = |slug: &str| entry(slug, json!({"name": "Quiet help", "topics": ["domestic-abuse"], "sensitive": true, "phones": phone("0151 496 0500")}));
        let town = town(db, vec![quiet("quiet-one"), quiet("quiet-two")]).await;
        let steward = town.as_person("steward", &[Role::DataSteward]);
        let done = merge(&town, &steward, "quiet-one", "quiet-two", "a").await;
        assert!(town.db.read(list_replaced).await.unwrap().is_empty(), "nothing is done yet");
        let agree = [("verdict", "agree"), ("seen", "1-1")];
        let (status, page) = steward.post(&format!("{done}/settle"), &agree).await;
        assert!(status == 422 && page.contains("Two different people"), "{page}");
        let (status, page) = town.editor().post("/admin/duplicates/quiet-one/quiet-two", &[("why", "x"), ("va", "1"), ("vb", "1")]).await;
        assert!(status == 422 && page.contains("proposed this already"), "{page}");
        assert_eq!(town.editor().post(&format!("{done}/settle"), &[("verdict", "agree")]).await.0, 403);
        // Whatever a program of ours may forget, the database does not.
        for by in ["proposed_by", "null"] {
            let alone = format!("update entry_merge set state = 'done', settled_by = {by}");
            let refused = town.db.write(move |tx| tx.exec(&alone, store::args![])).await.unwrap_err();
            let violation = store::violation(&refused).unwrap_or_else(|| panic!("{refused:?}"));
            assert_eq!(violation.constraint, "entry_merge_second_is_another", "settled by {by}");
        }
        let lead = town.as_person("lead", &[Role::SafeguardingLead]);
        assert!(lead.page("/admin/merges").await.contains("Quiet help into Quiet help"));
        for page in [done.clone(), format!("{done}/second")] {
            assert!(lead.page(&page).await.contains(r#"name="seen" value="1-1""#), "who agrees can look first");
        }
        let (status, page) = lead.post(&format!("{done}/settle"), &[("verdict", "agree")]).await;
        assert!(status == 422 && page.contains("Look at what would be published first"), "{page}");
        let (status, to) = lead.post(&format!("{done}/settle"), &agree).await;
        assert_eq!((status, to), (303, format!("{done}/second")));
        let replaced = town.db.read(list_replaced).await.unwrap();
        assert_eq!((replaced[0].slug.as_str(), replaced[0].by_slug.as_str()), ("quiet-two", "quiet-one"));
        let (status, page) = town.editor().post(&format!("{done}/undo"), &[]).await;
        assert!(status == 422 && page.contains("Ask a data steward"), "{page}");
        assert_eq!(steward.post(&format!("{done}/undo"), &[]).await.0, 303);
        assert!(town.db.read(list_replaced).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_lifeline_and_two_that_have_nothing_in_common_are_made_one_by_two() {
    both(MIGRATIONS, async |db| {
        let helps = |slug: &str, name: &str, number: &str| {
            entry(slug, json!({"name": name, "phones": phone(number)}))
        };
        let town = town(
            db,
            vec![
                helps("nhs-111", "Urgent advice", "111"),
                helps("advice", "Urgent advice", "0151 496 0500"),
                helps("choir", "Singing", "0151 496 0501"),
                helps("choir-two", "Singing again", "0151 496 0502"),
            ],
        )
        .await;
        let editor = town.editor();
        for (kept, gone) in [("advice", "nhs-111"), ("nhs-111", "advice"), ("advice", "choir")] {
            merge(&town, &editor, kept, gone, "a").await;
            assert!(town.db.read(list_replaced).await.unwrap().is_empty(), "{gone} into {kept} waits");
            let waiting = "update entry_merge set state = 'refused' where state = 'waiting'";
            town.db.write(move |tx| tx.exec(waiting, store::args![])).await.unwrap();
        }
        merge(&town, &editor, "choir", "choir-two", "a").await;
        assert_eq!(town.db.read(list_replaced).await.unwrap().len(), 1, "one person is enough for these");
    })
    .await;
}

#[tokio::test]
async fn that_two_are_not_the_same_is_remembered_and_can_be_taken_back() {
    both(MIGRATIONS, async |db| {
        let town = town(db, three()).await;
        let editor = town.editor();
        assert!(editor.page("/admin/duplicates").await.contains("Nobody has looked yet"));
        assert_eq!(editor.post("/admin/duplicates/look", &[]).await.0, 303);
        assert!(editor.page("/admin/duplicates").await.contains("same phone"));
        assert_eq!(editor.post(&format!("{TWO}/apart"), &[]).await.1, "/admin/duplicates?done=apart");
        editor.post("/admin/duplicates/look", &[]).await;
        let list = editor.page("/admin/duplicates").await;
        assert!(!list.contains("same phone") && list.contains("No two entries look alike here"), "{list}");
        assert_eq!(editor.post(&format!("{TWO}/together"), &[]).await.0, 303);
        assert!(editor.page("/admin/duplicates?level=maybe").await.contains("Duplicates"));
        assert!(editor.page("/admin/duplicates").await.contains("same phone"));
        assert_eq!(editor.post("/admin/duplicates/nothing/bumps-babies/apart", &[]).await.0, 404);
        for role in [Role::Analyst, Role::ProviderEditor, Role::Family] {
            assert_eq!(town.as_person("other", &[role]).get("/admin/duplicates").await.0, 403);
        }
    })
    .await;
}

#[tokio::test]
async fn figures_are_told_by_source_and_say_what_is_expected_and_missing() {
    both(MIGRATIONS, async |db| {
        let house = FromHouse {
            sources: Arc::new(|_| Ok(vec![("debt-advice".to_owned(), "County <feed>".to_owned())])),
            ..FromHouse::silent()
        };
        let town = town_with(db, three(), house).await;
        town.run().await;
        let analyst = town.as_person("analyst", &[Role::Analyst]);
        let page = analyst.page("/admin/quality").await;
        assert!(page.contains("Kept here") && page.contains("County &#60;feed&#62;"), "{page}");
        let numbers = report(&town.quality).await.unwrap();
        assert_eq!((numbers.whole.entries, numbers.sources.len()), (3, 2));
        assert_eq!(numbers.sources.iter().map(|source| source.entries).sum::<i64>(), 3);
        assert_eq!(numbers.duplicates.values().sum::<i64>(), 1);
        assert!(numbers.missing.iter().any(|name| name == "Teeth"), "{:?}", numbers.missing);
        assert!(!numbers.missing.iter().any(|name| name.contains("debt")), "{:?}", numbers.missing);
        let coverage = analyst.page("/admin/quality/coverage").await;
        assert!(
            coverage.contains("Debt Advice") && !coverage.contains("href=\"/provider/new\""),
            "{coverage}"
        );
        let editor = town.as_person("editor", &[Role::Editor]);
        let coverage = editor.page("/admin/quality/coverage").await;
        assert!(coverage.contains("href=\"/provider/new\""), "who may add an entry is led to it");
        let (_, json) = analyst.get("/admin/quality.json").await;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["now"]["whole"]["entries"], 3);
        assert_eq!(json["weeks"][0]["monday"], "2026-11-16");
        let said = findings(&town.quality).await.unwrap();
        assert!(said.iter().any(|finding| finding.area == "duplicates"), "{said:?}");

        // The next week there is a trend, and one row a week however often the job runs.
        town.clock.set("2026-11-24T09:00:00Z".parse().unwrap());
        town.run().await;
        town.run().await;
        assert!(analyst.page("/admin/quality").await.contains("of what families need is given, as much as"));
    })
    .await;
}

#[tokio::test]
async fn links_are_looked_at_politely_and_a_new_address_is_taken_with_one_press() {
    both(MIGRATIONS, async |db| {
        let elsewhere = Elsewhere::open().await;
        let at = |host: &str, path: &str| format!("http://{host}.example:{}/{path}", elsewhere.port);
        let link = |slug: &str, address: String| {
            entry(slug, json!({"name": format!("Entry {slug}"), "website": address}))
        };
        let town = town(
            db,
            vec![
                link("fine", at("one", "fine")),
                link("moved", at("one", "old")),
                link("gone", at("two", "gone")),
                link("get-only", at("three", "get")),
                link("busy", at("four", "busy")),
                link("dead", at("dead", "x")),
                link("inside", "http://10.0.0.8/".to_owned()),
                link("for-now", at("five", "door")),
                entry("mail", json!({"name": "Entry mail", "email": "hello@dead.example"})),
            ],
        )
        .await;
        let new = format!("301 Moved Permanently\r\nlocation: {}", at("one", "new"));
        let for_now = format!("302 Found\r\nlocation: {}", at("five", "sign-in"));
        elsewhere.says(&[
            ("HEAD /fine", "200 OK"),
            ("HEAD /door", &for_now),
            ("HEAD /sign-in", "200 OK"),
            ("HEAD /old", &new),
            ("HEAD /new", "200 OK"),
            ("HEAD /get", "405 Method Not Allowed"),
            ("GET /get", "200 OK\r\netag: \"v1\""),
            ("HEAD /busy", "429 Too Many Requests\r\nretry-after: 7200"),
        ]);
        // The first looks are spread over a day, each host once in a run.
        town.run().await;
        for day in 23..=26 {
            for minute in 0..8 {
                town.clock.set(format!("2026-11-{day}T12:{:02}:00Z", minute * 2).parse().unwrap());
                town.run().await;
                let asked = elsewhere.was_asked();
                let of_one =
                    asked.iter().filter(|line| line.contains("/fine") || line.contains("/old")).count();
                assert!(of_one <= 1, "one host is asked once in a run: {asked:?}");
            }
        }
        let editor = town.editor();
        let page = editor.page("/admin/links").await;
        for (words, count) in [
            ("The page is gone", 1),
            ("Has moved for good", 1),
            ("The site is not there", 1),
            ("We could not look", 2),
            ("Does not answer", 0),
        ] {
            assert!(page.contains(&format!("{words}: {count}")), "{words} {count}: {page}");
        }
        assert!(page.contains("Entry gone") && page.contains(&at("one", "new")), "{page}");
        assert!(
            !page.contains("Entry fine") && !page.contains("Entry get-only") && !page.contains("Entry busy")
        );
        assert!(!page.contains("Entry for-now"), "who sends us on for now has not moved");
        assert!(page.contains("It may still take email: we have no way to check that"), "{page}");
        let said = findings(&town.quality).await.unwrap();
        assert!(
            said.iter().any(|finding| finding.sentence.starts_with("5 addresses lead nowhere")),
            "{said:?}"
        );

        let (_, to) = editor.post("/admin/links/take", &[("address", &at("one", "old"))]).await;
        assert_eq!(to, "/admin/links?done=taken");
        let moved = version_of(&town, "moved").await;
        assert_eq!(moved.draft.website.as_deref(), Some(at("one", "new").as_str()));
        assert!(town.did().await.contains(&"took the new address of a website that has moved".to_owned()));

        // It is put right there: another look clears it.
        elsewhere.says(&[("HEAD /gone", "200 OK")]);
        assert_eq!(editor.post("/admin/links/again", &[("address", &at("two", "gone"))]).await.0, 303);
        town.clock.set("2026-11-26T13:00:00Z".parse().unwrap());
        town.run().await;
        assert!(!editor.page("/admin/links").await.contains("Entry gone"));
    })
    .await;
}

#[tokio::test]
async fn every_statement_of_the_room_is_understood_by_both_databases() {
    both(MIGRATIONS, async |db| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
        let refused = prepare_all(&db, statements_in(&folder)).await;
        assert!(refused.is_empty(), "{}", refused.join("\n"));
    })
    .await;
}
