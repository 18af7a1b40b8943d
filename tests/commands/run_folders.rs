//! A finished run is never lost: replacing folders, interruptions, two processes at one place.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::support::{SMALL, Sandbox, text};

const RUN: [&str; 4] = ["run", "small.toml", "--quiet", "--out"];

/// The names in a folder, in order.
fn entries(folder: &Path) -> Vec<OsString> {
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}

/// Begins a run that takes hours, and waits until its draft is there.
fn endless(sandbox: &Sandbox, arguments: &[&str]) -> EndlessRun {
    let drafts = || entries(&sandbox.path("")).iter().filter(|name| is_hidden(name)).count();
    let before = drafts();
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimsim"));
    command.current_dir(sandbox.path("")).args(arguments).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut run = EndlessRun(Some(command.spawn().unwrap()));
    while drafts() == before {
        let child = run.0.as_mut().unwrap();
        assert!(child.try_wait().unwrap().is_none(), "the run ended before it had a draft");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    run
}

/// A run that never ends by itself; a test that fails kills it.
struct EndlessRun(Option<Child>);

impl Drop for EndlessRun {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn is_hidden(name: &OsString) -> bool {
    name.to_str().unwrap().starts_with(".claimsim")
}

/// A scenario whose run takes hours.
fn long() -> Sandbox {
    let sandbox = Sandbox::small();
    sandbox.write("long.toml", &SMALL.replace("\"2h\"", "\"20000d\""));
    sandbox
}

#[test]
fn a_path_through_the_run_itself_replaces_it() {
    let sandbox = Sandbox::small();
    for (number, (inside, out)) in
        [("", "r"), ("r", "../r"), ("", "r/../r"), ("r/charts", "../../r"), ("r", ".")].into_iter().enumerate()
    {
        let (scenario, seed) = (sandbox.path("small.toml"), number.to_string());
        let arguments = ["run", scenario.to_str().unwrap(), "-q", "--out", out, "--seed", &seed];
        let mut command = sandbox.claimsim(&arguments);
        command.current_dir(sandbox.path(inside)).assert().success();
        let manifest = fs::read_to_string(sandbox.path("r/manifest.json")).unwrap();
        assert!(manifest.contains(&format!("\"seed\": {seed},")), "{out} from {inside}: {manifest}");
        assert_eq!(entries(&sandbox.path("")), ["r", "small.toml"]);
    }
}

#[cfg(unix)]
#[test]
fn a_link_keeps_pointing_to_the_new_run() {
    use std::os::unix::fs::symlink;
    let sandbox = Sandbox::small();
    fs::create_dir(sandbox.path("disk")).unwrap();
    symlink("disk/run", sandbox.path("link")).unwrap();
    for seed in ["1", "2"] {
        sandbox.claimsim(&[&RUN[..], &["link", "--seed", seed]].concat()).assert().success();
        assert_eq!(fs::read_link(sandbox.path("link")).unwrap(), Path::new("disk/run"));
        assert_eq!(entries(&sandbox.path("disk")), ["run"]);
    }
    assert!(fs::read_to_string(sandbox.path("disk/run/manifest.json")).unwrap().contains("\"seed\": 2,"));
}

#[test]
fn notes_and_runs_inside_a_run_are_left_alone_and_an_empty_folder_is_filled() {
    let sandbox = Sandbox::small();
    fs::create_dir(sandbox.path("out")).unwrap();
    sandbox.claimsim(&[&RUN[..], &["out"]].concat()).assert().success();
    sandbox.claimsim(&[&RUN[..], &["out/inner"]].concat()).assert().success();
    sandbox.write("out/charts/NOTES.md", "keep");
    let before = sandbox.files("out");
    let again = [&RUN[..], &["out", "--seed", "9"]].concat();
    let said = text(&sandbox.claimsim(&again).assert().code(1).get_output().stderr);
    assert!(said.contains("does not list: charts/NOTES.md, inner/"), "{said}");
    assert!(before == sandbox.files("out"));
    fs::remove_file(sandbox.path("out/charts/NOTES.md")).unwrap();
    fs::rename(sandbox.path("out/inner"), sandbox.path("inner")).unwrap();
    sandbox.claimsim(&again).assert().success();
}

#[test]
fn a_place_that_cannot_be_written_to_is_refused_before_anything_runs() {
    let sandbox = long();
    sandbox.write("file", "");
    let name = "x".repeat(256);
    for (out, words) in [("file", "not a folder"), ("file/run", "cannot write to file/run"), (&name, "too long")] {
        let said = sandbox.claimsim(&["run", "long.toml", "-q", "--out", out]).assert().code(1).get_output().clone();
        assert!(text(&said.stderr).contains(words), "{}", text(&said.stderr));
    }
    assert_eq!(entries(&sandbox.path("")), ["file", "long.toml", "small.toml"]);
}

#[test]
fn two_processes_do_not_write_to_one_place() {
    let sandbox = long();
    let first = endless(&sandbox, &["run", "long.toml", "-q", "--out", "out"]);
    let said = sandbox.claimsim(&[&RUN[..], &["./out"]].concat()).assert().code(1).get_output().clone();
    assert!(text(&said.stderr).contains("another claimsim is writing to"), "{}", text(&said.stderr));
    sandbox.claimsim(&[&RUN[..], &["other"]].concat()).assert().success();
    assert_eq!(entries(&sandbox.path("")).iter().filter(|name| is_hidden(name)).count(), 1, "a draft in use is kept");
    drop(first);
    // What a killed process left goes with the next command there.
    sandbox.claimsim(&[&RUN[..], &["other"]].concat()).assert().success();
    assert_eq!(entries(&sandbox.path("")), ["long.toml", "other", "small.toml"]);
}

#[cfg(unix)]
#[test]
fn an_interrupted_command_leaves_nothing_behind_and_tells_how_to_continue() {
    let run = ["run", "long.toml", "-q", "--jobs", "--out", "out"];
    let sweep = ["sweep", "long.toml", "-q", "--vary", "seed=1,2", "--out", "out"];
    for (signal, code, arguments, words) in
        [("INT", 130, &run[..], "the same command starts again"), ("TERM", 143, &sweep, "the same command")]
    {
        let sandbox = long();
        sandbox.claimsim(&[&RUN[..], &["out"]].concat()).assert().success();
        let before = sandbox.files("out");
        let child = endless(&sandbox, arguments).0.take().unwrap();
        assert!(Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code));
        assert!(text(&output.stderr).contains(words), "{}", text(&output.stderr));
        assert_eq!(entries(&sandbox.path("")), ["long.toml", "out", "small.toml"]);
        assert!(before == sandbox.files("out"));
    }
}

#[test]
fn a_reproduction_leaves_nothing_in_the_temporary_folder() {
    let sandbox = Sandbox::small();
    sandbox.claimsim(&[&RUN[..], &["out", "--jobs"]].concat()).assert().success();
    fs::create_dir(sandbox.path("temporary")).unwrap();
    let mut reproduce = sandbox.claimsim(&["reproduce", "out"]);
    reproduce.env("TMPDIR", sandbox.path("temporary")).assert().success();
    assert!(entries(&sandbox.path("temporary")).is_empty());
}
