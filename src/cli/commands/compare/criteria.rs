//! The criteria of a comparison: judged quantities, margin and gates, parsed.

use crate::args::{expression_error, parse, parse_all};
use crate::exit::CliError;
use crate::experiment::comparison::{ComparisonCriteria, UnresolvedQuantity};
use crate::experiment::expression::{Condition, Margin, Quantity};
use crate::options::CompareOptions;

/// The default of `--judge`.
const JUDGED: [&str; 3] = ["mean(wait)", "p95(wait)", "p99(wait)"];

/// Parses the criteria; `baseline` is the number of a contender, and `replications` the number in
/// its scenario.
pub(super) fn criteria(
    options: &CompareOptions,
    baseline: usize,
    replications: u32,
) -> Result<ComparisonCriteria, CliError> {
    let judged: Vec<Quantity> = if options.judge.is_empty() {
        JUDGED.iter().map(|text| text.parse().expect("the default is right")).collect()
    } else {
        parse_all("--judge", &options.judge)?
    };
    let margin: Option<Margin> = options.margin.iter().map(|text| parse("--margin", text)).next().transpose()?;
    let gates: Vec<Condition> = parse_all("--gate", &options.gate)?;
    let has_other_unit = |judged: &&Quantity| margin.is_some_and(|margin| margin.in_unit(judged.unit()).is_none());
    if let Some(judged) = judged.iter().find(has_other_unit) {
        let margin = options.margin.as_deref().unwrap_or_default();
        return Err(CliError::Input(format!(
            "--margin {margin} has another unit than {}; write a margin in percent, such as ±5%, or judge this quantity \
             separately",
            judged.text
        )));
    }
    Ok(ComparisonCriteria {
        baseline,
        judged,
        margin,
        level: options.test.level(),
        looks: options.test.looks(replications)?,
        // With gates alone, the simulation stops when the gates are decided.
        awaits_judged: gates.is_empty() || !options.judge.is_empty(),
        gates,
    })
}

/// The error about an expression that the scenario of a contender cannot answer.
pub(super) fn unresolved(misfit: &UnresolvedQuantity) -> CliError {
    let option = if misfit.is_gate { "--gate" } else { "--judge" };
    expression_error(option, &misfit.text, &misfit.error, &format!(" (contender `{}`)", misfit.alternative))
}
