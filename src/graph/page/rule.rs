//! One rule as a card: a row that says what matters, and behind it everything there is to say, in the language's words.

use std::collections::BTreeSet;

use crate::diagnostics::{Diagnostic, Severity};
use crate::graph::{Link, Thing};
use crate::model::show::{
    show_block, show_cap, show_channels, show_condition, show_expiry, show_expression, show_order, show_outside,
    show_row, show_substitute, show_verb, show_zones,
};
use crate::model::{Active, OfferId, RuleId, RuleSet, WindowId};
use crate::value::{show_date, show_instant};

use super::about::About;
use super::relations::Relation;
use super::text::{code, counted, escape};

/// A row and what stands behind it. `place` counts from 1.
pub(super) fn card(rules: &RuleSet, id: RuleId, place: usize, about: &About<'_>, relations: &[Relation]) -> String {
    let rule = &rules[id];
    let findings = about.rule(id);
    let off = if rule.off.is_some() || rules[rule.show].off.is_some() { " off" } else { "" };
    format!(
        "<li><details class=\"rule{off}\" id=\"rule-{0}\" data-rule=\"{0}\" data-find=\"{1}\">\n<summary>{2}</summary>\n\
         <div class=\"body\">{3}{4}{5}</div>\n</details></li>\n",
        id.index(),
        escape(&found_by(rules, id, about)),
        row(rules, id, place, findings),
        facts(rules, id, about),
        findings_list(findings),
        relations_list(rules, relations),
    )
}

/// What stands in the row.
fn row(rules: &RuleSet, id: RuleId, place: usize, findings: &[&Diagnostic]) -> String {
    let rule = &rules[id];
    let order = Some(show_order(rules, id)).filter(|order| !order.is_empty());
    // A row has room for the class or for the order; a line above tells the class.
    let meta = match order {
        Some(order) => format!("<span class=\"class\">{}, </span>{}", rule.class.word(), escape(&order)),
        None => rule.class.word().to_owned(),
    };
    let mut badges = Vec::new();
    if let Some(worst) = findings.iter().map(|finding| finding.severity).max() {
        badges.push(finding_badge(worst, findings.len()));
    }
    if let Some(why) = rule.off.as_ref().or(rules[rule.show].off.as_ref()) {
        badges.push(format!("<span class=\"badge switch\">off<span class=\"why\">: {}</span></span>", escape(why)));
    }
    let mut badge = |class: &str, words: String| {
        badges.push(format!("<span class=\"badge {class}\">{}</span>", escape(&words)));
    };
    if rule.active.is_some() || rules[rule.show].active.is_some() {
        badge("dates", "dates".to_owned());
    }
    for purpose in &rule.needs {
        badge("purpose", format!("needs {}", rules[*purpose].name));
    }
    let (caps, blocks, windows) = (rules.caps_on(id).len(), rules.blocks_on(id).len(), rules.windows_on(id).len());
    for (count, word) in [(caps, "cap"), (blocks, "block"), (windows, "window")] {
        if count > 0 {
            badge(word, counted(count, word));
        }
    }
    format!(
        "<span class=\"place\">{place}</span><span class=\"what\"><span class=\"name\">{}</span> <span class=\"meta\">\
         {meta}</span> <span class=\"shown\"><span class=\"verb\">{}s</span> {}</span></span>\
         <span class=\"badges\">{}</span><span class=\"state\"></span>",
        escape(&rule.name),
        show_verb(rules, rule.slot),
        escape(&rules[rule.show].name),
        badges.join(" "),
    )
}

/// A sign, and the word: never a colour alone.
pub(super) fn finding_badge(worst: Severity, count: usize) -> String {
    let word = if count == 1 { worst.word().to_owned() } else { format!("{count} findings") };
    format!(
        "<span class=\"badge finding {0}\"><span aria-hidden=\"true\">{1}</span> {word}</span>",
        worst.word(),
        sign(worst)
    )
}

fn sign(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "i",
        Severity::Warning => "!",
        Severity::Error => "\u{d7}",
    }
}

/// Everything but findings and other rules, as a list of terms.
fn facts(rules: &RuleSet, id: RuleId, about: &About<'_>) -> String {
    let rule = &rules[id];
    let mut list = String::new();
    let mut add = |term: &str, html: String| {
        if !html.is_empty() {
            list.push_str(&format!("<dt>{term}</dt><dd>{html}</dd>\n"));
        }
    };
    let plain = |text: &Option<String>| text.as_deref().map(escape).unwrap_or_default();
    add("About", plain(&rule.about));
    add(if rules.sends(rule.slot) { "Sends" } else { "Shows" }, offer(rules, rule.show));
    add("Who", clauses(rules, id));
    add("Where", definitions(rules, id, about));
    let purposes = rule.needs.iter().map(|purpose| {
        let purpose = &rules[*purpose];
        let label = if purpose.label.is_empty() { String::new() } else { format!(" {}", escape(&purpose.label)) };
        format!("{}{label}", code(&purpose.name))
    });
    add("Needs", lines(purposes));
    add("Score", rule.rank.as_ref().map(|rank| code(&show_expression(rules, &rank.by))).unwrap_or_default());
    add("Off", plain(&rule.off));
    add("Active", rule.active.map(dates).unwrap_or_default());
    let caps = rules.caps_on(id).into_iter().map(|cap| {
        let of = &rules[cap];
        format!("<span data-cap=\"{}\">{} {}</span>", cap.index(), code(&of.name), escape(&show_cap(rules, cap)))
    });
    add("Caps", lines(caps));
    let blocks = rules.blocks_on(id).into_iter();
    add(
        "Blocks",
        lines(blocks.map(|block| format!("{} {}", code(&rules[block].name), escape(&show_block(rules, block))))),
    );
    add("Windows", lines(rules.windows_on(id).into_iter().map(|window| open(rules, window))));
    add("Expires", show_expiry(rules, id).map(|text| code(&text)).unwrap_or_default());
    if rules.sends(rule.slot) {
        add("By", code(&show_channels(rules, rules.channels_of(rule))));
    }
    let substitutes =
        [("If capped", rule.if_capped), ("If no consent", rule.if_no_consent), ("If unknown", rule.if_unknown)];
    for (term, substitute) in substitutes {
        add(term, substitute.map(|substitute| code(&show_substitute(rules, id, substitute))).unwrap_or_default());
    }
    add("Also", rule.tasks.iter().map(|task| code(task)).collect::<Vec<_>>().join(", "));
    add("Because", plain(&rule.because));
    let whose = [("owner", &rule.owner), ("metric", &rule.metric), ("ticket", &rule.ticket)];
    let mut whose: Vec<String> =
        whose.into_iter().filter_map(|(word, text)| Some(format!("{word} {}", escape(text.as_ref()?)))).collect();
    whose.extend(rule.review_by.map(|day| format!("review by {}", show_date(day))));
    add("Whose", whose.join(", "));
    let label =
        if rule.label.is_empty() { String::new() } else { format!("<p class=\"label\">{}</p>", escape(&rule.label)) };
    format!("{label}<dl>\n{list}</dl>\n")
}

/// An offer with its class, tags and dates.
pub(super) fn offer(rules: &RuleSet, id: OfferId) -> String {
    let offer = &rules[id];
    let mut parts = vec![format!("{} ({})", code(&offer.name), offer.class.word())];
    if !offer.label.is_empty() {
        parts.push(escape(&offer.label));
    }
    if !offer.tags.is_empty() {
        let tags: Vec<String> = offer.tags.iter().map(|tag| code(&rules[*tag])).collect();
        parts.push(format!("tags {}", tags.join(", ")));
    }
    parts.extend(offer.active.map(|active| format!("active {}", dates(active))));
    parts.extend(offer.off.as_ref().map(|why| format!("off: {}", escape(why))));
    parts.join("<br>")
}

/// Each clause with a place for its truth.
fn clauses(rules: &RuleSet, id: RuleId) -> String {
    let rule = &rules[id];
    if rule.when.is_empty() && rule.unless.is_empty() {
        return "everybody".to_owned();
    }
    let when = rule.when.iter().map(|clause| ("when", clause));
    let all = when.chain(rule.unless.iter().map(|clause| ("unless", clause)));
    let items = all.enumerate().map(|(at, (word, clause))| {
        let words = code(&show_condition(rules, &clause.condition));
        format!("<li data-clause=\"{at}\"><span class=\"word\">{word}</span> {words}</li>")
    });
    format!("<ul class=\"clauses\">{}</ul>", items.collect::<String>())
}

/// What the names in its clauses stand for, through every level.
fn definitions(rules: &RuleSet, id: RuleId, about: &About<'_>) -> String {
    let named = about.graph.reach(Thing::Rule(id), Link::is_read).into_iter().filter_map(|thing| match thing {
        Thing::Segment(id) => Some((rules[id].name.clone(), show_condition(rules, &rules[id].condition))),
        Thing::Value(id) => Some((rules[id].name.clone(), show_expression(rules, &rules[id].expression))),
        Thing::Purpose(_)
        | Thing::Attribute(_)
        | Thing::Event(_)
        | Thing::Channel(_)
        | Thing::Offer(_)
        | Thing::Tag(_)
        | Thing::Slot(_)
        | Thing::Rule(_)
        | Thing::Cap(_)
        | Thing::Window(_) => None,
    });
    lines(named.map(|(name, words)| format!("{} is {}", code(&name), code(&words))))
}

fn open(rules: &RuleSet, id: WindowId) -> String {
    let window = &rules[id];
    let rows: Vec<String> = window.rows.iter().map(|row| show_row(rules, row)).collect();
    let words = format!(
        "open {} in {}, outside {}",
        rows.join("; "),
        show_zones(rules, &window.zones),
        show_outside(window.outside)
    );
    format!("{} {}", code(&window.name), escape(&words))
}

fn dates(active: Active) -> String {
    let from = active.from.map(|from| format!("from {}", show_instant(from)));
    let until = active.until.map(|until| format!("until {}", show_instant(until)));
    from.into_iter().chain(until).collect::<Vec<_>>().join(" ")
}

/// Several as lines of a list, one as it is, none as nothing.
fn lines(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    match items.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        several => format!("<ul>{}</ul>", several.iter().map(|item| format!("<li>{item}</li>")).collect::<String>()),
    }
}

/// Findings with their help and their evidence.
pub(super) fn findings_list(findings: &[&Diagnostic]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let items: String = findings.iter().map(|finding| format!("<li>{}</li>\n", finding_words(finding))).collect();
    format!("<h4>{}</h4>\n<ul class=\"findings\">{items}</ul>\n", counted(findings.len(), "finding"))
}

pub(super) fn finding_words(finding: &Diagnostic) -> String {
    let help = finding.help.as_ref().map(|help| format!("<p class=\"help\">{}</p>", ticked(help))).unwrap_or_default();
    let facts = match finding.facts.as_slice() {
        [] => String::new(),
        facts => format!("<pre>{}</pre>", escape(&facts.join("\n"))),
    };
    format!(
        "<p>{} <span class=\"code\">{}</span></p><p>{}</p>{help}{facts}",
        finding_badge(finding.severity, 1),
        escape(finding.code.name),
        ticked(&finding.message),
    )
}

/// A sentence in which what stands between backticks is code.
pub(super) fn ticked(sentence: &str) -> String {
    let parts = sentence.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { code(part) } else { escape(part) }).collect()
}

/// How it stands to other rules, each with a link to it.
fn relations_list(rules: &RuleSet, relations: &[Relation]) -> String {
    if relations.is_empty() {
        return String::new();
    }
    let items = relations.iter().map(|relation| {
        let link = |to: &RuleId| {
            format!("<a href=\"#rule-{0}\" data-to=\"{0}\">{1}</a>", to.index(), escape(&rules[*to].name))
        };
        let names = relation.to.iter().map(link).collect::<Vec<_>>().join(", ");
        let behind = match relation.behind.as_str() {
            "" => String::new(),
            more if relation.to.len() > 1 => format!(" {}", ticked(more)),
            why => format!(": {}", ticked(why)),
        };
        let (kind, label) = (relation.kind.class(), relation.kind.label());
        format!("<li data-kind=\"{kind}\" data-line=\"{label}\">{} {names}{behind}</li>\n", ticked(&relation.before))
    });
    format!("<h4>Beside other rules</h4>\n<ul class=\"relations\">{}</ul>\n", items.collect::<String>())
}

/// What the search finds a rule by: its name and label, what it shows, reads, needs and spends, and its findings; not the
/// names of its neighbours.
fn found_by(rules: &RuleSet, id: RuleId, about: &About<'_>) -> String {
    let rule = &rules[id];
    let mut words: BTreeSet<String> = BTreeSet::new();
    let mut add = |word: &str| {
        words.insert(word.to_lowercase());
    };
    [&rule.name, &rule.label, &rules[rule.show].label].into_iter().for_each(|text| add(text));
    [&rule.about, &rule.owner, &rule.metric, &rule.ticket].into_iter().flatten().for_each(|text| add(text));
    add(rule.class.word());
    add(&show_order(rules, id));
    for thing in about.graph.reach(Thing::Rule(id), Link::is_read) {
        add(thing.name(rules));
    }
    for (link, thing) in about.graph.uses(Thing::Rule(id)) {
        if link != Link::Before && link != Link::Holds {
            add(thing.name(rules));
        }
    }
    rules.caps_on(id).into_iter().for_each(|cap| add(&rules[cap].name));
    rules.blocks_on(id).into_iter().for_each(|block| add(&rules[block].name));
    rules.windows_on(id).into_iter().for_each(|window| add(&rules[window].name));
    rules[rule.show].tags.iter().for_each(|tag| add(&rules[*tag]));
    about.rule(id).iter().for_each(|finding| add(finding.code.name));
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("\n")
}
