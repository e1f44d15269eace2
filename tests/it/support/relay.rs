//! A relay that does what a story says, on a port and threads of its own: it takes letters, refuses them at any step, hangs
//! up, keeps silent, drips, lies, or shows a certificate that is not its own.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bellwire::channels::email::reading;
use bellwire::domain::mail::relay::{self, Auth, Secret, Security};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Where in the conversation something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    Greeting,
    Hello,
    Auth,
    Mail,
    Rcpt,
    Data,
    Dot,
}

/// What it does with one letter, or on the way to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Take,
    /// Answers so instead of what is hoped for.
    Say(At, &'static str),
    /// Hangs up instead of answering.
    Drop(At),
    /// Takes the letter, and hangs up before it says so.
    TakeAndDrop,
    /// Answers so after it took the letter.
    TakeAndSay(&'static str),
    /// Never answers.
    Silent(At),
    /// Answers a byte at a time, and never comes to an end.
    Drip(At),
    /// A line without an end.
    Endless(At),
}

/// A letter that was taken.
#[derive(Debug, Clone)]
pub struct Taken {
    pub from: String,
    pub to: Vec<String>,
    pub raw: String,
}

impl Taken {
    pub fn read(&self) -> reading::Read {
        reading::Read::parse(&self.raw)
    }

    pub fn header(&self, name: &str) -> String {
        self.read().header(name).unwrap_or_default().to_owned()
    }
}

#[derive(Default)]
struct Book {
    plan: VecDeque<Act>,
    usual: Option<Act>,
    taken: Vec<Taken>,
    commands: Vec<String>,
    connections: usize,
    /// Shown in place of the one that it began with.
    certificate: Option<&'static str>,
}

/// How it is reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Manner {
    /// A certificate of `tests/data/tls`; with it STARTTLS is offered.
    pub certificate: Option<&'static str>,
    /// TLS from the first byte.
    pub implicit: bool,
    pub pipelining: bool,
    pub utf8: bool,
    /// The mechanism that it offers, and user and password that it takes.
    pub auth: Option<(&'static str, &'static str, &'static str)>,
}

/// A relay that does what a story says.
#[derive(Clone)]
pub struct Relay {
    pub port: u16,
    book: Arc<Mutex<Book>>,
}

impl Relay {
    /// One that takes everything, in the open.
    pub fn start() -> Self {
        Self::with(Manner { pipelining: true, ..Manner::default() })
    }

    pub fn with(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let relay = Self { port: listener.local_addr().unwrap().port(), book: Arc::default() };
        let book = Arc::clone(&relay.book);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let book = Arc::clone(&book);
                // A connection that breaks has nothing more to say.
                std::thread::spawn(move || drop(serve(stream, manner, &book)));
            }
        });
        relay
    }

    /// A port that nobody listens on.
    pub fn nobody() -> u16 {
        TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap()
    }

    /// What it does with the next letters, in order; after them the usual.
    pub fn plan(&self, acts: &[Act]) {
        self.book().plan = acts.iter().copied().collect();
    }

    /// What it does with all others.
    pub fn usually(&self, act: Act) {
        self.book().usual = Some(act);
    }

    /// Shows another certificate from now on, to whoever connects.
    pub fn show(&self, certificate: &'static str) {
        self.book().certificate = Some(certificate);
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.book().taken.clone()
    }

    pub fn count(&self) -> usize {
        self.book().taken.len()
    }

    pub fn connections(&self) -> usize {
        self.book().connections
    }

    pub fn commands(&self) -> Vec<String> {
        self.book().commands.clone()
    }

    /// As settings name it.
    pub fn address(&self) -> relay::Relay {
        address(self.port)
    }
}

/// A relay on this machine, without encryption.
pub fn address(port: u16) -> relay::Relay {
    relay::Relay {
        id: "server-1".into(),
        host: "127.0.0.1".into(),
        port,
        security: Security::Plain,
        allow_plain: false,
        auth: Auth::None,
        user: String::new(),
        secret: Secret::default(),
        priority: 0,
    }
}

fn tls(name: &str) -> Arc<ServerConfig> {
    let file = |end: &str| {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tls").join(format!("{name}.{end}"))
    };
    let certificates = vec![CertificateDer::from_pem_file(file("pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(file("key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(config.with_no_client_auth().with_single_cert(certificates, key).unwrap())
}

trait Line: Read + Write + Send {}
impl<T: Read + Write + Send> Line for T {}

fn secure(stream: Box<dyn Line>, name: &str) -> Box<dyn Line> {
    Box::new(StreamOwned::new(ServerConnection::new(tls(name)).unwrap(), stream))
}

fn serve(stream: TcpStream, manner: Manner, book: &Mutex<Book>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream: Box<dyn Line> = Box::new(stream);
    let (act, certificate) = {
        let mut book = book.lock().unwrap();
        book.connections += 1;
        (next(&mut book), book.certificate.or(manner.certificate))
    };
    let manner = Manner { certificate, ..manner };
    if manner.implicit {
        stream = secure(stream, manner.certificate.unwrap());
    }
    let mut talk =
        Talk { line: BufReader::new(stream), manner, book, act: Some(act), encrypted: manner.implicit };
    talk.answer(At::Greeting, "220 relay.example ESMTP")?;
    while talk.command()? {}
    Ok(())
}

fn next(book: &mut Book) -> Act {
    book.plan.pop_front().or(book.usual).unwrap_or(Act::Take)
}

struct Talk<'a> {
    line: BufReader<Box<dyn Line>>,
    manner: Manner,
    book: &'a Mutex<Book>,
    /// For the letter that is next.
    act: Option<Act>,
    encrypted: bool,
}

fn hang_up<T>() -> std::io::Result<T> {
    Err(std::io::ErrorKind::ConnectionAborted.into())
}

impl Talk<'_> {
    fn say(&mut self, text: &str) -> std::io::Result<()> {
        let stream = self.line.get_mut();
        stream.write_all(format!("{text}\r\n").as_bytes())?;
        stream.flush()
    }

    /// Does what the plan has for this step, or says what is hoped for. True: the latter.
    fn answer(&mut self, at: At, good: &str) -> std::io::Result<bool> {
        match self.act {
            Some(Act::Say(here, text)) if here == at => {
                self.act = None;
                self.say(text)?;
                if text.starts_with("421") { hang_up() } else { Ok(false) }
            }
            Some(Act::Drop(here)) if here == at => hang_up(),
            Some(Act::Silent(here)) if here == at => {
                // Until the other side gives up.
                std::io::copy(&mut self.line, &mut std::io::sink())?;
                hang_up()
            }
            Some(Act::Drip(here)) if here == at => loop {
                self.line.get_mut().write_all(b"2")?;
                self.line.get_mut().flush()?;
                std::thread::park_timeout(Duration::from_millis(20));
            },
            Some(Act::Endless(here)) if here == at => loop {
                self.line.get_mut().write_all(&[b'2'; 4096])?;
            },
            _ => {
                self.say(good)?;
                Ok(true)
            }
        }
    }

    fn read(&mut self) -> std::io::Result<String> {
        let mut line = Vec::new();
        if self.line.read_until(b'\n', &mut line)? == 0 {
            return hang_up();
        }
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        Ok(line)
    }

    fn command(&mut self) -> std::io::Result<bool> {
        let line = self.read()?;
        self.book.lock().unwrap().commands.push(line.clone());
        let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => self.hello()?,
            "STARTTLS" => {
                self.say("220 go ahead")?;
                let nothing: Box<dyn Line> = Box::new(std::io::Cursor::new(Vec::new()));
                let plain = std::mem::replace(&mut self.line, BufReader::new(nothing));
                self.line = BufReader::new(secure(plain.into_inner(), self.manner.certificate.unwrap()));
                self.encrypted = true;
            }
            "AUTH" => self.auth(&line)?,
            "MAIL" => self.letter(&line)?,
            "RSET" | "NOOP" => self.say("250 ok")?,
            "QUIT" => {
                self.say("221 bye")?;
                return Ok(false);
            }
            _ => self.say("503 bad sequence")?,
        }
        Ok(true)
    }

    fn hello(&mut self) -> std::io::Result<()> {
        let mut offers = vec!["relay.example".to_owned()];
        let mut offer = |is_offered: bool, text: &str| offers.extend(is_offered.then(|| text.to_owned()));
        offer(self.manner.pipelining, "PIPELINING");
        offer(self.manner.utf8, "SMTPUTF8");
        offer(self.manner.certificate.is_some() && !self.encrypted, "STARTTLS");
        if let Some((mechanism, ..)) = self.manner.auth {
            offer(true, &format!("AUTH {mechanism}"));
        }
        let last = offers.len() - 1;
        let lines: Vec<String> = offers
            .iter()
            .enumerate()
            .map(|(at, offer)| format!("250{}{offer}", if at == last { ' ' } else { '-' }))
            .collect();
        self.answer(At::Hello, &lines.join("\r\n")).map(drop)
    }

    fn auth(&mut self, line: &str) -> std::io::Result<()> {
        use base64::Engine as _;
        let decode = |text: &str| {
            let bytes = base64::engine::general_purpose::STANDARD.decode(text).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let (mechanism, user, password) = self.manner.auth.unwrap();
        let said = match mechanism {
            "LOGIN" => {
                self.say("334 VXNlcm5hbWU6")?;
                let user = decode(&self.read()?);
                self.say("334 UGFzc3dvcmQ6")?;
                format!("{user}|{}", decode(&self.read()?))
            }
            _ => decode(line.split(' ').nth(2).unwrap_or_default()),
        };
        let hoped = match mechanism {
            "PLAIN" => format!("\0{user}\0{password}"),
            "LOGIN" => format!("{user}|{password}"),
            _ => format!("user={user}\u{1}auth=Bearer {password}\u{1}\u{1}"),
        };
        match (said == hoped, mechanism) {
            (true, _) => self.answer(At::Auth, "235 welcome").map(drop),
            (false, "XOAUTH2") => {
                self.say("334 eyJzdGF0dXMiOiI0MDEifQ==")?;
                assert_eq!(self.read()?, "");
                self.say("535 5.7.8 bad token")
            }
            (false, _) => self.say("535 5.7.8 bad credentials"),
        }
    }

    fn letter(&mut self, mail: &str) -> std::io::Result<()> {
        if self.act.is_none() {
            let act = next(&mut self.book.lock().unwrap());
            self.act = Some(act);
        }
        let address = |line: &str| {
            let inside = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
            inside.map_or("", |(address, _)| address).to_owned()
        };
        if !self.answer(At::Mail, "250 ok")? {
            return self.skip_envelope();
        }
        let from = address(mail);
        let mut to = Vec::new();
        loop {
            let line = self.read()?;
            self.book.lock().unwrap().commands.push(line.clone());
            if line.starts_with("RCPT") {
                if self.answer(At::Rcpt, "250 ok")? {
                    to.push(address(&line));
                }
            } else if line.starts_with("DATA") {
                break;
            } else {
                self.act = None;
                return self.say("250 reset");
            }
        }
        if to.is_empty() {
            return self.say("554 no valid recipients");
        }
        if !self.answer(At::Data, "354 go ahead")? {
            return Ok(());
        }
        let mut raw = String::new();
        loop {
            let line = self.read_raw()?;
            if line == ".\r\n" {
                break;
            }
            raw.push_str(line.strip_prefix('.').unwrap_or(&line));
        }
        let act = self.act;
        let takes = matches!(act, Some(Act::Take | Act::TakeAndDrop | Act::TakeAndSay(_)));
        if takes {
            self.book.lock().unwrap().taken.push(Taken { from, to, raw });
        }
        match act {
            Some(Act::TakeAndDrop) => return hang_up(),
            Some(Act::TakeAndSay(text)) => self.say(text)?,
            _ => drop(self.answer(At::Dot, "250 2.0.0 taken")?),
        }
        self.act = None;
        Ok(())
    }

    /// After MAIL was refused: with pipelining RCPT and DATA are there already.
    fn skip_envelope(&mut self) -> std::io::Result<()> {
        if self.manner.pipelining {
            for _ in 0..2 {
                self.read()?;
                self.say("503 bad sequence")?;
            }
        }
        Ok(())
    }

    fn read_raw(&mut self) -> std::io::Result<String> {
        let mut line = Vec::new();
        if self.line.read_until(b'\n', &mut line)? == 0 {
            return hang_up();
        }
        Ok(String::from_utf8_lossy(&line).into_owned())
    }
}
