//! Two-column CoNLL: `token TAB tag`, a blank line between sentences, `-DOCSTART-` between documents.

use std::path::Path;

use crate::entity::EntityType;
use crate::error::{Place, Problem};
use crate::eval::labels::{Document, Labels, Mention};
use crate::text::{Article, Span};

/// A document of more sentences is cut: such files have no document breaks at all.
const MOST_SENTENCES: usize = 200;
/// Into documents of so many.
const CUT_AT: usize = 20;

/// Whether this looks like CoNLL: the last of at least two columns is a tag.
pub(super) fn is_conll(content: &str) -> bool {
    let mut lines = content.lines().filter(|line| !line.trim().is_empty() && !is_comment(line)).take(50);
    let mut seen = 0;
    lines.all(|line| {
        seen += 1;
        columns(line, 0).is_some_and(|(_, tag)| Tag::parse(tag).is_some())
    }) && seen > 0
}

/// The documents of one file. The text of a document is its tokens joined by blanks, with a blank
/// line after each sentence so that sentences stay what they are.
pub(super) fn read(path: &Path, stem: &str, content: &str, problems: &mut Vec<Problem>) -> Vec<Document> {
    let mut documents = Vec::new();
    let mut current: Vec<Sentence<'_>> = Vec::new();
    let mut sentence = Sentence::default();
    let mut scheme = Scheme::default();
    let mut finish = |sentences: &mut Vec<Sentence<'_>>, problems: &mut Vec<Problem>| {
        let size = if sentences.len() > MOST_SENTENCES { CUT_AT } else { MOST_SENTENCES };
        for piece in sentences.chunks(size) {
            let id = format!("{stem}-{}", documents.len() + 1);
            documents.push(document(id, path, piece, problems));
        }
        sentences.clear();
    };
    for (number, line) in (1u64..).zip(content.lines()) {
        if is_comment(line) {
            continue;
        }
        if line.trim().is_empty() {
            push(&mut current, &mut sentence);
            continue;
        }
        if line.starts_with("-DOCSTART-") {
            push(&mut current, &mut sentence);
            finish(&mut current, problems);
            continue;
        }
        if line.split('\t').next().is_some_and(|token| token.trim().is_empty()) {
            let message = "the token is blank";
            let done = "Left out of the text; a name that goes on after it is one name";
            problems.push(Problem::mended(Place::line(path, number), message, done));
            continue;
        }
        let Some((token, tag)) = columns(line, sentence.tokens.len() + 1) else {
            let message = format!("`{line}` is not a token, a tab and a tag");
            problems.push(Problem::skipped(Place::line(path, number), message, "Left out: add the tag"));
            continue;
        };
        let parsed = Tag::parse(tag).unwrap_or_else(|| {
            let message = format!("`{tag}` of `{token}` is not a tag such as O, B-PER or I-PER");
            problems.push(Problem::skipped(Place::line(path, number), message, "Taken as O: mend the tag"));
            Tag::OUTSIDE
        });
        scheme.see(sentence.tokens.last().map_or(Tag::OUTSIDE, |t| t.tag), parsed);
        sentence.tokens.push(Token { text: token, tag: parsed, line: number });
    }
    push(&mut current, &mut sentence);
    finish(&mut current, problems);
    if scheme.is_iob2_with_faults() {
        let message = format!(
            "{} names start with I- although the file starts names with B- ({} of them)",
            scheme.bare_inside, scheme.begin_after_outside
        );
        let done = "Each is read as the start of a name, as conlleval does; seqeval's strict mode drops them";
        problems.push(Problem::mended(Place::file(path), message, done));
    }
    documents
}

#[derive(Default)]
struct Sentence<'a> {
    tokens: Vec<Token<'a>>,
}

struct Token<'a> {
    text: &'a str,
    tag: Tag<'a>,
    line: u64,
}

fn push<'a>(sentences: &mut Vec<Sentence<'a>>, sentence: &mut Sentence<'a>) {
    if !sentence.tokens.is_empty() {
        sentences.push(std::mem::take(sentence));
    }
}

fn document(id: String, path: &Path, sentences: &[Sentence<'_>], problems: &mut Vec<Problem>) -> Document {
    let mut text = String::new();
    let mut mentions = Vec::new();
    for sentence in sentences {
        let mut spans = Vec::with_capacity(sentence.tokens.len());
        for token in &sentence.tokens {
            if !spans.is_empty() {
                text.push(' ');
            }
            spans.push(Span::new(text.len(), text.len() + token.text.len()));
            text.push_str(token.text);
        }
        text.push_str("\n\n");
        let tags: Vec<Tag<'_>> = sentence.tokens.iter().map(|token| token.tag).collect();
        for (first, last, label) in chunks(&tags) {
            if label.is_empty() {
                let place = Place::line(path, sentence.tokens[first].line);
                let message = format!("the name at `{}` has no type", sentence.tokens[first].text);
                problems.push(Problem::skipped(place, message, "Left out: write it as B-TYPE"));
                continue;
            }
            let span = Span::new(spans[first].start, spans[last].end);
            mentions.push(Mention::new(span, EntityType::named(label)));
        }
    }
    let line = sentences.first().and_then(|s| s.tokens.first()).map_or(1, |token| token.line);
    Document {
        article: Article { id, text, ..Article::default() },
        place: Place::line(path, line),
        labels: Labels { mentions, relations: Vec::new() },
        annotated_types: None,
    }
}

fn is_comment(line: &str) -> bool {
    line.starts_with("# ") && !line.contains('\t')
}

/// The first and the last column. With tabs, a token may contain blanks. `position` is that of the token in its sentence, from
/// 1: where a number tells it, or no tag ends the line, the number is no token.
fn columns(line: &str, position: usize) -> Option<(&str, &str)> {
    let line = line.trim_end_matches('\r');
    if let Some((token, _)) = line.split_once('\t') {
        let mut after = line.split('\t').skip(1).map(str::trim).filter(|c| !c.is_empty());
        // `id TAB token TAB tag` and its longer kin, as universal NER has it.
        let last = after.clone().last();
        let ends_in_tag = last.is_some_and(|tag| Tag::parse(tag).is_some());
        let is_id = token.parse().is_ok_and(|number: usize| number == position || !ends_in_tag);
        if is_id && line.split('\t').count() > 3 {
            let token = after.next()?;
            return Some((token, after.find(|c| Tag::parse(c).is_some())?));
        }
        return Some((token.trim(), after.last()?)).filter(|(token, _)| !token.is_empty());
    }
    let mut parts = line.split_whitespace();
    Some((parts.next()?, parts.last()?))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tag<'a> {
    prefix: Prefix,
    label: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prefix {
    Outside,
    Begin,
    Inside,
    End,
    Single,
}

impl<'a> Tag<'a> {
    const OUTSIDE: Tag<'static> = Tag { prefix: Prefix::Outside, label: "" };

    pub(crate) fn parse(tag: &'a str) -> Option<Tag<'a>> {
        if matches!(tag, "O" | "o" | "0") {
            return Some(Tag::OUTSIDE);
        }
        let (prefix, label) = tag.split_once(['-', '_']).unwrap_or((tag, ""));
        let prefix = match prefix {
            "B" => Prefix::Begin,
            "I" | "M" => Prefix::Inside,
            "E" | "L" => Prefix::End,
            "S" | "U" => Prefix::Single,
            _ => return None,
        };
        Some(Tag { prefix, label })
    }
}

/// First token, last token and label of each name, by the rules of `conlleval`, which reads IOB1,
/// IOB2 and IOBES alike.
pub(crate) fn chunks<'a>(tags: &[Tag<'a>]) -> Vec<(usize, usize, &'a str)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, &'a str)> = None;
    let mut before = Tag::OUTSIDE;
    for (i, &tag) in tags.iter().enumerate() {
        let continues = starts_nothing(before, tag);
        if !continues && let Some((start, label)) = open.take() {
            found.push((start, i - 1, label));
        }
        if tag.prefix != Prefix::Outside && !continues {
            open = Some((i, tag.label));
        }
        before = tag;
    }
    if let Some((start, label)) = open {
        found.push((start, tags.len() - 1, label));
    }
    found
}

/// Whether `tag` goes on with the name that `before` belongs to.
fn starts_nothing(before: Tag<'_>, tag: Tag<'_>) -> bool {
    matches!(before.prefix, Prefix::Begin | Prefix::Inside)
        && matches!(tag.prefix, Prefix::Inside | Prefix::End)
        && before.label == tag.label
}

/// What speaks for IOB2 and what against.
#[derive(Default)]
struct Scheme {
    begin_after_outside: u64,
    bare_inside: u64,
}

impl Scheme {
    fn see(&mut self, before: Tag<'_>, tag: Tag<'_>) {
        match tag.prefix {
            Prefix::Begin if before.label != tag.label => self.begin_after_outside += 1,
            Prefix::Inside | Prefix::End if !starts_nothing(before, tag) => self.bare_inside += 1,
            _ => {}
        }
    }

    /// In IOB1 no name starts with B- unless another of its type comes right before.
    fn is_iob2_with_faults(&self) -> bool {
        self.bare_inside > 0 && self.begin_after_outside > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(content: &str) -> (Vec<Document>, Vec<Problem>) {
        let mut problems = Vec::new();
        let documents = read(Path::new("x.conll"), "x", content, &mut problems);
        (documents, problems)
    }

    #[test]
    fn every_tag_scheme_gives_the_same_names() {
        let table = [
            ("IOB2", "B-PER I-PER O B-LOC B-LOC"),
            ("IOB1", "I-PER I-PER O I-LOC B-LOC"),
            ("IOBES", "B-PER E-PER O S-LOC S-LOC"),
            ("BILOU", "B-PER L-PER O U-LOC U-LOC"),
        ];
        for (scheme, tags) in table {
            let tags: Vec<Tag<'_>> = tags.split(' ').map(|t| Tag::parse(t).unwrap()).collect();
            assert_eq!(chunks(&tags), [(0, 1, "PER"), (3, 3, "LOC"), (4, 4, "LOC")], "{scheme}");
        }
    }

    #[test]
    fn documents_sentences_and_offsets() {
        let content = "-DOCSTART-\tO\n\nİnce\tB-PER\nleft\tO\n\nBonn\tB-LOC\r\n\n-DOCSTART- -X- O O\n\nUN NNP I-NP B-ORG\n";
        let (documents, problems) = read_text(content);
        assert!(problems.is_empty(), "{problems:?}");
        let all: Vec<(&str, &str)> =
            documents.iter().map(|d| (d.article.id.as_str(), d.article.text.as_str())).collect();
        assert_eq!(all, [("x-1", "İnce left\n\nBonn\n\n"), ("x-2", "UN\n\n")]);
        let names: Vec<&str> =
            documents[0].labels.mentions.iter().map(|m| m.span.of(&documents[0].article.text)).collect();
        assert_eq!(names, ["İnce", "Bonn"]);
        assert_eq!(documents[1].labels.mentions[0].entity_type, EntityType::Org);
    }

    #[test]
    fn a_file_without_document_breaks_is_cut() {
        let content = "a\tO\n\n".repeat(MOST_SENTENCES + 1);
        let (documents, _) = read_text(&content);
        assert_eq!(documents.len(), (MOST_SENTENCES + 1).div_ceil(CUT_AT));
    }

    #[test]
    fn faults_are_reported() {
        let (documents, problems) =
            read_text("a\tB-PER\nb\tO\nc\tI-PER\n\nlonely\n\u{a0}\tI-PER\nd\tQ-X\ne\tB\n");
        assert_eq!(documents[0].labels.mentions.len(), 2);
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 5, "{said:#?}");
        assert!(said[0].contains("line 5: `lonely` is not a token"));
        assert!(said[1].contains("line 6: the token is blank"));
        assert!(said[2].contains("`Q-X` of `d`"));
        assert!(said[3].contains("the name at `e` has no type"));
        assert!(said[4].contains("1 names start with I-"));
    }

    #[test]
    fn what_is_conll() {
        let table = [
            ("a\tO\nb\tB-PER\n", true),
            ("# sent_id = 1\n# text = a\n1\ta\tB-PER\t-\t-\n", true),
            ("-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\n", true),
            ("{\"text\": \"a\"}\n", false),
            ("A letter to the editor\n", false),
            ("", false),
        ];
        for (content, expected) in table {
            assert_eq!(is_conll(content), expected, "{content:?}");
        }
    }
}
