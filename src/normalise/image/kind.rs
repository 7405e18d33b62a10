//! What kind of picture some bytes are, by the bytes alone.
//!
//! It refuses whatever a browser would not show as a picture, and what can carry a script (SVG): neither the name of a
//! file nor what a server calls it counts.

/// A kind of picture that may be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The media type (IANA).
    pub media_type: &'static str,
    /// The ending of the file's name.
    pub extension: &'static str,
}

/// The kinds that every browser shows.
const KINDS: [Kind; 5] = [
    Kind { media_type: "image/jpeg", extension: "jpg" },
    Kind { media_type: "image/png", extension: "png" },
    Kind { media_type: "image/gif", extension: "gif" },
    Kind { media_type: "image/webp", extension: "webp" },
    Kind { media_type: "image/avif", extension: "avif" },
];

/// The kind of picture in `bytes`, or else what they are in words.
pub fn kind(bytes: &[u8]) -> Result<Kind, &'static str> {
    let found = infer::get(bytes).map(|found| found.mime_type());
    match found {
        Some(media_type) => KINDS.into_iter().find(|kind| kind.media_type == media_type).ok_or(media_type),
        None if bytes.is_empty() => Err("empty"),
        None => Err("something else"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_alone_decide() {
        let cases: [(&[u8], Result<&str, &str>); 12] = [
            (b"\xFF\xD8\xFF\xE0\0\x10JFIF\0", Ok("jpg")),
            (b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR", Ok("png")),
            (b"GIF89a\x01\0\x01\0", Ok("gif")),
            (b"RIFF\x24\0\0\0WEBPVP8 ", Ok("webp")),
            (b"\0\0\0\x20ftypavif\0\0\0\0avifmif1miafMA1A", Ok("avif")),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>", Err("something else")),
            (b"<!DOCTYPE html><html><script>alert(1)</script></html>", Err("text/html")),
            (b"<?xml version=\"1.0\"?><svg/>", Err("text/xml")),
            (b"%PDF-1.7", Err("application/pdf")),
            (b"PK\x03\x04", Err("application/zip")),
            (b"", Err("empty")),
            (b"GI", Err("something else")),
        ];
        for (bytes, expected) in cases {
            let found = kind(bytes).map(|kind| kind.extension);
            assert_eq!(found, expected, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
