//! A feed is added: its address is checked by the guard, it begins paused, and what it would do is shown first.

use crate::{
    harvest::enqueue_look,
    intake::{Intake, on},
    model::{Area, Kind, SourceDraft, source_id},
    store as rows,
    words::{Words, folded},
};
use access::{KeepSources, May, audit};
use askama::Template;
use axum::extract::State;
use kernel::{Fault, Refusal, Slug, one_line};
use web::{
    CardView, Form, Page, Reply, Site, Who,
    fields::{ErrorSummary, Errors, Input, Radios},
    see_other, show_with,
};

/// The boxes a person types into.
const TYPED: [&str; 8] =
    ["name", "address", "kind", "licence", "area", "every_hours", "topic", "organization"];
const LETTERS_MAX: usize = 500;

#[derive(Template)]
#[template(path = "source_new.html")]
struct NewView {
    card: Option<CardView>,
    summary: String,
    fields: Vec<String>,
    seen: bool,
}

/// What was typed, put back as it was.
#[derive(Default)]
struct Typed {
    values: [String; 8],
    seen: bool,
}

impl Typed {
    fn get(&self, name: &str) -> &str {
        TYPED.iter().position(|have| *have == name).map_or("", |at| self.values[at].as_str())
    }
}

/// `GET /admin/sources/new`.
pub(crate) async fn get(State(intake): State<Intake>) -> Reply {
    let mut typed = Typed::default();
    typed.values[5] = "24".to_owned();
    page(&intake.site, &typed, &Errors::default(), None)
}

/// `POST /admin/sources/new`.
pub(crate) async fn post(State(intake): State<Intake>, who: Who, form: Form) -> Reply {
    let screened = intake.site.screen(&form.typed(&TYPED));
    let card = intake.site.card(screened.verdict());
    let typed =
        Typed { values: TYPED.map(|name| form.get(name).to_owned()), seen: !form.get("seen").is_empty() };
    if screened.verdict().level == safety::Level::Red && !typed.seen {
        return page(&intake.site, &Typed { seen: true, ..typed }, &Errors::default(), card);
    }
    let draft = match parse(&intake, &typed).await? {
        Ok(draft) => draft,
        Err(errors) => return page(&intake.site, &typed, &errors, card),
    };
    let may: May<KeepSources> = who.may(on(source_id(draft.slug.as_str())))?;
    let now = intake.site.clock().now();
    let slug = draft.slug.to_string();
    let kept = intake
        .site
        .db()
        .write(move |tx| {
            if rows::find_source(tx, draft.slug.as_str())?.is_some_and(|source| source.stopped_at.is_none()) {
                return Ok(false);
            }
            let id = rows::set_source(tx, &draft, None, now)?;
            rows::set_paused(tx, id, true)?;
            enqueue_look(tx, draft.slug.as_str(), now)?;
            audit::record(tx, &may, "added a source", "", now);
            Ok(true)
        })
        .await?;
    if !kept {
        let errors = Errors(vec![Refusal::at("name", "There is a source of this name already")]);
        return page(&intake.site, &typed, &errors, card);
    }
    Ok(see_other(&format!("/admin/sources/{slug}?done=added")))
}

async fn parse(intake: &Intake, typed: &Typed) -> Result<Result<SourceDraft, Errors>, Fault> {
    let mut errors = Errors::default();
    let name = one_line(typed.get("name"));
    let slug = Slug::from_name(&name).filter(|slug| slug.as_str() != "new");
    if name.is_empty() || name.chars().count() > 120 || slug.is_none() {
        errors.0.push(Refusal::at("name", "Give it a name of up to 120 letters"));
    }
    let address = typed.get("address").trim().to_owned();
    if let Err(refused) = intake.fetcher.check(&address).await {
        errors.0.push(Refusal::at("address", refused.to_string()));
    }
    let kind =
        typed.get("kind").parse::<Kind>().ok().filter(|kind| matches!(kind, Kind::Oruk | Kind::OrukV1));
    if kind.is_none() {
        errors.0.push(Refusal::at("kind", "Choose which version it speaks"));
    }
    let area = typed.get("area").parse::<Area>().ok();
    if area.is_none() {
        errors.0.push(Refusal::at("area", "Choose whose area it is about"));
    }
    let every_hours =
        typed.get("every_hours").parse::<i64>().ok().filter(|hours| (1..=8_760).contains(hours));
    if every_hours.is_none() {
        errors.0.push(Refusal::at("every_hours", "Enter a whole number of hours from 1 to 8760"));
    }
    let licence = one_line(typed.get("licence"));
    if licence.chars().count() > LETTERS_MAX {
        errors.0.push(Refusal::at("licence", format!("Use {LETTERS_MAX} letters or fewer")));
    }
    let (needs, organizations) = intake
        .site
        .db()
        .read(|tx| Ok((directory::list_needs(tx)?, directory::list_organizations(tx)?)))
        .await?;
    let topic = Words::over(&needs)?.need_of_word(typed.get("topic"));
    if !typed.get("topic").is_empty() && topic.is_none() {
        errors.0.push(Refusal::at("topic", "Write the name of one of our needs, such as Things to do"));
    }
    let asked = folded(typed.get("organization"));
    let organization = organizations
        .iter()
        .find(|have| !asked.is_empty() && (folded(&have.name) == asked || folded(&have.slug) == asked))
        .and_then(|have| have.slug.parse::<Slug>().ok());
    if !asked.is_empty() && organization.is_none() {
        errors.0.push(Refusal::at("organization", "Write the name of an organisation that is listed here"));
    }
    Ok(match (slug, kind, area, every_hours) {
        (Some(slug), Some(kind), Some(area), Some(every_hours)) if errors.is_empty() => Ok(SourceDraft {
            slug,
            name,
            kind,
            address: Some(address),
            licence,
            area,
            every_hours,
            topic,
            organization,
            mapping: None,
        }),
        _ => Err(errors),
    })
}

fn page(site: &Site, typed: &Typed, errors: &Errors, card: Option<safety::Card>) -> Reply {
    let input = |name: &'static str, label: &str, hint: &str, kind: &str| -> Result<String, Fault> {
        let field = Input {
            name,
            label,
            hint,
            value: typed.get(name),
            kind,
            autocomplete: "off",
            error: errors.at(name),
        };
        Ok(field.render()?)
    };
    let radios = |name: &'static str, legend: &str, answers: &[(&str, &str)]| -> Result<String, Fault> {
        let field =
            Radios { name, legend, hint: "", answers, value: typed.get(name), error: errors.at(name) };
        Ok(field.render()?)
    };
    let words = |kind: Kind| (kind.key(), kind.words());
    let fields = vec![
        input("name", "What people call it", "It is said on entries: Taken from Example Council.", "text")?,
        input(
            "address",
            "Its address",
            "Such as https://example.org/oruk/v3. It must be on the open internet.",
            "url",
        )?,
        radios("kind", "Which version does it speak?", &[words(Kind::Oruk), words(Kind::OrukV1)])?,
        radios(
            "area",
            "Whose area is it about?",
            &Area::ALL.iter().map(|area| (area.key(), area.words())).collect::<Vec<_>>(),
        )?,
        input("every_hours", "Pull it every so many hours", "24 is once a day.", "text")?,
        input(
            "licence",
            "Its licence (optional)",
            "As it says itself, such as Open Government Licence v3.0.",
            "text",
        )?,
        input(
            "topic",
            "The need to file entries under when none of ours fits (optional)",
            "The name of a need, such as Things to do. Without one such entries are refused, and you see which.",
            "text",
        )?,
        input(
            "organization",
            "The organisation to file entries under when they name none (optional)",
            "The name of an organisation that is listed here.",
            "text",
        )?,
    ];
    let body = NewView {
        card: card.map(CardView::above),
        summary: ErrorSummary { errors }.render()?,
        fields,
        seen: typed.seen,
    };
    let (status, title) = errors.page("Add a feed");
    show_with(site, status, &Page::new(title), &body)
}
