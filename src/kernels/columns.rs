//! Products of a dense matrix with a vector of which most numbers are zero.

/// Adds to `sum` the columns of a matrix, each times its input. `columns` has one column after the other, each as long
/// as `sum`. Sums are made in the order of the columns, without fused products, so that they are the same on every
/// processor.
pub fn add_columns(columns: &[f32], inputs: &[f32], sum: &mut [f32]) {
    assert_eq!(columns.len(), inputs.len() * sum.len());
    for (column, &input) in columns.chunks_exact(sum.len().max(1)).zip(inputs) {
        if input != 0.0 {
            sum.iter_mut().zip(column).for_each(|(sum, weight)| *sum += input * weight);
        }
    }
}
