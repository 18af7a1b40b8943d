//! Text -> [`Scenario`]; every mistake is shown with its line and a caret. After this floor nothing
//! can be malformed.
//!
//! [`Scenario::parse`] and [`Scenario::open`] are the front door; [`load`] also takes overrides and
//! the reader of the files that a scenario names, and gives its warnings and notes.

use claimsim_arrival as arrival;
use claimsim_engine as engine;
use claimsim_model as model;
use claimsim_policy as policy;
use claimsim_random as random;
use claimsim_registry as registry;

mod context;
mod diagnostic;
mod files;
mod keys;
mod load;
mod lower;
mod overrides;
mod reference;
mod scenario;
mod schema;
mod source;
mod spanned;
mod spec;
pub mod starters;
mod tree;

pub use diagnostic::{Diagnostics, nearest};
pub use files::{Files, InputFile, NoFiles, RelativeFiles};
pub use keys::{Parameter, key_values, parameters};
pub use load::load;
pub use overrides::Override;
pub use reference::reference;
pub use scenario::{LoadedScenario, Scenario, WarmUpRule};
pub use schema::schema;
