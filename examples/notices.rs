//! The licences of the crates in the program that is shipped, with their texts.
//!
//! `cargo run --release --example notices > THIRD-PARTY-NOTICES.txt` makes the file; `.ci/long`
//! checks that it is up to date. The texts come from the crates' own sources, as Cargo downloaded
//! them.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it prints the file")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use serde_json::Value;

fn main() -> ExitCode {
    let arguments = ["metadata", "--format-version", "1", "--all-features", "--locked"];
    let output = Command::new(env!("CARGO")).args(arguments).output();
    let Some(metadata) = output.ok().and_then(|output| serde_json::from_slice::<Value>(&output.stdout).ok()) else {
        eprintln!("cargo metadata failed");
        return ExitCode::FAILURE;
    };
    println!(
        "Third-party notices\n\nThe program claimsim contains the crates below, under the licences that each names. \
         Crates that\nonly tests and benches use are left out. This file is made by\n\n    \
         cargo run --release --example notices > THIRD-PARTY-NOTICES.txt\n"
    );
    let shipped = shipped(&metadata);
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in list(&metadata["packages"]).filter(|package| shipped.contains(text(&package["id"]))) {
        let (name, version) = (text(&package["name"]), text(&package["version"]));
        println!("{name} {version}: {}, {}", text(&package["license"]), text(&package["repository"]));
        for licence in licence_texts(text(&package["manifest_path"])) {
            texts.entry(licence).or_default().insert(name.to_owned());
        }
    }
    for (licence, crates) in &texts {
        let names: Vec<&str> = crates.iter().map(String::as_str).collect();
        println!("\n{}\n{}\n\n{licence}", "-".repeat(80), names.join(", "));
    }
    ExitCode::SUCCESS
}

/// The packages that the program contains: those that its package reaches through ordinary
/// dependencies, without the workspace's own.
fn shipped(metadata: &Value) -> BTreeSet<String> {
    let own: BTreeSet<&str> = list(&metadata["workspace_members"]).map(text).collect();
    let nodes: BTreeMap<&str, &Value> =
        list(&metadata["resolve"]["nodes"]).map(|node| (text(&node["id"]), node)).collect();
    let root = text(&metadata["resolve"]["root"]);
    let (mut found, mut open) = (BTreeSet::new(), vec![root]);
    while let Some(id) = open.pop() {
        let dependencies = list(&nodes[id]["deps"]).filter(|dependency| {
            list(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null() && runs_here(&kind["target"]))
        });
        for dependency in dependencies.map(|dependency| text(&dependency["pkg"])) {
            if found.insert(dependency) {
                open.push(dependency);
            }
        }
    }
    found.into_iter().filter(|id| !own.contains(id)).map(str::to_owned).collect()
}

/// Whether a dependency is not for some other platform only.
fn runs_here(target: &Value) -> bool {
    target.as_str().is_none_or(|target| {
        !["windows", "wasm", "hermit", "wasi", "macos", "apple"].iter().any(|other| target.contains(other))
    })
}

/// The texts of a crate's licence files, the shorter of MIT and Apache where it offers both.
fn licence_texts(manifest: &str) -> Vec<String> {
    let folder = Path::new(manifest).parent().unwrap_or(Path::new("."));
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<String> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    files.retain(|name| {
        ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"]
            .iter()
            .any(|word| name.to_uppercase().starts_with(word))
    });
    files.sort();
    let has_mit = files.iter().any(|name| name.to_uppercase().contains("MIT"));
    files.retain(|name| !(has_mit && name.to_uppercase().contains("APACHE")));
    let read = |name: &String| fs::read_to_string(folder.join(name)).ok();
    files.iter().filter_map(read).map(|text| tidy(&text)).collect()
}

/// Without spaces at the ends of lines, so that equal texts are equal.
fn tidy(text: &str) -> String {
    text.trim().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
