//! Keys: numbers for everything that a pattern can ask of a sentence.

/// The numbers of words first, then those of lists, of numbers and of names by type and form.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Keys {
    pub(crate) words: u32,
    pub(crate) lists: u32,
}

impl Keys {
    /// A word or punctuation mark.
    pub(crate) fn word(self, word: u32) -> Option<u32> {
        (word < self.words).then_some(word)
    }

    /// An entry of a list.
    pub(crate) fn list(self, list: u32) -> u32 {
        self.words + list
    }

    /// A number.
    pub(crate) fn number(self) -> u32 {
        self.list(self.lists)
    }

    /// A name of a type and form.
    pub(crate) fn name(self, letter: u8, form: u8) -> u32 {
        let index = "POLMD".bytes().position(|l| l == letter).unwrap_or(0) as u32;
        self.number() + 1 + index * 2 + u32::from(form == b'a')
    }

    /// How many there are.
    pub(crate) fn count(self) -> usize {
        self.number() as usize + 11
    }
}

/// Keys that a sentence has.
pub(crate) struct KeySet {
    bits: Vec<u64>,
    in_order: Vec<u32>,
}

impl KeySet {
    /// The empty set of some of `keys`.
    pub(crate) fn of(keys: Keys) -> Self {
        KeySet { bits: vec![0; keys.count().div_ceil(64)], in_order: Vec::new() }
    }

    pub(crate) fn add(&mut self, key: u32) {
        let (word, bit) = (key as usize / 64, 1 << (key % 64));
        if self.bits[word] & bit == 0 {
            self.bits[word] |= bit;
            self.in_order.push(key);
        }
    }

    pub(crate) fn has(&self, key: u32) -> bool {
        self.bits[key as usize / 64] & 1 << (key % 64) != 0
    }

    /// Its keys in the order in which they were added.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.in_order.iter().copied()
    }
}
