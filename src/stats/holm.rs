//! Hypotheses tested together under one error level: Holm's procedure over rows, with an equal
//! share of the level for each interim look.
//!
//! Each row (a measure of an alternative) has one null hypothesis (there is no difference) or two
//! (and: the difference is beyond the margin). At most one of the two is true, so the correction
//! counts rows, not hypotheses: Holm (1979), in the form of Shaffer (1986) for such hypotheses.

/// A null hypothesis about one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hypothesis {
    /// The p-value at the last look; `None` before a look that could compute one.
    pub p: Option<f64>,
    /// The smallest p-value so far, corrected for rows and looks: the hypothesis is rejected once
    /// this is not above the level.
    pub adjusted_p: Option<f64>,
    /// The number of replications at which it was rejected; a rejection stays.
    pub rejected_at: Option<u32>,
}

/// The hypotheses about all rows.
#[derive(Clone, Debug, PartialEq)]
pub struct HolmTests {
    level: f64,
    looks: usize,
    /// Row by row, `per_row` for each.
    all: Vec<Hypothesis>,
    per_row: usize,
    /// The level of the step at which the last look stopped rejecting.
    step_level: f64,
}

impl HolmTests {
    /// Tests `per_row` hypotheses (1 or 2) about each of `rows` rows: with this number of looks,
    /// the probability of rejecting any true one is at most `level`.
    pub fn new(rows: usize, per_row: usize, level: f64, looks: usize) -> HolmTests {
        let none = Hypothesis { p: None, adjusted_p: None, rejected_at: None };
        let step_level = level / looks.max(1) as f64 / rows.max(1) as f64;
        HolmTests { level, looks, all: vec![none; rows * per_row], per_row, step_level }
    }

    /// The hypotheses about a row.
    pub fn of(&self, row: usize) -> &[Hypothesis] {
        &self.all[row * self.per_row..][..self.per_row]
    }

    /// The level of the step at which the last look stopped: an interval at this level excludes
    /// what the look has rejected, and includes what it has not.
    pub fn step_level(&self) -> f64 {
        self.step_level
    }

    /// Takes an interim look at these p-values, row by row; `None` where there is none yet.
    pub fn look(&mut self, replications: u32, p: &[Option<f64>]) {
        assert_eq!(p.len(), self.all.len(), "each hypothesis has its p-value");
        let mut rejected: Vec<bool> = self.all.iter().map(|hypothesis| hypothesis.rejected_at.is_some()).collect();
        let mut order: Vec<(f64, usize)> =
            (0..p.len()).filter_map(|hypothesis| Some((p[hypothesis]?, hypothesis))).collect();
        order.retain(|(_, hypothesis)| !rejected[*hypothesis]);
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut least: f64 = 0.0;
        let mut stopped_at = None;
        for (p, hypothesis) in order {
            // A rejected hypothesis leaves its row; the remaining rows are those that may have a
            // true one.
            let rows = rejected.chunks(self.per_row).filter(|row| row.contains(&false)).count();
            least = least.max((p * rows as f64 * self.looks as f64).min(1.0));
            let adjusted = self.all[hypothesis].adjusted_p.map_or(least, |before| before.min(least));
            self.all[hypothesis].adjusted_p = Some(adjusted);
            if least > self.level || stopped_at.is_none() {
                self.step_level = self.level / self.looks as f64 / stopped_at.unwrap_or(rows).max(1) as f64;
            }
            if least > self.level {
                stopped_at = stopped_at.or(Some(rows));
            }
            if adjusted <= self.level {
                self.all[hypothesis].rejected_at = Some(replications);
            }
            rejected[hypothesis] = true;
        }
        for (hypothesis, p) in self.all.iter_mut().zip(p) {
            hypothesis.p = *p;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adjusted(rows: usize, per_row: usize, looks: usize, p: &[f64]) -> Vec<f64> {
        let mut tests = HolmTests::new(rows, per_row, 0.05, looks);
        tests.look(10, &p.iter().map(|p| Some(*p)).collect::<Vec<_>>());
        tests.all.iter().map(|hypothesis| (hypothesis.adjusted_p.unwrap() * 1e9).round() / 1e9).collect()
    }

    #[test]
    fn a_worked_example_of_holm() {
        // R: p.adjust(c(0.01, 0.02, 0.03, 0.005), "holm").
        assert_eq!(adjusted(4, 1, 1, &[0.01, 0.02, 0.03, 0.005]), [0.03, 0.04, 0.04, 0.02]);
        assert_eq!(adjusted(2, 1, 3, &[0.01, 0.5]), [0.06, 1.0]);
    }

    #[test]
    fn correction_counts_rows_not_hypotheses() {
        // Two rows: at first each hypothesis counts against 2; the last one of a row, when the
        // other row is done, against 1.
        assert_eq!(adjusted(2, 2, 1, &[0.001, 0.8, 0.9, 0.02]), [0.002, 1.0, 1.0, 0.04]);
        assert_eq!(adjusted(2, 2, 1, &[0.001, 0.002, 0.9, 0.02]), [0.002, 0.004, 0.9, 0.02]);
    }

    #[test]
    fn rejections_stay_and_make_room_for_the_others() {
        let mut tests = HolmTests::new(2, 1, 0.05, 1);
        tests.look(10, &[Some(0.02), Some(0.04)]);
        assert_eq!((tests.of(0)[0].rejected_at, tests.of(1)[0].rejected_at), (Some(10), Some(10)));
        let mut tests = HolmTests::new(2, 1, 0.05, 1);
        tests.look(10, &[Some(0.02), Some(0.3)]);
        tests.look(20, &[Some(0.9), Some(0.04)]);
        assert_eq!((tests.of(0)[0].rejected_at, tests.of(1)[0].rejected_at), (Some(10), Some(20)));
        assert_eq!((tests.of(0)[0].adjusted_p, tests.of(0)[0].p), (Some(0.04), Some(0.9)));
    }

    #[test]
    fn hypotheses_without_a_p_value_are_never_rejected() {
        let mut tests = HolmTests::new(2, 1, 0.05, 1);
        tests.look(1, &[None, Some(0.03)]);
        assert_eq!(
            (tests.of(0)[0], tests.of(1)[0].rejected_at),
            (Hypothesis { p: None, adjusted_p: None, rejected_at: None }, None)
        );
    }
}
