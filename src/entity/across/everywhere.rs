//! Names with only one possible bearer, joined in every article.

use itertools::Itertools;

use crate::entity::EntityType;
use crate::entity::fold::key;
use crate::entity::person::{full_given, is_fuller, parts};
use crate::entity::spelling::{other_spelling, skeleton};
use crate::text::hash64;

use super::candidate::Why;
use super::pass::{NEAR, Pass, RATHER_NEAR};
use super::shapes::plain_organisation;

impl Pass {
    pub(super) fn decide_everywhere(&mut self) {
        self.spellings();
        self.fuller_names();
        self.transliterations();
        self.legal_forms();
    }

    /// `Rock & Roll Hall of Fame` and `Rock and Roll Hall of Fame`.
    fn spellings(&mut self) {
        let hashes =
            self.names.iter().zip(0..).map(|(name, i)| (hash64(&(name.entity_type, key(&name.text))), i));
        for group in Self::groups(hashes.collect()) {
            for &other in &group[1..] {
                self.sets.join(group[0], other);
            }
        }
    }

    /// `Ana Ruiz` and the only `Ana Maria Ruiz`; `Bill Ruiz` and `William Ruiz`.
    fn fuller_names(&mut self) {
        let mut hashes = Vec::new();
        for name in self.of_type(EntityType::Per) {
            if let [first, .., last] = parts(self.text(name)).as_slice()
                && first.chars().count() > 1
            {
                hashes.push((hash64(&(last, full_given(first))), name));
            }
        }
        for group in Self::groups(hashes) {
            let parts: Vec<Vec<String>> = group.iter().map(|&name| parts(self.text(name))).collect();
            for (i, short) in parts.iter().enumerate() {
                let mut fuller: Vec<usize> =
                    (0..parts.len()).filter(|&j| j != i && is_fuller(&parts[j], short)).collect();
                // The longest first: the others must be short for it.
                fuller.sort_by_key(|&j| (std::cmp::Reverse(parts[j].len()), j));
                let Some(&longest) = fuller.first() else { continue };
                let only = fuller[1..].iter().all(|&j| {
                    self.root(group[j]) == self.root(group[longest]) || is_fuller(&parts[longest], &parts[j])
                });
                let least = if only { NEAR } else { f64::INFINITY };
                self.weigh(group[longest], group[i], Why::FullerName, least);
            }
        }
    }

    /// `Usama bin Ladin` and `Osama bin Laden`.
    fn transliterations(&mut self) {
        let mut hashes = Vec::new();
        for name in self.of_type(EntityType::Per) {
            let parts = parts(self.text(name));
            if parts.len() > 1 {
                hashes.push((hash64(&skeleton(&parts)), name));
            }
        }
        for group in Self::groups(hashes) {
            let spelled: Vec<Vec<String>> = group.iter().map(|&name| parts(self.text(name))).collect();
            for (i, j) in (0..group.len()).tuple_combinations() {
                if other_spelling(&spelled[i], &spelled[j]) {
                    let (more, fewer) = self.by_frequency(group[i], group[j]);
                    self.weigh(more, fewer, Why::Transliteration, NEAR);
                }
            }
        }
    }

    /// `Acme` and `Acme Inc.`; `National Weather Service` and `United States National Weather Service`.
    fn legal_forms(&mut self) {
        let hashes =
            self.of_type(EntityType::Org).map(|name| (hash64(&plain_organisation(self.text(name))), name));
        for group in Self::groups(hashes.collect()) {
            for &other in &group[1..] {
                let (full, short) = match self.text(other).len() > self.text(group[0]).len() {
                    true => (other, group[0]),
                    false => (group[0], other),
                };
                let words = self.text(short).split_whitespace().count();
                self.weigh(full, short, Why::LegalForm, if words > 2 { RATHER_NEAR } else { NEAR });
            }
        }
    }
}
