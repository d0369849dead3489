//! The weights of an int8 BERT from its ONNX file.
//!
//! Exporters name the nodes of a graph after the modules that they came from, as
//! `/bert/encoder/layer.0/intermediate/dense/MatMul`, and ONNX Runtime's quantisation appends `_quant`; tables and
//! norms keep the names that they have in the checkpoint. By these names the weights are found. Where one is
//! missing or has another form, or where the graph multiplies more than BERT does (adapters, another head), it is
//! not what is looked for here, and the answer is `None`.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use rten_onnx::onnx::{DataType, ModelProto, NodeProto, TensorProto};
use serde::Deserialize;
use triplewire_kernels::{Kernels, LANES, Weights};

use super::{Embeddings, Int8Bert, Layer, Norm, Table};
use crate::model::folder::ModelFolder;
use crate::model::rten::precision;

/// The part of `config.json` that the graph's weights do not tell.
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
    let model = ModelProto::parse_file(fs::File::open(file).ok()?).ok()?;
    let graph = Graph::of(&model)?;
    if !graph.is_bert(config.num_hidden_layers) {
        return None;
    }
    let embeddings = |name: &str| format!("bert.embeddings.{name}");
    let layers: Option<Vec<Layer>> = (0..config.num_hidden_layers).map(|i| graph.layer(i)).collect();
    let network = Int8Bert {
        kernels,
        heads: config.num_attention_heads,
        epsilon: config.layer_norm_eps,
        embeddings: Embeddings {
            words: graph.table(&embeddings("word_embeddings"))?,
            positions: graph.table(&embeddings("position_embeddings"))?,
            types: graph.table(&embeddings("token_type_embeddings"))?,
            norm: graph.norm(&embeddings("LayerNorm"))?,
        },
        layers: layers?,
        classifier: graph.dense("classifier")?,
    };
    (network.fits() && network.classifier.outputs() == folder.labels.len()).then_some(network)
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

/// The nodes and constants of a graph by their names.
struct Graph<'m> {
    all: &'m [NodeProto],
    nodes: HashMap<&'m str, &'m NodeProto>,
    constants: HashMap<&'m str, &'m TensorProto>,
}

impl<'m> Graph<'m> {
    fn of(model: &'m ModelProto) -> Option<Self> {
        let graph = model.graph.as_ref()?;
        Some(Graph {
            all: &graph.node,
            nodes: graph.node.iter().filter_map(|node| Some((node.name.as_deref()?, node))).collect(),
            constants: graph.initializer.iter().filter_map(|c| Some((c.name.as_deref()?, c))).collect(),
        })
    }

    /// Whether it does as much as BERT with so many layers and a classifier: as many products with weights,
    /// activations and attentions, and nothing that runs over the tokens one by one.
    fn is_bert(&self, layers: usize) -> bool {
        let is = |node: &NodeProto, operators: &[&str]| {
            node.op_type.as_deref().is_some_and(|operator| operators.contains(&operator))
        };
        let count = |operators: &[&str]| self.all.iter().filter(|node| is(node, operators)).count();
        let has_weights = |node: &&NodeProto| {
            node.input.get(1).is_some_and(|input| self.constants.contains_key(input.as_str()))
        };
        let products = self.all.iter().filter(|node| is(node, &["MatMul", "MatMulInteger", "Gemm"]));
        layers > 0
            && products.filter(has_weights).count() == 6 * layers + 1
            && count(&["Erf", "Gelu"]) == layers
            && count(&["Softmax"]) == layers
            && count(&["LSTM", "GRU", "RNN", "Loop", "Scan", "If"]) == 0
    }

    fn layer(&self, number: usize) -> Option<Layer> {
        let module = |name: &str| format!("bert.encoder.layer.{number}.{name}");
        let parts: Option<Vec<Matrix>> = ["query", "key", "value"]
            .iter()
            .map(|part| self.matrix(&module(&format!("attention.self.{part}"))))
            .collect();
        Some(Layer {
            attention: side_by_side(&parts?)?,
            attention_output: self.dense(&module("attention.output.dense"))?,
            attention_norm: self.norm(&module("attention.output.LayerNorm"))?,
            inner: self.dense(&module("intermediate.dense"))?,
            output: self.dense(&module("output.dense"))?,
            norm: self.norm(&module("output.LayerNorm"))?,
        })
    }

    fn dense(&self, module: &str) -> Option<Weights> {
        let Matrix { weights, scales, bias } = self.matrix(module)?;
        Some(Weights::new(&weights, &scales, &bias))
    }

    fn matrix(&self, module: &str) -> Option<Matrix> {
        let node = self.nodes.get(format!("/{}/MatMul_quant", slashes(module)).as_str())?;
        let [_, weights, _, zeros] = node.input.as_slice() else { return None };
        let name = weights.strip_suffix("_quantized")?;
        let (weights, zeros) = (self.constants.get(weights.as_str())?, self.constants.get(zeros.as_str())?);
        let &[inputs, outputs] = weights.dims.as_slice() else { return None };
        let (inputs, outputs) = (usize::try_from(inputs).ok()?, usize::try_from(outputs).ok()?);
        let is_symmetric = bytes(zeros)?.iter().all(|&zero| zero == 0);
        if weights.data_type != Some(DataType::INT8) || !is_symmetric {
            return None;
        }
        let weights: Vec<i8> = bytes(weights)?.into_iter().map(u8::cast_signed).collect();
        if inputs.checked_mul(outputs)? != weights.len() {
            return None;
        }
        let scales = match floats(self.constants.get(format!("{name}_scale").as_str())?)?.as_slice() {
            &[one] => vec![one; outputs],
            all => all.to_vec(),
        };
        let bias = floats(self.constants.get(format!("{module}.bias").as_str())?)?;
        let fits = scales.len() == outputs && bias.len() == outputs;
        (fits && outputs > 0 && inputs.is_multiple_of(LANES)).then_some(Matrix { weights, scales, bias })
    }

    fn norm(&self, module: &str) -> Option<Norm> {
        let part = |name: &str| floats(self.constants.get(format!("{module}.{name}").as_str())?);
        Some(Norm { weight: part("weight")?, bias: part("bias")? })
    }

    fn table(&self, module: &str) -> Option<Table> {
        let part = |name: &str| self.constants.get(format!("{module}.weight_{name}").as_str()).copied();
        let values = part("quantized")?;
        let &[_, width] = values.dims.as_slice() else { return None };
        let [scale] = floats(part("scale")?)?[..] else { return None };
        let [zero] = bytes(part("zero_point")?)?[..] else { return None };
        let is_unsigned = values.data_type == Some(DataType::UINT8);
        let width = usize::try_from(width).ok().filter(|&width| width > 0 && is_unsigned)?;
        let values = bytes(values)?;
        values.len().is_multiple_of(width).then_some(Table { width, values, scale, zero: f32::from(zero) })
    }
}

/// A matrix of weights, a row for each input.
struct Matrix {
    weights: Vec<i8>,
    scales: Vec<f32>,
    bias: Vec<f32>,
}

/// Matrices that take the same inputs as one.
fn side_by_side(parts: &[Matrix]) -> Option<Weights> {
    let inputs = |part: &Matrix| part.weights.len() / part.scales.len();
    let count = parts.first().map(inputs)?;
    if parts.iter().any(|part| inputs(part) != count) {
        return None;
    }
    let row = |input: usize, part: &Matrix| {
        let outputs = part.scales.len();
        part.weights[input * outputs..(input + 1) * outputs].to_vec()
    };
    let weights: Vec<i8> = (0..count).flat_map(|i| parts.iter().flat_map(move |p| row(i, p))).collect();
    let scales: Vec<f32> = parts.iter().flat_map(|part| part.scales.iter().copied()).collect();
    let bias: Vec<f32> = parts.iter().flat_map(|part| part.bias.iter().copied()).collect();
    Some(Weights::new(&weights, &scales, &bias))
}

/// `bert.encoder.layer.0.output.dense` as nodes are named: `bert/encoder/layer.0/output/dense`.
fn slashes(module: &str) -> String {
    let mut path = String::new();
    for part in module.split('.') {
        let is_number = part.chars().all(|c| c.is_ascii_digit());
        path.push_str(match path.is_empty() {
            true => "",
            false if is_number => ".",
            false => "/",
        });
        path.push_str(part);
    }
    path
}

/// The numbers of a constant of 8 bits.
fn bytes(constant: &TensorProto) -> Option<Vec<u8>> {
    match constant.data_type? {
        DataType::INT8 | DataType::UINT8 => {}
        _ => return None,
    }
    match &constant.raw_data {
        Some(raw) => Some(raw.borrow().clone()),
        // So is every number of eight bits kept outside `raw_data`, signed or not.
        None => Some(constant.int32_data.iter().map(|&number| number as u8).collect()),
    }
}

/// The numbers of a constant in fp32, if all are numbers: the kernels would lose what is none.
fn floats(constant: &TensorProto) -> Option<Vec<f32>> {
    if constant.data_type? != DataType::FLOAT {
        return None;
    }
    let numbers: Vec<f32> = match &constant.raw_data {
        None => constant.float_data.clone(),
        Some(raw) => {
            let raw = raw.borrow();
            let (numbers, rest) = raw.as_chunks::<4>();
            rest.is_empty().then(|| numbers.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect())?
        }
    };
    numbers.iter().all(|number| number.is_finite()).then_some(numbers)
}
