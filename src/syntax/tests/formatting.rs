//! The formatter: the look, that it changes no meaning, and that doing it twice changes nothing.

use super::dice::Dice;
use super::{generate, parse, shape};
use crate::source::SourceId;
use crate::syntax::format;

fn formatted(text: &str) -> String {
    format(SourceId(0), text).unwrap_or_else(|findings| panic!("{text}\n{findings:#?}"))
}

/// Keeps the meaning and every comment, and is done after one time.
fn keeps(text: &str) {
    let once = formatted(text);
    let (before, _) = parse(text);
    let (after, findings) = parse(&once);
    assert!(findings.is_empty(), "{text}\n----\n{once}\n{findings:#?}");
    assert_eq!(shape(&before), shape(&after), "{text}\n----\n{once}");
    assert_eq!(formatted(&once), once, "{text}");
    assert_eq!(text.matches("// ").count(), once.matches("// ").count(), "{text}\n----\n{once}");
    for line in once.lines() {
        assert_eq!(line, line.trim_end(), "space at the end of a line\n{once}");
    }
    assert!(!once.contains("\n\n\n"), "{once}");
}

#[test]
fn formatting_keeps_the_meaning_and_is_done_after_one_time() {
    // `make fuzz-quick` asks for a hundred thousand.
    let files = std::env::var("CATER_FORMAT_FILES").ok().and_then(|text| text.parse().ok()).unwrap_or(1_500);
    for seed in 0..files {
        let dice = &mut Dice::new(seed);
        let items = generate::items(dice, 4);
        let mut text = String::new();
        for item in &items {
            text.push_str(item);
            text.push_str(
                ["\n", "\n\n\n", "  // behind\n", "\n// before the next\n", "\n\n// alone\n\n"][dice.below(5)],
            );
        }
        keeps(&text);
    }
}

#[test]
fn the_scenarios_stay_as_they_are_written() {
    keeps(include_str!("data/s2.rules"));
    keeps(include_str!("data/s6.rules"));
    keeps(include_str!("data/table.rules"));
}

#[test]
fn line_ends_and_the_byte_order_mark_stay() {
    let text = "\u{FEFF}offer a {\r\n  class service  // why\r\n}\r\n";
    assert_eq!(formatted(text), text);
}

#[test]
fn a_file_with_errors_is_not_formatted() {
    assert!(format(SourceId(0), "offer a { clas service }").is_err());
    assert_eq!(formatted(""), "");
    assert_eq!(formatted("\n\n// only this\n\n\n"), "// only this\n");
}

#[test]
fn the_look() {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| {
        for (name, text) in [
            ("look_of_s2", include_str!("data/s2.rules")),
            ("look_of_s6", include_str!("data/s6.rules")),
            ("look_of_odd_layout", include_str!("data/odd_layout.rules")),
            ("look_of_a_table", include_str!("data/table.rules")),
        ] {
            insta::assert_snapshot!(name, format!("{text}\n{:-<100}\n{}", "", formatted(text)));
        }
    });
}
