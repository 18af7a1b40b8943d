//! What workers offer: units, or a field in the header of a log that says how many.

use super::swf::named;
use super::{Build, Units};
use crate::diagnostic::{Complaint, nearest};
use crate::source::Place;
use crate::spec::{At, Named, Offer, Spec};

impl Build<'_> {
    /// What a group's workers offer; fields of headers are looked up.
    pub(super) fn offers(&mut self, capacity: &Named<At<Offer>>, spec: &Spec) -> Units {
        let mut entries = Vec::with_capacity(capacity.0.len());
        for (resource, offer) in capacity.iter() {
            let units = match &offer.value {
                Offer::Units(units) => *units,
                Offer::Header(field) => self.header(&resource.value, field, offer.place, spec).unwrap_or_else(|| {
                    self.has_all_workers = false;
                    0
                }),
            };
            entries.push((resource.clone(), At { place: offer.place, value: units }));
        }
        self.units(&Named(entries))
    }

    /// The number that a field says in the headers of the logs whose processors are units of that resource; otherwise a complaint.
    fn header(&mut self, resource: &str, field: &str, place: Place, spec: &Spec) -> Option<i64> {
        let mut files: Vec<&At<String>> = Vec::new();
        for swf in named(spec).filter(|swf| swf.resource.value == resource) {
            if !files.iter().any(|file| file.value == swf.file.value) {
                files.push(&swf.file);
            }
        }
        if files.is_empty() {
            // What could not be read may be just the log that is meant.
            if self.holes.is_empty() {
                self.complain(no_log(resource, field, place, spec));
            }
            return None;
        }
        match self.look_up(&files, field, place) {
            Ok(units) => units,
            Err(complaint) => {
                self.complain(complaint);
                None
            }
        }
    }

    /// What a field says in these logs; `None` if one of them cannot be read, which has been complained about.
    fn look_up(&self, files: &[&At<String>], field: &str, place: Place) -> Result<Option<i64>, Complaint> {
        let mut found: Option<(i64, &At<String>)> = None;
        let mut known = Vec::new();
        for file in files {
            let Some(Some(log)) = self.logs.get(&file.value) else { return Ok(None) };
            known.extend(log.header.iter().map(|field| field.name.as_str()));
            for entry in log.header.iter().filter(|entry| entry.name == field) {
                let Some(units) = entry.units() else {
                    let (file, line, value) = (&file.value, entry.line, &entry.value);
                    let title = format!("`{file}`, line {line}: `{field}` is no number of units: `{value}`");
                    return Err(Complaint::error(place, title).help("name a field that is, or write the number itself"));
                };
                match found {
                    Some((before, other)) if before != units => {
                        let (file, other) = (&file.value, &other.value);
                        let title = format!("`{field}` is {before} in `{other}`, but {units} in `{file}`");
                        return Err(Complaint::error(place, title).help("write the number itself"));
                    }
                    _ => found = Some((units, file)),
                }
            }
        }
        found.map(|(units, _)| Some(units)).ok_or_else(|| no_field(files, field, place, known))
    }
}

/// The complaint that no log has processors that are units of that resource.
fn no_log(resource: &str, field: &str, place: Place, spec: &Spec) -> Complaint {
    if field.trim().parse::<f64>().is_ok() {
        let complaint = Complaint::error(place, "the units of a resource are a whole number, not a text");
        return complaint.help(format!("write {} without quotes", field.trim()));
    }
    let title =
        format!("`{field}` names a field in the header of a log, but the processors of none are units of `{resource}`");
    let complaint = Complaint::error(place, title);
    match named(spec).next() {
        Some(swf) => complaint.context(swf.resource.place, "the log's processors are units of this"),
        None => complaint.help(format!(
            "write a whole number, or give an action a log: arrival = {{ swf = {{ file = \"log.swf.gz\", resource = \"{resource}\" }} }}"
        )),
    }
}

/// The complaint that no log has that field in its header.
fn no_field(files: &[&At<String>], field: &str, place: Place, mut known: Vec<&str>) -> Complaint {
    let files: Vec<String> = files.iter().map(|file| format!("`{}`", file.value)).collect();
    let complaint = Complaint::error(place, format!("there is no `{field}` in the header of {}", files.join(" or ")));
    if let Some(meant) = nearest(field, known.iter().copied()) {
        return complaint.label(format!("did you mean `{meant}`?"));
    }
    known.sort_unstable();
    known.dedup();
    let known: Vec<String> = known.into_iter().map(|name| format!("`{name}`")).collect();
    complaint.help(if known.is_empty() {
        "it has none at all; write a whole number".to_owned()
    } else {
        format!("it has {}", known.join(", "))
    })
}
