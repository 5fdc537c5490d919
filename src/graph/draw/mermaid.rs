//! The picture as Mermaid flowchart, for pages that draw such text themselves.
//!
//! Takes a picture, gives text with one subgraph a slot. Every character that Mermaid or its Markdown would read as
//! its own is written as an entity, so any text is allowed. Mermaid draws at most 500 arrows unless its host raises
//! `maxEdges`; a picture with more says so in a comment.

use super::measure::clean;
use super::style::Family;
use super::words::{second, short};
use super::{Node, NodeKind, Picture};

/// The number of arrows that Mermaid draws without being told otherwise.
const ARROWS: usize = 500;

/// The drawing as a Mermaid flowchart. Ends with a line feed.
pub fn mermaid(picture: &Picture) -> String {
    let mut out = format!("---\ntitle: {}\n---\nflowchart LR\n", front(&picture.title));
    let count: usize = picture.panels.iter().map(|p| p.arrows().len()).sum();
    if count > ARROWS {
        out.push_str(&format!("  %% {count} arrows: set maxEdges to that number to see them\n"));
    }
    for (index, panel) in picture.panels.iter().enumerate() {
        out.push_str(&format!("  subgraph p{index}[\"{}\"]\n    direction TB\n", entity(&panel.name)));
        for (at, node) in panel.nodes().iter().enumerate() {
            out.push_str(&format!("    p{index}n{at}{}\n", shape(node)));
        }
        for arrow in panel.arrows() {
            let words = short(arrow);
            let words = if words.is_empty() { String::new() } else { format!("|\"{}\"|", entity(&words)) };
            let line = match Family::of(arrow.kind) {
                Family::Outranks | Family::Shows | Family::Reads => "-->",
                Family::Before => "==>",
                Family::Substitute | Family::FallsBack | Family::Needs | Family::SendsBy => "-.->",
                Family::Excludes | Family::Limits => "--x",
            };
            out.push_str(&format!("    p{index}n{} {line}{words} p{index}n{}\n", arrow.from.index(), arrow.to.index()));
        }
        out.push_str("  end\n");
    }
    for (kind, style) in [
        (NodeKind::Rule, "stroke:#3d4451,stroke-width:2px"),
        (NodeKind::Fallback, "stroke:#646b76,stroke-dasharray:5 4"),
        (NodeKind::Offer, "stroke:#0b7a66"),
        (NodeKind::Channel, "stroke:#006d77"),
        (NodeKind::Segment, "stroke:#2563a8"),
        (NodeKind::Value, "stroke:#6d46b5"),
        (NodeKind::Attribute, "stroke:#47708a"),
        (NodeKind::Purpose, "stroke:#7a6200"),
        (NodeKind::Cap, "stroke:#b3392f"),
    ] {
        let of_kind: Vec<String> = (picture.panels.iter().enumerate())
            .flat_map(|(index, panel)| {
                let nodes = panel.nodes().iter().enumerate().filter(|(_, n)| n.kind == kind);
                nodes.map(move |(at, _)| format!("p{index}n{at}"))
            })
            .collect();
        if !of_kind.is_empty() {
            // The words of kinds are words of Mermaid in some places; with an initial of our own they are none.
            out.push_str(&format!("  classDef k_{0} {style}\n  class {1} k_{0}\n", kind.word(), of_kind.join(",")));
        }
    }
    out
}

/// The title as a quoted string of YAML.
fn front(text: &str) -> String {
    format!("\"{}\"", clean(text).replace('\\', "\\\\").replace('"', "\\\""))
}

/// The brackets of each kind around the words of a box.
fn shape(node: &Node) -> String {
    let mut words = entity(&node.name);
    if !second(node).is_empty() {
        words.push_str(&format!("<br/>{}", entity(second(node))));
    }
    for mark in super::icons::Mark::of(node) {
        words.push_str(&format!("<br/>{}", mark.meaning()));
    }
    let (open, close) = match node.kind {
        NodeKind::Rule | NodeKind::Fallback => ("[\"", "\"]"),
        NodeKind::Offer => ("([\"", "\"])"),
        NodeKind::Channel => (">\"", "\"]"),
        NodeKind::Segment => ("(\"", "\")"),
        NodeKind::Value => ("[/\"", "\"/]"),
        NodeKind::Attribute => ("[\\\"", "\"\\]"),
        NodeKind::Purpose => ("{{\"", "\"}}"),
        NodeKind::Cap => ("[[\"", "\"]]"),
    };
    format!("{open}{words}{close}")
}

/// Text as it may stand between quotes: what Mermaid, HTML or Markdown would read is written as its number.
fn entity(text: &str) -> String {
    let text = clean(text);
    let mut out = String::with_capacity(text.len());
    let mut before: Option<char> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let inner = before.is_some_and(char::is_alphanumeric) && chars.peek().is_some_and(|n| n.is_alphanumeric());
        let plain = c.is_alphanumeric() || !c.is_ascii() || " ,:'!/".contains(c) || "_-.".contains(c) && inner;
        // `12.` and a bare number at the head would begin a list.
        if plain {
            out.push(c);
        } else {
            out.push_str(&format!("#{};", u32::from(c)));
        }
        before = Some(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::{ArrowKind, Panel};
    use super::*;

    #[test]
    fn hostile_names_are_written_as_entities() {
        assert_eq!(entity("a \"b\" <c> #d; `e` *f*"), "a #34;b#34; #60;c#62; #35;d#59; #96;e#96; #42;f#42;");
        assert_eq!(entity("comeback_runner"), "comeback_runner");
        assert_eq!(entity("1. first"), "1#46; first");
        assert_eq!(entity("- _x_"), "#45; #95;x#95;");
    }

    #[test]
    fn a_flowchart_of_one_slot() {
        let mut panel = Panel::new("home_hero", "");
        let rule = panel.add(Node::new(NodeKind::Rule, "comeback", "priority 80"));
        let offer = panel.add(Node::new(NodeKind::Offer, "tips", ""));
        let cap = panel.add(Node::new(NodeKind::Cap, "weekly", ""));
        panel.arrow(rule, offer, ArrowKind::Shows);
        panel.arrow(rule, offer, ArrowKind::IfCapped);
        panel.arrow(cap, rule, ArrowKind::Limits);
        let text = mermaid(&Picture { title: "Who: \"sees\"".into(), note: String::new(), panels: vec![panel] });
        let want = [
            "---\ntitle: \"Who: \\\"sees\\\"\"\n---\nflowchart LR\n  subgraph p0[\"home_hero\"]\n    direction TB\n",
            "    p0n0[\"comeback<br/>priority 80\"]\n    p0n1([\"tips<br/>offer\"])\n    p0n2[[\"weekly<br/>cap\"]]\n",
            "    p0n0 --> p0n1\n    p0n0 -.->|\"if capped\"| p0n1\n    p0n2 --x|\"caps\"| p0n0\n  end\n",
        ];
        assert!(text.starts_with(&want.concat()), "{text}");
    }

    #[test]
    fn too_many_arrows_are_announced() {
        let text = mermaid(&super::super::tests::made::world(3, 1, 500));
        assert!(text.contains(": set maxEdges"));
        assert!(text.lines().all(|l| l.matches('"').count() % 2 == 0), "every quote closes on its line");
    }
}
