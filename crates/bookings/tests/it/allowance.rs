//! More bookings than places, as somebody allowed.

use crate::support::{both, request};
use access::{AllowOverbooking, May, On};
use bookings::{How, Refused, Request, State, allow_overbooking, book};

#[tokio::test]
async fn a_fifth_more_than_ten_is_twelve_and_the_trail_says_who_allowed_it() {
    both(async |hall| {
        let date = hall.dates("stay-and-play")[0];
        for number in 0..10 {
            book(&hall.desk, request(number, &[date], 1)).await.unwrap().unwrap();
        }
        assert_eq!(book(&hall.desk, request(10, &[date], 1)).await.unwrap(), Err(Refused::Full(vec![date])));
        let now = hall.clock.now();
        let allow = async |places: u32| {
            let why = "a fifth did not come last month";
            hall.db
                .write(move |tx| {
                    let may = May::<AllowOverbooking>::by_operator(On::one("session_date", date));
                    allow_overbooking(tx, &may, date, places, why, now)
                })
                .await
                .unwrap()
                .unwrap()
        };
        assert_eq!(allow(2).await, []);
        for number in 10..12 {
            let more = book(&hall.desk, request(number, &[date], 1)).await.unwrap().unwrap();
            assert_eq!(more.state, State::Booked);
        }
        let thirteenth = Request { how: How::BookedOrWaiting, ..request(12, &[date], 1) };
        let thirteenth = book(&hall.desk, thirteenth).await.unwrap().unwrap();
        assert_eq!(thirteenth.state, State::Waiting);
        assert_eq!(book(&hall.desk, request(13, &[date], 1)).await.unwrap(), Err(Refused::Full(vec![date])));
        assert_eq!(hall.taken(date).await, 12);
        assert_eq!(allow(3).await, [thirteenth.id], "who waits comes first");
        assert_eq!(allow(0).await, [], "fewer than before drop nobody");
        assert_eq!(hall.taken(date).await, 12);
        let trail: Vec<(String, String, String)> = hall
            .db
            .read(move |tx| {
                tx.all(
                    "select actor_kind, did, why from audit where action = 'allow_overbooking' and record_id = $1 order by sequence limit 1",
                    store::args![date],
                )
            })
            .await
            .unwrap();
        let wanted = ("operator", "allowed 2 more bookings than places", "a fifth did not come last month");
        assert_eq!(trail, [(wanted.0.to_owned(), wanted.1.to_owned(), wanted.2.to_owned())]);
        hall.expect_sound().await;
    })
    .await;
}
