//! Memory that begins where a line of the cache does: a register of 64 bytes then never comes from two of them.

use crate::vectors::LANES;

/// A vector in memory.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C, align(64))]
pub(crate) struct Line(pub(crate) [i32; LANES]);

/// Room for numbers.
#[derive(Debug, Default)]
pub struct Buffer {
    values: Vec<f32>,
}

impl Buffer {
    /// Room for `count` numbers; what they are is not said.
    pub fn room(&mut self, count: usize) -> &mut [f32] {
        if self.values.len() < count + LANES {
            self.values.resize(count + LANES, 0.0);
        }
        // Where no such place is found, any will do.
        let start = self.values.as_ptr().align_offset(align_of::<Line>()).min(LANES);
        &mut self.values[start..start + count]
    }
}
