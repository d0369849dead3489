//! AVX-512 with VNNI: servers since 2019, AMD since Zen 4. A vector is one register.

use std::arch::x86_64::*;

use crate::vectors::{LANES, Operation, Tile, Vectors, Wide};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Avx512(());

impl Avx512 {
    pub(crate) fn new() -> Option<Self> {
        let has_all = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vnni")
            && is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma");
        has_all.then_some(Avx512(()))
    }

    pub(crate) fn run<O: Operation>(self, operation: O) -> O::Output {
        #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2,fma")]
        fn run<O: Operation>(operation: O) -> O::Output {
            operation.run(Avx512(()))
        }
        // SAFETY: `self` exists only where the processor has the features.
        unsafe { run(operation) }
    }
}

/// Calls an intrinsic of which the processor has the instruction, as it has all if there is an [`Avx512`].
macro_rules! call {
    ($call:expr) => {{
        // SAFETY: an `Avx512` exists only where the processor has the features; loads and stores are of references
        // to as many bytes.
        unsafe { $call }
    }};
}

impl Vectors for Avx512 {
    type Floats = __m512;
    type Words = __m512i;
    type Narrow = Wide;

    const DEPTH: usize = 4;
    const SHIFT: i32 = 0;
    const TILE: Tile = Tile::SixByFour;

    #[inline(always)]
    fn load(self, from: &[f32; LANES]) -> __m512 {
        call!(_mm512_loadu_ps(from.as_ptr()))
    }

    #[inline(always)]
    fn store(self, to: &mut [f32; LANES], a: __m512) {
        call!(_mm512_storeu_ps(to.as_mut_ptr(), a))
    }

    #[inline(always)]
    fn splat(self, a: f32) -> __m512 {
        call!(_mm512_set1_ps(a))
    }

    #[inline(always)]
    fn add(self, a: __m512, b: __m512) -> __m512 {
        call!(_mm512_add_ps(a, b))
    }

    #[inline(always)]
    fn sub(self, a: __m512, b: __m512) -> __m512 {
        call!(_mm512_sub_ps(a, b))
    }

    #[inline(always)]
    fn mul(self, a: __m512, b: __m512) -> __m512 {
        call!(_mm512_mul_ps(a, b))
    }

    #[inline(always)]
    fn div(self, a: __m512, b: __m512) -> __m512 {
        call!(_mm512_div_ps(a, b))
    }

    #[inline(always)]
    fn fma(self, a: __m512, b: __m512, c: __m512) -> __m512 {
        call!(_mm512_fmadd_ps(a, b, c))
    }

    #[inline(always)]
    fn min(self, a: __m512, b: __m512) -> __m512 {
        call!(_mm512_min_ps(a, b))
    }

    #[inline(always)]
    fn max(self, a: __m512, b: __m512) -> __m512 {
        call!(_mm512_max_ps(a, b))
    }

    #[inline(always)]
    fn abs(self, a: __m512) -> __m512 {
        call!(_mm512_abs_ps(a))
    }

    #[inline(always)]
    fn floor(self, a: __m512) -> __m512 {
        call!(_mm512_roundscale_ps::<{ _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC }>(a))
    }

    #[inline(always)]
    fn scale(self, a: __m512, exponent: __m512) -> __m512 {
        call!(_mm512_scalef_ps(a, exponent))
    }

    #[inline(always)]
    fn sum(self, a: __m512) -> f32 {
        call!({
            let a = _mm256_add_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps::<1>(a));
            let a = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps::<1>(a));
            let a = _mm_add_ps(a, _mm_movehl_ps(a, a));
            _mm_cvtss_f32(_mm_add_ss(a, _mm_movehdup_ps(a)))
        })
    }

    #[inline(always)]
    fn lowest(self, a: __m512) -> f32 {
        call!({
            let a = _mm256_min_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps::<1>(a));
            let a = _mm_min_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps::<1>(a));
            let a = _mm_min_ps(a, _mm_movehl_ps(a, a));
            _mm_cvtss_f32(_mm_min_ss(a, _mm_movehdup_ps(a)))
        })
    }

    #[inline(always)]
    fn highest(self, a: __m512) -> f32 {
        call!({
            let a = _mm256_max_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps::<1>(a));
            let a = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps::<1>(a));
            let a = _mm_max_ps(a, _mm_movehl_ps(a, a));
            _mm_cvtss_f32(_mm_max_ss(a, _mm_movehdup_ps(a)))
        })
    }

    #[inline(always)]
    fn load_words(self, from: &[i32; LANES]) -> __m512i {
        call!(_mm512_loadu_si512(from.as_ptr().cast()))
    }

    #[inline(always)]
    fn store_words(self, to: &mut [i32; LANES], a: __m512i) {
        call!(_mm512_storeu_si512(to.as_mut_ptr().cast(), a))
    }

    #[inline(always)]
    fn splat_word(self, a: i32) -> __m512i {
        call!(_mm512_set1_epi32(a))
    }

    #[inline(always)]
    fn add_words(self, a: __m512i, b: __m512i) -> __m512i {
        call!(_mm512_add_epi32(a, b))
    }

    #[inline(always)]
    fn sub_words(self, a: __m512i, b: __m512i) -> __m512i {
        call!(_mm512_sub_epi32(a, b))
    }

    #[inline(always)]
    fn min_words(self, a: __m512i, b: __m512i) -> __m512i {
        call!(_mm512_min_epi32(a, b))
    }

    #[inline(always)]
    fn max_words(self, a: __m512i, b: __m512i) -> __m512i {
        call!(_mm512_max_epi32(a, b))
    }

    #[inline(always)]
    fn sum_words(self, a: __m512i) -> i32 {
        call!(_mm512_reduce_add_epi32(a))
    }

    #[inline(always)]
    fn round(self, a: __m512) -> __m512i {
        call!(_mm512_cvtps_epi32(a))
    }

    #[inline(always)]
    fn floats(self, a: __m512i) -> __m512 {
        call!(_mm512_cvtepi32_ps(a))
    }

    #[inline(always)]
    fn pack(self, to: &mut [i32], a: __m512i) {
        let to: &mut [i32] = &mut to[..LANES / Self::DEPTH];
        call!(_mm_storeu_si128(to.as_mut_ptr().cast(), _mm512_cvtepi32_epi8(a)))
    }

    #[inline(always)]
    fn push(self, a: __m512i, next: __m512i) -> __m512i {
        call!(_mm512_or_si512(_mm512_srli_epi32::<8>(a), _mm512_slli_epi32::<24>(next)))
    }

    #[inline(always)]
    fn dot(self, sums: __m512i, left: __m512i, right: __m512i) -> __m512i {
        call!(_mm512_dpbusd_epi32(sums, left, right))
    }
}
