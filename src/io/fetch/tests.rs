//! The whole of [`Web`] against servers inside the test.

mod origin;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::Utc;
use url::Url;

use self::origin::{Origin, answer};
use super::*;
use crate::config::{RequestOptions, Secret};
use crate::io::robots::CachedRobots;

fn web() -> Web {
    Web::new(WebOptions { contact: Some("https://me.example/".into()), ..WebOptions::default() }).unwrap()
}

/// Loopback allowed, no pause, no robots.txt.
fn plain() -> RequestOptions {
    RequestOptions { delay: Duration::ZERO, allow_private: true, obey_robots: false, ..RequestOptions::default() }
}

async fn get(web: &Web, url: &Url, options: &RequestOptions) -> Result<Answer, Finding> {
    web.fetch(Request { url, home: url, options, root: None, validators: None, last: false }).await
}

fn page(answer: Answer) -> (Page, Validators) {
    match answer {
        Answer::Page(page, validators) => (*page, validators),
        Answer::Unchanged(_) => panic!("unchanged"),
    }
}

#[tokio::test]
async fn asks_conditionally_with_the_very_bytes() {
    let origin = Origin::serve(|seen| {
        if seen.headers.contains_key("if-none-match") {
            answer(304, &[], "")
        } else {
            let modified = ("last-modified", "Sun, 06 Nov 1994  08:49:37 GMT");
            answer(200, &[("etag", "W/\"a b\""), modified, ("content-type", "Text/HTML; charset=GBK")], "<p>hello")
        }
    })
    .await;
    let (web, url, options) = (web(), origin.url("/"), plain());
    let (read, validators) = page(get(&web, &url, &options).await.unwrap());
    assert_eq!((read.media_type.as_deref(), read.charset.as_deref()), (Some("text/html"), Some("gbk")));
    assert_eq!(read.body, b"<p>hello");
    let request =
        Request { url: &url, home: &url, options: &options, root: None, validators: Some(&validators), last: false };
    assert!(matches!(web.fetch(request).await, Ok(Answer::Unchanged(_))));
    let seen = origin.seen();
    assert_eq!(seen[1].headers["if-none-match"], "W/\"a b\"");
    assert_eq!(seen[1].headers["if-modified-since"], "Sun, 06 Nov 1994  08:49:37 GMT");
    let agent = seen[0].headers["user-agent"].to_str().unwrap();
    assert!(agent.starts_with("feedmill/") && agent.ends_with("(+https://me.example/)"), "{agent}");
    for absent in ["if-none-match", "if-modified-since", "cookie", "referer"] {
        assert!(!seen[0].headers.contains_key(absent), "{absent}");
    }
}

#[tokio::test]
async fn knows_the_same_body_again() {
    let count = Arc::new(AtomicUsize::new(0));
    let origin = Origin::serve(move |_| {
        let etag = count.fetch_add(1, Ordering::SeqCst).to_string();
        answer(200, &[("etag", &etag)], "same")
    })
    .await;
    let (web, url, options) = (web(), origin.url("/"), plain());
    let (_, validators) = page(get(&web, &url, &options).await.unwrap());
    assert_eq!(validators.body_hash.as_deref(), Some("32e4fc33210edf0a94d0af822e63d179"));
    let request =
        Request { url: &url, home: &url, options: &options, root: None, validators: Some(&validators), last: false };
    assert!(matches!(web.fetch(request).await, Ok(Answer::Unchanged(_))));
}

#[tokio::test]
async fn says_what_a_status_means() {
    let origin = Origin::serve(|seen| match seen.path.as_str() {
        "/challenge" => answer(403, &[("cf-mitigated", "challenge")], "wait"),
        path => answer(path[1..].parse().unwrap(), &[], "no"),
    })
    .await;
    let (web, options) = (web(), plain());
    for (path, words) in [
        ("/304", "304 (not modified) to a request that was not conditional"),
        ("/404", "404 (not found)"),
        ("/410", "410 (gone)"),
        ("/500", "500 (internal server error)"),
        ("/204", "204 (no content)"),
        ("/302", "302 (found)"),
        ("/challenge", "403: blocked by a Cloudflare challenge from this address"),
    ] {
        let finding = get(&web, &origin.url(path), &options).await.unwrap_err();
        let code = if path == "/challenge" { Code::BlockedChallenge } else { Code::HttpStatus };
        assert_eq!(finding.code, code, "{path}");
        assert!(finding.message.contains(words), "{path}: {}", finding.message);
        assert!(finding.place.is_some());
    }
}

#[tokio::test]
async fn leaves_a_host_alone_that_asks_for_it() {
    let origin = Origin::serve(|_| answer(429, &[("retry-after", "900")], "")).await;
    let (web, options) = (web(), plain());
    let finding = get(&web, &origin.url("/a"), &options).await.unwrap_err();
    assert!(
        finding.message.ends_with("429 (too many requests) and asks to come back in 15 min"),
        "{}",
        finding.message
    );
    let finding = get(&web, &origin.url("/b"), &options).await.unwrap_err();
    assert!(finding.message.contains("is left alone"), "{}", finding.message);
    assert_eq!(origin.paths(), ["/a"]);
}

#[tokio::test]
async fn follows_redirects() {
    let origin = Origin::serve(|seen| match seen.path.as_str() {
        "/loop" => answer(302, &[("location", "/loop2")], ""),
        "/loop2" => answer(302, &[("location", "loop")], ""),
        "/file" => answer(302, &[("location", "file:///etc/passwd")], ""),
        "/end" => answer(200, &[], "end"),
        path => match path[1..].parse::<usize>() {
            Ok(0) => answer(308, &[("location", "//user:pass@localhost/end")], "moved"),
            Ok(left) => answer(301, &[("location", &format!("{}", left - 1))], "moved"),
            Err(_) => answer(404, &[], ""),
        },
    })
    .await;
    let (web, options) = (web(), plain());
    let finding = get(&web, &origin.url("/loop"), &options).await.unwrap_err();
    assert_eq!(finding.message, "the redirects go round in a circle");
    let finding = get(&web, &origin.url("/file"), &options).await.unwrap_err();
    assert_eq!(finding.code, Code::AddressRefused);
    let finding = get(&web, &origin.url("/6"), &options).await.unwrap_err();
    assert_eq!(finding.message, "more than 5 redirects");
    assert_eq!(origin.paths(), ["/loop", "/loop2", "/file", "/6", "/5", "/4", "/3", "/2", "/1"]);
}

#[tokio::test]
async fn sends_configured_headers_home_only() {
    let abroad = Origin::serve(|_| answer(200, &[], "abroad")).await;
    let target = abroad.url("/story").to_string();
    let origin = Origin::serve(move |_| answer(302, &[("location", &target)], "")).await;
    let headers = vec![("Cookie".to_owned(), Secret::new("s=1".into())), ("X-Key".to_owned(), Secret::new("k".into()))];
    let options = RequestOptions { headers, ..plain() };
    let web = web();
    let mut url = origin.url("/");
    url.set_username("me").unwrap();
    url.set_password(Some("hush")).unwrap();
    let (read, _) = page(get(&web, &url, &options).await.unwrap());
    assert_eq!(read.url, abroad.url("/story"));
    assert_eq!(read.requested, url);
    let (home, away) = (&origin.seen()[0].headers, &abroad.seen()[0].headers);
    assert_eq!(
        (&home["cookie"], &home["x-key"], &home["authorization"]),
        (&"s=1".parse().unwrap(), &"k".parse().unwrap(), &"Basic bWU6aHVzaA==".parse().unwrap())
    );
    for name in ["cookie", "x-key", "authorization", "referer"] {
        assert!(!away.contains_key(name), "{name}");
    }
}

#[tokio::test]
async fn hides_credentials() {
    let origin = Origin::serve(|_| answer(500, &[], "")).await;
    let mut url = origin.url("/");
    url.set_password(Some("hush")).unwrap();
    let finding = get(&web(), &url, &plain()).await.unwrap_err();
    assert!(!format!("{finding:?}").contains("hush"));
}

#[tokio::test]
async fn caps_bodies() {
    /// 100 000 zero bytes, packed with gzip.
    const ZEROS: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x31\x01\x00\x00\x00\xc2\xa0\xf5\x4f\x6d\x0d\x0f\xa0\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x57\x03\x7d\x95\x11\xd4\xa0\x86\x01\x00";
    let origin = Origin::serve(|seen| match seen.path.as_str() {
        "/packed" => answer(200, &[("content-encoding", "gzip")], ZEROS),
        _ => answer(200, &[], vec![b'x'; 1000]),
    })
    .await;
    let web = web();
    let capped = |max_bytes| RequestOptions { max_bytes, ..plain() };
    assert_eq!(page(get(&web, &origin.url("/"), &capped(1000)).await.unwrap()).0.body.len(), 1000);
    for path in ["/", "/packed"] {
        let finding = get(&web, &origin.url(path), &capped(999)).await.unwrap_err();
        assert_eq!(finding.code, Code::BodyTooLarge, "{path}");
    }
}

#[tokio::test]
async fn refuses_broken_answers() {
    const TRUNCATED: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
    const UNFINISHED: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n";
    const BAD_CHUNK: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhalf\r\n0\r\n\r\n";
    const NOT_GZIP: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nhalf";
    const TWICE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Encoding: compress\r\nContent-Length: 4\r\n\r\nhalf";
    const GARBAGE: &[u8] = b"half\r\n\r\n";
    const NOTHING: &[u8] = b"";
    for bytes in [TRUNCATED, UNFINISHED, BAD_CHUNK, NOT_GZIP, TWICE, GARBAGE, NOTHING] {
        let origin = Origin::raw(bytes).await;
        let finding = get(&web(), &origin.url("/"), &plain()).await.unwrap_err();
        println!("{}", finding.message);
        assert_eq!(finding.code, Code::FetchFailed, "{}", String::from_utf8_lossy(bytes));
    }
}

#[tokio::test]
async fn says_why_nothing_came() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let url = Url::parse(&format!("http://{closed}/")).unwrap();
    let finding = get(&web(), &url, &plain()).await.unwrap_err();
    assert!(finding.message.ends_with("the connection was refused"), "{}", finding.message);

    // Accepts and says nothing.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/", silent.local_addr().unwrap())).unwrap();
    let options = RequestOptions { timeout: Duration::from_millis(50), ..plain() };
    let finding = get(&web(), &url, &options).await.unwrap_err();
    assert!(finding.message.contains("no whole answer within"), "{}", finding.message);

    let url = Url::parse("http://no-such-name.invalid/").unwrap();
    let finding = get(&web(), &url, &plain()).await.unwrap_err();
    assert!(finding.message.contains("could not be resolved"), "{}", finding.message);
}

#[tokio::test]
async fn gives_up_on_a_drip() {
    // At least 308 bytes in any 300 ms. What comes fast enough comes at many times that speed, since a machine that has
    // much to do may stand still for a while.
    let slow_after = Some(Duration::from_millis(300));
    for (bytes, drips) in [(5_usize, true), (1000, false)] {
        let origin = Origin::drip(40, Duration::from_millis(20), vec![b'x'; bytes]).await;
        let web = Web::new(WebOptions { slow_after, ..WebOptions::default() }).unwrap();
        let answer = get(&web, &origin.url("/"), &plain()).await;
        assert_eq!(answer.is_err(), drips, "{bytes}");
        if let Err(finding) = answer {
            assert!(finding.message.contains("less than 1 KiB a second"), "{}", finding.message);
        }
    }
}

#[tokio::test]
async fn asks_no_private_address() {
    let inside = Origin::serve(|_| answer(200, &[], "secret")).await;
    let web = web();
    let port = inside.url("/").port().unwrap();
    for obey_robots in [false, true] {
        let options = RequestOptions { allow_private: false, obey_robots, ..plain() };
        for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0x7f.1", "2130706433", "0.0.0.0"] {
            let url = Url::parse(&format!("http://{host}:{port}/")).unwrap();
            let finding = get(&web, &url, &options).await.unwrap_err();
            assert_eq!(finding.code, Code::AddressRefused, "{host}: {}", finding.message);
        }
    }
    assert_eq!(inside.seen().len(), 0);
}

#[tokio::test]
async fn obeys_robots() {
    let origin = Origin::serve(|seen| match seen.path.as_str() {
        "/robots.txt" => answer(200, &[], "User-agent: feedmill\nDisallow: /private\n"),
        "/moved" => answer(302, &[("location", "/private/2")], ""),
        _ => answer(200, &[], "page"),
    })
    .await;
    let (web, options) = (web(), RequestOptions { obey_robots: true, ..plain() });
    assert!(get(&web, &origin.url("/public"), &options).await.is_ok());
    for path in ["/private/1", "/moved"] {
        let finding = get(&web, &origin.url(path), &options).await.unwrap_err();
        assert_eq!(finding.code, Code::RobotsDisallowed, "{path}");
        assert!(finding.remedy.unwrap().contains("obey = false"));
    }
    assert!(get(&web, &origin.url("/private/1"), &plain()).await.is_ok());
    assert_eq!(origin.paths(), ["/robots.txt", "/public", "/moved", "/private/1"]);
}

#[tokio::test]
async fn understands_how_robots_fails() {
    let options = RequestOptions { obey_robots: true, ..plain() };
    for (status, expected) in
        [(404, None), (403, None), (503, Some(Code::RobotsDisallowed)), (429, Some(Code::RobotsDisallowed))]
    {
        let origin = Origin::serve(move |seen| match seen.path.as_str() {
            "/robots.txt" => answer(status, &[], "User-agent: *\nDisallow: /"),
            _ => answer(200, &[], "page"),
        })
        .await;
        let web = web();
        for _ in 0..2 {
            let got = get(&web, &origin.url("/"), &options).await;
            assert_eq!(got.err().map(|finding| finding.code), expected, "{status}");
        }
        assert_eq!(origin.paths().iter().filter(|path| *path == "/robots.txt").count(), 1, "{status}");
    }
    let looping = Origin::serve(|seen| match seen.path.as_str() {
        "/page" => answer(200, &[], "page"),
        path => answer(302, &[("location", &format!("{path}x"))], ""),
    })
    .await;
    assert!(get(&web(), &looping.url("/page"), &options).await.is_ok());
}

#[derive(Default)]
struct OneDay(Mutex<Vec<(String, CachedRobots)>>);

impl RobotsCache for OneDay {
    fn get(&self, origin: &str) -> Option<CachedRobots> {
        self.0.lock().unwrap().iter().rev().find(|(known, _)| known == origin).map(|(_, robots)| robots.clone())
    }

    fn put(&self, origin: &str, robots: CachedRobots) {
        self.0.lock().unwrap().push((origin.to_owned(), robots));
    }
}

#[tokio::test]
async fn remembers_robots_for_a_day() {
    let broken = Arc::new(AtomicUsize::new(0));
    let status = Arc::clone(&broken);
    let origin = Origin::serve(move |seen| match (seen.path.as_str(), status.load(Ordering::SeqCst)) {
        ("/robots.txt", 0) => answer(200, &[], "User-agent: *\nDisallow: /x"),
        ("/robots.txt", _) => answer(500, &[], ""),
        _ => answer(200, &[], "page"),
    })
    .await;
    let cache = Arc::new(OneDay::default());
    let options = RequestOptions { obey_robots: true, ..plain() };
    let run = async || {
        let robots_cache: Option<Arc<dyn RobotsCache>> = Some(cache.clone());
        let web = Web::new(WebOptions { robots_cache, ..WebOptions::default() }).unwrap();
        assert!(get(&web, &origin.url("/x"), &options).await.is_err());
        origin.seen().len()
    };
    assert_eq!(run().await, 1);
    assert_eq!(run().await, 1, "the second run does not ask");
    cache.0.lock().unwrap()[0].1.fetched_at = Utc::now() - chrono::TimeDelta::hours(25);
    assert_eq!(run().await, 2, "a day later it does");
    broken.store(1, Ordering::SeqCst);
    cache.0.lock().unwrap().truncate(1);
    assert_eq!(run().await, 3, "what is old holds while the server fails");
}

#[tokio::test]
async fn asks_one_at_a_time() {
    let origin = Origin::serve(|_| answer(200, &[], "page")).await;
    let delay = Duration::from_millis(5);
    let options = RequestOptions { obey_robots: true, delay, ..plain() };
    let web = Arc::new(web());
    let tasks: Vec<_> = (0..10)
        .map(|number| {
            let (web, options, url) = (Arc::clone(&web), options.clone(), origin.url(&format!("/{number}")));
            tokio::spawn(async move { get(&web, &url, &options).await.is_ok() })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap());
    }
    let seen = origin.seen();
    assert_eq!((seen.len(), seen[0].path.as_str(), origin.most_at_once()), (11, "/robots.txt", 1));
    for pair in seen.windows(2) {
        assert!(pair[1].at - pair[0].at >= delay);
    }
}

#[tokio::test]
async fn reads_folders() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("index.html"), "<p>saved").unwrap();
    let (web, url, options) = (web(), Url::parse("https://s.example/").unwrap(), RequestOptions::default());
    let root = folder.path().to_owned();
    let request =
        Request { url: &url, home: &url, options: &options, root: Some(&root), validators: None, last: false };
    let (read, validators) = page(web.fetch(request.clone()).await.unwrap());
    assert_eq!(read.body, b"<p>saved");
    let again = Request { validators: Some(&validators), ..request };
    assert!(matches!(web.fetch(again).await, Ok(Answer::Unchanged(_))));
}
