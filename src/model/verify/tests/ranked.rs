//! The table of classes, scores, `ties` and tasks.

use super::super::sample::{at, rule_set, span};
use super::super::{Flaw, limits, verify};
use super::{literal, refused};
use crate::model::*;
use crate::ops::Arithmetic;
use crate::value::{NumberType, Type, Value};

const LATER: usize = 2;
const LETTER: usize = 3;
const THANKS: usize = 4;

fn rank(rules: &mut RuleSet, rule: usize, by: Expression) {
    rules.rules[rule].rank = Some(Rank { by, span: span() });
}

/// R2: stricter than shipped, never looser; critical and legal obey nothing.
#[test]
fn a_class_is_as_strict_as_shipped_or_stricter() {
    let damaged = |class, damage: fn(&mut ClassRow)| refused(|rules| damage(rules.classes.row_mut(class)));
    for class in [Class::Marketing, Class::Lifecycle] {
        assert_eq!(damaged(class, |row| row.obeys.truncate(4)), Flaw::ClassTable);
        assert_eq!(damaged(class, |row| row.counts = false), Flaw::ClassTable);
        assert_eq!(damaged(class, |row| row.blocks_without_store = false), Flaw::ClassTable);
    }
    assert_eq!(damaged(Class::Service, |row| row.obeys = vec![Guardrail::Blocks, Guardrail::Caps]), Flaw::ClassTable);
    assert_eq!(damaged(Class::Service, |row| row.obeys.reverse()), Flaw::Unsorted("guardrails"));
    for class in [Class::Critical, Class::Legal] {
        assert_eq!(damaged(class, |row| row.obeys.push(Guardrail::Windows)), Flaw::ClassTable);
        assert_eq!(damaged(class, |row| row.blocks_without_store = true), Flaw::ClassTable);
    }
    let mut stricter = rule_set();
    stricter.classes.row_mut(Class::Legal).counts = true;
    let service = stricter.classes.row_mut(Class::Service);
    (service.counts, service.blocks_without_store) = (true, true);
    service.obeys = vec![Guardrail::Consent, Guardrail::Blocks, Guardrail::Windows, Guardrail::Holdouts];
    verify(&stricter).unwrap();
    // A declared cap binds what obeys caps: the list at the offer must say so.
    let bound = refused(|rules| {
        rules.classes.row_mut(Class::Service).obeys = Guardrail::ALL.to_vec();
        rules.offers[0].tags = vec![TagId(1)];
    });
    assert_eq!(bound, Flaw::Caps);
}

/// R6: all of one slot, class and priority, or none; and no `before`.
#[test]
fn all_rank_or_none_does() {
    let mut alone = rule_set();
    rank(&mut alone, LETTER, literal(3));
    rank(&mut alone, THANKS, Expression::Attribute(at::TENURE));
    verify(&alone).unwrap();
    assert_eq!(refused(|rules| rank(rules, LATER, literal(3))), Flaw::Rank, "`early` is written before it");
    assert_eq!(refused(|rules| rank(rules, 1, literal(3))), Flaw::Rank, "it is written before others");
    let mixed = refused(|rules| {
        let mut other = rules.rules[THANKS].clone();
        (other.name, other.caps) = ("thanks_again".to_owned(), Vec::new());
        rules.rules.push(other);
        rules.slots[1].order.insert(1, RuleId(5));
        rank(rules, THANKS, literal(3));
    });
    assert_eq!(mixed, Flaw::Rank);
}

#[test]
fn a_score_is_a_number_that_fits_and_may_be_read() {
    let ranked = |by: Expression| refused(|rules| rank(rules, LETTER, by));
    assert!(matches!(ranked(Expression::Attribute(at::TIER)), Flaw::Type { of: "`rank by`", .. }));
    assert!(matches!(ranked(Expression::Now), Flaw::Type { of: "`rank by`", .. }));
    assert_eq!(ranked(Expression::Attribute(at::CHURN)), Flaw::Needs("fitting".to_owned()));
    assert_eq!(ranked(Expression::Attribute(AttributeId(99))), Flaw::NoSuch { what: "attribute", id: 99 });
    let wide = NumberType { scale: 0, min: 0, max: i64::MAX / 1_000 };
    let largest = Expression::Literal(Value::Number(1), Type::Number(NumberType { min: 1, ..wide }));
    assert_eq!(ranked(largest), Flaw::Range("`rank by`"));
    let one = NumberType { scale: 0, min: 0, max: 1 };
    let spared = Condition::Holds(Expression::Attribute(at::VULNERABLE));
    let spares = Expression::When(Box::new(literal(1)), Box::new(spared), one);
    assert_eq!(ranked(spares), Flaw::Protective, "a score chooses");
    let sum = Expression::Arithmetic(Arithmetic::Add, Box::new(literal(1)), Box::new(literal(1)), one);
    assert_eq!(ranked(sum), Flaw::Range("arithmetic"));
    // R3: who ranks by what is known of a customer chooses people.
    let sells = refused(|rules| {
        rules.rules[1].order = Order::Priority(80);
        rank(rules, LATER, Expression::Attribute(at::TENURE));
    });
    assert_eq!(sells, Flaw::Sells("a rule"));
}

#[test]
fn ties_and_tasks_are_lists_without_doubles() {
    assert_eq!(refused(|rules| rules.slots[1].ties = vec![TagId(9)]), Flaw::NoSuch { what: "tag", id: 9 });
    let twice = refused(|rules| rules.slots[1].ties = vec![TagId(1), TagId(0), TagId(1)]);
    assert_eq!(twice, Flaw::Twice("tags of `ties`"));
    let tasks =
        |tasks: &[&str]| refused(|rules| rules.rules[0].tasks = tasks.iter().map(|task| (*task).to_owned()).collect());
    assert_eq!(tasks(&["b", "a"]), Flaw::Unsorted("tasks"));
    assert_eq!(tasks(&["a", "a"]), Flaw::Unsorted("tasks"));
    assert_eq!(tasks(&[""]), Flaw::Empty("name of a task"));
    let many: Vec<String> = (0..=limits::TASKS).map(|at| format!("{at:05}")).collect();
    assert!(matches!(refused(|rules| rules.rules[0].tasks = many), Flaw::TooMany { what: "tasks", .. }));
}

/// Equal in class and priority: the tag that stands first in `ties`, then the name.
#[test]
fn ties_order_what_is_equal() {
    let mut rules = rule_set();
    rules.rules[1].order = Order::Priority(80);
    let needs = rules.rules[0].needs.clone();
    rules.rules[1].needs.extend(needs);
    rules.rules[1].needs.sort_unstable();
    rules.rules[1].needs.dedup();
    rules.slots[1].order = [4, 0, 1, 2].map(RuleId).to_vec();
    verify(&rules).expect("by name");
    // `comeback` shows what is tagged promo; what `early` shows is now tagged news.
    rules.offers[3].tags = vec![TagId(0)];
    rules.slots[1].ties = vec![TagId(0), TagId(1)];
    assert_eq!(verify(&rules).unwrap_err().flaw, Flaw::Order);
    rules.slots[1].order = [4, 1, 0, 2].map(RuleId).to_vec();
    verify(&rules).expect("by tag");
}
