//! Random cases: their number, and a fixed seed, so that every run has the same ones.

use proptest::test_runner::{Config, RngSeed};

/// A number of cases, which the quick tier divides by `CLAIMSIM_CASES`.
pub(crate) fn random_cases(cases: u32, seed: u64) -> Config {
    let divisor: u32 =
        std::env::var("CLAIMSIM_CASES").map_or(1, |text| text.parse().expect("CLAIMSIM_CASES is a number above 0"));
    Config {
        cases: cases.div_ceil(divisor),
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..Config::default()
    }
}
