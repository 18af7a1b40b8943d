//! The gamma distribution, by the method of Marsaglia and Tsang.

use super::parameter::{self, ParameterError};
use crate::model::math;
use crate::stream::Stream;

/// Density proportional to `x^(shape - 1) exp(-x shape / mean)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Gamma {
    shape: f64,
    mean: f64,
    standard: StandardGamma,
}

impl Gamma {
    /// Gamma with this shape, from 0.01 to a million, and this mean, finite and above zero. The
    /// coefficient of variation is `1 / sqrt(shape)`.
    ///
    /// # Errors
    /// If a parameter is outside its range.
    pub fn new(shape: f64, mean: f64) -> Result<Gamma, ParameterError> {
        let shape = parameter::shape(shape)?;
        let mean = parameter::positive("mean", mean)?;
        Ok(Gamma { shape, mean, standard: StandardGamma::new(shape) })
    }

    /// Draws one number: a gamma variate of mean 1, scaled.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        self.mean * self.standard.sample(stream)
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// `mean² / shape`.
    pub fn variance(&self) -> f64 {
        self.mean * self.mean / self.shape
    }

    /// `P(X > x)`.
    pub fn survival(&self, x: f64) -> f64 {
        self.standard.survival(x / self.mean)
    }
}

/// Gamma variates of mean 1.
///
/// G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables", ACM Transactions
/// on Mathematical Software 26 (2000) 363–372: with `d = shape - 1/3` and `c = 1 / sqrt(9 d)`, `d
/// (1 + c N)³` has the gamma distribution if it is accepted with the right probability, at least 95
/// %. A shape below 1 goes by that of `shape + 1`, times `U^(1 / shape)`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StandardGamma {
    d: f64,
    c: f64,
    /// `1 / shape`, which brings the mean to 1.
    scale: f64,
    /// `1 / shape` if the shape is below 1, else 0: how strongly a variate of `shape + 1` is drawn
    /// towards 0.
    boost: f64,
    shape: f64,
    /// `ln Γ(shape)`.
    ln_gamma: f64,
}

impl StandardGamma {
    /// For a shape that has been checked.
    pub(super) fn new(shape: f64) -> StandardGamma {
        let boosted = shape < 1.0;
        let d = if boosted { shape + 1.0 } else { shape } - 1.0 / 3.0;
        let scale = 1.0 / shape;
        let boost = if boosted { scale } else { 0.0 };
        StandardGamma { d, c: 1.0 / (9.0 * d).sqrt(), scale, boost, shape, ln_gamma: math::ln_gamma(shape) }
    }

    /// `P(X > x)`: the regularised incomplete gamma function `Q(shape, shape x)`, by its series
    /// below the mean and by its continued fraction above (Abramowitz and Stegun 6.5.29 and
    /// 6.5.31), each where it converges fast.
    pub(super) fn survival(&self, x: f64) -> f64 {
        let z = self.shape * x;
        if z <= 0.0 {
            return 1.0;
        }
        let front = math::exp(self.shape * math::ln(z) - z - self.ln_gamma);
        if front == 0.0 {
            // Too far out for either to say more.
            return if x < 1.0 { 1.0 } else { 0.0 };
        }
        if z < self.shape + 1.0 {
            (1.0 - front * self.series(z)).max(0.0)
        } else {
            (front * self.continued_fraction(z)).min(1.0)
        }
    }

    /// `Σ z^n / (shape (shape + 1) … (shape + n))`.
    fn series(&self, z: f64) -> f64 {
        let (mut term, mut sum, mut factor) = (1.0 / self.shape, 1.0 / self.shape, self.shape);
        while term > f64::EPSILON / 4.0 * sum {
            factor += 1.0;
            term *= z / factor;
            sum += term;
        }
        sum
    }

    /// `1/(z+1-a- 1(1-a)/(z+3-a- 2(2-a)/(z+5-a- …)))` with the shape for a, from its head on by the
    /// method of Lentz.
    fn continued_fraction(&self, z: f64) -> f64 {
        let mut denominator = z + 1.0 - self.shape;
        let (mut upper, mut lower) = (f64::MAX, 1.0 / denominator);
        let (mut product, mut number) = (lower, 0.0);
        loop {
            number += 1.0;
            let numerator = number * (self.shape - number);
            denominator += 2.0;
            lower = 1.0 / (numerator * lower + denominator);
            upper = denominator + numerator / upper;
            let factor = upper * lower;
            product *= factor;
            if (factor - 1.0).abs() <= 2.0 * f64::EPSILON {
                return product;
            }
        }
    }

    /// Draws one number of mean 1.
    pub(super) fn sample(&self, stream: &mut Stream) -> f64 {
        let value = self.d * self.accepted(stream) * self.scale;
        // -ln U is a standard exponential, so U^(1 / shape) needs one function instead of two.
        if self.boost > 0.0 { value * math::exp(-self.boost * stream.exponential()) } else { value }
    }

    /// An accepted `(1 + c N)³`.
    fn accepted(&self, stream: &mut Stream) -> f64 {
        loop {
            let normal = stream.normal();
            let root = 1.0 + self.c * normal;
            if root <= 0.0 {
                continue;
            }
            let cube = root * root * root;
            let (uniform, square) = (stream.uniform_open(), normal * normal);
            // The first test is a bound of the second that needs no logarithm.
            if uniform < 1.0 - 0.0331 * square * square
                || math::ln(uniform) < 0.5 * square + self.d * (1.0 - cube + math::ln(cube))
            {
                return cube;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::reference::{Reference, any_positive, any_shape};
    use proptest::prelude::*;
    use statrs::distribution::ContinuousCDF;

    impl Reference for Gamma {
        const FROZEN: ([f64; 3], u32) =
            ([3.781_952_751_762_445_6, 3.276_258_150_443_167_6, 2.384_996_982_028_083_4], 0x00e5_e170);

        fn examples() -> Vec<Gamma> {
            [(2.5, 3.0), (0.4, 3.0), (0.05, 1.0), (1.0, 2.0), (30.0, 5.0)]
                .map(|(shape, mean)| Gamma::new(shape, mean).unwrap())
                .into()
        }

        fn survival(&self, x: f64) -> f64 {
            statrs::distribution::Gamma::new(self.shape, self.shape / self.mean).unwrap().sf(x)
        }

        fn scaled(&self, factor: f64) -> Gamma {
            Gamma::new(self.shape, self.mean * factor).unwrap()
        }

        fn any() -> BoxedStrategy<Gamma> {
            (any_shape(), any_positive()).prop_map(|(shape, mean)| Gamma::new(shape, mean).unwrap()).boxed()
        }
    }
}
