//! Random scenarios as text, with all events of jobs and workers, and warm starts from them.

use std::fmt::Write as _;

use claimsim::internals::model::time::{Span, Time};
use proptest::prelude::*;
use proptest::sample::select;

/// The length of every random scenario.
pub(super) const HORIZON: Time = Time(600_000_000_000);

/// The parts of a scenario; a warm start takes some of them over.
#[derive(Clone, Debug)]
pub(crate) struct Recipe {
    pub(super) claim: &'static str,
    /// Claim rule, heartbeat, actions.
    pub(super) rules: String,
    /// Workers, crons, single jobs, and their events.
    pub(super) story: String,
    pub(super) has_outages: bool,
    pub(super) catches_up: bool,
}

impl Recipe {
    /// The scenario itself.
    pub(crate) fn text(&self) -> String {
        format!("horizon = \"10m\"\n{}{}", self.rules, self.story)
    }

    /// A scenario that continues from the documents of another one at an instant.
    pub(super) fn warm_start(&self, start: &str) -> String {
        let documents = "workers = \"workers.json\"\njobs = \"jobs.json\"\ncrons = \"crons.json\"\n";
        format!("start = \"{start}\"\nhorizon = \"10m\"\n{}[registry]\n{documents}", self.rules)
    }
}

const CLAIMS: [&str; 4] = [
    "\"registry\"",
    "{ delay = { uniform = { low = \"0s\", high = \"20s\" } }, batch = \"all\" }",
    "{ delay = \"none\" }",
    "{ delay = \"none\", pass = \"event\", placement = \"least-free\" }",
];

/// The actions `a` to `d`; `a` may start jobs of `b`.
const ACTIONS: [&str; 4] = ["a", "b", "c", "d"];

pub(crate) fn recipe() -> impl Strategy<Value = Recipe> {
    let actions = ACTIONS.map(action);
    let story = (workers(), prop::collection::vec(outage(), 0..3), changes(), crons(), jobs(), cancels());
    (select(CLAIMS.to_vec()), any::<bool>(), 1_u64..1000, actions, story).prop_map(
        |(claim, quorum, seed, actions, story)| {
            let (workers, outages, changes, crons, jobs, cancels) = story;
            let heartbeat = "heartbeat = { period = \"4s\", expiry = \"11s\", sweep = \"3s\" }";
            let rules = format!("seed = {seed}\nclaim = {claim}\nquorum = {quorum}\n{heartbeat}\n{}", actions.concat());
            let has_outages = !outages.is_empty();
            let catches_up = crons.contains("missed = \"once\"") || crons.contains("missed = \"all\"");
            let story = [workers, outages.concat(), changes, crons, jobs, cancels].concat();
            Recipe { claim, rules, story, has_outages, catches_up }
        },
    )
}

/// A resource and some units of it.
fn map(most: i64) -> impl Strategy<Value = String> {
    units(0, most)
}

/// Units of both resources.
fn units(least: i64, most: i64) -> impl Strategy<Value = String> {
    (least..=most, least..=most).prop_map(|(scan, mirror)| format!("{{ scan = {scan}, mirror = {mirror} }}"))
}

/// One of two texts with equal probability.
fn maybe(text: &'static str) -> impl Strategy<Value = &'static str> {
    select(vec!["", text])
}

fn action(name: &'static str) -> impl Strategy<Value = String> {
    let arrival = select(vec![
        "",
        "arrival = { poisson = { rate = \"4/min\" } }\n",
        "arrival = { renewal = { between = \"7.3s\", batch = { empirical = { values = [0, 1, 3] } } } }\n",
        "arrival = { closed = { population = 2, think = { exponential = { mean = \"20s\" } } } }\n",
    ]);
    let fails = (
        maybe("error = 0.4\nretries = 2\n"),
        select(vec!["", "backoff = \"9.0001s\"\n", "backoff = { first = \"1s\", factor = 3, jitter = 0.5 }\n"]),
        select(vec!["", "on_worker_dead = \"requeue-always\"\n", "on_worker_dead = \"never\"\n"]),
    );
    let stops = (
        maybe("deadline = \"40s\"\n"),
        maybe("deadline_result = \"cancel\"\n"),
        select(vec!["", "stop_timeout = \"8s\"\nstops_in = { uniform = { low = \"1s\", high = \"15s\" } }\n"]),
        maybe("cancel_rate = \"1/min\"\n"),
    );
    let patience = maybe("patience = { exponential = { mean = \"3m\" } }\n");
    let spawns = maybe("spawns = { action = \"b\", count = { empirical = { values = [0, 1, 4] } } }\n");
    (map(2), arrival, fails, stops, patience, spawns).prop_map(move |(map, arrival, fails, stops, patience, spawns)| {
        let mut text =
            format!("[action.{name}]\ncapacity = {map}\nservice = {{ exponential = {{ mean = \"25s\" }} }}\n");
        text += &[arrival, fails.0, fails.1, fails.2, stops.0, stops.1, stops.2, stops.3, patience].concat();
        text + if name == "a" { spawns } else { "" }
    })
}

fn workers() -> impl Strategy<Value = String> {
    // Some worker offers each resource: an action that needs what none offers is an error.
    (1_usize..4, units(1, 3), map(2)).prop_map(|(count, many, one)| {
        format!("[worker.many]\ncount = {count}\ncapacity = {many}\n[worker.one]\nids = [\"0123456789ab\"]\ncapacity = {one}\n")
    })
}

fn outage() -> impl Strategy<Value = String> {
    let worker = select(vec!["many", "many-0", "0123456789ab"]);
    let kind = select(vec!["crash", "partition", "shutdown"]);
    (worker, kind, 0_u32..600, 1_u32..60).prop_map(|(worker, kind, at, lasts)| {
        format!("[[outage]]\nworker = \"{worker}\"\nkind = \"{kind}\"\nat = \"{at}s\"\nfor = \"{lasts}s\"\nstagger = \"2.5s\"\n")
    })
}

fn changes() -> impl Strategy<Value = String> {
    let change = (select(vec!["many", "one"]), 0_u32..600, map(3));
    prop::collection::vec(change, 0..3).prop_map(|changes| {
        let mut text = String::new();
        for (worker, at, map) in changes {
            let _ = write!(text, "[[capacity]]\nworker = \"{worker}\"\nat = \"{at}s\"\ncapacity = {map}\n");
        }
        text
    })
}

fn crons() -> impl Strategy<Value = String> {
    let calendar =
        (maybe("retries = 1\ndeadline = \"30s\"\nstop_timeout = \"2s\"\n"), maybe("capacity = { scan = 1 }\n"));
    let missed = select(vec!["", "missed = \"once\"\n", "missed = \"all\"\n"]);
    (calendar, missed, 1_u32..200).prop_map(|((own, need), missed, every)| {
        format!(
            "[cron.c]\nschedule = \"15 */2 * * * *\"\n{own}{missed}[cron.d]\nschedule = \"@every {every}s\"\n{need}{missed}"
        )
    })
}

fn jobs() -> impl Strategy<Value = String> {
    let own = maybe("retries = 3\ndeadline = \"20s\"\nstop_timeout = \"1s\"\ncapacity = { mirror = 1 }\n");
    let job = (select(ACTIONS.to_vec()), 0_u32..600_000, own);
    prop::collection::vec(job, 0..6).prop_map(|jobs| {
        let mut text = String::new();
        for (action, at, own) in jobs {
            let _ = write!(text, "[[job]]\naction = \"{action}\"\nat = \"{at}ms\"\n{own}");
        }
        text
    })
}

fn cancels() -> impl Strategy<Value = String> {
    let cancel = (select(vec!["all", "waiting", "running"]), 0_u32..600);
    prop::collection::vec(cancel, 0..3).prop_map(|cancels| {
        let mut text = String::new();
        for (whom, at) in cancels {
            let _ = write!(text, "[[cancel]]\nat = \"{at}s\"\njobs = \"{whom}\"\nmost = 3\n");
        }
        text
    })
}

/// An instant of the run: mostly whole seconds, sometimes the start or the end.
pub(super) fn instant() -> impl Strategy<Value = Time> {
    prop_oneof![
        4 => (0_i64..=600).prop_map(|second| Time::ZERO + Span::secs(second)),
        4 => (0..=HORIZON.0).prop_map(Time),
        1 => Just(HORIZON),
    ]
}
