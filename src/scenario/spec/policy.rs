//! `policy`: the order in which waiting jobs are claimed.

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::model::time::Span;
use crate::policy::{BackfillOrder, CATALOGUE, JobLength};
use crate::spanned::{Named, Spanned};

pub(crate) type Duration = Spanned<Span>;
pub(crate) type ActionWeights = Named<Spanned<u32>>;

/// A parameter that has no default.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub(crate) struct Required<T>(pub(crate) Option<T>);

/// A parameter that is one of several words.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub(crate) struct Choice<T>(pub(crate) T);

macro_rules! define {
    ($($(#[doc = $summary:literal])+ $module:ident::$policy:ident = $name:literal
        $($rule:ident { $($(#[doc = $doc:literal])+ $key:ident $($optional:literal)?: $type:ty,)+ })?, |$system:tt, $streams:tt| $start:expr;)+) => {
        /// The order in which waiting jobs are claimed. A policy with parameters may be written as
        /// a word too, if all of them are optional.
        #[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        #[schemars(transform = words)]
        pub(crate) enum Policy {
            $($(#[doc = $summary])+ $policy $(($rule))?,)+
        }

        $($(
            #[doc = concat!("The parameters of `", $name, "`.")]
            #[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
            #[serde(default, deny_unknown_fields)]
            pub(crate) struct $rule {
                $($(#[doc = $doc])+ pub(crate) $key: $type,)+
            }
        )?)+
    };
}

claimsim_policy::policies!(define);

#[allow(clippy::derivable_impls, reason = "the variants come from a macro")]
impl Default for Policy {
    fn default() -> Policy {
        Policy::FirstFit
    }
}

/// Whether all parameters of a policy are optional.
fn may_be_a_word(policy: &str) -> bool {
    let mut entries = CATALOGUE.iter().filter(|entry| entry.name == policy);
    entries.all(|entry| entry.parameters.iter().all(|parameter| parameter.ends_with('?')))
}

/// Lets the policies without required parameters be words.
fn words(schema: &mut Schema) {
    let Some(choices) = schema.get_mut("oneOf").and_then(|choices| choices.as_array_mut()) else { return };
    let words = choices.iter().filter_map(|choice| {
        let name = choice["required"].get(0)?.as_str().filter(|name| may_be_a_word(name))?;
        Some(json!({ "type": "string", "const": name, "description": choice["description"] }))
    });
    let words: Vec<_> = words.collect();
    choices.extend(words);
}
