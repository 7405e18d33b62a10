//! One request at a time per host, with a pause in between.
//!
//! A request takes its turn, holds it until the body is read, and gives it back by dropping it; whoever waits is served
//! in the order of arrival. A host that asked for patience (`Retry-After`) is left alone: a short wait is waited for, a
//! long one is refused at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

/// The longest `Retry-After` that is waited for within a run.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The hosts that were asked lately.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    hosts: Mutex<Hosts>,
}

#[derive(Debug, Default)]
struct Hosts {
    by_name: HashMap<String, Arc<tokio::sync::Mutex<Host>>>,
    sweep_at: usize,
}

/// What is known of one host.
#[derive(Debug, Default)]
struct Host {
    last_end: Option<Instant>,
    last_delay: Duration,
    closed_until: Option<Instant>,
}

/// The right to ask one host; dropping it ends the request.
#[derive(Debug)]
pub(crate) struct Turn {
    host: OwnedMutexGuard<Host>,
}

impl Throttle {
    /// Waits for the turn at `host` (name and port), `delay` after the end of the request before.
    ///
    /// # Errors
    /// How long the host still wants to be left alone, if that is longer than [`PATIENCE`].
    pub(crate) async fn turn(&self, host: &str, delay: Duration) -> Result<Turn, Duration> {
        let mut host = self.host(host).lock_owned().await;
        let now = Instant::now();
        let closed = host.closed_until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
        if closed > PATIENCE {
            return Err(closed);
        }
        let pause = host.last_end.map_or(Duration::ZERO, |end| (end + delay).saturating_duration_since(now));
        let wait = pause.max(closed);
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        host.last_delay = delay;
        Ok(Turn { host })
    }

    fn host(&self, name: &str) -> Arc<tokio::sync::Mutex<Host>> {
        // A panic while the map was held leaves a usable map.
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = hosts.by_name.get(name) {
            return Arc::clone(host);
        }
        if hosts.by_name.len() >= hosts.sweep_at {
            let now = Instant::now();
            hosts.by_name.retain(|_, host| Arc::strong_count(host) > 1 || !is_forgettable(host, now));
            hosts.sweep_at = (hosts.by_name.len() * 2).max(256);
        }
        let host = Arc::default();
        hosts.by_name.insert(name.to_owned(), Arc::clone(&host));
        host
    }
}

impl Turn {
    /// Leaves the host alone for `wait`.
    pub(crate) fn close_for(&mut self, wait: Duration) {
        let until = Instant::now() + wait;
        self.host.closed_until = Some(self.host.closed_until.map_or(until, |known| known.max(until)));
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.host.last_end = Some(Instant::now());
    }
}

/// Whether nothing would change if the host were met for the first time.
fn is_forgettable(host: &tokio::sync::Mutex<Host>, now: Instant) -> bool {
    host.try_lock().is_ok_and(|host| {
        host.closed_until.is_none_or(|until| until <= now)
            && host.last_end.is_none_or(|end| end + host.last_delay.max(PATIENCE) <= now)
    })
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::Poll;

    use super::*;

    async fn poll_once<T>(future: std::pin::Pin<&mut impl Future<Output = T>>) -> Option<T> {
        let mut future = future;
        std::future::poll_fn(|context| {
            Poll::Ready(match future.as_mut().poll(context) {
                Poll::Ready(value) => Some(value),
                Poll::Pending => None,
            })
        })
        .await
    }

    #[tokio::test]
    async fn serves_one_at_a_time_in_order() {
        let throttle = Throttle::default();
        let first = throttle.turn("a:80", Duration::ZERO).await.unwrap();
        let mut second = pin!(throttle.turn("a:80", Duration::ZERO));
        let mut third = pin!(throttle.turn("a:80", Duration::ZERO));
        assert!(poll_once(second.as_mut()).await.is_none());
        assert!(poll_once(third.as_mut()).await.is_none());
        assert!(throttle.turn("b:80", Duration::ZERO).await.is_ok(), "another host has its own turn");
        drop(first);
        assert!(poll_once(third.as_mut()).await.is_none(), "the second came first");
        drop(second.await.unwrap());
        assert!(third.await.is_ok());
    }

    #[tokio::test]
    async fn pauses_between_requests() {
        let throttle = Throttle::default();
        let delay = Duration::from_millis(30);
        drop(throttle.turn("a:80", delay).await.unwrap());
        let ended = Instant::now();
        drop(throttle.turn("a:80", delay).await.unwrap());
        assert!(ended.elapsed() >= Duration::from_millis(29));
    }

    #[tokio::test]
    async fn leaves_a_closed_host_alone() {
        let throttle = Throttle::default();
        let mut turn = throttle.turn("a:80", Duration::ZERO).await.unwrap();
        turn.close_for(Duration::from_mins(10));
        turn.close_for(Duration::from_secs(1));
        drop(turn);
        assert!(throttle.turn("a:80", Duration::ZERO).await.unwrap_err() > Duration::from_secs(590));
    }

    #[tokio::test]
    async fn forgets_idle_hosts() {
        let throttle = Throttle::default();
        for name in 0..2000 {
            throttle.host(&name.to_string());
        }
        assert!(throttle.hosts.lock().unwrap().by_name.len() <= 256);
    }
}
