//! The implementation of [`Fetch`]: asks servers politely, or a folder that stands for a site.
//!
//! It refuses addresses that are not public, pages that robots.txt disallows, bodies over the cap and bodies that end
//! early; it keeps no cookies, names no referrer, uses no proxy and asks again for nothing. Steps of a request over HTTP:
//! guard ─ robots.txt ─ the host's turn ─ request ─ redirect (back to the guard) or body ─ compare with the last answer.

mod exchange;
mod failure;
mod header;
mod permission;
#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use reqwest::{Client, StatusCode};
use sha2::{Digest, Sha256};

pub(in crate::io) use self::exchange::too_large;
use self::exchange::{Ask, Landing, Purpose};
use self::permission::Permissions;
use crate::finding::{Code, Finding};
use crate::io::clock::SystemClock;
use crate::io::folder;
use crate::io::guard::GuardedResolver;
use crate::io::robots::{NoCache, RobotsCache};
use crate::io::throttle::Throttle;
use crate::page::Page;
use crate::pipeline::{Answer, Fetch, Request, Validators};

/// The name that robots.txt files may use.
pub(crate) const AGENT: &str = "feedmill";

/// The most time for a connection to stand, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long an idle connection is kept: longer than the usual pause between two requests, and not much longer, because
/// each costs memory.
const IDLE_TIMEOUT: Duration = Duration::from_secs(3);

/// How to set up [`Web`].
#[derive(Clone, Default)]
pub struct WebOptions {
    /// An address or e-mail for the User-Agent; else the project's page.
    pub contact: Option<String>,
    /// Where answers to robots.txt are kept between runs; else nowhere.
    pub robots_cache: Option<Arc<dyn RobotsCache>>,
    /// Tells how old an answer is.
    pub clock: SystemClock,
}

/// Asks servers and folders; one for a whole run, shared by all sources.
pub struct Web {
    user_agent: HeaderValue,
    /// Dials public addresses only.
    guarded: OnceLock<Client>,
    /// Dials every address.
    open: OnceLock<Client>,
    throttle: Throttle,
    permissions: Permissions,
    clock: SystemClock,
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
        Ok(Self {
            user_agent,
            guarded: OnceLock::new(),
            open: OnceLock::new(),
            throttle: Throttle::default(),
            clock: options.clock,
            permissions: Permissions::new(options.robots_cache.unwrap_or_else(|| Arc::new(NoCache))),
        })
    }

    /// The client that dials public addresses only, or every address.
    fn client(&self, allow_private: bool) -> Result<&Client, Finding> {
        let slot = if allow_private { &self.open } else { &self.guarded };
        if let Some(client) = slot.get() {
            return Ok(client);
        }
        let client = build_client(&self.user_agent, allow_private).map_err(|error| {
            let reason = failure::reason(&error, CONNECT_TIMEOUT);
            Finding::error(Code::FetchFailed, format!("the HTTP client could not be set up: {reason}"))
        })?;
        // Another task may have been faster; then its client is used.
        Ok(slot.get_or_init(|| client))
    }

    async fn ask_server(&self, request: &Request<'_>) -> Result<Answer, Finding> {
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
            StatusCode::NOT_MODIFIED if landing.conditional => Ok(Answer::Unchanged),
            StatusCode::OK => Ok(judge(request, landing)),
            _ => Err(failure::status(&landing)),
        }
    }
}

impl Fetch for Web {
    async fn fetch(&self, request: Request<'_>) -> Result<Answer, Finding> {
        let answer = match request.root {
            Some(root) => folder::read(request.url, request.home, root, request.options.max_bytes).await.map(|page| {
                let validators = Validators { body_hash: Some(hash(&page.body)), ..Validators::default() };
                unless_known(request.validators, page, validators)
            }),
            None => self.ask_server(&request).await,
        };
        let address = exchange::without_credentials(request.url);
        match &answer {
            Ok(Answer::Unchanged) => tracing::debug!(%address, "unchanged"),
            Ok(Answer::Page(page, _)) => tracing::debug!(%address, bytes = page.body.len(), "fetched"),
            Err(finding) => tracing::debug!(%address, code = finding.code.name(), "not fetched"),
        }
        answer.map_err(|finding| match finding.place {
            Some(_) => finding,
            None => finding.at_page(&address),
        })
    }
}

/// The page of an answer with status 200, unless its body is the one that is known.
fn judge(request: &Request<'_>, landing: Landing) -> Answer {
    let (media_type, charset) = header::content_type(&landing.headers);
    let validators = header::validators(&landing.headers, hash(&landing.body));
    let page = Page { requested: request.url.clone(), url: landing.url, media_type, charset, body: landing.body };
    unless_known(request.validators, page, validators)
}

fn unless_known(known: Option<&Validators>, page: Page, validators: Validators) -> Answer {
    if known.is_some_and(|known| known.body_hash.is_some() && known.body_hash == validators.body_hash) {
        return Answer::Unchanged;
    }
    Answer::Page(Box::new(page), validators)
}

/// SHA-256 in hexadecimal.
fn hash(body: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digest = Sha256::digest(body);
    let digit = |value: u8| char::from(DIGITS[usize::from(value & 0xf)]);
    digest.iter().flat_map(|&byte| [digit(byte >> 4), digit(byte)]).collect()
}

fn user_agent(contact: Option<&str>) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let page = [env!("CARGO_PKG_HOMEPAGE"), env!("CARGO_PKG_REPOSITORY")].into_iter().find(|page| !page.is_empty());
    match contact.map(str::trim).filter(|contact| !contact.is_empty()).or(page) {
        Some(contact) => format!("{AGENT}/{version} (+{contact})"),
        None => format!("{AGENT}/{version}"),
    }
}

fn build_client(user_agent: &HeaderValue, allow_private: bool) -> reqwest::Result<Client> {
    // The client panics without a provider. An error means that one is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let accept = HeaderValue::from_static("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
    Client::builder()
        .user_agent(user_agent)
        .default_headers(HeaderMap::from_iter([(ACCEPT, accept)]))
        .dns_resolver(GuardedResolver { allow_private })
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_max_idle_per_host(1)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .build()
}
