//! Ids in documents: those of the source documents, and others in the registry's form, generated
//! from the seed.

use std::collections::BTreeSet;

use super::subject::AuditSubject;
use crate::model::job::JobId;
use crate::model::time::Time;
use crate::model::worker::WorkerId;
use crate::random::stream::{Purpose, StreamFamily, Streams};

/// The ids of workers, jobs and crons.
#[derive(Debug)]
pub(super) struct RowIds {
    /// By `WorkerId`.
    workers: Vec<String>,
    /// Ids from source documents, which no other row may get.
    taken: BTreeSet<String>,
    jobs: StreamFamily,
    installation: Streams,
}

impl RowIds {
    /// The ids for a subject. Those of jobs depend on the replication and on the start, so that a
    /// run that continues from another run's documents generates new ones; those of workers and
    /// crons are the same in all replications.
    pub(super) fn new(subject: &AuditSubject) -> RowIds {
        let start = subject.epoch.rfc3339(Time::ZERO, chrono::SecondsFormat::AutoSi);
        let streams = Streams::new(subject.seed, subject.replication);
        let installation = Streams::new(subject.seed, 0);
        let taken = subject.source_documents.jobs.iter().filter_map(|row| row.id.get().cloned());
        RowIds {
            workers: workers(subject, &installation),
            taken: taken.collect(),
            jobs: streams.family(Purpose::Identity, &format!("job {start}")),
            installation,
        }
    }

    /// A worker's id.
    pub(super) fn worker(&self, worker: WorkerId) -> &str {
        &self.workers[worker.0 as usize]
    }

    /// The id of a row without one in a source document.
    pub(super) fn job(&self, job: JobId) -> String {
        first_free(|part| uuid(&self.jobs, job.0, part), |id| self.taken.contains(id))
    }

    /// The id of an action's cron without one in a source document.
    pub(super) fn cron(&self, action: &str) -> String {
        uuid(&self.installation.family(Purpose::Identity, &format!("cron {action}")), 0, 0)
    }
}

/// The workers' ids: kept if they come from a document or look like it, generated otherwise.
fn workers(subject: &AuditSubject, installation: &Streams) -> Vec<String> {
    let workers = subject.system.workers.iter().enumerate();
    let keeps = |(index, id): (usize, &str)| {
        subject.source_documents.workers.contains_key(&WorkerId(index as u32)) || is_replica_id(id)
    };
    let mut taken: BTreeSet<String> = workers
        .clone()
        .map(|(index, worker)| (index, worker.id.as_str()))
        .filter(|&worker| keeps(worker))
        .map(|(_, id)| id.to_owned())
        .collect();
    let name = |(index, worker): (usize, &crate::model::worker::Worker)| {
        if keeps((index, &worker.id)) {
            return worker.id.clone();
        }
        let family = installation.family(Purpose::Identity, &format!("worker {}", worker.id));
        let id = first_free(|part| format!("{:012x}", family.member(0, part).bits() >> 16), |id| taken.contains(id));
        taken.insert(id.clone());
        id
    };
    workers.map(name).collect()
}

/// Whether an id has the form of a replica's: 12 hexadecimal digits.
fn is_replica_id(id: &str) -> bool {
    id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The first unused id among those generated from parts 0, 1, 2, …
fn first_free(make: impl Fn(u32) -> String, is_taken: impl Fn(&str) -> bool) -> String {
    let mut part = 0;
    loop {
        let id = make(part);
        if !is_taken(&id) {
            return id;
        }
        part += 1;
    }
}

/// A UUID of version 4, the random kind (RFC 9562): 122 bits are random, and six give version and
/// variant.
fn uuid(family: &StreamFamily, member: u64, part: u32) -> String {
    let mut stream = family.member(member, part);
    let bits = u128::from(stream.bits()) << 64 | u128::from(stream.bits());
    let bits = bits & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let hex = format!("{bits:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
