//! Bundles that come and go while requests are answered.

use super::*;
use crate::runtime::store::MemoryStore;

fn refused() -> Refused {
    Refused { code: &codes::bundle::DAMAGED, message: "damaged on purpose".to_owned(), help: None }
}

/// The rules with another offer in the place of the tip.
fn other(name: &str) -> String {
    RULES.replace("offer tip", &format!("offer {name}")).replace("show tip", &format!("show {name}"))
}

#[test]
fn the_last_good_one_stays() {
    run(async {
        let given = Given::these([Ok(RULES.to_owned()), Err(refused()), Ok(other("hint"))]);
        let (parts, heard) = parts(given, Limits::default());
        let service = Arc::new(Service::open(parts).unwrap().with_store(Arc::new(MemoryStore::new())));
        let (public, private) = (routes::public(&service), routes::private(&service));
        let of = |id: &str| format!(r#"{{"customer": {{"id": "{id}"}}, "slots": ["home"]}}"#);
        let before = ask(&public, "/v1/decide", &of("a")).await;
        assert_eq!(before.shows(), [Some("tip")]);
        let failed = ask(&private, "/v1/reload", "").await;
        assert_eq!((failed.status, failed.body["code"].as_str()), (422, Some("bundle::damaged")));
        let same = ask(&public, "/v1/decide", &of("b")).await;
        assert_eq!(same.body["bundle"], before.body["bundle"]);
        assert_eq!(service.bundles.machine()["bundles"][0]["failure"]["code"], "bundle::damaged");
        assert!(service.metrics.text().contains("cater_bundle_reload_failures_total 1"));
        let good = ask(&private, "/v1/reload", "").await;
        assert_eq!((good.status, good.body["changed"].as_bool()), (200, Some(true)));
        let after = ask(&public, "/v1/decide", &of("c")).await;
        assert_eq!(after.shows(), [Some("hint")]);
        assert_ne!(after.body["bundle"], before.body["bundle"]);
        assert_eq!(after.headers["cater-bundle"], *after.body["bundle"]["digest"].as_str().unwrap());
        assert!(service.bundles.machine()["bundles"][0]["failure"].is_null());
        let again = ask(&private, "/v1/reload", "").await;
        assert_eq!(again.body["changed"], false);
        let heard = heard.lock().unwrap();
        assert!(matches!(heard.as_slice(), [Notice::Refused(_), Notice::Activated { .. }]), "{heard:?}");
    });
}

/// Two bundles whose slots show `one` and `one`, or `two` and `two`: an answer by both would show one of each.
#[test]
fn every_answer_is_computed_by_one_bundle_and_names_it() {
    let both = |name: &str| {
        format!(
            "customer {{ id: text key }}\noffer {name}a {{ class service }}\noffer {name}b {{ class service }}\n\
             slot a on web {{ accepts service  fallback nothing }}\nslot b on web {{ accepts service  fallback nothing }}\n\
             rule a in a {{ show {name}a }}\nrule b in b {{ show {name}b }}\n"
        )
    };
    run(async {
        let turns = (0..60).map(|at| Ok(both(if at % 2 == 0 { "one" } else { "two" })));
        let (parts, _) = parts(Given::these(turns), Limits::default());
        let service = Arc::new(Service::open(parts).unwrap().with_store(Arc::new(MemoryStore::new())));
        let reloading = {
            let service = Arc::clone(&service);
            tokio::task::spawn_blocking(move || (0..59).filter(|_| service.reload() == Ok(Reloaded::Another)).count())
        };
        let router = routes::public(&service);
        let mut names = std::collections::BTreeMap::<String, String>::new();
        let many = r#"{"requests": [{"customer": {}}, {"customer": {"id": "b"}, "request": "x"}, {"customer": {}}]}"#;
        let mut asked = 0;
        while !reloading.is_finished() || asked < 50 {
            let said = ask(&router, "/v1/preview", &many.replace(r#", "request": "x""#, "")).await;
            assert_eq!(said.status, 200);
            let digest = said.body["bundle"]["digest"].as_str().unwrap().to_owned();
            for answer in said.body["answers"].as_array().unwrap() {
                let shows: Vec<_> = answer["decisions"].as_array().unwrap().iter().map(|one| &one["shows"]).collect();
                let name = shows[0].as_str().unwrap().trim_end_matches('a').to_owned();
                assert_eq!(shows[1].as_str().unwrap(), format!("{name}b"), "{}", said.body);
                assert_eq!(*names.entry(digest.clone()).or_insert_with(|| name.clone()), name);
            }
            asked += 1;
        }
        assert_eq!(reloading.await.unwrap(), 59);
        assert_eq!(names.len(), 2, "both were seen: {names:?}");
    });
}

#[test]
fn a_service_does_not_begin_with_a_bundle_that_may_not_be_used() {
    let (parts, _) = parts(Given::these([Err(refused())]), Limits::default());
    assert_eq!(Service::open(parts).err(), Some(refused()));
}

#[test]
fn tokens_are_read_anew_and_bad_ones_leave_the_others() {
    let texts = Arc::new(Mutex::new(token_line("shop", &[Scope::Decide], "a")));
    let (mut parts, heard) = parts(Given::these([Ok(RULES.to_owned())]), Limits::default());
    let source: TokenSource = {
        let texts = Arc::clone(&texts);
        Box::new(move || {
            Tokens::parse(&texts.lock().unwrap()).map_err(|bad| Refused {
                code: &codes::serve::BAD_TOKENS,
                message: bad.to_string(),
                help: None,
            })
        })
    };
    parts.tokens = Some(source);
    parts.clock = Box::new(SystemClock);
    let service = Service::open(parts).unwrap();
    let knows = |token| service.tokens.load().as_deref().is_some_and(|tokens| tokens.bearer(token).is_some());
    assert!(knows("a") && !knows("b"));
    *texts.lock().unwrap() = "nonsense".to_owned();
    assert_eq!(service.reload().unwrap_err().code.name, "serve::bad-tokens");
    assert!(knows("a"), "those before stay");
    *texts.lock().unwrap() = token_line("shop", &[Scope::Decide], "b");
    assert_eq!(service.reload(), Ok(Reloaded::Same));
    assert!(knows("b") && !knows("a"));
    assert!(matches!(heard.lock().unwrap().as_slice(), [Notice::Refused(_), Notice::Tokens(1)]));
}
