//! The readers that `cargo fuzz` attacks, on a stable toolchain: every file of the corpora, and
//! random changes of each. None may panic.

use std::fs;
use std::path::Path;

use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};

use crate::random_cases::random_cases;

#[path = "../../fuzz/targets.rs"]
mod targets;

/// Cuts, repeats, swaps and changes bytes, mostly to such that mean something in texts.
fn change(bytes: &mut Vec<u8>, random: &mut TestRng) {
    const WORDS: [&[u8]; 16] = [
        b"0",
        b"-1",
        b"9223372036854775808",
        b"1e308",
        b"nan",
        b"\"",
        b"\n",
        b",",
        b"=",
        b"{",
        b"}",
        b"[",
        b"\0",
        b"\xff",
        "\u{feff}".as_bytes(),
        "\u{202e}".as_bytes(),
    ];
    let mut below = |end: usize| (random.next_u64() % end.max(1) as u64) as usize;
    let (at, other) = (below(bytes.len()), below(bytes.len()));
    let (start, end) = (at.min(other), at.max(other));
    match below(5) {
        0 => drop(bytes.drain(start..end)),
        1 => bytes.splice(at..at, bytes[start..end].to_vec()).for_each(drop),
        2 if !bytes.is_empty() => bytes.swap(at, other),
        3 if !bytes.is_empty() => bytes[at] ^= 1 << below(8),
        _ => bytes.splice(at..at, WORDS[below(WORDS.len())].iter().copied()).for_each(drop),
    }
}

#[test]
fn readers_survive_the_corpora_and_changes_of_them() {
    let mut random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    for (name, target) in targets::ALL {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
        let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert!(!files.is_empty(), "{name} has no corpus");
        for file in files {
            let seed = fs::read(&file).unwrap();
            target(&seed);
            for _ in 0..random_cases(60, 0).cases {
                let mut bytes = seed.clone();
                (0..=random.next_u32() % 4).for_each(|_| change(&mut bytes, &mut random));
                target(&bytes);
            }
        }
    }
}
