//! How to repeat a study: its command line from the manifest, and the digests of its inputs.

use maud::{Markup, html};
use serde_json::{Map, Value};

use super::folder::Folder;
use crate::sizing::quoted;

/// What manifests keep among the options, but no command line has.
const NO_OPTIONS: [&str; 1] = ["backtest_verdicts"];

/// The section of a page.
pub(super) fn section(folder: &Folder) -> Markup {
    let manifest = folder.manifest;
    let inputs = all_inputs(manifest);
    let has_files = inputs.len() > scenarios(manifest).count();
    html! {
        p { "In the folder of this page, this repeats everything from the copies in " code { "inputs/" }
            " and compares each file with its SHA-256:" }
        pre tabindex="0" { "claimsim reproduce ." }
        p {
            "The command was this"
            @if has_files { ", where the files that the scenario names are in their places" }
            ":"
        }
        pre tabindex="0" { (line(manifest, has_files)) }
        ul {
            li { "claimsim " (folder.text("/claimsim")) }
            @if let Some(version) = manifest.get("time_zone_database").and_then(Value::as_str) {
                li { "time zone database " (version) }
            }
            @if let Some(seed) = manifest.get("seed") { li { "seed " (seed) } }
        }
        div.scroll tabindex="0" role="region" aria-label="Inputs" {
            table {
                thead { tr { th scope="col" { "input" } th scope="col" { "copy" } th scope="col" { "SHA-256" } } }
                tbody { @for input in &inputs { tr {
                    @for key in ["name", "file", "sha256"] {
                        td { @let text = input.get(key).and_then(Value::as_str).unwrap_or_default();
                             @if key == "name" { (text) } @else { code { (text) } } }
                    }
                } } }
            }
        }
    }
}

/// The scenarios of a study.
fn scenarios(manifest: &Value) -> impl Iterator<Item = &Value> {
    let others = manifest.get("others").and_then(Value::as_array).into_iter().flatten();
    std::iter::once(manifest).chain(others).filter_map(|source| source.get("scenario"))
}

/// The scenarios, and the files that they name.
fn all_inputs(manifest: &Value) -> Vec<&Value> {
    let others = manifest.get("others").and_then(Value::as_array).into_iter().flatten();
    let mut all = Vec::new();
    for source in std::iter::once(manifest).chain(others) {
        all.extend(source.get("scenario"));
        all.extend(source.get("inputs").and_then(Value::as_array).into_iter().flatten());
    }
    all
}

/// The command line. A scenario without files is named by its copy, which does as well.
fn line(manifest: &Value, has_files: bool) -> String {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut words = vec!["claimsim".to_owned(), text(manifest.get("command"))];
    let others = manifest.get("others").and_then(Value::as_array).into_iter().flatten();
    for source in std::iter::once(manifest).chain(others) {
        let scenario = source.get("scenario");
        if source.get("run").is_some() {
            words.extend(["--baseline".to_owned(), "DIR".to_owned()]);
        } else if has_files {
            words.push(format!("{}.toml", text(scenario.and_then(|scenario| scenario.get("name")))));
        } else {
            words.push(text(scenario.and_then(|scenario| scenario.get("file"))));
        }
    }
    let none = Map::new();
    let options = manifest.get("options").and_then(Value::as_object).unwrap_or(&none);
    for (key, value) in options.iter().filter(|(key, _)| !NO_OPTIONS.contains(&key.as_str())) {
        option(&mut words, &format!("--{}", key.replace('_', "-")), value);
    }
    if !words.iter().any(|word| word == "--baseline") {
        option(&mut words, "--seed", manifest.get("seed").unwrap_or(&Value::Null));
    }
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

fn option(words: &mut Vec<String>, name: &str, value: &Value) {
    match value {
        Value::Null | Value::Bool(false) | Value::Object(_) => {}
        Value::Bool(true) => words.push(name.to_owned()),
        Value::String(text) => words.extend([name.to_owned(), text.clone()]),
        Value::Number(number) => words.extend([name.to_owned(), number.to_string()]),
        Value::Array(values) => values.iter().for_each(|value| option(words, name, value)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_command_line_has_the_options_of_the_manifest() {
        let scenario =
            |number: usize| json!({ "name": format!("s {number}"), "file": format!("inputs/{number}.toml") });
        let manifest = json!({
            "command": "compare",
            "options": { "policy": ["lifo", "it's"], "max_replications": 5, "jobs": true, "level": null },
            "scenario": scenario(0),
            "others": [{ "scenario": scenario(1) }],
            "seed": 42,
        });
        assert_eq!(
            line(&manifest, false),
            "claimsim compare inputs/0.toml inputs/1.toml --policy lifo --policy 'it'\\''s' --max-replications 5 --jobs \
             --seed 42"
        );
        assert!(line(&manifest, true).contains("compare 's 0.toml' 's 1.toml' "));
        assert_eq!(line(&json!({}), false), "claimsim  ");
    }
}
