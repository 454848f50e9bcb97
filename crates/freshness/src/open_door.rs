//! The council's first page: what needs a person today, and how the directory stands.

use crate::{
    desk::{Desk, Tile},
    figures::{Figures, share_words},
    jobs::figures_now,
    model::{Age, age_of},
    store as rows,
};
use access::Action;
use askama::Template;
use axum::extract::State;
use directory::upkeep::list_upkeep;
use web::{Page, Reply, Who, show};

#[derive(Template)]
#[template(path = "door.html")]
struct DoorView {
    today: String,
    waiting: Vec<Tile>,
    nothing: bool,
    figures: Vec<(String, String)>,
    links: Vec<(&'static str, &'static str, &'static str)>,
}

/// Where the rest of this room is, with what it takes to go there.
const LINKS: [(Action, &str, &str, &str); 34] = [
    (
        Action::ChaseEntries,
        "/admin/freshness",
        "Entries to check",
        "The ones that may send most people wrong come first",
    ),
    (Action::SettleReport, "/admin/reports", "Reports from visitors", "Each is due within 48 hours"),
    (
        Action::SeeAutomations,
        "/admin/automations",
        "What the automations did",
        "Each day, with what can be undone",
    ),
    (Action::SeeFigures, "/admin/figures", "Figures", "How fresh and how whole the directory is"),
    (
        Action::SeeFigures,
        "/admin/quality",
        "How true the data is",
        "By source, with what is missing and what is expected",
    ),
    (
        Action::CheckEntries,
        "/admin/self-check",
        "Self-check of the open data",
        "What others would stumble over, and where to mend it",
    ),
    (
        Action::KeepSources,
        "/admin/sources",
        "Where entries come from",
        "Feeds and files of others, and what they say otherwise",
    ),
    (
        Action::SetKeepingRules,
        "/admin/freshness/schedule",
        "When reminders go out",
        "And when an entry is hidden",
    ),
    (
        Action::SetKeepingRules,
        "/admin/review/rules",
        "What may show without being checked",
        "And what waits for an editor",
    ),
    (Action::EditMany, "/admin/entries", "All entries", "In views you can keep, and many changed at once"),
    (
        Action::KeepSessions,
        "/admin/sessions",
        "Sessions",
        "What is held when and where, and single dates of it",
    ),
    (Action::KeepBookings, "/register", "Registers", "Who comes today and tomorrow, and who came"),
    (
        Action::KeepBookings,
        "/admin/absences",
        "Families who did not come",
        "Where a person decides what follows",
    ),
    (
        Action::KeepSessions,
        "/admin/appointments",
        "Appointments",
        "When a team can be seen, and by whom it is",
    ),
    (
        Action::BookForFamily,
        "/admin/appointments/for-families",
        "Book an appointment for a family",
        "With a team that can be seen one family at a time",
    ),
    (
        Action::MatchServices,
        "/practitioner/match",
        "Services for a family’s need",
        "In order, with reasons, and what is ruled out",
    ),
    (Action::MatchServices, "/practitioner/lists", "Lists you handed over", "And how often each was opened"),
    (Action::CallBack, "/admin/call-backs", "Families who asked to be rung", "What is late stands on top"),
    (Action::WriteFlows, "/admin/flows", "Guides", "Written, tried and published, step by step"),
    (
        Action::SeeAskFigures,
        "/admin/ask",
        "How Ask ended, in figures",
        "Answers, guides, and what it could not say",
    ),
    (
        Action::SwitchModel,
        "/admin/language-model",
        "The language model",
        "On or off, and what was not let through",
    ),
    (
        Action::InviteFamily,
        "/admin/invitations",
        "Invitations",
        "Families you asked to come, and what became of it",
    ),
    (
        Action::KeepHolidayProgramme,
        "/admin/holidays",
        "Holiday programmes",
        "Who may come, opening mornings, and the return",
    ),
    (
        Action::SettleEligibility,
        "/admin/holidays/eligibility",
        "Holiday forms that need a person",
        "Whether a child may come, where no service could say",
    ),
    (
        Action::SeeBookingFigures,
        "/admin/attendance",
        "Who came, in figures",
        "Booked, came, told us, and did not come, by session and month",
    ),
    (
        Action::SeeBookingFigures,
        "/admin/timetables",
        "How often timetables are used",
        "Opened, saved and printed, by day",
    ),
    (
        Action::SeeBookingFigures,
        "/admin/invitations/figures",
        "How many came by an invitation",
        "Of those who came, the share that had been invited",
    ),
    (Action::KeepTerms, "/admin/terms", "Terms", "School terms and bank holidays, which sessions follow"),
    (
        Action::SettleWords,
        "/admin/words",
        "Families’ words",
        "Searches that found nothing, and what they mean",
    ),
    (Action::ManagePeople, "/admin/people", "People", "Who may do what, and who keeps which entries"),
    (Action::SeeAudit, "/admin/audit", "Audit trail", "Who did what, to which record, and when"),
    (Action::SeeMessages, "/admin/messages", "Messages", "What was sent, what waits, what is in doubt"),
    (Action::WordMessages, "/admin/messages/templates", "How messages are worded", "Each with a preview"),
    (Action::ChangeSettings, "/admin/settings", "Settings", "Name, telephone, colours"),
];

/// The words that follow a number.
fn one_or_many(count: i64, one: &str, many: &str) -> String {
    if count == 1 { one } else { many }.to_owned()
}

/// How reports were answered, in the last four weeks.
fn reports_figure(figures: &Figures) -> (String, String) {
    match Figures::share(figures.reports_in_time, figures.reports_settled) {
        Some(share) => (format!("{share}%"), "of reports settled within 48 hours, last 4 weeks".to_owned()),
        None => ("0".to_owned(), "reports settled in the last 4 weeks".to_owned()),
    }
}

/// `GET /admin`.
pub(crate) async fn get(State(desk): State<Desk>, who: Who) -> Reply {
    let (today, now) = (desk.site.clock().today(), desk.site.clock().now());
    let tiles = desk.tiles.clone();
    let (others, schedule, lines, figures) = desk
        .site
        .db()
        .read(move |tx| {
            Ok((tiles(tx)?, rows::find_schedule(tx)?, list_upkeep(tx, today)?, figures_now(tx, today, now)?))
        })
        .await?;
    let overdue = lines
        .iter()
        .filter(|line| line.hidden_at.is_none())
        .filter(|line| matches!(age_of(&schedule, line.assured_date, today), Age::Overdue | Age::Never))
        .count();
    let overdue = i64::try_from(overdue)?;
    let in_time = figures.reports_open - figures.reports_late;
    let ours = [
        Tile {
            count: figures.reports_late,
            words: one_or_many(
                figures.reports_late,
                "report from a visitor is late",
                "reports from visitors are late",
            ),
            href: "/admin/reports",
            action: Action::SettleReport,
        },
        Tile {
            count: in_time,
            words: one_or_many(
                in_time,
                "report from a visitor is open, in time",
                "reports from visitors are open, in time",
            ),
            href: "/admin/reports",
            action: Action::SettleReport,
        },
        Tile {
            count: overdue,
            words: one_or_many(
                overdue,
                "entry is overdue or was never checked",
                "entries are overdue or were never checked",
            ),
            href: "/admin/freshness?show=overdue",
            action: Action::ChaseEntries,
        },
    ];
    let mut waiting: Vec<Tile> =
        others.into_iter().chain(ours).filter(|tile| tile.action.is_open_to(&who.actor)).collect();
    // What waits comes before what does not.
    waiting.sort_by_key(|tile| tile.count == 0);
    let body = DoorView {
        today: web::say::day_month_year(today),
        nothing: waiting.iter().all(|tile| tile.count == 0),
        waiting,
        figures: vec![
            (figures.entries.to_string(), "entries that families see".to_owned()),
            (
                share_words(figures.checked[0], figures.entries, "entries"),
                "checked within 3 months".to_owned(),
            ),
            (
                share_words(figures.checked[1], figures.entries, "entries"),
                "checked within 6 months".to_owned(),
            ),
            reports_figure(&figures),
        ],
        links: LINKS
            .into_iter()
            .filter(|(action, ..)| action.is_open_to(&who.actor))
            .map(|(_, href, title, line)| (href, title, line))
            .collect(),
    };
    show(&desk.site, &Page::new("To do"), &body)
}
