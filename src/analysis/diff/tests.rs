//! Differences of small rule sets, looked at by hand, and against every customer there is.

use super::regions::shared;
use super::{Apart, Comparison, Kind, Shown};
use crate::analysis::Options;
use crate::analysis::testing::rules;
use crate::analysis::tests::cells::frames;
use crate::analysis::tests::schemas::{Dice, ranked, schema, sending};
use crate::eval::decide;
use crate::frame::Frame;
use crate::model::RuleSet;

const BASE: &str = r#"
purpose ads "Ads" { basis consent  direct marketing }
customer {
  id: text key
  age: whole from 0 to 130
  country: one of [de, fr, at]
  vip: yes or no
  likes: set of text  needs ads
}
offer sale { class marketing }
offer help { class service }
offer news { class marketing }
slot hero on web { accepts marketing, service  fallback nothing }
cap pressure { at most 2 shown in any 7 days per customer on class marketing }
"#;

/// What is said of a change: for each region what was, what is, who, and of what kind it is.
fn said(old: &str, new: &str) -> Vec<String> {
    let [old, new] = [old, new].map(rules);
    let comparison = Comparison::new(&old, &new).expect("comparable");
    let found = comparison.differences(&Options::default());
    let mut lines = Vec::new();
    for slot in &found.slots {
        assert_eq!(slot.open, [], "{}", slot.slot);
        for region in &slot.regions {
            let shown = |shown: &Shown| shown.offer.clone().unwrap_or_else(|| "nothing".to_owned());
            let kinds: Vec<&str> = region.kinds.iter().map(|kind| kind.word()).collect();
            let who = if region.who.is_empty() { "everybody".to_owned() } else { region.who.join(", ") };
            lines.push(format!(
                "{} -> {}: {who}: {}",
                shown(&region.old.shown),
                shown(&region.new.shown),
                kinds.join(" ")
            ));
        }
    }
    lines
}

/// Both sides with what is said of them.
fn shown(old: &str, new: &str) -> String {
    let line = "-".repeat(60);
    format!("{}\n{line}\n{}\n{line}\n{}", old.trim(), new.trim(), said(old, new).join("\n"))
}

fn with(rules: &str) -> String {
    format!("{BASE}{rules}")
}

const ADULTS: &str = "rule adults in hero { show sale  needs ads  priority 10  when age is at least 18 }\n";

#[test]
fn nothing_differs_from_itself() {
    let text = with(&format!("{ADULTS}rule others in hero {{ show help  priority 5 }}\n"));
    assert_eq!(said(&text, &text), [""; 0]);
    // Neither does the order of declarations matter.
    let (mut blocks, _) = (text.trim().split_inclusive("\n").map(str::to_owned).collect::<Vec<_>>(), 0);
    let tail: Vec<String> = blocks.drain(blocks.len() - 2..).collect();
    let turned = format!("{}\n{}\n{}", tail[1], tail[0], blocks.concat());
    assert_eq!(said(&text, &turned), [""; 0]);
}

#[test]
fn a_wider_condition_contacts_somebody() {
    let new = ADULTS.replace("18", "16");
    insta::assert_snapshot!(shown(&with(ADULTS), &with(&new)));
}

#[test]
fn a_rule_that_is_taken_away_leaves_its_customers_to_the_next() {
    let others = "rule others in hero { show help  priority 5  when country is one of [de, at] }\n";
    insta::assert_snapshot!(shown(&with(&format!("{ADULTS}{others}")), &with(others)));
}

#[test]
fn a_weaker_cap_is_named() {
    let old = with(ADULTS);
    let new = old.replace("at most 2 shown", "at most 3 shown");
    let found = said(&old, &new);
    insta::assert_snapshot!(shown(&old, &new));
    assert!(found.iter().all(|line| line.contains("weaker-cap")), "{found:#?}");
    // A stronger one silences.
    assert!(said(&new, &old).iter().all(|line| line.ends_with("newly-silent")));
}

#[test]
fn what_makes_no_sound_any_more_is_a_change() {
    let text = |clause: &str| {
        format!(
            "customer {{ age: whole from 0 to 99  asleep: yes or no }} offer news {{ class service }}
             channel push {{ {clause} }} channel email {{ }}
             slot inbox by push, email {{ accepts service  fallback nothing }}
             rule all in inbox {{ send news  when age is at least 18 }}"
        )
    };
    let (loud, silent) = (text(""), text("silent when asleep"));
    let asleep = "news -> news: age is at least 18, asleep is yes or asleep is not known: other-sound";
    assert_eq!(said(&loud, &silent), [asleep]);
    assert_eq!(said(&silent, &loud), [asleep]);
    // Nobody hears two clauses apart that mean the same.
    assert_eq!(said(&silent, &text("silent when asleep or asleep")), [""; 0]);
}

#[test]
fn what_a_cap_does_while_the_store_is_down_is_compared() {
    let text = |clause: &str, unit: &str| {
        let cap = format!("per {unit} on class marketing  {clause}");
        let text = with(ADULTS).replace("per customer on class marketing", &cap);
        text.replace("  likes: set of text", "  code: text\n  likes: set of text")
    };
    let who = "the store of what happened does not answer";
    for unit in ["customer", "everybody", "code"] {
        let [blocks, allows] = ["block", "allow"].map(|what| text(&format!("store down {what}"), unit));
        assert_eq!(said(&blocks, &allows), [format!("nothing -> sale: {who}: newly-contacted weaker-cap")], "{unit}");
        assert_eq!(said(&allows, &blocks), [format!("sale -> nothing: {who}: newly-silent")], "{unit}");
        assert_eq!(said(&allows, &allows), [""; 0]);
    }
    // What sells waits for the store anyway.
    assert_eq!(said(&text("", "customer"), &text("store down block", "customer")), [""; 0]);
}

/// Whoever used up the day used up the week, and not the other way round.
#[test]
fn a_day_of_the_calendar_lets_more_through_than_a_week() {
    let old = with(ADULTS);
    let new = old.replace("in any 7 days", "in each calendar day in \"Europe/Berlin\"");
    let [weaker, stronger] = [said(&old, &new), said(&new, &old)];
    assert!(matches!(&weaker[..], [only] if only.ends_with("weaker-cap")), "{weaker:#?}");
    assert!(matches!(&stronger[..], [only] if only.ends_with("newly-silent")), "{stronger:#?}");
}

#[test]
fn a_purpose_that_was_not_processed_is_named() {
    let runners = "rule runners in hero { show sale  needs ads  priority 10  when likes has \"running\" }\n";
    let open = "rule runners in hero { show help  priority 10  when vip }\n";
    insta::assert_snapshot!(shown(&with(open), &with(runners)));
}

#[test]
fn what_is_declared_anew_is_one_thing_all_the_same() {
    let rule = "rule germans in hero { show sale  needs ads  when country is de }\n";
    let old = with(rule);
    // A member more, in another place of the list.
    let new = old.replace("one of [de, fr, at]", "one of [ch, de, fr, at]");
    assert_eq!(said(&old, &new), [""; 0]);
    let swiss = new.replace("country is de", "country is one of [de, ch]");
    insta::assert_snapshot!(shown(&old, &swiss));
    // A purpose of a newer version closes to those who granted the old one.
    let strict = old.replace("basis consent ", "basis consent  version 3 or later ");
    assert!(!said(&old, &strict).is_empty());
}

#[test]
fn slots_come_and_go() {
    let more = format!("{}slot side on web {{ accepts service  fallback help }}\n", with(ADULTS));
    insta::assert_snapshot!(shown(&with(ADULTS), &more));
}

#[test]
fn another_text_of_the_same_offer_is_another_content() {
    let old =
        with(ADULTS).replace("offer sale { class marketing }", "offer sale { class marketing  with title: \"Ten\" }");
    let new = old.replace("Ten", "Twenty");
    insta::assert_snapshot!(shown(&old, &new));
}

#[test]
fn another_day_cannot_be_compared() {
    let [old, new] =
        [with(ADULTS), format!("{}defaults {{ zone \"Asia/Tokyo\" }}\n", with(ADULTS))].map(|text| rules(&text));
    assert_eq!(Comparison::new(&old, &new).map(|_| ()), Err(vec![Apart::Zone]));
}

#[test]
fn every_kind_has_a_word() {
    assert!(Kind::ALL.into_iter().all(|kind| Kind::from_word(kind.word()) == Some(kind)));
}

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

/// The model of a text, if it has no errors.
fn model(text: &str) -> Option<RuleSet> {
    let (sources, _) = crate::source::SourceSet::single("case.rules", text);
    let compiled = crate::compile::compile(sources);
    let is_error = |found: &crate::diagnostics::Diagnostic| found.severity == crate::diagnostics::Severity::Error;
    let hard = compiled.diagnostics.iter().any(|found| is_error(found) && !found.code.name.starts_with("lint::"));
    compiled.rules.filter(|_| !hard).map(|rules| RuleSet::clone(&rules))
}

/// The same rules with a change or two.
fn changed(text: &str, dice: &mut Dice) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..=dice.below(2) {
        let rules: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].starts_with("rule ")).collect();
        if rules.is_empty() {
            break;
        }
        let at = rules[dice.below(rules.len())];
        match dice.below(6) {
            0 => {
                lines.remove(at);
            }
            1 => lines[at] = lines[at].replace(" a ", " c ").replace(" b ", " d "),
            2 => lines[at] = lines[at].replace("priority 1", "priority 5"),
            3 => lines[at] = lines[at].replace(" and ", " or "),
            4 => lines[at] = lines[at].replace(" is at least ", " is more than ").replace("unless", "when"),
            _ => {
                let caps = |line: &String| line.starts_with("cap ");
                if let Some(cap) = lines.iter().position(caps) {
                    lines[cap] = lines[cap].replace("at most 2", "at most 1");
                } else {
                    lines[at] = lines[at].replace("x0", "x1");
                }
            }
        }
    }
    lines.join("\n")
}

/// Frames in which everything varies that either side of a slot reads.
fn every_frame(comparison: &Comparison<'_>, at: usize) -> Option<Vec<Frame>> {
    let [old, new] = comparison.joint.slots[at].joint;
    let mut both = comparison.joint.rules.clone();
    let other = both.slots[new.index()].clone();
    let slot = &mut both.slots[old.index()];
    slot.order.extend(other.order);
    slot.fallback.extend(other.fallback);
    let mut frames = frames(&both, old, &shared(comparison), 20_000)?;
    // Both slots rotate alike, so both have been sent by the same channel last.
    for frame in &mut frames {
        let last = frame.last_used[old.index()];
        frame.last_used[new.index()] = last;
    }
    Some(frames)
}

fn agree(count: u64, write: &dyn Fn(u64) -> String) -> (usize, usize) {
    let (mut looked_at, mut regions, mut open) = (0, 0, 0);
    for seed in setting("CATER_SEED", 0).. {
        if looked_at == count {
            break;
        }
        let text = write(seed);
        let other = changed(&text, &mut Dice::new(seed ^ 0xD1FF));
        let (Some(old), Some(new)) = (model(&text), model(&other)) else { continue };
        let comparison = Comparison::new(&old, &new).expect("comparable");
        let twice = &comparison.joint.twice;
        // Then the facts of both sides hang together, which the enumeration does not know.
        if !(twice.attributes.is_empty()
            && twice.purposes.is_empty()
            && twice.offers.is_empty()
            && twice.caps.is_empty())
        {
            continue;
        }
        let at = comparison.joint.slots.iter().position(|slot| slot.name == "s").expect("the slot");
        let Some(frames) = every_frame(&comparison, at) else { continue };
        looked_at += 1;
        if setting("CATER_SHOW", 0) > 0 {
            println!("schema {seed}:\n{text}\n--- to\n{other}");
        }
        let found = comparison.differences(&Options::default());
        let slot = &found.slots[at];
        open += slot.open.len();
        regions += slot.regions.len();
        let joint = &comparison.joint.rules;
        for frame in &frames {
            let [before, now] = slot.twin.joint.map(|slot| Shown::of(joint, &decide(joint, frame, slot)));
            let standing = slot.standing(frame);
            let seen: Vec<_> = standing.iter().filter(|at| slot.regions[**at].is_seen()).collect();
            assert!(standing.len() <= 1, "schema {seed}: regions overlap at {frame:#?}");
            let rest = slot.regions.iter().any(|region| region.is_rest);
            if before == now {
                assert!(
                    seen.is_empty(),
                    "schema {seed}: no difference, yet in a region\n{text}\n--- to\n{other}\n{frame:#?}"
                );
            } else if slot.open.is_empty() && !rest {
                assert!(
                    seen.len() == 1,
                    "schema {seed}: a difference in no region: {before:?} {now:?}\n{text}\n--- to\n{other}\n{frame:#?}"
                );
                let region = &slot.regions[*seen[0]];
                assert_eq!((&region.old.shown, &region.new.shown), (&before, &now), "schema {seed}");
            }
        }
    }
    println!("{looked_at} changes, {regions} regions, {open} not decided");
    (regions, open)
}

#[test]
fn regions_are_what_every_customer_shows() {
    let (regions, open) = agree(setting("CATER_SCHEMAS", 60), &|seed| schema(seed, false));
    assert!(regions > 60, "{regions}");
    assert_eq!(open, 0, "nothing in these schemas is beyond the analysis");
}

#[test]
fn regions_are_never_wrong_where_calculations_are_made() {
    let (regions, open) = agree(setting("CATER_SCHEMAS", 60) / 2, &|seed| schema(seed, true));
    assert!(open * 5 < regions, "{open} of {regions}");
}

#[test]
fn regions_are_never_wrong_where_scores_decide() {
    let (regions, open) = agree(setting("CATER_SCHEMAS", 60) / 2, &ranked);
    assert!(open * 3 < regions, "{open} of {regions}");
}

#[test]
fn regions_are_what_channels_carry() {
    let (regions, open) = agree(setting("CATER_SCHEMAS", 60) / 2, &sending);
    assert!(regions > 12 && open == 0, "{open} of {regions}");
}
