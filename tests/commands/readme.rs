//! The README and the scenarios are true: scenarios load, commands run, and outputs are the printed
//! ones.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use claimsim::scenario::{self, NoFiles};

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

/// The commands of README and tutorial that call the program, as its arguments: indented lines.
fn commands_of_pages() -> Vec<String> {
    let tutorial = fs::read_to_string(root().join("docs/tutorial.md")).unwrap();
    let text = readme() + &tutorial;
    let indented = text.lines().filter_map(|line| line.strip_prefix("    "));
    let arguments = |line: &str| {
        let rest = line.strip_prefix("cargo run --release -- ").or_else(|| line.strip_prefix("claimsim "));
        rest.map(str::to_owned)
    };
    indented.filter_map(arguments).collect()
}

/// The commands in the headers of the shipped scenarios, as arguments.
fn commands_of_scenarios() -> Vec<String> {
    let mut paths: Vec<_> =
        fs::read_dir(root().join("scenarios")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let texts: Vec<String> = paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let commands = texts.iter().flat_map(|text| text.lines()).filter_map(|line| line.strip_prefix("# $ claimsim "));
    commands.map(str::to_owned).collect()
}

/// The words of a command; single quotes hold words together.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for sign in command.chars() {
        match sign {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            other => words.last_mut().unwrap().push(other),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The command with its folders moved to `scratch`, and with few replications.
fn small(command: &str, scratch: &Path) -> Vec<String> {
    let mut arguments = words(command);
    let in_scratch = |path: &Path| scratch.join(path).to_str().unwrap().to_owned();
    for word in arguments.iter_mut().filter(|word| word.starts_with("results/")) {
        *word = in_scratch(Path::new(&*word));
    }
    let few: &[&str] = match arguments[0].as_str() {
        "run" => &["--replications", "2"],
        "sweep" => &["--replications", "1"],
        "compare" => &["--replications", "6", "--max-replications", "12"],
        "size" => &["--replications", "2", "--max-replications", "4"],
        _ => return arguments,
    };
    for pair in few.chunks(2) {
        if let Some(at) = arguments.iter().position(|word| word == pair[0]) {
            arguments.drain(at..at + 2);
        }
        arguments.extend(pair.iter().map(|&word| word.to_owned()));
    }
    if !arguments.iter().any(|word| word == "--out") {
        let name = format!("{}-{}", Path::new(&arguments[1]).file_stem().unwrap().to_str().unwrap(), arguments[0]);
        arguments.extend(["--out".to_owned(), in_scratch(&Path::new("results").join(name))]);
    }
    arguments
}

/// Runs commands in their order; all must succeed.
fn run_all(commands: &[String]) {
    let scratch = tempfile::tempdir().unwrap();
    for command in commands {
        let output = claimsim().args(small(command, scratch.path())).output().unwrap();
        // `diff` shows two runs that differ; a search with few replications may be undecided.
        let expected: &[i32] = match command.split(' ').next() {
            Some("diff") => &[1],
            Some("size") => &[0, 3],
            _ => &[0],
        };
        let is_expected = output.status.code().is_some_and(|code| expected.contains(&code));
        assert!(is_expected, "claimsim {command}\n{}", String::from_utf8_lossy(&output.stderr));
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
    run_all(&commands);
}

#[test]
fn commands_of_the_shipped_scenarios_run() {
    let commands = commands_of_scenarios();
    assert!(commands.len() >= 15, "{commands:?}");
    run_all(&commands);
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
    let help = String::from_utf8(claimsim().arg("--help").output().unwrap().stdout).unwrap();
    let section = help.split("Commands:").nth(1).unwrap().split("\n\n").next().unwrap();
    let there: Vec<&str> = section
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .collect();
    let text = readme();
    let table = text.split("| command | does |").nth(1).unwrap().split("\n\n").next().unwrap();
    let listed: Vec<&str> = table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert_eq!(listed, there);
}
