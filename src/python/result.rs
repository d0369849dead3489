//! A result in a temporary folder, kept while in use.

use std::path::PathBuf;
use std::sync::Arc;

use pyo3::prelude::*;
use triplewire::cli::embed;
use triplewire::export::result::ResultFolder;
use triplewire::export::tables::{
    ARTICLES, COOCCURRENCES, DUPLICATES, ENTITIES, MENTIONS, RELATIONS, TRIPLES,
};
use triplewire::view::{Limits, page};

use crate::errors::raised;
use crate::folder::Temporary;
use crate::table::Table;
use crate::waiting::interruptible;

/// The files of a result.
#[pyclass(frozen, module = "triplewire._triplewire")]
pub(crate) struct Folder {
    folder: Arc<Temporary>,
    result: Arc<ResultFolder>,
}

impl Folder {
    pub(crate) fn open(folder: Arc<Temporary>) -> PyResult<Self> {
        let result = Arc::new(ResultFolder::open(&folder.result()).map_err(raised)?);
        Ok(Folder { folder, result })
    }
}

#[pymethods]
impl Folder {
    /// Its path.
    #[getter]
    fn path(&self) -> PathBuf {
        self.folder.result()
    }

    /// A table by its name.
    fn table(&self, py: Python<'_>, name: &str) -> PyResult<Table> {
        let (result, name) = (Arc::clone(&self.result), name.to_owned());
        interruptible(py, move || match name.as_str() {
            "articles" => Table::read(&ARTICLES, result.articles()?),
            "mentions" => Table::read(&MENTIONS, result.mentions()?),
            "entities" => Table::read(&ENTITIES, result.entities()?),
            "relations" => Table::read(&RELATIONS, result.relations()?),
            "triples" => Table::read(&TRIPLES, result.triples()?),
            "cooccurrences" => Table::read(&COOCCURRENCES, result.cooccurrences()?),
            "duplicates" => Table::read(&DUPLICATES, result.duplicates()?.into_iter().flatten()),
            _ => Err(triplewire::Error::Usage(format!("there is no table `{name}`"))),
        })?
        .map_err(raised)
    }

    /// Writes the files to another folder.
    fn write(&self, py: Python<'_>, to: PathBuf, overwrite: bool) -> PyResult<Vec<PathBuf>> {
        let result = Arc::clone(&self.result);
        interruptible(py, move || embed::write(&result, &to, overwrite))?.map_err(raised)
    }

    /// The page to explore the result.
    fn view(&self, py: Python<'_>) -> PyResult<String> {
        let result = Arc::clone(&self.result);
        Ok(interruptible(py, move || page(&result, Limits::default()))?.map_err(raised)?.html)
    }
}
