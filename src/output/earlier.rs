//! An existing result is not replaced by that of other inputs or settings unless the user asks for it.

use std::fs;
use std::path::Path;

use crate::error::{Error, Result};
use crate::output::log;
use crate::output::run::{Run, Settings};

/// Refuses to replace what is in `out` by a merged result: an unfinished run, and, unless it may be overwritten, a finished
/// result of other inputs or settings, as [`keep_earlier`] does.
///
/// See the [example](crate::output#example).
///
/// # Errors
/// If there is one.
pub fn keep_from_merge(out: &Path, merged: &Run, overwrite: bool) -> Result<()> {
    if log::is_at_work(out) {
        return Err(Error::Usage(format!(
            "{} holds an unfinished run, or one that is at work. Choose another folder with --out",
            out.display()
        )));
    }
    // Articles from a pipe cannot be identified.
    if overwrite { Ok(()) } else { keep_earlier(out, &merged.settings, merged.inputs.is_none()) }
}

/// Refuses to replace the finished result in `out` if it was made with other settings than `now`; see
/// [`Run::settings`]. Settings that differ are named. What comes by a pipe cannot be compared, and is taken for another.
///
/// See the [example](crate::output#example).
///
/// # Errors
/// If there is such a result.
pub fn keep_earlier(out: &Path, now: &Settings, piped: bool) -> Result<()> {
    // An unfinished run has its own check.
    if log::is_unfinished(out) {
        return Ok(());
    }
    let Ok(content) = fs::read(out.join("run.json")) else { return Ok(()) };
    let what = match serde_json::from_slice::<Run>(&content) {
        Ok(run) if run.settings.is_empty() => "it does not say of which inputs".to_owned(),
        Ok(run) => match log::changes(&run.settings, now) {
            changes if changes.is_empty() && piped => "it may be of other articles than these".to_owned(),
            changes if changes.is_empty() => return Ok(()),
            changes => changes.join("; "),
        },
        Err(_) => "its run.json is damaged".to_owned(),
    };
    Err(Error::Usage(format!(
        "{} holds a finished result: {what}. Replace it with --overwrite, or choose another folder with --out",
        out.display()
    )))
}
