//! What the command line asks about contenders: expressions understood, levels and looks settled.

use super::super::expressions::{complaint, parse, parse_all};
use super::super::plan::{level_of, looks};
use super::super::verdict::Failure;
use crate::experiment::comparison::{ComparisonCriteria, UnresolvedQuantity};
use crate::experiment::expression::{Condition, Margin, Quantity};
use crate::report::manifest::Options;

/// What is judged unless something else is asked for.
const JUDGED: [&str; 3] = ["mean(wait)", "p95(wait)", "p99(wait)"];

/// Understands what is asked for; `baseline` is the number of a contender, and `replications` what its scenario says.
pub(super) fn questions(options: &Options, baseline: usize, replications: u32) -> Result<ComparisonCriteria, Failure> {
    let judged: Vec<Quantity> = if options.judge.is_empty() {
        JUDGED.iter().map(|text| text.parse().expect("the default is right")).collect()
    } else {
        parse_all("--judge", &options.judge)?
    };
    let margin: Option<Margin> = options.margin.iter().map(|text| parse("--margin", text)).next().transpose()?;
    let gates: Vec<Condition> = parse_all("--gate", &options.gate)?;
    if let Some(judged) =
        judged.iter().find(|judged| margin.is_some_and(|margin| margin.in_unit(judged.unit()).is_none()))
    {
        let margin = options.margin.as_deref().unwrap_or_default();
        return Err(Failure::Input(format!(
            "--margin {margin} is in another unit than {}; write a margin in percent, such as ±5%, or judge it by itself",
            judged.text
        )));
    }
    Ok(ComparisonCriteria {
        baseline,
        judged,
        margin,
        level: level_of(options),
        looks: looks(options, replications)?,
        // Who asks for gates only wants them decided, and nothing else.
        awaits_judged: gates.is_empty() || !options.judge.is_empty(),
        gates,
    })
}

/// The complaint about an expression that some contender's scenario has no answer to.
pub(super) fn misfit(misfit: &UnresolvedQuantity) -> Failure {
    let option = if misfit.is_gate { "--gate" } else { "--judge" };
    complaint(option, &misfit.text, &misfit.error, &format!(" (contender `{}`)", misfit.alternative))
}
