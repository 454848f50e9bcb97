//! The encoder, held against its makers' own library and against plain sums in double precision.

use crate::weights;

use meaning::{Encoder, EncoderFault};
use proptest::prelude::*;
use weights::{ENCODER, folder};

struct Reference {
    text: String,
    pieces: Vec<u32>,
    encoded: Vec<f32>,
}

fn references() -> Vec<Reference> {
    let lines = include_str!("../data/reference.tsv").lines().filter(|line| !line.starts_with('#'));
    let read = |line: &str| {
        let [text, pieces, encoded] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("three columns")
        };
        Reference {
            text: serde_json::from_str(text).unwrap(),
            pieces: pieces.split(' ').map(|piece| piece.parse().unwrap()).collect(),
            encoded: encoded.split(' ').map(|number| number.parse().unwrap()).collect(),
        }
    };
    lines.map(read).collect()
}

#[test]
fn texts_with_accents_emoji_chinese_and_controls_are_taken_apart_as_the_makers_library_does() {
    let references = references();
    assert!(references.len() > 30);
    for reference in references {
        assert_eq!(ENCODER.pieces(&reference.text), reference.pieces, "{:?}", reference.text);
    }
}

#[test]
fn what_a_text_means_is_what_plain_sums_in_double_precision_say() {
    for reference in references() {
        let encoded = ENCODER.encode(&reference.text);
        let cosine: f32 = encoded.iter().zip(&reference.encoded).map(|(a, b)| a * b).sum();
        assert!(cosine >= 0.9999, "{cosine} for {:?}", reference.text);
        let furthest = encoded.iter().zip(&reference.encoded).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(furthest < 2e-5, "{furthest} for {:?}", reference.text);
    }
}

#[test]
fn a_folder_without_the_encoder_or_with_another_is_refused_in_words() {
    let nowhere = tempfile::tempdir().unwrap();
    let fault = Encoder::open(nowhere.path()).unwrap_err();
    assert!(matches!(&fault, EncoderFault::File(file, _) if file.ends_with("vocab.txt")), "{fault}");
    std::fs::copy(folder().join("vocab.txt"), nowhere.path().join("vocab.txt")).unwrap();
    let mut file = 90u64.to_le_bytes().to_vec();
    file.extend(format!("{:<90}", r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#).bytes());
    file.extend([0; 4]);
    std::fs::write(nowhere.path().join("model.safetensors"), &file).unwrap();
    let fault = Encoder::open(nowhere.path()).unwrap_err();
    assert!(fault.to_string().contains("it has no embeddings.word_embeddings.weight"), "{fault}");
    file.truncate(50);
    std::fs::write(nowhere.path().join("model.safetensors"), &file).unwrap();
    assert!(matches!(Encoder::open(nowhere.path()), Err(EncoderFault::Other(_))));
}

proptest! {
    #[test]
    fn any_text_becomes_a_begin_some_pieces_and_an_end(text in "(\\PC|\\s|\\p{C}){0,400}") {
        let pieces = ENCODER.pieces(&text);
        prop_assert!((2..=256).contains(&pieces.len()));
        prop_assert_eq!((pieces[0], pieces[pieces.len() - 1]), (101, 102));
    }
}
