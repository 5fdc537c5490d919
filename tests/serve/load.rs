//! Bundles replaced again and again while clients ask: no request fails, each is answered wholly by one bundle, and memory
//! stays what it was.
//!
//! `CATER_RELOADS=1000 cargo test --test main serve::load` does it a thousand times; `make test` does.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use super::server::{Server, build, folder};

/// Two slots that show `NAMEa` and `NAMEb`: an answer by two bundles would show one of each. Fifty more rules give the machine
/// code something to be made of.
fn rules(name: &str) -> String {
    let many: String = (0..50)
        .map(|at| format!("rule r{at} in a {{ priority {at}  when size is at least {}  show {name}a }}\n", 1_000 + at))
        .collect();
    format!(
        "customer {{ id: text key  size: whole from 0 to 2000 }}\noffer {name}a {{ class service }}\noffer {name}b {{ class service }}\n\
         slot a on web {{ accepts service  fallback nothing }}\nslot b on web {{ accepts service  fallback nothing }}\n\
         rule a in a {{ priority 100  show {name}a }}\nrule b in b {{ show {name}b }}\n{many}"
    )
}

fn reloads() -> usize {
    std::env::var("CATER_RELOADS").ok().and_then(|count| count.parse().ok()).unwrap_or(40)
}

#[test]
fn bundles_are_replaced_under_load() {
    let folder = folder(&rules("one"));
    let at = folder.path();
    fs::copy(at.join("shop.cater"), at.join("one.bundle")).unwrap();
    build(at, &rules("two"), "two.bundle");
    let server = Server::start(at, &["--state", "shop.state", "--look", "0"]);
    let put = |name: &str| {
        fs::copy(at.join(format!("{name}.bundle")), at.join("next")).unwrap();
        fs::rename(at.join("next"), at.join("shop.cater")).unwrap();
        let said = server.admin("POST", "/v1/reload");
        assert_eq!((said.status, said.json()["changed"].as_bool()), (200, Some(true)), "{said:?}");
    };
    let is_over = AtomicBool::new(false);
    let (asked, names) = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..4)
            .map(|client| {
                let (server, is_over) = (&server, &is_over);
                scope.spawn(move || {
                    let mut names: BTreeMap<String, String> = BTreeMap::new();
                    let mut asked = 0_u64;
                    while !is_over.load(Ordering::Relaxed) {
                        let size = asked % 2_000;
                        let path = if asked.is_multiple_of(2) { "/v1/decide" } else { "/v1/preview" };
                        let said =
                            server.post(path, &format!(r#"{{"customer": {{"id": "c{client}", "size": {size}}}}}"#));
                        assert_eq!(said.status, 200, "{said:?}");
                        let shows = said.shows();
                        let name = shows[0].as_deref().unwrap().trim_end_matches('a').to_owned();
                        assert_eq!(shows[1].as_deref(), Some(format!("{name}b").as_str()), "by two bundles: {said:?}");
                        let digest = said.json()["bundle"]["digest"].as_str().unwrap().to_owned();
                        assert_eq!(*names.entry(digest).or_insert_with(|| name.clone()), name, "{said:?}");
                        asked += 1;
                    }
                    (asked, names)
                })
            })
            .collect();
        let count = reloads();
        // What is filled once (caches, threads, connections) is filled after a quarter.
        let mut before = 0;
        for turn in 0..count {
            put(if turn % 2 == 0 { "two" } else { "one" });
            if turn == count / 4 {
                before = server.memory();
            }
        }
        is_over.store(true, Ordering::Relaxed);
        let done: Vec<_> = clients.into_iter().map(|client| client.join().unwrap()).collect();
        let after = server.memory();
        eprintln!("{count} reloads; memory from {before} to {after} KiB");
        // A bundle that was not given back would add its machine code and its rules each time.
        assert!(after < before + before / 4 + 8_192, "memory grew from {before} to {after} KiB in {count} reloads");
        let asked: u64 = done.iter().map(|(asked, _)| asked).sum();
        let names: BTreeMap<String, String> = done.into_iter().flat_map(|(_, names)| names).collect();
        (asked, names)
    });
    assert!(asked > 100 && names.len() == 2, "{asked} answers by {names:?}");
    let counted = server.admin("GET", "/metrics").body;
    let expected = format!("cater_bundle_reloads_total {}\n", reloads());
    assert!(counted.contains(&expected), "{counted}");
}
