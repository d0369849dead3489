//! Loops over numbers in AVX-512: what Triplewire's int8 engine spends its time in, and its only unsafe code.
//!
//! Matrices are row-major slices. A [`Kernels`] exists only where the processor has what they use, so that who
//! has one may call everything. Sizes that do not fit each other panic.

#![cfg(target_arch = "x86_64")]

use std::arch::x86_64::{
    __m128i, __m512, __m512i, _MM_FROUND_NO_EXC, _MM_FROUND_TO_NEAREST_INT, _mm_storeu_si128,
    _mm512_add_epi32, _mm512_add_ps, _mm512_cvtepi32_ps, _mm512_cvtps_epi32, _mm512_cvttps_epi32,
    _mm512_cvtusepi32_epi8, _mm512_dpbusd_epi32, _mm512_fmadd_ps, _mm512_fnmadd_ps, _mm512_loadu_ps,
    _mm512_loadu_si512, _mm512_max_epi32, _mm512_max_ps, _mm512_min_ps, _mm512_mul_ps, _mm512_mullo_epi32,
    _mm512_permutex2var_ps, _mm512_reduce_add_ps, _mm512_reduce_max_ps, _mm512_reduce_min_ps,
    _mm512_roundscale_ps, _mm512_scalef_ps, _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_ps,
    _mm512_setzero_si512, _mm512_storeu_ps, _mm512_sub_epi32, _mm512_sub_ps,
};
use std::sync::LazyLock;

/// Numbers of 32 bits in a register.
pub const LANES: usize = 16;
/// Outputs of a panel of weights: four registers.
const PANEL: usize = 4 * LANES;
/// Rows of a tile: 6 times 4 registers of sums, which leaves 8 of the 32 for what is multiplied.
const TILE: usize = 6;
/// Rows and columns of a tile of two matrices in fp32: 12 times 2 registers of sums.
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
    sums: Vec<i32>,
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
        let mut sums = vec![0; padded];
        for (input, row) in weights.chunks_exact(outputs).enumerate() {
            for (output, &weight) in row.iter().enumerate() {
                let (panel, column) = (output / PANEL, output % PANEL);
                panels[panel * PANEL * inputs + input / 4 * 4 * PANEL + column * 4 + input % 4] = weight;
                sums[output] += i32::from(weight);
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
    values: Vec<u8>,
    scales: Vec<f32>,
    zeros: Vec<i32>,
}

/// A view of rows of fp32: `rows[r]` starts at `r * stride`.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    /// The numbers of all rows.
    pub values: &'a [f32],
    /// From the start of a row to that of the next.
    pub stride: usize,
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
        into.values.resize(rows.len(), 0);
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
        assert_eq!((rows.values.len(), out.len()), (count * weights.inputs, count * weights.outputs));
        assert!(weights.inputs.is_multiple_of(4));
        // SAFETY: a `Kernels` exists only where the features do.
        unsafe {
            match then {
                Then::Store => product::<{ Then::Store as u8 }>(rows, weights, self.0, out),
                Then::Gelu => product::<{ Then::Gelu as u8 }>(rows, weights, self.0, out),
                Then::Add => product::<{ Then::Add as u8 }>(rows, weights, self.0, out),
            }
        }
    }

    /// `out = a * b`, in fp32: `rows` x `depth` times `depth` x `columns` (a multiple of two registers). Each row is
    /// multiplied with its factor.
    pub fn multiply(
        self,
        (depth, columns): (usize, usize),
        a: Rows<'_>,
        b: Rows<'_>,
        factors: &[f32],
        (out, stride): (&mut [f32], usize),
    ) {
        let rows = factors.len();
        if rows == 0 || depth == 0 {
            return;
        }
        assert!(columns.is_multiple_of(WIDE_COLUMNS));
        assert!(a.values.len() >= (rows - 1) * a.stride + depth);
        assert!(b.values.len() >= (depth - 1) * b.stride + columns);
        assert!(out.len() >= (rows - 1) * stride + columns);
        // SAFETY: a `Kernels` exists only where the features do.
        unsafe { multiply((depth, columns), a, b, factors, (out, stride)) }
    }

    /// Every row of `width` numbers becomes `e^x` over its first `length`, and 0 behind them, all times the same
    /// factor: by the numbers that are appended to `factors` the sum of each row is 1.
    pub fn softmax(self, rows: &mut [f32], width: usize, length: usize, factors: &mut Vec<f32>) {
        assert!(width.is_multiple_of(LANES) && length <= width && length > 0);
        // SAFETY: a `Kernels` exists only where the features do.
        factors.extend(rows.chunks_exact_mut(width).map(|row| unsafe { softmax_row(row, length) }));
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

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma")]
fn quantise_row(row: &[f32], values: &mut [u8]) -> (f32, i32) {
    let (blocks, _) = row.as_chunks::<LANES>();
    let (mut low, mut high) = (_mm512_setzero_ps(), _mm512_setzero_ps());
    for block in blocks {
        let block = load(block);
        low = _mm512_min_ps(low, block);
        high = _mm512_max_ps(high, block);
    }
    let (low, high) = (_mm512_reduce_min_ps(low), _mm512_reduce_max_ps(high));
    let scale = ((high - low) / 255.0).max(f32::MIN_POSITIVE);
    let zero = (-low / scale).round_ties_even() as i32;
    let (inverse, offset) = (_mm512_set1_ps(1.0 / scale), _mm512_set1_epi32(zero));
    let (quantised, _) = values.as_chunks_mut::<LANES>();
    for (block, out) in blocks.iter().zip(quantised) {
        let steps = _mm512_cvtps_epi32(_mm512_mul_ps(load(block), inverse));
        let steps = _mm512_max_epi32(_mm512_add_epi32(steps, offset), _mm512_setzero_si512());
        // SAFETY: `out` has the 16 bytes.
        unsafe { _mm_storeu_si128(out.as_mut_ptr().cast::<__m128i>(), _mm512_cvtusepi32_epi8(steps)) }
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
    for (row, sums) in sums.into_iter().enumerate() {
        let (scale, zero) = (rows.scales[first + row], rows.zeros[first + row]);
        for (i, sum) in sums.into_iter().enumerate() {
            let column = panel * PANEL + i * LANES;
            let at = |values: &[f32]| -> __m512 {
                // SAFETY: scales and bias are as long as all panels together.
                unsafe { _mm512_loadu_ps(values[column..column + LANES].as_ptr()) }
            };
            // SAFETY: so are the sums.
            let all = unsafe { _mm512_loadu_si512(weights.sums[column..column + LANES].as_ptr().cast()) };
            let sum = _mm512_sub_epi32(sum, _mm512_mullo_epi32(all, _mm512_set1_epi32(zero)));
            let scales = _mm512_mul_ps(at(&weights.scales), _mm512_set1_ps(scale));
            let value = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum), scales, at(&weights.bias));
            let start = (first + row) * weights.outputs + column;
            let mut last = [0.0; LANES];
            let count = weights.outputs.saturating_sub(column).min(LANES);
            match out.get_mut(start..start + count).map(<&mut [f32; LANES]>::try_from) {
                Some(Ok(place)) => finish::<THEN>(value, normal, place),
                Some(Err(_)) => {
                    let place = &mut out[start..start + count];
                    last[..count].copy_from_slice(place);
                    finish::<THEN>(value, normal, &mut last);
                    place.copy_from_slice(&last[..count]);
                }
                None => {}
            }
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

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma")]
fn multiply(
    (depth, columns): (usize, usize),
    a: Rows<'_>,
    b: Rows<'_>,
    factors: &[f32],
    (out, stride): (&mut [f32], usize),
) {
    let rows = factors.len();
    for first in (0..rows).step_by(WIDE_TILE) {
        let count = (rows - first).min(WIDE_TILE);
        // Rows that are not there are the last one again.
        let starts: [usize; WIDE_TILE] = std::array::from_fn(|row| (first + row.min(count - 1)) * a.stride);
        for column in (0..columns).step_by(WIDE_COLUMNS) {
            let mut sums = [[_mm512_setzero_ps(); 2]; WIDE_TILE];
            for step in 0..depth {
                // SAFETY: `Kernels::multiply` has looked at the lengths.
                unsafe {
                    let right = b.values.as_ptr().add(step * b.stride + column);
                    let right = [_mm512_loadu_ps(right), _mm512_loadu_ps(right.add(LANES))];
                    for (sums, start) in sums.iter_mut().zip(starts) {
                        let left = _mm512_set1_ps(*a.values.as_ptr().add(start + step));
                        sums[0] = _mm512_fmadd_ps(left, right[0], sums[0]);
                        sums[1] = _mm512_fmadd_ps(left, right[1], sums[1]);
                    }
                }
            }
            for (row, sums) in sums.into_iter().enumerate().take(count) {
                let start = (first + row) * stride + column;
                let (places, _) = out[start..start + WIDE_COLUMNS].as_chunks_mut::<LANES>();
                let factor = _mm512_set1_ps(factors[first + row]);
                for (place, sum) in places.iter_mut().zip(sums) {
                    store(place, _mm512_mul_ps(sum, factor));
                }
            }
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma")]
fn softmax_row(row: &mut [f32], length: usize) -> f32 {
    row[length..].fill(f32::NEG_INFINITY);
    let (blocks, _) = row.as_chunks_mut::<LANES>();
    let mut high = _mm512_set1_ps(f32::NEG_INFINITY);
    for block in blocks.iter() {
        high = _mm512_max_ps(high, load(block));
    }
    let high = _mm512_set1_ps(_mm512_reduce_max_ps(high));
    let mut sum = _mm512_setzero_ps();
    for block in blocks.iter_mut() {
        let power = exp(_mm512_sub_ps(load(block), high));
        sum = _mm512_add_ps(sum, power);
        store(block, power);
    }
    1.0 / _mm512_reduce_add_ps(sum)
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

/// e^x for x up to 0, with an error below 3e-6 of it; below -87 it is nearly 0.
///
/// x = n ln 2 + r with |r| at most half of ln 2; e^r is its Taylor polynomial of degree 5.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma")]
fn exp(x: __m512) -> __m512 {
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    const FACTORIALS: [f32; 4] = [1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0];
    let x = _mm512_max_ps(x, _mm512_set1_ps(-87.0));
    let n = _mm512_mul_ps(x, _mm512_set1_ps(std::f32::consts::LOG2_E));
    let n = _mm512_roundscale_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(n);
    let r = _mm512_fnmadd_ps(n, _mm512_set1_ps(LN2_HIGH), x);
    let r = _mm512_fnmadd_ps(n, _mm512_set1_ps(LN2_LOW), r);
    let mut power = _mm512_set1_ps(1.0 / 120.0);
    for factorial in FACTORIALS {
        power = _mm512_fmadd_ps(power, r, _mm512_set1_ps(factorial));
    }
    power = _mm512_fmadd_ps(power, r, _mm512_set1_ps(1.0));
    _mm512_scalef_ps(power, n)
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
        let width = rows.values.len() / rows.scales.len();
        let meant = |(i, &value): (usize, &u8)| {
            (i32::from(value) - rows.zeros[i / width]) as f32 * rows.scales[i / width]
        };
        rows.values.iter().enumerate().map(meant).collect()
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
    fn products_in_fp32_are_those_of_the_schoolbook() {
        let Some(kernels) = kernels() else { return };
        for (rows, depth, columns) in [(1, 1, 32), (3, 32, 32), (12, 5, 64), (25, 40, 96)] {
            let (a, b) = (numbers(rows * 50, 7), numbers(depth * 100, 8));
            let factors = numbers(rows, 9);
            let mut out = vec![0.0; rows * 100];
            let a_rows = Rows { values: &a, stride: 50 };
            let b_rows = Rows { values: &b, stride: 100 };
            kernels.multiply((depth, columns), a_rows, b_rows, &factors, (&mut out, 100));
            for row in 0..rows {
                for column in 0..100 {
                    let term = |k: usize| a[row * 50 + k] * b[k * 100 + column];
                    let sum: f32 = (0..depth).map(term).sum();
                    let expected = if column < columns { sum * factors[row] } else { 0.0 };
                    assert!((out[row * 100 + column] - expected).abs() < 1e-4, "row {row}, column {column}");
                }
            }
        }
    }

    #[test]
    fn softmax_and_layer_norm_are_those_of_the_schoolbook() {
        let Some(kernels) = kernels() else { return };
        for length in [1, 15, 16, 31, 32] {
            let before: Vec<f32> = numbers(3 * 32, 10).iter().map(|x| x * 60.0).collect();
            let (mut rows, mut factors) = (before.clone(), Vec::new());
            kernels.softmax(&mut rows, 32, length, &mut factors);
            for (row, (before, after)) in before.chunks(32).zip(rows.chunks(32)).enumerate() {
                let sum: f64 = before[..length].iter().map(|&x| f64::from(x).exp()).sum();
                for i in 0..32 {
                    let share = if i < length { f64::from(before[i]).exp() / sum } else { 0.0 };
                    assert!((f64::from(after[i] * factors[row]) - share).abs() < 1e-5, "{length}, {i}");
                }
            }
        }
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
