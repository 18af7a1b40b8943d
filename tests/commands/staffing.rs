//! Pools that change, from the outside: shifts, autoscalers, labels, speed, startup, prices; their
//! figures by hand, and what the studies make of them.

use claimsim::internals::engine::{Staffing, StaffingChange};
use claimsim::internals::model::time::{Span, Time};
use claimsim::internals::scenario::{NoFiles, load};
use serde_json::Value;

use crate::support::Sandbox;

/// Monday, 2 November 2026.
const FRAME: &str = r#"
start = "2026-11-02T00:00:00Z"
horizon = "2d"
cooldown = "none"
claim = { delay = "none", placement = "first" }
[action.job]
capacity = { slot = 1 }
service = "50m"
"#;

/// The number at the start and the changes (hours after the start, number) of the only group.
fn staffing(group: &str) -> (u32, Vec<(f64, u32)>) {
    let text = format!("{FRAME}\n[worker.w]\ncapacity = {{ slot = 1 }}\n{group}\n");
    let loaded = load("staffing.toml", &text, &[], &NoFiles).unwrap_or_else(|report| panic!("{report}"));
    let group = &loaded.scenario.system.groups[0];
    let (Staffing::Shifts(changes) | Staffing::Schedule(changes)) = &group.staffing else { panic!("no changes") };
    let within = changes.iter().filter(|change| change.at <= Time::ZERO + Span::secs(48 * 3600));
    let change = |it: &StaffingChange| (it.at.as_secs_f64() / 3600.0, it.count);
    (group.initial, within.map(change).collect())
}

#[test]
fn shifts_add_and_replace_the_number_outside_of_them() {
    // Monday and Tuesday.
    let day = r#"shifts = [{ days = "mon-fri", from = "08:00", to = "18:00", count = 8 }]"#;
    assert_eq!(staffing(day), (0, vec![(8.0, 8), (18.0, 0), (32.0, 8), (42.0, 0)]));
    let outside = format!("count = 2\n{day}");
    assert_eq!(staffing(&outside), (2, vec![(8.0, 8), (18.0, 2), (32.0, 8), (42.0, 2)]));
    // The night of Sunday to Monday is under way at the start.
    let night = r#"shifts = [{ days = "sun", from = "22:00", to = "06:00", count = 3 }]"#;
    assert_eq!(staffing(night), (3, vec![(6.0, 0)]));
    // From one shift to the next of the same size nothing changes; where two overlap, they add.
    let adjacent = r#"shifts = [
        { from = "06:00", to = "14:00", count = 5 },
        { from = "14:00", to = "22:00", count = 5 },
        { days = "tue", from = "13:00", to = "15:00", count = 1 },
    ]"#;
    let days = vec![(6.0, 5), (22.0, 0), (30.0, 5), (37.0, 6), (39.0, 5), (46.0, 0)];
    assert_eq!(staffing(adjacent), (0, days));
    // A shift that ends when it begins lasts a day; so does one to midnight from midnight.
    assert_eq!(
        staffing(r#"shifts = [{ days = "mon", from = "09:00", to = "09:00", count = 1 }]"#).1,
        [(9.0, 1), (33.0, 0)]
    );
    assert_eq!(
        staffing(r#"shifts = [{ days = "mon", from = "00:00", to = "24:00", count = 1 }]"#),
        (1, vec![(24.0, 0)])
    );
}

#[test]
fn schedules_set_the_number_at_times_of_day() {
    let schedule = r#"autoscale = { min = 0, max = 10, initial = 4, schedule = [
        { days = "mon", at = "07:45", count = 10 }, { at = "19:00", count = 1 }] }"#;
    assert_eq!(staffing(schedule), (4, vec![(7.75, 10), (19.0, 1), (43.0, 1)]));
}

fn summary(sandbox: &Sandbox, scenario: &str) -> Value {
    sandbox.write("day.toml", scenario);
    let output = sandbox.claimsim(&["run", "day.toml", "--json", "--out", "day"]).assert().success();
    serde_json::from_slice(&output.get_output().stdout).unwrap()
}

/// A figure of all jobs, or of the run.
fn figure(summary: &Value, measure: &str, statistic: &str) -> f64 {
    let value = &summary["actions"]["all"][measure][statistic];
    value.as_f64().unwrap_or_else(|| panic!("{measure}: {summary:#}"))
}

fn about(value: f64, expected: f64) {
    assert!((value - expected).abs() < 1e-9, "{value}, not {expected}");
}

#[test]
fn figures_of_a_shift_by_hand() {
    // One worker from 08:00 to 10:00 on Monday and on Tuesday. The job of 07:00 waits for an hour
    // and 30 s, the start of the worker, and the one of 09:30 runs on until 10:20.
    let scenario = format!(
        "{FRAME}\n[worker.w]\ncapacity = {{ slot = 1 }}\nstartup = \"30s\"\nprice = \"0.60/h\"\nbilling = \"30m\"\n\
         shifts = [{{ from = \"08:00\", to = \"10:00\", count = 1 }}]\n\
         [[job]]\naction = \"job\"\nat = \"7h\"\n[[job]]\naction = \"job\"\nat = \"9h30m\"\n"
    );
    let summary = summary(&Sandbox::with("day.toml", &scenario), &scenario);
    about(figure(&summary, "wait_s", "max"), 3630.0);
    about(figure(&summary, "wait_s", "mean"), 1815.0);
    // Two hours on each day, and 20 minutes more on Monday; five half hours and four.
    about(figure(&summary, "worker_hours", "mean"), 4.0 + 1.0 / 3.0);
    about(figure(&summary, "cost", "mean"), 9.0 * 0.30);
    // 100 minutes of 260.
    about(summary["resources"]["slot"]["utilization"]["mean"].as_f64().unwrap(), 100.0 / 260.0);
}

#[test]
fn a_shift_that_kills_shuts_its_jobs_down() {
    let scenario = format!(
        "on_worker_dead = \"requeue-always\"\n{FRAME}\n[worker.w]\ncapacity = {{ slot = 1 }}\nat_end = \"kill\"\n\
         shifts = [{{ from = \"08:00\", to = \"10:00\", count = 1 }}]\n[[job]]\naction = \"job\"\nat = \"9h30m\"\n"
    );
    let summary = summary(&Sandbox::with("day.toml", &scenario), &scenario);
    // Half an hour of work is lost; the job runs from 08:00 on Tuesday.
    about(figure(&summary, "jobs", "worker_shutdown"), 1.0);
    about(figure(&summary, "response_s", "mean"), (22.5 * 60.0 + 50.0) * 60.0);
    about(figure(&summary, "worker_hours", "mean"), 4.0);
}

#[test]
fn speed_divides_service_times_and_labels_say_where_jobs_run() {
    let scenario = format!(
        "{FRAME}runs_on = {{ os = \"mac\" }}\n[worker.first]\ncapacity = {{ slot = 1 }}\nlabels = {{ os = \"linux\" }}\n\
         [worker.mac]\ncapacity = {{ slot = 1 }}\nlabels = {{ os = \"mac\", arch = \"arm\" }}\nspeed = 2.5\n\
         [[job]]\naction = \"job\"\nat = \"0s\"\n[[job]]\naction = \"job\"\nat = \"0s\"\n"
    );
    let sandbox = Sandbox::with("day.toml", &scenario);
    let summary = summary(&sandbox, &scenario);
    // One after the other on the only worker with the label: 20 minutes each.
    about(figure(&summary, "service_s", "mean"), 1200.0);
    about(figure(&summary, "wait_s", "mean"), 600.0);
    let workers = &summary["workers"];
    about(workers["first-0"]["resources"]["slot"]["utilization"]["mean"].as_f64().unwrap(), 0.0);
    about(workers["mac-0"]["resources"]["slot"]["utilization"]["mean"].as_f64().unwrap(), 40.0 / 2880.0);
}

/// A day in which 2 to 6 jobs an hour arrive.
const FLEET: &str = r#"
start = "2026-11-02T00:00:00Z"
horizon = "1d"
seed = 5
replications = 10
claim = { delay = "none" }
[worker.runner]
capacity = { slot = 1 }
price = "0.40/h"
[worker.runner.autoscale]
min = 2
max = 4
target = { waiting_per_worker = 1 }
startup = "1m"
[action.job]
capacity = { slot = 1 }
arrival = { poisson = { rate = "12/h" } }
service = { exponential = { mean = "8m" } }
"#;

#[test]
fn a_fixed_pool_is_compared_with_one_that_scales() {
    let sandbox = Sandbox::with("scaled.toml", FLEET);
    let (before, after) = (FLEET.find("[worker.runner.autoscale]").unwrap(), FLEET.find("[action.job]").unwrap());
    let fixed = format!("{}count = 4\n{}", &FLEET[..before], &FLEET[after..]);
    sandbox.write("fixed.toml", &fixed);
    let arguments = ["compare", "fixed.toml", "scaled.toml", "--judge", "mean(cost)", "--judge", "mean(worker_hours)"];
    let output = sandbox.claimsim(&[&arguments[..], &["--out", "both"]].concat()).assert().success();
    let told = String::from_utf8(output.get_output().stdout.clone()).unwrap();
    assert!(told.contains(" cost ") && told.contains("better"), "{told}");
    let table = sandbox.table("both/comparison.csv");
    let row = |measure: &str| table.iter().find(|row| row["measure"] == measure).expect("a row").clone();
    assert_eq!(row("worker_hours")["baseline"].parse::<f64>().unwrap(), 96.0, "4 workers for a day");
    about(row("cost")["baseline"].parse().unwrap(), 38.4);
    assert!(row("cost")["value"].parse::<f64>().unwrap() < 30.0);
}

#[test]
fn sizes_take_the_measured_cost_and_list_what_is_as_cheap() {
    let sandbox = Sandbox::with("fleet.toml", FLEET);
    let size = |more: &[&str], code: i32| {
        let arguments = ["size", "fleet.toml", "--vary", "worker.runner.autoscale.max=6,7,8,9"];
        let meet = ["--meet", "p95(wait, job) < 20m", "--max-replications", "160", "--out", "sized"];
        let assert = sandbox.claimsim(&[&arguments[..], &meet, more].concat()).assert().code(code);
        let output = assert.get_output();
        [&output.stdout, &output.stderr].map(|text| String::from_utf8(text.clone()).unwrap())
    };
    let [told, _] = size(&["--json"], 0);
    let sized: Value = serde_json::from_str(&told).unwrap();
    let tried = sized["tried"].as_array().unwrap();
    assert_eq!(tried.len(), 4, "the cost of a setting is known only when it has been simulated");
    let cost = |setting: &Value| setting["cost"].as_f64().unwrap();
    assert!(tried.windows(2).all(|pair| cost(&pair[0]) <= cost(&pair[1])), "by increasing cost");
    let met: Vec<&Value> = tried.iter().filter(|setting| setting["verdict"] == "met").collect();
    assert_eq!(sized["answer"], *met[0]);
    // More workers than are ever asked for cost the same.
    let as_cheap = sized["as_cheap"].as_array().unwrap();
    assert_eq!(as_cheap.iter().collect::<Vec<_>>(), met[1..], "{sized:#}");
    assert_eq!(met.len(), 4);
    let [_, why] = size(&["--cost", "worker.runner=0.4/h"], 2);
    assert!(why.contains("has a `price` in the scenario, too"), "{why}");
    let [_, why] = size(&["--cost", "worker.runner.capacity.slot=1"], 2);
    assert!(why.contains("worker.GROUP=PRICE/h"), "{why}");
}

#[test]
fn the_api_lists_the_workers_that_are_there() {
    let scenario = format!(
        "{FRAME}\n[worker.w]\ncapacity = {{ slot = 1 }}\nshifts = [{{ from = \"08:00\", to = \"10:00\", count = 2 }}]\n"
    );
    let sandbox = Sandbox::with("day.toml", &scenario);
    for (at, expected) in [("7h", 0), ("9h", 2), ("11h", 0)] {
        let output = sandbox.claimsim(&["audit", "day.toml", "--at", at, "workers"]).assert().success();
        let rows: Value = serde_json::from_slice(&output.get_output().stdout).unwrap();
        assert_eq!(rows["workers"].as_array().unwrap().len(), expected, "{at}: {rows:#}");
    }
}
