//! `--policy`: a name of the catalogue, with parameters or without.

use clap::builder::{PossibleValue, PossibleValuesParser, StringValueParser, TypedValueParser};
use clap::{Arg, Command, Error};
use std::ffi::OsStr;

use claimsim_policy::CATALOGUE;

/// Takes a policy by its name; what stands in brackets behind it, and values as scenarios write them, are the scenario's to understand.
#[derive(Clone, Debug)]
pub(super) struct PolicyParser;

impl TypedValueParser for PolicyParser {
    type Value = String;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, Error> {
        let policy = StringValueParser::new().parse_ref(command, arg, value)?;
        let (name, rest) = policy.split_once('(').map_or((policy.as_str(), ""), |(name, rest)| (name.trim(), rest));
        if policy.trim_start().starts_with('{') || !rest.is_empty() && rest.trim_end().ends_with(')') && is_known(name)
        {
            return Ok(policy);
        }
        PossibleValuesParser::new(names()).parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(names().map(PossibleValue::new)))
    }
}

fn names() -> impl Iterator<Item = &'static str> {
    CATALOGUE.iter().map(|entry| entry.name)
}

fn is_known(name: &str) -> bool {
    names().any(|known| known == name)
}
