//! All combinations of the values of several axes.

use super::MAX_POINTS;
use super::axis::Axis;
use crate::expression::ExpressionError;
use crate::scenario::Override;

/// All points of some axes: every combination of their values, the last axis fastest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    /// The axes, in order.
    pub axes: Vec<Axis>,
}

/// One combination of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GridPoint {
    /// Its number in the grid, from 0.
    pub number: usize,
    /// Each key with its value, as `--set` takes them, in the order of the axes.
    pub settings: Vec<(String, String)>,
}

/// An option that does not result in a grid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{option} {text}: {error}")]
pub struct InvalidGridOption {
    /// `--vary` or `--zip`.
    pub option: &'static str,
    /// Its argument.
    pub text: String,
    /// What is wrong with it.
    pub error: Box<ExpressionError>,
}

impl Grid {
    /// The grid of `--vary` and `--zip`: an axis for each `--vary`, then one axis for all `--zip`
    /// together.
    ///
    /// # Errors
    /// If one of them is not an axis, a key is given twice, the zipped axes differ in length, or
    /// there are too many points.
    pub fn parse(vary: &[String], zip: &[String]) -> Result<Grid, InvalidGridOption> {
        let refused =
            |option, text: &String, error| InvalidGridOption { option, text: text.clone(), error: Box::new(error) };
        let read = |option, texts: &[String]| -> Result<Vec<Axis>, InvalidGridOption> {
            texts.iter().map(|text| Axis::parse(text).map_err(|error| refused(option, text, error))).collect()
        };
        let (mut axes, zipped) = (read("--vary", vary)?, read("--zip", zip)?);
        let options: Vec<_> =
            vary.iter().map(|text| ("--vary", text)).chain(zip.iter().map(|text| ("--zip", text))).collect();
        let mut keys: Vec<&String> = Vec::new();
        let mut points = 1_usize;
        for (axis, (option, text)) in axes.iter().chain(&zipped).zip(&options) {
            if let Some(twice) = axis.keys.iter().find(|key| keys.contains(key)) {
                let start = text.find(twice.as_str()).unwrap_or(0);
                let error = ExpressionError::new(start..start + twice.len(), format!("`{twice}` is given twice"));
                return Err(refused(option, text, error.help("a key can have only one value at a point")));
            }
            keys.extend(&axis.keys);
        }
        if !zipped.is_empty() {
            let lengths: Vec<usize> = zipped.iter().map(|axis| axis.values.len()).collect();
            axes.push(Axis::zip(zipped).map_err(|number| {
                let title = format!("expected {} values as in the first --zip, found {}", lengths[0], lengths[number]);
                let error = ExpressionError::new(0..zip[number].len(), title);
                refused("--zip", &zip[number], error.help("keys that vary together need the same number of values"))
            })?);
        }
        for (number, axis) in axes.iter().enumerate() {
            points = points.saturating_mul(axis.values.len());
            if points > MAX_POINTS {
                let (option, text) = options[number];
                let title = format!("this makes at least {points} points");
                let error = ExpressionError::new(0..text.len(), title)
                    .help(format!("the maximum is {MAX_POINTS}; leave out values"));
                return Err(refused(option, text, error));
            }
        }
        Ok(Grid { axes })
    }

    /// All keys, in the order of the axes.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.axes.iter().flat_map(|axis| &axis.keys).map(String::as_str)
    }

    /// All points, in order. A grid without axes has one point, which sets nothing.
    pub fn points(&self) -> Vec<GridPoint> {
        let count = self.axes.iter().map(|axis| axis.values.len()).product();
        (0..count).map(|number| GridPoint { number, settings: self.settings(number) }).collect()
    }

    /// By axis, the index of a point's value.
    pub fn steps(&self, number: usize) -> Vec<usize> {
        let mut rest = number;
        let mut steps: Vec<usize> = Vec::with_capacity(self.axes.len());
        for axis in self.axes.iter().rev() {
            steps.push(rest % axis.values.len());
            rest /= axis.values.len();
        }
        steps.reverse();
        steps
    }

    fn settings(&self, number: usize) -> Vec<(String, String)> {
        let steps = self.axes.iter().zip(self.steps(number));
        steps.flat_map(|(axis, step)| axis.keys.iter().cloned().zip(axis.values[step].iter().cloned())).collect()
    }
}

impl GridPoint {
    /// The point's values as overrides of a scenario's keys, in the name of that option.
    pub fn overrides(&self, option: &str) -> Vec<Override> {
        self.settings.iter().map(|(key, value)| Override::key(option, key, value)).collect()
    }

    /// The keys and values: `worker.replica.count=3, seed=1`.
    pub fn name(&self) -> String {
        let settings = self.settings.iter().map(|(key, value)| format!("{key}={value}"));
        settings.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(vary: &[&str], zip: &[&str]) -> Result<Grid, InvalidGridOption> {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        Grid::parse(&owned(vary), &owned(zip))
    }

    #[test]
    fn points_are_all_combinations_and_the_last_axis_is_the_fastest() {
        let grid = grid(&["a=1,2"], &["b=x,y,z", "c=7..9"]).unwrap();
        let points = grid.points();
        let said = |point: &GridPoint| {
            let settings: Vec<String> = point.settings.iter().map(|(key, value)| format!("{key}={value}")).collect();
            settings.join(" ")
        };
        let all: Vec<String> = points.iter().map(said).collect();
        let expected = ["a=1 b=x c=7", "a=1 b=y c=8", "a=1 b=z c=9", "a=2 b=x c=7", "a=2 b=y c=8", "a=2 b=z c=9"];
        assert_eq!(all, expected);
        assert_eq!(grid.steps(4), [1, 1]);
        assert_eq!(grid.keys().collect::<Vec<_>>(), ["a", "b", "c"]);
    }

    #[test]
    fn invalid_options_are_refused() {
        for (vary, zip, words) in [
            (&["a=1", "b=2..1"][..], &[][..], "--vary b=2..1: this range runs backwards"),
            (&["a=1", "b=2", "a=3"], &[], "--vary a=3: `a` is given twice"),
            (&["a=1"], &["b+a=3"], "--zip b+a=3: `a` is given twice"),
            (&[], &["a=1..3", "b=1..2"], "--zip b=1..2: expected 3 values as in the first --zip, found 2"),
            (&["a=1..1000", "b=1..1000"], &[], "--vary b=1..1000: this makes at least 1000000 points"),
        ] {
            let refused = grid(vary, zip).unwrap_err().to_string();
            assert!(refused.starts_with(words), "{refused}");
        }
    }
}
