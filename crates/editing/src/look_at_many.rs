//! Look at what a change to many entries would do, before anything is done. A look has an address of its own, so that
//! going back to it asks nobody to send a form again.

use crate::{
    list_entries::list_shown,
    model::{Change, ENTRIES_MAX, Made},
    store::{self as rows, ManyLook},
};
use access::{EditMany, On};
use askama::Template;
use axum::extract::{Path, State};
use directory::Directory;
use jiff::SignedDuration;
use keeping::TwoPeople;
use kernel::{Fault, Id, Instant, Refusal};
use store::Tx;
use web::{
    CardView, Form, Page, Reply, Site, Who,
    fields::{ErrorSummary, Errors},
    missing, see_other, show, show_with,
};

/// How long one may come back to a look, in hours. What it would do is worked out anew each time.
const KEPT_HOURS: i64 = 7 * 24;

/// What can be changed, as the list offers it.
const KINDS: [(&str, &str); 4] = [
    ("replace", "Put one text in place of another"),
    ("add_need", "Add a need they are found under"),
    ("remove_need", "Take away a need"),
    ("add_alias", "Add what people also say"),
];

/// Why an entry is left out of a change to many.
pub(crate) const TAKES_TWO: &str =
    "This touches what protects people, so two must look at it: change it on its own page";

/// What was chosen in the list: a change, as it was typed, and entries.
pub(crate) struct Chosen {
    pub kind: String,
    pub value: String,
    pub put: String,
    pub slugs: Vec<String>,
}

impl Chosen {
    /// The change, if it can be made to these entries.
    pub fn read(&self) -> Result<Change, Errors> {
        let mut errors = Errors::default();
        if self.slugs.is_empty() {
            errors.0.push(Refusal::at("", "Tick at least one entry in the list"));
        } else if self.slugs.len() > ENTRIES_MAX {
            let ticked = self.slugs.len();
            let sentence = format!("Change up to {ENTRIES_MAX} entries at once. You ticked {ticked}");
            errors.0.push(Refusal::at("", sentence));
        }
        match Change::read(&self.kind, &self.value, &self.put) {
            Ok(change) if errors.is_empty() => return Ok(change),
            Ok(_) => {}
            Err((field, sentence)) => errors.0.push(Refusal::at(field, sentence)),
        }
        Err(errors)
    }
}

/// `POST /admin/entries/preview`: changes nothing, and leads to the look.
pub(crate) async fn post_preview(State(directory): State<Directory>, who: Who, form: Form) -> Reply {
    who.may::<EditMany>(On::all("service"))?;
    let site = directory.site();
    let kind = form.get("kind");
    let value = match kind {
        "replace" => form.get("find"),
        "add_alias" => form.get("alias"),
        _ => form.get("need"),
    };
    let mut slugs: Vec<String> = form.all("slug").map(str::to_owned).collect();
    if !form.get("all").is_empty() {
        let (query, today) = (form.get("query").to_owned(), site.clock().today());
        slugs = site.db().read(move |tx| list_shown(tx, &query, today)).await?;
    }
    let (kind, value) = (kind.to_owned(), value.to_owned());
    let chosen = Chosen { kind, value, put: form.get("put").to_owned(), slugs };
    if let Err(errors) = chosen.read() {
        let typed = form.typed(&["find", "put", "alias"]);
        let card = site.card(site.screen(&typed).verdict()).map(CardView::above);
        return choose_again(site, chosen, card, &errors).await;
    }
    let now = site.clock().now();
    let look = ManyLook {
        id: Id::new(site.clock(), site.dice()),
        kind: chosen.kind,
        value: chosen.value,
        put: chosen.put,
        slugs: chosen.slugs.join("\n"),
        looked_at: now,
    };
    let id = look.id;
    site.db()
        .write(move |tx| {
            rows::delete_looks_before(tx, now - SignedDuration::from_hours(KEPT_HOURS))?;
            rows::insert_look(tx, &look)
        })
        .await?;
    Ok(see_other(&format!("/admin/entries/looks/{id}")))
}

/// `GET /admin/entries/looks/{id}`: what would change now, or that it has been done.
pub(crate) async fn get(State(directory): State<Directory>, who: Who, Path(id): Path<String>) -> Reply {
    let Ok(id) = id.parse::<Id<()>>() else { return Ok(missing()) };
    who.may::<EditMany>(On::one("many_change", id))?;
    let site = directory.site();
    let found = site
        .db()
        .read(move |tx| Ok((rows::find_look(tx, id)?, rows::find_change_to_read(tx, id)?.is_some())))
        .await?;
    let (Some(look), is_made) = found else { return Ok(missing()) };
    let card = site.card(site.screen(&format!("{}\n{}", look.value, look.put)).verdict());
    let slugs = look.slugs.lines().map(str::to_owned).collect();
    let chosen = Chosen { kind: look.kind, value: look.value, put: look.put, slugs };
    // What can be looked at once could be read then; only a later rule of ours could refuse it.
    let Ok(change) = chosen.read() else { return Ok(missing()) };
    if is_made {
        return show(site, &Page::new("This change was made"), &MadeView { id, words: change.words() });
    }
    show_look(site, id, chosen, change, card.map(CardView::above), "", &Errors::default()).await
}

#[derive(Template)]
#[template(path = "many_made.html")]
struct MadeView {
    id: Id<()>,
    words: String,
}

#[derive(Template)]
#[template(path = "many_preview.html")]
struct PreviewView {
    card: Option<CardView>,
    summary: String,
    look: Id<()>,
    words: String,
    kind: String,
    value: String,
    put: String,
    why: String,
    why_error: Option<String>,
    changed: Vec<Preview>,
    same: usize,
    refused: Vec<(String, String)>,
}

struct Preview {
    slug: String,
    name: String,
    version: i64,
    differs: Vec<(&'static str, String, String)>,
}

/// What the change would do, and the form that does it.
pub(crate) async fn show_look(
    site: &Site,
    look: Id<()>,
    chosen: Chosen,
    change: Change,
    card: Option<CardView>,
    why: &str,
    errors: &Errors,
) -> Reply {
    let mut body = PreviewView {
        card,
        summary: ErrorSummary { errors }.render()?,
        look,
        words: change.words(),
        kind: chosen.kind,
        value: chosen.value,
        put: chosen.put,
        why: why.to_owned(),
        why_error: errors.at("why").map(str::to_owned),
        changed: Vec::new(),
        same: 0,
        refused: Vec::new(),
    };
    let (council, now) = (site.council(), site.clock().now());
    let made = site.db().read(move |tx| list_made(tx, &change, &chosen.slugs, &council, now)).await?;
    for (slug, name, version, made) in made {
        match made {
            Made::Changed(_, differs) => body.changed.push(Preview { slug, name, version, differs }),
            Made::Same => body.same += 1,
            Made::Refused(sentence) => body.refused.push((name, sentence)),
        }
    }
    let (status, title) = errors.page("Look before you change");
    show_with(site, status, &Page::new(title), &body)
}

fn list_made(
    tx: &mut Tx,
    change: &Change,
    slugs: &[String],
    council: &settings::Council,
    now: Instant,
) -> Result<Vec<(String, String, i64, Made)>, Fault> {
    let mut made = Vec::with_capacity(slugs.len());
    let two_people = TwoPeople::find(tx, council, now)?;
    for slug in slugs {
        if let Some(entry) = directory::find_entry(tx, slug)? {
            let applied = match change.applied(&entry.draft) {
                Made::Changed(draft, _) if two_people.are_needed(&entry.draft, &draft)? => {
                    Made::Refused(TAKES_TWO.to_owned())
                }
                applied => applied,
            };
            made.push((entry.slug, entry.name, entry.version, applied));
        }
    }
    Ok(made)
}

/// The form of the list once more, with everything that was chosen in it.
#[derive(Template)]
#[template(path = "many_again.html")]
struct AgainView {
    card: Option<CardView>,
    summary: String,
    chosen: Chosen,
    /// Slug, name and whether it is chosen.
    needs: Vec<(String, String, bool)>,
}

impl AgainView {
    fn is_kind(&self, kind: &str) -> bool {
        self.chosen.kind == kind
    }

    /// What was typed for this kind of change; empty for the others.
    fn value_if(&self, kind: &str) -> &str {
        if self.is_kind(kind) { &self.chosen.value } else { "" }
    }
}

/// What was chosen cannot be read, and can be chosen again.
pub(crate) async fn choose_again(
    site: &Site,
    chosen: Chosen,
    card: Option<CardView>,
    errors: &Errors,
) -> Reply {
    let needs = site.db().read(directory::list_needs).await?;
    let is_chosen =
        |slug: &str| matches!(chosen.kind.as_str(), "add_need" | "remove_need") && chosen.value == slug;
    let needs = needs.into_iter().map(|need| {
        let is_chosen = is_chosen(&need.slug);
        (need.slug, need.name, is_chosen)
    });
    let needs = needs.collect();
    let body = AgainView { card, summary: ErrorSummary { errors }.render()?, chosen, needs };
    let (status, title) = errors.page("Look before you change");
    show_with(site, status, &Page::new(title), &body)
}
