//! Texts that stand in the database and that nobody can read there: what reads them is a secret that stands elsewhere, in a
//! browser's cookie or in an address.

use aes_gcm::{
    Aes256Gcm, Nonce,
    aead::{Aead, KeyInit},
};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use kernel::Fault;

/// Seals a text with a secret (AES-256-GCM; the key is derived from the secret). `purpose` is a fixed sentence of the
/// room's own: what one room sealed, another cannot open. A secret seals one text only, so the nonce is always zero.
///
/// # Errors
/// Where the text is too long for the cipher (64 GiB).
pub fn seal(purpose: &str, secret: &str, text: &[u8]) -> Result<String, Fault> {
    let sealed = cipher(purpose, secret).encrypt(&Nonce::default(), text);
    Ok(STANDARD_NO_PAD.encode(sealed.map_err(|_| anyhow::anyhow!("a text could not be sealed"))?))
}

/// Opens what was sealed; `None` with another secret, for another purpose, or where one letter of it was changed.
pub fn open_sealed(purpose: &str, secret: &str, sealed: &str) -> Option<Vec<u8>> {
    let sealed = STANDARD_NO_PAD.decode(sealed).ok()?;
    cipher(purpose, secret).decrypt(&Nonce::default(), sealed.as_slice()).ok()
}

fn cipher(purpose: &str, secret: &str) -> Aes256Gcm {
    Aes256Gcm::new(&blake3::derive_key(purpose, secret.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_own_secret_and_purpose_and_unchanged() {
        let text = b"eyJhbGciOiJSUzI1NiJ9.a.b";
        let sealed = seal("a test", "secret", text).unwrap();
        assert_eq!(open_sealed("a test", "secret", &sealed).as_deref(), Some(text.as_slice()));
        assert_eq!(open_sealed("a test", "another", &sealed), None);
        assert_eq!(open_sealed("another", "secret", &sealed), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(open_sealed("a test", "secret", &String::from_utf8(changed).unwrap()), None);
        }
    }
}
