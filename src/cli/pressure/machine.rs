//! The figures for machines; the shape stands in `docs/reference/pressure.schema.json`.

use serde_json::{Value, json};

use super::{budgets, people, words};
use crate::analysis::pressure::{Cell, Figure, Figures, Gap, Pressure, Rolling, Scope, Step};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::render;
use crate::frame::By;
use crate::model::show::show_target;
use crate::model::{CapId, RuleSet};
use crate::runtime::data::{Budget, BudgetOf};
use crate::source::{SourceSet, Span};
use crate::value::show_instant;

/// The version of the shape.
const SCHEMA_VERSION: u32 = 1;

/// Everything that was found.
pub(super) fn json(
    rules: &RuleSet,
    found: &Pressure,
    budgets: &[(BudgetOf, Budget)],
    findings: &[Diagnostic],
    sources: &SourceSet,
) -> Value {
    let to = To { rules, sources };
    let loose = |(cap, why): &(CapId, _)| {
        let [why, help] = words::loose(rules, *cap, why);
        json!({ "cap": rules[*cap].name, "why": why, "help": help, "at": to.place(rules[*cap].span) })
    };
    let mut written = render::json(findings, sources);
    json!({
        "schema_version": SCHEMA_VERSION,
        "tool": render::tool(),
        "figures": found.figures.iter().map(|figures| to.figures(figures, budgets)).collect::<Vec<_>>(),
        "not_limiting": found.loose.iter().map(loose).collect::<Vec<_>>(),
        "exemptions": found.exempt.iter().map(|exempt| json!({
            "cap": rules[exempt.cap].name,
            "lifts": exempt.lifted.word(),
            "for": show_target(rules, &exempt.target),
            "at": to.place(rules[exempt.cap].span),
        })).collect::<Vec<_>>(),
        "holds_as_long_as": people::holds(rules, found),
        "diagnostics": written.get_mut("diagnostics").map(Value::take),
    })
}

struct To<'t> {
    rules: &'t RuleSet,
    sources: &'t SourceSet,
}

impl To<'_> {
    fn figures(&self, figures: &Figures, budgets: &[(BudgetOf, Budget)]) -> Value {
        let (kind, name) = match figures.scope {
            Scope::Total => ("total", Value::Null),
            Scope::Class(class) => ("class", class.word().into()),
            Scope::Channel(channel) => ("channel", self.rules[channel].name.as_str().into()),
            Scope::Places(class) => ("places", class.word().into()),
        };
        let unlimited: Vec<Value> = figures.unlimited.iter().map(|cell| self.cell(cell, true)).collect();
        let of = |stretch: Rolling| {
            let is_of = |(of, budget): &&(BudgetOf, Budget)| {
                budgets::scope(*of) == figures.scope && budget.stretch == stretch.word()
            };
            let budget = budgets.iter().find(is_of).map(|(_, budget)| budget.at_most);
            self.figure(figures.of(stretch), figures, budget)
        };
        json!({
            "scope": kind,
            "name": name,
            "unlimited": unlimited,
            "day": of(Rolling::Day),
            "week": of(Rolling::Week),
            "month": of(Rolling::Month),
        })
    }

    fn figure(&self, figure: &Figure, of: &Figures, budget: Option<u64>) -> Value {
        let gap = figure.gap.as_ref();
        let kind = gap.map(|gap| match gap {
            Gap::TooLong => "too-long",
            Gap::Nobody(_) => "nobody-found",
            Gap::NoPlan => "no-plan",
            Gap::NotDecided => "not-decided",
        });
        json!({
            "at_most": of.unlimited.is_empty().then_some(figure.at_most),
            "limited_at_most": figure.at_most,
            "at_least": figure.at_least,
            "gap": kind.map(|kind| json!({ "kind": kind, "why": gap.map(|gap| words::gap(self.rules, gap)) })),
            "rests_on": figure.rests_on.iter().map(|cap| self.rules[*cap].name.as_str()).collect::<Vec<_>>(),
            "budget": budget,
            "schedule": figure.schedule.iter().map(|step| self.step(step)).collect::<Vec<_>>(),
        })
    }

    fn step(&self, step: &Step) -> Value {
        let mut written = self.cell(&step.cell, false);
        if let Some(fields) = written.as_object_mut() {
            fields.insert("at".to_owned(), show_instant(step.at).into());
        }
        written
    }

    fn cell(&self, cell: &Cell, with_place: bool) -> Value {
        let rules = self.rules;
        let (by, name) = match cell.by {
            By::Rule(rule) => ("rule", Some(rules[rule].name.as_str())),
            By::Substitute(rule, _) => ("substitute", Some(rules[rule].name.as_str())),
            By::Fallback(_) => ("fallback", None),
            By::SlotOff => ("off", None),
        };
        let mut written = json!({
            "slot": rules[cell.slot].name,
            "by": by,
            "rule": name,
            "offer": rules[cell.offer].name,
            "channel": cell.channel.map(|channel| rules[channel].name.as_str()),
        });
        if let Some(fields) = written.as_object_mut().filter(|_| with_place) {
            fields.insert("at".to_owned(), self.place(words::place(rules, cell.by, cell.slot)));
            fields.insert("help".to_owned(), words::mend(rules, cell).into());
        }
        written
    }

    fn place(&self, span: Span) -> Value {
        let Some(source) = self.sources.get(span.source) else { return Value::Null };
        let place = source.place(span.start);
        json!({ "file": source.name, "line": place.line, "column": place.column })
    }
}
