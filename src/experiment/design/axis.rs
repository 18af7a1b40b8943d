//! A key, or keys that vary together, and their values.

use std::ops::Range;

use super::amount::Amount;
use super::split::{parts, trimmed};
use super::{MAX_POINTS, range};
use crate::expression::ExpressionError;

/// One dimension of a grid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// Dotted paths of scenario keys.
    pub keys: Vec<String>,
    /// By step, a value for each key, as `--set` takes them.
    pub values: Vec<Vec<String>>,
}

impl Axis {
    /// Reads `KEY=VALUES` or `KEY+KEY=VALUES`, the argument of `--vary`.
    ///
    /// # Errors
    /// If there is no key, no value, a key or a value twice, or an invalid range.
    pub fn parse(text: &str) -> Result<Axis, ExpressionError> {
        let equals = parts(text, '=')[0].end;
        if equals == text.len() {
            let help = "write KEY=VALUES, such as worker.replica.count=1..8";
            return Err(ExpressionError::new(0..text.len(), format!("`{text}` has no values for a key")).help(help));
        }
        let keys = keys(text, equals)?;
        let values = values(text, equals + 1)?;
        Ok(Axis { values: values.into_iter().map(|value| vec![value; keys.len()]).collect(), keys })
    }

    /// An axis on which the keys of all these axes vary together. All must have the same number of
    /// values.
    ///
    /// # Errors
    /// The number of the first axis with another number of values than the first of all.
    pub fn zip(axes: Vec<Axis>) -> Result<Axis, usize> {
        let mut axes = axes.into_iter().enumerate();
        let Some((_, mut all)) = axes.next() else { return Ok(Axis { keys: Vec::new(), values: Vec::new() }) };
        for (number, axis) in axes {
            if axis.values.len() != all.values.len() {
                return Err(number);
            }
            all.keys.extend(axis.keys);
            for (step, more) in all.values.iter_mut().zip(axis.values) {
                step.extend(more);
            }
        }
        Ok(all)
    }

    /// The values of the first key as numbers, if all are plain numbers, times (in seconds), or
    /// rates (per second).
    pub fn numbers(&self) -> Option<Vec<f64>> {
        let values = self.values.iter().map(|step| Amount::read(step.first()?));
        let amounts = values.collect::<Option<Vec<Amount>>>()?;
        let are_alike = amounts.iter().all(|amount| amount.is_like(&amounts[0]));
        let numbers: Vec<f64> = amounts.iter().map(Amount::to_f64).filter(|number| number.is_finite()).collect();
        (are_alike && numbers.len() == self.values.len()).then_some(numbers)
    }

    /// Its name in charts and tables: its keys.
    pub fn name(&self) -> String {
        self.keys.join(" + ")
    }
}

fn keys(text: &str, equals: usize) -> Result<Vec<String>, ExpressionError> {
    let mut keys: Vec<String> = Vec::new();
    for part in parts(&text[..equals], '+') {
        let span = trimmed(text, part);
        let key = &text[span.clone()];
        if key.is_empty() {
            let help = "write the dotted path of a scenario key, such as worker.replica.count";
            return Err(ExpressionError::new(span, "a key is missing here").help(help));
        }
        if keys.iter().any(|known| known == key) {
            return Err(ExpressionError::new(span, format!("`{key}` is given twice")).help("name each key once"));
        }
        keys.push(key.to_owned());
    }
    Ok(keys)
}

fn values(text: &str, from: usize) -> Result<Vec<String>, ExpressionError> {
    let (mut values, mut spans): (Vec<String>, Vec<Range<usize>>) = (Vec::new(), Vec::new());
    for part in parts(&text[from..], ',') {
        let span = trimmed(text, from + part.start..from + part.end);
        let value = &text[span.clone()];
        if value.is_empty() {
            let help = "write values between commas, such as 1,2,4, or a range, such as 1..8";
            return Err(ExpressionError::new(span, "a value is missing here").help(help));
        }
        if let Some(range) = range::written_otherwise(value) {
            let error = ExpressionError::new(span, format!("`{value}` is not a range"));
            return Err(error.suggest(Some(&range), ""));
        }
        let more = range::values(text, &span).unwrap_or_else(|| Ok(vec![value.to_owned()]))?;
        spans.resize(spans.len() + more.len(), span);
        values.extend(more);
        if values.len() > MAX_POINTS {
            return Err(ExpressionError::new(from..text.len(), format!("there are more than {MAX_POINTS} values")));
        }
    }
    let mut sorted: Vec<(&String, &Range<usize>)> = values.iter().zip(&spans).collect();
    sorted.sort_by_key(|(value, span)| (*value, span.start));
    if let Some(twice) = sorted.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        let title = format!("the value `{}` is given twice", twice[1].0);
        return Err(ExpressionError::new(twice[1].1.clone(), title).help("name each value once"));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(text: &str) -> Axis {
        Axis::parse(text).unwrap()
    }

    fn texts(axis: &Axis) -> Vec<&str> {
        axis.values.iter().flatten().map(String::as_str).collect()
    }

    #[test]
    fn values_may_be_lists_and_ranges_and_may_contain_commas_and_equal_signs() {
        assert_eq!(texts(&axis("worker.w.count = 1..3, 8,16")), ["1", "2", "3", "8", "16"]);
        let policies =
            axis("claim.policy=first-fit,easy-backfill(order=shortest, x=1),{ priority = { aging = '1m' } }");
        let expected = ["first-fit", "easy-backfill(order=shortest, x=1)", "{ priority = { aging = '1m' } }"];
        assert_eq!(texts(&policies), expected);
        assert_eq!(texts(&axis("action.a.arrival.trace.file=../a.csv,'b, c.csv'")), ["../a.csv", "'b, c.csv'"]);
    }

    #[test]
    fn several_keys_take_the_same_values_or_vary_together() {
        let same = axis("action.a.retries+action.\"b+c\".retries=1,2");
        assert_eq!(same.keys, ["action.a.retries", "action.\"b+c\".retries"]);
        assert_eq!(same.values, [["1", "1"], ["2", "2"]]);
        let zipped = Axis::zip(vec![axis("a=1,2"), axis("b=x,y")]).unwrap();
        assert_eq!(
            (zipped.keys, zipped.values),
            (vec!["a".into(), "b".into()], vec![vec!["1".into(), "x".into()], vec!["2".into(), "y".into()]])
        );
        assert_eq!(Axis::zip(vec![axis("a=1,2"), axis("b=1..2"), axis("c=3")]), Err(2));
    }

    #[test]
    fn numbers_of_one_kind_are_numbers() {
        assert_eq!(axis("a=1,2.5,-3").numbers(), Some(vec![1.0, 2.5, -3.0]));
        assert_eq!(axis("a=90s,2m,1h30m").numbers(), Some(vec![90.0, 120.0, 5400.0]));
        assert_eq!(axis("a=36/h,2/s,1/20s").numbers(), Some(vec![0.01, 2.0, 0.05]));
        assert_eq!(axis("a=5%,0.1,1e-3").numbers(), Some(vec![0.05, 0.1, 0.001]));
        for words in ["a=first-fit,random", "a=1,2s", "a=1s,1/s", "a=1,none", "a='1','2'"] {
            assert_eq!(axis(words).numbers(), None, "{words}");
        }
    }

    #[test]
    fn errors_point_at_what_is_wrong() {
        for (text, span, words) in [
            ("", 0..0, "no values for a key"),
            ("worker.w.count", 0..14, "no values for a key"),
            ("=1,2", 0..0, "a key is missing"),
            ("a+=1,2", 2..2, "a key is missing"),
            ("a+a=1,2", 2..3, "`a` is given twice"),
            ("a=", 2..2, "a value is missing"),
            ("a=1,,2", 4..4, "a value is missing"),
            ("a=1,2,", 6..6, "a value is missing"),
            ("a=4,1..8", 4..8, "`4` is given twice"),
            ("a=1, 8..1", 5..9, "backwards"),
            ("a=4-8", 2..5, "`4-8` is not a range"),
            ("a=1,4...8", 4..9, "`4...8` is not a range"),
        ] {
            let error = Axis::parse(text).unwrap_err();
            assert_eq!(error.span, span, "{text}: {error}");
            assert!(error.title.contains(words), "{text}: {error}");
        }
        for (text, meant) in [
            ("a=4-8", "4..8"),
            ("a=4...8", "4..8"),
            ("a=4..=8", "4..8"),
            ("a=4 - 8", "4..8"),
            ("a=4\u{2013}8", "4..8"),
            ("a=5s-20s", "5s..20s:lin5"),
            ("a=4-8:2", "4..8:2"),
        ] {
            assert_eq!(Axis::parse(text).unwrap_err().label, format!("did you mean `{meant}`?"), "{text}");
            Axis::parse(&format!("a={meant}")).unwrap();
        }
        for text in ["a=first-fit,2020-01-01", "a=1e-3", "a=-1", "a=w-3", "a=2026-11-30T00:00:00Z"] {
            assert!(Axis::parse(text).is_ok(), "{text}");
        }
    }
}
