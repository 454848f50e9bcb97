//! The languages that a practitioner chooses from: those most asked for in English councils and a few that are short of
//! interpreters. Code as in BCP 47, and name.

pub(crate) const LANGUAGES: [(&str, &str); 18] = [
    ("ar", "Arabic"),
    ("bn", "Bengali"),
    ("bfi", "British Sign Language"),
    ("zh", "Chinese"),
    ("fa", "Farsi"),
    ("fr", "French"),
    ("ckb", "Kurdish (Sorani)"),
    ("lv", "Latvian"),
    ("lt", "Lithuanian"),
    ("ps", "Pashto"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("pa", "Punjabi"),
    ("ro", "Romanian"),
    ("so", "Somali"),
    ("ti", "Tigrinya"),
    ("uk", "Ukrainian"),
    ("ur", "Urdu"),
];

/// A language by its code.
pub(crate) fn find(code: &str) -> Option<(&'static str, &'static str)> {
    LANGUAGES.into_iter().find(|(own, _)| *own == code)
}
