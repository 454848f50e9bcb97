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
/// Letters and texts that come after a loss.
pub const LOSS_LETTERS: [&str; 2] = [
    "We are so sorry that they still come. This site sends you no messages about your baby.",
    "Ask your midwife or GP surgery to tell the others, so that you do not have to. A friend can do it for you.",
];
/// Registering after a loss.
pub const LOSS_REGISTERING: [&str; 2] = [
    "We are so sorry that there are forms as well. The hospital or your midwife can tell you what applies to you.",
    "Somebody else may be able to ring for you.",
];
/// A baby's funeral.
pub const LOSS_FUNERAL: [&str; 2] = [
    "We are so sorry. You do not have to decide anything today.",
    "The hospital or your midwife can tell you what there is, and these people can help you think about it.",
];
/// Seeing and holding a baby that died.
pub const LOSS_HOLDING: [&str; 2] = [
    "Of course you do. You may be able to, even after some time. Ask the hospital or your midwife.",
    "You can also choose not to. There is no right or wrong way, and these people will listen.",
];
/// Wanting the baby back.
pub const LOSS_WANTING_BACK: [&str; 2] = [
    "Of course you do. We are so sorry that your baby is not here with you.",
    "You do not have to be alone with this. These people will listen, for as long as you need.",
];
/// A body after a loss.
pub const LOSS_BODY: [&str; 2] = [
    "We are so sorry. You do not have to bear this alone.",
    "Ask your midwife, your GP surgery or 111, at any hour. Ring 999 if you bleed a lot, feel faint, or have very bad pain.",
];
/// Whose fault it was.
pub const LOSS_WHY: [&str; 2] = [
    "So many parents ask this, over and over. Asking it does not mean that you did anything wrong.",
    "You do not have to carry that question alone. These people will listen, and the hospital or your midwife can talk with you about what happened.",
];
/// Sleep, tears, and how to go on.
pub const LOSS_FEELINGS: [&str; 2] = [
    "We are so sorry. Nothing has to be done now, and however you feel is all right.",
    "You do not have to get through this alone. These people will listen.",
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
/// The same in a pregnancy.
pub const WHETHER_SAFE_IN_PREGNANCY: &str = "I did not find a page that answers just that, and a guess could hurt. Ask your midwife, a pharmacist or your GP surgery, or ring 111 at any hour.";
/// A child is ill.
pub const ILL: &str = "If a child is ill, ask a GP surgery or a pharmacist, or ring 111 at any hour. If it is an emergency, ring 999.";
/// A child bumped their head.
pub const HURT: &str = "If a child bumped their head, ring 111 at any hour and ask what to do. If they are very sleepy, are sick, or you are very worried, ring 999.";
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
