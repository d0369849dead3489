//! `triplewire evaluate`: Compare with hand labels.

use crate::cli::Outcome;

/// Arguments of `triplewire evaluate`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: Args) -> anyhow::Result<Outcome> {
    anyhow::bail!("not there yet")
}
