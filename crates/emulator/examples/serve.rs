//! Serves an emulator on a socket and prints its URL: `cargo run -p d8-emulator --example serve -- --tier free`.
//! It ends with Ctrl-C, or by itself when its standard input is closed.

use std::error::Error;
use std::io::Write;

use d8_emulator::{Emulator, GeminiMinute, Latency, Options, Speed, serve};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (listen, options) = read_arguments(std::env::args().skip(1))?;
    let listener = TcpListener::bind(&listen).await?;
    writeln!(std::io::stdout(), "http://{}", listener.local_addr()?)?;
    serve(listener, Emulator::new(options), stop()).await?;
    Ok(())
}

fn read_arguments(mut arguments: impl Iterator<Item = String>) -> Result<(String, Options), Box<dyn Error>> {
    let (mut listen, mut options) = ("127.0.0.1:0".to_owned(), Options::default());
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or(format!("{name} wants a value"))?;
        match name.as_str() {
            "--listen" => listen = value,
            "--tier" => options.tier = value.parse()?,
            "--speed" => options.speed = Speed::new(value.parse()?).ok_or("--speed must be above zero")?,
            "--seed" => options.seed = value.parse()?,
            "--gemini-minute" if value == "sliding" => options.gemini_minute = GeminiMinute::Sliding,
            "--latency" if value == "hosted" => options.latency = Latency::hosted(),
            _ => return Err(format!("unknown argument {name} {value}").into()),
        }
    }
    Ok((listen, options))
}

/// Whoever started this holds its standard input open; when it goes, so does the server.
async fn stop() {
    let closed = async {
        let mut sink = [0; 64];
        while tokio::io::stdin().read(&mut sink).await.is_ok_and(|read| read > 0) {}
    };
    tokio::select! {
        () = closed => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
