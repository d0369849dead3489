//! Errors of the library as Python exceptions, in the same words.

use std::io::ErrorKind;

use pyo3::PyErr;
use pyo3::exceptions::{PyFileNotFoundError, PyOSError, PyPermissionError, PyRuntimeError, PyValueError};
use triplewire::Error;

/// The exception for an error: `OSError` for files, `RuntimeError` for defects of model or program, else `ValueError`.
pub(crate) fn raised(error: impl Into<anyhow::Error>) -> PyErr {
    let error = error.into();
    let said = format!("{error:#}");
    match error.downcast_ref::<Error>() {
        Some(Error::Io { said: reason, .. }) => match reason.kind() {
            ErrorKind::NotFound => PyFileNotFoundError::new_err(said),
            ErrorKind::PermissionDenied => PyPermissionError::new_err(said),
            _ => PyOSError::new_err(said),
        },
        Some(Error::Engine { .. }) => PyRuntimeError::new_err(said),
        _ => PyValueError::new_err(said),
    }
}
