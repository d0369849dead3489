//! Rows of fp32 to 8 bits.

use crate::backends::Kernels;
use crate::products::{Layout, Weights};
use crate::vectors::{Dots, LANES, Operation, Vectors, Wide};

/// Rows of numbers from 0 to 255, each with its own scale and zero point.
#[derive(Debug, Default)]
pub struct Quantised {
    /// Numbers of a row.
    pub(crate) width: usize,
    /// That of the weights that they are for; nothing before the first rows.
    pub(crate) layout: Option<Layout>,
    /// The rows, and after them what is left of earlier ones.
    pub(crate) words: Vec<i32>,
    pub(crate) scales: Vec<f32>,
    pub(crate) zeros: Vec<f32>,
}

impl Quantised {
    /// The numbers that the rows stand for.
    #[must_use]
    pub fn meant(&self) -> Vec<f32> {
        let Some(Layout { depth, shift, .. }) = self.layout else { return Vec::new() };
        let bits = 32 / depth;
        let mut meant = Vec::with_capacity(self.scales.len() * self.width);
        let rows = self.words.chunks_exact(self.width / depth);
        for ((words, &scale), &zero) in rows.zip(&self.scales).zip(&self.zeros) {
            let numbers = words.iter().flat_map(|&word| (0..depth).map(move |i| word >> (i * bits)));
            // The shift does not reach beyond eight bits.
            let step = |number: i32| f32::from(((number + shift) & 0xff) as u8);
            meant.extend(numbers.map(|number| (step(number) - zero) * scale));
        }
        meant
    }
}

impl Kernels {
    /// Rows of finite numbers to 8 bits, laid out for a product with `weights`, whose inputs are a multiple of [`LANES`].
    pub fn quantise(self, rows: &[f32], weights: &Weights, into: &mut Quantised) {
        assert!(weights.inputs().is_multiple_of(LANES) && rows.len().is_multiple_of(weights.inputs()));
        self.run(Quantise { rows, weights, into });
    }
}

struct Quantise<'a> {
    rows: &'a [f32],
    weights: &'a Weights,
    into: &'a mut Quantised,
}

impl Operation for Quantise<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self, v: V) {
        if self.weights.are_narrow_for::<V>() {
            self.pack::<V, V::Narrow>(v);
        } else {
            self.pack::<V, Wide>(v);
        }
    }
}

impl Quantise<'_> {
    #[inline(always)]
    fn pack<V: Vectors, D: Dots<V>>(self, v: V) {
        let Quantise { rows, weights, into } = self;
        let width = weights.inputs();
        let words = width / D::DEPTH;
        if into.words.len() < rows.len() / D::DEPTH {
            into.words.resize(rows.len() / D::DEPTH, 0);
        }
        (into.width, into.layout) = (width, Some(weights.layout));
        into.scales.clear();
        into.zeros.clear();
        for (row, words) in rows.chunks_exact(width).zip(into.words.chunks_exact_mut(words)) {
            let (scale, zero) = quantise_row::<V, D>(v, row.as_chunks().0, words);
            into.scales.push(scale);
            into.zeros.push(zero);
        }
    }
}

/// A number is about `(step - zero) * scale`.
#[inline(always)]
fn quantise_row<V: Vectors, D: Dots<V>>(v: V, row: &[[f32; LANES]], words: &mut [i32]) -> (f32, f32) {
    let (mut low, mut high) = (v.splat(0.0), v.splat(0.0));
    for block in row {
        let block = v.load(block);
        low = v.min(low, block);
        high = v.max(high, block);
    }
    let (low, high) = (v.lowest(low), v.highest(high));
    let scale = ((high - low) / 255.0).max(f32::MIN_POSITIVE);
    let zero = (-low / scale).round_ties_even();
    let (inverse, offset) = (v.splat(1.0 / scale), v.splat_word(zero as i32 - D::SHIFT));
    let (least, most) = (v.splat_word(-D::SHIFT), v.splat_word(255 - D::SHIFT));
    for (block, words) in row.iter().zip(words.chunks_exact_mut(LANES / D::DEPTH)) {
        let steps = v.round(v.mul(v.load(block), inverse));
        let steps = v.min_words(v.max_words(v.add_words(steps, offset), least), most);
        D::pack(v, words, steps);
    }
    (scale, zero)
}
