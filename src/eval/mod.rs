//! Comparison with hand labels.
