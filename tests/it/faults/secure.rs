//! TLS that is not what it should be, and HTTP/2 frames by hand.

use std::sync::Arc;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair, date_time_ymd,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{HandshakeKind, ServerConfig};

use super::origin::{FaultOrigin, Step, head, whole};
use super::{Case, STORIES};
use crate::support::{Project, front_page, story_page};

/// An issuer that a project may trust, and makes certificates.
struct Issuer(CertifiedIssuer<'static, KeyPair>);

/// What is odd about a certificate.
#[derive(Clone, Copy, PartialEq)]
enum Oddity {
    None,
    Expired,
    NotYet,
    OtherName,
}

impl Issuer {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name = named(name);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A server's settings, with a certificate for 127.0.0.1 unless it is odd.
    fn server(&self, oddity: Oddity) -> ServerConfig {
        let name = if oddity == Oddity::OtherName { "10.1.2.3" } else { "127.0.0.1" };
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.distinguished_name = named("an origin");
        (params.not_before, params.not_after) = match oddity {
            Oddity::Expired => (date_time_ymd(2015, 1, 1), date_time_ymd(2016, 1, 1)),
            Oddity::NotYet => (date_time_ymd(2090, 1, 1), date_time_ymd(2091, 1, 1)),
            Oddity::None | Oddity::OtherName => (date_time_ymd(2020, 1, 1), date_time_ymd(2089, 1, 1)),
        };
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        server(vec![certificate.der().clone()], &key)
    }

    /// Makes the program trust this issuer alone.
    fn trusted_by(&self, project: Project) -> Project {
        project.write("issuer.pem", self.0.pem());
        let path = project.path("issuer.pem").to_string_lossy().into_owned();
        project.with_variable("SSL_CERT_FILE", &path)
    }
}

fn named(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}

fn server(chain: Vec<rustls::pki_types::CertificateDer<'static>>, key: &KeyPair) -> ServerConfig {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    config.with_no_client_auth().with_single_cert(chain, key).unwrap()
}

#[test]
fn certificates_that_prove_nothing() {
    let issuer = Issuer::new("the issuer of the tests");
    let stranger = Issuer::new("an issuer that nobody knows");
    let own = KeyPair::generate().unwrap();
    let self_signed = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().self_signed(&own).unwrap();
    let cases = [
        ("expired", issuer.server(Oddity::Expired), "has expired"),
        ("of the future", issuer.server(Oddity::NotYet), "is not valid yet"),
        ("of another host", issuer.server(Oddity::OtherName), "is for another name"),
        ("of a stranger", stranger.server(Oddity::None), "unknown issuer"),
        ("its own issuer", server(vec![self_signed.der().clone()], &own), "unknown issuer"),
    ];
    let good = FaultOrigin::with_tls(issuer.server(Oddity::None));
    let mut case = Case::with(good, "", |project| issuer.trusted_by(project));
    for (name, config, words) in cases {
        case.what = name.to_owned();
        case.sick.change_tls(config);
        case.keeps(&["certificate", words]);
        assert_eq!(case.sick.paths(), Vec::<String>::new(), "{name}: nothing is asked");
    }
    case.sick.change_tls(issuer.server(Oddity::None));
    case.recovers();
}

#[test]
fn tls_that_ends_without_a_farewell() {
    let issuer = Issuer::new("the issuer of the tests");
    let origin = FaultOrigin::with_tls(issuer.server(Oddity::None));
    let mut case = Case::with(origin, "", |project| issuer.trusted_by(project));
    let page = |order: [usize; 3]| front_page(&order.map(|n| STORIES[n]));
    let open = head(200, &[("content-type", "text/html"), ("etag", "\"broken\"")]);
    let body = |order| Step::Send([open.as_bytes(), page(order).as_bytes()].concat());
    // Anyone on the way could have ended it: the end of the connection is no end of the page.
    case.sick.steps("/", vec![body([1, 0, 2]), Step::Close]);
    case.keeps(&["ended before it was whole"]);
    // With a farewell, or with a length that was kept, it is.
    case.sick.steps("/", vec![body([1, 0, 2]), Step::Farewell]);
    case.run(0);
    let measured = whole(200, &[("content-type", "text/html")], page([2, 0, 1]).as_bytes());
    case.sick.steps("/", vec![Step::Send(measured), Step::Close]);
    case.run(0);
    case.recovers();
}

#[test]
fn connections_are_kept_and_sessions_taken_up_again() {
    let issuer = Issuer::new("the issuer of the tests");
    let origin = FaultOrigin::with_tls(issuer.server(Oddity::None));
    let case = Case::with(origin, "", |project| issuer.trusted_by(project));
    // robots.txt, the index page and three stories.
    assert_eq!(case.sick.take_handshakes(), [HandshakeKind::Full]);
    // A server that ends every connection is greeted shortly.
    let stories = [("/n/4", "A fourth story about the ferry"), ("/n/5", "A fifth story about the ferry and its bell")];
    for (path, html) in stories
        .map(|(path, title)| (path, story_page(title, "2026-11-21")))
        .into_iter()
        .chain([("/", front_page(&[stories[0], stories[1], STORIES[0], STORIES[1], STORIES[2]]))])
    {
        let answer = whole(200, &[("content-type", "text/html")], html.as_bytes());
        case.sick.steps(path, vec![Step::Send(answer), Step::Farewell]);
    }
    case.project.build();
    let [first, later @ ..] = &case.sick.take_handshakes()[..] else { panic!("nothing was asked") };
    assert_eq!((*first, later), (HandshakeKind::Full, &[HandshakeKind::Resumed; 2][..]));
}

#[test]
fn redirects_out_of_tls() {
    let issuer = Issuer::new("the issuer of the tests");
    let bare = FaultOrigin::start();
    let target = bare.url("/");
    let origin = FaultOrigin::with_tls(issuer.server(Oddity::None));
    let mut case = Case::with(origin, "", |project| issuer.trusted_by(project));
    let paths = STORIES.map(|(path, title)| (case.sick.url(path), title));
    bare.page("/", &front_page(&paths.each_ref().map(|(path, title)| (path.as_str(), *title))));
    case.sick.answer("/", 302, &[("location", &target)], b"");
    case.keeps(&["from https to http", "allow_downgrade"]);
    assert_eq!(bare.paths(), Vec::<String>::new());
    let config =
        case.project.read("feeds.toml").replacen("delay = \"0s\"", "delay = \"0s\", allow_downgrade = true", 1);
    case.project.write("feeds.toml", config);
    case.run(0);
    assert_eq!(bare.paths(), ["/robots.txt", "/"]);
}

/// One frame of HTTP/2 (RFC 9113, section 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const AWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// Status 200 and `text/html`, and a length, if there is one (RFC 7541: static entries and literals without indexing).
fn block(length: Option<usize>) -> Vec<u8> {
    let mut block = vec![0x88, 0x0f, 0x10, 9];
    block.extend_from_slice(b"text/html");
    if let Some(length) = length {
        let length = length.to_string();
        block.extend_from_slice(&[0x0f, 0x0d, u8::try_from(length.len()).unwrap()]);
        block.extend_from_slice(length.as_bytes());
    }
    block
}

#[test]
fn http_2_and_its_ways_to_break() {
    let issuer = Issuer::new("the issuer of the tests");
    let origin = FaultOrigin::with_tls(issuer.server(Oddity::None));
    let more = ", timeout = \"60s\", robots = false, robots_reason = \"our own site\"";
    let mut case = Case::with(origin, more, |project| issuer.trusted_by(project));
    let mut config = issuer.server(Oddity::None);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    case.sick.change_tls(config);
    case.hurry(Some("1s"));

    let page = front_page(&[STORIES[1], STORIES[0], STORIES[2]]).into_bytes();
    let hello =
        || vec![Step::Send([frame(SETTINGS, 0, 0, b""), frame(SETTINGS, 1, 0, b"")].concat()), Step::AwaitHeaders];
    let told = |frames: Vec<Vec<u8>>, last: Step| {
        let mut steps = hello();
        steps.extend(frames.into_iter().map(Step::Send));
        steps.push(last);
        steps
    };
    let opened = frame(HEADERS, END_HEADERS, 1, &block(Some(page.len())));
    let unmeasured = frame(HEADERS, END_HEADERS, 1, &block(None));
    let part = frame(DATA, 0, 1, &page[..200]);
    let huge: Vec<u8> = (0..40_000).flat_map(|_| [0, 1, b'x', 1, b'y']).collect();
    let many = huge.chunks(16_000).enumerate().map(|(number, chunk)| {
        if number == 0 { frame(HEADERS, 0, 1, chunk) } else { frame(CONTINUATION, 0, 1, chunk) }
    });
    let flood = Step::Repeat(frame(SETTINGS, 0, 0, b"").repeat(100), 10_000, Duration::from_millis(1));
    let away = frame(AWAY, 0, 0, &[0, 0, 0, 0, 0, 0, 0, 11]);
    let faults = [
        ("goes away at once", told(vec![away.clone()], Step::Farewell), "fetch-failed"),
        ("goes away and leaves", told(vec![opened.clone(), part.clone(), away], Step::Farewell), "ended before"),
        (
            "resets the stream",
            told(vec![opened.clone(), part.clone(), frame(RESET, 0, 1, &[0, 0, 0, 2])], Step::Farewell),
            "ended before",
        ),
        ("is cut", told(vec![unmeasured.clone(), part.clone()], Step::Close), "ended before"),
        (
            "ends too early",
            told(vec![opened.clone(), frame(DATA, END_STREAM, 1, &page[..200])], Step::Farewell),
            "ended before",
        ),
        ("has an endless head", told(many.collect(), Step::Wait(Duration::from_secs(3))), "fetch-failed"),
        ("sends nothing but settings", told(vec![], flood), "fetch-failed"),
        (
            "falls silent",
            told(vec![opened.clone(), part], Step::Wait(Duration::from_secs(3))),
            "no whole answer within 1 s",
        ),
    ];
    for (name, steps, words) in faults {
        case.what = name.to_owned();
        case.sick.steps("*", steps);
        case.keeps(&["fetch-failed", words]);
        assert_eq!(case.sick.paths(), ["*"], "{name}");
    }
    // What is whole is read.
    case.hurry(None);
    case.sick.steps("*", told(vec![opened, frame(DATA, END_STREAM, 1, &page)], Step::Farewell));
    let said = case.run(0);
    assert!(said.contains("robots-ignored") && said.contains("our own site"), "{said}");
    assert_eq!(case.sick.paths(), ["*"]);
}
