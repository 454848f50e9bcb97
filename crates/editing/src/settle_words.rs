//! Teach the search families' words: terms that found nothing, and the council's own list beside the house's.

use access::{On, SettleWords};
use askama::Template;
use axum::extract::{Path, State};
use directory::{
    Directory,
    missed::{MissedLine, SHOWN_FROM, list_missed},
    words::{WordsDraft, WordsLine, delete_words, insert_words, list_words},
};
use kernel::{Id, Refusal};
use web::{
    CardView, Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors, Input},
    missing, say, see_other, show_with,
};

#[derive(Template)]
#[template(path = "words.html")]
struct WordsView {
    card: Option<CardView>,
    summary: String,
    says: String,
    means: String,
    missed: Vec<MissedLine>,
    own: Vec<WordsLine>,
    shown_from: i64,
}

/// `GET /admin/words`. `says` fills the box from a term of the list, which is nobody's own words.
pub(crate) async fn get(State(directory): State<Directory>, who: Who, params: Params) -> Reply {
    who.may::<SettleWords>(On::all("search_words"))?;
    page(&directory, params.get("says"), "", None, Errors::default()).await
}

/// `POST /admin/words`.
pub(crate) async fn post(State(directory): State<Directory>, who: Who, form: Form) -> Reply {
    let site = directory.site();
    let id: Id<()> = Id::new(site.clock(), site.dice());
    let may = who.may::<SettleWords>(On::one("search_words", id))?;
    let card = site.card(site.screen(&form.typed(&["says", "means"])).verdict()).map(CardView::above);
    let words = match WordsDraft::read(form.get("says"), form.get("means")) {
        Ok(words) => words,
        Err(refusal) => {
            return page(&directory, form.get("says"), form.get("means"), card, Errors(vec![refusal])).await;
        }
    };
    let now = site.clock().now();
    let kept = site.db().write(move |tx| insert_words(tx, &may, id, &words, now)).await;
    match kept {
        Err(fault) if store::violation(&fault).is_some_and(|v| v.constraint == "search_words_once") => {
            let errors = Errors(vec![Refusal::at(
                "says",
                "These words are in the list already. Take them away first",
            )]);
            page(&directory, form.get("says"), form.get("means"), card, errors).await
        }
        kept => {
            kept?;
            Ok(see_other("/admin/words"))
        }
    }
}

/// `POST /admin/words/{id}/remove`: the boxes are filled with what was taken away, so that it can be put back.
pub(crate) async fn post_remove(
    State(directory): State<Directory>,
    who: Who,
    Path(id): Path<String>,
) -> Reply {
    let Ok(id) = id.parse::<Id<()>>() else { return Ok(missing()) };
    let may = who.may::<SettleWords>(On::one("search_words", id))?;
    let now = directory.site().clock().now();
    let gone = directory.site().db().write(move |tx| delete_words(tx, &may, id, now)).await?;
    match gone {
        Some(words) => page(&directory, &words.says, &words.means, None, Errors::default()).await,
        None => Ok(missing()),
    }
}

async fn page(
    directory: &Directory,
    says: &str,
    means: &str,
    card: Option<CardView>,
    errors: Errors,
) -> Reply {
    let site = directory.site();
    let (missed, own) = site.db().read(|tx| Ok((list_missed(tx)?, list_words(tx)?))).await?;
    let input = |name, label, hint, value| {
        Input { name, label, hint, value, kind: "text", autocomplete: "", error: errors.at(name) }.render()
    };
    let body = WordsView {
        card,
        summary: ErrorSummary { errors: &errors }.render()?,
        says: input(
            "says",
            "What people say",
            "Several ways to say it with commas between, such as ‘nit nurse, head lice’.",
            says,
        )?,
        means: input(
            "means",
            "What we call it",
            "Words that stand in our entries, such as ‘school nurse’.",
            means,
        )?,
        missed,
        own,
        shown_from: SHOWN_FROM,
    };
    let (status, title) = errors.page("Families’ words");
    show_with(site, status, &Page::new(title), &body)
}
