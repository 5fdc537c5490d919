//! The table of classes: what each obeys may be made stricter than the row that is shipped, never looser (R2).

use super::Pass;
use super::names::Kind;
use super::purposes::Once;
use crate::diagnostics::codes::resolve;
use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::model::{Class, ClassRow, Guardrail};
use crate::source::Span;
use crate::syntax::tree::{CapTarget, ClassClause, Name, Named};

impl Pass<'_> {
    /// A cap on one class that takes another one out: nothing of that is ever bound by it.
    pub(super) fn exempts_another_class(&mut self, target: Option<&CapTarget>, exempt: &[&CapTarget]) {
        let Some(CapTarget::Class(on)) = target else { return };
        for of in exempt {
            let CapTarget::Class(class) = of else { continue };
            if class.text == on.text || Class::from_word(&class.text).is_none() {
                continue;
            }
            let message = format!("`exempt class {}` takes nothing out of this cap", class.text);
            let finding = Diagnostic::new(&resolve::CLAUSES_CLASH, class.span, message)
                .primary("never bound by it")
                .label(on.span, "the cap is on this class alone")
                .help("leave it out, or name a tag or an offer of that class which the cap is to leave alone");
            self.report(finding);
        }
    }

    pub(super) fn classes(&mut self) {
        let collected = self.collected;
        for (name, entry) in &collected.classes {
            // A row in error, or one that could not be read wholly, stays as it is shipped.
            if self.names.get(Kind::Class, name) == Some(None) {
                continue;
            }
            let before = self.findings.len();
            match Class::from_word(name) {
                Some(class) => self.class_row(class, entry.item),
                None => self.sixth_class(&entry.item.name),
            }
            if self.findings[before..].iter().any(Diagnostic::is_error) {
                self.poison(Kind::Class, name);
            }
        }
    }

    fn sixth_class(&mut self, name: &Name) {
        let message = format!("there are five classes, and `{}` is none of them", name.text);
        let finding = Diagnostic::new(&resolve::UNKNOWN_CLASS, name.span, message).primary("would be a sixth");
        self.report(match nearest(&name.text, Class::ALL.map(Class::word)) {
            Some(meant) => {
                finding.help(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), name.span, meant)
            }
            None => finding.help(
                "make critical, legal, service, lifecycle or marketing stricter, and tell offers apart by `tags`",
            ),
        });
    }

    fn class_row(&mut self, class: Class, item: &Named<ClassClause>) {
        let (mut obeys, mut counts, mut store) = (Once::default(), Once::default(), Once::default());
        let mut findings = Vec::new();
        for clause in &item.clauses {
            let (keyword, span) = (clause.keyword, clause.span);
            match &clause.kind {
                ClassClause::Obeys(names) => obeys.put((names, span), keyword, "obeys", &mut findings),
                ClassClause::Counts(yes) => counts.put((*yes, span), keyword, "counts", &mut findings),
                ClassClause::StoreDownBlocks(yes) => store.put((*yes, span), keyword, "store down", &mut findings),
            }
        }
        self.findings.append(&mut findings);
        let shipped = ClassRow::shipped(class);
        let mut row = ClassRow {
            label: item.label.as_ref().map(|label| label.text.clone()).unwrap_or_default(),
            ..shipped.clone()
        };
        if let Some((names, span)) = obeys.value
            && let Some(mut obeyed) = self.guardrails(names)
        {
            obeyed.sort_unstable();
            obeyed.dedup();
            if matches!(class, Class::Critical | Class::Legal) {
                if !obeyed.is_empty() {
                    self.bound(class, span, "what must be said must be said every time");
                }
            } else {
                let missing: Vec<_> = shipped.obeys.iter().filter(|one| !obeyed.contains(one)).collect();
                if !missing.is_empty() {
                    let words: Vec<_> = missing.iter().map(|one| one.word()).collect();
                    self.looser(class, span, &format!("leaves out {}", words.join(", ")));
                }
                row.obeys = obeyed;
            }
        }
        if let Some((yes, span)) = counts.value {
            if shipped.counts && !yes {
                self.looser(class, span, "what it shows would use up no cap");
            }
            row.counts = yes;
        }
        if let Some((blocks, span)) = store.value {
            if shipped.blocks_without_store && !blocks {
                self.looser(class, span, "would be shown uncounted while the store is down");
            }
            if blocks && matches!(class, Class::Critical | Class::Legal) {
                self.bound(class, span, "no cap binds it, so a store that is down stops nothing");
            }
            row.blocks_without_store = blocks;
        }
        *self.rules.classes.row_mut(class) = row;
    }

    /// Says so where something is on a class that the guardrail does not bind; `word` is what the author wrote.
    pub(super) fn class_obeys(&mut self, on: &CapTarget, guardrail: Guardrail, code: &'static Code, word: &str) {
        let CapTarget::Class(written) = on else { return };
        let Some(class) = Class::from_word(&written.text) else { return };
        if self.rules.classes.row(class).obeys(guardrail) {
            return;
        }
        let finding = Diagnostic::new(code, written.span, format!("class {} obeys no {word}", class.word()))
            .primary("would be ignored")
            .help("write `on class service`, `on class lifecycle` or `on class marketing`");
        self.report(finding);
    }

    fn guardrails(&mut self, names: &[Name]) -> Option<Vec<Guardrail>> {
        let found: Vec<Option<Guardrail>> = names.iter().map(|name| self.guardrail(name)).collect();
        found.into_iter().collect()
    }

    fn guardrail(&mut self, name: &Name) -> Option<Guardrail> {
        let found = Guardrail::from_word(&name.text);
        if found.is_none() {
            let message = format!("a class cannot obey `{}`", name.text);
            let finding = Diagnostic::new(&resolve::UNKNOWN_GUARDRAIL, name.span, message)
                .primary("nothing of that name binds a class");
            self.report(match nearest(&name.text, Guardrail::ALL.map(Guardrail::word)) {
                Some(meant) => {
                    finding.help(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), name.span, meant)
                }
                None => finding.help("a class obeys consent, blocks, windows, caps, holdouts, or nothing"),
            });
        }
        found
    }

    fn looser(&mut self, class: Class, span: Span, why: &str) {
        let word = class.word();
        let finding =
            Diagnostic::new(&resolve::LOOSER_CLASS, span, format!("class {word} would obey less than it must"))
                .primary(why)
                .help(format!(
                    "take this clause away: the row may be stricter than `{}`, never looser",
                    shipped_row(class)
                ));
        self.report(finding);
    }

    fn bound(&mut self, class: Class, span: Span, why: &str) {
        let word = class.word();
        let finding = Diagnostic::new(&resolve::BOUND_CLASS, span, format!("class {word} obeys nothing"))
            .primary(why)
            .help(format!(
                "take this clause away, or give the offers their true class: the row stays `{}`",
                shipped_row(class)
            ));
        self.report(finding);
    }
}

/// The row that is shipped, as it would be declared.
fn shipped_row(class: Class) -> String {
    let row = ClassRow::shipped(class);
    let obeys = match row.obeys.as_slice() {
        [] => "nothing".to_owned(),
        several => several.iter().map(|one| one.word()).collect::<Vec<_>>().join(", "),
    };
    let counts = if row.counts { "yes" } else { "no" };
    let store = if row.blocks_without_store { "block" } else { "allow" };
    format!("class {} {{ obeys {obeys}  counts {counts}  store down {store} }}", class.word())
}
