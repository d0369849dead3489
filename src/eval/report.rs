//! The scores as one JSON object and as plain-text tables.

mod as_json;
mod as_text;
mod table;

pub use as_json::{advantages_json, differences_json, json};
pub use as_text::{advantages_text, by_predicate, differences_text, text};
pub(super) use table::TextTable;
pub(crate) use table::pc;
