//! Rules: where they stand, whom they mean, what they show.

use super::Pass;
use super::channels::Verb;
use super::literals::date;
use super::names::{Kind, named_twice};
use super::purposes::Once;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::{consent, resolve};
use crate::model::{Clause, OfferId, Order, Rule, RuleId, SlotId, Substitute};
use crate::source::Span;
use crate::syntax::tree::{self, Name, RuleClause, Substitute as SubstituteTree, SubstituteCause};

/// The clauses of one rule as written.
#[derive(Default)]
struct Written<'a> {
    about: Once<String>,
    owner: Once<String>,
    metric: Once<String>,
    ticket: Once<String>,
    because: Once<String>,
    review_by: Once<crate::value::Date>,
    active: Once<(&'a tree::Active, Span)>,
    off: Once<String>,
    when: Vec<&'a tree::Expr>,
    unless: Vec<&'a tree::Expr>,
    needs: Once<&'a [Name]>,
    priority: Once<i32>,
    before: Once<&'a [Name]>,
    rank: Once<&'a tree::Expr>,
    expires: Once<(tree::Duration, &'a tree::Expr, Span)>,
    also: Once<&'a [Name]>,
    show: Once<(Verb, &'a Name, &'a [Name])>,
    if_capped: Once<&'a SubstituteTree>,
    if_no_consent: Once<&'a SubstituteTree>,
    if_unknown: Once<&'a SubstituteTree>,
}

impl Pass<'_> {
    pub(super) fn rules(&mut self) {
        for name in self.names.usable(Kind::Rule) {
            let Some(entry) = self.collected.rules.get(name.as_str()) else { continue };
            let before = self.findings.len();
            let rule = self.rule(&name, entry.item);
            let failed = self.findings[before..].iter().any(Diagnostic::is_error);
            if failed || rule.is_none() {
                self.poison(Kind::Rule, &name);
            }
            self.rules.rules.push(rule.unwrap_or_else(|| blank(&name, entry.item.name.span)));
        }
    }

    fn rule(&mut self, name: &str, item: &tree::Rule) -> Option<Rule> {
        let slot = self.find_slot(&item.slot);
        let written = self.rule_clauses(&item.clauses);
        let show = match written.show.value {
            Some((_, offer, _)) => self.find_offer(offer).map(|id| (id, offer.span)),
            None => {
                let message = format!("rule `{name}` shows nothing");
                let finding = Diagnostic::new(&resolve::CLAUSE_MISSING, item.name.span, message)
                    .primary("what does the customer see?")
                    .help("add `show`, or `send` in a slot by channels, with the name of an offer");
                self.report(finding);
                None
            }
        };
        if let (Some(slot), Some((verb, ..)), Some(at)) = (slot, written.show.value, written.show.span()) {
            self.verb_fits(verb, at, slot);
        }
        let channels = match written.show.value {
            Some((_, _, names @ [_, ..])) => self.rule_channels(names, slot),
            Some(_) | None => Some(Vec::new()),
        };
        let when = self.rule_conditions(&written.when);
        let unless = self.rule_conditions(&written.unless);
        self.findings.extend(named_twice("`needs`", written.needs.value.into_iter().flatten()));
        self.findings.extend(named_twice("`before`", written.before.value.into_iter().flatten()));
        self.findings.extend(named_twice("`also`", written.also.value.into_iter().flatten()));
        let mut needs = Vec::new();
        let mut needs_known = true;
        for purpose in written.needs.value.into_iter().flatten() {
            match self.find_purpose(purpose) {
                Some(id) => needs.push(id),
                None => needs_known = false,
            }
        }
        needs.sort_unstable();
        needs.dedup();
        if let (Some(priority), Some(before)) = (written.priority.span(), written.before.span()) {
            let finding =
                Diagnostic::new(&resolve::CLAUSES_CLASH, before, "a rule has `priority` or `before`, not both")
                    .primary("takes over a priority")
                    .label(priority, "gives one")
                    .help("delete one of the two");
            self.report(finding);
        }
        let order = match (written.priority.value, written.before.value) {
            (Some(priority), _) => Some(Order::Priority(priority)),
            (None, Some(names)) => {
                let ids: Option<Vec<RuleId>> = names.iter().map(|name| self.find_rule(name)).collect();
                ids.map(|mut ids| {
                    ids.sort_unstable();
                    ids.dedup();
                    Order::Before(ids)
                })
            }
            (None, None) => Some(Order::Unordered),
        };
        if let (Some(before), Some(rank)) = (written.before.span(), written.rank.span()) {
            let finding = Diagnostic::new(&resolve::CLAUSES_CLASH, rank, "a rule has `before` or `rank by`, not both")
                .primary("wins by its score")
                .label(before, "wins whatever the score")
                .help("delete one of the two; to stand before rules that rank, take a higher `priority`");
            self.report(finding);
        }
        let rank = match written.rank.value {
            Some(expr) => self.rank(expr).map(Some),
            None => Some(None),
        };
        let expires = match written.expires.value {
            Some((length, since, span)) => Some(self.expiry(length, since, span)?),
            None => None,
        };
        let mut tasks: Vec<String> = written.also.value.into_iter().flatten().map(|task| task.text.clone()).collect();
        tasks.sort_unstable();
        tasks.dedup();
        let active = written.active.value.and_then(|(active, span)| self.active(active, span));
        let substitutes = [&written.if_capped, &written.if_no_consent, &written.if_unknown]
            .map(|written| written.value.map(|substitute| (self.substitute(substitute), substitute)));
        // Whatever is missing was reported, or rests on something that was.
        let ((Some(slot), Some((show, show_span))), (Some(when), Some(unless), Some(order), Some(rank))) =
            ((slot, show), (when, unless, order, rank))
        else {
            return None;
        };
        let [if_capped, if_no_consent, if_unknown] = substitutes;
        let known = |found: &Option<(Option<Substitute>, &SubstituteTree)>| !matches!(found, Some((None, _)));
        let channels = channels?;
        if !needs_known || !known(&if_capped) || !known(&if_no_consent) || !known(&if_unknown) {
            return None;
        }
        if let (Some(rank), Some(expr)) = (&rank, written.rank.value) {
            self.rank_is_there(name, rank, expr, &when, &unless);
        }
        let class = self.rules.offers.get(show.index())?.class;
        self.shown_here(show, show_span, slot);
        for found in [&if_capped, &if_no_consent, &if_unknown].into_iter().flatten() {
            self.substitute_fits(*found, class, slot, item.name.span);
        }
        let plain = |found: Option<(Option<Substitute>, &SubstituteTree)>| found.and_then(|(substitute, _)| substitute);
        Some(Rule {
            name: name.to_owned(),
            label: item.label.as_ref().map(|label| label.text.clone()).unwrap_or_default(),
            span: item.name.span,
            slot,
            class,
            about: written.about.value,
            owner: written.owner.value,
            metric: written.metric.value,
            ticket: written.ticket.value,
            review_by: written.review_by.value,
            because: written.because.value,
            active,
            off: written.off.value,
            when,
            unless,
            needs,
            order,
            priority: None,
            rank,
            show,
            expires,
            channels,
            tasks,
            if_capped: plain(if_capped),
            if_no_consent: plain(if_no_consent),
            if_unknown: plain(if_unknown),
            caps: Vec::new(),
            blocks: Vec::new(),
            windows: Vec::new(),
        })
    }

    fn rule_clauses<'t>(&mut self, clauses: &'t [tree::Clause<RuleClause>]) -> Written<'t> {
        let mut all = Written::default();
        let mut findings = Vec::new();
        let out = &mut findings;
        for clause in clauses {
            let at = clause.keyword;
            match &clause.kind {
                RuleClause::About(text) => all.about.put(text.text.clone(), at, "about", out),
                RuleClause::Owner(text) => all.owner.put(text.text.clone(), at, "owner", out),
                RuleClause::Metric(name) => all.metric.put(name.text.clone(), at, "metric", out),
                RuleClause::ReviewBy(day, _) => all.review_by.put(date(*day), at, "review by", out),
                RuleClause::Ticket(text) => all.ticket.put(text.text.clone(), at, "ticket", out),
                RuleClause::Because(text) => all.because.put(text.text.clone(), at, "because", out),
                RuleClause::Active(active) => all.active.put((active, clause.span), at, "active", out),
                RuleClause::When(condition) => all.when.push(condition),
                RuleClause::Unless(condition) => all.unless.push(condition),
                RuleClause::Needs(names) => all.needs.put(names, at, "needs", out),
                RuleClause::Priority(priority) => all.priority.put(*priority, at, "priority", out),
                RuleClause::Before(names) => all.before.put(names, at, "before", out),
                RuleClause::RankBy(by) => all.rank.put(by, at, "rank by", out),
                RuleClause::Expires(length, since) => {
                    all.expires.put((*length, since, clause.span), at, "expires", out)
                }
                RuleClause::Also(names) => all.also.put(names, at, "also", out),
                RuleClause::Cap(_) => {}
                RuleClause::Show(name) => all.show.put((Verb::Show, name, &[]), at, "show", out),
                RuleClause::Send(name, channels) => all.show.put((Verb::Send, name, channels), at, "send", out),
                RuleClause::Substitute(SubstituteCause::Capped, of) => all.if_capped.put(of, at, "if capped", out),
                RuleClause::Substitute(SubstituteCause::NoConsent, of) => {
                    all.if_no_consent.put(of, at, "if no consent", out);
                }
                RuleClause::Substitute(SubstituteCause::Unknown, of) => all.if_unknown.put(of, at, "if unknown", out),
                RuleClause::Off(text) => all.off.put(text.text.clone(), at, "off", out),
            }
        }
        self.findings.append(&mut findings);
        all
    }

    fn rule_conditions(&mut self, written: &[&tree::Expr]) -> Option<Vec<Clause>> {
        let found: Vec<Option<Clause>> = written
            .iter()
            .map(|expr| self.condition(expr).map(|condition| Clause { condition, span: expr.span }))
            .collect();
        found.into_iter().collect()
    }

    fn substitute(&mut self, written: &SubstituteTree) -> Option<Substitute> {
        match written {
            SubstituteTree::Show(offer) | SubstituteTree::Send(offer) => self.find_offer(offer).map(Substitute::Show),
            SubstituteTree::Try(name) if self.is_offer_only(name) => {
                let message = format!("`{}` is an offer, and `try` takes a rule", name.text);
                let finding = Diagnostic::new(&resolve::UNKNOWN_RULE, name.span, message).primary("not a rule");
                self.report(finding.help(format!("write `show {0}`, which shows `{0}` in its place", name.text)));
                None
            }
            SubstituteTree::Try(rule) => self.find_rule(rule).map(Substitute::Try),
            SubstituteTree::Nothing(_) => Some(Substitute::Nothing),
        }
    }

    fn shown_here(&mut self, offer: OfferId, span: Span, slot: SlotId) -> bool {
        let Some(found) = self.rules.slots.get(slot.index()) else { return false };
        let (name, accepts) = (found.name.clone(), found.accepts.clone());
        // A slot that says no class is in error for that, and takes none because of it.
        if accepts.is_empty() {
            return true;
        }
        self.class_accepted(offer, span, &name, &accepts)
    }

    /// R1: not of a higher class than the rule, except a neutral service offer; and taken by the slot.
    fn substitute_fits(
        &mut self,
        (found, written): (Option<Substitute>, &SubstituteTree),
        class: crate::model::Class,
        slot: SlotId,
        rule: Span,
    ) {
        let (verb, name) = match written {
            SubstituteTree::Show(name) => (Verb::Show, name),
            SubstituteTree::Send(name) => (Verb::Send, name),
            SubstituteTree::Try(_) | SubstituteTree::Nothing(_) => return,
        };
        let Some(Substitute::Show(offer)) = found else { return };
        if !self.verb_fits(verb, name.span, slot) {
            return;
        }
        if !self.shown_here(offer, name.span, slot) {
            return;
        }
        let Some(shown) = self.rules.offers.get(offer.index()).map(|offer| offer.class) else { return };
        // The neutral banner is for places: nobody is written to in the place of what they refused.
        let neutral = shown == crate::model::Class::Service && !self.rules.sends(slot);
        if shown < class && !neutral {
            let sends = self.rules.sends(slot);
            self.higher_class(name.span, rule, (shown, class), (false, sends));
        }
    }

    /// R1 for a substitute that is a rule (`tries`); its class is known once all rules are.
    pub(super) fn higher_class(
        &mut self,
        span: Span,
        rule: Span,
        (shown, class): (crate::model::Class, crate::model::Class),
        (tries, sends): (bool, bool),
    ) {
        let own = class.word();
        let message = format!("a substitute of class {} for a rule of class {own}", shown.word());
        let lower: Vec<&str> = crate::model::Class::ALL
            .into_iter()
            .filter(|lower| *lower >= class)
            .map(crate::model::Class::word)
            .collect();
        let lower = lower.join(" or ");
        let help = match (tries, class > crate::model::Class::Service && !sends) {
            (true, true) => {
                format!("try a rule of class {lower}, or one of class service that reads nothing of the customer")
            }
            (true, false) => format!("try a rule of class {lower}"),
            (false, true) => format!("show an offer of class {lower}, or one of class service"),
            (false, false) => format!("show an offer of class {lower}"),
        };
        let finding = Diagnostic::new(&consent::SUBSTITUTE_CLASS, span, message)
            .primary(format!("of a higher class than {own}"))
            .label(rule, format!("the rule is of class {own}"))
            .help(help);
        self.report(finding);
    }
}

/// A stand-in that keeps the places of the list; its name is poisoned, so nothing rests on it.
fn blank(name: &str, span: Span) -> Rule {
    Rule {
        name: name.to_owned(),
        label: String::new(),
        span,
        slot: SlotId(0),
        class: crate::model::Class::Marketing,
        about: None,
        owner: None,
        metric: None,
        ticket: None,
        review_by: None,
        because: None,
        active: None,
        off: None,
        when: Vec::new(),
        unless: Vec::new(),
        needs: Vec::new(),
        order: Order::Unordered,
        priority: None,
        rank: None,
        show: OfferId(0),
        expires: None,
        channels: Vec::new(),
        tasks: Vec::new(),
        if_capped: None,
        if_no_consent: None,
        if_unknown: None,
        caps: Vec::new(),
        blocks: Vec::new(),
        windows: Vec::new(),
    }
}
