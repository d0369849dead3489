//! Puts labels on a text. Every label that does not fit is reported, with what was done about it.

use std::collections::BTreeMap;

use crate::entity::{EntityType, is_anaphor};
use crate::error::{Place, Problem};
use crate::eval::labels::{Labels, Mention, Relation};
use crate::output::unguarded;
use crate::text::{CodePoints, Span};

/// A mention as a file gives it.
#[derive(Debug, Clone, Default)]
pub(super) struct RawMention {
    /// The file's name for it, to which relations refer.
    pub(super) id: String,
    /// Code points from the start of the text.
    pub(super) start: Option<i64>,
    /// Exclusive.
    pub(super) end: Option<i64>,
    pub(super) label: String,
    /// What the file says stands there.
    pub(super) text: Option<String>,
    pub(super) entity: Option<String>,
    pub(super) score: Option<f32>,
    pub(super) argument_only: bool,
}

/// A relation as a file gives it, between mentions by their identifiers.
#[derive(Debug, Clone, Default)]
pub(super) struct RawRelation {
    pub(super) subject: String,
    pub(super) predicate: String,
    pub(super) object: String,
    pub(super) negated: bool,
    pub(super) score: Option<f32>,
    pub(super) rule: Option<String>,
}

/// Builds the [`Labels`] of one text.
pub(super) struct Aligner<'a> {
    text: &'a str,
    points: CodePoints<'a>,
    article: &'a str,
    problems: &'a mut Vec<Problem>,
    labels: Labels,
    /// Where the mention of that identifier went.
    ids: BTreeMap<String, usize>,
    known: BTreeMap<(Span, EntityType), usize>,
    places: Vec<Place>,
    /// How often a text without offsets was asked for: the next asks for the next occurrence.
    asked: BTreeMap<String, usize>,
}

impl<'a> Aligner<'a> {
    pub(super) fn new(article: &'a str, text: &'a str, problems: &'a mut Vec<Problem>) -> Self {
        Aligner {
            text,
            points: CodePoints::new(text),
            article,
            problems,
            labels: Labels::default(),
            ids: BTreeMap::new(),
            known: BTreeMap::new(),
            places: Vec::new(),
            asked: BTreeMap::new(),
        }
    }

    /// Reports an item that is not used.
    pub(super) fn skip(&mut self, place: &Place, message: impl AsRef<str>, remedy: &str) {
        let message = format!("article {}: {}", self.article, message.as_ref());
        self.problems.push(Problem::skipped(place.clone(), message, remedy));
    }

    /// Reports an item that is used after a change.
    pub(super) fn mend(&mut self, place: &Place, message: impl AsRef<str>, done: &str) {
        let message = format!("article {}: {}", self.article, message.as_ref());
        self.problems.push(Problem::mended(place.clone(), message, done));
    }

    /// Adds a mention and gives its index, if it can be put on the text.
    pub(super) fn mention(&mut self, raw: RawMention, place: &Place) -> Option<usize> {
        if raw.label.trim().is_empty() {
            self.skip(place, format!("{} has no label", describe(&raw)), "Left out: give it a label");
            return None;
        }
        let span = self.place(&raw, place)?;
        let entity_type = EntityType::named(raw.label.trim());
        if let Some(&same) = self.known.get(&(span, entity_type)) {
            let before = &mut self.labels.mentions[same];
            let said_twice = !raw.argument_only && !before.argument_only;
            before.argument_only &= raw.argument_only;
            before.entity = before.entity.take().or_else(|| raw.entity.clone());
            if said_twice {
                self.mend(place, format!("{} is there twice", describe(&raw)), "Counted once");
            }
            self.ids.insert(raw.id, same);
            return Some(same);
        }
        let index = self.labels.mentions.len();
        self.labels.mentions.push(Mention {
            span,
            entity_type,
            entity: raw.entity,
            score: raw.score,
            argument_only: raw.argument_only,
        });
        self.places.push(place.clone());
        self.known.insert((span, entity_type), index);
        self.ids.insert(raw.id, index);
        Some(index)
    }

    /// The mention that stands exactly at these code points, whatever its type.
    pub(super) fn at(&self, start: i64, end: i64) -> Option<usize> {
        let span = self.points.to_span(usize::try_from(start).ok()?, usize::try_from(end).ok()?)?;
        let first = (span, EntityType::Per);
        self.known.range(first..).next().filter(|((found, _), _)| *found == span).map(|(_, &index)| index)
    }

    /// The mention of the entity of that name, or else with these very words, nearest to a byte of the text;
    /// `apart` is none.
    pub(super) fn of_entity(&self, name: &str, near: usize, apart: Option<usize>) -> Option<usize> {
        let nearest = |is_meant: &dyn Fn(&Mention) -> bool| {
            let all = self.labels.mentions.iter().enumerate();
            all.filter(|&(i, mention)| Some(i) != apart && is_meant(mention))
                .min_by_key(|(_, mention)| mention.span.start.abs_diff(near))
                .map(|(i, _)| i)
        };
        nearest(&|mention| mention.entity.as_deref() == Some(name))
            .or_else(|| nearest(&|mention| mention.entity.is_some() && mention.span.of(self.text) == name))
    }

    /// Where these words start in the text, in bytes; 0 where they do not occur.
    pub(super) fn start_of(&self, words: &str) -> usize {
        self.text.find(words).unwrap_or(0)
    }

    /// The byte at which this code point starts; the end of the text, if there is none.
    pub(super) fn byte_at(&self, point: i64) -> usize {
        usize::try_from(point).ok().and_then(|p| self.points.to_byte(p)).unwrap_or(self.text.len())
    }

    /// Whether nothing but white space stands between these code points.
    pub(super) fn is_blank(&self, start: i64, end: i64) -> bool {
        self.span_at(start, end).is_ok_and(|span| span.trimmed(self.text).is_empty())
    }

    /// Whether these code points are a pronoun or a description that stands for a name.
    pub(super) fn is_anaphor(&self, start: i64, end: i64) -> bool {
        self.span_at(start, end).is_ok_and(|span| is_anaphor(span.of(self.text)))
    }

    /// Adds a relation, if both its mentions are there.
    pub(super) fn relation(&mut self, raw: RawRelation, place: &Place) {
        let (Some(&subject), Some(&object)) = (self.ids.get(&raw.subject), self.ids.get(&raw.object)) else {
            let missing = if self.ids.contains_key(&raw.subject) { &raw.object } else { &raw.subject };
            let message =
                format!("relation {} points to `{missing}`, which is not a usable mention", raw.predicate);
            self.skip(place, message, "Left out: mend or remove it");
            return;
        };
        let RawRelation { predicate, negated, score, rule, .. } = raw;
        let relation = Relation { subject, predicate, object, negated, score, rule, ..Relation::default() };
        self.relation_between(relation, place);
    }

    /// Adds a relation between mentions that are there already.
    pub(super) fn relation_between(&mut self, relation: Relation, place: &Place) {
        if relation.predicate.trim().is_empty() {
            self.skip(place, "a relation has no type", "Left out: give it a type");
            return;
        }
        if relation.subject == relation.object {
            let message = format!("relation {} joins a mention with itself", relation.predicate);
            self.skip(place, message, "Left out: mend or remove it");
            return;
        }
        self.labels.relations.push(relation);
    }

    /// The labels, in text order.
    pub(super) fn finish(mut self) -> Labels {
        self.merge_equal_relations();
        let mut order: Vec<usize> = (0..self.labels.mentions.len()).collect();
        order.sort_by_key(|&i| (self.labels.mentions[i].span, self.labels.mentions[i].entity_type));
        self.report_overlaps(&order);
        let mut new_index = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            new_index[old] = new;
        }
        let mentions = order.iter().map(|&i| self.labels.mentions[i].clone()).collect();
        let mut relations = self.labels.relations;
        for relation in &mut relations {
            relation.subject = new_index[relation.subject];
            relation.object = new_index[relation.object];
        }
        Labels { mentions, relations }
    }

    fn merge_equal_relations(&mut self) {
        let mut seen = BTreeMap::new();
        let mut kept: Vec<Relation> = Vec::with_capacity(self.labels.relations.len());
        for relation in std::mem::take(&mut self.labels.relations) {
            // Two rules may find the same relation; both are kept, for the sake of their precision.
            let key = (
                relation.subject,
                relation.object,
                relation.predicate.clone(),
                relation.negated,
                relation.rule.clone(),
                // A pronoun's relation may point to names that have the same relation themselves, and a firm
                // label stands beside an optional one.
                (relation.by_entity, relation.optional),
            );
            if seen.insert(key, ()).is_none() {
                kept.push(relation);
                continue;
            }
            let place = self.places[relation.subject].clone();
            let subject = self.labels.mentions[relation.subject].span.of(self.text).to_owned();
            self.mend(
                &place,
                format!("relation {} of `{subject}` is there twice", relation.predicate),
                "Counted once",
            );
        }
        self.labels.relations = kept;
    }

    fn report_overlaps(&mut self, order: &[usize]) {
        let mut furthest: Option<usize> = None;
        for &i in order {
            let this = self.labels.mentions[i].span;
            if let Some(before) = furthest
                && self.labels.mentions[before].span.overlaps(this)
            {
                let message = format!(
                    "`{}` overlaps `{}`",
                    this.of(self.text),
                    self.labels.mentions[before].span.of(self.text)
                );
                let place = self.places[i].clone();
                self.mend(&place, message, "Both are scored as they stand");
            }
            if furthest.is_none_or(|before| self.labels.mentions[before].span.end < this.end) {
                furthest = Some(i);
            }
        }
    }

    /// Where a mention stands in the text, after checking what can be checked.
    fn place(&mut self, raw: &RawMention, place: &Place) -> Option<Span> {
        let given = match (raw.start, raw.end) {
            (Some(start), Some(end)) => self.span_at(start, end),
            (None, None) => return self.next_occurrence(raw, place),
            _ => Err("has only one of its two offsets"),
        };
        let span = match (given, raw.text.as_deref()) {
            (Ok(span), None) => span,
            (Ok(span), Some(text)) if same_text(span.of(self.text), text) => span,
            (Ok(span), Some(_)) => {
                let message = format!("{} is not what stands there: `{}`", describe(raw), span.of(self.text));
                self.moved(raw, &message, place)?
            }
            (Err(wrong), _) => {
                let points = self.points.from_byte(self.text.len());
                let message = format!("{} {wrong} (the text has {points} characters)", describe(raw));
                self.moved(raw, &message, place)?
            }
        };
        self.without_blanks(span, raw, place)
    }

    fn span_at(&self, start: i64, end: i64) -> Result<Span, &'static str> {
        if end < start {
            return Err("ends before it starts");
        }
        let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end)) else {
            return Err("starts before the text");
        };
        let span = self.points.to_span(start, end).ok_or("ends past the end of the text")?;
        if span.is_empty() { Err("covers nothing") } else { Ok(span) }
    }

    /// The occurrence of the mention's text nearest to where it was said to be.
    fn moved(&mut self, raw: &RawMention, message: &str, place: &Place) -> Option<Span> {
        let wanted = raw.text.as_deref().map(unguarded).map(str::trim).filter(|text| !text.is_empty());
        let near = usize::try_from(raw.start.unwrap_or(0)).unwrap_or(0);
        let near = self.points.to_byte(near).unwrap_or(self.text.len());
        let nearest = wanted.and_then(|wanted| {
            let spans =
                self.text.match_indices(wanted).map(|(start, _)| Span::new(start, start + wanted.len()));
            spans.filter(|&span| !cuts_a_word(self.text, span)).min_by_key(|span| span.start.abs_diff(near))
        });
        match nearest {
            Some(span) => {
                let (start, end) = self.points.of_span(span);
                let done = format!("Taken as the nearest `{}`, at {start}-{end}", span.of(self.text));
                self.mend(place, message, &done);
                Some(span)
            }
            None => {
                self.skip(place, message, "Left out: label it again");
                None
            }
        }
    }

    /// For labels written by hand in a spreadsheet: the first row with a text means its first
    /// occurrence, the second its second.
    fn next_occurrence(&mut self, raw: &RawMention, place: &Place) -> Option<Span> {
        let wanted = raw.text.as_deref().map(unguarded).map_or("", str::trim).to_owned();
        if wanted.is_empty() {
            self.skip(place, "a mention has neither offsets nor text", "Left out: label it again");
            return None;
        }
        let asked = self.asked.entry(wanted.clone()).or_default();
        let n = *asked;
        *asked += 1;
        let mut spans = self
            .text
            .match_indices(&wanted)
            .map(|(start, _)| Span::new(start, start + wanted.len()))
            .filter(|&span| !cuts_a_word(self.text, span));
        let found = spans.nth(n);
        if found.is_none() {
            let message = format!("`{wanted}` has no offsets, and does not occur {} times", n + 1);
            self.skip(place, message, "Left out: label it again");
        }
        found
    }

    fn without_blanks(&mut self, span: Span, raw: &RawMention, place: &Place) -> Option<Span> {
        let trimmed = span.trimmed(self.text);
        if trimmed.is_empty() {
            self.skip(place, format!("{} covers only blanks", describe(raw)), "Left out: label it again");
            return None;
        }
        if trimmed != span {
            self.mend(
                place,
                format!("{} has blanks at its ends", describe(raw)),
                "Scored without the blanks",
            );
        }
        if cuts_a_word(self.text, trimmed) {
            let message = format!("{} cuts a word", describe(raw));
            self.mend(place, message, "Scored as it stands");
        }
        Some(trimmed)
    }
}

fn describe(raw: &RawMention) -> String {
    let number = |n: Option<i64>| n.map_or_else(|| "?".to_owned(), |n| n.to_string());
    let offsets = format!("{} {}-{}", raw.label, number(raw.start), number(raw.end));
    match &raw.text {
        Some(text) => format!("{offsets} `{text}`"),
        None => offsets,
    }
}

/// Tools differ in how they write line breaks and runs of blanks, so those are not compared.
fn same_text(found: &str, said: &str) -> bool {
    found == said || found.split_whitespace().eq(unguarded(said).split_whitespace())
}

fn cuts_a_word(text: &str, span: Span) -> bool {
    let joined = |at: usize| {
        let (before, after) = (text[..at].chars().next_back(), text[at..].chars().next());
        before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric)
    };
    joined(span.start) || joined(span.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(start: i64, end: i64, label: &str, text: Option<&str>) -> RawMention {
        RawMention {
            id: format!("{start}-{end}"),
            start: Some(start),
            end: Some(end),
            label: label.into(),
            text: text.map(str::to_owned),
            ..RawMention::default()
        }
    }

    /// What becomes of one label, and what is said about it.
    fn one(text: &str, raw: RawMention) -> (Option<String>, Vec<String>) {
        let mut problems = Vec::new();
        let mut aligner = Aligner::new("a", text, &mut problems);
        aligner.mention(raw, &Place::line("gold", 3));
        let labels = aligner.finish();
        let found = labels.mentions.first().map(|m| m.span.of(text).to_owned());
        (found, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn labels_that_do_not_fit_are_reported_with_what_was_done() {
        let text = "İnce met Ana Ruiz of Acme. Ana Ruiz 𝔸 left.";
        type Case<'a> = (RawMention, Option<&'a str>, &'a str);
        let table: [Case<'_>; 12] = [
            (raw(0, 4, "PER", None), Some("İnce"), ""),
            (raw(9, 17, "PER", Some("Ana Ruiz")), Some("Ana Ruiz"), ""),
            (raw(40, 99, "PER", None), None, "ends past the end of the text"),
            (raw(9, 5, "PER", None), None, "ends before it starts"),
            (raw(-2, 5, "PER", None), None, "starts before the text"),
            (raw(5, 5, "PER", None), None, "covers nothing"),
            (raw(9, 18, "PER", None), Some("Ana Ruiz"), "blanks at its ends"),
            (raw(9, 15, "PER", None), Some("Ana Ru"), "cuts a word"),
            (raw(21, 25, "ORG", Some("Ana Ruiz")), Some("Ana Ruiz"), "nearest `Ana Ruiz`, at 27-35"),
            (raw(21, 25, "ORG", Some("Apex")), None, "not what stands there: `Acme`"),
            (raw(9, 17, " ", None), None, "has no label"),
            (raw(38, 42, "X", Some("left")), Some("left"), ""),
        ];
        for (raw, expected, message) in table {
            let case = format!("{raw:?}");
            let (found, problems) = one(text, raw);
            assert_eq!(found.as_deref(), expected, "{case}");
            if message.is_empty() {
                assert!(problems.is_empty(), "{case}: {problems:?}");
            } else {
                assert_eq!(problems.len(), 1, "{case}: {problems:?}");
                assert!(problems[0].contains(message), "{case}: {problems:?}");
                assert!(problems[0].contains("gold, line 3: article a:"), "{problems:?}");
                assert_eq!(problems[0].starts_with("skipped"), expected.is_none(), "{problems:?}");
            }
        }
    }

    #[test]
    fn labels_without_offsets_take_one_occurrence_after_the_other() {
        let text = "Ruiz and Ruizes, and Ruiz.";
        let mut problems = Vec::new();
        let mut aligner = Aligner::new("a", text, &mut problems);
        for _ in 0..3 {
            let raw = RawMention { label: "PER".into(), text: Some("Ruiz".into()), ..RawMention::default() };
            aligner.mention(raw, &Place::file("gold"));
        }
        let labels = aligner.finish();
        let starts: Vec<usize> = labels.mentions.iter().map(|m| m.span.start).collect();
        assert_eq!(starts, [0, 21]);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].skipped);
    }

    #[test]
    fn duplicates_overlaps_and_dangling_relations_are_reported() {
        let text = "The Bank of Spain in Madrid";
        let mut problems = Vec::new();
        let mut aligner = Aligner::new("a", text, &mut problems);
        let place = Place::file("gold");
        aligner.mention(raw(21, 27, "LOC", None), &place);
        aligner.mention(raw(4, 17, "ORG", None), &place);
        aligner.mention(raw(12, 17, "LOC", None), &place);
        let mut again = raw(4, 17, "ORG", None);
        again.id = "again".into();
        aligner.mention(again, &place);
        let relation = |subject: &str, object: &str| RawRelation {
            subject: subject.into(),
            predicate: "based_in".into(),
            object: object.into(),
            ..RawRelation::default()
        };
        aligner.relation(relation("again", "21-27"), &place);
        aligner.relation(relation("4-17", "21-27"), &place);
        aligner.relation(relation("4-17", "nobody"), &place);
        aligner.relation(relation("4-17", "again"), &place);
        let labels = aligner.finish();
        assert_eq!(labels.mentions.len(), 3);
        assert_eq!(labels.relations.len(), 1);
        assert_eq!((labels.relations[0].subject, labels.relations[0].object), (0, 2));
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 5, "{said:#?}");
        assert!(said[0].contains("is there twice"));
        assert!(said[1].contains("points to `nobody`"));
        assert!(said[2].contains("joins a mention with itself"));
        assert!(said[3].contains("relation based_in of `Bank of Spain` is there twice"));
        assert!(said[4].contains("`Spain` overlaps `Bank of Spain`"));
    }
}
