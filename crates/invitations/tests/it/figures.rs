//! How many of those who came had been invited.

use crate::support::{both, date};
use access::Role;
use registers::Came;

#[tokio::test(flavor = "multi_thread")]
async fn thirty_four_of_forty_who_came_had_been_invited_is_85_percent_and_what_is_small_is_not_told() {
    both(async |hall| {
        let (first, later) = (date("stay-and-play", 0), date("stay-and-play", 5));
        let (mut december, mut january) = (Vec::new(), Vec::new());
        for number in 0..47u64 {
            let invitation = if number < 36 {
                let code = hall.invite(number, "stay-and-play").await.codes[0].clone();
                Some(hall.invitation_of(&code).await)
            } else {
                None
            };
            let booked = hall.book(number, if number < 44 { first } else { later }, invitation).await.unwrap();
            match number {
                // Two who had been invited, and two who had not, did not come.
                34 | 35 | 42 | 43 => december.push((booked.id, Came::DidNotCome)),
                0..44 => december.push((booked.id, Came::Came)),
                _ => january.push((booked.id, Came::Came)),
            }
        }
        hall.go_to("2026-12-01T11:00:00Z");
        hall.mark(first, &december).await;
        let analyst = hall.as_somebody("analyst", Some(Role::Analyst), Vec::new());
        let page = analyst.get("/admin/invitations/figures").await;
        page.has("85% of the families that came had been invited").has("from 71% to 93%");
        page.has("<td class=\"num\" data-l=\"By invitation\">34</td><td class=\"num\" data-l=\"Families that came\">40</td>");

        // Three families in January: with December beside the total, they could be worked out.
        hall.go_to("2027-01-05T11:00:00Z");
        hall.mark(later, &january).await;
        let page = analyst.get("/admin/invitations/figures").await;
        page.has("79% of the families that came had been invited").has("January 2027").has("fewer than 5 came");
        let months = page.between("id=\"h-months\"", "</section>");
        assert!(!months.contains(">40</td>") && !months.contains(">3</td>"), "{months}");
        assert_eq!(hall.practitioner().get("/admin/invitations/figures").await.status, 403);
    })
    .await;
}
