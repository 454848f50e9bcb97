//! One-time codes from an app (RFC 6238), and the recovery codes for the day the app is gone.

use anyhow::anyhow;
use kernel::{Dice, Fault, Instant};
use qrcode::{EcLevel, QrCode, render::svg};
use totp_rs::{Builder, Secret, Totp};

/// How many recovery codes somebody gets.
const RECOVERY_CODES: usize = 8;

/// A fresh secret of 160 bits, as RFC 4226 asks, in the letters that apps take.
pub(crate) fn fresh_code_secret(dice: &Dice) -> String {
    Secret::from(dice.bytes::<20>().to_vec()).to_base32()
}

/// Six digits every 30 seconds, by SHA-1: what every app understands. One step early or late is let through, because
/// telephones are not always on time.
fn totp(secret: &str, account: &str, issuer: &str) -> Result<Totp, Fault> {
    // A colon would end the issuer's name in the address that apps read.
    let issuer = issuer.replace(':', " ");
    let secret =
        Secret::try_from_base32(secret).map_err(|_| anyhow!("a one-time code's secret cannot be read"))?;
    Builder::new()
        .with_secret(secret)
        .with_skew(1)
        .with_account_name(account.replace(':', " "))
        .with_issuer(Some(issuer))
        .build()
        .map_err(|_| anyhow!("a one-time code's secret cannot be used"))
}

/// Which step a code is for, when it is right and later than the last one used: a code works once.
pub(crate) fn decide_code(
    secret: &str,
    typed: &str,
    last_step: i64,
    now: Instant,
) -> Result<Option<i64>, Fault> {
    let digits: String = typed.chars().filter(|letter| !letter.is_whitespace() && *letter != '-').collect();
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let seconds = u64::try_from(now.as_second()).unwrap_or_default();
    let step = totp(secret, "account", "house")?.check(&digits, seconds);
    Ok(step.and_then(|step| i64::try_from(step).ok()).filter(|step| *step > last_step))
}

/// What an app needs to be set up: a picture to point a camera at, and the same as letters in groups of four.
pub(crate) struct SetUp {
    /// An `<svg>`.
    pub picture: String,
    /// The secret as people can type it.
    pub letters: String,
}

pub(crate) fn set_up(secret: &str, account: &str, issuer: &str) -> Result<SetUp, Fault> {
    let address =
        totp(secret, account, issuer)?.to_url().map_err(|_| anyhow!("a code's address is too long"))?;
    let code = QrCode::with_error_correction_level(address, EcLevel::M)?;
    let drawn = code
        .render::<svg::Color<'_>>()
        .min_dimensions(240, 240)
        .dark_color(svg::Color("#000"))
        .light_color(svg::Color("#fff"))
        .build();
    // The declaration belongs to a file of its own, not into a page.
    let picture = drawn.find("<svg").map_or(String::new(), |start| drawn[start..].to_owned());
    let picture = picture.replacen("<svg", "<svg role=\"img\" aria-label=\"Code to scan with your app\"", 1);
    let letters = secret.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ");
    Ok(SetUp { picture, letters })
}

/// Fresh recovery codes, as people copy them down: `ABCD-EFGH-JKMN`, 60 bits.
pub(crate) fn fresh_recovery_codes(dice: &Dice) -> Vec<String> {
    (0..RECOVERY_CODES)
        .map(|_| {
            let letters = dice.reference() + &dice.reference();
            format!("{}-{}-{}", &letters[..4], &letters[4..8], &letters[8..12])
        })
        .collect()
}

/// A code as it was typed, in the form it is hashed in, when it can be a recovery code at all.
pub(crate) fn recovery_code_in(typed: &str) -> Option<String> {
    let letters = plain_code(typed);
    (letters.len() == 12).then_some(letters)
}

/// Letters and digits only, in capitals: how people type a code never matters.
pub(crate) fn plain_code(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
}

#[cfg(test)]
pub(crate) fn code_at(secret: &str, now: Instant) -> String {
    totp(secret, "account", "house").unwrap().generate(u64::try_from(now.as_second()).unwrap()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B: the secret '12345678901234567890' at 59 seconds gives 94287082, of which six digits.
        let secret = Secret::from(b"12345678901234567890".to_vec()).to_base32();
        let at = |seconds: i64| Instant::from_second(seconds).unwrap();
        assert_eq!(code_at(&secret, at(59)), "287082");
        assert_eq!(decide_code(&secret, "287 082", 0, at(59)).unwrap(), Some(1));
    }

    #[test]
    fn a_code_works_once_and_one_step_early_or_late() {
        let secret = fresh_code_secret(&Dice::loaded(5));
        let now: Instant = "2026-11-22T09:00:00Z".parse().unwrap();
        let step = now.as_second() / 30;
        let code = code_at(&secret, now);
        let later = |seconds: i64| now + jiff::SignedDuration::from_secs(seconds);
        for (seconds, right) in [(-31, false), (-30, true), (0, true), (59, true), (60, false)] {
            let found = decide_code(&secret, &code, 0, later(seconds)).unwrap();
            assert_eq!(found, right.then_some(step), "{seconds} seconds");
        }
        assert_eq!(decide_code(&secret, &code, step, now).unwrap(), None, "it was used");
        let next = code_at(&secret, later(30));
        assert_eq!(decide_code(&secret, &next, step, now).unwrap(), Some(step + 1));
        for wrong in ["", "12345", "1234567", "abcdef", "１２３４５６"] {
            assert_eq!(decide_code(&secret, wrong, 0, now).unwrap(), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_recovery_code_is_read_however_it_is_typed() {
        let codes = fresh_recovery_codes(&Dice::loaded(9));
        let all: std::collections::BTreeSet<&String> = codes.iter().collect();
        assert_eq!((codes.len(), all.len()), (8, 8));
        let plain = recovery_code_in(&codes[0]);
        assert_eq!(recovery_code_in(&codes[0].to_lowercase().replace('-', " ")), plain);
        assert_eq!(recovery_code_in("123456"), None, "six digits are an app's");
    }

    #[test]
    fn the_picture_needs_no_style_and_no_script() {
        let made = set_up(&fresh_code_secret(&Dice::loaded(1)), "a@demo.example", "Halton: hubs").unwrap();
        assert!(made.picture.starts_with("<svg role=\"img\""));
        assert!(!made.picture.contains("style=") && !made.picture.contains("<script"));
        assert_eq!(made.letters.split(' ').count(), 8);
    }
}
