//! Rules as the matcher uses them.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::entity::EntityType;
use crate::error::{Error, Result};
use crate::relation::compile::{Clause, Compiler, LazyRegex};
use crate::relation::keys::KeySet;
use crate::relation::lexicon::Lexicon;
use crate::relation::line::type_letter;
use crate::relation::reader::LEARNED;
use crate::relation::{Pattern, Predicate, Rule};

/// What the matcher needs of a rule, its patterns apart.
#[derive(Debug)]
pub(in crate::relation) struct CompiledRule {
    pub(super) id: Arc<str>,
    pub(super) predicate: Predicate,
    pub(super) score: f32,
    /// Which of two rules that find the same is preferred; see [`Rule::prior`].
    pub(super) prior: f32,
    /// Whether it finds what a sentence takes for granted.
    pub(in crate::relation) granted: bool,
    pub(super) punctuated: bool,
    /// Whether it tells a pronoun from a name: frames and the second reader do, patterns do not.
    pub(in crate::relation) knows_pronouns: bool,
    pub(super) built_in: bool,
    pub(super) unless: Vec<LazyRegex>,
    pub(super) subject: TypeSet,
    pub(super) object: TypeSet,
}

impl CompiledRule {
    pub(super) fn of(rule: &Rule, lexicon: &Lexicon) -> Result<Self> {
        let unless = rule.unless.iter().map(|pattern| compile(lexicon, rule, pattern));
        Ok(CompiledRule {
            id: rule.id.clone(),
            predicate: rule.predicate,
            score: rule.score,
            prior: rule.prior,
            granted: rule.granted,
            punctuated: rule.punctuated,
            knows_pronouns: rule.frame.is_some(),
            built_in: rule.built_in,
            unless: unless.collect::<Result<_>>()?,
            subject: TypeSet::of(&rule.subject),
            object: TypeSet::of(&rule.object),
        })
    }

    /// The rule that stands for what the second reader finds. Every other rule is preferred.
    pub(super) fn learned(predicate: Predicate) -> Self {
        CompiledRule {
            id: format!("{LEARNED}{predicate}").into(),
            predicate,
            score: 0.0,
            prior: 0.0,
            granted: false,
            punctuated: false,
            knows_pronouns: true,
            built_in: true,
            unless: Vec::new(),
            subject: TypeSet::of(&predicate.schema().subject),
            object: TypeSet::of(&predicate.schema().object),
        }
    }
}

#[derive(Debug)]
pub(super) struct CompiledPattern {
    /// The number of its rule.
    pub(super) rule: usize,
    pub(super) regex: LazyRegex,
    /// All of these must be in the sentence.
    needs: Vec<Vec<u32>>,
    /// The keys of the words and lists that it cannot do without.
    pub(super) own: BTreeSet<u32>,
}

/// The patterns of all rules, found by the keys that they need.
#[derive(Debug)]
pub(super) struct PatternIndex {
    pub(super) patterns: Vec<CompiledPattern>,
    /// For each key the patterns that cannot match without it (or another one of its clause).
    by_key: Vec<Vec<usize>>,
}

impl PatternIndex {
    pub(super) fn of(rules: &[Rule], lexicon: &Lexicon) -> Result<Self> {
        let compiler = Compiler::of(lexicon);
        let mut index = PatternIndex { patterns: Vec::new(), by_key: vec![Vec::new(); lexicon.keys.count()] };
        for (number, rule) in rules.iter().enumerate() {
            for pattern in &rule.patterns {
                let regex = compile(lexicon, rule, pattern)?;
                let mut needs = compiler.needs(&pattern.node, &rule.subject, &rule.object);
                needs.sort_by_key(|clause| compiler.frequency(clause));
                let rarest: Clause = needs.first().cloned().unwrap_or_default();
                for key in rarest {
                    index.by_key[key as usize].push(index.patterns.len());
                }
                let needs = needs.into_iter().map(|clause| clause.into_iter().collect()).collect();
                let own = compiler.own(&pattern.node);
                index.patterns.push(CompiledPattern { rule: number, regex, needs, own });
            }
        }
        Ok(index)
    }

    /// The patterns for which a sentence with these keys has everything, in order.
    pub(super) fn candidates(&self, present: &KeySet) -> BTreeSet<usize> {
        let found = present.iter().flat_map(|key| &self.by_key[key as usize]).copied();
        let has_all = |pattern: &usize| {
            self.patterns[*pattern].needs.iter().all(|clause| clause.iter().any(|&key| present.has(key)))
        };
        found.filter(has_all).collect()
    }
}

/// A set of types.
#[derive(Debug, Clone, Copy)]
pub(super) struct TypeSet(u8);

impl TypeSet {
    fn of(types: &[EntityType]) -> Self {
        TypeSet(types.iter().filter_map(|&t| type_letter(t)).fold(0, |set, letter| set | Self::bit(letter)))
    }

    fn bit(letter: u8) -> u8 {
        1 << "POLMD".bytes().position(|l| l == letter).unwrap_or(7)
    }

    /// Whether the type with this letter is in it.
    pub(super) fn has_letter(self, letter: u8) -> bool {
        self.0 & Self::bit(letter) != 0
    }

    pub(super) fn has(self, entity_type: EntityType) -> bool {
        type_letter(entity_type).is_some_and(|letter| self.has_letter(letter))
    }
}

fn compile(lexicon: &Lexicon, rule: &Rule, pattern: &Pattern) -> Result<LazyRegex> {
    let regex = LazyRegex::of(pattern.node.clone(), &rule.subject, &rule.object);
    // A test checks that the built-in ones are small enough; building them here would take time.
    if rule.built_in || regex.get(lexicon).is_some() {
        return Ok(regex);
    }
    Err(Error::config(
        rule.place.clone(),
        format!("rule `{}`: pattern `{}` is too large", rule.id, pattern.text),
        "Lower the counts in { }, above all where one repetition stands inside another",
    ))
}
