//! Distributions: parameters are checked by the random floor, complaints point at the parameter that is wrong.

use super::Build;
use crate::diagnostic::Complaint;
use crate::model::time::Span;
use crate::random::dist::{
    Constant, Distribution, Empirical, Erlang, Exponential, Gamma, Hyperexponential, Lognormal, ParameterError, Pareto,
    Uniform, Weibull,
};
use crate::source::Place;
use crate::spec::{At, Distribution as Spec, Phase, Quantity};

/// A parameter's key, and where its value stands.
type Parameter = (&'static str, Place);

impl Build<'_> {
    /// The distribution that stands at `place`; `None` and complaints, if its parameters are wrong.
    pub(super) fn distribution<Q: Quantity>(&mut self, place: Place, spec: &Spec<Q>) -> Option<Distribution> {
        let (made, parameters): (Result<Distribution, ParameterError>, Vec<Parameter>) = match spec {
            Spec::Bare(value) => (Constant::new(value.value()).map(Into::into), vec![("value", place)]),
            Spec::Constant(value) => (Constant::new(get(value)).map(Into::into), vec![("value", value.place)]),
            Spec::Uniform { low, high } => {
                (Uniform::new(get(low), get(high)).map(Into::into), vec![("low", low.place), ("high", high.place)])
            }
            Spec::Exponential { mean } => (Exponential::new(get(mean)).map(Into::into), vec![("mean", mean.place)]),
            Spec::Erlang { shape, mean } => (
                Erlang::new(shape.value, get(mean)).map(Into::into),
                vec![("shape", shape.place), ("mean", mean.place)],
            ),
            Spec::Gamma { shape, mean } => {
                (Gamma::new(shape.value, get(mean)).map(Into::into), vec![("shape", shape.place), ("mean", mean.place)])
            }
            Spec::Weibull { shape, mean } => (
                Weibull::new(shape.value, get(mean)).map(Into::into),
                vec![("shape", shape.place), ("mean", mean.place)],
            ),
            Spec::Lognormal { mean, cv } => {
                (Lognormal::new(get(mean), cv.value).map(Into::into), vec![("mean", mean.place), ("cv", cv.place)])
            }
            Spec::Pareto { shape, low, high } => {
                let mut parameters = vec![("shape", shape.place), ("low", low.place)];
                parameters.extend(high.iter().map(|high| ("high", high.place)));
                (Pareto::new(shape.value, get(low), high.as_ref().map(get)).map(Into::into), parameters)
            }
            Spec::Hyperexponential { phases } => return self.hyperexponential(phases),
            Spec::Empirical { values, file } => return self.empirical(place, values.as_ref(), file.as_ref()),
        };
        made.map_err(|error| self.wrong_parameter(&error, &parameters)).ok()
    }

    fn wrong_parameter(&mut self, error: &ParameterError, parameters: &[Parameter]) {
        let place = |key| parameters.iter().find(|(parameter, _)| *parameter == key).map(|(_, place)| *place);
        let at = place(error.parameter).unwrap_or(Place::NOWHERE);
        let written = self.written(at);
        let mut complaint = Complaint::error(at, format!("`{}` cannot be {written}", error.parameter));
        if let ("high", Some(low)) = (error.parameter, place("low")) {
            complaint = complaint.context(low, "`low` is this");
        }
        self.complain(complaint.help(format!("write {}", error.expected)));
    }

    fn hyperexponential<Q: Quantity>(&mut self, phases: &At<Vec<Phase<Q>>>) -> Option<Distribution> {
        if self.holes.any(phases.place) {
            return None;
        }
        let pairs = phases.value.iter().map(|phase| (phase.p.value, get(&phase.mean))).collect();
        let error = match Hyperexponential::new(pairs) {
            Ok(made) => return Some(made.into()),
            Err(error) => error,
        };
        let wrong_p = phases.value.iter().map(|phase| &phase.p).find(|p| !(0.0..=1.0).contains(&p.value));
        let wrong_mean = phases.value.iter().map(|phase| &phase.mean).find(|mean| get(mean) <= 0.0);
        let complaint = match (wrong_p, wrong_mean) {
            (Some(p), _) => Complaint::error(p.place, format!("`p` cannot be {}", self.written(p.place))),
            (None, Some(mean)) => {
                Complaint::error(mean.place, format!("`mean` cannot be {}", self.written(mean.place)))
            }
            (None, None) => {
                let title = format!("the probabilities `p` of the phases sum up to {}, not 1", error.value);
                Complaint::error(phases.place, title)
            }
        };
        self.complain(complaint.help(format!("write {}", error.expected)));
        None
    }

    fn empirical<Q: Quantity>(
        &mut self,
        place: Place,
        values: Option<&At<Vec<At<Q>>>>,
        file: Option<&At<String>>,
    ) -> Option<Distribution> {
        let (numbers, key) = match (values, file) {
            (Some(list), None) if self.holes.any(list.place) => return None,
            (Some(list), None) => (list.value.iter().map(get).collect(), list.place),
            (None, Some(file)) => (self.numbers(file)?, file.place),
            (Some(list), Some(file)) => {
                let complaint = Complaint::error(file.place, "`values` and `file` exclude each other");
                self.complain(complaint.context(list.place, "the values are given here").help("keep one of the two"));
                return None;
            }
            (None, None) => {
                let complaint = Complaint::error(place, "an empirical distribution needs its values");
                self.complain(complaint.help("write values = [\"1s\", \"2s\"], or file = \"values.csv\""));
                return None;
            }
        };
        let wrong = values.into_iter().flat_map(|list| &list.value).find(|value| get(value) < 0.0);
        Empirical::new(numbers)
            .map_err(|error| {
                let (at, title) = match wrong {
                    Some(value) => (value.place, format!("a value cannot be {}", self.written(value.place))),
                    None => (key, "there are no values here".to_owned()),
                };
                self.complain(Complaint::error(at, title).help(format!("write {}", error.expected)));
            })
            .ok()
            .map(Into::into)
    }

    /// The numbers of a file, one a line; the first line may be a header.
    fn numbers(&mut self, file: &At<String>) -> Option<Vec<f64>> {
        let bytes = self.read(file)?;
        let text = String::from_utf8_lossy(&bytes);
        let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim).enumerate();
        let mut numbers = Vec::new();
        for (index, line) in lines.filter(|(_, line)| !line.is_empty()) {
            match line.parse::<f64>() {
                Ok(number) if number.is_finite() && number >= 0.0 => numbers.push(number),
                Err(_) if index == 0 => {}
                _ => {
                    let title = format!("`{}`, line {}: `{line}` is no number of 0 or more", file.value, index + 1);
                    self.complain(
                        Complaint::error(file.place, title).help("write one number a line, durations in seconds"),
                    );
                    return None;
                }
            }
        }
        Some(numbers)
    }

    /// The distribution under a key, if the key is there.
    pub(super) fn optional<Q: Quantity>(&mut self, spec: Option<&At<Spec<Q>>>) -> Option<Distribution> {
        spec.and_then(|spec| self.distribution(spec.place, &spec.value))
    }
}

/// The value that is drawn.
fn get<Q: Quantity>(parameter: &At<Q>) -> f64 {
    parameter.value.value()
}

/// Whether a distribution of durations only ever gives nothing.
pub(super) fn is_always_zero(distribution: &Distribution) -> bool {
    Span::from_secs_f64(distribution.mean()) == Span::ZERO && distribution.variance() == 0.0
}
