//! One question with its redirects: each hop is guarded, permitted, and waits for its host's turn.

use std::borrow::Cow;
use std::time::Duration;

use chrono::Utc;
use reqwest::header::{
    CONNECTION, CONTENT_ENCODING, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LOCATION,
};
use reqwest::{Client, Method, Response, StatusCode};
use tokio::time::Instant;
use url::Url;

use super::{Web, failure, header};
use crate::config::RequestOptions;
use crate::finding::{Code, Finding};
use crate::io::guard;
use crate::io::throttle::{PATIENCE, Turn};
use crate::pipeline::Validators;

/// Redirects that are followed (RFC 9309 asks for five at least, browsers follow twenty).
const REDIRECTS: usize = 5;

/// How much of a body nobody wants is read, so that its connection can be used again.
const DRAIN: usize = 64 * 1024;

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A page: only where robots.txt allows it, whole or not at all.
    Page,
    /// A robots.txt: allowed by itself, cut at this many bytes.
    Robots(u64),
}

/// One question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ask<'a> {
    pub(super) url: &'a Url,
    /// Its origin alone gets the configured headers and the credentials of its address; `None`: nobody does.
    pub(super) home: Option<&'a Url>,
    pub(super) options: &'a RequestOptions,
    pub(super) validators: Option<&'a Validators>,
    pub(super) purpose: Purpose,
    /// Whether the connection is of no use afterwards.
    pub(super) last: bool,
}

/// The answer at the end of the redirects.
#[derive(Debug)]
pub(super) struct Landing {
    pub(super) url: Url,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// Of a 200; else empty.
    pub(super) body: Vec<u8>,
    /// Whether the request was conditional.
    pub(super) conditional: bool,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Stop {
    /// The redirects lead nowhere.
    Redirects(Finding),
    /// Anything else.
    Failed(Finding),
}

impl Stop {
    pub(super) fn into_finding(self) -> Finding {
        match self {
            Self::Redirects(finding) | Self::Failed(finding) => finding,
        }
    }
}

impl From<Finding> for Stop {
    fn from(finding: Finding) -> Self {
        Self::Failed(finding)
    }
}

/// What one request led to.
enum Hop {
    Landed(Landing),
    Moved(Url),
}

impl Web {
    /// Asks, and follows redirects. The time limit counts what is spent on the answers, not on waiting for a turn.
    pub(super) async fn follow(&self, ask: &Ask<'_>) -> Result<Landing, Stop> {
        let allow_private = ask.options.allow_private;
        let mut url = without_credentials(ask.url).into_owned();
        let mut visited: Vec<Url> = Vec::new();
        let mut left = ask.options.timeout;
        loop {
            guard::check(&url, allow_private)?;
            let crawl_delay = match ask.purpose {
                Purpose::Page => self.permit(&url, ask.options).await?,
                Purpose::Robots(_) => Duration::ZERO,
            };
            let host = host_and_port(&url);
            let turn = self.throttle.turn(&host, ask.options.delay.max(crawl_delay)).await;
            let mut turn = turn.map_err(|closed| host_closed(&host, closed))?;
            let started = Instant::now();
            let hop = tokio::time::timeout(left, self.hop(ask, &url, &mut turn)).await;
            left = left.saturating_sub(started.elapsed());
            drop(turn);
            match hop.map_err(|_| failure::too_slow(&host, ask.options.timeout))?? {
                Hop::Landed(landing) => return Ok(landing),
                Hop::Moved(to) => {
                    visited.push(std::mem::replace(&mut url, to));
                    check_redirect(&visited, &url).map_err(Stop::Redirects)?;
                }
            }
        }
    }

    /// Sends one request and reads what is wanted of the answer.
    async fn hop(&self, ask: &Ask<'_>, url: &Url, turn: &mut Turn) -> Result<Hop, Stop> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let broken = |error: reqwest::Error| failure::transport(&error, &host, ask.options.timeout);
        let client = self.client(ask.options.allow_private)?;
        let (request, conditional) = build_request(client, ask, url).map_err(broken)?;
        let mut response = client.execute(request).await.map_err(broken)?;
        let status = response.status();
        if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
            && let Some(wait) = header::retry_after(response.headers(), Utc::now())
        {
            turn.close_for(wait);
        }
        if let Some(location) = location(&response) {
            let to = url.join(&location).map(|to| without_credentials(&to).into_owned());
            let message = || format!("{host} redirects to something that is no address");
            let to = to.map_err(|_| Stop::Redirects(Finding::error(Code::FetchFailed, message())))?;
            drain(&mut response).await;
            return Ok(Hop::Moved(to));
        }
        let body = if status == StatusCode::OK {
            read_body(&mut response, ask, &host).await?.map_err(broken)?
        } else {
            drain(&mut response).await;
            Vec::new()
        };
        let headers = std::mem::take(response.headers_mut());
        Ok(Hop::Landed(Landing { url: url.clone(), status, headers, body, conditional }))
    }
}

/// The same address without user name and password, which belong neither in messages nor in the links of a page.
pub(super) fn without_credentials(url: &Url) -> Cow<'_, Url> {
    if url.username().is_empty() && url.password().is_none() {
        return Cow::Borrowed(url);
    }
    let mut url = url.clone();
    // These fail only for addresses without a host, which have no credentials.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    Cow::Owned(url)
}

fn same_origin(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme() && a.host_str() == b.host_str() && a.port_or_known_default() == b.port_or_known_default()
}

fn host_and_port(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default())
}

/// The request, and whether it is conditional.
fn build_request(client: &Client, ask: &Ask<'_>, url: &Url) -> reqwest::Result<(reqwest::Request, bool)> {
    let home = ask.home.filter(|home| same_origin(home, url));
    let mut request = match home.filter(|home| !home.username().is_empty() || home.password().is_some()) {
        Some(home) => {
            let mut address = url.clone();
            let _ = address.set_username(home.username());
            let _ = address.set_password(home.password());
            // The client turns them into an Authorization header.
            client.get(address).build()?
        }
        None => reqwest::Request::new(Method::GET, url.clone()),
    };
    let headers = request.headers_mut();
    if home.is_some() {
        for (name, value) in &ask.options.headers {
            // The configuration has checked them; one that cannot be sent is left out.
            if let (Ok(name), Ok(mut value)) = (HeaderName::try_from(name), HeaderValue::from_str(value.reveal())) {
                value.set_sensitive(true);
                headers.append(name, value);
            }
        }
    }
    if ask.last {
        // HTTP/2 knows no such header, and the client leaves it out there.
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    let mut conditional = false;
    if let Some(validators) = ask.validators {
        for (name, value) in [(IF_NONE_MATCH, &validators.etag), (IF_MODIFIED_SINCE, &validators.last_modified)] {
            if let Some(value) = value.as_ref().and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok()) {
                headers.insert(name, value);
                conditional = true;
            }
        }
    }
    Ok((request, conditional))
}

/// Where a redirect leads; `None` for other answers.
fn location(response: &Response) -> Option<String> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = response.headers().get(LOCATION)?;
    Some(String::from_utf8_lossy(location.as_bytes()).into_owned())
}

/// Refuses redirects that go round, go on for too long, or leave TLS.
fn check_redirect(visited: &[Url], to: &Url) -> Result<(), Finding> {
    let problem = if visited.contains(to) {
        "the redirects go round in a circle".to_owned()
    } else if visited.len() > REDIRECTS {
        format!("more than {REDIRECTS} redirects")
    } else if to.scheme() == "http" && visited.last().is_some_and(|from| from.scheme() == "https") {
        format!("{} redirects from https to http, which is not followed", to.host_str().unwrap_or_default())
    } else {
        return Ok(());
    };
    Err(Finding::error(Code::FetchFailed, problem).remedy("open the address in a browser and use the one it ends at"))
}

fn host_closed(host: &str, closed: Duration) -> Finding {
    let wait = failure::seconds(closed);
    let limit = PATIENCE.as_secs();
    let message = format!("{host} asked for no requests for {wait} (Retry-After); a run waits {limit} s at most");
    Finding::error(Code::HttpStatus, message).remedy("the next run tries again; raise `request.delay` if this repeats")
}

/// The body, unpacked; the inner error is the transport's.
async fn read_body(response: &mut Response, ask: &Ask<'_>, host: &str) -> Result<reqwest::Result<Vec<u8>>, Finding> {
    // The client unpacks one layer of what it knows and then removes this header.
    let packed = response.headers().get_all(CONTENT_ENCODING).iter();
    if packed.map(HeaderValue::as_bytes).any(|name| !name.is_empty() && !name.eq_ignore_ascii_case(b"identity")) {
        return Err(Finding::error(Code::FetchFailed, format!("{host}: the body is packed in an unknown way")));
    }
    let (cap, cut) = match ask.purpose {
        Purpose::Page => (ask.options.max_bytes, false),
        Purpose::Robots(cap) => (cap, true),
    };
    let announced = response.content_length().unwrap_or(0);
    if announced > cap && !cut {
        return Err(too_large(cap));
    }
    let mut body = Vec::with_capacity(usize::try_from(announced.min(cap).min(1024 * 1024)).unwrap_or(0));
    loop {
        let chunk = match response.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => return Ok(Ok(body)),
            Err(error) => return Ok(Err(error)),
        };
        let room = usize::try_from(cap).unwrap_or(usize::MAX).saturating_sub(body.len());
        match chunk.get(..room) {
            Some(start) if cut && chunk.len() > room => {
                body.extend_from_slice(start);
                return Ok(Ok(body));
            }
            Some(_) if chunk.len() > room => return Err(too_large(cap)),
            _ => body.extend_from_slice(&chunk),
        }
    }
}

/// The finding for a body of more than `cap` bytes.
pub(in crate::io) fn too_large(cap: u64) -> Finding {
    Finding::error(Code::BodyTooLarge, format!("the body is larger than {cap} bytes"))
        .remedy("raise `request.max_bytes` for this feed if the page is really that large")
}

/// Reads the rest of a body nobody wants; if it is long or fails, the connection is closed instead.
async fn drain(response: &mut Response) {
    let mut left = DRAIN;
    while let Ok(Some(chunk)) = response.chunk().await
        && chunk.len() <= left
    {
        left -= chunk.len();
    }
}
