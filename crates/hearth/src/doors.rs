//! What is mounted where: the whole surface of the site on one screen.

use crate::House;
use access::Browse;
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use kernel::Fault;
use web::{Door, Reply, not_modified_or};

/// The public door: no account, the same for everybody.
pub fn public(house: &House) -> Result<Door, Fault> {
    Ok(web::routes(&house.site)?
        .and(directory::routes(&house.directory))
        .and(events::routes(&house.events))
        .and(bookings::routes(&house.bookings))
        .and(invitations::routes(&house.invitations))
        .and(appointments::routes(&house.appointments))
        .and(holidays::routes(&house.holidays))
        .and(flows::routes(&house.flows))
        .and(assistant::routes(&house.assistant))
        .and(Door::new().get::<Browse, _, _>("/api/v1/openapi.json", openapi))
        .and(callbacks::routes(&house.site))
        .and(matching::routes(&house.directory))
        .and(content::routes(&house.site, &house.library))
        .and(feed::routes(&house.feed)))
}

/// The doors behind which somebody may be known: sign-in, account, providers, the council; and in the demonstration its
/// own two.
pub fn known(house: &House) -> Door {
    let doors = accounts::door(&house.accounts)
        .and(accounts::data_door(&house.office))
        .and(accounts::staff_door(&house.office))
        .and(notify::door(&house.notify))
        .and(keeping::public_door(&house.site))
        .and(keeping::provider_door(&house.site))
        .and(keeping::admin_door(&house.site))
        .and(freshness::admin_door(&house.desk))
        .and(editing::admin_door(&house.directory))
        .and(events::admin_door(&house.events))
        .and(bookings::staff_door(&house.bookings))
        .and(registers::staff_door(&house.registers))
        .and(invitations::staff_door(&house.invitations))
        .and(appointments::staff_door(&house.appointments))
        .and(holidays::staff_door(&house.holidays))
        .and(flow_desk::admin_door(&house.flow_desk))
        .and(rewording::admin_door(&house.rewording))
        .and(assistant::staff_door(&house.assistant))
        .and(callbacks::staff_door(&house.site))
        .and(matching::staff_door(&house.directory))
        .and(feed::admin_door(&house.feed))
        .and(intake::admin_door(&house.intake))
        .and(quality::admin_door(&house.quality));
    if house.is_demonstration {
        doors.and(accounts::demo_door(&house.accounts)).and(notify::demo_door(&house.notify))
    } else {
        doors
    }
}

/// `GET /api/v1/openapi.json`: what every room answers to programs, in one document.
async fn openapi(headers: HeaderMap) -> Reply {
    let mut document = directory::openapi();
    document.merge(assistant::openapi());
    Ok(not_modified_or(&headers, "application/json", document.to_json()?.into_bytes()))
}

/// For whoever runs it: is the process alive, and can it serve?
pub fn machines(house: &House) -> Router {
    Router::new()
        .route("/healthz", get(async || plain(StatusCode::OK, "alive")))
        .route("/readyz", get(ready))
        .with_state(house.clone())
}

async fn ready(State(house): State<House>) -> Response {
    match house.site.db().read(settings::find_council).await {
        Ok(_) => plain(StatusCode::OK, "ready"),
        Err(_) => plain(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer"),
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))], text)
        .into_response()
}
