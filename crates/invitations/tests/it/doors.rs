//! A practitioner invites, a family opens and books, and who may know what.

use crate::support::{Answer, Browser, both, date};
use access::Role;
use bookings::Refused;
use registers::Came;

const NEW: &str = "/admin/invitations/new";

async fn make(browser: &Browser, session: &str, fields: &[(&str, &str)]) -> Answer {
    let form = browser.get(&format!("{NEW}?session={session}")).await;
    let key = form.between("name=\"form_key\" value=\"", "\"");
    let mut sent = vec![("session", session), ("form_key", key.as_str())];
    sent.extend_from_slice(fields);
    browser.post(NEW, &sent).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_made_opened_booked_and_used_and_only_its_maker_reads_for_whom_it_was() {
    both(async |hall| {
        let (practitioner, family) = (hall.practitioner(), hall.family());
        practitioner.get(NEW).await.has("stay and play").has("/admin/invitations/new?session=stay-and-play");
        let made =
            make(&practitioner, "stay-and-play", &[("how", "link"), ("first_name", "Ada-Example")]).await;
        assert_eq!(made.status, 303, "{}", made.text);
        let page = practitioner.get(&made.location).await;
        page.has("Ada-Example").has("<svg role=\"img\"").has("Opened <span class=\"soft\">(not yet)</span>");
        let code = page.between("https://hub.example.org/i/", "\"");

        // A reader of mails looks and presses nothing; a family may type the code as the slip shows it.
        let landing = family.get(&format!("/i/{}-{}", code[..5].to_lowercase(), &code[5..])).await;
        landing
            .has("stay and play")
            .has("Tuesday 1 December 2026, 9:30am to 10:30am")
            .has("1 Example Street");
        landing.lacks("Ada-Example");
        practitioner.get(&made.location).await.has("Opened <span class=\"soft\">(not yet)</span>");

        let on = family.post(&format!("/i/{code}"), &[]).await;
        let invitation = hall.invitation_of(&code).await;
        assert_eq!(on.location, format!("/whats-on/stay-and-play/book?invitation={invitation}"));
        practitioner.get(&made.location).await.has("<li class=\"is-taken\">Opened</li>");
        let form = family.get(&on.location).await;
        form.has(&format!("name=\"invitation\" value=\"{invitation}\""));

        let booked = family
            .post(
                "/whats-on/stay-and-play/book",
                &[
                    ("form_key", form.between("name=\"form_key\" value=\"", "\"").as_str()),
                    ("invitation", &invitation.to_string()),
                    ("date", &date("stay-and-play", 0).to_string()),
                    ("child_1_name", "Example child"),
                    ("grown_ups", "1"),
                    ("name", "Example parent"),
                    ("email", "parent@example.org"),
                ],
            )
            .await;
        assert_eq!(booked.status, 303, "{}", booked.text);
        practitioner
            .get("/admin/invitations")
            .await
            .has("<li class=\"is-taken\">Booked</li>")
            .has("Ada-Example");

        hall.go_to("2026-12-01T10:00:00Z");
        let reference = booked.location.split('/').nth(2).unwrap().to_owned();
        let booking = hall
            .db
            .read(move |tx| bookings::find_booking_by_reference(tx, &reference))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(booking.invitation_id, Some(invitation));
        hall.mark(date("stay-and-play", 0), &[(booking.id, Came::Came)]).await;
        practitioner.get("/admin/invitations").await.has("<li class=\"is-taken\">Came</li>");

        let other = hall.as_somebody("another", Some(Role::Practitioner), Vec::new());
        assert_eq!(other.get(&made.location).await.status, 404);
        other.get("/admin/invitations").await.lacks("Ada-Example").has("You have not invited anybody yet");
        let analyst = hall.as_somebody("analyst", Some(Role::Analyst), Vec::new());
        assert_eq!(analyst.get(&made.location).await.status, 403);
        analyst.get("/admin/invitations/figures").await.lacks("Ada-Example").lacks(&code);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_session_opens_to_one_family_for_each_invitation_and_to_no_made_up_one() {
    both(async |hall| {
        let day = date("baby-massage", 0);
        assert_eq!(hall.book(1, day, None).await.unwrap_err(), Refused::NotThisWay);
        assert_eq!(hall.book(1, day, Some(uuid::Uuid::from_u128(7))).await.unwrap_err(), Refused::NotThisWay);
        let elsewhere = hall.invite(1, "stay-and-play").await;
        let elsewhere = hall.invitation_of(&elsewhere.codes[0]).await;
        assert_eq!(hall.book(1, day, Some(elsewhere)).await.unwrap_err(), Refused::NotThisWay);

        let code = hall.invite(2, "baby-massage").await.codes[0].clone();
        let invitation = hall.invitation_of(&code).await;
        let family = hall.family();
        let on = family.post(&format!("/i/{code}"), &[]).await;
        family.get(&on.location).await.has("name=\"child_1_name\"");
        assert_eq!(family.get("/whats-on/baby-massage/book").await.location, "/whats-on/baby-massage");
        let booked = hall.book(1, day, Some(invitation)).await.unwrap();
        assert_eq!(hall.book(2, day, Some(invitation)).await.unwrap_err(), Refused::NotThisWay, "passed on");
        assert_eq!(
            hall.book(1, day, Some(invitation)).await.unwrap(),
            booked,
            "the same form is the same booking"
        );

        // Who gives the place back may come after all.
        let cancelled =
            bookings::settle(&hall.desk, booked.id, bookings::Settle::Cancel("by the family")).await;
        cancelled.unwrap().unwrap();
        assert!(hall.book(3, day, Some(invitation)).await.is_ok());
        hall.go_to("2027-03-01T09:00:00Z");
        assert_eq!(family.get(&format!("/i/{code}")).await.status, 410);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_sent_once_its_address_is_kept_nowhere_and_is_not_written_to_again_and_again() {
    both(async |hall| {
        let practitioner = hall.practitioner();
        let send = [("how", "email"), ("address", "ada@example.org")];
        let wrong = make(&practitioner, "stay-and-play", &[("how", "email"), ("address", "ada at home")]).await;
        assert_eq!(wrong.status, 422);
        wrong.has("value=\"ada at home\"").has("Enter an email address");
        for _ in 0..3 {
            let made = make(&practitioner, "stay-and-play", &send).await;
            assert_eq!(made.status, 303, "{}", made.text);
            practitioner.get(&made.location).await.lacks("ada@example.org");
        }
        let often = make(&practitioner, "stay-and-play", &send).await;
        assert_eq!(often.status, 422);
        often.has("This address was invited often today");
        let (messages, addresses): (i64, i64) = hall
            .db
            .read(|tx| {
                let (messages,): (i64,) = tx.one(
                    "select count(*) from message where template = 'invitations.invited' and to_address = 'ada@example.org'",
                    store::args![],
                )?;
                let (addresses,): (i64,) = tx.one(
                    "select count(*) from invitation where sent_to_hash like '%ada%' or first_name <> ''",
                    store::args![],
                )?;
                Ok((messages, addresses))
            })
            .await
            .unwrap();
        assert_eq!((messages, addresses), (3, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_sent_twice_makes_one_batch_of_slips_each_with_its_own_code_until_it_is_withdrawn() {
    both(async |hall| {
        let (practitioner, family) = (hall.practitioner(), hall.family());
        let form = practitioner.get(&format!("{NEW}?session=messy-play")).await;
        let key = form.between("name=\"form_key\" value=\"", "\"");
        let sent = [("session", "messy-play"), ("form_key", key.as_str()), ("how", "slips"), ("slips", "5")];
        let made = practitioner.post(NEW, &sent).await;
        assert_eq!(practitioner.post(NEW, &sent).await.location, made.location);
        let batch = made.location.split('?').next().unwrap().to_owned();
        practitioner.get(&batch).await.has("5 slips").has("<dt>Invited</dt><dd>5</dd>");
        let slips = practitioner.get(&format!("{batch}/slips")).await;
        slips.has("hub.example.org/i/").has("0151 496 0000").has("Just come along");
        assert_eq!(slips.text.matches("class=\"slip\"").count(), 5);
        let code = slips.between("hub.example.org/i/", "<");
        let on = family.post(&format!("/i/{code}"), &[]).await;
        assert_eq!(on.location, "/whats-on/messy-play");
        practitioner.get("/admin/invitations").await.has("Invited 5, opened 1, booked 0, came 0.");

        practitioner.post(&batch, &[("do", "withdraw")]).await;
        let over = family.get(&format!("/i/{code}")).await;
        assert_eq!(over.status, 410);
        over.has("This invitation is over").lacks("messy play");
        for unknown in ["/i/ABCDEFGHJK", "/i/x", "/i/%C3%A9"] {
            assert_eq!(family.get(unknown).await.status, 404, "{unknown}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_invites_to_its_own_sessions_alone() {
    both(async |hall| {
        let own = hall.as_somebody("provider", Some(Role::ProviderEditor), vec![hall.organization]);
        assert_eq!(own.get(&format!("{NEW}?session=stay-and-play")).await.status, 200);
        assert_eq!(own.get("/admin/invitations").await.status, 200);
        let strange =
            hall.as_somebody("stranger", Some(Role::ProviderEditor), vec![uuid::Uuid::from_u128(9)]);
        assert_eq!(strange.get(&format!("{NEW}?session=stay-and-play")).await.status, 403);
        assert_eq!(own.get(&format!("{NEW}?session=nothing")).await.status, 404);
    })
    .await;
}
