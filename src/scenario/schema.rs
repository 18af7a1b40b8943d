//! The JSON Schema of scenario files, made from the types that read them. Editors use it to
//! complete and explain keys.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::Value;

use crate::spec::Spec;
use crate::tree::{BARE, ELSE, LIST};

/// The variants that are written without a name.
const UNNAMED: [&str; 3] = [BARE, LIST, ELSE];

/// The JSON Schema of scenario files, in the draft that editors of TOML know.
pub fn schema() -> Value {
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<Spec>();
    RecursiveTransform(tidy).transform(&mut schema);
    schema.to_value()
}

/// Shows values as scenarios write them, where the types that read them are more verbose.
fn tidy(schema: &mut Schema) {
    if let Some(inner) = catch_all(schema) {
        *schema = inner;
    }
    without_null(schema);
    if let Some(default) = schema.remove("default").map(written).filter(is_informative) {
        schema.insert("default".to_owned(), default);
    }
    if let Some(Value::String(description)) = schema.get_mut("description") {
        // Doc comments are wrapped to the width of a source file.
        *description = description.replace('\n', " ");
    }
}

/// The content of a variant that is written without its name: `"10m"` instead of
/// `{ constant = "10m" }`.
fn catch_all(schema: &Schema) -> Option<Schema> {
    let properties = schema.get("properties")?.as_object()?;
    let inner = UNNAMED.iter().find_map(|name| properties.get(*name))?;
    let mut inner = Schema::try_from(inner.clone()).ok()?;
    if let Some(description) = schema.get("description") {
        inner.insert("description".to_owned(), description.clone());
    }
    Some(inner)
}

/// Removes `null`, which stands for an omitted key in other formats; TOML has no such value.
fn without_null(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.retain(|choice| choice["type"] != "null");
    }
}

/// A default as a scenario would write it.
fn written(default: Value) -> Value {
    match default {
        Value::Object(mut map) if map.len() == 1 && UNNAMED.iter().any(|name| map.contains_key(*name)) => {
            UNNAMED.iter().find_map(|name| map.remove(*name)).map_or(Value::Null, written)
        }
        other => other,
    }
}

/// Whether a default is worth showing.
fn is_informative(default: &Value) -> bool {
    !default.is_null()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_description() {
        let schema = schema();
        for (table, definition) in schema["definitions"].as_object().unwrap() {
            for (key, property) in definition["properties"].as_object().into_iter().flatten() {
                assert!(property["description"].is_string(), "{table}.{key} has no doc comment");
            }
        }
        for (key, property) in schema["properties"].as_object().unwrap() {
            assert!(property["description"].is_string(), "{key} has no doc comment");
        }
    }

    #[test]
    fn defaults_read_as_scenarios_write_them() {
        let schema = schema();
        assert_eq!(schema["properties"]["warmup"]["default"], "0s");
        assert_eq!(schema["properties"]["claim"]["default"], "registry");
        let delay = &schema["definitions"]["ClaimTable"]["properties"]["delay"];
        assert_eq!(delay["default"], serde_json::json!({ "uniform": { "low": "0s", "high": "3s" } }));
        assert_eq!(schema["required"], serde_json::json!(["horizon"]));
        assert_eq!(schema["definitions"]["Job"]["required"], serde_json::json!(["action", "at"]));
        let text = schema.to_string();
        assert!(!text.contains("null") && !text.contains("\"$bare") && !text.contains("\"$else"), "{text}");
    }
}
