//! Loss systems: jobs that need several units, of one resource or of two, and leave at once if they
//! do not fit.

use claimsim::internals::stats::Statistic;

use crate::formulas::loss::{LossClass, Losses, kaufman_roberts, product_form};
use crate::run::{share, utilization};
use crate::verdict::Case;

/// Three classes on twelve units. Constant, exponential and mixed service times give the same
/// figures.
const ONE_RESOURCE: &str = r#"
[worker.server]
capacity = { slot = 12 }
[action.small]
capacity = { slot = 1 }
arrival = { poisson = { rate = "3/s" } }
service = "1s"
patience = "0s"
[action.middle]
capacity = { slot = 2 }
arrival = { poisson = { rate = "0.6/s" } }
service = { exponential = { mean = "2s" } }
patience = "0s"
[action.big]
capacity = { slot = 5 }
arrival = { poisson = { rate = "0.5/s" } }
service = { hyperexponential = { phases = [{ p = 0.9, mean = "0.5s" }, { p = 0.1, mean = "5.5s" }] } }
patience = "0s"
"#;

fn theory_of_one_resource() -> Losses<1> {
    let classes =
        [LossClass { load: 3.0, need: [1] }, LossClass { load: 1.2, need: [2] }, LossClass { load: 0.5, need: [5] }];
    kaufman_roberts(12, &classes)
}

pub(crate) fn one_resource() -> Case {
    let theory = theory_of_one_resource();
    Case::instant(80_000, ONE_RESOURCE)
        .says_to(0.02, share(Statistic::Abandoned).of_action("big"), theory.blocking[2])
        .says_to(0.04, share(Statistic::Abandoned).of_action("middle"), theory.blocking[1])
        .says_to(0.04, share(Statistic::Abandoned).of_action("small"), theory.blocking[0])
        .says_to(0.01, utilization("slot"), theory.utilization[0])
}

/// Where no job waits, neither order nor reservations matter.
fn one_resource_under(policy: &str) -> Case {
    let theory = theory_of_one_resource();
    Case::new(&format!("{{ delay = \"none\", policy = \"{policy}\" }}"), 8_000, ONE_RESOURCE)
        .says_to(0.07, share(Statistic::Abandoned).of_action("big"), theory.blocking[2])
        .says_to(0.15, share(Statistic::Abandoned).of_action("middle"), theory.blocking[1])
        .says_to(0.15, share(Statistic::Abandoned).of_action("small"), theory.blocking[0])
        .says_to(0.03, utilization("slot"), theory.utilization[0])
}

pub(crate) fn one_resource_in_strict_order() -> Case {
    one_resource_under("strict-fifo")
}

pub(crate) fn one_resource_by_a_plan() -> Case {
    one_resource_under("conservative-backfill")
}

pub(crate) fn one_resource_by_packing() -> Case {
    one_resource_under("max-weight")
}

/// Three classes on a worker with two resources, one of them in need of both.
pub(crate) fn two_resources() -> Case {
    let classes = [
        LossClass { load: 1.1, need: [1, 0] },
        LossClass { load: 0.7, need: [0, 2] },
        LossClass { load: 0.9, need: [2, 1] },
    ];
    let theory = product_form([4, 5], &classes);
    Case::instant(
        60_000,
        r#"
[worker.server]
capacity = { scan = 4, scanCheck = 5 }
[action.scanning]
capacity = { scan = 1 }
arrival = { poisson = { rate = "1.1/s" } }
service = { erlang = { shape = 4, mean = "1s" } }
patience = "0s"
[action.checking]
capacity = { scanCheck = 2 }
arrival = { poisson = { rate = "0.7/s" } }
service = { exponential = { mean = "1s" } }
patience = "0s"
[action.both]
capacity = { scan = 2, scanCheck = 1 }
arrival = { poisson = { rate = "0.9/s" } }
service = "1s"
patience = "0s"
"#,
    )
    .says_to(0.02, share(Statistic::Abandoned).of_action("both"), theory.blocking[2])
    .says_to(0.04, share(Statistic::Abandoned).of_action("scanning"), theory.blocking[0])
    .says_to(0.04, share(Statistic::Abandoned).of_action("checking"), theory.blocking[1])
    .says_to(0.01, utilization("scan"), theory.utilization[0])
    .says_to(0.01, utilization("scanCheck"), theory.utilization[1])
}
