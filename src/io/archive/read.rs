//! Answering from an archive.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use flate2::bufread::GzDecoder;
use sha2::{Digest, Sha256};
use thiserror::Error;
use url::Url;

use super::record::{Record, hexadecimal};
use super::{END, FORMAT};
use crate::finding::{Code, Finding, Place};
use crate::io::fetch::{hash, unless_known};
use crate::io::files;
use crate::page::Page;
use crate::pipeline::{Answer, Fetch, Parsers, Request, Validators};

/// Redirects that are followed.
const REDIRECTS: usize = 5;

/// Why an archive cannot be used.
#[derive(Debug, Error)]
#[error("{path}: {reason}; {remedy}")]
pub struct ArchiveError {
    /// The file.
    pub path: String,
    /// What is wrong.
    pub reason: String,
    /// What to do about it.
    pub remedy: &'static str,
}

/// An archive, read through once.
#[derive(Debug)]
pub struct Archive {
    path: PathBuf,
    packed: bool,
    file: Mutex<File>,
    /// Where the record of an address begins.
    places: HashMap<String, u64>,
    date: DateTime<Utc>,
}

/// A [`Fetch`] that answers from an archive. Folders that stand for a site are read as ever, and what lies below `own`,
/// the address of the published feeds, is asked of `online`.
pub struct Offline<'a, F> {
    /// The pages.
    pub archive: &'a Archive,
    /// Where the feeds are published.
    pub own: Option<&'a Url>,
    /// Asks for them.
    pub online: &'a F,
}

impl Archive {
    /// Opens the archive at `path` and reads all of it once, so that nothing is built from one that is cut short.
    ///
    /// # Errors
    /// It cannot be read, was not made by `feedmill fetch`, is cut short or was altered.
    pub fn open(path: &Path) -> Result<Self, ArchiveError> {
        let fail =
            |reason: String, remedy: &'static str| ArchiveError { path: path.display().to_string(), reason, remedy };
        let system =
            |error: std::io::Error| fail(files::explain(&error), "give the path of a file that `feedmill fetch` wrote");
        let again = "fetch the pages again, or copy the file again";
        let mut file = File::open(path).map_err(system)?;
        let mut magic = [0; 2];
        let packed = file.read_exact(&mut magic).is_ok() && magic == [0x1f, 0x8b];
        file.rewind().map_err(system)?;
        let mut scan =
            Scan { input: Counted { inner: BufReader::new(&file), count: 0 }, packed, hasher: Sha256::new() };
        let damaged = |reason: String| fail(format!("the archive {reason}"), again);
        let (_, first) = scan.next().map_err(damaged)?.ok_or_else(|| damaged("is empty".to_owned()))?;
        if first.kind != "warcinfo" || !String::from_utf8_lossy(&first.block).contains(FORMAT) {
            return Err(fail(
                "the archive was not made by `feedmill fetch`, or by another version".to_owned(),
                "make one with `feedmill fetch --to FILE`",
            ));
        }
        let date = DateTime::parse_from_rfc3339(&first.date).map_err(|_| damaged("has no date".to_owned()))?.to_utc();
        let mut places = HashMap::new();
        let mut count = 1_usize;
        loop {
            let digest = hexadecimal(&scan.hasher.clone().finalize());
            let (place, record) = scan.next().map_err(damaged)?.ok_or_else(|| damaged("is cut short".to_owned()))?;
            if record.target == END {
                if String::from_utf8_lossy(&record.block) != format!("records: {count}\r\ndigest: sha256:{digest}\r\n")
                {
                    return Err(damaged("was altered: its records do not fit its last one".to_owned()));
                }
                break;
            }
            // The first answer for an address is the one that the visit saw.
            places.entry(record.target).or_insert(place);
            count += 1;
        }
        if scan.next().map_err(damaged)?.is_some() {
            return Err(damaged("was altered: something follows its last record".to_owned()));
        }
        Ok(Self { path: path.to_owned(), packed, file: Mutex::new(file), places, date })
    }

    /// When the pages were fetched.
    pub fn date(&self) -> DateTime<Utc> {
        self.date
    }

    /// The record of `url`.
    fn record(&self, url: &Url) -> Result<Option<Record>, Finding> {
        let mut bare = url.clone();
        bare.set_fragment(None);
        let place = [url, &bare].iter().find_map(|url| self.places.get(url.as_str()));
        let Some(place) = place else { return Ok(None) };
        let broken = |reason: String| {
            let file = self.path.display().to_string();
            Finding::error(Code::FetchFailed, format!("{file}: the archive {reason}")).at(Place::File { file })
        };
        // A panic while the file was held leaves a usable file: each reading begins with a seek.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(*place)).map_err(|error| broken(format!("cannot be read: {error}")))?;
        let mut input = BufReader::new(&*file);
        if self.packed {
            Record::read(&mut BufReader::new(GzDecoder::new(input))).map_err(broken)
        } else {
            Record::read(&mut input).map_err(broken)
        }
    }

    fn answer(&self, request: &Request<'_>) -> Result<Answer, Finding> {
        let mut url = request.url.clone();
        for _ in 0..=REDIRECTS {
            let Some(record) = self.record(&url)? else { break };
            if record.kind == "metadata" {
                let finding: Finding = serde_json::from_slice(&record.block).map_err(|_| {
                    Finding::error(Code::FetchFailed, "the archive has a failure of a kind that is unknown")
                })?;
                return Err(finding);
            }
            let Some(message) = Message::parse(&record.block) else { break };
            match message.location.as_deref().and_then(|location| Url::parse(location).ok()) {
                Some(location) => url = location,
                None => return Ok(message.into_answer(request, url)),
            }
        }
        let message = "the page is not in the archive: `feedmill fetch` did not ask for it";
        Err(Finding::error(Code::NotArchived, message).at_page(request.url).remedy(
            "fetch again with the same feeds.toml; a page that this run needs and that one did not is read then",
        ))
    }
}

impl<F: Fetch> Fetch for Offline<'_, F> {
    async fn fetch(&self, request: Request<'_>) -> Result<Answer, Finding> {
        let is_own = self.own.is_some_and(|own| request.url.as_str().starts_with(own.as_str()));
        if request.root.is_some() || is_own { self.online.fetch(request).await } else { self.archive.answer(&request) }
    }

    fn parsers(&self) -> Option<&Parsers> {
        self.online.parsers()
    }
}

/// A stored HTTP message.
struct Message {
    location: Option<String>,
    media_type: Option<String>,
    charset: Option<String>,
    validators: Validators,
    body: Vec<u8>,
}

impl Message {
    fn parse(block: &[u8]) -> Option<Self> {
        let end = memchr::memmem::find(block, b"\r\n\r\n")?;
        let head = std::str::from_utf8(block.get(..end)?).ok()?;
        let body = block.get(end + 4..)?.to_vec();
        let mut message =
            Self { location: None, media_type: None, charset: None, validators: Validators::default(), body };
        for (name, value) in head.lines().skip(1).filter_map(|line| line.split_once(": ")) {
            match name {
                "Location" => message.location = Some(value.to_owned()),
                "ETag" => message.validators.etag = Some(value.to_owned()),
                "Last-Modified" => message.validators.last_modified = Some(value.to_owned()),
                "Content-Type" => {
                    let (kind, charset) = value.split_once("; charset=").map_or((value, None), |(k, c)| (k, Some(c)));
                    message.media_type = Some(kind.to_owned()).filter(|kind| !kind.is_empty());
                    message.charset = charset.map(str::to_owned);
                }
                _ => {}
            }
        }
        Some(message)
    }

    fn into_answer(self, request: &Request<'_>, url: Url) -> Answer {
        let Self { media_type, charset, validators, body, .. } = self;
        let validators = Validators { body_hash: Some(hash(&body)), url: Some(url.clone()), ..validators };
        let page = Page { requested: request.url.clone(), url, media_type, charset, body };
        unless_known(request.known_body(), page, validators, Box::new)
    }
}

/// Reads records one after the other.
struct Scan<R> {
    input: Counted<R>,
    packed: bool,
    /// Over the records so far, unpacked.
    hasher: Sha256,
}

impl<R: BufRead> Scan<R> {
    /// The next record and where it begins in the file.
    fn next(&mut self) -> Result<Option<(u64, Record)>, String> {
        let place = self.input.count;
        let record = if self.packed {
            if self.input.fill_buf().map_err(|error| error.to_string())?.is_empty() {
                return Ok(None);
            }
            let mut member = BufReader::new(GzDecoder::new(&mut self.input));
            let record = Record::read(&mut member)?;
            // To the end of the member, whose checksum stands there.
            let rest = member.read(&mut [0]).map_err(|_| "is cut short".to_owned())?;
            if rest > 0 {
                return Err("was altered: a record is followed by something else".to_owned());
            }
            record
        } else {
            Record::read(&mut self.input)?
        };
        let Some(record) = record else { return Ok(None) };
        self.hasher.update(record.to_bytes());
        Ok(Some((place, record)))
    }
}

/// Counts what is read.
struct Counted<R> {
    inner: R,
    count: u64,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count += read as u64;
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.inner.consume(amount);
        self.count += amount as u64;
    }
}
