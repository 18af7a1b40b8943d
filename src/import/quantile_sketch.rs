//! A few values that stand for many: each is the mean of an equal number of them, so the overall
//! mean is kept.

/// The means of `parts` equal parts of sorted values; a value on an edge belongs to both sides, in
/// shares. There must be at least as many values as parts.
pub(super) fn quantile_means(values: &[f64], parts: usize) -> Vec<f64> {
    let length = values.len() as f64 / parts as f64;
    let mut sums = vec![0.0];
    sums.extend(values.iter().scan(0.0, |sum, value| {
        *sum += value;
        Some(*sum)
    }));
    let sum_up_to = |position: f64| {
        let whole = (position as usize).min(values.len() - 1);
        sums[whole] + (position - whole as f64) * values[whole]
    };
    let mean = |part: usize| (sum_up_to((part + 1) as f64 * length) - sum_up_to(part as f64 * length)) / length;
    (0..parts).map(mean).collect()
}

/// The means of `parts` equal parts of a distribution, given as rising values with masses that sum
/// up to 1.
pub(super) fn means_of_parts(masses: &[(f64, f64)], parts: usize) -> Vec<f64> {
    let length = 1.0 / parts as f64;
    let (mut means, mut sum, mut filled) = (Vec::with_capacity(parts), 0.0, 0.0);
    for &(value, mut mass) in masses {
        while filled + mass >= length && means.len() + 1 < parts {
            let taken = length - filled;
            means.push((sum + taken * value) / length);
            mass -= taken;
            (sum, filled) = (0.0, 0.0);
        }
        sum += mass * value;
        filled += mass;
    }
    if filled > 0.0 {
        means.push(sum / filled);
    }
    means
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_kept() {
        for n in [50_usize, 51, 77, 99, 10_000] {
            let values: Vec<f64> = (0..n).map(|index| (index * index) as f64 / 7.0).collect();
            let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
            let sketch = quantile_means(&values, 50);
            assert!(sketch.len() == 50 && (mean(&sketch) / mean(&values) - 1.0).abs() < 1e-9, "{n}");
            assert!(sketch.is_sorted(), "{sketch:?}");
        }
        assert_eq!(quantile_means(&[1.0, 2.0, 6.0], 2), [4.0 / 3.0, 14.0 / 3.0]);
    }

    #[test]
    fn masses_give_the_same_parts() {
        let values: Vec<f64> = (0..777_usize).map(|index| (index * index) as f64 / 7.0).collect();
        let masses: Vec<(f64, f64)> = values.iter().map(|value| (*value, 1.0 / 777.0)).collect();
        for parts in [1, 2, 50, 100, 777] {
            let (plain, weighted) = (quantile_means(&values, parts), means_of_parts(&masses, parts));
            let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-9 * a.max(1.0);
            assert!(plain.len() == weighted.len() && plain.iter().zip(&weighted).all(near), "{parts}");
        }
        assert_eq!(means_of_parts(&[(3.0, 0.75), (7.0, 0.25)], 4), [3.0, 3.0, 3.0, 7.0]);
    }
}
