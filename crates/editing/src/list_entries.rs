//! Every entry in a list that can be narrowed; a narrowing worth keeping is a view with a name.

use crate::store::{self as rows, EntryView};
use access::{EditMany, On, audit};
use askama::Template;
use axum::extract::{Path, State};
use directory::{Directory, EntryLine, Nameable};
use kernel::{Date, Fault, Id, Refusal};
use store::Tx;
use web::{
    Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors},
    missing, say, see_other, show_with,
};

/// The fields of the narrowing, as they stand in the address.
const FIELDS: [&str; 4] = ["q", "organisation", "checked", "status"];
const CHECKED: [(&str, &str); 5] = [
    ("", "Any time"),
    ("fresh", "In the last 3 months"),
    ("stale", "More than 3 months ago"),
    ("old", "More than 12 months ago"),
    ("never", "Never"),
];
const STATUS: [(&str, &str); 5] = [
    ("", "Any"),
    ("active", "Running"),
    ("temporarily closed", "Closed for now"),
    ("inactive", "Not running at present"),
    ("defunct", "No longer running"),
];

#[derive(Template)]
#[template(path = "entries.html")]
struct EntriesView {
    summary: String,
    query: String,
    q: String,
    organisation: String,
    organisations: Vec<(String, String)>,
    checked: String,
    status: String,
    views: Vec<EntryView>,
    entries: Vec<Line>,
    all: usize,
    needs: Vec<Nameable>,
    view_name: String,
    view_error: Option<String>,
}

impl EntriesView {
    fn is(&self, chosen: &str, value: &str) -> bool {
        chosen == value
    }
}

struct Line {
    slug: String,
    name: String,
    organization: String,
    checked: String,
    status: &'static str,
    reports: i64,
}

/// `GET /admin/entries`.
pub(crate) async fn get(State(directory): State<Directory>, who: Who, params: Params) -> Reply {
    who.may::<EditMany>(On::all("service"))?;
    list(&directory, &Narrowing::of(|name| params.get(name).to_owned()), "", Errors::default()).await
}

/// `POST /admin/entries/views`.
pub(crate) async fn post_view(State(directory): State<Directory>, who: Who, form: Form) -> Reply {
    let may = who.may::<EditMany>(On::all("entry_view"))?;
    let site = directory.site();
    // A view's name is seen by colleagues only; words of danger in it are still heard.
    site.screen(form.get("name"));
    let narrowing = Narrowing::of(|name| form.get(name).to_owned());
    let name: String = form.get("name").to_owned();
    let letters = name.chars().count();
    let mut errors = Errors::default();
    if name.is_empty() {
        errors.0.push(Refusal::at("name", "Enter a name for this view"));
    } else if letters > 60 {
        errors.0.push(Refusal::at("name", format!("Use 60 letters or fewer. You have {letters}")));
    }
    if !errors.is_empty() {
        return list(&directory, &narrowing, &name, errors).await;
    }
    let (id, now, query) = (Id::new(site.clock(), site.dice()), site.clock().now(), narrowing.query());
    let back = narrowing.address();
    site.db()
        .write(move |tx| {
            rows::set_view(tx, id, &name, &query, now)?;
            audit::record(tx, &may, "kept a view of the entries", "", now);
            Ok(())
        })
        .await?;
    Ok(see_other(&back))
}

/// `POST /admin/entries/views/{id}/remove`.
pub(crate) async fn post_remove_view(
    State(directory): State<Directory>,
    who: Who,
    Path(id): Path<String>,
) -> Reply {
    let may = who.may::<EditMany>(On::all("entry_view"))?;
    let Ok(id) = id.parse() else { return Ok(missing()) };
    let now = directory.site().clock().now();
    directory
        .site()
        .db()
        .write(move |tx| {
            rows::delete_view(tx, id)?;
            audit::record(tx, &may, "took away a view of the entries", "", now);
            Ok(())
        })
        .await?;
    Ok(see_other("/admin/entries"))
}

async fn list(directory: &Directory, narrowing: &Narrowing, view_name: &str, errors: Errors) -> Reply {
    let site = directory.site();
    let (entries, views, needs) = site
        .db()
        .read(|tx| Ok((directory::list_entries(tx)?, rows::list_views(tx)?, directory::list_needs(tx)?)))
        .await?;
    let today = site.clock().today();
    let all = entries.len();
    let mut organisations: Vec<(String, String)> = entries
        .iter()
        .map(|entry| (entry.organization.slug.clone(), entry.organization.name.clone()))
        .collect();
    organisations.sort_by_key(|(_, name)| name.to_lowercase());
    organisations.dedup();
    let shown = entries.into_iter().filter(|entry| narrowing.keeps(entry, today)).map(line).collect();
    let error = errors.at("name").map(str::to_owned);
    let body = EntriesView {
        summary: ErrorSummary { errors: &errors }.render()?,
        query: narrowing.query(),
        q: narrowing.q.clone(),
        organisation: narrowing.organisation.clone(),
        organisations,
        checked: narrowing.checked.clone(),
        status: narrowing.status.clone(),
        views,
        entries: shown,
        all,
        needs,
        view_name: view_name.to_owned(),
        view_error: error,
    };
    let (status, title) = errors.page("Entries");
    show_with(site, status, &Page::new(title), &body)
}

/// The entries that a list narrowed like this shows.
pub(crate) fn list_shown(tx: &mut Tx, query: &str, today: Date) -> Result<Vec<String>, Fault> {
    let params = Params::read(query.as_bytes());
    let narrowing = Narrowing::of(|name| params.get(name).to_owned());
    let entries = directory::list_entries(tx)?;
    Ok(entries.into_iter().filter(|entry| narrowing.keeps(entry, today)).map(|entry| entry.slug).collect())
}

fn line(entry: EntryLine) -> Line {
    Line {
        checked: entry.checked_on.map_or_else(|| "Never checked".to_owned(), say::day_month_year),
        status: entry.status_words(),
        slug: entry.slug,
        name: entry.name,
        organization: entry.organization.name,
        reports: entry.reports,
    }
}

/// What the list is narrowed to.
struct Narrowing {
    q: String,
    organisation: String,
    checked: String,
    status: String,
}

impl Narrowing {
    fn of(get: impl Fn(&str) -> String) -> Narrowing {
        Narrowing {
            q: get("q"),
            organisation: get("organisation"),
            checked: get("checked"),
            status: get("status"),
        }
    }

    fn keeps(&self, entry: &EntryLine, today: Date) -> bool {
        let words = search_words(&self.q);
        let text = format!("{} {} {}", entry.name, entry.slug, entry.organization.name).to_lowercase();
        let days = entry.checked_on.map(|on| (today - on).get_days());
        let checked = match self.checked.as_str() {
            "fresh" => days.is_some_and(|days| days <= 92),
            "stale" => days.is_some_and(|days| days > 92),
            "old" => days.is_some_and(|days| days > 365),
            "never" => days.is_none(),
            _ => true,
        };
        words.iter().all(|word| text.contains(word))
            && (self.organisation.is_empty() || self.organisation == entry.organization.slug)
            && (self.status.is_empty() || self.status == entry.status_key())
            && checked
    }

    fn query(&self) -> String {
        let values = [&self.q, &self.organisation, &self.checked, &self.status];
        let given = FIELDS.iter().zip(values).filter(|(_, value)| !value.is_empty());
        form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish()
    }

    fn address(&self) -> String {
        format!("/admin/entries?{}", self.query())
    }
}

fn search_words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_lowercase).collect()
}
