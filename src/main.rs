//! The command line; everything it does lives in the library.

use std::process::ExitCode;

// The tool alone: whoever embeds the library chooses for themselves.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cater::cli::main()
}
