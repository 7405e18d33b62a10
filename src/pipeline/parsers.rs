//! The threads that pages are unpacked and parsed on: as many as may parse at once, and always the same ones.
//!
//! The runtime's own blocking threads come and go with every name that is looked up, and a page may meet any of them.
//! What reading takes (the caches of patterns, the allocator's free memory) stays with the thread that took it, so that
//! few threads mean little memory. The threads end when the last [`Parsers`] is dropped.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

type Work = Box<dyn FnOnce() + Send>;

/// Threads that wait for pages.
#[derive(Clone)]
pub struct Parsers {
    queue: Sender<Work>,
}

impl Parsers {
    /// Starts `threads` threads, at least one; where the system gives none, work is done by whoever asks for it.
    pub fn start(threads: usize) -> Self {
        let (queue, waiting) = channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..threads.max(1) {
            let waiting = Arc::clone(&waiting);
            let started = std::thread::Builder::new().name("parser".to_owned()).spawn(move || serve(&waiting));
            if let Err(error) = started {
                tracing::warn!(%error, "no thread to parse on");
            }
        }
        Self { queue }
    }

    /// Does `work` on the next free thread; `None` if it panicked.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (answer, done) = oneshot::channel();
        let work: Work = Box::new(move || {
            // What `work` took with it is gone after a panic, so nothing half done is seen. Nobody may wait any more.
            if let Ok(value) = catch_unwind(AssertUnwindSafe(work)) {
                let _ = answer.send(value);
            }
        });
        if let Err(refused) = self.queue.send(work) {
            refused.0();
        }
        done.await.ok()
    }
}

fn serve(waiting: &Mutex<Receiver<Work>>) {
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match next {
            Ok(work) => work(),
            Err(_) => return,
        }
    }
}
