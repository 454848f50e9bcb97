use crate::query::AgeAsked;
use crate::understand::{Part, PartFilter, Sentence};

/// Reads an age: a child's, a school year, or weeks of pregnancy. The first one that is said.
pub(crate) fn read(sentence: &mut Sentence, parts: &mut Vec<Part>) {
    let found = pregnancy(sentence).or_else(|| (0..sentence.len()).find_map(|at| an_age(sentence, at)));
    let Some(found) = found.or_else(|| a_stage(sentence)) else { return };
    let typed = sentence.typed(found.from, found.until);
    if found.taken {
        sentence.take(found.from, found.until);
    }
    parts.push(Part { key: "age", label: found.label, typed, filter: PartFilter::Age(found.age) });
}

struct Found {
    from: usize,
    until: usize,
    label: String,
    age: AgeAsked,
    /// Numbers are taken out of the words; 'pregnant' and 'newborn' are worth searching for as well.
    taken: bool,
}

const EXPECTING: &[&str] =
    &["pregnant", "expecting", "preggers", "preggo", "pregnent", "preganant", "pregnat"];
const ROUND_PREGNANCY: &[&str] = &["scan", "gone", "antenatal", "midwife", "bump", "due", "pregnancy"];

fn pregnancy(sentence: &Sentence) -> Option<Found> {
    let expecting = sentence.has_any(EXPECTING);
    let round_it = expecting || sentence.has_any(ROUND_PREGNANCY);
    for at in 0..sentence.len() {
        // 'I'm 38 weeks' needs no other word.
        let of_herself = sentence.before(at, 1) == "im"
            || (sentence.before(at, 1) == "am" && sentence.before(at, 2) == "i");
        if (round_it || of_herself)
            && let Some((weeks, until, old)) = weeks_at(sentence, at)
            && !old
            && (4..=43).contains(&weeks)
            && !is_waiting(sentence, at, until)
        {
            let label = format!("{weeks} weeks pregnant");
            return Some(Found { from: at, until, label, age: AgeAsked::Pregnant, taken: true });
        }
    }
    for at in 0..sentence.len() {
        // '22+3' is how midwives write 22 weeks and 3 days.
        if let Some((weeks, days)) = sentence.at(at).split_once('+')
            && let (Ok(weeks @ 4..=43), Ok(0..=6)) = (weeks.parse::<u16>(), days.parse::<u16>())
        {
            let label = format!("{weeks} weeks pregnant");
            return Some(Found { from: at, until: at + 1, label, age: AgeAsked::Pregnant, taken: true });
        }
        if EXPECTING.contains(&sentence.at(at)) {
            let before = sentence.before(at, 1);
            if !["get", "getting", "not", "become", "becoming", "falling", "fall", "got", "isnt", "was"]
                .contains(&before)
            {
                let label = "Pregnant".to_owned();
                return Some(Found { from: at, until: at + 1, label, age: AgeAsked::Pregnant, taken: false });
            }
        }
    }
    None
}

/// Weeks, where they end, and whether 'old' follows.
fn weeks_at(sentence: &Sentence, at: usize) -> Option<(u16, usize, bool)> {
    let (number, unit, until) = number_with_unit(sentence, at)?;
    let days = matches!(unit, Unit::Weeks).then_some(number)?;
    let old = sentence.at(until) == "old";
    Some((days as u16, until, old))
}

#[derive(Clone, Copy, PartialEq)]
enum Unit {
    Days,
    Weeks,
    Months,
    Years,
}

fn unit(word: &str) -> Option<Unit> {
    Some(match word {
        "day" | "days" => Unit::Days,
        "week" | "weeks" | "wk" | "wks" | "weeker" => Unit::Weeks,
        "month" | "months" | "mth" | "mths" | "mo" | "mos" | "mnths" | "mnth" | "m" => Unit::Months,
        "year" | "years" | "yr" | "yrs" | "y" | "yo" | "yrold" | "yearold" => Unit::Years,
        _ => return None,
    })
}

/// '18 months', '18m', '18mths', '3yo'.
fn number_with_unit(sentence: &Sentence, at: usize) -> Option<(f32, Unit, usize)> {
    let word = sentence.at(at);
    if let Some(number) = number(word) {
        return unit(sentence.at(at + 1)).map(|unit| (number, unit, at + 2));
    }
    let digits = word.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (digits, rest) = word.split_at(digits);
    let number: f32 = digits.parse().ok()?;
    unit(rest).map(|unit| (number, unit, at + 1))
}

fn number(word: &str) -> Option<f32> {
    const WORDS: [&str; 21] = [
        "nought",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
    ];
    if let Some(at) = WORDS.iter().position(|known| *known == word) {
        return (at > 0).then_some(at as f32);
    }
    let looks_right = word.len() <= 5 && word.starts_with(|c: char| c.is_ascii_digit());
    let number: f32 = word.parse().ok().filter(|_| looks_right)?;
    (0.0..=300.0).contains(&number).then_some(number)
}

fn an_age(sentence: &Sentence, at: usize) -> Option<Found> {
    school_year(sentence, at)
        .or_else(|| range(sentence, at))
        .or_else(|| under(sentence, at))
        .or_else(|| with_a_half(sentence, at))
        .or_else(|| plain_age(sentence, at))
        .or_else(|| said_to_be(sentence, at))
}

/// 'year 6', 'y6', 'yr6': eleven by the end of it.
fn school_year(sentence: &Sentence, at: usize) -> Option<Found> {
    let word = sentence.at(at);
    let found = |year: u16, until: usize| {
        let band = AgeAsked::Band { from_months: (year + 4) * 12, until_months: (year + 6) * 12 };
        Found { from: at, until, label: format!("Year {year}"), age: band, taken: true }
    };
    let as_year =
        |digits: &str| digits.parse::<u16>().ok().filter(|year| (1..=13).contains(year) && digits.len() <= 2);
    if matches!(word, "year" | "yr" | "years") {
        let next_is_unit = unit(sentence.at(at + 2)).is_some() || sentence.at(at + 2) == "old";
        let counted = number(sentence.before(at, 1)).is_some();
        let year =
            number(sentence.at(at + 1)).filter(|n| n.fract() == 0.0).and_then(|n| as_year(&format!("{n}")));
        return year.filter(|_| !next_is_unit && !counted).map(|year| found(year, at + 2));
    }
    let digits = ["year", "yr", "y"].iter().find_map(|start| word.strip_prefix(start))?;
    as_year(digits).map(|year| found(year, at + 1))
}

/// '18-24 months', '5 to 11 year olds', 'ages 5-11'. Both ends are meant: eleven is in 'five to eleven'.
fn range(sentence: &Sentence, at: usize) -> Option<Found> {
    let led = matches!(sentence.at(at), "age" | "ages" | "aged");
    let first = at + usize::from(led);
    let from = number(sentence.at(first)).filter(|n| n.fract() == 0.0)?;
    let second = match sentence.at(first + 1) {
        "to" => first + 2,
        _ if sentence.is_hyphen_after(first) => first + 1,
        _ => return None,
    };
    // 'five to elevens' ends in an s that is no unit.
    let word = sentence.at(second);
    let (low, high, unit, mut until) = match number_with_unit(sentence, second) {
        Some((high, unit, until)) => (from, high, unit, until),
        None if led || word.ends_with('s') => {
            (from, number(word.trim_end_matches('s'))?, Unit::Years, second + 1)
        }
        None => return None,
    };
    if matches!(sentence.at(until), "old" | "olds") {
        until += 1;
    }
    let (months_each, label) = match unit {
        Unit::Months => (1.0, format!("{low} to {high} months")),
        Unit::Years => (12.0, format!("Age {low} to {high}")),
        _ => return None,
    };
    // 'for 18-24 months' is a group for them far more often than a wait.
    let is_a_wait = is_waiting(sentence, at, until) && sentence.before(at, 1) != "for";
    if low >= high || high * months_each > 300.0 || is_a_wait {
        return None;
    }
    let age = AgeAsked::Band {
        from_months: (low * months_each) as u16,
        until_months: ((high + 1.0) * months_each) as u16,
    };
    Some(Found { from: at, until, label, age, taken: true })
}

/// 'under 5s', 'under fives'.
fn under(sentence: &Sentence, at: usize) -> Option<Found> {
    let plural = sentence.at(at + 1).strip_suffix('s').filter(|_| sentence.at(at) == "under")?;
    let years = number(plural).filter(|n| n.fract() == 0.0 && (1.0..=18.0).contains(n))?;
    let age = AgeAsked::Band { from_months: 0, until_months: years as u16 * 12 };
    Some(Found { from: at, until: at + 2, label: format!("Under {years}"), age, taken: true })
}

/// '2 and a half', '2 1/2', '2½'.
fn with_a_half(sentence: &Sentence, at: usize) -> Option<Found> {
    let years = number(sentence.at(at)).filter(|n| n.fract() == 0.0 && *n <= 18.0)?;
    let (half, mut until) = if sentence.has_phrase(at + 1, &["and", "a", "half"])
        || sentence.has_phrase(at + 1, &["an", "a", "half"])
    {
        (0.5, at + 4)
    } else if sentence.has_phrase(at + 1, &["and", "half"]) || sentence.has_phrase(at + 1, &["n", "half"]) {
        (0.5, at + 3)
    } else {
        let fraction = match sentence.at(at + 1) {
            "1/2" => 0.5,
            "1/4" => 0.25,
            "3/4" => 0.75,
            _ => return None,
        };
        (fraction, at + 2)
    };
    match sentence.at(until) {
        "year" | "years" | "yr" | "yrs" | "yo" => until += 1,
        "hour" | "hours" | "hrs" | "mile" | "miles" | "day" | "days" | "week" | "weeks" | "months"
        | "month" | "pounds" | "stone" | "ounces" | "minutes" | "grand" => return None,
        _ => {}
    }
    if sentence.at(until) == "old" {
        until += 1;
    }
    if is_waiting(sentence, at, until) {
        return None;
    }
    Some(Found {
        from: at,
        until,
        label: years_label(years + half),
        age: months(years * 12.0 + half * 12.0),
        taken: true,
    })
}

fn plain_age(sentence: &Sentence, at: usize) -> Option<Found> {
    let (number, unit, mut until) = number_with_unit(sentence, at)?;
    let mut old = false;
    if unit == Unit::Years
        && let Some((more, Unit::Months, end)) = number_with_unit(sentence, until)
        && number <= 18.0
        && more < 12.0
        && !is_waiting(sentence, at, end)
    {
        let until = end + usize::from(sentence.at(end) == "old");
        let label = format!("Age {number} and {more} months");
        return Some(Found { from: at, until, label, age: months(number * 12.0 + more), taken: true });
    }
    if unit != Unit::Days && sentence.at(until) == "and" && sentence.has_phrase(until + 1, &["a", "half"]) {
        until += 3;
    }
    if matches!(sentence.at(until), "old" | "olds") {
        until += 1;
        old = true;
    }
    old |= sentence.at(until - 1).ends_with("yo");
    let spelt_out = sentence.at(at).bytes().all(|b| b.is_ascii_alphabetic());
    if !old && (is_waiting(sentence, at, until) || (spelt_out && unit == Unit::Years)) {
        return None;
    }
    let found = |label: String, age| Some(Found { from: at, until, label, age, taken: true });
    match unit {
        Unit::Days if old && number <= 60.0 => found(format!("{number} days old"), months(number / 30.4)),
        // Six weeks alone is a holiday or a wait; six weeks old is a child.
        Unit::Weeks if old && number <= 104.0 => {
            found(format!("{number} weeks old"), months((number / 4.345).floor()))
        }
        Unit::Months if number <= 240.0 => found(format!("{number} months"), months(number)),
        Unit::Years if number <= 25.0 && number > 0.0 => found(years_label(number), months(number * 12.0)),
        _ => None,
    }
}

/// 'aged 3', 'he is 3', 'shes 4'.
fn said_to_be(sentence: &Sentence, at: usize) -> Option<Found> {
    let word = sentence.at(at);
    let lead = match word {
        "aged" | "age" | "turned" | "turning" => 1,
        "hes" | "shes" => 1,
        "is" if ["he", "she", "son", "daughter", "child", "lad", "girl", "boy"]
            .contains(&sentence.before(at, 1)) =>
        {
            1
        }
        _ => return None,
    };
    let lead = if matches!(sentence.at(at + lead), "of" | "only" | "just" | "nearly" | "almost") {
        lead + 1
    } else {
        lead
    };
    let years = number(sentence.at(at + lead)).filter(|n| *n <= 25.0 && *n > 0.0)?;
    let until = at + lead + 1;
    let follows = sentence.after(until, 0);
    let alone = [
        "", "and", "now", "but", "with", "years", "he", "she", "who", "has", "wont", "in", "for", "near",
        "not",
    ];
    let ages = matches!(word, "aged" | "age");
    if !ages && !alone.contains(&follows) {
        return None;
    }
    let from = if ages { at } else { at + lead };
    Some(Found { from, until, label: years_label(years), age: months(years * 12.0), taken: true })
}

/// How long something took is not how old somebody is.
fn is_waiting(sentence: &Sentence, at: usize, until: usize) -> bool {
    let before = [
        "for", "waited", "waiting", "last", "past", "next", "within", "every", "over", "after", "in", "least",
    ];
    let after = [
        "ago",
        "later",
        "wait",
        "waiting",
        "behind",
        "since",
        "time",
        "notice",
        "rent",
        "arrears",
        "free",
        "list",
        "postpartum",
        "post",
        "postnatal",
        "pp",
        "into",
        "off",
        "clean",
        "sober",
        "holidays",
        "holiday",
        "course",
    ];
    let just_before = sentence.before(at, 1);
    let is_for_a_child = just_before == "for" && sentence.before(at, 2) == "classes";
    (before.contains(&just_before) && !is_for_a_child) || after.contains(&sentence.after(until, 0))
}

/// 'newborn', 'teenager', 'reception', 'my baby', 'toddler': a stage rather than a number.
fn a_stage(sentence: &Sentence) -> Option<Found> {
    let expecting = sentence.has_any(EXPECTING)
        || sentence.has_any(&["trying", "ivf", "fertility", "lost", "died", "miscarriage", "stillborn"]);
    (0..sentence.len()).find_map(|at| {
        let (label, age) = match sentence.at(at) {
            "newborn" | "newborns" if !expecting => ("Newborn", AgeAsked::Months(0)),
            "new" if !expecting && matches!(sentence.at(at + 1), "born" | "borns") => {
                ("Newborn", AgeAsked::Months(0))
            }
            "teenager" | "teenagers" | "teen" | "teens" if is_about_a_child(sentence, at) => {
                ("Teenagers", AgeAsked::Band { from_months: 13 * 12, until_months: 20 * 12 })
            }
            "reception"
                if !["desk", "staff", "phone", "number", "opening", "area"]
                    .contains(&sentence.after(at, 1)) =>
            {
                ("Reception", AgeAsked::Band { from_months: 48, until_months: 72 })
            }
            "toddler" | "toddlers" if !is_a_group(sentence.after(at, 1)) => {
                ("1 to 3", AgeAsked::Band { from_months: 12, until_months: 48 })
            }
            "baby" | "bairn" | "babba" | "babby" if !expecting && has_a_baby(sentence, at) => {
                ("Under 1", AgeAsked::Band { from_months: 0, until_months: 12 })
            }
            _ => return None,
        };
        let until = if sentence.at(at) == "new" { at + 2 } else { at + 1 };
        Some(Found { from: at, until, label: label.to_owned(), age, taken: false })
    })
}

fn is_about_a_child(sentence: &Sentence, at: usize) -> bool {
    !["mum", "mums", "dad", "dads", "parent", "parents", "mam", "pregnancy"].contains(&sentence.after(at, 1))
}

fn is_a_group(word: &str) -> bool {
    ["group", "groups", "class", "classes", "club", "session", "sessions", "and"].contains(&word)
}

/// 'my baby wont latch' has a baby; 'having a baby', 'baby bank' and 'baby group' need not.
fn has_a_baby(sentence: &Sentence, at: usize) -> bool {
    let doing = [
        "wont",
        "isnt",
        "is",
        "has",
        "keeps",
        "cries",
        "crying",
        "not",
        "doesnt",
        "screams",
        "screaming",
        "cant",
        "refuses",
        "hates",
        "waking",
        "wakes",
        "never",
        "always",
        "only",
        "sick",
    ];
    let mine = matches!(sentence.before(at, 1), "my" | "our" | "me");
    let thing = [
        "weight", "bump", "shower", "bank", "clothes", "stuff", "brain", "blues", "bonus", "loss", "daddy",
        "mama",
    ];
    doing.contains(&sentence.after(at, 1)) || (mine && !thing.contains(&sentence.after(at, 1)))
}

fn months(months: f32) -> AgeAsked {
    AgeAsked::Months(months.max(0.0) as u16)
}

fn years_label(years: f32) -> String {
    let whole = years.floor();
    match ((years - whole) * 4.0).round() as u8 {
        2 => format!("{whole} and a half"),
        1 => format!("{whole} and a quarter"),
        3 => format!("{whole} and three quarters"),
        _ => format!("Age {whole}"),
    }
}
