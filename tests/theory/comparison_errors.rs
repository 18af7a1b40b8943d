//! Verdicts and gates keep their error rate on simulated alternatives: a part of the table in
//! `results/error-rates.csv`.

#[allow(dead_code, unreachable_pub, reason = "the example prints, the test only counts")]
#[path = "../../examples/error_rates.rs"]
mod error_rates;

use error_rates::{CASES, LEVEL};

#[test]
fn error_rate_and_power_of_comparisons() {
    const COMPARISONS: u64 = 12;
    let (mut errors, mut chances) = (0, 0);
    for case in CASES {
        // Other comparisons than those of the table.
        let count = case.count(1_000_000..1_000_000 + COMPARISONS);
        if case.is_error {
            (errors, chances) = (errors + count, chances + COMPARISONS);
        } else {
            assert!(count * 10 >= COMPARISONS * 7, "{:?}: only {count} of {COMPARISONS}", case.words());
        }
    }
    let expected = LEVEL * chances as f64;
    let most = expected + 3.0 * (expected * (1.0 - LEVEL)).sqrt();
    assert!(errors as f64 <= most, "{errors} errors in {chances} comparisons");
}

#[test]
fn the_committed_table_keeps_the_level() {
    let table = crate::read("results/error-rates.csv");
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let rows: Vec<Vec<String>> =
        reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
    assert_eq!(rows.len(), CASES.len());
    for (row, case) in rows.iter().zip(CASES) {
        assert_eq!(
            row[..3],
            case.words(),
            "make it again: cargo run --release --example error_rates > results/error-rates.csv"
        );
        let (comparisons, count): (f64, f64) = (row[4].parse().unwrap(), row[5].parse().unwrap());
        assert!(comparisons >= 1_000.0);
        let most = LEVEL * comparisons + 3.0 * (LEVEL * (1.0 - LEVEL) * comparisons).sqrt();
        let is_right = if case.is_error { count <= most } else { count >= 0.9 * comparisons };
        assert!(is_right, "{row:?}");
    }
}
