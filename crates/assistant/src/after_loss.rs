//! What is meant once somebody told in a conversation that they lost a baby. Milk that comes all the same, a brother who
//! asks where the baby is, 'was it my fault' and 'I can't sleep' are part of the loss; babies come back only where a
//! living one is plainly meant.

use crate::{asked_words::is_small, say};
use regex::Regex;
use search::Document;
use std::sync::LazyLock;

/// What belongs to a loss that was told before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfTheLoss {
    /// Milk that comes.
    Milk,
    /// Another child who asks where the baby is.
    AnotherChild,
    /// Letters and texts that come all the same.
    Letters,
    /// Registering, and a certificate.
    Registering,
    /// The funeral.
    Funeral,
    /// Seeing, holding and naming the baby.
    Holding,
    /// Wanting the baby back.
    WantingBack,
    /// A body that bleeds and hurts.
    Body,
    /// Whose fault it was, and why it happened.
    Why,
    /// Sleep, tears, and how to go on.
    Feelings,
}

/// Where our own pages speak of it.
pub(crate) struct Told {
    /// The page, where it is not the one about the loss itself.
    pub page: Option<&'static str>,
    /// The part, as it stands after `#`.
    pub part: &'static str,
    /// The sentence or point that has these words; empty is the whole part.
    pub with: &'static str,
}

/// What a question after a loss has to do with it, where no living baby is meant.
pub(crate) fn of_the_loss(typed: &str) -> Option<OfTheLoss> {
    let said = said(typed);
    if finds(&ANOTHER_BABY, &said) {
        return None;
    }
    // A child of two who asks where the baby is has an age too.
    if finds(&WHERE_IS_THE_BABY, &said)
        || finds(&ANOTHER_CHILD, &said) && finds(&THE_BABY, &said) && finds(&ASKS_OR_IS_TOLD, &said)
    {
        return Some(OfTheLoss::AnotherChild);
    }
    let is_milk = finds(&MILK, &said) && !finds(&OTHER_MILK, &said) && !finds(&LITTLE_AGE, &said);
    if is_milk {
        return Some(OfTheLoss::Milk);
    }
    // A question that names something else is about that.
    if !names_nothing_else(&said) || finds(&SOMEBODYS_AGE, &said) {
        return None;
    }
    let is_a_surgerys = finds(&A_SURGERY, &said);
    let kinds: [(&Pattern, OfTheLoss); 8] = [
        (&LETTERS, OfTheLoss::Letters),
        (&REGISTERING, OfTheLoss::Registering),
        (&FUNERAL, OfTheLoss::Funeral),
        (&WANTING_BACK, OfTheLoss::WantingBack),
        (&HOLDING, OfTheLoss::Holding),
        (&BODY, OfTheLoss::Body),
        (&WHY, OfTheLoss::Why),
        (&FEELINGS, OfTheLoss::Feelings),
    ];
    let fits = |of: OfTheLoss| of != OfTheLoss::Registering || !is_a_surgerys;
    kinds.into_iter().find(|(pattern, of)| finds(pattern, &said) && fits(*of)).map(|(_, of)| of)
}

/// 'I want to be with him': after a loss that was told before, these words may speak of dying.
pub(crate) fn wants_to_be_with_the_dead(typed: &str) -> bool {
    finds(&TO_BE_WITH_THE_DEAD, &said(typed))
}

impl OfTheLoss {
    /// What is said of it, in our words.
    pub fn say(self) -> &'static [&'static str] {
        match self {
            OfTheLoss::Milk => &say::LOSS_MILK,
            OfTheLoss::AnotherChild => &say::LOSS_ANOTHER_CHILD,
            OfTheLoss::Letters => &say::LOSS_LETTERS,
            OfTheLoss::Registering => &say::LOSS_REGISTERING,
            OfTheLoss::Funeral => &say::LOSS_FUNERAL,
            OfTheLoss::Holding => &say::LOSS_HOLDING,
            OfTheLoss::WantingBack => &say::LOSS_WANTING_BACK,
            OfTheLoss::Body => &say::LOSS_BODY,
            OfTheLoss::Why => &say::LOSS_WHY,
            OfTheLoss::Feelings => &say::LOSS_FEELINGS,
        }
    }

    /// The words by which help with it is found.
    pub fn looked_for(self) -> &'static str {
        match self {
            OfTheLoss::Milk | OfTheLoss::Body => "midwife after the loss of a baby",
            OfTheLoss::AnotherChild => "child bereavement",
            OfTheLoss::Registering => "registering a death or stillbirth",
            OfTheLoss::Funeral => "help with the funeral after the death of a baby",
            OfTheLoss::Letters
            | OfTheLoss::Holding
            | OfTheLoss::WantingBack
            | OfTheLoss::Why
            | OfTheLoss::Feelings => "someone to talk to after the loss of a baby",
        }
    }

    /// Where our own pages speak of it. Milk and another child are looked for in the words that were typed.
    pub fn told(self) -> Option<Told> {
        const TO_KNOW: &str = "things-you-may-want-to-know";
        let of_the_loss_page = |part, with| Some(Told { page: None, part, with });
        match self {
            OfTheLoss::Milk | OfTheLoss::AnotherChild => None,
            OfTheLoss::Letters => Some(Told { page: Some("stop-messages"), part: "after-a-loss", with: "" }),
            OfTheLoss::Registering => of_the_loss_page(TO_KNOW, "must be registered"),
            OfTheLoss::Funeral => of_the_loss_page(TO_KNOW, "about a funeral"),
            OfTheLoss::Holding => of_the_loss_page(TO_KNOW, "see, hold or name"),
            OfTheLoss::Why => of_the_loss_page(TO_KNOW, "why it happened"),
            OfTheLoss::Body => of_the_loss_page("if-you-are-losing-a-baby-now-and-your-body", ""),
            OfTheLoss::WantingBack | OfTheLoss::Feelings => of_the_loss_page("how-you-may-feel", ""),
        }
    }

    /// Where else to go: words and address.
    pub fn links(self) -> &'static [(&'static str, &'static str)] {
        match self {
            OfTheLoss::Milk | OfTheLoss::AnotherChild | OfTheLoss::Body => &[("Ring 111", "tel:111")],
            OfTheLoss::Letters => &[("Stop messages about the baby", "/pages/stop-messages")],
            OfTheLoss::Registering | OfTheLoss::Funeral | OfTheLoss::Holding => &[],
            OfTheLoss::WantingBack | OfTheLoss::Why | OfTheLoss::Feelings => {
                &[("Ring Samaritans on 116 123", "tel:116123"), ("Get urgent help", "/urgent-help")]
            }
        }
    }
}

/// Whether a living baby is plainly meant: a new one, the other one, another pregnancy, a baby's age.
pub(crate) fn means_a_living_baby(typed: &str) -> bool {
    let said = said(typed);
    finds(&ANOTHER_BABY, &said) || finds(&LITTLE_AGE, &said)
}

/// Whether an entry is for those who have a child under five, or are about to.
pub(crate) fn is_for_under_fives(document: &Document) -> bool {
    let ages = document.ages.filter(|ages| ages.from_months < 12);
    ages.is_some_and(|ages| ages.pregnancy || ages.until_months.is_some_and(|until| until <= 60))
}

/// Whether an entry is called by a pregnancy or a baby: 'dental care in pregnancy' is no dentist to somebody who mourns.
pub(crate) fn is_called_by_a_baby(document: &Document) -> bool {
    const NAMES: [&str; 6] = ["pregnan", "maternity", "antenatal", "newborn", "baby", "babies"];
    let words = search::words(&document.title);
    !document.loss && words.iter().any(|word| NAMES.iter().any(|name| word.starts_with(name)))
}

/// Whether an entry is for those who grieve, whoever died.
pub(crate) fn is_about_grief(document: &Document) -> bool {
    let says = format!("{}. {}", document.title, document.summary).to_lowercase();
    ["bereave", "grief", "griev"].iter().any(|word| says.contains(word))
}

fn said(typed: &str) -> String {
    search::words(typed).join(" ")
}

/// Whether a short text has only words that any loss is told in, and names no other need, place or service.
fn names_nothing_else(said: &str) -> bool {
    const WORDS_MAX: usize = 16;
    const OF_A_LOSS: &str = " baby babys babies bub son sons daughter daughters boy boys girl girls twin twins angel little child mum dad mummy daddy fault blame blamed cause caused happen happened happens happening wrong died die dying dead death stop stopped stopping prevented prevent hold holding held cuddle cuddled seen touch kiss wash bathe dress photo photos picture pictures print prints footprints handprints hand foot name named naming goodbye bye home register registered registering registration certificate certificates birth funeral burial bury buried cremation cremated ashes letters letter texts text texting messages message emails email mail post calls calling reminders reminder appointments appointment leaflets visits app apps unsubscribe midwife midwives hospital nhs doctor doctors gp visitor health scan scans nurse nurses sending send sends sent contacting contact ringing phoning sleep sleeping slept awake night nights eat eating feel feeling feelings felt cry crying cried numb empty alone lonely sad angry guilty guilt ashamed broken heartbroken lost hurt hurts heart arms ache aching tired exhausted miss missing missed coping cope carry live living life normal grief grieving bleed bleeding blood clot clots cramp cramps cramping pain period periods body nightmare nightmares dream dreams scared afraid hate understand understands talk talking unfair cruel believe real deserve deserved punished god heaven pregnancy lose loss miscarriage stillbirth breathe move moving moment minute forward forever hours nothing something fair knew notice noticed sooner earlier early late already stress lifting work working fell better worse easier ";
    let is_of_it =
        |word: &str| is_small(word) || !search::tells(word) || OF_A_LOSS.contains(&format!(" {word} "));
    said.split(' ').count() <= WORDS_MAX && said.split(' ').all(is_of_it)
}

type Pattern = LazyLock<Option<Regex>>;

fn finds(pattern: &Pattern, said: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(said))
}

/// The dead one, as they are called.
const THEM: &str = "(him|her|them|(my|our|the) (little |poor |dead |own |beautiful )?(baby|babies|son|daughter|boy|girl|twins?|angel|child|little one))";

static LETTERS: Pattern = LazyLock::new(|| {
    let sent = "(letters?|texts?|texting|messages?|messaging|emails?|mail|post|leaflets?|calls?|calling|ringing|phoning|reminders?|appointments?|visits?|contacting|sending|apps?)";
    let stop = format!(
        r"\b(stop|stopping|cancel|end|no more|dont want( any)?( more)?|unsubscribe|block)\b( [a-z]+){{0,5}} {sent}\b"
    );
    let still = format!(r"\b(keep|keeps|still|kept)\b( [a-z]+){{0,5}} {sent}\b");
    let come = format!(r"\b{sent}\b( [a-z]+){{0,4}} (stop|coming|come|keep|keeps)\b");
    Regex::new(&[stop.as_str(), still.as_str(), come.as_str(), "^unsubscribe$"].join("|")).ok()
});

static REGISTERING: Pattern =
    LazyLock::new(|| Regex::new(r"\bregist(er|ered|ering|ration)\b|\bcertificates?\b").ok());

/// Whoever registers there does not register a death.
static A_SURGERY: Pattern =
    LazyLock::new(|| Regex::new(r"\b(gp|doctors?|midwife|midwives|nurse|nurses|app|apps)\b").ok());

static FUNERAL: Pattern =
    LazyLock::new(|| Regex::new(r"\b(funeral|burial|bury|buried|cremat(ion|ed)|ashes)\b").ok());

static WANTING_BACK: Pattern = LazyLock::new(|| {
    let back =
        format!(r"\b(want|wish|need|bring|have|get)\b( [a-z]+){{0,2}} {THEM}( [a-z]+)? (back|here|alive)\b");
    let wanted = r"\b(i|we) (just |really |only |still )*want (my|our) (baby|babies|son|daughter|boy|girl|twins?|child)$";
    let missed = format!(r"\b(miss|missing) {THEM}\b|\barms\b.*\b(empty|ache|aching)\b");
    Regex::new(&[back.as_str(), wanted, missed.as_str()].join("|")).ok()
});

static HOLDING: Pattern = LazyLock::new(|| {
    let held =
        format!(r"\b(hold|holding|held|cuddle|kiss|touch|wash|bathe|dress|see|name|keep) ({THEM}|it|baby)\b");
    let with = format!(r"\b(can|could|may) (i|we) (still )?(be|stay|sit) with {THEM}\b|\btake {THEM} home\b");
    let kept =
        r"\b(photos?|pictures?|footprints?|handprints?|prints|(hand|foot) prints?)\b|\bsay(ing)? goodbye\b";
    Regex::new(&[held.as_str(), with.as_str(), kept].join("|")).ok()
});

static BODY: Pattern = LazyLock::new(|| {
    Regex::new(r"\b(bleed|bleeding|clots?|cramps?|cramping|periods?|in (so much |a lot of |such )?pain)\b")
        .ok()
});

static WHY: Pattern = LazyLock::new(|| {
    let fault = r"\b(my|our|his|her|their|anyones|whose|nobodys) fault\b|\bwas it (me|us|because)\b|\bblamed?\b|\bpunish(ed|ment)?\b|\bdeserved?\b";
    let done = r"\b(did|have|could|should|what did|what have|what if) (i|we)\b( [a-z]+){0,4} (wrong|cause|caused|stop|stopped|prevent|prevented|noticed?|happen|known|knew|done)\b";
    let why =
        r"\bwhy (did|does|has|do|was|is|would|had|me|us|my|our|him|her|it|this|not)\b|^(but |so |just )*why$";
    let how =
        r"\bhow (did|could|can) (it|this|that) (ever )?happen\b|\bwhat (happened|went wrong|caused|causes)\b";
    Regex::new(&[fault, done, why, how].join("|")).ok()
});

static FEELINGS: Pattern = LazyLock::new(|| {
    let felt = "(sleep|sleeping|slept|awake|nightmares?|eat|eating|cry|crying|cried|numb|empty|alone|lonely|sad|angry|guilty|guilt|ashamed|broken|heartbroken|lost|tired|exhausted|cope|coping|carry on|go on|hate|scared|afraid|breathe|hurts?|feel|feeling)";
    let own = format!(r"\b(i|ive|im|we|weve)\b( [a-z]+){{0,4}} {felt}\b");
    let cannot = r"^(still |just |really )*(cant|cannot|couldnt) (sleep|eat|stop crying|cope|breathe|go on|carry on)\b";
    let how = r"\bhow (do|can|will|could|am|are) (i|we)( [a-z]+){0,3} (cope|carry on|go on|live|move on|get through|get over|bear)\b";
    let lost = r"\b(is|am) (it|this|i) (still )?normal\b|\bwhat (do|should|can|shall|will) (i|we) do( now| next)?$|^(so |and )?what (now|next|happens now|happens next)$";
    let help = r"^((can|could) (you|someone|anyone) )?(please )?help( me| us)?( please)?$|^(i|we) need help$";
    let talk = r"\b(nobody|no one) understands?\b|\bit hurts\b|\btalk to (someone|somebody|anyone)\b|\bwill (it|this) (ever )?(stop|end|get better|get easier|go away)\b|\b(unfair|not fair|cruel)\b";
    Regex::new(&[own.as_str(), cannot, how, lost, help, talk].join("|")).ok()
});

/// To the end of what was said: 'I want to be with him at the hospital' tells where.
static TO_BE_WITH_THE_DEAD: Pattern = LazyLock::new(|| {
    let end =
        "( (again|now|so much|so bad|so badly|in heaven|up there|forever|too|soon|already|instead|please))*$";
    let wants = r"\b(i|id|ill) (just |only |really |so |would |do |still )*(want|wanna|wish|need|like|love|long|hope|rather|should|going|gonna|could)( [a-z]+)?";
    let with =
        format!(r"{wants}( to)? (be|go|lie|sleep|was|were) (there )?(with|to|beside|next to) {THEM}{end}");
    let join = format!(r"{wants}( to)? (join|follow|go after) {THEM}{end}");
    let soon = format!(r"\bill (be|see) (with )?{THEM} (soon|again soon|in heaven|tonight)\b");
    Regex::new(&[with, join, soon].join("|")).ok()
});

/// Of whatever age: a child who lives.
static SOMEBODYS_AGE: Pattern =
    LazyLock::new(|| Regex::new(r"\b[a-z0-9]+ ?(day|week|wk|month|mth|mo|year|yr)s? olds?\b").ok());

static ANOTHER_BABY: Pattern = LazyLock::new(|| {
    let baby = "(baby|babies|babys|newborn|newborns|infant|twin|twins|triplet|triplets|pregnancy)";
    let another = format!(
        r"\b(new|newborn|other|second|next|another|living|surviving|healthy|rainbow|youngest|older) {baby}\b"
    );
    let expects = format!(r"\bexpecting( a| our| my| twins| triplets)?( {baby})?\b");
    let others =
        format!(r"\b(friends?|sisters?|neighbours?|grandchild|niece|nephew)( new| little)? {baby}\b");
    let again = r"\b(pregnant|pregnancy) (again|now)\b|\b(im|i am|she is|shes|my [a-z]+ is) (now )?([0-9]+ weeks )?pregnant\b";
    Regex::new(&[another.as_str(), expects.as_str(), others.as_str(), again].join("|")).ok()
});

/// 'At 30 weeks' tells how far a pregnancy came; 'a 6 week old' is a child.
static LITTLE_AGE: Pattern = LazyLock::new(|| {
    Regex::new(r"\b([0-9]+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) ?(day|week|wk|month|mth|mo)s? old\b|\b(1|one|2|two) ?(year|yr)s? old\b|\btoddlers?\b").ok()
});

static MILK: Pattern = LazyLock::new(|| {
    Regex::new(
        r"\b(breastmilk|breasts?|boobs?|nipples?|lactat[a-z]*|engorged|engorgement|mastitis|let ?down)\b|\bmilk\b( [a-z]+){0,4} (leak[a-z]*|stop[a-z]*|dry|dries|drying|came|come|comes|coming|in|supply|still|full|hurts?|here)\b|\b(my|the|this|breast|breastfeeding|leak[a-z]*|stop[a-z]*|dry up|drying up|still (have|making|got|producing)|produc[a-z]*|making|donat[a-z]*|express[a-z]*) (of )?(my |the |all |all my )?milk\b|\bleaking\b.*\bmilk\b",
    )
    .ok()
});

/// Milk from a shop, and help to buy it.
static OTHER_MILK: Pattern = LazyLock::new(|| {
    Regex::new(r"\b(cows?|goats?|oat|soya|school|formula|powder|bottle|bottles|free|vouchers?|healthy start|allergy|cancer|lump|screening)\b").ok()
});

static WHERE_IS_THE_BABY: Pattern = LazyLock::new(|| {
    Regex::new(r"\b(ask|asks|asked|asking|wonders|wants to know)\b.{0,30}\b(where|when|why|what happened)\b.{0,30}\b(baby|brother|sister|sibling|twin)\b").ok()
});

static ANOTHER_CHILD: Pattern = LazyLock::new(|| {
    Regex::new(r"\b(child|children|kid|kids|son|daughter|boy|girl|older|oldest|eldest|other one|little one|year old|yr old|toddler|siblings?|big (brother|sister))\b").ok()
});

static THE_BABY: Pattern =
    LazyLock::new(|| Regex::new(r"\b(baby|brother|sister|sibling|died|death|dead|heaven)\b").ok());

static ASKS_OR_IS_TOLD: Pattern = LazyLock::new(|| {
    Regex::new(r"\b(ask|asks|asked|asking|tell|telling|told|explain|explaining|understand|understands|sad|upset|crying|grieving|misses|coping)\b").ok()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn babies_come_back_only_where_a_living_one_is_plainly_meant() {
        for typed in [
            "groups for my new baby",
            "im pregnant again",
            "sleep for my 3 month old",
            "classes for the other twin",
            "my other baby wont feed",
            "feeding a 6 week old",
        ] {
            assert!(means_a_living_baby(typed), "{typed}");
            assert_eq!(of_the_loss(typed), None, "{typed}");
        }
        assert_eq!(of_the_loss("how do i tell my 4 year old about the new baby"), None);
        for typed in [
            "my older one keeps asking where the baby is",
            "breastfeeding milk wont stop",
            "baby",
            "is there anything on for a 4 year old",
            "when i was pregnant they said it was fine",
        ] {
            assert!(!means_a_living_baby(typed), "{typed}");
        }
    }

    #[test]
    fn milk_and_another_childs_question_belong_to_the_loss() {
        for (typed, of) in [
            ("breastfeeding milk wont stop", Some(OfTheLoss::Milk)),
            ("my milk is leaking", Some(OfTheLoss::Milk)),
            ("my milk came in", Some(OfTheLoss::Milk)),
            ("how do i dry up my milk", Some(OfTheLoss::Milk)),
            ("my boobs are sore", Some(OfTheLoss::Milk)),
            ("free milk for my son", None),
            ("school milk", None),
            ("my older one keeps asking where the baby is", Some(OfTheLoss::AnotherChild)),
            ("my 2 year old keeps asking where the baby is", Some(OfTheLoss::AnotherChild)),
            ("how do i tell my 4 year old about his brother", Some(OfTheLoss::AnotherChild)),
            ("is there anything on for a 4 year old", None),
            ("dentist", None),
            ("cooking class", None),
            ("when is baby massage on", None),
        ] {
            assert_eq!(of_the_loss(typed), of, "{typed}");
        }
    }

    #[test]
    fn a_short_question_without_a_subject_of_its_own_belongs_to_the_loss() {
        for (typed, of) in [
            ("i want to hold my baby", OfTheLoss::Holding),
            ("can i see him again", OfTheLoss::Holding),
            ("can we have photos", OfTheLoss::Holding),
            ("was it my fault", OfTheLoss::Why),
            ("why did it happen", OfTheLoss::Why),
            ("did i do something wrong", OfTheLoss::Why),
            ("could i have stopped it", OfTheLoss::Why),
            ("i feel like it was my fault", OfTheLoss::Why),
            ("do i have to register it", OfTheLoss::Registering),
            ("can i get a certificate", OfTheLoss::Registering),
            ("what about the funeral", OfTheLoss::Funeral),
            ("i want my baby back", OfTheLoss::WantingBack),
            ("i miss her so much", OfTheLoss::WantingBack),
            ("how do i stop the letters", OfTheLoss::Letters),
            ("the hospital keeps sending texts", OfTheLoss::Letters),
            ("i cant sleep", OfTheLoss::Feelings),
            ("im so tired", OfTheLoss::Feelings),
            ("what do i do now", OfTheLoss::Feelings),
            ("help me", OfTheLoss::Feelings),
            ("why cant i stop crying", OfTheLoss::Feelings),
            ("im still bleeding", OfTheLoss::Body),
        ] {
            assert_eq!(of_the_loss(typed), Some(of), "{typed}");
            assert!(!of.say().is_empty() && !of.looked_for().is_empty());
        }
        for typed in [
            "dentist",
            "foodbank",
            "baby massage",
            "groups near me",
            "in Widnes",
            "and tuesday",
            "thanks",
            "how do i stop letters from the bailiffs",
            "do i have to register with a dentist",
            "register with a gp",
            "i cant sleep because of the damp",
            "why is my son off school",
            "my 5 year old cant sleep",
            "my 4 month old cries at night and i cant sleep",
            "help with rent",
            "can i see my midwife",
        ] {
            assert_eq!(of_the_loss(typed), None, "{typed}");
        }
    }

    #[test]
    fn whoever_wants_to_be_with_the_dead_is_heard() {
        for typed in [
            "i want to be with him",
            "i just want to be with her",
            "I want to be with my baby",
            "i want to go to him",
            "i want to join her",
            "i wish i was with him",
            "i need to be with my little boy again",
            "ill be with him soon",
        ] {
            assert!(wants_to_be_with_the_dead(typed), "{typed}");
        }
        for typed in [
            "i want to be with other mums",
            "i want to be with him at the hospital",
            "can i be with her when they take her",
            "i want to go to the library",
            "i want to hold him",
            "someone to be with me",
        ] {
            assert!(!wants_to_be_with_the_dead(typed), "{typed}");
        }
    }
}
