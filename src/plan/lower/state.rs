//! Operands with few values: `yes or no`, members of a list, the state of a consent.
//!
//! A question about such an operand is the set of its values for which the answer is yes, so `is`, `is one of`, the
//! four comparisons and their negations are one thing. Missing is one more value.

use super::condition::state_of;
use super::{Defaults, Lowered, Lowering};
use crate::model::{AttributeId, ChannelId, Expression, PurposeId};
use crate::plan::guard::{GuardId, Guards};
use crate::plan::layout::MOST_BITS;
use crate::value::{Consent, Permission, Type};

/// Which values of an operand a question takes.
type Takes<'a> = &'a dyn Fn(u16) -> bool;

impl Lowering<'_> {
    /// Whether the operand is known and `takes` its value; a missing one is answered by `when_missing`.
    pub(super) fn state(
        &mut self,
        of: &Expression,
        takes: Takes<'_>,
        when_missing: bool,
        defaults: Defaults,
    ) -> Lowered<GuardId> {
        match of {
            Expression::Literal(value, _) => Ok(Guards::constant(state_of(value).map_or(when_missing, takes))),
            Expression::Attribute(id) => self.attribute_state(*id, takes, when_missing, defaults),
            Expression::Value(id) => {
                let rules = self.rules;
                self.state(&rules[*id].expression, takes, when_missing, defaults)
            }
            Expression::Consent(id) => Ok(self.consent_state(*id, takes)),
            Expression::Permission(id) => Ok(self.permission_state(*id, takes)),
            Expression::Else(first, second, _) => {
                let second = self.state(second, takes, when_missing, defaults)?;
                if second == GuardId::ALWAYS || second == GuardId::NOT {
                    return self.state(first, takes, second == GuardId::ALWAYS, defaults);
                }
                let missing = self.missing(first, defaults)?;
                let first = self.state(first, takes, false, defaults)?;
                let second = self.guards.all([missing, second]);
                Ok(self.guards.any([first, second]))
            }
            // Of other types, which a verified rule never asks so.
            Expression::Gathered(_)
            | Expression::Now
            | Expression::Rescale(..)
            | Expression::Arithmetic(..)
            | Expression::When(..) => Ok(Guards::constant(when_missing)),
        }
    }

    fn attribute_state(
        &mut self,
        id: AttributeId,
        takes: Takes<'_>,
        when_missing: bool,
        defaults: Defaults,
    ) -> Lowered<GuardId> {
        let attribute = &self.rules[id];
        let count = match attribute.ty {
            Type::YesNo => 2,
            Type::OneOf(list) => self.rules.members(list).len(),
            Type::Number(_) | Type::Text | Type::Set | Type::Time | Type::Date | Type::Zone | Type::Score(_) => 0,
        };
        if defaults == Defaults::Ignored && attribute.default.is_some() {
            let known = self.layout.known_of(id);
            let taken = self.attribute_state(id, takes, false, Defaults::Counted)?;
            let own = self.guards.bits(known.word, known.mask(), known.mask());
            let own = self.guards.all([own, taken]);
            let missing = if when_missing { self.guards.bits(known.word, known.mask(), 0) } else { GuardId::NOT };
            return Ok(self.guards.any([own, missing]));
        }
        let members = (0..u16::try_from(count).unwrap_or(u16::MAX)).filter(|member| takes(*member));
        if count <= MOST_BITS {
            let group = self.layout.group_of(id, count);
            let taken = members.fold(0, |mask, member| mask | group.mask(member));
            return Ok(if when_missing {
                self.guards.bits(group.word, group.whole() & !taken, 0)
            } else {
                self.guards.any_bit(group.word, taken)
            });
        }
        let members: Vec<i64> = members.map(i64::from).collect();
        let word = self.number(&Expression::Attribute(id), Defaults::Counted)?;
        let taken = if members.len() * 2 > count {
            let others = (0..count as i64).filter(|member| members.binary_search(member).is_err());
            self.guards.one_of(word, others, false)
        } else {
            self.guards.one_of(word, members, true)
        };
        let missing = if when_missing { self.guards.missing(word) } else { GuardId::NOT };
        Ok(self.guards.any([taken, missing]))
    }

    /// A permission is never missing either.
    fn permission_state(&mut self, id: ChannelId, takes: Takes<'_>) -> GuardId {
        let taken: Vec<u16> =
            Permission::ALL.iter().map(|state| state.member()).filter(|state| takes(*state)).collect();
        if taken.is_empty() || taken.len() == Permission::ALL.len() {
            return Guards::constant(!taken.is_empty());
        }
        let group = self.layout.permission_of(id);
        let mask = taken.into_iter().fold(0, |mask, member| mask | group.mask(member));
        self.guards.any_bit(group.word, mask)
    }

    /// A consent is never missing; most questions are whether it is granted, which is what opens its purpose.
    fn consent_state(&mut self, id: PurposeId, takes: Takes<'_>) -> GuardId {
        let granted = takes(Consent::Granted.member());
        let others = Consent::ALL.iter().skip(1).map(|status| takes(status.member()));
        if others.clone().all(|other| other != granted) {
            let open = self.layout.open(id);
            return self.guards.bits(open.word, open.mask(), if granted { open.mask() } else { 0 });
        }
        if others.clone().all(|other| other == granted) {
            return Guards::constant(granted);
        }
        let group = self.layout.states_of(id);
        let taken = Consent::ALL.iter().map(|status| status.member()).filter(|member| takes(*member));
        let mask = taken.fold(0, |mask, member| mask | group.mask(member));
        self.guards.any_bit(group.word, mask)
    }
}
