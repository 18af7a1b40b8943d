//! What a study found, in words and short tables: the answer with its confidence, what it does not
//! see, the warnings and the key figures. The terminal and `report.html` show the same.
//!
//! A study leaves them in its folder as JSON, so that a page can be made from the folder alone.

use serde::{Deserialize, Serialize};

use crate::table::TextTable;
use crate::{OutputFile, file};

/// The file in the folder of a study.
pub const PATH: &str = "report.json";

/// What a study found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KeyResults {
    /// The study: its name, its size and its seed.
    pub heading: String,
    /// The answer, in a sentence or two.
    pub answer: String,
    /// How certain the answer is, and by which rule.
    pub confidence: String,
    /// What the answer does not see: unfinished jobs, other hours, other settings.
    pub limits: Vec<String>,
    /// What the reader has to know before the figures.
    pub warnings: Vec<String>,
    /// The key figures.
    pub tables: Vec<TextTable>,
    /// Why jobs waited, in sentences.
    pub reasons: Vec<String>,
    /// The other sentences below the tables.
    pub remarks: Vec<String>,
}

impl KeyResults {
    /// The file in the folder of a study.
    ///
    /// # Panics
    /// Never: text always serializes.
    pub fn file(&self) -> OutputFile {
        let text = serde_json::to_string_pretty(self).expect("text always serializes");
        file(PATH, (text + "\n").into_bytes())
    }

    /// Adds warnings before those that are there, each once.
    pub fn warn_first(&mut self, warnings: impl IntoIterator<Item = String>) {
        let mut all: Vec<String> = Vec::new();
        for warning in warnings.into_iter().chain(std::mem::take(&mut self.warnings)) {
            if !all.contains(&warning) {
                all.push(warning);
            }
        }
        self.warnings = all;
    }
}

/// A number of things: `1 look`, `3 looks`.
pub(crate) fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// Names in code, the first few of many: `` `a`, `b` and 7 more ``.
pub(crate) fn some_names<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 5;
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.len() {
        0..=MOST => names.join(", "),
        n => format!("{} and {} more", names[..MOST].join(", "), n - MOST),
    }
}
