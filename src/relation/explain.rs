//! What the matcher saw, for people: the spelled line, the rules that matched, and the one that
//! nearly did.

use crate::relation::compile::{Compiler, LazyRegex, common};
use crate::relation::line::{Kind, OBJECT, OTHER, SUBJECT, Sentence, View, is_name};
use crate::relation::matcher::LITTLE;
use crate::relation::pattern::Node;
use crate::relation::{Document, Matcher, RuleSet};

/// One pair of names of a sentence.
#[derive(Debug, Clone)]
pub struct PairExplanation {
    /// Mention that was tried as subject.
    pub subject: usize,
    /// Mention that was tried as object.
    pub object: usize,
    /// The line that the patterns were matched against.
    pub line: String,
    /// Rules that matched, with their scores, best first.
    pub matched: Vec<(String, f32)>,
    /// The rule that came nearest, if none matched.
    pub nearest: Option<NearMiss>,
}

/// A rule that nearly matched.
#[derive(Debug, Clone)]
pub struct NearMiss {
    /// Its id.
    pub rule: String,
    /// The words that the beginning of its pattern matched.
    pub matched: String,
    /// The first item that did not.
    pub failed: String,
    /// The word at which it failed; `None` at the end of the sentence.
    pub at: Option<String>,
}

/// Whether an item asks for certain words.
fn speaks(node: &Node) -> bool {
    matches!(node, Node::Word(_) | Node::Inflected(_) | Node::List(_) | Node::Alt(_)) && !node.has_slot()
}

/// How much of a pattern some items are: optional ones count nothing.
fn weight(items: &[Node]) -> f32 {
    items.iter().filter(|node| speaks(node) || node.has_slot()).count() as f32
}

struct Prefixes<'r> {
    rule: usize,
    items: &'r [Node],
    /// `regexes[i]` is for the first `i + 1` items.
    regexes: Vec<LazyRegex>,
}

impl Matcher {
    /// Explains every pair of names of every sentence, in both directions where both could be.
    /// `set` must be the set that the matcher was made from.
    pub fn explain(&self, set: &RuleSet, document: Document<'_>) -> Vec<PairExplanation> {
        let prefixes = self.prefixes(set);
        let mut found = Vec::new();
        self.each_sentence(document, |sentence, _| {
            let hits = self.hits(sentence);
            let names: Vec<(usize, usize)> = sentence
                .tokens
                .iter()
                .enumerate()
                .filter_map(|(i, token)| match token.kind {
                    Kind::Name(mention) => Some((i, mention)),
                    _ => None,
                })
                .collect();
            for (i, &first) in names.iter().enumerate() {
                for &second in &names[i + 1..] {
                    for ((s, subject), (o, object)) in [(first, second), (second, first)] {
                        let mut matched: Vec<(String, f32)> = hits
                            .iter()
                            .filter(|hit| hit.subject == subject && hit.object == object)
                            .map(|hit| &set.rules()[hit.rule])
                            .map(|rule| (rule.id.to_string(), rule.score))
                            .collect();
                        matched.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
                        matched.dedup();
                        let (line, nearest) = self.explain_pair(set, sentence, s, o, &prefixes);
                        let nearest = nearest.filter(|_| matched.is_empty());
                        if !matched.is_empty() || nearest.is_some() || s < o {
                            found.push(PairExplanation { subject, object, line, matched, nearest });
                        }
                    }
                }
            }
        });
        found
    }

    /// The clauses that frames see, one a line, in all sentences with two names.
    pub fn explain_clauses(&self, document: Document<'_>) -> Vec<String> {
        let mut written = Vec::new();
        self.each_sentence(document, |sentence, _| {
            written.extend(Self::clauses(sentence).into_iter().flat_map(|(clauses, _)| clauses.written()));
        });
        written
    }

    fn prefixes<'r>(&self, set: &'r RuleSet) -> Vec<Prefixes<'r>> {
        let lists = self.list_numbers();
        let compiler = Compiler {
            vocabulary: &self.vocabulary,
            lists: &lists,
            tagger: &self.tagger,
            spelled: &self.spelled,
            keys: self.keys,
            common: common(&self.vocabulary),
        };
        let rules = set.rules().iter().enumerate();
        rules
            .flat_map(|(number, rule)| rule.patterns.iter().map(move |p| (number, rule, p.node.items())))
            .map(|(number, rule, items)| {
                let regexes = (1..=items.len())
                    .map(|n| {
                        let prefix = Node::Seq(items[..n].to_vec());
                        compiler.regex(&prefix, &rule.subject, &rule.object)
                    })
                    .collect();
                Prefixes { rule: number, items, regexes }
            })
            .collect()
    }

    /// The line for two tokens that are names, and the rule that came nearest.
    fn explain_pair(
        &self,
        set: &RuleSet,
        sentence: &Sentence<'_>,
        subject: usize,
        object: usize,
        prefixes: &[Prefixes<'_>],
    ) -> (String, Option<NearMiss>) {
        let slot = |token: usize| sentence.slots.iter().position(|slot| slot.names.contains(&token));
        let (Some(subject_slot), Some(object_slot)) = (slot(subject), slot(object)) else {
            return (self.readable(sentence), None);
        };
        let place = |token: usize| sentence.slots[subject_slot].names.iter().position(|&t| t == token);
        let (view, places) = if subject_slot == object_slot {
            (View::Apart(subject_slot), (place(subject).unwrap_or(0), place(object).unwrap_or(0)))
        } else {
            (View::Slots, (subject_slot, object_slot))
        };
        let mut line = sentence.line(view, &self.spelled);
        line.set_all(OTHER);
        line.set(places.0, SUBJECT);
        line.set(places.1, OBJECT);
        let sight = line.sight(places.0, places.1);
        let seen = &line.bytes[sight.clone()];
        let mut best: Option<(f32, NearMiss)> = None;
        for prefix in prefixes {
            // If a longer prefix matches, so do all shorter ones.
            let found = prefix.regexes.iter().map_while(|regex| regex.find(seen));
            let Some((last, found)) = found.enumerate().last() else { continue };
            let (matched, rest) = prefix.items.split_at(last + 1);
            let Some(failed) = rest.first() else { continue };
            // What matched must speak of the pair and of more than names.
            let spoken = matched.iter().any(speaks) && matched.iter().any(Node::has_slot);
            let done = weight(matched) / weight(prefix.items);
            if spoken && best.as_ref().is_none_or(|(least, _)| done > *least) {
                let (start, end) = (sight.start + found.start, sight.start + found.end);
                let at = line
                    .items()
                    .find(|&(at, _)| at >= end)
                    .filter(|&(at, _)| line.bytes.get(at).is_some_and(|&b| b < 0x10))
                    .map(|(_, (first, last))| words_between(sentence, first, last));
                let (first, last) = line.tokens_of(start..end);
                let matched = words_between(sentence, first, last);
                let rule = set.rules()[prefix.rule].id.to_string();
                best = Some((done, NearMiss { rule, matched, failed: failed.to_string(), at }));
            }
        }
        (self.spelled(sentence, &line), best.map(|(_, near)| near))
    }

    /// The line that a sentence is spelled as, before anybody has a role.
    pub(crate) fn readable(&self, sentence: &Sentence<'_>) -> String {
        let mut line = sentence.line(View::Slots, &self.spelled);
        line.set_all(OTHER);
        self.spelled(sentence, &line)
    }

    fn spelled(&self, sentence: &Sentence<'_>, line: &crate::relation::line::Line) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut covered = 0;
        for (at, (first, last)) in line.items() {
            let bytes = &line.bytes[at..];
            match bytes.first() {
                Some(&first_byte) if is_name(first_byte) => {
                    let role = match first_byte {
                        SUBJECT => "SUBJ·",
                        OBJECT => "OBJ·",
                        _ => "",
                    };
                    let letter = match bytes[1].to_ascii_uppercase() {
                        b'P' => "PER",
                        b'O' => "ORG",
                        b'L' => "LOC",
                        b'M' => "MISC",
                        _ => "DATE",
                    };
                    let adjective = if bytes[1].is_ascii_lowercase() { "/adj" } else { "" };
                    let words = words_between(sentence, first, last);
                    parts.push(format!("⟨{role}{letter}{adjective}: {words}⟩"));
                    covered = last + 1;
                }
                Some(&first_byte) if first_byte < 0x10 && first >= covered => {
                    let (text, tokens) = self.spelled_word(sentence, first);
                    parts.push(text);
                    covered = first + tokens;
                }
                _ => {}
            }
        }
        parts.join(" ")
    }

    /// A word with its lists, and how many tokens the entry of the list has.
    fn spelled_word(&self, sentence: &Sentence<'_>, token: usize) -> (String, usize) {
        // That "the" and "of" are little is no news.
        let news = |list: u32| self.list_name(list) != LITTLE;
        let tags: Vec<_> = sentence.tags_of(token).filter(|tag| news(tag.list)).collect();
        let mut last = token;
        if tags.iter().any(|tag| tag.part == b'B') {
            while last + 1 < sentence.tokens.len()
                && sentence.tags_of(last + 1).any(|tag| matches!(tag.part, b'C' | b'E'))
            {
                last += 1;
                if sentence.tags_of(last).any(|tag| tag.part == b'E') {
                    break;
                }
            }
        }
        let mut text = words_between(sentence, token, last);
        if tags.is_empty() {
            return (text, 1);
        }
        for tag in tags {
            text.push_str("·@");
            text.push_str(self.list_name(tag.list));
        }
        (format!("⟨{text}⟩"), last + 1 - token)
    }
}

fn words_between(sentence: &Sentence<'_>, first: usize, last: usize) -> String {
    let (first, last) = (sentence.tokens[first].span, sentence.tokens[last].span);
    sentence.document.text[first.start..last.end].split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relation::Bracketed;

    fn explained(text: &str) -> Vec<PairExplanation> {
        let mut set = RuleSet::default();
        let rules = "[lists]\nleader = [\"president\", \"prime minister\"]\n[[rule]]\nid = \"leads/x\"\n\
                     pattern = \"SUBJ , @leader of OBJ\"\nscore = 0.9\n";
        set.add_files(vec![("x.toml".into(), rules.into())]).unwrap();
        let read = Bracketed::text(text);
        Matcher::new(&set).unwrap().explain(&set, read.document())
    }

    #[test]
    fn the_line_shows_lists_and_roles() {
        let found = explained("[PER Ana Ruiz], prime minister of [LOC Spain] and [LOC Peru], left.");
        assert_eq!(
            found[0].line,
            "⟨SUBJ·PER: Ana Ruiz⟩ , ⟨prime minister·@leader⟩ of ⟨OBJ·LOC: Spain and Peru⟩ , left ."
        );
        assert_eq!(found[0].matched, [("leads/x".to_owned(), 0.9)]);
    }

    #[test]
    fn a_near_miss_names_the_word() {
        let found = explained("[PER Ana Ruiz], president for [LOC Spain], left.");
        let near = found[0].nearest.as_ref().unwrap();
        assert_eq!((near.failed.as_str(), near.at.as_deref()), ("of", Some("for")));
    }
}
