//! The language that the pages are in, as BCP 47, and which way it is written.

use anyhow::bail;
use kernel::Fault;

/// The two-letter languages of ISO 639-1, and the longer ones that councils' pages are also in.
const KNOWN: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de \
dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it \
iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd \
ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su \
sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu \
bfi ckb fil hmn kmr pes prs rom sco skr syl yue";

/// Languages that are written from right to left, unless their script is named and is another.
const FROM_RIGHT: &str = "ar ckb dv fa he pes prs ps sd skr ug ur yi";
/// Scripts that are, whatever the language.
const SCRIPTS_FROM_RIGHT: &str = "adlm arab aran hebr nkoo rohg syrc thaa";

/// Refuses what is no language: it goes into the first line of every page.
pub(crate) fn check(tag: &str) -> Result<(), Fault> {
    let mut parts = tag.split('-');
    let known = parts.next().is_some_and(|first| is_one_of(first, KNOWN));
    let well_formed = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|letter| letter.is_ascii_alphanumeric())
    };
    if !known || !parts.all(well_formed) {
        bail!("‘{tag}’ is no language that we know. Write it as in ‘en-GB’, ‘cy’ or ‘ar’");
    }
    Ok(())
}

/// `rtl` or `ltr`.
pub(crate) fn direction(tag: &str) -> &'static str {
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    let script =
        parts.find(|part| part.len() == 4 && part.bytes().all(|letter| letter.is_ascii_alphabetic()));
    let from_right = match script {
        Some(script) => is_one_of(script, SCRIPTS_FROM_RIGHT),
        None => is_one_of(language, FROM_RIGHT),
    };
    if from_right { "rtl" } else { "ltr" }
}

fn is_one_of(word: &str, list: &str) -> bool {
    list.split_ascii_whitespace().any(|known| known.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_known_and_well_formed_or_refused() {
        for tag in ["en-GB", "en", "cy", "ar", "ckb", "zh-Hans-CN", "PL"] {
            assert!(check(tag).is_ok(), "{tag}");
        }
        for tag in
            ["", "zzz<b>", "zzz", "en_GB", "en-", "en-GB\" onload=", "english", "en--GB", "en-abcdefghi"]
        {
            assert!(check(tag).is_err(), "{tag}");
        }
    }

    #[test]
    fn a_language_runs_the_way_it_is_written() {
        for (tag, runs) in [
            ("ar", "rtl"),
            ("ar-SA", "rtl"),
            ("fa-AF", "rtl"),
            ("ur", "rtl"),
            ("ku", "ltr"),
            ("ku-Arab", "rtl"),
            ("ar-Latn", "ltr"),
            ("en-GB", "ltr"),
            ("", "ltr"),
        ] {
            assert_eq!(direction(tag), runs, "{tag}");
        }
    }
}
