//! A check on the throughput of the int8 engine that holds on any machine, busy or not.
//!
//! The fixed loop that it is held against multiplies matrices of the model's size with the same
//! library in the same process. Both are counted in operations per second of processor time, so
//! neither the processor nor other programs matter much. The quotient says how near the engine comes to doing
//! nothing but matrix products: padding, weights that are packed again and again, a graph that is
//! not optimised, all make it smaller. It is no measure of speed; `make bench` is.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use cpu_time::ThreadTime;
use rten::{ModelOptions, RunOptions, ThreadPool, Value};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

use triplewire::entity::Aliases;
use triplewire::input::{self, Item};
use triplewire::model::{EngineChoice, Model};
use triplewire::pipeline::{Knowledge, Pipeline};
use triplewire::relation::{Matcher, RuleSet};
use triplewire::text::{Article, sentences};
use triplewire::timings::{self, Stopwatch};

/// Less than half of the quotient that was measured, 0.97.
const FLOOR: f64 = 0.4;

/// Above this, the engine's time was not measured.
const CEILING: f64 = 10.0;

/// The best of so many attempts counts: other programs can only make one worse.
const ATTEMPTS: usize = 6;

/// Of the bundled model: layers, width of the hidden states and of the feed-forward layer.
const SIZE: [usize; 3] = [6, 384, 1536];

fn repository(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Operations in a second of processor time when all that is done is multiply.
struct Reference {
    model: rten::Model,
    pool: Arc<ThreadPool>,
}

impl Reference {
    const ROWS: usize = 1024;
    const TIMES: usize = 10;

    fn new() -> Self {
        let model = ModelOptions::with_all_ops().load_file(repository("tests/reference/product.onnx"));
        Reference {
            model: model.expect("the graph of one product"),
            pool: Arc::new(ThreadPool::with_num_threads(1)),
        }
    }

    fn operations_per_second(&self) -> f64 {
        let [_, hidden, inner] = SIZE;
        let a = NdTensor::from_data([Self::ROWS, hidden], vec![100u8; Self::ROWS * hidden]);
        let b = NdTensor::from_data([hidden, inner], vec![3i8; hidden * inner]);
        let [a_id, b_id] = ["a", "b"].map(|name| self.model.node_id(name).expect("an input"));
        let product = || {
            let inputs = vec![(a_id, a.view().into()), (b_id, b.view().into())];
            let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.pool)));
            let [c] =
                self.model.run_n(inputs, [self.model.output_ids()[0]], Some(options)).expect("rten runs");
            c
        };
        let c: NdTensor<i32, 2> = product().try_into().expect("a matrix");
        assert_eq!(c.data().expect("contiguous")[0], 100 * 3 * hidden as i32);
        let spent = self.pool.run(|| {
            let start = ThreadTime::now();
            let results: Vec<Value> = (0..Self::TIMES).map(|_| product()).collect();
            assert_eq!(results.len(), Self::TIMES);
            start.elapsed()
        });
        rate(Self::TIMES * 2 * Self::ROWS * hidden * inner, spent)
    }
}

fn rate(operations: usize, spent: Duration) -> f64 {
    operations as f64 / spent.as_secs_f64()
}

/// Runs the articles and gives the operations that their tokens need in a second of the engine's
/// processor time.
fn engine_operations_per_second(pipeline: &Pipeline, articles: &[Article]) -> f64 {
    let [layers, hidden, inner] = SIZE;
    let cut = |a: &Article| pipeline.model().windows(&a.text, &sentences(&a.text));
    let tokens: usize = articles.iter().flat_map(cut).map(|window| window.ids.len()).sum();
    let stopwatch = Stopwatch::start();
    let items: Vec<Item> = articles.iter().cloned().map(Item::Article).collect();
    pipeline.run(items.into_iter(), &AtomicBool::new(false), |_| Ok(())).expect("the run ends well");
    let (_, forward) = stopwatch.read().seconds().find(|&(stage, _)| stage == "forward").expect("a stage");
    let weights = layers * (4 * hidden * hidden + 2 * hidden * inner);
    rate(2 * tokens * weights, Duration::from_secs_f64(forward))
}

#[test]
fn the_engine_does_little_but_multiply() {
    timings::switch_on();
    let items = input::open(&[repository("seeds")], input::Options::default()).unwrap();
    let articles: Vec<Article> = items
        .filter_map(|item| match item {
            Item::Article(article) => Some(article),
            Item::Problem(_) => None,
        })
        .collect();
    assert_eq!(articles.len(), 10);
    let model = Model::open(&repository("models/newswire"), EngineChoice::Rten, 1).unwrap();
    let knowledge =
        Knowledge { aliases: Aliases::built_in(), matcher: Matcher::new(&RuleSet::empty()).unwrap() };
    let pipeline = Pipeline::new(model, knowledge, 1).unwrap();
    let reference = Reference::new();

    let mut quotients = Vec::new();
    for _ in 0..ATTEMPTS {
        let engine = engine_operations_per_second(&pipeline, &articles);
        quotients.push(engine / reference.operations_per_second());
        if quotients.iter().any(|&quotient| quotient > FLOOR) {
            break;
        }
    }
    println!("of the matrix products alone: {quotients:.3?}");
    let best = quotients.iter().copied().fold(0.0, f64::max);
    assert!(
        (FLOOR..CEILING).contains(&best),
        "the engine does {best:.3} of the operations per second of its matrix products alone; more than {FLOOR} \
         is expected. Attempts: {quotients:.3?}"
    );
}
