//! Loops over numbers: what Triplewire's int8 engine spends its time in, and its only unsafe code.
//!
//! Each is written once, in terms of vectors of sixteen numbers, and compiled for every back end, the one that a
//! processor is fastest with being chosen when the program runs. All give the same bits: products are of
//! integers, every sum of fp32 is made in one order, and all else is what IEEE 754 rounds exactly.
//!
//! Matrices are row-major slices. Sizes that do not fit each other panic, and so do weights or rows that were laid out for
//! another back end.

// Rows, vectors and lanes are counted in formulas here, and several arrays run along with one index.
#![allow(clippy::needless_range_loop)]

mod activations;
mod attention;
mod backends;
mod buffers;
mod columns;
mod norm;
mod products;
mod quantise;
#[cfg(test)]
mod tests;
mod vectors;

pub use attention::Attention;
pub use backends::{Backend, Kernels};
pub use buffers::Buffer;
pub use columns::add_columns;
pub use products::{Then, Weights, scalar_products};
pub use quantise::Quantised;
pub use vectors::LANES;
