//! The head of each word: the best tree over scored arcs in which each name is a subtree.

use std::ops::Range;

use crate::model::SyntaxScores;
use crate::syntax::Pos;
use crate::syntax::arborescence::{Arc, best_tree};
use crate::syntax::tree::scores::log_sum;
use crate::syntax::words::Joined;
use crate::text::Span;

/// For each word the log-probabilities of the words that may be its head, and of being the root: in the order of the
/// words, and for each in that of its heads.
pub(super) fn arcs(scores: &SyntaxScores, words: &[Joined]) -> Vec<Arc> {
    let mut word_of: Vec<Option<usize>> = vec![None; scores.words.len()];
    for (i, word) in words.iter().enumerate() {
        if let Some(unit) = word.unit {
            word_of[unit] = Some(i);
        }
    }
    let mut arcs = Vec::new();
    for (dependent, word) in words.iter().enumerate() {
        let Some(unit) = word.unit else { continue };
        let (first, of_heads) = scores.heads(unit);
        let start = arcs.len();
        arcs.extend(of_heads.iter().enumerate().filter_map(|(i, &score)| {
            let head = (*word_of.get(first + i)?)?;
            Some(Arc { dependent, head, score })
        }));
        let total = log_sum(arcs[start..].iter().map(|arc: &Arc| arc.score));
        arcs[start..].iter_mut().for_each(|arc| arc.score -= total);
    }
    arcs
}

/// "Omar Said": a word of a name that looks like a verb is none, and nothing outside the name depends on it or has it,
/// where another word of the name can stand for the name.
pub(super) fn no_verbs_in_names(groups: &[usize], tags: &mut [Pos], arcs: &mut Vec<Arc>) {
    let mut is_false = vec![false; groups.len()];
    let mut first = 0;
    for group in groups.chunk_by(|a, b| a == b) {
        let inside = first..first + group.len();
        first = inside.end;
        if tags[inside.clone()].contains(&Pos::Propn) {
            for i in inside {
                if matches!(tags[i], Pos::Verb | Pos::Aux) {
                    (is_false[i], tags[i]) = (true, Pos::Propn);
                }
            }
        }
    }
    arcs.retain(|arc| {
        let leaves = groups[arc.dependent] != groups[arc.head] || arc.dependent == arc.head;
        !leaves || !is_false[arc.dependent] && !is_false[arc.head]
    });
}

/// The head of each word in the best tree in which each name is a subtree.
pub(super) fn heads_with_names(words: &[Joined], groups: &[usize], arcs: &[Arc]) -> Vec<Option<usize>> {
    let count = groups.last().map_or(0, |last| last + 1);
    if count == words.len() {
        return best_tree(words.len(), arcs);
    }
    let between = between(groups, arcs);
    let of_groups = |arc: &Arc| (groups[arc.dependent], groups[arc.head]);
    let outer: Vec<Arc> = between
        .iter()
        .map(|arc| Arc { dependent: groups[arc.dependent], head: groups[arc.head], score: arc.score })
        .collect();
    let mut heads: Vec<Option<usize>> = vec![None; words.len()];
    let mut tops: Vec<Option<usize>> = vec![None; count];
    for (group, head) in best_tree(count, &outer).into_iter().enumerate() {
        let Ok(arc) = between.binary_search_by_key(&(group, head.unwrap_or(group)), of_groups) else {
            continue;
        };
        let arc = between[arc];
        tops[group] = Some(arc.dependent);
        heads[arc.dependent] = head.map(|_| arc.head);
    }
    let mut first = 0;
    for group in groups.chunk_by(|a, b| a == b) {
        let inside = first..first + group.len();
        first = inside.end;
        if let Some(top) = tops[group[0]]
            && inside.len() > 1
        {
            attach_name_words(top, inside, arcs, &mut heads);
        }
    }
    heads
}

/// The best arc between words of each two groups, by group of the dependent and of the head; that of a group to itself
/// is its best root.
fn between(groups: &[usize], arcs: &[Arc]) -> Vec<Arc> {
    let mut best: Vec<Arc> = Vec::with_capacity(arcs.len());
    for of_group in arcs.chunk_by(|a, b| groups[a.dependent] == groups[b.dependent]) {
        let is_outer = |arc: &&Arc| arc.head == arc.dependent || groups[arc.head] != groups[arc.dependent];
        let mut of_group: Vec<Arc> = of_group.iter().filter(is_outer).copied().collect();
        of_group.sort_by_key(|arc| groups[arc.head]);
        for arc in of_group {
            match best.last_mut() {
                Some(last)
                    if groups[last.head] == groups[arc.head]
                        && groups[last.dependent] == groups[arc.dependent] =>
                {
                    if arc.score > last.score {
                        *last = arc;
                    }
                }
                _ => best.push(arc),
            }
        }
    }
    best
}

/// Gives the words of a name, all but its head `top`, their heads within it.
fn attach_name_words(top: usize, name: Range<usize>, arcs: &[Arc], heads: &mut [Option<usize>]) {
    let from = arcs.partition_point(|arc| arc.dependent < name.start);
    let to = arcs.partition_point(|arc| arc.dependent < name.end);
    let within = |arc: &&Arc| {
        let is_root = arc.dependent == arc.head;
        name.contains(&arc.head) && is_root == (arc.dependent == top)
    };
    let mut local: Vec<Arc> = arcs[from..to].iter().filter(within).copied().collect();
    // A word that was not compared with `top`, because a window ends between them, can depend on it nevertheless.
    local.extend(name.clone().map(|dependent| Arc { dependent, head: top, score: f32::NEG_INFINITY }));
    local.sort_by_key(|arc| arc.dependent);
    for arc in &mut local {
        arc.dependent -= name.start;
        arc.head -= name.start;
    }
    for (word, head) in name.clone().zip(best_tree(name.len(), &local)) {
        if word != top {
            heads[word] = Some(head.map_or(top, |head| name.start + head));
        }
    }
}

/// A number for each word, the same for the words of a name, rising.
pub(super) fn groups(words: &[Joined], names: &[Span]) -> Vec<usize> {
    let mut groups = Vec::with_capacity(words.len());
    let mut name = 0;
    let mut before: Option<usize> = None;
    let mut group = 0;
    for word in words {
        while names.get(name).is_some_and(|name| name.end <= word.span.start) {
            name += 1;
        }
        let inside = names.get(name).is_some_and(|name| name.contains(word.span)).then_some(name);
        if !groups.is_empty() && (inside.is_none() || inside != before) {
            group += 1;
        }
        before = inside;
        groups.push(group);
    }
    groups
}

/// Where words had no arc, or no tree has a single root, all but the first root depend on another word: a word
/// without a unit on the one before it.
pub(super) fn one_root(words: &[Joined], heads: &mut [Option<usize>]) {
    let with_unit = (0..words.len()).find(|&i| words[i].unit.is_some() && heads[i].is_none());
    let Some(root) = with_unit.or((!words.is_empty()).then_some(0)) else { return };
    for i in 0..words.len() {
        if heads[i].is_none() && i != root {
            heads[i] = Some(if words[i].unit.is_none() && i > 0 { i - 1 } else { root });
        }
    }
}
