//! An organisation and everything it runs.

use crate::{
    catalogue::Directory,
    model::{Organization, Service},
    sessions_held::{HeldBy, HeldNext, NEXT_SHOWN},
    store::{self as rows, Which},
};
use askama::Template;
use axum::extract::{Path, State};
use web::{Asked, Nav, Page, Reply, cached};

#[derive(Template)]
#[template(path = "organization.html")]
struct OrganizationView {
    organization: Organization,
    services: Vec<Service>,
    next: Vec<HeldNext>,
    dialled: String,
}

/// `GET /organisations/{slug}`.
pub(crate) async fn get(State(directory): State<Directory>, asked: Asked, Path(slug): Path<String>) -> Reply {
    let site = directory.site();
    cached(site, asked, async {
        let read = move |tx: &mut store::Tx| {
            let organization = rows::find_organization(tx, &slug)?;
            organization.map(|organization| Ok((rows::list_services(tx, &Which::Organization(&slug))?, organization))).transpose()
        };
        let Some((services, organization)) = site.db().read(read).await? else {
            return Ok(None);
        };
        let path = format!("/organisations/{}", organization.slug);
        let about = serde_json::json!({"@context": "https://schema.org", "@type": "Organization", "name": organization.name, "url": site.absolute(&path), "description": organization.description});
        let sensitive = !services.is_empty() && services.iter().all(|service| service.sensitive);
        let page = Page::new(organization.name.clone()).describing(organization.description.clone()).at(path).under(Nav::Find).sensitive(sensitive).about(&about);
        let dialled = organization.phone.iter().flat_map(|phone| phone.chars()).filter(char::is_ascii_digit).collect();
        let next = directory.sessions().list_next(HeldBy::Organization(&organization.slug), NEXT_SHOWN);
        Ok(Some((page, OrganizationView { organization, services, next, dialled })))
    })
    .await
}
