//! The common shape of the catalogues of policies, distributions and arrival processes.

/// An entry of a catalogue, as `claimsim list` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CatalogueEntry {
    /// The scenario key.
    pub name: &'static str,
    /// The keys of the parameters, in order; a `?` marks an optional one.
    pub parameters: &'static [&'static str],
    /// A one-line description.
    pub summary: &'static str,
}
