//! Urgent help, and the few addresses that belong to no room: assets, the installable app, the page for no signal.

use crate::{
    Asked, Door, Page, Reply, Site, assets, cached,
    reply::{missing, not_modified_or},
    site::assets_or_fault,
};
use access::Browse;
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use kernel::Fault;
use safety::UrgentGroup;

/// The shell's own routes. Fails when the assets have not been built.
pub fn routes(site: &Site) -> Result<Door, Fault> {
    assets_or_fault()?;
    Ok(Door::new()
        .get::<Browse, _, _>("/urgent-help", urgent_help)
        .get::<Browse, _, _>("/offline", offline)
        .get::<Browse, _, _>("/assets/{name}", asset)
        .get::<Browse, _, _>("/logo/{name}", logo)
        .get::<Browse, _, _>("/sw.js", service_worker)
        .get::<Browse, _, _>("/manifest.webmanifest", manifest)
        .get::<Browse, _, _>("/favicon.ico", favicon)
        .with_state(site.clone()))
}

#[derive(Template)]
#[template(path = "urgent_help.html")]
struct UrgentHelp {
    groups: Vec<UrgentGroup>,
}

/// `GET /urgent-help`.
async fn urgent_help(State(site): State<Site>, asked: Asked) -> Reply {
    cached(&site, asked, async {
        let groups = site.safety().urgent_help(&site.local_contacts(), site.clock().today());
        let page = Page::new("Urgent help")
            .describing("Numbers that answer now.")
            .at("/urgent-help")
            .sensitive(true);
        Ok(Some((page, UrgentHelp { groups })))
    })
    .await
}

#[derive(Template)]
#[template(path = "offline.html")]
struct Offline {
    groups: Vec<UrgentGroup>,
}

/// `GET /offline`: what the phone shows when there is no signal.
async fn offline(State(site): State<Site>, asked: Asked) -> Reply {
    cached(&site, asked, async {
        let groups = site.safety().urgent_help(&site.local_contacts(), site.clock().today());
        let first = groups.into_iter().take(2).collect();
        Ok(Some((Page::new("No signal").with_exit(), Offline { groups: first })))
    })
    .await
}

async fn asset(State(site): State<Site>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let theme = site.theme();
    if theme.address.strip_prefix("/assets/") != Some(name.as_str()) {
        return assets::get(Path(name), headers).await;
    }
    let css = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    (css, theme.css.clone()).into_response()
}

/// `GET /logo/{name}`: the council's own picture, under a name that changes with it.
async fn logo(State(site): State<Site>, Path(name): Path<String>) -> Reply {
    let address = format!("/logo/{name}");
    let Some(logo) = site.db().read(move |tx| settings::find_logo(tx, &address)).await? else {
        return Ok(missing());
    };
    let picture = [
        (header::CONTENT_TYPE, HeaderValue::from_static(logo.content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    Ok((picture, logo.bytes).into_response())
}

/// `GET /sw.js`: keeps urgent help and the shortlist for when there is no signal, and nothing else.
async fn service_worker(State(site): State<Site>, headers: HeaderMap) -> Reply {
    let Some(script) = assets::text("sw.js") else {
        return Ok(missing());
    };
    let theme = site.theme().address.clone();
    let kept = [
        &theme,
        assets::address("hearth.css"),
        assets::address("hearth.js"),
        assets::address("icons.svg"),
        assets::address("favicon.svg"),
    ];
    let list = serde_json::to_string(&kept)?;
    let version = blake3::hash(format!("{list}{script}").as_bytes()).to_hex();
    let script = script
        .replace("/*HEARTH_PRECACHE*/[]", &list)
        .replace("/*HEARTH_VERSION*/\"\"", &format!("\"{}\"", &version[..12]));
    let mut response = not_modified_or(&headers, "text/javascript; charset=utf-8", script.into_bytes());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// `GET /manifest.webmanifest`.
async fn manifest(State(site): State<Site>, headers: HeaderMap) -> Reply {
    let council = site.council();
    let icon = |name: &str, sizes: &str, purpose: &str| serde_json::json!({"src": assets::address(name), "sizes": sizes, "type": "image/png", "purpose": purpose});
    let manifest = serde_json::json!({
        "id": "/", "start_url": "/", "scope": "/", "display": "minimal-ui", "lang": council.language,
        "name": council.name, "short_name": council.name,
        "description": format!("Find help for your family in {}.", council.area_name),
        "theme_color": site.theme().dusk, "background_color": site.theme().dusk,
        "icons": [icon("icon-192.png", "192x192", "any"), icon("icon-512.png", "512x512", "any"), icon("icon-maskable-512.png", "512x512", "maskable")],
        "shortcuts": [{"name": "Urgent help", "url": "/urgent-help"}, {"name": "My list", "url": "/shortlist"}],
    });
    Ok(not_modified_or(&headers, "application/manifest+json", serde_json::to_vec(&manifest)?))
}

async fn favicon(headers: HeaderMap) -> Response {
    assets::serve("favicon.ico", &headers, "public, max-age=86400")
}
