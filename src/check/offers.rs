//! Offers: one class each (R1), tags, dates, content.

use super::Pass;
use super::names::{Kind, named_twice};
use super::purposes::Once;
use crate::diagnostics::codes::resolve;
use crate::diagnostics::{Diagnostic, is_only_near, nearest};
use crate::model::{Class, Offer, TagId};
use crate::syntax::tree::{Name, OfferClause};

impl Pass<'_> {
    pub(super) fn offers(&mut self) {
        self.rules.tags = self.names.usable(Kind::Tag);
        for name in self.names.usable(Kind::Offer) {
            let Some(entry) = self.collected.offers.get(name.as_str()) else { continue };
            let item = entry.item;
            let before = self.findings.len();
            let (mut kind, mut class, mut active) = (Once::default(), Once::default(), Once::default());
            let (mut tags, mut content, mut off) = (Once::default(), Once::default(), Once::default());
            let mut findings = Vec::new();
            for clause in &item.clauses {
                let keyword = clause.keyword;
                match &clause.kind {
                    OfferClause::Kind(of) => kind.put(of.text.clone(), keyword, "kind", &mut findings),
                    OfferClause::Class(of) => class.put(of.clone(), keyword, "class", &mut findings),
                    OfferClause::Tags(of) => tags.put(of.clone(), keyword, "tags", &mut findings),
                    OfferClause::Active(of) => {
                        let active_of = self.active(of, clause.span);
                        active.put(active_of, keyword, "active", &mut findings);
                    }
                    OfferClause::With(of) => content.put(of.clone(), keyword, "with", &mut findings),
                    OfferClause::Off(of) => off.put(of.text.clone(), keyword, "off", &mut findings),
                }
            }
            self.findings.append(&mut findings);
            let class = match &class.value {
                Some(written) => self.class(written),
                None => {
                    let message = format!("offer `{name}` has no class");
                    let finding = Diagnostic::new(&resolve::CLAUSE_MISSING, item.name.span, message)
                        .primary("what must it obey?")
                        .help("add `class marketing`, `class lifecycle`, `class service`, `class legal` or `class critical`");
                    self.report(finding);
                    None
                }
            };
            self.findings.extend(named_twice("`tags`", tags.value.iter().flatten()));
            let mut tag_ids: Vec<TagId> = Vec::new();
            for tag in tags.value.iter().flatten() {
                tag_ids.extend(self.find_tag(tag));
            }
            tag_ids.sort_unstable();
            tag_ids.dedup();
            let mut fields: Vec<(String, String)> = Vec::new();
            for field in content.value.iter().flatten() {
                if fields.iter().any(|(known, _)| *known == field.name.text) {
                    let message = format!("`{}` is given twice", field.name.text);
                    self.report(Diagnostic::new(&resolve::CLAUSE_TWICE, field.name.span, message).help("keep one"));
                }
                fields.push((field.name.text.clone(), field.text.text.clone()));
            }
            fields.sort();
            if self.findings[before..].iter().any(Diagnostic::is_error) {
                self.poison(Kind::Offer, &name);
            }
            self.rules.offers.push(Offer {
                name,
                label: item.label.as_ref().map(|label| label.text.clone()).unwrap_or_default(),
                span: item.name.span,
                kind: kind.value,
                class: class.unwrap_or(Class::Service),
                tags: tag_ids,
                active: active.value.flatten(),
                content: fields,
                off: off.value,
                caps: Vec::new(),
                blocks: Vec::new(),
                windows: Vec::new(),
            });
        }
    }

    pub(super) fn class(&mut self, name: &Name) -> Option<Class> {
        let found = Class::from_word(&name.text);
        if found.is_none() {
            let meant = nearest(&name.text, Class::ALL.map(Class::word));
            let finding =
                Diagnostic::new(&resolve::UNKNOWN_CLASS, name.span, format!("there is no class `{}`", name.text))
                    .primary("not one of the five")
                    .help("the classes are critical, legal, service, lifecycle and marketing");
            self.report(match meant {
                Some(meant) => finding.fix_if(
                    is_only_near(&name.text, Class::ALL.map(Class::word)),
                    format!("write `{meant}`"),
                    name.span,
                    meant,
                ),
                None => finding,
            });
        }
        found
    }
}
