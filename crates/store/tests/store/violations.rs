use kernel::{Fault, Refusal};
use store::{Db, Migration, ViolationKind, args, refusal_for, testing, violation};

const SERVICES: &[Migration] = &[Migration {
    room: "services",
    number: 1,
    name: "services",
    sql: "create table provider (id {int} not null, constraint provider_key primary key (id)) {strict};
        create table service (
            id {int} not null primary key,
            slug {text} not null,
            name {text} not null constraint service_name_unique unique,
            town {text} not null,
            street {text} not null,
            provider {int} not null constraint service_provider references provider (id),
            second {int},
            age_max {int} not null constraint service_age check (age_max between 0 and 25),
            unnamed {int} unique,
            constraint service_place_unique unique (town, street),
            constraint service_second foreign key (second) references provider (id)
        ) {strict};
        create unique index service_slug_unique on service (slug);
        create unique index service_loud_unique on service (lower(street)) where age_max = 3;
        insert into provider (id) values (1);
        insert into service (id, slug, name, town, street, provider, age_max, unnamed)
            values (1, 'play', 'Play', 'Widnes', 'High', 1, 3, 7)",
}];

async fn fault_of(db: &Db, sql: &'static str) -> Fault {
    db.write(move |tx| tx.exec(sql, args![])).await.unwrap_err()
}

#[tokio::test]
async fn every_constraint_is_known_by_its_name_on_both() {
    use ViolationKind::*;
    let columns =
        "insert into service (id, slug, name, town, street, provider, second, age_max, unnamed) values";
    let cases: &[(&str, ViolationKind, &str)] = &[
        ("(2, 'play', 'b', 'b', 'b', 1, null, 5, null)", Unique, "service_slug_unique"),
        ("(2, 'b', 'Play', 'b', 'b', 1, null, 5, null)", Unique, "service_name_unique"),
        ("(2, 'b', 'b', 'Widnes', 'High', 1, null, 5, null)", Unique, "service_place_unique"),
        ("(2, 'b', 'b', 'b', 'HIGH', 1, null, 3, null)", Unique, "service_loud_unique"),
        ("(2, 'b', 'b', 'b', 'b', 1, null, 5, 7)", Unique, "service_unnamed_key"),
        ("(1, 'b', 'b', 'b', 'b', 1, null, 5, null)", Unique, "service_pkey"),
        ("(2, 'b', 'b', 'b', 'b', 9, null, 5, null)", ForeignKey, "service_provider"),
        ("(2, 'b', 'b', 'b', 'b', 1, 9, 5, null)", ForeignKey, "service_second"),
        ("(2, 'b', 'b', 'b', 'b', 1, null, 99, null)", Check, "service_age"),
        ("(2, 'b', 'b', null, 'b', 1, null, 5, null)", NotNull, "service.town"),
    ];
    testing::both(&[SERVICES], async |db| {
        for (values, kind, constraint) in cases {
            let sql: &'static str = format!("{columns} {values}").leak();
            let found = violation(&fault_of(&db, sql).await).unwrap();
            assert_eq!((found.kind, found.constraint.as_str()), (*kind, *constraint), "{values}");
        }
        let found = violation(&fault_of(&db, "insert into provider (id) values (1)").await).unwrap();
        assert_eq!(found.constraint, "provider_key");
        let found = violation(&fault_of(&db, "delete from provider where id = 1").await).unwrap();
        assert_eq!((found.kind, found.constraint.as_str()), (ForeignKey, "service_provider"));
        let (left,): (i64,) = db.read(|tx| tx.one("select count(*) from service", args![])).await.unwrap();
        assert_eq!(left, 1, "looking for the name of a foreign key changes nothing");
        assert!(violation(&fault_of(&db, "delete from nowhere").await).is_none());
    })
    .await;
}

#[tokio::test]
async fn a_unique_violation_becomes_the_sentence_that_was_written_for_it() {
    const SENTENCES: &[(&str, &str, &str)] =
        &[("service_slug_unique", "name", "Give the service another name: there is already one called this")];
    testing::both(&[SERVICES], async |db| {
        let fault = db
            .write(|tx| {
                tx.exec(
                    "insert into service (id, slug, name, town, street, provider, age_max)
                        values (2, $1, 'b', 'b', 'b', 1, 5)",
                    args!["play"],
                )
            })
            .await
            .unwrap_err()
            .context("adding a service");
        let refusal = refusal_for(&fault, SENTENCES).unwrap();
        assert_eq!(
            refusal,
            Refusal::at("name", "Give the service another name: there is already one called this")
        );
        assert_eq!(refusal_for(&fault, &[("another", "", "")]), None);
    })
    .await;
}

#[tokio::test]
async fn a_fault_holds_nothing_that_a_person_typed() {
    testing::both(&[SERVICES], async |db| {
        for _ in 0..2 {
            let outcome = db
                .write(|tx| {
                    tx.exec(
                        "insert into service (id, slug, name, town, street, provider, age_max)
                            values (2, $1, $2, 'b', 'b', 1, 99)",
                        args!["play", "what somebody typed"],
                    )
                })
                .await;
            assert!(!format!("{:?}", outcome.unwrap_err()).contains("somebody"));
        }
    })
    .await;
}
