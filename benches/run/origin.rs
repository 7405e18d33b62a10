//! The origin of the bench of whole runs: any number of sites at one port, told apart by their loopback addresses.
//!
//! Every site has an index page with an `ETag` and stories with pages of their own; all text is made from the site's
//! address and the story's number.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, ETAG, HOST, IF_NONE_MATCH};
use axum::response::{IntoResponse, Response};

/// Stories of a site at first.
pub(crate) const STORIES: usize = 10;

/// What was asked.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    pub(crate) all: usize,
    pub(crate) articles: usize,
    /// How many were answered with 304.
    pub(crate) not_modified: usize,
}

#[derive(Default)]
struct Shared {
    stories: AtomicUsize,
    all: AtomicUsize,
    articles: AtomicUsize,
    not_modified: AtomicUsize,
}

/// A running origin; it ends with the bench.
pub(crate) struct Origin {
    pub(crate) port: u16,
    shared: Arc<Shared>,
}

impl Origin {
    pub(crate) fn start() -> Self {
        // The one address that stands for all of 127.0.0.0/8.
        let listener = std::net::TcpListener::bind(("0.0.0.0", 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared { stories: AtomicUsize::new(STORIES), ..Shared::default() });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                axum::serve(listener, router).await.unwrap();
            });
        });
        Self { port, shared }
    }

    /// Puts a new story on every site.
    pub(crate) fn publish_one_more(&self) {
        self.shared.stories.fetch_add(1, Ordering::Relaxed);
    }

    /// What was asked since this was last called.
    pub(crate) fn take_requests(&self) -> Requests {
        let take = |count: &AtomicUsize| count.swap(0, Ordering::Relaxed);
        let Shared { all, articles, not_modified, .. } = &*self.shared;
        Requests { all: take(all), articles: take(articles), not_modified: take(not_modified) }
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    shared.all.fetch_add(1, Ordering::Relaxed);
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let stories = shared.stories.load(Ordering::Relaxed);
    let html = [(CONTENT_TYPE, "text/html; charset=utf-8")];
    if request.uri().path() == "/" {
        let tag = format!("\"{stories}\"");
        if request.headers().get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
            shared.not_modified.fetch_add(1, Ordering::Relaxed);
            return (StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response();
        }
        return (html, [(ETAG, tag)], index(host, stories)).into_response();
    }
    let number = request.uri().path().strip_prefix("/story-").and_then(|rest| rest.strip_suffix(".html")?.parse().ok());
    match number {
        Some(number) if number < stories => {
            shared.articles.fetch_add(1, Ordering::Relaxed);
            (html, story(host, number)).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The index page, the newest story first.
fn index(host: &str, stories: usize) -> String {
    let mut items = String::new();
    for number in (0..stories).rev() {
        let (title, summary) = (title(host, number), sentence(&mut Words::of(host, number + 5000), 18));
        let _ = writeln!(
            items,
            "<li class=\"story\"><h3><a href=\"/story-{number}.html\">{title}</a></h3>\
             <time datetime=\"{}\">a day in November</time><p>{summary}</p></li>",
            time(number)
        );
    }
    page(&format!("The {host} Courier"), &format!("<main><h1>News</h1><ul class=\"stories\">{items}</ul></main>"))
}

fn story(host: &str, number: usize) -> String {
    let mut words = Words::of(host, number + 1000);
    let mut body = String::new();
    for _ in 0..12 {
        let paragraph: Vec<String> = (0..4).map(|_| sentence(&mut words, 14)).collect();
        let _ = writeln!(body, "<p>{}</p>", paragraph.join(" "));
    }
    let title = title(host, number);
    let time = time(number);
    page(
        &title,
        &format!(
            "<main><article><h1>{title}</h1><p class=\"byline\">By <span class=\"author\">Mara Quint</span>, \
             <time datetime=\"{time}\">a day in November</time></p><div class=\"text\">{body}</div></article></main>"
        ),
    )
}

fn page(title: &str, main: &str) -> String {
    let sections = ["Town", "Harbour", "Sport", "Letters", "Weather", "Archive"];
    let menu = sections.map(|name| format!("<li><a href=\"/{name}/\">{name}</a></li>")).concat();
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head><body>\
         <header><nav><ul>{menu}</ul></nav></header>{main}<footer><p>Printed on the old quay.</p></footer></body></html>"
    )
}

/// One hour after the other in the three weeks before the run.
fn time(number: usize) -> String {
    format!("2026-11-{:02}T{:02}:00:00Z", 1 + number / 24 % 21, number % 24)
}

fn title(host: &str, number: usize) -> String {
    sentence(&mut Words::of(host, number), 7).trim_end_matches('.').to_owned()
}

fn sentence(words: &mut Words, count: usize) -> String {
    let mut sentence: Vec<&str> = (0..count).map(|_| words.next_word()).collect();
    let first = sentence.remove(0);
    let (initial, rest) = first.split_at(1);
    format!("{}{rest} {}.", initial.to_uppercase(), sentence.join(" "))
}

/// An endless row of words, always the same for the same beginning.
struct Words(u64);

impl Words {
    fn of(host: &str, number: usize) -> Self {
        // The port differs from run to run and must not change the text.
        let host = host.split(':').next().unwrap_or_default();
        let seed = host
            .bytes()
            .fold(0x9E37_79B9_7F4A_7C15, |seed: u64, byte| (seed ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3));
        Self((seed ^ number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// The next word (xorshift64).
    fn next_word(&mut self) -> &'static str {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let place = usize::try_from(self.0 >> 33).unwrap_or_default();
        VOCABULARY[place % VOCABULARY.len()]
    }
}

#[rustfmt::skip]
const VOCABULARY: [&str; 48] = [
    "the", "harbour", "council", "opened", "a", "new", "bridge", "over", "river", "after", "years", "of", "work", "and",
    "many", "people", "came", "to", "see", "it", "while", "boats", "waited", "under", "old", "lamps", "children",
    "carried", "flags", "from", "school", "market", "sold", "bread", "with", "salt", "rain", "fell", "in", "evening",
    "but", "nobody", "left", "before", "music", "ended", "at", "night",
];
