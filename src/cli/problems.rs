//! Problems of labels, on standard error and as a table.

use crate::cli::print::complain;
use crate::error::Problem;

/// Limit of warnings on standard error; the rest is counted. Skipped files are always named.
const MOST_WARNINGS: usize = 20;

/// Reports problems on standard error. `written` says whether `--out` has been given, which lists in `problems.csv` those that
/// are only counted here; none where there is no such option.
pub(crate) fn tell(problems: &[Problem], written: Option<bool>) {
    let mut warnings = 0;
    for problem in problems {
        warnings += usize::from(!problem.skipped);
        if problem.skipped || warnings <= MOST_WARNINGS {
            complain(problem);
        }
    }
    if warnings > MOST_WARNINGS {
        let listed = match written {
            Some(true) => ": they are in problems.csv",
            Some(false) => ": `--out DIR` lists them in problems.csv",
            None => "",
        };
        complain(format_args!("{} more warnings{listed}", warnings - MOST_WARNINGS));
    }
}

/// The table of `problems.csv`.
///
/// # Errors
/// If the table cannot be written into memory.
pub(crate) fn problems_csv(problems: &[Problem]) -> anyhow::Result<Vec<u8>> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["skipped", "file", "line", "problem", "done"])?;
    for problem in problems {
        let file = problem.place.file.display().to_string();
        let line = problem.place.line.map(|n| n.to_string()).unwrap_or_default();
        let skipped = problem.skipped.to_string();
        table.write_record([&skipped, &file, &line, &problem.message, &problem.remedy])?;
    }
    Ok(table.into_inner()?)
}
