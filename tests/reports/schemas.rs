//! Our own JSON and SARIF against their schemas, for every finding that there is a case of, in one run over all of them.
//!
//! `sarif-schema-2.1.0.json` is the schema of the standard, as it is published by OASIS (oasis-tcs/sarif-spec) and shipped
//! by the crate serde-sarif 0.8.0 (MIT).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;
use tempfile::TempDir;

use super::{FLAWED, cater, folder, list, number, object, text};
use crate::house::{files_below, read};

static SARIF: LazyLock<Validator> = LazyLock::new(|| {
    let mut schema: Value = serde_json::from_str(include_str!("sarif-schema-2.1.0.json")).expect("a schema");
    // One pattern of it has a bracket too many and is none; it is about a field that we do not write.
    for owner in ["run", "toolComponent"] {
        let language = schema.pointer_mut(&format!("/definitions/{owner}/properties/language")).unwrap();
        assert!(language.as_object_mut().unwrap().remove("pattern").unwrap().as_str().unwrap().ends_with("{2}]?$"));
    }
    jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema that can be used")
});

static OWN: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&read("docs/reference/findings.schema.json")).expect("a schema"));

#[track_caller]
fn fits(validator: &Validator, value: &Value) {
    let wrong: Vec<_> =
        validator.iter_errors(value).take(5).map(|why| format!("{}: {why}", why.instance_path())).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n").chars().take(2_000).collect::<String>());
}

#[track_caller]
pub(super) fn is_sarif(value: &Value) {
    fits(&SARIF, value);
}

/// Every case of a finding as a world of its own, each in a folder that is called after its code.
fn all_cases() -> TempDir {
    let all = tempfile::tempdir().unwrap();
    for case in files_below("tests/findings/cases") {
        let stage = case.parent().and_then(Path::file_name).unwrap();
        let world = all.path().join(stage).join(case.file_stem().unwrap());
        fs::create_dir_all(&world).unwrap();
        let rules = read(&case);
        if !rules.starts_with("// alone\n") {
            fs::write(world.join("prelude.rules"), read("tests/findings/prelude.rules")).unwrap();
        }
        fs::write(world.join("case.rules"), rules).unwrap();
        fs::write(world.join("cater.toml"), "now = \"2026-11-22T09:00:00Z\"\n").unwrap();
    }
    all
}

#[test]
fn the_schema_is_the_one_that_is_published() {
    let here = folder(&[]);
    assert_eq!(object(here.path(), &["check", "--schema"]), *OWN);
}

/// What `cater pressure` writes fits what it publishes, and holds no field of which the schema says nothing.
#[test]
fn pressure_fits_its_own_schema() {
    const RULES: &str = "customer { id: text key  plus: yes or no }\npurpose ads \"Ads\" { basis consent  direct marketing }\n\
        channel sms { needs ads }\nchannel email { needs ads }\noffer a { class marketing  tags t }\n\
        offer b { class critical }\noffer c { class service }\n\
        slot s by sms, email { accepts critical, marketing  fallback a when plus, nothing }\n\
        slot web on web { accepts marketing, service  fallback c }\n\
        cap one { at most 2 sent in any 3 days per customer on tag t exempt offer a }\n\
        cap two { at most 1 clicked ever per customer on offer a }\n\
        cap three { at most 3 sent in any 5 days per customer on class marketing }\n\
        rule r in s { needs ads  when plus  priority 2  send a }\nrule q in s { when plus is no  send b }\nrule w in web { needs ads  show a }\n";
    let here =
        folder(&[("one/shop.rules", RULES), ("one/cater.toml", "[pressure]\nsms.week = 2\nmarketing.day = 9\n")]);
    let published: Value = serde_json::from_str(&read("docs/reference/pressure.schema.json")).unwrap();
    assert_eq!(object(here.path(), &["pressure", "--schema"]), published);
    let validator = jsonschema::options().build(&published).unwrap();
    let found = object(here.path(), &["pressure", "one", "--format", "json"]);
    fits(&validator, &found);
    for list in ["figures", "not_limiting", "exemptions", "holds_as_long_as", "diagnostics"] {
        assert!(!found[list].as_array().unwrap().is_empty(), "{list}: {found:#}");
    }
    for (pointer, value) in [
        ("/figures/0/day/at_most", Value::from("many")),
        ("/figures/0/scope", Value::from("world")),
        ("/schema_version", Value::from(2)),
    ] {
        let mut broken = found.clone();
        *broken.pointer_mut(pointer).unwrap() = value;
        assert!(!validator.is_valid(&broken), "{pointer}");
    }
}

/// What `cater cost` writes fits what it publishes.
#[test]
fn cost_fits_its_own_schema() {
    const RULES: &str = "customer { id: text key  plus: yes or no }\npurpose ads \"Ads\" { basis consent  direct marketing }\n\
        channel sms { needs ads }\noffer a { class service }\noffer b { class service }\noffer c { class service }\n\
        cap one { at most 2 shown in any 3 days per customer on offer a }\n\
        slot mail by sms { accepts marketing, service  fallback nothing }\n\
        slot web on web { accepts marketing, service  fallback b when plus, nothing }\n\
        slot shut on web { accepts service  fallback b  off because \"later\" }\n\
        rule m in mail { needs ads  when plus  send a }\n\
        rule w in web { needs ads  priority 3  when plus  show a  if capped show b }\n\
        rule x in web { priority 2  show c }\nrule y in web { priority 1  when plus  show c }\n";
    let here = folder(&[("one/shop.rules", RULES), ("one/cater.toml", "[cost]\nslot = 2\nmail = 90\n")]);
    let published: Value = serde_json::from_str(&read("docs/reference/cost.schema.json")).unwrap();
    assert_eq!(object(here.path(), &["cost", "--schema"]), published);
    let validator = jsonschema::options().build(&published).unwrap();
    let found = object(here.path(), &["cost", "one", "--format", "json"]);
    fits(&validator, &found);
    let slots = list(&found, "/slots");
    let kinds: Vec<&str> = slots.iter().map(|slot| text(slot, "/ends_in/kind")).collect();
    assert_eq!(kinds, ["nothing", "off", "nothing"]);
    assert!(list(&slots[2], "/spared").len() == 1 && !list(&slots[0], "/nothing_for/groups").is_empty(), "{found:#}");
    let sum: usize = slots.iter().map(|slot| number(slot, "/at_most")).sum();
    assert_eq!(number(&found, "/at_most"), sum);
    for slot in slots {
        let of: usize = ["conditions", "purposes", "caps", "windows", "slots"]
            .iter()
            .map(|key| number(slot, &format!("/of/{key}")))
            .sum();
        assert_eq!(number(slot, "/at_most"), of);
    }
    let codes: Vec<&str> = list(&found, "/diagnostics").iter().map(|one| text(one, "/code")).collect();
    assert_eq!(codes, ["cost::over-budget"], "{found:#}");
    for (pointer, value) in [
        ("/slots/0/at_most", Value::from("many")),
        ("/slots/0/ends_in/kind", Value::from("luck")),
        ("/slots/0/path/0/step", Value::from("whim")),
        ("/schema_version", Value::from(2)),
    ] {
        let mut broken = found.clone();
        *broken.pointer_mut(pointer).unwrap() = value;
        assert!(!validator.is_valid(&broken), "{pointer}");
    }
}

/// What `cater inspect` writes fits what it publishes, signed or not.
#[test]
fn inspect_fits_its_own_schema() {
    const RULES: &str = "customer { id: text key }\npurpose ads \"Ads\" { basis consent  direct marketing }\n\
        channel sms { needs ads }\noffer a { class marketing }\noffer c { class service }\n\
        slot s by sms { accepts marketing  fallback nothing }\nslot web on web { accepts service  fallback c }\n\
        rule r in s { needs ads  send a }\n";
    let here = folder(&[("shop.rules", RULES)]);
    let published: Value = serde_json::from_str(&read("docs/reference/inspect.schema.json")).unwrap();
    assert_eq!(object(here.path(), &["inspect", "--schema"]), published);
    let validator = jsonschema::options().build(&published).unwrap();
    object(here.path(), &["build", "shop.rules", "--format", "json"]);
    let bare = object(here.path(), &["inspect", "--format", "json"]);
    fits(&validator, &bare);
    assert!(bare["signature"].is_null() && list(&bare, "/manifest/slots").len() == 2, "{bare:#}");
    object(here.path(), &["keys", "new", "--no-password", "--format", "json"]);
    object(here.path(), &["sign", "--key", "cater.key", "--format", "json"]);
    let found = object(here.path(), &["inspect", "--rules", "--trust", "cater.pub", "--format", "json"]);
    fits(&validator, &found);
    assert_eq!(found["signature"]["trusted"], true);
    assert_eq!(object(here.path(), &["inspect", "--format", "json"])["signature"]["trusted"], false);
    assert_eq!(text(&found, "/rules/0/text"), RULES);
    let sizes: usize = list(&found, "/sections").iter().map(|section| number(section, "/bytes")).sum();
    assert!(sizes > 0 && sizes < number(&found, "/bytes"));
    for (pointer, value) in [
        ("/manifest/slots/0/name", Value::from(3)),
        ("/signature/key", Value::from("cater")),
        ("/digest", Value::from("abc")),
        ("/schema_version", Value::from(2)),
    ] {
        let mut broken = found.clone();
        *broken.pointer_mut(pointer).unwrap() = value;
        assert!(!validator.is_valid(&broken), "{pointer}");
    }
}

#[test]
fn every_finding_fits_our_own_schema() {
    let all = all_cases();
    let validator = jsonschema::options().build(&OWN).unwrap();
    let found = object(all.path(), &["check", "--format", "json"]);
    fits(&validator, &found);
    let codes: BTreeSet<&str> = list(&found, "/diagnostics").iter().map(|one| text(one, "/code")).collect();
    assert!(codes.len() > 90, "the cases are read: {codes:?}");
    // The same with what is allowed, known and mended, and where nothing could run.
    let shop = folder(&[("shop.rules", FLAWED)]);
    let run = |arguments: &[&str]| object(shop.path(), &[&["check", "--format", "json"], arguments].concat());
    let plain = run(&[]);
    assert_eq!((list(&plain, "/allowed").len(), list(&plain, "/known").len()), (1, 0));
    cater(shop.path(), &["check", "--baseline", "known.json", "--write-baseline"]);
    let known = run(&["--baseline", "known.json"]);
    assert!(list(&known, "/known").len() > 3, "{known:#}");
    fs::write(shop.path().join("slip.rules"), "rule tip in home { when age >= 18  priority 90  show tips }").unwrap();
    let mended = run(&["--fix", "--dry-run"]);
    assert_eq!(list(&mended, "/fixed").len(), 1);
    let refused = run(&["nowhere"]);
    for one in [&plain, &known, &mended, &refused] {
        fits(&validator, one);
    }
    for one in [&found, &plain, &known, &mended, &refused] {
        let mut strange = Vec::new();
        described(one, &[&OWN], "", &mut strange);
        assert!(strange.is_empty(), "fields of which the schema says nothing: {strange:?}");
    }
}

#[test]
fn the_schema_refuses_what_is_none() {
    let validator = jsonschema::options().build(&OWN).unwrap();
    let shop = folder(&[("shop.rules", FLAWED)]);
    let whole = object(shop.path(), &["check", "--format", "json"]);
    for (pointer, other) in [
        ("/schema_version", Value::from(2)),
        ("/diagnostics/0/severity", Value::from("fatal")),
        ("/diagnostics/0/fingerprint", Value::from("short")),
        ("/diagnostics/0/span/start/line", Value::from(0)),
        ("/diagnostics/0/labels", Value::Null),
        ("/allowed/0/reason", Value::Null),
    ] {
        let mut broken = whole.clone();
        *broken.pointer_mut(pointer).unwrap() = other;
        assert!(!validator.is_valid(&broken), "{pointer}");
    }
}

/// Every field must be one that a schema tells of: a reader of the schema alone misses nothing.
fn described(value: &Value, schemas: &[&Value], at: &str, strange: &mut Vec<String>) {
    let mut all: Vec<&Value> = Vec::new();
    let mut open: Vec<&Value> = schemas.to_vec();
    while let Some(schema) = open.pop() {
        if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
            open.push(OWN.pointer(name.trim_start_matches('#')).unwrap());
        }
        open.extend(["anyOf", "allOf"].iter().flat_map(|of| schema.get(of).and_then(Value::as_array)).flatten());
        all.push(schema);
    }
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                let of: Vec<&Value> = all.iter().filter_map(|one| one.get("properties")?.get(key)).collect();
                if of.is_empty() {
                    strange.push(format!("{at}/{key}"));
                }
                described(field, &of, &format!("{at}/{key}"), strange);
            }
        }
        Value::Array(items) => {
            let of: Vec<&Value> = all.iter().filter_map(|one| one.get("items")).collect();
            items.iter().for_each(|item| described(item, &of, at, strange));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn sarif_fits_its_schema_and_means_what_it_says() {
    let all = all_cases();
    let output = cater(all.path(), &["check", "--format", "sarif", "--output", "all.sarif"]);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &b""[..]));
    let log: Value = serde_json::from_slice(&fs::read(all.path().join("all.sarif")).unwrap()).unwrap();
    is_sarif(&log);
    let json = object(all.path(), &["check", "--format", "json"]);
    let results = list(&log, "/runs/0/results");
    assert_eq!(results.len(), list(&json, "/diagnostics").len() + list(&json, "/allowed").len());
    let rules = list(&log, "/runs/0/tool/driver/rules");
    let mut of: BTreeMap<&str, &Value> = BTreeMap::new();
    for result in results {
        let print = text(result, "/partialFingerprints/cater~1v1");
        assert!(of.insert(print, result).is_none(), "two results share {print}");
        assert_eq!(text(&rules[number(result, "/ruleIndex")], "/id"), text(result, "/ruleId"));
        let related = list(result, "/relatedLocations");
        for location in list(result, "/locations").iter().chain(related) {
            assert_eq!(text(location, "/physicalLocation/artifactLocation/uriBaseId"), "%SRCROOT%");
            let file = all.path().join(text(location, "/physicalLocation/artifactLocation/uri"));
            let file = fs::read_to_string(&file).unwrap_or_else(|why| panic!("{}: {why}", file.display()));
            is_within(&file, location.pointer("/physicalLocation/region").unwrap());
        }
    }
    // What our own JSON says of a finding stands in the result with its fingerprint.
    for finding in list(&json, "/diagnostics") {
        let result = of[text(finding, "/fingerprint")];
        assert_eq!(text(result, "/ruleId"), text(finding, "/code"));
        assert_eq!(text(result, "/level"), text(finding, "/severity"));
        assert!(text(result, "/message/text").replace("\\](", "](").starts_with(text(finding, "/message")));
        let start = |key: &str| number(result, &format!("/locations/0/physicalLocation/region/start{key}"));
        assert_eq!(
            (start("Line"), start("Column")),
            (number(finding, "/span/start/line"), number(finding, "/span/start/column"))
        );
        let certain = finding.pointer("/fix/certain") == Some(&Value::Bool(true));
        assert_eq!(list(result, "/fixes").len(), usize::from(certain));
    }
    for rule in rules {
        assert!(rule.get("helpUri").is_none(), "nobody has published {}", text(rule, "/id"));
        assert!(text(rule, "/help/markdown").starts_with(&format!("# {}", text(rule, "/id"))));
    }
}

/// A region whose lines and columns are those of the file, one past the last at most.
fn is_within(file: &str, region: &Value) {
    let lines: Vec<&str> = file.split('\n').collect();
    let [line, column, end_line, end_column] =
        ["/startLine", "/startColumn", "/endLine", "/endColumn"].map(|key| number(region, key));
    let room = |line: usize| lines[line - 1].chars().count() + 1;
    assert!(line <= end_line && column <= room(line) && end_column <= room(end_line), "{region}");
    assert!((line, column) <= (end_line, end_column), "{region}");
}

#[test]
fn sarif_says_what_is_suppressed_and_what_could_not_run() {
    let shop = folder(&[("shop.rules", FLAWED)]);
    let log = object(shop.path(), &["check", "--format", "sarif"]);
    is_sarif(&log);
    let allowed: Vec<_> =
        list(&log, "/runs/0/results").iter().filter(|one| !list(one, "/suppressions").is_empty()).collect();
    let [allowed] = allowed.as_slice() else { panic!("{allowed:#?}") };
    assert_eq!(text(allowed, "/suppressions/0/kind"), "inSource");
    assert_eq!(text(allowed, "/suppressions/0/justification"), "its rule comes in June");
    assert!(allowed.get("baselineState").is_none(), "there is no baseline");

    cater(shop.path(), &["check", "--baseline", "known.json", "--write-baseline"]);
    let rules = format!("{FLAWED}\noffer autumn {{ class service }}\n");
    fs::write(shop.path().join("shop.rules"), rules).unwrap();
    let log = object(shop.path(), &["check", "--format", "sarif", "--baseline", "known.json"]);
    is_sarif(&log);
    for result in list(&log, "/runs/0/results") {
        let is_new = ["summer", "autumn"].iter().any(|name| text(result, "/message/text").contains(name));
        assert_eq!(text(result, "/baselineState"), if is_new { "new" } else { "unchanged" });
        let kinds: Vec<_> = list(result, "/suppressions").iter().map(|one| text(one, "/kind")).collect();
        let expected: &[&str] = match text(result, "/message/text") {
            said if said.contains("summer") => &["inSource"],
            said if said.contains("autumn") => &[],
            _ => &["external"],
        };
        assert_eq!(kinds, expected);
    }

    fs::write(shop.path().join("broken.rules"), [0xff, 0xfe]).unwrap();
    let output = cater(shop.path(), &["check", "--format", "sarif", "--output", "shop.sarif", "--exit-zero"]);
    let log: Value = serde_json::from_slice(&fs::read(shop.path().join("shop.sarif")).unwrap()).unwrap();
    is_sarif(&log);
    assert_eq!(output.status.code(), Some(2), "no flag hides that something could not run");
    assert!(String::from_utf8_lossy(&output.stderr).contains("run::unreadable-file"));
    let invocation = log.pointer("/runs/0/invocations/0").unwrap();
    assert_eq!(invocation.get("executionSuccessful"), Some(&Value::Bool(false)));
    assert_eq!(text(invocation, "/toolExecutionNotifications/0/descriptor/id"), "run::unreadable-file");
}
