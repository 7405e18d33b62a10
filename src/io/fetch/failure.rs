//! Failures in plain words. Addresses with credentials and values of headers never appear in them.

use std::error::Error;
use std::io::ErrorKind;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::StatusCode;
use rustls::CertificateError;

use super::exchange::Landing;
use super::header;
use crate::finding::{Code, Finding};
use crate::io::guard::{self, NameError};
use crate::page::block::{self, Block};

/// The finding for a request that got no whole answer from `host`; `limit` is the time that was allowed.
pub(super) fn transport(error: &reqwest::Error, host: &str, limit: Duration) -> Finding {
    match find::<NameError>(error) {
        Some(NameError::NotPublic(text)) => guard::refusal(text),
        Some(unresolved) => Finding::error(Code::NameUnknown, unresolved.to_string())
            .remedy("check the spelling of the address, and the network"),
        None => Finding::error(Code::FetchFailed, format!("{host}: {}", reason(error, limit)))
            .remedy("see whether the page opens in a browser; the next run tries again"),
    }
}

/// The finding for a request that took longer than `limit`.
pub(super) fn too_slow(host: &str, limit: Duration) -> Finding {
    Finding::error(Code::FetchFailed, format!("{host}: no whole answer within {}", seconds(limit)))
        .remedy("raise `request.timeout` for this feed if the site is always slow")
}

/// How long a host is left alone that is overloaded and does not say for how long.
const BREATHER: TimeDelta = TimeDelta::hours(1);

/// The finding for a body that comes so slowly that it would never end.
pub(super) fn drips(host: &str) -> Finding {
    Finding::error(Code::FetchFailed, format!("{host}: the answer came at less than 1 KiB a second"))
        .remedy("see whether the page opens in a browser; the next run tries again")
}

/// The finding for an answer that is no page, with the time at which the server may be asked again.
pub(super) fn status(landing: &Landing, now: DateTime<Utc>) -> Finding {
    let asked = header::retry_after(&landing.headers, now);
    let overloaded = matches!(landing.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    let wait = asked.and_then(|wait| TimeDelta::from_std(wait).ok()).or_else(|| overloaded.then_some(BREATHER));
    let mut finding = refusal(landing, asked);
    finding.not_before = wait.filter(|wait| *wait > TimeDelta::zero()).map(|wait| now + wait);
    finding
}

fn refusal(landing: &Landing, asked: Option<Duration>) -> Finding {
    let status = landing.status;
    let host = landing.url.host_str().unwrap_or_default();
    if let Some(block) = in_the_way(landing) {
        return block.finding(&landing.url, Some(status.as_u16()));
    }
    if status == StatusCode::NOT_MODIFIED {
        let message = format!("{host} answered 304 (not modified) to a request that was not conditional");
        return Finding::error(Code::HttpStatus, message)
            .remedy("try again later; a cache before the site is confused");
    }
    let mut message = format!("{host} answered {}", status.as_u16());
    if let Some(words) = status.canonical_reason() {
        message = format!("{message} ({})", words.to_lowercase());
    }
    if let Some(wait) = asked {
        message = format!("{message} and asks to come back in {}", seconds(wait));
    }
    let finding = Finding::error(Code::HttpStatus, message).status(status.as_u16());
    match remedy(status) {
        Some(remedy) => finding.remedy(remedy),
        None => finding,
    }
}

/// What stands in the way of the page, as far as status, headers and the beginning of a refusal say.
pub(super) fn in_the_way(landing: &Landing) -> Option<Block> {
    let status = landing.status.as_u16();
    let header = |name: &str| landing.headers.get(name).and_then(|value| value.to_str().ok());
    let text = || {
        let text = String::from_utf8_lossy(landing.body.bytes());
        block::shows_few_words(&text).then(|| block::by_refusal(status, &text)).flatten()
    };
    // The page of a 200 is looked at when it is opened: its text is not decoded yet.
    block::by_headers(status, &header).or_else(|| (landing.status != StatusCode::OK).then(text).flatten())
}

fn remedy(status: StatusCode) -> Option<&'static str> {
    Some(match status.as_u16() {
        401 => "the page needs a login; give its cookie or token in `request.headers`",
        403 => "the site refuses this request; see whether the page opens in a browser without a login",
        404 => "check the address; the page may have moved",
        410 => "the page is gone for good; find its successor or remove the feed",
        429 => "the site wants fewer requests; raise `request.delay` or run less often",
        500..=599 => "the fault is the site's; the next run tries again",
        _ => return None,
    })
}

/// Why a request failed, for people.
pub(super) fn reason(error: &reqwest::Error, limit: Duration) -> String {
    if let Some(tls) = find::<rustls::Error>(error) {
        return certificate(tls);
    }
    if error.is_timeout() {
        let limit = if error.is_connect() { super::CONNECT_TIMEOUT } else { limit };
        return format!("no connection or answer within {}", seconds(limit));
    }
    match find::<std::io::Error>(error).map(std::io::Error::kind) {
        Some(ErrorKind::ConnectionRefused) => return "the connection was refused".to_owned(),
        Some(ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe) => {
            return "the server broke off the connection".to_owned();
        }
        Some(ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable) => {
            return "the network does not reach the server".to_owned();
        }
        Some(ErrorKind::UnexpectedEof) => return "the answer ended before it was whole".to_owned(),
        _ => {}
    }
    let detail = innermost(error);
    if error.is_decode() || error.is_body() {
        format!("the body is damaged or ended before it was whole ({detail})")
    } else {
        format!("the request failed ({detail})")
    }
}

fn certificate(error: &rustls::Error) -> String {
    let rustls::Error::InvalidCertificate(problem) = error else {
        return format!("no secure connection could be made ({error})");
    };
    let problem = match problem {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "is not valid yet",
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => "is for another name",
        CertificateError::UnknownIssuer => "comes from an unknown issuer",
        CertificateError::Revoked => "was revoked",
        _ => "is not valid",
    };
    format!("the server's certificate {problem}")
}

/// The first error of type `T` in the chain; I/O errors may hold one that their `source` skips.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        let held = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = held.map(|held| held as &(dyn Error + 'static)).or_else(|| error.source());
    }
    None
}

/// The text of the last error of the chain; the outer ones name the address.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

/// A duration in words.
pub(super) fn seconds(duration: Duration) -> String {
    match duration.as_secs() {
        0..=119 => format!("{} s", duration.as_secs_f64().ceil()),
        total @ 120..=7199 => format!("{} min", total.div_ceil(60)),
        total => format!("{} h", total.div_ceil(3600)),
    }
}
