//! The sentences of Ask that are not in a data file. Each is the same every time.

/// Asked too fast.
pub const RATE_LIMITED: [&str; 2] = [
    "A lot of questions came from your network in the last minute. Wait a minute, then send it again.",
    "What you typed is still in the box.",
];
/// Too long.
pub const TOO_LONG: &str =
    "Use 4,000 letters or fewer. Say the main thing in a sentence or two. Your words are still in the box.";
/// Nothing typed.
pub const EMPTY: &str = "Type a few words about what would help. Any words will do.";
/// Closed.
pub const CLOSED: [&str; 2] = [
    "Ask is closed for a while. You can still search for help, or ring the council.",
    "If you are in danger or very worried, use urgent help. It is always open.",
];
/// After a loss.
pub const LOSS: [&str; 2] = [
    "We are so sorry. Nothing has to be done now, and you can come back to this at any time.",
    "These people will listen, by phone or face to face. I have left out anything about babies.",
];
/// Milk that comes after a loss.
pub const LOSS_MILK: [&str; 2] = [
    "We are so sorry. Milk can still come after a loss, and that can be a shock.",
    "Ask your midwife or GP surgery what helps, or ring 111 at any hour. I have left out anything about babies.",
];
/// Another child who asks about the baby that died.
pub const LOSS_ANOTHER_CHILD: [&str; 2] = [
    "That is a very hard question to be asked. You do not have to answer it alone.",
    "These people can help you find the words for a child. I have left out anything about babies.",
];
/// Before one quotation.
pub const QUOTED: &str = "This is from a page we have checked:";
/// Before words of an entry.
pub const QUOTED_ENTRY: &str = "This is what the service says of itself:";
/// Before two that differ.
pub const QUOTED_BOTH: &str = "Two pages speak about this, and their figures are not the same. Here are both, with the date each was checked. To be sure, ask a person.";
/// Eligibility.
pub const CRITERIA: &str = "I cannot say whether you will get it. This is what the page says about who can:";
/// Times and prices.
pub const FIELDS: &str = "Times, places and costs stand below as the service last gave them:";
/// Whether something is safe, and no page says it in so many words.
pub const WHETHER_SAFE: &str = "I did not find a page that answers just that, and a guess could hurt. Ask your health visitor or a pharmacist, or ring 111 at any hour.";
/// A child is ill.
pub const ILL: &str = "If a child is ill, ask a GP surgery or a pharmacist, or ring 111 at any hour. If it is an emergency, ring 999.";
/// Asked for what is open now, and of nothing that is shown the hours say so.
pub const NONE_KNOWN_OPEN: &str =
    "I do not know of one that is open right now. Ring first, so that you do not go for nothing.";
/// Sessions of a day.
pub const ON_THEN: &str = "These are on then:";
/// None is known for that day.
pub const NOTHING_ON_THEN: &str =
    "I know of nothing that fits that day. The list of all that is on has more days.";
/// Services alone.
pub const ENTRIES: &str = "These may help:";
/// Services under a quotation.
pub const ENTRIES_TOO: &str = "These can help as well:";
/// Something was found, near it.
pub const WEAK: [&str; 2] =
    ["I did not find that, so I will not guess.", "These may be near it. A person can tell you for sure."];
/// Nothing was found.
pub const NOTHING: [&str; 2] = [
    "I did not find that, so I will not guess. That is our gap, not your mistake.",
    "Try one or two plain words, or ask a person.",
];
/// The index broke.
pub const BROKEN: &str =
    "Something broke on our side, so I cannot look that up now. Try again in a minute, or ring the council.";
/// Several needs.
pub const CLARIFY_NEED: &str = "That could be several things. Which is nearest?";
/// An age, a place or a day, and nothing that they are of.
pub const CLARIFY_ABOUT: &str = "What is it about? Choose one, or say it in your own words.";
/// After a loss that was told before.
pub const AFTER_LOSS: &str = "I have left out anything for babies. If you want it, ask for it by its name.";
/// Several that were shown.
pub const CLARIFY_WHICH: &str = "Which one do you mean?";
/// None was shown.
pub const CLARIFY_WHICH_NONE: &str = "I am not sure which one you mean. Tell me its name, or what it does.";
/// Something else.
pub const CLARIFY_ELSE: &str = "Tell me in your own words what would help. A few words are enough.";
/// A guide.
pub const FLOW_OFFERED: &str = "There is a guide for this. It asks a few short questions and tells you what comes next. Shall we go through it?";
/// Personal data.
pub const PERSONAL: &str =
    "You do not need to give a phone number, an email or a number of yours here. We did not keep it.";
/// A language that we do not know.
pub const OTHER_LANGUAGE: &str =
    "Our pages are in English. An interpreter is free: ask for one when you ring.";
/// Nothing but small talk.
pub const CLARIFY_MORE: &str =
    "Can you tell me a little more? Say what it is about, and how old your child is if that matters.";
