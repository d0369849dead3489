//! Memory that begins where a line of the cache does: a register of 64 bytes then never comes from two of them.

use crate::vectors::LANES;

/// A vector in memory.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C, align(64))]
pub(crate) struct Line(pub(crate) [i32; LANES]);

/// Aligned memory for numbers, used again and again.
#[derive(Debug, Default)]
pub struct Buffer {
    values: Vec<f32>,
}

impl Buffer {
    /// Space for `count` numbers. What is in it is left from the last use.
    pub fn of_length(&mut self, count: usize) -> &mut [f32] {
        if self.values.len() < count + LANES {
            self.values.resize(count + LANES, 0.0);
        }
        // If there is no aligned place, the numbers are as right at any other, only slower.
        let start = self.values.as_ptr().align_offset(align_of::<Line>()).min(LANES);
        &mut self.values[start..start + count]
    }
}
