//! Behind the proxies of `packaging/`: a real nginx and a real Caddy, each with its example's own lines, keep a stream open
//! and hold nothing back.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::json;

use crate::program::{Folder, Server, bellwire, command};

const NGINX: &str = include_str!("../../packaging/nginx/bellwire.conf");
const CADDY: &str = include_str!("../../packaging/caddy/Caddyfile");

/// A proxy of its own, ended when it is dropped.
struct Proxy(Child);

impl Drop for Proxy {
    fn drop(&mut self) {
        let pid = self.0.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        let _ = self.0.wait();
    }
}

/// The example with another address to listen on, without the certificate, and with our server behind it.
fn nginx_conf(folder: &Path, port: u16, server: &str) -> String {
    let lines = NGINX.lines().filter(|line| !line.contains("ssl_certificate")).map(|line| {
        line.replace("443 ssl", &format!("127.0.0.1:{port}"))
            .replace("server 127.0.0.1:8080", &format!("server {server}"))
    });
    let site = lines.collect::<Vec<_>>().join("\n");
    let folder = folder.display();
    format!(
        "daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
         events {{ worker_connections 64; }}
         http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;
             fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
             {site}
         }}"
    )
}

/// The same for Caddy: no certificate, no port for its own administration, nothing left elsewhere.
fn caddyfile(folder: &Path, port: u16, server: &str) -> String {
    let storage = format!("admin off\n\tstorage file_system {}\n\tgrace_period 1s", folder.display());
    CADDY
        .replace("grace_period 5s", &storage)
        .replace("bell.example.com {\n", &format!("http://:{port} {{\n\tbind 127.0.0.1\n"))
        .replace("reverse_proxy 127.0.0.1:8080", &format!("reverse_proxy {server}"))
}

fn get(port: u16, path: &str, token: &str) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let head =
        format!("GET {path} HTTP/1.1\r\nHost: bell.example.com\r\nAuthorization: Bearer {token}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

fn read_until(stream: &mut TcpStream, text: &mut String, word: &str) {
    while !text.contains(word) {
        let mut piece = [0; 1024];
        let read = stream.read(&mut piece).unwrap();
        assert!(read > 0, "it ended without {word}: {text}");
        text.push_str(&String::from_utf8_lossy(&piece[..read]));
    }
}

/// A program with its arguments, quiet, with `folder` as its home.
fn quiet(program: &str, folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args).stdout(Stdio::null()).stderr(Stdio::null()).env("HOME", folder);
    command
}

fn is_here(program: &str, version: &str) -> bool {
    Command::new(program).arg(version).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// Tells the story behind a proxy: `checked` is a command that looks whether it understands its settings, `started` runs it.
fn behind(
    settings: impl Fn(&Path, u16, &str) -> String,
    checked: impl Fn(&Path, &str) -> Command,
    started: impl Fn(&Path, &str) -> Command,
) {
    let folder = Folder::new();
    let server = {
        let data = folder.path().to_str().unwrap();
        Server::spawn(command(&["serve", "--data", data, "--listen", "127.0.0.1:0", "--trust-forwarded"]))
    };
    for args in [
        &["group", "add", "g", "--name", "G"][..],
        &["user", "add", "a@x.example", "--name", "A", "--group", "g"],
    ] {
        assert_eq!(bellwire(&folder, args).code, 0);
    }
    let key = bellwire(&folder, &["key", "add", "k", "--scope", "all"]).out.trim().to_owned();
    let made = server.post("/v1/tokens", &key, &json!({ "user": "a@x.example" }));
    let token = made.body["token"].as_str().unwrap().to_owned();

    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let config = folder.home().join("proxy.conf");
    let server_at = server.url.strip_prefix("http://").unwrap();
    std::fs::write(&config, settings(folder.home(), port, server_at)).unwrap();
    let config = config.to_str().unwrap();
    let tested = checked(folder.home(), config).stderr(Stdio::piped()).output().unwrap();
    assert!(tested.status.success(), "{}", String::from_utf8_lossy(&tested.stderr));
    let running = Proxy(started(folder.home(), config).spawn().unwrap());
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        std::thread::yield_now();
    }

    let mut stream = get(port, "/v1/stream", &token);
    let mut text = String::new();
    read_until(&mut stream, &mut text, "retry: ");
    assert!(text.starts_with("HTTP/1.1 200") && text.to_lowercase().contains("text/event-stream"), "{text}");
    for number in 0..3 {
        // Each is heard before the next is sent: nothing waits for a buffer to be full.
        let sent = server.post(
            "/v1/notifications",
            &key,
            &json!({ "body": format!("number {number}"), "groups": ["g"] }),
        );
        assert_eq!(sent.status, 202);
        read_until(&mut stream, &mut text, &format!("number {number}"));
    }
    let mut refused = get(port, "/metrics", &key);
    let mut text = String::new();
    read_until(&mut refused, &mut text, "\r\n");
    assert!(text.starts_with("HTTP/1.1 403"), "{text}");
    // A proxy that is asked to stop waits for those whom it serves.
    drop((stream, refused));
    drop(running);
    assert!(server.stop().success());
}

#[test]
fn a_stream_through_nginx_stays_open_and_each_line_leaves_at_once() {
    if is_here("nginx", "-v") {
        let run = |folder: &Path, config: &str| {
            quiet("nginx", folder, &["-c", config, "-p", folder.to_str().unwrap()])
        };
        let check = |folder: &Path, config: &str| {
            let mut check = run(folder, config);
            check.arg("-t");
            check
        };
        behind(nginx_conf, check, run);
    } else {
        println!("SKIPPED: there is no nginx on this machine");
    }
}

#[test]
fn a_stream_through_caddy_stays_open_and_each_line_leaves_at_once() {
    if is_here("caddy", "version") {
        let caddy = |verb: &'static str| {
            move |folder: &Path, config: &str| {
                quiet("caddy", folder, &[verb, "--config", config, "--adapter", "caddyfile"])
            }
        };
        behind(caddyfile, caddy("validate"), caddy("run"));
    } else {
        println!("SKIPPED: there is no Caddy on this machine");
    }
}
