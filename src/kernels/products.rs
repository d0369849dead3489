//! Products of rows in 8 bits with matrices of weights.

use crate::activations::gelu;
use crate::backends::Kernels;
use crate::buffers::Line;
use crate::quantise::Quantised;
use crate::vectors::{Dots, LANES, Operation, Tile, Vectors, Wide};

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

/// A matrix of weights in int8, with one scale for each output, and the bias, laid out for a back end.
///
/// Outputs are in panels of one or four vectors; a panel holds, for every word of an input row, the weights of its inputs
/// for one output after the other.
#[derive(Debug)]
pub struct Weights {
    inputs: usize,
    outputs: usize,
    pub(crate) layout: Layout,
    panels: Vec<Line>,
    /// Of each output, up to full panels.
    scales: Vec<f32>,
    bias: Vec<f32>,
    /// The sum of its weights.
    totals: Vec<f32>,
    /// What sums begin with.
    starts: Vec<i32>,
}

/// How a back end takes weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) depth: usize,
    pub(crate) shift: i32,
    /// Vectors of a panel.
    vectors: usize,
    /// See [`Dots::NARROW`].
    is_narrow: bool,
}

impl Layout {
    pub(crate) const fn of<V: Vectors, D: Dots<V>>() -> Self {
        let vectors = match D::TILE {
            Tile::SixByFour => 4,
            Tile::Six | Tile::Four => 1,
        };
        Layout { depth: D::DEPTH, shift: D::SHIFT, vectors, is_narrow: D::NARROW }
    }
}

struct LayoutFor<'a> {
    weights: &'a [i8],
    outputs: usize,
}

impl Operation for LayoutFor<'_> {
    type Output = Layout;

    #[inline(always)]
    fn run<V: Vectors>(self, _: V) -> Layout {
        if <V::Narrow as Dots<V>>::NARROW && are_narrow(self.weights, self.outputs) {
            Layout::of::<V, V::Narrow>()
        } else {
            Layout::of::<V, Wide>()
        }
    }
}

/// See [`Dots::NARROW`].
fn are_narrow(weights: &[i8], outputs: usize) -> bool {
    weights.chunks_exact(8 * outputs).all(|rows| {
        (0..outputs).all(|output| {
            let size = |i: usize| u32::from(rows[i * outputs + output].unsigned_abs());
            [0, 2].iter().all(|i| size(*i) + size(i + 1) + size(i + 4) + size(i + 5) <= MOST_OF_FOUR)
        })
    })
}

/// What the magnitudes of four narrow weights may add up to: 255 times as much fits 16 bits.
const MOST_OF_FOUR: u32 = 128;

impl Weights {
    /// Whether they are laid out for [`Vectors::Narrow`]. Where there is no such way, it is known when this is compiled, so that
    /// nothing is compiled twice.
    #[inline(always)]
    pub(crate) fn are_narrow_for<V: Vectors>(&self) -> bool {
        <V::Narrow as Dots<V>>::NARROW && self.layout.is_narrow
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

impl Kernels {
    /// Lays out a matrix with a row for each input, of which there are a multiple of 8, and a column, a scale and a bias
    /// for each output. With AVX2 products are faster with narrow weights: where of numbers 8k + i of an output's weights, with
    /// i of 0, 1, 4 and 5, or of 2, 3, 6 and 7, the magnitudes add up to 128 at most.
    #[must_use]
    pub fn weights(self, weights: &[i8], scales: &[f32], bias: &[f32]) -> Weights {
        let outputs = scales.len();
        let layout = self.run(LayoutFor { weights, outputs });
        let depth = layout.depth;
        let inputs = weights.len() / outputs;
        assert!(weights.len() == inputs * outputs && bias.len() == outputs && inputs.is_multiple_of(8));
        let padded = outputs.next_multiple_of(layout.vectors * LANES);
        let steps = inputs / depth;
        let mut panels = vec![Line::default(); steps * padded / LANES];
        let mut totals = vec![0; padded];
        let (bits, mask) = (32 / depth, u32::MAX >> (32 - 32 / depth));
        for (input, row) in weights.chunks_exact(outputs).enumerate() {
            let (step, place) = (input / depth, input % depth * bits);
            for (vector, row) in row.chunks(LANES).enumerate() {
                let panel = vector / layout.vectors * layout.vectors * steps;
                let line = &mut panels[panel + step * layout.vectors + vector % layout.vectors];
                for ((word, total), &weight) in line.0.iter_mut().zip(&mut totals[vector * LANES..]).zip(row)
                {
                    let weight = i32::from(weight);
                    *word |= ((weight as u32 & mask) << place) as i32;
                    *total += weight;
                }
            }
        }
        let full = |values: &[f32]| {
            let mut full = values.to_vec();
            full.resize(padded, 0.0);
            full
        };
        Weights {
            inputs,
            outputs,
            layout,
            panels,
            scales: full(scales),
            bias: full(bias),
            starts: totals.iter().map(|total| total * layout.shift).collect(),
            totals: totals.into_iter().map(|total| total as f32).collect(),
        }
    }

    /// `out = then(rows * weights + bias)`.
    pub fn product(self, rows: &Quantised, weights: &Weights, then: Then, out: &mut [f32]) {
        let out = Out { place: out, rows: rows.scales.len(), width: weights.outputs };
        self.multiply(rows, weights, then, out);
    }

    /// `rows * weights + bias`, cut into matrices of `width` columns (a multiple of [`LANES`]), one after the other in `out`.
    pub fn split_product(self, rows: &Quantised, weights: &Weights, width: usize, out: &mut [f32]) {
        assert!(width > 0 && width.is_multiple_of(LANES) && weights.outputs.is_multiple_of(width));
        let out = Out { place: out, rows: rows.scales.len(), width };
        self.multiply(rows, weights, Then::Store, out);
    }

    fn multiply(self, rows: &Quantised, weights: &Weights, then: Then, out: Out<'_>) {
        assert_eq!(rows.width, weights.inputs);
        assert_eq!(out.place.len(), rows.scales.len() * weights.outputs);
        match then {
            Then::Store => self.run(Product::<{ Then::Store as u8 }> { rows, weights, out }),
            Then::Gelu => self.run(Product::<{ Then::Gelu as u8 }> { rows, weights, out }),
            Then::Add => self.run(Product::<{ Then::Add as u8 }> { rows, weights, out }),
        }
    }
}

/// Where a product goes: matrices of so many rows and columns.
struct Out<'a> {
    place: &'a mut [f32],
    rows: usize,
    width: usize,
}

impl Out<'_> {
    /// The place of up to a vector of numbers of a row.
    #[inline(always)]
    fn vector(&mut self, row: usize, column: usize, outputs: usize) -> &mut [f32] {
        let (matrix, column) =
            if self.width == outputs { (0, column) } else { (column / self.width, column % self.width) };
        let row = &mut self.place[(matrix * self.rows + row) * self.width..][..self.width];
        &mut row[column..(column + LANES).min(self.width)]
    }
}

struct Product<'a, const THEN: u8> {
    rows: &'a Quantised,
    weights: &'a Weights,
    out: Out<'a>,
}

impl<const THEN: u8> Operation for Product<'_, THEN> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self, v: V) {
        if self.weights.are_narrow_for::<V>() {
            self.multiply::<V, V::Narrow>(v);
        } else {
            self.multiply::<V, Wide>(v);
        }
    }
}

impl<const THEN: u8> Product<'_, THEN> {
    #[inline(always)]
    fn multiply<V: Vectors, D: Dots<V>>(self, v: V) {
        let Product { rows, weights, mut out } = self;
        assert!(weights.layout == Layout::of::<V, D>() && rows.layout == Some(weights.layout));
        match D::TILE {
            Tile::SixByFour => product::<V, D, 6, 4, THEN>(v, rows, weights, &mut out),
            Tile::Six => product::<V, D, 6, 1, THEN>(v, rows, weights, &mut out),
            Tile::Four => product::<V, D, 4, 1, THEN>(v, rows, weights, &mut out),
        }
    }
}

#[inline(always)]
fn product<V: Vectors, D: Dots<V>, const ROWS: usize, const VECTORS: usize, const THEN: u8>(
    v: V,
    rows: &Quantised,
    weights: &Weights,
    out: &mut Out<'_>,
) {
    let count = rows.scales.len();
    for panel in 0..weights.totals.len() / (VECTORS * LANES) {
        let panel = Panel { weights, number: panel };
        let mut row = 0;
        while row + ROWS <= count {
            tile::<V, D, ROWS, VECTORS, THEN>(v, rows, row, panel, out);
            row += ROWS;
        }
        while row + 4 <= count {
            tile::<V, D, 4, VECTORS, THEN>(v, rows, row, panel, out);
            row += 4;
        }
        while row + 2 <= count {
            tile::<V, D, 2, VECTORS, THEN>(v, rows, row, panel, out);
            row += 2;
        }
        if row < count {
            tile::<V, D, 1, VECTORS, THEN>(v, rows, row, panel, out);
        }
    }
}

#[derive(Clone, Copy)]
struct Panel<'a> {
    weights: &'a Weights,
    number: usize,
}

/// `ROWS` rows with one panel.
#[inline(always)]
fn tile<V: Vectors, D: Dots<V>, const ROWS: usize, const VECTORS: usize, const THEN: u8>(
    v: V,
    rows: &Quantised,
    first: usize,
    Panel { weights, number }: Panel<'_>,
    out: &mut Out<'_>,
) {
    let steps = weights.inputs / D::DEPTH;
    // One by one, so that each is reached by its own register.
    let mut lines: [&[i32]; ROWS] = [&[]; ROWS];
    let left = &rows.words[first * steps..(first + ROWS) * steps];
    for (line, words) in lines.iter_mut().zip(left.chunks_exact(steps)) {
        *line = words;
    }
    let right = &weights.panels[number * VECTORS * steps..(number + 1) * VECTORS * steps];
    let column = number * VECTORS * LANES;
    let starts: &[[i32; LANES]] = weights.starts[column..].as_chunks().0;
    let zero = v.splat_word(0);
    let mut sums = [[zero; VECTORS]; ROWS];
    if D::SHIFT != 0 {
        for vector in 0..VECTORS {
            let start = v.load_words(&starts[vector]);
            for sums in &mut sums {
                sums[vector] = start;
            }
        }
    }
    for call in 0..steps / D::WORDS {
        let mut panel = [[zero; 2]; VECTORS];
        for vector in 0..VECTORS {
            for word in 0..D::WORDS {
                let line = (call * D::WORDS + word) * VECTORS + vector;
                // SAFETY: `right` has `VECTORS` lines for each step.
                panel[vector][word] = v.load_words(unsafe { &right.get_unchecked(line).0 });
            }
        }
        for row in 0..ROWS {
            let mut words = [zero; 2];
            for word in 0..D::WORDS {
                // SAFETY: a row has `steps` words.
                words[word] = v.splat_word(unsafe { *lines[row].get_unchecked(call * D::WORDS + word) });
            }
            for vector in 0..VECTORS {
                sums[row][vector] = D::dot(v, sums[row][vector], words, panel[vector]);
            }
        }
    }
    for row in 0..ROWS {
        let scale = v.splat(rows.scales[first + row]);
        // Negated.
        let zero = v.splat(-rows.zeros[first + row]);
        for vector in 0..VECTORS {
            let column = column + vector * LANES;
            if column < weights.outputs {
                let numbers = numbers(v, sums[row][vector], (scale, zero), weights, column);
                finish::<V, THEN>(v, numbers, out.vector(first + row, column, weights.outputs));
            }
        }
    }
}

/// What sums stand for.
#[inline(always)]
fn numbers<V: Vectors>(
    v: V,
    sums: V::Words,
    (scale, zero): (V::Floats, V::Floats),
    weights: &Weights,
    column: usize,
) -> V::Floats {
    let of = |values: &[f32]| v.load(&values[column..].as_chunks().0[0]);
    let sum = v.fma(of(&weights.totals), zero, v.floats(sums));
    v.fma(v.mul(sum, scale), of(&weights.scales), of(&weights.bias))
}

#[inline(always)]
fn finish<V: Vectors, const THEN: u8>(v: V, numbers: V::Floats, place: &mut [f32]) {
    let Some(whole) = place.as_chunks_mut::<LANES>().0.first_mut() else {
        let mut padded = [0.0; LANES];
        padded[..place.len()].copy_from_slice(place);
        store::<V, THEN>(v, numbers, &mut padded);
        place.copy_from_slice(&padded[..place.len()]);
        return;
    };
    store::<V, THEN>(v, numbers, whole);
}

#[inline(always)]
fn store<V: Vectors, const THEN: u8>(v: V, numbers: V::Floats, place: &mut [f32; LANES]) {
    let numbers = if THEN == Then::Gelu as u8 {
        gelu(v, numbers)
    } else if THEN == Then::Add as u8 {
        v.add(numbers, v.load(place))
    } else {
        numbers
    };
    v.store(place, numbers);
}

/// Appends the scalar product of `row` with each row of `rows`, times `scale`, to `products`. The sums are made in an
/// order that is the same on every processor: [`LANES`] sums of every sixteenth number, and those one after the other.
pub fn scalar_products(row: &[f32], rows: &[f32], scale: f32, products: &mut Vec<f32>) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        /// The compiler makes more of the same loop.
        #[target_feature(enable = "avx2")]
        fn with_avx2(row: &[f32], rows: &[f32], scale: f32, products: &mut Vec<f32>) {
            scalar_products_of(row, rows, scale, products);
        }
        // SAFETY: the processor has it.
        return unsafe { with_avx2(row, rows, scale, products) };
    }
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
