//! The scores as one JSON object and as plain-text tables.
//!
//! # Example
//!
//! ```
//! use triplewire::eval::{Evaluation, gold, report};
//!
//! let folder = tempfile::tempdir()?;
//! let file = folder.path().join("hand.conll");
//! std::fs::write(&file, "Ana\tB-PER\nleads\tO\nAcme\tB-ORG\n")?;
//! let gold = gold::read(&file, &[])?;
//! // An output that misses the last name.
//! let mut found = gold.documents[0].labels.clone();
//! found.mentions.pop();
//! let evaluation = Evaluation::of(&gold, vec![found], None);
//!
//! assert_eq!(report::json(&gold, &evaluation)["entities"]["micro"]["recall"], 0.5);
//! let tables = report::text(&gold, &evaluation);
//! assert!(tables.starts_with("Gold: 1 documents (CoNLL)"), "{tables}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod as_json;
mod as_text;
mod table;

pub use as_json::{advantages_json, differences_json, json};
pub use as_text::{advantages_text, by_predicate, differences_text, text};
pub(super) use table::TextTable;
pub(crate) use table::pc;
