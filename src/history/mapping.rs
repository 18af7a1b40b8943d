//! What the columns of a file stand for: the text of `--columns`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::model::name::nearest;

/// What a column of a history stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// When the job fell due.
    Created,
    /// When a worker started it.
    Started,
    /// When it ended.
    Finished,
    /// The wait, as a duration, instead of `started` or `created`.
    Queued,
    /// The service time, as a duration, instead of `finished` or `started`.
    Run,
    /// The job class.
    Action,
    /// Where it ran.
    Worker,
    /// What became of it.
    Status,
    /// Its priority.
    Priority,
    /// The number of its attempt.
    Attempt,
    /// How long it was expected or allowed to run.
    Estimate,
    /// Its id, which no other row has.
    Id,
}

/// The number of fields.
pub(crate) const FIELDS: usize = Field::ALL.len();

impl Field {
    /// All fields.
    pub const ALL: [Field; 12] = [
        Field::Created,
        Field::Started,
        Field::Finished,
        Field::Queued,
        Field::Run,
        Field::Action,
        Field::Worker,
        Field::Status,
        Field::Priority,
        Field::Attempt,
        Field::Estimate,
        Field::Id,
    ];

    /// The word of `--columns`.
    pub fn name(self) -> &'static str {
        match self {
            Field::Created => "created",
            Field::Started => "started",
            Field::Finished => "finished",
            Field::Queued => "queued",
            Field::Run => "run",
            Field::Action => "action",
            Field::Worker => "worker",
            Field::Status => "status",
            Field::Priority => "priority",
            Field::Attempt => "attempt",
            Field::Estimate => "estimate",
            Field::Id => "id",
        }
    }

    /// Whether it is an instant.
    pub(crate) fn is_time(self) -> bool {
        matches!(self, Field::Created | Field::Started | Field::Finished)
    }

    /// Whether it is a duration.
    pub(crate) fn is_duration(self) -> bool {
        matches!(self, Field::Queued | Field::Run | Field::Estimate)
    }
}

/// The column of each field, and of the units of each resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// The columns of the fields.
    pub fields: BTreeMap<Field, String>,
    /// Resources, and the columns with their units.
    pub needs: Vec<(String, String)>,
}

impl Mapping {
    /// All columns.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        self.fields.values().chain(self.needs.iter().map(|(_, column)| column)).map(String::as_str)
    }

    /// Whether it tells when jobs fell due, and when they started or ended.
    pub(crate) fn is_enough(&self) -> bool {
        let has = |field| self.fields.contains_key(&field);
        let is_due = has(Field::Created) || has(Field::Queued) && (has(Field::Started) || has(Field::Finished));
        is_due && [Field::Started, Field::Finished, Field::Queued].into_iter().any(has)
    }
}

impl fmt::Display for Mapping {
    /// In the form of `--columns`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = self.fields.iter().map(|(field, column)| (field.name().to_owned(), column));
        let needs = self.needs.iter().map(|(resource, column)| (format!("need.{resource}"), column));
        for (index, (key, column)) in fields.chain(needs).enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            let is_plain = !column.contains([',', '=', '"']) && column.trim() == column;
            let mark = if is_plain { "" } else { "\"" };
            write!(f, "{separator}{key}={mark}{column}{mark}")?;
        }
        Ok(())
    }
}

impl FromStr for Mapping {
    type Err = String;

    fn from_str(text: &str) -> Result<Mapping, String> {
        let mut mapping = Mapping::default();
        for part in parts(text)? {
            let Some((key, column)) = part.split_once('=') else {
                return Err(format!("`{}` lacks a column; write KEY=COLUMN, such as created=enqueued_at", part.trim()));
            };
            let (key, column) = (key.trim(), column.trim());
            let quoted = column.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            let column = quoted.unwrap_or(column).to_owned();
            if column.is_empty() {
                return Err(format!("`{key}` lacks a column; write {key}=COLUMN, or leave it out"));
            }
            mapping.add(key, column)?;
        }
        if mapping == Mapping::default() {
            return Err(format!("it is empty; write such as '{EXAMPLE}'"));
        }
        Ok(mapping)
    }
}

/// An example for messages.
const EXAMPLE: &str = "created=enqueued_at, started=run_at, finished=done_at, action=queue";

impl Mapping {
    fn add(&mut self, key: &str, column: String) -> Result<(), String> {
        let twice = || format!("`{key}` is given twice; keep one of them");
        if let Some(resource) = key.strip_prefix("need.") {
            if resource.is_empty() {
                return Err("`need.` lacks the resource; write such as need.slot=slots".to_owned());
            }
            if self.needs.iter().any(|(known, _)| known == resource) {
                return Err(twice());
            }
            self.needs.push((resource.to_owned(), column));
            return Ok(());
        }
        let Some(field) = Field::ALL.into_iter().find(|field| field.name() == key) else {
            let names: Vec<&str> = Field::ALL.iter().map(|field| field.name()).collect();
            let meant = nearest(key, names.iter().copied());
            let meant = meant.map_or(String::new(), |name| format!("did you mean `{name}`? "));
            return Err(format!("`{key}` is not a key; {meant}The keys are {}, need.RESOURCE", names.join(", ")));
        };
        if self.fields.insert(field, column).is_some() { Err(twice()) } else { Ok(()) }
    }
}

/// The parts between commas, except those in quotes.
fn parts(text: &str) -> Result<Vec<&str>, String> {
    let (mut parts, mut from, mut is_quoted) = (Vec::new(), 0, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    if is_quoted {
        return Err("a quote is not closed; write such as started=\"Start, local\"".to_owned());
    }
    parts.push(&text[from..]);
    Ok(parts.into_iter().filter(|part| !part.trim().is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_is_printed_in_the_form_in_which_it_is_read() {
        for text in [
            "created=enqueued_at, started=run_at, finished=done_at, action=queue, need.slot=slots",
            "created=\"Created, local\", queued=wait, id=\"a=b\"",
        ] {
            assert_eq!(text.parse::<Mapping>().unwrap().to_string(), text);
        }
        let spaced = " created = a ,started=b,".parse::<Mapping>().unwrap();
        assert_eq!(spaced.to_string(), "created=a, started=b");
    }

    #[test]
    fn mistakes_are_named() {
        for (text, words) in [
            ("", "empty"),
            ("created", "lacks a column"),
            ("created=", "lacks a column"),
            ("create=a", "did you mean `created`"),
            ("created=a, created=b", "twice"),
            ("need.=a", "lacks the resource"),
            ("created=\"a", "not closed"),
        ] {
            let told = text.parse::<Mapping>().unwrap_err();
            assert!(told.contains(words), "{text}: {told}");
        }
    }
}
