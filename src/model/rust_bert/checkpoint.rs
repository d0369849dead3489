//! The weights, from `model.safetensors` or `model.onnx`: checked against the network before any of them is read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorInfo};
use tch::{Kind, Tensor};

use crate::error::{Error, Result, words};
use crate::model::onnx::Graph;

/// Longest header that the format allows.
const LONGEST_HEADER: u64 = 100_000_000;

/// An open weights file.
pub(super) struct Checkpoint {
    path: PathBuf,
    source: Source,
}

/// What weights are read from.
enum Source {
    Safetensors {
        file: File,
        header: Metadata,
        /// Where in the file the offsets of the header count from.
        data: u64,
    },
    /// What is there in int8 is multiplied out.
    Onnx(Graph),
}

impl Checkpoint {
    /// Opens a file of weights, which of the two its name tells.
    pub(super) fn open(path: &Path) -> Result<Self> {
        if path.extension().is_some_and(|extension| extension == "onnx") {
            let remedy = "Export the model again, or fetch its model.safetensors";
            let graph =
                Graph::open(path).ok_or_else(|| Error::model(path, "this is no ONNX file", remedy))?;
            return Ok(Self { path: path.to_path_buf(), source: Source::Onnx(graph) });
        }
        Self::safetensors(path)
    }

    /// Reads the header and checks that the file is whole.
    fn safetensors(path: &Path) -> Result<Self> {
        let mut file = File::open(path).map_err(|error| Error::io(path, error, "Make the file readable"))?;
        let broken = |problem: String| Error::model(path, problem, "Copy or download the file again");
        let length = file.metadata().and_then(|_| file.seek(SeekFrom::End(0)));
        let length = length.map_err(|error| broken(words::io(&error)))?;
        let (data, header) = read_header(&mut file)
            .map_err(|_| broken(format!("this is no safetensors file{}", lfs_hint(length))))?;
        let expected = data + header.data_len() as u64;
        if length != expected {
            return Err(broken(format!("the file has {length} bytes instead of {expected}")));
        }
        Ok(Self { path: path.to_path_buf(), source: Source::Safetensors { file, header, data } })
    }

    /// Checks that the file holds every variable of the network, in the right shape.
    pub(super) fn check(&self, variables: &BTreeMap<String, Tensor>) -> Result<()> {
        let fault = |problem, remedy| Err(Error::model(&self.path, problem, remedy));
        let shapes: Vec<Option<Vec<i64>>> = variables.keys().map(|name| self.shape(name)).collect();
        let missing: Vec<&String> = variables
            .keys()
            .zip(&shapes)
            .filter(|(_, shape)| shape.is_none())
            .map(|(name, _)| name)
            .collect();
        if let (Some(first), Source::Onnx(_)) = (missing.first(), &self.source) {
            return fault(
                format!(
                    "its graph has {} of the network's weights under no name that tells them, first `{first}`",
                    missing.len()
                ),
                "Use `--engine rten`, or fetch the model's model.safetensors too",
            );
        }
        if missing.iter().any(|name| name.starts_with("classifier.")) {
            return fault(
                "it has no token-classification head (`classifier.weight`)".to_owned(),
                "Use a checkpoint that was fine-tuned for token classification",
            );
        }
        if let Some(first) = missing.first() {
            return fault(
                format!(
                    "it lacks {} of the weights that config.json asks for, first `{first}`",
                    missing.len()
                ),
                "Use the config.json that was saved with these weights",
            );
        }
        for ((name, variable), found) in variables.iter().zip(shapes) {
            let found = found.unwrap_or_default();
            let wanted = variable.size();
            if found != wanted {
                let labels = name.starts_with("classifier.").then(|| found.first().zip(wanted.first()));
                return fault(
                    match labels.flatten() {
                        Some((found, wanted)) if found != wanted => {
                            format!("it gives {found} labels, but config.json names {wanted} (`id2label`)")
                        }
                        _ => format!("`{name}` has the shape {found:?}, but config.json asks for {wanted:?}"),
                    },
                    "Use the config.json that was saved with these weights",
                );
            }
        }
        Ok(())
    }

    /// The shape of a weight.
    fn shape(&self, name: &str) -> Option<Vec<i64>> {
        let shape = match &self.source {
            Source::Safetensors { header, .. } => info(header, name)?.shape.clone(),
            Source::Onnx(graph) => graph.weight(name)?.0,
        };
        Some(shape.into_iter().map(|size| size as i64).collect())
    }

    /// One weight, in fp32.
    pub(super) fn read(&mut self, name: &str) -> Result<Tensor> {
        let missing = || Error::model(&self.path, format!("it lacks `{name}`"), "Use another checkpoint");
        let (file, header, data) = match &mut self.source {
            Source::Safetensors { file, header, data } => (file, header, *data),
            Source::Onnx(graph) => {
                let (shape, numbers) = graph.weight(name).ok_or_else(missing)?;
                let shape: Vec<i64> = shape.into_iter().map(|size| size as i64).collect();
                return Ok(Tensor::from_slice(&numbers).view(shape.as_slice()));
            }
        };
        let info = info(header, name).ok_or_else(missing)?;
        let kind = match info.dtype {
            Dtype::F16 => Kind::Half,
            Dtype::BF16 => Kind::BFloat16,
            Dtype::F32 => Kind::Float,
            Dtype::F64 => Kind::Double,
            other => {
                let remedy = "Save the model in fp16, bf16 or fp32, without quantisation";
                return Err(Error::model(&self.path, format!("`{name}` is stored as {other:?}"), remedy));
            }
        };
        let (start, end) = info.data_offsets;
        let shape: Vec<i64> = info.shape.iter().map(|&size| size as i64).collect();
        let mut bytes = vec![0; end - start];
        file.seek(SeekFrom::Start(data + start as u64))
            .and_then(|_| file.read_exact(&mut bytes))
            .map_err(|error| Error::io(&self.path, error, "Check the disk, or copy the file again"))?;
        Ok(Tensor::from_data_size(&bytes, &shape, kind).to_kind(Kind::Float))
    }
}

/// Looks a weight up, also under the names that checkpoints converted from TensorFlow have.
fn info<'h>(header: &'h Metadata, name: &str) -> Option<&'h TensorInfo> {
    let old =
        || name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta");
    header.info(name).or_else(|| header.info(&old()))
}

/// The length of everything before the data, and the header.
fn read_header(file: &mut File) -> io::Result<(u64, Metadata)> {
    let mut length = [0; 8];
    file.rewind()?;
    file.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    if length > LONGEST_HEADER {
        return Err(io::Error::other("its header has no sensible length"));
    }
    let mut header = vec![0; length as usize];
    file.read_exact(&mut header)?;
    Ok((8 + length, serde_json::from_slice(&header)?))
}

/// A clone without Git LFS leaves small text files in place of the weights.
fn lfs_hint(length: u64) -> &'static str {
    if length < 1000 { "; it may be a Git LFS pointer: run `git lfs pull`" } else { "" }
}
