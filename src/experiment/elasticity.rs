//! Elasticity: each parameter is changed to both sides of its value, and the effect is taken
//! replication by replication.
//!
//! The elasticity of a measure m to a parameter x is (dm / m) / (dx / x): by how many percent m
//! changes for 1 % more of x. It is estimated by central differences under common random numbers,
//! relative to the mean of the measure at the scenario itself. The interval is Fieller's (1954),
//! which accounts for this mean being an estimate, too.

use crate::design::{Amount, Decimal};
use crate::scenario::Parameter;
use crate::stats::CensoredValue;
use crate::stats::interval::critical_value_95;
use crate::stats::paired::Paired;
use crate::sweep::PointResult;

/// A change of a parameter to both sides of its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Perturbation {
    /// The dotted path of its key.
    pub key: String,
    /// Its value in the scenario.
    pub value: String,
    /// The lower value, as `--set` takes it.
    pub low: String,
    /// The higher value.
    pub high: String,
    /// From the low to the high value, as a share of the value itself.
    pub width: f64,
}

/// The effect of a parameter on a quantity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// The number of the perturbation.
    pub perturbation: usize,
    /// The number of the quantity.
    pub response: usize,
    /// The mean of the quantity at the scenario itself.
    pub base: Option<f64>,
    /// The percentage by which it changes for 1 % more; `None` if it is zero or does not exist.
    pub effect: Option<f64>,
    /// The 95 % interval of that.
    pub interval: Option<(f64, f64)>,
    /// Replications that had the quantity at all three points.
    pub replications: u64,
}

impl Effect {
    /// Whether the perturbation changes nothing in any replication, or there is nothing to change.
    pub fn is_zero(&self) -> bool {
        self.effect.is_none_or(|effect| effect == 0.0) && self.interval.is_none_or(|ends| ends == (0.0, 0.0))
    }
}

impl Perturbation {
    /// Changes a parameter by a share of itself to each side, a list as a whole. `None` where that
    /// does not change it, and for a list of whole numbers, which may not have any other values.
    pub fn by_step(parameter: &Parameter, step: &StepSize) -> Option<Perturbation> {
        if parameter.is_list && parameter.is_whole {
            return None;
        }
        let moved = |factor: Decimal| -> Option<Vec<Amount>> {
            let amounts = parameter.values.iter().map(|value| Amount::read(value));
            amounts.map(|amount| amount.map(|amount| amount.times(factor))).collect()
        };
        let (low, high) = (moved(Decimal::whole(1).minus(step.0))?, moved(Decimal::whole(1).plus(step.0))?);
        Perturbation::new(parameter, &low, &high)
    }

    /// Changes a whole number by one to each side. `None` if it is not a whole number, or one of
    /// the new values would be zero.
    pub fn by_unit(parameter: &Parameter) -> Option<Perturbation> {
        let [value] = parameter.values.as_slice() else { return None };
        let value = Amount::read(value).filter(|_| parameter.is_whole && !parameter.is_list)?;
        let [low, high] = [-1, 1].map(|one| vec![value.clone().plus(Decimal::whole(one))]);
        if [&low, &high].iter().any(|side| side[0].to_f64() == 0.0) {
            return None;
        }
        Perturbation::new(parameter, &low, &high)
    }

    /// The value for people: of a long list only the number of values.
    pub fn short_value(&self) -> String {
        let count = self.value.split(',').count();
        let is_long = self.value.starts_with('[') && count > 3;
        if is_long { format!("{count} values") } else { self.value.clone() }
    }

    /// `None` if nothing changes.
    fn new(parameter: &Parameter, low: &[Amount], high: &[Amount]) -> Option<Perturbation> {
        let sum = |amounts: &[Amount]| amounts.iter().map(Amount::to_f64).sum::<f64>();
        let values: Option<Vec<Amount>> = parameter.values.iter().map(|value| Amount::read(value)).collect();
        // Of a list the sums count.
        let width = (sum(high) - sum(low)) / sum(&values?);
        if !(width.is_finite() && width > 0.0) {
            return None;
        }
        let text = |values: &[String]| match values {
            [only] if !parameter.is_list => only.clone(),
            several => format!("[{}]", several.join(", ")),
        };
        let assigned = |amounts: &[Amount]| {
            let texts: Vec<String> = amounts.iter().map(Amount::to_text).collect();
            // Texts need quotes in a list, but not alone.
            let quoted =
                |text: &String| if text.ends_with(char::is_alphabetic) { format!("\"{text}\"") } else { text.clone() };
            text(&if parameter.is_list { texts.iter().map(quoted).collect() } else { texts })
        };
        let (key, value) = (parameter.key.clone(), text(&parameter.values));
        Some(Perturbation { key, value, low: assigned(low), high: assigned(high), width })
    }
}

/// The share by which parameters are changed, exactly as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepSize(Decimal);

impl StepSize {
    /// Reads a percentage from 0.01 % to 50 %, such as `1%`.
    pub fn of_percent(text: &str) -> Option<StepSize> {
        let percent: Decimal = text.trim().strip_suffix('%')?.trim_end().parse().ok()?;
        let hundredth: Decimal = "0.01".parse().ok()?;
        (hundredth <= percent && percent <= Decimal::whole(50)).then(|| StepSize(percent.times(hundredth)))
    }
}

/// The effects of all perturbations on all quantities, perturbation by perturbation. `results`
/// holds the scenario itself, then the low and the high side of each perturbation.
pub fn effects(perturbations: &[Perturbation], results: &[PointResult]) -> Vec<Effect> {
    let Some((base, sides)) = results.split_first() else { return Vec::new() };
    let of_one = |(number, (perturbation, sides)): (usize, (&Perturbation, &[PointResult]))| {
        let [low, high] = sides else { return Vec::new() };
        let responses = 0..base.responses.len();
        responses.map(|response| effect(number, perturbation.width, response, [base, low, high])).collect()
    };
    perturbations.iter().zip(sides.chunks(2)).enumerate().flat_map(of_one).collect()
}

fn effect(perturbation: usize, width: f64, response: usize, points: [&PointResult; 3]) -> Effect {
    let [base, low, high] = points.map(|point| &point.responses[response].values);
    // The measure as if the parameter were doubled along the secant. Its relative difference to the
    // measure is the elasticity.
    let sides = low.iter().zip(high);
    let doubled = base.iter().zip(sides).map(|(base, (low, high))| Some((*base)? + ((*high)? - (*low)?) / width));
    let known = |value: Option<f64>| value.map(CensoredValue::exact);
    let base: Vec<_> = base.iter().copied().map(known).collect();
    let paired = Paired::of(&base, &doubled.map(known).collect::<Vec<_>>());
    let replications = paired.replications();
    let interval = (replications > 1).then(|| paired.relative_interval(critical_value_95(replications - 1))).flatten();
    Effect { perturbation, response, base: paired.baseline().mean, effect: paired.relative(), interval, replications }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(values: &[&str], is_list: bool, is_whole: bool) -> Parameter {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        Parameter { key: "k".to_owned(), values, is_list, is_whole, is_rounded: false }
    }

    #[test]
    fn parameters_change_exactly() {
        let step = StepSize::of_percent("1%").unwrap();
        for (value, low, high) in [
            ("8s", "7.92s", "8.08s"),
            ("40/h", "39.6/h", "40.4/h"),
            ("1h30m", "1h29m6s", "1h30m54s"),
            ("0.02", "0.0198", "0.0202"),
            ("-4", "-3.96", "-4.04"),
            ("3", "2.97", "3.03"),
        ] {
            let perturbation = Perturbation::by_step(&parameter(&[value], false, false), &step).unwrap();
            assert_eq!((&*perturbation.low, &*perturbation.high), (low, high));
            assert!((perturbation.width - 0.02).abs() < 1e-12, "{perturbation:?}");
        }
        let list = Perturbation::by_step(&parameter(&["1/h", "2/h"], true, false), &step).unwrap();
        assert_eq!((&*list.value, &*list.high), ("[1/h, 2/h]", "[\"1.01/h\", \"2.02/h\"]"));
        let one = Perturbation::by_unit(&parameter(&["4"], false, true)).unwrap();
        assert_eq!((&*one.low, &*one.high, one.width), ("3", "5", 0.5));
    }

    #[test]
    fn values_that_cannot_change_are_left_out() {
        let step = StepSize::of_percent("1%").unwrap();
        for value in ["0", "0s", "3ns"] {
            assert_eq!(Perturbation::by_step(&parameter(&[value], false, false), &step), None, "{value}");
        }
        for value in ["0", "1", "-1", "8s"] {
            assert_eq!(Perturbation::by_unit(&parameter(&[value], false, !value.ends_with('s'))), None, "{value}");
        }
    }

    #[test]
    fn steps_are_percentages_within_bounds() {
        for text in ["1%", "0.01%", "50 %", " 2.5%"] {
            assert!(StepSize::of_percent(text).is_some(), "{text}");
        }
        for text in ["1", "0%", "0.001%", "51%", "-1%", "x%", "%"] {
            assert!(StepSize::of_percent(text).is_none(), "{text}");
        }
    }
}
