//! A list that the demonstration practitioner handed over, so that one can be opened, counted and taken back.

use crate::people::sign_in;
use access::{Actor, MatchServices, May, On};
use kernel::Fault;
use matching::{How, NewList, hand_over};
use web::Site;

const PRACTITIONER: &str = "practitioner@hearth.example";
const SERVICES: [&str; 3] = ["health-visiting", "time-for-me", "national-breastfeeding-helpline"];

/// Hands the list over, once. Says whether there is one.
pub async fn add_lists(site: &Site) -> Result<bool, Fault> {
    let now = site.clock().now();
    let held = site.clone();
    site.db()
        .write(move |tx| {
            let practitioner = Actor::Person(sign_in(tx, PRACTITIONER, held.clock(), held.dice())?);
            let may = May::<MatchServices>::decide(&practitioner, On::all("handed_list"))?;
            let new = NewList {
                form_key: format!("{:032x}", 7),
                services: SERVICES.map(str::to_owned).to_vec(),
                title: "for_you",
                notes: vec!["any_order", "mention"],
                how: How::Link,
                to: None,
            };
            Ok(hand_over(tx, &held, &may, &new, now)?.is_ok())
        })
        .await
}
