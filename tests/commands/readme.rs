//! README and help are true: scenarios load, all commands run, and the printed outputs are up to
//! date.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use claimsim::internals::scenario::{self, NoFiles};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

/// The program, started in the root of the repository.
fn claimsim() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimsim"));
    command.current_dir(root());
    command
}

/// The fenced blocks of one language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let opening = format!("```{language}\n");
    text.split(&opening).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// The commands of README and tutorial that call the program: indented lines.
fn commands_of_pages() -> Vec<String> {
    let tutorial = fs::read_to_string(root().join("docs/tutorial.md")).unwrap();
    let text = readme() + &tutorial;
    let indented = text.lines().filter_map(|line| line.strip_prefix("    "));
    let arguments = |line: &str| {
        let rest = line.strip_prefix("cargo run --release -- ").or_else(|| line.strip_prefix("claimsim "));
        rest.map(|rest| format!("claimsim {rest}"))
    };
    indented.filter_map(arguments).collect()
}

/// The commands in the headers of the shipped scenarios.
fn commands_of_scenarios() -> Vec<String> {
    let mut paths: Vec<_> =
        fs::read_dir(root().join("scenarios")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let texts: Vec<String> = paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let lines = texts.iter().flat_map(|text| text.lines()).filter_map(|line| line.strip_prefix("# $ "));
    lines.filter(|line| line.starts_with("claimsim ")).map(str::to_owned).collect()
}

/// The help of a command, or of the program, on a terminal of this width.
fn help(command: Option<&str>, columns: Option<usize>) -> String {
    let mut program = claimsim();
    program.args(command).arg("--help").env_remove("COLUMNS");
    if let Some(columns) = columns {
        program.env("COLUMNS", columns.to_string());
    }
    String::from_utf8(program.output().unwrap().stdout).unwrap()
}

/// The names of all commands.
fn command_names() -> Vec<String> {
    let help = help(None, None);
    let section = help.split("Commands:").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = section.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    names.map(str::to_owned).collect()
}

/// The examples of a help text, each as one line.
fn examples(help: &str) -> Vec<String> {
    let lines = help.split("Examples:\n").nth(1).unwrap_or_default().lines();
    let mut examples: Vec<String> = Vec::new();
    let mut continues = false;
    for line in lines.take_while(|line| line.starts_with("  ")).map(str::trim) {
        let text = line.strip_suffix('\\').unwrap_or(line);
        match examples.last_mut() {
            Some(example) if continues => example.push_str(text),
            _ => examples.push(text.to_owned()),
        }
        continues = line.ends_with(['\\', '|']);
    }
    examples
}

/// The command with few replications.
fn shortened(command: &str) -> String {
    let has = |option: &str| command.contains(option);
    let options = match command.split(' ').nth(1) {
        Some("run") if !has("--replications") && !has("--precision") => " --replications 2",
        Some("sweep") if !has("--replications") => " --replications 1",
        Some("compare") if !has("--replications") => " --replications 6 --max-replications 12",
        Some("size") if !has("--replications") => " --replications 2 --max-replications 4",
        _ => "",
    };
    format!("{command}{options}")
}

/// Runs published commands one after another in a copy of the repository's scenarios and results.
fn assert_run(commands: &[String]) {
    let scratch = tempfile::tempdir().unwrap();
    for folder in ["scenarios", "results"] {
        copy(&root().join(folder), &scratch.path().join(folder));
    }
    let program = Path::new(env!("CARGO_BIN_EXE_claimsim")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    for command in commands {
        let mut shell = std::process::Command::new("sh");
        let shell = shell.args(["-c", &shortened(command)]).current_dir(scratch.path()).env("PATH", &path);
        let output = shell.output().unwrap();
        let (printed, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        // `diff` shows two runs that differ; a search with few replications may be undecided.
        let expected: &[i32] = match command.split(' ').nth(1) {
            Some("diff") => &[1],
            Some("size") => &[0, 3],
            _ => &[0],
        };
        assert!(output.status.code().is_some_and(|code| expected.contains(&code)), "{command}\n{errors}");
        let is_silent = [" --out ", " > ", " --quiet"].iter().any(|option| command.contains(option));
        assert!(is_silent || !printed.trim().is_empty(), "{command} prints nothing");
        let is_empty_list = command.starts_with("claimsim audit ") && printed.contains(": []");
        assert!(!is_empty_list, "{command} prints an empty list");
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn readme_begins_with_a_run_and_the_tests() {
    let text = readme();
    let mut commands =
        text.lines().filter_map(|line| line.strip_prefix("    ")).filter(|line| line.starts_with("cargo"));
    assert_eq!(commands.next(), Some("cargo run --release -- run scenarios/registry-week.toml"));
    assert!(commands.any(|command| command == "cargo test"));
}

#[test]
fn scenarios_in_the_readme_load_without_a_warning() {
    let blocks = blocks(&readme(), "toml");
    assert!(blocks.len() >= 2);
    for block in blocks {
        match scenario::load("README.md", &block, &[], &NoFiles) {
            Ok(loaded) => assert!(loaded.warnings.is_empty(), "{}", loaded.warnings.render(false)),
            Err(report) => panic!("{}", report.render(false)),
        }
    }
}

#[test]
fn commands_of_readme_and_tutorial_run_in_their_order() {
    let commands = commands_of_pages();
    assert!(commands.len() >= 10, "{commands:?}");
    assert_run(&commands);
}

#[test]
fn commands_of_the_shipped_scenarios_run() {
    let commands = commands_of_scenarios();
    assert!(commands.len() >= 15, "{commands:?}");
    assert_run(&commands);
}

#[test]
fn every_command_has_examples_in_its_help_and_they_run_in_their_order() {
    let mut commands = examples(&help(None, None));
    for name in command_names() {
        let examples = examples(&help(Some(&name), None));
        assert!(examples.iter().any(|example| example.contains(&format!("claimsim {name}"))), "{name} has no example");
        commands.extend(examples);
    }
    assert_run(&commands);
}

#[test]
fn examples_in_help_are_the_same_on_every_terminal() {
    let names = command_names();
    for name in std::iter::once(None).chain(names.iter().map(|name| Some(name.as_str()))) {
        let widest = examples(&help(name, Some(200)));
        for columns in [None, Some(60), Some(80), Some(100)] {
            assert_eq!(examples(&help(name, columns)), widest, "{name:?} at {columns:?} columns");
        }
    }
}

#[test]
fn the_readme_shows_what_its_first_command_prints() {
    let scratch = tempfile::tempdir().unwrap();
    let out = scratch.path().join("week");
    let output = claimsim().args(["run", "scenarios/registry-week.toml", "--out"]).arg(&out).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let printed = printed.replace(out.to_str().unwrap(), "results/registry-week");
    assert_eq!(blocks(&readme(), "text").first(), Some(&printed), "paste what the command prints now into the README");
}

#[test]
fn the_readme_lists_every_command_and_no_other() {
    let text = readme();
    let table = text.split("| command | does |").nth(1).unwrap().split("\n\n").next().unwrap();
    let listed: Vec<&str> = table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert_eq!(listed, command_names());
}
