//! Trees -> values, by serde: the same types read a scenario and make its schema.
//!
//! Choices are externally tagged enums, so that a caret can point at the wrong word itself. A
//! choice may have a variant that is written without a name: `service = "10m"` next to
//! `service = { constant = "10m" }`.

use serde::de::value::{MapAccessDeserializer, MapDeserializer, StrDeserializer};
use serde::de::{self, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess};
use serde::de::{Unexpected, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::error::{ParseError, ParseErrorKind, describe_found, suggestion};
use super::node::{BARE, ELSE, KeyValue, LIST, Node, SPANNED, Value};
use crate::source::SourceSpan;

impl<'de> Deserializer<'de> for &'de Node {
    type Error = ParseError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ParseError> {
        let result = match &self.value {
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Integer(value) => visitor.visit_i64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Boolean(value) => visitor.visit_bool(*value),
            Value::Array(nodes) => visitor.visit_seq(ItemsAccess { nodes: nodes.iter(), index: 0 }),
            Value::Table(entries) => visitor.visit_map(EntriesAccess { entries: entries.iter(), value: None }),
        };
        result.map_err(|error| error.with_span(self.span))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ParseError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, ParseError> {
        visitor.visit_newtype_struct(self).map_err(|error| error.with_span(self.span))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ParseError> {
        if name == SPANNED {
            return visitor.visit_seq(SpannedAccess { span: self.span, node: self, step: 0 });
        }
        match &self.value {
            Value::String(_) | Value::Integer(_) | Value::Float(_) => {
                let found = self.value.unexpected();
                Err(ParseError::new(ParseErrorKind::NotATable { found: describe_found(found), known })
                    .with_span(self.span))
            }
            _ => self.deserialize_map(visitor),
        }
    }

    /// Takes tables only: serde would also take a list, with the values in the order in which the
    /// type declares its keys.
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ParseError> {
        match &self.value {
            Value::Table(_) => self.deserialize_any(visitor),
            other => Err(de::Error::invalid_type(other.unexpected(), &"a table of keys"))
                .map_err(|f: ParseError| f.with_span(self.span)),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ParseError> {
        choose(self, known, visitor).map_err(|error| error.with_span(self.span).in_choice(name))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct identifier ignored_any
    }
}

impl Value {
    /// The value in the terms of serde.
    fn unexpected(&self) -> Unexpected<'_> {
        match self {
            Value::String(text) => Unexpected::Str(text),
            Value::Integer(value) => Unexpected::Signed(*value),
            Value::Float(value) => Unexpected::Float(*value),
            Value::Boolean(value) => Unexpected::Bool(*value),
            Value::Array(_) => Unexpected::Seq,
            Value::Table(_) => Unexpected::Map,
        }
    }
}

/// Reads a choice: a word of its own (`"none"`), a table with one key that is one
/// (`{ constant = … }`), or what a [`BARE`], [`LIST`] or [`ELSE`] variant takes.
fn choose<'de, V: Visitor<'de>>(
    node: &'de Node,
    known: &'static [&'static str],
    visitor: V,
) -> Result<V::Value, ParseError> {
    let is_known = |word: &str| known.contains(&word);
    match &node.value {
        Value::String(word) if is_known(word) => visitor.visit_enum(WordVariant(word)),
        Value::Table(entries) if entries.len() == 1 && (is_known(&entries[0].key) || !is_known(ELSE)) => {
            visitor.visit_enum(MapAccessDeserializer::new(EntriesAccess { entries: entries.iter(), value: None }))
        }
        Value::String(_) | Value::Integer(_) | Value::Float(_) if is_known(BARE) => {
            visitor.visit_enum(NodeVariant { variant: BARE, node })
        }
        Value::Array(_) if is_known(LIST) => visitor.visit_enum(NodeVariant { variant: LIST, node }),
        _ if is_known(ELSE) => {
            visitor.visit_enum(NodeVariant { variant: ELSE, node }).map_err(|error| match &node.value {
                // A word that resembles a choice is taken for that choice, misspelt.
                Value::String(word) if suggestion(word, known).is_some() => de::Error::unknown_variant(word, known),
                _ => error,
            })
        }
        Value::Table(entries) => {
            let given = entries.iter().map(|entry| entry.key.clone()).collect();
            Err(ParseError::new(ParseErrorKind::NotOneVariant { given, known }))
        }
        Value::String(word) => Err(de::Error::unknown_variant(word, known)),
        Value::Integer(word) => Err(de::Error::unknown_variant(&word.to_string(), known)),
        Value::Float(word) => Err(de::Error::unknown_variant(&word.to_string(), known)),
        Value::Boolean(word) => Err(de::Error::unknown_variant(&word.to_string(), known)),
        Value::Array(_) => Err(de::Error::invalid_type(Unexpected::Seq, &"a choice")),
    }
}

/// A choice written as a word. All parameters, if it has any, are left out.
struct WordVariant<'de>(&'de str);

impl<'de> EnumAccess<'de> for WordVariant<'de> {
    type Error = ParseError;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), ParseError> {
        Ok((seed.deserialize(StrDeserializer::<ParseError>::new(self.0))?, self))
    }
}

impl<'de> VariantAccess<'de> for WordVariant<'de> {
    type Error = ParseError;

    fn unit_variant(self) -> Result<(), ParseError> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, ParseError> {
        let none = MapDeserializer::<_, ParseError>::new(std::iter::empty::<(&str, &str)>());
        seed.deserialize(none).map_err(|_| de::Error::invalid_type(Unexpected::UnitVariant, &"newtype variant"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, ParseError> {
        Err(de::Error::invalid_type(Unexpected::UnitVariant, &"tuple variant"))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, ParseError> {
        Err(de::Error::invalid_type(Unexpected::UnitVariant, &"struct variant"))
    }
}

/// A node that is the content of a [`BARE`], [`LIST`] or [`ELSE`] variant.
struct NodeVariant<'de> {
    variant: &'static str,
    node: &'de Node,
}

impl<'de> EnumAccess<'de> for NodeVariant<'de> {
    type Error = ParseError;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), ParseError> {
        Ok((seed.deserialize(StrDeserializer::<ParseError>::new(self.variant))?, self))
    }
}

impl<'de> VariantAccess<'de> for NodeVariant<'de> {
    type Error = ParseError;

    fn unit_variant(self) -> Result<(), ParseError> {
        Err(de::Error::invalid_type(Unexpected::UnitVariant, &"a value"))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, ParseError> {
        seed.deserialize(self.node)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, ParseError> {
        self.node.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, ParseError> {
        self.node.deserialize_any(visitor)
    }
}

/// A table's entries, one after the other.
struct EntriesAccess<'de> {
    entries: std::slice::Iter<'de, KeyValue>,
    value: Option<&'de KeyValue>,
}

impl<'de> MapAccess<'de> for EntriesAccess<'de> {
    type Error = ParseError;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, ParseError> {
        let Some(entry) = self.entries.next() else { return Ok(None) };
        self.value = Some(entry);
        seed.deserialize(KeyDeserializer(entry))
            .map(Some)
            .map_err(|error| error.with_span(entry.span).below_key(&entry.key))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, ParseError> {
        let entry = self.value.take().expect("serde asks for a value after its key");
        seed.deserialize(&entry.node).map_err(|error| error.with_span(entry.node.span).below_key(&entry.key))
    }
}

/// A key, as a text with a span.
#[derive(Clone, Copy)]
struct KeyDeserializer<'de>(&'de KeyValue);

impl<'de> Deserializer<'de> for KeyDeserializer<'de> {
    type Error = ParseError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ParseError> {
        visitor.visit_borrowed_str(&self.0.key)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ParseError> {
        visitor.visit_seq(SpannedAccess { span: self.0.span, node: self, step: 0 })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// A list's values, one after the other.
struct ItemsAccess<'de> {
    nodes: std::slice::Iter<'de, Node>,
    index: usize,
}

impl<'de> SeqAccess<'de> for ItemsAccess<'de> {
    type Error = ParseError;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, ParseError> {
        let Some(node) = self.nodes.next() else { return Ok(None) };
        self.index += 1;
        let index = (self.index - 1).to_string();
        seed.deserialize(node).map(Some).map_err(|error| error.with_span(node.span).below_key(&index))
    }
}

/// The start, the end and the value of a node or key, for a type that asks for its span.
struct SpannedAccess<D> {
    span: SourceSpan,
    node: D,
    step: u8,
}

impl<'de, D: Deserializer<'de, Error = ParseError> + Copy> SeqAccess<'de> for SpannedAccess<D> {
    type Error = ParseError;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, ParseError> {
        self.step += 1;
        match self.step {
            1 => seed.deserialize(IntoDeserializer::<ParseError>::into_deserializer(self.span.start as u64)).map(Some),
            2 => seed.deserialize(IntoDeserializer::<ParseError>::into_deserializer(self.span.end as u64)).map(Some),
            3 => seed.deserialize(self.node).map(Some),
            _ => Ok(None),
        }
    }
}
