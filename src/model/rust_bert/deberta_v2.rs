//! DeBERTa-v2 and v3, in the operations of `tch`.
//!
//! rust-bert 0.23 has this network too, but looks up the positions of content-to-position
//! attention at the wrong end of their table, does not take the root in its scale, and rounds in
//! the logarithm of far positions; its scores are not those of the checkpoints. This follows
//! Hugging Face's `modeling_deberta_v2.py`, inference only.

use rust_bert::{Activation, RustBertError};
use serde::{Deserialize, Deserializer};
use tch::nn::{self, Module, Path};
use tch::{Kind, Tensor};

use super::network::{Inputs, Network};

/// The part of `config.json` that shapes the network; defaults are Hugging Face's.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub(super) struct DebertaV2Config {
    vocab_size: i64,
    hidden_size: i64,
    embedding_size: Option<i64>,
    num_hidden_layers: i64,
    num_attention_heads: i64,
    intermediate_size: i64,
    hidden_act: Activation,
    max_position_embeddings: i64,
    type_vocab_size: i64,
    layer_norm_eps: f64,
    /// Whether absolute positions are added to the embeddings.
    position_biased_input: bool,
    relative_attention: bool,
    max_relative_positions: i64,
    position_buckets: i64,
    #[serde(deserialize_with = "words")]
    pos_att_type: Vec<String>,
    share_att_key: bool,
    #[serde(deserialize_with = "words")]
    norm_rel_ebd: Vec<String>,
    conv_kernel_size: i64,
    conv_groups: i64,
    conv_act: Activation,
    id2label: serde_json::Map<String, serde_json::Value>,
}

impl Default for DebertaV2Config {
    fn default() -> Self {
        Self {
            vocab_size: 128_100,
            hidden_size: 1536,
            embedding_size: None,
            num_hidden_layers: 24,
            num_attention_heads: 24,
            intermediate_size: 6144,
            hidden_act: Activation::gelu,
            max_position_embeddings: 512,
            type_vocab_size: 0,
            layer_norm_eps: 1e-7,
            position_biased_input: true,
            relative_attention: false,
            max_relative_positions: -1,
            position_buckets: -1,
            pos_att_type: Vec::new(),
            share_att_key: false,
            norm_rel_ebd: Vec::new(),
            conv_kernel_size: 0,
            conv_groups: 1,
            conv_act: Activation::tanh,
            id2label: serde_json::Map::new(),
        }
    }
}

/// Reads `"p2c|c2p"` or `["p2c", "c2p"]`.
fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Words {
        Joined(String),
        Apart(Vec<String>),
    }
    Ok(match Words::deserialize(deserializer)? {
        Words::Joined(text) => text.to_lowercase().split('|').map(|word| word.trim().to_owned()).collect(),
        Words::Apart(words) => words,
    })
}

impl DebertaV2Config {
    fn has(words: &[String], word: &str) -> bool {
        words.iter().any(|other| other == word)
    }

    /// How far apart two tokens can be.
    fn furthest(&self) -> i64 {
        if self.max_relative_positions < 1 {
            self.max_position_embeddings
        } else {
            self.max_relative_positions
        }
    }

    /// Half the number of relative positions that have an embedding.
    fn span(&self) -> i64 {
        if self.position_buckets > 0 { self.position_buckets } else { self.furthest() }
    }

    fn layer_norm(&self, path: Path) -> nn::LayerNorm {
        let config = nn::LayerNormConfig { eps: self.layer_norm_eps, ..Default::default() };
        nn::layer_norm(path, vec![self.hidden_size], config)
    }
}

/// The network with its token-classification head.
pub(super) struct DebertaV2ForTokenClassification {
    embeddings: Embeddings,
    positions: Option<RelativePositions>,
    layers: Vec<Layer>,
    convolution: Option<Convolution>,
    classifier: nn::Linear,
}

impl DebertaV2ForTokenClassification {
    pub(super) fn new(root: &Path, config: &DebertaV2Config) -> Self {
        let encoder = root / "deberta" / "encoder";
        Self {
            embeddings: Embeddings::new(&(root / "deberta" / "embeddings"), config),
            positions: config.relative_attention.then(|| RelativePositions::new(&encoder, config)),
            layers: (0..config.num_hidden_layers)
                .map(|i| Layer::new(&(&encoder / "layer" / i), config))
                .collect(),
            convolution: (config.conv_kernel_size > 0)
                .then(|| Convolution::new(&(&encoder / "conv"), config)),
            classifier: linear(root / "classifier", config.hidden_size, config.id2label.len() as i64),
        }
    }
}

impl Network for DebertaV2ForTokenClassification {
    fn logits(&self, inputs: &Inputs) -> Result<Tensor, RustBertError> {
        let kept = inputs.mask.unsqueeze(-1).to_kind(inputs.kind);
        let embedded = self.embeddings.forward(inputs) * &kept;
        let hidden_keys = inputs.mask.eq(0).unsqueeze(1).unsqueeze(1);
        let positions = self.positions.as_ref().map(|positions| positions.of(inputs.ids.size()[1]));

        let mut states = embedded.shallow_clone();
        for (number, layer) in self.layers.iter().enumerate() {
            states = layer.forward(&states, &hidden_keys, positions.as_ref());
            if let (0, Some(convolution)) = (number, &self.convolution) {
                states = convolution.forward(&embedded, &states, &kept);
            }
        }
        Ok(states.apply(&self.classifier))
    }
}

struct Embeddings {
    words: nn::Embedding,
    positions: Option<nn::Embedding>,
    token_types: Option<nn::Embedding>,
    projection: Option<nn::Linear>,
    norm: nn::LayerNorm,
}

impl Embeddings {
    fn new(path: &Path, config: &DebertaV2Config) -> Self {
        let width = config.embedding_size.unwrap_or(config.hidden_size);
        let table = |name: &str, rows| nn::embedding(path / name, rows, width, Default::default());
        let no_bias = nn::LinearConfig { bias: false, ..Default::default() };
        Self {
            words: table("word_embeddings", config.vocab_size),
            positions: config
                .position_biased_input
                .then(|| table("position_embeddings", config.max_position_embeddings)),
            token_types: (config.type_vocab_size > 0)
                .then(|| table("token_type_embeddings", config.type_vocab_size)),
            projection: (width != config.hidden_size)
                .then(|| nn::linear(path / "embed_proj", width, config.hidden_size, no_bias)),
            norm: config.layer_norm(path / "LayerNorm"),
        }
    }

    fn forward(&self, inputs: &Inputs) -> Tensor {
        let mut sum = inputs.ids.apply(&self.words);
        if let Some(positions) = &self.positions {
            sum += Tensor::arange(inputs.ids.size()[1], (Kind::Int64, inputs.ids.device())).apply(positions);
        }
        if let Some(token_types) = &self.token_types {
            sum += inputs.token_types.apply(token_types);
        }
        if let Some(projection) = &self.projection {
            sum = sum.apply(projection);
        }
        sum.apply(&self.norm)
    }
}

/// The embeddings of "so many tokens before or after", which all layers share.
struct RelativePositions {
    table: nn::Embedding,
    norm: Option<nn::LayerNorm>,
    span: i64,
    buckets: i64,
    furthest: i64,
}

/// The relative positions within a window.
struct Positions {
    /// Their embeddings: 2 span x hidden size.
    embeddings: Tensor,
    /// Row of `embeddings` for each query and key.
    query_to_key: Tensor,
    /// The same the other way round, for each key and query.
    key_to_query: Tensor,
}

impl RelativePositions {
    fn new(encoder: &Path, config: &DebertaV2Config) -> Self {
        let span = config.span();
        let normed = DebertaV2Config::has(&config.norm_rel_ebd, "layer_norm");
        Self {
            table: nn::embedding(
                encoder / "rel_embeddings",
                2 * span,
                config.hidden_size,
                Default::default(),
            ),
            norm: normed.then(|| config.layer_norm(encoder / "LayerNorm")),
            span,
            buckets: config.position_buckets,
            furthest: config.furthest(),
        }
    }

    fn of(&self, width: i64) -> Positions {
        let device = self.table.ws.device();
        let bucket: Vec<i64> = (1 - width..width).map(|distance| self.bucket(distance)).collect();
        let bucket = |from: i64, to: i64| bucket[(from - to + width - 1) as usize];
        let rows = |row: &dyn Fn(i64, i64) -> i64| {
            let rows: Vec<i64> = (0..width)
                .flat_map(|from| (0..width).map(move |to| (from, to)))
                .map(|(from, to)| (row(from, to) + self.span).clamp(0, 2 * self.span - 1))
                .collect();
            Tensor::from_slice(&rows).view([width, width]).to_device(device)
        };
        Positions {
            embeddings: match &self.norm {
                Some(norm) => norm.forward(&self.table.ws),
                None => self.table.ws.shallow_clone(),
            },
            query_to_key: rows(&|query, key| bucket(query, key)),
            key_to_query: rows(&|key, query| -bucket(key, query)),
        }
    }

    /// Near distances are distinguished one by one, far ones in steps that grow with the distance.
    fn bucket(&self, distance: i64) -> i64 {
        let middle = self.buckets / 2;
        if self.buckets <= 0 || distance.abs() <= middle {
            return distance;
        }
        let middle_f = middle as f32;
        let far = (distance.abs() as f32 / middle_f).ln() / ((self.furthest - 1) as f32 / middle_f).ln();
        distance.signum() * ((far * (middle_f - 1.0)).ceil() as i64 + middle)
    }
}

struct Layer {
    attention: Attention,
    attention_output: Output,
    intermediate: nn::Linear,
    activation: Activation,
    output: Output,
}

impl Layer {
    fn new(path: &Path, config: &DebertaV2Config) -> Self {
        let attention = path / "attention";
        Self {
            attention: Attention::new(&(&attention / "self"), config),
            attention_output: Output::new(&(attention / "output"), config.hidden_size, config),
            intermediate: linear(
                path / "intermediate" / "dense",
                config.hidden_size,
                config.intermediate_size,
            ),
            activation: config.hidden_act,
            output: Output::new(&(path / "output"), config.intermediate_size, config),
        }
    }

    fn forward(&self, states: &Tensor, hidden_keys: &Tensor, positions: Option<&Positions>) -> Tensor {
        let attended = self.attention.forward(states, hidden_keys, positions);
        let states = self.attention_output.forward(&attended, states);
        let intermediate = self.activation.get_function().get_fn()(&states.apply(&self.intermediate));
        self.output.forward(&intermediate, &states)
    }
}

/// A projection that is added to what it came from, and normed.
struct Output {
    dense: nn::Linear,
    norm: nn::LayerNorm,
}

impl Output {
    fn new(path: &Path, width: i64, config: &DebertaV2Config) -> Self {
        Self {
            dense: linear(path / "dense", width, config.hidden_size),
            norm: config.layer_norm(path / "LayerNorm"),
        }
    }

    fn forward(&self, change: &Tensor, states: &Tensor) -> Tensor {
        (change.apply(&self.dense) + states).apply(&self.norm)
    }
}

/// Attention by content, and by content against relative position both ways.
struct Attention {
    heads: i64,
    query: nn::Linear,
    key: nn::Linear,
    value: nn::Linear,
    /// Projections of the relative positions, where the checkpoint has them apart.
    position_key: Option<nn::Linear>,
    position_query: Option<nn::Linear>,
    content_to_position: bool,
    position_to_content: bool,
}

impl Attention {
    fn new(path: &Path, config: &DebertaV2Config) -> Self {
        let square = |name: &str| linear(path / name, config.hidden_size, config.hidden_size);
        let content_to_position = DebertaV2Config::has(&config.pos_att_type, "c2p");
        let position_to_content = DebertaV2Config::has(&config.pos_att_type, "p2c");
        let apart = config.relative_attention && !config.share_att_key;
        Self {
            heads: config.num_attention_heads,
            query: square("query_proj"),
            key: square("key_proj"),
            value: square("value_proj"),
            position_key: (apart && content_to_position).then(|| square("pos_key_proj")),
            position_query: (apart && position_to_content).then(|| square("pos_query_proj")),
            content_to_position,
            position_to_content,
        }
    }

    /// rows x length x width to rows x heads x length x width of a head.
    fn split(&self, states: Tensor) -> Tensor {
        let (rows, length, width) = (states.size()[0], states.size()[1], states.size()[2]);
        states.view([rows, length, self.heads, width / self.heads]).transpose(1, 2)
    }

    fn forward(&self, states: &Tensor, hidden_keys: &Tensor, positions: Option<&Positions>) -> Tensor {
        let query = self.split(states.apply(&self.query));
        let key = self.split(states.apply(&self.key));
        let value = self.split(states.apply(&self.value));

        let mut scores = query.matmul(&key.transpose(-1, -2));
        let shape = scores.size();
        if let Some(positions) = positions {
            let project = |layer: &nn::Linear| self.split(positions.embeddings.unsqueeze(0).apply(layer));
            let pick = |scores: Tensor, rows: &Tensor| scores.gather(-1, &rows.expand(&shape, true), false);
            if self.content_to_position {
                let by_position = project(self.position_key.as_ref().unwrap_or(&self.key));
                scores += pick(query.matmul(&by_position.transpose(-1, -2)), &positions.query_to_key);
            }
            if self.position_to_content {
                let by_position = project(self.position_query.as_ref().unwrap_or(&self.query));
                let found = pick(key.matmul(&by_position.transpose(-1, -2)), &positions.key_to_query);
                scores += found.transpose(-1, -2);
            }
        }
        let summands = 1 + i64::from(self.content_to_position) + i64::from(self.position_to_content);
        let scores = scores / ((query.size()[3] * summands) as f64).sqrt();
        let weights = scores.masked_fill(hidden_keys, f64::NEG_INFINITY).softmax(-1, scores.kind());
        weights.matmul(&value).transpose(1, 2).reshape(states.size())
    }
}

/// The convolution beside the first layer, in the larger v2 checkpoints.
struct Convolution {
    conv: nn::Conv1D,
    activation: Activation,
    norm: nn::LayerNorm,
}

impl Convolution {
    fn new(path: &Path, config: &DebertaV2Config) -> Self {
        let (size, kernel) = (config.hidden_size, config.conv_kernel_size);
        let settings =
            nn::ConvConfig { padding: (kernel - 1) / 2, groups: config.conv_groups, ..Default::default() };
        Self {
            conv: nn::conv1d(path / "conv", size, size, kernel, settings),
            activation: config.conv_act,
            norm: config.layer_norm(path / "LayerNorm"),
        }
    }

    fn forward(&self, embedded: &Tensor, states: &Tensor, kept: &Tensor) -> Tensor {
        let mixed = embedded.transpose(1, 2).apply(&self.conv).transpose(1, 2) * kept;
        let mixed = self.activation.get_function().get_fn()(&mixed);
        (states + mixed).apply(&self.norm) * kept
    }
}

fn linear(path: Path, from: i64, to: i64) -> nn::Linear {
    nn::linear(path, from, to, Default::default())
}
