//! `triplewire rules`.

use std::path::PathBuf;

use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use triplewire::cli::embed;

use crate::errors::raised;
use crate::waiting::interruptible;

/// A dict for each rule.
#[pyfunction]
pub(crate) fn list_rules(
    py: Python<'_>,
    rules: Vec<PathBuf>,
    built_in: bool,
) -> PyResult<Vec<Bound<'_, PyDict>>> {
    let set = interruptible(py, move || embed::rule_set(&rules, built_in))?.map_err(raised)?;
    let told = set.rules().iter().map(|rule| {
        let told = PyDict::new(py);
        let types =
            |types: &[triplewire::entity::EntityType]| types.iter().map(|it| it.as_str()).collect::<Vec<_>>();
        told.set_item("id", &*rule.id)?;
        told.set_item("predicate", rule.predicate.as_str())?;
        told.set_item("subject", types(&rule.subject))?;
        told.set_item("object", types(&rule.object))?;
        told.set_item("score", (f64::from(rule.score) * 1e4).round() / 1e4)?;
        told.set_item("file", rule.place.file.display().to_string())?;
        told.set_item("examples", rule.yes.len() + rule.no.len())?;
        Ok(told)
    });
    told.collect()
}

/// A rule's source.
#[pyfunction]
pub(crate) fn show_rule(py: Python<'_>, id: String, rules: Vec<PathBuf>, built_in: bool) -> PyResult<String> {
    let set = interruptible(py, move || embed::rule_set(&rules, built_in))?.map_err(raised)?;
    set.rule(&id).map(|rule| rule.written.clone()).ok_or_else(|| {
        PyKeyError::new_err(format!("there is no rule `{id}`. `triplewire.rules.list()` has all ids"))
    })
}

/// Runs the examples of rules: their number, that of the rules, and a dict for each failure.
#[pyfunction]
pub(crate) fn test_rules<'py>(
    py: Python<'py>,
    file: Option<PathBuf>,
    rules: Vec<PathBuf>,
    built_in: bool,
) -> PyResult<(usize, usize, Vec<Bound<'py, PyDict>>)> {
    let tested = move || -> anyhow::Result<_> {
        embed::test_rules(embed::rule_set(&rules, built_in)?, file.as_deref())
    };
    let (checked, count) = interruptible(py, tested)?.map_err(raised)?;
    let failed = checked.failures.iter().map(|failure| {
        let told = PyDict::new(py);
        told.set_item("rule", &*failure.rule)?;
        told.set_item("place", failure.place.to_string())?;
        told.set_item("problem", &failure.problem)?;
        told.set_item("example", &failure.example)?;
        told.set_item("line", &failure.line)?;
        Ok(told)
    });
    let failed = failed.collect::<PyResult<Vec<_>>>()?;
    Ok((checked.examples, count, failed))
}

/// `triplewire rules explain` of a text, as JSON.
#[pyfunction]
pub(crate) fn explain(
    py: Python<'_>,
    text: String,
    model: Option<PathBuf>,
    rules: Vec<PathBuf>,
    built_in: bool,
) -> PyResult<String> {
    interruptible(py, move || embed::explain(text, model, rules, built_in))?.map_err(raised)
}
