//! The threads that pages are unpacked and parsed on: as many as may parse at once, and always the same ones.
//!
//! The runtime's own blocking threads come and go with every name that is looked up, and a page may meet any of them.
//! What reading takes (the caches of patterns, the allocator's free memory) stays with the thread that took it, so that
//! few threads mean little memory. What makes a page small again ([`Parsers::run`]) goes before what makes one large
//! ([`Parsers::unpack`]), so that few pages are held unpacked. The threads end when the last [`Parsers`] is dropped.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

type Work = Box<dyn FnOnce() + Send>;

/// Threads that wait for pages.
#[derive(Clone)]
pub struct Parsers {
    handle: Arc<Handle>,
}

/// Closes the queue when it is dropped.
struct Handle {
    queue: Arc<Queue>,
    /// There is none where the system gives no thread; then work is done by whoever asks for it.
    threads: usize,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.queue.waiting().closed = true;
        self.queue.changed.notify_all();
    }
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    reading: VecDeque<Work>,
    unpacking: VecDeque<Work>,
    closed: bool,
}

impl Queue {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // Nothing is done under the lock but to put work in and take it out.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self) {
        let mut waiting = self.waiting();
        loop {
            if let Some(work) = waiting.next() {
                drop(waiting);
                work();
                waiting = self.waiting();
            } else if waiting.closed {
                return;
            } else {
                waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }
}

impl Waiting {
    fn next(&mut self) -> Option<Work> {
        self.reading.pop_front().or_else(|| self.unpacking.pop_front())
    }
}

impl Parsers {
    /// Starts `threads` threads, at least one.
    pub fn start(threads: usize) -> Self {
        let queue = Arc::new(Queue::default());
        let mut started = 0;
        for _ in 0..threads.max(1) {
            let queue = Arc::clone(&queue);
            match std::thread::Builder::new().name("parser".to_owned()).spawn(move || queue.serve()) {
                Ok(_) => started += 1,
                Err(error) => tracing::warn!(%error, "no thread to parse on"),
            }
        }
        Self { handle: Arc::new(Handle { queue, threads: started }) }
    }

    /// Does `work`, which reads a page, on the next free thread; `None` if it panicked.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        self.give(work, |waiting| &mut waiting.reading).await
    }

    /// Does `work`, which unpacks a page, on the next thread that has no page to read; `None` if it panicked.
    pub async fn unpack<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        self.give(work, |waiting| &mut waiting.unpacking).await
    }

    async fn give<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
        row: fn(&mut Waiting) -> &mut VecDeque<Work>,
    ) -> Option<T> {
        let (answer, done) = oneshot::channel();
        let work: Work = Box::new(move || {
            // What `work` took with it is gone after a panic, so nothing half done is seen. Nobody may wait any more.
            if let Ok(value) = catch_unwind(AssertUnwindSafe(work)) {
                let _ = answer.send(value);
            }
        });
        let Handle { queue, threads } = self.handle.as_ref();
        if *threads == 0 {
            work();
        } else {
            row(&mut queue.waiting()).push_back(work);
            queue.changed.notify_one();
        }
        done.await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn pages_are_read_before_others_are_unpacked() {
        let parsers = Parsers::start(1);
        let order = Arc::new(Mutex::new(Vec::new()));
        let note = |word| {
            let order = Arc::clone(&order);
            move || order.lock().unwrap().push(word)
        };
        // The only thread is held until the others stand in line.
        let (open, gate) = std::sync::mpsc::channel::<()>();
        let held = parsers.run(move || gate.recv());
        let line = async {
            tokio::join!(
                parsers.unpack(note("unpack 1")),
                parsers.unpack(note("unpack 2")),
                parsers.run(note("read")),
                async {
                    open.send(()).unwrap();
                }
            )
        };
        tokio::join!(held, line);
        assert_eq!(*order.lock().unwrap(), ["read", "unpack 1", "unpack 2"]);
    }
}
