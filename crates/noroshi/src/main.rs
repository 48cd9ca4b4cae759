//! Runs it: command line, configuration, wiring, signals.

mod cli;
mod commands;
mod config;
mod demo;
mod logging;
mod outcome;
mod place;
mod print;
mod signals;
mod when;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let ended = match runtime {
        Ok(runtime) => {
            let ended = runtime.block_on(commands::run(cli));
            // Whatever still reads (standard input, say) must not keep us.
            runtime.shutdown_background();
            ended
        }
        Err(error) => Err(error.into()),
    };
    outcome::exit_code(ended)
}
