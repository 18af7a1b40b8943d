//! Windows of the week, the worst hour, and figures by hour.

use serde_json::Value;

use crate::support::{Row, Sandbox};

/// A short job two minutes before every hour of nine days from a Friday on. On weekdays four jobs
/// of 45 minutes, at half-hours from 9 o'clock on. One worker.
const DAYS: &str = r#"
    start = "2017-02-17T00:00:00Z"
    horizon = "9d"
    claim = { delay = "none" }
    [worker.w]
    count = 1
    capacity = { slot = 1 }
    [action.poll]
    capacity = { slot = 1 }
    service = "1m"
    [cron.poll]
    schedule = "0 58 * * * *"
    [action.push]
    capacity = { slot = 1 }
    service = "45m"
    [cron.push]
    schedule = "0 0,30 9,10 * * MON-FRI"
"#;

fn show(sandbox: &Sandbox, quantity: &str) -> Value {
    let sweep = ["sweep", "s.toml", "--vary", "seed=1", "--show", quantity, "--json", "--quiet", "--out", "sweep"];
    let document: Value = serde_json::from_str(&sandbox.stdout(&sweep)).unwrap();
    document["points"][0]["shown"][quantity].clone()
}

#[test]
fn windows_are_worked_by_hand() {
    let sandbox = Sandbox::with("s.toml", DAYS);
    // On a weekday: the pushes of 9:00 and 9:30 start at 9:00 and 9:45, the poll of 9:58 at 10:30,
    // the pushes of 10:00 and 10:30 at 10:31 and 11:16, the polls of 10:58 and 11:58 at 12:01 and
    // 12:02.
    for (quantity, expected) in [
        ("mean(wait, push, 09:00..10:00)", 7.5 * 60.0),
        ("max(wait, push)", 46.0 * 60.0),
        ("mean(wait, poll, mon-fri 10:00..11:00)", 63.0 * 60.0),
        ("mean(wait, poll, sat-sun)", 0.0),
        ("max(wait, mon-fri 11:00..12:00)", 4.0 * 60.0),
        ("share(wait < 5m, push, 09:00..10:00)", 0.5),
        // From 9 to 11 the worker is busy on weekdays, and for two polls on a Saturday.
        ("utilization(slot, mon-fri 09:00..11:00)", 1.0),
        ("utilization(slot, sat 09:00..11:00)", 2.0 / 120.0),
        ("queue_length(push, mon-fri 09:00..10:00)", 15.0 / 60.0),
        // Six weekdays.
        ("arrived(jobs, push, 09:00..10:00)", 12.0),
    ] {
        let value = show(&sandbox, quantity)["value"].as_f64().unwrap();
        assert!((value - expected).abs() < 1e-9, "{quantity}: {value}, not {expected}");
    }
    let worst = show(&sandbox, "p95(wait, worst 1h)");
    assert_eq!(worst["hour"], "mon-fri 10:00..11:00", "{worst}");
    assert_eq!(worst["value"], 63.0 * 60.0);
    assert_eq!(show(&sandbox, "mean(wait, push, sat)")["value"], Value::Null, "no job, no value");
}

#[test]
fn by_hour_has_the_same_figures() {
    let sandbox = Sandbox::with("s.toml", DAYS);
    sandbox.stdout(&["run", "s.toml", "--jobs", "--out", "run"]);
    let table = sandbox.table("run/by_hour.csv");
    let jobs = sandbox.table("run/jobs.csv");
    let find = |action: &str, resource: &str, days: &str, hour: &str, measure: &str, statistic: &str| {
        let is_meant = |row: &&Row| {
            [("action", action), ("resource", resource), ("days", days), ("hour", hour), ("measure", measure)]
                .iter()
                .chain(&[("statistic", statistic)])
                .all(|(column, text)| row[*column] == *text)
        };
        table.iter().find(is_meant).unwrap_or_else(|| panic!("{action} {days} {hour} {measure}"))["value"].clone()
    };
    // The run begins on a Friday: days 0, 3 to 7 are weekdays, 1, 2 and 8 are not.
    let is_weekday = |day: u64| ![1, 2, 8].contains(&day);
    let mut compared = 0;
    for hour in 0..24_u64 {
        for (days, count) in [("mon-fri", 6.0), ("sat-sun", 3.0), ("all", 9.0)] {
            let belongs = |row: &&Row| {
                let due = row["scheduled_at_s"].parse::<f64>().unwrap() as u64;
                let class = days == "all" || is_weekday(due / 86_400) == (days == "mon-fri");
                class && due / 3600 % 24 == hour
            };
            let waits: Vec<f64> = jobs.iter().filter(belongs).map(|row| row["wait_s"].parse().unwrap()).collect();
            let hour = hour.to_string();
            let number = |text: String| text.parse::<f64>().unwrap();
            let arrived = number(find("all", "", days, &hour, "jobs", "arrived"));
            assert!((arrived - waits.len() as f64 / count).abs() < 1e-8);
            let mean = waits.iter().sum::<f64>() / waits.len() as f64;
            let found = number(find("all", "", days, &hour, "wait_s", "mean"));
            assert!((found - mean).abs() < 1e-9 * mean.max(1.0), "{days} {hour}: {found}, not {mean}");
            compared += 1;
        }
    }
    assert_eq!(compared, 72);
    assert_eq!(find("", "slot", "mon-fri", "9", "utilization", "mean"), "1");
    assert_eq!(find("push", "", "mon-fri", "9", "queue_length", "mean"), "0.25");
    assert_eq!(find("", "slot", "mon-fri", "10", "queue_length", "mean").parse::<f64>().unwrap(), 93.0 / 60.0);
    assert!(sandbox.path("run/charts/by_hour.svg").exists());
    let short = ["run", "s.toml", "--set", "horizon=23h", "--out", "short"];
    sandbox.stdout(&short);
    assert!(!sandbox.path("short/by_hour.csv").exists(), "no hours of a part of a day");
}

#[test]
fn targets_and_gates_know_windows() {
    let sandbox = Sandbox::with("s.toml", DAYS);
    let size = |target: &str| {
        let fixed = ["size", "s.toml", "--vary", "worker.w.count=1..3", "--meet", target, "--json", "--quiet"];
        let output = sandbox.claimsim(&fixed).output().unwrap();
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        (document["answer"]["set"]["worker.w.count"].clone(), document["tried"][0]["targets"][0]["hour"].clone())
    };
    // Over the nine days half of the jobs do not wait; from ten to eleven they do.
    assert_eq!(size("p50(wait) < 5m").0, "1");
    assert_eq!(size("p50(wait, mon-fri 10:00..11:00) < 5m").0, "2");
    let (answer, hour) = size("p50(wait, worst 1h) < 5m");
    assert_eq!((answer, hour), ("2".into(), "mon-fri 10:00..11:00".into()));
    for (quantity, part) in [
        ("p95(wait, 9..11)", "time of day"),
        ("p95(wait, poll, scan)", "a window is missing"),
        ("drain(mon-fri)", "of the whole run"),
    ] {
        let message = sandbox.refused(&["sweep", "s.toml", "--vary", "seed=1", "--show", quantity]);
        assert!(message.contains(part), "{quantity}: {message}");
    }
}

/// A row of `jobs.csv`: when it fell due, was claimed and ended, in seconds.
struct Scan {
    replication: usize,
    due: f64,
    claimed: f64,
    ended: f64,
}

/// Seconds of the intersection of an interval with some hours of some days of the week, from Monday
/// on; the run begins on a Monday.
fn seconds_within(from: f64, to: f64, days: std::ops::Range<u32>, hours: std::ops::Range<u32>) -> f64 {
    let of_day = |day: u32| {
        let begin = f64::from(day * 86_400 + hours.start * 3_600);
        let end = f64::from(day * 86_400 + hours.end * 3_600);
        (to.min(end) - from.max(begin)).max(0.0)
    };
    days.map(of_day).sum()
}

/// Definition 7 of Hyndman and Fan.
fn quantile(sorted: &[f64], p: f64) -> f64 {
    let rank = (sorted.len() - 1) as f64 * p;
    let below = rank.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (sorted[above] - sorted[below]) * (rank - below as f64)
}

#[test]
fn windows_on_the_shipped_week_are_those_of_its_jobs() {
    const REPLICATIONS: usize = 2;
    let sandbox = Sandbox::new();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let week = root.join("scenarios/registry-week.toml");
    let week = week.to_str().unwrap();
    sandbox.stdout(&["run", week, "--replications", "2", "--jobs", "--quiet", "--out", "run"]);
    let number = |row: &Row, column: &str| row[column].parse::<f64>().unwrap();
    let scans: Vec<Scan> = sandbox
        .table("run/jobs.csv")
        .iter()
        .filter(|row| row["action"] == "scan_check_single")
        .map(|row| Scan {
            replication: row["replication"].parse().unwrap(),
            due: number(row, "scheduled_at_s"),
            claimed: number(row, "claimed_at_s"),
            ended: number(row, "ended_at_s"),
        })
        .collect();
    assert!(scans.len() > 30_000);
    let windows = [
        ("tue-sun 09:00..11:00", 1..7, 9..11),
        ("mon-fri 09:00..10:00", 0..5, 9..10),
        ("sat-sun", 5..7, 0..24),
        ("wed", 2..3, 0..24),
    ];
    let quantities = |window: &str| {
        let of = |form: &str| format!("{form}, {window})");
        [
            of("mean(wait, scan_check_single"),
            of("p50(wait, scan_check_single"),
            of("p95(wait, scan_check_single"),
            of("p99(service, scan_check_single"),
            of("share(wait < 5m, scan_check_single"),
            of("arrived(jobs, scan_check_single"),
            of("utilization(scan"),
        ]
    };
    let asked: Vec<String> = windows.iter().flat_map(|(window, ..)| quantities(window)).collect();
    let mut command = vec!["sweep", week, "--vary", "seed=2017", "--replications", "2", "--json", "--quiet"];
    command.extend(asked.iter().flat_map(|quantity| ["--show", quantity]));
    let document: Value = serde_json::from_str(&sandbox.stdout(&command)).unwrap();
    for (window, days, hours) in windows {
        let mut expected = [0.0; 7];
        for replication in 0..REPLICATIONS {
            let all = || scans.iter().filter(|scan| scan.replication == replication);
            let is_due = |scan: &&Scan| seconds_within(scan.due, scan.due + 1e-9, days.clone(), hours.clone()) > 0.0;
            let due: Vec<&Scan> = all().filter(is_due).collect();
            assert!((30..=4096).contains(&due.len()), "{window}: {}", due.len());
            let sorted = |of: fn(&Scan) -> f64| {
                let mut values: Vec<f64> = due.iter().map(|scan| of(scan)).collect();
                values.sort_by(f64::total_cmp);
                values
            };
            let (waits, services) = (sorted(|scan| scan.claimed - scan.due), sorted(|scan| scan.ended - scan.claimed));
            let busy = |scan: &Scan| seconds_within(scan.claimed, scan.ended, days.clone(), hours.clone());
            let length = seconds_within(0.0, 7.0 * 86_400.0, days.clone(), hours.clone());
            let values = [
                waits.iter().sum::<f64>() / waits.len() as f64,
                quantile(&waits, 0.5),
                quantile(&waits, 0.95),
                quantile(&services, 0.99),
                waits.iter().filter(|wait| **wait < 300.0).count() as f64 / waits.len() as f64,
                waits.len() as f64,
                // Three workers with one slot each.
                all().map(busy).sum::<f64>() / (3.0 * length),
            ];
            for (sum, value) in expected.iter_mut().zip(values) {
                *sum += value / REPLICATIONS as f64;
            }
        }
        for (quantity, expected) in quantities(window).iter().zip(expected) {
            let value = document["points"][0]["shown"][quantity]["value"].as_f64().unwrap();
            assert!((value - expected).abs() <= 1e-8 * expected.max(1.0), "{quantity}: {value}, not {expected}");
        }
    }
}

#[test]
fn hours_that_are_not_judged_are_named() {
    // In all of twenty replications two or three rare jobs, each at an hour of its own.
    let rare = r#"
        horizon = "24h"
        start = "2017-02-17T00:00:00Z"
        claim = { delay = "none" }
        [worker.w]
        count = 1
        capacity = { slot = 1 }
        [action.usual]
        capacity = { slot = 1 }
        service = { exponential = { mean = "1m" } }
        [cron.usual]
        schedule = "0 0,1 9 * * *"
        [action.rare]
        capacity = { slot = 1 }
        service = "1m"
        arrival = { poisson = { rate = "0.005/h" } }
    "#;
    let sandbox = Sandbox::with("s.toml", rare);
    let size = ["size", "s.toml", "--vary", "worker.w.count=1..2", "--meet", "mean(wait, worst 1h) < 10m"];
    let size = [&size[..], &["--quiet", "--replications", "20", "--max-replications", "20"]].concat();
    let text = sandbox.stdout(&size.iter().copied().filter(|word| *word != "--quiet").collect::<Vec<_>>());
    let document: Value = serde_json::from_str(&sandbox.stdout(&[&size[..], &["--json"]].concat())).unwrap();
    let target = &document["answer"]["targets"][0];
    let unjudged: Vec<&str> =
        target["unjudged"].as_array().unwrap().iter().map(|hour| hour.as_str().unwrap()).collect();
    assert!(!unjudged.is_empty() && unjudged.iter().all(|hour| *hour != "mon-fri 09:00..10:00"), "{unjudged:?}");
    assert_eq!(target["hour"], "mon-fri 09:00..10:00");
    assert!(text.contains("fewer than two replications have a job in them: mon-fri "), "{text}");
}

#[test]
fn a_longer_run_takes_its_hours_and_queues_from_the_folder() {
    let scenario = "horizon = \"2d\"\nclaim = { delay = \"none\" }\n\
        worker.w = { capacity = { s = 1 } }\n\
        action.a = { capacity = { s = 1 }, service = { exponential = { mean = \"5m\" } }, \
        arrival = { poisson = { rate = \"9/h\" } } }\n";
    let sandbox = Sandbox::with("s.toml", scenario);
    for (replications, out) in [("2", "two"), ("12", "twelve")] {
        sandbox.stdout(&["run", "s.toml", "--replications", replications, "--out", out]);
    }
    sandbox.stdout(&["run", "--extend", "two", "--replications", "12", "--out", "longer"]);
    assert_eq!(sandbox.files("twelve"), sandbox.files("longer"));
    let chart = std::fs::read_to_string(sandbox.path("longer/charts/queue_length.svg")).unwrap();
    assert!(chart.contains("averages over 2m") && chart.contains("thin: maximum"), "{chart}");

    // Other values in the file, and the manifest that names them: they are what the longer run has.
    let packed = std::fs::read(sandbox.path("two/extend.gz")).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&*packed), &mut text).unwrap();
    let first = text.split_whitespace().nth(2).unwrap();
    let other = text.replacen(&format!("0 hours {first} "), "0 hours 123456 ", 1);
    let digest = |bytes: &[u8]| {
        use sha2::Digest as _;
        let bytes = sha2::Sha256::digest(bytes);
        bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    };
    let manifest = std::fs::read_to_string(sandbox.path("two/manifest.json")).unwrap();
    let replace = |text: &str| {
        let changed = manifest.replace(&digest(&packed), &digest(text.as_bytes()));
        assert_ne!(manifest, changed);
        std::fs::write(sandbox.path("two/extend.gz"), text).unwrap();
        std::fs::write(sandbox.path("two/manifest.json"), changed).unwrap();
    };
    for (damaged, line) in [
        (text.replacen("1 hours ", "1 horus ", 1), 4),
        (text.replacen("0 queue 0 ", "0 queue ", 1), 2),
        (text.replacen(&format!("0 hours {first}"), "0 hours 1..2..3", 1), 1),
        (text.replacen("0 queue 0 ", "0 queue x ", 1), 2),
        (text.lines().take(5).collect::<Vec<_>>().join("\n"), 6),
        (format!("{text}2 hours -\n"), 7),
        ("\u{1f}\u{8b}".to_owned(), 1),
    ] {
        replace(&damaged);
        let said = sandbox.refused(&["run", "--extend", "two", "--replications", "3", "--out", "other"]);
        assert!(said.contains(&format!("extend.gz is damaged at line {line}")), "{said}");
    }
    replace(&other);
    sandbox.stdout(&["run", "--extend", "two", "--replications", "3", "--out", "other"]);
    let hours = sandbox.table("other/by_hour.csv");
    let mean = hours.iter().find(|row| row["measure"] == "wait_s").map(|row| row["value"].parse::<f64>().unwrap());
    assert!(mean.unwrap() > 123_456.0 / 3.0, "{mean:?}");
}

#[test]
fn the_chart_of_the_queue_shows_a_short_peak() {
    // Sixty jobs of ten seconds at ten o'clock on one day of a week: 59 wait, and one less every
    // ten seconds. On average 44.5 wait in the first five minutes, and 4.9 in the hour.
    let scenario = "horizon = \"7d\"\nclaim = { delay = \"none\" }\nworker.w = { capacity = { s = 1 } }\n\
        action.a = { capacity = { s = 1 }, service = \"10s\", \
        arrival = { renewal = { between = \"106h\", batch = 60 } } }\n";
    let sandbox = Sandbox::with("s.toml", scenario);
    sandbox.stdout(&["run", "s.toml", "--out", "run"]);
    let chart = std::fs::read_to_string(sandbox.path("run/charts/queue_length.svg")).unwrap();
    assert!(chart.contains("peak 44.5") && chart.contains("averages over 5m"), "{chart}");
    let rows = sandbox.table("run/utilization.csv");
    let longest = rows.iter().filter_map(|row| row["queue_length"].parse::<f64>().ok()).fold(0.0, f64::max);
    assert!((longest - 59.0 * 60.0 / 2.0 * 10.0 / 3600.0).abs() < 1e-6, "{longest}");
}

#[test]
fn figures_by_hour_of_very_many_actions_are_of_all_jobs() {
    let with = |actions: usize| {
        let action = |number| format!("[action.a{number}]\ncapacity = {{ s = 1 }}\nservice = \"1s\"\n");
        let actions: String = (0..actions).map(action).collect();
        format!(
            "horizon = \"1d\"\nclaim = {{ delay = \"none\" }}\nworker.w = {{ capacity = {{ s = 1 }} }}\n\
            {actions}[[job]]\naction = \"a0\"\nat = \"90m\"\n[[job]]\naction = \"a199\"\nat = \"90m\"\n"
        )
    };
    for (actions, has_own) in [(200, true), (201, false)] {
        let sandbox = Sandbox::with("s.toml", &with(actions));
        sandbox.stdout(&["run", "s.toml", "--out", "run"]);
        let rows = sandbox.table("run/by_hour.csv");
        assert_eq!(rows.iter().any(|row| row["action"] == "a199"), has_own);
        let jobs: Vec<&str> = rows
            .iter()
            .filter(|row| row["action"] == "all" && row["measure"] == "jobs" && row["days"] == "all")
            .map(|row| row["value"].as_str())
            .collect();
        assert_eq!((jobs.len(), jobs[1]), (24, "2"));
    }
}
