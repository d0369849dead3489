//! `triplewire extract --estimate`: the time and output size of the whole input.

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use indicatif::{FormattedDuration, HumanBytes, HumanCount};

use crate::cli::Outcome;
use crate::cli::print::{complain, print};
use crate::error::{Error, Problem};
use crate::input::{Articles, Item, Shard};
use crate::output::{Making, Output, Run};
use crate::pipeline::{Delivery, Pipeline};
use crate::text::{Article, counted};

/// Least size of the sample in articles, if the input has as many; it is less than twice that.
const SAMPLE: usize = 128;
/// Parts of the sample, timed one by one. Their spread is the range of the estimate.
const PARTS: usize = 4;
/// Time limit for counting and choosing articles.
const READING: Duration = Duration::from_secs(30);

/// Memory per article of a run, in bytes: its id (see [`input`]) and its sketch (see [`crate::story`]).
const BYTES_AN_ARTICLE: u64 = 30;
const BYTES_A_STORY: u64 = 700;

/// The input, as far as it was read.
struct Sample {
    /// The sample: articles at even distances.
    articles: Vec<Article>,
    seen: u64,
    /// Bytes of text of all articles read.
    text: u64,
    skipped: u64,
    /// The first input that was.
    first_skipped: Option<Problem>,
    /// The share of the input that was read, 0 to 1; none if it was not read to the end and its size is unknown.
    share: Option<f64>,
}

impl Sample {
    /// Without articles of more than `most` bytes.
    fn of(articles: Articles, part: Shard, most: usize, time: Duration) -> Self {
        let start = Instant::now();
        let progress = articles.progress();
        let mut sample = Sample {
            articles: Vec::new(),
            seen: 0,
            text: 0,
            skipped: 0,
            first_skipped: None,
            share: Some(1.0),
        };
        let mut every = 1;
        for item in part.pick(articles) {
            match item {
                Item::Article(article) if article.text.len() > most => sample.skipped += 1,
                Item::Article(article) => {
                    sample.text += article.text.len() as u64;
                    if sample.seen.is_multiple_of(every) {
                        sample.articles.push(article);
                    }
                    sample.seen += 1;
                    if sample.articles.len() == 2 * SAMPLE {
                        every *= 2;
                        let mut keep = false;
                        sample.articles.retain(|_| {
                            keep = !keep;
                            keep
                        });
                    }
                }
                Item::Problem(problem) if problem.skipped => {
                    sample.skipped += 1;
                    sample.first_skipped.get_or_insert(problem);
                }
                Item::Problem(_) => {}
            }
            if start.elapsed() > time {
                sample.share = progress
                    .total()
                    .filter(|_| progress.read() > 0)
                    .map(|total| progress.read() as f64 / total.max(1) as f64);
                break;
            }
        }
        sample
    }
}

/// Measurements of the sample.
struct Trial {
    articles: u64,
    /// Bytes of text of half the sample, and of all of it.
    text: (f64, f64),
    /// Seconds per byte of text, of each part.
    rates: Vec<f64>,
    /// Seconds per byte of text, of all.
    rate: f64,
    /// Each file's name, and its bytes after half of the sample and after all of it.
    files: Vec<(String, u64, u64)>,
}

impl Trial {
    fn of(pipeline: &Pipeline, sample: Vec<Article>, making: Making<'_>) -> anyhow::Result<Self> {
        let articles = sample.len() as u64;
        let mut parts: Vec<Vec<Article>> = vec![Vec::new(); PARTS.min(sample.len())];
        for (i, article) in sample.into_iter().enumerate() {
            parts[i % PARTS].push(article);
        }
        let (mut rates, mut texts, mut seconds) = (Vec::new(), Vec::new(), 0.0);
        let mut extractions = Vec::new();
        for part in parts {
            let text: usize = part.iter().map(|article| article.text.len()).sum();
            let start = Instant::now();
            pipeline.run(part.into_iter().map(Item::Article), &AtomicBool::new(false), |delivery| {
                extractions.push(delivery);
                Ok(())
            })?;
            let taken = start.elapsed().as_secs_f64();
            rates.push(taken / text as f64);
            texts.push((text as f64, extractions.len()));
            seconds += taken;
        }
        let whole_text: f64 = texts.iter().map(|(text, _)| text).sum();
        let first = &texts[..texts.len().div_ceil(2)];
        let half = written(&extractions[..first[first.len() - 1].1], making)?;
        let start = Instant::now();
        let whole = written(&extractions, making)?;
        seconds += start.elapsed().as_secs_f64();
        let files =
            half.into_iter().zip(whole).map(|((name, half), (_, whole))| (name, half, whole)).collect();
        let half_text = first.iter().map(|(text, _)| text).sum();
        Ok(Trial { articles, text: (half_text, whole_text), rates, rate: seconds / whole_text, files })
    }

    /// The expected bytes of a file for so many bytes of text. It grows as it did from half of the sample to the whole,
    /// between the square root of the text (few new names) and the text.
    fn size(&self, (_, half, whole): &(String, u64, u64), text: f64) -> f64 {
        let (half_text, whole_text) = self.text;
        let grown = (*whole as f64 / (*half).max(1) as f64).ln() / (whole_text / half_text).ln();
        let power = if grown.is_nan() { 1.0 } else { grown.clamp(0.5, 1.0) };
        *whole as f64 * (text / whole_text).powf(power)
    }
}

/// The tables of these extractions, each with its bytes. They are written to a temporary folder and removed.
fn written(extractions: &[Delivery], making: Making<'_>) -> anyhow::Result<Vec<(String, u64)>> {
    let folder = tempfile::tempdir()?;
    let mut output = Output::open(folder.path(), Shard::WHOLE, false)?;
    extractions.iter().try_for_each(|extraction| output.add(extraction))?;
    let tables = output.tables(making)?;
    let run = Run { counts: tables.counts().clone(), ..Run::default() };
    let sized = |file: PathBuf| {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok((name, file.metadata()?.len()))
    };
    tables.name(&run)?.into_iter().map(sized).collect()
}

/// The peak memory of this program in bytes, where the system tells it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

/// Prints the estimate for a part of the articles. Nothing is written to the output folder.
pub(crate) fn run(
    articles: Articles,
    part: Shard,
    (pipeline, threads): (&Pipeline, usize),
    making: Making<'_>,
) -> anyhow::Result<Outcome> {
    let mut sample = Sample::of(articles, part, pipeline.limits().bytes, READING);
    if sample.articles.is_empty() {
        sample.first_skipped.iter().for_each(complain);
        let message = match sample.skipped {
            0 => "there is no article in what was read of the inputs. Name files or folders that hold some",
            1 => {
                "there is no article to estimate from: the only input would be skipped. Mend it, or name another"
            }
            _ => {
                "there is no article to estimate from: all inputs would be skipped (the first is above). Mend them, or name others"
            }
        };
        return Err(Error::Usage(message.into()).into());
    }
    let chosen = std::mem::take(&mut sample.articles);
    let trial = Trial::of(pipeline, chosen, making)?;
    print(Estimate { sample, trial, threads, keep_duplicates: making.keep_duplicates })?;
    Ok(Outcome::Done)
}

struct Estimate {
    sample: Sample,
    trial: Trial,
    threads: usize,
    keep_duplicates: bool,
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Estimate { sample, trial, threads, keep_duplicates } = self;
        let whole = sample.share == Some(1.0);
        let scale = 1.0 / sample.share.unwrap_or(1.0);
        let (articles, text) = (sample.seen as f64 * scale, sample.text as f64 * scale);
        let about = if whole { "" } else { "about " };
        let count = HumanCount(articles.round() as u64);
        writeln!(f, "Input    {about}{count} articles, {about}{} of text", HumanBytes(text as u64))?;
        match sample.share {
            Some(share) if !whole => {
                writeln!(f, "         (counted in the first {:.1} % of it)", 100.0 * share)?
            }
            None => writeln!(f, "         (so much was read; how much more there is cannot be known)")?,
            _ => {}
        }
        if sample.skipped > 0 {
            writeln!(f, "         {} inputs would be skipped in what was read", sample.skipped)?;
        }
        let time = |rate: f64| FormattedDuration(Duration::from_secs_f64((rate * text).ceil()));
        let threads = counted(*threads as u64, "threads");
        let least = trial.rates.iter().copied().fold(trial.rate, f64::min);
        let most = trial.rates.iter().copied().fold(trial.rate, f64::max);
        writeln!(
            f,
            "Time     {} (hours:minutes:seconds), between {} and {} ({:.1} articles/s with {threads}, as busy as this machine is now)",
            time(trial.rate),
            time(least),
            time(most),
            sample.seen as f64 / (trial.rate * sample.text as f64)
        )?;
        let sizes: Vec<(&str, f64)> = trial
            .files
            .iter()
            .filter(|(name, ..)| name != "run.json")
            .map(|it| (&*it.0, trial.size(it, text)))
            .collect();
        let sum: f64 = sizes.iter().map(|(_, size)| size).sum();
        writeln!(f, "Output   about {}", HumanBytes(sum as u64))?;
        for (name, size) in sizes {
            writeln!(f, "         {:>12}  {name}", HumanBytes(size as u64).to_string())?;
        }
        if let Some(peak) = peak_memory() {
            let each = BYTES_AN_ARTICLE + if *keep_duplicates { 0 } else { BYTES_A_STORY };
            let known = peak + (articles as u64) * each;
            writeln!(f, "Memory   about {}, and what the tables of all articles take", HumanBytes(known))?;
        }
        writeln!(f, "From {} articles, evenly spread. Nothing was written.", trial.articles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input;

    fn table(rows: usize) -> (tempfile::TempDir, Articles) {
        let folder = tempfile::tempdir().unwrap();
        let rows: String = (0..rows).map(|i| format!("{i},Ana Ruiz left number {i}.\n")).collect();
        let file = folder.path().join("a.csv");
        std::fs::write(&file, format!("id,text\n{rows},\n")).unwrap();
        let articles = input::open(&[file], input::Options::default()).unwrap();
        (folder, articles)
    }

    #[test]
    fn a_sample_is_spread_evenly_over_all_that_was_read() {
        let (_folder, articles) = table(5_000);
        let sample = Sample::of(articles, Shard::WHOLE, 100, Duration::from_secs(600));
        assert_eq!((sample.seen, sample.share), (5_000, Some(1.0)));
        let ids: Vec<u64> = sample.articles.iter().map(|article| article.id.parse().unwrap()).collect();
        assert!((SAMPLE..2 * SAMPLE).contains(&ids.len()), "{}", ids.len());
        assert!(ids.windows(2).all(|pair| pair[1] - pair[0] == ids[1] - ids[0]) && ids[0] == 0);
        assert!(5_000 - ids[ids.len() - 1] <= ids[1]);
        let (_folder, articles) = table(3);
        assert_eq!(Sample::of(articles, Shard::WHOLE, 100, Duration::from_secs(600)).articles.len(), 3);
        let (_folder, articles) = table(3_000);
        assert_eq!(Sample::of(articles, "2/3".parse().unwrap(), 100, Duration::from_secs(600)).seen, 1_000);
    }

    #[test]
    fn what_was_read_in_time_stands_for_the_rest() {
        let (_folder, articles) = table(200_000);
        let sample = Sample::of(articles, Shard::WHOLE, 100, Duration::ZERO);
        let share = sample.share.unwrap();
        assert!(sample.seen < 200_000 && share < 1.0);
        let expected = sample.seen as f64 / share;
        // A file is read in blocks of 64 KiB, and this little is one.
        assert!(expected < 200_000.0, "{expected}");
    }

    #[test]
    fn a_file_that_grows_with_the_text_is_foreseen_from_uneven_halves() {
        let trial = |text, rates| Trial { articles: 2, text, rates, rate: 1.0, files: Vec::new() };
        let file = |half, whole| (String::new(), half, whole);
        let uneven = trial((700.0, 1000.0), vec![1.0, 1.0]);
        assert_eq!(uneven.size(&file(70, 100), 10_000.0).round(), 1000.0);
        // No new rows, or faster growth than the text by chance.
        assert_eq!(uneven.size(&file(100, 100), 100_000.0).round(), 1000.0);
        assert_eq!(uneven.size(&file(1, 100), 10_000.0).round(), 1000.0);
        let one = trial((1000.0, 1000.0), vec![1.0]);
        assert_eq!(one.size(&file(100, 100), 2000.0).round(), 200.0);
    }
}
