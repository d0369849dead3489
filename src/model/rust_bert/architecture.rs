//! `config.json` to one of rust-bert's networks, all behind one signature.

use std::fs;

use rust_bert::RustBertError;
use rust_bert::distilbert::{DistilBertConfig, DistilBertForTokenClassification};
use rust_bert::electra::{ElectraConfig, ElectraForTokenClassification};
use rust_bert::roberta::{RobertaConfig, RobertaForTokenClassification};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use tch::{Kind, Tensor, nn};

use super::bert::{BertConfig, BertForTokenClassification};
use super::deberta_v2::{DebertaV2Config, DebertaV2ForTokenClassification};
use super::network::{Inputs, Network};
use crate::error::{Error, Result, words};
use crate::model::folder::ModelFolder;

/// What a network takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Token ids are below this.
    pub(super) vocabulary: i64,
    /// Length of the longest window.
    pub(super) positions: usize,
    /// Token types are below this; `None` where the network takes none.
    pub(super) token_types: Option<i64>,
}

type Build = dyn Fn(&nn::Path) -> Result<Box<dyn Network>, RustBertError>;

/// What `config.json` describes.
pub(super) struct Architecture {
    pub(super) limits: Limits,
    /// See [`Architecture::factor`].
    stream_scale: f64,
    build: Box<Build>,
}

impl Architecture {
    /// Reads the `config.json` of a folder.
    pub(super) fn read(folder: &ModelFolder) -> Result<Self> {
        let path = folder.path().join("config.json");
        let remedy = "A Hugging Face model folder has one: copy it from where the weights came from";
        let text = fs::read_to_string(&path).map_err(|error| Error::io(&path, error, remedy))?;
        let config = serde_json::from_str(&text).map_err(|error| words::json(&error));
        config.and_then(|config| Self::new(config, folder)).map_err(|problem| {
            let remedy = "The engine rust-bert runs BERT, DistilBERT, RoBERTa, XLM-R, ELECTRA and DeBERTa-v2; \
                          for others use an ONNX model with `--engine rten`";
            Error::model(&path, problem, remedy)
        })
    }

    fn new(mut config: Map<String, Value>, folder: &ModelFolder) -> Result<Self, String> {
        if let Some(other) = text(&config, "position_embedding_type").filter(|&kind| kind != "absolute") {
            return Err(format!("the position_embedding_type `{other}` is not supported"));
        }
        let eps = config.get("layer_norm_eps").and_then(Value::as_f64).unwrap_or(RUST_BERT_EPS);
        adapt(&mut config, folder.outputs.count);
        let limits = Limits {
            vocabulary: count(&config, &["vocab_size"])?,
            positions: folder.positions,
            token_types: config.get("type_vocab_size").and_then(Value::as_i64).filter(|&types| types > 0),
        };
        let mut stream_scale = (RUST_BERT_EPS / eps).sqrt();

        let build: Box<Build> = match folder.model_type.as_str() {
            "bert" => {
                check_heads(&config)?;
                let config: BertConfig = parse(Value::Object(config))?;
                stream_scale = 1.0;
                Box::new(move |path| Ok(Box::new(BertForTokenClassification::new(path, &config))))
            }
            "distilbert" => {
                let config: DistilBertConfig = complete(config)?;
                stream_scale = 1.0;
                Box::new(move |path| Ok(Box::new(DistilBertForTokenClassification::new(path, &config)?)))
            }
            "roberta" | "xlm-roberta" | "camembert" => {
                let padding = i64::from(folder.pad_id());
                let config: RobertaConfig = complete(config)?;
                Box::new(move |path| {
                    let network = RobertaForTokenClassification::new(path, &config)?;
                    Ok(Box::new(Roberta { network, padding }))
                })
            }
            "electra" => {
                // Here rust-bert does take the constant, but in the norm of the embeddings alone.
                config.insert("layer_norm_eps".to_owned(), json!(RUST_BERT_EPS));
                let config: ElectraConfig = complete(config)?;
                Box::new(move |path| Ok(Box::new(ElectraForTokenClassification::new(path, &config)?)))
            }
            "deberta-v2" => {
                let config: DebertaV2Config = parse(Value::Object(config))?;
                stream_scale = 1.0;
                Box::new(move |path| Ok(Box::new(DebertaV2ForTokenClassification::new(path, &config))))
            }
            other => return Err(format!("the model_type `{other}` is not supported")),
        };
        Ok(Self { limits, stream_scale, build })
    }

    /// The network with random weights, its variables under `root` named as Hugging Face does.
    pub(super) fn build(&self, root: &nn::Path) -> Result<Box<dyn Network>, RustBertError> {
        (self.build)(root)
    }

    /// What to multiply a weight of the checkpoint with.
    ///
    /// A layer norm divides by `sqrt(variance + eps)`. rust-bert has `eps` fixed at 1e-12, RoBERTa
    /// was trained with 1e-5, and where variances are small that shows. The norm of `c * x` with
    /// `c * c * eps` is the norm of `x` with `eps`; so everything that is written into the stream
    /// of hidden states is made `c` times as large, and everything that reads it `1 / c` times,
    /// which changes nothing but the `eps`.
    pub(super) fn factor(&self, name: &str) -> f64 {
        const WRITERS: [&str; 4] = ["_embeddings.", "LayerNorm.", "output.dense.", "embeddings_project.bias"];
        const READERS: [&str; 5] =
            ["query.weight", "key.weight", "value.weight", "intermediate.dense.weight", "classifier.weight"];
        if WRITERS.iter().any(|part| name.contains(part)) {
            self.stream_scale
        } else if READERS.iter().any(|part| name.contains(part)) {
            1.0 / self.stream_scale
        } else {
            1.0
        }
    }
}

/// The constant of rust-bert's layer norms.
const RUST_BERT_EPS: f64 = 1e-12;

/// Says what Hugging Face's `config.json` says in the way that rust-bert reads it.
fn adapt(config: &mut Map<String, Value>, labels: usize) {
    config.retain(|_, value| !value.is_null());
    for key in ["hidden_act", "activation", "conv_act"] {
        let name = match text(config, key) {
            Some("gelu_pytorch_tanh" | "gelu_fast") => "gelu_new",
            Some("gelu_python") => "gelu",
            Some("silu") => "swish",
            _ => continue,
        };
        config.insert(key.to_owned(), json!(name));
    }
    let labels: Map<_, _> = (0..labels).map(|label| (label.to_string(), json!(""))).collect();
    config.insert("id2label".to_owned(), Value::Object(labels));
    // The positions are in the checkpoint, however they came about.
    config.insert("sinusoidal_pos_embds".to_owned(), json!(false));
    config.insert("output_attentions".to_owned(), json!(false));
    config.insert("output_hidden_states".to_owned(), json!(false));
}

/// Reads a configuration of rust-bert, what is missing being as in its default.
fn complete<C: Default + Serialize + DeserializeOwned>(config: Map<String, Value>) -> Result<C, String> {
    check_heads(&config)?;
    let mut full = serde_json::to_value(C::default()).map_err(|error| words::json(&error))?;
    if let Value::Object(full) = &mut full {
        full.extend(config);
    }
    parse(full)
}

fn parse<C: DeserializeOwned>(config: Value) -> Result<C, String> {
    serde_json::from_value(config).map_err(|error| words::json_line(&error))
}

fn check_heads(config: &Map<String, Value>) -> Result<(), String> {
    let width = count(config, &["hidden_size", "dim"])?;
    let heads = count(config, &["num_attention_heads", "n_heads"])?;
    if width % heads != 0 {
        return Err(format!("a hidden size of {width} cannot be divided among {heads} attention heads"));
    }
    Ok(())
}

fn text<'a>(config: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    config.get(key).and_then(Value::as_str)
}

/// A positive number under the first of `keys` that is there.
fn count(config: &Map<String, Value>, keys: &[&str]) -> Result<i64, String> {
    let value =
        keys.iter().find_map(|&key| config.get(key)).and_then(Value::as_i64).filter(|&value| value > 0);
    value.ok_or_else(|| format!("it has no sensible `{}`", keys[0]))
}

impl Network for DistilBertForTokenClassification {
    fn logits(&self, inputs: &Inputs) -> Result<Tensor, RustBertError> {
        Ok(self.forward_t(Some(&inputs.ids), Some(&inputs.mask), None, false)?.logits)
    }
}

struct Roberta {
    network: RobertaForTokenClassification,
    padding: i64,
}

impl Network for Roberta {
    fn logits(&self, inputs: &Inputs) -> Result<Tensor, RustBertError> {
        let Inputs { ids, mask, token_types, .. } = inputs;
        // rust-bert would take every token with id 1 for padding.
        let positions = mask.cumsum(1, Kind::Int64) * mask + self.padding;
        Ok(self
            .network
            .forward_t(Some(ids), Some(mask), Some(token_types), Some(&positions), None, false)
            .logits)
    }
}

impl Network for ElectraForTokenClassification {
    fn logits(&self, inputs: &Inputs) -> Result<Tensor, RustBertError> {
        let Inputs { ids, mask, token_types, kind } = inputs;
        // rust-bert adds the mask to the attention scores as it comes, which hides nothing. With
        // three dimensions it takes what it really needs: 0 for a token, very negative for padding.
        let hide: Tensor = (mask.unsqueeze(1) - 1) * 10_000;
        let hide = hide.to_kind(*kind);
        Ok(self.forward_t(Some(ids), Some(&hide), Some(token_types), None, None, false).logits)
    }
}
