//! The clauses of a cap, which are also the parts of a rule's `cap` clause.

use super::{ClauseForm, Clauses, Form};
use crate::syntax::grammar::{Pair, Row, Rule};
use crate::syntax::literal::Builder;
use crate::syntax::tree::{Calendar, CalendarUnit, CapClause, CapCount, CapTarget, CapZone, Clause};

pub(in crate::syntax) static CAP: Clauses<CapClause> = Clauses {
    noun: "a cap",
    forms: &[
        ClauseForm {
            form: Form { word: "at", needs: "`most`, a number and what is counted", example: "at most 5 shown" },
            rule: Rule::at_most,
            build: |b, pair| b.cap_part(pair),
        },
        ClauseForm {
            form: Form {
                word: "in",
                needs: "`any` and a span of time, or `each calendar` and a period",
                example: "in any 7 days",
            },
            rule: Rule::in_window,
            build: |b, pair| b.cap_part(pair),
        },
        ClauseForm {
            form: Form { word: "ever", needs: "nothing", example: "ever" },
            rule: Rule::ever,
            build: |b, pair| b.cap_part(pair),
        },
        ClauseForm {
            form: Form { word: "per", needs: "the word `customer`", example: "per customer" },
            rule: Rule::per_customer,
            build: |b, pair| b.cap_part(pair),
        },
        ClauseForm {
            form: Form { word: "on", needs: "`tag`, `offer`, `rule` or `class` and a name", example: "on tag promo" },
            rule: Rule::on_target,
            build: |b, pair| b.cap_part(pair),
        },
        ClauseForm {
            form: Form {
                word: "exempt",
                needs: "`tag`, `offer`, `rule` or `class` and a name",
                example: "exempt tag service_news",
            },
            rule: Rule::exempt,
            build: |b, pair| b.cap_part(pair),
        },
        ClauseForm {
            form: Form {
                word: "uncounted",
                needs: "`tag`, `offer`, `rule` or `class` and a name",
                example: "uncounted offer reminder",
            },
            rule: Rule::uncounted,
            build: |b, pair| b.cap_part(pair),
        },
        ClauseForm {
            form: Form { word: "then", needs: "the word `next`", example: "then next" },
            rule: Rule::then_next,
            build: |b, pair| b.cap_part(pair),
        },
    ],
    later: &["reserve", "without", "alone", "store"],
};

/// The largest number a cap counts to (R53).
pub(super) const MAX_CAP: u32 = 1_000_000;

impl Builder<'_> {
    /// The parts of a rule's `cap` clause.
    pub(super) fn cap_parts(&mut self, pair: Pair<'_>) -> Option<Vec<Clause<CapClause>>> {
        pair.into_inner()
            .map(|part| {
                let span = self.full_span(&part);
                let mut words = part.clone().into_inner();
                let keyword = match (words.next(), words.next()) {
                    (Some(first), Some(second)) if matches!(second.as_rule(), Rule::most | Rule::any | Rule::each) => {
                        self.span(&first).to(self.span(&second))
                    }
                    (Some(first), _) => self.span(&first),
                    (None, _) => span,
                };
                Some(Clause { keyword, span, kind: self.cap_part(part)? })
            })
            .collect()
    }

    fn cap_part(&mut self, pair: Pair<'_>) -> Option<CapClause> {
        let rule = pair.as_rule();
        if rule == Rule::ever {
            return Some(CapClause::Ever);
        } else if rule == Rule::per_customer {
            return Some(CapClause::PerCustomer);
        } else if rule == Rule::then_next {
            return Some(CapClause::ThenNext);
        } else if rule == Rule::in_window {
            return self.window(pair);
        } else if rule == Rule::on_target {
            return self.target(pair).map(CapClause::On);
        } else if rule == Rule::exempt {
            return self.target(pair).map(CapClause::Exempt);
        } else if rule == Rule::uncounted {
            return self.target(pair).map(CapClause::Uncounted);
        }
        let mut row = Row::of(pair);
        row.skip(Rule::at);
        row.skip(Rule::most);
        let count = match row.take(Rule::digits) {
            Some(digits) => CapCount::Number(self.count(&digits, MAX_CAP)?),
            None => CapCount::Attribute(self.name(&row.take(Rule::name)?)),
        };
        let mut events = Vec::new();
        while let Some(pair) = row.next() {
            if pair.as_rule() == Rule::name {
                events.push(self.name(&pair));
            }
        }
        Some(CapClause::AtMost { count, events })
    }

    /// `in any 7 days`, `in each calendar week from monday in timezone`
    fn window(&mut self, pair: Pair<'_>) -> Option<CapClause> {
        let mut row = Row::of(pair.clone());
        row.skip(Rule::in_word);
        if !row.skip(Rule::each) {
            return self.only_duration(pair).map(CapClause::InAny);
        }
        row.skip(Rule::calendar);
        let unit = match row.take(Rule::calendar_unit)?.as_str() {
            "day" => CalendarUnit::Day,
            "week" => CalendarUnit::Week,
            "month" => CalendarUnit::Month,
            _ => CalendarUnit::Quarter,
        };
        let from = match row.take(Rule::week_start) {
            Some(start) => {
                let mut words = Row::of(start);
                words.skip(Rule::from);
                let day = words.take(Rule::weekday)?;
                let place = WEEKDAYS.iter().position(|word| *word == day.as_str())?;
                Some((u8::try_from(place).ok()?, self.span(&day)))
            }
            None => None,
        };
        let zone = match row.take(Rule::cap_zone) {
            Some(zone) => {
                let mut words = Row::of(zone);
                words.skip(Rule::in_word);
                let text = words.take(Rule::text).map(|text| CapZone::Named(self.text(&text)));
                Some(match text {
                    Some(named) => named,
                    None => CapZone::Attribute(self.name(&words.take(Rule::name)?)),
                })
            }
            None => None,
        };
        Some(CapClause::InEach(Calendar { unit, from, zone }))
    }

    /// `on tag promo`
    pub(super) fn target(&mut self, pair: Pair<'_>) -> Option<CapTarget> {
        let mut row = Row::of(pair);
        row.skip(Rule::on);
        let kind = row.take(Rule::target_kind)?;
        let name = row.take(Rule::name)?;
        let name = self.name(&name);
        Some(match kind.as_str() {
            "tag" => CapTarget::Tag(name),
            "offer" => CapTarget::Offer(name),
            "class" => CapTarget::Class(name),
            _ => CapTarget::Rule(name),
        })
    }
}

/// The days on which a week can begin, from Monday.
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
