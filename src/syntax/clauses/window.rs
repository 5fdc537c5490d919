//! The clauses of a window: in which zone, at which hours of which days, for whom, and what becomes of it outside.

use super::{ClauseForm, Clauses, Form};
use crate::diagnostics::{Diagnostic, codes::syntax as codes};
use crate::syntax::grammar::{Pair, Row, Rule};
use crate::syntax::literal::Builder;
use crate::syntax::tree::{
    CapZone, EveryZone, LiteralKind, OpenDays, Opening, Outside, Text, TimeOfDay, WindowClause, ZoneChain,
};

pub(in crate::syntax) static WINDOW: Clauses<WindowClause> = Clauses {
    noun: "a window",
    forms: &[
        ClauseForm {
            form: Form {
                word: "zone",
                needs: "a time zone in quotes or an attribute of the type `zone`, with `else` between several",
                example: "zone home else \"Europe/Berlin\"",
            },
            rule: Rule::window_zone,
            build: |b, pair| b.zone_chain(pair).map(WindowClause::Zone),
        },
        ClauseForm {
            form: Form {
                word: "open",
                needs: "perhaps days of the week, and from when until when",
                example: "open mon to sat 09:00 until 21:00",
            },
            rule: Rule::window_open,
            build: |b, pair| b.opening(pair).map(WindowClause::Open),
        },
        ClauseForm {
            form: Form {
                word: "on",
                needs: "`class`, `tag`, `offer`, `rule` or `channel` and a name",
                example: "on class marketing",
            },
            rule: Rule::on_target,
            build: |b, pair| b.target(pair).map(WindowClause::On),
        },
        ClauseForm {
            form: Form {
                word: "outside",
                needs: "`hold` (perhaps `at most` a span of time), `drop` or `next channel`",
                example: "outside hold at most 12 hours",
            },
            rule: Rule::window_outside,
            build: |b, pair| {
                let mut row = Row::of(pair);
                if row.skip(Rule::drop_word) {
                    return Some(WindowClause::Outside(Outside::Drop));
                }
                if row.skip(Rule::next_channel) {
                    return Some(WindowClause::Outside(Outside::NextChannel));
                }
                row.skip(Rule::hold);
                row.skip(Rule::at);
                row.skip(Rule::most);
                let most = match row.take(Rule::duration) {
                    Some(most) => Some(b.duration(most)?),
                    None => None,
                };
                Some(WindowClause::Outside(Outside::Hold(most)))
            },
        },
    ],
    later: &[],
};

/// The days of the week as they begin, from Monday.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl Builder<'_> {
    /// `visited else home else every of ["Europe/Berlin", "America/New_York"]`
    fn zone_chain(&mut self, pair: Pair<'_>) -> Option<ZoneChain> {
        let span = self.full_span(&pair);
        let mut row = Row::of(pair);
        let (mut first, mut every): (Vec<CapZone>, Option<EveryZone>) = (Vec::new(), None);
        while let Some(part) = row.next() {
            let rule = part.as_rule();
            if rule == Rule::else_word {
                continue;
            }
            if let Some(list) = &every {
                let finding = Diagnostic::new(&codes::UNEXPECTED, self.span(&part), "nothing follows `every of`")
                    .label(list.span, "the zones that all have to be open")
                    .help("`every of [..]` is what is left where no zone before it is known; write it last");
                return self.refuse(finding);
            }
            if rule == Rule::every_zone {
                every = Some(self.every_zone(part)?);
            } else if rule == Rule::text {
                first.push(CapZone::Named(self.text(&part)));
            } else {
                first.push(CapZone::Attribute(self.name(&part)));
            }
        }
        Some(ZoneChain { first, every, span })
    }

    fn every_zone(&mut self, pair: Pair<'_>) -> Option<EveryZone> {
        let span = self.full_span(&pair);
        let mut row = Row::of(pair);
        row.skip(Rule::every_of);
        let mut zones = Vec::new();
        for element in row.take(Rule::list)?.into_inner() {
            let rule = element.as_rule();
            if rule == Rule::name {
                zones.push(CapZone::Attribute(self.name(&element)));
            } else if rule != Rule::close_list {
                let at = self.span(&element);
                let literal = self.literal(element)?;
                let LiteralKind::Text(text) = literal.kind else {
                    let finding = Diagnostic::new(&codes::UNEXPECTED, at, "a zone is a text in quotes or an attribute")
                        .help("for example `every of [\"Europe/Berlin\", \"America/New_York\"]`");
                    return self.refuse(finding);
                };
                zones.push(CapZone::Named(Text { text, span: at }));
            }
        }
        Some(EveryZone { zones, span })
    }

    /// `mon to sat 09:00 until 21:00 when awake`
    fn opening(&mut self, pair: Pair<'_>) -> Option<Opening> {
        let mut row = Row::of(pair);
        let mut days = Vec::new();
        while let Some(some) = row.take(Rule::open_days) {
            let span = self.full_span(&some);
            let mut names = Row::of(some);
            let from = day(&names.take(Rule::day_name)?)?;
            names.skip(Rule::to);
            let to = names.take(Rule::day_name).map_or(Some(from), |name| day(&name))?;
            days.push(OpenDays { from, to, span });
        }
        let opens = self.time_of_day(&row.take(Rule::clock_time)?)?;
        row.skip(Rule::until);
        let closes = self.time_of_day(&row.take(Rule::clock_time)?)?;
        row.skip(Rule::when);
        let when = match row.take(Rule::condition) {
            Some(condition) => Some(self.condition(condition)?),
            None => None,
        };
        Some(Opening { days, opens, closes, when })
    }

    /// `09:00`, `21:00:30`, `24:00`
    fn time_of_day(&mut self, pair: &Pair<'_>) -> Option<TimeOfDay> {
        let written = pair.as_str();
        let part = |range: std::ops::Range<usize>| written.get(range).and_then(|part| part.parse::<u32>().ok());
        let (hour, minute, second) = (part(0..2)?, part(3..5)?, part(6..8).unwrap_or(0));
        let seconds = hour * 3600 + minute * 60 + second;
        if minute > 59 || second > 59 || seconds > 86_400 {
            let message = format!("there is no time of day `{written}`");
            let finding = Diagnostic::new(&codes::NO_SUCH_DATE, self.span(pair), message)
                .help("hours run from 00 to 23, minutes and seconds to 59; `24:00` is the end of the day");
            return self.refuse(finding);
        }
        Some(TimeOfDay { seconds, span: self.span(pair) })
    }
}

/// The place of a day, however long it is written.
fn day(pair: &Pair<'_>) -> Option<u8> {
    let place = DAYS.iter().position(|day| pair.as_str().starts_with(day))?;
    u8::try_from(place).ok()
}
