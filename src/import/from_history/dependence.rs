//! Whether run times depend on what a scenario draws independently of them: the hour of the day,
//! the worker, and the run before.

use crate::calendar::Calendar;
use crate::fit::{depends_on, serial_correlation};
use crate::history::{JobHistory, Outcome};
use crate::model::time::Time;
use crate::toml_text::{number, seconds};

use super::classes::Classes;
use super::estimates::DependenceFigures;

/// The level of each test.
const LEVEL: f64 = 0.001;
/// The least ratio of means that matters.
const LEAST_RATIO: f64 = 1.1;
/// The least correlation that matters.
const LEAST_CORRELATION: f64 = 0.1;
const HOURS: usize = 24;

/// What each class of jobs depends on, as far as it matters.
pub(super) fn dependences(history: &JobHistory, classes: &Classes) -> Vec<Vec<DependenceFigures>> {
    let calendar = Calendar::new(history.time_zone, history.epoch, (history.from(), history.until), &[]);
    let mut runs: Vec<Vec<(Time, f64, Option<u32>)>> = vec![Vec::new(); classes.all.len()];
    for (record, class) in history.records.iter().zip(&classes.of) {
        if let (Some(started), Some(ran), Outcome::Done) = (record.started, record.service(), record.outcome) {
            runs[*class as usize].push((started, ran.as_secs_f64(), record.worker));
        }
    }
    runs.into_iter()
        .map(|mut runs| {
            runs.sort_by_key(|run| run.0);
            let mut hours = vec![Vec::new(); HOURS];
            let mut workers = vec![Vec::new(); history.workers.len()];
            for (started, ran, worker) in &runs {
                let hour = calendar.local_seconds(*started).div_euclid(3_600).rem_euclid(HOURS as i64);
                hours[hour as usize].push(*ran);
                if let Some(worker) = worker {
                    workers[*worker as usize].push(*ran);
                }
            }
            let hour = groups("hour", &hours, |hour| format!("{hour}:00"));
            let worker = groups("worker", &workers, |worker| history.workers[worker].clone());
            let sequence: Vec<f64> = runs.iter().map(|run| run.1).collect();
            let before = serial_correlation(&sequence)
                .filter(|found| found.p < LEVEL && found.correlation.abs() >= LEAST_CORRELATION)
                .map(|found| DependenceFigures {
                    on: "run before",
                    p: found.p,
                    effect: found.correlation,
                    about: format!(
                        "consecutive runs are alike or not by chance: the correlation of their ranks is {}",
                        number(found.correlation)
                    ),
                });
            [hour, worker, before].into_iter().flatten().collect()
        })
        .collect()
}

fn groups(on: &'static str, groups: &[Vec<f64>], name: impl Fn(usize) -> String) -> Option<DependenceFigures> {
    let found = depends_on(groups).filter(|found| found.p < LEVEL && found.ratio >= LEAST_RATIO)?;
    let mean = |group: usize| groups[group].iter().sum::<f64>() / groups[group].len() as f64;
    let of = |group: usize| format!("{} ({})", seconds(mean(group)), name(group));
    let (least, most) = (of(found.smallest), of(found.largest));
    let about = format!("mean run times differ by {on}, from {least} to {most}, which this scenario does not have");
    Some(DependenceFigures { on, p: found.p, effect: found.ratio, about })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Record;
    use crate::model::time::{Epoch, Span};
    use crate::model::time_zone::TimeZone;
    use crate::random::stream::{Purpose, Stream, Streams};

    /// A month of runs on two workers, one every 20 minutes; a run takes `seconds(hour, worker)` on
    /// average.
    fn found(seconds: impl Fn(i64, u32) -> f64, draw: impl Fn(&mut Stream) -> f64) -> Vec<DependenceFigures> {
        let mut stream = Streams::new(1, 0).stream(Purpose::Service, "dependence");
        let record = |number: i64| {
            let created = Time::ZERO + Span::secs(number * 1_200);
            let worker = (stream.bits() % 2) as u32;
            let ran = seconds(number / 3 % 24, worker) * draw(&mut stream);
            Record {
                created,
                started: Some(created),
                finished: Some(created + Span((ran * 1e9) as i64)),
                outcome: Outcome::Done,
                action: 0,
                worker: Some(worker),
                need: 0,
                attempt: 1,
                priority: None,
                estimate: None,
                line: number as u32 + 2,
            }
        };
        let records: Vec<Record> = (0..2_160).map(record).collect();
        let history = JobHistory {
            until: records.last().unwrap().finished.unwrap(),
            records,
            actions: vec!["scan".to_owned()],
            workers: vec!["old".to_owned(), "new".to_owned()],
            resources: Vec::new(),
            needs: vec![Vec::new()],
            epoch: Epoch::default(),
            time_zone: TimeZone::default(),
            resolution: Span(1),
            problems: Vec::new(),
        };
        dependences(&history, &Classes::new(&history)).concat()
    }

    #[test]
    fn slow_hours_and_workers_are_reported() {
        assert_eq!(found(|_, _| 40.0, Stream::exponential), []);
        let slow = found(|_, worker| if worker == 0 { 60.0 } else { 40.0 }, Stream::exponential);
        assert_eq!(slow.iter().map(|found| found.on).collect::<Vec<_>>(), ["worker"]);
        assert!((1.3..1.7).contains(&slow[0].effect) && slow[0].about.contains("(old)"), "{slow:?}");
        let busy = found(|hour, _| if (8..18).contains(&hour) { 80.0 } else { 40.0 }, Stream::exponential);
        // Neighbours share their hours.
        assert_eq!(busy[0].on, "hour", "{busy:?}");
        assert!(busy[0].effect > 2.0 && !busy.iter().any(|found| found.on == "worker"), "{busy:?}");
    }
}
