//! Articles on their way in and out: read ahead, taken in blocks, cut into batches for the model, delivered in order.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::delivery::Delivery;
use crate::error::Result;
use crate::input::Item;
use crate::timings::{Stage, measure};

/// Bytes of text after which a block is closed.
const BLOCK_BYTES: usize = 128 * 1024;

/// Padded tokens in one batch: large enough for full matrix products, small enough to stay in cache
/// and to share a long article among the workers.
const BATCH_TOKENS: usize = 1024;

/// An article whose batch has no more padded tokens is not split.
const LEAST_SPLIT: usize = 256;

/// Articles read ahead of the block that is being filled.
const READ_AHEAD: usize = 16;

/// How long a block that has something waits for more. A reader that is slower gets small blocks,
/// but its results at once.
const LINGER: Duration = Duration::from_millis(20);

/// How often a run that waits for input looks whether it should stop.
const POLL: Duration = Duration::from_millis(100);

/// Reads on a thread of its own, which is not joined: it may block on standard input.
pub(super) fn read_ahead(
    mut items: impl Iterator<Item = Item> + Send + 'static,
) -> (mpsc::Receiver<Item>, thread::JoinHandle<()>) {
    let (send, receive) = mpsc::sync_channel(READ_AHEAD);
    let reader = thread::spawn(move || {
        while let Some(item) = measure(Stage::Reading, || items.next()) {
            if send.send(item).is_err() {
                break;
            }
        }
    });
    (receive, reader)
}

/// What a problem counts for, so that a block of nothing else ends, too.
const PROBLEM_BYTES: usize = 1 << 10;

/// The next block; an empty one when there is no more, or when the run should stop.
pub(super) fn next_block(items: &mpsc::Receiver<Item>, stop: &AtomicBool) -> Vec<Item> {
    let mut block = Vec::new();
    let mut bytes = 0;
    while bytes < BLOCK_BYTES && !stop.load(Ordering::Relaxed) {
        let item = match items.recv_timeout(if block.is_empty() { POLL } else { LINGER }) {
            Ok(item) => item,
            Err(mpsc::RecvTimeoutError::Timeout) if block.is_empty() => continue,
            Err(mpsc::RecvTimeoutError::Timeout | mpsc::RecvTimeoutError::Disconnected) => break,
        };
        bytes += match &item {
            Item::Article(article) => article.text.len(),
            Item::Problem(_) => PROBLEM_BYTES,
        };
        block.push(item);
    }
    block
}

/// Indices of windows of these lengths, longest first, in batches of at most [`BATCH_TOKENS`] padded
/// tokens (a single longer window is a batch of its own). What fits into one batch, but is not tiny, becomes two, so
/// that two threads read a short article.
pub(super) fn batches(lengths: &[usize]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by_key(|&i| Reverse(lengths[i]));
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for i in order {
        match batches.last_mut() {
            Some(batch) if (batch.len() + 1) * lengths[batch[0]] <= BATCH_TOKENS => batch.push(i),
            _ => batches.push(vec![i]),
        }
    }
    let half = |batch: &[usize]| {
        let padded = |part: &[usize]| part.len() * lengths[part[0]];
        let longer = |&at: &usize| padded(&batch[..at]).max(padded(&batch[at..]));
        (1..batch.len()).min_by_key(longer).filter(|_| padded(batch) > LEAST_SPLIT)
    };
    if let [batch] = batches.as_mut_slice()
        && let Some(at) = half(batch)
    {
        let rest = batch.split_off(at);
        batches.push(rest);
    }
    batches
}

/// Hands blocks on in the order of their numbers, whatever the order they are finished in.
pub(super) fn deliver_in_order(
    blocks: mpsc::Receiver<(usize, Result<Vec<Delivery>>)>,
    permits: &mpsc::Receiver<()>,
    deliver: &mut impl FnMut(Delivery) -> Result<()>,
) -> Result<()> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    for (number, block) in blocks {
        early.insert(number, block);
        while let Some(block) = early.remove(&next) {
            block?.into_iter().try_for_each(&mut *deliver)?;
            let _ = permits.recv();
            next += 1;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Place, Problem};

    #[test]
    fn batches_hold_every_window_once_within_the_budget() {
        let lengths: Vec<usize> = (0..500).map(|i| 1 + (i * 37) % 128).collect();
        let batches = batches(&lengths);
        let mut seen: Vec<usize> = batches.iter().flatten().copied().collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..500).collect::<Vec<_>>());
        for batch in &batches {
            let width = batch.iter().map(|&i| lengths[i]).max().unwrap();
            assert!(width * batch.len() <= BATCH_TOKENS);
        }
    }

    #[test]
    fn a_short_article_is_two_batches() {
        assert_eq!(batches(&[100, 120, 100, 100]), [[1, 0], [2, 3]]);
        assert_eq!(batches(&[100, 100, 100, 100]), [[0, 1], [2, 3]]);
        assert_eq!(batches(&[100, 100]), [[0, 1]]);
        assert_eq!(batches(&[300]), [[0]]);
    }

    #[test]
    fn a_window_over_the_budget_is_a_batch_of_its_own() {
        assert_eq!(batches(&[BATCH_TOKENS + 1, 1]), vec![vec![0], vec![1]]);
    }

    #[test]
    fn blocks_are_delivered_in_order() {
        let (send, blocks) = mpsc::channel();
        let (take, permits) = mpsc::sync_channel(3);
        let problem = |n: usize| Delivery::Problem(Problem::mended(Place::file(n.to_string()), "", ""));
        for number in [2, 0, 1] {
            take.send(()).unwrap();
            send.send((number, Ok(vec![problem(number)]))).unwrap();
        }
        drop(send);
        let mut seen = Vec::new();
        let mut deliver = |delivery| {
            if let Delivery::Problem(problem) = delivery {
                seen.push(problem.place.to_string());
            }
            Ok(())
        };
        deliver_in_order(blocks, &permits, &mut deliver).unwrap();
        assert_eq!(seen, ["0", "1", "2"]);
    }
}
