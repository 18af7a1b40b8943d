//! A sizing's answer, and what limits it.

use super::SizingReport;
use crate::key_results::KeyResults;

impl SizingReport<'_> {
    pub(crate) fn found(&self) -> KeyResults {
        let mut lines = self.answer(self.sizing).into_iter();
        let first = lines.next().unwrap_or_default();
        let found = self.sizing.answer.is_some();
        let lost = self.lost.as_ref().map_or_else(String::new, |lost| format!(", if {}", lost.words));
        let answer = if found { format!("The cheapest setting that meets the targets{lost}: {first}.") } else { first };
        let (mut remarks, mut limits) = (lines.collect::<Vec<String>>(), self.remarks());
        let confidence = limits.remove(0);
        limits.extend(self.warnings(self.sizing));
        let commands = self.run_commands(self.saved_command);
        if !commands.is_empty() {
            remarks.push("For all tables and charts of these runs:".to_owned());
            remarks.extend(commands.iter().map(|command| format!("`{}`", command.trim())));
        }
        let mut tables = Vec::new();
        if let Some(lost) = &self.lost {
            tables.push(self.table("Settings without a loss", lost.without));
            remarks.push(format!("Without a loss: {}", self.answer(lost.without).join("; ")));
        }
        tables.push(self.table(if self.lost.is_some() { "Settings with the loss" } else { "Settings" }, self.sizing));
        KeyResults {
            heading: self.heading(),
            answer,
            confidence,
            limits,
            warnings: self.warnings(self.sizing),
            tables,
            reasons: Vec::new(),
            remarks,
        }
    }
}
