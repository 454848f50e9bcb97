//! Whether words say that a man is the one who is hurt at home. Most often a man stands in them as the one who hurts, and
//! then a line for men must not come first.

/// Men, as they are named here.
const MEN: [&str; 13] = [
    "he",
    "him",
    "man",
    "male",
    "dad",
    "daddy",
    "father",
    "husband",
    "hubby",
    "boyfriend",
    "fella",
    "bloke",
    "grandad",
];
/// Women whom only a husband or a partner calls so.
const PARTNERS: [&str; 3] = ["wife", "girlfriend", "missus"];
/// Women, and whoever else may hurt a man at home.
const BY: [&str; 7] = ["her", "she", "wife", "girlfriend", "missus", "partner", "ex"];
/// What may stand between somebody and what they do.
const BETWEEN: [&str; 17] = [
    "has",
    "keeps",
    "kept",
    "always",
    "often",
    "sometimes",
    "just",
    "also",
    "really",
    "regularly",
    "started",
    "starts",
    "can",
    "will",
    "who",
    "physically",
    "now",
];
/// The same, of what somebody is.
const BE: [&str; 7] = ["is", "was", "being", "been", "gets", "got", "are"];
/// How words of hurting begin.
const HURTING: [&str; 20] = [
    "hit", "beat", "slap", "punch", "kick", "hurt", "abus", "attack", "threat", "scare", "control", "push",
    "strangl", "chok", "throw", "violen", "stab", "bully", "bullies", "burn",
];
/// Said outright.
const OUTRIGHT: [&str; 14] = [
    "male victim",
    "male victims",
    "man abused",
    "men abused",
    "abused man",
    "abused men",
    "im a man",
    "am a man",
    "im a dad",
    "am a dad",
    "as a man",
    "as a dad",
    "for men",
    "for dads",
];

/// Whether words speak of a man at all.
pub(crate) fn speaks_of_a_man(said: &[String]) -> bool {
    said.iter().any(|word| MEN.contains(&word.as_str()))
}

/// Whether a man is hurt: a wife hits, she hits him, he is hit by her, he is scared of her, or it is said outright.
pub(crate) fn a_man_is_hurt(said: &[String]) -> bool {
    let sentence = format!(" {} ", said.join(" "));
    OUTRIGHT.iter().any(|outright| sentence.contains(&format!(" {outright} ")))
        || (0..said.len())
            .any(|at| is_asked_for(&said[at..]) || hurts_a_man(&said[at..]) || is_hurt(&said[at..]))
}

fn is_one(word: Option<&String>, of: &[&str]) -> bool {
    word.is_some_and(|word| of.contains(&word.as_str()))
}

fn is_hurting(word: &str) -> bool {
    HURTING.iter().any(|start| word.starts_with(start))
}

/// 'domestic abuse: help for a dad', where nothing of what he does follows.
fn is_asked_for(said: &[String]) -> bool {
    is_one(said.first(), &["for"])
        && is_one(said.get(1), &["a", "the", "this", "my"])
        && is_one(said.get(2), &["dad", "father", "man", "husband"])
        && !said.iter().skip(3).any(|word| is_hurting(word))
}

/// The words from one who hurts on: 'wife hits me', 'she hits him', 'wife is violent'.
fn hurts_a_man(said: &[String]) -> bool {
    let is_partner = is_one(said.first(), &PARTNERS);
    if !is_partner && !is_one(said.first(), &["she", "mum"]) {
        return false;
    }
    let Some((verb, is_state)) = what_is_said(said) else { return false };
    let does =
        !is_state || said[verb].ends_with("ing") || ["violent", "abusive"].contains(&said[verb].as_str());
    // Whom his mother hit, may be one who hits now.
    let is_she = is_one(said.first(), &["she"]);
    let hurts_him = said.iter().skip(verb + 1).take(3).any(|word| {
        (is_she && word == "him") || ["dad", "daddy", "husband", "boyfriend"].contains(&word.as_str())
    });
    does && (is_partner || hurts_him)
}

/// The words from a man on: 'he is hit by her', 'dad is scared of his wife'.
fn is_hurt(said: &[String]) -> bool {
    if !is_one(said.first(), &MEN) {
        return false;
    }
    let Some((verb, _)) = what_is_said(said) else { return false };
    let mut rest = said.iter().skip(verb + 1);
    let by = rest.next();
    (is_one(by, &["by"]) || (is_one(by, &["of"]) && said[verb].starts_with("scare")))
        && rest
            .take(3)
            .enumerate()
            .any(|(at, word)| BY.contains(&word.as_str()) || (at == 0 && word == "mum"))
}

/// Where the word of hurting stands that belongs to the first of these words, and whether it says what they are.
fn what_is_said(said: &[String]) -> Option<(usize, bool)> {
    let mut is_state = false;
    for (at, word) in said.iter().enumerate().skip(1).take(5) {
        if is_hurting(word) {
            return Some((at, is_state));
        }
        is_state |= BE.contains(&word.as_str());
        if !BE.contains(&word.as_str()) && !BETWEEN.contains(&word.as_str()) {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_man_who_is_hurt_is_told_from_one_who_hurts() {
        for words in [
            "he is hit by her",
            "dad is hit by his wife",
            "dad was beaten by mum",
            "dad hit by mum",
            "my wife hits me",
            "his girlfriend keeps hitting him",
            "his wife is violent",
            "she hits him",
            "mum hits dad",
            "he is scared of his wife",
            "help with domestic abuse for a dad",
            "I’m a man and my partner hits me",
            "male victim",
        ] {
            assert!(a_man_is_hurt(&search::words(words)), "{words}");
        }
        for words in [
            "my husband hits me",
            "mum's husband hits her",
            "she said he hits her",
            "dad hits mum",
            "he hits his wife and scares the kids",
            "his wife is scared of him",
            "she is beaten by him",
            "she says her husband hits her",
            "a wife who is hit by him",
            "i am looking for my dad, he hits mum",
            "he beats his girlfriend",
            "my partner hits him",
            "his mum hit him and now he hits me",
            "he was beaten by his dad and hits me",
            "",
        ] {
            assert!(!a_man_is_hurt(&search::words(words)), "{words}");
        }
        assert!(speaks_of_a_man(&search::words("new dad cannot go on")));
        assert!(!speaks_of_a_man(&search::words("she wants to die")));
    }
}
