//! Label Studio: tasks with predictions, and the labelling configuration that goes with them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::labelled::{Labelled, Writer};
use crate::entity::EntityType;
use crate::error::Result;
use crate::output::file::{Draft, write_whole};
use crate::output::record::rounded;
use crate::relation::Predicates;

/// `label-studio.json`, unfinished, and `label-studio.xml`.
pub(super) struct LabelStudio {
    tasks: Draft,
    is_empty: bool,
    configuration: PathBuf,
}

impl LabelStudio {
    pub(super) fn create(
        folder: &Path,
        types: &BTreeSet<EntityType>,
        predicates: &Predicates,
    ) -> Result<Self> {
        let configuration =
            write_whole(&folder.join("label-studio.xml"), configuration(types, predicates).as_bytes())?;
        let mut tasks = Draft::create(folder.join("label-studio.json"))?;
        tasks.write("[")?;
        Ok(LabelStudio { tasks, is_empty: true, configuration })
    }
}

impl Writer for LabelStudio {
    fn add(&mut self, article: &Labelled<'_>) -> Result<u64> {
        let text = article.text();
        let found = &article.extraction.names.mentions;
        let region = |i: usize| format!("m{i}");
        let mut result: Vec<Value> = article
            .mentions()
            .enumerate()
            .map(|(i, (start, end, t))| {
                json!({
                    "id": region(i),
                    "from_name": "label",
                    "to_name": "text",
                    "type": "labels",
                    "score": rounded(f64::from(found[i].score)),
                    "value": {"start": start, "end": end, "text": found[i].span.of(&text), "labels": [t.as_str()]},
                })
            })
            .collect();
        let (asserted, denied) = article.asserted();
        result.extend(asserted.map(|r| {
            json!({
                "type": "relation",
                "from_id": region(r.subject),
                "to_id": region(r.object),
                "direction": "right",
                "labels": [r.relation.predicate.as_str()],
            })
        }));
        let version = concat!("triplewire ", env!("CARGO_PKG_VERSION"));
        let task = json!({
            "data": {"article": article.id(), "text": text},
            "predictions": [{"model_version": version, "result": result}],
        });
        let comma = if self.is_empty { "" } else { "," };
        self.is_empty = false;
        self.tasks.write(&format!("{comma}\n{task}"))?;
        Ok(denied)
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<PathBuf>> {
        self.tasks.write("\n]\n")?;
        Ok(vec![self.tasks.close()?.name()?, self.configuration])
    }
}

/// The labelling interface. `pre-wrap`, because Label Studio counts blanks that it would not show.
fn configuration(types: &BTreeSet<EntityType>, predicates: &Predicates) -> String {
    const COLOURS: [&str; 5] = ["#4e79a7", "#e15759", "#59a14f", "#b07aa1", "#f28e2b"];
    let mut xml =
        String::from("<View>\n  <Style>.htx-text { white-space: pre-wrap; }</Style>\n  <Relations>\n");
    for predicate in predicates.all() {
        let _ = writeln!(xml, "    <Relation value=\"{predicate}\"/>");
    }
    xml.push_str("  </Relations>\n  <Labels name=\"label\" toName=\"text\">\n");
    for (t, colour) in types.iter().zip(COLOURS.iter().cycle()) {
        let _ = writeln!(xml, "    <Label value=\"{}\" background=\"{colour}\"/>", escaped(t.as_str()));
    }
    xml.push_str("  </Labels>\n  <Text name=\"text\" value=\"$text\"/>\n</View>\n");
    xml
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_offers_every_type_and_predicate() {
        let types = BTreeSet::from([EntityType::Per, EntityType::named("R&D <\"x\">")]);
        let xml = configuration(&types, Predicates::built_in());
        assert!(
            xml.contains("<Label value=\"PER\"") && xml.contains("\"R&amp;D &lt;&quot;x&quot;&gt;\""),
            "{xml}"
        );
        assert_eq!(xml.matches("<Relation ").count(), Predicates::built_in().all().count());
    }
}
