//! The sockets: connections taken, served and ended, and what tells the service to read its sources anew, or to end.
//!
//! A signal to end (SIGTERM, Ctrl-C) makes the service unready, lets it take requests for a while longer where that is
//! asked for, then closes the sockets and gives what is in hand time to end. SIGHUP reads the sources anew.

use std::io;
use std::net::TcpListener as Socket;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::time::{interval, sleep, timeout};

use super::{Notice, Service, routes};

/// After how long it is looked again whether a connection can be taken, where the system says that it has too many.
const BREATH: Duration = Duration::from_millis(50);

/// How long threads that a store keeps are waited for, when all else has ended.
const LAST_WAIT: Duration = Duration::from_secs(2);

/// Headers of a request, at most.
const HEADERS: usize = 64;

/// Where it listens, and for how long it ends.
#[derive(Debug)]
pub struct Sockets {
    /// For whoever asks.
    pub public: Socket,
    /// For whoever looks after it.
    pub private: Option<Socket>,
    /// How often it looks whether something else lies at the sources; never, where there is nothing.
    pub look: Option<Duration>,
    /// How long it goes on to take requests once it is to end and says that it is not ready.
    pub drain: Duration,
    /// How long requests in hand may take to end, and after them the lines of the log.
    pub grace: Duration,
}

/// Serves until it is told to end; gives how many requests were cut off. `ready` is called when it listens, and hears what
/// it is told.
///
/// # Errors
/// The system gives no threads, or does not take the sockets.
pub fn run(service: &Arc<Service>, sockets: Sockets, ready: impl FnOnce()) -> io::Result<usize> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = service.limits.store_threads + 2 * cores + 8;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores)
        .max_blocking_threads(threads)
        .thread_name("cater")
        .enable_all()
        .build()?;
    let grace = sockets.grace;
    let cut = runtime.block_on(serve(Arc::clone(service), sockets, ready));
    runtime.shutdown_timeout(LAST_WAIT);
    if let Some(log) = &service.log {
        log.end(grace.max(LAST_WAIT));
    }
    cut
}

async fn serve(service: Arc<Service>, sockets: Sockets, ready: impl FnOnce()) -> io::Result<usize> {
    let Sockets { public, private, look, drain, grace } = sockets;
    let told = Told::listen()?;
    let (close, closed) = watch::channel(());
    let connections = Arc::new(Semaphore::new(service.limits.connections));
    let mut doors = vec![(listener(public)?, routes::public(&service))];
    if let Some(private) = private {
        doors.push((listener(private)?, routes::private(&service)));
    }
    let taking: Vec<_> = doors
        .into_iter()
        .map(|(listener, router)| {
            let taken = take(listener, router, Arc::clone(&service), Arc::clone(&connections), closed.clone());
            tokio::spawn(taken)
        })
        .collect();
    drop(closed);
    if let Some(look) = look {
        tokio::spawn(watch_sources(Arc::clone(&service), look));
    }
    ready();
    told.ended(&service).await;
    service.is_ending.store(true, Ordering::Relaxed);
    (service.ear)(&Notice::Ending);
    sleep(drain).await;
    drop(close);
    let end = async {
        for taken in taking {
            if let Ok(open) = taken.await {
                open.shutdown().await;
            }
        }
    };
    let cut = match timeout(grace, end).await {
        Ok(()) => 0,
        Err(_) => usize::try_from(service.metrics.in_hand()).unwrap_or_default(),
    };
    Ok(cut)
}

fn listener(socket: Socket) -> io::Result<TcpListener> {
    socket.set_nonblocking(true)?;
    TcpListener::from_std(socket)
}

/// Takes connections until that is over; gives those that are open.
async fn take(
    listener: TcpListener,
    router: Router,
    service: Arc<Service>,
    connections: Arc<Semaphore>,
    mut closed: watch::Receiver<()>,
) -> GracefulShutdown {
    let open = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(service.limits.patience).max_headers(HEADERS);
    loop {
        let taken = async {
            // Who comes when there are too many waits in the system's queue.
            let permit = Arc::clone(&connections).acquire_owned().await;
            (permit, listener.accept().await)
        };
        let (permit, stream) = tokio::select! {
            // It ends when nobody can send any more.
            _ = closed.changed() => return open,
            taken = taken => taken,
        };
        let stream = match stream {
            Ok((stream, _)) => stream,
            Err(_) => {
                sleep(BREATH).await;
                continue;
            }
        };
        // Where it cannot be had the connection is slower, and no worse.
        let _ = stream.set_nodelay(true);
        let speech = Speech { http: http.clone(), watcher: open.watcher(), router: router.clone() };
        let service = Arc::clone(&service);
        tokio::spawn(async move {
            match &service.identity {
                None => speech.over(stream).await,
                Some(identity) => match timeout(service.limits.patience, identity.greet(stream)).await {
                    Ok(Ok(stream)) => speech.over(stream).await,
                    // They do not speak TLS, do not trust us, or say nothing.
                    Ok(Err(_)) | Err(_) => service.metrics.not_greeted(),
                },
            }
            drop(permit);
        });
    }
}

/// How it is spoken with whoever has connected.
struct Speech {
    http: http1::Builder,
    watcher: Watcher,
    router: Router,
}

impl Speech {
    async fn over<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(self, stream: S) {
        let connection = self.http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(self.router));
        // Whoever is at the other end knows that it broke off.
        let _ = self.watcher.watch(connection).await;
    }
}

/// Reads the sources anew whenever something else lies there.
async fn watch_sources(service: Arc<Service>, every: Duration) {
    let mut last = looks(&service).await;
    let mut tick = interval(every);
    loop {
        tick.tick().await;
        let now = looks(&service).await;
        if now.is_some() && now != last {
            last = now;
            reload(&service).await;
        }
    }
}

async fn looks(service: &Arc<Service>) -> Option<u64> {
    let service = Arc::clone(service);
    tokio::task::spawn_blocking(move || service.looks()).await.ok()
}

async fn reload(service: &Arc<Service>) {
    let service = Arc::clone(service);
    // What came of it is told to whoever hears notices.
    let _ = tokio::task::spawn_blocking(move || drop(service.reload())).await;
}

#[cfg(unix)]
struct Told {
    end: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    reload: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Told {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            end: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            reload: signal(SignalKind::hangup())?,
        })
    }

    async fn ended(mut self, service: &Arc<Service>) {
        loop {
            tokio::select! {
                _ = self.end.recv() => break,
                _ = self.interrupt.recv() => break,
                _ = self.reload.recv() => {
                    if let Some(log) = &service.log {
                        log.reopen();
                    }
                    reload(service).await;
                }
            }
        }
        // Whoever asks a second time does not want to wait.
        tokio::spawn(async move {
            tokio::select! {
                _ = self.end.recv() => {}
                _ = self.interrupt.recv() => {}
            }
            std::process::exit(2);
        });
    }
}

#[cfg(not(unix))]
struct Told;

#[cfg(not(unix))]
impl Told {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn ended(self, _: &Arc<Service>) {
        // Without signals it serves for ever.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
