//! Several that write at the same time share one commit: the disk is waited for once, not once each.
//!
//! Whoever comes while nobody writes takes all that wait with them, themselves included; the others wait for what became
//! of theirs. Refuses to know how anything is written.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::super::{Change, Landed, StateError};

#[derive(Debug, Default)]
pub(super) struct Group {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    tickets: u64,
    waiting: Vec<(u64, Vec<Change>)>,
    done: HashMap<u64, Result<Landed, StateError>>,
    is_writing: bool,
}

impl Group {
    /// Writes, with all who wait. `write_all` must not panic: others wait for it.
    pub(super) fn write(
        &self,
        changes: &[Change],
        write_all: impl Fn(&[Vec<Change>]) -> Result<Vec<Landed>, StateError>,
    ) -> Result<Landed, StateError> {
        let mut queue = self.lock();
        queue.tickets += 1;
        let ticket = queue.tickets;
        queue.waiting.push((ticket, changes.to_vec()));
        loop {
            if let Some(done) = queue.done.remove(&ticket) {
                return done;
            }
            if queue.is_writing {
                queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            queue.is_writing = true;
            let (tickets, writings): (Vec<u64>, Vec<_>) = std::mem::take(&mut queue.waiting).into_iter().unzip();
            drop(queue);
            let landed = write_all(&writings);
            queue = self.lock();
            queue.is_writing = false;
            match landed {
                Ok(landed) => queue.done.extend(tickets.into_iter().zip(landed.into_iter().map(Ok))),
                Err(why) => queue.done.extend(tickets.into_iter().map(|ticket| (ticket, Err(why.clone())))),
            }
            self.changed.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // Nothing that holds the lock can panic.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn who_comes_while_somebody_writes_is_written_together() {
        let (group, commits) = (Group::default(), AtomicUsize::new(0));
        let all = std::sync::Barrier::new(8);
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let (group, commits, all) = (&group, &commits, &all);
                scope.spawn(move || {
                    all.wait();
                    let landed = group.write(&[], |writings| {
                        commits.fetch_add(1, Ordering::SeqCst);
                        std::thread::sleep(std::time::Duration::from_millis(50));
                        Ok(vec![Landed::Whole; writings.len()])
                    });
                    assert_eq!(landed, Ok(Landed::Whole), "{thread}");
                });
            }
        });
        let commits = commits.into_inner();
        assert!(commits < 8, "{commits} commits for eight");
        let failed = group.write(&[], |_| Err(StateError::Busy("here".into())));
        assert_eq!(failed, Err(StateError::Busy("here".into())));
        assert!(group.lock().done.is_empty(), "nothing is left behind");
    }
}
