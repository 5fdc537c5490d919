//! Every step at which deciding a slot, or explaining the decision, looks at something of the customer; with what is
//! known to be open by then.
//!
//! Takes the typed model; gives the steps in the order in which they are taken. Nothing is left out because it seems not
//! to be reached: what the order of rules, dates or other slots keep from ever being looked at is a step all the same.
//!
//! A rule's consent is asked behind its dates and its blocks, and before everything else (R14, R22): what stands behind it
//! is *dominated* by it, since no other road leads there. So it is for a channel's consent and what is asked of the
//! channel afterwards. Two things go round a rule's consent: scores, which put the rules of a tier in order before any is
//! asked, and `if no consent`, for which the audience is looked at of whoever has just dropped out there.

use super::labels::Source;
use crate::frame::Via;
use crate::model::{
    AttributeId, BlockCause, BlockId, CapId, CapKind, CapUnit, CapZone, ChannelId, Clause, Condition, Event, EventId,
    Expression, OfferId, PurposeId, RuleId, RuleSet, SlotId, Substitute, WindowId,
};
use crate::source::Span;

/// In whose service something is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    /// A rule and what it shows or sends itself.
    Rule(RuleId),
    /// What a rule shows or sends in its place.
    StandsIn(RuleId, Via),
    /// An entry of the fallback list, from 0.
    Fallback(u32),
}

/// The part of a cap that reads an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CapPart {
    /// The customer's own number.
    Number,
    /// In which zone its calendar is read.
    Zone,
    /// Whose events are counted together.
    Unit,
    /// The events that it counts.
    Counts,
}

/// The clause of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChannelPart {
    /// `allowed when`
    Allowed,
    /// `reached when`
    Reached,
    /// `silent when`
    Silent,
}

/// Where something is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A `when` of a rule.
    When(RuleId),
    /// An `unless` of a rule.
    Unless(RuleId),
    /// `expires` of a rule.
    Expires(RuleId),
    /// `rank by` of a rule.
    Rank(RuleId),
    /// The audience of a rule, once more, for its `if no consent` (R14).
    MightBelong(RuleId),
    /// `block ... while`, or the event of a block after an event.
    Block(BlockId, Holder),
    /// The rows or the zones of a window.
    Window(WindowId, Holder),
    /// A cap, a pause or a gap.
    Cap(CapId, CapPart, Holder),
    /// A condition of a channel.
    Channel(ChannelId, ChannelPart, Holder),
    /// The condition of an entry of the fallback list.
    Fallback(u32),
    /// Where a slot begins that rotates.
    Rotation,
    /// The key: whether anything of the customer is known at all, and whose events are counted (R41).
    Key,
}

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) enum Looked<'a> {
    Condition(&'a Condition),
    Expression(&'a Expression),
    One(Source),
}

/// Why a step may stand where nothing is known to be open: what it reads of a closed purpose is masked, and the language
/// says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Masked {
    /// A fallback's condition carries no purpose (R12).
    Fallback,
    /// A cap's number, zone and unit only hold back: masked, it blocks (R20, R26, R49).
    HoldsBack,
    /// A block is asked before the consent of its rule, which needs the purpose.
    BeforeConsent,
    /// Scores are compared before the consent of the rules is asked, which need the purpose.
    Compared,
    /// `if no consent` asks whether the customer might belong (R14); the rule needs the purpose.
    MightBelong,
    /// What stands in, or the fallback list shows, is held back by a block or a window that reads it.
    StandsIn,
    /// A channel is asked whether it is allowed and whether it reaches before its own consent is, or for a class that obeys
    /// none; it needs the purpose.
    AskedFirst,
}

/// One step.
pub(super) struct Step<'a> {
    pub(super) place: Place,
    pub(super) span: Span,
    pub(super) looked: Looked<'a>,
    /// What is open wherever this is looked at: the consents that dominate it.
    pub(super) open: [&'a [PurposeId]; 2],
    /// The purposes that may be masked here, and why; `None` for all of them. No purpose where masking is not enough.
    pub(super) may_be_masked: Option<(Option<&'a [PurposeId]>, Masked)>,
    /// Events are counted to hold back, whatever their purpose (R20).
    pub(super) counts: bool,
}

/// Calls `f` on every step of a slot.
pub(super) fn steps<'a>(rules: &'a RuleSet, slot: SlotId, f: &mut dyn FnMut(Step<'a>)) {
    let of = &rules[slot];
    let mut walk = Walk { rules, slot, f };
    if of.off.is_some() {
        return;
    }
    walk.key();
    if of.rotate.is_some() {
        walk.one(Place::Rotation, of.span, Source::Event(Event::SENT), [&[], &[]], None);
    }
    for tier in rules.tiers(slot) {
        for rule in tier {
            walk.rule(*rule, tier.len() > 1);
        }
    }
    for (at, entry) in (0_u32..).zip(&of.fallback) {
        if let Some(when) = &entry.when {
            let place = Place::Fallback(at);
            let may = Some((None, Masked::Fallback));
            walk.look(place, entry.span, Looked::Condition(when), [&[], &[]], may);
        }
        if let Some(offer) = entry.offer {
            walk.stands_in(Holder::Fallback(at), offer, &of.channels, &[]);
        }
    }
}

type May<'a> = Option<(Option<&'a [PurposeId]>, Masked)>;

struct Walk<'a, 'f> {
    rules: &'a RuleSet,
    slot: SlotId,
    f: &'f mut dyn FnMut(Step<'a>),
}

impl<'a> Walk<'a, '_> {
    fn look(
        &mut self,
        place: Place,
        span: Span,
        looked: Looked<'a>,
        open: [&'a [PurposeId]; 2],
        may_be_masked: May<'a>,
    ) {
        (self.f)(Step { place, span, looked, open, may_be_masked, counts: false });
    }

    fn one(&mut self, place: Place, span: Span, source: Source, open: [&'a [PurposeId]; 2], may: May<'a>) {
        self.look(place, span, Looked::One(source), open, may);
    }

    fn clause(&mut self, place: Place, clause: &'a Clause, open: [&'a [PurposeId]; 2], may: May<'a>) {
        self.look(place, clause.span, Looked::Condition(&clause.condition), open, may);
    }

    fn key(&mut self) {
        if let Some(key) = self.rules.key() {
            self.one(Place::Key, self.rules[key].span, Source::Attribute(key), [&[], &[]], None);
        }
    }

    fn rule(&mut self, id: RuleId, is_ranked: bool) {
        let rules = self.rules;
        let rule = &rules[id];
        let needs = rule.needs.as_slice();
        let holder = Holder::Rule(id);
        for block in rules.blocks_on(id) {
            self.block(block, holder, &[], Some((Some(needs), Masked::BeforeConsent)));
        }
        if let Some(rank) = &rule.rank {
            // Of one rule alone nobody compares the score.
            let (open, may): (&[PurposeId], May<'_>) =
                if is_ranked { (&[], Some((Some(needs), Masked::Compared))) } else { (needs, None) };
            self.look(Place::Rank(id), rank.span, Looked::Expression(&rank.by), [open, &[]], may);
        }
        // Consent: behind here all that the rule needs is open.
        let open = [needs, &[]];
        rule.when.iter().for_each(|clause| self.clause(Place::When(id), clause, open, None));
        rule.unless.iter().for_each(|clause| self.clause(Place::Unless(id), clause, open, None));
        for cap in rules.caps_on(id) {
            self.cap(cap, holder, open);
        }
        rule.expires.iter().for_each(|clause| self.clause(Place::Expires(id), clause, open, None));
        for window in rules.windows_on(id) {
            self.window(window, holder, open, None);
        }
        self.channels(holder, rule.show, rules.channels_of(rule), needs, Some(id));
        if rule.if_no_consent.is_some() {
            for clause in rule.when.iter().chain(&rule.unless) {
                self.clause(Place::MightBelong(id), clause, [&[], &[]], Some((Some(needs), Masked::MightBelong)));
            }
        }
        let ways =
            [(Via::Capped, rule.if_capped), (Via::NoConsent, rule.if_no_consent), (Via::Unknown, rule.if_unknown)];
        for (via, substitute) in ways {
            let Some(Substitute::Show(offer)) = substitute else { continue };
            // Behind its caps and its audience all that the rule needs is open, and for `if no consent` some of it is not.
            let open = match via {
                Via::Capped | Via::Unknown => needs,
                Via::NoConsent => &[],
            };
            self.stands_in(Holder::StandsIn(id, via), offer, rules.channels_of(rule), open);
        }
    }

    /// An offer that no rule shows itself: what binds it, and by what it goes.
    fn stands_in(&mut self, holder: Holder, offer: OfferId, channels: &'a [ChannelId], open: &'a [PurposeId]) {
        let rules = self.rules;
        let of = &rules[offer];
        let may = Some((None, Masked::StandsIn));
        of.blocks.iter().for_each(|block| self.block(*block, holder, open, may));
        of.caps.iter().for_each(|cap| self.cap(*cap, holder, [open, &[]]));
        of.windows.iter().for_each(|window| self.window(*window, holder, [open, &[]], may));
        self.channels(holder, offer, channels, open, None);
    }

    fn block(&mut self, id: BlockId, holder: Holder, open: &'a [PurposeId], may: May<'a>) {
        let block = &self.rules[id];
        match &block.cause {
            BlockCause::While(clause) => self.clause(Place::Block(id, holder), clause, [open, &[]], may),
            BlockCause::After(cap) => self.counts(Place::Block(id, holder), *cap),
        }
    }

    fn window(&mut self, id: WindowId, holder: Holder, open: [&'a [PurposeId]; 2], may: May<'a>) {
        let window = &self.rules[id];
        let place = Place::Window(id, holder);
        for attribute in window.zones.attributes() {
            self.one(place, window.span, Source::Attribute(attribute), open, may);
        }
        window.rows.iter().filter_map(|row| row.when.as_ref()).for_each(|clause| self.clause(place, clause, open, may));
    }

    fn cap(&mut self, id: CapId, holder: Holder, open: [&'a [PurposeId]; 2]) {
        let cap = &self.rules[id];
        let unit = match cap.unit {
            CapUnit::Attribute(unit) => Some(unit),
            CapUnit::Customer | CapUnit::Everybody => None,
        };
        let zone = cap.zone.as_ref().and_then(CapZone::attribute);
        let reads: [(CapPart, Option<AttributeId>); 3] =
            [(CapPart::Number, cap.number), (CapPart::Zone, zone), (CapPart::Unit, unit)];
        for (part, attribute) in reads {
            let Some(attribute) = attribute else { continue };
            let may = Some((None, Masked::HoldsBack));
            self.one(Place::Cap(id, part, holder), cap.span, Source::Attribute(attribute), open, may);
        }
        self.counts(Place::Cap(id, CapPart::Counts, holder), id);
    }

    fn counts(&mut self, place: Place, id: CapId) {
        let cap = &self.rules[id];
        let without: &[EventId] = match &cap.kind {
            CapKind::Pause { without, .. } => without,
            CapKind::Cap | CapKind::Block { .. } | CapKind::Gap => &[],
        };
        for event in cap.events.iter().chain(without) {
            let looked = Looked::One(Source::Event(*event));
            (self.f)(Step { place, span: cap.span, looked, open: [&[], &[]], may_be_masked: None, counts: true });
        }
    }

    /// By which channel something goes: permission, reach, consent, caps, hours.
    fn channels(
        &mut self,
        holder: Holder,
        offer: OfferId,
        channels: &'a [ChannelId],
        open: &'a [PurposeId],
        rule: Option<RuleId>,
    ) {
        let rules = self.rules;
        if !rules.sends(self.slot) {
            return;
        }
        let class = rules[offer].class;
        for id in channels {
            let channel = &rules[*id];
            let needs = channel.needs.as_slice();
            let asked = Some((Some(needs), Masked::AskedFirst));
            let before = [(ChannelPart::Allowed, &channel.allowed), (ChannelPart::Reached, &channel.reached)];
            for (part, clause) in before {
                let place = Place::Channel(*id, part, holder);
                clause.iter().for_each(|clause| self.clause(place, clause, [open, &[]], asked));
            }
            // The channel's consent, of classes that obey it.
            let behind = [open, rules.channel_needs(*id, class)];
            let place = Place::Channel(*id, ChannelPart::Silent, holder);
            channel.silent.iter().for_each(|clause| self.clause(place, clause, behind, asked));
            for cap in rules.channel_caps(*id, offer, rule) {
                self.cap(cap, holder, behind);
            }
            for window in rules.channel_windows(*id, class) {
                self.window(*window, holder, behind, asked);
            }
        }
    }
}
