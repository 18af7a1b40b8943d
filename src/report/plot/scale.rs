//! The scale of a quantity's values: linear in a unit that suits them; logarithmic, as for waits,
//! where times differ by orders of magnitude.

use super::axis::Axis;
use super::wait_axis::WaitAxis;
use crate::experiment::expression::Quantity;
use crate::format::{self, ValueFormat};

/// Times that differ by more than this factor are drawn on a logarithmic axis.
const WIDE: f64 = 50.0;

/// Units of time: the number of seconds from which a unit is used, its length in seconds, and its
/// name.
const UNITS: [(f64, f64, &str); 6] = [
    (2.0 * 86_400.0, 86_400.0, "days"),
    (7_200.0, 3_600.0, "hours"),
    (120.0, 60.0, "minutes"),
    (0.5, 1.0, "seconds"),
    (0.000_5, 0.001, "milliseconds"),
    (0.0, 0.000_001, "microseconds"),
];

/// The places of values on an axis, and the name of the axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scale {
    pub(crate) axis: Axis,
    pub(crate) name: String,
    /// A remark that follows others; often empty.
    pub(crate) remark: String,
    map: Map,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Map {
    /// A multiple of the value.
    Linear(f64),
    Wait(WaitAxis),
}

impl Scale {
    /// A scale from zero for the values of a quantity; `most` is the end of the longest interval.
    pub(crate) fn of(quantity: &Quantity, values: &[f64], most: f64) -> Scale {
        let most = values.iter().copied().fold(most, f64::max);
        let text = &quantity.text;
        match quantity.unit() {
            "s" if is_wide(values) => {
                let shortest = values.iter().copied().filter(|value| *value > 0.0).fold(f64::INFINITY, f64::min);
                let scale = WaitAxis::new(shortest, most);
                let remark = format!("; logarithmic from {} on", scale.low);
                Scale { axis: scale.axis(), name: text.clone(), remark, map: Map::Wait(scale) }
            }
            "s" => {
                let fits = |(from, _, _): &&(f64, f64, &str)| most >= *from;
                let (_, length, unit) = UNITS.iter().find(fits).copied().unwrap_or((0.0, 1.0, "seconds"));
                let unit = if most > 0.0 { (length, unit) } else { (1.0, "seconds") };
                Scale::linear(1.0 / unit.0, most, format!("{text} in {}", unit.1), format::exact)
            }
            "1" if ValueFormat::of_quantity(quantity) == ValueFormat::Share => {
                let percent = |at: f64| format!("{} %", format::exact(at));
                Scale::linear(100.0, most, text.clone(), percent)
            }
            "1" => Scale::linear(1.0, most, text.clone(), format::exact),
            unit => Scale::linear(1.0, most, format!("{text} in {unit}"), format::exact),
        }
    }

    fn linear(factor: f64, most: f64, name: String, label: fn(f64) -> String) -> Scale {
        let most = if most > 0.0 { most * factor } else { 1.0 };
        Scale { axis: Axis::from_zero(most, label), name, remark: String::new(), map: Map::Linear(factor) }
    }

    /// The place of a value in the numbers of the axis.
    pub(crate) fn place(&self, value: f64) -> f64 {
        match self.map {
            Map::Linear(factor) => value * factor,
            Map::Wait(scale) => scale.place(value),
        }
    }
}

/// Whether the positive values differ by orders of magnitude.
pub(crate) fn is_wide(values: &[f64]) -> bool {
    let positive = || values.iter().copied().filter(|value| *value > 0.0);
    positive().fold(0.0, f64::max) > WIDE * positive().fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(quantity: &str, values: &[f64]) -> Scale {
        Scale::of(&quantity.parse().unwrap(), values, 0.0)
    }

    #[test]
    fn times_are_drawn_in_the_unit_that_suits_them() {
        for (longest, unit) in
            [(0.0, "seconds"), (0.02, "milliseconds"), (90.0, "seconds"), (400.0, "minutes"), (9_000.0, "hours")]
        {
            let scale = scale("mean(wait)", &[longest / 2.0, longest]);
            assert_eq!(scale.name, format!("mean(wait) in {unit}"));
            assert!(scale.place(longest) <= scale.axis.high && scale.axis.ticks.len() >= 3, "{scale:?}");
        }
        let wide = scale("p95(wait)", &[0.0, 0.5, 900.0]);
        assert!(wide.remark.contains("logarithmic") && wide.place(0.0) == 0.0 && wide.place(900.0) <= 1.0, "{wide:?}");
    }

    #[test]
    fn shares_are_drawn_in_percent_and_other_numbers_as_they_are() {
        let share = scale("utilization(scan)", &[0.25, 0.83]);
        assert_eq!((share.name.as_str(), share.place(0.5)), ("utilization(scan)", 50.0));
        assert!(share.axis.ticks.iter().any(|(_, label)| label == "40 %"), "{share:?}");
        assert_eq!(scale("queue_length", &[3.0]).name, "queue_length in jobs");
    }
}
