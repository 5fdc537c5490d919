//! The model back in the language's own words, as an author would write them.
//!
//! Takes a rule set and a part of it; gives text that the parser reads back as the same condition. Used wherever people
//! read what a rule says: explanations, lists, witnesses. Knows nothing of the original spelling, so `not (x is v)` comes
//! back as `x is not v`.

use std::sync::Arc;

use super::{
    AgeBound, BlockCause, BlockId, Cap, CapId, CapKind, CapTarget, CapUnit, CapWindow, CapZone, ChannelId, Condition,
    EventId, EventTarget, Expression, Gathered, Increment, Lookback, Occurrence, Operand, Order, Outside, RuleId,
    RuleSet, Slot, SlotId, Substitute, WindowRow, Zones,
};
use crate::ops::{Arithmetic, Comparison, Quantifier};
use crate::value::{SCORE, Type, Value, Weekday, show_date, show_instant, show_number, show_time_of_day};

/// A condition: `tier is at least silver and viewed has any of ["running", "trail"]`.
pub fn show_condition(rules: &RuleSet, condition: &Condition) -> String {
    match condition {
        Condition::And(all) => joined(rules, all, " and "),
        Condition::Or(any) => joined(rules, any, " or "),
        Condition::Not(inner) => negated(rules, inner),
        Condition::Segment(id) => rules[*id].name.clone(),
        Condition::Holds(of) => at_level(rules, of, Level::Operand),
        Condition::Equal(left, right) => {
            format!("{} is {}", show_expression(rules, left), show_expression(rules, right))
        }
        Condition::OneOf(of, values) => {
            format!("{} is one of {}", show_expression(rules, of), show_list(rules, of, values))
        }
        Condition::Compare(comparison, left, right) => {
            let timed = matches!(rules.type_of(left), Type::Time | Type::Date);
            let [left, right] = [left, right].map(|side| show_expression(rules, side));
            match comparison {
                Comparison::MoreThan if timed => format!("{left} is after {right}"),
                Comparison::LessThan if timed => format!("{left} is before {right}"),
                // A day is no number: what is on or after it is said by what is not before it.
                Comparison::AtLeast if timed => format!("not ({left} is before {right})"),
                Comparison::AtMost if timed => format!("not ({left} is after {right})"),
                Comparison::MoreThan | Comparison::LessThan | Comparison::AtLeast | Comparison::AtMost => {
                    format!("{left} is {} {right}", comparison.word())
                }
            }
        }
        Condition::Between(of, from, to) => {
            let [of, from, to] = [of, from, to].map(|part| show_expression(rules, part));
            format!("{of} is from {from} to {to}")
        }
        Condition::Known(of) => format!("{} is known", show_expression(rules, of)),
        Condition::Never(of) => format!("{} is never", show_expression(rules, of)),
        Condition::Has(of, quantifier, elements) => {
            let of = show_expression(rules, of);
            match (quantifier, elements.first()) {
                (Quantifier::Any, Some(only)) if elements.len() == 1 => format!("{of} has {}", show_text(only)),
                (Quantifier::Any, _) => format!("{of} has any of {}", show_texts(elements)),
                (Quantifier::All, _) => format!("{of} has all of {}", show_texts(elements)),
            }
        }
        Condition::Age(of, direction, bound) => {
            let of = show_expression(rules, of);
            format!("{of} is {} {}", show_bound(*bound), direction.word())
        }
    }
}

/// An expression: `0.05 * amount else 3`.
pub fn show_expression(rules: &RuleSet, expression: &Expression) -> String {
    at_level(rules, expression, Level::Sum)
}

/// A value of a type: `silver`, `12.50`, `"Berlin"`, `never`.
pub fn show_value(rules: &RuleSet, ty: Type, value: &Value) -> String {
    match (value, ty) {
        (Value::YesNo(yes), _) => if *yes { "yes" } else { "no" }.to_owned(),
        (Value::Number(mantissa), ty) => show_number(*mantissa, ty.number().map_or(0, |number| number.scale)),
        (Value::Text(text), _) => show_text(text),
        (Value::Member(member), Type::OneOf(list)) => {
            rules.members(list).get(usize::from(*member)).map_or_else(|| member.to_string(), |name| show_member(name))
        }
        (Value::Member(member), _) => member.to_string(),
        (Value::Set(elements), _) => show_texts(elements),
        (Value::Time(at), _) => show_instant(*at),
        (Value::Date(day), _) => show_date(*day),
        (Value::Never, _) => "never".to_owned(),
    }
}

/// A cap: `at most 3 shown in any 7 days per customer on tag promo`; a rule's own clause names no target unless it is
/// another than what the rule shows. A pause: `for 10 days after 3 shown in any 7 days per customer on tag promo`.
pub fn show_cap(rules: &RuleSet, id: CapId) -> String {
    let cap = &rules[id];
    let own = cap.rule.is_some_and(|rule| cap.target == CapTarget::Offers(vec![rules[rule].show]));
    let target = if own { String::new() } else { format!(" on {}", show_target(rules, &cap.target)) };
    let mut text = format!("{} per {}{target}", show_limit(rules, cap), show_unit(rules, cap.unit));
    for (word, targets) in [("exempt", &cap.exempt), ("uncounted", &cap.uncounted)] {
        targets.iter().for_each(|of| text.push_str(&format!(" {word} {}", show_target(rules, of))));
    }
    if let Some(length) = cap.reserve {
        text.push_str(&format!(" reserve {length}"));
    }
    if cap.alone {
        text.push_str(" alone");
    }
    text.push_str(&show_store_down(cap));
    text
}

/// Whose events are counted together: `customer`, `everybody`, the attribute.
pub fn show_unit(rules: &RuleSet, unit: CapUnit) -> &str {
    match unit {
        CapUnit::Customer => "customer",
        CapUnit::Everybody => "everybody",
        CapUnit::Attribute(id) => &rules[id].name,
    }
}

/// What is written about a store that does not answer, with a space before it; nothing where the class decides.
fn show_store_down(cap: &Cap) -> String {
    cap.store_down_blocks
        .map_or_else(String::new, |blocks| format!(" store down {}", if blocks { "block" } else { "allow" }))
}

/// What a cap allows, for whom and on what left out: `at most 3 shown in any 7 days`, `for 10 days after 1 dismissed`,
/// `at least 8 hours apart`.
pub fn show_limit(rules: &RuleSet, cap: &Cap) -> String {
    match (&cap.kind, cap.window) {
        (CapKind::Cap, _) => {
            let number = cap.number.map_or_else(|| cap.at_most.to_string(), |id| rules[id].name.clone());
            format!("at most {number} {}", show_counted(rules, cap))
        }
        (CapKind::Pause { length, without }, window) => {
            let window = match window {
                CapWindow::Rolling(period) => format!(" in any {period}"),
                CapWindow::Ever | CapWindow::Calendar(_) => String::new(),
            };
            let without = match without.as_slice() {
                [] => String::new(),
                some => format!(" without {}", show_events(rules, some)),
            };
            format!("for {length} after {} {}{window}{without}", cap.at_most, show_events(rules, &cap.events))
        }
        (CapKind::Block { length }, _) => {
            let of = if cap.target == CapTarget::Anything {
                String::new()
            } else {
                format!(" of {}", show_target(rules, &cap.target).trim_start_matches("offer "))
            };
            format!("for {length} after {}{of}", show_events(rules, &cap.events))
        }
        (CapKind::Gap, CapWindow::Rolling(length)) => format!("at least {length} apart"),
        (CapKind::Gap, CapWindow::Ever | CapWindow::Calendar(_)) => show_counted(rules, cap),
    }
}

/// A block: `for 24 hours after sent of fraud_alert on class marketing`, `while vulnerable on class marketing`.
pub fn show_block(rules: &RuleSet, id: BlockId) -> String {
    let block = &rules[id];
    let cause = match &block.cause {
        BlockCause::After(cap) => format!("{}{}", show_limit(rules, &rules[*cap]), show_store_down(&rules[*cap])),
        BlockCause::While(clause) => format!("while {}", show_condition(rules, &clause.condition)),
    };
    format!("{cause} on {}", show_target(rules, &block.target))
}

/// When a rule expires: `expires 24 hours after cart_at`; `None` where it does not.
pub fn show_expiry(rules: &RuleSet, id: RuleId) -> Option<String> {
    let condition = &rules[id].expires.as_ref()?.condition;
    let Condition::Age(of, _, AgeBound::One(_, period)) = condition else {
        // Verified rules have no other.
        return Some(format!("unless {}", show_condition(rules, condition)));
    };
    Some(format!("expires {period} after {}", show_expression(rules, of)))
}

/// A row of a window: `mon to fri 09:00 until 21:00 when awake`.
pub fn show_row(rules: &RuleSet, row: &WindowRow) -> String {
    let mut text = show_days(&row.days);
    text.push_str(&format!("{} until {}", show_time_of_day(row.opens), show_time_of_day(row.closes)));
    if let Some(when) = &row.when {
        text.push_str(&format!(" when {}", show_condition(rules, &when.condition)));
    }
    text
}

/// `mon to fri, sun `; nothing where it is every day.
fn show_days(days: &[Weekday]) -> String {
    if days.len() == Weekday::ALL.len() {
        return String::new();
    }
    let is_next = |one: &Weekday, next: &Weekday| next.before() == *one;
    let runs = days.chunk_by(is_next).map(|run| match run {
        [] => String::new(),
        [one] => one.short().to_owned(),
        [first, .., last] => format!("{} to {}", first.short(), last.short()),
    });
    format!("{} ", runs.collect::<Vec<_>>().join(", "))
}

/// On whose clocks a window is read: `visited else home else "Europe/Berlin"`.
pub fn show_zones(rules: &RuleSet, zones: &Zones) -> String {
    let name = |zone: &CapZone| match zone {
        CapZone::Named(zone) => show_text(zone),
        CapZone::Attribute(id) => rules[*id].name.clone(),
    };
    let mut all: Vec<String> = zones.first.iter().map(name).collect();
    if !zones.every.is_empty() {
        let every: Vec<String> = zones.every.iter().map(name).collect();
        all.push(format!("every of [{}]", every.join(", ")));
    }
    all.join(" else ")
}

/// What becomes of a candidate outside of a window: `hold at most 12 hours`.
pub fn show_outside(outside: Outside) -> String {
    match outside {
        Outside::Hold(Some(most)) => format!("hold at most {most}"),
        Outside::Hold(None) => "hold".to_owned(),
        Outside::Drop => "drop".to_owned(),
        Outside::NextChannel => "next channel".to_owned(),
    }
}

/// What a cap counts and over which time: `shown or sent in any 7 days`.
pub fn show_counted(rules: &RuleSet, cap: &Cap) -> String {
    let events = show_events(rules, &cap.events);
    match (cap.window, &cap.zone) {
        (CapWindow::Rolling(period), _) => format!("{events} in any {period}"),
        (CapWindow::Ever, _) => format!("{events} ever"),
        (CapWindow::Calendar(period), Some(CapZone::Named(zone))) => {
            format!("{events} in each {period} in {}", show_text(zone))
        }
        (CapWindow::Calendar(period), Some(CapZone::Attribute(id))) => {
            format!("{events} in each {period} in {}", rules[*id].name)
        }
        (CapWindow::Calendar(period), None) => format!("{events} in each {period}"),
    }
}

/// What a cap is called: `cap weekly`, `pause calm`; of a rule's own clause `the cap of sale`.
pub fn show_called(cap: &Cap) -> String {
    if cap.rule.is_some() { format!("the {}", cap.name) } else { format!("{} {}", cap.kind.word(), cap.name) }
}

/// Events as a list: `shown or sent`.
pub fn show_events(rules: &RuleSet, events: &[EventId]) -> String {
    events.iter().map(|event| rules[*event].name.as_str()).collect::<Vec<_>>().join(" or ")
}

/// What caps and the like are on: `tag promo`, `class marketing`.
pub fn show_target(rules: &RuleSet, target: &CapTarget) -> String {
    let named = |word: &str, names: Vec<&str>| format!("{word} {}", names.join(", "));
    match target {
        CapTarget::Offers(ids) => named("offer", ids.iter().map(|id| rules[*id].name.as_str()).collect()),
        CapTarget::Rules(ids) => named("rule", ids.iter().map(|id| rules[*id].name.as_str()).collect()),
        CapTarget::Tags(ids) => named("tag", ids.iter().map(|id| rules[*id].as_str()).collect()),
        CapTarget::Classes(classes) => named("class", classes.iter().map(|class| class.word()).collect()),
        CapTarget::Channels(ids) => named("channel", ids.iter().map(|id| rules[*id].name.as_str()).collect()),
        CapTarget::Anything => "anything".to_owned(),
    }
}

/// What stands in for a rule: `show running_tips`, `try winback`, `nothing`.
pub fn show_substitute(rules: &RuleSet, of: RuleId, substitute: Substitute) -> String {
    match substitute {
        Substitute::Show(offer) => format!("{} {}", show_verb(rules, rules[of].slot), rules[offer].name),
        Substitute::Try(rule) => format!("try {}", rules[rule].name),
        Substitute::Nothing => "nothing".to_owned(),
    }
}

/// What a slot does with what is chosen for it: `show` or `send`.
pub fn show_verb(rules: &RuleSet, slot: SlotId) -> &'static str {
    if rules.sends(slot) { "send" } else { "show" }
}

/// Where a slot is: `on web`, `by push, email`.
pub fn show_where(rules: &RuleSet, slot: &Slot) -> String {
    if slot.sends() { format!("by {}", show_channels(rules, &slot.channels)) } else { format!("on {}", slot.place) }
}

/// Channels as a list: `push, email`.
pub fn show_channels(rules: &RuleSet, channels: &[ChannelId]) -> String {
    channels.iter().map(|channel| rules[*channel].name.as_str()).collect::<Vec<_>>().join(", ")
}

/// Who a rule is for, in one line: `lapsed, runner; unless vulnerable; needs personalisation`; `everybody` where it asks
/// for nothing.
pub fn show_audience(rules: &RuleSet, id: RuleId) -> String {
    let rule = &rules[id];
    let clauses = |clauses: &[super::Clause]| {
        clauses.iter().map(|clause| show_condition(rules, &clause.condition)).collect::<Vec<_>>().join(", ")
    };
    let mut parts = vec![if rule.when.is_empty() { "everybody".to_owned() } else { clauses(&rule.when) }];
    parts.extend(rule.unless.iter().map(|clause| format!("unless {}", show_condition(rules, &clause.condition))));
    if !rule.needs.is_empty() {
        let needs: Vec<_> = rule.needs.iter().map(|purpose| rules[*purpose].name.as_str()).collect();
        parts.push(format!("needs {}", needs.join(", ")));
    }
    parts.join("; ")
}

/// How a rule stands among its peers: `priority 80`, `before summer_sale`, `priority 80, by score`; empty where its
/// author said nothing.
pub fn show_order(rules: &RuleSet, id: RuleId) -> String {
    let written = match &rules[id].order {
        Order::Unordered => String::new(),
        Order::Priority(priority) => format!("priority {priority}"),
        Order::Before(others) => {
            let names: Vec<_> = others.iter().map(|other| rules[*other].name.as_str()).collect();
            format!("before {}", names.join(", "))
        }
    };
    match (&rules[id].rank, written.is_empty()) {
        (None, _) => written,
        (Some(_), true) => "by score".to_owned(),
        (Some(_), false) => format!("{written}, by score"),
    }
}

/// A text in quotes, as the language reads it.
pub fn show_text(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A member of a list: a plain name where it can be one, else quoted.
pub fn show_member(name: &str) -> String {
    // `known` and `never` say something else after `is`; the others are never names.
    const TAKEN: [&str; 12] =
        ["and", "or", "not", "is", "has", "else", "yes", "no", "nothing", "now", "known", "never"];
    let mut letters = name.bytes();
    let starts = letters.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    let is_name = starts && letters.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_name && !TAKEN.contains(&name) { name.to_owned() } else { show_text(name) }
}

/// How tightly a part of an expression binds; a part that binds less tightly than its place asks for is put in
/// parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Sum,
    Product,
    StandIn,
    Operand,
}

fn at_level(rules: &RuleSet, expression: &Expression, least: Level) -> String {
    let part = |part: &Expression, level| at_level(rules, part, level);
    // `a else 1 * 2` would be read right, and heard in two ways.
    let beside = |of: &Expression, level| part(of, if stands_in(of) { Level::Operand } else { level });
    let (text, level) = match expression {
        Expression::Rescale(of, _) => return at_level(rules, of, least),
        Expression::Literal(value, ty) => (show_literal(rules, *ty, value), Level::Operand),
        Expression::Attribute(id) => (rules[*id].name.clone(), Level::Operand),
        Expression::Value(id) => (rules[*id].name.clone(), Level::Operand),
        Expression::Gathered(id) => (show_gathered(rules, &rules[*id]), gathered_level(&rules[*id])),
        Expression::Consent(id) => (format!("consent.{}", rules[*id].name), Level::Operand),
        Expression::Permission(id) => (format!("permission.{}", rules[*id].name), Level::Operand),
        Expression::Now => ("now".to_owned(), Level::Operand),
        Expression::Arithmetic(op @ (Arithmetic::Add | Arithmetic::Subtract), left, right, _) => {
            let sides = (beside(left, Level::Sum), beside(right, Level::Product));
            (format!("{} {} {}", sides.0, op.sign(), sides.1), Level::Sum)
        }
        Expression::Arithmetic(Arithmetic::Multiply, left, right, _) => {
            (format!("{} * {}", beside(left, Level::Product), beside(right, Level::StandIn)), Level::Product)
        }
        Expression::Arithmetic(Arithmetic::Divide, left, right, number) => {
            // The grammar takes a sum on either side of the stroke; people read it otherwise.
            let sides = (part(left, Level::Product), part(right, Level::Product));
            (format!("decimal({}) of ({} / {})", number.scale, sides.0, sides.1), Level::Operand)
        }
        Expression::Else(of, other, _) => {
            // A chain of stand-ins is read from the left.
            (format!("{} else {}", part(of, Level::StandIn), part(other, Level::Operand)), Level::StandIn)
        }
        Expression::When(of, condition, _) => {
            (format!("({} when {})", part(of, Level::Sum), show_condition(rules, condition)), Level::Operand)
        }
    };
    if level < least { format!("({text})") } else { text }
}

/// A value that is worked out while the frame is gathered: `times shown of summer_sale in the last 7 days`.
pub fn show_gathered(rules: &RuleSet, gathered: &Gathered) -> String {
    match gathered {
        Gathered::Times(of, window) => format!("times {} {}", show_occurrence(rules, *of, None), show_window(*window)),
        Gathered::Last(of) => format!("last {}", show_occurrence(rules, *of, None)),
        Gathered::Sum(of, field, window) => {
            format!("sum of {} {}", show_occurrence(rules, *of, Some(*field)), show_window(*window))
        }
        Gathered::Decayed(terms) => {
            let mut text = String::new();
            for (at, term) in terms.iter().enumerate() {
                let points = match term.each {
                    Increment::Points(points) => points,
                    Increment::Field(_) => POINT,
                };
                text.push_str(match (at, points < 0) {
                    (0, _) => "",
                    (_, false) => " + ",
                    (_, true) => " - ",
                });
                let points = if at == 0 { points } else { points.saturating_abs() };
                if points != POINT {
                    text.push_str(&format!("{} * ", shortest(&show_number(points, SCORE.scale))));
                }
                text.push_str(&match term.each {
                    Increment::Points(_) => format!("times {}", show_occurrence(rules, term.of, None)),
                    Increment::Field(field) => format!("sum of {}", show_occurrence(rules, term.of, Some(field))),
                });
                text.push_str(&format!(" halving every {}", term.half_life));
            }
            text
        }
        Gathered::Halved { of, half_life, since } => {
            let operand = |operand: &Operand| match operand {
                Operand::Attribute(id) => rules[*id].name.clone(),
                Operand::Gathered(id) => show_gathered(rules, &rules[*id]),
                Operand::Number(mantissa, scale) => show_number(*mantissa, *scale),
                Operand::Time(at) => show_instant(*at),
            };
            let of = match of {
                Operand::Gathered(id) if matches!(rules[*id], Gathered::Decayed(_)) => format!("({})", operand(of)),
                Operand::Attribute(_) | Operand::Gathered(_) | Operand::Number(..) | Operand::Time(_) => operand(of),
            };
            format!("{of} halving every {half_life} since {}", operand(since))
        }
    }
}

/// One, as the increment of a decaying sum.
const POINT: i64 = 1_000_000;

fn gathered_level(gathered: &Gathered) -> Level {
    match gathered {
        Gathered::Decayed(terms) if terms.len() > 1 => Level::Sum,
        Gathered::Decayed(terms) if terms.iter().any(|term| term.each != Increment::Points(POINT)) => Level::Product,
        Gathered::Times(..) | Gathered::Last(_) | Gathered::Sum(..) | Gathered::Decayed(_) => Level::Operand,
        // It takes in the operand to its left alone, as `else` does.
        Gathered::Halved { .. } => Level::Product,
    }
}

/// `shown of summer_sale`, `purchase.amount`.
fn show_occurrence(rules: &RuleSet, of: Occurrence, field: Option<u32>) -> String {
    let event = &rules[of.event];
    let mut text = event.name.clone();
    if let Some(field) = field.and_then(|field| event.fields.get(field as usize)) {
        text.push_str(&format!(".{}", field.name));
    }
    match of.of {
        None => {}
        Some(EventTarget::Offer(id)) => text.push_str(&format!(" of {}", rules[id].name)),
        Some(EventTarget::Tag(id)) => text.push_str(&format!(" of tag {}", rules[id])),
        Some(EventTarget::Class(class)) => text.push_str(&format!(" of class {}", class.word())),
        Some(EventTarget::Channel(id)) => text.push_str(&format!(" of channel {}", rules[id].name)),
        Some(EventTarget::Rule(id)) => text.push_str(&format!(" of rule {}", rules[id].name)),
    }
    text
}

fn show_window(window: Lookback) -> String {
    match window {
        Lookback::Last(period) => format!("in the last {period}"),
        Lookback::Ever => "ever".to_owned(),
    }
}

/// Whether an expression is written with `else` outside of parentheses.
fn stands_in(of: &Expression) -> bool {
    match of {
        Expression::Else(..) => true,
        Expression::Rescale(inner, _) => stands_in(inner),
        Expression::Literal(..)
        | Expression::Attribute(_)
        | Expression::Value(_)
        | Expression::Gathered(_)
        | Expression::Consent(_)
        | Expression::Permission(_)
        | Expression::Now
        | Expression::Arithmetic(..)
        | Expression::When(..) => false,
    }
}

/// A written number may have been given more places for a comparison; they say nothing.
fn show_literal(rules: &RuleSet, ty: Type, value: &Value) -> String {
    let shown = show_value(rules, ty, value);
    let (Value::Number(_), Some((_, places))) = (value, shown.split_once('.')) else {
        return shown;
    };
    // `12.50` is how prices are written.
    if places.len() == 2 && !places.starts_with('0') && places.ends_with('0') {
        return shown;
    }
    shortest(&shown)
}

/// Without zeros that say nothing.
fn shortest(number: &str) -> String {
    match number.split_once('.') {
        Some((whole, places)) if places.trim_end_matches('0').is_empty() => whole.to_owned(),
        Some(_) => number.trim_end_matches('0').to_owned(),
        None => number.to_owned(),
    }
}

fn joined(rules: &RuleSet, parts: &[Condition], word: &str) -> String {
    let shown: Vec<_> = parts
        .iter()
        .map(|part| match part {
            Condition::And(_) | Condition::Or(_) => format!("({})", show_condition(rules, part)),
            Condition::Not(_)
            | Condition::Segment(_)
            | Condition::Holds(_)
            | Condition::Equal(..)
            | Condition::OneOf(..)
            | Condition::Compare(..)
            | Condition::Between(..)
            | Condition::Known(_)
            | Condition::Never(_)
            | Condition::Has(..)
            | Condition::Age(..) => show_condition(rules, part),
        })
        .collect();
    shown.join(word)
}

fn negated(rules: &RuleSet, inner: &Condition) -> String {
    let read = |of: &Expression| show_expression(rules, of);
    match inner {
        Condition::Segment(id) => format!("not {}", rules[*id].name),
        Condition::Holds(of) => format!("{} is no", at_level(rules, of, Level::Operand)),
        Condition::Equal(left, right) => format!("{} is not {}", read(left), read(right)),
        Condition::OneOf(of, values) => format!("{} is not one of {}", read(of), show_list(rules, of, values)),
        Condition::Known(of) => format!("{} is not known", read(of)),
        Condition::Never(of) => format!("{} is not never", read(of)),
        Condition::Has(of, Quantifier::Any, elements) => format!("{} has none of {}", read(of), show_texts(elements)),
        Condition::And(_)
        | Condition::Or(_)
        | Condition::Not(_)
        | Condition::Compare(..)
        | Condition::Between(..)
        | Condition::Has(_, Quantifier::All, _)
        | Condition::Age(..) => format!("not ({})", show_condition(rules, inner)),
    }
}

/// Written values of the type of an expression: `[silver, gold]`.
pub fn show_list(rules: &RuleSet, of: &Expression, values: &[Value]) -> String {
    let ty = rules.type_of(of);
    let values: Vec<_> = values.iter().map(|value| show_literal(rules, ty, value)).collect();
    format!("[{}]", values.join(", "))
}

/// Texts in a list: `["running", "trail"]`.
pub fn show_texts<'a>(elements: impl IntoIterator<Item = &'a Arc<str>>) -> String {
    let elements: Vec<_> = elements.into_iter().map(|element| show_text(element)).collect();
    format!("[{}]", elements.join(", "))
}

/// The bound of an age: `more than 60 days`, `from 1 to 24 hours`.
pub fn show_bound(bound: AgeBound) -> String {
    match bound {
        AgeBound::One(comparison, period) => format!("{} {period}", comparison.word()),
        AgeBound::Between(from, to) if from.unit == to.unit => format!("from {} to {to}", from.count),
        AgeBound::Between(from, to) => format!("from {from} to {to}"),
    }
}
