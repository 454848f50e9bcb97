//! Dates that repeat: when a session is on, how that reads in words, which children are of age for it, and the
//! calendar file that people subscribe to.
//!
//! People plan by civil time: "Mondays at 9:30am, term time only". That is what is kept, as a [`Rule`] (a part of RFC
//! 5545's, as text), a first date and time, a length, the [`TermCalendar`] of the council and the [`Exception`]s made by
//! hand. Instants are worked out from these, never the other way round, so a change of the clocks moves nothing.
//!
//! It must never read a clock, a database or the network, never guess a term that a council has not entered, never
//! give a date another identity because it was moved, and never follow a rule without end: every question names its
//! [`Days`].
//!
//! ```
//! use calendar::{Days, Plan, Season, Series, TermCalendar, TermDates, Term, When, BankHolidays, Zone};
//! use kernel::Date;
//! let date = |text: &str| text.parse::<Date>().unwrap();
//! let series = Series::new(Plan {
//!     start: "2026-09-07T09:30".parse()?,
//!     minutes: 90,
//!     zone: Zone::london(),
//!     repeats: Some("FREQ=WEEKLY;UNTIL=20261218;BYDAY=MO".parse()?),
//!     when: When { season: Season::TermTime, bank_holidays: BankHolidays::Closed },
//!     exceptions: vec![],
//! })?;
//! assert_eq!(series.words(), "Mondays, 9:30am to 11am, term time only, until 18 December 2026");
//! let terms = TermCalendar::new(TermDates {
//!     terms: vec![Term { name: "Autumn".into(), days: Days::new(date("2026-09-07"), date("2026-10-23"))? }],
//!     ..TermDates::default()
//! })?;
//! let asked = Days::new(date("2026-09-01"), date("2026-12-31"))?;
//! assert_eq!(series.occurrences(&terms, asked).len(), 7);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **How many, and which**: `COUNT` counts the dates of the rule *before* terms and exceptions take any away, as RFC
//! 5545 says of exclusions. "Ten sessions that are held" is a question of its own: [`Series::last_of`] gives the day
//! to end on. A first date that does not fit its own rule is not a date of the series (RFC 5545 leaves that open).
//!
//! **Who is who**: a date is known by the civil date and time that the rule first gave it, its [`Key`] (RFC 5545's
//! RECURRENCE-ID). Moved, shortened, cancelled: it keeps its key, its bookings and its UID. [`compare`] tells by key
//! what an edit does to whom, before it is made; [`Series::split_at`] makes "this and all that follow".
//!
//! **To add a kind of season or exception**: add the variant in `terms.rs` or `exceptions.rs`, follow the compiler, and
//! give it words in `words.rs`. **To take more of RFC 5545 in**: let `rule.rs` read and write it, `expand.rs` follow it
//! and `words.rs` say it, then teach `examples/shared` to make such rules; `calendar-tests` holds ten thousand of them
//! against others' libraries. **To add a property to the feed**: `feed.rs`, through `Lines`, so that it is folded.

mod age;
mod change;
mod days;
mod exceptions;
mod expand;
mod feed;
mod rule;
mod series;
mod terms;
mod words;
mod zone;

pub use age::{Age, AgeBand, AgeCount, Phase, SchoolYear, school_year};
pub use change::{Change, Changed, Split, compare};
pub use days::{Days, DaysRefusal};
pub use exceptions::{Exception, Key, KeyRefusal};
pub use feed::{Entry, Feed, Point, uid};
pub use rule::{Ends, Frequency, Rule, RuleParts, RuleRefusal, WeekdayOf};
pub use series::{Occurrence, Plan, Series, SeriesRefusal, Standing};
pub use terms::{
    BankHoliday, BankHolidays, DayKind, Season, Term, TermCalendar, TermDates, TermRefusal, When,
};
pub use words::{day_month_year, moment, time_of_day, time_range};
pub use zone::{Zone, ZoneRefusal};

pub use jiff::civil::{DateTime, Weekday};
