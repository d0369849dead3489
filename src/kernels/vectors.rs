//! What a back end can do with vectors, in terms of which every kernel is written once.
//!
//! A vector has [`LANES`] lanes, whatever the width of the processor's registers, so that sums are made of the same
//! parts in the same order everywhere. Every operation gives the same bits on every back end: it is one that IEEE 754
//! rounds exactly (half to even), or is spelt out here.

/// Numbers of 32 bits in a vector.
pub const LANES: usize = 16;

/// Something to be done with the vectors of whatever back end was chosen.
pub(crate) trait Operation {
    type Output;

    /// Must be inlined, with everything that it calls: instructions beyond those that every processor has are
    /// there only within the function of the back end that calls this.
    fn run<V: Vectors>(self, v: V) -> Self::Output;
}

/// Rows of the left side of a product by vectors of the right side whose sums fit the registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tile {
    #[cfg_attr(not(target_arch = "x86_64"), expect(dead_code, reason = "only AVX-512 has so many"))]
    SixByFour,
    /// By one.
    Six,
    #[cfg_attr(not(target_arch = "x86_64"), expect(dead_code, reason = "only for narrow weights with AVX2"))]
    Four,
}

/// Vectors of fp32 ([`Self::Floats`]) and of 32-bit integers ([`Self::Words`]). A value of the type exists only where the
/// processor has the instructions.
pub(crate) trait Vectors: Copy {
    type Floats: Copy;
    type Words: Copy;
    /// How rows are multiplied with narrow weights: [`Wide`], or what is faster.
    type Narrow: Dots<Self>;

    /// Numbers of a product that are packed into a word: 4 of 8 bits, or 2 of 16.
    const DEPTH: usize;
    /// What is taken off a number from 0 to 255 before it is packed as the left side of a product.
    const SHIFT: i32;
    const TILE: Tile;

    fn load(self, from: &[f32; LANES]) -> Self::Floats;
    fn store(self, to: &mut [f32; LANES], a: Self::Floats);
    fn splat(self, a: f32) -> Self::Floats;
    fn add(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    fn sub(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    fn mul(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    fn div(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    /// `a * b + c`, rounded once.
    fn fma(self, a: Self::Floats, b: Self::Floats, c: Self::Floats) -> Self::Floats;
    /// `a < b ? a : b`.
    fn min(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    /// `a > b ? a : b`.
    fn max(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    fn abs(self, a: Self::Floats) -> Self::Floats;
    fn floor(self, a: Self::Floats) -> Self::Floats;
    /// `a` times 2 to the power of `exponent`, an integer, where both `a` and the result are normal numbers.
    fn scale(self, a: Self::Floats, exponent: Self::Floats) -> Self::Floats;
    /// The sum of all lanes: of those 8 apart, of these those 4 apart, then 2, then 1.
    fn sum(self, a: Self::Floats) -> f32;
    /// The lowest of all lanes, in the same order.
    fn lowest(self, a: Self::Floats) -> f32;
    /// The highest of all lanes, in the same order.
    fn highest(self, a: Self::Floats) -> f32;

    fn load_words(self, from: &[i32; LANES]) -> Self::Words;
    fn store_words(self, to: &mut [i32; LANES], a: Self::Words);
    fn splat_word(self, a: i32) -> Self::Words;
    fn add_words(self, a: Self::Words, b: Self::Words) -> Self::Words;
    fn sub_words(self, a: Self::Words, b: Self::Words) -> Self::Words;
    fn min_words(self, a: Self::Words, b: Self::Words) -> Self::Words;
    fn max_words(self, a: Self::Words, b: Self::Words) -> Self::Words;
    fn sum_words(self, a: Self::Words) -> i32;
    /// Integers that are near enough to be exact in 32 bits, half to even.
    fn round(self, a: Self::Floats) -> Self::Words;
    /// Half to even.
    fn floats(self, a: Self::Words) -> Self::Floats;

    /// Packs sixteen numbers into the first `LANES / DEPTH` words of `to`.
    fn pack(self, to: &mut [i32], a: Self::Words);
    /// Puts `next` after the numbers that are packed in each word of `a`, whose first one falls out.
    fn push(self, a: Self::Words, next: Self::Words) -> Self::Words;
    /// To each lane of `sums` what is packed in the lane of `left` (from 0 to 255, less [`Self::SHIFT`]) times what
    /// is packed in that of `right` (from -128 to 127).
    fn dot(self, sums: Self::Words, left: Self::Words, right: Self::Words) -> Self::Words;
}

/// How rows are multiplied with weights.
pub(crate) trait Dots<V: Vectors> {
    /// Whether weights must be narrow ([`crate::Kernels::weights`]): then the sum of four products fits 16 bits.
    const NARROW: bool;
    /// As in [`Vectors`].
    const DEPTH: usize;
    const SHIFT: i32;
    const TILE: Tile;
    /// Words of each side that [`Self::dot`] takes: one or two.
    const WORDS: usize;

    /// See [`Vectors::pack`].
    fn pack(v: V, to: &mut [i32], a: V::Words);
    /// As [`Vectors::dot`].
    fn dot(v: V, sums: V::Words, left: [V::Words; 2], right: [V::Words; 2]) -> V::Words;
}

/// Any weights.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wide;

impl<V: Vectors> Dots<V> for Wide {
    const NARROW: bool = false;
    const DEPTH: usize = V::DEPTH;
    const SHIFT: i32 = V::SHIFT;
    const TILE: Tile = V::TILE;
    const WORDS: usize = 1;

    #[inline(always)]
    fn pack(v: V, to: &mut [i32], a: V::Words) {
        v.pack(to, a);
    }

    #[inline(always)]
    fn dot(v: V, sums: V::Words, [left, _]: [V::Words; 2], [right, _]: [V::Words; 2]) -> V::Words {
        v.dot(sums, left, right)
    }
}

/// A word whose packed numbers all are `number`.
pub(crate) const fn word_of<V: Vectors>(number: u8) -> i32 {
    if V::DEPTH == 4 { i32::from_ne_bytes([number; 4]) } else { (number as i32) << 16 | number as i32 }
}
