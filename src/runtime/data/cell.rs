//! One cell to one fact.
//!
//! A cell is read as it stands: no blank is trimmed, no case is folded, no number is rounded. What is spelt out in the
//! mapping wins; then
//!
//! | type | what is read |
//! | --- | --- |
//! | `yes or no` | `yes`, `no`, `true`, `false` |
//! | `whole`, `decimal(n)`, `score` | `-12.50`; more places than the type has, or a value out of its range, is unreadable |
//! | `text` | anything, brought into NFC |
//! | `one of [..]` | a member's name; anything else is not in the list |
//! | `set of text` | a JSON list `["a", "b"]`, or elements with `|` between them; `[]` is the empty set |
//! | `time` | `2026-06-15T10:00Z`, any offset; without one the clock in the zone of `defaults` shows it |
//! | `date` | `2026-06-15` |
//! | `zone` | an IANA name |
//!
//! A spelling of a number is met by every cell that writes the same number: `999 is never` by `999.0`, unless the cell is
//! spelt out itself. An empty cell is absent. In JSON `null` is absent and `""` is a known empty text; a value may stand as
//! `{ "value": 12.5, "as_of": "2026-06-15T10:00Z" }`, and a score as a list of such increments.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil;
use serde_json::value::RawValue;
use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::json::{Json, without_exponent};
use crate::frame::Fact;
use crate::model::{Attribute, EventField, Mapping, RuleSet, Scope, Spelling};
use crate::source::{SourceId, Span};
use crate::value::{
    Date, Datum, Decimal, Instant, Missing, SCORE, Type, Value, show_date, show_instant, zone_is_known,
};

/// A field of an event, to be read as an attribute is.
pub(super) fn as_attribute(field: &EventField) -> Attribute {
    Attribute {
        name: field.name.clone(),
        span: Span::new(SourceId(0), 0..0),
        scope: Scope::Customer,
        ty: field.ty,
        key: false,
        needs: Vec::new(),
        fresh: None,
        default: None,
        sensitive: false,
        hidden: false,
        protective: false,
        never_used: false,
        mapping: Mapping::default(),
    }
}

/// A fact without its stamp: a field is as old as its event. A field holds no increments.
pub(super) fn datum(fact: Fact) -> Datum {
    match fact {
        Fact::Known(value, _) => Datum::Known(value),
        Fact::Missing(reason) => Datum::Missing(reason),
        Fact::Increments(_) => Datum::Missing(Missing::Unreadable),
    }
}

/// What cells of one attribute mean, as its mapping and the data's own spell it.
#[derive(Clone, Copy)]
pub(super) struct CellReader<'a> {
    pub(super) rules: &'a RuleSet,
    pub(super) attribute: &'a Attribute,
    /// The data's own spellings; they come before the mapping's.
    pub(super) spellings: &'a [(String, Spelling)],
}

impl CellReader<'_> {
    /// A text cell and the stamp that goes with it.
    #[cfg(feature = "cli")]
    pub(super) fn text(&self, cell: &str, stamp: Option<Instant>) -> Fact {
        if let Some(fact) = self.spelt(cell, stamp) {
            return fact;
        }
        if cell.is_empty() {
            return Fact::Missing(Missing::Absent);
        }
        if cell.starts_with('[')
            && let Type::Set | Type::Score(_) = self.attribute.ty
        {
            return match serde_json::from_str::<&RawValue>(cell) {
                Ok(raw) => self.json(raw, stamp),
                Err(_) => Fact::Missing(Missing::Unreadable),
            };
        }
        known(self.value(cell), stamp)
    }

    /// A JSON value; a stamp inside it goes before `stamp`.
    pub(super) fn json(&self, raw: &RawValue, stamp: Option<Instant>) -> Fact {
        let unreadable = Fact::Missing(Missing::Unreadable);
        match Json::read(raw) {
            None => unreadable,
            Some(Json::Null) => Fact::Missing(Missing::Absent),
            Some(Json::YesNo(yes)) => match (self.spelt(raw.get(), stamp), self.attribute.ty) {
                (Some(fact), _) => fact,
                (None, Type::YesNo) => Fact::Known(Value::YesNo(yes), stamp),
                (None, _) => unreadable,
            },
            Some(Json::Number(written)) => self.spelt(written, stamp).unwrap_or_else(|| {
                let Some(plain) = without_exponent(written) else { return unreadable };
                self.spelt(&plain, stamp).unwrap_or_else(|| known(self.value(&plain), stamp))
            }),
            Some(Json::Text(text)) => self.spelt(&text, stamp).unwrap_or_else(|| known(self.value(&text), stamp)),
            Some(Json::List(parts)) => match self.attribute.ty {
                Type::Set => known(elements(&parts), stamp),
                Type::Score(_) => self.increments(&parts).map_or(unreadable, Fact::Increments),
                Type::YesNo | Type::Number(_) | Type::Text | Type::OneOf(_) | Type::Time | Type::Date | Type::Zone => {
                    unreadable
                }
            },
            Some(Json::Object(fields)) => {
                let Some(stamped) = Stamped::read(&fields.0, self.rules) else { return unreadable };
                // One level is meant; an object in an object is a mistake.
                match Json::read(stamped.value) {
                    Some(Json::Object(_)) => unreadable,
                    Some(Json::Null | Json::YesNo(_) | Json::Number(_) | Json::Text(_) | Json::List(_)) => {
                        self.json(stamped.value, stamped.at.or(stamp))
                    }
                    None => unreadable,
                }
            }
        }
    }

    /// What the mapping says of this cell: of exactly this text, else of this number.
    fn spelt(&self, cell: &str, stamp: Option<Instant>) -> Option<Fact> {
        let lists = [self.spellings, &self.attribute.mapping.spellings];
        if lists.iter().all(|list| list.is_empty()) {
            return None;
        }
        let text = nfc(cell);
        let number = self.attribute.ty.number().and_then(|_| plain_number(cell));
        let meaning = lists.into_iter().find_map(|list| {
            let exact = list.iter().find(|(spelling, _)| nfc(spelling) == text);
            let same = || list.iter().find(|(spelling, _)| number.is_some() && plain_number(spelling) == number);
            exact.or_else(same).map(|(_, meaning)| meaning)
        })?;
        Some(match meaning {
            Spelling::Value(value) => Fact::Known(value.clone(), stamp),
            Spelling::Missing => Fact::Missing(Missing::Absent),
        })
    }

    /// The value of the attribute's type that the text writes.
    fn value(&self, text: &str) -> Result<Value, Missing> {
        let readable = |value: Option<Value>| value.ok_or(Missing::Unreadable);
        match self.attribute.ty {
            Type::YesNo => readable(match text {
                "yes" | "true" => Some(Value::YesNo(true)),
                "no" | "false" => Some(Value::YesNo(false)),
                _ => None,
            }),
            Type::Number(number) => readable(
                mantissa(text, number.scale)
                    .filter(|value| (number.min..=number.max).contains(value))
                    .map(Value::Number),
            ),
            Type::Score(_) => readable(mantissa(text, SCORE.scale).map(Value::Number)),
            Type::Text => Ok(Value::Text(nfc(text))),
            Type::OneOf(list) => {
                let text = nfc(text);
                let member = self.rules.members(list).iter().position(|member| **member == *text);
                let member = member.and_then(|member| u16::try_from(member).ok());
                member.map(Value::Member).ok_or(Missing::NotInList)
            }
            Type::Set => Ok(Value::Set(text.split('|').map(nfc).collect())),
            Type::Time => readable(instant(text, self.rules).map(Value::Time)),
            Type::Date => readable(Date::parse(text).map(Value::Date)),
            Type::Zone => readable(zone_is_known(text).then(|| Value::Text(text.into()))),
        }
    }

    /// Each increment of a score with its instant; one that cannot be read spoils the sum.
    fn increments(&self, parts: &[&RawValue]) -> Option<Vec<(i64, Instant)>> {
        let increment = |part: &&RawValue| {
            let Json::Object(fields) = Json::read(part)? else { return None };
            let stamped = Stamped::read(&fields.0, self.rules)?;
            let Json::Number(written) = Json::read(stamped.value)? else { return None };
            Some((mantissa(&without_exponent(written)?, SCORE.scale)?, stamped.at?))
        };
        parts.iter().map(increment).collect()
    }
}

/// `{ "value": .., "as_of": .. }`, nothing else; an increment may say `at`.
struct Stamped<'a> {
    value: &'a RawValue,
    at: Option<Instant>,
}

impl<'a> Stamped<'a> {
    fn read(fields: &[(String, &'a RawValue)], rules: &RuleSet) -> Option<Self> {
        let (mut value, mut at) = (None, None);
        for (name, raw) in fields {
            match (name.as_str(), Json::read(raw)?) {
                ("value", _) if value.is_none() => value = Some(*raw),
                ("as_of" | "at", Json::Null) => {}
                ("as_of" | "at", Json::Text(text)) if at.is_none() => at = Some(instant(&text, rules)?),
                _ => return None,
            }
        }
        Some(Self { value: value?, at })
    }
}

fn known(value: Result<Value, Missing>, stamp: Option<Instant>) -> Fact {
    match value {
        Ok(value) => Fact::Known(value, stamp),
        Err(reason) => Fact::Missing(reason),
    }
}

fn elements(parts: &[&RawValue]) -> Result<Value, Missing> {
    let element = |part: &&RawValue| match Json::read(part) {
        Some(Json::Text(text)) => Some(nfc(&text)),
        Some(Json::Number(written)) => Some(Arc::from(written)),
        Some(Json::Null | Json::YesNo(_) | Json::List(_) | Json::Object(_)) | None => None,
    };
    let elements: Option<BTreeSet<_>> = parts.iter().map(element).collect();
    elements.map(Value::Set).ok_or(Missing::Unreadable)
}

/// The mantissa at a scale, never rounded.
fn mantissa(text: &str, scale: u8) -> Option<i64> {
    Decimal::parse(text).and_then(|number| number.at_scale(scale)).ok()
}

/// The number that a text writes, the same for `999` and `999.0`: without zeros at its end.
fn plain_number(text: &str) -> Option<Decimal> {
    let Decimal { mut mantissa, mut scale } = Decimal::parse(text).ok()?;
    while scale > 0 && mantissa % 10 == 0 {
        (mantissa, scale) = (mantissa / 10, scale - 1);
    }
    Some(Decimal { mantissa, scale })
}

/// Text in its normal form, in which it is compared (R45).
pub(super) fn nfc(text: &str) -> Arc<str> {
    if is_nfc(text) { text.into() } else { text.nfc().collect::<String>().into() }
}

/// A customer's key in the form in which keys are compared, in every table alike: a blank at an end is no part of it.
pub fn key(text: &str) -> Arc<str> {
    nfc(text.trim())
}

/// An instant with an offset, or what the clock in the zone of `defaults` shows then.
pub(super) fn instant(text: &str, rules: &RuleSet) -> Option<Instant> {
    // A bare date is no time: nobody said when that day it was.
    let civil = || text.contains(':').then(|| text.parse().ok()).flatten();
    Instant::parse(text).or_else(|| Instant::from_civil(civil()?, &rules.defaults.zone))
}

/// Why a text that is written as a time, or as a date, is none all the same: to follow what is written.
pub(super) fn beyond(ty: Type, text: &str) -> Option<String> {
    match ty {
        Type::Time => {
            let text = text.trim();
            let offset = text.get(19..).and_then(|rest| rest.find(['+', '-', 'Z', 'z'])).map(|at| at + 19);
            let civil: civil::DateTime = text.get(..offset.unwrap_or(text.len()))?.parse().ok()?;
            if civil.subsec_nanosecond() % 1000 != 0 {
                return Some("has more than 6 decimal places of a second".to_owned());
            }
            let day = Date::from_civil(civil.date());
            let is_far = day.is_none_or(|day| day <= Date::MIN || day >= Date::MAX);
            let (from, to) = (show_instant(Instant::MIN), show_instant(Instant::MAX));
            is_far.then(|| format!("is outside of {from} to {to}"))
        }
        Type::Date => {
            let date: civil::Date = text.trim().parse().ok()?;
            let (from, to) = (show_date(Date::MIN), show_date(Date::MAX));
            Date::from_civil(date).is_none().then(|| format!("is outside of {from} to {to}"))
        }
        Type::YesNo | Type::Number(_) | Type::Text | Type::OneOf(_) | Type::Set | Type::Zone | Type::Score(_) => None,
    }
}

#[cfg(test)]
#[cfg(feature = "cli")]
mod tests {
    use super::*;
    use crate::model::sample::{at, rule_set};
    use crate::model::{AttributeId, Mapping};
    use crate::value::{Period, Unit};

    fn read(id: AttributeId, cell: &str) -> Fact {
        let rules = rule_set();
        CellReader { rules: &rules, attribute: &rules[id], spellings: &[] }.text(cell, None)
    }

    fn read_json(id: AttributeId, text: &str) -> Fact {
        let rules = rule_set();
        let raw: &RawValue = serde_json::from_str(text).unwrap();
        CellReader { rules: &rules, attribute: &rules[id], spellings: &[] }.json(raw, None)
    }

    fn known(value: Value) -> Fact {
        Fact::Known(value, None)
    }

    fn time(text: &str) -> Fact {
        known(Value::Time(Instant::parse(text).unwrap()))
    }

    const UNREADABLE: Fact = Fact::Missing(Missing::Unreadable);
    const ABSENT: Fact = Fact::Missing(Missing::Absent);

    #[test]
    fn numbers_are_exact_or_unreadable() {
        for (cell, expected) in [
            ("12.50", known(Value::Number(1250))),
            ("12.5", known(Value::Number(1250))),
            ("12.500", known(Value::Number(1250))),
            ("0", known(Value::Number(0))),
            ("100000.00", known(Value::Number(10_000_000))),
            ("100000.01", UNREADABLE),
            ("-0.01", UNREADABLE),
            ("12.505", UNREADABLE),
            ("1,250", UNREADABLE),
            (" 1", UNREADABLE),
            ("", ABSENT),
        ] {
            assert_eq!(read(at::BALANCE, cell), expected, "{cell:?}");
        }
        assert_eq!(read_json(at::BALANCE, "12.5"), known(Value::Number(1250)));
        assert_eq!(read_json(at::BALANCE, "1.25e1"), known(Value::Number(1250)));
        assert_eq!(read_json(at::BALANCE, "0.1000000000000000000000000001"), UNREADABLE);
        assert_eq!(read_json(at::BALANCE, "\"12.5\""), known(Value::Number(1250)), "a number in quotes");
        assert_eq!(read_json(at::BALANCE, "true"), UNREADABLE);
        assert_eq!(read_json(at::BALANCE, "[1]"), UNREADABLE);
        assert_eq!(read_json(at::BALANCE, "null"), ABSENT);
    }

    #[test]
    fn yes_no_members_and_zones() {
        assert_eq!(read(at::ILLNESS, "yes"), known(Value::YesNo(true)));
        assert_eq!(read(at::ILLNESS, "false"), known(Value::YesNo(false)));
        assert_eq!(read(at::ILLNESS, "Yes"), UNREADABLE);
        assert_eq!(read_json(at::ILLNESS, "true"), known(Value::YesNo(true)));
        assert_eq!(read_json(at::ILLNESS, "1"), UNREADABLE);
        assert_eq!(read(at::TIER, "silver"), known(Value::Member(1)));
        assert_eq!(read(at::TIER, "Silver"), Fact::Missing(Missing::NotInList));
        assert_eq!(read(at::TIMEZONE, "Europe/Lisbon"), known(Value::Text("Europe/Lisbon".into())));
        assert_eq!(read(at::TIMEZONE, "+02:00"), UNREADABLE);
    }

    #[test]
    fn times_with_and_without_a_zone() {
        assert_eq!(read(at::LAST_ORDER, "2026-06-15T10:00Z"), time("2026-06-15T10:00Z"));
        assert_eq!(read(at::LAST_ORDER, "2026-06-15 10:00:00+02:00"), time("2026-06-15T08:00Z"));
        assert_eq!(read(at::LAST_ORDER, "2026-06-15 10:00"), time("2026-06-15T08:00Z"), "in Berlin");
        assert_eq!(read(at::LAST_ORDER, "2026-03-29 02:30:00"), UNREADABLE, "no clock in Berlin showed that");
        assert_eq!(read(at::LAST_ORDER, "2026-06-15"), UNREADABLE, "a day is no time");
        assert_eq!(read(at::BIRTHDAY, "1990-02-28"), known(Value::Date(Date::parse("1990-02-28").unwrap())));
        assert_eq!(read(at::BIRTHDAY, "1990-02-30"), UNREADABLE);
    }

    #[test]
    fn texts_and_sets() {
        assert_eq!(read(at::ID, "Cafe\u{301}"), known(Value::Text("Café".into())));
        assert_eq!(read_json(at::ID, "17"), known(Value::Text("17".into())), "ids are often written as numbers");
        assert_eq!(read_json(at::ID, "\"\""), known(Value::Text("".into())));
        let set = |elements: &[&str]| known(Value::Set(elements.iter().map(|element| Arc::from(*element)).collect()));
        assert_eq!(read(at::VIEWED, "running|trail"), set(&["running", "trail"]));
        assert_eq!(read(at::VIEWED, "[\"running\", \"a|b\"]"), set(&["running", "a|b"]));
        assert_eq!(read(at::VIEWED, "[]"), set(&[]));
        assert_eq!(read(at::VIEWED, "[oops"), UNREADABLE);
        assert_eq!(read_json(at::VIEWED, "[\"x\", null]"), UNREADABLE);
    }

    #[test]
    fn spellings_go_first_and_the_datas_own_before_the_rules() {
        assert_eq!(read(at::LAST_ORDER, "-1"), known(Value::Never));
        assert_eq!(read(at::LAST_ORDER, " "), ABSENT);
        assert_eq!(read_json(at::LAST_ORDER, "-1"), known(Value::Never));
        let mut rules = rule_set();
        rules.attributes[at::TIER.index()].mapping = Mapping {
            spellings: vec![("G".into(), Spelling::Value(Value::Member(2))), ("-".into(), Spelling::Missing)],
            ..Mapping::default()
        };
        let own = [("-".to_owned(), Spelling::Value(Value::Member(0))), (String::new(), Spelling::Missing)];
        let reader = CellReader { rules: &rules, attribute: &rules[at::TIER], spellings: &own };
        assert_eq!(reader.text("G", None), known(Value::Member(2)));
        assert_eq!(reader.text("-", None), known(Value::Member(0)));
        assert_eq!(reader.text("gold", None), known(Value::Member(2)), "the member's own name always");
        assert_eq!(reader.text("", None), ABSENT);
    }

    #[test]
    fn spellings_of_numbers_are_numbers() {
        let mut rules = rule_set();
        let never = || Spelling::Value(Value::Never);
        rules.attributes[at::BALANCE.index()].mapping.spellings = vec![
            ("-1".into(), never()),
            ("999".into(), never()),
            ("888.80".into(), never()),
            ("777.0".into(), Spelling::Missing),
        ];
        let reader = |own| CellReader { rules: &rules, attribute: &rules[at::BALANCE], spellings: own };
        for cell in ["-1", "-1.00", "999", "999.0", "0999", "+999", "888.8"] {
            assert_eq!(reader(&[]).text(cell, None), known(Value::Never), "{cell}");
        }
        assert_eq!(reader(&[]).text("777", None), ABSENT);
        assert_eq!(reader(&[]).text("999.1", None), known(Value::Number(99910)));
        let json = |text: &str| reader(&[]).json(serde_json::from_str(text).unwrap(), None);
        for written in ["999.0", "9.99e2", "\"999.00\"", "-1.0"] {
            assert_eq!(json(written), known(Value::Never), "{written}");
        }
        // The data's own come first, and among one's own the very text does.
        let own = [("999.00".to_owned(), Spelling::Missing), ("999.0".to_owned(), Spelling::Value(Value::Number(5)))];
        assert_eq!(reader(&own).text("999.0", None), known(Value::Number(5)));
        assert_eq!(reader(&own).text("999", None), ABSENT);
        // A text is its letters.
        rules.attributes[at::ID.index()].mapping.spellings = vec![("0".into(), Spelling::Missing)];
        let reader = CellReader { rules: &rules, attribute: &rules[at::ID], spellings: &[] };
        assert_eq!(reader.text("0.0", None), known(Value::Text("0.0".into())));
        assert_eq!(reader.text("0", None), ABSENT);
    }

    #[test]
    fn stamps_and_increments() {
        let noon = Instant::parse("2026-06-15T12:00Z").unwrap();
        let stamped = r#"{"value": 0.25, "as_of": "2026-06-15T12:00Z"}"#;
        assert_eq!(read_json(at::CHURN, stamped), Fact::Known(Value::Number(2500), Some(noon)));
        assert_eq!(read_json(at::CHURN, r#"{"value": 0.25}"#), known(Value::Number(2500)));
        assert_eq!(read_json(at::CHURN, r#"{"value": null, "as_of": null}"#), ABSENT);
        for wrong in [
            r#"{"as_of": "2026-06-15T12:00Z"}"#,
            r#"{"value": 1, "asof": "x"}"#,
            r#"{"value": {"value": 1}}"#,
            r#"{"value": 1, "value": 2}"#,
            r#"{"value": 1, "as_of": "yesterday"}"#,
        ] {
            assert_eq!(read_json(at::CHURN, wrong), UNREADABLE, "{wrong}");
        }
        let two = r#"[{"value": 40, "at": "2026-06-15T12:00Z"}, {"value": 0.5, "as_of": "2026-06-15T12:00Z"}]"#;
        let increments = Fact::Increments(vec![(40_000_000, noon), (500_000, noon)]);
        assert_eq!(read_json(at::INTEREST, two), increments);
        assert_eq!(read(at::INTEREST, two), increments);
        assert_eq!(read_json(at::INTEREST, r#"[{"value": 40}]"#), UNREADABLE, "an increment without its instant");
        assert_eq!(read(at::INTEREST, "12.5"), known(Value::Number(12_500_000)));
        let ty = Type::Score(Period { count: 72, unit: Unit::Hour });
        assert_eq!(rule_set()[at::INTEREST].ty, ty);
    }
}
