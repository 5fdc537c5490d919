//! The clauses of a cap, which are also the parts of a rule's `cap` clause.

use super::{ClauseForm, Clauses, Form};
use crate::syntax::grammar::{Pair, Row, Rule};
use crate::syntax::literal::Builder;
use crate::syntax::tree::{Calendar, CalendarUnit, CapClause, CapCount, CapTarget, CapUnit, CapZone, Clause, Then};

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
        ClauseForm { form: PER, rule: Rule::per_unit, build: |b, pair| b.cap_part(pair) },
        ClauseForm {
            form: Form {
                word: "on",
                needs: "`tag`, `offer`, `rule`, `class` or `channel` and a name",
                example: "on tag promo",
            },
            rule: Rule::on_target,
            build: |b, pair| b.cap_part(pair),
        },
        ClauseForm {
            form: Form {
                word: "exempt",
                needs: "`tag`, `offer`, `rule`, `class` or `channel` and a name",
                example: "exempt tag service_news",
            },
            rule: Rule::exempt,
            build: |b, pair| b.cap_part(pair),
        },
        ClauseForm {
            form: Form {
                word: "uncounted",
                needs: "`tag`, `offer`, `rule`, `class` or `channel` and a name",
                example: "uncounted offer reminder",
            },
            rule: Rule::uncounted,
            build: |b, pair| b.cap_part(pair),
        },
        ClauseForm {
            form: Form {
                word: "without",
                needs: "whose events are counted, and the word `block`",
                example: "without household block",
            },
            rule: Rule::without_unit,
            build: |b, pair| b.cap_part(pair),
        },
        ClauseForm {
            form: Form { word: "alone", needs: "nothing", example: "alone" },
            rule: Rule::alone,
            build: |b, pair| b.cap_part(pair),
        },
        ClauseForm {
            form: Form { word: "reserve", needs: "a span of time", example: "reserve 10 minutes" },
            rule: Rule::cap_reserve,
            build: |b, pair| b.cap_part(pair),
        },
        ClauseForm { form: STORE, rule: Rule::cap_store, build: |b, pair| b.cap_part(pair) },
        ClauseForm { form: THEN, rule: Rule::then_clause, build: |b, pair| b.cap_part(pair) },
    ],
    later: &[],
};

/// `per` of caps, pauses and gaps.
pub(super) const PER: Form =
    Form { word: "per", needs: "`customer`, `everybody` or a text attribute", example: "per customer" };
/// `then` of caps, pauses and gaps.
pub(super) const THEN: Form = Form {
    word: "then",
    needs: "`next`, `stop`, or `hold at most` and a span of time",
    example: "then hold at most 2 days",
};
/// `store down` of whatever counts.
pub(super) const STORE: Form =
    Form { word: "store", needs: "the word `down` and `block` or `allow`", example: "store down block" };

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

    /// `then next`, `then stop`, `then hold at most 2 days`
    pub(super) fn then_clause(&mut self, pair: Pair<'_>) -> Option<Then> {
        let mut row = Row::of(pair);
        row.skip(Rule::then);
        if row.skip(Rule::next) {
            return Some(Then::Next);
        } else if row.skip(Rule::stop) {
            return Some(Then::Stop);
        }
        for word in [Rule::hold, Rule::at, Rule::most] {
            row.skip(word);
        }
        Some(Then::Hold(self.duration(row.take(Rule::duration)?)?))
    }

    fn cap_part(&mut self, pair: Pair<'_>) -> Option<CapClause> {
        let rule = pair.as_rule();
        if rule == Rule::ever {
            return Some(CapClause::Ever);
        } else if rule == Rule::alone {
            return Some(CapClause::Alone);
        } else if rule == Rule::per_unit {
            return self.cap_unit(pair).map(CapClause::Per);
        } else if rule == Rule::without_unit {
            return self.cap_unit(pair).map(CapClause::Without);
        } else if rule == Rule::cap_reserve {
            return self.only_duration(pair).map(CapClause::Reserve);
        } else if rule == Rule::cap_store {
            return Some(CapClause::StoreDownBlocks(store_down_blocks(pair)));
        } else if rule == Rule::then_clause {
            return self.then_clause(pair).map(CapClause::Then);
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

    /// `per household`, `without household block`
    pub(super) fn cap_unit(&mut self, pair: Pair<'_>) -> Option<CapUnit> {
        let unit = pair.into_inner().find(|part| part.as_rule() == Rule::cap_unit)?;
        let mut row = Row::of(unit.clone());
        if row.skip(Rule::customer) {
            return Some(CapUnit::Customer(self.span(&unit)));
        }
        if row.skip(Rule::everybody) {
            return Some(CapUnit::Everybody(self.span(&unit)));
        }
        Some(CapUnit::Attribute(self.name(&row.take(Rule::name)?)))
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
            "channel" => CapTarget::Channel(name),
            _ => CapTarget::Rule(name),
        })
    }
}

/// `store down block`
pub(super) fn store_down_blocks(pair: Pair<'_>) -> bool {
    let mut row = Row::of(pair);
    row.skip(Rule::down);
    row.skip(Rule::block)
}

/// The days on which a week can begin, from Monday.
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
