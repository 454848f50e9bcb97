//! What search engines may know: every public page, and nothing that was searched for.

use crate::catalogue::Directory;
use crate::store as rows;
use axum::{extract::State, http::HeaderMap, response::Response};
use search::Kind;
use std::fmt::Write;
use web::{Reply, not_modified_or};

/// `GET /sitemap.xml`.
pub(crate) async fn get(State(directory): State<Directory>, headers: HeaderMap) -> Reply {
    let site = directory.site();
    let catalogue = directory.catalogue();
    let (organizations, hubs) =
        site.db().read(|tx| Ok((rows::list_organizations(tx)?, rows::list_locations(tx)?))).await?;
    let fixed = ["/", "/search", "/topics", "/pages", "/hubs", "/urgent-help"].map(str::to_owned);
    let sessions = directory.sessions().list_paths();
    let topics = catalogue.terms.iter().map(|term| format!("/topics/{}", term.slug));
    // A session stands in the index once for each of its places, and its own room knows its page.
    let documents = catalogue.index.documents().iter().filter(|document| document.kind != Kind::Event);
    let documents = documents.map(|document| document.url.clone());
    let organizations =
        organizations.into_iter().map(|organization| format!("/organisations/{}", organization.slug));
    let hubs = hubs.into_iter().filter(|location| location.hub).map(|hub| format!("/hubs/{}", hub.slug));
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    let paths = fixed.into_iter().chain(topics).chain(documents).chain(organizations).chain(hubs);
    for path in paths.chain(sessions) {
        // Slugs hold nothing that XML would need escaped.
        let _ = writeln!(xml, "<url><loc>{}</loc></url>", site.absolute(&path));
    }
    xml.push_str("</urlset>\n");
    Ok(not_modified_or(&headers, "application/xml", xml.into_bytes()))
}

/// `GET /robots.txt`.
pub(crate) async fn robots(State(directory): State<Directory>, headers: HeaderMap) -> Response {
    let map = directory.site().absolute("/sitemap.xml");
    let text = format!(
        "User-agent: *\nDisallow: /search?\nDisallow: /shortlist\nDisallow: /api/\n\nSitemap: {map}\n"
    );
    not_modified_or(&headers, "text/plain; charset=utf-8", text.into_bytes())
}
