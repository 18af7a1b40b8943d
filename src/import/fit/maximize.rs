//! The maximum of a smooth function of a few variables, by Newton's method with numeric
//! derivatives.
//!
//! Steps are damped as by Levenberg and Marquardt until they lead upwards (Nocedal and Wright,
//! Numerical Optimization, 2006, section 3.4). The functions here are logarithms of likelihoods
//! of logarithms of parameters, so a variable changes by about 1.

/// The step of numeric derivatives.
const STEP: f64 = 1e-3;
/// The largest change of a variable in one step.
const FARTHEST: f64 = 1.0;
/// The gain that a further step promises, in units of the function, at which the search ends.
const NEAR: f64 = 1e-9;
const MOST_STEPS: usize = 80;

/// A maximum.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Maximum {
    pub(super) at: Vec<f64>,
    pub(super) value: f64,
    /// The inverse of the negative second derivatives: the covariance matrix of the estimates, if
    /// the function is the logarithm of a likelihood.
    pub(super) covariance: Vec<Vec<f64>>,
}

/// The maximum that is reached from `start`; `None` if there is none, or the second derivatives do
/// not show one.
pub(super) fn maximize(start: &[f64], function: impl Fn(&[f64]) -> f64) -> Option<Maximum> {
    let mut at = start.to_vec();
    let mut value = function(&at);
    let mut damping = 0.0;
    for _ in 0..MOST_STEPS {
        let (gradient, curvature) = derivatives(&at, value, &function)?;
        if let Some(covariance) = inverse(&curvature, 0.0) {
            let step = product(&covariance, &gradient);
            let gain = step.iter().zip(&gradient).map(|(step, slope)| step * slope).sum::<f64>() / 2.0;
            if gain < NEAR {
                return Some(Maximum { at, value, covariance });
            }
        }
        let scale = (0..at.len()).map(|i| curvature[i][i].abs()).fold(f64::MIN_POSITIVE, f64::max);
        let mut moved = false;
        for _ in 0..40 {
            if let Some(matrix) = inverse(&curvature, damping * scale) {
                let step = product(&matrix, &gradient);
                let shrink = FARTHEST / step.iter().fold(FARTHEST, |most, step| most.max(step.abs()));
                let next: Vec<f64> = at.iter().zip(&step).map(|(at, step)| at + shrink * step).collect();
                let reached = function(&next);
                if reached > value {
                    (at, value, moved) = (next, reached, true);
                    damping = if damping < 1e-4 { 0.0 } else { damping / 10.0 };
                    break;
                }
            }
            damping = if damping == 0.0 { 1e-3 } else { damping * 5.0 };
        }
        if !moved {
            // No step leads upwards: rounding errors hide the rest.
            let covariance = inverse(&curvature, 0.0)?;
            let step = product(&covariance, &gradient);
            let gain = step.iter().zip(&gradient).map(|(step, slope)| step * slope).sum::<f64>() / 2.0;
            return (gain < 1e-3).then_some(Maximum { at, value, covariance });
        }
    }
    None
}

/// First derivatives and negative second ones, by central differences; `None` where the function
/// has no finite value.
fn derivatives(at: &[f64], value: f64, function: impl Fn(&[f64]) -> f64) -> Option<(Vec<f64>, Vec<Vec<f64>>)> {
    let moved = |steps: &[(usize, f64)]| {
        let mut point = at.to_vec();
        for (index, step) in steps {
            point[*index] += step;
        }
        function(&point)
    };
    let n = at.len();
    let (mut gradient, mut curvature) = (vec![0.0; n], vec![vec![0.0; n]; n]);
    for i in 0..n {
        let (up, down) = (moved(&[(i, STEP)]), moved(&[(i, -STEP)]));
        gradient[i] = (up - down) / (2.0 * STEP);
        curvature[i][i] = -(up - 2.0 * value + down) / (STEP * STEP);
        #[expect(clippy::needless_range_loop, reason = "two rows are written")]
        for j in 0..i {
            let both = moved(&[(i, STEP), (j, STEP)]) + moved(&[(i, -STEP), (j, -STEP)]);
            let across = moved(&[(i, STEP), (j, -STEP)]) + moved(&[(i, -STEP), (j, STEP)]);
            let mixed = -(both - across) / (4.0 * STEP * STEP);
            (curvature[i][j], curvature[j][i]) = (mixed, mixed);
        }
    }
    let is_finite = gradient.iter().chain(curvature.iter().flatten()).all(|slope| slope.is_finite());
    is_finite.then_some((gradient, curvature))
}

/// The inverse of a symmetric matrix with `ridge` added to its diagonal, by Cholesky's method;
/// `None` if it is not positive definite.
fn inverse(matrix: &[Vec<f64>], ridge: f64) -> Option<Vec<Vec<f64>>> {
    let n = matrix.len();
    let mut lower = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..=i {
            let done: f64 = (0..j).map(|k| lower[i][k] * lower[j][k]).sum();
            let left = matrix[i][j] + if i == j { ridge } else { 0.0 } - done;
            lower[i][j] = if i == j { left.sqrt() } else { left / lower[j][j] };
        }
        let is_positive = lower[i][i] > 0.0 && lower[i][i].is_finite();
        is_positive.then_some(())?;
    }
    let column = |unit: usize| {
        let mut solution = vec![0.0; n];
        for i in 0..n {
            let done: f64 = (0..i).map(|k| lower[i][k] * solution[k]).sum();
            solution[i] = (f64::from(u8::from(i == unit)) - done) / lower[i][i];
        }
        for i in (0..n).rev() {
            let done: f64 = (i + 1..n).map(|k| lower[k][i] * solution[k]).sum();
            solution[i] = (solution[i] - done) / lower[i][i];
        }
        solution
    };
    Some((0..n).map(column).collect())
}

fn product(matrix: &[Vec<f64>], vector: &[f64]) -> Vec<f64> {
    matrix.iter().map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::math;

    #[test]
    fn a_quadratic_takes_one_step() {
        let function = |x: &[f64]| {
            let (a, b) = (x[0] - 0.3, x[1] + 0.2);
            5.0 - 2.0 * a * a - 1.5 * a * b - 3.0 * b * b
        };
        let found = maximize(&[0.0, 0.0], function).unwrap();
        assert!((found.at[0] - 0.3).abs() < 1e-8 && (found.at[1] + 0.2).abs() < 1e-8, "{found:?}");
        // The inverse of ((4, 1.5), (1.5, 6)).
        let expected = [[6.0 / 21.75, -1.5 / 21.75], [-1.5 / 21.75, 4.0 / 21.75]];
        for (i, j) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            assert!((found.covariance[i][j] - expected[i][j]).abs() < 1e-6, "{found:?}");
        }
    }

    #[test]
    fn far_starts_reach_the_same_maximum() {
        let function = |x: &[f64]| -(math::exp(x[0]) - 3.0 * x[0]) - (x[1] - x[0]) * (x[1] - x[0]) * 50.0;
        for start in [[-8.0, 5.0], [6.0, -6.0], [1.0, 1.0]] {
            let found = maximize(&start, function).unwrap();
            assert!(found.at.iter().all(|x| (x - math::ln(3.0)).abs() < 1e-4), "{start:?} {found:?}");
        }
    }

    #[test]
    fn without_a_maximum_there_is_no_result() {
        assert_eq!(maximize(&[0.0], |x| x[0]), None);
        assert_eq!(maximize(&[0.0], |_| f64::NAN), None);
        assert_eq!(maximize(&[0.0], |_| f64::NEG_INFINITY), None);
        assert_eq!(maximize(&[0.0], |x| x[0] * x[0]), None);
    }
}
