//! Rules to Rust, as somebody would write them who has the rules on the desk and wants them fast.
//!
//! One struct with a small integer for every fact that is read, sentinels for what is missing, bits for consent, caps
//! and offers already shown; one function a slot, rules in the order in which they win, leaving at the first that
//! holds; a function for each segment and value. What rustc makes of it is the measure for machine code.
//!
//! Written from the model, not from the plan: it is a third opinion on what rules mean.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use cater::frame::{By, Decision, Outcome, Via};
use cater::model::{
    Active, AgeBound, AttributeId, CapId, Clause, Condition, Expression, OfferId, PurposeId, RuleId, RuleSet,
    SegmentId, SlotId, Spelling, Substitute, ValueId,
};
use cater::ops::{Arithmetic, Comparison, Direction, Quantifier};
use cater::value::{NumberType, Period, Type, Value, pow10};

/// Why nobody would write these rules by hand.
pub type TooMuch = String;

/// The Rust source of a rule set that passes `verify`; `from` is the name of its folder.
pub fn write(rules: &RuleSet, from: &str) -> Result<String, TooMuch> {
    let most = [rules.purposes.len(), rules.caps.len(), rules.offers.len()];
    if most.into_iter().any(|count| count > 64) {
        return Err("more than 64 purposes, caps or offers".to_owned());
    }
    let mut writer = Writer::new(rules);
    let mut slots = String::new();
    for index in 0..rules.slots.len() {
        writer.slot(SlotId::from_index(index), &mut slots)?;
    }
    let mut named = String::new();
    writer.named(&mut named)?;
    Ok(writer.file(from, &slots, &named))
}

struct Writer<'a> {
    rules: &'a RuleSet,
    /// The attributes that are read, in the order in which they were met.
    read: BTreeSet<AttributeId>,
    consents: BTreeSet<PurposeId>,
    /// Far ends of ages: the field's name.
    edges: BTreeMap<String, (Direction, Period, bool)>,
    today: bool,
    texts: Vec<String>,
    elements: BTreeMap<AttributeId, Vec<String>>,
    /// Named conditions, and how they are asked.
    segments: BTreeSet<(SegmentId, bool)>,
    values: BTreeSet<ValueId>,
    tries: BTreeSet<RuleId>,
    picks: Vec<Vec<Decision>>,
}

impl<'a> Writer<'a> {
    fn new(rules: &'a RuleSet) -> Self {
        Self {
            rules,
            read: BTreeSet::new(),
            consents: BTreeSet::new(),
            edges: BTreeMap::new(),
            today: false,
            texts: Vec::new(),
            elements: BTreeMap::new(),
            segments: BTreeSet::new(),
            values: BTreeSet::new(),
            tries: BTreeSet::new(),
            picks: Vec::new(),
        }
    }

    fn slot(&mut self, id: SlotId, out: &mut String) -> Result<(), TooMuch> {
        let slot = &self.rules[id];
        self.picks.push(Vec::new());
        let mut body = String::new();
        if slot.off.is_some() {
            let pick = self.pick(id, Outcome::Nothing, By::SlotOff);
            let _ = writeln!(body, "    {pick}");
        } else {
            for rule in &slot.order {
                self.rule(*rule, "", &mut body)?;
            }
            let last = slot.fallback.len().saturating_sub(1);
            for (place, entry) in slot.fallback.iter().enumerate() {
                let outcome = entry.offer.map_or(Outcome::Nothing, Outcome::Shows);
                let pick = self.pick(id, outcome, By::Fallback(place as u32));
                if place == last {
                    let _ = writeln!(body, "    {pick}");
                    continue;
                }
                let mut all = entry.offer.map_or_else(Vec::new, |offer| self.offer(offer));
                if let Some(when) = &entry.when {
                    all.push(self.ask(when, true)?);
                }
                let _ = writeln!(body, "    if {} {{\n        return {pick};\n    }}", each(&all));
            }
        }
        let name = &slot.name;
        let _ = writeln!(out, "/// Slot `{name}`.\n#[inline]\npub fn {name}(c: &Customer) -> u32 {{\n{body}}}\n");
        // What is tried stands beside it.
        let mut written = BTreeSet::new();
        while let Some(rule) = self.tries.iter().find(|rule| !written.contains(*rule)).copied() {
            written.insert(rule);
            if self.rules[rule].slot != id {
                continue;
            }
            let mut body = String::new();
            self.rule(rule, "Some", &mut body)?;
            let name = &self.rules[rule].name;
            let _ = writeln!(
                out,
                "/// Rule `{name}` in the place of another.\nfn try_{name}(c: &Customer) -> Option<u32> {{\n{body}    None\n}}\n"
            );
        }
        Ok(())
    }

    /// The lines of one rule; a pick is wrapped in `wrap`.
    fn rule(&mut self, id: RuleId, wrap: &str, out: &mut String) -> Result<(), TooMuch> {
        let rule = &self.rules[id];
        let offer = &self.rules[rule.show];
        if rule.off.is_some() || offer.off.is_some() {
            return Ok(());
        }
        let _ = writeln!(out, "    // {}", rule.name);
        let mut live = self.dates(rule.active);
        live.extend(self.dates(offer.active));
        if let Some(last) = self.rules.last_day(id) {
            self.today = true;
            live.push(format!("c.today <= {}", last.0));
        }
        let consent = bits("open", rule.needs.iter().map(|purpose| purpose.0), true);
        let taken = bits("taken", [rule.show.0].into_iter(), false);
        let caps: BTreeSet<CapId> = rule.caps.iter().chain(&offer.caps).copied().collect();
        let caps = bits("spent", caps.iter().map(|cap| cap.0), false);
        let when = self.clauses(&rule.when, true)?;
        let unless = self.clauses(&rule.unless, false)?;
        let pick = self.pick(rule.slot, Outcome::Shows(rule.show), By::Rule(id));
        let shown = returned(&pick, wrap);
        let [capped, no_consent, unknown] =
            [(Via::Capped, rule.if_capped), (Via::NoConsent, rule.if_no_consent), (Via::Unknown, rule.if_unknown)]
                .map(|(via, substitute)| self.substitute(id, via, substitute, wrap));
        if no_consent.is_empty() && unknown.is_empty() {
            let all: Vec<String> =
                [consent, taken].into_iter().flatten().chain(live).chain(when).chain(unless).collect();
            let inner = if_else(&caps.into_iter().collect::<Vec<_>>(), &shown, &capped);
            out.push_str(&if_else(&all, &inner, ""));
            return Ok(());
        }
        let refused = self.clauses_any(&rule.when)?;
        let mut first = live;
        first.extend(unless);
        if let Some(refused) = refused {
            first.push(format!("!({refused})"));
        }
        let inner = if_else(&caps.into_iter().collect::<Vec<_>>(), &shown, &capped);
        let inner = if_else(&taken.into_iter().collect::<Vec<_>>(), &inner, "");
        let inner = if_else(&when, &inner, &unknown);
        let inner = if_else(&consent.into_iter().collect::<Vec<_>>(), &inner, &no_consent);
        out.push_str(&if_else(&first, &inner, ""));
        Ok(())
    }

    fn substitute(&mut self, id: RuleId, via: Via, substitute: Option<Substitute>, wrap: &str) -> String {
        let slot = self.rules[id].slot;
        match substitute {
            None => String::new(),
            Some(Substitute::Nothing) => {
                let pick = self.pick(slot, Outcome::Nothing, By::Substitute(id, via));
                returned(&pick, wrap)
            }
            Some(Substitute::Show(offer)) => {
                let pick = self.pick(slot, Outcome::Shows(offer), By::Substitute(id, via));
                if self.rules[offer].off.is_some() {
                    return String::new();
                }
                let may = self.offer(offer);
                if_else(&may, &returned(&pick, wrap), "")
            }
            Some(Substitute::Try(other)) => {
                self.tries.insert(other);
                let name = &self.rules[other].name;
                let back = if wrap.is_empty() { "pick".to_owned() } else { format!("{wrap}(pick)") };
                format!("    if let Some(pick) = try_{name}(c) {{\n        return {back};\n    }}\n")
            }
        }
    }

    fn offer(&mut self, id: OfferId) -> Vec<String> {
        let offer = &self.rules[id];
        if offer.off.is_some() {
            return vec!["false".to_owned()];
        }
        let mut all: Vec<String> = bits("taken", [id.0].into_iter(), false).into_iter().collect();
        all.extend(self.dates(offer.active));
        all.extend(bits("spent", offer.caps.iter().map(|cap| cap.0), false));
        all
    }

    fn dates(&self, active: Option<Active>) -> Vec<String> {
        let Some(Active { from, until }) = active else { return Vec::new() };
        let from = from.map(|from| format!("c.now >= {}", from.0));
        from.into_iter().chain(until.map(|until| format!("c.now < {}", until.0))).collect()
    }

    fn clauses(&mut self, clauses: &[Clause], yes: bool) -> Result<Vec<String>, TooMuch> {
        clauses.iter().map(|clause| self.ask(&clause.condition, yes)).collect()
    }

    fn clauses_any(&mut self, clauses: &[Clause]) -> Result<Option<String>, TooMuch> {
        let refused = self.clauses(clauses, false)?;
        Ok((!refused.is_empty()).then(|| refused.join(" || ")))
    }

    fn pick(&mut self, slot: SlotId, outcome: Outcome, by: By) -> String {
        let decision = Decision { slot, outcome, by };
        let Some(picks) = self.picks.get_mut(slot.index()) else { return "0".to_owned() };
        let place = picks.iter().position(|pick| *pick == decision).unwrap_or(picks.len());
        if place == picks.len() {
            picks.push(decision);
        }
        place.to_string()
    }

    /// A condition as a Rust expression: whether it is yes, or whether it is no.
    fn ask(&mut self, condition: &Condition, yes: bool) -> Result<String, TooMuch> {
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

    fn compare(
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
    fn state(&mut self, of: &Expression) -> Result<String, TooMuch> {
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
            Expression::Else(first, second, _) => format!("or_state({}, {})", self.state(first)?, self.state(second)?),
            Expression::Now | Expression::Rescale(..) | Expression::Arithmetic(..) | Expression::When(..) => {
                return Err("a number where a state is due".to_owned());
            }
        })
    }

    /// A number, time, date or text as an `Option<i64>`.
    fn number(&mut self, of: &Expression) -> Result<String, TooMuch> {
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
            Expression::Consent(id) => {
                self.consents.insert(*id);
                format!("Some(i64::from(c.consent_{}))", self.rules[*id].name)
            }
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
            Expression::Consent(_) | Expression::Now | Expression::Arithmetic(..) => false,
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
    fn can_be_never(&self, id: AttributeId) -> bool {
        let attribute = &self.rules[id];
        let never = |(_, spelling): &(String, Spelling)| *spelling == Spelling::Value(Value::Never);
        attribute.mapping.spellings.iter().any(never) || attribute.default == Some(Value::Never)
    }

    fn never(&self, of: &Expression) -> &'static str {
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

    /// A function for each segment and value that is used; these may use more.
    fn named(&mut self, out: &mut String) -> Result<(), TooMuch> {
        let (mut segments, mut values) = (BTreeSet::new(), BTreeSet::new());
        loop {
            if let Some((id, yes)) = self.segments.difference(&segments).next().copied() {
                segments.insert((id, yes));
                let segment = &self.rules[id];
                let body = self.ask(&segment.condition, yes)?;
                let (not, name) = (if yes { "" } else { "not_" }, &segment.name);
                let _ = writeln!(out, "#[inline]\nfn {not}{name}(c: &Customer) -> bool {{\n    {body}\n}}\n");
            } else if let Some(id) = self.values.difference(&values).next().copied() {
                values.insert(id);
                let body = self.number(&self.rules[id].expression)?;
                let name = &self.rules[id].name;
                let _ = writeln!(out, "#[inline]\nfn {name}(c: &Customer) -> Option<i64> {{\n    {body}\n}}\n");
            } else {
                return Ok(());
            }
        }
    }

    /// The whole file.
    fn file(&self, from: &str, slots: &str, named: &str) -> String {
        let mut fields = String::from("    /// Microseconds since 1970.\n    pub now: i64,\n");
        let mut reads = String::from("            now: frame.now.0,\n");
        let mut field = |name: &str, ty: &str, read: &str| {
            let _ = writeln!(fields, "    pub {name}: {ty},");
            let _ = writeln!(reads, "            {name}: {read},");
        };
        if self.today {
            field("today", "i64", "i64::from(frame.today.0)");
        }
        for (name, (direction, period, day)) in &self.edges {
            let by = if *direction == Direction::Old { "minus" } else { "plus" };
            let period = format!("Period {{ count: {}, unit: Unit::{:?} }}", period.count, period.unit);
            let of = if *day { "i64::from(frame.today." } else { "(frame.now." };
            field(name, "i64", &format!("{of}{by}({period}).0)"));
        }
        field("open", "u64", "bits(frame.consent.iter().map(|status| *status == Consent::Granted))");
        field("spent", "u64", "bits((0..rules.caps.len()).map(|cap| frame.is_spent(rules, CapId::from_index(cap))))");
        field("taken", "u64", "bits(frame.taken.iter().copied())");
        for id in &self.consents {
            let name = format!("consent_{}", self.rules[*id].name);
            field(&name, "u8", &format!("frame.consent(PurposeId({})).member() as u8", id.0));
        }
        for id in &self.read {
            let attribute = &self.rules[*id];
            let value = format!("value(rules, frame, {})", id.0);
            let never = self.never(&Expression::Attribute(*id));
            let (ty, read) = match attribute.ty {
                Type::YesNo | Type::OneOf(_) => ("u8", format!("state({value})")),
                Type::Text | Type::Zone => ("i32", format!("symbol({value}, symbols)")),
                Type::Set => {
                    let elements = self.elements.get(id).cloned().unwrap_or_default();
                    ("u64", format!("elements({value}, &{elements:?})"))
                }
                Type::Number(number) if !self.can_be_never(*id) => {
                    let ty = smallest(number);
                    (ty, format!("number({value}, i64::from({ty}::MIN), 0) as {ty}"))
                }
                Type::Number(_) | Type::Score(_) | Type::Time | Type::Date => {
                    ("i64", format!("number({value}, i64::MIN, {never})"))
                }
            };
            field(&attribute.name, ty, &read);
        }
        let mut answers = String::new();
        let mut decide = String::new();
        for (slot, picks) in self.rules.slots.iter().zip(&self.picks) {
            let name = slot.name.to_uppercase();
            let _ = writeln!(answers, "static {name}: [Decision; {}] = [", picks.len());
            for Decision { slot, outcome, by } in picks {
                let outcome = match outcome {
                    Outcome::Shows(offer) => format!("Outcome::Shows({offer:?})"),
                    Outcome::Nothing => "Outcome::Nothing".to_owned(),
                };
                let by = match by {
                    By::Rule(rule) => format!("By::Rule({rule:?})"),
                    By::Substitute(rule, via) => format!("By::Substitute({rule:?}, Via::{via:?})"),
                    By::Fallback(place) => format!("By::Fallback({place})"),
                    By::SlotOff => "By::SlotOff".to_owned(),
                };
                let _ = writeln!(answers, "    Decision {{ slot: {slot:?}, outcome: {outcome}, by: {by} }},");
            }
            answers.push_str("];\n\n");
            let _ = writeln!(
                decide,
                "        {} => {name}.get({}(c) as usize).copied(),",
                decide.lines().count(),
                slot.name
            );
        }
        let texts = format!("{:?}", self.texts);
        format!(
            "//! Generated by `write.rs` from `{from}`; do not edit. After a change of the rules:\n\
             //! `CATER_BLESS=1 cargo test --test main handwritten`.\n\
             \n\
             #![allow(warnings, clippy::all, reason = \"generated\")]\n\
             \n\
             use cater::frame::{{By, Decision, Frame, Outcome, Via}};\n\
             use cater::model::{{CapId, OfferId, PurposeId, RuleId, RuleSet, SlotId}};\n\
             use cater::value::{{Consent, Period, Unit}};\n\
             \n\
             use super::support::*;\n\
             \n\
             /// What the rules read of a customer.\n\
             #[derive(Clone, Copy, Debug)]\n\
             pub struct Customer {{\n{fields}}}\n\
             \n\
             /// The texts that rules write.\n\
             pub const TEXTS: &[&str] = &{texts};\n\
             \n\
             fn bits(facts: impl Iterator<Item = bool>) -> u64 {{\n\
             \x20   facts.enumerate().fold(0, |bits, (place, holds)| bits | u64::from(holds) << place)\n\
             }}\n\
             \n\
             impl Customer {{\n\
             \x20   pub fn read(rules: &RuleSet, frame: &Frame, symbols: &mut Symbols) -> Self {{\n\
             \x20       Self {{\n{reads}        }}\n    }}\n\
             }}\n\
             \n\
             /// What a slot answers.\n\
             #[inline]\n\
             pub fn decide(slot: u32, c: &Customer) -> Option<Decision> {{\n    match slot {{\n{decide}        _ => None,\n    }}\n}}\n\
             \n\
             {answers}{slots}{named}"
        )
        .trim_end()
        .to_owned()
            + "\n"
    }
}

/// A test of bits of one word.
fn bits(field: &str, places: impl Iterator<Item = u32>, set: bool) -> Option<String> {
    let mask = places.fold(0_u64, |mask, place| mask | 1 << place);
    (mask != 0).then(|| {
        if set { format!("c.{field} & {mask:#x} == {mask:#x}") } else { format!("c.{field} & {mask:#x} == 0") }
    })
}

fn each(all: &[String]) -> String {
    if all.is_empty() { "true".to_owned() } else { all.join(" && ") }
}

fn returned(pick: &str, wrap: &str) -> String {
    if wrap.is_empty() { format!("    return {pick};\n") } else { format!("    return {wrap}({pick});\n") }
}

fn if_else(all: &[String], then: &str, otherwise: &str) -> String {
    let indented = |text: &str| text.lines().map(|line| format!("    {line}\n")).collect::<String>();
    match (all.is_empty(), otherwise.is_empty()) {
        (true, _) => then.to_owned(),
        (false, true) => format!("    if {} {{\n{}    }}\n", all.join(" && "), indented(then)),
        (false, false) => {
            format!("    if {} {{\n{}    }} else {{\n{}    }}\n", all.join(" && "), indented(then), indented(otherwise))
        }
    }
}

fn smallest(number: NumberType) -> &'static str {
    let fits = |low: i64, high: i64| low < number.min && number.max <= high;
    match () {
        () if fits(i16::MIN.into(), i16::MAX.into()) => "i16",
        () if fits(i32::MIN.into(), i32::MAX.into()) => "i32",
        () => "i64",
    }
}
