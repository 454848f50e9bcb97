//! `/admin/holidays`: the programmes, one programme as it stands, and its rules.

use crate::{
    catalogue::{HeldDate, begins, list_held, moment_words},
    model::{Opening, Programme, ProgrammeId, Reason, Share, Standing, Tier, Wanted, decide_discretionary},
    open_morning::draw_in_time,
    opening::commitment,
    parts::{Looked, input, look, new_lines, radios, read_day, text, typed_day},
    room::Holidays,
    show_programmes::years_words,
    store::{self as rows, ProgrammeRow},
};
use access::{KeepHolidayProgramme, May, On, SettleEligibility, audit};
use askama::Template;
use axum::extract::{Path, State};
use calendar::SchoolYear;
use kernel::{Fault, Id, Instant, Refusal, Slug, Span, Time, london, one_line};
use std::collections::BTreeSet;
use store::Tx;
use web::{
    Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors},
    missing, say, see_other, show, show_with,
};

/// Keeps a programme with its rules. `seed` is thrown by the caller; that of a programme that is there stays.
pub fn publish_programme(
    tx: &mut Tx,
    may: &May<KeepHolidayProgramme>,
    programme: &Programme,
    seed: &str,
    now: Instant,
) -> Result<Result<ProgrammeId, Vec<Refusal>>, Fault> {
    let wrong = programme.check();
    if !wrong.is_empty() {
        return Ok(Err(wrong));
    }
    let id = programme_id(&programme.slug);
    let ends_at = begins(programme.last.checked_add(Span::new().days(1))?)?;
    rows::set_programme(tx, id, programme, seed, ends_at, now)?;
    draw_in_time(tx, id, programme, now)?;
    audit::record(tx, may, "kept a holiday programme", "", now);
    Ok(Ok(id))
}

fn programme_id(slug: &str) -> ProgrammeId {
    Id::named("https://hearth.example/holidays", &format!("programme/{slug}"))
}

#[derive(Template)]
#[template(path = "admin_programmes.html")]
struct ListView {
    programmes: Vec<LineView>,
}

struct LineView {
    slug: String,
    name: String,
    when: String,
    state: &'static str,
}

pub(crate) async fn list(State(room): State<Holidays>, who: Who) -> Reply {
    who.may::<KeepHolidayProgramme>(On::all("holiday_programme"))?;
    let mut programmes = Vec::new();
    for row in room.site().db().read(rows::list_programmes).await? {
        let programme = row.programme()?;
        programmes.push(LineView {
            slug: programme.slug,
            name: programme.name,
            when: say::from_to(programme.first, programme.last),
            state: programme.wanted.words(),
        });
    }
    show(room.site(), &Page::new("Holiday programmes"), &ListView { programmes })
}

/// A programme and the right to keep it.
pub(crate) async fn kept(
    room: &Holidays,
    who: &Who,
    slug: &str,
) -> Result<Option<(ProgrammeRow, Programme, May<KeepHolidayProgramme>)>, Fault> {
    // The right first: whoever may not is told so, whether or not there is such a programme.
    let may = who.may::<KeepHolidayProgramme>(On::one("holiday_programme", programme_id(slug)))?;
    let slug = slug.to_owned();
    let found = room.site().db().read(move |tx| rows::find_programme(tx, &slug)).await?;
    found.map(|row| Ok((row.clone(), row.programme()?, may))).transpose()
}

#[derive(Template)]
#[template(path = "admin_programme.html")]
struct ProgrammeView {
    slug: String,
    name: String,
    when: String,
    state: &'static str,
    years: String,
    opening: &'static str,
    opens: String,
    commitment: String,
    saved: bool,
    standings: Vec<(&'static str, i64)>,
    waiting: i64,
    /// Whether whoever looks may settle them.
    settles: bool,
    share: ShareView,
}

struct ShareView {
    words: String,
    /// Of the bar, in percent of its width.
    width: i64,
    level: &'static str,
}

pub(crate) async fn get(
    State(room): State<Holidays>,
    Path(slug): Path<String>,
    who: Who,
    params: Params,
) -> Reply {
    let Some((row, programme, _)) = kept(&room, &who, &slug).await? else { return Ok(missing()) };
    let id = row.id;
    let (standings, waiting, (funded, discretionary)) = room
        .site()
        .db()
        .read(move |tx| {
            Ok((rows::list_standings(tx, id)?, rows::count_queue(tx, id)?, rows::count_funded(tx, id)?))
        })
        .await?;
    let of = |standing: Standing| {
        standings.iter().find(|(key, _)| key == standing.key()).map_or(0, |(_, many)| *many)
    };
    let body = ProgrammeView {
        when: say::from_to(programme.first, programme.last),
        state: programme.wanted.words(),
        years: years_words(&programme),
        opening: programme.opening.words(),
        opens: programme.opens_at.map(moment_words).unwrap_or_default(),
        commitment: commitment(&row.seed),
        saved: params.get("saved") == "1",
        waiting,
        settles: who.may::<SettleEligibility>(On::one("holiday_programme", programme_id(&slug))).is_ok(),
        standings: Standing::ALL.iter().map(|standing| (standing.words(), of(*standing))).collect(),
        share: share_view(&programme, funded, discretionary),
        slug,
        name: programme.name.clone(),
    };
    show(room.site(), &Page::new(programme.name), &body)
}

fn share_view(programme: &Programme, funded: i64, discretionary: i64) -> ShareView {
    let all = if programme.funded_places > 0 { programme.funded_places } else { funded };
    let tenths = if all > 0 { discretionary * 1_000 / all } else { 0 };
    let percent = format!("{}.{}", tenths / 10, tenths % 10);
    let (level, note) = match decide_discretionary(programme, funded, discretionary, 0) {
        _ if discretionary == 0 => ("fine", "None has gone to another reason yet."),
        Share::Fine => ("fine", "That is below the warning."),
        Share::Near if discretionary * 100 >= programme.share_percent * all => {
            ("over", "The limit is reached. No more can be booked for other reasons.")
        }
        Share::Near => ("near", "That is near the limit. Look before you agree to more."),
        Share::Over => ("over", "That is over the limit. No more can be booked for other reasons."),
    };
    ShareView {
        words: format!(
            "{discretionary} of {all} funded places, {percent} percent, went to other reasons. The warning is at {}, the limit at {} percent. {note}",
            programme.warn_percent, programme.share_percent
        ),
        width: (tenths / 10).clamp(0, 100),
        level,
    }
}

#[derive(Template)]
#[template(path = "admin_settings.html")]
struct SettingsView<'a> {
    looked: &'a Looked,
    summary: String,
    action: String,
    back: (String, String),
    is_new: bool,
    fields: Vec<String>,
    tiers: Vec<(&'static str, &'static str, bool)>,
    leave_out_error: Option<&'a str>,
    /// How many dates would be left out.
    left_out: usize,
}

/// The rules as typed.
#[derive(Clone, Default)]
struct Typed {
    values: Vec<(&'static str, String)>,
    tiers: BTreeSet<Tier>,
}

const FIELDS: [&str; 17] = [
    "name",
    "summary",
    "first",
    "last",
    "days_each",
    "hours",
    "from_year",
    "to_year",
    "send_until",
    "reasons",
    "funded_places",
    "share_percent",
    "warn_percent",
    "opens_at",
    "opening",
    "line_per_minute",
    "paid",
];

impl Typed {
    fn of_form(form: &Form) -> Typed {
        let names = FIELDS.into_iter().chain(["wanted"]);
        Typed {
            values: names.map(|name| (name, form.get(name).to_owned())).collect(),
            tiers: form.all("tier").filter_map(Tier::of).collect(),
        }
    }

    fn of(programme: &Programme) -> Typed {
        let reasons: Vec<&str> = programme.reasons.iter().map(|reason| reason.words.as_str()).collect();
        let values = vec![
            ("name", programme.name.clone()),
            ("summary", programme.summary.clone()),
            ("first", typed_day(programme.first)),
            ("last", typed_day(programme.last)),
            ("days_each", programme.days_each.to_string()),
            ("hours", programme.hours.clone()),
            ("from_year", year_key(programme.from_year)),
            ("to_year", year_key(programme.to_year)),
            ("send_until", programme.send_until.map(|age| age.to_string()).unwrap_or_default()),
            ("reasons", reasons.join("\n")),
            ("funded_places", programme.funded_places.to_string()),
            ("share_percent", programme.share_percent.to_string()),
            ("warn_percent", programme.warn_percent.to_string()),
            ("opens_at", programme.opens_at.map(typed_moment).unwrap_or_default()),
            ("opening", programme.opening.key().to_owned()),
            ("line_per_minute", programme.line_per_minute.to_string()),
            ("paid", programme.paid.clone()),
            ("wanted", programme.wanted.key().to_owned()),
        ];
        Typed { values, tiers: programme.tiers.clone() }
    }

    fn get(&self, name: &str) -> &str {
        self.values.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value.as_str())
    }

    fn programme(&self, slug: Option<&str>, before: Option<&Programme>) -> Result<Programme, Errors> {
        let mut errors = Errors::default();
        let name = one_line(self.get("name"));
        let slug = slug.map(str::to_owned).or_else(|| Slug::from_name(&name).map(String::from));
        let day = |field, errors: &mut Errors| {
            errors.take(
                field,
                read_day(self.get(field)).ok_or_else(|| "Type a date, for example 26 7 2027".to_owned()),
            )
        };
        let number = |field, errors: &mut Errors| {
            errors.take(field, self.get(field).parse::<i64>().map_err(|_| "Type a whole number".to_owned()))
        };
        let year = |field, errors: &mut Errors| {
            errors.take(
                field,
                read_year(self.get(field)).ok_or_else(|| "Type Reception, or a year from 1 to 11".to_owned()),
            )
        };
        let (first, last) = (day("first", &mut errors), day("last", &mut errors));
        let (from_year, to_year) = (year("from_year", &mut errors), year("to_year", &mut errors));
        let days_each = number("days_each", &mut errors);
        let funded_places = number("funded_places", &mut errors);
        let share_percent = number("share_percent", &mut errors);
        let warn_percent = number("warn_percent", &mut errors);
        let line_per_minute = number("line_per_minute", &mut errors);
        let send_until = match self.get("send_until") {
            "" => None,
            text => errors.take(
                "send_until",
                text.parse::<i16>().map_err(|_| "Type an age in years, or nothing".to_owned()),
            ),
        };
        let opens_at = match self.get("opens_at") {
            "" => None,
            text => errors.take(
                "opens_at",
                read_moment(text)
                    .ok_or_else(|| "Type a date and a time, for example 1 6 2027 10:00".to_owned()),
            ),
        };
        let programme = (|| {
            Some(Programme {
                slug: slug.unwrap_or_default(),
                summary: self.get("summary").to_owned(),
                first: first?,
                last: last?,
                days_each: days_each?,
                hours: one_line(self.get("hours")),
                from_year: from_year?,
                to_year: to_year?,
                send_until,
                tiers: self.tiers.clone(),
                reasons: reasons(self.get("reasons"), before.map_or(&[], |before| &before.reasons)),
                funded_places: funded_places?,
                share_percent: share_percent?,
                warn_percent: warn_percent?,
                opens_at,
                opening: Opening::of(self.get("opening")).unwrap_or(Opening::FirstCome),
                line_per_minute: line_per_minute?,
                paid: one_line(self.get("paid")),
                wanted: Wanted::of(self.get("wanted")).unwrap_or(Wanted::Draft),
                name,
            })
        })();
        match programme {
            Some(programme) if errors.is_empty() => {
                let wrong = programme.check();
                if wrong.is_empty() { Ok(programme) } else { Err(Errors(wrong)) }
            }
            _ => Err(errors),
        }
    }
}

/// One reason a line. One that is kept keeps its key, by which families named it; a new one's is made from its words.
fn reasons(typed: &str, kept: &[Reason]) -> Vec<Reason> {
    let lines = typed.lines().map(one_line).filter(|line| !line.is_empty());
    let reason = |words: String| match kept.iter().find(|reason| reason.words == words) {
        Some(reason) => Some(reason.clone()),
        None => Some(Reason { key: Slug::from_name(&words)?.into(), words }),
    };
    lines.filter_map(reason).collect()
}

fn year_key(year: SchoolYear) -> String {
    match year {
        SchoolYear::Year(number) => number.to_string(),
        SchoolYear::AfterYear11 => "12".to_owned(),
        SchoolYear::Reception | SchoolYear::BeforeSchool => "Reception".to_owned(),
    }
}

fn read_year(typed: &str) -> Option<SchoolYear> {
    match typed.to_lowercase().trim_start_matches("year ").trim() {
        "reception" | "r" => Some(SchoolYear::Reception),
        text => text.parse().ok().filter(|year| (1..=11).contains(year)).map(SchoolYear::Year),
    }
}

fn typed_moment(at: Instant) -> String {
    let at = at.to_zoned(london());
    format!("{} {:02}:{:02}", typed_day(at.date()), at.hour(), at.minute())
}

/// `1 6 2027 10:00`: a civil time in Europe/London.
fn read_moment(typed: &str) -> Option<Instant> {
    let (day, time) = typed.trim().rsplit_once(' ')?;
    let time: Time = time.parse().ok()?;
    Some(read_day(day)?.to_datetime(time).to_zoned(london()).ok()?.timestamp())
}

pub(crate) async fn get_new(State(room): State<Holidays>, who: Who) -> Reply {
    who.may::<KeepHolidayProgramme>(On::all("holiday_programme"))?;
    let usual = [
        ("days_each", "4"),
        ("hours", "four hours a day"),
        ("from_year", "Reception"),
        ("to_year", "11"),
        ("funded_places", "0"),
        ("share_percent", "15"),
        ("warn_percent", "14"),
        ("opening", "first_come"),
        ("line_per_minute", "60"),
        ("wanted", "draft"),
    ];
    let values = usual.map(|(name, value)| (name, value.to_owned())).to_vec();
    settings(
        &room,
        None,
        &Typed { values, tiers: [Tier::Targeted].into() },
        &Errors::default(),
        &Asking::default(),
    )
}

pub(crate) async fn post_new(State(room): State<Holidays>, who: Who, form: Form) -> Reply {
    let may = who.may::<KeepHolidayProgramme>(On::all("holiday_programme"))?;
    keep(&room, &may, None, None, &form).await
}

pub(crate) async fn get_settings(State(room): State<Holidays>, Path(slug): Path<String>, who: Who) -> Reply {
    let Some((_, programme, _)) = kept(&room, &who, &slug).await? else { return Ok(missing()) };
    settings(&room, Some(&slug), &Typed::of(&programme), &Errors::default(), &Asking::default())
}

pub(crate) async fn post_settings(
    State(room): State<Holidays>,
    Path(slug): Path<String>,
    who: Who,
    form: Form,
) -> Reply {
    let Some((_, before, may)) = kept(&room, &who, &slug).await? else { return Ok(missing()) };
    keep(&room, &may, Some(&slug), Some(before), &form).await
}

/// What a form is asked before it is kept.
#[derive(Default)]
struct Asking {
    looked: Looked,
    /// How many dates the new days would leave out.
    left_out: usize,
}

/// Words that are not kept yet: a programme's own text is nobody's words of today.
fn new_words(form: &Form, before: Option<&Programme>) -> String {
    let kept = before.map(Typed::of).unwrap_or_default();
    let words = ["name", "summary", "hours", "reasons", "paid"]
        .map(|name| new_lines(&form.typed(&[name]), kept.get(name)))
        .into_iter();
    words.filter(|words| !words.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The dates of a programme that are on none of its new days.
fn list_left_out(tx: &mut Tx, before: &Programme, after: &Programme) -> Result<Vec<HeldDate>, Fault> {
    let held = list_held(tx, programme_id(&before.slug), before, begins(before.first)?)?;
    let dates = held.into_iter().flat_map(|held| held.dates);
    Ok(dates.filter(|date| date.day < after.first || after.last < date.day).collect())
}

async fn keep(
    room: &Holidays,
    may: &May<KeepHolidayProgramme>,
    slug: Option<&str>,
    before: Option<Programme>,
    form: &Form,
) -> Reply {
    let site = room.site();
    let mut asking = Asking { looked: look(site, &new_words(form, before.as_ref()), form), left_out: 0 };
    let typed = Typed::of_form(form);
    let programme = match typed.programme(slug, before.as_ref()) {
        Ok(programme) if !asking.looked.stops => programme,
        Ok(_) => return settings(room, slug, &typed, &Errors::default(), &asking),
        Err(errors) => return settings(room, slug, &typed, &errors, &asking),
    };
    let is_new = slug.is_none();
    let (may, seed, now, address) =
        (may.clone(), site.dice().hex::<16>(), site.clock().now(), programme.slug.clone());
    // Families count on the dates of a programme that they can see.
    let seen = before.filter(|before| before.wanted == Wanted::Published);
    let agreed = form.get("leave_out").to_owned();
    let kept = site.db().write(move |tx| {
        if is_new && rows::find_programme(tx, &programme.slug)?.is_some() {
            let taken = Refusal::at("name", "There is a programme of this name. Choose another");
            return Ok(Err((vec![taken], 0)));
        }
        let left_out = match &seen {
            Some(before) => list_left_out(tx, before, &programme)?,
            None => Vec::new(),
        };
        if !left_out.is_empty() && agreed != left_out.len().to_string() {
            return Ok(Err((vec![Refusal::at("leave_out", left_out_words(&left_out))], left_out.len())));
        }
        Ok(publish_programme(tx, &may, &programme, &seed, now)?.map_err(|wrong| (wrong, 0)))
    });
    match kept.await? {
        Ok(_) => Ok(see_other(&format!("/admin/holidays/{address}?saved=1"))),
        Err((wrong, left_out)) => {
            asking.left_out = left_out;
            settings(room, slug, &typed, &Errors(wrong), &asking)
        }
    }
}

fn left_out_words(dates: &[HeldDate]) -> String {
    let places: i64 = dates.iter().map(|date| date.taken).sum();
    let many = say::count(dates.len(), "date of its sessions is", "dates of its sessions are");
    format!(
        "{many} not on these days, with {places} places booked. Change the days, or tick the box to leave them out. Bookings are not cancelled by this"
    )
}

fn settings(room: &Holidays, slug: Option<&str>, typed: &Typed, errors: &Errors, asking: &Asking) -> Reply {
    let line =
        |name: &'static str, label, hint| input(name, label, hint, typed.get(name), ("text", "off"), errors);
    let openings: Vec<(&str, &str)> = Opening::ALL.iter().map(|each| (each.key(), each.words())).collect();
    let states: Vec<(&str, &str)> = Wanted::ALL.iter().map(|each| (each.key(), each.words())).collect();
    let fields = vec![
        line("name", "Name", "Such as Summer 2027. Its address is made from it and does not change.")?,
        text("summary", "What it is, for families", "", typed.get("summary"), 3, errors)?,
        line("first", "First day", "For example, 26 7 2027")?,
        line("last", "Last day", "")?,
        line(
            "days_each",
            "Days for each child",
            "The grant asks for 4 at Easter and Christmas, 16 in summer.",
        )?,
        line("hours", "Hours", "")?,
        line(
            "from_year",
            "Youngest year at school",
            "Reception, or a year from 1 to 11, at the start of the holiday.",
        )?,
        line("to_year", "Oldest year at school", "")?,
        line(
            "send_until",
            "Oldest age with SEND (optional)",
            "Where children with SEND may be older than that year.",
        )?,
        text(
            "reasons",
            "Other reasons for a free place",
            "One a line, in families’ words.",
            typed.get("reasons"),
            6,
            errors,
        )?,
        line(
            "funded_places",
            "Funded places",
            "Days of children there is money for. 0 counts what is booked.",
        )?,
        line("share_percent", "Most of them for other reasons, in percent", "")?,
        line("warn_percent", "Warning at, in percent", "")?,
        line("opens_at", "Booking opens (optional)", "A date and a time, for example 1 6 2027 10:00")?,
        radios("opening", "How places are given out then", "", &openings, typed.get("opening"), errors)?,
        line("line_per_minute", "Families let in each minute", "Only for a line.")?,
        line(
            "paid",
            "How to pay, for those who cannot have a free place (optional)",
            "Leave it empty when nobody can pay.",
        )?,
        radios("wanted", "State", "", &states, typed.get("wanted"), errors)?,
    ];
    let (status, title) =
        errors.page(if slug.is_some() { "Change the programme" } else { "Add a programme" });
    let body = SettingsView {
        looked: &asking.looked,
        leave_out_error: errors.at("leave_out"),
        left_out: asking.left_out,
        summary: ErrorSummary { errors }.render()?,
        action: slug
            .map_or("/admin/holidays/new".to_owned(), |slug| format!("/admin/holidays/{slug}/settings")),
        back: match slug {
            Some(slug) => (format!("/admin/holidays/{slug}"), typed.get("name").to_owned()),
            None => ("/admin/holidays".to_owned(), "Holiday programmes".to_owned()),
        },
        is_new: slug.is_none(),
        fields,
        tiers: Tier::ALL.iter().map(|tier| (tier.key(), tier.words(), typed.tiers.contains(tier))).collect(),
    };
    show_with(room.site(), status, &Page::new(title), &body)
}
