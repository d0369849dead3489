//! [CoNLL-U](https://universaldependencies.org/format.html), the format of treebanks.
//!
//! [`read`] takes a file apart without losing anything of it, so that [`Block::filled`] can give back every line
//! with only tag, lemma, head and relation of its words changed; [`sentence`] spells a parsed sentence anew.
//!
//! # Example
//!
//! ```
//! use std::path::Path;
//!
//! use triplewire::syntax::conllu::{read, sentence};
//! use triplewire::syntax::{Deprel, Pos, Sentence, Word};
//!
//! let file = "1\tAcme\t_\t_\t_\t_\t_\t_\t_\t_\n\
//!             2\twon\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No\n\
//!             3\t.\t_\t_\t_\t_\t_\t_\t_\t_\n";
//! let blocks = read(Path::new("news.conllu"), file);
//! let [Ok(block)] = &blocks[..] else { panic!("{blocks:?}") };
//! assert_eq!(block.text, "Acme won.");
//! assert_eq!(block.as_it_stands(), format!("{file}\n"));
//!
//! // As a parser would see it.
//! let word = |i: usize, pos: Pos, lemma: &str, head: Option<usize>, relation: Deprel| {
//!     Word { span: block.words[i], pos, lemma: lemma.into(), head, relation }
//! };
//! let words = vec![
//!     word(0, Pos::Propn, "Acme", Some(1), Deprel::Nsubj),
//!     word(1, Pos::Verb, "win", None, Deprel::Root),
//!     word(2, Pos::Punct, ".", Some(1), Deprel::Punct),
//! ];
//! let parsed = Sentence { words, ..Sentence::default() };
//! assert!(block.filled(&parsed).starts_with("1\tAcme\tAcme\tPROPN\t_\t_\t2\tnsubj\t_\t_\n2\twon\twin\tVERB\t"));
//! assert!(sentence(&block.text, "a-1", &parsed).starts_with("# sent_id = a-1\n# text = Acme won.\n1\tAcme\t"));
//! ```

use std::fmt::Write;
use std::ops::Range;
use std::path::Path;

use crate::error::{Place, Problem};
use crate::syntax::Sentence;
use crate::text::Span;

/// A sentence of a file, as it stands there.
///
/// See the [example](crate::syntax::conllu#example).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Whether a document begins with it.
    pub begins_document: bool,
    /// Its text, with a blank between words unless they say `SpaceAfter=No`.
    pub text: String,
    /// Where its words are in `text`, in bytes, in order; those of a contraction share its letters.
    pub words: Vec<Span>,
    lines: Vec<String>,
    /// Which of `lines` are words.
    word_lines: Vec<usize>,
}

const COLUMNS: usize = 10;

/// Reads a file, whose `content` it is. Sentences with lines that are no CoNLL-U are left out, each with the reason.
///
/// See the [example](crate::syntax::conllu#example).
pub fn read(file: &Path, content: &str) -> Vec<Result<Block, Problem>> {
    let mut blocks = Vec::new();
    let mut lines: Vec<(u64, &str)> = Vec::new();
    for (number, line) in (1..).zip(content.trim_start_matches('\u{feff}').lines().chain([""])) {
        if !line.trim().is_empty() {
            lines.push((number, line));
        } else if !lines.is_empty() {
            blocks.push(block(file, &std::mem::take(&mut lines)));
        }
    }
    blocks
}

/// The contraction ("don't") that the next words are in.
struct Contraction {
    /// The number of its last word.
    last: usize,
    /// Where the next word begins, and where its letters end, in bytes of the sentence's text.
    letters: Range<usize>,
    /// Whether a blank follows.
    blank: bool,
}

fn block(file: &Path, lines: &[(u64, &str)]) -> Result<Block, Problem> {
    let mut block = Block {
        begins_document: lines.iter().any(|(_, line)| line.starts_with("# newdoc")),
        text: String::new(),
        words: Vec::new(),
        lines: lines.iter().map(|&(_, line)| line.to_owned()).collect(),
        word_lines: Vec::new(),
    };
    let mut contraction: Option<Contraction> = None;
    for (i, &(number, line)) in lines.iter().enumerate().filter(|(_, (_, line))| !line.starts_with('#')) {
        let wrong = |message: String| {
            let remedy = "See https://universaldependencies.org/format.html for what a line must be";
            Problem::skipped(
                Place::line(file, number),
                format!("{message}; the sentence is left out"),
                remedy,
            )
        };
        let cells: Vec<&str> = line.split('\t').collect();
        let &[id, form, _, _, _, _, _, _, _, notes] = cells.as_slice() else {
            return Err(wrong(format!("{} columns instead of {COLUMNS}", cells.len())));
        };
        let blank = !notes.split('|').any(|note| note == "SpaceAfter=No");
        let start = block.text.len();
        if let Some((first, last)) = id.split_once('-') {
            let next = block.words.len() + 1;
            let last = last.parse().ok().filter(|&last| first.parse() == Ok(next) && last >= next);
            let last = last.ok_or_else(|| wrong(format!("`{id}` is no range of words from {next} on")))?;
            block.text.push_str(form);
            contraction = Some(Contraction { last, letters: start..block.text.len(), blank });
            continue;
        }
        // An empty node, of an ellipsis, is no word of the text.
        if id.contains('.') {
            continue;
        }
        let word = block.words.len() + 1;
        if id.parse() != Ok(word) {
            return Err(wrong(format!("word {word} should stand here, and it is `{id}`")));
        }
        block.word_lines.push(i);
        let Some(Contraction { last, letters, blank }) = &mut contraction else {
            block.text.push_str(form);
            block.words.push(Span::new(start, block.text.len()));
            block.text.push_str(if blank { " " } else { "" });
            continue;
        };
        let reaches = block.text.floor_char_boundary((letters.start + form.len()).min(letters.end));
        let end = if word == *last { letters.end } else { reaches.max(letters.start) };
        block.words.push(Span::new(letters.start, end));
        letters.start = end;
        if word == *last {
            block.text.push_str(if *blank { " " } else { "" });
            contraction = None;
        }
    }
    block.text.truncate(block.words.last().map_or(0, |word| word.end));
    Ok(block)
}

impl Block {
    /// The block with tag, lemma, head and relation of its words as parsed; all else stays. `parsed` has its words.
    pub fn filled(&self, parsed: &Sentence) -> String {
        let mut lines = self.lines.clone();
        for (&line, word) in self.word_lines.iter().zip(&parsed.words) {
            let mut cells: Vec<&str> = self.lines[line].split('\t').collect();
            let (tag, relation) = (word.pos.to_string(), word.relation.to_string());
            let head = word.head.map_or(0, |head| head + 1).to_string();
            cells[2] = &word.lemma;
            cells[3] = &tag;
            cells[6] = &head;
            cells[7] = &relation;
            lines[line] = cells.join("\t");
        }
        lines.join("\n") + "\n\n"
    }

    /// The block unchanged.
    pub fn as_it_stands(&self) -> String {
        self.lines.join("\n") + "\n\n"
    }
}

/// A sentence of an article in CoNLL-U, `name` being its `sent_id`.
///
/// See the [example](crate::syntax::conllu#example).
pub fn sentence(text: &str, name: &str, sentence: &Sentence) -> String {
    let Sentence { words, is_cut, .. } = sentence;
    let mut out = format!("# sent_id = {name}\n");
    if let (Some(first), Some(last)) = (words.first(), words.last()) {
        let line = text[first.span.start..last.span.end].split_whitespace();
        let _ = writeln!(out, "# text = {}", line.collect::<Vec<_>>().join(" "));
    }
    if *is_cut {
        out.push_str("# longer_than_window = yes\n");
    }
    for (i, word) in words.iter().enumerate() {
        let touches = words.get(i + 1).is_some_and(|next| next.span.start == word.span.end);
        let _ = writeln!(
            out,
            "{}\t{}\t{}\t{}\t_\t_\t{}\t{}\t_\t{}",
            i + 1,
            word.span.of(text),
            word.lemma,
            word.pos,
            word.head.map_or(0, |head| head + 1),
            word.relation,
            if touches { "SpaceAfter=No" } else { "_" },
        );
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Deprel, Pos, Word};
    use proptest::prelude::*;

    const FILE: &str = "\u{feff}# newdoc id = a\n# sent_id = a-1\n1-2\tdon't\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No\n\
        1\tdo\t_\t_\tVBP\t_\t_\t_\t_\t_\n2\tn't\t_\t_\tRB\t_\t_\t_\t_\t_\n\
        3\t!\t_\t_\t.\t_\t_\t_\t_\tNote=x\n3.1\tgo\t_\t_\t_\t_\t_\t_\t_\t_\n\n\
        1\tbroken\n\n\n2\tlate\t_\t_\t_\t_\t_\t_\t_\t_\n";

    #[test]
    fn blocks_keep_what_is_not_filled_in() {
        let blocks = read(Path::new("f.conllu"), FILE);
        let block = blocks[0].as_ref().unwrap();
        assert!(block.begins_document);
        assert_eq!(block.text, "don't!");
        assert_eq!(block.words, [Span::new(0, 2), Span::new(2, 5), Span::new(5, 6)]);
        let word =
            |span, pos, lemma: &str, head, relation| Word { span, pos, lemma: lemma.into(), head, relation };
        let words = vec![
            word(block.words[0], Pos::Aux, "do", None, Deprel::Root),
            word(block.words[1], Pos::Part, "not", Some(0), Deprel::Advmod),
            word(block.words[2], Pos::Punct, "!", Some(0), Deprel::Punct),
        ];
        let filled = block.filled(&Sentence { number: 0, words, is_cut: false, ..Sentence::default() });
        let lines: Vec<&str> = filled.lines().collect();
        assert_eq!(lines[2], "1-2\tdon't\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No");
        assert_eq!(lines[4], "2\tn't\tnot\tPART\tRB\t_\t1\tadvmod\t_\t_");
        assert_eq!(lines[5], "3\t!\t!\tPUNCT\t.\t_\t1\tpunct\t_\tNote=x");
        assert!(filled.ends_with("3.1\tgo\t_\t_\t_\t_\t_\t_\t_\t_\n\n"));
    }

    #[test]
    fn broken_sentences_are_named_with_their_line() {
        let problems: Vec<String> = read(Path::new("f.conllu"), FILE)
            .into_iter()
            .filter_map(|block| Some(block.err()?.to_string()))
            .collect();
        assert_eq!(problems.len(), 2);
        assert!(problems[0].contains("f.conllu, line 9: 2 columns instead of 10"), "{problems:?}");
        assert!(problems[1].contains("line 12: word 1 should stand here, and it is `2`"), "{problems:?}");
        for range in ["2-3", "1-0", "1-x"] {
            let content = format!("{range}\tab\t_\t_\t_\t_\t_\t_\t_\t_\n");
            let problem = read(Path::new("f.conllu"), &content)[0].as_ref().unwrap_err().to_string();
            assert!(problem.contains(&format!("`{range}` is no range of words from 1 on")), "{problem}");
        }
    }

    proptest! {
        #[test]
        fn whatever_stands_in_a_file_is_kept_or_named(
            lines in prop::collection::vec(
                (
                    prop::sample::select(vec!["1", "2", "3", "1-2", "2-4", "1.1", "# text", "", "x"]),
                    prop::sample::select(vec!["a", "don't", "é", "\u{a0}", "İ x", "_", ""]),
                    any::<bool>(),
                ),
                0..12,
            ),
        ) {
            let line = |(id, form, is_whole): &(&str, &str, bool)| match is_whole {
                true if !id.is_empty() => format!("{id}\t{form}\t_\t_\t_\t_\t_\t_\t_\t_\n"),
                _ => format!("{id}\n"),
            };
            let content: String = lines.iter().map(line).collect();
            for block in read(Path::new("f.conllu"), &content).into_iter().flatten() {
                let whole = Span::new(0, block.text.len());
                prop_assert!(block.words.iter().all(|word| whole.contains(*word)));
                prop_assert!(block.words.iter().all(|word| block.text.get(word.start..word.end).is_some()));
                prop_assert!(block.words.is_sorted_by(|a, b| a.end <= b.start));
                prop_assert!(content.contains(block.as_it_stands().trim_end_matches('\n')));
            }
        }
    }
}
