//! Customer and moment attributes with their marks and mapping, and events with their fields.

use super::Pass;
use super::literals::{nfc, period};
use super::names::{Kind, named_twice};
use super::purposes::Once;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::{resolve, types};
use crate::model::{Attribute, Basis, Event, EventField, Mapping, Scope, Spelling};
use crate::source::Span;
use crate::syntax::tree::{self, GivenValue, LiteralKind, Mark};
use crate::value::{Type, Value, show_number};

/// What the marks of one attribute say.
#[derive(Default)]
struct Marks {
    key: Once<bool>,
    fresh: Once<crate::value::Period>,
    default: Once<tree::Expr>,
    sensitive: Once<()>,
    hidden: Once<()>,
    protective: Once<()>,
    never_used: Once<()>,
    column: Once<String>,
    stamp: Once<String>,
    needs: Vec<tree::Name>,
    cells: Vec<(tree::Literal, GivenValue, Span)>,
}

impl Pass<'_> {
    pub(super) fn attributes(&mut self) {
        let mut key: Option<Span> = None;
        for name in self.names.usable(Kind::Attribute) {
            let Some((scope, item)) = self.collected.attributes.get(name.as_str()).copied() else { continue };
            let before = self.findings.len();
            let attribute = self.attribute(&name, scope, item);
            if let Some(found) = attribute.as_ref().filter(|attribute| attribute.key) {
                if let Some(first) = key {
                    let finding = Diagnostic::new(&types::BAD_MARK, found.span, "two attributes are marked `key`")
                        .primary("the second key")
                        .label(first, "the first key")
                        .help("one attribute identifies the customer: keep one `key`");
                    self.report(finding);
                }
                key = key.or(Some(found.span));
            }
            if attribute.is_none() {
                self.names.lose(Kind::Attribute, &name);
            }
            if attribute.is_none() || self.findings[before..].iter().any(Diagnostic::is_error) {
                self.poison(Kind::Attribute, &name);
            }
            self.rules.attributes.push(attribute.unwrap_or_else(|| blank(&name, scope, item)));
        }
    }

    fn attribute(&mut self, name: &str, scope: Scope, item: &tree::Attribute) -> Option<Attribute> {
        let ty = self.ty(&item.ty)?;
        let marks = self.marks(&item.marks);
        self.findings.extend(named_twice(&format!("`{name}`"), &marks.needs));
        let mut needs = Vec::new();
        for purpose in &marks.needs {
            needs.push(self.find_purpose(purpose)?);
        }
        needs.sort_unstable();
        needs.dedup();
        let default = match &marks.default.value {
            Some(written) => Some(self.default_value(written, ty)?),
            None => None,
        };
        let spellings = self.spellings(&marks.cells, ty)?;
        let attribute = Attribute {
            name: name.to_owned(),
            span: item.name.span,
            scope,
            ty,
            key: marks.key.value.is_some(),
            needs,
            fresh: marks.fresh.value,
            default,
            sensitive: marks.sensitive.value.is_some(),
            hidden: marks.sensitive.value.is_some() || marks.hidden.value.is_some() || marks.protective.value.is_some(),
            protective: marks.protective.value.is_some(),
            never_used: marks.never_used.value.is_some(),
            mapping: Mapping {
                column: marks.column.value.clone(),
                stamp: marks.stamp.value.clone(),
                spellings,
                row_number: marks.key.value == Some(true),
            },
        };
        self.marks_fit(&attribute, &marks);
        Some(attribute)
    }

    fn marks(&mut self, written: &[tree::Clause<Mark>]) -> Marks {
        let mut marks = Marks::default();
        let mut findings = Vec::new();
        for mark in written {
            let at = mark.keyword;
            match &mark.kind {
                Mark::Key => marks.key.put(false, at, "key", &mut findings),
                Mark::KeyRowNumber => marks.key.put(true, at, "key", &mut findings),
                Mark::Needs(purpose) => marks.needs.push(purpose.clone()),
                Mark::Fresh(of) => {
                    findings.extend(super::literals::no_time(*of));
                    marks.fresh.put(period(*of), at, "fresh", &mut findings);
                }
                Mark::Else(value) => marks.default.put(value.clone(), at, "else", &mut findings),
                Mark::Sensitive => marks.sensitive.put((), at, "sensitive", &mut findings),
                Mark::Hidden => marks.hidden.put((), at, "hidden", &mut findings),
                Mark::Protective => marks.protective.put((), at, "protective", &mut findings),
                Mark::NeverUsed => marks.never_used.put((), at, "never used", &mut findings),
                Mark::From(column) => marks.column.put(column.text.clone(), at, "from", &mut findings),
                Mark::AsOf(column) => marks.stamp.put(column.text.clone(), at, "as of", &mut findings),
                Mark::CellIs { cell, value } => marks.cells.push((cell.clone(), value.clone(), mark.span)),
            }
        }
        self.findings.append(&mut findings);
        marks
    }

    /// Which marks may stand together, and on what.
    fn marks_fit(&mut self, attribute: &Attribute, marks: &Marks) {
        let mut complain = |span: Option<Span>, message: &str, help: &str| {
            let finding = Diagnostic::new(&types::BAD_MARK, span.unwrap_or(attribute.span), message).help(help);
            self.findings.push(finding);
        };
        if attribute.key && (attribute.ty != Type::Text || attribute.scope != Scope::Customer) {
            let message = "the key is a text of the customer";
            complain(marks.key.span(), message, "write it in the customer block: id: text key");
        }
        if attribute.key && !attribute.needs.is_empty() {
            let message = "the key identifies the customer before any consent is known";
            complain(marks.key.span(), message, "take `needs` away from the key");
        }
        if attribute.mapping.stamp.is_some() && attribute.fresh.is_none() {
            let message = "`as of` names the stamp of a value that must be fresh";
            complain(marks.stamp.span(), message, "add `fresh 30 days`, or delete `as of`");
        }
        if attribute.protective && !attribute.needs.is_empty() {
            let message = "a protective attribute needs no consent, because it only ever spares people";
            complain(marks.protective.span(), message, "delete `protective`, or its `needs`");
        }
        if attribute.protective && attribute.ty != Type::YesNo {
            let message = "a protective attribute is yes or no";
            complain(
                marks.protective.span(),
                message,
                "say what spares people as yes or no: vulnerable: yes or no protective",
            );
        }
        if attribute.never_used && !attribute.needs.is_empty() {
            let message = "what is never used needs no purpose";
            complain(marks.never_used.span(), message, "delete `never used`, or its `needs`");
        }
        if attribute.sensitive {
            let explicit = |id: &crate::model::PurposeId| self.rules[*id].basis == Basis::ExplicitConsent;
            if attribute.needs.len() != 1 || !attribute.needs.iter().all(explicit) {
                let code = &crate::diagnostics::codes::consent::SENSITIVE_PURPOSE;
                let message = format!("`{}` is sensitive, but does not rest on one explicit consent", attribute.name);
                let finding = Diagnostic::new(code, attribute.span, message)
                    .primary("for what exactly may it be used?")
                    .help("add `needs p` with one purpose of `basis explicit consent`");
                self.findings.push(finding);
            }
        }
    }

    /// `else DE`, `else "Europe/Berlin"`, `else 0`.
    fn default_value(&mut self, written: &tree::Expr, ty: Type) -> Option<Value> {
        let value = match (&written.kind, ty) {
            (tree::ExprKind::Name(member), Type::OneOf(list)) => {
                return self.member(list, member, written.span).map(Value::Member);
            }
            (tree::ExprKind::Literal(kind), _) => {
                let literal = tree::Literal { span: written.span, kind: kind.clone() };
                return self.value_of_type(&literal, ty, None);
            }
            (_, _) => None,
        };
        if value.is_none() {
            let finding = Diagnostic::new(&types::BAD_VALUE, written.span, "a default is one plain value")
                .help(format!("write a value of the attribute's type: {}", ty.word()));
            self.report(finding);
        }
        value
    }

    fn spellings(&mut self, cells: &[(tree::Literal, GivenValue, Span)], ty: Type) -> Option<Vec<(String, Spelling)>> {
        let mut spellings: Vec<(String, Spelling)> = Vec::new();
        for (cell, means, span) in cells {
            let text = match &cell.kind {
                LiteralKind::Text(text) => nfc(text),
                LiteralKind::Number(number) => show_number(number.mantissa, number.scale),
                LiteralKind::YesNo(_) | LiteralKind::Percent(_) | LiteralKind::Date(_) | LiteralKind::Time(_) => {
                    let finding =
                        Diagnostic::new(&types::BAD_MARK, cell.span, "a cell is written as a text or a number")
                            .help("put it in quotes, as it stands in the data: \"Y\" is yes");
                    self.report(finding);
                    return None;
                }
            };
            if spellings.iter().any(|(known, _)| *known == text) {
                let message = format!("the cell `{text}` is given two meanings");
                let finding = Diagnostic::new(&resolve::CLAUSE_TWICE, *span, message).help("keep one of them");
                self.report(finding);
                return None;
            }
            let spelling = match means {
                GivenValue::Missing => Spelling::Missing,
                GivenValue::Never => {
                    self.may_be_never(ty, *span)?;
                    Spelling::Value(Value::Never)
                }
                GivenValue::Member(name) => match ty {
                    Type::OneOf(list) => Spelling::Value(Value::Member(self.member(list, &name.text, name.span)?)),
                    Type::YesNo
                    | Type::Number(_)
                    | Type::Text
                    | Type::Set
                    | Type::Time
                    | Type::Date
                    | Type::Zone
                    | Type::Score(_) => {
                        let message = format!("`{}` is no value for {}", name.text, ty.word());
                        let finding = Diagnostic::new(&types::BAD_VALUE, name.span, message)
                            .help("only a list has members; write a value of the attribute's type");
                        self.report(finding);
                        return None;
                    }
                },
                GivenValue::Literal(literal) => Spelling::Value(self.value_of_type(literal, ty, None)?),
                GivenValue::List(_) | GivenValue::Increments(_) => {
                    let finding = Diagnostic::new(&types::BAD_MARK, *span, "a cell means one value, not a list")
                        .help("write one value: \"Y\" is yes");
                    self.report(finding);
                    return None;
                }
            };
            spellings.push((text, spelling));
        }
        Some(spellings)
    }

    /// Only what has an order can lie before or above everything.
    pub(super) fn may_be_never(&mut self, ty: Type, span: Span) -> Option<()> {
        match ty {
            Type::Number(_) | Type::Time | Type::Date => Some(()),
            Type::YesNo | Type::Text | Type::OneOf(_) | Type::Set | Type::Zone | Type::Score(_) => {
                let message = format!("`never` is no value for {}", ty.word());
                let finding = Diagnostic::new(&types::BAD_VALUE, span, message)
                    .primary("never happened?")
                    .help("`never` fits a time, a date, or a number that counts the time since; else write `missing`");
                self.report(finding);
                None
            }
        }
    }

    pub(super) fn events(&mut self) {
        for name in self.names.usable(Kind::Event) {
            let Some(entry) = self.collected.events.get(name.as_str()) else { continue };
            let item = entry.item;
            if Event::BUILT_IN.contains(&name.as_str()) {
                let message = format!("event `{name}` is built in");
                let finding = Diagnostic::new(&resolve::DUPLICATE, item.name.span, message)
                    .primary("needs no declaration")
                    .help("delete the declaration, or choose another name");
                self.report(finding);
                continue;
            }
            let mut needs = Vec::new();
            for purpose in item.needs.iter().flat_map(|clause| &clause.kind) {
                match self.find_purpose(purpose) {
                    Some(id) => needs.push(id),
                    None => self.poison(Kind::Event, &name),
                }
            }
            needs.sort_unstable();
            needs.dedup();
            let mut fields: Vec<EventField> = Vec::new();
            for field in &item.fields {
                let ty = self.ty(&field.ty);
                if let Some(mark) = field.marks.first() {
                    let message = "the fields of an event take no marks";
                    let help = if let Mark::Needs(purpose) = &mark.kind {
                        format!(
                            "what the event needs stands before its fields: event {name} {{ needs {} .. }}",
                            purpose.text
                        )
                    } else {
                        "delete the mark".to_owned()
                    };
                    self.report(Diagnostic::new(&types::BAD_MARK, mark.span, message).help(help));
                    self.poison(Kind::Event, &name);
                }
                if fields.iter().any(|known| known.name == field.name.text) {
                    let message = format!("field `{}` is declared twice", field.name.text);
                    self.report(Diagnostic::new(&resolve::DUPLICATE, field.name.span, message).help("delete one"));
                    self.poison(Kind::Event, &name);
                }
                match ty {
                    Some(ty) => fields.push(EventField { name: field.name.text.clone(), ty }),
                    None => self.poison(Kind::Event, &name),
                }
            }
            let label = item.label.as_ref().map(|label| label.text.clone()).unwrap_or_default();
            self.rules.events.push(Event { name, label, span: item.name.span, needs, fields });
        }
    }
}

/// A stand-in that keeps the places of the list; its name is poisoned, so nothing rests on it.
fn blank(name: &str, scope: Scope, item: &tree::Attribute) -> Attribute {
    Attribute {
        name: name.to_owned(),
        span: item.name.span,
        scope,
        ty: Type::YesNo,
        key: false,
        needs: Vec::new(),
        fresh: None,
        default: None,
        sensitive: false,
        hidden: true,
        protective: false,
        never_used: true,
        mapping: Mapping::default(),
    }
}
