use crate::understand::{Context, Part, PartFilter, Sentence, add};

/// The groups and values that understood words filter by. A room that tags its entries uses these names.
pub mod tags {
    /// What it costs.
    pub const COST: &str = "cost";
    /// Nothing to pay.
    pub const FREE: &str = "free";
    /// How it is reached.
    pub const ACCESS: &str = "access";
    /// On a screen, from anywhere.
    pub const ONLINE: &str = "online";
    /// By phone, from anywhere.
    pub const PHONE: &str = "phone";
    /// For whom.
    pub const AUDIENCE: &str = "audience";
    /// Open to dads.
    pub const DADS: &str = "dads";
    /// Getting about in it.
    pub const ACCESSIBILITY: &str = "accessibility";
    /// Known to be step-free.
    pub const STEP_FREE: &str = "step-free";
    /// How to get in.
    pub const WAY_IN: &str = "way_in";
    /// No referral needed.
    pub const SELF_REFERRAL: &str = "self-referral";
    /// No booking needed.
    pub const DROP_IN: &str = "drop-in";
}

/// Reads cost, online and phone, dads, step-free and self-referral.
pub(crate) fn read(sentence: &mut Sentence, context: &Context, parts: &mut Vec<Part>) {
    let asks_to_talk =
        sentence.has_any(&["talk", "speak", "chat", "help", "advice", "someone", "support", "call"]);
    for at in 0..sentence.len() {
        if sentence.is_taken(at) {
            continue;
        }
        let found = free(sentence, at)
            .or_else(|| from_home(sentence, at, asks_to_talk))
            .or_else(|| dads(sentence, at))
            .or_else(|| step_free(sentence, at))
            .or_else(|| way_in(sentence, at));
        let Some(found) = found else { continue };
        let part = Part {
            key: found.key,
            label: found.label.to_owned(),
            typed: sentence.typed(at, at + found.words),
            filter: PartFilter::Tags { group: found.key, values: found.values },
        };
        if add(parts, context.without, part) && !found.kept {
            sentence.take(at, at + found.words);
        }
    }
}

struct Found {
    key: &'static str,
    label: &'static str,
    values: Vec<&'static str>,
    words: usize,
    /// The words are worth searching for too.
    kept: bool,
}

fn free(sentence: &Sentence, at: usize) -> Option<Found> {
    let words = match sentence.at(at) {
        "free" if sentence.has_phrase(at, &["free", "of", "charge"]) => 3,
        "free" if is_about_cost(sentence, at) => 1,
        "no" if matches!(sentence.at(at + 1), "cost" | "charge" | "fee") => 2,
        "for" if sentence.at(at + 1) == "nothing" => 2,
        "without" if matches!(sentence.at(at + 1), "paying") => 2,
        _ => return None,
    };
    Some(Found { key: tags::COST, label: "Free", values: vec![tags::FREE], words, kept: false })
}

fn is_about_cost(sentence: &Sentence, at: usize) -> bool {
    let after = [
        "school",
        "meals",
        "meal",
        "dinner",
        "dinners",
        "lunch",
        "lunches",
        "hours",
        "childcare",
        "milk",
        "nursery",
        "period",
        "prescriptions",
        "prescription",
        "flow",
        "range",
        "time",
        "from",
        "bus",
        "pass",
        "transport",
        "uniform",
        "vitamins",
        "trade",
        "of",
        "entitlement",
        "15",
        "30",
        "thirty",
        "fifteen",
        "place",
        "places",
        "breakfast",
        "diet",
    ];
    let before = [
        "sugar", "dairy", "gluten", "step", "smoke", "drug", "lactose", "nut", "hands", "egg", "wheat",
        "cage", "debt", "child", "care", "get", "set", "break", "feel", "hours", "tax", "symptom", "im",
        "am", "is", "are", "rent", "violence", "alcohol", "milk", "not", "soya", "allergen", "be",
        "breaking",
    ];
    let to_talk =
        sentence.after(at, 1) == "to" && matches!(sentence.after(at, 2), "talk" | "chat" | "speak" | "come");
    let when = sentence.before(at, 1) == "only"
        && matches!(sentence.after(at, 1), "in" | "on" | "at" | "after" | "");
    !to_talk && !when && !after.contains(&sentence.after(at, 1)) && !before.contains(&sentence.before(at, 1))
}

fn from_home(sentence: &Sentence, at: usize, asks_to_talk: bool) -> Option<Found> {
    let found = |words| Found {
        key: tags::ACCESS,
        label: "Online or by phone",
        values: vec![tags::ONLINE, tags::PHONE],
        words,
        kept: false,
    };
    let phrase = |words: &[&str]| sentence.has_phrase(at, words);
    match sentence.at(at) {
        "online" if is_a_way_to_get_help(sentence, at) => Some(found(1)),
        "over" | "by" if matches!(sentence.at(at + 1), "phone" | "video" | "zoom" | "telephone") => {
            Some(found(2))
        }
        "over" if phrase(&["over", "the", "phone"]) => Some(found(3)),
        "on" if phrase(&["on", "the", "phone"]) && asks_to_talk && !is_always(sentence, at) => Some(found(3)),
        "from"
            if phrase(&["from", "home"])
                && !matches!(sentence.before(at, 1), "away" | "work" | "working") =>
        {
            Some(found(2))
        }
        "without" if phrase(&["without", "leaving", "the", "house"]) => Some(found(4)),
        "helpline" | "helplines" => Some(Found { kept: true, ..found(1) }),
        _ => None,
    }
}

fn is_always(sentence: &Sentence, at: usize) -> bool {
    ["always", "constantly", "never", "hes", "shes", "is", "kid", "son", "daughter", "teen", "him", "her"]
        .contains(&sentence.before(at, 1))
}

/// 'online group' is a way in; 'online bullying' is the trouble. Only words beside it that offer help count.
fn is_a_way_to_get_help(sentence: &Sentence, at: usize) -> bool {
    let after = [
        "help",
        "support",
        "group",
        "groups",
        "class",
        "classes",
        "course",
        "courses",
        "counselling",
        "counsellor",
        "therapy",
        "session",
        "sessions",
        "advice",
        "antenatal",
        "parenting",
        "workshop",
        "workshops",
        "appointment",
        "cbt",
        "service",
        "services",
        "or",
        "only",
        "please",
        "breastfeeding",
        "learning",
    ];
    let before = [
        "help",
        "support",
        "group",
        "groups",
        "class",
        "classes",
        "course",
        "courses",
        "counselling",
        "therapy",
        "session",
        "sessions",
        "advice",
        "something",
        "anything",
        "or",
        "available",
        "appointment",
        "workshop",
        "done",
    ];
    let trouble = sentence.has_any(&[
        "safe",
        "safety",
        "bullying",
        "bullied",
        "groomed",
        "grooming",
        "nudes",
        "pictures",
        "photos",
        "gambling",
        "addicted",
        "strangers",
        "stranger",
        "scam",
        "scammed",
        "gaming",
    ]);
    let next = sentence.after(at, 1);
    let before = before.contains(&sentence.before(at, 1))
        && (next.is_empty() || matches!(next, "for" | "or" | "please" | "with"));
    !trouble && (after.contains(&next) || before)
}

fn dads(sentence: &Sentence, at: usize) -> Option<Found> {
    let found =
        |words| Found { key: tags::AUDIENCE, label: "For dads", values: vec![tags::DADS], words, kept: true };
    let is_dad = |word: &str| matches!(word, "dad" | "father" | "daddy");
    let are_dads = |word: &str| matches!(word, "dads" | "fathers" | "daddies");
    let word = sentence.at(at);
    let somebodys =
        ["my", "his", "her", "their", "your", "our", "the", "kids", "childs", "childrens", "babys", "sons"];
    if are_dads(word) || is_dad(word) {
        let thing = [
            "group", "groups", "club", "support", "help", "course", "session", "sessions", "welcome", "only",
            "class", "classes", "network", "matter", "cafe",
        ];
        let whose = somebodys.contains(&sentence.before(at, 1));
        let of_dads = thing.contains(&sentence.after(at, 1)) && !whose;
        let new_dads = matches!(sentence.before(at, 1), "new" | "young" | "single" | "for") && are_dads(word);
        let alone = are_dads(word) && sentence.len() == 1;
        let to_be = sentence.has_phrase(at + 1, &["to", "be"]) && !whose;
        let new_dad = is_dad(word)
            && matches!(sentence.before(at, 1), "new" | "time")
            && matches!(sentence.before(at, 2), "" | "a" | "im" | "first" | "for" | "as")
            && !is_said_of_him(sentence.after(at, 1));
        let about_them = is_said_of_him(sentence.after(at, 1));
        return (of_dads || to_be || new_dad || ((new_dads || alone) && !about_them)).then(|| found(1));
    }
    // 'I'm a dad', 'as a single dad'; never 'my dad hits'.
    let says_i = match word {
        "im" if sentence.at(at + 1) == "a" => 2,
        "i" if sentence.has_phrase(at, &["i", "am", "a"]) => 3,
        "as" if sentence.at(at + 1) == "a" => 2,
        _ => return None,
    };
    (0..3)
        .find(|on| is_dad(sentence.after(at, says_i + on)))
        .filter(|on| *on == 0 || is_plain_adjective(sentence, at + says_i, *on))
        .map(|on| found(says_i + on + 1))
}

fn is_plain_adjective(sentence: &Sentence, at: usize, count: usize) -> bool {
    let words =
        ["new", "single", "young", "first", "time", "worried", "lone", "stay", "full", "older", "struggling"];
    (0..count).all(|on| words.contains(&sentence.after(at, on)))
}

fn is_said_of_him(word: &str) -> bool {
    [
        "died", "hits", "hit", "left", "is", "has", "wont", "was", "passed", "drinks", "shouts", "and",
        "who", "says",
    ]
    .contains(&word)
}

fn step_free(sentence: &Sentence, at: usize) -> Option<Found> {
    let found = |words, kept| Found {
        key: tags::ACCESSIBILITY,
        label: "Step-free",
        values: vec![tags::STEP_FREE],
        words,
        kept,
    };
    match (sentence.at(at), sentence.at(at + 1)) {
        ("step", "free") | ("level", "access") | ("no", "steps" | "stairs") => Some(found(2, false)),
        ("stepfree", _) => Some(found(1, false)),
        ("wheelchair", "access" | "accessible" | "friendly" | "user") => Some(found(2, true)),
        ("wheelchair", next) => {
            let about_the_chair = [
                "service",
                "services",
                "repair",
                "repairs",
                "hire",
                "loan",
                "assessment",
                "clinic",
                "basketball",
            ];
            let wants_one = matches!(sentence.before(at, 1), "new" | "need" | "get" | "buy" | "broken")
                || sentence.before(at, 1) == "a"
                    && matches!(sentence.before(at, 2), "need" | "get" | "want" | "hire" | "borrow");
            (!about_the_chair.contains(&next) && !wants_one).then(|| found(1, true))
        }
        _ => None,
    }
}

fn way_in(sentence: &Sentence, at: usize) -> Option<Found> {
    let phrase = |words: &[&str]| sentence.has_phrase(at, words);
    let own_words: &[&[&str]] = &[
        &["without", "a", "referral"],
        &["without", "referral"],
        &["no", "referral", "needed"],
        &["no", "referral"],
        &["self", "refer"],
        &["self", "referral"],
        &["self", "referring"],
        &["selfrefer"],
        &["selfreferral"],
        &["refer", "myself"],
        &["refer", "ourselves"],
        &["without", "seeing", "a", "gp"],
        &["without", "a", "gp"],
        &["without", "going", "to", "the", "gp"],
        &["dont", "need", "a", "referral"],
    ];
    if let Some(words) = own_words.iter().find(|words| phrase(words)) {
        let values = vec![tags::SELF_REFERRAL];
        return Some(Found {
            key: tags::WAY_IN,
            label: "No referral needed",
            values,
            words: words.len(),
            kept: false,
        });
    }
    // 'a drop in supply' is not a session.
    let session = [
        "", "group", "groups", "session", "sessions", "clinic", "clinics", "cafe", "near", "on", "baby",
        "for",
    ];
    let (words, next) = if phrase(&["drop", "in"]) {
        (2, 2)
    } else if phrase(&["dropin"]) {
        (1, 1)
    } else {
        return None;
    };
    let is_a_session = session.contains(&sentence.after(at, next))
        && !matches!(sentence.before(at, 1), "to" | "big" | "sudden");
    is_a_session.then(|| Found {
        key: tags::WAY_IN,
        label: "Drop in",
        values: vec![tags::DROP_IN],
        words,
        kept: true,
    })
}
