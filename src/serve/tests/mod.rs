//! The service without its sockets, with sources and stores that fail on purpose.

mod faults;
mod log;
mod reloads;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use serde_json::Value;

use super::*;
use crate::bundle;
use crate::compile::compile;
use crate::diagnostics::codes;
use crate::runtime::clock::{FixedClock, SystemClock};
use crate::runtime::{Engine, Origin};
use crate::source::SourceSet;
use crate::value::Instant;

const RULES: &str = "purpose tips \"Show me tips\" { basis legitimate interest \"LIA\"  direct marketing }
customer { id: text key }
offer tip { class marketing }
offer card { class service }
offer welcome { class service }
slot home on web { accepts service, marketing  fallback welcome }
slot side on web { accepts service, marketing  fallback nothing }
rule tip in home { needs tips  show tip  cap at most 2 shown in any 7 days per customer }
rule card in side { show card  cap at most 2 shown in any 7 days per customer  store down allow }
";

fn engine(rules: &str) -> Engine {
    let (sources, _) = SourceSet::single("shop.rules", rules);
    let compiled = compile(sources);
    let bytes = bundle::write(compiled.runnable().expect("rules without errors"), &compiled.sources, &[]).unwrap();
    Engine::load(&bytes).unwrap()
}

/// Gives what it was told to give, one after the other; the last one again and again.
#[derive(Clone)]
struct Given(Arc<Mutex<VecDeque<Result<String, Refused>>>>);

impl Given {
    fn these(all: impl IntoIterator<Item = Result<String, Refused>>) -> Self {
        Self(Arc::new(Mutex::new(all.into_iter().collect())))
    }
}

impl Source for Given {
    fn open(&self) -> Result<Opened, Refused> {
        let mut all = self.0.lock().unwrap();
        let next = if all.len() > 1 { all.pop_front() } else { all.front().cloned() };
        Ok(Opened { engine: engine(&next.unwrap()?), file: "given.cater".to_owned() })
    }

    fn accept(&self, _: &str, _: Option<&Origin>) -> Result<(), Refused> {
        Ok(())
    }

    fn looks(&self) -> u64 {
        self.0.lock().unwrap().len() as u64
    }
}

type Heard = Arc<Mutex<Vec<Notice>>>;

fn noon() -> Instant {
    Instant::parse("2026-06-15T12:00Z").unwrap()
}

fn parts(source: impl Source + 'static, limits: Limits) -> (Parts, Heard) {
    let heard = Heard::default();
    let ear = {
        let heard = Arc::clone(&heard);
        move |notice: &Notice| heard.lock().unwrap().push(notice.clone())
    };
    let clock = Box::new(FixedClock(noon()));
    (
        Parts {
            source: Box::new(source),
            clock,
            tokens: None,
            limits,
            manners: Manners::default(),
            switches: None,
            ear: Box::new(ear),
        },
        heard,
    )
}

fn service(store: impl StateStore + 'static, limits: Limits) -> (Arc<Service>, Heard) {
    let (parts, heard) = parts(Given::these([Ok(RULES.to_owned())]), limits);
    (Arc::new(Service::open(parts).unwrap().with_store(Arc::new(store))), heard)
}

struct Said {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Said {
    /// What the slots show, in their order.
    fn shows(&self) -> Vec<Option<&str>> {
        self.body["decisions"].as_array().unwrap().iter().map(|one| one["shows"].as_str()).collect()
    }
}

async fn ask(router: &Router, path: &str, body: &str) -> Said {
    let request = Request::post(path).body(Body::from(body.to_owned())).unwrap();
    let response = TowerToHyperService::new(router.clone()).call(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::String(String::from_utf8_lossy(&bytes).into_owned()));
    Said { status: parts.status.as_u16(), headers: parts.headers, body }
}

/// As the service runs, and no test for ever.
fn run<F: Future>(of: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let done = runtime.block_on(async { tokio::time::timeout(Duration::from_secs(60), of).await });
    runtime.shutdown_timeout(Duration::from_millis(100));
    done.expect("a test takes less than a minute")
}
