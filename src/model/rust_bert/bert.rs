//! BERT, in the operations of `tch`.
//!
//! rust-bert has this network too, but spells the activation out in five passes over the largest
//! tensor of a layer, masks and scales attention in passes of their own, and cannot choose the
//! constant of its layer norms. libtorch has one kernel for each, and in bf16 these passes are a
//! fifth of the time. Weights are named as Hugging Face names them; inference only.

use rust_bert::{Activation, RustBertError};
use serde::Deserialize;
use tch::nn::{self, Path};
use tch::{Kind, Tensor};

use super::architecture::{Inputs, Network};

/// The part of `config.json` that shapes the network; defaults are Hugging Face's.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub(super) struct BertConfig {
    vocab_size: i64,
    hidden_size: i64,
    num_hidden_layers: i64,
    num_attention_heads: i64,
    intermediate_size: i64,
    hidden_act: Activation,
    max_position_embeddings: i64,
    type_vocab_size: i64,
    layer_norm_eps: f64,
    id2label: serde_json::Map<String, serde_json::Value>,
}

impl Default for BertConfig {
    fn default() -> Self {
        Self {
            vocab_size: 30_522,
            hidden_size: 768,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            intermediate_size: 3072,
            hidden_act: Activation::gelu,
            max_position_embeddings: 512,
            type_vocab_size: 2,
            layer_norm_eps: 1e-12,
            id2label: serde_json::Map::new(),
        }
    }
}

impl BertConfig {
    fn layer_norm(&self, path: Path) -> nn::LayerNorm {
        let config = nn::LayerNormConfig { eps: self.layer_norm_eps, ..Default::default() };
        nn::layer_norm(path, vec![self.hidden_size], config)
    }
}

/// The network with its token-classification head.
pub(super) struct BertForTokenClassification {
    embeddings: Embeddings,
    layers: Vec<Layer>,
    classifier: nn::Linear,
}

impl BertForTokenClassification {
    pub(super) fn new(root: &Path, config: &BertConfig) -> Self {
        let encoder = root / "bert" / "encoder" / "layer";
        Self {
            embeddings: Embeddings::new(&(root / "bert" / "embeddings"), config),
            layers: (0..config.num_hidden_layers).map(|i| Layer::new(&(&encoder / i), config)).collect(),
            classifier: linear(root / "classifier", config.hidden_size, config.id2label.len() as i64),
        }
    }
}

impl Network for BertForTokenClassification {
    fn logits(&self, inputs: &Inputs) -> Result<Tensor, RustBertError> {
        let mask = attention_mask(inputs);
        let embedded = self.embeddings.forward(inputs);
        let states = self.layers.iter().fold(embedded, |states, layer| layer.forward(&states, mask.as_ref()));
        Ok(states.apply(&self.classifier))
    }
}

/// What is added to attention scores: 0 for a token, very negative for padding; none if nothing is
/// padded.
fn attention_mask(inputs: &Inputs) -> Option<Tensor> {
    const HIDDEN: f64 = -10_000.0;
    let padding = inputs.mask.eq(0);
    let any = padding.any().int64_value(&[]) != 0;
    any.then(|| (padding.to_kind(inputs.kind) * HIDDEN).unsqueeze(1).unsqueeze(1))
}

struct Embeddings {
    words: nn::Embedding,
    positions: nn::Embedding,
    token_types: nn::Embedding,
    norm: nn::LayerNorm,
}

impl Embeddings {
    fn new(path: &Path, config: &BertConfig) -> Self {
        let blank = nn::EmbeddingConfig { ws_init: BLANK, ..Default::default() };
        let table = |name: &str, rows| nn::embedding(path / name, rows, config.hidden_size, blank);
        Self {
            words: table("word_embeddings", config.vocab_size),
            positions: table("position_embeddings", config.max_position_embeddings),
            token_types: table("token_type_embeddings", config.type_vocab_size),
            norm: config.layer_norm(path / "LayerNorm"),
        }
    }

    fn forward(&self, inputs: &Inputs) -> Tensor {
        let positions = Tensor::arange(inputs.ids.size()[1], (Kind::Int64, inputs.ids.device()));
        let mut sum = inputs.ids.apply(&self.words);
        sum += inputs.token_types.apply(&self.token_types);
        sum += positions.apply(&self.positions);
        sum.apply(&self.norm)
    }
}

struct Layer {
    attention: Attention,
    attention_output: nn::Linear,
    attention_norm: nn::LayerNorm,
    intermediate: nn::Linear,
    activation: Activation,
    output: nn::Linear,
    norm: nn::LayerNorm,
}

impl Layer {
    fn new(path: &Path, config: &BertConfig) -> Self {
        let (hidden, inner) = (config.hidden_size, config.intermediate_size);
        let attention = path / "attention";
        let (attention_output, output) = (&attention / "output", path / "output");
        Self {
            attention: Attention::new(&(&attention / "self"), config),
            attention_output: linear(&attention_output / "dense", hidden, hidden),
            attention_norm: config.layer_norm(&attention_output / "LayerNorm"),
            intermediate: linear(path / "intermediate" / "dense", hidden, inner),
            activation: config.hidden_act,
            output: linear(&output / "dense", inner, hidden),
            norm: config.layer_norm(&output / "LayerNorm"),
        }
    }

    fn forward(&self, states: &Tensor, mask: Option<&Tensor>) -> Tensor {
        let context = self.attention.forward(states, mask);
        let states = (context.apply(&self.attention_output) + states).apply(&self.attention_norm);
        let inner = self.activated(states.apply(&self.intermediate));
        (inner.apply(&self.output) + states).apply(&self.norm)
    }

    fn activated(&self, states: Tensor) -> Tensor {
        match self.activation {
            Activation::gelu => states.gelu("none"),
            Activation::gelu_new => states.gelu("tanh"),
            other => other.get_function().get_fn()(&states),
        }
    }
}

struct Attention {
    query: nn::Linear,
    key: nn::Linear,
    value: nn::Linear,
    heads: i64,
}

impl Attention {
    fn new(path: &Path, config: &BertConfig) -> Self {
        let projection = |name: &str| linear(path / name, config.hidden_size, config.hidden_size);
        Self {
            query: projection("query"),
            key: projection("key"),
            value: projection("value"),
            heads: config.num_attention_heads,
        }
    }

    fn forward(&self, states: &Tensor, mask: Option<&Tensor>) -> Tensor {
        let (rows, width, hidden) = states.size3().unwrap_or_default();
        let size = hidden / self.heads;
        let heads = |projection: &nn::Linear| {
            states.apply(projection).view([rows, width, self.heads, size]).transpose(1, 2)
        };
        let query = heads(&self.query) / (size as f64).sqrt();
        let mut scores = query.matmul(&heads(&self.key).transpose(-1, -2));
        if let Some(mask) = mask {
            scores += mask;
        }
        let context = scores.softmax(-1, scores.kind()).matmul(&heads(&self.value));
        context.transpose(1, 2).reshape([rows, width, hidden])
    }
}

fn linear(path: Path, inputs: i64, outputs: i64) -> nn::Linear {
    let config = nn::LinearConfig { ws_init: BLANK, bs_init: Some(BLANK), ..Default::default() };
    nn::linear(path, inputs, outputs, config)
}

/// What weights are until those of the checkpoint take their place: drawing millions of random
/// numbers, as is the default, would be a good part of the start-up.
const BLANK: nn::Init = nn::Init::Const(0.0);
