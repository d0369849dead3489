//! Scores against other programs, against a naive scorer, labels through every format and back, and the
//! command itself.

#![allow(clippy::unwrap_used)] // the helpers of tests are not seen as tests by the lint

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use predicates::prelude::*;
use proptest::prelude::*;
use triplewire::entity::{Argument, EntityType};
use triplewire::eval::agreement::Agreement;
use triplewire::eval::{
    Counts, Document, EntityScore, Evaluation, Gold, Labels, Mention, Mode, Relation, SchemeCounts, Scope,
    gold,
};
use triplewire::output::annotation::{Annotations, Tool};
use triplewire::pipeline::Extraction;
use triplewire::relation::{Predicate, Predicates};
use triplewire::text::{CodePoints, Span};

/// One line of `tests/eval/cases.tsv`.
struct Case {
    gold: String,
    predicted: String,
    /// Of seqeval.
    ratios: Vec<f64>,
    /// Of nervaluate, in the order of `Scheme`, where it reads such tags.
    schemes: Vec<SchemeCounts>,
}

impl Case {
    fn parse(line: &str) -> Self {
        let mut columns = line.split('\t').map(str::to_owned);
        let (gold, predicted) = (columns.next().unwrap(), columns.next().unwrap());
        let ratios = columns.next().unwrap().split(' ').map(|n| n.parse().unwrap()).collect();
        // Boundary, type and partial are called exact, ent_type and partial there.
        let schemes = columns
            .map(|counts| {
                let n: Vec<u64> = counts.split(' ').map(|n| n.parse().unwrap()).collect();
                SchemeCounts { correct: n[0], incorrect: n[1], partial: n[2], missed: n[3], spurious: n[4] }
            })
            .collect();
        Case { gold, predicted, ratios, schemes }
    }
}

/// Gold of one file.
fn read_file(name: &str, content: &str) -> Gold {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, content).unwrap();
    gold::read(&path, &[]).unwrap()
}

#[test]
fn numbers_are_tokens_unless_they_count_them() {
    let text = |content: &str| read_file("gold.conll", content).documents[0].article.text.trim().to_owned();
    // Four columns, as of CoNLL-2003, and lines with numbers, as of Universal NER.
    let columns = "In\tIN\tB-PP\tO\n2019\tCD\tB-NP\tO\nAna\tNNP\tB-NP\tB-PER\n";
    assert_eq!(text(columns), "In 2019 Ana");
    let numbered = "1\tIn\tO\t-\n2\t2019\tO\t-\n3\tAna\tB-PER\t-\n";
    assert_eq!(text(numbered), "In 2019 Ana");
    let numbered = "1\tIn\tIN\tO\n2\t2019\tCD\tO\n3\tAna\tNNP\tB-PER\n";
    assert_eq!(text(numbered), "In 2019 Ana");
}

#[test]
fn every_document_has_an_id_of_its_own() {
    let line = |id: &str| format!("{{\"id\": \"{id}\", \"text\": \"Ana left.\", \"label\": []}}\n");
    let gold = read_file("gold.jsonl", &["a", "a", "a#2", "a"].map(line).concat());
    let ids: std::collections::BTreeSet<&str> =
        gold.documents.iter().map(|document| document.article.id.as_str()).collect();
    assert_eq!(ids.len(), 4, "{ids:?}");
}

/// Reads tag sequences through the CoNLL reader, one document each.
fn read_tags<'a>(name: &str, all: impl Iterator<Item = &'a str>) -> Gold {
    let dir = tempfile::tempdir().unwrap();
    let mut content = String::new();
    for tags in all {
        content.push_str("-DOCSTART-\tO\n\n");
        for sentence in tags.split('|') {
            for tag in sentence.split(' ') {
                writeln!(content, "a\t{tag}").unwrap();
            }
            content.push('\n');
        }
    }
    let path = dir.path().join(name);
    std::fs::write(&path, content).unwrap();
    gold::read(&path, &[]).unwrap()
}

fn assert_agree_with_reference(cases: &[Case]) {
    let gold = read_tags("gold.conll", cases.iter().map(|c| c.gold.as_str()));
    let predicted = read_tags("predicted.conll", cases.iter().map(|c| c.predicted.as_str()));
    assert_eq!((gold.documents.len(), predicted.documents.len()), (cases.len(), cases.len()));
    let scope = Scope::of(&gold, None);
    for ((case, gold), predicted) in cases.iter().zip(&gold.documents).zip(&predicted.documents) {
        let score = EntityScore::of(&gold.labels, &predicted.labels, &scope);
        let micro = score.micro();
        let ratios = [micro.precision(), micro.recall(), micro.f1()];
        for (ours, theirs) in ratios.iter().zip(&case.ratios) {
            let (gold, predicted) = (&case.gold, &case.predicted);
            assert!((ours.unwrap_or(0.0) - theirs).abs() < 1e-6, "{gold} / {predicted}: {ratios:?}");
        }
        if !case.schemes.is_empty() {
            let ours: Vec<SchemeCounts> = score.schemes.values().copied().collect();
            assert_eq!(ours, case.schemes, "{} / {}", case.gold, case.predicted);
        }
    }
}

#[test]
fn figures_of_a_table_equal_those_of_seqeval_and_nervaluate() {
    let table = std::fs::read_to_string("tests/eval/cases.tsv").unwrap();
    let cases: Vec<Case> = table.lines().map(Case::parse).collect();
    assert!(cases.len() > 80);
    assert_agree_with_reference(&cases);
}

#[test]
#[ignore = "needs a Python, named by TRIPLEWIRE_PYTHON or `python3`, with seqeval and nervaluate"]
fn figures_of_random_tags_equal_those_of_seqeval_and_nervaluate() {
    let python = std::env::var("TRIPLEWIRE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let probe = Command::new(&python).args(["-c", "import nervaluate, seqeval"]).output();
    assert!(probe.is_ok_and(|it| it.status.success()), "{python}: pip install seqeval nervaluate");
    let mut random = Random(3);
    let mut lines = String::new();
    for n in 0..2400 {
        let well_formed = n % 4 != 0;
        let lengths: Vec<u64> = (0..1 + random.below(3)).map(|_| 1 + random.below(12)).collect();
        let mut side = || -> Vec<String> {
            lengths.iter().map(|&length| random_tags(&mut random, length, well_formed)).collect()
        };
        let (gold, predicted) = (side().join("|"), side().join("|"));
        writeln!(lines, "{gold}\t{predicted}").unwrap();
    }
    let mut child = Command::new(&python)
        .arg("tests/eval/reference.py")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    let cases: Vec<Case> = String::from_utf8(output.stdout).unwrap().lines().map(Case::parse).collect();
    assert_eq!(cases.len(), 2400);
    assert_agree_with_reference(&cases);
}

fn random_tags(random: &mut Random, length: u64, well_formed: bool) -> String {
    let types = ["PER", "ORG", "LOC"];
    let mut tags: Vec<String> = Vec::new();
    for _ in 0..length {
        let before = tags.last().and_then(|tag| tag.split_once('-')).map(|(_, t)| t.to_owned());
        let any = types[random.below(3) as usize].to_owned();
        let tag = match (random.below(10), before) {
            (0..4, _) => "O".to_owned(),
            (4..7, _) => format!("B-{any}"),
            (_, Some(same)) if well_formed || random.below(2) == 0 => format!("I-{same}"),
            _ if well_formed => format!("B-{any}"),
            _ => format!("I-{any}"),
        };
        tags.push(tag);
    }
    tags.join(" ")
}

struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

const TYPES: [EntityType; 3] = [EntityType::Per, EntityType::Org, EntityType::Loc];
const PREDICATES: [&str; 3] = ["works_for", "based_in", "spouse_of"];
const TEXT: &str = "Ána Ruiz 𝔸cme of Bonn, Şu (UN) met “Li” é Oslo ë";

/// The words of the text, to label.
fn words() -> Vec<Span> {
    let mut at = 0;
    TEXT.split(' ')
        .map(|word| {
            let start = TEXT[at..].find(word).unwrap() + at;
            at = start + word.len();
            Span::new(start, at)
        })
        .collect()
}

prop_compose! {
    /// Labels on runs of one or two words, with relations between them; none twice.
    fn any_labels()(
        mentions in prop::collection::btree_set((0usize..12, 0usize..2, 0usize..3), 0..8),
        relations in prop::collection::btree_set((0usize..8, 0usize..3, 0usize..8), 0..8),
    ) -> Labels {
        let words = words();
        let mut spans = BTreeSet::new();
        let mut mentions: Vec<Mention> = mentions
            .into_iter()
            .map(|(first, more, t)| {
                let last = words[(first + more).min(words.len() - 1)];
                Mention::new(Span::new(words[first].start, last.end), TYPES[t])
            })
            .filter(|m| spans.insert(m.span))
            .collect();
        mentions.sort_by_key(|m| m.span);
        let relations = relations
            .into_iter()
            .filter(|&(s, _, o)| s != o && s < mentions.len() && o < mentions.len())
            .map(|(subject, p, object)| Relation {
                subject,
                predicate: PREDICATES[p].to_owned(),
                object,
                ..Relation::default()
            })
            .collect();
        Labels { mentions, relations }
    }
}

fn gold_of(all: Vec<Labels>) -> Gold {
    let document = |(n, labels)| Document {
        article: triplewire::text::Article {
            id: format!("d{n}"),
            text: TEXT.to_owned(),
            ..Default::default()
        },
        place: triplewire::error::Place::file("gold"),
        labels,
        annotated_types: None,
    };
    Gold {
        documents: all.into_iter().enumerate().map(document).collect(),
        has_mentions: true,
        ..Gold::default()
    }
}

/// A relation as text, so that nothing is shared with the scorer.
fn spelled(labels: &Labels, relation: &Relation, strict: bool) -> String {
    let end = |i: usize| {
        let Mention { span, entity_type, .. } = &labels.mentions[i];
        if strict { format!("{span} {entity_type}") } else { span.to_string() }
    };
    let mut ends = [end(relation.subject), end(relation.object)];
    if relation.predicate == "spouse_of" {
        ends.sort();
    }
    format!("{} {} {}", ends[0], relation.predicate, ends[1])
}

fn naive(gold: &BTreeSet<String>, predicted: &BTreeSet<String>) -> Counts {
    Counts {
        tp: gold.intersection(predicted).count() as u64,
        fp: predicted.difference(gold).count() as u64,
        fn_: gold.difference(predicted).count() as u64,
    }
}

proptest! {
    #[test]
    fn counts_equal_those_of_a_naive_scorer(
        pairs in prop::collection::vec((any_labels(), any_labels()), 1..5),
    ) {
        let (gold, predicted): (Vec<Labels>, Vec<Labels>) = pairs.into_iter().unzip();
        let evaluation = Evaluation::of(&gold_of(gold.clone()), predicted.clone(), None);
        let known: BTreeSet<EntityType> = gold.iter().flat_map(|l| &l.mentions).map(|m| m.entity_type).collect();
        let mut expected = [Counts::default(); 3];
        for (gold, predicted) in gold.iter().zip(&predicted) {
            let names = |labels: &Labels| -> BTreeSet<String> {
                let scored = labels.mentions.iter().filter(|m| known.contains(&m.entity_type));
                scored.map(|m| format!("{} {}", m.span, m.entity_type)).collect()
            };
            expected[0] += naive(&names(gold), &names(predicted));
            for (i, strict) in [(1, true), (2, false)] {
                let spell = |labels: &Labels| -> BTreeSet<String> {
                    labels.relations.iter().map(|r| spelled(labels, r, strict)).collect()
                };
                expected[i] += naive(&spell(gold), &spell(predicted));
            }
        }
        prop_assert_eq!(evaluation.entities.micro(), expected[0]);
        if gold.iter().any(|labels| !labels.relations.is_empty()) {
            prop_assert_eq!(evaluation.relations.micro(Mode::Strict), expected[1]);
            prop_assert_eq!(evaluation.relations.micro(Mode::Boundary), expected[2]);
        } else {
            prop_assert!(evaluation.relations.micro(Mode::Strict).is_empty());
        }
        let matrix = &evaluation.entities.confusion;
        let right: u64 = matrix.iter().filter(|((g, p), _)| g == p).map(|(_, n)| n).sum();
        prop_assert!(right >= expected[0].tp);
        let rows: u64 = matrix.iter().filter(|((g, _), _)| g.is_some()).map(|(_, n)| n).sum();
        prop_assert_eq!(rows, expected[0].tp + expected[0].fn_);
    }

    #[test]
    fn labels_come_back_from_every_format(all in prop::collection::vec(any_labels(), 1..4)) {
        for write in [write_doccano, write_prodigy, write_brat, write_label_studio, write_tables] {
            let dir = tempfile::tempdir().unwrap();
            let path = write(dir.path(), &all);
            let read = gold::read(&path, &[]).unwrap();
            let labels: Vec<Labels> = read
                .documents
                .iter()
                .map(|d| {
                    let mut labels = d.labels.clone();
                    labels.relations.sort_by(|a, b| (a.subject, &a.predicate, a.object).cmp(&(b.subject, &b.predicate, b.object)));
                    labels
                })
                .collect();
            let mut expected = all.clone();
            for labels in &mut expected {
                labels.relations.sort_by(|a, b| (a.subject, &a.predicate, a.object).cmp(&(b.subject, &b.predicate, b.object)));
            }
            prop_assert_eq!(labels, expected, "{:?}", read.formats);
            prop_assert!(read.problems.iter().all(|p| p.message.contains("overlaps")), "{:?}", read.problems);
        }
    }
}

/// Cohen's kappa of two lists, from the definition.
fn naive_kappa(a: &[String], b: &[String]) -> Option<f64> {
    let n = a.len() as f64;
    let same = a.iter().zip(b).filter(|(a, b)| a == b).count() as f64 / n;
    let all: BTreeSet<&String> = a.iter().chain(b).collect();
    let share = |list: &[String], x: &String| list.iter().filter(|y| *y == x).count() as f64 / n;
    let chance: f64 = all.iter().map(|x| share(a, x) * share(b, x)).sum();
    (chance < 1.0 - 1e-9).then(|| (same - chance) / (1.0 - chance))
}

proptest! {
    #[test]
    fn agreement_is_the_same_both_ways_and_that_of_the_definitions(
        pairs in prop::collection::vec((any_labels(), any_labels()), 1..4),
    ) {
        let (a, b): (Vec<Labels>, Vec<Labels>) = pairs.into_iter().unzip();
        let agree = |a: &[Labels], b: &[Labels]| {
            Agreement::of(gold_of(a.to_vec()), gold_of(b.to_vec())).unwrap()
        };
        let (one, other) = (agree(&a, &b), agree(&b, &a));
        let f1 = |agreement: &Agreement| agreement.evaluation.entities.micro().f1();
        let strict = |agreement: &Agreement| agreement.evaluation.relations.micro(Mode::Strict).f1();
        prop_assert_eq!(f1(&one), f1(&other));
        prop_assert_eq!(strict(&one), strict(&other));
        prop_assert_eq!(one.disagreement_count() == 0, other.disagreement_count() == 0);
        let all: BTreeSet<&str> = ["PER", "ORG", "LOC"].into();
        let types = |labels: &[Labels]| -> Vec<String> {
            let words = triplewire::text::words(TEXT, Span::new(0, TEXT.len()));
            let of = |labels: &Labels, word: Span| {
                let on = labels.mentions.iter().filter(|m| m.span.overlaps(word));
                let longest = on.min_by_key(|m| (usize::MAX - m.span.len(), m.span.start, m.entity_type));
                longest.map_or("none".to_owned(), |m| m.entity_type.to_string())
            };
            labels.iter().flat_map(|labels| words.iter().map(|&w| of(labels, w)).collect::<Vec<_>>()).collect()
        };
        let (of_a, of_b) = (types(&a), types(&b));
        let kappa = one.kappa.unwrap();
        let near = |ours: Option<f64>, theirs: Option<f64>| match (ours, theirs) {
            (Some(ours), Some(theirs)) => (ours - theirs).abs() < 1e-9,
            (ours, theirs) => ours == theirs,
        };
        prop_assert_eq!(kappa.words, of_a.len() as u64);
        prop_assert!(near(kappa.overall, naive_kappa(&of_a, &of_b)));
        prop_assert!(near(kappa.overall, other.kappa.unwrap().overall));
        for (entity_type, figure) in &kappa.by_type {
            prop_assert!(all.contains(entity_type.as_str()));
            let rest = |list: &[String]| -> Vec<String> {
                list.iter().map(|x| (x == entity_type.as_str()).to_string()).collect()
            };
            prop_assert!(near(figure.kappa, naive_kappa(&rest(&of_a), &rest(&of_b))));
        }
    }
}

/// What texts are made of that tools stumble over.
const PIECES: [&str; 22] = [
    "Ana",
    "Ruiz",
    "😀",
    "👩‍👩‍👧",
    "İnce",
    "e\u{301}",
    "<b>",
    "</script>",
    "&amp;",
    "\r\n",
    "\n",
    "\r",
    " ",
    "  ",
    "\u{2028}",
    "\u{a0}",
    "\t",
    "\\n",
    "\u{feff}",
    "\"",
    "=",
    "T1\tPER 0 3",
];

prop_compose! {
    /// An article with any text, names on runs of its pieces, and relations between them.
    fn any_extraction()(
        pieces in prop::collection::vec((0..PIECES.len(), 0usize..4), 1..40),
        relations in prop::collection::vec((0usize..9, 0usize..9, any::<bool>()), 0..6),
    ) -> Extraction {
        let (mut text, mut names, mut end) = (String::new(), Vec::<Span>::new(), 0);
        let starts: Vec<usize> = pieces.iter().map(|(piece, _)| {
            text.push_str(PIECES[*piece]);
            text.len() - PIECES[*piece].len()
        }).collect();
        // No text that is read is blank.
        text.push_str(" end");
        for (i, &(_, length)) in pieces.iter().enumerate() {
            let until = starts.get(i + length).copied().unwrap_or(text.len());
            let span = Span::new(starts[i], until.max(starts[i])).trimmed(&text);
            if span.start >= end && !span.is_empty() {
                names.push(span);
                end = span.end;
            }
        }
        let mention = |(i, span): (usize, Span)| triplewire::entity::Mention {
            span,
            name: span,
            sentence: 0,
            entity_type: TYPES[i % 3],
            score: 0.5,
            origin: triplewire::entity::Origin::Model,
            entity: 0,
            demonym: false,
        };
        let entity = triplewire::entity::Entity { id: "e".into(), name: "=e".into(), entity_type: EntityType::Per, external_id: None };
        let relation = |(subject, object, negated)| triplewire::relation::Relation {
            subject: Argument::Mention(subject),
            predicate: Predicate::built_in("works_for").unwrap(),
            object: Argument::Mention(object),
            score: 0.5,
            evidence: triplewire::relation::Evidence::default(),
            negated,
            certainty: triplewire::relation::Certainty::Stated,
            attributed_to: None,
            when: None,
            status: triplewire::relation::Status::Current,
            sentence: Span::new(0, text.len()),
            rule: "works_for/x".into(),
        };
        let relations = relations.into_iter().filter(|&(s, o, _)| s != o && s.max(o) < names.len());
        Extraction {
            syntax: Vec::new(),
            relations: relations.map(relation).collect(),
            left_out: 0,
            sentences: vec![Span::new(0, text.len())],
            names: triplewire::entity::Names {
                mentions: names.into_iter().enumerate().map(mention).collect(),
                entities: vec![entity],
                anaphors: Vec::new(),
                reasons: Vec::new(),
                dropped: Vec::new(),
            },
            article: triplewire::text::Article { text, ..Default::default() },
        }
    }
}

/// Labels in words, with offsets in code points.
fn in_words<'a>(
    text: &str,
    mentions: impl Iterator<Item = (Span, EntityType)>,
    relations: impl Iterator<Item = (usize, &'a str, usize, bool)>,
) -> BTreeSet<String> {
    let points = CodePoints::new(text);
    let mentions = mentions.enumerate().map(|(i, (span, t))| format!("{i} {t} {:?}", points.of_span(span)));
    mentions.chain(relations.map(|relation| format!("{relation:?}"))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn labels_to_correct_come_back_as_they_were(
        extractions in prop::collection::btree_map("([a-b./%? ]|\\PC){1,12}", any_extraction(), 1..4),
    ) {
        for tool in [Tool::Doccano, Tool::LabelStudio, Tool::Brat, Tool::Csv] {
            let dir = tempfile::tempdir().unwrap();
            let folder = dir.path().join("labels");
            let mut annotations = Annotations::create(&folder, tool, [], Predicates::built_in()).unwrap();
            let mut expected = BTreeSet::new();
            for (id, extraction) in &extractions {
                let mut extraction = extraction.clone();
                extraction.article.id.clone_from(id);
                annotations.add(&extraction).unwrap();
                let names = extraction.names.mentions.iter().map(|m| (m.span, m.entity_type));
                let kept = extraction.relations.iter().filter(|r| tool == Tool::Csv || !r.negated);
                let ends = |r: &triplewire::relation::Relation| [r.subject, r.object].map(|end| end.mention().unwrap());
                let relations = kept.map(|r| (ends(r)[0], r.predicate.as_str(), ends(r)[1], r.negated));
                expected.insert((id.clone(), in_words(&extraction.article.text, names, relations)));
            }
            annotations.finish().unwrap();
            let read = gold::read(&folder, &[]).unwrap();
            prop_assert!(read.problems.iter().all(|p| !p.skipped), "{:?}", read.problems);
            let found: BTreeSet<_> = read.documents.iter().map(|d| {
                let names = d.labels.mentions.iter().map(|m| (m.span, m.entity_type));
                let relations = d.labels.relations.iter().map(|r| (r.subject, r.predicate.as_str(), r.object, r.negated));
                (d.article.id.clone(), in_words(&d.article.text, names, relations))
            }).collect();
            prop_assert_eq!(&found, &expected, "{:?}", tool);
        }
    }
}

fn offsets(span: Span) -> (usize, usize) {
    CodePoints::new(TEXT).of_span(span)
}

fn write_doccano(dir: &Path, all: &[Labels]) -> std::path::PathBuf {
    let lines: Vec<String> = all
        .iter()
        .map(|labels| {
            let entities: Vec<_> = labels.mentions.iter().enumerate().map(|(i, m)| {
                let (start, end) = offsets(m.span);
                serde_json::json!({"id": i, "label": m.entity_type.as_str(), "start_offset": start, "end_offset": end})
            }).collect();
            let relations: Vec<_> = labels.relations.iter().enumerate().map(|(i, r)| {
                serde_json::json!({"id": i, "from_id": r.subject, "to_id": r.object, "type": r.predicate})
            }).collect();
            serde_json::json!({"text": TEXT, "entities": entities, "relations": relations}).to_string()
        })
        .collect();
    let path = dir.join("gold.jsonl");
    std::fs::write(&path, lines.join("\n")).unwrap();
    path
}

fn write_prodigy(dir: &Path, all: &[Labels]) -> std::path::PathBuf {
    let span = |m: &Mention| {
        let (start, end) = offsets(m.span);
        serde_json::json!({"start": start, "end": end, "label": m.entity_type.as_str()})
    };
    let lines: Vec<String> = all
        .iter()
        .map(|labels| {
            let spans: Vec<_> = labels.mentions.iter().map(span).collect();
            let relations: Vec<_> = labels
                .relations
                .iter()
                .map(|r| {
                    serde_json::json!({"head_span": span(&labels.mentions[r.subject]),
                    "child_span": span(&labels.mentions[r.object]), "label": r.predicate})
                })
                .collect();
            serde_json::json!({"text": TEXT, "spans": spans, "relations": relations}).to_string()
        })
        .collect();
    let path = dir.join("gold.jsonl");
    std::fs::write(&path, lines.join("\n")).unwrap();
    path
}

fn write_brat(dir: &Path, all: &[Labels]) -> std::path::PathBuf {
    for (n, labels) in all.iter().enumerate() {
        let mut ann = String::new();
        for (i, m) in labels.mentions.iter().enumerate() {
            let (start, end) = offsets(m.span);
            writeln!(ann, "T{i}\t{} {start} {end}\t{}", m.entity_type, m.span.of(TEXT)).unwrap();
        }
        for (i, r) in labels.relations.iter().enumerate() {
            writeln!(ann, "R{i}\t{} Arg1:T{} Arg2:T{}", r.predicate, r.subject, r.object).unwrap();
        }
        std::fs::write(dir.join(format!("d{n}.txt")), TEXT).unwrap();
        std::fs::write(dir.join(format!("d{n}.ann")), ann).unwrap();
    }
    dir.to_path_buf()
}

fn write_label_studio(dir: &Path, all: &[Labels]) -> std::path::PathBuf {
    let tasks: Vec<_> = all
        .iter()
        .enumerate()
        .map(|(n, labels)| {
            let mut results: Vec<_> = labels.mentions.iter().enumerate().map(|(i, m)| {
                let (start, end) = offsets(m.span);
                serde_json::json!({"id": format!("m{i}"), "type": "labels", "value":
                    {"start": start, "end": end, "text": m.span.of(TEXT), "labels": [m.entity_type.as_str()]}})
            }).collect();
            results.extend(labels.relations.iter().map(|r| {
                serde_json::json!({"type": "relation", "from_id": format!("m{}", r.subject),
                    "to_id": format!("m{}", r.object), "direction": "right", "labels": [r.predicate]})
            }));
            serde_json::json!({"id": n, "data": {"text": TEXT}, "annotations": [{"result": results}]})
        })
        .collect();
    let path = dir.join("gold.json");
    std::fs::write(&path, serde_json::to_string_pretty(&tasks).unwrap()).unwrap();
    path
}

fn write_tables(dir: &Path, all: &[Labels]) -> std::path::PathBuf {
    let mut mentions = csv::Writer::from_path(dir.join("mentions.csv")).unwrap();
    let mut relations = csv::Writer::from_path(dir.join("relations.csv")).unwrap();
    mentions.write_record(["article", "start", "end", "text", "type"]).unwrap();
    relations
        .write_record([
            "article",
            "subject",
            "subject_type",
            "predicate",
            "object",
            "object_type",
            "subject_start",
            "subject_end",
            "object_start",
            "object_end",
        ])
        .unwrap();
    for (n, labels) in all.iter().enumerate() {
        let article = format!("d{n}");
        std::fs::write(dir.join(format!("{article}.txt")), TEXT).unwrap();
        for m in &labels.mentions {
            let (start, end) = offsets(m.span);
            let (start, end) = (start.to_string(), end.to_string());
            mentions.write_record([&article, &start, &end, m.span.of(TEXT), m.entity_type.as_str()]).unwrap();
        }
        for r in &labels.relations {
            let (subject, object) = (&labels.mentions[r.subject], &labels.mentions[r.object]);
            let ((a, b), (c, d)) = (offsets(subject.span), offsets(object.span));
            let [a, b, c, d] = [a, b, c, d].map(|n| n.to_string());
            relations
                .write_record([
                    &article,
                    "a name",
                    subject.entity_type.as_str(),
                    &r.predicate,
                    "another",
                    object.entity_type.as_str(),
                    &a,
                    &b,
                    &c,
                    &d,
                ])
                .unwrap();
        }
    }
    mentions.flush().unwrap();
    relations.flush().unwrap();
    dir.to_path_buf()
}

#[test]
fn the_maps_that_come_with_the_program_can_be_read() {
    for name in ["conll04", "knowledgenet", "re3d"] {
        let map = triplewire::eval::Map::read(
            Path::new(&format!("tests/maps/{name}.toml")),
            Predicates::built_in(),
        )
        .unwrap();
        assert!(!map.targets().is_empty());
    }
}

/// A folder of labels and one of predictions: one name right, one missed, one of the wrong type; one
/// relation right and one with a predicate that is wrong.
fn example() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    };
    write("a.txt", "Ana Ruiz leads Acme in Bonn.\nÉva Li works for Acme.\n");
    write(
        "labels/mentions.csv",
        "article,start,end,text,type,entity\na,0,8,Ana Ruiz,PER,Ana Ruiz\na,15,19,Acme,ORG,Acme Corp.\n\
         a,23,27,Bonn,LOC,Bonn\na,29,35,Éva Li,PER,Éva Li\na,46,50,Acme,ORG,Acme Corp.\n",
    );
    let relations = "article,subject,subject_type,predicate,object,object_type,rule,subject_start,subject_end,\
                     object_start,object_end\n";
    write(
        "labels/relations.csv",
        &format!(
            "{relations}a,Ana Ruiz,PER,leads,Acme,ORG,,0,8,15,19\na,Éva Li,PER,works_for,Acme,ORG,,29,35,46,50\n"
        ),
    );
    write(
        "pred/mentions.csv",
        "article,start,end,text,type,score,entity_id,entity,sentence\n\
         a,0,8,Ana Ruiz,PER,0.9,p1,Ana Ruiz,\na,15,19,Acme,ORG,0.9,o1,Acme,\na,23,27,Bonn,PER,0.9,p2,Bonn,\n\
         a,29,35,Éva Li,PER,0.9,p3,Éva Li,\na,46,50,Acme,ORG,0.9,o1,Acme,\nz,0,1,Z,PER,0.9,p4,Z,\n",
    );
    write(
        "pred/relations.csv",
        &format!(
            "{relations}a,Ana Ruiz,PER,leads,Acme,ORG,leads/x,0,8,15,19\n\
             a,Éva Li,PER,member_of,Acme,ORG,member/y,29,35,46,50\n"
        ),
    );
    dir
}

fn evaluate(args: &[&str], dir: &Path) -> assert_cmd::assert::Assert {
    assert_cmd::Command::cargo_bin("triplewire").unwrap().arg("evaluate").args(args).current_dir(dir).assert()
}

#[test]
fn what_is_told_of_relations_is_scored_where_the_gold_has_it() {
    let dir = example();
    let header = "article,subject,subject_type,predicate,object,object_type,subject_start,subject_end,object_start,object_end,\
                  certainty,status,event_date\n";
    let rows = |leads: &str, works: &str| {
        format!(
            "{header}a,Ana Ruiz,PER,leads,Acme,ORG,0,8,15,19,{leads}\n\
             a,Éva Li,PER,works_for,Acme,ORG,29,35,46,50,{works}\n"
        )
    };
    let write = |folder: &str, content: String| {
        std::fs::write(dir.path().join(folder).join("relations.csv"), content).unwrap();
    };
    write("labels", rows("stated,former,2014", ",current,"));
    write("pred", rows("reported,former,2014-08", "stated,planned,2017-07-12"));
    let score = |code| {
        let done = evaluate(&["--gold", "labels", "--pred", "pred", "--json"], dir.path()).code(code);
        let object: serde_json::Value = serde_json::from_slice(&done.get_output().stdout).unwrap();
        let counts = |column: &str| {
            let counts = &object["attributes"][column];
            (counts["tp"].as_u64(), counts["fp"].as_u64(), counts["fn"].as_u64())
        };
        (["certainty", "status", "event_date"].map(counts), done)
    };
    let (found, _) = score(0);
    assert_eq!(found, [(0, 1, 1), (1, 1, 1), (0, 2, 1)].map(|(a, b, c)| (Some(a), Some(b), Some(c))));

    write("labels", rows("sure,former,last year", ",current,"));
    let (found, done) = score(0);
    assert_eq!(found[0], (None, None, None));
    assert_eq!(found[2], (Some(0), Some(1), Some(0)));
    let said = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
    assert!(
        said.contains("line 2") && said.contains("certainty `sure` is none of stated, reported, alleged"),
        "{said}"
    );
    assert!(said.contains("`last year` is no date"), "{said}");

    // Labels without these columns leave them out.
    let plain = example();
    let done = evaluate(&["--gold", "labels", "--pred", "pred"], plain.path()).code(0);
    assert!(!String::from_utf8_lossy(&done.get_output().stdout).contains("Columns of the relations"));
}

#[test]
fn the_json_object_has_the_shape_that_is_promised() {
    let dir = example();
    let done = evaluate(&["--gold", "labels", "--pred", "pred", "--json"], dir.path()).code(0);
    let object: serde_json::Value = serde_json::from_slice(&done.get_output().stdout).unwrap();
    let micro = &object["entities"]["micro"];
    assert_eq!((&micro["tp"], &micro["fp"], &micro["fn"]), (&4.into(), &1.into(), &1.into()));
    assert_eq!(micro["precision"], 0.8);
    assert_eq!(object["entities"]["by_type"]["LOC"]["precision"], serde_json::Value::Null);
    assert_eq!(object["entities"]["by_type"]["LOC"]["recall"], 0.0);
    assert!(object["entities"]["macro"]["f1"].is_f64());
    for mode in ["strict", "boundary"] {
        assert_eq!(object["relations"][mode]["micro"]["f1"], 0.5, "{mode}");
        assert_eq!(object["relations"][mode]["by_type"]["leads"]["tp"], 1, "{mode}");
        assert_eq!(object["relations"][mode]["by_rule"]["leads/x"]["precision"], 1.0, "{mode}");
    }
    let triples = &object["relations"]["triples"];
    assert_eq!((&triples["micro"]["f1"], &triples["by_type"]["leads"]["tp"]), (&0.5.into(), &1.into()));
    assert_eq!(triples["by_rule"]["member/y"]["fp"], 1);
    assert_eq!(triples["by_via"], serde_json::json!({}));
    assert_eq!(object["resolution"]["b_cubed"]["f1"], 1.0);
    assert_eq!(object["resolution"]["same_name"], 3);
    let keys: Vec<&String> = object.as_object().unwrap().keys().collect();
    assert_eq!(keys[..2], ["entities", "relations"]);
}

#[test]
fn errors_and_the_comparison_of_two_outputs_are_written() {
    let dir = example();
    let args = ["--gold", "labels", "--pred", "pred", "--pred", "labels", "--out", "out"];
    evaluate(&args, dir.path()).code(0).stdout(predicates::str::contains("only B"));
    let read = |name: &str| std::fs::read_to_string(dir.path().join("out").join(name)).unwrap();
    let errors = read("errors.csv");
    assert!(errors.contains("\nwrong type,entity,a,"), "{errors}");
    assert!(errors.contains("\nwrong predicate,relation,a,"), "{errors}");
    assert!(
        errors.contains("Éva Li works for Acme.,PER 29-35 Éva Li | works_for | ORG 46-50 Acme,,member/y")
    );
    assert_eq!(read("errors_b.csv").lines().count(), 1);
    assert!(errors.contains("\nwrong predicate,triple,a,"), "{errors}");
    // Two names, two relations and their triples.
    assert_eq!(read("comparison.csv").matches("\nB,").count(), 6);
    assert!(read("scores.json").contains("\"only_right\""));
}

#[test]
fn one_table_by_predicate_and_a_part_of_the_articles() {
    let dir = example();
    let write = |name: &str, content: &str| std::fs::write(dir.path().join(name), content).unwrap();
    write("labels/b.txt", "Nothing.");
    write("all.txt", "a\nb\n\n");
    write("some.txt", "a\nz\n");
    write("none.txt", "z\n");
    let with =
        |more: &[&str]| evaluate(&[&["--gold", "labels", "--pred", "pred"], more].concat(), dir.path());
    let rows = predicates::str::is_match(
        "\n +leads +100.0 +100.0 +100.0 +1 +0 +0\n +member_of +0.0 +- +0.0 +0 +1 +0\n",
    );
    let only = predicates::str::contains("triples").and(predicates::str::contains("strict").not());
    with(&["--by", "predicate", "--articles", "all.txt"]).code(0).stdout(rows.unwrap().and(only));
    with(&["--articles", "some.txt"])
        .code(2)
        .stdout(predicates::str::contains("Gold: 1 documents"))
        .stderr(predicates::str::contains("some.txt: article z is not in the gold"));
    with(&["--articles", "none.txt"])
        .code(1)
        .stderr(predicates::str::contains("not one article of the gold"));
}

#[test]
fn the_texts_of_a_folder_of_labels_may_lie_in_a_table() {
    let dir = example();
    let text = std::fs::read_to_string(dir.path().join("a.txt")).unwrap();
    std::fs::remove_file(dir.path().join("a.txt")).unwrap();
    evaluate(&["--gold", "labels", "--pred", "pred"], dir.path()).code(1);
    let line = serde_json::json!({"id": "a", "text": text}).to_string();
    std::fs::write(dir.path().join("texts.jsonl"), line + "\n{\"id\": \"never\", \"text\": \"labelled\"}\n")
        .unwrap();
    let args = ["--gold", "labels", "--texts", "texts.jsonl", "--pred", "pred"];
    evaluate(&args, dir.path()).code(0).stdout(predicates::str::contains("Gold: 1 documents"));
}

#[test]
fn faulty_labels_give_exit_code_2_and_are_named() {
    let dir = example();
    let path = dir.path().join("labels/mentions.csv");
    let labels = std::fs::read_to_string(&path).unwrap() + "a,90,99,Nobody,PER,\nb,0,1,B,PER,\n";
    std::fs::write(&path, labels).unwrap();
    evaluate(&["--gold", "labels", "--pred", "pred"], dir.path())
        .code(2)
        .stderr(predicates::str::contains("line 7: article a: PER 90-99 `Nobody` ends past the end"))
        .stderr(predicates::str::contains("article b: there is no text of that name"));
}

#[test]
fn what_cannot_be_done_gives_exit_code_1_and_says_why() {
    let dir = example();
    std::fs::write(dir.path().join("map.toml"), "[predicates]\nlead = \"X\"\n").unwrap();
    std::fs::write(dir.path().join("letter.txt"), "Dear Sir,\n").unwrap();
    std::fs::create_dir(dir.path().join("other")).unwrap();
    std::fs::write(dir.path().join("other/mentions.csv"), "article,start,end,type\nq,0,1,PER\n").unwrap();
    let table: [(&[&str], &str); 6] = [
        (&["--gold", "nowhere", "--pred", "pred"], "nowhere"),
        (&["--gold", "letter.txt", "--pred", "pred"], "its format is not known"),
        (&["--gold", "labels", "--pred", "other"], "not one article of the gold"),
        (&["--gold", "labels", "--pred", "pred", "--map", "map.toml"], "`lead` is not a predicate"),
        (&["--gold", "labels", "--pred", "pred", "--out", "a.txt"], "a file stands where a folder has to be"),
        (&["--pred", "pred"], "--gold"),
    ];
    for (args, message) in table {
        evaluate(args, dir.path()).code(1).stderr(predicates::str::contains(message));
    }
}

#[test]
#[ignore = "needs a Chromium, named by TRIPLEWIRE_CHROMIUM or on the path"]
fn the_page_works_in_a_browser() {
    let browser = std::env::var("TRIPLEWIRE_CHROMIUM").unwrap_or_else(|_| "chromium".to_owned());
    let probe = Command::new(&browser).arg("--version").output();
    assert!(probe.is_ok_and(|it| it.status.success()), "there is no {browser}");
    let dir = example();
    let hostile = "<img src=x onerror=\"document.title='broken in'\"> </script> & Zoë";
    std::fs::write(dir.path().join("labels/b.txt"), hostile).unwrap();
    evaluate(&["--gold", "labels", "--pred", "pred", "--out", "out"], dir.path()).code(0);
    let page = std::fs::read_to_string(dir.path().join("out/report.html")).unwrap();
    // Each line: the filters, then the articles shown, the marks not dimmed and the relations listed.
    let script = r#"<script>
        const lines = [document.title, document.querySelectorAll("img").length, Boolean(document.body.textContent.includes("<img src=x"))];
        for (const [id, value] of [["kind", "wrong type"], ["kind", ""], ["type", "ORG"], ["type", ""],
                                   ["predicate", "leads"], ["predicate", "works_for"],
                                   ["kind", "wrong predicate"], ["predicate", ""], ["kind", ""], ["words", "zoë"]]) {
            document.getElementById(id).value = value;
            document.getElementById(id).dispatchEvent(new Event("input", { bubbles: true }));
            const count = selector => document.querySelectorAll(selector).length;
            lines.push([id, value, count("article"), count("mark:not(.dim)"), count("li .kind")].join("/"));
        }
        document.body.replaceChildren("RESULT[" + lines.join("|") + "]");
    </script></body>"#;
    let path = dir.path().join("page.html");
    std::fs::write(&path, page.replace("</body>", script)).unwrap();
    let profile = format!("--user-data-dir={}", dir.path().join("profile").display());
    let output = Command::new(&browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", &profile, "--dump-dom"])
        .arg(format!("file://{}", path.display()))
        .output()
        .unwrap();
    let dom = String::from_utf8(output.stdout).unwrap();
    let (_, result) = dom.split_once("RESULT[").unwrap_or_else(|| panic!("{dom}"));
    let result = result.split_once(']').unwrap().0;
    let expected = "Comparison with hand labels|0|true|kind/wrong type/1/1/0|kind//2/5/2|type/ORG/1/2/0|type//2/5/2|\
                    predicate/leads/1/0/1|predicate/works_for/1/0/1|kind/wrong predicate/1/0/1|predicate//1/0/1|kind//2/5/2|words/zoë/1/0/0";
    assert_eq!(result, expected);
}
