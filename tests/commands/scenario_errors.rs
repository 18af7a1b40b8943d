//! Scenario files: the report on every broken one, every shipped one, the schema, and no panic.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use claimsim::internals::scenario::{Diagnostics, Files, LoadedScenario, Override, load, reference, schema};
use proptest::prelude::*;
use serde_json::Value;

/// Files beside a scenario.
struct Beside(PathBuf);

impl Files for Beside {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        // The messages of the operating system differ between platforms; the report must not.
        fs::read(self.0.join(path)).map_err(|_| io::Error::new(io::ErrorKind::NotFound, "no such file"))
    }
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The scenario files of a folder, by name.
pub(crate) fn scenarios(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    paths
}

/// Loads a scenario file with the `--set` options that its comments ask for.
pub(crate) fn load_file(path: &Path) -> Result<LoadedScenario, Diagnostics> {
    let text = fs::read_to_string(path).unwrap();
    let overrides: Vec<Override> =
        text.lines().filter_map(|line| line.strip_prefix("# --set ")).map(Override::set).collect();
    let name = path.file_name().unwrap().to_str().unwrap();
    load(name, &text, &overrides, &Beside(path.parent().unwrap().to_owned()))
}

#[test]
fn broken_scenarios_get_a_report_of_all_that_is_wrong() {
    let paths = scenarios(&folder("tests/invalid"));
    assert!(paths.len() >= 25, "the reports on {} broken scenarios are too few", paths.len());
    for path in paths {
        let report = match load_file(&path) {
            Ok(loaded) => loaded.warnings,
            Err(report) => report,
        };
        let name = path.file_stem().unwrap().to_str().unwrap();
        insta::with_settings!({
            snapshot_path => "../invalid",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(name, report.render(false));
        });
    }
}

#[test]
fn the_reference_page_is_that_of_the_schema() {
    let committed = fs::read_to_string(folder("docs/scenario-format.md")).unwrap_or_default();
    let command = "cargo run --release -- schema --reference > docs/scenario-format.md";
    assert!(committed == reference(), "regenerate the page: {command}");
}

#[test]
fn shipped_scenarios_load_without_a_word() {
    for path in scenarios(&folder("scenarios")).into_iter().chain(scenarios(&folder("tests/valid"))) {
        match load_file(&path) {
            Ok(loaded) => assert!(loaded.warnings.is_empty(), "{}:\n{}", path.display(), loaded.warnings),
            Err(report) => panic!("{}:\n{report}", path.display()),
        }
    }
}

/// Whether a value is valid under a schema, for the keywords that the schema uses.
fn is_valid(value: &Value, schema: &Value, root: &Value) -> bool {
    let all =
        |key: &str, good: &dyn Fn(&Value) -> bool| schema[key].as_array().is_none_or(|list| list.iter().all(good));
    let any = |key: &str| schema[key].as_array().is_none_or(|list| list.iter().any(|it| is_valid(value, it, root)));
    let referred = schema["$ref"].as_str().map(|path| &root["definitions"][path.rsplit('/').next().unwrap()]);
    let properties = |(key, value): (&String, &Value)| match schema["properties"].get(key) {
        Some(property) => is_valid(value, property, root),
        None => match &schema["additionalProperties"] {
            Value::Bool(allowed) => *allowed,
            Value::Null => true,
            additional => is_valid(value, additional, root),
        },
    };
    let is_of_type = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some(other) => panic!("an unknown type `{other}`"),
        None => true,
    };
    let bound = |key: &str, good: &dyn Fn(f64, f64) -> bool| match (value.as_f64(), schema[key].as_f64()) {
        (Some(value), Some(bound)) => good(value, bound),
        _ => true,
    };
    is_of_type
        && referred.is_none_or(|schema| is_valid(value, schema, root))
        && all("allOf", &|it| is_valid(value, it, root))
        && any("anyOf")
        && any("oneOf")
        && all("required", &|key| value.get(key.as_str().unwrap()).is_some())
        && schema.get("const").is_none_or(|word| word == value)
        && schema["enum"].as_array().is_none_or(|words| words.contains(value))
        && bound("minimum", &|value, least| value >= least)
        && bound("maximum", &|value, most| value <= most)
        && value.as_object().is_none_or(|entries| entries.iter().all(properties))
        && value.as_array().is_none_or(|items| items.iter().all(|item| is_valid(item, &schema["items"], root)))
}

/// TOML as JSON; dates become text.
fn as_json(value: &toml::Value) -> Value {
    match value {
        toml::Value::Datetime(instant) => Value::String(instant.to_string()),
        toml::Value::Table(table) => table.iter().map(|(key, value)| (key.clone(), as_json(value))).collect(),
        toml::Value::Array(items) => items.iter().map(as_json).collect(),
        other => serde_json::to_value(other).unwrap(),
    }
}

#[test]
fn the_schema_accepts_what_loads_and_refuses_what_is_misspelt() {
    let schema = schema();
    for path in scenarios(&folder("scenarios")).into_iter().chain(scenarios(&folder("tests/valid"))) {
        let toml: toml::Value = fs::read_to_string(&path).unwrap().parse::<toml::Table>().unwrap().into();
        assert!(is_valid(&as_json(&toml), &schema, &schema), "{}", path.display());
    }
    for broken in ["unknown-keys", "types", "unknown-distribution", "claim-words", "probability"] {
        let text = fs::read_to_string(folder("tests/invalid").join(broken).with_extension("toml")).unwrap();
        let toml: toml::Value = text.parse::<toml::Table>().unwrap().into();
        assert!(!is_valid(&as_json(&toml), &schema, &schema), "{broken}");
    }
}

/// Every policy, as scenarios and `--policy` write it, with its label in tables.
const POLICIES: &[(&str, &str)] = &[
    ("\"first-fit\"", "first-fit"),
    ("\"strict-fifo\"", "strict-fifo"),
    ("\"priority\"", "priority"),
    ("{ priority = { aging = \"10m\" } }", "priority(aging=10m)"),
    ("\"shortest-first\"", "shortest-first"),
    ("{ shortest-first = { by = \"estimate\" } }", "shortest-first(by=estimate)"),
    ("{ longest-first = { by = \"service\" } }", "longest-first"),
    ("{ longest-first = { by = \"estimate\" } }", "longest-first(by=estimate)"),
    ("\"smallest-first\"", "smallest-first"),
    ("\"largest-first\"", "largest-first"),
    ("\"best-fit\"", "best-fit"),
    ("\"worst-fit\"", "worst-fit"),
    ("\"earliest-deadline\"", "earliest-deadline"),
    ("\"fair-share\"", "fair-share"),
    ("{ fair-share = { weights = { constant = 2, fork = 1 } } }", "fair-share(weights.constant=2)"),
    ("\"max-weight\"", "max-weight"),
    ("{ reserve-after = { patience = \"1h30m\" } }", "reserve-after(patience=1h30m)"),
    ("\"easy-backfill\"", "easy-backfill"),
    ("{ easy-backfill = {} }", "easy-backfill"),
    ("{ easy-backfill = { order = \"shortest\" } }", "easy-backfill(order=shortest)"),
    ("\"conservative-backfill\"", "conservative-backfill"),
    ("\"random\"", "random"),
];

#[test]
fn every_policy_can_be_written_as_its_label_says() {
    let (text, files, schema) = (kitchen_sink(), Beside(folder("tests/valid")), schema());
    let label = |change: Override| load("any.toml", &text, &[change], &files).unwrap().scenario.policy_label;
    for (written, shown) in POLICIES {
        assert_eq!(label(Override::set(&format!("claim.policy={written}"))), *shown);
        assert_eq!(label(Override::policy(written)), *shown);
        assert_eq!(label(Override::policy(shown)), *shown, "a label is a policy too");
        let scenario = format!("horizon = \"1h\"\n[claim]\npolicy = {written}");
        let toml: toml::Value = scenario.parse::<toml::Table>().unwrap().into();
        assert!(is_valid(&as_json(&toml), &schema, &schema), "{written}");
    }
    let names: BTreeSet<&str> = POLICIES.iter().map(|(_, shown)| shown.split('(').next().unwrap()).collect();
    assert_eq!(names, claimsim::internals::policy::CATALOGUE.iter().map(|entry| entry.name).collect());
}

/// The text of the scenario that has everything.
fn kitchen_sink() -> String {
    fs::read_to_string(folder("tests/valid/kitchen-sink.toml")).unwrap()
}

#[test]
fn one_wrong_value_gets_complaints_on_its_own_line_only() {
    let text = kitchen_sink();
    let lines: Vec<&str> = text.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let Some((key, value)) = line.split_once(" = ") else { continue };
        let other = if value == "true" { "5" } else { "true" };
        for (wrong, what) in [(format!("{key} = {other}"), "a wrong value"), (format!("{key}x = 1"), "a misspelt key")]
        {
            let is_name = what == "a misspelt key" && key.starts_with("capacity.");
            let mut mutated = lines.clone();
            mutated[index] = &wrong;
            let loaded = load("any.toml", &mutated.join("\n"), &[], &Beside(folder("tests/valid")));
            let Err(report) = loaded else {
                assert!(is_name, "{what} goes unnoticed: {wrong}");
                continue;
            };
            if is_name {
                // The action that needs the resource is shown.
                continue;
            }
            let report = report.render(false);
            let places: Vec<&str> = report.lines().filter_map(|line| line.trim_start().strip_prefix("--> ")).collect();
            let here = format!("any.toml:{}:", index + 1);
            assert!(places.iter().all(|place| place.starts_with(&here)) && !places.is_empty(), "{wrong}:\n{report}");
        }
    }
}

/// Loads and renders any text, which must not panic.
fn must_not_panic(text: &str, overrides: &[Override]) {
    match load("any.toml", text, overrides, &Beside(folder("tests/valid"))) {
        Ok(loaded) => drop(loaded.warnings.render(true)),
        Err(report) => {
            assert!(report.errors() > 0, "refused without a reason:\n{text}");
            drop(report.render(true));
        }
    }
}

/// The texts that mutations insert into a valid scenario.
const PIECES: &[&str] = &[
    "",
    "\n",
    "=",
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    ",",
    ".",
    "#",
    "-",
    "0",
    "1e300",
    "nan",
    "true",
    "µ",
    "\u{1F600}",
    "\u{0}",
    "\r",
    "99999999999999999999",
    "[[job]]",
    "[action.scan]",
    "\"5\"",
    "\"none\"",
    "\"auto\"",
    "9999-12-31T23:59:59Z",
    "2017-01-01",
    "\"292y\"",
    "$else",
    "$bare",
    "[]",
    "{}",
];

proptest! {
    #![proptest_config(crate::random_cases::random_cases(1000, 1))]

    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), key in "[a-z.\"=\\[\\]{} 0-9µ]{0,30}") {
        must_not_panic(&text, &[Override::set(&key)]);
        must_not_panic(&key, &[Override::set(&text)]);
    }

    #[test]
    fn no_mutation_makes_it_panic(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), 0..12_usize, prop::sample::select(PIECES)), 1..5),
    ) {
        let mut text: Vec<char> = kitchen_sink().chars().collect();
        for (start, length, piece) in edits {
            let start = start.index(text.len());
            let end = (start + length).min(text.len());
            text.splice(start..end, piece.chars());
        }
        must_not_panic(&text.into_iter().collect::<String>(), &[]);
    }

    #[test]
    fn no_value_in_the_place_of_another_makes_it_panic(
        line in any::<prop::sample::Index>(), piece in prop::sample::select(PIECES), named in any::<prop::sample::Index>(),
    ) {
        let text = kitchen_sink();
        let lines: Vec<&str> = text.lines().collect();
        let line = line.index(lines.len());
        let key = lines[line].split('=').next().unwrap_or_default();
        let other = lines[named.index(lines.len())];
        let mutated: Vec<String> = lines.iter().enumerate().map(|(index, old)| {
            if index == line { format!("{key}= {piece}") } else { (*old).to_owned() }
        }).collect();
        must_not_panic(&mutated.join("\n"), &[Override::set(other)]);
    }
}
