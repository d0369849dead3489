//! The language of patterns: from the text in a rule file to a tree.
//!
//! A pattern is a row of items separated by blanks, and reads like the sentence it matches:
//!
//! | item | matches |
//! |---|---|
//! | `president` | that word, in any case; `gov.` and `gov` are the same |
//! | `kill~` | any regular inflection of it: kill, kills, killed, killing |
//! | `@leader` | an entry of the word list `leader`, one word or several |
//! | `SUBJ`, `OBJ` | the two names that the relation is about; each exactly once |
//! | `PER` `ORG` `LOC` `MISC` `DATE` `ENT` | some other name; `ENT` is any of the first four |
//! | `OBJ/adj`, `LOC/adj` ... | the same, but an adjective made from a place's name: "Turkish" |
//! | `OBJ=@school` | the same, if the name itself holds an entry of the list |
//! | `ANY` | one word, number, date or adjective of nationality: no name, no punctuation |
//! | `MOD` | as `ANY`, but no little word (list `little`: articles, prepositions, pronouns, auxiliaries) |
//! | `NUM` | a number in digits or words |
//! | `,` `:` `-` `—` `'s` | punctuation, as it stands; `—` is every long dash |
//! | `"("` | what is in the quotes, even where it has a meaning in this language |
//! | `<victim>` | what the phrase `victim` stands for |
//! | `(a b \| c)` | one of the alternatives |
//! | `a?` `a*` `a+` `a{2,4}` | none or one, any number, at least one, two to four |
//! | `^` `$` | start and end of the sentence |

use std::fmt;

use crate::entity::EntityType::{self, Date, Loc, Misc, Org, Per};
use crate::relation::scope::{Scopes, plain};
use crate::relation::words::{Lexeme, inflections, lexemes};

/// The largest count that `{m,n}` takes.
const MOST_REPEATS: u32 = 50;
/// Brackets within brackets.
const DEEPEST: usize = 12;

/// A pattern may have this many items, those of its phrases included.
const MOST_ITEMS: usize = 1000;

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
    /// Any word that is not little.
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

/// Why a pattern makes no sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PatternError {
    /// What is wrong.
    pub(crate) problem: String,
    /// What to do.
    pub(crate) remedy: String,
}

fn wrong<T>(problem: impl Into<String>, remedy: impl Into<String>) -> Result<T, PatternError> {
    Err(PatternError { problem: problem.into(), remedy: remedy.into() })
}

/// Parses a pattern of file number `file` that must hold `SUBJ` and `OBJ` exactly once on every path.
pub(crate) fn parse(text: &str, scopes: &Scopes, file: usize) -> Result<Node, PatternError> {
    let node = parse_any(text, scopes, file)?;
    for (role, name) in [(Role::Subject, "SUBJ"), (Role::Object, "OBJ")] {
        let (least, most) = node.count(role);
        if least == 0 && most == 0 {
            return wrong(
                format!("there is no {name} in the pattern"),
                format!("put {name} where it stands"),
            );
        }
        if least == 0 {
            return wrong(
                format!("{name} may be missing: it is optional, or only in some alternatives"),
                format!("give every alternative one {name}, without ?, * or {{0,n}}"),
            );
        }
        if most > 1 {
            return wrong(
                format!("{name} is there more than once"),
                "name it once; other names are PER, ORG, LOC, MISC or ENT",
            );
        }
    }
    Ok(node)
}

/// Parses a pattern that may leave out `SUBJ` or `OBJ` (the `unless` of a rule).
pub(crate) fn parse_veto(text: &str, scopes: &Scopes, file: usize) -> Result<Node, PatternError> {
    let node = parse_any(text, scopes, file)?;
    for (role, name) in [(Role::Subject, "SUBJ"), (Role::Object, "OBJ")] {
        if node.count(role).1 > 1 {
            return wrong(format!("{name} is there more than once"), "name it once");
        }
    }
    if node.can_be_empty() {
        return wrong("`unless` matches no words at all, so always", "make at least one item not optional");
    }
    Ok(node)
}

/// Parses a pattern, or a part of one.
pub(crate) fn parse_any(text: &str, scopes: &Scopes, file: usize) -> Result<Node, PatternError> {
    let mut parser = Parser { rest: text, depth: 0, items: 0, scopes, file };
    let node = parser.alternatives()?;
    match parser.rest.chars().next() {
        None => Ok(node),
        Some(c) => wrong(
            format!("`{c}` closes nothing"),
            format!("remove it, or write \"{c}\" for the character itself"),
        ),
    }
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
    items: usize,
    scopes: &'a Scopes,
    /// The file in which what is parsed stands.
    file: usize,
}

impl<'a> Parser<'a> {
    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, c: char) -> bool {
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn alternatives(&mut self) -> Result<Node, PatternError> {
        let mut branches = vec![self.sequence()?];
        while self.eat('|') {
            branches.push(self.sequence()?);
        }
        Ok(if branches.len() == 1 { branches.remove(0) } else { Node::Alt(branches) })
    }

    fn sequence(&mut self) -> Result<Node, PatternError> {
        let mut items = Vec::new();
        loop {
            self.skip_blanks();
            match self.rest.chars().next() {
                None | Some('|' | ')') => break,
                Some(_) => {
                    let item = self.item()?;
                    match self.repeated(item)? {
                        Node::Seq(inside) => items.extend(inside),
                        item => items.push(item),
                    }
                }
            }
        }
        match items.len() {
            0 => {
                wrong("a pattern or alternative is empty", "write words in it; for something optional use ?")
            }
            1 => Ok(items.remove(0)),
            _ => Ok(Node::Seq(items)),
        }
    }

    fn deeper(&mut self) -> Result<(), PatternError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return wrong(
                "brackets or phrases are nested too deeply",
                format!("use at most {DEEPEST} levels; a phrase cannot hold itself"),
            );
        }
        Ok(())
    }

    /// What a phrase stands for; its name comes next.
    fn phrase(&mut self) -> Result<Node, PatternError> {
        let Some((name, rest)) = self.rest.split_once('>') else {
            return wrong(
                "a `<` is never closed",
                "write <name> for a phrase, \"<\" for the character itself",
            );
        };
        let Some((file, phrase)) = self.scopes.phrase(self.file, name) else {
            let elsewhere = self.scopes.elsewhere(|file| file.phrases.contains_key(name));
            return wrong(
                format!("there is no phrase `<{name}>`{elsewhere}"),
                "define it under [phrases], or correct the name",
            );
        };
        self.deeper()?;
        self.rest = &phrase.text;
        let user = std::mem::replace(&mut self.file, file);
        let node = self.alternatives()?;
        self.file = user;
        if !self.rest.is_empty() {
            return wrong(format!("the phrase `<{name}>` has a `)` too many"), "remove it");
        }
        self.depth -= 1;
        self.rest = rest;
        Ok(node)
    }

    fn item(&mut self) -> Result<Node, PatternError> {
        self.items += 1;
        if self.items > MOST_ITEMS {
            return wrong(
                "the pattern is too long",
                format!("use at most {MOST_ITEMS} items, phrases included"),
            );
        }
        if self.eat('<') {
            return self.phrase();
        }
        if self.eat('(') {
            self.deeper()?;
            let node = self.alternatives()?;
            self.depth -= 1;
            if !self.eat(')') {
                return wrong("a `(` is never closed", "add `)`, or write \"(\" for the character itself");
            }
            return Ok(node);
        }
        if self.eat('"') {
            let Some((inside, rest)) = self.rest.split_once('"') else {
                return wrong("a quotation mark is never closed", "add the second \"");
            };
            self.rest = rest;
            return words_of(inside);
        }
        if self.eat('^') {
            return Ok(Node::Start);
        }
        if self.eat('$') {
            return Ok(Node::End);
        }
        let end = self
            .rest
            .find(|c: char| {
                c.is_whitespace() || matches!(c, '(' | ')' | '|' | '"' | '?' | '*' | '+' | '{' | '<')
            })
            .unwrap_or(self.rest.len());
        if end == 0 {
            let c = self.rest.chars().next().unwrap_or('?');
            return wrong(
                format!("`{c}` follows nothing that it could repeat"),
                format!("put it right behind a word or bracket, or write \"{c}\" for the character itself"),
            );
        }
        let (token, rest) = self.rest.split_at(end);
        self.rest = rest;
        self.atom(token)
    }

    /// One item without brackets and repetition.
    fn atom(&self, token: &str) -> Result<Node, PatternError> {
        if let Some(name) = token.strip_prefix('@') {
            return match valid_list_name(name) {
                true => Ok(Node::List(self.list(name)?)),
                false => wrong(
                    format!("`{token}` is no name of a word list"),
                    "list names have small letters, digits, _ and -; write \"@\" for the character itself",
                ),
            };
        }
        if let Some(written) = token.strip_suffix('~') {
            return match lexemes(written).as_slice() {
                [Lexeme::Word(word)] => Ok(Node::Inflected(inflections(word))),
                _ => wrong(format!("`{token}` has no inflections"), "put ~ right behind a single word"),
            };
        }
        let (token, holds) = match token.split_once("=@") {
            Some((name, list)) if !name.is_empty() => {
                if !valid_list_name(list) {
                    return wrong(
                        format!("`@{list}` is no name of a word list"),
                        "list names have small letters, digits, _ and -",
                    );
                }
                (name, Some(self.list(list)?))
            }
            _ => (token, None),
        };
        let (name, adjective) = match token.strip_suffix("/adj") {
            Some(name) => (name, true),
            None => (token, false),
        };
        let node = match name {
            "SUBJ" => Node::Slot { role: Role::Subject, adjective, holds },
            "OBJ" => Node::Slot { role: Role::Object, adjective, holds },
            "PER" => Node::Name { types: &[Per], adjective, holds },
            "ORG" => Node::Name { types: &[Org], adjective, holds },
            "LOC" => Node::Name { types: &[Loc], adjective, holds },
            "MISC" => Node::Name { types: &[Misc], adjective, holds },
            "DATE" => Node::Name { types: &[Date], adjective, holds },
            "ENT" => Node::Name { types: &[Per, Org, Loc, Misc], adjective, holds },
            _ if holds.is_some() => {
                return wrong(
                    format!("`{token}` is no name that could hold an entry of a list"),
                    "write for example OBJ=@school",
                );
            }
            "ANY" if !adjective => Node::Any,
            "MOD" if !adjective => Node::Modifier,
            "NUM" if !adjective => Node::Number,
            _ if adjective => {
                return wrong(
                    format!("`{token}`: only SUBJ, OBJ, PER, ORG, LOC, MISC and ENT can be /adj"),
                    "write for example OBJ/adj",
                );
            }
            _ if token.len() > 2 && token.bytes().all(|b| b.is_ascii_uppercase()) => {
                return wrong(
                    format!("`{token}` is unknown"),
                    "capitals are for SUBJ, OBJ, PER, ORG, LOC, MISC, DATE, ENT, ANY, MOD and NUM; \
                     write plain words small, they match in any case",
                );
            }
            _ => return words_of(token),
        };
        Ok(node)
    }

    /// The list that this file calls `name`.
    fn list(&self, name: &str) -> Result<String, PatternError> {
        self.scopes.list(self.file, name).map_or_else(
            || {
                let nearest = self.scopes.nearest(self.file, name);
                let problem = format!("there is no list `@{name}`{nearest}");
                wrong(problem, "define it under [lists], or correct the name")
            },
            Ok,
        )
    }

    fn repeated(&mut self, node: Node) -> Result<Node, PatternError> {
        let (min, max) = if self.eat('?') {
            (0, Some(1))
        } else if self.eat('*') {
            (0, None)
        } else if self.eat('+') {
            (1, None)
        } else if self.eat('{') {
            self.counts()?
        } else {
            return Ok(node);
        };
        if matches!(node, Node::Start | Node::End) {
            return wrong("`^` or `$` cannot be repeated", "remove the repetition");
        }
        if matches!(self.rest.chars().next(), Some('?' | '*' | '+' | '{')) {
            return wrong("two repetitions stand one behind the other", "keep one of them");
        }
        Ok(Node::Repeat { node: Box::new(node), min, max })
    }

    fn counts(&mut self) -> Result<(u32, Option<u32>), PatternError> {
        let usage = "write {2}, {0,3} or {2,}";
        let Some((inside, rest)) = self.rest.split_once('}') else {
            return wrong("a `{` is never closed", usage);
        };
        self.rest = rest;
        let number = |text: &str| match text.trim().parse::<u32>() {
            Ok(n) if n <= MOST_REPEATS => Ok(n),
            Ok(_) => wrong(
                format!("`{{{inside}}}` repeats more than {MOST_REPEATS} times"),
                "use a smaller number, or * for any number",
            ),
            Err(_) => wrong(format!("`{{{inside}}}` is no number of repetitions"), usage),
        };
        let (min, max) = match inside.split_once(',') {
            None => {
                let n = number(inside)?;
                (n, Some(n))
            }
            Some((min, "")) => (number(min)?, None),
            Some((min, max)) => (number(min)?, Some(number(max)?)),
        };
        if max.is_some_and(|max| max < min || max == 0) {
            return wrong(format!("`{{{inside}}}` allows nothing"), usage);
        }
        Ok((min, max))
    }
}

/// A literal stretch of text, cut into words as sentences are.
fn words_of(text: &str) -> Result<Node, PatternError> {
    let mut nodes: Vec<Node> = lexemes(text)
        .into_iter()
        .map(|lexeme| match lexeme {
            Lexeme::Word(word) => Node::Word(word),
            Lexeme::Punct(mark) => Node::Punct(mark),
        })
        .collect();
    match nodes.len() {
        0 => wrong("there is nothing between the quotation marks", "write a word or a character there"),
        1 => Ok(nodes.remove(0)),
        _ => Ok(Node::Seq(nodes)),
    }
}

/// Whether `name` can name a word list.
pub(crate) fn valid_list_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'))
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
    fn count(&self, wanted: Role) -> (u32, u32) {
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

    fn can_be_empty(&self) -> bool {
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
            Node::Punct(mark) if "()|?*+{}^$@~<\"".contains(mark.as_str()) => write!(f, "\"{mark}\""),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Place;
    use crate::relation::scope::Phrase;
    use proptest::prelude::*;
    use std::path::Path;

    fn scopes() -> Scopes {
        let mut scopes = Scopes::default();
        let file = scopes.add(Path::new("x.toml"));
        for (name, text) in [("who", "SUBJ (, a ANY)?"), ("loop", "a <loop>"), ("bad", "a )")] {
            let phrase = Phrase { place: Place::file("x.toml"), text: text.into() };
            scopes.define_phrase(file, name, phrase);
        }
        for list in ["leader", "school", "x", "a"] {
            scopes.define_list(file, list);
        }
        scopes
    }

    fn parse(text: &str) -> Result<Node, PatternError> {
        super::parse(text, &scopes(), 0)
    }

    #[test]
    fn patterns_read_back_as_written() {
        for pattern in [
            "SUBJ ,? (the | a)? ANY{0,2} @leader (of | at) the? OBJ",
            "OBJ/adj (president | prime minister) SUBJ",
            "SUBJ \"(\" OBJ \")\"",
            "^ SUBJ kill~ NUM{2,} (PER | ENT/adj)+ in* OBJ{1} $",
            "the OBJ 's president , SUBJ",
            "SUBJ=@school of LOC/adj=@x OBJ",
        ] {
            let node = parse(pattern).unwrap();
            assert_eq!(node.to_string(), pattern);
            assert_eq!(parse(&node.to_string()).unwrap(), node);
        }
    }

    #[test]
    fn words_are_cut_as_sentences_are() {
        assert_eq!(
            parse("SUBJ U.S.-led Gov. president’s OBJ").unwrap().to_string(),
            "SUBJ u.s - led gov president 's OBJ"
        );
    }

    #[test]
    fn phrases_stand_for_their_pattern() {
        assert_eq!(parse("<who> met OBJ").unwrap(), parse("SUBJ (, a ANY)? met OBJ").unwrap());
    }

    #[test]
    fn broken_patterns_say_what_is_wrong() {
        let table = [
            ("", "empty"),
            ("SUBJ", "no OBJ"),
            ("SUBJ OBJ?", "may be missing"),
            ("SUBJ OBJ OBJ", "more than once"),
            ("SUBJ (x | OBJ)", "may be missing"),
            ("SUBJ+ OBJ", "more than once"),
            ("SUBJ (OBJ", "never closed"),
            ("SUBJ OBJ)", "closes nothing"),
            ("SUBJ \"OBJ", "never closed"),
            ("SUBJ ? OBJ", "follows nothing"),
            ("SUBJ ANY{0,1000} OBJ", "more than 50"),
            ("SUBJ ANY{x} OBJ", "no number"),
            ("SUBJ ANY{3,1} OBJ", "allows nothing"),
            ("SUBJ ANY{3 OBJ", "never closed"),
            ("SUBJ ANY?? OBJ", "two repetitions"),
            ("SUBJECT met OBJ", "`SUBJECT` is unknown"),
            ("SUBJ @Leader OBJ", "no name of a word list"),
            ("SUBJ ANY/adj OBJ", "can be /adj"),
            ("SUBJ ANY=@x OBJ", "no name that could"),
            ("SUBJ=@X OBJ", "no name of a word list"),
            ("SUBJ () OBJ", "empty"),
            ("SUBJ , ~ OBJ", "no inflections"),
            ("<whom> OBJ", "no phrase `<whom>`"),
            ("<who OBJ", "never closed"),
            ("<who> SUBJ OBJ", "more than once"),
            ("<loop> SUBJ OBJ", "too deeply"),
            ("<bad> SUBJ OBJ", "a `)` too many"),
        ];
        for (pattern, part) in table {
            let error = parse(pattern).unwrap_err();
            assert!(error.problem.contains(part), "{pattern}: {}", error.problem);
            assert!(!error.remedy.is_empty());
        }
        assert!(parse(&format!("{} SUBJ OBJ", "(".repeat(100_000))).is_err());
        assert!(parse_veto("(the | a)?", &scopes(), 0).is_err());
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in "(SUBJ|OBJ|ANY|MOD|=|@a|<who>|<|[a(){}|?*+^$~\"@, 0-9]|\\PC){0,40}") {
            if let Ok(node) = parse(&text) {
                prop_assert_eq!(parse(&node.to_string()), Ok(node));
            }
        }
    }
}
