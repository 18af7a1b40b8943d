//! Numbers of files that are streamed: whole numbers, and times as exact decimals, without floats
//! and without an allocation for each.

use crate::model::time::NANOS;

/// A number's text, filled from its end. A `u64` has at most 20 digits; seconds take at most 21
/// bytes. The default is an empty text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digits {
    text: [u8; 24],
    start: usize,
}

impl Default for Digits {
    fn default() -> Digits {
        Digits { text: [0; 24], start: 24 }
    }
}

impl Digits {
    /// A whole number.
    pub(crate) fn of(value: u64) -> Digits {
        let mut text = Digits::default();
        text.push(value, 1);
        text
    }

    /// A whole number that may be negative.
    pub(crate) fn signed(value: i64) -> Digits {
        let mut text = Digits::of(value.unsigned_abs());
        if value < 0 {
            text.prepend(b'-');
        }
        text
    }

    /// Nanoseconds in seconds, with nine decimals.
    pub(crate) fn seconds(nanos: i64) -> Digits {
        Digits::decimal(nanos, NANOS as u64, 9)
    }

    /// Nanoseconds in microseconds, with three decimals.
    pub(crate) fn micros(nanos: i64) -> Digits {
        Digits::decimal(nanos, 1_000, 3)
    }

    /// A number of parts, of which there are `parts`, a power of ten, in a whole.
    fn decimal(value: i64, parts: u64, decimals: usize) -> Digits {
        let (whole, rest) = (value.unsigned_abs() / parts, value.unsigned_abs() % parts);
        let mut text = Digits::default();
        text.push(rest, decimals);
        text.prepend(b'.');
        text.push(whole, 1);
        if value < 0 {
            text.prepend(b'-');
        }
        text
    }

    fn prepend(&mut self, byte: u8) {
        self.start -= 1;
        self.text[self.start] = byte;
    }

    /// Prepends `value`, with leading zeros up to `least` digits.
    fn push(&mut self, mut value: u64, least: usize) {
        let end = self.start;
        while value > 0 || end - self.start < least {
            self.prepend(b'0' + (value % 10) as u8);
            value /= 10;
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.text[self.start..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_exact_decimals() {
        let text = |digits: Digits| String::from_utf8(digits.as_bytes().to_vec()).unwrap();
        for (nanos, micros, seconds) in [
            (0, "0.000", "0.000000000"),
            (-1, "-0.001", "-0.000000001"),
            (1_234_567_890_123, "1234567890.123", "1234.567890123"),
            (i64::MAX, "9223372036854775.807", "9223372036.854775807"),
            (i64::MIN, "-9223372036854775.808", "-9223372036.854775808"),
        ] {
            assert_eq!([text(Digits::micros(nanos)), text(Digits::seconds(nanos))], [micros, seconds]);
        }
        assert_eq!([text(Digits::of(0)), text(Digits::of(u64::MAX))], ["0", "18446744073709551615"]);
        assert_eq!(text(Digits::signed(i64::MIN)), "-9223372036854775808");
        assert_eq!(text(Digits::default()), "");
    }
}
