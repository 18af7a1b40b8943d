//! The reference page of the scenario format: the schema as Markdown, each table and key once.

use serde_json::{Map, Value};

use crate::schema::schema;

/// The longest line of the page.
const WIDTH: usize = 100;

/// What stands before the tables.
const INTRODUCTION: &str = "\
# Scenario format

This page is generated from the schema that claimsim reads scenarios with (`claimsim schema`).

A scenario is a TOML file. Keys at the top of the file describe the run; tables such as
`[worker.NAME]` describe workers and jobs, where NAME is a name of your choice. Each entry below
gives the key, its type, its default and an example. A key without a default may be left out; its
description tells what that means. Unknown keys are errors. `--set KEY=VALUE` sets any key from the
command line by its dotted path, such as `--set worker.replica.count=5`.

| type | how to write it |
|---|---|
| duration | a text with units, `\"250ms\"`, `\"1.5s\"`, `\"1h30m\"`: ns, us, ms, s, m, h, d, w |
| rate | a text, number per time: `\"0.5/s\"`, `\"12/min\"`, `\"40/h\"`, `\"1/30s\"` |
| date and time | RFC 3339, in UTC: `\"2017-02-17T00:00:00Z\"` |
| instant | a date and time, or a duration after `start`: `\"25h\"` |
| text | in quotes; names of files are relative to the scenario's folder |
| distribution | a bare value is a constant: `\"4m\"`; others are tables with one key |
";

/// The reference page of the scenario format, in Markdown.
pub fn reference() -> String {
    let schema = schema();
    let page = Page { definitions: schema["definitions"].as_object().cloned().unwrap_or_default(), schema };
    let mut text = INTRODUCTION.to_owned();
    page.section(&mut text, TOP, "", &page.schema);
    for (name, definition) in &page.definitions {
        page.section(&mut text, &page.heading(name), name, definition);
    }
    text
}

/// The heading of the keys that stand in no table.
const TOP: &str = "Top of the file";

/// The schema, and its definitions by name: each becomes a section.
struct Page {
    schema: Value,
    definitions: Map<String, Value>,
}

/// How a key holds what a definition describes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As its value.
    Value,
    /// As each value of a table of names.
    Named,
    /// As each item of a list.
    Listed,
}

impl Page {
    /// The heading of a definition: a table that stands at the top of a file is headed as a
    /// scenario writes it.
    fn heading(&self, name: &str) -> String {
        let is_table = self.definitions.get(name).is_some_and(|definition| definition.get("properties").is_some());
        let at_top = keys(&self.schema).into_iter().find_map(|(key, property)| {
            let (_, form) = self.mentions(property).into_iter().find(|(mentioned, _)| *mentioned == name)?;
            Some(match form {
                Form::Value => format!("`[{key}]`"),
                Form::Named => format!("`[{key}.NAME]`"),
                Form::Listed => format!("`[[{key}]]`"),
            })
        });
        at_top.filter(|_| is_table).unwrap_or_else(|| in_words(name))
    }

    /// Writes a section: what the table or choice is, where it is used, and its keys or variants.
    fn section(&self, text: &mut String, heading: &str, name: &str, node: &Value) {
        text.extend(["\n## ", heading, "\n\n"]);
        wrap(text, "", description(node));
        let uses = self.uses(name);
        if !uses.is_empty() && !heading.starts_with('`') {
            text.push('\n');
            wrap(text, "", &format!("Used by {}.", uses.join("; ")));
        }
        text.push('\n');
        self.keys(text, "", node);
        self.variants(text, node);
    }

    /// The sections that mention a definition, each with the keys that do.
    fn uses(&self, name: &str) -> Vec<String> {
        let definitions = self.definitions.iter().map(|(name, definition)| (self.heading(name), definition));
        let sections = std::iter::once((TOP.to_owned(), &self.schema)).chain(definitions);
        let users = sections.filter_map(|(user, node)| {
            let mentions = |schema: &Value| self.mentions(schema).iter().any(|(mentioned, _)| *mentioned == name);
            let keys: Vec<String> = keys(node)
                .into_iter()
                .filter(|(_, property)| mentions(property))
                .map(|(key, _)| format!("`{key}`"))
                .collect();
            match keys.as_slice() {
                // A variant without a name of its own.
                [] => node["oneOf"].as_array()?.iter().any(mentions).then(|| link(&user)),
                keys => Some(format!("{}: {}", link(&user), keys.join(", "))),
            }
        });
        users.collect()
    }

    /// Lists the keys of a table.
    fn keys(&self, text: &mut String, indent: &str, node: &Value) {
        let required = node["required"].as_array().cloned().unwrap_or_default();
        for (key, property) in node["properties"].as_object().into_iter().flatten() {
            let presence = match property.get("default") {
                _ if required.contains(&Value::from(key.as_str())) => "required".to_owned(),
                Some(default) => format!("default `{}`", toml(default)),
                None => "optional".to_owned(),
            };
            // The first examples of durations and rates are the least common ones.
            let index = usize::from(
                property.get("pattern").is_some()
                    && property.get("format").is_none()
                    && property["examples"][1].is_string(),
            );
            let example =
                property["examples"].get(index).map(|example| format!(" Example: `{key} = {}`.", toml(example)));
            let (kind, about) = (self.kind(property), description(property));
            let line = format!("- **`{key}`** ({kind}; {presence}): {about}{}", example.unwrap_or_default());
            wrap(text, indent, &line);
            self.keys(text, &format!("{indent}  "), property);
        }
    }

    /// Lists the variants of a choice.
    fn variants(&self, text: &mut String, node: &Value) {
        let variants = || node["oneOf"].as_array().into_iter().flatten();
        let words: Vec<&str> = variants().filter_map(|variant| variant["const"].as_str()).collect();
        for variant in variants() {
            let table = variant["properties"].as_object().and_then(|table| table.iter().next());
            let label = match (variant["const"].as_str(), table) {
                // A variant with parameters that may all be left out is a word, too; the table
                // lists both.
                (Some(word), _) if variants().any(|other| other["properties"].get(word).is_some()) => continue,
                (Some(word), _) => format!("`\"{word}\"`"),
                (None, Some((word, inner))) => {
                    let form = match self.definition(inner) {
                        Some(name) => format!("`{{ {word} = … }}` ({})", link(&self.heading(name))),
                        None if inner.get("properties").is_some() => format!("`{{ {word} = {{ … }} }}`"),
                        None => format!("`{{ {word} = … }}` ({})", self.kind(inner)),
                    };
                    if words.contains(&word.as_str()) { format!("`\"{word}\"` or {form}") } else { form }
                }
                (None, None) => self.kind(variant),
            };
            wrap(text, "", &format!("- {label}: {}", description(variant)));
            if let Some((_, inner)) = table {
                self.keys(text, "  ", inner);
            }
        }
    }

    /// What a value is, in words, with a link where it has a section.
    fn kind(&self, schema: &Value) -> String {
        if let Some(name) = self.definition(schema) {
            return link(&self.heading(name));
        }
        let choices = ["allOf", "anyOf"].into_iter().find_map(|key| schema[key].as_array());
        if let Some(choices) = choices {
            return choices.iter().map(|choice| self.kind(choice)).collect::<Vec<_>>().join(" or ");
        }
        match schema["type"].as_str() {
            Some("string") if schema["format"].is_string() => {
                schema["format"].as_str().map_or("", format_name).to_owned()
            }
            Some("string") => match schema["pattern"].as_str() {
                Some(pattern) if pattern.contains('/') => "rate".to_owned(),
                Some(pattern) if pattern.contains('%') => "percentage".to_owned(),
                Some(_) => "duration".to_owned(),
                None => "text".to_owned(),
            },
            Some("integer") if schema["minimum"] == 0 => "whole number of 0 or more".to_owned(),
            Some("integer") => "whole number".to_owned(),
            Some("number") if schema["maximum"] == 1 => "number from 0 to 1".to_owned(),
            Some("number") => "number".to_owned(),
            Some("boolean") => "true or false".to_owned(),
            Some("array") => format!("list of {}", self.kind(&schema["items"])),
            _ if schema["additionalProperties"].is_object() => {
                format!("table of names, each with: {}", self.kind(&schema["additionalProperties"]))
            }
            _ => "table".to_owned(),
        }
    }

    /// The definition that a schema is: by reference, or written out in its place.
    fn definition<'a>(&'a self, schema: &'a Value) -> Option<&'a str> {
        if let Some(path) = schema["$ref"].as_str() {
            return path.strip_prefix("#/definitions/");
        }
        let choices = schema.get("oneOf")?;
        let same = |(_, definition): &(&String, &Value)| definition.get("oneOf") == Some(choices);
        self.definitions.iter().find(same).map(|(name, _)| name.as_str())
    }

    /// The definitions that the schema of a key mentions, itself or in a table or list of its own.
    fn mentions<'a>(&'a self, schema: &'a Value) -> Vec<(&'a str, Form)> {
        if !schema.is_object() {
            return Vec::new();
        }
        if let Some(name) = self.definition(schema) {
            return vec![(name, Form::Value)];
        }
        let choices = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|key| schema[key].as_array()).flatten();
        let own = choices.chain(schema["properties"].as_object().into_iter().flatten().map(|(_, property)| property));
        let own = own.flat_map(|part| self.mentions(part));
        let inner = [("additionalProperties", Form::Named), ("items", Form::Listed)];
        let inner = inner
            .into_iter()
            .flat_map(|(key, form)| self.mentions(&schema[key]).into_iter().map(move |(name, _)| (name, form)));
        own.chain(inner).collect()
    }
}

/// The keys of a table, or the words of a choice, with their schemas.
fn keys(node: &Value) -> Vec<(&str, &Value)> {
    let variants = node["oneOf"].as_array().into_iter().flatten();
    let tables = std::iter::once(node).chain(variants);
    let keys = tables.flat_map(|table| table["properties"].as_object().into_iter().flatten());
    keys.map(|(key, property)| (key.as_str(), property)).collect()
}

fn description(schema: &Value) -> &str {
    schema["description"].as_str().unwrap_or_default()
}

fn format_name(format: &str) -> &str {
    match format {
        "date-time" => "date and time",
        "days" => "days of the week",
        "time-of-day" => "time of day",
        other => other,
    }
}

/// The name of a definition as words: `CapacityChange` is a capacity change.
fn in_words(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
            words.extend(letter.to_lowercase());
        } else {
            words.push(letter);
        }
    }
    words
}

/// A link to the section with that heading.
fn link(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    let anchor: String = kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect();
    format!("[{heading}](#{anchor})")
}

/// A value as a scenario writes it on one line.
fn toml(value: &Value) -> String {
    match value {
        Value::Object(table) if table.is_empty() => "{}".to_owned(),
        Value::Object(table) => {
            let pairs: Vec<String> = table.iter().map(|(key, value)| format!("{key} = {}", toml(value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

/// Adds a paragraph in lines of at most [`WIDTH`] characters; lines after the first of a list item
/// are indented. Code in backticks and links stay in one piece.
fn wrap(text: &mut String, indent: &str, paragraph: &str) {
    if paragraph.is_empty() {
        return;
    }
    let mut pieces: Vec<String> = Vec::new();
    let (mut in_code, mut in_link) = (false, false);
    for word in paragraph.split(' ') {
        match pieces.last_mut() {
            Some(piece) if in_code || in_link => *piece = format!("{piece} {word}"),
            _ => pieces.push(word.to_owned()),
        }
        in_code ^= word.matches('`').count() % 2 == 1;
        let outside_code: String = word.split('`').step_by(2).collect();
        in_link = (in_link || outside_code.contains('[')) && !outside_code.contains("](#");
    }
    let hanging = if paragraph.starts_with("- ") { "  " } else { "" };
    let mut line = indent.to_owned();
    for (index, piece) in pieces.iter().enumerate() {
        if index > 0 && line.chars().count() + 1 + piece.chars().count() > WIDTH {
            text.push_str(&line);
            text.push('\n');
            line = format!("{indent}{hanging}{piece}");
        } else {
            if index > 0 {
                line.push(' ');
            }
            line.push_str(piece);
        }
    }
    text.push_str(&line);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_lists_every_key_and_links_only_to_its_sections() {
        let (page, schema) = (reference(), schema());
        let tables = schema["definitions"].as_object().unwrap().values().chain([&schema]);
        for key in tables.flat_map(keys).map(|(key, _)| key) {
            assert!(page.contains(&format!("`{key}`")) || page.contains(&format!("{{ {key} = ")), "{key} is missing");
        }
        let headings: Vec<String> = page.lines().filter_map(|line| line.strip_prefix("## ")).map(link).collect();
        for target in page.split("](#").skip(1).filter_map(|rest| rest.split(')').next()) {
            assert!(headings.iter().any(|heading| heading.ends_with(&format!("(#{target})"))), "no section {target}");
        }
        assert!(page.lines().all(|line| line.chars().count() <= WIDTH || line.contains("](#")), "a line is too long");
    }
}
