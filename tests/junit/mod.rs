//! The XML that `cater test --junit` writes: that it is well-formed, and what the schemas of the format ask for, read by
//! a reader of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const RULES: &str = r#"
customer { id: text key  tier: one of [bronze < silver < gold] }
offer card  { class service }
offer story { class service }
slot home on web { accepts service  fallback story }
rule gold in home { when tier is gold  show card }
persona p { now 2026-11-22T09:00Z  given { id: "c1", tier: silver } }
test "silver sees <the> \"card\" & more" { as p  expect home shows card }
test "rows" {
  as     p
  cases  tier,   expect home
  row    gold,   shows card
  row    bronze, shows card because gold
}
"#;

/// An element: its name, its attributes, and what is in it.
#[derive(Debug, Default)]
pub(crate) struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    children: Vec<Element>,
    text: String,
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).unwrap_or_else(|| panic!("{} has no {name}", self.name))
    }

    pub(crate) fn count(&self, name: &str) -> usize {
        self.attribute(name).parse().unwrap_or_else(|_| panic!("{name} of {} is no number", self.name))
    }
}

/// Reads a document, panicking on anything that XML 1.0 does not allow.
pub(crate) fn read(text: &str) -> Element {
    let text = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").expect("a declaration");
    let allowed = |letter: char| letter >= ' ' && !matches!(letter, '\u{fffe}' | '\u{ffff}') || letter == '\n';
    assert!(text.chars().all(allowed), "a letter that XML does not know");
    let mut stack = vec![Element::default()];
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        let (before, tag) = rest.split_at(open);
        stack.last_mut().unwrap().text += &unescaped(before);
        // No `>` stands in an attribute: they are spelt out.
        let (tag, behind) = tag[1..].split_once('>').expect("a tag that ends");
        rest = behind;
        if let Some(name) = tag.strip_prefix('/') {
            let element = stack.pop().unwrap();
            assert_eq!(element.name, name, "the tags nest");
            stack.last_mut().unwrap().children.push(element);
            continue;
        }
        let (tag, closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let element = opened(tag);
        if closed {
            stack.last_mut().unwrap().children.push(element);
        } else {
            stack.push(element);
        }
    }
    assert_eq!((stack.len(), rest.trim()), (1, ""), "every tag is closed");
    let mut document = stack.pop().unwrap();
    assert_eq!(document.children.len(), 1, "one root");
    document.children.pop().unwrap()
}

fn opened(tag: &str) -> Element {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    assert!(name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-'), "{name}");
    let mut element = Element { name: name.to_owned(), ..Element::default() };
    while !rest.is_empty() {
        let (attribute, behind) = rest.split_once("=\"").expect("an attribute with a value");
        let (value, behind) = behind.split_once('"').expect("a value that ends");
        assert!(!value.contains('<') && !value.contains('\n'), "{value}");
        let twice = element.attributes.insert(attribute.trim_start().to_owned(), unescaped(value));
        assert_eq!(twice, None, "{attribute} stands twice");
        rest = behind;
    }
    element
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split('&');
    out.push_str(parts.next().unwrap());
    for part in parts {
        let (entity, behind) = part.split_once(';').expect("an entity that ends");
        out.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "#10" => '\n',
            "#9" => '\t',
            other => panic!("&{other}; is none that we write"),
        });
        out.push_str(behind);
    }
    out
}

/// What the schemas ask for: the elements in their order, the attributes that must be there, counts that are right.
pub(crate) fn valid(root: &Element) -> &[Element] {
    assert_eq!(root.name, "testsuites");
    for (at, suite) in root.children.iter().enumerate() {
        assert_eq!(suite.name, "testsuite");
        let known = ["errors", "failures", "hostname", "id", "name", "package", "tests", "time", "timestamp"];
        assert_eq!(suite.attributes.keys().map(String::as_str).collect::<Vec<_>>(), known);
        assert_eq!(suite.count("id"), at);
        let stamp = suite.attribute("timestamp").as_bytes();
        let shape: Vec<u8> = stamp.iter().map(|byte| if byte.is_ascii_digit() { b'0' } else { *byte }).collect();
        assert_eq!(shape, b"0000-00-00T00:00:00", "{}", suite.attribute("timestamp"));
        let names: Vec<_> = suite.children.iter().map(|child| child.name.as_str()).collect();
        let (first, last) = (names.first(), names.get(names.len() - 2..));
        assert_eq!((first, last), (Some(&"properties"), Some(&["system-out", "system-err"][..])));
        let cases = &suite.children[1..suite.children.len() - 2];
        for case in cases {
            assert_eq!(case.name, "testcase");
            assert_eq!(case.attributes.keys().map(String::as_str).collect::<Vec<_>>(), ["classname", "name", "time"]);
            assert!(case.attribute("time").parse::<f64>().is_ok_and(|seconds| seconds >= 0.0));
            assert!(case.children.len() <= 1, "one failure a case");
            for child in &case.children {
                assert!(["failure", "error"].contains(&child.name.as_str()), "{}", child.name);
                assert_eq!(child.attributes.keys().map(String::as_str).collect::<Vec<_>>(), ["message", "type"]);
            }
        }
        let of = |name: &str| cases.iter().filter(|case| case.children.iter().any(|child| child.name == name)).count();
        let counted = (suite.count("tests"), suite.count("failures"), suite.count("errors"));
        assert_eq!(counted, (cases.len(), of("failure"), of("error")));
    }
    &root.children
}

fn cater(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cater")).args(arguments).current_dir(folder).output().unwrap()
}

fn names(folder: &TempDir) -> Vec<String> {
    let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn every_test_and_row_is_a_case() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("shop.rules"), RULES).unwrap();
    fs::write(folder.path().join("broken.rules"), "rule a in nowhere { show nothing_there }").unwrap();
    let ended = cater(folder.path(), &["test", "shop.rules", "broken.rules", "--junit", "results.xml"]);
    assert_eq!(ended.status.code(), Some(1));
    let root = read(&fs::read_to_string(folder.path().join("results.xml")).unwrap());
    let suites = valid(&root);
    assert_eq!(suites.len(), 2);
    let case = |suite: &Element, at: usize| suite.children[1 + at].attribute("name").to_owned();
    assert_eq!(case(&suites[0], 0), "silver sees <the> \"card\" & more");
    assert_eq!((case(&suites[0], 1), case(&suites[0], 2)), ("rows / row 1".to_owned(), "rows / row 2".to_owned()));
    assert_eq!((suites[0].count("tests"), suites[0].count("failures")), (3, 2));
    let failure = &suites[0].children[3].children[0];
    assert_eq!(failure.attribute("message"), "shop.rules:13:18: expected card, but home shows story, the fallback");
    for part in ["shop.rules:13:18: expect home shows card because gold\n", "why       gold drops out at its audience"]
    {
        assert!(failure.text.contains(part), "{}", failure.text);
    }
    assert_eq!((suites[1].count("tests"), suites[1].count("errors")), (1, 1), "rules in error are not green");
    assert!(suites[1].children[1].children[0].text.contains("there is no slot `nowhere`"));
    assert_eq!(names(&folder), ["broken.rules", "results.xml", "shop.rules"], "nothing else is left behind");
}

#[test]
fn the_file_appears_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("shop.rules"), RULES).unwrap();
    for (output, code) in
        [("no/such/folder.xml", "run::cannot-write"), ("shop.rules", "run::bad-output"), (".", "run::bad-output")]
    {
        let ended = cater(folder.path(), &["test", "shop.rules", "--junit", output]);
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(2), "{said}");
        assert!(said.contains(code), "{said}");
        assert_eq!(names(&folder), ["shop.rules"]);
    }
    assert_eq!(fs::read_to_string(folder.path().join("shop.rules")).unwrap(), RULES);
    // Where no test is found, none is reported.
    let ended = cater(folder.path(), &["test", "shop.rules", "--filter", "nobody", "--junit", "results.xml"]);
    assert_eq!((ended.status.code(), names(&folder).len()), (Some(2), 1));
}
