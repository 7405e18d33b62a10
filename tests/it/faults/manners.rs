//! How the program bears itself towards servers that answer well: what it shows them, how long it stays away, where it
//! follows them.

use chrono::{DateTime, TimeDelta, Utc};
use feedmill::io::store::sqlite::Sqlite;
use feedmill::model::FeedId;
use feedmill::pipeline::{Memory, Store};

use super::origin::{FaultOrigin, Step, whole};
use super::{Case, STORIES};
use crate::support::{DAY, NOON, Project, front_page, story_page};

const HTML: (&str, &str) = ("content-type", "text/html; charset=utf-8");

impl Case {
    /// The time of the next run.
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.project.now(), 0).unwrap()
    }

    /// What is remembered of the sick feed.
    fn memory(&self) -> Memory {
        memory(&self.project, "sick")
    }
}

fn memory(project: &Project, feed: &str) -> Memory {
    let opened = Sqlite::open(&project.path(".feedmill/state.db"), Utc::now()).unwrap();
    opened.store.memory(&FeedId::new(feed).unwrap()).unwrap().unwrap()
}

fn page(order: [usize; 3]) -> String {
    front_page(&order.map(|n| STORIES[n]))
}

#[test]
fn validators_are_shown_as_they_came() {
    let mut case = Case::new();
    let long = format!("\"{}\"", "e".repeat(2000));
    let modified = "Sun, 06 Nov 1994  08:49:37 GMT";
    let cases = [
        ("\"plain\"", Some("\"plain\"")),
        ("W/\"weak one\"", Some("W/\"weak one\"")),
        ("unquoted", Some("unquoted")),
        ("\"\u{e9}\u{3042}\"", Some("\"\u{e9}\u{3042}\"")),
        (long.as_str(), None),
        ("", None),
    ];
    for (number, (etag, shown)) in cases.into_iter().enumerate() {
        let order = [[1, 0, 2], [2, 0, 1]][number % 2];
        let answer = whole(200, &[HTML, ("etag", etag), ("last-modified", modified)], page(order).as_bytes());
        case.sick.steps("/", vec![Step::Send(answer)]);
        case.run(0);
        case.sick.take_log();
        case.sick.answer("/", 304, &[], b"");
        case.run(0);
        let log = case.sick.take_log();
        assert_eq!(log.len(), 1);
        assert_eq!(log[0].headers.get("if-none-match").map(String::as_str), shown, "{etag}");
        assert_eq!(log[0].headers["if-modified-since"], modified);
    }
}

#[test]
fn the_same_bytes_are_no_news() {
    let mut case = Case::new();
    let published = |case: &Case| {
        let files = case.project.published().into_iter();
        files.filter(|(name, ..)| name.starts_with("sick.")).collect::<Vec<_>>()
    };
    // No validators at all.
    case.sick.answer("/", 200, &[HTML], page([0, 1, 2]).as_bytes());
    case.run(0);
    let before = published(&case);
    case.run(0);
    // A validator that is another one every time.
    let count = std::sync::atomic::AtomicUsize::new(0);
    let body = page([0, 1, 2]);
    case.sick.script("/", move |_| {
        let etag = format!("\"{}\"", count.fetch_add(1, std::sync::atomic::Ordering::SeqCst));
        vec![Step::Send(whole(200, &[HTML, ("etag", &etag)], body.as_bytes()))]
    });
    case.sick.take_log();
    for _ in 0..3 {
        case.run(0);
    }
    assert_eq!(before, published(&case));
    let log = case.sick.take_log();
    let shown: Vec<_> = log.iter().map(|seen| seen.headers.get("if-none-match").map(String::as_str)).collect();
    assert_eq!(shown, [None, Some("\"0\""), Some("\"1\"")]);
}

#[test]
fn validators_are_shown_to_the_address_that_gave_them() {
    let mut case = Case::new();
    case.sick.answer("/", 302, &[("location", "/front")], b"");
    case.sick.page("/front", &page([1, 0, 2]));
    case.run(0);
    case.sick.take_log();
    case.run(0);
    let log = case.sick.take_log();
    let shown: Vec<_> =
        log.iter().map(|seen| (seen.path.as_str(), seen.headers.contains_key("if-none-match"))).collect();
    assert_eq!(shown, [("/", false), ("/front", true)]);
}

#[test]
fn every_request_names_itself_and_nothing_else() {
    let origin = FaultOrigin::start();
    let more = [HTML, ("set-cookie", "id=1; Path=/"), ("set-cookie", "other=2")];
    origin.answer("/", 200, &more, page([0, 1, 2]).as_bytes());
    for (path, title) in STORIES {
        origin.answer(path, 200, &more, story_page(title, "2026-11-20").as_bytes());
    }
    let url = origin.url("/");
    let config = format!(
        "contact = \"https://me.example/bot\"\n[feeds.a]\nurl = \"{url}\"\nrequest = {{ allow_private = true, delay = \"0s\" }}\n"
    );
    let project = Project::new(&config);
    project.build();
    project.later(DAY);
    project.build();
    let log = origin.take_log();
    assert!(log.len() >= 6, "{log:?}");
    for seen in log {
        let agent = &seen.headers["user-agent"];
        assert!(agent.starts_with("feedmill/0.") && agent.ends_with(" (+https://me.example/bot)"), "{agent}");
        for absent in ["cookie", "referer", "authorization", "from", "dnt", "x-forwarded-for"] {
            assert!(!seen.headers.contains_key(absent), "{absent} to {}", seen.path);
        }
        assert!(!seen.path.contains('?'), "{}", seen.path);
    }
}

#[test]
fn a_host_that_says_for_how_long_is_left_alone() {
    let week = TimeDelta::days(7);
    let hour = TimeDelta::hours(1);
    let cases = [
        (429, "120", TimeDelta::seconds(120)),
        (503, "7200", TimeDelta::hours(2)),
        (429, "DATE+1h", hour),
        (503, "DATE-1h", TimeDelta::zero()),
        (429, "1000000000000", week),
        (429, "soon", hour),
        (429, "-5", hour),
        (503, "", hour),
    ];
    let mut case = Case::new();
    for (status, value, wait) in cases {
        case.what = format!("{status} {value}");
        let http = |time: DateTime<Utc>| time.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let value = match value {
            "DATE+1h" => http(case.now() + hour),
            "DATE-1h" => http(case.now() - hour),
            other => other.to_owned(),
        };
        case.sick.answer("/", status, &[("retry-after", &value)], b"");
        case.sick.take_log();
        case.keeps(&["http-status", &status.to_string()]);
        assert_eq!(case.sick.paths().last().map(String::as_str), Some("/"));
        let memory = case.memory();
        let bound = case.now() + wait;
        assert_eq!(memory.not_before, (wait > TimeDelta::zero()).then_some(bound), "{status} {value}");
        assert!(memory.next_due.unwrap() >= bound, "{memory:?}");
        let plain = wait > TimeDelta::seconds(30) && (wait != hour || value.contains("GMT"));
        if plain {
            // Until then nothing is asked, whoever starts a run.
            case.project.later(wait.num_seconds() - 60);
            case.keeps(&["left alone for 60 s"]);
            assert_eq!(case.sick.paths(), Vec::<String>::new());
            case.project.later(60);
        }
        case.recovers();
        case.project.later(DAY);
    }
}

#[test]
fn one_overloaded_page_speaks_for_its_whole_host() {
    let origin = FaultOrigin::start();
    let table = |name: usize| {
        let url = origin.url(&format!("/{name}/"));
        format!(
            "[feeds.f{name}]\nurl = \"{url}\"\nfull_text = false\nrequest = {{ allow_private = true, delay = \"0s\" }}\n"
        )
    };
    let project = Project::new(&(1..=5).map(table).collect::<String>());
    for name in 1..=5 {
        origin.page(&format!("/{name}/"), &page([0, 1, 2]));
    }
    project.build();
    project.later(3600);
    origin.take_log();
    origin.answer("/2/", 503, &[("retry-after", "600")], b"");
    project.run(&["build"]).exit(1).stderr_has("feed `f2`").stderr_has("feed `f5`").stderr_lacks("feed `f1`");
    assert_eq!(origin.paths(), ["/1/", "/2/"]);
    project.later(300);
    project.run(&["build"]).exit(1).stderr_has("left alone for 5 min");
    assert_eq!(origin.paths(), Vec::<String>::new());
    origin.page("/2/", &page([0, 1, 2]));
    project.later(300);
    project.build();
    assert_eq!(origin.paths(), ["/1/", "/2/", "/3/", "/4/", "/5/"]);
    // Without a word about the time, one failing page is the fault of that page, two are the host's.
    for name in [2, 4] {
        origin.answer(&format!("/{name}/"), 503, &[], b"");
    }
    project.run(&["build"]).exit(1).stderr_lacks("feed `f5`");
    assert_eq!(origin.paths(), ["/1/", "/2/", "/3/", "/4/", "/5/"]);
    origin.answer("/3/", 503, &[], b"");
    project.run(&["build"]).exit(1).stderr_has("feed `f5`");
    assert_eq!(origin.paths(), ["/1/", "/2/", "/3/"]);
}

#[test]
fn an_answer_holds_as_long_as_it_says() {
    type Lines = &'static [(&'static str, &'static str)];
    let mut case = Case::new();
    let cases: [(Lines, Option<i64>); 6] = [
        (&[("cache-control", "max-age=7200")], Some(7200)),
        (&[("cache-control", "public, max-age=7200"), ("age", "200")], Some(7000)),
        (&[("cache-control", "no-store, max-age=7200")], None),
        (&[("expires", "0")], None),
        (&[("cache-control", "max-age=999999999")], Some(86_400)),
        (&[("date", "Mon, 23 Nov 2026 12:00:00 GMT"), ("expires", "Mon, 23 Nov 2026 15:00:00 GMT")], Some(10_800)),
    ];
    for (number, (headers, seconds)) in cases.into_iter().enumerate() {
        // A 304 may say something new, too.
        let body = page([[0, 1, 2], [1, 0, 2]][number / 2 % 2]);
        case.sick.answer("/", 200, &[headers, &[HTML]].concat(), body.as_bytes());
        case.run(0);
        let memory = case.memory();
        let bound = seconds.map(|seconds| case.now() + TimeDelta::seconds(seconds));
        assert_eq!(memory.not_before, bound, "{headers:?}");
        assert!(memory.next_due >= bound, "{headers:?}");
    }
}

#[test]
fn a_page_that_is_not_found_is_asked_for_ever_more_rarely() {
    let mut case = Case::new();
    case.sick.answer("/", 404, &[], b"");
    let mut waits = Vec::new();
    for _ in 0..12 {
        case.keeps(&["404 (not found)"]);
        let wait = case.memory().not_before.unwrap() - case.now();
        waits.push(wait.num_minutes());
        case.project.later(wait.num_seconds());
    }
    assert_eq!(waits[..4], [60, 120, 240, 480]);
    assert_eq!(waits[10..], [7 * 24 * 60, 7 * 24 * 60]);
    case.recovers();
    assert_eq!(case.memory().not_before, None);
}

#[test]
fn a_page_that_is_gone_is_asked_for_no_more_after_two_weeks() {
    let mut case = Case::new();
    case.sick.answer("/", 410, &[], b"");
    case.keeps(&["410 (gone)"]);
    case.project.later(13 * DAY);
    case.keeps(&["410 (gone)"]);
    // One good answer, and the count begins anew.
    case.recovers();
    case.sick.answer("/", 410, &[], b"");
    case.project.later(DAY);
    case.keeps(&["410 (gone)"]);
    case.project.later(13 * DAY);
    case.keeps(&["410 (gone)"]);
    case.sick.take_log();
    case.project.later(2 * DAY);
    for _ in 0..2 {
        let said = case.run(0);
        assert!(said.contains("warning[retired] feed `sick`") && said.contains("gone"), "{said}");
        assert_eq!(case.sick.paths(), Vec::<String>::new());
    }
    assert!(case.project.read("public/status.json").contains("\"retired\""));
    // Another address, and it lives again.
    case.sick.page("/new/", &page([0, 1, 2]));
    let config = case.project.read("feeds.toml").replace(&case.sick.url("/"), &case.sick.url("/new/"));
    case.project.write("feeds.toml", config);
    let said = case.run(0);
    assert!(!said.contains("retired"), "{said}");
}

#[test]
fn a_permanent_redirect_is_believed_after_a_week() {
    for (status, permanent) in [(301, true), (308, true), (302, false), (303, false), (307, false)] {
        let mut case = Case::new();
        case.sick.answer("/", status, &[("location", "/front")], b"");
        case.sick.page("/front", &page([0, 1, 2]));
        let said = case.run(0);
        assert_eq!(said.contains("note[moved]"), permanent, "{status}: {said}");
        case.project.later(6 * DAY);
        case.sick.take_log();
        case.run(0);
        assert!(case.sick.paths().ends_with(&["/".to_owned(), "/front".to_owned()]), "{status}");
        case.project.later(DAY);
        case.run(0);
        let expected: &[&str] = if permanent { &["/front"] } else { &["/", "/front"] };
        let paths: Vec<String> = case.sick.paths().into_iter().filter(|path| path != "/robots.txt").collect();
        assert_eq!(paths, expected, "{status}");
        if permanent {
            // The new place is lost: the next run asks at the old one.
            case.sick.answer("/front", 404, &[], b"");
            case.keeps(&["404"]);
            case.project.later(DAY);
            case.recovers();
            assert!(case.sick.paths().contains(&"/".to_owned()));
        }
    }
}

#[test]
fn a_redirect_that_changes_its_mind_is_not_believed() {
    let mut case = Case::new();
    for target in ["/a", "/b", "/a"] {
        case.sick.answer("/", 301, &[("location", target)], b"");
        case.sick.page(target, &page([0, 1, 2]));
        case.run(0);
        case.project.later(5 * DAY);
    }
    case.sick.take_log();
    case.run(0);
    assert!(case.sick.paths().contains(&"/".to_owned()));
}

#[test]
fn redirects_that_lead_nowhere() {
    let mut case = Case::new();
    let far = (1..=6).map(|hop| (format!("/hop/{hop}"), format!("/hop/{}", hop + 1)));
    for (from, to) in far {
        case.sick.answer(&from, 302, &[("location", &to)], b"");
    }
    case.sick.page("/hop/7", &page([0, 1, 2]));
    case.sick.answer("/round", 302, &[("location", "/")], b"");
    let cases = [
        ("/", "round in a circle"),
        ("/round", "round in a circle"),
        ("/hop/1", "more than 5 redirects"),
        ("file:///etc/passwd", "address-refused"),
        ("data:text/html,<ul>", "address-refused"),
        ("ftp://127.0.0.1/", "address-refused"),
        ("javascript:alert(1)", "address-refused"),
        ("http://[::1", "no address"),
        ("", "round in a circle"),
    ];
    for (target, words) in cases {
        case.what = target.to_owned();
        case.sick.answer("/", 302, &[("location", target)], b"");
        case.keeps(&[words]);
        case.recovers();
    }
    case.sick.answer("/", 302, &[], b"");
    case.keeps(&["302"]);
    // Relative ones, and those with another host's words for the same place, are followed.
    let here = case.sick.url("/front").replacen("http:", "", 1);
    case.sick.page("/front", &page([1, 0, 2]));
    for target in ["front", "./front#part", here.as_str()] {
        case.sick.answer("/", 302, &[("location", target)], b"");
        case.run(0);
    }
    // Five are.
    case.sick.answer("/", 302, &[("location", "/hop/3")], b"");
    case.run(0);
}

#[test]
fn proxies_of_the_environment_are_passed_over() {
    let proxy = FaultOrigin::start();
    let address = proxy.url("");
    let names = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
    let mut case = Case::with(FaultOrigin::start(), "", |project| {
        names.iter().fold(project, |project, name| project.with_variable(name, &address))
    });
    case.run(0);
    assert_eq!(proxy.connections(), 0);
}

#[test]
fn a_configured_proxy_is_used_and_its_password_kept() {
    let proxy = FaultOrigin::start();
    let site = "http://news.example";
    proxy.page(&format!("{site}/"), &page([0, 1, 2]));
    for (path, title) in STORIES {
        proxy.page(&format!("{site}{path}"), &story_page(title, "2026-11-20"));
    }
    let with_password = format!("http://me:${{PROXY_WORD}}@127.0.0.1:{}", proxy.port());
    let config = format!("[feeds.a]\nurl = \"{site}/\"\nrequest = {{ proxy = \"{with_password}\", delay = \"0s\" }}\n");
    let project = Project::new(&config).with_variable("PROXY_WORD", "hushhush");
    let run = project.build();
    assert!(!run.stderr.contains("hushhush"));
    let log = proxy.take_log();
    assert_eq!(log.len(), 5, "{log:?}");
    // "me:hushhush" in base 64.
    assert!(log.iter().all(|seen| seen.headers["proxy-authorization"] == "Basic bWU6aHVzaGh1c2g="));
    // Addresses of its own network are refused all the same.
    let inside = FaultOrigin::start();
    proxy.answer(&format!("{site}/"), 302, &[("location", &inside.url("/"))], b"");
    let run = project.run(&["-vv", "build"]).exit(1).stderr_has("address-refused");
    assert!(!run.stderr.contains("hushhush"));
    assert_eq!(inside.connections(), 0);
}

#[test]
fn cookies_where_they_are_asked_for() {
    let gate = |origin: &FaultOrigin| {
        origin.script("/", |seen| {
            let known = seen.headers.get("cookie").is_some_and(|cookie| cookie.contains("seen=yes"));
            let set = [("set-cookie", "seen=yes; Path=/; HttpOnly"), ("location", "/")];
            let body = page([0, 1, 2]);
            vec![Step::Send(if known { whole(200, &[HTML], body.as_bytes()) } else { whole(302, &set, b"") })]
        });
    };
    let origin = FaultOrigin::start();
    gate(&origin);
    let project = Project::new(&format!(
        "[feeds.a]\nurl = \"{}\"\nfull_text = false\nrequest = {{ allow_private = true, delay = \"0s\" }}\n",
        origin.url("/")
    ));
    project.run(&["build"]).exit(1).stderr_has("round in a circle");
    let other = FaultOrigin::start();
    other.page("/n/1", &story_page(STORIES[0].1, "2026-11-20"));
    let config =
        project.read("feeds.toml").replace("delay", "cookies = true, delay").replace("full_text = false\n", "");
    project.write("feeds.toml", config);
    let elsewhere = other.url("/n/1");
    let front = front_page(&[(&elsewhere, STORIES[0].1), STORIES[1], STORIES[2]]);
    origin.script("/", move |seen| {
        let known = seen.headers.get("cookie").is_some_and(|cookie| cookie == "seen=yes");
        let set = [("set-cookie", "seen=yes; Path=/; Domain=127.0.0.1"), ("location", "/")];
        vec![Step::Send(if known { whole(200, &[HTML], front.as_bytes()) } else { whole(302, &set, b"") })]
    });
    origin.take_log();
    project.build();
    let cookie = |path: &str, log: &[super::origin::Seen]| {
        let seen = log.iter().rfind(|seen| seen.path == path);
        seen.map(|seen| seen.headers.get("cookie").cloned())
    };
    let log = origin.take_log();
    assert_eq!(cookie("/n/2", &log), Some(Some("seen=yes".into())));
    assert_eq!(cookie("/n/1", &other.take_log()), Some(None), "another origin gets none");
}

#[test]
fn requests_keep_the_distance_that_the_host_needs() {
    let milliseconds = std::time::Duration::from_millis;
    // A host that takes 40 ms to answer rests for 200 ms; one that wants 0.3 s gets them.
    for (robots, slow, least) in [("", 40, 200), ("User-agent: *\nCrawl-delay: 0.3\n", 0, 300)] {
        let origin = FaultOrigin::start();
        let answer =
            |body: &str| vec![Step::Wait(milliseconds(slow)), Step::Send(whole(200, &[HTML], body.as_bytes()))];
        origin.steps("/", answer(&page([0, 1, 2])));
        origin.answer("/robots.txt", 200, &[], robots.as_bytes());
        for (path, title) in STORIES {
            origin.steps(path, answer(&story_page(title, "2026-11-20")));
        }
        let url = origin.url("/");
        let project = Project::new(&format!(
            "[feeds.a]\nurl = \"{url}\"\nrequest = {{ allow_private = true, delay = \"0s\" }}\n"
        ));
        project.build();
        let log = origin.take_log();
        assert_eq!(log.len(), 5);
        assert_eq!(origin.most_at_once(), 1);
        for pair in log[1..].windows(2) {
            let gap = pair[1].at - pair[0].at;
            assert!(gap >= milliseconds(least), "{robots:?}: {gap:?}");
        }
    }
}

#[test]
fn no_more_articles_in_a_run_than_allowed() {
    let origin = FaultOrigin::start();
    let many: Vec<(String, String)> =
        (0..30).map(|n| (format!("/s/{n}"), format!("Story number {n} about the river and the town"))).collect();
    let all: Vec<(&str, &str)> = many.iter().map(|(path, title)| (path.as_str(), title.as_str())).collect();
    origin.page("/", &front_page(&all));
    for (path, title) in &all {
        origin.page(path, &story_page(title, "2026-11-20"));
    }
    let url = origin.url("/");
    let project =
        Project::new(&format!("[feeds.a]\nurl = \"{url}\"\nrequest = {{ allow_private = true, delay = \"0s\" }}\n"));
    project.build().stderr_has("articles-queued");
    assert_eq!(origin.paths().iter().filter(|path| path.starts_with("/s/")).count(), 20);
    project.build();
    assert_eq!(origin.paths().iter().filter(|path| path.starts_with("/s/")).count(), 10);
    assert_eq!(project.json("public/a.json")["items"].as_array().unwrap().len(), 30);
    assert!(project.now() >= NOON);
}
