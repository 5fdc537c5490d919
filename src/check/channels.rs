//! Channels, and by which of them a slot and a rule send.
//!
//! A slot is a place, which shows, or it sends by channels; whoever is written for the one does not fit the other, and is
//! told so with the word that does.

use super::Pass;
use super::consent::chain_words;
use super::names::{Kind, named_twice};
use super::purposes::Once;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::{consent, resolve};
use crate::model::show::show_channels;
use crate::model::{Channel, ChannelId, Class, Clause, OfferId, PurposeId, Rule, RuleSet, Slot, SlotId, TagId, limits};
use crate::source::Span;
use crate::syntax::tree::{CapTarget, ChannelClause, Expr, Name, SlotWay};

/// What is written for one kind of slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    /// `show`
    Show,
    /// `send`
    Send,
}

/// How far the offer of an expectation stands at most behind its slot, in bytes: farther, and it is of a table.
const MOST_BETWEEN: u32 = 40;

impl Verb {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Show => "show",
            Self::Send => "send",
        }
    }
}

impl Pass<'_> {
    pub(super) fn channels(&mut self) {
        for name in self.names.usable(Kind::Channel) {
            let Some(entry) = self.collected.channels.get(name.as_str()) else { continue };
            let item = entry.item;
            let before = self.findings.len();
            let mut needs = Once::default();
            let (mut allowed, mut silent, mut reached) = (Once::default(), Once::default(), Once::default());
            let mut findings = Vec::new();
            for clause in &item.clauses {
                let keyword = clause.keyword;
                match &clause.kind {
                    ChannelClause::Needs(names) => needs.put(names, keyword, "needs", &mut findings),
                    ChannelClause::Allowed(when) => allowed.put(when, keyword, "allowed when", &mut findings),
                    ChannelClause::Silent(when) => silent.put(when, keyword, "silent when", &mut findings),
                    ChannelClause::Reached(when) => reached.put(when, keyword, "reached when", &mut findings),
                }
            }
            self.findings.append(&mut findings);
            self.findings.extend(named_twice("`needs`", needs.value.into_iter().flatten()));
            let mut purposes: Vec<PurposeId> = Vec::new();
            let mut known = true;
            for purpose in needs.value.into_iter().flatten() {
                match self.find_purpose(purpose) {
                    Some(id) => purposes.push(id),
                    None => known = false,
                }
            }
            purposes.sort_unstable();
            purposes.dedup();
            let clauses = [allowed.value, silent.value, reached.value].map(|written| self.channel_clause(written));
            known &= clauses.iter().all(Option::is_some);
            if !known || self.findings[before..].iter().any(Diagnostic::is_error) {
                self.poison(Kind::Channel, &name);
            }
            let [allowed, silent, reached] = clauses.map(Option::flatten);
            self.rules.channels.push(Channel {
                name,
                label: item.label.as_ref().map(|label| label.text.clone()).unwrap_or_default(),
                span: item.name.span,
                needs: purposes,
                allowed,
                silent,
                reached,
                caps: Vec::new(),
                windows: Vec::new(),
            });
        }
    }

    /// `None` where the condition is in error, `Some(None)` where none was written.
    #[expect(clippy::option_option, reason = "an optional clause that may be in error")]
    fn channel_clause(&mut self, written: Option<&Expr>) -> Option<Option<Clause>> {
        let Some(written) = written else { return Some(None) };
        let condition = self.condition(written)?;
        Some(Some(Clause { condition, span: written.span }))
    }

    /// Where a slot shows, or by which channels it sends; `None` where one of them is not there.
    pub(super) fn slot_way(&mut self, way: &SlotWay) -> Option<(String, Vec<ChannelId>)> {
        match way {
            SlotWay::On(place) => Some((place.text.clone(), Vec::new())),
            SlotWay::By(names) => self.channel_list(names).map(|channels| (String::new(), channels)),
        }
    }

    /// The tag behind whose last channel a slot begins; a place has no channels to rotate.
    pub(super) fn rotation(&mut self, slot: &str, way: &SlotWay, tag: &Name, keyword: Span) -> Option<TagId> {
        let found = self.find_tag(tag);
        match way {
            SlotWay::By(_) => found,
            SlotWay::On(place) => {
                let message = format!("slot `{slot}` is a place, which has no channels to rotate");
                let finding = Diagnostic::new(&resolve::SEND_OR_SHOW, keyword, message)
                    .primary("`rotate` is for slots by channels")
                    .label(place.span, "a place")
                    .help("delete it, or give the slot channels: `slot .. by push, email`");
                self.report(finding);
                None
            }
        }
    }

    /// Channels in the order written, each once.
    fn channel_list(&mut self, names: &[Name]) -> Option<Vec<ChannelId>> {
        let mut found: Vec<(ChannelId, Span)> = Vec::new();
        let mut right = true;
        for name in names {
            let Some(id) = self.find_channel(name) else {
                right = false;
                continue;
            };
            match found.iter().find(|(known, _)| *known == id) {
                None => found.push((id, name.span)),
                Some((_, first)) => {
                    let message = format!("channel `{}` stands twice", name.text);
                    let finding = Diagnostic::new(&resolve::CLAUSE_TWICE, name.span, message)
                        .primary("the second time")
                        .label(*first, "the first time")
                        .help("keep one of the two: a channel is tried once");
                    self.report(finding);
                    right = false;
                }
            }
        }
        if let (true, Some(beyond)) = (found.len() > limits::CHANNELS_OF_SLOT, names.get(limits::CHANNELS_OF_SLOT)) {
            let limit = limits::CHANNELS_OF_SLOT;
            self.report(super::limits::many("channels of one slot", found.len(), limit, beyond.span));
            right = false;
        }
        right.then(|| found.into_iter().map(|(id, _)| id).collect())
    }

    /// The channels of `send X by ..`: some of those of the slot.
    pub(super) fn rule_channels(&mut self, names: &[Name], slot: Option<SlotId>) -> Option<Vec<ChannelId>> {
        let channels = self.channel_list(names)?;
        let Some(slot) = slot.and_then(|slot| self.rules.slots.get(slot.index())).cloned() else {
            return Some(channels);
        };
        // What is written for a place is told at its verb.
        if !slot.sends() {
            return Some(channels);
        }
        let mut right = true;
        for (channel, name) in channels.iter().zip(names) {
            if !slot.channels.contains(channel) {
                let message = format!("slot `{}` does not send by `{}`", slot.name, name.text);
                let finding = Diagnostic::new(&resolve::OTHER_CHANNEL, name.span, message)
                    .primary("not one of its channels")
                    .label(slot.span, format!("sends by {}", show_channels(&self.rules, &slot.channels)))
                    .help(format!("add `{}` behind `by` of the slot, or take it away here", name.text));
                self.report(finding);
                right = false;
            }
        }
        let place = |channel: &ChannelId| slot.channels.iter().position(|other| other == channel);
        if right && slot.rotate.is_some() && !channels.is_sorted_by_key(place) {
            let span = names.first().zip(names.last()).map_or(slot.span, |(first, last)| first.span.to(last.span));
            let message = format!("slot `{}` rotates, so `by` gives its channels no order of their own", slot.name);
            let finding = Diagnostic::new(&resolve::OTHER_CHANNEL, span, message)
                .primary("another order than that of the slot")
                .label(slot.span, format!("turns round {}", show_channels(&self.rules, &slot.channels)))
                .help("name them in the order of the slot; where it begins, the last message says");
            self.report(finding);
            return None;
        }
        right.then_some(channels)
    }

    /// Says so where a channel is named in what is asked before one is chosen: blocks, and what a cap is exempt from.
    pub(super) fn channel_too_early(&mut self, on: &CapTarget, keyword: &str) -> Option<()> {
        let CapTarget::Channel(name) = on else { return None };
        self.find_channel(name)?;
        let message = format!("`{keyword} channel {}` is asked before a channel is chosen", name.text);
        let help = match keyword {
            "exempt" => "put the cap on the channels that it is for: `on channel ..`, one cap for each",
            _ => "name what goes by it: a class, a tag, an offer or a rule",
        };
        let finding = Diagnostic::new(&resolve::CHANNEL_COMES_LAST, name.span, message)
            .primary("no channel is chosen yet")
            .help(help);
        self.report(finding);
        Some(())
    }

    /// A place shows, and a slot by channels sends. Says so where the other word is written.
    pub(super) fn verb_fits(&mut self, verb: Verb, keyword: Span, slot: SlotId) -> bool {
        let Some((found, wanted)) = self.other_verb(verb, slot) else { return true };
        let (what, help) = match wanted {
            Verb::Show => (
                "is a place, which sends nothing",
                format!("write `show`, or give the slot channels: `slot {} by email`", found.name),
            ),
            Verb::Send => {
                ("sends messages, and shows nothing", "write `send`, or make the slot a place: `on web`".to_owned())
            }
        };
        let message = format!("slot `{}` {what}", found.name);
        let finding = Diagnostic::new(&resolve::SEND_OR_SHOW, keyword, message)
            .primary(format!("`{}` is for the other kind of slot", verb.word()))
            .label(found.span, if wanted == Verb::Send { "sends by channels" } else { "a place" })
            .help(help);
        self.report(finding);
        false
    }

    /// The same for what a test expects of a slot: it is the test that is wrong, not the slot.
    pub(super) fn outcome_fits(&mut self, verb: Verb, slot_name: &Name, offer: &Name, slot: SlotId) -> bool {
        let Some((found, wanted)) = self.other_verb(verb, slot) else { return true };
        let (what, right) = match wanted {
            Verb::Show => ("is a place, which sends nothing", "shows"),
            Verb::Send => ("sends messages, and shows nothing", "sends"),
        };
        let finding = Diagnostic::new(&resolve::SEND_OR_SHOW, offer.span, format!("slot `{}` {what}", found.name))
            .primary(format!("`{}s` is for the other kind of slot", verb.word()))
            .label(found.span, if wanted == Verb::Send { "sends by channels" } else { "a place" })
            .help(format!("write `expect {} {right} {}`", found.name, offer.text));
        // In a table the slot stands in its column.
        let between = Span { start: slot_name.span.end, end: offer.span.start, ..offer.span };
        let is_near = between.end.checked_sub(between.start).is_some_and(|gap| gap < MOST_BETWEEN);
        self.report(match is_near && slot_name.span.source == offer.span.source {
            true => finding.suggest(format!("write `{right}`"), between, format!(" {right} ")),
            false => finding,
        });
        false
    }

    /// The slot, and what it does, where that is not `verb`. Nothing is said of one whose channels are in error: what it is
    /// cannot be told, and is told there.
    fn other_verb(&self, verb: Verb, slot: SlotId) -> Option<(&Slot, Verb)> {
        let found = self.rules.slots.get(slot.index())?;
        if found.place.is_empty() && !found.sends() {
            return None;
        }
        let wanted = if found.sends() { Verb::Send } else { Verb::Show };
        (verb != wanted).then_some((found, wanted))
    }

    /// What a channel reads, it needs; it spares nobody.
    pub(super) fn channels_keep_consent(&mut self) {
        let mut findings = Vec::new();
        let mut failed = Vec::new();
        for channel in &self.rules.channels {
            let before = findings.len();
            let conditions = channel.conditions().map(|(words, clause)| {
                let (words, reads) = (format!("`{words}`"), self.reads_in(&clause.condition));
                (words, clause.span, reads)
            });
            // What its windows read is read for whatever goes by it (R19); their own promises are looked at once, there.
            let windows = channel.windows.iter().flat_map(|id| {
                self.window_reads(*id)
                    .into_iter()
                    .map(|(span, reads)| (format!("window `{}`", self.rules[*id].name), span, reads))
            });
            for (words, span, reads) in conditions.chain(windows) {
                let mut asked: Vec<(&[PurposeId], Span, String)> = Vec::new();
                for read in &reads.found {
                    let attribute = &self.rules[read.attribute];
                    if attribute.never_used {
                        findings.push(self.never_used(span, read));
                    }
                    if attribute.protective {
                        findings.push(self.protective_selects(span, read, false));
                    }
                    asked.push((&attribute.needs, attribute.span, chain_words(&attribute.name, &read.through)));
                }
                for read in &reads.events {
                    let event = &self.rules[read.event];
                    asked.push((&event.needs, event.span, chain_words(&event.name, &read.through)));
                }
                for (needs, declared, chain) in asked {
                    for purpose in needs.iter().filter(|purpose| !channel.needs.contains(purpose)) {
                        let purpose = &self.rules[*purpose].name;
                        let message =
                            format!("channel `{}` reads what needs {purpose}, but does not need it", channel.name);
                        let finding = Diagnostic::new(&consent::MISSING_NEEDS, span, message)
                            .primary(format!("{words} reads {} for `{purpose}`", chain))
                            .label(declared, format!("needs `{purpose}`"))
                            .help(format!("add `needs {purpose}` to the channel"));
                        findings.push(finding);
                    }
                }
            }
            if findings.len() > before {
                failed.push(channel.name.clone());
            }
        }
        self.findings.append(&mut findings);
        for name in failed {
            self.poison(Kind::Channel, &name);
        }
    }

    /// R3: what a rule of class marketing sends can be objected to, by a purpose of its own or of each of its channels.
    pub(super) fn sends_without_purpose(&self, rule: &Rule) -> Option<Diagnostic> {
        if !self.rules.sends(rule.slot) || self.channels_ask_direct_marketing(rule) {
            return None;
        }
        let without = without_direct_marketing(&self.rules, self.rules.channels_of(rule));
        let names = show_channels(&self.rules, &without);
        let message = format!("rule `{}` sends marketing without a purpose that people can object to", rule.name);
        let mut finding = Diagnostic::new(&consent::MARKETING_WITHOUT_PURPOSE, rule.span, message)
            .primary(format!("of class marketing, sends by {names}"));
        for channel in &without {
            let declared = &self.rules[*channel];
            finding = finding.label(declared.span, "needs no purpose of direct marketing");
        }
        let direct = self.rules.purposes.iter().find(|purpose| purpose.direct_marketing);
        Some(
            finding.help(match direct {
                Some(purpose) => format!(
                    "add `needs` with a purpose marked `direct marketing`, such as `{}`, to the rule or to the channel",
                    purpose.name
                ),
                None => "declare a purpose with `direct marketing` and add it to `needs` of the channel or of the rule"
                    .to_owned(),
            }),
        )
    }

    /// Whether every channel by which a rule sends needs a purpose of direct marketing; no for one that shows.
    pub(super) fn channels_ask_direct_marketing(&self, rule: &Rule) -> bool {
        let channels = self.rules.channels_of(rule);
        !channels.is_empty() && without_direct_marketing(&self.rules, channels).is_empty()
    }

    /// A fallback that sends marketing is sent by all channels of its slot (R3).
    pub(super) fn fallback_sells_by(&self, channels: &[ChannelId], offer: OfferId) -> Option<String> {
        let without = without_direct_marketing(&self.rules, channels);
        let sells = self.rules[offer].class == Class::Marketing && !without.is_empty();
        sells.then(|| show_channels(&self.rules, &without))
    }
}

/// The channels that need no purpose that can be objected to.
fn without_direct_marketing(rules: &RuleSet, channels: &[ChannelId]) -> Vec<ChannelId> {
    let asks = |channel: &ChannelId| rules[*channel].needs.iter().any(|purpose| rules[*purpose].direct_marketing);
    channels.iter().copied().filter(|channel| !asks(channel)).collect()
}
