//! The weights of an int8 BERT from its ONNX file.
//!
//! They are found by their names (see [`crate::model::onnx`]). Where one is missing or has another form, or where the graph multiplies more than BERT does (adapters, another head), it is
//! not what is looked for here, and the answer is `None`.

use std::fs;
use std::path::Path;

use rten_onnx::onnx::NodeProto;
use serde::Deserialize;
use triplewire_kernels::{Kernels, LANES, Weights};

use super::{Embeddings, Int8Bert, Layer, Norm};
use crate::model::folder::ModelFolder;
use crate::model::onnx::{Graph, Matrix, precision};

/// The part of `config.json` that the graph's weights do not imply.
#[derive(Deserialize)]
struct Config {
    model_type: String,
    hidden_act: String,
    #[serde(default = "absolute")]
    position_embedding_type: String,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    layer_norm_eps: f32,
    #[serde(default)]
    is_decoder: bool,
}

fn absolute() -> String {
    "absolute".to_owned()
}

/// The network in `file`, if it is one.
pub(super) fn read(folder: &ModelFolder, file: &Path, kernels: Kernels) -> Option<Int8Bert> {
    let config = fs::read(folder.path().join("config.json")).ok()?;
    let config: Config = serde_json::from_slice(&config).ok()?;
    let is_plain = config.model_type == "bert"
        && config.hidden_act == "gelu"
        && config.position_embedding_type == "absolute"
        && !config.is_decoder;
    if !is_plain {
        return None;
    }
    // The operators stand before the weights: a large graph of another kind is not read to its end for nothing.
    if precision(file).ok()? != "int8" {
        return None;
    }
    let graph = Graph::open(file)?;
    if !is_bert(&graph, config.num_hidden_layers) {
        return None;
    }
    let embeddings = |name: &str| format!("bert.embeddings.{name}");
    let layers: Option<Vec<Layer>> =
        (0..config.num_hidden_layers).map(|i| layer(&graph, i, kernels)).collect();
    let network = Int8Bert {
        kernels,
        heads: config.num_attention_heads,
        epsilon: config.layer_norm_eps,
        embeddings: Embeddings {
            words: graph.take_table(&embeddings("word_embeddings"))?,
            positions: graph.take_table(&embeddings("position_embeddings"))?,
            types: graph.take_table(&embeddings("token_type_embeddings"))?,
            norm: norm(&graph, &embeddings("LayerNorm"))?,
        },
        layers: layers?,
        classifier: dense(&graph, "classifier", kernels)?,
    };
    (network.fits() && network.classifier.outputs() == folder.outputs.count).then_some(network)
}

impl Int8Bert {
    /// Whether the sizes of all parts fit each other and the kernels.
    fn fits(&self) -> bool {
        let hidden = self.embeddings.norm.weight.len();
        let head = hidden / self.heads.max(1);
        let is_norm = |norm: &Norm| norm.weight.len() == hidden && norm.bias.len() == hidden;
        let is_product =
            |weights: &Weights, inputs, outputs| weights.inputs() == inputs && weights.outputs() == outputs;
        let is_layer = |layer: &Layer| {
            let inner = layer.inner.outputs();
            is_product(&layer.attention, hidden, 3 * hidden)
                && is_product(&layer.attention_output, hidden, hidden)
                && is_product(&layer.inner, hidden, inner)
                && is_product(&layer.output, inner, hidden)
                && inner.is_multiple_of(LANES)
                && is_norm(&layer.attention_norm)
                && is_norm(&layer.norm)
        };
        let Embeddings { words, positions, types, norm } = &self.embeddings;
        // Sums of products of eight bits stay within 32.
        let longest = hidden.max(self.layers.iter().map(|layer| layer.inner.outputs()).max().unwrap_or(0));
        hidden > 0
            && longest.max(positions.rows()) <= 1 << 16
            && hidden == head * self.heads
            && head.is_multiple_of(2 * LANES)
            && [words, positions, types].iter().all(|table| table.width == hidden)
            && is_norm(norm)
            && self.layers.iter().all(is_layer)
            && self.classifier.inputs() == hidden
    }
}

/// Whether a graph does as much as BERT with so many layers and a classifier: as many products with weights,
/// activations and attentions, and nothing that runs over the tokens one by one.
fn is_bert(graph: &Graph, layers: usize) -> bool {
    let is = |node: &NodeProto, operators: &[&str]| {
        node.op_type.as_deref().is_some_and(|operator| operators.contains(&operator))
    };
    let count = |operators: &[&str]| graph.nodes().iter().filter(|node| is(node, operators)).count();
    let has_weights =
        |node: &&NodeProto| node.input.get(1).is_some_and(|input| graph.constant(input).is_some());
    let products = graph.nodes().iter().filter(|node| is(node, &["MatMul", "MatMulInteger", "Gemm"]));
    layers > 0
        && products.filter(has_weights).count() == 6 * layers + 1
        && count(&["Erf", "Gelu"]) == layers
        && count(&["Softmax"]) == layers
        && count(&["LSTM", "GRU", "RNN", "Loop", "Scan", "If"]) == 0
}

fn layer(graph: &Graph, number: usize, kernels: Kernels) -> Option<Layer> {
    let module = |name: &str| format!("bert.encoder.layer.{number}.{name}");
    let parts: Option<Vec<Dense>> = ["query", "key", "value"]
        .iter()
        .map(|part| Dense::of(graph, &module(&format!("attention.self.{part}"))))
        .collect();
    Some(Layer {
        attention: side_by_side(&parts?, kernels)?,
        attention_output: dense(graph, &module("attention.output.dense"), kernels)?,
        attention_norm: norm(graph, &module("attention.output.LayerNorm"))?,
        inner: dense(graph, &module("intermediate.dense"), kernels)?,
        output: dense(graph, &module("output.dense"), kernels)?,
        norm: norm(graph, &module("output.LayerNorm"))?,
    })
}

fn dense(graph: &Graph, module: &str, kernels: Kernels) -> Option<Weights> {
    let Dense { matrix: Matrix { weights, scales }, bias } = Dense::of(graph, module)?;
    Some(kernels.weights(&weights, &scales, &bias))
}

fn norm(graph: &Graph, module: &str) -> Option<Norm> {
    let part = |name: &str| graph.floats(&format!("{module}.{name}"));
    Some(Norm { weight: part("weight")?, bias: part("bias")? })
}

/// A linear layer that the kernels can take.
struct Dense {
    matrix: Matrix,
    bias: Vec<f32>,
}

impl Dense {
    fn of(graph: &Graph, module: &str) -> Option<Self> {
        let matrix = graph.take_matrix(module)?;
        let bias = graph.floats(&format!("{module}.bias"))?;
        let outputs = matrix.scales.len();
        let inputs = matrix.weights.len() / outputs;
        (bias.len() == outputs && inputs.is_multiple_of(LANES)).then_some(Dense { matrix, bias })
    }
}

/// Matrices that take the same inputs as one.
fn side_by_side(parts: &[Dense], kernels: Kernels) -> Option<Weights> {
    let inputs = |part: &Dense| part.matrix.weights.len() / part.matrix.scales.len();
    let count = parts.first().map(inputs)?;
    if parts.iter().any(|part| inputs(part) != count) {
        return None;
    }
    let mut weights = Vec::with_capacity(parts.iter().map(|part| part.matrix.weights.len()).sum());
    for input in 0..count {
        for Dense { matrix, bias } in parts {
            let outputs = bias.len();
            weights.extend_from_slice(&matrix.weights[input * outputs..(input + 1) * outputs]);
        }
    }
    let scales: Vec<f32> = parts.iter().flat_map(|part| part.matrix.scales.iter().copied()).collect();
    let bias: Vec<f32> = parts.iter().flat_map(|part| part.bias.iter().copied()).collect();
    Some(kernels.weights(&weights, &scales, &bias))
}
