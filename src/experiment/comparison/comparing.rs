//! The walk of a comparison: look by look, more replications of every contender until all is decided or the last look is taken.

use rayon::prelude::*;

use super::gate::{Gates, Measured};
use super::judged::Judged;
use super::row::{self, Figures, Heading};
use super::{Comparison, Contender, Gate, Questions, Row};
use crate::expression::{Condition, Fault, Quantity, Target};
use crate::replication::Replication;
use crate::stats::ReplicationStats;
use crate::stats::interval::critical_value_95;
use crate::stats::paired::Paired;
use crate::{Asked, Progress, Results};

/// An expression that a contender's scenario has no answer to.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{contender}: {fault}")]
pub struct Misfit {
    /// The text of the expression, or of the condition that it is part of.
    pub text: String,
    /// Whether it is a gate's.
    pub is_gate: bool,
    /// The contender's name.
    pub contender: String,
    /// What is wrong.
    pub fault: Box<Fault>,
}

/// A comparison under way.
#[derive(Debug)]
pub struct Comparing<'a> {
    contenders: &'a [Contender],
    questions: &'a Questions,
    /// By contender: what is judged, then the gates.
    asked: Vec<Asked>,
    /// By contender.
    outcomes: Vec<Vec<ReplicationStats>>,
    looks: usize,
    judged: Judged,
    gates: Gates,
}

impl<'a> Comparing<'a> {
    /// Begins a comparison of contenders, of which the baseline is one.
    ///
    /// # Errors
    /// If what is asked for does not exist in some contender.
    pub fn new(contenders: &'a [Contender], questions: &'a Questions) -> Result<Comparing<'a>, Misfit> {
        let asked = contenders.iter().map(|contender| ask(contender, questions)).collect::<Result<_, _>>()?;
        let challengers = contenders.len().saturating_sub(1);
        Ok(Comparing {
            contenders,
            questions,
            asked,
            outcomes: vec![Vec::new(); contenders.len()],
            looks: 0,
            judged: Judged::new(questions, challengers),
            gates: Gates::new(questions, challengers),
        })
    }

    /// How many replications the next look adds, over all contenders; `None` if none is needed or allowed.
    pub fn next(&self) -> Option<u32> {
        let Questions { looks, awaits_judged, .. } = self.questions;
        let is_decided = self.gates.is_decided() && (!awaits_judged || self.judged.is_decided());
        let more = looks.get(self.looks)? - self.replications();
        (self.looks == 0 || !is_decided).then(|| more.saturating_mul(self.contenders.len() as u32))
    }

    fn replications(&self) -> u32 {
        self.outcomes.first().map_or(0, |outcomes| outcomes.len() as u32)
    }

    /// Runs the replications of the next look on rayon's current threads, and decides what can be decided.
    pub fn look(&mut self, progress: &dyn Progress) {
        let Some(replications) = self.questions.looks.get(self.looks) else { return };
        self.simulate(replications, progress);
        self.looks += 1;
        let judged: Vec<_> = self.judged_pairs().into_iter().map(|(_, quantity, paired)| (quantity, paired)).collect();
        self.judged.look(replications, &judged, self.questions.margin);
        let gates: Vec<_> = self.measured().into_iter().map(|(_, gate)| gate).collect();
        self.gates.look(replications, &gates);
    }

    /// Replications up to that number, of all contenders.
    fn simulate(&mut self, replications: u32, progress: &dyn Progress) {
        let numbers = self.replications()..replications;
        let all = (0..self.contenders.len()).flat_map(|contender| numbers.clone().map(move |index| (contender, index)));
        let one = |(contender, index): (usize, u32)| {
            let scenario = &self.contenders[contender].scenario;
            let shares = self.asked[contender].shares();
            let outcome = Replication::new(scenario, u64::from(index)).measure(shares, progress);
            (contender, outcome.without_series())
        };
        let outcomes: Vec<_> = all.collect::<Vec<_>>().into_par_iter().map(one).collect();
        for (contender, outcome) in outcomes {
            self.outcomes[contender].push(outcome);
        }
    }

    /// All contenders but the baseline, by their numbers.
    fn challengers(&self) -> impl Iterator<Item = usize> + use<> {
        let baseline = self.questions.baseline;
        (0..self.contenders.len()).filter(move |contender| *contender != baseline)
    }

    /// Everything that is judged, contender by contender.
    fn judged_pairs(&self) -> Vec<(usize, &'a Quantity, Paired)> {
        let pair = |contender: usize, index: usize| {
            let values = |contender: usize| self.asked[contender].values(index, &self.outcomes[contender]);
            Paired::of(&values(self.questions.baseline), &values(contender))
        };
        let of = |contender: usize| {
            let quantities = self.questions.judged.iter().enumerate();
            quantities.map(move |(index, quantity)| (contender, quantity, pair(contender, index)))
        };
        self.challengers().flat_map(of).collect()
    }

    /// Everything that is gated, contender by contender.
    fn measured(&self) -> Vec<(usize, (&'a Condition, Measured))> {
        let measure = |contender: usize, index: usize, gate| {
            let number = self.questions.judged.len() + index;
            let values = |contender: usize| self.asked[contender].values(number, &self.outcomes[contender]);
            Measured::of(gate, &values(self.questions.baseline), &values(contender))
        };
        let of = |contender: usize| {
            let gates = self.questions.gates.iter().enumerate();
            gates.map(move |(index, gate)| (contender, (gate, measure(contender, index, gate))))
        };
        self.challengers().flat_map(of).collect()
    }

    /// What it has come to.
    pub fn finish(mut self) -> Comparison {
        let mut point = row::points(self.questions.looks.share_of(self.questions.level));
        let gates: Vec<Gate> = self
            .measured()
            .iter()
            .enumerate()
            .map(|(number, (contender, measured))| self.gates.gate(number, *contender, measured, &mut point))
            .collect();
        let judged = self.judged_rows(&mut point);
        let (replications, looks) = (self.replications(), self.looks);
        let mut results: Vec<Results> = std::mem::take(&mut self.outcomes).into_iter().map(Results::of).collect();
        for results in &mut results {
            widen(results, &mut point);
        }
        let mut rows = self.all_rows(&results, &mut point);
        for judged in judged {
            match rows.iter_mut().find(|row| row.contender == judged.contender && row.heading() == judged.heading()) {
                Some(row) => *row = judged,
                None => rows.push(judged),
            }
        }
        rows.sort_by_key(|row| row.contender);
        Comparison { replications, looks, results, rows, gates }
    }

    fn judged_rows(&self, point: &mut impl FnMut(u64) -> f64) -> Vec<Row> {
        let mut rows = Vec::new();
        for (number, (contender, quantity, paired)) in self.judged_pairs().into_iter().enumerate() {
            let (target, system) = (self.baseline_target(number), &self.baseline().scenario.system);
            let resource = target.resource().map_or("", |id| &system.resources[usize::from(id.0)]);
            let heading = Heading {
                action: row::action(target.action(), system),
                resource: resource.to_owned(),
                measure: quantity.measure.name(),
                statistic: quantity.statistic(),
            };
            let mut row = Row::new(contender, heading, quantity.unit(), &paired, point);
            row.judgement = Some(self.judged.judgement(number));
            rows.push(row);
        }
        rows
    }

    fn baseline(&self) -> &'a Contender {
        &self.contenders[self.questions.baseline]
    }

    /// Where the baseline has the number-th of all that is judged.
    fn baseline_target(&self, number: usize) -> Target {
        self.asked[self.questions.baseline].target(number % self.questions.judged.len())
    }

    fn all_rows(&self, results: &[Results], point: &mut impl FnMut(u64) -> f64) -> Vec<Row> {
        let figures = |contender: usize| Figures::of(&results[contender], &self.contenders[contender].scenario.system);
        let baseline = figures(self.questions.baseline);
        self.challengers().flat_map(|contender| row::rows(contender, &baseline, &figures(contender), point)).collect()
    }
}

/// What is asked of a contender.
fn ask(contender: &Contender, questions: &Questions) -> Result<Asked, Misfit> {
    let judged = questions.judged.iter().map(|quantity| (quantity, &quantity.text, false));
    let gates = questions.gates.iter().map(|gate| (&gate.quantity, &gate.text, true));
    let all: Vec<_> = judged.chain(gates).collect();
    Asked::of(all.iter().map(|(quantity, ..)| *quantity), &contender.scenario.system).map_err(|(number, fault)| {
        let (_, text, is_gate) = all[number];
        Misfit { text: text.clone(), is_gate, contender: contender.name.clone(), fault: Box::new(fault) }
    })
}

/// Makes the intervals of a summary valid at whatever look replications end.
fn widen(results: &mut Results, point: &mut impl FnMut(u64) -> f64) {
    for estimate in results.summary.iter_mut().map(|row| &mut row.estimate) {
        if let (Some(value), Some((low, high))) = (estimate.value, estimate.interval) {
            let freedom = estimate.replications - 1;
            let half = (high - low) / 2.0 * (point(freedom) / critical_value_95(freedom));
            estimate.interval = Some((value - half, value + half));
        }
    }
}
