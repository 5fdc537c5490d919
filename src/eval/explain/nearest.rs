//! The smallest change of facts after which a named rule would win: at most two, found by trying.
//!
//! Takes a rule set, a frame, a slot and one of its rules; gives the change or nothing. Evaluates nearest values in the
//! reference evaluator alone, so whoever only loads a bundle can ask too.
//!
//! The search goes the way the decision goes. While the rule itself drops out, it tries what would mend its first
//! failing step: values just beyond the bounds of the tests that failed, consents, one use less of a cap. Once the rule
//! stands and another wins, it tries what would make that one drop out. Dates and switches are no facts of the customer
//! and are left alone; so is the key, and, where the key is missing, all that it masks (R41).
//!
//! Where a score decides, it stays as it is: what makes the winner drop out is tried, not what would raise a score. Of
//! rules that rank by a protected fact nothing is said, nor of those that are sent by a channel which asks for one, nor
//! where one says on whose clocks or until when a rule of the slot waits.
//!
//! What protected facts do is known only as far as the steps tell that everybody may read (R22):
//!
//! - a rule that passed its audience passed its protected clauses: they hold;
//! - a rule that dropped out of its audience though every other clause lets the customer through was stopped by a
//!   protected fact. Of the rule asked about, no change of visible facts is then known to be enough, which is the answer;
//!   another rule stays stopped, so nobody is asked to change a fact in order to get past it;
//! - a cap that hangs on one (by its unit, its number, its zone) and stopped nothing that was looked at is taken to have
//!   something left;
//! - of every other rule nothing is known. Its protected clauses are taken to hold, and the answer says `as far as
//!   protected facts allow`.
//!
//! So the answer is the same for two customers who differ in a protected fact and take the same steps. Of a rule that
//! waits for consent all clauses are taken to hold, since nothing may be said of its audience; that answer says `provided
//! its audience fits`.
//!
//! An objection closes what it is against whatever else was said, so nothing is granted past it: that it goes is a change
//! of its own, and named as that.

use std::cell::Cell;
use std::collections::BTreeSet;

use super::super::candidate::{Dropped, Guard, Guarded, guards, passes};
use super::super::channels::Blocked;
use super::super::slot::{Candidate, replay};
use super::flat::Flat;
use super::untold::Untold;
use super::{Change, Proviso, facts, values};
use crate::frame::{By, CapState, Frame};
use crate::model::show::show_counted;
use crate::model::{
    AttributeId, Basis, BlockCause, CapId, CapKind, ChannelId, Condition, Expression, Purpose, PurposeId, RuleId,
    RuleSet, Scope, SlotId,
};
use crate::value::{Consent, Datum, Missing, Permission, Value, show_instant};

/// The most decisions that are tried, and the most work a try may be in rules looked at.
const TRIES: usize = 600;
const RULES_LOOKED_AT: usize = 200_000;

/// The smallest change of one or two facts after which `rule` would win in `slot`; without facts where a protected one
/// stands in its way, so that no change of the others is known to be enough. `None` where it wins already, where only
/// time, a switch or another slot stands in its way, or where two changes are not enough.
pub fn nearest(rules: &RuleSet, frame: &Frame, slot: SlotId, rule: RuleId) -> Option<Change> {
    let Flat { rules, frame } = Flat::of(rules, frame);
    let (rules, frame) = (&*rules, &*frame);
    let tiers: Vec<_> = rules.tiers(slot).collect();
    let place = tiers.iter().position(|tier| tier.contains(&rule))?;
    let hidden = |rule: &RuleId| {
        rules[*rule].rank.as_ref().is_some_and(|rank| facts::expression_reads_protected(rules, &rank.by))
    };
    if tiers.get(place).is_some_and(|tier| tier.len() > 1 && tier.iter().any(hidden)) {
        return None;
    }
    // Whether a channel carries is a protected fact where its condition reads one.
    let passes_by = |id: &ChannelId| rules[*id].asked();
    let mut conditions = rules[slot].channels.iter().flat_map(passes_by);
    if conditions.any(|clause| facts::reads_protected(rules, &clause.condition)) {
        return None;
    }
    let of_channels = |id: &ChannelId| rules[*id].windows.iter();
    if rules[slot].order.iter().any(|rule| waits_for_protected(rules, *rule))
        || rules[slot].channels.iter().flat_map(of_channels).any(|window| facts::window_reads_protected(rules, *window))
    {
        return None;
    }
    let before = Guarded::new(rules, frame);
    let replayed = replay(&before, slot);
    if replayed.decision.by == By::Rule(rule) {
        return None;
    }
    let waits_for_consent = matches!(before.rule(rule), Err(Dropped::NoConsent(_)));
    let name = rules[rule].name.clone();
    if stopped_by_protected(&before, rule) {
        return Some(Change { rule: name, facts: Vec::new(), provided: Some(Proviso::ProtectedFacts) });
    }
    // Only a clause that reads nothing else is known to stay as it is when visible facts change.
    let reads_nothing_else = |of: RuleId| {
        let mut protected = guards(&rules[of]).filter(|guard| facts::reads_protected(rules, guard.condition));
        protected.all(|guard| facts::reads_only_protected(rules, guard.condition))
    };
    let others = rules[slot].order.iter().copied().filter(|of| *of != rule);
    let stay_stopped: BTreeSet<RuleId> =
        others.filter(|of| stopped_by_protected(&before, *of) && reads_nothing_else(*of)).collect();
    let assumed = |of: RuleId, guard: Guard<'_>| {
        (waits_for_consent && of == rule)
            || (facts::reads_protected(rules, guard.condition) && !stay_stopped.contains(&of))
    };
    let scored = |of: RuleId| hidden(&of);
    // From here on nothing is seen of a cap but what the steps tell.
    let untold = Untold::of(rules, frame, &replayed);
    let (rules, frame) = (&*untold.rules, &*untold.frame);
    let tries = Cell::new((RULES_LOOKED_AT / rules[slot].order.len().max(1)).clamp(50, TRIES));
    let search = Search { rules, slot, rule, assumed: &assumed, scored: &scored, tries };
    if search.wins(frame) {
        return None;
    }
    let mut moves = search.run(frame)?;
    moves.sort();
    let guesses = |of: &RuleId| {
        guards(&rules[*of]).any(|guard| facts::reads_protected(rules, guard.condition)) && !stay_stopped.contains(of)
    };
    let provided = match () {
        () if waits_for_consent => Some(Proviso::Audience),
        () if tiers
            .iter()
            .take(place + 1)
            .copied()
            .flatten()
            .any(|rule| guesses(rule) || hidden(rule) || untold.binds(*rule)) =>
        {
            Some(Proviso::ProtectedFacts)
        }
        () => None,
    };
    let facts = moves.iter().map(|change| change.show(rules, frame)).collect();
    Some(Change { rule: name, facts, provided })
}

/// Whether it hangs on a protected fact until when a rule waits: on the clocks or a row of a window, on a cap that holds, on
/// its expiry, or on what lets its channels carry it.
fn waits_for_protected(rules: &RuleSet, rule: RuleId) -> bool {
    let (of, expires) = (&rules[rule], rules[rule].expires.as_ref());
    let channels = rules.channels_of(of);
    let of_channels = rules.windows_by(channels, of.class);
    let asks_protected = |channel: &ChannelId| {
        rules[*channel].asked().any(|clause| facts::reads_protected(rules, &clause.condition))
            || rules.channel_caps(*channel, of.show, Some(rule)).iter().any(|id| facts::cap_reads_protected(rules, *id))
    };
    let (mut windows, caps) = rules.holding(of.show, Some(rule));
    windows.extend(of_channels);
    let may_wait = rules.sends(of.slot) && !(windows.is_empty() && caps.is_empty());
    expires.is_some_and(|clause| facts::reads_protected(rules, &clause.condition))
        || caps.into_iter().any(|id| facts::cap_reads_protected(rules, id))
        || windows.into_iter().any(|id| facts::window_reads_protected(rules, id))
        || may_wait && channels.iter().any(asks_protected)
}

/// Whether the steps tell that a protected fact stopped the rule: it dropped out of its audience, and every clause that
/// reads none lets the customer through.
fn stopped_by_protected(guarded: &Guarded<'_>, rule: RuleId) -> bool {
    let rules = guarded.rules;
    let dropped = matches!(guarded.rule(rule), Err(Dropped::NotApplicable | Dropped::NotKnown));
    let mut visible = guards(&rules[rule]).filter(|guard| !facts::reads_protected(rules, guard.condition));
    dropped && visible.all(|guard| passes(rules, guarded.frame, guard).is_yes())
}

/// One changed fact. The order is that in which equally small changes are preferred.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Move {
    /// An attribute has this value; by attribute, then by how near the value is.
    Attribute(AttributeId, usize, Value),
    /// The objection goes: to the purpose, or, without one, to direct marketing.
    NoObjection(Option<PurposeId>),
    /// A purpose reads so.
    Consent(PurposeId, u16),
    /// The device lets a channel do so much.
    Permission(ChannelId, u16),
    /// One use of a cap less than would spend it.
    Cap(CapId),
}

struct Search<'a> {
    rules: &'a RuleSet,
    slot: SlotId,
    rule: RuleId,
    assumed: &'a dyn Fn(RuleId, Guard<'_>) -> bool,
    scored: &'a dyn Fn(RuleId) -> bool,
    tries: Cell<usize>,
}

impl Search<'_> {
    fn run(&self, frame: &Frame) -> Option<Vec<Move>> {
        let first = self.moves(frame);
        let changed: Vec<_> = first.iter().map(|change| change.apply(self.rules, frame)).collect();
        if let Some(at) = changed.iter().position(|frame| self.wins(frame)) {
            return first.get(at).map(|change| vec![change.clone()]);
        }
        first.iter().zip(&changed).find_map(|(change, frame)| {
            let second = self.moves(frame).into_iter().filter(|second| !second.is_of_the_same(change));
            let mut second = second.filter(|second| self.wins(&second.apply(self.rules, frame)));
            second.next().map(|second| vec![change.clone(), second])
        })
    }

    fn guarded<'b>(&'b self, frame: &'b Frame) -> Guarded<'b> {
        Guarded { rules: self.rules, frame, assumed: self.assumed, scored: self.scored }
    }

    /// Whether the rule wins; no once the tries are used up.
    fn wins(&self, frame: &Frame) -> bool {
        let left = self.tries.get();
        self.tries.set(left.saturating_sub(1));
        left > 0 && replay(&self.guarded(frame), self.slot).decision.by == By::Rule(self.rule)
    }

    /// What could be changed next: what stops the rule, or what lets another one win; nearest first, each once.
    fn moves(&self, frame: &Frame) -> Vec<Move> {
        let mut found = BTreeSet::new();
        match self.guarded(frame).dropped(self.rule) {
            None => {
                if let Some(rule) = self.blocker(frame) {
                    self.tests(frame, rule, false, &mut found);
                }
            }
            Some(Dropped::NotApplicable | Dropped::NotKnown) => self.tests(frame, self.rule, true, &mut found),
            Some(Dropped::NoConsent(closed)) => {
                found.extend(closed.into_iter().map(|purpose| self.opens(frame, purpose)))
            }
            Some(Dropped::NoChannel(ways)) => {
                for (channel, step) in ways {
                    self.opens_way(frame, channel, step, &mut found);
                }
            }
            Some(Dropped::Capped(caps)) => self.empties(frame, caps, &mut found),
            Some(Dropped::HoldLimit(windows, caps)) if windows.is_empty() => self.empties(frame, caps, &mut found),
            Some(
                Dropped::RuleOff
                | Dropped::OfferOff
                | Dropped::RuleNotActive
                | Dropped::ReviewOverdue
                | Dropped::OfferNotActive
                | Dropped::Taken
                // What only another hour would mend is no fact of the customer.
                | Dropped::Expired
                | Dropped::ExpiryNotKnown
                | Dropped::Outside(_)
                | Dropped::HoldLimit(..)
                | Dropped::Overdue(_)
                | Dropped::Ends(_)
                | Dropped::NoScore,
            ) => {}
            Some(Dropped::Blocked(blocks)) => {
                for block in blocks {
                    match &self.rules[block].cause {
                        BlockCause::After(cap) => {
                            let runs = matches!(frame.caps.get(cap.index()), Some(CapState::Until(_)));
                            found.extend(runs.then_some(Move::Cap(*cap)));
                        }
                        BlockCause::While(clause) => self.lifts(frame, &clause.condition, &mut found),
                    }
                }
            }
        }
        found.into_iter().collect()
    }

    /// The rule in whose place another answer stands.
    fn blocker(&self, frame: &Frame) -> Option<RuleId> {
        let replay = replay(&self.guarded(frame), self.slot);
        replay.looked_at.iter().rev().find_map(|(tried, _)| match tried {
            Candidate::Rule(rule) => Some(*rule),
            Candidate::Substitute(..) | Candidate::Fallback(_) => None,
        })
    }

    /// Changes that turn a test of the rule's clauses: of those that fail, or of those that hold.
    fn tests(&self, frame: &Frame, rule: RuleId, failing: bool, found: &mut BTreeSet<Move>) {
        let rules = self.rules;
        let wanted = guards(&rules[rule])
            .filter(|guard| !(self.assumed)(rule, *guard) && passes(rules, frame, *guard).is_yes() != failing);
        for guard in wanted {
            self.lifts(frame, guard.condition, found);
        }
    }

    /// Caps that are spent as far as anybody knows, made empty.
    fn empties(&self, frame: &Frame, caps: Vec<CapId>, found: &mut BTreeSet<Move>) {
        let is_known = |cap: &CapId| {
            let number = self.rules[*cap].number;
            // What a wish that nobody may see allows is not told.
            if number.is_some_and(|number| self.rules[number].is_protected()) {
                return false;
            }
            matches!(frame.caps.get(cap.index()), Some(CapState::Used(_) | CapState::Until(_)))
        };
        found.extend(caps.into_iter().filter(is_known).map(Move::Cap));
    }

    /// What lets a channel through at the step at which it stands.
    fn opens_way(&self, frame: &Frame, channel: ChannelId, step: Blocked, found: &mut BTreeSet<Move>) {
        let channel = &self.rules[channel];
        let clause = match step {
            Blocked::Permission => &channel.allowed,
            Blocked::Reach => &channel.reached,
            Blocked::Consent(closed) => {
                found.extend(closed.into_iter().map(|purpose| self.opens(frame, purpose)));
                return;
            }
            Blocked::Capped(caps) => return self.empties(frame, caps, found),
            // What only another hour would mend is no fact of the customer.
            Blocked::Outside(_) => return,
        };
        if let Some(clause) = clause {
            self.lifts(frame, &clause.condition, found);
        }
    }

    /// Changes that turn a test of the condition.
    fn lifts(&self, frame: &Frame, condition: &Condition, found: &mut BTreeSet<Move>) {
        let rules = self.rules;
        for test in facts::deciding(rules, frame, condition) {
            for id in rules.read_by(test) {
                // Of somebody whom nobody knows nothing would be known, whatever were given.
                let is_masked = rules[id].scope == Scope::Customer && facts::is_anonymous(rules, frame);
                if rules[id].key || rules[id].is_protected() || is_masked {
                    continue;
                }
                let near = values::turning(rules, frame, test, id);
                found.extend(near.into_iter().enumerate().map(|(at, value)| Move::Attribute(id, at, value)));
            }
            for operand in test.operands() {
                if let Expression::Consent(purpose) = operand {
                    found.extend(self.consents(frame, *purpose, test));
                }
                if let Expression::Permission(channel) = operand {
                    found.extend(self.permissions(frame, *channel, test));
                }
            }
        }
    }

    /// The first state of a permission that turns a test.
    fn permissions(&self, frame: &Frame, channel: ChannelId, test: &Condition) -> Option<Move> {
        let now = super::super::condition(self.rules, frame, test);
        let turns = |state: &&Permission| {
            let changed = Move::Permission(channel, state.member()).apply(self.rules, frame);
            super::super::condition(self.rules, &changed, test) == now.negate()
        };
        Permission::ALL.iter().find(turns).map(|state| Move::Permission(channel, state.member()))
    }

    /// What brings a closed purpose nearer to being open.
    fn opens(&self, frame: &Frame, purpose: PurposeId) -> Move {
        let declared = &self.rules[purpose];
        match (frame.consent(purpose), &declared.basis) {
            (Consent::Objected, _) if declared.direct_marketing => Move::NoObjection(None),
            (Consent::Objected, Basis::LegitimateInterest(_)) => Move::NoObjection(Some(purpose)),
            (
                Consent::Granted
                | Consent::Denied
                | Consent::Withdrawn
                | Consent::Expired
                | Consent::Pending
                | Consent::Unknown
                | Consent::Objected,
                Basis::Consent | Basis::ExplicitConsent | Basis::LegitimateInterest(_),
            ) => Move::Consent(purpose, Consent::Granted.member()),
        }
    }

    /// The readings of a purpose that turn a test: granted where that does it, else that nobody asked. Past an objection
    /// nothing is read: it goes, or the test stays as it is.
    fn consents(&self, frame: &Frame, purpose: PurposeId, test: &Condition) -> Option<Move> {
        let gone = self.opens(frame, purpose);
        if matches!(gone, Move::NoObjection(_)) {
            return Some(gone);
        }
        let can_be = match self.rules[purpose].basis {
            Basis::Consent | Basis::ExplicitConsent => [Consent::Granted, Consent::Unknown],
            Basis::LegitimateInterest(_) => [Consent::Granted, Consent::Objected],
        };
        let now = super::super::condition(self.rules, frame, test);
        let turns = |status: &Consent| {
            let changed = Move::Consent(purpose, status.member()).apply(self.rules, frame);
            super::super::condition(self.rules, &changed, test) == now.negate()
        };
        can_be.iter().find(|status| turns(status)).map(|status| Move::Consent(purpose, status.member()))
    }
}

impl Move {
    fn is_of_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Attribute(a, ..), Self::Attribute(b, ..)) => a == b,
            (Self::Consent(a, _), Self::Consent(b, _)) => a == b,
            (Self::NoObjection(a), Self::NoObjection(b)) => a == b,
            (Self::Permission(a, _), Self::Permission(b, _)) => a == b,
            (Self::Cap(a), Self::Cap(b)) => a == b,
            (
                Self::Attribute(..) | Self::Consent(..) | Self::NoObjection(_) | Self::Permission(..) | Self::Cap(_),
                _,
            ) => false,
        }
    }

    fn apply(&self, rules: &RuleSet, frame: &Frame) -> Frame {
        let mut frame = frame.clone();
        match self {
            Self::Attribute(id, _, value) => {
                if let Some(place) = frame.attributes.get_mut(id.index()) {
                    *place = Datum::Known(value.clone());
                }
            }
            Self::NoObjection(of) => {
                for (at, purpose) in rules.purposes.iter().enumerate() {
                    let id = PurposeId::from_index(at);
                    let meant = of.map_or(purpose.direct_marketing, |of| of == id);
                    if meant && frame.consent(id) == Consent::Objected {
                        // What was said beside the objection comes to light: it is no change of its own.
                        let beneath = frame.beneath.iter().find(|(of, _)| *of == id).map(|(_, reads)| *reads);
                        let status = beneath.unwrap_or(match purpose.basis {
                            Basis::LegitimateInterest(_) => Consent::Granted,
                            Basis::Consent | Basis::ExplicitConsent => Consent::Unknown,
                        });
                        read_so(rules, &mut frame, id, status);
                    }
                }
            }
            Self::Consent(id, member) => {
                let status = Consent::ALL.get(usize::from(*member)).copied().unwrap_or(Consent::Unknown);
                for (at, purpose) in rules.purposes.iter().enumerate() {
                    // An objection to one purpose of direct marketing closes all of them.
                    let with = status == Consent::Objected && rules[*id].direct_marketing && purpose.direct_marketing;
                    if at == id.index() || with {
                        read_so(rules, &mut frame, PurposeId::from_index(at), status);
                    }
                }
            }
            Self::Permission(id, member) => {
                let state = Permission::ALL.get(usize::from(*member)).copied().unwrap_or_default();
                if let Some(place) = frame.permissions.get_mut(id.index()) {
                    *place = state;
                }
            }
            Self::Cap(id) => {
                let limit = frame.limit(rules, *id).unwrap_or(1);
                if let Some(place) = frame.caps.get_mut(id.index()) {
                    // A pause or a gap is over; nothing is said of what counts towards the next.
                    *place = match rules[*id].kind {
                        CapKind::Cap => CapState::Used(limit.saturating_sub(1)),
                        CapKind::Pause { .. } | CapKind::Block { .. } | CapKind::Gap => CapState::Used(0),
                    };
                }
            }
        }
        frame
    }

    fn show(&self, rules: &RuleSet, frame: &Frame) -> String {
        match self {
            Self::Attribute(id, _, Value::Set(elements)) => {
                let none = BTreeSet::new();
                let held = match frame.attribute(*id) {
                    Datum::Known(Value::Set(held)) => held,
                    Datum::Known(_) | Datum::Missing(_) => &none,
                };
                values::show_set_change(&rules[*id].name, held, elements)
            }
            Self::Attribute(id, _, value) => {
                format!("{} is {}", rules[*id].name, facts::shown(rules, rules[*id].ty, value))
            }
            Self::NoObjection(None) => "there is no objection to direct marketing".to_owned(),
            Self::NoObjection(Some(id)) => format!("there is no objection to {}", rules[*id].name),
            Self::Consent(id, member) if *member == Consent::Objected.member() && rules[*id].direct_marketing => {
                "there is an objection to direct marketing".to_owned()
            }
            Self::Consent(id, member) => {
                let status = Consent::ALL.get(usize::from(*member)).map_or("unknown", |status| status.word());
                let what = format!("consent.{} is {status}", rules[*id].name);
                match beside_the_grant(&rules[*id]).filter(|_| *member == Consent::Granted.member()) {
                    Some(beside) => format!("{what} ({beside})"),
                    None => what,
                }
            }
            Self::Permission(id, member) => {
                let state = Permission::ALL.get(usize::from(*member)).copied().unwrap_or_default();
                format!("permission.{} is {}", rules[*id].name, state.word())
            }
            Self::Cap(id) => {
                let cap = &rules[*id];
                let kind = match cap.kind {
                    CapKind::Cap => None,
                    CapKind::Pause { .. } | CapKind::Block { .. } | CapKind::Gap => Some(cap.kind.word()),
                };
                if let Some(kind) = kind {
                    return match frame.caps.get(id.index()) {
                        Some(CapState::Until(until)) => {
                            format!("the {kind} {} is over ({})", cap.name, show_instant(*until))
                        }
                        Some(CapState::Used(_) | CapState::UnknownUnit | CapState::UnknownZone | CapState::NoStore)
                        | None => {
                            format!("the {kind} {} has not begun", cap.name)
                        }
                    };
                }
                let counted = match frame.limit(rules, *id).unwrap_or(cap.at_most) {
                    0 | 1 => format!("none {}", show_counted(rules, cap)),
                    at_most => format!("only {} {}", at_most - 1, show_counted(rules, cap)),
                };
                if cap.rule.is_some() { counted } else { format!("{counted} ({})", cap.name) }
            }
        }
    }
}

/// What a grant has to be for the purpose to be open, besides given: `version 4 or later, confirmed`.
fn beside_the_grant(purpose: &Purpose) -> Option<String> {
    let version = purpose.version.map(|version| format!("version {version} or later"));
    let confirmed = purpose.confirmed.then(|| "confirmed".to_owned());
    let valid = purpose.valid.map(|valid| format!("less than {valid} ago"));
    let parts: Vec<String> = version.into_iter().chain(confirmed).chain(valid).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Sets how a purpose reads. One that is closed masks what needs it; one that is opened brings no values with it.
fn read_so(rules: &RuleSet, frame: &mut Frame, id: PurposeId, status: Consent) {
    if let Some(place) = frame.consent.get_mut(id.index()) {
        *place = status;
    }
    for (attribute, place) in rules.attributes.iter().zip(&mut frame.attributes) {
        if status != Consent::Granted && attribute.needs.contains(&id) {
            *place = Datum::Missing(Missing::NoConsent);
        }
    }
}
