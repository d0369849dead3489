//! The libtorch engine: rust-bert's networks behind [`Engine`]. Only the files of this folder
//! import `rust_bert` and `tch`.
//!
//! [`architecture`] reads `config.json` and builds the network that it describes, [`checkpoint`]
//! reads the weights of `model.safetensors` (or `model.onnx`) into it, and this file runs batches.
//! DistilBERT, RoBERTa and ELECTRA are rust-bert's own. Two networks are written here on `tch` instead: [`bert`], because
//! rust-bert's spells out what libtorch has kernels for and runs the padding too, and takes a fifth longer; [`deberta_v2`],
//! because the scores of rust-bert's are not those of the checkpoints. Each file says more at its top. They can go when
//! rust-bert's networks pass `tests` and `make bench` in their place.

mod architecture;
mod bert;
mod checkpoint;
mod deberta_v2;
mod network;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, PoisonError};

use rust_bert::RustBertError;
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

use self::architecture::{Architecture, Limits};
use self::checkpoint::Checkpoint;
use self::network::{Inputs, Network};
use crate::error::{Error, Result};
use crate::model::engine::{Batch, Engine, Precision, Scores};
use crate::model::engine_kind::EngineKind;
use crate::model::folder::ModelFolder;
use crate::timings::{Stage, measure};

/// A checkpoint run by libtorch.
pub(crate) struct RustBertEngine {
    labels: usize,
    device: Device,
    kind: Kind,
    limits: Limits,
    networks: Pool,
}

impl RustBertEngine {
    /// Loads the weights once, for `workers` threads at a time.
    pub(crate) fn open(folder: &ModelFolder, precision: Precision, workers: usize) -> Result<Self> {
        // A second thread that helps to load gains nothing, and spins for long after it has.
        tch::set_num_threads(1);
        let architecture = Architecture::read(folder)?;
        let mut checkpoint = Checkpoint::open(&folder.weights(EngineKind::RustBert)?)?;
        let device = Device::cuda_if_available();
        let kind = match (precision, device) {
            (Precision::Full, _) => Kind::Float,
            (Precision::Fastest, Device::Cuda(_)) => Kind::Half,
            (Precision::Fastest, _) if has_fast_bf16() => Kind::BFloat16,
            (Precision::Fastest, _) => Kind::Float,
        };
        let mut weights = HashMap::new();
        let mut networks = Vec::new();
        for _ in 0..workers.max(1) {
            let store = VarStore::new(device);
            let network = architecture.build(&store.root()).map_err(failure)?;
            let variables: BTreeMap<String, Tensor> = store.variables().into_iter().collect();
            if weights.is_empty() {
                checkpoint.check(&variables)?;
            }
            for (name, mut variable) in variables {
                if !weights.contains_key(&name) {
                    let weight = checkpoint.read(&name)? * architecture.factor(&name);
                    weights.insert(name.clone(), weight.to_kind(kind).to_device(device));
                }
                // Every network's variable now shows the one copy of its weight.
                tch::no_grad(|| variable.set_data(&weights[&name]));
            }
            networks.push(network);
        }
        Ok(Self {
            labels: folder.outputs.count,
            device,
            kind,
            limits: architecture.limits,
            networks: Pool::new(networks),
        })
    }

    /// Why the batch cannot be run, if so. libtorch would end the thread.
    fn refusal(&self, batch: &Batch) -> Option<String> {
        let beyond = |ids: &[i64], end| ids.iter().copied().find(|id| !(0..end).contains(id));
        let Limits { vocabulary, positions, token_types } = self.limits;
        if batch.width > positions {
            return Some(format!(
                "a window of {} tokens, but the model has {positions} positions",
                batch.width
            ));
        }
        if let Some(id) = beyond(&batch.input_ids, vocabulary) {
            return Some(format!(
                "token {id} from the tokenizer, but the model knows those below {vocabulary}"
            ));
        }
        let token_types = token_types?;
        let id = beyond(&batch.token_type_ids, token_types)?;
        Some(format!("token type {id}, but the model knows those below {token_types}"))
    }
}

fn failure(problem: impl ToString) -> Error {
    Error::Engine { engine: EngineKind::RustBert.name(), problem: problem.to_string() }
}

impl Engine for RustBertEngine {
    fn kind(&self) -> EngineKind {
        EngineKind::RustBert
    }

    fn precision(&self) -> String {
        let kind = match self.kind {
            Kind::Half => "fp16",
            Kind::BFloat16 => "bf16",
            _ => "fp32",
        };
        let device = if self.device.is_cuda() { "GPU" } else { "CPU" };
        format!("{kind} on the {device}")
    }

    fn label_scores(&self, batch: &Batch) -> Result<Scores> {
        if let Some(problem) = self.refusal(batch) {
            return Err(failure(problem));
        }
        if batch.rows == 0 || batch.width == 0 {
            let (rows, width, labels) = (batch.rows, batch.width, self.labels);
            return Ok(Scores { rows, width, labels, values: Vec::new() });
        }
        // The workers are the parallelism. Set here because libtorch keeps it per thread.
        tch::set_num_threads(1);
        let shape = [batch.rows as i64, batch.width as i64];
        let tensor = |ids: &[i64]| Tensor::from_slice(ids).view(shape).to_device(self.device);
        let inputs = Inputs {
            ids: tensor(&batch.input_ids),
            mask: tensor(&batch.attention_mask),
            token_types: tensor(&batch.token_type_ids),
            kind: self.kind,
        };
        let run = |network: &dyn Network| {
            let logits = tch::no_grad(|| network.logits(&inputs))?;
            let values = logits.to_device(Device::Cpu).to_kind(Kind::Float).flatten(0, -1);
            Ok::<_, RustBertError>(Vec::<f32>::try_from(values)?)
        };
        let run = |network: &dyn Network| measure(Stage::Forward, || run(network));
        let values = self.networks.with(run)?.map_err(failure)?;
        Ok(Scores { rows: batch.rows, width: batch.width, labels: self.labels, values })
    }
}

/// Whether libtorch can use a GPU.
pub(super) fn has_gpu() -> bool {
    Device::cuda_if_available().is_cuda()
}

/// Whether this processor multiplies bf16 matrices faster than fp32 ones.
pub(super) fn has_fast_bf16() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("avx512bf16");
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// One network for each worker, because a tensor may move between threads but not be used by two
/// at once.
struct Pool {
    idle: Mutex<Vec<Box<dyn Network>>>,
    returned: Condvar,
}

impl Pool {
    fn new(networks: Vec<Box<dyn Network>>) -> Self {
        Self { idle: Mutex::new(networks), returned: Condvar::new() }
    }

    /// Runs `work` on a network, waiting for one if all are in use. libtorch's own errors come as
    /// panics and are returned as text.
    fn with<T>(&self, work: impl FnOnce(&dyn Network) -> T) -> Result<T> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let network = loop {
            match idle.pop() {
                Some(network) => break network,
                None => idle = self.returned.wait(idle).unwrap_or_else(PoisonError::into_inner),
            }
        };
        drop(idle);
        let outcome = catch_unwind(AssertUnwindSafe(|| work(network.as_ref())));
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(network);
        self.returned.notify_one();
        outcome.map_err(|panic| match panic.downcast::<String>() {
            Ok(message) => failure(message),
            Err(_) => failure("libtorch failed"),
        })
    }
}
