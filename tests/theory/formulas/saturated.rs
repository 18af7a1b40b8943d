//! Multi-server jobs in order of arrival: the throughput if there are always jobs waiting.
//!
//! That is the limit of stability of `strict-fifo`: below it queues stay short, above they grow
//! without end. For needs of any distribution and one exponential service distribution it is known
//! in closed form (Rumyantsev and Morozov 2017, Afanaseva, Bashtova and Grishunina 2020); for
//! classes with laws of their own it is the throughput of a small chain (Grosof, Harchol-Balter and
//! Scheller-Wolf 2020).

use super::markov::Stationary;

/// The share of all jobs that are of a class, its rate of service, and the units that each of its
/// jobs needs.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    pub(crate) share: f64,
    pub(crate) services: f64,
    pub(crate) need: usize,
}

/// Jobs per second, by the chain of the running jobs and the class of the first job that does not
/// fit; the classes behind it are unknown.
pub(crate) fn throughput(units: usize, parts: &[Part]) -> f64 {
    let chain = Stationary::of((vec![0_u32; parts.len()], None), |(running, head)| {
        let mut moves = Vec::new();
        for (class, part) in parts.iter().enumerate() {
            let mut next = running.clone();
            let rate = if head.is_none() { 1.0 } else { part.services * f64::from(running[class]) };
            if rate > 0.0 {
                next[class] = next[class].saturating_sub(1);
                fill(units, parts, rate, (next, *head), &mut moves);
            }
        }
        moves
    });
    chain.mean(|(running, head)| {
        let ends = |(class, part): (usize, &Part)| f64::from(running[class]) * part.services;
        head.map_or(0.0, |_| parts.iter().enumerate().map(ends).sum())
    })
}

/// The running jobs, and the class of the first waiting one; none before the first fill.
type Saturated = (Vec<u32>, Option<usize>);

/// Starts jobs in order until one does not fit, and lists the possible classes of that one with
/// their rates.
fn fill(units: usize, parts: &[Part], rate: f64, state: Saturated, moves: &mut Vec<(f64, Saturated)>) {
    let (running, head) = state;
    let taken: usize = parts.iter().zip(&running).map(|(part, &running)| part.need * running as usize).sum();
    match head {
        Some(class) if taken + parts[class].need > units => moves.push((rate, (running, head))),
        Some(class) => {
            let mut next = running;
            next[class] += 1;
            fill(units, parts, rate, (next, None), moves);
        }
        None => {
            for (class, part) in parts.iter().enumerate() {
                fill(units, parts, rate * part.share, (running.clone(), Some(class)), moves);
            }
        }
    }
}

/// Jobs per second where all have the rate of service `services` and need `n` units with
/// probability `needs[n - 1]`.
///
/// In the long run the jobs that run are, as in order of arrival without regard to time, the first
/// the number of fresh ones that fit, with weights `1 / i` for `i` of them.
pub(crate) fn throughput_of_one_law(units: usize, services: f64, needs: &[f64]) -> f64 {
    let need = |n: usize| needs.get(n - 1).copied().unwrap_or(0.0);
    let mut sums = vec![0.0; units + 1];
    sums[0] = 1.0;
    let mut time = 0.0;
    for jobs in 1..=units {
        let more = |sum: usize| (1..=sum).map(|n| need(n) * sums[sum - n]).sum();
        sums = (0..=units).map(more).collect();
        let next_does_not_fit = |sum: usize| (units - sum + 1..=units).map(need).sum::<f64>();
        let last: f64 = (jobs..=units).map(|sum| sums[sum] * next_does_not_fit(sum)).sum();
        time += last / jobs as f64;
    }
    services / time
}

#[cfg(test)]
mod tests {
    use super::super::near;
    use super::*;

    #[test]
    fn narrow_jobs_share_the_worker_and_wide_jobs_do_not() {
        // Two equal classes: with only one, the chain would have a single state.
        let part = |need| [0.3, 0.7].map(|share| Part { share, services: 2.0, need });
        near(throughput(5, &part(1)), 10.0, 1e-12);
        near(throughput(5, &part(3)), 2.0, 1e-12);
        near(throughput_of_one_law(5, 2.0, &[1.0]), 10.0, 1e-12);
        near(throughput_of_one_law(5, 2.0, &[0.0, 1.0]), 4.0, 1e-12);
    }

    #[test]
    fn two_servers_are_as_published() {
        // Brill and Green (1984), for jobs of one server (p) or both (1 - p): rho < 2 / (2 - p²)
        // jobs at a time.
        for p in [0.25, 0.5, 0.9] {
            near(throughput_of_one_law(2, 1.0, &[p, 1.0 - p]), 2.0 / (2.0 - p * p), 1e-12);
        }
    }

    #[test]
    fn the_closed_form_agrees_with_the_chain() {
        let needs = [0.5, 0.2, 0.0, 0.3];
        let part = |(index, &share): (usize, &f64)| Part { share, services: 1.5, need: index + 1 };
        let parts: Vec<_> = needs.iter().enumerate().map(part).collect();
        near(throughput(6, &parts), throughput_of_one_law(6, 1.5, &needs), 1e-10);
        near(throughput(4, &parts), throughput_of_one_law(4, 1.5, &needs), 1e-10);
    }
}
