//! Articles in, extractions out: in parallel, in order, in bounded memory.
//!
//! Articles are taken in blocks of about `BLOCK_BYTES`, or less if no more was read yet. Each
//! article's windows are sorted by length and cut into batches of at most `BATCH_TOKENS` padded
//! tokens. A batch holds windows of one article only, because what a model says about a window depends
//! a little on what else is in its batch; so what is found in an article depends on the article alone:
//! not on the number of threads, not on where a run is continued, nor on which machine has which part
//! of the input. A few blocks are in flight at once: while one waits for its last batch, idle workers
//! begin the next.
//!
//! Of a long article every step that looks at sentences alone is shared out. No other module shares out work on articles.
//!
//! # Example
//!
//! [`Pipeline::run`] has one for files, and [the crate](crate#example) one for a single text. Of a text whose names are known,
//! the trees alone; and limits for every article:
//!
//! ```no_run
//! # fn show(pipeline: triplewire::pipeline::Pipeline) -> triplewire::Result<()> {
//! use std::path::PathBuf;
//! use std::sync::atomic::AtomicBool;
//! use std::time::Duration;
//!
//! use triplewire::input;
//! use triplewire::pipeline::{Ending, Known, Limits, ToParse};
//! use triplewire::syntax::conllu;
//! use triplewire::text::{Span, sentences};
//!
//! let text = "Ana Ruiz leads Acme.";
//! let (cut, names) = (sentences(text), [Span::new(0, 8), Span::new(15, 19)]);
//! let trees = pipeline.trees(&[ToParse { text, sentences: &cut, known: Known::Names(&names) }])?;
//! for tree in &trees[0] {
//!     println!("{}", conllu::sentence(text, "1", tree));
//! }
//!
//! let pipeline = pipeline.with_limits(Limits { time: Some(Duration::from_secs(10)), ..Limits::default() });
//! let items = input::open(&[PathBuf::from("seeds")], input::Options::default())?;
//! // Whoever sets it ends the run.
//! let stop = AtomicBool::new(false);
//! if pipeline.run(items, &stop, |_| Ok(()))? == Ending::Stopped {
//!     println!("not all of it was read");
//! }
//! # Ok(())
//! # }
//! ```

mod blocks;
mod delivery;
mod in_work;
mod knowledge;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::entity::Names;
use crate::error::{Error, Problem, Result};
use crate::input::Item;
use crate::model::{Model, SyntaxScores, Window, WindowScores};
use crate::relation::{Bracketed, Document, READER_FILE, Reader, Told};
use crate::syntax::{Parser, Sentence};
use crate::text::{Article, Span, sentences};
use crate::timings::{Stage, measure};

use blocks::{batches, deliver_in_order, next_block, read_ahead};
pub use delivery::{Delivery, Extraction};
use in_work::InWork;
pub use in_work::Limits;
pub use knowledge::Knowledge;

/// Blocks read but not yet delivered.
const BLOCKS_IN_FLIGHT: usize = 2;

/// A text whose sentences are known, and more.
///
/// See the [example](crate::pipeline#example).
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
///
/// See the [example](crate::pipeline#example).
#[derive(Debug, Clone, Copy)]
pub enum Known<'a> {
    /// Its names.
    Names(&'a [Span]),
    /// For each sentence its words.
    Words(&'a [Vec<Span>]),
}

/// How a run ended.
///
/// See the [example](crate::pipeline#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Every input was read.
    Complete,
    /// The flag to stop was set; everything read before that was delivered.
    Stopped,
}

/// Everything needed to extract, shared by all workers. [How to make and use one](crate#example).
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
    pub fn new(mut model: Model, knowledge: Knowledge, threads: usize) -> Result<Self> {
        let given = model.folder().outputs.vectors.len();
        match knowledge.matcher.reader().map(Reader::inputs) {
            Some(wanted) if wanted != given => {
                return Err(Error::model(
                    model.folder().path(),
                    format!("{READER_FILE} reads {wanted} numbers of each word, and the model gives {given}"),
                    "Take all files of a model from one place, or use `--learned off`",
                ));
            }
            Some(_) => {}
            None => model.forget_vectors(),
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
    /// ```no_run
    /// # fn count(pipeline: &triplewire::pipeline::Pipeline) -> triplewire::Result<()> {
    /// use std::path::PathBuf;
    /// use std::sync::atomic::AtomicBool;
    ///
    /// use triplewire::input;
    /// use triplewire::pipeline::Delivery;
    ///
    /// let items = input::open(&[PathBuf::from("seeds")], input::Options::default())?;
    /// pipeline.run(items, &AtomicBool::new(false), |delivery| {
    ///     if let Delivery::Extraction(found) = delivery {
    ///         println!("{}: {} relations", found.article.id, found.relations.len());
    ///     }
    ///     Ok(())
    /// })?;
    /// # Ok(())
    /// # }
    /// ```
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
                            // A panic must end in a message all the same: the receiver waits for every block.
                            let extracted = catch_unwind(AssertUnwindSafe(|| self.extract(block)));
                            let extracted = extracted.unwrap_or_else(|_| Err(self.panicked()));
                            let _ = finished.send((number, extracted));
                        });
                    }
                });
            });
            let result = deliver_in_order(blocks, &permits, &mut deliver);
            // The other thread may be waiting for a permit or for the next item: this stops it.
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

    /// Extracts from one article, as in [the example](crate#example).
    ///
    /// # Errors
    /// If the engine fails.
    pub fn extract_one(&self, article: Article) -> Result<Extraction> {
        let mut found = self.workers.install(|| self.extract(vec![Item::Article(article)]))?;
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
        let scores = self.score_unless(&windows, |article, spent| {
            prepared[article].in_work().is_some_and(|in_work| {
                in_work.spend(spent);
                in_work.is_late()
            })
        })?;
        let scored: Vec<(Prepared, Vec<WindowScores>)> = prepared.into_iter().zip(scores).collect();
        Ok(scored.into_par_iter().map(|(prepared, scores)| self.finish(prepared, &scores)).collect())
    }

    fn prepare(&self, item: Item) -> Prepared {
        let article = match item {
            Item::Article(article) => article,
            Item::Problem(problem) => return Prepared::Done(Delivery::Problem(problem)),
        };
        let in_work = InWork::new(article, self.limits, |text| {
            let sentences = measure(Stage::Sentences, || sentences(text));
            let windows = measure(Stage::Windows, || self.model.windows(text, &sentences));
            (sentences, windows)
        });
        match in_work {
            Ok(in_work) => Prepared::Article(in_work),
            Err(skipped) => {
                let (article, problem) = *skipped;
                Prepared::Done(Delivery::Skipped(article, problem))
            }
        }
    }

    /// The scores of the windows of each of several articles, in their order, by all workers at once.
    ///
    /// # Errors
    /// If the engine fails on a batch.
    pub fn score(&self, articles: &[&[Window]]) -> Result<Vec<Vec<WindowScores>>> {
        self.score_unless(articles, |_, _| false)
    }

    /// The same; `spend` is called with the time that each batch of an article took (none before the first), and
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
        let in_work = match prepared {
            Prepared::Article(in_work) => in_work,
            Prepared::Done(delivery) => return delivery,
        };
        match self.found(&in_work, scores) {
            Ok((syntax, names, Told { relations, left_out })) => Delivery::Extraction(Box::new(Extraction {
                article: in_work.article,
                sentences: in_work.sentences,
                syntax,
                names,
                relations,
                left_out,
            })),
            Err(problem) => Delivery::Skipped(in_work.article, problem),
        }
    }

    /// What an article says, from the scores of its windows.
    fn found(
        &self,
        in_work: &InWork,
        scores: &[WindowScores],
    ) -> Result<(Vec<Sentence>, Names, Told), Problem> {
        let InWork { article, sentences, windows, .. } = in_work;
        let text = &article.text;
        let raw = in_work.step(|| measure(Stage::Decoding, || self.model.decode(text, windows, scores)))?;
        let syntax = match &self.parser {
            Some(parser) => {
                let names: Vec<Span> = raw.iter().map(|mention| mention.span).collect();
                let scores = in_work.step(|| measure(Stage::Syntax, || self.model.syntax(scores)))?;
                let parse = |part: Range<usize>| -> Vec<Sentence> {
                    let trees =
                        || scores[part].iter().map(|scores| parser.parse(text, scores, &names)).collect();
                    measure(Stage::Syntax, trees)
                };
                in_work.parts(scores.len(), parse)?.concat()
            }
            None => Vec::new(),
        };
        let names = in_work.step(|| self.knowledge.names(text, sentences, &syntax, raw))?;
        let Names { mentions, entities, .. } = &names;
        let document = Document { text, sentences, mentions, entities, syntax: &syntax };
        let told = in_work.parts(sentences.len(), |part| self.knowledge.told(document, part))?;
        let told = told.into_iter().fold(Told::default(), Told::and);
        let (names, told) =
            in_work.step(|| self.knowledge.complete(text, sentences, &syntax, names, told))?;
        in_work.step(|| ())?;
        Ok((syntax, names, told))
    }
}

/// An item on its way.
enum Prepared {
    Article(InWork),
    /// Nothing is to be extracted.
    Done(Delivery),
}

impl Prepared {
    fn in_work(&self) -> Option<&InWork> {
        match self {
            Prepared::Article(in_work) => Some(in_work),
            Prepared::Done(_) => None,
        }
    }

    fn windows(&self) -> &[Window] {
        self.in_work().map_or(&[], |in_work| &in_work.windows)
    }
}
