use crate::understand::{Context, Part, PartFilter, Sentence, add};

/// Reads days and times of day. A time without a day is any day, save 'tonight' and 'now', which are today's.
pub(crate) fn read(sentence: &mut Sentence, context: &Context, parts: &mut Vec<Part>) {
    // What happens in the night is most often the trouble itself ('up all night'), not when help is wanted.
    let tells_of_a_night = sentence.has_any(NIGHT_TROUBLE);
    let tells_what_happened = sentence.has_any(HAPPENED);
    // A frightened person gets everything there is, at any hour.
    if sentence.has_any(AFRAID) {
        return;
    }
    leave_out_limits(sentence);
    let mut days = Days::default();
    let mut time: Option<Time> = None;
    let mut at = 0;
    while at < sentence.len() {
        if let Some((bits, label, until)) = day(sentence, context, at, tells_what_happened) {
            days.add(bits, &label, at, until);
            at = until;
            continue;
        }
        if time.is_none() {
            time = time_of_day(sentence, context, at, tells_of_a_night, tells_what_happened);
            if let Some(found) = &time {
                at = found.until;
                continue;
            }
        }
        at += 1;
    }
    let timed = time.is_some() || days.bits != 0;
    put(sentence, context, parts, days, time);
    // 'What is open tonight': the time says it, and 'open' must not be looked for as a thing.
    if timed {
        for at in 0..sentence.len() {
            if matches!(sentence.at(at), "open" | "opens" | "opened") {
                sentence.take(at, at + 1);
            }
        }
    }
}

/// 'No food till Friday' says how long it lasts: nothing to filter by, and no name of a day to look for either.
fn leave_out_limits(sentence: &mut Sentence) {
    for at in 0..sentence.len() {
        let until = at + 1 + usize::from(matches!(sentence.at(at + 1), "next" | "this" | "the" | "on"));
        if matches!(sentence.at(at), "till" | "til" | "until" | "untill")
            && named_day(sentence, until).is_some()
        {
            sentence.take(at, until + 1);
        }
    }
}

const NIGHT_TROUBLE: &[&str] = &[
    "wakes",
    "waking",
    "wake",
    "woke",
    "sleep",
    "sleeping",
    "sleeps",
    "awake",
    "wets",
    "wetting",
    "wee",
    "up",
    "cries",
    "crying",
    "cry",
    "screaming",
    "screams",
    "feeds",
    "feeding",
    "feed",
    "terrors",
    "nightmares",
    "settle",
    "hungry",
    "coughing",
    "cough",
    "bed",
    "pees",
    "scared",
];
const AFRAID: &[&str] = &[
    "scared",
    "frightened",
    "afraid",
    "terrified",
    "unsafe",
    "hurt",
    "hurts",
    "hit",
    "hits",
    "kill",
    "threatened",
    "abuse",
    "rape",
    "raped",
];
const HAPPENED: &[&str] = &[
    "finishes",
    "starts",
    "ends",
    "told",
    "rang",
    "came",
    "said",
    "found",
    "fell",
    "started",
    "went",
    "happened",
    "died",
    "hit",
    "kicked",
    "excluded",
    "suspended",
    "evicted",
    "hasnt",
    "isnt",
    "wont",
    "been",
    "lost",
    "sacked",
    "left",
    "arrested",
    "born",
    "was",
    "got",
    "diagnosed",
    "refused",
    "had",
];

#[derive(Default)]
struct Days {
    bits: u8,
    labels: Vec<String>,
    spans: Vec<(usize, usize)>,
}

impl Days {
    fn add(&mut self, bits: u8, label: &str, from: usize, until: usize) {
        if !self.labels.iter().any(|known| known == label) {
            self.labels.push(label.to_owned());
        }
        self.bits |= bits;
        self.spans.push((from, until));
    }
}

struct Time {
    from: usize,
    until: usize,
    label: String,
    days: u8,
    minutes: (u16, u16),
    /// 'after school' is also what the thing is called.
    kept: bool,
}

fn put(sentence: &mut Sentence, context: &Context, parts: &mut Vec<Part>, days: Days, time: Option<Time>) {
    if let (Some((from, _)), Some((_, until))) = (days.spans.first(), days.spans.last()) {
        let label = match &days.labels[..] {
            [] => return,
            [only] => only.clone(),
            [first @ .., last] => format!("{} or {last}", first.join(", ")),
        };
        let filter = PartFilter::When { days: days.bits, time: None };
        let part = Part { key: "day", label, typed: sentence.typed(*from, *until), filter };
        if add(parts, context.without, part) {
            for (from, until) in &days.spans {
                let led = from
                    .checked_sub(1)
                    .filter(|at| matches!(sentence.at(*at), "on" | "this" | "next" | "every"));
                sentence.take(led.unwrap_or(*from), *until);
            }
        }
    }
    if let Some(time) = time {
        let typed = sentence.typed(time.from, time.until);
        // Days that were said win over the day that 'tonight' implies.
        let days = if days.bits == 0 { time.days } else { 0 };
        let filter = PartFilter::When { days, time: Some(time.minutes) };
        if add(parts, context.without, Part { key: "time", label: time.label, typed, filter }) && !time.kept {
            let led = time
                .from
                .checked_sub(1)
                .filter(|at| matches!(sentence.at(*at), "in" | "at" | "the" | "this"));
            sentence.take(led.unwrap_or(time.from), time.until);
        }
    }
}

const NAMES: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

fn day(sentence: &Sentence, context: &Context, at: usize, happened: bool) -> Option<(u8, String, usize)> {
    let word = sentence.at(at);
    if word.is_empty() || is_a_limit(sentence, at) || is_ruled_out(sentence, at) {
        return None;
    }
    let today = context.now_local.date().weekday().to_monday_zero_offset() as u8;
    let one = |day: u8| Some((1 << (day % 7), NAMES[usize::from(day % 7)].to_owned(), at + 1));
    if let Some(day) = named_day(sentence, at) {
        let told_of =
            ["good", "evicted", "excluded", "suspended", "died", "left", "happened", "born", "was", "rang"];
        return if told_of.contains(&sentence.before(at, 1)) { None } else { one(day) };
    }
    match word {
        "today" | "2day" if !happened => Some((1 << today, "Today".to_owned(), at + 1)),
        "tomorrow" | "tomoz" | "tomo" | "tmrw" | "tomorow" | "tommorow" | "tomorrows"
            if !happened || at + 1 == sentence.len() =>
        {
            Some((1 << ((today + 1) % 7), "Tomorrow".to_owned(), at + 1))
        }
        "weekend" | "weekends" if !matches!(sentence.before(at, 1), "last" | "his" | "her" | "every") => {
            Some((0b110_0000, "The weekend".to_owned(), at + 1))
        }
        "weekday" | "weekdays" => Some((0b001_1111, "Weekdays".to_owned(), at + 1)),
        _ => None,
    }
}

fn named_day(sentence: &Sentence, at: usize) -> Option<u8> {
    let word = sentence.at(at);
    let singular = word.strip_suffix('s').unwrap_or(word);
    let full = NAMES.iter().position(|name| name.eq_ignore_ascii_case(singular));
    if let Some(day) =
        full.or_else(|| MISSPELT.iter().find(|(typed, _)| *typed == singular).map(|(_, day)| *day))
    {
        return Some(day as u8);
    }
    let day = match word {
        "tues" | "tue" => 1,
        "weds" => 2,
        "thurs" | "thur" | "thu" => 3,
        "fri" => 4,
        // These are words of their own ('sat up', 'sun cream', 'we wed'): only beside something that makes them days.
        "mon" | "wed" | "sat" | "sun" if is_beside_a_time(sentence, at) => match word {
            "mon" => 0,
            "wed" => 2,
            "sat" => 5,
            _ => 6,
        },
        _ => return None,
    };
    Some(day)
}

const MISSPELT: &[(&str, usize)] = &[
    ("wensday", 2),
    ("wednsday", 2),
    ("wendsday", 2),
    ("tuseday", 1),
    ("teusday", 1),
    ("thursay", 3),
    ("saterday", 5),
    ("satuday", 5),
    ("firday", 4),
];

fn is_beside_a_time(sentence: &Sentence, at: usize) -> bool {
    let before = ["on", "this", "next", "every", "each", "or", "fri", "sat", "mon", "tues", "wed", "thurs"];
    let after = [
        "morning",
        "mornings",
        "afternoon",
        "afternoons",
        "evening",
        "evenings",
        "night",
        "am",
        "pm",
        "or",
        "tues",
        "tuesday",
        "wed",
        "weds",
    ];
    let next = sentence.after(at, 1);
    let and_a_day = matches!(next, "and" | "n")
        && matches!(sentence.after(at, 2), "sun" | "sat" | "sunday" | "wed" | "fri");
    let comes_after_and = matches!(sentence.before(at, 1), "and" | "n")
        && matches!(sentence.before(at, 2), "sat" | "saturday" | "fri" | "mon" | "tues");
    let on_the_sun = matches!(next, "cream" | "burn" | "hat" | "safety" | "protection");
    let leads = before.contains(&sentence.before(at, 1)) && !on_the_sun;
    leads || after.contains(&next) || and_a_day || comes_after_and
}

/// 'not Tuesdays', 'can't do mornings'.
fn is_ruled_out(sentence: &Sentence, at: usize) -> bool {
    matches!(sentence.before(at, 1), "not" | "except" | "no" | "cant")
        || (sentence.before(at, 1) == "do"
            && matches!(sentence.before(at, 2), "cant" | "cannot" | "not" | "dont"))
}

/// 'skint till Friday', 'since Monday', 'last Tuesday' say how long, not when.
fn is_a_limit(sentence: &Sentence, at: usize) -> bool {
    const LIMITS: &[&str] = &[
        "till", "til", "until", "untill", "by", "since", "last", "before", "from", "payday", "pay",
        "happened", "after",
    ];
    let back = usize::from(matches!(sentence.before(at, 1), "next" | "this" | "on" | "the")) + 1;
    LIMITS.contains(&sentence.before(at, back)) || LIMITS.contains(&sentence.before(at, 1))
}

fn time_of_day(
    sentence: &Sentence,
    context: &Context,
    at: usize,
    night: bool,
    happened: bool,
) -> Option<Time> {
    let today = 1u8 << context.now_local.date().weekday().to_monday_zero_offset();
    let now = context.now_local.hour() as u16 * 60 + context.now_local.minute() as u16;
    let time = |until: usize, label: &str, days: u8, minutes: (u16, u16)| {
        Some(Time { from: at, until, label: label.to_owned(), days, minutes, kept: false })
    };
    match sentence.at(at) {
        "tonight" | "tonite" | "2nite" | "2night" if !is_a_limit(sentence, at) => {
            if now < 5 * 60 {
                return time(at + 1, "Tonight", today, (now, 7 * 60));
            }
            return time(at + 1, "This evening and tonight", today, (now.max(17 * 60), 1440 + 6 * 60));
        }
        "middle" if sentence.has_phrase(at, &["middle", "of", "the", "night"]) && !night => {
            return time(at + 4, "In the night", 0, (22 * 60, 1440 + 6 * 60));
        }
        "overnight" if !night => return time(at + 1, "In the night", 0, (22 * 60, 1440 + 6 * 60)),
        "night" if matches!(sentence.before(at, 1), "at") && !night && !happened => {
            return time(at + 1, "In the night", 0, (22 * 60, 1440 + 6 * 60));
        }
        "right" | "open" | "available" | "help" | "awake" if sentence.at(at + 1) == "now" => {
            let kept_word = usize::from(sentence.at(at) != "right");
            let minutes = (now, now + 1);
            return Some(Time {
                from: at + kept_word,
                until: at + 2,
                label: "Open now".to_owned(),
                days: today,
                minutes,
                kept: false,
            });
        }
        "now" if is_asked_for_now(sentence, at) => return time(at + 1, "Open now", today, (now, now + 1)),
        "morning" | "mornings" if is_a_part_of_day(sentence, at) => {
            return time(at + 1, "Morning", 0, (6 * 60, 12 * 60));
        }
        "afternoon" | "afternoons" if is_a_part_of_day(sentence, at) => {
            return time(at + 1, "Afternoon", 0, (12 * 60, 17 * 60));
        }
        "evening" | "evenings" if is_a_part_of_day(sentence, at) => {
            return time(at + 1, "Evening", 0, (17 * 60, 22 * 60));
        }
        "after" if sentence.at(at + 1) == "school" && !happened => {
            return Some(Time {
                from: at,
                until: at + 2,
                label: "After school".to_owned(),
                days: 0,
                minutes: (15 * 60, 18 * 60),
                kept: true,
            });
        }
        "after" if !happened => {
            if let Some((minutes, until)) = clock(sentence, at + 1, true)
                && !counts_something(sentence, until)
            {
                return time(until, &format!("After {}", clock_label(minutes)), 0, (minutes, 1440));
            }
        }
        _ => {}
    }
    let (minutes, until) = clock(sentence, at, false)?;
    let small_hours = !(6 * 60..22 * 60).contains(&minutes);
    if happened || is_a_limit(sentence, at) || (small_hours && night) {
        return None;
    }
    time(until, &format!("At {}", clock_label(minutes)), 0, (minutes, minutes + 1))
}

/// 'need someone now', but not 'she is 3 now' or 'what do I do now'.
fn is_asked_for_now(sentence: &Sentence, at: usize) -> bool {
    let before = [
        "someone",
        "help",
        "open",
        "anyone",
        "somewhere",
        "available",
        "awake",
        "anything",
        "something",
        "talk",
    ];
    at + 1 == sentence.len() && (before.contains(&sentence.before(at, 1)) || (at == 0))
}

fn is_a_part_of_day(sentence: &Sentence, at: usize) -> bool {
    let after = ["sickness", "after", "all"];
    let before =
        ["good", "this", "every", "each", "yesterday", "till", "until", "by", "since", "all", "last"];
    let pill = sentence.after(at, 1) == "after";
    !pill
        && !is_ruled_out(sentence, at)
        && !after.contains(&sentence.after(at, 1))
        && !before.contains(&sentence.before(at, 1))
}

/// '10am', '10.30am', '10:30', '6 pm'. After the word 'after', a bare number too: 'after 6' is in the evening.
fn clock(sentence: &Sentence, at: usize, bare: bool) -> Option<(u16, usize)> {
    let word = sentence.at(at);
    let digits_end = word.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ':')).unwrap_or(word.len());
    let (digits, rest) = word.split_at(digits_end);
    if digits.is_empty() || digits.len() > 5 {
        return None;
    }
    let (half, until) = match (rest, sentence.at(at + 1)) {
        ("am", _) => (Some(0), at + 1),
        ("pm", _) => (Some(12), at + 1),
        ("", "am") => (Some(0), at + 2),
        ("", "pm") => (Some(12), at + 2),
        ("", _) if bare || digits.contains(':') => (None, at + 1),
        _ => return None,
    };
    let (hour, minute) = digits.split_once([':', '.']).unwrap_or((digits, "0"));
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    if hour > 23 || minute > 59 || (half.is_some() && !(1..=12).contains(&hour)) {
        return None;
    }
    let hour = match half {
        Some(half) => hour % 12 + half,
        None if (1..=8).contains(&hour) => hour + 12,
        None => hour,
    };
    Some((hour * 60 + minute, until))
}

/// 'after 6 months' is no hour.
fn counts_something(sentence: &Sentence, at: usize) -> bool {
    let next = sentence.after(at, 0);
    let fine = ["", "on", "in", "near", "or", "at", "please", "and", "for", "every", "tonight", "tomorrow"];
    !(fine.contains(&next) || NAMES.iter().any(|name| name.eq_ignore_ascii_case(next.trim_end_matches('s'))))
}

fn clock_label(minutes: u16) -> String {
    let (hour, minute) = (minutes / 60 % 24, minutes % 60);
    let half = if hour < 12 { "am" } else { "pm" };
    let shown = if hour % 12 == 0 { 12 } else { hour % 12 };
    if minute == 0 { format!("{shown}{half}") } else { format!("{shown}:{minute:02}{half}") }
}
