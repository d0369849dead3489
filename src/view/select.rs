//! Which triples are shown where there are more than a page can hold.

use std::cmp::Reverse;

/// Whether each triple is shown, given by the numbers of its subject and object: all if there are not more than `most`, else those between
/// the entities with the most neighbours, as many as `most` allows.
pub(super) fn best_connected(ends: &[(u32, u32)], entities: usize, most: usize) -> Vec<bool> {
    if ends.len() <= most {
        return vec![true; ends.len()];
    }
    let mut pairs: Vec<(u32, u32)> =
        ends.iter().filter(|(a, b)| a != b).map(|&(a, b)| (a.min(b), a.max(b))).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let mut neighbours = vec![0_u32; entities];
    for (a, b) in pairs {
        neighbours[a as usize] += 1;
        neighbours[b as usize] += 1;
    }
    let mut order: Vec<u32> = (0..entities as u32).collect();
    order.sort_by_key(|&entity| Reverse(neighbours[entity as usize]));
    let mut rank = vec![0_u32; entities];
    for (place, &entity) in order.iter().enumerate() {
        rank[entity as usize] = place as u32;
    }
    // A triple is as well connected as the lesser of its ends.
    let lesser = |&(a, b): &(u32, u32)| rank[a as usize].max(rank[b as usize]);
    let mut ranks: Vec<u32> = ends.iter().map(lesser).collect();
    ranks.sort_unstable();
    // The first rank of which not all triples are among the most.
    let end = ranks[most];
    ends.iter().map(|it| lesser(it) < end).collect()
}

/// How many pieces of evidence each triple may have so that all together are `most`; at least one.
pub(super) fn share(evidence: impl Iterator<Item = u64>, most: usize) -> usize {
    let mut counts: Vec<u64> = evidence.collect();
    counts.sort_unstable();
    let mut most = most as u64;
    for (i, &count) in counts.iter().enumerate() {
        let left = (counts.len() - i) as u64;
        if count * left > most {
            return (most / left).max(1) as usize;
        }
        most -= count;
    }
    counts.last().map_or(1, |&most| most.max(1) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_shown_where_there_is_room() {
        assert_eq!(best_connected(&[(0, 1), (1, 2)], 3, 2), [true, true]);
        assert_eq!(best_connected(&[], 0, 2), [false; 0]);
    }

    #[test]
    fn the_triples_between_the_best_connected_are_shown() {
        // 0, 1 and 2 know each other; 3 and 4 know 0 only, and nothing else 5 and 6.
        let ends = [(5, 6), (0, 3), (0, 1), (1, 2), (2, 0), (0, 4), (1, 1)];
        assert_eq!(best_connected(&ends, 7, 5), [false, true, true, true, true, false, true]);
        assert_eq!(best_connected(&ends, 7, 4), [false, false, true, true, true, false, true]);
    }

    #[test]
    fn the_triples_of_one_hub_are_cut_too() {
        let ends: Vec<(u32, u32)> = (1..10).map(|i| (0, i)).collect();
        assert_eq!(best_connected(&ends, 10, 4).into_iter().filter(|&it| it).count(), 4);
    }

    #[test]
    fn what_has_much_evidence_is_cut_first() {
        assert_eq!(share([1, 1, 100].into_iter(), 22), 20);
        assert_eq!(share([1, 2, 3].into_iter(), 6), 3);
        assert_eq!(share([5, 5, 5].into_iter(), 2), 1);
        assert_eq!(share(std::iter::empty(), 2), 1);
    }
}
