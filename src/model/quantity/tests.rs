//! Quantities mean what is written, or are refused with what would be right.

use proptest::prelude::*;

use super::*;

const DAY: i64 = 86_400 * NANOS;

#[test]
fn durations_read_with_units_only() {
    for (text, nanos) in [
        ("1h30m", 5_400 * NANOS),
        ("250ms", 250_000_000),
        ("0.5s", 500_000_000),
        ("7d", 7 * DAY),
        ("0s", 0),
        ("0.0ns", 0),
        ("1m0s", 60 * NANOS),
        ("1.5h", 5_400 * NANOS),
        ("1.5d", 36 * 3_600 * NANOS),
        (".5s", 500_000_000),
        ("800us", 800_000),
        ("1w 2 days, 3 hours4min", (9 * 24 * 60 + 184) * 60 * NANOS),
        ("2.000000001µs", 2_000),
        ("1.11111111111s", 1_111_111_111),
        ("1.5000000000s", 1_500_000_000),
        ("0.30000000000000004s", 300_000_000),
        ("1.99999999999s", 2_000_000_000),
        ("5e-05s", 50_000),
        ("1e+05s", 100_000 * NANOS),
        ("1E3ms", NANOS),
        ("106751d", 106_751 * DAY),
        ("9223372036.854775807s", i64::MAX),
    ] {
        assert_eq!(text.parse(), Ok(Span(nanos)), "{text}");
    }
    for text in [
        "",
        "5 parsecs",
        "s",
        "1m1h",
        "1s 1s",
        "1.s",
        "1.5h3m",
        "1h,",
        "1h,3m",
        "1month",
        "1S",
        "1 500s",
        "1_500s",
        "1h -3m",
    ] {
        let error = text.parse::<Span>().expect_err(text).to_string();
        assert!(error.contains("is not a duration") || error.contains("negative"), "{text}: {error}");
    }
}

#[test]
fn rates_are_over_one_unit_or_several() {
    for (text, per_second) in [
        ("12/min", 0.2),
        ("0.5/s", 0.5),
        ("36/h", 0.01),
        ("1/30s", 1.0 / 30.0),
        ("2/5min", 2.0 / 300.0),
        ("1 / 1h30m", 1.0 / 5_400.0),
        ("1/0.5s", 2.0),
        ("1e3/d", 1_000.0 / 86_400.0),
        ("0/s", 0.0),
    ] {
        assert_eq!(text.parse::<Rate>().map(Rate::as_per_second), Ok(per_second), "{text}");
    }
    for text in ["inf/s", "NaN/s", "1/parsec", "/s", "1/", "x/s", "1//s", "1/h30m", "1/s/s", "5.", "30s"] {
        let error = text.parse::<Rate>().expect_err(text).to_string();
        assert!(error.contains("is not a rate"), "{text}: {error}");
    }
}

#[test]
fn messages_show_what_would_be_right() {
    let duration = |text: &str| text.parse::<Span>().map(|_| ()).expect_err(text).to_string();
    let rate = |text: &str| text.parse::<Rate>().map(|_| ()).expect_err(text).to_string();
    let any = |text: &str| text.parse::<Quantity>().map(|_| ()).expect_err(text).to_string();
    for (error, words) in [
        (duration("1,500s"), "`1,500s` has a comma in its number; write \"1500s\", or \"1.500s\" with decimals"),
        (duration(" 1,5 ms "), "`1,5 ms` has a comma in its number; write \"15 ms\", or \"1.5 ms\" with decimals"),
        (duration("1h2,5m"), "a comma"),
        (rate("1,000/h"), "write \"1000/h\", or \"1.000/h\""),
        (rate("1/1,500s"), "write \"1/1500s\""),
        (any("1,000"), "a comma"),
        (any("99,9%"), "write \"999%\", or \"99.9%\""),
        (any("1,500s"), "a comma"),
        (duration("5"), "`5` has no unit; write a duration such as \"5s\""),
        (duration("1e3"), "`1e3` has no unit"),
        (rate("5"), "`5` has no unit; write a rate such as \"5/min\""),
        (rate("1/30"), "`1/30` has no unit; write a rate such as \"1/30s\""),
        (rate("1/0s"), "`1/0s` is a rate over no time"),
        (rate("-1/s"), "`-1/s` is negative"),
        (duration("-3s"), "`-3s` is negative"),
        (rate("1/-3s"), "is negative"),
        (
            duration("200000d"),
            "`200000d` is out of range; durations are whole nanoseconds, from \"1ns\" to \"106751d\"",
        ),
        (duration("106752d"), "out of range"),
        (duration("1e400s"), "out of range"),
        (duration("0.4ns"), "`0.4ns` is out of range"),
        (duration("1.4ns"), "`1.4ns` is out of range"),
        (duration("1e-10s"), "out of range"),
        (duration("1e-999999999999s"), "out of range"),
        (rate("1/0.4ns"), "out of range"),
        (any("half"), "`half` is not a number, a percentage, a duration or a rate"),
    ] {
        assert!(error.contains(words), "{error}\nis not\n{words}");
    }
}

#[test]
fn shares_are_rounded_once() {
    for (text, share) in [("85%", 0.85), ("7 %", 0.07), ("0.1%", 0.001), ("99.9%", 0.999), ("1e1%", 0.1), ("0%", 0.0)] {
        assert_eq!(text.parse(), Ok(Quantity::Share(share)), "{text}");
    }
    for (share, text) in [(0.85, "85%"), (0.07, "7%"), (0.001, "0.1%"), (1.0, "100%"), (0.0, "0%"), (2.5, "250%")] {
        assert_eq!(Quantity::Share(share).to_string(), text);
    }
}

fn quantities() -> impl Strategy<Value = Quantity> {
    let numbers = || prop_oneof![0.0..1e3, (0_u32..200).prop_map(f64::from), 0.0..f64::MAX, 0.0..1e-300];
    prop_oneof![
        numbers().prop_map(Quantity::Number),
        numbers().prop_map(Quantity::Share),
        prop_oneof![0..i64::MAX, 0..10_000_000_000_i64].prop_map(|nanos| Quantity::Duration(Span(nanos))),
        numbers().prop_map(|number| Quantity::Rate(Rate::per_second(number).unwrap())),
    ]
}

proptest! {
    #[test]
    fn a_printed_quantity_is_read_back(quantity in quantities()) {
        prop_assert_eq!(quantity.to_string().parse(), Ok(quantity));
    }

    /// Any text in the grammar means what its parts mean, computed here in another way.
    #[test]
    fn a_number_of_units_is_their_product(
        whole in 0_u32..15_000, decimals in 0_u32..1_000_000, unit in 0_usize..UNITS.len(), spaces in " {0,2}",
    ) {
        let (nanos, words) = UNITS[unit];
        let text = format!("{whole}.{decimals:06}{spaces}{}", words[decimals as usize % words.len()]);
        let exact = (f64::from(whole) + f64::from(decimals) / 1e6) * nanos as f64;
        match text.parse::<Span>() {
            Ok(span) => prop_assert!((span.0 as f64 - exact).abs() <= 0.5 + exact * 1e-12, "{}: {:?}", text, span),
            Err(_) => prop_assert!((exact.round() - exact).abs() > exact * 0.0009, "{}", text),
        }
        let rate: Rate = format!("{whole}/{text}").parse().unwrap_or_default();
        if let Ok(span) = text.parse::<Span>() && span.0 > 0 {
            let expected = f64::from(whole) / exact * 1e9;
            prop_assert!((rate.as_per_second() - expected).abs() <= expected * 1.1e-3);
        }
    }

    #[test]
    fn no_text_panics(text in "[-+0-9.,eE/% a-zµ]{0,16}") {
        let _ = (text.parse::<Quantity>(), text.parse::<Span>(), text.parse::<Rate>());
    }
}
