//! What holds between the old and the new reading of one thing: the same fact lies behind both.
//!
//! An attribute, a purpose, a channel or an offer whose declaration changed has two dimensions. They are free in the
//! search but for what is written down here, which holds of every customer; so a claim that nobody's decision changes is
//! true. Not every relation is written down, so a point may still be nobody's: the replay in both rule sets has the last
//! word.

use std::collections::BTreeSet;

use super::super::atoms::Atoms;
use super::super::axis::Edge;
use super::super::compile::Compiler;
use super::super::domain::{Column, Source, YES};
use super::super::formula::{Dim, Formula};
use super::facts::{read, records};
use super::join::{Twice, Twin};
use crate::model::{AttributeId, Cap, CapId, CapKind, CapTarget, PurposeId, RuleSet, SlotId};
use crate::value::{Consent, Instant, Permission, Type};

/// Writes down what holds between everything that stands in a question twice; the first time, cuts both alike.
pub(super) fn couple(compiler: &mut Compiler<'_>, twice: &Twice, slots: &[Twin]) {
    for (old, new) in twice.attributes.iter().copied() {
        if comparable(compiler.schema.rules, old, new) {
            couple_attributes(compiler, old, new);
            couple_elements(compiler, old, new);
        }
    }
    for (old, new) in twice.purposes.iter().copied() {
        if let Some((a, b)) = dims(compiler, &Source::Consent(old), &Source::Consent(new)) {
            let found = readings(compiler.schema.rules, (old, new), compiler.clock().now);
            let allowed = |one: usize, other: usize| found.contains(&(one, other));
            relate(compiler, (a, b), Consent::ALL.len(), Consent::ALL.len(), allowed);
        }
    }
    for (old, new) in twice.channels.iter().copied() {
        if let Some((a, b)) = dims(compiler, &Source::Permission(old), &Source::Permission(new)) {
            relate(compiler, (a, b), Permission::ALL.len(), Permission::ALL.len(), |one, other| one == other);
        }
    }
    for twin in slots {
        let [old, new] = twin.joint;
        couple_last_used(compiler, old, new);
    }
    for (old, new) in twice.caps.iter().copied() {
        couple_caps(compiler, old, new);
    }
    for (old, new) in twice.offers.iter().copied() {
        if let Some(pair) = dims(compiler, &Source::Taken(old), &Source::Taken(new)) {
            relate(compiler, pair, 2, 2, |one, other| one == other);
        }
    }
}

fn dims(compiler: &Compiler<'_>, old: &Source, new: &Source) -> Option<(Dim, Dim)> {
    compiler.schema.dim(old).zip(compiler.schema.dim(new))
}

/// Whether values of the one can be values of the other.
fn comparable(rules: &RuleSet, old: AttributeId, new: AttributeId) -> bool {
    match (rules[old].ty, rules[new].ty) {
        (Type::Number(a), Type::Number(b)) => a.scale == b.scale,
        (Type::OneOf(_), Type::OneOf(_)) => true,
        (a, b) => a == b,
    }
}

/// The position at which the other declaration has the value of a position of this one.
fn position(rules: &RuleSet, at: i64, from: AttributeId, to: AttributeId) -> Option<i64> {
    let (Type::OneOf(from), Type::OneOf(to)) = (rules[from].ty, rules[to].ty) else { return Some(at) };
    let name = rules.members(from).get(usize::try_from(at).ok()?)?;
    i64::try_from(rules.members(to).iter().position(|other| other == name)?).ok()
}

fn couple_attributes(compiler: &mut Compiler<'_>, old: AttributeId, new: AttributeId) {
    let Some((a, b)) = dims(compiler, &Source::Attribute(old), &Source::Attribute(new)) else { return };
    let (Some(left), Some(right)) = (compiler.column(old), compiler.column(new)) else {
        cut_alike(compiler, old, new);
        return;
    };
    let rules = compiler.schema.rules;
    let ages = rules[old].fresh != rules[new].fresh;
    let there = Reading { rules, from: (old, &left), to: (new, &right), ages };
    let back = Reading { rules, from: (new, &right), to: (old, &left), ages };
    for (reading, from, to) in [(there, a, b), (back, b, a)] {
        for atom in 0..reading.from.1.width {
            let allowed = reading.allowed(atom);
            imply(compiler, (from, atom), (to, allowed));
        }
    }
}

/// One declaration of an attribute against the other, at one instant.
struct Reading<'r> {
    rules: &'r RuleSet,
    from: (AttributeId, &'r Column),
    to: (AttributeId, &'r Column),
    /// How old a value may be changed.
    ages: bool,
}

impl Reading<'_> {
    /// What the other can read where this one reads an atom.
    fn allowed(&self, atom: usize) -> Atoms {
        let ((from, left), (to, right)) = (self.from, self.to);
        let width = right.width;
        let one = |atom: Option<usize>| atom.map_or(Atoms::none(width), |atom| Atoms::one(width, atom));
        // What cannot be read, or is no value of this declaration.
        let unread = one(right.garbled.or(Some(Column::ABSENT)));
        let masked = one(right.masked);
        if Some(atom) == left.masked {
            return Atoms::all(width);
        }
        let stale = if self.ages { one(Some(Column::ABSENT)) } else { Atoms::none(width) };
        if Some(atom) == left.never {
            let never = right.never.map_or(unread, |never| one(Some(never)));
            return never.or(&masked).or(&stale);
        }
        let is_absent = atom == Column::ABSENT;
        if is_absent || Some(atom) == left.garbled {
            // Missing here: there it is missing, or a value that this declaration does not have.
            let beyond = (0..right.axis.len()).filter(|stretch| !self.known_back(*stretch));
            let beyond = beyond.fold(Atoms::none(width), |all, stretch| all.or(&one(Some(right.first + stretch))));
            let never = if left.never.is_none() { one(right.never) } else { Atoms::none(width) };
            let absent = if is_absent { one(Some(Column::ABSENT)) } else { Atoms::none(width) };
            let any = if is_absent && self.ages { Atoms::all(width) } else { Atoms::none(width) };
            let garbled_too = if is_absent && left.garbled.is_some() { Atoms::none(width) } else { unread };
            return beyond.or(&never).or(&absent).or(&garbled_too).or(&masked).or(&any);
        }
        let Some((first, last)) = atom.checked_sub(left.first).and_then(|at| left.axis.bounds(at)) else {
            return Atoms::all(width);
        };
        let ends = [first, last].map(|at| position(self.rules, at, from, to).and_then(|at| right.axis.atom(at)));
        let there = match ends {
            [Some(first), Some(last)] => Atoms::range(width, right.first + first, right.first + last + 1),
            [_, _] => unread,
        };
        there.or(&masked).or(&stale)
    }

    /// Whether this declaration has the values of a stretch of the other.
    fn known_back(&self, stretch: usize) -> bool {
        let bounds = self.to.1.axis.bounds(stretch);
        bounds.is_some_and(|(first, _)| {
            position(self.rules, first, self.to.0, self.from.0).is_some_and(|at| self.from.1.axis.atom(at).is_some())
        })
    }
}

/// Makes two axes fall into the same stretches, and those apart that only one of them has.
fn cut_alike(compiler: &mut Compiler<'_>, old: AttributeId, new: AttributeId) {
    let schema = &mut compiler.schema;
    let mut edges: Vec<Edge> = schema.edges(Some(old)).chain(schema.edges(Some(new))).collect();
    let ranges = [old, new].map(|of| (schema.rules[of].ty, schema.range(of)));
    for (ty, (first, last)) in ranges {
        match ty {
            Type::OneOf(_) => edges.extend((first..=last).map(Edge::At)),
            Type::Number(_) => edges.extend([Edge::At(first), Edge::before(i128::from(last) + 1)]),
            Type::YesNo | Type::Text | Type::Set | Type::Time | Type::Date | Type::Zone | Type::Score(_) => {}
        }
    }
    let texts: Vec<_> = [old, new].into_iter().flat_map(|of| schema.texts(of)).collect();
    for of in [old, new] {
        edges.iter().for_each(|edge| schema.cut(Some(of), *edge));
        texts.iter().for_each(|text| schema.mention(of, text));
    }
}

/// Slots that rotate on the same tag were sent by the same channel last.
fn couple_last_used(compiler: &mut Compiler<'_>, old: SlotId, new: SlotId) {
    let rules = compiler.schema.rules;
    let Some(pair) = dims(compiler, &Source::LastUsed(old), &Source::LastUsed(new)) else { return };
    if rules[old].rotate != rules[new].rotate {
        return;
    }
    let channels = |slot: SlotId| -> Vec<&str> {
        rules[slot].channels.iter().map(|channel| rules[*channel].name.as_str()).collect()
    };
    let (before, now) = (channels(old), channels(new));
    let name =
        |list: &[&'_ str], atom: usize| atom.checked_sub(1).and_then(|at| list.get(at)).map(|name| (*name).to_owned());
    // The first atom is none of its channels: nothing, or one that only the other side has.
    let allowed = |one: usize, other: usize| match (name(&before, one), name(&now, other)) {
        (Some(one), Some(other)) => one == other,
        (Some(one), None) => !now.contains(&one.as_str()),
        (None, Some(other)) => !before.contains(&other.as_str()),
        (None, None) => true,
    };
    relate(compiler, pair, before.len() + 1, now.len() + 1, allowed);
}

/// What counts the same is spent at the same count: where both allow as much, together, else the smaller with the larger.
fn couple_caps(compiler: &mut Compiler<'_>, old: CapId, new: CapId) {
    let rules = compiler.schema.rules;
    let Some((a, b)) = dims(compiler, &Source::Spent(old), &Source::Spent(new)) else { return };
    if compiler.is_first() || !counts_alike(rules, &rules[old], &rules[new]) {
        return;
    }
    let spent = Atoms::one(2, YES);
    if rules[old].at_most >= rules[new].at_most {
        imply(compiler, (a, YES), (b, spent.clone()));
    }
    if rules[new].at_most >= rules[old].at_most {
        imply(compiler, (b, YES), (a, spent));
    }
}

/// Whether two caps count the same events, whatever they allow of them, whom they bind and what follows.
fn counts_alike(rules: &RuleSet, one: &Cap, other: &Cap) -> bool {
    // Offers and rules may stand twice; an event is stamped with their names.
    let same = |one: &CapTarget, other: &CapTarget| match (one, other) {
        (CapTarget::Offers(a), CapTarget::Offers(b)) => {
            a.iter().map(|id| &rules[*id].name).eq(b.iter().map(|id| &rules[*id].name))
        }
        (CapTarget::Rules(a), CapTarget::Rules(b)) => {
            a.iter().map(|id| &rules[*id].name).eq(b.iter().map(|id| &rules[*id].name))
        }
        (a, b) => a == b,
    };
    one.kind == CapKind::Cap
        && other.kind == CapKind::Cap
        && one.number.is_none()
        && other.number.is_none()
        && (&one.events, one.window, &one.zone, one.unit, one.alone, one.reserve)
            == (&other.events, other.window, &other.zone, other.unit, other.alone, other.reserve)
        && same(&one.target, &other.target)
        && one.uncounted.len() == other.uncounted.len()
        && one.uncounted.iter().zip(&other.uncounted).all(|(one, other)| same(one, other))
}

/// A set holds a text in both readings or in none.
fn couple_elements(compiler: &mut Compiler<'_>, old: AttributeId, new: AttributeId) {
    let texts: Vec<_> = compiler
        .schema
        .sources
        .iter()
        .filter_map(|source| match source {
            Source::Element(set, text) if *set == old || *set == new => Some(text.clone()),
            Source::Element(..)
            | Source::Now
            | Source::Consent(_)
            | Source::Permission(_)
            | Source::Attribute(_)
            | Source::Spent(_)
            | Source::Nobody
            | Source::Taken(_)
            | Source::LastUsed(_)
            | Source::Unseen(_)
            | Source::Hours(_)
            | Source::Opaque(_) => None,
        })
        .collect();
    for text in texts {
        let pair = [old, new].map(|set| compiler.schema.add(Source::Element(set, text.clone())));
        if !compiler.is_first() {
            relate(compiler, (pair[0], pair[1]), 2, 2, |one, other| one == other);
        }
    }
}

/// How one record can read under the old and under the new declaration of a purpose.
fn readings(rules: &RuleSet, (old, new): (PurposeId, PurposeId), now: Instant) -> BTreeSet<(usize, usize)> {
    let marketing = [old, new].map(|id| rules[id].direct_marketing);
    let member = |reads: Consent| usize::from(reads.member());
    let mut found = BTreeSet::new();
    for record in records(rules, (old, new), now) {
        let pair = [old, new].map(|id| read(rules, id, record, now, false));
        found.insert((member(pair[0]), member(pair[1])));
        // An objection that was recorded elsewhere closes what is for direct marketing.
        let objected = [0, 1].map(|at| if marketing[at] { Consent::Objected } else { pair[at] });
        found.insert((member(objected[0]), member(objected[1])));
    }
    found
}

/// Two dimensions stand together only as allowed.
fn relate(
    compiler: &mut Compiler<'_>,
    (a, b): (Dim, Dim),
    width: usize,
    other: usize,
    allowed: impl Fn(usize, usize) -> bool,
) {
    if compiler.is_first() {
        return;
    }
    for atom in 0..width {
        let there = (0..other).filter(|to| allowed(atom, *to));
        let there = there.fold(Atoms::none(other), |all, to| all.or(&Atoms::one(other, to)));
        imply(compiler, (a, atom), (b, there));
    }
    for atom in 0..other {
        let back = (0..width).filter(|from| allowed(*from, atom));
        let back = back.fold(Atoms::none(width), |all, from| all.or(&Atoms::one(width, from)));
        imply(compiler, (b, atom), (a, back));
    }
}

/// Where the one has this atom, the other has one of those.
fn imply(compiler: &mut Compiler<'_>, (from, atom): (Dim, usize), (to, allowed): (Dim, Atoms)) {
    let so = compiler.formulas.is(from, atom);
    let not_so = compiler.formulas.not(so);
    let then = compiler.formulas.literal(to, allowed);
    let coupling = compiler.formulas.any([not_so, then]);
    if coupling != Formula::ALWAYS {
        compiler.couplings.push(coupling);
    }
}
