//! Charts are well-formed, name their subject, are the same twice, and can be drawn from any
//! results.

use proptest::prelude::*;

use super::{of_run, quantity_paths};
use crate::engine::System;
use crate::experiment::{Results, StoppingRule};
use crate::fixtures::{self, Shape, WEEK};
use crate::model::time::Span;
use crate::run::RunReport;

const CHARTS: [&str; 3] = ["wait_distribution", "utilization", "queue_length"];

/// The chart of a run with this name.
fn draw_results(chart: &str, system: &System, results: &Results) -> String {
    let plan = StoppingRule::fixed(1);
    let files = of_run(&RunReport { context: fixtures::context(system), results, plan: &plan });
    let file = files.into_iter().find(|file| file.path == format!("charts/{chart}.svg"));
    String::from_utf8(file.unwrap().bytes).unwrap()
}

fn draw(chart: &str, shape: Shape) -> String {
    draw_results(chart, &fixtures::system(shape), &fixtures::results(shape))
}

/// Panics unless every tag is closed, no attribute repeats, and text holds no bare `<` or `&`. The
/// backend writes one element after the other, with text between its tags.
fn assert_well_formed(svg: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = svg;
    while let Some(start) = rest.find('<') {
        let (text, tag) = rest.split_at(start);
        for entity in text.split('&').skip(1) {
            assert!(["lt;", "gt;", "amp;", "quot;", "apos;"].iter().any(|name| entity.starts_with(name)), "{text}");
        }
        let end = tag.find('>').expect("a tag ends");
        let inside = &tag[1..end];
        assert!(!inside.contains('<'), "{inside}");
        if let Some(name) = inside.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !inside.ends_with('/') {
            open.push(inside.split(' ').next().unwrap());
        }
        rest = &tag[end + 1..];
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?}");
}

#[test]
fn charts_name_their_subject() {
    for (chart, words) in [
        (
            "wait_distribution",
            [
                "distribution of waits",
                "scan_check_single",
                "all jobs",
                "target 5m",
                "p95",
                "Share of the claimed jobs",
                "Wait (",
            ],
        ),
        (
            "utilization",
            ["utilization by resource", "scanCheck", "mean 62.5 %", "100 %", "Time (UTC)", "Feb 18", "mean of 5"],
        ),
        (
            "queue_length",
            ["queue length", "all jobs", "jobs that need scan", "mean 7.50", "jobs", "Time (UTC)", "lowest to highest"],
        ),
    ] {
        let svg = draw(chart, WEEK);
        assert_well_formed(&svg);
        assert!(svg.is_ascii());
        for word in words.iter().chain(&["registry-week", "first-fit"]) {
            assert!(svg.contains(word), "{chart} lacks {word}");
        }
    }
}

/// The place of a label: x is its tick on a horizontal axis, y its tick on a vertical one.
fn label(svg: &str, words: &str) -> (i32, i32) {
    let (before, _) = svg.split_once(&format!(">\n{words}\n<")).expect("the label is there");
    let tag = &before[before.rfind("<text").unwrap()..];
    let number =
        |name: &str| tag.split(&format!(" {name}=\"")).nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
    (number("x"), number("y"))
}

/// The points of the thick lines of a colour: the data.
fn lines(svg: &str, color: &str) -> Vec<(i32, i32)> {
    let start = format!("<polyline fill=\"none\" opacity=\"1\" stroke=\"{color}\" stroke-width=\"2\" points=\"");
    let points = svg.split(&start).skip(1).flat_map(|rest| rest.split('"').next().unwrap().split_whitespace());
    points.map(|point| point.split_once(',').unwrap()).map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap())).collect()
}

#[test]
fn a_resource_half_busy_is_drawn_at_half_height_from_start_to_end() {
    let shape = Shape { resources: 1, replications: 1, ..WEEK };
    let (system, mut results) = (fixtures::system(shape), fixtures::results(shape));
    let line = &mut results.replications[0].series.lines[0];
    line.busy.fill(4.0);
    line.offered.fill(8.0);
    let svg = draw_results("utilization", &system, &results);
    let (begin, end, height) = (label(&svg, "Feb 17").0, label(&svg, "Feb 24").0, label(&svg, "50 %").1);
    assert_eq!(lines(&svg, "#0072B2"), [(begin, height), (end, height)]);
}

#[test]
fn waits_of_ten_seconds_are_drawn_at_ten_seconds() {
    let shape = Shape { actions: 1, replications: 2, ..WEEK };
    let (system, mut results) = (fixtures::system(shape), fixtures::results(shape));
    for table in results.replications.iter_mut().flat_map(|outcome| &mut outcome.waits) {
        table.quantiles = vec![(0.0, Span::secs(10)), (0.5, Span::secs(10)), (1.0, Span::secs(10))];
    }
    let svg = draw_results("wait_distribution", &system, &results);
    let (at, nobody, everybody) = (label(&svg, "10s").0, label(&svg, "0 %").1, label(&svg, "100 %").1);
    let curve = &lines(&svg, "#0072B2")[..5];
    assert_eq!((curve[0], curve[3]), ((at, nobody), (at, everybody)));
    assert!(curve[1..3].iter().all(|&(x, y)| x == at && y <= nobody && y >= everybody), "{curve:?}");
}

#[test]
fn the_same_results_give_the_same_bytes() {
    for chart in CHARTS {
        assert_eq!(draw(chart, WEEK), draw(chart, WEEK));
    }
}

#[test]
fn empty_results_have_a_remark() {
    let nothing = Shape { actions: 0, resources: 0, replications: 0, buckets: 0, wait: None, ..WEEK };
    assert!(draw("wait_distribution", nothing).contains("No job was claimed."));
    assert!(draw("utilization", nothing).contains("No resource was offered."));
    assert!(draw("queue_length", nothing).contains("The run has no length."));
}

#[test]
fn series_that_do_not_fit_are_counted() {
    let crowd = Shape { actions: 60, resources: 40, replications: 1, ..WEEK };
    assert!(draw("wait_distribution", crowd).contains("37 more: see wait_times.csv"));
    assert!(draw("utilization", crowd).contains("24 more: see utilization.csv"));
    assert!(draw("queue_length", crowd).contains("25 more: see utilization.csv"));
}

#[test]
fn names_with_characters_that_xml_refuses_are_drawn() {
    let mut system = fixtures::system(WEEK);
    system.actions[0].name = "tab\t<&>\u{1}\u{ffff} \u{e9}\u{4e2d}".to_owned();
    system.resources[0] = "\"'\u{0}".to_owned();
    for chart in CHARTS {
        let svg = draw_results(chart, &system, &fixtures::results(WEEK));
        assert_well_formed(&svg);
        assert!(!svg.contains(['\t', '\u{0}', '\u{1}', '\u{ffff}']));
    }
}

fn shapes() -> impl Strategy<Value = Shape> {
    let spans = prop_oneof![
        Just(0_i64),
        Just(1),
        Just(1_000_000_000),
        Just(315_360_000_000_000_000),
        Just(i64::MAX),
        0..i64::MAX
    ]
    .prop_map(Span);
    (
        (0..40_u16, 0..30_u16, 0..12_u64),
        (spans.clone(), spans.clone(), 0..700_u16),
        (prop::option::of(spans), prop_oneof![Just(0.0), Just(1e-300), 0.0..3.0, Just(1e300)]),
    )
        .prop_map(|((actions, resources, replications), (horizon, warmup, buckets), (wait, load))| Shape {
            actions,
            resources,
            replications,
            horizon,
            warmup,
            buckets,
            wait,
            load,
        })
}

#[test]
fn charts_are_named_after_their_quantity() {
    let shown = ["p95(wait, scan)", "share(wait < 1m)", "share(wait <= 1m)", "utilization(scan)", "p95(wait,scan)"];
    let expected = [
        "charts/p95_wait_scan.svg",
        "charts/share_wait_below_1m.svg",
        "charts/share_wait_within_1m.svg",
        "charts/utilization_scan.svg",
        "charts/p95_wait_scan-2.svg",
    ];
    assert_eq!(quantity_paths(&shown.map(|text| text.parse().unwrap())), expected);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_result_has_a_chart(shape in shapes()) {
        for chart in CHARTS {
            assert_well_formed(&draw(chart, shape));
        }
    }
}
