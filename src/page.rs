//! A fetched page: bytes → text → what stands in the way → gate → [`Document`].
//!
//! Pure. A page is decoded once and parsed once, within the limits of a gate (html5ever takes time quadratic in nesting
//! depth and in the attributes of one tag); everything else reads that one tree.
//! It refuses bodies that are empty or not HTML, challenges ([`block`]), and documents over the gate's limits.

pub mod block;
pub mod decode;
pub mod document;
pub mod field;
pub mod gate;
pub(crate) mod join;
mod lenient;
mod reference;
mod text;
mod tree;

use url::Url;

use crate::finding::{Code, Finding, Found};
pub use document::Document;

/// An answer as it came from a server or a folder, not yet decoded.
#[derive(Clone, Debug)]
pub struct Page {
    /// The address that was asked for.
    pub requested: Url,
    /// The address that answered, after redirects.
    pub url: Url,
    /// The media type of the `Content-Type` header without parameters, lower case.
    pub media_type: Option<String>,
    /// The `charset` parameter of the `Content-Type` header.
    pub charset: Option<String>,
    /// The body after content decoding.
    pub body: Vec<u8>,
}

impl Page {
    /// Whether the media type and the first bytes allow this to be HTML.
    pub fn is_html(&self) -> bool {
        match self.media_type.as_deref() {
            Some("text/html" | "application/xhtml+xml") => !looks_binary(&self.body),
            None | Some("text/plain" | "application/octet-stream" | "application/xml" | "text/xml") => {
                looks_like_html(&self.body)
            }
            Some(_) => false,
        }
    }
}

/// Decodes, gates and parses `page`; `encoding` is the label from feeds.toml, if any.
///
/// # Errors
/// A finding that says why the page cannot be used: empty, not HTML, in the way of the page, or over the gate's limits.
pub fn open(page: &Page, encoding: Option<&str>) -> Result<Found<Document>, Finding> {
    if page.body.iter().all(u8::is_ascii_whitespace) {
        return Err(Finding::error(Code::BodyEmpty, "the page is empty").at_page(&page.url));
    }
    if !page.is_html() {
        let kind = page.media_type.as_deref().unwrap_or("an unknown type");
        return Err(Finding::error(Code::NotHtml, format!("the answer is {kind}, not HTML"))
            .at_page(&page.url)
            .remedy("give the address of an HTML page"));
    }
    let decoded = decode::decode(&page.body, page.charset.as_deref(), encoding);
    if block::shows_few_words(&decoded.text)
        && let Some(block) = block::by_text(&decoded.text)
    {
        return Err(block.finding(&page.requested, None));
    }
    let refused = |refusal: gate::Refusal| Finding::error(Code::PageRefused, refusal.to_string()).at_page(&page.url);
    let document = Document::open(&decoded.text, &page.url).map_err(refused)?;
    let mut findings = Vec::new();
    if decoded.damaged {
        let message = format!("some bytes are not {}; they are shown as U+FFFD", decoded.encoding.name());
        findings.push(
            Finding::note(Code::EncodingDoubtful, message)
                .at_page(&page.url)
                .remedy("set `encoding` for this feed if the text is garbled"),
        );
    }
    Ok(Found { value: document, findings })
}

fn looks_binary(body: &[u8]) -> bool {
    const MAGIC: [&[u8]; 6] = [b"%PDF-", b"\x89PNG", b"\xFF\xD8\xFF", b"GIF8", b"PK\x03\x04", b"\x1F\x8B"];
    MAGIC.iter().any(|magic| body.starts_with(magic))
}

/// Whether something that does not say what it is has tags near its beginning.
fn looks_like_html(body: &[u8]) -> bool {
    const TAGS: [&str; 14] = [
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<title",
        "<meta",
        "<table",
        "<div",
        "<script",
        "<style",
        "<ul",
        "<p>",
        "<h1",
        "<a href",
    ];
    // UTF-16 writes the letters of tags with zeros between them.
    let head: Vec<u8> = body.iter().take(2048).copied().filter(|byte| *byte != 0).collect();
    let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
    !looks_binary(body) && TAGS.iter().any(|tag| head.contains(tag))
}
