//! A team publishes, a family and a professional pick, move and cancel, and each outcome is told apart.

use crate::support::{Answer, Browser, SLUG, Team, both, time};
use access::Role;
use registers::Came;

async fn send_form(browser: &Browser, form: &Answer, email: &str) -> Answer {
    let key = form.between("name=\"form_key\" value=\"", "\"");
    let date = form.between("name=\"date\" value=\"", "\"");
    let fields = [
        ("form_key", key.as_str()),
        ("date", date.as_str()),
        ("grown_ups", "1"),
        ("name", "Example parent"),
        ("email", email),
    ];
    browser.post(&format!("/whats-on/{SLUG}/book"), &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_family_picks_a_time_moves_it_in_one_press_and_the_old_one_is_free_again() {
    both(async |team: Team| {
        let family = team.family();
        assert_eq!(
            family.get(&format!("/whats-on/{SLUG}/book")).await.location,
            format!("/appointments/{SLUG}")
        );
        let times = family.get(&format!("/appointments/{SLUG}")).await;
        // Tomorrow's first time is exactly a day away, which is too late to book.
        times.has("Tuesday 24 November").has("30 minutes, Example Hall");
        let href = times
            .between("<ul class=\"times\"><li><a class=\"btn btn-2\" href=\"", "\"")
            .replace("&#38;", "&");
        assert_eq!(href, format!("/whats-on/{SLUG}/book?date={}", time("20261124T0930")));
        let form = family.get(&href).await;
        form.has("Your time").has("Tuesday 24 November, 9:30am").lacks("10am").lacks("name=\"wait\"");
        let late = family.get(&href).await;
        let booked = send_form(&family, &form, "parent@example.org").await;
        assert_eq!(booked.status, 303, "{}", booked.text);
        family.get(&format!("/appointments/{SLUG}")).await.lacks(&time("20261124T0930").to_string());

        // Another family had the same page open; who comes later is led to the times that are free.
        let late = send_form(&family, &late, "other@example.org").await;
        assert_eq!(late.status, 422);
        assert_eq!(family.get(&href).await.location, format!("/appointments/{SLUG}"));
        late.has("value=\"Example parent\"").has("10am").has("This time is not free any more");

        let [_, _, reference, secret]: [&str; 4] =
            booked.location.split('/').collect::<Vec<_>>().try_into().unwrap();
        let path = format!("/appointments/{SLUG}/move/{reference}/{secret}");
        let page = family.get(&path).await;
        page.has("Your time now: <b>Tuesday 24 November, 9:30am</b>");
        let to = time("20261126T1000").to_string();
        let moved = family.post(&path, &[("to", &to)]).await;
        assert_eq!(moved.location, booked.location, "{}", moved.text);
        family.get(&booked.location).await.has("Thursday 26 November").has(reference);
        family.get(&format!("/appointments/{SLUG}")).await.has(&time("20261124T0930").to_string()).lacks(&to);

        team.book(9, time("20261124T0930")).await.unwrap();
        let gone = family.post(&path, &[("to", &time("20261124T0930").to_string())]).await;
        assert_eq!(gone.status, 422);
        gone.has("Your old time is still yours").has("Thursday 26 November, 10am");
        let wrong = format!("/appointments/{SLUG}/move/{reference}/0123456789abcdef0123456789abcdef");
        assert_eq!(family.get(&wrong).await.status, 404);
        assert_eq!(family.post(&wrong, &[("to", &to)]).await.status, 404);
        for unknown in ["/appointments/nothing", "/appointments/%FF", "/appointments/nothing/move/A/b"] {
            assert!([400, 404].contains(&family.get(unknown).await.status), "{unknown}");
        }
        team.expect_sound().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_professional_books_for_a_family_and_reads_moves_and_cancels_only_what_they_booked() {
    both(async |team: Team| {
        let visitor = team.as_somebody("health visitor", Some(Role::Practitioner));
        let path = format!("/admin/appointments/{SLUG}/book");
        visitor
            .get("/admin/appointments/for-families")
            .await
            .has("Infant feeding: one to one")
            .lacks("Change the hours");
        let form = visitor.get(&path).await;
        let key = form.between("name=\"form_key\" value=\"", "\"");
        let slot = time("20261124T0930").to_string();
        let empty =
            visitor.post(&path, &[("form_key", &key), ("time", &slot), ("name", "Ada Example")]).await;
        assert_eq!(empty.status, 422);
        empty.has("value=\"Ada Example\"").has(&format!("value=\"{slot}\" selected"));
        let fields = [
            ("form_key", key.as_str()),
            ("time", slot.as_str()),
            ("name", "Ada Example"),
            ("phone", "07700 900123"),
            ("child", "Robin"),
            ("born", "03052025"),
            ("note", "A British Sign Language interpreter"),
        ];
        let booked = visitor.post(&path, &fields).await;
        assert_eq!(booked.status, 303, "{}", booked.text);
        assert_eq!(
            visitor.post(&path, &fields).await.location,
            booked.location,
            "a form sent twice books once"
        );
        let page = booked.location.split('?').next().unwrap().to_owned();
        visitor
            .get(&page)
            .await
            .has("Ada Example")
            .has("Tuesday 24 November, 9:30am")
            .has("Robin, born 3 May 2025")
            .has("A British Sign Language interpreter");
        let team_of = team.team();
        let diary = team_of.get(&format!("/admin/appointments/{SLUG}/diary")).await;
        diary.has("Robin, born 3 May 2025").has("A British Sign Language interpreter");
        visitor.get("/admin/appointments/for-families").await.has("Times you booked").lacks("Ada Example");
        let other = team.as_somebody("another", Some(Role::Practitioner));
        assert_eq!(other.get(&page).await.status, 404);
        assert_eq!(other.post(&page, &[("do", "cancel")]).await.status, 404);
        assert_eq!(visitor.get(&format!("/admin/appointments/{SLUG}/diary")).await.status, 403);

        let moved =
            visitor.post(&page, &[("do", "move"), ("time", &time("20261126T0900").to_string())]).await;
        assert_eq!(moved.status, 303, "{}", moved.text);
        visitor.get(&page).await.has("Thursday 26 November, 9am");
        assert_eq!(visitor.post(&page, &[("do", "cancel")]).await.status, 303);
        visitor.get(&page).await.has("<dd>Cancelled</dd>");
        let table = team.team().get(&format!("/admin/appointments/{SLUG}/appointments.csv")).await;
        table.has("2026-11-26,09:00,30,Cancelled by a professional,cancelled,practitioner,no,practitioner");
        table.lacks("Ada").lacks("Robin");
        team.expect_sound().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn attended_did_not_attend_cancelled_and_moved_are_told_apart() {
    both(async |team: Team| {
        let keys = ["20261124T0900", "20261124T0930", "20261124T1000", "20261126T0900"];
        // Notice does not matter to the desk's own test: the clock is set back a day.
        team.go_to("2026-11-22T08:00:00Z");
        let mut booked = Vec::new();
        for (number, key) in (0..).zip(keys) {
            booked.push(team.book(number, time(key)).await.unwrap());
        }
        let cancel = bookings::Settle::Cancel("cancelled by the family");
        bookings::settle(&team.desk, booked[2].id, cancel).await.unwrap().unwrap();
        bookings::move_booking(&team.desk, booked[3].id, vec![time("20261126T1000")]).await.unwrap().unwrap();
        team.go_to("2026-11-26T12:00:00Z");
        team.mark(time(keys[0]), booked[0].id, Came::Came).await;
        team.mark(time(keys[1]), booked[1].id, Came::DidNotCome).await;
        let diary = team.team().get(&format!("/admin/appointments/{SLUG}/diary")).await;
        diary.has("Example parent 0").has("Nobody has said yet how it ended");
        let table = team.team().get(&format!("/admin/appointments/{SLUG}/appointments.csv")).await;
        for line in [
            "2026-11-24,09:00,30,Attended,fulfilled,,no,family",
            "2026-11-24,09:30,30,Did not attend,noshow,,no,family",
            "2026-11-24,10:00,30,Cancelled by the family,cancelled,family,no,family",
            "2026-11-26,09:00,30,Moved to another time,cancelled,,yes,family",
            "2026-11-26,10:00,30,Booked,booked,,no,family",
        ] {
            table.has(line);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_publishes_only_after_a_look_and_only_for_its_own_organisation() {
    both(async |team: Team| {
        let own = team.team();
        let form = own.get("/admin/appointments/new").await;
        form.has("name=\"monday\"");
        let mut fields = vec![
            ("title", "Sleep talks"),
            ("summary", "One to one."),
            ("organization", "example-centre"),
            ("place", "example-hall"),
            ("monday", "nine"),
            ("minutes", "60"),
            ("gap_minutes", "0"),
            ("first", "2026-11-23"),
            ("ahead_days", "14"),
            ("notice_hours", "0"),
            ("season", "all_year"),
            ("bank_holidays", "closed"),
            ("source", "The test"),
            ("wanted", "published"),
            ("version", "0"),
        ];
        let wrong = own.post("/admin/appointments/new", &fields).await;
        assert_eq!(wrong.status, 422);
        wrong.has("Type hours like 9:00 to 12:00").has("value=\"nine\"").has("value=\"Sleep talks\"");
        fields[4] = ("monday", "13 to 15");
        fields.push(("days_off", "30/11/2026: Training"));
        let look = own.post("/admin/appointments/new", &fields).await;
        assert_eq!(look.status, 200, "{}", look.text);
        look.has("Nothing is saved yet").has("2 times in these two weeks").has("<li>2pm</li>");
        assert_eq!(team.family().get("/appointments/sleep-talks").await.status, 404);
        let looked = look.between("name=\"looked\" value=\"", "\"");
        fields.push(("looked", &looked));
        let saved = own.post("/admin/appointments/new", &fields).await;
        assert_eq!(saved.location, "/admin/appointments/sleep-talks?saved=1", "{}", saved.text);
        own.get(&saved.location).await.has("13:00 to 15:00").has("30/11/2026: Training");
        team.family()
            .get("/appointments/sleep-talks")
            .await
            .has("Monday 23 November")
            .lacks("Monday 30 November");
        own.post("/admin/appointments/new", &fields).await.has("Somebody else changed this meanwhile");

        let stranger = team.as_somebody("stranger", Some(Role::ProviderEditor));
        assert_eq!(stranger.get("/admin/appointments/sleep-talks").await.status, 403);
        stranger.get("/admin/appointments").await.lacks("Sleep talks");
        assert_eq!(own.get("/admin/appointments/nothing").await.status, 404);
    })
    .await;
}
