//! Text -> expression, with what was probably meant where it is none.

use std::ops::Range;

use super::cursor::Cursor;
use super::number::{self, Number};
use super::{Bound, Condition, Fault, Kind, Margin, Name, Part, Precision, Quantity, Relation};
use crate::model::time::Span;
use crate::scenario::nearest;
use crate::stats::{Measure, Statistic};

/// The word for a share within a limit.
const SHARE: &str = "share";

/// Measures whose values a share can be taken of.
const SHARED: [Measure; 3] = [Measure::WaitS, Measure::ResponseS, Measure::ServiceS];

/// A whole text that is one quantity.
pub(super) fn quantity(text: &str) -> Result<Quantity, Fault> {
    let mut cursor = Cursor::new(text);
    let quantity = next_quantity(&mut cursor)?;
    let (rest, place) = cursor.rest();
    if rest.is_empty() { Ok(quantity) } else { Err(Fault::new(place, format!("`{rest}` is too much here"))) }
}

/// A whole text that is one condition.
pub(super) fn condition(text: &str) -> Result<Condition, Fault> {
    let mut cursor = Cursor::new(text);
    let quantity = next_quantity(&mut cursor)?;
    let relation = relation(&mut cursor, &quantity)?;
    let (rest, place) = cursor.rest();
    let bound = bound(rest, place, &quantity)?;
    Ok(Condition { text: text.trim().to_owned(), quantity, relation, bound })
}

/// How "give or take" may be written.
const GIVE_OR_TAKE: [&str; 3] = ["\u{b1}", "+-", "+/-"];

/// A whole text that is a quantity and a margin behind a sign.
pub(super) fn precision(text: &str) -> Result<Precision, Fault> {
    let mut cursor = Cursor::new(text);
    let quantity = next_quantity(&mut cursor)?;
    let (rest, place) = cursor.rest();
    let example = if quantity.unit() == "s" { "\u{b1}5%` or `\u{b1}10s" } else { "\u{b1}5%" };
    let example = format!("write how far the value may be off, such as `{} {example}`", quantity.text);
    if !GIVE_OR_TAKE.iter().any(|sign| rest.starts_with(sign)) {
        let title =
            if rest.is_empty() { "a `\u{b1}` is missing here".to_owned() } else { format!("`{rest}` is no precision") };
        return Err(Fault::new(place, title).help(example));
    }
    let margin = margin(rest).map_err(|fault| Fault { place: place.clone(), ..fault })?;
    if margin.in_unit(quantity.unit()).is_none() {
        return Err(Fault::new(place, format!("`{rest}` is in another unit than {}", quantity.text)).help(example));
    }
    Ok(Precision { text: text.trim().to_owned(), quantity, margin })
}

/// A whole text that is one margin.
pub(super) fn margin(text: &str) -> Result<Margin, Fault> {
    let trimmed = text.trim();
    let number = GIVE_OR_TAKE.iter().find_map(|sign| trimmed.strip_prefix(sign)).unwrap_or(trimmed);
    let found = match number::read(number.trim()) {
        Some(Number::Percent(share)) if share > 0.0 => Some(Margin::Relative(share)),
        Some(Number::Time(seconds)) if seconds > 0.0 => Some(Margin::Time(seconds)),
        Some(Number::Plain(number)) if number > 0.0 => Some(Margin::Number(number)),
        _ => None,
    };
    found.ok_or_else(|| {
        let fault = Fault::new(0..text.len(), format!("`{trimmed}` is no margin"));
        fault.help("write how large a difference does not matter, in percent or as a duration: ±5% or ±10s")
    })
}

fn next_quantity(cursor: &mut Cursor) -> Result<Quantity, Fault> {
    let start = cursor.here().start;
    let (word, place) = cursor.word();
    let (measure, part, of) = match word {
        "" => return Err(Fault::new(cursor.here(), "a measure is missing here").help(EXAMPLE)),
        SHARE => share(cursor)?,
        word => match (statistic(word), measure(word)) {
            // A word may be both; what it is of then says which: mean(wait), but error(jobs).
            (Some(statistic), _) if cursor.sign("(") => statistic_of(cursor, statistic, &place)?,
            (Some(statistic), None) => return Err(without_measure(statistic, place)),
            (_, Some(measure)) => {
                let of = if cursor.sign("(") { Some(name(cursor)?) } else { None };
                if of.is_some() {
                    close(cursor)?;
                }
                (measure, Part::Statistic(only_statistic(measure, &place)?), of)
            }
            (None, None) => return Err(unknown(word, place)),
        },
    };
    let end = cursor.text()[..cursor.here().start].trim_end().len();
    Ok(Quantity { text: cursor.text()[start..end].to_owned(), measure, part, of })
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

fn unknown(word: &str, place: Range<usize>) -> Fault {
    let words = all_statistics().map(Statistic::name).chain(Measure::ALL.map(short)).chain([SHARE]);
    Fault::new(place, format!("there is no measure or statistic `{word}`")).suggest(nearest(word, words), EXAMPLE)
}

fn without_measure(statistic: Statistic, place: Range<usize>) -> Fault {
    let of = Measure::ALL.into_iter().find(|measure| measure.statistics().contains(&statistic));
    let example = format!("write of what, such as {}({})", statistic.name(), of.map_or("wait", short));
    Fault::new(place, format!("`{}` is a statistic of a measure", statistic.name())).help(example)
}

/// `MEASURE)` or `MEASURE, NAME)`, after `STATISTIC(`.
fn statistic_of(
    cursor: &mut Cursor,
    statistic: Statistic,
    statistic_place: &Range<usize>,
) -> Result<(Measure, Part, Option<Name>), Fault> {
    let measure = next_measure(cursor)?;
    if !measure.statistics().contains(&statistic) {
        let has: Vec<&str> = measure.statistics().iter().map(|statistic| statistic.name()).collect();
        let title = format!("`{}` has no {}", short(measure), statistic.name());
        return Err(Fault::new(statistic_place.clone(), title).help(format!("it has: {}", has.join(", "))));
    }
    Ok((measure, Part::Statistic(statistic), name_after_comma(cursor)?))
}

/// `(MEASURE < DURATION)`, maybe with a name, after `share`.
fn share(cursor: &mut Cursor) -> Result<(Measure, Part, Option<Name>), Fault> {
    if !cursor.sign("(") {
        return Err(Fault::new(cursor.here(), "`share` of what?").help("write it such as share(wait < 1m)"));
    }
    let start = cursor.here();
    let measure = next_measure(cursor)?;
    if !SHARED.contains(&measure) {
        let title = format!("there is no share of `{}`", short(measure));
        return Err(Fault::new(start, title).help("shares are taken of wait, response and service"));
    }
    let inclusive = cursor.sign("<=");
    if !inclusive && !cursor.sign("<") {
        let fault = Fault::new(cursor.here(), "the limit of the share is missing here");
        return Err(fault.help("write it such as share(wait < 1m)"));
    }
    let (text, place) = cursor.before(&[',', ')']);
    let limit: Span = text.parse().map_err(|why: crate::model::time::SpanError| Fault::new(place, why.to_string()))?;
    Ok((measure, Part::Share { limit, inclusive }, name_after_comma(cursor)?))
}

fn next_measure(cursor: &mut Cursor) -> Result<Measure, Fault> {
    let here = cursor.here();
    let (word, place) = cursor.word();
    if word.is_empty() {
        return Err(Fault::new(here, "a measure is missing here").help(EXAMPLE));
    }
    measure(word).ok_or_else(|| {
        let known: Vec<&str> = Measure::ALL.map(short).into();
        let fault = Fault::new(place, format!("there is no measure `{word}`"));
        fault.suggest(nearest(word, known.iter().copied()), format!("there are: {}", known.join(", ")))
    })
}

/// The statistic of a measure that has but one.
fn only_statistic(measure: Measure, place: &Range<usize>) -> Result<Statistic, Fault> {
    match measure.statistics() {
        [only] => Ok(*only),
        several => {
            let names: Vec<&str> = several.iter().map(|statistic| statistic.name()).collect();
            let fault = Fault::new(place.clone(), format!("`{}` has several statistics", short(measure)));
            Err(fault.help(format!("write which: {}({}), or {}", names[0], short(measure), names[1..].join(", "))))
        }
    }
}

fn name_after_comma(cursor: &mut Cursor) -> Result<Option<Name>, Fault> {
    let name = if cursor.sign(",") { Some(name(cursor)?) } else { None };
    close(cursor)?;
    Ok(name)
}

fn close(cursor: &mut Cursor) -> Result<(), Fault> {
    if cursor.sign(")") {
        return Ok(());
    }
    Err(Fault::new(cursor.here(), "a closing parenthesis is missing here"))
}

/// `scan`, `"scan"`, `action scan` or `resource scan`.
fn name(cursor: &mut Cursor) -> Result<Name, Fault> {
    let mut after_word = *cursor;
    let kind = match after_word.word().0 {
        "action" => Some(Kind::Action),
        "resource" => Some(Kind::Resource),
        _ => None,
    };
    // A word alone is a name, even if it is `action`.
    let kind = kind.filter(|_| !after_word.sign(")") && !after_word.sign(","));
    if kind.is_some() {
        *cursor = after_word;
    }
    let here = cursor.here();
    let (text, place) = cursor.name().ok_or_else(|| Fault::new(here.clone(), "this quote is never closed"))?;
    if text.is_empty() {
        return Err(Fault::new(here, "the name of an action or resource is missing here"));
    }
    Ok(Name { text: text.to_owned(), kind, place })
}

fn relation(cursor: &mut Cursor, quantity: &Quantity) -> Result<Relation, Fault> {
    for (signs, relation) in [(["<=", "<"], Relation::AtMost), ([">=", ">"], Relation::AtLeast)] {
        if signs.iter().any(|sign| cursor.sign(sign)) {
            return Ok(relation);
        }
    }
    let what = if cursor.is_done() { "a bound is missing here" } else { "`<=` or `>=` is missing here" };
    let example = if quantity.unit() == "s" { "+5%` or `5m" } else { "+5%" };
    Err(Fault::new(cursor.here(), what).help(format!("write it such as `{} <= {example}`", quantity.text)))
}

/// With a sign a difference to the baseline, without one a value.
fn bound(text: &str, place: Range<usize>, quantity: &Quantity) -> Result<Bound, Fault> {
    let unit = quantity.unit();
    let (sign, digits) = match text.chars().next() {
        Some('+') => (Some(1.0), &text[1..]),
        Some('-') => (Some(-1.0), &text[1..]),
        // A minus as text processors set it.
        Some('\u{2212}') => (Some(-1.0), &text['\u{2212}'.len_utf8()..]),
        _ => (None, text),
    };
    let found = match (sign, number::read(digits.trim_start())) {
        (Some(sign), Some(Number::Percent(share))) => Some(Bound::Relative(sign * share)),
        (Some(sign), Some(number)) => number.in_unit(unit).map(|value| Bound::Difference(sign * value)),
        (None, Some(number)) => number.in_unit(unit).map(Bound::Value),
        (_, None) => None,
    };
    found.ok_or_else(|| {
        let title = if text.is_empty() {
            "a bound is missing here".to_owned()
        } else {
            format!("`{text}` is no bound of {}", quantity.text)
        };
        let value = number::example(unit);
        Fault::new(place, title)
            .help(format!("write {value}; or a difference to the baseline, with a sign, such as `+5%`"))
    })
}
