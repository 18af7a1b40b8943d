//! The report of the feasibility analysis that `check` prints: tables for terminals, warnings in words, and a JSON document.

mod json;
mod format;
mod text;
mod messages;

pub use json::json;
pub use text::text;
pub use messages::{Notice, notes, warnings};
