//! Backoffs: constant ones, and tables of those that grow or are left to chance.

use super::Build;
use crate::diagnostic::Complaint;
use crate::engine::Backoff;
use crate::model::time::Span;
use crate::spec::{At, Backoff as Spec, Growth};

/// A backoff that grows faster than this reaches any bound in two attempts.
const MOST_FACTOR: f64 = 1e6;

impl Build<'_> {
    /// The backoff; a harmless one and complaints, if its parameters are wrong.
    pub(super) fn backoff(&mut self, backoff: &At<Spec>) -> Backoff {
        match &backoff.value {
            Spec::Constant(span) => Backoff::constant(*span),
            Spec::Growing(growth) => self.growth(backoff, growth),
        }
    }

    fn growth(&mut self, backoff: &At<Spec>, growth: &Growth) -> Backoff {
        let Growth { first, factor, cap, jitter } = growth;
        self.required("a backoff", backoff.place, &[("first", first.is_none(), "first = \"10s\"")]);
        Backoff {
            first: first.as_ref().map_or(Span::ZERO, |first| first.value),
            factor: self.number_from("factor", factor.as_ref(), 1.0, MOST_FACTOR).unwrap_or(1.0),
            cap: self.positive("cap", cap.as_ref()),
            jitter: self.number_from("jitter", jitter.as_ref(), 0.0, 1.0).unwrap_or(0.0),
        }
    }

    /// A number that must lie between two bounds.
    fn number_from(&mut self, key: &str, number: Option<&At<f64>>, low: f64, high: f64) -> Option<f64> {
        let number = number?;
        if !(low..=high).contains(&number.value) {
            let complaint = Complaint::error(number.place, format!("`{key}` cannot be {}", self.written(number.place)));
            self.complain(complaint.help(format!("write a number from {low} to {high}")));
        }
        Some(number.value)
    }
}
