//! A scenario's text as a tree of keys and values that know where they stand, in the order of the
//! file.
//!
//! TOML itself is parsed by the `toml` crate. Its tree sorts keys and borrows from one text. Ours
//! keeps the order in which the file names workers and actions, because the model depends on it,
//! and takes values from several texts, because options of the command line set keys, too.

mod assign;
mod de;
mod error;
mod node;
mod parse;
mod read;
mod replacement;
mod synonyms;

pub(crate) use assign::assign;
pub(crate) use node::{BARE, ELSE, LIST, Node, SPANNED, Value};
pub(crate) use parse::parse;
pub(crate) use read::{RecoveredKeys, read};
pub(crate) use replacement::AssignRules;
