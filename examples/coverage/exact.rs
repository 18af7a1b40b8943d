//! Systems whose long-run figures are known exactly: Erlang's C, the product form of a loss
//! network, and a small Markov chain.

use std::collections::BTreeMap;

use claimsim::internals::model::math;

/// M/M/c, first come, first served; rates per second.
#[derive(Clone, Copy, Debug)]
pub struct Mmc {
    /// The arrival rate.
    pub arrivals: f64,
    /// The service rate of a server.
    pub services: f64,
    /// The number of servers.
    pub servers: u32,
}

impl Mmc {
    /// Busy servers over servers.
    pub fn utilization(self) -> f64 {
        self.arrivals / self.drain_with(0.0)
    }

    /// Erlang's C, from Erlang's B: the probability of having to wait.
    fn wait_probability(self) -> f64 {
        let load = self.arrivals / self.services;
        let blocking = (1..=self.servers).fold(1.0, |b, n| load * b / (f64::from(n) + load * b));
        blocking / (1.0 - self.utilization() * (1.0 - blocking))
    }

    fn drain_with(self, arrivals: f64) -> f64 {
        self.services * f64::from(self.servers) - arrivals
    }

    /// The mean wait in seconds.
    pub fn mean_wait(self) -> f64 {
        self.wait_probability() / self.drain_with(self.arrivals)
    }

    /// The wait in seconds that a share `p` does not exceed: P(W > t) = C exp(-(c mu - lambda) t).
    pub fn wait_quantile(self, p: f64) -> f64 {
        math::ln(self.wait_probability() / (1.0 - p)) / self.drain_with(self.arrivals)
    }

    /// The share of waits of at most this number of seconds.
    pub fn wait_within(self, seconds: f64) -> f64 {
        1.0 - self.wait_probability() * math::exp(-self.drain_with(self.arrivals) * seconds)
    }

    /// The mean number waiting (Little's law).
    pub fn queue(self) -> f64 {
        self.arrivals * self.mean_wait()
    }
}

/// Jobs that arrive at random and hold units of two resources for an exponential time of mean 1 s,
/// under first fit. A job that does not fit is rejected if the queue is full.
#[derive(Clone, Copy, Debug)]
pub struct Pool {
    /// The units of each resource.
    pub capacity: [u32; 2],
    /// By class, the jobs per second, and the need of one job.
    pub classes: [(f64, [u32; 2]); 3],
    /// The length of the queue.
    pub room: usize,
}

/// The long-run figures of a pool.
#[derive(Clone, Debug, Default)]
pub struct LongRun {
    /// Busy share of each resource.
    pub utilization: [f64; 2],
    /// Jobs waiting.
    pub queue: f64,
    /// By class: the share that is rejected.
    pub lost: [f64; 3],
}

/// Running jobs by class, and the classes of the waiting jobs, the oldest first.
type State = ([u32; 3], Vec<usize>);

impl Pool {
    /// The product form of a pool without room to wait (Kaufman, 1981): the numbers of running jobs
    /// are independent Poisson variables, given that they fit together.
    pub fn product_form(&self) -> LongRun {
        assert_eq!(self.room, 0, "nobody waits in a loss network");
        let most = self.capacity[0].max(self.capacity[1]);
        let (mut total, mut sums) = (0.0, LongRun::default());
        for code in 0..(most + 1).pow(3) {
            let running = [0, 1, 2].map(|class| code / (most + 1).pow(class) % (most + 1));
            let Some(free) = self.free(&running) else { continue };
            let of_class = |class: usize| {
                let factor = |n: u32| self.classes[class].0 / f64::from(n);
                (1..=running[class]).map(factor).product::<f64>()
            };
            let weight: f64 = (0..3).map(of_class).product();
            total += weight;
            sums.add(self, free, 0, |class| !fits(self.classes[class].1, free), weight);
        }
        sums.over(total)
    }

    /// The stationary law of the chain that keeps the order of the waiting jobs, by Gauss–Seidel on
    /// its balance equations.
    pub fn chain(&self) -> LongRun {
        let (states, flows) = self.explore();
        let mut shares = vec![1.0 / states.len() as f64; states.len()];
        let mut out_of = vec![0.0; states.len()];
        flows.iter().flatten().for_each(|&(from, rate)| out_of[from] += rate);
        for _ in 0..10_000 {
            let mut change = 0.0;
            for (state, into) in flows.iter().enumerate() {
                let share = into.iter().map(|&(from, rate)| shares[from] * rate).sum::<f64>() / out_of[state];
                change += f64::abs(share - shares[state]);
                shares[state] = share;
            }
            let total: f64 = shares.iter().sum();
            for share in &mut shares {
                *share /= total;
            }
            if change < 1e-14 {
                break;
            }
        }
        let mut sums = LongRun::default();
        for ((running, waiting), share) in states.iter().zip(shares) {
            let free = self.free(running).expect("what runs fits");
            let is_full = waiting.len() == self.room;
            sums.add(self, free, waiting.len(), |class| is_full && !fits(self.classes[class].1, free), share);
        }
        sums
    }

    /// All reachable states, and the flows into each: their origins and rates.
    fn explore(&self) -> (Vec<State>, Vec<Vec<(usize, f64)>>) {
        let mut numbers = BTreeMap::from([((<[u32; 3]>::default(), Vec::new()), 0)]);
        let (mut states, mut flows) = (numbers.keys().cloned().collect::<Vec<State>>(), vec![Vec::new()]);
        let mut from = 0;
        while from < states.len() {
            for (rate, next) in self.moves(&states[from]) {
                let to = *numbers.entry(next).or_insert_with_key(|next| {
                    states.push(next.clone());
                    flows.push(Vec::new());
                    states.len() - 1
                });
                flows[to].push((from, rate));
            }
            from += 1;
        }
        (states, flows)
    }

    fn moves(&self, (running, waiting): &State) -> Vec<(f64, State)> {
        let mut moves = Vec::new();
        for class in 0..3 {
            let mut came = waiting.clone();
            came.push(class);
            let next = self.claim(*running, came);
            if next.1.len() <= self.room {
                moves.push((self.classes[class].0, next));
            }
            if running[class] > 0 {
                let mut left = *running;
                left[class] -= 1;
                moves.push((f64::from(running[class]), self.claim(left, waiting.clone())));
            }
        }
        moves
    }

    /// Starts the jobs that fit, the oldest first.
    fn claim(&self, mut running: [u32; 3], mut waiting: Vec<usize>) -> State {
        waiting.retain(|&class| {
            let starts = fits(self.classes[class].1, self.free(&running).expect("what runs fits"));
            running[class] += u32::from(starts);
            !starts
        });
        (running, waiting)
    }

    /// The units that running jobs leave free; `None` if these do not fit.
    fn free(&self, running: &[u32; 3]) -> Option<[u32; 2]> {
        let taken = |r: usize| running.iter().zip(self.classes).map(|(n, (_, need))| n * need[r]).sum::<u32>();
        Some([self.capacity[0].checked_sub(taken(0))?, self.capacity[1].checked_sub(taken(1))?])
    }
}

fn fits(need: [u32; 2], free: [u32; 2]) -> bool {
    need[0] <= free[0] && need[1] <= free[1]
}

impl LongRun {
    /// Adds a state with its weight.
    fn add(&mut self, pool: &Pool, free: [u32; 2], waiting: usize, is_lost: impl Fn(usize) -> bool, weight: f64) {
        for (resource, (utilization, &units)) in self.utilization.iter_mut().zip(&pool.capacity).enumerate() {
            *utilization += weight * (1.0 - f64::from(free[resource]) / f64::from(units));
        }
        self.queue += weight * waiting as f64;
        self.lost.iter_mut().enumerate().for_each(|(class, lost)| *lost += if is_lost(class) { weight } else { 0.0 });
    }

    fn over(self, total: f64) -> LongRun {
        LongRun {
            utilization: self.utilization.map(|sum| sum / total),
            queue: self.queue / total,
            lost: self.lost.map(|sum| sum / total),
        }
    }
}
