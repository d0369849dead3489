#![no_main]

#[path = "../check.rs"]
#[allow(dead_code)]
mod check;

// Without libFuzzer's panic hook, which ends the run also where the reader survives a parser's panic.
libfuzzer_sys::fuzz_target!(
    init: drop(std::panic::take_hook()),
    |data: &[u8]| check::docx(data)
);
