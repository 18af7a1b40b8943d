//! Base variates without parameters: the standard exponential and the standard normal, as methods of [`Stream`].
//!
//! Both by a ziggurat (G. Marsaglia and W. W. Tsang, "The ziggurat method for generating random variables", Journal of
//! Statistical Software 5 (2000) no. 8): the area under the density is covered by 256 layers of equal area `AREA`, each a
//! rectangle that lies, but for a small wedge, under the density. A point in a layer is usually accepted at the cost of one
//! multiplication and one comparison, and the tail beyond the base layer is exact. Index, sign and position take different
//! bits of one draw: in the original they share some and are correlated.
//!
//! The tables are computed by the compiler, whose floating-point arithmetic is IEEE 754's on every platform.

use super::stream::Stream;
use crate::model::math;

/// Number of layers.
const LAYERS: usize = 256;

/// The 2^-53 that turns 53 bits into a fraction.
const ULP: f64 = 1.0 / 9_007_199_254_740_992.0;

/// A density that falls from 1 at 0, by `energy`, its negative logarithm.
#[derive(Clone, Copy)]
enum Density {
    /// `exp(-x)`.
    Exponential,
    /// `exp(-x²/2)`.
    Normal,
}

/// The edges of the layers, from the base up.
struct Ziggurat {
    /// The width of layer `i`; that of the base layer is the one a rectangle of its area would have.
    x: [f64; LAYERS + 1],
    /// The density at `x[i]`, which is the layer's lower edge.
    y: [f64; LAYERS + 1],
}

/// Where the exponential's tail begins: the value for which 256 layers end at density 1.
const EXPONENTIAL_TAIL: f64 = 7.697_117_470_131_05;
/// A layer's area: the base is a rectangle and the tail, whose area is the density there.
const EXPONENTIAL_AREA: f64 = (EXPONENTIAL_TAIL + 1.0) / exp(EXPONENTIAL_TAIL);
static EXPONENTIAL: Ziggurat = Ziggurat::new(Density::Exponential, EXPONENTIAL_TAIL, EXPONENTIAL_AREA);

/// Where the normal's tail begins.
const NORMAL_TAIL: f64 = 3.654_152_885_361_009;
/// A layer's area: `r exp(-r²/2) + sqrt(π/2) erfc(r / sqrt 2)`.
const NORMAL_AREA: f64 = 0.004_928_673_233_974_655;
static NORMAL: Ziggurat = Ziggurat::new(Density::Normal, NORMAL_TAIL, NORMAL_AREA);

impl Ziggurat {
    /// Stacks layers of that area on the base: each ends where the density has risen by `area / width`.
    const fn new(density: Density, tail: f64, area: f64) -> Ziggurat {
        let mut it = Ziggurat { x: [0.0; LAYERS + 1], y: [1.0; LAYERS + 1] };
        let bottom = 1.0 / exp(density.energy(tail));
        (it.x[0], it.y[0]) = (area / bottom, 0.0);
        (it.x[1], it.y[1]) = (tail, bottom);
        let mut layer = 1;
        // The last one ends at density 1 and width 0, up to rounding: the values it was filled with.
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

    /// The `x` below `above` where the density is `y`, by Newton's method on the convex `y exp(energy(x)) = 1`.
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

/// The exponential function for `0 <= x < 8` at compile time, by its series: all terms are positive, so nothing cancels.
const fn exp(x: f64) -> f64 {
    let (mut sum, mut term, mut n) = (1.0, 1.0, 1.0);
    while term > sum * 1e-18 {
        term *= x / n;
        sum += term;
        n += 1.0;
    }
    sum
}

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
                // Without memory: beyond the tail's beginning it is as at 0.
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

    /// A normal beyond the tail's beginning `r` (G. Marsaglia, "Generating a variable from the tail of the normal
    /// distribution", Technometrics 6 (1964) 101–102): `r + E/r`, accepted with probability `exp(-(E/r)²/2)`.
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
