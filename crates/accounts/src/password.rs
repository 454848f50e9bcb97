//! Passwords: how they are kept (argon2id), which are refused, and how long a check takes.

use anyhow::anyhow;
use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use kernel::{Dice, Fault};
use std::{
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

/// The fewest letters. NIST SP 800-63B-4 asks for eight beside a second factor; a little more costs nobody anything.
pub(crate) const LETTERS_MIN: usize = 10;
/// The most, so that nobody makes us chew on a book.
const LETTERS_MAX: usize = 200;
/// The most bytes of a list of breached passwords that are read.
const LIST_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// How many passwords are worked on at once. Each takes 19 MiB, and a small server has two cores.
const AT_ONCE: usize = 2;

/// Keeps and compares passwords. A few at a time, off the threads that answer pages.
pub(crate) struct Passwords {
    permits: Semaphore,
    nobodys: String,
    breached: Arc<Breached>,
}

impl Passwords {
    pub(crate) async fn open(list: Option<PathBuf>, dice: &Dice) -> Result<Passwords, Fault> {
        let (outcome, salt) = (dice.bytes::<32>(), dice.bytes::<16>());
        tokio::task::spawn_blocking(move || {
            let breached = list.map(|path| Breached::read(&path)).transpose()?.unwrap_or_default();
            Ok(Passwords {
                permits: Semaphore::new(AT_ONCE),
                nobodys: nobodys(&salt, &outcome),
                breached: Arc::new(breached),
            })
        })
        .await?
    }

    /// What is kept of a password: argon2id with 19 MiB, two passes (OWASP's first choice, what the library calls its
    /// default), in PHC form, so that the cost can be raised later.
    pub(crate) async fn hash(&self, password: &str, dice: &Dice) -> Result<String, Fault> {
        let (password, salt) = (normal(password), dice.bytes::<16>());
        let _permit = self.permits.acquire().await?;
        tokio::task::spawn_blocking(move || hash(password.as_bytes(), &salt)).await?
    }

    /// Whether it is the password. Without one that is kept, another is compared all the same and the answer is no: so
    /// the time says nothing of whether somebody is known.
    pub(crate) async fn is_right(&self, password: &str, kept: Option<String>) -> Result<bool, Fault> {
        let is_somebodys = kept.is_some();
        let kept = kept.unwrap_or_else(|| self.nobodys.clone());
        let password = normal(password);
        let _permit = self.permits.acquire().await?;
        let matches = tokio::task::spawn_blocking(move || {
            let kept = PasswordHash::new(&kept).map_err(|error| anyhow!("a kept password: {error}"))?;
            Ok::<bool, Fault>(Argon2::default().verify_password(password.as_bytes(), &kept).is_ok())
        })
        .await??;
        Ok(matches && is_somebodys)
    }

    /// Why a password cannot be taken, as a sentence, or nothing. `about` is what is known of the person: their own
    /// name is the first thing anybody tries.
    pub(crate) async fn refusal(&self, password: &str, about: Vec<String>) -> Result<Option<String>, Fault> {
        let (password, breached) = (normal(password), self.breached.clone());
        let _permit = self.permits.acquire().await?;
        Ok(tokio::task::spawn_blocking(move || decide_password(&password, &about, &breached).err()).await?)
    }
}

fn normal(password: &str) -> String {
    password.nfkc().collect()
}

fn hash(password: &[u8], salt: &[u8]) -> Result<String, Fault> {
    let hash: PasswordHash = Argon2::default()
        .hash_password_with_salt(password, salt)
        .map_err(|error| anyhow!("hashing a password: {error}"))?;
    Ok(hash.to_string())
}

/// What would be kept of a password that nobody has: the outcome is thrown, not worked out, and costs as much to compare.
/// To work one out at every start would take 19 MiB that are then never given back.
fn nobodys(salt: &[u8], outcome: &[u8]) -> String {
    let argon2 = Argon2::default();
    let (memory, passes, lanes) =
        (argon2.params().m_cost(), argon2.params().t_cost(), argon2.params().p_cost());
    let [salt, outcome] = [salt, outcome].map(|bytes| STANDARD_NO_PAD.encode(bytes));
    format!("$argon2id$v=19$m={memory},t={passes},p={lanes}${salt}${outcome}")
}

/// Whether a password may be taken.
fn decide_password(password: &str, about: &[String], breached: &Breached) -> Result<(), String> {
    let letters = password.chars().count();
    if letters == 0 {
        return Err("Enter a password".to_owned());
    }
    if letters < LETTERS_MIN {
        return Err(format!("Use {LETTERS_MIN} letters or more. Three or four words in a row work well"));
    }
    if letters > LETTERS_MAX {
        return Err(format!("Use {LETTERS_MAX} letters or fewer"));
    }
    if breached.has(password) {
        return Err("That password was found in a list of stolen passwords. Use another".to_owned());
    }
    let about: Vec<&str> = about.iter().map(String::as_str).collect();
    if u8::from(zxcvbn::zxcvbn(password, &about).score()) < 3 {
        return Err(
            "That password would be guessed too soon. Three or four words that have nothing to do with each other or with you work well"
                .to_owned(),
        );
    }
    Ok(())
}

/// Passwords that were seen in breaches, as the first eight bytes of their SHA-1: sorted, so that two million take
/// 16 MB and one is found in 21 steps.
#[derive(Default)]
struct Breached(Vec<u64>);

impl Breached {
    fn read(path: &Path) -> Result<Breached, Fault> {
        let file = std::fs::File::open(path)
            .map_err(|error| anyhow!("the list of breached passwords cannot be read: {error}"))?;
        let mut hashes = Vec::new();
        for line in BufReader::new(file.take(LIST_BYTES_MAX)).split(b'\n') {
            let line = line?;
            let line = line.strip_suffix(b"\r").unwrap_or(&line);
            if !line.is_empty() {
                hashes.push(hash_in(line).unwrap_or_else(|| first_eight(sha1(line))));
            }
        }
        hashes.sort_unstable();
        hashes.dedup();
        Ok(Breached(hashes))
    }

    fn has(&self, password: &str) -> bool {
        self.0.binary_search(&first_eight(sha1(password.as_bytes()))).is_ok()
    }
}

/// The hash that a line holds, when it is forty hexadecimal digits, perhaps with `:count` behind.
fn hash_in(line: &[u8]) -> Option<u64> {
    let digits = line.split(|byte| *byte == b':').next()?;
    if digits.len() != 40 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u64::from_str_radix(std::str::from_utf8(&digits[..16]).ok()?, 16).ok()
}

fn first_eight(hash: [u8; 20]) -> u64 {
    u64::from_be_bytes([hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]])
}

/// SHA-1 (RFC 3174), only because the public lists of breached passwords are written in it. Nothing is protected by it.
fn sha1(message: &[u8]) -> [u8; 20] {
    let mut state: [u32; 5] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0];
    let mut padded = message.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend_from_slice(&(message.len() as u64 * 8).to_be_bytes());
    for block in padded.chunks_exact(64) {
        let mut words = [0u32; 80];
        for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
            *word = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        }
        for at in 16..80 {
            words[at] = (words[at - 3] ^ words[at - 8] ^ words[at - 14] ^ words[at - 16]).rotate_left(1);
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (at, word) in words.iter().enumerate() {
            let (mix, constant) = match at {
                0..20 => ((b & c) | (!b & d), 0x5A82_7999),
                20..40 => (b ^ c ^ d, 0x6ED9_EBA1),
                40..60 => ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC),
                _ => (b ^ c ^ d, 0xCA62_C1D6u32),
            };
            let next =
                a.rotate_left(5).wrapping_add(mix).wrapping_add(e).wrapping_add(constant).wrapping_add(*word);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
        }
        for (kept, new) in state.iter_mut().zip([a, b, c, d, e]) {
            *kept = kept.wrapping_add(new);
        }
    }
    let mut out = [0; 20];
    for (bytes, word) in out.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(hash: [u8; 20]) -> String {
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn sha1_is_the_published_one() {
        assert_eq!(hex(sha1(b"abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(hex(sha1(b"")), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
        let long = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        assert_eq!(hex(sha1(long)), "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    }

    #[test]
    fn a_weak_breached_or_own_name_password_is_refused_with_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("list.txt");
        let listed = hex(sha1(b"velvet-otter-seven-lamps")).to_uppercase();
        std::fs::write(&file, format!("{listed}:12\r\nplain harbour window tuba\n\n")).unwrap();
        let breached = Breached::read(&file).unwrap();
        let about = ["Demonstration editor".to_owned(), "editor@demo.example".to_owned()];
        let refused = |password: &str| decide_password(password, &about, &breached).unwrap_err();
        assert_eq!(refused(""), "Enter a password");
        assert!(refused("short").contains("10 letters"));
        assert!(refused(&"long ".repeat(60)).contains("200 letters"));
        assert!(refused("velvet-otter-seven-lamps").contains("stolen"));
        assert!(refused("plain harbour window tuba").contains("stolen"));
        assert!(refused("password123").contains("guessed"));
        assert!(refused("demonstration").contains("guessed"));
        assert_eq!(decide_password("kettle-marble-orbit-fern", &about, &breached), Ok(()));
    }

    #[tokio::test]
    async fn a_kept_password_is_argon2id_and_only_its_own_opens_it() {
        let dice = Dice::loaded(3);
        let passwords = Passwords::open(None, &dice).await.unwrap();
        let kept = passwords.hash("kettle-marble-orbit-ferņ", &dice).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(passwords.is_right("kettle-marble-orbit-fern\u{327}", Some(kept.clone())).await.unwrap());
        assert!(!passwords.is_right("kettle-marble-orbit-fern", Some(kept)).await.unwrap());
        assert!(!passwords.is_right("anything", None).await.unwrap());
        // What is compared for nobody costs the same: the same algorithm, the same parameters, as long a salt and outcome.
        let nobodys = PasswordHash::new(&passwords.nobodys).unwrap();
        let mismatch = Argon2::default().verify_password(b"anything", &nobodys).unwrap_err();
        assert_eq!(mismatch, argon2::password_hash::Error::PasswordInvalid);
        assert_eq!(passwords.nobodys.len(), hash(b"anything", &[7; 16]).unwrap().len());
        assert!(passwords.nobodys.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }
}
