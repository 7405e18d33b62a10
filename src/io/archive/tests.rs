use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;

use chrono::TimeZone;

use super::*;
use crate::config::RequestOptions;
use crate::finding::{Code, Finding};
use crate::page::Page;
use crate::pipeline::{Answer, Fetch, Parsers, Request, Validators};

use chrono::{DateTime, Utc};
use url::Url;

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn now() -> DateTime<Utc> {
    Utc.timestamp_opt(1_795_348_800, 0).unwrap()
}

/// A site: what each address answers; an address that is missing answers 404.
struct Site(BTreeMap<&'static str, (&'static str, &'static [u8])>);

impl Fetch for Site {
    async fn fetch(&self, request: Request<'_>) -> Result<Answer, Finding> {
        match self.0.get(request.url.as_str()) {
            Some((answered, body)) => {
                let page = Page {
                    requested: request.url.clone(),
                    url: url(answered),
                    media_type: Some("text/html".to_owned()),
                    charset: Some("gbk".to_owned()),
                    body: body.to_vec(),
                };
                let validators = Validators { etag: Some("W/\"ü 1\"".to_owned()), ..Validators::default() };
                Ok(Answer::Page(Box::new(page), validators))
            }
            None => Err(Finding::error(Code::HttpStatus, "answered 404 (not found)").status(404).at_page(request.url)),
        }
    }

    fn parsers(&self) -> Option<&Parsers> {
        None
    }
}

fn site() -> Site {
    Site(BTreeMap::from([
        ("https://a.example/", ("https://a.example/", &b"<p>index\r\n\r\nof \xB0\xA1"[..])),
        ("https://a.example/1", ("https://a.example/stories/1", &b"<p>one"[..])),
        ("https://b.example/", ("https://b.example/", &b""[..])),
    ]))
}

async fn ask(fetch: &impl Fetch, address: &str, known: Option<&Validators>) -> Result<Answer, Finding> {
    let (address, home) = (url(address), url("https://a.example/"));
    let options = RequestOptions::default();
    let request = Request { url: &address, home: &home, options: &options, root: None, validators: known, last: false };
    fetch.fetch(request).await
}

/// Records the site in an order of its own and returns the bytes of the file.
async fn recorded(name: &str, order: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    let site = site();
    let recorder = Recorder::new(&site, None, now()).unwrap();
    let options = RequestOptions::default();
    for (home, address) in order {
        let (home, address) = (url(home), url(address));
        let request =
            Request { url: &address, home: &home, options: &options, root: None, validators: None, last: false };
        let _ = recorder.fetch(request).await;
    }
    let recorded = recorder.finish(&path).unwrap();
    assert_eq!(recorded.bytes, std::fs::metadata(&path).unwrap().len());
    (folder, path)
}

const A: &str = "https://a.example/";
const B: &str = "https://b.example/";
const ORDER: [(&str, &str); 4] = [(A, A), (A, "https://a.example/1"), (B, B), (A, "https://a.example/gone")];

#[tokio::test]
async fn what_is_recorded_is_answered() {
    for name in ["pages.warc", "pages.warc.gz"] {
        let (_folder, path) = recorded(name, &ORDER).await;
        let nobody = Site(BTreeMap::new());
        let opened = Archive::open(&path).unwrap();
        assert_eq!(opened.date(), now());
        let archive = Offline { archive: &opened, own: None, online: &nobody };
        let Ok(Answer::Page(page, validators)) = ask(&archive, A, None).await else { panic!("{name}") };
        assert_eq!(page.body, b"<p>index\r\n\r\nof \xB0\xA1");
        assert_eq!((page.media_type.as_deref(), page.charset.as_deref()), (Some("text/html"), Some("gbk")));
        assert_eq!(validators.etag.as_deref(), Some("W/\"ü 1\""));
        assert!(matches!(ask(&archive, A, Some(&validators)).await, Ok(Answer::Unchanged(_))));
        let Ok(Answer::Page(page, _)) = ask(&archive, "https://a.example/1#top", None).await else { panic!("{name}") };
        assert_eq!((page.url.as_str(), &page.body[..]), ("https://a.example/stories/1", &b"<p>one"[..]));
        let Ok(Answer::Page(page, _)) = ask(&archive, B, None).await else { panic!("{name}") };
        assert!(page.body.is_empty());
        let failure = ask(&archive, "https://a.example/gone", None).await.unwrap_err();
        assert_eq!((failure.code, failure.status), (Code::HttpStatus, Some(404)));
        let missing = ask(&archive, "https://a.example/2", None).await.unwrap_err();
        assert_eq!(missing.code, Code::NotArchived);
    }
}

#[tokio::test]
async fn the_same_pages_give_the_same_bytes() {
    let (_one, first) = recorded("x.warc.gz", &ORDER).await;
    // Another source was quicker; within a source the order is the visit's.
    let (_two, second) = recorded("x.warc.gz", &[ORDER[2], ORDER[0], ORDER[1], ORDER[3]]).await;
    assert_eq!(std::fs::read(first).unwrap(), std::fs::read(second).unwrap());
}

#[tokio::test]
async fn other_programs_can_read_it() {
    let (_folder, path) = recorded("x.warc", &ORDER).await;
    let bytes = std::fs::read(path).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.starts_with("WARC/1.1\r\nWARC-Type: warcinfo\r\n"), "{text}");
    for part in [
        "WARC-Type: response\r\n",
        "WARC-Target-URI: https://a.example/stories/1\r\n",
        "WARC-Date: 2026-11-22T12:00:00Z\r\n",
        "Content-Type: application/http;msgtype=response\r\n",
        "HTTP/1.1 302 Found\r\nLocation: https://a.example/stories/1\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=gbk\r\nETag: W/\"ü 1\"\r\nContent-Length: 6\r\n\r\n<p>one\r\n\r\n",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[tokio::test]
async fn what_was_cut_or_altered_is_refused() {
    let nobody = Site(BTreeMap::new());
    let refused = |bytes: &[u8]| {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let words = Archive::open(file.path()).map(|_| "it was taken").unwrap_err().to_string();
        assert!(words.contains(&file.path().display().to_string()), "{words}");
        words
    };
    for name in ["x.warc", "x.warc.gz"] {
        let (_folder, path) = recorded(name, &ORDER).await;
        let bytes = std::fs::read(path).unwrap();
        for end in 0..bytes.len() {
            refused(&bytes[..end]);
        }
        for at in (0..bytes.len()).step_by(3) {
            let mut altered = bytes.clone();
            altered[at] ^= 0x20;
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(&altered).unwrap();
            // Letters of a field's name may be written either way, and a name of ours is not read; what is answered is
            // the same, or nothing is.
            if let Ok(opened) = Archive::open(file.path()) {
                let archive = Offline { archive: &opened, own: None, online: &nobody };
                let Ok(Answer::Page(page, _)) = ask(&archive, A, None).await else { continue };
                assert_eq!(page.body, b"<p>index\r\n\r\nof \xB0\xA1", "{at}");
            }
        }
        let mut longer = bytes.clone();
        longer.extend_from_slice(&bytes);
        assert!(refused(&longer).contains("altered"));
    }
    assert!(refused(b"").contains("is empty"));
    assert!(refused(b"<html>").contains("the archive"));
    let missing = Archive::open(std::path::Path::new("/nowhere/x.warc")).map(drop).unwrap_err();
    assert!(missing.to_string().contains("/nowhere/x.warc"), "{missing}");
}
