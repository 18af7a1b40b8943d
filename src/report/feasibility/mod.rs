//! The report of the feasibility analysis that `check` prints: tables for terminals, warnings in
//! words, and a JSON document.

mod format;
mod json;
mod messages;
mod text;

pub use json::json;
pub use messages::{Notice, notes, notices, warnings};
pub use text::text;
