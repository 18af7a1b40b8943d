//! Prose: comments and Markdown wrap at 100 columns, and nothing reads as translated.

use std::fs;
use std::path::Path;

use super::{none, root, texts};

/// The maximum number of columns of a comment or of a line of Markdown.
const COLUMNS: usize = 100;

/// Phrases that a reader stumbles over, each with its replacement.
const BANNED: &[(&str, &str)] = &[
    ("so many", "\"the number of\" or \"N\""),
    ("so much", "name the amount"),
    ("as many as it takes", "\"until\""),
    ("as long as it takes", "\"until\""),
    ("whence", "name the source"),
    ("whoever", "name the actor"),
    ("anew", "\"again\""),
    ("once more", "\"again\""),
    ("that is none", "\"that is not a ...\" or \"an invalid ...\""),
    ("which is none", "\"which is not a ...\""),
    ("what there is", "name it"),
    ("that there are", "\"the existing ...\", or leave it out"),
    ("is to be", "\"must be\" or \"will be\""),
    ("are to be", "\"must be\" or \"will be\""),
    ("befalls", "\"happens to\""),
    ("told apart", "\"distinguished\""),
    ("tell apart", "\"distinguish\""),
    ("tells apart", "\"distinguishes\""),
    ("by turns", "\"alternately\" or \"in turn\""),
    ("held against", "\"compared with\""),
    ("one's own", "\"custom\", or name the owner"),
    ("in no time", "\"instantly\""),
    ("comes along", "\"is provided\", or name the giver"),
    ("brings along", "\"provides\""),
    ("in the manner of", "\"like\""),
    ("no part in", "\"does not affect\" or \"does not count in\""),
    ("in vain", "\"without effect\" or \"failed\""),
    ("is told", "\"receives\""),
    ("are told", "\"receive\""),
    ("nobody knows", "\"unknown\""),
    ("makes of", "\"produces from\""),
];

/// Every text that a person reads.
fn all_prose() -> Vec<(String, String)> {
    let pages =
        ["README.md", "CHANGELOG.md"].map(|page| (page.to_owned(), fs::read_to_string(root().join(page)).unwrap()));
    let folders = [
        texts("src", "rs"),
        texts("tests", "rs"),
        texts("tests", "md"),
        texts("benches", "rs"),
        texts("benches", "md"),
        texts("examples", "rs"),
        texts("docs", "md"),
        texts("scenarios", "toml"),
    ];
    [folders.concat(), pages.to_vec()].concat()
}

fn is_rust(path: &str) -> bool {
    has_extension(path, "rs")
}

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

/// The text of a line of prose: a whole line of Markdown, or a Rust comment without its mark.
fn prose<'a>(path: &str, line: &'a str) -> Option<&'a str> {
    if !is_rust(path) {
        return Some(line);
    }
    let comment = line.trim_start();
    let marks = ["//! ", "/// ", "// ", "//!", "///", "//"];
    marks.into_iter().find_map(|mark| comment.strip_prefix(mark))
}

#[test]
fn comments_and_markdown_wrap() {
    let mut faults = Vec::new();
    let is_wrapped = |path: &str| is_rust(path) || has_extension(path, "md");
    for (path, text) in all_prose().into_iter().filter(|(path, _)| is_wrapped(path)) {
        let mut is_code = false;
        for (number, line) in text.lines().enumerate() {
            let Some(prose) = prose(&path, line) else {
                is_code = false;
                continue;
            };
            let is_fence = prose.trim_start().starts_with("```");
            is_code ^= is_fence;
            let may_be_long = ["|", "    ", "![", "[!["].iter().any(|start| prose.starts_with(start));
            if line.chars().count() > COLUMNS && !(is_code || is_fence || may_be_long || line.contains("://")) {
                faults.push(format!("{path}:{}: {} columns", number + 1, line.chars().count()));
            }
        }
    }
    none(&faults, &format!("wrap comments and Markdown at {COLUMNS} columns; tables, code and URLs may be longer"));
}

#[test]
fn prose_is_plain_english() {
    let mut faults = Vec::new();
    for (path, text) in all_prose() {
        if path == "tests/commands/tidy/prose.rs" {
            continue;
        }
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            // A phrase may continue on the next line.
            let next = lines.get(number + 1).map_or("", |next| next.trim_start_matches([' ', '/', '!', '#']));
            let line = line.trim_end().to_lowercase();
            let joined = format!("{line} {}", next.to_lowercase());
            for (phrase, instead) in BANNED {
                if position_of_words(&joined, phrase).is_some_and(|at| at < line.len()) {
                    faults.push(format!("{path}:{}: \"{phrase}\": write {instead}", number + 1));
                }
            }
        }
    }
    none(&faults, "rewrite the sentence: subject, verb, object; name the actor");
}

/// Where whole words begin in a text.
fn position_of_words(text: &str, words: &str) -> Option<usize> {
    let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let is_whole =
        |at: usize| !is_letter(text[..at].chars().next_back()) && !is_letter(text[at + words.len()..].chars().next());
    text.match_indices(words).map(|(at, _)| at).find(|&at| is_whole(at))
}

#[test]
fn whole_words_are_found() {
    assert_eq!(position_of_words("an answer anew", "anew"), Some(10));
    assert_eq!(position_of_words("there are janews", "anew"), None);
}
