//! Fractions of whole numbers, so that ties are exact.

use std::cmp::Ordering;
use std::iter::Sum;

/// A fraction with a positive denominator. It is never reduced: the numbers of the tests are small.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fraction {
    numerator: i128,
    denominator: i128,
}

impl Fraction {
    pub(super) const ZERO: Fraction = Fraction { numerator: 0, denominator: 1 };

    pub(super) fn new(numerator: i64, denominator: i64) -> Fraction {
        assert!(denominator > 0, "a share of something");
        Fraction { numerator: numerator.into(), denominator: denominator.into() }
    }

    pub(super) fn divided_by(self, divisor: u32) -> Fraction {
        Fraction { denominator: self.denominator * i128::from(divisor), ..self }
    }
}

impl Sum for Fraction {
    fn sum<I: Iterator<Item = Fraction>>(fractions: I) -> Fraction {
        fractions.fold(Fraction::ZERO, |sum, next| Fraction {
            numerator: sum.numerator * next.denominator + next.numerator * sum.denominator,
            denominator: sum.denominator * next.denominator,
        })
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Fraction) -> Ordering {
        (self.numerator * other.denominator).cmp(&(other.numerator * self.denominator))
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Fraction) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Fraction {
    fn eq(&self, other: &Fraction) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Fraction {}
