//! Points at which a test lets the process die or the disk fail.
//!
//! `FEEDMILL_FAILPOINT=die:17` ends the process, as `kill -9` would, when the 17th point is reached; `fail:17` makes the
//! system say there that the disk is full, and `full:17` there and ever after. Points stand before and after each commit
//! and each rename, and before a file is written. Only builds with debug assertions have them.

use std::io::Error;

/// What happens at a point.
#[cfg(debug_assertions)]
#[derive(Clone, Copy)]
enum Fault {
    Die,
    Fail,
    Full,
}

/// Passes a point.
#[cfg(debug_assertions)]
pub(crate) fn pass() -> Result<(), Error> {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    static PASSED: AtomicU64 = AtomicU64::new(0);
    static PLAN: LazyLock<Option<(Fault, u64)>> = LazyLock::new(|| {
        let text = super::environment::variable("FEEDMILL_FAILPOINT")?;
        let (fault, number) = text.split_once(':')?;
        let fault = match fault {
            "die" => Fault::Die,
            "fail" => Fault::Fail,
            "full" => Fault::Full,
            _ => return None,
        };
        Some((fault, number.parse().ok()?))
    });
    let number = PASSED.fetch_add(1, Ordering::Relaxed) + 1;
    match *PLAN {
        Some((Fault::Die, at)) if at == number => std::process::abort(),
        Some((Fault::Full, at)) if at <= number => Err(std::io::ErrorKind::StorageFull.into()),
        Some((Fault::Fail, at)) if at == number => Err(std::io::ErrorKind::StorageFull.into()),
        _ => Ok(()),
    }
}

/// Passes a point; there is none in this build.
#[cfg(not(debug_assertions))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature in every build")]
pub(crate) fn pass() -> Result<(), Error> {
    Ok(())
}
