//! From a result folder to the files of other tools. [`result`] reads it.

pub mod result;
#[cfg(test)]
mod sample;
