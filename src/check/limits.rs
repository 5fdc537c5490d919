//! The stated limits (R53): how many of everything a rule set may hold, and how large a condition may be.
//!
//! An author can reach them, so each is said at the declaration that is too much. What is beyond a limit is left out
//! like anything in error. Sizes are those of what is written out, with every segment and value in its place: that is
//! what one look at it costs, and thirty segments that each name the one before twice are a thousand million looks.

use std::collections::BTreeSet;

use super::Pass;
use super::circles::{after_their_targets, condition_uses, expression_uses};
use super::collect::Collected;
use super::names::Kind;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::resolve;
use crate::model::{ChannelId, Condition, Event, Expression, RuleId, RuleSet, SegmentId, SlotId, ValueId, limits};
use crate::source::Span;
use crate::syntax::tree::{Clause, Mark, Name, OfferClause, RuleClause};

/// Says what is beyond a limit, and gives it to be left out.
pub(super) fn too_many(all: &Collected<'_>, findings: &mut Vec<Diagnostic>) -> BTreeSet<(Kind, String)> {
    let built_in = Event::BUILT_IN.len();
    let names: [(Kind, usize, Vec<&Name>); 9] = [
        (Kind::Purpose, limits::PURPOSES, all.purposes.values().map(|entry| &entry.item.name).collect()),
        (Kind::Attribute, limits::ATTRIBUTES, all.attributes.values().map(|(_, of)| &of.name).collect()),
        (Kind::Event, limits::EVENTS - built_in, all.events.values().map(|entry| &entry.item.name).collect()),
        (Kind::Segment, limits::SEGMENTS, all.segments.values().map(|entry| &entry.item.name).collect()),
        (Kind::Value, limits::VALUES, all.values.values().map(|entry| &entry.item.name).collect()),
        (Kind::Channel, limits::CHANNELS, all.channels.values().map(|entry| &entry.item.name).collect()),
        (Kind::Offer, limits::OFFERS, all.offers.values().map(|entry| &entry.item.name).collect()),
        (Kind::Slot, limits::SLOTS, all.slots.values().map(|entry| &entry.item.name).collect()),
        (Kind::Rule, limits::RULES, all.rules.values().map(|entry| &entry.item.name).collect()),
    ];
    let mut beyond: BTreeSet<(Kind, String)> = BTreeSet::new();
    for (kind, limit, names) in names {
        let entries = names.into_iter().map(|name| (name.span, (kind, name.text.clone()))).collect();
        beyond.extend(cut(&format!("{}s", kind.word()), limit, entries, findings));
    }
    // Of one event, and of one attribute.
    for (name, entry) in &all.events {
        let fields = entry.item.fields.iter().map(|field| (field.name.span, (Kind::Event, (*name).to_owned())));
        beyond.extend(cut("fields of one event", limits::FIELDS, fields.collect(), findings));
    }
    for (name, (_, attribute)) in &all.attributes {
        let cells = attribute.marks.iter().filter(|mark| matches!(mark.kind, Mark::CellIs { .. }));
        let cells = cells.map(|mark| (mark.span, (Kind::Attribute, (*name).to_owned())));
        beyond.extend(cut("spellings of one attribute", limits::ELEMENTS, cells.collect(), findings));
    }
    for (name, entry) in &all.rules {
        let tasks = entry.item.clauses.iter().flat_map(|clause| tasks(&clause.kind));
        let tasks = tasks.map(|task| (task.span, (Kind::Rule, (*name).to_owned())));
        beyond.extend(cut("tasks of one rule", limits::TASKS, tasks.collect(), findings));
    }
    beyond.extend(cut("caps", limits::CAPS, caps(all), findings));
    let blocks = all.blocks.iter().map(|(name, entry)| (entry.item.name.span, (Kind::Block, (*name).to_owned())));
    beyond.extend(cut("blocks", limits::BLOCKS, blocks.collect(), findings));
    let windows = all.windows.iter().map(|(name, entry)| (entry.item.name.span, (Kind::Window, (*name).to_owned())));
    beyond.extend(cut("windows", limits::WINDOWS, windows.collect(), findings));
    // A tag stands first where it stands first.
    let mut tags = tags(all);
    tags.sort_by_key(|(span, _)| *span);
    let mut seen: BTreeSet<String> = BTreeSet::new();
    tags.retain(|(_, (tag, _))| seen.insert(tag.clone()));
    let lost = cut("tags", limits::TAGS, tags, findings);
    beyond.extend(lost.into_iter().flat_map(|(tag, offer)| [(Kind::Tag, tag), (Kind::Offer, offer)]));
    beyond
}

/// What `also` names, if the clause is one.
fn tasks(clause: &RuleClause) -> &[Name] {
    if let RuleClause::Also(names) = clause { names } else { &[] }
}

/// Every cap with its place and what it is part of.
fn caps(all: &Collected<'_>) -> Vec<(Span, (Kind, String))> {
    let declared = all.caps.iter().map(|(name, entry)| (entry.item.name.span, (Kind::Cap, (*name).to_owned())));
    let name = |name: &&str| (*name).to_owned();
    let pauses = all.pauses.iter().map(|(of, entry)| (entry.item.name.span, (Kind::Cap, name(of))));
    let gaps = all.gaps.iter().map(|(of, entry)| (entry.item.name.span, (Kind::Cap, name(of))));
    let of_rules = all.rules.iter().flat_map(|(name, entry)| {
        let caps = entry.item.clauses.iter().filter(|clause| matches!(clause.kind, RuleClause::Cap(_)));
        caps.map(|clause| (clause.span, (Kind::Rule, (*name).to_owned())))
    });
    declared.chain(pauses).chain(gaps).chain(of_rules).collect()
}

/// Every mention of a tag with its place and the offer that carries it.
fn tags(all: &Collected<'_>) -> Vec<(Span, (String, String))> {
    let of = |name: &str, clause: &Clause<OfferClause>| match &clause.kind {
        OfferClause::Tags(tags) => {
            tags.iter().map(|tag| (tag.span, (tag.text.clone(), name.to_owned()))).collect::<Vec<_>>()
        }
        OfferClause::Kind(_)
        | OfferClause::Class(_)
        | OfferClause::Active(_)
        | OfferClause::With(_)
        | OfferClause::Off(_) => Vec::new(),
    };
    let offers = all.offers.iter();
    offers.flat_map(|(name, entry)| entry.item.clauses.iter().flat_map(|clause| of(name, clause))).collect()
}

/// What stands behind the first `limit` in the order written, said once.
fn cut<T>(what: &str, limit: usize, mut entries: Vec<(Span, T)>, findings: &mut Vec<Diagnostic>) -> Vec<T> {
    if entries.len() <= limit {
        return Vec::new();
    }
    entries.sort_by_key(|(span, _)| *span);
    let count = entries.len();
    let beyond = entries.split_off(limit);
    if let Some((first, _)) = beyond.first() {
        findings.push(many(what, count, limit, *first));
    }
    beyond.into_iter().map(|(_, entry)| entry).collect()
}

/// The finding at the first that is too many.
pub(super) fn many(what: &str, count: usize, limit: usize, span: Span) -> Diagnostic {
    Diagnostic::new(&resolve::TOO_MUCH, span, format!("{count} {what}, and {limit} is the most"))
        .primary("the first that is too many")
        .help("remove what nobody uses any more, or divide the rules into several sets")
}

/// How large something is when it is written out.
#[derive(Clone, Copy, Default)]
struct Size {
    /// Levels of what stands there itself.
    levels: usize,
    /// Levels with everything that it names.
    depth: usize,
    nodes: usize,
}

impl Size {
    fn grow(&mut self, depth: usize, nodes: usize) {
        self.depth = self.depth.max(depth);
        self.nodes = self.nodes.saturating_add(nodes);
    }

    /// What is too much about it, with the limit.
    fn excess(self) -> Option<String> {
        if self.levels > limits::DEPTH {
            return Some(format!("{} levels deep, and {} is the most", self.levels, limits::DEPTH));
        }
        if self.depth > limits::DEPTH_WRITTEN_OUT {
            let most = limits::DEPTH_WRITTEN_OUT;
            return Some(format!(
                "{} levels deep when all that it names is written out, and {most} is the most",
                self.depth
            ));
        }
        if self.nodes > limits::NODES_WRITTEN_OUT {
            let most = limits::NODES_WRITTEN_OUT;
            return Some(format!(
                "{} parts large when all that it names is written out, and {most} is the most",
                self.nodes
            ));
        }
        None
    }
}

/// The sizes of all segments, then of all values.
struct Sizes {
    known: Vec<Size>,
    segments: usize,
}

/// What a segment, or a value counted on, names.
fn edges_of(rules: &RuleSet, node: usize, segments: usize) -> Vec<usize> {
    let mut found = Vec::new();
    match node.checked_sub(segments) {
        None => condition_uses(&rules[SegmentId::from_index(node)].condition, segments, &mut found),
        Some(at) => expression_uses(&rules[ValueId::from_index(at)].expression, segments, &mut found),
    }
    found
}

impl Pass<'_> {
    /// Whatever is too large; names form no circle by now.
    pub(super) fn sizes(&mut self) {
        let segments = self.rules.segments.len();
        let count = segments + self.rules.values.len();
        let edges = |node: usize| edges_of(&self.rules, node, segments);
        let mut sizes = Sizes { known: vec![Size::default(); count], segments };
        let mut lost = vec![false; count];
        for node in after_their_targets(count, edges) {
            let (size, kind, name, span) = match node.checked_sub(segments) {
                None => {
                    let segment = &self.rules[SegmentId::from_index(node)];
                    (sizes.condition(&segment.condition), Kind::Segment, segment.name.clone(), segment.span)
                }
                Some(at) => {
                    let value = &self.rules[ValueId::from_index(at)];
                    (sizes.expression(&value.expression), Kind::Value, value.name.clone(), value.span)
                }
            };
            // Those that name what is too large are left out with it, in silence.
            let names_lost = edges_of(&self.rules, node, segments).into_iter().any(|to| lost.get(to) == Some(&true));
            let excess = size.excess().filter(|_| !names_lost);
            if let Some(excess) = &excess {
                self.too_large_written_out(&format!("{} `{name}`", kind.word()), excess, span);
            }
            if excess.is_some() || names_lost {
                self.poison(kind, &name);
                if let Some(lost) = lost.get_mut(node) {
                    *lost = true;
                }
            }
            if let Some(place) = sizes.known.get_mut(node) {
                *place = size;
            }
        }
        if lost.contains(&true) {
            return;
        }
        let mut in_all = 0_usize;
        for at in 0..self.rules.channels.len() {
            let channel = &self.rules[ChannelId::from_index(at)];
            let name = channel.name.clone();
            let found = channel.conditions().map(|(_, clause)| (sizes.condition(&clause.condition), clause.span));
            let found = found.collect();
            self.sum_up(Kind::Channel, &name, found, &mut in_all);
        }
        for at in 0..self.rules.slots.len() {
            let slot = &self.rules[SlotId::from_index(at)];
            let name = slot.name.clone();
            let conditions = slot.fallback.iter().filter_map(|entry| Some((entry.when.as_ref()?, entry.span)));
            let found = conditions.map(|(when, span)| (sizes.condition(when), span)).collect();
            self.sum_up(Kind::Slot, &name, found, &mut in_all);
        }
        for at in 0..self.rules.rules.len() {
            let rule = &self.rules[RuleId::from_index(at)];
            let name = rule.name.clone();
            let clauses = rule.when.iter().chain(&rule.unless).chain(&rule.expires);
            let found = clauses.map(|clause| (sizes.condition(&clause.condition), clause.span));
            let score = rule.rank.iter().map(|rank| (sizes.expression(&rank.by), rank.span));
            let found = found.chain(score).collect();
            self.sum_up(Kind::Rule, &name, found, &mut in_all);
        }
    }

    /// Each condition by itself, and all of all together.
    fn sum_up(&mut self, kind: Kind, name: &str, found: Vec<(Size, Span)>, in_all: &mut usize) {
        let was_over = *in_all > limits::NODES_IN_ALL;
        for (size, span) in found {
            if let Some(excess) = size.excess() {
                self.too_large_written_out("this condition", &excess, span);
                self.poison(kind, name);
                continue;
            }
            *in_all = in_all.saturating_add(size.nodes);
            if *in_all > limits::NODES_IN_ALL {
                if !was_over {
                    let most = limits::NODES_IN_ALL;
                    let message =
                        format!("with this condition all of them together have {in_all} parts, and {most} is the most");
                    let finding = Diagnostic::new(&resolve::TOO_MUCH, span, message)
                        .primary("the first that is too many")
                        .help("name fewer segments in so many rules, or divide the rules into several sets");
                    self.report(finding);
                }
                self.poison(kind, name);
                return;
            }
        }
    }

    fn too_large_written_out(&mut self, what: &str, excess: &str, span: Span) {
        let finding = Diagnostic::new(&resolve::TOO_MUCH, span, format!("{what} is {excess}"))
            .primary("too large")
            .help("leave out what it does not need, or let it name fewer segments and values");
        self.report(finding);
    }
}

impl Sizes {
    fn condition(&self, of: &Condition) -> Size {
        let mut size = Size::default();
        self.add_condition(of, 1, &mut size);
        size
    }

    fn expression(&self, of: &Expression) -> Size {
        let mut size = Size::default();
        self.add_expression(of, 1, &mut size);
        size
    }

    /// A name counts as one level and one part, and then as all that it stands for.
    fn add_name(&self, node: usize, level: usize, size: &mut Size) {
        let named = self.known.get(node).copied().unwrap_or_default();
        size.grow(level.saturating_add(named.depth), named.nodes);
    }

    fn add_condition(&self, of: &Condition, level: usize, size: &mut Size) {
        size.levels = size.levels.max(level);
        size.grow(level, 1);
        match of {
            Condition::And(parts) | Condition::Or(parts) => {
                parts.iter().for_each(|part| self.add_condition(part, level + 1, size));
            }
            Condition::Not(inner) => self.add_condition(inner, level + 1, size),
            Condition::Segment(id) => self.add_name(id.index(), level, size),
            Condition::OneOf(operand, values) => {
                size.grow(level, values.len());
                self.add_expression(operand, level + 1, size);
            }
            Condition::Has(operand, _, elements) => {
                size.grow(level, elements.len());
                self.add_expression(operand, level + 1, size);
            }
            Condition::Holds(_)
            | Condition::Equal(..)
            | Condition::Compare(..)
            | Condition::Between(..)
            | Condition::Known(_)
            | Condition::Never(_)
            | Condition::Age(..) => {
                of.operands().into_iter().for_each(|operand| self.add_expression(operand, level + 1, size));
            }
        }
    }

    fn add_expression(&self, of: &Expression, level: usize, size: &mut Size) {
        size.levels = size.levels.max(level);
        size.grow(level, 1);
        match of {
            Expression::Literal(..)
            | Expression::Attribute(_)
            | Expression::Gathered(_)
            | Expression::Consent(_)
            | Expression::Permission(_)
            | Expression::Now => {}
            Expression::Value(id) => self.add_name(self.segments + id.index(), level, size),
            Expression::Rescale(inner, _) => self.add_expression(inner, level + 1, size),
            Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
                self.add_expression(left, level + 1, size);
                self.add_expression(right, level + 1, size);
            }
            Expression::When(amount, when, _) => {
                self.add_expression(amount, level + 1, size);
                self.add_condition(when, level + 1, size);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::compile::compile;
    use crate::source::SourceSet;

    /// The findings of a text whose model is made all the same.
    fn findings(text: &str) -> Vec<String> {
        let compiled = compile(SourceSet::single("case.rules", text).0);
        assert!(compiled.rules.is_some(), "{:?}", compiled.diagnostics);
        let shown = |finding: &Diagnostic| {
            let at = finding.span().map_or("", |span| compiled.sources.text(span));
            format!("{} {}: {}", finding.code.name, at.chars().take(20).collect::<String>(), finding.message)
        };
        compiled.diagnostics.iter().map(shown).collect()
    }

    fn many(count: usize, one: impl Fn(usize) -> String) -> String {
        (0..count).map(one).collect()
    }

    const TOO_MUCH: &str = "resolve::too-much";

    #[test]
    fn too_many_of_anything_is_said_at_the_first_too_many() {
        let purposes = |count| many(count, |at| format!("purpose p{at} \"P\" {{ basis consent }}\n"));
        assert_eq!(findings(&purposes(1_000)), [""; 0]);
        // The tenth by name is not the last one written.
        assert_eq!(findings(&purposes(1_001)), [format!("{TOO_MUCH} p1000: 1001 purposes, and 1000 is the most")]);
        let attributes = many(10_001, |at| format!("a{at}: text\n"));
        let found = findings(&format!("customer {{ {attributes} }}"));
        assert_eq!(found, [format!("{TOO_MUCH} a10000: 10001 attributes, and 10000 is the most")]);
        let events = many(9_994, |at| format!("event e{at} \"E\" {{}}\n"));
        assert_eq!(findings(&events), [format!("{TOO_MUCH} e9993: 9994 events, and 9993 is the most")]);
        let slots = many(10_001, |at| format!("slot s{at} on web {{ accepts service  fallback nothing }}\n"));
        assert_eq!(findings(&slots), [format!("{TOO_MUCH} s10000: 10001 slots, and 10000 is the most")]);
        let fields = many(1_001, |at| format!("f{at}: text\n"));
        let found = findings(&format!("event e \"E\" {{ {fields} }}"));
        assert_eq!(found, [format!("{TOO_MUCH} f1000: 1001 fields of one event, and 1000 is the most")]);
        let lists = many(10_001, |at| format!("a{at}: one of [m{at}, n]\n"));
        let halves: Vec<&str> = lists.lines().collect();
        let found = findings(&format!("customer {{ {} }}", halves[..10_000].join("\n")));
        assert_eq!(found, [""; 0], "with that of consent ten thousand and one");
    }

    #[test]
    fn what_is_beyond_a_limit_is_left_out_with_all_that_rests_on_it() {
        let tags = many(100_001, |at| format!("offer o{at} {{ class service  tags t{at} }}\n"));
        let found = findings(&tags);
        assert_eq!(
            found,
            [
                format!("{TOO_MUCH} o100000: 100001 offers, and 100000 is the most"),
                format!("{TOO_MUCH} t100000: 100001 tags, and 100000 is the most"),
            ]
        );
    }

    #[test]
    fn segments_that_double_are_cut_off_before_anybody_walks_them() {
        let mut text = "customer { news: yes or no }\nsegment s0 = news\n".to_owned();
        for at in 1..40 {
            writeln!(text, "segment s{at} = s{0} and s{0}", at - 1).unwrap();
        }
        text += "offer o { class service }\nslot s on web { accepts service  fallback nothing }\n";
        text += "rule r in s { when s39  show o }";
        let found = findings(&text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(&format!("{TOO_MUCH} s16: segment `s16` is ")), "{found:?}");
        assert!(found[0].ends_with("parts large when all that it names is written out, and 200000 is the most"));
    }

    #[test]
    fn chains_of_segments_and_values_have_an_end() {
        let mut text =
            "customer { news: yes or no  n: whole from 0 to 9 }\nsegment s0 = news\nvalue v0 = n\n".to_owned();
        for at in 1..1_500 {
            writeln!(text, "segment s{at} = not s{}\nvalue v{at} = v{} else 1", at - 1, at - 1).unwrap();
        }
        let found = findings(&text);
        assert!(!found.is_empty() && found.iter().all(|found| found.starts_with(TOO_MUCH)), "{found:?}");
    }

    #[test]
    fn a_long_sum_leans_over() {
        let sum = |terms: usize| {
            let sum = vec!["n"; terms].join(" + ");
            findings(&format!(
                "customer {{ n: whole from 0 to 9 }}\noffer o {{ class service }}\n\
                 slot s on web {{ accepts service  fallback nothing }}\n\
                 rule r in s {{ when {sum} is at least 3  show o }}"
            ))
        };
        assert_eq!(sum(255), [""; 0]);
        let long = sum(300);
        assert_eq!(long.len(), 1);
        assert!(long[0].starts_with(TOO_MUCH) && long[0].contains("and 256 is the most"), "{long:?}");
    }
}
