//! Ask as pages: a box, a page for each turn, choices as buttons. Works without script; what was typed is in no address.

use crate::{
    client::Client,
    conversation::Conversation,
    flow_steps::{said_by_flow, way_back},
    in_parts::in_two_parts,
    limits::not_closed,
    paper::put_on_paper,
    pipeline::{Answered, Ask, answer_by_quoting},
    room::Assistant,
    say,
    status::Status,
    store as rows,
    tally::{latency_bucket, note_turn, note_useful},
    view::{Place, TurnView, is_sensitive},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::{Fault, Instant, Refusal};
use safety::{Card, Level};
use uuid::Uuid;
use web::{
    CardView, Form, Nav, Page, Reply, Site,
    fields::{ErrorSummary, Errors, Textarea},
    missing, see_other, show_with,
};

/// Fields that people type into.
const TYPED: [&str; 1] = ["text"];
/// Examples beneath the empty box.
const EXAMPLES: usize = 4;

#[derive(Template)]
#[template(path = "ask.html")]
struct AskView {
    summary: String,
    card: Option<CardView>,
    notice: Vec<String>,
    notice_links: Vec<(String, String)>,
    turns: Vec<TurnView>,
    examples: Vec<String>,
    conversation: String,
    message: String,
    composer: String,
    phone: String,
    dialled: String,
}

/// What stands around the turns.
#[derive(Default)]
struct Around {
    status: Option<StatusCode>,
    errors: Errors,
    /// What was typed, put back.
    typed: String,
    card: Option<Card>,
    notice: Vec<String>,
    notice_links: Vec<(String, String)>,
    sensitive: bool,
}

/// `GET /ask`.
pub(crate) async fn get(State(room): State<Assistant>) -> Reply {
    // Whoever comes while it is closed is told before they type.
    let around = match not_closed(&room).await {
        Ok(()) => Around::default(),
        Err(turn) => Around { notice: turn.say, notice_links: turn.links, ..Around::default() },
    };
    show(&room, None, Vec::new(), around).await
}

/// `POST /ask`.
pub(crate) async fn post(
    State(room): State<Assistant>,
    client: Client,
    headers: HeaderMap,
    form: Form,
) -> Reply {
    let site = room.site();
    let began = site.clock().now();
    let text = form.typed(&TYPED);
    let own_message = site.dice().hex::<16>();
    let ask = Ask {
        text: &text,
        conversation: form.get("conversation"),
        chosen: chosen(form.get("choice")),
        message: Some(form.get("message")).filter(|message| !message.is_empty()).unwrap_or(&own_message),
        address: client.0,
    };
    let mut answered = answer_by_quoting(&room, &ask).await;
    answered.turn.links.extend(way_back(&room, form.get("guide")).await);
    let is_from_script = headers.get("x-requested-with").is_some_and(|by| by == "fetch");
    if is_from_script && let Some(to_reword) = answered.to_reword.take() {
        return in_two_parts(&room, answered, to_reword, latency_since(site, began), &text).await;
    }
    let answered = answered.in_fewer_words(&room).await;
    let latency = latency_since(site, began);
    if answered.again.is_none() {
        note_turn(&room, answered.turn.status, &answered.turn.language, latency, answered.screened.verdict());
    }
    if answered.turn.status == Status::Crisis {
        return crisis(site, form.get("conversation"), answered.turn.card);
    }
    // A button that was pressed twice, or of a turn that is over: its answer stands on the conversation's page.
    if answered.turn.status == Status::Empty
        && ask.chosen.is_some()
        && let Some(conversation) = &answered.conversation
    {
        return Ok(see_other(&format!("/ask/{}", conversation.id)));
    }
    if let Some(around) = not_taken(&answered, &text) {
        return not_kept(&room, form.get("conversation"), around).await;
    }
    keep_and_show(&room, answered, latency, &text, is_from_script).await
}

/// The place of a choice: 'turn.place'.
fn chosen(token: &str) -> Option<(i64, usize)> {
    let (turn, place) = token.split_once('.')?;
    Some((turn.parse().ok()?, place.parse().ok()?))
}

/// How long the answer took, roughly.
pub(crate) fn latency_since(site: &Site, began: Instant) -> &'static str {
    latency_bucket(site.clock().now().as_millisecond() - began.as_millisecond())
}

/// The card, and nothing else. Nothing of it is kept.
fn crisis(site: &Site, conversation: &str, card: Option<Card>) -> Reply {
    let Some(card) = card else { return Ok(see_other("/urgent-help")) };
    let carry_on = match conversation.parse::<Uuid>() {
        Ok(id) => format!("/ask/{id}"),
        Err(_) => "/ask".to_owned(),
    };
    let page = Page::new("Please talk to someone now").bare().sensitive(true);
    show_with(site, StatusCode::OK, &page, &CardView { card, carry_on, heading: 1 })
}

/// What a question that was not taken is told, with its words put back.
fn not_taken(answered: &Answered, text: &str) -> Option<Around> {
    let turn = &answered.turn;
    let status = match turn.status {
        Status::TooLong | Status::Empty => StatusCode::UNPROCESSABLE_ENTITY,
        Status::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Status::Closed => StatusCode::OK,
        _ => return None,
    };
    let is_error = turn.status != Status::Closed;
    let sentence = turn.say.join(" ");
    let errors = if is_error { Errors(vec![Refusal::at("text", sentence)]) } else { Errors::default() };
    Some(Around {
        status: Some(status),
        errors,
        typed: text.to_owned(),
        card: turn.card.clone(),
        notice: if is_error { Vec::new() } else { turn.say.clone() },
        notice_links: turn.links.clone(),
        sensitive: false,
    })
}

/// The page of what was before, with the words put back in the box.
async fn not_kept(room: &Assistant, conversation: &str, around: Around) -> Reply {
    let is_fast = around.status == Some(StatusCode::TOO_MANY_REQUESTS);
    // Whoever is turned away for asking too fast costs no look into the database.
    let known = if is_fast { None } else { find(room, conversation).await.ok().flatten() };
    let turns = match &known {
        Some(known) => past_views(room, known).await,
        None => Vec::new(),
    };
    let mut response = show(room, known.as_ref().map(|known| known.id), turns, around).await?;
    if is_fast {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    }
    Ok(response)
}

/// Keeps the turn, then leads to its page; or shows it at once where a card stands above it, where it could not be kept
/// or where script asked for it alone.
async fn keep_and_show(
    room: &Assistant,
    mut answered: Answered,
    latency: &'static str,
    text: &str,
    is_from_script: bool,
) -> Reply {
    let KeptTurn { conversation, number, is_kept } = keep(room, &mut answered, latency).await;
    let Answered { turn, screened, again, .. } = answered;
    if is_from_script {
        let mut own = [TurnView::of(room, conversation.id, number, text, &turn)];
        put_on_paper(room, &mut own).await;
        return fragment(own[0].render()?, conversation.id);
    }
    if is_kept && screened.verdict().level == Level::Clear {
        let to = format!("/ask/{}#turn-{number}", conversation.id);
        // Of what was sent twice, the first waits for its page already, with its words.
        if again.is_none() {
            room.fresh().put(conversation.id, number, text, turn, room.site().clock().now());
        }
        return Ok(see_other(&to));
    }
    let mut turns = past_views(room, &conversation).await;
    if again.is_some() {
        turns.pop();
    }
    // The numbers of an earlier card stand at the newest turn alone.
    for before in &mut turns {
        before.after_card = None;
    }
    let sensitive = is_sensitive(turn.status);
    turns.push(TurnView::of(room, conversation.id, number, text, &turn));
    show(room, Some(conversation.id), turns, Around { sensitive, ..Around::default() }).await
}

/// Where a turn stands.
pub(crate) struct KeptTurn {
    pub conversation: Conversation,
    pub number: i64,
    pub is_kept: bool,
}

/// Keeps a turn. A database that does not answer is no reason not to show it.
pub(crate) async fn keep(room: &Assistant, answered: &mut Answered, latency: &'static str) -> KeptTurn {
    let conversation = answered.conversation.take().unwrap_or_else(|| Conversation::begin(room));
    if let Some(number) = answered.again {
        return KeptTurn { conversation, number, is_kept: true };
    }
    match conversation.keep(room, &answered.turn, latency).await {
        Ok(number) => KeptTurn { conversation, number, is_kept: true },
        Err(fault) => {
            tracing::error!(fault = format!("{fault:#}"), "a turn could not be kept");
            let number = conversation.last_number().unwrap_or(0) + 1;
            KeptTurn { conversation, number, is_kept: false }
        }
    }
}

/// One turn alone, for the page that is open already.
pub(crate) fn fragment(turn: String, conversation: Uuid) -> Reply {
    let mut response = web::Html(turn).into_response();
    let id = HeaderValue::from_str(&conversation.to_string())?;
    response.headers_mut().insert("x-ask-conversation", id);
    Ok(response)
}

/// `GET /ask/{conversation}`.
pub(crate) async fn get_conversation(State(room): State<Assistant>, Path(id): Path<String>) -> Reply {
    let Some(conversation) = find(&room, &id).await? else {
        let around = Around {
            status: Some(StatusCode::GONE),
            notice: vec![
                "That conversation is gone: it was cleared, or an hour went by. Nobody can read it now. Start again here."
                    .to_owned(),
            ],
            ..Around::default()
        };
        return show(&room, None, Vec::new(), around).await;
    };
    let mut turns = past_views(&room, &conversation).await;
    let now = room.site().clock().now();
    if let Some(fresh) = room.fresh().take(conversation.id, now)
        && conversation.last_number() == Some(fresh.number)
    {
        turns.pop();
        turns.push(TurnView::of(&room, conversation.id, fresh.number, &fresh.asked, &fresh.turn));
    }
    let sensitive = conversation.spoke_of_loss();
    show(&room, Some(conversation.id), turns, Around { sensitive, ..Around::default() }).await
}

/// `POST /ask/{conversation}/useful`.
pub(crate) async fn post_useful(State(room): State<Assistant>, Path(id): Path<String>, form: Form) -> Reply {
    let Ok(conversation) = id.parse::<Uuid>() else { return Ok(missing()) };
    let useful = match form.get("u") {
        "1" => "yes",
        "0" => "no",
        _ => return Ok(see_other(&format!("/ask/{conversation}"))),
    };
    let number: i64 = form.get("turn").parse().unwrap_or(0);
    let is_new = room.site().db().write(move |tx| rows::set_useful(tx, conversation, number, useful)).await?;
    if is_new {
        note_useful(&room, useful);
    }
    Ok(see_other(&format!("/ask/{conversation}#turn-{number}")))
}

/// `POST /ask/{conversation}/clear`: 'Clear and start again', and what 'Exit this page' sends.
pub(crate) async fn post_clear(State(room): State<Assistant>, Path(id): Path<String>) -> Reply {
    if let Ok(conversation) = id.parse::<Uuid>() {
        room.fresh().take(conversation, room.site().clock().now());
        room.site().db().write(move |tx| rows::delete_conversation(tx, conversation)).await?;
    }
    Ok(see_other("/ask"))
}

async fn find(room: &Assistant, id: &str) -> Result<Option<Conversation>, Fault> {
    match id.parse::<Uuid>() {
        Ok(id) => Conversation::find(room, id).await,
        Err(_) => Ok(None),
    }
}

async fn past_views(room: &Assistant, conversation: &Conversation) -> Vec<TurnView> {
    let last = conversation.last_number();
    let mut views = Vec::new();
    for past in &conversation.turns {
        let place = if Some(past.number) == last { Place::Latest } else { Place::Before };
        let flow = said_by_flow(room, past.kept.flow_turn.as_ref()).await;
        views.push(TurnView::of_past(room, conversation.id, past, flow, place));
    }
    views
}

async fn show(
    room: &Assistant,
    conversation: Option<Uuid>,
    mut turns: Vec<TurnView>,
    around: Around,
) -> Result<Response, web::Oops> {
    put_on_paper(room, &mut turns).await;
    let site = room.site();
    let council = site.council();
    let composer = Textarea {
        name: "text",
        label: if turns.is_empty() { "What would help?" } else { "Your next question" },
        hint: "A few words are enough, in any language. Please leave out names.",
        value: &around.typed,
        rows: 3,
        error: around.errors.at("text"),
    };
    let view = AskView {
        summary: ErrorSummary { errors: &around.errors }.render()?,
        card: around.card.map(CardView::above),
        notice: around.notice,
        notice_links: around.notice_links,
        examples: council.parents_look_for.iter().take(EXAMPLES).map(|need| need.words.clone()).collect(),
        conversation: conversation.map_or_else(String::new, |id| id.to_string()),
        message: site.dice().hex::<16>(),
        // A browser that puts words back would show them to whoever presses Back after 'Exit this page'.
        composer: composer.render()?.replacen("<textarea ", "<textarea autocomplete=\"off\" ", 1),
        phone: council.phone.clone(),
        dialled: council.phone_dialled(),
        turns,
    };
    let (_, title) = around.errors.page("Ask");
    let page = Page::new(title).under(Nav::Ask).with_exit().without_header_search().with_ask();
    let page = match conversation {
        Some(id) => page.sensitive(around.sensitive).clearing(format!("/ask/{id}/clear")),
        None => page
            .at("/ask")
            .describing("Ask in your own words and read what checked pages say. Nothing you type is kept."),
    };
    show_with(site, around.status.unwrap_or(StatusCode::OK), &page, &view)
}

/// Said where a question could not be answered by anything here.
pub(crate) fn phone_sentence(site: &Site) -> String {
    let phone = &site.council().phone;
    if phone.is_empty() { say::CLOSED[1].to_owned() } else { format!("You can ask a person on {phone}.") }
}
