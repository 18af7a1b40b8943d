//! Verdicts keep their level where jobs do not end: a hundredth of the table in
//! `results/verdicts.csv`.

#[allow(dead_code, unreachable_pub, reason = "the example prints, the test only counts")]
#[path = "../../examples/verdicts.rs"]
pub(crate) mod verdicts;

use rayon::prelude::*;

use verdicts::{EVENTS, Event, KINDS, LEVEL};

#[test]
fn verdicts_on_jobs_that_do_not_end_keep_the_level() {
    const TRIALS: u64 = 10;
    // Other trials than those of the table.
    let counts: Vec<_> = KINDS.par_iter().map(|kind| (kind, kind.count(1_000_000..1_000_000 + TRIALS))).collect();
    let (mut all, mut chances) = (0, 0);
    for (kind, counts) in counts {
        for (event, [errors, undecided]) in EVENTS.iter().zip(counts) {
            // Of ten trials, four errors occur in one of a thousand cases at most.
            assert!(errors < 4, "{:?}: {errors} of {TRIALS}", event.words(kind));
            (all, chances) = (all + errors, chances + TRIALS);
            if kind.is_answered() && *event == Event::Met {
                assert!(undecided <= TRIALS / 2, "{:?}: {undecided} of {TRIALS} without an answer", event.words(kind));
            }
        }
    }
    let expected = LEVEL * chances as f64;
    assert!(all as f64 <= expected, "{all} errors in {chances} verdicts");
}

#[test]
fn the_committed_table_of_verdicts_keeps_the_level() {
    let table = crate::read("results/verdicts.csv");
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let rows: Vec<Vec<String>> =
        reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
    assert_eq!(rows.len(), KINDS.len() * EVENTS.len());
    let cases = KINDS.iter().flat_map(|kind| EVENTS.iter().map(move |event| (kind, event)));
    for (row, (kind, event)) in rows.iter().zip(cases) {
        let again = "make it again: cargo run --release --example verdicts > results/verdicts.csv";
        assert_eq!((row[0].as_str(), &row[1..4]), (kind.name, &event.words(kind)[..]), "{again}");
        let [trials, errors, undecided] = [4, 5, 6].map(|cell| row[cell].parse::<f64>().unwrap());
        assert!(trials >= kind.trials() as f64);
        let most = LEVEL * trials + 3.0 * (LEVEL * (1.0 - LEVEL) * trials).sqrt();
        assert!(errors <= most, "{row:?}");
        if kind.is_answered() && *event == Event::Met {
            assert!(undecided <= 0.2 * trials, "{row:?}");
        }
    }
}
