//! What the kernels are computed with, one for each kind of processor.

use std::fmt;
use std::str::FromStr;

use crate::vectors::Operation;

#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod reference;
#[cfg(target_arch = "x86_64")]
mod ymm;

#[cfg(target_arch = "x86_64")]
use avx512::Avx512;
#[cfg(target_arch = "aarch64")]
use neon::Neon;
use reference::Reference;
#[cfg(target_arch = "x86_64")]
use ymm::{Evex, Pairs, Vex, Ymm};

/// A kind of instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// AVX-512 with VNNI.
    Avx512,
    /// VNNI on 256 bits.
    AvxVnni,
    /// AVX2.
    Avx2,
    /// Arm with products of 8 bits.
    Neon,
    /// Plain Rust.
    Reference,
}

impl Backend {
    /// All there are, the fastest first.
    pub const ALL: [Backend; 5] =
        [Backend::Avx512, Backend::AvxVnni, Backend::Avx2, Backend::Neon, Backend::Reference];

    /// As it is asked for.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Backend::Avx512 => "avx512",
            Backend::AvxVnni => "avxvnni",
            Backend::Avx2 => "avx2",
            Backend::Neon => "neon",
            Backend::Reference => "reference",
        }
    }

    /// Those that this processor has, the fastest first.
    #[must_use]
    pub fn here() -> Vec<Backend> {
        let mut here: Vec<Backend> = Kernels::here().map(Kernels::backend).collect();
        here.dedup();
        here
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Backend::Avx512 => "AVX-512 VNNI",
            Backend::AvxVnni => "AVX-VNNI",
            Backend::Avx2 => "AVX2",
            Backend::Neon => "NEON",
            Backend::Reference => "plain Rust",
        })
    }
}

impl FromStr for Backend {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Backend::ALL.into_iter().find(|backend| backend.name() == name).ok_or(())
    }
}

/// The kernels with a back end that this processor has.
#[derive(Debug, Clone, Copy)]
pub struct Kernels(Implementation);

#[derive(Debug, Clone, Copy)]
enum Implementation {
    Reference(Reference),
    #[cfg(target_arch = "x86_64")]
    Avx2(Ymm<Pairs>),
    #[cfg(target_arch = "x86_64")]
    Vex(Ymm<Vex>),
    #[cfg(target_arch = "x86_64")]
    Evex(Ymm<Evex>),
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
    #[cfg(target_arch = "aarch64")]
    Neon(Neon<false>),
    #[cfg(target_arch = "aarch64")]
    NeonMixed(Neon<true>),
}

impl Kernels {
    /// The fastest on this processor.
    #[must_use]
    pub fn fastest() -> Self {
        Kernels::here().next().unwrap_or(Kernels(Implementation::Reference(Reference)))
    }

    /// With a back end, if the processor has it.
    #[must_use]
    pub fn of(backend: Backend) -> Option<Self> {
        Kernels::here().find(|kernels| kernels.backend() == backend)
    }

    /// All that run on this processor, the fastest first; a back end may be there twice.
    pub fn here() -> impl Iterator<Item = Self> {
        Kernels::all().into_iter().filter_map(|(_, kernels)| kernels)
    }

    /// All there are by the instructions that they multiply with, with those that run on this processor.
    #[must_use]
    pub fn all() -> [(&'static str, Option<Self>); 7] {
        #[cfg(target_arch = "x86_64")]
        let [avx512, vex, evex, avx2] = [
            Avx512::new().map(Implementation::Avx512),
            Ymm::<Vex>::new().map(Implementation::Vex),
            Ymm::<Evex>::new().map(Implementation::Evex),
            Ymm::<Pairs>::new().map(Implementation::Avx2),
        ];
        #[cfg(not(target_arch = "x86_64"))]
        let [avx512, vex, evex, avx2] = [None; 4];
        #[cfg(target_arch = "aarch64")]
        let [mixed, neon] = [
            Neon::<true>::new().map(Implementation::NeonMixed),
            Neon::<false>::new().map(Implementation::Neon),
        ];
        #[cfg(not(target_arch = "aarch64"))]
        let [mixed, neon] = [None; 2];
        [
            ("AVX-512 VNNI", avx512),
            ("AVX-VNNI", vex),
            ("AVX-512 VNNI on 256 bits", evex),
            ("AVX2", avx2),
            ("NEON with i8mm", mixed),
            ("NEON with dotprod", neon),
            ("plain Rust", Some(Implementation::Reference(Reference))),
        ]
        .map(|(name, implementation)| (name, implementation.map(Kernels)))
    }

    /// The back end.
    #[must_use]
    pub fn backend(self) -> Backend {
        match self.0 {
            Implementation::Reference(_) => Backend::Reference,
            #[cfg(target_arch = "x86_64")]
            Implementation::Avx2(_) => Backend::Avx2,
            #[cfg(target_arch = "x86_64")]
            Implementation::Vex(_) | Implementation::Evex(_) => Backend::AvxVnni,
            #[cfg(target_arch = "x86_64")]
            Implementation::Avx512(_) => Backend::Avx512,
            #[cfg(target_arch = "aarch64")]
            Implementation::Neon(_) | Implementation::NeonMixed(_) => Backend::Neon,
        }
    }

    pub(crate) fn run<O: Operation>(self, operation: O) -> O::Output {
        match self.0 {
            Implementation::Reference(v) => v.run(operation),
            #[cfg(target_arch = "x86_64")]
            Implementation::Avx2(v) => v.run(operation),
            #[cfg(target_arch = "x86_64")]
            Implementation::Vex(v) => v.run(operation),
            #[cfg(target_arch = "x86_64")]
            Implementation::Evex(v) => v.run(operation),
            #[cfg(target_arch = "x86_64")]
            Implementation::Avx512(v) => v.run(operation),
            #[cfg(target_arch = "aarch64")]
            Implementation::Neon(v) => v.run(operation),
            #[cfg(target_arch = "aarch64")]
            Implementation::NeonMixed(v) => v.run(operation),
        }
    }
}
