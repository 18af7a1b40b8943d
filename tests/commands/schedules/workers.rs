//! Several workers and two resources, and what happens at one instant.

use super::Case;

/// Only the first worker runs jobs that need more than two `cpu`, only the second jobs that need
/// more than eight `mem`.
const TWO_WORKERS: &str = "[worker.a]\nids = [\"a-0\"]\ncapacity = { cpu = 4, mem = 8 }\n\
                           [worker.b]\nids = [\"b-1\"]\ncapacity = { cpu = 2, mem = 16 }\n";

/// The job that needs nothing, at 8 s, starts at once under any policy that does not keep strict
/// order.
const TWELVE: &str = "\
at_s, service_s, need.cpu, need.mem, estimate_s
   0,        10,        3,        4,         12
   0,         6,        2,        2,          6
   1,         8,        2,        6,          8
   2,         5,        1,        2,          5
   3,         4,        1,       12,          4
   3,         3,        0,        2,          3
   4,        12,        4,        1,         12
   5,         3,        1,        2,          3
   6,         2,        1,        4,          2
   7,         4,        2,        8,          4
   8,         2,        0,        0,          2
   9,         9,        1,        1,          9
";

/// ```text
///             0         10        20        30
///  a  job  0  ##########            cpu 3, mem 4
///     job  3    #####               cpu 1, mem 2
///     job  5     ###                mem 2
///     job  7         ###            cpu 1, mem 2
///     job 10          ##            nothing
///     job  6            ############          all
///     job 11                        #########
///  b  job  1  ######                all
///     job  2        ########        all
///     job  4                ####    cpu 1, mem 12
///     job  8                ##      cpu 1, mem 4
///     job  9                    ####          cpu 2, mem 8
/// ```
///
/// The head is job 2 until 6 s, with a reservation on b; jobs 3 and 5 start on a, where nothing is
/// reserved. Then it is job 4, which only b can take, at 14 s; job 6 takes a at 10 s. At 16 s job 9
/// has b from 18 s on: job 11, with 9 s, would be in its way.
#[test]
fn easy_backfilling() {
    Case::new(TWO_WORKERS, TWELVE).has_at("easy-backfill", "0@0 0@1 6@1 2@0 14@1 3@0 10@0 7@0 14@1 18@1 8@0 22@0");
}

/// Job 11 starts at 10 s on a, before job 6, which takes the whole worker for longer: the shorter
/// job goes first.
#[test]
fn easy_backfilling_of_the_shortest() {
    let policy = r#"{ easy-backfill = { order = "shortest" } }"#;
    Case::new(TWO_WORKERS, TWELVE).has_at(policy, "0@0 0@1 6@1 2@0 14@1 3@0 19@0 9@0 7@0 18@1 8@0 10@0");
}

/// Job 6 has a reservation on a from 12 s on, when job 0 should end. That it ends at 10 s helps job
/// 8, which would have run on b at 14 s and is done by 12 s.
#[test]
fn conservative_backfilling() {
    let starts = "0@0 0@1 6@1 2@0 14@1 3@0 12@0 7@0 10@0 18@1 8@0 22@1";
    Case::new(TWO_WORKERS, TWELVE).has_at("conservative-backfill", starts);
}

#[test]
fn other_orders() {
    let case = Case::new(TWO_WORKERS, TWELVE);
    case.has_at("strict-fifo", "0@0 0@1 6@1 6@0 14@1 14@0 14@0 14@1 17@1 19@1 19@0 23@1");
    case.has_at("first-fit", "0@0 0@1 6@1 2@0 14@1 3@0 10@0 7@0 14@1 22@0 8@0 16@1");
    case.has_at("smallest-first", "9@0 0@0 1@0 2@1 3@1 3@1 19@0 6@0 7@1 9@1 8@0 9@0");
    case.has_at("largest-first", "0@0 0@1 22@0 2@0 6@1 3@0 10@0 7@0 6@1 18@1 8@0 9@1");
    case.has_at("best-fit", "0@0 0@1 6@1 2@0 18@1 3@0 19@0 9@0 7@0 14@1 8@0 10@0");
    case.has_at("worst-fit", "9@0 0@0 1@0 2@1 3@1 3@1 19@0 6@0 7@1 9@1 8@0 9@0");
}

/// The third job needs all of the first worker, which is reserved once the job has waited more than
/// two seconds: the last but one, which would take three of the four units that become free at 10
/// s, has to wait for it. The other worker continues as before.
#[test]
fn reservations_of_a_worker() {
    let workers =
        "[worker.w]\ncount = 1\ncapacity = { proc = 4 }\n[worker.v]\nids = [\"v-1\"]\ncapacity = { proc = 2 }\n";
    let case =
        Case::new(workers, "at_s,service_s,need.proc\n0,10,3\n0,6,2\n1,5,4\n2,9,1\n4,3,1\n5,4,1\n8,5,3\n11,2,2\n");
    case.has_at(r#"{ reserve-after = { patience = "2s" } }"#, "0@0 0@1 11@0 2@0 6@1 6@1 16@0 11@1");
    case.has_at("first-fit", "0@0 0@1 15@0 2@0 6@1 6@1 10@0 11@1");
}

/// Two jobs end at 10 s; the third needs what both had, the fourth half of it. One pass sees four
/// free processors; a pass after the first end sees two.
#[test]
fn passes() {
    let case =
        Case::new("[worker.w]\ncapacity = { proc = 4 }\n", "at_s,service_s,need.proc\n0,10,2\n0,10,2\n1,5,4\n2,3,2\n");
    case.has_by("first-fit", "instant", &[0, 0, 10, 15]);
    case.has_by("first-fit", "event", &[0, 0, 13, 10]);
    for policy in ["strict-fifo", "easy-backfill", "conservative-backfill"] {
        case.has(policy, &[0, 0, 10, 15]);
    }
}

/// A reservation may wait for an instant at which nothing else happens. The first job ends a second
/// early; the second and the fourth take the second worker at 5 s together; the third, older than
/// the fourth, which was in its way when they were moved forward, keeps 7 s.
#[test]
fn a_reservation_starts_though_nothing_else_happens() {
    let trace = "at_s,service_s,estimate_s,need.proc\n0,5,6,3\n2,1,1,1\n2,3,6,3\n4,1,1,2\n";
    Case::new("[worker.w]\ncapacity = { proc = 3 }\n", trace).has("conservative-backfill", &[0, 5, 7, 5]);
}
