//! Products of a dense matrix with a vector of which many numbers are zero.

/// Columns that are added at once, so that the sum is fetched and stored less often.
const AT_ONCE: usize = 4;

/// Adds to `sum` the columns of a matrix, each times its input. `columns` has one column after the other, each as long
/// as `sum`. Sums are made in the order of the columns, without fused products, so that they are the same on every
/// processor.
pub fn add_columns(columns: &[f32], inputs: &[f32], sum: &mut [f32]) {
    assert_eq!(columns.len(), inputs.len() * sum.len());
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        /// The compiler makes more of the same loop.
        #[target_feature(enable = "avx2")]
        fn with_avx2(columns: &[f32], inputs: &[f32], sum: &mut [f32]) {
            add_columns_to(columns, inputs, sum);
        }
        // SAFETY: the processor has it.
        return unsafe { with_avx2(columns, inputs, sum) };
    }
    add_columns_to(columns, inputs, sum);
}

#[inline(always)]
fn add_columns_to(columns: &[f32], inputs: &[f32], sum: &mut [f32]) {
    let length = sum.len();
    let mut held: [(&[f32], f32); AT_ONCE] = [(&[], 0.0); AT_ONCE];
    let mut count = 0;
    for (column, &input) in columns.chunks_exact(length.max(1)).zip(inputs) {
        if input == 0.0 {
            continue;
        }
        held[count] = (column, input);
        count += 1;
        if count == AT_ONCE {
            let [(a, x), (b, y), (c, z), (d, w)] = held.map(|(column, input)| (&column[..length], input));
            for i in 0..length {
                sum[i] = sum[i] + x * a[i] + y * b[i] + z * c[i] + w * d[i];
            }
            count = 0;
        }
    }
    for (column, input) in &held[..count] {
        sum.iter_mut().zip(*column).for_each(|(sum, weight)| *sum += input * weight);
    }
}
