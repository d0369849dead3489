//! From a result folder to the files of other tools.
//!
//! [`result`] reads the folder, `filter` says what of it is exported, and each format has its file: `xlsx`, `sqlite`,
//! `parquet`, the graphs (`gexf`, `graphml`, `neo4j`), which share `graph`, and `ftm`. Rows are streamed; what is kept
//! of each is a number.
//!
//! # Example
//!
//! [`export()`] has one for the file of another tool, [`result`] one for programs that read the tables themselves.

mod evidence;
mod exported;
mod filter;
mod ftm;
mod gexf;
mod graph;
mod graphml;
pub mod marked;
mod neo4j;
mod parquet;
pub mod result;
#[cfg(test)]
pub(crate) mod sample;
mod sqlite;
pub mod tables;
#[cfg(test)]
mod tests;
mod xlsx;
mod xml;

use std::path::Path;

pub use exported::Exported;
pub use filter::{Asked, Filter};

use crate::error::{Error, Result};
use crate::export::result::ResultFolder;
use crate::output::{Made, check_folder, check_new};

/// What a result is made into.
///
/// [`export()`] has an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Target {
    /// A workbook for Excel and LibreOffice, a sheet for each table
    Xlsx,
    /// A database with keys, indexes, views and full-text search
    Sqlite,
    /// A folder of typed tables for pandas, DuckDB, R, Spark
    Parquet,
    /// A graph for Gephi
    Gexf,
    /// A graph for Cytoscape, yEd, igraph, NetworkX
    Graphml,
    /// A folder for `neo4j-admin database import`
    Neo4j,
    /// FollowTheMoney entities for Aleph and OpenSanctions' tools
    Ftm,
}

impl Target {
    /// Where it goes in a result folder if nothing else is said.
    fn file_name(self) -> &'static str {
        match self {
            Target::Xlsx => "result.xlsx",
            Target::Sqlite => "result.sqlite",
            Target::Parquet => "parquet",
            Target::Gexf => "result.gexf",
            Target::Graphml => "result.graphml",
            Target::Neo4j => "neo4j",
            Target::Ftm => "result.ftm.json",
        }
    }

    fn is_folder(self) -> bool {
        matches!(self, Target::Parquet | Target::Neo4j)
    }
}

/// Exports what passes the filter to `out`, or to a name in the result folder. What is there already stays unless
/// `overwrite`.
///
/// ```no_run
/// use std::path::Path;
///
/// use triplewire::export::result::ResultFolder;
/// use triplewire::export::{Asked, Filter, Target, export};
///
/// let result = ResultFolder::open(Path::new("output"))?;
/// let filter = Filter::new(&Asked { min_score: 0.8, ..Asked::default() }, &result)?;
/// export(&result, Target::Xlsx, None, &filter, false)?;
/// # Ok::<(), triplewire::Error>(())
/// ```
///
/// # Errors
/// If something is there already, the result cannot be read, or `out` cannot be written.
pub fn export(
    result: &ResultFolder,
    target: Target,
    out: Option<&Path>,
    filter: &Filter,
    overwrite: bool,
) -> Result<Exported> {
    let out = out.map_or_else(|| result.folder().join(target.file_name()), Path::to_owned);
    check(result, &out, target, overwrite)?;
    let within = if target.is_folder() { Some(out.as_path()) } else { out.parent() };
    let _made = within.filter(|it| !it.as_os_str().is_empty()).map(Made::new).transpose()?;
    let mut exported = match target {
        Target::Xlsx => xlsx::write(result, filter, &out),
        Target::Sqlite => sqlite::write(result, filter, &out),
        Target::Parquet => parquet::write(result, filter, &out),
        Target::Gexf => gexf::write(result, filter, &out),
        Target::Graphml => graphml::write(result, filter, &out),
        Target::Neo4j => neo4j::write(result, filter, &out),
        Target::Ftm => ftm::write(result, filter, &out),
    }?;
    if !filter.is_open() {
        exported.notes.insert(0, format!("Only triples that pass: {}.", filter.words()));
    }
    if !result.run().complete {
        exported.notes.push(
            "The run was stopped before its end: articles are missing (`extract --resume` goes on).".into(),
        );
    }
    Ok(exported)
}

/// Refuses to write over something, and over the result itself in any case.
fn check(result: &ResultFolder, out: &Path, target: Target, overwrite: bool) -> Result<()> {
    if !target.is_folder() {
        return check_new(out, overwrite);
    }
    check_folder(out)?;
    if out.exists() && out.canonicalize().ok() == result.folder().canonicalize().ok() {
        let message = "is the result that is to be exported. Choose another folder with --out";
        return Err(Error::Usage(format!("{} {message}", out.display())));
    }
    let is_used = std::fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some());
    if is_used && !overwrite {
        return Err(Error::Usage(format!(
            "{}: there is something in that folder already. Replace it with --overwrite, or give another name with --out",
            out.display()
        )));
    }
    Ok(())
}
