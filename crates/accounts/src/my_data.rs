//! A person's own page for their data: what is kept, what they agreed to, a copy of it, and having it erased.

use crate::{
    Current, Office, cookies,
    erase::erase,
    heard::Heard,
    model::{Has, SignInName},
    office::{DataSource, NumberSource, Part},
    rights_model::{ConsentHow, ErasureProof, Purpose, decide_own_erasure},
    session::add_cookie,
    store::{data_rights as rows, factors, passkeys, people, sessions},
    words,
};
use access::{May, On, PersonId, TakeOwnData, audit};
use askama::Template;
use axum::{
    Extension,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use kernel::{Fault, Refusal};
use store::Tx;
use web::{
    Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors, Input},
    see_other, show, show_with,
};

/// What this room itself keeps about people.
pub(crate) const ACCOUNTS: DataSource = DataSource {
    room: "accounts",
    tables: &[
        "person",
        "person_role",
        "keeper",
        "session",
        "sign_in_link",
        "sign_in_step",
        "password",
        "one_time_code",
        "recovery_code",
        "passkey",
        "passkey_challenge",
        "council_sign_in",
        "council_sign_in_token",
        "consent",
        "data_request",
    ],
    export,
    erase: |tx, person, now| {
        crate::store::oidc::delete_all(tx, person)?;
        crate::store::passkeys::delete_all(tx, person)?;
        rows::delete_person_data(tx, person, now)
    },
};

/// What the room of messages keeps about people: it stands below this one, so its part is told here.
pub(crate) const NOTIFY: DataSource = DataSource {
    room: "notify",
    tables: &["message", "message_stop"],
    export: export_messages,
    erase: |tx, person, _| {
        if let Some(email) = people::find_person(tx, person)?.and_then(|kept| kept.email) {
            notify::forget_address(tx, &notify::To::Email(email))?;
        }
        notify::forget_person(tx, person).map(|_| ())
    },
};

/// The texts that went to a number, for those without an account.
pub(crate) const TEXTS: NumberSource = NumberSource {
    room: "notify",
    tables: &["message"],
    export: |tx, phone| Ok(vec![messages_part("Texts we sent to it", notify::list_for_number(tx, phone)?)]),
    erase: |tx, phone, _| notify::forget_number(tx, phone),
};

fn export_messages(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Part>, Fault> {
    Ok(vec![messages_part("Messages we sent you", notify::list_for_person(tx, person)?)])
}

fn messages_part(heading: &str, messages: Vec<notify::PersonMessage>) -> Part {
    let records = messages.into_iter().map(|message| {
        vec![
            ("What".to_owned(), message.template),
            ("Sent to".to_owned(), message.to_address),
            ("How it stands".to_owned(), message.state),
            ("Asked for on".to_owned(), words::day_and_time(message.queued_at)),
        ]
    });
    Part {
        heading: heading.to_owned(),
        why: "So that we can say what was sent when. The words are not kept. The address is wiped after 90 days.".to_owned(),
        records: records.collect(),
    }
}

/// The most rows of the trail that a copy holds; the latest ones.
const TRAIL_MAX: i64 = 5_000;

fn export(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Part>, Fault> {
    let Some(kept) = people::find_person(tx, person)?.filter(|kept| kept.erased_at.is_none()) else {
        return Ok(Vec::new());
    };
    let text = |label: &str, value: String| (label.to_owned(), value);
    let mut account = vec![
        text("Name", kept.name.clone()),
        text("Email", kept.email.map_or("not given".to_owned(), |email| email.to_string())),
        text("Language", kept.language.clone()),
        text("Added on", words::day_and_time(kept.created_at)),
    ];
    let roles: Vec<&str> = people::list_roles(tx, person)?.each().map(access::Role::words).collect();
    account.push(text("Roles", roles.join(", ")));
    for organization in people::list_organizations(tx, person)? {
        account.push(text("Keeps the entries of the organisation", organization.to_string()));
    }
    let ways = list_ways(tx, person)?;
    let sessions = sessions::list_sessions(tx, person)?.into_iter().map(|session| {
        vec![
            text("Browser", session.browser_words.clone()),
            text("Signed in", words::day_and_time(session.created_at)),
            text("Last seen", words::day_and_time(session.last_seen_at)),
            text("Signed in with", session.how.clone()),
        ]
    });
    let sessions: Vec<_> = sessions.collect();
    let consents = rows::list_consents(tx, person)?.into_iter().map(|consent| {
        let purpose = Purpose::of_key(&consent.purpose).map_or("", Purpose::words);
        vec![
            text("What", format!("{purpose} (wording {})", consent.wording)),
            text("Agreed on", words::day_and_time(consent.given_at)),
            text("How", consent.given_how),
            text("Where it is written down", consent.evidence),
            text(
                "Withdrawn on",
                consent.withdrawn_at.map_or("not withdrawn".to_owned(), words::day_and_time),
            ),
        ]
    });
    let consents: Vec<_> = consents.collect();
    let requests = rows::list_requests_of(tx, person)?.into_iter().map(|request| {
        vec![
            text("Reference", request.reference),
            text("What was asked for", request.wants),
            text("Received on", words::day(request.received_on)),
            text("To be answered by", words::day(request.due_on)),
            text("Note", request.note),
            text("Closed on", request.closed_at.map_or("open".to_owned(), words::day_and_time)),
            text("Note when closed", request.closing_note),
        ]
    });
    let requests: Vec<_> = requests.collect();
    let about = audit::Filter { person: Some(person), ..audit::Filter::default() };
    let (trail, _) = audit::search(tx, &about, TRAIL_MAX, 0)?;
    let trail = trail.into_iter().map(|row| {
        let by =
            if row.actor_id == Some(person.uuid()) { "you" } else { "somebody else or the service itself" };
        vec![
            text("When", words::day_and_time(row.at)),
            text("What", row.did),
            text("Done by", by.to_owned()),
            text("Reason given", row.why),
        ]
    });
    let part = |heading: &str, why: &str, records| Part {
        heading: heading.to_owned(),
        why: why.to_owned(),
        records,
    };
    Ok(vec![
        part(
            "Your account",
            "So that you can sign in, and we know what you may do. Kept until you have it erased.",
            vec![account],
        ),
        part(
            "Your ways of signing in",
            "So that nobody else can sign in as you. Kept until you take them away.",
            ways,
        ),
        part(
            "Where you are signed in",
            "So that you can see and end each one. Kept for 30 days after it ends.",
            sessions,
        ),
        part(
            "What you agreed to",
            "So that we do what you said and no more. What you withdrew is kept for 6 years, to show that we did.",
            consents,
        ),
        part(
            "Requests about your data",
            "So that we answer in time. Kept for 6 years after they are closed.",
            requests,
        ),
        part(
            "What was done with your account",
            "The audit trail, so that nobody can look at or change your data unseen. It holds no names. Kept for as long as the council’s schedule says.",
            trail.collect(),
        ),
    ])
}

/// Which ways of signing in somebody has; never their secrets.
fn list_ways(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Vec<(String, String)>>, Fault> {
    let way = |words: &str, more: Vec<(String, String)>| {
        [vec![("Way".to_owned(), words.to_owned())], more].concat()
    };
    let mut ways = Vec::new();
    if factors::find_password(tx, person)?.is_some() {
        ways.push(way("A password, kept only as a hash", Vec::new()));
    }
    if factors::find_code(tx, person)?.is_some() {
        ways.push(way("Codes from an app", Vec::new()));
    }
    for passkey in passkeys::list_passkeys(tx, person)? {
        let since = ("Since".to_owned(), words::day_and_time(passkey.added_at));
        ways.push(way("A passkey", vec![("Name".to_owned(), passkey.name), since]));
    }
    for (issuer, subject) in rows::list_council_sign_ins(tx, person)? {
        let subject = ("Your number there".to_owned(), subject);
        ways.push(way("The council’s own sign-in", vec![("Provider".to_owned(), issuer), subject]));
    }
    Ok(ways)
}

/// Everything every room keeps about somebody, at one moment.
pub(crate) fn list_parts(
    tx: &mut Tx<'_>,
    office: &Office,
    person: PersonId,
) -> Result<Vec<(&'static str, Part)>, Fault> {
    let mut parts = Vec::new();
    for source in office.sources().iter().rev() {
        let found = (source.export)(tx, person)
            .map_err(|fault| fault.context(format!("gathering what {} keeps", source.room)))?;
        parts.extend(found.into_iter().map(|part| (source.room, part)));
    }
    Ok(parts)
}

/// How a copy is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Copy {
    /// To be read: one page that needs nothing else.
    Page,
    /// For another program (UK GDPR Art. 20).
    Json,
}

impl Copy {
    pub(crate) fn of(form: &Form) -> Copy {
        if form.get("as") == "json" { Copy::Json } else { Copy::Page }
    }
}

#[derive(Template)]
#[template(path = "my_data_copy.html")]
struct CopyView<'a> {
    council: &'a str,
    made: String,
    parts: &'a [(&'static str, Part)],
}

/// The copy as a file to be saved.
pub(crate) fn copy_file(
    office: &Office,
    parts: &[(&'static str, Part)],
    wanted: Copy,
) -> Result<Response, Fault> {
    let site = office.site();
    let council = site.council();
    let now = site.clock().now();
    let (kind, end, body) = match wanted {
        Copy::Page => {
            let view = CopyView { council: &council.name, made: words::day_and_time(now), parts };
            ("text/html; charset=utf-8", "html", view.render()?)
        }
        Copy::Json => {
            let parts = parts.iter().map(|(room, part)| {
                let records = part.records.iter().map(|record| {
                    record
                        .iter()
                        .map(|(label, value)| serde_json::json!({"label": label, "value": value}))
                        .collect::<Vec<_>>()
                });
                serde_json::json!({"room": room, "heading": part.heading, "why": part.why, "records": records.collect::<Vec<_>>()})
            });
            let whole = serde_json::json!({
                "council": council.name, "made_at": words::exactly(now), "parts": parts.collect::<Vec<_>>()
            });
            ("application/json", "json", serde_json::to_string_pretty(&whole)?)
        }
    };
    let name = format!("attachment; filename=\"my-data-{}.{end}\"", site.clock().today());
    Ok((
        [
            (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
            (header::CONTENT_DISPOSITION, HeaderValue::from_str(&name)?),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ],
        body,
    )
        .into_response())
}

#[derive(Template)]
#[template(path = "my_data.html")]
struct MyDataView {
    saved: bool,
    parts: Vec<(&'static str, Part)>,
    consents: Vec<ConsentView>,
}

struct ConsentView {
    key: &'static str,
    words: &'static str,
    given: bool,
    since: String,
}

/// Their own right, on their own record.
fn own(who: &Who) -> Result<(May<TakeOwnData>, PersonId), Fault> {
    let may = who.may::<TakeOwnData>(crate::session::on_own(who))?;
    let person = who.actor.person().ok_or_else(|| anyhow::anyhow!("own data is a person's"))?;
    Ok((may, person))
}

/// `GET /account/data`.
pub(crate) async fn get(State(office): State<Office>, who: Who, params: Params) -> Reply {
    let (_, person) = own(&who)?;
    let site = office.site();
    let gathering = office.clone();
    let (parts, consents) = site
        .db()
        .snapshot(move |tx| Ok((list_parts(tx, &gathering, person)?, rows::list_consents(tx, person)?)))
        .await?;
    let consents = Purpose::ALL.map(|purpose| {
        let given = consents.iter().find(|row| row.purpose == purpose.key() && row.withdrawn_at.is_none());
        ConsentView {
            key: purpose.key(),
            words: purpose.words(),
            given: given.is_some(),
            since: given
                .map_or(String::new(), |row| format!("You agreed on {}.", words::day_of(row.given_at))),
        }
    });
    let body = MyDataView { saved: !params.get("saved").is_empty(), parts, consents: consents.into() };
    show(site, &Page::new("Your data"), &body)
}

/// `POST /account/data/consents`.
pub(crate) async fn post_consents(State(office): State<Office>, who: Who, form: Form) -> Reply {
    let (may, person) = own(&who)?;
    let site = office.site().clone();
    let wanted: Vec<&'static str> = Purpose::ALL
        .map(Purpose::key)
        .into_iter()
        .filter(|key| form.all("agree").any(|value| value == *key))
        .collect();
    let (clock, dice) = (site.clock().clone(), site.dice().clone());
    site.db()
        .write(move |tx| {
            for purpose in Purpose::ALL {
                let about = (person, purpose);
                let (changed, did) = if wanted.contains(&purpose.key()) {
                    let evidence = "ticked on the page ‘Your data’";
                    (crate::set_consent(tx, about, ConsentHow::Page, evidence, &clock, &dice)?, "agreed to")
                } else {
                    (crate::withdraw(tx, about, ConsentHow::Page, clock.now())?, "withdrew")
                };
                if changed {
                    audit::record(tx, &may, format!("{did} {}", purpose.key()), "", clock.now());
                }
            }
            Ok(())
        })
        .await?;
    Ok(see_other("/account/data?saved=1"))
}

/// `POST /account/data/copy`.
pub(crate) async fn post_copy(State(office): State<Office>, who: Who, form: Form) -> Reply {
    let (may, person) = own(&who)?;
    let (gathering, now) = (office.clone(), office.site().clock().now());
    let parts = office
        .site()
        .db()
        .write(move |tx| {
            audit::record(tx, &may, "took a copy of their own data", "", now);
            list_parts(tx, &gathering, person)
        })
        .await?;
    Ok(copy_file(&office, &parts, Copy::of(&form))?)
}

#[derive(Template)]
#[template(path = "my_data_erase.html")]
struct EraseView {
    card: String,
    summary: String,
    seen: bool,
    /// Whether they must have signed in a moment ago.
    sign_in_again: bool,
    again: Option<String>,
    email: String,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "my_data_erased.html")]
struct ErasedView {}

/// `GET /account/data/erase`.
pub(crate) async fn get_erase(State(office): State<Office>, who: Who) -> Reply {
    let (_, person) = own(&who)?;
    ask_again(&office, person, &Form::default(), &Heard::nothing(), &Errors::default()).await
}

/// `POST /account/data/erase`.
pub(crate) async fn post_erase(
    State(office): State<Office>,
    who: Who,
    current: Option<Extension<Current>>,
    form: Form,
) -> Reply {
    let (may, person) = own(&who)?;
    let heard = Heard::of(office.site(), &form);
    let mut errors = Errors::default();
    if form.get("agree") != "erase" {
        errors.0.push(Refusal::at("agree", "Tick the box to say that you want everything erased"));
    }
    let typed = form.get("email").parse::<SignInName>().ok().map(|name| name.skeleton().to_owned());
    let signed_in = current.map(|Extension(current)| (current.how, current.since));
    let (erasing, now, agreed) = (office.clone(), office.site().clock().now(), errors.is_empty());
    if heard.waits {
        return ask_again(&office, person, &form, &heard, &Errors::default()).await;
    }
    let refused = office
        .site()
        .db()
        .write(move |tx| {
            let kept = people::find_person(tx, person)?.filter(|kept| kept.erased_at.is_none());
            let mut missing = match kept {
                // Nobody is left to show anything: it is done already.
                None => Vec::new(),
                Some(kept) => {
                    let more_than_mail = has_more_than_mail(tx, person)?;
                    let (typed, kept) = (typed.clone(), kept.email_skeleton);
                    decide_own_erasure(&ErasureProof { typed, kept, more_than_mail, signed_in }, now)
                }
            };
            if agreed && missing.is_empty() {
                let done = erase(tx, &erasing, &may, person, "asked for on their own page", now)?;
                missing.extend(done.err());
            }
            Ok(missing)
        })
        .await?;
    errors.0.extend(refused);
    if !errors.is_empty() {
        return ask_again(&office, person, &form, &heard, &errors).await;
    }
    let mut response = show(office.site(), &Page::new("Your data has been erased"), &ErasedView {})?;
    let jar = office.accounts().cookies();
    for name in [cookies::SESSION, cookies::KNOWN, cookies::STEP, cookies::ASKED] {
        add_cookie(&mut response, jar.clear(name));
    }
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    Ok(response)
}

/// Whether somebody can sign in with more than what reaches their mailbox.
fn has_more_than_mail(tx: &mut Tx<'_>, person: PersonId) -> Result<Has, Fault> {
    Ok(Has::from(!list_ways(tx, person)?.is_empty()))
}

async fn ask_again(office: &Office, person: PersonId, form: &Form, heard: &Heard, errors: &Errors) -> Reply {
    let site = office.site();
    let more_than_mail = site.db().read(move |tx| has_more_than_mail(tx, person)).await?;
    let email = Input {
        name: "email",
        label: "Type your email address",
        hint: "The one you sign in with. It shows us that you mean it.",
        value: form.get("email"),
        kind: "email",
        autocomplete: "email",
        error: errors.at("email"),
    };
    let body = EraseView {
        card: heard.html()?,
        summary: ErrorSummary { errors }.render()?,
        seen: heard.seen,
        sign_in_again: more_than_mail == Has::Yes,
        again: errors.at("again").map(str::to_owned),
        email: email.render()?,
        error: errors.at("agree").map(str::to_owned),
    };
    let (status, title) = errors.page("Erase what we keep about you");
    show_with(site, status, &Page::new(title), &body)
}

/// For staff: the record of the person a request is about.
pub(crate) fn on_person(person: PersonId) -> On {
    On::one("account", person).about(person)
}
