//! Pairs to expressions.
//!
//! The grammar gives an expression as one flat row of operands and operators (its levels make no pairs); the
//! functions here climb the same levels, from `and` down to the operand, each taking from the row what is its own.

use super::grammar::{Pair, Row, Rule};
use super::literal::Builder;
use super::tree::{
    AddSign, AgeTest, CapTarget, Comparison, Direction, Duration, Expr, ExprKind, Literal, LiteralKind, Occurrence,
    Over, SetTest, Test,
};
use crate::diagnostics::{Diagnostic, codes::syntax as codes};
use crate::source::Span;

impl Builder<'_> {
    /// A `condition` pair.
    pub(super) fn condition(&mut self, pair: Pair<'_>) -> Option<Expr> {
        self.chain(&mut Row::of(pair))
    }

    fn chain(&mut self, row: &mut Row<'_>) -> Option<Expr> {
        let first = self.negation(row)?;
        let (word, make): (Rule, fn(Vec<Expr>) -> ExprKind) =
            if row.peek() == Some(Rule::or) { (Rule::or, ExprKind::Or) } else { (Rule::and, ExprKind::And) };
        let mut parts = vec![first];
        while row.skip(word) {
            parts.push(self.negation(row)?);
        }
        one_or(parts, make)
    }

    fn negation(&mut self, row: &mut Row<'_>) -> Option<Expr> {
        let Some(not) = row.take(Rule::not) else { return self.test(row) };
        let inner = self.operand(row)?;
        Some(Expr { span: self.span(&not).to(inner.span), kind: ExprKind::Not(Box::new(inner)) })
    }

    fn test(&mut self, row: &mut Row<'_>) -> Option<Expr> {
        let left = self.sum(row)?;
        if let Some(pair) = row.take(Rule::is_test) {
            let (test, end) = self.is_test(pair)?;
            return Some(Expr { span: left.span.to(end), kind: ExprKind::Is(Box::new(left), test) });
        }
        if let Some(pair) = row.take(Rule::has_test) {
            let (test, end) = self.has_test(pair)?;
            return Some(Expr { span: left.span.to(end), kind: ExprKind::Has(Box::new(left), test) });
        }
        Some(left)
    }

    fn sum(&mut self, row: &mut Row<'_>) -> Option<Expr> {
        let first = self.product(row)?;
        let mut rest = Vec::new();
        while let Some(sign) = row.take(Rule::sign) {
            if let Some(distance) = row.take(Rule::distance) {
                return self.span_added(&first, &distance);
            }
            let sign = if sign.as_str() == "-" { AddSign::Minus } else { AddSign::Plus };
            rest.push((sign, self.product(row)?));
        }
        Some(match rest.last() {
            None => first,
            Some((_, last)) => Expr { span: first.span.to(last.span), kind: ExprKind::Sum(Box::new(first), rest) },
        })
    }

    fn product(&mut self, row: &mut Row<'_>) -> Option<Expr> {
        let mut parts = vec![self.faded(row)?];
        while row.skip(Rule::star) {
            parts.push(self.faded(row)?);
        }
        one_or(parts, ExprKind::Product)
    }

    fn faded(&mut self, row: &mut Row<'_>) -> Option<Expr> {
        let value = self.standin(row)?;
        let Some(word) = row.take(Rule::halving) else { return Some(value) };
        row.skip(Rule::every);
        let every = self.duration(row.take(Rule::duration)?)?;
        if !row.skip(Rule::since) {
            let span = self.span(&word).to(every.span);
            let finding = Diagnostic::new(&codes::UNEXPECTED, span, "a number halves since some time")
                .primary("since when?")
                .help(
                    "for example `points halving every 30 days since earned_at`; events bring their times along: \
                       `times clicked halving every 72 hours`",
                );
            return self.refuse(finding);
        }
        let since = self.operand(row)?;
        let span = value.span.to(since.span);
        Some(Expr { span, kind: ExprKind::Halving { value: Box::new(value), every, since: Box::new(since) } })
    }

    fn standin(&mut self, row: &mut Row<'_>) -> Option<Expr> {
        if let Some(pair) = row.take(Rule::percent_of) {
            return self.percent_of(&mut Row::of(pair));
        }
        let first = self.operand(row)?;
        self.standins(first, row)
    }

    /// `first` and the stand-ins that follow it.
    fn standins(&mut self, first: Expr, row: &mut Row<'_>) -> Option<Expr> {
        let mut parts = vec![first];
        while row.skip(Rule::else_word) {
            parts.push(self.operand(row)?);
        }
        one_or(parts, ExprKind::Else)
    }

    fn operand(&mut self, row: &mut Row<'_>) -> Option<Expr> {
        let pair = row.next()?;
        let span = self.span(&pair);
        let rule = pair.as_rule();
        if rule == Rule::name {
            Some(Expr { span, kind: ExprKind::Name(pair.as_str().to_owned()) })
        } else if rule == Rule::paren {
            let kind = self.paren(&mut Row::of(pair))?;
            Some(Expr { span, kind })
        } else if rule == Rule::consent {
            let name = Row::of(pair).take(Rule::name)?;
            Some(Expr { span, kind: ExprKind::Consent(self.name(&name)) })
        } else if rule == Rule::permission {
            let name = Row::of(pair).take(Rule::name)?;
            Some(Expr { span, kind: ExprKind::Permission(self.name(&name)) })
        } else if rule == Rule::quotient {
            let kind = self.quotient(&mut Row::of(pair))?;
            Some(Expr { span, kind })
        } else if rule == Rule::events {
            let span = self.full_span(&pair);
            let kind = self.events(&mut Row::of(pair), span)?;
            Some(Expr { span, kind })
        } else {
            let literal = self.literal(pair)?;
            Some(Expr { span: literal.span, kind: ExprKind::Literal(literal.kind) })
        }
    }

    fn events(&mut self, row: &mut Row<'_>, span: Span) -> Option<ExprKind> {
        if row.skip(Rule::last) {
            return self.occurrence(row).map(ExprKind::Last);
        }
        if row.skip(Rule::times) {
            let of = self.occurrence(row)?;
            let over = self.over(row, span, "a count of events")?;
            return Some(ExprKind::Times(of, over));
        }
        row.skip(Rule::sum_of);
        let mut field = Row::of(row.take(Rule::field)?);
        let event = self.name(&field.take(Rule::name)?);
        let field = self.name(&field.take(Rule::name)?);
        let of = self.of_target(row)?;
        let over = self.over(row, span, "a sum over events")?;
        Some(ExprKind::SumOf(Occurrence { event, of }, field, over))
    }

    fn occurrence(&mut self, row: &mut Row<'_>) -> Option<Occurrence> {
        let event = self.name(&row.take(Rule::name)?);
        Some(Occurrence { event, of: self.of_target(row)? })
    }

    /// `of summer_sale`, `of tag promo`. The outer option is whether it could be read.
    #[expect(clippy::option_option, reason = "no target and a target that was refused are two things")]
    fn of_target(&mut self, row: &mut Row<'_>) -> Option<Option<CapTarget>> {
        let Some(pair) = row.take(Rule::of_target) else { return Some(None) };
        let mut row = Row::of(pair);
        row.skip(Rule::of);
        let kind = row.take(Rule::target_kind);
        let name = self.name(&row.take(Rule::name)?);
        Some(Some(match kind.as_ref().map(Pair::as_str) {
            Some("tag") => CapTarget::Tag(name),
            Some("rule") => CapTarget::Rule(name),
            Some("class") => CapTarget::Class(name),
            Some("channel") => CapTarget::Channel(name),
            Some(_) | None => CapTarget::Offer(name),
        }))
    }

    fn over(&mut self, row: &mut Row<'_>, span: Span, what: &str) -> Option<Over> {
        let Some(pair) = row.take(Rule::over) else {
            let finding = Diagnostic::new(&codes::NO_WINDOW, span, format!("{what} says over which time"))
                .primary("over which time?")
                .help("add `in the last 7 days`, `ever`, or `halving every 72 hours`");
            return self.refuse(finding);
        };
        let mut row = Row::of(pair);
        if row.skip(Rule::ever) {
            return Some(Over::Ever);
        }
        let halving = row.skip(Rule::halving);
        row.skip(Rule::every);
        row.skip(Rule::in_the_last);
        let duration = self.duration(row.take(Rule::duration)?)?;
        Some(if halving { Over::Halving(duration) } else { Over::InTheLast(duration) })
    }

    fn paren(&mut self, row: &mut Row<'_>) -> Option<ExprKind> {
        let inner = Box::new(self.chain(row)?);
        if !row.skip(Rule::when) {
            return Some(ExprKind::Paren(inner));
        }
        Some(ExprKind::When { value: inner, condition: Box::new(self.chain(row)?) })
    }

    fn percent_of(&mut self, row: &mut Row<'_>) -> Option<Expr> {
        let pair = row.take(Rule::percent)?;
        let percent = Literal { span: self.span(&pair), kind: LiteralKind::Percent(self.number(&pair)?) };
        if !row.skip(Rule::of) {
            return self.standins(Expr { span: percent.span, kind: ExprKind::Literal(percent.kind) }, row);
        }
        let whole = self.standin(row)?;
        Some(Expr { span: percent.span.to(whole.span), kind: ExprKind::PercentOf(percent, Box::new(whole)) })
    }

    fn quotient(&mut self, row: &mut Row<'_>) -> Option<ExprKind> {
        let places = self.count(&row.take(Rule::digits)?, super::clauses::MAX_PLACES)? as u8;
        row.skip(Rule::of);
        let dividend = self.side(row)?;
        row.skip(Rule::slash);
        let divisor = self.side(row)?;
        Some(ExprKind::Quotient { places, dividend: Box::new(dividend), divisor: Box::new(divisor) })
    }

    fn side(&mut self, row: &mut Row<'_>) -> Option<Expr> {
        self.sum(&mut Row::of(row.take(Rule::side)?))
    }

    /// What follows `is`, and where it ends.
    fn is_test(&mut self, pair: Pair<'_>) -> Option<(Test, Span)> {
        let mut row = Row::of(pair);
        row.skip(Rule::is);
        let not = row.take(Rule::not).map(|pair| self.span(&pair));
        let negated = not.is_some();
        if let Some(word) = row.take(Rule::known) {
            return Some((Test::Known { negated }, self.span(&word)));
        }
        if let Some(word) = row.take(Rule::never) {
            return Some((Test::Never { negated }, self.span(&word)));
        }
        if row.skip(Rule::one_of) {
            let (members, end) = self.list(row.take(Rule::list)?)?;
            return Some((Test::OneOf { negated, members }, end));
        }
        if let Some(words) = row.take(Rule::comparison) {
            let comparison = comparison(words.as_str());
            // What lies ahead is neither more nor less than so old: of an age there is no word for the opposite.
            let is_age = row.peek() == Some(Rule::distance);
            self.refuse_not(not, &words, Some(comparison).filter(|_| !is_age))?;
            return self.compare(comparison, &mut row);
        }
        if let Some(word) = row.take(Rule::from) {
            self.refuse_not(not, &word, None)?;
            return self.between(&mut row);
        }
        if let Some(word) = row.take(Rule::before) {
            self.refuse_not(not, &word, None)?;
            let value = self.sum(&mut row)?;
            let end = value.span;
            return Some((Test::Before(Box::new(value)), end));
        }
        if let Some(word) = row.take(Rule::after) {
            self.refuse_not(not, &word, None)?;
            let value = self.sum(&mut row)?;
            let end = value.span;
            return Some((Test::After(Box::new(value)), end));
        }
        let value = self.sum(&mut row)?;
        let end = value.span;
        if let ExprKind::Name(word) = &value.kind
            && matches!(word.as_str(), "missing" | "null")
        {
            let right = if negated { "known" } else { "not known" };
            let span = not.map_or(value.span, |not| not.to(value.span));
            let finding =
                Diagnostic::new(&codes::SPELLING, span, format!("`{word}` is not a value that can be compared"))
                    .help(format!("write `is {right}`"))
                    .fix(format!("write `{right}`"), span, right);
            return self.refuse(finding);
        }
        Some((Test::Equals { negated, value: Box::new(value) }, end))
    }

    fn refuse_not(&mut self, not: Option<Span>, words: &Pair<'_>, comparison: Option<Comparison>) -> Option<()> {
        let Some(not) = not else { return Some(()) };
        let written = words.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
        let span = not.to(self.span(words));
        let mut finding =
            Diagnostic::new(&codes::MISPLACED_NOT, span, format!("`not` cannot stand before `{written}`"));
        finding = match comparison {
            Some(comparison) => {
                let opposite = match comparison {
                    Comparison::AtLeast => "less than",
                    Comparison::AtMost => "more than",
                    Comparison::MoreThan => "at most",
                    Comparison::LessThan => "at least",
                };
                finding.help(format!("the opposite is `{opposite}`")).fix(format!("write `{opposite}`"), span, opposite)
            }
            None => finding.help("put the condition in parentheses and `not` before them: `not (x is ..)`"),
        };
        self.refuse(finding)
    }

    fn compare(&mut self, comparison: Comparison, row: &mut Row<'_>) -> Option<(Test, Span)> {
        if let Some(distance) = row.take(Rule::distance) {
            let span = self.span(&distance);
            let written = distance.as_str();
            let Some(direction) = row.take(Rule::direction) else { return self.no_direction(span, written) };
            let duration = self.duration(Row::of(distance).take(Rule::duration)?)?;
            let age =
                Test::Age { test: AgeTest::Compare(comparison, duration), direction: self::direction(&direction) };
            return Some((age, self.span(&direction)));
        }
        let value = self.sum(row)?;
        self.refuse_direction(row, value.span)?;
        let end = value.span;
        Some((Test::Compare { comparison, value: Box::new(value) }, end))
    }

    fn between(&mut self, row: &mut Row<'_>) -> Option<(Test, Span)> {
        let first = row.take(Rule::side)?;
        row.skip(Rule::to);
        let second = row.take(Rule::side)?;
        let Some(direction) = row.take(Rule::direction) else {
            let from = self.sum(&mut Row::of(first))?;
            let to = self.sum(&mut Row::of(second))?;
            let end = to.span;
            return Some((Test::Between { from: Box::new(from), to: Box::new(to) }, end));
        };
        let end = self.span(&direction);
        let to = self.bound(second, None)?;
        let from = self.bound(first, Some(to))?;
        let age = Test::Age { test: AgeTest::Between(from, to), direction: self::direction(&direction) };
        Some((age, end))
    }

    /// One bound of an age: `540 days`, or a bare `180` that takes the unit of the other.
    fn bound(&mut self, side: Pair<'_>, other: Option<Duration>) -> Option<Duration> {
        let span = self.span(&side);
        let mut row = Row::of(side);
        let (pair, alone) = (row.next()?, row.peek().is_none());
        if alone && pair.as_rule() == Rule::distance {
            return self.duration(Row::of(pair).take(Rule::duration)?);
        }
        if alone
            && pair.as_rule() == Rule::number
            && let Some(other) = other
            && let Ok(count) = pair.as_str().parse::<u32>()
        {
            return Some(Duration { span: self.span(&pair), count, unit: other.unit });
        }
        let finding = Diagnostic::new(&codes::UNEXPECTED, span, "an age runs from one span of time to another")
            .help("for example `is from 180 to 540 days old`");
        self.refuse(finding)
    }

    fn refuse_direction(&mut self, row: &mut Row<'_>, value: Span) -> Option<()> {
        let Some(word) = row.take(Rule::direction) else { return Some(()) };
        let message = format!("`{}` follows a span of time", word.as_str());
        let finding = Diagnostic::new(&codes::UNEXPECTED, value, message)
            .primary("no span of time")
            .help(format!("for example `more than 60 days {}`", word.as_str()));
        self.refuse(finding)
    }

    fn has_test(&mut self, pair: Pair<'_>) -> Option<(SetTest, Span)> {
        let mut row = Row::of(pair);
        row.skip(Rule::has);
        let Some(words) = row.take(Rule::some_of) else {
            let value = self.standin(&mut row)?;
            let end = value.span;
            return Some((SetTest::Value(Box::new(value)), end));
        };
        let (members, end) = self.list(row.take(Rule::list)?)?;
        let test = match words.as_str().get(..3) {
            Some("any") => SetTest::AnyOf(members),
            Some("all") => SetTest::AllOf(members),
            _ => SetTest::NoneOf(members),
        };
        Some((test, end))
    }

    /// A bracketed list of at least one member.
    fn list(&mut self, pair: Pair<'_>) -> Option<(Vec<Expr>, Span)> {
        let span = self.span(&pair);
        let mut row = Row::of(pair);
        let mut members = Vec::new();
        while row.peek().is_some_and(|rule| rule != Rule::close_list) {
            members.push(self.operand(&mut row)?);
        }
        if members.is_empty() {
            let finding = Diagnostic::new(&codes::EMPTY_LIST, span, "this list has no members")
                .help("a list needs at least one member, for example `[DE, FR]`");
            return self.refuse(finding);
        }
        Some((members, span))
    }
}

/// The single part, or the node that `make` builds of several.
fn one_or(mut parts: Vec<Expr>, make: fn(Vec<Expr>) -> ExprKind) -> Option<Expr> {
    if parts.len() < 2 {
        return parts.pop();
    }
    let span = parts.first()?.span.to(parts.last()?.span);
    Some(Expr { span, kind: make(parts) })
}

fn comparison(words: &str) -> Comparison {
    match (words.starts_with("at"), words.starts_with("more"), words.ends_with("least")) {
        (true, _, true) => Comparison::AtLeast,
        (true, _, false) => Comparison::AtMost,
        (false, true, _) => Comparison::MoreThan,
        (false, false, _) => Comparison::LessThan,
    }
}

fn direction(word: &Pair<'_>) -> Direction {
    if word.as_str() == "old" { Direction::Old } else { Direction::Ahead }
}
