//! Loss systems: jobs that need several units, of one resource or more, and leave if they do not
//! fit at once.
//!
//! The number of running jobs per class has a product form on what the capacity admits (so only the
//! mean service counts); for one resource the Kaufman–Roberts recursion sums it up (Kaufman 1981,
//! Roberts 1981).

/// A class of jobs: its load in erlangs, and the units it needs of each resource.
#[derive(Clone, Copy)]
pub(crate) struct LossClass<const R: usize> {
    pub(crate) load: f64,
    pub(crate) need: [usize; R],
}

/// The results of the classes on one worker.
pub(crate) struct Losses<const R: usize> {
    /// The share of each class's jobs that is turned away.
    pub(crate) blocking: Vec<f64>,
    /// Mean busy share of each resource.
    pub(crate) utilization: [f64; R],
}

/// Sums the product form `Π load^n / n!` over all combinations of running jobs that fit.
pub(crate) fn product_form<const R: usize>(capacity: [usize; R], classes: &[LossClass<R>]) -> Losses<R> {
    let mut sums = Sums { total: 0.0, refused: vec![0.0; classes.len()], busy: [0.0; R] };
    sums.add(capacity, classes, capacity, 1.0, classes.len());
    let blocking = sums.refused.iter().map(|refused| refused / sums.total).collect();
    let utilization = std::array::from_fn(|r| sums.busy[r] / sums.total / capacity[r] as f64);
    Losses { blocking, utilization }
}

/// Unnormalised sums over the combinations seen so far.
struct Sums<const R: usize> {
    total: f64,
    refused: Vec<f64>,
    busy: [f64; R],
}

impl<const R: usize> Sums<R> {
    /// Adds all combinations of the first `open` classes that fit in `free`, the others being
    /// settled with `weight`.
    fn add(&mut self, capacity: [usize; R], classes: &[LossClass<R>], free: [usize; R], weight: f64, open: usize) {
        let Some(class) = classes[..open].last() else {
            self.total += weight;
            for (refused, class) in self.refused.iter_mut().zip(classes) {
                *refused += if fits(class.need, free) { 0.0 } else { weight };
            }
            (0..R).for_each(|r| self.busy[r] += weight * (capacity[r] - free[r]) as f64);
            return;
        };
        let (mut free, mut weight) = (free, weight);
        for n in 1.. {
            self.add(capacity, classes, free, weight, open - 1);
            if !fits(class.need, free) {
                return;
            }
            (0..R).for_each(|r| free[r] -= class.need[r]);
            weight *= class.load / f64::from(n);
        }
    }
}

fn fits<const R: usize>(need: [usize; R], free: [usize; R]) -> bool {
    need.iter().zip(&free).all(|(need, free)| need <= free)
}

/// The Kaufman–Roberts recursion for one resource: `j q(j) = Σ_k load_k b_k q(j - b_k)` over busy
/// units `j`.
pub(crate) fn kaufman_roberts(capacity: usize, classes: &[LossClass<1>]) -> Losses<1> {
    let mut busy = vec![1.0];
    for j in 1..=capacity {
        let term = |class: &LossClass<1>| {
            let units = class.need[0];
            if units > j { 0.0 } else { class.load * units as f64 * busy[j - units] }
        };
        busy.push(classes.iter().map(term).sum::<f64>() / j as f64);
    }
    let total: f64 = busy.iter().sum();
    let refused = |class: &LossClass<1>| busy[capacity + 1 - class.need[0]..].iter().sum::<f64>() / total;
    let mean = busy.iter().enumerate().map(|(j, q)| j as f64 * q).sum::<f64>() / total;
    Losses { blocking: classes.iter().map(refused).collect(), utilization: [mean / capacity as f64] }
}

#[cfg(test)]
mod tests {
    use super::super::erlang::erlang_b;
    use super::super::markov::Stationary;
    use super::super::near;
    use super::*;

    #[test]
    fn one_class_of_one_unit_is_erlangs_b() {
        let losses = kaufman_roberts(10, &[LossClass { load: 4.461, need: [1] }]);
        near(losses.blocking[0], erlang_b(10, 4.461), 1e-14);
        near(losses.utilization[0], 0.4461 * (1.0 - erlang_b(10, 4.461)), 1e-14);
    }

    #[test]
    fn the_recursion_agrees_with_the_product_form() {
        let classes = [
            LossClass { load: 3.0, need: [1] },
            LossClass { load: 1.2, need: [2] },
            LossClass { load: 0.5, need: [5] },
        ];
        let (recursion, sum) = (kaufman_roberts(12, &classes), product_form([12], &classes));
        near(recursion.utilization[0], sum.utilization[0], 1e-13);
        (0..3).for_each(|k| near(recursion.blocking[k], sum.blocking[k], 1e-13));
    }

    #[test]
    fn the_product_form_agrees_with_the_solver_on_two_resources() {
        let classes = [
            LossClass { load: 1.1, need: [1, 0] },
            LossClass { load: 0.7, need: [0, 2] },
            LossClass { load: 0.9, need: [2, 1] },
        ];
        let capacity = [4, 5];
        let free = |jobs: &[usize; 3]| -> [usize; 2] {
            std::array::from_fn(|r| capacity[r] - (0..3).map(|k| jobs[k] * classes[k].need[r]).sum::<usize>())
        };
        let chain = Stationary::of([0_usize; 3], |jobs| {
            let mut moves = Vec::new();
            for k in 0..3 {
                let with = |change: fn(usize) -> usize| {
                    std::array::from_fn(|i| if i == k { change(jobs[i]) } else { jobs[i] })
                };
                if fits(classes[k].need, free(jobs)) {
                    moves.push((classes[k].load, with(|n| n + 1)));
                }
                if jobs[k] > 0 {
                    moves.push((jobs[k] as f64, with(|n| n - 1)));
                }
            }
            moves
        });
        let losses = product_form(capacity, &classes);
        for (class, blocking) in classes.iter().zip(&losses.blocking) {
            near(chain.share(|jobs| !fits(class.need, free(jobs))), *blocking, 1e-12);
        }
        near(chain.mean(|jobs| (4 - free(jobs)[0]) as f64) / 4.0, losses.utilization[0], 1e-12);
    }
}
