//! The house rules, as tests whose messages explain how to comply.

mod cycles;
mod floors;
mod prose;

use std::fs;
use std::path::{Path, PathBuf};

/// The maximum number of lines of a file in `src`.
const MOST_LINES: usize = 450;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder of the repository with this extension: path and text, sorted by path.
fn texts(folder: &str, extension: &str) -> Vec<(String, String)> {
    let mut paths = Vec::new();
    walk(&root().join(folder), &mut paths);
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    assert!(!paths.is_empty(), "{folder} has files");
    let named = |path: &PathBuf| path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
    paths.iter().map(|path| (named(path), fs::read_to_string(path).unwrap())).collect()
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, paths) } else { paths.push(path) }
    }
}

fn all_rust() -> Vec<(String, String)> {
    [texts("src", "rs"), texts("tests", "rs")].concat()
}

/// Fails with all faults at once.
fn none(faults: &[String], how_to_comply: &str) {
    assert!(faults.is_empty(), "{how_to_comply}\n  {}", faults.join("\n  "));
}

#[test]
fn each_file_begins_with_a_sentence_about_its_content() {
    let mut faults: Vec<String> = Vec::new();
    for (path, text) in all_rust() {
        let first = text.lines().next().unwrap_or("");
        if first.strip_prefix("//! ").is_none_or(|sentence| sentence.chars().count() <= 10) {
            faults.push(path);
        }
    }
    none(&faults, "begin the file with one `//!` sentence about its content");
}

#[test]
fn files_are_short() {
    let long = |(path, text): (String, String)| {
        let lines = text.lines().count();
        (lines > MOST_LINES).then(|| format!("{path}: {lines} lines"))
    };
    let faults: Vec<String> = texts("src", "rs").into_iter().filter_map(long).collect();
    none(&faults, &format!("at most {MOST_LINES} lines per file: split it by responsibility"));
}

#[test]
fn no_unfinished_code() {
    let words = ["todo", "unimplemented", "dbg"].map(|name| format!("{name}!("));
    let marks = ["FIXME", "TODO", "XXX"].map(str::to_owned);
    let mut faults = Vec::new();
    // This file must name them.
    for (path, text) in all_rust().into_iter().filter(|(path, _)| path != "tests/commands/tidy/mod.rs") {
        for (number, line) in text.lines().enumerate() {
            if let Some(word) = words.iter().chain(&marks).find(|word| line.contains(word.as_str())) {
                faults.push(format!("{path}:{}: {word}", number + 1));
            }
        }
    }
    none(&faults, "finish it, or leave it out and document that in docs/model.md");
}

/// The targets of Markdown links, outside of code: `](target)`.
fn links(text: &str) -> Vec<&str> {
    let mut fenced = false;
    let prose = text.lines().filter(move |line| {
        fenced ^= line.starts_with("```");
        !fenced
    });
    prose.flat_map(|line| line.split("](").skip(1)).filter_map(|rest| rest.split(')').next()).collect()
}

/// The anchor that a heading gets: lower case, words joined by hyphens, without other signs.
fn anchor(heading: &str) -> String {
    let kept = |c: char| match c {
        ' ' => Some('-'),
        _ if c.is_alphanumeric() || c == '-' || c == '_' => Some(c.to_ascii_lowercase()),
        _ => None,
    };
    heading.trim_start_matches('#').trim().chars().filter_map(kept).collect()
}

#[test]
fn links_in_documents_have_targets() {
    let mut pages = texts("docs", "md");
    for page in ["README.md", "CHANGELOG.md"] {
        pages.push((page.to_owned(), fs::read_to_string(root().join(page)).unwrap()));
    }
    let mut faults = Vec::new();
    for (page, text) in &pages {
        for link in links(text).into_iter().filter(|link| !link.starts_with("https://")) {
            let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { root().join(page) } else { root().join(page).with_file_name(path) };
            let leads = fs::read_to_string(&target).is_ok_and(|text| {
                let mut headings = text.lines().filter(|line| line.starts_with('#'));
                fragment.is_empty() || headings.any(|heading| anchor(heading) == fragment)
            });
            if !leads {
                faults.push(format!("{page}: {link}"));
            }
        }
    }
    none(&faults, "these links have no target: write a path relative to the page, and a heading as its anchor");
}
