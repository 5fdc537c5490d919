//! Work that may wait, on threads of its own and with a deadline: the store is synchronous, and a store that is slow must not
//! keep anybody from being answered.
//!
//! There are two lanes. What asks the store goes by one, what only reckons by the other, so that threads that a dead store
//! keeps cannot keep a decision without it. What comes too late for anybody to hear it is told so by its [`Promise`], and
//! takes back what it did. Refuses to know what the work is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant as Moment, timeout_at};

/// Threads, each with work or waiting for some.
#[derive(Debug)]
pub(super) struct Lanes {
    store: Arc<Semaphore>,
    plain: Arc<Semaphore>,
}

/// Why work came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Undone {
    /// It was not done in time, or not even begun.
    Late,
    /// It broke off.
    Panicked,
}

const OPEN: u8 = 0;
const KEPT: u8 = 1;
const LEFT: u8 = 2;

/// Whether somebody still waits for the work.
#[derive(Clone, Debug)]
pub(super) struct Promise(Arc<AtomicU8>);

impl Promise {
    fn new() -> Self {
        Self(Arc::new(AtomicU8::new(OPEN)))
    }

    /// The work is done; whether somebody will hear of it.
    pub(super) fn keep(&self) -> bool {
        self.0.compare_exchange(OPEN, KEPT, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Nobody waits any more; whether the work was not done before.
    fn leave(&self) -> bool {
        self.0.compare_exchange(OPEN, LEFT, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

/// Whoever waits, until they do not: also where a client went away, and nobody asks for the answer any more.
struct Waiting(Promise);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.leave();
    }
}

impl Lanes {
    /// So many threads of each kind.
    pub(super) fn new(store: usize, plain: usize) -> Self {
        Self { store: Arc::new(Semaphore::new(store)), plain: Arc::new(Semaphore::new(plain)) }
    }

    /// Work that asks the store, to be done within `patience`. It must say [`Promise::keep`] when it is done.
    pub(super) async fn store<T: Send + 'static>(
        &self,
        patience: Duration,
        work: impl FnOnce(&Promise) -> T + Send + 'static,
    ) -> Result<T, Undone> {
        let deadline = Moment::now() + patience;
        let permit = timeout_at(deadline, Arc::clone(&self.store).acquire_owned()).await;
        let Ok(Ok(permit)) = permit else { return Err(Undone::Late) };
        let promise = Promise::new();
        let waiting = Waiting(promise.clone());
        let mut done = spawn(permit, move || work(&promise));
        let outcome = match timeout_at(deadline, &mut done).await {
            Ok(outcome) => outcome,
            // In the very moment in which it was done it is not late.
            Err(_) if !waiting.0.leave() => done.await,
            Err(_) => return Err(Undone::Late),
        };
        outcome.unwrap_or(Err(Undone::Panicked))
    }

    /// Work that only reckons.
    pub(super) async fn plain<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Undone> {
        // The lane is never closed.
        let Ok(permit) = Arc::clone(&self.plain).acquire_owned().await else { return Err(Undone::Late) };
        spawn(permit, work).await.unwrap_or(Err(Undone::Panicked))
    }
}

fn spawn<T: Send + 'static>(
    permit: OwnedSemaphorePermit,
    work: impl FnOnce() -> T + Send + 'static,
) -> tokio::task::JoinHandle<Result<T, Undone>> {
    tokio::task::spawn_blocking(move || {
        // What broke off is dropped, and nothing of it is used again.
        let outcome = catch_unwind(AssertUnwindSafe(work)).map_err(|_| Undone::Panicked);
        drop(permit);
        outcome
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    fn run<F: Future>(of: F) -> F::Output {
        tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(of)
    }

    const SOON: Duration = Duration::from_millis(20);

    #[test]
    fn what_is_late_is_told_so_and_the_others_go_on() {
        run(async {
            let lanes = Lanes::new(1, 1);
            let (release, wait) = channel::<()>();
            let (tell, told) = channel();
            let late = lanes
                .store(SOON, move |promise| {
                    let _ = wait.recv();
                    tell.send(promise.keep()).unwrap();
                })
                .await;
            assert_eq!(late, Err(Undone::Late));
            // The thread is still held, so the next does not begin; what only reckons does.
            assert_eq!(lanes.store(SOON, |_| 1).await, Err(Undone::Late));
            assert_eq!(lanes.plain(|| 2).await, Ok(2));
            drop(release);
            assert!(!told.recv().unwrap(), "nobody hears it");
            assert_eq!(lanes.store(Duration::from_secs(10), |promise| promise.keep()).await, Ok(true));
        });
    }

    #[test]
    fn who_goes_away_waits_no_longer() {
        run(async {
            let lanes = Arc::new(Lanes::new(1, 1));
            let (release, wait) = channel::<()>();
            let (tell, told) = channel();
            let (begin, begun) = channel();
            let other = Arc::clone(&lanes);
            let asked = tokio::spawn(async move {
                let work = move |promise: &Promise| {
                    begin.send(()).unwrap();
                    let _ = wait.recv();
                    tell.send(promise.keep()).unwrap();
                };
                other.store(Duration::from_secs(60), work).await
            });
            tokio::task::spawn_blocking(move || begun.recv().unwrap()).await.unwrap();
            asked.abort();
            assert!(asked.await.unwrap_err().is_cancelled());
            drop(release);
            assert!(!told.recv().unwrap());
        });
    }

    #[test]
    fn what_breaks_off_harms_nobody_else() {
        run(async {
            let lanes = Lanes::new(1, 1);
            let long = Duration::from_secs(10);
            assert_eq!(lanes.store(long, |_| -> u8 { panic!("on purpose") }).await, Err(Undone::Panicked));
            assert_eq!(lanes.plain(|| -> u8 { panic!("on purpose") }).await, Err(Undone::Panicked));
            assert_eq!(lanes.store(long, |_| 1).await, Ok(1));
        });
    }
}
