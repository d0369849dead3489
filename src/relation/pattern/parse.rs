//! Parses the text of a pattern.

use crate::entity::EntityType::{Date, Loc, Misc, Org, Per};
use crate::relation::pattern::node::{Node, Role};
use crate::relation::scope::Scopes;
use crate::relation::words::{Lexeme, inflections, lexemes};

/// The largest count that `{m,n}` takes: larger ones make automata too large to be fast.
const MOST_REPEATS: u32 = 50;
/// Brackets within brackets, so that no pattern overflows the stack.
const DEEPEST: usize = 12;
/// Items of a pattern, those of its phrases included, so that phrases of phrases stay small.
const MOST_ITEMS: usize = 1000;

/// Why a text is no pattern.
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
        self.name_or_word(token, holds)
    }

    /// An argument, another name, or a word; `holds` is the list of which a name must hold an entry.
    fn name_or_word(&self, token: &str, holds: Option<String>) -> Result<Node, PatternError> {
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
