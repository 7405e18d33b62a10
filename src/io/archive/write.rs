//! Fetching with a record of what came.
//!
//! Records are first kept in a temporary file in the order in which the answers came, and copied in the order of their
//! sources at the end, so that the order does not depend on which server was quicker, and memory not on their number.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, SecondsFormat, Utc};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use url::Url;

use super::record::{Record, hexadecimal};
use super::{END, FORMAT};
use crate::finding::{Code, Finding};
use crate::page::Page;
use crate::pipeline::{Answer, Fetch, Parsers, Request, Validators};

/// A [`Fetch`] that records the answers of another one.
pub struct Recorder<'a, F> {
    inner: &'a F,
    /// Answers from below this address are feeds of our own, not pages of a site.
    own: Option<&'a Url>,
    date: String,
    spool: Mutex<Spool>,
}

/// What was recorded so far.
struct Spool {
    file: File,
    length: u64,
    /// Of each record: the index page of its source, its number, where its bytes are.
    places: Vec<(Url, usize, u64, u64)>,
    pages: usize,
    failure: Option<io::Error>,
}

/// What an archive holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Pages.
    pub pages: usize,
    /// The size of the file in bytes.
    pub bytes: u64,
}

impl<'a, F: Fetch> Recorder<'a, F> {
    /// Records what `inner` answers at `now`; what lies below `own` is passed on and left out.
    ///
    /// # Errors
    /// There is no room for temporary files.
    pub fn new(inner: &'a F, own: Option<&'a Url>, now: DateTime<Utc>) -> io::Result<Self> {
        let spool = Spool { file: tempfile::tempfile()?, length: 0, places: Vec::new(), pages: 0, failure: None };
        Ok(Self { inner, own, date: now.to_rfc3339_opts(SecondsFormat::Secs, true), spool: Mutex::new(spool) })
    }

    fn spool(&self) -> MutexGuard<'_, Spool> {
        // A panic while the spool was held leaves at worst a record that nobody refers to.
        self.spool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self, kind: &str, target: &str, content_type: &str, block: Vec<u8>) -> Record {
        Record {
            kind: kind.to_owned(),
            target: target.to_owned(),
            date: self.date.clone(),
            content_type: content_type.to_owned(),
            block,
        }
    }

    /// The records of one answer: a redirect where the page is elsewhere, and the page.
    fn page(&self, page: &Page, validators: &Validators) -> Vec<Record> {
        let mut records = Vec::new();
        let response =
            |url: &Url, block| self.record("response", url.as_str(), "application/http;msgtype=response", block);
        if page.requested != page.url {
            let block = format!("HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", page.url);
            records.push(response(&page.requested, block.into_bytes()));
        }
        records.push(response(&page.url, http_block(page, validators)));
        records
    }

    /// Writes the archive to `path`, whole or not at all; packed if the name ends in `.gz`.
    ///
    /// # Errors
    /// What the system said.
    pub fn finish(self, path: &Path) -> io::Result<Recorded> {
        let date = self.date.clone();
        let record = |kind: &str, target: &str, text: String| {
            let content_type = "application/warc-fields";
            let (kind, target, date) = (kind.to_owned(), target.to_owned(), date.clone());
            Record { kind, target, date, content_type: content_type.to_owned(), block: text.into_bytes() }
        };
        let mut spool = self.spool.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = spool.failure.take() {
            return Err(error);
        }
        spool.places.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = tempfile::Builder::new().prefix(".feedmill-").suffix(".tmp").tempfile_in(folder)?;
        let packed = path.extension().is_some_and(|extension| extension == "gz");
        let mut out = Out { file: BufWriter::new(file), packed, hasher: Sha256::new(), bytes: 0 };
        let software = concat!("feedmill/", env!("CARGO_PKG_VERSION"));
        let info = format!("software: {software}\r\nformat: WARC File Format 1.1\r\ndescription: {FORMAT}\r\n");
        out.write(&record("warcinfo", "", info).to_bytes())?;
        for (_, _, start, length) in &spool.places {
            let mut bytes = Vec::new();
            spool.file.seek(SeekFrom::Start(*start))?;
            (&spool.file).take(*length).read_to_end(&mut bytes)?;
            out.write(&bytes)?;
        }
        let digest = hexadecimal(&out.hasher.clone().finalize());
        let end = format!("records: {}\r\ndigest: sha256:{digest}\r\n", spool.places.len() + 1);
        out.write(&record("metadata", END, end).to_bytes())?;
        let Out { file, bytes, .. } = out;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(Recorded { pages: spool.pages, bytes })
    }
}

/// The file that is being written.
struct Out {
    file: BufWriter<tempfile::NamedTempFile>,
    packed: bool,
    /// Over the records so far, unpacked.
    hasher: Sha256,
    bytes: u64,
}

impl Out {
    /// Writes one record; packed, it is a member of its own, as the standard recommends.
    fn write(&mut self, record: &[u8]) -> io::Result<()> {
        self.hasher.update(record);
        let packed = if self.packed {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(record)?;
            Some(encoder.finish()?)
        } else {
            None
        };
        let bytes = packed.as_deref().unwrap_or(record);
        self.bytes += u64::try_from(bytes.len()).unwrap_or_default();
        self.file.write_all(bytes)
    }
}

impl Spool {
    /// Appends the records of one answer; an error ends the recording and is told at the end.
    fn append(&mut self, home: &Url, records: &[Record]) {
        for record in records {
            let bytes = record.to_bytes();
            if let Err(error) = self.file.write_all(&bytes) {
                self.failure.get_or_insert(error);
                return;
            }
            let length = u64::try_from(bytes.len()).unwrap_or_default();
            self.places.push((home.clone(), self.places.len(), self.length, length));
            self.length += length;
        }
    }
}

impl<F: Fetch> Fetch for Recorder<'_, F> {
    async fn fetch(&self, request: Request<'_>) -> Result<Answer, Finding> {
        let (url, home) = (request.url.clone(), request.home.clone());
        let local = request.root.is_some() || self.own.is_some_and(|own| url.as_str().starts_with(own.as_str()));
        let answer = self.inner.fetch(request).await;
        if local {
            return answer;
        }
        let records = match &answer {
            Ok(Answer::Page(page, validators)) => self.page(page, validators),
            // Only a request with validators is answered so, and `fetch` begins without any.
            Ok(Answer::Unchanged(_)) => Vec::new(),
            Err(finding) => match serde_json::to_vec(finding) {
                Ok(block) => vec![self.record("metadata", url.as_str(), "application/json", block)],
                Err(error) => return Err(Finding::error(Code::Internal, error.to_string())),
            },
        };
        let mut spool = self.spool();
        spool.pages += usize::from(matches!(answer, Ok(Answer::Page(..))));
        spool.append(&home, &records);
        answer
    }

    fn parsers(&self) -> Option<&Parsers> {
        self.inner.parsers()
    }
}

/// The answer as an HTTP message. The body is unpacked, so that the message names no packing.
fn http_block(page: &Page, validators: &Validators) -> Vec<u8> {
    let content_type = match (&page.media_type, &page.charset) {
        (Some(kind), Some(charset)) => Some(format!("{kind}; charset={charset}")),
        (Some(kind), None) => Some(kind.clone()),
        (None, Some(charset)) => Some(format!("; charset={charset}")),
        (None, None) => None,
    };
    let length = page.body.len().to_string();
    let headers = [
        ("Content-Type", content_type.as_deref()),
        ("ETag", validators.etag.as_deref()),
        ("Last-Modified", validators.last_modified.as_deref()),
        ("Content-Length", Some(length.as_str())),
    ];
    let mut block = b"HTTP/1.1 200 OK\r\n".to_vec();
    for (name, value) in headers {
        // A value with a line break would be two lines; none that was received has one.
        if let Some(value) = value.filter(|value| !value.contains(['\r', '\n'])) {
            block.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
    }
    block.extend_from_slice(b"\r\n");
    block.extend_from_slice(&page.body);
    block
}
