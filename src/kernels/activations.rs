//! Functions of one number.

use crate::vectors::Vectors;

/// Beyond this Φ counts as 0 or 1.
const END: f32 = 4.25;

/// Φ(x) - 1/2 is x times a polynomial of x², these being its coefficients from the highest power down: that with the least largest
/// error of x·Φ(x) up to [`END`], where it is 1/2 (by linear programming over 8000 points).
const PHI: [f32; 8] = [
    -8.460_658e-10,
    7.570_995_9e-8,
    -2.938_845e-6,
    6.552_766e-5,
    -9.404_516e-4,
    9.257_837e-3,
    -6.545_352e-2,
    3.984_200_5e-1,
];

/// x·Φ(x), with Φ the normal distribution function; off by less than 1e-4. A step of 8 bits is a hundred times as
/// large.
#[inline(always)]
pub(crate) fn gelu<V: Vectors>(v: V, x: V::Floats) -> V::Floats {
    let near = v.min(v.max(x, v.splat(-END)), v.splat(END));
    let square = v.mul(near, near);
    let mut phi = v.splat(PHI[0]);
    for &coefficient in &PHI[1..] {
        phi = v.fma(phi, square, v.splat(coefficient));
    }
    v.mul(x, v.fma(phi, near, v.splat(0.5)))
}

/// 255 times 2^x for x up to 0, off by less than 0.04.
///
/// 2^x is 2^floor(x) times 2^r with r from 0 to 1: the polynomial that is exact at 0 and 1 and least wrong between them.
#[inline(always)]
pub(crate) fn power_of_two<V: Vectors>(v: V, x: V::Floats) -> V::Floats {
    const COEFFICIENTS: [f32; 3] = [0.224_865 * 255.0, 0.695_89 * 255.0, 255.0];
    // Below this it is nothing, and the result would leave the normal numbers.
    let x = v.max(x, v.splat(-64.0));
    let whole = v.floor(x);
    let r = v.sub(x, whole);
    let mut power = v.splat(0.079_245 * 255.0);
    for coefficient in COEFFICIENTS {
        power = v.fma(power, r, v.splat(coefficient));
    }
    v.scale(power, whole)
}
