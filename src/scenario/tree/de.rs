//! Trees -> values, by serde: the same types read a scenario and make its schema.
//!
//! Choices are externally tagged enums, so that a caret can point at the very word that is wrong, and may have a variant for
//! what is written without a name of its own: `service = "10m"` beside `service = { constant = "10m" }`.

use serde::de::value::{MapAccessDeserializer, MapDeserializer, StrDeserializer};
use serde::de::{self, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess};
use serde::de::{Unexpected, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::fault::{Fault, FaultKind, meant};
use super::{Entry, Node, Value};
use crate::source::Place;

/// The name by which a type asks for its place too: it is then given `(start, end, value)`.
pub(crate) const PLACED: &str = "$placed";

/// The variant of a choice that stands for a bare number or text: `service = "10m"`.
pub(crate) const BARE: &str = "$bare";

/// The variant of a choice that stands for whatever none of its words names: `delay = { uniform = … }` beside `"none"`.
pub(crate) const ELSE: &str = "$else";

impl<'de> Deserializer<'de> for &'de Node {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let result = match &self.value {
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Integer(value) => visitor.visit_i64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Boolean(value) => visitor.visit_bool(*value),
            Value::Array(nodes) => visitor.visit_seq(Items { nodes: nodes.iter(), index: 0 }),
            Value::Table(entries) => visitor.visit_map(Entries { entries: entries.iter(), value: None }),
        };
        result.map_err(|fault| fault.at(self.place))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self).map_err(|fault| fault.at(self.place))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if name == PLACED {
            return visitor.visit_seq(Placed { place: self.place, node: self, step: 0 });
        }
        self.deserialize_map(visitor)
    }

    /// Tables only: serde would also take a list, key by key in the order in which a type happens to declare them.
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.value {
            Value::Table(_) => self.deserialize_any(visitor),
            other => Err(de::Error::invalid_type(other.unexpected(), &"a table of keys"))
                .map_err(|f: Fault| f.at(self.place)),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        choose(self, known, visitor).map_err(|fault| fault.at(self.place).among(name))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct identifier ignored_any
    }
}

impl Value {
    /// What serde calls it.
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

/// Reads a choice: a word of its own (`"none"`), a table with one key that is one (`{ constant = … }`), or what a
/// [`BARE`] or [`ELSE`] variant takes.
fn choose<'de, V: Visitor<'de>>(
    node: &'de Node,
    known: &'static [&'static str],
    visitor: V,
) -> Result<V::Value, Fault> {
    let is_known = |word: &str| known.contains(&word);
    match &node.value {
        Value::String(word) if is_known(word) => visitor.visit_enum(Word(word)),
        Value::Table(entries) if entries.len() == 1 && (is_known(&entries[0].key) || !is_known(ELSE)) => {
            visitor.visit_enum(MapAccessDeserializer::new(Entries { entries: entries.iter(), value: None }))
        }
        Value::String(_) | Value::Integer(_) | Value::Float(_) if is_known(BARE) => {
            visitor.visit_enum(Whole { variant: BARE, node })
        }
        _ if is_known(ELSE) => visitor.visit_enum(Whole { variant: ELSE, node }).map_err(|fault| match &node.value {
            // A word that resembles a choice is that choice misspelt, whatever else is wrong with it.
            Value::String(word) if meant(word, known).is_some() => de::Error::unknown_variant(word, known),
            _ => fault,
        }),
        Value::Table(entries) => {
            let given = entries.iter().map(|entry| entry.key.clone()).collect();
            Err(Fault::new(FaultKind::NotOneChoice { given, known }))
        }
        Value::String(word) => Err(de::Error::unknown_variant(word, known)),
        Value::Integer(word) => Err(de::Error::unknown_variant(&word.to_string(), known)),
        Value::Float(word) => Err(de::Error::unknown_variant(&word.to_string(), known)),
        Value::Boolean(word) => Err(de::Error::unknown_variant(&word.to_string(), known)),
        Value::Array(_) => Err(de::Error::invalid_type(Unexpected::Seq, &"a choice")),
    }
}

/// A word of a choice. One that has parameters is given none, if it can do without.
struct Word<'de>(&'de str);

impl<'de> EnumAccess<'de> for Word<'de> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Fault> {
        Ok((seed.deserialize(StrDeserializer::<Fault>::new(self.0))?, self))
    }
}

impl<'de> VariantAccess<'de> for Word<'de> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Fault> {
        let none = MapDeserializer::<_, Fault>::new(std::iter::empty::<(&str, &str)>());
        seed.deserialize(none).map_err(|_| de::Error::invalid_type(Unexpected::UnitVariant, &"newtype variant"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Fault> {
        Err(de::Error::invalid_type(Unexpected::UnitVariant, &"tuple variant"))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, Fault> {
        Err(de::Error::invalid_type(Unexpected::UnitVariant, &"struct variant"))
    }
}

/// A node that is, as a whole, what a [`BARE`] or [`ELSE`] variant holds.
struct Whole<'de> {
    variant: &'static str,
    node: &'de Node,
}

impl<'de> EnumAccess<'de> for Whole<'de> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Fault> {
        Ok((seed.deserialize(StrDeserializer::<Fault>::new(self.variant))?, self))
    }
}

impl<'de> VariantAccess<'de> for Whole<'de> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Err(de::Error::invalid_type(Unexpected::UnitVariant, &"a value"))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Fault> {
        seed.deserialize(self.node)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.node.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        self.node.deserialize_any(visitor)
    }
}

/// A table's entries, one after the other.
struct Entries<'de> {
    entries: std::slice::Iter<'de, Entry>,
    value: Option<&'de Entry>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        let Some(entry) = self.entries.next() else { return Ok(None) };
        self.value = Some(entry);
        seed.deserialize(Key(entry)).map(Some).map_err(|fault| fault.at(entry.place).under(&entry.key))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        let entry = self.value.take().expect("serde asks for a value after its key");
        seed.deserialize(&entry.node).map_err(|fault| fault.at(entry.node.place).under(&entry.key))
    }
}

/// A key, as text that may be asked for its place.
#[derive(Clone, Copy)]
struct Key<'de>(&'de Entry);

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_borrowed_str(&self.0.key)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_seq(Placed { place: self.0.place, node: self, step: 0 })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// A list's values, one after the other.
struct Items<'de> {
    nodes: std::slice::Iter<'de, Node>,
    index: usize,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        let Some(node) = self.nodes.next() else { return Ok(None) };
        self.index += 1;
        let index = (self.index - 1).to_string();
        seed.deserialize(node).map(Some).map_err(|fault| fault.at(node.place).under(&index))
    }
}

/// Start, end and value of something that is asked for its place.
struct Placed<D> {
    place: Place,
    node: D,
    step: u8,
}

impl<'de, D: Deserializer<'de, Error = Fault> + Copy> SeqAccess<'de> for Placed<D> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        self.step += 1;
        match self.step {
            1 => seed.deserialize(IntoDeserializer::<Fault>::into_deserializer(self.place.start as u64)).map(Some),
            2 => seed.deserialize(IntoDeserializer::<Fault>::into_deserializer(self.place.end as u64)).map(Some),
            3 => seed.deserialize(self.node).map(Some),
            _ => Ok(None),
        }
    }
}
