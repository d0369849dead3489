//! BERT in int8: what the engine `rten` runs of that kind.
//!
//! A general graph runner pads the windows of a batch to one length, writes every intermediate result to
//! memory, and spends a third of its time on attention. For the one architecture that is bundled, this computes
//! the same from the same file in 60 % of the time (`docs/speed.md`): a hundred tokens at a time, which stay in the cache, without padding,
//! weights laid out for the processor once, bias, activation and sum within the product, attention in int8 too.
//!
//! Activations are quantised token by token (a graph does so for the batch as a whole), so that the scores of a
//! window depend on the window alone; and the kernels give the same bits on every processor.

mod weights;

use std::path::Path;

use triplewire_kernels::{Attention, Buffer, Kernels, Quantised, Then, Weights};

use crate::error::{Error, Result};
use crate::model::engine::{Batch, Engine, Scores};
use crate::model::engine_kind::EngineKind;
use crate::model::folder::ModelFolder;
use crate::model::onnx::QuantisedTable;
use crate::timings::{Stage, measure};

/// Windows go through the network together until they have so many tokens: enough that weights are not fetched for
/// a few tokens, and so few that what belongs to them stays in the cache.
const GROUP: usize = 96;

/// Most tokens whose inner layer (four times as wide) is computed at once, so that it stays in the cache.
const INNER_ROWS: usize = 60;

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
    words: QuantisedTable,
    positions: QuantisedTable,
    types: QuantisedTable,
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
    /// The network of a folder, if its `model.onnx` holds BERT in int8.
    pub(crate) fn open(folder: &ModelFolder, file: &Path, kernels: Kernels) -> Option<Self> {
        weights::read(folder, file, kernels)
    }

    /// That every id has a row in its table.
    fn check(&self, windows: &[(&[i64], &[i64])]) -> Result<()> {
        let Embeddings { words, positions, types, .. } = &self.embeddings;
        let beyond = |ids: &[i64], table: &QuantisedTable| {
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
            Err(Error::Engine { engine: EngineKind::Rten.name(), problem: format!("it was given {wrong}") })
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
        self.kernels.quantise(&states, &self.classifier, &mut scratch.quantised);
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
        let heads = (self.heads, hidden / self.heads);
        self.kernels.quantise(states, &layer.attention, quantised);
        let projected = projected.of_length(states.len() * 3);
        // Head by head, as attention reads it.
        self.kernels.split_product(quantised, &layer.attention, heads.1, projected);
        let context = context.of_length(states.len());
        let (mut rest, mut start) = (&mut context[..], 0);
        for &length in lengths {
            let (context, behind) = rest.split_at_mut(length * hidden);
            self.kernels.attend(projected, heads, start..start + length, attention, context);
            (rest, start) = (behind, start + length);
        }
        self.kernels.quantise(context, &layer.attention_output, quantised);
        self.kernels.product(quantised, &layer.attention_output, Then::Add, states);
        let Norm { weight, bias } = &layer.attention_norm;
        self.kernels.layer_norm(states, weight, bias, self.epsilon);
    }

    /// The two products through the inner layer, added to `states` and normalised.
    fn feed_forward(&self, layer: &Layer, states: &mut [f32], scratch: &mut Scratch) {
        let Scratch { quantised, inner: middle, .. } = scratch;
        let (hidden, inner) = (layer.inner.inputs(), layer.inner.outputs());
        // About equally many each: the weights are fetched for each anew.
        let rows = states.len() / hidden;
        let rows = rows.div_ceil(rows.div_ceil(INNER_ROWS).max(1)).max(1);
        for states in states.chunks_mut(rows * hidden) {
            self.kernels.quantise(states, &layer.inner, quantised);
            let middle = middle.of_length(states.len() / hidden * inner);
            self.kernels.product(quantised, &layer.inner, Then::Gelu, middle);
            self.kernels.quantise(middle, &layer.output, quantised);
            self.kernels.product(quantised, &layer.output, Then::Add, states);
            self.kernels.layer_norm(states, &layer.norm.weight, &layer.norm.bias, self.epsilon);
        }
    }
}

/// Memory that a layer needs while it is computed; the next layer uses it again.
#[derive(Default)]
struct Scratch {
    quantised: Quantised,
    /// Query, key and value of every token.
    projected: Buffer,
    /// The inner layer of some tokens.
    inner: Buffer,
    context: Buffer,
    attention: Attention,
}

impl Engine for Int8Bert {
    fn kind(&self) -> EngineKind {
        EngineKind::Rten
    }

    fn precision(&self) -> String {
        // Not as a graph computes, whose scores are others; the processor has no part in it.
        "int8 by token".to_owned()
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
    use crate::model::window::Packer;
    use sha2::{Digest, Sha256};

    fn folder(model: &str) -> ModelFolder {
        ModelFolder::open(&Path::new("models").join(model)).unwrap()
    }

    fn network_of(folder: &ModelFolder, kernels: Kernels) -> Int8Bert {
        let weights = folder.weights(EngineKind::Rten).unwrap();
        Int8Bert::open(folder, &weights, kernels).expect("the bundled graph is int8 BERT")
    }

    fn network() -> Int8Bert {
        network_of(&folder("newswire"), Kernels::fastest())
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
        let network = network();
        let reference = Reference::read(&reference::folder("newswire.json"));
        let ours = reference.distance(&network.label_scores(&reference.batch()).unwrap());
        let graph = RtenEngine::open(&folder("newswire")).unwrap();
        let graph = reference.distance(&graph.label_scores(&reference.batch()).unwrap());
        assert!(ours < 1.2 * graph, "{ours} against {graph}");
    }

    /// The hashes are those of any processor, with any back end, in any version until the numbers are meant to change: then
    /// `TRIPLEWIRE_BLESS=1` writes them anew.
    #[test]
    fn scores_are_the_same_bits_with_every_back_end() {
        let text = "Ana Ruiz, who founded Acme Steel in Lima in 1987, sold it to the Norwegian group Fjordkraft on \
            Monday. \"We had no choice,\" she told Radio Andina. Acme's 1,200 workers were not asked; their union, \
            SITACME, called the price of $340m absurd and said that it would sue.\n\nFjordkraft said in Oslo that \
            nobody would lose their job before 2027. Its head, Nils-Erik Dahl, will chair the new board with \
            Ruiz's daughter Carmen, a former minister of trade, while Credit Pacific, which lent most of the \
            money, gets a seat. Shares in the group fell by 4.5% after the news, as analysts at Bank of Bergen had \
            expected since the talks became known in August. The deal, the largest of its kind in Peru since the \
            sale of Minera Sur to the Chilean state in 2011, still needs the consent of both governments.";
        let mut found = String::new();
        for model in ["newswire", "newswire-fast"] {
            let folder = folder(model);
            let windows = Packer::new(&folder).unwrap().windows(text, &crate::text::sentences(text));
            assert!(windows.len() > 1);
            let batch = Batch::of(&windows.iter().collect::<Vec<_>>(), folder.pad_id());
            let hashes: Vec<(Kernels, String)> = Kernels::here()
                .map(|kernels| {
                    let scores = network_of(&folder, kernels).label_scores(&batch).unwrap();
                    let bytes: Vec<u8> = scores.values.iter().flat_map(|value| value.to_le_bytes()).collect();
                    (kernels, base16ct::lower::encode_string(&Sha256::digest(&bytes)))
                })
                .collect();
            let (_, reference) = hashes.last().expect("plain Rust runs everywhere");
            assert!(hashes.iter().all(|(_, hash)| hash == reference), "{model}: {hashes:?}");
            found += &format!("{model}\t{reference}\n");
        }
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/logits.tsv");
        if std::env::var_os("TRIPLEWIRE_BLESS").is_some() {
            std::fs::write(&golden, &found).unwrap();
        }
        assert_eq!(found, std::fs::read_to_string(&golden).unwrap());
    }

    #[test]
    fn a_window_scores_the_same_whatever_is_beside_it() {
        let network = network();
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
        let network = network();
        let long = vec![101; 513];
        for (row, problem) in [(&[30_522][..], "30522"), (&[-1][..], "-1"), (&long[..], "513 tokens")] {
            let error = network.label_scores(&batch(&[row], row.len())).unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
        }
    }

    #[test]
    fn other_graphs_are_left_to_the_runner() {
        let folder = ModelFolder::open(&reference::folder("bert")).unwrap();
        assert!(
            Int8Bert::open(&folder, &folder.weights(EngineKind::Rten).unwrap(), Kernels::fastest()).is_none()
        );
    }
}
