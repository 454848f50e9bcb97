//! What a family typed into the form, put back as it was, and what is made of it.

use crate::{
    book::{Contact, How, Request, Through},
    model::{Guest, MadeBy, read_mobile},
    words::{CHILD_BORN, CHILD_NAME},
};
use kernel::{Date, Email, Refusal, one_line};
use uuid::Uuid;
use web::{Form, fields::Errors};

/// The longest name, in letters.
const NAME_MAX: usize = 80;
/// The longest note, in letters.
const NOTE_MAX: usize = 500;
/// The most children one form asks about.
pub(crate) const CHILDREN_MAX: usize = 6;
/// The oldest who counts as a child, in years: young people with SEND are supported to 25.
const YEARS_MAX: i16 = 26;

/// What a number must be that somebody hopes to be written to at.
const NOT_A_MOBILE: &str = "Type a mobile number that can get a text, for example 07700 900123";

/// What a session must know of who comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asks {
    /// When a child was born: it is for some ages only.
    pub birth: bool,
    /// At least one child: it is for children.
    pub child: bool,
}

/// The form as typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Typed {
    pub dates: Vec<String>,
    pub children: Vec<(String, String)>,
    pub grown_ups: String,
    pub name: String,
    pub email: String,
    pub phone: String,
    pub note: String,
    pub wait: bool,
    pub remember: bool,
    pub seen: bool,
    /// They have a place on that date and want another all the same.
    pub again: bool,
    pub form_key: String,
    pub invitation: Option<Uuid>,
}

impl Typed {
    pub(crate) fn of(form: &Form) -> Typed {
        let rows = form.get("children").parse().unwrap_or(1).clamp(1, CHILDREN_MAX);
        let rows = if form.get("do") == "add" { (rows + 1).min(CHILDREN_MAX) } else { rows };
        Typed {
            dates: form.all("date").map(str::to_owned).collect(),
            children: (0..rows)
                .map(|at| (one_line(form.get(CHILD_NAME[at])), form.get(CHILD_BORN[at]).to_owned()))
                .collect(),
            grown_ups: form.get("grown_ups").to_owned(),
            name: one_line(form.get("name")),
            email: form.get("email").to_owned(),
            phone: form.get("phone").to_owned(),
            note: form.get("note").to_owned(),
            wait: !form.get("wait").is_empty(),
            remember: !form.get("remember").is_empty(),
            seen: !form.get("seen").is_empty(),
            again: !form.get("again").is_empty(),
            form_key: form.get("form_key").to_owned(),
            invitation: form.get("invitation").parse().ok(),
        }
    }

    /// The wish, or what is wrong with it, each at its box.
    pub(crate) fn wish(&self, asks: Asks, today: Date) -> Result<Request, Errors> {
        let mut errors = Errors::default();
        let dates: Vec<Uuid> = self.dates.iter().filter_map(|date| date.parse().ok()).collect();
        if dates.is_empty() {
            errors.0.push(Refusal::at("date", "Choose at least one date"));
        }
        let mut party = self.children(asks, today, &mut errors);
        let grown_ups = self.grown_ups.trim().parse::<usize>().ok().filter(|many| (1..=4).contains(many));
        if grown_ups.is_none() {
            errors.0.push(Refusal::at("grown_ups", "Type how many grown-ups are coming, from 1 to 4"));
        }
        if self.name.is_empty() || self.name.chars().count() > NAME_MAX {
            errors.0.push(Refusal::at("name", format!("Type your name, in {NAME_MAX} letters or fewer")));
        }
        for at in 0..grown_ups.unwrap_or(1) {
            let name = if at == 0 { self.name.clone() } else { format!("Grown-up {}", at + 1) };
            party.push(Guest { name, born: None, grown_up: true, needs: String::new() });
        }
        let email = (!self.email.trim().is_empty())
            .then(|| errors.take("email", self.email.parse::<Email>()))
            .flatten();
        let phone = (!self.phone.trim().is_empty())
            .then(|| errors.take("phone", read_mobile(&self.phone).ok_or_else(|| NOT_A_MOBILE.to_owned())))
            .flatten();
        if self.email.trim().is_empty() && self.phone.trim().is_empty() {
            errors.0.push(Refusal::at(
                "email",
                "Type an email address or a mobile number, so that we can tell you of changes",
            ));
        }
        let letters = self.note.chars().count();
        if letters > NOTE_MAX {
            errors
                .0
                .push(Refusal::at("note", format!("Use {NOTE_MAX} letters or fewer. You have {letters}")));
        }
        let key_fits =
            self.form_key.len() == 32 && self.form_key.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !key_fits {
            errors.0.push(Refusal::at("", "This form has lost its key. Send it once more"));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Request {
            form_key: self.form_key.clone(),
            how: if self.wait { How::BookedOrWaiting } else { How::Booked },
            dates,
            party,
            contact: Contact { name: self.name.clone(), email, phone },
            note: self.note.trim().to_owned(),
            made_by: MadeBy::Family,
            invitation: self.invitation,
            through: Through::Session,
        })
    }

    fn children(&self, asks: Asks, today: Date, errors: &mut Errors) -> Vec<Guest> {
        let mut children = Vec::new();
        for (at, (name, born)) in self.children.iter().enumerate() {
            let nobody_else =
                at == 0 && self.children.iter().all(|(name, born)| name.is_empty() && born.trim().is_empty());
            if name.is_empty() && born.trim().is_empty() && !(asks.child && nobody_else) {
                continue;
            }
            if name.is_empty() || name.chars().count() > NAME_MAX {
                errors.0.push(Refusal::at(
                    CHILD_NAME[at],
                    format!("Type the child’s first name, in {NAME_MAX} letters or fewer"),
                ));
            }
            let day = read_day(born);
            let wrong = match day {
                Some(day) if day > today => Some("This date of birth is still to come. Check the year"),
                Some(day) if today.year() - day.year() > YEARS_MAX => {
                    Some("This is the date of birth of a grown-up. Type the child’s date of birth")
                }
                None if asks.birth || !born.trim().is_empty() => {
                    Some("Type the date of birth, for example 27 3 2024")
                }
                _ => None,
            };
            errors.0.extend(wrong.map(|words| Refusal::at(CHILD_BORN[at], words)));
            children.push(Guest { name: name.clone(), born: day, grown_up: false, needs: String::new() });
        }
        children
    }
}

/// A day as people type it: `27 3 2024`, `27/3/24`, `2024-03-27`, `27 March 2024`, `27th March 2024`, `27032024`.
pub fn read_day(text: &str) -> Option<Date> {
    let parts: Vec<String> = text
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .map(str::to_lowercase)
        .collect();
    if let [together] = parts.as_slice() {
        return read_digits(together);
    }
    let [first, middle, last] = parts.as_slice() else { return None };
    let first =
        ["st", "nd", "rd", "th"].iter().find_map(|ending| first.strip_suffix(ending)).unwrap_or(first);
    let month = |text: &str| -> Option<i8> {
        const MONTHS: [&str; 12] =
            ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
        let by_name =
            || MONTHS.iter().position(|name| text.starts_with(name)).and_then(|at| i8::try_from(at + 1).ok());
        text.parse().ok().or_else(by_name)
    };
    let year = |text: &str| -> Option<i16> {
        let year: i16 = text.parse().ok()?;
        Some(if text.len() == 2 { 2000 + year } else { year })
    };
    if first.len() == 4 {
        Date::new(year(first)?, month(middle)?, last.parse().ok()?).ok()
    } else {
        Date::new(year(last)?, month(middle)?, first.parse().ok()?).ok()
    }
}

/// A day typed without anything between its parts: day, month and year, or the year first where that is no day.
fn read_digits(digits: &str) -> Option<Date> {
    if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let day_first = || read_day(&format!("{} {} {}", &digits[..2], &digits[2..4], &digits[4..]));
    let year_first = || read_day(&format!("{} {} {}", &digits[..4], &digits[4..6], &digits[6..]));
    day_first().or_else(year_first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_people_type_it() {
        let day: Date = "2024-03-27".parse().unwrap();
        for text in [
            "27 3 2024",
            "27/03/24",
            "2024-03-27",
            "27 March 2024",
            " 27.3.2024 ",
            "27 mar 24",
            "27/3/24",
            "27th March 2024",
            "27032024",
            "20240327",
        ] {
            assert_eq!(read_day(text), Some(day), "{text}");
        }
        for text in
            ["", "27", "31 2 2024", "3 27 2024", "the 27th", "27 3 2024 1", "270324", "31022024", "2703202"]
        {
            assert_eq!(read_day(text), None, "{text}");
        }
    }
}
