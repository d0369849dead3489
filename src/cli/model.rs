//! `triplewire model`: Look at model folders, and fetch models from the hub.

use std::path::{Path, PathBuf};

use crate::cli::print::print;
use crate::cli::{Outcome, progress};
use crate::error::{Error, Result};
use crate::model::{
    EngineKind, HubModel, Label, LabelPrefix, LabelledPieces, Model, ModelFolder, Step, SyntaxOutputs,
    TokenTypes, at_hand, find, places, pull,
};
use crate::relation::Reader;

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
        /// The folder, or its name if `model list` shows it
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// List the models at hand
    List,
    /// Fetch a model from the Hugging Face hub, for `--model OWNER/NAME`
    ///
    /// It goes to $XDG_CACHE_HOME/triplewire/models (by default in ~/.cache). A pull that was cut short
    /// goes on where it stopped. HF_ENDPOINT names another hub, HF_TOKEN holds a token for private models.
    Pull {
        /// The model's id on the hub: OWNER/NAME
        #[arg(value_name = "HUB_ID")]
        id: String,
        /// Branch, tag or commit [default: main]
        #[arg(long, value_name = "R")]
        revision: Option<String>,
        /// No progress bar and no summary
        #[arg(long)]
        quiet: bool,
    },
}

pub(crate) fn run(args: Args) -> anyhow::Result<Outcome> {
    match args.command {
        Command::Info { folder } => info(&find(Some(&folder))?),
        Command::List => {
            list()?;
            Ok(Outcome::Done)
        }
        Command::Pull { id, revision, quiet } => fetch(&HubModel::new(&id, revision.as_deref())?, quiet),
    }
}

fn fetch(model: &HubModel, quiet: bool) -> anyhow::Result<Outcome> {
    let bar = progress::bar(
        quiet,
        None,
        "{bar:40} {percent:>3} %  {decimal_bytes} of {decimal_total_bytes}, {decimal_bytes_per_sec}  {msg}",
    );
    let mut last = String::new();
    let pulled = pull(model, &mut |step: Step| {
        if step.file != last {
            last = step.file.to_owned();
            bar.set_length(step.total);
            bar.set_message(last.clone());
        }
        bar.set_position(step.done);
    });
    bar.finish_and_clear();
    let pulled = pulled?;
    if quiet {
        return Ok(Outcome::Done);
    }
    let megabytes = |bytes: u64| format!("{:.1} MB", bytes as f64 / 1e6);
    let (all, fetched) = (megabytes(pulled.bytes), megabytes(pulled.fetched));
    let (folder, files) = (pulled.folder.display(), pulled.files);
    print(format_args!("{folder}: {files} files, {all} ({fetched} fetched)\n"))?;
    let (mut run, mut fail) = (Vec::new(), Vec::new());
    for engine in EngineKind::ALL {
        let name = engine.name();
        match Model::open(&pulled.folder, engine.into(), 1) {
            Ok(opened) => run.push(format!("{name} ({})", opened.engine().precision())),
            Err(error) => fail.push(format!("{name} cannot run it: {error}")),
        }
    }
    if run.is_empty() {
        print(format_args!("No engine of this build can run it.\n{}\n", fail.join("\n")))?;
    } else {
        print(format_args!("Runs with {}: use `--model {model}`\n", run.join(" and ")))?;
    }
    Ok(Outcome::Done)
}

fn info(path: &Path) -> anyhow::Result<Outcome> {
    let folder = ModelFolder::open(path)?;
    line("folder", path.display())?;
    line("name", &folder.name)?;
    line("licence", folder.licence.as_deref().unwrap_or("not stated in model.toml"))?;
    line("architecture", if folder.model_type.is_empty() { "not stated" } else { &folder.model_type })?;
    line("types", types(&folder.labels))?;
    line("labels", format_args!("{} ({})", folder.labels.len(), scheme(&folder.labels)))?;
    match &folder.outputs.syntax {
        Some(SyntaxOutputs { tags, relations, .. }) => line(
            "syntax",
            format_args!("yes: {} parts of speech, {} relations", tags.len(), relations.len()),
        )?,
        None => line("syntax", "no")?,
    }
    match Reader::in_folder(folder.path())? {
        Some(reader) => line(
            "relations",
            format_args!("yes: a second reader of {} predicates", reader.predicates().len()),
        )?,
        None => line("relations", "no")?,
    }
    line(
        "labelled",
        match folder.labelled_pieces {
            LabelledPieces::First => "the first piece of each word",
            LabelledPieces::Every => "every piece of each word",
        },
    )?;
    line(
        "letter case",
        match folder.token_types {
            TokenTypes::Segment => "not given to the model",
            TokenTypes::LetterCase => "given to the model as token types",
        },
    )?;
    line("window", format_args!("{} tokens, of {} possible", folder.window, folder.positions))?;
    line("temperature", folder.temperature)?;
    if !engines(&folder, path)? {
        let problem = "no engine of this build can run it (the reasons are above)";
        return Err(Error::model(path, problem, "`triplewire model list` shows the models at hand").into());
    }
    Ok(Outcome::Done)
}

/// Prints tokenizer, weights and engines, and what is missing, each reason once. True if an engine runs the model.
fn engines(folder: &ModelFolder, path: &Path) -> Result<bool> {
    let mut said = Vec::new();
    match folder.tokenizer() {
        Ok(tokenizer) => line("tokenizer", format_args!("{} tokens", tokenizer.get_vocab_size(true)))?,
        Err(error) => {
            line("tokenizer", &error)?;
            said.push(error.to_string());
        }
    }
    let mut runs = false;
    for engine in EngineKind::ALL {
        print("\n")?;
        line("engine", engine.name())?;
        match folder.weights(engine) {
            Ok(file) => {
                let megabytes = std::fs::metadata(&file).map_or(0.0, |data| data.len() as f64 / 1e6);
                line("weights", format_args!("{}, {megabytes:.1} MB", file.display()))?;
                line("sha256", folder.hash(engine)?)?;
            }
            Err(error) => {
                line("weights", &error)?;
                said.push(error.to_string());
            }
        }
        match Model::open(path, engine.into(), 1) {
            Ok(model) => {
                runs = true;
                line("runs", format_args!("yes, in {}", model.engine().precision()))?;
            }
            Err(error) if said.contains(&error.to_string()) => line("runs", "no, as said above")?,
            Err(error) => line("runs", format_args!("no: {error}"))?,
        }
    }
    Ok(runs)
}

fn line(key: &str, value: impl std::fmt::Display) -> Result<()> {
    print(format_args!("{key:<13}{value}\n"))
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

fn list() -> anyhow::Result<()> {
    let models = at_hand();
    for path in &models {
        match ModelFolder::open(path) {
            Ok(folder) => {
                let engines = EngineKind::ALL.map(|engine| folder.weights(engine).map(|_| engine.name()));
                let engines: Vec<&str> = engines.into_iter().flatten().collect();
                let engines = if engines.is_empty() { "no engine".to_owned() } else { engines.join(", ") };
                let (path, types) = (path.display(), types(&folder.labels));
                print(format_args!("{path}: {}, {types}, for {engines}\n", folder.name))?;
            }
            Err(error) => print(format_args!("{}: unusable: {error}\n", path.display()))?,
        }
    }
    if models.is_empty() {
        let places: Vec<String> = places().iter().map(|place| place.display().to_string()).collect();
        match places.as_slice() {
            [] => print("No models: there is no folder `models` here or beside the program.\n")?,
            _ => print(format_args!("No models in {}.\n", places.join(", ")))?,
        }
    }
    Ok(())
}
