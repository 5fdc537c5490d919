//! The body of the page: its head with what can be searched, a column a slot, the panel beside them, the findings about
//! nothing that has a card.

use crate::graph::Thing;
use crate::model::show::{show_condition, show_where};
use crate::model::{RuleSet, Slot, SlotId};

use super::Title;
use super::about::About;
use super::relations::{InSlot, Kind, Shared};
use super::rule::{card, finding_words, findings_list, offer};
use super::text::{code, counted, escape};

/// From this many rules on, cards are rows.
const COMPACT: usize = 60;

/// `<body>`, without the end tag that HTML does not ask for.
pub(super) fn body(rules: &RuleSet, slots: &[SlotId], title: Title<'_>, about: &About<'_>) -> String {
    let drawn: usize = slots.iter().map(|slot| rules[*slot].order.len()).sum();
    let shared = Shared::new(rules, slots);
    let columns: String = slots.iter().map(|slot| column(rules, *slot, about, &shared)).collect();
    let density = if drawn >= COMPACT { "compact" } else { "" };
    format!(
        "<body class=\"{density}\">\n\
         <a class=\"skip\" href=\"#board\">to the rules</a>\n{}\
         <main>\n<div id=\"board\" role=\"region\" aria-label=\"slots, side by side\" tabindex=\"0\">\n\
         <svg id=\"lines\" aria-hidden=\"true\"></svg>\n{columns}</div>\n\
         <aside id=\"panel\" aria-label=\"the rule that is selected\" hidden></aside>\n\
         <aside id=\"customer\" aria-label=\"a customer\" hidden></aside>\n</main>\n{}{}",
        head(rules, slots, title, about, drawn),
        elsewhere(rules, about),
        legend(),
    )
}

fn head(rules: &RuleSet, slots: &[SlotId], title: Title<'_>, about: &About<'_>, drawn: usize) -> String {
    let findings = about.count(slots, rules);
    let mut note = format!("{} in {}", counted(drawn, "rule"), counted(slots.len(), "slot"));
    note.push_str(&match findings {
        0 => ", no findings".to_owned(),
        some => format!(", {}", counted(some, "finding")),
    });
    if title.left_out > 0 {
        note.push_str(&format!("; {} in error not here", counted(title.left_out, "rule")));
    }
    let menu: String = slots
        .iter()
        .map(|slot| {
            let of = &rules[*slot];
            format!(
                "<label><input type=\"checkbox\" checked data-slot=\"{}\"> {} <span class=\"count\">{}</span></label>\n",
                slot.index(),
                escape(&of.name),
                of.order.len(),
            )
        })
        .collect();
    format!(
        "<header class=\"top\">\n<div class=\"title\"><h1>{}</h1><p class=\"note\">{note}</p></div>\n\
         <div class=\"tools\" hidden>\n\
         <label class=\"search\"><span>Find</span> <input type=\"search\" id=\"search\" autocomplete=\"off\" spellcheck=\"false\" \
         placeholder=\"rule, attribute, purpose, cap, offer, finding\" aria-describedby=\"found\"></label>\n\
         <output id=\"found\" aria-live=\"polite\"></output>\n\
         <label class=\"toggle\"><input type=\"checkbox\" id=\"only-findings\"> with findings</label>\n\
         <label class=\"toggle\"><input type=\"checkbox\" id=\"rows\"> rows</label>\n\
         <details class=\"menu\" id=\"slots\"><summary>Slots <span id=\"slots-shown\"></span></summary>\
         <div class=\"sheet\"><p><button type=\"button\" id=\"all-slots\">all</button> \
         <button type=\"button\" id=\"no-slots\">none</button></p>\n{menu}</div></details>\n\
         <button type=\"button\" id=\"open-customer\" aria-expanded=\"false\" aria-controls=\"customer\">Try a customer</button>\n\
         </div>\n\
         <noscript><p class=\"note\">Without a script the page cannot search or decide; everything it says of the rules \
         stands behind their rows.</p></noscript>\n</header>\n",
        escape(title.name),
    )
}

/// A slot: what it is, its rules, what everybody else gets.
fn column(rules: &RuleSet, id: SlotId, about: &About<'_>, shared: &Shared) -> String {
    let slot = &rules[id];
    let ranked = InSlot::new(rules, id, about, shared);
    let class_of = |at: usize| slot.order.get(at).map(|rule| rules[*rule].class);
    let is_mixed = (1..slot.order.len()).any(|at| class_of(at) != class_of(0));
    let cards = slot.order.iter().enumerate().map(|(at, rule)| {
        let relations = ranked.of(&slot.order, at);
        let is_first = at.checked_sub(1).is_none_or(|before| class_of(before) != class_of(at));
        let class = rules[*rule].class.word();
        let only = if is_mixed { "" } else { " only" };
        let head = if is_first { format!("<li class=\"of-class{only}\">{class}</li>\n") } else { String::new() };
        head + &card(rules, *rule, at + 1, about, &relations)
    });
    let classes: Vec<&str> = slot.accepts.iter().map(|class| class.word()).collect();
    let label =
        if slot.label.is_empty() { String::new() } else { format!("<p class=\"label\">{}</p>", escape(&slot.label)) };
    let off = slot.off.as_ref().map(|why| format!("<p><span class=\"badge switch\">off: {}</span></p>", escape(why)));
    let ties: Vec<String> = slot.ties.iter().map(|tag| format!("tag {}", escape(&rules[*tag]))).collect();
    let ties = if ties.is_empty() { String::new() } else { format!(", ties {}", ties.join(", ")) };
    let rotate = slot.rotate.map(|tag| format!(", rotates after tag {}", escape(&rules[tag]))).unwrap_or_default();
    let cards: String =
        if slot.order.is_empty() { "<li class=\"none\">no rules</li>\n".to_owned() } else { cards.collect() };
    format!(
        "<section class=\"slot\" id=\"slot-{0}\" data-slot=\"{0}\" aria-labelledby=\"slot-{0}-name\">\n\
         <header><h2 id=\"slot-{0}-name\">{1}</h2><p class=\"note\">{2}, accepts {3}{ties}{rotate}</p>{label}{4}\
         <p class=\"verdict\" role=\"status\"></p></header>\n\
         {5}<ol class=\"rules\">\n{cards}</ol>\n{6}</section>\n",
        id.index(),
        escape(&slot.name),
        escape(&show_where(rules, slot)),
        classes.join(", "),
        off.unwrap_or_default(),
        findings_of(about, id),
        fallback(rules, slot),
    )
}

fn findings_of(about: &About<'_>, id: SlotId) -> String {
    match about.slot(id) {
        [] => String::new(),
        findings => format!("<div class=\"of-slot\">{}</div>\n", findings_list(findings)),
    }
}

/// The list for everybody else, in its order.
fn fallback(rules: &RuleSet, slot: &Slot) -> String {
    let entries = slot.fallback.iter().enumerate().map(|(at, entry)| {
        let what = entry.offer.map_or_else(|| "nothing".to_owned(), |id| offer(rules, id));
        let when = entry
            .when
            .as_ref()
            .map(|when| format!("<br><span class=\"word\">when</span> {}", code(&show_condition(rules, when))))
            .unwrap_or_default();
        format!(
            "<li data-fallback=\"{at}\"><span class=\"entry\">{what}{when}</span><span class=\"state\"></span></li>\n"
        )
    });
    format!("<h3>Falls back to</h3>\n<ol class=\"fallback\">\n{}</ol>\n", entries.collect::<String>())
}

/// Findings about what has no card: attributes, offers, rules in error.
fn elsewhere(rules: &RuleSet, about: &About<'_>) -> String {
    if about.elsewhere().is_empty() {
        return String::new();
    }
    let items = about.elsewhere().iter().map(|(thing, finding)| {
        let of = thing
            .map(|thing: Thing| format!("<p>{} {}</p>", thing.word(), code(thing.name(rules))))
            .unwrap_or_default();
        format!("<li>{of}{}</li>\n", finding_words(finding))
    });
    format!(
        "<section class=\"elsewhere\" aria-label=\"other findings\"><details><summary>{} about what has no card here</summary>\n\
         <ul class=\"findings\">{}</ul></details></section>\n",
        counted(about.elsewhere().len(), "finding"),
        items.collect::<String>(),
    )
}

/// What the lines are, each with its look: dashes and points tell them apart, not colours alone.
fn legend() -> String {
    let lines = Kind::ALL.iter().map(|kind| {
        format!(
            "<li class=\"{0}\"><svg width=\"34\" height=\"10\" aria-hidden=\"true\"><path d=\"M1 5H33\"/></svg> {1}</li>",
            kind.class(),
            kind.label(),
        )
    });
    format!(
        "<footer><details class=\"legend\"><summary>Lines and signs</summary><ul class=\"lines\">{}</ul>\
         <p>Lines are drawn for the rule that is selected; its panel says the same in words.</p></details>\
         <p class=\"note\">One file: nothing is fetched and nothing leaves it. Made by cater {}.</p></footer>\n",
        lines.collect::<String>(),
        env!("CARGO_PKG_VERSION"),
    )
}
