//! The shipped scenarios: each states its question and its commands, in a form that tests and
//! readers can run.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use claimsim::internals::scenario::starters::{self, Starter};

use crate::support::Sandbox;

/// All scenario files with their texts, in order of their names.
fn shipped() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let entries = fs::read_dir(&folder).expect("scenarios/ is part of the repository");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    files.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// The comment lines at the top of a file, without their marks.
fn header(text: &str) -> Vec<&str> {
    text.lines().map_while(|line| line.strip_prefix('#')).map(str::trim_start).collect()
}

#[test]
fn headers_of_shipped_scenarios_have_question_hint_and_commands() {
    let shipped = shipped();
    assert!(shipped.len() >= 6);
    for (path, text) in shipped {
        let header = header(&text);
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(header[0].ends_with('?'), "{name}: the first line is the question that it answers");
        assert_eq!(header[1], "", "{name}: an empty comment line after the question");
        let advice = header[2..].iter().take_while(|line| !line.is_empty()).count();
        assert!((2..=6).contains(&advice), "{name}: two to six lines on what to look at, not {advice}");
        let commands: Vec<&str> = header.iter().filter_map(|line| line.strip_prefix("$ ")).collect();
        assert!(!commands.is_empty(), "{name}: at least one command, on a line that begins with `# $ `");
        for command in commands {
            let words: Vec<&str> = command.split_whitespace().collect();
            assert_eq!(words[0], "claimsim", "{name}: {command}");
            assert_eq!(words[2], format!("scenarios/{name}"), "{name}: {command}");
        }
    }
}

/// Every key of a starter has a comment where it first appears. A starter opens like a shipped
/// scenario, passes `check` without a warning, and runs.
#[test]
fn starters_explain_every_key_and_run_without_warnings() {
    for Starter { name, about, text } in starters::ALL {
        assert!(header(text)[0].ends_with('?') && header(text)[1].is_empty() && !about.is_empty(), "{name}");
        let (mut explained, mut line_before) = (BTreeSet::new(), "");
        for line in text.lines() {
            let key = line.split_once(" = ").map(|(key, _)| key);
            if key.is_some_and(|key| !line.starts_with('#') && explained.insert(key)) {
                assert!(line_before.starts_with('#'), "{name}: `{line}` has no comment");
            }
            line_before = line;
        }
        let (sandbox, file) = (Sandbox::new(), format!("{name}.toml"));
        sandbox.write(&file, text);
        for command in ["check", "run"] {
            let output = sandbox.claimsim(&[command, &file]).output().unwrap();
            let messages = String::from_utf8(output.stderr).unwrap();
            assert!(output.status.success() && !messages.contains("warning"), "{command} {name}: {messages}");
        }
        assert!(sandbox.path(&format!("results/{name}/summary.csv")).is_file(), "{name}");
    }
}

#[test]
fn names_and_files_of_shipped_scenarios_exist() {
    for (path, text) in shipped() {
        let table: toml::Table = text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(table["name"].as_str(), path.file_stem().unwrap().to_str(), "{}", path.display());
        for file in files(&toml::Value::Table(table)) {
            assert!(path.with_file_name(&file).is_file(), "{}: no file {file}", path.display());
        }
    }
}

/// Every text in a scenario that names a file: the documents and traces.
fn files(value: &toml::Value) -> Vec<String> {
    let is_file = |text: &&str| matches!(Path::new(text).extension().and_then(OsStr::to_str), Some("json" | "csv"));
    let text = value.as_str().filter(is_file);
    let inner = value.as_table().into_iter().flat_map(toml::Table::values);
    let listed = value.as_array().into_iter().flatten();
    text.map(str::to_owned).into_iter().chain(inner.chain(listed).flat_map(files)).collect()
}
