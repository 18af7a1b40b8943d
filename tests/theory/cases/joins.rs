//! Fork–join: parents that hold their capacity until their children have ended, one at a time, two
//! at a time and without limit.

use claimsim::internals::stats::Statistic;

use crate::formulas::batches::Batches;
use crate::formulas::join::{Impatient, Team, mixed};
use crate::run::{IN_SYSTEM, QUEUE, RESPONSE, SERVICE, WAIT, WITHIN, share, utilization};
use crate::verdict::Case;

/// One parent at a time, with one to four children on two servers: M/G/1 with the time to the join
/// as its service time. A child fails one time in four and begins again, so its chain is an
/// exponential time a third longer.
pub(crate) fn one_parent_at_a_time() -> Case {
    let team = Team { servers: 2, services: 0.75 };
    let families = [1, 2, 3, 4];
    let join = mixed(&families.map(|children| team.join(children, 1.0)));
    let one_after_the_other = mixed(&families.map(|children| team.makespan(children).plus(team.makespan(1)))).mean;
    let average = |of: &dyn Fn(usize) -> f64| families.iter().map(|&children| of(children)).sum::<f64>() / 4.0;
    Case::instant(
        120_000,
        r#"
[worker.team]
capacity = { parent = 1, child = 2 }
[action.parent]
capacity = { parent = 1 }
arrival = { poisson = { rate = "0.2/s" } }
service = { exponential = { mean = "1s" } }
spawns = { action = "child", count = { uniform = { low = 0.5, high = 4.5 } } }
[action.child]
capacity = { child = 1 }
service = { exponential = { mean = "1s" } }
error = 0.25
retries = 1000
"#,
    )
    .says_to(0.06, WAIT.of_action("parent"), join.mean_wait(0.2))
    .says_to(0.01, SERVICE.of_action("parent"), join.mean)
    .but_not(one_after_the_other)
    .says_to(0.03, RESPONSE.of_action("parent"), join.mean_wait(0.2) + join.mean)
    .says_to(0.02, WITHIN.of_action("parent"), 1.0 - 0.2 * join.mean)
    .says_to(0.02, utilization("parent"), 0.2 * join.mean)
    .says_to(0.02, utilization("child"), 0.2 * 2.5 / 0.75 / 2.0)
    .says_to(0.02, IN_SYSTEM.of_action("child"), 0.2 * average(&|children| team.child_seconds(children).0))
    .says_to(0.03, QUEUE.of_action("child"), 0.2 * average(&|children| team.child_seconds(children).1))
}

/// Two parents at a time, with three children each on three servers.
pub(crate) fn two_parents_at_a_time() -> Case {
    let team = Team { servers: 3, services: 1.0 };
    let chain = team.families(0.6, 3, 2, 150);
    let (waiting, at_work) = (chain.mean(|(waiting, _)| *waiting as f64), chain.mean(|(_, left)| left.len() as f64));
    let alone = team.makespan(3).mean;
    Case::instant(
        60_000,
        r#"
[worker.team]
capacity = { parent = 2, child = 3 }
[action.parent]
capacity = { parent = 1 }
arrival = { poisson = { rate = "0.6/s" } }
service = "0s"
spawns = { action = "child", count = 3 }
[action.child]
capacity = { child = 1 }
service = { exponential = { mean = "1s" } }
"#,
    )
    .says_to(0.07, WAIT.of_action("parent"), waiting / 0.6)
    .says_to(0.01, SERVICE.of_action("parent"), at_work / 0.6)
    .but_not(alone)
    .says_to(0.03, RESPONSE.of_action("parent"), (waiting + at_work) / 0.6)
    .says_to(0.025, WITHIN.of_action("parent"), chain.share(|(_, left)| left.len() < 2))
    .says_to(0.02, utilization("parent"), at_work / 2.0)
    .says_to(0.03, IN_SYSTEM.of_action("child"), chain.mean(|(_, left)| left.iter().sum::<usize>() as f64))
}

/// Parents that need nothing, with children that need nothing, who wait for them only until a
/// deadline, and need half a second to stop. Their children go on without them.
pub(crate) fn deadlines_of_parents() -> Case {
    let parent = Impatient { children: 3, deadline: 1.5 };
    let (missed, mean) = (parent.missed(), parent.mean() + 0.5 * parent.missed());
    Case::instant(
        10_000,
        r#"
[worker.team]
capacity = { child = 1 }
[action.parent]
arrival = { poisson = { rate = "1/s" } }
service = "100us"
spawns = { action = "child", count = 3 }
deadline = "1500ms"
stops_in = "500ms"
stop_timeout = "1s"
[action.child]
service = { exponential = { mean = "1s" } }
"#,
    )
    .says_to(0.01, SERVICE.of_action("parent"), mean)
    .says_to(0.01, RESPONSE.of_action("parent"), mean)
    .says_to(0.02, share(Statistic::Error).of_action("parent"), missed)
    .says_to(0.02, IN_SYSTEM.of_action("parent"), mean)
    .says_to(0.02, IN_SYSTEM.of_action("child"), 3.0)
}

/// Parents that need nothing and start at once, with three children each on two servers that serve
/// all in order: a batch, of which the last to end counts.
pub(crate) fn parents_without_limit() -> Case {
    let theory = Batches { arrivals: 0.4, sizes: &[(3, 1.0)], services: 1.0, servers: 2 };
    let (law, team) = (theory.law(300), Team { servers: 2, services: 1.0 });
    let response = law.mean(|&n| team.behind(n, 3));
    Case::instant(
        60_000,
        r#"
[worker.team]
capacity = { child = 2 }
[action.parent]
arrival = { poisson = { rate = "0.4/s" } }
service = "0s"
spawns = { action = "child", count = 3 }
[action.child]
capacity = { child = 1 }
service = { exponential = { mean = "1s" } }
"#,
    )
    .says(RESPONSE.of_action("parent"), response)
    .says(SERVICE.of_action("parent"), response)
    .says(IN_SYSTEM.of_action("parent"), response * 0.4)
    .says_to(0.06, WAIT.of_action("child"), theory.mean_wait(&law))
    .says_to(0.025, WITHIN.of_action("child"), theory.at_once(&law))
}
