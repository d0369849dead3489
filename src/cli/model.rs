//! `triplewire model`: Look at model folders.

use crate::cli::Outcome;

/// Arguments of `triplewire model`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: Args) -> anyhow::Result<Outcome> {
    anyhow::bail!("not there yet")
}
