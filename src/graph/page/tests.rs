//! The page as text: what is hostile stays text, what is told is told without a script, and the policy forbids the rest.

use crate::compile::compile;
use crate::graph::page::{Title, page};
use crate::model::SlotId;
use crate::source::SourceSet;

const RULES: &str = r#"
purpose p "Choose <b>what</b> I see" { basis consent  direct marketing }
customer { id: text key  tier: one of [bronze < silver < gold]  minor: yes or no  protective  seen: time }
segment lapsed = seen is more than 60 days old
cap pressure { at most 5 shown in any 7 days per customer on class marketing }
offer a { class marketing }
offer b { class service }
slot home on web "The <i>top</i>" { accepts service, marketing  fallback b when lapsed, nothing }
rule first in home { when tier is at least silver  unless minor  needs p  priority 9  show a  if capped try second }
rule second in home { when lapsed  needs p  priority 9  show a }
rule third in home { when tier is gold  when tier is bronze  needs p  priority 1  show a }
"#;

/// The page over the rules with what the analysis finds of them.
fn made() -> String {
    let (sources, _) = SourceSet::single("shop.rules", RULES);
    let mut compiled = compile(sources);
    compiled.analyse(None);
    let rules = compiled.rules.as_deref().unwrap();
    page(rules, &[SlotId(0)], Title { name: "<shop>", left_out: 1, ..Title::default() }, &compiled.diagnostics)
}

/// What stands between two texts, the first time.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("no {from}"));
    rest.split_once(to).unwrap().0
}

#[test]
fn everything_is_said_without_a_script() {
    let page = made();
    let first = between(&page, "<details class=\"rule\" id=\"rule-0\"", "</details>");
    for said in [
        "<span class=\"name\">first</span>",
        "<span class=\"class\">marketing, </span>priority 9",
        "<code>tier is at least silver</code>",
        "<span class=\"word\">unless</span> <code>minor</code>",
        "<code>p</code> Choose &lt;b&gt;what&lt;/b&gt; I see",
        "at most 5 shown in any 7 days per customer on class marketing",
        "<code>try second</code>",
        "if capped, tries <a href=\"#rule-1\" data-to=\"1\">second</a>",
        "by its name alone: nobody said which is stronger",
    ] {
        assert!(first.contains(said), "{said}\n{first}");
    }
    let second = between(&page, "<details class=\"rule\" id=\"rule-1\"", "</details>");
    assert!(second.contains("<code>lapsed</code> is <code>seen is more than 60 days old</code>"), "{second}");
    assert!(second.contains("if capped, stands in for <a href=\"#rule-0\" data-to=\"0\">first</a>"), "{second}");
    assert!(second.contains("priority 9 against 1"), "{second}");
    let third = between(&page, "<details class=\"rule\" id=\"rule-2\"", "</details>");
    assert!(
        third.contains("lint::contradiction") && third.contains("aria-hidden=\"true\">!</span> warning"),
        "{third}"
    );
    let fallback = between(&page, "<ol class=\"fallback\">", "</ol>");
    assert!(fallback.contains("<code>b</code> (service)") && fallback.contains("<code>lapsed</code>"), "{fallback}");
    assert!(fallback.contains("nothing"), "{fallback}");
    assert!(page.contains("3 rules in 1 slot, ") && page.contains("1 rule in error not here"));
}

#[test]
fn names_are_text_and_the_data_ends_no_script() {
    let page = made();
    assert!(page.contains("<h1>&lt;shop&gt;</h1>") && page.contains("The &lt;i&gt;top&lt;/i&gt;"));
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script>").count(), 2);
    let data = between(&page, "id=\"data\">", "</script>");
    assert!(!data.contains('<') && data.contains("\\u003cb>what"), "{data}");
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!(data["tiers"][0], serde_json::json!([[0], [1], [2]]));
    assert_eq!(data["bound"][0]["spares"], serde_json::json!([false, true]));
    assert!(data["rules"]["rules"][0].get("span").is_none());
}

#[test]
fn the_policy_names_what_may_run_and_nothing_else() {
    let page = made();
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\"");
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("http") && !policy.contains('*'), "{policy}");
    // Nothing in the page names anything outside of it but links to its own rules, and the name of SVG.
    let outside = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!outside.contains("http://") && !outside.contains("https://") && !outside.contains("url("));
    for link in page.split("href=\"").skip(1) {
        assert!(link.starts_with('#'), "{}", &link[..link.len().min(40)]);
    }
}

#[test]
fn the_same_rules_give_the_same_bytes() {
    assert_eq!(made(), made());
}
