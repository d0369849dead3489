//! What an ONNX file computes in, and its weights, looked up by the names that they had in the checkpoint it was exported from.
//!
//! Exporters name the nodes of a graph after the modules that they came from, as
//! `/bert/encoder/layer.0/intermediate/dense/MatMul`, and ONNX Runtime's quantisation appends `_quant`; tables,
//! norms and biases keep the names that they have in the checkpoint.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use rten_onnx::onnx::{DataType, GraphProto, ModelProto, NodeProto, TensorProto};

use crate::error::{Error, Result};

/// The nodes and constants of a graph by their names.
pub(super) struct Graph {
    graph: GraphProto,
    nodes: HashMap<String, usize>,
    constants: HashMap<String, usize>,
}

/// A matrix of weights in int8, a row for each input, with the scale of each output.
pub(super) struct Matrix {
    pub(super) weights: Vec<i8>,
    pub(super) scales: Vec<f32>,
}

/// A table in 8 bits with a row of `width` numbers for each id: a number is `(value - zero) * scale`.
pub(super) struct QuantisedTable {
    pub(super) width: usize,
    pub(super) values: Vec<u8>,
    pub(super) scale: f32,
    pub(super) zero: f32,
}

impl Graph {
    /// The graph in `file`; `None` if it is no ONNX file.
    pub(super) fn open(file: &Path) -> Option<Self> {
        let graph = ModelProto::parse_file(File::open(file).ok()?).ok()?.graph?;
        let named = |(i, name): (usize, &Option<String>)| Some((name.clone()?, i));
        Some(Graph {
            nodes: graph.node.iter().map(|node| &node.name).enumerate().filter_map(named).collect(),
            constants: graph.initializer.iter().map(|c| &c.name).enumerate().filter_map(named).collect(),
            graph,
        })
    }

    /// All nodes, in their order.
    pub(super) fn nodes(&self) -> &[NodeProto] {
        &self.graph.node
    }

    /// The constant of that name.
    pub(super) fn constant(&self, name: &str) -> Option<&TensorProto> {
        self.constants.get(name).map(|&i| &self.graph.initializer[i])
    }

    /// The numbers of a constant in fp32.
    pub(super) fn floats(&self, name: &str) -> Option<Vec<f32>> {
        floats(self.constant(name)?)
    }

    /// The node that multiplies with the weights of a module, `bert.pooler.dense`.
    fn product(&self, module: &str, operator: &str) -> Option<&NodeProto> {
        let name = format!("/{}/{operator}", slashes(module));
        self.nodes.get(&name).map(|&i| &self.graph.node[i])
    }

    /// The quantised weights of a module: symmetric, with one scale or one for each output. They are taken out of the
    /// graph, so that a second call has `None`: to copy all weights takes a tenth of the time to open a model.
    pub(super) fn take_matrix(&self, module: &str) -> Option<Matrix> {
        self.matrix(module, RefCell::take)
    }

    /// The quantised table of a module, likewise taken out of the graph.
    pub(super) fn take_table(&self, module: &str) -> Option<QuantisedTable> {
        self.table(module, RefCell::take)
    }

    fn matrix(&self, module: &str, raw: OfRaw) -> Option<Matrix> {
        let [_, weights, _, zeros] = self.product(module, "MatMul_quant")?.input.as_slice() else {
            return None;
        };
        let name = weights.strip_suffix("_quantized")?;
        let (weights, zeros) = (self.constant(weights)?, self.constant(zeros)?);
        let &[inputs, outputs] = weights.dims.as_slice() else { return None };
        let (inputs, outputs) = (usize::try_from(inputs).ok()?, usize::try_from(outputs).ok()?);
        let is_symmetric = bytes(zeros, copied)?.iter().all(|&zero| zero == 0);
        if weights.data_type != Some(DataType::INT8) || !is_symmetric {
            return None;
        }
        let weights: Vec<i8> = bytemuck::cast_vec(bytes(weights, raw)?);
        let scales = match self.floats(&format!("{name}_scale"))?.as_slice() {
            &[one] => vec![one; outputs],
            all => all.to_vec(),
        };
        let fits = inputs.checked_mul(outputs)? == weights.len() && scales.len() == outputs && outputs > 0;
        fits.then_some(Matrix { weights, scales })
    }

    fn table(&self, module: &str, raw: OfRaw) -> Option<QuantisedTable> {
        let part = |name: &str| self.constant(&format!("{module}.weight_{name}"));
        let values = part("quantized")?;
        let &[rows, width] = values.dims.as_slice() else { return None };
        let [scale] = floats(part("scale")?)?[..] else { return None };
        let [zero] = bytes(part("zero_point")?, copied)?[..] else { return None };
        let is_unsigned = values.data_type == Some(DataType::UINT8);
        let width = usize::try_from(width).ok().filter(|&width| width > 0 && is_unsigned)?;
        let values = bytes(values, raw)?;
        (usize::try_from(rows).ok()?.checked_mul(width)? == values.len()).then_some(QuantisedTable {
            width,
            values,
            scale,
            zero: f32::from(zero),
        })
    }

    /// A weight of the checkpoint, `bert.pooler.dense.weight`, in fp32 as a checkpoint has it (a linear layer with a
    /// row for each output): its shape and its numbers. What is stored in 8 bits is multiplied out.
    #[cfg(any(test, feature = "rust-bert"))]
    pub(super) fn weight(&self, name: &str) -> Option<(Vec<usize>, Vec<f32>)> {
        let shaped = |constant: &TensorProto| {
            let shape: Option<Vec<usize>> =
                constant.dims.iter().map(|&size| usize::try_from(size).ok()).collect();
            Some((shape?, floats(constant)?))
        };
        if let Some(constant) = self.constant(name) {
            return shaped(constant);
        }
        let module = name.strip_suffix(".weight")?;
        if let Some(QuantisedTable { width, values, scale, zero }) = self.table(module, copied) {
            let numbers: Vec<f32> = values.iter().map(|&value| (f32::from(value) - zero) * scale).collect();
            return Some((vec![numbers.len() / width, width], numbers));
        }
        let (inputs, outputs, by_input) =
            if let Some(Matrix { weights, scales }) = self.matrix(module, copied) {
                let scaled = weights.chunks_exact(scales.len()).flat_map(|row| row.iter().zip(&scales));
                let numbers: Vec<f32> = scaled.map(|(&weight, scale)| f32::from(weight) * scale).collect();
                (numbers.len() / scales.len(), scales.len(), numbers)
            } else {
                let (shape, numbers) = shaped(self.constant(self.product(module, "MatMul")?.input.get(1)?)?)?;
                let &[inputs, outputs] = shape.as_slice() else { return None };
                (inputs, outputs, numbers)
            };
        let by_output = |i: usize| by_input.get(i % inputs * outputs + i / inputs).copied();
        let numbers: Option<Vec<f32>> = (0..inputs * outputs).map(by_output).collect();
        Some((vec![outputs, inputs], numbers?))
    }
}

/// What most of the graph computes in, by the operators it names. In an ONNX file the operators
/// stand before the weights.
pub(super) fn precision(file: &Path) -> Result<&'static str> {
    const OPERATORS: [&[u8]; 3] = [b"MatMulInteger", b"QLinearMatMul", b"DynamicQuantizeLinear"];
    let failed = |e| Error::io(file, e, "Make the file readable");
    let mut start = Vec::new();
    File::open(file).map_err(failed)?.take(1 << 20).read_to_end(&mut start).map_err(failed)?;
    let has = |name: &&[u8]| start.windows(name.len()).any(|bytes| bytes == *name);
    Ok(if OPERATORS.iter().any(has) { "int8" } else { "fp32" })
}

impl QuantisedTable {
    /// Adds a row of the table.
    pub(super) fn add(&self, id: usize, to: &mut [f32]) {
        let row = &self.values[id * self.width..(id + 1) * self.width];
        for (sum, &value) in to.iter_mut().zip(row) {
            *sum += (f32::from(value) - self.zero) * self.scale;
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.values.len() / self.width
    }
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

/// What is done with the bytes of a constant: copied, or taken out of the graph.
type OfRaw = fn(&RefCell<Vec<u8>>) -> Vec<u8>;

fn copied(raw: &RefCell<Vec<u8>>) -> Vec<u8> {
    raw.borrow().clone()
}

/// The numbers of a constant of 8 bits.
fn bytes(constant: &TensorProto, of_raw: OfRaw) -> Option<Vec<u8>> {
    match constant.data_type? {
        DataType::INT8 | DataType::UINT8 => {}
        _ => return None,
    }
    match &constant.raw_data {
        Some(raw) => Some(of_raw(raw)),
        // So is every number of eight bits kept outside `raw_data`, signed or not.
        None => Some(constant.int32_data.iter().map(|&number| number as u8).collect()),
    }
}

/// The numbers of a constant in fp32, if all are numbers: NaN and infinity would be lost in a computation.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::reference::{ARCHITECTURES, folder};
    use safetensors::SafeTensors;

    /// The exports of the tiny checkpoints have the same numbers under the same names, but for those that an
    /// exporter folds into others.
    #[test]
    fn weights_are_those_of_the_checkpoint() {
        for name in ARCHITECTURES {
            let bytes = std::fs::read(folder(name).join("model.safetensors")).unwrap();
            let checkpoint = SafeTensors::deserialize(&bytes).unwrap();
            let graph = Graph::open(&folder(name).join("model.onnx")).unwrap();
            for (weight, tensor) in checkpoint.tensors() {
                let found = graph.weight(&weight);
                if name == "bert" {
                    assert!(found.is_some(), "{weight} of {name}");
                }
                let Some((shape, numbers)) = found else { continue };
                assert_eq!(shape, tensor.shape(), "{weight} of {name}");
                let expected =
                    tensor.data().as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes));
                assert!(expected.eq(numbers), "{weight} of {name}");
            }
        }
    }

    /// A checkpoint asks for the shape of a weight first, and then for its numbers.
    #[test]
    fn weights_in_8_bits_can_be_asked_for_again() {
        let graph = Graph::open(&folder("../../models/newswire-fast").join("model.onnx")).unwrap();
        for name in ["embeddings.position_embeddings", "encoder.layer.0.attention.self.query"] {
            let first = graph.weight(&format!("bert.{name}.weight"));
            assert!(first.is_some(), "{name}");
            assert_eq!(graph.weight(&format!("bert.{name}.weight")), first, "{name}");
        }
    }

    #[test]
    fn modules_are_named_as_nodes_are() {
        assert_eq!(slashes("bert.encoder.layer.11.output.dense"), "bert/encoder/layer.11/output/dense");
        assert_eq!(slashes("classifier"), "classifier");
    }
}
