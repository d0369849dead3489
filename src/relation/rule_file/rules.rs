//! The rules of a rule file: patterns and frames.

use std::collections::BTreeMap;
use std::sync::Arc;

use toml::Spanned;

use crate::entity::EntityType;
use crate::error::Result;
use crate::relation::frame::{Frame, Path};
use crate::relation::pattern::{self, Node, PatternError};
use crate::relation::rule::{Pattern, Rule, YesExample};
use crate::relation::rule_file::source::{FrameSource, OneOrMore, RuleSource, WordLists};
use crate::relation::rule_file::{RuleFile, capital};
use crate::relation::schema::{Predicate, Predicates};
use crate::relation::scope::Scopes;
use crate::syntax::clause::Kind;

/// Parses a pattern in the scope of a file.
type Parse = fn(&str, &Scopes, usize) -> Result<Node, PatternError>;

impl RuleFile<'_> {
    pub(in crate::relation) fn rule(
        &self,
        source: RuleSource,
        predicates: &Predicates,
        scopes: &Scopes,
    ) -> Result<Rule> {
        let id = source.id.get_ref().as_str();
        let predicate = self.predicate(&source.id, predicates)?;
        let subject = self.types(id, predicate, &source.subject, &predicate.schema().subject)?;
        let object = self.types(id, predicate, &source.object, &predicate.schema().object)?;
        let score = self.score(id, &source.score)?;
        let patterns = self.patterns(id, &source.pattern, pattern::parse, scopes)?;
        if patterns.is_empty() {
            return Err(self.wrong(
                id,
                source.pattern.span(),
                "it has no pattern".into(),
                "Write one".into(),
            ));
        }
        let unless = source.unless.map(|unless| self.patterns(id, &unless, pattern::parse_veto, scopes));
        Ok(Rule {
            id: Arc::from(id),
            predicate,
            subject,
            object,
            score,
            prior: score,
            patterns,
            frame: None,
            unless: unless.transpose()?.unwrap_or_default(),
            granted: source.granted,
            punctuated: source.punctuated,
            yes: source.yes.into_iter().map(YesExample::from).collect(),
            no: source.no,
            written: self.written(source.id.span().start, "[[rule]]"),
            built_in: false,
            place: self.place(source.id.span().start),
        })
    }

    /// The patterns under one key of a rule.
    fn patterns(
        &self,
        id: &str,
        from: &Spanned<OneOrMore>,
        parse: Parse,
        scopes: &Scopes,
    ) -> Result<Vec<Pattern>> {
        let mut patterns = Vec::new();
        for text in from.get_ref().all() {
            // The line of this very pattern, if it stands in the file as it is.
            let span = from.span();
            let at = self.text.get(span.clone()).and_then(|t| t.find(text.as_str())).unwrap_or(0);
            let at = span.start + at..span.end;
            let node = match parse(text, scopes, self.number) {
                Ok(node) => node,
                Err(e) => {
                    let problem = format!("pattern `{text}`: {}", e.problem);
                    return Err(self.wrong(id, at, problem, capital(&e.remedy)));
                }
            };
            patterns.push(Pattern { text: text.clone(), node: Arc::new(node) });
        }
        Ok(patterns)
    }

    pub(in crate::relation) fn frame(
        &self,
        source: FrameSource,
        lists: &WordLists,
        predicates: &Predicates,
    ) -> Result<Rule> {
        let id = source.id.get_ref().as_str();
        let predicate = self.predicate(&source.id, predicates)?;
        let (kind, words) = self.kind_of_frame(&source)?;
        let frame = self.conditions(&source, kind, words, lists, predicate)?;
        let score = self.score(id, &source.score)?;
        Ok(Rule {
            id: Arc::from(id),
            predicate,
            subject: self.types(id, predicate, &source.subject_type, &predicate.schema().subject)?,
            object: self.types(id, predicate, &source.object_type, &predicate.schema().object)?,
            score,
            prior: score,
            patterns: Vec::new(),
            frame: Some(frame),
            unless: Vec::new(),
            granted: false,
            punctuated: false,
            written: self.written(source.id.span().start, "[[frame]]"),
            built_in: false,
            place: self.place(source.id.span().start),
            yes: source.yes.into_iter().map(YesExample::from).collect(),
            no: source.no,
        })
    }

    /// What kind of predicate word a frame asks for, and the words.
    fn kind_of_frame<'s>(&self, source: &'s FrameSource) -> Result<(Kind, &'s [String])> {
        let kinds = [
            (Kind::Verb, &source.verb),
            (Kind::Noun, &source.noun),
            (Kind::Adjective, &source.adjective),
            (Kind::Name, &source.name),
        ];
        let mut given = kinds.into_iter().filter(|(_, words)| !words.is_empty());
        match (given.next(), given.next()) {
            (Some((kind, words)), None) => Ok((kind, words)),
            _ => {
                let problem = "it needs words of one kind: verb, noun, adjective or name".into();
                let remedy = "Make a frame of each kind".into();
                Err(self.wrong(source.id.get_ref(), source.id.span(), problem, remedy))
            }
        }
    }

    /// What a frame asks of a clause.
    fn conditions(
        &self,
        source: &FrameSource,
        kind: Kind,
        words: &[String],
        lists: &WordLists,
        predicate: Predicate,
    ) -> Result<Frame> {
        let spelled_out = |words: &[String]| self.spelled_out(&source.id, words, lists);
        let paths = |written: &OneOrMore| -> Vec<Path> {
            written.all().iter().map(|path| path.split('.').map(str::to_owned).collect()).collect()
        };
        let mut fillers = BTreeMap::new();
        for (role, words) in &source.fillers {
            fillers.insert(role.clone(), spelled_out(words)?);
        }
        Ok(Frame {
            kind,
            words: if kind == Kind::Name { Vec::new() } else { spelled_out(words)? },
            names: source.name.iter().map(|name| EntityType::named(name)).collect(),
            name_words: spelled_out(&source.self_has)?,
            subject_is: source.subject_is,
            object_is: source.object_is,
            object_has: spelled_out(&source.object_has)?,
            object_lacks: spelled_out(&source.object_lacks)?,
            by_acting: !predicate.schema().state,
            subject: paths(&source.subject),
            object: paths(&source.object),
            fillers,
            has: source.has.clone(),
            lacks: source.lacks.clone(),
            through: spelled_out(&source.through)?,
        })
    }

    /// Words of a frame, where `@list` stands for the words of that list of the file.
    fn spelled_out(&self, id: &Spanned<String>, words: &[String], lists: &WordLists) -> Result<Vec<String>> {
        let mut all = Vec::new();
        self.spell_out(id, words, lists, &mut Vec::new(), &mut all)?;
        Ok(all)
    }

    /// Adds them to `all`. `open` are the lists that these words are in.
    fn spell_out<'a>(
        &self,
        id: &Spanned<String>,
        words: &'a [String],
        lists: &'a WordLists,
        open: &mut Vec<&'a str>,
        all: &mut Vec<String>,
    ) -> Result<()> {
        for word in words {
            let Some(name) = word.strip_prefix('@') else {
                all.push(word.clone());
                continue;
            };
            let (problem, remedy) = match lists.get(name) {
                Some(_) if open.contains(&name) => {
                    (format!("the list `@{name}` is in itself"), "Take it out under [words]")
                }
                Some(list) => {
                    open.push(name);
                    self.spell_out(id, list.get_ref(), lists, open, all)?;
                    open.pop();
                    continue;
                }
                None => (format!("there is no list `@{name}` in this file"), "Define it under [words]"),
            };
            return Err(self.wrong(id.get_ref(), id.span(), problem, remedy.into()));
        }
        Ok(())
    }

    /// The predicate that an id begins with.
    fn predicate(&self, id: &Spanned<String>, known: &Predicates) -> Result<Predicate> {
        let wrong = |problem, remedy| Err(self.wrong(id.get_ref(), id.span(), problem, remedy));
        let named = |name: &str| {
            !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        let Some((predicate, _)) = id.get_ref().split_once('/').filter(|(_, name)| named(name)) else {
            return wrong(
                "an id is the predicate, a slash and a name of small letters, digits and -".into(),
                "Write for example leads/title-of".into(),
            );
        };
        match known.named(predicate) {
            Some(predicate) => Ok(predicate),
            None => wrong(
                format!("`{predicate}` is no predicate"),
                format!(
                    "Define it under [predicate.{predicate}]; or the part before the slash must be one of {}",
                    known.listed()
                ),
            ),
        }
    }

    /// The types that a rule asks for, among those that its predicate allows.
    fn types(
        &self,
        id: &str,
        predicate: Predicate,
        wanted: &Option<Spanned<Vec<String>>>,
        allowed: &[EntityType],
    ) -> Result<Vec<EntityType>> {
        let Some(wanted) = wanted else { return Ok(allowed.to_vec()) };
        let allow = |name: &String| {
            allowed.iter().copied().find(|t| t.as_str() == name).ok_or_else(|| {
                let allowed: Vec<_> = allowed.iter().map(|t| t.as_str()).collect();
                let problem = format!("`{name}` is no type that {predicate} takes there");
                self.wrong(id, wanted.span(), problem, format!("Use {}", allowed.join(", ")))
            })
        };
        wanted.get_ref().iter().map(allow).collect()
    }

    fn score(&self, id: &str, score: &Spanned<f64>) -> Result<f32> {
        let (value, span) = (*score.get_ref(), score.span());
        if value > 0.0 && value <= 1.0 {
            return Ok(value as f32);
        }
        let problem = format!("the score {value} is not between 0 and 1");
        Err(self.wrong(id, span, problem, "Write how often the rule is right, for example 0.8".into()))
    }

    /// The rule around an offset, from its header (`[[rule]]`) to the next.
    fn written(&self, offset: usize, header: &str) -> String {
        let start = self.text[..offset].rfind(header).unwrap_or(offset);
        let is_next = |line: &str| {
            ["[[", "[predicate", "[lists", "[add_to", "[cues", "[phrases", "[words", "[acting"]
                .iter()
                .any(|header| line.starts_with(header))
        };
        let mut lines = self.text[start..].lines();
        let own = lines.next().into_iter().chain(lines.take_while(|line| !is_next(line)));
        // A comment at the end belongs to the next rule.
        let kept: Vec<&str> = own.collect();
        let last = kept.iter().rposition(|l| !l.trim().is_empty() && !l.trim_start().starts_with('#'));
        kept[..=last.unwrap_or(0)].join("\n")
    }
}
