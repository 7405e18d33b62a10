//! Arguments → [`feedmill::cli`] → exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    feedmill::cli::run()
}
