//! `triplewire rules`: List, show, test and explain rules.

use crate::cli::Outcome;

/// Arguments of `triplewire rules`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: Args) -> anyhow::Result<Outcome> {
    anyhow::bail!("not there yet")
}
