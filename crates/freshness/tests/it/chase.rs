//! The chase of entries that nobody checks, by the jobs as the house runs them, on both databases.

use crate::support;

use access::{Actor, KeepEntry, May, On, Role};
use directory::upkeep::{Assurance, CheckedBy, assure};
use proptest::test_runner::{Config, TestRunner};
use store::{args, testing::both};
use support::{MIGRATIONS, Town, day, town};

impl Town {
    /// Runs the jobs each morning from one day to another, leaving days out and running some twice.
    async fn live(&self, from: &str, until: &str, runs_on: impl Fn(usize) -> usize) {
        let (mut today, until) = (day(from), day(until));
        let mut number = 0;
        while today <= until {
            for run in 0..runs_on(number) {
                // 9am, 10am ... by UTC: in summer an hour later in London.
                self.clock.set(format!("{today}T{:02}:05:00Z", 9 + run).parse().unwrap());
                self.run().await;
            }
            today = today.tomorrow().unwrap();
            number += 1;
        }
    }

    /// The steps that were kept for an entry: the day and the step.
    async fn steps(&self, slug: &'static str) -> Vec<(String, String)> {
        self.db
            .read(move |tx| {
                tx.all(
                    "select t.taken_on, t.step from reminder_step t join service s on s.id = t.service_id
                        where s.slug = $1 order by t.taken_at, t.step",
                    args![slug],
                )
            })
            .await
            .unwrap()
    }

    async fn mails(&self, template: &'static str) -> Vec<(String, String, String)> {
        self.db
            .read(move |tx| {
                tx.all(
                    "select to_address, subject, body from message where template = $1 order by queued_at, to_address",
                    args![template],
                )
            })
            .await
            .unwrap()
    }
}

const STEPS: [(&str, &str); 6] = [
    ("2026-04-02", "due"),
    ("2026-04-16", "two_weeks"),
    ("2026-04-30", "overdue"),
    ("2026-05-28", "escalate"),
    ("2026-12-04", "warn"),
    ("2027-01-01", "hide"),
];

fn owned(steps: &[(&str, &str)]) -> Vec<(String, String)> {
    steps.iter().map(|(day, step)| ((*day).to_owned(), (*step).to_owned())).collect()
}

#[tokio::test]
async fn a_year_of_mornings_takes_each_step_once_and_tells_the_right_people() {
    both(MIGRATIONS, async |db| {
        let town = town(db, "2026-01-01").await;
        // A year and more: each morning, and an hour later again as another node would, in the weeks of the steps, and
        // one morning a week between.
        town.live("2026-01-01", "2027-01-10", |number| match number {
            85..150 => 2,
            330..375 => 1,
            _ => usize::from(number % 7 == 0),
        })
        .await;
        assert_eq!(town.steps("first").await, owned(&STEPS));
        assert_eq!(
            town.hidden().await,
            ["first", "second"],
            "a charity's entries are put away, the council's are not"
        );
        assert_eq!(
            town.steps("third").await,
            owned(&[STEPS[0], STEPS[1], STEPS[2], STEPS[3], ("2026-12-04", "escalate_again")])
        );
        // One mail to the keeper a day with both entries in it: due, two weeks, overdue, warned.
        let mails = town.mails("freshness.still_right").await;
        assert_eq!(mails.len(), 4, "{mails:?}");
        for (to, subject, body) in &mails {
            assert_eq!(to, "keeper@example.org");
            assert!(subject.contains("2 entries"), "{subject}");
            assert!(
                body.contains("Service first") && body.contains("Service second") && !body.contains("third")
            );
            assert!(body.contains("https://hub.example.org/sign-in/link/"), "{body}");
        }
        assert!(mails[3].2.contains("We will stop showing this on 1 January 2027"), "{}", mails[3].2);
        // The stewards hear of what was passed on, warned of and hidden: 28 May, 4 December, 1 January.
        let told = town.mails("freshness.to_stewards").await;
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told.iter().all(|(to, ..)| to == "steward@example.org"));
        assert!(told[2].2.contains("Service first: hidden"), "{}", told[2].2);
    })
    .await;
}

#[tokio::test]
async fn days_that_were_missed_move_the_steps_and_double_none() {
    both(MIGRATIONS, async |db| {
        let town = town(db, "2026-01-01").await;
        // Every ninth morning only, and then twice.
        town.live("2026-01-01", "2027-04-30", |number| if number % 9 == 0 { 2 } else { 0 }).await;
        let steps = town.steps("first").await;
        let names: Vec<&str> = steps.iter().map(|(_, step)| step.as_str()).collect();
        assert_eq!(names, ["due", "two_weeks", "overdue", "escalate", "warn", "hide"]);
        let days: Vec<kernel::Date> = steps.iter().map(|(on, _)| day(on)).collect();
        assert!(days.windows(2).all(|two| (two[1] - two[0]).get_days() >= 14), "{days:?}");
        assert!((days[5] - days[4]).get_days() >= 28, "the warning is whole: {days:?}");
    })
    .await;
}

#[tokio::test]
async fn two_nodes_in_the_same_moment_do_the_day_once() {
    both(MIGRATIONS, async |db| {
        let town = town(db, "2026-01-01").await;
        town.clock.set("2026-04-02T09:00:00Z".parse().unwrap());
        let (one, other) = (town.runner(), town.runner());
        let (first, second) = tokio::join!(one.run_until_empty(), other.run_until_empty());
        first.unwrap();
        second.unwrap();
        assert_eq!(town.mails("freshness.still_right").await.len(), 1);
        assert_eq!(town.steps("first").await, owned(&STEPS[..1]));
    })
    .await;
}

#[tokio::test]
async fn at_night_nobody_is_written_to_and_in_the_morning_it_is_made_up_for() {
    both(MIGRATIONS, async |db| {
        let town = town(db, "2026-01-01").await;
        town.clock.set("2026-04-02T03:00:00Z".parse().unwrap());
        town.run().await;
        assert!(town.mails("freshness.still_right").await.is_empty());
        // A clock that goes back afterwards sends nothing again.
        for at in ["2026-04-02T07:30:00Z", "2026-04-01T09:00:00Z", "2026-04-02T18:00:00Z"] {
            town.clock.set(at.parse().unwrap());
            town.run().await;
        }
        assert_eq!(town.mails("freshness.still_right").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_check_at_any_moment_begins_anew() {
    both(MIGRATIONS, async |db| {
        let town = town(db, "2026-01-01").await;
        town.live("2026-03-30", "2026-05-10", |_| 1).await;
        assert_eq!(town.steps("first").await.len(), 3);
        let (id, now) = (town.ids[0], town.clock.now());
        town.db
            .write(move |tx| {
                let may = May::<KeepEntry>::by_operator(On::one("service", id));
                let assurance = Assurance { on: day("2026-05-10"), by: CheckedBy::Service, how: "said so" };
                assure(tx, &may, id, &assurance, now)
            })
            .await
            .unwrap();
        town.live("2026-05-11", "2026-08-20", |number| usize::from(number % 7 == 0 || number > 84)).await;
        let steps = town.steps("first").await;
        assert_eq!(steps[3..], owned(&[("2026-08-09", "due")]), "{steps:?}");
        assert_eq!(town.steps("second").await.len(), 4, "the other one goes on");
    })
    .await;
}

#[tokio::test]
async fn what_the_automations_did_is_shown_and_a_hiding_can_be_undone() {
    both(MIGRATIONS, async |db| {
        let town = town(db, "2026-01-01").await;
        town.live("2026-03-01", "2027-01-01", |number| usize::from(number % 7 == 0 || number > 270)).await;
        assert_eq!(town.hidden().await, ["first", "second"]);
        let editor = town.as_person(&[Role::Editor]);
        let page = editor.page("/admin/automations").await;
        assert!(
            page.contains("Today, 1 January 2027") && page.contains("Hid entries that nobody had checked")
        );
        assert!(
            page.contains("A mail that was sent cannot be called back.") || !page.contains("First reminder")
        );
        let undo = support::between(&page, "action=\"/admin/automations/", "/undo\"");
        let path = format!("/admin/automations/{undo}/undo");
        assert_eq!(editor.post(&path, &[]).await.0, 303);
        assert_eq!(editor.post(&path, &[]).await.0, 303, "a second press changes nothing");
        assert_eq!(town.hidden().await.len(), 1);
        let page = editor.page("/admin/automations").await;
        assert!(page.contains("<span class=\"tag\">Undone</span>"), "{page}");
        // Shown again by hand, it is not hidden by itself a second time.
        town.live("2027-01-02", "2027-02-10", |number| usize::from(number % 5 == 0)).await;
        assert_eq!(town.hidden().await.len(), 1);
        // An administrator may look and not undo; a visitor is sent to sign in.
        let administrator = town.as_person(&[Role::Administrator]);
        assert!(!administrator.page("/admin/automations").await.contains("/undo\""));
        assert_eq!(administrator.post(&path, &[]).await.0, 403);
        assert_eq!(town.as_actor(Actor::Visitor).get("/admin/automations").await.0, 303);
    })
    .await;
}

#[test]
fn whatever_days_are_lived_no_step_is_taken_twice_or_out_of_order() {
    // Few cases, because each is a life on a database: the pure properties stand beside the model.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let days = proptest::collection::vec(0_usize..40, 1..16);
    let mut runner = TestRunner::new(Config { cases: 3, failure_persistence: None, ..Config::default() });
    runner
        .run(&days, |days| {
            runtime.block_on(both(MIGRATIONS, async |db| {
                let town = town(db, "2026-01-01").await;
                let mut today = day("2026-03-20");
                for skip in &days {
                    for _ in 0..*skip {
                        today = today.tomorrow().unwrap();
                    }
                    town.clock.set(format!("{today}T10:00:00Z").parse().unwrap());
                    town.run().await;
                    town.run().await;
                }
                let steps = town.steps("first").await;
                let names: Vec<&str> = steps.iter().map(|(_, step)| step.as_str()).collect();
                let chain = ["due", "two_weeks", "overdue", "escalate", "warn", "hide"];
                assert_eq!(names, chain[..names.len()]);
                assert!(steps.windows(2).all(|two| two[0].0 < two[1].0), "{steps:?}");
            }));
            Ok(())
        })
        .unwrap();
}
