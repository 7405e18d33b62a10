//! What the robots.txt of an origin allows: asked once while its sources are visited, and not again within a day where
//! answers are kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::StatusCode;
use tokio::sync::OnceCell;
use url::Url;

use super::exchange::{Ask, Purpose, Stop, without_credentials};
use super::{AGENT, Web, failure};
use crate::config::RequestOptions;
use crate::finding::{Code, Finding};
use crate::io::robots::{self, CachedRobots, RobotsCache, Rules};
use crate::pipeline::Clock;

/// How much of a robots.txt is read (RFC 9309, section 2.5).
const LONGEST: u64 = 500 * 1024;

/// The longest pause between two requests that a robots.txt can ask for.
const LONGEST_DELAY: Duration = Duration::from_mins(1);

/// How long an answer holds (RFC 9309, section 2.4).
const LIFETIME: TimeDelta = TimeDelta::hours(24);

/// How many origins are remembered at least, the last that were asked for. Others are asked of the cache again: the
/// sources of one host are visited one after the other, so that hardly any comes back.
const REMEMBERED: usize = 512;

/// What is known of the origins of this run.
pub(super) struct Permissions {
    origins: Mutex<Origins>,
    cache: Arc<dyn RobotsCache>,
}

type Known = HashMap<String, Arc<OnceCell<Standing>>>;

/// The origins that were asked for lately.
#[derive(Default)]
struct Origins {
    /// The last, up to [`REMEMBERED`].
    new: Known,
    /// As many before them.
    old: Known,
}

/// How an origin stands to feedmill.
enum Standing {
    /// Its robots.txt says this; nothing if it has none.
    Ruled(Rules),
    /// It could not say, so that it is left alone for this run (RFC 9309, section 2.3.1.4).
    Closed(Finding),
}

impl Permissions {
    pub(super) fn new(cache: Arc<dyn RobotsCache>) -> Self {
        Self { origins: Mutex::default(), cache }
    }

    fn standing(&self, origin: &str) -> Arc<OnceCell<Standing>> {
        // A panic while the map was held leaves a usable map.
        let mut origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = origins.new.get(origin) {
            return Arc::clone(known);
        }
        if origins.new.len() >= REMEMBERED {
            origins.old = std::mem::take(&mut origins.new);
        }
        let standing = origins.old.remove(origin).unwrap_or_default();
        origins.new.insert(origin.to_owned(), Arc::clone(&standing));
        standing
    }
}

impl Web {
    /// The pause that the robots.txt of `url` asks for.
    ///
    /// # Errors
    /// If it disallows `url`, or cannot be read.
    pub(super) async fn permit(&self, url: &Url, options: &RequestOptions) -> Result<Duration, Finding> {
        if !options.obey_robots {
            return Ok(Duration::ZERO);
        }
        let origin = url.origin().ascii_serialization();
        let standing = self.permissions.standing(&origin);
        // Boxed, because asking for robots.txt is a question like the one that led here.
        let standing = standing.get_or_init(|| Box::pin(self.learn(&origin, url, options))).await;
        match standing {
            Standing::Closed(finding) => Err(finding.clone()),
            Standing::Ruled(rules) if rules.allow(url.as_str()) => {
                Ok(rules.crawl_delay().unwrap_or_default().min(LONGEST_DELAY))
            }
            Standing::Ruled(_) => Err(disallowed(url)),
        }
    }

    async fn learn(&self, origin: &str, url: &Url, options: &RequestOptions) -> Standing {
        let known = self.permissions.cache.get(origin);
        let now = self.clock.now();
        if let Some(known) = &known
            && is_fresh(known.fetched_at, now)
        {
            return ruled(known.body.as_deref());
        }
        match self.ask_robots(url, options).await {
            Ok(body) => {
                let standing = ruled(body.as_deref());
                self.permissions.cache.put(origin, CachedRobots { fetched_at: now, body });
                standing
            }
            // An old answer is better than none (RFC 9309, section 2.4).
            Err(finding) => match known {
                Some(known) => ruled(known.body.as_deref()),
                None => Standing::Closed(finding),
            },
        }
    }

    /// The robots.txt of the origin of `url`; `None` if there is none.
    async fn ask_robots(&self, url: &Url, options: &RequestOptions) -> Result<Option<String>, Finding> {
        let mut address = without_credentials(url).into_owned();
        address.set_path("/robots.txt");
        address.set_query(None);
        address.set_fragment(None);
        let ask = Ask {
            url: &address,
            home: None,
            options,
            validators: None,
            purpose: Purpose::Robots(LONGEST),
            last: false,
        };
        let landing = match self.follow(&ask).await {
            Ok(landing) => landing,
            // Redirects that lead nowhere count as no robots.txt (RFC 9309, section 2.3.1.2).
            Err(Stop::Redirects(_)) => return Ok(None),
            Err(Stop::Failed(finding)) => return Err(of_robots(finding)),
        };
        match landing.status {
            StatusCode::OK => {
                let host = landing.url.host_str().unwrap_or_default();
                let body = landing.body.unpack(host).map_err(of_robots)?;
                Ok(Some(robots::text(&body.bytes)))
            }
            // "Too many requests" says nothing about robots.txt.
            status if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => Ok(None),
            status if status.is_success() => Ok(None),
            _ => {
                let mut finding = failure::status(&landing, self.clock.now());
                finding.code = Code::RobotsDisallowed;
                finding.message.push_str(" for robots.txt, which means to stay away for now");
                Err(finding)
            }
        }
    }
}

/// Says that `finding` is about the robots.txt, which nobody asked for by name.
fn of_robots(mut finding: Finding) -> Finding {
    if finding.code == Code::FetchFailed {
        finding.message.push_str(" (asked for its robots.txt)");
    }
    finding
}

fn ruled(body: Option<&str>) -> Standing {
    Standing::Ruled(body.map(|body| Rules::parse(body, AGENT)).unwrap_or_default())
}

/// A time ahead of now is a clock that was wrong.
fn is_fresh(fetched_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let age = now - fetched_at;
    age >= TimeDelta::zero() && age < LIFETIME
}

fn disallowed(url: &Url) -> Finding {
    let host = url.host_str().unwrap_or_default();
    Finding::error(Code::RobotsDisallowed, format!("robots.txt of {host} disallows {} for {AGENT}", url.path())).remedy(
        "leave the page out; set `request.robots = { obey = false, reason = \"…\" }` if you have the site's permission",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::robots::NoCache;

    #[test]
    fn the_last_origins_are_remembered() {
        let permissions = Permissions::new(Arc::new(NoCache));
        let often = permissions.standing("https://often.example");
        let once = permissions.standing("https://once.example");
        for number in 0..3 * REMEMBERED {
            permissions.standing(&format!("https://{number}.example"));
            assert!(Arc::ptr_eq(&often, &permissions.standing("https://often.example")), "after {number}");
        }
        assert!(!Arc::ptr_eq(&once, &permissions.standing("https://once.example")));
        let origins = permissions.origins.lock().unwrap();
        assert!(origins.new.len() + origins.old.len() <= 2 * REMEMBERED);
    }
}
