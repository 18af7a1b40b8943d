//! The automatic warm-up: it observes the events of the run, it depends only on system and seed,
//! and all output of a run mentions it.

use claimsim::internals::experiment::run_observed;
use claimsim::internals::experiment::warmup::{find_common_warm_up, find_warm_up};
use claimsim::internals::model::capacity::ResourceId;
use claimsim::internals::model::time::{Span, Time};
use claimsim::internals::scenario::Scenario;
use claimsim::internals::stats::trajectory::{Trajectory, TrajectoryObserver};
use claimsim::internals::stats::{JobScope, Measure, Metric, Statistic};
use serde_json::Value;

use crate::support::loaded;
use crate::support::{SMALL, Sandbox};

/// M/M/1 at a load of 0.5 with 100 jobs before it, which take 200 s to drain.
const BACKLOG: &str = r#"
name = "backlog"
horizon = "4000s"
warmup = "auto"
claim = { delay = "none" }
[worker.server]
capacity = { slot = 1 }
[action.job]
capacity = { slot = 1 }
arrival = { poisson = { rate = "0.5/s" } }
service = { exponential = { mean = "1s" } }
[action.before]
capacity = { slot = 1 }
service = { exponential = { mean = "1s" } }
"#;

/// A number of jobs at the start.
fn with_jobs_before(text: &str, jobs: usize) -> String {
    text.to_owned() + &"[[job]]\naction = \"before\"\nat = \"0s\"\n".repeat(jobs)
}

fn settled(scenario: &Scenario, threads: usize) -> (Scenario, Trajectory, Span) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let mut scenario = scenario.clone();
    let found = pool.install(|| find_warm_up(&mut scenario, &())).expect("the scenario asks for it");
    assert_eq!(scenario.system.window.warmup, Time::ZERO + found.length);
    (scenario, found.trajectory, found.length)
}

#[test]
fn a_backlog_is_left_out_and_little_more() {
    let text = with_jobs_before(BACKLOG, 100);
    let mut far_off = 0;
    for seed in 1..=20 {
        let mut scenario = loaded(&text, &[&format!("seed={seed}")]);
        let found = find_warm_up(&mut scenario, &()).unwrap();
        assert!(!found.is_too_short);
        let seconds = found.length.as_secs_f64();
        // The last of ten replications has drained after a little more than 200 s, and twice that
        // is left out; occasionally more by chance.
        assert!((300.0..=2_000.0).contains(&seconds), "seed {seed}: {seconds} s");
        far_off += u32::from(seconds > 1_000.0);
        assert!((found.level() - 1.0).abs() < 0.25, "seed {seed}: {} in the system", found.level());
    }
    assert!(far_off <= 5, "{far_off} of 20 leave out more than a quarter of the run");
}

#[test]
fn nothing_but_system_and_seed_moves_it() {
    let text = with_jobs_before(BACKLOG, 100);
    let of = |settings: &[&str], threads| {
        let (_, trajectory, length) = settled(&loaded(&text, settings), threads);
        (trajectory, length)
    };
    let first = of(&[], 2);
    assert!(first == of(&[], 1) && first == of(&["replications=1"], 2) && first == of(&["replications=200"], 3));
    assert!(first.0 != of(&["seed=2"], 2).0);
}

/// The trajectory adds up to the figures of the same replications, for any jobs.
#[test]
fn the_course_is_that_of_the_replications() {
    const REPLICATIONS: usize = 4;
    let scenario = loaded(SMALL, &["warmup=0s"]);
    let (measured, told) = run_observed(&scenario, &(), vec![TrajectoryObserver::new(&scenario.system); REPLICATIONS]);
    let trajectory = Trajectory::mean(&told);
    let of_all = |action, resource, measure| {
        let metric = Metric { action, resource, worker: None, measure, statistic: Statistic::Mean };
        measured.estimate(metric).and_then(|estimate| estimate.value).expect("it is measured")
    };
    let mean = |line: &[f64]| line.iter().sum::<f64>() / line.len() as f64;
    let near = |one: f64, other: f64| assert!((one / other - 1.0).abs() < 1e-9, "{one} and {other}");
    // 7,200 s are a thousand whole parts.
    assert_eq!((trajectory.part, trajectory.in_system.len()), (Span(7_200_000_000), 1_000));
    near(mean(&trajectory.in_system), of_all(JobScope::All, None, Measure::InSystem));
    // Each row takes one unit of a resource: those that wait for it and those that use it are the
    // rows that need it.
    for (resource, line) in trajectory.by_resource.iter().enumerate() {
        let id = ResourceId(resource as u16);
        let there: f64 = measured
            .replications
            .iter()
            .map(|outcome| {
                let lines = outcome.series.lines.iter();
                let all = lines.clone().find(|line| line.resource == id && line.worker.is_none()).unwrap();
                mean(&all.busy) + mean(&all.queue_length)
            })
            .sum();
        near(mean(line), there / REPLICATIONS as f64);
    }
}

#[test]
fn compared_scenarios_get_the_longest_warm_up() {
    let mut long = loaded(&with_jobs_before(BACKLOG, 100), &[]);
    let mut quick = loaded(&with_jobs_before(BACKLOG, 0), &[]);
    let mut fixed = loaded(&with_jobs_before(BACKLOG, 0), &["warmup=7s"]);
    let alone = settled(&long, 1).2;
    let found = find_common_warm_up(vec![&mut quick, &mut long, &mut fixed], &());
    assert!(settled(&quick, 1).2 < alone);
    assert!(found[0].as_ref().unwrap().length == alone && found[1].as_ref().unwrap().length == alone);
    let windows = [&quick, &long, &fixed].map(|scenario| scenario.system.window.warmup - Time::ZERO);
    assert_eq!((windows, found[2].is_none()), ([alone, alone, Span::secs(7)], true));
}

#[test]
fn a_run_says_what_it_has_left_out() {
    let sandbox = Sandbox::with("backlog.toml", &with_jobs_before(BACKLOG, 100));
    let run =
        sandbox.claimsim(&["run", "backlog.toml", "--out", "auto", "--json", "--replications", "2"]).output().unwrap();
    assert!(run.status.success() && run.stderr.is_empty(), "{}", String::from_utf8_lossy(&run.stderr));
    let document: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(document["mode"], "steady-state");
    assert_eq!(document["warmup"]["rule"], "mser-5");
    assert_eq!(document["warmup"]["too_short"], false);
    let warmup = document["warmup_s"].as_f64().unwrap();
    assert!((200.0..1_000.0).contains(&warmup), "{warmup}");
    let manifest = std::fs::read_to_string(sandbox.path("auto/manifest.json")).unwrap();
    assert!(
        manifest.contains("by MSER-5 over 10 replications") && manifest.contains("charts/warmup.svg"),
        "{manifest}"
    );
    sandbox.claimsim(&["reproduce", "auto", "--quiet"]).assert().success();

    // A fixed warm-up of the length that it found leaves the same bytes.
    let set = format!("warmup={warmup}s");
    sandbox
        .claimsim(&["run", "backlog.toml", "--out", "fixed", "-q", "--replications", "2", "--set", &set])
        .assert()
        .success();
    let summary = |run: &str| std::fs::read(sandbox.path(run).join("summary.csv")).unwrap();
    assert!(summary("auto") == summary("fixed"));
    assert!(!sandbox.path("fixed/charts/warmup.svg").exists());
}

#[test]
fn a_run_that_is_too_short_says_so() {
    let sandbox = Sandbox::with("backlog.toml", &with_jobs_before(BACKLOG, 100));
    let short = ["run", "backlog.toml", "--set", "horizon=250s", "--out", "short"];
    let run = sandbox.claimsim(&short).output().unwrap();
    let (out, err) = (String::from_utf8(run.stdout).unwrap(), String::from_utf8(run.stderr).unwrap());
    assert!(run.status.success());
    assert!(out.contains("warm-up 2m5s, half of the run: the run is too short for MSER-5"), "{out}");
    assert!(
        err.starts_with("warning: the run is too short to estimate") && err.contains("Try a horizon of 20m50s"),
        "{err}"
    );
    let quiet = sandbox.claimsim(&[&short[..], &["--quiet"]].concat()).output().unwrap();
    assert!(quiet.status.success() && quiet.stderr.is_empty() && quiet.stdout.is_empty());
}

#[test]
fn a_comparison_notes_one_warm_up_for_all() {
    let sandbox = Sandbox::with("backlog.toml", &with_jobs_before(BACKLOG, 100));
    let faster = "faster: action.job.service.exponential.mean=500ms";
    let options = ["--contender", faster, "--replications", "3", "--max-replications", "3"];
    let compare = [&["compare", "backlog.toml", "--out", "both", "--quiet"], &options[..]].concat();
    sandbox.claimsim(&compare).assert().success();
    let manifest: Value = serde_json::from_slice(&std::fs::read(sandbox.path("both/manifest.json")).unwrap()).unwrap();
    let notes: Vec<&str> = manifest["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect();
    let lengths: Vec<&str> = notes.iter().filter_map(|note| note.split(": ").nth(1)).collect();
    assert!(lengths.len() == 2 && lengths[0] == lengths[1], "{notes:?}");
    sandbox.claimsim(&["reproduce", "both", "--quiet"]).assert().success();
}
