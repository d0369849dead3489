//! Comparison with hand labels.

mod counts;
pub mod gold;
mod labels;

pub use counts::{Counts, Macro, SchemeCounts};
pub use gold::Gold;
pub use labels::{Document, Labels, Mention, Relation};
