//! Splits a file into declarations and reads each, so that trouble in one never reaches its neighbours.
//!
//! Where declarations begin is `outline`'s to say, where blocks end `blocks`'s; here each is read by its kind. One of
//! which the head cannot be read still has its clauses read, so that all their errors are told, and then becomes a
//! broken item.

use std::thread::{self, ScopedJoinHandle};

use super::blocks::Body;
use super::clauses::{
    BLOCK, CAP, CHANNEL, CLASS, Clauses, DEFAULTS, Form, GAP, OFFER, PAUSE, PERSONA, PURPOSE, RULE, SLOT, TEST, WINDOW,
};
use super::grammar::{Pair, Row, Rule};
use super::literal::Builder;
use super::messages;
use super::reader::{MAX_FINDINGS, Reader, Stopped, end_of};
use super::scan::{TokenKind, shortened};
use super::tree::{
    Block, Broken, Case, Definition, Event, Expr, Item, ItemKind, Name, Named, Persona, Slot, SlotWay, Text,
};
use super::words::{OPENERS, Opener, USE_ELSEWHERE, opener};
use crate::diagnostics::{Diagnostic, codes::syntax as codes, is_only_near, nearest};

/// Half of a file with fewer words and signs is read in less time than a helper takes to start.
const WORTH_HALVING: usize = 5_000;

/// The name, second name, channels and label of a head.
struct Head {
    name: Name,
    other: Option<Name>,
    channels: Vec<Name>,
    label: Option<Text>,
}

impl<'t> Reader<'t> {
    /// Every declaration of the file.
    pub(super) fn items(&mut self) -> Vec<Item> {
        let mut items: Vec<Item> = Vec::new();
        let at = match self.middle() {
            Some(middle) => self.halves(middle, &mut items),
            None => 0,
        };
        self.items_between(at, self.tokens.len(), &mut items);
        items
    }

    /// Reads declarations from the token `at` until one begins at `until` or behind it; gives where that is.
    pub(super) fn items_between(&mut self, mut at: usize, until: usize, items: &mut Vec<Item>) -> usize {
        while at < until {
            if self.is_full() {
                let finding = Diagnostic::new(&codes::TOO_MANY, self.span(at), "the rest of the file is not read")
                    .help("mend the errors above and check again");
                self.report(finding);
                return self.tokens.len();
            }
            let next = if self.is_opening(at) { self.item(at, items) } else { self.outside(at, items) };
            at = next.max(at + 1);
        }
        at
    }

    /// Where a long file may be read in two halves: at a header.
    fn middle(&self) -> Option<usize> {
        let half = self.tokens.len() / 2;
        (half >= WORTH_HALVING).then(|| self.next_header(half)).filter(|middle| *middle < self.tokens.len())
    }

    /// Reads a long file on two cores; gives how far. The second half only counts if the first ends where it begins, and
    /// if no finding has to be left out: then nothing differs from reading it in one go.
    fn halves(&mut self, middle: usize, items: &mut Vec<Item>) -> usize {
        let mut second = self.again();
        thread::scope(|scope| {
            let read = move || {
                let mut items = Vec::new();
                second.items_between(middle, second.tokens.len(), &mut items);
                (items, second.findings)
            };
            let helper = thread::Builder::new().stack_size(8 << 20).spawn_scoped(scope, read);
            let at = self.items_between(0, middle, items);
            match helper.map(ScopedJoinHandle::join) {
                Ok(Ok((mut more, mut findings))) if at == middle => {
                    if self.findings.len() + findings.len() >= MAX_FINDINGS {
                        return at;
                    }
                    items.append(&mut more);
                    self.findings.append(&mut findings);
                    self.tokens.len()
                }
                Ok(Err(panic)) => std::panic::resume_unwind(panic),
                // It could not be had, or read from a place at which no declaration begins.
                Ok(Ok(_)) | Err(_) => at,
            }
        })
    }

    /// Reads the declaration that opens at `at`; gives the token behind it.
    fn item(&mut self, at: usize, items: &mut Vec<Item>) -> usize {
        let Some(opener) = self.word(at).and_then(opener) else { return at + 1 };
        let before = self.findings.len();
        let (kind, end) = self.declaration(opener, at);
        let end = end.max(at + 1);
        let damaged = self.findings.len() > before || self.has_odd(at, end);
        items.push(Item { keyword: self.span(at), span: self.span_between(at, end), kind, damaged });
        end
    }

    fn declaration(&mut self, opener: Opener, at: usize) -> (ItemKind, usize) {
        match opener {
            Opener::Defaults => self.unnamed(&DEFAULTS, at, ItemKind::Defaults),
            Opener::Customer => self.attribute_block(at, ItemKind::Customer),
            Opener::Moment => self.attribute_block(at, ItemKind::Moment),
            Opener::Purpose => self.named(&PURPOSE, PURPOSE_HEAD, at, ItemKind::Purpose),
            Opener::Class => self.named(&CLASS, CLASS_HEAD, at, ItemKind::Class),
            Opener::Channel => self.named(&CHANNEL, CHANNEL_HEAD, at, ItemKind::Channel),
            Opener::Offer => self.named(&OFFER, OFFER_HEAD, at, ItemKind::Offer),
            Opener::Cap => self.named(&CAP, CAP_HEAD, at, ItemKind::Cap),
            Opener::Pause => self.named(&PAUSE, PAUSE_HEAD, at, ItemKind::Pause),
            Opener::Gap => self.named(&GAP, GAP_HEAD, at, ItemKind::Gap),
            Opener::Block => self.named(&BLOCK, BLOCK_HEAD, at, ItemKind::Block),
            Opener::Window => self.named(&WINDOW, WINDOW_HEAD, at, ItemKind::Window),
            Opener::Persona => {
                let (head, body) = self.head_and_body(Rule::named_head, PERSONA_HEAD, at);
                let clauses = self.clauses(&PERSONA, &body);
                let kind = head.map(|Head { name, label, .. }| ItemKind::Persona(Persona { name, label, clauses }));
                (kind.unwrap_or_else(|| self.broken(at)), body.end)
            }
            Opener::Event => {
                let (head, body) = self.head_and_body(Rule::named_head, EVENT_HEAD, at);
                let (needs, from) = self.event_needs(body.from, body.to);
                let (fields, _) = self.attributes(from, body.to);
                let kind = head.map(|Head { name, label, .. }| ItemKind::Event(Event { name, label, needs, fields }));
                (kind.unwrap_or_else(|| self.broken(at)), body.end)
            }
            Opener::Slot => {
                let (head, body) = self.head_and_body(Rule::slot_head, SLOT_HEAD, at);
                let clauses = self.clauses(&SLOT, &body);
                let kind = head.map(|Head { name, other, channels, label }| {
                    let way = other.map_or(SlotWay::By(channels), SlotWay::On);
                    ItemKind::Slot(Slot { name, way, label, clauses })
                });
                (kind.unwrap_or_else(|| self.broken(at)), body.end)
            }
            Opener::Rule => {
                let (head, body) = self.head_and_body(Rule::rule_head, RULE_HEAD, at);
                let clauses = self.clauses(&RULE, &body);
                let kind = head.and_then(|Head { name, other, label, .. }| {
                    Some(ItemKind::Rule(super::tree::Rule { name, slot: other?, label, clauses }))
                });
                (kind.unwrap_or_else(|| self.broken(at)), body.end)
            }
            Opener::Test => {
                let (head, body) = self.head_and_body(Rule::test_head, TEST_HEAD, at);
                let clauses = self.clauses(&TEST, &body);
                let label = head.and_then(|head| head.label);
                let kind = label.map(|label| ItemKind::Test(Case { label, clauses }));
                (kind.unwrap_or_else(|| self.broken(at)), body.end)
            }
            Opener::Segment => self.definition(SEGMENT_HEAD, at, ItemKind::Segment),
            Opener::Value => self.definition(VALUE_HEAD, at, ItemKind::Value),
            Opener::Later => self.later(at, &format!("the declaration `{}`", self.written(at))),
            Opener::Use => self.use_file(at),
        }
    }

    /// `use "customer.rules"`: it has no block, so it ends with its path.
    fn use_file(&mut self, at: usize) -> (ItemKind, usize) {
        let limit = if self.is_header(at) { self.next_header(at) } else { self.next_opening_line(at) };
        // Whatever is wrong with it, the next line is something else's.
        let line = |from: usize| (from..limit).find(|token| self.first_on_line(*token)).unwrap_or(limit);
        match self.read(Rule::use_file, at + 1, (at + 2).min(limit)) {
            Ok(read) => {
                let end = line(at + 2);
                let path = self.build(read, |b, pair| Row::of(pair).take(Rule::text).map(|pair| b.text(&pair)));
                if end > at + 2 && !self.has_odd(at, end) {
                    let finding = messages::behind_use(self, at + 2, end);
                    self.report(finding);
                }
                (path.map_or_else(|| self.broken(at), ItemKind::Use), end)
            }
            Err(stopped) => {
                let end = line(at + 1);
                if !self.has_odd(at, end) {
                    let finding = messages::not_a_path(self, at, end).map(|finding| vec![finding]);
                    let findings = finding.unwrap_or_else(|| messages::unreadable(self, &USE_HEAD, at, end, &stopped));
                    self.findings.extend(findings);
                }
                (ItemKind::Broken(Broken { word: self.written(at).to_owned(), name: None }), end)
            }
        }
    }

    fn unnamed<C>(&mut self, clauses: &Clauses<C>, at: usize, make: fn(Block<C>) -> ItemKind) -> (ItemKind, usize) {
        let body = self.body(at, at + 1, false);
        (make(self.clauses(clauses, &body)), body.end)
    }

    fn attribute_block(&mut self, at: usize, make: fn(Vec<super::tree::Attribute>) -> ItemKind) -> (ItemKind, usize) {
        let body = self.body(at, at + 1, false);
        let (attributes, _) = self.attributes(body.from, body.to);
        (make(attributes), body.end)
    }

    fn named<C>(
        &mut self,
        clauses: &Clauses<C>,
        form: Form,
        at: usize,
        make: fn(Named<C>) -> ItemKind,
    ) -> (ItemKind, usize) {
        let (head, body) = self.head_and_body(Rule::named_head, form, at);
        let clauses = self.clauses(clauses, &body);
        let kind = head.map(|Head { name, label, .. }| make(Named { name, label, clauses }));
        (kind.unwrap_or_else(|| self.broken(at)), body.end)
    }

    fn clauses<C>(&mut self, clauses: &Clauses<C>, body: &Body) -> Block<C> {
        self.block(clauses, body.from, body.to).0
    }

    /// What stays of a declaration whose head could not be read: its word, and a name if one stands in its place.
    fn broken(&self, at: usize) -> ItemKind {
        let name =
            self.is_name(at + 1).then(|| Name { text: self.written(at + 1).to_owned(), span: self.span(at + 1) });
        ItemKind::Broken(Broken { word: self.written(at).to_owned(), name })
    }

    fn head_and_body(&mut self, rule: Rule, form: Form, at: usize) -> (Option<Head>, Body) {
        let limit = if self.is_header(at) { self.next_header(at) } else { self.next_opening_line(at) };
        let brace = self.brace_between(at + 1, limit);
        match self.read(rule, at + 1, limit) {
            Ok(read) => {
                let next = read.next;
                let head = self.build(read, |b, pair| b.head(pair));
                (head, self.body(at, next, false))
            }
            Err(stopped) => {
                let end = brace.unwrap_or(limit);
                if !self.has_odd(at, (end + 1).min(limit)) {
                    let stopped = Stopped { at: stopped.at.min(end), ..stopped };
                    let findings = messages::unreadable(self, &form, at, end, &stopped);
                    self.findings.extend(findings);
                }
                (None, self.body(at, end, true))
            }
        }
    }

    /// `segment NAME "Label" = CONDITION`: it ends where its condition ends.
    fn definition(&mut self, form: Form, at: usize, make: fn(Definition) -> ItemKind) -> (ItemKind, usize) {
        let limit = self.next_header(at).min(self.next_definition(at));
        let head = match self.read(Rule::definition_head, at + 1, limit) {
            Ok(read) => {
                let next = read.next;
                self.build(read, |b, pair| b.head(pair)).map(|head| (head, next))
            }
            Err(stopped) => {
                let end = self.layout_end(at, limit);
                if !self.has_odd(at, end) {
                    let end = end.min((at + 1..end).find(|token| self.is_sign(*token, b'=')).unwrap_or(end));
                    let stopped = Stopped { at: stopped.at.min(end), ..stopped };
                    let findings = messages::unreadable(self, &form, at, end, &stopped);
                    self.findings.extend(findings);
                }
                None
            }
        };
        let Some((Head { name, label, .. }, from)) = head else { return (self.broken(at), self.layout_end(at, limit)) };
        let (body, end) = self.definition_body(&form, at, from, limit);
        (make(Definition { name, label, body }), end)
    }

    fn definition_body(&mut self, form: &Form, at: usize, from: usize, limit: usize) -> (Option<Expr>, usize) {
        if let Some(token) = self.outline.too_deep(from, limit) {
            self.too_deep(token);
            return (None, self.layout_end(at, limit));
        }
        // First with all there is before the next header. If something is left over, with what the layout gives it. If
        // that does not come out even, what is left over and begins a line belongs to something else.
        let layout = self.layout_end(at, limit);
        let mut stopped = None;
        for (to, lenient) in [(limit, false), (layout, false), (limit, true)] {
            match self.read(Rule::condition, from, to) {
                Ok(read)
                    if read.next == to
                        || self.is_opening(read.next)
                        || lenient && self.first_on_line(read.next) && !self.goes_on(read.next) =>
                {
                    let next = read.next;
                    return (self.build(read, |b, pair| b.condition(pair)), next);
                }
                Ok(read) => stopped = Some(self.stopped_before(read.next, to)),
                Err(stop) => stopped = Some(stop),
            }
        }
        if let Some(stopped) = stopped
            && !self.has_odd(from, layout)
        {
            let stopped = Stopped { at: stopped.at.min(layout), ..stopped };
            let findings = messages::unreadable(self, form, from - 1, layout, &stopped);
            self.findings.extend(findings);
        }
        (None, layout)
    }

    /// A declaration that is not built yet: skipped whole.
    fn later(&mut self, at: usize, what: &str) -> (ItemKind, usize) {
        let limit = if self.is_header(at) { self.next_header(at) } else { self.next_opening_line(at) };
        let mut end = self.layout_end(at, limit);
        if self.is_kind(at + 1, TokenKind::Text) {
            end = at + 2;
        } else if let Some(open) = self.brace_between(at + 1, limit) {
            let mut depth = 0_usize;
            end = limit;
            for token in open..limit {
                if self.is_sign(token, b'{') {
                    depth += 1;
                } else if self.is_sign(token, b'}') {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        end = token + 1;
                        break;
                    }
                }
            }
        }
        let finding = messages::not_yet(what, self.span_between(at, (at + 2).min(end)));
        self.report(finding);
        (self.broken(at), end)
    }

    /// What stands where a declaration should begin. Gives the token behind it.
    fn outside(&mut self, at: usize, items: &mut Vec<Item>) -> usize {
        let end = (at + 1..self.tokens.len()).find(|token| self.is_opening(*token)).unwrap_or(self.tokens.len());
        let meant = self
            .word(at)
            .filter(|_| self.is_name(at + 1) || self.is_kind(at + 1, TokenKind::Text) || self.is_sign(at + 1, b'{'));
        let meant = meant.and_then(|word| {
            let other = USE_ELSEWHERE.contains(&word) && self.is_kind(at + 1, TokenKind::Text);
            nearest(word, OPENERS.iter().map(|(word, _)| *word)).or(other.then_some("use"))
        });
        // A `use` has no block, so what follows its path is something else.
        let end = if meant == Some("use") && self.is_kind(at + 1, TokenKind::Text) { at + 2 } else { end };
        let closed_oddly = self.closed_oddly(at);
        if let Some(meant) = meant {
            let message = match self.written(at).to_lowercase() == meant {
                true => format!("`{}` is written in small letters", self.written(at)),
                false => format!("`{}` opens no declaration", self.written(at)),
            };
            let finding = Diagnostic::new(&codes::UNKNOWN_DECLARATION, self.span(at), message)
                .primary("a declaration should begin here")
                .help(format!("did you mean `{meant}`?"))
                .fix_if(
                    is_only_near(self.written(at), OPENERS.iter().map(|(word, _)| *word))
                        || USE_ELSEWHERE.contains(&self.written(at)),
                    format!("write `{meant}`"),
                    self.span(at),
                    meant,
                );
            self.report(finding);
        } else if !self.has_odd(at, end) || closed_oddly {
            let is_comma = self.is_sign(at, b',') && end == at + 1;
            let mut finding = match self.is_sign(at, b'}') {
                true => Diagnostic::new(&codes::OUTSIDE, self.span(at), "this `}` closes nothing")
                    .help("leave it out; or a `}` before it closes too early"),
                false if is_comma => {
                    Diagnostic::new(&codes::OUTSIDE, self.span(at), "no comma stands between declarations")
                        .help("leave it out")
                        .fix("remove the comma", self.span(at), "")
                }
                false => {
                    let message = format!("`{}` belongs to no declaration", shortened(self.written(at)));
                    Diagnostic::new(&codes::OUTSIDE, self.span(at), message)
                        .help("a declaration begins with its word, for example `rule tip in tips { show a }`")
                }
            };
            if closed_oddly {
                finding = finding.label(self.span(at - 1), "this `}` closes the declaration before it");
                finding = finding.help("is that `}` one too many?");
            }
            self.report(finding);
        }
        if closed_oddly && let Some(item) = items.last_mut() {
            item.damaged = true;
        }
        let word = meant.map_or_else(String::new, |_| self.written(at).to_owned());
        let name = meant.and_then(|_| self.is_name(at + 1).then(|| self.written(at + 1)));
        let name = name.map(|text| Name { text: text.to_owned(), span: self.span(at + 1) });
        let kind = ItemKind::Broken(Broken { word, name });
        items.push(Item { keyword: self.span(at), span: self.span_between(at, end), kind, damaged: true });
        end
    }

    /// Whether an operator stands at `at`, which only a missing value behind it can have kept from being read.
    fn goes_on(&self, at: usize) -> bool {
        self.word(at).is_some_and(super::words::continues)
            || [b'+', b'-', b'*'].iter().any(|sign| self.is_sign(at, *sign))
    }
}

impl Builder<'_> {
    /// Any head: one or two names and a label, or a label alone (whose name is then empty).
    fn head(&mut self, pair: Pair<'_>) -> Option<Head> {
        let whole = crate::source::Span::new(self.source, self.base..self.base + end_of(&pair));
        let mut row = Row::of(pair);
        let name = row.take(Rule::name).map(|pair| self.name(&pair));
        let second = row.skip(Rule::in_word) || row.skip(Rule::on);
        let other = if second { row.take(Rule::name).map(|pair| self.name(&pair)) } else { None };
        let channels = if row.skip(Rule::by) { self.names(row.take(Rule::names)?) } else { Vec::new() };
        let label = row.take(Rule::text).map(|pair| self.text(&pair));
        let name = name.unwrap_or(Name { text: String::new(), span: whole });
        Some(Head { name, other, channels, label })
    }
}

const USE_HEAD: Form = Form { word: "use", needs: "the path of a file in quotes", example: "use \"customer.rules\"" };
const PURPOSE_HEAD: Form = Form {
    word: "purpose",
    needs: "a name, a label in quotes and its clauses",
    example: "purpose profiling \"Score me\" { basis consent }",
};
const CLASS_HEAD: Form = Form {
    word: "class",
    needs: "the name of one of the five classes and its clauses",
    example: "class service { obeys blocks, windows, caps }",
};
const CHANNEL_HEAD: Form =
    Form { word: "channel", needs: "a name and its clauses", example: "channel email { needs email_offers }" };
const OFFER_HEAD: Form =
    Form { word: "offer", needs: "a name and its clauses", example: "offer brand_story { class service }" };
const CAP_HEAD: Form = Form {
    word: "cap",
    needs: "a name and its clauses",
    example: "cap pressure { at most 5 shown  in any 7 days  per customer  on tag promo }",
};
const PAUSE_HEAD: Form = Form {
    word: "pause",
    needs: "a name and its clauses",
    example: "pause tired { for 10 days  after 3 shown in any 7 days without clicked  per customer  on tag promo }",
};
const GAP_HEAD: Form = Form {
    word: "gap",
    needs: "a name and its clauses",
    example: "gap air { at least 8 hours apart  per customer  on tag promo }",
};
const BLOCK_HEAD: Form = Form {
    word: "block",
    needs: "a name and its clauses",
    example: "block alarm { for 24 hours after fraud_alert  on class marketing }",
};
const WINDOW_HEAD: Form = Form {
    word: "window",
    needs: "a name and its clauses",
    example: "window daytime { zone \"Europe/Berlin\"  open 09:00 until 21:00  on class marketing  outside drop }",
};
const PERSONA_HEAD: Form =
    Form { word: "persona", needs: "a name and its facts", example: "persona anna { given { age: 34 } }" };
const EVENT_HEAD: Form = Form {
    word: "event",
    needs: "a name, a label in quotes and its fields",
    example: "event purchase \"Something was bought\" { amount: decimal(2) }",
};
const SLOT_HEAD: Form = Form {
    word: "slot",
    needs: "a name, and `on` a place or `by` channels",
    example: "slot home_hero on web { accepts service }",
};
const RULE_HEAD: Form = Form {
    word: "rule",
    needs: "a name, `in` and the name of a slot",
    example: "rule tip in tips { show brand_story }",
};
const TEST_HEAD: Form = Form {
    word: "test",
    needs: "a label in quotes and its clauses",
    example: "test \"the tip is shown\" { expect tips shows brand_story }",
};
const SEGMENT_HEAD: Form = Form {
    word: "segment",
    needs: "a name, `=` and a condition",
    example: "segment lapsed \"Silent\" = last_order is more than 60 days old",
};
const VALUE_HEAD: Form =
    Form { word: "value", needs: "a name, `=` and a value", example: "value worth = price * quantity" };
