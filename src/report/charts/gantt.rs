//! Who runs what in a period of one replication: a lane for each slot of a worker.

use std::collections::BTreeMap;

use crate::RunContext;
use crate::engine::{Event, Observer};
use crate::experiment;
use crate::format;
use crate::model::action::ActionId;
use crate::model::job::{JobId, JobOutcome};
use crate::model::time::{Epoch, Span, Time};
use crate::model::worker::WorkerId;
use crate::plot::calendar;
use crate::plot::canvas::{self, AXIS, Canvas, Color, GRID, HPos, INK, MARGIN, Painted, SERIES, Shape, Surface};
use crate::plot::canvas::{TITLES, WIDTH};

const TOP: i32 = TITLES + 12;
const LEFT: i32 = 170;
const RIGHT: i32 = WIDTH - 40;
/// At most this number of lanes and of runs is drawn; a line counts the others.
const MOST_LANES: usize = 60;
const MOST_RUNS: usize = 2_000;
/// The letters of a lane's name.
const NAME: i32 = LEFT - MARGIN - 8;

/// A run of a job.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Run {
    worker: WorkerId,
    slot: usize,
    job: JobId,
    action: ActionId,
    from: Time,
    to: Time,
    /// How it ended; `None` if it goes on after the period.
    outcome: Option<JobOutcome>,
}

/// Collects the runs of a period. Memory grows with the runs in it, up to a bound, and with the
/// jobs that run at one instant.
#[derive(Debug)]
struct Runs {
    period: (Time, Time),
    running: BTreeMap<JobId, Run>,
    /// By worker: whether each slot is taken.
    slots: BTreeMap<WorkerId, Vec<bool>>,
    found: Vec<Run>,
    left_out: u64,
}

impl Runs {
    fn of(context: &RunContext, period: (Time, Time)) -> Runs {
        let (running, slots) = (BTreeMap::new(), BTreeMap::new());
        let mut runs = Runs { period, running, slots, found: Vec::new(), left_out: 0 };
        experiment::observe(context.scenario, 0, period.1, &mut runs);
        let open: Vec<Run> = std::mem::take(&mut runs.running).into_values().collect();
        for run in open {
            runs.add(Run { to: period.1, ..run });
        }
        runs.found.sort_by_key(|run| (run.worker, run.slot, run.from));
        runs
    }

    fn add(&mut self, run: Run) {
        let (from, to) = (run.from.max(self.period.0), run.to.min(self.period.1));
        if from >= to {
            return;
        }
        if self.found.len() < MOST_RUNS { self.found.push(Run { from, to, ..run }) } else { self.left_out += 1 }
    }

    fn end(&mut self, job: JobId, now: Time, outcome: Option<JobOutcome>) {
        let Some(run) = self.running.remove(&job) else { return };
        if let Some(slot) = self.slots.get_mut(&run.worker).and_then(|slots| slots.get_mut(run.slot)) {
            *slot = false;
        }
        self.add(Run { to: now, outcome, ..run });
    }
}

impl Observer for Runs {
    fn on(&mut self, now: Time, event: &Event<'_>) {
        match event {
            Event::Claimed { job, worker } => {
                let slots = self.slots.entry(*worker).or_default();
                let slot = slots.iter().position(|taken| !taken).unwrap_or_else(|| {
                    slots.push(false);
                    slots.len() - 1
                });
                slots[slot] = true;
                let (job, action) = (job.id, job.action);
                let run = Run { worker: *worker, slot, job, action, from: now, to: now, outcome: None };
                self.running.insert(job, run);
            }
            Event::Ended { job, outcome, .. } => self.end(job.id, now, Some(*outcome)),
            _ => {}
        }
    }
}

/// The chart of a period of replication 0.
pub(super) fn draw(context: &RunContext, period: (Time, Time)) -> Vec<u8> {
    let runs = Runs::of(context, period);
    let mut lanes: Vec<(WorkerId, usize)> = runs.found.iter().map(|run| (run.worker, run.slot)).collect();
    lanes.dedup();
    let more_lanes = lanes.len().saturating_sub(MOST_LANES);
    lanes.truncate(MOST_LANES);
    let colors = colors(&runs.found);
    let height = (480 / lanes.len().max(1) as i32).clamp(10, 26);
    let bottom = TOP + lanes.len().max(1) as i32 * height;
    let legend = bottom + canvas::X_LABELS + 12;
    let entries = entries(context, &colors);
    let names = entries.len().div_ceil(3) as i32;
    let left_out = [
        (more_lanes > 0).then(|| format!("{more_lanes} more slots")),
        (runs.left_out > 0).then(|| format!("{} more runs: choose a shorter period", runs.left_out)),
    ];
    let left_out: Vec<String> = left_out.into_iter().flatten().collect();
    let subtitle = "Replication 0: each bar is a run of a job, each lane a slot of a worker; a red end is a failure";
    canvas::sheet(legend + names * 20 + 34, &context.title("who runs what"), subtitle, |canvas| {
        if lanes.is_empty() {
            return canvas::remark(canvas, "Nothing runs in this period.", (WIDTH / 2, TOP + 6), HPos::Center);
        }
        draw_axis(canvas, context.scenario.epoch, period, bottom)?;
        for (place, lane) in lanes.iter().enumerate() {
            draw_lane(canvas, context, (*lane, TOP + place as i32 * height, height), &runs, &colors)?;
        }
        draw_legend(canvas, &entries, legend)?;
        let words = left_out.join("; ");
        canvas::remark(canvas, &words, (MARGIN, legend + names * 20 + 8), HPos::Left)
    })
}

/// The actions that run longest, with their colours and the time that they run; the others are
/// pale.
fn colors(runs: &[Run]) -> Vec<(ActionId, Color, Span)> {
    let mut times: BTreeMap<ActionId, i64> = BTreeMap::new();
    for run in runs {
        *times.entry(run.action).or_default() += (run.to - run.from).0;
    }
    let mut ranked: Vec<(ActionId, i64)> = times.into_iter().collect();
    ranked.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
    let color = |place: usize| SERIES.get(place).copied().unwrap_or(Color::Class("s6"));
    let named = ranked.iter().enumerate().map(|(place, (action, time))| (*action, color(place), Span(*time)));
    named.collect()
}

/// The pixel of an instant.
fn x((from, to): (Time, Time), at: Time) -> i32 {
    let part = (at - from).0 as f64 / (to - from).0.max(1) as f64;
    LEFT + (part.clamp(0.0, 1.0) * f64::from(RIGHT - LEFT)).round() as i32
}

fn draw_axis(canvas: &Canvas, epoch: Epoch, period: (Time, Time), bottom: i32) -> Painted {
    let begin = epoch.calendar_of(period.0).map_or(epoch, Epoch);
    let (axis, name) = calendar::axis(begin, Time((period.1 - period.0).0));
    for (at, words) in &axis.ticks {
        let x = axis.pixel(*at, (LEFT, RIGHT));
        canvas.draw(&Shape::path([(x, TOP), (x, bottom)], GRID.stroke_width(1)))?;
        canvas.draw(&Shape::path([(x, bottom), (x, bottom + 5)], AXIS.stroke_width(1)))?;
        let half = words.chars().count() as i32 * 4;
        canvas::text(canvas, words, (x.min(WIDTH - 2 - half), bottom + 9), canvas::regular(13), INK, HPos::Center)?;
    }
    let middle = i32::midpoint(LEFT, RIGHT);
    canvas::text(canvas, &name, (middle, bottom + 30), canvas::regular(13), INK, HPos::Center)
}

fn draw_lane(
    canvas: &Canvas,
    context: &RunContext,
    ((worker, slot), top, height): ((WorkerId, usize), i32, i32),
    runs: &Runs,
    colors: &[(ActionId, Color, Span)],
) -> Painted {
    if slot == 0 || height >= 16 {
        let number = if slot == 0 { String::new() } else { format!(" /{}", slot + 1) };
        let name = canvas::fitted(&format!("{}{number}", context.worker(Some(worker))), 13, NAME);
        let at = (LEFT - 8, top + height / 2 - 5);
        canvas::text(canvas, &name, at, canvas::regular(13), INK, HPos::Right)?;
    }
    let epoch = context.scenario.epoch;
    for run in runs.found.iter().filter(|run| (run.worker, run.slot) == (worker, slot)) {
        let (left, right) = (x(runs.period, run.from), x(runs.period, run.to));
        let color = colors.iter().find(|(action, ..)| *action == run.action).map_or(INK, |(_, color, _)| *color);
        let name = &context.scenario.system.action(run.action).name;
        let length = format::duration((run.to - run.from).as_secs_f64());
        let begin = calendar::words(epoch, run.from, Span::secs(1));
        let end = run.outcome.map_or("goes on", JobOutcome::name);
        canvas.mark(&format!("{name}, job {}: {length} from {begin}, {end}", run.job.0), || {
            // At least a pixel, and a gap of one between neighbours where there is room.
            let edge = if right - left > 3 { right - 1 } else { right.max(left + 1) };
            canvas.draw(&Shape::rectangle([(left, top + 1), (edge, top + height - 1)], color))?;
            if run.outcome.is_some_and(|outcome| outcome != JobOutcome::Done) {
                let mark = [((edge - 3).max(left), top + 1), (edge, top + height - 1)];
                canvas.draw(&Shape::rectangle(mark, canvas::TARGET))?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// What the legend has: actions with a colour of their own, and the others together.
fn entries(context: &RunContext, colors: &[(ActionId, Color, Span)]) -> Vec<(String, Color)> {
    let (named, others) = colors.split_at(colors.len().min(SERIES.len()));
    let time = |time: Span| format::duration(time.as_secs_f64());
    let entry = |(action, color, of): &(ActionId, Color, Span)| {
        (format!("{} ({})", context.scenario.system.action(*action).name, time(*of)), *color)
    };
    let mut entries: Vec<(String, Color)> = named.iter().map(entry).collect();
    if let [(_, color, _), ..] = others {
        let sum = Span(others.iter().map(|(.., of)| of.0).sum());
        entries.push((format!("{} other actions ({})", others.len(), time(sum)), *color));
    }
    entries
}

/// Three columns of actions with the time that they run.
fn draw_legend(canvas: &Canvas, entries: &[(String, Color)], top: i32) -> Painted {
    for (place, (words, color)) in entries.iter().enumerate() {
        let at = (MARGIN + place as i32 % 3 * 290, top + place as i32 / 3 * 20);
        canvas.draw(&Shape::rectangle([(at.0, at.1), (at.0 + 12, at.1 + 12)], *color))?;
        canvas.describe(format!("{words} of running."));
        let words = canvas::fitted(words, 13, 262);
        canvas::text(canvas, &words, (at.0 + 20, at.1), canvas::regular(13), INK, HPos::Left)?;
    }
    Ok(())
}
