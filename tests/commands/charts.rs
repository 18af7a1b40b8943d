//! Charts are well-formed, name their subject, and draw values where the axes state them.

use std::fs;
use std::path::PathBuf;

use crate::support::Sandbox;

/// Names with characters that XML and file names treat specially, and words beyond ASCII.
const NAMES: &str = r#"
name = "odd <&> \"names\""
horizon = "2d"
replications = 3
slo = { wait = "5m" }
claim = { delay = "none" }
[worker.w]
count = 2
capacity = { "cpu & <io>" = 2, "scan's" = 1 }
[action.'push <mirror> & "poll"']
capacity = { "cpu & <io>" = 1 }
arrival = { poisson = { rate = "60/h" } }
service = { exponential = { mean = "3m" } }
[action.'é中 a_job_class_with_a_very_long_name_indeed']
capacity = { "scan's" = 1 }
arrival = { poisson = { rate = "20/h" } }
service = { exponential = { mean = "4m" } }
"#;

/// Fails unless every tag is closed, no attribute holds a tag, and text holds no bare `<` or `&`.
/// A chart has one element after the other, with text between its tags.
fn assert_well_formed(svg: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = svg;
    while let Some(start) = rest.find('<') {
        let (text, tag) = rest.split_at(start);
        for entity in text.split('&').skip(1) {
            assert!(["lt;", "gt;", "amp;", "quot;", "apos;"].iter().any(|name| entity.starts_with(name)), "{text}");
        }
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
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

/// The charts that a command leaves, by path; all of them are well-formed.
fn charts(sandbox: &Sandbox, arguments: &[&str]) -> Vec<(String, String)> {
    sandbox.claimsim(&[arguments, &["--quiet", "--out", "out"]].concat()).assert().success();
    let svg = |(path, bytes): (PathBuf, Vec<u8>)| {
        let is_chart = path.extension().is_some_and(|extension| extension == "svg");
        let path = path.to_string_lossy().replace('\\', "/");
        is_chart.then(|| (path, String::from_utf8(bytes).unwrap()))
    };
    let charts: Vec<_> = sandbox.files("out").into_iter().filter_map(svg).collect();
    for (_, svg) in &charts {
        assert_well_formed(svg);
    }
    charts
}

/// A chart of a run of this scenario.
fn run_chart(scenario: &str, chart: &str) -> String {
    let sandbox = Sandbox::with("s.toml", scenario);
    charts(&sandbox, &["run", "s.toml"]);
    fs::read_to_string(sandbox.path(&format!("out/charts/{chart}.svg"))).unwrap()
}

#[test]
fn charts_of_all_studies_name_their_subject_and_survive_odd_names() {
    let sandbox = Sandbox::with("s.toml", NAMES);
    let (wait, show) = ("mean(wait, 'push <mirror> & \"poll\"')", ["--show", "mean(wait)"]);
    let count = ["--vary", "worker.w.count=2,3,8"];
    let policy = ["--vary", "claim.policy=first-fit,random"];
    let rate = ["--vary", "action.'push <mirror> & \"poll\"'.retries=0,1"];
    for (arguments, number, words) in [
        (vec!["run", "s.toml"], 6, vec!["odd &lt;&amp;&gt;", "target 5m", "p95", "Wait (", "cpu &amp; &lt;io&gt;"]),
        (vec!["run", "s.toml", "--set", "warmup=auto"], 7, vec!["grey: warm-up", "by MSER-5"]),
        (
            vec!["compare", "s.toml", "--policy", "first-fit", "--policy", "random", "--judge", wait],
            4,
            vec!["differences to first-fit", "&lt;mirror&gt; &amp; ", "random"],
        ),
        ([&["sweep", "s.toml"][..], &count, &show].concat(), 1, vec!["Line: mean", "worker.w.count"]),
        ([&["sweep", "s.toml"][..], &policy, &show].concat(), 1, vec!["Dot: mean", "first-fit"]),
        ([&["sweep", "s.toml"][..], &policy, &count, &show].concat(), 1, vec!["Line: mean", "claim.policy"]),
        ([&["sweep", "s.toml"][..], &rate, &count, &show].concat(), 1, vec!["Colour: mean", "retries"]),
        ([&["sweep", "s.toml", "--elasticity"][..], &show].concat(), 1, vec!["elasticity of mean(wait)"]),
        (vec!["size", "s.toml", count[0], count[1], "--meet", "mean(wait) < 10m"], 1, vec!["against the cost", "met"]),
    ] {
        let charts = charts(&sandbox, &arguments);
        assert_eq!(charts.len(), number, "{arguments:?}");
        for word in words {
            assert!(charts.iter().any(|(_, svg)| svg.contains(word)), "{arguments:?}: {word} is missing");
        }
        fs::remove_dir_all(sandbox.path("out")).unwrap();
    }
}

/// The place of a label: x is its tick on a horizontal axis, y its tick on a vertical one, whose
/// baseline is five pixels lower.
fn label(svg: &str, words: &str) -> (i32, i32) {
    let (before, _) = svg.split_once(&format!(">{words}</text>")).unwrap_or_else(|| panic!("no label {words}"));
    let tag = &before[before.rfind("<text").unwrap()..];
    let number = |name: &str| -> i32 {
        tag.split(&format!(" {name}=\"")).nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
    };
    (number("x"), number("y") - 5)
}

/// The points of the thick lines in the colour of data.
fn lines(svg: &str) -> Vec<(i32, i32)> {
    let start = "<path class=\"l s0\" stroke-width=\"2\" d=\"";
    svg.split(start).skip(1).flat_map(|rest| path(rest.split('"').next().unwrap())).collect()
}

/// The points of a path, whose steps are relative to the point before: `M5 6h2v-3l1 4`.
fn path(data: &str) -> Vec<(i32, i32)> {
    let mut points: Vec<(i32, i32)> = Vec::new();
    let mut starts: Vec<usize> = data.match_indices(|c: char| c.is_ascii_alphabetic()).map(|(at, _)| at).collect();
    starts.push(data.len());
    for range in starts.windows(2) {
        let (kind, numbers) = data[range[0]..range[1]].split_at(1);
        let numbers: Vec<i32> =
            numbers.replace('-', " -").split_whitespace().map(|number| number.parse().unwrap()).collect();
        let (x, y) = points.last().copied().unwrap_or_default();
        match (kind, numbers.as_slice()) {
            ("M", &[x, y]) => points.push((x, y)),
            ("h", &[dx]) => points.push((x + dx, y)),
            ("v", &[dy]) => points.push((x, y + dy)),
            ("l", &[dx, dy]) => points.push((x + dx, y + dy)),
            other => panic!("{other:?} in {data}"),
        }
    }
    points
}

#[test]
fn a_resource_half_busy_is_drawn_at_half_height_from_start_to_end() {
    let half = r#"
horizon = "7d"
claim = { delay = "none" }
worker.w = { capacity = { slot = 8 } }
[action.a]
capacity = { slot = 4 }
service = "8d"
[[job]]
action = "a"
at = "0s"
"#;
    let svg = run_chart(half, "utilization");
    let (begin, end, height) = (label(&svg, "Fri Feb 17").0, label(&svg, "Fri Feb 24").0, label(&svg, "50 %").1);
    assert_eq!(lines(&svg), [(begin, height), (end, height)]);
    assert!(svg.contains("mean 50.0 %"));
}

#[test]
fn waits_of_ten_seconds_are_drawn_at_ten_seconds() {
    let tens = r#"
horizon = "1h"
claim = { delay = "10s" }
worker.w = { capacity = { slot = 1 } }
[action.a]
capacity = { slot = 1 }
arrival = { renewal = { between = "1m" } }
service = "1s"
"#;
    let svg = run_chart(tens, "wait_distribution");
    let (at, nobody, everybody) = (label(&svg, "10s").0, label(&svg, "0 %").1, label(&svg, "100 %").1);
    let curve = lines(&svg);
    assert_eq!(curve[0], (at, nobody));
    assert!(curve.contains(&(at, everybody)), "{curve:?}");
}

#[test]
fn series_that_do_not_fit_are_counted_and_empty_charts_have_a_remark() {
    let mut crowd =
        "horizon = \"1h\"\nreplications = 1\nclaim = { delay = \"none\" }\n[worker.w.capacity]\n".to_owned();
    let resources = (0..40).map(|resource| format!("r{resource} = 1\n"));
    let action = |action: usize| {
        let needs = format!("[action.a{action}]\ncapacity = {{ r{} = 1 }}\n", action % 40);
        // No two resources are equally busy.
        needs + &format!("service = \"{}s\"\narrival = {{ renewal = {{ between = \"5m\" }} }}\n", 1 + action)
    };
    crowd.extend(resources.chain((0..60).map(action)));
    let sandbox = Sandbox::with("s.toml", &crowd);
    let all = charts(&sandbox, &["run", "s.toml"]);
    for words in ["pale: 50 others with a shorter p95", "30 more with lower peaks: see utilization.csv"] {
        assert!(all.iter().any(|(_, svg)| svg.contains(words)), "{words} is missing");
    }
    let idle = r#"
horizon = "1h"
worker.w = { capacity = {} }
[action.a]
service = "1s"
[[job]]
action = "a"
at = "2h"
"#;
    assert!(run_chart(idle, "wait_distribution").contains("No job was claimed."));
    assert!(run_chart(idle, "utilization").contains("No resource was offered."));
}

#[test]
fn runs_of_any_length_have_charts() {
    for (horizon, warmup) in [("1ns", "0s"), ("7us", "1us"), ("1s", "0s"), ("53000d", "1d")] {
        let text = format!(
            "horizon = \"{horizon}\"\nwarmup = \"{warmup}\"\nclaim = {{ delay = \"none\" }}\n\
             worker.w = {{ capacity = {{ s = 1 }} }}\n[action.a]\ncapacity = {{ s = 1 }}\nservice = \"1s\"\n\
             [[job]]\naction = \"a\"\nat = \"0s\"\n[[job]]\naction = \"a\"\nat = \"0s\"\n"
        );
        let sandbox = Sandbox::with("s.toml", &text);
        assert!(charts(&sandbox, &["run", "s.toml"]).len() >= 3, "{horizon}");
    }
}

#[test]
fn imports_draw_fits_beside_the_runs() {
    let mut rows = "created,started,finished,action\n".to_owned();
    let (mut at, mut state) = (1_760_000_000_u64, 1_u32);
    for _ in 0..400 {
        state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        at += 60 + u64::from(state >> 16) % 1_200;
        rows.extend([at.to_string(), format!(",{},{},scan\n", at + 2, at + 12)]);
    }
    let sandbox = Sandbox::with("h.csv", &rows);
    let import = ["import", "--history", "h.csv", "--out", "x.toml"];
    sandbox.claimsim(&import).assert().success();
    let chart = |name: &str| {
        let svg = fs::read_to_string(sandbox.path(&format!("x.charts/1-scan-{name}.svg"))).unwrap();
        assert_well_formed(&svg);
        svg
    };
    let service = chart("service");
    assert!(service.contains("x: service times of scan") && service.contains("400 runs"), "{service}");
    // The law jumps where all runs ended.
    let (at, nobody, everybody) = (label(&service, "10s").0, label(&service, "0 %").1, label(&service, "100 %").1);
    let law = lines(&service);
    assert!(law.contains(&(at, nobody)) && law.contains(&(at, everybody)), "{law:?}");
    let arrivals = chart("arrivals");
    assert!(arrivals.contains("x: arrivals of scan") && arrivals.contains("per hour on average"), "{arrivals}");
    // About 5.5 arrivals in every hour of the day; the last two points are those of the legend.
    let course = lines(&arrivals);
    let (five, ten) = (label(&arrivals, "5").1, label(&arrivals, "10").1);
    let course = &course[..course.len() - 2];
    assert!(course.len() >= 2 && course[0].0 == label(&arrivals, "0:00").0, "{course:?}");
    assert!(course.iter().all(|point| point.1 == course[0].1 && ten < point.1 && point.1 < five), "{course:?}");

    let light = ["import", "--history", "h.csv", "--out", "light.toml", "--chart-theme", "light"];
    sandbox.claimsim(&light).assert().success();
    let light = fs::read_to_string(sandbox.path("light.charts/1-scan-service.svg")).unwrap();
    assert!(!light.contains("@media") && service.contains("@media"), "{light}");

    fs::remove_file(sandbox.path("x.toml")).unwrap();
    let refused = sandbox.claimsim(&import).assert().code(2);
    let message = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
    assert!(message.contains("x.charts exists and is not overwritten"), "{message}");
    assert!(!sandbox.path("x.toml").exists());
}

#[test]
fn theme_and_size_are_kept_and_reproduced() {
    let sandbox = Sandbox::with("s.toml", NAMES);
    let options = ["--chart-theme", "dark", "--chart-size", "450x9000", "--replications", "1"];
    let all = charts(&sandbox, &[&["run", "s.toml"][..], &options].concat());
    for (path, svg) in &all {
        assert!(svg.contains(" width=\"450\" ") && !svg.contains("@media"), "{path}");
    }
    let manifest = fs::read_to_string(sandbox.path("out/manifest.json")).unwrap();
    assert!(manifest.contains("\"theme\": \"dark\"") && manifest.contains("\"450x9000\""), "{manifest}");
    sandbox.claimsim(&["reproduce", "out", "--quiet"]).assert().success();
    // A longer run keeps them, unless told otherwise.
    sandbox.claimsim(&["run", "--extend", "out", "--replications", "2", "--chart-size", "90x9000"]).assert().success();
    let svg = fs::read_to_string(sandbox.path("out/charts/utilization.svg")).unwrap();
    assert!(svg.contains(" width=\"90\" ") && !svg.contains("@media"), "{svg}");

    let refused = sandbox.claimsim(&["run", "s.toml", "--chart-size", "450"]).assert().code(2);
    let said = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
    assert!(said.contains("'450'") && said.contains("1600x1200"), "{said}");
}

#[cfg(not(feature = "png"))]
#[test]
fn pictures_need_a_build_that_draws_them() {
    let sandbox = Sandbox::with("s.toml", NAMES);
    let refused = sandbox.claimsim(&["run", "s.toml", "--chart-png", "--out", "out"]).assert().code(2);
    let said = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
    assert!(said.contains("feature `png`") && said.contains("--features png"), "{said}");
    assert!(!sandbox.path("out").exists());
}

#[cfg(feature = "png")]
#[test]
fn each_chart_has_a_picture_that_is_reproduced() {
    let sandbox = Sandbox::with("s.toml", NAMES);
    let all = charts(&sandbox, &["run", "s.toml", "--chart-png"]);
    for (path, _) in &all {
        let png = fs::read(sandbox.path("out").join(path.replace(".svg", ".png"))).unwrap();
        assert_eq!(&png[1..4], b"PNG", "{path}");
    }
    sandbox.claimsim(&["reproduce", "out", "--quiet"]).assert().success();
}

#[test]
fn weeks_crons_and_workers_have_charts_where_they_show_something() {
    let week = r#"
horizon = "7d"
start = 2026-02-16T00:00:00Z
claim = { delay = "none" }
[worker.w]
count = 2
capacity = { slot = 1 }
[action.nightly]
capacity = { slot = 1 }
service = "30m"
[action.first]
capacity = { slot = 1 }
service = "30m"
[action.second]
capacity = { slot = 1 }
service = "30m"
[cron.nightly]
schedule = "0 0 3 * * *"
[cron.first]
schedule = "0 15 3 * * 6"
[cron.second]
schedule = "0 15 3 * * 6"
"#;
    let crons = run_chart(week, "crons");
    // The values of the row of a day, hour by hour.
    let row = |svg: &str, day: &str| -> Vec<String> {
        let (_, rest) = svg.split_once(&format!("data-name=\"{day}\"")).unwrap_or_else(|| panic!("no {day} in {svg}"));
        let (_, rest) = rest.split_once("data-y=\"").unwrap();
        rest.split('"').next().unwrap().split('|').map(str::to_owned).collect()
    };
    // One of two workers is busy for half of the hour from three.
    let monday = row(&crons, "Mon");
    assert_eq!((monday[3].as_str(), monday[4].as_str()), ("25.0 % in use, 1 firings", "0.0 % in use, 0 firings"));
    assert!(row(&crons, "Sat")[3].ends_with(" in use, 3 firings"), "{:?}", row(&crons, "Sat"));
    let workers = run_chart(week, "workers");
    assert!(workers.contains("data-name=\"w-0\"") && workers.contains("data-name=\"w-1\""), "{workers}");

    // Nothing waits, no cron fires, one worker: no such charts.
    let plain = "horizon = \"14d\"\nclaim = { delay = \"none\" }\nworker.w = { capacity = { s = 1 } }\n[action.a]\n\
                 capacity = { s = 1 }\nservice = \"1s\"\n[[job]]\naction = \"a\"\nat = \"0s\"\n";
    let sandbox = Sandbox::with("s.toml", plain);
    let names: Vec<String> = charts(&sandbox, &["run", "s.toml"]).into_iter().map(|(path, _)| path).collect();
    for none in ["waiting_by_weekday", "crons", "workers"] {
        assert!(names.iter().all(|name| !name.contains(none)), "{names:?}");
    }
}

#[test]
fn a_gantt_chart_shows_the_runs_of_its_period() {
    // One job a minute for forty seconds, so two run in the second and third minute, cut at its
    // ends.
    let scenario = r#"
horizon = "1h"
claim = { delay = "none" }
worker.w = { capacity = { slot = 1 } }
[action.a]
capacity = { slot = 1 }
arrival = { renewal = { between = "1m" } }
service = "40s"
"#;
    let sandbox = Sandbox::with("s.toml", scenario);
    charts(&sandbox, &["run", "s.toml", "--gantt", "80s..150s"]);
    let svg = fs::read_to_string(sandbox.path("out/charts/gantt.svg")).unwrap();
    // From 60 to 100 s, and from 120 to 160 s.
    assert_eq!(svg.matches("<g class=\"mark\">").count(), 2, "{svg}");
    assert!(svg.contains("<title>a, job 0: 20.0 s from 00:01:20, done</title>"), "{svg}");
    assert!(svg.contains("<title>a, job 1: 30.0 s from 00:02:00, goes on</title>"), "{svg}");
    sandbox.claimsim(&["reproduce", "out", "--quiet"]).assert().success();
    sandbox.claimsim(&["run", "--extend", "out", "--replications", "3", "--quiet"]).assert().success();
    assert!(sandbox.path("out/charts/gantt.svg").exists());
    for (period, words) in [("2h..3h", "--gantt"), ("30m", "FROM..TO"), ("5m..4m", "ends before")] {
        let refused = sandbox.claimsim(&["run", "s.toml", "--gantt", period]).assert().code(2);
        let said = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
        assert!(said.contains(words), "{said}");
    }
}
