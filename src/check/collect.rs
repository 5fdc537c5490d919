//! All items of all files, by kind and name.

use std::collections::{BTreeMap, BTreeSet};

use super::names::Kind;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::resolve;
use crate::model;
use crate::source::Span;
use crate::syntax::tree::{
    Attribute, BlockClause, CapClause, Case, ChannelClause, ClassClause, Clause, DefaultsClause, Definition, Event,
    File, GapClause, ItemKind, Name, Named, OfferClause, PauseClause, Persona, PurposeClause, Rule, Slot, WindowClause,
};

/// A declared item.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a, T> {
    pub(super) item: &'a T,
}

type Table<'a, T> = BTreeMap<&'a str, Entry<'a, T>>;

/// Declarations that stop and show nothing by themselves; who rests on one that was lost is left out in turn.
const BEAR_ON_NOTHING: [&str; 11] =
    ["defaults", "channel", "purpose", "customer", "moment", "event", "segment", "value", "offer", "persona", "test"];

/// Everything that was declared; of two with one name the first in file order, and that only to look at.
#[derive(Default)]
pub(super) struct Collected<'a> {
    pub(super) defaults: Vec<&'a Clause<DefaultsClause>>,
    pub(super) purposes: Table<'a, Named<PurposeClause>>,
    pub(super) classes: Table<'a, Named<ClassClause>>,
    pub(super) channels: Table<'a, Named<ChannelClause>>,
    pub(super) attributes: BTreeMap<&'a str, (model::Scope, &'a Attribute)>,
    pub(super) events: Table<'a, Event>,
    pub(super) segments: Table<'a, Definition>,
    pub(super) values: Table<'a, Definition>,
    pub(super) offers: Table<'a, Named<OfferClause>>,
    pub(super) slots: Table<'a, Slot>,
    pub(super) rules: Table<'a, Rule>,
    pub(super) caps: Table<'a, Named<CapClause>>,
    pub(super) pauses: Table<'a, Named<PauseClause>>,
    pub(super) gaps: Table<'a, Named<GapClause>>,
    pub(super) blocks: Table<'a, Named<BlockClause>>,
    pub(super) windows: Table<'a, Named<WindowClause>>,
    pub(super) personas: Table<'a, Persona>,
    pub(super) tests: Vec<Entry<'a, Case>>,
    /// Names of items that the parser could not read wholly.
    pub(super) poisoned: BTreeSet<(Kind, String)>,
    /// Where items stand of which the parser could not read a part.
    pub(super) damaged: BTreeMap<(Kind, String), Span>,
    /// Names that several items of a kind have, so that nobody knows which is meant.
    pub(super) twice: BTreeSet<(Kind, String)>,
    /// A zone is named in `defaults`, or may be in a part of it that could not be read.
    pub(super) names_zone: bool,
    /// A `customer` or `moment` block lost an attribute: an unknown name may be that one.
    pub(super) attributes_lost: bool,
    /// A declaration was lost of which not even kind and name are known.
    pub(super) lost: bool,
}

impl<'a> Collected<'a> {
    pub(super) fn new(files: &'a [File], findings: &mut Vec<Diagnostic>) -> Self {
        let mut all = Self::default();
        for item in files.iter().flat_map(|file| &file.items) {
            if item.damaged {
                all.damaged(&item.kind, item.span);
            }
            match &item.kind {
                // Which files are read is settled before this room begins.
                ItemKind::Use(_) => {}
                ItemKind::Defaults(clauses) => {
                    let is_zone = |clause: &Clause<DefaultsClause>| matches!(clause.kind, DefaultsClause::Zone(_));
                    all.names_zone |= item.damaged || clauses.iter().any(is_zone);
                    all.defaults.extend(clauses);
                }
                ItemKind::Purpose(item) => {
                    put(&mut all.purposes, &mut all.twice, Kind::Purpose, &item.name, item, findings)
                }
                ItemKind::Class(item) => put(&mut all.classes, &mut all.twice, Kind::Class, &item.name, item, findings),
                ItemKind::Channel(item) => {
                    put(&mut all.channels, &mut all.twice, Kind::Channel, &item.name, item, findings)
                }
                ItemKind::Customer(list) => all.put_attributes(model::Scope::Customer, list, findings),
                ItemKind::Moment(list) => all.put_attributes(model::Scope::Moment, list, findings),
                ItemKind::Event(item) => put(&mut all.events, &mut all.twice, Kind::Event, &item.name, item, findings),
                ItemKind::Segment(item) => {
                    put(&mut all.segments, &mut all.twice, Kind::Segment, &item.name, item, findings)
                }
                ItemKind::Value(item) => put(&mut all.values, &mut all.twice, Kind::Value, &item.name, item, findings),
                ItemKind::Offer(item) => put(&mut all.offers, &mut all.twice, Kind::Offer, &item.name, item, findings),
                ItemKind::Slot(item) => put(&mut all.slots, &mut all.twice, Kind::Slot, &item.name, item, findings),
                ItemKind::Rule(item) => put(&mut all.rules, &mut all.twice, Kind::Rule, &item.name, item, findings),
                ItemKind::Cap(item) if all.is_new_limit("cap", &item.name, findings) => {
                    put(&mut all.caps, &mut all.twice, Kind::Cap, &item.name, item, findings);
                }
                ItemKind::Pause(item) if all.is_new_limit("pause", &item.name, findings) => {
                    put(&mut all.pauses, &mut all.twice, Kind::Cap, &item.name, item, findings);
                }
                ItemKind::Gap(item) if all.is_new_limit("gap", &item.name, findings) => {
                    put(&mut all.gaps, &mut all.twice, Kind::Cap, &item.name, item, findings);
                }
                ItemKind::Block(item) if all.is_new_limit("block", &item.name, findings) => {
                    put(&mut all.blocks, &mut all.twice, Kind::Block, &item.name, item, findings);
                }
                ItemKind::Window(item) if all.is_new_limit("window", &item.name, findings) => {
                    put(&mut all.windows, &mut all.twice, Kind::Window, &item.name, item, findings);
                }
                ItemKind::Cap(_) | ItemKind::Pause(_) | ItemKind::Gap(_) | ItemKind::Block(_) | ItemKind::Window(_) => {
                }
                ItemKind::Persona(item) => {
                    put(&mut all.personas, &mut all.twice, Kind::Persona, &item.name, item, findings)
                }
                ItemKind::Test(_) if item.damaged => {}
                ItemKind::Test(case) => all.tests.push(Entry { item: case }),
                ItemKind::Broken(broken) => {
                    all.attributes_lost |= matches!(broken.word.as_str(), "customer" | "moment" | "");
                    all.names_zone |= broken.word == "defaults";
                    match (Kind::from_keyword(&broken.word), &broken.name) {
                        (Some(kind), Some(name)) => drop(all.poisoned.insert((kind, name.text.clone()))),
                        (_, _) => all.lost |= !BEAR_ON_NOTHING.contains(&broken.word.as_str()),
                    }
                }
            }
        }
        all.clashes(findings);
        // Nobody knows which of two is meant, so neither is built upon.
        all.poisoned.extend(all.twice.iter().cloned());
        all
    }

    fn damaged(&mut self, kind: &ItemKind, span: Span) {
        let mut poison = |kind, name: &Name| {
            self.poisoned.insert((kind, name.text.clone()));
            self.damaged.insert((kind, name.text.clone()), span);
        };
        match kind {
            ItemKind::Purpose(item) => poison(Kind::Purpose, &item.name),
            ItemKind::Class(item) => poison(Kind::Class, &item.name),
            ItemKind::Channel(item) => poison(Kind::Channel, &item.name),
            ItemKind::Event(item) => poison(Kind::Event, &item.name),
            ItemKind::Segment(item) => poison(Kind::Segment, &item.name),
            ItemKind::Value(item) => poison(Kind::Value, &item.name),
            ItemKind::Offer(item) => poison(Kind::Offer, &item.name),
            ItemKind::Slot(item) => poison(Kind::Slot, &item.name),
            ItemKind::Rule(item) => poison(Kind::Rule, &item.name),
            ItemKind::Cap(item) => poison(Kind::Cap, &item.name),
            ItemKind::Pause(item) => poison(Kind::Cap, &item.name),
            ItemKind::Gap(item) => poison(Kind::Cap, &item.name),
            ItemKind::Block(item) => poison(Kind::Block, &item.name),
            ItemKind::Window(item) => poison(Kind::Window, &item.name),
            ItemKind::Persona(item) => poison(Kind::Persona, &item.name),
            ItemKind::Customer(_) | ItemKind::Moment(_) => self.attributes_lost = true,
            ItemKind::Use(_) | ItemKind::Defaults(_) | ItemKind::Test(_) | ItemKind::Broken(_) => {}
        }
    }

    /// Whether no cap, pause, gap, block or window has this name yet: reasons name them all alike, so they share their names.
    fn is_new_limit(&mut self, what: &str, name: &Name, findings: &mut Vec<Diagnostic>) -> bool {
        let text = name.text.as_str();
        let cap = self.caps.get(text).map(|entry| ("cap", entry.name_span()));
        let pause = || self.pauses.get(text).map(|entry| ("pause", entry.name_span()));
        let gap = || self.gaps.get(text).map(|entry| ("gap", entry.name_span()));
        let block = || self.blocks.get(text).map(|entry| ("block", entry.name_span()));
        let window = || self.windows.get(text).map(|entry| ("window", entry.name_span()));
        let Some((other, first)) = cap.or_else(pause).or_else(gap).or_else(block).or_else(window) else { return true };
        // Nobody knows which of the two is meant.
        self.twice.extend([Kind::Cap, Kind::Block, Kind::Window].map(|kind| (kind, name.text.clone())));
        findings.push(if other == what {
            twice(what, name, first)
        } else {
            Diagnostic::new(&resolve::DUPLICATE, name.span, format!("`{text}` is both a {other} and a {what}"))
                .primary(format!("the {what}"))
                .label(first, format!("the {other}"))
                .help("reasons name both alike, so each needs a name of its own")
        });
        false
    }

    fn put_attributes(&mut self, scope: model::Scope, list: &'a [Attribute], findings: &mut Vec<Diagnostic>) {
        for attribute in list {
            let name = &attribute.name;
            if let Some((_, first)) = self.attributes.get(name.text.as_str()) {
                findings.push(twice("attribute", name, first.name.span));
                self.twice.insert((Kind::Attribute, name.text.clone()));
            } else {
                self.attributes.insert(&name.text, (scope, attribute));
            }
        }
    }

    /// Attributes, segments and values stand in the same places, so they share their names.
    fn clashes(&mut self, findings: &mut Vec<Diagnostic>) {
        let mut clashing: BTreeSet<String> = BTreeSet::new();
        let attributes = self.attributes.values().map(|(_, attribute)| &attribute.name);
        let segments = self.segments.values().map(|entry| &entry.item.name);
        let values = self.values.values().map(|entry| &entry.item.name);
        let mut seen: BTreeMap<&str, (&str, Span)> = BTreeMap::new();
        let all = attributes
            .map(|name| ("attribute", name))
            .chain(segments.map(|name| ("segment", name)))
            .chain(values.map(|name| ("value", name)));
        for (what, name) in all {
            match seen.get(name.text.as_str()) {
                Some((other, first)) if *other != what => {
                    let message =
                        format!("`{}` is both an {other} and a {what}", name.text).replace("an segment", "a segment");
                    let finding = Diagnostic::new(&resolve::DUPLICATE, name.span, message)
                        .primary(format!("the {what}"))
                        .label(*first, format!("the {other}"))
                        .help("conditions use both alike, so each needs a name of its own");
                    findings.push(finding);
                    clashing.insert(name.text.clone());
                }
                Some(_) | None => drop(seen.insert(&name.text, (what, name.span))),
            }
        }
        for name in clashing {
            let kinds = [
                (Kind::Attribute, self.attributes.contains_key(name.as_str())),
                (Kind::Segment, self.segments.contains_key(name.as_str())),
                (Kind::Value, self.values.contains_key(name.as_str())),
            ];
            self.twice.extend(kinds.into_iter().filter(|(_, has)| *has).map(|(kind, _)| (kind, name.clone())));
        }
    }
}

fn put<'a, T>(
    table: &mut Table<'a, T>,
    names: &mut BTreeSet<(Kind, String)>,
    kind: Kind,
    name: &'a Name,
    item: &'a T,
    findings: &mut Vec<Diagnostic>,
) where
    Entry<'a, T>: HasName,
{
    if let Some(first) = table.get(name.text.as_str()) {
        names.insert((kind, name.text.clone()));
        findings.push(twice(kind.word(), name, first.name_span()));
    } else {
        table.insert(&name.text, Entry { item });
    }
}

fn twice(what: &str, name: &Name, first: Span) -> Diagnostic {
    Diagnostic::new(&resolve::DUPLICATE, name.span, format!("{what} `{}` is declared twice", name.text))
        .primary("the second time")
        .label(first, "the first time")
        .help("rename one of the two, or delete it")
}

/// Where an entry's name stands.
pub(super) trait HasName {
    fn name_span(&self) -> Span;
}

macro_rules! named {
    ($($ty:ty),*) => { $(impl HasName for Entry<'_, $ty> { fn name_span(&self) -> Span { self.item.name.span } })* };
}
named!(
    Named<PurposeClause>,
    Named<ClassClause>,
    Named<ChannelClause>,
    Named<OfferClause>,
    Named<CapClause>,
    Named<PauseClause>,
    Named<GapClause>,
    Named<BlockClause>,
    Named<WindowClause>,
    Event,
    Definition,
    Slot,
    Rule,
    Persona
);
