//! doccano: one JSON object a line, to import into a sequence-labelling project with relations.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::labelled::{Labelled, Writer};
use crate::error::Result;
use crate::output::file::Draft;

/// `doccano.jsonl`, unfinished.
pub(super) struct Doccano {
    file: Draft,
    /// Mentions written so far: doccano's identifiers are unique among all articles.
    mentions: u64,
}

impl Doccano {
    pub(super) fn create(folder: &Path) -> Result<Self> {
        Ok(Doccano { file: Draft::create(folder.join("doccano.jsonl"))?, mentions: 0 })
    }
}

impl Writer for Doccano {
    fn add(&mut self, article: &Labelled<'_>) -> Result<u64> {
        let first = self.mentions;
        let entities: Vec<Value> = (first..)
            .zip(article.mentions())
            .map(|(id, (start, end, t))| {
                json!({"id": id, "label": t.as_str(), "start_offset": start, "end_offset": end})
            })
            .collect();
        self.mentions += entities.len() as u64;
        let (asserted, denied) = article.asserted();
        let relations: Vec<Value> = (0..)
            .zip(asserted)
            .map(|(id, r): (u64, _)| {
                let (from, to) = (first + r.subject as u64, first + r.object as u64);
                json!({"id": id, "from_id": from, "to_id": to, "type": r.relation.predicate.as_str()})
            })
            .collect();
        // Not `id`: doccano gives texts identifiers of its own, and keeps other keys.
        let line = json!({
            "article": article.id(),
            "text": article.text(),
            "entities": entities,
            "relations": relations,
        });
        self.file.write(&format!("{line}\n"))?;
        Ok(denied)
    }

    fn finish(self: Box<Self>) -> Result<Vec<PathBuf>> {
        Ok(vec![self.file.close()?.name()?])
    }
}
