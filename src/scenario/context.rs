//! What the lowering of every key shares: the texts, the files, and a place for diagnostics.

use crate::diagnostic::Diagnostic;
use crate::files::{Files, InputFile};
use crate::model::time::Span;
use crate::source::{SourceSpan, Sources};
use crate::spanned::Spanned;
use crate::tree::RecoveredKeys;

/// Reports what is wrong with keys, and reads the files that they name.
pub(crate) struct Context<'a> {
    pub(crate) sources: &'a Sources,
    /// Keys that were wrong and have their diagnostic already.
    pub(crate) recovered: &'a RecoveredKeys,
    files: &'a dyn Files,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// What was left out of files.
    pub(crate) notes: Vec<String>,
    /// The files that were read.
    pub(crate) inputs: Vec<InputFile>,
    /// What the values of distributions are divided by.
    pub(crate) divisor: f64,
}

impl<'a> Context<'a> {
    /// A context with the diagnostics that reading the text gave.
    pub(crate) fn new(
        sources: &'a Sources,
        recovered: &'a RecoveredKeys,
        files: &'a dyn Files,
        diagnostics: Vec<Diagnostic>,
    ) -> Context<'a> {
        Context { sources, recovered, files, diagnostics, notes: Vec::new(), inputs: Vec::new(), divisor: 1.0 }
    }

    /// Adds a diagnostic.
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The text of the scenario at a span, as it is written.
    pub(crate) fn source_text(&self, span: SourceSpan) -> &'a str {
        self.sources.text(span)
    }

    /// Reports keys that a table lacks: each with whether it is missing, and an example of it.
    pub(crate) fn require_keys(&mut self, what: &str, table: SourceSpan, keys: &[(&str, bool, &str)]) {
        for (key, is_missing, example) in keys {
            if *is_missing && !self.recovered.has(table, key) {
                let diagnostic = Diagnostic::error(table, format!("{what} needs `{key}`"));
                self.report(diagnostic.help(format!("write it, such as {example}")));
            }
        }
    }

    /// A duration that must be above zero.
    pub(crate) fn positive(&mut self, key: &str, duration: Option<&Spanned<Span>>) -> Option<Span> {
        let duration = duration?;
        if duration.value <= Span::ZERO {
            let written = self.source_text(duration.span);
            let diagnostic = Diagnostic::error(duration.span, format!("`{key}` cannot be {written}"));
            self.report(diagnostic.help("write a duration above 0s"));
        }
        Some(duration.value)
    }

    /// A number that must lie between two bounds.
    pub(crate) fn number_between(
        &mut self,
        key: &str,
        number: Option<&Spanned<f64>>,
        low: f64,
        high: f64,
    ) -> Option<f64> {
        let number = number?;
        if !(low..=high).contains(&number.value) {
            let written = self.source_text(number.span);
            let diagnostic = Diagnostic::error(number.span, format!("`{key}` cannot be {written}"));
            self.report(diagnostic.help(format!("write a number from {low} to {high}")));
        }
        Some(number.value)
    }

    /// The bytes of a file that the scenario names; none and a diagnostic, if it cannot be read.
    pub(crate) fn read(&mut self, path: &Spanned<String>) -> Option<Vec<u8>> {
        if let Some(input) = self.inputs.iter().find(|input| input.name == path.value) {
            return Some(input.bytes.clone());
        }
        let is_given = self.sources.is_of_option(path.span);
        let bytes = if is_given { self.files.read_given(&path.value) } else { self.files.read(&path.value) };
        match bytes {
            Ok(bytes) => {
                self.inputs.push(InputFile { name: path.value.clone(), bytes: bytes.clone() });
                Some(bytes)
            }
            Err(why) => {
                let diagnostic = Diagnostic::error(path.span, format!("`{}` cannot be read: {why}", path.value));
                self.report(diagnostic.help("paths are relative to the scenario file"));
                None
            }
        }
    }
}
