//! Where a message can go: an e-mail address as mail servers read it, a UK mobile number in the form the world dials.

use crate::model::{Medium, Reason};
use kernel::{Email, Phone};

/// The address as the mail library takes it, without anything that could end a line.
pub(crate) fn mailbox(email: &Email) -> Result<String, Reason> {
    let text = email.as_str();
    match text.parse::<lettre::Address>() {
        Ok(address) if !text.contains(|letter: char| letter.is_control()) => Ok(address.to_string()),
        _ => Err(Reason::NoSuchAddress),
    }
}

/// `+447700900123`. Only UK mobiles: 070 numbers cost the caller, 076 are pagers (but 07624 is the Isle of Man).
pub(crate) fn mobile(phone: &Phone) -> Result<String, Reason> {
    let dialled = phone.dialled();
    let national = ["+440", "+44", "00440", "0044"]
        .iter()
        .find_map(|start| dialled.strip_prefix(start))
        .or_else(|| dialled.strip_prefix('0'))
        .unwrap_or(&dialled);
    let is_mobile = national.len() == 10
        && national.starts_with('7')
        && !national.starts_with("70")
        && (!national.starts_with("76") || national.starts_with("7624"))
        && national.bytes().all(|byte| byte.is_ascii_digit());
    if is_mobile { Ok(format!("+44{national}")) } else { Err(Reason::NotAMobile) }
}

/// What is kept of an address that turned something off. Addresses are few enough to be guessed, so this keeps them
/// from being read, not from somebody who tries them all.
pub(crate) fn hashed(medium: Medium, address: &str) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("hearth notify: an address that turned messages off");
    hasher.update(medium.key().as_bytes());
    hasher.update(b"\0");
    hasher.update(address.to_lowercase().as_bytes());
    hasher.finalize().to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mobile_is_told_from_what_cannot_take_a_text() {
        let of = |text: &str| mobile(&text.parse().unwrap()).ok();
        for typed in ["07700 900123", "+44 7700 900123", "+44 (0)7700 900123", "0044 7700 900123"] {
            assert_eq!(of(typed).as_deref(), Some("+447700900123"), "{typed}");
        }
        assert_eq!(of("07624 900123").as_deref(), Some("+447624900123"));
        for typed in
            ["0151 496 0000", "07000 900123", "07600 900123", "999", "+1 202 555 0100", "0770 090 012"]
        {
            assert_eq!(of(typed), None, "{typed}");
        }
    }

    #[test]
    fn an_address_cannot_carry_a_second_header() {
        for typed in ["a\r\nBcc:b@c.uk", "a@b.uk\u{0}", "a b@c.uk", "a@b.uk>,<c@d.uk"] {
            assert!(typed.parse::<Email>().is_err(), "{typed:?}");
        }
        for typed in ["\"a\"@b.uk", "a@b.uk", "o'neill+x@b.co.uk"] {
            let email = typed.parse::<Email>().unwrap();
            assert!(mailbox(&email).is_ok_and(|text| text == typed), "{typed:?}");
        }
        assert_eq!(mailbox(&"a..b@c.uk".parse().unwrap()), Err(Reason::NoSuchAddress));
        assert_eq!(hashed(Medium::Email, "A@B.uk"), hashed(Medium::Email, "a@b.UK"));
        assert_ne!(hashed(Medium::Email, "a@b.uk"), hashed(Medium::Text, "a@b.uk"));
    }
}
