//! Priorities with and without aging, due dates, and dominant shares.

use super::Case;

/// Nine jobs of three seconds behind one of ten, on a worker of one slot: by priority, with and
/// without aging.
///
/// With `aging = "5s"` a job goes by scheduledAt - 5 s times its priority: 0, 1, -3, 0, 2, -1, 1,
/// 17 and 1 s. At 19 s, of three jobs with 1 s, the oldest goes first. With a second for each step
/// it is the order of arrival.
#[test]
fn priorities_and_aging() {
    let trace = "\
at_s, service_s, priority, need.slot
   0,        10,        0,         1
   1,         3,        0,         1
   2,         3,        1,         1
   5,         3,        1,         1
   7,         3,        1,         1
   9,         3,        2,         1
  11,         3,        2,         1
  12,         3,       -1,         1
  16,         3,        3,         1
";
    let case = Case::new("[worker.w]\ncapacity = { slot = 1 }\n", trace);
    // At 16 s a job ends and the last comes: a pass after the end does not see it yet.
    case.has_by("priority", "instant", &[0, 28, 19, 22, 25, 10, 13, 31, 16]);
    case.has_by("priority", "event", &[0, 28, 16, 22, 25, 10, 13, 31, 19]);
    case.has(r#"{ priority = { aging = "5s" } }"#, &[0, 19, 10, 16, 28, 13, 22, 31, 25]);
    case.has(r#"{ priority = { aging = "1s" } }"#, &[0, 10, 13, 16, 19, 22, 25, 28, 31]);
}

/// Due at 50, never, 42, 42, 24, 15, 28, never and 75 s; the sixth needs both slots. Of two that
/// are due at 42 s the older goes first.
#[test]
fn due_dates() {
    let trace = "\
at_s, service_s, deadline_s, need.slot
   0,        10,         50,         1
   1,         3,           ,         1
   2,         3,         40,         1
   3,         3,         39,         1
   4,         3,         20,         1
   5,         3,         10,         2
  12,         3,         16,         1
  14,         3,           ,         1
  15,         3,         60,         1
";
    let case = Case::new("[worker.w]\ncapacity = { slot = 2 }\n", trace);
    case.has_by("earliest-deadline", "instant", &[0, 1, 7, 13, 4, 10, 13, 16, 16]);
    // A pass after the end at 4 s gives its slot to the third job before the fifth comes; and so
    // there is no instant before 18 s at which both are free.
    case.has_by("earliest-deadline", "event", &[0, 1, 4, 10, 7, 18, 12, 14, 15]);
}

/// The example of dominant resource fairness (Ghodsi et al. 2011): nine CPUs and 18 GB; tasks of A
/// need 1 CPU and 4 GB, those of B 3 CPUs and 1 GB. Three tasks of A and two of B run: either has
/// two thirds of what it needs most. It stays so while tasks end and others take their place, until
/// A has no more.
#[test]
fn dominant_shares() {
    let trace = "\
at_s, action, service_s, need.cpu, need.gb
   0,      a,        10,        1,       4
   0,      a,        14,        1,       4
   0,      a,        18,        1,       4
   0,      a,        22,        1,       4
   0,      a,        26,        1,       4
   0,      a,        30,        1,       4
   0,      b,        12,        3,       1
   0,      b,        20,        3,       1
   0,      b,        28,        3,       1
   0,      b,         6,        3,       1
";
    let body =
        "[worker.w]\ncapacity = { cpu = 9, gb = 18 }\n[action.a]\nservice = \"1s\"\n[action.b]\nservice = \"1s\"\n";
    let case = Case::new(body, trace);
    case.has_by("fair-share", "instant", &[0, 0, 0, 10, 14, 18, 0, 0, 12, 20]);
    // A pass after each arrival gives a all it has room for before anything of b comes.
    case.has_by("fair-share", "event", &[0, 0, 0, 0, 14, 18, 0, 10, 12, 30]);
    // With four times the weight the share of a is a quarter, so a goes first, until it
    // finds no room: as the oldest would.
    case.has_by("{ fair-share = { weights = { a = 4 } } }", "instant", &[0, 0, 0, 0, 10, 14, 0, 12, 18, 32]);
    case.has("first-fit", &[0, 0, 0, 0, 10, 14, 0, 12, 18, 32]);
}
