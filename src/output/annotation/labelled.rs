//! What is written of an article, and what every format does with it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::entity::EntityType;
use crate::error::Result;
use crate::pipeline::Extraction;
use crate::relation::Relation;
use crate::text::CodePoints;

/// One of the formats.
pub(super) trait Writer {
    /// Adds an article; gives the number of its relations that were left out.
    fn add(&mut self, article: &Labelled<'_>) -> Result<u64>;

    /// Completes what is unfinished, and gives the paths of what matters.
    fn finish(self: Box<Self>) -> Result<Vec<PathBuf>>;
}

/// What is written of one article.
pub(super) struct Labelled<'a> {
    pub(super) extraction: &'a Extraction,
    pub(super) points: CodePoints<'a>,
    /// Each once: two rules may find the same relation. Those of pronouns are left out, because labellers
    /// are shown names.
    pub(super) relations: Vec<OfNames<'a>>,
}

/// A relation between two mentions.
#[derive(Clone, Copy)]
pub(super) struct OfNames<'a> {
    pub(super) relation: &'a Relation,
    /// The index of its mention, as that of the object.
    pub(super) subject: usize,
    pub(super) object: usize,
}

impl<'a> OfNames<'a> {
    fn of(relation: &'a Relation) -> Option<Self> {
        Some(OfNames { relation, subject: relation.subject.mention()?, object: relation.object.mention()? })
    }
}

impl<'a> Labelled<'a> {
    pub(super) fn of(extraction: &'a Extraction) -> Self {
        let mut seen = BTreeSet::new();
        let first =
            |r: &OfNames<'_>| seen.insert((r.subject, r.relation.predicate, r.object, r.relation.negated));
        Labelled {
            extraction,
            points: CodePoints::new(&extraction.article.text),
            relations: extraction.relations.iter().filter_map(OfNames::of).filter(first).collect(),
        }
    }

    pub(super) fn id(&self) -> &'a str {
        &self.extraction.article.id
    }

    /// The text for a tool that runs in a browser: as long as the article's own.
    pub(super) fn text(&self) -> String {
        self.extraction.article.text.replace('\r', " ")
    }

    /// Start and end in code points, and type, of each mention.
    pub(super) fn mentions(&self) -> impl Iterator<Item = (usize, usize, EntityType)> {
        self.extraction.names.mentions.iter().map(|mention| {
            let (start, end) = self.points.of_span(mention.span);
            (start, end, mention.entity_type)
        })
    }

    /// The relations that the text does not deny, and how many it does.
    pub(super) fn asserted(&self) -> (impl Iterator<Item = OfNames<'a>>, u64) {
        let asserted = self.relations.iter().copied().filter(|r| !r.relation.negated);
        (asserted, self.relations.iter().filter(|r| r.relation.negated).count() as u64)
    }
}
