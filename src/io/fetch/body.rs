//! Bodies of answers: read whole or not at all, within a size, at a bearable speed; then unpacked by whoever reads them.

use std::time::Duration;

use reqwest::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use reqwest::{Response, Version};
use tokio::time::{Instant, timeout_at};

use super::exchange::{Ask, Purpose};
use super::unpack::{self, Coding, Trouble};
use super::{Web, failure};
use crate::finding::{Code, Finding};

/// The slowest bearable body, in bytes a second.
const LEAST_SPEED: u64 = 1024;

/// How much of a body nobody wants is read, so that its connection can be used again.
const DRAIN: usize = 64 * 1024;

/// A body as it came.
#[derive(Debug)]
pub(super) struct Packed {
    bytes: Vec<u8>,
    codings: Vec<Coding>,
    /// The most bytes that it may unpack to.
    cap: u64,
    /// Whether more are cut; else they are an error.
    cut: bool,
    /// Whether its end was announced: else only the end of the connection told it.
    measured: bool,
}

/// A body that was unpacked.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) bytes: Vec<u8>,
    /// Whether it is known to be whole: not if only the end of the connection told its end.
    pub(super) whole: bool,
}

impl Packed {
    /// A body of which `bytes` were wanted, and unpacked.
    pub(super) fn beginning(bytes: Vec<u8>) -> Self {
        Self { bytes, codings: Vec::new(), cap: u64::MAX, cut: true, measured: false }
    }

    /// The bytes as they came.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The body as it was before it was packed ([`unpack::unpack`]); `host` has sent it. For large bodies this takes
    /// longer than the network's thread should be kept.
    pub(super) fn unpack(self, host: &str) -> Result<Body, Finding> {
        let Self { bytes, codings, cap, cut, measured } = self;
        let cap_here = usize::try_from(cap).unwrap_or(usize::MAX);
        let bytes = unpack::unpack(bytes, &codings, cap_here, cut).map_err(|trouble| match trouble {
            Trouble::TooLarge => too_large(cap),
            Trouble::Bomb => Finding::error(Code::BodyTooLarge, "the body unpacks to more than 200 times its size")
                .remedy("no page does that; see what the address serves"),
            Trouble::Damaged(how) => {
                let message = format!("{host}: the body is damaged or ended before it was whole ({how})");
                Finding::error(Code::FetchFailed, message)
            }
        })?;
        let whole = measured || ends_like_a_page(&bytes);
        Ok(Body { bytes, whole })
    }
}

impl Web {
    /// The body of `response`.
    pub(super) async fn read_body(
        &self,
        response: &mut Response,
        ask: &Ask<'_>,
        host: &str,
    ) -> Result<Packed, Finding> {
        let failed = |words: String| Finding::error(Code::FetchFailed, format!("{host}: {words}"));
        let codings = unpack::codings(response.headers()).map_err(failed)?;
        let (cap, cut) = match ask.purpose {
            Purpose::Page => (ask.options.max_bytes, false),
            Purpose::Robots(cap) => (cap, true),
        };
        if response.content_length().is_some_and(|announced| announced > cap) && !cut {
            return Err(too_large(cap));
        }
        let measured = [CONTENT_LENGTH, TRANSFER_ENCODING].iter().any(|name| response.headers().contains_key(name));
        let measured = measured || response.version() >= Version::HTTP_2;
        let bytes = self.collect(response, ask, host, (cap, cut)).await?;
        Ok(Packed { bytes, codings, cap, cut, measured })
    }

    /// The bytes as they come, at most `cap`; more are an error unless they are to be cut.
    async fn collect(
        &self,
        response: &mut Response,
        ask: &Ask<'_>,
        host: &str,
        (cap, cut): (u64, bool),
    ) -> Result<Vec<u8>, Finding> {
        let announced = response.content_length().unwrap_or(0);
        let mut body = Vec::with_capacity(usize::try_from(announced.min(cap).min(1024 * 1024)).unwrap_or(0));
        let mut pace = Pace::new(self.slow_after);
        loop {
            let chunk = loop {
                match timeout_at(pace.until, response.chunk()).await {
                    Ok(chunk) => break chunk.map_err(|error| failure::transport(&error, host, ask.options.timeout))?,
                    Err(_) if pace.is_bearable() => pace = Pace::new(self.slow_after),
                    Err(_) => return Err(failure::drips(host)),
                }
            };
            let Some(chunk) = chunk else { return Ok(body) };
            pace.bytes += chunk.len();
            if Instant::now() >= pace.until {
                if !pace.is_bearable() {
                    return Err(failure::drips(host));
                }
                pace = Pace::new(self.slow_after);
            }
            let room = usize::try_from(cap).unwrap_or(usize::MAX).saturating_sub(body.len());
            match chunk.get(..room) {
                Some(start) if cut && chunk.len() > room => {
                    body.extend_from_slice(start);
                    return Ok(body);
                }
                Some(_) if chunk.len() > room => return Err(too_large(cap)),
                _ => body.extend_from_slice(&chunk),
            }
        }
    }
}

/// What came within a stretch of time.
struct Pace {
    until: Instant,
    span: Duration,
    bytes: usize,
}

impl Pace {
    fn new(span: Duration) -> Self {
        Self { until: Instant::now() + span, span, bytes: 0 }
    }

    fn is_bearable(&self) -> bool {
        let least = u128::from(LEAST_SPEED) * self.span.as_millis() / 1000;
        u128::try_from(self.bytes).unwrap_or(u128::MAX) >= least
    }
}

/// Whether an HTML page seems to be there to its end.
fn ends_like_a_page(bytes: &[u8]) -> bool {
    let tail = bytes.get(bytes.len().saturating_sub(1024)..).unwrap_or_default();
    memchr::memmem::find(&tail.to_ascii_lowercase(), b"</html").is_some()
}

/// The finding for a body of more than `cap` bytes.
pub(in crate::io) fn too_large(cap: u64) -> Finding {
    Finding::error(Code::BodyTooLarge, format!("the body is larger than {cap} bytes"))
        .remedy("raise `request.max_bytes` for this feed if the page is really that large")
}

/// The beginning of a body that is no page, unpacked: who answered may stand there. Empty where nothing came that makes
/// sense; of a body that is long or fails, the connection is closed.
pub(super) async fn read_beginning(response: &mut Response) -> Vec<u8> {
    let codings = unpack::codings(response.headers()).unwrap_or_default();
    unpack::unpack(drain(response).await, &codings, 4 * DRAIN, true).unwrap_or_default()
}

/// Reads the rest of a body nobody wants; if it is long or fails, the connection is closed instead.
pub(super) async fn drain(response: &mut Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await
        && body.len() + chunk.len() <= DRAIN
    {
        body.extend_from_slice(&chunk);
    }
    body
}
