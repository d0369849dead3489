//! Loops over numbers in AVX-512: what Triplewire's int8 engine spends its time in, and its only unsafe code.
//!
//! Matrices are row-major slices. A [`Kernels`] exists only where the processor has what they use, so that who
//! has one may call everything. Sizes that do not fit each other panic.

#![cfg(target_arch = "x86_64")]

use std::arch::x86_64::{
    __m128i, __m512, __m512i, _MM_FROUND_NO_EXC, _MM_FROUND_TO_NEG_INF, _mm_storeu_si128, _mm512_abs_ps,
    _mm512_add_epi32, _mm512_add_ps, _mm512_cvtepi32_epi8, _mm512_cvtepi32_ps, _mm512_cvtps_epi32,
    _mm512_cvttps_epi32, _mm512_cvtusepi32_epi8, _mm512_div_ps, _mm512_dpbusd_epi32, _mm512_fmadd_ps,
    _mm512_fnmadd_ps, _mm512_loadu_ps, _mm512_loadu_si512, _mm512_max_epi32, _mm512_max_ps, _mm512_min_ps,
    _mm512_mul_ps, _mm512_or_si512, _mm512_permutex2var_ps, _mm512_reduce_add_epi32, _mm512_reduce_add_ps,
    _mm512_reduce_max_ps, _mm512_reduce_min_ps, _mm512_reduce_ps, _mm512_scalef_ps, _mm512_set1_epi32,
    _mm512_set1_ps, _mm512_setzero_ps, _mm512_setzero_si512, _mm512_slli_epi32, _mm512_srli_epi32,
    _mm512_srlv_epi32, _mm512_storeu_ps, _mm512_storeu_si512, _mm512_sub_epi32, _mm512_sub_ps,
};
use std::sync::LazyLock;

/// Numbers of 32 bits in a register.
pub const LANES: usize = 16;
/// Outputs of a panel of weights: four registers.
const PANEL: usize = 4 * LANES;
/// Rows of a tile: 6 times 4 registers of sums, which leaves 8 of the 32 for what is multiplied.
const TILE: usize = 6;
/// Rows and columns of a tile within attention: 12 times 2 registers of sums.
const WIDE_TILE: usize = 12;
const WIDE_COLUMNS: usize = 2 * LANES;

/// Whether this processor has what the kernels use.
fn available() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vnni")
        && is_x86_feature_detected!("fma")
}

/// Puts the scalar product of `row` with each row of `rows`, times `scale`, behind `products`. The sums are made in an
/// order that is the same on every processor: [`LANES`] sums of every sixteenth number, and those one after the other.
pub fn scalar_products(row: &[f32], rows: &[f32], scale: f32, products: &mut Vec<f32>) {
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has it.
        unsafe { scalar_products_avx2(row, rows, scale, products) }
    } else {
        scalar_products_of(row, rows, scale, products);
    }
}

/// The compiler makes more of the same loop.
#[target_feature(enable = "avx2")]
fn scalar_products_avx2(row: &[f32], rows: &[f32], scale: f32, products: &mut Vec<f32>) {
    scalar_products_of(row, rows, scale, products);
}

#[inline(always)]
fn scalar_products_of(row: &[f32], rows: &[f32], scale: f32, products: &mut Vec<f32>) {
    let (blocks, rest) = row.as_chunks::<LANES>();
    products.extend(rows.chunks_exact(row.len()).map(|other| {
        let (other_blocks, other_rest) = other.as_chunks::<LANES>();
        let mut sums = [0.0; LANES];
        for (a, b) in blocks.iter().zip(other_blocks) {
            for lane in 0..LANES {
                sums[lane] += a[lane] * b[lane];
            }
        }
        let rest: f32 = rest.iter().zip(other_rest).map(|(a, b)| a * b).sum();
        scale * (sums.iter().sum::<f32>() + rest)
    }));
}

/// What is done with a product before it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// As it is.
    Store,
    /// Through the activation x·Φ(x).
    Gelu,
    /// Added to what is there.
    Add,
}

/// A matrix of weights in int8, with one scale for each output, and the bias.
///
/// Outputs are in panels of [`PANEL`]; a panel holds for every four inputs their weights for one output after
/// the other, which is what one instruction (`vpdpbusd`) takes.
#[derive(Debug)]
pub struct Weights {
    inputs: usize,
    outputs: usize,
    panels: Vec<i8>,
    /// Scale, bias and sum of the weights of each output, up to full panels.
    scales: Vec<f32>,
    bias: Vec<f32>,
    sums: Vec<f32>,
}

impl Weights {
    /// From a matrix with a row for each input, of which there are a multiple of 4, and a column, a scale and a bias
    /// for each output.
    #[must_use]
    pub fn new(weights: &[i8], scales: &[f32], bias: &[f32]) -> Self {
        let outputs = scales.len();
        let inputs = weights.len() / outputs;
        let padded = outputs.next_multiple_of(PANEL);
        let mut panels = vec![0; inputs * padded];
        let mut sums = vec![0.0; padded];
        for (input, row) in weights.chunks_exact(outputs).enumerate() {
            for (output, &weight) in row.iter().enumerate() {
                let (panel, column) = (output / PANEL, output % PANEL);
                panels[panel * PANEL * inputs + input / 4 * 4 * PANEL + column * 4 + input % 4] = weight;
                sums[output] += f32::from(weight);
            }
        }
        let full = |values: &[f32]| {
            let mut full = values.to_vec();
            full.resize(padded, 0.0);
            full
        };
        Weights { inputs, outputs, panels, scales: full(scales), bias: full(bias), sums }
    }

    /// Numbers of an input row.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Numbers of an output row.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.outputs
    }
}

/// Rows in int8 (unsigned), each with its own scale and zero point.
#[derive(Debug, Default)]
pub struct Quantised {
    /// Numbers of a row.
    width: usize,
    /// The rows, and behind them what is left of earlier ones.
    values: Vec<u8>,
    scales: Vec<f32>,
    zeros: Vec<f32>,
}

/// Room for the attention of one head of one window.
#[derive(Debug, Default)]
pub struct Attention {
    /// Shifted by 128 to be unsigned; a scale for each token.
    queries: Vec<u8>,
    query_scales: Vec<f32>,
    /// A column for each token.
    keys: Columns,
    /// A column for each number of the head.
    values: Columns,
    /// Of the rows of a tile.
    scores: Vec<f32>,
    /// 2 to the power of the scores, the highest of a row being 255.
    weights: Vec<u8>,
}

/// What stands to the right in a product within attention: int8 with a scale for each column.
#[derive(Debug, Default)]
struct Columns {
    /// Rows of columns; a number holds what stands in one column in four rows.
    fours: Vec<i32>,
    /// What the sums begin with.
    starts: Vec<i32>,
    scales: Vec<f32>,
    /// What is added to the scaled sums.
    bias: Vec<f32>,
}

impl Columns {
    /// Makes room for `rows` (a multiple of 4) times `columns`. What was in it before stays: it need not be cleared, as
    /// it is multiplied with zero, or hidden by the bias.
    fn reshape(&mut self, rows: usize, columns: usize) {
        self.fours.resize(rows / 4 * columns, 0);
        self.starts.resize(columns, 0);
        self.scales.resize(columns, 0.0);
        self.bias.resize(columns, 0.0);
    }
}

/// The kernels, on a processor that has what they use.
#[derive(Debug, Clone, Copy)]
pub struct Kernels(&'static Normal);

impl Kernels {
    /// None where the processor lacks something.
    #[must_use]
    pub fn new() -> Option<Self> {
        static NORMAL: LazyLock<Normal> = LazyLock::new(Normal::new);
        available().then(|| Kernels(&NORMAL))
    }

    /// Rows of `width` numbers (a multiple of [`LANES`]) to int8.
    pub fn quantise(self, rows: &[f32], width: usize, into: &mut Quantised) {
        assert!(width.is_multiple_of(LANES) && rows.len().is_multiple_of(width));
        if into.values.len() < rows.len() {
            into.values.resize(rows.len(), 0);
        }
        into.width = width;
        into.scales.clear();
        into.zeros.clear();
        for (row, values) in rows.chunks_exact(width).zip(into.values.chunks_exact_mut(width)) {
            // SAFETY: a `Kernels` exists only where the features do.
            let (scale, zero) = unsafe { quantise_row(row, values) };
            into.scales.push(scale);
            into.zeros.push(zero);
        }
    }

    /// `out = then(rows * weights + bias)`.
    pub fn product(self, rows: &Quantised, weights: &Weights, then: Then, out: &mut [f32]) {
        let count = rows.scales.len();
        assert!(rows.width == weights.inputs && weights.inputs.is_multiple_of(4));
        assert_eq!(out.len(), count * weights.outputs);
        // SAFETY: a `Kernels` exists only where the features do.
        unsafe {
            match then {
                Then::Store => product::<{ Then::Store as u8 }>(rows, weights, self.0, out),
                Then::Gelu => product::<{ Then::Gelu as u8 }>(rows, weights, self.0, out),
                Then::Add => product::<{ Then::Add as u8 }>(rows, weights, self.0, out),
            }
        }
    }

    /// Softmax attention of the tokens of one window to each other: for each of `heads` heads of `size` numbers
    /// (a multiple of two registers) `context = softmax(query * key / sqrt(size)) * value`.
    ///
    /// A row of `projected` is query, key and value of a token side by side, each with one head after the
    /// other; a row of `context` is as long as one of the three.
    pub fn attend(
        self,
        projected: &[f32],
        (heads, size): (usize, usize),
        room: &mut Attention,
        context: &mut [f32],
    ) {
        let hidden = heads * size;
        assert!(size > 0 && size.is_multiple_of(WIDE_COLUMNS));
        assert!(context.len().is_multiple_of(hidden) && projected.len() == 3 * context.len());
        for head in 0..if context.is_empty() { 0 } else { heads } {
            // SAFETY: a `Kernels` exists only where the features do.
            unsafe {
                let part = |part: usize| Rows {
                    values: &projected[part * hidden + head * size..],
                    stride: 3 * hidden,
                };
                room.pack(context.len() / hidden, size, [part(0), part(1), part(2)]);
                room.attend(size, &mut context[head * size..], hidden);
            }
        }
    }

    /// Every row, of as many numbers as `weight`, is normalised.
    pub fn layer_norm(self, rows: &mut [f32], weight: &[f32], bias: &[f32], epsilon: f32) {
        assert!(weight.len().is_multiple_of(LANES) && bias.len() == weight.len());
        for row in rows.chunks_exact_mut(weight.len()) {
            // SAFETY: a `Kernels` exists only where the features do.
            unsafe { layer_norm_row(row, weight, bias, epsilon) }
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(values: &[f32; LANES]) -> __m512 {
    // SAFETY: the array has all the numbers of a register.
    unsafe { _mm512_loadu_ps(values.as_ptr()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store(values: &mut [f32; LANES], register: __m512) {
    // SAFETY: the array has room for all the numbers of a register.
    unsafe { _mm512_storeu_ps(values.as_mut_ptr(), register) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load_numbers(values: &[i32; LANES]) -> __m512i {
    // SAFETY: the array has all the numbers of a register.
    unsafe { _mm512_loadu_si512(values.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store_numbers(values: &mut [i32; LANES], register: __m512i) {
    // SAFETY: the array has room for all the numbers of a register.
    unsafe { _mm512_storeu_si512(values.as_mut_ptr().cast(), register) }
}

/// Stores numbers of up to 255 as bytes.
#[inline]
#[target_feature(enable = "avx512f")]
fn store_bytes(values: &mut [u8; LANES], numbers: __m512i) {
    // SAFETY: the array has room for 16 bytes.
    unsafe { _mm_storeu_si128(values.as_mut_ptr().cast::<__m128i>(), _mm512_cvtusepi32_epi8(numbers)) }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma")]
fn quantise_row(row: &[f32], values: &mut [u8]) -> (f32, f32) {
    let (blocks, _) = row.as_chunks::<LANES>();
    let (mut low, mut high) = (_mm512_setzero_ps(), _mm512_setzero_ps());
    for block in blocks {
        let block = load(block);
        low = _mm512_min_ps(low, block);
        high = _mm512_max_ps(high, block);
    }
    let (low, high) = (_mm512_reduce_min_ps(low), _mm512_reduce_max_ps(high));
    let scale = ((high - low) / 255.0).max(f32::MIN_POSITIVE);
    let zero = (-low / scale).round_ties_even();
    let (inverse, offset) = (_mm512_set1_ps(1.0 / scale), _mm512_set1_epi32(zero as i32));
    let (quantised, _) = values.as_chunks_mut::<LANES>();
    for (block, out) in blocks.iter().zip(quantised) {
        let steps = _mm512_cvtps_epi32(_mm512_mul_ps(load(block), inverse));
        let steps = _mm512_max_epi32(_mm512_add_epi32(steps, offset), _mm512_setzero_si512());
        store_bytes(out, steps);
    }
    (scale, zero)
}

/// Rows that are multiplied with a panel before the next: their int8 values stay in the innermost cache.
const CHUNK: usize = 48;

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma")]
fn product<const THEN: u8>(rows: &Quantised, weights: &Weights, normal: &Normal, out: &mut [f32]) {
    let count = rows.scales.len();
    for start in (0..count).step_by(CHUNK) {
        let end = (start + CHUNK).min(count);
        for panel in 0..weights.sums.len() / PANEL {
            let mut row = start;
            while row < end {
                row += match end - row {
                    TILE.. => tile::<TILE, THEN>(rows, row, (weights, panel), normal, out),
                    4.. => tile::<4, THEN>(rows, row, (weights, panel), normal, out),
                    2.. => tile::<2, THEN>(rows, row, (weights, panel), normal, out),
                    _ => tile::<1, THEN>(rows, row, (weights, panel), normal, out),
                };
            }
        }
    }
}

/// `ROWS` rows with one panel. Returns `ROWS`.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma")]
fn tile<const ROWS: usize, const THEN: u8>(
    rows: &Quantised,
    first: usize,
    (weights, panel): (&Weights, usize),
    normal: &Normal,
    out: &mut [f32],
) -> usize {
    let inputs = weights.inputs;
    let values = &rows.values[first * inputs..(first + ROWS) * inputs];
    let block = &weights.panels[panel * PANEL * inputs..(panel + 1) * PANEL * inputs];
    let mut sums = [[_mm512_setzero_si512(); 4]; ROWS];
    for step in 0..inputs / 4 {
        // SAFETY: `step` is below a quarter of the inputs: of these, a row of `values` has four and `block` four
        // registers for each step.
        unsafe {
            let weight = block.as_ptr().add(step * 4 * PANEL);
            let weight: [__m512i; 4] =
                std::array::from_fn(|i| _mm512_loadu_si512(weight.add(i * 4 * LANES).cast()));
            for (row, sums) in sums.iter_mut().enumerate() {
                let four = values.as_ptr().add(row * inputs + step * 4).cast::<i32>().read_unaligned();
                let four = _mm512_set1_epi32(four);
                for (sum, weight) in sums.iter_mut().zip(weight) {
                    *sum = _mm512_dpbusd_epi32(*sum, four, weight);
                }
            }
        }
    }
    let columns = panel * PANEL..(panel + 1) * PANEL;
    let (scales, _) = weights.scales[columns.clone()].as_chunks::<LANES>();
    let (biases, _) = weights.bias[columns.clone()].as_chunks::<LANES>();
    let (totals, _) = weights.sums[columns.clone()].as_chunks::<LANES>();
    let outputs = columns.start..columns.end.min(weights.outputs);
    for (row, sums) in sums.iter().enumerate() {
        let scale = _mm512_set1_ps(rows.scales[first + row]);
        let zero = _mm512_set1_ps(rows.zeros[first + row]);
        let places = &mut out[(first + row) * weights.outputs..][outputs.clone()];
        let mut room = [0.0; PANEL];
        let is_full = places.len() == PANEL;
        let (target, _) = if is_full {
            places.as_chunks_mut::<LANES>()
        } else {
            room[..places.len()].copy_from_slice(places);
            room.as_chunks_mut::<LANES>()
        };
        let vectors = scales.iter().zip(biases).zip(totals);
        for ((&sum, place), ((scales, bias), total)) in sums.iter().zip(target).zip(vectors) {
            let sum = _mm512_fnmadd_ps(load(total), zero, _mm512_cvtepi32_ps(sum));
            let value = _mm512_fmadd_ps(_mm512_mul_ps(sum, scale), load(scales), load(bias));
            finish::<THEN>(value, normal, place);
        }
        if !is_full {
            places.copy_from_slice(&room[..places.len()]);
        }
    }
    ROWS
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma")]
fn finish<const THEN: u8>(value: __m512, normal: &Normal, place: &mut [f32; LANES]) {
    let value = if THEN == Then::Gelu as u8 {
        gelu(value, normal)
    } else if THEN == Then::Add as u8 {
        _mm512_add_ps(value, load(place))
    } else {
        value
    };
    store(place, value);
}

/// A view of rows: each starts `stride` after the one before.
#[derive(Clone, Copy)]
struct Rows<'a> {
    values: &'a [f32],
    stride: usize,
}

impl<'a> Rows<'a> {
    /// The registers of `size` numbers of each of the first rows.
    fn blocks(self, count: usize, size: usize) -> impl Iterator<Item = &'a [[f32; LANES]]> {
        self.values.chunks(self.stride).take(count).map(move |row| row[..size].as_chunks().0)
    }
}

impl Attention {
    /// Quantises queries, keys and values of `count` tokens.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma")]
    fn pack(&mut self, count: usize, size: usize, [queries, keys, values]: [Rows<'_>; 3]) {
        let width = count.next_multiple_of(WIDE_COLUMNS);
        self.queries.resize(count * size, 0);
        self.query_scales.clear();
        self.keys.reshape(size, width);
        self.values.reshape(width, size);
        // By powers of two instead of e, which are cheaper.
        let unit = std::f32::consts::LOG2_E / (size as f32).sqrt();
        let rows = queries.blocks(count, size).zip(keys.blocks(count, size));
        for (token, ((query, key), out)) in rows.zip(self.queries.chunks_exact_mut(size)).enumerate() {
            let (scale, inverse) = symmetric_scale(query);
            for (block, out) in query.iter().zip(out.as_chunks_mut::<LANES>().0) {
                let steps = _mm512_cvtps_epi32(_mm512_mul_ps(load(block), inverse));
                store_bytes(out, _mm512_add_epi32(steps, _mm512_set1_epi32(128)));
            }
            self.query_scales.push(scale * unit);
            let (scale, inverse) = symmetric_scale(key);
            for (number, block) in key.iter().enumerate() {
                let steps = _mm512_cvtps_epi32(_mm512_mul_ps(load(block), inverse));
                let mut fours = [0; 4];
                // SAFETY: four numbers of 32 bits are as long as sixteen of 8.
                unsafe { _mm_storeu_si128(fours.as_mut_ptr().cast::<__m128i>(), _mm512_cvtepi32_epi8(steps)) }
                for (i, four) in fours.into_iter().enumerate() {
                    self.keys.fours[(number * 4 + i) * width + token] = four;
                }
            }
            self.keys.scales[token] = scale;
        }
        // The columns behind the tokens are kept out of the softmax.
        self.keys.scales[count..].fill(0.0);
        self.keys.bias[..count].fill(0.0);
        self.keys.bias[count..].fill(f32::MIN);
        // The shift of the queries adds this much to each product.
        let shift = _mm512_set1_epi32(i32::from_ne_bytes([128; 4]));
        for (block, starts) in self.keys.starts.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
            let mut sum = _mm512_setzero_si512();
            for row in self.keys.fours.chunks_exact(width) {
                sum = _mm512_dpbusd_epi32(sum, shift, load_numbers(&row.as_chunks().0[block]));
            }
            store_numbers(starts, _mm512_sub_epi32(_mm512_setzero_si512(), sum));
        }

        for (block, scales) in self.values.scales.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
            let mut high = _mm512_set1_ps(f32::MIN_POSITIVE);
            for value in values.blocks(count, size) {
                high = _mm512_max_ps(high, _mm512_abs_ps(load(&value[block])));
            }
            store(scales, _mm512_mul_ps(high, _mm512_set1_ps(1.0 / 127.0)));
            let inverse = _mm512_div_ps(_mm512_set1_ps(127.0), high);
            let mut fours = _mm512_setzero_si512();
            for (token, value) in values.blocks(count, size).enumerate() {
                let steps = _mm512_cvtps_epi32(_mm512_mul_ps(load(&value[block]), inverse));
                // From the top byte down to where the token's is.
                let byte = _mm512_slli_epi32::<24>(steps);
                fours = _mm512_or_si512(_mm512_srli_epi32::<8>(fours), byte);
                if token % 4 == 3 {
                    store_numbers(&mut self.values.fours[token / 4 * size..].as_chunks_mut().0[block], fours);
                    fours = _mm512_setzero_si512();
                }
            }
            if !count.is_multiple_of(4) {
                let fours = _mm512_srlv_epi32(fours, _mm512_set1_epi32((4 - count as i32 % 4) * 8));
                store_numbers(&mut self.values.fours[count / 4 * size..].as_chunks_mut().0[block], fours);
            }
        }
    }

    /// Scores, softmax and context of the tokens that were packed, tile by tile.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma")]
    fn attend(&mut self, size: usize, context: &mut [f32], stride: usize) {
        let width = self.keys.scales.len();
        self.scores.resize(WIDE_TILE * width, 0.0);
        self.weights.resize(WIDE_TILE * width, 0);
        let tiles = self.queries.chunks(WIDE_TILE * size).zip(self.query_scales.chunks(WIDE_TILE));
        for ((queries, scales), context) in tiles.zip(context.chunks_mut(WIDE_TILE * stride)) {
            wide_product(queries, scales, &self.keys, &mut self.scores, width);
            let mut factors = [0.0; WIDE_TILE];
            let rows = self.scores.chunks_exact(width).zip(self.weights.chunks_exact_mut(width));
            for (factor, (scores, weights)) in factors.iter_mut().zip(rows).take(scales.len()) {
                *factor = 1.0 / softmax_row(scores, weights) as f32;
            }
            let weights = &self.weights[..scales.len() * width];
            wide_product(weights, &factors[..scales.len()], &self.values, context, stride);
        }
    }
}

/// `out = rows * columns`, scaled, for up to [`WIDE_TILE`] rows, each with its scale; a row of `out` starts `stride` after
/// the one before.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma")]
fn wide_product(rows: &[u8], scales: &[f32], columns: &Columns, out: &mut [f32], stride: usize) {
    let (count, width) = (scales.len(), columns.scales.len());
    let depth = rows.len() / count;
    assert!((1..=WIDE_TILE).contains(&count) && rows.len() == count * depth);
    assert!(columns.fours.len() == depth / 4 * width && width.is_multiple_of(WIDE_COLUMNS));
    // Rows that are not there are the last one again.
    let offsets: [usize; WIDE_TILE] = std::array::from_fn(|row| row.min(count - 1) * depth);
    for column in (0..width).step_by(WIDE_COLUMNS) {
        let starts = columns.starts[column..].as_chunks().0;
        let mut sums = [[load_numbers(&starts[0]), load_numbers(&starts[1])]; WIDE_TILE];
        for step in 0..depth / 4 {
            // SAFETY: the lengths were looked at above.
            unsafe {
                let right = columns.fours.as_ptr().add(step * width + column);
                let right = [_mm512_loadu_si512(right.cast()), _mm512_loadu_si512(right.add(LANES).cast())];
                for (sums, offset) in sums.iter_mut().zip(offsets) {
                    let four = rows.as_ptr().add(offset + step * 4).cast::<i32>().read_unaligned();
                    let four = _mm512_set1_epi32(four);
                    sums[0] = _mm512_dpbusd_epi32(sums[0], four, right[0]);
                    sums[1] = _mm512_dpbusd_epi32(sums[1], four, right[1]);
                }
            }
        }
        let (column_scales, bias) =
            (columns.scales[column..].as_chunks().0, columns.bias[column..].as_chunks().0);
        for (row, (sums, &scale)) in sums.into_iter().zip(scales).enumerate() {
            let places = out[row * stride + column..][..WIDE_COLUMNS].as_chunks_mut().0;
            for (i, place) in places.iter_mut().enumerate() {
                let value = _mm512_mul_ps(_mm512_cvtepi32_ps(sums[i]), _mm512_set1_ps(scale));
                store(place, _mm512_fmadd_ps(value, load(&column_scales[i]), load(&bias[i])));
            }
        }
    }
}

/// By which numbers are divided so that they are from -127 to 127, and its inverse.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma")]
fn symmetric_scale(blocks: &[[f32; LANES]]) -> (f32, __m512) {
    let mut high = _mm512_setzero_ps();
    for block in blocks {
        high = _mm512_max_ps(high, _mm512_abs_ps(load(block)));
    }
    let scale = (_mm512_reduce_max_ps(high) / 127.0).max(f32::MIN_POSITIVE);
    (scale, _mm512_set1_ps(1.0 / scale))
}

/// 2^x of the scores less their highest, so that the highest is 255. Returns the sum.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma")]
fn softmax_row(scores: &[f32], weights: &mut [u8]) -> i32 {
    let (blocks, _) = scores.as_chunks::<LANES>();
    let mut high = _mm512_set1_ps(f32::MIN);
    for block in blocks {
        high = _mm512_max_ps(high, load(block));
    }
    let high = _mm512_set1_ps(_mm512_reduce_max_ps(high));
    let mut sum = _mm512_setzero_si512();
    for (block, out) in blocks.iter().zip(weights.as_chunks_mut::<LANES>().0) {
        let steps = _mm512_cvtps_epi32(power_of_two(_mm512_sub_ps(load(block), high)));
        sum = _mm512_add_epi32(sum, steps);
        store_bytes(out, steps);
    }
    _mm512_reduce_add_epi32(sum)
}

/// 255 times 2^x for x up to 0, off by less than 0.04.
///
/// 2^x is 2^floor(x) times 2^r with r from 0 to 1: the polynomial that is exact at 0 and 1 and least wrong between them.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma")]
fn power_of_two(x: __m512) -> __m512 {
    const COEFFICIENTS: [f32; 3] = [0.224_865 * 255.0, 0.695_89 * 255.0, 255.0];
    let r = _mm512_reduce_ps::<{ _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC }>(x);
    let mut power = _mm512_set1_ps(0.079_245 * 255.0);
    for coefficient in COEFFICIENTS {
        power = _mm512_fmadd_ps(power, r, _mm512_set1_ps(coefficient));
    }
    _mm512_scalef_ps(power, x)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma")]
fn layer_norm_row(row: &mut [f32], weight: &[f32], bias: &[f32], epsilon: f32) {
    let count = row.len() as f32;
    let (blocks, _) = row.as_chunks_mut::<LANES>();
    let (weights, _) = weight.as_chunks::<LANES>();
    let (biases, _) = bias.as_chunks::<LANES>();
    let mut sum = _mm512_setzero_ps();
    for block in blocks.iter() {
        sum = _mm512_add_ps(sum, load(block));
    }
    let mean = _mm512_set1_ps(_mm512_reduce_add_ps(sum) / count);
    let mut squares = _mm512_setzero_ps();
    for block in blocks.iter() {
        let difference = _mm512_sub_ps(load(block), mean);
        squares = _mm512_fmadd_ps(difference, difference, squares);
    }
    let deviation = _mm512_set1_ps(1.0 / (_mm512_reduce_add_ps(squares) / count + epsilon).sqrt());
    for ((block, weight), bias) in blocks.iter_mut().zip(weights).zip(biases) {
        let normal = _mm512_mul_ps(_mm512_sub_ps(load(block), mean), deviation);
        store(block, _mm512_fmadd_ps(normal, load(weight), load(bias)));
    }
}

/// Φ, the normal distribution function, as a parabola in each of 32 parts of -4 to 4.
#[derive(Debug)]
struct Normal {
    /// The coefficients of 1, t and t², with t from 0 to 1 within a part.
    coefficients: [[[f32; LANES]; 2]; 3],
}

impl Normal {
    const PARTS: usize = 2 * LANES;
    const END: f64 = 4.0;

    /// The parabolas through the ends and the middle of each part, off by less than 1e-4; beyond the ends Φ counts
    /// as 0 and 1. A step of int8 is a hundred times as large.
    fn new() -> Self {
        let mut coefficients = [[[0.0; LANES]; 2]; 3];
        for part in 0..Self::PARTS {
            let at = |t: f64| match 2.0 * Self::END * (part as f64 + t) / Self::PARTS as f64 - Self::END {
                x if x <= -Self::END => 0.0,
                x if x >= Self::END => 1.0,
                x => phi(x),
            };
            let (start, middle, end) = (at(0.0), at(0.5), at(1.0));
            let parabola = [start, 4.0 * middle - 3.0 * start - end, 2.0 * (start + end) - 4.0 * middle];
            for (all, one) in coefficients.iter_mut().zip(parabola) {
                all[part / LANES][part % LANES] = one as f32;
            }
        }
        Normal { coefficients }
    }
}

/// Φ by Simpson's rule, exact to ten digits from -8 to 8.
fn phi(x: f64) -> f64 {
    const STEPS: u32 = 200;
    let density = |x: f64| (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let step = x / f64::from(STEPS);
    let weight = |i: u32| match i {
        0 | STEPS => 1.0,
        i if i % 2 == 1 => 4.0,
        _ => 2.0,
    };
    0.5 + (0..=STEPS).map(|i| weight(i) * density(f64::from(i) * step)).sum::<f64>() * step / 3.0
}

/// x·Φ(x).
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma")]
fn gelu(x: __m512, normal: &Normal) -> __m512 {
    const PARTS: f32 = Normal::PARTS as f32;
    let place =
        _mm512_fmadd_ps(x, _mm512_set1_ps(PARTS / (2.0 * Normal::END as f32)), _mm512_set1_ps(PARTS / 2.0));
    let place = _mm512_min_ps(_mm512_max_ps(place, _mm512_setzero_ps()), _mm512_set1_ps(PARTS - 1e-5));
    let part = _mm512_cvttps_epi32(place);
    let t = _mm512_sub_ps(place, _mm512_cvtepi32_ps(part));
    let [constant, linear, square] =
        normal.coefficients.each_ref().map(|[low, high]| _mm512_permutex2var_ps(load(low), part, load(high)));
    let phi = _mm512_fmadd_ps(_mm512_fmadd_ps(square, t, linear), t, constant);
    _mm512_mul_ps(x, phi)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers from -1 to 1 that look random.
    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        let next = |state: &mut u32| {
            *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Some((*state >> 8) as f32 / (1 << 23) as f32 - 1.0)
        };
        std::iter::repeat_n((), count).scan(seed, |state, ()| next(state)).collect()
    }

    fn kernels() -> Option<Kernels> {
        let kernels = Kernels::new();
        if kernels.is_none() {
            eprintln!("skipped: this processor has no AVX-512 VNNI");
        }
        kernels
    }

    fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
        assert_eq!(a.len(), b.len());
        a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }

    /// What rows of int8 stand for.
    fn meant(rows: &Quantised) -> Vec<f32> {
        let (width, count) = (rows.width, rows.scales.len());
        let meant =
            |(i, &value): (usize, &u8)| (f32::from(value) - rows.zeros[i / width]) * rows.scales[i / width];
        rows.values[..count * width].iter().enumerate().map(meant).collect()
    }

    #[test]
    fn rows_in_int8_are_half_a_step_off() {
        let Some(kernels) = kernels() else { return };
        let mut rows = numbers(7 * 32, 1);
        rows[..32].fill(0.0);
        rows[32..64].iter_mut().for_each(|x| *x = x.abs() * 1000.0);
        let mut quantised = Quantised::default();
        kernels.quantise(&rows, 32, &mut quantised);
        for (row, (expected, found)) in rows.chunks(32).zip(meant(&quantised).chunks(32)).enumerate() {
            let step = quantised.scales[row];
            assert!(largest_difference(expected, found) <= 0.51 * step, "row {row}: {expected:?} {found:?}");
        }
    }

    #[test]
    fn products_are_those_of_the_schoolbook() {
        let Some(kernels) = kernels() else { return };
        for (count, inputs, outputs) in
            [(1, 16, 9), (2, 32, 64), (5, 64, 80), (6, 48, 128), (13, 384, 9), (101, 32, 64)]
        {
            let weights: Vec<i8> = numbers(inputs * outputs, 2).iter().map(|x| (x * 127.0) as i8).collect();
            let (scales, bias) = (numbers(outputs, 3), numbers(outputs, 4));
            let packed = Weights::new(&weights, &scales, &bias);
            let mut rows = Quantised::default();
            kernels.quantise(&numbers(count * inputs, 5), inputs, &mut rows);
            let rows_meant = meant(&rows);
            let before = numbers(count * outputs, 6);
            let plain: Vec<f64> = (0..count * outputs)
                .map(|i| {
                    let (row, column) = (i / outputs, i % outputs);
                    let term = |k: usize| {
                        f64::from(rows_meant[row * inputs + k]) * f64::from(weights[k * outputs + column])
                    };
                    (0..inputs).map(term).sum::<f64>() * f64::from(scales[column]) + f64::from(bias[column])
                })
                .collect();
            for then in [Then::Store, Then::Add, Then::Gelu] {
                let expected: Vec<f32> = plain
                    .iter()
                    .zip(&before)
                    .map(|(&x, &before)| match then {
                        Then::Store => x as f32,
                        Then::Add => x as f32 + before,
                        Then::Gelu => (x * phi(x.clamp(-8.0, 8.0))) as f32,
                    })
                    .collect();
                let mut out = before.clone();
                kernels.product(&rows, &packed, then, &mut out);
                let largest = expected.iter().fold(1.0_f32, |largest, x| largest.max(x.abs()));
                let difference = largest_difference(&expected, &out) / largest;
                let tolerance = if then == Then::Gelu { 2e-4 } else { 1e-5 };
                assert!(difference < tolerance, "{count} x {inputs} x {outputs}, {then:?}: {difference}");
            }
        }
    }

    #[test]
    fn attention_is_that_of_the_schoolbook() {
        let Some(kernels) = kernels() else { return };
        // What one leaves there does not disturb the next.
        let mut room = Attention::default();
        for (count, heads, size) in [(128, 2, 64), (1, 1, 32), (5, 2, 32), (12, 1, 64), (33, 3, 32)] {
            let hidden = heads * size;
            let projected: Vec<f32> = numbers(count * 3 * hidden, 7).iter().map(|x| x * 2.0).collect();
            let mut context = vec![f32::NAN; count * hidden];
            kernels.attend(&projected, (heads, size), &mut room, &mut context);
            let part = |token: usize, part: usize, head: usize| {
                &projected[(token * 3 + part) * hidden + head * size..][..size]
            };
            let mut expected = Vec::new();
            for token in 0..count {
                for head in 0..heads {
                    let score = |other: usize| {
                        let terms = part(token, 0, head).iter().zip(part(other, 1, head));
                        (terms.map(|(a, b)| a * b).sum::<f32>() / (size as f32).sqrt()).exp()
                    };
                    let all: f32 = (0..count).map(score).sum();
                    let value = |i: usize| {
                        (0..count).map(|other| score(other) * part(other, 2, head)[i]).sum::<f32>() / all
                    };
                    expected.extend((0..size).map(value));
                }
            }
            let difference = largest_difference(&expected, &context);
            assert!(difference < 0.03, "{count} tokens, {heads} x {size}: {difference}");
        }
        kernels.attend(&[], (1, 32), &mut room, &mut []);
    }

    #[test]
    fn layer_norm_is_that_of_the_schoolbook() {
        let Some(kernels) = kernels() else { return };
        let (before, weight, bias) = (numbers(2 * 48, 11), numbers(48, 12), numbers(48, 13));
        let mut rows = before.clone();
        kernels.layer_norm(&mut rows, &weight, &bias, 1e-12);
        for (before, after) in before.chunks(48).zip(rows.chunks(48)) {
            let mean = before.iter().sum::<f32>() / 48.0;
            let variance = before.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / 48.0;
            for i in 0..48 {
                let expected = (before[i] - mean) / variance.sqrt() * weight[i] + bias[i];
                assert!((after[i] - expected).abs() < 1e-4);
            }
        }
    }
}
