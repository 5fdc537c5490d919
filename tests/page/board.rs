//! What is seen of the page: everything stands where it can be read, in every width and scheme, with keys alone and without a
//! script, whatever names and labels hold.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::browser::{Browser, Look};
use super::programme::{page_of, programme};
use crate::house::root;

const WIDE: Look = Look { width: 1440, height: 900, dark: false };
const NARROW: Look = Look { width: 420, height: 860, dark: false };

/// Functions by which a page is measured.
const MEASURE: &str = r#"
    const seen = (of) => { const box = of.getBoundingClientRect(); return box.width > 0 && box.height > 0; };
    const rows = () => [...document.querySelectorAll(".slot:not([hidden]) .rules > li:not([hidden]) > .rule > summary")];
    // Rows that lie over each other, or out of their column.
    const overlaps = () => {
        const found = [];
        for (const slot of document.querySelectorAll(".slot:not([hidden])")) {
            const outer = slot.getBoundingClientRect();
            const boxes = [...slot.querySelectorAll(".rules > li:not([hidden]), .fallback > li")].filter((of) => getComputedStyle(of).display !== "none").map((of) => [of, of.getBoundingClientRect()]);
            boxes.forEach(([of, box], at) => {
                if (box.height < 12 || box.left < outer.left - 1 || box.right > outer.right + 1) found.push(`out: ${of.textContent.slice(0, 60)}`);
                if (at > 0 && box.top < boxes[at - 1][1].bottom - 0.5) found.push(`over: ${of.textContent.slice(0, 60)}`);
            });
        }
        const slots = [...document.querySelectorAll(".slot:not([hidden])")].map((of) => of.getBoundingClientRect());
        slots.forEach((box, at) => {
            const before = slots[at - 1];
            if (at > 0 && box.left < before.right - 0.5 && box.top < before.bottom - 0.5) found.push("columns");
        });
        return found;
    };
    // Parts of rows and of the head that lie over each other, and texts that stick out of what holds them.
    const crowded = () => {
        const found = [];
        const apart = (parts) => {
            // A word that goes on in the next line has a box in each.
            const boxes = parts.filter(seen).flatMap((of) => [...of.getClientRects()].map((box) => [of, box]));
            for (const [a, x] of boxes) for (const [b, y] of boxes) {
                if (a === b || a.contains(b) || b.contains(a)) continue;
                const over = x.left < y.right - 1 && y.left < x.right - 1 && x.top < y.bottom - 1 && y.top < x.bottom - 1;
                if (over) found.push(`${a.className || a.tagName} over ${b.className || b.tagName}: ${a.textContent.slice(0, 40)}`);
            }
        };
        for (const row of rows()) apart([...row.querySelectorAll(".place, .name, .meta, .shown, .badge, .state")]);
        apart([...document.querySelectorAll(".title, .tools > *")]);
        for (const of of document.querySelectorAll("h1, h2, p, dd, dt, summary, label, legend, .verdict, .entry")) {
            const clips = getComputedStyle(of).overflowX !== "visible";
            if (seen(of) && !clips && of.scrollWidth > of.clientWidth + 2 && getComputedStyle(of).display !== "inline") found.push(`sticks out: ${of.textContent.slice(0, 60)}`);
        }
        return found;
    };
    // Texts that do not stand out from their ground by 4.5 to 1.
    const faint = () => {
        const parts = (colour) => { const of = colour.match(/[\d.]+/g).map(Number); return { of: of.slice(0, 3), alpha: of.length > 3 ? of[3] : 1 }; };
        const light = (of) => {
            const [r, g, b] = of.map((part) => { const v = part / 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const ground = (of) => {
            for (let at = of; at; at = at.parentElement) {
                const { of: colour, alpha } = parts(getComputedStyle(at).backgroundColor);
                if (alpha === 1) return colour;
            }
            return [255, 255, 255];
        };
        const found = new Set();
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            const of = walker.currentNode.parentElement;
            if (!walker.currentNode.textContent.trim() || of.closest("script, style, noscript, datalist, option, .skip") || !seen(of)) continue;
            const [a, b] = [light(parts(getComputedStyle(of).color).of), light(ground(of))];
            const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (contrast < 4.5) found.add(`${of.className || of.tagName} ${contrast.toFixed(2)}`);
        }
        return [...found];
    };
    "#;

/// What is wrong with what is seen.
fn judge(browser: &mut Browser, when: &str) {
    let found = browser.ask(&format!("{{ {MEASURE}; [overlaps(), crowded(), faint()] }}"));
    assert_eq!(found, json!([[], [], []]), "{when}");
    assert_eq!(browser.complaints(), Vec::<String>::new(), "{when}");
}

/// Writes rules into a folder and opens their page.
fn open(browser: &mut Browser, folder: &Path, rules: &str) {
    let file = folder.join("programme.rules");
    std::fs::write(&file, rules).unwrap();
    let page = page_of(&file, folder);
    browser.open(&page);
}

fn open_world(browser: &mut Browser, folder: &Path, world: &str) {
    let page = page_of(&root().join("rules-examples").join(world), folder);
    browser.open(&page);
}

fn text_of(browser: &mut Browser, selector: &str) -> String {
    let found = browser.ask(&format!("document.querySelector({})?.textContent ?? ''", json!(selector)));
    found.as_str().unwrap_or_default().to_owned()
}

fn count(browser: &mut Browser, selector: &str) -> u64 {
    browser.ask(&format!("document.querySelectorAll({}).length", json!(selector))).as_u64().unwrap()
}

#[test]
#[ignore = "needs a browser: `make test` brings one"]
fn twenty_rules_are_readable_in_every_light_and_width() {
    let mut browser = Browser::start();
    let folder = tempfile::tempdir().unwrap();
    for (name, look) in [("wide", WIDE), ("narrow", NARROW)] {
        for dark in [false, true] {
            let scheme = if dark { "dark" } else { "light" };
            let place = format!("telco, {name}, {scheme}");
            browser.look(Look { dark, ..look });
            open_world(&mut browser, folder.path(), "telco-retention");
            judge(&mut browser, &place);
            browser.picture(&format!("telco-{name}-{scheme}"));
            browser.ask("document.querySelector('.rule > summary').click()");
            judge(&mut browser, &format!("{place}, a rule selected"));
            browser.picture(&format!("telco-{name}-{scheme}-rule"));
            browser.ask("document.querySelector('.close').click(); document.getElementById('open-customer').click()");
            judge(&mut browser, &format!("{place}, a customer"));
            browser.picture(&format!("telco-{name}-{scheme}-customer"));
        }
    }
}

#[test]
#[ignore = "needs a browser: `make test` brings one"]
fn five_hundred_rules_are_readable_and_found() {
    let mut browser = Browser::start();
    let folder = tempfile::tempdir().unwrap();
    for (name, look) in [("wide", WIDE), ("narrow", NARROW)] {
        for dark in [false, true] {
            let scheme = if dark { "dark" } else { "light" };
            browser.look(Look { dark, ..look });
            open(&mut browser, folder.path(), &programme(500, 5));
            assert_eq!(count(&mut browser, ".rule"), 504);
            judge(&mut browser, &format!("500, {name}, {scheme}"));
            browser.picture(&format!("500-{name}-{scheme}"));
        }
    }
    browser.look(WIDE);
    open(&mut browser, folder.path(), &programme(500, 5));
    // Of rows that are scrolled to, those in sight are whole.
    let tall = browser.ask("document.getElementById('board').scrollHeight").as_u64().unwrap();
    assert!(tall < 504 / 5 * 40, "a row each: {tall}");
    let search = |browser: &mut Browser, words: &str| {
        browser.ask("document.getElementById('search').focus(); document.getElementById('search').value = ''");
        browser.write(words);
        text_of(browser, "#found")
    };
    assert_eq!(search(&mut browser, "loyalty_programme_rule_005"), "1 of 504 rules");
    assert_eq!(search(&mut browser, "hidden_one lint::unreachable-rule"), "1 of 504 rules");
    assert_eq!(search(&mut browser, "lint::conflict"), "1 of 504 rules");
    let by_attribute = search(&mut browser, "likes");
    assert!(by_attribute.ends_with("of 504 rules") && !by_attribute.starts_with('0'), "{by_attribute}");
    assert_ne!(by_attribute, "504 of 504 rules");
    judge(&mut browser, "500, searched");
    browser.picture("500-searched");
    // A rule that others hide: its finding, who hides it, and a line to each.
    search(&mut browser, "hidden_one");
    browser.ask("document.querySelector('.rules > li:not([hidden]) summary').click()");
    let panel = text_of(&mut browser, "#panel");
    assert!(panel.contains("lint::unreachable-rule") && panel.contains("is hidden by above_it"), "{panel}");
    browser.ask("document.getElementById('search').value = ''; document.getElementById('search').dispatchEvent(new Event('input'))");
    assert!(count(&mut browser, "#lines .line.covered-by") == 1 && count(&mut browser, "#lines .bar.covered-by") == 1);
    browser.ask("document.querySelector('.selected').scrollIntoView({ block: 'center' })");
    judge(&mut browser, "500, a hidden rule selected");
    browser.picture("500-hidden-rule");
    search(&mut browser, "");
    browser.ask("document.getElementById('search').dispatchEvent(new Event('input')); document.getElementById('open-customer').click()");
    judge(&mut browser, "500, a customer");
    browser.picture("500-customer");
}

#[test]
#[ignore = "needs a browser: `make test` brings one"]
fn a_customer_typed_in_lights_the_way() {
    let mut browser = Browser::start();
    let folder = tempfile::tempdir().unwrap();
    browser.look(WIDE);
    open_world(&mut browser, folder.path(), "01-hello");
    browser.ask("document.getElementById('open-customer').click(); document.querySelector('.json').open = true");
    let anna = std::fs::read_to_string(root().join("rules-examples/01-hello/anna.json")).unwrap();
    // What the world's table of consent says of her, the page does not know.
    let anna =
        anna.trim_end().trim_end_matches('}').to_owned() + ", \"consent\": { \"personalisation\": \"granted\" } }";
    let typed = format!(
        "const json = document.getElementById('json'); json.value = {}; json.dispatchEvent(new Event('input', {{ bubbles: true }}))",
        json!(anna)
    );
    browser.ask(&format!("{{ {typed} }}"));
    assert_eq!(text_of(&mut browser, ".verdict"), "shows espresso_week, by comeback");
    assert_eq!(count(&mut browser, ".answers > .rule"), 1);
    judge(&mut browser, "anna");
    browser.picture("anna");
    // Through a field of the form: without the consent it is the fallback that answers, and the card says why.
    let field = "[...document.querySelectorAll('fieldset')].find((of) => of.querySelector('legend').textContent === 'consent').querySelector('select')";
    browser.ask(&format!(
        "{{ const of = {field}; of.value = 'withdrawn'; of.dispatchEvent(new Event('input', {{ bubbles: true }})) }}"
    ));
    assert_eq!(text_of(&mut browser, ".verdict"), "shows our_story, by the fallback");
    assert_eq!(text_of(&mut browser, ".dropped .state"), "\u{2717} no consent for personalisation");
    assert!(text_of(&mut browser, "#json").is_empty(), "a value is no text of the page");
    let written = browser.ask("document.getElementById('json').value");
    assert!(written.as_str().unwrap().contains("\"withdrawn\""), "{written}");
    browser.picture("anna-without-consent");
    // What cannot be read is said, and nothing is decided of it.
    browser.ask("{ const json = document.getElementById('json'); json.value = '{ \"id\": \"anna\", \"favorite\": 1 }'; json.dispatchEvent(new Event('input', { bubbles: true })) }");
    assert_eq!(text_of(&mut browser, "#said"), "`favorite` is no attribute of the customer or moment in the rules");
    assert_eq!(text_of(&mut browser, ".verdict"), "");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
#[ignore = "needs a browser: `make test` brings one"]
fn keys_alone_are_enough() {
    let mut browser = Browser::start();
    let folder = tempfile::tempdir().unwrap();
    browser.look(WIDE);
    open_world(&mut browser, folder.path(), "telco-retention");
    let focused = |browser: &mut Browser| {
        let name =
            browser.ask("document.activeElement.querySelector?.('.name')?.textContent ?? document.activeElement.id");
        name.as_str().unwrap_or_default().to_owned()
    };
    browser.ask("document.querySelector('.rule > summary').focus()");
    let first = focused(&mut browser);
    browser.press("ArrowDown");
    let second = focused(&mut browser);
    assert_ne!(first, second);
    browser.press("Enter");
    assert_eq!(text_of(&mut browser, "#panel h2"), second);
    assert_eq!(browser.ask("document.activeElement.getAttribute('aria-pressed')"), "true");
    browser.press("ArrowRight");
    assert_ne!(focused(&mut browser), second);
    browser.press("Escape");
    assert_eq!(browser.ask("document.getElementById('panel').hidden"), true);
    browser.press("/");
    assert_eq!(focused(&mut browser), "search");
    // One row of each column is reached by the tab key, and from there the others by arrows.
    let reached = browser.ask("document.querySelectorAll('.rule > summary[tabindex=\"0\"]').length");
    assert_eq!(reached, 4);
    // Every part that can be used has a name.
    let nameless = browser.ask(
        "[...document.querySelectorAll('button, input, select, textarea, [role=button], aside, section')]
            .filter((of) => !(of.labels?.length || of.getAttribute('aria-label') || of.getAttribute('aria-labelledby') || of.textContent.trim()))
            .map((of) => of.outerHTML.slice(0, 80))",
    );
    assert_eq!(nameless, json!([]));
}

#[test]
#[ignore = "needs a browser: `make test` brings one"]
fn nothing_that_is_written_is_markup_and_nothing_is_fetched() {
    let mut browser = Browser::start();
    let folder = tempfile::tempdir().unwrap();
    browser.look(WIDE);
    let evil = r#"</script><img src=http://127.0.0.1:9/x onerror=alert(1)>"#;
    let rules = format!(
        r#"purpose p "{evil}" {{ basis consent }}
customer {{ id: text key  page: text needs p  of: one of ["{evil}", b] }}
segment s "{evil}" = page is "{evil}" or of is "{evil}"
offer a "{evil}" {{ class service  with title: "{evil}" }}
offer b {{ class service }}
slot home on web "{evil}" {{ accepts service  fallback b }}
rule r in home "{evil}" {{ about "{evil}" owner "{evil}" because "{evil}" when s  unless page is "<!--<script>" needs p priority 1 show a }}
rule t in home {{ priority 1  off because "{evil}" show b }}
"#
    );
    open(&mut browser, folder.path(), &rules);
    browser.ask("document.querySelector('.rule > summary').click(); document.getElementById('open-customer').click()");
    assert_eq!(count(&mut browser, "img"), 0);
    assert_eq!(count(&mut browser, "script"), 2);
    assert!(text_of(&mut browser, "#panel").contains(evil));
    let asked = browser.requests();
    assert!(asked.len() == 1 && asked[0].starts_with("file://"), "{asked:?}");
    judge(&mut browser, "hostile");
    // The policy holds: what stands in the page but is not its own script does not run, and nothing is fetched.
    browser.ask(
        "{ const one = document.createElement('script'); one.textContent = 'window.ran = true'; document.body.append(one);
           const two = document.createElement('img'); two.src = 'http://127.0.0.1:9/y'; document.body.append(two); }",
    );
    assert_eq!(browser.ask("window.ran ?? null"), Json::Null);
    let complaints = browser.complaints();
    assert!(complaints.iter().any(|said| said.contains("script-src")), "{complaints:?}");
    assert!(complaints.iter().any(|said| said.contains("default-src") || said.contains("img-src")), "{complaints:?}");
}

#[test]
#[ignore = "needs a browser: `make test` brings one"]
fn on_paper_everything_is_said() {
    let mut browser = Browser::start();
    let folder = tempfile::tempdir().unwrap();
    browser.look(Look { width: 760, height: 1400, dark: false });
    open_world(&mut browser, folder.path(), "telco-retention");
    browser.call("Emulation.setEmulatedMedia", json!({ "media": "print" }));
    browser.ask("dispatchEvent(new Event('beforeprint'))");
    let hidden = browser.ask(
        "[...document.querySelectorAll('.rule .body')].filter((of) => of.getBoundingClientRect().height < 50).length",
    );
    assert_eq!(hidden, 0);
    judge(&mut browser, "on paper");
    browser.picture("telco-print");
    browser.ask("dispatchEvent(new Event('afterprint'))");
    assert_eq!(count(&mut browser, "details[open]"), 0);
}

#[test]
#[ignore = "needs a browser: `make test` brings one"]
fn without_a_script_everything_is_there() {
    let mut browser = Browser::start();
    let folder = tempfile::tempdir().unwrap();
    browser.look(WIDE);
    browser.call("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    open_world(&mut browser, folder.path(), "telco-retention");
    browser.call("Emulation.setScriptExecutionDisabled", json!({ "value": false }));
    assert_eq!(browser.ask("document.documentElement.dataset.ready ?? null"), Json::Null, "the script did not run");
    assert_eq!(browser.ask("document.querySelector('.tools').hidden"), true);
    browser.ask("document.querySelectorAll('.rule').forEach((of, at) => { of.open = at < 2 })");
    let seen = browser.ask(
        "[...document.querySelectorAll('.rule[open] .body')].every((of) => of.getBoundingClientRect().height > 50)",
    );
    assert_eq!(seen, true);
    judge(&mut browser, "without a script");
    browser.picture("telco-without-script");
}
