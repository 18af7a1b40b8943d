//! Which column of a file each field is in.

use crate::dialect::Dialect;
use crate::error::HistoryError;
use crate::mapping::{FIELDS, Field, Mapping};
use crate::model::name::nearest;
use crate::propose::{Proposal, propose};
use crate::row::Row;

/// The places of the columns that are used.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    pub(crate) mapping: Mapping,
    /// Whether the mapping was proposed from the names of the columns.
    pub(crate) is_proposed: bool,
    fields: [Option<usize>; FIELDS],
    extra: Vec<Option<usize>>,
    /// Columns of needs, by resource in the order of the mapping.
    pub(crate) needs: Vec<usize>,
    /// All places, in order.
    used: Vec<usize>,
}

impl Binding {
    /// The columns of a file without rows.
    pub(crate) fn empty() -> Binding {
        Binding {
            mapping: Mapping::default(),
            is_proposed: false,
            fields: [None; FIELDS],
            extra: Vec::new(),
            needs: Vec::new(),
            used: Vec::new(),
        }
    }

    /// The places of all columns that are used, in order.
    pub(crate) fn used(&self) -> &[usize] {
        &self.used
    }

    /// Finds the columns of a format with names of its own; `given` takes precedence.
    pub(crate) fn of_dialect(
        dialect: &Dialect,
        given: Option<&Mapping>,
        columns: &[String],
    ) -> Result<Binding, HistoryError> {
        let mut mapping = Mapping::default();
        for (field, names) in dialect.fields {
            if let Some(name) = names.iter().find(|name| columns.iter().any(|column| column == *name)) {
                mapping.fields.insert(*field, (*name).to_owned());
            }
        }
        if let Some(prefix) = dialect.need_prefix {
            let resource = |column: &String| Some((column.strip_prefix(prefix)?.to_owned(), column.clone()));
            mapping.needs.extend(columns.iter().filter_map(resource).filter(|(resource, _)| !resource.is_empty()));
        }
        for (field, column) in given.iter().flat_map(|given| &given.fields) {
            mapping.fields.insert(*field, column.clone());
        }
        for (resource, column) in given.iter().flat_map(|given| &given.needs) {
            mapping.needs.retain(|(known, _)| known != resource);
            mapping.needs.push((resource.clone(), column.clone()));
        }
        if let Some(field) = dialect.required.iter().find(|field| !mapping.fields.contains_key(field)) {
            let names = dialect.fields.iter().find(|(known, _)| known == field).map_or(&[][..], |(_, names)| names);
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            return Err(HistoryError::of_file(format!(
                "there is no column {}; {}. {}",
                names.join(" or "),
                existing(columns),
                dialect.hint
            )));
        }
        Binding::of(mapping, false, dialect, columns)
    }

    /// Finds the columns of a mapping, or of the mapping that the names of the columns propose.
    pub(crate) fn of_columns(
        dialect: &Dialect,
        given: Option<&Mapping>,
        columns: &[String],
        sample: &[Vec<String>],
    ) -> Result<Binding, HistoryError> {
        let Proposal { mapping, is_certain } = match given {
            Some(given) => Proposal { mapping: given.clone(), is_certain: true },
            None => propose(columns, sample),
        };
        if mapping.is_enough() && is_certain {
            return Binding::of(mapping, given.is_none(), dialect, columns);
        }
        let rule = "A mapping needs `created`, and `started`, `finished` or `queued`";
        Err(HistoryError::of_file(if given.is_some() {
            format!("--columns '{mapping}' does not tell enough. {rule}")
        } else {
            let proposal = match mapping.to_string() {
                text if text.is_empty() => "none of their names is known".to_owned(),
                text => format!("as far as their names tell: --columns '{text}'"),
            };
            format!(
                "the names of the columns do not tell for certain when jobs fell due, and when they started or ended; \
                 {}; {proposal}. {rule}",
                existing(columns)
            )
        }))
    }

    fn of(mapping: Mapping, is_proposed: bool, dialect: &Dialect, columns: &[String]) -> Result<Binding, HistoryError> {
        let place = |name: &str| columns.iter().position(|column| column == name);
        let mut fields = [None; FIELDS];
        let named = mapping.fields.iter().map(|(field, column)| (field.name().to_owned(), column));
        let needs = mapping.needs.iter().map(|(resource, column)| (format!("need.{resource}"), column));
        for (key, column) in named.chain(needs) {
            if place(column).is_none() {
                let meant = nearest(column, columns.iter().map(String::as_str));
                let meant = meant.map_or(String::new(), |name| format!("did you mean `{name}`? "));
                let existing = existing(columns);
                return Err(HistoryError::of_file(format!(
                    "there is no column `{column}` for `{key}`; {meant}{existing}"
                )));
            }
            if columns.iter().filter(|name| *name == column).count() > 1 {
                return Err(HistoryError::of_file(format!("there are two columns `{column}`; rename one of them")));
            }
        }
        for (field, column) in &mapping.fields {
            fields[*field as usize] = place(column);
        }
        let needs: Vec<usize> = mapping.needs.iter().filter_map(|(_, column)| place(column)).collect();
        let extra: Vec<Option<usize>> = dialect.extra.iter().map(|name| place(name)).collect();
        let mut used: Vec<usize> = fields.iter().chain(&extra).flatten().chain(&needs).copied().collect();
        used.sort_unstable();
        used.dedup();
        Ok(Binding { mapping, is_proposed, fields, extra, needs, used })
    }

    /// Whether the file has a further column of its format.
    pub(crate) fn has_extra(&self, index: usize) -> bool {
        self.extra.get(index).is_some_and(Option::is_some)
    }

    /// The name of the column of each field; empty without one.
    pub(crate) fn column_names(&self) -> [String; FIELDS] {
        Field::ALL.map(|field| self.mapping.fields.get(&field).cloned().unwrap_or_default())
    }

    /// The row with these cells, by column; empty where there is no cell.
    pub(crate) fn fill<'a>(&self, row: &mut Row<'a>, cell: impl Fn(usize) -> &'a str) {
        row.fields = std::array::from_fn(|field| self.fields[field].map_or("", &cell));
        row.extra.clear();
        row.extra.extend(self.extra.iter().map(|place| place.map_or("", &cell)));
    }
}

/// "the columns are `a`, `b`"; of many, the first.
fn existing(columns: &[String]) -> String {
    const MOST: usize = 40;
    let names: Vec<String> = columns.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    let more = if columns.len() > MOST { format!(" and {} more", columns.len() - MOST) } else { String::new() };
    if names.is_empty() {
        "there are no columns".to_owned()
    } else {
        format!("the columns are {}{more}", names.join(", "))
    }
}
