//! A server that misbehaves on demand: every byte, pause and end of an answer is scripted, every request is logged.
//!
//! It speaks HTTP/1.1 by hand, so that it can break each of its rules, bare or over TLS. One thread a connection; it
//! stops when it is dropped.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustls::{HandshakeKind, ServerConfig, ServerConnection, StreamOwned};

/// What is done with a connection, one after the other; it stays open for the next request unless it is ended.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Send(Vec<u8>),
    Wait(Duration),
    /// The same bytes so many times with a pause before each, until the other side has had enough.
    Repeat(Vec<u8>, usize, Duration),
    /// Waits for the head of a request in HTTP/2.
    AwaitHeaders,
    /// Ends the connection by a reset.
    Reset,
    /// Ends it in an orderly way, over TLS without a word of farewell (`close_notify`).
    Close,
    /// Ends it as TLS wants it.
    Farewell,
}

/// One request as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) at: Instant,
}

type Script = Arc<dyn Fn(&Seen) -> Vec<Step> + Send + Sync>;

#[derive(Default)]
struct Shared {
    scripts: Mutex<HashMap<String, Script>>,
    log: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
    /// From when to when a request was answered, of those whose sender waited for the end.
    spans: Mutex<Vec<(Instant, Instant)>>,
    stopped: AtomicBool,
    tls: Mutex<Option<Arc<ServerConfig>>>,
    /// How each connection over TLS began, in the order of their first requests.
    handshakes: Mutex<Vec<HandshakeKind>>,
}

pub(crate) struct FaultOrigin {
    address: SocketAddr,
    scheme: &'static str,
    shared: Arc<Shared>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl FaultOrigin {
    pub(crate) fn start() -> Self {
        Self::listen((Ipv4Addr::LOCALHOST, 0).into(), None)
    }

    /// Over TLS, with the certificate and the versions of `config`.
    pub(crate) fn with_tls(config: ServerConfig) -> Self {
        Self::listen((Ipv4Addr::LOCALHOST, 0).into(), Some(Arc::new(config)))
    }

    pub(crate) fn listen(address: SocketAddr, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let shared = Arc::new(Shared { tls: Mutex::new(tls), ..Shared::default() });
        let there = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if there.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&there);
                let tls = shared.tls.lock().unwrap().clone();
                shared.connections.fetch_add(1, Ordering::SeqCst);
                std::thread::spawn(move || stream.map(|stream| serve(stream, tls, &shared)));
            }
        });
        Self { address, scheme, shared, thread: Some(thread) }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// Shows another certificate from the next connection on.
    pub(crate) fn change_tls(&self, config: ServerConfig) {
        *self.shared.tls.lock().unwrap() = Some(Arc::new(config));
    }

    /// How each connection over TLS began since the last call.
    pub(crate) fn take_handshakes(&self) -> Vec<HandshakeKind> {
        std::mem::take(&mut *self.shared.handshakes.lock().unwrap())
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Answers `path` (with its query) with what `script` makes of a request.
    pub(crate) fn script(&self, path: &str, script: impl Fn(&Seen) -> Vec<Step> + Send + Sync + 'static) {
        self.shared.scripts.lock().unwrap().insert(path.to_owned(), Arc::new(script));
    }

    /// Answers `path` with these steps.
    pub(crate) fn steps(&self, path: &str, steps: Vec<Step>) {
        self.script(path, move |_| steps.clone());
    }

    /// Answers `path` with these very bytes, and closes.
    pub(crate) fn raw(&self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.steps(path, vec![Step::Send(bytes.into()), Step::Close]);
    }

    /// Answers `path` with status, header lines and body, properly.
    pub(crate) fn answer(&self, path: &str, status: u16, headers: &[(&str, &str)], body: &[u8]) {
        self.steps(path, vec![Step::Send(whole(status, headers, body))]);
    }

    /// Answers `path` with an HTML page and its `ETag`, and with 304 to whoever names it.
    pub(crate) fn page(&self, path: &str, html: &str) {
        let etag = format!("\"{}-{}\"", html.len(), html.bytes().fold(7_u64, |h, b| h.wrapping_mul(31) + u64::from(b)));
        let html = html.to_owned();
        self.script(path, move |seen| {
            let headers = [("content-type", "text/html; charset=utf-8"), ("etag", etag.as_str())];
            let known = seen.headers.get("if-none-match") == Some(&etag);
            let answer = if known { whole(304, &headers[1..], b"") } else { whole(200, &headers, html.as_bytes()) };
            vec![Step::Send(answer)]
        });
    }

    /// The requests since the last call, in order.
    pub(crate) fn take_log(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.shared.log.lock().unwrap())
    }

    /// The paths of the requests since the last call, in order.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.take_log().into_iter().map(|seen| seen.path).collect()
    }

    pub(crate) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// The most requests that were being answered at once.
    pub(crate) fn most_at_once(&self) -> usize {
        let spans = self.shared.spans.lock().unwrap();
        let under_way = |at: Instant| spans.iter().filter(|(start, end)| *start <= at && at < *end).count();
        spans.iter().map(|(start, _)| under_way(*start)).max().unwrap_or(0)
    }
}

impl Drop for FaultOrigin {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        let host = if self.address.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { self.address.ip() };
        // Wakes the thread that waits for a connection.
        drop(TcpStream::connect((host, self.address.port())));
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// An answer with its length.
pub(crate) fn whole(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = head(status, headers);
    let length =
        if status == 304 || status == 204 { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    head.truncate(head.len() - 2);
    [head.as_bytes(), length.as_bytes(), b"\r\n", body].concat()
}

/// Status line and header lines, with the empty line.
pub(crate) fn head(status: u16, headers: &[(&str, &str)]) -> String {
    let lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("HTTP/1.1 {status} Whatever\r\n{}\r\n", lines.concat())
}

/// A connection, bare or over TLS.
enum Line {
    Bare(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Line {
    fn socket(&self) -> &TcpStream {
        match self {
            Self::Bare(stream) => stream,
            Self::Tls(stream) => &stream.sock,
        }
    }

    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Bare(stream) => stream.read(bytes),
            Self::Tls(stream) => stream.read(bytes),
        }
    }

    fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Bare(stream) => stream.write_all(bytes),
            Self::Tls(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
        }
    }
}

fn serve(stream: TcpStream, tls: Option<Arc<ServerConfig>>, shared: &Shared) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut line = match tls {
        None => Line::Bare(stream),
        Some(config) => {
            let connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
            Line::Tls(Box::new(StreamOwned::new(connection, stream)))
        }
    };
    let mut is_new = true;
    while let Some(seen) = read_request(&mut line)? {
        if let Line::Tls(stream) = &line
            && std::mem::take(&mut is_new)
        {
            shared.handshakes.lock().unwrap().extend(stream.conn.handshake_kind());
        }
        let script = shared.scripts.lock().unwrap().get(&seen.path).cloned();
        let steps = script.map_or_else(|| vec![Step::Send(whole(404, &[], b"not found"))], |script| script(&seen));
        let start = seen.at;
        shared.log.lock().unwrap().push(seen);
        let goes_on = play(&mut line, &steps)?;
        shared.spans.lock().unwrap().push((start, Instant::now()));
        if !goes_on {
            return Ok(());
        }
    }
    Ok(())
}

/// The next request; `None` if there is none.
fn read_request(line: &mut Line) -> std::io::Result<Option<Seen>> {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\n") {
        if line.read(&mut byte)? == 0 {
            return Ok(None);
        }
        text.push(byte[0]);
    }
    let text = String::from_utf8_lossy(&text);
    let mut lines = text.lines();
    let path = lines.next().unwrap_or_default().split(' ').nth(1).unwrap_or_default().to_owned();
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    Ok(Some(Seen { path, headers, at: Instant::now() }))
}

/// Whether the connection stays open.
fn play(line: &mut Line, steps: &[Step]) -> std::io::Result<bool> {
    for step in steps {
        match step {
            Step::Send(bytes) => line.send(bytes)?,
            Step::Wait(time) => wait(line.socket(), *time)?,
            Step::Repeat(bytes, times, pause) => {
                for _ in 0..*times {
                    std::thread::sleep(*pause);
                    line.send(bytes)?;
                }
            }
            Step::AwaitHeaders => await_headers(line)?,
            Step::Reset => {
                socket2::SockRef::from(line.socket()).set_linger(Some(Duration::ZERO))?;
                return Ok(false);
            }
            Step::Close => {
                line.socket().shutdown(Shutdown::Write)?;
                return Ok(false);
            }
            Step::Farewell => {
                if let Line::Tls(stream) = line {
                    stream.conn.send_close_notify();
                    stream.flush()?;
                }
                line.socket().shutdown(Shutdown::Write)?;
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Waits; an error if the other side has left.
fn wait(socket: &TcpStream, time: Duration) -> std::io::Result<()> {
    let end = Instant::now() + time;
    socket.set_nonblocking(true)?;
    while Instant::now() < end {
        std::thread::sleep(Duration::from_millis(2));
        match socket.peek(&mut [0]) {
            Ok(0) => return Err(std::io::ErrorKind::ConnectionAborted.into()),
            Err(error) if error.kind() != std::io::ErrorKind::WouldBlock => return Err(error),
            _ => {}
        }
    }
    socket.set_nonblocking(false)
}

/// Reads the rest of the preface and every frame up to the first with headers (RFC 9113, sections 3.4 and 4.1).
fn await_headers(line: &mut Line) -> std::io::Result<()> {
    let mut preface = [0; 6];
    read_exact(line, &mut preface)?;
    loop {
        let mut head = [0; 9];
        read_exact(line, &mut head)?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        read_exact(line, &mut vec![0; usize::try_from(length).unwrap()])?;
        if head[3] == 1 {
            return Ok(());
        }
    }
}

fn read_exact(line: &mut Line, mut bytes: &mut [u8]) -> std::io::Result<()> {
    while !bytes.is_empty() {
        let read = line.read(bytes)?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[read..];
    }
    Ok(())
}
