//! The house rules, as tests that say how to comply.

use std::fs;
use std::path::{Path, PathBuf};

/// Each module of the library with its floor; those on one floor do not know each other.
const FLOORS: &[(&str, u8)] = &[
    ("model", 0),
    ("random", 1),
    ("engine", 2),
    ("policy", 3),
    ("arrival", 3),
    ("stats", 3),
    ("registry", 3),
    ("scenario", 4),
    ("import", 4),
    ("experiment", 5),
    ("report", 6),
    ("cli", 7),
];

/// The most lines of a file in `src`.
const MOST_LINES: usize = 450;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files under a folder of the repository whose names end in `extension`, with their texts, in order.
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

fn floor(module: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

/// The module of the library that a file of `src` belongs to; none for the roots.
fn module_of(path: &str) -> Option<&str> {
    path.strip_prefix("src/")?.split_once('/').map(|(module, _)| module)
}

/// The modules that the text names by `crate::`, also in braces: `crate::{arrival, random::dist}`.
fn named_modules(text: &str) -> Vec<&str> {
    let code = text.lines().map(|line| line.split("//").next().unwrap_or(""));
    code.flat_map(|line| line.split("crate::").skip(1)).flat_map(first_segments).collect()
}

fn first_segments(path: &str) -> Vec<&str> {
    fn segment(path: &str) -> &str {
        let path = path.trim_start();
        &path[..path.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(path.len())]
    }
    match path.strip_prefix('{') {
        Some(listed) => listed.split('}').next().unwrap_or("").split(',').map(segment).collect(),
        None => vec![segment(path)],
    }
}

#[test]
fn modules_import_from_lower_floors_only() {
    let mut faults = Vec::new();
    for (path, text) in texts("src", "rs") {
        let Some(module) = module_of(&path) else { continue };
        let Some(own) = floor(module) else {
            faults.push(format!("{path}: `{module}` has no floor yet"));
            continue;
        };
        for named in named_modules(&text).into_iter().filter(|named| *named != module) {
            // What is no floor is a module of the crate itself.
            if floor(named).is_some_and(|floor| floor >= own) {
                faults.push(format!("{path}: `{module}` (floor {own}) names `crate::{named}`"));
            }
        }
    }
    none(
        &faults,
        "move what is shared to a lower floor, or pass it in as a value or a trait; see docs/architecture.md",
    );
}

#[test]
fn paths_in_braces_are_read() {
    assert_eq!(named_modules("use crate::{arrival, random::dist};\nlet x = crate::model::math::ln(1.0);").len(), 3);
    assert_eq!(named_modules("use crate::{arrival, random::dist};"), ["arrival", "random"]);
    assert_eq!(named_modules("// use crate::cli;"), Vec::<&str>::new());
}

#[test]
fn each_file_says_first_what_it_owns() {
    let mut faults: Vec<String> = Vec::new();
    for (path, text) in all_rust() {
        let first = text.lines().next().unwrap_or("");
        if first.strip_prefix("//! ").is_none_or(|sentence| sentence.chars().count() <= 10) {
            faults.push(path);
        }
    }
    none(&faults, "begin the file with one `//!` sentence that says what it owns");
}

#[test]
fn files_are_short() {
    let long = |(path, text): (String, String)| {
        let lines = text.lines().count();
        (lines > MOST_LINES).then(|| format!("{path}: {lines} lines"))
    };
    let faults: Vec<String> = texts("src", "rs").into_iter().filter_map(long).collect();
    none(&faults, &format!("one noun, one file, at most {MOST_LINES} lines: split it by what its parts own"));
}

#[test]
fn nothing_is_left_for_later() {
    let words = ["todo", "unimplemented", "dbg"].map(|name| format!("{name}!("));
    let marks = ["FIXME", "TODO", "XXX"].map(str::to_owned);
    let mut faults = Vec::new();
    // This file has to name them.
    for (path, text) in all_rust().into_iter().filter(|(path, _)| path != "tests/it/tidy.rs") {
        for (number, line) in text.lines().enumerate() {
            if let Some(word) = words.iter().chain(&marks).find(|word| line.contains(word.as_str())) {
                faults.push(format!("{path}:{}: {word}", number + 1));
            }
        }
    }
    none(&faults, "finish it, or leave it out and say so in docs/model.md");
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
fn links_in_documents_lead_somewhere() {
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
    none(&faults, "these links lead nowhere: name a file relative to the page, and a heading of it by its anchor");
}
