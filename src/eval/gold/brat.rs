//! brat standoff: `name.txt` with `name.ann` beside it.

use std::path::Path;

use crate::error::{Error, Place, Problem, Result};
use crate::eval::gold::align::{Aligner, RawMention, RawRelation};
use crate::eval::gold::text_file::read_text;
use crate::eval::labels::Document;
use crate::text::Article;

/// One document: the `.ann` file and the text beside it.
///
/// # Errors
/// If there is no text beside it.
pub(super) fn read(ann: &Path, id: &str, problems: &mut Vec<Problem>) -> Result<Document> {
    let txt = ann.with_extension("txt");
    if !txt.is_file() {
        let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
        return Err(Error::io(txt, missing, "Put the text that was labelled beside its .ann file"));
    }
    let text = read_text(&txt, problems)?;
    let lines = read_text(ann, problems)?;
    let mut aligner = Aligner::new(id, &text, problems);
    let numbered = || (1u64..).zip(lines.lines()).map(|(number, line)| (Place::line(ann, number), line));
    // Names of entities and marks of negation may stand anywhere, and are needed first.
    let notes: Vec<Note<'_>> = numbered().filter_map(|(_, line)| Note::parse(line)).collect();
    for (place, line) in numbered().filter(|(_, line)| line.starts_with('T')) {
        match mention(line, &notes) {
            Some((raw, gaps)) => {
                if !gaps.iter().all(|&(start, end)| aligner.is_blank(start, end)) {
                    aligner.mend(&place, format!("`{line}` is in pieces"), "Scored from first to last piece");
                }
                aligner.mention(raw, &place);
            }
            None => aligner.skip(&place, format!("`{line}` cannot be read"), "Left out: label it again"),
        }
    }
    for (place, line) in numbered() {
        match line.chars().next() {
            Some('R') => match relation(line, &notes) {
                Some(raw) => aligner.relation(raw, &place),
                None => aligner.skip(&place, format!("`{line}` cannot be read"), "Left out: label it again"),
            },
            Some('E' | '*') => {
                let done = "Not scored: only T and R lines are";
                aligner.mend(&place, format!("`{line}` is an event or a set of equals"), done);
            }
            _ => {}
        }
    }
    let labels = aligner.finish();
    let article = Article { id: id.to_owned(), text, ..Article::default() };
    Ok(Document { article, place: Place::file(ann), labels, annotated_types: None })
}

/// What a line says about another.
enum Note<'a> {
    /// `N1 TAB Reference T1 Base:Id TAB name`
    Name { of: &'a str, name: &'a str },
    /// `A1 TAB Negation R1`
    Negated { of: &'a str },
}

impl<'a> Note<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let mut columns = line.split('\t');
        let kind = columns.next()?.chars().next()?;
        let mut words = columns.next()?.split_whitespace();
        let (first, of) = (words.next()?, words.next()?);
        match kind {
            'N' => Some(Note::Name { of, name: columns.next()?.trim() }),
            'A' | 'M' if matches!(first, "Negation" | "Negated") => Some(Note::Negated { of }),
            _ => None,
        }
    }
}

/// The mention of a `T` line, and what lies between its pieces: only blanks if it goes over a line break.
fn mention(line: &str, notes: &[Note<'_>]) -> Option<(RawMention, Vec<(i64, i64)>)> {
    let mut columns = line.splitn(3, '\t');
    let id = columns.next()?;
    let (label, offsets) = columns.next()?.split_once(' ')?;
    let text = columns.next().map(|text| text.trim_end_matches('\r').to_owned());
    let pieces: Vec<(i64, i64)> = offsets
        .split(';')
        .map(|piece| {
            let (start, end) = piece.trim().split_once(' ')?;
            Some((start.parse().ok()?, end.trim().parse().ok()?))
        })
        .collect::<Option<_>>()?;
    let whole = pieces.len() == 1;
    let entity = notes.iter().find_map(|note| match note {
        Note::Name { of, name } if *of == id => Some((*name).to_owned()),
        _ => None,
    });
    let raw = RawMention {
        id: id.to_owned(),
        start: pieces.iter().map(|piece| piece.0).min(),
        end: pieces.iter().map(|piece| piece.1).max(),
        label: label.to_owned(),
        text: text.filter(|_| whole),
        entity,
        ..RawMention::default()
    };
    Some((raw, pieces.windows(2).map(|pair| (pair[0].1, pair[1].0)).collect()))
}

/// `R1 TAB works_for Arg1:T1 Arg2:T2`
fn relation(line: &str, notes: &[Note<'_>]) -> Option<RawRelation> {
    let mut columns = line.split('\t');
    let id = columns.next()?;
    let mut words = columns.next()?.split_whitespace();
    let predicate = words.next()?.to_owned();
    let argument = |word: &str| word.split_once(':').map(|(_, id)| id.to_owned());
    let (subject, object) = (argument(words.next()?)?, argument(words.next()?)?);
    let negated = notes.iter().any(|note| matches!(note, Note::Negated { of } if *of == id));
    Some(RawRelation { subject, predicate, object, negated, ..RawRelation::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_pair_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let ann = dir.path().join("a.ann");
        std::fs::write(dir.path().join("a.txt"), "Àna Ruiz left Acme\nin Bonn, Germany.\n").unwrap();
        let lines = "T1\tPER 0 8\tÀna Ruiz\nT2\tORG 14 18\tAcme\nT3\tLOC 22 26;28 35\tBonn Germany\n\
                     R1\tworks_for Arg1:T1 Arg2:T2\t\nA1\tNegation R1\n#1\tAnnotatorNotes T1\thm\n\
                     N1\tReference T1 Wiki:7\tAna Ruiz\n*\tEquiv T1 T2\nR2\tlives_in Arg1:T1 Arg2:T9\nTx\n";
        std::fs::write(&ann, lines).unwrap();
        let mut problems = Vec::new();
        let document = read(&ann, "a", &mut problems).unwrap();
        let text = &document.article.text;
        let names: Vec<&str> = document.labels.mentions.iter().map(|m| m.span.of(text)).collect();
        assert_eq!(names, ["Àna Ruiz", "Acme", "Bonn, Germany"]);
        assert_eq!(document.labels.mentions[0].entity.as_deref(), Some("Ana Ruiz"));
        assert_eq!(document.labels.relations.len(), 1);
        assert!(document.labels.relations[0].negated);
        let lines: Vec<Option<u64>> = problems.iter().map(|p| p.place.line).collect();
        assert_eq!(lines, [Some(3), Some(10), Some(8), Some(9)], "{problems:#?}");
    }
}
