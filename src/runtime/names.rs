//! From names to ids: data and stored events outlive a bundle, so they carry names.

use crate::frame::{Stamp, Via};
use crate::model::{ChannelId, Class, Event, EventId, OfferId, PurposeId, RuleId, RuleSet, TagId};

/// Looks names up in a verified rule set, whose lists are in order of name.
#[derive(Clone, Copy)]
pub(crate) struct Names<'a> {
    rules: &'a RuleSet,
}

impl<'a> Names<'a> {
    pub(crate) fn of(rules: &'a RuleSet) -> Self {
        Self { rules }
    }

    pub(crate) fn event(self, name: &str) -> Option<EventId> {
        let built_in = Event::BUILT_IN.len();
        let (first, declared) = self.rules.events.split_at_checked(built_in)?;
        let at = first.iter().position(|event| event.name == name);
        let index = at.or_else(|| find(declared, name, |event| &event.name).map(|index| built_in + index));
        index.map(EventId::from_index)
    }

    pub(crate) fn offer(self, name: &str) -> Option<OfferId> {
        find(&self.rules.offers, name, |offer| &offer.name).map(OfferId::from_index)
    }

    pub(crate) fn rule(self, name: &str) -> Option<RuleId> {
        find(&self.rules.rules, name, |rule| &rule.name).map(RuleId::from_index)
    }

    pub(crate) fn purpose(self, name: &str) -> Option<PurposeId> {
        find(&self.rules.purposes, name, |purpose| &purpose.name).map(PurposeId::from_index)
    }

    pub(crate) fn channel(self, name: &str) -> Option<ChannelId> {
        find(&self.rules.channels, name, |channel| &channel.name).map(ChannelId::from_index)
    }

    pub(crate) fn tag(self, name: &str) -> Option<TagId> {
        find(&self.rules.tags, name, |tag| tag).map(TagId::from_index)
    }

    /// What an event belongs to, by the names of offer, rule and channel. Without an offer it may belong to anything.
    /// Without class or tags of its own it has those that its offer has today; of an offer that the rules do not know any
    /// more, nobody can say which tags it had.
    pub(crate) fn stamp<T: AsRef<str>>(
        self,
        (offer, rule, channel): (Option<&str>, Option<&str>, Option<&str>),
        via: Option<Via>,
        class: Option<Class>,
        tags: Option<&[T]>,
    ) -> Stamp {
        let Some(offer) = offer else { return Stamp::Unstamped };
        let (offer, rule) = (self.offer(offer), rule.and_then(|rule| self.rule(rule)));
        let channel = channel.and_then(|channel| self.channel(channel));
        let tags = match (tags, offer) {
            (Some(tags), _) => {
                let mut tags: Vec<_> = tags.iter().filter_map(|tag| self.tag(tag.as_ref())).collect();
                tags.sort_unstable();
                tags.dedup();
                tags
            }
            (None, Some(offer)) => self.rules[offer].tags.clone(),
            (None, None) => return Stamp::Retired { rule, via, class, channel },
        };
        Stamp::Of { offer, rule, via, class, tags, channel }
    }
}

fn find<T>(list: &[T], name: &str, of: impl Fn(&T) -> &String) -> Option<usize> {
    list.binary_search_by(|entry| of(entry).as_str().cmp(name)).ok()
}
