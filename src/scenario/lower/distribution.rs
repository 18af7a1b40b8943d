//! Distributions: the random crate checks their parameters; diagnostics point at the wrong one.

use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::model::input_file;
use crate::model::time::Span;
use crate::model::unit::Rate;
use crate::random::dist::{self, Constant, Distribution, Empirical, Exponential, Hyperexponential, ParameterError};
use crate::source::SourceSpan;
use crate::spanned::Spanned;
use crate::spec::{Distribution as Spec, Phase, Quantity};

/// The key of a parameter, and the span of its value if it is given.
type Parameter = (&'static str, Option<SourceSpan>);

/// A parameter as a scenario gives it.
trait Given {
    type Argument;
    /// The argument of the constructor; values, but not shapes, are divided by `divisor`.
    fn argument(&self, divisor: f64) -> Self::Argument;
    fn span(&self) -> Option<SourceSpan>;
}

impl<Q: Quantity> Given for Spanned<Q> {
    type Argument = f64;
    fn argument(&self, divisor: f64) -> f64 {
        get(self) / divisor
    }
    fn span(&self) -> Option<SourceSpan> {
        Some(self.span)
    }
}

impl Given for Spanned<f64> {
    type Argument = f64;
    fn argument(&self, _: f64) -> f64 {
        self.value
    }
    fn span(&self) -> Option<SourceSpan> {
        Some(self.span)
    }
}

impl Given for Spanned<u32> {
    type Argument = u32;
    fn argument(&self, _: f64) -> u32 {
        self.value
    }
    fn span(&self) -> Option<SourceSpan> {
        Some(self.span)
    }
}

impl<T: Given> Given for Option<T> {
    type Argument = Option<T::Argument>;
    fn argument(&self, divisor: f64) -> Option<T::Argument> {
        self.as_ref().map(|given| given.argument(divisor))
    }
    fn span(&self) -> Option<SourceSpan> {
        self.as_ref().and_then(T::span)
    }
}

/// Makes one distribution: by its constructor, or by the function that its declaration names.
macro_rules! make {
    ($self:ident $span:ident [] $variant:ident $($key:ident)+) => {
        $self.checked(dist::$variant::new($(Given::argument($key, $self.divisor)),+), &[$((stringify!($key), Given::span($key))),+])
    };
    ($self:ident $span:ident [$function:ident] $variant:ident $($key:ident)+) => {
        $self.$function($span, $($key.into()),+)
    };
}

macro_rules! define {
    ($($(#[doc = $summary:literal])+ $variant:ident = $name:literal
        $(($only:ident: $only_type:ty))? $({ $($(#[doc = $doc:literal])+ $key:ident $($optional:literal)?: $type:ty,)+ })?
        $(by $function:ident)?;)+) => {
        fn made<Q: Quantity>(&mut self, span: SourceSpan, spec: &Spec<Q>) -> Option<Distribution> {
            match spec {
                Spec::Bare(value) => self.checked(Constant::new(value.value() / self.divisor), &[("value", Some(span))]),
                $(Spec::$variant $(($only))? $({ $($key),+ })? => make!(self span [$($function)?] $variant $($only)? $($($key)+)?),)+
            }
        }
    };
}

/// A nanosecond, in seconds.
const CLOCK: f64 = 1e-9;

impl Context<'_> {
    claimsim_random::distributions!(define);

    /// The distribution at `span`; `None` and diagnostics, if its parameters are wrong. Refuses
    /// durations so short that the clock would change their mean.
    pub(crate) fn distribution<Q: Quantity>(&mut self, span: SourceSpan, spec: &Spec<Q>) -> Option<Distribution> {
        let made = self.made(span, spec)?;
        if Q::IS_TIME && dist::change_of_mean(&made, CLOCK).abs() > dist::MOST_CHANGE {
            let least = Span::from_secs_f64(dist::least_mean(&made, CLOCK) + CLOCK);
            let diagnostic = too_short(span, "these times", &made);
            self.report(diagnostic.help(format!("write a mean of at least {least} for a distribution like this")));
        }
        Some(made)
    }

    /// The distribution at `span` with all its values divided by a number.
    pub(crate) fn divided<Q: Quantity>(
        &mut self,
        span: SourceSpan,
        spec: &Spec<Q>,
        divisor: f64,
    ) -> Option<Distribution> {
        self.divisor = divisor;
        let made = self.distribution(span, spec);
        self.divisor = 1.0;
        made
    }

    /// Refuses events so frequent that the clock would change their rate.
    pub(crate) fn check_rate(&mut self, rate: &Spanned<Rate>) {
        let per_second = rate.value.as_per_second();
        let Some(times) = Exponential::new(1.0 / per_second).ok().filter(|_| per_second > 0.0) else { return };
        let times = times.into();
        if dist::change_of_mean(&times, CLOCK).abs() > dist::MOST_CHANGE {
            let most = 1.0 / dist::least_mean(&times, CLOCK);
            let diagnostic = too_short(rate.span, "the times between these events", &times);
            // Two digits, rounded down.
            let unit = 1e7;
            self.report(diagnostic.help(format!("write a rate of at most {}/s", (most / unit).floor() * unit)));
        }
    }

    fn checked<D: Into<Distribution>>(
        &mut self,
        made: Result<D, ParameterError>,
        parameters: &[Parameter],
    ) -> Option<Distribution> {
        made.map_err(|error| self.wrong_parameter(&error, parameters)).ok().map(Into::into)
    }

    fn wrong_parameter(&mut self, error: &ParameterError, parameters: &[Parameter]) {
        let span = |key| parameters.iter().find(|(parameter, _)| *parameter == key).and_then(|(_, span)| *span);
        let at = span(error.parameter).unwrap_or(SourceSpan::NOWHERE);
        let written = self.source_text(at);
        let mut diagnostic = Diagnostic::error(at, format!("`{}` cannot be {written}", error.parameter));
        if let ("high", Some(low)) = (error.parameter, span("low")) {
            diagnostic = diagnostic.context(low, "`low` is this");
        }
        self.report(diagnostic.help(format!("write {}", error.expected)));
    }

    fn hyperexponential<Q: Quantity>(
        &mut self,
        _: SourceSpan,
        phases: &Spanned<Vec<Phase<Q>>>,
    ) -> Option<Distribution> {
        if self.recovered.any(phases.span) {
            return None;
        }
        let pairs = phases.value.iter().map(|phase| (phase.p.value, get(&phase.mean) / self.divisor)).collect();
        let error = match Hyperexponential::new(pairs) {
            Ok(made) => return Some(made.into()),
            Err(error) => error,
        };
        let wrong_p = phases.value.iter().map(|phase| &phase.p).find(|p| !(0.0..=1.0).contains(&p.value));
        let wrong_mean = phases.value.iter().map(|phase| &phase.mean).find(|mean| get(mean) <= 0.0);
        let diagnostic = match (wrong_p, wrong_mean) {
            (Some(p), _) => Diagnostic::error(p.span, format!("`p` cannot be {}", self.source_text(p.span))),
            (None, Some(mean)) => {
                Diagnostic::error(mean.span, format!("`mean` cannot be {}", self.source_text(mean.span)))
            }
            (None, None) => {
                let title = format!("the probabilities `p` of the phases sum up to {}, not 1", error.value);
                Diagnostic::error(phases.span, title)
            }
        };
        self.report(diagnostic.help(format!("write {}", error.expected)));
        None
    }

    fn empirical<Q: Quantity>(
        &mut self,
        span: SourceSpan,
        values: Option<&Spanned<Vec<Spanned<Q>>>>,
        file: Option<&Spanned<String>>,
    ) -> Option<Distribution> {
        let (numbers, key) = match (values, file) {
            (Some(list), None) if self.recovered.any(list.span) => return None,
            (Some(list), None) => (list.value.iter().map(get).collect(), list.span),
            (None, Some(file)) => (self.numbers::<Q>(file)?, file.span),
            (Some(list), Some(file)) => {
                let diagnostic = Diagnostic::error(file.span, "`values` and `file` exclude each other");
                self.report(diagnostic.context(list.span, "the values are given here").help("keep one of the two"));
                return None;
            }
            (None, None) => {
                let diagnostic = Diagnostic::error(span, "an empirical distribution needs its values");
                self.report(diagnostic.help("write values = [\"1s\", \"2s\"], or file = \"values.csv\""));
                return None;
            }
        };
        let wrong = values.into_iter().flat_map(|list| &list.value).find(|value| get(value) < 0.0);
        let numbers: Vec<f64> = numbers;
        Empirical::new(numbers.into_iter().map(|number| number / self.divisor).collect())
            .map_err(|error| {
                let (at, title) = match wrong {
                    Some(value) => (value.span, format!("a value cannot be {}", self.source_text(value.span))),
                    None => (key, "there are no values here".to_owned()),
                };
                self.report(Diagnostic::error(at, title).help(format!("write {}", error.expected)));
            })
            .ok()
            .map(Into::into)
    }

    /// The values of a file, one per line; the first line may be a header, which cannot be a value.
    fn numbers<Q: Quantity>(&mut self, file: &Spanned<String>) -> Option<Vec<f64>> {
        let bytes = self.read(file)?;
        let text = match input_file::text(&bytes) {
            Ok(text) => text,
            Err(text) => {
                self.report(Diagnostic::error(file.span, format!("`{}`: {text}", file.value)));
                return None;
            }
        };
        let text = String::from_utf8_lossy(&text);
        let lines = text.lines().map(|line| line.trim().trim_matches('"')).enumerate();
        let mut lines = lines.filter(|(_, line)| !line.is_empty()).peekable();
        // A header has no digit in front; a line that has one is a value, or meant to be one.
        lines.next_if(|(_, line)| value::<Q>(line).is_none() && !begins_as_number(line));
        let mut numbers = Vec::new();
        for (index, line) in lines {
            let Some(number) = value::<Q>(line) else {
                let title = format!("`{}`, line {}: `{line}` is not a number of 0 or more", file.value, index + 1);
                let diagnostic = Diagnostic::error(file.span, title);
                self.report(diagnostic.help(format!("write one {} per line", Q::IN_FILES)));
                return None;
            };
            numbers.push(number);
        }
        Some(numbers)
    }

    /// The distribution under a key, if the key is there.
    pub(crate) fn optional<Q: Quantity>(&mut self, spec: Option<&Spanned<Spec<Q>>>) -> Option<Distribution> {
        spec.and_then(|spec| self.distribution(spec.span, &spec.value))
    }
}

/// The value on a line of a file: a number, or a text as scenarios have it; `None` if it is not one
/// of 0 or more.
fn value<Q: Quantity>(line: &str) -> Option<f64> {
    let number = line.parse::<f64>().ok().or_else(|| Q::from_text(line));
    number.filter(|number| number.is_finite() && *number >= 0.0)
}

/// Whether a line may be a value that is wrong.
fn begins_as_number(line: &str) -> bool {
    let unsigned = line.trim_start_matches(['-', '+', '.', ',']);
    unsigned.starts_with(|c: char| c.is_ascii_digit())
        || ["nan", "inf"].contains(&unsigned.to_ascii_lowercase().as_str())
}

/// The diagnostic for times whose mean the clock changes.
fn too_short(span: SourceSpan, what: &str, times: &Distribution) -> Diagnostic {
    let change = dist::change_of_mean(times, CLOCK);
    let shorter = if change < 0.0 { "shorter" } else { "longer" };
    let percent = change.abs() * 100.0;
    let title =
        format!("{what} are too short for the clock: whole nanoseconds make their mean {percent:.1} % {shorter}");
    Diagnostic::error(span, title).label("the limit is 0.1 %")
}

/// The value that is drawn.
fn get<Q: Quantity>(parameter: &Spanned<Q>) -> f64 {
    parameter.value.value()
}

/// Whether a distribution of durations always gives zero.
pub(super) fn is_always_zero(distribution: &Distribution) -> bool {
    Span::from_secs_f64(distribution.mean()) == Span::ZERO && distribution.variance() == 0.0
}
