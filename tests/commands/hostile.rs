//! Inputs that mean harm, or that a mistake has made: they are refused with the reason, in bounded
//! time and memory, and nothing in them reaches a terminal as a command.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::{SMALL, Sandbox, text};

/// A scenario whose jobs come from a file.
fn trace(file: &str) -> String {
    format!(
        "horizon = \"1h\"\n[worker.w]\ncapacity = {{ s = 1 }}\n[action.a]\ncapacity = {{ s = 1 }}\nservice = \"1s\"\n\
         arrival = {{ trace = {{ file = '{file}' }} }}\n"
    )
}

#[test]
fn names_that_hide_something_or_are_formulas_are_refused_wherever_they_come_from() {
    let worker = "[worker.\"@w\"]\ncapacity = { scan = 1 }\n";
    for (scenario, words) in [
        (SMALL.replace("\"small\"", "\"=cmd\""), "`name` must be usable as the name of a folder; it begins with `=`"),
        (SMALL.replace("\"small\"", &format!("\"{}\"", "n".repeat(201))), "has 201 bytes, and may have 200"),
        (
            SMALL.replace("[action.scan]", "[action.\"sc\\u202Ean\"]"),
            "the name of an action has an invisible character",
        ),
        (format!("{SMALL}{worker}"), "the name of a group of workers begins with `@`"),
        (SMALL.replace("scan = 1, ", "\"+scan\" = 1, scan = 1, "), "the name of a resource begins with `+`"),
        (SMALL.replace("count = 2", "ids = [\"a\\u001B[2J\", \"b\"]"), "the name of a worker has a control character"),
    ] {
        let sandbox = Sandbox::with("s.toml", &scenario);
        let said = sandbox.refused(&["check", "s.toml"]);
        assert!(said.contains(words) && said.contains("s.toml:"), "{words} is missing in\n{said}");
        assert!(!said.contains(['\u{1b}', '\u{202e}']), "{said:?}");
    }
    let sandbox = Sandbox::small();
    let said = sandbox.refused(&["compare", "small.toml", "--contender", "=a: seed=1", "--contender", "b: seed=2"]);
    assert!(said.contains("the name begins with `=`"), "{said}");
    sandbox.write("t.toml", &trace("t.csv"));
    sandbox.write("t.csv", "at_s,need.=s\n1,1\n");
    assert!(sandbox.refused(&["check", "t.toml"]).contains("`t.csv`: the name `=s` of a resource begins with `=`"));
    let registry = "horizon = \"1h\"\nregistry = { workers = \"w.json\" }\n";
    sandbox.write("r.toml", registry);
    sandbox.write("w.json", r#"{"workers": [{"id": "-w", "status": "running", "capacityMap": {"s": 1}}]}"#);
    assert!(sandbox.refused(&["check", "r.toml"]).contains("`w.json`: the name `-w` of a worker begins with `-`"));
}

#[test]
fn escapes_in_files_do_not_reach_the_terminal() {
    let sandbox = Sandbox::with("t.toml", &trace("t.csv"));
    sandbox.write("t.csv", "at_s,action\n1,x\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}\n");
    let said = sandbox.refused(&["check", "t.toml"]);
    assert!(said.contains("there is no action `x\\u{1b}]0;owned\\u{7}\\u{9b}31m\\u{202e}`"), "{said}");
    assert!(!said.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}']), "{said:?}");
    // Comments and values of the scenario itself are shown with their line.
    sandbox.write("c.toml", "horizon = \"\u{9b}31m\" # \u{200f}\u{fffe}\n");
    let said = sandbox.refused(&["check", "c.toml"]);
    assert!(!said.contains(['\u{9b}', '\u{200f}', '\u{fffe}']), "{said:?}");
}

#[test]
fn json_stays_json() {
    let sandbox = Sandbox::small();
    sandbox.write("odd\u{202e}\u{9b}\u{1ffff}.csv", "at_s,other\n1,1\n");
    sandbox.write(
        "t.toml",
        &trace("odd\u{202e}\u{9b}\u{1ffff}.csv").replace("' } }", "', columns = { at_s = 'at_s' } } }"),
    );
    let printed = sandbox.stdout(&["check", "t.toml", "--json"]);
    assert!(printed.is_ascii(), "{printed:?}");
    let document: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let title = document["scenarios"][0]["notes"][0]["title"].as_str().unwrap();
    assert!(title.starts_with("odd\u{202e}\u{9b}\u{1ffff}.csv: "), "{title:?}");
}

#[cfg(unix)]
#[test]
fn a_scenario_reads_files_below_its_folder_only() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("theirs")).unwrap();
    sandbox.write("secret.csv", "at_s\n1\n");
    std::os::unix::fs::symlink("../secret.csv", sandbox.path("theirs/link.csv")).unwrap();
    let absolute = sandbox.path("secret.csv").to_str().unwrap().to_owned();
    for file in ["../secret.csv", "link.csv", "x/../../secret.csv", &absolute] {
        fs::create_dir_all(sandbox.path("theirs/x")).unwrap();
        sandbox.write("theirs/s.toml", &trace(file));
        let said = sandbox.refused(&["run", "theirs/s.toml", "--out", "out"]);
        assert!(said.contains("it is not below the folder of the scenario"), "{file}: {said}");
        assert!(!sandbox.path("out").exists());
        sandbox.claimsim(&["check", "theirs/s.toml", "--allow-outside"]).assert().success();
        // For a scenario on standard input it is the current folder.
        let mut check = sandbox.claimsim(&["check", "-"]);
        let from_input = check.current_dir(sandbox.path("theirs")).write_stdin(trace(file)).assert().code(2);
        assert!(text(&from_input.get_output().stderr).contains("not below the folder"));
    }
    // A path on the command line is the user's own.
    sandbox.write("theirs/own.csv", "at_s\n1\n");
    sandbox.write("theirs/s.toml", &trace("own.csv"));
    let set = "action.a.arrival.trace.file=../secret.csv";
    sandbox.claimsim(&["run", "theirs/s.toml", "-q", "--out", "out", "--set", set]).assert().success();
    sandbox.claimsim(&["reproduce", "out"]).assert().success();
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_are_not_waited_for() {
    let sandbox = Sandbox::with("s.toml", &trace("pipe.csv"));
    assert!(Command::new("mkfifo").arg(sandbox.path("pipe.csv")).status().unwrap().success());
    assert!(sandbox.refused(&["check", "s.toml"]).contains("not a regular file but a pipe or a device"));
    assert!(sandbox.refused(&["check", "pipe.csv"]).contains("not a regular file but a pipe or a device"));
    sandbox.write("s.toml", &trace("/dev/zero"));
    let endless = ["check", "s.toml", "--allow-outside"];
    assert!(sandbox.refused(&endless).contains("not a regular file but a pipe or a device"));
    let given = ["check", "s.toml", "--memory", "64MB", "--set", "action.a.arrival.trace.file=/dev/zero"];
    assert!(sandbox.refused(&given).contains("it has more than 2 MiB"));
}

#[test]
fn large_files_are_refused_however_small_they_are_packed() {
    let sandbox = Sandbox::with("s.toml", &trace("t.csv.gz"));
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(b"at_s\n").unwrap();
    for _ in 0..200 {
        packed.write_all("1\n".repeat(20_000).as_bytes()).unwrap();
    }
    fs::write(sandbox.path("t.csv.gz"), packed.finish().unwrap()).unwrap();
    let said = sandbox.refused(&["check", "s.toml", "--memory", "64MB"]);
    assert!(said.contains("the unpacked file is too large: it has more than 2 MiB"), "{said}");
    assert!(said.contains("--memory"), "{said}");
}

/// 3,000 lines, each with a number between two words.
fn numbered(before: &str, after: &str) -> String {
    (0..3000).fold(String::new(), |lines, number| lines + &format!("{before}{number}{after}\n"))
}

#[test]
fn a_hundred_of_many_mistakes_are_shown_and_all_are_counted() {
    let keys = numbered("zz", " = 1");
    let sandbox = Sandbox::with("s.toml", &format!("{keys}{SMALL}"));
    let said = sandbox.refused(&["check", "s.toml"]);
    assert_eq!(said.matches("error: unknown key").count(), 100, "{said}");
    assert!(said.contains("`zz0`") && said.contains("Only the first 100 of 3000 errors"), "{said}");

    let rows = numbered("1,z", "");
    sandbox.write("t.toml", &trace("t.csv"));
    sandbox.write("t.csv", &format!("at_s,action\n{rows}"));
    let said = sandbox.refused(&["check", "t.toml"]);
    assert!(said.contains("Only the first 100 of 3000 errors"), "{said}");

    // Each mistake in a table of its own.
    let jobs: String = (0..500).map(|_| "[[job]]\naction = \"scan\"\nat = \"1m\"\nwhen = 5\n").collect();
    sandbox.write("j.toml", &format!("{SMALL}{jobs}"));
    let said = sandbox.refused(&["check", "j.toml"]);
    assert!(said.contains("there are more mistakes, which are not shown yet"), "{said}");
}

#[test]
fn a_run_that_needs_too_much_memory_stops_with_the_remedy() {
    let sandbox = Sandbox::small();
    // Certain before the run: 100,000 jobs a second for two hours.
    let growing = ["--set", "action.scan.arrival.poisson.rate=100000/s", "--memory", "1GB"];
    let refused = sandbox.claimsim(&[&["run", "small.toml", "-q"], &growing[..]].concat()).assert().code(1);
    let said = text(&refused.get_output().stderr);
    assert!(said.contains("jobs wait at the end of the run") && said.contains("[queue] limit"), "{said}");
    // Jobs may leave, so that only the run shows how many wait.
    let rate = "action.scan.arrival.poisson.rate=100000/s";
    let growing = ["--set", rate, "--set", "action.scan.patience=1d", "--memory", "64MB"];
    let stopped = sandbox.claimsim(&[&["run", "small.toml", "-q"], &growing[..]].concat()).assert().code(1);
    let said = text(&stopped.get_output().stderr);
    assert!(said.contains("needs more than 64 MB of memory") && said.contains("[queue] limit"), "{said}");
    assert!(sandbox.files("results").is_empty(), "something is left behind");

    let many = ["run", "small.toml", "-q", "--replications", "1000000000"];
    let said = text(&sandbox.claimsim(&many).assert().code(1).get_output().stderr);
    assert!(said.contains("1000000000 replications need about") && said.contains("--memory"), "{said}");
    sandbox.claimsim(&["run", "small.toml", "-q", "--threads", "65535"]).assert().success();
    assert!(sandbox.refused(&["run", "small.toml", "--memory", "4"]).contains("write a size of at least 64MB"));
}

#[test]
fn seeds_have_one_range() {
    let (most, more) = (i64::MAX.to_string(), (i64::MAX as u64 + 1).to_string());
    let sandbox = Sandbox::small();
    sandbox.claimsim(&["run", "small.toml", "-q", "--seed", &most]).assert().success();
    sandbox.claimsim(&["run", "small.toml", "-q", "--set", &format!("seed={most}")]).assert().success();
    assert!(sandbox.refused(&["run", "small.toml", "--seed", &more]).contains(&most));
    assert!(sandbox.refused(&["run", "small.toml", "--set", &format!("seed={more}")]).contains(&most));
}

/// Puts the digest of a changed file right in the manifest.
fn reseal(sandbox: &Sandbox, folder: &str, change: impl FnOnce(String) -> String) {
    let path = format!("{folder}/manifest.json");
    let manifest = fs::read_to_string(sandbox.path(&path)).unwrap();
    sandbox.write(&path, &change(manifest));
}

/// Damages the text of a file.
type Damage<'a> = &'a dyn Fn(&str) -> String;

#[test]
fn damaged_runs_are_refused_with_file_and_column() {
    let sandbox = Sandbox::small();
    for (file, column, keep) in
        [("utilization.csv", "queue_length", 4), ("wait_times.csv", "wait_s", 4), ("wait_times.csv", "p", 3)]
    {
        sandbox.claimsim(&["run", "small.toml", "-q", "--out", "run"]).assert().success();
        let old = fs::read_to_string(sandbox.path(&format!("run/{file}"))).unwrap();
        let cut = |line: &str| line.split(',').take(keep).collect::<Vec<_>>().join(",") + "\n";
        let new: String = old.lines().map(cut).collect();
        sandbox.write(&format!("run/{file}"), &new);
        reseal(&sandbox, "run", |manifest| manifest.replace(&digest(&old), &digest(&new)));
        let said = sandbox.refused(&["run", "--extend", "run", "--replications", "5"]);
        let column = if file.starts_with('u') { "busy" } else { column };
        assert!(said.contains(&format!("{file} is damaged: it has no column `{column}`")), "{said}");
    }
    // A cell that should be a number.
    sandbox.claimsim(&["run", "small.toml", "-q", "--out", "run"]).assert().success();
    let old = fs::read_to_string(sandbox.path("run/wait_times.csv")).unwrap();
    let new = old.replacen(",0.5,", ",half,", 1);
    sandbox.write("run/wait_times.csv", &new);
    reseal(&sandbox, "run", |manifest| manifest.replace(&digest(&old), &digest(&new)));
    let said = sandbox.refused(&["run", "--extend", "run", "--replications", "5"]);
    assert!(said.contains("wait_times.csv is damaged at line") && said.contains("column `p`"), "{said}");

    // Figures of another run, the form of earlier versions, and too few or too many rows.
    let half = |old: &str| old[..old.len() / 2].to_owned();
    let repeated = |old: &str| old.to_owned() + old.lines().last().unwrap() + "\n";
    let renamed = |old: &str| old.replacen(",mean,", ",meen,", 1);
    let wide = |_: &str| "replication,mean(wait_s)\n0,1.5\n".to_owned();
    let unknown = |old: &str| old.to_owned() + "first-fit,all,99,0,0\n";
    let cases: [(&str, Damage, &str); 6] = [
        ("replications.csv", &renamed, "replications.csv has other figures than this run"),
        ("replications.csv", &wide, "replications.csv has the form of an earlier version"),
        ("replications.csv", &half, "replications.csv "),
        ("utilization.csv", &half, "utilization.csv is damaged at line"),
        ("utilization.csv", &repeated, "utilization.csv is damaged at line"),
        ("wait_times.csv", &unknown, "column `replication`"),
    ];
    for (file, change, words) in cases {
        sandbox.claimsim(&["run", "small.toml", "-q", "--out", "run"]).assert().success();
        let old = fs::read_to_string(sandbox.path(&format!("run/{file}"))).unwrap();
        let new = change(&old);
        sandbox.write(&format!("run/{file}"), &new);
        reseal(&sandbox, "run", |manifest| manifest.replace(&digest(&old), &digest(&new)));
        let said = sandbox.refused(&["run", "--extend", "run", "--replications", "5"]);
        assert!(said.contains(words), "{file}: {said}");
    }

    // A manifest that names files outside, or options that the command line refuses.
    for (from, to, words) in [
        ("\"inputs/scenario.toml\"", "\"../small.toml\"", "`../small.toml` is not a file of the folder"),
        ("\"options\": {", "\"options\": {\"replications\": 0, ", "`replications` cannot be 0"),
        ("\"options\": {", "\"options\": {\"batches\": 0, ", "`batches` cannot be 0"),
    ] {
        sandbox.claimsim(&["run", "small.toml", "-q", "--out", "bad", "--policy", "first-fit"]).assert().success();
        sandbox.claimsim(&["run", "small.toml", "-q", "--out", "good"]).assert().success();
        reseal(&sandbox, "bad", |manifest| manifest.replacen(from, to, 1));
        for command in [
            &["reproduce", "bad"][..],
            &["diff", "good", "bad"],
            &["run", "--extend", "bad", "--replications", "9"],
            &["compare", "small.toml", "--baseline", "bad"],
        ] {
            let said = sandbox.refused(command);
            assert!(said.contains(words), "{command:?}: {said}");
        }
        fs::remove_dir_all(sandbox.path("bad")).unwrap();
    }
}

fn digest(text: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[test]
fn a_reader_that_stops_does_not_change_the_exit_code() {
    let sandbox = Sandbox::small();
    sandbox.write("bad.toml", "x = 1");
    for (out, seed) in [("one", "1"), ("two", "2")] {
        sandbox.claimsim(&["run", "small.toml", "-q", "--out", out, "--seed", seed]).assert().success();
    }
    let endless = ["cron", "* * * * * *", "--from", "2017-01-01T00:00:00Z", "--count", "100000000"];
    for (arguments, code) in [
        (&endless[..], 0),
        (&["diff", "one", "two"][..], 1),
        (&["diff", "one", "one"], 0),
        (&["check", "small.toml", "bad.toml"], 2),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_claimsim"));
        command.current_dir(sandbox.path("")).args(arguments).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(code), "{arguments:?}");
    }
}
