//! The values of cells: exact numbers from text, or a message that shows the problem and the fix.

use crate::model::capacity::MOST_UNITS;
use crate::model::time::NANOS;

/// The most seconds that fit into 64 bits of nanoseconds, with room for a fraction.
pub(crate) const MOST_SECONDS: i64 = i64::MAX / NANOS - 1;

/// Nanoseconds from a plain decimal number of seconds, exactly.
pub(crate) fn seconds(cell: &str) -> Result<i64, String> {
    decimal(cell).ok_or_else(|| {
        format!(
            "`{cell}` is no number of seconds; write a plain number from 0 to {MOST_SECONDS} with at most 9 decimals, \
             such as 12.5"
        )
    })
}

/// Digits, optionally a point and up to nine more, as billionths.
fn decimal(cell: &str) -> Option<i64> {
    let (whole, fraction) = cell.split_once('.').unwrap_or((cell, ""));
    if whole.len() + fraction.len() == 0 || fraction.len() > 9 {
        return None;
    }
    let whole = digits(whole)?;
    let billionths = digits(fraction)? * 10_i64.pow(9 - fraction.len() as u32);
    (whole <= MOST_SECONDS).then_some(whole * NANOS + billionths)
}

/// A number of digits only; 0 for none.
fn digits(text: &str) -> Option<i64> {
    text.bytes().try_fold(0_i64, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| i64::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// A whole number; a larger priority goes first, if the policy uses it.
pub(super) fn priority(cell: &str) -> Result<i64, String> {
    cell.parse().map_err(|_| format!("`{cell}` is no priority; write a whole number, such as 0, 10 or -5"))
}

/// Units of a resource.
pub(crate) fn units(cell: &str) -> Result<i64, String> {
    let units = cell.parse().ok().filter(|units| (0..=MOST_UNITS).contains(units));
    units.ok_or_else(|| format!("`{cell}` is no number of units; write a whole number from 0 to {MOST_UNITS}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn seconds_are_exact_to_the_nanosecond() {
        for (cell, nanos) in [
            ("0", 0),
            ("12", 12_000_000_000),
            ("12.", 12_000_000_000),
            (".5", 500_000_000),
            ("0.000000001", 1),
            // As a float of seconds, this one would be off by hundreds of nanoseconds.
            ("9007199254.740992001", 9_007_199_254_740_992_001),
            ("0.1", 100_000_000),
            ("9223372035.999999999", 9_223_372_035_999_999_999),
            ("0007.10", 7_100_000_000),
        ] {
            assert_eq!(seconds(cell), Ok(nanos), "{cell}");
        }
        for cell in
            ["", ".", "-1", "+1", "1e3", "1.0000000001", "1 000", "inf", "nan", "0x10", "9223372036", "1.5.2", "1s"]
        {
            assert!(seconds(cell).unwrap_err().contains(&format!("`{cell}`")), "{cell} must be refused by name");
        }
    }

    #[test]
    fn units_are_whole_and_bounded() {
        assert_eq!(units("0"), Ok(0));
        assert_eq!(units(&MOST_UNITS.to_string()), Ok(MOST_UNITS));
        for cell in ["-1", "1.5", "x", &(MOST_UNITS + 1).to_string()] {
            assert!(units(cell).is_err(), "{cell} must be refused");
        }
    }

    proptest! {
        #[test]
        fn every_instant_is_read_as_it_is_printed(nanos in 0..=MOST_SECONDS * NANOS) {
            prop_assert_eq!(seconds(&format!("{}.{:09}", nanos / NANOS, nanos % NANOS)), Ok(nanos));
        }
    }
}
