//! JSON whose numbers stay as they were written.
//!
//! A number goes through no binary float on its way to a decimal, and a value is taken apart only as deep as somebody
//! asks, so a hostile nesting costs nothing.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

/// One JSON value, its parts unread.
#[derive(Clone, Debug)]
pub(super) enum Json<'a> {
    Null,
    YesNo(bool),
    /// As written: `12.50`, `-1`, `1e3`.
    Number(&'a str),
    Text(String),
    List(Vec<&'a RawValue>),
    Object(Fields<'a>),
}

/// The fields of an object in the order written; a name may stand twice.
#[derive(Clone, Debug)]
pub(super) struct Fields<'a>(pub(super) Vec<(String, &'a RawValue)>);

impl<'a> Json<'a> {
    /// Takes one level apart; `None` where it is no JSON after all.
    pub(super) fn read(raw: &'a RawValue) -> Option<Self> {
        let text = raw.get();
        match text.as_bytes().first()? {
            b'n' => Some(Self::Null),
            b't' => Some(Self::YesNo(true)),
            b'f' => Some(Self::YesNo(false)),
            b'"' => serde_json::from_str(text).ok().map(Self::Text),
            b'[' => serde_json::from_str(text).ok().map(Self::List),
            b'{' => serde_json::from_str(text).ok().map(Self::Object),
            _ => Some(Self::Number(text)),
        }
    }

    /// What it is, for people.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::YesNo(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

impl<'a> Fields<'a> {
    /// A name that stands twice, if one does.
    pub(super) fn twice(&self) -> Option<&str> {
        let mut seen = std::collections::HashSet::with_capacity(self.0.len());
        self.0.iter().map(|(name, _)| name.as_str()).find(|name| !seen.insert(*name))
    }

    /// The value under a name; the last one, if it stands twice.
    pub(super) fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.iter().rev().find(|(field, _)| field == name).map(|(_, raw)| *raw)
    }
}

/// The fields of the object that a text is, or why it is none, in words for people.
pub(super) fn object(text: &str) -> Result<Fields<'_>, String> {
    serde_json::from_str(text).map_err(|why| broken(text, &why))
}

/// What is wrong with a text that should be one object.
fn broken(text: &str, why: &serde_json::Error) -> String {
    let (line, column) = (why.line(), why.column());
    let place = format!("line {line}, column {column}");
    match why.classify() {
        Category::Eof if text.trim().is_empty() => "it is empty".to_owned(),
        Category::Eof => format!("it ends too early, at {place}"),
        Category::Syntax => {
            let written = text.lines().nth(line.saturating_sub(1)).unwrap_or("");
            let from = written.char_indices().map(|(at, _)| at).take_while(|at| *at < column).last().unwrap_or(0);
            // No more of a customer than a sign reaches a message.
            match written.get(from..).and_then(|rest| rest.chars().next()).filter(char::is_ascii_punctuation) {
                Some(sign) => format!("`{sign}` cannot stand at {place}"),
                None => format!("what stands at {place} is no JSON"),
            }
        }
        Category::Data | Category::Io => {
            let found: Option<&RawValue> = serde_json::from_str(text).ok();
            match found.and_then(Json::read) {
                Some(other) => format!("it is {}", other.word()),
                None => format!("it makes no sense at {place}"),
            }
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(InOrder).map(Fields)
    }
}

/// A number without its exponent: `1.5e2` is `150`. `None` where that would be longer than any number here may be.
pub(super) fn without_exponent(number: &str) -> Option<String> {
    let Some((digits, exponent)) = number.split_once(['e', 'E']) else { return Some(number.to_owned()) };
    let exponent: i32 = exponent.parse().ok()?;
    const MOST: i32 = 40;
    if !(-MOST..=MOST).contains(&exponent) {
        return None;
    }
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
    let point = i32::try_from(whole.len()).ok()?.checked_add(exponent)?;
    let all = format!("{whole}{places}");
    let text = match usize::try_from(point) {
        Ok(0) | Err(_) => format!("0.{}{all}", "0".repeat(point.unsigned_abs() as usize)),
        Ok(point) if point >= all.len() => format!("{all}{}", "0".repeat(point - all.len())),
        Ok(point) => format!("{}.{}", all.get(..point)?, all.get(point..)?),
    };
    Some(format!("{sign}{text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_object_is_told_in_words() {
        for (text, said) in [
            ("", "it is empty"),
            ("[1]", "it is a list"),
            ("12", "it is a number"),
            ("{\"a\": 1", "it ends too early, at line 1, column 7"),
            ("{\"a\": }", "`}` cannot stand at line 1, column 7"),
            ("{\n  \"é\": nope}", "what stands at line 2, column 10 is no JSON"),
            ("{\"a\": 1} x", "what stands at line 1, column 10 is no JSON"),
            ("{'a': 1}", "`'` cannot stand at line 1, column 2"),
        ] {
            assert_eq!(object(text).unwrap_err(), said, "{text}");
        }
    }

    #[test]
    fn numbers_stay_as_written() {
        let fields: Fields<'_> =
            serde_json::from_str(r#"{"a": 0.10, "b": [1, "x"], "a": 12345678901234567890}"#).unwrap();
        assert!(matches!(fields.get("a").and_then(Json::read), Some(Json::Number("12345678901234567890"))));
        assert!(matches!(Json::read(fields.0[0].1), Some(Json::Number("0.10"))));
        assert!(matches!(Json::read(fields.0[1].1), Some(Json::List(parts)) if parts.len() == 2));
        assert!(fields.get("c").is_none());
        assert_eq!(fields.twice(), Some("a"));
        assert_eq!(serde_json::from_str::<Fields<'_>>(r#"{"a": 1, "b": {"a": 2, "a": 3}}"#).unwrap().twice(), None);
    }

    #[test]
    fn exponents_move_the_point() {
        for (written, plain) in [
            ("12.50", "12.50"),
            ("1e3", "1000"),
            ("1.5e2", "150"),
            ("1.25E+1", "12.5"),
            ("-2.5e-3", "-0.0025"),
            ("25e-1", "2.5"),
            ("25e-2", "0.25"),
        ] {
            assert_eq!(without_exponent(written).as_deref(), Some(plain), "{written}");
        }
        assert_eq!(without_exponent("1e999999999"), None);
    }

    #[test]
    fn a_million_brackets_are_one_unread_part() {
        let bomb = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
        let text = format!("{{\"a\": {bomb}}}");
        // Whatever the library says of it, it says so without a stack overflow.
        if let Ok(fields) = serde_json::from_str::<Fields<'_>>(&text) {
            let _ = fields.get("a").and_then(Json::read);
        }
    }
}
