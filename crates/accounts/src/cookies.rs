//! Cookies: named `__Host-...` where the site is on https, so that no other host or path can set them.

use axum::http::{HeaderMap, HeaderValue, header};
use web::Site;

/// The session's cookie.
pub(crate) const SESSION: &str = "session";
/// Ties a link that was asked for to the browser that asked.
pub(crate) const ASKED: &str = "asked";
/// Between password and code, and while a sign-in is set up.
pub(crate) const STEP: &str = "step";
/// This browser has signed somebody in before.
pub(crate) const KNOWN: &str = "known";
/// Why the session ended, for the sign-in page.
pub(crate) const NOTE: &str = "note";

/// How this site's cookies are written.
#[derive(Clone, Copy)]
pub(crate) struct Jar {
    secure: bool,
}

impl Jar {
    pub(crate) fn of(site: &Site) -> Jar {
        Jar { secure: site.council().public_url.starts_with("https://") }
    }

    fn name(self, name: &str) -> String {
        if self.secure { format!("__Host-{name}") } else { name.to_owned() }
    }

    /// A cookie's value as the browser sent it.
    pub(crate) fn read<'a>(self, headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
        let wanted = self.name(name);
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, value)| *key == wanted && !value.is_empty())
            .map(|(_, value)| value)
    }

    /// The header that sets a cookie for some minutes.
    pub(crate) fn set(self, name: &str, value: &str, minutes: i64) -> HeaderValue {
        let secure = if self.secure { "; Secure" } else { "" };
        let seconds = minutes * 60;
        let text =
            format!("{}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}", self.name(name));
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
    }

    /// The header that takes a cookie away.
    pub(crate) fn clear(self, name: &str) -> HeaderValue {
        self.set(name, "", 0)
    }
}
