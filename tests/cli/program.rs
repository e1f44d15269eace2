//! The binary as a child process: run to its end, or as a server that is called over HTTP.
//!
//! Waiting is reading: a line, an answer, the end of the process. Nothing here sleeps.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(30);

/// A folder of its own for each test, with the data directory in it; removed at the end.
pub struct Folder {
    home: PathBuf,
    data: PathBuf,
}

impl Folder {
    pub fn new() -> Self {
        static LAST: AtomicU32 = AtomicU32::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        let home = std::env::temp_dir().join(format!("bellwire-cli-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&home).unwrap();
        Self { data: home.join("data"), home }
    }

    /// As [`Folder::new`], with a path that is longer than a socket's may be.
    pub fn deep() -> Self {
        let mut folder = Self::new();
        folder.data = folder.home.join("d".repeat(100)).join("data");
        folder
    }

    /// The data directory, which the first command makes.
    pub fn path(&self) -> &Path {
        &self.data
    }

    /// What is around it.
    pub fn home(&self) -> &Path {
        &self.home
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// A command without the settings of whoever runs the tests.
pub fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellwire"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("BELLWIRE_")) {
        command.env_remove(name);
    }
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub fn bellwire(folder: &Folder, args: &[&str]) -> Said {
    bellwire_with(folder, args, "")
}

pub fn bellwire_alone(args: &[&str]) -> Said {
    say(command(args), "")
}

/// Runs a command on the folder, with this on its standard input.
pub fn bellwire_with(folder: &Folder, args: &[&str], input: &str) -> Said {
    let mut command = command(args);
    command.args(["--data", folder.path().to_str().unwrap()]);
    say(command, input)
}

fn say(mut command: Command, input: &str) -> Said {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    // Who does not read has ended by then.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Said {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// An answer over HTTP.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    /// Null when it is no JSON.
    pub body: Value,
}

/// A server that listens; killed when it is dropped.
pub struct Server {
    child: Child,
    lines: Mutex<Receiver<String>>,
    pub url: String,
}

impl Server {
    pub fn start(folder: &Folder) -> Self {
        let data = folder.path().to_str().unwrap();
        Self::spawn(command(&["serve", "--data", data, "--listen", "127.0.0.1:0"]))
    }

    pub fn spawn(mut command: Command) -> Self {
        command.stderr(Stdio::inherit());
        Self::spawn_quiet(command)
    }

    /// As [`Server::spawn`]; the log goes where the command says.
    pub fn spawn_quiet(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let mut server = Self { child, lines: Mutex::new(lines), url: String::new() };
        let first = server.line();
        first.strip_prefix("listening on ").unwrap().clone_into(&mut server.url);
        server
    }

    /// The next line of stdout.
    pub fn line(&self) -> String {
        self.lines.lock().unwrap().recv_timeout(PATIENCE).unwrap()
    }

    pub fn get(&self, path: &str, bearer: &str) -> Answer {
        read(self.request("GET", path, bearer, "", "close"))
    }

    pub fn get_with_cookie(&self, path: &str, cookie: &str) -> Answer {
        let mut stream = self.connect();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\n", self.host()).unwrap();
        write!(stream, "Connection: close\r\n\r\n").unwrap();
        read(stream)
    }

    pub fn post(&self, path: &str, bearer: &str, body: &Value) -> Answer {
        read(self.request("POST", path, bearer, &body.to_string(), "close"))
    }

    /// A call whose answer does not end by itself.
    pub fn open(&self, path: &str, bearer: &str) -> TcpStream {
        self.request("GET", path, bearer, "", "keep-alive")
    }

    fn host(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.host()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    fn request(&self, method: &str, path: &str, bearer: &str, body: &str, connection: &str) -> TcpStream {
        let mut stream = self.connect();
        let credential =
            if bearer.is_empty() { String::new() } else { format!("Authorization: Bearer {bearer}\r\n") };
        let content = if body.is_empty() {
            String::new()
        } else {
            format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len())
        };
        let host = self.host();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: {connection}\r\n");
        stream.write_all(format!("{head}{credential}{content}\r\n{body}").as_bytes()).unwrap();
        stream
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([format!("-{name}"), pid]).status().unwrap().success());
    }

    /// Asks it to stop and waits until it has.
    pub fn stop(mut self) -> ExitStatus {
        self.signal("TERM");
        self.child.wait().unwrap()
    }

    /// Ends it on the spot.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(mut stream: TcpStream) -> Answer {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_owned(), body: serde_json::from_str(body).unwrap_or_default() }
}
