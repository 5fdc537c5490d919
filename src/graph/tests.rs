//! Questions asked of the graph of a small rule set: what uses what, what is reached, who stands above whom.

use super::{Link, Ranking, RuleGraph, Standing, Thing, circles};
use crate::compile::compile;
use crate::model::{RuleId, Verified};
use crate::source::SourceSet;

const SHOP: &str = r#"
purpose orders "Use what I ordered" { basis consent }
customer { id: text key  tier: one of [bronze, gold] needs orders  new: yes or no }
segment best = tier is gold
offer card { class service }
offer tea { class service }
offer story { class service }
slot home on web { accepts service  fallback story }
rule gold in home { when best  needs orders  before fresh  show card  if no consent try fresh }
rule fresh in home { when new  priority 50  show tea }
rule later in home { when new  priority 20  show card }
rule equal in home { when new  priority 20  show tea }
"#;

fn shop() -> Verified {
    let mut sources = SourceSet::default();
    sources.add("shop.rules", SHOP);
    let compiled = compile(sources);
    compiled.runnable().cloned().unwrap_or_else(|| panic!("{:?}", compiled.diagnostics))
}

fn rule(rules: &Verified, name: &str) -> RuleId {
    rules.rule_named(name).unwrap()
}

#[test]
fn a_rule_shows_reads_needs_and_hands_on() {
    let rules = shop();
    let graph = RuleGraph::new(&rules);
    let gold = Thing::Rule(rule(&rules, "gold"));
    let uses: Vec<_> = graph.uses(gold).iter().map(|(link, thing)| (*link, thing.name(&rules).to_owned())).collect();
    for (link, name) in
        [(Link::Shows, "card"), (Link::Needs, "orders"), (Link::Reads, "best"), (Link::IfNoConsent, "fresh")]
    {
        assert!(uses.contains(&(link, name.to_owned())), "{link:?} {name}: {uses:?}");
    }
    let card = Thing::Offer(rules.offer_named("card").unwrap());
    let shown_by: Vec<_> = graph.used_by(card).iter().map(|(_, thing)| thing.name(&rules).to_owned()).collect();
    assert_eq!(shown_by, ["gold", "later"], "and by nobody else");
}

#[test]
fn what_is_reached_is_what_is_followed() {
    let rules = shop();
    let graph = RuleGraph::new(&rules);
    let gold = Thing::Rule(rule(&rules, "gold"));
    let tier = Thing::Attribute(rules.attribute_named("tier").unwrap());
    let tea = Thing::Offer(rules.offer_named("tea").unwrap());
    let read = graph.reach(gold, |link| link == Link::Reads);
    assert!(read.contains(&tier) && !read.contains(&tea), "through the segment, and no further: {read:?}");
    let shown = graph.reach(gold, |link| [Link::Shows, Link::IfNoConsent].contains(&link));
    assert!(shown.contains(&tea) && !shown.contains(&tier), "through the rule that is tried: {shown:?}");
}

#[test]
fn authors_say_who_stands_above_whom() {
    let rules = shop();
    let ranking = Ranking::new(&rules, rules.slot_named("home").unwrap());
    let standing = |a, b| ranking.standing(rule(&rules, a), rule(&rules, b));
    assert_eq!(standing("gold", "fresh"), Standing::First, "`before` says so");
    assert_eq!(standing("fresh", "gold"), Standing::Second);
    assert_eq!(standing("fresh", "later"), Standing::First, "50 is above 20");
    assert_eq!(standing("later", "equal"), Standing::Equal);
    assert!(ranking.misplaced().is_empty(), "the running order keeps to it");
    assert!(circles(&rules).is_empty());
}
