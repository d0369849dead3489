//! AVX2 with or without VNNI on registers of 256 bits: a vector is two of them.
//!
//! All of it is the same but products and how their sides are packed ([`Dot`]).

use std::arch::x86_64::*;

use crate::vectors::{Dots, LANES, Operation, Tile, Vectors, Wide};

/// How products are made.
pub(crate) trait Dot: Copy {
    type Narrow: Dots<Ymm<Self>>;

    const DEPTH: usize;

    /// See [`Vectors::pack`].
    fn pack(self, to: &mut [i32], a: [__m256i; 2]);
    /// See [`Vectors::push`].
    fn push(self, a: __m256i, next: __m256i) -> __m256i;
    /// See [`Vectors::dot`].
    fn dot(self, sums: __m256i, left: __m256i, right: __m256i) -> __m256i;
}

/// Exists only where the processor has AVX2, FMA and what `D` needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ymm<D>(D);

/// Calls intrinsics that the processor has.
macro_rules! call {
    ($call:expr) => {{
        // SAFETY: the value whose method this is exists only where the processor has the features; loads and stores
        // are of references to as many bytes.
        unsafe { $call }
    }};
}

/// Whether the processor has what all of these need.
fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
}

/// Products of 16 bits, whose sums of two cannot overflow: AVX2 has one of 8 bits too, which cuts its sums off
/// at 16 bits, and which therefore is for narrow weights only ([`Bytes`]).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pairs(());

impl Ymm<Pairs> {
    pub(crate) fn new() -> Option<Self> {
        has_avx2().then_some(Ymm(Pairs(())))
    }

    pub(crate) fn run<O: Operation>(self, operation: O) -> O::Output {
        #[target_feature(enable = "avx2,fma")]
        fn run<O: Operation>(v: Ymm<Pairs>, operation: O) -> O::Output {
            operation.run(v)
        }
        // SAFETY: `self` exists only where the processor has the features.
        unsafe { run(self, operation) }
    }
}

impl Dot for Pairs {
    type Narrow = Bytes;

    const DEPTH: usize = 2;

    #[inline(always)]
    fn pack(self, to: &mut [i32], [low, high]: [__m256i; 2]) {
        let to: &mut [i32] = &mut to[..LANES / 2];
        call!({
            let pairs = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packs_epi32(low, high));
            _mm256_storeu_si256(to.as_mut_ptr().cast(), pairs);
        })
    }

    #[inline(always)]
    fn push(self, a: __m256i, next: __m256i) -> __m256i {
        call!(_mm256_or_si256(_mm256_srli_epi32::<16>(a), _mm256_slli_epi32::<16>(next)))
    }

    #[inline(always)]
    fn dot(self, sums: __m256i, left: __m256i, right: __m256i) -> __m256i {
        call!(_mm256_add_epi32(sums, _mm256_madd_epi16(left, right)))
    }
}

/// Products with narrow weights: of 8 bits, summed in 16 by fours before they are summed in 32.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bytes;

impl Dots<Ymm<Pairs>> for Bytes {
    const NARROW: bool = true;
    const DEPTH: usize = 4;
    const SHIFT: i32 = 0;
    const TILE: Tile = Tile::Four;
    const WORDS: usize = 2;

    #[inline(always)]
    fn pack(_: Ymm<Pairs>, to: &mut [i32], a: [__m256i; 2]) {
        pack_bytes(to, a);
    }

    #[inline(always)]
    fn dot(
        _: Ymm<Pairs>,
        sums: [__m256i; 2],
        left: [[__m256i; 2]; 2],
        right: [[__m256i; 2]; 2],
    ) -> [__m256i; 2] {
        let twos =
            |word: usize, half: usize| call!(_mm256_maddubs_epi16(left[word][half], right[word][half]));
        let sum = |half: usize| {
            let fours = call!(_mm256_add_epi16(twos(0, half), twos(1, half)));
            call!(_mm256_add_epi32(sums[half], _mm256_madd_epi16(fours, _mm256_set1_epi16(1))))
        };
        [sum(0), sum(1)]
    }
}

/// Packs the low bytes of sixteen numbers.
#[inline(always)]
fn pack_bytes(to: &mut [i32], [low, high]: [__m256i; 2]) {
    let to: &mut [i32] = &mut to[..LANES / 4];
    call!({
        // The low bytes of each half of a register to its first word, then those words in order.
        let bytes = _mm256_broadcastsi128_si256(_mm_setr_epi8(
            0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
        ));
        let (low, high) = (_mm256_shuffle_epi8(low, bytes), _mm256_shuffle_epi8(high, bytes));
        let pairs = _mm256_unpacklo_epi32(low, high);
        let words = _mm256_permutevar8x32_epi32(pairs, _mm256_setr_epi32(0, 4, 1, 5, 0, 0, 0, 0));
        _mm_storeu_si128(to.as_mut_ptr().cast(), _mm256_castsi256_si128(words));
    })
}

#[inline(always)]
fn push_byte(a: __m256i, next: __m256i) -> __m256i {
    call!(_mm256_or_si256(_mm256_srli_epi32::<8>(a), _mm256_slli_epi32::<24>(next)))
}

/// AVX-VNNI: Intel's processors for laptops and desktops since 2021, AMD's since Zen 5.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Vex(());

impl Ymm<Vex> {
    pub(crate) fn new() -> Option<Self> {
        (has_avx2() && is_x86_feature_detected!("avxvnni")).then_some(Ymm(Vex(())))
    }

    pub(crate) fn run<O: Operation>(self, operation: O) -> O::Output {
        #[target_feature(enable = "avx2,fma,avxvnni")]
        fn run<O: Operation>(v: Ymm<Vex>, operation: O) -> O::Output {
            operation.run(v)
        }
        // SAFETY: `self` exists only where the processor has the features.
        unsafe { run(self, operation) }
    }
}

impl Dot for Vex {
    type Narrow = Wide;

    const DEPTH: usize = 4;

    #[inline(always)]
    fn pack(self, to: &mut [i32], a: [__m256i; 2]) {
        pack_bytes(to, a);
    }

    #[inline(always)]
    fn push(self, a: __m256i, next: __m256i) -> __m256i {
        push_byte(a, next)
    }

    #[inline(always)]
    fn dot(self, sums: __m256i, left: __m256i, right: __m256i) -> __m256i {
        call!(_mm256_dpbusd_avx_epi32(sums, left, right))
    }
}

/// The same instruction in the encoding of AVX-512, for processors that have only that one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Evex(());

impl Ymm<Evex> {
    pub(crate) fn new() -> Option<Self> {
        let has_all = has_avx2()
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vnni");
        has_all.then_some(Ymm(Evex(())))
    }

    pub(crate) fn run<O: Operation>(self, operation: O) -> O::Output {
        #[target_feature(enable = "avx2,fma,avx512f,avx512vl,avx512vnni")]
        fn run<O: Operation>(v: Ymm<Evex>, operation: O) -> O::Output {
            operation.run(v)
        }
        // SAFETY: `self` exists only where the processor has the features.
        unsafe { run(self, operation) }
    }
}

impl Dot for Evex {
    type Narrow = Wide;

    const DEPTH: usize = 4;

    #[inline(always)]
    fn pack(self, to: &mut [i32], a: [__m256i; 2]) {
        pack_bytes(to, a);
    }

    #[inline(always)]
    fn push(self, a: __m256i, next: __m256i) -> __m256i {
        push_byte(a, next)
    }

    #[inline(always)]
    fn dot(self, sums: __m256i, left: __m256i, right: __m256i) -> __m256i {
        call!(_mm256_dpbusd_epi32(sums, left, right))
    }
}

/// An operation on each of a vector's two registers.
macro_rules! each {
    ($call:ident, $($vector:expr),+) => {
        call!([$call($($vector[0]),+), $call($($vector[1]),+)])
    };
}

impl<D: Dot> Vectors for Ymm<D> {
    type Floats = [__m256; 2];
    type Words = [__m256i; 2];
    type Narrow = D::Narrow;

    const DEPTH: usize = D::DEPTH;
    const SHIFT: i32 = 0;
    const TILE: Tile = Tile::Six;

    #[inline(always)]
    fn load(self, from: &[f32; LANES]) -> [__m256; 2] {
        call!([_mm256_loadu_ps(from.as_ptr()), _mm256_loadu_ps(from[8..].as_ptr())])
    }

    #[inline(always)]
    fn store(self, to: &mut [f32; LANES], a: [__m256; 2]) {
        call!({
            _mm256_storeu_ps(to.as_mut_ptr(), a[0]);
            _mm256_storeu_ps(to[8..].as_mut_ptr(), a[1]);
        })
    }

    #[inline(always)]
    fn splat(self, a: f32) -> [__m256; 2] {
        call!([_mm256_set1_ps(a); 2])
    }

    #[inline(always)]
    fn add(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        each!(_mm256_add_ps, a, b)
    }

    #[inline(always)]
    fn sub(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        each!(_mm256_sub_ps, a, b)
    }

    #[inline(always)]
    fn mul(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        each!(_mm256_mul_ps, a, b)
    }

    #[inline(always)]
    fn div(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        each!(_mm256_div_ps, a, b)
    }

    #[inline(always)]
    fn fma(self, a: [__m256; 2], b: [__m256; 2], c: [__m256; 2]) -> [__m256; 2] {
        each!(_mm256_fmadd_ps, a, b, c)
    }

    #[inline(always)]
    fn min(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        each!(_mm256_min_ps, a, b)
    }

    #[inline(always)]
    fn max(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        each!(_mm256_max_ps, a, b)
    }

    #[inline(always)]
    fn abs(self, a: [__m256; 2]) -> [__m256; 2] {
        let sign = call!([_mm256_set1_ps(-0.0); 2]);
        each!(_mm256_andnot_ps, sign, a)
    }

    #[inline(always)]
    fn floor(self, a: [__m256; 2]) -> [__m256; 2] {
        each!(_mm256_floor_ps, a)
    }

    #[inline(always)]
    fn scale(self, a: [__m256; 2], exponent: [__m256; 2]) -> [__m256; 2] {
        let one = |a, exponent| {
            call!({
                let exponent = _mm256_slli_epi32::<23>(_mm256_cvtps_epi32(exponent));
                _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a), exponent))
            })
        };
        [one(a[0], exponent[0]), one(a[1], exponent[1])]
    }

    #[inline(always)]
    fn sum(self, a: [__m256; 2]) -> f32 {
        call!({
            let a = _mm256_add_ps(a[0], a[1]);
            let a = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps::<1>(a));
            let a = _mm_add_ps(a, _mm_movehl_ps(a, a));
            _mm_cvtss_f32(_mm_add_ss(a, _mm_movehdup_ps(a)))
        })
    }

    #[inline(always)]
    fn lowest(self, a: [__m256; 2]) -> f32 {
        call!({
            let a = _mm256_min_ps(a[0], a[1]);
            let a = _mm_min_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps::<1>(a));
            let a = _mm_min_ps(a, _mm_movehl_ps(a, a));
            _mm_cvtss_f32(_mm_min_ss(a, _mm_movehdup_ps(a)))
        })
    }

    #[inline(always)]
    fn highest(self, a: [__m256; 2]) -> f32 {
        call!({
            let a = _mm256_max_ps(a[0], a[1]);
            let a = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps::<1>(a));
            let a = _mm_max_ps(a, _mm_movehl_ps(a, a));
            _mm_cvtss_f32(_mm_max_ss(a, _mm_movehdup_ps(a)))
        })
    }

    #[inline(always)]
    fn load_words(self, from: &[i32; LANES]) -> [__m256i; 2] {
        call!([_mm256_loadu_si256(from.as_ptr().cast()), _mm256_loadu_si256(from[8..].as_ptr().cast())])
    }

    #[inline(always)]
    fn store_words(self, to: &mut [i32; LANES], a: [__m256i; 2]) {
        call!({
            _mm256_storeu_si256(to.as_mut_ptr().cast(), a[0]);
            _mm256_storeu_si256(to[8..].as_mut_ptr().cast(), a[1]);
        })
    }

    #[inline(always)]
    fn splat_word(self, a: i32) -> [__m256i; 2] {
        call!([_mm256_set1_epi32(a); 2])
    }

    #[inline(always)]
    fn add_words(self, a: [__m256i; 2], b: [__m256i; 2]) -> [__m256i; 2] {
        each!(_mm256_add_epi32, a, b)
    }

    #[inline(always)]
    fn sub_words(self, a: [__m256i; 2], b: [__m256i; 2]) -> [__m256i; 2] {
        each!(_mm256_sub_epi32, a, b)
    }

    #[inline(always)]
    fn min_words(self, a: [__m256i; 2], b: [__m256i; 2]) -> [__m256i; 2] {
        each!(_mm256_min_epi32, a, b)
    }

    #[inline(always)]
    fn max_words(self, a: [__m256i; 2], b: [__m256i; 2]) -> [__m256i; 2] {
        each!(_mm256_max_epi32, a, b)
    }

    #[inline(always)]
    fn sum_words(self, a: [__m256i; 2]) -> i32 {
        call!({
            let a = _mm256_add_epi32(a[0], a[1]);
            let a = _mm_add_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256::<1>(a));
            let a = _mm_add_epi32(a, _mm_shuffle_epi32::<0b01_00_11_10>(a));
            _mm_cvtsi128_si32(_mm_add_epi32(a, _mm_shuffle_epi32::<0b10_11_00_01>(a)))
        })
    }

    #[inline(always)]
    fn round(self, a: [__m256; 2]) -> [__m256i; 2] {
        each!(_mm256_cvtps_epi32, a)
    }

    #[inline(always)]
    fn floats(self, a: [__m256i; 2]) -> [__m256; 2] {
        each!(_mm256_cvtepi32_ps, a)
    }

    #[inline(always)]
    fn pack(self, to: &mut [i32], a: [__m256i; 2]) {
        self.0.pack(to, a);
    }

    #[inline(always)]
    fn push(self, a: [__m256i; 2], next: [__m256i; 2]) -> [__m256i; 2] {
        [self.0.push(a[0], next[0]), self.0.push(a[1], next[1])]
    }

    #[inline(always)]
    fn dot(self, sums: [__m256i; 2], left: [__m256i; 2], right: [__m256i; 2]) -> [__m256i; 2] {
        [self.0.dot(sums[0], left[0], right[0]), self.0.dot(sums[1], left[1], right[1])]
    }
}
