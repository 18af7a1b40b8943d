//! The values of a correct scenario file: each distribution, process, row and option.

use std::collections::BTreeMap;

use claimsim::internals::arrival::ArrivalModel;
use claimsim::internals::engine::{Backoff, ClaimRule, InitialRow, InitialState, JobOverrides, Overlap};
use claimsim::internals::model::action::ActionId;
use claimsim::internals::model::claim::{ClaimBatch, DispatchTiming, Placement};
use claimsim::internals::model::time::{Span, Time};
use claimsim::internals::model::worker::WorkerId;
use claimsim::internals::random::dist::{
    Constant, Distribution, Empirical, Erlang, Exponential, Gamma, Hyperexponential, Lognormal, Pareto, Uniform,
    Weibull,
};
use claimsim::internals::scenario::{LoadedScenario, Override, Scenario, load};

/// Files in memory.
fn files() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([
        ("v.csv", "seconds\n1\n2.5\n\n4\n"),
        ("t.csv", "at_s,action,service_s,priority,need.scan\n3.5,,1.25,7,2\n1,b,2,,\n"),
        (
            "workers.json",
            r#"{"workers": [
            {"id": "000000000007", "status": "running", "capacityMap": {"scan": 1, "mirror": 2}},
            {"id": "000000000008", "status": "dead", "capacityMap": {"scan": 1}}]}"#,
        ),
        (
            "jobs.json",
            r#"[
            {"id": "10", "status": "waiting", "scheduledAt": "2017-02-16T23:59:00Z", "retriesLeft": 1, "deadline": "15m"},
            {"id": "9", "status": "waiting", "scheduledAt": "2017-02-16T23:59:00Z", "action": "b", "capacityMap": null},
            {"id": "x", "status": "waiting", "action": "b", "capacityMap": {"scan": 2}},
            {"id": "8", "status": "running", "scheduledAt": "2017-02-17T00:00:01Z", "action": "b", "workerID": "000000000007"},
            {"id": "7", "status": "running", "action": "b", "workerID": "000000000008"},
            {"id": "6", "status": "done", "action": "webhook"},
            {"id": "5", "status": "error", "action": "a"}]"#,
        ),
        (
            "crons.json",
            r#"{"crons": [
            {"id": "1", "action": "a", "schedule": "0 0 1 * * 6", "retries": 0, "capacityMap": null, "deadline": "15m"},
            {"id": "2", "action": "b", "schedule": "@hourly"}]}"#,
        ),
    ])
}

fn loaded(text: &str, overrides: &[&str]) -> LoadedScenario {
    let overrides: Vec<Override> = overrides.iter().copied().map(Override::set).collect();
    load("dir/file.toml", text, &overrides, &files()).unwrap_or_else(|report| panic!("{report}"))
}

const FRAME: &str = "horizon = \"1h\"\nworker.w.capacity.scan = 2\n";

/// A scenario of one action with these keys.
fn with_action(keys: &str) -> Scenario {
    loaded(&format!("{FRAME}[action.a]\n{keys}\n"), &[]).scenario
}

#[test]
fn every_distribution_is_the_one_that_is_written() {
    let cases: Vec<(&str, Distribution)> = vec![
        (r#""90s""#, Constant::new(90.0).unwrap().into()),
        (r#"{ constant = "1s" }"#, Constant::new(1.0).unwrap().into()),
        (r#"{ uniform = { low = "1m", high = "2m" } }"#, Uniform::new(60.0, 120.0).unwrap().into()),
        (r#"{ exponential = { mean = "800ms" } }"#, Exponential::new(0.8).unwrap().into()),
        (r#"{ erlang = { shape = 3, mean = "1s" } }"#, Erlang::new(3, 1.0).unwrap().into()),
        (r#"{ gamma = { shape = 0.7, mean = "1s" } }"#, Gamma::new(0.7, 1.0).unwrap().into()),
        (
            r#"{ hyperexponential = { phases = [{ p = 0.9, mean = "0.5s" }, { p = 0.1, mean = "5s" }] } }"#,
            Hyperexponential::new(vec![(0.9, 0.5), (0.1, 5.0)]).unwrap().into(),
        ),
        (r#"{ lognormal = { mean = "26s", cv = 1.5 } }"#, Lognormal::new(26.0, 1.5).unwrap().into()),
        (r#"{ weibull = { shape = 2, mean = "1s" } }"#, Weibull::new(2.0, 1.0).unwrap().into()),
        (r#"{ pareto = { shape = 2.2, low = "0.5s" } }"#, Pareto::new(2.2, 0.5, None).unwrap().into()),
        (
            r#"{ pareto = { shape = 1.1, low = "0.1s", high = "100s" } }"#,
            Pareto::new(1.1, 0.1, Some(100.0)).unwrap().into(),
        ),
        (r#"{ empirical = { values = ["1s", "2s"] } }"#, Empirical::new(vec![1.0, 2.0]).unwrap().into()),
        (r#"{ empirical = { file = "v.csv" } }"#, Empirical::new(vec![1.0, 2.5, 4.0]).unwrap().into()),
    ];
    for (text, expected) in cases {
        let scenario = with_action(&format!("service = {text}\npatience = {text}"));
        assert_eq!(scenario.system.actions[0].service, expected, "{text}");
        assert_eq!(scenario.system.actions[0].patience.as_ref(), Some(&expected), "{text}");
    }
}

#[test]
fn every_arrival_process_is_the_one_that_is_written() {
    let source = |keys: &str| with_action(&format!("service = \"1s\"\narrival = {keys}")).sources.remove(0);
    let three = || Some(Distribution::from(Constant::new(3.0).unwrap()));
    match source(r#"{ poisson = { rate = "12/min", batch = 3 } }"#) {
        ArrivalModel::Poisson { rate, batch, name, action } => {
            assert_eq!((rate.as_per_second(), batch, name.as_str(), action), (0.2, three(), "a", ActionId(0)));
        }
        other => panic!("{other:?}"),
    }
    match source(r#"{ renewal = { between = "2s", batch = { constant = 3 } } }"#) {
        ArrivalModel::Renewal { between, batch, .. } => assert_eq!((between.mean(), batch), (2.0, three())),
        other => panic!("{other:?}"),
    }
    match source(r#"{ closed = { population = 3, think = { exponential = { mean = "5s" } } } }"#) {
        ArrivalModel::Closed { population, think, .. } => {
            assert_eq!((population, think), (3, Exponential::new(5.0).unwrap().into()));
        }
        other => panic!("{other:?}"),
    }
    let day = |rate: &str| format!("[{}]", vec![format!("\"{rate}\""); 24].join(", "));
    let rates = |keys: &str| match source(&format!("{{ profile = {{ {keys} }} }}")) {
        ArrivalModel::Profile { rates, .. } => rates,
        other => panic!("{other:?}"),
    };
    let usual = format!("rates = {}", day("1/h"));
    assert_eq!(rates(&usual), rates(&format!("{usual}, monday = {}", day("1/h"))));
    assert_ne!(rates(&usual), rates(&format!("{usual}, sunday = {}", day("2/h"))));
}

#[test]
fn a_trace_falls_back_to_its_action() {
    let text = format!(
        "{FRAME}[action.a]\ncapacity = {{ scan = 1 }}\narrival = {{ trace = {{ file = \"t.csv\" }} }}\n\
         [action.b]\ncapacity = {{ scan = 1, mirror = 0 }}\nservice = \"1s\"\n"
    );
    let loaded = loaded(&text, &[]);
    let system = &loaded.scenario.system;
    let [ArrivalModel::Listed(jobs)] = loaded.scenario.sources.as_slice() else { panic!("one trace") };
    assert_eq!((jobs[0].arrival.at, jobs[0].arrival.action), (Time(1_000_000_000), ActionId(1)));
    assert_eq!(jobs[0].overrides.service, Some(Span::secs(2)));
    let needed = jobs[0].overrides.need.map_or(system.actions[1].need, |need| need);
    assert_eq!(system.need(needed).0[0], 1, "an empty cell is the action's");
    assert_eq!((jobs[1].arrival.at, jobs[1].arrival.action), (Time(3_500_000_000), ActionId(0)));
    assert_eq!(jobs[1].overrides.priority, Some(7));
    assert_eq!(system.need(jobs[1].overrides.need.unwrap()).0[0], 2);
    assert!(loaded.warnings.is_empty(), "{}", loaded.warnings);
    assert_eq!(loaded.inputs.len(), 1);
}

#[test]
fn defaults_are_those_that_are_promised() {
    let scenario = with_action("service = \"1s\"\narrival = { poisson = { rate = \"1/s\" } }");
    assert_eq!((scenario.name.as_str(), scenario.seed, scenario.replications), ("file", 1, 1));
    assert_eq!((scenario.slo, scenario.slowdown_bound), (None, Span::secs(10)));
    assert_eq!(scenario.system.window.warmup, Time::ZERO);
    let delay = Uniform::new(0.0, 3.0).unwrap().into();
    assert_eq!(scenario.system.claim, ClaimRule::Delayed { delay, batch: ClaimBatch::One });
    let action = &scenario.system.actions[0];
    assert_eq!(
        (action.error.get(), action.retries, action.backoff.clone(), action.deadline, action.priority),
        (0.0, 0, Backoff::constant(Span::ZERO), None, 0)
    );
    assert!(action.patience.is_none() && scenario.system.queue_limit.is_none());
    assert_eq!(scenario.system.workers[0].id, "w-0");
}

#[test]
fn names_and_rules_are_kept_in_the_order_of_the_file() {
    let text = "horizon = \"1h\"\nclaim = { delay = \"none\", placement = \"most-free\", pass = \"event\" }\n\
        [worker.z]\ncount = 2\ncapacity = { zinc = 1, argon = 2 }\n[worker.b]\nids = [\"q\", \"p\"]\n\
        capacity.argon = 1\n[action.y]\nservice = \"1s\"\n[action.c]\nservice = \"1s\"\n\
        [[job]]\naction = \"c\"\nat = \"2m\"\n[[job]]\naction = \"y\"\nat = \"2017-02-17T00:01:00Z\"\nservice = \"3s\"\n\
        [cron.y]\nschedule = \"@hourly\"\noverlap = \"skip-if-waiting\"\ncapacity = {}\nretries = 4\n";
    let scenario = loaded(text, &[]).scenario;
    let ids: Vec<&str> = scenario.system.workers.iter().map(|worker| worker.id.as_str()).collect();
    assert_eq!(ids, ["z-0", "z-1", "q", "p"]);
    assert_eq!(scenario.system.resources, ["zinc", "argon"]);
    assert_eq!(*scenario.system.workers[3].capacity.0, [0, 1]);
    assert_eq!(scenario.system.actions[0].name, "y");
    let (placement, pass) = (Placement::MostFree, DispatchTiming::Event);
    assert_eq!(scenario.system.claim, ClaimRule::Instant { placement, pass });
    let [ArrivalModel::Listed(jobs), ArrivalModel::Cron { overlap, overrides, .. }] = scenario.sources.as_slice()
    else {
        panic!("the jobs come before the cron: {:?}", scenario.sources)
    };
    assert_eq!((jobs[0].at(), jobs[0].arrival.action), (Time(60_000_000_000), ActionId(0)));
    assert_eq!(jobs[0].overrides, JobOverrides { service: Some(Span::secs(3)), ..JobOverrides::default() });
    assert_eq!((*overlap, overrides.retries), (Overlap::SkipIfWaiting, Some(4)));
    assert_eq!(*scenario.system.need(overrides.need.unwrap()).0, [0, 0], "an empty map needs nothing");
}

#[test]
fn documents_become_workers_rows_and_crons() {
    let text = format!(
        "{FRAME}[action.a]\ncapacity.scan = 1\nservice = \"1s\"\n[action.b]\ncapacity.mirror = 1\nservice = \"1s\"\n\
         [cron.b]\nschedule = \"@every 1m\"\n\
         [registry]\nworkers = \"workers.json\"\njobs = \"jobs.json\"\ncrons = \"crons.json\"\naction = \"a\"\n"
    );
    let loaded = loaded(&text, &[]);
    let system = &loaded.scenario.system;
    assert_eq!(system.workers[1].id, "000000000007");
    assert_eq!(system.workers.len(), 2, "dead workers are left out");
    let ids: Vec<&str> = system.initial.iter().map(|row| row.document_id.as_str()).collect();
    // A row that runs at the start has fallen due by then, whatever its document says.
    assert_eq!(ids, ["9", "10", "8", "x"], "by scheduledAt, then by id as a number");
    let need = |row: &InitialRow| system.need(row.need).0.to_vec();
    let [nine, ten, eight, x] = system.initial.as_slice() else { panic!() };
    assert_eq!((ten.action, ten.retries_left, ten.deadline), (ActionId(0), Some(1), Some(Span::secs(900))));
    assert_eq!((ten.scheduled_at, x.scheduled_at), (Time(-60_000_000_000), Time::ZERO));
    assert_eq!((need(nine), need(ten), need(x)), (vec![0, 0], vec![1, 0], vec![2, 0]));
    assert_eq!(eight.state, InitialState::Running(WorkerId(1)));
    assert_eq!(
        loaded.warnings.warnings(),
        4,
        "a dead worker, a running row on it, rows after the start, a weekly cron in a short run:\n{}",
        loaded.warnings
    );
    assert_eq!(loaded.notes.len(), 3, "{:?}", loaded.notes);
    let crons = loaded.scenario.sources.iter().filter(|source| matches!(source, ArrivalModel::Cron { .. })).count();
    assert_eq!(crons, 2, "the scenario's own cron for b takes the place of the document's");
    let names: Vec<&str> = loaded.inputs.iter().map(|input| input.name.as_str()).collect();
    assert_eq!(names, ["workers.json", "crons.json", "jobs.json"]);
}

#[test]
fn options_set_keys() {
    let text = format!(
        "{FRAME}claim = \"registry\"\n[action.a]\nservice = {{ lognormal = {{ mean = \"1s\", cv = 2 }} }}\n\
         arrival = {{ poisson = {{ rate = \"1/s\" }} }}\n[[job]]\naction = \"a\"\nat = \"1m\"\n"
    );
    let set = |assignment: &str| loaded(&text, &[assignment]).scenario;
    let service = |assignment: &str| set(assignment).system.actions[0].service.clone();
    assert_eq!(service("action.a.service=10s"), Constant::new(10.0).unwrap().into());
    assert_eq!(service("action.a.service.lognormal.mean = 8s"), Lognormal::new(8.0, 2.0).unwrap().into());
    let whole = "action.a.service={ exponential = { mean = \"8s\" } }";
    assert_eq!(service(whole), Exponential::new(8.0).unwrap().into());
    let refused = load("x.toml", &text, &[Override::set("action.a.service.exponential.mean=8s")], &files());
    let report = refused.unwrap_err().to_string();
    assert!(report.contains(&format!("'{whole}'")), "the message shows what works:\n{report}");
    assert_eq!(service("action.\"a\".service={ constant = \"1m\" }"), Constant::new(60.0).unwrap().into());
    assert_eq!(set("worker.w.count=5").system.workers.len(), 5);
    assert_eq!(set("worker.v={ count = 2, capacity = { scan = 1 } }").system.workers.len(), 3);
    assert_eq!(set("worker.w.capacity.mirror=3").system.resources, ["scan", "mirror"]);
    let (placement, pass) = (Placement::Random, DispatchTiming::Instant);
    assert_eq!(set("claim.delay=none").system.claim, ClaimRule::Instant { placement, pass });
    assert_eq!(
        set("claim.delay=2s").system.claim,
        ClaimRule::Delayed { delay: Constant::new(2.0).unwrap().into(), batch: ClaimBatch::One }
    );
    assert_eq!(set("name=a=b").name, "a=b");
    assert_eq!(set("slo.wait='5m'").slo, Some(Span::secs(300)));
    assert_eq!(set("start=2020-01-01T00:00:00Z").epoch.0.to_rfc3339(), "2020-01-01T00:00:00+00:00");
    assert!(
        matches!(&set("job.0.at=5m").sources[1], ArrivalModel::Listed(jobs) if jobs[0].at() == Time(300_000_000_000))
    );
    let twice = loaded(&text, &["seed=2", "seed=3"]).scenario;
    assert_eq!(twice.seed, 3, "the last one counts");
}

#[test]
fn a_service_time_is_needed_only_where_one_is_drawn() {
    let own = "[action.a]\n[[job]]\naction = \"a\"\nat = \"1m\"\nservice = \"2s\"\n";
    assert!(loaded(&format!("{FRAME}{own}"), &[]).warnings.is_empty());
    let none = format!("{FRAME}[action.a]\n[[job]]\naction = \"a\"\nat = \"1m\"\n");
    assert_eq!(load("x.toml", &none, &[], &files()).unwrap_err().errors(), 1);
}
