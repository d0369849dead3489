//! Arm with products of 8 bits: Apple's processors, Graviton since the second, phones since 2018. A vector is four
//! registers.

use std::arch::aarch64::*;
use std::arch::asm;

use crate::vectors::{LANES, Operation, Tile, Vectors, Wide};

/// `MIXED`: whether the processor multiplies unsigned with signed numbers (`i8mm`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Neon<const MIXED: bool>(());

impl Neon<false> {
    pub(crate) fn new() -> Option<Self> {
        std::arch::is_aarch64_feature_detected!("dotprod").then_some(Neon(()))
    }

    pub(crate) fn run<O: Operation>(self, operation: O) -> O::Output {
        #[target_feature(enable = "neon,dotprod")]
        fn run<O: Operation>(operation: O) -> O::Output {
            operation.run(Neon::<false>(()))
        }
        // SAFETY: `self` exists only where the processor has the features.
        unsafe { run(operation) }
    }
}

impl Neon<true> {
    pub(crate) fn new() -> Option<Self> {
        let has_all = std::arch::is_aarch64_feature_detected!("dotprod")
            && std::arch::is_aarch64_feature_detected!("i8mm");
        has_all.then_some(Neon(()))
    }

    pub(crate) fn run<O: Operation>(self, operation: O) -> O::Output {
        #[target_feature(enable = "neon,dotprod,i8mm")]
        fn run<O: Operation>(operation: O) -> O::Output {
            operation.run(Neon::<true>(()))
        }
        // SAFETY: `self` exists only where the processor has the features.
        unsafe { run(operation) }
    }
}

/// Calls intrinsics that the processor has.
macro_rules! call {
    ($call:expr) => {{
        // SAFETY: a `Neon` exists only where the processor has the features; loads and stores are of references to as
        // many bytes.
        unsafe { $call }
    }};
}

/// An operation on each of a vector's four registers.
macro_rules! each {
    ($call:ident, $($vector:expr),+) => {
        call!([
            $call($($vector[0]),+),
            $call($($vector[1]),+),
            $call($($vector[2]),+),
            $call($($vector[3]),+),
        ])
    };
}

type Floats = [float32x4_t; 4];
type Words = [int32x4_t; 4];

#[inline(always)]
fn lower(a: float32x4_t, b: float32x4_t) -> float32x4_t {
    call!(vbslq_f32(vcltq_f32(a, b), a, b))
}

#[inline(always)]
fn higher(a: float32x4_t, b: float32x4_t) -> float32x4_t {
    call!(vbslq_f32(vcgtq_f32(a, b), a, b))
}

#[inline(always)]
fn scaled(a: float32x4_t, exponent: float32x4_t) -> float32x4_t {
    call!({
        let exponent = vshlq_n_s32::<23>(vcvtnq_s32_f32(exponent));
        vreinterpretq_f32_s32(vaddq_s32(vreinterpretq_s32_f32(a), exponent))
    })
}

#[inline(always)]
fn fused(a: float32x4_t, b: float32x4_t, c: float32x4_t) -> float32x4_t {
    call!(vfmaq_f32(c, a, b))
}

#[inline(always)]
fn pushed(a: int32x4_t, next: int32x4_t) -> int32x4_t {
    call!({
        let a = vreinterpretq_s32_u32(vshrq_n_u32::<8>(vreinterpretq_u32_s32(a)));
        vorrq_s32(a, vshlq_n_s32::<24>(next))
    })
}

/// The upper two lanes to the lower ones.
#[inline(always)]
fn upper(a: float32x4_t) -> float32x4_t {
    call!(vextq_f32::<2>(a, a))
}

#[inline(always)]
fn second(a: float32x4_t) -> float32x4_t {
    call!(vextq_f32::<1>(a, a))
}

#[inline(always)]
fn first(a: float32x4_t) -> f32 {
    call!(vgetq_lane_f32::<0>(a))
}

#[inline(always)]
fn plus(a: float32x4_t, b: float32x4_t) -> float32x4_t {
    call!(vaddq_f32(a, b))
}

/// All lanes to one: those 8 apart, 4 apart, 2 apart, 1 apart.
macro_rules! halved {
    ($join:ident, $a:expr) => {{
        let a = $a;
        let a = $join($join(a[0], a[2]), $join(a[1], a[3]));
        let a = $join(a, upper(a));
        first($join(a, second(a)))
    }};
}

impl<const MIXED: bool> Neon<MIXED> {
    /// The instruction has no stable intrinsic yet.
    #[inline(always)]
    fn dot_one(mut sums: int32x4_t, left: int32x4_t, right: int32x4_t) -> int32x4_t {
        if MIXED {
            // SAFETY: a `Neon<true>` exists only where the processor has i8mm; nothing but registers is touched.
            unsafe {
                asm!(
                    ".arch_extension i8mm",
                    "usdot {0:v}.4s, {1:v}.16b, {2:v}.16b",
                    inout(vreg) sums, in(vreg) left, in(vreg) right,
                    options(pure, nomem, nostack, preserves_flags)
                );
            }
        } else {
            // SAFETY: a `Neon` exists only where the processor has dotprod; nothing but registers is touched.
            unsafe {
                asm!(
                    ".arch_extension dotprod",
                    "sdot {0:v}.4s, {1:v}.16b, {2:v}.16b",
                    inout(vreg) sums, in(vreg) left, in(vreg) right,
                    options(pure, nomem, nostack, preserves_flags)
                );
            }
        }
        sums
    }
}

impl<const MIXED: bool> Vectors for Neon<MIXED> {
    type Floats = Floats;
    type Words = Words;
    type Narrow = Wide;

    const DEPTH: usize = 4;
    // Both sides of `sdot` are signed.
    const SHIFT: i32 = if MIXED { 0 } else { 128 };
    const TILE: Tile = Tile::Six;

    #[inline(always)]
    fn load(self, from: &[f32; LANES]) -> Floats {
        call!([
            vld1q_f32(from.as_ptr()),
            vld1q_f32(from[4..].as_ptr()),
            vld1q_f32(from[8..].as_ptr()),
            vld1q_f32(from[12..].as_ptr()),
        ])
    }

    #[inline(always)]
    fn store(self, to: &mut [f32; LANES], a: Floats) {
        call!({
            vst1q_f32(to.as_mut_ptr(), a[0]);
            vst1q_f32(to[4..].as_mut_ptr(), a[1]);
            vst1q_f32(to[8..].as_mut_ptr(), a[2]);
            vst1q_f32(to[12..].as_mut_ptr(), a[3]);
        })
    }

    #[inline(always)]
    fn splat(self, a: f32) -> Floats {
        call!([vdupq_n_f32(a); 4])
    }

    #[inline(always)]
    fn add(self, a: Floats, b: Floats) -> Floats {
        each!(vaddq_f32, a, b)
    }

    #[inline(always)]
    fn sub(self, a: Floats, b: Floats) -> Floats {
        each!(vsubq_f32, a, b)
    }

    #[inline(always)]
    fn mul(self, a: Floats, b: Floats) -> Floats {
        each!(vmulq_f32, a, b)
    }

    #[inline(always)]
    fn div(self, a: Floats, b: Floats) -> Floats {
        each!(vdivq_f32, a, b)
    }

    #[inline(always)]
    fn fma(self, a: Floats, b: Floats, c: Floats) -> Floats {
        [fused(a[0], b[0], c[0]), fused(a[1], b[1], c[1]), fused(a[2], b[2], c[2]), fused(a[3], b[3], c[3])]
    }

    #[inline(always)]
    fn min(self, a: Floats, b: Floats) -> Floats {
        [lower(a[0], b[0]), lower(a[1], b[1]), lower(a[2], b[2]), lower(a[3], b[3])]
    }

    #[inline(always)]
    fn max(self, a: Floats, b: Floats) -> Floats {
        [higher(a[0], b[0]), higher(a[1], b[1]), higher(a[2], b[2]), higher(a[3], b[3])]
    }

    #[inline(always)]
    fn abs(self, a: Floats) -> Floats {
        each!(vabsq_f32, a)
    }

    #[inline(always)]
    fn floor(self, a: Floats) -> Floats {
        each!(vrndmq_f32, a)
    }

    #[inline(always)]
    fn scale(self, a: Floats, exponent: Floats) -> Floats {
        [
            scaled(a[0], exponent[0]),
            scaled(a[1], exponent[1]),
            scaled(a[2], exponent[2]),
            scaled(a[3], exponent[3]),
        ]
    }

    #[inline(always)]
    fn sum(self, a: Floats) -> f32 {
        halved!(plus, a)
    }

    #[inline(always)]
    fn lowest(self, a: Floats) -> f32 {
        halved!(lower, a)
    }

    #[inline(always)]
    fn highest(self, a: Floats) -> f32 {
        halved!(higher, a)
    }

    #[inline(always)]
    fn load_words(self, from: &[i32; LANES]) -> Words {
        call!([
            vld1q_s32(from.as_ptr()),
            vld1q_s32(from[4..].as_ptr()),
            vld1q_s32(from[8..].as_ptr()),
            vld1q_s32(from[12..].as_ptr()),
        ])
    }

    #[inline(always)]
    fn store_words(self, to: &mut [i32; LANES], a: Words) {
        call!({
            vst1q_s32(to.as_mut_ptr(), a[0]);
            vst1q_s32(to[4..].as_mut_ptr(), a[1]);
            vst1q_s32(to[8..].as_mut_ptr(), a[2]);
            vst1q_s32(to[12..].as_mut_ptr(), a[3]);
        })
    }

    #[inline(always)]
    fn splat_word(self, a: i32) -> Words {
        call!([vdupq_n_s32(a); 4])
    }

    #[inline(always)]
    fn add_words(self, a: Words, b: Words) -> Words {
        each!(vaddq_s32, a, b)
    }

    #[inline(always)]
    fn sub_words(self, a: Words, b: Words) -> Words {
        each!(vsubq_s32, a, b)
    }

    #[inline(always)]
    fn min_words(self, a: Words, b: Words) -> Words {
        each!(vminq_s32, a, b)
    }

    #[inline(always)]
    fn max_words(self, a: Words, b: Words) -> Words {
        each!(vmaxq_s32, a, b)
    }

    #[inline(always)]
    fn sum_words(self, a: Words) -> i32 {
        call!(vaddvq_s32(vaddq_s32(vaddq_s32(a[0], a[1]), vaddq_s32(a[2], a[3]))))
    }

    #[inline(always)]
    fn round(self, a: Floats) -> Words {
        each!(vcvtnq_s32_f32, a)
    }

    #[inline(always)]
    fn floats(self, a: Words) -> Floats {
        each!(vcvtq_f32_s32, a)
    }

    #[inline(always)]
    fn pack(self, to: &mut [i32], a: Words) {
        let to: &mut [i32] = &mut to[..LANES / Self::DEPTH];
        call!({
            let low = vcombine_s16(vmovn_s32(a[0]), vmovn_s32(a[1]));
            let high = vcombine_s16(vmovn_s32(a[2]), vmovn_s32(a[3]));
            vst1q_s8(to.as_mut_ptr().cast(), vcombine_s8(vmovn_s16(low), vmovn_s16(high)));
        })
    }

    #[inline(always)]
    fn push(self, a: Words, next: Words) -> Words {
        [pushed(a[0], next[0]), pushed(a[1], next[1]), pushed(a[2], next[2]), pushed(a[3], next[3])]
    }

    #[inline(always)]
    fn dot(self, sums: Words, left: Words, right: Words) -> Words {
        [
            Self::dot_one(sums[0], left[0], right[0]),
            Self::dot_one(sums[1], left[1], right[1]),
            Self::dot_one(sums[2], left[2], right[2]),
            Self::dot_one(sums[3], left[3], right[3]),
        ]
    }
}
