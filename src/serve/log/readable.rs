//! What a line may say of a customer: the facts that the slot reads, as far as marks and purposes let them be seen.
//!
//! Values come from the frame alone, in which what a closed purpose hides is not there. What a mark protects is named and not
//! looked at: whether it is known would be something of it already. The key stands elsewhere, or nowhere. What happened, and
//! how far caps are used, is not said. Refuses to know requests.

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::frame::Frame;
use crate::model::{AttributeId, ChannelId, PurposeId, RuleSet, SlotId};
use crate::value::{Consent, Datum, Type, Value, show_date, show_instant, show_number};

/// What decides in one slot, by what may be said of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::serve) struct Readable {
    /// Whose values may be seen, where their purposes are open.
    open: Vec<AttributeId>,
    /// Whose values may never be seen.
    hidden: Vec<AttributeId>,
    purposes: Vec<PurposeId>,
    channels: Vec<ChannelId>,
}

impl Readable {
    /// Of each slot, in their order.
    pub(in crate::serve) fn of_all(rules: &RuleSet) -> Vec<Self> {
        (0..rules.slots.len()).map(|at| Self::of(rules, SlotId::from_index(at))).collect()
    }

    fn of(rules: &RuleSet, slot: SlotId) -> Self {
        let statuses = rules.statuses_asked_by(slot);
        let read = rules.needed_by(slot).attributes.into_iter().filter(|id| !rules[*id].key);
        let (hidden, open) = read.partition(|id| rules[*id].is_protected());
        let (purposes, channels) = (statuses.purposes.into_iter().collect(), statuses.channels.into_iter().collect());
        Self { open, hidden, purposes, channels }
    }

    /// What is known and may be seen, as a customer is written in JSON.
    pub(super) fn facts<'a>(&'a self, rules: &'a RuleSet, frame: &'a Frame) -> impl Serialize + 'a {
        let known = self.open.iter().filter(|id| self.is_open(rules, frame, **id)).filter_map(|id| {
            let value = frame.attribute(*id).known()?;
            Some((rules[*id].name.as_str(), written(rules, rules[*id].ty, value)))
        });
        Fields(known.collect())
    }

    /// What a closed purpose keeps from being read.
    pub(super) fn masked<'a>(&self, rules: &'a RuleSet, frame: &Frame) -> Vec<&'a str> {
        self.open.iter().filter(|id| !self.is_open(rules, frame, **id)).map(|id| rules[*id].name.as_str()).collect()
    }

    /// What marks keep from being seen, known or not.
    pub(super) fn hidden<'a>(&self, rules: &'a RuleSet) -> Vec<&'a str> {
        self.hidden.iter().map(|id| rules[*id].name.as_str()).collect()
    }

    /// How each purpose reads that has a say.
    pub(super) fn consent<'a>(&'a self, rules: &'a RuleSet, frame: &'a Frame) -> impl Serialize + 'a {
        Fields(self.purposes.iter().map(|id| (rules[*id].name.as_str(), frame.consent(*id).word())).collect())
    }

    /// What the device lets each channel do whose permission has a say; nothing where none has.
    pub(super) fn permission<'a>(&'a self, rules: &'a RuleSet, frame: &'a Frame) -> Option<impl Serialize + 'a> {
        let all = self.channels.iter().map(|id| (rules[*id].name.as_str(), frame.permission(*id).word()));
        (!self.channels.is_empty()).then(|| Fields(all.collect()))
    }

    /// A second look at what gathering has done already: no line hangs on one place alone.
    fn is_open(&self, rules: &RuleSet, frame: &Frame, id: AttributeId) -> bool {
        rules[id].needs.iter().all(|purpose| frame.consent(*purpose) == Consent::Granted)
    }
}

/// Whether the key of a customer may be seen, and what it is.
pub(super) fn key<'a>(rules: &RuleSet, frame: &'a Frame) -> Option<&'a str> {
    let key = rules.key()?;
    let is_open = rules[key].needs.iter().all(|purpose| frame.consent(*purpose) == Consent::Granted);
    match frame.attribute(key) {
        Datum::Known(Value::Text(text)) if is_open && !rules[key].is_protected() => Some(text),
        Datum::Known(_) | Datum::Missing(_) => None,
    }
}

/// A value as `cater decide` reads it.
fn written(rules: &RuleSet, ty: Type, value: &Value) -> Box<RawValue> {
    let text = match value {
        Value::YesNo(yes) => yes.to_string(),
        Value::Number(mantissa) => show_number(*mantissa, ty.number().map_or(0, |number| number.scale)),
        Value::Text(text) => quoted(text),
        Value::Member(member) => match ty {
            Type::OneOf(list) => {
                rules.members(list).get(usize::from(*member)).map_or_else(|| member.to_string(), |name| quoted(name))
            }
            Type::YesNo
            | Type::Number(_)
            | Type::Text
            | Type::Set
            | Type::Time
            | Type::Date
            | Type::Zone
            | Type::Score(_) => member.to_string(),
        },
        Value::Set(elements) => {
            let all: Vec<String> = elements.iter().map(|element| quoted(element)).collect();
            format!("[{}]", all.join(","))
        }
        Value::Time(at) => quoted(&show_instant(*at)),
        Value::Date(day) => quoted(&show_date(*day)),
        Value::Never => quoted("never"),
    };
    // Each of these is JSON by its form.
    RawValue::from_string(text).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// An object whose fields stand in this order.
struct Fields<'a, T>(Vec<(&'a str, T)>);

impl<T: Serialize> Serialize for Fields<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}
