//! One WARC record: its fields and its block, as bytes and back.

use std::fmt::Write as _;
use std::io::{self, BufRead, Read as _};

use sha2::{Digest, Sha256};

/// The line that begins every record.
const VERSION: &str = "WARC/1.1";
/// The most bytes of the fields of one record.
const MAX_FIELDS: u64 = 64 * 1024;
/// The most bytes of one block: the largest body that can be configured, and its headers.
const MAX_BLOCK: u64 = 1 << 28;

/// A record. Of the fields of WARC 1.1 those that say something here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// `WARC-Type`.
    pub(super) kind: String,
    /// `WARC-Target-URI`; empty where it has none.
    pub(super) target: String,
    /// `WARC-Date`, RFC 3339 in UTC.
    pub(super) date: String,
    /// `Content-Type` of the block.
    pub(super) content_type: String,
    /// The block.
    pub(super) block: Vec<u8>,
}

impl Record {
    /// The record as it stands in the file.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let Self { kind, target, date, content_type, block } = self;
        let digest = hexadecimal(&Sha256::digest(block));
        let mut fields = format!("{VERSION}\r\nWARC-Type: {kind}\r\n");
        // Writing to a text cannot fail.
        let _ = write!(fields, "WARC-Record-ID: <urn:uuid:{}>\r\n", self.id());
        if !target.is_empty() {
            let _ = write!(fields, "WARC-Target-URI: {target}\r\n");
        }
        let _ = write!(
            fields,
            "WARC-Date: {date}\r\nWARC-Block-Digest: sha256:{digest}\r\nContent-Type: {content_type}\r\n\
             Content-Length: {}\r\n\r\n",
            block.len()
        );
        let mut bytes = fields.into_bytes();
        bytes.extend_from_slice(block);
        bytes.extend_from_slice(b"\r\n\r\n");
        bytes
    }

    /// A name made of the content (UUID version 8, RFC 9562), so that the same pages give the same bytes.
    fn id(&self) -> String {
        let Self { kind, target, date, content_type, block } = self;
        let mut hasher = Sha256::new();
        for part in [kind.as_bytes(), target.as_bytes(), date.as_bytes(), content_type.as_bytes(), block] {
            hasher.update(u64::try_from(part.len()).unwrap_or_default().to_be_bytes());
            hasher.update(part);
        }
        let mut name: [u8; 32] = hasher.finalize().into();
        name[6] = (name[6] & 0x0f) | 0x80;
        name[8] = (name[8] & 0x3f) | 0x80;
        let text = hexadecimal(&name[..16]);
        let part = |from, to| text.get(from..to).unwrap_or_default();
        format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
    }

    /// Reads the next record and its bytes; `None` at the end of `input`.
    ///
    /// # Errors
    /// What is wrong, in words that follow "the archive".
    pub(super) fn read(input: &mut impl BufRead) -> Result<Option<Self>, String> {
        if input.fill_buf().map_err(|error| unreadable(&error))?.is_empty() {
            return Ok(None);
        }
        let fields = read_fields(input)?;
        let field =
            |name: &str| fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        let needed = |name: &str| field(name).cloned().ok_or_else(|| format!("has a record without {name}"));
        let length: u64 = needed("Content-Length")?.parse().map_err(|_| "has a record without a length".to_owned())?;
        if length > MAX_BLOCK {
            return Err("has a record that is too large".to_owned());
        }
        let mut block = Vec::new();
        let read = input.by_ref().take(length).read_to_end(&mut block).map_err(|error| unreadable(&error))?;
        let mut end = [0; 4];
        if read as u64 != length || input.read_exact(&mut end).is_err() || end != *b"\r\n\r\n" {
            return Err("is cut short".to_owned());
        }
        if needed("WARC-Block-Digest")? != format!("sha256:{}", hexadecimal(&Sha256::digest(&block))) {
            return Err("was altered: a record does not fit its digest".to_owned());
        }
        Ok(Some(Self {
            kind: needed("WARC-Type")?,
            target: field("WARC-Target-URI").cloned().unwrap_or_default(),
            date: needed("WARC-Date")?,
            content_type: needed("Content-Type")?,
            block,
        }))
    }
}

/// The version line and the fields up to the empty line.
fn read_fields(input: &mut impl BufRead) -> Result<Vec<(String, String)>, String> {
    let mut input = input.by_ref().take(MAX_FIELDS);
    let mut line = || -> Result<String, String> {
        let mut bytes = Vec::new();
        input.read_until(b'\n', &mut bytes).map_err(|error| unreadable(&error))?;
        let text = bytes.strip_suffix(b"\r\n").ok_or("is cut short")?;
        String::from_utf8(text.to_vec()).map_err(|_| "has a field that is no UTF-8".to_owned())
    };
    let version = line()?;
    if version != VERSION {
        return Err(format!("has a record that is not {VERSION}"));
    }
    let mut fields = Vec::new();
    loop {
        let line = line()?;
        if line.is_empty() {
            return Ok(fields);
        }
        let (name, value) = line.split_once(':').ok_or("has a field without a name")?;
        fields.push((name.to_owned(), value.trim().to_owned()));
    }
}

fn unreadable(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "is cut short".to_owned(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => "is damaged: it cannot be unpacked".to_owned(),
        _ => format!("cannot be read: {error}"),
    }
}

/// `bytes` in hexadecimal.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
