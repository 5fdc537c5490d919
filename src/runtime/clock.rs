//! What time it is: asked once, before anything is decided.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::value::Instant;

/// Says what time it is.
pub trait Clock: Send + Sync {
    /// Now, to the microsecond.
    fn now(&self) -> Instant;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        let now = SystemTime::now();
        let since = |later: SystemTime, earlier| later.duration_since(earlier).map(|length| length.as_micros());
        let microseconds = match (since(now, UNIX_EPOCH), since(UNIX_EPOCH, now)) {
            (Ok(after), _) => i64::try_from(after).unwrap_or(i64::MAX),
            (Err(_), Ok(before)) => i64::try_from(before).map_or(i64::MIN, |before| -before),
            (Err(_), Err(_)) => 0,
        };
        Instant(microseconds.clamp(Instant::MIN.0, Instant::MAX.0))
    }
}

/// A clock that stands still, so that what an example shows does not change.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(pub Instant);

impl Clock for FixedClock {
    fn now(&self) -> Instant {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_say_what_time_it_is() {
        let year_2020 = Instant::parse("2020-01-01T00:00Z").unwrap();
        let before = SystemClock.now();
        assert!(before > year_2020 && before <= SystemClock.now());
        assert_eq!(FixedClock(year_2020).now(), year_2020);
    }
}
