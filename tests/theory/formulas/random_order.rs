//! Service in random order: each waiting job is equally likely to go next.
//!
//! Where jobs are indistinguishable the mean wait is that of any other order, but the waits spread
//! further. For M/M/c their mean square is `2 / (2 - rho)` times that of order of arrival (for one
//! server Vaulot 1946 and Riordan 1953; with several, those who wait see one server of `c mu`).

use super::erlang::Mmc;

/// The standard deviation of the wait, zero waits included.
pub(crate) fn standard_deviation(queue: Mmc) -> f64 {
    let mean = queue.mean_wait();
    (mean_square_in_order_of_arrival(queue) * 2.0 / (2.0 - queue.utilization()) - mean * mean).sqrt()
}

/// The same in order of arrival, where who waits at all waits an exponential time.
pub(crate) fn standard_deviation_in_order_of_arrival(queue: Mmc) -> f64 {
    (mean_square_in_order_of_arrival(queue) - queue.mean_wait() * queue.mean_wait()).sqrt()
}

fn mean_square_in_order_of_arrival(queue: Mmc) -> f64 {
    let wait_of_waiting = queue.mean_wait() / queue.wait_probability();
    queue.wait_probability() * 2.0 * wait_of_waiting * wait_of_waiting
}

#[cfg(test)]
mod tests {
    use super::super::near;
    use super::*;

    /// The first two moments of the wait of a job that finds `n` others waiting, by `n`, from what
    /// the next event does; at `room` others nobody more is let in.
    fn moments(queue: Mmc, room: usize) -> Vec<(f64, f64)> {
        let ends = queue.services * queue.servers as f64;
        let mut known = vec![(0.0, 0.0); room + 1];
        loop {
            let mut change = 0.0_f64;
            for n in (0..=room).rev() {
                let arrivals = if n < room { queue.arrivals } else { 0.0 };
                let rate = arrivals + ends;
                let more = if n < room { known[n + 1] } else { (0.0, 0.0) };
                let fewer = if n > 0 { known[n - 1] } else { (0.0, 0.0) };
                let stays = ends * n as f64 / (n as f64 + 1.0);
                let mean = (1.0 + arrivals * more.0 + stays * fewer.0) / rate;
                let square = (2.0 * mean + arrivals * more.1 + stays * fewer.1) / rate;
                change = change.max((square - known[n].1).abs());
                known[n] = (mean, square);
            }
            if change < 1e-11 {
                return known;
            }
        }
    }

    #[test]
    fn the_formula_agrees_with_what_the_next_event_does() {
        for (arrivals, servers) in [(0.6, 1), (2.1, 3)] {
            let queue = Mmc { arrivals, services: 1.0, servers };
            let (known, law) = (moments(queue, 200), queue.with_room(200));
            let over_all = |of: fn((f64, f64)) -> f64| -> f64 {
                known.iter().zip(&law[servers..]).map(|(&moments, share)| of(moments) * share).sum()
            };
            let (mean, square) = (over_all(|(mean, _)| mean), over_all(|(_, square)| square));
            near(mean, queue.mean_wait(), 1e-8);
            near((square - mean * mean).sqrt(), standard_deviation(queue), 1e-8);
        }
    }

    #[test]
    fn order_of_arrival_spreads_less() {
        // Var W = ρ (2 - ρ) / (mu² (1 - ρ)²).
        let queue = Mmc { arrivals: 0.6, services: 1.0, servers: 1 };
        near(standard_deviation_in_order_of_arrival(queue), (0.6_f64 * 1.4).sqrt() / 0.4, 1e-13);
    }
}
