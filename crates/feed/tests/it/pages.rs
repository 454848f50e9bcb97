//! The self-check, as those who check entries see it.

use crate::support::{Home, generous, over_decoys, service};
use access::{Actor, Role, Signed};
use kernel::Id;
use serde_json::json;
use web::Who;

fn editor() -> Who {
    let signed = Signed {
        person: Id::named("staff", "editor"),
        roles: [Role::Editor].into_iter().collect(),
        organizations: vec![],
    };
    Who { actor: Actor::Person(signed) }
}

#[tokio::test]
async fn each_finding_leads_to_its_field_and_goes_when_it_is_mended() {
    over_decoys(generous(), async |home: Home| {
        let stand = home.db.read(feed::self_check).await.unwrap();
        assert_eq!(stand.services, stand.services_passing, "our own records pass the official rules: {stand:?}");
        assert!(stand.records >= stand.services);
        let page = home.page(editor(), "/admin/self-check").await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains(&format!("All {} services pass", stand.services)));
        let json = home.page(editor(), "/admin/self-check.json").await.json();
        assert_eq!(json["services_passing"], stand.services);

        // Checked long ago: the guidance asks for three months.
        let draft = service("rich", json!({"checked_on": "2025-01-01", "age": {"from_months": 24}, "phones": [{"number": "0151 496 0001"}]}));
        home.change(move |tx, council, now| directory::publish_service(tx, &draft, council, now).map(|_| ())).await;
        let entry = home.page(editor(), "/admin/self-check/rich").await;
        assert_eq!(entry.status, 200);
        assert!(entry.text().contains("href=\"/provider/entries/rich"), "{}", entry.text());
        for level in ["fails", "warns", "advises"] {
            assert_eq!(home.page(editor(), &format!("/admin/self-check?level={level}")).await.status, 200);
        }
        assert_eq!(home.page(editor(), "/admin/self-check/nothing").await.status, 404);
        let visitor = home.page(Who { actor: Actor::Visitor }, "/admin/self-check").await;
        assert_eq!(visitor.status, 303, "a visitor is sent to sign in");
    })
    .await;
}
