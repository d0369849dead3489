//! `triplewire rules`: List, show, test, explain, score and suggest rules.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::evaluate::keep;
use crate::cli::print::print;
use crate::cli::problems::tell;
use crate::cli::setup::{Machine, Setup};
use crate::cli::values::{at_least_one, share};
use crate::entity::{Aliases, Argument, EntityType, Mention, Names};
use crate::error::{Error, Problem};
use crate::eval::{
    Gold, Map, OnGivenNames, RuleCounts, calibration, calibration_of_second, gold, rule_counts, suggestions,
};
use crate::model::find;
use crate::output::{check_file, rounded, write_whole};
use crate::pipeline::Knowledge;
use crate::relation::{
    Bracketed, Calibration, Certainty, Checked, Demand, Document, Learned, MatchExplanation, Matcher,
    Predicate, READER_FILE, Relation, Rule, RuleSet, SentenceExplanation, Suggestion, check, scores_csv,
    stale,
};
use crate::text::{Article, counted};

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
        /// The rule's id, for example leads/head-of-body
        id: String,
    },
    /// Run the rules' own examples
    Test {
        /// Only the rules of this file or folder
        file: Option<PathBuf>,
    },
    /// Learn frames from hand labels and print them, to be pasted into a rule file
    Suggest(Suggest),
    /// Measure on hand labels how often each rule is right, and print the table of scores
    Score(Score),
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

#[derive(Debug, clap::Args)]
struct Suggest {
    /// Labels in any format that `evaluate` reads
    #[arg(long, value_name = "FILE_OR_DIR")]
    gold: PathBuf,
    /// The labelled texts or a folder of them, for labels that come without (may be repeated)
    #[arg(long, value_name = "FILE_OR_DIR")]
    texts: Vec<PathBuf>,
    /// What our predicates and types are called in the gold
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Only these articles of the gold: a text file with one identifier a line
    #[arg(long, value_name = "FILE")]
    articles: Option<PathBuf>,
    /// Least documents that show a word with its roles, and relations that it adds
    #[arg(long, value_name = "N", value_parser = at_least_one::<usize>, default_value_t = 3)]
    least: usize,
    /// Least share of its finds that is right, each looked at as if its document were unknown
    #[arg(long, value_name = "SHARE", value_parser = share::<f64>, default_value_t = 0.8)]
    precision: f64,
    #[command(flatten)]
    machine: Machine,
}

#[derive(Debug, clap::Args)]
struct Score {
    /// Labels in any format that `evaluate` reads (may be repeated)
    #[arg(long, value_name = "FILE_OR_DIR", required = true)]
    gold: Vec<PathBuf>,
    /// What our predicates and types are called in the gold: for each gold one, in their order; those behind
    /// the last map need none
    #[arg(long, value_name = "FILE")]
    map: Vec<PathBuf>,
    /// Of the last gold only these articles: a text file with one identifier a line
    #[arg(long, value_name = "FILE")]
    articles: Option<PathBuf>,
    /// Fit on the last gold, names and all, what makes the score of a relation from its rule's, and write it there
    #[arg(long, value_name = "FILE")]
    calibration: Option<PathBuf>,
    /// Labels of texts that the second reader has not learned from: fit what it says there (may be repeated)
    #[arg(long, value_name = "FILE_OR_DIR", requires = "calibration")]
    unseen: Vec<PathBuf>,
    /// Of the last of these only these articles: a text file with one identifier a line
    #[arg(long, value_name = "FILE", requires = "unseen")]
    unseen_articles: Option<PathBuf>,
    #[command(flatten)]
    machine: Machine,
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
            None => return Err(set.none(&id).into()),
        },
        Command::Test { file } => return test(set, file),
        Command::Suggest(args) => return suggest(&set, args),
        Command::Score(args) => return score(&set, &args),
        Command::Explain { text, .. } if text.trim().is_empty() => {
            let message = "the text is empty. Give a sentence with two names, in quotation marks";
            return Err(Error::Usage(message.into()).into());
        }
        Command::Explain { text, model, json } => {
            let setup = Setup {
                machine: Machine { model, ..Machine::default() },
                rules: args.rules,
                no_default_rules: args.no_default_rules,
                ..Setup::default()
            };
            print(explained(&set, setup, text)?.printed(json)?)?;
        }
    }
    Ok(Outcome::Done)
}

/// Explains a text, with names in brackets or not.
pub(super) fn explained(set: &RuleSet, setup: Setup, text: String) -> anyhow::Result<Explained> {
    if !Bracketed::has_names(&text) {
        let pipeline = setup.pipeline()?.0;
        let extraction = pipeline.extract_one(Article { text, ..Article::default() })?;
        return Ok(explain(set, &pipeline.knowledge().matcher, extraction.document()));
    }
    let mut matcher = Matcher::new(set)?;
    if let Some(reader) = setup.machine.reader(Learned::Both)? {
        matcher = matcher.with_reader(reader, Learned::Both);
    }
    let pipeline = setup.machine.pipeline(Knowledge { aliases: Aliases::built_in(), matcher })?;
    let mut read = Bracketed::text(&text);
    read.syntax = pipeline.trees_of(&read)?;
    Ok(explain(set, &pipeline.knowledge().matcher, read.document()))
}

/// Prints the frames that labels suggest.
fn suggest(set: &RuleSet, args: Suggest) -> anyhow::Result<Outcome> {
    let mut problems = Vec::new();
    let gold = labels_in(&args.gold, &args.texts, args.articles.as_deref(), &mut problems)?;
    tell(&problems, None);
    let map = args.map.as_deref().map(|path| Map::read(path, set.predicates())).transpose()?;
    let demand = Demand { least: args.least.max(1), precision: args.precision };
    let knowledge = Knowledge { aliases: Aliases::built_in(), matcher: Matcher::new(set)? };
    let program = args.machine.pipeline(knowledge)?;
    print(suggested(&suggestions(set, &program, &gold, map.as_ref(), demand)?))?;
    Ok(if problems.iter().any(|p| p.skipped) { Outcome::SomeSkipped } else { Outcome::Done })
}

/// The labels in a file or folder, or those of the `articles` in a list.
fn labels_in(
    path: &Path,
    texts: &[PathBuf],
    articles: Option<&Path>,
    problems: &mut Vec<Problem>,
) -> anyhow::Result<Gold> {
    let mut gold = gold::read(path, texts)?;
    problems.append(&mut gold.problems);
    if let Some(list) = articles {
        keep(&mut gold, list, problems)?;
    }
    Ok(gold)
}

/// Prints the precision of each rule on all golds together.
fn score(set: &RuleSet, args: &Score) -> anyhow::Result<Outcome> {
    args.calibration.as_deref().map(|path| check_file(path).map_err(of_calibration)).transpose()?;
    let Score { gold: golds, map: maps, articles, calibration: out, machine, .. } = args;
    if maps.len() > golds.len() {
        let message = format!(
            "--map is given more often ({}) than --gold ({}). Give at most one map for each gold",
            maps.len(),
            golds.len()
        );
        return Err(Error::Usage(message).into());
    }
    let aliases = Aliases::built_in();
    let program =
        OnGivenNames(machine.pipeline(Knowledge { aliases: aliases.clone(), matcher: Matcher::new(set)? })?);
    let mut counts = RuleCounts::default();
    let mut problems = Vec::new();
    let mut last = None;
    for (i, path) in golds.iter().enumerate() {
        let articles = articles.as_deref().filter(|_| i + 1 == golds.len());
        let mut gold = labels_in(path, &[], articles, &mut problems)?;
        gold.predicates = set.predicates().clone();
        let map = maps.get(i).map(|path| Map::read(path, &gold.predicates)).transpose()?;
        if map.as_ref().is_some_and(Map::wants_clean_names) {
            gold.clean_names(&aliases);
        }
        let of_each = rule_counts(&gold, map.as_ref(), &program, &mut problems)?;
        of_each.iter().for_each(|document| counts.add(document));
        last = Some((gold, map, of_each));
    }
    if let (Some(path), Some((gold, map, of_each))) = (out, last) {
        let counts = (&counts, &of_each[..]);
        let mut fitted = calibration(&gold, map.as_ref(), &program.0, set.rules(), counts, &mut problems)?;
        if !args.unseen.is_empty() {
            fitted = calibrated_on_unseen(fitted, args, set, &mut problems)?;
        }
        write_whole(path, fitted.toml()?.as_bytes()).map_err(of_calibration)?;
    }
    tell(&problems, None);
    print(scores_csv(set.rules(), |rule| counts.of(rule))?)?;
    Ok(if problems.iter().any(|p| p.skipped) { Outcome::SomeSkipped } else { Outcome::Done })
}

/// The same error if another option names the file.
fn of_calibration(error: Error) -> Error {
    match error {
        Error::Io { path, said, remedy } => {
            Error::Io { path, said, remedy: remedy.replace("--out", "--calibration") }
        }
        other => other,
    }
}

/// Fits the second reader's log odds on texts that it has not learned from. Nothing is left out there for its score.
fn calibrated_on_unseen(
    fitted: Calibration,
    args: &Score,
    set: &RuleSet,
    problems: &mut Vec<Problem>,
) -> anyhow::Result<Calibration> {
    let mut set = set.clone();
    set.set_least_score(Some(0.0));
    let matcher = Matcher::new(&set)?;
    let Some(reader) = args.machine.reader(Learned::Both)? else {
        let problem = format!("it has no second reader ({READER_FILE}) to be weighed on --unseen");
        let model = find(args.machine.model.as_deref())?;
        return Err(Error::model(
            model,
            problem,
            "Use one that has, as models/newswire, or leave --unseen out",
        )
        .into());
    };
    let knowledge =
        Knowledge { aliases: Aliases::built_in(), matcher: matcher.with_reader(reader, Learned::Both) };
    let mut golds = Vec::new();
    for (i, path) in args.unseen.iter().enumerate() {
        let articles = args.unseen_articles.as_deref().filter(|_| i + 1 == args.unseen.len());
        let gold = labels_in(path, &[], articles, problems)?;
        golds.push(Gold { predicates: set.predicates().clone(), ..gold });
    }
    Ok(calibration_of_second(fitted, &golds, &args.machine.pipeline(knowledge)?, problems)?)
}

/// Suggestions as a rule file, with their figures as comments.
fn suggested(found: &[Suggestion]) -> String {
    let mut out = String::new();
    for s in found {
        let (right, wrong) = s.unseen;
        let _ = writeln!(
            out,
            "# {} of {} finds are labelled; in texts that it was not learnt from {right} of {}. It adds {} of {} labelled\n\
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
    let stale = stale(rules);
    rows.extend(rules.iter().map(|rule| {
        [
            rule.id.to_string(),
            rule.predicate.to_string(),
            format!("{} -> {}", types(&rule.subject), types(&rule.object)),
            format!(
                "{:.2}{}",
                rule.score,
                if stale.contains(&*rule.id) { " of an earlier form" } else { "" }
            ),
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

fn test(set: RuleSet, file: Option<PathBuf>) -> anyhow::Result<Outcome> {
    let (checked, rules) = checked(set, file.as_deref())?;
    let rules = counted(rules as u64, "rules");
    for failure in &checked.failures {
        print(format_args!("{} ({}): {}\n", failure.rule, failure.place, failure.problem))?;
        if !failure.example.is_empty() {
            print(format_args!("    {}\n    {}\n", failure.example, failure.line))?;
        }
    }
    if !checked.failures.is_empty() {
        let message = format!(
            "{} of {} of {rules} failed. Mend the rules or their examples, which are above",
            checked.failures.len(),
            counted(checked.examples as u64, "examples")
        );
        return Err(Error::Usage(message).into());
    }
    let examples = counted(checked.examples as u64, "examples");
    print(format_args!("{examples} of {rules}: all as they should be\n"))?;
    Ok(Outcome::Done)
}

/// Runs the examples of all rules, or of those in `file`. Also returns the number of rules.
pub(super) fn checked(mut set: RuleSet, file: Option<&Path>) -> anyhow::Result<(Checked, usize)> {
    let before = set.rules().len();
    if let Some(file) = file {
        set.add_path(file)?;
    }
    let new: std::collections::BTreeSet<_> = set.rules()[before..].iter().map(|r| r.id.clone()).collect();
    let wanted = |rule: &Rule| file.is_none() || new.contains(&rule.id);
    let pipeline = Machine::default()
        .pipeline(Knowledge { aliases: Aliases::built_in(), matcher: Matcher::new(&RuleSet::empty())? })?;
    let checked = check(&set, |read| pipeline.trees_of(read), wanted)?;
    Ok((checked, set.rules().iter().filter(|rule| wanted(rule)).count()))
}

/// What `rules explain` prints.
#[derive(Serialize)]
pub(super) struct Explained {
    sentences: Vec<SentenceExplanation>,
    anaphors: Vec<Anaphor>,
    /// The relations of `extract`.
    relations: Vec<Told>,
}

/// A resolved anaphor.
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
fn explain(set: &RuleSet, matcher: &Matcher, document: Document<'_>) -> Explained {
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
    let name = |argument: Argument| names.argument(argument).span.of(document.text).to_owned();
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
    Explained {
        sentences: matcher.explain(set, document),
        anaphors: names.anaphors.iter().zip(&names.reasons).map(anaphor).collect(),
        relations: relations.into_iter().map(told).collect(),
    }
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
            if !pair.second.is_empty() {
                let said: Vec<String> =
                    pair.second.iter().map(|said| format!("{} {:.2}", said.predicate, said.share)).collect();
                let _ = writeln!(out, "  second   {}", said.join(", "));
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
            out.push_str(
                "no sentence has two names. Mark them yourself: \"[PER Ana Ruiz] leads [ORG Acme].\"\n",
            );
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
