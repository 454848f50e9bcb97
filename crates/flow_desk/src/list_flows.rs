//! `/admin/flows`: every guide with what waits, and a new one.

use crate::{
    FlowDesk,
    show_flow::{self, Above},
    working::{self, find_working},
};
use access::{On, WriteFlows};
use askama::Template;
use axum::extract::State;
use flows::Flows;
use kernel::{Date, Fault, Refusal, Slug, Span, one_line};
use web::{
    CardView, Form, Page, Reply, Who,
    fields::{ErrorSummary, Errors, Input},
    say, see_other, show, show_with,
};

const TITLE_MAX: usize = 100;
/// A guide's address is made of its first name and stays; the name itself can become any other.
const NO_ADDRESS: &str = "The name needs some letters from a to z, or a number: they make the address of the guide. Begin with an English name. You can change the name afterwards";

#[derive(Template)]
#[template(path = "flows.html")]
struct ListView {
    card: Option<CardView>,
    summary: String,
    field: String,
    flows: Vec<LineView>,
}

struct LineView {
    slug: String,
    title: String,
    /// A word and the class of its tag.
    tags: Vec<(String, &'static str)>,
    facts: String,
}

pub(crate) async fn get(State(desk): State<FlowDesk>, who: Who) -> Reply {
    who.may::<WriteFlows>(On::all("flow"))?;
    page(&desk, None).await
}

/// The list, with a card above it where what was done before called for one.
pub(crate) async fn page(desk: &FlowDesk, card: Option<CardView>) -> Reply {
    let body = list(desk, "", &Errors::default(), card).await?;
    show(desk.site(), &Page::new("Guides"), &body)
}

async fn list(
    desk: &FlowDesk,
    typed: &str,
    errors: &Errors,
    card: Option<CardView>,
) -> Result<ListView, Fault> {
    let mut flows = Vec::new();
    for standing in desk.flows().list_standing().await? {
        let Some(working) = find_working(desk, &standing.slug).await? else { continue };
        let mut tags = Vec::new();
        match &standing.offered {
            Some(_) if standing.is_councils => tags.push(("Your own".to_owned(), "")),
            Some(_) => {}
            None => tags.push(("Not offered".to_owned(), "")),
        }
        if standing.draft.is_some() {
            tags.push(("Draft".to_owned(), "tag-soon"));
        }
        let must = working.findings.iter().filter(|finding| finding.rule.keeps_from_publishing()).count();
        let troubles = working.parsed.as_ref().err().map_or(0, Vec::len) + must;
        if troubles > 0 {
            tags.push((format!("To put right: {troubles}"), "tag-soon"));
        }
        let mut facts = Vec::new();
        if let Some(number) = standing.number {
            facts.push(format!("Revision {number}"));
        }
        if let Some(flow) = working.flow() {
            facts.push(say::count(flow.nodes.len(), "step", "steps"));
            facts.push(flow.languages.join(", "));
            facts.push(format!("look again by {}", say::day_month_year(flow.review_by)));
        }
        flows.push(LineView { title: working.title(), slug: standing.slug, tags, facts: facts.join(" · ") });
    }
    let field = Input {
        name: "title",
        label: "What is it called?",
        hint: "As families would say it, for example 'My child will not go to school'",
        value: typed,
        kind: "text",
        autocomplete: "",
        error: errors.at("title"),
    };
    let summary = if errors.is_empty() { String::new() } else { ErrorSummary { errors }.render()? };
    Ok(ListView { card, summary, field: field.render()?, flows })
}

/// A new guide begins as a draft with a question and an end.
pub(crate) async fn post(State(desk): State<FlowDesk>, who: Who, form: Form) -> Reply {
    let card = working::card(desk.site(), form.get("title"), "");
    let title = one_line(form.get("title"));
    let mut errors = Errors::default();
    let slug = match Slug::from_name(&title) {
        _ if title.chars().count() > TITLE_MAX => Err(format!("Use at most {TITLE_MAX} letters")),
        None if title.is_empty() => Err("Type what it is called".to_owned()),
        None => Err(NO_ADDRESS.to_owned()),
        Some(slug) => Ok(String::from(slug)),
    };
    let slug = errors.take("title", slug).unwrap_or_default();
    let may = who.may::<WriteFlows>(Flows::record_of(&slug))?;
    let text = first_text(&slug, &title, desk.site().clock().today())?;
    // A second press finds begun what it begins.
    let is_begun =
        find_working(&desk, &slug).await?.is_some_and(|working| working.is_draft() && working.text == text);
    if errors.is_empty()
        && !is_begun
        && let Some(namesake) = find_namesake(&desk, &slug, &title).await?
    {
        let words = format!(
            "There is a guide with this name already. Its address ends in {namesake}. Open it in the list, or choose another name"
        );
        errors.0.push(Refusal::at("title", words));
    }
    if !errors.is_empty() {
        let (status, name) = errors.page("Guides");
        let body = list(&desk, form.get("title"), &errors, card).await?;
        return show_with(desk.site(), status, &Page::new(name), &body);
    }
    if !is_begun {
        desk.flows().save_draft(&may, &slug, &text, 0).await?;
    }
    if card.is_some() {
        // A card is not lost on the way to another page.
        return show_flow::page(&desk, &slug, Above { card, saved: true, not_added: false }).await;
    }
    Ok(see_other(&format!("/admin/flows/{slug}")))
}

/// The last part of the address of a guide that has this address or this name already: two of one name cannot be told
/// apart in the list, nor by families.
async fn find_namesake(desk: &FlowDesk, slug: &str, title: &str) -> Result<Option<String>, Fault> {
    if find_working(desk, slug).await?.is_some() {
        return Ok(Some(slug.to_owned()));
    }
    let plain = |name: &str| one_line(name).to_lowercase();
    for standing in desk.flows().list_standing().await? {
        let drafted = find_working(desk, &standing.slug).await?.map(|working| working.title());
        let is_taken = plain(&standing.title) == plain(title)
            || drafted.is_some_and(|drafted| plain(&drafted) == plain(title));
        if is_taken {
            return Ok(Some(standing.slug));
        }
    }
    Ok(None)
}

/// A question and an end.
fn first_text(slug: &str, title: &str, today: Date) -> Result<String, Fault> {
    let review = today.checked_add(Span::new().months(6))?;
    Ok(format!(
        "slug = {slug:?}\ntitle = {title:?}\nsummary = \"(To be written) What this guide helps with.\"\ntopics = []\nalso_say = []\nowner = \"Family hub team\"\nchecked_on = {today}\nreview_by = {review}\nlanguages = [\"en\"]\nstart = \"first\"\n\n[[node]]\nkey = \"first\"\nkind = \"choice\"\nsay = \"(To be written) What do you ask first?\"\nfacts = false\notherwise = \"end\"\n[[node.choice]]\nkey = \"yes\"\nwords = \"Yes\"\nto = \"end\"\n\n[[node]]\nkey = \"end\"\nkind = \"end\"\nsay = \"You can come back to this guide at any time.\"\nfacts = false\n",
    ))
}
