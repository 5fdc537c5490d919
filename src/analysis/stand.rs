//! Where a customer stands: the atom of every dimension, read off a frame.
//!
//! Takes a program and a frame; gives the point. The other way round is `witness` and `realise`.

use super::axis::Clock;
use super::domain::{Column, NO, Source, YES};
use super::events::declared;
use super::formula::Dim;
use super::hours;
use super::program::Program;
use super::realise::truth_atom;
use super::witness::last_used_atom;
use crate::frame::Frame;
use crate::model::AttributeId;
use crate::value::{Datum, Missing, Value};

/// The point of a frame that was gathered under the program's rules at an instant of its world; nothing where a value lies
/// outside what its declaration allows.
pub(super) fn point(program: &Program<'_>, frame: &Frame) -> Option<Vec<usize>> {
    let rules = program.schema.rules;
    let clock = super::worlds::at(rules, frame.now);
    let mut flat = frame.clone();
    flat.attributes.truncate(declared(rules));
    let flat = flat.flattened();
    let flag = |so: bool| Some(if so { YES } else { NO });
    let atom = |(dim, source): (Dim, &Source)| match source {
        Source::Now => program.schema.now().atom(frame.now.0),
        Source::Consent(id) => Some(usize::from(flat.consent(*id).member())),
        Source::Permission(id) => Some(usize::from(flat.permission(*id).member())),
        Source::LastUsed(slot) => Some(last_used_atom(rules, *slot, flat.last_used(*slot))),
        Source::Attribute(id) => attribute(program, (dim, *id), flat.attribute(*id), clock),
        Source::Element(id, text) => {
            flag(matches!(flat.attribute(*id), Datum::Known(Value::Set(held)) if held.contains(text)))
        }
        Source::Spent(id) => flag(flat.is_spent(rules, *id)),
        Source::Nobody => flag(rules.key().is_none_or(|key| flat.attribute(key).known().is_none())),
        Source::Taken(offer) => flag(flat.is_taken(*offer)),
        Source::Unseen(_) => Some(NO),
        Source::Hours(of) => flag(hours::really(rules, &flat, *of).unwrap_or(false)),
        Source::Opaque(number) => truth_atom(program, &flat, *number),
    };
    program.dims().map(atom).collect()
}

/// The atom of what is known of an attribute at an instant.
pub(super) fn attribute(
    program: &Program<'_>,
    (dim, id): (Dim, AttributeId),
    datum: &Datum,
    clock: Clock,
) -> Option<usize> {
    let column = program.column_at(dim, clock)?;
    match datum {
        Datum::Missing(Missing::NoConsent) => column.masked,
        Datum::Missing(Missing::Absent | Missing::Stale | Missing::Unstamped) => Some(Column::ABSENT),
        Datum::Missing(Missing::FromTheFuture | Missing::Unreadable | Missing::NotInList | Missing::Computed) => {
            Some(column.garbled.unwrap_or(Column::ABSENT))
        }
        Datum::Known(Value::Never) => column.never,
        Datum::Known(Value::Set(_)) => Some(column.first),
        Datum::Known(value) => Some(column.first + column.axis.atom(program.schema.position(id, value)?)?),
    }
}
