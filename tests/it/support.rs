//! The harness: a [`Project`] is a folder with a feeds.toml, an [`Origin`] a server with a log.
//!
//! ```text
//! let origin = Origin::start();
//! origin.page("/", "<ul>…</ul>");
//! let project = Project::new(&format!("[feeds.a]\nurl = \"{}\"", origin.url("/")));
//! project.run(&["build"]).exit(1).stderr_has("listing-empty").no_file("public/a.rss");
//! assert_eq!(origin.requests(), ["GET /robots.txt", "GET /"]);
//! ```

use std::collections::HashMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

/// 2026-11-22T12:00:00Z: the moment at which every test takes place, unless it says otherwise.
pub(crate) const NOON: i64 = 1_795_348_800;
/// One day in seconds.
pub(crate) const DAY: i64 = 86_400;

/// What an origin answers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Answers 304 to a request that names this validator in `If-None-Match`.
    pub(crate) etag: Option<String>,
}

#[derive(Default)]
struct Shared {
    answers: Mutex<HashMap<String, Answer>>,
    log: Mutex<Vec<(String, HeaderMap)>>,
}

/// A server on the loopback interface at a free port; it stops when it is dropped.
pub(crate) struct Origin {
    port: u16,
    shared: Arc<Shared>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Origin {
    pub(crate) fn start() -> Self {
        let shared = Arc::new(Shared::default());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let state = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let app = axum::Router::new().fallback(answer).with_state(state);
                tokio::select! {
                    served = async { axum::serve(listener, app).await } => served.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        Self { port, shared, stop: Some(stop), thread: Some(thread) }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Answers `path` with an HTML page and an `ETag` made of its bytes.
    pub(crate) fn page(&self, path: &str, html: &str) {
        let etag =
            format!("\"{:x}-{}\"", html.len(), html.bytes().fold(7_u64, |h, b| h.wrapping_mul(31) + u64::from(b)));
        let headers = vec![("content-type".into(), "text/html; charset=utf-8".into())];
        self.answer(path, Answer { status: 200, headers, body: html.into(), etag: Some(etag) });
    }

    pub(crate) fn answer(&self, path: &str, answer: Answer) {
        self.shared.answers.lock().unwrap().insert(path.to_owned(), answer);
    }

    pub(crate) fn status(&self, path: &str, status: u16) {
        self.answer(path, Answer { status, ..Answer::default() });
    }

    /// `GET /path` (with the form of a `POST`) of every request since the last call, in order.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.take_log().into_iter().map(|(line, _)| line).collect()
    }

    /// The requests since the last call with their headers.
    pub(crate) fn take_log(&self) -> Vec<(String, HeaderMap)> {
        std::mem::take(&mut *self.shared.log.lock().unwrap())
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 64 * 1024).await.unwrap();
    let form = if body.is_empty() { String::new() } else { format!(" {}", String::from_utf8_lossy(&body)) };
    shared.log.lock().unwrap().push((format!("{} {path}{form}", head.method), head.headers.clone()));
    let Some(answer) = shared.answers.lock().unwrap().get(&path).cloned() else {
        return Response::builder().status(StatusCode::NOT_FOUND).body(Body::from("not found")).unwrap();
    };
    let asked = head.headers.get("if-none-match").and_then(|value| value.to_str().ok());
    let unchanged = answer.etag.is_some() && asked == answer.etag.as_deref();
    let mut response = Response::builder().status(if unchanged { 304 } else { answer.status });
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    if let Some(etag) = &answer.etag {
        response = response.header("etag", etag);
    }
    response.body(if unchanged { Body::empty() } else { Body::from(answer.body) }).unwrap()
}

/// A folder with a feeds.toml in which the program is run.
pub(crate) struct Project {
    folder: tempfile::TempDir,
    now: std::cell::Cell<i64>,
    environment: Vec<(String, String)>,
}

impl Project {
    pub(crate) fn new(config: &str) -> Self {
        let project =
            Self { folder: tempfile::tempdir().unwrap(), now: std::cell::Cell::new(NOON), environment: Vec::new() };
        project.write("feeds.toml", config);
        project
    }

    /// One feed `a` for the front page of `origin`; `more` are further lines of its table.
    pub(crate) fn for_origin(origin: &Origin, more: &str) -> Self {
        let url = origin.url("/");
        Self::new(&format!(
            "[feeds.a]\nurl = \"{url}\"\nrequest = {{ allow_private = true, delay = \"0s\" }}\n{more}\n"
        ))
    }

    pub(crate) fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The moment of the next run, in seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.now.get()
    }

    /// Moves the clock of later runs.
    pub(crate) fn later(&self, seconds: i64) {
        self.now.set(self.now.get() + seconds);
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        let path = self.path(path);
        String::from_utf8(std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))).unwrap()
    }

    pub(crate) fn json(&self, path: &str) -> serde_json::Value {
        serde_json::from_str(&self.read(path)).unwrap()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, &[])
    }

    /// The program with `arguments` in this folder, at this moment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_feedmill"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("SOURCE_DATE_EPOCH", self.now.get().to_string())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// The same as [`Project::run`] with some variables more.
    pub(crate) fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
        let mut command = self.command(arguments);
        let output =
            command.envs(variables.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
        Run {
            folder: self.folder.path().to_owned(),
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// `build` that must end well.
    pub(crate) fn build(&self) -> Run {
        self.run(&["build"]).exit(0)
    }

    /// Name, content and time of change of every file in `public/`, by name.
    pub(crate) fn published(&self) -> Vec<(String, Vec<u8>, SystemTime)> {
        files(&self.path("public"))
            .into_iter()
            .map(|(name, path)| {
                let changed = std::fs::metadata(&path).unwrap().modified().unwrap();
                (name, std::fs::read(path).unwrap(), changed)
            })
            .collect()
    }
}

/// Every file below `folder` with its relative name, sorted.
pub(crate) fn files(folder: &Path) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(here) = waiting.pop() {
        let Ok(entries) = std::fs::read_dir(&here) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                found.push((path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/"), path));
            }
        }
    }
    found.sort();
    found
}

/// How a run of the program ended.
#[derive(Debug)]
pub(crate) struct Run {
    folder: PathBuf,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    #[track_caller]
    pub(crate) fn exit(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    pub(crate) fn stdout_has(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "{text:?} is not in stdout:\n{}", self.stdout);
        self
    }

    #[track_caller]
    pub(crate) fn stderr_has(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "{text:?} is not in stderr:\n{}", self.stderr);
        self
    }

    #[track_caller]
    pub(crate) fn stderr_lacks(self, text: &str) -> Self {
        assert!(!self.stderr.contains(text), "{text:?} is in stderr:\n{}", self.stderr);
        self
    }

    #[track_caller]
    pub(crate) fn file_has(self, path: &str, text: &str) -> Self {
        let content = std::fs::read_to_string(self.folder.join(path)).unwrap_or_default();
        assert!(content.contains(text), "{text:?} is not in {path}:\n{content}");
        self
    }

    #[track_caller]
    pub(crate) fn no_file(self, path: &str) -> Self {
        assert!(!self.folder.join(path).exists(), "{path} exists");
        self
    }
}

/// A front page whose list links `stories` (path and headline).
pub(crate) fn front_page(stories: &[(&str, &str)]) -> String {
    let items: Vec<String> = stories
        .iter()
        .map(|(path, title)| format!("<li class=\"story\"><h3><a href=\"{path}\">{title}</a></h3><p>What {title} is about, in a sentence.</p></li>"))
        .collect();
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><title>The Daily Test</title></head><body><nav><a href=\"/about\">About</a></nav>\
         <main><ul class=\"stories\">{}</ul></main><footer><a href=\"/imprint\">Imprint</a></footer></body></html>",
        items.join("\n")
    )
}

/// An article page with `title`, a date and three paragraphs.
pub(crate) fn story_page(title: &str, date: &str) -> String {
    let paragraph = "The council met on the hill above the harbour and spoke at length about bridges, ferries and the price of bread in winter.";
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><title>{title} | The Daily Test</title><meta property=\"og:site_name\" content=\"The Daily Test\">\
         </head><body><article><h1>{title}</h1><p class=\"byline\">By Ada Smith</p><time datetime=\"{date}\">{date}</time>\
         <p>{title}: {paragraph}</p><p>{paragraph} Nobody left early.</p><p>In the end, {paragraph}</p></article></body></html>"
    )
}
