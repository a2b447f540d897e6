//! YAML as JSON, whatever it holds: keys that are numbers, whole numbers beyond 64 bits, tags.

use std::fmt;

use serde::de::{Deserialize, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess as _, Visitor};
use serde_json::{Map, Value};

/// A document of which nothing is required.
pub(super) struct Loose(pub(super) Value);

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Loose, D::Error> {
        d.deserialize_any(Anything)
    }
}

struct Anything;

impl<'de> Visitor<'de> for Anything {
    type Value = Loose;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: Error>(self, v: bool) -> Result<Loose, E> {
        Ok(Loose(v.into()))
    }

    fn visit_i64<E: Error>(self, v: i64) -> Result<Loose, E> {
        Ok(Loose(v.into()))
    }

    fn visit_u64<E: Error>(self, v: u64) -> Result<Loose, E> {
        Ok(Loose(v.into()))
    }

    fn visit_i128<E: Error>(self, v: i128) -> Result<Loose, E> {
        Ok(Loose((v as f64).into()))
    }

    fn visit_u128<E: Error>(self, v: u128) -> Result<Loose, E> {
        Ok(Loose((v as f64).into()))
    }

    fn visit_f64<E: Error>(self, v: f64) -> Result<Loose, E> {
        Ok(Loose(v.into()))
    }

    fn visit_str<E: Error>(self, v: &str) -> Result<Loose, E> {
        Ok(Loose(v.into()))
    }

    fn visit_unit<E: Error>(self) -> Result<Loose, E> {
        Ok(Loose(Value::Null))
    }

    fn visit_none<E: Error>(self) -> Result<Loose, E> {
        Ok(Loose(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, d: D) -> Result<Loose, D::Error> {
        Loose::deserialize(d)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Loose, A::Error> {
        let mut items = Vec::new();
        while let Some(Loose(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(Loose(items.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Loose, A::Error> {
        let mut entries = Map::new();
        while let Some((Loose(key), Loose(value))) = map.next_entry()? {
            let key = key.as_str().map_or_else(|| key.to_string(), str::to_string);
            entries.insert(key, value);
        }
        Ok(Loose(entries.into()))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Loose, A::Error> {
        // `!tag value` is the value.
        let (_, value) = data.variant::<String>()?;
        value.newtype_variant()
    }
}
