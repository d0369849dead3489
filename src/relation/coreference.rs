//! Coreference of the mentions of one passage, pronouns included.
//!
//! In the program's output pronouns are no mentions. Hand labels of some data sets do label them ("[PER He] was born in
//! [LOC Lima]"), and repeat a relation for every mention of its two arguments. To compare with such
//! labels one has to resolve "he": [`coreferent`] does, by grammar and order alone.

use std::collections::BTreeSet;

use crate::entity::EntityType;
use crate::relation::{Document, Relation};

/// What a mention is, as far as its form tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Name,
    He,
    She,
    I,
    We,
    They,
    It,
    Who,
}

impl Form {
    fn of(text: &str) -> Self {
        match text.to_lowercase().as_str() {
            "he" | "him" | "his" | "himself" => Form::He,
            "she" | "her" | "hers" | "herself" => Form::She,
            "i" | "me" | "my" | "mine" | "myself" => Form::I,
            "we" | "us" | "our" | "ours" | "ourselves" => Form::We,
            "they" | "them" | "their" | "theirs" | "themselves" => Form::They,
            "it" | "its" | "itself" => Form::It,
            "who" | "whose" | "whom" | "which" | "that" | "where" => Form::Who,
            _ => Form::Name,
        }
    }
}

/// Mentions joined into groups.
struct Groups<'a> {
    leader: Vec<usize>,
    /// Pairs that a relation connects, and that are therefore not coreferent.
    apart: BTreeSet<(usize, usize)>,
    document: Document<'a>,
    forms: Vec<Form>,
}

/// For each mention, the first of those that mean the same. `relations` are those found between the mentions:
/// second names among them join mentions, and other relations keep their arguments apart.
///
/// See the [example](crate::relation#example).
pub fn coreferent(document: Document<'_>, relations: &[Relation]) -> Vec<usize> {
    let forms = document.mentions.iter().map(|m| Form::of(m.span.of(document.text))).collect();
    let count = document.mentions.len();
    let mut groups = Groups { leader: (0..count).collect(), apart: BTreeSet::new(), document, forms };
    let ends = |relation: &Relation| Some((relation.subject.mention()?, relation.object.mention()?));
    let (aliases, others): (Vec<&Relation>, _) = relations.iter().partition(|r| r.predicate.is_alias());
    for (subject, object) in others.into_iter().filter_map(ends) {
        groups.apart.extend([(subject, object), (object, subject)]);
    }
    for (i, mention) in document.mentions.iter().enumerate() {
        if let Some(first) = document.mentions[..i].iter().position(|m| m.entity == mention.entity) {
            groups.join(first, i);
        }
    }
    for (subject, object) in aliases.into_iter().filter_map(ends) {
        groups.join(subject, object);
    }
    for i in 0..count {
        groups.place(i);
    }
    groups.leader
}

impl Groups<'_> {
    fn is(&self, i: usize, entity_type: EntityType) -> bool {
        self.document.mentions[i].entity_type == entity_type
    }

    /// Joins the groups of two mentions, unless they are known to differ.
    fn join(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.leader[a].min(self.leader[b]), self.leader[a].max(self.leader[b]));
        if a == b {
            return true;
        }
        let leads = |of: usize, i: usize| self.leader.get(i) == Some(&of);
        if self.apart.iter().any(|&(first, second)| leads(a, first) && leads(b, second)) {
            return false;
        }
        let has =
            |of: usize, form: Form| (0..self.forms.len()).any(|i| leads(of, i) && self.forms[i] == form);
        if [(Form::He, Form::She), (Form::She, Form::He)].iter().any(|&(x, y)| has(a, x) && has(b, y)) {
            return false;
        }
        self.leader.iter_mut().filter(|leader| **leader == b).for_each(|leader| *leader = a);
        true
    }

    /// Joins a pronoun with its antecedent.
    fn place(&mut self, i: usize) {
        use EntityType::{Loc, Org, Per};
        let form = self.forms[i];
        let same_type =
            |j: usize| self.document.mentions[j].entity_type == self.document.mentions[i].entity_type;
        let candidates: Vec<usize> = match form {
            Form::Name => return,
            Form::He | Form::She if self.is(i, Per) => {
                let same = (0..i).rev().filter(|&j| self.forms[j] == form);
                let before = (0..i).filter(|&j| self.forms[j] == Form::Name && self.is(j, Per));
                // "After his death, Smith's firm".
                let count = self.forms.len();
                let behind = (i + 1..count).filter(|&j| self.forms[j] == Form::Name && self.is(j, Per));
                let behind = behind.take(usize::from(self.is_possessive(i)));
                match same.chain(before.clone()).next() {
                    Some(_) => (0..i).rev().filter(|&j| self.forms[j] == form).chain(before).collect(),
                    None => behind.collect(),
                }
            }
            Form::I | Form::We | Form::They if self.is(i, Per) => {
                let same = (0..i).rev().filter(|&j| self.forms[j] == form && self.is(j, Per));
                same.chain(self.introduced(i)).collect()
            }
            Form::Who => (0..i).rev().filter(|&j| same_type(j)).take(1).collect(),
            Form::We | Form::They | Form::It if self.is(i, Org) || self.is(i, Loc) => {
                (0..i).rev().filter(|&j| same_type(j)).take(1).collect()
            }
            _ => return,
        };
        for candidate in candidates {
            if self.join(candidate, i) {
                return;
            }
        }
    }

    fn is_possessive(&self, i: usize) -> bool {
        let text = self.document.mentions[i].span.of(self.document.text);
        ["his", "her"].iter().any(|word| text.eq_ignore_ascii_case(word))
    }

    /// The name behind "I am" or "my name is".
    fn introduced(&self, i: usize) -> Option<usize> {
        let next = self.document.mentions.get(i + 1)?;
        let between = self.document.text.get(self.document.mentions[i].span.end..next.span.start)?;
        let between = between.trim().to_lowercase();
        let named = ["am", "'m", "’m", ",", "name is", "name's"].contains(&between.as_str());
        (named && self.forms[i + 1] == Form::Name && self.is(i + 1, EntityType::Per)).then_some(i + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relation::{Bracketed, Matcher, RuleSet};

    #[test]
    fn groups_of_a_table() {
        let matcher = Matcher::new(&RuleSet::built_in()).unwrap();
        let table = [
            ("[PER Ana Ruiz] left when [PER she] had lost [PER her] post.", "Ana Ruiz = she = her"),
            (
                "[PER Bo Lee] and [PER his] wife [PER Eva Lee] sold [PER her] house.",
                "Bo Lee = his; Eva Lee = her",
            ),
            ("After [PER his] death [PER Bo Lee] was praised.", "his = Bo Lee"),
            ("[PER Bo Lee] met [PER Ana Ruiz], [PER who] left.", "Ana Ruiz = who"),
            ("[ORG Acme], [ORG which] owns [ORG Bolt], sold [ORG its] shares.", "Acme = which; Bolt = its"),
            ("[PER I] am [PER Ana Ruiz] and [PER my] sons are three.", "I = Ana Ruiz = my"),
            ("[PER They] met [PER Ana Ruiz].", ""),
        ];
        for (text, expected) in table {
            let read = Bracketed::sentence(text);
            let relations = matcher.relations(read.document());
            let groups = coreferent(read.document(), &relations);
            let mut found = Vec::new();
            for leader in 0..groups.len() {
                let members: Vec<&str> = (0..groups.len())
                    .filter(|&i| groups[i] == leader)
                    .map(|i| read.mentions[i].span.of(&read.text))
                    .collect();
                if members.len() > 1 {
                    found.push(members.join(" = "));
                }
            }
            assert_eq!(found.join("; "), expected, "{text}");
        }
    }
}
