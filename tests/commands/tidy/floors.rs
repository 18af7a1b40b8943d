//! Floors: a crate depends on crates of lower floors only; cargo holds the rest.

use std::fs;

use super::{none, root};

/// Each crate of the workspace with its floor; those on one floor do not depend on each other.
const FLOORS: &[(&str, u8)] = &[
    ("model", 0),
    ("random", 1),
    ("engine", 2),
    ("policy", 3),
    ("arrival", 3),
    ("stats", 3),
    ("registry", 3),
    ("history", 3),
    ("scenario", 4),
    ("import", 4),
    ("replication", 5),
    ("experiment", 6),
    ("report", 7),
    ("cli", 8),
];

fn floor(name: &str) -> Option<u8> {
    FLOORS.iter().find(|(listed, _)| *listed == name).map(|(_, floor)| *floor)
}

/// The crates of this workspace among the dependencies in a manifest; those of its tests do not
/// count.
fn dependencies(manifest: &str) -> Vec<String> {
    let manifest: toml::Table = manifest.parse().unwrap();
    let dependencies = manifest["dependencies"].as_table().unwrap().keys();
    dependencies.filter_map(|name| name.strip_prefix("claimsim-")).map(str::to_owned).collect()
}

#[test]
fn crates_depend_on_lower_floors_only() {
    let mut faults = Vec::new();
    for entry in fs::read_dir(root().join("src")).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir()) {
        let name = entry.file_name().into_string().unwrap();
        let Some(own) = floor(&name) else {
            faults.push(format!("src/{name} has no floor yet"));
            continue;
        };
        let manifest = fs::read_to_string(entry.path().join("Cargo.toml")).unwrap();
        for dependency in dependencies(&manifest) {
            if floor(&dependency).is_none_or(|floor| floor >= own) {
                faults.push(format!("src/{name}/Cargo.toml: `{name}` (floor {own}) depends on `{dependency}`"));
            }
        }
    }
    none(
        &faults,
        "move the shared code to a lower floor, or pass it in as a value or a trait; see docs/architecture.md",
    );
}
