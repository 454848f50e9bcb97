//! The room's decisions: which addresses are the same, what a way of signing in opens, when a session is over.

use access::{Role, Roles};
use jiff::SignedDuration;
use kernel::{Email, Instant};
use std::str::FromStr;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// An e-mail address somebody signs in with, and the form that addresses are compared by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInName {
    email: Email,
    skeleton: String,
}

impl SignInName {
    /// The address, to write to.
    pub fn email(&self) -> &Email {
        &self.email
    }

    /// The form that addresses are compared by.
    pub fn skeleton(&self) -> &str {
        &self.skeleton
    }
}

const LOOK_ALIKE: &str = "That address has letters that look like other letters. Delete it and type it again";

impl FromStr for SignInName {
    type Err = String;

    /// Compatible forms are made one (NFKC), capitals small, the domain as its registry writes it (IDNA). A name that
    /// mixes alphabets, hides a letter or could be read as a plain one is refused, so that no two people can have
    /// addresses that look the same (Unicode TR 39).
    fn from_str(typed: &str) -> Result<SignInName, String> {
        let plain: String = typed.trim().nfkc().collect();
        let email: Email = plain.parse()?;
        let refused = || "Enter an email address in the right format, like name@example.com".to_owned();
        let (name, host) = email.as_str().split_once('@').ok_or_else(refused)?;
        let name: String = name.to_lowercase().nfkc().collect();
        if deceives(&name) || host.split('.').any(|label| deceives(&label.to_lowercase())) {
            return Err(LOOK_ALIKE.to_owned());
        }
        let host = match url::Host::parse(host) {
            Ok(url::Host::Domain(host)) if host.contains('.') => host,
            _ => return Err(refused()),
        };
        Ok(SignInName { skeleton: format!("{name}@{host}"), email })
    }
}

/// Whether part of an address hides letters, mixes alphabets, or is wholly made of letters that look like plain ones.
fn deceives(part: &str) -> bool {
    if part.is_ascii() {
        return false;
    }
    let hidden = part.chars().any(|letter| is_invisible(letter) || is_combining_mark(letter));
    let mut scripts = part.chars().filter_map(script_of);
    let first = scripts.next();
    let mixed = scripts.any(|script| Some(script) != first);
    let reads_as_plain = part.chars().map(read_as).all(|letter| letter.is_ascii());
    hidden || mixed || reads_as_plain
}

fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// The alphabet a letter belongs to, as far as mixing them deceives; digits and signs belong to none.
fn script_of(letter: char) -> Option<&'static str> {
    Some(match letter {
        _ if !letter.is_alphabetic() => return None,
        'a'..='z'
        | 'A'..='Z'
        | '\u{aa}'..='\u{2af}'
        | '\u{1d00}'..='\u{1d25}'
        | '\u{1e00}'..='\u{1eff}'
        | '\u{2c60}'..='\u{2c7f}'
        | '\u{a722}'..='\u{a7ff}'
        | '\u{ab30}'..='\u{ab64}' => "latin",
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => "greek",
        '\u{400}'..='\u{52f}'
        | '\u{1c80}'..='\u{1c8f}'
        | '\u{2de0}'..='\u{2dff}'
        | '\u{a640}'..='\u{a69f}' => "cyrillic",
        '\u{530}'..='\u{58f}' => "armenian",
        '\u{590}'..='\u{5ff}' => "hebrew",
        '\u{600}'..='\u{77f}' | '\u{8a0}'..='\u{8ff}' => "arabic",
        '\u{13a0}'..='\u{13ff}' | '\u{ab70}'..='\u{abbf}' => "cherokee",
        // Written together in everyday Chinese, Japanese and Korean.
        '\u{1100}'..='\u{11ff}'
        | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' => "east asian",
        _ => "other",
    })
}

/// The plain letter that another is read as.
fn read_as(letter: char) -> char {
    match letter {
        'а' | 'ɑ' | 'α' => 'a',
        'ь' | 'ƅ' => 'b',
        'с' | 'ϲ' | 'ᴄ' => 'c',
        'ԁ' | 'ɗ' => 'd',
        'е' | 'ҽ' => 'e',
        'ƒ' => 'f',
        'ɡ' | 'ց' => 'g',
        'һ' | 'հ' => 'h',
        'і' | 'ı' | 'ɩ' | 'ι' | 'ӏ' => 'i',
        'ј' | 'ϳ' => 'j',
        'κ' | 'к' => 'k',
        'ⅼ' | 'ǀ' => 'l',
        'м' => 'm',
        'ո' | 'п' | 'η' => 'n',
        'о' | 'ο' | 'օ' | 'ᴏ' | 'σ' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' | 'զ' => 'q',
        'г' | 'ᴦ' => 'r',
        'ѕ' | 'ꜱ' => 's',
        'т' | 'τ' => 't',
        'υ' | 'ս' | 'ʋ' | 'ᴜ' => 'u',
        'ν' | 'ѵ' | 'ᴠ' => 'v',
        'ԝ' | 'ѡ' | 'ɯ' | 'ᴡ' | 'ω' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'ү' | 'γ' | 'ʏ' => 'y',
        'ᴢ' => 'z',
        other => other,
    }
}

/// How somebody signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// By a link in an e-mail.
    Link,
    /// By a password alone.
    Password,
    /// By a password and a one-time code.
    Code,
    /// By a passkey.
    Passkey,
    /// With the council's own provider.
    Council,
    /// With one click, in the demonstration only.
    Demonstration,
}

impl How {
    const ALL: [How; 6] =
        [How::Link, How::Password, How::Code, How::Passkey, How::Council, How::Demonstration];

    /// As it is kept.
    pub fn key(self) -> &'static str {
        match self {
            How::Link => "link",
            How::Password => "password",
            How::Code => "code",
            How::Passkey => "passkey",
            How::Council => "council",
            How::Demonstration => "demonstration",
        }
    }

    /// As people say it.
    pub fn words(self) -> &'static str {
        match self {
            How::Link => "a link in an email",
            How::Password => "a password",
            How::Code => "a password and a code",
            How::Passkey => "a passkey",
            How::Council => "the council’s sign-in",
            How::Demonstration => "the demonstration’s button",
        }
    }

    /// Whether it is enough for every role: reading somebody's mailbox, or knowing one secret, is not.
    pub fn is_strong(self) -> bool {
        !matches!(self, How::Link | How::Password)
    }

    pub(crate) fn of_key(key: &str) -> Option<How> {
        How::ALL.into_iter().find(|how| how.key() == key)
    }

    /// The roles somebody may act in after it.
    pub fn opens(self, roles: Roles) -> Roles {
        roles.only(|role| self.is_strong() || !role.needs_strong_sign_in())
    }
}

/// Whether somebody has a second way of proving who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Has {
    Yes,
    No,
}

impl From<bool> for Has {
    fn from(has: bool) -> Has {
        if has { Has::Yes } else { Has::No }
    }
}

/// What comes after the right password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AfterPassword {
    /// Nothing: it is enough for their roles.
    Enter,
    /// A one-time code.
    Code,
    /// Setting up one-time codes.
    SetUpCode,
    /// Their passkey, in its place: a password that somebody else learned must not lead to codes of their own.
    UsePasskey,
}

/// Who set up codes is always asked for one; whose roles need more than a password sets them up at the first sign-in.
pub(crate) fn decide_after_password(roles: Roles, code: Has, passkey: Has) -> AfterPassword {
    let needs_more = roles.each().any(Role::needs_strong_sign_in);
    match (code, passkey) {
        (Has::Yes, _) => AfterPassword::Code,
        (Has::No, _) if !needs_more => AfterPassword::Enter,
        (Has::No, Has::Yes) => AfterPassword::UsePasskey,
        (Has::No, Has::No) => AfterPassword::SetUpCode,
    }
}

/// How long a session lasts: with nothing done in it, and in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub idle: SignedDuration,
    pub whole: SignedDuration,
}

/// Who works with families' records is signed out over lunch; a family's own phone stays signed in for a fortnight.
pub(crate) fn decide_limits(roles: Roles) -> Limits {
    if roles.each().any(Role::needs_strong_sign_in) {
        Limits { idle: SignedDuration::from_mins(30), whole: SignedDuration::from_hours(12) }
    } else {
        Limits { idle: SignedDuration::from_hours(14 * 24), whole: SignedDuration::from_hours(30 * 24) }
    }
}

/// A session's times.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub created_at: Instant,
    pub last_seen_at: Instant,
    pub ends_at: Instant,
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// They signed out.
    SignedOut,
    /// Nothing was done in it for too long.
    Idle,
    /// It lasted as long as one may.
    Absolute,
    /// Its cookie came from another browser.
    OtherBrowser,
    /// It was ended from the account page of another browser, or by the council.
    Revoked,
    /// Another one took its place in the same browser.
    Rotated,
    /// Every way of signing in was forgotten.
    Reset,
}

impl Ended {
    const ALL: [Ended; 7] = [
        Ended::SignedOut,
        Ended::Idle,
        Ended::Absolute,
        Ended::OtherBrowser,
        Ended::Revoked,
        Ended::Rotated,
        Ended::Reset,
    ];

    pub(crate) fn key(self) -> &'static str {
        match self {
            Ended::SignedOut => "signed_out",
            Ended::Idle => "idle",
            Ended::Absolute => "absolute",
            Ended::OtherBrowser => "other_browser",
            Ended::Revoked => "revoked",
            Ended::Rotated => "rotated",
            Ended::Reset => "reset",
        }
    }

    pub(crate) fn of_key(key: &str) -> Option<Ended> {
        Ended::ALL.into_iter().find(|ended| ended.key() == key)
    }

    /// What the sign-in page says of it.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Ended::SignedOut => "You are signed out.",
            Ended::Idle => {
                "We signed you out because nothing was done for a while. Sign in again to carry on."
            }
            Ended::Absolute => {
                "You were signed in for as long as one sign-in lasts. Sign in again to carry on."
            }
            Ended::OtherBrowser => {
                "We signed you out because your sign-in was used from another browser. If that was not you, sign in again and use ‘Sign out everywhere else’ on your account page."
            }
            Ended::Revoked => "You were signed out from another browser, or by the council.",
            Ended::Rotated => "You have signed in again in this browser since.",
            Ended::Reset => "Your ways of signing in were reset. Use the link you were given to set them up.",
        }
    }
}

/// Whether a session may still be used. `same_browser` is the comparison of what the browser says of itself with what
/// it said at sign-in.
pub(crate) fn decide_session(
    times: Times,
    roles: Roles,
    same_browser: SameBrowser,
    now: Instant,
) -> Result<(), Ended> {
    let limits = decide_limits(roles);
    if same_browser == SameBrowser::No {
        Err(Ended::OtherBrowser)
    } else if now >= times.ends_at || now >= times.created_at + limits.whole {
        Err(Ended::Absolute)
    } else if now >= times.last_seen_at + limits.idle {
        Err(Ended::Idle)
    } else {
        Ok(())
    }
}

/// Whether a cookie came from the browser it was given to, as far as that shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SameBrowser {
    Yes,
    No,
}

/// A browser in coarse words, such as 'Firefox on Windows': without versions, which change under a running session.
pub(crate) fn browser_words(user_agent: &str) -> String {
    let has = |word: &str| user_agent.contains(word);
    let family = match () {
        () if has("Edg") => "Edge",
        () if has("OPR/") || has("Opera") => "Opera",
        () if has("SamsungBrowser") => "Samsung Internet",
        () if has("Firefox") || has("FxiOS") => "Firefox",
        () if has("Chrome") || has("CriOS") || has("Chromium") => "Chrome",
        () if has("Safari") => "Safari",
        () => "A browser",
    };
    let system = match () {
        () if has("iPhone") || has("iPad") => "iPhone or iPad",
        () if has("Android") => "Android",
        () if has("Windows") => "Windows",
        () if has("Mac OS") => "Mac",
        () if has("CrOS") => "Chromebook",
        () if has("Linux") => "Linux",
        () => "a device we do not know",
    };
    format!("{family} on {system}")
}

/// A path on this site that sign-in may lead to, or the account page. Nothing that a browser could read as another
/// site's address.
pub(crate) fn safe_path(wanted: &str) -> String {
    let plain = wanted.len() <= 500
        && wanted.starts_with('/')
        && !wanted.starts_with("//")
        && wanted.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        && !wanted.starts_with("/sign-in")
        && !wanted.starts_with("/sign-out");
    if plain { wanted.to_owned() } else { "/account".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_one_are_compared_as_one() {
        let skeleton = |typed: &str| typed.parse::<SignInName>().map(|name| name.skeleton().to_owned());
        for same in
            ["ann@example.org", " Ann@EXAMPLE.org ", "ａｎｎ＠ｅｘａｍｐｌｅ．ｏｒｇ", "\u{212a}im@x.org"]
        {
            let wanted = if same.contains("im") { "kim@x.org" } else { "ann@example.org" };
            assert_eq!(skeleton(same).as_deref(), Ok(wanted), "{same}");
        }
        assert_eq!(skeleton("josé@bücher.example").as_deref(), Ok("josé@xn--bcher-kva.example"));
        assert_eq!(skeleton("jose\u{301}@b.example"), skeleton("josé@b.example"), "composed or not");
        assert_ne!(skeleton("jo.ann@x.org"), skeleton("joann@x.org"), "a dot is another mailbox");
        for own in ["мария@пример.рф", "李雷@例子.example", "δημήτρης@x.org"] {
            assert!(skeleton(own).is_ok(), "a name wholly in one alphabet is somebody's: {own}");
        }
    }

    #[test]
    fn look_alikes_are_refused_with_a_sentence() {
        for deceiving in [
            "аnn@example.org",         // Cyrillic а before Latin nn
            "аре@example.org",         // wholly Cyrillic, reads as 'ape'
            "paypaӏ@example.org",      // Cyrillic palochka
            "ann\u{200b}@example.org", // zero-width space
            "a\u{202e}nn@example.org", // right-to-left override
            "ann@exаmple.org",         // Cyrillic а in the domain
            "ɡoogle@example.org",      // Latin script g
            "admın@example.org",       // dotless i
            "οwner@example.org",       // Greek omicron
            "ann\u{fe0f}@example.org",
        ] {
            let refused = deceiving.parse::<SignInName>().unwrap_err();
            assert_eq!(refused, LOOK_ALIKE, "{deceiving:?}");
        }
        for wrong in ["ann", "ann@127.0.0.1", "ann@[::1]", "@x.org", "ann@x"] {
            assert!(wrong.parse::<SignInName>().unwrap_err().starts_with("Enter an email"), "{wrong}");
        }
    }

    #[test]
    fn a_link_or_a_password_alone_opens_no_staff_role() {
        let roles: Roles = [Role::Family, Role::Editor, Role::ProviderEditor].into_iter().collect();
        let weak: Roles = [Role::Family, Role::ProviderEditor].into_iter().collect();
        assert_eq!((How::Link.opens(roles), How::Password.opens(roles)), (weak, weak));
        for strong in [How::Code, How::Passkey, How::Council] {
            assert_eq!(strong.opens(roles), roles);
        }
    }

    #[test]
    fn a_password_alone_never_lets_staff_in() {
        let staff: Roles = [Role::Editor].into_iter().collect();
        let family: Roles = [Role::Family].into_iter().collect();
        let table = [
            (staff, Has::No, Has::No, AfterPassword::SetUpCode),
            (staff, Has::No, Has::Yes, AfterPassword::UsePasskey),
            (staff, Has::Yes, Has::Yes, AfterPassword::Code),
            (family, Has::No, Has::No, AfterPassword::Enter),
            (family, Has::Yes, Has::No, AfterPassword::Code),
        ];
        for (roles, code, passkey, wanted) in table {
            assert_eq!(decide_after_password(roles, code, passkey), wanted);
        }
    }

    #[test]
    fn a_path_to_go_on_to_is_always_our_own() {
        for ours in ["/provider", "/admin/people?page=2", "/account#passkeys"] {
            assert_eq!(safe_path(ours), ours);
        }
        for other in
            ["", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "/sign-in", "x"]
        {
            assert_eq!(safe_path(other), "/account", "{other:?}");
        }
    }

    #[test]
    fn a_browser_is_named_without_its_version() {
        let firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";
        assert_eq!(browser_words(firefox), "Firefox on Windows");
        assert_eq!(browser_words(&firefox.replace("140", "141")), browser_words(firefox));
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1";
        assert_eq!(browser_words(iphone), "Safari on iPhone or iPad");
        assert_eq!(browser_words(""), "A browser on a device we do not know");
    }
}
