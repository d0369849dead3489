//! Articles in, extractions out: in parallel, in order, in bounded memory.
//!
//! Articles are taken in blocks of about [`BLOCK_BYTES`], or less when no more is there yet. Each
//! article's windows are sorted by length and cut into batches of at most [`BATCH_TOKENS`] padded
//! tokens. A batch holds windows of one article only, because what a model says about a window depends
//! a little on what else is in its batch; so what is found in an article depends on the article alone:
//! not on the number of threads, not on where a run is continued, nor on which machine has which part
//! of the input. A few blocks are in flight at once: while one waits for its last batch, idle workers
//! begin the next.
//!
//! This is the only module that uses rayon.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::entity::{Aliases, EntityType, Names, resolve, resolve_given};
use crate::error::{Error, Place, Problem, Result};
use crate::input::Item;
use crate::model::{Model, SyntaxScores, Window, WindowScores};
use crate::relation::{Bracketed, Document, Matcher, READER_FILE, Reader, Relation, Told};
use crate::syntax::{Parser, Sentence};
use crate::text::{Article, RawMention, Span, sentences};
use crate::timings::{Stage, measure};

/// Bytes of text after which a block is closed.
const BLOCK_BYTES: usize = 128 * 1024;

/// Padded tokens in one batch: large enough for full matrix products, small enough to stay in cache
/// and to share a long article among the workers.
const BATCH_TOKENS: usize = 1024;

/// Blocks read but not yet delivered.
const BLOCKS_IN_FLIGHT: usize = 2;

/// Articles read ahead of the block that is being filled.
const READ_AHEAD: usize = 16;

/// How long a block that has something waits for more. A reader that is slower gets small blocks,
/// but its results at once.
const LINGER: Duration = Duration::from_millis(20);

/// How often a run that waits for input looks whether it should stop.
const POLL: Duration = Duration::from_millis(100);

/// All that was found in one article.
#[derive(Debug, Clone)]
pub struct Extraction {
    /// The article as read.
    pub article: Article,
    /// Its sentences.
    pub sentences: Vec<Span>,
    /// The trees of those that have words; none if the model knows no syntax.
    pub syntax: Vec<Sentence>,
    /// Its mentions and entities.
    pub names: Names,
    /// Its relations; `subject` and `object` are numbers for [`Names::argument`]: those behind the mentions
    /// are anaphors.
    pub relations: Vec<Relation>,
    /// How many relations that rules find are left out for their scores.
    pub left_out: usize,
}

impl Extraction {
    /// What rules see of it.
    pub fn document(&self) -> Document<'_> {
        let Names { mentions, entities, .. } = &self.names;
        Document {
            text: &self.article.text,
            sentences: &self.sentences,
            mentions,
            entities,
            syntax: &self.syntax,
        }
    }
}

/// A text whose sentences are known, and more.
#[derive(Debug, Clone, Copy)]
pub struct ToParse<'a> {
    /// The text.
    pub text: &'a str,
    /// Its sentences, in bytes of `text`, in order, not overlapping.
    pub sentences: &'a [Span],
    /// What else is known of it.
    pub known: Known<'a>,
}

/// What is known of a text before it is parsed, in bytes, in order, not overlapping.
#[derive(Debug, Clone, Copy)]
pub enum Known<'a> {
    /// Its names.
    Names(&'a [Span]),
    /// For each sentence its words.
    Words(&'a [Vec<Span>]),
}

/// What [`Pipeline::run`] delivers, in input order.
#[derive(Debug)]
pub enum Delivery {
    /// The next article's extraction.
    Extraction(Box<Extraction>),
    /// An article that nothing could be extracted from, and why.
    Skipped(Article, Problem),
    /// Something wrong with an input.
    Problem(Problem),
}

/// What an article may cost. What costs more is left out, with the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of an article's text.
    pub bytes: usize,
    /// Time that an article may take, all stages together. It is looked at after each stage and each
    /// batch of the model, so that an article may take as much longer as these do.
    pub time: Option<Duration>,
}

impl Default for Limits {
    /// 4 MiB, which is more than most books, and no limit of time, because what is left out for its
    /// time depends on the machine.
    fn default() -> Self {
        Limits { bytes: 4 << 20, time: None }
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Every input was read.
    Complete,
    /// Somebody asked it to stop; everything read before that was delivered.
    Stopped,
}

/// What turns mentions into entities and relations: names and rules, without a model.
#[derive(Debug)]
pub struct Knowledge {
    /// Names that mean the same.
    pub aliases: Aliases,
    /// The rules.
    pub matcher: Matcher,
}

impl Knowledge {
    /// Entities and relations from the model's mentions in one article.
    pub fn relate(
        &self,
        text: &str,
        sentences: &[Span],
        syntax: &[Sentence],
        raw: Vec<RawMention>,
    ) -> (Names, Told) {
        let names = measure(Stage::Names, || resolve(&self.aliases, text, sentences, syntax, raw));
        let Names { mentions, entities, anaphors, .. } = &names;
        let document = Document { text, sentences, mentions, entities, syntax };
        let Told { mut relations, left_out } = measure(Stage::Rules, || self.matcher.told(document));
        let of_anaphors = || self.matcher.relations_of_anaphors(document, anaphors, &relations);
        let of_anaphors = measure(Stage::Rules, of_anaphors);
        relations.extend(of_anaphors);
        relations.sort_by_key(|r| r.sentence.start);
        let (names, relations) = without_idle(names, relations);
        (names, Told { relations, left_out })
    }

    /// Entities and relations from mentions that are right as they are, as in hand labels: none is
    /// added, dropped or changed, except those that lie in no sentence.
    pub fn relate_given(
        &self,
        text: &str,
        sentences: &[Span],
        syntax: &[Sentence],
        given: Vec<RawMention>,
    ) -> (Names, Vec<Relation>) {
        let names = resolve_given(&self.aliases, text, sentences, given);
        let Names { mentions, entities, .. } = &names;
        let document = Document { text, sentences, mentions, entities, syntax };
        let relations = measure(Stage::Rules, || self.matcher.relations(document));
        (names, relations)
    }
}

/// Everything needed to extract, shared by all workers.
pub struct Pipeline {
    model: Model,
    parser: Option<Parser>,
    knowledge: Knowledge,
    limits: Limits,
    workers: rayon::ThreadPool,
}

impl Pipeline {
    /// A pipeline with `threads` workers.
    ///
    /// # Errors
    /// If the operating system gives no threads, or the second reader was not trained with the model.
    pub fn new(model: Model, knowledge: Knowledge, threads: usize) -> Result<Self> {
        let given = model.folder().outputs.vectors.len();
        if let Some(wanted) = knowledge.matcher.reader().map(Reader::inputs).filter(|&wanted| wanted != given)
        {
            return Err(Error::model(
                model.folder().path(),
                format!("{READER_FILE} reads {wanted} numbers of each word, and the model gives {given}"),
                "Take all files of a model from one place, or use `--learned off`",
            ));
        }
        let workers = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|i| format!("worker-{i}"))
            .build()
            .map_err(|_| {
                let message = format!("the system gives no {threads} threads. Ask for fewer with --threads");
                Error::Usage(message)
            })?;
        let parser = model.folder().outputs.syntax.as_ref().map(Parser::new);
        Ok(Pipeline { model, parser, knowledge, limits: Limits::default(), workers })
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Pipeline { limits, ..self }
    }

    /// What an article may take.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Names and rules in use.
    pub fn knowledge(&self) -> &Knowledge {
        &self.knowledge
    }

    /// The model in use.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Extracts from every article of `items` and hands the results to `deliver` in input order, on
    /// the calling thread: for each item one delivery. Reading, extracting and delivering overlap; a
    /// slow `deliver` slows the reading down. Set `stop` to end the run early: what is in flight is
    /// still delivered, what was only read ahead is not.
    ///
    /// # Errors
    /// The first error of the engine or of `deliver`; nothing is delivered after it.
    pub fn run(
        &self,
        items: impl Iterator<Item = Item> + Send + 'static,
        stop: &AtomicBool,
        mut deliver: impl FnMut(Delivery) -> Result<()>,
    ) -> Result<Ending> {
        let (take_permit, permits) = mpsc::sync_channel::<()>(BLOCKS_IN_FLIGHT);
        let (finished, blocks) = mpsc::channel::<(usize, Result<Vec<Delivery>>)>();
        let (items, reader) = read_ahead(items);
        thread::scope(|scope| {
            scope.spawn(move || {
                self.workers.in_place_scope_fifo(|workers| {
                    for number in 0.. {
                        let block = next_block(&items, stop);
                        // The receiver goes away when a delivery fails.
                        if block.is_empty() || take_permit.send(()).is_err() {
                            break;
                        }
                        let finished = finished.clone();
                        workers.spawn_fifo(move |_| {
                            // A block that never came would be waited for.
                            let extracted = catch_unwind(AssertUnwindSafe(|| self.extract(block)));
                            let extracted = extracted.unwrap_or_else(|_| Err(self.panicked()));
                            let _ = finished.send((number, extracted));
                        });
                    }
                });
            });
            let result = deliver_in_order(blocks, &permits, &mut deliver);
            // The other thread may wait for a permit or for the next item: let it find out.
            if result.is_err() {
                stop.store(true, Ordering::Relaxed);
            }
            drop(permits);
            result
        })?;
        if stop.load(Ordering::Relaxed) {
            return Ok(Ending::Stopped);
        }
        reader.join().map_err(|_| {
            let problem = "the program failed on reading the inputs. This is a defect of triplewire: please report \
                           it with the input";
            Error::Usage(problem.into())
        })?;
        Ok(Ending::Complete)
    }

    fn panicked(&self) -> Error {
        Error::Engine {
            engine: self.model.engine().kind().name(),
            problem: "it failed by a defect of its own. Please report it with the input".into(),
        }
    }

    /// Extracts from one article.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn extract_one(&self, article: Article) -> Result<Extraction> {
        let mut found = self.extract(vec![Item::Article(article)])?;
        match found.pop() {
            Some(Delivery::Extraction(extraction)) => Ok(*extraction),
            Some(Delivery::Skipped(_, problem) | Delivery::Problem(problem)) => {
                Err(Error::Usage(problem.to_string()))
            }
            None => Err(Error::Usage("there is no article".into())),
        }
    }

    /// Extracts from one block.
    fn extract(&self, block: Vec<Item>) -> Result<Vec<Delivery>> {
        let prepared: Vec<Prepared> = block.into_par_iter().map(|item| self.prepare(item)).collect();
        let windows: Vec<&[Window]> = prepared.iter().map(Prepared::windows).collect();
        let late = |article: usize| prepared[article].is_late();
        let scores = self.score_unless(&windows, |article, spent| {
            if let Prepared::Article { clock, .. } = &prepared[article] {
                clock.add(spent);
            }
            late(article)
        })?;
        let scored: Vec<(Prepared, Vec<WindowScores>)> = prepared.into_iter().zip(scores).collect();
        Ok(scored.into_par_iter().map(|(prepared, scores)| self.finish(prepared, &scores)).collect())
    }

    fn prepare(&self, item: Item) -> Prepared {
        let article = match item {
            Item::Article(article) => article,
            Item::Problem(problem) => return Prepared::Problem(problem),
        };
        if article.text.len() > self.limits.bytes {
            let problem = too_long(&article, self.limits.bytes);
            return Prepared::Skipped(article, problem);
        }
        let clock = Clock::new(self.limits.time);
        let cut = clock.measure(|| {
            guarded(&article.id, || {
                let sentences = measure(Stage::Sentences, || sentences(&article.text));
                let windows = measure(Stage::Windows, || self.model.windows(&article.text, &sentences));
                (sentences, windows)
            })
        });
        match cut {
            Ok((sentences, windows)) => Prepared::Article { article, sentences, windows, clock },
            Err(problem) => Prepared::Skipped(article, problem),
        }
    }

    /// The scores of the windows of each of several articles, in their order, by all workers at once.
    ///
    /// # Errors
    /// If the engine fails on a batch.
    pub fn score(&self, articles: &[&[Window]]) -> Result<Vec<Vec<WindowScores>>> {
        self.score_unless(articles, |_, _| false)
    }

    /// The same; `spend` is told what each batch of an article took (nothing before the first), and
    /// says whether to leave the rest of the article out. Such an article has no scores.
    fn score_unless(
        &self,
        articles: &[&[Window]],
        spend: impl Fn(usize, Duration) -> bool + Sync,
    ) -> Result<Vec<Vec<WindowScores>>> {
        let batches: Vec<(usize, Vec<usize>)> = articles
            .iter()
            .enumerate()
            .flat_map(|(article, windows)| {
                let lengths: Vec<usize> = windows.iter().map(|window| window.ids.len()).collect();
                batches(&lengths).into_iter().map(move |batch| (article, batch))
            })
            .collect();
        let score = |(article, batch): &(usize, Vec<usize>)| {
            if spend(*article, Duration::ZERO) {
                return Ok(Vec::new());
            }
            let rows: Vec<&Window> = batch.iter().map(|&i| &articles[*article][i]).collect();
            let start = Instant::now();
            let scores = self.model.score(&rows);
            spend(*article, start.elapsed());
            scores
        };
        let scored: Vec<Vec<WindowScores>> =
            self.workers.install(|| batches.par_iter().with_max_len(1).map(score).collect::<Result<_>>())?;
        let mut in_order: Vec<Vec<Option<WindowScores>>> =
            articles.iter().map(|windows| vec![None; windows.len()]).collect();
        for ((article, batch), scores) in batches.iter().zip(scored) {
            for (&i, scores) in batch.iter().zip(scores) {
                in_order[*article][i] = Some(scores);
            }
        }
        Ok(in_order
            .into_iter()
            .map(|scores| scores.into_iter().collect::<Option<_>>().unwrap_or_default())
            .collect())
    }

    /// The trees of an article's sentences, in which the words of a mention hang together.
    fn parse(&self, text: &str, scores: &[WindowScores], mentions: &[RawMention]) -> Vec<Sentence> {
        let Some(parser) = &self.parser else { return Vec::new() };
        let names: Vec<Span> = mentions.iter().map(|mention| mention.span).collect();
        self.model.syntax(scores).iter().map(|scores| parser.parse(text, scores, &names)).collect()
    }

    /// The trees of a text whose names are known.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn trees_of(&self, read: &Bracketed) -> Result<Vec<Sentence>> {
        let names: Vec<Span> = read.mentions.iter().map(|mention| mention.name).collect();
        let text = ToParse { text: &read.text, sentences: &read.sentences, known: Known::Names(&names) };
        Ok(self.trees(&[text])?.pop().unwrap_or_default())
    }

    /// The trees of the sentences of texts, in order; none if the model knows no syntax. A sentence of whose words the
    /// tokenizer leaves nothing has no tree.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn trees(&self, texts: &[ToParse<'_>]) -> Result<Vec<Vec<Sentence>>> {
        let Some(parser) = &self.parser else { return Ok(vec![Vec::new(); texts.len()]) };
        let windows: Vec<Vec<Window>> = self
            .workers
            .install(|| texts.par_iter().map(|text| self.model.windows(text.text, text.sentences)).collect());
        let scores = self.score(&windows.iter().map(Vec::as_slice).collect::<Vec<_>>())?;
        let parse = |(&ToParse { text, known, .. }, scores): (&ToParse<'_>, &Vec<WindowScores>)| {
            let one = |scores: &SyntaxScores| match known {
                Known::Names(names) => parser.parse(text, scores, names),
                Known::Words(words) => parser.parse_words(text, scores, &words[scores.sentence]),
            };
            self.model.syntax(scores).iter().map(one).collect()
        };
        Ok(self.workers.install(|| texts.par_iter().zip(&scores).map(parse).collect()))
    }

    /// What chooses trees.
    ///
    /// # Errors
    /// If the model knows no syntax.
    pub fn parser(&self) -> Result<&Parser> {
        self.parser.as_ref().ok_or_else(|| {
            Error::model(
                self.model.folder().path(),
                "it scores no syntax (labels pos:, rel:, dep: and head: in config.json)",
                "Use a model that does, such as the bundled models/newswire",
            )
        })
    }

    fn finish(&self, prepared: Prepared, scores: &[WindowScores]) -> Delivery {
        let (article, sentences, windows, clock) = match prepared {
            Prepared::Article { article, sentences, windows, clock } => (article, sentences, windows, clock),
            Prepared::Skipped(article, problem) => return Delivery::Skipped(article, problem),
            Prepared::Problem(problem) => return Delivery::Problem(problem),
        };
        let found = clock.unless_late(&article, || {
            guarded(&article.id, || {
                measure(Stage::Decoding, || self.model.decode(&article.text, &windows, scores))
            })
        });
        let found = found.and_then(|raw| {
            clock.unless_late(&article, || {
                guarded(&article.id, || {
                    let syntax = measure(Stage::Syntax, || self.parse(&article.text, scores, &raw));
                    let (names, told) = self.knowledge.relate(&article.text, &sentences, &syntax, raw);
                    (syntax, names, told)
                })
            })
        });
        match found.and_then(|found| clock.unless_late(&article, || Ok(found))) {
            Ok((syntax, names, Told { relations, left_out })) => Delivery::Extraction(Box::new(Extraction {
                article,
                sentences,
                syntax,
                names,
                relations,
                left_out,
            })),
            Err(problem) => Delivery::Skipped(article, problem),
        }
    }
}

/// An item on its way through the model.
enum Prepared {
    Article { article: Article, sentences: Vec<Span>, windows: Vec<Window>, clock: Clock },
    Skipped(Article, Problem),
    Problem(Problem),
}

impl Prepared {
    fn windows(&self) -> &[Window] {
        match self {
            Prepared::Article { windows, .. } => windows,
            Prepared::Skipped(..) | Prepared::Problem(_) => &[],
        }
    }

    fn is_late(&self) -> bool {
        matches!(self, Prepared::Article { clock, .. } if clock.is_late())
    }
}

/// The time that an article has taken on all workers, and may take.
struct Clock {
    spent: AtomicU64,
    limit: Option<Duration>,
}

impl Clock {
    fn new(limit: Option<Duration>) -> Self {
        Clock { spent: AtomicU64::new(0), limit }
    }

    fn add(&self, spent: Duration) {
        self.spent.fetch_add(u64::try_from(spent.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn is_late(&self) -> bool {
        self.limit.is_some_and(|limit| Duration::from_nanos(self.spent.load(Ordering::Relaxed)) > limit)
    }

    fn measure<T>(&self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let done = work();
        self.add(start.elapsed());
        done
    }

    /// Does it if there is time left.
    fn unless_late<T>(
        &self,
        article: &Article,
        work: impl FnOnce() -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        if !self.is_late() {
            return self.measure(work);
        }
        let limit = self.limit.unwrap_or_default().as_secs_f64();
        Err(Problem::skipped(
            Place::file(&article.id),
            format!("the article took longer than {limit} s, which --article-timeout allows"),
            "Look whether it is an article at all; if so, allow more",
        ))
    }
}

fn too_long(article: &Article, limit: usize) -> Problem {
    Problem::skipped(
        Place::file(&article.id),
        format!("the article has {} bytes, and --max-article-size allows {limit}", article.text.len()),
        "Look whether it is one article and not many; if so, allow more",
    )
}

/// Turns a defect of this program that shows on one article into a problem of that article, so that
/// it does not cost the run.
fn guarded<T>(article: &str, work: impl FnOnce() -> T) -> Result<T, Problem> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        Problem::skipped(
            Place::file(article),
            "the program failed on this article",
            "This is a defect of triplewire: please report it with the article",
        )
    })
}

/// Reads on a thread of its own. It is not waited for: it may wait for ever for standard input.
fn read_ahead(
    mut items: impl Iterator<Item = Item> + Send + 'static,
) -> (mpsc::Receiver<Item>, thread::JoinHandle<()>) {
    let (send, receive) = mpsc::sync_channel(READ_AHEAD);
    let reader = thread::spawn(move || {
        while let Some(item) = measure(Stage::Reading, || items.next()) {
            if send.send(item).is_err() {
                break;
            }
        }
    });
    (receive, reader)
}

/// The next block; an empty one when there is no more, or when the run should stop.
fn next_block(items: &mpsc::Receiver<Item>, stop: &AtomicBool) -> Vec<Item> {
    let mut block = Vec::new();
    let mut bytes = 0;
    while bytes < BLOCK_BYTES && !stop.load(Ordering::Relaxed) {
        let item = match items.recv_timeout(if block.is_empty() { POLL } else { LINGER }) {
            Ok(item) => item,
            Err(mpsc::RecvTimeoutError::Timeout) if block.is_empty() => continue,
            Err(mpsc::RecvTimeoutError::Timeout | mpsc::RecvTimeoutError::Disconnected) => break,
        };
        if let Item::Article(article) = &item {
            bytes += article.text.len();
        }
        block.push(item);
    }
    block
}

/// Indices of windows of these lengths, longest first, in batches of at most [`BATCH_TOKENS`] padded
/// tokens (a single longer window is a batch of its own).
fn batches(lengths: &[usize]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by_key(|&i| Reverse(lengths[i]));
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for i in order {
        match batches.last_mut() {
            Some(batch) if (batch.len() + 1) * lengths[batch[0]] <= BATCH_TOKENS => batch.push(i),
            _ => batches.push(vec![i]),
        }
    }
    batches
}

/// Hands blocks on in the order of their numbers, whatever the order they are finished in.
fn deliver_in_order(
    blocks: mpsc::Receiver<(usize, Result<Vec<Delivery>>)>,
    permits: &mpsc::Receiver<()>,
    deliver: &mut impl FnMut(Delivery) -> Result<()>,
) -> Result<()> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    for (number, block) in blocks {
        early.insert(number, block);
        while let Some(block) = early.remove(&next) {
            block?.into_iter().try_for_each(&mut *deliver)?;
            let _ = permits.recv();
            next += 1;
        }
    }
    Ok(())
}

/// Dates and anaphors matter as arguments of relations only: the others are dropped.
fn without_idle(names: Names, relations: Vec<Relation>) -> (Names, Vec<Relation>) {
    let Names { mentions, entities, anaphors, reasons, dropped } = names;
    let mut used = vec![false; mentions.len() + anaphors.len()];
    for relation in &relations {
        used[relation.subject] = true;
        used[relation.object] = true;
    }
    let keep = |i: usize| used[i] || mentions[i].entity_type != EntityType::Date;
    let new_index = renumbered((0..mentions.len()).map(keep).chain(used[mentions.len()..].iter().copied()));
    let mut entity_used = vec![false; entities.len()];
    for (i, mention) in mentions.iter().enumerate() {
        entity_used[mention.entity] |= keep(i);
    }
    let new_entity = renumbered(entity_used.iter().copied());
    let count = mentions.len();
    let mut kept = mentions.into_iter().chain(anaphors).enumerate().filter_map(|(i, mut mention)| {
        new_index[i]?;
        mention.entity = new_entity[mention.entity]?;
        Some(mention)
    });
    let mentions = kept.by_ref().take(new_index[..count].iter().flatten().count()).collect();
    let anaphors = kept.collect();
    let of_kept = new_index[count..].iter().zip(reasons);
    let reasons = of_kept.filter_map(|(kept, reason)| kept.map(|_| reason)).collect();
    let entities = entities.into_iter().enumerate().filter_map(|(i, e)| new_entity[i].map(|_| e)).collect();
    let relations = relations
        .into_iter()
        .filter_map(|r| Some(Relation { subject: new_index[r.subject]?, object: new_index[r.object]?, ..r }))
        .collect();
    (Names { mentions, entities, anaphors, reasons, dropped }, relations)
}

/// The position of each kept item among the kept ones.
fn renumbered(keep: impl Iterator<Item = bool>) -> Vec<Option<usize>> {
    let mut next = 0;
    keep.map(|keep| {
        keep.then(|| {
            next += 1;
            next - 1
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_hold_every_window_once_within_the_budget() {
        let lengths: Vec<usize> = (0..500).map(|i| 1 + (i * 37) % 128).collect();
        let batches = batches(&lengths);
        let mut seen: Vec<usize> = batches.iter().flatten().copied().collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..500).collect::<Vec<_>>());
        for batch in &batches {
            let width = batch.iter().map(|&i| lengths[i]).max().unwrap();
            assert!(width * batch.len() <= BATCH_TOKENS);
        }
    }

    #[test]
    fn a_window_over_the_budget_is_a_batch_of_its_own() {
        assert_eq!(batches(&[BATCH_TOKENS + 1, 1]), vec![vec![0], vec![1]]);
    }

    #[test]
    fn blocks_are_delivered_in_order() {
        let (send, blocks) = mpsc::channel();
        let (take, permits) = mpsc::sync_channel(3);
        let problem = |n: usize| Delivery::Problem(Problem::mended(Place::file(n.to_string()), "", ""));
        for number in [2, 0, 1] {
            take.send(()).unwrap();
            send.send((number, Ok(vec![problem(number)]))).unwrap();
        }
        drop(send);
        let mut seen = Vec::new();
        let mut deliver = |delivery| {
            if let Delivery::Problem(problem) = delivery {
                seen.push(problem.place.to_string());
            }
            Ok(())
        };
        deliver_in_order(blocks, &permits, &mut deliver).unwrap();
        assert_eq!(seen, ["0", "1", "2"]);
    }

    /// The names and relations of a text in which each of these names stands once, as the model finds them; and the
    /// relations in words, their names as they stand with the entities in brackets.
    fn related(text: &str, found: &[(&str, EntityType)]) -> (Names, Vec<String>) {
        let matcher = Matcher::new(&crate::relation::RuleSet::built_in()).unwrap();
        let knowledge = Knowledge { aliases: Aliases::built_in(), matcher };
        let raw = found.iter().map(|&(name, entity_type)| {
            let at = text.find(name).unwrap();
            RawMention { span: Span::new(at, at + name.len()), entity_type, score: 1.0 }
        });
        let (names, Told { relations, .. }) = knowledge.relate(text, &sentences(text), &[], raw.collect());
        let named = |number: usize| {
            let argument = names.argument(number);
            format!("{} ({})", argument.span.of(text), names.entities[argument.entity].name)
        };
        let told = |r: &Relation| format!("{} {} {}", named(r.subject), r.predicate, named(r.object));
        let relations = relations.iter().map(told).collect();
        (names, relations)
    }

    #[test]
    fn relations_of_anaphors_name_the_person_and_add_no_mention() {
        let text = "Ana Ruiz, who was born on 5 May 1970, left. She is the president of Acme. He is not.";
        let (names, relations) = related(text, &[("Ana Ruiz", EntityType::Per), ("Acme", EntityType::Org)]);
        let expected =
            ["Ana Ruiz (Ana Ruiz) born_on 5 May 1970 (1970-05-05)", "She (Ana Ruiz) leads Acme (Acme)"];
        assert_eq!(relations, expected);
        let spans: Vec<&str> = names.mentions.iter().map(|m| m.span.of(text)).collect();
        assert_eq!(spans, ["Ana Ruiz", "5 May 1970", "Acme"]);
        assert_eq!(names.anaphors.len(), 1, "only those that a relation uses are kept");
    }

    #[test]
    fn a_compound_stands_in_relations_for_the_name_in_it() {
        let text = "Bolt-based Acme sued the Reds, a Zorb-backed militia. Zorb left.";
        let found = [
            ("Bolt-based", EntityType::Misc),
            ("Acme", EntityType::Org),
            ("Reds", EntityType::Org),
            ("Zorb-backed", EntityType::Misc),
        ];
        let (names, relations) = related(text, &found);
        let of_type = |name: &str| names.entities.iter().find(|e| e.name == name).map(|e| e.entity_type);
        assert_eq!(of_type("Bolt"), Some(EntityType::Loc));
        assert_eq!(relations[0], "Acme (Acme) based_in Bolt-based (Bolt)");
        // Nobody knows Zorb.
        assert_eq!(of_type("Zorb-backed"), Some(EntityType::Misc));
        assert_eq!(names.mentions[0].entity_type, EntityType::Misc);
    }

    #[test]
    fn a_panic_costs_one_article() {
        let problem = guarded::<()>("a", || panic!("defect")).unwrap_err();
        assert!(problem.skipped);
    }
}
