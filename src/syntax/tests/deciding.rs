//! Nothing of the language goes untested: for each production, each word of a production that is only words, each clause,
//! each declaration and each operator there is a data test in `tests/grammar/cases` of which a row `"missing .."` and a
//! row `"boundary .."` depend on it.
//!
//! That a row depends on it is not read off where it stands but tried: the text is changed there, and the row must decide
//! differently or for another reason. A change is one word, number or sign that becomes its neighbour (`at least` and
//! `at most`, 18 and 19, `and` and `or`), or one clause, mark or declaration that is gone; of something that can be
//! neither changed nor left out (a type), the clauses that name what it declares are. A row at a boundary depends on a
//! word like `at least` only where another word of its kind in its place changes the row.
//!
//! What the tests expect is blanked out beforehand, so a change never counts because a test is in error; nor does one
//! that takes a rule away. That the tests pass as they are written is seen in `tests/grammar`, on both engines.

#![expect(clippy::wildcard_enum_match_arm, reason = "a few kinds of many matter here")]

mod changes;
mod otherwise;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;

use self::changes::{REWRITES, neighbours, tokens};
use self::otherwise::OTHERWISE;
use super::coverage::{all, clause_of, files, word_of};
use super::productions::productions;
use super::trace::traced;
use crate::compile::compile;
use crate::eval::{self, Explanation, Who};
use crate::frame::Case;
use crate::model::{BlockCause, Condition, Expression, RuleSet};
use crate::ops::Operator;
use crate::source::{SourceId, SourceSet, Span};
use crate::syntax::tree::{self, CaseClause, CellKind, ItemKind};

/// Which rows a change has changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Rows {
    missing: bool,
    boundary: bool,
    /// Whether the change leaves a program without errors.
    is_sound: bool,
}

impl Rows {
    fn add(&mut self, other: Self) {
        self.missing |= other.missing;
        self.boundary |= other.boundary;
    }

    fn are_both(self) -> bool {
        self.missing && self.boundary
    }

    /// Of a change that leaves an error, nothing can be said.
    fn if_sound(self) -> Self {
        if self.is_sound { self } else { Self::default() }
    }

    /// A row at a boundary depends on a word only where another word of its kind changes it.
    fn unless_boundary_of(self, is_word: bool) -> Self {
        Self { boundary: self.boundary && !is_word, ..self }
    }
}

/// Something of the language where it stands.
struct Site {
    what: String,
    place: Range<usize>,
    /// The other words of its production.
    others: Vec<String>,
}

/// What a row decides, and why: the rules that were looked at, and what became of each.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Verdict {
    rules: BTreeSet<String>,
    said: Vec<String>,
}

/// One file of cases.
struct Program {
    name: String,
    /// With nothing that its tests expect.
    text: String,
    /// The files that it uses.
    used: Vec<(String, String)>,
    sites: Vec<Site>,
    /// What can be left out, the smaller first.
    parts: Vec<Range<usize>>,
    /// The declarations, which are the largest of them.
    items: Vec<Range<usize>>,
    /// The clauses of everything but tests.
    clauses: Vec<Range<usize>>,
    /// What has a name, and all of it.
    named: Vec<(String, Range<usize>)>,
    rows: BTreeMap<(String, String), Verdict>,
    tried: RefCell<BTreeMap<(usize, usize, String), Rows>>,
}

/// The text of a file with `gives nothing` for whatever its tests expect.
fn without_expectations(text: &str) -> String {
    fn of(clauses: &[tree::Clause<CaseClause>], found: &mut Vec<(Span, String)>) {
        for clause in clauses {
            match &clause.kind {
                CaseClause::Expect(expect) => {
                    found.push((clause.span, format!("expect {} gives nothing", expect.slot.text)));
                }
                CaseClause::Row(row) => {
                    let cells = row.cells.iter().filter(|cell| matches!(cell.kind, CellKind::Expects(..)));
                    found.extend(cells.map(|cell| (cell.span, "gives nothing".to_owned())));
                }
                CaseClause::Request(request) => of(&request.clauses, found),
                _ => {}
            }
        }
    }
    let (file, _) = super::parse(text);
    let mut found = Vec::new();
    for item in &file.items {
        if let ItemKind::Test(case) = &item.kind {
            of(&case.clauses, &mut found);
        }
    }
    found.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut text = text.to_owned();
    for (span, instead) in found {
        text.replace_range(span.range(), &instead);
    }
    text
}

impl Program {
    fn new(name: &str, text: &str, used: Vec<(String, String)>) -> Self {
        let text = without_expectations(text);
        let ((file, findings), trace) = traced(|| super::parse(&text));
        assert!(findings.is_empty(), "{name}: {findings:?}");
        let words = productions();
        let (mut sites, mut parts, mut clauses, mut named) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (production, written, place) in trace.readings {
            if production.starts_with("mark_") || production == "event_needs" {
                parts.push(place.clone());
            }
            let Some(words) = words.get(&production) else { continue };
            let what = match words.iter().find(|spellings| spellings.contains(&written)) {
                Some(spellings) => word_of(&production, spellings.last().map_or("", String::as_str)),
                None => format!("production `{production}`"),
            };
            let others = words.iter().filter(|spellings| !spellings.contains(&written));
            let others = others.filter_map(|spellings| spellings.last().cloned()).collect();
            sites.push(Site { what, place, others });
        }
        for ((noun, word), place) in trace.clauses_read {
            parts.push(place.clone());
            if !["a test", "a persona"].contains(&noun) {
                clauses.push(place.clone());
            }
            sites.push(Site { what: clause_of(noun, word), place, others: Vec::new() });
        }
        for item in &file.items {
            let place = item.span.range();
            let what = format!("declaration `{}`", &text[item.keyword.range()]);
            sites.push(Site { what, place: place.clone(), others: Vec::new() });
            parts.push(place.clone());
            named.extend(item.name().map(|name| (name.text.clone(), place)));
            let attributes = match &item.kind {
                ItemKind::Customer(attributes) | ItemKind::Moment(attributes) => attributes.as_slice(),
                ItemKind::Event(event) => &event.fields,
                _ => &[],
            };
            named.extend(attributes.iter().map(|attribute| (attribute.name.text.clone(), attribute.span.range())));
        }
        parts.sort_by_key(ExactSizeIterator::len);
        let mut program = Self {
            name: name.to_owned(),
            text,
            used,
            sites,
            parts,
            items: file.items.iter().map(|item| item.span.range()).collect(),
            clauses,
            named,
            rows: BTreeMap::new(),
            tried: RefCell::default(),
        };
        let mut more = Vec::new();
        program.rows = program.decided(&program.text, |rules| more = operators(rules)).0;
        program.sites.extend(more);
        program
    }

    /// What each row of a text of this program gets in each slot, and whether the text is without errors.
    fn decided(&self, text: &str, look: impl FnOnce(&RuleSet)) -> (BTreeMap<(String, String), Verdict>, bool) {
        let mut sources = SourceSet::default();
        sources.add(self.name.clone(), text.to_owned());
        for (name, text) in &self.used {
            sources.add(name.clone(), text.clone());
        }
        let compiled = compile(sources);
        let is_sound = compiled.runnable().is_some();
        let mut rows = BTreeMap::new();
        let Some(rules) = compiled.rules else { return (rows, false) };
        look(&rules);
        let labelled = |case: &&Case| ["missing", "boundary"].iter().any(|word| is_labelled(&case.name, word));
        for case in compiled.program.tests.iter().filter(labelled) {
            let (_, frames) = eval::frames(&rules, case);
            for (expectation, frame) in case.expectations.iter().zip(&frames) {
                let explained = eval::without_change(&rules, frame, expectation.slot);
                rows.insert((case.name.clone(), explained.slot.clone()), verdict(&explained));
            }
        }
        (rows, is_sound)
    }

    /// The rows that a change changes.
    fn changed(&self, place: Range<usize>, instead: &str) -> Rows {
        let key = (place.start, place.end, instead.to_owned());
        if let Some(rows) = self.tried.borrow().get(&key) {
            return *rows;
        }
        let mut text = self.text.clone();
        text.replace_range(place, instead);
        let (decided, is_sound) = self.decided(&text, |_| {});
        let mut rows = Rows { is_sound, ..Rows::default() };
        for (row, verdict) in decided {
            let differs = |before: &&Verdict| before.rules == verdict.rules && **before != verdict;
            if self.rows.get(&row).filter(differs).is_some() {
                rows.missing |= is_labelled(&row.0, "missing");
                rows.boundary |= is_labelled(&row.0, "boundary");
            }
        }
        self.tried.borrow_mut().insert(key, rows);
        rows
    }

    /// Which rows depend on what stands at a site, beside those of which it is known.
    fn depends(&self, site: &Site, mut rows: Rows) -> Rows {
        let is_word = !site.others.is_empty();
        for other in &site.others {
            rows.add(self.changed(site.place.clone(), other).if_sound());
        }
        let encloses = |part: &&Range<usize>| part.start <= site.place.start && site.place.end <= part.end;
        for (production, instead) in REWRITES {
            let places = self.sites.iter().filter(|other| other.what == format!("production `{production}`"));
            for place in places.map(|other| &other.place).filter(encloses) {
                rows.add(self.changed(place.clone(), instead).if_sound());
            }
        }
        let mut changes = neighbours(&self.text, site.place.clone());
        changes.extend(self.renamings(&site.place));
        for (place, instead) in changes {
            if rows.are_both() || rows.missing && is_word {
                return rows;
            }
            rows.add(self.changed(place, &instead).if_sound().unless_boundary_of(is_word));
        }
        // The smallest part that can be left out is the one whose absence counts.
        for part in self.parts.iter().filter(encloses) {
            let changed = self.changed(part.clone(), "");
            // Without a cap the tests that say how much of it is used are in error, and the others say what follows.
            let counts = if self.items.contains(part) { changed } else { changed.if_sound() };
            rows.add(counts.unless_boundary_of(is_word));
            if changed.is_sound || rows.are_both() {
                return rows;
            }
        }
        for clause in self.naming(&site.place) {
            if !rows.are_both() {
                rows.add(self.changed(clause, "").if_sound().unless_boundary_of(is_word));
            }
        }
        rows
    }

    /// Each name of a declaration at a place as another name of its kind.
    fn renamings(&self, place: &Range<usize>) -> Vec<(Range<usize>, String)> {
        let opener = |whole: &Range<usize>| self.text[whole.clone()].split(' ').next().unwrap_or_default();
        let declared = |written: &str| {
            let all = self.items.iter().filter_map(|item| self.named.iter().find(|(_, whole)| whole == item));
            let own: Vec<&str> =
                all.clone().filter(|(name, _)| name == written).map(|(_, whole)| opener(whole)).collect();
            let others = all.filter(|(name, whole)| name != written && own.contains(&opener(whole)));
            others.map(|(name, _)| name.clone()).collect::<Vec<_>>()
        };
        let words = tokens(&self.text, place.clone());
        words
            .flat_map(|word| declared(&self.text[word.clone()]).into_iter().map(move |name| (word.clone(), name)))
            .collect()
    }

    /// The clauses that name what is declared at a place, themselves or through segments and values.
    fn naming(&self, place: &Range<usize>) -> Vec<Range<usize>> {
        let encloses = |whole: &Range<usize>| whole.start <= place.start && place.end <= whole.end;
        let is_of = |whole: &Range<usize>| encloses(whole) || place.start <= whole.start && whole.end <= place.end;
        let mut names: Vec<&str> =
            self.named.iter().filter(|(_, whole)| is_of(whole)).map(|(name, _)| name.as_str()).collect();
        let mut at = 0;
        while let Some(name) = names.get(at).copied() {
            let definitions = self.named.iter().filter(|(_, whole)| {
                let text = &self.text[whole.clone()];
                (text.starts_with("segment") || text.starts_with("value")) && has_word(text, name)
            });
            let more: Vec<&str> =
                definitions.map(|(more, _)| more.as_str()).filter(|more| !names.contains(more)).collect();
            names.extend(more);
            at += 1;
        }
        let mentions = |clause: &&Range<usize>| names.iter().any(|name| has_word(&self.text[(*clause).clone()], name));
        self.clauses.iter().filter(|clause| !encloses(clause)).filter(mentions).cloned().collect()
    }
}

fn has_word(text: &str, name: &str) -> bool {
    text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).any(|word| word == name)
}

/// Whether a test, its row or its request is called `missing ..`, `boundary ..`.
fn is_labelled(name: &str, word: &str) -> bool {
    let label = match name.split_once(" / row ") {
        Some((_, row)) => row.split_once(": ").map_or("", |(_, label)| label),
        None if name.starts_with(word) => name,
        None => name.rsplit_once(": ").map_or("", |(_, request)| request),
    };
    label.starts_with(word)
}

/// The keys of an explanation whose texts are names, and not facts that go with them.
const NAMES: [&str; 11] =
    ["channel", "rule", "offer", "what", "via", "shows", "cap", "block", "purpose", "attribute", "by"];

fn verdict(of: &Explanation) -> Verdict {
    let rule = |who: &Who| match who {
        Who::Rule { rule, .. } => Some(rule.clone()),
        _ => None,
    };
    let rules = of.candidates.iter().filter_map(|candidate| rule(&candidate.who)).collect();
    let mut said = vec![
        short(&serde_json::to_value(&of.answer.shows).expect("a name")),
        short(&serde_json::to_value(&of.answer.sends).expect("a message")),
        short(&serde_json::to_value(&of.answer.by).expect("an author")),
        of.answer.tasks.join(" "),
        format!("until={}", of.answer.until.is_some()),
    ];
    let fate = |candidate: &eval::Candidate| {
        short(&serde_json::to_value((&candidate.who, &candidate.fate, &candidate.passed_over)).expect("a candidate"))
    };
    said.extend(of.candidates.iter().map(fate));
    Verdict { rules, said }
}

/// The kinds and names of which something is told, without the facts.
fn short(value: &serde_json::Value) -> String {
    use serde_json::Value;
    match value {
        Value::Object(fields) => {
            let told = fields.iter().filter(|(_, value)| !value.is_null());
            let each = |(key, value): (&String, &Value)| match value {
                Value::String(name) if NAMES.contains(&key.as_str()) => format!("{key}={name}"),
                Value::Bool(is) => format!("{key}={is}"),
                Value::Object(_) | Value::Array(_) => format!("{key}({})", short(value)),
                _ => key.clone(),
            };
            told.map(each).collect::<Vec<_>>().join(" ")
        }
        Value::Array(list) => list.iter().map(short).collect::<Vec<_>>().join(", "),
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) => String::new(),
    }
}

/// Where each operator of the model stands: the clauses of rules, blocks and fallback lists that apply it, through
/// segments and values.
fn operators(rules: &RuleSet) -> Vec<Site> {
    let clauses = rules.rules.iter().flat_map(|rule| rule.when.iter().chain(&rule.unless));
    let blocks = rules.blocks.iter().filter_map(|block| match &block.cause {
        BlockCause::While(clause) => Some(clause),
        BlockCause::After(_) => None,
    });
    let mut found = Vec::new();
    let mut add = |names: BTreeSet<&'static str>, span: Span| {
        // What a file uses stands in another.
        if span.source == SourceId(0) {
            let site = |name| Site { what: format!("operator `{name}`"), place: span.range(), others: Vec::new() };
            found.extend(names.into_iter().map(site));
        }
    };
    for clause in clauses.chain(blocks) {
        let mut names = BTreeSet::new();
        of_condition(rules, &clause.condition, &mut names);
        add(names, clause.span);
    }
    for rank in rules.rules.iter().filter_map(|rule| rule.rank.as_ref()) {
        let mut names = BTreeSet::new();
        of_expression(rules, &rank.by, &mut names);
        add(names, rank.span);
    }
    found
}

fn of_condition(rules: &RuleSet, condition: &Condition, names: &mut BTreeSet<&'static str>) {
    condition.each(&mut |part| {
        names.extend(part.operator(rules).map(Operator::name));
        if let Condition::Segment(segment) = part {
            of_condition(rules, &rules[*segment].condition, names);
        }
        part.operands().into_iter().for_each(|operand| of_expression(rules, operand, names));
    });
}

fn of_expression(rules: &RuleSet, expression: &Expression, names: &mut BTreeSet<&'static str>) {
    names.extend(expression.operator().map(Operator::name));
    match expression {
        Expression::Value(id) => of_expression(rules, &rules[*id].expression, names),
        Expression::Rescale(of, _) => of_expression(rules, of, names),
        Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
            of_expression(rules, left, names);
            of_expression(rules, right, names);
        }
        Expression::When(of, when, _) => {
            of_expression(rules, of, names);
            of_condition(rules, when, names);
        }
        _ => {}
    }
}

#[test]
fn everything_decides_a_row_with_something_missing_and_a_row_at_a_boundary() {
    let read = |path: &std::path::PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        (name.unwrap_or_default(), fs::read_to_string(path).expect("a case"))
    };
    let cases: Vec<(String, String)> = files("tests/grammar/cases", "rules").iter().map(read).collect();
    let mut wanted = all();
    wanted.extend(Operator::ALL.iter().map(|operator| format!("operator `{}`", operator.name())));
    let mut seen: BTreeMap<String, Rows> = wanted.iter().map(|what| (what.clone(), Rows::default())).collect();
    let program = |(name, text): &(String, String)| {
        let used = cases.iter().filter(|(other, _)| text.contains(&format!("use \"{other}\"")));
        Program::new(name, text, used.cloned().collect())
    };
    let programs: Vec<Program> = cases.iter().map(program).collect();
    let otherwise: BTreeSet<&str> = OTHERWISE.iter().flat_map(|(_, all)| all.iter().copied()).collect();
    // Most is seen where it first stands; what is not is looked for everywhere.
    for most in [3, usize::MAX] {
        for program in &programs {
            let mut tried: BTreeMap<&str, usize> = BTreeMap::new();
            for site in &program.sites {
                let Some(rows) = seen.get_mut(&site.what).filter(|rows| !rows.are_both()) else { continue };
                let tried = tried.entry(&site.what).or_default();
                *tried += 1;
                if *tried <= most && (*tried <= 3 || !otherwise.contains(site.what.as_str())) {
                    *rows = program.depends(site, *rows);
                }
            }
        }
    }
    let mut complaints = Vec::new();
    for (what, rows) in &seen {
        let lacks: Vec<&str> = [(rows.missing, "missing"), (rows.boundary, "boundary")]
            .into_iter()
            .filter_map(|(has, label)| (!has).then_some(label))
            .collect();
        match otherwise.contains(what.as_str()) {
            false if !lacks.is_empty() => {
                complaints.push(format!("{what}: no row `{}` depends on it", lacks.join("`, none `")));
            }
            true if lacks.is_empty() => complaints.push(format!("{what}: has both rows, and stands under OTHERWISE")),
            true | false => {}
        }
    }
    complaints.extend(
        otherwise.iter().filter(|what| !seen.contains_key(**what)).map(|what| format!("{what}: there is none")),
    );
    assert!(complaints.is_empty(), "{} of {}\n  {}\n", complaints.len(), seen.len(), complaints.join("\n  "));
}
