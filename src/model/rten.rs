//! The pure-Rust engine. The only file that imports `rten`.

use std::sync::{Arc, Mutex, PoisonError};

use rten::{Dimension, Model, ModelOptions, NodeId, RunOptions, ThreadPool};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};

use crate::error::{Error, Result, words};
use crate::model::engine::{Batch, Engine, Scores};
use crate::model::engine_kind::EngineKind;
use crate::model::folder::ModelFolder;
use crate::model::onnx::precision;
use crate::timings::{Stage, measure};

/// What an input of the graph is fed with.
#[derive(Debug, Clone, Copy)]
enum Input {
    Ids,
    Mask,
    Types,
}

/// An ONNX graph run by rten. The weights are in memory once, whatever the number of callers.
///
/// Every concurrent call runs on one thread of its own. In an `int8` graph activations are
/// quantised per batch, so that scores depend a little on what else is in the batch.
pub(crate) struct RtenEngine {
    model: Model,
    inputs: Vec<(NodeId, Input)>,
    output: NodeId,
    labels: usize,
    precision: &'static str,
    /// Pools of one thread that no call is using.
    idle: Mutex<Vec<Arc<ThreadPool>>>,
}

impl RtenEngine {
    /// Loads `model.onnx`.
    ///
    /// # Errors
    /// If the file is missing or is no ONNX graph that takes token ids and scores the folder's
    /// labels.
    pub(crate) fn open(folder: &ModelFolder) -> Result<Self> {
        let file = folder.weights(EngineKind::Rten)?;
        let export = "export it for token classification with dynamic axes (`optimum-cli export onnx --task \
                      token-classification`), in fp32 or int8";
        let wrong = |problem: String| Error::model(&file, problem, format!("Use another model, or {export}"));
        let model =
            ModelOptions::with_all_ops().prepack_weights(true).load_file(&file).map_err(|e| {
                match e.to_string() {
                    said if said.contains("parse error") || said.contains("io error") => {
                        let problem = "it is damaged or cut off, or no ONNX file";
                        Error::model(&file, problem, format!("Copy or download the file again, or {export}"))
                    }
                    said => wrong(format!("rten cannot load it: {}", words::plain(&said))),
                }
            })?;
        let inputs = inputs(&model).map_err(wrong)?;
        let output = output(&model).map_err(wrong)?;
        if let Some(shape) = model.node_info(output).and_then(|node| node.shape())
            && let Some(Dimension::Fixed(size)) = shape.last()
        {
            folder.check_outputs(&file, *size)?;
        }
        let precision = precision(&file)?;
        let labels = folder.outputs.count;
        Ok(RtenEngine { model, inputs, output, labels, precision, idle: Mutex::default() })
    }

    fn run(&self, batch: &Batch, pool: &Arc<ThreadPool>) -> Result<Scores> {
        let failed = |problem: String| Error::Engine { engine: EngineKind::Rten.name(), problem };
        let shape = [batch.rows, batch.width];
        let tensor = |values: &[i64]| {
            // The ids of a vocabulary are far below 2³¹, and rten computes with 32 bits.
            NdTensor::from_data(shape, values.iter().map(|&value| value as i32).collect::<Vec<_>>())
        };
        let inputs = self
            .inputs
            .iter()
            .map(|&(node, input)| {
                let values = match input {
                    Input::Ids => &batch.input_ids,
                    Input::Mask => &batch.attention_mask,
                    Input::Types => &batch.token_type_ids,
                };
                (node, tensor(values).into())
            })
            .collect();
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(pool)));
        let [output] =
            self.model.run_n(inputs, [self.output], Some(options)).map_err(|e| failed(e.to_string()))?;
        let output: NdTensorView<'_, f32, 3> =
            (&output).try_into().map_err(|_| failed("the output is no table of scores per token".into()))?;
        if output.shape() != [batch.rows, batch.width, self.labels] {
            return Err(failed(format!(
                "the output has the shape {:?} instead of {:?}",
                output.shape(),
                [batch.rows, batch.width, self.labels]
            )));
        }
        let values = output.to_contiguous().data().to_vec();
        Ok(Scores { rows: batch.rows, width: batch.width, labels: self.labels, values })
    }
}

impl Engine for RtenEngine {
    fn kind(&self) -> EngineKind {
        EngineKind::Rten
    }

    fn precision(&self) -> String {
        self.precision.to_owned()
    }

    fn label_scores(&self, batch: &Batch) -> Result<Scores> {
        if batch.rows == 0 || batch.width == 0 {
            return Ok(Scores {
                rows: batch.rows,
                width: batch.width,
                labels: self.labels,
                values: Vec::new(),
            });
        }
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let pool = idle().pop().unwrap_or_else(|| Arc::new(ThreadPool::with_num_threads(1)));
        // rten hands the work to its pool. A rayon worker that waits for another pool meanwhile
        // starts its next batch, and that one in turn; a plain thread just waits.
        let run = || pool.run(|| measure(Stage::Forward, || self.run(batch, &pool)));
        let scores = std::thread::scope(|scope| scope.spawn(run).join());
        idle().push(pool);
        scores.unwrap_or_else(|_| {
            Err(Error::Engine {
                engine: EngineKind::Rten.name(),
                problem: "it failed by a defect of its own".into(),
            })
        })
    }
}

fn inputs(model: &Model) -> Result<Vec<(NodeId, Input)>, String> {
    let mut found = Vec::new();
    for (index, &node) in model.input_ids().iter().enumerate() {
        let name = model.node_info(node).and_then(|info| info.name()).unwrap_or("");
        let input = match name {
            "input_ids" => Input::Ids,
            "attention_mask" => Input::Mask,
            "token_type_ids" => Input::Types,
            _ => return Err(format!("the graph wants an input \"{name}\", which is not known")),
        };
        let shape = model.input_shape(index).unwrap_or_default();
        if shape.iter().any(|dimension| matches!(dimension, Dimension::Fixed(_))) {
            return Err(format!("the graph takes only one size of \"{name}\""));
        }
        found.push((node, input));
    }
    if !found.iter().any(|(_, input)| matches!(input, Input::Ids)) {
        return Err("the graph has no input \"input_ids\"".into());
    }
    Ok(found)
}

/// The output named `logits`, or the only one.
fn output(model: &Model) -> Result<NodeId, String> {
    let outputs = model.output_ids();
    let named = |&&node: &&NodeId| model.node_info(node).and_then(|info| info.name()) == Some("logits");
    match (outputs.iter().find(named), outputs) {
        (Some(&node), _) | (None, &[node]) => Ok(node),
        _ => Err("the graph has several outputs, and none is called \"logits\"".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::reference::{ARCHITECTURES, Reference};
    use std::fs;
    use std::path::Path;

    fn folder() -> ModelFolder {
        ModelFolder::open(Path::new("models/newswire")).unwrap()
    }

    fn batch(rows: &[&[i64]], width: usize) -> Batch {
        let mut batch = Batch {
            rows: rows.len(),
            width,
            input_ids: Vec::new(),
            attention_mask: Vec::new(),
            token_type_ids: vec![0; rows.len() * width],
        };
        for row in rows {
            for i in 0..width {
                batch.input_ids.push(row.get(i).copied().unwrap_or(0));
                batch.attention_mask.push(i64::from(i < row.len()));
            }
        }
        batch
    }

    /// The best label and its probability.
    fn best(logits: &[f32]) -> (usize, f32) {
        let sum: f32 = logits.iter().map(|x| x.exp()).sum();
        let best = logits.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        best.map_or((0, 0.0), |(label, x)| (label, x.exp() / sum))
    }

    /// The tiny checkpoints that Hugging Face's library exported to ONNX.
    #[test]
    fn every_architecture_scores_as_hugging_face_does() {
        let distances = ARCHITECTURES.map(|name| {
            let folder = crate::model::reference::folder(name);
            let reference = Reference::read(&folder.join("reference.json"));
            let engine = RtenEngine::open(&ModelFolder::open(&folder).unwrap()).unwrap();
            assert_eq!(engine.precision(), "fp32", "{name}");
            (name, reference.distance(&engine.label_scores(&reference.batch()).unwrap()))
        });
        assert!(distances.iter().all(|&(_, distance)| distance < 1e-4), "{distances:?}");
    }

    #[test]
    fn the_bundled_graph_is_int8_and_batches_score_like_single_rows() {
        let engine = RtenEngine::open(&folder()).unwrap();
        assert_eq!(engine.precision(), "int8");
        let rows: [&[i64]; 3] = [&[101, 2198, 102], &[101, 2414, 2003, 1999, 2563, 102], &[101, 1996, 102]];
        let together = engine.label_scores(&batch(&rows, 6)).unwrap();
        for (r, row) in rows.iter().enumerate() {
            let alone = engine.label_scores(&batch(&[row], row.len())).unwrap();
            // Without [CLS] and [SEP], whose scores are not read.
            for token in 1..row.len() - 1 {
                // Activations are quantised for the batch as a whole, so the scores differ a little.
                let (a, b) = (best(alone.token(0, token)), best(together.token(r, token)));
                assert!(a.0 == b.0 && (a.1 - b.1).abs() < 0.1, "row {r}, token {token}: {a:?} {b:?}");
            }
        }
        assert!(engine.label_scores(&batch(&[], 0)).unwrap().values.is_empty());
    }

    #[test]
    fn a_batch_scores_the_same_again_and_from_many_rayon_workers() {
        use rayon::prelude::*;
        let engine = RtenEngine::open(&folder()).unwrap();
        let batch = batch(&[&[101, 2414, 2003, 1999, 2563, 102][..]; 4], 6);
        let once = engine.label_scores(&batch).unwrap();
        let again: Vec<Scores> =
            (0..16).into_par_iter().map(|_| engine.label_scores(&batch).unwrap()).collect();
        assert!(again.iter().all(|scores| *scores == once));
        assert!(engine.idle.lock().unwrap().len() <= rayon::current_num_threads());
    }

    #[test]
    fn files_that_are_no_graph_are_refused() {
        let temp = tempfile::tempdir().unwrap();
        fs::copy("models/newswire/config.json", temp.path().join("config.json")).unwrap();
        let folder = ModelFolder::open(temp.path()).unwrap();
        let error = |folder: &ModelFolder| RtenEngine::open(folder).map(|_| ()).unwrap_err().to_string();
        assert!(error(&folder).contains("no model.onnx"), "{}", error(&folder));
        for content in ["", "no graph at all"] {
            fs::write(temp.path().join("model.onnx"), content).unwrap();
            let error = error(&folder);
            let remedy =
                if content.is_empty() { "Use another model" } else { "Copy or download the file again" };
            assert!(error.contains("model.onnx: ") && error.contains(remedy), "{error}");
        }
    }

    #[test]
    fn labels_must_fit_the_graph() {
        let temp = tempfile::tempdir().unwrap();
        let config = r#"{"id2label": {"0": "O", "1": "B-PER", "2": "I-PER"}, "model_type": "bert"}"#;
        fs::write(temp.path().join("config.json"), config).unwrap();
        fs::copy("models/newswire/model.onnx", temp.path().join("model.onnx")).unwrap();
        let folder = ModelFolder::open(temp.path()).unwrap();
        let error = match RtenEngine::open(&folder) {
            Err(error) => error.to_string(),
            Ok(engine) => engine.label_scores(&batch(&[&[101, 102]], 2)).unwrap_err().to_string(),
        };
        assert!(error.contains("3"), "{error}");
    }
}
