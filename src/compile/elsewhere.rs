//! Names that are unknown only because the file that declares them was not read.
//!
//! Takes the findings of a check, gives them with better help. Looks at the files beside those that were read, and at
//! them alone, and only where a name is unknown: a check without such a finding opens no further file.

use std::collections::{BTreeMap, BTreeSet};

use super::uses::{Library, Reading, folder, plain, seen_from};
use crate::diagnostics::codes::resolve;
use crate::diagnostics::{Code, Diagnostic, Fix};
use crate::source::{SourceId, SourceSet, Span};
use crate::syntax;
use crate::syntax::tree::{Attribute, File, ItemKind, OfferClause, RuleClause};

/// The words of the declarations that would make a name known; none if the finding is about something else.
fn could_declare(code: &Code) -> &'static [&'static str] {
    let all: [(&Code, &'static [&'static str]); 10] = [
        (&resolve::UNKNOWN_ATTRIBUTE, &["attribute", "segment", "value"]),
        (&resolve::UNKNOWN_PURPOSE, &["purpose"]),
        (&resolve::UNKNOWN_CHANNEL, &["channel"]),
        (&resolve::UNKNOWN_EVENT, &["event"]),
        (&resolve::UNKNOWN_OFFER, &["offer"]),
        (&resolve::UNKNOWN_SLOT, &["slot"]),
        (&resolve::UNKNOWN_RULE, &["rule", "cap"]),
        (&resolve::UNKNOWN_TAG, &["tag"]),
        (&resolve::UNKNOWN_TASK, &["task"]),
        (&resolve::UNKNOWN_PERSONA, &["persona"]),
    ];
    all.iter().find(|(known, _)| *known == code).map_or(&[], |(_, words)| words)
}

/// Where names are unknown, says which file beside declares them. Where a `use` brought nothing, drops those for which
/// nothing else can be meant: the missing file may declare them.
pub(super) fn explain(diagnostics: &mut Vec<Diagnostic>, reading: &Reading, library: &dyn Library) {
    if !diagnostics.iter().any(|finding| !could_declare(finding.code).is_empty()) {
        return;
    }
    let read: BTreeSet<String> = reading.sources.iter().map(|(_, source)| plain(&source.name)).collect();
    let mut shelves: BTreeMap<String, Vec<(String, Declared)>> = BTreeMap::new();
    let mut fixed: BTreeSet<(SourceId, String)> = BTreeSet::new();
    diagnostics.retain_mut(|finding| {
        let words = could_declare(finding.code);
        let Some(span) = finding.span().filter(|_| !words.is_empty()) else { return true };
        if reading.misses && finding.fix.is_none() {
            return false;
        }
        let Some(source) = reading.sources.get(span.source) else { return true };
        let here = plain(&source.name);
        let here = folder(&here);
        let shelf = shelves.entry(here.to_owned()).or_insert_with(|| {
            let others = library.around(here).into_iter().filter(|name| !read.contains(name));
            others.filter_map(|name| Some((name.clone(), declared(&library.read(&name).ok()?)))).collect()
        });
        let name = reading.sources.text(span);
        let declares =
            |(_, all): &&(String, Declared)| words.iter().any(|word| all.contains(&(*word, name.to_owned())));
        let Some((file, _)) = shelf.iter().find(declares) else { return true };
        let path = seen_from(here, file);
        finding.help = Some(format!("`{name}` is declared in {path}: say `use \"{path}\"`, or check the folder"));
        if let Some(label) = finding.labels.first_mut() {
            label.text = "not declared in what is read".to_owned();
        }
        // One `use` mends all of a file's findings.
        finding.fix = fixed.insert((span.source, path.clone())).then(|| {
            let (span, text) = new_use(reading, span.source, &path);
            Fix { title: format!("use {path}"), span, text, is_certain: false }
        });
        true
    });
}

/// Where a file says one more `use`, and the text of it: behind its last one, else before everything.
fn new_use(reading: &Reading, source: SourceId, path: &str) -> (Span, String) {
    let file = reading.files.get(source.0 as usize);
    let mut items = file.into_iter().flat_map(|file| &file.items);
    match items.rfind(|item| matches!(item.kind, ItemKind::Use(_))) {
        Some(last) => (Span { start: last.span.end, ..last.span }, format!("\nuse \"{path}\"")),
        None => {
            let text = reading.sources.get(source).map_or("", |source| &source.text);
            let start = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
            (Span::new(source, start..start), format!("use \"{path}\"\n\n"))
        }
    }
}

/// Names with the word of what they are.
type Declared = BTreeSet<(&'static str, String)>;

fn declared(text: &str) -> Declared {
    let (sources, id) = SourceSet::single("", text);
    let (File { items, .. }, _) = syntax::parse(id, sources.get(id).map_or("", |source| &source.text));
    let mut all = Declared::new();
    for item in items {
        let mut attributes = |list: &[Attribute]| {
            all.extend(list.iter().map(|attribute| ("attribute", attribute.name.text.clone())));
        };
        let word = match &item.kind {
            ItemKind::Customer(list) | ItemKind::Moment(list) => {
                attributes(list);
                continue;
            }
            ItemKind::Purpose(_) => "purpose",
            ItemKind::Channel(_) => "channel",
            ItemKind::Event(_) => "event",
            ItemKind::Segment(_) => "segment",
            ItemKind::Value(_) => "value",
            ItemKind::Slot(_) => "slot",
            ItemKind::Rule(rule) => {
                for clause in &rule.clauses {
                    if let RuleClause::Also(tasks) = &clause.kind {
                        all.extend(tasks.iter().map(|task| ("task", task.text.clone())));
                    }
                }
                "rule"
            }
            ItemKind::Cap(_) | ItemKind::Pause(_) | ItemKind::Gap(_) => "cap",
            ItemKind::Block(_) => "block",
            ItemKind::Window(_) => "window",
            ItemKind::Persona(_) => "persona",
            ItemKind::Offer(offer) => {
                for clause in &offer.clauses {
                    if let OfferClause::Tags(tags) = &clause.kind {
                        all.extend(tags.iter().map(|tag| ("tag", tag.text.clone())));
                    }
                }
                "offer"
            }
            ItemKind::Use(_) | ItemKind::Class(_) | ItemKind::Defaults(_) | ItemKind::Test(_) | ItemKind::Broken(_) => {
                continue;
            }
        };
        all.extend(item.name().map(|name| (word, name.text.clone())));
    }
    all
}
