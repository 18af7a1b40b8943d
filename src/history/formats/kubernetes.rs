//! Kubernetes: `kubectl get jobs,pods -o json`. Each pod of a job is an attempt.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use crate::dialect::{Dialect, keep, keep_value};
use crate::error::HistoryError;
use crate::json::{at, cell};
use crate::mapping::{FIELDS, Field};
use crate::model::decimal::scaled;
use crate::record::{Outcome, ProblemKind};
use crate::row::{Rejection, Row};
use crate::row_reader::RowReader;

pub(super) const DIALECT: Dialect = Dialect {
    fields: &[],
    required: &[],
    extra: &[],
    need_prefix: None,
    adjust: keep,
    adjust_value: keep_value,
    pages: &["items"],
    hint: "Write one with kubectl get jobs,pods --all-namespaces -o json",
};

/// The pods and jobs of a list.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    pods: Vec<(u32, Value)>,
    /// The action of each job, by namespace and name.
    jobs: BTreeMap<String, String>,
    /// The number of all of them, and of others.
    count: usize,
}

/// The labels and annotations that number the pods of an indexed job.
const INDEX: &str = "batch.kubernetes.io/job-completion-index";

impl Objects {
    /// Keeps an object of the list.
    pub(crate) fn add(&mut self, number: u32, object: Value) {
        self.count += 1;
        let kind = object.get("kind").and_then(Value::as_str);
        // The objects of a PodList have no kind.
        if kind == Some("Pod") || kind.is_none() && at(&object, "spec.containers").is_some() {
            self.pods.push((number, object));
        } else if kind == Some("Job") {
            let name = cell(at(&object, "metadata.name"));
            self.jobs.insert(key(&object, &name), action_of_job(&object));
        }
    }

    /// Reads the pods.
    ///
    /// # Errors
    /// If there are none.
    pub(crate) fn read(&self, reader: &mut RowReader) -> Result<(), HistoryError> {
        if self.pods.is_empty() && self.count > 0 {
            return Err(HistoryError::of_file(format!("there are no pods in the list. {}", DIALECT.hint)));
        }
        let mut columns: [String; FIELDS] = Default::default();
        for (field, name) in [
            (Field::Created, "creationTimestamp"),
            (Field::Started, "startedAt"),
            (Field::Finished, "finishedAt"),
            (Field::Status, "phase"),
        ] {
            name.clone_into(&mut columns[field as usize]);
        }
        reader.set_columns(columns);
        let attempts = self.attempts();
        for ((number, pod), attempt) in self.pods.iter().zip(&attempts) {
            let attempt = attempt.to_string();
            let priority = cell(at(pod, "spec.priority"));
            let mut row = Row::new(*number);
            row.set(Field::Attempt, &attempt);
            row.set(Field::Priority, &priority);
            match self.fill(&mut row, pod) {
                Ok(()) => reader.row(&row, &[])?,
                Err(why) => reader.reject(*number, Some(why))?,
            }
        }
        Ok(())
    }

    fn fill<'a>(&'a self, row: &mut Row<'a>, pod: &'a Value) -> Result<(), Rejection> {
        let text = |path: &str| at(pod, path).and_then(Value::as_str).unwrap_or_default();
        let Some(job) = owner(pod, "Job") else {
            return Err(Rejection::LeftOut("pods that belong to no job"));
        };
        let action = self.jobs.get(&key(pod, job));
        row.action =
            Some(action.map_or_else(|| Cow::Owned(stem(job).to_owned()), |action| Cow::Borrowed(action.as_str())));
        row.set(Field::Id, text("metadata.uid"));
        row.set(Field::Created, text("metadata.creationTimestamp"));
        row.set(Field::Worker, text("spec.nodeName"));
        let (started, finished, is_over) = container_times(pod);
        row.set(Field::Started, started);
        let phase = text("status.phase");
        row.outcome = Some(match (phase, text("status.reason")) {
            ("Succeeded", _) => Outcome::Done,
            ("Failed", "DeadlineExceeded") => Outcome::DeadlineMissed,
            ("Failed", "Evicted" | "NodeLost" | "NodeShutdown" | "Terminated" | "Shutdown" | "Preempting") => {
                Outcome::WorkerLost
            }
            ("Failed", _) => Outcome::Error,
            ("Running", _) => Outcome::Running,
            ("Pending", _) => Outcome::Waiting,
            _ => {
                let reason = format!("phase `{phase}` is not known; known are Pending, Running, Succeeded, Failed");
                return Err(Rejection::Problem(ProblemKind::Status, reason));
            }
        });
        if is_over && matches!(phase, "Succeeded" | "Failed") {
            row.set(Field::Finished, finished);
        }
        if phase == "Pending" {
            row.set(Field::Started, "");
        }
        row.units = requests(pod);
        Ok(())
    }

    /// The attempt of each pod: 1, and 1 for each failed pod of the same job that was created
    /// before it.
    fn attempts(&self) -> Vec<u32> {
        let identity = |pod: &Value| {
            let index = at(pod, "metadata.annotations").and_then(|all| all.get(INDEX)).and_then(Value::as_str);
            owner(pod, "Job").map(|job| format!("{}\u{1f}{}", key(pod, job), index.unwrap_or_default()))
        };
        let created = |pod: &Value| cell(at(pod, "metadata.creationTimestamp")).into_owned();
        let mut order: Vec<usize> = (0..self.pods.len()).collect();
        order.sort_by_cached_key(|index| created(&self.pods[*index].1));
        let (mut failed, mut attempts) = (BTreeMap::<String, u32>::new(), vec![1; self.pods.len()]);
        for index in order {
            let pod = &self.pods[index].1;
            let Some(identity) = identity(pod) else { continue };
            let before = failed.entry(identity).or_default();
            attempts[index] = *before + 1;
            *before += u32::from(at(pod, "status.phase").and_then(Value::as_str) == Some("Failed"));
        }
        attempts
    }
}

/// A name in the namespace of an object.
fn key(object: &Value, name: &str) -> String {
    format!("{}/{name}", cell(at(object, "metadata.namespace")))
}

/// The name of the owner of this kind.
fn owner<'a>(object: &'a Value, kind: &str) -> Option<&'a str> {
    let owners = at(object, "metadata.ownerReferences")?.as_array()?;
    let owner = owners.iter().find(|owner| owner.get("kind").and_then(Value::as_str) == Some(kind))?;
    owner.get("name")?.as_str()
}

/// What jobs of one kind have in common: the cron that makes them, their label, or the beginning of
/// their names.
fn action_of_job(job: &Value) -> String {
    let label =
        at(job, "metadata.labels").and_then(|labels| labels.get("app.kubernetes.io/name")).and_then(Value::as_str);
    let generated = at(job, "metadata.generateName").and_then(Value::as_str).map(|name| name.trim_end_matches('-'));
    let name = owner(job, "CronJob").or(label).or(generated);
    name.map_or_else(|| stem(&cell(at(job, "metadata.name"))).to_owned(), str::to_owned)
}

/// A name without a number at its end: the cron `nightly` makes jobs such as `nightly-28394820`.
fn stem(name: &str) -> &str {
    let stem =
        name.rsplit_once('-').filter(|(stem, end)| !stem.is_empty() && end.bytes().all(|byte| byte.is_ascii_digit()));
    stem.map_or(name, |(stem, _)| stem)
}

/// The first start and the last end of the containers, and whether all of them have ended. Times of
/// the API are all in UTC, so texts have the order of instants.
fn container_times(pod: &Value) -> (&str, &str, bool) {
    let statuses = at(pod, "status.containerStatuses").and_then(Value::as_array);
    let (mut started, mut finished, mut is_over) = ("", "", statuses.is_some());
    for status in statuses.into_iter().flatten() {
        let time = |path: &str| at(status, path).and_then(Value::as_str).unwrap_or_default();
        let starts = [time("state.terminated.startedAt"), time("state.running.startedAt")];
        let start = starts.into_iter().find(|start| !start.is_empty()).unwrap_or_default();
        if !start.is_empty() && (started.is_empty() || start < started) {
            started = start;
        }
        let end = time("state.terminated.finishedAt");
        is_over &= !end.is_empty();
        finished = finished.max(end);
    }
    (started, finished, is_over)
}

/// The sum of the requests of all containers: thousandths of a processor, MiB, and units of others.
fn requests(pod: &Value) -> Vec<(Cow<'_, str>, u64)> {
    let containers = at(pod, "spec.containers").and_then(Value::as_array);
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for container in containers.into_iter().flatten() {
        let requests = at(container, "resources.requests").and_then(Value::as_object);
        for (name, quantity) in requests.into_iter().flatten() {
            let (name, unit) = match name.as_str() {
                "cpu" => ("millicpu", 1_000_000),
                "memory" => ("memory_mib", MEBI),
                name => (name, NANOS),
            };
            let units = quantity_in_nanos(&cell(Some(quantity))).map(|nanos| nanos.div_ceil(unit));
            let units = units.and_then(|units| u64::try_from(units).ok()).unwrap_or(0);
            let sum = sums.entry(name).or_default();
            *sum = sum.saturating_add(units);
        }
    }
    sums.into_iter().map(|(name, units)| (Cow::Borrowed(name), units)).collect()
}

const NANOS: u128 = 1_000_000_000;
const MEBI: u128 = (1 << 20) * NANOS;

/// A quantity such as `500m`, `2`, `1.5Gi` or `1e3`, times 10^9.
fn quantity_in_nanos(text: &str) -> Option<u128> {
    const SUFFIXES: [(&str, u128); 13] = [
        ("Ki", NANOS << 10),
        ("Mi", NANOS << 20),
        ("Gi", NANOS << 30),
        ("Ti", NANOS << 40),
        ("Pi", NANOS << 50),
        ("n", 1),
        ("u", 1_000),
        ("m", 1_000_000),
        ("k", 1_000 * NANOS),
        ("M", 1_000_000 * NANOS),
        ("G", 1_000_000_000 * NANOS),
        ("T", 1_000_000_000_000 * NANOS),
        ("P", 1_000_000_000_000_000 * NANOS),
    ];
    let found = SUFFIXES.iter().find_map(|(suffix, factor)| Some((text.strip_suffix(suffix)?, *factor)));
    let (number, factor) = found.unwrap_or((text, NANOS));
    let thousandths = u128::try_from(scaled(number, 3)?.nearest).ok()?;
    Some((thousandths * factor).div_ceil(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_as_kubernetes_writes_them() {
        for (text, nanos) in [
            ("500m", NANOS / 2),
            ("2", 2 * NANOS),
            ("0.25", NANOS / 4),
            ("128Mi", 128 * MEBI),
            ("1.5Gi", 1536 * MEBI),
            ("1e3", 1_000 * NANOS),
            ("1G", 1_000_000_000 * NANOS),
        ] {
            assert_eq!(quantity_in_nanos(text), Some(nanos), "{text}");
        }
        for text in ["", "x", "-1", "1Q"] {
            assert_eq!(quantity_in_nanos(text), None, "{text}");
        }
    }

    #[test]
    fn jobs_of_a_cron_have_its_name() {
        assert_eq!((stem("nightly-28394820"), stem("import"), stem("-5")), ("nightly", "import", "-5"));
    }
}
