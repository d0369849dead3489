//! What stands between crates that read formats and files that are damaged or made to do harm.
//!
//! Each guard does what the crate behind it should, and can go when it does. To see whether it does: take the guard's call
//! out and run `cargo test --lib input::` and the fuzzers (`tests/fuzz`) of that format.
//!
//! - [`page_cost`], until html5ever or dom_query (0.40 and 0.29 do not) bounds what the repair of a page costs, which grows
//!   with the square of what is left open in it.
//! - [`parquet_guard`], until parquet (60 does not) takes no sizes from a file that the file is too short for.
//! - [`xls_guard`], until calamine (0.38 does not) notices chains of sectors that return to themselves, and allocates no
//!   cells that nothing fills.

pub(super) mod page_cost;
pub(super) mod parquet_guard;
pub(super) mod xls_guard;
