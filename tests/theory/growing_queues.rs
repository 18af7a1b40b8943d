//! The test of a queue that grows: it seldom reports a stable queue, and finds an overload. A
//! hundredth of the table in `results/growth.csv`.

#[allow(dead_code, unreachable_pub, reason = "the example prints, the test only counts")]
#[path = "../../examples/growth.rs"]
mod growth;

use growth::{MOST_FALSE_ALARMS, cases};

/// The least share of runs in which a load of 1.5 is found; a load of 1.1 is found in less of them.
const LEAST_FOUND: f64 = 0.9;

#[test]
fn stable_queues_are_seldom_reported_to_grow() {
    const RUNS: u64 = 10;
    let (mut reported, mut runs) = (0, 0);
    for case in cases() {
        // Other runs than those of the table.
        let count = case.count(1_000_000..1_000_000 + RUNS);
        if case.grows {
            assert!(!case.name.ends_with("1.5") || count as f64 >= LEAST_FOUND * RUNS as f64, "{}: {count}", case.name);
        } else {
            assert!(count <= 2, "{}: {count} of {RUNS}", case.name);
            (reported, runs) = (reported + count, runs + RUNS);
        }
    }
    let expected = MOST_FALSE_ALARMS * runs as f64;
    assert!(reported as f64 <= expected + 3.0 * expected.sqrt(), "{reported} of {runs}");
}

#[test]
fn the_committed_table_of_growth_keeps_what_is_promised() {
    let table = crate::read("results/growth.csv");
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let rows: Vec<Vec<String>> =
        reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
    let cases = cases();
    let again = "make it again: cargo run --release --example growth > results/growth.csv";
    assert!(rows.iter().map(|row| &row[0]).eq(cases.iter().map(|case| &case.name)), "{again}");
    for (row, case) in rows.iter().zip(cases) {
        let [runs, share] = [3, 5].map(|cell| row[cell].parse::<f64>().unwrap());
        assert!(runs >= 1_000.0);
        assert!(if case.grows { share >= 0.5 } else { share <= MOST_FALSE_ALARMS }, "{row:?}");
    }
}
