//! The key `load`: as many arrivals as if the rates had been written out.

use crate::support::Sandbox;

const HEAD: &str = r#"
    horizon = "2h"
    seed = 3
    replications = 2
    claim = { delay = "none" }
    [worker.server]
    count = 4
    capacity = { slot = 1 }
    [action.job]
    capacity = { slot = 1 }
    service = { exponential = { mean = "1.5s" } }
"#;

/// The tables of a run and its log of jobs.
fn tables(text: &str, settings: &[&str]) -> Vec<Vec<u8>> {
    let sandbox = Sandbox::with("s.toml", text);
    sandbox.write("trace.csv", "at_s\n0.6\n3\n3\n7.5\n10.000000001\n");
    sandbox.write("scaled.csv", "at_s\n0.4\n2\n2\n5\n6.666666667\n");
    let mut command = vec!["run", "s.toml", "--jobs", "--quiet", "--out", "run"];
    command.extend(settings.iter().flat_map(|setting| ["--set", setting]));
    sandbox.stdout(&command);
    let bytes = |file: &str| std::fs::read(sandbox.path(&format!("run/{file}"))).unwrap();
    ["summary.csv", "wait_times.csv", "utilization.csv", "jobs.csv"].map(bytes).into()
}

#[test]
fn a_load_is_the_same_as_rates_written_out() {
    for (arrival, load, written) in [
        ("{ poisson = { rate = \"2/s\" } }", "0.5", "{ poisson = { rate = \"1/s\" } }"),
        ("{ poisson = { rate = \"2/s\" } }", "1", "{ poisson = { rate = \"2/s\" } }"),
        ("{ poisson = { rate = \"2/s\", batch = 2 } }", "1.5", "{ poisson = { rate = \"3/s\", batch = 2 } }"),
        (
            "{ renewal = { between = { exponential = { mean = \"0.75s\" } } } }",
            "1.5",
            "{ renewal = { between = { exponential = { mean = \"0.5s\" } } } }",
        ),
        (
            "{ renewal = { between = { uniform = { low = \"0.5s\", high = \"2s\" } } } }",
            "2",
            "{ renewal = { between = { uniform = { low = \"0.25s\", high = \"1s\" } } } }",
        ),
        (
            "{ renewal = { between = { hyperexponential = { phases = [{ p = 0.5, mean = \"1s\" }, { p = 0.5, mean = \"3s\" }] } } } }",
            "2",
            "{ renewal = { between = { hyperexponential = { phases = [{ p = 0.5, mean = \"0.5s\" }, { p = 0.5, mean = \"1.5s\" }] } } } }",
        ),
        (
            "{ renewal = { between = { empirical = { values = [\"1s\", \"3s\"] } } } }",
            "0.5",
            "{ renewal = { between = { empirical = { values = [\"2s\", \"6s\"] } } } }",
        ),
        ("{ renewal = { between = \"3s\" } }", "1.5", "{ renewal = { between = \"2s\" } }"),
        ("{ trace = { file = \"trace.csv\" } }", "1.5", "{ trace = { file = \"scaled.csv\" } }"),
        (
            "{ trace = { file = \"trace.csv\", time_scale = 2 } }",
            "0.5",
            "{ trace = { file = \"trace.csv\", time_scale = 4 } }",
        ),
    ] {
        let scenario = |arrival: &str| format!("{HEAD}    arrival = {arrival}\n");
        let loaded = tables(&scenario(arrival), &[&format!("load={load}")]);
        assert_eq!(loaded, tables(&scenario(written), &[]), "{arrival} at {load}");
    }
}

#[test]
fn profiles_have_all_rates_multiplied() {
    let day = |rate: f64| {
        let rates: Vec<String> = (0..24).map(|hour| format!("\"{}/s\"", rate * f64::from(1 + hour % 3))).collect();
        format!("{HEAD}    arrival = {{ profile = {{ rates = [{}] }} }}\n", rates.join(", "))
    };
    assert_eq!(tables(&day(0.5), &["load=1.5"]), tables(&day(0.75), &[]));
}

#[test]
fn crons_single_jobs_and_closed_sources_stay() {
    let others = r#"
        [cron.job]
        schedule = "0 * * * * *"
        [[job]]
        action = "job"
        at = "1h"
        [action.closed]
        capacity = { slot = 1 }
        service = "20s"
        arrival = { closed = { population = 2, think = { exponential = { mean = "1m" } } } }
    "#;
    let scenario = format!("{HEAD}{others}");
    assert_eq!(tables(&scenario, &["load=2"]), tables(&scenario, &[]));
}

#[test]
fn loads_vary_and_check_says_the_effective_load() {
    let sandbox = Sandbox::with("s.toml", &format!("{HEAD}    arrival = {{ poisson = {{ rate = \"2/s\" }} }}\n"));
    let sweep = ["sweep", "s.toml", "--vary", "load=0.5,1,1.2", "--show", "utilization(slot)", "--quiet", "--out", "o"];
    sandbox.stdout(&sweep);
    let rows = sandbox.table("o/sweep.csv");
    let loads: Vec<&str> = rows.iter().map(|row| row["load_number"].as_str()).collect();
    assert!(loads.contains(&"0.5") && loads.contains(&"1.2"), "{loads:?}");
    // A range of decimals goes up by one in the last place.
    let range = ["sweep", "s.toml", "--vary", "load=0.9..1.2", "--show", "utilization(slot)", "--quiet", "--out", "o"];
    sandbox.stdout(&range);
    let mut loads: Vec<String> = sandbox.table("o/sweep.csv").iter().map(|row| row["load"].clone()).collect();
    loads.dedup();
    assert_eq!(loads, ["0.9", "1", "1.1", "1.2"]);
    // Two jobs a second of 1.5 s on four servers, times the load.
    for (load, share) in [("0.5", "38 %"), ("1.2", "90 %")] {
        let text = sandbox.stdout(&["check", "s.toml", "--set", &format!("load={load}")]);
        assert!(text.contains(share) && text.contains(&format!("load = {load}")), "{text}");
    }
    for wrong in ["0", "-1", "1e10", "1e-12"] {
        let message = sandbox.refused(&["check", "s.toml", "--set", &format!("load={wrong}")]);
        assert!(message.contains("load") && message.contains("write a number from 1e-9 to 1e9"), "{wrong}: {message}");
    }
    for wrong in ["nan", "inf", "\"2\""] {
        let message = sandbox.refused(&["check", "s.toml", "--set", &format!("load={wrong}")]);
        assert!(message.contains("number"), "{message}");
    }
}
