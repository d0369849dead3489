//! rust-bert's own pipeline for token classification, as a peer for `bench.py`.
//!
//!     rust-bert-pipeline MODEL_FOLDER ARTICLES.jsonl
//!
//! The folder has `config.json`, `vocab.txt` and `model.safetensors`. Prints one JSON object a line:
//! first when the model is open, then when the last article is done. Articles go in one by one,
//! because of a batch after the first of a call rust-bert takes the offsets of the first. It has no
//! place for token types by letter case, so what it finds with the bundled model means nothing.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use rust_bert::pipelines::common::{ModelResource, ModelType};
use rust_bert::pipelines::token_classification::{
    LabelAggregationOption, TokenClassificationConfig, TokenClassificationModel,
};
use rust_bert::resources::LocalResource;
use serde_json::{Value, json};

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let folder = arguments.next().context("usage: rust-bert-pipeline MODEL_FOLDER ARTICLES.jsonl")?;
    let articles = arguments.next().context("which articles? Name a .jsonl file")?;

    let resource = |name: &str| LocalResource::from(folder.join(name));
    let lower_case = true;
    let config = TokenClassificationConfig::new(
        ModelType::Bert,
        ModelResource::Torch(Box::new(resource("model.safetensors"))),
        resource("config.json"),
        resource("vocab.txt"),
        None,
        lower_case,
        None,
        None,
        LabelAggregationOption::First,
    );
    let model = TokenClassificationModel::new(config)?;
    println!("{}", json!({"ready": true}));

    let start = Instant::now();
    let mut found = 0;
    for line in fs::read_to_string(articles)?.lines() {
        let article: Value = serde_json::from_str(line)?;
        let text = article["text"].as_str().context("an article without text")?;
        let tokens = model.predict(&[text], true, false);
        found += tokens.iter().flatten().filter(|token| token.label != "O").count();
    }
    println!("{}", json!({"seconds": start.elapsed().as_secs_f64(), "found": found}));
    Ok(())
}
