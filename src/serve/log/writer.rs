//! The one thread that writes the log: it replays, writes lines, looks after the file, and never holds anybody up.
//!
//! A file that cannot be written loses lines, which are counted; it is tried again each second. Where it was moved away, or
//! somebody asks for it, it is begun anew. Refuses to know who decided what.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError};
use std::time::{Duration, Instant as Moment};

use super::counts::Loss;
use super::file::{LogFile, Lost};
use super::whose::Whose;
use super::{Decided, Shared, Told, line};

/// How often the file is looked after.
const TICK: Duration = Duration::from_secs(1);

/// What is written.
pub(super) enum Message {
    Decided(Box<Decided>),
    Told(Box<Told>),
    /// All that was said before is written, then whoever asks is told, and it ends.
    End(SyncSender<()>),
}

/// The thread, and what it has.
pub(super) struct Writer {
    pub(super) file: LogFile,
    pub(super) queue: Receiver<Message>,
    pub(super) shared: Arc<Shared>,
    pub(super) whose: Whose,
    pub(super) looked: Moment,
}

impl Writer {
    /// Writes until nobody says anything any more.
    pub(super) fn run(mut self) {
        let mut scratch = Vec::new();
        loop {
            let message = match self.queue.try_recv() {
                Ok(message) => message,
                Err(TryRecvError::Disconnected) => break self.flush(),
                Err(TryRecvError::Empty) => {
                    // Nobody waits to be written: whoever reads along shall see all of it.
                    self.flush();
                    match self.queue.recv_timeout(TICK) {
                        Ok(message) => message,
                        Err(RecvTimeoutError::Timeout) => {
                            self.look();
                            continue;
                        }
                        Err(RecvTimeoutError::Disconnected) => break,
                    }
                }
            };
            if self.looked.elapsed() >= TICK || self.shared.is_to_reopen.load(Ordering::Relaxed) {
                self.look();
            }
            match message {
                Message::Decided(decided) => self.decided(&decided, &mut scratch),
                Message::Told(told) => {
                    self.line(1, &mut scratch, |to| line::told(to, &told));
                }
                Message::End(done) => {
                    self.flush();
                    // That it could not be put on the disk nobody can help any more.
                    let _ = self.file.sync();
                    let _ = done.send(());
                    break;
                }
            }
        }
    }

    fn decided(&mut self, decided: &Decided, scratch: &mut Vec<u8>) {
        let shared = Arc::clone(&self.shared);
        let whose = self.whose.clone();
        for (one, frame) in decided.decisions.iter().zip(&decided.frames) {
            self.line(decided.weight_of_one(), scratch, |to| {
                line::decision(to, decided, one, frame, &whose, &shared.counts)
            });
        }
    }

    /// Writes one line, that waited with this weight.
    fn line(&mut self, weight: usize, scratch: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
        scratch.clear();
        // A mistake in one line is no reason to write no other.
        let written = catch_unwind(AssertUnwindSafe(|| write(scratch)));
        self.shared.wait_no_more(1, weight);
        if written.is_err() {
            self.shared.lost(1, Loss::BrokeOff, "the service made a mistake while it wrote a line");
            return;
        }
        if !self.file.is_open() {
            self.shared.lost_again(1, Loss::Disk);
            return;
        }
        let pushed = self.file.push(scratch);
        self.came_to(pushed);
    }

    fn flush(&mut self) {
        let flushed = self.file.flush();
        self.came_to(flushed);
    }

    fn came_to(&mut self, done: Result<(), Lost>) {
        self.shared.written(self.file.take_written());
        if let Err(Lost { lines, why }) = done {
            self.shared.lost(lines, Loss::Disk, &why.to_string());
        }
    }

    /// Opens the file anew where that is asked for, where it was moved away, or where it failed.
    fn look(&mut self) {
        self.looked = Moment::now();
        self.shared.calm();
        let is_asked = self.shared.is_to_reopen.swap(false, Ordering::Relaxed);
        if self.file.is_open() {
            if !is_asked && !self.file.was_moved() {
                return;
            }
            self.flush();
        }
        if let Err(why) = self.file.reopen() {
            self.shared.lost(0, Loss::Disk, &why.to_string());
        }
    }
}
