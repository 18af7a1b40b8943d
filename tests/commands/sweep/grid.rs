//! Properties of `--vary`: ranges have the given ends, steps and counts, in exact decimals; grids
//! have every combination once; no text panics.

use std::collections::BTreeSet;

use claimsim::internals::experiment::design::{Axis, Grid};
use claimsim::internals::model::math::pow;
use proptest::prelude::*;

fn values(text: &str) -> Vec<String> {
    Axis::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}")).values.into_iter().flatten().collect()
}

/// The shortest decimal of `digits` / 10^`places`: a quotient of whole numbers is the nearest
/// binary fraction, whose shortest decimal it is.
fn decimal(digits: i64, places: u32) -> String {
    format!("{}", digits as f64 / 10_i64.pow(places) as f64)
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or_else(|_| panic!("{text} is no number"))
}

proptest! {
    #[test]
    fn steps_are_exact_decimals(low in -100_000_i64..100_000, step in 1_i64..5_000, count in 0_i64..60, rest in 0_i64..5_000, places in 0_u32..5) {
        // An end that no step meets is not reached.
        let high = low + count * step + rest % step;
        let [first, last, by] = [low, high, step].map(|digits| decimal(digits, places));
        let expected: Vec<String> = (0..=count).map(|index| decimal(low + index * step, places)).collect();
        prop_assert_eq!(values(&format!("key={first}..{last}:{by}")), expected);
    }

    #[test]
    fn times_step_as_nanoseconds_do(low in 0_i64..5_000, step in 1_i64..900, count in 0_i64..40) {
        let high = low + count * step;
        let times = values(&format!("key={low}s..{high}s:{step}s"));
        let expected: Vec<String> = (0..=count).map(|index| format!("{}s", low + index * step)).collect();
        prop_assert_eq!(times, expected);
        // The same in mixed units: the output reads back as the same durations.
        let mixed = values(&format!("key={low}s..{}ms:{step}s", high * 1000));
        let nanos: Vec<i64> = mixed.iter().map(|text| text.parse::<claimsim::internals::model::time::Span>().unwrap().0).collect();
        let expected: Vec<i64> = (0..=count).map(|index| (low + index * step) * 1_000_000_000).collect();
        prop_assert_eq!(nanos, expected);
    }

    #[test]
    fn even_values_are_even_and_keep_both_ends(low in -10_000_i64..10_000, width in 1_i64..10_000, count in 2_usize..40) {
        let (first, last) = (decimal(low, 2), decimal(low + width, 2));
        let values = values(&format!("key={first}..{last}:lin{count}"));
        prop_assert_eq!(values.len(), count);
        prop_assert_eq!((&values[0], &values[count - 1]), (&first, &last));
        for (index, value) in values.iter().enumerate() {
            let exact = (low as f64 + width as f64 * index as f64 / (count - 1) as f64) / 100.0;
            prop_assert!((number(value) - exact).abs() <= 5.1e-7, "{value} for {exact}");
        }
    }

    #[test]
    fn logarithmic_values_grow_by_one_factor_and_keep_both_ends(low in 1_i64..1_000, factor in 2_i64..1_000, count in 2_usize..30) {
        let (first, last) = (decimal(low, 3), decimal(low * factor, 3));
        // With a unit they are not counts, and are rounded to three digits only.
        let values: Vec<f64> = values(&format!("key={first}/h..{last}/h:log{count}")).iter().map(|value| number(value.strip_suffix("/h").unwrap())).collect();
        prop_assert!(values.is_sorted_by(|a, b| a < b));
        prop_assert_eq!((values[0], values[values.len() - 1]), (number(&first), number(&last)));
        if values.len() == count {
            for (index, value) in values.iter().enumerate() {
                let exact = number(&first) * pow(factor as f64, index as f64 / (count - 1) as f64);
                prop_assert!((value / exact - 1.0).abs() < 0.0051, "{value} for {exact}");
            }
        } else {
            // Neighbours that round to the same three digits are one.
            prop_assert!(pow(factor as f64, 1.0 / (count - 1) as f64) < 1.01);
        }
    }

    #[test]
    fn factors_multiply(low in 1_i64..500, factor in 2_i64..9, count in 0_u32..8) {
        let high = low * factor.pow(count);
        let expected: Vec<String> = (0..=count).map(|power| (low * factor.pow(power)).to_string()).collect();
        prop_assert_eq!(values(&format!("key={low}..{high}:x{factor}")), expected);
    }

    #[test]
    fn a_grid_has_every_combination_once(lengths in prop::collection::vec(1_usize..5, 1..4), zipped in 0_usize..4) {
        let list = |count: usize| (0..count).map(|value| format!("v{value}")).collect::<Vec<_>>().join(",");
        let vary: Vec<String> = lengths.iter().enumerate().map(|(number, length)| format!("k{number}={}", list(*length))).collect();
        let zip: Vec<String> = if zipped == 0 { Vec::new() } else { ["x", "y"].map(|key| format!("{key}={}", list(zipped))).into() };
        let grid = Grid::parse(&vary, &zip).unwrap();
        let points = grid.points();
        let all: BTreeSet<String> = points.iter().map(|point| format!("{:?}", point.settings)).collect();
        prop_assert_eq!(points.len(), lengths.iter().product::<usize>() * zipped.max(1));
        prop_assert_eq!(all.len(), points.len());
        for (number, point) in points.iter().enumerate() {
            prop_assert_eq!(point.number, number);
            prop_assert_eq!(point.settings.len(), grid.keys().count());
            let value = |key: &str| point.settings.iter().find(|(known, _)| known == key).map(|(_, value)| value.clone());
            prop_assert_eq!(value("x"), value("y"));
        }
        // The last axis is the fastest.
        let is_first = |point: &claimsim::internals::experiment::design::GridPoint| point.settings[0].1 == "v0";
        prop_assert!(points.iter().map(is_first).is_sorted_by(|a, b| a >= b));
    }

    #[test]
    fn any_text_is_an_axis_or_refused_where_it_is_wrong(text in "[a-c.+=,0-9:xlogin'\\[\\]{}()sh/ µ-]{0,40}") {
        if let Err(fault) = Axis::parse(&text) {
            prop_assert!(fault.span.start <= fault.span.end && fault.span.end <= text.len(), "{fault:?}");
            prop_assert!(text.is_char_boundary(fault.span.start) && text.is_char_boundary(fault.span.end));
            prop_assert!(!fault.title.is_empty());
        }
    }
}
