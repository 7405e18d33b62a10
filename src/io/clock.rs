//! The clock.

use chrono::{DateTime, Utc};

use crate::pipeline::Clock;

/// The system's clock, or the moment that `SOURCE_DATE_EPOCH` names (seconds since 1970, see
/// <https://reproducible-builds.org/specs/source-date-epoch/>), so that a run can be repeated to the byte.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock {
    fixed: Option<DateTime<Utc>>,
}

impl SystemClock {
    /// A clock that stands still.
    pub fn at(moment: DateTime<Utc>) -> Self {
        Self { fixed: Some(moment) }
    }

    /// Looks whether the environment names a moment.
    pub fn from_environment() -> Self {
        let seconds = super::environment::variable("SOURCE_DATE_EPOCH").and_then(|text| text.trim().parse().ok());
        Self { fixed: seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0)) }
    }

    /// The same where the environment names a moment; else `moment`, at which the pages of this run were fetched.
    #[must_use]
    pub fn or_at(self, moment: DateTime<Utc>) -> Self {
        Self { fixed: self.fixed.or(Some(moment)) }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        self.fixed.unwrap_or_else(Utc::now)
    }
}
