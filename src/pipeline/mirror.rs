//! Pictures copied beside the feeds: for sites that refuse to show theirs elsewhere, and so that they last.
//!
//! A copy is named by its content, and its kind is what its bytes say, whatever the server calls it. It refuses to copy
//! what is no picture, what is too large, and more than a run or a feed may have; such a picture stays where it is. The
//! steps for one picture: known copy ─ where the feeds are served ─ the site ─ kind and size ─ file.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};
use url::Url;

use super::ports::{Answer, Copy, Fetch, Mirrored, Publish, Request};
use super::restore::can_resolve;
use crate::assemble::count;
use crate::assemble::media::{self, Names};
use crate::config::{Media, RequestOptions, Source};
use crate::finding::{Code, Finding};
use crate::model::{Artifact, Feed};
use crate::normalise::image::kind;
use crate::page::Page;

/// After so many failures in a row a picture is not asked for again.
const PATIENCE: u32 = 3;
/// How many pictures that could not be copied are named; the rest is counted.
const NAMED: usize = 3;

/// What copying the pictures of one feed led to.
#[derive(Default)]
pub(super) struct Mirroring {
    /// The pictures that have a copy.
    pub(super) names: Names,
    /// What is new to remember.
    pub(super) changed: Vec<Mirrored>,
    /// Pictures that no entry shows any more.
    pub(super) gone: Vec<Url>,
    /// Files that no picture needs any more; to be removed when the feeds no longer name them.
    pub(super) stale: Vec<String>,
    /// How many wait for a later run.
    pub(super) waiting: usize,
    /// What to tell.
    pub(super) findings: Vec<Finding>,
}

/// The names of the copies there are.
pub(super) fn names(known: Vec<Mirrored>) -> Names {
    known.into_iter().filter_map(|picture| Some((picture.url, picture.copy?.name))).collect()
}

/// Copies the pictures of `feed` that are not copied yet, as far as `limits` allow. `known` is what is remembered.
pub(super) async fn mirror<F: Fetch, P: Publish>(
    source: &Source,
    limits: &Media,
    (feed, base): (&Feed, &Url),
    known: Vec<Mirrored>,
    (fetch, publish): (&F, &P),
) -> Mirroring {
    let mut known: BTreeMap<Url, Mirrored> = known.into_iter().map(|picture| (picture.url.clone(), picture)).collect();
    let mut mirroring = Mirroring::default();
    let mut troubles = Vec::new();
    let (mut total, mut asked) = (0_u64, 0_usize);
    let options = RequestOptions { max_bytes: limits.max_bytes, ..source.options.request.clone() };
    let request = Asking { source, options: &options, base, fetch, publish };
    for url in media::pictures(feed.entries().iter()) {
        let before = known.remove(&url);
        if let Some(copy) = before.as_ref().and_then(|before| before.copy.clone()) {
            let path = media::path(&source.id, &copy.name);
            let bytes = match request.present(&copy, &path) {
                Some(bytes) => Some(bytes),
                None => request.fetch_copy(&copy, &path).await,
            };
            if let Some(bytes) = bytes {
                total += bytes;
                mirroring.names.insert(url.clone(), copy.name.clone());
                if bytes != copy.bytes {
                    mirroring.changed.push(Mirrored { url, copy: Some(Copy { bytes, ..copy }), failures: 0 });
                }
                continue;
            }
        }
        let failures = before.as_ref().map_or(0, |before| before.failures);
        if failures >= PATIENCE {
            continue;
        }
        if asked >= limits.max_per_run || total >= limits.max_total {
            mirroring.waiting += usize::from(total < limits.max_total);
            continue;
        }
        asked += 1;
        let copied = match request.copy(&url).await {
            Ok(copy) => {
                total += copy.bytes;
                mirroring.names.insert(url.clone(), copy.name.clone());
                Mirrored { url, copy: Some(copy), failures: 0 }
            }
            Err(trouble) => {
                let failures = if trouble.lasts { PATIENCE } else { failures + 1 };
                mirroring.waiting += usize::from(failures < PATIENCE);
                troubles.push(trouble.finding);
                Mirrored { url, copy: None, failures }
            }
        };
        mirroring.changed.push(copied);
    }
    let used: BTreeSet<&String> = mirroring.names.values().collect();
    let unused = known.values().filter_map(|picture| picture.copy.as_ref()).map(|copy| copy.name.clone());
    mirroring.stale = unused.filter(|name| !used.contains(name)).collect();
    mirroring.gone = known.into_keys().collect();
    mirroring.findings = told(troubles);
    mirroring
}

/// The first few troubles, and a word on the others.
fn told(mut troubles: Vec<Finding>) -> Vec<Finding> {
    let others = troubles.len().saturating_sub(NAMED);
    troubles.truncate(NAMED);
    if others > 0 {
        let message = format!("{} could not be copied either and stay where they are", count(others, "picture"));
        troubles.push(Finding::warning(Code::MediaFailed, message));
    }
    troubles
}

/// Why a picture has no copy.
struct Trouble {
    finding: Finding,
    /// Whether asking again would not help.
    lasts: bool,
}

/// What every request for a picture of one feed has in common.
struct Asking<'a, F, P> {
    source: &'a Source,
    options: &'a RequestOptions,
    base: &'a Url,
    fetch: &'a F,
    publish: &'a P,
}

impl<F: Fetch, P: Publish> Asking<'_, F, P> {
    async fn ask(&self, url: &Url) -> Result<Page, Finding> {
        let home = &self.source.url;
        let root = self.source.root.as_ref();
        let request = Request { url, home, options: self.options, root, validators: None, last: false };
        match self.fetch.fetch(request).await? {
            Answer::Page(page, _) => Ok(*page),
            Answer::Unchanged(_) => Err(Finding::error(Code::Internal, "unchanged since never")),
        }
    }

    /// Copies the picture at `url`.
    async fn copy(&self, url: &Url) -> Result<Copy, Trouble> {
        let page = self.ask(url).await.map_err(|finding| {
            let lasts = matches!(finding.status, Some(400..=499)) && finding.status != Some(429)
                || matches!(finding.code, Code::BodyTooLarge | Code::AddressRefused | Code::RobotsDisallowed);
            let message = format!("the picture stays where it is: {}", finding.message);
            Trouble { finding: Finding::warning(Code::MediaFailed, message).at_page(url), lasts }
        })?;
        let kind = kind::kind(&page.body).map_err(|found| {
            let claimed = page.media_type.as_deref().unwrap_or("nothing in particular");
            let message =
                format!("the picture stays where it is: it calls itself {claimed}, but its bytes are {found}");
            let remedy = "only JPEG, PNG, GIF, WebP and AVIF are copied";
            Trouble { finding: Finding::warning(Code::MediaRefused, message).at_page(url).remedy(remedy), lasts: true }
        })?;
        let name = format!("{}.{}", digest(&page.body), kind.extension);
        self.write(&name, kind.media_type, page.body).map_err(|finding| Trouble { finding, lasts: false })
    }

    fn write(&self, name: &str, media_type: &'static str, bytes: Vec<u8>) -> Result<Copy, Finding> {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let artifact = Artifact { path: media::path(&self.source.id, name), media_type, bytes };
        let written = self.publish.write(&artifact);
        written.map_err(|error| Finding::warning(Code::MediaFailed, error.to_string()))?;
        Ok(Copy { name: name.to_owned(), bytes: size })
    }

    /// The size of the file of `copy` in bytes; a file of another size than remembered is the same if its name says so.
    fn present(&self, copy: &Copy, path: &str) -> Option<u64> {
        let bytes = self.publish.size(path)?;
        let same = || self.publish.read(path).is_some_and(|content| copy.name.starts_with(&digest(&content)));
        (bytes == copy.bytes || same()).then_some(bytes)
    }

    /// Brings a copy that is missing back from where the feeds are served; its name tells whether it is the same.
    async fn fetch_copy(&self, copy: &Copy, path: &str) -> Option<u64> {
        let url = Some(self.base).filter(|base| can_resolve(base)).and_then(|base| base.join(path).ok())?;
        let options = RequestOptions { obey_robots: false, headers: Vec::new(), ..self.options.clone() };
        let request = Request { url: &url, home: &url, options: &options, root: None, validators: None, last: false };
        let Ok(Answer::Page(page, _)) = self.fetch.fetch(request).await else { return None };
        let media_type = media_type(&copy.name, &page.body)?;
        self.write(&copy.name, media_type, page.body).ok().map(|copy| copy.bytes)
    }
}

/// The media type of `bytes`, if they are the picture whose copy has this name.
pub(super) fn media_type(name: &str, bytes: &[u8]) -> Option<&'static str> {
    kind::kind(bytes).ok().filter(|_| name.starts_with(&digest(bytes))).map(|kind| kind.media_type)
}

/// The first half of the SHA-256 of `bytes` in hexadecimal: 32 digits.
fn digest(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes)[..16].iter().fold(String::with_capacity(32), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
