//! Decimal arithmetic as on paper: 0.1 + 0.2 is 0.3.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::model::quantity::split_number;

/// The maximum number of digits of a text that is read, before it is rounded.
const MAX_READ: usize = 30;

/// Significant digits of numbers that are read, and of products. They keep every sum, product and
/// part below, and nanoseconds, far within `i128`.
const PRODUCT_DIGITS: u32 = 15;

/// Rounding changes a number that is read by less than one part in this number.
const ROUNDING_ERROR: u128 = 1_000_000_000;

/// The maximum number of digits after the point.
pub(super) const MAX_PLACES: u32 = 12;

/// A decimal number: `digits` / 10^`places`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decimal {
    digits: i128,
    /// The number of digits after the point, as written.
    places: u32,
}

impl Decimal {
    /// A whole number.
    pub(crate) fn whole(value: i64) -> Decimal {
        Decimal { digits: i128::from(value), places: 0 }
    }

    /// Whether it is written without a point.
    pub(super) fn is_whole(self) -> bool {
        self.places == 0
    }

    /// Whether it is above zero.
    pub(super) fn is_positive(self) -> bool {
        self.digits > 0
    }

    /// The nearest binary fraction.
    pub(super) fn to_f64(self) -> f64 {
        // Parsing rounds correctly, as division by a power of ten would not.
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// The number nearest to `value` with this number of significant digits, at most `places` of
    /// them after the point.
    pub(super) fn nearest(value: f64, significant: usize, places: u32) -> Option<Decimal> {
        let text = format!("{value:.*e}", significant.saturating_sub(1));
        let (digits, power) = text.split_once('e')?;
        let number: Decimal = digits.parse().ok()?;
        let power: i32 = power.parse().ok()?;
        let shifted = number.places as i32 - power;
        let exact = if shifted >= 0 {
            Decimal { places: shifted as u32, ..number }
        } else {
            Decimal { digits: number.digits.checked_mul(power_of_ten(shifted.unsigned_abs())?)?, places: 0 }
        };
        Some(exact.rounded(places))
    }

    pub(crate) fn plus(self, other: Decimal) -> Decimal {
        let (a, b, places) = aligned(self, other);
        Decimal { digits: a + b, places }
    }

    pub(crate) fn minus(self, other: Decimal) -> Decimal {
        self.plus(Decimal { digits: -other.digits, ..other })
    }

    /// The product, to 15 significant digits and 12 after the point.
    pub(crate) fn times(self, other: Decimal) -> Decimal {
        let product = Decimal { digits: self.digits * other.digits, places: self.places + other.places };
        product.significant(PRODUCT_DIGITS).rounded(MAX_PLACES)
    }

    /// The fraction `parts` / `of` of the number, with at most six more digits after the point.
    pub(super) fn part(self, parts: usize, of: usize) -> Decimal {
        let digits = self.digits * parts as i128 * 1_000_000;
        Decimal { digits: divided(digits, of.max(1) as i128), places: self.places + 6 }
    }

    /// The number rounded to at most this number of digits after the point.
    pub(super) fn rounded(self, places: u32) -> Decimal {
        match power_of_ten(self.places.saturating_sub(places)) {
            Some(unit) if self.places > places => Decimal { digits: divided(self.digits, unit), places },
            _ => self,
        }
    }

    /// The number rounded to at most `max` significant digits, except digits before the point.
    pub(super) fn significant(self, max: u32) -> Decimal {
        let count = self.digits.unsigned_abs().checked_ilog10().map_or(1, |power| power + 1);
        self.rounded(self.places.saturating_sub(count.saturating_sub(max)))
    }
}

/// Both with the same number of digits after the point.
fn aligned(a: Decimal, b: Decimal) -> (i128, i128, u32) {
    let places = a.places.max(b.places);
    let digits = |number: Decimal| number.digits * power_of_ten(places - number.places).unwrap_or(1);
    (digits(a), digits(b), places)
}

fn power_of_ten(power: u32) -> Option<i128> {
    10_i128.checked_pow(power)
}

/// The whole number nearest to a quotient; halves are rounded away from zero.
fn divided(number: i128, by: i128) -> i128 {
    (number + number.signum() * (by / 2)) / by
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Decimal) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Decimal) -> Ordering {
        let (a, b, _) = aligned(*self, *other);
        a.cmp(&b)
    }
}

impl FromStr for Decimal {
    type Err = ();

    /// Reads a number in the grammar of quantities, with an optional sign, and rounds it to 15
    /// significant digits and 12 after the point, if that makes no difference but for rounding
    /// errors.
    fn from_str(text: &str) -> Result<Decimal, ()> {
        let (is_negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (number, "") = split_number(unsigned) else { return Err(()) };
        let (decimal, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
        let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
        let exponent: i32 = exponent.parse().map_err(|_| ())?;
        // Digits before the point that only the exponent gives are zeros.
        let zeros = usize::try_from(exponent).unwrap_or(0).saturating_sub(fraction.len()).min(MAX_READ + 1);
        let all = format!("{whole}{fraction}{:0<zeros$}", "");
        let places = (fraction.len() as i64 - i64::from(exponent)).max(0);
        if number.is_empty() || all.len() > MAX_READ || places > MAX_READ as i64 {
            return Err(());
        }
        let digits: i128 = all.parse().map_err(|_| ())?;
        let exact = Decimal { digits: if is_negative { -digits } else { digits }, places: places as u32 };
        let number = exact.significant(PRODUCT_DIGITS).rounded(MAX_PLACES);
        let error = exact.minus(number).digits.unsigned_abs();
        let is_close = error.checked_mul(ROUNDING_ERROR).is_some_and(|error| error <= digits.unsigned_abs());
        let has_room = number.digits.unsigned_abs() < 10_u128.pow(PRODUCT_DIGITS);
        if is_close && has_room { Ok(number) } else { Err(()) }
    }
}

impl fmt::Display for Decimal {
    /// As short as possible: without zeros at the end of a fraction.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut digits, mut places) = (self.digits, self.places);
        while places > 0 && digits % 10 == 0 {
            (digits, places) = (digits / 10, places - 1);
        }
        let sign = if digits < 0 { "-" } else { "" };
        let width = places as usize + 1;
        let text = format!("{:0width$}", digits.unsigned_abs());
        let (whole, fraction) = text.split_at(text.len() - places as usize);
        let point = if places == 0 { "" } else { "." };
        write!(f, "{sign}{whole}{point}{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::quantity::Quantity;

    fn of(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn sums_and_products_are_those_on_paper() {
        assert_eq!(of("0.1").plus(of("0.2")).to_string(), "0.3");
        assert_eq!(of("1.0").minus(of("0.25")).to_string(), "0.75");
        assert_eq!(of("-1.5").times(of("1.5")).to_string(), "-2.25");
        assert_eq!(of("1").part(1, 3).to_string(), "0.333333");
        assert_eq!(of("-2").part(1, 3).to_string(), "-0.666667");
        assert_eq!(of("0.3").part(2, 4).to_string(), "0.15");
    }

    #[test]
    fn the_nearest_number_with_few_digits_is_found() {
        let nearest = |value, places| Decimal::nearest(value, 3, places).unwrap().to_string();
        assert_eq!(nearest(7.745_966, 9), "7.75");
        assert_eq!(nearest(7.745_966, 0), "8");
        assert_eq!(nearest(31_622.776, 9), "31600");
        assert_eq!(nearest(0.000_123_456, 9), "0.000123");
        assert_eq!(nearest(2.000_000_000_000_000_4, 9), "2");
    }

    #[test]
    fn only_fractions_are_rounded_to_significant_digits() {
        assert_eq!(of("17.0859375").significant(6).to_string(), "17.0859");
        assert_eq!(of("123456789").significant(6).to_string(), "123456789");
        assert_eq!(of("1234567.89").significant(6).to_string(), "1234568");
    }

    proptest! {
        #[test]
        fn a_printed_number_is_read_back(digits in -999_999_999_999_999_i128..=999_999_999_999_999, places in 0_u32..13) {
            let number = Decimal { digits, places };
            prop_assert_eq!(number.to_string().parse(), Ok(number));
        }

        /// A number below 10^15 is read here as it is in scenarios.
        #[test]
        fn numbers_are_those_of_quantities(text in "[0-9]{0,4}[.]?[0-9]{0,4}(e(-[0-8]|[0-7]))?") {
            let quantity = text.parse().ok().map(|quantity| match quantity {
                Quantity::Number(number) => number,
                other => panic!("{other:?}"),
            });
            let number = text.parse::<Decimal>().ok();
            prop_assert_eq!(number.map(Decimal::to_f64), quantity);
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", ".", "-", "1e", "e3", "1e15", "1e-13", "1_000", "1 ", "1.2.3", "1234567890123456", "x", "5."] {
            assert!(text.parse::<Decimal>().is_err(), "{text}");
        }
        assert_eq!([of(".5").to_string(), of("+5").to_string(), of("-0.0").to_string()], ["0.5", "5", "0"]);
        assert_eq!(
            [of("1e3"), of("1.25e1"), of("5e-05")].map(|number| number.to_string()),
            ["1000", "12.5", "0.00005"]
        );
        assert_eq!(
            ["0.30000000000000004", "7.000000000000001", "1e14"].map(|text| of(text).to_string()),
            ["0.3", "7", "100000000000000"]
        );
    }
}
