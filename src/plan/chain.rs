//! The chain of a slot: every rule in the order in which it wins, then the fallback list, as small trees of tests.
//!
//! Static facts are folded: a rule that is switched off has no link, a rule without dates no test of them. A rule
//! without substitutes is one conjunction; one with substitutes asks in the order that tells their causes apart.
//!
//! A cap that says `then stop` leads from its rule to the fallback list at once: that list is written out behind it, as the
//! end of the rule's tree in the place of the next candidate.
//!
//! Rules that rank together are one link: each is asked whatever became of the others, and of those that come to an answer
//! the one with the highest score gives it. That is trying them in the order of their scores, since nothing that one of
//! them is asked depends on another.
//!
//! A rule is tried at most once in a decision, and nothing has to remember that: whether a rule, or what stands in for
//! it, wins follows from the record alone, so whoever failed once fails again. A `try` of a rule that stands before in
//! the chain, or next, therefore leads straight on.

use std::collections::HashMap;

use super::guard::GuardId;
use super::lower::{Ask, Lowering};
use super::number::NumberId;
use super::ways::StandIn;
use super::{PlanError, hours};
use crate::frame::{By, Decision, Outcome, Via};
use crate::model::{
    Active, BlockCause, BlockId, CapId, Class, Clause, Fallback, OfferId, Outside, RuleId, Slot, SlotId, Substitute,
    Then, WindowId,
};

/// How a slot is decided.
#[derive(Clone, Debug)]
pub struct SlotPlan {
    /// The slot.
    pub slot: SlotId,
    /// Every answer that the slot can give.
    pub picks: Vec<Pick>,
    /// In the order in which they win; the last always picks.
    pub chain: Vec<Link>,
    /// The rules that are tried in the place of others; where such a link leads on, nothing stands in any more, and the
    /// chain goes on after the link from which it was tried.
    pub tries: Vec<Link>,
}

/// The answer of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pick {
    /// This.
    Answer(Decision),
    /// A candidate would win and has to wait for its windows. Until when, and whether that is too long, is not worked out
    /// here: the reference evaluator decides.
    Waits,
}

/// What one candidate comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// Asks and goes on accordingly.
    Test {
        /// What.
        guard: GuardId,
        /// Where it holds.
        yes: Box<Link>,
        /// Where it does not.
        no: Box<Link>,
    },
    /// The answer, an index into [`SlotPlan::picks`].
    Pick(u32),
    /// The next candidate.
    Next,
    /// A rule stands in, an index into [`SlotPlan::tries`].
    Try(u32),
    /// Of the members that pick, the one with the highest score does; of equals the first. Only in a chain itself, never
    /// below another link; at least two.
    Ranked(Box<[Member]>),
}

/// A rule among those with which it ranks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its score at the places at which scores are compared. Missing or never is no score, and stands behind all others.
    pub score: NumberId,
    /// What it comes to. What it tries is answered here and now.
    pub link: Link,
}

impl Link {
    pub(super) fn test(guard: GuardId, yes: Self, no: Self) -> Self {
        match guard {
            GuardId::ALWAYS => yes,
            GuardId::NOT => no,
            _ if yes == no => yes,
            guard => Self::Test { guard, yes: Box::new(yes), no: Box::new(no) },
        }
    }

    /// This link, which goes on with `rest` in the place of the next candidate.
    fn or(self, rest: &Self) -> Self {
        match self {
            Self::Next => rest.clone(),
            Self::Test { guard, yes, no } => Self::test(guard, yes.or(rest), no.or(rest)),
            link @ (Self::Pick(_) | Self::Try(_) | Self::Ranked(_)) => link,
        }
    }

    /// Calls `f` on this link and all below it.
    pub fn each(&self, f: &mut impl FnMut(&Self)) {
        f(self);
        match self {
            Self::Test { yes, no, .. } => {
                yes.each(f);
                no.each(f);
            }
            Self::Ranked(members) => members.iter().for_each(|member| member.link.each(f)),
            Self::Pick(_) | Self::Next | Self::Try(_) => {}
        }
    }
}

/// The plan of one slot.
pub(super) fn slot(lowering: &mut Lowering<'_>, id: SlotId) -> Result<SlotPlan, PlanError> {
    let rules = lowering.rules;
    let slot = &rules[id];
    let mut chain = Chain {
        lowering,
        slot: id,
        picks: Vec::new(),
        picked: HashMap::new(),
        places: HashMap::new(),
        wanted: Vec::new(),
        stop: Link::Next,
    };
    let links = chain.links(slot)?;
    // What is tried may try in turn; the list grows while it is worked off.
    let mut tries = Vec::new();
    while let Some((rule, end)) = chain.wanted.get(tries.len()).copied() {
        tries.push(chain.rule(rule, &|_| false, end)?);
    }
    Ok(SlotPlan { slot: id, picks: chain.picks, chain: links, tries })
}

pub(super) struct Chain<'a, 'b> {
    pub(super) lowering: &'a mut Lowering<'b>,
    pub(super) slot: SlotId,
    picks: Vec<Pick>,
    picked: HashMap<Pick, u32>,
    /// The place of each rule among the tries, by where its tree ends.
    places: HashMap<(RuleId, End), u32>,
    wanted: Vec<(RuleId, End)>,
    /// The fallback list as a tree: what answers where a cap stops the slot.
    stop: Link,
}

/// Where the tree of a rule ends that does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum End {
    /// At the next candidate.
    Next,
    /// At the fallback list: a cap on the way here let no other candidate through.
    Stop,
}

/// The windows of a candidate.
pub(super) struct HoursGuards {
    /// Every window that drops is open; else the next candidate.
    pub(super) dropping: GuardId,
    /// Every window that holds is open; else it waits.
    pub(super) holding: GuardId,
}

impl Chain<'_, '_> {
    fn links(&mut self, slot: &Slot) -> Result<Vec<Link>, PlanError> {
        if slot.off.is_some() {
            return Ok(vec![self.pick(Outcome::Nothing, By::SlotOff)]);
        }
        let rules = self.lowering.rules;
        let tiers: Vec<&[RuleId]> = rules.tiers(self.slot).collect();
        let place_of =
            |(place, tier): (usize, &&[RuleId])| tier.iter().map(move |rule| (*rule, place)).collect::<Vec<_>>();
        let places: HashMap<RuleId, usize> = tiers.iter().enumerate().flat_map(place_of).collect();
        let last = slot.fallback.len().saturating_sub(1);
        let mut fallback = Vec::new();
        for (place, entry) in slot.fallback.iter().enumerate() {
            fallback.push(self.fallback(place, entry, place == last)?);
        }
        // A verified list ends with what always answers.
        if !matches!(fallback.last(), Some(Link::Pick(_))) {
            fallback.push(self.pick(Outcome::Nothing, By::Fallback(0)));
        }
        self.stop = fallback.iter().rev().fold(Link::Next, |rest, link| link.clone().or(&rest));
        let mut links = Vec::new();
        for (place, tier) in tiers.iter().enumerate() {
            // The rule that comes next is tried next in any case, unless a score says which comes next.
            let next_is_one = tiers.get(place + 1).is_some_and(|next| next.len() == 1);
            let next = if tier.len() == 1 && next_is_one { place + 1 } else { place };
            let no_detour =
                |other: RuleId| places.get(&other).is_some_and(|of| *of < place || (*of > place && *of <= next));
            links.push(match *tier {
                [only] => self.rule(*only, &no_detour, End::Next)?,
                several => self.ranked(several, &no_detour)?,
            });
        }
        links.extend(fallback);
        // What can never hold has no link; after what always holds there is none.
        let always = |link: &Link| matches!(link, Link::Pick(_));
        let end = links.iter().position(always).map_or(links.len(), |place| place + 1);
        links.truncate(end);
        links.retain(|link| *link != Link::Next);
        Ok(links)
    }

    /// The link of rules that rank together.
    fn ranked(&mut self, tier: &[RuleId], no_detour: &dyn Fn(RuleId) -> bool) -> Result<Link, PlanError> {
        let mut members = Vec::new();
        for rule in tier {
            let link = self.rule(*rule, no_detour, End::Next)?;
            let rules = self.lowering.rules;
            if link != Link::Next
                && let Some(rank) = &rules[*rule].rank
            {
                members.push(Member { score: self.lowering.score(&rank.by)?, link });
            }
        }
        Ok(match members.len() {
            0 => Link::Next,
            1 => members.pop().map_or(Link::Next, |only| only.link),
            _ => Link::Ranked(members.into()),
        })
    }

    /// The link of a rule; `no_detour` tells of rules that need not be tried in its place: those that failed before, and
    /// the one that the chain comes to next. Where nothing comes of it `end` says how it goes on.
    fn rule(&mut self, id: RuleId, no_detour: &dyn Fn(RuleId) -> bool, end: End) -> Result<Link, PlanError> {
        let link = self.tree(id, no_detour, end)?;
        Ok(match end {
            End::Next => link,
            End::Stop => link.or(&self.stop),
        })
    }

    /// What follows where one of these caps stops a candidate: `stopped` where it lets no other through, else `next`.
    fn spent(&mut self, caps: &[CapId], class: Class, next: Link, stopped: Link) -> Link {
        let rules = self.lowering.rules;
        let stops: Vec<CapId> = caps.iter().copied().filter(|cap| rules.then(*cap, self.slot) == Then::Stop).collect();
        let goes_on = self.caps(&stops, class);
        Link::test(goes_on, next, stopped)
    }

    fn tree(&mut self, id: RuleId, no_detour: &dyn Fn(RuleId) -> bool, end: End) -> Result<Link, PlanError> {
        let rules = self.lowering.rules;
        let rule = &rules[id];
        if rule.off.is_some() || rules[rule.show].off.is_some() {
            return Ok(Link::Next);
        }
        let mut live = vec![self.dates(rule.active), self.dates(rules[rule.show].active)];
        if let Some(last) = rules.last_day(id) {
            let bit = self.lowering.layout.overdue(last);
            live.push(self.lowering.guards.bits(bit.word, bit.mask(), 0));
        }
        live.push(self.unblocked(&rules.blocks_on(id), rule.class)?);
        let consent: Vec<GuardId> = rule
            .needs
            .iter()
            .map(|purpose| {
                let bit = self.lowering.layout.open(*purpose);
                self.lowering.guards.bits(bit.word, bit.mask(), bit.mask())
            })
            .collect();
        let unless = self.ask_all(&rule.unless, Ask::No)?;
        let when = self.ask_all(&rule.when, Ask::Yes)?;
        let free = self.not_taken(rule.show);
        let on = rules.caps_on(id);
        let caps = self.dropping(&on, rule.class);
        let scored = match &rule.rank {
            Some(rank) => self.lowering.has_score(&rank.by)?,
            None => GuardId::ALWAYS,
        };
        let in_time = match &rule.expires {
            Some(clause) => self.lowering.ask(&clause.condition, Ask::No)?,
            None => GuardId::ALWAYS,
        };
        let hours = self.hours(&rules.windows_on(id))?;
        let scored = self.lowering.guards.all([in_time, hours.dropping, scored]);
        let mut substitute = |via, substitute: Option<Substitute>, end| match substitute {
            None => Ok::<_, PlanError>(Link::Next),
            Some(substitute) => self.substitute(id, via, substitute, no_detour, end),
        };
        let if_capped = substitute(Via::Capped, rule.if_capped, end)?;
        // Only where a cap may stop the slot has what stands in to be written once more, with that end.
        let of_channels = rules.channels_of(rule).iter().flat_map(|of| rules.channel_caps(*of, rule.show, Some(id)));
        let may_stop = on.iter().copied().chain(of_channels).any(|cap| rules.then(cap, rule.slot) == Then::Stop);
        let if_stopped = if may_stop { substitute(Via::Capped, rule.if_capped, End::Stop)? } else { Link::Next };
        let if_no_consent = substitute(Via::NoConsent, rule.if_no_consent, end)?;
        let if_unknown = substitute(Via::Unknown, rule.if_unknown, end)?;
        let if_stopped = if_stopped.or(&self.stop);
        let stand_in =
            StandIn { capped: if_capped.clone(), no_consent: if_no_consent.clone(), stopped: if_stopped.clone() };
        let if_capped = self.spent(&on, rule.class, if_capped, if_stopped);
        let shown = self.way(rules.channels_of(rule), rule.show, By::Rule(id), hours.holding, &stand_in)?;
        let shown = Link::test(scored, shown, Link::Next);
        let shown = self.or_waits_for(&on, rule.class, shown);
        let guards = &mut self.lowering.guards;
        if if_no_consent == Link::Next && if_unknown == Link::Next {
            let mut all = live;
            all.extend(consent.into_iter().chain(unless).chain(when).chain([free]));
            return Ok(if if_capped == Link::Next {
                all.push(caps);
                Link::test(guards.all(all), shown, Link::Next)
            } else {
                let rest = Link::test(caps, shown, if_capped);
                Link::test(guards.all(all), rest, Link::Next)
            });
        }
        // Nothing may speak against it before a cause is asked for (R14).
        live.extend(unless);
        let live = guards.all(live);
        let consent = guards.all(consent);
        let when = guards.all(when);
        let free = guards.all([free]);
        let mut refused = Vec::new();
        for clause in &rule.when {
            refused.push(self.lowering.ask(&clause.condition, Ask::No)?);
        }
        let refused = self.lowering.guards.any(refused);
        // Only what is absent or stale may yet be known (R15). Where this is asked, no `when` is no.
        let mut gaps = Vec::new();
        for clause in rule.when.iter().filter(|_| if_unknown != Link::Next) {
            gaps.push(self.lowering.gap(&clause.condition)?);
        }
        let if_unknown = Link::test(self.lowering.guards.any(gaps), Link::Next, if_unknown);
        // What speaks against it first: most customers are turned away by most rules, and what was computed for that is
        // at hand where nothing did.
        let rest = Link::test(caps, shown, if_capped);
        let rest = Link::test(free, rest, Link::Next);
        let belongs = Link::test(consent, rest, if_no_consent.clone());
        let might = Link::test(consent, if_unknown, if_no_consent);
        let audience = Link::test(when, belongs, might);
        Ok(Link::test(live, Link::test(refused, Link::Next, audience), Link::Next))
    }

    fn substitute(
        &mut self,
        rule: RuleId,
        via: Via,
        substitute: Substitute,
        no_detour: &dyn Fn(RuleId) -> bool,
        end: End,
    ) -> Result<Link, PlanError> {
        Ok(match substitute {
            Substitute::Nothing => self.pick(Outcome::Nothing, By::Substitute(rule, via)),
            Substitute::Show(offer) => {
                let may = self.offer(offer)?;
                let rules = self.lowering.rules;
                let channels = rules.channels_of(&rules[rule]);
                let hours = self.hours(&rules[offer].windows)?;
                let by = By::Substitute(rule, via);
                let stand_in = StandIn { stopped: self.stop.clone(), ..StandIn::NOTHING };
                let pick = self.way(channels, offer, by, hours.holding, &stand_in)?;
                let pick = Link::test(hours.dropping, pick, Link::Next);
                let (caps, class) = (&rules[offer].caps, rules[offer].class);
                let pick = self.or_waits_for(caps, class, pick);
                let free = self.dropping(caps, class);
                let spent = self.spent(caps, class, Link::Next, self.stop.clone());
                Link::test(may, Link::test(free, pick, spent), Link::Next)
            }
            Substitute::Try(other) if end == End::Next && no_detour(other) => Link::Next,
            Substitute::Try(other) => {
                let next = u32::try_from(self.wanted.len()).unwrap_or(u32::MAX);
                let place = *self.places.entry((other, end)).or_insert(next);
                if place == next {
                    self.wanted.push((other, end));
                }
                Link::Try(place)
            }
        })
    }

    /// The last entry always answers (R11).
    fn fallback(&mut self, place: usize, entry: &Fallback, is_last: bool) -> Result<Link, PlanError> {
        let by = By::Fallback(u32::try_from(place).unwrap_or(u32::MAX));
        let pick = match entry.offer {
            Some(offer) => {
                let rules = self.lowering.rules;
                let windows: &[WindowId] = if is_last { &[] } else { &rules[offer].windows };
                let hours = self.hours(windows)?;
                let pick = self.way(&rules[self.slot].channels, offer, by, hours.holding, &StandIn::NOTHING)?;
                let pick = Link::test(hours.dropping, pick, Link::Next);
                let caps: &[CapId] = if is_last { &[] } else { &rules[offer].caps };
                self.or_waits_for(caps, rules[offer].class, pick)
            }
            None => self.pick(Outcome::Nothing, by),
        };
        if is_last {
            return Ok(pick);
        }
        let mut all = Vec::new();
        if let Some(when) = &entry.when {
            all.push(self.lowering.ask(when, Ask::Yes)?);
        }
        if let Some(offer) = entry.offer {
            all.push(self.offer(offer)?);
            all.push(self.dropping(&self.lowering.rules[offer].caps, self.lowering.rules[offer].class));
        }
        Ok(Link::test(self.lowering.guards.all(all), pick, Link::Next))
    }

    /// Whether an offer may stand in but for its caps: its dates and switch, its blocks, the other slots.
    fn offer(&mut self, id: OfferId) -> Result<GuardId, PlanError> {
        let rules = self.lowering.rules;
        let offer = &rules[id];
        if offer.off.is_some() {
            return Ok(GuardId::NOT);
        }
        let all = [self.dates(offer.active), self.unblocked(&offer.blocks, offer.class)?, self.not_taken(id)];
        Ok(self.lowering.guards.all(all))
    }

    fn dates(&mut self, active: Option<Active>) -> GuardId {
        match active {
            None | Some(Active { from: None, until: None }) => GuardId::ALWAYS,
            Some(active) => {
                let bit = self.lowering.layout.dated(active);
                self.lowering.guards.bits(bit.word, bit.mask(), bit.mask())
            }
        }
    }

    fn not_taken(&mut self, id: OfferId) -> GuardId {
        let bit = self.lowering.layout.taken(id);
        self.lowering.guards.bits(bit.word, bit.mask(), 0)
    }

    pub(super) fn caps(&mut self, caps: &[CapId], class: Class) -> GuardId {
        let free: Vec<GuardId> = caps.iter().map(|cap| self.free(*cap, class)).collect();
        self.lowering.guards.all(free)
    }

    /// Whether none of the caps that drop a candidate stops it.
    fn dropping(&mut self, caps: &[CapId], class: Class) -> GuardId {
        let rules = self.lowering.rules;
        let caps: Vec<CapId> = caps.iter().copied().filter(|cap| rules[*cap].hold().is_none()).collect();
        self.caps(&caps, class)
    }

    /// A link where none of the caps that hold a candidate is spent; else only the reference evaluator tells whether it
    /// waits, or what stands in.
    fn or_waits_for(&mut self, caps: &[CapId], class: Class, link: Link) -> Link {
        let rules = self.lowering.rules;
        let holding: Vec<CapId> = caps.iter().copied().filter(|cap| rules[*cap].hold().is_some()).collect();
        if holding.is_empty() {
            return link;
        }
        let free = self.caps(&holding, class);
        let waits = self.waits();
        Link::test(free, link, waits)
    }

    fn free(&mut self, cap: CapId, class: Class) -> GuardId {
        let does_without_store = self.lowering.rules.does_without_store(cap, class);
        let bit = self.lowering.layout.spent(cap, does_without_store);
        self.lowering.guards.bits(bit.word, bit.mask(), 0)
    }

    /// Whether no block holds: the event of each is over, and the condition of each is no.
    fn unblocked(&mut self, blocks: &[BlockId], class: Class) -> Result<GuardId, PlanError> {
        let rules = self.lowering.rules;
        let mut all = Vec::new();
        for block in blocks {
            all.push(match &rules[*block].cause {
                BlockCause::After(cap) => self.free(*cap, class),
                BlockCause::While(clause) => self.lowering.ask(&clause.condition, Ask::No)?,
            });
        }
        Ok(self.lowering.guards.all(all))
    }

    fn ask_all(&mut self, clauses: &[Clause], ask: Ask) -> Result<Vec<GuardId>, PlanError> {
        clauses.iter().map(|clause| self.lowering.ask(&clause.condition, ask)).collect()
    }

    pub(super) fn pick(&mut self, outcome: Outcome, by: By) -> Link {
        self.answer(Pick::Answer(Decision::new(self.slot, outcome, by)))
    }

    /// Where a candidate has to wait.
    pub(super) fn waits(&mut self) -> Link {
        self.answer(Pick::Waits)
    }

    fn answer(&mut self, pick: Pick) -> Link {
        let next = u32::try_from(self.picks.len()).unwrap_or(u32::MAX);
        let place = *self.picked.entry(pick).or_insert(next);
        if place == next {
            self.picks.push(pick);
        }
        Link::Pick(place)
    }

    /// What windows ask of a candidate that everything else lets pass.
    pub(super) fn hours(&mut self, windows: &[WindowId]) -> Result<HoursGuards, PlanError> {
        let rules = self.lowering.rules;
        let (mut dropping, mut holding) = (Vec::new(), Vec::new());
        for id in windows {
            let open = hours::open(self.lowering, *id)?;
            match rules[*id].outside {
                Outside::Drop => dropping.push(open),
                Outside::Hold(_) => holding.push(open),
                // That is asked with its channel.
                Outside::NextChannel => {}
            }
        }
        let guards = &mut self.lowering.guards;
        Ok(HoursGuards { dropping: guards.all(dropping), holding: guards.all(holding) })
    }
}
