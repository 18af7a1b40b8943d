//! The words that systems have for what became of a job.

use crate::record::Outcome;

/// What a word stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// An outcome.
    Outcome(Outcome),
    /// The job never asked for a worker: it is left out.
    NotQueued,
}

/// The words, in lower case without separators.
const WORDS: [(&str, Meaning); 62] = {
    use Outcome::{Abandoned, Cancelled, DeadlineMissed, Done, Error, Rejected, Running, Waiting, WorkerLost};
    const fn of(outcome: Outcome) -> Meaning {
        Meaning::Outcome(outcome)
    }
    [
        ("done", of(Done)),
        ("success", of(Done)),
        ("successful", of(Done)),
        ("succeeded", of(Done)),
        ("completed", of(Done)),
        ("complete", of(Done)),
        ("finished", of(Done)),
        ("ok", of(Done)),
        ("passed", of(Done)),
        ("processed", of(Done)),
        ("neutral", of(Done)),
        ("error", of(Error)),
        ("errored", of(Error)),
        ("failed", of(Error)),
        ("failure", of(Error)),
        ("fail", of(Error)),
        ("dead", of(Error)),
        ("discarded", of(Error)),
        ("retryable", of(Error)),
        ("upforretry", of(Error)),
        ("upstreamfailed", Meaning::NotQueued),
        ("outofmemory", of(Error)),
        ("timeout", of(DeadlineMissed)),
        ("timedout", of(DeadlineMissed)),
        ("deadline", of(DeadlineMissed)),
        ("deadlineexceeded", of(DeadlineMissed)),
        ("expired", of(Abandoned)),
        ("abandoned", of(Abandoned)),
        ("rejected", of(Rejected)),
        ("dropped", of(Rejected)),
        ("cancelled", of(Cancelled)),
        ("canceled", of(Cancelled)),
        ("cancel", of(Cancelled)),
        ("cancelrequest", of(Cancelled)),
        ("aborted", of(Cancelled)),
        ("killed", of(Cancelled)),
        ("stopped", of(Cancelled)),
        ("revoked", of(Cancelled)),
        ("terminated", of(Cancelled)),
        ("workerdead", of(WorkerLost)),
        ("workerlost", of(WorkerLost)),
        ("workerresurrection", of(WorkerLost)),
        ("workershutdown", of(WorkerLost)),
        ("nodefail", of(WorkerLost)),
        ("bootfail", of(WorkerLost)),
        ("preempted", of(WorkerLost)),
        ("evicted", of(WorkerLost)),
        ("running", of(Running)),
        ("inprogress", of(Running)),
        ("started", of(Running)),
        ("active", of(Running)),
        ("executing", of(Running)),
        ("busy", of(Running)),
        ("waiting", of(Waiting)),
        ("queued", of(Waiting)),
        ("pending", of(Waiting)),
        ("scheduled", of(Waiting)),
        ("enqueued", of(Waiting)),
        ("ready", of(Waiting)),
        ("available", of(Waiting)),
        ("new", of(Waiting)),
        ("skipped", Meaning::NotQueued),
    ]
};

/// The meaning of a word, in any case and with any separators; `None` if it is unknown.
pub(crate) fn read(word: &str) -> Option<Meaning> {
    let mut key = [0_u8; 24];
    let mut length = 0;
    for byte in word.bytes().filter(|byte| !matches!(byte, b'_' | b'-' | b' ')) {
        *key.get_mut(length)? = byte.to_ascii_lowercase();
        length += 1;
    }
    let key = &key[..length];
    WORDS.iter().find(|(known, _)| known.as_bytes() == key).map(|(_, meaning)| *meaning)
}

/// The words for messages.
pub(crate) fn known() -> String {
    let outcomes = [
        ("done", Outcome::Done),
        ("failed", Outcome::Error),
        ("timeout", Outcome::DeadlineMissed),
        ("cancelled", Outcome::Cancelled),
        ("running", Outcome::Running),
        ("waiting", Outcome::Waiting),
    ];
    let words = |outcome| {
        let same = WORDS.iter().filter(move |(_, meaning)| *meaning == Meaning::Outcome(outcome));
        same.take(6).map(|(word, _)| *word).collect::<Vec<_>>().join(", ")
    };
    outcomes.map(|(_, outcome)| words(outcome)).join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_in_any_spelling() {
        for (word, outcome) in [
            ("COMPLETED", Outcome::Done),
            ("Succeeded", Outcome::Done),
            ("TIMED_OUT", Outcome::DeadlineMissed),
            ("in progress", Outcome::Running),
            ("in-progress", Outcome::Running),
            ("worker_dead", Outcome::WorkerLost),
            ("NODE_FAIL", Outcome::WorkerLost),
        ] {
            assert_eq!(read(word), Some(Meaning::Outcome(outcome)), "{word}");
        }
        assert_eq!(read("skipped"), Some(Meaning::NotQueued));
        for word in ["", "sideways", "a word that is longer than any"] {
            assert_eq!(read(word), None, "{word}");
        }
    }

    #[test]
    fn every_word_stands_once() {
        for (index, (word, meaning)) in WORDS.iter().enumerate() {
            assert!(WORDS[..index].iter().all(|(other, _)| other != word), "{word}");
            assert_eq!(read(word), Some(*meaning));
        }
    }
}
