//! Bytes to text, for every encoding of the WHATWG Encoding Standard.
//!
//! The order of trust: byte order mark, the configured encoding, well-formed UTF-8 (text in another encoding is almost
//! never well-formed UTF-8 by accident), the HTTP header, the page's `<meta>`, a detector. A declared encoding that
//! does not fit the bytes gives way to another declared one that does.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// How far the page is searched for `<meta charset>`; the standard asks for 1024 bytes, real pages need more.
const META_WINDOW: usize = 64 * 1024;
/// The byte with which ISO-2022-JP switches between its character sets.
const ESCAPE: u8 = 0x1B;
/// How much of the page the detector reads.
const DETECTOR_WINDOW: usize = 64 * 1024;

/// A decoded page.
#[derive(Debug)]
pub struct Decoded<'a> {
    /// The text; the bytes themselves where they are UTF-8.
    pub text: Cow<'a, str>,
    /// The encoding that was used.
    pub encoding: &'static Encoding,
    /// Whether some bytes did not fit and were replaced by U+FFFD.
    pub damaged: bool,
}

/// Decodes `bytes`; `header` is the charset of the HTTP header and `configured` that of feeds.toml, both as labels.
pub fn decode<'a>(bytes: &'a [u8], header: Option<&str>, configured: Option<&str>) -> Decoded<'a> {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return with(encoding, bytes);
    }
    if let Some(encoding) = configured.and_then(label) {
        return with(encoding, bytes);
    }
    let header = header.and_then(label);
    let utf8 = std::str::from_utf8(bytes).ok();
    // Encodings that write everything in ASCII bytes (ISO-2022-JP) need an escape; UTF-16 needs a header.
    let plain = memchr::memchr(ESCAPE, bytes).is_none() && header.is_none_or(Encoding::is_ascii_compatible);
    if let Some(text) = utf8.filter(|_| plain) {
        return Decoded { text: Cow::Borrowed(text), encoding: UTF_8, damaged: false };
    }
    let declared = meta(&bytes[..bytes.len().min(META_WINDOW)]);
    let wide = [header, declared].into_iter().flatten().any(|e| !e.is_ascii_compatible());
    if let Some(text) = utf8.filter(|_| !wide) {
        return Decoded { text: Cow::Borrowed(text), encoding: UTF_8, damaged: false };
    }
    let mut best: Option<Decoded<'_>> = None;
    for encoding in [header, declared].into_iter().flatten() {
        let decoded = with(encoding, bytes);
        if !decoded.damaged && !implausible(encoding, declared, bytes) {
            return decoded;
        }
        best.get_or_insert(decoded);
    }
    let detected = with(detect(bytes), bytes);
    match best {
        Some(best) if detected.damaged || few_errors(&best) => best,
        _ => detected,
    }
}

fn with<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Decoded<'a> {
    let (text, encoding, damaged) = encoding.decode(bytes);
    Decoded { text, encoding, damaged }
}

/// A single-byte default in the header decodes anything; it is doubted beside a `<meta>` that says otherwise.
fn implausible(encoding: &'static Encoding, declared: Option<&'static Encoding>, bytes: &[u8]) -> bool {
    encoding == WINDOWS_1252 && declared.is_some_and(|d| d != encoding && !with(d, bytes).damaged)
}

/// Whether a damaged text is still mostly right: a stray byte in a long page, not a wrong encoding.
fn few_errors(decoded: &Decoded<'_>) -> bool {
    let errors = decoded.text.matches('\u{FFFD}').count();
    errors * 200 <= decoded.text.chars().filter(|c| !c.is_ascii()).count().max(200)
}

fn detect(bytes: &[u8]) -> &'static Encoding {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
    detector.feed(&bytes[..bytes.len().min(DETECTOR_WINDOW)], bytes.len() <= DETECTOR_WINDOW);
    detector.guess(None, chardetng::Utf8Detection::Allow)
}

fn label(name: &str) -> Option<&'static Encoding> {
    Encoding::for_label(name.trim().trim_matches(['"', '\'']).as_bytes())
}

/// The encoding of `<meta charset=…>`, `<meta http-equiv content="…charset=…">` or an XML declaration.
///
/// As in the HTML Standard, a UTF-16 label there means UTF-8: the tag itself was readable as ASCII.
fn meta(head: &[u8]) -> Option<&'static Encoding> {
    let text: String = head.iter().map(|b| if b.is_ascii() { b.to_ascii_lowercase() as char } else { '?' }).collect();
    let mut rest = text.as_str();
    while let Some(start) = rest.find("<meta").or_else(|| rest.starts_with("<?xml").then_some(0)) {
        let tag = &rest[start..];
        let end = tag.find('>').unwrap_or(tag.len());
        let found = tag[..end].find("charset=").map(|at| at + "charset=".len());
        let found = found.or_else(|| tag[..end].find("encoding=").map(|at| at + "encoding=".len()));
        if let Some(at) = found {
            let value = tag[at..end].trim_start_matches(['"', '\'', ' ']);
            let value = value.split(['"', '\'', ' ', ';', '/', '>', '?']).next().unwrap_or_default();
            if let Some(encoding) = label(value) {
                return Some(if encoding.is_ascii_compatible() { encoding } else { UTF_8 });
            }
        }
        rest = &tag[end..];
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(bytes: &[u8], header: Option<&str>, configured: Option<&str>) -> (&'static str, String) {
        let decoded = decode(bytes, header, configured);
        (decoded.encoding.name(), decoded.text.into_owned())
    }

    #[test]
    fn each_witness_in_its_turn() {
        let gbk = encoding_rs::GBK.encode("<meta charset=gb2312>墨尔本今日新闻").0.into_owned();
        assert_eq!(name(&gbk, None, None).0, "GBK");
        assert!(name(&gbk, Some("utf-8"), None).1.contains("墨尔本"), "a wrong header beside a right meta");
        assert!(name(&gbk, Some("iso-8859-1"), None).1.contains("墨尔本"), "a default header beside a right meta");
        assert!(
            name("墨尔本".as_bytes(), Some("iso-8859-1"), None).1.contains("墨尔本"),
            "UTF-8 under a default header"
        );
        assert_eq!(name(b"\xEF\xBB\xBFabc", Some("gbk"), None), ("UTF-8", "abc".to_owned()));
        let sjis = encoding_rs::SHIFT_JIS.encode("東京の天気は晴れです。今日の最高気温は三十度。").0.into_owned();
        assert_eq!(name(&sjis, None, None).0, "Shift_JIS");
        assert!(name(&sjis, Some("nonsense"), Some("shift_jis")).1.contains("東京"));
        let late = format!("{}<meta charset=windows-1251>", " ".repeat(3000));
        let mut late = late.into_bytes();
        late.extend(encoding_rs::WINDOWS_1251.encode("Новости").0.iter());
        assert!(name(&late, None, None).1.contains("Новости"), "meta after the first kilobyte");
        let utf16: Vec<u8> = "\u{FEFF}zwei".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(name(&utf16, Some("utf-8"), None), ("UTF-16LE", "zwei".to_owned()));
    }

    #[test]
    fn a_stray_byte_does_not_change_the_encoding() {
        let mut page = "<meta charset=utf-8>Größe ".repeat(200).into_bytes();
        page.push(0xFF);
        let decoded = decode(&page, None, None);
        assert!(decoded.damaged && decoded.encoding == UTF_8 && decoded.text.contains("Größe"));
    }
}
