//! A server inside the test: answers from a closure, remembers every request.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Response};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use url::Url;

/// One request as it came in.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) at: Instant,
}

#[derive(Clone)]
pub(super) struct Origin {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    most_at_once: Arc<AtomicUsize>,
}

impl Origin {
    /// Serves what `answer` makes of each request.
    pub(super) async fn serve(answer: impl Fn(&Seen) -> Response<Body> + Clone + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin =
            Self { address: listener.local_addr().unwrap(), seen: Arc::default(), most_at_once: Arc::default() };
        let (seen, most, now) =
            (Arc::clone(&origin.seen), Arc::clone(&origin.most_at_once), Arc::new(AtomicUsize::new(0)));
        let handler = move |request: Request| {
            let (seen, most, now, answer) = (Arc::clone(&seen), Arc::clone(&most), Arc::clone(&now), answer.clone());
            async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                let path = request.uri().path_and_query().unwrap().as_str().to_owned();
                let request = Seen { path, headers: request.headers().clone(), at: Instant::now() };
                let response = answer(&request);
                seen.lock().unwrap().push(request);
                for _ in 0..50 {
                    tokio::task::yield_now().await;
                }
                now.fetch_sub(1, Ordering::SeqCst);
                response
            }
        };
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(handler)).await });
        origin
    }

    /// Writes `bytes` to whoever connects, and closes.
    pub(super) async fn raw(bytes: &'static [u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let most_at_once: Arc<AtomicUsize> = Arc::default();
        let connections = Arc::clone(&most_at_once);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(bytes).await;
            }
        });
        Self { address, seen: Arc::default(), most_at_once }
    }

    /// Sends a body of `times` pieces with a pause before each to whoever connects.
    pub(super) async fn drip(times: usize, pause: std::time::Duration, piece: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", times * piece.len());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(head.as_bytes()).await;
            for _ in 0..times {
                tokio::time::sleep(pause).await;
                let _ = stream.write_all(&piece).await;
            }
        });
        Self { address, seen: Arc::default(), most_at_once: Arc::default() }
    }

    pub(super) fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(super) fn paths(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.path).collect()
    }

    /// The most requests at once, or for raw servers the connections.
    pub(super) fn most_at_once(&self) -> usize {
        self.most_at_once.load(Ordering::SeqCst)
    }
}

/// An answer with these headers.
pub(super) fn answer(status: u16, headers: &[(&str, &str)], body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(body.into()).unwrap()
}
