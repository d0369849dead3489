//! Every back end gives the bits of plain Rust. One that this processor lacks is reported as ignored.

use libtest_mimic::{Arguments, Failed, Trial};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use triplewire_kernels::{Attention, Backend, Kernels, LANES, Quantised, Then};

fn main() {
    let arguments = Arguments::from_args();
    let reference = Kernels::of(Backend::Reference).expect("plain Rust runs everywhere");
    let trials = Kernels::all()
        .into_iter()
        .filter(|(_, kernels)| kernels.is_none_or(|kernels| kernels.backend() != Backend::Reference))
        .flat_map(|(name, kernels)| {
            PROPERTIES.map(|(property, check)| match kernels {
                Some(kernels) => {
                    Trial::test(format!("{name}: {property}"), move || check(kernels, reference))
                }
                None => Trial::test(format!("{name}: {property}, but this processor lacks it"), || Ok(()))
                    .with_ignored_flag(true),
            })
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit();
}

type Check = fn(Kernels, Kernels) -> Result<(), Failed>;

const PROPERTIES: [(&str, Check); 4] = [
    ("rows in 8 bits", quantised),
    ("products", products),
    ("attention", attention),
    ("layer norm", layer_norm),
];

fn holds<S: Strategy>(
    values: S,
    property: impl Fn(S::Value) -> Result<(), TestCaseError>,
) -> Result<(), Failed> {
    let mut runner = TestRunner::new(Config { failure_persistence: None, cases: 100, ..Config::default() });
    runner.run(&values, property).map_err(|error| error.to_string().into())
}

/// Numbers of all sizes that a network has, made from a seed: a strategy for each of thousands would take far longer than
/// what is tested.
fn numbers(count: usize) -> impl Strategy<Value = Vec<f32>> {
    let size = prop_oneof![Just(0.0_f32), Just(1e-30), Just(1e-3), Just(1.0), Just(30.0), Just(1e6)];
    (size, any::<u64>()).prop_map(move |(size, seed)| {
        let number = |random: u64| match random >> 59 {
            0 => 0.0,
            1 => -0.0,
            2 => 0.5,
            _ => (random >> 32 & 0xff_ffff) as f32 / (1 << 23) as f32 - 1.0,
        };
        random(seed).take(count).map(|random| number(random) * size).collect()
    })
}

/// A matrix of weights: any, often at the ends, where sums of 16 bits would overflow; or some where they just do so or do not.
fn weights(inputs: usize, outputs: usize) -> impl Strategy<Value = Vec<i8>> {
    let any_weights = any::<u64>().prop_map(move |seed| {
        let weight = |random: u64| match random >> 62 {
            0 => i8::MIN,
            1 => i8::MAX,
            _ => (random >> 32) as i8,
        };
        random(seed).take(inputs * outputs).map(weight).collect()
    });
    let narrow = any::<u64>().prop_map(move |seed| {
        let mut weights = vec![0; inputs * outputs];
        let mut randoms = random(seed).map(|random| random >> 32);
        let mut next = |below: u64| randoms.next().map_or(0, |random| random % below);
        for (block, output) in (0..inputs / 8).flat_map(|block| (0..outputs).map(move |o| (block, o))) {
            for pair in [0, 2] {
                let mut left = if next(10_000) == 0 { 129 } else { 128 };
                for (number, i) in [0, 1, 4, 5].into_iter().enumerate() {
                    let size = if number == 3 { left } else { next(left + 1) }.min(128);
                    left -= size;
                    let sign = if next(2) == 0 && size < 128 { 1 } else { -1 };
                    weights[(block * 8 + pair + i) * outputs + output] = (size as i32 * sign) as i8;
                }
            }
        }
        weights
    });
    prop_oneof![any_weights, narrow]
}

/// Numbers of which the upper bits look random.
fn random(seed: u64) -> impl Iterator<Item = u64> {
    std::iter::successors(Some(seed), |state| {
        Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407))
    })
    .skip(1)
}

fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|number| number.to_bits()).collect()
}

fn quantised(kernels: Kernels, reference: Kernels) -> Result<(), Failed> {
    let rows = (0..5_usize, 1..9_usize)
        .prop_flat_map(|(count, blocks)| (numbers(count * blocks * LANES), weights(blocks * LANES, 1)));
    holds(rows, |(rows, matrix)| {
        let meant = |kernels: Kernels| {
            let mut quantised = Quantised::default();
            kernels.quantise(&rows, &kernels.weights(&matrix, &[1.0], &[0.0]), &mut quantised);
            quantised.meant()
        };
        prop_assert_eq!(bits(&meant(kernels)), bits(&meant(reference)));
        Ok(())
    })
}

fn products(kernels: Kernels, reference: Kernels) -> Result<(), Failed> {
    let sides = (0..60_usize, 1..10_usize, prop_oneof![1..150_usize, (1..9_usize).prop_map(|n| n * LANES)])
        .prop_flat_map(|(count, blocks, outputs)| {
            let inputs = blocks * LANES;
            let rows = prop_oneof![numbers(count * inputs), Just(vec![1.0; count * inputs])];
            (rows, weights(inputs, outputs), numbers(outputs), numbers(outputs), numbers(count * outputs))
        });
    holds(sides, |(rows, matrix, scales, bias, before)| {
        for then in [Then::Store, Then::Gelu, Then::Add] {
            let product = |kernels: Kernels| {
                let weights = kernels.weights(&matrix, &scales, &bias);
                let (mut left, mut out) = (Quantised::default(), before.clone());
                kernels.quantise(&rows, &weights, &mut left);
                kernels.product(&left, &weights, then, &mut out);
                out
            };
            prop_assert_eq!(bits(&product(kernels)), bits(&product(reference)), "{:?}", then);
        }
        let split = |kernels: Kernels| {
            let weights = kernels.weights(&matrix, &scales, &bias);
            let (mut left, mut out) = (Quantised::default(), before.clone());
            kernels.quantise(&rows, &weights, &mut left);
            kernels.split_product(&left, &weights, LANES, &mut out);
            out
        };
        if scales.len().is_multiple_of(LANES) {
            prop_assert_eq!(bits(&split(kernels)), bits(&split(reference)));
        }
        Ok(())
    })
}

fn attention(kernels: Kernels, reference: Kernels) -> Result<(), Failed> {
    let windows = (1..100_usize, 0..50_usize, 1..3_usize, 1..3_usize).prop_flat_map(
        |(first, second, heads, blocks)| {
            let size = blocks * 2 * LANES;
            (Just((first, second)), Just((heads, size)), numbers(3 * (first + second) * heads * size))
        },
    );
    holds(windows, |((first, second), (heads, size), projected)| {
        let attend = |kernels: Kernels| {
            // What a longer one leaves there does not disturb a shorter one.
            let mut scratch = Attention::default();
            let mut context = vec![f32::NAN; projected.len() / 3];
            let (before, behind) = context.split_at_mut(first * heads * size);
            kernels.attend(&projected, (heads, size), 0..first, &mut scratch, before);
            kernels.attend(&projected, (heads, size), first..first + second, &mut scratch, behind);
            context
        };
        prop_assert_eq!(bits(&attend(kernels)), bits(&attend(reference)));
        Ok(())
    })
}

fn layer_norm(kernels: Kernels, reference: Kernels) -> Result<(), Failed> {
    let rows = (0..4_usize, 1..9_usize).prop_flat_map(|(count, blocks)| {
        let width = blocks * LANES;
        (numbers(count * width), numbers(width), numbers(width), prop_oneof![Just(1e-12_f32), Just(1e-5)])
    });
    holds(rows, |(rows, weight, bias, epsilon)| {
        let norm = |kernels: Kernels| {
            let mut rows = rows.clone();
            kernels.layer_norm(&mut rows, &weight, &bias, epsilon);
            rows
        };
        prop_assert_eq!(bits(&norm(kernels)), bits(&norm(reference)));
        Ok(())
    })
}
