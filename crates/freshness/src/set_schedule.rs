//! When reminders go out and when an entry is hidden: an editor sets it, in days.

use crate::{desk::Desk, model::Schedule, store as rows};
use access::{On, SetKeepingRules, audit};
use askama::Template;
use axum::extract::State;
use kernel::{Fault, Refusal};
use web::{
    Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors, Input, Radios},
    see_other, show_with,
};

#[derive(Template)]
#[template(path = "schedule.html")]
struct ScheduleView {
    summary: String,
    saved: bool,
    fields: Vec<String>,
    hides: String,
}

/// Name, label and hint of each number, in the order of the form.
const FIELDS: [(&str, &str, &str); 6] = [
    (
        "due",
        "Ask the keepers this many days after a check",
        "91 is a quarter: what Open Referral UK recommends.",
    ),
    ("again", "Ask again this many days after the first mail", ""),
    ("overdue", "Call it overdue this many days after the first mail", "The keepers get a third mail."),
    (
        "escalate",
        "Pass it to us this many days after the first mail",
        "It is then in our queue, and in the daily mail to data stewards.",
    ),
    (
        "hide",
        "Hide it this many days after a check",
        "Never entries of the council or the NHS, for a crisis, or sensitive ones: those come back to us.",
    ),
    ("warn", "Warn everybody this many days before it is hidden", ""),
];

/// What was typed, put back as it was.
struct Typed {
    numbers: [String; 6],
    hides: String,
}

impl Typed {
    fn of(schedule: &Schedule) -> Typed {
        let words = |days: i64| days.to_string();
        Typed {
            numbers: [
                words(schedule.due_after_days),
                words(schedule.remind_again_after_days),
                words(schedule.overdue_after_days),
                words(schedule.escalate_after_days),
                schedule.hide_after_days.map_or_else(|| "365".to_owned(), words),
                words(schedule.warn_before_days),
            ],
            hides: if schedule.hide_after_days.is_some() { "yes" } else { "no" }.to_owned(),
        }
    }

    fn read(form: &Form) -> Typed {
        Typed {
            numbers: FIELDS.map(|(name, ..)| form.get(name).to_owned()),
            hides: form.get("hides").to_owned(),
        }
    }

    fn parse(&self) -> Result<Schedule, Errors> {
        let mut errors = Errors::default();
        let mut number = |at: usize| -> i64 {
            let parsed = self.numbers[at]
                .parse::<i64>()
                .map_err(|_| "Enter a whole number of days, like 28".to_owned());
            errors.take(FIELDS[at].0, parsed).unwrap_or(0)
        };
        let schedule = Schedule {
            due_after_days: number(0),
            remind_again_after_days: number(1),
            overdue_after_days: number(2),
            escalate_after_days: number(3),
            hide_after_days: (self.hides != "no").then(|| number(4)),
            warn_before_days: number(5),
        };
        if self.hides != "yes" && self.hides != "no" {
            errors.0.push(Refusal::at("hides", "Choose whether entries are hidden"));
        }
        if errors.is_empty() {
            let wrong = schedule.check();
            errors.0.extend(wrong.into_iter().map(|(field, sentence)| Refusal::at(field, sentence)));
        }
        if errors.is_empty() { Ok(schedule) } else { Err(errors) }
    }
}

/// `GET /admin/freshness/schedule`.
pub(crate) async fn get(State(desk): State<Desk>, params: Params) -> Reply {
    let schedule = desk.site.db().read(rows::find_schedule).await?;
    page(&desk, &Typed::of(&schedule), &Errors::default(), params.get("saved") == "1")
}

/// `POST /admin/freshness/schedule`.
pub(crate) async fn post(State(desk): State<Desk>, who: Who, form: Form) -> Reply {
    let may = who.may::<SetKeepingRules>(On::all("reminder_schedule"))?;
    let typed = Typed::read(&form);
    let schedule = match typed.parse() {
        Ok(schedule) => schedule,
        Err(errors) => return page(&desk, &typed, &errors, false),
    };
    let now = desk.site.clock().now();
    desk.site
        .db()
        .write(move |tx| {
            rows::set_schedule(tx, &schedule, now)?;
            audit::record(tx, &may, "set when reminders go out", words_of(&schedule), now);
            Ok(())
        })
        .await?;
    Ok(see_other("/admin/freshness/schedule?saved=1"))
}

fn words_of(schedule: &Schedule) -> String {
    let hide = schedule.hide_after_days.map_or_else(|| "never".to_owned(), |days| days.to_string());
    format!(
        "due {}, again {}, overdue {}, to us {}, hide {hide}, warn {}",
        schedule.due_after_days,
        schedule.remind_again_after_days,
        schedule.overdue_after_days,
        schedule.escalate_after_days,
        schedule.warn_before_days
    )
}

fn page(desk: &Desk, typed: &Typed, errors: &Errors, saved: bool) -> Reply {
    let field = |at: usize| -> Result<String, Fault> {
        let (name, label, hint) = FIELDS[at];
        let input = Input {
            name,
            label,
            hint,
            value: &typed.numbers[at],
            kind: "text",
            autocomplete: "off",
            error: errors.at(name),
        };
        Ok(input.render()?)
    };
    let body = ScheduleView {
        summary: ErrorSummary { errors }.render()?,
        saved,
        fields: (0..FIELDS.len()).map(field).collect::<Result<_, Fault>>()?,
        hides: Radios {
            name: "hides",
            legend: "Hide an entry that nobody checks?",
            hint: "Its keepers are told three times, you are told, and everybody is warned before.",
            answers: &[("yes", "Yes, after some time"), ("no", "No, never by itself")],
            value: &typed.hides,
            error: errors.at("hides"),
        }
        .render()?,
    };
    let (status, title) = errors.page("When reminders go out");
    show_with(&desk.site, status, &Page::new(title), &body)
}
