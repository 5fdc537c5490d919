//! The values that are worked out while the frame is gathered: everything they name exists and is of a type that fits.

use super::flaw::{Checked, InPlace};
use super::lists::{MAX_COMPUTED_SCALE, ascending, at_most, exists, instant, not_empty, number_type, period};
use super::{Flaw, VerifyError, limits};
use crate::model::{EventTarget, Gathered, Increment, Lookback, Occurrence, Operand, RuleSet};
use crate::value::{NumberType, Period, SCORE, Type, Unit, rescale};

pub(super) fn check(rules: &RuleSet) -> Result<(), VerifyError> {
    let place = "the gathered values";
    at_most("gathered values", rules.gathered.len(), limits::GATHERED).within(place, "")?;
    // Those that read others come last, so nothing goes round in a circle.
    let first = rules.gathered.iter().take_while(|gathered| !is_halved(gathered)).count();
    let (plain, halved) = rules.gathered.split_at_checked(first).unwrap_or((&rules.gathered, &[]));
    ascending("gathered values", plain).within(place, "")?;
    ascending("gathered values", halved).within(place, "")?;
    if !halved.iter().all(is_halved) {
        return Err(VerifyError::at(place, "", Flaw::Unsorted("gathered values")));
    }
    rules
        .gathered
        .iter()
        .enumerate()
        .try_for_each(|(at, gathered)| one(rules, gathered, first).within("gathered value", &at.to_string()))
}

fn is_halved(gathered: &Gathered) -> bool {
    match gathered {
        Gathered::Halved { .. } => true,
        Gathered::Times(..) | Gathered::Last(_) | Gathered::Sum(..) | Gathered::Decayed(_) => false,
    }
}

fn one(rules: &RuleSet, gathered: &Gathered, plain: usize) -> Checked {
    match gathered {
        Gathered::Times(of, length) => occurrence(rules, *of).and_then(|()| window(*length)),
        Gathered::Last(of) => occurrence(rules, *of),
        Gathered::Sum(of, field, length) => {
            occurrence(rules, *of)?;
            window(*length)?;
            self::field(rules, *of, *field).map(drop)
        }
        Gathered::Decayed(terms) => {
            not_empty("terms", terms)?;
            at_most("terms", terms.len(), limits::TERMS)?;
            terms.iter().try_for_each(|term| {
                occurrence(rules, term.of)?;
                half_life(term.half_life)?;
                match term.each {
                    Increment::Points(points) if (SCORE.min..=SCORE.max).contains(&points) => Ok(()),
                    Increment::Points(_) => Err(Flaw::NumberType),
                    Increment::Field(field) => {
                        let of = self::field(rules, term.of, field)?;
                        if of.scale <= SCORE.scale { Ok(()) } else { Err(Flaw::Scale("a decaying sum")) }
                    }
                }
            })
        }
        Gathered::Halved { of, half_life: length, since } => {
            half_life(*length)?;
            let of = halved(rules, of, plain)?;
            number_type(of, MAX_COMPUTED_SCALE)?;
            let fits = |bound: i64| {
                let moved = rescale(bound.into(), of.scale, SCORE.scale);
                (i128::from(SCORE.min)..=i128::from(SCORE.max)).contains(&moved)
            };
            if of.scale > SCORE.scale || !fits(of.min) || !fits(of.max) {
                return Err(Flaw::Range("`halving`"));
            }
            time(rules, since, plain)
        }
    }
}

fn occurrence(rules: &RuleSet, of: Occurrence) -> Checked {
    exists("event", of.event.0, rules.events.len())?;
    match of.of {
        None | Some(EventTarget::Class(_)) => Ok(()),
        Some(EventTarget::Offer(id)) => exists("offer", id.0, rules.offers.len()),
        Some(EventTarget::Tag(id)) => exists("tag", id.0, rules.tags.len()),
        Some(EventTarget::Channel(id)) => exists("channel", id.0, rules.channels.len()),
        Some(EventTarget::Rule(id)) => exists("rule", id.0, rules.rules.len()),
    }
}

fn window(window: Lookback) -> Checked {
    match window {
        Lookback::Last(length) if length.count == 0 => Err(Flaw::Time("window")),
        Lookback::Last(length) => period("window", length),
        Lookback::Ever => Ok(()),
    }
}

fn half_life(length: Period) -> Checked {
    if length.count == 0 || length.unit == Unit::Month {
        return Err(Flaw::Time("half life"));
    }
    period("half life", length)
}

fn field(rules: &RuleSet, of: Occurrence, field: u32) -> Checked<NumberType> {
    let fields = &rules[of.event].fields;
    exists("field", field, fields.len())?;
    let ty = fields.get(field as usize).map_or(Type::YesNo, |field| field.ty);
    match ty {
        Type::Number(number) => Ok(number),
        Type::YesNo
        | Type::Text
        | Type::OneOf(_)
        | Type::Set
        | Type::Time
        | Type::Date
        | Type::Zone
        | Type::Score(_) => Err(Flaw::Type { of: "a summed field", found: ty.word(), expected: "a number" }),
    }
}

/// What `x halving every D since t` reads: nothing that is kept back, and no stand-in whose age nobody knows.
fn operand(rules: &RuleSet, operand: &Operand, plain: usize) -> Checked<Type> {
    match operand {
        Operand::Attribute(id) => {
            exists("attribute", id.0, rules.attributes.len())?;
            let attribute = &rules[*id];
            if attribute.never_used {
                return Err(Flaw::NeverUsed(attribute.name.clone()));
            }
            if attribute.protective {
                return Err(Flaw::Protective);
            }
            if attribute.default.is_some() {
                return Err(Flaw::Mark("else"));
            }
            Ok(attribute.ty)
        }
        Operand::Gathered(id) => {
            exists("gathered value", id.0, plain)?;
            Ok(rules.type_of_gathered(&rules[*id]))
        }
        Operand::Number(mantissa, scale) => {
            Ok(Type::Number(NumberType { scale: *scale, min: *mantissa, max: *mantissa }))
        }
        Operand::Time(at) => instant("time", *at).map(|()| Type::Time),
    }
}

fn halved(rules: &RuleSet, of: &Operand, plain: usize) -> Checked<NumberType> {
    let ty = operand(rules, of, plain)?;
    ty.number().ok_or(Flaw::Type { of: "`halving`", found: ty.word(), expected: "a number" })
}

fn time(rules: &RuleSet, since: &Operand, plain: usize) -> Checked {
    let ty = operand(rules, since, plain)?;
    if ty == Type::Time { Ok(()) } else { Err(Flaw::Type { of: "`since`", found: ty.word(), expected: "a time" }) }
}
