//! Fourteen jobs on a machine of ten processors, under every deterministic policy, with correct,
//! too long and too short estimates.
//!
//! In the diagrams a row is a job with its need; `.` is a second of waiting, `#` one of running,
//! and `-` one by which it ended early.

use super::Case;

const MACHINE: &str = "[worker.machine]\ncapacity = { proc = 10 }\n";

/// Jobs 1, 5, 10 end before their estimates, and job 7 takes two seconds longer than estimated.
const TRACE: &str = "\
at_s, service_s, need.proc, estimate_s
   0,        10,         6,         10
   0,         4,         3,          8
   1,        10,         5,         10
   2,        20,         1,         20
   3,         5,         4,          5
   4,         5,         3,          7
   5,         3,         1,          3
   6,         6,         2,          4
   7,         2,         2,          2
   7,         9,         8,          9
   8,         3,         2,          6
  12,         4,         1,          4
  13,         2,         3,          2
  14,         6,         4,          6
";

fn fourteen() -> Case {
    Case::new(MACHINE, TRACE)
}

/// ```text
///  job need   0         10        20        30        40
///    0   6    ##########
///    1   3    ####----
///    2   5     .........##########
///    3   1      ####################
///    4   4       ............#####
///    5   3        #####--
///    6   1         ....###
///    7   2          ...######
///    8   2           .............##
///    9   8           ...............#########
///   10   2            ............###---
///   11   1                ...........####
///   12   3                 .......##
///   13   4                  .................######
/// ```
///
/// Until 10 s job 2 is the head, for which all is free when job 0 ends: of the ten, five are to
/// spare then. Job 3 starts at 2 s, as one of these; job 5 at 4 s, when job 1 has ended early, as
/// three of them. That ends at 9 s, and jobs 6 and 7 take its place. From 10 s on job 4 waits for
/// job 7, which should end at 13 s: nothing is to spare, and nobody ends before. At 13 s job 7 has
/// not ended, and might at any time: job 12, though short, waits. At 15 s it has, and job 4 starts.
/// At 20 s jobs 2 and 4 end; job 8, the head, starts, and then job 9 is the head, with 22 s, when
/// jobs 3 and 8 end, as its start: two are to spare, for job 10; job 12 is done by then. At 22 s
/// job 9 goes, one processor is free, and for that job 11 is not the head: job 10 has ended at 23
/// s, which frees the next.
#[test]
fn easy_backfilling() {
    fourteen().has("easy-backfill", &[0, 0, 10, 2, 15, 4, 9, 9, 20, 22, 20, 23, 20, 31]);
}

/// ```text
///  job need   0         10        20        30        40
///    0   6    ##########
///    1   3    ####----
///    2   5     .........##########
///    3   1      ####################
///    4   4       .........#####
///    5   3        #####--
///    6   1         ....###
///    7   2          ...........######
///    8   2           ..##
///    9   8           ...............#########
///   10   2            ...............###---
///   11   1                .....####
///   12   3                 ..................##
///   13   4                  .................######
/// ```
///
/// At 9 s job 8, with its two seconds, fills the gap first, and then job 6; job 7 has the longest
/// estimate of those that fit, and finds nothing left. So job 4 starts at 12 s, when both have
/// ended.
#[test]
fn easy_backfilling_of_the_shortest() {
    let starts = [0, 0, 10, 2, 12, 4, 9, 17, 9, 22, 23, 17, 31, 31];
    fourteen().has(r#"{ easy-backfill = { order = "shortest" } }"#, &starts);
}

/// ```text
///  job need   0         10        20        30        40
///    0   6    ##########
///    1   3    ####----
///    2   5     .........##########
///    3   1      ####################
///    4   4       .........#####
///    5   3        .............#####--
///    6   1         ###
///    7   2          ######
///    8   2           .............##
///    9   8           ...............#########
///   10   2            ............###---
///   11   1                .....####
///   12   3                 ..................##
///   13   4                  .................######
/// ```
///
/// Unlike EASY, job 5 must not start at 4 s: until 11 s it would take what job 4 is to have from 10
/// s on, though that is not the head. So there is room for jobs 6 and 7 as soon as they come. Job 7
/// is to end at 10 s, and needs two seconds longer: job 4, whose time has come, does not fit
/// before.
#[test]
fn conservative_backfilling() {
    fourteen().has("conservative-backfill", &[0, 0, 10, 2, 12, 17, 5, 6, 20, 22, 20, 17, 31, 31]);
}

/// No job starts before an older one.
#[test]
fn strict_order() {
    fourteen().has("strict-fifo", &[0, 0, 10, 10, 10, 15, 15, 20, 20, 26, 30, 33, 35, 35]);
}

/// Any job that fits starts, the oldest first: the wide job 9 waits until no other job is left.
#[test]
fn first_fit() {
    fourteen().has("first-fit", &[0, 0, 10, 2, 19, 4, 9, 9, 12, 26, 14, 15, 17, 20]);
}

/// Job 9 may be overtaken until it has waited 12 s, at 19 s; from then on nobody does, who does not
/// leave it its eight processors. With no patience reservations are strict order; with 5 s, job 2,
/// too, must be waited for, but only from after 6 s, by when job 5 has gone.
#[test]
fn reservations_after_a_time() {
    let case = fourteen();
    let after = |patience: &str| format!("{{ reserve-after = {{ patience = \"{patience}\" }} }}");
    case.has(&after("0s"), &[0, 0, 10, 10, 10, 15, 15, 20, 20, 26, 30, 33, 35, 35]);
    case.has(&after("5s"), &[0, 0, 10, 2, 10, 4, 15, 15, 18, 21, 22, 25, 30, 30]);
    case.has(&after("12s"), &[0, 0, 10, 2, 19, 4, 9, 9, 12, 24, 14, 15, 33, 33]);
    case.has(&after("1h"), &[0, 0, 10, 2, 19, 4, 9, 9, 12, 26, 14, 15, 17, 20]);
}

#[test]
fn by_length() {
    let case = fourteen();
    case.has("shortest-first", &[0, 0, 17, 2, 10, 4, 9, 11, 9, 27, 10, 12, 15, 16]);
    case.has(r#"{ shortest-first = { by = "estimate" } }"#, &[0, 0, 17, 2, 10, 4, 9, 10, 9, 27, 11, 12, 15, 16]);
    // At 15 s jobs 7 and 10, or 4 and 7, end at once: it matters whether the second is waited for.
    let (instant, event) =
        ([0, 0, 10, 2, 20, 4, 9, 9, 16, 26, 15, 12, 24, 18], [0, 0, 10, 2, 20, 4, 9, 9, 15, 25, 12, 15, 17, 19]);
    case.has_by("longest-first", "instant", &instant);
    case.has_by("longest-first", "event", &event);
    let (instant, event) =
        ([0, 0, 10, 2, 12, 4, 9, 20, 20, 24, 9, 20, 22, 17], [0, 0, 10, 2, 20, 4, 9, 12, 12, 26, 9, 14, 18, 20]);
    case.has_by(r#"{ longest-first = { by = "estimate" } }"#, "instant", &instant);
    case.has_by(r#"{ longest-first = { by = "estimate" } }"#, "event", &event);
}

/// On one machine with one resource the largest job leaves the least.
#[test]
fn by_need() {
    let case = fourteen();
    for policy in ["smallest-first", "worst-fit"] {
        case.has(policy, &[0, 0, 17, 2, 12, 4, 9, 9, 10, 27, 10, 12, 15, 17]);
    }
    for policy in ["largest-first", "best-fit"] {
        case.has(policy, &[0, 0, 10, 2, 19, 4, 9, 9, 12, 26, 14, 15, 17, 20]);
    }
}

/// At 9 s three are free; of needs 1 and 2 there are one and three waiting, and one job of each
/// fits. At 10 s six are free: three jobs that need two, of which two wait by then, and one that
/// needs four.
#[test]
fn by_queue_lengths() {
    fourteen().has("max-weight", &[0, 0, 15, 2, 10, 4, 9, 9, 10, 25, 12, 12, 15, 17]);
}

/// Job 7 is stopped at its estimate; all others are as before.
#[test]
fn killed_at_the_estimate() {
    let case = fourteen();
    let killed = ["action.job.kill_at_estimate=true"];
    let log = case.log("easy-backfill", &killed);
    let wrong: Vec<_> =
        log.iter().filter(|row| row["status"] != "done").map(|row| (&*row["job"], &*row["status"])).collect();
    assert_eq!(wrong, [("7", "error")]);
    assert_eq!(log[7]["service_s"], "4.000000000");
    let starts = |policy| case.starts(policy, &killed).into_iter().map(|(at, _)| at).collect::<Vec<_>>();
    assert_eq!(starts("easy-backfill"), [0, 0, 10, 2, 13, 4, 9, 9, 18, 20, 22, 18, 29, 29]);
    assert_eq!(starts("conservative-backfill"), [0, 0, 10, 2, 10, 15, 5, 6, 20, 22, 20, 15, 20, 31]);
}
