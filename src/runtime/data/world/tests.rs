//! What `cater.toml` is read as, and what is said of one that cannot be.

use super::*;
use crate::model::sample::{at, rule_set};

fn parse(text: &str) -> Result<World, DataError> {
    World::parse(text, Path::new("shop"))
}

const WHOLE: &str = r#"
now     = "2026-11-22T09:00:00Z"
slots   = ["hero", "footer"]
rules   = [".", "more/extra.rules"]
consent = "data/consent.csv.gz"
events  = "data/events.csv.gz"

[[customers]]
name      = "bank"
file      = "data/bank-full.csv.gz"
delimiter = ";"

[customers.columns]
tenure     = "months"
last_order = { from = "pdays", spellings = { "-1" = "never", "?" = "missing" }, as_of = "drawn" }
illness    = { spellings = { "Y" = true, "N" = "no" } }
balance    = { absent = true }

[[customers]]
file = "data/others.jsonl"

[moment]
device = "ios"
"#;

#[test]
fn a_whole_world() {
    let rules = rule_set();
    let world = parse(WHOLE).unwrap();
    assert_eq!(world.now, Instant::parse("2026-11-22T09:00Z"));
    assert_eq!(world.slots(&rules), Ok(vec![SlotId(1), SlotId(0)]));
    assert_eq!(world.rules, ["shop/.", "shop/more/extra.rules"].map(PathBuf::from));
    assert_eq!(world.consent, Some("shop/data/consent.csv.gz".into()));
    let facts = world.facts(&rules, Instant(7)).unwrap();
    assert_eq!(facts.attributes[at::DEVICE.index()], Fact::Known(Value::Member(1), None));
    let file = world.customers[0].file(&rules).unwrap();
    assert_eq!((file.name.as_str(), file.delimiter), ("bank", Some(b';')));
    let own = |id| file.overrides.0.iter().find(|(of, _)| *of == id).map(|(_, own)| own.clone()).unwrap();
    assert_eq!(own(at::TENURE).from.as_deref(), Some("months"));
    assert!(own(at::BALANCE).absent);
    let last_order = own(at::LAST_ORDER);
    assert_eq!((last_order.from.as_deref(), last_order.as_of.as_deref()), (Some("pdays"), Some("drawn")));
    let meanings = [("-1".to_owned(), Spelling::Value(Value::Never)), ("?".to_owned(), Spelling::Missing)];
    assert_eq!(last_order.spellings, meanings);
    assert_eq!(own(at::ILLNESS).spellings[1], ("Y".to_owned(), Spelling::Value(Value::YesNo(true))));
    assert_eq!(world.customers[1].name, "others");
}

#[test]
fn what_is_not_said_has_a_default() {
    let rules = rule_set();
    let world = parse("").unwrap();
    assert_eq!((world.now, world.rules.len(), world.customers.len()), (None, 1, 0));
    assert_eq!(world.slots(&rules), Ok(vec![SlotId(0), SlotId(1)]), "all, by name");
    assert_eq!(world.facts(&rules, Instant(7)), Ok(Facts::nothing(&rules, Instant(7))));
    assert_eq!(parse("now = 2026-11-22T09:00:00Z").unwrap().now, Instant::parse("2026-11-22T09:00Z"));
}

#[track_caller]
fn refused(text: &str) -> (&'static str, String) {
    let error = parse(text).unwrap_err();
    (error.code.name, format!("{error}; {}", error.help.clone().unwrap_or_default()))
}

#[test]
fn unknown_keys_and_wrong_kinds_name_their_line() {
    let (code, text) = refused("now = \"2026-11-22T09:00:00Z\"\nslot = [\"home\"]\n");
    assert_eq!((code, text.as_str()), ("data::unknown-key", "line 2: `slot` is no key here; did you mean `slots`?"));
    let (_, text) = refused("weather = 1");
    assert!(text.contains("the keys here are now, slots"), "{text}");
    assert_eq!(refused("[[customers]]\nfile = \"a\"\ndelimeter = \";\"").0, "data::unknown-key");
    assert_eq!(refused("[[customers]]\nfile = \"a\"\ncolumns = { a = { form = \"x\" } }").0, "data::unknown-key");
    let (code, text) = refused("slots = \"home\"");
    assert_eq!(
        (code, text.as_str()),
        ("data::bad-world", "line 1: this is a text, and a list of texts is needed; write [\"home\"]")
    );
    for (slip, told, help) in [
        ("file = \"data.csv\nnow = 1", "a quote is missing", "close the text"),
        ("slots = [\"home]\n", "a quote is missing", "close the text"),
        ("consent = \u{201c}data/consent.csv\u{201d}", "curly quotes", "straight quotes"),
        ("consent = \"C:\\data\\consent.csv\"", "backslash", "forward slashes"),
    ] {
        let (code, text) = refused(slip);
        assert_eq!(code, "data::bad-world", "{slip}");
        assert!(text.starts_with("line 1: ") && text.contains(told) && text.contains(help), "{text}");
    }
    for wrong in [
        "slots = [1]",
        "now = \"today\"",
        "now = 2026-11-22",
        "consent = [\"a\"]",
        "customers = \"a\"",
        "[customers]\nfile = \"a\"",
        "[[customers]]\nname = \"a\"",
        "[[customers]]\nfile = \"a\"\ndelimiter = \"ab\"",
        "[[customers]]\nfile = \"a\"\ncolumns = { a = { absent = \"yes\" } }",
        "moment = 1",
        "slots = [",
    ] {
        assert_eq!(refused(wrong).0, "data::bad-world", "{wrong}");
    }
}

#[test]
fn names_that_the_rules_do_not_have() {
    let rules = rule_set();
    let twice = parse("slots = [\"hero\", \"footer\", \"hero\"]").unwrap().slots(&rules).unwrap_err();
    assert_eq!(twice.code.name, "data::bad-world");
    assert!(twice.message.contains("slot `hero` stands twice"), "{}", twice.message);
    let slots = parse("slots = [\"heroe\"]").unwrap().slots(&rules).unwrap_err();
    assert_eq!((slots.code.name, slots.help.as_deref()), ("data::unknown-slot", Some("did you mean `hero`?")));
    let moment = |text: &str| parse(text).unwrap().facts(&rules, Instant(0)).unwrap_err().code.name;
    assert_eq!(moment("[moment]\ntier = \"gold\""), "data::unknown-attribute");
    assert_eq!(moment("[moment]\ndevice = 1.5\ndevise = 2"), "data::unknown-attribute");
    let tablet = parse("[moment]\ndevice = \"iso\"").unwrap().facts(&rules, Instant(0)).unwrap_err();
    assert_eq!(tablet.code.name, "data::wrong-type");
    assert_eq!(tablet.message, "`cater.toml`: moment: `device` is one of web, ios, never `iso`");
    assert_eq!(tablet.help.as_deref(), Some("did you mean `ios`?"));
    let file = |columns: &str| {
        let text = format!("[[customers]]\nfile = \"a.csv\"\n[customers.columns]\n{columns}");
        parse(&text).unwrap().customers[0].file(&rules).unwrap_err()
    };
    let error = file("teir = \"x\"");
    assert_eq!((error.code.name, error.help.as_deref()), ("data::unknown-attribute", Some("did you mean `tier`?")));
    assert_eq!(error.message, "`cater.toml:4`: `teir` is no attribute of the rules");
    assert_eq!(file("tier = { spellings = { \"x\" = \"platinum\" } }").code.name, "data::wrong-type");
    assert_eq!(file("tier = { spellings = { \"x\" = \"never\" } }").code.name, "data::wrong-type");
}
