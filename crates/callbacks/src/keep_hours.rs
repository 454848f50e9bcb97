//! `GET` and `POST /admin/call-backs/hours`: staff say whether families may ask to be rung, and when somebody rings.

use crate::{
    hours::{DAYS, DayHours, Hours},
    setting::{Setting, find_setting},
    store as rows,
};
use access::{CallBack, On, audit};
use askama::Template;
use axum::extract::State as Given;
use kernel::{Refusal, Time};
use web::{
    Form, Page, Reply, Site, Who,
    fields::{ErrorSummary, Errors},
    see_other, show_with,
};

const FROM: [&str; 7] = ["from_0", "from_1", "from_2", "from_3", "from_4", "from_5", "from_6"];
const UNTIL: [&str; 7] = ["until_0", "until_1", "until_2", "until_3", "until_4", "until_5", "until_6"];

#[derive(Template)]
#[template(path = "hours.html")]
struct HoursView {
    summary: String,
    is_open: bool,
    days: Vec<DayView>,
}

struct DayView {
    name: &'static str,
    from_field: &'static str,
    until_field: &'static str,
    from: String,
    until: String,
    error: Option<String>,
}

/// `GET /admin/call-backs/hours`.
pub(crate) async fn get(Given(site): Given<Site>, who: Who) -> Reply {
    who.may::<CallBack>(On::all("call_back_setting"))?;
    let setting = site.db().read(find_setting).await?;
    let typed: Vec<(String, String)> = setting.hours.days.iter().map(|day| typed_of(*day)).collect();
    page(&site, setting.is_open, &typed, &Errors::default())
}

/// `POST /admin/call-backs/hours`.
pub(crate) async fn post(Given(site): Given<Site>, who: Who, form: Form) -> Reply {
    let may = who.may::<CallBack>(On::all("call_back_setting"))?;
    let is_open = form.get("open") == "yes";
    let typed: Vec<(String, String)> = FROM
        .iter()
        .zip(UNTIL)
        .map(|(from, until)| (form.get(from).to_owned(), form.get(until).to_owned()))
        .collect();
    let hours = match parse(&typed) {
        Ok(hours) => hours,
        Err(errors) => return page(&site, is_open, &typed, &errors),
    };
    let now = site.clock().now();
    let kept = serde_json::to_string(&hours)?;
    let setting = Setting { is_open, hours };
    site.db()
        .write(move |tx| {
            if find_setting(tx)? != setting {
                rows::set_setting(tx, is_open, &kept, now)?;
                let did = if is_open { "opened call backs, or set their hours" } else { "shut call backs" };
                audit::record(tx, &may, did, "", now);
            }
            Ok(())
        })
        .await?;
    Ok(see_other("/admin/call-backs?done=hours"))
}

fn parse(typed: &[(String, String)]) -> Result<Hours, Errors> {
    let mut errors = Errors::default();
    let mut hours = Hours { days: [None; 7] };
    for (at, (from, until)) in typed.iter().enumerate().take(7) {
        if from.is_empty() && until.is_empty() {
            continue;
        }
        match (minutes_of(from), minutes_of(until)) {
            (Some(opens), Some(shuts)) if opens < shuts => hours.days[at] = Some((opens, shuts)),
            _ => {
                let sentence =
                    format!("Check {}: type two times, such as 09:00 and 17:00, or none", DAYS[at]);
                errors.0.push(Refusal::at(FROM[at], sentence));
            }
        }
    }
    if errors.is_empty() && !hours.has_any() {
        errors.0.push(Refusal::at(FROM[0], "Give at least one day its hours. To stop, choose ‘No’ above"));
    }
    if errors.is_empty() { Ok(hours) } else { Err(errors) }
}

/// Minutes of the day of '09:00' or '9:00'.
fn minutes_of(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let time = Time::new(hour.parse().ok()?, minute.get(..2)?.parse().ok()?, 0, 0).ok()?;
    u16::try_from(i32::from(time.hour()) * 60 + i32::from(time.minute())).ok()
}

fn typed_of(day: DayHours) -> (String, String) {
    let words = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    day.map_or_else(Default::default, |(from, until)| (words(from), words(until)))
}

fn page(site: &Site, is_open: bool, typed: &[(String, String)], errors: &Errors) -> Reply {
    let body = HoursView {
        summary: ErrorSummary { errors }.render()?,
        is_open,
        days: typed
            .iter()
            .enumerate()
            .take(7)
            .map(|(at, (from, until))| DayView {
                name: DAYS[at],
                from_field: FROM[at],
                until_field: UNTIL[at],
                from: from.clone(),
                until: until.clone(),
                error: errors.at(FROM[at]).map(str::to_owned),
            })
            .collect(),
    };
    let (status, title) = errors.page("When we ring back");
    show_with(site, status, &Page::new(title), &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_as_a_browser_or_a_person_types_them() {
        assert_eq!(
            (minutes_of("09:00"), minutes_of("9:05"), minutes_of("17:30:00")),
            (Some(540), Some(545), Some(1_050))
        );
        for wrong in ["", "9", "25:00", "12:60", "noon", "12:é0"] {
            assert_eq!(minutes_of(wrong), None, "{wrong}");
        }
        let days = |first: (&str, &str)| {
            let mut typed = vec![(String::new(), String::new()); 7];
            typed[0] = (first.0.to_owned(), first.1.to_owned());
            parse(&typed)
        };
        assert!(days(("09:00", "17:00")).is_ok());
        for wrong in [("", ""), ("09:00", ""), ("17:00", "09:00")] {
            assert!(days(wrong).is_err(), "{wrong:?}");
        }
    }
}
