//! Throughput of the whole pipeline against the engine alone, on the same articles, in one run.
//!
//!     cargo bench --bench throughput -- ARTICLES... [--engine rten] [--rounds 3] [--limit 400]
//!         [--rules FILE_OR_DIR] [--no-default-rules]
//!
//! `ARTICLES` is anything `extract` reads. Timings on shared machines are noisy, so the rounds are
//! interleaved and the ratios within a round are what counts: `whole / engine` says how much of the
//! engine's throughput is left when articles are read, cut, scored, decoded, resolved, related and
//! written; `scaling` is all threads against one; `names and rules` is the share of one thread's time that
//! names, context and rules take together, timed alone on the names of the articles.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use triplewire::entity::{Aliases, Mention, Origin};
use triplewire::input::{self, Item, Shard};
use triplewire::model::{EngineChoice, Model, RawMention, Window};
use triplewire::output::{Making, Output};
use triplewire::pipeline::{Knowledge, Pipeline};
use triplewire::relation::{Matcher, Predicates, RuleSet};
use triplewire::syntax::Sentence;
use triplewire::text::{Article, Span, sentences, words};

#[derive(Parser)]
struct Args {
    /// What `extract` reads
    #[arg(default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/seeds"))]
    articles: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    engine: EngineChoice,
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/models/newswire"))]
    model: PathBuf,
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Most articles to use
    #[arg(long, default_value_t = 400)]
    limit: usize,
    /// As for `extract`
    #[arg(long)]
    rules: Vec<PathBuf>,
    /// As for `extract`
    #[arg(long)]
    no_default_rules: bool,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let articles = read(&args)?;
    let total_words: usize = articles.iter().map(|a| words(&a.text, Span::new(0, a.text.len())).len()).sum();
    let threads = std::thread::available_parallelism()?.get();
    let one = pipeline(&args, 1)?;
    let all = pipeline(&args, threads)?;
    let engine = args.engine.to_possible_value().context("engine")?;
    println!(
        "{} articles, {total_words} words, engine {} ({}), {threads} threads; words per second:",
        articles.len(),
        engine.get_name(),
        all.model().engine().precision()
    );
    let knowledge = knowledge(&args)?;
    let named = named(&one, &articles)?;
    println!("round   engine    whole  whole/engine   one thread  scaling  names and rules");
    let (mut kept, mut scaling, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=args.rounds {
        let engine = total_words as f64 / engine_alone(&all, &articles)?;
        let whole = total_words as f64 / whole_pipeline(&all, &articles)?;
        let single_seconds = whole_pipeline(&one, &articles)?;
        let single = total_words as f64 / single_seconds;
        shares.push(knowledge_alone(&knowledge, &named) / single_seconds);
        kept.push(whole / engine);
        scaling.push(whole / single);
        println!(
            "{round:>5} {engine:>8.0} {whole:>8.0} {:>13.3} {single:>12.0} {:>8.3} {:>16.3}",
            whole / engine,
            whole / single,
            shares[round - 1]
        );
    }
    println!(
        "median whole/engine {:.3}, median scaling {:.3}, median names and rules {:.3}",
        median(kept),
        median(scaling),
        median(shares)
    );
    Ok(())
}

fn read(args: &Args) -> Result<Vec<Article>> {
    let items = input::open(&args.articles, input::Options::default())?;
    let articles = items.filter_map(|item| match item {
        Item::Article(article) => Some(article),
        Item::Problem(_) => None,
    });
    Ok(articles.take(args.limit).collect())
}

fn pipeline(args: &Args, threads: usize) -> Result<Pipeline> {
    let model = Model::open(&args.model, args.engine, threads)?;
    Ok(Pipeline::new(model, knowledge(args)?, threads)?)
}

fn knowledge(args: &Args) -> Result<Knowledge> {
    let mut rules = if args.no_default_rules { RuleSet::empty() } else { RuleSet::built_in() };
    for path in &args.rules {
        rules.add_path(path)?;
    }
    Ok(Knowledge { aliases: Aliases::built_in(), matcher: Matcher::new(&rules)? })
}

/// An article with what the model finds in it, as far as that is kept.
struct Named {
    article: Article,
    sentences: Vec<Span>,
    syntax: Vec<Sentence>,
    names: Vec<RawMention>,
}

fn named(pipeline: &Pipeline, articles: &[Article]) -> Result<Vec<Named>> {
    let of = |article: &Article| {
        let found = pipeline.extract_one(article.clone())?;
        let of_model = found.names.mentions.iter().filter(|m| m.origin == Origin::Model);
        let raw = |m: &Mention| RawMention { span: m.span, entity_type: m.entity_type, score: m.score };
        let names = of_model.map(raw).collect();
        Ok(Named { names, article: found.article, sentences: found.sentences, syntax: found.syntax })
    };
    articles.iter().map(of).collect()
}

/// Seconds for names, context and rules in one thread.
fn knowledge_alone(knowledge: &Knowledge, articles: &[Named]) -> f64 {
    let start = Instant::now();
    for Named { article, sentences, syntax, names } in articles {
        std::hint::black_box(knowledge.relate(&article.text, sentences, syntax, names.clone()));
    }
    start.elapsed().as_secs_f64()
}

/// Seconds for the scores of all windows, cut beforehand.
fn engine_alone(pipeline: &Pipeline, articles: &[Article]) -> Result<f64> {
    let cut = |a: &Article| pipeline.model().windows(&a.text, &sentences(&a.text));
    let windows: Vec<Vec<Window>> = articles.iter().map(cut).collect();
    let windows: Vec<&[Window]> = windows.iter().map(Vec::as_slice).collect();
    let start = Instant::now();
    pipeline.score(&windows)?;
    Ok(start.elapsed().as_secs_f64())
}

/// Seconds from articles to files.
fn whole_pipeline(pipeline: &Pipeline, articles: &[Article]) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let items: Vec<Item> = articles.iter().cloned().map(Item::Article).collect();
    let start = Instant::now();
    let mut output = Output::open(folder.path(), Shard::WHOLE, false)?;
    pipeline.run(items.into_iter(), &AtomicBool::new(false), |delivery| output.add(&delivery))?;
    output.tables(Making::new(Predicates::built_in()))?;
    Ok(start.elapsed().as_secs_f64())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
