use crate::library::{Library, Page};
use access::Browse;
use askama::Template;
use axum::extract::{Path, State};
use web::{Asked, Door, Nav, Reply, Site, cached, say};

#[derive(Clone)]
struct Room {
    site: Site,
    library: Library,
}

/// The room's public addresses.
pub fn routes(site: &Site, library: &Library) -> Door {
    Door::new()
        .get::<Browse, _, _>("/pages", list)
        .get::<Browse, _, _>("/pages/{slug}", page)
        .get::<Browse, _, _>("/accessibility", async |room, asked| fixed(room, asked, "accessibility").await)
        .get::<Browse, _, _>("/privacy", async |room, asked| fixed(room, asked, "privacy").await)
        .with_state(Room { site: site.clone(), library: library.clone() })
}

/// Every address of the room, for the sitemap.
pub fn paths(library: &Library) -> Vec<String> {
    std::iter::once("/pages".to_owned()).chain(library.list().into_iter().map(Page::path)).collect()
}

#[derive(Template)]
#[template(path = "page.html")]
struct PageView {
    page: Page,
    related: Vec<Page>,
    checked: String,
    fresh: bool,
}

/// `GET /pages/{slug}`.
async fn page(state: State<Room>, asked: Asked, Path(slug): Path<String>) -> Reply {
    if matches!(slug.as_str(), "accessibility" | "privacy") {
        return Ok(web::see_other(&format!("/{slug}")));
    }
    fixed(state, asked, &slug).await
}

async fn fixed(State(room): State<Room>, asked: Asked, slug: &str) -> Reply {
    cached(&room.site, asked, async {
        let Some(page) = room.library.find(slug).cloned() else {
            return Ok(None);
        };
        let head = page.head.clone();
        let related = head.related.iter().filter_map(|slug| room.library.find(slug).cloned()).collect();
        let about = serde_json_article(&room.site, &page);
        let shell = web::Page::new(head.title.clone())
            .describing(head.summary.clone())
            .at(page.path())
            .under(Nav::Advice)
            .sensitive(head.sensitive)
            .about(&about);
        let fresh = head.review_by >= room.site.clock().today();
        let checked = format!(
            "Checked {}. We look again by {}.",
            say::month_year(head.checked_on),
            say::month_year(head.review_by)
        );
        Ok(Some((shell, PageView { page, related, checked, fresh })))
    })
    .await
}

fn serde_json_article(site: &Site, page: &Page) -> serde_json::Value {
    serde_json::json!({
        "@context": "https://schema.org", "@type": "WebPage", "name": page.head.title, "description": page.head.summary,
        "url": site.absolute(&page.path()), "lastReviewed": page.head.checked_on.to_string(), "inLanguage": site.council().language,
    })
}

#[derive(Template)]
#[template(path = "pages.html")]
struct PagesView {
    groups: Vec<(String, Vec<Page>)>,
}

/// `GET /pages`: every page, by need.
async fn list(State(room): State<Room>, asked: Asked) -> Reply {
    cached(&room.site, asked, async {
        let groups = grouped(&room.library);
        let page = web::Page::new("Advice")
            .describing("Short answers to what parents most ask.")
            .at("/pages")
            .under(Nav::Advice);
        Ok(Some((page, PagesView { groups })))
    })
    .await
}

/// Pages under headings a parent would look for. A page stands under the first that fits.
fn grouped(library: &Library) -> Vec<(String, Vec<Page>)> {
    const HEADINGS: [(&str, &[&str]); 9] = [
        (
            "Babies and pregnancy",
            &[
                "feeding",
                "breastfeeding",
                "bottle-feeding",
                "first-foods",
                "sleep-and-crying",
                "crying",
                "baby-sleep",
                "safer-sleep",
                "pregnancy-and-birth",
                "midwife-and-maternity",
                "antenatal-classes",
                "new-baby",
                "birth-registration",
                "health-visiting",
            ],
        ),
        ("Loss and grief", &["loss-and-grief", "baby-loss", "bereavement"]),
        (
            "Feelings and safety",
            &[
                "feeling-low-or-worried",
                "perinatal-mental-health",
                "parent-mental-health",
                "child-mental-health",
                "bonding",
                "loneliness",
                "not-safe-at-home",
                "domestic-abuse",
                "child-protection",
            ],
        ),
        (
            "Health",
            &[
                "teeth-and-health",
                "teeth",
                "vaccines",
                "healthy-weight",
                "illness",
                "toilet-training",
                "sexual-health",
                "smoking",
                "alcohol-and-drugs",
            ],
        ),
        (
            "Special needs: SEND",
            &[
                "send",
                "autism-and-adhd",
                "ehc-plans",
                "short-breaks",
                "send-groups",
                "therapies",
                "hearing-and-sight",
                "preparing-for-adulthood",
                "talking-and-learning",
                "speech-and-language",
                "early-learning",
            ],
        ),
        (
            "Money, food and home",
            &[
                "money-food-and-home",
                "benefits",
                "debt",
                "food",
                "fuel-and-bills",
                "housing",
                "work-and-courses",
                "childcare",
                "funded-childcare",
                "nurseries-and-childminders",
            ],
        ),
        (
            "School age and teens",
            &[
                "school-age-and-teens",
                "school-attendance",
                "bullying",
                "youth-support",
                "online-safety",
                "youth-justice",
            ],
        ),
        (
            "Family life",
            &[
                "family-life",
                "parenting",
                "relationships",
                "separating",
                "kinship",
                "young-parents",
                "family-support",
                "dads-and-partners",
                "things-to-do",
            ],
        ),
        ("About this site", &[]),
    ];
    let fits =
        |page: &Page, topics: &[&str]| page.head.topics.iter().any(|topic| topics.contains(&topic.as_str()));
    let mut rest: Vec<Page> = library.list().into_iter().cloned().collect();
    let mut groups = Vec::new();
    for (heading, topics) in HEADINGS {
        let (here, others) = rest.into_iter().partition(|page| topics.is_empty() || fits(page, topics));
        rest = others;
        groups.push((heading.to_owned(), here));
    }
    groups.retain(|(_, pages): &(String, Vec<Page>)| !pages.is_empty());
    groups
}
