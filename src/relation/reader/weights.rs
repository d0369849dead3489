//! The weights of the second reader, as they lie in `relations.safetensors`.

use std::collections::HashMap;

use safetensors::{Dtype, SafeTensors};
use triplewire_kernels::add_columns;

/// An affine layer, `rows` numbers from `columns`.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    rows: usize,
    /// One column after the other.
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Layer {
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn columns(&self) -> usize {
        self.weights.len() / self.rows.max(1)
    }

    pub(super) fn bias(&self) -> &[f32] {
        &self.bias
    }

    pub(super) fn column(&self, column: usize) -> &[f32] {
        &self.weights[column * self.rows..(column + 1) * self.rows]
    }

    /// Sets what number `row` is made from; the one after the last is new.
    pub(super) fn set_row(&mut self, row: usize, weights: &[f32], bias: f32) {
        if row == self.rows {
            let columns = self.weights.chunks_exact(self.rows);
            self.weights = columns.flat_map(|column| column.iter().copied().chain([0.0])).collect();
            self.bias.push(0.0);
            self.rows += 1;
        }
        self.bias[row] = bias;
        for (column, &weight) in self.weights.chunks_exact_mut(self.rows).zip(weights) {
            column[row] = weight;
        }
    }

    /// Adds to `sum` what the inputs from column `first` on give. Most are zero.
    pub(super) fn add(&self, first: usize, inputs: &[f32], sum: &mut [f32]) {
        let columns = &self.weights[first * self.rows..(first + inputs.len()) * self.rows];
        add_columns(columns, inputs, sum);
    }
}

/// An open file of weights.
pub(super) struct Weights<'b> {
    tensors: SafeTensors<'b>,
    about: HashMap<String, String>,
}

impl<'b> Weights<'b> {
    pub(super) fn read(bytes: &'b [u8]) -> Result<Self, String> {
        let broken = |_| "this is no safetensors file".to_owned();
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(broken)?;
        let about = header.metadata().clone().unwrap_or_default();
        Ok(Weights { tensors: SafeTensors::deserialize(bytes).map_err(broken)?, about })
    }

    /// A list of words of the header.
    pub(super) fn listed(&self, name: &str) -> Result<Vec<String>, String> {
        let list = self.about.get(name).ok_or_else(|| format!("its header has no `{name}`"))?;
        Ok(list.split_whitespace().map(str::to_owned).collect())
    }

    /// The layer of that name, which takes `inputs` numbers.
    pub(super) fn layer(&self, name: &str, inputs: usize) -> Result<Layer, String> {
        let layer =
            Layer { bias: self.tensor(&format!("{name}.bias"))?.1, ..self.table(&format!("{name}.weight"))? };
        if layer.columns() == inputs && layer.bias.len() == layer.rows {
            return Ok(layer);
        }
        Err(format!("the layer `{name}` takes {} numbers instead of {inputs}", layer.columns()))
    }

    /// A matrix, without a bias.
    pub(super) fn table(&self, name: &str) -> Result<Layer, String> {
        let (shape, values) = self.tensor(name)?;
        let [columns, rows] = shape[..] else { return Err(format!("`{name}` is no matrix")) };
        debug_assert_eq!(values.len(), rows * columns);
        Ok(Layer { rows, weights: values, bias: vec![0.0; rows] })
    }

    /// Shape and numbers of a tensor in bf16 or fp32.
    fn tensor(&self, name: &str) -> Result<(Vec<usize>, Vec<f32>), String> {
        let tensor = self.tensors.tensor(name).map_err(|_| format!("it has no `{name}`"))?;
        let bytes = tensor.data();
        let values = match tensor.dtype() {
            Dtype::BF16 => bytes
                .chunks_exact(2)
                .map(|b| f32::from_bits(u32::from_le_bytes([0, 0, b[0], b[1]])))
                .collect(),
            Dtype::F32 => {
                bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
            }
            other => return Err(format!("`{name}` is in {other:?}, and bf16 or fp32 is needed")),
        };
        Ok((tensor.shape().to_vec(), values))
    }
}
