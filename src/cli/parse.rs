//! `triplewire parse`: sentences and their trees, as CoNLL-U.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use crate::cli::inputs::Inputs;
use crate::cli::print::{complain, print_on};
use crate::cli::progress::Progress;
use crate::cli::setup::Machine;
use crate::cli::{Outcome, stop};
use crate::entity::Aliases;
use crate::error::{Error, Result};
use crate::pipeline::{Delivery, Extraction, Knowledge, Known, Pipeline, ToParse};
use crate::relation::{Matcher, RuleSet};
use crate::syntax::Sentence;
use crate::syntax::conllu::{self, Block};
use crate::text::Span;

/// Arguments of `triplewire parse`.
///
/// Of a .conllu file words and sentences are kept, and parts of speech, lemmas, heads and relations are filled in.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    machine: Machine,
    #[command(flatten)]
    inputs: Inputs,
}

pub(crate) fn run(mut args: Args) -> anyhow::Result<Outcome> {
    let is_treebank = |path: &Path| path.extension().is_some_and(|it| it.eq_ignore_ascii_case("conllu"));
    let treebanks = args.inputs.split_off(is_treebank);
    let rules = Matcher::new(&RuleSet::empty())?;
    let pipeline = args.machine.pipeline(Knowledge { aliases: Aliases::built_in(), matcher: rules })?;
    pipeline.parser()?;
    let mut some_skipped = false;
    for file in &treebanks {
        some_skipped |= fill(&pipeline, file)?;
    }
    if args.inputs.are_none() {
        return Ok(if some_skipped { Outcome::SomeSkipped } else { Outcome::Done });
    }
    let articles = args.inputs.open(None, false)?;
    let stop = stop::on_ctrl_c("writing what is finished");
    let mut progress = Progress::new(false, articles.progress());
    let (mut cut, mut left) = (0, false);
    let ending = pipeline.run(articles, &stop, |delivery| {
        some_skipped |= progress.tell(&delivery);
        if let Delivery::Extraction(extraction) = &delivery {
            cut += extraction.syntax.iter().filter(|sentence| sentence.is_cut).count();
            if !print_on(spelled(extraction))? {
                left = true;
                stop.store(true, Ordering::Relaxed);
            }
        }
        Ok(())
    })?;
    progress.finish();
    if left {
        // The reader has closed the pipe (`| head`).
        return Ok(Outcome::Done);
    }
    tell_of_cut(cut);
    Ok(Outcome::of(ending, some_skipped))
}

fn spelled(Extraction { article, syntax, .. }: &Extraction) -> String {
    let id = article.id.replace(['\n', '\r'], " ");
    let mut out = format!("# newdoc id = {id}\n");
    for (number, sentence) in (1..).zip(syntax) {
        out += &conllu::sentence(&article.text, &format!("{id}-{number}"), sentence);
    }
    out
}

/// Prints a treebank with the model's trees. True if sentences were left out.
fn fill(pipeline: &Pipeline, file: &PathBuf) -> Result<bool> {
    let content = std::fs::read_to_string(file).map_err(|error| {
        let remedy = match error.kind() {
            ErrorKind::InvalidData => "CoNLL-U is UTF-8: convert the file",
            _ => "Check the path, and that the file may be read",
        };
        Error::io(file, error, remedy)
    })?;
    let mut some_skipped = false;
    let mut documents: Vec<Document> = Vec::new();
    for block in conllu::read(file, &content) {
        match block {
            Ok(block) => {
                if block.begins_document || documents.last().is_none_or(Document::is_full) {
                    documents.push(Document::default());
                }
                documents.last_mut().into_iter().for_each(|document| document.add(&block));
            }
            Err(problem) => {
                some_skipped = true;
                complain(problem);
            }
        }
    }
    let mut cut = 0;
    for some in documents.chunks(AT_ONCE) {
        let given: Vec<ToParse<'_>> = some.iter().map(Document::given).collect();
        for (document, parsed) in some.iter().zip(pipeline.trees(&given)?) {
            let mut parsed = parsed.into_iter().peekable();
            for (number, block) in document.blocks.iter().enumerate() {
                let filled = match parsed.next_if(|sentence: &Sentence| sentence.number == number) {
                    Some(sentence) => {
                        cut += usize::from(sentence.is_cut);
                        block.filled(&sentence)
                    }
                    None => block.as_it_stands(),
                };
                if !print_on(filled)? {
                    return Ok(some_skipped);
                }
            }
        }
    }
    tell_of_cut(cut);
    Ok(some_skipped)
}

/// Documents per batch.
const AT_ONCE: usize = 64;

/// Sentences per document, in a file without documents.
const LONGEST_DOCUMENT: usize = 200;

fn tell_of_cut(sentences: usize) {
    if sentences > 0 {
        complain(format_args!(
            "longer than the model's window, so that words far from each other were not compared: {sentences} {}",
            if sentences == 1 { "sentence" } else { "sentences" }
        ));
    }
}

/// A document.
#[derive(Default)]
struct Document {
    text: String,
    sentences: Vec<Span>,
    words: Vec<Vec<Span>>,
    blocks: Vec<Block>,
}

impl Document {
    fn add(&mut self, block: &Block) {
        let start = self.text.len();
        self.text.push_str(&block.text);
        self.sentences.push(Span::new(start, self.text.len()));
        self.text.push('\n');
        self.words.push(block.words.iter().map(|word| word.shifted(start)).collect());
        self.blocks.push(block.clone());
    }

    fn is_full(&self) -> bool {
        self.blocks.len() >= LONGEST_DOCUMENT
    }

    fn given(&self) -> ToParse<'_> {
        ToParse { text: &self.text, sentences: &self.sentences, known: Known::Words(&self.words) }
    }
}
