//! `triplewire extract`: Find entities and relations.

use crate::cli::Outcome;

/// Arguments of `triplewire extract`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: Args) -> anyhow::Result<Outcome> {
    anyhow::bail!("not there yet")
}
