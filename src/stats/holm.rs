//! HolmTests that are tested together, look by look, under one error level: Holm's correction over rows, a level a look.
//!
//! Each row (a measure of a contender) has one claim (there is a difference) or two (and: it is within the margin). Of the two
//! hypotheses that a row's claims deny (no difference; a difference beyond the margin) at most one is true, so it is rows that
//! are corrected for, not claims: Holm (1979), in the form of Shaffer (1986) for such hypotheses.

/// A claim about one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hypothesis {
    /// How likely what was seen at the last look is, if the claim is wrong; `None` before a look that could tell.
    pub p: Option<f64>,
    /// The least so far of the p-values corrected for rows and looks: the claim is shown once it is not above the level.
    pub adjusted_p: Option<f64>,
    /// At how many replications it was shown; that stays.
    pub rejected_at: Option<u32>,
}

/// HolmTests about rows.
#[derive(Clone, Debug, PartialEq)]
pub struct HolmTests {
    level: f64,
    looks: usize,
    /// As many a row as `per_row` says, row by row.
    all: Vec<Hypothesis>,
    per_row: usize,
}

impl HolmTests {
    /// So many rows with so many claims each (1 or 2), of which any wrong one is shown with a chance of `level` at most, in that
    /// many looks.
    pub fn new(rows: usize, per_row: usize, level: f64, looks: usize) -> HolmTests {
        let none = Hypothesis { p: None, adjusted_p: None, rejected_at: None };
        HolmTests { level, looks, all: vec![none; rows * per_row], per_row }
    }

    /// The claims of a row.
    pub fn of(&self, row: usize) -> &[Hypothesis] {
        &self.all[row * self.per_row..][..self.per_row]
    }

    /// Takes a look: `p` has the claims' p-values row by row, `None` where there is none yet.
    pub fn look(&mut self, replications: u32, p: &[Option<f64>]) {
        assert_eq!(p.len(), self.all.len(), "each claim has its p-value");
        let mut shown: Vec<bool> = self.all.iter().map(|claim| claim.rejected_at.is_some()).collect();
        let mut order: Vec<(f64, usize)> = (0..p.len()).filter_map(|claim| Some((p[claim]?, claim))).collect();
        order.retain(|(_, claim)| !shown[*claim]);
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut least: f64 = 0.0;
        for (p, claim) in order {
            // What is shown leaves its row; rows with a claim left are those whose hypothesis may be true.
            let rows = shown.chunks(self.per_row).filter(|row| row.contains(&false)).count();
            least = least.max((p * rows as f64 * self.looks as f64).min(1.0));
            let adjusted = self.all[claim].adjusted_p.map_or(least, |before| before.min(least));
            self.all[claim].adjusted_p = Some(adjusted);
            if adjusted <= self.level {
                self.all[claim].rejected_at = Some(replications);
            }
            shown[claim] = true;
        }
        for (claim, p) in self.all.iter_mut().zip(p) {
            claim.p = *p;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adjusted(rows: usize, per_row: usize, looks: usize, p: &[f64]) -> Vec<f64> {
        let mut claims = HolmTests::new(rows, per_row, 0.05, looks);
        claims.look(10, &p.iter().map(|p| Some(*p)).collect::<Vec<_>>());
        claims.all.iter().map(|claim| (claim.adjusted_p.unwrap() * 1e9).round() / 1e9).collect()
    }

    #[test]
    fn a_worked_example_of_holm() {
        // R: p.adjust(c(0.01, 0.02, 0.03, 0.005), "holm").
        assert_eq!(adjusted(4, 1, 1, &[0.01, 0.02, 0.03, 0.005]), [0.03, 0.04, 0.04, 0.02]);
        assert_eq!(adjusted(2, 1, 3, &[0.01, 0.5]), [0.06, 1.0]);
    }

    #[test]
    fn rows_count_and_not_claims() {
        // Two rows: either claim at first against 2; the last of a row, when the other row is through, against 1.
        assert_eq!(adjusted(2, 2, 1, &[0.001, 0.8, 0.9, 0.02]), [0.002, 1.0, 1.0, 0.04]);
        assert_eq!(adjusted(2, 2, 1, &[0.001, 0.002, 0.9, 0.02]), [0.002, 0.004, 0.9, 0.02]);
    }

    #[test]
    fn what_is_shown_stays_and_makes_room_for_the_rest() {
        let mut claims = HolmTests::new(2, 1, 0.05, 1);
        claims.look(10, &[Some(0.02), Some(0.04)]);
        assert_eq!((claims.of(0)[0].rejected_at, claims.of(1)[0].rejected_at), (Some(10), Some(10)));
        let mut claims = HolmTests::new(2, 1, 0.05, 1);
        claims.look(10, &[Some(0.02), Some(0.3)]);
        claims.look(20, &[Some(0.9), Some(0.04)]);
        assert_eq!((claims.of(0)[0].rejected_at, claims.of(1)[0].rejected_at), (Some(10), Some(20)));
        assert_eq!((claims.of(0)[0].adjusted_p, claims.of(0)[0].p), (Some(0.04), Some(0.9)));
    }

    #[test]
    fn what_cannot_be_computed_is_never_shown() {
        let mut claims = HolmTests::new(2, 1, 0.05, 1);
        claims.look(1, &[None, Some(0.03)]);
        assert_eq!(
            (claims.of(0)[0], claims.of(1)[0].rejected_at),
            (Hypothesis { p: None, adjusted_p: None, rejected_at: None }, None)
        );
    }
}
