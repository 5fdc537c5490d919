//! How many questions a condition, a window, a channel is: every leaf where it stands, segments and values written out.

use std::collections::HashMap;

use crate::model::{BlockCause, BlockId, ChannelId, Condition, Expression, OfferId, RuleId, RuleSet, WindowId};

use super::Tally;

/// Counts questions; what is declared once is counted once.
pub(super) struct Counter<'r> {
    rules: &'r RuleSet,
    segments: HashMap<u32, u64>,
    values: HashMap<u32, u64>,
}

impl<'r> Counter<'r> {
    pub(super) fn new(rules: &'r RuleSet) -> Self {
        Self { rules, segments: HashMap::new(), values: HashMap::new() }
    }

    /// The leaves of a condition, and of what it reads.
    pub(super) fn condition(&mut self, condition: &Condition) -> u64 {
        let rules = self.rules;
        match condition {
            Condition::And(all) | Condition::Or(all) => {
                all.iter().fold(0, |sum: u64, part| sum.saturating_add(self.condition(part)))
            }
            Condition::Not(inner) => self.condition(inner),
            Condition::Segment(id) => {
                if let Some(known) = self.segments.get(&id.0) {
                    return *known;
                }
                // A verified rule set has no circles.
                let found = self.condition(&rules[*id].condition);
                self.segments.insert(id.0, found);
                found
            }
            Condition::Holds(_)
            | Condition::Equal(..)
            | Condition::OneOf(..)
            | Condition::Compare(..)
            | Condition::Between(..)
            | Condition::Known(_)
            | Condition::Never(_)
            | Condition::Has(..)
            | Condition::Age(..) => {
                condition.operands().into_iter().fold(1, |sum: u64, of| sum.saturating_add(self.expression(of)))
            }
        }
    }

    /// The leaves of the conditions in an expression.
    pub(super) fn expression(&mut self, expression: &Expression) -> u64 {
        let rules = self.rules;
        match expression {
            Expression::Literal(..)
            | Expression::Attribute(_)
            | Expression::Gathered(_)
            | Expression::Consent(_)
            | Expression::Permission(_)
            | Expression::Now => 0,
            Expression::Value(id) => {
                if let Some(known) = self.values.get(&id.0) {
                    return *known;
                }
                let found = self.expression(&rules[*id].expression);
                self.values.insert(id.0, found);
                found
            }
            Expression::Rescale(of, _) => self.expression(of),
            Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
                self.expression(left).saturating_add(self.expression(right))
            }
            Expression::When(of, when, _) => self.expression(of).saturating_add(self.condition(when)),
        }
    }

    /// A window, with the conditions of its rows.
    pub(super) fn window(&mut self, id: WindowId) -> Tally {
        let rows = self.rules[id].rows.iter().filter_map(|row| row.when.as_ref());
        let conditions = rows.fold(0, |sum: u64, clause| sum.saturating_add(self.condition(&clause.condition)));
        Tally { conditions, windows: 1, ..Tally::default() }
    }

    pub(super) fn windows(&mut self, ids: &[WindowId]) -> Tally {
        ids.iter().fold(Tally::default(), |sum, id| sum.and(self.window(*id)))
    }

    pub(super) fn blocks(&mut self, ids: &[BlockId]) -> Tally {
        ids.iter().fold(Tally::default(), |sum, id| {
            sum.and(match &self.rules[*id].cause {
                BlockCause::After(_) => Tally { caps: 1, ..Tally::default() },
                BlockCause::While(clause) => {
                    Tally { conditions: self.condition(&clause.condition), ..Tally::default() }
                }
            })
        })
    }

    /// Everything that is asked before a channel carries an offer, whether it makes a sound then, and its hours.
    pub(super) fn channel(&mut self, id: ChannelId, offer: OfferId, rule: Option<RuleId>) -> [Tally; 3] {
        let rules = self.rules;
        let (channel, class) = (&rules[id], rules[offer].class);
        let asked = channel.allowed.iter().chain(&channel.reached);
        let conditions = asked.fold(0, |sum: u64, clause| sum.saturating_add(self.condition(&clause.condition)));
        let own = Tally {
            conditions,
            purposes: rules.channel_needs(id, class).len() as u64,
            caps: rules.channel_caps(id, offer, rule).len() as u64,
            ..Tally::default()
        };
        let own = own.and(self.windows(&rules.windows_of_way(id, class)));
        let silent = channel.silent.as_ref().map_or(0, |clause| self.condition(&clause.condition));
        let silent = Tally { conditions: silent, ..Tally::default() };
        [own, silent, self.windows(&rules.windows_of_message(id, class))]
    }
}
