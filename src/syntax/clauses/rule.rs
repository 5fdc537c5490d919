//! The clauses of a rule.

use super::offer::{ACTIVE, OFF};
use super::{ClauseForm, Clauses, Form};
use crate::diagnostics::{Diagnostic, codes::syntax as codes};
use crate::syntax::grammar::{Pair, Row, Rule};
use crate::syntax::literal::Builder;
use crate::syntax::tree::{Expr, RuleClause, Substitute, SubstituteCause};

pub(in crate::syntax) static RULE: Clauses<RuleClause> = Clauses {
    noun: "a rule",
    forms: &[
        ClauseForm {
            form: Form { word: "when", needs: "a condition", example: "when last_order is more than 60 days old" },
            rule: Rule::rule_when,
            build: |b, pair| b.only_condition(pair).map(RuleClause::When),
        },
        ClauseForm {
            form: Form { word: "unless", needs: "a condition", example: "unless country is one of [DE, FR]" },
            rule: Rule::rule_unless,
            build: |b, pair| b.only_condition(pair).map(RuleClause::Unless),
        },
        ClauseForm {
            form: Form { word: "show", needs: "the name of an offer", example: "show running_comeback" },
            rule: Rule::rule_show,
            build: |b, pair| b.only_name(pair).map(RuleClause::Show),
        },
        ClauseForm {
            form: Form {
                word: "send",
                needs: "the name of an offer, perhaps `by` channels",
                example: "send new_season by push, email",
            },
            rule: Rule::rule_send,
            build: |b, pair| b.send(pair).map(|(offer, channels)| RuleClause::Send(offer, channels)),
        },
        ClauseForm {
            form: Form { word: "priority", needs: "a whole number", example: "priority 80" },
            rule: Rule::rule_priority,
            build: |b, pair| b.priority(pair),
        },
        ClauseForm {
            form: Form { word: "needs", needs: "purposes with commas between them", example: "needs personalisation" },
            rule: Rule::rule_needs,
            build: |b, pair| b.only_names(pair).map(RuleClause::Needs),
        },
        ClauseForm {
            form: Form { word: "about", needs: "a text in quotes", example: "about \"Bring lapsed runners back\"" },
            rule: Rule::rule_about,
            build: |b, pair| b.only_text(pair).map(RuleClause::About),
        },
        ClauseForm {
            form: Form { word: "owner", needs: "a text in quotes", example: "owner \"crm@shop.example\"" },
            rule: Rule::rule_owner,
            build: |b, pair| b.only_text(pair).map(RuleClause::Owner),
        },
        ClauseForm {
            form: Form { word: "metric", needs: "a name", example: "metric repeat_purchase" },
            rule: Rule::rule_metric,
            build: |b, pair| b.only_name(pair).map(RuleClause::Metric),
        },
        ClauseForm {
            form: Form { word: "review", needs: "the word `by` and a date", example: "review by 2027-03-01" },
            rule: Rule::rule_review,
            build: |b, pair| {
                let mut row = Row::of(pair);
                row.skip(Rule::by);
                let day = row.take(Rule::day)?;
                Some(RuleClause::ReviewBy(b.date(&day)?, b.span(&day)))
            },
        },
        ClauseForm {
            form: Form { word: "ticket", needs: "a text in quotes", example: "ticket \"CRM-12\"" },
            rule: Rule::rule_ticket,
            build: |b, pair| b.only_text(pair).map(RuleClause::Ticket),
        },
        ClauseForm {
            form: Form {
                word: "because",
                needs: "a text in quotes",
                example: "because \"You looked at running shoes\"",
            },
            rule: Rule::rule_because,
            build: |b, pair| b.only_text(pair).map(RuleClause::Because),
        },
        ClauseForm { form: ACTIVE, rule: Rule::active_clause, build: |b, pair| b.active(pair).map(RuleClause::Active) },
        ClauseForm {
            form: Form { word: "before", needs: "the names of the rules it wins over", example: "before other_rule" },
            rule: Rule::rule_before,
            build: |b, pair| b.only_names(pair).map(RuleClause::Before),
        },
        ClauseForm {
            form: Form {
                word: "rank",
                needs: "the word `by` and a number",
                example: "rank by (chance else 0.05) * worth",
            },
            rule: Rule::rule_rank,
            build: |b, pair| {
                let mut row = Row::of(pair);
                row.skip(Rule::by);
                let by = row.take(Rule::condition)?;
                b.condition(by).map(RuleClause::RankBy)
            },
        },
        ClauseForm {
            form: Form {
                word: "expires",
                needs: "a span of time, `after` and a time",
                example: "expires 24 hours after cart_at",
            },
            rule: Rule::rule_expires,
            build: |b, pair| {
                let mut row = Row::of(pair);
                let length = b.duration(row.take(Rule::duration)?)?;
                row.skip(Rule::after);
                let since = row.take(Rule::condition)?;
                b.condition(since).map(|since| RuleClause::Expires(length, since))
            },
        },
        ClauseForm {
            form: Form { word: "also", needs: "the names of tasks for the host", example: "also call_agent" },
            rule: Rule::rule_also,
            build: |b, pair| b.only_names(pair).map(RuleClause::Also),
        },
        ClauseForm {
            form: Form {
                word: "cap",
                needs: "`at most`, a number, what is counted, and a window",
                example: "cap at most 3 shown in any 7 days per customer",
            },
            rule: Rule::rule_cap,
            build: |b, pair| b.cap_parts(pair).map(RuleClause::Cap),
        },
        ClauseForm {
            form: Form {
                word: "if",
                needs: "`capped`, `no consent` or `unknown`, and then `show`, `send`, `try` or `nothing`",
                example: "if capped show running_tips",
            },
            rule: Rule::rule_if,
            build: |b, pair| b.substitute(pair),
        },
        ClauseForm { form: OFF, rule: Rule::off_clause, build: |b, pair| b.only_text(pair).map(RuleClause::Off) },
    ],
    later: &["each", "arm"],
};

/// How far a priority may lie from 0.
const MAX_PRIORITY: i64 = 1_000_000;

impl Builder<'_> {
    pub(super) fn only_condition(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let condition = Row::of(pair).take(Rule::condition)?;
        self.condition(condition)
    }

    fn priority(&mut self, pair: Pair<'_>) -> Option<RuleClause> {
        let pair = Row::of(pair).take(Rule::number)?;
        let number = self.number(&pair)?;
        if number.scale > 0 || number.mantissa.abs() > MAX_PRIORITY {
            let finding =
                Diagnostic::new(&codes::UNEXPECTED, self.span(&pair), "a priority is a whole number up to 1,000,000")
                    .help("for example `priority 80`; the higher priority wins");
            return self.refuse(finding);
        }
        Some(RuleClause::Priority(i32::try_from(number.mantissa).ok()?))
    }

    fn substitute(&mut self, pair: Pair<'_>) -> Option<RuleClause> {
        let mut row = Row::of(pair);
        let cause = match row.take(Rule::cause)?.as_str() {
            "capped" => SubstituteCause::Capped,
            "unknown" => SubstituteCause::Unknown,
            _ => SubstituteCause::NoConsent,
        };
        if let Some(word) = row.take(Rule::nothing) {
            return Some(RuleClause::Substitute(cause, Substitute::Nothing(self.span(&word))));
        }
        let verb = row.take(Rule::show_or_try)?;
        let name = row.take(Rule::name)?;
        let name = self.name(&name);
        let substitute = match verb.as_str() {
            "show" => Substitute::Show(name),
            "send" => Substitute::Send(name),
            _ => Substitute::Try(name),
        };
        Some(RuleClause::Substitute(cause, substitute))
    }
}
