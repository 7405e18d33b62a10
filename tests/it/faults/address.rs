//! Addresses that must not be asked, however they are written and whoever names them: a listener sees nothing.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use feedmill::config::{RequestOptions, Secret};
use feedmill::finding::{Code, Finding};
use feedmill::io::fetch::{Web, WebOptions};
use feedmill::io::guard::{Looking, Lookup};
use feedmill::pipeline::{Answer, Fetch, Request};
use url::Url;

use super::STORIES;
use super::origin::FaultOrigin;
use crate::support::{Project, front_page, story_page};

/// Ways to name a machine that is not public: loopback, private networks, providers' own, link-local (the metadata of
/// clouds), documentation, multicast, reserved; IPv4 inside IPv6; decimal, octal, hexadecimal, short and wide digits.
const HOSTS: &[&str] = &[
    "127.0.0.1",
    "127.0.0.2",
    "127.255.255.254",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0x7f.1",
    "0177.0.0.1",
    "0177.1",
    "017700000001",
    "127.0.0.1.",
    "１２７.０.０.１",
    "127。0。0。1",
    "%31%32%37.0.0.1",
    "0",
    "0.0.0.0",
    "0x0",
    "10.0.0.1",
    "10.255.255.255",
    "0xa.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.1.1",
    "0300.0250.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "169.254.1.1",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "192.88.99.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::169.254.169.254]",
    "[64:ff9b:1::10.0.0.1]",
    "[2002:7f00:1::]",
    "[2002:a00:1::1]",
    "[2001:0:7f00:1::]",
    "[fe80::1]",
    "[fec0::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[100::1]",
    "[2001:db8::1]",
    "[5f00::1]",
];

/// Answers a name with the next of these lists; the last one stays.
struct Told {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: Mutex<Vec<String>>,
}

impl Told {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let list = |answer: &&[&str]| answer.iter().map(|ip| ip.parse().unwrap()).collect();
        Arc::new(Self { answers: Mutex::new(answers.iter().map(list).collect()), asked: Mutex::default() })
    }
}

impl Lookup for Told {
    fn lookup(&self, name: &str) -> Looking {
        self.asked.lock().unwrap().push(name.to_owned());
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        Box::pin(async move {
            match answer {
                Some(answer) => Ok(answer),
                None => Err(std::io::Error::other("no such name")),
            }
        })
    }
}

/// Never answers.
struct Silent;

impl Lookup for Silent {
    fn lookup(&self, _: &str) -> Looking {
        Box::pin(std::future::pending())
    }
}

fn web(lookup: Arc<dyn Lookup>) -> Web {
    Web::new(WebOptions { lookup: Some(lookup), ..WebOptions::default() }).unwrap()
}

fn options() -> RequestOptions {
    RequestOptions { delay: Duration::ZERO, timeout: Duration::from_secs(2), obey_robots: false, ..Default::default() }
}

async fn ask(web: &Web, url: &str, options: &RequestOptions) -> Result<Answer, Finding> {
    let url = Url::parse(url).unwrap();
    web.fetch(Request { url: &url, home: &url, options, root: None, validators: None, last: false }).await
}

async fn refused(web: &Web, url: &str, options: &RequestOptions) {
    match ask(web, url, options).await {
        Err(finding) => assert_eq!(finding.code, Code::AddressRefused, "{url}: {}", finding.message),
        Ok(_) => panic!("{url} was asked"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_private_address_is_asked_however_it_is_written() {
    assert!(HOSTS.len() >= 40);
    // On every address of this machine, so that nothing that arrives is missed.
    let listener = FaultOrigin::listen(([0, 0, 0, 0], 0).into(), None);
    listener.page("/", "<p>secret");
    let proxy = FaultOrigin::start();
    let web = web(Told::new(&[&["127.0.0.1"]]));
    let through = RequestOptions { proxy: Some(Secret::new(proxy.url("/"))), ..options() };
    let obeying = RequestOptions { obey_robots: true, ..options() };
    let port = listener.port();
    for host in HOSTS {
        let target = format!("http://{host}:{port}/");
        refused(&web, &target, &options()).await;
        // Nor is its robots.txt.
        refused(&web, &target, &obeying).await;
        // Nor does a redirect of a public site lead there, nor that of its robots.txt. A proxy stands for the site.
        proxy.answer("http://site.example/", 302, &[("location", &target)], b"");
        refused(&web, "http://site.example/", &through).await;
        let name = format!("http://{}.example", HOSTS.iter().position(|other| other == host).unwrap());
        proxy.answer(&format!("{name}/robots.txt"), 302, &[("location", &target)], b"");
        proxy.page(&format!("{name}/"), "<p>public");
        refused(&web, &format!("{name}/"), &RequestOptions { obey_robots: true, ..through.clone() }).await;
    }
    assert_eq!(listener.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_name_leads_to_a_private_address() {
    let listener = FaultOrigin::listen(([0, 0, 0, 0], 0).into(), None);
    let port = listener.port();
    for answer in [
        &["127.0.0.1"][..],
        &["10.0.0.1", "192.168.0.1"],
        &["::1"],
        &["::ffff:127.0.0.1"],
        &["64:ff9b::7f00:1"],
        &["2002:7f00:1::"],
        &["169.254.169.254"],
        &["100.64.0.1"],
        &["fd00:ec2::254"],
        &["0.0.0.0"],
    ] {
        let web = web(Told::new(&[answer]));
        for name in ["rebind.example", "localhost", "metadata.google.internal"] {
            refused(&web, &format!("http://{name}:{port}/"), &options()).await;
            refused(&web, &format!("https://{name}:{port}/"), &options()).await;
        }
    }
    assert_eq!(listener.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_changes_its_meaning_gains_nothing() {
    // What is dialled is what was looked at: one look-up for one connection, and its answer is used.
    let listener = FaultOrigin::listen(([127, 0, 0, 1], 0).into(), None);
    listener.page("/", "<p>first");
    let other = FaultOrigin::listen(([127, 0, 0, 2], listener.port()).into(), None);
    let told = Told::new(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let allowed = RequestOptions { allow_private: true, ..options() };
    let url = format!("http://rebind.example:{}/", listener.port());
    assert!(ask(&web(told.clone()), &url, &allowed).await.is_ok());
    assert_eq!(told.asked.lock().unwrap().as_slice(), ["rebind.example"]);
    assert_eq!((listener.connections(), other.connections()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_lead_nowhere() {
    let origin = FaultOrigin::start();
    origin.page("/", "<p>here");
    let url = format!("http://site.example:{}/", origin.port());
    let allowed = RequestOptions { allow_private: true, ..options() };
    let code = |answer: Result<Answer, Finding>| answer.err().map(|finding| (finding.code, finding.message));
    for answers in [&[][..], &[&[][..]]] {
        let (code, message) = code(ask(&web(Told::new(answers)), &url, &allowed).await).unwrap();
        assert_eq!(code, Code::NameUnknown);
        assert!(message.contains("could not be resolved"), "{message}");
    }
    let hurried = RequestOptions { timeout: Duration::from_millis(100), ..allowed.clone() };
    let (code_of_silence, message) = code(ask(&web(Arc::new(Silent)), &url, &hurried).await).unwrap();
    assert_eq!(code_of_silence, Code::FetchFailed, "{message}");
    // Nobody listens at the first address: the second is tried.
    assert!(ask(&web(Told::new(&[&["::1", "127.0.0.1"]])), &url, &allowed).await.is_ok());
}

#[test]
fn stories_and_settings_lead_to_no_private_address() {
    let inside = FaultOrigin::listen(([0, 0, 0, 0], 0).into(), None);
    let target = inside.url("/secret").replace("0.0.0.0", "127.0.0.1");
    for refusing in ["", "allow_private = false,"] {
        let project =
            Project::new(&format!("[feeds.a]\nurl = \"{target}\"\nrequest = {{ {refusing} delay = \"0s\" }}\n"));
        project
            .run(&["build"])
            .exit(1)
            .stderr_has("address-refused")
            .stderr_has("allow_private")
            .no_file("public/a.rss");
    }
    // The site answers through a proxy, so that it may be a public one; its stories lead inside.
    let proxy = FaultOrigin::start();
    let stories = [(target.as_str(), STORIES[0].1), STORIES[1], STORIES[2]];
    proxy.page("http://news.example/", &front_page(&stories));
    let config = format!(
        "[feeds.a]\nurl = \"http://news.example/\"\nrequest = {{ proxy = \"{}\", delay = \"0s\" }}\n",
        proxy.url("")
    );
    let project = Project::new(&config);
    let run = project.build();
    assert!(run.stderr.contains("article-failed"), "{}", run.stderr);
    assert_eq!(inside.connections(), 0);
}

#[test]
fn pictures_lead_to_no_private_address() {
    let inside = FaultOrigin::listen(([0, 0, 0, 0], 0).into(), None);
    let port = inside.port();
    let proxy = FaultOrigin::start();
    proxy.page("http://news.example/", &front_page(&STORIES));
    proxy.answer("http://news.example/moved.png", 302, &[("location", &format!("http://127.1:{port}/b.png"))], b"");
    for (path, title) in STORIES {
        let pictures = format!(
            "<p><img src=\"http://127.0.0.1:{port}/a.png\" width=\"640\" height=\"480\" alt=\"A\"></p>\
             <p><img src=\"/moved.png\" width=\"640\" height=\"480\" alt=\"B\"></p><time"
        );
        let page = story_page(title, "2026-11-20").replacen("<time", &pictures, 1);
        proxy.page(&format!("http://news.example{path}"), &page);
    }
    let project = Project::new(&format!(
        "base_url = \"https://feeds.example/\"\n[feeds.a]\nurl = \"http://news.example/\"\nmedia = true\n\
         request = {{ proxy = \"{}\", delay = \"0s\" }}\n",
        proxy.url("")
    ));
    let run = project.build();
    assert!(run.stderr.contains("media-failed"), "{}", run.stderr);
    assert!(proxy.paths().contains(&"http://news.example/moved.png".to_owned()));
    assert_eq!(inside.connections(), 0);
}
