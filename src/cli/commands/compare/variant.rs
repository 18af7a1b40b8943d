//! The variants of `--contender`: a name, and the keys that the variant sets.

use crate::exit::CliError;
use crate::experiment::design::parts;
use crate::model::name;

/// A variant of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variant {
    pub(super) name: String,
    /// Assignments as `--set` takes them.
    pub(super) settings: Vec<String>,
}

impl Variant {
    /// Parses `NAME: KEY=VALUE, KEY=VALUE`.
    pub(super) fn parse(text: &str) -> Result<Variant, CliError> {
        let wrong = |what: &str| {
            CliError::Input(format!(
                "--contender '{text}': {what}; write NAME: KEY=VALUE, ..., such as 'five: worker.replica.count=5'"
            ))
        };
        let (name, settings) = text.split_once(':').ok_or_else(|| wrong("there is no `:` after the name"))?;
        let name = name.trim().to_owned();
        let fault = name::fault(&name).or_else(|| name.contains('=').then(|| "has a `=`".to_owned()));
        if let Some(fault) = fault {
            return Err(wrong(&format!("the name {fault}")));
        }
        let parts = parts(settings, ',').into_iter();
        let settings: Vec<String> = parts.map(|part| settings[part].trim().to_owned()).collect();
        if settings.iter().any(String::is_empty) {
            return Err(wrong("it sets nothing, or has a comma too many"));
        }
        Ok(Variant { name, settings })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_within_values_do_not_end_them() {
        let variant = Variant::parse(
            " four more : worker.w.count=4,claim.policy=easy-backfill(order=shortest, x=1),action.a.service={ uniform = { low = '1s', high = '2s' } } , name=\"a, b\"",
        );
        let settings = [
            "worker.w.count=4",
            "claim.policy=easy-backfill(order=shortest, x=1)",
            "action.a.service={ uniform = { low = '1s', high = '2s' } }",
            "name=\"a, b\"",
        ];
        let settings = settings.map(str::to_owned).into();
        assert_eq!(variant.unwrap(), Variant { name: "four more".to_owned(), settings });
    }

    #[test]
    fn malformed_variants_are_refused() {
        for text in ["", "four", ": a=1", "four:", "four: a=1,", "four: a=1,,b=2", "a=1:2"] {
            assert!(Variant::parse(text).is_err(), "{text}");
        }
    }
}
