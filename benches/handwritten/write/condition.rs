//! Conditions and expressions as Rust expressions.

use cater::model::{AgeBound, AttributeId, Condition, Expression, Spelling};
use cater::ops::{Arithmetic, Comparison, Direction, Quantifier};
use cater::value::{NumberType, Period, Type, Value, pow10};

use super::{TooMuch, Writer};

impl Writer<'_> {
    /// A condition as a Rust expression: whether it is yes, or whether it is no.
    pub(super) fn ask(&mut self, condition: &Condition, yes: bool) -> Result<String, TooMuch> {
        let joined = |parts: Vec<String>, with: &str| format!("({})", parts.join(with));
        Ok(match condition {
            Condition::And(parts) | Condition::Or(parts) => {
                let is_and = matches!(condition, Condition::And(_));
                let parts = parts.iter().map(|part| self.ask(part, yes)).collect::<Result<_, _>>()?;
                joined(parts, if is_and == yes { " && " } else { " || " })
            }
            Condition::Not(inner) => self.ask(inner, !yes)?,
            Condition::Segment(id) => {
                self.segments.insert((*id, yes));
                format!("{}{}(c)", if yes { "" } else { "not_" }, self.rules[*id].name)
            }
            Condition::Holds(of) => format!("{} == {}", self.state(of)?, if yes { "YES" } else { "NO" }),
            Condition::Equal(left, right) => self.relate(left, right, "==", "!=", yes)?,
            Condition::Compare(comparison, left, right) => self.compare(*comparison, left, right, yes)?,
            Condition::Between(of, from, to) => {
                let low = self.compare(Comparison::AtLeast, of, from, yes)?;
                let high = self.compare(Comparison::AtMost, of, to, yes)?;
                joined(vec![low, high], if yes { " && " } else { " || " })
            }
            Condition::OneOf(of, values) => {
                let ty = self.rules.type_of(of);
                let words: Vec<String> = values.iter().map(|value| self.word(value)).collect::<Result<_, _>>()?;
                let words = words.join(" | ");
                match (ty, yes) {
                    (Type::OneOf(_), true) => format!("matches!({}, {words})", self.state(of)?),
                    (Type::OneOf(_), false) => format!("!matches!({}, {words} | NONE)", self.state(of)?),
                    (_, true) => format!("matches!({}, Some({words}))", self.number(of)?),
                    (_, false) => format!("!matches!({}, None | Some({words}))", self.number(of)?),
                }
            }
            Condition::Known(of) => self.known(of, yes)?,
            Condition::Never(of) => {
                let never = self.never(of);
                let number = self.number(of)?;
                if yes {
                    format!("{number} == Some({never})")
                } else {
                    format!("{number}.is_some_and(|x| x != {never})")
                }
            }
            Condition::Has(of, quantifier, elements) => {
                let Expression::Attribute(id) = of else { return Err("a set that is no attribute".to_owned()) };
                self.read.insert(*id);
                let name = &self.rules[*id].name;
                let known = self.elements.entry(*id).or_default();
                let mut mask = 0_u64;
                for element in elements {
                    let place = known.iter().position(|known| *known == **element).unwrap_or(known.len());
                    if place == known.len() {
                        known.push(element.to_string());
                    }
                    if place > 62 {
                        return Err("more than 63 elements".to_owned());
                    }
                    mask |= 1 << place;
                }
                let there = 1_u64 << 63;
                match (quantifier, yes) {
                    (Quantifier::Any, true) => format!("c.{name} & {mask:#x} != 0"),
                    (Quantifier::Any, false) => format!("c.{name} & {:#x} == {there:#x}", mask | there),
                    (Quantifier::All, true) => format!("c.{name} & {mask:#x} == {mask:#x}"),
                    (Quantifier::All, false) => {
                        format!("(c.{name} & {there:#x} != 0 && c.{name} & {mask:#x} != {mask:#x})")
                    }
                }
            }
            Condition::Age(of, direction, AgeBound::One(comparison, period)) => {
                self.age(of, *direction, *comparison, *period, yes)?
            }
            Condition::Age(of, direction, AgeBound::Between(from, to)) => {
                let least = self.age(of, *direction, Comparison::AtLeast, *from, yes)?;
                let most = self.age(of, *direction, Comparison::AtMost, *to, yes)?;
                joined(vec![least, most], if yes { " && " } else { " || " })
            }
        })
    }

    /// Of an attribute without a default; any other would need a second field.
    fn known(&mut self, of: &Expression, yes: bool) -> Result<String, TooMuch> {
        let plain = matches!(of, Expression::Attribute(id) if self.rules[*id].default.is_none());
        match self.rules.type_of(of) {
            Type::YesNo | Type::OneOf(_) if plain => {
                Ok(format!("{} {}= NONE", self.state(of)?, if yes { "!" } else { "=" }))
            }
            Type::Number(_) | Type::Text | Type::Time | Type::Date | Type::Zone | Type::Score(_) if plain => {
                Ok(format!("{}.is_{}()", self.number(of)?, if yes { "some" } else { "none" }))
            }
            Type::YesNo
            | Type::OneOf(_)
            | Type::Set
            | Type::Number(_)
            | Type::Text
            | Type::Time
            | Type::Date
            | Type::Zone
            | Type::Score(_) => Err("`is known` of a set, or of something with a default".to_owned()),
        }
    }

    pub(super) fn compare(
        &mut self,
        comparison: Comparison,
        left: &Expression,
        right: &Expression,
        yes: bool,
    ) -> Result<String, TooMuch> {
        let (holds, fails) = match comparison {
            Comparison::AtLeast => (">=", "<"),
            Comparison::AtMost => ("<=", ">"),
            Comparison::MoreThan => (">", "<="),
            Comparison::LessThan => ("<", ">="),
        };
        self.relate(left, right, holds, fails, yes)
    }

    fn relate(
        &mut self,
        left: &Expression,
        right: &Expression,
        holds: &str,
        fails: &str,
        yes: bool,
    ) -> Result<String, TooMuch> {
        let sign = if yes { holds } else { fails };
        if let Type::OneOf(_) = self.rules.type_of(left) {
            let (a, b) = (self.state(left)?, self.state(right)?);
            // The sentinel is the greatest value, so it passes every comparison upwards and `!=`.
            return Ok(match (left, right) {
                (_, Expression::Literal(..)) if matches!(sign, "==" | "<" | "<=") => format!("{a} {sign} {b}"),
                (_, Expression::Literal(..)) => format!("({a} {sign} {b} && {a} != NONE)"),
                _ => format!("({a} {sign} {b} && {a} != NONE && {b} != NONE)"),
            });
        }
        if let (Expression::Attribute(id), Expression::Literal(value, _)) = (left, right)
            && self.fits(*id, value)
        {
            self.read.insert(*id);
            let (name, word) = (&self.rules[*id].name, self.word(value)?);
            let name = format!("c.{name}");
            // The sentinel is the least value, so it fails every comparison upwards and `==`.
            return Ok(match sign {
                "==" | ">" | ">=" => format!("{name} {sign} {word}"),
                _ => format!("({name} {sign} {word} && {name}.known())"),
            });
        }
        if self.may_be_never(left) && self.may_be_never(right) && matches!(sign, "==" | "!=") {
            return Err("two values that may be never".to_owned());
        }
        let (a, b) = (self.number(left)?, self.number(right)?);
        if let Expression::Literal(value, _) = right {
            return Ok(format!("{a}.is_some_and(|x| x {sign} {})", self.word(value)?));
        }
        Ok(format!("both({a}, {b}).is_some_and(|(a, b)| a {sign} b)"))
    }

    fn age(
        &mut self,
        of: &Expression,
        direction: Direction,
        comparison: Comparison,
        period: Period,
        yes: bool,
    ) -> Result<String, TooMuch> {
        let day = self.rules.type_of(of) == Type::Date;
        self.today |= day;
        let unit = period.unit.word();
        let (word, kind) =
            (if direction == Direction::Old { "minus" } else { "plus" }, if day { "today" } else { "now" });
        let name = format!("{kind}_{word}_{}_{unit}", period.count);
        let (edge, now) = (format!("c.{name}"), format!("c.{kind}"));
        self.edges.insert(name, (direction, period, day));
        let number = self.number(of)?;
        let old = direction == Direction::Old;
        let text = match (comparison, old) {
            (Comparison::AtLeast, true) => format!("x <= {edge}"),
            (Comparison::MoreThan, true) => format!("x < {edge}"),
            (Comparison::AtMost, true) => format!("{edge} <= x && x <= {now}"),
            (Comparison::LessThan, true) => format!("{edge} < x && x <= {now}"),
            (Comparison::AtLeast, false) => format!("x >= {edge}"),
            (Comparison::MoreThan, false) => format!("x > {edge}"),
            (Comparison::AtMost, false) => format!("{now} <= x && x <= {edge}"),
            (Comparison::LessThan, false) => format!("{now} <= x && x < {edge}"),
        };
        let text = if yes { text } else { format!("!({text})") };
        Ok(format!("{number}.is_some_and(|x| {text})"))
    }

    /// A few-valued operand as a `u8`.
    pub(super) fn state(&mut self, of: &Expression) -> Result<String, TooMuch> {
        if let Type::OneOf(list) = self.rules.type_of(of)
            && self.rules.members(list).len() > 255
        {
            return Err("a list of more than 255 members".to_owned());
        }
        Ok(match of {
            Expression::Attribute(id) => {
                self.read.insert(*id);
                format!("c.{}", self.rules[*id].name)
            }
            Expression::Literal(Value::YesNo(yes), _) => (if *yes { "YES" } else { "NO" }).to_owned(),
            Expression::Literal(value, _) => self.word(value)?,
            Expression::Value(id) => self.state(&self.rules[*id].expression)?,
            Expression::Consent(id) => {
                self.consents.insert(*id);
                format!("c.consent_{}", self.rules[*id].name)
            }
            Expression::Permission(_) => return Err("what a device permits".to_owned()),
            Expression::Else(first, second, _) => format!("or_state({}, {})", self.state(first)?, self.state(second)?),
            Expression::Gathered(_)
            | Expression::Now
            | Expression::Rescale(..)
            | Expression::Arithmetic(..)
            | Expression::When(..) => {
                return Err("a number where a state is due".to_owned());
            }
        })
    }

    /// A number, time, date or text as an `Option<i64>`.
    pub(super) fn number(&mut self, of: &Expression) -> Result<String, TooMuch> {
        Ok(match of {
            Expression::Literal(value, _) => format!("Some({})", self.word(value)?),
            Expression::Attribute(id) => {
                self.read.insert(*id);
                format!("c.{}.get()", self.rules[*id].name)
            }
            Expression::Value(id) => {
                self.values.insert(*id);
                format!("{}(c)", self.rules[*id].name)
            }
            Expression::Gathered(_) => return Err("what events add up to".to_owned()),
            Expression::Consent(id) => {
                self.consents.insert(*id);
                format!("Some(i64::from(c.consent_{}))", self.rules[*id].name)
            }
            Expression::Permission(_) => return Err("what a device permits".to_owned()),
            Expression::Now => "Some(c.now)".to_owned(),
            Expression::Rescale(inner, number) => {
                let factor = pow10(number.scale.saturating_sub(self.rules.scale_of(inner)));
                self.countable(inner)?;
                format!("{}.map(|x| x * {factor})", self.number(inner)?)
            }
            Expression::Arithmetic(op, left, right, number) => self.arithmetic(*op, left, right, *number)?,
            Expression::Else(first, second, _) => {
                format!("{}.or_else(|| {})", self.number(first)?, self.number(second)?)
            }
            Expression::When(inner, when, _) => {
                let (yes, no) = (self.ask(when, true)?, self.ask(when, false)?);
                let number = self.number(inner)?;
                format!("(if {yes} {{ {number} }} else if {no} {{ Some(0) }} else {{ None }})")
            }
        })
    }

    fn arithmetic(
        &mut self,
        op: Arithmetic,
        left: &Expression,
        right: &Expression,
        number: NumberType,
    ) -> Result<String, TooMuch> {
        self.countable(left)?;
        self.countable(right)?;
        let (a, b) = (self.number(left)?, self.number(right)?);
        let sign = match op {
            Arithmetic::Add => "+",
            Arithmetic::Subtract => "-",
            Arithmetic::Multiply => "*",
            Arithmetic::Divide => {
                let (up, down) = (number.scale + self.rules.scale_of(right), self.rules.scale_of(left));
                let (up, down) = (pow10(up.saturating_sub(down)), pow10(down.saturating_sub(up)));
                return Ok(format!("divide({a}, {b}, {up}, {down})"));
            }
        };
        // A written number needs no option.
        Ok(match (left, right) {
            (Expression::Literal(value, _), _) => format!("({b}).map(|x| {} {sign} x)", self.word(value)?),
            (_, Expression::Literal(value, _)) => format!("({a}).map(|x| x {sign} {})", self.word(value)?),
            _ => format!("both({a}, {b}).map(|(a, b)| a {sign} b)"),
        })
    }

    /// Arithmetic with never is missing: nobody writes that by hand where it cannot happen.
    fn countable(&self, of: &Expression) -> Result<(), TooMuch> {
        if self.may_be_never(of) { Err("arithmetic with what may be never".to_owned()) } else { Ok(()) }
    }

    fn may_be_never(&self, of: &Expression) -> bool {
        match of {
            Expression::Attribute(id) => self.can_be_never(*id),
            Expression::Value(id) => self.may_be_never(&self.rules[*id].expression),
            Expression::Rescale(inner, _) | Expression::When(inner, _, _) => self.may_be_never(inner),
            Expression::Else(first, second, _) => self.may_be_never(first) || self.may_be_never(second),
            Expression::Literal(value, _) => *value == Value::Never,
            Expression::Gathered(_)
            | Expression::Consent(_)
            | Expression::Permission(_)
            | Expression::Now
            | Expression::Arithmetic(..) => false,
        }
    }

    /// Whether a written value can stand beside the attribute's field.
    fn fits(&self, id: AttributeId, value: &Value) -> bool {
        match (self.rules[id].ty, value) {
            (Type::Number(number), Value::Number(mantissa)) => {
                self.can_be_never(id) || number.min <= *mantissa && *mantissa <= number.max
            }
            _ => true,
        }
    }

    /// Whether the data can say never.
    pub(super) fn can_be_never(&self, id: AttributeId) -> bool {
        let attribute = &self.rules[id];
        let never = |(_, spelling): &(String, Spelling)| *spelling == Spelling::Value(Value::Never);
        attribute.mapping.spellings.iter().any(never) || attribute.default == Some(Value::Never)
    }

    pub(super) fn never(&self, of: &Expression) -> &'static str {
        match self.rules.type_of(of) {
            Type::Time | Type::Date => "(i64::MIN + 1)",
            Type::YesNo | Type::Number(_) | Type::Text | Type::OneOf(_) | Type::Set | Type::Zone | Type::Score(_) => {
                "i64::MAX"
            }
        }
    }

    fn word(&mut self, value: &Value) -> Result<String, TooMuch> {
        Ok(match value {
            Value::YesNo(yes) => u8::from(!yes).to_string(),
            Value::Number(mantissa) => mantissa.to_string(),
            Value::Member(member) => member.to_string(),
            Value::Time(at) => at.0.to_string(),
            Value::Date(day) => day.0.to_string(),
            Value::Text(text) => {
                let place = self.texts.iter().position(|known| **known == **text).unwrap_or(self.texts.len());
                if place == self.texts.len() {
                    self.texts.push(text.to_string());
                }
                place.to_string()
            }
            Value::Set(_) | Value::Never => return Err("a written set".to_owned()),
        })
    }
}
