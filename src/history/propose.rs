//! A mapping from the names of columns that queues usually have.

use crate::duration;
use crate::mapping::{Field, Mapping};
use crate::stamp;

/// A mapping that was found by names.
#[derive(Clone, Debug)]
pub(crate) struct Proposal {
    pub(crate) mapping: Mapping,
    /// Whether the cells of the columns are what the names promise.
    pub(crate) is_certain: bool,
}

/// The usual names of each field, the best first.
const NAMES: [(Field, &str); 12] = [
    (
        Field::Created,
        "created enqueued_at enqueue_time enqueued queued_at queue_time submitted_at submit_time submitted submit \
         scheduled_at run_after available_at due_at created_at creation_time create_time created_time inserted_at \
         arrival_time arrived_at arrival received_at creation_timestamp date_created date_enqueued",
    ),
    (
        Field::Started,
        "started started_at start_time start start_date run_at run_start picked_at claimed_at attempted_at performed_at \
         executed_at begin_time dequeued_at processing_started_at date_started locked_at",
    ),
    (
        Field::Finished,
        "finished finished_at finish_time end_time ended_at end end_date completed_at completion_time completed \
         complete_time done_at stopped_at stop_time date_done date_finished closed_at finalized_at",
    ),
    (
        Field::Queued,
        "queued wait wait_s wait_time wait_seconds wait_ms queued_duration queue_duration time_in_queue queued_seconds \
         queue_time_ms latency_in_queue queue_wait queued_ms",
    ),
    (
        Field::Run,
        "run duration duration_s duration_ms duration_seconds run_time runtime run_seconds service_s service_time \
         execution_time execution_ms elapsed elapsed_ms run_ms",
    ),
    (
        Field::Action,
        "action job_class queue queue_name kind job_type job_name task_name task worker_class class type function handler \
         pipeline workflow name label partition",
    ),
    (
        Field::Worker,
        "attempted_by locked_by worker worker_id worker_name runner runner_name host hostname node node_name machine \
         server agent executor instance",
    ),
    (Field::Status, "status state conclusion result outcome job_status final_state"),
    (Field::Priority, "priority prio"),
    (Field::Attempt, "attempt try_number attempt_number"),
    (Field::Estimate, "estimate estimate_s time_limit timelimit requested_time expected_duration"),
    (Field::Id, "id job_id task_id uuid jid run_id"),
];

/// Columns that have units of a resource: the name of the column is that of the resource.
const NEEDS: [&str; 9] =
    ["slots", "cpus", "cores", "gpus", "processors", "pool_slots", "concurrency_slots", "num_cpus", "num_gpus"];

/// Proposes a mapping for columns; `sample` has cells of the first rows, by column.
pub(crate) fn propose(columns: &[String], sample: &[Vec<String>]) -> Proposal {
    let plain: Vec<String> = columns.iter().map(|column| plain(column)).collect();
    let mut mapping = Mapping::default();
    for (field, names) in NAMES {
        let found = names.split(' ').find_map(|name| plain.iter().position(|column| column == name));
        let Some(place) = found.filter(|place| fits(field, &columns[*place], sample, *place)) else { continue };
        mapping.fields.insert(field, columns[place].clone());
    }
    // A duration beside two instants says nothing new, and may be of something else.
    let has = |mapping: &Mapping, field| mapping.fields.contains_key(&field);
    for (duration, instant) in [(Field::Queued, Field::Started), (Field::Run, Field::Finished)] {
        if has(&mapping, instant) && has(&mapping, Field::Created) {
            mapping.fields.remove(&duration);
        }
    }
    // An id that repeats names something else, such as a task.
    if let Some(place) = mapping.fields.get(&Field::Id).and_then(|id| columns.iter().position(|column| column == id)) {
        let mut ids: Vec<&str> = sample.iter().filter_map(|row| row.get(place)).map(String::as_str).collect();
        ids.sort_unstable();
        let distinct = ids.iter().collect::<std::collections::BTreeSet<_>>().len();
        if 2 * distinct < ids.len() {
            mapping.fields.remove(&Field::Id);
        }
    }
    for (column, plain) in columns.iter().zip(&plain) {
        let resource = column.strip_prefix("need.").or(NEEDS.contains(&plain.as_str()).then_some(column.as_str()));
        if let Some(resource) = resource.filter(|resource| !resource.is_empty()) {
            mapping.needs.push((resource.to_owned(), column.clone()));
        }
    }
    Proposal { is_certain: mapping.is_enough(), mapping }
}

/// The name in lower case, with words joined by `_`: `startTime` is `start_time`.
fn plain(column: &str) -> String {
    let mut plain = String::with_capacity(column.len() + 4);
    let mut was_lower = false;
    for c in column.trim().chars() {
        if c.is_uppercase() && was_lower {
            plain.push('_');
        }
        was_lower = c.is_lowercase() || c.is_ascii_digit();
        plain.extend(if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '_' }.to_lowercase());
    }
    plain
}

/// Whether the cells of a column can be what its name says; all of them may be empty.
fn fits(field: Field, name: &str, sample: &[Vec<String>], place: usize) -> bool {
    let mut cells = sample.iter().filter_map(|row| row.get(place)).filter(|cell| !stamp::is_unset(cell)).peekable();
    if cells.peek().is_none() {
        // An empty column tells nothing, but it may be the end of jobs that all run.
        return !sample.is_empty() && field != Field::Created;
    }
    let unit = duration::unit_of(name);
    let is_readable = |cell: &&String| {
        if field.is_time() {
            stamp::read(cell).is_some()
        } else if field.is_duration() {
            duration::read(cell, unit).is_some()
        } else {
            true
        }
    };
    let (mut good, mut all) = (0, 0);
    for cell in cells {
        good += usize::from(is_readable(&cell));
        all += 1;
    }
    2 * good > all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proposed(header: &str, row: &str) -> (String, bool) {
        let split = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
        let proposal = propose(&split(header), &[split(row)]);
        (proposal.mapping.to_string(), proposal.is_certain)
    }

    #[test]
    fn usual_names_are_known() {
        for (header, row, mapping) in [
            (
                "id,enqueued_at,run_at,done_at,queue,host,state",
                "1,2026-03-01 12:00:00,2026-03-01 12:00:00,2026-03-01 12:00:00,mail,a,ok",
                "created=enqueued_at, started=run_at, finished=done_at, action=queue, worker=host, status=state, id=id",
            ),
            (
                "createdAt,startTime,endTime,jobType,slots",
                "1772366400,1772366401,1772366402,mail,2",
                "created=createdAt, started=startTime, finished=endTime, action=jobType, need.slots=slots",
            ),
            (
                "id,state,queue,kind,attempt,priority,created_at,scheduled_at,attempted_at,finalized_at,attempted_by",
                "7,completed,default,mail,1,1,1772366399,1772366400,1772366401,1772366402,w-1",
                "created=scheduled_at, started=attempted_at, finished=finalized_at, action=queue, worker=attempted_by, \
                 status=state, priority=priority, attempt=attempt, id=id",
            ),
            ("submitted,wait,duration_ms", "1772366400,5,7000", "created=submitted, queued=wait, run=duration_ms"),
        ] {
            assert_eq!(proposed(header, row), (mapping.to_owned(), true), "{header}");
        }
    }

    #[test]
    fn a_name_that_promises_too_much_is_not_trusted() {
        assert!(!proposed("created,started", "alice,bob").1);
        assert!(!proposed("a,b,c", "1,2,3").1);
        assert_eq!(
            proposed("created_at,queue", "1772366400,mail"),
            ("created=created_at, action=queue".to_owned(), false)
        );
    }
}
