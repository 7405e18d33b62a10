//! The system's clock.

use chrono::{DateTime, Utc};

use crate::pipeline::Clock;

/// Reads the system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// The clock at UTC, for what has no zone of its own.
pub fn local_now() -> chrono::NaiveDateTime {
    Utc::now().naive_utc()
}
