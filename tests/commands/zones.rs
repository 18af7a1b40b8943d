//! Time zones through the program, on days on which clocks change: windows, hours, crons, shifts,
//! and what is refused.

use serde_json::Value;

use crate::support::Sandbox;

/// Two days from a local midnight on, with a job at half past every hour of UTC.
fn two_days(zone: &str, start: &str, horizon: &str, minutes: &str) -> String {
    format!(
        r#"
        time_zone = "{zone}"
        start = "{start}"
        horizon = "{horizon}"
        claim = {{ delay = "none" }}
        [worker.w]
        count = 1
        capacity = {{ slot = 1 }}
        [action.tick]
        service = "6m"
        [cron.tick]
        time_zone = "UTC"
        schedule = "0 {minutes} * * * *"
        [action.long]
        capacity = {{ slot = 1 }}
        service = "45m"
        "#
    )
}

fn shown(sandbox: &Sandbox, quantity: &str) -> Option<f64> {
    let sweep = ["sweep", "s.toml", "--vary", "seed=1", "--show", quantity, "--json", "--quiet", "--out", "sweep"];
    let document: Value = serde_json::from_str(&sandbox.stdout(&sweep)).unwrap();
    document["points"][0]["shown"][quantity]["value"].as_f64()
}

#[test]
fn windows_on_days_of_clock_changes_are_worked_by_hand() {
    // In autumn the Sunday has 25 hours, and 2 o'clock twice.
    let long = "[[job]]\naction = \"long\"\nat = \"2026-10-25T00:30:00Z\"\n";
    let autumn = two_days("Europe/Berlin", "2026-10-23T22:00:00Z", "49h", "30") + long;
    // In spring it has 23, and no 2 o'clock.
    let spring = two_days("Europe/Berlin", "2026-03-27T23:00:00Z", "47h", "30");
    // The same in the south, in April and October.
    let april = two_days("Australia/Sydney", "2026-04-03T13:00:00Z", "49h", "30");
    let october = two_days("Australia/Sydney", "2026-10-02T14:00:00Z", "47h", "30");
    // One Sunday of 24 and a half hours: 1:30 to 2 comes twice.
    let half = two_days("Australia/Lord_Howe", "2026-04-04T13:00:00Z", "24h30m", "5,35");
    for (scenario, quantity, expected) in [
        (&autumn, "arrived(jobs, tick, sun 02:00..03:00)", Some(2.0)),
        (&autumn, "arrived(jobs, tick, 02:00..03:00)", Some(3.0)),
        (&autumn, "arrived(jobs, tick, sun)", Some(25.0)),
        (&autumn, "arrived(jobs, tick, sat)", Some(24.0)),
        // The night of Saturday has nine hours.
        (&autumn, "arrived(jobs, tick, sat 22:00..06:00)", Some(9.0)),
        // From 02:30 summer time to 02:15 winter time, of two hours.
        (&autumn, "utilization(slot, sun 02:00..03:00)", Some(45.0 / 120.0)),
        (&autumn, "utilization(slot, sun 03:00..04:00)", Some(0.0)),
        (&autumn, "throughput(tick, sun 02:00..03:00)", Some(2.0 / 7_200.0)),
        (&spring, "mean(wait, tick, sun 02:00..03:00)", None),
        (&spring, "arrived(jobs, tick, sun)", Some(23.0)),
        (&spring, "arrived(jobs, tick, sat 22:00..06:00)", Some(7.0)),
        (&april, "arrived(jobs, tick, sun 02:00..03:00)", Some(2.0)),
        (&april, "arrived(jobs, tick, sat 22:00..06:00)", Some(9.0)),
        (&october, "mean(wait, tick, sun 02:00..03:00)", None),
        (&october, "arrived(jobs, tick, sat 22:00..06:00)", Some(7.0)),
        (&half, "arrived(jobs, tick, 01:30..02:00)", Some(2.0)),
        (&half, "arrived(jobs, tick, 01:00..01:30)", Some(1.0)),
        (&half, "arrived(jobs, tick, 02:00..02:30)", Some(1.0)),
        (&half, "arrived(jobs, tick, sun)", Some(49.0)),
    ] {
        let rounded = |value: Option<f64>| value.map(|value| (value * 1e9).round());
        let found = shown(&Sandbox::with("s.toml", scenario), quantity);
        assert_eq!(rounded(found), rounded(expected), "{quantity}");
    }
}

#[test]
fn hours_are_those_of_the_zone() {
    let by_hour = |scenario: &str, hour: &str| {
        let sandbox = Sandbox::with("s.toml", scenario);
        sandbox.stdout(&["run", "s.toml", "--out", "run", "--quiet"]);
        let table = sandbox.table("run/by_hour.csv");
        let row = table.iter().find(|row| {
            (row["action"].as_str(), row["days"].as_str(), row["hour"].as_str()) == ("tick", "sat-sun", hour)
                && row["measure"] == "jobs"
        });
        let title = String::from_utf8(std::fs::read(sandbox.path("run/charts/by_hour.svg")).unwrap()).unwrap();
        assert!(title.contains("hour of the day (Australia/Lord_Howe)"));
        row.map(|row| (row["value"].parse::<f64>().unwrap() * 1e6).round())
    };
    let half = two_days("Australia/Lord_Howe", "2026-04-04T13:00:00Z", "24h30m", "0,5,35");
    // 1 o'clock has an hour and a half: jobs at 1:00, 1:05, 1:35, at 1:30 (the change) and at 1:35.
    assert_eq!(by_hour(&half, "1"), Some(3_333_333.0));
    // 2 o'clock begins at 15:30 UTC: jobs at 2:05, 2:30 and 2:35.
    assert_eq!(by_hour(&half, "2"), Some(3_000_000.0));
}

#[test]
fn the_manifest_has_the_version_of_the_database() {
    let sandbox = Sandbox::with("s.toml", &two_days("Europe/Berlin", "2026-10-23T22:00:00Z", "26h", "30"));
    sandbox.stdout(&["run", "s.toml", "--out", "run", "--quiet"]);
    let manifest = std::fs::read_to_string(sandbox.path("run/manifest.json")).unwrap();
    let version = claimsim::internals::model::time_zone::DATABASE;
    assert!(version.starts_with("20") && manifest.contains(&format!("\"time_zone_database\": \"{version}\"")));
    sandbox.stdout(&["reproduce", "run"]);
    let utc = ["run", "s.toml", "--set", "time_zone=UTC", "--out", "utc", "--quiet"];
    sandbox.stdout(&utc);
    assert!(!std::fs::read_to_string(sandbox.path("utc/manifest.json")).unwrap().contains("time_zone_database"));
}

#[test]
fn cron_prints_times_of_a_zone() {
    let sandbox = Sandbox::new();
    let from = ["--from", "2026-10-24T00:00:00Z", "--count", "3"];
    let printed = |arguments: &[&str]| sandbox.stdout(&[&["cron"], arguments, &from].concat());
    assert_eq!(
        printed(&["0 30 2 * * *", "--time-zone", "Europe/Berlin"]),
        "2026-10-24T02:30:00+02:00\n2026-10-25T02:30:00+02:00\n2026-10-25T02:30:00+01:00\n"
    );
    let in_utc = "2026-10-24T00:30:00Z\n2026-10-25T00:30:00Z\n2026-10-25T01:30:00Z\n";
    assert_eq!(printed(&["CRON_TZ=Europe/Berlin 0 30 2 * * *"]), in_utc);
    assert_eq!(printed(&["TZ=Europe/Berlin 0 30 2 * * *"]), in_utc);
    assert_eq!(
        printed(&["CRON_TZ=Asia/Tokyo @daily", "--time-zone", "Europe/London"]),
        "2026-10-24T16:00:00+01:00\n2026-10-25T15:00:00Z\n2026-10-26T15:00:00Z\n"
    );
    for (arguments, words) in [
        (["CRON_TZ=Europe/Berln @daily", "--time-zone", "UTC"], "did you mean `Europe/Berlin`?"),
        (["@daily", "--time-zone", "CET"], "abbreviation"),
        (["@daily", "--time-zone", "+02:00"], "Etc/GMT-2"),
    ] {
        let message = sandbox.refused(&[&["cron"], &arguments[..], &from[..2]].concat());
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn an_audit_shows_crons_in_utc() {
    let scenario = r#"
        time_zone = "Europe/Berlin"
        start = "2026-10-24T00:00:00Z"
        horizon = "3d"
        [worker.w]
        [action.gc]
        service = "10m"
        [cron.gc]
        schedule = "0 30 2 * * *"
    "#;
    let sandbox = Sandbox::with("s.toml", scenario);
    let text = sandbox.stdout(&["audit", "s.toml", "--at", "2026-10-25T00:45:00Z", "crons"]);
    let crons: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(crons["crons"][0]["schedule"], "CRON_TZ=Europe/Berlin 0 30 2 * * *");
    assert_eq!(crons["crons"][0]["nextRun"], "2026-10-25T01:30:00Z");
    // As a document of the registry, whose schedules are in UTC, it is refused.
    sandbox.write("crons.json", &text);
    sandbox.write(
        "warm.toml",
        "horizon = \"1d\"\n[worker.w]\n[action.gc]\nservice = \"1m\"\n[registry]\ncrons = \"crons.json\"",
    );
    let message = sandbox.refused(&["check", "warm.toml"]);
    assert!(message.contains("all schedules are in UTC; write `0 30 2 * * *`"), "{message}");
}

#[test]
fn a_night_shift_is_longer_when_clocks_are_put_back() {
    let night = |zone: &str, start: &str| {
        let scenario = format!(
            r#"
            start = "{start}"
            horizon = "3d"
            claim = {{ delay = "none" }}
            [worker.w]
            time_zone = "{zone}"
            capacity = {{ slot = 1 }}
            at_end = "kill"
            shifts = [{{ days = "sat", from = "22:00", to = "06:00", count = 1 }}]
            [action.long]
            capacity = {{ slot = 1 }}
            service = "3d"
            [[job]]
            action = "long"
            at = "0s"
            "#
        );
        shown(&Sandbox::with("s.toml", &scenario), "worker_hours").unwrap()
    };
    for (zone, start, hours) in [
        ("Europe/Berlin", "2026-10-23T12:00:00Z", 9.0),
        ("Europe/Berlin", "2026-03-27T12:00:00Z", 7.0),
        ("Europe/Berlin", "2026-07-03T12:00:00Z", 8.0),
        ("America/Santiago", "2026-09-04T12:00:00Z", 7.0),
        ("Australia/Lord_Howe", "2026-04-03T12:00:00Z", 8.5),
        ("Australia/Lord_Howe", "2026-10-02T12:00:00Z", 7.5),
    ] {
        assert_eq!(night(zone, start), hours, "{zone} {start}");
    }
}
