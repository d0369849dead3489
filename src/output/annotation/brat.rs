//! brat: for each article a `.txt` file and an `.ann` file, and `annotation.conf` for all of them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::file_name::path_name;
use super::labelled::{Labelled, Writer};
use crate::entity::EntityType;
use crate::error::Result;
use crate::output::file::{unwritable, write_whole};
use crate::relation::Predicates;
use crate::text::Span;

/// A folder for brat. Files are complete as soon as they are there.
pub(super) struct Brat {
    folder: PathBuf,
}

impl Brat {
    pub(super) fn create(
        folder: &Path,
        types: &BTreeSet<EntityType>,
        predicates: &Predicates,
    ) -> Result<Self> {
        write_whole(&folder.join("annotation.conf"), configuration(types, predicates).as_bytes())?;
        Ok(Brat { folder: folder.to_path_buf() })
    }
}

impl Writer for Brat {
    fn add(&mut self, article: &Labelled<'_>) -> Result<u64> {
        let text = article.text();
        let (annotations, denied) = annotations(article, &text);
        let name = self.folder.join(path_name(article.id()));
        let file = |extension: &str| {
            let mut file = name.clone().into_os_string();
            file.push(extension);
            PathBuf::from(file)
        };
        let within = name.parent().unwrap_or(&self.folder);
        fs::create_dir_all(within).map_err(|e| unwritable(within, e))?;
        write_whole(&file(".txt"), text.as_bytes())?;
        write_whole(&file(".ann"), annotations.as_bytes())?;
        Ok(denied)
    }

    fn finish(self: Box<Self>) -> Result<Vec<PathBuf>> {
        Ok(vec![self.folder])
    }
}

fn annotations(article: &Labelled<'_>, text: &str) -> (String, u64) {
    let mut lines = String::new();
    for (n, mention) in (1..).zip(&article.extraction.names.mentions) {
        let pieces = pieces(text, mention.span);
        let offsets: Vec<String> = pieces
            .iter()
            .map(|&piece| {
                let (start, end) = article.points.of_span(piece);
                format!("{start} {end}")
            })
            .collect();
        let words: Vec<&str> = pieces.iter().map(|piece| piece.of(text)).collect();
        let label = name(mention.entity_type.as_str());
        let _ = writeln!(lines, "T{n}\t{label} {}\t{}", offsets.join(";"), words.join(" "));
    }
    let (asserted, denied) = article.asserted();
    for (n, r) in (1..).zip(asserted) {
        let _ =
            writeln!(lines, "R{n}\t{} Arg1:T{} Arg2:T{}", r.relation.predicate, r.subject + 1, r.object + 1);
    }
    (lines, denied)
}

/// The parts of a mention on its lines: an annotation of brat does not span line breaks.
fn pieces(text: &str, span: Span) -> Vec<Span> {
    let mut start = span.start;
    let lines = span.of(text).split_inclusive(is_line_break).map(|line| {
        let piece = Span::new(start, start + line.len());
        start = piece.end;
        piece.trimmed(text)
    });
    lines.filter(|piece| !piece.is_empty()).collect()
}

/// What Python, in which brat is written, takes for the end of a line.
fn is_line_break(c: char) -> bool {
    matches!(c, '\n'..='\r' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// A type as brat can name it: letters, digits, `-` and `_`.
fn name(label: &str) -> String {
    label.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
}

fn configuration(types: &BTreeSet<EntityType>, predicates: &Predicates) -> String {
    let mut conf = String::from("[entities]\n\n");
    for t in types {
        let _ = writeln!(conf, "{}", name(t.as_str()));
    }
    conf.push_str("\n[relations]\n\n");
    for predicate in predicates.all() {
        let schema = predicate.schema();
        let _ = write!(
            conf,
            "{predicate}\tArg1:{}, Arg2:{}",
            types_of(&schema.subject),
            types_of(&schema.object)
        );
        conf.push_str(if schema.symmetric { ", <REL-TYPE>:symmetric\n" } else { "\n" });
    }
    conf.push_str("<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>\n");
    conf.push_str("\n[events]\n\n[attributes]\n");
    conf
}

/// The types that an argument may have in the text: a place is also meant by `Turkish`, which is a MISC.
fn types_of(types: &[EntityType]) -> String {
    let mut names: Vec<&str> = types.iter().map(|t| t.as_str()).collect();
    if types.contains(&EntityType::Loc) && !types.contains(&EntityType::Misc) {
        names.push(EntityType::Misc.as_str());
    }
    names.join("|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mention_is_cut_at_line_breaks() {
        let text = "the Kurdistan  \n\n Workers' Party";
        let pieces = pieces(text, Span::new(4, text.len()));
        assert_eq!(pieces.iter().map(|p| p.of(text)).collect::<Vec<_>>(), ["Kurdistan", "Workers' Party"]);
    }

    #[test]
    fn the_configuration_names_every_type_and_predicate() {
        let conf = configuration(
            &BTreeSet::from([EntityType::Per, EntityType::named("R&D team")]),
            Predicates::built_in(),
        );
        assert!(conf.contains("\nPER\n") && conf.contains("\nR_D_team\n"), "{conf}");
        assert!(conf.contains("\nworks_for\tArg1:PER, Arg2:ORG|LOC|MISC\n"), "{conf}");
        assert!(conf.contains("\nspouse_of\tArg1:PER, Arg2:PER, <REL-TYPE>:symmetric\n"), "{conf}");
        let relations = conf.lines().filter(|line| line.contains("\tArg1:") && !line.starts_with('<'));
        assert_eq!(relations.count(), Predicates::built_in().all().count());
    }
}
