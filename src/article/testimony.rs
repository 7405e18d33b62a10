//! What one witness says of a page, before it is weighed against the others.

use url::Url;

use super::EnclosureClaim;
use crate::model::Image;

/// The words of one witness; every list is best first, texts are as written.
#[derive(Clone, Debug, Default)]
pub(super) struct Testimony {
    pub(super) title: Option<String>,
    pub(super) canonical: Option<Url>,
    pub(super) published: Vec<String>,
    pub(super) updated: Vec<String>,
    pub(super) authors: Vec<String>,
    pub(super) summary: Option<String>,
    /// Plain text or markup of the whole body.
    pub(super) body: Option<String>,
    pub(super) images: Vec<Image>,
    pub(super) categories: Vec<String>,
    pub(super) site_name: Option<String>,
    pub(super) source_name: Option<String>,
    pub(super) source_url: Option<Url>,
    pub(super) comment_count: Option<u64>,
    pub(super) comments_url: Option<Url>,
    pub(super) files: Vec<EnclosureClaim>,
    /// As written.
    pub(super) language: Option<String>,
}

/// A file of which the address and perhaps the media type are known.
pub(super) fn file(url: Url, media_type: Option<&str>) -> EnclosureClaim {
    let media_type = media_type.map(|kind| kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    EnclosureClaim { url, media_type: media_type.filter(|kind| kind.contains('/')), length: None, title: None }
}

/// A picture of which only the address is known.
pub(super) fn picture(url: Url) -> Image {
    Image { url, alt: None, caption: None, width: None, height: None }
}
