//! The extension module of the Python package `triplewire`. The package's Python files and `_triplewire.pyi` document
//! its use.
//!
//! Nothing is extracted, written or scored here: [`triplewire::cli::embed`] is the commands' own code.

mod articles;
mod errors;
mod extractor;
mod folder;
mod result;
mod rules;
mod table;
mod waiting;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;

use pyo3::prelude::*;

use crate::errors::raised;
use crate::waiting::interruptible;

#[pymodule]
mod _triplewire {
    #[pymodule_export]
    use super::extractor::Extractor;
    #[pymodule_export]
    use super::result::Folder;
    #[pymodule_export]
    use super::rules::{explain, list_rules, show_rule, test_rules};
    #[pymodule_export]
    use super::table::Table;
    #[pymodule_export]
    use super::{clean_up, evaluate, look_in, run};
    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}

/// The command line with these arguments, of which the first is the program's name. Returns the exit code.
#[pyfunction]
fn run(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| {
        let code = triplewire::cli::run_with(arguments);
        // Only Rust programs flush it at their end.
        let _ = std::io::stdout().flush();
        code
    })
}

/// Sets the folder of the package's models.
#[pyfunction]
fn look_in(folder: PathBuf) {
    triplewire::model::look_in(folder);
}

/// Removes the folders of all results, at the end of the program.
#[pyfunction]
fn clean_up() {
    folder::remove_all();
}

/// `triplewire evaluate` with these options: the object of `--json` as text, and problems of the labels.
#[pyfunction]
fn evaluate(py: Python<'_>, options: Vec<OsString>) -> PyResult<(String, Vec<String>)> {
    let (scores, problems) =
        interruptible(py, move || triplewire::cli::embed::evaluate(options))?.map_err(raised)?;
    Ok((scores.to_string(), problems.iter().map(ToString::to_string).collect()))
}
