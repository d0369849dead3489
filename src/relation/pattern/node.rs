//! A parsed pattern.

use std::fmt;

use crate::entity::EntityType;
use crate::relation::scope::plain;

/// Which argument of the relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Subject,
    Object,
}

/// A parsed pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    /// A word, normalised.
    Word(String),
    /// The inflections of a word, itself first.
    Inflected(Vec<String>),
    /// A punctuation mark, normalised.
    Punct(String),
    /// A word list, by its name in the whole set.
    List(String),
    /// One of the two arguments.
    Slot { role: Role, adjective: bool, holds: Option<String> },
    /// Another name of one of these types.
    Name { types: &'static [EntityType], adjective: bool, holds: Option<String> },
    /// Any word.
    Any,
    /// Any word that is no function word.
    Modifier,
    /// A number.
    Number,
    /// Start of the sentence.
    Start,
    /// End of the sentence.
    End,
    /// One after the other.
    Seq(Vec<Node>),
    /// One of them.
    Alt(Vec<Node>),
    /// Again and again.
    Repeat { node: Box<Node>, min: u32, max: Option<u32> },
}

impl Node {
    /// The items of the outermost row.
    pub(crate) fn items(&self) -> &[Node] {
        match self {
            Node::Seq(items) => items,
            other => std::slice::from_ref(other),
        }
    }

    /// How often a role is there, at least and at most (2 stands for any larger number).
    pub(super) fn count(&self, wanted: Role) -> (u32, u32) {
        match self {
            Node::Slot { role, .. } if *role == wanted => (1, 1),
            Node::Seq(nodes) => nodes
                .iter()
                .map(|n| n.count(wanted))
                .fold((0, 0), |(a, b), (c, d)| ((a + c).min(2), (b + d).min(2))),
            Node::Alt(nodes) => nodes
                .iter()
                .map(|n| n.count(wanted))
                .reduce(|(a, b), (c, d)| (a.min(c), b.max(d)))
                .unwrap_or((0, 0)),
            Node::Repeat { node, min, max } => {
                let (least, most) = node.count(wanted);
                (least.min(least * (*min).min(2)), (most * max.unwrap_or(2).min(2)).min(2))
            }
            _ => (0, 0),
        }
    }

    /// Whether it matches no words at all.
    pub(super) fn can_be_empty(&self) -> bool {
        match self {
            Node::Start | Node::End => true,
            Node::Seq(nodes) => nodes.iter().all(Node::can_be_empty),
            Node::Alt(nodes) => nodes.iter().any(Node::can_be_empty),
            Node::Repeat { node, min, .. } => *min == 0 || node.can_be_empty(),
            _ => false,
        }
    }

    /// Whether `SUBJ` or `OBJ` is in it.
    pub(crate) fn has_slot(&self) -> bool {
        self.count(Role::Subject).1 + self.count(Role::Object).1 > 0
    }

    /// The lists of which the pattern wants an entry inside a name.
    pub(crate) fn held_lists(&self) -> Vec<&str> {
        let mut lists = Vec::new();
        self.walk(&mut |node| match node {
            Node::Slot { holds, .. } | Node::Name { holds, .. } => lists.extend(holds.as_deref()),
            _ => {}
        });
        lists
    }

    /// Calls `visit` with this node and every node inside it.
    pub(crate) fn walk<'n>(&'n self, visit: &mut impl FnMut(&'n Node)) {
        visit(self);
        match self {
            Node::Seq(nodes) | Node::Alt(nodes) => nodes.iter().for_each(|n| n.walk(visit)),
            Node::Repeat { node, .. } => node.walk(visit),
            _ => {}
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |f: &mut fmt::Formatter<'_>, nodes: &[Node], between: &str| {
            for (i, node) in nodes.iter().enumerate() {
                if i > 0 {
                    f.write_str(between)?;
                }
                node.fmt(f)?;
            }
            Ok(())
        };
        let adj = |adjective: &bool| if *adjective { "/adj" } else { "" };
        let held =
            |list: &Option<String>| list.as_ref().map(|l| format!("=@{}", plain(l))).unwrap_or_default();
        match self {
            Node::Word(word) => f.write_str(word),
            Node::Inflected(forms) => write!(f, "{}~", forms.first().map_or("", String::as_str)),
            // Between quotation marks there can be none; this one is read as one.
            Node::Punct(mark) if mark == "\"" => f.write_str("`"),
            Node::Punct(mark) if "()|?*+{}^$@~<".contains(mark.as_str()) => write!(f, "\"{mark}\""),
            Node::Punct(mark) => f.write_str(mark),
            Node::List(name) => write!(f, "@{}", plain(name)),
            Node::Slot { role, adjective, holds } => {
                let name = if *role == Role::Subject { "SUBJ" } else { "OBJ" };
                write!(f, "{name}{}{}", adj(adjective), held(holds))
            }
            Node::Name { types: [only], adjective, holds } => {
                write!(f, "{only}{}{}", adj(adjective), held(holds))
            }
            Node::Name { adjective, holds, .. } => write!(f, "ENT{}{}", adj(adjective), held(holds)),
            Node::Any => f.write_str("ANY"),
            Node::Modifier => f.write_str("MOD"),
            Node::Number => f.write_str("NUM"),
            Node::Start => f.write_str("^"),
            Node::End => f.write_str("$"),
            Node::Seq(nodes) => row(f, nodes, " "),
            Node::Alt(nodes) => {
                f.write_str("(")?;
                row(f, nodes, " | ")?;
                f.write_str(")")
            }
            Node::Repeat { node, min, max } => {
                match node.as_ref() {
                    Node::Seq(_) | Node::Repeat { .. } => write!(f, "({node})")?,
                    _ => node.fmt(f)?,
                }
                match (min, max) {
                    (0, Some(1)) => f.write_str("?"),
                    (0, None) => f.write_str("*"),
                    (1, None) => f.write_str("+"),
                    (n, Some(m)) if n == m => write!(f, "{{{n}}}"),
                    (n, Some(m)) => write!(f, "{{{n},{m}}}"),
                    (n, None) => write!(f, "{{{n},}}"),
                }
            }
        }
    }
}
