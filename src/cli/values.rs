//! Values of options, with errors in words.

use std::num::NonZeroUsize;
use std::time::Duration;

/// A whole number of at least `least`.
fn whole<N: TryFrom<u64>>(text: &str, least: u64) -> Result<N, String> {
    let number = text.parse::<u64>().ok().filter(|&number| number >= least);
    number.and_then(|number| N::try_from(number).ok()).ok_or_else(|| match text.parse::<f64>() {
        Ok(number) if number >= 2f64.powi(63) => "give a smaller number".to_owned(),
        _ => format!("give a whole number from {least}"),
    })
}

/// A whole number.
pub(crate) fn count<N: TryFrom<u64>>(text: &str) -> Result<N, String> {
    whole(text, 0)
}

/// A whole number that is not 0.
pub(crate) fn at_least_one<N: TryFrom<u64>>(text: &str) -> Result<N, String> {
    whole(text, 1)
}

/// Limit of threads: more take memory and are no faster.
const MOST_THREADS: usize = 1024;

/// A number of threads.
pub(crate) fn threads(text: &str) -> Result<NonZeroUsize, String> {
    let threads = text.parse().ok().filter(|threads: &NonZeroUsize| threads.get() <= MOST_THREADS);
    threads.ok_or_else(|| format!("give a whole number from 1 to {MOST_THREADS}"))
}

/// A share of a whole.
pub(crate) fn share<F: std::str::FromStr + Into<f64> + Copy>(text: &str) -> Result<F, String> {
    let share = text.parse().ok().filter(|&share: &F| (0.0..=1.0).contains(&share.into()));
    share.ok_or_else(|| "give a number from 0 to 1".to_owned())
}

/// A time.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "give a number of seconds, such as 10 or 0.5".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err("give a number of seconds above 0".to_owned()),
    }
}

/// A name in a list.
pub(crate) fn name(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() {
        return Err("a name in the list is empty. Separate names by one comma each".to_owned());
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_said_in_words() {
        for text in ["abc", "-1", "0.5", ""] {
            assert_eq!(count::<u64>(text), Err("give a whole number from 0".to_owned()), "{text}");
        }
        assert_eq!(count::<usize>("99999999999999999999999"), Err("give a smaller number".to_owned()));
        assert_eq!(at_least_one::<usize>("0"), Err("give a whole number from 1".to_owned()));
        assert_eq!(threads("100000"), Err("give a whole number from 1 to 1024".to_owned()));
        assert_eq!(share::<f32>("nan"), Err("give a number from 0 to 1".to_owned()));
        assert_eq!(seconds("-1"), Err("give a number of seconds above 0".to_owned()));
        assert_eq!((count("0"), share("0.5")), (Ok(0u64), Ok(0.5f64)));
    }
}
