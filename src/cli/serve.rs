//! `cater serve`: what listens, with which bundle, state, tokens and limits. The service itself is `src/serve`.
//!
//! Bundles come in by the door by which they come in everywhere, and are tried before they are put to use.

mod log;
mod source;

use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::bundles::Trusting;
use super::states::{self, State};
use super::terminal::Terminal;
use super::{CannotRun, Ended, Format, Outcome, counted, customer, settings};
use crate::diagnostics::codes;
use crate::runtime::clock::{Clock, FixedClock, SystemClock};
use crate::serve::{
    Ear, Identity, Limits, LogSettings, Manners, Notice, Parts, Refused, Service, Sockets, TokenSource, Tokens,
    run as serve,
};
use crate::value::{Instant, show_instant};
use log::Logging;
use source::Files;

/// Answer over HTTP.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A bundle, or a folder: of several bundles in it, the one with the highest sequence that a trusted key has signed.
    bundle: PathBuf,
    /// What remembers what happened: a file, made if it is not there, or `redis://HOST:PORT`. Without one nothing is
    /// remembered: caps count what a request tells.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// For how many days what happened is kept there; for good, if nobody says. Rules that look back further are refused.
    #[arg(long, value_name = "DAYS", value_parser = states::days)]
    keep_events: Option<NonZeroU32>,
    /// Where it listens for whoever asks; port 0 is any that is free.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where it listens for whoever looks after it: metrics, bundles, reloading.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    admin: SocketAddr,
    /// Who may ask: a file of tokens, as `cater keys token` writes it. It is read anew when it changes.
    #[arg(long, value_name = "FILE")]
    tokens: Option<PathBuf>,
    /// Speak TLS on both sockets: a file of certificates in PEM, the service's own first. It is read anew when it changes.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// The key of the first of them, in PEM and without a password.
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// Answer anybody who can reach the machine, where no tokens are named and an address is not this machine's own.
    #[arg(long, conflicts_with = "tokens")]
    open_to_all: bool,
    /// Remembers what is paused, over restarts: a file, made when something is paused first.
    #[arg(long, value_name = "FILE")]
    switches: Option<PathBuf>,
    #[command(flatten)]
    logging: Logging,
    #[command(flatten)]
    trusting: Trusting,
    /// The file that remembers which bundle was accepted last: an older one is refused.
    #[arg(long, value_name = "FILE")]
    last: Option<PathBuf>,
    /// The origin of pages whose scripts may ask, such as https://shop.example; `*` is all of them.
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    cors: Vec<String>,
    /// Say UNKNOWN instead of DEFAULT to clients of OpenFeature, whose schema has no DEFAULT.
    #[arg(long)]
    strict_reasons: bool,
    /// Load the bundle, try it, say what would be served, and end.
    #[arg(long)]
    check: bool,
    /// A clock that stands still, for examples and tests.
    #[arg(long, value_name = "INSTANT", value_parser = customer::instant)]
    now: Option<Instant>,
    /// How often it is looked whether another bundle, or other tokens, lie there; 0 is never.
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = duration)]
    look: Duration,
    /// How long a request may take to arrive, and again to be answered.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    timeout: Duration,
    /// How long the state may take, before it is decided as the rules say where it fails.
    #[arg(long, value_name = "TIME", default_value = "500ms", value_parser = duration)]
    state_timeout: Duration,
    /// Bytes of a request.
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().body)]
    max_body: usize,
    /// How deep the JSON of a request is nested.
    #[arg(long, value_name = "LEVELS", default_value_t = Limits::default().depth)]
    max_depth: usize,
    /// Customers, or events, in one request.
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().at_once)]
    max_at_once: usize,
    /// Requests in hand; who comes then is told to come again.
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().in_hand)]
    max_in_hand: usize,
    /// Open connections; who comes then waits.
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().connections)]
    max_connections: usize,
    /// Threads that ask the state.
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().store_threads)]
    state_threads: usize,
    /// How long it goes on to take requests after it was told to end and says that it is not ready.
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = duration)]
    drain: Duration,
    /// How long requests in hand may take to end, and after them the lines of the log that wait.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    grace: Duration,
}

fn origin(text: &str) -> Result<String, String> {
    let is_one = text.split_once("://").is_some_and(|(scheme, host)| {
        ["http", "https"].contains(&scheme) && !host.is_empty() && !host.contains(['/', '?', '#', ' ', '@'])
    });
    match is_one && text.is_ascii() || text == "*" {
        true => Ok(text.to_owned()),
        false => Err("an origin is written https://shop.example, without a path".to_owned()),
    }
}

/// `500ms`, `2s`, `1m`.
fn duration(text: &str) -> Result<Duration, String> {
    let at = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let factor = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        _ => 0,
    };
    let number: u64 = number.parse().unwrap_or(u64::MAX);
    match number.checked_mul(factor) {
        Some(0) if number != 0 || text != "0" && factor == 0 => Err(TIME.to_owned()),
        Some(most) if most <= 86_400_000 => Ok(Duration::from_millis(most)),
        Some(_) | None => Err(TIME.to_owned()),
    }
}

const TIME: &str = "a time is written 500ms, 2s or 1m, and is a day at most";

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    is_guarded(arguments)?;
    let limits = limits(arguments)?;
    let log = arguments.logging.settings()?;
    let now = settings::NOW.choose(arguments.now, None)?.value;
    let clock: Box<dyn Clock> = match now {
        Some(now) => Box::new(FixedClock(now)),
        None => Box::new(SystemClock),
    };
    let state = settings::STATE.choose(arguments.state.clone(), None)?.value;
    let keep = settings::KEEP_EVENTS.choose(arguments.keep_events, None)?.value;
    let source =
        Files::new(arguments.bundle.clone(), &arguments.trusting, arguments.last.clone(), tokens_file(arguments));
    let source = source.for_events_kept(keep.filter(|_| state.is_some()));
    let source = if arguments.check { source.only_asking() } else { source };
    let tokens = tokens_file(arguments).map(|file| -> TokenSource { Box::new(move || read_tokens(&file)) });
    let switches = arguments.switches.clone();
    let manners = Manners { origins: arguments.cors.clone(), strict_reasons: arguments.strict_reasons };
    let parts = Parts { source: Box::new(source), clock, tokens, limits, switches, manners, ear: ear(terminal) };
    let service = Service::open(parts).map_err(CannotRun::from)?;
    let files = arguments.tls_certificate.clone().zip(arguments.tls_key.clone());
    let identity = files.map(|(certificate, key)| Identity::open(certificate, key)).transpose()?;
    let scheme = if identity.is_some() { "https" } else { "http" };
    let service = match identity {
        Some(identity) => service.with_identity(identity),
        None => service,
    };
    if arguments.check {
        said(&service, None, state.as_deref(), log.as_ref(), terminal);
        return Ok(Ended::Clean);
    }
    let (public, admin) = (listen(arguments.listen)?, listen(arguments.admin)?);
    let addresses = [address(&public)?, address(&admin)?].map(|address| format!("{scheme}://{address}"));
    let service = match &state {
        Some(path) => {
            let (state, gone) = State::open_for_a_service(path)?;
            let service = service.with_store(state.keeping(keep).shared());
            gone.iter().for_each(|why| service.state_is_gone(why));
            service
        }
        None => service,
    };
    let service = match &log {
        Some(log) => service.with_log(log)?,
        None => service,
    };
    let service = Arc::new(service);
    let look = Some(arguments.look).filter(|look| !look.is_zero());
    let sockets = Sockets { public, private: Some(admin), look, drain: arguments.drain, grace: arguments.grace };
    let ready = || said(&service, Some(addresses), state.as_deref(), log.as_ref(), terminal);
    let cut = serve(&service, sockets, ready)?;
    match cut {
        0 => Ok(Ended::Clean),
        cut => {
            terminal.say(format!("{} cut off", counted(cut, "request")));
            Ok(Ended::Found)
        }
    }
}

/// The first line: where it listens, and with what.
fn said(
    service: &Service,
    listening: Option<[String; 2]>,
    state: Option<&std::path::Path>,
    log: Option<&LogSettings>,
    terminal: &Terminal,
) {
    let (revision, digest) = service.bundle();
    let state = state.map(states::shown);
    let (customers, decisions) = service.tried();
    if terminal.format == Format::Json {
        let object = json!({
            "listening": listening.as_ref().map(|[public, _]| public),
            "admin": listening.as_ref().map(|[_, admin]| admin),
            "bundle": { "revision": revision, "digest": digest },
            "self_check": { "customers": customers, "decisions": decisions },
            "state": state,
            "log": log.map(|log| json!({ "file": log.file, "share": log.share })),
        });
        // One line, so that whoever started it need not wait for a second one.
        terminal.line(object.to_string());
        return;
    }
    if let Some([public, admin]) = listening {
        terminal.line(format!("listening {public} admin {admin}"));
    }
    terminal.line(format!("revision  {revision}"));
    terminal.line(format!("digest    {digest}"));
    terminal.line(format!("tried     {decisions} decisions for {customers} made-up customers"));
    terminal.line(format!("state     {}", state.unwrap_or_else(|| "none: nothing is remembered".to_owned())));
    if let Some(LogSettings { file, share, .. }) = log {
        let of = if *share < 1.0 { format!(", a share of {share} of all requests") } else { String::new() };
        terminal.line(format!("log       {}{of}", file.display()));
    }
}

/// Without tokens it listens where nobody else gets to, unless that is meant.
fn is_guarded(arguments: &Arguments) -> Result<(), CannotRun> {
    let addresses = [arguments.listen, arguments.admin];
    let open = addresses.into_iter().find(|address| !address.ip().is_loopback());
    match open {
        Some(open) if arguments.tokens.is_none() && !arguments.open_to_all => {
            let message = format!("at {open} anybody who can reach this machine would be answered");
            Err(CannotRun::new(&codes::serve::OPEN_DOOR, message)
                .help("name who may ask: --tokens FILE, or say that it is meant: --open-to-all"))
        }
        Some(_) | None => Ok(()),
    }
}

fn limits(arguments: &Arguments) -> Result<Limits, CannotRun> {
    let limits = Limits {
        body: arguments.max_body,
        depth: arguments.max_depth,
        at_once: arguments.max_at_once,
        in_hand: arguments.max_in_hand,
        connections: arguments.max_connections,
        store_threads: arguments.state_threads,
        patience: arguments.timeout,
        store: arguments.state_timeout,
    };
    let must = [
        ("--max-body", limits.body),
        ("--max-depth", limits.depth),
        ("--max-at-once", limits.at_once),
        ("--max-in-hand", limits.in_hand),
        ("--max-connections", limits.connections),
        ("--state-threads", limits.store_threads),
        ("--timeout", usize::from(!limits.patience.is_zero())),
        ("--state-timeout", usize::from(!limits.store.is_zero())),
    ];
    match must.into_iter().find(|(_, most)| *most == 0) {
        Some((flag, _)) => {
            Err(CannotRun::new(&codes::run::BAD_ARGUMENT, format!("with {flag} 0 nothing could be answered"))
                .help("name at least 1, or leave it out"))
        }
        None if limits.store_threads > MOST_THREADS => {
            Err(CannotRun::new(&codes::run::BAD_ARGUMENT, format!("--state-threads is at most {MOST_THREADS}"))
                .help("a state that needs more is too slow for that many requests"))
        }
        None => Ok(limits),
    }
}

const MOST_THREADS: usize = 1_024;

fn tokens_file(arguments: &Arguments) -> Option<PathBuf> {
    arguments.tokens.clone()
}

fn read_tokens(file: &std::path::Path) -> Result<Tokens, Refused> {
    let read = std::fs::read_to_string(file).map_err(|error| CannotRun::unreadable(file, &error));
    let parsed = read.and_then(|text| {
        Tokens::parse(&text).map_err(|bad| {
            CannotRun::new(&codes::serve::BAD_TOKENS, format!("{}: {bad}", file.display()))
                .help("`cater keys token NAME --scope SCOPE --output FILE` adds a line that is right")
        })
    });
    parsed.map_err(Refused::from)
}

fn listen(address: SocketAddr) -> Result<TcpListener, CannotRun> {
    TcpListener::bind(address).map_err(|why| {
        CannotRun::new(&codes::serve::CANNOT_LISTEN, format!("{address}: {why}"))
            .help("name an address of this machine with a port that is free; port 0 is any")
    })
}

fn address(socket: &TcpListener) -> Result<SocketAddr, CannotRun> {
    Ok(socket.local_addr()?)
}

/// Says what happens while it runs.
fn ear(terminal: &Terminal) -> Ear {
    let voice = terminal.voice();
    Box::new(move |notice| {
        let at = show_instant(SystemClock.now());
        let (words, object) = match notice {
            Notice::Activated { file, revision, digest } => (
                format!("{file} is in use: revision {revision}"),
                json!({ "at": at, "notice": "activated", "file": file, "revision": revision, "digest": digest }),
            ),
            Notice::Refused(Refused { code, message, help }) => (
                format!("error[{}]: {message}; what was in use stays", code.name),
                json!({ "at": at, "notice": "refused", "code": code.name, "message": message, "help": help }),
            ),
            Notice::Certificates => {
                ("other certificates are in use".to_owned(), json!({ "at": at, "notice": "certificates" }))
            }
            Notice::Tokens(count) => {
                (format!("{} known", counted(*count, "token")), json!({ "at": at, "notice": "tokens", "count": count }))
            }
            Notice::Switched { kind, name, is_paused, who, why } => (
                {
                    let word = if *is_paused { "is paused" } else { "is no longer paused" };
                    format!("{} `{name}` {word} by {who}: {why}", kind.word())
                },
                json!({
                    "at": at, "notice": "switched", "kind": kind.word(), "name": name, "paused": is_paused, "who": who,
                    "why": why,
                }),
            ),
            Notice::Forgot(count) => (
                format!("{} forgotten", counted(*count, "customer")),
                json!({ "at": at, "notice": "forgot", "customers": count }),
            ),
            Notice::StateFails(code) => (
                format!("error[{}]: the state fails, and is decided without", code.name),
                json!({ "at": at, "notice": "state fails", "code": code.name }),
            ),
            Notice::StateAnswers => {
                ("the state answers again".to_owned(), json!({ "at": at, "notice": "state answers" }))
            }
            Notice::LogFails(why) => (
                format!("error[{}]: the log loses lines: {why}; decisions go on", codes::serve::CANNOT_LOG.name),
                json!({ "at": at, "notice": "log fails", "code": codes::serve::CANNOT_LOG.name, "why": why }),
            ),
            Notice::LogGoesOn { lost } => (
                format!("the log goes on; {} lost", counted(usize::try_from(*lost).unwrap_or(usize::MAX), "line")),
                json!({ "at": at, "notice": "log goes on", "lost": lost }),
            ),
            Notice::Ending => ("ending".to_owned(), json!({ "at": at, "notice": "ending" })),
        };
        voice(&format!("{at} {words}"), &object);
    })
}

impl From<Refused> for CannotRun {
    fn from(Refused { code, message, help }: Refused) -> Self {
        let refused = Self::new(code, message);
        match help {
            Some(help) => refused.help(help),
            None => refused,
        }
    }
}

impl From<CannotRun> for Refused {
    fn from(CannotRun { code, message, help, .. }: CannotRun) -> Self {
        Self { code, message, help }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        for (text, milliseconds) in [("500ms", 500), ("2s", 2_000), ("1m", 60_000), ("0s", 0), ("0", 0)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for bad in ["", "2", "s", "2h", "-1s", "1.5s", "99999999999999999999s", "2 s", "1500m"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
