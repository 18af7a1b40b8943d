//! Valid names in a scenario, for names in documents, which may be any text.

use std::collections::BTreeMap;

use crate::model::name::is_hidden;

/// The name for rows without an action.
pub(super) const UNNAMED: &str = "unnamed";

/// From names in documents to those in the scenario: equal if they are readable, and all distinct.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<Option<String>, String>);

impl Names {
    /// Names for all of these; `None` stands for a row that has none.
    pub(super) fn new<'a>(documents: impl IntoIterator<Item = Option<&'a str>>) -> Names {
        let mut names = BTreeMap::new();
        // Readable names come first, so that they keep their names.
        let (kept, others): (Vec<_>, Vec<_>) =
            documents.into_iter().partition(|name| name.is_some_and(|name| readable(name) == name));
        for name in kept.into_iter().chain(others) {
            let wanted = name.map_or_else(|| UNNAMED.to_owned(), readable);
            names.entry(name.map(str::to_owned)).or_insert(wanted);
        }
        Names(distinct(names))
    }

    /// The scenario's name for a name in a document.
    pub(super) fn get(&self, name: Option<&str>) -> &str {
        self.0.get(&name.map(str::to_owned)).map_or(UNNAMED, String::as_str)
    }

    /// Whether a name is the same in the scenario.
    pub(super) fn is_kept(&self, name: &str) -> bool {
        self.get(Some(name)) == name
    }
}

/// Appends a number to names that are taken.
fn distinct(mut names: BTreeMap<Option<String>, String>) -> BTreeMap<Option<String>, String> {
    let is_kept = |(name, wanted): (&Option<String>, &String)| name.as_ref() == Some(wanted);
    let mut taken: Vec<String> = names.iter().filter(|entry| is_kept(*entry)).map(|(_, name)| name.clone()).collect();
    for (name, wanted) in &mut names {
        if name.as_ref() == Some(wanted) {
            continue;
        }
        let stem = wanted.clone();
        let mut number = 2;
        while taken.contains(wanted) {
            *wanted = format!("{stem}-{number}");
            number += 1;
        }
        taken.push(wanted.clone());
    }
    names
}

/// The name without what a scenario rejects: characters that cannot be seen, beginnings of
/// formulas, blank names, and the word for all actions together.
pub(super) fn readable(name: &str) -> String {
    let text: String = name.chars().map(|c| if is_hidden(c) { '\u{fffd}' } else { c }).collect();
    let text = if text.trim_start().starts_with(['=', '+', '-', '@']) { format!("_{text}") } else { text };
    match text.trim() {
        "" => UNNAMED.to_owned(),
        "all" if text == "all" => "all-jobs".to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readable_names_are_kept_and_all_are_different() {
        let documents =
            [Some("gc"), Some("all"), Some("all-jobs"), Some(" "), Some("unnamed"), None, Some("a\nb"), Some("\u{1}")];
        let names = Names::new(documents);
        let given: Vec<&str> = documents.iter().map(|name| names.get(*name)).collect();
        assert_eq!(given[0], "gc");
        assert_eq!((given[1], given[2]), ("all-jobs-2", "all-jobs"));
        assert_eq!(given[4], "unnamed");
        let distinct: std::collections::BTreeSet<&str> = given.iter().copied().collect();
        assert_eq!(distinct.len(), documents.len(), "{given:?}");
        assert!(names.is_kept("gc") && !names.is_kept("all") && !names.is_kept("a\nb"));
    }
}
