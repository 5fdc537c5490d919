//! Caps, declared and in rules, pauses and gaps, and whom each binds (R26).

use super::Pass;
use super::literals::period;
use super::names::{Kind, Meaning, named_twice};
use super::purposes::{Once, missing};
use super::units::{Terms, Written};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::{consent, resolve, types};
use crate::model::{AttributeId, Cap, CapKind, CapTarget, CapWindow, CapZone, Event, EventId, OfferId, RuleId, Then};
use crate::source::Span;
use crate::syntax::tree::{self, CalendarUnit, CapClause, CapCount, Clause, GapClause, PauseClause, RuleClause};
use crate::value::{self, NumberType, Type, Weekday, zone_is_known};

/// A cap without its name and owner.
struct Body {
    kind: CapKind,
    at_most: u32,
    number: Option<AttributeId>,
    events: Vec<EventId>,
    window: CapWindow,
    zone: Option<CapZone>,
    target: Option<CapTarget>,
    exempt: Vec<CapTarget>,
    uncounted: Vec<CapTarget>,
    terms: Terms,
}

impl Body {
    fn plain(
        kind: CapKind,
        (at_most, events): (u32, Vec<EventId>),
        window: CapWindow,
        target: Option<CapTarget>,
        terms: Terms,
    ) -> Self {
        let (exempt, uncounted) = (Vec::new(), Vec::new());
        Self { kind, at_most, number: None, events, window, zone: None, target, exempt, uncounted, terms }
    }

    /// The cap of that name; the clause of that rule.
    fn cap(self, (name, label): (String, String), span: Span, rule: Option<RuleId>, target: CapTarget) -> Cap {
        let Self { kind, at_most, number, events, window, zone, target: _, exempt, uncounted, terms } = self;
        let Terms { unit, alone, reserve, store_down_blocks, then } = terms;
        Cap {
            name,
            label,
            span,
            kind,
            rule,
            at_most,
            number,
            events,
            window,
            zone,
            target,
            exempt,
            uncounted,
            unit,
            alone,
            reserve,
            store_down_blocks,
            then: then.map(|(then, _)| then),
        }
    }
}

/// The greatest number a cap counts to.
const MOST: i64 = 1_000_000;

/// A window as written.
enum Window<'a> {
    Plain(CapWindow),
    Calendar(&'a tree::Calendar, Span),
}

impl Pass<'_> {
    /// Caps, pauses and gaps, then the clauses of rules, and whom each binds.
    pub(super) fn caps(&mut self) {
        for name in self.names.usable(Kind::Cap) {
            let before = self.findings.len();
            let text = name.as_str();
            let (label, span, word, body) = if let Some(entry) = self.collected.caps.get(text) {
                let item = entry.item;
                let body = self.cap_body(&item.clauses, item.name.span, &format!("cap `{name}`"), None);
                (&item.label, item.name.span, "cap", body)
            } else if let Some(entry) = self.collected.pauses.get(text) {
                let item = entry.item;
                (&item.label, item.name.span, "pause", self.pause_body(&item.clauses, item.name.span, &name))
            } else if let Some(entry) = self.collected.gaps.get(text) {
                let item = entry.item;
                (&item.label, item.name.span, "gap", self.gap_body(&item.clauses, item.name.span, &name))
            } else {
                continue;
            };
            let label = label.as_ref().map(|label| label.text.clone()).unwrap_or_default();
            if self.findings[before..].iter().any(Diagnostic::is_error) || body.is_none() {
                self.poison(Kind::Cap, &name);
            }
            let Some(mut body) = body else { continue };
            let Some(target) = body.target.take() else {
                let message = format!("{word} `{name}` does not say what it is on");
                let finding = Diagnostic::new(&resolve::CAP_WITHOUT_TARGET, span, message)
                    .primary("on what?")
                    .help("add `on tag promo`, `on offer spring_sale`, `on rule comeback` or `on class marketing`");
                self.report(finding);
                self.poison(Kind::Cap, &name);
                continue;
            };
            if !self.may_hold(&target, &body.terms) {
                self.poison(Kind::Cap, &name);
            }
            self.rules.caps.push(body.cap((name, label), span, None, target));
        }
        self.blocks();
        self.rule_caps();
        if self.poison.is_empty() {
            self.bind_caps();
            if self.is_whole {
                self.idle_exemptions();
            }
            self.bind_blocks();
            self.alone_is_backed();
        }
    }

    /// The `cap` clauses of rules: without `on` they count what the rule itself shows.
    fn rule_caps(&mut self) {
        for (at, name) in self.names.usable(Kind::Rule).into_iter().enumerate() {
            let id = RuleId::from_index(at);
            let Some(entry) = self.collected.rules.get(name.as_str()) else { continue };
            let Some((class, show)) = self.rules.rules.get(at).map(|rule| (rule.class, rule.show)) else { continue };
            let mut number = 0;
            for clause in &entry.item.clauses {
                let RuleClause::Cap(parts) = &clause.kind else { continue };
                number += 1;
                if self.poison.contains(&(Kind::Rule, name.clone())) {
                    continue;
                }
                if !class.may_carry_a_cap() {
                    let message = format!("a rule of class {} obeys no cap", class.word());
                    let finding = Diagnostic::new(&resolve::CAP_ON_BOUNDLESS_CLASS, clause.span, message)
                        .primary("would be ignored")
                        .label(entry.item.name.span, format!("of class {}", class.word()))
                        .help("delete the cap, or give the offer its true class");
                    self.report(finding);
                }
                let before = self.findings.len();
                let Some(body) = self.cap_body(parts, clause.span, "this cap", Some(show)) else {
                    self.poison(Kind::Rule, &name);
                    continue;
                };
                if self.findings[before..].iter().any(Diagnostic::is_error) || !class.may_carry_a_cap() {
                    self.poison(Kind::Rule, &name);
                }
                let own = if number == 1 { format!("cap of {name}") } else { format!("cap {number} of {name}") };
                let mut body = body;
                let target = body.target.take().unwrap_or_else(|| CapTarget::Offers(vec![show]));
                self.rules.caps.push(body.cap((own, String::new()), clause.span, Some(id), target));
            }
        }
    }

    /// A cap of a rule counts `own` where it does not say what it is on.
    fn cap_body(
        &mut self,
        clauses: &[Clause<CapClause>],
        span: Span,
        what: &str,
        own: Option<OfferId>,
    ) -> Option<Body> {
        let (mut at_most, mut window, mut target) = (Once::default(), Once::default(), Once::default());
        let (mut exempt, mut uncounted) = (Vec::new(), Vec::new());
        let mut terms = Written::default();
        let mut findings = Vec::new();
        for clause in clauses {
            let at = clause.keyword;
            match &clause.kind {
                CapClause::AtMost { count, events } => {
                    at_most.put((count, events, clause.span), at, "at most", &mut findings);
                }
                CapClause::InAny(of) => {
                    findings.extend(super::literals::no_time(*of));
                    window.put(Window::Plain(CapWindow::Rolling(period(*of))), at, "in any", &mut findings);
                }
                CapClause::InEach(calendar) => {
                    window.put(Window::Calendar(calendar, clause.span), at, "in each", &mut findings);
                }
                CapClause::Ever => window.put(Window::Plain(CapWindow::Ever), at, "ever", &mut findings),
                CapClause::Per(unit) => terms.per.put(unit, at, "per", &mut findings),
                CapClause::On(on) => target.put(on, at, "on", &mut findings),
                CapClause::Exempt(of) => exempt.push(of),
                CapClause::Uncounted(of) => uncounted.push(of),
                CapClause::Without(unit) => terms.without.put(unit, clause.span, "without", &mut findings),
                CapClause::Alone => terms.alone.put((), at, "alone", &mut findings),
                CapClause::Reserve(of) => {
                    findings.extend(super::literals::no_time(*of));
                    terms.reserve.put(period(*of), at, "reserve", &mut findings);
                }
                CapClause::StoreDownBlocks(blocks) => {
                    terms.store_down_blocks.put(*blocks, clause.span, "store down", &mut findings);
                }
                CapClause::Then(then) => terms.then.put(*then, clause.span, "then", &mut findings),
            }
        }
        missing(
            &mut findings,
            (span, clauses.is_empty()),
            what,
            &[
                (at_most.value.is_none(), "does not say how many of what", "at most 3 shown"),
                (window.value.is_none(), "does not say over which time it counts", "in any 7 days"),
                (terms.per.value.is_none(), "does not say for whom it counts", "per customer"),
            ],
        );
        self.findings.append(&mut findings);
        let (window, zone) = match window.value {
            Some(Window::Plain(window)) => (Some(window), None),
            Some(Window::Calendar(calendar, span)) => match self.calendar(calendar, span) {
                Some((window, zone)) => (Some(window), Some(zone)),
                None => (None, None),
            },
            None => (None, None),
        };
        let (count, names, at_most_span) = at_most.value?;
        let count = match count {
            CapCount::Number(0) => {
                self.counts_to_nothing(
                    at_most_span,
                    "at most 0 lets nobody see it",
                    "write at least 1; to switch a rule off write `off because \"...\"`",
                );
                None
            }
            CapCount::Number(count) => Some((*count, None)),
            CapCount::Attribute(name) => self.cap_number(name).map(|(id, greatest)| (greatest, Some(id))),
        };
        self.findings.extend(named_twice("`at most`", names));
        let events = self.events_named(names)?;
        let early = exempt.iter().find_map(|of| self.channel_too_early(of, "exempt"));
        self.exempts_another_class(target.value, &exempt);
        let spans = [&exempt, &uncounted].map(|list| list.iter().map(|of| of.name().span).collect::<Vec<_>>());
        let exempt = self.cap_targets(&exempt).filter(|_| early.is_none())?;
        let uncounted = self.cap_targets(&uncounted)?;
        let on_span = target.value.map(|on| on.name().span);
        let (at_most, number) = count?;
        let target = match target.value {
            Some(on) => Some(self.cap_target(on)?),
            None => None,
        };
        if let Some(on) = target.clone().or(own.map(|show| CapTarget::Offers(vec![show]))) {
            let [exempt_at, uncounted_at] = spans;
            self.keep_exemptions("exempt", exempt.iter().cloned().zip(exempt_at), (&on, on_span));
            self.keep_exemptions("uncounted", uncounted.iter().cloned().zip(uncounted_at), (&on, on_span));
        }
        let terms = self.terms(terms)?;
        if let (Some((Then::Hold(_), span)), Some(CapWindow::Ever)) = (terms.then, window) {
            let finding = Diagnostic::new(&resolve::CLAUSES_CLASH, span, "what counts for ever is never free again")
                .primary("would wait in vain")
                .help("count `in any 30 days` or the like, or write `then next` or `then stop`");
            self.report(finding);
        }
        let kind = CapKind::Cap;
        Some(Body { kind, at_most, number, events, window: window?, zone, target, exempt, uncounted, terms })
    }

    /// A message whose channel is full goes by another, or not at all.
    fn may_hold(&mut self, target: &CapTarget, terms: &Terms) -> bool {
        let (CapTarget::Channels(_), Some((Then::Hold(_), span))) = (target, terms.then) else { return true };
        let finding = Diagnostic::new(&resolve::CLAUSES_CLASH, span, "nothing waits for a channel")
            .primary("a message is sent by another channel, or not at all")
            .help("write `then next` or `then stop`, or put the cap `on class marketing` or on a tag");
        self.report(finding);
        false
    }

    fn pause_body(&mut self, clauses: &[Clause<PauseClause>], span: Span, name: &str) -> Option<Body> {
        let (mut length, mut after, mut target) = (Once::default(), Once::default(), Once::default());
        let mut terms = Written::default();
        let mut findings = Vec::new();
        for clause in clauses {
            let at = clause.keyword;
            match &clause.kind {
                PauseClause::For(of) => {
                    findings.extend(super::literals::no_time(*of));
                    length.put(period(*of), at, "for", &mut findings);
                }
                PauseClause::After { count, events, within, without } => {
                    findings.extend(within.and_then(super::literals::no_time));
                    let within = within.map(period);
                    after.put((*count, events, within, without, clause.span), at, "after", &mut findings);
                }
                PauseClause::Per(unit) => terms.per.put(unit, at, "per", &mut findings),
                PauseClause::On(on) => target.put(on, at, "on", &mut findings),
                PauseClause::StoreDownBlocks(blocks) => {
                    terms.store_down_blocks.put(*blocks, clause.span, "store down", &mut findings);
                }
                PauseClause::Then(then) => terms.then.put(*then, clause.span, "then", &mut findings),
            }
        }
        missing(
            &mut findings,
            (span, clauses.is_empty()),
            &format!("pause `{name}`"),
            &[
                (length.value.is_none(), "does not say how long it lasts", "for 10 days"),
                (after.value.is_none(), "does not say after what it starts", "after 3 shown in any 7 days"),
                (terms.per.value.is_none(), "does not say for whom it counts", "per customer"),
            ],
        );
        self.findings.append(&mut findings);
        let (count, names, within, without, after_span) = after.value?;
        if count == 0 {
            self.counts_to_nothing(after_span, "a pause after 0 would never begin", "write at least 1");
        }
        if count > 1 && within.is_none() {
            let message = "this pause does not say over which time it counts";
            let finding = Diagnostic::new(&resolve::CLAUSE_MISSING, after_span, message)
                .primary("in how much time?")
                .help(format!(
                    "after `{count}` and what is counted write `in any 7 days`; only `after 1` needs no window"
                ));
            self.report(finding);
            return None;
        }
        self.findings.extend(named_twice("`after`", names));
        self.findings.extend(named_twice("`without`", without));
        let events = self.events_named(names)?;
        let without = self.events_named(without)?;
        let target = match target.value {
            Some(on) => Some(self.cap_target(on)?),
            None => None,
        };
        let terms = self.terms(terms)?;
        let window = within.map_or(CapWindow::Ever, CapWindow::Rolling);
        let kind = CapKind::Pause { length: length.value?, without };
        Some(Body::plain(kind, (count, events), window, target, terms))
    }

    fn gap_body(&mut self, clauses: &[Clause<GapClause>], span: Span, name: &str) -> Option<Body> {
        let (mut apart, mut target) = (Once::default(), Once::default());
        let mut terms = Written::default();
        let mut findings = Vec::new();
        for clause in clauses {
            let at = clause.keyword;
            match &clause.kind {
                GapClause::Apart(of) => {
                    findings.extend(super::literals::no_time(*of));
                    apart.put(period(*of), at, "at least", &mut findings);
                }
                GapClause::Per(unit) => terms.per.put(unit, at, "per", &mut findings),
                GapClause::On(on) => target.put(on, at, "on", &mut findings),
                GapClause::StoreDownBlocks(blocks) => {
                    terms.store_down_blocks.put(*blocks, clause.span, "store down", &mut findings);
                }
                GapClause::Then(then) => terms.then.put(*then, clause.span, "then", &mut findings),
            }
        }
        missing(
            &mut findings,
            (span, clauses.is_empty()),
            &format!("gap `{name}`"),
            &[
                (apart.value.is_none(), "does not say how long it is", "at least 8 hours apart"),
                (terms.per.value.is_none(), "does not say for whom it counts", "per customer"),
            ],
        );
        self.findings.append(&mut findings);
        let target = match target.value {
            Some(on) => Some(self.cap_target(on)?),
            None => None,
        };
        let terms = self.terms(terms)?;
        let window = CapWindow::Rolling(apart.value?);
        Some(Body::plain(CapKind::Gap, (1, Event::REACHING.to_vec()), window, target, terms))
    }

    /// A window of the calendar and its zone; says so where either is not written as it must be.
    fn calendar(&mut self, calendar: &tree::Calendar, span: Span) -> Option<(CapWindow, CapZone)> {
        let unit = match (calendar.unit, calendar.from) {
            (CalendarUnit::Week, Some((day, _))) => {
                Weekday::ALL.get(usize::from(day)).copied().map(value::Calendar::Week)
            }
            (CalendarUnit::Week, None) => {
                let finding = Diagnostic::new(&resolve::CLAUSE_MISSING, span, "this week does not say when it begins")
                    .primary("from which day?")
                    .help("write `in each calendar week from monday` and the zone");
                self.report(finding);
                None
            }
            (CalendarUnit::Day, None) => Some(value::Calendar::Day),
            (CalendarUnit::Month, None) => Some(value::Calendar::Month),
            (CalendarUnit::Quarter, None) => Some(value::Calendar::Quarter),
            (CalendarUnit::Day | CalendarUnit::Month | CalendarUnit::Quarter, Some((_, day))) => {
                let finding = Diagnostic::new(&types::BAD_VALUE, day, "only a week begins on a day of the week")
                    .help("delete `from` and the day");
                self.report(finding);
                None
            }
        };
        let zone = match &calendar.zone {
            Some(tree::CapZone::Named(zone)) if zone_is_known(&zone.text) => Some(CapZone::Named(zone.text.clone())),
            Some(tree::CapZone::Named(zone)) => {
                self.unknown_zone(&zone.text, zone.span);
                None
            }
            Some(tree::CapZone::Attribute(name)) => self.zone_attribute(name).map(CapZone::Attribute),
            None => {
                let message = "this calendar does not say in which zone it is read";
                let finding = Diagnostic::new(&resolve::CALENDAR_WITHOUT_ZONE, span, message)
                    .primary("in which zone?")
                    .help("add `in \"Europe/Berlin\"`, or `in` and an attribute of the type `zone`");
                self.report(finding);
                None
            }
        };
        Some((CapWindow::Calendar(unit?), zone?))
    }

    pub(super) fn zone_attribute(&mut self, name: &tree::Name) -> Option<AttributeId> {
        let Some(Meaning::Attribute(id)) = self.meaning(name, Some(Type::Zone)) else {
            // An unknown name has been reported; a segment or a value is no zone.
            if self.is_declared(&name.text) && !self.collected.attributes.contains_key(name.text.as_str()) {
                let message = format!("`{}` is no attribute of the type `zone`", name.text);
                self.report(Diagnostic::new(&types::MISMATCH, name.span, message));
            }
            return None;
        };
        let attribute = self.rules.attributes.get(id.index())?;
        let finding = if attribute.ty != Type::Zone {
            Diagnostic::new(&types::MISMATCH, name.span, format!("`{}` is no attribute of the type `zone`", name.text))
                .label(attribute.span, "declared here")
                .help(format!("declare it as `{}: zone`, or write a zone in quotes", name.text))
        } else if attribute.never_used {
            Diagnostic::new(&consent::NEVER_USED, name.span, format!("`{}` is never used", name.text))
                .label(attribute.span, "marked `never used` here")
                .help("read another attribute")
        } else if attribute.protective {
            Diagnostic::new(&consent::PROTECTIVE_SELECTS, name.span, format!("`{}` may only spare people", name.text))
                .label(attribute.span, "marked `protective` here")
                .help("read another attribute")
        } else {
            return Some(id);
        };
        self.report(finding);
        None
    }

    /// The attribute that is a cap's number, and its greatest value (R49).
    fn cap_number(&mut self, name: &tree::Name) -> Option<(AttributeId, u32)> {
        let Some(Meaning::Attribute(id)) = self.meaning(name, None) else {
            if self.is_declared(&name.text) && !self.collected.attributes.contains_key(name.text.as_str()) {
                let message = format!("`{}` is no attribute", name.text);
                self.report(Diagnostic::new(&types::CAP_NUMBER, name.span, message).primary("a number is needed"));
            }
            return None;
        };
        let attribute = self.rules.attributes.get(id.index())?;
        let greatest = match attribute.ty {
            Type::Number(NumberType { scale: 0, min: 0.., max: max @ 1..=MOST }) => u32::try_from(max).ok(),
            Type::Number(_)
            | Type::YesNo
            | Type::Text
            | Type::OneOf(_)
            | Type::Set
            | Type::Time
            | Type::Date
            | Type::Zone
            | Type::Score(_) => None,
        };
        let lacks = if attribute.never_used {
            Some("is never used")
        } else if attribute.protective {
            Some("may only spare people")
        } else if greatest.is_none() {
            Some("is no whole number with a range from 0 to at most 1000000")
        } else if attribute.default.is_none() {
            Some("has no `else` for whoever did not say")
        } else {
            None
        };
        let Some(lacks) = lacks else { return greatest.map(|greatest| (id, greatest)) };
        let message = format!("`{}` cannot be the number of a cap: it {lacks}", name.text);
        let finding = Diagnostic::new(&types::CAP_NUMBER, name.span, message)
            .primary("the number of the cap")
            .label(attribute.span, "declared here")
            .help(format!("declare it as `{}: whole from 0 to 10 else 3`, or write a number", name.text));
        self.report(finding);
        None
    }

    fn cap_targets(&mut self, targets: &[&tree::CapTarget]) -> Option<Vec<CapTarget>> {
        let found: Vec<Option<CapTarget>> = targets.iter().map(|target| self.cap_target(target)).collect();
        found.into_iter().collect()
    }

    fn counts_to_nothing(&mut self, span: Span, message: &str, help: &str) {
        let finding = Diagnostic::new(&types::BAD_RANGE, span, message).help(help);
        self.report(finding);
    }

    /// The events of these names, each once.
    pub(super) fn events_named(&mut self, names: &[tree::Name]) -> Option<Vec<EventId>> {
        let mut events = Vec::new();
        for name in names {
            events.push(self.find_event(name)?);
        }
        events.sort_unstable();
        events.dedup();
        Some(events)
    }

    pub(super) fn cap_target(&mut self, on: &tree::CapTarget) -> Option<CapTarget> {
        match on {
            tree::CapTarget::Tag(name) => self.find_tag(name).map(|id| CapTarget::Tags(vec![id])),
            tree::CapTarget::Offer(name) => self.find_offer(name).map(|id| CapTarget::Offers(vec![id])),
            tree::CapTarget::Rule(name) => self.find_rule(name).map(|id| CapTarget::Rules(vec![id])),
            tree::CapTarget::Class(name) => self.class(name).map(|class| CapTarget::Classes(vec![class])),
            tree::CapTarget::Channel(name) => self.find_channel(name).map(|id| CapTarget::Channels(vec![id])),
        }
    }
}
