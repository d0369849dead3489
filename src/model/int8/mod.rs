//! BERT in int8 on processors with AVX-512 VNNI: what the engine `rten` runs there.
//!
//! A general graph runner pads the windows of a batch to one length, writes every intermediate result to
//! memory, and spends a third of its time on attention. For the one architecture that is bundled, this computes
//! the same from the same file in half the time or less: a hundred tokens at a time, which stay in the cache, without padding,
//! weights laid out for the processor once, bias, activation and sum within the product, attention in int8 too.
//!
//! Activations are quantised token by token (a graph does so for the batch as a whole), so that the scores of a
//! window depend on the window alone.

mod weights;

use std::path::Path;

use triplewire_kernels::{Attention, Kernels, Quantised, Then, Weights};

use crate::error::{Error, Result};
use crate::model::engine::{Batch, Engine, Scores};
use crate::model::folder::ModelFolder;
use crate::model::onnx::Table;
use crate::timings::{Stage, measure};

/// Windows go through the network together until they have so many tokens: enough that weights are not fetched for
/// a few tokens, and so few that what belongs to them stays in the cache.
const GROUP: usize = 96;

/// Tokens whose inner layer (four times as wide) is computed at once, so that it stays in the cache.
const INNER_ROWS: usize = 48;

/// The network.
pub(crate) struct Int8Bert {
    kernels: Kernels,
    heads: usize,
    epsilon: f32,
    embeddings: Embeddings,
    layers: Vec<Layer>,
    classifier: Weights,
}

/// Tables with a row of numbers for each id.
struct Embeddings {
    words: Table,
    positions: Table,
    types: Table,
    norm: Norm,
}

/// A layer norm.
struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

struct Layer {
    /// Query, key and value side by side.
    attention: Weights,
    attention_output: Weights,
    attention_norm: Norm,
    inner: Weights,
    output: Weights,
    norm: Norm,
}

impl Int8Bert {
    /// The network of a folder, if its `model.onnx` holds BERT in int8 and the processor has AVX-512 VNNI.
    pub(crate) fn open(folder: &ModelFolder, file: &Path) -> Option<Self> {
        let kernels = Kernels::new()?;
        weights::read(folder, file, kernels)
    }

    /// That every id has a row in its table.
    fn check(&self, windows: &[(&[i64], &[i64])]) -> Result<()> {
        let Embeddings { words, positions, types, .. } = &self.embeddings;
        let beyond = |ids: &[i64], table: &Table| {
            ids.iter().copied().find(|&id| usize::try_from(id).map_or(true, |id| id >= table.rows()))
        };
        let wrong = windows.iter().find_map(|&(ids, kinds)| {
            let id = beyond(ids, words)
                .map(|id| format!("token {id}, and the model knows those below {}", words.rows()));
            let kind = || {
                beyond(kinds, types).map(|id| format!("token type {id}, and the model has {}", types.rows()))
            };
            let long = || {
                let is_long = ids.len() > positions.rows();
                is_long.then(|| format!("{} tokens, and the model takes {}", ids.len(), positions.rows()))
            };
            id.or_else(kind).or_else(long)
        });
        wrong.map_or(Ok(()), |wrong| {
            Err(Error::Engine { engine: "rten", problem: format!("it was given {wrong}") })
        })
    }

    /// The scores of each window's tokens, one window after the other. `windows` are token ids and types.
    fn forward(&self, mut windows: &[(&[i64], &[i64])]) -> Vec<f32> {
        let mut scratch = Scratch::default();
        let tokens: usize = windows.iter().map(|(ids, _)| ids.len()).sum();
        let mut scores = Vec::with_capacity(tokens * self.classifier.outputs());
        while !windows.is_empty() {
            let mut tokens = 0;
            let starts_before_full = |(ids, _): &&(&[i64], &[i64])| {
                let starts = tokens;
                tokens += ids.len();
                starts < GROUP
            };
            let (group, rest) = windows.split_at(windows.iter().take_while(starts_before_full).count());
            self.score(group, &mut scratch, &mut scores);
            windows = rest;
        }
        scores
    }

    /// Appends the scores of the windows' tokens to `scores`.
    fn score(&self, windows: &[(&[i64], &[i64])], scratch: &mut Scratch, scores: &mut Vec<f32>) {
        let mut states = self.embedded(windows);
        let lengths: Vec<usize> = windows.iter().map(|(ids, _)| ids.len()).collect();
        for layer in &self.layers {
            self.attend(layer, &lengths, &mut states, scratch);
            self.feed_forward(layer, &mut states, scratch);
        }
        self.kernels.quantise(&states, self.classifier.inputs(), &mut scratch.quantised);
        let first = scores.len();
        scores.resize(first + states.len() / self.classifier.inputs() * self.classifier.outputs(), 0.0);
        self.kernels.product(&scratch.quantised, &self.classifier, Then::Store, &mut scores[first..]);
    }

    fn embedded(&self, windows: &[(&[i64], &[i64])]) -> Vec<f32> {
        let Embeddings { words, positions, types, norm } = &self.embeddings;
        let tokens = windows.iter().map(|(ids, _)| ids.len()).sum::<usize>();
        let mut states = vec![0.0; tokens * words.width];
        let mut rows = states.chunks_exact_mut(words.width);
        for (ids, kinds) in windows {
            for (position, (&id, &kind)) in ids.iter().zip(*kinds).enumerate() {
                let Some(row) = rows.next() else { break };
                words.add(id as usize, row);
                positions.add(position, row);
                types.add(kind as usize, row);
            }
        }
        self.kernels.layer_norm(&mut states, &norm.weight, &norm.bias, self.epsilon);
        states
    }

    /// Attention of every window to itself, added to `states` and normalised.
    fn attend(&self, layer: &Layer, lengths: &[usize], states: &mut [f32], scratch: &mut Scratch) {
        let Scratch { quantised, projected, context, attention, .. } = scratch;
        let hidden = layer.attention.inputs();
        self.kernels.quantise(states, hidden, quantised);
        projected.resize(states.len() * 3, 0.0);
        self.kernels.product(quantised, &layer.attention, Then::Store, projected);
        context.resize(states.len(), 0.0);
        let (mut projected, mut rest) = (projected.as_slice(), context.as_mut_slice());
        for &length in lengths {
            let (window, after) = projected.split_at(length * 3 * hidden);
            let (context, behind) = rest.split_at_mut(length * hidden);
            self.kernels.attend(window, (self.heads, hidden / self.heads), attention, context);
            (projected, rest) = (after, behind);
        }
        self.kernels.quantise(context, hidden, quantised);
        self.kernels.product(quantised, &layer.attention_output, Then::Add, states);
        let Norm { weight, bias } = &layer.attention_norm;
        self.kernels.layer_norm(states, weight, bias, self.epsilon);
    }

    /// The two products through the inner layer, added to `states` and normalised.
    fn feed_forward(&self, layer: &Layer, states: &mut [f32], scratch: &mut Scratch) {
        let Scratch { quantised, inner: middle, .. } = scratch;
        let (hidden, inner) = (layer.inner.inputs(), layer.inner.outputs());
        for states in states.chunks_mut(INNER_ROWS * hidden) {
            self.kernels.quantise(states, hidden, quantised);
            middle.resize(states.len() / hidden * inner, 0.0);
            self.kernels.product(quantised, &layer.inner, Then::Gelu, middle);
            self.kernels.quantise(middle, inner, quantised);
            self.kernels.product(quantised, &layer.output, Then::Add, states);
            self.kernels.layer_norm(states, &layer.norm.weight, &layer.norm.bias, self.epsilon);
        }
    }
}

/// Room for what lives as long as a layer.
#[derive(Default)]
struct Scratch {
    quantised: Quantised,
    /// Query, key and value of every token.
    projected: Vec<f32>,
    /// The inner layer of some tokens.
    inner: Vec<f32>,
    context: Vec<f32>,
    attention: Attention,
}

impl Engine for Int8Bert {
    fn name(&self) -> &'static str {
        "rten"
    }

    fn precision(&self) -> String {
        "int8, AVX-512 VNNI".to_owned()
    }

    fn label_scores(&self, batch: &Batch) -> Result<Scores> {
        measure(Stage::Forward, || {
            let (rows, width, labels) = (batch.rows, batch.width, self.classifier.outputs());
            let length = |row: usize| {
                batch.attention_mask[row * width..(row + 1) * width].iter().filter(|&&m| m == 1).count()
            };
            let lengths: Vec<usize> = (0..rows).map(length).collect();
            let windows: Vec<(&[i64], &[i64])> = lengths
                .iter()
                .enumerate()
                .map(|(row, length)| {
                    let tokens = row * width..row * width + length;
                    (&batch.input_ids[tokens.clone()], &batch.token_type_ids[tokens])
                })
                .collect();
            self.check(&windows)?;
            let packed = self.forward(&windows);
            let mut values = Vec::with_capacity(rows * width * labels);
            let mut rest = packed.as_slice();
            for (row, length) in lengths.into_iter().enumerate() {
                let (scores, after) = rest.split_at(length * labels);
                values.extend_from_slice(scores);
                values.resize((row + 1) * width * labels, 0.0);
                rest = after;
            }
            Ok(Scores { rows, width, labels, values })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::reference::{self, Reference};
    use crate::model::rten::RtenEngine;

    fn bundled() -> ModelFolder {
        ModelFolder::open(Path::new("models/newswire")).unwrap()
    }

    /// The bundled network; `None`, said aloud, where the processor lacks the instructions.
    fn network() -> Option<Int8Bert> {
        if Kernels::new().is_none() {
            eprintln!("skipped: this processor has no AVX-512 VNNI");
            return None;
        }
        let folder = bundled();
        Some(
            Int8Bert::open(&folder, &folder.weights("rten").unwrap())
                .expect("the bundled graph is int8 BERT"),
        )
    }

    fn batch(rows: &[&[i64]], width: usize) -> Batch {
        let padded = |value: fn(i64) -> i64| {
            let row = move |row: &&[i64]| {
                let row = row.to_vec();
                (0..width).map(move |i| row.get(i).map_or(0, |&id| value(id)))
            };
            rows.iter().flat_map(row).collect::<Vec<i64>>()
        };
        Batch {
            rows: rows.len(),
            width,
            input_ids: padded(|id| id),
            attention_mask: padded(|_| 1),
            token_type_ids: padded(|id| id % 5),
        }
    }

    #[test]
    fn scores_are_as_near_to_fp32_as_those_of_the_graph() {
        let Some(network) = network() else { return };
        let reference = Reference::read(&reference::folder("newswire.json"));
        let ours = reference.distance(&network.label_scores(&reference.batch()).unwrap());
        let graph = RtenEngine::open(&bundled()).unwrap();
        let graph = reference.distance(&graph.label_scores(&reference.batch()).unwrap());
        assert!(ours < 1.2 * graph, "{ours} against {graph}");
    }

    #[test]
    fn a_window_scores_the_same_whatever_is_beside_it() {
        let Some(network) = network() else { return };
        let long: Vec<i64> = (0..200).map(|i| 1000 + i * 37 % 20_000).collect();
        let rows: [&[i64]; 4] = [&[101, 2198, 102], &long, &[101, 2414, 2003, 1999, 2563, 102], &[101]];
        let together = network.label_scores(&batch(&rows, 200)).unwrap();
        for (number, row) in rows.iter().enumerate() {
            let alone = network.label_scores(&batch(&[row], row.len())).unwrap();
            for token in 0..row.len() {
                assert_eq!(
                    alone.token(0, token),
                    together.token(number, token),
                    "row {number}, token {token}"
                );
            }
        }
        assert!(network.label_scores(&batch(&[], 0)).unwrap().values.is_empty());
    }

    #[test]
    fn ids_beyond_the_tables_are_an_error() {
        let Some(network) = network() else { return };
        let long = vec![101; 513];
        for (row, problem) in [(&[30_522][..], "30522"), (&[-1][..], "-1"), (&long[..], "513 tokens")] {
            let error = network.label_scores(&batch(&[row], row.len())).unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
        }
    }

    #[test]
    fn other_graphs_are_left_to_the_runner() {
        let folder = ModelFolder::open(&reference::folder("bert")).unwrap();
        assert!(Int8Bert::open(&folder, &folder.weights("rten").unwrap()).is_none());
    }
}
