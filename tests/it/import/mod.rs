//! `claimsim import`: what it makes of a simulated registry's documents, of any documents at all, and of wrong ones.

mod any_documents;
mod exported;
mod program;
mod recovery;
mod written;
