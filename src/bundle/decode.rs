//! Decoding that hostile bytes can neither nest nor multiply beyond a bound.
//!
//! postcard checks every length against the bytes that are left, but each level of a nested enum is one more call, and
//! a nested `not` is one byte: a million of them end the process. So the deserializer is wrapped: enums, the only things
//! of the model that nest, are counted on the way in and out, and in all. Scalars go straight through.

use std::cell::Cell;
use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};

/// How deep enums may nest, and how many there may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) depth: usize,
    pub(super) enums: usize,
}

/// Decodes all of `bytes` within `bounds`.
pub(super) fn from_bytes<'de, T: Deserialize<'de>>(bytes: &'de [u8], bounds: Bounds) -> Result<T, postcard::Error> {
    let counters = Counters { depth: Cell::new(bounds.depth), enums: Cell::new(bounds.enums) };
    let mut inner = postcard::Deserializer::from_bytes(bytes);
    let value = T::deserialize(Bounded { inner: &mut inner, counters: &counters })?;
    let rest = inner.finalize()?;
    if rest.is_empty() { Ok(value) } else { Err(Error::custom("bytes are left over")) }
}

/// What is left of the bounds.
struct Counters {
    depth: Cell<usize>,
    enums: Cell<usize>,
}

impl Counters {
    fn enter<E: Error>(&self) -> Result<(), E> {
        let take = |counter: &Cell<usize>| counter.get().checked_sub(1).map(|left| counter.set(left));
        take(&self.depth).and_then(|()| take(&self.enums)).ok_or_else(|| E::custom("nested too deeply, or too large"))
    }

    fn leave(&self) {
        self.depth.set(self.depth.get().saturating_add(1));
    }
}

/// A part of the decoding machinery, with the counters.
struct Bounded<'a, D> {
    inner: D,
    counters: &'a Counters,
}

impl<'a, D> Bounded<'a, D> {
    fn around<T>(&self, inner: T) -> Bounded<'a, T> {
        Bounded { inner, counters: self.counters }
    }
}

macro_rules! straight_through {
    ($($method:ident)*) => {
        $(
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
                self.inner.$method(visitor)
            }
        )*
    };
}

macro_rules! wrapped {
    ($($method:ident($($argument:ident: $ty:ty),*))*) => {
        $(
            fn $method<V: Visitor<'de>>(self, $($argument: $ty,)* visitor: V) -> Result<V::Value, D::Error> {
                let visitor = self.around(visitor);
                self.inner.$method($($argument,)* visitor)
            }
        )*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Bounded<'_, D> {
    type Error = D::Error;

    straight_through! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64 deserialize_char deserialize_str deserialize_string deserialize_bytes
        deserialize_byte_buf deserialize_unit deserialize_identifier deserialize_ignored_any
    }

    wrapped! {
        deserialize_option()
        deserialize_seq()
        deserialize_map()
        deserialize_tuple(len: usize)
        deserialize_unit_struct(name: &'static str)
        deserialize_newtype_struct(name: &'static str)
        deserialize_tuple_struct(name: &'static str, len: usize)
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.counters.enter()?;
        let visitor = self.around(visitor);
        let value = self.inner.deserialize_enum(name, variants, visitor);
        self.counters.leave();
        value
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Bounded<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        let deserializer = self.around(deserializer);
        self.inner.visit_some(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        let deserializer = self.around(deserializer);
        self.inner.visit_newtype_struct(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let access = self.around(access);
        self.inner.visit_seq(access)
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let access = self.around(access);
        self.inner.visit_map(access)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let access = self.around(access);
        self.inner.visit_enum(access)
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Bounded<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        let deserializer = self.around(deserializer);
        self.inner.deserialize(deserializer)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Bounded<'_, A> {
    type Error = A::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, A::Error> {
        let seed = self.around(seed);
        self.inner.next_element_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Bounded<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        let seed = self.around(seed);
        self.inner.next_key_seed(seed)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, A::Error> {
        let seed = self.around(seed);
        self.inner.next_value_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'a, 'de, A: EnumAccess<'de>> EnumAccess<'de> for Bounded<'a, A> {
    type Error = A::Error;
    type Variant = Bounded<'a, A::Variant>;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self::Variant), A::Error> {
        let counters = self.counters;
        let (value, inner) = self.inner.variant_seed(seed)?;
        Ok((value, Bounded { inner, counters }))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Bounded<'_, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, A::Error> {
        let seed = self.around(seed);
        self.inner.newtype_variant_seed(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        let visitor = self.around(visitor);
        self.inner.tuple_variant(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        let visitor = self.around(visitor);
        self.inner.struct_variant(fields, visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounds, from_bytes};
    use crate::model::{Condition, SegmentId};

    const BOUNDS: Bounds = Bounds { depth: 50, enums: 1_000 };

    fn nested(levels: usize) -> Vec<u8> {
        let not = 2;
        let mut bytes = vec![not; levels];
        bytes.extend([3, 7]);
        bytes
    }

    #[test]
    fn what_is_within_bounds_is_decoded() {
        let expected = (0..49).fold(Condition::Segment(SegmentId(7)), |inner, _| Condition::Not(Box::new(inner)));
        assert_eq!(postcard::to_stdvec(&expected).unwrap(), nested(49));
        assert_eq!(from_bytes::<Condition>(&nested(49), BOUNDS), Ok(expected));
        assert!(from_bytes::<Condition>(&[3, 7, 0], BOUNDS).is_err(), "a byte is left over");
        assert!(from_bytes::<Condition>(&[3], BOUNDS).is_err());
    }

    #[test]
    fn a_million_levels_are_refused_at_the_bound() {
        assert!(from_bytes::<Condition>(&nested(50), BOUNDS).is_err());
        assert!(from_bytes::<Condition>(&nested(1_000_000), BOUNDS).is_err());
    }

    #[test]
    fn so_are_a_million_siblings() {
        let parts = |count: usize| {
            let mut bytes = postcard::to_stdvec(&(0_u8, count)).unwrap();
            bytes.extend(std::iter::repeat_n([3, 7], count).flatten());
            bytes
        };
        assert!(from_bytes::<Condition>(&parts(999), BOUNDS).is_ok());
        assert!(from_bytes::<Condition>(&parts(1_000), BOUNDS).is_err());
        let claimed = postcard::to_stdvec(&(0_u8, usize::MAX, 3_u8)).unwrap();
        assert!(from_bytes::<Condition>(&claimed, BOUNDS).is_err(), "a claimed length allocates nothing");
    }
}
