use meaning::Encoder;
use std::{
    path::PathBuf,
    sync::{Arc, LazyLock},
};

/// The folder with the weights. They are too large to lie beside the code, so a run without them fails and says why.
pub fn folder() -> PathBuf {
    let folder = std::env::var_os("HEARTH_TEST_ENCODER").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/encoder")),
        PathBuf::from,
    );
    assert!(
        folder.join("model.safetensors").is_file(),
        "The tests need the encoder's files: run scripts/test, which fetches them once into target/encoder, or say where they are with HEARTH_TEST_ENCODER."
    );
    folder
}

pub static ENCODER: LazyLock<Arc<Encoder>> = LazyLock::new(|| Arc::new(Encoder::open(&folder()).unwrap()));
