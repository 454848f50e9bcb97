//! How messages are worded: the list, a preview with invented values, new words, and back to the built-in ones.

use crate::{Notify, message, store as rows, wording};
use access::{Action, On, WordMessages, audit};
use askama::Template;
use axum::extract::{Path, State};
use kernel::{Fault, Id};
use web::{
    CardView, Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors, Input, Textarea},
    missing, see_other, show, show_with,
};

#[derive(Template)]
#[template(path = "wordings.html")]
struct WordingsView {
    /// Address and words of the page before.
    back: (&'static str, &'static str),
    lines: Vec<Line>,
}

struct Line {
    key: &'static str,
    name: &'static str,
    sent_when: &'static str,
    reworded: bool,
}

#[derive(Template)]
#[template(path = "wording.html")]
struct WordingView {
    card: Option<CardView>,
    unsaved: bool,
    saved: bool,
    key: &'static str,
    name: &'static str,
    sent_when: &'static str,
    can_be_turned_off: bool,
    summary: String,
    places: Vec<(&'static str, &'static str)>,
    preview: Option<Preview>,
    subject: String,
    body: String,
    seen: bool,
    reworded: bool,
}

struct Preview {
    subject: String,
    text: String,
    html: String,
}

/// What an editor typed, put back as it was.
struct Typed {
    subject: String,
    body: String,
    seen: bool,
}

/// `GET /admin/messages/templates`.
pub(crate) async fn list(State(notify): State<Notify>, who: Who) -> Reply {
    who.may::<WordMessages>(On::all("message_wording"))?;
    let reworded = notify.0.site.db().read(rows::list_reworded).await?;
    let line = |template: &&'static message::Template| Line {
        key: template.key,
        name: template.name,
        sent_when: template.sent_when,
        reworded: reworded.iter().any(|key| key == template.key),
    };
    let lines = notify.0.templates.iter().map(line).collect();
    let back = if Action::SeeMessages.is_open_to(&who.actor) {
        ("/admin/messages", "Messages sent")
    } else {
        ("/admin", "To do")
    };
    show(
        &notify.0.site,
        &Page::new("How messages are worded").without_header_search(),
        &WordingsView { back, lines },
    )
}

/// `GET /admin/messages/templates/{key}`.
pub(crate) async fn get(
    State(notify): State<Notify>,
    who: Who,
    Path(key): Path<String>,
    params: Params,
) -> Reply {
    who.may::<WordMessages>(On::all("message_wording"))?;
    let Some(template) = notify.template(&key) else { return Ok(missing()) };
    let kept = notify.0.site.db().read(move |tx| rows::find_wording(tx, template.key)).await?;
    let reworded = kept.is_some();
    let (subject, body) = kept.unwrap_or_else(|| (template.subject.to_owned(), template.body.to_owned()));
    let typed = Typed { subject, body, seen: false };
    let saved = !params.get("saved").is_empty();
    form_page(&notify, template, &typed, &Errors::default(), None, Saved { now: saved, reworded })
}

/// `POST /admin/messages/templates/{key}`: `preview`, `save` or `back`.
pub(crate) async fn post(
    State(notify): State<Notify>,
    who: Who,
    Path(key): Path<String>,
    form: Form,
) -> Reply {
    let site = &notify.0.site;
    let screened = site.screen(&form.typed(&["subject", "body"]));
    let card = site.card(screened.verdict());
    let Some(template) = notify.template(&key) else { return Ok(missing()) };
    let may =
        who.may::<WordMessages>(On::one("message_wording", Id::<()>::named("template", template.key)))?;
    let now = site.clock().now();
    let back_to = format!("/admin/messages/templates/{}?saved=1", template.key);
    if form.get("do") == "back" {
        site.db()
            .write(move |tx| {
                rows::delete_wording(tx, template.key)?;
                audit::record(tx, &may, "put the built-in wording of a message back", "", now);
                Ok(())
            })
            .await?;
        return Ok(see_other(&back_to));
    }
    let typed = Typed {
        subject: form.get("subject").to_owned(),
        body: form.get("body").replace("\r\n", "\n"),
        seen: !form.get("seen").is_empty(),
    };
    let errors = Errors(wording::what_is_wrong(template, &typed.subject, &typed.body));
    let reworded = site.db().read(move |tx| rows::find_wording(tx, template.key)).await?.is_some();
    // A wording may well speak of danger. The card is shown once; saving it again is the editor's own choice.
    let stopped = card.is_some() && !typed.seen;
    if form.get("do") == "preview" || !errors.is_empty() || stopped {
        let typed = Typed { seen: stopped || typed.seen, ..typed };
        return form_page(&notify, template, &typed, &errors, card, Saved { now: false, reworded });
    }
    site.db()
        .write(move |tx| {
            rows::set_wording(tx, template.key, &typed.subject, &typed.body, now)?;
            audit::record(tx, &may, "reworded a message", "", now);
            Ok(())
        })
        .await?;
    Ok(see_other(&back_to))
}

/// What is known of the wording that is kept.
struct Saved {
    now: bool,
    reworded: bool,
}

fn form_page(
    notify: &Notify,
    template: &'static message::Template,
    typed: &Typed,
    errors: &Errors,
    card: Option<safety::Card>,
    saved: Saved,
) -> Reply {
    let preview = match wording::sampled(template, &typed.subject, &typed.body) {
        Ok((subject, text)) => Some(Preview { subject, html: wording::html_of(&text), text }),
        // A place that is not known: the error beside the field says so.
        Err(_) => None,
    };
    let view = WordingView {
        unsaved: card.is_some(),
        card: card.map(CardView::above),
        saved: saved.now,
        key: template.key,
        name: template.name,
        sent_when: template.sent_when,
        can_be_turned_off: template.can_be_turned_off,
        summary: render(&ErrorSummary { errors })?,
        places: template.sample.to_vec(),
        preview,
        subject: render(&Input {
            name: "subject",
            label: "Subject",
            hint: "A text message has no subject, so it is left out there.",
            value: &typed.subject,
            kind: "text",
            autocomplete: "off",
            error: errors.at("subject"),
        })?,
        body: render(&Textarea {
            name: "body",
            label: "Message",
            hint: "Leave an empty line between paragraphs. A line that begins with ‘- ’ is part of a list.",
            value: &typed.body,
            rows: 14,
            error: errors.at("body"),
        })?,
        seen: typed.seen,
        reworded: saved.reworded,
    };
    let (status, title) = errors.page(template.name);
    let page = Page::new(title).without_header_search();
    show_with(&notify.0.site, status, &page, &view)
}

fn render<T: Template>(field: &T) -> Result<String, Fault> {
    Ok(field.render()?)
}

impl Notify {
    fn template(&self, key: &str) -> Option<&'static message::Template> {
        self.0.templates.iter().copied().find(|template| template.key == key)
    }
}
