//! How a rule stands to others, in words, each with the rule that is meant: the script draws the lines of the same list.

use std::collections::BTreeMap;

use crate::diagnostics::Diagnostic;
use crate::graph::{Ranking, Standing};
use crate::model::{CapId, RuleId, RuleSet, SlotId, Substitute};

use super::about::{About, Clash};

/// How lines are told apart, and what each is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Wins over the next one.
    Outranks,
    /// Comes after the one before it.
    OutrankedBy,
    /// Nobody said who is stronger.
    Unordered,
    /// A substitute tries it, or it stands in.
    StandsIn,
    /// A finding: covers, hides.
    Covers,
    /// A finding: never wins because of it.
    CoveredBy,
    /// A finding: a conflict.
    Conflicts,
    /// A finding that names both.
    NamedWith,
    /// Spends the same cap.
    SharesCap,
}

impl Kind {
    pub(super) const ALL: [Self; 9] = [
        Self::Outranks,
        Self::OutrankedBy,
        Self::Unordered,
        Self::StandsIn,
        Self::Covers,
        Self::CoveredBy,
        Self::Conflicts,
        Self::NamedWith,
        Self::SharesCap,
    ];

    /// The word in the page: a class of the style, and what the script knows it by.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Outranks => "outranks",
            Self::OutrankedBy => "outranked-by",
            Self::Unordered => "unordered",
            Self::StandsIn => "stands-in",
            Self::Covers => "covers",
            Self::CoveredBy => "covered-by",
            Self::Conflicts => "conflicts",
            Self::NamedWith => "named-with",
            Self::SharesCap => "shares-cap",
        }
    }

    /// What a line of it says, from the rule that is selected to the other.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Outranks => "wins over",
            Self::OutrankedBy => "comes after",
            Self::Unordered => "no order said",
            Self::StandsIn => "stands in",
            Self::Covers => "hides",
            Self::CoveredBy => "hidden by",
            Self::Conflicts => "conflict",
            Self::NamedWith => "same finding",
            Self::SharesCap => "same cap",
        }
    }
}

/// One line of the list: words before the names, the rules, words behind them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Relation {
    pub(super) kind: Kind,
    pub(super) before: String,
    pub(super) to: Vec<RuleId>,
    pub(super) behind: String,
}

/// The most rules that a line of the list names before it counts the rest.
const NAMED: usize = 6;

/// Who spends each cap, and for whom each rule stands in: looked up once for the whole page.
pub(super) struct Shared {
    spend: BTreeMap<CapId, Vec<RuleId>>,
    stands_in: BTreeMap<RuleId, Vec<(&'static str, RuleId)>>,
    /// Where each rule stands in its slot.
    places: BTreeMap<RuleId, usize>,
}

impl Shared {
    pub(super) fn new(rules: &RuleSet, slots: &[SlotId]) -> Self {
        let mut shared = Self { spend: BTreeMap::new(), stands_in: BTreeMap::new(), places: BTreeMap::new() };
        for (place, id) in slots.iter().flat_map(|slot| rules[*slot].order.iter().copied().enumerate()) {
            shared.places.insert(id, place);
            // A cap of a rule's own is nobody else's, though it may count what others show.
            for cap in rules.caps_on(id).into_iter().filter(|cap| rules[*cap].rule.is_none()) {
                shared.spend.entry(cap).or_default().push(id);
            }
            for (words, to) in tries(rules, id) {
                shared.stands_in.entry(to).or_default().push((words, id));
            }
        }
        shared
    }
}

/// The rules that a rule names in its place.
fn tries(rules: &RuleSet, id: RuleId) -> Vec<(&'static str, RuleId)> {
    let rule = &rules[id];
    let all = [("if capped", rule.if_capped), ("if no consent", rule.if_no_consent), ("if unknown", rule.if_unknown)];
    let named = all.into_iter().filter_map(|(words, substitute)| match substitute {
        Some(Substitute::Try(rule)) => Some((words, rule)),
        Some(Substitute::Show(_) | Substitute::Nothing) | None => None,
    });
    named.collect()
}

/// The rules of one slot and how they stand.
pub(super) struct InSlot<'a> {
    rules: &'a RuleSet,
    ranking: Ranking<'a>,
    about: &'a About<'a>,
    shared: &'a Shared,
}

impl<'a> InSlot<'a> {
    pub(super) fn new(rules: &'a RuleSet, slot: SlotId, about: &'a About<'a>, shared: &'a Shared) -> Self {
        Self { rules, ranking: Ranking::new(rules, slot), about, shared }
    }

    /// How the rule at a place of the slot's order stands to others.
    pub(super) fn of(&self, order: &[RuleId], place: usize) -> Vec<Relation> {
        let mut found = Vec::new();
        let Some(id) = order.get(place).copied() else { return found };
        let above = place.checked_sub(1).and_then(|at| order.get(at).copied());
        let below = order.get(place + 1).copied();
        self.clashes(id, &mut found);
        if let Some(stronger) = above {
            let (kind, why) = self.why(stronger, id);
            let kind = if kind == Kind::Outranks { Kind::OutrankedBy } else { kind };
            let rest = place - 1;
            let behind = if rest == 0 { why } else { format!("{why}; {rest} more stand above") };
            found.push(Relation { kind, before: "comes after".to_owned(), to: vec![stronger], behind });
        }
        if let Some(weaker) = below {
            let (kind, why) = self.why(id, weaker);
            let rest = order.len() - place - 2;
            let behind = if rest == 0 { why } else { format!("{why}; {rest} more stand below") };
            found.push(Relation { kind, before: "comes before".to_owned(), to: vec![weaker], behind });
        }
        self.stand_ins(id, &mut found);
        self.caps(id, order, place, &mut found);
        found
    }

    /// Why one rule stands before the next, in words.
    fn why(&self, first: RuleId, second: RuleId) -> (Kind, String) {
        let (a, b) = (&self.rules[first], &self.rules[second]);
        match self.ranking.standing(first, second) {
            Standing::First if a.class != b.class => {
                (Kind::Outranks, format!("class {} goes before {}", a.class.word(), b.class.word()))
            }
            Standing::First if self.ranking.is_before(first, second) => {
                (Kind::Outranks, "it is written `before`".to_owned())
            }
            Standing::First => match (a.priority, b.priority) {
                (Some(a), Some(b)) if a != b => (Kind::Outranks, format!("priority {a} against {b}")),
                (Some(_) | None, Some(_) | None) => (Kind::Outranks, "by the slot's `ties`".to_owned()),
            },
            Standing::Ranked => (Kind::Unordered, "a score decides, for each customer".to_owned()),
            // The slot's order is the running order, so nothing stands before what outranks it.
            Standing::Second | Standing::Equal | Standing::Unordered => {
                (Kind::Unordered, "by its name alone: nobody said which is stronger".to_owned())
            }
        }
    }

    /// What findings say of it and others.
    fn clashes(&self, id: RuleId, found: &mut Vec<Relation>) {
        for (clash, to, finding) in self.about.clashes(id) {
            let (kind, words) = match clash {
                Clash::CoveredBy => (Kind::CoveredBy, "is hidden by"),
                Clash::Covers => (Kind::Covers, "hides"),
                Clash::Conflicts => (Kind::Conflicts, "conflicts with"),
                Clash::Hides => (Kind::Covers, "hides"),
                Clash::HiddenBy => (Kind::CoveredBy, "is hidden by"),
                Clash::NamedWith => (Kind::NamedWith, "is named together with"),
            };
            found.push(Relation { kind, before: words.to_owned(), to: vec![*to], behind: in_code(finding) });
        }
    }

    /// What stands in for it, and for whom it does.
    fn stand_ins(&self, id: RuleId, found: &mut Vec<Relation>) {
        let mut add = |before: String, to: RuleId| {
            found.push(Relation { kind: Kind::StandsIn, before, to: vec![to], behind: String::new() });
        };
        for (words, to) in tries(self.rules, id) {
            add(format!("{words}, tries"), to);
        }
        for (words, from) in self.shared.stands_in.get(&id).into_iter().flatten() {
            add(format!("{words}, stands in for"), *from);
        }
    }

    /// Who spends the same caps: those that stand nearest, and how many more.
    fn caps(&self, id: RuleId, order: &[RuleId], place: usize, found: &mut Vec<Relation>) {
        for cap in self.rules.caps_on(id) {
            let all = self.shared.spend.get(&cap).into_iter().flatten().copied();
            let mut others: Vec<RuleId> = all.filter(|other| *other != id).collect();
            if others.is_empty() {
                continue;
            }
            let distance = |other: &RuleId| match self.shared.places.get(other) {
                Some(at) if self.rules[*other].slot == self.rules[id].slot => at.abs_diff(place),
                Some(_) | None => order.len(),
            };
            others.sort_by_key(distance);
            let rest = others.len().saturating_sub(NAMED);
            others.truncate(NAMED);
            let before = format!("spends `{}` together with", self.rules[cap].name);
            let behind = if rest == 0 { String::new() } else { format!("and {rest} more") };
            found.push(Relation { kind: Kind::SharesCap, before, to: others, behind });
        }
    }
}

fn in_code(finding: &Diagnostic) -> String {
    format!("`{}`", finding.code.name)
}
