//! `triplewire extract` on articles of a Python program.

use std::ffi::OsString;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::exceptions::{PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use triplewire::cli::Outcome;
use triplewire::cli::embed;
use triplewire::input::Shard;

use crate::articles::{lines, send_all};
use crate::errors::raised;
use crate::folder::Temporary;
use crate::result::Folder;
use crate::waiting::{interruptible, started, wait};

/// Model, names and rules, opened.
#[pyclass(frozen, module = "triplewire._triplewire")]
pub(crate) struct Extractor {
    inner: Arc<embed::Extractor>,
    /// The process that opened it. A forked process lacks its threads.
    process: u32,
}

#[pymethods]
impl Extractor {
    #[new]
    fn new(py: Python<'_>, options: Vec<OsString>) -> PyResult<Self> {
        let inner = interruptible(py, move || embed::Extractor::open(options))?.map_err(raised)?;
        Ok(Extractor { inner: Arc::new(inner), process: process::id() })
    }

    /// Extracts from an iterable of texts and dicts. Returns the folder of the result, and what the command would print
    /// on standard error.
    #[pyo3(signature = (articles, shard=None))]
    fn extract(
        &self,
        py: Python<'_>,
        articles: &Bound<'_, PyAny>,
        shard: Option<&str>,
    ) -> PyResult<(Folder, Vec<String>)> {
        if process::id() != self.process {
            return Err(PyRuntimeError::new_err(
                "this Extractor was opened in another process, whose threads a fork does not have. Open one in each \
                 process",
            ));
        }
        let shard: Option<Shard> = shard.map(str::parse).transpose().map_err(PyValueError::new_err)?;
        let folder = Arc::new(Temporary::new().map_err(PyOSError::new_err)?);
        let stop = Arc::new(AtomicBool::new(false));
        let (send, lines) = lines();
        let working = {
            let (extractor, folder, stop) = (Arc::clone(&self.inner), Arc::clone(&folder), Arc::clone(&stop));
            started(move || extractor.extract(lines, shard, &folder.result(), stop))
        };
        let sent = send_all(articles, &send);
        drop(send);
        let ended = match sent {
            Ok(_) => wait(py, &working),
            Err(error) => Err(error),
        };
        let (outcome, said) = match ended {
            Ok(ended) => ended.map_err(raised)?,
            Err(error) => {
                // The worker ends by itself and releases the folder.
                stop.store(true, Ordering::Relaxed);
                return Err(error);
            }
        };
        debug_assert_ne!(outcome, Outcome::Interrupted);
        Ok((Folder::open(folder)?, said))
    }
}
