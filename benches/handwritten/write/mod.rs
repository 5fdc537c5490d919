//! Rules to Rust, as somebody would write them who has the rules on the desk and wants them fast.
//!
//! One struct with a small integer for every fact that is read, sentinels for what is missing, bits for consent, caps
//! and offers already shown; one function a slot, rules in the order in which they win, leaving at the first that
//! holds; a function for each segment and value. What rustc makes of it is the measure for machine code.
//!
//! `condition` writes conditions and expressions, `gap` why one is unknown, `file` the struct and what is around the rules.
//!
//! Written from the model, not from the plan: it is a third opinion on what rules mean.

mod condition;
mod file;
mod gap;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use cater::frame::{By, Decision, Outcome, Via};
use cater::model::{
    Active, AttributeId, CapId, Clause, OfferId, PurposeId, RuleId, RuleSet, SegmentId, SlotId, Substitute, ValueId,
};
use cater::ops::Direction;
use cater::value::Period;

/// Why nobody would write these rules by hand.
pub(crate) type TooMuch = String;

/// The Rust source of a rule set that passes `verify`; `from` is the name of its folder.
pub(crate) fn write(rules: &RuleSet, from: &str) -> Result<String, TooMuch> {
    let most = [rules.purposes.len(), rules.caps.len(), rules.offers.len()];
    if most.into_iter().any(|count| count > 64) {
        return Err("more than 64 purposes, caps or offers".to_owned());
    }
    if rules.slots.iter().any(|slot| slot.sends()) {
        return Err("messages by channels".to_owned());
    }
    if !rules.blocks.is_empty() {
        return Err("blocks are not written by hand yet".to_owned());
    }
    if !rules.windows.is_empty() || rules.rules.iter().any(|rule| rule.expires.is_some()) {
        return Err("windows are not written by hand yet".to_owned());
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
    /// Attributes of which it matters why they are missing.
    garbled: Vec<AttributeId>,
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
            garbled: Vec::new(),
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
        let mut gaps = Vec::new();
        for clause in rule.when.iter().filter(|_| !unknown.is_empty()) {
            gaps.extend(self.gap(&clause.condition)?);
        }
        let unknown = match gaps.is_empty() {
            true => unknown,
            false => if_else(&[format!("!({})", gaps.join(" || "))], &unknown, ""),
        };
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
        let decision = Decision::new(slot, outcome, by);
        let Some(picks) = self.picks.get_mut(slot.index()) else { return "0".to_owned() };
        let place = picks.iter().position(|pick| *pick == decision).unwrap_or(picks.len());
        if place == picks.len() {
            picks.push(decision);
        }
        place.to_string()
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
