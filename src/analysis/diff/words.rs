//! A region in words: one condition for each dimension that it fixes, as near to the language as can be.

use std::sync::Arc;

use super::super::atoms::Atoms;
use super::super::axis::Clock;
use super::super::domain::{Column, GAP, Hours, Source, Unseen, YES};
use super::super::formula::Dim;
use super::super::program::Program;
use super::grow::Box;
use super::join::Twice;
use crate::model::show::{show_condition, show_member, show_text, show_value};
use crate::model::{AttributeId, CapId, EnumType};
use crate::value::{Consent, Date, Instant, Permission, Type, Value, show_instant};

/// The conditions of a region, those of the customer first.
pub(in crate::analysis) fn said(program: &Program<'_>, twice: &Twice, region: &Box, clock: Clock) -> Vec<String> {
    let mut found: Vec<(u8, String)> = Vec::new();
    for (dim, atoms) in region {
        let Some(source) = program.schema.sources.get(dim.index()) else { continue };
        let says = Says { program, twice, clock };
        found.extend(says.dimension(*dim, source, atoms).map(|text| (place(source), text)));
    }
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, text)| text).collect()
}

fn place(source: &Source) -> u8 {
    match source {
        Source::Attribute(_) | Source::Element(..) => 0,
        Source::Opaque(_) => 1,
        Source::Consent(_) | Source::Permission(_) => 2,
        Source::Spent(_) | Source::LastUsed(_) => 3,
        Source::Hours(_) => 4,
        Source::Now => 5,
        Source::Nobody | Source::Taken(_) | Source::Unseen(_) => 6,
    }
}

struct Says<'s, 'a> {
    program: &'s Program<'a>,
    twice: &'s Twice,
    clock: Clock,
}

impl Says<'_, '_> {
    fn dimension(&self, dim: Dim, source: &Source, atoms: &Atoms) -> Option<String> {
        let rules = self.program.schema.rules;
        let yes = atoms.has(YES);
        Some(match source {
            Source::Now => self.now(atoms),
            Source::Consent(id) => {
                let name = format!("consent.{}{}", rules[*id].name, self.side(id.0, purposes));
                let states: Vec<&str> = Consent::ALL.map(Consent::word).to_vec();
                state(&name, &states, atoms)
            }
            Source::Permission(id) => {
                let name = format!("permission.{}{}", rules[*id].name, self.side(id.0, channels));
                let states: Vec<&str> = Permission::ALL.map(Permission::word).to_vec();
                state(&name, &states, atoms)
            }
            Source::Attribute(id) => self.attribute(dim, *id, atoms)?,
            Source::Element(id, text) => {
                let verb = if yes { "has" } else { "has not" };
                format!("{}{} {verb} {}", rules[*id].name, self.side(id.0, attributes), show_text(text))
            }
            Source::Spent(id) => self.cap(*id, yes),
            Source::Nobody if yes => "nobody knows who it is".to_owned(),
            Source::Nobody => "somebody known".to_owned(),
            Source::Taken(id) if yes => format!("another slot of the request shows `{}`", rules[*id].name),
            Source::Taken(id) => format!("no other slot of the request shows `{}`", rules[*id].name),
            Source::LastUsed(slot) => {
                let channels = rules[*slot].channels.iter().enumerate();
                let mut names: Vec<&str> = channels
                    .filter(|(at, _)| atoms.has(at + 1))
                    .map(|(_, channel)| rules[*channel].name.as_str())
                    .collect();
                if atoms.has(0) {
                    names.push("nothing");
                }
                format!("sent last: {}", names.join(" or "))
            }
            Source::Unseen(Unseen::Offer(_) | Unseen::Rule(_) | Unseen::Held(_) | Unseen::Behind) => return None,
            Source::Hours(Hours::Closed(id)) => {
                format!(
                    "window `{}`{} is {}",
                    rules[*id].name,
                    self.side(id.0, windows),
                    if yes { "closed" } else { "open" }
                )
            }
            Source::Hours(Hours::Late((offer, ..))) => {
                let offer = &rules[*offer].name;
                if yes { format!("`{offer}` would wait too long") } else { format!("`{offer}` need not wait too long") }
            }
            Source::Hours(Hours::Expires((offer, ..))) => {
                let offer = &rules[*offer].name;
                if yes { format!("`{offer}` would expire first") } else { format!("`{offer}` would not expire first") }
            }
            Source::Hours(Hours::Overdue((offer, ..))) => {
                let offer = &rules[*offer].name;
                if yes { format!("`{offer}` is let go too late") } else { format!("`{offer}` is let go in time") }
            }
            Source::Opaque(number) => {
                let condition = self.program.schema.opaque.get(*number)?;
                let mut truths: Vec<&str> = [(0, "yes"), (1, "no"), (2, "unknown")]
                    .into_iter()
                    .filter(|(atom, _)| atoms.has(*atom))
                    .map(|(_, word)| word)
                    .collect();
                if atoms.has(GAP) && !atoms.has(2) {
                    truths.push("unknown");
                }
                match truths.as_slice() {
                    ["yes"] => show_condition(rules, condition),
                    _ => format!("({}) is {}", show_condition(rules, condition), truths.join(" or ")),
                }
            }
        })
    }

    /// ` as it was` or ` as it is now` of what stands there under one name twice.
    fn side(&self, id: u32, pairs: impl Fn(&Twice) -> Vec<(u32, u32)>) -> &'static str {
        let pairs = pairs(self.twice);
        match () {
            () if pairs.iter().any(|(old, _)| *old == id) => " (as declared before)",
            () if pairs.iter().any(|(_, new)| *new == id) => " (as declared now)",
            () => "",
        }
    }

    fn cap(&self, id: CapId, spent: bool) -> String {
        let cap = &self.program.schema.rules[id];
        let side = self.side(id.0, |twice| twice.caps.iter().map(|(old, new)| (old.0, new.0)).collect());
        let kind = cap.kind.word();
        let name = if cap.rule.is_some() { format!("the {}", cap.name) } else { format!("{kind} `{}`", cap.name) };
        if spent { format!("{name}{side} is spent") } else { format!("{name}{side} has something left") }
    }

    fn now(&self, atoms: &Atoms) -> String {
        let axis = self.program.schema.now();
        let mut spans: Vec<(i64, i64)> = Vec::new();
        for (first, last) in atoms.iter().filter_map(|atom| axis.bounds(atom)) {
            match spans.last_mut() {
                Some(span) if span.1.saturating_add(1) == first => span.1 = last,
                Some(_) | None => spans.push((first, last)),
            }
        }
        let one = |(first, last): (i64, i64)| {
            let from = (first > Instant::MIN.0).then(|| format!("from {}", show_instant(Instant(first))));
            let until =
                (last < Instant::MAX.0).then(|| format!("until {}", show_instant(Instant(last.saturating_add(1)))));
            let parts: Vec<String> = from.into_iter().chain(until).collect();
            parts.join(" ")
        };
        spans.into_iter().map(one).collect::<Vec<_>>().join(" or ")
    }

    fn attribute(&self, dim: Dim, id: AttributeId, atoms: &Atoms) -> Option<String> {
        let rules = self.program.schema.rules;
        let column = self.program.column_at(dim, self.clock)?;
        let name = format!("{}{}", rules[id].name, self.side(id.0, attributes));
        let width = self.program.formulas.width(dim);
        let mut all = Atoms::range(width, column.first, column.first + column.axis.len());
        if let Some(never) = column.never {
            all = all.or(&Atoms::one(width, never));
        }
        let (values, missing) = (atoms.and(&all), atoms.minus(&all));
        let every_missing = Atoms::all(width).minus(&all).within(atoms);
        let not_known = match () {
            () if missing.is_empty() => None,
            () if every_missing => Some(format!("{name} is not known")),
            () => Some(self.why_missing(&name, &column, &missing)),
        };
        let known = match () {
            () if values.is_empty() => None,
            () if all.within(&values) => Some(format!("{name} is known")),
            () => Some(self.values(&name, id, &column, &values, &all)),
        };
        Some(match (known, not_known) {
            (Some(known), None) => known,
            (None, Some(not_known)) => not_known,
            (Some(known), Some(not_known)) => format!("{known} or {not_known}"),
            (None, None) => return None,
        })
    }

    fn why_missing(&self, name: &str, column: &Column, missing: &Atoms) -> String {
        let mut why = Vec::new();
        if missing.has(Column::ABSENT) {
            why.push("absent");
        }
        if column.masked.is_some_and(|masked| missing.has(masked)) {
            why.push("not open to us");
        }
        if column.garbled.is_some_and(|garbled| missing.has(garbled)) {
            why.push("unreadable");
        }
        format!("{name} is {}", why.join(" or "))
    }

    fn values(&self, name: &str, id: AttributeId, column: &Column, values: &Atoms, all: &Atoms) -> String {
        let schema = &self.program.schema;
        let rules = schema.rules;
        let ty = rules[id].ty;
        let (first, last) = schema.range(id);
        let list = |atoms: &Atoms| -> Vec<(i64, i64)> {
            let stretch = |atom: usize| column.axis.bounds(atom.checked_sub(column.first)?);
            let mut spans: Vec<(i64, i64)> = Vec::new();
            for (from, to) in atoms.iter().filter(|atom| Some(*atom) != column.never).filter_map(stretch) {
                match spans.last_mut() {
                    Some(span) if span.1.saturating_add(1) == from => span.1 = to,
                    Some(_) | None => spans.push((from, to)),
                }
            }
            spans
        };
        let never = column.never.is_some_and(|never| values.has(never));
        let text = match ty {
            Type::YesNo => return format!("{name} is {}", if list(values).contains(&(1, 1)) { "yes" } else { "no" }),
            Type::OneOf(of) => {
                let lists = rules.enums.get(of.0 as usize);
                let names = |atoms: &Atoms| members(lists, &list(atoms));
                some_of(name, &names(values), &names(&all.minus(values)))
            }
            Type::Text | Type::Zone => {
                let texts = schema.texts(id);
                let named = |atoms: &Atoms| -> (Vec<String>, bool) {
                    let at: Vec<i64> = list(atoms).into_iter().flat_map(|(from, to)| from..=to).collect();
                    let of = |at: &i64| {
                        usize::try_from(*at).ok().and_then(|at| texts.get(at)).map(|text: &Arc<str>| show_text(text))
                    };
                    (at.iter().filter_map(of).collect(), at.iter().any(|at| of(at).is_none()))
                };
                let ((these, others), (rest, _)) = (named(values), named(&all.minus(values)));
                if others { some_of(name, &[], &rest) } else { some_of(name, &these, &[]) }
            }
            Type::Set => format!("{name} is known"),
            Type::Number(_) | Type::Score(_) | Type::Time | Type::Date => {
                let show = |at: i64| show_value(rules, ty, &at_position(ty, at));
                let timed = matches!(ty, Type::Time | Type::Date);
                let one = |(from, to): (i64, i64)| match (from <= first, to >= last) {
                    (true, true) => format!("{name} is a value"),
                    (true, false) if timed => format!("{name} is before {}", show(to.saturating_add(1))),
                    (false, true) if timed => format!("{name} is not before {}", show(from)),
                    (true, false) => format!("{name} is at most {}", show(to)),
                    (false, true) => format!("{name} is at least {}", show(from)),
                    (false, false) if from == to => format!("{name} is {}", show(from)),
                    (false, false) => format!("{name} is from {} to {}", show(from), show(to)),
                };
                list(values).into_iter().map(one).collect::<Vec<_>>().join(" or ")
            }
        };
        match (never, text.is_empty()) {
            (true, true) => format!("{name} is never"),
            (true, false) => format!("{text} or {name} is never"),
            (false, _) => text,
        }
    }
}

fn at_position(ty: Type, at: i64) -> Value {
    match ty {
        Type::Time => Value::Time(Instant(at)),
        Type::Date => Value::Date(Date(i32::try_from(at).unwrap_or(i32::MAX))),
        Type::YesNo | Type::Number(_) | Type::Text | Type::OneOf(_) | Type::Set | Type::Zone | Type::Score(_) => {
            Value::Number(at)
        }
    }
}

fn members(list: Option<&EnumType>, spans: &[(i64, i64)]) -> Vec<String> {
    let at = spans.iter().flat_map(|(from, to)| *from..=*to);
    let name = |at: i64| list?.members.get(usize::try_from(at).ok()?).map(|member| show_member(member));
    at.filter_map(name).collect()
}

/// `x is one of [a, b]`, or `x is not c` where that is shorter.
fn some_of(name: &str, these: &[String], others: &[String]) -> String {
    match (these, others) {
        ([one], _) => format!("{name} is {one}"),
        (_, [one]) => format!("{name} is not {one}"),
        (these, others) if !these.is_empty() && (these.len() <= others.len() || others.is_empty()) => {
            format!("{name} is one of [{}]", these.join(", "))
        }
        (_, others) => format!("{name} is not one of [{}]", others.join(", ")),
    }
}

/// `consent.p is granted`, or the shorter way to say it.
fn state(name: &str, states: &[&str], atoms: &Atoms) -> String {
    let of = |has: bool| -> Vec<String> {
        let states = states.iter().enumerate().filter(|(at, _)| atoms.has(*at) == has);
        states.map(|(_, word)| (*word).to_owned()).collect()
    };
    some_of(name, &of(true), &of(false))
}

fn attributes(twice: &Twice) -> Vec<(u32, u32)> {
    twice.attributes.iter().map(|(old, new)| (old.0, new.0)).collect()
}

fn purposes(twice: &Twice) -> Vec<(u32, u32)> {
    twice.purposes.iter().map(|(old, new)| (old.0, new.0)).collect()
}

fn channels(twice: &Twice) -> Vec<(u32, u32)> {
    twice.channels.iter().map(|(old, new)| (old.0, new.0)).collect()
}

fn windows(twice: &Twice) -> Vec<(u32, u32)> {
    twice.windows.iter().map(|(old, new)| (old.0, new.0)).collect()
}
