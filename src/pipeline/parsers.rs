//! The threads that pages are unpacked and parsed on: as many as may parse at once, and always the same ones.
//!
//! The runtime's own blocking threads come and go with every name that is looked up, and a page may meet any of them.
//! What reading takes (the caches of patterns, the allocator's free memory) stays with the thread that took it, so that
//! few threads mean little memory. A page is unpacked and read in one piece of work, so that no more of them are held
//! unpacked than there are threads, and what makes an entry of one that was read ([`Order::First`]) goes before what
//! opens the next. The threads end when the last [`Parsers`] is dropped.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::finding::{Code, Finding};

type Work = Box<dyn FnOnce() + Send>;

/// When a piece of work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Before all that opens a page: it gives memory back.
    First,
    /// When its turn comes.
    InTurn,
}

/// Does `work` on the next free thread of `parsers`, or here if there are none.
///
/// # Errors
/// If it panicked.
pub async fn run<T: Send + 'static>(
    parsers: Option<&Parsers>,
    order: Order,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Finding> {
    let done = match parsers {
        Some(parsers) => parsers.run(order, work).await,
        // What `work` took with it is gone after a panic, so nothing half done is seen.
        None => catch_unwind(AssertUnwindSafe(work)).ok(),
    };
    done.ok_or_else(|| {
        Finding::error(Code::Internal, "reading a page ended unexpectedly")
            .remedy("please report this with the page's address")
    })
}

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
    first: VecDeque<Work>,
    in_turn: VecDeque<Work>,
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
        self.first.pop_front().or_else(|| self.in_turn.pop_front())
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

    /// Does `work` on the next free thread; `None` if it panicked.
    async fn run<T: Send + 'static>(&self, order: Order, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
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
            let mut waiting = queue.waiting();
            match order {
                Order::First => waiting.first.push_back(work),
                Order::InTurn => waiting.in_turn.push_back(work),
            }
            drop(waiting);
            queue.changed.notify_one();
        }
        done.await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_gives_memory_back_goes_first() {
        let parsers = Parsers::start(1);
        let order = Arc::new(Mutex::new(Vec::new()));
        let note = |word| {
            let order = Arc::clone(&order);
            move || order.lock().unwrap().push(word)
        };
        // The only thread is held until the others stand in line.
        let (open, gate) = std::sync::mpsc::channel::<()>();
        let held = parsers.run(Order::InTurn, move || gate.recv());
        let line = async {
            tokio::join!(
                parsers.run(Order::InTurn, note("open 1")),
                parsers.run(Order::InTurn, note("open 2")),
                parsers.run(Order::First, note("make")),
                async {
                    open.send(()).unwrap();
                }
            )
        };
        tokio::join!(held, line);
        assert_eq!(*order.lock().unwrap(), ["make", "open 1", "open 2"]);
    }

    #[tokio::test]
    async fn a_panic_is_a_finding_and_the_next_page_is_read() {
        let one = Parsers::start(1);
        for parsers in [None, Some(&one)] {
            let hurt = run(parsers, Order::InTurn, || panic!("a page nobody thought of")).await;
            assert_eq!(hurt.map_err(|finding| finding.code), Err::<(), _>(Code::Internal));
            assert_eq!(run(parsers, Order::InTurn, || 1).await.ok(), Some(1), "the only parser is free again");
        }
    }
}
