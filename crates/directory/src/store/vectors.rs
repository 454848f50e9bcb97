use anyhow::Context;
use kernel::Fault;
use meaning::Vector;
use store::{Tx, args, row};

/// The table of what documents mean.
pub(super) const VECTORS: &str = "
create table document_vector (
    kind {text} not null, slug {text} not null,
    words {text} not null, encoder {text} not null, vector {text} not null,
    constraint document_vector_key primary key (kind, slug)
) {strict};
";

row! {
    /// Which words of a document were given a vector.
    #[derive(Clone, Debug, PartialEq)]
    pub struct VectorKey {
        kind: String,
        slug: String,
        words: String,
    }
}

/// A document's vector as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct VectorRow {
    pub key: VectorKey,
    pub vector: Vector,
}

/// Those that this encoder made; what another made is of no use beside them.
pub(crate) fn list_vectors(tx: &mut Tx, encoder: &str) -> Result<Vec<VectorRow>, Fault> {
    let rows: Vec<(String, String, String, String)> =
        tx.all("select kind, slug, words, vector from document_vector where encoder = $1", args![encoder])?;
    let read = |(kind, slug, words, digits): (String, String, String, String)| {
        let vector = bytes_of(&digits).as_deref().and_then(Vector::from_bytes);
        let vector = vector.context("a document's vector does not read back")?;
        Ok(VectorRow { key: VectorKey { kind, slug, words }, vector })
    };
    rows.into_iter().map(read).collect()
}

/// Their keys alone, and those of every other encoder with none of its words.
pub(crate) fn list_vector_keys(tx: &mut Tx, encoder: &str) -> Result<Vec<VectorKey>, Fault> {
    tx.all(
        "select kind, slug, case when encoder = $1 then words else '' end from document_vector",
        args![encoder],
    )
}

pub(crate) fn set_vector(tx: &mut Tx, encoder: &str, row: &VectorRow) -> Result<(), Fault> {
    let VectorRow { key, vector } = row;
    // As hexadecimal digits: the store keeps no bytes.
    let digits: String = vector.to_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    tx.exec(
        "insert into document_vector (kind, slug, words, encoder, vector) values ($1, $2, $3, $4, $5)
         on conflict (kind, slug) do update set
             words = excluded.words, encoder = excluded.encoder, vector = excluded.vector",
        args![&key.kind, &key.slug, &key.words, encoder, digits],
    )?;
    Ok(())
}

pub(crate) fn delete_vector(tx: &mut Tx, key: &VectorKey) -> Result<(), Fault> {
    tx.exec("delete from document_vector where kind = $1 and slug = $2", args![&key.kind, &key.slug])?;
    Ok(())
}

fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    let byte = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    (0..digits.len()).step_by(2).map(byte).collect()
}
