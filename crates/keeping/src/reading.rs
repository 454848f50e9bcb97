//! How a field's value stands in boxes, and how what was typed is read back. What cannot be read is kept as it was
//! typed, with a sentence that says what to do.

use crate::{
    fields::{Cell, Column, EntryText, Field, Kind, Must, Names, Source, day_code, day_name},
    typed_values::{
        IsNextDay, check_days, check_times, ends_next_day, kept_time, read_date, read_months, read_phone,
        read_price, read_time, read_web, without_next_day,
    },
};
use directory::DAYS;
use kernel::{Date, Email};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The most of the same that an entry may list.
pub(crate) const ROWS_MAX: usize = 20;

/// A field's value as it was typed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Typed {
    /// One box.
    One(String),
    /// Ticks, or a few boxes.
    Many(Vec<String>),
    /// Rows of boxes.
    Rows(Vec<Vec<String>>),
}

impl Field {
    /// What stands in the boxes.
    pub fn typed(&self, text: &EntryText) -> Typed {
        let value = text.at(self.keys[0]);
        match self.kind {
            Kind::Line(_) | Kind::Email | Kind::Web | Kind::Area(_) | Kind::One(_) => {
                Typed::One(plain(value))
            }
            Kind::Tick(_) => Typed::One(if value == true { "yes".to_owned() } else { String::new() }),
            Kind::Lines => Typed::One(strings(value).join("\n")),
            Kind::Many(_) => Typed::Many(strings(value)),
            Kind::Ages => Typed::Many(vec![
                if value["pregnancy"] == true { "yes".to_owned() } else { String::new() },
                months_words(&value["from_months"]),
                months_words(&value["until_months"]),
            ]),
            Kind::Rows(columns) => Typed::Rows(
                value
                    .as_array()
                    .map(|rows| rows.iter().map(|row| cells(columns, row)).collect())
                    .unwrap_or_default(),
            ),
        }
    }

    /// The value as people read it; 'Not given' when there is none.
    pub fn words(&self, text: &EntryText, names: &Names) -> String {
        let words = match (&self.kind, self.typed(text)) {
            (Kind::One(source), Typed::One(value)) => word(*source, &value, names),
            (Kind::Tick(_), Typed::One(value)) => if value.is_empty() { "No" } else { "Yes" }.to_owned(),
            (_, Typed::One(value)) => value,
            (Kind::Many(source), Typed::Many(values)) => {
                values.iter().map(|value| word(*source, value, names)).collect::<Vec<_>>().join("\n")
            }
            (_, Typed::Many(ages)) => ages_words(&ages),
            (Kind::Rows(columns), Typed::Rows(rows)) => {
                rows.iter().map(|row| row_words(columns, row, names)).collect::<Vec<_>>().join("\n")
            }
            (_, Typed::Rows(_)) => String::new(),
        };
        if words.trim().is_empty() { "Not given".to_owned() } else { words }
    }

    /// The value as one text that an editor can change: a line for each, and ` | ` between the parts of a row.
    pub fn box_text(&self, text: &EntryText, names: &Names) -> String {
        match (&self.kind, self.typed(text)) {
            (Kind::One(source), Typed::One(value)) => word(*source, &value, names),
            (Kind::Many(source), Typed::Many(values)) => {
                values.iter().map(|value| word(*source, value, names)).collect::<Vec<_>>().join("\n")
            }
            (_, Typed::One(value)) => value,
            (_, Typed::Many(values)) => values.join(" | "),
            (Kind::Rows(columns), Typed::Rows(rows)) => {
                let line = |row: &Vec<String>| {
                    columns
                        .iter()
                        .zip(row)
                        .map(|(column, value)| cell_words(column.cell, value, names))
                        .collect::<Vec<_>>()
                        .join(" | ")
                };
                rows.iter().map(line).collect::<Vec<_>>().join("\n")
            }
            (_, Typed::Rows(_)) => String::new(),
        }
    }

    /// Reads such a text back into boxes.
    pub fn typed_from_box(&self, text: &str, names: &Names) -> Typed {
        let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
        match self.kind {
            Kind::One(source) => Typed::One(value_of(source, text.trim(), names)),
            Kind::Many(source) => Typed::Many(lines().map(|line| value_of(source, line, names)).collect()),
            Kind::Ages => Typed::Many(text.split('|').map(|part| part.trim().to_owned()).collect()),
            Kind::Tick(_) => Typed::One(match text.trim().to_lowercase().as_str() {
                "yes" | "y" => "yes".to_owned(),
                "no" | "n" => String::new(),
                other => other.to_owned(),
            }),
            Kind::Rows(columns) => Typed::Rows(
                lines()
                    .map(|line| {
                        let mut parts = line.split('|').map(str::trim);
                        columns
                            .iter()
                            .map(|column| {
                                let part = parts.next().unwrap_or_default();
                                match column.cell {
                                    Cell::One(source) if !part.is_empty() => value_of(source, part, names),
                                    _ => part.to_owned(),
                                }
                            })
                            .collect()
                    })
                    .collect(),
            ),
            _ => Typed::One(text.trim().to_owned()),
        }
    }

    /// Puts what was typed into the text, or says what to do about it; then the text stays as it was.
    pub fn take(&self, typed: &Typed, text: &mut EntryText, names: &Names) -> Result<(), String> {
        let before = text.at(self.keys[0]).clone();
        let value = self.read(typed, &before, names)?;
        if self.key == "cost_options" && text.at("cost") == "free" && has_price(&value) {
            return Err("Prices: you chose ‘Free’, and here is a price. Take one of the two away".to_owned());
        }
        if self.key == "waiting_time" && value != before {
            let on = if value.is_null() { Value::Null } else { json!(names.today) };
            text.0.insert("waiting_time_on".to_owned(), on);
        }
        text.0.insert(self.keys[0].to_owned(), value);
        Ok(())
    }

    fn read(&self, typed: &Typed, before: &Value, names: &Names) -> Result<Value, String> {
        let missing = || format!("{}: this must be given", self.label);
        let given = self.required == Must::Give;
        match (&self.kind, typed) {
            (Kind::Line(max) | Kind::Area(max), Typed::One(value)) => {
                let value = value.trim();
                let letters = value.chars().count();
                if letters > *max {
                    return Err(format!("{}: use {max} letters or fewer. You have {letters}", self.label));
                }
                match (value.is_empty(), given) {
                    (true, true) => Err(missing()),
                    (true, false) => Ok(Value::Null),
                    (false, _) => Ok(json!(value)),
                }
            }
            (Kind::Email, Typed::One(value)) if value.trim().is_empty() => Ok(Value::Null),
            (Kind::Email, Typed::One(value)) => Ok(json!(value.parse::<Email>()?.as_str())),
            (Kind::Web, Typed::One(value)) => read_web(value.trim()),
            (Kind::Lines, Typed::One(value)) => {
                Ok(json!(value.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>()))
            }
            // Anything else is not a 'no': a protection must not fall off an entry because a form was misread.
            (Kind::Tick(_), Typed::One(value)) => match value.as_str() {
                "yes" => Ok(json!(true)),
                "" => Ok(json!(false)),
                _ => Err(format!("{}: answer yes or no", self.label)),
            },
            (Kind::One(source), Typed::One(value)) => {
                let known = source.choices(names).iter().any(|(each, _)| each == value);
                match (value.is_empty(), known || before == value.as_str(), given) {
                    (true, _, true) => Err(format!("{}: choose one", self.label)),
                    (true, _, false) => Ok(Value::Null),
                    (false, true, _) => Ok(json!(value)),
                    (false, false, _) => Err(format!("{}: choose one of the list", self.label)),
                }
            }
            (Kind::Many(source), Typed::Many(values)) => read_many(self, *source, values, before, names),
            (Kind::Ages, Typed::Many(parts)) => read_ages(parts),
            (Kind::Rows(columns), Typed::Rows(rows)) => {
                if rows.len() > ROWS_MAX {
                    return Err(format!("{}: we can take {ROWS_MAX} at most", self.label));
                }
                let mut out = Vec::new();
                for (at, row) in rows.iter().enumerate().filter(|(_, row)| !row.is_empty()) {
                    let was = before.get(at).and_then(Value::as_object);
                    // What stands already is not asked about again, or an old slip would hold up every other change.
                    if let Some(same) = before.get(at).filter(|was| cells(columns, was) == *row) {
                        out.push(same.clone());
                        continue;
                    }
                    let read = read_row(columns, row, was, names)
                        .map_err(|sentence| format!("{} {}: {sentence}", self.label, at + 1))?;
                    out.push(Value::Object(read));
                }
                Ok(Value::Array(out))
            }
            _ => Err(format!("{}: we could not read that. Type it again", self.label)),
        }
    }
}

fn read_many(
    field: &Field,
    source: Source,
    values: &[String],
    before: &Value,
    names: &Names,
) -> Result<Value, String> {
    let choices = source.choices(names);
    let known = |value: &str| choices.iter().any(|(each, _)| each == value);
    let had = strings(before);
    if let Some(strange) = values.iter().find(|value| !known(value) && !had.contains(value)) {
        return Err(format!("{}: we do not know ‘{strange}’. Choose from the list", field.label));
    }
    // What the form could not offer a tick for stays.
    let kept = had.iter().filter(|value| !known(value) && !values.contains(value));
    let mut out: Vec<&String> = Vec::new();
    for value in values.iter().chain(kept) {
        if !out.contains(&value) {
            out.push(value);
        }
    }
    // The order of ticks means nothing: what was there keeps its place, so that a page sent unchanged changes nothing.
    out.sort_by_key(|value| had.iter().position(|each| each == *value).unwrap_or(usize::MAX));
    if out.is_empty() && field.required == Must::Give {
        return Err(format!("{}: choose at least one", field.label));
    }
    Ok(json!(out))
}

fn read_ages(parts: &[String]) -> Result<Value, String> {
    let part = |at: usize| parts.get(at).map_or("", |part| part.trim());
    let pregnancy = part(0) == "yes";
    let (from, until) = (read_months(part(1))?, read_months(part(2))?);
    if !pregnancy && from.is_none() && until.is_none() {
        return Ok(Value::Null);
    }
    if until.is_some_and(|until| until <= from.unwrap_or(0) && !(pregnancy && until == 0) || until > 1_200) {
        return Err("Ages: the oldest must be above the youngest".to_owned());
    }
    Ok(json!({"pregnancy": pregnancy, "from_months": from, "until_months": until}))
}

fn months_words(value: &Value) -> String {
    match value.as_i64() {
        None => String::new(),
        Some(months) if months != 0 && months % 12 == 0 => {
            web::say::count(usize::try_from(months / 12).unwrap_or_default(), "year", "years")
        }
        Some(months) => web::say::count(usize::try_from(months).unwrap_or_default(), "month", "months"),
    }
}

fn ages_words(parts: &[String]) -> String {
    match parts {
        [pregnancy, from, until] if !(pregnancy.is_empty() && from.is_empty() && until.is_empty()) => {
            let from = match (pregnancy.is_empty(), from.is_empty()) {
                (false, _) => "From pregnancy".to_owned(),
                (true, true) => "From birth".to_owned(),
                (true, false) => format!("From {from}"),
            };
            if until.is_empty() { from } else { format!("{from} until {until}") }
        }
        _ => "Any age".to_owned(),
    }
}

fn cells(columns: &[Column], row: &Value) -> Vec<String> {
    columns
        .iter()
        .map(|column| {
            let value = &row[column.key];
            match column.cell {
                Cell::Days => strings(value).join(","),
                Cell::Items => strings(value).join("; "),
                Cell::Time if column.key == "closes" && ends_next_day(row) => {
                    format!("{} next day", plain(value))
                }
                Cell::Pounds => value.as_f64().map(|pounds| format!("{pounds:.2}")).unwrap_or_default(),
                _ => plain(value),
            }
        })
        .collect()
}

fn read_row(
    columns: &[Column],
    row: &[String],
    was: Option<&Map<String, Value>>,
    names: &Names,
) -> Result<Map<String, Value>, String> {
    // What the form does not show of a row stays with it.
    let mut out = was.cloned().unwrap_or_default();
    let mut is_next_day = IsNextDay::No;
    for (column, typed) in columns.iter().zip(row) {
        let (typed, next_day) = match column.key {
            "closes" => without_next_day(typed.trim()),
            _ => (typed.trim(), false),
        };
        if next_day {
            is_next_day = IsNextDay::Yes;
        }
        let value = read_cell(column, typed, names)?;
        out.insert(column.key.to_owned(), value);
    }
    let time =
        |key: &str| out.get(key).and_then(Value::as_str).and_then(|time| directory::minutes(time).ok());
    match (time("opens"), time("closes")) {
        (Some(opens), Some(closes)) => check_times(opens, closes, is_next_day)?,
        (None, None) => {}
        _ => return Err("give both times, or neither".to_owned()),
    }
    check_days(&out, names.today)?;
    Ok(out)
}

/// Whether any price is above nothing.
fn has_price(options: &Value) -> bool {
    let amount = |option: &Value| option["amount"].as_f64().is_some_and(|pounds| pounds > 0.0);
    options.as_array().is_some_and(|all| all.iter().any(amount))
}

fn read_cell(column: &Column, typed: &str, names: &Names) -> Result<Value, String> {
    if typed.chars().count() > 400 {
        return Err(format!("‘{}’ is too long. Use 400 letters or fewer", column.label));
    }
    match column.cell {
        Cell::Text => Ok(json!(typed)),
        Cell::Must if typed.is_empty() => Err(format!("fill in ‘{}’", column.label)),
        Cell::Must => Ok(json!(typed)),
        Cell::Phone => Ok(json!(read_phone(typed)?.as_str())),
        Cell::Pounds if typed.is_empty() => Ok(Value::Null),
        Cell::Pounds => Ok(json!(read_price(typed)?)),
        Cell::Time if typed.is_empty() => Ok(Value::Null),
        // Midnight is the end of a day when it closes, and the beginning when it opens.
        Cell::Time => Ok(json!(kept_time(match (column.key, read_time(typed)?) {
            ("opens", 1_440) => 0,
            ("closes", 0) => 1_440,
            (_, minutes) => minutes,
        }))),
        Cell::Date if typed.is_empty() => Ok(Value::Null),
        Cell::Date | Cell::MustDate => {
            let date = read_date(typed)
                .ok_or_else(|| format!("‘{}’ is a date, such as 2026-12-24", column.label))?;
            Ok(json!(date))
        }
        Cell::Days => {
            let days: Option<Vec<&str>> =
                typed.split(',').filter(|day| !day.trim().is_empty()).map(code_of).collect();
            days.map(|days| json!(days)).ok_or_else(|| "choose days of the week".to_owned())
        }
        Cell::Items => {
            Ok(json!(typed.split(';').map(str::trim).filter(|item| !item.is_empty()).collect::<Vec<_>>()))
        }
        Cell::One(source) => {
            let known = source.choices(names).iter().any(|(each, _)| each == typed);
            match (typed.is_empty(), source) {
                (true, Source::Season) => Ok(json!("all_year")),
                (true, Source::Often) => Ok(json!("weekly")),
                (true, _) => Ok(Value::Null),
                (false, Source::Nth) if known => Ok(json!(typed.parse::<i64>().unwrap_or(1))),
                (false, _) if known => Ok(json!(typed)),
                (false, _) => Err(format!("‘{}’: choose one of the list", column.label)),
            }
        }
    }
}

fn code_of(day: &str) -> Option<&'static str> {
    let upper = day.trim().to_uppercase();
    directory::DAYS.iter().find(|(code, _)| *code == upper).map(|(code, _)| *code).or_else(|| day_code(day))
}

fn row_words(columns: &[Column], row: &[String], names: &Names) -> String {
    let part = |(column, value): (&Column, &String)| {
        let words = match (column.cell, value.parse::<Date>()) {
            (Cell::Date | Cell::MustDate, Ok(date)) => web::say::day_month_year(date),
            (Cell::Days, _) => days_words(value),
            _ => cell_words(column.cell, value, names),
        };
        match (column.key, words.is_empty()) {
            (_, true) => None,
            ("closes" | "until", _) => Some(format!("until {words}")),
            ("amount", _) => Some(format!("£{words}")),
            ("valid_from", _) => Some(format!("from {words}")),
            ("valid_to", _) => Some(format!("up to {words}")),
            _ => Some(words),
        }
    };
    columns.iter().zip(row).filter_map(part).collect::<Vec<_>>().join(", ")
}

/// 'Monday to Friday' for days in a row, three or more; else each by its name.
fn days_words(value: &str) -> String {
    let code = |each: &str| DAYS.iter().position(|(code, _)| code.eq_ignore_ascii_case(each.trim()));
    let days: Vec<usize> = value.split(',').filter_map(code).collect();
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for day in days {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == day => *last = day,
            _ => runs.push((day, day)),
        }
    }
    let name = |day: usize| DAYS[day].1;
    let words = |(first, last): (usize, usize)| match last - first {
        0 => name(first).to_owned(),
        1 => format!("{}, {}", name(first), name(last)),
        _ => format!("{} to {}", name(first), name(last)),
    };
    runs.into_iter().map(words).collect::<Vec<_>>().join(", ")
}

fn cell_words(cell: Cell, value: &str, names: &Names) -> String {
    match cell {
        Cell::Days => {
            let days: Vec<&str> = value.split(',').filter_map(day_name).collect();
            days.join(", ")
        }
        Cell::One(source) => word(source, value, names),
        _ => value.to_owned(),
    }
}

/// The words of a kept value; the value itself when it is not known any more.
fn word(source: Source, value: &str, names: &Names) -> String {
    let found = source.choices(names).into_iter().find(|(each, _)| each == value);
    found.map_or_else(|| value.to_owned(), |(_, words)| words)
}

/// The kept value of words; the words themselves when there is none.
fn value_of(source: Source, words: &str, names: &Names) -> String {
    let same =
        |(value, each): &(String, String)| value == words || each.to_lowercase() == words.to_lowercase();
    source.choices(names).into_iter().find(same).map_or_else(|| words.to_owned(), |(value, _)| value)
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().map(|all| all.iter().map(plain).collect()).unwrap_or_default()
}
