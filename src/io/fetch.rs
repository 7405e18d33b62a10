//! The implementation of [`Fetch`]: asks servers politely, or a folder that stands for a site.
//!
//! It refuses addresses that are not public, pages that robots.txt disallows, heads and bodies over the cap and bodies
//! that end early or drip; it names no referrer and asks again for nothing, and keeps cookies and uses a proxy only where
//! feeds.toml says so. Steps of a request over HTTP:
//! guard ─ robots.txt ─ the host's turn ─ request ─ redirect (back to the guard) or body; then, on a thread for pages,
//! unpack ─ compare with the last answer ─ read.

mod body;
mod cookies;
mod exchange;
mod failure;
mod header;
mod hub;
mod permission;
#[cfg(test)]
mod tests;
mod unpack;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, HeaderMap, HeaderValue};
use reqwest::{Certificate, Client, Proxy, StatusCode};
use twox_hash::XxHash3_128;
use url::Url;

use self::body::Body;
pub(in crate::io) use self::body::too_large;
use self::cookies::Cookies;
use self::exchange::{Ask, Landing, Purpose};
use self::permission::Permissions;
use crate::config::RequestOptions;
use crate::finding::{Code, Finding};
use crate::io::clock::SystemClock;
use crate::io::folder;
use crate::io::guard::{GuardedResolver, Lookup, SystemLookup};
use crate::io::robots::{NoCache, RobotsCache};
use crate::io::throttle::{Closures, NoClosures, PATIENCE, Throttle};
use crate::page::Page;
use crate::pipeline::parsers::{self, Order};
use crate::pipeline::{Answer, Clock, Fetch, Parsers, Request, Validators};

/// The name that robots.txt files may use.
pub(crate) const AGENT: &str = "feedmill";

/// The most time for a connection to stand, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long an idle connection is kept: longer than the usual pause between two requests, and not much longer, because
/// each costs memory.
const IDLE_TIMEOUT: Duration = Duration::from_secs(3);

/// For so long a body may come at less than 1 KiB a second.
const SLOW_AFTER: Duration = Duration::from_secs(20);

/// How to set up [`Web`].
#[derive(Clone, Default)]
pub struct WebOptions {
    /// An address or e-mail for the User-Agent; else the project's page.
    pub contact: Option<String>,
    /// Where answers to robots.txt are kept between runs; else nowhere.
    pub robots_cache: Option<Arc<dyn RobotsCache>>,
    /// Where it is kept between runs which hosts want to be left alone; else nowhere.
    pub closures: Option<Arc<dyn Closures>>,
    /// The longest pause between two requests that any source wants; else as long as one is waited for.
    pub longest_delay: Option<Duration>,
    /// Tells how old an answer is.
    pub clock: SystemClock,
    /// Finds the addresses of names; else the system does.
    pub lookup: Option<Arc<dyn Lookup>>,
    /// Certificates (DER) of issuers that are trusted beside the system's.
    pub issuers: Vec<Vec<u8>>,
    /// For so long a body may come at less than 1 KiB a second; else 20 s.
    pub slow_after: Option<Duration>,
    /// Unpack and read pages; else whoever asks does.
    pub parsers: Option<Parsers>,
}

/// Asks servers and folders; one for a whole run, shared by all sources.
pub struct Web {
    user_agent: HeaderValue,
    /// Dials public addresses only.
    guarded: OnceLock<Client>,
    /// Dials every address.
    open: OnceLock<Client>,
    /// Dial one proxy each, by its address.
    proxied: Mutex<HashMap<String, Client>>,
    throttle: Throttle,
    permissions: Permissions,
    closures: Arc<dyn Closures>,
    cookies: Cookies,
    clock: SystemClock,
    lookup: Arc<dyn Lookup>,
    issuers: Vec<Vec<u8>>,
    slow_after: Duration,
    parsers: Option<Parsers>,
}

impl Web {
    /// Prepares; no connection is made and no certificate is read before the first request.
    ///
    /// # Errors
    /// If the contact holds characters that cannot be sent.
    pub fn new(options: WebOptions) -> Result<Self, Finding> {
        let user_agent = HeaderValue::from_str(&user_agent(options.contact.as_deref())).map_err(|_| {
            Finding::error(Code::FetchFailed, "the contact holds characters that cannot be sent in a User-Agent")
                .remedy("give an http address or an e-mail address")
        })?;
        let closures = options.closures.unwrap_or_else(|| Arc::new(NoClosures));
        let now = options.clock.now();
        let closed = closures.closed(now).into_iter();
        let closed = closed.filter_map(|(host, until)| Some((host, (until - now).to_std().ok()?)));
        Ok(Self {
            user_agent,
            guarded: OnceLock::new(),
            open: OnceLock::new(),
            proxied: Mutex::default(),
            throttle: Throttle::new(closed, options.longest_delay.unwrap_or(PATIENCE)),
            closures,
            cookies: Cookies::default(),
            clock: options.clock,
            lookup: options.lookup.unwrap_or_else(|| Arc::new(SystemLookup)),
            issuers: options.issuers,
            slow_after: options.slow_after.unwrap_or(SLOW_AFTER),
            parsers: options.parsers,
            permissions: Permissions::new(options.robots_cache.unwrap_or_else(|| Arc::new(NoCache))),
        })
    }

    /// The client that dials public addresses only, every address, or a proxy.
    fn client(&self, options: &RequestOptions) -> Result<Client, Finding> {
        let Some(proxy) = &options.proxy else {
            let slot = if options.allow_private { &self.open } else { &self.guarded };
            if let Some(client) = slot.get() {
                return Ok(client.clone());
            }
            let client = self.new_client(options)?;
            // Another task may have been faster; then its client is used.
            return Ok(slot.get_or_init(|| client).clone());
        };
        let mut proxied = self.proxied.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = proxied.get(proxy.reveal()) {
            return Ok(client.clone());
        }
        let client = self.new_client(options)?;
        proxied.insert(proxy.reveal().to_owned(), client.clone());
        Ok(client)
    }

    fn new_client(&self, options: &RequestOptions) -> Result<Client, Finding> {
        self.build_client(options).map_err(|error| {
            let reason = failure::reason(&error, CONNECT_TIMEOUT);
            Finding::error(Code::FetchFailed, format!("the HTTP client could not be set up: {reason}"))
        })
    }

    fn build_client(&self, options: &RequestOptions) -> reqwest::Result<Client> {
        // The client panics without a provider. An error means that one is there already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let accept = HeaderValue::from_static("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
        let codings = HeaderValue::from_static(unpack::ACCEPTED);
        // With a proxy the only name that is looked up here is the proxy's, which feeds.toml means to be asked.
        let allow_private = options.allow_private || options.proxy.is_some();
        let mut builder = Client::builder()
            .user_agent(&self.user_agent)
            .default_headers(HeaderMap::from_iter([(ACCEPT, accept), (ACCEPT_ENCODING, codings)]))
            .dns_resolver(GuardedResolver { allow_private, lookup: Arc::clone(&self.lookup) })
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .http1_max_headers(header::MOST_LINES)
            .http2_max_header_list_size(u32::try_from(header::LARGEST_HEAD).unwrap_or(u32::MAX))
            .pool_max_idle_per_host(1)
            .pool_idle_timeout(IDLE_TIMEOUT);
        if let Some(proxy) = &options.proxy {
            builder = builder.proxy(Proxy::all(proxy.reveal())?);
        }
        if !self.issuers.is_empty() {
            let issuers = self.issuers.iter().map(|der| Certificate::from_der(der));
            builder = builder.tls_certs_merge(issuers.collect::<reqwest::Result<Vec<_>>>()?);
        }
        builder.build()
    }

    /// The answer to `request`, its page read by `read`.
    async fn ask<T: Send + 'static>(
        &self,
        request: &Request<'_>,
        read: impl FnOnce(Page) -> T + Send + 'static,
    ) -> Result<Answer<T>, Finding> {
        let answer = match request.root {
            Some(root) => self.ask_folder(request, root, read).await,
            None => self.ask_server(request, read).await,
        };
        let address = exchange::without_credentials(request.url);
        match &answer {
            Ok(Answer::Unchanged(_)) => tracing::debug!(%address, "unchanged"),
            Ok(Answer::Page(..)) => tracing::debug!(%address, "fetched"),
            Err(finding) => tracing::debug!(%address, code = finding.code.name(), "not fetched"),
        }
        answer.map_err(|finding| match finding.place {
            Some(_) => finding,
            None => finding.at_page(&address),
        })
    }

    async fn ask_folder<T: Send + 'static>(
        &self,
        request: &Request<'_>,
        root: &Path,
        read: impl FnOnce(Page) -> T + Send + 'static,
    ) -> Result<Answer<T>, Finding> {
        let page = folder::read(request.url, request.home, root, request.options.max_bytes).await?;
        let known = request.known_body().map(str::to_owned);
        let work = move || {
            let validators = Validators { body_hash: Some(hash(&page.body)), ..Validators::default() };
            unless_known(known.as_deref(), page, validators, read)
        };
        parsers::run(self.parsers(), Order::InTurn, work).await
    }

    async fn ask_server<T: Send + 'static>(
        &self,
        request: &Request<'_>,
        read: impl FnOnce(Page) -> T + Send + 'static,
    ) -> Result<Answer<T>, Finding> {
        let ask = Ask {
            url: request.url,
            home: Some(request.home),
            options: request.options,
            validators: request.validators,
            purpose: Purpose::Page,
            last: request.last,
        };
        let landing = self.follow(&ask).await.map_err(exchange::Stop::into_finding)?;
        match landing.status {
            StatusCode::NOT_MODIFIED if landing.conditional => {
                Ok(Answer::Unchanged(self.still(request.validators, &landing)))
            }
            StatusCode::OK => {
                if let Some(block) = failure::in_the_way(&landing) {
                    return Err(block.finding(request.url, Some(200)));
                }
                let (requested, known) = (request.url.clone(), request.known_body().map(str::to_owned));
                let now = self.clock.now();
                let work = move || judge(requested, landing, known.as_deref(), now, read);
                parsers::run(self.parsers(), Order::InTurn, work).await?
            }
            _ => Err(failure::status(&landing, self.clock.now())),
        }
    }

    /// What was known before an answer of 304, with what that answer says anew (RFC 9111, section 4.3.4).
    fn still(&self, known: Option<&Validators>, landing: &Landing) -> Validators {
        let known = known.cloned().unwrap_or_default();
        let new = validators(landing, self.clock.now());
        Validators {
            etag: new.etag.or(known.etag),
            last_modified: new.last_modified.or(known.last_modified),
            body_hash: known.body_hash,
            ..new
        }
    }
}

impl Fetch for Web {
    async fn fetch(&self, request: Request<'_>) -> Result<Answer, Finding> {
        self.ask(&request, Box::new).await
    }

    fn parsers(&self) -> Option<&Parsers> {
        self.parsers.as_ref()
    }

    async fn read<T: Send + 'static>(
        &self,
        request: Request<'_>,
        read: impl FnOnce(&Page) -> T + Send + 'static,
    ) -> Result<Answer<T>, Finding> {
        self.ask(&request, move |page| read(&page)).await
    }
}

/// The page of `landing`, an answer with status 200, read by `read`, unless its body is the `known` one.
fn judge<T>(
    requested: Url,
    landing: Landing,
    known: Option<&str>,
    now: DateTime<Utc>,
    read: impl FnOnce(Page) -> T,
) -> Result<Answer<T>, Finding> {
    let (media_type, charset) = header::content_type(&landing.headers);
    let mut validators = validators(&landing, now);
    let Landing { url, body, .. } = landing;
    let Body { bytes, whole } = body.unpack(url.host_str().unwrap_or_default())?;
    validators.body_hash = Some(hash(&bytes));
    if !whole {
        // A page that may have been cut is not to be called current by its server.
        (validators.etag, validators.last_modified) = (None, None);
    }
    Ok(unless_known(known, Page { requested, url, media_type, charset, body: bytes }, validators, read))
}

/// What `landing` says for the next request, but for its body.
fn validators(landing: &Landing, now: DateTime<Utc>) -> Validators {
    Validators {
        url: Some(landing.url.clone()),
        fresh_until: header::fresh_until(&landing.headers, now),
        moved: landing.moved.clone(),
        ..header::validators(&landing.headers)
    }
}

/// `page` read by `read`, unless its body is the one with the fingerprint `known`.
pub(in crate::io) fn unless_known<T>(
    known: Option<&str>,
    page: Page,
    validators: Validators,
    read: impl FnOnce(Page) -> T,
) -> Answer<T> {
    if known.is_some() && known == validators.body_hash.as_deref() {
        return Answer::Unchanged(validators);
    }
    Answer::Page(read(page), validators)
}

/// A fingerprint of `body` (XXH3, 128 bits) in hexadecimal. It tells a page from the one before it, which no accident
/// makes alike; whoever could make two alike owns the page, and would only hide a change of its own.
pub(in crate::io) fn hash(body: &[u8]) -> String {
    format!("{:032x}", XxHash3_128::oneshot(body))
}

fn user_agent(contact: Option<&str>) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let page = [env!("CARGO_PKG_HOMEPAGE"), env!("CARGO_PKG_REPOSITORY")].into_iter().find(|page| !page.is_empty());
    match contact.map(str::trim).filter(|contact| !contact.is_empty()).or(page) {
        Some(contact) => format!("{AGENT}/{version} (+{contact})"),
        None => format!("{AGENT}/{version}"),
    }
}
