//! The forms that a text may have to have. The first four are those that the official schemas ask for, judged as the
//! checker's library judges them; the rest are stricter and ours.

use kernel::Date;
use url::{Host, Url};

/// A UUID in its long form with hyphens.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

/// An e-mail address by RFC 5321, without a display name: so `name@host` without a dot is one.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else {
        return false;
    };
    let atom = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte))
    };
    let label = |part: &str| {
        (1..=63).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    name.len() <= 64 && name.split('.').all(atom) && host.len() <= 253 && host.split('.').all(label)
}

/// An address with a scheme by RFC 3986: only the letters that may stand in one, a percent sign only before two
/// hexadecimal digits, a port that is a number.
pub(crate) fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let scheme_sound = scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let bytes = rest.as_bytes();
    let letters_sound = bytes.iter().enumerate().all(|(at, byte)| match byte {
        b'%' => bytes.get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit)),
        _ => byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(byte),
    });
    let one_fragment = rest.matches('#').count() <= 1;
    let Some(after) = rest.strip_prefix("//") else {
        return scheme_sound && letters_sound && one_fragment && !rest.contains(['[', ']']);
    };
    let authority = after.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let user_sound = authority.matches('@').count() <= 1;
    let beyond = &after[authority.len()..];
    let port_sound = match host.strip_prefix('[') {
        Some(six) => six.split_once(']').is_some_and(|(address, port)| {
            address.parse::<std::net::Ipv6Addr>().is_ok() && (port.is_empty() || is_port(port))
        }),
        None => !host.contains(['[', ']']) && host.find(':').is_none_or(|colon| is_port(&host[colon..])),
    };
    scheme_sound && letters_sound && one_fragment && user_sound && port_sound && !beyond.contains(['[', ']'])
}

fn is_port(text: &str) -> bool {
    text.strip_prefix(':').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A date and time by RFC 3339, with its offset.
pub(crate) fn is_date_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once(['T', 't']) else {
        return false;
    };
    let time = time.as_bytes();
    let two = |at: usize, most: u8| {
        time.get(at..at + 2).is_some_and(|digits| {
            digits.iter().all(u8::is_ascii_digit) && (digits[0] - b'0') * 10 + (digits[1] - b'0') <= most
        })
    };
    let clock =
        two(0, 23) && time.get(2) == Some(&b':') && two(3, 59) && time.get(5) == Some(&b':') && two(6, 59);
    let mut at = 8;
    if time.get(at) == Some(&b'.') {
        let digits = time[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return false;
        }
        at += 1 + digits;
    }
    let zone = match time.get(at) {
        Some(b'Z' | b'z') => time.len() == at + 1,
        Some(b'+' | b'-') => {
            time.len() == at + 6 && two(at + 1, 23) && time.get(at + 3) == Some(&b':') && two(at + 4, 59)
        }
        _ => false,
    };
    is_date(date) && clock && zone
}

/// A day as `2026-11-22`.
pub(crate) fn is_date(text: &str) -> bool {
    text.len() == 10 && text.is_ascii() && text.parse::<Date>().is_ok()
}

/// A time of day as `10:00:00`, as the standard's example writes it.
pub(crate) fn is_time(text: &str) -> bool {
    text.len() == 8 && text.is_ascii() && text.parse::<kernel::Time>().is_ok()
}

/// The days of the week as iCalendar writes them, Monday first.
pub(crate) const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// Days as `MO,WE`; in a monthly rule also `1TU` and `-1FR`.
pub(crate) fn is_byday(text: &str, monthly: Monthly) -> bool {
    text.split(',').all(|day| {
        let at = day.len().saturating_sub(2);
        let (Some(which), Some(name)) = (day.get(..at), day.get(at..)) else {
            return false;
        };
        let counted = which.parse::<i64>().is_ok_and(|number| number != 0 && (-5..=5).contains(&number));
        DAYS.contains(&name) && (which.is_empty() || (monthly == Monthly::Yes && counted))
    })
}

/// Whether a rule comes round by the month.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Monthly {
    Yes,
    No,
}

/// Days of the month as `1,15,-1`.
pub(crate) fn is_bymonthday(text: &str) -> bool {
    text.split(',').all(|day| day.parse::<i64>().is_ok_and(|day| day != 0 && (-31..=31).contains(&day)))
}

/// What is wrong with an address on the web, if anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    Sound,
    /// No `http://` or `https://`, or no host behind it.
    NotWeb,
    /// A user name or a password stands in it.
    NamesUser,
}

/// Whether families can follow an address.
pub(crate) fn judge_link(text: &str) -> Link {
    let Some(url) = text.contains("://").then(|| Url::parse(text).ok()).flatten() else {
        return Link::NotWeb;
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Link::NamesUser;
    }
    match (url.scheme(), url.host()) {
        ("http" | "https", Some(Host::Domain(host))) if host.contains('.') => Link::Sound,
        _ => Link::NotWeb,
    }
}

/// Mailbox providers whose addresses belong to private people more often than to a service.
const PRIVATE_MAILBOXES: [&str; 20] = [
    "aol.com",
    "aol.co.uk",
    "btinternet.com",
    "gmail.com",
    "googlemail.com",
    "gmx.com",
    "hotmail.co.uk",
    "hotmail.com",
    "icloud.com",
    "live.co.uk",
    "live.com",
    "me.com",
    "msn.com",
    "ntlworld.com",
    "outlook.com",
    "protonmail.com",
    "sky.com",
    "talktalk.net",
    "yahoo.co.uk",
    "yahoo.com",
];

/// Whether an e-mail address is at a provider of private mailboxes.
pub(crate) fn is_private_mailbox(email: &str) -> bool {
    email
        .rsplit_once('@')
        .is_some_and(|(_, host)| PRIVATE_MAILBOXES.iter().any(|known| host.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_days_are_judged_strictly() {
        for (link, verdict) in [
            ("https://example.org/a?b=c", Link::Sound),
            ("http://example.org", Link::Sound),
            ("www.example.org", Link::NotWeb),
            ("mailto:a@example.org", Link::NotWeb),
            ("javascript:alert(1)", Link::NotWeb),
            ("https://localhost/x", Link::NotWeb),
            ("https://127.0.0.1/x", Link::NotWeb),
            ("https://someone@example.org", Link::NamesUser),
            ("https://a:b@example.org", Link::NamesUser),
        ] {
            assert_eq!(judge_link(link), verdict, "{link}");
        }
        for good in ["MO", "MO,WE,SU"] {
            assert!(is_byday(good, Monthly::No), "{good}");
        }
        for wrong in ["", "mo", "MO, TU", "1TU", "Monday", "é", "ÉE"] {
            assert!(!is_byday(wrong, Monthly::No), "{wrong}");
        }
        assert!(
            is_byday("1TU,-1FR", Monthly::Yes)
                && !is_byday("0TU", Monthly::Yes)
                && !is_byday("9TU", Monthly::Yes)
        );
        assert!(
            is_bymonthday("1,15,-1") && !is_bymonthday("0") && !is_bymonthday("32") && !is_bymonthday("")
        );
        assert!(is_time("09:00:00") && !is_time("25:00:00") && !is_time("9:00:00") && !is_time("09:00"));
        assert!(
            is_date("2026-02-28") && !is_date("2026-02-30") && !is_date("20260228") && !is_date("not a date")
        );
    }
}
