//! The replay of a decision, put into names and reasons.

use super::super::again::again;
use super::super::candidate::{Dropped, Guard, Guarded, guards, passes};
use super::super::slot::{Candidate as Tried, Fate as Found, Replay, replay};
use super::super::waiting::Ways;
use super::answer::answer;
use super::flat::{self, Flat};
use super::{Candidate, Change, Explanation, Fate, Outranking, Reason, Who, facts, nearest, waiting, ways};
use crate::frame::{By, CapState, Frame, Outcome, Short, Via};
use crate::model::show::{show_condition, show_counted, show_expression, show_limit, show_substitute};
use crate::model::{
    Active, AttributeId, BlockCause, BlockId, CapId, CapKind, CapUnit, CapZone, Expression, Fallback, OfferId, Order,
    PurposeId, RuleId, RuleSet, SCORE_PLACES, SlotId, Substitute,
};
use crate::value::{Missing, Truth, show_instant, show_number};

/// How many of the rules that dropped out are looked at for a smallest change.
const CHANGES_SOUGHT: usize = 3;

/// Why the slot answers what it answers.
pub fn explain(rules: &RuleSet, frame: &Frame, slot: SlotId) -> Explanation {
    let set_aside = flat::set_aside(rules, frame, slot);
    let Flat { rules, frame } = Flat::of(rules, frame);
    let (rules, frame) = (&*rules, &*frame);
    let guarded = Guarded::new(rules, frame);
    let replay = replay(&guarded, slot);
    let origin = origin(&replay);
    let sought = guarded.order(slot).into_iter().take_while(|rule| Some(*rule) != origin).take(CHANGES_SOUGHT);
    let mut change: Option<Change> = None;
    for rule in sought {
        let found = nearest(rules, frame, slot, rule);
        // That none is known is said only where there is nothing better to say, and of the best rule.
        let better = |found: &Change, best: &Change| {
            !found.facts.is_empty() && (best.facts.is_empty() || found.facts.len() < best.facts.len())
        };
        if found.as_ref().is_some_and(|found| change.as_ref().is_none_or(|best| better(found, best))) {
            change = found;
        }
        if change.as_ref().is_some_and(|best| best.facts.len() == 1) {
            break;
        }
    }
    Explanation { change, set_aside, ..without_change(rules, frame, slot) }
}

/// The fate of each candidate alone, for whoever explains many decisions: what a smallest change would be, and when to ask
/// again, takes hundreds of decisions to find. It is quick where rules and frame are flattened.
pub fn candidates(rules: &RuleSet, frame: &Frame, slot: SlotId) -> Vec<Candidate> {
    let Flat { rules, frame } = Flat::of(rules, frame);
    let guarded = Guarded::new(&rules, &frame);
    let replay = replay(&guarded, slot);
    Story { guarded: &guarded, replay: &replay, slot }.candidates()
}

/// The same without looking for a smallest change.
pub(crate) fn without_change(rules: &RuleSet, frame: &Frame, slot: SlotId) -> Explanation {
    let Flat { rules, frame } = Flat::of(rules, frame);
    let (rules, frame) = (&*rules, &*frame);
    let guarded = Guarded::new(rules, frame);
    let replay = replay(&guarded, slot);
    let candidates = Story { guarded: &guarded, replay: &replay, slot }.candidates();
    let again = again(rules, frame, slot, &replay);
    Explanation {
        slot: rules[slot].name.clone(),
        answer: answer(rules, &replay, again),
        candidates,
        change: None,
        set_aside: Vec::new(),
    }
}

/// The rule in whose place the answer stands; `None` where the fallback list answers.
fn origin(replay: &Replay) -> Option<RuleId> {
    if matches!(replay.decision.by, By::Fallback(_) | By::SlotOff) {
        return None;
    }
    replay.looked_at.iter().rev().find_map(|(tried, _)| match tried {
        Tried::Rule(rule) => Some(*rule),
        Tried::Substitute(..) | Tried::Fallback(_) => None,
    })
}

struct Story<'a> {
    guarded: &'a Guarded<'a>,
    replay: &'a Replay,
    slot: SlotId,
}

impl Story<'_> {
    fn candidates(&self) -> Vec<Candidate> {
        let rules = self.guarded.rules;
        let mut lines = Vec::new();
        if rules[self.slot].off.is_some() {
            return lines;
        }
        for rule in self.listed() {
            self.rule(rule, &mut lines);
        }
        for (at, entry) in (0_u32..).zip(&rules[self.slot].fallback) {
            let found = self.found(|tried| *tried == Tried::Fallback(at));
            let offer = entry.offer.map(|offer| rules[offer].name.clone());
            let fate = match found {
                Some(found) => self.fate(found, |dropped| fallback_reasons(self.guarded, self.slot, entry, dropped)),
                None => Fate::NotNeeded,
            };
            let passed_over = match (&fate, entry.offer) {
                (Fate::Wins, Some(offer)) => {
                    ways::before(self.guarded, self.slot, &rules[self.slot].channels, offer, None)
                }
                (Fate::Wins, None) => Vec::new(),
                (Fate::Drops(_) | Fate::Outranked { .. } | Fate::TriedBefore | Fate::NotNeeded, _) => Vec::new(),
            };
            let assumed = match fate {
                Fate::Wins => facts::assumed(rules, self.guarded.frame, entry.when.iter(), None),
                Fate::Drops(_) | Fate::Outranked { .. } | Fate::TriedBefore | Fate::NotNeeded => Vec::new(),
            };
            // Only the last answers in spite of that: R11 goes before R24.
            let shown_twice = fate == Fate::Wins && entry.offer.is_some_and(|offer| self.guarded.frame.is_taken(offer));
            let who = Who::Fallback { offer };
            let waits_for = Vec::new();
            lines.push(Candidate { who, fate, passed_over, waits_for, assumed, score: None, shown_twice });
        }
        // What is tried stands below what names it, so the last that wins is what is held.
        if let Some(held) = lines.iter_mut().rfind(|line| line.fate == Fate::Wins) {
            held.waits_for = self.waits_for();
        }
        lines
    }

    /// For what it waits, where something is held.
    fn waits_for(&self) -> Vec<Reason> {
        let rules = self.guarded.rules;
        let Outcome::Holds { offer, .. } = self.replay.decision.outcome else { return Vec::new() };
        let (channels, own) = match self.replay.decision.by {
            By::Rule(id) => (rules.channels_of(&rules[id]), Some(id)),
            By::Substitute(id, _) => (rules.channels_of(&rules[id]), None),
            By::Fallback(_) | By::SlotOff => (rules[self.slot].channels.as_slice(), None),
        };
        waiting::waits_for(self.guarded, Ways { slot: self.slot, channels }, own, offer)
    }

    /// The rules in the order in which they come to their turn; where a score may not be shown, as if all were equal.
    fn listed(&self) -> Vec<RuleId> {
        let rules = self.guarded.rules;
        let is_hidden = |rule: &RuleId| {
            rules[*rule].rank.as_ref().is_some_and(|rank| facts::expression_reads_protected(rules, &rank.by))
        };
        let mut order = self.guarded.order(self.slot).into_iter();
        let tiers = rules.tiers(self.slot).flat_map(|tier| {
            let by_score: Vec<RuleId> = order.by_ref().take(tier.len()).collect();
            if tier.len() > 1 && tier.iter().any(is_hidden) { tier.to_vec() } else { by_score }
        });
        tiers.collect()
    }

    fn found(&self, wanted: impl Fn(&Tried) -> bool) -> Option<&Found> {
        self.replay.looked_at.iter().find(|(tried, _)| wanted(tried)).map(|(_, found)| found)
    }

    /// The rule's line in its own place, and below it what was tried in its place.
    fn rule(&self, id: RuleId, lines: &mut Vec<Candidate>) {
        let rules = self.guarded.rules;
        let rule = &rules[id];
        let reasons = |dropped: &Dropped| rule_reasons(self.guarded, id, dropped);
        let fate = match self.found(|tried| *tried == Tried::Rule(id)) {
            _ if self.replay.decision.by == By::Rule(id) => Fate::Wins,
            Some(found @ (Found::Won | Found::Dropped(_))) => self.fate(found, reasons),
            // Tried in another's place and dropped out there: the step is the same here.
            Some(Found::TriedBefore) | None => self.beaten(id),
        };
        let clauses = guards(rule).map(|guard| guard.condition);
        let assumed = match fate {
            Fate::Wins => facts::assumed(rules, self.guarded.frame, clauses, rule.rank.as_ref().map(|rank| &rank.by)),
            Fate::Drops(_) | Fate::Outranked { .. } | Fate::TriedBefore | Fate::NotNeeded => Vec::new(),
        };
        let score = match fate {
            Fate::Wins | Fate::Outranked { .. } if rules.ranks_among_others(id) => shown_score(self.guarded, id),
            Fate::Wins | Fate::Drops(_) | Fate::Outranked { .. } | Fate::TriedBefore | Fate::NotNeeded => None,
        };
        let passed_over = self.before(&fate, id, rule.show, Some(id));
        let who = Who::Rule { rule: rule.name.clone(), offer: rules[rule.show].name.clone() };
        let waits_for = Vec::new();
        lines.push(Candidate { who, fate, passed_over, waits_for, assumed, score, shown_twice: false });
        self.substitutes(id, lines);
    }

    fn substitutes(&self, id: RuleId, lines: &mut Vec<Candidate>) {
        let rules = self.guarded.rules;
        for (tried, found) in &self.replay.looked_at {
            let Tried::Substitute(of, via, what) = tried else {
                continue;
            };
            if *of != id {
                continue;
            }
            let fate = self.fate(found, |dropped| match what {
                Substitute::Show(offer) => {
                    let sent = Ways { slot: self.slot, channels: rules.channels_of(&rules[id]) };
                    offer_reasons(self.guarded, sent, None, *offer, dropped)
                }
                Substitute::Try(rule) => rule_reasons(self.guarded, *rule, dropped),
                Substitute::Nothing => Vec::new(),
            });
            let passed_over = match what {
                Substitute::Show(offer) => self.before(&fate, id, *offer, None),
                // What is tried has a line of its own.
                Substitute::Try(_) | Substitute::Nothing => Vec::new(),
            };
            // It is there because its rule stood as it did, defaults and all. What dropped out for consent says nothing of
            // its audience.
            let assumed = match (&fate, via) {
                (Fate::Wins, Via::Capped | Via::Unknown) => {
                    facts::assumed(rules, self.guarded.frame, guards(&rules[id]).map(|guard| guard.condition), None)
                }
                (Fate::Wins, Via::NoConsent)
                | (Fate::Drops(_) | Fate::Outranked { .. } | Fate::TriedBefore | Fate::NotNeeded, _) => Vec::new(),
            };
            let (rule, what) = (rules[id].name.clone(), show_substitute(rules, id, *what));
            let who = Who::Substitute { rule, via: *via, what };
            let waits_for = Vec::new();
            lines.push(Candidate { who, fate, passed_over, waits_for, assumed, score: None, shown_twice: false });
        }
    }

    /// Of what is sent, why the channels before the one that carries it were passed over.
    fn before(&self, fate: &Fate, id: RuleId, offer: OfferId, own: Option<RuleId>) -> Vec<Reason> {
        let rules = self.guarded.rules;
        match fate {
            Fate::Wins => ways::before(self.guarded, self.slot, rules.channels_of(&rules[id]), offer, own),
            Fate::Drops(_) | Fate::Outranked { .. } | Fate::TriedBefore | Fate::NotNeeded => Vec::new(),
        }
    }

    fn fate(&self, found: &Found, reasons: impl Fn(&Dropped) -> Vec<Reason>) -> Fate {
        match found {
            Found::Won => Fate::Wins,
            Found::Dropped(dropped) => Fate::Drops(reasons(dropped)),
            Found::TriedBefore => Fate::TriedBefore,
        }
    }

    /// A rule that nobody looked at: its own first failing step if it has one, else it is outranked.
    fn beaten(&self, id: RuleId) -> Fate {
        let rules = self.guarded.rules;
        if let (None, Some((by, cap))) = (self.guarded.dropped(id), self.replay.stopped) {
            let how = Outranking::Stops { cap: rules[cap].name.clone() };
            return Fate::Outranked { by: rules[by].name.clone(), how };
        }
        match (self.guarded.dropped(id), origin(self.replay)) {
            (Some(dropped), _) => Fate::Drops(rule_reasons(self.guarded, id, &dropped)),
            (None, Some(by)) => Fate::Outranked { by: rules[by].name.clone(), how: outranking(self.guarded, by, id) },
            (None, None) => Fate::NotNeeded,
        }
    }
}

/// What makes `stronger` win over `weaker` in their slot (R6, R7).
fn outranking(guarded: &Guarded<'_>, stronger: RuleId, weaker: RuleId) -> Outranking {
    let rules = guarded.rules;
    let (a, b) = (&rules[stronger], &rules[weaker]);
    let ties = (rules.ties_place(stronger), rules.ties_place(weaker));
    let tag = (ties.0 < ties.1).then(|| rules[a.slot].ties.get(ties.0)).flatten().map(|tag| rules[*tag].clone());
    match () {
        () if a.class != b.class => {
            Outranking::Class { stronger: a.class.word().to_owned(), weaker: b.class.word().to_owned() }
        }
        () if is_before(rules, stronger, weaker) => Outranking::Before,
        () if a.priority != b.priority => Outranking::Priority { stronger: a.priority, weaker: b.priority },
        () if rules.rank_together(stronger, weaker) => {
            // Whether a score that may not be shown equals another one may not be told either.
            let shown = shown_score(guarded, stronger).zip(shown_score(guarded, weaker));
            match shown {
                Some((score, other)) if score == other => Outranking::Tie { score: Some(score), tag },
                Some((score, other)) => Outranking::Score { stronger: Some(score), weaker: Some(other) },
                None => Outranking::Score { stronger: None, weaker: None },
            }
        }
        () if tag.is_some() => Outranking::Tie { score: None, tag },
        () => Outranking::Name,
    }
}

/// The score as people write it, if the marks of what it reads let it be shown.
fn shown_score(guarded: &Guarded<'_>, id: RuleId) -> Option<String> {
    let rank = guarded.rules[id].rank.as_ref()?;
    if facts::expression_reads_protected(guarded.rules, &rank.by) {
        return None;
    }
    let shown = show_number(guarded.score(id)?, SCORE_PLACES);
    Some(shown.trim_end_matches('0').trim_end_matches('.').to_owned())
}

/// Whether a chain of `before` leads from one rule to the other.
fn is_before(rules: &RuleSet, from: RuleId, to: RuleId) -> bool {
    let mut open = vec![from];
    let mut seen = vec![false; rules.rules.len()];
    while let Some(rule) = open.pop() {
        if std::mem::replace(&mut seen[rule.index()], true) {
            continue;
        }
        match &rules[rule].order {
            Order::Before(others) if others.contains(&to) => return true,
            Order::Before(others) => open.extend(others),
            Order::Unordered | Order::Priority(_) => {}
        }
    }
    false
}

/// Why a rule dropped out at this step; sorted, each once.
pub(super) fn rule_reasons(guarded: &Guarded<'_>, id: RuleId, dropped: &Dropped) -> Vec<Reason> {
    let rules = guarded.rules;
    let rule = &rules[id];
    match dropped {
        Dropped::RuleOff => vec![switched_off(&rule.name, rule.off.as_deref())],
        Dropped::RuleNotActive => vec![not_active(guarded, &rule.name, rule.active)],
        Dropped::ReviewOverdue => {
            rule.review_by.map(|review_by| Reason::ReviewOverdue { review_by }).into_iter().collect()
        }
        Dropped::NoConsent(purposes) => purposes.iter().map(|purpose| no_consent(guarded, *purpose)).collect(),
        Dropped::NotApplicable | Dropped::NotKnown => audience_reasons(guarded, guards(rule)),
        Dropped::ExpiryNotKnown => waiting::no_expiry(rules, guarded.frame, rule),
        Dropped::NoScore => rule.rank.as_ref().map(|rank| score_reasons(guarded, &rank.by)).unwrap_or_default(),
        Dropped::OfferOff
        | Dropped::OfferNotActive
        | Dropped::Blocked(_)
        | Dropped::Taken
        | Dropped::Capped(_)
        | Dropped::Expired
        | Dropped::Outside(_)
        | Dropped::HoldLimit(..)
        | Dropped::Overdue(_)
        | Dropped::Ends(_)
        | Dropped::NoChannel(_) => {
            let sent = Ways { slot: rule.slot, channels: rules.channels_of(rule) };
            offer_reasons(guarded, sent, Some(id), rule.show, dropped)
        }
    }
}

fn offer_reasons(
    guarded: &Guarded<'_>,
    sent: Ways<'_>,
    own: Option<RuleId>,
    id: OfferId,
    dropped: &Dropped,
) -> Vec<Reason> {
    let offer = &guarded.rules[id];
    match dropped {
        Dropped::OfferOff => vec![switched_off(&offer.name, offer.off.as_deref())],
        Dropped::OfferNotActive => vec![not_active(guarded, &offer.name, offer.active)],
        Dropped::Taken => vec![Reason::Taken { offer: offer.name.clone() }],
        Dropped::Blocked(blocks) => blocks.iter().flat_map(|block| blocked(guarded, *block)).collect(),
        Dropped::Capped(caps) => caps.iter().map(|cap| capped(guarded, *cap)).collect(),
        Dropped::Expired | Dropped::Outside(_) | Dropped::HoldLimit(..) | Dropped::Overdue(_) | Dropped::Ends(_) => {
            waiting::late(guarded, sent, own, id, dropped)
        }
        Dropped::NoChannel(blocked) => ways::blocked(guarded, blocked),
        // An offer has neither dates of a rule nor an audience.
        Dropped::RuleOff
        | Dropped::RuleNotActive
        | Dropped::ReviewOverdue
        | Dropped::NoConsent(_)
        | Dropped::NotApplicable
        | Dropped::NotKnown
        | Dropped::ExpiryNotKnown
        | Dropped::NoScore => Vec::new(),
    }
}

/// Why a score is missing: the attributes that are, or all that it reads where none is and yet nothing comes of it.
fn score_reasons(guarded: &Guarded<'_>, by: &Expression) -> Vec<Reason> {
    let (rules, frame) = (guarded.rules, guarded.frame);
    let named = facts::without_value(rules, frame, by);
    if named.is_empty() {
        if facts::expression_reads_protected(rules, by) {
            return vec![Reason::NotApplicable { fact: None }];
        }
        let why = Some(Missing::Computed.word().to_owned());
        return vec![Reason::NotKnown { attribute: show_expression(rules, by), why }];
    }
    let known = |(id, why): (AttributeId, Option<String>)| Reason::NotKnown { attribute: rules[id].name.clone(), why };
    let mut reasons: Vec<_> = named.into_iter().map(known).collect();
    reasons.sort();
    reasons
}

fn fallback_reasons(guarded: &Guarded<'_>, slot: SlotId, entry: &Fallback, dropped: &Dropped) -> Vec<Reason> {
    match (dropped, entry.offer) {
        (Dropped::NotApplicable | Dropped::NotKnown, _) => {
            let guard = entry.when.iter().map(|condition| Guard { condition, is_unless: false });
            audience_reasons(guarded, guard)
        }
        (_, Some(offer)) => {
            let sent = Ways { slot, channels: &guarded.rules[slot].channels };
            offer_reasons(guarded, sent, None, offer, dropped)
        }
        (_, None) => Vec::new(),
    }
}

/// The clauses that are against the customer, if any are; else all that is not known.
///
/// An `unless` that reads a protective attribute is never against anybody here, whatever it says: of the spared the
/// reader learns only that nobody knows that they need not be spared (R18). And what is not known in a clause that hangs
/// on a hidden value is named only where nothing else is, and then for all such clauses, so that the names do not tell
/// which of them the hidden value let pass.
fn audience_reasons<'a>(guarded: &Guarded<'_>, guards: impl Iterator<Item = Guard<'a>>) -> Vec<Reason> {
    let (rules, frame) = (guarded.rules, guarded.frame);
    let (mut against, mut protected, mut unknown, mut hanging) = (Vec::new(), false, Vec::new(), Vec::new());
    for guard in guards {
        let spares = guard.is_unless && facts::reads_protective(rules, guard.condition);
        let hangs = facts::hangs_on_hidden(rules, frame, guard.condition);
        let named = || {
            let named = if spares {
                facts::not_lifted(rules, frame, guard.condition)
            } else {
                facts::unknown(rules, frame, guard.condition)
            };
            named.into_iter().map(|(id, why)| not_known(rules, guard, id, why)).collect::<Vec<_>>()
        };
        let word = if guard.is_unless { "unless" } else { "when" };
        match passes(rules, frame, guard) {
            Truth::Yes if hangs => hanging.extend(named()),
            Truth::Yes => {}
            Truth::No | Truth::Unknown if spares => {
                let named = named();
                protected |= named.is_empty();
                if hangs { &mut hanging } else { &mut unknown }.extend(named);
            }
            Truth::No if facts::reads_protected(rules, guard.condition) => protected = true,
            Truth::No => against.push(facts::sentence(rules, frame, guard.condition, word)),
            Truth::Unknown => {
                let named = named();
                if named.is_empty() && !facts::reads_protected(rules, guard.condition) {
                    // Nothing is missing, and yet nothing comes of it: the clause computes with its own numbers.
                    let (attribute, why) = (show_condition(rules, guard.condition), Missing::Computed.word());
                    unknown.push(Reason::NotKnown { attribute, why: Some(why.to_owned()) });
                }
                if hangs { &mut hanging } else { &mut unknown }.extend(named);
            }
        }
    }
    let mut reasons: Vec<_> = match () {
        () if !against.is_empty() => {
            against.into_iter().map(|fact| Reason::NotApplicable { fact: Some(fact) }).collect()
        }
        () if protected => vec![Reason::NotApplicable { fact: None }],
        () if !unknown.is_empty() => unknown,
        () if !hanging.is_empty() => hanging,
        () => vec![Reason::NotApplicable { fact: None }],
    };
    // The order in which an author wrote the clauses says nothing.
    reasons.sort();
    reasons.dedup();
    reasons
}

fn not_known(rules: &RuleSet, guard: Guard<'_>, id: AttributeId, why: Option<String>) -> Reason {
    let attribute = rules[id].name.clone();
    if guard.is_unless { Reason::NotKnownToBeNo { attribute, why } } else { Reason::NotKnown { attribute, why } }
}

fn switched_off(what: &str, because: Option<&str>) -> Reason {
    Reason::SwitchedOff { what: what.to_owned(), because: because.unwrap_or_default().to_owned() }
}

fn not_active(guarded: &Guarded<'_>, what: &str, active: Option<Active>) -> Reason {
    let Active { from, until } = active.unwrap_or_default();
    let to_come = from.is_some_and(|from| guarded.frame.now < from);
    Reason::NotActive { what: what.to_owned(), from, until, to_come }
}

pub(super) fn no_consent(guarded: &Guarded<'_>, id: PurposeId) -> Reason {
    let shortfall = guarded.frame.shortfalls.iter().find(|shortfall| shortfall.purpose == id);
    let lacks = shortfall.map(|shortfall| match shortfall.why {
        Short::Version { given: Some(given), wanted } => format!("version {given} of {wanted}"),
        Short::Version { given: None, wanted } => format!("no version of {wanted}"),
        Short::TooOld { granted_at: Some(at) } => format!("granted too long ago, {}", show_instant(at)),
        Short::TooOld { granted_at: None } => "granted nobody knows when".to_owned(),
        Short::NotYet { granted_at } => format!("granted only at {}", show_instant(granted_at)),
        Short::Unconfirmed => "not confirmed".to_owned(),
    });
    Reason::NoConsent { purpose: guarded.rules[id].name.clone(), reads: guarded.frame.consent(id), lacks }
}

pub(super) fn capped(guarded: &Guarded<'_>, id: CapId) -> Reason {
    let rules = guarded.rules;
    let cap = &rules[id];
    let state = guarded.frame.caps.get(id.index());
    let (used, until) = match state {
        Some(CapState::Used(used)) => (Some(*used), None),
        Some(CapState::Until(until)) => (None, Some(*until)),
        Some(CapState::UnknownUnit | CapState::UnknownZone | CapState::NoStore) | None => (None, None),
    };
    let limit = guarded.frame.limit(rules, id);
    let missing = match (state, limit) {
        (Some(CapState::NoStore), _) => {
            let (cap, kind) = (cap.name.clone(), cap.kind.word().to_owned());
            return Reason::NoCounter { cap, kind };
        }
        (Some(CapState::UnknownZone), _) => Some(match cap.zone.as_ref().and_then(CapZone::attribute) {
            Some(zone) if rules[zone].is_protected() => super::text::PROTECTED.to_owned(),
            Some(zone) => format!("{} is not known", rules[zone].name),
            None => "its time zone is not known".to_owned(),
        }),
        (Some(CapState::UnknownUnit) | None, _) => Some(match cap.unit {
            CapUnit::Attribute(unit) if rules[unit].is_protected() => super::text::PROTECTED.to_owned(),
            CapUnit::Attribute(unit) => format!("{} is not known", rules[unit].name),
            CapUnit::Customer | CapUnit::Everybody => "nobody knows who the customer is".to_owned(),
        }),
        _ if cap.number.is_some_and(|number| rules[number].is_protected()) => Some(super::text::PROTECTED.to_owned()),
        (Some(CapState::Used(_) | CapState::Until(_)), None) => Some("nobody knows its number".to_owned()),
        (Some(CapState::Used(_) | CapState::Until(_)), Some(_)) => None,
    };
    let at_most = if missing.is_some() { cap.at_most } else { limit.unwrap_or(cap.at_most) };
    match cap.kind {
        CapKind::Cap => Reason::Capped {
            cap: cap.name.clone(),
            own: cap.rule.is_some(),
            used: used.filter(|_| missing.is_none()),
            missing,
            at_most,
            counted: show_counted(rules, cap),
        },
        CapKind::Pause { .. } | CapKind::Block { .. } | CapKind::Gap => Reason::Waiting {
            cap: cap.name.clone(),
            kind: cap.kind.word().to_owned(),
            until,
            missing: missing.filter(|_| used.is_none() && until.is_none()),
            limit: show_limit(rules, cap),
        },
    }
}

/// Why a block holds. One that reads what is missing says so in the words of an `unless`, and so does one that reads a
/// protective attribute, whatever that says (R18).
fn blocked(guarded: &Guarded<'_>, id: BlockId) -> Vec<Reason> {
    let block = &guarded.rules[id];
    let clause = match &block.cause {
        BlockCause::After(cap) => return vec![capped(guarded, *cap)],
        BlockCause::While(clause) => clause,
    };
    let guard = Guard { condition: &clause.condition, is_unless: true };
    let mut reasons = Vec::new();
    let mut facts = Vec::new();
    for reason in audience_reasons(guarded, std::iter::once(guard)) {
        match reason {
            Reason::NotApplicable { fact } => facts.push(fact),
            Reason::NotKnownToBeNo { .. } | Reason::NotKnown { .. } => reasons.push(reason),
            Reason::SwitchedOff { .. }
            | Reason::NotActive { .. }
            | Reason::ReviewOverdue { .. }
            | Reason::NoConsent { .. }
            | Reason::Taken { .. }
            | Reason::Blocked { .. }
            | Reason::Waiting { .. }
            | Reason::Closed { .. }
            | Reason::HoldLimit { .. }
            | Reason::Overdue { .. }
            | Reason::TooLong { .. }
            | Reason::Expired { .. }
            | Reason::Channel { .. }
            | Reason::NotPermitted { .. }
            | Reason::NotReached { .. }
            | Reason::NoCounter { .. }
            | Reason::Capped { .. } => {}
        }
    }
    let known = if facts.is_empty() {
        vec![Reason::Blocked { block: block.name.clone(), known: false, fact: None }]
    } else {
        Vec::new()
    };
    let of_facts = facts.into_iter().map(|fact| Reason::Blocked { block: block.name.clone(), known: true, fact });
    known.into_iter().chain(of_facts).chain(reasons).collect()
}
