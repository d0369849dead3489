//! Sentences with bracketed names: what a rule's own examples are written in.
//!
//! `[PER Ana Ruiz] leads [ORG Acme].` is the sentence `Ana Ruiz leads Acme.` with two names;
//! `[LOC/adj Turkish]` is an adjective made from a place's name. Other brackets are text.

use crate::entity::{Argument, Entity, EntityType, Mention, Origin};
use crate::error::Result;
use crate::model::Model;
use crate::relation::{Document, Relation};
use crate::syntax;
use crate::text::{Span, sentences};

/// A text whose names are known.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone, Default)]
pub struct Bracketed {
    /// The text without the brackets.
    pub text: String,
    /// Its sentences.
    pub sentences: Vec<Span>,
    /// The names, in order.
    pub mentions: Vec<Mention>,
    /// One entity for each distinct name.
    pub entities: Vec<Entity>,
    /// The trees of its sentences, if they were parsed.
    pub syntax: Vec<syntax::Sentence>,
}

impl Bracketed {
    /// Reads one sentence: an example of a rule.
    pub fn sentence(written: &str) -> Self {
        let mut found = Self::read(written);
        found.sentences = vec![Span::new(0, found.text.len())];
        found
    }

    /// Reads a text of any number of sentences.
    pub fn text(written: &str) -> Self {
        let mut found = Self::read(written);
        found.sentences = sentences(&found.text);
        for mention in &mut found.mentions {
            mention.sentence =
                found.sentences.iter().rposition(|s| s.start <= mention.span.start).unwrap_or_default();
        }
        // A name across two sentences is no name for rules.
        let spans = found.sentences.clone();
        found.mentions.retain(|m| spans.get(m.sentence).is_some_and(|s| s.contains(m.span)));
        found
    }

    /// Whether there is at least one bracketed name.
    pub fn has_names(written: &str) -> bool {
        !Self::read(written).mentions.is_empty()
    }

    fn read(written: &str) -> Self {
        let mut found = Bracketed::default();
        let mut rest = written;
        while let Some(open) = rest.find('[') {
            let (before, from) = rest.split_at(open);
            found.text.push_str(before);
            match name(from) {
                Some((entity_type, adjective, name, after)) => {
                    let start = found.text.len();
                    found.text.push_str(name);
                    let entity =
                        found.entities.iter().position(|e| e.name == name && e.entity_type == entity_type);
                    let entity = entity.unwrap_or_else(|| {
                        found.entities.push(Entity {
                            id: name.to_owned(),
                            name: name.to_owned(),
                            entity_type,
                            external_id: None,
                        });
                        found.entities.len() - 1
                    });
                    found.mentions.push(Mention {
                        span: Span::new(start, found.text.len()),
                        name: Span::new(start, found.text.len()),
                        sentence: 0,
                        entity_type: if adjective { EntityType::Misc } else { entity_type },
                        score: 1.0,
                        origin: Origin::Given,
                        entity,
                        demonym: adjective,
                    });
                    rest = after;
                }
                None => {
                    found.text.push('[');
                    rest = &from[1..];
                }
            }
        }
        found.text.push_str(rest);
        found
    }

    /// Parses its sentences, if the model can.
    ///
    /// # Errors
    /// If the model fails.
    pub fn parse(&mut self, model: &Model) -> Result<()> {
        let Some(outputs) = &model.folder().outputs.syntax else { return Ok(()) };
        let windows = model.windows(&self.text, &self.sentences);
        let scores = model.score(&windows.iter().collect::<Vec<_>>())?;
        let names: Vec<Span> = self.mentions.iter().map(|mention| mention.name).collect();
        let parser = syntax::Parser::new(outputs);
        let trees = model.syntax(&scores);
        self.syntax = trees.iter().map(|scores| parser.parse(&self.text, scores, &names)).collect();
        Ok(())
    }

    /// What rules see of it.
    pub fn document(&self) -> Document<'_> {
        Document {
            text: &self.text,
            sentences: &self.sentences,
            mentions: &self.mentions,
            entities: &self.entities,
            syntax: &self.syntax,
        }
    }

    /// A relation between its names in words: `Ana leads Acme`.
    pub fn told(&self, relation: &Relation) -> String {
        let name = |end: Argument| end.mention().map_or("", |mention| self.name_of(mention));
        format!("{} {} {}", name(relation.subject), relation.predicate, name(relation.object))
    }

    /// The words of a mention.
    pub fn name_of(&self, mention: usize) -> &str {
        self.mentions[mention].span.of(&self.text)
    }
}

/// The type, whether it is an adjective, the name and what follows, if `from` starts with one.
fn name(from: &str) -> Option<(EntityType, bool, &str, &str)> {
    let (inside, after) = from.strip_prefix('[')?.split_once(']')?;
    let (label, name) = inside.split_once(' ')?;
    let (label, adjective) = match label.strip_suffix("/adj") {
        Some(label) => (label, true),
        None => (label, false),
    };
    let entity_type = match label {
        "PER" => EntityType::Per,
        "ORG" => EntityType::Org,
        "LOC" => EntityType::Loc,
        "MISC" => EntityType::Misc,
        "DATE" => EntityType::Date,
        _ => return None,
    };
    let name = name.trim();
    // A second bracket inside shows that the first was never closed.
    (!name.is_empty() && !name.contains('[')).then_some((entity_type, adjective, name, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_become_names() {
        let read = Bracketed::sentence("[LOC/adj Turkish] [sic] [PER Ana Ruiz] of [ORG Acme]; [ORG Acme].");
        assert_eq!(read.text, "Turkish [sic] Ana Ruiz of Acme; Acme.");
        let names: Vec<_> = (0..read.mentions.len()).map(|i| read.name_of(i)).collect();
        assert_eq!(names, ["Turkish", "Ana Ruiz", "Acme", "Acme"]);
        assert_eq!(read.entities.len(), 3);
        assert!(read.mentions[0].demonym);
    }

    #[test]
    fn names_know_their_sentence() {
        let read = Bracketed::text("[PER Ana] came. [PER Bo] left.");
        assert_eq!(read.sentences.len(), 2);
        assert_eq!(read.mentions[1].sentence, 1);
    }
}
