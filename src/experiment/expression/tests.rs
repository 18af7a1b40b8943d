//! Expressions mean what they state, and errors suggest what was probably meant.

use proptest::prelude::*;

use super::*;
use crate::model::action::ActionId;
use crate::model::capacity::ResourceId;
use crate::model::time::Span;
use crate::stats::bound_test::Relation;
use crate::stats::{JobScope, Measure, Metric, Request, RequestedFigure, ShareWithin, Statistic};

const SCENARIO: &str = r#"
    horizon = "1h"
    [worker.w]
    capacity = { scan = 1, disk = 1 }
    [action.scan]
    capacity = { scan = 1 }
    arrival = { poisson = { rate = "1/min" } }
    service = "1s"
    [action.'push, "mirror"']
    capacity = { disk = 1 }
    arrival = { poisson = { rate = "1/min" } }
    service = "1s"
"#;

fn system() -> crate::engine::System {
    crate::scenario::Scenario::parse(SCENARIO).expect("the scenario is right").system
}

fn target(text: &str) -> Result<ResolvedQuantity, ExpressionError> {
    text.parse::<Quantity>()?.resolve(&system())
}

fn share(share: ShareWithin) -> ResolvedQuantity {
    ResolvedQuantity::Requested(Request { figure: RequestedFigure::Share(share), window: None })
}

fn figure(action: JobScope, resource: Option<u16>, measure: Measure, statistic: Statistic) -> ResolvedQuantity {
    ResolvedQuantity::Metric(Metric { action, resource: resource.map(ResourceId), worker: None, measure, statistic })
}

#[test]
fn quantities_resolve_to_figures_and_shares() {
    use Measure::{Jain, Jobs, QueueLength, ResponseS, ThroughputPerS, Utilization, WaitS, WorstSlowdown};
    use Statistic::{Done, Error, Mean, P95};
    let (all, none) = (JobScope::All, JobScope::None);
    let one = |index| JobScope::One(ActionId(index));
    for (text, expected) in [
        ("p95(wait)", figure(all, None, WaitS, P95)),
        (" p95 ( wait_s ,scan ) ", figure(one(0), None, WaitS, P95)),
        ("mean(response, all)", figure(all, None, ResponseS, Mean)),
        ("mean(wait, 'push, \"mirror\"')", figure(one(1), None, WaitS, Mean)),
        ("utilization(disk)", figure(none, Some(1), Utilization, Mean)),
        ("mean(utilization, scan)", figure(none, Some(0), Utilization, Mean)),
        ("queue_length(resource scan)", figure(none, Some(0), QueueLength, Mean)),
        ("queue_length(action scan)", figure(one(0), None, QueueLength, Mean)),
        ("queue_length", figure(all, None, QueueLength, Mean)),
        ("throughput(scan)", figure(one(0), None, ThroughputPerS, Mean)),
        ("error(jobs)", figure(all, None, Jobs, Error)),
        ("done(jobs, scan)", figure(one(0), None, Jobs, Done)),
        ("jain", figure(all, None, Jain, Mean)),
        ("worst_slowdown", figure(all, None, WorstSlowdown, Mean)),
        ("deadline_misses(scan)", figure(one(0), None, Measure::DeadlineMisses, Statistic::Count)),
        (
            "share(wait<=1m30s, scan)",
            share(ShareWithin { action: one(0), measure: WaitS, limit: Span::secs(90), inclusive: true }),
        ),
        (
            "share(response < 5s)",
            share(ShareWithin { action: all, measure: ResponseS, limit: Span::secs(5), inclusive: false }),
        ),
    ] {
        assert_eq!(target(text), Ok(expected), "{text}");
    }
    assert_eq!(" p95(wait , scan) ".parse::<Quantity>().unwrap().text, "p95(wait , scan)");
}

#[test]
fn every_figure_over_jobs_or_resources_can_be_written() {
    for measure in Measure::ALL {
        // With the unit and without it: `wait_s` and `wait`.
        let bare = ["_per_s", "_s"].iter().find_map(|unit| measure.name().strip_suffix(unit));
        for (statistic, word) in measure
            .statistics()
            .iter()
            .flat_map(|statistic| [measure.name()].into_iter().chain(bare).map(move |word| (statistic, word)))
        {
            let name = if measure == Measure::Utilization { ", scan" } else { "" };
            let text = format!("{}({word}{name})", statistic.name());
            let Ok(ResolvedQuantity::Metric(metric)) = target(&text) else { panic!("{text}: {:?}", target(&text)) };
            assert_eq!((metric.measure, metric.statistic), (measure, *statistic));
        }
    }
}

#[test]
fn bounds_are_values_or_differences() {
    for (text, relation, bound) in [
        ("p95(wait) <= +5%", Relation::AtMost, Bound::Relative(0.05)),
        ("p95(wait)<5m", Relation::AtMost, Bound::Value(300.0)),
        ("mean(wait, scan) <= +10s", Relation::AtMost, Bound::Difference(10.0)),
        ("utilization(scan) >= -2%", Relation::AtLeast, Bound::Relative(-0.02)),
        ("utilization(scan) > \u{2212}0.02", Relation::AtLeast, Bound::Difference(-0.02)),
        ("utilization(scan) >= 80 %", Relation::AtLeast, Bound::Value(0.8)),
        ("share(wait < 1m) >= 0.95", Relation::AtLeast, Bound::Value(0.95)),
        ("throughput >= 36/h", Relation::AtLeast, Bound::Value(0.01)),
        ("throughput >= 1/20s", Relation::AtLeast, Bound::Value(0.05)),
        ("throughput >= 180/h", Relation::AtLeast, Bound::Value(0.05)),
        ("mean(slowdown) < 85", Relation::AtMost, Bound::Value(85.0)),
        ("utilization(scan) <= 1", Relation::AtMost, Bound::Value(1.0)),
        ("utilization(scan) <= 120%", Relation::AtMost, Bound::Value(1.2)),
        ("deadline_misses <= 0", Relation::AtMost, Bound::Value(0.0)),
        ("mean(slowdown) <= + 0%", Relation::AtMost, Bound::Relative(0.0)),
    ] {
        let condition: Condition = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((condition.relation, condition.bound), (relation, bound), "{text}");
    }
}

#[test]
fn margins_are_relative_or_in_a_unit() {
    for (text, margin) in [
        ("±5%", Margin::Relative(0.05)),
        ("5 %", Margin::Relative(0.05)),
        ("+-10s", Margin::Time(10.0)),
        ("+/- 1m", Margin::Time(60.0)),
        ("± 0.5", Margin::Number(0.5)),
    ] {
        assert_eq!(text.parse(), Ok(margin), "{text}");
    }
    let precise = |text: &str| text.parse::<PrecisionGoal>().map(|_| ()).map_err(|error| error.to_string());
    assert!(precise("utilization(scan) ±5").unwrap_err().contains("did you mean `±5%`?"));
    assert_eq!(precise("mean(slowdown) ±5"), Ok(()));
    for text in ["", "±", "0%", "-5%", "±0s", "five", "±5 parsecs", "inf", "NaN"] {
        assert!(text.parse::<Margin>().is_err(), "{text} must be refused");
    }
    assert_eq!(Margin::Time(1.0).in_unit("jobs"), None);
    assert_eq!(Margin::Number(1.0).in_unit("s"), None);
}

#[test]
fn errors_point_at_what_is_wrong_and_suggest_what_is_right() {
    let condition = |text: &str| text.parse::<Condition>().map(|_| ());
    let meant = |text: &str| target(text).map(|_| ());
    for (error, wrong, words) in [
        (condition("p95(wiat) <= 5m"), "wiat", "did you mean `wait`?"),
        (condition("p59(wait) <= 5m"), "p59", "no measure or statistic `p59`; did you mean `p"),
        (condition("wait <= 5m"), "wait", "write one of: mean(wait), or sd, p50"),
        (condition("p95 <= 5m"), "p95", "write the measure, such as p95(wait)"),
        (condition("p95(jain) <= 1"), "p95", "`jain` has no p95; it has: mean"),
        (condition("p95(wait) <= 5"), "5", "did you mean `5s`?"),
        (condition("p95(wait) <= 1,500s"), "1,500s", "a comma in its number; write \"1500s\""),
        (condition("p95(wait) <= 1/20s"), "1/20s", "write a duration"),
        (condition("throughput >= 1/0s"), "1/0s", "a rate over no time"),
        (condition("utilization(scan) < 85"), "85", "did you mean `85%`?"),
        (condition("utilization(scan) < +5"), "+5", "did you mean `+5%`?"),
        (condition("within_slo >= 95"), "95", "did you mean `95%`?"),
        (condition("share(wait < 5m) >= 95"), "95", "`95` is 9500%; did you mean `95%`?"),
        (condition("share(wait < 5m) >= 150%"), "150%", "never is"),
        (condition("mean(wait) = 5s"), "=", "write `mean(wait) <= 5s` for at most that, or `mean(wait) >= 5s`"),
        (condition("share(wait, scan < 1m) > 9%"), "scan", "write share(wait < 1m, scan)"),
        (condition("share(response, scan <= 1m) > 9%"), "scan", "write share(response <= 1m, scan)"),
        (condition("p95(wait) <= +5"), "+5", "`+5` is not a bound of p95(wait)"),
        (condition("utilization(scan) >= 5m"), "5m", "write a number such as `0.8`"),
        (condition("p95(wait) 5m"), "5", "`<=` or `>=` is missing here"),
        (condition("p95(wait)"), "", "a bound is missing here"),
        (condition("p95(wait) <="), "", "a bound is missing here"),
        (condition("p95(wait <= 5m"), "<", "a closing parenthesis is missing here"),
        (condition("share(wait) >= 0.9"), ")", "the limit of the share is missing"),
        (condition("share(slowdown < 1m) >= 0.9"), "s", "taken of wait, response and service"),
        (condition("share(wait < 1) >= 0.9"), "1", "has no unit"),
        (condition(""), "", "a measure is missing here"),
        (meant("p95(wait, scna)"), "scna", "no action `scna`; did you mean `scan`?"),
        (meant("p95(wait, 'scan"), "'", "never closed"),
        (meant("p95(wait, )"), ")", "the name of an action or resource is missing"),
        (meant("p95(wait) now"), "now", "unexpected"),
        (meant("queue_length(scan)"), "scan", "action scan, or resource scan"),
        (meant("utilization"), "utilization", "write utilization(scan); there are: scan, disk"),
        (meant("utilization(memory)"), "memory", "no resource `memory`; it has: scan, disk"),
        (meant("jain(scan)"), "scan", "write jain alone"),
        (meant("mean(wait, resource scan)"), "scan", "not of resources"),
    ] {
        let error = error.expect_err(words);
        assert!(error.to_string().contains(words), "{error}, not {words}");
        assert_eq!(error.span.len(), wrong.len(), "{error}: {:?} is not {wrong}", error.span);
    }
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused_with_a_valid_span(text in "\\PC{0,24}", words in prop::collection::vec(
        prop::sample::select(vec!["p95", "share", "(", ")", ",", "wait", "<", "<=", "5m", "+5%", " ", "'", "action", "scan", "\u{b1}", "\u{2212}"]),
        0..9,
    )) {
        for text in [text, words.concat()] {
            for span in [
                text.parse::<Condition>().err().map(|error| error.span),
                text.parse::<Margin>().err().map(|error| error.span),
                target(&text).err().map(|error| error.span),
            ].into_iter().flatten() {
                prop_assert!(text.get(span.clone()).is_some(), "{span:?} of {text:?}");
            }
        }
    }
}
