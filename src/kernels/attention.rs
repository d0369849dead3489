//! Attention of the tokens of a window to each other, in 8 bits.

use std::ops::Range;

use crate::activations::power_of_two;
use crate::backends::Kernels;
use crate::buffers::Line;
use crate::vectors::{LANES, Operation, Tile, Vectors, word_of};

/// Rows of a tile.
const ROWS: usize = 6;
/// Columns are padded to as many.
const COLUMNS: usize = 2 * LANES;

/// What is computed for the attention of one head of one window.
#[derive(Debug, Default)]
pub struct Attention {
    /// In 8 bits with a scale for each token; 128 stands for zero.
    queries: Vec<i32>,
    query_scales: Vec<f32>,
    /// A column for each token.
    keys: Columns,
    /// A column for each number of the head.
    values: Columns,
    /// Of the rows of a tile.
    scores: Vec<f32>,
    /// 2 to the power of the scores, the highest of a row being 255.
    weights: Vec<i32>,
}

/// The right side of a product: int8 with a scale for each column.
#[derive(Debug, Default)]
struct Columns {
    /// Rows of columns; a word holds what stands in one column in as many rows as a word has numbers.
    words: Vec<Line>,
    /// What the sums begin with.
    starts: Vec<i32>,
    scales: Vec<f32>,
    /// What is added to the scaled sums.
    bias: Vec<f32>,
}

impl Columns {
    /// Makes space for `rows` of words times `columns`. What was in it before stays: it need not be cleared, as
    /// it is multiplied with zero, or hidden by the bias.
    fn reshape(&mut self, rows: usize, columns: usize) {
        self.words.resize(rows * columns / LANES, Line::default());
        self.starts.resize(columns, 0);
        self.scales.resize(columns, 0.0);
        self.bias.resize(columns, 0.0);
    }
}

impl Kernels {
    /// Softmax attention of the tokens of a window to each other: for each of `heads` heads of `size` numbers
    /// (a multiple of two vectors) `context = softmax(query * key / sqrt(size)) * value`.
    ///
    /// `projected` has the queries of all windows, head by head, then the keys, then the values, a row of `size` for each
    /// token; `window` are the rows of this one. A row of `context` has the heads of a token of the window.
    pub fn attend(
        self,
        projected: &[f32],
        (heads, size): (usize, usize),
        window: Range<usize>,
        scratch: &mut Attention,
        context: &mut [f32],
    ) {
        assert!(size > 0 && size.is_multiple_of(COLUMNS) && projected.len().is_multiple_of(3 * heads * size));
        assert!(
            context.len() == window.len() * heads * size && window.end * 3 * heads * size <= projected.len()
        );
        if !window.is_empty() {
            self.run(Attend { projected, heads, size, window, scratch, context });
        }
    }
}

struct Attend<'a> {
    projected: &'a [f32],
    heads: usize,
    size: usize,
    window: Range<usize>,
    scratch: &'a mut Attention,
    context: &'a mut [f32],
}

impl Operation for Attend<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self, v: V) {
        let Attend { projected, heads, size, window, scratch, context } = self;
        let matrix = projected.len() / (3 * heads);
        let rows = window.start * size..window.end * size;
        for head in 0..heads {
            let part = |part: usize| &projected[(part * heads + head) * matrix..][rows.clone()];
            scratch.pack(v, window.len(), size, [part(0), part(1), part(2)]);
            let context = &mut context[head * size..];
            match V::TILE {
                Tile::SixByFour => scratch.attend::<V, 2>(v, size, context, heads * size),
                Tile::Six | Tile::Four => scratch.attend::<V, 1>(v, size, context, heads * size),
            }
        }
    }
}

impl Attention {
    /// Quantises queries, keys and values of `count` tokens.
    #[inline(always)]
    fn pack<V: Vectors>(&mut self, v: V, count: usize, size: usize, [queries, keys, values]: [&[f32]; 3]) {
        let width = count.next_multiple_of(COLUMNS);
        let steps = size / V::DEPTH;
        self.queries.resize(count * steps, 0);
        self.query_scales.clear();
        self.keys.reshape(steps, width);
        self.values.reshape(width / V::DEPTH, size);
        // By powers of two instead of e, which are cheaper.
        let unit = std::f32::consts::LOG2_E / (size as f32).sqrt();
        let zero = v.splat_word(128 - V::SHIFT);
        let rows = queries.chunks_exact(size).zip(keys.chunks_exact(size));
        for (token, (query, key)) in rows.enumerate() {
            let (query, key) = (query.as_chunks().0, key.as_chunks().0);
            let (scale, inverse) = symmetric_scale(v, query);
            let words = &mut self.queries[token * steps..(token + 1) * steps];
            for (block, words) in query.iter().zip(words.chunks_exact_mut(LANES / V::DEPTH)) {
                let numbers = v.round(v.mul(v.load(block), inverse));
                v.pack(words, v.add_words(numbers, zero));
            }
            self.query_scales.push(scale * unit);
            let (scale, inverse) = symmetric_scale(v, key);
            let mut lines = self.keys.words[token / LANES..].iter_mut().step_by(width / LANES);
            for block in key {
                let mut words = [0; LANES];
                v.pack(&mut words, v.round(v.mul(v.load(block), inverse)));
                for (&word, line) in words[..LANES / V::DEPTH].iter().zip(&mut lines) {
                    line.0[token % LANES] = word;
                }
            }
            self.keys.scales[token] = scale;
        }
        // The columns after the tokens are kept out of the softmax.
        self.keys.scales[count..].fill(0.0);
        self.keys.bias[..count].fill(0.0);
        self.keys.bias[count..].fill(f32::MIN);
        // What stands for zero in the queries adds this much to each product.
        if V::SHIFT != 128 {
            let zero = v.splat_word(word_of::<V>((128 - V::SHIFT) as u8));
            let starts = self.keys.starts.as_chunks_mut::<LANES>().0;
            for (block, start) in starts.iter_mut().enumerate() {
                let mut sum = v.splat_word(0);
                for row in 0..steps {
                    sum = v.dot(sum, zero, v.load_words(&self.keys.words[row * width / LANES + block].0));
                }
                v.store_words(start, v.sub_words(v.splat_word(0), sum));
            }
        }
        self.pack_values(v, count, size, values);
    }

    /// Quantises the values, each dimension by a scale of its own.
    #[inline(always)]
    fn pack_values<V: Vectors>(&mut self, v: V, count: usize, size: usize, values: &[f32]) {
        let width = count.next_multiple_of(COLUMNS);
        for block in 0..size / LANES {
            let mut high = v.splat(f32::MIN_POSITIVE);
            for row in values.chunks_exact(size) {
                high = v.max(high, v.abs(v.load(&row.as_chunks().0[block])));
            }
            v.store(&mut self.values.scales.as_chunks_mut().0[block], v.mul(high, v.splat(1.0 / 127.0)));
            let inverse = v.div(v.splat(127.0), high);
            let (mut words, mut total) = (v.splat_word(0), v.splat_word(0));
            for token in 0..count.next_multiple_of(V::DEPTH) {
                let mut numbers = v.splat_word(0);
                if token < count {
                    numbers = v.round(v.mul(v.load(&values[token * size..].as_chunks().0[block]), inverse));
                }
                total = v.add_words(total, numbers);
                words = v.push(words, numbers);
                if token % V::DEPTH == V::DEPTH - 1 {
                    v.store_words(&mut self.values.words[token / V::DEPTH * size / LANES + block].0, words);
                }
            }
            if V::SHIFT != 0 {
                // What stands for zero on the left times what is left there would not be nothing.
                for row in count.div_ceil(V::DEPTH)..width / V::DEPTH {
                    v.store_words(&mut self.values.words[row * size / LANES + block].0, v.splat_word(0));
                }
                // Times `SHIFT`.
                let mut start = total;
                for _ in 0..V::SHIFT.ilog2() {
                    start = v.add_words(start, start);
                }
                v.store_words(&mut self.values.starts.as_chunks_mut().0[block], start);
            }
        }
    }

    /// Scores, softmax and context of the tokens that were packed, tile by tile.
    #[inline(always)]
    fn attend<V: Vectors, const VECTORS: usize>(
        &mut self,
        v: V,
        size: usize,
        context: &mut [f32],
        stride: usize,
    ) {
        let width = self.keys.scales.len();
        let (deep, wide) = (size / V::DEPTH, width / V::DEPTH);
        self.scores.resize(ROWS * width, 0.0);
        self.weights.resize(ROWS * wide, 0);
        let tiles = self.queries.chunks(ROWS * deep).zip(self.query_scales.chunks(ROWS));
        for ((queries, scales), context) in tiles.zip(context.chunks_mut(ROWS * stride)) {
            product::<V, VECTORS>(v, queries, scales, &self.keys, &mut self.scores, width);
            let mut factors = [0.0; ROWS];
            for row in 0..scales.len() {
                let scores = self.scores[row * width..(row + 1) * width].as_chunks().0;
                let weights = &mut self.weights[row * wide..(row + 1) * wide];
                factors[row] = 1.0 / softmax(v, scores, weights) as f32;
            }
            let (weights, factors) = (&self.weights[..scales.len() * wide], &factors[..scales.len()]);
            product::<V, VECTORS>(v, weights, factors, &self.values, context, stride);
        }
    }
}

/// `out = rows * columns`, scaled, for up to [`ROWS`] rows, each with its scale; a row of `out` starts `stride` after
/// the one before.
#[inline(always)]
fn product<V: Vectors, const VECTORS: usize>(
    v: V,
    rows: &[i32],
    scales: &[f32],
    columns: &Columns,
    out: &mut [f32],
    stride: usize,
) {
    let (count, width) = (scales.len(), columns.scales.len());
    let steps = rows.len() / count;
    assert!((1..=ROWS).contains(&count) && rows.len() == count * steps);
    assert!(columns.words.len() * LANES == steps * width && width.is_multiple_of(VECTORS * LANES));
    // Rows that are not there are the last one again.
    let mut offsets = [0; ROWS];
    for (row, offset) in offsets.iter_mut().enumerate() {
        *offset = row.min(count - 1) * steps;
    }
    for column in (0..width).step_by(VECTORS * LANES) {
        let starts = columns.starts[column..].as_chunks().0;
        let mut sums = [[v.splat_word(0); VECTORS]; ROWS];
        for vector in 0..VECTORS {
            let start = v.load_words(&starts[vector]);
            for sums in &mut sums {
                sums[vector] = start;
            }
        }
        for step in 0..steps {
            let mut right = [v.splat_word(0); VECTORS];
            for vector in 0..VECTORS {
                let line = (step * width + column) / LANES + vector;
                // SAFETY: there are `width` words for each step.
                right[vector] = v.load_words(unsafe { &columns.words.get_unchecked(line).0 });
            }
            for row in 0..ROWS {
                // SAFETY: there are `steps` words for each row.
                let word = v.splat_word(unsafe { *rows.get_unchecked(offsets[row] + step) });
                for vector in 0..VECTORS {
                    sums[row][vector] = v.dot(sums[row][vector], word, right[vector]);
                }
            }
        }
        let column_scales = columns.scales[column..].as_chunks().0;
        let bias = columns.bias[column..].as_chunks().0;
        // By value: what a loop with an end that is not known takes by its number has no place in registers.
        for (row, (sums, &scale)) in sums.into_iter().zip(scales).enumerate() {
            let places = out[row * stride + column..][..VECTORS * LANES].as_chunks_mut().0;
            for vector in 0..VECTORS {
                let value = v.mul(v.floats(sums[vector]), v.splat(scale));
                let value = v.fma(value, v.load(&column_scales[vector]), v.load(&bias[vector]));
                v.store(&mut places[vector], value);
            }
        }
    }
}

/// By which numbers are divided so that they are from -127 to 127, and its inverse.
#[inline(always)]
fn symmetric_scale<V: Vectors>(v: V, blocks: &[[f32; LANES]]) -> (f32, V::Floats) {
    let mut high = v.splat(0.0);
    for block in blocks {
        high = v.max(high, v.abs(v.load(block)));
    }
    let scale = (v.highest(high) / 127.0).max(f32::MIN_POSITIVE);
    (scale, v.splat(1.0 / scale))
}

/// 2^x of the scores less their highest, so that the highest is 255. Returns the sum.
#[inline(always)]
fn softmax<V: Vectors>(v: V, scores: &[[f32; LANES]], weights: &mut [i32]) -> i32 {
    let mut high = v.splat(f32::MIN);
    for block in scores {
        high = v.max(high, v.load(block));
    }
    let high = v.splat(v.highest(high));
    let (mut sum, shift) = (v.splat_word(0), v.splat_word(V::SHIFT));
    for (block, words) in scores.iter().zip(weights.chunks_exact_mut(LANES / V::DEPTH)) {
        let steps = v.round(power_of_two(v, v.sub(v.load(block), high)));
        sum = v.add_words(sum, steps);
        v.pack(words, v.sub_words(steps, shift));
    }
    v.sum_words(sum)
}
