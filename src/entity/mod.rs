//! From mentions to real-world entities.

mod mention;
mod names;

pub use mention::{Entity, EntityType, Mention, Origin};
pub use names::{Aliases, Names, resolve};
