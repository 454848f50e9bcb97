//! `GET` and `POST /admin/terms`: the school year that sessions follow, one date a line. It is looked at with what it does
//! to the dates of every session, and kept only then.

use crate::{
    look::{COUNT_CHANGED, NOT_TICKED, READ_AGAIN, affected_words},
    look_at_terms::{TermsLook, look_at_terms},
    parts::{Ticks, date_of, render},
    roll_over::find_missing_terms,
    shelf::Events,
    terms::{find_terms, set_terms},
};
use access::{KeepTerms, On};
use askama::Template;
use axum::extract::State;
use calendar::{BankHoliday, Days, Term, TermCalendar, TermDates};
use kernel::{Date, Fault, Refusal};
use web::{
    CardView, Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors, Textarea},
    see_other, show_with,
};

#[derive(Template)]
#[template(path = "terms.html")]
struct TermsView {
    card: Option<CardView>,
    summary: String,
    saved: bool,
    /// What is missing, in whole sentences.
    missing: Option<String>,
    look: Option<TermsLook>,
    looked: String,
    knows: String,
    fields: Vec<String>,
}

/// Name, label and hint of each box.
const BOXES: [(&str, &str, &str); 4] = [
    (
        "terms",
        "Terms",
        "One a line: name, first day, last day. Like: Autumn term 2026, 01/09/2026, 18/12/2026",
    ),
    ("half_terms", "Half terms", "One a line: first day, last day. Like: 24/10/2026, 01/11/2026"),
    ("inset_days", "INSET days", "One date a line. Sessions in term time are not held on these."),
    ("bank_holidays", "Bank holidays", "One a line: date, name. Like: 25/12/2026, Christmas Day"),
];

/// What was typed, put back as it was.
struct Typed([String; 4]);

impl Typed {
    fn of(terms: &TermCalendar) -> Typed {
        let dates = terms.dates();
        let lines = |lines: Vec<String>| lines.join("\n");
        let between = |days: &Days| format!("{}, {}", british(days.first()), british(days.last()));
        Typed([
            lines(dates.terms.iter().map(|term| format!("{}, {}", term.name, between(&term.days))).collect()),
            lines(dates.half_terms.iter().map(between).collect()),
            lines(dates.inset_days.iter().map(|day| british(*day)).collect()),
            lines(
                dates
                    .bank_holidays
                    .iter()
                    .map(|day| format!("{}, {}", british(day.date), day.name))
                    .collect(),
            ),
        ])
    }

    fn parse(&self) -> Result<TermCalendar, Errors> {
        let mut errors = Errors::default();
        let [terms, half_terms, inset_days, bank_holidays] = &self.0;
        let dates = TermDates {
            terms: each(&mut errors, "terms", terms, |line| {
                let (rest, last) = line.rsplit_once(',')?;
                let (name, first) = rest.rsplit_once(',')?;
                let name = Some(name.trim().to_owned()).filter(|name| !name.is_empty())?;
                Some(Term { name, days: days(first, last)? })
            }),
            half_terms: each(&mut errors, "half_terms", half_terms, |line| {
                let (first, last) = line.split_once(',')?;
                days(first, last)
            }),
            inset_days: each(&mut errors, "inset_days", inset_days, |line| date_of(line).ok()),
            bank_holidays: each(&mut errors, "bank_holidays", bank_holidays, |line| {
                let (date, name) = line.split_once(',')?;
                let name = Some(name.trim().to_owned()).filter(|name| !name.is_empty())?;
                Some(BankHoliday { date: date_of(date).ok()?, name })
            }),
        };
        if !errors.is_empty() {
            return Err(errors);
        }
        TermCalendar::new(dates).map_err(|why| Errors(vec![Refusal::at("terms", why.to_string())]))
    }
}

/// Reads a box line by line, and says which line cannot be read.
fn each<T>(errors: &mut Errors, field: &'static str, text: &str, read: impl Fn(&str) -> Option<T>) -> Vec<T> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match read(line) {
            Some(one) => found.push(one),
            None => {
                let sentence =
                    format!("Line {} cannot be read. Write it as in the example above the box", number + 1);
                errors.0.push(Refusal::at(field, sentence));
                break;
            }
        }
    }
    found
}

fn days(first: &str, last: &str) -> Option<Days> {
    Days::new(date_of(first).ok()?, date_of(last).ok()?).ok()
}

fn british(date: Date) -> String {
    format!("{:02}/{:02}/{}", date.day(), date.month(), date.year())
}

pub(crate) async fn get(State(events): State<Events>, params: Params) -> Reply {
    let now = events.site().clock().now();
    let (terms, missing) =
        events.site().db().read(move |tx| Ok((find_terms(tx)?, find_missing_terms(tx, now)?))).await?;
    let shown = Shown { saved: params.get("saved") == "1", missing, ..Shown::default() };
    page(&events, &Typed::of(&terms), &Errors::default(), shown)
}

pub(crate) async fn post(State(events): State<Events>, who: Who, form: Form) -> Reply {
    let may = who.may::<KeepTerms>(On::all("terms"))?;
    let site = events.site();
    let screened = site.screen(&form.typed(&BOXES.map(|(name, ..)| name)));
    let card = site.card(screened.verdict()).map(CardView::above);
    let typed = Typed(BOXES.map(|(name, ..)| form.get(name).to_owned()));
    let terms = match typed.parse() {
        Ok(terms) => terms,
        Err(errors) => return page(&events, &typed, &errors, Shown { card, ..Shown::default() }),
    };
    // What is saved is what was looked at, to the letter.
    let hash = web::content_hash(serde_json::to_string(terms.dates())?.as_bytes());
    let (now, looking, proposed) = (site.clock().now(), events.clone(), terms.clone());
    let seen = site.db().read(move |tx| look_at_terms(tx, &looking, &proposed, now)).await?;
    let is_looked_at = form.get("looked") == hash;
    let knows = !seen.asks || form.get("knows").parse() == Ok(seen.affected);
    if !is_looked_at || !knows {
        let mut errors = Errors::default();
        if is_looked_at {
            errors.0.push(Refusal::at("knows", not_ticked(form.get("knows"), &seen)));
        } else if card.is_some() {
            errors.0.push(Refusal::at("terms", READ_AGAIN));
        }
        return page(&events, &typed, &errors, Shown { card, look: Some((seen, hash)), ..Shown::default() });
    }
    let (looking, was) = (events.clone(), seen.clone());
    let kept = site
        .db()
        .write(move |tx| {
            // Somebody may have booked since, or changed a session or the terms.
            let seen = look_at_terms(tx, &looking, &terms, now)?;
            if seen != was {
                return Ok(Err(seen));
            }
            set_terms(tx, &may, &terms, now).map(Ok)
        })
        .await?;
    match kept {
        Ok(()) => Ok(see_other("/admin/terms?saved=1")),
        Err(seen) => {
            let field = if seen.asks { "knows" } else { "" };
            let errors = Errors(vec![Refusal::at(field, LOOK_CHANGED)]);
            page(&events, &typed, &errors, Shown { card, look: Some((seen, hash)), ..Shown::default() })
        }
    }
}

/// What is wrong where the sessions, their bookings or the terms changed while somebody looked.
const LOOK_CHANGED: &str = "What would happen has changed meanwhile. Look at it again, then save";

fn not_ticked(ticked: &str, seen: &TermsLook) -> &'static str {
    match (ticked.is_empty(), seen.affected) {
        (true, 0) => "Tick that you mean to take all terms away",
        (true, _) => NOT_TICKED,
        (false, _) => COUNT_CHANGED,
    }
}

/// The tick without which no booked date is taken away, and not all terms.
fn knows(look: Option<&TermsLook>, errors: &Errors) -> Result<String, Fault> {
    let Some(look) = look.filter(|look| look.asks) else { return Ok(String::new()) };
    let all_go = "I know that no terms are left, and that sessions in term time then have no dates";
    let words = match (look.empties, look.affected) {
        (true, 0) => all_go.to_owned(),
        (true, bookings) => format!("{all_go}. {}", affected_words(bookings)),
        (false, bookings) => affected_words(bookings),
    };
    render(&Ticks {
        name: "knows",
        legend: if look.affected > 0 { "Families have booked dates that go" } else { "All terms go" },
        hint: "",
        answers: &[(&look.affected.to_string(), &words)],
        values: &[],
        error: errors.at("knows"),
    })
}

/// What the page shows besides the form.
#[derive(Default)]
struct Shown {
    card: Option<CardView>,
    saved: bool,
    missing: Option<String>,
    look: Option<(TermsLook, String)>,
}

fn page(events: &Events, typed: &Typed, errors: &Errors, shown: Shown) -> Reply {
    let field = |at: usize| {
        let (name, label, hint) = BOXES[at];
        render(&Textarea { name, label, hint, value: &typed.0[at], rows: 8, error: errors.at(name) })
    };
    let (look, looked) = shown.look.map_or((None, String::new()), |(look, hash)| (Some(look), hash));
    let body = TermsView {
        card: shown.card,
        knows: knows(look.as_ref(), errors)?,
        look,
        looked,
        summary: render(&ErrorSummary { errors })?,
        saved: shown.saved,
        missing: shown.missing,
        fields: (0..BOXES.len()).map(field).collect::<Result<_, _>>()?,
    };
    let (status, title) = errors.page("School terms and bank holidays");
    show_with(events.site(), status, &Page::new(title), &body)
}
