//! The program `sealpost`. Everything is in the library, where tests reach it.

use std::process::ExitCode;

fn main() -> ExitCode {
    sealpost_server::main()
}
