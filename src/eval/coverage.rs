//! What a set of decisions has tried of a rule set: of every clause, which of its answers came up.
//!
//! Takes frames and slots, as tests of the language decide them, and counts; gives for each rule and fallback list what
//! was reached and what never was. Works by the replay of each decision: a clause counts as asked where its rule was
//! looked at and got as far as that step, so that a rule behind a closed consent has tried nothing of its audience.
//!
//! A clause of several tests (`a and b`, a segment) counts as a whole and test by test, into segments: the condition
//! coverage of program texts. Conditions inside a computed value (`(0.3 when lapsed)`) count with the value's own test.
//!
//! What is asked for is what a test of the language can ordinarily bring about: unknown only where something without a
//! declared default is read, and nothing of a rule that is switched off.

mod parts;

use self::parts::{Tests, may_be_unknown};
use super::candidate::{Dropped, Guarded};
use super::condition::condition;
use super::slot::{Candidate, Fate, replay};
use super::waiting::is_open;
use crate::frame::{By, Frame, Via};
use crate::model::show::{show_cap, show_condition, show_expiry, show_substitute};
use crate::model::{
    BlockCause, BlockId, CapId, CapKind, ChannelId, Condition, PurposeId, RuleId, RuleSet, SegmentId, SlotId,
    Substitute, WindowId,
};
use crate::source::Span;
use crate::value::{Consent, Truth};

/// An answer of a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// A condition holds, a purpose is open, a cap is free, a rule wins, a substitute or fallback is asked for.
    Yes,
    /// A condition does not hold, a purpose is closed, a cap is spent.
    No,
    /// A condition is unknown.
    Unknown,
}

/// Whose a point is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// A rule.
    Rule(RuleId),
    /// The fallback list of a slot.
    Fallback(SlotId),
}

/// Something that has answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What<'r> {
    Wins,
    Needs(PurposeId),
    Clause(&'r Condition, Word),
    /// One test of a clause of several, the segment that it stands in, and the word before the clause.
    Test(&'r Condition, Option<SegmentId>, Word),
    Cap(CapId),
    /// What is kept away for a while after an event.
    Block(BlockId),
    /// The time of the rule is not over.
    Expires,
    Window(WindowId),
    /// A channel that a rule sends by, where it was tried.
    Channel(ChannelId),
    Substitute(Via, Substitute),
    /// The entry of the list at this place answers.
    Answers(u32),
}

/// The word before a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    When,
    Unless,
    /// Of the fallback's entry at this place.
    Fallback(u32),
    /// Of a block, as long as it holds.
    While(BlockId),
    /// Of a row of a window.
    Row(WindowId),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Answers(u8);

impl Answers {
    const YES: Self = Self(1);
    const YES_NO: Self = Self(3);
    const ALL: Self = Self(7);

    fn put(&mut self, answer: Answer) {
        self.0 |= 1 << answer as u8;
    }

    fn has(self, answer: Answer) -> bool {
        self.0 & (1 << answer as u8) != 0
    }

    fn each(self) -> impl Iterator<Item = Answer> {
        [Answer::Yes, Answer::No, Answer::Unknown].into_iter().filter(move |answer| self.has(*answer))
    }
}

#[derive(Debug)]
struct Point<'r> {
    owner: Owner,
    what: What<'r>,
    span: Span,
    wanted: Answers,
    reached: Answers,
}

/// What decisions have tried so far.
#[derive(Debug)]
pub struct Coverage<'r> {
    rules: &'r RuleSet,
    /// Grouped by owner, rules first.
    points: Vec<Point<'r>>,
    /// Where the points of each rule begin, then those of each slot, then the end.
    begins: Vec<usize>,
}

/// What was reached of a rule or of a fallback list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Whose.
    pub owner: Owner,
    /// Whether the rule ever won, or the list ever answered.
    pub wins: bool,
    /// How many answers of its clauses came up.
    pub reached: usize,
    /// How many there are.
    pub wanted: usize,
}

/// Answers of one clause that never came up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Never {
    /// Whose clause it is.
    pub owner: Owner,
    /// Where it stands.
    pub span: Span,
    /// The clause as an author writes it: `when tier is gold`.
    pub clause: String,
    /// What it never was, in words: `yes`, `spent`, `taken`; at least one.
    pub answers: Vec<&'static str>,
}

impl<'r> Coverage<'r> {
    /// Nothing has been tried yet.
    pub fn new(rules: &'r RuleSet) -> Self {
        let mut all = Self { rules, points: Vec::new(), begins: Vec::new() };
        for at in 0..rules.rules.len() {
            all.begins.push(all.points.len());
            all.add_rule(RuleId::from_index(at));
        }
        for at in 0..rules.slots.len() {
            all.begins.push(all.points.len());
            all.add_fallback(SlotId::from_index(at));
        }
        all.begins.push(all.points.len());
        all
    }

    fn add(&mut self, owner: Owner, what: What<'r>, span: Span, wanted: Answers) {
        self.points.push(Point { owner, what, span, wanted, reached: Answers::default() });
    }

    fn add_rule(&mut self, id: RuleId) {
        let rules = self.rules;
        let rule = &rules[id];
        if rule.off.is_some() || rules[rule.show].off.is_some() || rules[rule.slot].off.is_some() {
            return;
        }
        let owner = Owner::Rule(id);
        self.add(owner, What::Wins, rule.span, Answers::YES);
        for block in rules.blocks_on(id) {
            match &rules[block].cause {
                BlockCause::After(_) => self.add(owner, What::Block(block), rules[block].span, Answers::YES_NO),
                BlockCause::While(clause) => {
                    self.add_condition(owner, &clause.condition, clause.span, Word::While(block));
                }
            }
        }
        for purpose in &rule.needs {
            self.add(owner, What::Needs(*purpose), rule.span, Answers::YES_NO);
        }
        for (clauses, word) in [(&rule.when, Word::When), (&rule.unless, Word::Unless)] {
            for clause in clauses {
                self.add_condition(owner, &clause.condition, clause.span, word);
            }
        }
        for cap in rules.caps_on(id) {
            self.add(owner, What::Cap(cap), rules[cap].span, Answers::YES_NO);
        }
        if let Some(expires) = &rule.expires {
            self.add(owner, What::Expires, expires.span, Answers::YES_NO);
        }
        for window in rules.windows_on(id) {
            self.add_window(owner, window);
        }
        for channel in rules.channels_of(rule) {
            let declared = &rules[*channel];
            let needs = rules.channel_needs(*channel, rule.class);
            let may_fail = declared.allowed.is_some()
                || declared.reached.is_some()
                || !needs.is_empty()
                || !rules.channel_caps(*channel, rule.show, Some(id)).is_empty()
                || !rules.windows_of_way(*channel, rule.class).is_empty();
            let wanted = if may_fail { Answers::YES_NO } else { Answers::YES };
            self.add(owner, What::Channel(*channel), rule.span, wanted);
        }
        let of_message = rules.windows_by(rules.channels_of(rule), rule.class).into_iter();
        for window in of_message.filter(|id| !rules[*id].outside.is_of_way()) {
            self.add_window(owner, window);
        }
        let substitutes =
            [(Via::Capped, rule.if_capped), (Via::NoConsent, rule.if_no_consent), (Via::Unknown, rule.if_unknown)];
        for (via, substitute) in substitutes {
            if let Some(substitute) = substitute {
                self.add(owner, What::Substitute(via, substitute), rule.span, Answers::YES);
            }
        }
    }

    /// A window, and for whom its rows speak.
    fn add_window(&mut self, owner: Owner, id: WindowId) {
        let window = &self.rules[id];
        self.add(owner, What::Window(id), window.span, Answers::YES_NO);
        for clause in window.rows.iter().filter_map(|row| row.when.as_ref()) {
            self.add_condition(owner, &clause.condition, clause.span, Word::Row(id));
        }
    }

    fn add_fallback(&mut self, id: SlotId) {
        let slot = &self.rules[id];
        if slot.off.is_some() {
            return;
        }
        for (at, entry) in (0_u32..).zip(&slot.fallback) {
            let owner = Owner::Fallback(id);
            self.add(owner, What::Answers(at), entry.span, Answers::YES);
            if let Some(when) = &entry.when {
                self.add_condition(owner, when, entry.span, Word::Fallback(at));
            }
        }
    }

    fn add_condition(&mut self, owner: Owner, of: &'r Condition, span: Span, word: Word) {
        let rules = self.rules;
        let wanted = |part: &Condition| if may_be_unknown(rules, part) { Answers::ALL } else { Answers::YES_NO };
        self.add(owner, What::Clause(of, word), span, wanted(of));
        let tests = Tests::of(rules, of);
        if tests.len() > 1 {
            for (test, segment) in tests {
                let place = segment.map_or(span, |segment| rules[segment].span);
                self.add(owner, What::Test(test, segment, word), place, wanted(test));
            }
        }
    }

    /// Counts one decision of a slot, and of the rule that is asked about besides, whether or not the decision looked
    /// at it.
    pub fn count(&mut self, frame: &Frame, slot: SlotId, besides: Option<RuleId>) {
        let rules = self.rules;
        let guarded = Guarded::new(rules, frame);
        let replay = replay(&guarded, slot);
        let mut besides = besides;
        for (candidate, fate) in &replay.looked_at {
            let rule = match candidate {
                Candidate::Rule(rule) => Some(*rule),
                Candidate::Substitute(of, via, substitute) => {
                    self.put(Owner::Rule(*of), Answer::Yes, |what| *what == What::Substitute(*via, *substitute));
                    match substitute {
                        Substitute::Try(rule) => Some(*rule),
                        Substitute::Show(_) | Substitute::Nothing => None,
                    }
                }
                Candidate::Fallback(at) => {
                    self.fallback(frame, slot, *at, *fate == Fate::Won);
                    None
                }
            };
            if let Some(rule) = rule {
                match fate {
                    Fate::Won => self.rule(frame, rule, None),
                    Fate::Dropped(dropped) => self.rule(frame, rule, Some(dropped)),
                    Fate::TriedBefore => {}
                }
                besides = besides.filter(|asked| *asked != rule);
            }
        }
        if let By::Rule(winner) = replay.decision.by {
            self.put(Owner::Rule(winner), Answer::Yes, |what| *what == What::Wins);
        }
        if let Some(asked) = besides.filter(|_| rules[slot].off.is_none()) {
            self.rule(frame, asked, guarded.dropped(asked).as_ref());
        }
    }

    /// A rule that was looked at and got as far as this step.
    fn rule(&mut self, frame: &Frame, id: RuleId, dropped: Option<&Dropped>) {
        let (mut audience, mut caps, mut windows, mut channels, mut expired) = (true, true, true, true, false);
        match dropped {
            Some(
                Dropped::RuleOff
                | Dropped::OfferOff
                | Dropped::RuleNotActive
                | Dropped::ReviewOverdue
                | Dropped::OfferNotActive,
            ) => return,
            Some(Dropped::Blocked(_)) => return self.blocks(frame, id),
            Some(Dropped::NoConsent(_)) => (audience, caps, windows, channels) = (false, false, false, false),
            Some(Dropped::NotApplicable | Dropped::NotKnown | Dropped::Taken) => {
                (caps, windows, channels) = (false, false, false);
            }
            Some(Dropped::Capped(_)) => (windows, channels) = (false, false),
            Some(Dropped::Expired | Dropped::ExpiryNotKnown) => (expired, channels) = (true, false),
            // For a window of a channel it drops out once that one would carry it.
            Some(Dropped::Outside(closed)) => {
                let own = self.rules.windows_on(id);
                channels = closed.iter().any(|window| !own.contains(window));
            }
            Some(Dropped::Overdue(_)) => channels = false,
            Some(Dropped::NoScore) => channels = false,
            Some(Dropped::HoldLimit(..) | Dropped::Ends(_) | Dropped::NoChannel(_)) | None => {}
        }
        self.blocks(frame, id);
        let rules = self.rules;
        let ways = Guarded::new(rules, frame).tried(id);
        let by = ways.iter().find(|(_, carries)| *carries).map(|(channel, _)| *channel);
        let own = rules.windows_on(id);
        let of_own = |window: &WindowId| windows && !expired && own.contains(window);
        let of_channel = |window: &WindowId| channels && by.is_some_and(|by| rules[by].windows.contains(window));
        for point in self.of(Owner::Rule(id)) {
            let yes_no = |yes: bool| if yes { Answer::Yes } else { Answer::No };
            match point.what {
                What::Needs(purpose) => point.reached.put(yes_no(frame.consent(purpose) == Consent::Granted)),
                What::Clause(of, Word::When | Word::Unless) | What::Test(of, _, Word::When | Word::Unless)
                    if audience =>
                {
                    point.reached.put(answer(condition(rules, frame, of)));
                }
                What::Clause(of, Word::Row(window)) | What::Test(of, _, Word::Row(window))
                    if of_own(&window) || of_channel(&window) =>
                {
                    point.reached.put(answer(condition(rules, frame, of)));
                }
                What::Channel(channel) if channels => {
                    if let Some(carries) = ways.iter().find(|(of, _)| *of == channel).map(|(_, carries)| *carries) {
                        point.reached.put(yes_no(carries));
                    }
                }
                What::Cap(cap) if caps => point.reached.put(yes_no(!frame.stops(rules, cap, rules[id].class))),
                What::Expires if windows => point.reached.put(yes_no(!expired)),
                What::Window(window) if of_own(&window) || of_channel(&window) => {
                    point.reached.put(yes_no(is_open(rules, frame, window)));
                }
                What::Wins
                | What::Clause(..)
                | What::Test(..)
                | What::Cap(_)
                | What::Block(_)
                | What::Expires
                | What::Window(_)
                | What::Channel(_)
                | What::Substitute(..)
                | What::Answers(_) => {}
            }
        }
    }

    /// The blocks of a rule that was looked at and is switched on.
    fn blocks(&mut self, frame: &Frame, id: RuleId) {
        let rules = self.rules;
        for point in self.of(Owner::Rule(id)) {
            match point.what {
                What::Block(block) => {
                    let holds = Guarded::new(rules, frame).blocks([block], rules[id].class).is_some();
                    point.reached.put(if holds { Answer::No } else { Answer::Yes });
                }
                What::Clause(of, Word::While(_)) | What::Test(of, _, Word::While(_)) => {
                    point.reached.put(answer(condition(rules, frame, of)));
                }
                What::Wins
                | What::Needs(_)
                | What::Clause(..)
                | What::Test(..)
                | What::Cap(_)
                | What::Expires
                | What::Window(_)
                | What::Channel(_)
                | What::Substitute(..)
                | What::Answers(_) => {}
            }
        }
    }

    /// An entry of a fallback list that was looked at. The tests of its condition stand behind it.
    fn fallback(&mut self, frame: &Frame, slot: SlotId, at: u32, answers: bool) {
        let rules = self.rules;
        let mut current = None;
        for point in self.of(Owner::Fallback(slot)) {
            match point.what {
                What::Answers(entry) => {
                    current = Some(entry);
                    if entry == at && answers {
                        point.reached.put(Answer::Yes);
                    }
                }
                What::Clause(of, _) | What::Test(of, ..) if current == Some(at) => {
                    point.reached.put(answer(condition(rules, frame, of)));
                }
                What::Wins
                | What::Needs(_)
                | What::Clause(..)
                | What::Test(..)
                | What::Cap(_)
                | What::Block(_)
                | What::Expires
                | What::Window(_)
                | What::Channel(_)
                | What::Substitute(..) => {}
            }
        }
    }

    fn put(&mut self, owner: Owner, answer: Answer, is: impl Fn(&What<'r>) -> bool) {
        for point in self.of(owner).iter_mut().filter(|point| is(&point.what)) {
            point.reached.put(answer);
        }
    }

    fn range(&self, owner: Owner) -> std::ops::Range<usize> {
        let at = match owner {
            Owner::Rule(rule) => rule.index(),
            Owner::Fallback(slot) => self.rules.rules.len() + slot.index(),
        };
        let begin = |at: usize| self.begins.get(at).copied().unwrap_or(self.points.len());
        begin(at)..begin(at + 1)
    }

    fn of(&mut self, owner: Owner) -> &mut [Point<'r>] {
        let range = self.range(owner);
        self.points.get_mut(range).unwrap_or_default()
    }

    /// What was reached of each rule and of each fallback list, in the order of the rule set.
    pub fn lines(&self) -> Vec<Line> {
        self.points
            .chunk_by(|one, next| one.owner == next.owner)
            .filter_map(|points| {
                let owner = points.first()?.owner;
                let wins = points
                    .iter()
                    .any(|point| matches!(point.what, What::Wins | What::Answers(_)) && point.reached.has(Answer::Yes));
                let (reached, wanted) = sum(points);
                Some(Line { owner, wins, reached, wanted })
            })
            .collect()
    }

    /// How many answers came up, of how many.
    pub fn sum(&self) -> (usize, usize) {
        sum(&self.points)
    }

    /// What never came up, in reading order.
    pub fn never(&self) -> Vec<Never> {
        let of_point = |point: &Point<'r>| {
            let missed = point.wanted.each().filter(|answer| !point.reached.has(*answer));
            let answers: Vec<_> = missed.map(|answer| word(self.rules, point.what, answer)).collect();
            let clause = self.clause(point);
            (!answers.is_empty()).then_some(Never { owner: point.owner, span: point.span, clause, answers })
        };
        let mut never: Vec<_> = self.points.iter().filter_map(of_point).collect();
        never.sort_by_key(|never| (never.span.source, never.span.start, never.owner));
        never
    }

    fn clause(&self, point: &Point<'r>) -> String {
        let rules = self.rules;
        match point.what {
            What::Wins => match point.owner {
                Owner::Rule(rule) => format!("show {}", rules[rules[rule].show].name),
                Owner::Fallback(_) => String::new(),
            },
            What::Needs(purpose) => format!("needs {}", rules[purpose].name),
            What::Clause(of, Word::When) => format!("when {}", show_condition(rules, of)),
            What::Clause(of, Word::Unless) => format!("unless {}", show_condition(rules, of)),
            What::Clause(of, Word::Fallback(_)) => format!("fallback .. when {}", show_condition(rules, of)),
            What::Clause(of, Word::While(block)) => {
                format!("block {} while {}", rules[block].name, show_condition(rules, of))
            }
            What::Clause(of, Word::Row(window)) => {
                format!("window {} when {}", rules[window].name, show_condition(rules, of))
            }
            What::Test(of, None, _) => show_condition(rules, of),
            What::Test(of, Some(segment), _) => format!("{} in {}", show_condition(rules, of), rules[segment].name),
            What::Cap(cap) if rules[cap].rule.is_some() => format!("cap {}", show_cap(rules, cap)),
            What::Cap(cap) => format!("{} {}", rules[cap].kind.word(), rules[cap].name),
            What::Block(block) => format!("block {}", rules[block].name),
            What::Expires => match point.owner {
                Owner::Rule(rule) => show_expiry(rules, rule).unwrap_or_default(),
                Owner::Fallback(_) => String::new(),
            },
            What::Window(window) => format!("window {}", rules[window].name),
            What::Substitute(via, substitute) => match point.owner {
                Owner::Rule(rule) => format!("{} {}", via.word(), show_substitute(rules, rule, substitute)),
                Owner::Fallback(_) => String::new(),
            },
            What::Channel(channel) => format!("by {}", rules[channel].name),
            What::Answers(at) => {
                let offer = match point.owner {
                    Owner::Fallback(slot) => rules[slot].fallback.get(at as usize).and_then(|entry| entry.offer),
                    Owner::Rule(_) => None,
                };
                format!("fallback {}", offer.map_or("nothing", |offer| rules[offer].name.as_str()))
            }
        }
    }
}

fn sum(points: &[Point<'_>]) -> (usize, usize) {
    let count = |answers: Answers| answers.each().count();
    let reached = points.iter().map(|point| count(Answers(point.reached.0 & point.wanted.0))).sum();
    (reached, points.iter().map(|point| count(point.wanted)).sum())
}

fn answer(truth: Truth) -> Answer {
    match truth {
        Truth::Yes => Answer::Yes,
        Truth::No => Answer::No,
        Truth::Unknown => Answer::Unknown,
    }
}

/// What an answer is called there.
fn word(rules: &RuleSet, what: What<'_>, answer: Answer) -> &'static str {
    let runs = |cap: CapId| match rules[cap].kind {
        CapKind::Cap => false,
        CapKind::Pause { .. } | CapKind::Block { .. } | CapKind::Gap => true,
    };
    match (what, answer) {
        (What::Wins, _) => "the answer",
        (What::Needs(_), Answer::Yes) => "open",
        (What::Needs(_), Answer::No | Answer::Unknown) => "closed",
        (What::Block(_), Answer::Yes) => "over",
        (What::Block(_), Answer::No | Answer::Unknown) => "running",
        (What::Cap(cap), Answer::Yes) if runs(cap) => "over",
        (What::Cap(cap), Answer::No | Answer::Unknown) if runs(cap) => "running",
        (What::Cap(_), Answer::Yes) => "free",
        (What::Cap(_), Answer::No | Answer::Unknown) => "spent",
        (What::Expires, Answer::Yes) => "in time",
        (What::Expires, Answer::No | Answer::Unknown) => "expired",
        (What::Window(_), Answer::Yes) => "open",
        (What::Window(_), Answer::No | Answer::Unknown) => "closed",
        (What::Channel(_), Answer::Yes) => "taken",
        (What::Channel(_), Answer::No | Answer::Unknown) => "passed over",
        (What::Substitute(..), _) => "asked for",
        (What::Answers(_), _) => "the answer",
        (What::Clause(..) | What::Test(..), Answer::Yes) => "yes",
        (What::Clause(..) | What::Test(..), Answer::No) => "no",
        (What::Clause(..) | What::Test(..), Answer::Unknown) => "unknown",
    }
}
