//! How numbers become text: exactly for machines, in three or four digits for people.
//!
//! Only the standard library's formatting is used, which rounds exactly and alike on every platform.

/// The shortest decimal that reads back to the same number; empty for what is no number, and never `-0`.
pub(super) fn plain(value: f64) -> String {
    if value.is_finite() { format!("{}", unsigned_zero(value)) } else { String::new() }
}

/// The number itself, but 0 for -0, which would be a sign without a meaning.
pub(super) fn unsigned_zero(value: f64) -> f64 {
    if value == 0.0 { 0.0 } else { value }
}

/// A length of time in seconds as a person would write it: `85 ms`, `12.3 s`, `1m23s`, `3h05m`, `2d04h`.
pub fn human(seconds: f64) -> String {
    if !seconds.is_finite() {
        return "-".to_owned();
    }
    if seconds < 0.0 {
        return format!("-{}", human(-seconds));
    }
    // Each bound lies where the next larger unit begins after rounding, so that nothing reads `60.0 s` or `1000 ms`.
    match seconds {
        0.0 => "0 s".to_owned(),
        s if s < 999.5e-9 => format!("{:.0} ns", s * 1e9),
        s if s < 999.5e-6 => format!("{:.0} us", s * 1e6),
        s if s < 0.9995 => format!("{:.0} ms", s * 1e3),
        s if s < 9.995 => format!("{s:.2} s"),
        s if s < 59.95 => format!("{s:.1} s"),
        s if s < 3_599.5 => parts(s.round(), (60.0, "m"), "s"),
        s if s < 86_370.0 => parts((s / 60.0).round(), (60.0, "h"), "m"),
        s => parts((s / 3_600.0).round(), (24.0, "d"), "h"),
    }
}

/// `total` small units as large ones and the rest: `1m23s`.
fn parts(total: f64, (per_large, large): (f64, &str), small: &str) -> String {
    format!("{:.0}{large}{:02.0}{small}", (total / per_large).floor(), total % per_large)
}

/// A share as a percentage with one decimal: `63.2 %`.
pub(super) fn percent(share: f64) -> String {
    let text = format!("{:.1} %", share * 100.0);
    // Less than nothing by a hair is nothing.
    if text == "-0.0 %" { "0.0 %".to_owned() } else { text }
}

/// A count or an average of counts: whole numbers bare, others with at most two decimals.
pub(super) fn amount(value: f64) -> String {
    let value = unsigned_zero(value);
    if value.fract() == 0.0 || value.abs() >= 1_000.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_write_them() {
        for (seconds, text) in [
            (0.0, "0 s"),
            (3e-9, "3 ns"),
            (0.000_25, "250 us"),
            (0.85, "850 ms"),
            (0.999_6, "1.00 s"),
            (1.5, "1.50 s"),
            (9.996, "10.0 s"),
            (12.34, "12.3 s"),
            (59.96, "1m00s"),
            (83.0, "1m23s"),
            (3_599.6, "1h00m"),
            (11_100.0, "3h05m"),
            (86_390.0, "1d00h"),
            (187_200.0, "2d04h"),
            (-83.0, "-1m23s"),
            (f64::NAN, "-"),
        ] {
            assert_eq!(human(seconds), text);
        }
    }

    #[test]
    fn plain_numbers_read_back_to_the_same_bits() {
        for value in [0.1, 1.0 / 3.0, 1e21, 5e-324, f64::MAX, -2.5] {
            assert_eq!(plain(value).parse(), Ok(value));
        }
        assert_eq!([plain(-0.0), plain(f64::NAN), plain(3.0)], ["0", "", "3"]);
    }
}
