//! `/admin/flows/{slug}/facts`: what a guide says of itself, in a form: its name, what families type, its dates and its
//! sources. What is not changed stays in the text letter for letter.
//!
//! To add a field: in [`Typed`] (read and of), in [`with`] where it is put into the text, and in [`view`].

use crate::{
    FlowDesk,
    edit_step::{set_list, set_text},
    show_flow,
    working::{self, Kept, Working, find_working, keep, tell_troubles},
};
use access::WriteFlows;
use askama::Template;
use axum::extract::{Path, State};
use flows::{Flow, Flows, Source};
use kernel::{Date, Fault, Refusal, Slug, one_line};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};
use web::{
    CardView, Form, Page, Reply, Who,
    fields::{ErrorSummary, Errors, Input, Textarea},
    is_path, may_lead_to, missing, see_other, show, show_with,
};

const TITLE_MAX: usize = 100;
const SUMMARY_MAX: usize = 300;
const OWNER_MAX: usize = 100;
/// Rows for sources that are not there yet.
const NEW_SOURCES: usize = 2;

/// The fields of the sources' names, to which what is wrong with a source leads.
const SOURCE_FIELDS: [&str; 60] = {
    macro_rules! named {
        ($($number:literal)*) => { [$(concat!("source-", $number)),*] };
    }
    named!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38
        39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59)
};

#[derive(Template)]
#[template(path = "flow_facts.html")]
struct FactsView {
    card: Option<CardView>,
    slug: String,
    title: String,
    summary: String,
    edition: i64,
    fields: Vec<String>,
    sources: Vec<SourceView>,
    /// Whether it speaks other languages, whose words this form does not change.
    is_translated: bool,
}

struct SourceView {
    name: &'static str,
    number: usize,
    typed: TypedSource,
    error: Option<String>,
}

pub(crate) async fn get(State(desk): State<FlowDesk>, Path(slug): Path<String>, who: Who) -> Reply {
    who.may::<WriteFlows>(Flows::record_of(&slug))?;
    let Some(working) = find_working(&desk, &slug).await? else { return Ok(missing()) };
    let Some(flow) = working.flow() else { return Ok(see_other(&format!("/admin/flows/{slug}/text"))) };
    let body = view(&working, flow, &Typed::of(flow), &Errors::default(), None)?;
    show(desk.site(), &Page::new(format!("About {}", body.title)), &body)
}

pub(crate) async fn post(
    State(desk): State<FlowDesk>,
    Path(slug): Path<String>,
    who: Who,
    form: Form,
) -> Reply {
    let may = who.may::<WriteFlows>(Flows::record_of(&slug))?;
    let Some(working) = find_working(&desk, &slug).await? else { return Ok(missing()) };
    let Some(flow) = working.flow() else { return Ok(see_other(&format!("/admin/flows/{slug}/text"))) };
    let typed = Typed::read(&form);
    let card = working::card(desk.site(), &typed.all_words(), &working.text);
    let seen: i64 = form.get("edition").parse().unwrap_or(0);
    let mut errors = Errors::default();
    let mut facts = typed.check(&mut errors);
    if let Some(facts) = &mut facts {
        // Those for which the form has no room stay.
        facts.sources.extend(flow.sources.iter().skip(SOURCE_FIELDS.len()).cloned());
    }
    if seen != working.edition {
        if let (Some(facts), true) = (&facts, errors.is_empty())
            && working.says(&with(&working.text, flow, &facts.with_keys_of(flow))?)
        {
            let card = working::card_again(&desk, &working, seen, &typed.all_words()).await?;
            return show_flow::saved(&desk, &slug, card).await;
        }
        let words = "Somebody else saved this guide meanwhile. What you typed is below: look at both, then save yours again";
        errors.0.insert(0, Refusal::at("title", words));
    }
    if let (Some(facts), true) = (facts, errors.is_empty()) {
        let text = with(&working.text, flow, &facts)?;
        match keep(&desk, &may, &slug, &text, seen).await? {
            Kept::Yes => return show_flow::saved(&desk, &slug, card).await,
            Kept::Newer => errors.0.push(Refusal::at("title", "Somebody else saved this guide meanwhile")),
            Kept::CannotRun(troubles) => tell_troubles(&mut errors, "", "", troubles),
        }
    }
    let (status, title) = errors.page("About the guide");
    let body = view(&working, flow, &typed, &errors, card)?;
    show_with(desk.site(), status, &Page::new(title), &body)
}

/// What the form says, as it was typed.
struct Typed {
    title: String,
    summary: String,
    also_say: String,
    owner: String,
    checked_on: String,
    review_by: String,
    sources: Vec<TypedSource>,
}

#[derive(Clone, Default)]
struct TypedSource {
    /// Empty for one that is not there yet.
    key: String,
    title: String,
    publisher: String,
    url: String,
    checked_on: String,
}

impl TypedSource {
    fn of(source: &Source) -> TypedSource {
        TypedSource {
            key: source.key.clone(),
            title: source.title.clone(),
            publisher: source.publisher.clone(),
            url: source.url.clone(),
            checked_on: source.checked_on.to_string(),
        }
    }

    fn is_empty(&self) -> bool {
        [&self.title, &self.publisher, &self.url, &self.checked_on].iter().all(|typed| typed.is_empty())
    }

    /// The source, or what to do about it.
    fn check(&self) -> Result<Source, &'static str> {
        if self.title.is_empty() {
            return Err("Type the name of this source, or empty the whole row to take it out");
        }
        if self.publisher.is_empty() {
            return Err("Type who publishes this source");
        }
        // A page of this site may be a source, too.
        let is_address = self.url.starts_with("https://") && may_lead_to(&self.url);
        if !is_address && !is_path(&self.url) {
            return Err("Type the address of this source. Begin it with https://");
        }
        let Ok(checked_on) = self.checked_on.parse() else {
            return Err("Give the day somebody last looked at this source");
        };
        Ok(Source {
            key: self.key.clone(),
            title: self.title.clone(),
            publisher: self.publisher.clone(),
            url: self.url.clone(),
            checked_on,
        })
    }
}

/// What the form says, looked at.
#[derive(Clone)]
struct Facts {
    title: String,
    summary: String,
    also_say: Vec<String>,
    owner: String,
    checked_on: Date,
    review_by: Date,
    /// With an empty key where it is new.
    sources: Vec<Source>,
}

impl Facts {
    /// The same, with the keys of the new sources where the guide has them by now.
    fn with_keys_of(&self, flow: &Flow) -> Facts {
        let mut facts = self.clone();
        for source in facts.sources.iter_mut().filter(|source| source.key.is_empty()) {
            let is_it = |known: &&Source| {
                let is_taken = self.sources.iter().any(|own| own.key == known.key);
                !is_taken && Source { key: String::new(), ..(*known).clone() } == *source
            };
            if let Some(known) = flow.sources.iter().find(is_it) {
                source.key = known.key.clone();
            }
        }
        facts
    }
}

impl Typed {
    fn of(flow: &Flow) -> Typed {
        Typed {
            title: flow.title.clone(),
            summary: flow.summary.clone(),
            also_say: flow.also_say.join("\n"),
            owner: flow.owner.clone(),
            checked_on: flow.checked_on.to_string(),
            review_by: flow.review_by.to_string(),
            sources: flow.sources.iter().map(TypedSource::of).collect(),
        }
    }

    fn read(form: &Form) -> Typed {
        let line = |name: &str| one_line(form.get(name));
        let source = |field: &&str| TypedSource {
            key: line(&format!("{field}-key")),
            title: line(field),
            publisher: line(&format!("{field}-publisher")),
            url: line(&format!("{field}-url")),
            checked_on: line(&format!("{field}-checked")),
        };
        Typed {
            title: line("title"),
            summary: line("summary"),
            also_say: form.get("also_say").replace("\r\n", "\n"),
            owner: line("owner"),
            checked_on: line("checked_on"),
            review_by: line("review_by"),
            sources: SOURCE_FIELDS
                .iter()
                .map(source)
                .filter(|source| !source.is_empty() || !source.key.is_empty())
                .collect(),
        }
    }

    fn all_words(&self) -> String {
        let mut words = vec![self.title.as_str(), &self.summary, &self.also_say, &self.owner];
        words.extend(self.sources.iter().flat_map(|source| [source.title.as_str(), &source.publisher]));
        words.join("\n")
    }

    /// What can be put into the text; nothing when something is wrong, which is noted.
    fn check(&self, errors: &mut Errors) -> Option<Facts> {
        let title =
            errors.take("title", words_up_to(&self.title, TITLE_MAX, "Type what the guide is called"));
        let summary =
            errors.take("summary", words_up_to(&self.summary, SUMMARY_MAX, "Type what the guide helps with"));
        let owner =
            errors.take("owner", words_up_to(&self.owner, OWNER_MAX, "Type who looks after the guide"));
        let day = |typed: &str| typed.parse::<Date>().map_err(|_| "Give the day".to_owned());
        let checked_on = errors.take("checked_on", day(&self.checked_on));
        let review_by = errors.take("review_by", day(&self.review_by));
        if let (Some(checked_on), Some(review_by)) = (checked_on, review_by)
            && review_by <= checked_on
        {
            errors.0.push(Refusal::at("review_by", "Look again after the day it was checked"));
        }
        let mut sources = Vec::new();
        for (source, field) in self.sources.iter().zip(SOURCE_FIELDS).filter(|(source, _)| !source.is_empty())
        {
            sources.extend(errors.take(field, source.check().map_err(str::to_owned)));
        }
        let also_say = self.also_say.lines().map(one_line).filter(|line| !line.is_empty()).collect();
        Some(Facts {
            title: title?,
            summary: summary?,
            also_say,
            owner: owner?,
            checked_on: checked_on?,
            review_by: review_by?,
            sources,
        })
    }
}

fn words_up_to(typed: &str, letters_max: usize, when_empty: &str) -> Result<String, String> {
    match typed.chars().count() {
        0 => Err(when_empty.to_owned()),
        many if many > letters_max => Err(format!("Use at most {letters_max} letters")),
        _ => Ok(typed.to_owned()),
    }
}

/// The text with what the guide says of itself changed.
fn with(text: &str, flow: &Flow, facts: &Facts) -> Result<String, Fault> {
    let mut document: DocumentMut = text.parse()?;
    let head = document.as_table_mut();
    set_text(head, "title", &facts.title);
    set_text(head, "summary", &facts.summary);
    set_text(head, "owner", &facts.owner);
    if facts.also_say != flow.also_say {
        set_list(head, "also_say", &facts.also_say);
        one_on_each_line(head, "also_say");
    }
    set_day(head, "checked_on", flow.checked_on, facts.checked_on)?;
    set_day(head, "review_by", flow.review_by, facts.review_by)?;
    let is_changed = facts.sources != flow.sources;
    if is_changed {
        set_sources(head, flow, &facts.sources)?;
    }
    Ok(document.to_string())
}

fn one_on_each_line(table: &mut Table, name: &str) {
    let Some(array) = table.get_mut(name).and_then(Item::as_array_mut) else { return };
    for item in array.iter_mut() {
        item.decor_mut().set_prefix("\n  ");
    }
    array.set_trailing_comma(true);
    array.set_trailing("\n");
}

fn set_day(table: &mut Table, name: &str, before: Date, now: Date) -> Result<(), Fault> {
    if before != now || !table.contains_key(name) {
        table[name] = value(now.to_string().parse::<toml_edit::Datetime>()?);
    }
    Ok(())
}

/// Sources that are still there are changed where they stand, those that are gone are taken out, new ones come last.
fn set_sources(head: &mut Table, flow: &Flow, sources: &[Source]) -> Result<(), Fault> {
    let tables = head.entry("source").or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    let Some(tables) = tables.as_array_of_tables_mut() else {
        anyhow::bail!("the sources are written in a way that no form can change")
    };
    tables.retain(|table| {
        table
            .get("key")
            .and_then(Item::as_str)
            .is_some_and(|key| sources.iter().any(|source| source.key == key))
    });
    let mut taken: Vec<String> = flow.sources.iter().map(|source| source.key.clone()).collect();
    for source in sources {
        let is_it = |table: &&mut Table| table.get("key").and_then(Item::as_str) == Some(&source.key);
        if let Some(table) = tables.iter_mut().find(is_it) {
            let before = flow.source(&source.key).map_or(source.checked_on, |before| before.checked_on);
            set_source(table, source, before)?;
            continue;
        }
        let key = new_key(&source.title, &taken);
        taken.push(key.clone());
        let mut table = Table::new();
        table["key"] = value(key);
        set_source(&mut table, source, source.checked_on)?;
        tables.push(table);
    }
    Ok(())
}

fn set_source(table: &mut Table, source: &Source, checked_before: Date) -> Result<(), Fault> {
    set_text(table, "title", &source.title);
    set_text(table, "publisher", &source.publisher);
    // The text must name an address, also where there is none.
    if table.get("url").and_then(Item::as_str) != Some(&source.url) {
        table["url"] = value(&source.url);
    }
    set_day(table, "checked_on", checked_before, source.checked_on)
}

/// A short key from the first words of a name, of its own among those that are taken.
fn new_key(title: &str, taken: &[String]) -> String {
    let whole = Slug::from_name(title).map_or_else(|| "source".to_owned(), String::from);
    let short: String = whole.split('-').take(4).collect::<Vec<_>>().join("-").chars().take(40).collect();
    let numbered = (2..).map(|number| format!("{short}-{number}"));
    std::iter::once(short.clone()).chain(numbered).find(|key| !taken.contains(key)).unwrap_or(short)
}

fn view(
    working: &Working,
    flow: &Flow,
    typed: &Typed,
    errors: &Errors,
    card: Option<CardView>,
) -> Result<FactsView, Fault> {
    let area = |name, label, hint, value, rows| {
        Textarea { name, label, hint, value, rows, error: errors.at(name) }.render()
    };
    let input = |name, label, hint, value, kind| {
        Input { name, label, hint, value, kind, autocomplete: "off", error: errors.at(name) }.render()
    };
    let fields = vec![
        input("title", "What it is called", "As families would say it", &typed.title, "text")?,
        area(
            "summary",
            "What it helps with",
            "A sentence or two. Families read it before they begin",
            &typed.summary,
            3,
        )?,
        area(
            "also_say",
            "What families type",
            "One on each line. Search and Ask lead here from these words",
            &typed.also_say,
            8,
        )?,
        input("owner", "Who looks after it", "A team. Families see it", &typed.owner, "text")?,
        input(
            "checked_on",
            "Checked on",
            "The day somebody last looked whether all of it is true",
            &typed.checked_on,
            "date",
        )?,
        input("review_by", "Look again by", "At most a year from now", &typed.review_by, "date")?,
    ];
    let blank = TypedSource::default();
    let rows = typed.sources.iter().chain(std::iter::repeat_n(&blank, NEW_SOURCES));
    let sources = rows.zip(SOURCE_FIELDS).enumerate().map(|(number, (typed, name))| SourceView {
        name,
        number,
        typed: typed.clone(),
        error: errors.at(name).map(str::to_owned),
    });
    Ok(FactsView {
        card,
        slug: working.slug.clone(),
        title: flow.title.clone(),
        summary: if errors.is_empty() { String::new() } else { ErrorSummary { errors }.render()? },
        edition: working.edition,
        fields,
        sources: sources.collect(),
        is_translated: flow.languages.len() > 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use flows::parse;

    fn facts_of(flow: &Flow) -> Facts {
        let mut errors = Errors::default();
        let facts = Typed::of(flow).check(&mut errors);
        assert!(errors.is_empty(), "{}: {errors:?}", flow.slug);
        facts.expect("what comes with the house is in order")
    }

    #[test]
    fn facts_saved_as_they_are_leave_every_guide_as_it_was_letter_for_letter() {
        for text in flows::builtin() {
            let flow = parse(&text).expect("what comes with the house can be read");
            assert_eq!(
                with(&text, &flow, &facts_of(&flow)).expect("it can be written"),
                text,
                "{}",
                flow.slug
            );
        }
    }

    #[test]
    fn one_source_is_changed_one_taken_out_and_one_added_and_the_rest_stays() {
        for text in flows::builtin() {
            let flow = parse(&text).expect("what comes with the house can be read");
            let mut facts = facts_of(&flow);
            let added = Source { key: String::new(), ..facts.sources[0].clone() };
            facts.sources[0].publisher = "Somebody else".to_owned();
            facts.sources.push(added.clone());
            facts.also_say.push("what \"else\"".to_owned());
            facts.checked_on = facts.checked_on.tomorrow().expect("there is a tomorrow");
            let saved = with(&text, &flow, &facts).expect("it can be written");
            let again = parse(&saved).unwrap_or_else(|wrong| panic!("{}: {wrong:?}", flow.slug));
            let mut hoped =
                Flow { also_say: facts.also_say.clone(), checked_on: facts.checked_on, ..flow.clone() };
            hoped.sources[0].publisher = "Somebody else".to_owned();
            let keys: Vec<_> = flow.sources.iter().map(|source| source.key.clone()).collect();
            hoped.sources.push(Source { key: new_key(&added.title, &keys), ..added });
            assert_eq!(again, hoped, "{}", flow.slug);
            for comment in text.lines().filter(|line| line.starts_with('#')) {
                assert!(saved.contains(comment), "{}: {comment}", flow.slug);
            }

            // The one that was added is cited by nothing, so it can go again.
            let gone = Facts { sources: flow.sources.clone(), ..facts_of(&again) };
            let saved = with(&saved, &again, &gone).expect("it can be written");
            assert_eq!(parse(&saved).expect("it can be read").sources, flow.sources);
        }
    }
}
