//! Pairs of names that may be of one entity, for people to decide on.

use std::collections::{BTreeMap, BTreeSet};

use itertools::Itertools;

use crate::entity::EntityType;
use crate::entity::fold::key;
use crate::entity::person::same_given;
use crate::text::hash64;

use super::candidate::{Candidate, Why};
use super::corpus::Corpus;
use super::known::KnownNames;
use super::pass::{NEAR, Pass, share};

/// Limit of names with a shared word: more are no candidates.
const LARGEST_FAMILY: usize = 100;

/// Least similarity of two spellings of a word, of 1.
const ALIKE: f64 = 0.75;

impl Corpus {
    /// All candidates, joined or not, best first; and the names by number.
    pub(crate) fn candidates(self, known: &KnownNames) -> (Vec<Candidate>, Vec<(String, EntityType)>) {
        Pass::over(self, known, true).into_candidates()
    }
}

impl Pass {
    /// All candidates, joined or not, best first; and the names by number.
    pub(super) fn into_candidates(mut self) -> (Vec<Candidate>, Vec<(String, EntityType)>) {
        self.lookalikes();
        let mut best: BTreeMap<(u32, u32), Candidate> = BTreeMap::new();
        for candidate in std::mem::take(&mut self.candidates) {
            let kept = best.entry(candidate.names).or_insert_with(|| candidate.clone());
            kept.joined = kept.joined.max(candidate.joined);
            if candidate.score > kept.score {
                (kept.score, kept.why) = (candidate.score, candidate.why);
            }
        }
        let mut candidates: Vec<Candidate> = best.into_values().collect();
        candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.names.cmp(&b.names)));
        let names = self.names.into_iter().map(|name| (name.text.into_string(), name.entity_type));
        (candidates, names.collect())
    }

    /// Similar names, and persons of whom one name has all words of the other. They are not joined, but people may
    /// decide to.
    fn lookalikes(&mut self) {
        let mut hashes: Vec<(u64, u32)> = Vec::new();
        for (name, number) in self.names.iter().zip(0..) {
            let key = key(&name.text);
            let long = key.split(' ').filter(|word| word.len() > 3);
            hashes.extend(long.map(|word| (hash64(&(name.entity_type, word)), number)));
        }
        let mut seen: BTreeSet<(u32, u32)> = BTreeSet::new();
        for group in Self::groups(hashes).filter(|group| group.len() <= LARGEST_FAMILY) {
            let keys: Vec<String> = group.iter().map(|&name| key(self.text(name))).collect();
            for (i, j) in (0..group.len()).tuple_combinations() {
                let (a, b) = (group[i], group[j]);
                if self.root(a) == self.root(b) || !seen.insert((a, b)) {
                    continue;
                }
                let alike = match self.kind(a) {
                    EntityType::Per => persons_alike(&keys[i], &keys[j]),
                    _ => things_alike(&keys[i], &keys[j]),
                };
                let Some(alike) = alike else { continue };
                if self.forbidden(a, b) || self.are_apart(a, b) {
                    continue;
                }
                let (long, short) = match self.text(a).len() >= self.text(b).len() {
                    true => (a, b),
                    false => (b, a),
                };
                let score = alike * share(self.nearness(a, b), 2.0 * NEAR);
                self.note(Candidate { names: (long, short), why: Why::Alike, score, joined: 0 });
            }
        }
    }
}

/// The similarity of two words, if they may be the same: a letter or two may differ, but no digit.
fn words_alike(a: &str, b: &str) -> Option<f64> {
    if a == b {
        return Some(1.0);
    }
    let numbers = a.chars().chain(b.chars()).any(|c| c.is_ascii_digit());
    let alike = strsim::normalized_damerau_levenshtein(a, b);
    (!numbers && a.len().min(b.len()) > 3 && alike >= ALIKE).then_some(alike)
}

/// The similarity of two folded names of organisations, places and works, word by word.
fn things_alike(a: &str, b: &str) -> Option<f64> {
    let (a, b): (Vec<&str>, Vec<&str>) = (a.split(' ').collect(), b.split(' ').collect());
    if a.len() != b.len() {
        return None;
    }
    let words: Option<Vec<f64>> = a.iter().zip(&b).map(|(a, b)| words_alike(a, b)).collect();
    words.map(|words| words.iter().sum::<f64>() / a.len() as f64)
}

/// The same for two persons: the surname may be spelled in another way, or one name has all words of the other.
fn persons_alike(a: &str, b: &str) -> Option<f64> {
    let (a, b): (Vec<&str>, Vec<&str>) = (a.split(' ').collect(), b.split(' ').collect());
    let (few, many) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    if few.iter().all(|word| many.contains(word)) {
        // A surname alone is another kind of candidate.
        return (few.len() > 1).then_some(few.len() as f64 / many.len() as f64);
    }
    let ([first_a, .., last_a], [first_b, .., last_b]) = (a.as_slice(), b.as_slice()) else { return None };
    let surname = words_alike(last_a, last_b)?;
    let initial = |x: &str, y: &str| x.len() == 1 && y.starts_with(x);
    let given = match same_given(first_a, first_b) || initial(first_a, first_b) || initial(first_b, first_a) {
        true => 1.0,
        false => words_alike(first_a, first_b)?,
    };
    Some(surname * given)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_worth_a_look() {
        for (a, b, expected) in [
            ("labour party", "labor party", true),
            ("senates fishing committee", "senate fishing committee", true),
            ("court of lima", "court", false),
            ("2016 olympiad", "2020 olympiad", false),
            ("west lima", "east lima", false),
        ] {
            assert_eq!(things_alike(a, b).is_some(), expected, "{a}, {b}");
        }
        for (a, b, expected) in [
            ("ana maria ruiz", "ana ruiz", true),
            ("ana ruiz", "ana ruis", true),
            ("bill holms", "william holm", true),
            ("ana ruiz", "ana reyes", false),
            ("ana ruiz", "ruiz", false),
            ("ana ruiz", "eva ruiz", false),
        ] {
            assert_eq!(persons_alike(a, b).is_some(), expected, "{a}, {b}");
        }
    }
}
