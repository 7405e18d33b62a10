//! One question with its redirects: each hop is guarded, permitted, and waits for its host's turn.

use std::borrow::Cow;
use std::time::Duration;

use chrono::TimeDelta;
use reqwest::header::{
    CONNECTION, COOKIE, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LOCATION,
};
use reqwest::{Client, Method, Response, StatusCode};
use tokio::time::Instant;
use url::Url;

use super::body::{Packed, drain, read_beginning};
use super::{Web, failure, header};
use crate::config::RequestOptions;
use crate::finding::{Code, Finding};
use crate::io::guard;
use crate::io::throttle::{PATIENCE, Turn};
use crate::pipeline::{Clock, Validators};

/// Redirects that are followed (RFC 9309 asks for five at least, browsers follow twenty).
const REDIRECTS: usize = 5;

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
    /// Whole of a 200; else its beginning, unpacked, which may say who answered.
    pub(super) body: Packed,
    /// Whether the request was conditional.
    pub(super) conditional: bool,
    /// Where the permanent redirects lead with which the way began.
    pub(super) moved: Option<Url>,
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
    Landed(Box<Landing>),
    Moved {
        to: Url,
        /// Whether it says so for good (301, 308).
        permanent: bool,
    },
}

impl Web {
    /// Asks, and follows redirects. The time limit counts what is spent on the answers, not on waiting for a turn.
    pub(super) async fn follow(&self, ask: &Ask<'_>) -> Result<Landing, Stop> {
        let allow_private = ask.options.allow_private;
        let mut url = without_credentials(ask.url).into_owned();
        let mut visited: Vec<Url> = Vec::new();
        let mut left = ask.options.timeout;
        let mut for_good = true;
        let mut moved = None;
        loop {
            guard::check(&url, allow_private)?;
            let crawl_delay = match ask.purpose {
                Purpose::Page => self.permit(&url, ask.options).await?,
                Purpose::Robots(_) => Duration::ZERO,
            };
            let host = host_key(&url);
            let turn = self.throttle.turn(&host, ask.options.delay.max(crawl_delay)).await;
            let mut turn = turn.map_err(|closed| self.host_closed(&host, closed))?;
            let started = Instant::now();
            let hop = tokio::time::timeout(left, self.hop(ask, &url, &mut turn)).await;
            left = left.saturating_sub(started.elapsed());
            drop(turn);
            match hop.map_err(|_| failure::too_slow(&host, ask.options.timeout))?? {
                Hop::Landed(landing) => return Ok(Landing { moved, ..*landing }),
                Hop::Moved { to, permanent } => {
                    for_good &= permanent;
                    if for_good {
                        moved = Some(to.clone());
                    }
                    visited.push(std::mem::replace(&mut url, to));
                    check_redirect(&visited, &url, ask.options).map_err(Stop::Redirects)?;
                }
            }
        }
    }

    /// Sends one request and reads what is wanted of the answer.
    async fn hop(&self, ask: &Ask<'_>, url: &Url, turn: &mut Turn) -> Result<Hop, Stop> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let broken = |error: reqwest::Error| failure::transport(&error, &host, ask.options.timeout);
        let client = self.client(ask.options)?;
        let (mut request, conditional) = build_request(&client, ask, url).map_err(broken)?;
        if ask.options.cookies {
            let cookies = self.cookies.header(url, request.headers().get(COOKIE));
            request.headers_mut().extend(cookies.map(|cookies| (COOKIE, cookies)));
        }
        let started = Instant::now();
        let mut response = client.execute(request).await.map_err(broken)?;
        turn.answered_after(started.elapsed());
        if let Some(trouble) = header::trouble(response.headers()) {
            return Err(Finding::error(Code::FetchFailed, format!("{host}: {trouble}")).into());
        }
        if ask.options.cookies {
            self.cookies.take(url, response.headers(), self.clock.now());
        }
        let status = response.status();
        self.heed(&response, &host_key(url), turn);
        if let Some(location) = location(&response) {
            let to = url.join(&location).map(|to| without_credentials(&to).into_owned());
            let message = || format!("{host} redirects to something that is no address");
            let mut to = to.map_err(|_| Stop::Redirects(Finding::error(Code::FetchFailed, message())))?;
            to.set_fragment(None);
            drain(&mut response).await;
            return Ok(Hop::Moved { to, permanent: matches!(status.as_u16(), 301 | 308) });
        }
        let body = if status == StatusCode::OK {
            self.read_body(&mut response, ask, &host).await?
        } else {
            Packed::beginning(read_beginning(&mut response).await)
        };
        let headers = std::mem::take(response.headers_mut());
        Ok(Hop::Landed(Box::new(Landing { url: url.clone(), status, headers, body, conditional, moved: None })))
    }

    /// Leaves a host alone that asks for it or is overloaded.
    fn heed(&self, response: &Response, host: &str, turn: &mut Turn) {
        let status = response.status();
        if !matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            turn.is_well();
            return;
        }
        let now = self.clock.now();
        match header::retry_after(response.headers(), now) {
            Some(wait) => {
                turn.close_for(wait);
                if let Some(until) = TimeDelta::from_std(wait).ok().filter(|_| wait > PATIENCE) {
                    self.closures.close(host, now + until);
                }
            }
            None => turn.is_overloaded(status == StatusCode::TOO_MANY_REQUESTS),
        }
    }

    fn host_closed(&self, host: &str, closed: Duration) -> Finding {
        let wait = failure::seconds(closed);
        let limit = PATIENCE.as_secs();
        let message = format!("{host} is left alone for {wait}, because it asked for that or is overloaded");
        let until = self.clock.now() + TimeDelta::from_std(closed).unwrap_or_default();
        Finding::error(Code::HttpStatus, message)
            .not_before(until)
            .remedy(format!("a run waits {limit} s at most; a later one tries again"))
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

/// The name by which a host has its turns: http and https share them, servers on ports of their own have their own.
fn host_key(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        None | Some(80 | 443) => host.to_owned(),
        Some(port) => format!("{host}:{port}"),
    }
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
    // What one address said is not shown to another.
    let told = |validators: &&Validators| validators.url.as_ref().is_none_or(|told| told == url);
    if let Some(validators) = ask.validators.filter(told) {
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
fn check_redirect(visited: &[Url], to: &Url, options: &RequestOptions) -> Result<(), Finding> {
    let leaves_tls = to.scheme() == "http" && visited.last().is_some_and(|from| from.scheme() == "https");
    // With cookies a page may lead to itself: it is another page for whoever has one.
    let problem = if visited.contains(to) && !options.cookies {
        "the redirects go round in a circle".to_owned()
    } else if visited.len() > REDIRECTS {
        format!("more than {REDIRECTS} redirects")
    } else if leaves_tls && !options.allow_downgrade {
        let host = to.host_str().unwrap_or_default();
        let message = format!("{host} redirects from https to http, which is not followed");
        return Err(Finding::error(Code::FetchFailed, message)
            .remedy("set `request.allow_downgrade = true` for this feed if the site has no https"));
    } else {
        return Ok(());
    };
    Err(Finding::error(Code::FetchFailed, problem).remedy("open the address in a browser and use the one it ends at"))
}
