//! The answers to robots.txt, kept in the state file.

use super::sqlite::Sqlite;
use crate::io::robots::{CachedRobots, RobotsCache};

impl RobotsCache for Sqlite {
    fn get(&self, origin: &str) -> Option<CachedRobots> {
        let (fetched_at, body) = self.robots_get(origin).ok().flatten()?;
        Some(CachedRobots { fetched_at, body })
    }

    fn put(&self, origin: &str, robots: CachedRobots) {
        // A site that is asked once more than needed is no reason to fail a run.
        let _ = self.robots_put(origin, robots.fetched_at, robots.body.as_deref());
    }
}
