//! A relay inside the process, that keeps what it is handed in place of sending it: for the demo's mailbox, and to measure
//! against. A real conversation on a real port of this machine; it believes everybody and refuses nothing.

use std::sync::Arc;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::shutdown::{Shutdown, Token};

/// The largest letter that is taken.
const LARGEST: usize = 4 * 1024 * 1024;

/// A letter that was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    pub from: String,
    pub to: Vec<String>,
    /// Without the dots of the wire.
    pub raw: String,
}

/// What is done with a letter.
pub type Keep = Arc<dyn Fn(Received) + Send + Sync>;

/// Takes letters until the server stops.
pub async fn serve(listener: TcpListener, keep: Keep, shutdown: Shutdown) {
    let mut stop = shutdown.token();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let _ = stream.set_nodelay(true);
                shutdown.spawn("sink", converse(stream, Arc::clone(&keep), shutdown.token()));
            }
            () = stop.triggered() => return,
        }
    }
}

async fn converse(stream: TcpStream, keep: Keep, mut stop: Token) {
    tokio::select! {
        // A connection that breaks has nothing more to say.
        _ = talk(stream, &keep) => {}
        () = stop.triggered() => {}
    }
}

async fn talk(mut stream: TcpStream, keep: &Keep) -> std::io::Result<()> {
    let (reader, mut writer) = stream.split();
    let mut reader = BufReader::new(reader);
    writer.write_all(b"220 sink ready\r\n").await?;
    let (mut line, mut from, mut to) = (String::new(), String::new(), Vec::new());
    let mut answers = Vec::new();
    loop {
        line.clear();
        if (&mut reader).take(4096).read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let command = line.trim_end();
        let verb = command.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match verb.as_str() {
            "EHLO" => b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
            "HELO" | "NOOP" => b"250 2.0.0 ok\r\n",
            "RSET" => {
                to.clear();
                b"250 2.0.0 ok\r\n"
            }
            "MAIL" => {
                from = address(command);
                b"250 2.1.0 ok\r\n"
            }
            "RCPT" => {
                to.push(address(command));
                b"250 2.1.5 ok\r\n"
            }
            "DATA" => {
                answers.extend_from_slice(b"354 go ahead\r\n");
                writer.write_all(&answers).await?;
                answers.clear();
                let raw = letter(&mut reader).await?;
                keep(Received { from: std::mem::take(&mut from), to: std::mem::take(&mut to), raw });
                b"250 2.0.0 kept\r\n"
            }
            "QUIT" => {
                writer.write_all(b"221 2.0.0 bye\r\n").await?;
                return Ok(());
            }
            _ => b"502 5.5.1 unknown\r\n",
        };
        // Answers to commands that came in one packet go in one, too.
        answers.extend_from_slice(answer);
        if reader.buffer().is_empty() {
            writer.write_all(&answers).await?;
            answers.clear();
        }
    }
}

/// Reads up to the last dot, and takes the doubled dots away.
async fn letter(reader: &mut (impl tokio::io::AsyncBufRead + Unpin)) -> std::io::Result<String> {
    let mut raw = Vec::new();
    loop {
        let begin = raw.len();
        let read = reader.read_until(b'\n', &mut raw).await?;
        if read == 0 || raw.len() > LARGEST {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if &raw[begin..] == b".\r\n" {
            raw.truncate(begin);
            return Ok(String::from_utf8_lossy(&raw).into_owned());
        }
        if raw[begin] == b'.' {
            raw.remove(begin);
        }
    }
}

fn address(command: &str) -> String {
    let inside = command.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map_or("", |(address, _)| address).to_owned()
}
