use std::sync::{Arc, Mutex};

/// Where chance comes from: the operating system, or in a test a counted row of numbers.
#[derive(Clone, Debug)]
pub struct Dice(Source);

#[derive(Clone, Debug)]
enum Source {
    Real,
    Loaded(Arc<Mutex<u64>>),
}

impl Dice {
    /// The operating system's randomness, fit for secrets.
    pub fn real() -> Dice {
        Dice(Source::Real)
    }

    /// The same throws on every run, from `seed`. Never for secrets.
    pub fn loaded(seed: u64) -> Dice {
        Dice(Source::Loaded(Arc::new(Mutex::new(seed))))
    }

    /// `N` bytes.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for chance")]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0u8; N];
        match &self.0 {
            Source::Real => getrandom::fill(&mut out).expect("the operating system gives randomness"),
            Source::Loaded(state) => {
                let mut state = state.lock().expect("the dice's lock is never held across a panic");
                for chunk in out.chunks_mut(8) {
                    let word = split_mix(&mut state).to_le_bytes();
                    chunk.copy_from_slice(&word[..chunk.len()]);
                }
            }
        }
        out
    }

    /// `N` bytes in small hexadecimal letters: a secret of a link, a form's key.
    pub fn hex<const N: usize>(&self) -> String {
        self.bytes::<N>().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// A short reference that people can read to each other on the phone: eight letters and digits without those
    /// that look or sound alike. 40 bits: not to be guessed, not a secret either.
    pub fn reference(&self) -> String {
        const CLEAR: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
        let bytes: [u8; 8] = self.bytes();
        bytes.iter().map(|b| CLEAR[usize::from(b % 32)] as char).collect()
    }
}

fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut word = *state;
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loaded_dice_repeat_and_real_dice_do_not() {
        assert_eq!(Dice::loaded(7).bytes::<16>(), Dice::loaded(7).bytes::<16>());
        assert_ne!(Dice::real().bytes::<16>(), Dice::real().bytes::<16>());
        assert_eq!(Dice::loaded(7).reference().len(), 8);
    }
}
