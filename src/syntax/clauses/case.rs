//! The clauses of personas and tests: facts, and in tests expectations.

use super::{ClauseForm, Clauses, Form};
use crate::diagnostics::{Diagnostic, codes::syntax as codes};
use crate::source::Span;
use crate::syntax::grammar::{Pair, Row, Rule};
use crate::syntax::literal::Builder;
use crate::syntax::tree::{
    CaseClause, Clause, ConsentFact, ConsentSubject, Expectation, Fact, GivenItem, GivenValue, Held, Increment,
    Literal, LiteralKind, Outcome, Reason, Request, TimePoint, Used,
};

pub(in crate::syntax) static PERSONA: Clauses<CaseClause> =
    Clauses { noun: "a persona", forms: FORMS.split_at(FORMS.len() - 4).0, later: LATER };

pub(in crate::syntax) static TEST: Clauses<CaseClause> = Clauses { noun: "a test", forms: FORMS, later: LATER };

pub(in crate::syntax) static REQUEST: Clauses<CaseClause> =
    Clauses { noun: "a request", forms: FORMS.split_at(FORMS.len() - 3).0, later: LATER };

const LATER: &[&str] = &["bucket", "enrolled"];

/// The facts, and last what personas do not have: the expectation, and what requests do not have: requests and the table.
static FORMS: &[ClauseForm<CaseClause>] = &[
    ClauseForm {
        form: Form { word: "as", needs: "the name of a persona", example: "as anna" },
        rule: Rule::case_as,
        build: |b, pair| b.only_name(pair).map(CaseClause::As),
    },
    ClauseForm {
        form: Form { word: "now", needs: "an instant, or a time of a place", example: "now 2026-02-01T08:00Z" },
        rule: Rule::case_now,
        build: |b, pair| {
            let stamp = Row::of(pair).take(Rule::stamp)?;
            b.point(stamp).map(CaseClause::Now)
        },
    },
    ClauseForm {
        form: Form {
            word: "given",
            needs: "values between braces with commas between them",
            example: "given { age: 34, country: FR, viewed: [\"running\"] }",
        },
        rule: Rule::case_given,
        build: |b, pair| b.given(pair).map(CaseClause::Given),
    },
    ClauseForm {
        form: Form {
            word: "consent",
            needs: "a purpose and its status",
            example: "consent card_marketing granted, profiling unknown",
        },
        rule: Rule::case_consent,
        build: |b, pair| b.consent_facts(pair).map(CaseClause::Consent),
    },
    ClauseForm {
        form: Form {
            word: "permission",
            needs: "a channel and what the device permits it",
            example: "permission push full, email denied",
        },
        rule: Rule::case_permission,
        build: |b, pair| b.permissions(pair).map(CaseClause::Permission),
    },
    ClauseForm {
        form: Form {
            word: "history",
            needs: "an event, perhaps `of` an offer, perhaps its fields between braces, `at` one or more times",
            example: "history shown of summer_sale at 2026-06-08T10:00Z, 3 days ago",
        },
        rule: Rule::case_history,
        build: |b, pair| b.history(pair).map(CaseClause::History),
    },
    ClauseForm {
        form: Form { word: "used", needs: "how many, `of` and a cap", example: "used 2 of promo_pressure" },
        rule: Rule::case_used,
        build: |b, pair| {
            let mut row = Row::of(pair);
            let count = b.count(&row.take(Rule::digits)?, u32::MAX)?;
            row.skip(Rule::of);
            let of = b.name(&row.take(Rule::name)?);
            Some(CaseClause::Used(Used { count, of }))
        },
    },
    ClauseForm {
        form: Form { word: "store", needs: "the word `down`", example: "store down" },
        rule: Rule::case_store,
        build: |_, _| Some(CaseClause::StoreDown),
    },
    ClauseForm {
        form: Form {
            word: "held",
            needs: "an offer, `since` and a time",
            example: "held forgotten_cart since 10 hours ago",
        },
        rule: Rule::case_held,
        build: |b, pair| {
            let mut row = Row::of(pair);
            let offer = b.name(&row.take(Rule::name)?);
            row.skip(Rule::since);
            let since = b.point(row.next()?)?;
            Some(CaseClause::Held(Held { offer, since }))
        },
    },
    ClauseForm {
        form: Form {
            word: "expect",
            needs: "a slot and what it does: `shows`, `sends`, `holds`, `gives nothing` or `passes over`",
            example: "expect home_hero shows summer_sale because summer",
        },
        rule: Rule::case_expect,
        build: |b, pair| b.expectation(pair).map(CaseClause::Expect),
    },
    ClauseForm {
        form: Form {
            word: "request",
            needs: "a name, and facts and expectations between braces",
            example: "request anna { given { id: \"a\" }  expect home_hero shows summer_sale }",
        },
        rule: Rule::case_request,
        build: |b, pair| b.request(pair).map(CaseClause::Request),
    },
    ClauseForm {
        form: Form {
            word: "cases",
            needs: "what differs from row to row: attributes, `consent.P`, `permission.C`, `now`, `as`, `history E of X`, `expect SLOT`",
            example: "cases last_order, consent.personalisation, expect home_hero",
        },
        rule: Rule::case_cases,
        build: |b, pair| b.columns(pair).map(CaseClause::Cases),
    },
    ClauseForm {
        form: Form {
            word: "row",
            needs: "a cell for each column of `cases`, with commas between them",
            example: "row 61 days ago, granted, shows comeback",
        },
        rule: Rule::case_row,
        build: |b, pair| b.row(pair).map(CaseClause::Row),
    },
];

impl Builder<'_> {
    /// `request anna { given { id: "a" }  expect home_hero shows sale }`
    fn request(&mut self, pair: Pair<'_>) -> Option<Request> {
        let mut row = Row::of(pair);
        let name = self.name(&row.take(Rule::name)?);
        let mut clauses = Vec::new();
        while let Some(part) = row.next() {
            let rule = part.as_rule();
            let Some(form) = FORMS.iter().find(|form| form.rule == rule) else { continue };
            let span = self.full_span(&part);
            // All but `store down` begin with one word.
            let word = if rule == Rule::case_store { span.range().len() } else { form.form.word.len() };
            let start = span.range().start;
            let keyword = Span::new(span.source, start..start + word);
            clauses.push(Clause { keyword, span, kind: (form.build)(self, part)? });
        }
        Some(Request { name, clauses })
    }

    /// `{ age: 34, country: FR }`
    fn given(&mut self, pair: Pair<'_>) -> Option<Vec<GivenItem>> {
        pair.into_inner()
            .filter(|item| item.as_rule() == Rule::given_item)
            .map(|item| {
                let span = self.full_span(&item);
                let mut row = Row::of(item);
                let name = row.take(Rule::name)?;
                let name = self.name(&name);
                row.skip(Rule::colon);
                let value = row.next()?;
                let value_span = self.full_span(&value);
                let value = self.given_value(value)?;
                let as_of = if row.skip(Rule::as_of) { Some(self.point(row.next()?)?) } else { None };
                Some(GivenItem { name, value, value_span, as_of, span })
            })
            .collect()
    }

    /// A single value or a list.
    pub(super) fn given_value(&mut self, pair: Pair<'_>) -> Option<GivenValue> {
        let rule = pair.as_rule();
        if rule == Rule::given_list {
            self.given_list(pair)
        } else if rule == Rule::missing {
            Some(GivenValue::Missing)
        } else if rule == Rule::never {
            Some(GivenValue::Never)
        } else if rule == Rule::name {
            Some(GivenValue::Member(self.name(&pair)))
        } else {
            self.literal(pair).map(GivenValue::Literal)
        }
    }

    /// A list of values, or of increments where every entry says `at`.
    pub(super) fn given_list(&mut self, pair: Pair<'_>) -> Option<GivenValue> {
        let span = self.full_span(&pair);
        let mut values: Vec<Literal> = Vec::new();
        let mut times: Vec<TimePoint> = Vec::new();
        for entry in pair.into_inner().filter(|entry| entry.as_rule() == Rule::given_entry) {
            let mut row = Row::of(entry);
            values.push(self.literal(row.next()?)?);
            if row.skip(Rule::at) {
                times.push(self.point(row.next()?)?);
            }
        }
        if times.is_empty() {
            return Some(GivenValue::List(values));
        }
        if times.len() != values.len() {
            let finding =
                Diagnostic::new(&codes::UNEXPECTED, span, "some entries of this list say `at` and some do not")
                    .help("the increments of a score each say their time: `[40 at 3 days ago, 30 at 1 day ago]`");
            return self.refuse(finding);
        }
        if let Some(value) = values.iter().find(|value| !matches!(value.kind, LiteralKind::Number(_))) {
            let finding = Diagnostic::new(&codes::UNEXPECTED, value.span, "an increment of a score is a number")
                .help("for example `[40 at 3 days ago, 30 at 1 day ago]`");
            return self.refuse(finding);
        }
        let increments = values.into_iter().zip(times).map(|(amount, at)| Increment { amount, at }).collect();
        Some(GivenValue::Increments(increments))
    }

    fn consent_facts(&mut self, pair: Pair<'_>) -> Option<Vec<ConsentFact>> {
        pair.into_inner()
            .map(|fact| {
                let span = self.full_span(&fact);
                let mut row = Row::of(fact);
                let subject = match row.take(Rule::direct_marketing) {
                    Some(words) => ConsentSubject::DirectMarketing(self.span(&words)),
                    None => {
                        let name = row.take(Rule::name)?;
                        match name.as_str() {
                            "all" => ConsentSubject::All(self.span(&name)),
                            _ => ConsentSubject::Purpose(self.name(&name)),
                        }
                    }
                };
                let status = row.take(Rule::name)?;
                let status = self.name(&status);
                let at = if row.skip(Rule::at) { Some(self.point(row.next()?)?) } else { None };
                let version = match row.skip(Rule::version) {
                    true => Some(self.count(&row.take(Rule::digits)?, u32::MAX)?),
                    false => None,
                };
                let confirmed = row.skip(Rule::confirmed);
                Some(ConsentFact { subject, status, at, version, confirmed, span })
            })
            .collect()
    }

    fn history(&mut self, pair: Pair<'_>) -> Option<Fact> {
        let mut row = Row::of(pair);
        let event = row.take(Rule::name)?;
        let event = self.name(&event);
        let of = match row.skip(Rule::of) {
            true => Some(self.name(&row.take(Rule::name)?)),
            false => None,
        };
        let by = match row.skip(Rule::by) {
            true => Some(self.name(&row.take(Rule::name)?)),
            false => None,
        };
        let fields = match row.take(Rule::history_fields) {
            Some(fields) => self.given(fields)?,
            None => Vec::new(),
        };
        row.skip(Rule::at);
        let mut at = Vec::new();
        while let Some(point) = row.next() {
            at.push(self.point(point)?);
        }
        Some(Fact { event, of, by, fields, at })
    }

    fn expectation(&mut self, pair: Pair<'_>) -> Option<Expectation> {
        let mut row = Row::of(pair);
        let slot = row.take(Rule::name)?;
        let slot = self.name(&slot);
        let (outcome, reason) = self.outcome(&mut row)?;
        row.skip(Rule::and);
        let tasks = match row.skip(Rule::also) {
            false => None,
            true if row.skip(Rule::nothing) => Some(Vec::new()),
            true => Some(self.names(row.take(Rule::names)?)),
        };
        row.skip(Rule::and);
        let spends_nothing = row.skip(Rule::spends);
        Some(Expectation { slot, outcome, reason, tasks, spends_nothing })
    }

    /// `until 2026-03-29T06:00Z`, if it stands there.
    #[expect(clippy::option_option, reason = "the outer is none where it was refused")]
    fn until(&mut self, row: &mut Row<'_>) -> Option<Option<TimePoint>> {
        let Some(pair) = row.take(Rule::until_stamp) else { return Some(None) };
        let mut words = Row::of(pair);
        words.skip(Rule::until);
        self.point(words.take(Rule::stamp)?).map(Some)
    }

    /// What is expected of a slot, and why.
    pub(super) fn outcome(&mut self, row: &mut Row<'_>) -> Option<(Outcome, Option<Reason>)> {
        let outcome = if row.skip(Rule::gives) {
            row.skip(Rule::nothing);
            Outcome::GivesNothing(self.until(row)?)
        } else if row.skip(Rule::holds) {
            let offer = self.name(&row.take(Rule::name)?);
            Outcome::Holds(offer, self.until(row)?)
        } else if row.skip(Rule::sends) {
            let offer = self.name(&row.take(Rule::name)?);
            let channel = match row.skip(Rule::by) {
                true => Some(self.name(&row.take(Rule::name)?)),
                false => None,
            };
            Outcome::Sends(offer, channel)
        } else {
            let make = if row.skip(Rule::shows) { Outcome::Shows } else { Outcome::PassesOver };
            row.skip(Rule::passes_over);
            make(self.name(&row.take(Rule::name)?))
        };
        let reason = match row.skip(Rule::because) {
            false => None,
            true => Some(match row.take(Rule::text) {
                Some(text) => Reason::Text(self.text(&text)),
                None => Reason::Name(self.name(&row.take(Rule::name)?)),
            }),
        };
        Some((outcome, reason))
    }
}
