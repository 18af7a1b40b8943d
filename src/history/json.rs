//! JSON: rows one a line, or a document with arrays and pages of rows, which is read as a stream.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Map, Value};

use crate::error::HistoryError;

/// What is done with each row: its number or line, and the object or what is wrong with it.
pub(crate) type Sink<'a> = dyn FnMut(u32, Result<Value, String>) -> Result<(), HistoryError> + 'a;

/// Reads objects that stand one a line.
///
/// # Errors
/// Those of the sink.
pub(crate) fn read_lines(text: &[u8], sink: &mut Sink) -> Result<(), HistoryError> {
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let value = serde_json::from_slice(line).map_err(|error| match error.classify() {
            Category::Eof => "the object ends too early; was the line cut off?".to_owned(),
            _ => format!("the line is not a JSON object: {}", without_line(&error)),
        });
        sink(number, value)?;
    }
    Ok(())
}

/// Reads all rows of a document: arrays, pages with a key of `pages`, single objects, one after
/// another.
///
/// # Errors
/// If the text is not JSON or ends too early, and those of the sink.
pub(crate) fn read_document(text: &[u8], pages: &[&str], sink: &mut Sink) -> Result<(), HistoryError> {
    let mut rows = Rows { sink, pages, count: 0, failed: None };
    let mut json = serde_json::Deserializer::from_slice(text);
    while json.end().is_err() {
        let read = Rowset { rows: &mut rows, may_be_page: true }.deserialize(&mut json);
        if let Err(error) = read {
            return Err(rows.failed.take().unwrap_or_else(|| document_error(&error)));
        }
    }
    Ok(())
}

fn document_error(error: &serde_json::Error) -> HistoryError {
    let problem = match error.classify() {
        Category::Eof => "the JSON ends too early; was the file cut off?".to_owned(),
        _ => format!("the file is not valid JSON: {}", without_line(error)),
    };
    HistoryError::at(error.line() as u64, problem)
}

fn without_line(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

struct Rows<'a, 'b> {
    sink: &'a mut Sink<'b>,
    pages: &'a [&'a str],
    count: u32,
    /// The error of the sink, which ends the reading.
    failed: Option<HistoryError>,
}

impl Rows<'_, '_> {
    fn row<E: Error>(&mut self, value: Result<Value, String>) -> Result<(), E> {
        self.count = self.count.saturating_add(1);
        (self.sink)(self.count, value).map_err(|error| {
            self.failed = Some(error);
            E::custom("stopped")
        })
    }
}

/// A value that is rows: an array of them, a page, or one row.
struct Rowset<'r, 'a, 'b> {
    rows: &'r mut Rows<'a, 'b>,
    may_be_page: bool,
}

impl<'de> DeserializeSeed<'de> for Rowset<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Rowset<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of objects")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        let text: String = text.chars().take(40).collect();
        self.rows.row(Err(format!("the row is the text {text:?} and not an object")))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.rows.row(Err(format!("the row is `{value}` and not an object")))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.rows.row(Err(format!("the row is the number {value} and not an object")))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.rows.row(Err(format!("the row is the number {value} and not an object")))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.rows.row(Err(format!("the row is the number {value} and not an object")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Rowset { rows: &mut *self.rows, may_be_page: self.may_be_page })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let (mut object, mut is_page) = (Map::new(), false);
        while let Some(key) = fields.next_key::<String>()? {
            if self.may_be_page && self.rows.pages.contains(&key.as_str()) {
                match fields.next_value_seed(PageValue { rows: &mut *self.rows })? {
                    None => is_page = true,
                    Some(value) => drop(object.insert(key, value)),
                }
            } else {
                object.insert(key, fields.next_value()?);
            }
        }
        if is_page { Ok(()) } else { self.rows.row(Ok(Value::Object(object))) }
    }
}

/// The value of a key that may be that of a page: `None` after the rows of an array, otherwise the
/// value.
struct PageValue<'r, 'a, 'b> {
    rows: &'r mut Rows<'a, 'b>,
}

impl<'de> DeserializeSeed<'de> for PageValue<'_, '_, '_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Value>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for PageValue<'_, '_, '_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<Value>, A::Error> {
        while list.next_element_seed(Rowset { rows: &mut *self.rows, may_be_page: false })?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<Value>, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(map)).map(Some)
    }

    fn visit_unit<E: Error>(self) -> Result<Option<Value>, E> {
        Ok(Some(Value::Null))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Option<Value>, E> {
        Ok(Some(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Option<Value>, E> {
        Ok(Some(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Option<Value>, E> {
        Ok(Some(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Option<Value>, E> {
        Ok(Some(value.into()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<Value>, E> {
        Ok(Some(text.into()))
    }
}

/// The value at a path: keys and numbers of elements, separated by dots; a key may have dots.
pub(crate) fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    let child = |key: &str| value.get(key).or_else(|| value.get(key.parse::<usize>().ok()?));
    child(path).or_else(|| path.match_indices('.').find_map(|(dot, _)| at(child(&path[..dot])?, &path[dot + 1..])))
}

/// The cell of a value; empty for `null`, arrays and objects.
pub(crate) fn cell(value: Option<&Value>) -> Cow<'_, str> {
    match value {
        Some(Value::String(text)) => Cow::Borrowed(text.trim()),
        Some(Value::Number(number)) => Cow::Owned(number.to_string()),
        Some(Value::Bool(value)) => Cow::Borrowed(if *value { "true" } else { "false" }),
        Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => Cow::Borrowed(""),
    }
}

/// Adds the paths of all cells of an object.
pub(crate) fn add_paths(value: &Value, prefix: &str, paths: &mut Vec<String>) {
    const MOST_PATHS: usize = 500;
    let Value::Object(fields) = value else { return };
    for (key, value) in fields {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            Value::Object(_) if path.len() < 100 => add_paths(value, &path, paths),
            Value::Array(_) | Value::Object(_) => {}
            _ if paths.len() < MOST_PATHS && !paths.contains(&path) => paths.push(path),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Result<Vec<String>, String> {
        let mut all = Vec::new();
        let mut sink = |number, value: Result<Value, String>| {
            all.push(format!("{number}:{}", value.map_or_else(|text| text, |value| value.to_string())));
            Ok(())
        };
        read_document(text.as_bytes(), &["jobs"], &mut sink).map_err(|error| error.to_string())?;
        Ok(all)
    }

    #[test]
    fn rows_are_found_in_arrays_and_pages() {
        let both = ["1:{\"a\":1}", "2:{\"a\":2}"];
        for text in [
            r#"[{"a":1},{"a":2}]"#,
            r#"{"a":1} {"a":2}"#,
            r#"{"total_count":2,"jobs":[{"a":1},{"a":2}]}"#,
            r#"{"jobs":[{"a":1}]}{"jobs":[{"a":2}]}"#,
            r#"[{"jobs":[{"a":1}]},{"jobs":[{"a":2}]}]"#,
            r#"[[{"a":1}],null,[{"a":2}]]"#,
        ] {
            assert_eq!(rows(text).unwrap(), both, "{text}");
        }
        assert_eq!(rows(r#"[{"jobs":{"x":3}}]"#).unwrap(), [r#"1:{"jobs":{"x":3}}"#]);
        assert_eq!(rows(r#"["x",7]"#).unwrap().len(), 2);
    }

    #[test]
    fn a_cut_file_is_an_error() {
        for (text, words) in [("[{\"a\":1},\n{\"a\":", "line 2: the JSON ends too early"), ("[1 2]", "not valid JSON")]
        {
            let told = rows(text).unwrap_err();
            assert!(told.contains(words), "{told}");
        }
    }

    #[test]
    fn paths_lead_to_cells() {
        let value = serde_json::json!({ "a": { "b": "x", "c": [1, 2] }, "d.e": 2, "f": null });
        for (path, text) in [("a.b", "x"), ("a.c.1", "2"), ("d.e", "2"), ("f", ""), ("a", ""), ("z.y", "")] {
            assert_eq!(cell(at(&value, path)), text, "{path}");
        }
        let mut paths = Vec::new();
        add_paths(&value, "", &mut paths);
        assert_eq!(paths, ["a.b", "d.e", "f"]);
    }
}
