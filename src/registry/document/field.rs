//! One field of a row: absent, null, empty or given, so that a printed row equals the row that was
//! read.
//!
//! The API writes `null` or `""` for a missing value, and its guides leave the field out; all three
//! mean the same. [`Field::get`] treats them alike.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::model::capacity::MOST_UNITS;

/// The content of one field of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Field<T> {
    /// The row does not have the field.
    #[default]
    Absent,
    /// `null`.
    Null,
    /// `""`, which the API writes for a missing text.
    Empty,
    /// A value.
    Given(T),
}

impl<T> Field<T> {
    /// The value, if there is one.
    pub fn get(&self) -> Option<&T> {
        if let Field::Given(value) = self { Some(value) } else { None }
    }

    /// The value, if there is one.
    pub fn into_option(self) -> Option<T> {
        if let Field::Given(value) = self { Some(value) } else { None }
    }

    /// Whether the row does not have the field; printing leaves it out.
    pub fn is_absent(&self) -> bool {
        matches!(self, Field::Absent)
    }
}

impl<T> From<T> for Field<T> {
    fn from(value: T) -> Field<T> {
        Field::Given(value)
    }
}

/// A type of fields: how it is read and printed.
pub trait FieldValue: Sized {
    /// What is expected, to complete "expected …".
    const EXPECTED: &'static str;

    /// The value of a text that is not empty; `None` if it is not valid.
    fn from_text(_text: &str) -> Option<Field<Self>> {
        None
    }

    /// The value of a whole number; `None` if it is not valid.
    fn from_integer(_number: i64) -> Option<Field<Self>> {
        None
    }

    /// The value of a number with decimals; `None` if it is not valid.
    fn from_decimal(_number: f64) -> Option<Field<Self>> {
        None
    }

    /// The value of an object.
    ///
    /// # Errors
    /// If an object, or its content, is not valid here.
    fn from_map<'de, A: MapAccess<'de>>(_map: A) -> Result<Self, A::Error> {
        Err(A::Error::invalid_type(Unexpected::Map, &Self::EXPECTED))
    }

    /// Prints the value as the API does.
    ///
    /// # Errors
    /// Those of the serializer.
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
}

impl<'de, T: FieldValue> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Field<T>, D::Error> {
        deserializer.deserialize_any(FieldVisitor(PhantomData))
    }
}

impl<T: FieldValue> Serialize for Field<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Field::Absent | Field::Null => serializer.serialize_none(),
            Field::Empty => serializer.serialize_str(""),
            Field::Given(value) => value.write(serializer),
        }
    }
}

struct FieldVisitor<T>(PhantomData<T>);

impl<'de, T: FieldValue> Visitor<'de> for FieldVisitor<T> {
    type Value = Field<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_unit<E: Error>(self) -> Result<Field<T>, E> {
        Ok(Field::Null)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Field<T>, E> {
        if text.is_empty() {
            return Ok(Field::Empty);
        }
        T::from_text(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Field<T>, E> {
        T::from_integer(number).ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Field<T>, E> {
        let value = i64::try_from(number).ok().and_then(T::from_integer);
        value.ok_or_else(|| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Field<T>, E> {
        T::from_decimal(number).ok_or_else(|| E::invalid_value(Unexpected::Float(number), &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Field<T>, A::Error> {
        T::from_map(map).map(Field::Given)
    }
}

impl FieldValue for String {
    const EXPECTED: &'static str = "a text in double quotes";

    fn from_text(text: &str) -> Option<Field<String>> {
        Some(Field::Given(text.to_owned()))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

/// Counts, such as retries.
impl FieldValue for u32 {
    const EXPECTED: &'static str = "a whole number from 0 to 4294967295";

    fn from_integer(number: i64) -> Option<Field<u32>> {
        u32::try_from(number).ok().map(Field::Given)
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(*self)
    }
}

/// Units of capacity.
impl FieldValue for i64 {
    const EXPECTED: &'static str = "a whole number of units from 0 to 2^50";

    fn from_integer(number: i64) -> Option<Field<i64>> {
        (0..=MOST_UNITS).contains(&number).then_some(Field::Given(number))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(*self)
    }
}

/// Capacity maps; a key without a number (`null`) counts as 0.
impl FieldValue for BTreeMap<String, i64> {
    const EXPECTED: &'static str = "a capacity map such as {\"scan\": 1}, or null";

    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut units = BTreeMap::new();
        while let Some((key, value)) = map.next_entry::<String, Field<i64>>()? {
            units.insert(key, value.into_option().unwrap_or(0));
        }
        Ok(units)
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

/// Parameters: opaque to the simulator, kept in their order.
impl FieldValue for Map<String, Value> {
    const EXPECTED: &'static str = "an object of parameters such as {\"SHA256SUM\": \"…\"}, or null";

    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut parameters = Map::new();
        while let Some((key, value)) = map.next_entry()? {
            parameters.insert(key, value);
        }
        Ok(parameters)
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}
