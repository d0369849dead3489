//! Plain Rust against loops as a schoolbook has them. That all back ends give the same bits is looked at in
//! `tests/backends.rs`.

use crate::{Attention, Backend, Kernels, Quantised, Then, add_columns, scalar_products};

fn reference() -> Kernels {
    Kernels::of(Backend::Reference).unwrap()
}

/// Numbers from -1 to 1 that look random.
fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let next = |state: &mut u32| {
        *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Some((*state >> 8) as f32 / (1 << 23) as f32 - 1.0)
    };
    std::iter::repeat_n((), count).scan(seed, |state, ()| next(state)).collect()
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn rows_in_int8_are_half_a_step_off() {
    let kernels = reference();
    let mut rows = numbers(7 * 32, 1);
    rows[..32].fill(0.0);
    rows[32..64].iter_mut().for_each(|x| *x = x.abs() * 1000.0);
    let mut quantised = Quantised::default();
    let weights = kernels.weights(&[1; 32], &[1.0], &[0.0]);
    kernels.quantise(&rows, &weights, &mut quantised);
    for (row, (expected, found)) in rows.chunks(32).zip(quantised.meant().chunks(32)).enumerate() {
        let step = quantised.scales[row];
        assert!(largest_difference(expected, found) <= 0.51 * step, "row {row}: {expected:?} {found:?}");
    }
}

#[test]
fn products_are_those_of_the_schoolbook() {
    let kernels = reference();
    for (count, inputs, outputs) in
        [(1, 16, 9), (2, 32, 64), (5, 64, 80), (6, 48, 128), (13, 384, 9), (101, 32, 64)]
    {
        let weights: Vec<i8> = numbers(inputs * outputs, 2).iter().map(|x| (x * 127.0) as i8).collect();
        let (scales, bias) = (numbers(outputs, 3), numbers(outputs, 4));
        let packed = kernels.weights(&weights, &scales, &bias);
        let mut rows = Quantised::default();
        kernels.quantise(&numbers(count * inputs, 5), &packed, &mut rows);
        let rows_meant = rows.meant();
        let before = numbers(count * outputs, 6);
        let plain: Vec<f64> = (0..count * outputs)
            .map(|i| {
                let (row, column) = (i / outputs, i % outputs);
                let term = |k: usize| {
                    f64::from(rows_meant[row * inputs + k]) * f64::from(weights[k * outputs + column])
                };
                (0..inputs).map(term).sum::<f64>() * f64::from(scales[column]) + f64::from(bias[column])
            })
            .collect();
        if outputs.is_multiple_of(16) {
            let mut split = before.clone();
            kernels.split_product(&rows, &packed, 16, &mut split);
            let mut whole = before.clone();
            kernels.product(&rows, &packed, Then::Store, &mut whole);
            for (i, number) in split.iter().enumerate() {
                let (part, row, column) = (i / (16 * count), i / 16 % count, i % 16);
                assert_eq!(*number, whole[row * outputs + part * 16 + column]);
            }
        }
        for then in [Then::Store, Then::Add, Then::Gelu] {
            let expected: Vec<f32> = plain
                .iter()
                .zip(&before)
                .map(|(&x, &before)| match then {
                    Then::Store => x as f32,
                    Then::Add => x as f32 + before,
                    Then::Gelu => (x * phi(x.clamp(-8.0, 8.0))) as f32,
                })
                .collect();
            let mut out = before.clone();
            kernels.product(&rows, &packed, then, &mut out);
            let largest = expected.iter().fold(1.0_f32, |largest, x| largest.max(x.abs()));
            let difference = largest_difference(&expected, &out) / largest;
            let tolerance = if then == Then::Gelu { 2e-4 } else { 1e-5 };
            assert!(difference < tolerance, "{count} x {inputs} x {outputs}, {then:?}: {difference}");
        }
    }
}

#[test]
fn attention_is_that_of_the_schoolbook() {
    let kernels = reference();
    // What one leaves there does not disturb the next.
    let mut scratch = Attention::default();
    for (all, window, heads, size) in
        [(130, 1..129, 2, 64), (1, 0..1, 1, 32), (9, 4..9, 2, 32), (12, 0..12, 1, 64), (40, 7..40, 3, 32)]
    {
        let projected: Vec<f32> = numbers(all * 3 * heads * size, 7).iter().map(|x| x * 2.0).collect();
        let count = window.len();
        let mut context = vec![f32::NAN; count * heads * size];
        kernels.attend(&projected, (heads, size), window.clone(), &mut scratch, &mut context);
        let part = |token: usize, part: usize, head: usize| {
            &projected[((part * heads + head) * all + window.start + token) * size..][..size]
        };
        let mut expected = Vec::new();
        for token in 0..count {
            for head in 0..heads {
                let score = |other: usize| {
                    let terms = part(token, 0, head).iter().zip(part(other, 1, head));
                    (terms.map(|(a, b)| a * b).sum::<f32>() / (size as f32).sqrt()).exp()
                };
                let all: f32 = (0..count).map(score).sum();
                let value = |i: usize| {
                    (0..count).map(|other| score(other) * part(other, 2, head)[i]).sum::<f32>() / all
                };
                expected.extend((0..size).map(value));
            }
        }
        let difference = largest_difference(&expected, &context);
        assert!(difference < 0.03, "{count} tokens, {heads} x {size}: {difference}");
    }
    kernels.attend(&[], (1, 32), 0..0, &mut scratch, &mut []);
}

#[test]
fn layer_norm_is_that_of_the_schoolbook() {
    let kernels = reference();
    let (before, weight, bias) = (numbers(2 * 48, 11), numbers(48, 12), numbers(48, 13));
    let mut rows = before.clone();
    kernels.layer_norm(&mut rows, &weight, &bias, 1e-12);
    for (before, after) in before.chunks(48).zip(rows.chunks(48)) {
        let mean = before.iter().sum::<f32>() / 48.0;
        let variance = before.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / 48.0;
        for i in 0..48 {
            let expected = (before[i] - mean) / variance.sqrt() * weight[i] + bias[i];
            assert!((after[i] - expected).abs() < 1e-4);
        }
    }
}

/// Φ by Simpson's rule, exact to ten digits from -8 to 8.
fn phi(x: f64) -> f64 {
    const STEPS: u32 = 200;
    let density = |x: f64| (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let step = x / f64::from(STEPS);
    let weight = |i: u32| match i {
        0 | STEPS => 1.0,
        i if i % 2 == 1 => 4.0,
        _ => 2.0,
    };
    0.5 + (0..=STEPS).map(|i| weight(i) * density(f64::from(i) * step)).sum::<f64>() * step / 3.0
}

#[test]
fn back_ends_are_known_by_their_names() {
    for backend in Backend::ALL {
        assert_eq!(backend.name().parse(), Ok(backend));
        assert_eq!(Kernels::of(backend).map(Kernels::backend), Kernels::of(backend).map(|_| backend));
    }
    assert_eq!("avx1024".parse::<Backend>(), Err(()));
    assert_eq!(Backend::here().last(), Some(&Backend::Reference));
    assert_eq!(Backend::here()[0], Kernels::fastest().backend());
}

#[test]
fn scalar_products_are_those_of_the_schoolbook() {
    for length in [1, 15, 16, 17, 128, 130] {
        let (row, rows) = (numbers(length, 1), numbers(5 * length, 2));
        let mut products = vec![7.0];
        scalar_products(&row, &rows, 0.5, &mut products);
        assert_eq!((products.len(), products[0]), (6, 7.0));
        for (product, other) in products[1..].iter().zip(rows.chunks(length)) {
            let expected: f64 = row.iter().zip(other).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            assert!((f64::from(*product) - expected / 2.0).abs() < 1e-5, "{length}: {product}");
        }
    }
}

/// What all back ends agree on here, all processors agree on.
#[test]
fn bits_are_those_of_every_processor() {
    let kernels = Kernels::fastest();
    let (tokens, heads, size) = (37, 2, 32);
    let (hidden, inner) = (heads * size, 80);
    let weights = |inputs: usize, outputs: usize, seed: u32| {
        let weights: Vec<i8> = numbers(inputs * outputs, seed).iter().map(|x| (x * 128.0) as i8).collect();
        let scales: Vec<f32> = numbers(outputs, seed + 1).iter().map(|x| 0.01 + x * 0.005).collect();
        kernels.weights(&weights, &scales, &numbers(outputs, seed + 2))
    };
    let mut states = numbers(tokens * hidden, 20);
    let mut rows = Quantised::default();
    let projection = weights(hidden, 3 * hidden, 21);
    kernels.quantise(&states, &projection, &mut rows);
    let mut projected = vec![0.0; tokens * 3 * hidden];
    kernels.split_product(&rows, &projection, size, &mut projected);
    let mut context = vec![0.0; tokens * hidden];
    kernels.attend(&projected, (heads, size), 0..tokens, &mut Attention::default(), &mut context);
    let (up, down) = (weights(hidden, inner, 24), weights(inner, hidden, 27));
    kernels.quantise(&context, &up, &mut rows);
    let mut middle = vec![0.0; tokens * inner];
    kernels.product(&rows, &up, Then::Gelu, &mut middle);
    kernels.quantise(&middle, &down, &mut rows);
    kernels.product(&rows, &down, Then::Add, &mut states);
    kernels.layer_norm(&mut states, &numbers(hidden, 30), &numbers(hidden, 31), 1e-12);
    // FNV-1a.
    let hash =
        states.iter().flat_map(|number| number.to_le_bytes()).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3_u64)
        });
    assert_eq!(hash, 0xd7f6_285a_cef8_2d8b, "{hash:#x}");
}

#[test]
fn columns_are_added_in_their_order() {
    let (rows, inputs) = (21, [0.5, 0.0, -1.5, 1e-8]);
    let columns = numbers(rows * inputs.len(), 11);
    let mut sum = numbers(rows, 12);
    let expected: Vec<f32> = sum
        .iter()
        .enumerate()
        .map(|(row, &start)| {
            inputs.iter().enumerate().fold(start, |sum, (i, input)| sum + input * columns[i * rows + row])
        })
        .collect();
    add_columns(&columns, &inputs, &mut sum);
    assert_eq!(sum, expected);
    add_columns(&[], &inputs, &mut []);
}

#[test]
fn columns_are_added_one_after_the_other() {
    for (count, length) in [(1, 1), (3, 5), (4, 16), (9, 31), (128, 256)] {
        let columns = numbers(count * length, 13);
        let mut inputs = numbers(count, 14);
        inputs.iter_mut().skip(1).step_by(3).for_each(|input| *input = 0.0);
        let mut sum = numbers(length, 15);
        let mut expected = sum.clone();
        for (column, input) in columns.chunks_exact(length).zip(&inputs) {
            expected.iter_mut().zip(column).for_each(|(sum, weight)| *sum += input * weight);
        }
        add_columns(&columns, &inputs, &mut sum);
        assert!(sum.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits()), "{count} {length}");
    }
}
