//! A cost for people: slot by slot why it answers, whom it leaves with nothing, and what is asked at most.

use super::super::terminal::Terminal;
use super::super::{counted, still_open};
use super::words;
use crate::analysis::cost::{Look, SlotCost};
use crate::analysis::diff::customer;
use crate::analysis::{Group, Whom};
use crate::model::RuleSet;

/// So many candidates of a way are shown where nobody asks for all.
const SHORT: usize = 5;

/// So many groups of customers are shown.
const GROUPS: usize = 3;

/// Writes everything down.
pub(super) fn print(rules: &RuleSet, found: &[SlotCost], whole: bool, terminal: &Terminal) {
    for slot in found {
        terminal.line(terminal.styled("1", &format!("slot {}", rules[slot.slot].name)));
        let line = |word: &str, text: &str| terminal.line(format!("  {word:<8}  {text}").trim_end());
        line("answers", &words::ground(rules, slot.ground));
        if slot.nothing.is_nobody() {
            line("nothing", "for nobody");
        }
        groups(rules, "nothing", &slot.nothing, &line);
        groups(rules, "its list", &slot.only_list, &line);
        let kinds = words::kinds(slot.at_most);
        let kinds = if kinds.is_empty() { String::new() } else { format!(": {kinds}") };
        line("at most", &format!("{} a decision{kinds}", words::questions(slot.at_most)));
        path(rules, &slot.path, whole, &line);
        if !slot.spared.is_empty() {
            let names: Vec<&str> = slot.spared.iter().map(|rule| rules[*rule].name.as_str()).collect();
            line("spared", &format!("{}: nobody gets so far in its turn", names.join(", ")));
        }
        terminal.line("");
    }
}

/// Who they are, with somebody of each group.
fn groups(rules: &RuleSet, what: &str, of: &Whom, line: &dyn Fn(&str, &str)) {
    let only = if what == "nothing" { "" } else { "only, " };
    let (first, rest) = (format!("{only}if "), " ".repeat(only.len() + 3));
    for (at, Group { who, witness }) in of.groups.iter().take(GROUPS).enumerate() {
        let word = if at == 0 { what } else { "and" };
        if who.is_empty() {
            line(word, &format!("{only}for everybody"));
        }
        for (at, condition) in who.iter().enumerate() {
            line(
                if at == 0 { word } else { "" },
                &format!("{}{condition}", if at == 0 { first.as_str() } else { rest.as_str() }),
            );
        }
        for (at, said) in customer(rules, witness).iter().enumerate() {
            line(if at == 0 { "such as" } else { "" }, said);
        }
    }
    match of.groups.len().saturating_sub(GROUPS) {
        0 if of.more => line("and", "for others"),
        0 => {}
        more if of.more => line("and", &format!("for {more} groups more, which `--format json` names, and for others")),
        more => line("and", &format!("for {} more, which `--format json` names", counted(more, "group"))),
    }
    if let Some(why) = of.open {
        line("perhaps", &format!("for others: {}", still_open(why)));
    }
}

/// The dearest candidates of the way, or all of it.
fn path(rules: &RuleSet, path: &[Look], whole: bool, line: &dyn Fn(&str, &str)) {
    let mut asked: Vec<&Look> = path.iter().filter(|look| whole || look.asked.total() > 0).collect();
    let left = asked.len().saturating_sub(SHORT);
    if !whole && left > 1 {
        asked.sort_by_key(|look| std::cmp::Reverse(look.asked.total()));
        asked.truncate(SHORT);
    }
    let width = asked.iter().map(|look| look.asked.total().to_string().len()).max().unwrap_or(0);
    for look in &asked {
        let (many, of) = (look.asked.total(), words::candidate(rules, look.at));
        line("", &format!("{many:>width$}  {of}, which {}", words::step(look)));
    }
    if !whole && left > 1 {
        line("", &format!("and {left} more; `--path` shows them all, in their order"));
    }
}
