//! Slurm's accounting: `sacct --parsable2`.
//!
//! Field names and states are those of the manual page of sacct.

use std::borrow::Cow;

use crate::dialect::{Dialect, keep_value};
use crate::mapping::Field;
use crate::record::Outcome;
use crate::row::{Rejection, Row};
use crate::stamp;

pub(super) const DIALECT: Dialect = Dialect {
    fields: &[
        (Field::Created, &["Submit"]),
        (Field::Started, &["Start"]),
        (Field::Finished, &["End"]),
        (Field::Status, &["State"]),
        (Field::Action, &["Partition"]),
        (Field::Worker, &["NodeList"]),
        (Field::Estimate, &["Timelimit"]),
        (Field::Priority, &["Priority"]),
        (Field::Id, &["JobID", "JobIDRaw"]),
    ],
    required: &[Field::Created, Field::Started, Field::Finished, Field::Status],
    extra: &["Eligible", "AllocTRES", "ReqTRES", "AllocCPUS", "ReqCPUS"],
    need_prefix: None,
    adjust,
    adjust_value: keep_value,
    pages: &[],
    hint: "Write one with sacct --allusers --allocations --array --parsable2 --format=JobID,Partition,User,Submit,\
           Eligible,Start,End,State,AllocTRES,ReqTRES,Timelimit,NodeList",
};

fn adjust(row: &mut Row) -> Result<(), Rejection> {
    let id = row.get(Field::Id);
    if id.contains('.') {
        return Err(Rejection::LeftOut("steps of jobs"));
    }
    if id.contains('[') {
        return Err(Rejection::LeftOut("waiting tasks of a job array in one row; sacct --array writes a row for each"));
    }
    let state = row.get(Field::Status);
    let word = state.split_whitespace().next().unwrap_or_default().trim_end_matches('+');
    // "CANCELLED by 1000" names the user.
    row.set(Field::Status, word);
    row.outcome = match word {
        "SUSPENDED" | "COMPLETING" | "CONFIGURING" | "RESIZING" | "STOPPED" | "SIGNALING" | "STAGE_OUT" => {
            Some(Outcome::Running)
        }
        "REQUEUED" | "RESV_DEL_HOLD" | "REQUEUE_FED" | "REQUEUE_HOLD" | "SPECIAL_EXIT" => Some(Outcome::WorkerLost),
        _ => None,
    };
    let extra = |index: usize| row.extra.get(index).copied().unwrap_or_default();
    let (eligible, start, end) = (extra(0), row.get(Field::Started), row.get(Field::Finished));
    let units = [extra(1), extra(2)].into_iter().find(|tres| !tres.is_empty());
    let cpus = [extra(3), extra(4)].into_iter().find(|cpus| !matches!(*cpus, "" | "0"));
    row.units = match (units, cpus) {
        (Some(tres), _) => tres_units(tres),
        (None, Some(cpus)) => cpus.parse().map(|cpus| vec![(Cow::Borrowed("cpu"), cpus)]).unwrap_or_default(),
        (None, None) => Vec::new(),
    };
    let never_ran =
        word == "PENDING" || word == "CANCELLED" && (start == end || row.get(Field::Worker).starts_with("None"));
    if never_ran && eligible.eq_ignore_ascii_case("unknown") {
        return Err(Rejection::LeftOut("held, or waiting for other jobs, so not due yet"));
    }
    if never_ran {
        row.set(Field::Started, "");
    }
    if matches!(word, "PENDING" | "RUNNING") {
        row.set(Field::Finished, "");
    }
    // Both are written alike, so the later one is the greater text.
    let submit = row.get(Field::Created);
    if !stamp::is_unset(eligible) && eligible.len() == submit.len() && eligible > submit {
        row.set(Field::Created, eligible);
    }
    let limit = row.get(Field::Estimate);
    if !limit.starts_with(|c: char| c.is_ascii_digit()) {
        row.set(Field::Estimate, "");
    }
    // Several nodes are no worker, and `None assigned` is no node.
    if row.get(Field::Worker).contains(['[', ',', ' ']) {
        row.set(Field::Worker, "");
    }
    Ok(())
}

/// Units from `cpu=4,mem=16G,node=1,billing=4,gres/gpu=2`: processors, MiB of memory, and generic
/// resources.
fn tres_units(text: &str) -> Vec<(Cow<'_, str>, u64)> {
    let pairs = || text.split(',').filter_map(|pair| pair.split_once('='));
    let unit = |(name, value): (&'_ str, &'_ str)| -> Option<(Cow<'_, str>, u64)> {
        match name {
            "cpu" => Some((Cow::Borrowed("cpu"), value.parse().ok()?)),
            "mem" => Some((Cow::Borrowed("memory_mib"), mebibytes(value)?)),
            _ => {
                let resource = name.strip_prefix("gres/")?;
                let whole = resource.split_once(':').map(|(whole, _)| whole);
                // Typed units are a part of the untyped ones, if both are there.
                let is_part =
                    whole.is_some_and(|whole| pairs().any(|(name, _)| name.strip_prefix("gres/") == Some(whole)));
                if is_part { None } else { Some((Cow::Owned(resource.to_owned()), value.parse().ok()?)) }
            }
        }
    };
    pairs().filter_map(unit).collect()
}

/// MiB, rounded up: `16G`, `4000M`, `524288K`; bytes without a unit are MiB, as in Slurm.
fn mebibytes(text: &str) -> Option<u64> {
    let (number, unit) = text.split_at(text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len()));
    let number: f64 = number.parse().ok()?;
    let factor = match unit {
        "K" => 1.0 / 1024.0,
        "" | "M" => 1.0,
        "G" => 1024.0,
        "T" => 1024.0 * 1024.0,
        "P" => 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    Some((number * factor).ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tres_are_units() {
        let units = |text| {
            let units: Vec<String> = tres_units(text).iter().map(|(name, units)| format!("{name}={units}")).collect();
            units.join(",")
        };
        assert_eq!(units("billing=4,cpu=4,gres/gpu=2,gres/gpu:a100=2,mem=16G,node=1"), "cpu=4,gpu=2,memory_mib=16384");
        assert_eq!(units("cpu=1,mem=500K,gres/gpu:v100=1"), "cpu=1,memory_mib=1,gpu:v100=1");
        assert_eq!(units("cpu=x,mem=1Q,,=,a"), "");
    }
}
