//! `triplewire rules`: List, show, test, explain, score and suggest rules.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::bail;
use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::print::print;
use crate::cli::problems::tell;
use crate::cli::setup::{Machine, Setup};
use crate::entity::{Aliases, EntityType, Mention, Names};
use crate::eval::{Map, gold, rule_counts, suggestions};
use crate::output::rounded;
use crate::pipeline::{Knowledge, Known, Pipeline, ToParse};
use crate::relation::{
    Bracketed, Certainty, Demand, Document, MatchExplanation, Matcher, Predicate, Relation, Rule, RuleSet,
    SentenceExplanation, Suggestion, check, scores_csv,
};
use crate::syntax::Sentence;
use crate::text::{Article, Span};

/// Arguments of `triplewire rules`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
    /// Use this rule file, or every .toml file of this folder, too
    #[arg(long, global = true, value_name = "FILE_OR_DIR")]
    rules: Vec<PathBuf>,
    /// Leave out the built-in rules
    #[arg(long, global = true)]
    no_default_rules: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// One line for each rule
    List,
    /// A rule as it is written
    Show {
        /// The rule's id, for example leads/title-of
        id: String,
    },
    /// Run the rules' own examples; needs no model
    Test {
        /// Only the rules of this file or folder
        file: Option<PathBuf>,
    },
    /// Learn rules from hand labels and print them, to be pasted into a rule file
    Suggest {
        /// Labels in any format that `evaluate` reads
        #[arg(long, value_name = "FILE_OR_DIR")]
        gold: PathBuf,
        /// The labelled texts or a folder of them, for labels that come without (may be repeated)
        #[arg(long, value_name = "FILE_OR_DIR")]
        texts: Vec<PathBuf>,
        /// What our predicates and types are called in the gold
        #[arg(long, value_name = "FILE")]
        map: Option<PathBuf>,
        /// Least documents that show a pattern, and relations that it adds
        #[arg(long, value_name = "N", default_value_t = 3)]
        least: usize,
        /// Least share of a pattern's hits that is right, in cross-validation
        #[arg(long, value_name = "SHARE", default_value_t = 0.8)]
        precision: f64,
    },
    /// Measure on hand labels how often each rule is right, and print the table of scores
    Score {
        /// Labels in any format that `evaluate` reads (may be repeated)
        #[arg(long, value_name = "FILE_OR_DIR", required = true)]
        gold: Vec<PathBuf>,
        /// What our predicates and types are called in the gold: as many as there are golds, in their order
        #[arg(long, value_name = "FILE")]
        map: Vec<PathBuf>,
    },
    /// Show for each pair of names what the rules saw and which matched
    Explain {
        /// A text; with names in brackets, as in "[PER Ana Ruiz] leads [ORG Acme].", no model is used
        text: String,
        /// Model folder that finds the names of a text without brackets
        #[arg(long, value_name = "DIR")]
        model: Option<PathBuf>,
        /// Print one JSON object, with the tree that the rules saw too
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(args: Args) -> anyhow::Result<Outcome> {
    let mut set = if args.no_default_rules { RuleSet::empty() } else { RuleSet::built_in() };
    for path in &args.rules {
        set.add_path(path)?;
    }
    match args.command {
        Command::List => print(table(set.rules()))?,
        Command::Show { id } => match set.rule(&id) {
            Some(rule) => print(format_args!("# {}\n{}\n", rule.place, rule.written))?,
            None => bail!("there is no rule `{id}`. `triplewire rules list` shows all ids"),
        },
        Command::Test { file } => return test(set, file),
        Command::Suggest { gold, texts, map, least, precision } => {
            let gold = gold::read(&gold, &texts)?;
            tell(&gold.problems, false);
            let map = map.as_deref().map(|path| Map::read(path, set.predicates())).transpose()?;
            let demand = Demand { least: least.max(1), precision };
            let found = suggestions(&set, &Aliases::built_in(), &gold, map.as_ref(), demand)?;
            print(suggested(&found))?;
            let outcome =
                if gold.problems.iter().any(|p| p.skipped) { Outcome::SomeSkipped } else { Outcome::Done };
            return Ok(outcome);
        }
        Command::Score { gold, map } => return score(set, &gold, &map),
        Command::Explain { text, model, json } if Bracketed::has_names(&text) => {
            let machine = Machine { model, ..Machine::default() };
            let matcher = Matcher::new(&RuleSet::empty())?;
            let pipeline = machine.pipeline(Knowledge { aliases: Aliases::built_in(), matcher })?;
            let mut read = Bracketed::text(&text);
            read.syntax = parsed(&pipeline, &read)?;
            print(explain(&set, read.document())?.printed(json)?)?;
        }
        Command::Explain { text, model, json } => {
            let setup = Setup {
                machine: Machine { model, ..Machine::default() },
                rules: args.rules,
                no_default_rules: args.no_default_rules,
                ..Setup::default()
            };
            let extraction = setup.pipeline()?.0.extract_one(Article { text, ..Article::default() })?;
            print(explain(&set, extraction.document())?.printed(json)?)?;
        }
    }
    Ok(Outcome::Done)
}

/// Prints how often each rule is right, all golds together. The scores that rules have do not matter: where
/// several find the same, the one with the best score in its file counts.
fn score(set: RuleSet, golds: &[PathBuf], maps: &[PathBuf]) -> anyhow::Result<Outcome> {
    if !maps.is_empty() && maps.len() != golds.len() {
        bail!("{} --gold and {} --map: give one map for each gold, or none", golds.len(), maps.len());
    }
    let set = set.with_prior_scores();
    let knowledge = Knowledge { aliases: Aliases::built_in(), matcher: Matcher::new(&set)? };
    let mut counts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let mut problems = Vec::new();
    for (i, path) in golds.iter().enumerate() {
        let mut gold = gold::read(path, &[])?;
        gold.predicates = set.predicates().clone();
        let map = maps.get(i).map(|path| Map::read(path, &gold.predicates)).transpose()?;
        if map.as_ref().is_some_and(Map::wants_clean_names) {
            gold.clean_names(&knowledge.aliases);
        }
        problems.append(&mut gold.problems);
        for (rule, (right, wrong)) in rule_counts(&gold, map.as_ref(), &knowledge, &mut problems)? {
            let all = counts.entry(rule).or_default();
            *all = (all.0 + right, all.1 + wrong);
        }
    }
    tell(&problems, false);
    print(scores_csv(set.rules(), &counts)?)?;
    Ok(if problems.iter().any(|p| p.skipped) { Outcome::SomeSkipped } else { Outcome::Done })
}

/// Suggestions as a rule file, with their figures as comments.
fn suggested(found: &[Suggestion]) -> String {
    let mut out = String::new();
    for s in found {
        let (right, wrong) = s.unseen;
        let _ = writeln!(
            out,
            "# {} of {} hits are labelled; on texts it was not learnt from {right} of {}. It adds {} of {} labelled\n\
             # relations. Look at the examples before you paste it, and write better ones.",
            s.right,
            s.right + s.wrong,
            right + wrong,
            s.new,
            s.labelled
        );
        let _ = writeln!(out, "{}", s.toml);
    }
    if found.is_empty() {
        out.push_str(
            "# Nothing to suggest: label more texts, or ask for less with --least and --precision.\n",
        );
    }
    out
}

fn table(rules: &[Rule]) -> String {
    let types = |types: &[EntityType]| types.iter().map(|t| t.as_str()).collect::<Vec<_>>().join(",");
    let mut rows = vec![["id", "predicate", "types", "score", "file", "examples"].map(str::to_owned)];
    rows.extend(rules.iter().map(|rule| {
        [
            rule.id.to_string(),
            rule.predicate.to_string(),
            format!("{} -> {}", types(&rule.subject), types(&rule.object)),
            format!("{:.2}", rule.score),
            rule.place.file.display().to_string(),
            (rule.yes.len() + rule.no.len()).to_string(),
        ]
    }));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 6] = std::array::from_fn(width);
    let mut out = String::new();
    for row in &rows {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, w)| format!("{cell:<w$}")).collect();
        let _ = writeln!(out, "{}", cells.join("  ").trim_end());
    }
    out
}

fn test(mut set: RuleSet, file: Option<PathBuf>) -> anyhow::Result<Outcome> {
    let before = set.rules().len();
    if let Some(file) = &file {
        set.add_path(file)?;
    }
    let new: std::collections::BTreeSet<_> = set.rules()[before..].iter().map(|r| r.id.clone()).collect();
    let wanted = |rule: &Rule| file.is_none() || new.contains(&rule.id);
    let pipeline = Machine::default()
        .pipeline(Knowledge { aliases: Aliases::built_in(), matcher: Matcher::new(&RuleSet::empty())? })?;
    let checked = check(&set, |read| parsed(&pipeline, read), wanted)?;
    for failure in &checked.failures {
        print(format_args!("{} ({}): {}\n", failure.rule, failure.place, failure.problem))?;
        if !failure.example.is_empty() {
            print(format_args!("    {}\n    {}\n", failure.example, failure.line))?;
        }
    }
    let rules = set.rules().iter().filter(|rule| wanted(rule)).count();
    if !checked.failures.is_empty() {
        bail!("{} of {} examples of {rules} rules failed", checked.failures.len(), checked.examples);
    }
    print(format_args!("{} examples of {rules} rules: all as they should be\n", checked.examples))?;
    Ok(Outcome::Done)
}

/// The trees of a text whose names are known.
fn parsed(pipeline: &Pipeline, read: &Bracketed) -> crate::Result<Vec<Sentence>> {
    let names: Vec<Span> = read.mentions.iter().map(|mention| mention.name).collect();
    let text = ToParse { text: &read.text, sentences: &read.sentences, known: Known::Names(&names) };
    Ok(pipeline.trees(&[text])?.pop().unwrap_or_default())
}

/// What `rules explain` prints.
#[derive(Serialize)]
struct Explained {
    sentences: Vec<SentenceExplanation>,
    anaphors: Vec<Anaphor>,
    /// What `extract` would write.
    relations: Vec<Told>,
}

/// A pronoun or description whose meaning is known.
#[derive(Serialize)]
struct Anaphor {
    text: String,
    means: String,
    reason: String,
}

#[derive(Serialize)]
struct Told {
    subject: String,
    predicate: Predicate,
    object: String,
    score: f64,
    negated: bool,
    certainty: Certainty,
    attributed_to: Option<String>,
    rule: String,
}

/// Explains a text whose names are known.
///
/// # Errors
/// If a pattern is too large to compile.
fn explain(set: &RuleSet, document: Document<'_>) -> crate::Result<Explained> {
    let matcher = Matcher::new(set)?;
    let mut names = Names {
        mentions: document.mentions.to_vec(),
        entities: document.entities.to_vec(),
        ..Names::default()
    };
    names.find_anaphors(document.text, document.sentences, document.syntax);
    let anaphor = |(anaphor, reason): (&Mention, _)| Anaphor {
        text: anaphor.span.of(document.text).to_owned(),
        means: names.entities[anaphor.entity].name.clone(),
        reason: format!("{reason}"),
    };
    let mut relations = matcher.relations(document);
    relations.extend(matcher.relations_of_anaphors(document, &names.anaphors, &relations));
    let name = |argument: usize| names.argument(argument).span.of(document.text).to_owned();
    let told = |relation: Relation| Told {
        subject: name(relation.subject),
        predicate: relation.predicate,
        object: name(relation.object),
        score: rounded(f64::from(relation.score)),
        negated: relation.negated,
        certainty: relation.certainty,
        attributed_to: relation.attributed_to,
        rule: relation.rule.to_string(),
    };
    Ok(Explained {
        sentences: matcher.explain(set, document),
        anaphors: names.anaphors.iter().zip(&names.reasons).map(anaphor).collect(),
        relations: relations.into_iter().map(told).collect(),
    })
}

impl Explained {
    fn printed(&self, json: bool) -> anyhow::Result<String> {
        Ok(if json { serde_json::to_string_pretty(self)? + "\n" } else { self.text() })
    }

    fn text(&self) -> String {
        let mut out = String::new();
        for clause in self.sentences.iter().flat_map(|sentence| &sentence.clauses) {
            let _ = writeln!(out, "clause     {}", clause.written);
        }
        for Anaphor { text, means, reason } in &self.anaphors {
            let _ = writeln!(out, "means      {text} = {means} ({reason})");
        }
        for pair in self.sentences.iter().flat_map(|sentence| &sentence.pairs) {
            let _ = writeln!(out, "{} -> {}", pair.subject, pair.object);
            let _ = writeln!(out, "  line     {}", pair.line);
            for MatchExplanation { rule, score, on, hidden, .. } in &pair.matched {
                let _ = writeln!(out, "  matched  {rule} ({score:.2}) on {on}");
                if let Some(reason) = hidden {
                    let _ = writeln!(out, "  hidden   {reason}");
                }
            }
            if let Some(near) = &pair.nearest {
                let at = near.at.as_ref().map_or("the end".to_owned(), |word| format!("\"{word}\""));
                let _ = writeln!(
                    out,
                    "  nearest  {}: after \"{}\" it wants {}",
                    near.rule, near.matched, near.failed
                );
                let _ = writeln!(out, "           and finds {at}");
            } else if pair.matched.is_empty() {
                let _ = writeln!(out, "  matched  nothing");
            }
        }
        if out.is_empty() {
            out.push_str("no sentence has two names\n");
        }
        for told in &self.relations {
            let _ = writeln!(
                out,
                "=> {} {} {}  (score {:.2}, {}{}{}, {})",
                told.subject,
                told.predicate,
                told.object,
                told.score,
                if told.negated { "negated, " } else { "" },
                told.certainty.as_str(),
                told.attributed_to.as_ref().map(|source| format!(" by {source}")).unwrap_or_default(),
                told.rule,
            );
        }
        out
    }
}
