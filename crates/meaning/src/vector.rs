use std::fmt;

/// How many numbers a vector has. On the questions of families 64 found less, and 128 hardly more.
pub const DIMENSIONS: usize = 96;

/// What a text means, as a direction among 96 axes. Small, for a catalogue holds one for each document.
#[derive(Clone, PartialEq)]
pub struct Vector {
    steps: [i8; DIMENSIONS],
    /// One over the length in steps, so that a comparison is one sum and two multiplications.
    per_length: f32,
}

impl Vector {
    /// The nearest vector to a direction; `None` when it has no direction.
    pub fn of(direction: &[f32; DIMENSIONS]) -> Option<Vector> {
        let longest = direction.iter().fold(0f32, |longest, part| longest.max(part.abs()));
        if !longest.is_normal() {
            return None;
        }
        let scale = f32::from(i8::MAX) / longest;
        // What is beyond the ends of a byte is kept at them, and rounding is to the nearest: nothing is cut off here.
        #[allow(clippy::cast_possible_truncation)]
        let steps = direction.map(|part| (part * scale).round() as i8);
        Some(Vector::of_steps(steps))
    }

    /// The nearest vector to a direction, for one that is known to have one: an encoder's output is of unit length.
    pub(crate) fn nearest(direction: &[f32; DIMENSIONS]) -> Vector {
        let mut first_axis = [0; DIMENSIONS];
        first_axis[0] = i8::MAX;
        Vector::of(direction).unwrap_or_else(|| Vector::of_steps(first_axis))
    }

    /// The cosine of the angle between two: 1 the same, 0 nothing to do with each other.
    #[inline]
    pub fn closeness(&self, other: &Vector) -> f32 {
        let together: i32 =
            self.steps.iter().zip(&other.steps).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum();
        // At most 96 times 127 squared, which a float holds exactly.
        #[allow(clippy::cast_precision_loss)]
        let together = together as f32;
        (together * self.per_length * other.per_length).clamp(-1.0, 1.0)
    }

    /// The bytes that [`Vector::from_bytes`] reads back.
    pub fn to_bytes(&self) -> [u8; DIMENSIONS] {
        self.steps.map(i8::cast_unsigned)
    }

    /// A vector that was stored; `None` when these are not the bytes of one.
    pub fn from_bytes(bytes: &[u8]) -> Option<Vector> {
        let bytes: [u8; DIMENSIONS] = bytes.try_into().ok()?;
        let steps = bytes.map(u8::cast_signed);
        steps.iter().any(|step| *step != 0).then(|| Vector::of_steps(steps))
    }

    fn of_steps(steps: [i8; DIMENSIONS]) -> Vector {
        let squares: f32 = steps.iter().map(|step| f32::from(*step) * f32::from(*step)).sum();
        Vector { steps, per_length: squares.sqrt().recip() }
    }
}

/// Not its numbers: nobody reads them, and they are made of what somebody typed.
impl fmt::Debug for Vector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vector").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn direction() -> impl Strategy<Value = [f32; DIMENSIONS]> {
        proptest::collection::vec(-3f32..3.0, DIMENSIONS).prop_map(|parts| {
            let mut direction = [0.0; DIMENSIONS];
            direction.copy_from_slice(&parts);
            direction
        })
    }

    proptest! {
        #[test]
        fn closeness_is_the_cosine_and_storing_changes_nothing(a in direction(), b in direction()) {
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
            let cosine = dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt();
            let (Some(first), Some(second)) = (Vector::of(&a), Vector::of(&b)) else { return Ok(()) };
            prop_assert!((first.closeness(&second) - cosine).abs() < 0.02);
            prop_assert!(first.closeness(&first) > 0.9999);
            prop_assert_eq!(Vector::from_bytes(&first.to_bytes()), Some(first));
        }
    }

    #[test]
    fn what_has_no_direction_is_no_vector() {
        assert_eq!(Vector::of(&[0.0; DIMENSIONS]), None);
        assert_eq!(Vector::of(&[f32::NAN; DIMENSIONS]), None);
        assert_eq!(Vector::from_bytes(&[0; DIMENSIONS]), None);
        assert_eq!(Vector::from_bytes(&[1; 3]), None);
    }
}
