//! `triplewire learn`: teaches the second reader from labelled articles.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::cli::Outcome;
use crate::cli::evaluate::{FORMATS, keep};
use crate::cli::print::print;
use crate::cli::problems::tell;
use crate::cli::setup::Machine;
use crate::cli::values::name;
use crate::entity::Aliases;
use crate::error::Error;
use crate::eval::report::pc;
use crate::eval::{LEAST_EXAMPLES, Lesson, gold, lessons};
use crate::model::find;
use crate::output::{check_file, write_whole};
use crate::pipeline::Knowledge;
use crate::relation::{Learned, Matcher, READER_FILE, RuleSet, Taught};

/// Arguments of `triplewire learn`.
#[derive(Debug, clap::Args)]
#[command(after_help = FORMATS)]
pub(crate) struct Args {
    /// Labelled articles: a file or a folder; the format is told by its content
    #[arg(long, value_name = "FILE_OR_DIR")]
    labels: PathBuf,
    /// The file to write, for `--learned`
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Where the articles of a folder of CSV labels are, if not in text files beside it: any input
    /// of `extract`
    #[arg(long, value_name = "INPUT")]
    texts: Vec<PathBuf>,
    /// Only these articles of the labels: a text file with one identifier a line
    #[arg(long, value_name = "FILE")]
    articles: Option<PathBuf>,
    /// Learn these predicates only, separated by commas [default: all that are labelled often enough]
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = name)]
    predicates: Vec<String>,
    /// Rule files that define predicates of your own: the types of their names, and what they mean. Without one, a
    /// predicate has the types that the labels give it
    #[arg(long, value_name = "FILE_OR_DIR")]
    rules: Vec<PathBuf>,
    #[command(flatten)]
    machine: Machine,
}

pub(crate) fn run(args: Args) -> anyhow::Result<Outcome> {
    check_file(&args.out)?;
    let mut set = RuleSet::built_in();
    args.rules.iter().try_for_each(|path| set.add_path(path))?;
    let mut gold = gold::read(&args.labels, &args.texts)?;
    let mut problems = std::mem::take(&mut gold.problems);
    gold.predicates = set.predicates().clone();
    if let Some(list) = &args.articles {
        keep(&mut gold, list, &mut problems)?;
    }
    let Some(reader) = args.machine.reader(Learned::Both)? else {
        let problem = format!("it has no second reader ({READER_FILE}) to be taught");
        let model = find(args.machine.model.as_deref())?;
        return Err(Error::model(model, problem, "Use one that has, as models/newswire").into());
    };
    // The reader is also what the program asks the model for vectors for.
    let matcher = Matcher::new(&RuleSet::empty())?.with_reader(reader.clone(), Learned::Both);
    let knowledge = Knowledge { aliases: Aliases::built_in(), matcher };
    let program = args.machine.pipeline(knowledge)?;
    let lessons = lessons(&program, &reader, &gold, &args.predicates)?;
    tell(&problems, None);
    for wanted in &args.predicates {
        if lessons.iter().all(|lesson| lesson.schema.name != *wanted) {
            let message = format!(
                "--predicates: no two names of one sentence are labelled `{wanted}`. Check its spelling, or label some"
            );
            return Err(Error::Usage(message).into());
        }
    }
    print(table(&lessons))?;
    let classifiers: Vec<_> =
        lessons.into_iter().filter(is_worth_it).filter_map(|lesson| lesson.classifier).collect();
    if classifiers.is_empty() {
        let message = format!(
            "nothing was learned, and {} was not written. Label at least {LEAST_EXAMPLES} relations of a predicate, \
             between names of one sentence",
            args.out.display()
        );
        return Err(Error::Usage(message).into());
    }
    let count = classifiers.len();
    let taught = Taught { reader: reader.hash().to_owned(), classifiers };
    let bytes = serde_json::to_vec(&taught)?;
    write_whole(&args.out, &bytes)?;
    let predicates = if count == 1 { "predicate" } else { "predicates" };
    print(format_args!(
        "{count} {predicates} in {0}. Use it: triplewire extract --learned {0} ...\n",
        args.out.display()
    ))?;
    Ok(if problems.iter().any(|problem| problem.skipped) { Outcome::SomeSkipped } else { Outcome::Done })
}

/// Whether the new predicates are better than the reader's old ones, if it had any.
fn is_worth_it(lesson: &Lesson) -> bool {
    lesson.before.is_none_or(|before| lesson.found.f1() > before.f1())
}

/// A report on each predicate, for people.
fn table(lessons: &[Lesson]) -> String {
    let mut rows = vec![["predicate", "examples", "pairs", "P", "R", "F1", "before", ""].map(str::to_owned)];
    for lesson in lessons {
        let remark = match (&lesson.classifier, is_worth_it(lesson)) {
            (None, _) if lesson.examples < LEAST_EXAMPLES => "too few examples",
            (None, _) => "nothing to tell it by",
            (Some(_), false) => "no better than before: left as it is",
            (Some(_), true) => "",
        };
        let known = lesson.classifier.is_some();
        let figure = |share: Option<f64>| pc(share.filter(|_| known));
        rows.push([
            lesson.schema.name.clone(),
            lesson.examples.to_string(),
            lesson.pairs.to_string(),
            figure(lesson.found.precision()),
            figure(lesson.found.recall()),
            figure(lesson.found.f1()),
            pc(lesson.before.and_then(|before| before.f1())),
            remark.to_owned(),
        ]);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 8] = std::array::from_fn(width);
    let mut out = String::from(
        "Of the relations between two names of one sentence, with the names given; each fifth of the texts is read by\n\
         what the others teach. `before` is the F1 of the second reader as it came.\n\n",
    );
    for row in &rows {
        let mut line = format!("{:<1$}", row[0], widths[0]);
        for (cell, width) in row[1..7].iter().zip(&widths[1..7]) {
            let _ = write!(line, "  {cell:>width$}");
        }
        let _ = writeln!(out, "{}", format!("{line}  {}", row[7]).trim_end());
    }
    out
}
