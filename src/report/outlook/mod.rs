//! What a look at a scenario before it is run shows: tables for terminals, warnings in words, and a JSON document.

mod json;
mod names;
mod table;
mod words;

pub use json::document;
pub use table::table;
pub use words::{Remark, notes, warnings};
