//! Numbers as programs write them: `12.5`, `0.30000000000000004`, `5e-05`. They are read digit by
//! digit, never through a floating-point number.

/// A number in units of a power of ten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scaled {
    /// The nearest whole number of units; halves go up.
    pub nearest: i64,
    /// Whether nothing was rounded.
    pub is_exact: bool,
}

/// The number of 10^-`places` in a text: digits with an optional point and an optional exponent.
/// `None` if it is something else, or does not fit.
pub fn scaled(text: &str, places: i64) -> Option<Scaled> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let digits = || whole.bytes().chain(fraction.bytes());
    let zeros = digits().take_while(|digit| *digit == b'0').count();
    let mut significant = digits().skip(zeros).map(|digit| i64::from(digit - b'0'));
    // The number of significant digits before the point, counted in units.
    let before = whole.len() as i64 - zeros as i64 + exponent + places;
    if zeros == whole.len() + fraction.len() || before < 0 {
        return Some(Scaled { nearest: 0, is_exact: zeros == whole.len() + fraction.len() });
    }
    if before > MOST_DIGITS {
        return None;
    }
    let mut nearest = 0_i64;
    for _ in 0..before {
        nearest = nearest.checked_mul(10)?.checked_add(significant.next().unwrap_or(0))?;
    }
    let rest = significant.next().unwrap_or(0);
    let is_exact = rest == 0 && significant.all(|digit| digit == 0);
    Some(Scaled { nearest: nearest.checked_add(i64::from(rest >= 5))?, is_exact })
}

/// The most digits of 64 bits.
const MOST_DIGITS: i64 = 19;

/// The power of ten behind `e`; beyond what matters, the largest one.
fn read_exponent(text: &str) -> Option<i64> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(sign * digits.parse::<i64>().map_or(MOST_EXPONENT, |exponent| exponent.min(MOST_EXPONENT)))
}

/// No file has that many digits.
const MOST_EXPONENT: i64 = 1 << 40;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_read_as_programs_write_them() {
        for (text, nearest, is_exact) in [
            ("12.5", 12_500_000_000, true),
            ("0.30000000000000004", 300_000_000, false),
            ("0.12345678901234567", 123_456_789, false),
            ("5e-05", 50_000, true),
            ("1e+05", 100_000_000_000_000, true),
            ("1E5", 100_000_000_000_000, true),
            ("0.0000000005", 1, false),
            ("4.9e-10", 0, false),
            ("0e99", 0, true),
            ("1e-99", 0, false),
            ("2.9999999999999996", 3_000_000_000, false),
            ("000000000000000000000000000001.", 1_000_000_000, true),
            ("9223372036.854775807", i64::MAX, true),
        ] {
            assert_eq!(scaled(text, 9), Some(Scaled { nearest, is_exact }), "{text}");
        }
        for text in [
            "",
            ".",
            "e5",
            "1e",
            "1e+",
            "1e1.5",
            "-1",
            "+1",
            "1,5",
            "1_000",
            "0x10",
            "nan",
            "inf",
            "1e10",
            "9223372036.8547758075",
        ] {
            assert_eq!(scaled(text, 9), None, "{text}");
        }
    }

    proptest! {
        /// Any float that a program prints is read as the float, up to the last nanosecond.
        #[test]
        fn printed_floats_are_read_within_a_nanosecond(value in 0.0..4e6_f64, factor in prop::sample::select(vec![1e-12, 1e-5, 0.1, 1.0, 100.0])) {
            let value = value * factor;
            for text in [format!("{value}"), format!("{value:e}"), format!("{value:.17}")] {
                let read = scaled(&text, 9).unwrap().nearest;
                prop_assert!((read as f64 - value * 1e9).abs() <= 0.5 + value * 1e-6, "{} {}", text, read);
            }
        }

        #[test]
        fn an_exponent_moves_the_point(number in 0..1_000_000_i64, shift in -6..=6_i64) {
            prop_assert_eq!(scaled(&format!("{number}e{shift}"), 6).map(|read| read.nearest),
                Some(number * 10_i64.pow((shift + 6) as u32)).filter(|_| shift >= -6));
        }
    }
}
