//! Verdicts in colour, for terminals that show it.

use std::borrow::Cow;

use crate::experiment::comparison::Verdict;
use crate::stats::bound_test::BoundStatus;

const GREEN: &str = "\u{1b}[32m";
const RED: &str = "\u{1b}[31m";
const YELLOW: &str = "\u{1b}[33m";
const RESET: &str = "\u{1b}[0m";

/// The words of verdicts, and their colours.
fn words() -> impl Iterator<Item = (&'static str, &'static str)> {
    let bounds = [(BoundStatus::Kept, GREEN), (BoundStatus::Broken, RED), (BoundStatus::Undecided, YELLOW)];
    let bounds = bounds.into_iter().flat_map(|(status, color)| {
        [status.target_word(), status.gate_word(), status.state_word()].map(|word| (word, color))
    });
    let differences = [(Verdict::Better, GREEN), (Verdict::Worse, RED)];
    bounds.chain(differences.map(|(verdict, color)| (verdict.name(), color)))
}

/// The text of a study with its verdicts in colour: the last cells of the rows of its tables, and
/// in sentences the words behind a colon or `is`.
pub fn in_color(text: &str) -> String {
    text.split_inclusive('\n').map(line_in_color).collect()
}

fn line_in_color(line: &str) -> Cow<'_, str> {
    let is_row = line.starts_with(' ');
    let places: Vec<usize> = if is_row {
        line.trim_end().rfind("  ").map(|place| place + 2).into_iter().collect()
    } else {
        [": ", " is "]
            .iter()
            .flat_map(|sign| line.match_indices(sign).map(|(place, sign)| place + sign.len()))
            .collect()
    };
    for place in places {
        let rest = &line[place..];
        let is_word = |word: &str| {
            rest.strip_prefix(word).is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        };
        if let Some((word, color)) = words().find(|(word, _)| is_word(word)) {
            let (before, after) = (&line[..place], &line[place + word.len()..]);
            return Cow::Owned(format!("{before}{color}{word}{RESET}{after}"));
        }
    }
    Cow::Borrowed(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_of_tables_and_sentences_are_coloured() {
        for (line, word, color) in [
            (" 3  better  3m41s (3m30s to 3m52s)  40  met (answer)\n", "met", GREEN),
            (" 2  2       9m (8m to 10m)          40  not met, overload 120 %", "not met", RED),
            (" 2  2       9m (8m to 10m)          40  undecided\n", "undecided", YELLOW),
            ("worker.w.count=3 (3 workers), cost 3: met (p95(wait) 3m41s; 40 replications)", "met", GREEN),
            ("gates: fail (1 of 2 broken)\n", "fail", RED),
            ("gate p95(wait) <= +5% is broken by b: 3 s", "broken", RED),
            ("p95(wait) of b is undecided: under b, 3 jobs", "undecided", YELLOW),
        ] {
            let painted = in_color(line);
            assert!(painted.contains(&format!("{color}{word}{RESET}")), "{painted:?}");
            let plain = [GREEN, RED, YELLOW, RESET].iter().fold(painted, |text, code| text.replace(code, ""));
            assert_eq!(plain, line);
        }
        for line in
            ["", "\n", " better  3 s\n", "warning: betterment is metered", "met", "better is not a verdict here"]
        {
            assert_eq!(in_color(line), line);
        }
    }
}
