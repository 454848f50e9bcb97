//! What a passkey belongs to, what it may be called, and why an answer is not taken.

use url::{Host, Url};

/// The most passkeys one person may have: a phone, a laptop, a spare, and some to come.
pub(crate) const MOST: usize = 10;
/// The most letters of a name.
const NAME_MAX: usize = 60;

/// What a passkey is made for: it opens here and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Home {
    pub id: String,
    pub origin: Url,
}

/// The site's own address; or this machine's, when the site has none of its own. `host` is what the request said, and
/// is believed only where it says `localhost`.
pub(crate) fn find_home(public_url: &str, host: &str) -> Option<Home> {
    let public = Url::parse(public_url).ok();
    if let Some(url) = public.as_ref().filter(|url| !is_this_machine(url)) {
        return match (url.scheme(), url.host()) {
            ("https", Some(Host::Domain(name))) => Some(Home { id: name.to_owned(), origin: url.clone() }),
            _ => None,
        };
    }
    let origin = Url::parse(&format!("http://{host}")).ok()?;
    match origin.host() {
        Some(Host::Domain("localhost")) => Some(Home { id: "localhost".to_owned(), origin }),
        _ => None,
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// The name somebody gives a passkey.
pub(crate) fn parse_name(typed: &str) -> Result<String, String> {
    let name: String =
        typed.chars().filter(|letter| !letter.is_control()).collect::<String>().trim().to_owned();
    match name.chars().count() {
        0 => Err("Enter a name, like Work laptop".to_owned()),
        letters if letters > NAME_MAX => Err(format!("Use {NAME_MAX} letters or fewer. You have {letters}")),
        _ => Ok(name),
    }
}

/// A name for a new passkey that none of the others has: 'Chrome on Windows', 'Chrome on Windows 2'.
pub(crate) fn first_name(browser: &str, others: &[String]) -> String {
    let free = |name: &String| !others.contains(name);
    let numbered = (2..).map(|number| format!("{browser} {number}"));
    [browser.to_owned()].into_iter().chain(numbered).find(free).unwrap_or_default()
}

/// Why an answer is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The site has no address that passkeys could belong to.
    NotHere,
    /// There is no such challenge, its time is over, or it was answered before.
    TooLate,
    /// Nobody here has this passkey.
    Unknown,
    /// The answer does not fit the challenge or the key, or the device did not ask who it is.
    NotAccepted,
    /// The counter went back.
    Copied,
    /// The session is not strong enough to change ways of signing in.
    NotStrong,
    /// This passkey is here already.
    Twice,
    /// They have as many as one may have.
    TooMany,
}

impl Refused {
    /// For the script and the trail.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Refused::NotHere => "not_here",
            Refused::TooLate => "too_late",
            Refused::Unknown => "unknown",
            Refused::NotAccepted => "not_accepted",
            Refused::Copied => "copied",
            Refused::NotStrong => "not_strong",
            Refused::Twice => "twice",
            Refused::TooMany => "too_many",
        }
    }

    /// What the person is told.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Refused::NotHere => "Passkeys do not work at this address. Sign in another way.",
            Refused::TooLate => {
                "That took longer than 5 minutes, or was used before. Press the button again."
            }
            Refused::Unknown => {
                "We do not know that passkey. It may have been taken off your account. Sign in another way."
            }
            Refused::NotAccepted => {
                "We could not check that passkey. Press the button again, or sign in another way."
            }
            Refused::Copied => {
                "That passkey may have been copied, so we did not let it in. Sign in another way, take it off your account, and tell the council."
            }
            Refused::NotStrong => {
                "To change passkeys, sign in with a password and a code, with the council’s sign-in, or with a passkey."
            }
            Refused::Twice => "This passkey is on an account already.",
            Refused::TooMany => "You have 10 passkeys. Take one off before you add another.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_passkey_belongs_to_the_council_s_own_address_or_to_this_machine_in_a_demonstration() {
        let id = |public_url, host| find_home(public_url, host).map(|home| home.id);
        assert_eq!(id("https://hub.example.org", "evil.test").as_deref(), Some("hub.example.org"));
        assert_eq!(id("https://hub.example.org", "localhost").as_deref(), Some("hub.example.org"));
        assert_eq!(id("", "localhost:8080").as_deref(), Some("localhost"));
        assert_eq!(id("http://127.0.0.1:8080", "localhost:8080").as_deref(), Some("localhost"));
        for (public_url, host) in [
            ("", "evil.test"),
            ("", "127.0.0.1:8080"),
            ("http://hub.example.org", "localhost"),
            ("https://192.0.2.1", "localhost"),
            ("", "localhost@evil.test"),
            ("", ""),
        ] {
            assert_eq!(id(public_url, host), None, "{public_url} {host}");
        }
        let origin = find_home("", "localhost:8080").map(|home| home.origin.to_string());
        assert_eq!(origin.as_deref(), Some("http://localhost:8080/"));
    }

    #[test]
    fn a_new_passkey_gets_a_name_of_its_own() {
        let others = ["Chrome on Windows".to_owned(), "Chrome on Windows 2".to_owned()];
        assert_eq!(first_name("Chrome on Windows", &others), "Chrome on Windows 3");
        assert_eq!(first_name("Firefox on Mac", &others), "Firefox on Mac");
        assert!(parse_name("  ").is_err() && parse_name(&"a".repeat(61)).is_err());
        assert_eq!(parse_name(" Work\tlaptop ").as_deref(), Ok("Worklaptop"));
    }

    proptest! {
        #[test]
        fn only_localhost_is_believed_of_a_request(host in "\\PC{0,40}") {
            if let Some(home) = find_home("", &host) { prop_assert_eq!(home.id, "localhost"); }
        }
    }
}
