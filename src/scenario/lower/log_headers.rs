//! The units that workers offer: numbers, or fields in the headers of logs.

use super::lowering::Lowering;
use super::needs::Units;
use super::swf::named;
use crate::diagnostic::{Diagnostic, nearest};
use crate::source::SourceSpan;
use crate::spanned::{Named, Spanned};
use crate::spec::{OfferedUnits, Spec};

impl Lowering<'_> {
    /// The units that a group's workers offer.
    pub(super) fn offers(&mut self, capacity: &Named<Spanned<OfferedUnits>>, spec: &Spec) -> Units {
        let mut entries = Vec::with_capacity(capacity.0.len());
        for (resource, offer) in capacity.iter() {
            let units = match &offer.value {
                OfferedUnits::Units(units) => *units,
                OfferedUnits::Header(field) => {
                    self.header(&resource.value, field, offer.span, spec).unwrap_or_else(|| {
                        self.has_all_workers = false;
                        0
                    })
                }
            };
            entries.push((resource.clone(), Spanned { span: offer.span, value: units }));
        }
        self.units(&Named(entries))
    }

    /// The number in a field of the headers of the logs whose processors are units of that
    /// resource; `None` and a diagnostic, if there is none.
    fn header(&mut self, resource: &str, field: &str, span: SourceSpan, spec: &Spec) -> Option<i64> {
        let mut files: Vec<&Spanned<String>> = Vec::new();
        for swf in named(spec).filter(|swf| swf.resource.value == resource) {
            if !files.iter().any(|file| file.value == swf.file.value) {
                files.push(&swf.file);
            }
        }
        if files.is_empty() {
            // The log in question may be a part that could not be read.
            if self.recovered.is_empty() {
                self.report(no_matching_log(resource, field, span, spec));
            }
            return None;
        }
        match self.find_header_field(&files, field, span) {
            Ok(units) => units,
            Err(diagnostic) => {
                self.report(diagnostic);
                None
            }
        }
    }

    /// The number in a field of these logs; `None` if one of them cannot be read, which has its
    /// diagnostic.
    fn find_header_field(
        &self,
        files: &[&Spanned<String>],
        field: &str,
        span: SourceSpan,
    ) -> Result<Option<i64>, Diagnostic> {
        let mut found: Option<(i64, &Spanned<String>)> = None;
        let mut known = Vec::new();
        for file in files {
            let Some(Some(log)) = self.logs.get(&file.value) else { return Ok(None) };
            known.extend(log.header.iter().map(|field| field.name.as_str()));
            for entry in log.header.iter().filter(|entry| entry.name == field) {
                let Some(units) = entry.units() else {
                    let (file, line, value) = (&file.value, entry.line, &entry.value);
                    let title = format!("`{file}`, line {line}: `{field}` is not a number of units: `{value}`");
                    return Err(
                        Diagnostic::error(span, title).help("name a field that is one, or write the number itself")
                    );
                };
                match found {
                    Some((before, other)) if before != units => {
                        let (file, other) = (&file.value, &other.value);
                        let title = format!("`{field}` is {before} in `{other}`, but {units} in `{file}`");
                        return Err(Diagnostic::error(span, title).help("write the number itself"));
                    }
                    _ => found = Some((units, file)),
                }
            }
        }
        found.map(|(units, _)| Some(units)).ok_or_else(|| unknown_header_field(files, field, span, known))
    }
}

/// The diagnostic that no log has processors that are units of that resource.
fn no_matching_log(resource: &str, field: &str, span: SourceSpan, spec: &Spec) -> Diagnostic {
    if field.trim().parse::<f64>().is_ok() {
        let diagnostic = Diagnostic::error(span, "the units of a resource are a whole number, not a text");
        return diagnostic.help(format!("write {} without quotes", field.trim()));
    }
    let title = format!(
        "`{field}` names a field in the header of a log, but no log has processors that are units of `{resource}`"
    );
    let diagnostic = Diagnostic::error(span, title);
    match named(spec).next() {
        Some(swf) => diagnostic.context(swf.resource.span, "the processors of the log are units of this"),
        None => diagnostic.help(format!(
            "write a whole number, or give an action a log: arrival = {{ swf = {{ file = \"log.swf.gz\", resource = \"{resource}\" }} }}"
        )),
    }
}

/// The fields of the standard that are numbers.
const STANDARD_FIELDS: [&str; 9] = [
    "Version",
    "MaxJobs",
    "MaxRecords",
    "UnixStartTime",
    "MaxNodes",
    "MaxProcs",
    "MaxRuntime",
    "MaxMemory",
    "MaxQueues",
];

/// The diagnostic that no log has that field in its header.
fn unknown_header_field(files: &[&Spanned<String>], field: &str, span: SourceSpan, mut known: Vec<&str>) -> Diagnostic {
    let files: Vec<String> = files.iter().map(|file| format!("`{}`", file.value)).collect();
    let diagnostic = Diagnostic::error(span, format!("there is no `{field}` in the header of {}", files.join(" or ")));
    // A field of the standard is not another one misspelt, and no machine has `MaxJobs` units.
    let is_machine = |name: &&str| ["MaxNodes", "MaxProcs"].contains(name) || !STANDARD_FIELDS.contains(name);
    let candidates = known.iter().copied().filter(is_machine);
    if let Some(meant) = nearest(field, candidates).filter(|_| !STANDARD_FIELDS.contains(&field)) {
        return diagnostic.label(format!("did you mean `{meant}`?"));
    }
    known.sort_unstable();
    known.dedup();
    let known: Vec<String> = known.into_iter().map(|name| format!("`{name}`")).collect();
    diagnostic.help(if known.is_empty() {
        "it has no fields; write a whole number".to_owned()
    } else {
        format!("it has {}", known.join(", "))
    })
}
