//! `triplewire model`: Look at model folders.

use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::cli::Outcome;
use crate::model::{
    EngineChoice, Label, LabelPrefix, LabelledPieces, Model, ModelFolder, TokenTypes, at_hand, find, places,
};

/// Arguments of `triplewire model`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Say what a model folder holds, what it lacks, and which engines can run it
    Info {
        /// The folder, or the name of a model that `model list` shows
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// List the models at hand
    List,
}

pub(crate) fn run(args: Args) -> anyhow::Result<Outcome> {
    match args.command {
        Command::Info { folder } => info(&find(Some(&folder))?),
        Command::List => {
            list();
            Ok(Outcome::Done)
        }
    }
}

fn info(path: &Path) -> anyhow::Result<Outcome> {
    let folder = ModelFolder::open(path)?;
    line("folder", path.display());
    line("name", &folder.name);
    line("licence", folder.licence.as_deref().unwrap_or("not stated in model.toml"));
    line("architecture", if folder.model_type.is_empty() { "not stated" } else { &folder.model_type });
    line("types", types(&folder.labels));
    line("labels", format_args!("{} ({})", folder.labels.len(), scheme(&folder.labels)));
    line(
        "labelled",
        match folder.labelled_pieces {
            LabelledPieces::First => "the first piece of each word",
            LabelledPieces::Every => "every piece of each word",
        },
    );
    line(
        "letter case",
        match folder.token_types {
            TokenTypes::Segment => "not given to the model",
            TokenTypes::LetterCase => "given to the model as token types",
        },
    );
    line("window", format_args!("{} tokens, of {} possible", folder.window, folder.positions));
    line("temperature", folder.temperature);
    match folder.tokenizer() {
        Ok(tokenizer) => line("tokenizer", format_args!("{} tokens", tokenizer.get_vocab_size(true))),
        Err(error) => line("tokenizer", error),
    }
    let mut runs = false;
    for (engine, choice) in [("rust-bert", EngineChoice::RustBert), ("rten", EngineChoice::Rten)] {
        println!();
        line("engine", engine);
        if let Ok(file) = folder.weights(engine) {
            let megabytes = std::fs::metadata(&file).map_or(0.0, |data| data.len() as f64 / 1e6);
            line("weights", format_args!("{}, {megabytes:.1} MB", file.display()));
            line("sha256", folder.hash(engine)?);
        }
        match Model::open(path, choice, 1) {
            Ok(model) => {
                runs = true;
                line("runs", format_args!("yes, in {}", model.engine().precision()));
            }
            Err(error) => line("runs", format_args!("no: {error}")),
        }
    }
    if !runs {
        bail!("model {}: no engine of this build can run it; the reasons are above", path.display());
    }
    Ok(Outcome::Done)
}

fn line(key: &str, value: impl std::fmt::Display) {
    println!("{key:<13}{value}");
}

/// The distinct types, in the order of the labels.
fn types(labels: &[Label]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for label in labels {
        if let Label::Mention(_, entity_type) = label
            && !names.contains(&entity_type.as_str())
        {
            names.push(entity_type.as_str());
        }
    }
    names.join(" ")
}

fn scheme(labels: &[Label]) -> &'static str {
    let has = |prefix| labels.iter().any(|label| matches!(label, Label::Mention(p, _) if *p == prefix));
    if has(LabelPrefix::End) || has(LabelPrefix::Single) {
        "begin, inside, end, single"
    } else if has(LabelPrefix::Begin) {
        "begin, inside"
    } else {
        "no borders between neighbours of one type"
    }
}

fn list() {
    let models = at_hand();
    for path in &models {
        match ModelFolder::open(path) {
            Ok(folder) => {
                let engines = ["rust-bert", "rten"].map(|engine| folder.weights(engine).map(|_| engine));
                let engines: Vec<&str> = engines.into_iter().flatten().collect();
                let engines = if engines.is_empty() { "no engine".to_owned() } else { engines.join(", ") };
                println!("{}: {}, {}, for {engines}", path.display(), folder.name, types(&folder.labels));
            }
            Err(error) => println!("{}: unusable: {error}", path.display()),
        }
    }
    if models.is_empty() {
        let places: Vec<String> = places().iter().map(|place| place.display().to_string()).collect();
        match places.as_slice() {
            [] => println!("No models: there is no folder `models` here or beside the program."),
            _ => println!("No models in {}.", places.join(", ")),
        }
    }
}
