//! Text -> expression, or an error that suggests what was probably meant.

use std::ops::Range;
use std::str::FromStr;

use super::error::ExpressionError;
use super::lexer::{Cursor, example, in_unit};
use super::quantity::{
    Aggregate, Bound, Condition, Margin, NameKind, PrecisionGoal, Quantity, QuantityWindow, SubjectName,
};
use super::window;
use crate::model::quantity::{Quantity as Number, QuantityError};
use crate::model::time::Span;
use crate::scenario::nearest;
use crate::stats::bound_test::Relation;
use crate::stats::{Measure, Statistic};

/// The word for a share within a limit.
const SHARE: &str = "share";

/// Measures whose values a share can be taken of.
const SHARED: [Measure; 3] = [Measure::WaitS, Measure::ResponseS, Measure::ServiceS];

impl FromStr for Quantity {
    type Err = ExpressionError;

    fn from_str(text: &str) -> Result<Quantity, ExpressionError> {
        let mut cursor = Cursor::new(text);
        let quantity = next_quantity(&mut cursor)?;
        let (rest, span) = cursor.rest();
        if rest.is_empty() { Ok(quantity) } else { Err(ExpressionError::new(span, format!("unexpected `{rest}`"))) }
    }
}

impl FromStr for Condition {
    type Err = ExpressionError;

    fn from_str(text: &str) -> Result<Condition, ExpressionError> {
        let mut cursor = Cursor::new(text);
        let quantity = next_quantity(&mut cursor)?;
        let relation = relation(&mut cursor, &quantity)?;
        let (rest, span) = cursor.rest();
        let bound = bound(rest, span, &quantity)?;
        Ok(Condition { text: text.trim().to_owned(), quantity, relation, bound })
    }
}

/// The forms of the sign before a margin.
const PLUS_MINUS: [&str; 3] = ["\u{b1}", "+-", "+/-"];

impl FromStr for PrecisionGoal {
    type Err = ExpressionError;

    fn from_str(text: &str) -> Result<PrecisionGoal, ExpressionError> {
        let mut cursor = Cursor::new(text);
        let quantity = next_quantity(&mut cursor)?;
        let (rest, span) = cursor.rest();
        let example = if quantity.unit() == "s" { "\u{b1}5%` or `\u{b1}10s" } else { "\u{b1}5%" };
        let example = format!("write the largest half width of the interval, such as `{} {example}`", quantity.text);
        if !PLUS_MINUS.iter().any(|sign| rest.starts_with(sign)) {
            let title = if rest.is_empty() {
                "a `\u{b1}` is missing here".to_owned()
            } else {
                format!("`{rest}` is not a precision")
            };
            return Err(ExpressionError::new(span, title).help(example));
        }
        let margin = rest.parse::<Margin>().map_err(|error| ExpressionError { span: span.clone(), ..error })?;
        if let Margin::Number(number) = margin {
            check_share(&quantity, number, rest, &span)?;
        }
        if margin.in_unit(quantity.unit()).is_none() {
            return Err(
                ExpressionError::new(span, format!("`{rest}` is in another unit than {}", quantity.text)).help(example)
            );
        }
        Ok(PrecisionGoal { text: text.trim().to_owned(), quantity, margin })
    }
}

impl FromStr for Margin {
    type Err = ExpressionError;

    fn from_str(text: &str) -> Result<Margin, ExpressionError> {
        let trimmed = text.trim();
        let number = PLUS_MINUS.iter().find_map(|sign| trimmed.strip_prefix(sign)).unwrap_or(trimmed);
        let read = number.trim().parse::<Number>();
        let found = match read {
            Ok(Number::Share(share)) => Some((Margin::Relative(share), share)),
            Ok(Number::Duration(duration)) => Some((Margin::Time(duration.as_secs_f64()), duration.as_secs_f64())),
            Ok(Number::Number(number)) => Some((Margin::Number(number), number)),
            Ok(Number::Rate(rate)) => Some((Margin::Number(rate.as_per_second()), rate.as_per_second())),
            Err(_) => None,
        };
        found.filter(|(_, size)| *size > 0.0).map(|(margin, _)| margin).ok_or_else(|| {
            let title = wrong_number(&read).unwrap_or_else(|| format!("`{trimmed}` is not a margin"));
            ExpressionError::new(0..text.len(), title)
                .help("write the largest difference that does not matter, in percent or as a duration: ±5% or ±10s")
        })
    }
}

/// What is wrong with a number that would be right without one detail, such as a comma.
fn wrong_number(read: &Result<Number, QuantityError>) -> Option<String> {
    read.as_ref().err().filter(|error| error.is_detail()).map(ToString::to_string)
}

/// Rejects a number above 1 for a share: it is meant in percent.
fn check_share(quantity: &Quantity, number: f64, text: &str, span: &Range<usize>) -> Result<(), ExpressionError> {
    if !quantity.is_share() || number <= 1.0 {
        return Ok(());
    }
    let title = format!("{} is a share, from 0 to 1, and `{text}` is {}", quantity.text, Number::Share(number));
    Err(ExpressionError::new(span.clone(), title).suggest(Some(&format!("{text}%")), ""))
}

fn next_quantity(cursor: &mut Cursor) -> Result<Quantity, ExpressionError> {
    let start = cursor.here().start;
    let (word, span) = cursor.word();
    let (measure, aggregate, Arguments { of, window }) = match word {
        "" => return Err(ExpressionError::new(cursor.here(), "a measure is missing here").help(EXAMPLE)),
        SHARE => share(cursor)?,
        word => match (statistic(word), measure(word)) {
            // Some words are both. The parenthesis decides: mean(wait), but error(jobs).
            (Some(statistic), _) if cursor.sign("(") => statistic_of(cursor, statistic, &span)?,
            (Some(statistic), None) => return Err(without_measure(statistic, span)),
            (_, Some(measure)) => {
                let given = if cursor.sign("(") { arguments(cursor)? } else { Arguments::default() };
                (measure, Aggregate::Statistic(only_statistic(measure, &span)?), given)
            }
            (None, None) => return Err(unknown(word, span)),
        },
    };
    let end = cursor.text()[..cursor.here().start].trim_end().len();
    Ok(Quantity { text: cursor.text()[start..end].to_owned(), measure, aggregate, of, window })
}

const EXAMPLE: &str = "write it such as p95(wait), mean(response, scan), share(wait < 1m) or utilization(scan)";

fn statistic(word: &str) -> Option<Statistic> {
    all_statistics().find(|statistic| statistic.name() == word)
}

fn all_statistics() -> impl Iterator<Item = Statistic> {
    Measure::ALL.into_iter().flat_map(|measure| measure.statistics().iter().copied())
}

/// The name without its unit: `wait` for `wait_s`.
fn short(measure: Measure) -> &'static str {
    let name = measure.name();
    name.strip_suffix("_per_s").or_else(|| name.strip_suffix("_s")).unwrap_or(name)
}

fn measure(word: &str) -> Option<Measure> {
    Measure::ALL.into_iter().find(|measure| short(*measure) == word || measure.name() == word)
}

fn unknown(word: &str, span: Range<usize>) -> ExpressionError {
    let words = all_statistics().map(Statistic::name).chain(Measure::ALL.map(short)).chain([SHARE]);
    ExpressionError::new(span, format!("there is no measure or statistic `{word}`"))
        .suggest(nearest(word, words), EXAMPLE)
}

fn without_measure(statistic: Statistic, span: Range<usize>) -> ExpressionError {
    let of = Measure::ALL.into_iter().find(|measure| measure.statistics().contains(&statistic));
    let example = format!("write the measure, such as {}({})", statistic.name(), of.map_or("wait", short));
    ExpressionError::new(span, format!("`{}` is a statistic of a measure", statistic.name())).help(example)
}

/// `MEASURE)` or `MEASURE, NAME)`, after `STATISTIC(`.
fn statistic_of(
    cursor: &mut Cursor,
    statistic: Statistic,
    statistic_place: &Range<usize>,
) -> Result<(Measure, Aggregate, Arguments), ExpressionError> {
    let measure = next_measure(cursor)?;
    if !measure.statistics().contains(&statistic) {
        let has: Vec<&str> = measure.statistics().iter().map(|statistic| statistic.name()).collect();
        let title = format!("`{}` has no {}", short(measure), statistic.name());
        return Err(ExpressionError::new(statistic_place.clone(), title).help(format!("it has: {}", has.join(", "))));
    }
    Ok((measure, Aggregate::Statistic(statistic), arguments_after_comma(cursor)?))
}

/// `(MEASURE < DURATION)`, possibly with a name, after `share`.
fn share(cursor: &mut Cursor) -> Result<(Measure, Aggregate, Arguments), ExpressionError> {
    if !cursor.sign("(") {
        return Err(ExpressionError::new(cursor.here(), "`share` of what?").help("write it such as share(wait < 1m)"));
    }
    let start = cursor.here();
    let measure = next_measure(cursor)?;
    if measure == Measure::Lost {
        return Ok((measure, Aggregate::Statistic(Statistic::Mean), arguments_after_comma(cursor)?));
    }
    if !SHARED.contains(&measure) {
        let title = format!("there is no share of `{}`", short(measure));
        return Err(ExpressionError::new(start, title)
            .help("shares are taken of wait, response and service, and of lost jobs: share(lost)"));
    }
    let mut before_name = *cursor;
    if before_name.sign(",") {
        return Err(name_before_limit(before_name, measure));
    }
    let inclusive = cursor.sign("<=");
    if !inclusive && !cursor.sign("<") {
        let error = ExpressionError::new(cursor.here(), "the limit of the share is missing here");
        return Err(error.help("write it such as share(wait < 1m)"));
    }
    let (text, span) = cursor.before(&[',', ')']);
    let limit: Span = text.parse().map_err(|why: QuantityError| ExpressionError::new(span, why.to_string()))?;
    Ok((measure, Aggregate::Share { limit, inclusive }, arguments_after_comma(cursor)?))
}

/// The error for `share(wait, NAME < 1m)`, from the name on.
fn name_before_limit(mut cursor: Cursor, measure: Measure) -> ExpressionError {
    let (name, span) = cursor.before(&['<', ')']);
    let (limit, _) = cursor.before(&[')']);
    let limit = if limit.is_empty() { "< 1m" } else { limit };
    let help = format!("write share({} {limit}, {name})", short(measure));
    ExpressionError::new(span, "the name comes after the limit").help(help)
}

fn next_measure(cursor: &mut Cursor) -> Result<Measure, ExpressionError> {
    let here = cursor.here();
    let (word, span) = cursor.word();
    if word.is_empty() {
        return Err(ExpressionError::new(here, "a measure is missing here").help(EXAMPLE));
    }
    measure(word).ok_or_else(|| {
        let known: Vec<&str> = Measure::ALL.map(short).into();
        let error = ExpressionError::new(span, format!("there is no measure `{word}`"));
        error.suggest(nearest(word, known.iter().copied()), format!("there are: {}", known.join(", ")))
    })
}

/// The statistic of a measure that has only one.
fn only_statistic(measure: Measure, span: &Range<usize>) -> Result<Statistic, ExpressionError> {
    match measure.statistics() {
        [only] => Ok(*only),
        several => {
            let names: Vec<&str> = several.iter().map(|statistic| statistic.name()).collect();
            let error = ExpressionError::new(span.clone(), format!("`{}` has several statistics", short(measure)));
            Err(error.help(format!("write one of: {}({}), or {}", names[0], short(measure), names[1..].join(", "))))
        }
    }
}

/// The name and the window of a quantity; either may be left out.
#[derive(Default)]
struct Arguments {
    of: Option<SubjectName>,
    window: Option<QuantityWindow>,
}

fn arguments_after_comma(cursor: &mut Cursor) -> Result<Arguments, ExpressionError> {
    if cursor.sign(",") {
        return arguments(cursor);
    }
    close(cursor)?;
    Ok(Arguments::default())
}

/// `NAME`, `WINDOW` or `NAME, WINDOW`, and the closing parenthesis. A text that is both is a
/// window.
fn arguments(cursor: &mut Cursor) -> Result<Arguments, ExpressionError> {
    let of = if next_window(&mut cursor.clone())?.is_some() { None } else { Some(name(cursor)?) };
    let has_window = of.is_none() || cursor.sign(",");
    let here = cursor.here();
    let window = if has_window { next_window(cursor)? } else { None };
    if has_window && window.is_none() {
        let title = "a window is missing here, such as 09:00..11:00 or mon-fri";
        return Err(ExpressionError::new(here, title));
    }
    close(cursor)?;
    Ok(Arguments { of, window })
}

fn next_window(cursor: &mut Cursor) -> Result<Option<QuantityWindow>, ExpressionError> {
    let (text, span) = cursor.before(&[',', ')']);
    window::read(text, &span)
}

fn close(cursor: &mut Cursor) -> Result<(), ExpressionError> {
    if cursor.sign(")") {
        return Ok(());
    }
    Err(ExpressionError::new(cursor.here(), "a closing parenthesis is missing here"))
}

/// `scan`, `"scan"`, `action scan` or `resource scan`.
fn name(cursor: &mut Cursor) -> Result<SubjectName, ExpressionError> {
    let mut after_word = *cursor;
    let kind = match after_word.word().0 {
        "action" => Some(NameKind::Action),
        "resource" => Some(NameKind::Resource),
        _ => None,
    };
    // A word alone is a name, even the word `action`.
    let kind = kind.filter(|_| !after_word.sign(")") && !after_word.sign(","));
    if kind.is_some() {
        *cursor = after_word;
    }
    let here = cursor.here();
    let (text, span) = cursor.name().ok_or_else(|| ExpressionError::new(here.clone(), "this quote is never closed"))?;
    if text.is_empty() {
        return Err(ExpressionError::new(here, "the name of an action or resource is missing here"));
    }
    Ok(SubjectName { text: text.to_owned(), kind, span })
}

fn relation(cursor: &mut Cursor, quantity: &Quantity) -> Result<Relation, ExpressionError> {
    for (signs, relation) in [(["<=", "<"], Relation::AtMost), ([">=", ">"], Relation::AtLeast)] {
        if signs.iter().any(|sign| cursor.sign(sign)) {
            return Ok(relation);
        }
    }
    let here = cursor.here();
    if cursor.sign("==") || cursor.sign("=") {
        let (bound, text) = (cursor.rest().0, &quantity.text);
        let title = "a measured value is never exactly equal to a bound";
        return Err(ExpressionError::new(here, title)
            .help(format!("write `{text} <= {bound}` for at most that, or `{text} >= {bound}` for at least that")));
    }
    let what = if cursor.is_done() { "a bound is missing here" } else { "`<=` or `>=` is missing here" };
    let example = if quantity.unit() == "s" { "+5%` or `5m" } else { "+5%" };
    Err(ExpressionError::new(here, what).help(format!("write it such as `{} <= {example}`", quantity.text)))
}

/// With a sign, a difference to the baseline; without one, a value.
fn bound(text: &str, span: Range<usize>, quantity: &Quantity) -> Result<Bound, ExpressionError> {
    let unit = quantity.unit();
    let (sign, digits) = match text.chars().next() {
        Some('+') => (Some(1.0), &text[1..]),
        Some('-') => (Some(-1.0), &text[1..]),
        // The minus sign of word processors.
        Some('\u{2212}') => (Some(-1.0), &text['\u{2212}'.len_utf8()..]),
        _ => (None, text),
    };
    let read = digits.trim_start().parse::<Number>();
    if let Ok(Number::Number(number)) = read {
        check_share(quantity, number, text, &span)?;
    }
    let found = match (sign, read.as_ref().ok().copied()) {
        (Some(sign), Some(Number::Share(share))) => Some(Bound::Relative(sign * share)),
        (Some(sign), Some(number)) => in_unit(number, unit).map(|value| Bound::Difference(sign * value)),
        (None, Some(number)) => in_unit(number, unit).map(Bound::Value),
        (_, None) => None,
    };
    if let (Some(Bound::Value(value)), true) = (found, quantity.is_share())
        && value > 1.0
        && quantity.measure != Measure::Utilization
    {
        let title = format!("`{text}` is above 100%, and {} never is", quantity.text);
        return Err(ExpressionError::new(span, title).help("write a share from `0%` to `100%`"));
    }
    found.ok_or_else(|| {
        if let Some(title) = wrong_number(&read) {
            return ExpressionError::new(span, title);
        }
        let title = if text.is_empty() {
            "a bound is missing here".to_owned()
        } else {
            format!("`{text}` is not a bound of {}", quantity.text)
        };
        let error = ExpressionError::new(span, title);
        let value = example(unit);
        let meant = matches!((read, unit), (Ok(Number::Number(_)), "s")).then(|| format!("{text}s"));
        let help = format!("write {value}; or a difference to the baseline, with a sign, such as `+5%`");
        if meant.is_some() {
            error.suggest(meant.as_deref(), "").help(format!("write {value}"))
        } else {
            error.help(help)
        }
    })
}
