//! Searches of M/M/c against Erlang's formulas: a part of the table in `results/sizing.csv`.

#[allow(dead_code, unreachable_pub, reason = "the example prints, the test only counts")]
#[path = "../../examples/sizing.rs"]
mod sizing;

use sizing::{CASES, Count, LEVEL, Target};

#[test]
fn the_answer_of_erlang_is_found() {
    const SEARCHES: u64 = 4;
    for case in CASES.into_iter().filter(|case| matches!(case, Target::Apart(_))) {
        // Other searches than those of the table.
        let count = case.count(1_000_000..1_000_000 + SEARCHES);
        assert_eq!(count, Count { right: SEARCHES, ..Count::default() }, "{:?}", case.conditions());
    }
}

#[test]
fn what_fails_is_not_called_met() {
    // Eight searches in which a design just fails. Each is wrong with a probability of at most 5 %,
    // so three wrong ones occur in one of 170 cases.
    let count = Target::Mean(6, 1.0).count(2_000_000..2_000_008);
    assert!(count.wrong <= 2, "{count:?}");
}

#[test]
fn the_committed_table_keeps_what_is_promised() {
    let table = crate::read("results/sizing.csv");
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let rows: Vec<Vec<String>> =
        reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
    assert_eq!(rows.len(), CASES.len());
    for (row, case) in rows.iter().zip(CASES) {
        let again = "make it again: cargo run --release --example sizing > results/sizing.csv";
        assert_eq!(row[..3], [case.conditions().join("; "), case.words(), case.right().to_string()], "{again}");
        let [searches, right, wrong] = [3, 4, 5].map(|cell| row[cell].parse::<f64>().unwrap());
        assert!(searches >= 100.0, "{row:?}");
        if matches!(case, Target::Apart(_)) {
            assert!(right >= 0.98 * searches && wrong == 0.0, "{row:?}");
        } else {
            assert!(wrong <= LEVEL * searches, "{row:?}");
        }
    }
}
