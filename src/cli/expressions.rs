//! Expressions on the command line: understood, or complained about under the option that they belong to.

use std::str::FromStr;

use super::files::shown;
use super::verdict::Failure;
use crate::experiment::design::{Grid, InvalidGridOption};
use crate::experiment::expression::ExpressionError;
use crate::report::manifest::Options;
use crate::scenario::Diagnostics;

/// The expression that an option says.
pub(super) fn parse<T: FromStr<Err = ExpressionError>>(option: &str, text: &str) -> Result<T, Failure> {
    text.parse().map_err(|fault| complaint(option, text, &fault, ""))
}

/// All expressions of an option that may be given several times.
pub(super) fn parse_all<T: FromStr<Err = ExpressionError>>(option: &str, texts: &[String]) -> Result<Vec<T>, Failure> {
    texts.iter().map(|text| parse(option, text)).collect()
}

/// The grid that `--vary` and `--zip` ask for.
pub(super) fn grid(options: &Options) -> Result<Grid, Failure> {
    let refused = |InvalidGridOption { option, text, error }: InvalidGridOption| complaint(option, &text, &error, "");
    Grid::parse(&options.vary, &options.zip).map_err(refused)
}

/// The complaint about an expression; `of` is put behind what is wrong.
pub(super) fn complaint(option: &str, text: &str, fault: &ExpressionError, of: &str) -> Failure {
    let title = format!("{}{of}", fault.title);
    Failure::Input(shown(&Diagnostics::for_option(option, text, fault.span.clone(), &title, &fault.label, &fault.help)))
}
