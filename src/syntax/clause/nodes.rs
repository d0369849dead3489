//! The tree with each name as one node.

use crate::syntax::{Deprel, Pos, Sentence, Word, lemma};
use crate::text::Span;

/// A word or a name, and its place in the tree.
///
/// See the [example](crate::syntax::clause#example).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Where, in bytes of the article's text.
    pub span: Span,
    /// Which of the names it is, if it is one.
    pub name: Option<usize>,
    /// The word as it stands, in lower case; of a name the whole.
    pub form: String,
    /// The base form of the word; of a name that of its head.
    pub lemma: Box<str>,
    /// The part of speech of the word; of a name that of its head.
    pub pos: Pos,
    /// Its head; `None` for the root.
    pub head: Option<usize>,
    /// What it is to that.
    pub relation: Deprel,
    /// Its dependents, in order.
    pub children: Vec<usize>,
    /// How far it is from the root.
    pub depth: usize,
}

impl Node {
    /// Whether it is one of these words, by its base form, and no name.
    pub(super) fn is_word(&self, words: &[&str]) -> bool {
        self.name.is_none() && words.contains(&&*self.lemma)
    }

    /// Whether it can name a thing or person.
    pub(super) fn is_nominal(&self) -> bool {
        self.name.is_some()
            || matches!(self.pos, Pos::Noun | Pos::Propn | Pos::Pron | Pos::Num | Pos::Sym | Pos::X)
    }

    /// Whether it is a common noun, or a title in capitals: no name.
    pub(super) fn is_noun(&self) -> bool {
        self.name.is_none() && matches!(self.pos, Pos::Noun | Pos::Propn)
    }

    pub(super) fn is_verb(&self) -> bool {
        self.name.is_none() && self.pos == Pos::Verb
    }
}

/// Behind these a name says for or against whom something is, and not whose it is: "anti-Taliban offensive".
const STANCES: [&str; 2] = ["anti-", "pro-"];

/// The nodes of a sentence, in the order of its words. A name has the head of its highest word, and the dependents of
/// all its words. Since depths only fall on the way to the root, that is a tree again. A name behind "anti-" or "pro-" is
/// none of its own.
pub(super) fn nodes(text: &str, sentence: &Sentence, names: &[Span]) -> Vec<Node> {
    let words = &sentence.words;
    let depths = depths(words);
    let mut node_of: Vec<usize> = Vec::with_capacity(words.len());
    // The highest word of each node.
    let mut tops: Vec<usize> = Vec::new();
    let mut nodes: Vec<Node> = Vec::new();
    let mut name = 0;
    for (i, word) in words.iter().enumerate() {
        while names.get(name).is_some_and(|name| name.end <= word.span.start) {
            name += 1;
        }
        let is_here = |name: &&Span| name.overlaps(word.span) && !is_behind_stance(text, name.start);
        let inside = names.get(name).filter(is_here).map(|_| name);
        if inside.is_some()
            && let Some(last) = nodes.last_mut()
            && last.name == inside
        {
            let top = tops.last_mut().map_or(i, |top| {
                if depths[i] < depths[*top] {
                    *top = i;
                }
                *top
            });
            (last.lemma, last.pos, last.relation) =
                (words[top].lemma.clone(), words[top].pos, words[top].relation);
        } else {
            nodes.push(Node {
                span: inside.map_or(word.span, |name| names[name]),
                name: inside,
                form: inside.map_or(word.span, |name| names[name]).of(text).to_lowercase(),
                lemma: word.lemma.clone(),
                pos: word.pos,
                head: None,
                relation: word.relation,
                children: Vec::new(),
                depth: 0,
            });
            tops.push(i);
        }
        node_of.push(nodes.len() - 1);
    }
    for i in 0..nodes.len() {
        nodes[i].head = words[tops[i]].head.map(|head| node_of[head]);
        nodes[i].depth = depths[tops[i]];
        if let Some(head) = nodes[i].head {
            nodes[head].children.push(i);
        }
        // A title in capitals ("Presidents") is no name.
        if nodes[i].name.is_none() && nodes[i].pos == Pos::Propn {
            nodes[i].lemma = lemma(&nodes[i].form, Pos::Noun).into();
        }
    }
    nodes
}

fn is_behind_stance(text: &str, start: usize) -> bool {
    STANCES.iter().any(|stance| {
        let before = start.checked_sub(stance.len()).and_then(|from| text.get(from..start));
        before.is_some_and(|before| before.eq_ignore_ascii_case(stance))
    })
}

/// How far each word is from the root.
fn depths(words: &[Word]) -> Vec<usize> {
    let mut depths: Vec<Option<usize>> = vec![None; words.len()];
    for start in 0..words.len() {
        let mut path = Vec::new();
        let mut at = Some(start);
        while let Some(word) = at
            && depths[word].is_none()
            && path.len() <= words.len()
        {
            path.push(word);
            at = words[word].head;
        }
        let first = at.and_then(|word| depths[word]).map_or(0, |depth| depth + 1);
        for (depth, word) in (first..).zip(path.into_iter().rev()) {
            depths[word] = Some(depth);
        }
    }
    depths.into_iter().map(|depth| depth.unwrap_or_default()).collect()
}

/// The children by one of these relations.
pub(super) fn children<'n>(
    nodes: &'n [Node],
    node: usize,
    relations: &'n [Deprel],
) -> impl Iterator<Item = usize> + 'n {
    nodes[node].children.iter().copied().filter(move |&child| relations.contains(&nodes[child].relation))
}

/// Whether a verb stands after "to".
pub(super) fn is_infinitive(nodes: &[Node], node: usize) -> bool {
    children(nodes, node, &[Deprel::Mark]).any(|mark| nodes[mark].form == "to")
}

/// A node and those that are joined to it by "and" or commas.
pub(super) fn members(nodes: &[Node], node: usize) -> Vec<usize> {
    let mut all = vec![node];
    let mut at = 0;
    while at < all.len() {
        let joined = children(nodes, all[at], &[Deprel::Conj]);
        all.extend(joined.filter(|&member| nodes[member].is_nominal() && !is_instead(nodes, member)));
        at += 1;
    }
    all.sort_unstable();
    all
}

/// "Not by X but by Y", "X, not Y": one instead of the other.
fn is_instead(nodes: &[Node], member: usize) -> bool {
    children(nodes, member, &[Deprel::Cc, Deprel::Advmod])
        .any(|word| matches!(&*nodes[word].form, "but" | "not" | "rather" | "instead"))
}

/// Before "of" they tell a direction: a town south of Baghdad is no town of Baghdad.
const DIRECTIONS: [&str; 12] = [
    "north",
    "south",
    "east",
    "west",
    "northeast",
    "northwest",
    "southeast",
    "southwest",
    "north-east",
    "north-west",
    "south-east",
    "south-west",
];

/// The preposition before a node, in its base form: "due to", "out of", "south of"; the possessive is `'s`.
pub(super) fn preposition(nodes: &[Node], node: usize) -> Option<String> {
    let mut words = Vec::new();
    for case in children(nodes, node, &[Deprel::Case]) {
        // Not "in the south of Kenya", which depends on the direction.
        let before = case.checked_sub(1).filter(|&before| nodes[node].head != Some(before));
        let is_direction = |&before: &usize| nodes[case].form == "of" && nodes[before].is_word(&DIRECTIONS);
        words.extend(before.filter(is_direction).map(|before| nodes[before].form.clone()));
        // "All but one", and what stands after ("years ago"), is none.
        words.push(nodes[case].form.clone());
        words.extend(children(nodes, case, &[Deprel::Fixed]).map(|fixed| nodes[fixed].form.clone()));
    }
    (!words.is_empty()).then(|| words.join(" "))
}

/// What a relative pronoun stands for; else the node itself.
pub(super) fn antecedent(nodes: &[Node], node: usize) -> usize {
    const RELATIVE: [&str; 5] = ["who", "whom", "which", "that", "whose"];
    // "A charge that X denied", with "that" as a conjunction.
    let Node { name, pos, relation, form, .. } = &nodes[node];
    let is_argument = matches!(relation, Deprel::Nsubj | Deprel::NsubjPass | Deprel::Obj);
    if name.is_some() || !(*pos == Pos::Pron || is_argument) || !RELATIVE.contains(&form.as_str()) {
        return node;
    }
    let mut at = node;
    for _ in 0..nodes.len() {
        match (nodes[at].relation, nodes[at].head) {
            (Deprel::AclRelcl, Some(head)) => return head,
            (_, Some(head)) => at = head,
            (_, None) => break,
        }
    }
    node
}
