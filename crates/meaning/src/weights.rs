//! The encoder's files, read once.

use crate::EncoderFault;
use safetensors::{Dtype, tensor::Metadata};
use std::{
    collections::HashMap,
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

/// A file of named matrices. Each is read by itself, so that the whole file is never held beside what is made of it.
pub struct Weights {
    path: PathBuf,
    file: File,
    named: Metadata,
    begin: u64,
    hash: blake3::Hasher,
}

/// The list of names at the head of the file is a few kilobytes; one of megabytes is no encoder's.
const HEAD_MAX: u64 = 1 << 20;

impl Weights {
    /// Opens the file and reads what it holds.
    pub fn open(path: PathBuf) -> Result<Weights, EncoderFault> {
        let told = |error| EncoderFault::File(path.display().to_string(), error);
        let mut file = File::open(&path).map_err(told)?;
        let mut length = [0; 8];
        file.read_exact(&mut length).map_err(told)?;
        let head_length = u64::from_le_bytes(length);
        if head_length > HEAD_MAX {
            return Err(EncoderFault::Other("its head is too long".into()));
        }
        let mut head = Vec::new();
        (&mut file).take(head_length).read_to_end(&mut head).map_err(told)?;
        let named = serde_json::from_slice(&head).map_err(|error| EncoderFault::Other(error.to_string()))?;
        Ok(Weights { path, file, named, begin: 8 + head_length, hash: blake3::Hasher::new() })
    }

    /// The numbers of one matrix, which must have this shape.
    pub fn read(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, EncoderFault> {
        let info = self.named.info(name).ok_or_else(|| EncoderFault::Other(format!("it has no {name}")))?;
        if info.dtype != Dtype::F32 || info.shape != shape {
            return Err(EncoderFault::Other(format!(
                "{name} is {:?} of {:?}, not {shape:?} of F32",
                info.shape, info.dtype
            )));
        }
        let (from, to) = info.data_offsets;
        let mut bytes = vec![0; to - from];
        let told = |error| EncoderFault::File(self.path.display().to_string(), error);
        self.file.seek(SeekFrom::Start(self.begin + from as u64)).map_err(told)?;
        self.file.read_exact(&mut bytes).map_err(told)?;
        self.hash.update(&bytes);
        Ok(bytes.as_chunks().0.iter().map(|number| f32::from_le_bytes(*number)).collect())
    }

    /// A name made of everything that was read.
    pub fn name(&self) -> String {
        self.hash.finalize().to_hex()[..16].to_owned()
    }
}

/// The encoder's words, by their numbers.
pub struct Words {
    beginnings: HashMap<String, u32>,
    rests: HashMap<String, u32>,
    /// What stands for a word that is not known, and what begins and ends every text.
    pub unknown: u32,
    pub begin: u32,
    pub end: u32,
}

impl Words {
    /// Reads a list of words, one in each line; `##` begins what goes on within a word.
    pub fn read(path: &Path, count: usize) -> Result<Words, EncoderFault> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| EncoderFault::File(path.display().to_string(), error))?;
        let (mut beginnings, mut rests) = (HashMap::new(), HashMap::new());
        for (number, word) in (0..).zip(text.lines()) {
            match word.strip_prefix("##").filter(|rest| !rest.is_empty()) {
                Some(rest) => rests.insert(rest.to_owned(), number),
                None => beginnings.insert(word.to_owned(), number),
            };
        }
        if text.lines().count() != count {
            return Err(EncoderFault::Other(format!("its list has not {count} words")));
        }
        let find = |word: &str| {
            beginnings
                .get(word)
                .copied()
                .ok_or_else(|| EncoderFault::Other(format!("its list has no {word}")))
        };
        let (unknown, begin, end) = (find("[UNK]")?, find("[CLS]")?, find("[SEP]")?);
        Ok(Words { beginnings, rests, unknown, begin, end })
    }
}

impl crate::pieces::Vocabulary for Words {
    fn find_beginning(&self, piece: &str) -> Option<u32> {
        self.beginnings.get(piece).copied()
    }

    fn find_rest(&self, piece: &str) -> Option<u32> {
        self.rests.get(piece).copied()
    }
}
