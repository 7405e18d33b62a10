//! Bodies as they were before `Content-Encoding`: gzip, deflate and brotli, one or two layers.
//!
//! Refuses what unpacks to more than the cap, or to far more than any page does (a bomb), what ends early, what fails
//! its checksum, and unknown codings. Pure; a whole body goes in, so that it can run away from the network's threads.

use std::io::{ErrorKind, Read};

use flate2::bufread::GzDecoder;
use flate2::{Decompress, FlushDecompress, Status};
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

/// The codings that are asked for.
pub(super) const ACCEPTED: &str = "gzip, deflate, br";

/// The most layers (RFC 9110, section 8.4, sets no limit; more than one is rare, more than two is an attack).
const LAYERS: usize = 2;
/// No body of more than [`INNOCENT`] bytes may be this many times as large as it was packed.
const RATIO: usize = 200;
/// What every body may unpack to, however small it was.
const INNOCENT: usize = 1024 * 1024;
/// How much is unpacked at a time.
const STEP: usize = 64 * 1024;
/// The first bytes of gzip (RFC 1952, section 2.3.1).
const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];

/// How a body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Gzip,
    Deflate,
    Brotli,
}

/// Why a body could not be unpacked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// More than the cap.
    TooLarge,
    /// Unpacks to more than [`RATIO`] times its size.
    Bomb,
    /// Ends early or is damaged; in words.
    Damaged(&'static str),
}

/// The layers of a body in the order in which they were put on; the error names the one that is unknown, or says that
/// there are too many.
pub(super) fn codings(headers: &HeaderMap) -> Result<Vec<Coding>, String> {
    let mut codings = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        for name in String::from_utf8_lossy(value.as_bytes()).split(',') {
            codings.push(match name.trim().to_ascii_lowercase().as_str() {
                "" | "identity" => continue,
                "gzip" | "x-gzip" => Coding::Gzip,
                "deflate" => Coding::Deflate,
                "br" => Coding::Brotli,
                other => {
                    let name: String = other.chars().filter(char::is_ascii_graphic).take(20).collect();
                    return Err(format!("the body is packed in an unknown way ({name})"));
                }
            });
        }
    }
    if codings.len() > LAYERS {
        return Err(format!("the body is packed {} times, {LAYERS} at most are undone", codings.len()));
    }
    Ok(codings)
}

/// `body` without `codings`. With `cut`, what is longer than `cap` or ends early is cut there.
pub(super) fn unpack(body: Vec<u8>, codings: &[Coding], cap: usize, cut: bool) -> Result<Vec<u8>, Trouble> {
    let mut body = body;
    for coding in codings.iter().rev() {
        let mut out = Output { bytes: Vec::new(), cap, packed: body.len() };
        let done = match coding {
            Coding::Gzip if body.starts_with(GZIP_MAGIC) => gzip(&body, &mut out),
            // Some servers say gzip of a page that they send as it is.
            Coding::Gzip if is_plain(&body) => continue,
            Coding::Gzip => Err(Trouble::Damaged("it should be gzip and is not")),
            Coding::Deflate => deflate(&body, &mut out),
            Coding::Brotli => brotli(&body, &mut out),
        };
        match done {
            Ok(()) => {}
            Err(Trouble::TooLarge | Trouble::Damaged(_)) if cut => out.bytes.truncate(cap),
            Err(trouble) => return Err(trouble),
        }
        body = out.bytes;
    }
    Ok(body)
}

/// What has been unpacked so far.
struct Output {
    bytes: Vec<u8>,
    cap: usize,
    packed: usize,
}

impl Output {
    fn push(&mut self, more: &[u8]) -> Result<(), Trouble> {
        self.bytes.extend_from_slice(more);
        self.check()
    }

    /// Whether it may have grown so large.
    fn check(&self) -> Result<(), Trouble> {
        if self.bytes.len() > self.cap {
            return Err(Trouble::TooLarge);
        }
        if self.bytes.len() > INNOCENT && self.bytes.len() / RATIO > self.packed {
            return Err(Trouble::Bomb);
        }
        Ok(())
    }

    /// Reads `reader` to its end; `expected` is how much will probably come. What comes in one piece is not copied.
    fn fill(&mut self, reader: &mut impl Read, expected: usize) -> Result<(), Trouble> {
        // With one byte more than comes there is room to see that it ends.
        let mut step = expected.min(self.cap).min(self.packed.saturating_mul(RATIO).max(INNOCENT)) + 1;
        loop {
            let filled = self.bytes.len();
            self.bytes.resize(filled + step, 0);
            let read = reader.read(self.bytes.get_mut(filled..).unwrap_or_default());
            self.bytes.truncate(filled + *read.as_ref().unwrap_or(&0));
            step = match self.bytes.capacity() - self.bytes.len() {
                0 => STEP,
                room => room.min(STEP),
            };
            match read {
                Ok(0) => return Ok(()),
                Ok(_) => self.check()?,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                    return Err(Trouble::Damaged("it ends before it is whole"));
                }
                Err(_) => return Err(Trouble::Damaged("it cannot be unpacked")),
            }
        }
    }
}

/// One member or several (RFC 1952, section 2.2), each with its length and checksum; what follows them is passed over.
fn gzip(body: &[u8], out: &mut Output) -> Result<(), Trouble> {
    // The last four bytes are the length of the last member (section 2.3.1), which is the only one as a rule.
    let length = body.last_chunk().map_or(0, |length| u32::from_le_bytes(*length));
    let expected = usize::try_from(length).unwrap_or(usize::MAX);
    let mut rest = body;
    while rest.starts_with(GZIP_MAGIC) {
        let mut member = GzDecoder::new(rest);
        out.fill(&mut member, expected)?;
        rest = member.into_inner();
    }
    Ok(())
}

/// With the header of RFC 1950, as RFC 9110 asks, or without, as some servers send it.
fn deflate(body: &[u8], out: &mut Output) -> Result<(), Trouble> {
    let zlib = matches!(body, [first, second, ..]
        if first & 0x0f == 8 && (u16::from(*first) * 256 + u16::from(*second)).is_multiple_of(31));
    let mut state = Decompress::new(zlib);
    let mut step = vec![0; STEP];
    loop {
        let (read, written) = (state.total_in(), state.total_out());
        let rest = body.get(usize::try_from(read).unwrap_or(usize::MAX)..).unwrap_or_default();
        let status = state.decompress(rest, &mut step, FlushDecompress::None);
        let status = status.map_err(|_| Trouble::Damaged("it cannot be unpacked"))?;
        let made = usize::try_from(state.total_out() - written).unwrap_or(usize::MAX);
        out.push(step.get(..made).unwrap_or_default())?;
        if status == Status::StreamEnd {
            return Ok(());
        }
        if made == 0 && state.total_in() == read {
            return Err(Trouble::Damaged("it ends before it is whole"));
        }
    }
}

fn brotli(body: &[u8], out: &mut Output) -> Result<(), Trouble> {
    out.fill(&mut brotli_decompressor::Decompressor::new(body, STEP), STEP)
}

/// Whether the body is plainly markup.
fn is_plain(body: &[u8]) -> bool {
    let start = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    start.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use reqwest::header::HeaderValue;

    use super::*;

    /// `hello` packed with brotli, quality 11.
    const BROTLI: &[u8] = &[0x0b, 0x02, 0x80, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x03];
    const CAP: usize = 4 * 1024 * 1024;

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    fn raw(bytes: &[u8]) -> Vec<u8> {
        let mut packer = DeflateEncoder::new(Vec::new(), Compression::best());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    fn undone(body: Vec<u8>, codings: &[Coding]) -> Result<Vec<u8>, Trouble> {
        unpack(body, codings, CAP, false)
    }

    #[test]
    fn undoes_every_coding() {
        use Coding::{Brotli, Deflate, Gzip};
        let cases: &[(Vec<u8>, &[Coding])] = &[
            (b"hello".to_vec(), &[]),
            (gz(b"hello"), &[Gzip]),
            ([gz(b"hel"), gz(b"lo")].concat(), &[Gzip]),
            ([gz(b"hello"), b"\0\0junk".to_vec()].concat(), &[Gzip]),
            (zlib(b"hello"), &[Deflate]),
            (raw(b"hello"), &[Deflate]),
            (BROTLI.to_vec(), &[Brotli]),
            (gz(&gz(b"hello")), &[Gzip, Gzip]),
            (gz(BROTLI), &[Brotli, Gzip]),
        ];
        for (body, codings) in cases {
            assert_eq!(undone(body.clone(), codings).as_deref(), Ok(b"hello".as_slice()), "{codings:?}");
        }
        let page = b" <!doctype html><p>never packed";
        assert_eq!(undone(page.to_vec(), &[Gzip]).unwrap(), page);
    }

    #[test]
    fn refuses_damage() {
        let text: Vec<u8> = (0..20_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        for (whole, coding) in
            [(gz(&text), Coding::Gzip), (zlib(&text), Coding::Deflate), (raw(&text), Coding::Deflate)]
        {
            for end in [whole.len() / 2, whole.len() - 1] {
                let result = undone(whole[..end].to_vec(), &[coding]);
                assert!(matches!(result, Err(Trouble::Damaged(_))), "{coding:?} {end}");
            }
        }
        for end in 0..BROTLI.len() {
            assert!(undone(BROTLI[..end].to_vec(), &[Coding::Brotli]).is_err(), "{end}");
        }
        let mut wrong = gz(b"hello");
        let checksum = wrong.len() - 5;
        wrong[checksum] ^= 1;
        assert!(undone(wrong, &[Coding::Gzip]).is_err());
        for coding in [Coding::Gzip, Coding::Deflate, Coding::Brotli] {
            assert!(undone(b"\xff\xfe\xfd".to_vec(), &[coding]).is_err(), "{coding:?}");
        }
    }

    #[test]
    fn refuses_bombs() {
        let zeros = vec![0; 2 * INNOCENT];
        for (bomb, codings) in [
            (gz(&zeros), [Coding::Gzip].as_slice()),
            (zlib(&zeros), &[Coding::Deflate]),
            (gz(&gz(&zeros)), &[Coding::Gzip, Coding::Gzip]),
        ] {
            assert_eq!(undone(bomb.clone(), codings), Err(Trouble::Bomb));
            assert_eq!(unpack(bomb, codings, 1000, false), Err(Trouble::TooLarge));
        }
        assert_eq!(undone(gz(&zeros[..INNOCENT]), &[Coding::Gzip]).unwrap().len(), INNOCENT);
    }

    #[test]
    fn cuts_where_that_is_wanted() {
        assert_eq!(unpack(gz(b"hello"), &[Coding::Gzip], 3, true).unwrap(), b"hel");
        let text: Vec<u8> = (0..50_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        let mut packed = gz(&text);
        packed.truncate(packed.len() / 2);
        let start = unpack(packed, &[Coding::Gzip], CAP, true).unwrap();
        assert!(!start.is_empty() && text.starts_with(&start));
    }

    #[test]
    fn reads_the_header() {
        let read = |values: &[&'static str]| {
            codings(&values.iter().map(|value| (CONTENT_ENCODING, HeaderValue::from_static(value))).collect())
        };
        assert_eq!(read(&[]).unwrap(), []);
        assert_eq!(read(&["identity, "]).unwrap(), []);
        assert_eq!(read(&["BR, x-gzip"]).unwrap(), [Coding::Brotli, Coding::Gzip]);
        assert_eq!(read(&["deflate", "gzip"]).unwrap(), [Coding::Deflate, Coding::Gzip]);
        assert!(read(&["gzip, gzip, gzip"]).unwrap_err().contains("3 times"));
        assert!(read(&["zstd"]).unwrap_err().contains("zstd"));
    }
}
