//! Keys that the command line sets, over those of the scenario.

/// A key that the command line sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// The option that sets it, as diagnostics show it: `--set`.
    pub option: String,
    /// `KEY=VALUE`: a dotted path, and a TOML value; any other value is taken as a text.
    pub assignment: String,
    /// The option's value as it was typed, if diagnostics show another text than the assignment.
    pub(crate) typed: Option<String>,
}

impl Override {
    /// The override of `--set KEY=VALUE`.
    pub fn set(assignment: &str) -> Override {
        Override::with("--set", assignment)
    }

    /// The override of `OPTION KEY=VALUE`.
    pub fn with(option: &str, assignment: &str) -> Override {
        Override { option: option.to_owned(), assignment: assignment.to_owned(), typed: None }
    }

    /// The override of another option that sets one key. A policy may be written as `--policy`
    /// takes it.
    pub fn key(option: &str, key: &str, value: &str) -> Override {
        let option = option.to_owned();
        match key {
            "claim.policy" => Override { option, typed: Some(format!("{key}={value}")), ..Override::policy(value) },
            _ => Override::with(&option, &format!("{key}={value}")),
        }
    }

    /// The override of `--policy POLICY`: a name, a name with parameters as tables show them,
    /// `reserve-after(patience=10m)`, or a value as in a scenario,
    /// `{ reserve-after = { patience = "10m" } }`.
    pub fn policy(policy: &str) -> Override {
        let value = with_parameters(policy).unwrap_or_else(|| policy.to_owned());
        let (option, typed) = ("--policy".to_owned(), Some(policy.to_owned()));
        Override { option, assignment: format!("claim.policy={value}"), typed }
    }
}

/// `name(key=value, …)` as a TOML value.
fn with_parameters(policy: &str) -> Option<String> {
    let (name, rest) = policy.trim().split_once('(')?;
    let parameters = rest.trim_end().strip_suffix(')')?;
    let parameters = parameters.split(',').filter(|parameter| !parameter.trim().is_empty());
    let parameters: Option<Vec<String>> = parameters.map(|parameter| parameter_of(parameter.trim())).collect();
    Some(format!("{{ {name} = {{ {} }} }}", parameters?.join(", ")))
}

/// `key=value`, with the value in quotes unless it is a TOML value.
fn parameter_of(parameter: &str) -> Option<String> {
    let (key, value) = parameter.split_once('=')?;
    let (key, value) = (key.trim(), value.trim());
    let is_toml = value.parse::<i64>().is_ok() || value.starts_with(['"', '\'']);
    Some(if is_toml { format!("{key} = {value}") } else { format!("{key} = \"{value}\"") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_may_have_parameters() {
        let value = |policy| Override::policy(policy).assignment;
        assert_eq!(value("first-fit"), "claim.policy=first-fit");
        assert_eq!(value("reserve-after(patience=10m)"), "claim.policy={ reserve-after = { patience = \"10m\" } }");
        assert_eq!(
            value("fair-share(weights.scan=2, weights.gc=1)"),
            "claim.policy={ fair-share = { weights.scan = 2, weights.gc = 1 } }"
        );
        assert_eq!(value("{ priority = {} }"), "claim.policy={ priority = {} }");
        assert_eq!(value("priority()"), "claim.policy={ priority = {  } }");
        assert_eq!(value("priority(aging"), "claim.policy=priority(aging");
    }
}
