//! Stationary distributions of Markov chains in continuous time, solved numerically: the fallback
//! where no formula exists, and the second derivation where one does.

use std::collections::BTreeMap;

/// The states of a chain with their long-run shares of time.
pub(crate) struct Stationary<S>(Vec<(S, f64)>);

/// A chain laid out for sweeping: into each state, from where and at what rate; out of each state,
/// the total rate.
struct Flows {
    into: Vec<Vec<(usize, f64)>>,
    out_of: Vec<f64>,
}

impl<S: Ord + Clone> Stationary<S> {
    /// Solves the chain of the states that can be reached from `start`, where `moves` lists `(rate,
    /// next state)`.
    ///
    /// The caller truncates: a move into a state beyond the truncation is simply not listed.
    pub(crate) fn of(start: S, moves: impl Fn(&S) -> Vec<(f64, S)>) -> Stationary<S> {
        let (states, flows) = explore(start, moves);
        let shares = flows.solve();
        Stationary(states.into_iter().zip(shares).collect())
    }

    /// The long-run average of a function of the state.
    pub(crate) fn mean(&self, value: impl Fn(&S) -> f64) -> f64 {
        self.0.iter().map(|(state, share)| share * value(state)).sum()
    }

    /// The long-run share of time in the states that `holds` picks.
    pub(crate) fn share(&self, holds: impl Fn(&S) -> bool) -> f64 {
        self.mean(|state| f64::from(u8::from(holds(state))))
    }
}

/// Numbers the reachable states, breadth first, and collects the flows between them.
fn explore<S: Ord + Clone>(start: S, moves: impl Fn(&S) -> Vec<(f64, S)>) -> (Vec<S>, Flows) {
    let mut states = vec![start.clone()];
    let mut number = BTreeMap::from([(start, 0)]);
    let mut flows = Flows { into: vec![Vec::new()], out_of: Vec::new() };
    let mut from = 0;
    while let Some(state) = states.get(from).cloned() {
        flows.out_of.push(0.0);
        for (rate, next) in moves(&state).into_iter().filter(|&(rate, _)| rate > 0.0) {
            let to = *number.entry(next).or_insert_with_key(|next| {
                states.push(next.clone());
                flows.into.push(Vec::new());
                states.len() - 1
            });
            if to != from {
                flows.into[to].push((from, rate));
                flows.out_of[from] += rate;
            }
        }
        from += 1;
    }
    (states, flows)
}

impl Flows {
    /// Gauss–Seidel on the balance equations, sweeping up and down until the changes are
    /// negligible.
    fn solve(&self) -> Vec<f64> {
        let states = self.out_of.len();
        let mut shares = vec![1.0 / states as f64; states];
        for _ in 0..100_000 {
            let change = self.sweep(&mut shares, 0..states) + self.sweep(&mut shares, (0..states).rev());
            let total: f64 = shares.iter().sum();
            for share in &mut shares {
                *share /= total;
            }
            if change < 1e-13 * total {
                return shares;
            }
        }
        panic!("the chain of {states} states does not settle");
    }

    /// Sets each state's share to what flows in, over the rate out; returns the sum of the changes.
    fn sweep(&self, shares: &mut [f64], order: impl Iterator<Item = usize>) -> f64 {
        let mut change = 0.0;
        for state in order {
            let inflow: f64 = self.into[state].iter().map(|&(from, rate)| shares[from] * rate).sum();
            let share = inflow / self.out_of[state];
            change += (share - shares[state]).abs();
            shares[state] = share;
        }
        change
    }
}

#[cfg(test)]
mod tests {
    use super::super::near;
    use super::Stationary;

    #[test]
    fn two_states_balance() {
        let chain = Stationary::of(false, |&up| vec![(if up { 3.0 } else { 1.0 }, !up)]);
        near(chain.share(|&up| up), 0.25, 1e-14);
    }

    #[test]
    fn a_random_walk_between_walls_is_geometric() {
        let chain = Stationary::of(0_u32, |&n| {
            let up = (n < 60).then_some((0.5, n + 1));
            let down = (n > 0).then(|| (1.0, n - 1));
            up.into_iter().chain(down).collect()
        });
        near(chain.share(|&n| n == 7), 1.0 / 256.0, 1e-13);
        near(chain.mean(|&n| f64::from(n)), 1.0, 1e-11);
    }

    #[test]
    fn a_ring_that_turns_one_way_is_not_reversible_and_yet_solved() {
        let chain = Stationary::of(0_usize, |&n| vec![([1.0, 2.0, 4.0][n], (n + 1) % 3)]);
        near(chain.share(|&n| n == 0), 4.0 / 7.0, 1e-13);
    }
}
