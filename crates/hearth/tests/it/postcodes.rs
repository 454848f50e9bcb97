//! `hearth import postcodes`, with small made-up files in the ONS style, and what families then see.

use crate::support::{Found, Home, on_both_anew};
use directory::{PostcodesImported, import_postcodes};
use std::io::Cursor;
use store::args;

/// The columns of 2025, which carry their year.
const THIS_YEAR: &str = "pcd7,pcd8,pcds,dointr,doterm,gridind,lad25cd,wd25cd,lsoa21cd,lat,long
WA8 7QF,WA8  7QF,WA8 7QF,198001,,1,E06000006,E05013377,E01012400,53.3634,-2.7300
WA8 7ZZ,WA8  7ZZ,WA8 7ZZ,198001,201912,1,E06000006,E05013377,E01012400,53.3650,-2.7310
WA7 2ZZ,WA7  2ZZ,WA7 2ZZ,198001,,5,E06000006,E05013378,E01012401,53.3360,-2.6900
BT1 1AA,BT1  1AA,BT1 1AA,198001,,1,N09000003,N08000301,95AA01S1,54.6000,-5.9300
WA8 9ZZ,WA8  9ZZ,WA8 9ZZ,198001,,9,E06000006,E05013377,E01012400,99.999999,0.0
WA8 9ZY,WA8  9ZY,WA8 9ZY,198001,,1,E06000006,E05013377,E01012400,,
nonsense,nonsense,nonsense,198001,,1,E06000006,E05013377,E01012400,53.0,-2.0
WA8
";
/// The columns as they were before 2020.
const BEFORE: &str = "pcd,pcd2,pcds,dointr,doterm,oslaua,osward,osgrdind,lsoa11,lat,long
WA7 1ZZ,WA7  1ZZ,WA7 1ZZ,198001,,E06000006,E05013379,1,E01012402,53.3400,-2.7220
";

#[test]
fn a_file_of_the_ons_is_read_and_told_row_by_row() {
    on_both_anew(async |home| {
        let wanted = PostcodesImported {
            kept: 3,
            ended: 1,
            northern_ireland: 1,
            without_place: 2,
            unreadable: 2,
            unreadable_lines: vec![8, 9],
        };
        assert_eq!(import(home, THIS_YEAR).await, wanted);
        assert_eq!(import(home, BEFORE).await.kept, 1);
        let once = rows(home).await;
        let exact: Vec<&str> = once
            .iter()
            .filter(|(_, quality, _)| quality == "exact")
            .map(|(code, _, _)| code.as_str())
            .collect();
        assert_eq!(exact, ["WA7 1ZZ", "WA8 7QF", "WA8 7ZZ"], "an imputed place is no exact one");
        assert_eq!(import(home, THIS_YEAR).await, wanted, "told the same again");
        assert_eq!(rows(home).await, once, "and nothing has changed");
        let shuffled = import_postcodes(
            &home.database,
            home.house.site.clock().now(),
            Cursor::new("a,b\n1,2\n"),
            |_| {},
        )
        .await;
        assert!(format!("{:#}", shuffled.unwrap_err()).contains("ONS Postcode Directory"));
    });
}

#[test]
fn a_search_near_an_imported_postcode_tells_distances_and_an_ended_one_says_so() {
    on_both_anew(async |home| {
        let rough = Found::of(home, "/search?q=family+hub&postcode=WA8+7QF").await;
        assert!(rough.html.contains("only roughly"), "a sector's middle is said to be rough");
        import(home, THIS_YEAR).await;
        let found = Found::of(home, "/search?q=family+hub&postcode=wa87qf").await;
        assert!(found.html.contains("mile") && !found.html.contains("only roughly"));
        let ended = Found::of(home, "/search?q=family+hub&postcode=WA8+7ZZ").await;
        assert!(ended.html.contains("no longer in use") && ended.html.contains("mile"));
        let imputed = Found::of(home, "/search?q=family+hub&postcode=WA7+2ZZ").await;
        assert!(imputed.html.contains("only roughly"));
        let hubs = home.page("/hubs?postcode=WA8+7QF").await;
        assert!(hubs.contains("Near WA8 7QF"));
        let nearest = Found::of(home, "/search?q=family+hub&postcode=WA8+7QF&within=3&sort=nearest").await;
        assert!(nearest.total > 0);
    });
}

async fn import(home: &Home, file: &'static str) -> PostcodesImported {
    let now = home.house.site.clock().now();
    let told = import_postcodes(&home.database, now, Cursor::new(file), |_| {}).await.unwrap();
    home.house.renew().await.unwrap();
    told
}

/// Code, quality and end of every whole postcode, in order.
async fn rows(home: &Home) -> Vec<(String, String, Option<String>)> {
    let mut rows: Vec<(String, String, Option<String>)> = home
        .database
        .read(|tx| tx.all("select code, quality, terminated from postcode where length(code) > 5", args![]))
        .await
        .unwrap();
    rows.sort();
    rows
}
