//! `hearth check`: what needs a person, and nothing else. Each line says what to do.

use crate::House;
use access::audit::Soundness;
use kernel::{Date, Fault};
use serde::Serialize;
use settings::Council;
use web::say;

/// What needs a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// `contact`, `page`, `settings`, `audit`, `backups`, `messages`, `jobs`, `feed`, `sources`, `guides`, and those of the room of
    /// figures: `duplicates`, `links`, `coverage`, `merges`, `freshness`.
    pub area: String,
    /// What to do, as a sentence.
    pub sentence: String,
}

impl Finding {
    fn new(area: &str, sentence: impl Into<String>) -> Finding {
        Finding { area: area.to_owned(), sentence: sentence.into() }
    }
}

/// What `hearth check` has to say.
#[derive(Clone, Debug, Serialize)]
pub struct Checked {
    /// The length and the end of the audit trail, to be kept elsewhere and compared.
    pub audit_trail: String,
    /// What needs a person.
    pub findings: Vec<Finding>,
    /// How complete, fresh and well covered the directory is, and from where.
    pub quality: quality::Report,
    /// What the rules of Open Referral UK, and ours, say of the feed.
    pub feed: feed::SelfCheck,
}

/// Looks at contacts, pages, settings, the audit trail, jobs, and how true the data is.
pub async fn check(house: &House) -> Result<Checked, Fault> {
    let today = house.site.clock().today();
    let mut findings = contacts(house, today);
    for page in house.library.overdue(today) {
        findings.push(Finding::new("page", format!("The page '{}' was to be looked at again by {}. Check its facts against its sources and set both dates.", page.slug, page.head.review_by)));
    }
    let council = house.site.council();
    findings.extend(not_filled_in(&council.list_gaps()).map(|sentence| Finding::new("settings", sentence)));
    if house.library.is_builtin && ![content::BUILTIN_AREA, ""].contains(&council.area_code.as_str()) {
        findings.push(Finding::new("page", format!("The pages that come with Hearth give the telephone numbers of another council ({}), and families read them. Copy their folder, put your own numbers in, and name the folder as `pages` in the configuration.", content::BUILTIN_AREA)));
    }
    if council.public_url.is_empty() {
        findings.push(Finding::new("settings", "The site does not know its own address: set public_url in the settings, so that links and codes can be shared."));
    }
    if house.directory.list_need_slugs().is_empty() {
        findings.push(Finding::new("settings", "There are no needs yet: families have nothing to choose from, and guides find no services. Read some in with `hearth import needs FILE`."));
    }
    let (head, of_trail) = trail(house).await?;
    findings.extend(of_trail);
    let now = house.site.clock().now();
    for sentence in house.site.db().snapshot(move |tx| events::findings(tx, now)).await? {
        findings.push(Finding::new("sessions", sentence));
    }
    for published in house.flows.list().iter() {
        let (slug, wrong) = (&published.flow.slug, house.flow_desk.findings(&published.flow));
        let must = wrong.iter().filter(|finding| finding.rule.keeps_from_publishing());
        let must: Vec<String> = must.map(ToString::to_string).collect();
        if !must.is_empty() {
            let sentence = format!("The guide '{slug}': {} Mend it at /admin/flows/{slug}.", must.join(" "));
            findings.push(Finding::new("guides", sentence));
        }
    }
    for sentence in house.site.db().snapshot(bookings::findings).await? {
        findings.push(Finding::new("bookings", sentence));
    }
    for sentence in house.notify.findings().await? {
        findings.push(Finding::new("messages", sentence));
    }
    let dead = house.site.db().read(jobs::list_dead).await?;
    for job in dead {
        findings.push(Finding::new(
            "jobs",
            format!("The job '{}' gave up. Its last reason is in the job table.", job.kind),
        ));
    }
    let (feed, sources) = open_data(house).await?;
    if feed.fails > 0 {
        findings.push(Finding::new(
            "feed",
            format!(
                "{} findings in the feed that the official rules refuse: look at /admin/self-check.",
                feed.fails
            ),
        ));
    }
    findings.extend(sources.into_iter().map(|sentence| Finding::new("sources", sentence)));
    let told = quality::findings(&house.quality).await?;
    findings.extend(told.into_iter().map(|told| Finding { area: told.area, sentence: told.sentence }));
    let quality = quality::report(&house.quality).await?;
    Ok(Checked { audit_trail: head, findings, quality, feed })
}

/// What the feed's records and the sources have to say, after the records were brought up to date.
async fn open_data(house: &House) -> Result<(feed::SelfCheck, Vec<String>), Fault> {
    house.feed.renew().await?;
    let now = house.site.clock().now();
    house.site.db().read(move |tx| Ok((feed::self_check(tx)?, intake::findings(tx, now)?))).await
}

/// Whether the audit trail is as it was written, and which backups still hold somebody who was erased.
async fn trail(house: &House) -> Result<(String, Vec<Finding>), Fault> {
    let (office, now) = (house.office.clone(), house.site.clock().now());
    house
        .site
        .db()
        .snapshot(move |tx| {
            let mut findings = Vec::new();
            let head = match access::audit::verify(tx)? {
                Soundness::Sound { rows, head } => format!("The audit trail holds {rows} rows and ends in {head}"),
                Soundness::Broken { sequence } => {
                    findings.push(Finding::new("audit", format!("The audit trail was changed behind the house's back: row {sequence} does not fit. Compare with a backup before anything else is done.")));
                    format!("The audit trail does not fit at row {sequence}")
                }
            };
            if let Some(sentence) = accounts::find_backups_to_delete(tx, &office, now)? {
                findings.push(Finding::new("backups", sentence));
            }
            Ok((head, findings))
        })
        .await
}

/// What is to be said of settings that nobody filled in.
fn not_filled_in(gaps: &[&str]) -> Option<String> {
    let all = Council::unnamed().list_gaps().len();
    match gaps.len() {
        0 => None,
        many if many == all => {
            Some("The council is not set up: save its settings with `hearth settings set FILE`.".to_owned())
        }
        _ => Some(format!(
            "The council is only half set up, and families see that. Still empty, or as it came: {}. Print the settings with `hearth settings show`, fill in what is missing, and save them with `hearth settings set FILE`.",
            say::list(&gaps.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>())
        )),
    }
}

fn contacts(house: &House, today: Date) -> Vec<Finding> {
    let local = house.site.local_contacts();
    let expired = house.site.safety().expired(today).into_iter().chain(local.expired(today));
    let late = expired.map(|contact| Finding::new("contact", format!("The number of '{}' was to be checked by {}. Ring it, compare it with its source ({}), and set both dates.", contact.name, contact.review_by, contact.source)));
    let mut findings: Vec<Finding> = late.collect();
    let mut empty = |missing: bool, slot: &str| {
        if missing {
            findings.push(Finding::new(
                "contact",
                format!("No {slot} is set. Until it is, cards fall back to a national line."),
            ));
        }
    };
    empty(local.childrens_social_care.is_none(), "number for children's social care");
    empty(local.childrens_social_care_out_of_hours.is_none(), "number for children's social care at night");
    empty(local.maternity_triage.is_empty(), "maternity triage number");
    empty(local.domestic_abuse.is_none(), "number of the local domestic abuse service");
    empty(local.emergency_housing.is_none(), "number for emergency housing");
    findings
}
