//! Base variates without parameters: the standard exponential and the standard normal, as methods
//! of [`Stream`].
//!
//! Both use a ziggurat (see `ziggurat.rs`): a point in a layer is usually accepted at the cost of
//! one multiplication and one comparison, and the tail beyond the base layer is exact. Layer, sign
//! and position take different bits of one draw: in the original they share some and are correlated
//! (J. A. Doornik, "An improved ziggurat method to generate normal random samples", 2005).

use super::stream::Stream;
use super::ziggurat::{EXPONENTIAL, EXPONENTIAL_TAIL, NORMAL, NORMAL_TAIL, Ziggurat};
use crate::model::math;

/// The 2^-53 that turns 53 bits into a fraction.
const ULP: f64 = 1.0 / 9_007_199_254_740_992.0;

impl Stream {
    /// A standard exponential: mean 1, from 0 on.
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        let (layer, x) = exponential_candidate(self.bits());
        if x < EXPONENTIAL.x[layer + 1] { x } else { self.exponential_edge(layer, x) }
    }

    /// The rare rest of [`Stream::exponential`]: wedges and tail.
    #[cold]
    fn exponential_edge(&mut self, mut layer: usize, mut x: f64) -> f64 {
        let mut passed = 0.0;
        loop {
            if layer == 0 {
                // Memoryless: beyond the start of the tail, the distribution is as at 0.
                passed += EXPONENTIAL_TAIL;
            } else if self.height(&EXPONENTIAL, layer) < math::exp(-x) {
                return passed + x;
            }
            (layer, x) = exponential_candidate(self.bits());
            if x < EXPONENTIAL.x[layer + 1] {
                return passed + x;
            }
        }
    }

    /// A standard normal: mean 0, variance 1.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        let (layer, x) = normal_candidate(self.bits());
        if x.abs() < NORMAL.x[layer + 1] { x } else { self.normal_edge(layer, x) }
    }

    /// The rare rest of [`Stream::normal`]: wedges and tail.
    #[cold]
    fn normal_edge(&mut self, mut layer: usize, mut x: f64) -> f64 {
        loop {
            if layer == 0 {
                return self.normal_tail().copysign(x);
            }
            if self.height(&NORMAL, layer) < math::exp(-x * x / 2.0) {
                return x;
            }
            (layer, x) = normal_candidate(self.bits());
            if x.abs() < NORMAL.x[layer + 1] {
                return x;
            }
        }
    }

    /// A normal beyond the tail's beginning `r` (G. Marsaglia, "Generating a variable from the tail
    /// of the normal distribution", Technometrics 6 (1964) 101–102): `r + E/r`, accepted with
    /// probability `exp(-(E/r)²/2)`.
    fn normal_tail(&mut self) -> f64 {
        loop {
            let beyond = self.exponential() / NORMAL_TAIL;
            if 2.0 * self.exponential() > beyond * beyond {
                return NORMAL_TAIL + beyond;
            }
        }
    }

    /// A uniform height within a layer.
    fn height(&mut self, ziggurat: &Ziggurat, layer: usize) -> f64 {
        let (low, high) = (ziggurat.y[layer], ziggurat.y[layer + 1]);
        low + (high - low) * self.uniform()
    }
}

/// A layer by the low eight bits and a point in it by the upper 53.
#[inline]
fn exponential_candidate(bits: u64) -> (usize, f64) {
    let layer = (bits & 0xff) as usize;
    (layer, (bits >> 11) as f64 * ULP * EXPONENTIAL.x[layer])
}

/// A layer by the low eight bits and a point in it, on both sides of 0, by the upper 54.
#[inline]
fn normal_candidate(bits: u64) -> (usize, f64) {
    let layer = (bits & 0xff) as usize;
    (layer, (bits.cast_signed() >> 10) as f64 * ULP * NORMAL.x[layer])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{Purpose, Streams};
    use libm::erfc;

    const DRAWS: usize = 2_000_000;

    fn draws(of: impl Fn(&mut Stream) -> f64) -> Vec<f64> {
        // Several streams, so that a fault at the beginning of each would not be diluted.
        let mut all = Vec::with_capacity(DRAWS);
        for replication in 0..20 {
            let mut stream = Streams::new(7, replication).stream(Purpose::Service, "variate");
            all.extend((0..DRAWS / 20).map(|_| of(&mut stream)));
        }
        all
    }

    /// The z-score of the number of draws that are `inside`.
    fn z(draws: &[f64], probability: f64, inside: impl Fn(f64) -> bool) -> f64 {
        let (count, n) = (draws.iter().filter(|&&x| inside(x)).count() as f64, draws.len() as f64);
        (count - n * probability) / (n * probability * (1.0 - probability)).sqrt()
    }

    /// The sample moments of orders 1 to 4 against the exact ones; the error of order k follows
    /// from order 2k.
    fn check_moments(draws: &[f64], exact: [f64; 8]) {
        for order in 1..=4 {
            let (k, n) = (order as i32, draws.len() as f64);
            let sample = draws.iter().map(|&x| math::pow(x, f64::from(k))).sum::<f64>() / n;
            let deviation = (exact[2 * order - 1] - exact[order - 1] * exact[order - 1]).sqrt();
            let z = (sample - exact[order - 1]) / deviation * n.sqrt();
            assert!(z.abs() < 4.5, "moment {order}: {sample}, z = {z}");
        }
    }

    #[test]
    fn the_exponential_has_its_moments_and_tail() {
        let draws = draws(Stream::exponential);
        check_moments(&draws, [1.0, 2.0, 6.0, 24.0, 120.0, 720.0, 5040.0, 40320.0]);
        assert!(draws.iter().all(|&x| x >= 0.0));
        // 7.697 is where the table ends; beyond twice that the tail has been entered twice.
        for level in [0.001, 0.06, 0.5, 1.0, 2.0, 4.0, 7.6, EXPONENTIAL_TAIL, 8.0, 10.0, 12.0] {
            let z = z(&draws, math::exp(-level), |x| x > level);
            assert!(z.abs() < 4.5, "beyond {level}: z = {z}");
        }
    }

    #[test]
    fn the_normal_has_its_moments_and_tails_on_both_sides() {
        let draws = draws(Stream::normal);
        check_moments(&draws, [0.0, 1.0, 0.0, 3.0, 0.0, 15.0, 0.0, 105.0]);
        for level in [0.0, 0.01, 0.2, 0.5, 1.0, 2.0, 3.0, 3.6, NORMAL_TAIL, 3.8, 4.0] {
            let beyond = erfc(level / 2f64.sqrt()) / 2.0;
            for (side, sign) in [("above", 1.0), ("below", -1.0)] {
                let z = z(&draws, beyond, |x| x * sign > level);
                assert!(z.abs() < 4.5, "{side} {level}: z = {z}");
            }
        }
    }

    /// The wedges are entered about once in a hundred draws; only a fine comparison sees a fault in
    /// them.
    #[test]
    fn many_cells_of_equal_probability_fill_alike() {
        let cells = 1000;
        let exponential = draws(|stream| -math::exp_m1(-stream.exponential()));
        let normal = draws(|stream| erfc(-stream.normal() / 2f64.sqrt()) / 2.0);
        for (name, quantiles) in [("exponential", exponential), ("normal", normal)] {
            let mut counts = vec![0.0; cells];
            for q in quantiles {
                counts[((q * cells as f64) as usize).min(cells - 1)] += 1.0;
            }
            let expected = (DRAWS / cells) as f64;
            let square: f64 = counts.iter().map(|count| (count - expected) * (count - expected) / expected).sum();
            let freedom = (cells - 1) as f64;
            let z = (square - freedom) / (2.0 * freedom).sqrt();
            assert!(z.abs() < 4.5, "{name}: chi-square {square} in {cells} cells");
        }
    }

    /// The rest of a variate beyond the table is again an exponential one: without memory.
    #[test]
    fn the_exponential_tail_is_an_exponential_again() {
        let mut stream = Streams::new(8, 0).stream(Purpose::Service, "tail");
        // Entering at the base layer is how the tail is reached.
        let rest: Vec<f64> = (0..200_000).map(|_| stream.exponential_edge(0, 0.0) - EXPONENTIAL_TAIL).collect();
        check_moments(&rest, [1.0, 2.0, 6.0, 24.0, 120.0, 720.0, 5040.0, 40320.0]);
        assert!(rest.iter().all(|&x| x >= 0.0));
    }

    #[test]
    fn the_normal_tail_has_the_conditional_law() {
        let mut stream = Streams::new(9, 0).stream(Purpose::Service, "tail");
        let tail: Vec<f64> = (0..200_000).map(|_| stream.normal_tail()).collect();
        let beyond = |x: f64| erfc(x / 2f64.sqrt());
        for level in [3.66, 3.7, 3.8, 4.0, 4.3, 4.6, 5.0] {
            let z = z(&tail, beyond(level) / beyond(NORMAL_TAIL), |x| x > level);
            assert!(z.abs() < 4.5, "beyond {level}: z = {z}");
        }
    }
}
