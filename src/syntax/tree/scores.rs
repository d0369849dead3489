//! What is done with a row of scores.

/// The index of the highest score among those that may be; the first of equals.
pub(super) fn best(scores: &[f32], may_be: impl Fn(usize) -> bool) -> Option<usize> {
    let mut best: Option<usize> = None;
    for (i, &score) in scores.iter().enumerate() {
        if best.is_none_or(|best| score > scores[best]) && may_be(i) {
            best = Some(i);
        }
    }
    best
}

/// The logarithm of the sum of the exponentials.
pub(super) fn log_sum(scores: impl Iterator<Item = f32> + Clone) -> f32 {
    let top = scores.clone().fold(f32::NEG_INFINITY, f32::max);
    top + libm::logf(scores.map(|score| libm::expf(score - top)).sum::<f32>())
}
