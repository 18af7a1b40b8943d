//! Claim policies: checks parameters and resolves the names of actions.

use super::lowering::Lowering;
use crate::diagnostic::Diagnostic;
use crate::model::time::Span;
use crate::policy::Policy;
use crate::source::SourceSpan;
use crate::spec::policy::{ActionWeights, Choice, Duration, Policy as Spec, Required};
use crate::spec::{self, Spanned};

/// The place of a parameter, for diagnostics.
struct Place {
    policy: &'static str,
    span: SourceSpan,
    key: &'static str,
}

/// A parameter as a scenario gives it.
trait Given {
    type Value;
    /// The checked value; `None` and a diagnostic, if the policy cannot do without it.
    fn lower(&self, place: &Place, lowering: &mut Lowering<'_>) -> Option<Self::Value>;
}

impl Given for Option<Duration> {
    type Value = Option<Span>;
    fn lower(&self, place: &Place, lowering: &mut Lowering<'_>) -> Option<Option<Span>> {
        Some(lowering.positive(place.key, self.as_ref()))
    }
}

impl Given for Required<Duration> {
    type Value = Span;
    fn lower(&self, Place { policy, span, key }: &Place, lowering: &mut Lowering<'_>) -> Option<Span> {
        if self.0.is_none() && !lowering.recovered.has_anywhere(key) {
            let diagnostic = Diagnostic::error(*span, format!("`{policy}` needs `{key}`"));
            let option = lowering.sources.locate(*span).map_or("", |(source, _)| &source.text).split(' ').next();
            let table = format!("{{ {policy} = {{ {key} = \"10m\" }} }}");
            let example = match option.filter(|option| option.starts_with("--")) {
                Some("--policy") => format!("--policy '{policy}({key}=10m)'"),
                Some(option @ ("--vary" | "--zip")) => format!("{option} 'claim.policy={policy}({key}=10m)'"),
                Some(option) => format!("{option} 'claim.policy={table}'"),
                None => format!("policy = {table}"),
            };
            lowering.report(diagnostic.help(format!("write {example}")));
        }
        Some(self.0.as_ref()?.value)
    }
}

impl<T: Copy> Given for Choice<T> {
    type Value = T;
    fn lower(&self, _: &Place, _: &mut Lowering<'_>) -> Option<T> {
        Some(self.0)
    }
}

impl Given for ActionWeights {
    type Value = Box<[u32]>;
    fn lower(&self, _: &Place, lowering: &mut Lowering<'_>) -> Option<Box<[u32]>> {
        let mut weights = vec![1; lowering.actions.len()];
        for (name, weight) in self.iter() {
            if weight.value == 0 {
                let diagnostic = Diagnostic::error(weight.span, "a weight cannot be 0");
                lowering.report(diagnostic.help("write a whole number above 0; shares are divided by it"));
            }
            if let Some(action) = lowering.action(name) {
                weights[usize::from(action.0)] = weight.value;
            }
        }
        Some(weights.into())
    }
}

macro_rules! define {
    ($($(#[doc = $summary:literal])+ $module:ident::$policy:ident = $name:literal
        $($rule:ident { $($(#[doc = $doc:literal])+ $key:ident $($optional:literal)?: $type:ty,)+ })?, |$system:tt, $streams:tt| $start:expr;)+) => {
        /// The policy; `None` and diagnostics, if a required parameter is missing.
        fn checked_policy(&mut self, policy: &Spanned<Spec>) -> Option<Policy> {
            match &policy.value {
                $(Spec::$policy $((spec::policy::$rule { $($key),+ }))? => {
                    $($(let $key = $key.lower(
                        &Place { policy: $name, span: policy.span, key: stringify!($key) },
                        self,
                    )?;)+)?
                    Some(Policy::$policy $({ $($key),+ })?)
                })+
            }
        }
    };
}

impl Lowering<'_> {
    claimsim_policy::policies!(define);

    /// The policy; a harmless one and diagnostics, if its parameters are wrong.
    pub(super) fn policy(&mut self, policy: &Spanned<Spec>) -> Policy {
        self.checked_policy(policy).unwrap_or_default()
    }
}
