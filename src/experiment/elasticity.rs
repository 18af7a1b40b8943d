//! What a little more of a parameter does: each is moved to both sides of its value, and the difference is taken replication by replication.
//!
//! The elasticity of a measure m to a parameter x is (dm / m) / (dx / x): by how many percent m changes for 1 % more of x. It is
//! estimated by central differences under common random numbers, relative to the mean of the measure at the scenario itself; the
//! interval is Fieller's (1954), which takes in that this mean is estimated, too.

use super::design::{Amount, Decimal};
use super::sweep::Measured;
use crate::scenario::Parameter;
use crate::stats::interval::critical_value_95;
use crate::stats::paired::Paired;

/// A parameter that is moved to both sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Nudge {
    /// The dotted path of its key.
    pub key: String,
    /// Its value in the scenario.
    pub value: String,
    /// What it is lowered to, as `--set` takes it.
    pub low: String,
    /// What it is raised to.
    pub high: String,
    /// From the low to the high value, as a share of the value itself.
    pub width: f64,
}

/// What moving a parameter does to a quantity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// The number of the nudge.
    pub nudge: usize,
    /// The number of the quantity among those that are shown.
    pub shown: usize,
    /// The mean of the quantity at the scenario itself.
    pub base: Option<f64>,
    /// By how many percent it changes for 1 % more; `None` if it is zero or does not exist.
    pub effect: Option<f64>,
    /// The 95 % interval of that.
    pub interval: Option<(f64, f64)>,
    /// Replications that had the quantity at all three points.
    pub replications: u64,
}

impl Effect {
    /// Whether moving the parameter changes nothing in any replication, or there is nothing to change.
    pub fn is_nothing(&self) -> bool {
        self.effect.is_none_or(|effect| effect == 0.0) && self.interval.is_none_or(|ends| ends == (0.0, 0.0))
    }
}

impl Nudge {
    /// Moves a parameter by a share of itself to each side, a list as a whole. `None` where that does not move it, or it is a list of whole
    /// numbers, of which nobody knows whether they may be other ones.
    pub fn by_share(parameter: &Parameter, share: &Share) -> Option<Nudge> {
        if parameter.is_list && parameter.is_whole {
            return None;
        }
        let moved = |factor: Decimal| -> Option<Vec<Amount>> {
            let amounts = parameter.values.iter().map(|value| Amount::read(value));
            amounts.map(|amount| amount.map(|amount| amount.times(factor))).collect()
        };
        let (low, high) = (moved(Decimal::whole(1).minus(share.0))?, moved(Decimal::whole(1).plus(share.0))?);
        let width = width(&parameter.values, &low, &high)?;
        Some(Nudge::of(parameter, &low, &high, width))
    }

    /// Moves a whole number by one to each side. `None` if it is no whole number, or one less or one more of it would be none at all.
    pub fn by_one(parameter: &Parameter) -> Option<Nudge> {
        let [value] = parameter.values.as_slice() else { return None };
        let value = Amount::read(value).filter(|_| parameter.is_whole && !parameter.is_list)?;
        let [low, high] = [-1, 1].map(|one| vec![value.clone().plus(Decimal::whole(one))]);
        if [&low, &high].iter().any(|side| side[0].to_f64() == 0.0) {
            return None;
        }
        let width = width(&parameter.values, &low, &high)?;
        Some(Nudge::of(parameter, &low, &high, width))
    }

    /// The value for people: a long list is so many values.
    pub fn short_value(&self) -> String {
        let count = self.value.split(',').count();
        let is_long = self.value.starts_with('[') && count > 3;
        if is_long { format!("{count} values") } else { self.value.clone() }
    }

    fn of(parameter: &Parameter, low: &[Amount], high: &[Amount], width: f64) -> Nudge {
        let shown = |values: &[String]| match values {
            [only] if !parameter.is_list => only.clone(),
            several => format!("[{}]", several.join(", ")),
        };
        let assigned = |amounts: &[Amount]| {
            let texts: Vec<String> = amounts.iter().map(Amount::to_text).collect();
            // In a list texts need quotes; by themselves they don't.
            let quoted =
                |text: &String| if text.ends_with(char::is_alphabetic) { format!("\"{text}\"") } else { text.clone() };
            shown(&if parameter.is_list { texts.iter().map(quoted).collect() } else { texts })
        };
        let value = shown(&parameter.values);
        Nudge { key: parameter.key.clone(), value, low: assigned(low), high: assigned(high), width }
    }
}

/// From low to high relative to the value; over a list by its sums. `None` if nothing moves.
fn width(values: &[String], low: &[Amount], high: &[Amount]) -> Option<f64> {
    let sum = |amounts: &[Amount]| amounts.iter().map(Amount::to_f64).sum::<f64>();
    let values: Option<Vec<Amount>> = values.iter().map(|value| Amount::read(value)).collect();
    let width = (sum(high) - sum(low)) / sum(&values?);
    (width.is_finite() && width > 0.0).then_some(width)
}

/// By how much parameters are moved: a share of themselves, exactly as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share(Decimal);

impl Share {
    /// Reads a percentage from 0.01 % to 50 %, such as `1%`.
    pub fn of_percent(text: &str) -> Option<Share> {
        let percent: Decimal = text.trim().strip_suffix('%')?.trim_end().parse().ok()?;
        let hundredth: Decimal = "0.01".parse().ok()?;
        (hundredth <= percent && percent <= Decimal::whole(50)).then(|| Share(percent.times(hundredth)))
    }
}

/// The effects of all nudges on all quantities, nudge by nudge. `measured` has the scenario itself, then each nudge's low and high side.
pub fn effects(nudges: &[Nudge], measured: &[Measured]) -> Vec<Effect> {
    let Some((base, sides)) = measured.split_first() else { return Vec::new() };
    let of_nudge = |(number, (nudge, sides)): (usize, (&Nudge, &[Measured]))| {
        let [low, high] = sides else { return Vec::new() };
        (0..base.shown.len()).map(|shown| effect(number, nudge, shown, [base, low, high])).collect()
    };
    nudges.iter().zip(sides.chunks(2)).enumerate().flat_map(of_nudge).collect()
}

fn effect(number: usize, nudge: &Nudge, shown: usize, [base, low, high]: [&Measured; 3]) -> Effect {
    let values = |measured: &Measured| measured.shown[shown].values.clone();
    let (base, low, high) = (values(base), values(low), values(high));
    // The measure as if the parameter were doubled along the secant: its relative difference to the measure is the elasticity.
    let sides = low.iter().zip(&high);
    let doubled: Vec<Option<f64>> =
        base.iter().zip(sides).map(|(base, (low, high))| Some((*base)? + ((*high)? - (*low)?) / nudge.width)).collect();
    let paired = Paired::of(&base, &doubled);
    let replications = paired.replications();
    let interval = (replications > 1).then(|| paired.relative_interval(critical_value_95(replications - 1))).flatten();
    Effect { nudge: number, shown, base: paired.baseline().mean, effect: paired.relative(), interval, replications }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::interval::IntervalEstimate;
    use crate::sweep::Shown;

    fn parameter(values: &[&str], is_list: bool, is_whole: bool) -> Parameter {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        Parameter { key: "k".to_owned(), values, is_list, is_whole, is_rounded: false }
    }

    #[test]
    fn parameters_move_exactly() {
        let share = Share::of_percent("1%").unwrap();
        for (value, low, high) in [
            ("8s", "7.92s", "8.08s"),
            ("40/h", "39.6/h", "40.4/h"),
            ("1h30m", "1h29m6s", "1h30m54s"),
            ("0.02", "0.0198", "0.0202"),
            ("-4", "-3.96", "-4.04"),
            ("3", "2.97", "3.03"),
        ] {
            let nudge = Nudge::by_share(&parameter(&[value], false, false), &share).unwrap();
            assert_eq!((&*nudge.low, &*nudge.high), (low, high));
            assert!((nudge.width - 0.02).abs() < 1e-12, "{nudge:?}");
        }
        let list = Nudge::by_share(&parameter(&["1/h", "2/h"], true, false), &share).unwrap();
        assert_eq!((&*list.value, &*list.high), ("[1/h, 2/h]", "[\"1.01/h\", \"2.02/h\"]"));
        let one = Nudge::by_one(&parameter(&["4"], false, true)).unwrap();
        assert_eq!((&*one.low, &*one.high, one.width), ("3", "5", 0.5));
    }

    #[test]
    fn what_cannot_move_does_not() {
        let share = Share::of_percent("1%").unwrap();
        for value in ["0", "0s", "3ns"] {
            assert_eq!(Nudge::by_share(&parameter(&[value], false, false), &share), None, "{value}");
        }
        for value in ["0", "1", "-1", "8s"] {
            assert_eq!(Nudge::by_one(&parameter(&[value], false, !value.ends_with('s'))), None, "{value}");
        }
    }

    #[test]
    fn steps_are_percentages_within_bounds() {
        for text in ["1%", "0.01%", "50 %", " 2.5%"] {
            assert!(Share::of_percent(text).is_some(), "{text}");
        }
        for text in ["1", "0%", "0.001%", "51%", "-1%", "x%", "%"] {
            assert!(Share::of_percent(text).is_none(), "{text}");
        }
    }

    /// A measure that is some factor times x^3 in each replication has elasticity 3, up to the curvature of the secant.
    #[test]
    fn the_elasticity_of_a_power_is_its_exponent() {
        let nudge = Nudge::by_share(&parameter(&["2"], false, false), &Share::of_percent("1%").unwrap()).unwrap();
        let measured = |x: f64| {
            let values: Vec<f64> = [7.0, 7.1, 7.2, 7.3].iter().map(|factor| factor * x * x * x).collect();
            let estimate = IntervalEstimate::mean(&values);
            Measured {
                summary: Vec::new(),
                shown: vec![Shown { values: values.into_iter().map(Some).collect(), estimate }],
                warm_up: None,
            }
        };
        let effects = effects(&[nudge], &[measured(2.0), measured(1.98), measured(2.02)]);
        let [Effect { effect: Some(effect), interval: Some((low, high)), base: Some(base), replications: 4, .. }] =
            effects[..]
        else {
            panic!("{effects:?}")
        };
        // (1.01^3 - 0.99^3) / 0.02 = 3.0001, exactly, in each replication; so there is no spread.
        assert!((effect - 3.0001).abs() < 1e-9 && (base - 57.2).abs() < 1e-9, "{effects:?}");
        assert!((low - effect).abs() < 1e-6 && (high - effect).abs() < 1e-6, "{effects:?}");
    }
}
