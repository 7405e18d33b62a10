//! Compressed twins of files, for servers that send them as they are: `a.rss.gz` and `a.rss.br` beside `a.rss`.
//!
//! The same bytes give the same twins on every machine: no name, no time and no system stands in them.

use std::io::Write;

use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, GzBuilder};

use crate::model::Artifact;

/// The endings of the twins.
pub(crate) const ENDINGS: [&str; 2] = [".gz", ".br"];
/// The best that is still quick: 11 takes ten times as long for a twentieth less.
const BROTLI_QUALITY: i32 = 9;

/// The twins of `artifact`; none of what is compressed already. Small files have twins too: one that shrank would
/// otherwise keep the twin of its old words.
pub(crate) fn twins(artifact: &Artifact) -> Vec<Artifact> {
    let text = artifact.media_type.starts_with("text/")
        || ["application/json", "application/feed+json", "application/rss+xml", "application/atom+xml"]
            .contains(&artifact.media_type);
    if !text {
        return Vec::new();
    }
    let made = [gzip(&artifact.bytes), brotli(&artifact.bytes)];
    let twin = |(ending, bytes): (&str, Option<Vec<u8>>)| {
        Some(Artifact {
            path: format!("{}{ending}", artifact.path),
            media_type: "application/octet-stream",
            bytes: bytes?,
        })
    };
    ENDINGS.into_iter().zip(made).filter_map(twin).collect()
}

/// Whether `path` is that of a twin.
pub(crate) fn is_twin(path: &str) -> bool {
    ENDINGS.iter().any(|ending| path.ends_with(ending))
}

/// Writing to memory does not fail; if it did, there would be no twin, and servers compress by themselves.
fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    // 255 is "unknown system" (RFC 1952, section 2.3.1).
    let mut encoder = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::best());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

fn brotli(bytes: &[u8]) -> Option<Vec<u8>> {
    let parameters =
        BrotliEncoderParams { quality: BROTLI_QUALITY, size_hint: bytes.len(), ..BrotliEncoderParams::default() };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut out, &parameters).ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn artifact(media_type: &'static str, bytes: Vec<u8>) -> Artifact {
        Artifact { path: "a.rss".to_owned(), media_type, bytes }
    }

    #[test]
    fn twins_unpack_to_their_file_and_are_always_the_same() {
        let bytes = b"<item>The same words again and again.</item>\n".repeat(100);
        let made = twins(&artifact("application/rss+xml", bytes.clone()));
        assert_eq!(made, twins(&artifact("application/rss+xml", bytes.clone())));
        let [gz, br] = &made[..] else { panic!("{made:?}") };
        assert_eq!((gz.path.as_str(), br.path.as_str()), ("a.rss.gz", "a.rss.br"));
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&*gz.bytes).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, bytes);
        assert_eq!(gz.bytes[4..8], [0; 4], "a time stands in it");
        unpacked.clear();
        brotli::BrotliDecompress(&mut &*br.bytes, &mut unpacked).unwrap();
        assert_eq!(unpacked, bytes);
        assert!(gz.bytes.len() < bytes.len() / 10 && br.bytes.len() < bytes.len() / 10);
    }

    #[test]
    fn what_gains_nothing_has_no_twin() {
        assert_eq!(twins(&artifact("image/png", vec![0; 4096])), []);
        assert!(is_twin("a.rss.gz") && !is_twin("a.rss"));
    }
}
