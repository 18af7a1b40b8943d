//! Round trips of the import: a known scenario runs, its documents are imported, and the estimates
//! are compared with the truth.

mod arbitrary;
mod exported;
mod fits;
mod histories;
mod recorded;
mod recovery;
mod weekly;
