//! One request at a time per host, with a pause in between.
//!
//! A request takes its turn, holds it until the body is read, and gives it back by dropping it; whoever waits is served
//! in the order of arrival. The pause is what the source and the robots.txt ask for, and longer where the host takes long
//! to answer. A host that asked for patience (`Retry-After`) is left alone: a short wait is waited for, a long one is
//! refused at once, in later runs too.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

/// The longest `Retry-After` that is waited for within a run.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A host that takes long to answer is given this many times as long to rest.
const REST: u32 = 5;

/// The longest rest after a slow answer.
const LONGEST_REST: Duration = Duration::from_secs(30);

/// How long a host is left alone that is overloaded and does not say for how long: for the rest of a run.
const BREATHER: Duration = Duration::from_mins(5);

/// Keeps between runs how long hosts want to be left alone.
pub trait Closures: Send + Sync {
    /// The hosts (name and port) that are closed after `now`, and until when.
    fn closed(&self, now: DateTime<Utc>) -> Vec<(String, DateTime<Utc>)>;
    /// Remembers that `host` wants to be left alone until then; a failure to do so is no error.
    fn close(&self, host: &str, until: DateTime<Utc>);
}

/// Keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoClosures;

impl Closures for NoClosures {
    fn closed(&self, _: DateTime<Utc>) -> Vec<(String, DateTime<Utc>)> {
        Vec::new()
    }

    fn close(&self, _: &str, _: DateTime<Utc>) {}
}

/// The hosts that were asked lately.
#[derive(Debug)]
pub(crate) struct Throttle {
    hosts: Mutex<Hosts>,
    /// The longest pause that a source wants of whichever host: for so long none is forgotten.
    longest: Duration,
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
    /// How long the last answer took to begin.
    last_response: Duration,
    /// Answers in a row that said that the host is overloaded.
    overloads: u32,
    closed_until: Option<Instant>,
}

impl Host {
    /// The pause after the last request, if `wanted` is what the source and the robots.txt want.
    fn pause(&self, wanted: Duration) -> Duration {
        wanted.max((self.last_response * REST).min(LONGEST_REST))
    }
}

/// The right to ask one host; dropping it ends the request.
#[derive(Debug)]
pub(crate) struct Turn {
    host: OwnedMutexGuard<Host>,
}

impl Throttle {
    /// Starts with hosts that want to be left alone for so long; `longest` is the longest pause between two requests
    /// that a source wants.
    pub(crate) fn new(closed: impl IntoIterator<Item = (String, Duration)>, longest: Duration) -> Self {
        let now = Instant::now();
        let host = |wait| Host { closed_until: Some(now + wait), ..Host::default() };
        let by_name = closed.into_iter().map(|(name, wait)| (name, Arc::new(tokio::sync::Mutex::new(host(wait)))));
        Self { hosts: Mutex::new(Hosts { by_name: by_name.collect(), sweep_at: 0 }), longest }
    }

    /// Waits for the turn at `host` (name and port), `delay` after the end of the request before, or longer if the host
    /// was slow to answer it.
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
        let delay = host.pause(delay);
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
            let is_needed = |host: &Arc<_>| Arc::strong_count(host) > 1 || !is_forgettable(host, self.longest, now);
            hosts.by_name.retain(|_, host| is_needed(host));
            hosts.sweep_at = (hosts.by_name.len() * 2).max(256);
        }
        let host = Arc::default();
        hosts.by_name.insert(name.to_owned(), Arc::clone(&host));
        host
    }
}

impl Turn {
    /// Notes how long the host took to begin its answer.
    pub(crate) fn answered_after(&mut self, time: Duration) {
        self.host.last_response = time;
    }

    /// Notes that the host is not overloaded.
    pub(crate) fn is_well(&mut self) {
        self.host.overloads = 0;
    }

    /// Notes that the host says that it is overloaded, but not for how long. Once may be the fault of one page;
    /// twice in a row, or if it says so `plainly`, it is left alone.
    pub(crate) fn is_overloaded(&mut self, plainly: bool) {
        self.host.overloads += 1;
        if plainly || self.host.overloads > 1 {
            self.close_for(BREATHER);
        }
    }

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

/// Whether nothing would change if the host were met for the first time; nobody wants a pause of more than `longest`.
fn is_forgettable(host: &tokio::sync::Mutex<Host>, longest: Duration, now: Instant) -> bool {
    host.try_lock().is_ok_and(|host| {
        host.overloads == 0
            && host.closed_until.is_none_or(|until| until <= now)
            && host.last_end.is_none_or(|end| end + host.pause(host.last_delay.max(longest)) <= now)
    })
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::Poll;

    use super::*;

    fn throttle() -> Throttle {
        Throttle::new([], Duration::ZERO)
    }

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
        let throttle = throttle();
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
        let throttle = throttle();
        let delay = Duration::from_millis(30);
        drop(throttle.turn("a:80", delay).await.unwrap());
        let ended = Instant::now();
        drop(throttle.turn("a:80", delay).await.unwrap());
        assert!(ended.elapsed() >= Duration::from_millis(29));
    }

    #[test]
    fn rests_longer_after_slow_answers() {
        for (response, wanted, expected) in
            [(2_000, 1_000, 10_000), (100, 1_000, 1_000), (60_000, 0, 30_000), (60_000, 45_000, 45_000), (0, 0, 0)]
        {
            let host = Host { last_response: Duration::from_millis(response), ..Host::default() };
            assert_eq!(host.pause(Duration::from_millis(wanted)), Duration::from_millis(expected), "{response}");
        }
    }

    #[tokio::test]
    async fn rests_after_a_slow_answer_of_the_same_host() {
        let throttle = throttle();
        let mut turn = throttle.turn("a:80", Duration::ZERO).await.unwrap();
        turn.answered_after(Duration::from_millis(6));
        drop(turn);
        let ended = Instant::now();
        drop(throttle.turn("a:80", Duration::ZERO).await.unwrap());
        assert!(ended.elapsed() >= Duration::from_millis(29));
    }

    #[tokio::test]
    async fn leaves_an_overloaded_host_alone() {
        let throttle = Throttle::new([("closed:80".to_owned(), Duration::from_mins(10))], Duration::ZERO);
        assert!(throttle.turn("closed:80", Duration::ZERO).await.is_err());
        throttle.turn("once:80", Duration::ZERO).await.unwrap().is_overloaded(false);
        throttle.turn("once:80", Duration::ZERO).await.unwrap().is_well();
        throttle.turn("once:80", Duration::ZERO).await.unwrap().is_overloaded(false);
        throttle.turn("once:80", Duration::ZERO).await.unwrap().is_overloaded(false);
        assert!(throttle.turn("once:80", Duration::ZERO).await.is_err());
        throttle.turn("plain:80", Duration::ZERO).await.unwrap().is_overloaded(true);
        assert!(throttle.turn("plain:80", Duration::ZERO).await.is_err());
    }

    #[tokio::test]
    async fn leaves_a_closed_host_alone() {
        let throttle = throttle();
        let mut turn = throttle.turn("a:80", Duration::ZERO).await.unwrap();
        turn.close_for(Duration::from_mins(10));
        turn.close_for(Duration::from_secs(1));
        drop(turn);
        assert!(throttle.turn("a:80", Duration::ZERO).await.unwrap_err() > Duration::from_secs(590));
    }

    #[tokio::test]
    async fn forgets_idle_hosts() {
        let throttle = throttle();
        for name in 0..2000 {
            throttle.host(&name.to_string());
        }
        assert!(throttle.hosts.lock().unwrap().by_name.len() <= 256);
    }

    #[test]
    fn a_host_is_forgotten_when_nobody_would_wait_for_it() {
        let now = Instant::now() + Duration::from_mins(1);
        let ago = |milliseconds| Some(now - Duration::from_millis(milliseconds));
        let ended = |last_end| Host { last_end, ..Host::default() };
        let (second, zero) = (Duration::from_secs(1), Duration::ZERO);
        let slow = Duration::from_millis(500);
        for (host, longest, expected) in [
            (ended(None), second, true),
            (ended(ago(999)), second, false),
            (ended(ago(1000)), second, true),
            (Host { last_delay: second, ..ended(ago(999)) }, zero, false),
            (Host { last_response: slow, ..ended(ago(2499)) }, second, false),
            (Host { last_response: slow, ..ended(ago(2500)) }, second, true),
            (Host { overloads: 1, ..ended(ago(9000)) }, zero, false),
            (Host { closed_until: Some(now + second), ..ended(ago(9000)) }, zero, false),
            (Host { closed_until: Some(now), ..ended(ago(9000)) }, zero, true),
        ] {
            let words = format!("{host:?} {longest:?}");
            assert_eq!(is_forgettable(&tokio::sync::Mutex::new(host), longest, now), expected, "{words}");
        }
    }
}
