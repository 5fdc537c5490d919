//! Which name stands for which id, and what to say of a name that stands for nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::Pass;
use super::collect::Collected;
use crate::diagnostics::codes::resolve;
use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::model::{
    AttributeId, ChannelId, Event, EventId, OfferId, PurposeId, RuleId, SegmentId, SlotId, TagId, ValueId,
};
use crate::source::Span;
use crate::syntax::tree::{Clause, Name, OfferClause, RuleClause};
use crate::value::Type;

/// The kinds of things that have a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Purpose,
    Class,
    Attribute,
    Event,
    Segment,
    Value,
    Channel,
    Offer,
    Slot,
    Rule,
    /// Caps, pauses and gaps.
    Cap,
    Block,
    Window,
    Persona,
    Tag,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Purpose => "purpose",
            Self::Class => "class",
            Self::Attribute => "attribute",
            Self::Event => "event",
            Self::Segment => "segment",
            Self::Value => "value",
            Self::Channel => "channel",
            Self::Offer => "offer",
            Self::Slot => "slot",
            Self::Rule => "rule",
            Self::Cap => "cap",
            Self::Block => "block",
            Self::Window => "window",
            Self::Persona => "persona",
            Self::Tag => "tag",
        }
    }

    pub(super) fn with_article(self) -> String {
        let article = if matches!(self, Self::Attribute | Self::Event | Self::Offer) { "an" } else { "a" };
        format!("{article} {}", self.word())
    }

    pub(super) fn from_keyword(word: &str) -> Option<Self> {
        if matches!(word, "pause" | "gap") {
            return Some(Self::Cap);
        }
        use Kind::{Block, Cap, Channel, Class, Event, Offer, Persona, Purpose, Rule, Segment, Slot, Value, Window};
        [Purpose, Class, Event, Segment, Value, Channel, Offer, Slot, Rule, Cap, Block, Window, Persona]
            .into_iter()
            .find(|kind| kind.word() == word)
    }

    /// How one of that name is declared; none of what is never declared by itself.
    fn declaration(self, name: &str) -> Option<String> {
        match self {
            Self::Purpose => Some(format!("purpose {name} \"..\" {{ basis consent }}")),
            Self::Event => Some(format!("event {name} \"..\" {{}}")),
            Self::Channel => Some(format!("channel {name} {{}}")),
            Self::Offer => Some(format!("offer {name} {{ class service }}")),
            Self::Slot => Some(format!("slot {name} on web {{ accepts service  fallback nothing }}")),
            Self::Persona => Some(format!("persona {name} {{ given {{ id: \"c1\" }} }}")),
            Self::Class
            | Self::Attribute
            | Self::Segment
            | Self::Value
            | Self::Rule
            | Self::Cap
            | Self::Block
            | Self::Window
            | Self::Tag => None,
        }
    }

    fn unknown(self) -> &'static Code {
        match self {
            Self::Purpose => &resolve::UNKNOWN_PURPOSE,
            Self::Class => &resolve::UNKNOWN_CLASS,
            Self::Attribute | Self::Segment | Self::Value => &resolve::UNKNOWN_ATTRIBUTE,
            Self::Event => &resolve::UNKNOWN_EVENT,
            Self::Channel => &resolve::UNKNOWN_CHANNEL,
            Self::Offer => &resolve::UNKNOWN_OFFER,
            Self::Slot => &resolve::UNKNOWN_SLOT,
            Self::Rule => &resolve::UNKNOWN_RULE,
            Self::Cap | Self::Block | Self::Window => &resolve::UNKNOWN_CAP,
            Self::Persona => &resolve::UNKNOWN_PERSONA,
            Self::Tag => &resolve::UNKNOWN_TAG,
        }
    }
}

/// A name that was declared: its place in the list of its kind, or none where its item is in error.
type Table = BTreeMap<String, Option<usize>>;

/// The tables of one pass.
pub(super) struct Names {
    tables: BTreeMap<Kind, Table>,
    /// Whether an offer is in error, so that an unknown tag may be one of its own.
    tags_lost: bool,
    attributes_lost: bool,
}

impl Names {
    pub(super) fn new(all: &Collected<'_>, poisoned: &BTreeSet<(Kind, String)>) -> Self {
        let mut tables: BTreeMap<Kind, Table> = BTreeMap::new();
        let mut fill = |kind: Kind, names: &mut dyn Iterator<Item = &str>| {
            let mut next = 0..;
            let mut table: Table = names
                .map(|name| {
                    let is_poisoned = poisoned.contains(&(kind, name.to_owned()));
                    (name.to_owned(), if is_poisoned { None } else { next.next() })
                })
                .collect();
            for (_, name) in poisoned.iter().filter(|(of, _)| *of == kind) {
                table.entry(name.clone()).or_insert(None);
            }
            tables.insert(kind, table);
        };
        fill(Kind::Purpose, &mut all.purposes.keys().copied());
        fill(Kind::Class, &mut all.classes.keys().copied());
        fill(Kind::Attribute, &mut all.attributes.keys().copied());
        fill(Kind::Segment, &mut all.segments.keys().copied());
        fill(Kind::Value, &mut all.values.keys().copied());
        fill(Kind::Channel, &mut all.channels.keys().copied());
        fill(Kind::Offer, &mut all.offers.keys().copied());
        fill(Kind::Slot, &mut all.slots.keys().copied());
        fill(Kind::Rule, &mut all.rules.keys().copied());
        let limits: BTreeSet<&str> = all.caps.keys().chain(all.pauses.keys()).chain(all.gaps.keys()).copied().collect();
        fill(Kind::Cap, &mut limits.into_iter());
        fill(Kind::Block, &mut all.blocks.keys().copied());
        fill(Kind::Window, &mut all.windows.keys().copied());
        fill(Kind::Persona, &mut all.personas.keys().copied());
        let declared = all.events.keys().copied().filter(|name| !Event::BUILT_IN.contains(name));
        fill(Kind::Event, &mut declared.collect::<Vec<_>>().into_iter());
        let tags: BTreeSet<&str> = all.offers.values().flat_map(|entry| offer_tags(&entry.item.clauses)).collect();
        fill(Kind::Tag, &mut tags.into_iter());
        if let Some(events) = tables.get_mut(&Kind::Event) {
            for place in events.values_mut().flatten() {
                *place += Event::BUILT_IN.len();
            }
            events.extend(Event::BUILT_IN.iter().enumerate().map(|(at, name)| ((*name).to_owned(), Some(at))));
        }
        let tags_lost = poisoned.iter().any(|(kind, _)| *kind == Kind::Offer);
        Self { tables, attributes_lost: all.attributes_lost, tags_lost }
    }

    /// The names of a kind that can be used, in order.
    pub(super) fn usable(&self, kind: Kind) -> Vec<String> {
        let table = self.tables.get(&kind);
        table.into_iter().flatten().filter(|(_, place)| place.is_some()).map(|(name, _)| name.clone()).collect()
    }

    /// The place of a name: `None` for an unknown one, `Some(None)` for one in error.
    pub(super) fn get(&self, kind: Kind, name: &str) -> Option<Option<usize>> {
        self.tables.get(&kind).and_then(|table| table.get(name)).copied()
    }

    /// From here on the name stands for nothing, silently: its declaration is in error.
    pub(super) fn lose(&mut self, kind: Kind, name: &str) {
        if let Some(place) = self.tables.get_mut(&kind).and_then(|table| table.get_mut(name)) {
            *place = None;
        }
    }

    /// Whether a part of the attributes could not be read, so that an unknown name may be one of them.
    pub(super) fn attributes_lost(&self) -> bool {
        self.attributes_lost
    }

    fn all(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.tables.get(&kind).into_iter().flat_map(|table| table.keys().map(String::as_str))
    }
}

fn offer_tags(clauses: &[Clause<OfferClause>]) -> impl Iterator<Item = &str> {
    clauses.iter().flat_map(|clause| match &clause.kind {
        OfferClause::Tags(tags) => tags.iter().map(|tag| tag.text.as_str()).collect::<Vec<_>>(),
        OfferClause::Kind(_)
        | OfferClause::Class(_)
        | OfferClause::Active(_)
        | OfferClause::With(_)
        | OfferClause::Off(_) => Vec::new(),
    })
}

/// What a name in an expression stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Attribute(AttributeId),
    Segment(SegmentId),
    Value(ValueId),
}

macro_rules! finders {
    ($($find:ident: $kind:ident -> $id:ident;)*) => {
        $(
            /// The id of a name; says so where nothing declares it, silent where its declaration is in error.
            pub(super) fn $find(&mut self, name: &Name) -> Option<$id> {
                self.find(Kind::$kind, name).map($id::from_index)
            }
        )*
    };
}

impl Pass<'_> {
    finders! {
        find_purpose: Purpose -> PurposeId;
        find_event: Event -> EventId;
        find_channel: Channel -> ChannelId;
        find_offer: Offer -> OfferId;
        find_slot: Slot -> SlotId;
        find_rule: Rule -> RuleId;
        find_tag: Tag -> TagId;
    }

    /// Whether a cap, a pause, a gap, a block or a window has that name; never an error.
    pub(super) fn is_limit(&self, name: &str) -> bool {
        [Kind::Cap, Kind::Block, Kind::Window].iter().any(|kind| self.names.get(*kind, name).flatten().is_some())
    }

    fn find(&mut self, kind: Kind, name: &Name) -> Option<usize> {
        match self.names.get(kind, &name.text) {
            Some(place) => place,
            // It may stand in the part of an offer that could not be read.
            None if kind == Kind::Tag && self.names.tags_lost => None,
            None => {
                self.unknown(kind, name);
                None
            }
        }
    }

    /// Reports a name of `kind` that nothing declares.
    pub(super) fn unknown(&mut self, kind: Kind, name: &Name) {
        let meant = nearest(&name.text, self.names.all(kind)).map(str::to_owned);
        let message = format!("there is no {} `{}`", kind.word(), name.text);
        let finding = Diagnostic::new(kind.unknown(), name.span, message);
        let known: Vec<&str> = self.names.all(kind).collect();
        let is_rule = kind == Kind::Offer && self.names.all(Kind::Rule).any(|rule| rule == name.text);
        let is_offer = kind == Kind::Rule && self.names.all(Kind::Offer).any(|offer| offer == name.text);
        let finding = match meant {
            _ if is_rule => {
                let help = "a rule of that name is declared: write the name of the offer that it shows or sends";
                finding.primary("an offer is named here").help(help)
            }
            _ if is_offer => {
                let shown = self.shown_by(&name.text);
                let help = match shown.as_slice() {
                    [] => {
                        "an offer of that name is declared: write the name of a rule that shows or sends it".to_owned()
                    }
                    rules => format!("write the name of the rule that shows or sends it: {}", rules.join(", ")),
                };
                finding.primary("that is an offer, and a rule is named here").help(help)
            }
            Some(meant) => {
                let help = format!("did you mean `{meant}`?");
                finding.primary("not declared").help(help).suggest(format!("write `{meant}`"), name.span, meant)
            }
            None if known.is_empty() => {
                let help = match kind.declaration(&name.text) {
                    Some(right) => format!("declare it: `{right}`"),
                    None => format!("no {} is declared yet", kind.word()),
                };
                finding.primary("not declared").help(help)
            }
            None if known.len() <= if kind == Kind::Event { 20 } else { 6 } => {
                let list = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                finding.primary("not declared").help(format!("declare it, or use one of {list}"))
            }
            None => finding.primary("not declared").help("check the spelling, or declare it"),
        };
        self.report(finding);
    }

    /// Whether an offer has that name, and no rule.
    pub(super) fn is_offer_only(&self, name: &Name) -> bool {
        self.names.get(Kind::Offer, &name.text).is_some() && self.names.get(Kind::Rule, &name.text).is_none()
    }

    /// The rules that show or send an offer, each in backticks.
    fn shown_by(&self, offer: &str) -> Vec<String> {
        let shows = |clause: &Clause<RuleClause>| {
            if let RuleClause::Show(name) | RuleClause::Send(name, _) = &clause.kind {
                name.text == offer
            } else {
                false
            }
        };
        let rules = self.collected.rules.iter().filter(|(_, entry)| entry.item.clauses.iter().any(shows));
        rules.map(|(name, _)| format!("`{name}`")).collect()
    }

    /// What a name in an expression stands for; `wanted` is the type of what it is compared with.
    pub(super) fn meaning(&mut self, name: &Name, wanted: Option<Type>) -> Option<Meaning> {
        let by_kind = [Kind::Attribute, Kind::Segment, Kind::Value].map(|kind| self.names.get(kind, &name.text));
        match by_kind {
            [Some(place), _, _] => place.map(AttributeId::from_index).map(Meaning::Attribute),
            [_, Some(place), _] => place.map(SegmentId::from_index).map(Meaning::Segment),
            [_, _, Some(place)] => place.map(ValueId::from_index).map(Meaning::Value),
            [None, None, None] => {
                if !self.names.attributes_lost {
                    self.unknown_in_expression(name, wanted);
                }
                None
            }
        }
    }
}

/// Says so where a list of names says one twice; `what` is the list: `needs`.
pub(super) fn named_twice<'n>(what: &str, names: impl IntoIterator<Item = &'n Name>) -> Vec<Diagnostic> {
    stands_twice(what, names.into_iter().map(|name| (name.text.clone(), name.span)))
}

/// The same for anything that is written, by what it means and where it stands.
pub(super) fn stands_twice(what: &str, written: impl IntoIterator<Item = (String, Span)>) -> Vec<Diagnostic> {
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    let mut findings = Vec::new();
    for (text, span) in written {
        match seen.get(&text) {
            Some(first) => findings.push(
                Diagnostic::new(&resolve::NAMED_TWICE, span, format!("{what} names `{text}` twice"))
                    .primary("the second time")
                    .label(*first, "the first time")
                    .help("write what was meant here, or delete it"),
            ),
            None => drop(seen.insert(text, span)),
        }
    }
    findings
}
