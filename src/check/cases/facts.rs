//! The facts of a persona or test: nothing is granted, known or counted unless written (R47).

use crate::check::Pass;
use crate::check::literals::nfc;
use crate::check::names::Kind;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::{resolve, types};
use crate::frame::{ConsentRecord, Fact, Facts, Happened, Stamp};
use crate::model::{AttributeId, CapId, EventId, OfferId, Outside, RuleId, Substitute, Then};
use crate::syntax::tree::{
    self, CaseClause, Clause, ConsentFact, ConsentSubject, GivenItem, GivenValue, Held, LiteralKind, Name,
    PermissionFact,
};
use crate::value::{Consent, Datum, Instant, Missing, Permission, Type, Value, show_number};

/// What a history is about: the event, what it is of, and by which channel.
pub(super) fn about(fact: &tree::Fact) -> (&str, Option<&str>, Option<&str>) {
    let [of, by] = [&fact.of, &fact.by].map(|name| name.as_ref().map(|name| name.text.as_str()));
    (&fact.event.text, of, by)
}

impl Pass<'_> {
    /// All facts in the order given; one about the same thing replaces the one before.
    pub(super) fn facts(&mut self, clauses: &[&Clause<CaseClause>], now: Instant) -> Option<Facts> {
        let mut facts = Facts::nothing(&self.rules, now);
        let mut history: Vec<(&tree::Fact, Vec<Happened>)> = Vec::new();
        let mut right = true;
        for clause in clauses {
            match &clause.kind {
                CaseClause::As(_)
                | CaseClause::Now(_)
                | CaseClause::Expect(_)
                | CaseClause::Request(_)
                | CaseClause::Cases(_)
                | CaseClause::Row(_) => {}
                CaseClause::StoreDown => facts.store_down = true,
                CaseClause::Held(held) => right &= self.held(held, &mut facts).is_some(),
                CaseClause::Given(items) => {
                    for item in items {
                        right &= self.given(item, &mut facts).is_some();
                    }
                }
                CaseClause::Consent(records) => {
                    for record in records {
                        right &= self.consent_fact(record, &mut facts).is_some();
                    }
                }
                CaseClause::Permission(records) => {
                    for record in records {
                        right &= self.permission_fact(record, &mut facts).is_some();
                    }
                }
                CaseClause::History(fact) => match self.happened(fact, now) {
                    Some(events) => {
                        // Purchases of two amounts are two facts about one thing, and so is one of no amount beside them.
                        let both = |known: &tree::Fact| {
                            (!known.fields.is_empty() || !fact.fields.is_empty()) && self.of_one_block(known, fact)
                        };
                        history.retain(|(known, _)| about(known) != about(fact) || both(known));
                        history.push((fact, events));
                    }
                    None => right = false,
                },
                CaseClause::Used(used) => match self.cap_used(&used.of) {
                    Some(cap) => {
                        facts.used.retain(|(known, _)| *known != cap);
                        facts.used.push((cap, used.count));
                    }
                    None => right = false,
                },
            }
        }
        facts.history = history.into_iter().flat_map(|(_, events)| events).collect();
        right.then_some(facts)
    }

    /// A number from here to there is never only where its mapping announces it, so that a test does not rest on what no
    /// customer can be.
    fn has_room_for_never(&mut self, id: AttributeId, item: &GivenItem) -> Option<()> {
        let attribute = &self.rules[id];
        if attribute.may_be_never() {
            return Some(());
        }
        let name = &attribute.name;
        let range = attribute.ty.number().map(|number| {
            let [from, to] = [number.min, number.max].map(|end| show_number(end, number.scale));
            format!("goes from {from} to {to}, and ")
        });
        let message = format!("`{name}` {}no cell of it means never", range.unwrap_or_default());
        let finding = Diagnostic::new(&types::BAD_VALUE, item.value_span, message)
            .primary("cannot be never")
            .label(attribute.span, "declared here")
            .help("say at the attribute which cell means it, such as `-1 is never`, or give a number");
        self.report(finding);
        None
    }

    fn given(&mut self, item: &GivenItem, facts: &mut Facts) -> Option<()> {
        let id = match self.names.get(Kind::Attribute, &item.name.text) {
            Some(Some(at)) => AttributeId::from_index(at),
            Some(None) => return None,
            None => {
                self.unknown(Kind::Attribute, &item.name);
                return None;
            }
        };
        let ty = self.rules[id].ty;
        let as_of = match &item.as_of {
            Some(point) => self.instant(&point.kind, point.span, Some(facts.now))?,
            None => facts.now,
        };
        let fact = self.fact(item, ty, as_of, facts.now)?;
        if matches!(fact, Fact::Known(Value::Never, _)) {
            self.has_room_for_never(id, item)?;
        }
        facts.set(id, fact);
        Some(())
    }

    /// A written value of a type, as of an instant.
    fn fact(&mut self, item: &GivenItem, ty: Type, as_of: Instant, now: Instant) -> Option<Fact> {
        let known = |value: Value| Fact::Known(value, Some(as_of));
        Some(match &item.value {
            GivenValue::Missing => Fact::Missing(Missing::Absent),
            GivenValue::Never => {
                self.may_be_never(ty, item.value_span)?;
                known(Value::Never)
            }
            GivenValue::Literal(literal) if self.is_unclear_percent(literal, ty) => return None,
            GivenValue::Literal(literal) => known(self.value_of_type(literal, ty, Some(now))?),
            GivenValue::Member(name) => match ty {
                Type::OneOf(list) => known(Value::Member(self.member(list, &name.text, name.span)?)),
                Type::YesNo
                | Type::Number(_)
                | Type::Text
                | Type::Set
                | Type::Time
                | Type::Date
                | Type::Zone
                | Type::Score(_) => {
                    return self.misfit(item, ty);
                }
            },
            // No points are a score of 0, which is known.
            GivenValue::List(elements) if elements.is_empty() && matches!(ty, Type::Score(_)) => {
                Fact::Increments(Vec::new())
            }
            GivenValue::List(_) if ty != Type::Set => return self.misfit(item, ty),
            GivenValue::List(elements) => {
                let mut set = std::collections::BTreeSet::new();
                for element in elements {
                    match &element.kind {
                        LiteralKind::Text(text) => drop(set.insert(nfc(text).into())),
                        LiteralKind::YesNo(_)
                        | LiteralKind::Number(_)
                        | LiteralKind::Percent(_)
                        | LiteralKind::Date(_)
                        | LiteralKind::Time(_) => return self.misfit(item, ty),
                    }
                }
                known(Value::Set(set))
            }
            GivenValue::Increments(written) => {
                let Type::Score(_) = ty else { return self.misfit(item, ty) };
                let mut increments = Vec::new();
                for increment in written {
                    let LiteralKind::Number(number) = &increment.amount.kind else { return self.misfit(item, ty) };
                    let number = crate::check::literals::decimal(*number);
                    let amount = self.number_in(number, crate::value::SCORE, increment.amount.span)?;
                    let at = self.instant(&increment.at.kind, increment.at.span, Some(now))?;
                    increments.push((amount, at));
                }
                Fact::Increments(increments)
            }
        })
    }

    fn is_unclear_percent(&mut self, literal: &tree::Literal, ty: Type) -> bool {
        match (&literal.kind, ty.number()) {
            (LiteralKind::Percent(written), Some(number)) => {
                self.percent_fits(*written, number, literal.span).is_none()
            }
            (_, _) => false,
        }
    }

    fn misfit(&mut self, item: &GivenItem, ty: Type) -> Option<Fact> {
        let message = format!("this is no value for `{}`", item.name.text);
        let finding = Diagnostic::new(&types::BAD_VALUE, item.value_span, message).primary(format!(
            "`{}` is {}",
            item.name.text,
            self.type_words(ty)
        ));
        let reason = |name: &str| crate::diagnostics::nearest(name, ["missing", "never"]);
        let right = match (&item.value, ty) {
            (GivenValue::Member(name), _) if let Some(meant) = reason(&name.text) => {
                let fix = format!("write `{meant}`");
                self.report(finding.help(format!("did you mean `{meant}`?")).suggest(fix, item.value_span, meant));
                return None;
            }
            (GivenValue::Member(name), Type::YesNo) => crate::check::misread::yes_or_no(&name.text).map(str::to_owned),
            (GivenValue::Member(name), Type::Text | Type::Zone) => Some(format!("{:?}", name.text)),
            (GivenValue::Member(name), Type::Set) => Some(format!("[{:?}]", name.text)),
            (_, _) => None,
        };
        self.report(match right {
            Some(right) => {
                finding.help(format!("write `{right}`")).fix(format!("write `{right}`"), item.value_span, right)
            }
            None => finding.help(format!("write {}, or `missing`", self.example(ty))),
        });
        None
    }

    fn consent_fact(&mut self, record: &ConsentFact, facts: &mut Facts) -> Option<()> {
        let Some(status) = Consent::from_word(&record.status.text) else {
            let span = record.status.span;
            self.member(crate::value::EnumId::CONSENT, &record.status.text, span);
            return None;
        };
        let at = match &record.at {
            Some(point) => Some(self.instant(&point.kind, point.span, Some(facts.now))?),
            None => None,
        };
        // A grant written without time, version or confirmation satisfies all three (R47).
        let granted = ConsentRecord::granted(facts.now);
        let written = match status {
            Consent::Granted => ConsentRecord {
                granted_at: at.or(granted.granted_at),
                version: record.version.or(granted.version),
                ..granted
            },
            Consent::Denied
            | Consent::Withdrawn
            | Consent::Expired
            | Consent::Pending
            | Consent::Unknown
            | Consent::Objected => {
                ConsentRecord { status, granted_at: at, version: record.version, confirmed: record.confirmed }
            }
        };
        match &record.subject {
            ConsentSubject::All(_) => facts.consent.fill(written),
            ConsentSubject::DirectMarketing(_) => match status {
                Consent::Objected => facts.objects_to_direct_marketing = true,
                Consent::Granted
                | Consent::Denied
                | Consent::Withdrawn
                | Consent::Expired
                | Consent::Pending
                | Consent::Unknown => {
                    let finding = Diagnostic::new(
                        &resolve::UNKNOWN_STATUS,
                        record.status.span,
                        "direct marketing as such can only be objected to",
                    )
                    .help("write `consent direct marketing objected`, or name a purpose");
                    self.report(finding);
                    return None;
                }
            },
            ConsentSubject::Purpose(name) => {
                let purpose = self.find_purpose(name)?;
                if self.rules[purpose].takes_for_open(status) {
                    let said = format!("`{}` rests on legitimate interest, which only an objection closes", name.text);
                    let finding = Diagnostic::new(&resolve::UNKNOWN_STATUS, record.status.span, said)
                        .primary("leaves it open")
                        .label(self.rules[purpose].span, "declared here")
                        .help("write `objected`, or `granted` where the customer said nothing against it");
                    self.report(finding);
                    return None;
                }
                facts.set_consent(purpose, written);
            }
        }
        Some(())
    }

    fn happened(&mut self, fact: &tree::Fact, now: Instant) -> Option<Vec<Happened>> {
        let event = self.find_event(&fact.event)?;
        let stamp = match &fact.of {
            Some(of) => self.stamp(of)?,
            None => Stamp::Unstamped,
        };
        let stamp = match &fact.by {
            Some(by) => self.by_channel(by, &fact.event, stamp)?,
            None => stamp,
        };
        let fields = self.event_fields(event, &fact.fields, now)?;
        let mut events = Vec::new();
        for point in &fact.at {
            let at = self.instant(&point.kind, point.span, Some(now))?;
            events.push(Happened { event, at, stamp: stamp.clone(), fields: fields.clone(), times: 1 });
        }
        Some(events)
    }

    /// `permission push full`
    fn permission_fact(&mut self, record: &PermissionFact, facts: &mut Facts) -> Option<()> {
        let channel = self.find_channel(&record.channel);
        let Some(state) = Permission::from_word(&record.state.text) else {
            self.member(crate::value::EnumId::PERMISSION, &record.state.text, record.state.span);
            return None;
        };
        facts.set_permission(channel?, state);
        Some(())
    }

    /// `held forgotten_cart since 10 hours ago`
    fn held(&mut self, held: &Held, facts: &mut Facts) -> Option<()> {
        let offer = self.find_offer(&held.offer);
        let since = self.instant(&held.since.kind, held.since.span, Some(facts.now))?;
        if since > facts.now {
            let message = "what is held has been held since an earlier time";
            let finding = Diagnostic::new(&types::BAD_VALUE, held.since.span, message)
                .primary("after `now` of this test")
                .help("write when it was held, for example `since 10 hours ago`");
            self.report(finding);
            return None;
        }
        let offer = offer?;
        if !self.may_wait(offer) {
            let name = &held.offer.text;
            let finding = Diagnostic::new(&resolve::HELD_BY_NOTHING, held.offer.span, format!("nothing ever holds `{name}`"))
                .primary("no window and no cap lets it wait")
                .help(
                    "leave it out; or let it wait: `outside hold at most 12 hours` in a window, `then hold at most 2 days` in a cap",
                );
            self.report(finding);
        }
        facts.set_held(offer, since);
        Some(())
    }

    /// Whether an offer may have to wait: some rule that shows it is bound by a window or a cap that holds. What is left out
    /// may be just that.
    fn may_wait(&self, offer: OfferId) -> bool {
        let all = self.collected;
        let is_left_out = |kind, name: &&str| matches!(self.names.get(kind, name), Some(None));
        let counts = all.caps.keys().chain(all.pauses.keys()).chain(all.gaps.keys());
        if !all.damaged.is_empty()
            || all.lost
            || all.rules.keys().any(|name| is_left_out(Kind::Rule, name))
            || all.windows.keys().any(|name| is_left_out(Kind::Window, name))
            || counts.into_iter().any(|name| is_left_out(Kind::Cap, name))
        {
            return true;
        }
        let rules = &self.rules;
        let of = &rules[offer];
        rules.rules.iter().any(|rule| {
            let instead = [rule.if_capped, rule.if_no_consent, rule.if_unknown];
            if rule.show != offer && !instead.contains(&Some(Substitute::Show(offer))) {
                return false;
            }
            let channels = rules.channels_of(rule);
            let windows = rule.windows.iter().chain(&of.windows).copied().chain(rules.windows_by(channels, of.class));
            let by_channel = channels.iter().flat_map(|channel| &rules[*channel].caps);
            let mut caps = rule.caps.iter().chain(&of.caps).chain(by_channel);
            windows.into_iter().any(|window| matches!(rules[window].outside, Outside::Hold(_)))
                || caps.any(|cap| matches!(rules.then(*cap, rule.slot), Then::Hold(_)))
        })
    }

    /// `history sent of X by push`: what was sent went by a channel.
    pub(super) fn by_channel(&mut self, by: &Name, event: &Name, stamp: Stamp) -> Option<Stamp> {
        let found = self.find_channel(by)?;
        match stamp {
            Stamp::Of { offer, rule, via, class, tags, .. } => {
                Some(Stamp::Of { offer, rule, via, class, tags, channel: Some(found) })
            }
            Stamp::Retired { rule, via, class, .. } => Some(Stamp::Retired { rule, via, class, channel: Some(found) }),
            Stamp::Unstamped => {
                let message = format!("`by {}` goes with what was sent", by.text);
                let finding = Diagnostic::new(&resolve::CLAUSE_MISSING, by.span, message)
                    .primary("of which offer?")
                    .help(format!("write `history {} of X by {} at ..`", event.text, by.text));
                self.report(finding);
                None
            }
        }
    }

    /// The fields of an event, those not written absent.
    fn event_fields(&mut self, event: EventId, items: &[GivenItem], now: Instant) -> Option<Vec<Datum>> {
        let mut fields = vec![Datum::Missing(Missing::Absent); self.rules[event].fields.len()];
        let mut right = true;
        for item in items {
            let declared = &self.rules[event];
            let found = declared.fields.iter().position(|field| field.name == item.name.text);
            let Some((place, ty)) = found.and_then(|at| Some((at, declared.fields.get(at)?.ty))) else {
                let known: Vec<_> = declared.fields.iter().map(|field| format!("`{}`", field.name)).collect();
                let message = format!("event `{}` has no field `{}`", declared.name, item.name.text);
                let help = match known.is_empty() {
                    true => "it has no fields: take the braces away".to_owned(),
                    false => format!("its fields are {}", known.join(", ")),
                };
                self.report(Diagnostic::new(&resolve::UNKNOWN_FIELD, item.name.span, message).help(help));
                right = false;
                continue;
            };
            if let Some(as_of) = &item.as_of {
                let message = "a field of an event is as old as the event";
                self.report(Diagnostic::new(&types::BAD_VALUE, as_of.span, message).help("take `as of` away"));
                right = false;
            }
            // No cell of a field means never, so a test does not rest on it either.
            if matches!(item.value, GivenValue::Never) {
                let message = format!("no cell of the field `{}` means never", item.name.text);
                let finding = Diagnostic::new(&types::BAD_VALUE, item.value_span, message).primary("cannot be never");
                self.report(finding.help("write a value, or `missing`"));
                right = false;
                continue;
            }
            match (self.fact(item, ty, now, now), fields.get_mut(place)) {
                (Some(Fact::Known(value, _)), Some(field)) => *field = Datum::Known(value),
                (Some(Fact::Missing(reason)), Some(field)) => *field = Datum::Missing(reason),
                (Some(Fact::Increments(_)) | None, _) | (_, None) => right = false,
            }
        }
        right.then_some(fields)
    }

    /// Whether two facts stand in one persona or one test.
    fn of_one_block(&self, one: &tree::Fact, other: &tree::Fact) -> bool {
        let personas = self.collected.personas.values().map(|entry| &entry.item.clauses);
        let tests = self.collected.tests.iter().map(|entry| &entry.item.clauses);
        let holds = |clauses: &[Clause<CaseClause>], fact: &tree::Fact| {
            clauses.iter().any(|clause| matches!(&clause.kind, CaseClause::History(known) if std::ptr::eq(known, fact)))
        };
        personas.chain(tests).any(|clauses| holds(clauses, one) && holds(clauses, other))
    }

    /// `used 2 of X`: a declared cap, or the only clause `cap` of a rule.
    pub(super) fn cap_used(&mut self, name: &Name) -> Option<CapId> {
        let caps = self.rules.caps.iter().enumerate();
        let declared = caps.clone().find(|(_, cap)| cap.rule.is_none() && cap.name == name.text);
        if let Some((at, _)) = declared {
            return Some(CapId::from_index(at));
        }
        let Some(place) = self.names.get(Kind::Rule, &name.text) else {
            if self.names.get(Kind::Cap, &name.text).is_none() {
                self.unknown(Kind::Cap, name);
            }
            return None;
        };
        let rule = RuleId::from_index(place?);
        let own: Vec<_> = caps.filter(|(_, cap)| cap.rule == Some(rule)).map(|(at, _)| CapId::from_index(at)).collect();
        if let [only] = own.as_slice() {
            return Some(*only);
        }
        let (primary, help) = match own.as_slice() {
            [] => ("it has no clause `cap`", "name a cap, or take the clause away"),
            _ => {
                ("it has more than one clause `cap`", "declare the cap by name, so that it can be told from the others")
            }
        };
        let message = format!("`{}` is no cap of which something could be used", name.text);
        self.report(Diagnostic::new(&resolve::UNKNOWN_CAP, name.span, message).primary(primary).help(help));
        None
    }

    /// `of X`: an offer, stamped with the rule that shows it where only one does; or a rule with its offer.
    pub(super) fn stamp(&mut self, of: &Name) -> Option<Stamp> {
        let (offer, rule) = match (self.names.get(Kind::Offer, &of.text), self.names.get(Kind::Rule, &of.text)) {
            (Some(Some(at)), _) => {
                let offer = OfferId::from_index(at);
                let mut showing = self.rules.rules.iter().enumerate().filter(|(_, rule)| rule.show == offer);
                let only = match (showing.next(), showing.next()) {
                    (Some((at, _)), None) => Some(RuleId::from_index(at)),
                    (_, _) => None,
                };
                (offer, only)
            }
            (None, Some(Some(at))) => {
                let rule = RuleId::from_index(at);
                (self.rules[rule].show, Some(rule))
            }
            (Some(None), _) | (None, Some(None)) => return None,
            (None, None) => {
                self.unknown(Kind::Offer, of);
                return None;
            }
        };
        let tags = self.rules[offer].tags.clone();
        Some(Stamp::Of { offer: Some(offer), rule, via: None, class: None, tags, channel: None })
    }
}
