//! Names of actions, workers and resources by number.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::name::is_hidden;

/// Distinct names, numbered in order of appearance.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    list: Vec<String>,
    numbers: BTreeMap<String, u32>,
    last: usize,
}

impl Names {
    /// The number of a name.
    pub(crate) fn number(&mut self, name: &str) -> u32 {
        // Rows of one class often follow each other.
        if self.list.get(self.last).is_some_and(|last| last == name) {
            return self.last as u32;
        }
        if let Some(number) = self.numbers.get(name) {
            self.last = *number as usize;
            return *number;
        }
        self.last = self.list.len();
        self.list.push(name.to_owned());
        self.numbers.insert(name.to_owned(), self.last as u32);
        self.last as u32
    }

    /// The names by number, as a scenario can have them, and all different.
    pub(crate) fn into_valid(self) -> Vec<String> {
        let valid: Vec<String> = self.list.iter().map(|name| valid(name)).collect();
        // Names that are kept as they are take precedence.
        let mut taken: BTreeSet<String> =
            self.list.iter().zip(&valid).filter(|(name, valid)| name == valid).map(|(name, _)| name.clone()).collect();
        let unique = |(name, wanted): (&String, String)| {
            if *name == wanted {
                return wanted;
            }
            let numbered = (2..).map(|number| format!("{wanted}-{number}"));
            let mut names = std::iter::once(wanted.clone()).chain(numbered);
            names.find(|name| taken.insert(name.clone())).unwrap_or(wanted)
        };
        self.list.iter().zip(valid).map(unique).collect()
    }
}

/// The name without what a scenario rejects: characters that cannot be seen, beginnings of
/// formulas, blank names, and the word for all actions together.
fn valid(name: &str) -> String {
    let text: String = name.chars().map(|c| if is_hidden(c) { '\u{fffd}' } else { c }).collect();
    match text.trim() {
        "" => "unnamed".to_owned(),
        "all" => "all-jobs".to_owned(),
        text if text.starts_with(['=', '+', '-', '@']) => format!("_{text}"),
        text => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::name::fault;
    use proptest::prelude::*;

    #[test]
    fn readable_names_are_kept_and_all_are_different() {
        let mut names = Names::default();
        let given = ["gc", "all", "all-jobs", " ", "a\u{1b}", "@scope/lint", "gc "];
        let numbers: Vec<u32> = given.iter().map(|name| names.number(name)).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(names.number("all"), 1);
        let valid = names.into_valid();
        assert_eq!(valid, ["gc", "all-jobs-2", "all-jobs", "unnamed", "a\u{fffd}", "_@scope/lint", "gc-2"]);
    }

    proptest! {
        #[test]
        fn a_scenario_can_have_every_name(given in prop::collection::vec("[ -@a-c\\x00-\\x05]{0,3}", 0..20)) {
            let mut names = Names::default();
            for name in &given {
                names.number(name);
            }
            let valid = names.into_valid();
            prop_assert!(valid.iter().all(|name| fault(name).is_none()), "{:?}", valid);
            prop_assert_eq!(valid.iter().collect::<BTreeSet<_>>().len(), valid.len());
        }
    }
}
