//! Windows: in which zone, at which hours, for whom, and what becomes of a candidate outside; and what expires.

use super::Pass;
use super::expressions::Wanted;
use super::hours::Hours;
use super::literals::period;
use super::names::Kind;
use super::purposes::{Once, missing};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::{lint, resolve, types};
use crate::model::{
    AgeBound, AttributeId, CapTarget, CapZone, ChannelId, Clause, Condition, Guardrail, OfferId, Outside, RuleId,
    RuleSet, Scope, Substitute, Window, WindowId, WindowRow, Zones, limits,
};
use crate::ops::{Comparison, Direction};
use crate::source::Span;
use crate::syntax::tree::{self, WindowClause};
use crate::value::{Type, Weekday, zone_is_known};

/// A window without its name.
struct Body {
    zones: Zones,
    rows: Vec<WindowRow>,
    target: CapTarget,
    outside: Outside,
}

impl Pass<'_> {
    pub(super) fn windows(&mut self) {
        for name in self.names.usable(Kind::Window) {
            let Some(entry) = self.collected.windows.get(name.as_str()) else { continue };
            let item = entry.item;
            let before = self.findings.len();
            let body = self.window_body(&item.clauses, item.name.span, &name);
            if let Some(body) = &body {
                self.window_opens(&name, item.name.span, body);
            }
            if self.findings[before..].iter().any(Diagnostic::is_error) || body.is_none() {
                self.poison(Kind::Window, &name);
            }
            let Some(Body { zones, rows, target, outside }) = body else { continue };
            let label = item.label.as_ref().map(|label| label.text.clone()).unwrap_or_default();
            self.rules.windows.push(Window { name, label, span: item.name.span, zones, rows, target, outside });
        }
    }

    fn window_body(&mut self, clauses: &[tree::Clause<WindowClause>], span: Span, name: &str) -> Option<Body> {
        let (mut zone, mut target, mut outside) = (Once::default(), Once::default(), Once::default());
        let mut openings = Vec::new();
        let mut findings = Vec::new();
        for clause in clauses {
            let at = clause.keyword;
            match &clause.kind {
                WindowClause::Zone(chain) => zone.put(chain, at, "zone", &mut findings),
                WindowClause::Open(opening) => openings.push((opening, clause.span)),
                WindowClause::On(on) => target.put(on, at, "on", &mut findings),
                WindowClause::Outside(of) => outside.put((*of, clause.span), at, "outside", &mut findings),
            }
        }
        let lacks = [
            (zone.value.is_none(), "does not say on whose clocks", "zone \"Europe/Berlin\""),
            (openings.is_empty(), "does not say when it is open", "open mon to sat 09:00 until 21:00"),
            (target.value.is_none(), "does not say what it is on", "on class marketing"),
            (outside.value.is_none(), "does not say what happens outside", "outside hold at most 12 hours"),
        ];
        missing(&mut findings, (span, clauses.is_empty()), &format!("window `{name}`"), &lacks);
        self.findings.append(&mut findings);
        if let Some((_, span)) = openings.get(limits::ROWS) {
            let message = format!("a window has at most {} rows", limits::ROWS);
            self.report(Diagnostic::new(&resolve::TOO_MUCH, *span, message).help("split it into several windows"));
        }
        let zones = match zone.value {
            Some(chain) => self.zones(chain),
            None => None,
        };
        let rows: Vec<Option<WindowRow>> =
            openings.into_iter().map(|(opening, span)| self.window_row(opening, span)).collect();
        let rows: Option<Vec<WindowRow>> = rows.into_iter().collect();
        let outside = match outside.value {
            Some((of, span)) => self.outside(of, span).map(|outside| (outside, span)),
            None => None,
        };
        let on = target.value?;
        let target = self.cap_target(on)?;
        if let Some((Outside::NextChannel, span)) = outside
            && !matches!(target, CapTarget::Channels(_))
        {
            let finding = Diagnostic::new(&resolve::NEXT_WITHOUT_CHANNEL, span, "only a channel has a next one")
                .primary("the next of which?")
                .label(on.name().span, "this is asked before a channel is chosen")
                .help("write `on channel push` for the channel that is passed over, or say `outside hold` or `drop`");
            self.report(finding);
            return None;
        }
        self.class_obeys(on, Guardrail::Windows, &resolve::WINDOW_ON_BOUNDLESS_CLASS, "window");
        Some(Body { zones: zones?, rows: rows?, target, outside: outside?.0 })
    }

    /// The zones of a chain: the first that is known is taken, so nothing stands behind one that is written.
    fn zones(&mut self, chain: &tree::ZoneChain) -> Option<Zones> {
        let first: Vec<Option<CapZone>> = chain.first.iter().map(|zone| self.zone(zone)).collect();
        let ends = chain.first.iter().position(|zone| matches!(zone, tree::CapZone::Named(_)));
        let behind = ends.and_then(|at| {
            let every = chain.every.as_ref().map(|every| every.span);
            chain.first.get(at + 1).map(span_of).or(every).zip(chain.first.get(at).map(span_of))
        });
        if let Some((behind, written)) = behind {
            let finding =
                Diagnostic::new(&resolve::CLAUSES_CLASH, behind, "no zone is ever tried behind a written one")
                    .primary("never reached")
                    .label(written, "always known")
                    .help("write the zone in quotes last, or leave out what stands behind it");
            self.report(finding);
        }
        let mut every = Vec::new();
        if let Some(list) = &chain.every {
            if list.zones.is_empty() {
                let finding = Diagnostic::new(&resolve::CLAUSE_MISSING, list.span, "`every of` names no zone")
                    .primary("in which zones must it be open?")
                    .help("for example `every of [\"Europe/Berlin\", \"America/New_York\"]`");
                self.report(finding);
                return None;
            }
            if let Some(over) = list.zones.get(limits::ZONES) {
                let message = format!("a window is read in at most {} zones at once", limits::ZONES);
                self.report(Diagnostic::new(&resolve::TOO_MUCH, span_of(over), message).help("name fewer zones"));
            }
            let found: Vec<Option<CapZone>> = list.zones.iter().map(|zone| self.zone(zone)).collect();
            for (zone, written) in found.into_iter().zip(&list.zones) {
                let zone = zone?;
                if every.contains(&zone) {
                    let finding =
                        Diagnostic::new(&resolve::NAMED_TWICE, span_of(written), "this zone stands here twice")
                            .primary("named before")
                            .help("name it once");
                    self.report(finding);
                } else {
                    every.push(zone);
                }
            }
        }
        let first: Option<Vec<CapZone>> = first.into_iter().collect();
        Some(Zones { first: first?, every })
    }

    fn zone(&mut self, zone: &tree::CapZone) -> Option<CapZone> {
        match zone {
            tree::CapZone::Named(zone) if zone_is_known(&zone.text) => Some(CapZone::Named(zone.text.clone())),
            tree::CapZone::Named(zone) => {
                self.unknown_zone(&zone.text, zone.span);
                None
            }
            tree::CapZone::Attribute(name) => self.zone_attribute(name).map(CapZone::Attribute),
        }
    }

    fn window_row(&mut self, opening: &tree::Opening, span: Span) -> Option<WindowRow> {
        let mut days: Vec<Weekday> = Vec::new();
        for some in &opening.days {
            // From saturday to monday goes round the end of the week.
            let length = (some.to + 7 - some.from) % 7;
            let places = (0..=length).map(|step| usize::from((some.from + step) % 7));
            for day in places.filter_map(|at| Weekday::ALL.get(at).copied()) {
                if days.contains(&day) {
                    let message = format!("{} stands in this row twice", day.word());
                    let finding = Diagnostic::new(&resolve::NAMED_TWICE, some.span, message)
                        .primary("named before")
                        .help("name it once");
                    self.report(finding);
                } else {
                    days.push(day);
                }
            }
        }
        if days.is_empty() {
            days = Weekday::ALL.to_vec();
        }
        days.sort_unstable();
        let (opens, closes) = (opening.opens, opening.closes);
        let message = match () {
            () if opens.seconds >= 86_400 => Some("a row does not open at the end of the day"),
            () if opens.seconds == closes.seconds => Some("this row opens and closes at the same time"),
            () if closes.seconds == 0 => Some("the end of the day is `24:00`"),
            () => None,
        };
        if let Some(message) = message {
            let finding = Diagnostic::new(&types::BAD_RANGE, opens.span.to(closes.span), message)
                .primary("from when until when?")
                .help("for the whole day write `00:00 until 24:00`; `22:00 until 06:00` goes over midnight");
            self.report(finding);
            return None;
        }
        let when = match &opening.when {
            Some(expr) => Some(Clause { condition: self.condition(expr)?, span: expr.span }),
            None => None,
        };
        Some(WindowRow { days, opens: opens.seconds, closes: closes.seconds, when, span })
    }

    fn outside(&mut self, outside: tree::Outside, span: Span) -> Option<Outside> {
        Some(match outside {
            tree::Outside::Drop => Outside::Drop,
            tree::Outside::NextChannel => Outside::NextChannel,
            tree::Outside::Hold(None) => Outside::Hold(None),
            tree::Outside::Hold(Some(most)) => Outside::Hold(Some(self.longest_hold(most, span)?)),
        })
    }

    /// A window that never opens is an error, and hours that its rows take from each other are said.
    fn window_opens(&mut self, name: &str, span: Span, body: &Body) {
        // That it has no rows is said already.
        if body.rows.is_empty() {
            return;
        }
        let hours = Hours { rows: &body.rows };
        if let Some(rows) = hours.never() {
            let mut finding =
                Diagnostic::new(&resolve::WINDOW_NEVER_OPENS, span, format!("window `{name}` never opens"))
                    .primary("no hour of the week is left")
                    .help("rows only narrow: every row of a day must be open; name each day in one row");
            for row in rows {
                finding = finding.label(row.span, "open only then");
            }
            self.report(finding);
            return;
        }
        if hours.closed_week(&body.zones).is_some() {
            let message = format!("window `{name}` is not open in all of its zones at once");
            let finding = Diagnostic::new(&resolve::WINDOW_NEVER_OPENS, span, message)
                .primary("no hour is open on the clocks of all of them")
                .help("open it for longer, or name zones that are nearer to each other");
            self.report(finding);
            return;
        }
        for (day, rows) in hours.taken() {
            let Some((last, others)) = rows.split_last() else { continue };
            let whom = if last.when.is_some() { " for whoever this row is about" } else { "" };
            let message = format!("window `{name}` has no hour left on {}{whom}", day.word());
            let mut finding = Diagnostic::new(&lint::ROWS_EXCLUDE, last.span, message).primary("open only then").help(
                "rows only narrow, so these two leave nothing; name the day in one row, or let the hours overlap",
            );
            for row in others {
                finding = finding.label(row.span, "and only then");
            }
            self.report(finding);
        }
        for (day, row) in hours.without_base() {
            let message = format!("window `{name}` is open all of {} for whoever this row is not about", day.word());
            let finding = Diagnostic::new(&lint::ROW_WITHOUT_BASE, row.span, message)
                .primary(format!("the only rows for {} have a condition", day.word()))
                .help("rows only narrow; add a row without a condition that says the hours for everybody");
            self.report(finding);
        }
    }

    /// A window binds the offers and rules it is on, as far as their class obeys windows; what goes by the channels that it
    /// is on is bound when it goes.
    pub(super) fn bind_windows(&mut self) {
        for at in 0..self.rules.windows.len() {
            let id = WindowId::from_index(at);
            let RuleSet { offers, rules, channels, classes, windows, .. } = &mut self.rules;
            let Some(target) = windows.get(at).map(|window| &window.target) else { continue };
            let obeys = |class| classes.row(class).obeys(Guardrail::Windows);
            for (at, offer) in offers.iter_mut().enumerate() {
                if target.has_offer(OfferId::from_index(at), offer) && obeys(offer.class) {
                    offer.windows.push(id);
                }
            }
            for (at, rule) in rules.iter_mut().enumerate() {
                if target.has_rule(RuleId::from_index(at)) && obeys(rule.class) {
                    rule.windows.push(id);
                }
            }
            if let CapTarget::Channels(of) = target {
                let channels = channels.iter_mut().enumerate();
                let on = channels.filter(|(at, _)| of.contains(&ChannelId::from_index(*at)));
                on.for_each(|(_, channel)| channel.windows.push(id));
            }
        }
        self.holds_end();
        self.moments_do_not_wait();
    }

    /// Whatever a window may hold must be let go at some time: after its longest wait, or when the rule expires.
    fn holds_end(&mut self) {
        let endless = |id: &WindowId| self.rules[*id].outside == Outside::Hold(None);
        let mut found: Vec<(WindowId, Span, String)> = Vec::new();
        for (at, rule) in self.rules.rules.iter().enumerate() {
            let by_channels = |offer: OfferId| {
                let class = self.rules[offer].class;
                let windows = self.rules.windows_by(self.rules.channels_of(rule), class);
                self.rules[offer].windows.iter().copied().chain(windows).collect::<Vec<_>>()
            };
            let mut windows = self.rules.windows_on(RuleId::from_index(at));
            windows.extend(by_channels(rule.show));
            if rule.expires.is_none() {
                let what = format!("rule `{}` never expires", rule.name);
                found.extend(windows.into_iter().filter(endless).map(|id| (id, rule.span, what.clone())));
            }
            for substitute in [rule.if_capped, rule.if_no_consent, rule.if_unknown] {
                let Some(Substitute::Show(offer)) = substitute else { continue };
                let what = format!("`{}` stands in for `{}` and never expires", self.rules[offer].name, rule.name);
                let windows = by_channels(offer).into_iter().filter(endless);
                found.extend(windows.map(|id| (id, rule.span, what.clone())));
            }
        }
        for slot in &self.rules.slots {
            let entries = slot.fallback.split_last().map_or(&[][..], |(_, earlier)| earlier);
            for (entry, offer) in entries.iter().filter_map(|entry| Some((entry, entry.offer?))) {
                let what = format!("the fallback `{}` never expires", self.rules[offer].name);
                let by_channels = self.rules.windows_by(&slot.channels, self.rules[offer].class);
                let windows = self.rules[offer].windows.iter().copied().chain(by_channels).filter(endless);
                found.extend(windows.map(|id| (id, entry.span, what.clone())));
            }
        }
        let mut told = std::collections::BTreeSet::new();
        for (id, span, what) in found.into_iter().filter(|(id, ..)| told.insert(*id)) {
            let window = self.rules[id].clone();
            let message = format!("window `{}` does not say how long it holds", window.name);
            let finding = Diagnostic::new(&resolve::HOLD_WITHOUT_END, self.outside_span(&window), message)
                .primary("until when?")
                .label(span, what)
                .help("write `outside hold at most 12 hours`, or add `expires 24 hours after` and a time to the rule");
            self.report(finding);
            self.poison(Kind::Window, &window.name);
        }
    }

    fn outside_span(&self, window: &Window) -> Span {
        let item = self.collected.windows.get(window.name.as_str());
        let clauses = item.into_iter().flat_map(|entry| &entry.item.clauses);
        let outside = clauses.filter(|clause| matches!(clause.kind, WindowClause::Outside(_)));
        outside.map(|clause| clause.span).next().unwrap_or(window.span)
    }

    /// R21: what is known of the moment is gone when a held rule is decided anew.
    fn moments_do_not_wait(&mut self) {
        for at in 0..self.rules.rules.len() {
            let id = RuleId::from_index(at);
            let mut windows = self.rules.windows_on(id);
            windows.extend(self.rules.windows_by(self.rules.channels_of(&self.rules[id]), self.rules[id].class));
            let holds = windows.iter().find(|id| matches!(self.rules[**id].outside, Outside::Hold(_)));
            let caps = self.rules.caps_on(id);
            let held = caps.iter().map(|cap| &self.rules[*cap]).find(|cap| cap.hold().is_some());
            let (holder, what, help) = match (holds, held) {
                (Some(window), _) => {
                    (self.rules[*window].span, "holds the rule outside its hours", "let the window say `outside drop`")
                }
                (None, Some(cap)) => (cap.span, "holds the rule where it is spent", "let the cap say `then next`"),
                (None, None) => continue,
            };
            let rule = &self.rules[id];
            let rows = windows.iter().flat_map(|id| &self.rules[*id].rows).filter_map(|row| row.when.as_ref());
            let clauses = rule.when.iter().chain(&rule.unless).chain(&rule.expires).chain(rows);
            let in_clauses = clauses
                .flat_map(|clause| self.rules.read_by(&clause.condition).into_iter().map(move |id| (id, clause.span)));
            let in_rank = rule
                .rank
                .iter()
                .flat_map(|rank| self.rules.read_by_expression(&rank.by).into_iter().map(move |id| (id, rank.span)));
            let of_moment = |(id, _): &(AttributeId, Span)| self.rules[*id].scope == Scope::Moment;
            let Some((attribute, span)) = in_clauses.chain(in_rank).find(of_moment) else { continue };
            let name = &self.rules[attribute].name;
            let message =
                format!("rule `{}` may be held, and `{name}` is not known any more when it is let go", rule.name);
            let finding = Diagnostic::new(&lint::HELD_MOMENT, span, message)
                .primary("known of this moment only")
                .label(holder, what)
                .help(format!("give `{name}` to the customer, or {help}"));
            self.report(finding);
        }
    }

    /// `expires 24 hours after T`: from then on it is over, and so it is where nobody knows.
    pub(super) fn expiry(&mut self, length: tree::Duration, since: &tree::Expr, span: Span) -> Option<Clause> {
        if let Some(finding) = super::literals::no_time(length) {
            self.report(finding);
            return None;
        }
        let (of, ty) = self.value(since, Wanted::default())?;
        if !matches!(ty, Type::Time | Type::Date) {
            let finding = Diagnostic::new(&types::NOT_A_TIME, since.span, "a rule expires after a time or a date")
                .primary(format!("this is {}", ty.word()))
                .help("name the time that counts: `expires 24 hours after cart_at`");
            self.report(finding);
            return None;
        }
        if ty == Type::Date && !period(length).unit.is_days() {
            let finding = Diagnostic::new(&types::DATE_IN_HOURS, length.span, "after a date days are counted")
                .primary("shorter than a day")
                .label(since.span, "a date")
                .help("write days, weeks or months, or declare the attribute as `time`");
            self.report(finding);
            return None;
        }
        let condition = Condition::Age(of, Direction::Old, AgeBound::One(Comparison::AtLeast, period(length)));
        Some(Clause { condition, span })
    }
}

fn span_of(zone: &tree::CapZone) -> Span {
    match zone {
        tree::CapZone::Named(text) => text.span,
        tree::CapZone::Attribute(name) => name.span,
    }
}
