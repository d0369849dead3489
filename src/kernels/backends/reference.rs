//! Plain Rust, for any processor; what the other back ends are held against.

use crate::vectors::{LANES, Operation, Tile, Vectors, Wide};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Reference;

impl Reference {
    pub(crate) fn run<O: Operation>(self, operation: O) -> O::Output {
        operation.run(self)
    }
}

#[inline(always)]
fn each<T: Copy, U: Copy + Default>(a: [T; LANES], f: impl Fn(T) -> U) -> [U; LANES] {
    let mut out = [U::default(); LANES];
    for lane in 0..LANES {
        out[lane] = f(a[lane]);
    }
    out
}

#[inline(always)]
fn both<T: Copy + Default>(a: [T; LANES], b: [T; LANES], f: impl Fn(T, T) -> T) -> [T; LANES] {
    let mut out = [T::default(); LANES];
    for lane in 0..LANES {
        out[lane] = f(a[lane], b[lane]);
    }
    out
}

#[inline(always)]
fn halved<T: Copy>(mut a: [T; LANES], f: impl Fn(T, T) -> T) -> T {
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            a[lane] = f(a[lane], a[lane + half]);
        }
        half /= 2;
    }
    a[0]
}

impl Vectors for Reference {
    type Floats = [f32; LANES];
    type Words = [i32; LANES];
    type Narrow = Wide;

    // Compilers know sums of products of 16 bits: every x86-64 has an instruction for them.
    const DEPTH: usize = 2;
    const SHIFT: i32 = 0;
    const TILE: Tile = Tile::Six;

    #[inline(always)]
    fn load(self, from: &[f32; LANES]) -> [f32; LANES] {
        *from
    }

    #[inline(always)]
    fn store(self, to: &mut [f32; LANES], a: [f32; LANES]) {
        *to = a;
    }

    #[inline(always)]
    fn splat(self, a: f32) -> [f32; LANES] {
        [a; LANES]
    }

    #[inline(always)]
    fn add(self, a: [f32; LANES], b: [f32; LANES]) -> [f32; LANES] {
        both(a, b, |a, b| a + b)
    }

    #[inline(always)]
    fn sub(self, a: [f32; LANES], b: [f32; LANES]) -> [f32; LANES] {
        both(a, b, |a, b| a - b)
    }

    #[inline(always)]
    fn mul(self, a: [f32; LANES], b: [f32; LANES]) -> [f32; LANES] {
        both(a, b, |a, b| a * b)
    }

    #[inline(always)]
    fn div(self, a: [f32; LANES], b: [f32; LANES]) -> [f32; LANES] {
        both(a, b, |a, b| a / b)
    }

    #[inline(always)]
    fn fma(self, a: [f32; LANES], b: [f32; LANES], c: [f32; LANES]) -> [f32; LANES] {
        let mut out = [0.0; LANES];
        for lane in 0..LANES {
            out[lane] = a[lane].mul_add(b[lane], c[lane]);
        }
        out
    }

    #[inline(always)]
    fn min(self, a: [f32; LANES], b: [f32; LANES]) -> [f32; LANES] {
        both(a, b, lower)
    }

    #[inline(always)]
    fn max(self, a: [f32; LANES], b: [f32; LANES]) -> [f32; LANES] {
        both(a, b, higher)
    }

    #[inline(always)]
    fn abs(self, a: [f32; LANES]) -> [f32; LANES] {
        each(a, f32::abs)
    }

    #[inline(always)]
    fn floor(self, a: [f32; LANES]) -> [f32; LANES] {
        each(a, f32::floor)
    }

    #[inline(always)]
    fn scale(self, a: [f32; LANES], exponent: [f32; LANES]) -> [f32; LANES] {
        both(a, exponent, |a, exponent| {
            f32::from_bits(a.to_bits().wrapping_add((exponent as i32 as u32) << 23))
        })
    }

    #[inline(always)]
    fn sum(self, a: [f32; LANES]) -> f32 {
        halved(a, |a, b| a + b)
    }

    #[inline(always)]
    fn lowest(self, a: [f32; LANES]) -> f32 {
        halved(a, lower)
    }

    #[inline(always)]
    fn highest(self, a: [f32; LANES]) -> f32 {
        halved(a, higher)
    }

    #[inline(always)]
    fn load_words(self, from: &[i32; LANES]) -> [i32; LANES] {
        *from
    }

    #[inline(always)]
    fn store_words(self, to: &mut [i32; LANES], a: [i32; LANES]) {
        *to = a;
    }

    #[inline(always)]
    fn splat_word(self, a: i32) -> [i32; LANES] {
        [a; LANES]
    }

    #[inline(always)]
    fn add_words(self, a: [i32; LANES], b: [i32; LANES]) -> [i32; LANES] {
        both(a, b, i32::wrapping_add)
    }

    #[inline(always)]
    fn sub_words(self, a: [i32; LANES], b: [i32; LANES]) -> [i32; LANES] {
        both(a, b, i32::wrapping_sub)
    }

    #[inline(always)]
    fn min_words(self, a: [i32; LANES], b: [i32; LANES]) -> [i32; LANES] {
        both(a, b, i32::min)
    }

    #[inline(always)]
    fn max_words(self, a: [i32; LANES], b: [i32; LANES]) -> [i32; LANES] {
        both(a, b, i32::max)
    }

    #[inline(always)]
    fn sum_words(self, a: [i32; LANES]) -> i32 {
        halved(a, i32::wrapping_add)
    }

    #[inline(always)]
    fn round(self, a: [f32; LANES]) -> [i32; LANES] {
        each(a, |a| a.round_ties_even() as i32)
    }

    #[inline(always)]
    fn floats(self, a: [i32; LANES]) -> [f32; LANES] {
        each(a, |a| a as f32)
    }

    #[inline(always)]
    fn pack(self, to: &mut [i32], a: [i32; LANES]) {
        let (pairs, _) = a.as_chunks::<2>();
        for (to, &[low, high]) in to[..LANES / 2].iter_mut().zip(pairs) {
            *to = low & 0xffff | high << 16;
        }
    }

    #[inline(always)]
    fn push(self, a: [i32; LANES], next: [i32; LANES]) -> [i32; LANES] {
        both(a, next, |a, next| (a as u32 >> 16) as i32 | next << 16)
    }

    #[inline(always)]
    fn dot(self, sums: [i32; LANES], left: [i32; LANES], right: [i32; LANES]) -> [i32; LANES] {
        let mut out = sums;
        for lane in 0..LANES {
            let (left, right) = (left[lane], right[lane]);
            let low = i32::from(left as i16) * i32::from(right as i16);
            let high = i32::from((left >> 16) as i16) * i32::from((right >> 16) as i16);
            out[lane] = out[lane].wrapping_add(low + high);
        }
        out
    }
}

#[inline(always)]
fn lower(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

#[inline(always)]
fn higher(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}
