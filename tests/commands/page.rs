//! `report.html` and `claimsim report`: every study leaves a page, and a folder gives the same one
//! again.

use std::fs;

use serde_json::Value;

use crate::support::{Sandbox, text};

/// Two actions whose names are markup.
pub(super) const HOSTILE: &str = r#"
# Who waits for `<b>&"'`?
#
# $ claimsim run s.toml
name = "hostile <i>name<i> & \"more\""
horizon = "1d"
replications = 2
slo = { wait = "1m" }
worker.w = { count = 1, capacity = { "a<b>&'\"" = 1 } }
[action."<script>alert(1)//"]
capacity = { "a<b>&'\"" = 1 }
arrival = { poisson = { rate = "20/h" } }
service = { exponential = { mean = "2m" } }
[action.plain]
capacity = { "a<b>&'\"" = 1 }
arrival = { poisson = { rate = "1/h" } }
service = "10s"
"#;

/// A study of each kind, in the folder of its name.
const STUDIES: [(&str, &[&str]); 6] = [
    ("run", &["run", "s.toml", "--jobs"]),
    (
        "compare",
        &["compare", "s.toml", "--policy", "first-fit", "--policy", "largest-first", "--max-replications", "10"],
    ),
    ("sweep", &["sweep", "s.toml", "--vary", "worker.w.count=1,2"]),
    ("elasticity", &["sweep", "s.toml", "--elasticity", "--show", "mean(wait)"]),
    (
        "size",
        &["size", "s.toml", "--vary", "worker.w.count=1..2", "--meet", "mean(wait) < 5m", "--max-replications", "10"],
    ),
    ("backtest", &["backtest", "s.toml", "--history", "run/jobs.csv", "--replications", "5"]),
];

fn page(sandbox: &Sandbox, folder: &str) -> String {
    fs::read_to_string(sandbox.path(folder).join("report.html")).unwrap_or_else(|error| panic!("{folder}: {error}"))
}

fn is_listed(sandbox: &Sandbox, folder: &str, file: &str) -> bool {
    let manifest: Value =
        serde_json::from_slice(&fs::read(sandbox.path(folder).join("manifest.json")).unwrap()).unwrap();
    manifest["outputs"].as_array().unwrap().iter().any(|output| output["file"] == file)
}

#[test]
fn every_study_leaves_a_page_and_its_folder_gives_the_same_one_again() {
    let sandbox = Sandbox::with("s.toml", HOSTILE);
    for (study, arguments) in STUDIES {
        let out = [arguments, &["--quiet", "--out", study]].concat();
        let done = sandbox.claimsim(&out).output().unwrap();
        assert!(matches!(done.status.code(), Some(0 | 1 | 3)), "{study}: {}", text(&done.stderr));
        let page = page(&sandbox, study);
        assert!(is_listed(&sandbox, study, "report.html") && is_listed(&sandbox, study, "report.json"), "{study}");
        assert!(page.len() < 1_000_000, "{study}: {} bytes", page.len());
        assert_eq!(page.matches("<script").count(), 1, "{study}: names are not markup");
        assert!(!page.contains("<i>name") && !page.contains("<b>&"), "{study}");
        for words in ["Who waits for", "id=\"answer\"", "id=\"figures\"", "claimsim reproduce .", "class=\"chart\""] {
            assert!(page.contains(words), "{study}: {words}");
        }
        // Nothing but the page is left out without it; later the folder gives the same page.
        let without = format!("{study}-without");
        let _ = sandbox.claimsim(&[arguments, &["--quiet", "--no-report", "--out", &without]].concat()).output();
        let files = |folder: &str| -> Vec<_> {
            let files = sandbox.files(folder).into_iter();
            files.filter(|(path, _)| path != "manifest.json" && path != "report.html").collect()
        };
        assert!(!is_listed(&sandbox, &without, "report.html") && files(&without) == files(study), "{study}");
        sandbox.stdout(&["report", &without, "--out", &format!("{study}.html")]);
        assert!(!is_listed(&sandbox, &without, "report.html"), "--out leaves the folder as it is");
        sandbox.stdout(&["report", &without]);
        assert!(sandbox.files(&without) == sandbox.files(study), "{study}");
        assert!(fs::read_to_string(sandbox.path(&format!("{study}.html"))).unwrap() == page, "{study}");
        sandbox.stdout(&["reproduce", &without]);
    }
}

#[test]
fn the_page_repeats_the_warnings_of_the_terminal() {
    let sandbox = Sandbox::with("s.toml", &HOSTILE.replace("20/h", "60/h"));
    let done = sandbox.claimsim(&["run", "s.toml", "--out", "o"]).output().unwrap();
    let (printed, page) = (text(&done.stdout) + &text(&done.stderr), page(&sandbox, "o"));
    let plain = page.replace("<code>", "`").replace("</code>", "`").replace("&lt;", "<").replace("&gt;", ">");
    let warnings: Vec<&str> = printed.lines().filter_map(|line| line.strip_prefix("warning: ")).collect();
    assert!(warnings.len() >= 2, "{printed}");
    let section = plain.split("id=\"warnings\"").nth(1).unwrap();
    for warning in warnings {
        let words: Vec<&str> = warning.split_whitespace().take(4).collect();
        assert!(section.contains(&words.join(" ")), "{warning} is missing");
    }
}

#[test]
fn a_longer_run_keeps_its_page_or_its_lack() {
    let sandbox = Sandbox::small();
    for (folder, more) in [("with", &[][..]), ("without", &["--no-report"])] {
        sandbox.stdout(&[&["run", "small.toml", "--quiet", "--out", folder], more].concat());
        sandbox.stdout(&["run", "--extend", folder, "--replications", "5", "--quiet"]);
        let whole = format!("{folder}-whole");
        let run = ["run", "small.toml", "--quiet", "--replications", "5", "--out", &whole];
        sandbox.stdout(&[&run, more].concat());
        assert!(sandbox.files(folder) == sandbox.files(&whole), "{folder}");
        assert_eq!(is_listed(&sandbox, folder, "report.html"), more.is_empty());
    }
}

#[test]
fn folders_of_earlier_versions_have_a_page_without_an_answer() {
    let sandbox = Sandbox::small();
    sandbox.stdout(&["run", "small.toml", "--quiet", "--no-report", "--out", "o"]);
    let path = sandbox.path("o/manifest.json");
    let mut manifest: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    manifest["outputs"].as_array_mut().unwrap().retain(|output| output["file"] != "report.json");
    fs::write(&path, manifest.to_string()).unwrap();
    fs::remove_file(sandbox.path("o/report.json")).unwrap();
    let done = sandbox.claimsim(&["report", "o"]).output().unwrap();
    assert!(done.status.success() && text(&done.stderr).contains("no answer"), "{}", text(&done.stderr));
    let page = page(&sandbox, "o");
    assert!(page.contains("before studies kept their answer") && page.contains("summary.csv"));
}

#[test]
fn what_is_no_run_of_ours_or_changed_is_refused() {
    let sandbox = Sandbox::small();
    sandbox.stdout(&["run", "small.toml", "--quiet", "--out", "o"]);
    assert!(sandbox.refused(&["report", "nowhere"]).contains("is not a run of claimsim"));
    assert!(sandbox.refused(&["report", "o", "--out", "small.toml"]).contains("small.toml exists"));
    sandbox.write("o/notes.txt", "mine");
    let said = text(&sandbox.claimsim(&["report", "o"]).assert().code(1).get_output().stderr);
    assert!(said.contains("notes.txt") && said.contains("--out"), "{said}");
    sandbox.stdout(&["report", "o", "--out", "page.html"]);
    sandbox.write("o/summary.csv", "policy,action\n");
    let said = sandbox.refused(&["report", "o", "--out", "other.html"]);
    assert!(said.contains("has been changed since it was made (summary.csv)"), "{said}");
    assert!(!sandbox.path("other.html").exists());
}
