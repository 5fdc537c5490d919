//! What a rule reads and whether it may: purposes (R19), direct marketing (R3), `never used`, protective (R18), what a
//! substitute or fallback may be (R11, R12, R14).

mod reads;

use super::Pass;
use super::circles::after_their_targets;
use super::names::Kind;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::consent;
use crate::model::{
    AttributeId, BlockCause, BlockId, ChannelId, Class, Clause, Condition, Event, EventId, Expression, PurposeId, Rule,
    RuleId, Scope, Substitute, ValueId, WindowId,
};
use crate::source::Span;
use crate::syntax::tree::{self, RuleClause, SubstituteCause};

pub(super) use reads::chain_words;
use reads::{Read, Reads};

/// What says something of the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Attribute(AttributeId),
    Event(EventId),
}

/// A purpose that a rule forgot: which, the clause that reads something of it, what needs it and where, how it is
/// reached.
struct Forgotten {
    purpose: PurposeId,
    clause: Span,
    declared: Span,
    chain: String,
}

impl Pass<'_> {
    pub(super) fn consent(&mut self) {
        self.channels_keep_consent();
        let ids = || (0..self.rules.rules.len()).map(RuleId::from_index);
        let read: Vec<_> = ids().map(|id| self.rule_reads(id)).collect();
        for (at, (found, missing)) in read.into_iter().enumerate() {
            self.refuse_rule(at, found);
            // What follows is asked of the rule as the help mends it: one error, one cure. The rule is left out anyway.
            if let Some(rule) = self.rules.rules.get_mut(at).filter(|_| !missing.is_empty()) {
                rule.needs.extend(missing);
                rule.needs.sort_unstable();
            }
        }
        let sells = self.sells_further_on();
        let found: Vec<Vec<Diagnostic>> = self
            .rules
            .rules
            .iter()
            .map(|rule| {
                let by_purpose = self.sells_by_purpose(rule).into_iter();
                by_purpose.chain(self.substitutes_keep_consent(rule, &sells)).collect()
            })
            .collect();
        for (at, found) in found.into_iter().enumerate() {
            self.refuse_rule(at, found);
        }
        self.fallbacks_keep_consent();
        self.blocks_keep_promises();
        self.definitions_keep_promises();
    }

    /// Reports what was found of a rule, which is left out if any of it is an error.
    fn refuse_rule(&mut self, at: usize, mut found: Vec<Diagnostic>) {
        if found.iter().any(Diagnostic::is_error) {
            let name = self.rules[RuleId::from_index(at)].name.clone();
            self.poison(Kind::Rule, &name);
        }
        self.findings.append(&mut found);
    }

    pub(super) fn reads_of(&self, condition: &Condition) -> Vec<Read> {
        let mut reads = Reads::new(&self.rules);
        reads.condition(condition, true);
        reads.found
    }

    pub(super) fn reads_in(&self, condition: &Condition) -> Reads<'_> {
        let mut reads = Reads::new(&self.rules);
        reads.condition(condition, true);
        reads
    }

    fn reads_of_value(&self, expression: &Expression) -> Reads<'_> {
        let mut reads = Reads::new(&self.rules);
        reads.value(expression);
        reads
    }

    /// Every purpose of every attribute and event that the rule reads, `never used`, protective. Gives with the findings
    /// the purposes it forgot.
    fn rule_reads(&self, id: RuleId) -> (Vec<Diagnostic>, Vec<PurposeId>) {
        let rule = &self.rules[id];
        let whens = rule.when.iter().map(|clause| (clause, false));
        let blocks: Vec<Clause> = self.blocking(id);
        let clauses = whens.chain(rule.unless.iter().map(|clause| (clause, true)));
        // What, where, whether by an `unless`, and whether in a block. What a block reads is read for whoever it stops
        // (R19); its own promises are looked at once, there.
        let mut read: Vec<(Reads<'_>, Span, bool, bool)> = Vec::new();
        for (clause, is_unless) in clauses {
            read.push((self.reads_in(&clause.condition), clause.span, is_unless, false));
        }
        if let Some(clause) = &rule.expires {
            read.push((self.reads_in(&clause.condition), clause.span, false, false));
        }
        // A score chooses among rules, and so among people.
        if let Some(rank) = &rule.rank {
            read.push((self.reads_of_value(&rank.by), rank.span, false, false));
        }
        for clause in &blocks {
            read.push((self.reads_in(&clause.condition), clause.span, true, true));
        }
        // So is what a window reads, its zones too.
        for id in self.rules.windows_on(id) {
            read.extend(self.window_reads(id).into_iter().map(|(span, reads)| (reads, span, true, true)));
        }
        let mut missing: Vec<Forgotten> = Vec::new();
        let mut findings = Vec::new();
        for (reads, span, is_unless, of_block) in read {
            for read in &reads.found {
                let attribute = &self.rules[read.attribute];
                if of_block && attribute.protective {
                    continue;
                }
                if !of_block && attribute.never_used {
                    findings.push(self.never_used(span, read));
                }
                if attribute.protective && !(is_unless && read.positive) {
                    findings.push(self.protective_selects(span, read, is_unless));
                }
                forget(&mut missing, rule, &attribute.needs, span, attribute.span, || {
                    chain_words(&attribute.name, &read.through)
                });
            }
            for read in &reads.events {
                let event = &self.rules[read.event];
                forget(&mut missing, rule, &event.needs, span, event.span, || chain_words(&event.name, &read.through));
            }
        }
        findings.extend(self.missing_needs(rule, &missing));
        (findings, missing.into_iter().map(|forgotten| forgotten.purpose).collect())
    }

    /// What a window reads: its rows, and the zones on whose clocks it is read; with the place of each.
    pub(super) fn window_reads(&self, id: WindowId) -> Vec<(Span, Reads<'_>)> {
        let window = &self.rules[id];
        let rows = window.rows.iter().filter_map(|row| row.when.as_ref());
        let rows = rows.map(|when| (when.span, self.reads_in(&when.condition)));
        let zones = window.zones.attributes().map(|attribute| {
            let mut reads = Reads::new(&self.rules);
            reads.found.push(Read { attribute, through: Vec::new(), positive: false });
            (window.span, reads)
        });
        rows.chain(zones).collect()
    }

    /// The conditions while which something stops the rule.
    fn blocking(&self, id: RuleId) -> Vec<Clause> {
        let causes = self.rules.blocks_on(id).into_iter().map(|block| self.rules[block].cause.clone());
        let conditions = causes.filter_map(|cause| match cause {
            BlockCause::While(clause) => Some(clause),
            BlockCause::After(_) => None,
        });
        conditions.collect()
    }

    /// A block or a window may not read what is never used; a block may only spare by what is protective, a window not read
    /// it at all.
    fn blocks_keep_promises(&mut self) {
        for at in 0..self.rules.windows.len() {
            let window = self.rules[WindowId::from_index(at)].clone();
            let mut findings = Vec::new();
            for when in window.rows.iter().filter_map(|row| row.when.as_ref()) {
                for read in self.reads_of(&when.condition) {
                    let attribute = &self.rules[read.attribute];
                    if attribute.never_used {
                        findings.push(self.never_used(when.span, &read));
                    }
                    // A row is no reason to spare somebody: it says at which hours.
                    if attribute.protective {
                        findings.push(self.protective_selects(when.span, &read, false));
                    }
                }
            }
            if !findings.is_empty() {
                self.poison(Kind::Window, &window.name);
            }
            self.findings.append(&mut findings);
        }
        for at in 0..self.rules.blocks.len() {
            let block = self.rules[BlockId::from_index(at)].clone();
            let BlockCause::While(clause) = &block.cause else { continue };
            let mut findings = Vec::new();
            for read in self.reads_of(&clause.condition) {
                let attribute = &self.rules[read.attribute];
                if attribute.never_used {
                    findings.push(self.never_used(clause.span, &read));
                }
                if attribute.protective && !read.positive {
                    findings.push(self.protective_selects(clause.span, &read, true));
                }
            }
            if !findings.is_empty() {
                self.poison(Kind::Block, &block.name);
            }
            self.findings.append(&mut findings);
        }
    }

    /// One finding for all purposes that a rule forgot, with the chain that leads to each and one fix.
    fn missing_needs(&self, rule: &Rule, missing: &[Forgotten]) -> Option<Diagnostic> {
        let first = missing.first()?;
        let name = |forgotten: &Forgotten| self.rules[forgotten.purpose].name.clone();
        let names = missing.iter().map(name).collect::<Vec<_>>().join(", ");
        let message = format!("rule `{}` reads what needs {names}, but does not need it", rule.name);
        let mut finding = Diagnostic::new(&consent::MISSING_NEEDS, first.clause, message);
        for (at, forgotten) in missing.iter().enumerate() {
            let text = format!("reads {} for `{}`", forgotten.chain, name(forgotten));
            finding = if at == 0 { finding.primary(text) } else { finding.label(forgotten.clause, text) };
            finding = finding.label(forgotten.declared, format!("needs `{}`", name(forgotten)));
        }
        let sells = rule.class == Class::Marketing && !self.needs_direct_marketing(rule);
        let objectable = missing.iter().map(|forgotten| &self.rules[forgotten.purpose]);
        let objectable = objectable.filter(|_| sells).find(|purpose| purpose.direct_marketing);
        let finding = match objectable {
            Some(purpose) => finding.help(format!(
                "add `needs {names}` to the rule; `{}` is also the purpose of direct marketing that selling to chosen people asks for",
                purpose.name
            )),
            None => finding.help(format!("add `needs {names}` to the rule")),
        };
        Some(match self.needs_place(&rule.name) {
            Some((at, true)) => finding.fix(format!("add {names}"), at, format!(", {names}")),
            Some((at, false)) => finding.fix(format!("add `needs {names}`"), at, format!("\n  needs      {names}")),
            None => finding,
        })
    }

    /// Where a purpose can be added: behind the last of `needs`, else behind the last condition or the first clause.
    fn needs_place(&self, rule: &str) -> Option<(Span, bool)> {
        let clauses = &self.collected.rules.get(rule)?.item.clauses;
        let behind = |span: Span| Span { start: span.end, ..span };
        let needs = clauses.iter().find(|clause| matches!(clause.kind, RuleClause::Needs(_)));
        if let Some(clause) = needs {
            return Some((behind(clause.span), true));
        }
        let is_condition =
            |clause: &&tree::Clause<RuleClause>| matches!(clause.kind, RuleClause::When(_) | RuleClause::Unless(_));
        let last = clauses.iter().rfind(is_condition).or_else(|| clauses.first())?;
        Some((behind(last.span), false))
    }

    pub(super) fn never_used(&self, span: Span, read: &Read) -> Diagnostic {
        let attribute = &self.rules[read.attribute];
        Diagnostic::new(&consent::NEVER_USED, span, format!("`{}` is never used, but read here", attribute.name))
            .primary(format!("reads {}", chain_words(&attribute.name, &read.through)))
            .label(attribute.span, "marked `never used`")
            .help("take it out of the condition, or take the promise away")
    }

    pub(super) fn protective_selects(&self, span: Span, read: &Read, is_unless: bool) -> Diagnostic {
        let attribute = &self.rules[read.attribute];
        let name = &attribute.name;
        let message = format!("`{name}` may only spare people, but chooses them here");
        let help = if is_unless {
            format!("an `unless` may only keep away from it: unless {name}")
        } else {
            format!("write it as what keeps people out: unless {name}")
        };
        Diagnostic::new(&consent::PROTECTIVE_SELECTS, span, message)
            .primary(format!("reads {}", chain_words(name, &read.through)))
            .label(attribute.span, "marked `protective`")
            .help(help)
    }

    /// Whether conditions choose people by what we know of them; sparing them does not count (R3).
    fn chooses_people<'c>(&self, conditions: impl IntoIterator<Item = &'c Condition>) -> Option<Known> {
        let mut reads = Reads::new(&self.rules);
        conditions.into_iter().for_each(|condition| reads.condition(condition, true));
        self.chosen_by(&reads)
    }

    fn chosen_by(&self, reads: &Reads<'_>) -> Option<Known> {
        let attribute = reads.found.iter().map(|read| read.attribute).find(|id| {
            let attribute = &self.rules[*id];
            attribute.scope == Scope::Customer && !attribute.protective
        });
        attribute.map(Known::Attribute).or_else(|| reads.events.first().map(|read| Known::Event(read.event)))
    }

    /// The name of what is known, where it is declared (a built-in event is nowhere), and what it is.
    fn known_words(&self, known: Known) -> (&str, Option<Span>, &'static str) {
        match known {
            Known::Attribute(id) => (&self.rules[id].name, Some(self.rules[id].span), "an attribute of the customer"),
            Known::Event(id) => {
                let declared = id.index() >= Event::BUILT_IN.len();
                let event = &self.rules[id];
                (&event.name, declared.then_some(event.span), "what the customer did")
            }
        }
    }

    pub(super) fn rule_chooses(&self, rule: &Rule) -> Option<Known> {
        let by_score = || self.chosen_by(&self.reads_of_value(&rule.rank.as_ref()?.by));
        self.chooses_people(rule.when.iter().chain(&rule.unless).chain(&rule.expires).map(|clause| &clause.condition))
            .or_else(by_score)
    }

    fn needs_direct_marketing(&self, rule: &Rule) -> bool {
        rule.needs.iter().any(|purpose| self.rules[*purpose].direct_marketing)
    }

    /// R3: a marketing rule that chooses people needs a purpose they can object to.
    fn sells_by_purpose(&self, rule: &Rule) -> Option<Diagnostic> {
        if rule.class != Class::Marketing || self.needs_direct_marketing(rule) {
            return None;
        }
        if let Some(finding) = self.sends_without_purpose(rule) {
            return Some(finding);
        }
        if self.channels_ask_direct_marketing(rule) {
            return None;
        }
        let known = self.rule_chooses(rule)?;
        let (name, declared, what) = self.known_words(known);
        let direct = self.rules.purposes.iter().find(|purpose| purpose.direct_marketing);
        let help = match direct {
            Some(purpose) => {
                format!("add `needs` with a purpose marked `direct marketing`, such as `{}`", purpose.name)
            }
            None => "declare a purpose with `direct marketing` and add it to `needs`".to_owned(),
        };
        let message = format!("rule `{}` sells to chosen people without a purpose they can object to", rule.name);
        let finding = Diagnostic::new(&consent::MARKETING_WITHOUT_PURPOSE, rule.span, message)
            .primary(format!("of class marketing, chooses by `{name}`"))
            .help(help);
        Some(match declared {
            Some(declared) => finding.label(declared, what),
            None => finding,
        })
    }

    fn substitutes_keep_consent(&self, rule: &Rule, sells_further_on: &[[bool; 2]]) -> Vec<Diagnostic> {
        let substitutes = self.substitutes_of(rule);
        if substitutes.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        // Whoever sends, chooses; what goes by channels that can all be objected to sells to nobody against their will.
        let chooses = self.rules.sends(rule.slot) || self.rule_chooses(rule).is_some();
        let by_channels = self.channels_ask_direct_marketing(rule);
        for (cause, substitute, span) in substitutes {
            match substitute {
                Substitute::Nothing => {}
                Substitute::Show(offer) => {
                    let sells = self.rules[offer].class == Class::Marketing && chooses && !by_channels;
                    let open = cause != SubstituteCause::NoConsent && self.needs_direct_marketing(rule);
                    if sells && !open {
                        found.push(substitute_sells(rule, span, cause));
                    }
                }
                Substitute::Try(tried) => {
                    let other = &self.rules[tried];
                    if cause == SubstituteCause::NoConsent
                        && !rule.needs.is_empty()
                        && rule.needs.iter().all(|purpose| other.needs.contains(purpose))
                    {
                        found.push(substitute_needs(rule, other, span));
                    }
                    let open = cause != SubstituteCause::NoConsent && self.needs_direct_marketing(rule);
                    let sells = other.class == Class::Marketing && chooses;
                    let asks = self.needs_direct_marketing(other) || self.channels_ask_direct_marketing(other);
                    let sells = sells && !open && !asks;
                    let further = sells_further_on.get(tried.index()).is_some_and(|of| of[usize::from(open)]);
                    if sells || (chooses && further) {
                        found.push(substitute_sells(rule, span, cause));
                    }
                }
            }
            let asks_channels = |channel: &ChannelId| !self.rules.channel_needs(*channel, rule.class).is_empty();
            let asks_consent = !rule.needs.is_empty() || self.rules.channels_of(rule).iter().any(asks_channels);
            if cause == SubstituteCause::NoConsent && !asks_consent {
                let message = format!("rule `{}` needs no consent that could be missing", rule.name);
                let finding = Diagnostic::new(&consent::SUBSTITUTE_NEEDS, span, message)
                    .primary("never taken")
                    .help("delete `if no consent`, or add the purpose to `needs`");
                found.push(finding);
            }
        }
        found
    }

    /// Of each rule, whether what stands in for it, at any step, sells to people whom an earlier rule chose: first where
    /// no purpose of direct marketing is known to be open, then where one is. Substitutes form no circle by now, but
    /// many ways may lead through one rule, so each is looked at once.
    fn sells_further_on(&self) -> Vec<[bool; 2]> {
        let count = self.rules.rules.len();
        let edges = |at: usize| {
            let tried = self.substitutes_of(&self.rules[RuleId::from_index(at)]).into_iter();
            tried
                .filter_map(|(_, substitute, _)| match substitute {
                    Substitute::Try(other) => Some(other.index()),
                    Substitute::Show(_) | Substitute::Nothing => None,
                })
                .collect()
        };
        let mut sells = vec![[false; 2]; count];
        for at in after_their_targets(count, edges) {
            let rule = &self.rules[RuleId::from_index(at)];
            let by_channels = self.channels_ask_direct_marketing(rule);
            let found = [false, true].map(|open| {
                self.substitutes_of(rule).into_iter().any(|(cause, substitute, _)| {
                    let open = open || (cause != SubstituteCause::NoConsent && self.needs_direct_marketing(rule));
                    match substitute {
                        Substitute::Nothing => false,
                        Substitute::Show(offer) => !open && !by_channels && self.rules[offer].class == Class::Marketing,
                        Substitute::Try(tried) => {
                            let other = &self.rules[tried];
                            let asks = self.needs_direct_marketing(other) || self.channels_ask_direct_marketing(other);
                            let here = !open && other.class == Class::Marketing && !asks;
                            here || sells.get(tried.index()).is_some_and(|of| of[usize::from(open)])
                        }
                    }
                })
            });
            if let Some(place) = sells.get_mut(at) {
                *place = found;
            }
        }
        sells
    }

    fn substitutes_of(&self, rule: &Rule) -> Vec<(SubstituteCause, Substitute, Span)> {
        let clauses = self.collected.rules.get(rule.name.as_str()).map(|entry| entry.item.clauses.as_slice());
        let mut all = Vec::new();
        for clause in clauses.unwrap_or_default() {
            let RuleClause::Substitute(cause, _) = &clause.kind else { continue };
            let found = match cause {
                SubstituteCause::Capped => rule.if_capped,
                SubstituteCause::NoConsent => rule.if_no_consent,
                SubstituteCause::Unknown => rule.if_unknown,
            };
            all.extend(found.map(|found| (*cause, found, clause.span)));
        }
        all
    }

    /// A fallback is masked like everything (R12), spares nobody, and sells to no chosen people: neither by its own
    /// condition nor by those of earlier entries, which leave it just the people they do not take (R3).
    fn fallbacks_keep_consent(&mut self) {
        let mut findings = Vec::new();
        let mut slots = Vec::new();
        for slot in &self.rules.slots {
            let before = findings.len();
            let mut chosen_before: Option<(Known, Span)> = None;
            for entry in &slot.fallback {
                let chosen = entry.when.as_ref().and_then(|when| self.chooses_people([when]));
                let sells = entry.offer.is_some_and(|offer| self.rules[offer].class == Class::Marketing);
                let by = entry.offer.and_then(|offer| self.fallback_sells_by(&slot.channels, offer));
                if let Some(channels) = &by {
                    let message = format!("this fallback sends marketing by {channels}, to which nobody can object");
                    findings.push(
                        Diagnostic::new(&consent::FALLBACK_SELLS, entry.span, message)
                            .primary("a marketing offer for whoever the channel reaches")
                            .help("add `needs` with a purpose marked `direct marketing` to the channel, or make the offer one of class service"),
                    );
                } else if sells
                    && !slot.sends()
                    && let Some(known) = chosen
                {
                    let (name, _, _) = self.known_words(known);
                    let message = format!("this fallback sells to people chosen by `{name}`");
                    findings.push(
                        Diagnostic::new(&consent::FALLBACK_SELLS, entry.span, message)
                            .primary("a marketing offer for chosen people")
                            .help("make it a rule that needs a purpose, or the offer one of class service"),
                    );
                } else if sells && let Some((known, earlier)) = chosen_before {
                    let (name, _, _) = self.known_words(known);
                    let message =
                        format!("this fallback sells to the people whom one before it leaves by their `{name}`");
                    findings.push(
                        Diagnostic::new(&consent::FALLBACK_SELLS, entry.span, message)
                            .primary("a marketing offer, for whoever is not taken before")
                            .label(earlier, format!("chooses by `{name}`"))
                            .help("put it before every fallback with a condition, make it a rule that needs a purpose, or the offer one of class service"),
                    );
                }
                let Some(when) = &entry.when else { continue };
                for read in self.reads_of(when) {
                    let attribute = &self.rules[read.attribute];
                    if attribute.never_used {
                        findings.push(self.never_used(entry.span, &read));
                    }
                    if attribute.protective {
                        findings.push(self.protective_selects(entry.span, &read, false));
                    }
                }
                chosen_before = chosen_before.or(chosen.map(|known| (known, entry.span)));
            }
            if findings.len() > before {
                slots.push(slot.name.clone());
            }
        }
        self.findings.append(&mut findings);
        for slot in slots {
            self.poison(Kind::Slot, &slot);
        }
    }

    /// Segments and values that nobody uses yet must not read what is never used either.
    fn definitions_keep_promises(&mut self) {
        let mut findings = Vec::new();
        let mut poison = Vec::new();
        for segment in &self.rules.segments {
            let mut reads = Reads::new(&self.rules);
            reads.here(&segment.condition);
            if let Some(read) = reads.found.iter().find(|read| self.rules[read.attribute].never_used) {
                findings.push(self.never_used(segment.span, read));
                poison.push((Kind::Segment, segment.name.clone()));
            }
        }
        for (at, value) in self.rules.values.iter().enumerate() {
            let mut reads = Reads::new(&self.rules);
            reads.expression_here(&Expression::Value(ValueId::from_index(at)));
            if let Some(read) = reads.found.iter().find(|read| self.rules[read.attribute].never_used) {
                findings.push(self.never_used(value.span, read));
                poison.push((Kind::Value, value.name.clone()));
            }
        }
        self.findings.append(&mut findings);
        for (kind, name) in poison {
            self.poison(kind, &name);
        }
    }
}

/// Adds the purposes that the rule does not need, each once.
fn forget(
    missing: &mut Vec<Forgotten>,
    rule: &Rule,
    needs: &[PurposeId],
    clause: Span,
    declared: Span,
    chain: impl Fn() -> String,
) {
    for purpose in needs {
        if !rule.needs.contains(purpose) && !missing.iter().any(|known| known.purpose == *purpose) {
            missing.push(Forgotten { purpose: *purpose, clause, declared, chain: chain() });
        }
    }
}

fn substitute_sells(rule: &Rule, span: Span, cause: SubstituteCause) -> Diagnostic {
    let why = match cause {
        SubstituteCause::NoConsent => "the consent may be the one that is missing",
        SubstituteCause::Capped | SubstituteCause::Unknown => "the rule needs no purpose of direct marketing",
    };
    Diagnostic::new(&consent::SUBSTITUTE_SELLS, span, "this substitute sells to chosen people")
        .primary(why)
        .label(rule.span, "chooses people by what is known of them")
        .help("show an offer of class service here")
}

fn substitute_needs(rule: &Rule, other: &Rule, span: Span) -> Diagnostic {
    let message = format!("`{}` needs the same consent as `{}`", other.name, rule.name);
    Diagnostic::new(&consent::SUBSTITUTE_NEEDS, span, message)
        .primary("fails for the same reason")
        .label(other.span, "needs all of it too")
        .help("try a rule that needs fewer purposes, or show a service offer")
}
