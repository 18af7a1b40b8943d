//! Queues that are followed until every job of a window has been claimed, by the plainest means: no
//! event queue, no statistics and no random streams of the simulator.

use std::collections::VecDeque;

use claimsim::internals::model::math;

/// Jobs of one kind: Poisson arrivals, exponential service times.
#[derive(Clone, Copy, Debug)]
pub struct Class {
    /// Jobs per second.
    pub arrivals: f64,
    /// Mean service time in seconds.
    pub service: f64,
    /// How long a job waits before it leaves.
    pub patience: f64,
}

/// Servers that always claim the oldest job of the first class that has one.
#[derive(Clone, Debug)]
pub struct Queue {
    /// The number of servers.
    pub servers: usize,
    /// The classes, the most urgent one first.
    pub classes: Vec<Class>,
}

/// The result of a job that fell due in the window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fate {
    /// It was claimed after this wait.
    Claimed(f64),
    /// It left unclaimed.
    Left,
    /// It still waited when following ended, at this age.
    Waits(f64),
}

/// Random numbers by SplitMix64 (Steele, Lea and Flood, 2014).
#[derive(Clone, Debug)]
pub struct Draws(pub u64);

impl Draws {
    fn exponential(&mut self, mean: f64) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let uniform = (((mixed ^ (mixed >> 31)) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        -mean * math::ln(uniform)
    }
}

impl Queue {
    /// The results of the jobs that fall due up to `horizon`, by class and in the order in which
    /// they are settled; at `end` following ends.
    pub fn follow(&self, draws: &mut Draws, horizon: f64, end: f64) -> Vec<Vec<Fate>> {
        let mut fates = vec![Vec::new(); self.classes.len()];
        let mut waiting: Vec<VecDeque<f64>> = vec![VecDeque::new(); self.classes.len()];
        let mut next: Vec<f64> = self.classes.iter().map(|class| draws.exponential(1.0 / class.arrivals)).collect();
        // When each server has ended what it has claimed.
        let mut free = vec![0.0; self.servers];
        loop {
            let server = least(&free);
            let class = least(&next);
            let is_empty = waiting.iter().all(VecDeque::is_empty);
            if next[class] > horizon && waiting.iter().flatten().all(|due| *due > horizon) || free[server] > end {
                break;
            }
            if is_empty || next[class] <= free[server] {
                if next[class] > end {
                    break;
                }
                waiting[class].push_back(next[class]);
                next[class] += draws.exponential(1.0 / self.classes[class].arrivals);
                continue;
            }
            let oldest = waiting.iter().filter_map(|queue| queue.front()).copied().fold(f64::INFINITY, f64::min);
            let now = free[server].max(oldest);
            for ((queue, class), fates) in waiting.iter_mut().zip(&self.classes).zip(&mut fates) {
                while queue.front().is_some_and(|due| due + class.patience <= now) {
                    let due = queue.pop_front().expect("it is there");
                    fates.extend((due <= horizon).then_some(Fate::Left));
                }
            }
            let Some(class) = waiting.iter().position(|queue| !queue.is_empty()) else { continue };
            let due = waiting[class].pop_front().expect("the queue is not empty");
            fates[class].extend((due <= horizon).then_some(Fate::Claimed(now - due)));
            free[server] = now + draws.exponential(self.classes[class].service);
        }
        // Jobs that fall due in the window while no server becomes free before the end.
        for (class, next) in next.iter_mut().enumerate() {
            while *next <= horizon {
                waiting[class].push_back(*next);
                *next += draws.exponential(1.0 / self.classes[class].arrivals);
            }
        }
        for ((queue, class), fates) in waiting.iter().zip(&self.classes).zip(&mut fates) {
            let fate = |due: &f64| if due + class.patience <= end { Fate::Left } else { Fate::Waits(end - due) };
            fates.extend(queue.iter().filter(|due| **due <= horizon).map(fate));
        }
        fates
    }
}

/// The index of the least value.
fn least(values: &[f64]) -> usize {
    (1..values.len()).fold(0, |least, index| if values[index] < values[least] { index } else { least })
}

/// A quantile by definition 7 of Hyndman and Fan; `None` without a value.
pub fn quantile(values: &[f64], p: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = sorted.len().checked_sub(1)? as f64 * p;
    let low = sorted[rank as usize];
    let high = sorted[(rank as usize + 1).min(sorted.len() - 1)];
    // Between two infinite values there is nothing to interpolate.
    Some(if low == high { low } else { low + (high - low) * rank.fract() })
}
