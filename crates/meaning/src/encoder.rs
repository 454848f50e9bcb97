use crate::{
    DIMENSIONS, Table, Vector,
    matrix::{Rows, multiply},
    pieces::{Going, each_word},
    table::add_unit,
    weights::{Weights, Words},
};
use std::{fmt, path::Path};

/// How many numbers the encoder makes of a text.
pub const WIDTH: usize = 384;
/// A text is cut behind so many pieces, with its begin and its end: its makers taught it no longer ones.
pub const PIECES_MAX: usize = 256;

const WORDS: usize = 30_522;
const PLACES: usize = 512;
const LAYERS: usize = 6;
const HEADS: usize = 12;
const HEAD_WIDTH: usize = WIDTH / HEADS;
const INNER_WIDTH: usize = 4 * WIDTH;

/// The full encoder, all-MiniLM-L6-v2, from a folder with its weights: a BERT of six layers. Read once; encoding changes
/// nothing, so one serves everybody.
pub struct Encoder {
    name: String,
    words: Words,
    of_word: Vec<f32>,
    of_place: Vec<f32>,
    first: Evening,
    layers: Vec<Layer>,
}

/// Why an encoder could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum EncoderFault {
    /// A file is missing or cannot be read.
    #[error("the encoder's file {0} cannot be read")]
    File(String, #[source] std::io::Error),
    /// The files are there, and are not those of the encoder that this house knows.
    #[error("the folder does not hold the encoder all-MiniLM-L6-v2: {0}")]
    Other(String),
}

impl Encoder {
    /// Reads `model.safetensors` and `vocab.txt` in a folder.
    pub fn open(folder: &Path) -> Result<Encoder, EncoderFault> {
        let words = Words::read(&folder.join("vocab.txt"), WORDS)?;
        let mut weights = Weights::open(folder.join("model.safetensors"))?;
        let of_word = weights.read("embeddings.word_embeddings.weight", &[WORDS, WIDTH])?;
        let mut of_place = weights.read("embeddings.position_embeddings.weight", &[PLACES, WIDTH])?;
        of_place.truncate(PIECES_MAX * WIDTH);
        // There is only ever one text, so what marks the first of two is a part of every place.
        let of_text = weights.read("embeddings.token_type_embeddings.weight", &[2, WIDTH])?;
        of_place.chunks_exact_mut(WIDTH).for_each(|place| add(place, &of_text));
        let first = Evening::read(&mut weights, "embeddings.LayerNorm")?;
        let layers = (0..LAYERS).map(|layer| Layer::read(&mut weights, layer)).collect::<Result<_, _>>()?;
        Ok(Encoder { name: weights.name(), words, of_word, of_place, first, layers })
    }

    /// A name that changes with the weights.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What a text means, as 384 numbers of unit length.
    pub fn encode(&self, text: &str) -> Vec<f32> {
        self.encode_pieces(&self.pieces(text))
    }

    /// The same among the axes of the table, so that a question by the table meets documents by the encoder.
    pub fn vector(&self, text: &str) -> Vector {
        Vector::nearest(&Table::builtin().direction(&self.encode(text)))
    }

    /// What several short passages of a document mean together. Half of it is what the table says of them: a question by
    /// the table met documents by the encoder alone worse than documents by the table, and these as well as those; a
    /// question by the encoder meets them as well as documents by the encoder alone.
    pub fn vector_of_passages(&self, passages: &[&str]) -> Vector {
        let (mut by_encoder, mut by_table) = ([0f32; DIMENSIONS], [0f32; DIMENSIONS]);
        let mut middle = [0f32; DIMENSIONS];
        for passage in passages {
            add_unit(&mut by_encoder, &Table::builtin().direction(&self.encode(passage)));
            add_unit(&mut by_table, &Table::builtin().sum(passage));
        }
        add_unit(&mut middle, &by_encoder);
        add_unit(&mut middle, &by_table);
        Vector::nearest(&middle)
    }

    /// The numbers of a text's pieces, between its begin and its end.
    pub fn pieces(&self, text: &str) -> Vec<u32> {
        let mut pieces = vec![self.words.begin];
        each_word(text, &self.words, |word| {
            pieces.extend_from_slice(if word.is_empty() {
                std::slice::from_ref(&self.words.unknown)
            } else {
                word
            });
            if pieces.len() < PIECES_MAX { Going::On } else { Going::Enough }
        });
        pieces.truncate(PIECES_MAX - 1);
        pieces.push(self.words.end);
        pieces
    }

    /// The mean over all pieces of what comes out behind the last layer.
    pub fn encode_pieces(&self, pieces: &[u32]) -> Vec<f32> {
        let mut states: Vec<f32> = Vec::with_capacity(pieces.len() * WIDTH);
        for (piece, place) in pieces.iter().zip(self.of_place.chunks_exact(WIDTH)) {
            let begin = *piece as usize * WIDTH;
            let word = &self.of_word[begin..begin + WIDTH];
            states.extend(word.iter().zip(place).map(|(word, place)| word + place));
        }
        self.first.even_out(&mut states);
        for layer in &self.layers {
            layer.pass(&mut states);
        }
        let mut mean = vec![0.0; WIDTH];
        states.chunks_exact(WIDTH).for_each(|state| add(&mut mean, state));
        let length = mean.iter().map(|part| part * part).sum::<f32>().sqrt();
        mean.iter_mut().for_each(|part| *part /= length);
        mean
    }
}

/// Its name alone: of its numbers there are millions.
impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder").field("name", &self.name).finish_non_exhaustive()
    }
}

/// One of the six layers: every piece looks at every other, then each is thought over by itself.
struct Layer {
    asks: Linear,
    answers: Linear,
    says: Linear,
    heard: Linear,
    evened_when_heard: Evening,
    widened: Linear,
    narrowed: Linear,
    evened_at_the_end: Evening,
}

impl Layer {
    fn read(weights: &mut Weights, layer: usize) -> Result<Layer, EncoderFault> {
        let name = |part: &str| format!("encoder.layer.{layer}.{part}");
        Ok(Layer {
            asks: Linear::read(weights, &name("attention.self.query"), WIDTH, WIDTH)?,
            answers: Linear::read(weights, &name("attention.self.key"), WIDTH, WIDTH)?,
            says: Linear::read(weights, &name("attention.self.value"), WIDTH, WIDTH)?,
            heard: Linear::read(weights, &name("attention.output.dense"), WIDTH, WIDTH)?,
            evened_when_heard: Evening::read(weights, &name("attention.output.LayerNorm"))?,
            widened: Linear::read(weights, &name("intermediate.dense"), INNER_WIDTH, WIDTH)?,
            narrowed: Linear::read(weights, &name("output.dense"), WIDTH, INNER_WIDTH)?,
            evened_at_the_end: Evening::read(weights, &name("output.LayerNorm"))?,
        })
    }

    fn pass(&self, states: &mut [f32]) {
        let listened = self.listen(states);
        add(states, &self.heard.apply(&listened));
        self.evened_when_heard.even_out(states);
        let mut inner = self.widened.apply(states);
        inner.iter_mut().for_each(|number| *number = softened(*number));
        add(states, &self.narrowed.apply(&inner));
        self.evened_at_the_end.even_out(states);
    }

    /// Attention: in each of the heads, a piece takes of every piece's word by how well its question meets that one's
    /// answer.
    fn listen(&self, states: &[f32]) -> Vec<f32> {
        let (asks, answers, says) =
            (self.asks.apply(states), self.answers.apply(states), self.says.apply(states));
        let count = states.len() / WIDTH;
        let mut listened = vec![0.0; states.len()];
        let mut shares = vec![0.0; count * count];
        let mut heard = vec![0.0; count * HEAD_WIDTH];
        let (mut asked, mut answered, mut said) = (Vec::new(), Vec::new(), vec![0.0; count * HEAD_WIDTH]);
        for head in 0..HEADS {
            let of_head = head * HEAD_WIDTH..(head + 1) * HEAD_WIDTH;
            for (whole, part) in [(&asks, &mut asked), (&answers, &mut answered)] {
                part.clear();
                whole.chunks_exact(WIDTH).for_each(|row| part.extend_from_slice(&row[of_head.clone()]));
            }
            for (at, row) in says.chunks_exact(WIDTH).enumerate() {
                for (place, number) in row[of_head.clone()].iter().enumerate() {
                    said[place * count + at] = *number;
                }
            }
            let (asked, answered) = (Rows::of(&asked, HEAD_WIDTH), Rows::of(&answered, HEAD_WIDTH));
            multiply(asked, answered, (HEAD_WIDTH as f32).sqrt().recip(), &mut shares);
            shares.chunks_exact_mut(count).for_each(shared_out);
            multiply(Rows::of(&shares, count), Rows::of(&said, count), 1.0, &mut heard);
            for (row, heard) in listened.chunks_exact_mut(WIDTH).zip(heard.chunks_exact(HEAD_WIDTH)) {
                row[of_head.clone()].copy_from_slice(heard);
            }
        }
        listened
    }
}

/// A matrix and what is added behind it.
struct Linear {
    weights: Vec<f32>,
    added: Vec<f32>,
    inputs: usize,
}

impl Linear {
    fn read(
        weights: &mut Weights,
        name: &str,
        outputs: usize,
        inputs: usize,
    ) -> Result<Linear, EncoderFault> {
        Ok(Linear {
            weights: weights.read(&format!("{name}.weight"), &[outputs, inputs])?,
            added: weights.read(&format!("{name}.bias"), &[outputs])?,
            inputs,
        })
    }

    fn apply(&self, states: &[f32]) -> Vec<f32> {
        let states = Rows::of(states, self.inputs);
        let mut outputs = vec![0.0; states.count() * self.added.len()];
        multiply(states, Rows::of(&self.weights, self.inputs), 1.0, &mut outputs);
        outputs.chunks_exact_mut(self.added.len()).for_each(|row| add(row, &self.added));
        outputs
    }
}

/// Layer normalisation: mean nought and spread one, then as was learnt.
struct Evening {
    spread: Vec<f32>,
    mean: Vec<f32>,
}

impl Evening {
    fn read(weights: &mut Weights, name: &str) -> Result<Evening, EncoderFault> {
        Ok(Evening {
            spread: weights.read(&format!("{name}.weight"), &[WIDTH])?,
            mean: weights.read(&format!("{name}.bias"), &[WIDTH])?,
        })
    }

    fn even_out(&self, states: &mut [f32]) {
        const COUNT: f32 = WIDTH as f32;
        for state in states.chunks_exact_mut(WIDTH) {
            let mean = state.iter().sum::<f32>() / COUNT;
            let variance = state.iter().map(|part| (part - mean) * (part - mean)).sum::<f32>() / COUNT;
            let per_spread = (variance + 1e-12).sqrt().recip();
            for ((part, spread), learnt) in state.iter_mut().zip(&self.spread).zip(&self.mean) {
                *part = (*part - mean) * per_spread * spread + learnt;
            }
        }
    }
}

fn add(sums: &mut [f32], more: &[f32]) {
    sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
}

/// Softmax: shares that are one together.
fn shared_out(shares: &mut [f32]) {
    let most = shares.iter().copied().fold(f32::MIN, f32::max);
    shares.iter_mut().for_each(|share| *share = (*share - most).exp());
    let all: f32 = shares.iter().sum();
    shares.iter_mut().for_each(|share| *share /= all);
}

/// GELU with the error function after Abramowitz and Stegun 7.1.26, which is right to 1.5e-7.
fn softened(number: f32) -> f32 {
    let z = number.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = (1.0 + 0.327_591_1 * z).recip();
    let series =
        ((((1.061_405_4 * t - 1.453_152) * t + 1.421_413_8) * t - 0.284_496_74) * t + 0.254_829_6) * t;
    let error_function = 1.0 - series * (-z * z).exp();
    0.5 * number * (1.0 + error_function.copysign(number))
}
