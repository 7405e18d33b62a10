//! robots.txt in every shape in which a server may have it, or not have it (RFC 9309, sections 2.3 to 2.5).

use std::io::Write;
use std::time::Duration;

use feedmill::config::RequestOptions;
use feedmill::finding::Code;
use feedmill::io::fetch::{Web, WebOptions};
use feedmill::pipeline::{Fetch, Request};
use flate2::Compression;
use flate2::write::GzEncoder;
use url::Url;

use super::origin::{FaultOrigin, Step, head, whole};

const PRIVATE: &str = "User-agent: *\nDisallow: /private\n";

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Allowed,
    /// By a rule.
    Disallowed,
    /// Because nobody knows the rules.
    Unknown,
}

async fn fate(origin: &FaultOrigin, path: &str) -> Fate {
    let web = Web::new(WebOptions::default()).unwrap();
    let timeout = Duration::from_secs(5);
    let options = RequestOptions { delay: Duration::ZERO, timeout, allow_private: true, ..Default::default() };
    let url = Url::parse(&origin.url(path)).unwrap();
    let request = Request { url: &url, home: &url, options: &options, root: None, validators: None, last: false };
    match web.fetch(request).await {
        Ok(_) => Fate::Allowed,
        Err(finding) if finding.message.contains("disallows") => Fate::Disallowed,
        Err(finding) => {
            assert!(matches!(finding.code, Code::RobotsDisallowed | Code::FetchFailed), "{finding:?}");
            Fate::Unknown
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_that_are_there_and_rules_that_are_not() {
    use Fate::{Allowed, Disallowed, Unknown};
    let filler = |bytes: usize| "# nothing to see here\n".repeat(bytes / 22 + 1);
    let late = filler(600 * 1024) + PRIVATE;
    let early = PRIVATE.to_owned() + &filler(600 * 1024);
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(PRIVATE.as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    let text =
        |status: u16, body: &str| vec![Step::Send(whole(status, &[("content-type", "text/plain")], body.as_bytes()))];
    let moved = |to: &str| vec![Step::Send(whole(301, &[("location", to)], b""))];
    let cut = head(200, &[("content-length", "500")]) + PRIVATE;
    let cases: Vec<(&str, Vec<Step>, Fate)> = vec![
        ("rules", text(200, PRIVATE), Disallowed),
        ("a byte order mark", text(200, &format!("\u{feff}{PRIVATE}")), Disallowed),
        ("returns", text(200, &PRIVATE.replace('\n', "\r")), Disallowed),
        ("rules for others", text(200, "User-agent: otherbot\nDisallow: /\n"), Allowed),
        ("rules for us", text(200, "User-agent: feedmill\nAllow: /\n\nUser-agent: *\nDisallow: /\n"), Allowed),
        ("nothing", text(200, ""), Allowed),
        ("a page", text(200, "<!DOCTYPE html><html><body>Disallow: /private</body></html>"), Allowed),
        ("rules at the end of 600 KiB", text(200, &late), Allowed),
        ("rules at the start of 600 KiB", text(200, &early), Disallowed),
        ("packed", vec![Step::Send(whole(200, &[("content-encoding", "gzip")], &packed))], Disallowed),
        ("elsewhere", moved("/rules.txt"), Disallowed),
        ("far away", moved("/hop/1"), Disallowed),
        ("too far away", moved("/hop/0"), Allowed),
        ("round in a circle", moved("/robots.txt"), Allowed),
        ("no content", text(204, ""), Allowed),
        ("400", text(400, PRIVATE), Allowed),
        ("401", text(401, PRIVATE), Allowed),
        ("403", text(403, PRIVATE), Allowed),
        ("404", text(404, PRIVATE), Allowed),
        ("410", text(410, PRIVATE), Allowed),
        ("429", text(429, ""), Unknown),
        ("500", text(500, ""), Unknown),
        ("502", text(502, ""), Unknown),
        ("503", text(503, ""), Unknown),
        ("cut", vec![Step::Send(cut.into()), Step::Close], Unknown),
        ("a reset", vec![Step::Reset], Unknown),
    ];
    for (name, steps, expected) in cases {
        let origin = FaultOrigin::start();
        origin.steps("/robots.txt", steps);
        origin.answer("/rules.txt", 200, &[], PRIVATE.as_bytes());
        for hop in 0..5 {
            let next = if hop == 4 { "/rules.txt".to_owned() } else { format!("/hop/{}", hop + 1) };
            origin.answer(&format!("/hop/{hop}"), 302, &[("location", &next)], b"");
        }
        for path in ["/private/1", "/public"] {
            origin.page(path, "<p>a page</p>");
        }
        assert_eq!(fate(&origin, "/private/1").await, expected, "{name}");
        let public = if expected == Unknown { Unknown } else { Allowed };
        assert_eq!(fate(&origin, "/public").await, public, "{name}");
        let asked = origin.paths().iter().filter(|path| *path == "/private/1").count();
        assert_eq!(asked, usize::from(expected == Allowed), "{name}");
    }
}
