//! A keeper throws a draft away, and brings it back: until they begin the next one, nothing is lost.

use crate::{edit_section::IntoReply, entry::person_of, open_entry::find_mine, store as rows};
use axum::extract::{Path, State};
use web::{Reply, Site, Who, missing, see_other};

/// `POST /provider/entries/{slug}/throw-away`.
pub(crate) async fn post(State(site): State<Site>, who: Who, Path(slug): Path<String>) -> Reply {
    change(&site, who, slug, Turn::Away).await
}

/// `POST /provider/entries/{slug}/bring-back`.
pub(crate) async fn bring_back(State(site): State<Site>, who: Who, Path(slug): Path<String>) -> Reply {
    change(&site, who, slug, Turn::Back).await
}

#[derive(Clone, Copy)]
enum Turn {
    Away,
    Back,
}

/// A second press finds nothing more to do, and leads to the same page.
async fn change(site: &Site, who: Who, slug: String, turn: Turn) -> Reply {
    let now = site.clock().now();
    let address = format!("/provider/entries/{slug}");
    let known = site
        .db()
        .write(move |tx| {
            let Some((kept, may)) = find_mine(tx, &slug, &who)? else {
                return Ok(false);
            };
            let (service, person) = (kept.id.uuid(), person_of(&may)?.uuid());
            let (done, did) = match turn {
                Turn::Away => (rows::set_draft_thrown(tx, service, person, now)?, "threw a draft away"),
                Turn::Back => (rows::set_draft_back(tx, service, person)?, "brought a draft back"),
            };
            if done {
                access::audit::record(tx, &may, did, "", now);
            }
            Ok(true)
        })
        .await?;
    if known { see_other(&address).into_reply() } else { Ok(missing()) }
}
