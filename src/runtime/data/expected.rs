//! What is wrong with a cell that could not be read, and how it should have been written.
//!
//! Takes an attribute and the cell, where it may be shown; gives one line for people. Refuses to know who may see what.

use super::cell::beyond;
use crate::diagnostics::nearest;
use crate::model::show::show_text;
use crate::model::{Attribute, RuleSet};
use crate::value::{Decimal, NumberError, NumberType, Type, show_number};

/// The longest part of a cell that is shown, in characters.
const SHOWN: usize = 40;
/// How many members of a list are named.
const NAMED: usize = 8;

/// Why a cell gives no value of the attribute, and what does; without the cell only the latter.
pub(super) fn expected(rules: &RuleSet, attribute: &Attribute, cell: Option<&str>) -> String {
    let written = match attribute.ty {
        Type::YesNo => "yes and no are written yes and no, or true and false",
        Type::Number(number) if number.scale == 0 => "a whole number is written 1250",
        Type::Number(_) => "a decimal number is written 1250.50",
        Type::Text => "a text is written as it stands",
        Type::OneOf(list) => return member(rules.members(list), cell),
        Type::Set => "a set is written a|b, or [\"a\", \"b\"]",
        Type::Time => "a time is written 2017-02-12T10:00Z",
        Type::Date => "a date is written 2017-02-12",
        Type::Zone => "a time zone is written Europe/Berlin",
        Type::Score(_) => "a score is written 40.5",
    };
    let Some(cell) = cell else { return written.to_owned() };
    let shown = quoted(cell);
    match attribute.ty {
        Type::Number(number) => match outside(number, cell) {
            Some(why) => format!("{shown} {why}"),
            None => format!("{shown} is no number; {written}"),
        },
        Type::YesNo => {
            format!("{shown} is neither yes nor no; say what it means where `{}` is declared", attribute.name)
        }
        Type::Text | Type::Set | Type::Time | Type::Date | Type::Zone | Type::Score(_) => {
            if let Some(why) = beyond(attribute.ty, cell) {
                return format!(
                    "{shown} {why}; where it stands for something else, say what: `{}`",
                    stands_for(attribute, cell)
                );
            }
            let no = attribute.ty.word().trim_start_matches("a ");
            format!("{shown} is no {no}; {written}")
        }
        Type::OneOf(_) => shown,
    }
}

/// How the rules say that a cell stands for something that it does not say: `until: time "9999-12-31T00:00Z" is missing`.
pub(super) fn stands_for(attribute: &Attribute, cell: &str) -> String {
    let kind = attribute.ty.word().trim_start_matches("a ");
    format!("{}: {kind} {} is missing", attribute.name, show_text(cell))
}

fn member(members: &[String], cell: Option<&str>) -> String {
    let names = || members.iter().map(String::as_str);
    let mut all = names().take(NAMED).collect::<Vec<_>>().join(", ");
    if members.len() > NAMED {
        all.push_str(", ...");
    }
    let Some(cell) = cell else { return format!("one of {all} is expected") };
    let meant = nearest(cell, names()).map(|meant| format!("; is `{meant}` meant?")).unwrap_or_default();
    format!("{} is none of {all}{meant}", quoted(cell))
}

/// What is wrong with a number that is one.
fn outside(number: NumberType, cell: &str) -> Option<String> {
    match Decimal::parse(cell).and_then(|decimal| decimal.at_scale(number.scale)) {
        Ok(_) | Err(NumberError::TooLarge) => {
            let [from, to] = [number.min, number.max].map(|end| show_number(end, number.scale));
            Some(format!("is outside of {from} to {to}"))
        }
        Err(NumberError::TooManyPlaces) if number.scale == 0 => Some("is no whole number".to_owned()),
        Err(NumberError::TooManyPlaces) => Some(format!("has more than {} decimal places", number.scale)),
        Err(NumberError::NotANumber) => None,
    }
}

/// A cell in backticks, short, and without what a terminal would obey.
pub(super) fn quoted(cell: &str) -> String {
    let mut shown: String =
        cell.chars().take(SHOWN).map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect();
    if cell.chars().nth(SHOWN).is_some() {
        shown.push_str("...");
    }
    format!("`{shown}`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::{at, rule_set};

    #[test]
    fn each_type_says_how_it_is_written() {
        let rules = rule_set();
        let of = |id, cell: &str| expected(&rules, &rules[id], Some(cell));
        assert_eq!(of(at::BIRTHDAY, "20170212"), "`20170212` is no date; a date is written 2017-02-12");
        assert_eq!(of(at::LAST_ORDER, "2017"), "`2017` is no time; a time is written 2017-02-12T10:00Z");
        assert_eq!(of(at::BALANCE, "1,250"), "`1,250` is no number; a decimal number is written 1250.50");
        assert_eq!(of(at::BALANCE, "1.234"), "`1.234` has more than 2 decimal places");
        assert_eq!(of(at::BALANCE, "-1"), "`-1` is outside of 0.00 to 100000.00");
        assert_eq!(of(at::ILLNESS, "Y"), "`Y` is neither yes nor no; say what it means where `illness` is declared");
        assert_eq!(of(at::TIER, "Gold"), "`Gold` is none of bronze, silver, gold; is `gold` meant?");
        assert_eq!(expected(&rules, &rules[at::BIRTHDAY], None), "a date is written 2017-02-12");
        assert_eq!(
            of(at::LAST_ORDER, "9999-12-31T23:59:59Z"),
            "`9999-12-31T23:59:59Z` is outside of 0001-01-01T00:00Z to 9999-12-30T20:00Z; where it stands for something \
             else, say what: `last_order: time \"9999-12-31T23:59:59Z\" is missing`"
        );
        assert!(of(at::LAST_ORDER, "2026-01-01T00:00:00.1234567Z").contains("more than 6 decimal places of a second"));
        assert!(of(at::BIRTHDAY, "9999-12-31").starts_with("`9999-12-31` is outside of 0001-01-01 to 9999-12-30"));
        assert_eq!(quoted("a\u{1b}[31m"), "`a\u{fffd}[31m`");
    }
}
