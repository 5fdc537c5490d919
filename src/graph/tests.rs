//! Graphs of small rule sets.

use super::{Link, Ranking, RuleGraph, Standing, Thing, circles};
use crate::compile::compile;
use crate::model::{Condition, Expression, Order, RuleId, RuleSet, SegmentId, SlotId, Substitute, ValueId};
use crate::source::SourceSet;

const SHOP: &str = "
purpose p \"P\" { basis consent }
customer { id: text key  x: yes or no  n: whole from 0 to 9  needs p }
segment s1 = x
segment s2 = s1 and v1 is at least 3
value v1 = n + 1
offer a { class lifecycle  tags t }
offer b { class service }
cap c { at most 1 shown in any 7 days per customer on tag t }
slot s on web { accepts service, lifecycle  fallback b when s1, nothing }
rule r1 in s { when s2  needs p  priority 5  show a  if capped try r2 }
rule r2 in s { unless x  before r3  show a  if unknown show b }
rule r3 in s { when x  before r4  show a }
rule r4 in s { when x  priority 5  show a }
rule r5 in s { when x is known  show a }
rule r6 in s { priority 1  show b }
";

fn shop() -> RuleSet {
    let (sources, _) = SourceSet::single("shop.rules", SHOP);
    RuleSet::clone(compile(sources).rules.as_deref().unwrap())
}

fn rule(rules: &RuleSet, name: &str) -> RuleId {
    rules.rule_named(name).unwrap()
}

fn names(rules: &RuleSet, links: Vec<(Link, Thing)>) -> Vec<String> {
    links.into_iter().map(|(link, thing)| format!("{link:?} {} {}", thing.word(), thing.name(rules))).collect()
}

#[test]
fn every_reference_is_an_edge() {
    let rules = shop();
    let graph = RuleGraph::new(&rules);
    let uses = |name| names(&rules, graph.uses(Thing::Rule(rule(&rules, name))));
    assert_eq!(uses("r1"), ["Reads segment s2", "Needs purpose p", "Shows offer a", "IfCapped rule r2"]);
    assert_eq!(uses("r2"), ["Excludes attribute x", "Shows offer a", "IfUnknown offer b", "Before rule r3"]);
    let segment = rules.segments.iter().position(|segment| segment.name == "s2").map(SegmentId::from_index).unwrap();
    assert_eq!(names(&rules, graph.uses(Thing::Segment(segment))), ["Reads segment s1", "Reads value v1"]);
    let offer = rules.offer_named("a").unwrap();
    let by = names(&rules, graph.used_by(Thing::Offer(offer)));
    assert_eq!(by, ["Shows rule r1", "Shows rule r2", "Shows rule r3", "Shows rule r4", "Shows rule r5"]);
    assert_eq!(names(&rules, graph.uses(Thing::Offer(offer))), ["BoundBy cap c", "Carries tag t"]);
    let cap = Thing::Cap(crate::model::CapId(0));
    assert_eq!(names(&rules, graph.uses(cap)), ["Counts event shown", "Counts tag t"]);
    let slot = names(&rules, graph.uses(Thing::Slot(SlotId(0))));
    assert_eq!(slot.iter().filter(|link| link.starts_with("Holds")).count(), 6);
    assert!(slot.contains(&"FallsBack offer b".to_owned()) && slot.contains(&"Reads segment s1".to_owned()));
}

#[test]
fn what_a_rule_rests_on_is_found_through_every_level() {
    let rules = shop();
    let graph = RuleGraph::new(&rules);
    let reads = |link| matches!(link, Link::Reads | Link::Excludes | Link::Needs);
    let reach = graph.reach(Thing::Rule(rule(&rules, "r1")), reads);
    let found: Vec<_> = reach.into_iter().map(|thing| thing.name(&rules).to_owned()).collect();
    assert_eq!(found, ["p", "n", "x", "s1", "s2", "v1"]);
}

#[test]
fn authors_order_some_rules_and_names_the_rest() {
    let rules = shop();
    let ranking = Ranking::new(&rules, SlotId(0));
    let standing = |a, b| ranking.standing(rule(&rules, a), rule(&rules, b));
    assert_eq!(standing("r2", "r3"), Standing::First, "said");
    assert_eq!(standing("r2", "r4"), Standing::First, "by the chain");
    assert_eq!(standing("r4", "r2"), Standing::Second);
    assert_eq!(standing("r1", "r4"), Standing::Equal, "one priority");
    assert_eq!(standing("r1", "r3"), Standing::Equal, "`before` takes over the priority");
    assert_eq!(standing("r1", "r5"), Standing::Unordered);
    assert_eq!(standing("r6", "r1"), Standing::First, "service before lifecycle, whatever the priority");
    assert!(ranking.outranks(rule(&rules, "r6"), rule(&rules, "r5")));
    assert!(ranking.misplaced().is_empty());
    let mut wrong = rules.clone();
    wrong.slots[0].order.reverse();
    assert!(!Ranking::new(&wrong, SlotId(0)).misplaced().is_empty());
}

#[test]
fn circles_are_printed_whole() {
    let mut rules = shop();
    assert!(circles(&rules).is_empty());
    let segment = |name: &str| rules.segments.iter().position(|segment| segment.name == name).unwrap();
    let (s1, s2) = (segment("s1"), segment("s2"));
    rules.segments[s1].condition = Condition::Segment(SegmentId::from_index(s2));
    let (r1, r2, r4) = (rule(&rules, "r1"), rule(&rules, "r2"), rule(&rules, "r4"));
    rules.rules[r4.index()].order = Order::Before(vec![r2]);
    rules.rules[r2.index()].if_unknown = Some(Substitute::Try(r1));
    rules.values[0].expression = Expression::Value(ValueId(0));
    let found: Vec<_> = circles(&rules).iter().map(|circle| circle.text(&rules)).collect();
    assert_eq!(
        found,
        [
            "`s1` reads `s2` reads `s1`",
            "`v1` reads `v1`",
            "`r2` before `r3` before `r4` before `r2`",
            "`r1` tries `r2` tries `r1`"
        ]
    );
}

/// A tag is used by whatever names it, and else spelt nearly like one that is.
#[test]
fn a_tag_is_used_by_whatever_names_it() {
    let unused = |what: &str| {
        let text = format!(
            "event buy \"Buy\" {{}}
            customer {{ id: text key  vip: yes or no }}
            channel push {{}}
            channel sms {{}}
            offer m {{ class lifecycle  tags promos }}
            offer n {{ class lifecycle  tags promo }}
            slot a on web {{ accepts lifecycle  fallback nothing }}
            rule one in a {{ priority 1  show m }}
            rule two in a {{ priority 2  when vip  show n }}
            cap c {{ at most 1 shown ever per customer on tag promo }}
            {what}"
        );
        let mut compiled = compile(SourceSet::single("tags.rules", text).0);
        compiled.analyse(None);
        let found = compiled.diagnostics;
        assert!(found.iter().all(|finding| !finding.is_error()), "{what}: {found:#?}");
        found.iter().filter(|finding| finding.code.name == "lint::unused-tag").count()
    };
    assert_eq!(unused(""), 1);
    for what in [
        "cap d { at most 9 shown ever per customer on tag promos }",
        "gap d { at least 5 days apart per customer on tag promos }",
        "pause d { for 10 days after 1 dismissed per customer on tag promos }",
        "block d { for 24 hours after buy on tag promos }",
        "block d { while vip on tag promos }",
        "window d { zone \"UTC\" open 09:00 until 17:00 on tag promos outside drop }",
        "cap d { at most 9 shown ever per customer on class lifecycle exempt tag promos }",
        "cap d { at most 9 shown ever per customer on class lifecycle uncounted tag promos }",
        "rule three in a { priority 3 unless last shown of tag promos is less than 3 days old show m }",
        "rule three in a { priority 3 when times shown of tag promos in the last 3 days is at least 1 show m }",
        "slot b by push, sms { accepts lifecycle rotate after the last used on tag promos fallback nothing }
        rule three in b { send m }",
        "slot b on web { accepts lifecycle ties tag promos fallback nothing }
        rule three in b { show m }",
    ] {
        assert_eq!(unused(what), 0, "{what}");
    }
}
