//! The table that comes with the house: whole, of use, and really made from the encoder.

use crate::weights;

use meaning::{DIMENSIONS, PIECES_DATA, Table, Vector, WIDTH};
use std::path::Path;
use weights::{ENCODER, folder};

#[test]
fn the_table_holds_what_families_write_and_each_piece_once() {
    let table = Table::builtin();
    let names: Vec<String> = table.pieces().map(|(name, _)| name).collect();
    assert!((8_000..12_000).contains(&names.len()), "{}", names.len());
    for word in ["baby", "autism", "breast", "nursery", "school", "rent", "##ing", "a", "##a"] {
        assert_eq!(names.iter().filter(|name| *name == word).count(), 1, "{word}");
    }
    assert!(
        names
            .iter()
            .all(|name| name.trim_start_matches('#').bytes().all(|letter| letter.is_ascii_alphanumeric()))
    );
}

#[test]
fn what_means_the_same_in_other_words_is_nearer_than_what_does_not() {
    let table = Table::builtin();
    let closeness = |a: &str, b: &str| table.vector(a).unwrap().closeness(&table.vector(b).unwrap());
    for (asked, near, far) in [
        ("how do I get my child vaccinated", "immunisations for babies", "debt advice"),
        ("nowhere to live", "help with housing and homelessness", "swimming lessons"),
        ("my toddler is not talking", "speech and language", "free school meals"),
        ("feeling low after the birth", "postnatal depression", "toy library"),
    ] {
        assert!(closeness(asked, near) > closeness(asked, far) + 0.1, "{asked}");
    }
    assert_eq!(table.vector("\u{645}\u{631}\u{62d}\u{628}\u{627} ???"), None);
    assert_eq!(table.vector(""), None);
}

#[test]
fn passages_together_mean_what_lies_between_them() {
    let table = Table::builtin();
    let both = table.vector_of_passages(&["baby clinic", "debt advice", "", "???"]).unwrap();
    for one in ["baby clinic", "debt advice"] {
        assert!(both.closeness(&table.vector(one).unwrap()) > 0.6);
    }
    assert_eq!(table.vector_of_passages(&["", "!"]), None);
}

#[test]
fn a_question_by_the_table_meets_a_document_by_the_encoder() {
    let asked = Table::builtin().vector("where can i get my baby weighed").unwrap();
    let near = ENCODER.vector_of_passages(&["Baby clinic", "Weigh your baby and see a health visitor"]);
    let far = ENCODER.vector_of_passages(&["Debt advice", "Somebody to sort out bills and arrears with"]);
    assert!(asked.closeness(&near) > asked.closeness(&far) + 0.2);
}

#[test]
fn a_part_of_the_table_made_again_from_the_encoder_is_the_same() {
    assert_eq!(ENCODER.name(), Table::builtin().encoder(), "the table was made from another encoder");
    let list = std::fs::read_to_string(folder().join("vocab.txt")).unwrap();
    let list: Vec<&str> = list.lines().collect();
    let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(PIECES_DATA)).unwrap();
    let numbers: Vec<f32> = bytes.as_chunks().0.iter().map(|number| f32::from_le_bytes(*number)).collect();
    let (mean, axes) = numbers.split_at(WIDTH);
    let mut checked = 0;
    for (name, kept) in Table::builtin().pieces().step_by(200) {
        let piece = u32::try_from(list.iter().position(|word| *word == name).unwrap()).unwrap();
        let mut pieces = ENCODER.pieces("");
        pieces.insert(1, piece);
        let encoded = ENCODER.encode_pieces(&pieces);
        let mut along = [0f32; DIMENSIONS];
        for (part, axis) in along.iter_mut().zip(axes.chunks_exact(WIDTH)) {
            *part = axis
                .iter()
                .zip(&encoded)
                .zip(mean)
                .map(|((axis, number), mean)| axis * (number - mean))
                .sum();
        }
        let made = Vector::of(&along).unwrap();
        // Another processor sums in another order, so a step may fall to the other side.
        let steps = made
            .to_bytes()
            .map(u8::cast_signed)
            .into_iter()
            .zip(kept.unwrap().to_bytes().map(u8::cast_signed));
        assert!(
            steps.into_iter().all(|(made, kept)| (i32::from(made) - i32::from(kept)).abs() <= 1),
            "{name}"
        );
        checked += 1;
    }
    assert!(checked >= 40, "{checked}");
}
