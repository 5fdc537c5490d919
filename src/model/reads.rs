//! Which attributes and gathered values a condition or an expression reads, through segments and values.

use std::collections::BTreeSet;

use super::{Attribute, AttributeId, BlockCause, ChannelId, Condition, Expression, GatheredId, PurposeId, RuleSet};

/// What is read.
#[derive(Default)]
struct Found {
    attributes: BTreeSet<AttributeId>,
    gathered: BTreeSet<GatheredId>,
    consents: BTreeSet<PurposeId>,
    permissions: BTreeSet<ChannelId>,
}

impl Attribute {
    /// Whether its value is kept from whoever reads an explanation (R18, R22).
    pub fn is_protected(&self) -> bool {
        self.hidden || self.sensitive || self.protective
    }
}

impl RuleSet {
    /// The attributes that a condition reads.
    pub fn read_by(&self, condition: &Condition) -> BTreeSet<AttributeId> {
        let mut found = Found::default();
        self.walk_condition(condition, &mut found);
        found.attributes
    }

    /// The attributes that an expression reads.
    pub fn read_by_expression(&self, expression: &Expression) -> BTreeSet<AttributeId> {
        let mut found = Found::default();
        self.walk_expression(expression, &mut found);
        found.attributes
    }

    /// The purposes of which a condition asks how they read, and the channels of which it asks what the device permits.
    pub fn statuses_by(&self, condition: &Condition) -> (BTreeSet<PurposeId>, BTreeSet<ChannelId>) {
        let mut found = Found::default();
        self.walk_condition(condition, &mut found);
        (found.consents, found.permissions)
    }

    /// The same of an expression.
    pub fn statuses_by_expression(&self, expression: &Expression) -> (BTreeSet<PurposeId>, BTreeSet<ChannelId>) {
        let mut found = Found::default();
        self.walk_expression(expression, &mut found);
        (found.consents, found.permissions)
    }

    /// The channels of which some condition reads the permission.
    pub fn permissions_read(&self) -> BTreeSet<ChannelId> {
        let mut found = BTreeSet::new();
        let mut of = |condition: &Condition| permissions_of(condition, &mut found);
        self.segments.iter().for_each(|segment| of(&segment.condition));
        self.channels.iter().flat_map(|channel| channel.conditions()).for_each(|(_, clause)| of(&clause.condition));
        self.rules
            .iter()
            .flat_map(|rule| rule.when.iter().chain(&rule.unless))
            .for_each(|clause| of(&clause.condition));
        self.slots.iter().flat_map(|slot| &slot.fallback).filter_map(|entry| entry.when.as_ref()).for_each(&mut of);
        self.blocks
            .iter()
            .filter_map(|block| match &block.cause {
                BlockCause::While(clause) => Some(&clause.condition),
                BlockCause::After(_) => None,
            })
            .for_each(of);
        let ranks = self.rules.iter().filter_map(|rule| Some(&rule.rank.as_ref()?.by));
        let values = self.values.iter().map(|value| &value.expression);
        ranks.chain(values).for_each(|of| permissions_in(of, &mut found));
        found
    }

    /// The gathered values that a condition reads.
    pub fn gathered_by(&self, condition: &Condition) -> BTreeSet<GatheredId> {
        let mut found = Found::default();
        self.walk_condition(condition, &mut found);
        found.gathered
    }

    /// The gathered values that an expression reads.
    pub fn gathered_by_expression(&self, expression: &Expression) -> BTreeSet<GatheredId> {
        let mut found = Found::default();
        self.walk_expression(expression, &mut found);
        found.gathered
    }

    /// Whether a gathered value is kept from whoever reads an explanation.
    pub fn is_protected(&self, id: GatheredId) -> bool {
        self.attributes_of_gathered(&self[id]).into_iter().any(|id| self[id].is_protected())
    }

    fn walk_condition(&self, condition: &Condition, found: &mut Found) {
        condition.each(&mut |part| {
            if let Condition::Segment(segment) = part {
                self.walk_condition(&self[*segment].condition, found);
            }
            part.operands().into_iter().for_each(|operand| self.walk_expression(operand, found));
        });
    }

    fn walk_expression(&self, expression: &Expression, found: &mut Found) {
        match expression {
            Expression::Attribute(id) => {
                found.attributes.insert(*id);
            }
            Expression::Gathered(id) => {
                found.gathered.insert(*id);
                found.attributes.extend(self.attributes_of_gathered(&self[*id]));
            }
            Expression::Value(id) => self.walk_expression(&self[*id].expression, found),
            Expression::Rescale(of, _) => self.walk_expression(of, found),
            Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
                self.walk_expression(left, found);
                self.walk_expression(right, found);
            }
            Expression::When(of, condition, _) => {
                self.walk_expression(of, found);
                self.walk_condition(condition, found);
            }
            Expression::Consent(id) => {
                found.consents.insert(*id);
            }
            Expression::Permission(id) => {
                found.permissions.insert(*id);
            }
            Expression::Literal(..) | Expression::Now => {}
        }
    }
}

/// The permissions that stand in a condition itself; those of segments stand in theirs.
fn permissions_of(condition: &Condition, found: &mut BTreeSet<ChannelId>) {
    condition.each(&mut |part| part.operands().into_iter().for_each(|operand| permissions_in(operand, found)));
}

fn permissions_in(expression: &Expression, found: &mut BTreeSet<ChannelId>) {
    match expression {
        Expression::Permission(id) => {
            found.insert(*id);
        }
        Expression::Rescale(of, _) => permissions_in(of, found),
        Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
            permissions_in(left, found);
            permissions_in(right, found);
        }
        Expression::When(of, condition, _) => {
            permissions_in(of, found);
            permissions_of(condition, found);
        }
        Expression::Literal(..)
        | Expression::Attribute(_)
        | Expression::Value(_)
        | Expression::Gathered(_)
        | Expression::Consent(_)
        | Expression::Now => {}
    }
}
