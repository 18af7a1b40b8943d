//! Pools that change: shifts, autoscalers, startups; workers of several speeds and with labels.

use crate::formulas::erlang::Mmc;
use crate::formulas::markov::Stationary;
use crate::formulas::staffing::{Figures, Pool, SetUp, Staffed};
use crate::run::{IN_SYSTEM, QUEUE, WAIT, share, utilization};
use crate::verdict::Case;
use claimsim::internals::stats::Statistic;

/// M/M/c(t): shifts overlap, follow each other, end together, and pass midnight.
fn shifts(at_end: &str) -> Case {
    let body = format!(
        r#"
queue = {{ limit = 10 }}
on_worker_dead = "never"
[worker.server]
capacity = {{ slot = 1 }}
at_end = "{at_end}"
shifts = [
  {{ from = "22:30", to = "06:00", count = 6 }},
  {{ from = "06:00", to = "14:00", count = 3 }},
  {{ from = "10:00", to = "22:00", count = 4 }},
]
[action.job]
capacity = {{ slot = 1 }}
arrival = {{ poisson = {{ rate = "5/h" }} }}
service = {{ exponential = {{ mean = "1h" }} }}
"#
    );
    Case::instant(160 * 86_400, &body)
}

/// The same in hours. The largest number of workers is 7, so that there are 7 places.
const BY_SHIFT: [(usize, f64); 6] = [(6, 6.0), (3, 4.0), (7, 4.0), (4, 8.0), (0, 0.5), (6, 1.5)];

fn shift_theory(kills: bool) -> Figures {
    Pool { arrivals: 5.0, services: 1.0, places: 7, room: 10, kills }.by_plan(&BY_SHIFT)
}

/// Busy workers finish their jobs, also in the half hour in which nobody should be there; some of
/// them are still busy when the next shift needs their places.
pub(crate) fn shifts_that_finish() -> Case {
    let (theory, killed) = (shift_theory(false), shift_theory(true));
    shifts("finish")
        .says_to(0.05, QUEUE, theory.waiting)
        .says_to(0.013, utilization("slot"), theory.busy / theory.offered)
        .but_not(killed.busy / killed.offered)
        .says_to(0.12, share(Statistic::Rejected), theory.lost)
}

/// Busy workers that go lose their jobs.
pub(crate) fn shifts_that_kill() -> Case {
    let theory = shift_theory(true);
    shifts("kill")
        .says_to(0.06, QUEUE, theory.waiting)
        .says_to(0.013, utilization("slot"), theory.busy / theory.offered)
        .says_to(0.12, share(Statistic::Rejected), theory.lost)
        .says_to(0.035, share(Statistic::WorkerShutdown), theory.killed)
}

/// The pool of both autoscalers.
const SCALED: Pool = Pool { arrivals: 3.0, services: 1.0, places: 6, room: 15, kills: false };

fn autoscaled(rule: &str) -> Case {
    let body = format!(
        r#"
queue = {{ limit = 15 }}
[worker.server]
capacity = {{ slot = 1 }}
autoscale = {{ min = 1, max = 6, period = "1500ms", {rule} }}
[action.job]
capacity = {{ slot = 1 }}
arrival = {{ poisson = {{ rate = "3/s" }} }}
service = {{ exponential = {{ mean = "1s" }} }}
"#
    );
    Case::instant(12_000, &body)
}

fn scaled(case: Case, number: impl Fn(&Staffed) -> usize) -> Case {
    let theory = SCALED.by_looks(1.5, 1, |now| number(now).clamp(1, 6));
    case.says_to(0.06, QUEUE, theory.waiting).says_to(0.01, utilization("slot"), theory.busy / theory.offered)
}

/// One worker more where more than four jobs wait, one fewer where none does.
pub(crate) fn steps_of_an_autoscaler() -> Case {
    let rule = "step = [{ above = { waiting = 4 }, add = 1 }, { below = { waiting = 1 }, remove = 1 }]";
    scaled(autoscaled(rule), |now| match now.waiting {
        0 => now.servers - 1,
        5.. => now.servers + 1,
        _ => now.servers,
    })
}

/// As many workers as half of which would be busy, at once; within 10 % of that, no change.
pub(crate) fn utilization_of_an_autoscaler() -> Case {
    let rule = r#"target = { utilization = { slot = "50%" } }, scale_down_window = "0s", scale_up = [{ workers = 6 }]"#;
    scaled(autoscaled(rule), |now| {
        let (wanted, tolerated) = (2 * now.busy, now.servers as f64 / 10.0);
        if wanted.abs_diff(now.servers) as f64 <= tolerated + 1e-9 { now.servers } else { wanted }
    })
}

/// A server that is switched off when it is idle and takes time to start.
pub(crate) fn set_up_times() -> Case {
    let setup = SetUp { arrivals: 0.3, services: 0.5, startups: 1.0 / 3.0, period: 2.0, room: 60 };
    let (theory, at_once) = (setup.figures(), SetUp { startups: 1000.0, ..setup }.figures());
    Case::instant(
        60_000,
        r#"
queue = { limit = 60 }
[worker.server]
capacity = { slot = 1 }
[worker.server.autoscale]
min = 0
max = 1
period = "2s"
startup = { exponential = { mean = "3s" } }
step = [{ above = { waiting = 0.5 }, add = 1 }, { below = { utilization = { slot = "50%" } }, remove = 1 }]
[action.job]
capacity = { slot = 1 }
arrival = { poisson = { rate = "0.3/s" } }
service = { exponential = { mean = "2s" } }
"#,
    )
    .says_to(0.05, QUEUE, theory.waiting)
    .but_not(at_once.waiting)
    .says_to(0.01, utilization("slot"), theory.busy / theory.offered)
}

/// M/M/1 with outages, after each of which the server has to start.
pub(crate) fn outages_and_startups() -> Case {
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    enum Phase {
        Ready,
        Out,
        Starting,
    }
    let chain = |startups: f64| {
        Stationary::of((Phase::Ready, 0_usize), move |&(phase, jobs)| {
            let mut moves = if jobs < 300 { vec![(0.13, (phase, jobs + 1))] } else { vec![] };
            match phase {
                Phase::Ready => moves.push((0.1, (Phase::Out, jobs))),
                Phase::Out => moves.push((0.4, (Phase::Starting, jobs))),
                // The next outage may come before the start is over.
                Phase::Starting => moves.extend([(startups, (Phase::Ready, jobs)), (0.1, (Phase::Out, jobs))]),
            }
            if phase == Phase::Ready && jobs > 0 {
                moves.push((1.0 / 3.0, (phase, jobs - 1)));
            }
            moves
        })
        .mean(|&(_, jobs)| jobs as f64)
    };
    Case::instant(
        150_000,
        r#"
on_worker_dead = "requeue-always"
[worker.server]
capacity = { slot = 1 }
startup = { exponential = { mean = "2s" } }
[worker.server.outages]
up = { exponential = { mean = "10s" } }
down = { exponential = { mean = "2500ms" } }
kind = "shutdown"
[action.job]
capacity = { slot = 1 }
arrival = { poisson = { rate = "0.13/s" } }
service = { exponential = { mean = "3s" } }
"#,
    )
    .says_to(0.05, IN_SYSTEM, chain(0.5))
    .but_not(chain(1e4))
}

/// M/M/3 at double speed.
pub(crate) fn fast_servers() -> Case {
    let theory = Mmc { arrivals: 2.5, services: 1.0, servers: 3 };
    Case::instant(
        60_000,
        r#"
[worker.server]
count = 3
speed = 2
capacity = { slot = 1 }
[action.job]
capacity = { slot = 1 }
arrival = { poisson = { rate = "2.5/s" } }
service = { exponential = { mean = "2s" } }
"#,
    )
    .says_to(0.08, WAIT, theory.mean_wait())
    .says_to(0.01, utilization("slot"), theory.utilization())
}

/// A slow and a fast server; `first` prefers the slow one.
pub(crate) fn the_slow_server_first() -> Case {
    let in_system = |[first, second]: [f64; 2]| {
        let chain = Stationary::of((false, false, 0_usize), |&(one, other, waiting)| {
            let mut moves = match (one, other) {
                (false, _) => vec![(1.0, (true, other, waiting))],
                (true, false) => vec![(1.0, (one, true, waiting))],
                (true, true) if waiting < 300 => vec![(1.0, (one, other, waiting + 1))],
                (true, true) => vec![],
            };
            if waiting > 0 {
                moves.push((first + second, (one, other, waiting - 1)));
            } else {
                moves.extend(one.then_some((first, (false, other, 0))));
                moves.extend(other.then_some((second, (one, false, 0))));
            }
            moves
        });
        chain.mean(|&(one, other, waiting)| (usize::from(one) + usize::from(other) + waiting) as f64)
    };
    Case::new(
        r#"{ delay = "none", placement = "first" }"#,
        60_000,
        r#"
[worker.slow]
speed = 0.25
capacity = { slot = 1 }
[worker.fast]
speed = 1.25
capacity = { slot = 1 }
[action.job]
capacity = { slot = 1 }
arrival = { poisson = { rate = "1/s" } }
service = { exponential = { mean = "1s" } }
"#,
    )
    .says_to(0.03, IN_SYSTEM, in_system([0.25, 1.25]))
    .but_not(in_system([1.25, 0.25]))
}

/// Two kinds of jobs that ask for different labels are two systems.
pub(crate) fn labels_apart() -> Case {
    let [linux, windows] = [(2, 1.5), (1, 0.6)].map(|(servers, arrivals)| Mmc { arrivals, services: 1.0, servers });
    Case::instant(
        60_000,
        r#"
[worker.linux]
count = 2
capacity = { slot = 1 }
labels = { os = "linux" }
[worker.windows]
capacity = { slot = 1 }
labels = { os = "windows" }
[action.linux]
capacity = { slot = 1 }
runs_on = { os = "linux" }
arrival = { poisson = { rate = "1.5/s" } }
service = { exponential = { mean = "1s" } }
[action.windows]
capacity = { slot = 1 }
runs_on = { os = "windows" }
arrival = { poisson = { rate = "0.6/s" } }
service = { exponential = { mean = "1s" } }
"#,
    )
    .says_to(0.07, WAIT.of_action("linux"), linux.mean_wait())
    .says_to(0.06, WAIT.of_action("windows"), windows.mean_wait())
}
