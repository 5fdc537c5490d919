//! The picture as Graphviz text: one cluster a slot, for those who want to lay it out or work on it themselves.
//!
//! Takes a picture, gives DOT. Names are quoted and escaped, so any text is allowed; identifiers are our own (`p0n3`:
//! panel 0, box 3), so two boxes of one name stay two. `dot` stands the rules under each other in their order; slots of
//! hundreds of rules take it minutes, the SVG of this program does not.

use super::measure::clean;
use super::style::{Family, Point};
use super::words::{second, short};
use super::{Arrow, Node, NodeKind, Picture};

/// The drawing in the DOT language. Ends with a line feed.
pub fn dot(picture: &Picture) -> String {
    let mut out = String::from("digraph cater {\n");
    out.push_str(&format!("  graph [label={}, labelloc=t, fontname=\"sans-serif\"];\n", quoted(&picture.title)));
    out.push_str("  node [fontname=\"sans-serif\", fontsize=11];\n  edge [fontname=\"sans-serif\", fontsize=9];\n");
    for (index, panel) in picture.panels.iter().enumerate() {
        out.push_str(&format!("  subgraph \"cluster_{index}\" {{\n    label={};\n", quoted(&panel.name)));
        for (at, node) in panel.nodes().iter().enumerate() {
            out.push_str(&format!("    \"p{index}n{at}\" [{}];\n", attributes(node)));
        }
        for arrow in panel.arrows() {
            out.push_str(&format!(
                "    \"p{index}n{}\" -> \"p{index}n{}\" [{}];\n",
                arrow.from.index(),
                arrow.to.index(),
                line(arrow)
            ));
        }
        out.push_str("  }\n");
    }
    out.push_str("}\n");
    out
}

/// A quoted string of the DOT language.
fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

fn escaped(text: &str) -> String {
    clean(text).replace('\\', "\\\\").replace('"', "\\\"")
}

fn attributes(node: &Node) -> String {
    let mut words = escaped(&node.name);
    if !second(node).is_empty() {
        words.push_str(&format!("\\n{}", escaped(second(node))));
    }
    for mark in super::icons::Mark::of(node) {
        words.push_str(&format!("\\n({})", mark.meaning()));
    }
    let shape = match node.kind {
        NodeKind::Rule | NodeKind::Fallback => "box",
        NodeKind::Offer => "component",
        NodeKind::Channel => "cds",
        NodeKind::Segment => "ellipse",
        NodeKind::Value => "parallelogram",
        NodeKind::Attribute => "note",
        NodeKind::Purpose => "hexagon",
        NodeKind::Cap => "octagon",
    };
    let style = match (node.kind == NodeKind::Fallback, node.off) {
        (_, true) => ", style=\"dotted\"",
        (true, false) => ", style=\"dashed\"",
        (false, false) => "",
    };
    format!("label=\"{words}\", shape={shape}{style}")
}

fn line(arrow: &Arrow) -> String {
    let family = Family::of(arrow.kind);
    let style = match family {
        Family::Outranks | Family::Shows | Family::Reads => "solid",
        Family::Before => "bold",
        Family::Substitute | Family::Needs | Family::FallsBack => "dashed",
        Family::Excludes | Family::Limits | Family::SendsBy => "dotted",
    };
    let point = match family.point() {
        Point::Arrow => "normal",
        Point::Bar => "tee",
    };
    let words = short(arrow);
    let label = if words.is_empty() { String::new() } else { format!("label={}, ", quoted(&words)) };
    format!("{label}style={style}, arrowhead={point}")
}

#[cfg(test)]
mod tests {
    use super::super::{ArrowKind, Panel};
    use super::*;

    #[test]
    fn hostile_names_stay_inside_their_quotes() {
        let mut panel = Panel::new("a \"slot\" \\", "");
        let one = panel.add(Node::new(NodeKind::Rule, "x\" ]; }", "back\\slash\nnew line"));
        let two = panel.add(Node::new(NodeKind::Offer, "ends in \\", ""));
        panel.labelled(one, two, ArrowKind::IfCapped, "\"");
        let text = dot(&Picture { title: "t\"".into(), note: String::new(), panels: vec![panel] });
        assert!(text.contains("label=\"a \\\"slot\\\" \\\\\";"), "{text}");
        assert!(text.contains("label=\"x\\\" ]; }\\nback\\\\slash new line\""), "{text}");
        assert!(text.contains("label=\"ends in \\\\\\noffer\""), "{text}");
        // Outside of quotes the braces close what they open.
        let (mut depth, mut inside, mut escape) = (0, false, false);
        for c in text.chars() {
            match c {
                _ if escape => escape = false,
                '\\' if inside => escape = true,
                '"' => inside = !inside,
                '{' if !inside => depth += 1,
                '}' if !inside => depth -= 1,
                _ => {}
            }
        }
        assert_eq!((depth, inside), (0, false));
    }

    #[test]
    fn every_box_and_arrow_is_there_once() {
        let picture = super::super::tests::made::world(7, 2, 10);
        let text = dot(&picture);
        let boxes: usize = picture.panels.iter().map(|p| p.nodes().len()).sum();
        let arrows: usize = picture.panels.iter().map(|p| p.arrows().len()).sum();
        assert_eq!(text.lines().filter(|l| l.contains(", shape=")).count(), boxes);
        assert_eq!(text.lines().filter(|l| l.contains("\" -> \"")).count(), arrows);
        assert_eq!(text.matches("subgraph \"cluster_").count(), picture.panels.len());
    }
}
