//! BERT, in the operations of `tch`.
//!
//! rust-bert has this network too, but spells the activation out in five passes over the largest
//! tensor of a layer, masks and scales attention in passes of their own, and cannot choose the
//! constant of its layer norms. libtorch has one kernel for each, and in bf16 these passes are a
//! fifth of the time. Nor is padding left out there, which is a sixth of a batch of news: here the
//! tokens of all windows are the rows of one matrix, and only attention looks at one window at a time.
//! Weights are named as Hugging Face names them; inference only.

use rust_bert::{Activation, RustBertError};
use serde::Deserialize;
use tch::nn::{self, Path};
use tch::{Kind, Tensor};

use super::network::{Inputs, Network};

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
        let (rows, width) = inputs.ids.size2()?;
        let tokens = Tokens::of(inputs)?;
        let embedded = self.embeddings.forward(&tokens);
        let states =
            self.layers.iter().fold(embedded, |states, layer| layer.forward(&states, &tokens.windows));
        let logits = states.apply(&self.classifier).narrow(0, 0, tokens.places.size1()?);
        let padded = logits.new_zeros([rows * width, logits.size2()?.1], (logits.kind(), logits.device()));
        Ok(padded.index_copy(0, &tokens.places, &logits).view([rows, width, -1]))
    }
}

/// libtorch compiles a product for each number of tokens, and keeps some hundred of them. So tokens
/// are filled up to a multiple of this.
const MULTIPLE: i64 = 16;

/// The tokens of a batch without its padding, window after window. Behind them the first token may be
/// repeated as a window of its own, see [`MULTIPLE`].
struct Tokens {
    /// Where they were, without the repeated ones: row x width + column.
    places: Tensor,
    ids: Tensor,
    token_types: Tensor,
    positions: Tensor,
    /// How many each window has, repeated ones included.
    windows: Vec<i64>,
}

impl Tokens {
    fn of(inputs: &Inputs) -> Result<Self, RustBertError> {
        let (rows, width) = inputs.ids.size2()?;
        let places = inputs.mask.flatten(0, -1).nonzero().squeeze_dim(1);
        let mut windows = Vec::<i64>::try_from(inputs.mask.sum_dim_intlist(1, false, Kind::Int64))?;
        let more = (-places.size1()?).rem_euclid(MULTIPLE);
        let filled = Tensor::cat(&[&places, &places.narrow(0, 0, more.min(1)).repeat([more])], 0);
        windows.extend((more > 0).then_some(more));
        let positions = Tensor::arange(width, (Kind::Int64, inputs.ids.device())).repeat([rows]);
        let of_tokens = |values: &Tensor| values.flatten(0, -1).index_select(0, &filled);
        Ok(Self {
            ids: of_tokens(&inputs.ids),
            token_types: of_tokens(&inputs.token_types),
            positions: of_tokens(&positions),
            places,
            windows,
        })
    }
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

    fn forward(&self, tokens: &Tokens) -> Tensor {
        let mut sum = tokens.ids.apply(&self.words);
        sum += tokens.token_types.apply(&self.token_types);
        sum += tokens.positions.apply(&self.positions);
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

    fn forward(&self, states: &Tensor, windows: &[i64]) -> Tensor {
        let context = self.attention.forward(states, windows);
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

    fn forward(&self, states: &Tensor, windows: &[i64]) -> Tensor {
        // Of each window: heads x tokens x size of a head.
        let heads = |states: Tensor| -> Vec<Tensor> {
            states.unflatten(1, [self.heads, -1]).transpose(0, 1).split_with_sizes(windows, 1)
        };
        let queries = states.apply(&self.query);
        let size = queries.size()[1] / self.heads;
        let queries = heads(queries / (size as f64).sqrt());
        let keys = heads(states.apply(&self.key));
        let values = heads(states.apply(&self.value));
        let contexts: Vec<Tensor> = queries
            .iter()
            .zip(&keys)
            .zip(&values)
            .map(|((query, key), value)| {
                let scores = query.matmul(&key.transpose(-1, -2));
                // libtorch's softmax takes half the time where its result is in fp32, conversion included.
                scores.softmax(-1, Kind::Float).to_kind(scores.kind()).matmul(value)
            })
            .collect();
        Tensor::cat(&contexts, 1).transpose(0, 1).flatten(1, 2)
    }
}

fn linear(path: Path, inputs: i64, outputs: i64) -> nn::Linear {
    let config = nn::LinearConfig { ws_init: BLANK, bs_init: Some(BLANK), ..Default::default() };
    nn::linear(path, inputs, outputs, config)
}

/// What weights are until those of the checkpoint take their place: drawing millions of random
/// numbers, as is the default, would be a good part of the start-up.
const BLANK: nn::Init = nn::Init::Const(0.0);
