//! The slowdown of a chain, as a whole number: response over service time, bounded (Feitelson et al., 1997).

/// Slowdowns are tallied as whole numbers of 2^-24 above 1, so that the job that was not slowed down at all is exactly 0:
/// right to 6e-8 up to 5e11.
pub(super) const UNITS: f64 = (1 << 24) as f64;

/// The slowdown in [`UNITS`] above 1; `divisor` is the service time, or the bound if that is longer, and not 0.
#[inline(always)]
pub(super) fn units(response: u64, divisor: u64) -> u64 {
    // Through i64, for which the processor has an instruction.
    let excess = response.saturating_sub(divisor) as i64 as f64 / divisor as i64 as f64;
    (excess * UNITS + 0.5) as i64 as u64
}
