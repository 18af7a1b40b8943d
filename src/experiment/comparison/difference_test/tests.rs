//! Decisions keep their level and find true differences: thousands of comparisons of normal values
//! whose truth is known.

use super::*;
use crate::comparison::criteria::gate_sample;
use crate::expression::Condition;
use crate::random::stream::{Purpose, Stream, Streams};
use crate::stats::CensoredValue;
use crate::stats::bound_test::{BoundStatus, SequentialBounds};
use crate::stats::interim_looks::InterimLooks;

/// The alternatives of a synthetic comparison. The baseline's values have mean 10 and standard
/// deviation 1.
struct Truth {
    /// By alternative: its mean minus the baseline's.
    shifts: &'static [f64],
    /// The correlation of an alternative's values with the baseline's.
    correlation: f64,
    judged: &'static [&'static str],
    margin: Option<&'static str>,
    gates: &'static [&'static str],
}

/// The decisions of a comparison, alternative by alternative.
struct Decisions {
    verdicts: Vec<Verdict>,
    gates: Vec<BoundStatus>,
    replications: u32,
}

const LEVEL: f64 = 0.05;

/// One comparison with looks at 5 to 80 replications. All judged measures of an alternative are
/// independent.
fn compare(truth: &Truth, seed: u64) -> Decisions {
    let criteria = ComparisonCriteria {
        baseline: 0,
        judged: truth.judged.iter().map(|text| text.parse().unwrap()).collect(),
        margin: truth.margin.map(|text| text.parse().unwrap()),
        gates: truth.gates.iter().map(|text| text.parse::<Condition>().unwrap()).collect(),
        level: LEVEL,
        looks: InterimLooks::doubling(5, 80),
        awaits_judged: true,
    };
    let measures = truth.judged.len().max(1);
    let mut streams: Vec<Stream> =
        (0..measures as u64).map(|measure| Streams::new(seed, measure).stream(Purpose::Service, "truth")).collect();
    let mut tests = DifferenceTests::new(&criteria, truth.shifts.len());
    let bounds = truth.shifts.len() * criteria.gates.len();
    let mut gates = SequentialBounds::new(bounds, criteria.looks.share_of(LEVEL));
    // By measure: the baseline's values, and those of each alternative.
    let mut values = vec![vec![Vec::new(); truth.shifts.len() + 1]; measures];
    let own = (1.0 - truth.correlation * truth.correlation).sqrt();
    let mut looks = 0;
    while let Some(replications) = criteria.looks.get(looks) {
        looks += 1;
        for (values, stream) in values.iter_mut().zip(&mut streams) {
            while values[0].len() < replications as usize {
                let common = stream.normal();
                values[0].push(Some(CensoredValue::exact(10.0 + common)));
                for (values, shift) in values[1..].iter_mut().zip(truth.shifts) {
                    values.push(Some(CensoredValue::exact(
                        10.0 + shift + truth.correlation * common + own * stream.normal(),
                    )));
                }
            }
        }
        let alternatives = 1..=truth.shifts.len();
        let pair = |quantity, of: &Vec<Vec<Option<CensoredValue>>>, alternative: usize| JudgedPair {
            quantity,
            paired: Paired::of(&of[0], &of[alternative]),
            parts: 1.0,
            is_blind: false,
            leaves_too_many: [false, false],
            is_identical: false,
        };
        let judged = |alternative| criteria.judged.iter().zip(&values).map(move |(q, of)| pair(q, of, alternative));
        tests.look(replications, &alternatives.clone().flat_map(judged).collect::<Vec<_>>(), criteria.margin);
        let of = &values[0];
        let gate = |other: usize| criteria.gates.iter().map(move |gate| gate_sample(gate, &of[0], &of[other]));
        gates.look(replications, &alternatives.flat_map(gate).collect::<Vec<_>>());
        if tests.is_decided() && gates.is_decided() {
            break;
        }
    }
    let rows = truth.shifts.len() * truth.judged.len();
    let replications = values[0][0].len() as u32;
    Decisions {
        verdicts: (0..rows).map(|row| tests.result(row).verdict).collect(),
        gates: (0..bounds).map(|gate| gates.status(gate)).collect(),
        replications,
    }
}

/// The number of comparisons in which something happens.
fn count(truth: &Truth, comparisons: u64, seed: u64, happens: impl Fn(&Decisions) -> bool) -> u64 {
    (0..comparisons).filter(|comparison| happens(&compare(truth, seed * 1_000_000 + comparison))).count() as u64
}

/// Fails if the count is larger than chance allows at the level.
fn assert_within_level(count: u64, comparisons: u64) {
    let expected = LEVEL * comparisons as f64;
    let most = expected + 3.0 * (expected * (1.0 - LEVEL)).sqrt();
    assert!(count as f64 <= most, "{count} of {comparisons} are wrong: more than {most:.0} by chance");
}

fn is_difference(verdict: Verdict) -> bool {
    !matches!(verdict, Verdict::NoDifferenceShown | Verdict::Equivalent)
}

const WAITS: &[&str] = &["mean(wait)", "p95(wait)", "p99(wait)"];

#[test]
fn alternatives_equal_in_law_are_judged_different_no_more_often_than_the_level() {
    for (seed, correlation) in [(1, 0.0), (2, 0.9)] {
        let truth = Truth { shifts: &[0.0, 0.0], correlation, judged: WAITS, margin: None, gates: &[] };
        let wrong =
            count(&truth, 1_000, seed, |decisions| decisions.verdicts.iter().any(|verdict| is_difference(*verdict)));
        assert_within_level(wrong, 1_000);
        // The share is near the level, not near nothing: Bonferroni over five looks wastes half of
        // it.
        assert!(wrong >= 10, "{wrong}");
    }
}

#[test]
fn stopping_at_the_first_significant_look_would_not_keep_the_level() {
    // The test above would notice: the same looks, each at the whole level.
    let mut wrong = 0;
    for seed in 0..1_000 {
        let mut stream = Streams::new(seed, 0).stream(Purpose::Service, "naive");
        let mut differences = Vec::new();
        wrong += u64::from([5, 10, 20, 40, 80].into_iter().any(|look| {
            differences.extend((differences.len()..look).map(|_| Some(CensoredValue::exact(stream.normal()))));
            let paired = Paired::of(&vec![Some(CensoredValue::exact(0.0)); look], &differences);
            paired.difference().p_two_sided().is_some_and(|p| p <= LEVEL)
        }));
    }
    assert!(wrong > 130, "{wrong}: nearly three times the level");
}

#[test]
fn equal_and_marginal_alternatives_are_recognised_next_to_one_that_differs() {
    // One alternative differs, one is equal, one lies at the margin; any false verdict counts.
    let truth =
        Truth { shifts: &[3.0, 0.0, 0.5], correlation: 0.5, judged: &["mean(wait)"], margin: Some("0.5s"), gates: &[] };
    let wrong = count(&truth, 1_000, 3, |decisions| {
        decisions.verdicts[0] == Verdict::Equivalent
            || is_difference(decisions.verdicts[1])
            || decisions.verdicts[2] == Verdict::Equivalent
    });
    assert_within_level(wrong, 1_000);
}

#[test]
fn equivalence_is_declared_where_it_is_true_and_at_the_margin_no_more_often_than_the_level() {
    let truth = |shifts| Truth { shifts, correlation: 0.8, judged: &["mean(wait)"], margin: Some("±5%"), gates: &[] };
    let equivalent = |decisions: &Decisions| decisions.verdicts[0] == Verdict::Equivalent;
    // 5 % of 10 are 0.5, above and below.
    assert_within_level(count(&truth(&[0.5]), 1_000, 4, equivalent), 1_000);
    assert_within_level(count(&truth(&[-0.5]), 1_000, 5, equivalent), 1_000);
    let found = count(&truth(&[0.0]), 200, 6, equivalent);
    assert!(found >= 180, "{found} of 200");
}

#[test]
fn a_difference_is_found_and_early_if_it_is_large() {
    let truth = |shifts| Truth { shifts, correlation: 0.0, judged: WAITS, margin: None, gates: &[] };
    let worse = |decisions: &Decisions| decisions.verdicts.iter().all(|verdict| *verdict == Verdict::Worse);
    assert!(count(&truth(&[1.0]), 200, 7, worse) >= 195);
    assert!(count(&truth(&[-5.0]), 200, 8, |decisions| decisions.replications <= 10) >= 195);
    let better = |decisions: &Decisions| decisions.verdicts.iter().all(|verdict| *verdict == Verdict::Better);
    assert!(count(&truth(&[-1.0]), 200, 9, better) >= 195);
}

#[test]
fn gates_at_their_bound_pass_and_fail_no_more_often_than_the_level() {
    let truth = |shifts, gates| Truth { shifts, correlation: 0.7, judged: &[], margin: None, gates };
    let fails = |decisions: &Decisions| decisions.gates.contains(&BoundStatus::Broken);
    let passes = |decisions: &Decisions| decisions.gates.iter().all(|gate| *gate == BoundStatus::Kept);
    // Equal in law: no worse, and no better; to fail, one of three gates would be enough.
    let equal = truth(&[0.0], &["mean(wait) <= +0%", "mean(wait) >= -0%", "mean(wait) <= 10s"]);
    assert_within_level(count(&equal, 1_000, 10, fails), 1_000);
    assert_within_level(count(&truth(&[0.0], &["mean(wait) <= +0%"]), 1_000, 11, passes), 1_000);
    assert_within_level(count(&truth(&[0.5], &["mean(wait) <= +5%"]), 1_000, 12, passes), 1_000);
    assert_within_level(count(&truth(&[0.0], &["mean(wait) >= 10s", "mean(wait) <= 20s"]), 1_000, 13, passes), 1_000);
    // And they find a true difference.
    assert!(count(&truth(&[0.0], &["mean(wait) <= +10%"]), 200, 14, passes) >= 195);
    assert!(count(&truth(&[1.5], &["mean(wait) <= +10%"]), 200, 15, fails) >= 180);
    assert!(count(&truth(&[1.5], &["mean(wait) <= +1s"]), 200, 16, fails) >= 180);
}
