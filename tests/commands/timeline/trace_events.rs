//! A reader of the trace-event format, written from its public description, that accepts only what
//! every viewer can show.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Nanoseconds from the start of the run.
pub(crate) type Nanos = i64;

/// Category, name and number of an arrow.
type ArrowKey = (String, String, u64);

/// A slice of a lane.
#[derive(Clone, Debug)]
pub(crate) struct Slice {
    pub(crate) name: String,
    pub(crate) process: u64,
    pub(crate) thread: u64,
    pub(crate) begin: Nanos,
    pub(crate) end: Nanos,
    /// Those of its begin and of its end.
    pub(crate) args: BTreeMap<String, Value>,
}

/// An arrow from one slice to another, by their indices.
#[derive(Clone, Debug)]
pub(crate) struct Arrow {
    pub(crate) kind: String,
    pub(crate) from: usize,
    pub(crate) to: usize,
}

/// An instant: its name and its time.
#[derive(Clone, Debug)]
pub(crate) struct Instant {
    pub(crate) name: String,
    pub(crate) process: u64,
    pub(crate) at: Nanos,
}

/// What a timeline shows.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    pub(crate) about: BTreeMap<String, Value>,
    /// The slices of lanes, by their ends.
    pub(crate) slices: Vec<Slice>,
    /// The slices that may overlap others.
    pub(crate) overlapping: Vec<Slice>,
    pub(crate) arrows: Vec<Arrow>,
    pub(crate) instants: Vec<Instant>,
    /// By name: each value with the instant from which on it holds.
    pub(crate) counters: BTreeMap<String, Vec<(Nanos, i64)>>,
    /// Names of processes, and of threads by process and number.
    pub(crate) processes: BTreeMap<u64, String>,
    pub(crate) threads: BTreeMap<(u64, u64), String>,
}

fn text(event: &Value, key: &str) -> String {
    event[key].as_str().unwrap_or_else(|| panic!("{key} is missing: {event}")).to_owned()
}

fn number(event: &Value, key: &str) -> u64 {
    event[key].as_u64().unwrap_or_else(|| panic!("{key} is missing: {event}"))
}

/// The time of an event; microseconds with three decimals are exact in a `f64` for a month.
fn time(event: &Value) -> Nanos {
    let micros = event["ts"].as_f64().unwrap_or_else(|| panic!("ts is missing: {event}"));
    (micros * 1e3).round() as Nanos
}

fn args(event: &Value) -> BTreeMap<String, Value> {
    match &event["args"] {
        Value::Null => BTreeMap::new(),
        Value::Object(args) => args.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
        other => panic!("args are no object: {other}"),
    }
}

impl Trace {
    /// Reads a document; panics if it breaks a rule of the format, or one of our own promises.
    pub(crate) fn read(bytes: &[u8]) -> Trace {
        let document: Value = serde_json::from_slice(bytes).expect("a timeline is JSON");
        let mut trace =
            Trace { about: args(&serde_json::json!({ "args": document["otherData"] })), ..Trace::default() };
        let mut open: BTreeMap<(u64, u64), Vec<Slice>> = BTreeMap::new();
        let mut overlapping: BTreeMap<(String, u64), Slice> = BTreeMap::new();
        let (mut starts, mut ends) = (BTreeMap::new(), BTreeMap::new());
        let (mut latest, mut is_over) = (Nanos::MIN, false);
        for event in document["traceEvents"].as_array().expect("a list of events") {
            let (phase, process) = (text(event, "ph"), number(event, "pid"));
            let lane = || (process, number(event, "tid"));
            let slice = || Slice {
                name: text(event, "name"),
                process,
                thread: number(event, "tid"),
                begin: time(event),
                end: Nanos::MAX,
                args: args(event),
            };
            // Our promise: all events but starts of arrows are in order, up to the jobs that still
            // wait at the end.
            is_over |= phase == "b";
            if !["M", "s"].contains(&phase.as_str()) && !is_over {
                assert!(time(event) >= latest, "not in order: {event}");
                latest = time(event);
            }
            match phase.as_str() {
                "M" => match text(event, "name").as_str() {
                    "process_name" => _ = trace.processes.insert(process, text(&event["args"], "name")),
                    "thread_name" => _ = trace.threads.insert(lane(), text(&event["args"], "name")),
                    "process_sort_index" | "thread_sort_index" => _ = number(&event["args"], "sort_index"),
                    other => panic!("metadata {other}"),
                },
                "B" => {
                    text(event, "cat");
                    let stack = open.entry(lane()).or_default();
                    assert!(stack.is_empty(), "a slice begins within another one: {event}");
                    stack.push(slice());
                }
                "E" => {
                    let mut ended =
                        open.get_mut(&lane()).and_then(Vec::pop).unwrap_or_else(|| panic!("no begin: {event}"));
                    ended.end = time(event);
                    ended.args.extend(args(event));
                    assert!(ended.begin <= ended.end, "{ended:?}");
                    trace.slices.push(ended);
                }
                "b" => _ = overlapping.insert((text(event, "cat"), number(event, "id")), slice()),
                "e" => {
                    let key = (text(event, "cat"), number(event, "id"));
                    let mut ended = overlapping.remove(&key).unwrap_or_else(|| panic!("no begin: {event}"));
                    assert_eq!(ended.name, text(event, "name"));
                    ended.end = time(event);
                    ended.args.extend(args(event));
                    trace.overlapping.push(ended);
                }
                "s" | "f" => {
                    let side = if phase == "s" { &mut starts } else { &mut ends };
                    assert!(phase == "s" || event["bp"] == "e", "an arrow ends at the enclosing slice: {event}");
                    let key = (text(event, "cat"), text(event, "name"), number(event, "id"));
                    assert!(side.insert(key, (lane(), time(event))).is_none(), "a second arrow: {event}");
                }
                "i" => {
                    assert!(["t", "p", "g"].contains(&text(event, "s").as_str()));
                    trace.instants.push(Instant { name: text(event, "name"), process, at: time(event) });
                }
                "C" => {
                    let values = args(event);
                    assert_eq!(values.len(), 1, "{event}");
                    let value = values.values().next().and_then(Value::as_i64).expect("a whole number");
                    assert!(value >= 0, "{event}");
                    trace.counters.entry(text(event, "name")).or_default().push((time(event), value));
                }
                other => panic!("phase {other}"),
            }
        }
        assert!(open.values().all(Vec::is_empty) && overlapping.is_empty(), "slices without an end: {open:?}");
        trace.bind(&starts, &ends);
        trace.check_names();
        trace
    }

    /// Binds arrows to the slices in which they begin and end.
    fn bind(
        &mut self,
        starts: &BTreeMap<ArrowKey, ((u64, u64), Nanos)>,
        ends: &BTreeMap<ArrowKey, ((u64, u64), Nanos)>,
    ) {
        assert!(starts.keys().eq(ends.keys()), "arrows with one end only");
        let slice = |(lane, at): ((u64, u64), Nanos)| {
            let is_it = |slice: &Slice| (slice.process, slice.thread) == lane && (slice.begin..slice.end).contains(&at);
            let is_instant =
                |slice: &Slice| (slice.process, slice.thread) == lane && slice.begin == at && slice.end == at;
            let found = self.slices.iter().position(is_it).or_else(|| self.slices.iter().position(is_instant));
            found.unwrap_or_else(|| panic!("an arrow in no slice: {lane:?} at {at}"))
        };
        for (key, start) in starts {
            self.arrows.push(Arrow { kind: key.1.clone(), from: slice(*start), to: slice(ends[key]) });
        }
    }

    /// Each lane and each process has a name, and no two lanes have the same number.
    fn check_names(&self) {
        let numbers: BTreeSet<u64> = self.threads.keys().map(|(_, thread)| *thread).collect();
        assert_eq!(numbers.len(), self.threads.len(), "threads share a number: {:?}", self.threads);
        for slice in self.slices.iter().chain(&self.overlapping) {
            assert!(self.threads.contains_key(&(slice.process, slice.thread)), "a lane without a name: {slice:?}");
            assert!(self.processes.contains_key(&slice.process), "a process without a name: {slice:?}");
        }
    }

    /// The integral of a counter from its first value to `end`, in nanoseconds.
    pub(crate) fn integral(&self, counter: &str, end: Nanos) -> i128 {
        let values = &self.counters[counter];
        let until = values.iter().skip(1).map(|(at, _)| *at).chain([end]);
        values.iter().zip(until).map(|((at, value), until)| i128::from(*value) * i128::from(until - at)).sum()
    }
}
