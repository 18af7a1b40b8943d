//! The tables of the ziggurat: a density covered by 256 layers of equal area, computed by the
//! compiler.
//!
//! G. Marsaglia and W. W. Tsang, "The ziggurat method for generating random variables", Journal of
//! Statistical Software 5 (2000) no. 8. Each layer is a rectangle that lies, but for a small wedge,
//! under the density; the base layer is a rectangle and the tail. The compiler's floating-point
//! arithmetic is IEEE 754's, so the tables are the same on every platform and cost nothing at run
//! time.

/// Number of layers.
const LAYERS: usize = 256;

/// A density that falls from 1 at 0, by `energy`, its negative logarithm.
#[derive(Clone, Copy)]
enum Density {
    /// `exp(-x)`.
    Exponential,
    /// `exp(-x²/2)`.
    Normal,
}

/// The edges of the layers, from the base up.
pub(super) struct Ziggurat {
    /// The width of layer `i`; that of the base layer is the one a rectangle of its area would
    /// have.
    pub(super) x: [f64; LAYERS + 1],
    /// The density at `x[i]`, which is the layer's lower edge.
    pub(super) y: [f64; LAYERS + 1],
}

/// Where the exponential's tail begins: the value for which 256 layers end at density 1.
pub(super) const EXPONENTIAL_TAIL: f64 = 7.697_117_470_131_05;
/// A layer's area: the base is a rectangle and the tail, whose area is the density there.
const EXPONENTIAL_AREA: f64 = (EXPONENTIAL_TAIL + 1.0) / exp(EXPONENTIAL_TAIL);
pub(super) static EXPONENTIAL: Ziggurat = Ziggurat::new(Density::Exponential, EXPONENTIAL_TAIL, EXPONENTIAL_AREA);

/// Where the normal's tail begins.
pub(super) const NORMAL_TAIL: f64 = 3.654_152_885_361_009;
/// A layer's area: `r exp(-r²/2) + sqrt(π/2) erfc(r / sqrt 2)`.
const NORMAL_AREA: f64 = 0.004_928_673_233_974_655;
pub(super) static NORMAL: Ziggurat = Ziggurat::new(Density::Normal, NORMAL_TAIL, NORMAL_AREA);

impl Ziggurat {
    /// Stacks layers of that area on the base: each ends where the density has risen by `area /
    /// width`.
    const fn new(density: Density, tail: f64, area: f64) -> Ziggurat {
        let mut it = Ziggurat { x: [0.0; LAYERS + 1], y: [1.0; LAYERS + 1] };
        let bottom = 1.0 / exp(density.energy(tail));
        (it.x[0], it.y[0]) = (area / bottom, 0.0);
        (it.x[1], it.y[1]) = (tail, bottom);
        let mut layer = 1;
        // The last one ends at density 1 and width 0, up to rounding: the values it was filled
        // with.
        while layer + 1 < LAYERS {
            it.y[layer + 1] = it.y[layer] + area / it.x[layer];
            it.x[layer + 1] = density.inverse(it.y[layer + 1], it.x[layer]);
            layer += 1;
        }
        it
    }
}

impl Density {
    const fn energy(self, x: f64) -> f64 {
        match self {
            Density::Exponential => x,
            Density::Normal => x * x / 2.0,
        }
    }

    const fn slope(self, x: f64) -> f64 {
        match self {
            Density::Exponential => 1.0,
            Density::Normal => x,
        }
    }

    /// The `x` below `above` where the density is `y`, by Newton's method on the convex `y
    /// exp(energy(x)) = 1`.
    const fn inverse(self, y: f64, above: f64) -> f64 {
        let mut x = above;
        let mut round = 0;
        while round < 16 {
            x -= (1.0 - 1.0 / (y * exp(self.energy(x)))) / self.slope(x);
            round += 1;
        }
        x
    }
}

/// The exponential function for `0 <= x < 8` at compile time, by its series: all terms are
/// positive, so nothing cancels.
const fn exp(x: f64) -> f64 {
    let (mut sum, mut term, mut n) = (1.0, 1.0, 1.0);
    while term > sum * 1e-18 {
        term *= x / n;
        sum += term;
        n += 1.0;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::math;

    fn check(ziggurat: &Ziggurat, tail: f64, tail_area: f64, density: impl Fn(f64) -> f64) {
        let (x, y) = (&ziggurat.x, &ziggurat.y);
        let area = tail * density(tail) + tail_area;
        let near = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-12;
        assert!(near(x[0] * y[1], area), "the base is a rectangle and the tail");
        assert_eq!((x[1], x[LAYERS], y[LAYERS]), (tail, 0.0, 1.0));
        for layer in 1..LAYERS {
            assert!(near(y[layer], density(x[layer])), "the corner of layer {layer} lies on the density");
            assert!(near(x[layer] * (y[layer + 1] - y[layer]), area), "layer {layer} has the area of all");
            assert!(x[layer + 1] < x[layer] && y[layer] < y[layer + 1]);
        }
    }

    /// The closing at density 1 in the last layer confirms the beginnings of the tails: another one
    /// leaves a gap.
    #[test]
    fn layers_have_equal_areas_and_end_on_the_density() {
        check(&EXPONENTIAL, EXPONENTIAL_TAIL, math::exp(-EXPONENTIAL_TAIL), |x| math::exp(-x));
        let beyond = (std::f64::consts::PI / 2.0).sqrt() * libm::erfc(NORMAL_TAIL / 2f64.sqrt());
        check(&NORMAL, NORMAL_TAIL, beyond, |x| math::exp(-x * x / 2.0));
    }

    #[test]
    fn the_series_agrees_with_libm() {
        for step in 0..800 {
            let x = f64::from(step) / 100.0;
            assert!((exp(x) / math::exp(x) - 1.0).abs() < 8.0 * f64::EPSILON, "exp({x})");
        }
    }
}
