//! `GET` and `POST /call-back`: a family asks to be rung. The words go through the safety screen before anything else.
//!
//! Whoever types somebody else's number must not learn from the answer whether that person has asked: a second request of
//! one number is thanked like a first, and joined to it.

use crate::{
    hours::{Hours, bank_holidays, decide_due, due_words},
    model::{ABOUT, CallBackId, HOW, MESSAGE, State, WHOSE, is_mobile, read_number, words_of},
    setting,
    show_call_back::is_over,
    store::{self as rows, CallBackRow},
};
use accounts::{Counter, Sent, Wait};
use anyhow::Context;
use askama::Template;
use axum::extract::State as Given;
use jiff::SignedDuration;
use kernel::{Fault, Id, Instant, Refusal, one_line};
use safety::Level;
use store::Tx;
use web::{
    CardView, Form, Page, Params, Reply, Site,
    fields::{ErrorSummary, Errors, Input, Radios, Textarea},
    see_other, show, show_with,
};

const NAME_MAX: usize = 40;
const WORDS_MAX: usize = 300;
/// How many requests may name one number in a week, whoever sends them.
const OF_ONE_NUMBER: i64 = 6;
const WEEK_HOURS: i64 = 7 * 24;
/// Whoever asks for a text and for no message asks for two things of which one cannot be.
const TEXT_STAYS: &str =
    "A text is a message, and it stays on the phone. Choose what it may say, or choose ‘Ring me’ above";
/// A text that is promised to a landline is never read.
const NO_TEXT_REACHES: &str = "This is not a UK mobile number, so no text can reach it. Enter one like 07700 900123, \
    or choose ‘Ring me’ below";

/// Languages a family chooses from: the code kept, and the name.
pub(crate) const LANGUAGES: [(&str, &str); 16] = [
    ("en", "English"),
    ("ar", "Arabic"),
    ("bn", "Bengali"),
    ("zh", "Chinese"),
    ("fa", "Farsi"),
    ("ckb", "Kurdish (Sorani)"),
    ("lt", "Lithuanian"),
    ("ps", "Pashto"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("pa", "Punjabi"),
    ("ro", "Romanian"),
    ("so", "Somali"),
    ("uk", "Ukrainian"),
    ("ur", "Urdu"),
    ("other", "Another language: I say which in my words"),
];

#[derive(Template)]
#[template(path = "ask.html")]
struct AskView {
    card: Option<CardView>,
    summary: String,
    promise: String,
    hours: String,
    fields_first: String,
    language: String,
    languages: &'static [(&'static str, &'static str)],
    wants_interpreter: bool,
    abouts: &'static [(&'static str, &'static str)],
    about: String,
    about_error: Option<String>,
    words: String,
    form_key: String,
    seen: bool,
    phone: String,
    dialled: String,
}

#[derive(Template)]
#[template(path = "shut.html")]
struct ShutView {
    phone: String,
    dialled: String,
    phone_hours: String,
}

/// What a person typed, put back as it was.
#[derive(Clone, Default)]
struct Typed {
    name: String,
    phone: String,
    how: String,
    whose: String,
    message: String,
    times: String,
    language: String,
    wants_interpreter: bool,
    about: String,
    words: String,
    form_key: String,
    seen: bool,
}

impl Typed {
    fn of(form: &Form) -> Typed {
        let one = |name: &str| form.get(name).to_owned();
        Typed {
            name: one_line(form.get("name")),
            phone: one("phone"),
            how: one("how"),
            whose: one("whose"),
            message: one("message"),
            times: one("times"),
            language: one("language"),
            wants_interpreter: !form.get("interpreter").is_empty(),
            about: one("about"),
            words: one("words"),
            form_key: one("form_key"),
            seen: !form.get("seen").is_empty(),
        }
    }
}

/// `GET /call-back`; `?about=` chooses what it is about beforehand.
pub(crate) async fn get(Given(site): Given<Site>, params: Params) -> Reply {
    let Some(hours) = find_hours(&site).await? else { return shut(&site) };
    let about = params.get("about");
    let typed = Typed {
        about: words_of(&ABOUT, about).map_or_else(String::new, |_| about.to_owned()),
        how: "ring".to_owned(),
        times: "any".to_owned(),
        language: "en".to_owned(),
        form_key: site.dice().hex::<16>(),
        ..Typed::default()
    };
    page(&site, &hours, &typed, &Errors::default(), None)
}

/// `POST /call-back`.
pub(crate) async fn post(Given(site): Given<Site>, counter: Counter, form: Form) -> Reply {
    let everything: String = form.each().map(|(_, value)| value).collect::<Vec<_>>().join("\n");
    let screened = site.screen(&everything);
    let level = screened.verdict().level;
    let card = site.card(screened.verdict());
    let Some(hours) = find_hours(&site).await? else { return shut(&site) };
    let typed = Typed::of(&form);
    // A red card comes first; what was typed stays, and asking all the same is the person's own choice.
    if level == Level::Red && !typed.seen {
        return page(&site, &hours, &Typed { seen: true, ..typed }, &Errors::default(), card);
    }
    let row = match parse(&site, &hours, &typed, level)? {
        Ok(row) => row,
        Err(errors) => return page(&site, &hours, &typed, &errors, card),
    };
    match keep(&site, counter, row, typed.form_key.clone()).await? {
        Kept::Under(secret) => Ok(see_other(&format!("/call-back/{secret}"))),
        Kept::TooMany(wait) => {
            let errors = Errors(vec![Refusal::at("", too_many_words(wait, &site.council().phone))]);
            Ok(wait.told(page(&site, &hours, &typed, &errors, card)?))
        }
    }
}

/// The hours, where families may ask.
async fn find_hours(site: &Site) -> Result<Option<Hours>, Fault> {
    site.db()
        .read(|tx| match setting::is_open(tx)? {
            true => Ok(Some(setting::find_setting(tx)?.hours)),
            false => Ok(None),
        })
        .await
}

fn parse(
    site: &Site,
    hours: &Hours,
    typed: &Typed,
    level: Level,
) -> Result<Result<CallBackRow, Errors>, Fault> {
    let mut errors = Errors::default();
    let letters = typed.name.chars().count();
    if typed.name.is_empty() {
        errors.0.push(Refusal::at("name", "Tell us what to call you. It need not be your real name"));
    } else if letters > NAME_MAX {
        errors.0.push(Refusal::at("name", format!("Use {NAME_MAX} letters or fewer. You have {letters}")));
    }
    let number = errors.take("phone", read_number(&typed.phone));
    let mut choice =
        |field: &'static str, known: &[(&'static str, &'static str)], value: &str, sentence: &str| {
            let found = known.iter().map(|(key, _)| *key).find(|key| *key == value);
            errors.take(field, found.ok_or_else(|| sentence.to_owned()))
        };
    let how = choice("how", &HOW, &typed.how, "Choose how we reach you");
    let whose =
        choice("whose", &WHOSE, &typed.whose, "Choose whose phone it is, so that we say nothing to others");
    let message = choice("message", &MESSAGE, &typed.message, "Choose whether we may leave a message");
    let times = choice("times", &hours.times(), &typed.times, "Choose when it is good to reach you");
    let language = choice("language", &LANGUAGES, &typed.language, "Choose a language");
    let about = choice("about", &ABOUT, &typed.about, "Choose what it is about. You need not say");
    if (how, message) == (Some("text"), Some("none")) {
        errors.0.push(Refusal::at("message", TEXT_STAYS));
    }
    if let (Some("text"), Some((_, dialled))) = (how, &number)
        && !is_mobile(dialled)
    {
        errors.0.push(Refusal::at("phone", NO_TEXT_REACHES));
    }
    let letters = typed.words.chars().count();
    if letters > WORDS_MAX {
        errors.0.push(Refusal::at("words", format!("Use {WORDS_MAX} letters or fewer. You have {letters}")));
    }
    if typed.form_key.len() != 32 || !typed.form_key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        errors.0.push(Refusal::at("", "This form has lost its key. Open it once more"));
    }
    let now = site.clock().now();
    let due_at = decide_due(now, hours, bank_holidays()?).context("hours without any day")?;
    let (
        Some((phone, dialled)),
        Some(how),
        Some(whose),
        Some(message),
        Some(times),
        Some(language),
        Some(about),
    ) = (number, how, whose, message, times, language, about)
    else {
        return Ok(Err(errors));
    };
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    Ok(Ok(CallBackRow {
        id: CallBackId::new(site.clock(), site.dice()),
        secret: site.dice().hex::<16>(),
        reference: site.dice().reference(),
        about: about.to_owned(),
        name: typed.name.clone(),
        phone: phone.to_string(),
        dialled,
        how: how.to_owned(),
        whose: whose.to_owned(),
        message: message.to_owned(),
        times: times.to_owned(),
        language: language.to_owned(),
        wants_interpreter: typed.wants_interpreter,
        words: typed.words.clone(),
        safety_level: match level {
            Level::Red => "red",
            Level::Amber => "amber",
            Level::Clear => "clear",
        }
        .to_owned(),
        state: State::Asked.key().to_owned(),
        joins: None,
        taken_by: None,
        tries: 0,
        due_at,
        outcome: None,
        closed_at: None,
        version: 1,
        asked_at: now,
        promised_at: due_at,
        forgotten_at: None,
    }))
}

/// What became of a request.
enum Kept {
    /// It is kept, under this secret.
    Under(String),
    /// Too much came from where it came from, or for its number.
    TooMany(Wait),
}

async fn keep(site: &Site, counter: Counter, row: CallBackRow, form_key: String) -> Result<Kept, Fault> {
    site.db().write(move |tx| keep_in(tx, &counter, &row, &form_key)).await
}

/// Keeps a request and announces it. A form that was sent twice with the same words is kept once. Where two come for one
/// number at the same moment, the table lets one of them stand, and the other is joined to it.
fn keep_in(tx: &mut Tx<'_>, counter: &Counter, row: &CallBackRow, form_key: &str) -> Result<Kept, Fault> {
    let now = row.asked_at;
    let key = match find_key(tx, row, form_key, now)? {
        Key::Free(key) => key,
        Key::Taken(secret) => return Ok(Kept::Under(secret)),
    };
    // A red one is kept however many there are.
    if row.safety_level != "red" {
        let week = now - SignedDuration::from_hours(WEEK_HOURS);
        if rows::count_of_number(tx, &row.dialled, week)? >= OF_ONE_NUMBER {
            return Ok(Kept::TooMany(Wait::ADay));
        }
        if let Some(wait) = counter.count(tx, Sent::Report, None, now)? {
            return Ok(Kept::TooMany(wait));
        }
    }
    if !rows::insert_call_back(tx, row, &key)? {
        if let Some(first) = rows::find_by_form(tx, &key)? {
            return Ok(Kept::Under(first.secret));
        }
        if !join(tx, row, &key)? {
            // The same form was joined in this very moment.
            let first = rows::find_by_form(tx, &key)?;
            let first = first.context("a call back could be neither kept nor joined")?;
            return Ok(Kept::Under(first.secret));
        }
    }
    announce(tx, row, now)?;
    Ok(Kept::Under(row.secret.clone()))
}

/// What a request is kept under.
enum Key {
    /// Nothing is kept under it.
    Free(String),
    /// The same request stands, under this secret.
    Taken(String),
}

/// The key of a request. A second press finds the request that stands. Who goes back and sends it once more after it was
/// over, such as after they took it back, asks anew.
fn find_key(tx: &mut Tx<'_>, row: &CallBackRow, form_key: &str, now: Instant) -> Result<Key, Fault> {
    let mut earlier = 0;
    loop {
        let key = key_of(row, form_key, earlier);
        match rows::find_by_form(tx, &key)? {
            None => return Ok(Key::Free(key)),
            Some(sent) if !is_over(&sent, now)? => return Ok(Key::Taken(sent.secret)),
            Some(_) => earlier += 1,
        }
    }
}

/// The key that a form has for what it says: who goes back and corrects a number is to be rung on the right one, too. What
/// is kept of it tells nothing, as nobody knows the form's own key afterwards.
fn key_of(row: &CallBackRow, form_key: &str, earlier: u32) -> String {
    let said = serde_json::json!([
        row.name,
        row.dialled,
        row.how,
        row.whose,
        row.message,
        row.times,
        row.language,
        row.wants_interpreter,
        row.about,
        row.words,
        earlier,
    ]);
    Id::<()>::named(form_key, &said.to_string()).uuid().simple().to_string()
}

/// Joins a request to the open one of its number; says whether it was kept.
fn join(tx: &mut Tx<'_>, row: &CallBackRow, key: &str) -> Result<bool, Fault> {
    let Some(open) = rows::find_open_of_to_change(tx, &row.dialled)? else {
        // The open one ended in this very moment, so this one stands for itself.
        return rows::insert_call_back(tx, row, key);
    };
    let joined = CallBackRow { state: State::Joined.key().to_owned(), joins: Some(open), ..row.clone() };
    let is_kept = rows::insert_call_back(tx, &joined, key)?;
    if is_kept {
        rows::set_asked_again(tx, open)?;
    }
    Ok(is_kept)
}

fn announce(tx: &mut Tx<'_>, row: &CallBackRow, now: Instant) -> Result<(), Fault> {
    let what = serde_json::json!({"about": row.about, "due_at": row.due_at});
    store::outbox::announce(tx, crate::CALL_BACK_ASKED, Some(row.id.uuid()), &what, now)
}

fn too_many_words(wait: Wait, phone: &str) -> String {
    let when = match wait {
        Wait::AnHour => "in an hour",
        Wait::ADay => "tomorrow",
    };
    let ring = if phone.is_empty() { String::new() } else { format!(". Or ring us on {phone}") };
    format!("We cannot take another request just now. What you typed is below. Try again {when}{ring}")
}

fn page(site: &Site, hours: &Hours, typed: &Typed, errors: &Errors, card: Option<safety::Card>) -> Reply {
    let due = decide_due(site.clock().now(), hours, bank_holidays()?);
    let council = site.council();
    let input = |name: &'static str, label: &str, hint: &str, value: &str, kind: &str, autocomplete: &str| {
        Input { name, label, hint, value, kind, autocomplete, error: errors.at(name) }.render()
    };
    let times = hours.times();
    let radios = |name: &'static str, legend: &str, hint: &str, answers: &[(&str, &str)], value: &str| {
        Radios { name, legend, hint, answers, value, error: errors.at(name) }.render()
    };
    let fields_first = [
        input(
            "name",
            "What shall we call you?",
            "A first name is enough. It need not be your real one.",
            &typed.name,
            "text",
            "given-name",
        )?,
        input("phone", "Your phone number", "", &typed.phone, "tel", "tel")?,
        radios("how", "How shall we reach you?", "", &HOW, &typed.how)?,
        radios("whose", "Whose phone is it?", "", &WHOSE, &typed.whose)?,
        radios(
            "message",
            "If you do not answer, may we leave a message?",
            "Think of who might hear or see it.",
            &MESSAGE,
            &typed.message,
        )?,
        radios("times", "When is it good to reach you?", &hours.words(), &times, &typed.times)?,
    ];
    let body = AskView {
        card: card.map(CardView::above),
        summary: ErrorSummary { errors }.render()?,
        promise: due.map(due_words).unwrap_or_default(),
        hours: hours.words(),
        fields_first: fields_first.concat(),
        language: typed.language.clone(),
        languages: &LANGUAGES,
        wants_interpreter: typed.wants_interpreter,
        abouts: &ABOUT,
        about: typed.about.clone(),
        about_error: errors.at("about").map(str::to_owned),
        words: Textarea {
            name: "words",
            label: "Anything we should know first? (optional)",
            hint: "Up to 300 letters. Only whoever rings you reads it.",
            value: &typed.words,
            rows: 4,
            error: errors.at("words"),
        }
        .render()?,
        form_key: typed.form_key.clone(),
        seen: typed.seen,
        phone: council.phone.clone(),
        dialled: council.phone_dialled(),
    };
    let (status, title) = errors.page("Ask us to ring you");
    show_with(site, status, &Page::new(title).sensitive(true), &body)
}

fn shut(site: &Site) -> Reply {
    let council = site.council();
    let body = ShutView {
        phone: council.phone.clone(),
        dialled: council.phone_dialled(),
        phone_hours: council.phone_hours.clone(),
    };
    show(site, &Page::new("Ring us").sensitive(true), &body)
}
