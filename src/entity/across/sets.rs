//! Sets of names joined everywhere, and names kept apart.

use std::collections::HashMap;

/// Sets of names by number. The root of a set is its least member.
#[derive(Default)]
pub(super) struct Sets {
    /// The parent of each name; that of a root is itself.
    into: Vec<u32>,
    /// The members of sets of several, in no order.
    members: HashMap<u32, Vec<u32>>,
    /// The sets that each set is kept apart from.
    never: HashMap<u32, Vec<u32>>,
    /// The canonical names of sets by the tables.
    canonical: HashMap<u32, u64>,
    /// The names joined with a set in an article, if any names are kept apart.
    in_articles: HashMap<(u32, u32), Vec<u32>>,
}

impl Sets {
    /// Every name in a set of its own.
    pub(super) fn new(names: u32) -> Self {
        Sets { into: (0..names).collect(), ..Sets::default() }
    }

    /// Keeps two names apart, also where each is joined with others.
    pub(super) fn keep_apart(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.never.entry(a).or_default().push(b);
        self.never.entry(b).or_default().push(a);
    }

    /// Marks a name as canonical in the tables; `canonical` is the hash of the folded spelling. No set has two.
    pub(super) fn set_canonical(&mut self, name: u32, canonical: u64) {
        self.canonical.insert(self.root(name), canonical);
    }

    pub(super) fn root(&self, mut name: u32) -> u32 {
        while self.into[name as usize] != name {
            name = self.into[name as usize];
        }
        name
    }

    /// Whether two names, or what they are joined with, are kept apart.
    pub(super) fn are_apart(&self, a: u32, b: u32) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        let never = self.never.get(&a).is_some_and(|others| others.iter().any(|&it| self.root(it) == b));
        let canonical = |of: u32| self.canonical.get(&of);
        never || matches!((canonical(a), canonical(b)), (Some(x), Some(y)) if x != y)
    }

    /// Joins two sets, unless they are kept apart.
    pub(super) fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        if a == b || self.are_apart(a, b) {
            return;
        }
        let (kept, gone) = (a.min(b), a.max(b));
        self.into[gone as usize] = kept;
        let more = self.members.remove(&gone).unwrap_or_else(|| vec![gone]);
        self.members.entry(kept).or_insert_with(|| vec![kept]).extend(more);
        if let Some(others) = self.never.remove(&gone) {
            self.never.entry(kept).or_default().extend(others);
        }
        if let Some(canonical) = self.canonical.remove(&gone) {
            self.canonical.insert(kept, canonical);
        }
    }

    /// Whether a name is kept apart from another that is joined with `root` in an article.
    pub(super) fn is_kept_out(&self, article: u32, name: u32, root: u32) -> bool {
        let others = self.in_articles.get(&(article, root));
        others.is_some_and(|others| others.iter().any(|&other| self.are_apart(name, other)))
    }

    /// Joins a name with `root` in an article.
    pub(super) fn let_in(&mut self, article: u32, name: u32, root: u32) {
        if !self.never.is_empty() {
            self.in_articles.entry((article, root)).or_default().push(name);
        }
    }

    /// All names of its set, in order.
    pub(super) fn of(&self, name: u32) -> Vec<u32> {
        let root = self.root(name);
        let mut members = self.members.get(&root).cloned().unwrap_or_else(|| vec![root]);
        members.sort_unstable();
        members
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_never_the_same_is_not_through_others() {
        let mut sets = Sets::new(5);
        sets.keep_apart(0, 2);
        sets.join(0, 1);
        sets.join(1, 2);
        assert_eq!((sets.of(1), sets.of(2)), (vec![0, 1], vec![2]));
        sets.join(2, 3);
        sets.join(3, 1);
        assert!(sets.are_apart(3, 0));
        assert_eq!(sets.of(3), [2, 3]);
        sets.join(4, 3);
        assert_eq!(sets.of(2), [2, 3, 4]);
        assert!(sets.are_apart(4, 1));
    }

    #[test]
    fn no_set_has_two_names_of_tables() {
        let mut sets = Sets::new(3);
        sets.set_canonical(0, 7);
        sets.set_canonical(2, 8);
        sets.join(0, 1);
        sets.join(1, 2);
        assert_eq!((sets.root(1), sets.root(2)), (0, 2));
    }
}
