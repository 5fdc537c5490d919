//! What the check leaves out, and what each of it may do once it is mended (R52).
//!
//! What could be read of a declaration is taken at its word: a rule in error that says `show a` may show `a`. A name
//! that nothing declares may have been meant for any, and so may what could not be read at all.

use std::collections::BTreeSet;

use super::collect::Collected;
use super::names::{Kind, Names};
use crate::model::{Class, LeftOut as May, OfferId, RuleId, RuleSet};
use crate::source::Span;
use crate::syntax::tree::{
    self, BlockClause, CapClause, FallbackTarget, GapClause, Name, OfferClause, PauseClause, RuleClause, SlotClause,
    Substitute, WindowClause,
};

/// A rule in error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its name.
    pub rule: String,
    /// What it may do.
    pub may: May,
    /// Where it stands, if part of it could not be read: what is said of it counts only as far as [`Self::words`] shows
    /// that nothing is lost.
    pub damaged: Option<Span>,
    /// How many of the words `show`, `send`, `try` and `if` were read in it.
    pub words: usize,
}

/// The ids of names; `None` where one of them is not declared.
type Ids<T> = Option<BTreeSet<T>>;

pub(super) struct Gaps<'a> {
    pub(super) collected: &'a Collected<'a>,
    pub(super) poisoned: &'a BTreeSet<(Kind, String)>,
    pub(super) names: &'a Names,
    pub(super) rules: &'a RuleSet,
}

/// Shows and tries nothing, and may stop anything but by a block.
fn anything_stops() -> May {
    May {
        blocks: false,
        may_be_key: false,
        shows: Some(BTreeSet::new()),
        tries: Some(BTreeSet::new()),
        ..May::default()
    }
}

impl Gaps<'_> {
    /// The rules that were left out.
    pub(super) fn rules(&self) -> Vec<LeftOut> {
        let of_kind = self.poisoned.iter().filter(|(kind, _)| *kind == Kind::Rule);
        of_kind.map(|(_, name)| self.rule(name)).collect()
    }

    /// Everything else that was left out. A persona bears on no decision.
    pub(super) fn others(&self) -> Vec<May> {
        let mut found: Vec<May> = Vec::new();
        for (kind, name) in self.poisoned {
            found.push(match kind {
                Kind::Rule | Kind::Persona => continue,
                Kind::Slot => self.slot(name),
                Kind::Cap => self.cap(name),
                Kind::Block => self.block(name),
                Kind::Window => self.window(name),
                // A stricter row can bring caps to what obeys none; the other classes are fixed.
                Kind::Class if name == Class::Service.word() => anything_stops(),
                Kind::Class => May::that_only_uses(),
                Kind::Attribute => May { may_be_key: true, ..May::that_only_uses() },
                Kind::Purpose | Kind::Event | Kind::Segment | Kind::Value | Kind::Channel | Kind::Offer | Kind::Tag => {
                    May::that_only_uses()
                }
            });
        }
        if self.collected.attributes_lost {
            found.push(May { may_be_key: true, ..May::that_only_uses() });
        }
        if self.collected.lost {
            found.push(May::default());
        }
        found
    }

    fn rule(&self, name: &str) -> LeftOut {
        let unknown = LeftOut { rule: name.to_owned(), may: May::default(), damaged: None, words: 0 };
        let twice = self.collected.twice.contains(&(Kind::Rule, name.to_owned()));
        let Some(rule) = self.collected.rules.get(name).map(|entry| entry.item).filter(|_| !twice) else {
            return unknown;
        };
        let (mut shows, mut tries): (Ids<OfferId>, Ids<RuleId>) = (Some(BTreeSet::new()), Some(BTreeSet::new()));
        let (mut words, mut has_show) = (0, false);
        for clause in &rule.clauses {
            match &clause.kind {
                RuleClause::Show(offer) | RuleClause::Send(offer, _) => {
                    (words, has_show) = (words + 1, true);
                    self.add(&mut shows, Kind::Offer, offer, OfferId::from_index);
                }
                RuleClause::Substitute(_, Substitute::Show(offer) | Substitute::Send(offer)) => {
                    words += 2;
                    self.add(&mut shows, Kind::Offer, offer, OfferId::from_index);
                }
                RuleClause::Substitute(_, Substitute::Try(rule)) => {
                    words += 2;
                    self.add(&mut tries, Kind::Rule, rule, RuleId::from_index);
                }
                RuleClause::Substitute(_, Substitute::Nothing(_)) => words += 1,
                RuleClause::About(_)
                | RuleClause::Owner(_)
                | RuleClause::Metric(_)
                | RuleClause::ReviewBy(..)
                | RuleClause::Ticket(_)
                | RuleClause::Because(_)
                | RuleClause::Active(_)
                | RuleClause::When(_)
                | RuleClause::Unless(_)
                | RuleClause::Needs(_)
                | RuleClause::Priority(_)
                | RuleClause::Before(_)
                | RuleClause::RankBy(_)
                | RuleClause::Also(_)
                | RuleClause::Expires(..)
                | RuleClause::Cap(_)
                | RuleClause::Off(_) => {}
            }
        }
        let shows = shows.filter(|_| has_show);
        // A rule of a slot that is left out too has nobody to try.
        let slot = self.names.get(Kind::Slot, &rule.slot.text);
        let tries = if slot == Some(None) { Some(BTreeSet::new()) } else { tries };
        let slot = self.rules.slot_named(&rule.slot.text);
        let may = May { slot, shows, tries, ..May::that_only_uses() };
        let damaged = self.collected.damaged.get(&(Kind::Rule, name.to_owned())).copied();
        LeftOut { may, damaged, words, ..unknown }
    }

    /// A slot shows what its fallback list names; its rules are left out with it, each for itself.
    fn slot(&self, name: &str) -> May {
        let written = self.known(Kind::Slot, name).and_then(|()| self.collected.slots.get(name));
        let Some(slot) = written.map(|entry| entry.item) else { return May::default() };
        let lists = slot.clauses.iter().filter_map(|clause| match &clause.kind {
            SlotClause::Fallback(entries) => Some(entries),
            SlotClause::Accepts(_)
            | SlotClause::Picks
            | SlotClause::Ties(_)
            | SlotClause::Rotate(_)
            | SlotClause::Off(_) => None,
        });
        let mut shows = None;
        for entry in lists.flatten() {
            let so_far = shows.get_or_insert_with(|| Some(BTreeSet::new()));
            match &entry.target {
                FallbackTarget::Offer(offer) => self.add(so_far, Kind::Offer, offer, OfferId::from_index),
                FallbackTarget::Nothing(_) => {}
            }
        }
        May { shows: shows.flatten(), ..May::that_only_uses() }
    }

    /// A cap, a pause or a gap stops what it is on.
    fn cap(&self, name: &str) -> May {
        let known = self.known(Kind::Cap, name).is_some();
        let caps = self.collected.caps.get(name).filter(|_| known).into_iter().flat_map(|entry| &entry.item.clauses);
        let caps = caps.filter_map(|clause| match &clause.kind {
            CapClause::On(target) => Some(target),
            CapClause::AtMost { .. }
            | CapClause::InAny(_)
            | CapClause::InEach(_)
            | CapClause::Ever
            | CapClause::Per(_)
            | CapClause::Exempt(_)
            | CapClause::Uncounted(_)
            | CapClause::Without(_)
            | CapClause::Alone
            | CapClause::Reserve(_)
            | CapClause::StoreDownBlocks(_)
            | CapClause::Then(_) => None,
        });
        let pauses = self.collected.pauses.get(name).filter(|_| known).into_iter();
        let pauses = pauses.flat_map(|entry| &entry.item.clauses).filter_map(|clause| match &clause.kind {
            PauseClause::On(target) => Some(target),
            PauseClause::For(_)
            | PauseClause::After { .. }
            | PauseClause::Per(_)
            | PauseClause::StoreDownBlocks(_)
            | PauseClause::Then(_) => None,
        });
        let gaps = self.collected.gaps.get(name).filter(|_| known).into_iter();
        let gaps = gaps.flat_map(|entry| &entry.item.clauses).filter_map(|clause| match &clause.kind {
            GapClause::On(target) => Some(target),
            GapClause::Apart(_) | GapClause::Per(_) | GapClause::StoreDownBlocks(_) | GapClause::Then(_) => None,
        });
        self.stops(&caps.chain(pauses).chain(gaps).collect::<Vec<_>>())
    }

    /// A block stops what it is on, before consent is asked for.
    fn block(&self, name: &str) -> May {
        let known = self.known(Kind::Block, name).is_some();
        let clauses = self.collected.blocks.get(name).filter(|_| known).into_iter();
        let targets = clauses.flat_map(|entry| &entry.item.clauses).filter_map(|clause| match &clause.kind {
            BlockClause::On(target) => Some(target),
            BlockClause::For { .. } | BlockClause::While(_) | BlockClause::StoreDownBlocks(_) => None,
        });
        May { blocks: true, ..self.stops(&targets.collect::<Vec<_>>()) }
    }

    /// A window stops what it is on, also of class service, and nothing stands in for it.
    fn window(&self, name: &str) -> May {
        let known = self.known(Kind::Window, name).is_some();
        let clauses = self.collected.windows.get(name).filter(|_| known).into_iter();
        let targets = clauses.flat_map(|entry| &entry.item.clauses).filter_map(|clause| match &clause.kind {
            WindowClause::On(target) => Some(target),
            WindowClause::Zone(_) | WindowClause::Open(_) | WindowClause::Outside(_) => None,
        });
        May { blocks: true, ..self.stops(&targets.collect::<Vec<_>>()) }
    }

    /// What stops these; anything where none could be read.
    fn stops(&self, targets: &[&tree::CapTarget]) -> May {
        let anything = anything_stops();
        let mut may = May::that_only_uses();
        for target in targets {
            match target {
                tree::CapTarget::Offer(offer) => {
                    self.add(&mut may.stops_offers, Kind::Offer, offer, OfferId::from_index);
                }
                tree::CapTarget::Rule(rule) => self.add(&mut may.stops_rules, Kind::Rule, rule, RuleId::from_index),
                tree::CapTarget::Class(_) | tree::CapTarget::Channel(_) => return anything,
                tree::CapTarget::Tag(tag) if self.names.get(Kind::Tag, &tag.text).is_none() => return anything,
                tree::CapTarget::Tag(tag) => {
                    let carries = |offer: &&OfferId| self.carries(**offer, &tag.text);
                    let all: Vec<OfferId> = (0..self.rules.offers.len()).map(OfferId::from_index).collect();
                    if let Some(stops) = &mut may.stops_offers {
                        stops.extend(all.iter().filter(carries));
                    }
                }
            }
        }
        if targets.is_empty() { anything } else { may }
    }

    fn carries(&self, offer: OfferId, tag: &str) -> bool {
        let written = self.collected.offers.get(self.rules[offer].name.as_str());
        written.is_some_and(|entry| {
            entry.item.clauses.iter().any(|clause| match &clause.kind {
                OfferClause::Tags(tags) => tags.iter().any(|of| of.text == tag),
                OfferClause::Kind(_)
                | OfferClause::Class(_)
                | OfferClause::Active(_)
                | OfferClause::With(_)
                | OfferClause::Off(_) => false,
            })
        })
    }

    /// `None` where it stands twice, so that nobody knows which of the two is meant.
    fn known(&self, kind: Kind, name: &str) -> Option<()> {
        (!self.collected.twice.contains(&(kind, name.to_owned()))).then_some(())
    }

    /// Adds what a name stands for. What is left out itself is shown and tried by nobody who is left.
    fn add<T: Ord>(&self, ids: &mut Ids<T>, kind: Kind, name: &Name, id: impl Fn(usize) -> T) {
        match self.names.get(kind, &name.text) {
            None => *ids = None,
            Some(None) => {}
            Some(Some(place)) => {
                if let Some(ids) = ids {
                    ids.insert(id(place));
                }
            }
        }
    }
}

/// Makes what is said of a damaged rule good: where a `show`, `try` or `if` stands in its text that could not be read,
/// it may show and try anything.
pub(crate) fn admit_losses(rule: &LeftOut, text: &str) -> May {
    let words = text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
    let standing = words.filter(|word| ["show", "send", "try", "if"].contains(word)).count();
    if standing == rule.words {
        return rule.may.clone();
    }
    May { shows: None, tries: None, ..rule.may.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::source::SourceId;
    use crate::syntax::parse;

    const SHOP: &str = "
offer a { class marketing  tags promo }
offer b { class marketing }
offer c { class service }
slot s on web { accepts marketing, service  fallback nothing }
rule whole in s { show c }
";

    fn checked(more: &str) -> (crate::check::Program, String) {
        let text = format!("{SHOP}{more}");
        let (file, _) = parse(SourceId(0), &text);
        (check(&[file]).0, text)
    }

    fn rule_may(more: &str) -> (Option<Vec<String>>, Option<Vec<String>>) {
        let (program, text) = checked(more);
        let [rule] = program.left_out.as_slice() else { panic!("{:?}", program.left_out) };
        let may = match rule.damaged {
            Some(span) => admit_losses(rule, &text[span.range()]),
            None => rule.may.clone(),
        };
        let rules = &program.rules;
        let shows = may.shows.map(|ids| ids.into_iter().map(|id| rules[id].name.clone()).collect());
        let tries = may.tries.map(|ids| ids.into_iter().map(|id| rules[id].name.clone()).collect());
        (shows, tries)
    }

    #[test]
    fn a_rule_in_error_may_do_what_stands_in_it() {
        let names = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        let whole = "rule x in s { when nobody  show a  if capped try whole  if unknown show b }";
        assert_eq!(rule_may(whole), (names(&["a", "b"]), names(&["whole"])));
        assert_eq!(rule_may("rule x in s { show aa }"), (None, names(&[])), "an offer that nothing declares");
        assert_eq!(rule_may("rule x in s { show a  if capped try wohle }"), (names(&["a"]), None));
        assert_eq!(rule_may("rule x in s { when }"), (None, names(&[])), "shows nothing that could be read");
        assert_eq!(rule_may("rule x in nowhere { show a  if capped try whole }"), (names(&["a"]), names(&["whole"])));
        assert_eq!(rule_may("rule x in s { when ((  show a }"), (None, None), "the clause swallowed the rest");
        assert_eq!(rule_may("rule x in s { show a  if capped shows b }"), (None, None), "a substitute is lost");
        assert_eq!(rule_may("rule x in s { show a  priority high }"), (names(&["a"]), names(&[])), "nothing is lost");
    }

    #[test]
    fn what_stands_twice_may_be_either() {
        let twice = "rule x in s { show a } rule x in s { show b }";
        assert_eq!(rule_may(twice), (None, None));
    }

    #[test]
    fn a_cap_in_error_may_stop_what_it_is_on() {
        let stops = |more: &str| {
            let (program, _) = checked(more);
            let [gap] = program.gaps.as_slice() else { panic!("{:?}", program.gaps) };
            let name = |id: &OfferId| program.rules[*id].name.clone();
            gap.stops_offers.as_ref().map(|ids| ids.iter().map(name).collect::<Vec<_>>())
        };
        assert_eq!(
            stops("cap x { at most 3 shwon in any 7 days per customer on tag promo }"),
            Some(vec!["a".to_owned()])
        );
        assert_eq!(stops("cap x { at most 3 shown in any 7 days on offer b }"), Some(vec!["b".to_owned()]));
        assert_eq!(stops("cap x { at most 3 shown in any 7 days per customer on tag porno }"), None);
        assert_eq!(stops("cap x { at most 3 shown in any 7 days per customer }"), None);
    }

    #[test]
    fn what_cannot_be_read_at_all_may_be_anything() {
        assert_eq!(checked("ruel x in s { show a }").0.gaps, [May::default()]);
        assert_eq!(checked("layer p { for 10 days }").0.gaps, [May::default()]);
        assert_eq!(checked("test \"t\" { expect }").0.gaps, []);
        assert_eq!(checked("segment x = nobody").0.gaps, [May::that_only_uses()]);
    }
}
