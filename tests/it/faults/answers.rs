//! Answers that are broken, cut, endless, slow, packed or too large: the last good feed stays, and heals.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use super::origin::{FaultOrigin, Step, head, whole};
use super::{Case, STORIES};
use crate::support::front_page;

const LENGTH: &str = "content-length";

fn send(bytes: impl Into<Vec<u8>>) -> Step {
    Step::Send(bytes.into())
}

/// A page of which the first half is sent.
fn half() -> Vec<u8> {
    let page = front_page(&STORIES).into_bytes();
    page[..page.len() / 2].to_vec()
}

/// Each fault in turn on one site: the feed stays, its validators too, and it heals.
#[track_caller]
fn keeps_through(case: &mut Case, faults: Vec<(&str, Vec<Step>, &[&str])>) {
    // What a broken answer called its validators is forgotten: the page is asked for with the old ones.
    let asked = |case: &Case| {
        let log = case.sick.take_log();
        let asked: Vec<_> = log.iter().filter(|seen| seen.path == "/").collect();
        assert_eq!(asked.len(), 1, "{}: asked once, not again and again", case.what);
        let shown = asked[0].headers.get("if-none-match");
        assert!(shown.is_some_and(|etag| etag != "\"broken\""), "{}: {shown:?}", case.what);
    };
    for (name, steps, words) in faults {
        name.clone_into(&mut case.what);
        case.sick.steps("/", steps);
        case.keeps(words);
        asked(case);
    }
    if case.project.read("feeds.toml").contains("timeout") {
        case.hurry(None);
    }
    case.recovers();
    asked(case);
}

#[test]
fn connections_that_break_off() {
    let head = head(200, &[("content-type", "text/html"), ("etag", "\"broken\""), (LENGTH, "5000")]);
    let early = head.as_bytes()[..20].to_vec();
    keeps_through(
        &mut Case::new(),
        vec![
            ("before a word", vec![Step::Close], &["fetch-failed"]),
            ("reset before a word", vec![Step::Reset], &["fetch-failed", "broke off"]),
            ("reset in the head", vec![send(early.clone()), Step::Reset], &["fetch-failed", "broke off"]),
            ("end in the head", vec![send(early), Step::Close], &["fetch-failed"]),
            ("reset in the body", vec![send(head.clone()), send(half()), Step::Reset], &["fetch-failed"]),
            ("end in the body", vec![send(head), send(half()), Step::Close], &["ended before it was whole"]),
        ],
    );
}

#[test]
fn lengths_that_lie() {
    let chunked = head(200, &[("transfer-encoding", "chunked"), ("etag", "\"broken\"")]);
    let start = |tail: &str| {
        let half = half();
        [chunked.as_bytes(), format!("{:x}\r\n", half.len()).as_bytes(), &half, b"\r\n", tail.as_bytes()].concat()
    };
    let page = front_page(&STORIES);
    let both = head(200, &[("transfer-encoding", "chunked"), (LENGTH, "5")]) + "5\r\nhello\r\n0\r\n\r\n";
    let two = head(200, &[(LENGTH, "5"), (LENGTH, "6"), ("etag", "\"broken\"")]) + "hello!";
    let words = head(200, &[(LENGTH, "many"), ("etag", "\"broken\"")]) + &page;
    keeps_through(
        &mut Case::new(),
        vec![
            ("chunks without an end", vec![send(start("")), Step::Close], &["ended before it was whole"]),
            ("a chunk of nonsense", vec![send(start("zz\r\nx\r\n0\r\n\r\n")), Step::Close], &["fetch-failed"]),
            ("an endless size", vec![send(start("fffffffffffffffff\r\n")), Step::Close], &["fetch-failed"]),
            ("two lengths", vec![send(two), Step::Close], &["fetch-failed"]),
            ("no number", vec![send(words), Step::Close], &["fetch-failed"]),
            ("length and chunks", vec![send(both), Step::Close], &["length in two ways"]),
        ],
    );
}

#[test]
fn a_body_longer_than_it_says_is_cut_there() {
    let mut case = Case::new();
    let page = front_page(&[STORIES[1], STORIES[0], STORIES[2]]);
    let mut answer = whole(200, &[("content-type", "text/html")], page.as_bytes());
    answer.extend_from_slice(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil");
    case.sick.raw("/", answer);
    case.run(0);
}

#[test]
fn a_body_that_ends_with_its_connection() {
    let mut case = Case::new();
    let head = head(200, &[("content-type", "text/html"), ("etag", "\"unmeasured\"")]);
    let asked = |case: &Case| {
        let log = case.sick.take_log();
        log.iter().find(|seen| seen.path == "/").and_then(|seen| seen.headers.get("if-none-match").cloned())
    };
    // It shows its end, so it is whole.
    let page = front_page(&[STORIES[1], STORIES[0], STORIES[2]]);
    case.sick.raw("/", [head.as_bytes(), page.as_bytes()].concat());
    case.run(0);
    asked(&case);
    case.run(0);
    assert_eq!(asked(&case).as_deref(), Some("\"unmeasured\""));
    // Nothing says whether this is all: it is read, but its validators are not believed.
    let page = front_page(&[STORIES[2], STORIES[1], STORIES[0]]);
    let (start, _) = page.split_once("</main>").unwrap();
    case.sick.raw("/", [head.as_bytes(), start.as_bytes()].concat());
    case.run(0);
    asked(&case);
    case.run(0);
    assert_eq!(asked(&case), None);
}

#[test]
fn heads_beyond_all_measure() {
    let lines = "x: 1\r\n".repeat(100_000);
    let some = "x: 1\r\n".repeat(201);
    let long = |bytes: usize| format!("HTTP/1.1 200 OK\r\nx: {}\r\ncontent-length: 0\r\n\r\n", "v".repeat(bytes));
    keeps_through(
        &mut Case::new(),
        vec![
            ("100 000 lines", vec![send(format!("HTTP/1.1 200 OK\r\n{lines}\r\n")), Step::Close], &["fetch-failed"]),
            ("201 lines", vec![send(format!("HTTP/1.1 200 OK\r\n{some}\r\n")), Step::Close], &["fetch-failed"]),
            ("a line of 1 MB", vec![send(long(1_000_000)), Step::Close], &["fetch-failed"]),
            ("a line of 70 KB", vec![send(long(70_000)), Step::Close], &["larger than 64 KiB"]),
            (
                "NUL",
                vec![send("HTTP/1.1 200 OK\r\nx: a\0b\r\ncontent-length: 0\r\n\r\n"), Step::Close],
                &["fetch-failed"],
            ),
            (
                "folded",
                vec![send("HTTP/1.1 200 OK\r\nx: a\r\n b\r\ncontent-length: 0\r\n\r\n"), Step::Close],
                &["fetch-failed"],
            ),
        ],
    );
}

#[test]
fn what_is_not_http() {
    let flood = "HTTP/1.1 100 Continue\r\n\r\n".repeat(50);
    let status = |status: u16| vec![send(whole(status, &[("etag", "\"broken\"")], b"")), Step::Close];
    let mut case = Case::with(FaultOrigin::start(), ", timeout = \"60s\"", |project| project);
    case.hurry(Some("1s"));
    keeps_through(
        &mut case,
        vec![
            ("a page without a head", vec![send(front_page(&STORIES)), Step::Close], &["fetch-failed"]),
            ("garbage", vec![send("\u{0}\u{1}\u{2}garbage\r\n\r\n"), Step::Close], &["fetch-failed"]),
            ("no status", vec![send("HTTP/1.1 abc OK\r\n\r\n"), Step::Close], &["fetch-failed"]),
            (
                "nothing but 100",
                vec![Step::Repeat(flood.into_bytes(), 10_000, Duration::from_millis(2))],
                &["no whole answer within 1 s"],
            ),
            ("204", status(204), &["204"]),
            ("205", status(205), &["205"]),
            ("206", status(206), &["206"]),
        ],
    );
}

#[test]
fn not_modified_is_no_answer_to_who_knows_nothing() {
    let mut case = Case::new();
    // A change of the settings makes the next request unconditional.
    let config = case.project.read("feeds.toml").replace("[feeds.well]", "title = \"Sick\"\n[feeds.well]");
    case.project.write("feeds.toml", config);
    case.sick.answer("/", 304, &[("etag", "\"broken\"")], b"");
    case.keeps(&["304", "not conditional"]);
    assert!(!case.sick.take_log()[0].headers.contains_key("if-none-match"));
}

#[test]
fn bodies_without_end_or_hurry() {
    let page = front_page(&STORIES);
    let open = head(200, &[("content-type", "text/html"), ("etag", "\"broken\"")]);
    let promised = head(200, &[("content-type", "text/html"), (LENGTH, "5000"), ("etag", "\"broken\"")]);
    let chunked = head(200, &[("transfer-encoding", "chunked"), ("etag", "\"broken\"")]) + "10000\r\n";
    let drip = |step| Step::Repeat(b"x".to_vec(), 10_000, Duration::from_millis(step));
    let flood = Step::Repeat(vec![b'x'; 0x10000], 100_000, Duration::ZERO);
    let huge = head(200, &[(LENGTH, "99999999999")]);
    let late = &["no whole answer within 1 s"];
    let mut case = Case::with(FaultOrigin::start(), ", timeout = \"60s\", max_bytes = \"1MiB\"", |project| project);
    case.hurry(Some("1s"));
    keeps_through(
        &mut case,
        vec![
            ("a head that drips", vec![send("HTTP/1.1 200 OK\r\nx: "), drip(5)], late),
            ("a body that drips", vec![send(open.clone()), drip(5)], late),
            (
                "a stall after half of it",
                vec![send(promised), send(&page[..300]), Step::Wait(Duration::from_secs(3))],
                late,
            ),
            ("silence", vec![Step::Wait(Duration::from_secs(3))], late),
            ("an endless body", vec![send(open), flood.clone()], &["body-too-large", "1048576"]),
            ("an endless chunk", vec![send(chunked), flood.clone()], &["fetch-failed"]),
            ("a body that says it is huge", vec![send(huge), flood], &["body-too-large"]),
        ],
    );
}

#[test]
fn bombs_and_broken_packages() {
    /// 32 MiB of zeros.
    const BROTLI_ZEROS: &[u8] = b"\xcb\xff\xff\x3f\xf8\x27\x00\xe2\xb1\x40\x20\xf7\xfe\x8f\xff\xff\x7f\xf0\x4f\x00\xc4\x61\x11\x80\xee\xfd\x1f\xff\xff\xff\xe0\x9f\x00\x88\xc3\x02\x00\xdd\xfb\x3f\xfe\xff\xff\xc1\x3f\x01\x10\x87\x05\x00\xba\xf7\x7f\x03";
    let gzip = |bytes: &[u8]| {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    };
    let zeros = vec![0; 64 * 1024 * 1024];
    let bomb = gzip(&zeros);
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
    zlib.write_all(&zeros).unwrap();
    let mut raw = DeflateEncoder::new(Vec::new(), Compression::best());
    raw.write_all(&zeros).unwrap();
    let page = gzip(front_page(&STORIES).as_bytes());
    let mut damaged = page.clone();
    let checksum = damaged.len() - 6;
    damaged[checksum] ^= 0xff;
    let packed = |coding: &str, body: &[u8]| {
        let headers = [("content-type", "text/html"), ("content-encoding", coding), ("etag", "\"broken\"")];
        vec![send(whole(200, &headers, body))]
    };
    keeps_through(
        &mut Case::new(),
        vec![
            ("gzip", packed("gzip", &bomb), &["body-too-large", "200 times"]),
            ("gzip in gzip", packed("gzip, gzip", &gzip(&bomb)), &["body-too-large"]),
            ("gzip thrice", packed("gzip, gzip, gzip", &gzip(&gzip(&page))), &["3 times"]),
            ("zlib", packed("deflate", &zlib.finish().unwrap()), &["body-too-large"]),
            ("deflate", packed("deflate", &raw.finish().unwrap()), &["body-too-large"]),
            ("brotli", packed("br", BROTLI_ZEROS), &["body-too-large"]),
            ("half of it", packed("gzip", &page[..page.len() / 2]), &["ended before it was whole"]),
            ("a wrong checksum", packed("gzip", &damaged), &["damaged"]),
            ("no gzip", packed("gzip", b"half"), &["damaged"]),
            ("a coding of its own", packed("zstd", b"half"), &["unknown way (zstd)"]),
        ],
    );
}

#[test]
fn packed_pages_are_read() {
    let mut case = Case::new();
    let page = |order: [usize; 3]| front_page(&order.map(|n| STORIES[n])).into_bytes();
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(&page([1, 0, 2])).unwrap();
    let once = packer.finish().unwrap();
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::default());
    packer.write_all(&once).unwrap();
    let twice = packer.finish().unwrap();
    let html = ("content-type", "text/html");
    case.sick.answer("/", 200, &[html, ("content-encoding", "gzip")], &once);
    case.run(0);
    assert_eq!(case.sick.take_log()[0].headers["accept-encoding"], "gzip, deflate, br");
    case.sick.answer("/", 200, &[html, ("content-encoding", "gzip, deflate")], &twice);
    case.run(0);
    // A page that is only called gzip.
    case.sick.answer("/", 200, &[html, ("content-encoding", "gzip")], &page([2, 0, 1]));
    case.run(0);
}
