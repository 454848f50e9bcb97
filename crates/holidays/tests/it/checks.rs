//! How a family comes to free places: the national service with all its moods, a code, a person's word.

use crate::{
    engine_server::EngineServer,
    support::{APPLY, NOW, Town, at, both, both_with, form, key},
};
use access::Role;
use axum::http::StatusCode;
use holidays::{NationalEngine, NationalEngineConfig};
use kernel::Clock;
use serde_json::json;
use std::sync::Arc;

/// A service of the test, and what speaks to it.
async fn service() -> (EngineServer, Arc<NationalEngine>) {
    let server = EngineServer::default();
    let config = NationalEngineConfig {
        base_url: server.start().await,
        client_id: "hearth".to_owned(),
        client_secret: "secret".to_owned(),
        scope: "local_authority:876 check".to_owned(),
    };
    // Its own clock: that of the town is set anew for each database.
    (server, Arc::new(NationalEngine::new(config, &Clock::standing_at(NOW)).unwrap()))
}

async fn ask<'a>(town: &Town, number: u8, name: &'a str, insurance: &'a str) -> String {
    let key = key(number);
    let more =
        [("way", "check"), ("parent_last", "Example"), ("parent_born", "2 3 1990"), ("insurance", insurance)];
    let seen = town.browser().post(APPLY, &form(&key, name, &more)).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.html);
    seen.location
}

async fn page(town: &Town, path: &str) -> String {
    town.browser().get(path).await.html
}

/// Time goes on, a minute at a time, and the jobs run.
async fn wait(town: &Town, minutes: usize) {
    for _ in 0..minutes {
        town.runner().run_until_empty().await.unwrap();
        town.later(60);
    }
    town.runner().run_until_empty().await.unwrap();
}

#[tokio::test]
async fn each_answer_of_the_national_service_leads_a_family_on() {
    let (server, engine) = service().await;
    server.with(|it| {
        it.answers.insert("NN123456C".to_owned(), json!({"status": "eligible", "tier": "targeted"}));
        it.answers.insert("AB123456C".to_owned(), json!({"status": "eligible", "tier": "expanded"}));
        it.answers.insert("CE123456C".to_owned(), json!({"status": "notEligible"}));
        it.slow = 1;
    });
    both_with(json!({}), engine, async |town| {
        let yes = ask(town, 1, "Ada", "nn 12 34 56 c").await;
        let wider = ask(town, 2, "Ben", "AB123456C").await;
        let no = ask(town, 3, "Cai", "CE123456C").await;
        let unknown = ask(town, 4, "Dot", "EE123456C").await;
        assert!(
            page(town, &yes).await.contains("We are asking the national service"),
            "at once, and never an error"
        );
        wait(town, 3).await;
        let html = page(town, &yes).await;
        assert!(
            html.contains("Ada can have free places") && html.contains("Ada has 16 of 16 days left"),
            "{html}"
        );
        let html = page(town, &wider).await;
        assert!(html.contains("under the new wider rule") && html.contains("Pay for Ben’s places"), "{html}");
        assert!(page(town, &no).await.contains("Ask us to look again"));
        assert!(page(town, &unknown).await.contains("A person is looking at your form"));
        let queue = town.staff(Role::HubWorker).get("/admin/holidays/summer-2027/eligibility").await;
        assert!(queue.html.contains("Dot Example") && !queue.html.contains("Ada Example"), "{}", queue.html);
    })
    .await;
    server.with(|it| {
        let sent = &it.bodies[0]["data"];
        assert_eq!(sent["lastName"], "Example");
        assert_eq!(
            (sent["dateOfBirth"].as_str(), sent["nationalInsuranceNumber"].as_str()),
            (Some("1990-03-02"), Some("NN123456C"))
        );
        assert_eq!(
            (it.tokens, it.asked),
            (1, 8),
            "one token serves them all, and each was asked once on each database"
        );
    });
}

#[tokio::test]
async fn a_limit_is_waited_out_by_everybody_and_a_service_that_is_down_for_an_hour_loses_nobody() {
    let (server, engine) = service().await;
    server.with(|it| {
        it.answers.insert("NN123456C".to_owned(), json!({"status": "eligible", "tier": "targeted"}));
    });
    both_with(json!({}), engine, async |town| {
        server.with(|it| (it.busy, it.asked) = (1, 0));
        let first = ask(town, 1, "Ada", "NN123456C").await;
        let second = ask(town, 2, "Ben", "NN123456C").await;
        town.runner().run_until_empty().await.unwrap();
        assert_eq!(
            server.with(|it| (it.busy, it.asked)),
            (0, 0),
            "the second waits because the first was told to"
        );
        wait(town, 4).await;
        assert!(page(town, &first).await.contains("Ada can have free places"));
        assert!(page(town, &second).await.contains("Ben can have free places"));

        server.with(|it| it.is_down = true);
        let third = ask(town, 3, "Cai", "NN123456C").await;
        wait(town, 60).await;
        let html = page(town, &third).await;
        assert!(html.contains("You need do nothing: we write to you when we know."), "{html}");
        server.with(|it| it.is_down = false);
        wait(town, 16).await;
        assert!(page(town, &third).await.contains("Cai can have free places"));
        let dead = town.db.read(jobs::list_dead).await.unwrap();
        assert_eq!(dead, [], "no job was given up");
    })
    .await;
}

#[tokio::test]
async fn a_code_is_read_as_it_is_typed_and_ten_wrong_ones_slow_a_family_down() {
    both(async |town| {
        let codes = "/admin/holidays/summer-2027/codes";
        let staff = town.staff(Role::DataSteward);
        let seen = staff.post(codes, &[("children", "Ada Example, 27 3 2017\nBen Other, 1 2 2016")]).await;
        assert_eq!(seen.location, format!("{codes}?saved=2"));
        let html = staff.get(codes).await.html;
        let made: Vec<&str> = html.split("<code>").skip(1).map(|rest| &rest[..8]).collect();
        let (ada, ben) = (html.find("Ada Example, 27 3 2017"), html.find("Ben Other, 1 2 2016"));
        assert!(ada.is_some() && ada < ben, "in the order in which they were typed: {html}");
        let path = town.browser().post(APPLY, &form(&key(1), "Ada", &[])).await.location;
        let child = child_of(&page(town, &path).await);
        let browser = town.browser();
        let send = async |code: &str| {
            browser.post(&path, &[("do", "code"), ("child", &child), ("code", code)]).await
        };
        let mut outcomes = Vec::new();
        for code in &made {
            let spaced: String = code.to_lowercase().chars().flat_map(|letter| [letter, ' ']).collect();
            outcomes.push(send(&spaced.replace('0', "o")).await);
        }
        let rights = outcomes.iter().filter(|seen| seen.status == StatusCode::SEE_OTHER).count();
        let wrongs =
            outcomes.iter().filter(|seen| seen.html.contains("This code is for another child")).count();
        assert!(outcomes[0].status == StatusCode::SEE_OTHER, "the first code is of the first line");
        assert_eq!((rights, wrongs), (1, 1), "right, and for another child");
        assert!(page(town, &path).await.contains("Ada can have free places"));

        let path = town.browser().post(APPLY, &form(&key(2), "Cai", &[])).await.location;
        let child = child_of(&page(town, &path).await);
        let send = async |code: &str| {
            browser.post(&path, &[("do", "code"), ("child", &child), ("code", code)]).await
        };
        for _ in 0..10 {
            let seen = send("AAAA AAAA").await;
            assert!(
                seen.html.contains("We do not know this code") && seen.html.contains("AAAA AAAA"),
                "what was typed stays"
            );
        }
        assert!(send("AAAA AAAA").await.html.contains("Wait an hour"));
        town.later(3_700);
        assert!(send("AAAA AAAA").await.html.contains("We do not know this code"));
    })
    .await;
}

#[tokio::test]
async fn a_persons_word_and_an_appeal_are_settled_by_who_may() {
    both(async |town| {
        let browser = town.browser();
        let path = browser
            .post(APPLY, &form(&key(1), "Ada", &[("way", "reason"), ("reason", "carer")]))
            .await
            .location;
        assert!(page(town, &path).await.contains("A person is looking"));
        let queue = "/admin/holidays/summer-2027/eligibility";
        let child = child_of(&page(town, &path).await);
        let editor = town.staff(Role::Editor).post(queue, &[("child", &child), ("do", "targeted")]).await;
        assert_eq!(editor.status, StatusCode::FORBIDDEN);
        let worker = town.staff(Role::HubWorker);
        assert!(worker.get(queue).await.html.contains("A young carer"));
        let html = worker.get(queue).await.html;
        assert!(!html.contains("<option value=\"seen\" selected"), "nobody is taken to have seen a letter");
        let version = version_of(&html, &child);
        let send = async |version: &str, more: &[(&str, &str)]| {
            worker.post(queue, &[&[("child", child.as_str()), ("version", version)], more].concat()).await
        };
        let none = send(&version, &[("do", "reason"), ("reason", ""), ("why", "school")]).await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            none.html.contains("<option value=\"school\" selected"),
            "what was chosen stays: {}",
            none.html
        );
        let unsaid = send(&version, &[("do", "targeted")]).await;
        assert!(unsaid.status == 422 && unsaid.html.contains("Choose how you know"), "{}", unsaid.html);
        let no = send(&version, &[("do", "not"), ("why", "known")]).await;
        assert_eq!(no.status, StatusCode::SEE_OTHER);
        town.later(1);
        let second = send(&version, &[("do", "targeted"), ("why", "seen")]).await;
        assert!(
            second.status == StatusCode::CONFLICT && second.html.contains("already settled by somebody else"),
            "{}",
            second.html
        );
        let html = worker.get(queue).await.html;
        assert!(html.contains("Nobody is waiting") && html.contains("Settled on"), "{html}");
        let corrected =
            send(&version_of(&html, &child), &[("do", "reason"), ("reason", "carer"), ("why", "school")])
                .await;
        assert_eq!(corrected.status, StatusCode::SEE_OTHER, "{}", corrected.html);
        assert!(page(town, &path).await.contains("Ada can have free places"));
        town.later(1);
        let html = worker.get(queue).await.html;
        let no = send(&version_of(&html, &child), &[("do", "not"), ("why", "known")]).await;
        assert_eq!(no.status, StatusCode::SEE_OTHER);
        town.later(1);
        let html = page(town, &path).await;
        assert!(html.contains("Ask us to look again"), "{html}");
        let asked = browser
            .post(&path, &[("do", "appeal"), ("child", &child), ("appeal", "We have had a letter since")])
            .await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.html);
        let html = worker.get(queue).await.html;
        assert!(html.contains("We have had a letter since") && !html.contains("Nobody is waiting"));
        let yes = [("do", "reason"), ("reason", "carer"), ("why", "known")];
        assert_eq!(send(&version_of(&html, &child), &yes).await.status, StatusCode::SEE_OTHER);
        town.later(31 * 86_400);
        assert!(!worker.get(queue).await.html.contains("Settled on"), "only those of the last 30 days");
        assert!(page(town, &path).await.contains("Ada can have free places"));
        let trail: Vec<(String, String)> = town
            .db
            .read(|tx| {
                tx.all(
                    "select did, why from audit where action = 'settle_eligibility' order by sequence",
                    store::args![],
                )
            })
            .await
            .unwrap();
        let did: Vec<&str> =
            trail.iter().map(|(did, _)| did.as_str()).filter(|did| did.contains("free places")).collect();
        assert_eq!(
            did,
            [
                "said no to free places",
                "corrected: agreed to free places: carer",
                "corrected: said no to free places",
                "agreed to free places: carer"
            ]
        );
        assert!(
            trail.contains(&(
                "agreed to free places: carer".to_owned(),
                "a professional knows the family".to_owned()
            )),
            "{trail:?}"
        );
        assert!(!format!("{trail:?}").contains("Ada") && !format!("{trail:?}").contains("letter since"));
        assert!(at(NOW) <= town.clock.now());
    })
    .await;
}

#[tokio::test]
async fn the_same_list_sent_twice_makes_its_codes_once_and_a_danger_in_it_is_answered() {
    both(async |town| {
        let codes = "/admin/holidays/summer-2027/codes";
        let staff = town.staff(Role::DataSteward);
        let lines: Vec<String> = (1..=12).map(|n| format!("Child{n} Example, {n} 3 2017")).collect();
        let (first, list) = (key(1), lines.join("\n"));
        let list = [("form_key", first.as_str()), ("children", list.as_str())];
        for _ in 0..2 {
            assert_eq!(staff.post(codes, &list).await.location, format!("{codes}?saved=12"));
        }
        let html = staff.get(codes).await.html;
        assert_eq!(html.matches("<code>").count(), 12, "{html}");
        let places: Vec<_> = lines.iter().map(|line| html.find(line.as_str()).unwrap()).collect();
        assert!(places.is_sorted(), "{html}");
        let second = key(2);
        let danger = [("form_key", second.as_str()), ("children", "I want to kill myself, 27 3 2017")];
        let stopped = staff.post(codes, &danger).await;
        assert!(
            stopped.status == StatusCode::OK
                && stopped.html.contains("We have not saved this yet")
                && stopped.html.contains("I want to kill myself, 27 3 2017"),
            "{}",
            stopped.html
        );
        let seen = hidden(&stopped.html, "seen");
        let kept = staff.post(codes, &[&danger[..], &[("seen", seen.as_str())]].concat()).await;
        assert_eq!(kept.location, format!("{codes}?saved=1"));
    })
    .await;
}

/// What stands in a hidden field.
pub fn hidden(html: &str, name: &str) -> String {
    let (_, after) = html.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    after.split_once('"').unwrap().0.to_owned()
}

/// As a child stood on the page of who settles.
fn version_of(html: &str, child: &str) -> String {
    let (_, after) = html.split_once(&format!("name=\"child\" value=\"{child}\"")).unwrap();
    hidden(after, "version")
}

pub fn child_of(html: &str) -> String {
    let (_, after) = html.split_once("id=\"c-").unwrap();
    after[..36].to_owned()
}
