//! The values of cells: exact numbers from text, or a message that shows the problem and the fix.

use chrono::{DateTime, NaiveDateTime};

use crate::model::capacity::MOST_UNITS;
use crate::model::decimal::scaled;
use crate::model::time::{Epoch, NANOS, Time};

/// The most seconds that fit into 64 bits of nanoseconds, with room for a fraction.
pub(crate) const MOST_SECONDS: i64 = i64::MAX / NANOS - 1;

/// Nanoseconds from a number of seconds; further decimals are rounded.
pub(crate) fn seconds(cell: &str) -> Result<i64, String> {
    // Programs print a small difference of equal numbers as minus zero.
    let digits = cell.strip_prefix('-').filter(|digits| digits.trim_matches(['0', '.']).is_empty()).unwrap_or(cell);
    scaled(digits, 9).map(|number| number.nearest).filter(|nanos| *nanos < (MOST_SECONDS + 1) * NANOS).ok_or_else(
        || {
            let comma = if cell.contains(',') { ", with a point and without commas" } else { "" };
            format!("`{cell}` is no number of seconds; write a number from 0 to {MOST_SECONDS}{comma}, such as 12.5")
        },
    )
}

/// A whole number, also as programs write it that hold it as a float: `3.0`, `1e+05`.
pub(crate) fn whole(cell: &str) -> Option<i64> {
    let number = |text| scaled(text, 0).filter(|number| number.is_exact).map(|number| number.nearest);
    match cell.strip_prefix('-') {
        Some(digits) => number(digits).map(|number| -number),
        None => number(cell),
    }
}

/// A whole number; a larger priority goes first, if the policy uses it.
pub(super) fn priority(cell: &str) -> Result<i64, String> {
    whole(cell).ok_or_else(|| format!("`{cell}` is no priority; write a whole number, such as 0, 10 or -5"))
}

/// Units of a resource.
pub(crate) fn units(cell: &str) -> Result<i64, String> {
    let units = whole(cell).filter(|units| (0..=MOST_UNITS).contains(units));
    units.ok_or_else(|| format!("`{cell}` is no number of units; write a whole number from 0 to {MOST_UNITS}"))
}

/// An instant from a calendar time: RFC 3339, or without an offset in UTC.
pub(super) fn instant(cell: &str, epoch: Epoch) -> Result<Time, String> {
    let written = cell.replacen(' ', "T", 1);
    let zoned = DateTime::parse_from_rfc3339(&written).map(|at| at.to_utc());
    let calendar = zoned.or_else(|_| {
        let date = written.as_bytes().get(4) == Some(&b'-') && written.as_bytes().get(10) == Some(&b'T');
        let format = if date { "%Y-%m-%dT%H:%M:%S%.f" } else { "" };
        NaiveDateTime::parse_from_str(&written, format).map(|at| at.and_utc())
    });
    let calendar = calendar.map_err(|_| {
        format!(
            "`{cell}` is no calendar time; write RFC 3339 such as 2017-02-17T01:09:47Z, or 2017-02-17 01:09:47 (UTC); \
             seconds from the start belong into a column `at_s`"
        )
    })?;
    epoch.time_of(calendar).ok_or_else(|| format!("`{cell}` is more than 292 years away from `start`"))
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
            ("-0.0", 0),
            ("1e3", 1_000_000_000_000),
            ("1.0000000001", 1_000_000_000),
        ] {
            assert_eq!(seconds(cell), Ok(nanos), "{cell}");
        }
        for cell in ["", ".", "-", "-1", "+1", "1 000", "inf", "nan", "0x10", "9223372036", "1.5.2", "1s", "1,5"] {
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

    #[test]
    fn whole_numbers_may_be_written_as_floats() {
        for (cell, number) in [("3", 3), ("3.0", 3), ("-2.00", -2), ("1e+05", 100_000), ("12e-1", 0), ("1.5", 0)] {
            assert_eq!(whole(cell), Some(number).filter(|number| *number != 0), "{cell}");
        }
    }

    #[test]
    fn calendar_times_are_utc_unless_they_say_otherwise() {
        let at = |cell| instant(cell, Epoch::default()).map(|at| at.0);
        let second = 4_187_000_000_000;
        for cell in [
            "2017-02-17T01:09:47Z",
            "2017-02-17 01:09:47",
            "2017-02-17T01:09:47",
            "2017-02-17T03:09:47+02:00",
            "2017-02-17 01:09:47+00:00",
        ] {
            assert_eq!(at(cell), Ok(second), "{cell}");
        }
        assert_eq!(at("2017-02-17 01:09:47.771"), Ok(second + 771_000_000));
        assert_eq!(at("2017-02-16 23:59:59.5"), Ok(-500_000_000), "before the start");
        for cell in
            ["2017-02-17", "17.02.2017 01:09:47", "1487293787", "2017-02-30 00:00:00", "now", "2500-01-01 00:00:00"]
        {
            assert!(at(cell).unwrap_err().contains(cell), "{cell}");
        }
    }

    proptest! {
        #[test]
        fn every_instant_is_read_as_it_is_printed(nanos in 0..=MOST_SECONDS * NANOS) {
            prop_assert_eq!(seconds(&format!("{}.{:09}", nanos / NANOS, nanos % NANOS)), Ok(nanos));
        }
    }
}
