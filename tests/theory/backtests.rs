//! Backtests of known systems: a right model is seldom rejected, and wrong ones are found. A part
//! of the table in `results/backtest.csv`.

#[allow(dead_code, unreachable_pub, reason = "the example prints, the test only counts")]
#[path = "../../examples/backtest.rs"]
mod backtest;

use backtest::{MOST_FALSE_ALARMS, cases};

#[test]
fn right_models_are_seldom_rejected() {
    const TRIALS: u64 = 6;
    let (mut rejected, mut trials) = (0, 0);
    for case in cases().into_iter().filter(|case| case.fault.is_none()) {
        // Other histories than those of the table.
        let counts = case.count(500_000..500_000 + TRIALS);
        assert!(counts.does_not <= 3, "{}: {counts:?}", case.truth);
        (rejected, trials) = (rejected + counts.does_not, trials + TRIALS);
    }
    let expected = MOST_FALSE_ALARMS * trials as f64;
    assert!(rejected as f64 <= expected + 3.0 * expected.sqrt(), "{rejected} of {trials}");
}

#[test]
fn wrong_numbers_of_workers_are_found() {
    for case in cases().into_iter().filter(|case| case.fault.is_some_and(|fault| fault.contains("a worker"))) {
        let counts = case.count(500_000..500_002);
        assert!(counts.trace_does_not == 2, "{}, {:?}: {counts:?}", case.truth, case.fault);
    }
}

#[test]
fn the_committed_table_of_backtests_keeps_what_is_promised() {
    let table = crate::read("results/backtest.csv");
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let rows: Vec<Vec<String>> =
        reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
    let cases = cases();
    let again = "make it again: cargo run --release --example backtest > results/backtest.csv";
    assert!(rows.iter().map(|row| &row[0]).eq(cases.iter().map(|case| &case.truth)), "{again}");
    for (row, case) in rows.iter().zip(cases) {
        let [trials, does_not] = [2, 5].map(|column: usize| row[column].parse::<f64>().unwrap());
        if case.fault.is_none() {
            assert!(trials >= 1_000.0 && does_not <= MOST_FALSE_ALARMS * trials, "{row:?}");
        }
    }
}
