//! The JSON Schema of scenario files, made from the types that read them; editors complete and explain keys by it.

use schemars::transform::{RecursiveTransform, Transform};
use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use super::spec::Spec;
use super::tree::{BARE, ELSE};

/// The schema.
pub(super) fn schema() -> Value {
    let mut schema = SchemaGenerator::default().into_root_schema_for::<Spec>();
    RecursiveTransform(tidy).transform(&mut schema);
    schema.to_value()
}

/// Puts a choice as scenarios write it, and leaves out defaults that say nothing.
fn tidy(schema: &mut Schema) {
    if let Some(inner) = catch_all(schema) {
        *schema = inner;
    }
    if schema.get("default").is_some_and(Value::is_null) {
        schema.remove("default");
    }
}

/// What the variant of a choice holds that is written without its name: `"10m"`, not `{ constant = "10m" }`.
fn catch_all(schema: &Schema) -> Option<Schema> {
    let properties = schema.get("properties")?.as_object()?;
    let inner = properties.get(BARE).or_else(|| properties.get(ELSE))?;
    let mut inner = Schema::try_from(inner.clone()).ok()?;
    if let Some(description) = schema.get("description") {
        inner.insert("description".to_owned(), description.clone());
    }
    Some(inner)
}
