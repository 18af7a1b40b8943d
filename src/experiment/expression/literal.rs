//! Numbers of expressions, in the unit of what they bound: durations for times, rates for throughput, percentages.

use crate::model::time::Span;
use crate::model::unit::Rate;

/// A number without its sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Literal {
    /// `5%`, as 0.05.
    Percent(f64),
    /// In the unit that was asked for, or in none.
    Plain(f64),
    /// A length of time in seconds.
    Time(f64),
}

/// The number that a text says: `5%`, `0.8`, `5m`, or `12/min`.
pub(super) fn read(text: &str) -> Option<Literal> {
    let plain = |text: &str| {
        let digits = text.starts_with(|c: char| c.is_ascii_digit() || c == '.');
        text.parse::<f64>().ok().filter(|value| digits && value.is_finite())
    };
    if let Some(percents) = text.strip_suffix('%') {
        return plain(percents.trim_end()).map(|percents| Literal::Percent(percents / 100.0));
    }
    let rate = || text.parse().ok().map(|rate: Rate| Literal::Plain(rate.as_per_second()));
    let time = || text.parse().ok().map(|span: Span| Literal::Time(span.as_secs_f64()));
    plain(text).map(Literal::Plain).or_else(time).or_else(rate)
}

impl Literal {
    /// The number as one in that unit, if it can be: seconds, jobs, shares. A percentage is a share.
    pub(super) fn in_unit(self, unit: &str) -> Option<f64> {
        match self {
            Literal::Percent(share) => (unit == "1").then_some(share),
            Literal::Plain(number) => (unit != "s").then_some(number),
            Literal::Time(seconds) => (unit == "s").then_some(seconds),
        }
    }
}

/// What may be written as a number in that unit.
pub(super) fn example(unit: &str) -> &'static str {
    match unit {
        "s" => "a duration such as `30s` or `5m`",
        "1" => "a number such as `0.8`",
        "jobs/s" => "a number a second such as `0.5`, or a rate such as `40/h`",
        _ => "a number such as `12`",
    }
}
