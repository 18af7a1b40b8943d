//! The trace-event format: a JSON document with a list of events, written event by event.
//!
//! The format is public: "Trace Event Format" by the Chromium project. A timeline uses these
//! phases: `B` and `E` begin and end a slice of a lane, `b` and `e` one that may overlap others,
//! `C` is a value of a counter, `i` an instant, `s` and `f` are the two ends of an arrow, `M` is a
//! name.

use std::io;

use crate::digits::Digits;
use crate::model::time::{Span, Time};

/// How a timeline begins, and no other file.
pub const BEGINNING: &str = "{\"otherData\":{\"claimsim\":\"timeline\"";

/// The number of bytes that are passed on at once.
const BLOCK: usize = 1 << 16;

/// A lane of slices: a thread of a process, in the words of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lane {
    pub(super) process: u32,
    pub(super) thread: u32,
}

/// A text as a JSON string, with its quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Quoted(Vec<u8>);

impl Quoted {
    pub(super) fn new(text: &str) -> Quoted {
        Quoted(serde_json::to_vec(text).expect("a text is always a JSON string"))
    }
}

/// Writes events. It passes on whole blocks, so `W` needs no buffer.
#[derive(Debug)]
pub(super) struct TraceWriter<W> {
    out: W,
    block: Vec<u8>,
    failure: Option<io::Error>,
    is_first: bool,
}

impl<W: io::Write> TraceWriter<W> {
    /// Begins a document with what is known of the whole: pairs of a key and a JSON value.
    pub(super) fn new(out: W, about: &[(&str, Quoted)]) -> TraceWriter<W> {
        let mut block = BEGINNING.as_bytes().to_vec();
        for (key, value) in about {
            block.extend_from_slice(b",\"");
            block.extend_from_slice(key.as_bytes());
            block.extend_from_slice(b"\":");
            block.extend_from_slice(&value.0);
        }
        block.extend_from_slice(b"},\n\"displayTimeUnit\":\"ms\",\n\"traceEvents\":[");
        TraceWriter { out, block, failure: None, is_first: true }
    }

    /// Begins an event of a process.
    pub(super) fn event(&mut self, phase: u8, process: u32) -> EventText<'_> {
        if self.block.len() >= BLOCK {
            self.pass_on();
        }
        self.block.extend_from_slice(if self.is_first { b"\n" } else { b",\n" });
        self.is_first = false;
        self.block.extend_from_slice(b"{\"ph\":\"");
        self.block.push(phase);
        self.block.push(b'"');
        EventText { block: &mut self.block, has_args: false }.number("pid", process.into())
    }

    /// Begins an event of a lane at an instant.
    pub(super) fn at(&mut self, phase: u8, lane: Lane, at: Time) -> EventText<'_> {
        self.event(phase, lane.process).number("tid", lane.thread.into()).time(at)
    }

    /// After a first failure nothing more is written; `finish` returns the failure.
    fn pass_on(&mut self) {
        if self.failure.is_none() {
            self.failure = self.out.write_all(&self.block).err();
        }
        self.block.clear();
    }

    /// Ends the document and returns the output.
    ///
    /// # Errors
    /// If the output could not be written to at any time.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.block.extend_from_slice(b"\n]}\n");
        self.pass_on();
        match self.failure {
            Some(failure) => Err(failure),
            None => Ok(self.out),
        }
    }
}

/// An event that is being written: first its fields, then its arguments.
#[must_use = "an event must be ended"]
pub(super) struct EventText<'a> {
    block: &'a mut Vec<u8>,
    has_args: bool,
}

impl EventText<'_> {
    /// The key of a field, or of an argument; keys are plain words.
    fn key(&mut self, key: &str) {
        if self.block.last() != Some(&b'{') {
            self.block.push(b',');
        }
        self.block.push(b'"');
        self.block.extend_from_slice(key.as_bytes());
        self.block.extend_from_slice(b"\":");
    }

    pub(super) fn number(mut self, key: &str, value: u64) -> Self {
        self.key(key);
        self.block.extend_from_slice(Digits::of(value).as_bytes());
        self
    }

    pub(super) fn signed(mut self, key: &str, value: i64) -> Self {
        self.key(key);
        self.block.extend_from_slice(Digits::signed(value).as_bytes());
        self
    }

    /// A text without signs that JSON escapes.
    pub(super) fn word(mut self, key: &str, value: &str) -> Self {
        self.key(key);
        self.block.push(b'"');
        self.block.extend_from_slice(value.as_bytes());
        self.block.push(b'"');
        self
    }

    pub(super) fn text(mut self, key: &str, value: &Quoted) -> Self {
        self.key(key);
        self.block.extend_from_slice(&value.0);
        self
    }

    pub(super) fn flag(mut self, key: &str) -> Self {
        self.key(key);
        self.block.extend_from_slice(b"true");
        self
    }

    /// A time in seconds from the start, or a length in seconds.
    pub(super) fn seconds(mut self, key: &str, value: Span) -> Self {
        self.key(key);
        self.block.extend_from_slice(Digits::seconds(value.0).as_bytes());
        self
    }

    /// A number under a key of others, such as a resource.
    pub(super) fn units(self, key: &Quoted, units: i64) -> Self {
        if self.block.last() != Some(&b'{') {
            self.block.push(b',');
        }
        self.block.extend_from_slice(&key.0);
        self.block.push(b':');
        self.block.extend_from_slice(Digits::signed(units).as_bytes());
        self
    }

    /// The instant, in microseconds from the start.
    fn time(mut self, at: Time) -> Self {
        self.key("ts");
        self.block.extend_from_slice(Digits::micros(at.0).as_bytes());
        self
    }

    /// The same for an event that belongs to no lane.
    pub(super) fn at(self, at: Time) -> Self {
        self.time(at)
    }

    /// What follows are arguments.
    pub(super) fn args(mut self) -> Self {
        self.key("args");
        self.block.push(b'{');
        self.has_args = true;
        self
    }

    /// An argument that has parts, in seconds; left out without any.
    pub(super) fn parts<'n>(mut self, key: &str, parts: impl IntoIterator<Item = (&'n str, Span)>) -> Self {
        let mut parts = parts.into_iter().peekable();
        if parts.peek().is_none() {
            return self;
        }
        self.key(key);
        self.block.push(b'{');
        for (name, part) in parts {
            self = self.seconds(name, part);
        }
        self.block.push(b'}');
        self
    }

    /// The end of the event.
    pub(super) fn end(self) {
        self.block.extend_from_slice(if self.has_args { b"}}" } else { b"}" });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_is_json_whatever_the_names() {
        let name = "a \"quoted\" \\ name\u{1}";
        let mut trace = TraceWriter::new(Vec::new(), &[("scenario", Quoted::new(name))]);
        let lane = Lane { process: 2, thread: 7 };
        let event = trace.at(b'B', lane, Time(1_500)).text("name", &Quoted::new(name)).args();
        event.number("job", 3).parts("blame", [("busy", Span(1))]).parts("none", []).signed("priority", -1).end();
        trace.event(b'M', 1).word("name", "process_name").args().flag("unfinished").end();
        let text = trace.finish().unwrap();
        assert!(text.starts_with(BEGINNING.as_bytes()));
        let document: serde_json::Value = serde_json::from_slice(&text).unwrap();
        let args = json!({ "job": 3, "blame": { "busy": 1e-9 }, "priority": -1 });
        assert_eq!(
            document,
            json!({
                "otherData": { "claimsim": "timeline", "scenario": name },
                "displayTimeUnit": "ms",
                "traceEvents": [
                    { "ph": "B", "pid": 2, "tid": 7, "ts": 1.5, "name": name, "args": args },
                    { "ph": "M", "pid": 1, "name": "process_name", "args": { "unfinished": true } },
                ],
            })
        );
    }
}
