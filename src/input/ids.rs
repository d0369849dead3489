//! Makes article ids unique without keeping them.

use std::collections::{HashMap, HashSet};

use crate::text::hash64;

/// The ids seen so far, as 64-bit hashes: about 30 bytes an article. Two different ids with one
/// hash (one chance in forty million among a million articles) cost a needless `#2`, nothing else.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    seen: HashSet<u64>,
    /// For ids that came more than once, the number of the last copy.
    copies: HashMap<u64, u64>,
}

impl Ids {
    /// Adds `id`. If it is already taken, returns the free name to use instead: `id#2`,
    /// `id#3` and so on.
    pub(crate) fn take(&mut self, id: &str) -> Option<String> {
        let hash = hash64(id);
        if self.seen.insert(hash) {
            return None;
        }
        let copy = self.copies.entry(hash).or_insert(1);
        loop {
            *copy += 1;
            let name = format!("{id}#{copy}");
            if self.seen.insert(hash64(&name)) {
                return Some(name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn later_ones_are_numbered_around_names_already_taken() {
        let mut ids = Ids::default();
        assert_eq!(ids.take("a"), None);
        assert_eq!(ids.take("a#2"), None);
        assert_eq!(ids.take("a").as_deref(), Some("a#3"));
        assert_eq!(ids.take("a#3").as_deref(), Some("a#3#2"));
        assert_eq!(ids.take("a").as_deref(), Some("a#4"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn names_are_unique_and_the_first_keeps_its_own(names in prop::collection::vec("a?#?[23]?", 0..40)) {
            let mut ids = Ids::default();
            let given: Vec<_> =
                names.iter().map(|name| ids.take(name).unwrap_or_else(|| name.clone())).collect();
            let mut sorted = given.clone();
            sorted.sort();
            sorted.dedup();
            prop_assert_eq!(sorted.len(), names.len());
            if let Some(first) = names.first() {
                prop_assert_eq!(&given[0], first);
            }
        }
    }
}
