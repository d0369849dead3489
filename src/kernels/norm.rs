//! Layer norm.

use crate::backends::Kernels;
use crate::vectors::{LANES, Operation, Vectors};

impl Kernels {
    /// Every row, of as many numbers as `weight` (a multiple of [`LANES`]), is normalised.
    pub fn layer_norm(self, rows: &mut [f32], weight: &[f32], bias: &[f32], epsilon: f32) {
        assert!(weight.len().is_multiple_of(LANES) && bias.len() == weight.len());
        self.run(LayerNorm { rows, weight, bias, epsilon });
    }
}

struct LayerNorm<'a> {
    rows: &'a mut [f32],
    weight: &'a [f32],
    bias: &'a [f32],
    epsilon: f32,
}

impl Operation for LayerNorm<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self, v: V) {
        let (weight, bias) = (self.weight.as_chunks().0, self.bias.as_chunks().0);
        for row in self.rows.chunks_exact_mut(self.weight.len()) {
            normalise(v, row.as_chunks_mut().0, weight, bias, self.epsilon);
        }
    }
}

#[inline(always)]
fn normalise<V: Vectors>(
    v: V,
    row: &mut [[f32; LANES]],
    weight: &[[f32; LANES]],
    bias: &[[f32; LANES]],
    epsilon: f32,
) {
    let count = (row.len() * LANES) as f32;
    let mut sum = v.splat(0.0);
    for block in row.iter() {
        sum = v.add(sum, v.load(block));
    }
    let mean = v.splat(v.sum(sum) / count);
    let mut squares = v.splat(0.0);
    for block in row.iter() {
        let difference = v.sub(v.load(block), mean);
        squares = v.fma(difference, difference, squares);
    }
    let deviation = v.splat(1.0 / (v.sum(squares) / count + epsilon).sqrt());
    for ((block, weight), bias) in row.iter_mut().zip(weight).zip(bias) {
        let normal = v.mul(v.sub(v.load(block), mean), deviation);
        v.store(block, v.fma(normal, v.load(weight), v.load(bias)));
    }
}
