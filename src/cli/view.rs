//! `triplewire view`: a page to explore a result.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::cli::Outcome;
use crate::cli::print::print;
use crate::error::{Error, Result};
use crate::export::result::ResultFolder;
use crate::output::{check_file, write_whole};
use crate::text::counted;
use crate::view::{Limits, Page, is_page, page};

pub(crate) use crate::view::FILE;

/// Arguments of `triplewire view`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder with a result: what `extract --out DIR` or `merge --out DIR` wrote
    #[arg(value_name = "DIR")]
    result: PathBuf,
    /// The page to write [default: view.html in the folder]
    #[arg(long, value_name = "FILE.html")]
    out: Option<PathBuf>,
    /// No summary
    #[arg(long)]
    quiet: bool,
}

pub(crate) fn run(args: Args) -> anyhow::Result<Outcome> {
    let (path, page) = write(&args.result, args.out.as_deref())?;
    if !args.quiet {
        let Page { html, triples, left_out } = &page;
        let megabytes = html.len() as f64 / 1e6;
        let triples = counted(*triples as u64, "distinct triples");
        print(format_args!("{triples}, {megabytes:.1} MB\n"))?;
        if *left_out > 0 {
            print(format_args!(
                "{left_out} more are not on the page, which has those between the best connected entities (triples has \
                 all)\n"
            ))?;
        }
        print(format_args!("  {}\n", path.display()))?;
    }
    Ok(Outcome::Done)
}

/// Writes the page of a result, into its folder if no file is named. Returns its path.
pub(crate) fn write(result: &Path, out: Option<&Path>) -> Result<(PathBuf, Page)> {
    let out = out.map_or_else(|| result.join(FILE), Path::to_path_buf);
    let result = ResultFolder::open(result)?;
    check(&out)?;
    let page = page(&result, Limits::default())?;
    let path = write_whole(&out, page.html.as_bytes())?;
    Ok((path, page))
}

/// Refuses to write the page over anything but a page.
///
/// # Errors
/// If there is such a file, or it cannot be written.
pub(super) fn check(out: &Path) -> Result<()> {
    check_file(out)?;
    if out.exists() && !is_ours(out) {
        let message = format!(
            "{}: there is a file of that name already, and it is no page of `view`. Give another name with --out",
            out.display()
        );
        return Err(Error::Usage(message));
    }
    Ok(())
}

/// Whether a folder has a page of an earlier run, which would look like that of its tables.
pub(super) fn is_in(folder: &Path) -> bool {
    is_ours(&folder.join(FILE))
}

/// Whether a file is a page of ours, and can be replaced.
fn is_ours(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(1000).read_to_end(&mut start));
    read.is_ok() && is_page(&start)
}
