//! Arguments → [`feedmill::cli`] → exit code.

use std::process::ExitCode;

/// Pages become thousands of small objects, which it hands out faster than the system does.
#[cfg(all(feature = "jemalloc", unix))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    feedmill::cli::run()
}
