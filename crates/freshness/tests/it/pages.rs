//! The council's pages of this room, as an officer sees them, on both databases.

use crate::support;

use access::Role;
use directory::upkeep::{find_upkeep, list_open_reports};
use store::{args, testing::both};
use support::{Browser, MIGRATIONS, Town, between, day, town};

async fn report(town: &Town, reply_to: Option<&str>) -> String {
    let (service, now) = (town.ids[0], town.clock.now());
    let dice = town.desk.site.dice().clone();
    let (id, reference) = (kernel::Id::<()>::new(&town.clock, &dice), dice.reference());
    let (key, reply_to) = (id.to_string(), reply_to.map(str::to_owned));
    town.db
        .write(move |tx| {
            tx.exec(
                "insert into problem_report (id, reference, service_id, field, words, reply_to, safety_level, form_key, reported_at)
                    values ($1, $2, $3, 'phone', 'It <rings> out', $4, 'clear', $5, $6)",
                args![id, reference.as_str(), service, reply_to.clone(), key.as_str(), now],
            )
        })
        .await
        .unwrap();
    id.to_string()
}

async fn answers(town: &Town) -> Vec<(String, String)> {
    town.db
        .read(|tx| {
            tx.all(
                "select to_address, body from message where template = 'freshness.report_answered'",
                args![],
            )
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn who_looks_at_who_keeps_an_entry_leaves_a_row_in_the_trail() {
    both(MIGRATIONS, async |db| {
        let town = town(db, "2026-11-20").await;
        let path = format!("/admin/freshness/{}", town.ids[0]);
        for looks in 1..=2 {
            assert!(editor(&town).page(&path).await.contains("Demonstration keeper"));
            let filter = access::audit::Filter {
                record: Some(town.ids[0].uuid()),
                action: Some(access::Action::ChaseEntries),
                ..access::audit::Filter::default()
            };
            let found = town.db.read(move |tx| access::audit::search(tx, &filter, 10, 0)).await.unwrap();
            assert_eq!((found.1, found.0[0].actor_kind.as_str()), (looks, "person"));
        }
    })
    .await;
}

fn editor(town: &Town) -> Browser {
    town.as_person(&[Role::Editor])
}

#[tokio::test]
async fn a_report_is_settled_in_time_or_marked_late_and_the_visitor_is_answered() {
    both(MIGRATIONS, async |db| {
        let town = town(db, "2026-11-20").await;
        let editor = editor(&town);
        let first = report(&town, Some("visitor@example.org")).await;
        let second = report(&town, None).await;
        let list = editor.page("/admin/reports").await;
        assert!(list.contains("Due") && list.contains("Sunday 22 November, 9am"), "{list}");
        assert!(!list.contains("Late<") && !list.contains("rings"), "a list shows nothing that was typed");

        let path = format!("/admin/reports/{first}");
        let page = editor.page(&path).await;
        assert!(page.contains("It &#60;rings&#62; out") || page.contains("It &lt;rings&gt; out"), "{page}");
        assert!(!page.contains("visitor@example.org"), "the address is used and not shown");
        let (status, again) =
            editor.post(&path, &[("outcome", ""), ("answer", "Thank you, \"all\" done")]).await;
        assert_eq!(status, 422);
        assert!(
            again.contains("href=\"#outcome\"") && again.contains("Thank you, &#34;all&#34; done"),
            "{again}"
        );
        let fields = [("outcome", "put_right"), ("answer", "The new number is there.")];
        let (status, to) = editor.post(&path, &fields).await;
        assert_eq!((status, to.as_str()), (303, format!("{path}?done=settled").as_str()));
        let (_, again) = editor.post(&path, &fields).await;
        assert!(again.contains("settled it a moment before") && !again.contains("was not sent"), "{again}");
        let sent = answers(&town).await;
        assert_eq!(sent.len(), 1, "answered once: {sent:?}");
        assert_eq!(sent[0].0, "visitor@example.org");
        assert!(sent[0].1.contains("The new number is there.") && sent[0].1.contains("/services/first"));

        // 48 hours and a second later the other one is late, and stays counted as late when it is settled.
        town.clock.set("2026-11-22T09:00:01Z".parse().unwrap());
        assert!(editor.page("/admin/reports").await.contains("<span class=\"tag tag-warn\">Late</span>"));
        assert!(
            editor
                .page("/admin")
                .await
                .contains("<b>1</b><a href=\"/admin/reports\">report from a visitor is late")
        );
        let fields = [("outcome", "not_a_problem"), ("answer", "")];
        assert_eq!(editor.post(&format!("/admin/reports/{second}"), &fields).await.0, 303);
        assert_eq!(answers(&town).await.len(), 1, "who left no address gets no mail");
        assert!(town.db.read(list_open_reports).await.unwrap().is_empty());
        assert!(editor.page("/admin/reports").await.contains("1 of 2 within 48 hours"));
        let figures = editor.page("/admin/figures").await;
        assert!(figures.contains("1 (50%)"), "{figures}");
        let reads: Vec<(String,)> = town
            .db
            .read(|tx| tx.all("select did from audit where action = 'settle_report'", args![]))
            .await
            .unwrap();
        assert!(reads.iter().filter(|(did,)| did == "read a report").count() >= 2, "{reads:?}");
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_speaks_of_danger_is_put_beneath_the_card_and_nothing_is_lost() {
    both(MIGRATIONS, async |db| {
        let town = town(db, "2026-11-20").await;
        let id = report(&town, None).await;
        let typed = "she says she wants to kill herself";
        let (status, page) =
            editor(&town).post(&format!("/admin/reports/{id}"), &[("outcome", ""), ("answer", typed)]).await;
        assert_eq!(status, 422);
        assert!(page.contains("tel:999") && page.contains(typed), "{page}");
    })
    .await;
}

#[tokio::test]
async fn an_editor_works_the_queue_from_a_reminder_to_a_check_and_back() {
    both(MIGRATIONS, async |db| {
        let town = town(db, "2026-01-01").await;
        town.clock.set("2026-11-22T09:00:00Z".parse().unwrap());
        let editor = editor(&town);
        let queue = editor.page("/admin/freshness").await;
        assert!(queue.contains("All that need something: 3 entries"), "{queue}");
        assert!(queue.contains("not checked for 10 months, phone never confirmed"), "{queue}");
        for (show, words) in [
            ("overdue", "Overdue: 3 entries"),
            ("never", "Never checked: 0 entries"),
            ("no_keeper", "Nobody keeps it: 1 entry"),
            ("reported", "Reported by visitors: 0 entries"),
            ("escalated", "Passed to us: 0 entries"),
            ("hidden", "Hidden: 0 entries"),
            ("incomplete", "missing: 3 entries"),
        ] {
            let page = editor.page(&format!("/admin/freshness?show={show}")).await;
            assert!(page.contains(words), "{show}: {page}");
        }
        let id = town.ids[0];
        let path = format!("/admin/freshness/{id}");
        let page = editor.page(&path).await;
        assert!(page.contains("Kept by Demonstration keeper.") && page.contains("<dt>When</dt>"), "{page}");
        let led = |what: &str| format!("{path}?done={what}");
        let remind = format!("{path}/remind");
        assert_eq!(editor.post(&remind, &[]).await.1, led("reminded"));
        assert_eq!(editor.post(&remind, &[]).await.1, led("already"), "one a day");
        let council = format!("/admin/freshness/{}/remind", town.ids[2]);
        assert!(editor.post(&council, &[]).await.1.ends_with("done=nobody"));

        let (status, page) = editor.post(&format!("{path}/checked"), &[]).await;
        assert!(status == 422 && page.contains("Choose how you know") && page.contains("href=\"#how\""));
        assert_eq!(editor.post(&format!("{path}/checked"), &[("how", "phoned")]).await.1, led("checked"));
        let assured = |id| {
            let db = town.db.clone();
            async move {
                let line = db.read(move |tx| find_upkeep(tx, id, day("2026-11-22"))).await.unwrap();
                line.unwrap().assured_date
            }
        };
        assert_eq!(assured(id).await, Some(day("2026-11-22")));
        assert!(!editor.page("/admin/freshness?show=overdue").await.contains("Service first"));
        let page = editor.page(&path).await;
        let check = between(&page, "action=\"/admin/freshness/checks/", "/undo\"").to_owned();
        let undo = format!("/admin/freshness/checks/{check}/undo");
        assert_eq!(editor.post(&undo, &[]).await.1, led("taken_back"));
        assert_eq!(assured(id).await, Some(day("2026-01-01")));

        assert_eq!(editor.post(&format!("{path}/hide"), &[]).await.1, led("hidden"));
        assert_eq!(town.hidden().await, ["first"]);
        assert!(editor.page("/admin/freshness?show=hidden").await.contains("Service first"));
        assert_eq!(editor.post(&format!("{path}/show"), &[]).await.1, led("shown"));
        assert!(town.hidden().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn each_page_is_open_to_those_the_policy_names_and_to_nobody_else() {
    both(MIGRATIONS, async |db| {
        let town = town(db, "2026-11-20").await;
        let analyst = town.as_person(&[Role::Analyst]);
        let door = analyst.page("/admin").await;
        assert!(door.contains("href=\"/admin/figures\"") && !door.contains("/admin/reports"), "{door}");
        assert!(!door.contains("changes to review"), "a tile is for those who may act on it");
        assert!(
            editor(&town)
                .page("/admin")
                .await
                .contains("<b>4</b><a href=\"/admin/review\">changes to review")
        );
        for (path, open_to_analyst) in [
            ("/admin/figures", true),
            ("/admin/figures.csv", true),
            ("/admin/freshness", false),
            ("/admin/reports", false),
            ("/admin/automations", false),
            ("/admin/freshness/schedule", false),
        ] {
            assert_eq!(analyst.get(path).await.0, if open_to_analyst { 200 } else { 403 }, "{path}");
            let keeper = town.as_person(&[Role::ProviderEditor]);
            assert_eq!(keeper.get(path).await.0, 403, "{path}");
        }
        for gone in ["/admin/freshness/nothing", "/admin/reports/nothing"] {
            assert_eq!(editor(&town).get(gone).await.0, 404, "{gone}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_schedule_is_kept_and_one_that_gives_no_warning_is_refused_with_what_was_typed() {
    both(MIGRATIONS, async |db| {
        let town = town(db, "2026-11-20").await;
        let steward = town.as_person(&[Role::DataSteward]);
        let path = "/admin/freshness/schedule";
        assert!(steward.page(path).await.contains("value=\"91\""));
        let fields = |hide: &'static str, hides: &'static str| {
            [
                ("due", "60"),
                ("again", "10"),
                ("overdue", "20"),
                ("escalate", "30"),
                ("hides", hides),
                ("hide", hide),
                ("warn", "14"),
            ]
        };
        let (status, page) = steward.post(path, &fields("100", "yes")).await;
        assert_eq!(status, 422);
        assert!(page.contains("Choose more than 104 days") && page.contains("value=\"100\""), "{page}");
        let (status, page) = steward.post(path, &fields("soon", "yes")).await;
        assert!(
            status == 422 && page.contains("Enter a whole number of days") && page.contains("value=\"soon\"")
        );
        assert_eq!(steward.post(path, &fields("", "no")).await.0, 303);
        assert!(steward.page(path).await.contains("value=\"60\""));
        town.clock.set("2027-01-19T09:00:00Z".parse().unwrap());
        town.run().await;
        let steps: Vec<(String,)> =
            town.db.read(|tx| tx.all("select step from reminder_step", args![])).await.unwrap();
        assert_eq!(steps.len(), 3, "all three are due after 60 days");
    })
    .await;
}

#[tokio::test]
async fn figures_are_of_the_records_and_their_trend_of_the_days_that_were_kept() {
    both(MIGRATIONS, async |db| {
        let town = town(db, "2026-01-01").await;
        for at in ["2026-03-02", "2026-03-09", "2026-04-20"] {
            town.clock.set(format!("{at}T09:00:00Z").parse().unwrap());
            town.run().await;
        }
        let analyst = town.as_person(&[Role::Analyst]);
        let page = analyst.page("/admin/figures").await;
        assert!(page.contains("3 entries that families see, 20 April 2026"), "{page}");
        assert!(page.contains("<title id=\"trend-t\">") && page.contains("9 March 2026"), "{page}");
        assert!(
            page.contains("<b>0%</b>checked within 3 months")
                && page.contains("<b>100%</b>checked within 6 months")
        );
        assert!(!page.contains("style="), "the content policy allows no inline style");
        let csv = analyst.page("/admin/figures.csv").await;
        let rows: Vec<&str> = csv.lines().filter(|line| line.starts_with("2026-")).collect();
        assert_eq!(rows.len(), 3, "{csv}");
        assert!(
            rows[0].starts_with("2026-03-02,3,3,3,3,0,0,") && rows[2].starts_with("2026-04-20,3,0,3,3,0,0,")
        );
        assert!(csv.contains("Charities,2,0,2,2") && csv.contains("The council,1,0,1,1"), "{csv}");
    })
    .await;
}

#[tokio::test]
async fn what_may_be_about_safety_is_read_first_and_a_late_answer_is_handed_back() {
    both(MIGRATIONS, async |db| {
        let town = town(db, "2026-11-20").await;
        report(&town, None).await;
        let urgent = report(&town, None).await;
        let (id, now) = (urgent.clone(), town.clock.now());
        town.db
            .write(move |tx| {
                let later = now + kernel::Span::new().hours(1);
                tx.exec(
                    "update problem_report set safety_level = 'amber', reported_at = $2 where id = $1",
                    args![id.parse::<uuid::Uuid>()?, later],
                )
            })
            .await
            .unwrap();
        let editor = editor(&town);
        let list = editor.page("/admin/reports").await;
        let first = between(&list, "href=\"/admin/reports/", "\"");
        assert_eq!(first, urgent, "{list}");

        let path = format!("/admin/reports/{urgent}");
        let typed = [("outcome", "put_right"), ("answer", "We rang them: the new number is on the page")];
        assert_eq!(editor.post(&path, &[typed[0], ("answer", "")]).await.0, 303);
        let (status, page) = editor.post(&path, &typed).await;
        assert_eq!(status, 200);
        assert!(page.contains("settled it a moment before") && page.contains("was not sent"), "{page}");
        assert!(page.contains("We rang them: the new number is on the page"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn the_page_of_automations_says_why_nothing_has_run() {
    both(MIGRATIONS, async |db| {
        let town = town(db, "2026-11-20").await;
        let says = async || {
            let page = town.as_person(&[Role::Administrator]).page("/admin/automations").await;
            between(&page, "Nothing has run", "</p>").to_owned()
        };
        assert!(says().await.contains("within the hour"));
        town.clock.set("2026-11-20T21:00:00Z".parse().unwrap());
        assert!(says().await.contains("tomorrow morning"));
        town.db
            .write(|tx| {
                settings::set_council(tx, &settings::Council::unnamed(), "2026-11-20T09:00:00Z".parse()?)
            })
            .await
            .unwrap();
        town.desk.site.refresh().await.unwrap();
        assert!(says().await.contains("no public address"));
    })
    .await;
}
