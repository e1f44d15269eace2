//! Letters to a full mail server of somebody else's: Exim from Debian, which asks for STARTTLS and a password before it takes
//! anything, and puts what it takes into mailboxes.
//!
//! It runs from a folder of its own as nobody in particular: a wrapper around the list of users tells it that it is who it
//! wants to be.

use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use bellwire::channels::email::reading::Read;
use bellwire::config::Settings;
use bellwire::domain::delivery::DeliveryState::{Dead, Queued, Sent};
use bellwire::domain::mail::relay::{self, Auth, Secret, Security};
use bellwire::store::Engine;

use super::{delivered, delivery, move_to, mta, relay_of, run_set, send_to, until, use_relays};
use crate::support::TestApp;

const USER: &str = "bell@example.com";
const PASSWORD: &str = "s3cret %+/=";
/// A number that is nobody's, in most places.
const NOBODY: u32 = 65_534;

/// A running Exim; it ends with this.
struct Exim {
    child: Child,
    port: u16,
    folder: PathBuf,
}

impl Drop for Exim {
    fn drop(&mut self) {
        // With all who serve a connection: they would go on writing into the folder.
        let group = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Exim {
    /// One that shows this certificate of `tests/data/tls`; `None` where there is no Exim.
    fn start(name: &str, certificate: &str) -> Option<Self> {
        let program = mta::find("exim4")?;
        let folder = std::env::temp_dir().join(format!("bellwire-exim-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let tls = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tls");
        // Everything is copied: whom it runs as may not look into the house.
        let mut copied = mta::library_files();
        copied.extend([
            program,
            tls.join(format!("{certificate}.pem")),
            tls.join(format!("{certificate}.key")),
        ]);
        for file in copied {
            std::fs::copy(&file, folder.join(file.file_name().unwrap())).unwrap();
        }
        let own = rustix::process::geteuid().as_raw();
        let user = if own == 0 { NOBODY } else { own };
        let group = if own == 0 { NOBODY } else { rustix::process::getegid().as_raw() };
        let line = |name: &str, number: u32| format!("{name}:x:{number}:{group}::/:/bin/sh\n");
        let passwd = line("root", 0) + &line("someone", user) + &line("Debian-exim", user);
        std::fs::write(folder.join("passwd"), passwd).unwrap();
        std::fs::write(folder.join("group"), format!("root:x:0:\nDebian-exim:x:{group}:\n")).unwrap();
        std::fs::write(folder.join("people"), "ann: 1\nbob: 1\nбоб: 1\n").unwrap();
        let config = CONFIG
            .replace("PORT", &port.to_string())
            .replace("FOLDER", folder.to_str().unwrap())
            .replace("CERTIFICATE", certificate)
            .replace("PASSWORD", PASSWORD)
            .replace("USER", USER);
        std::fs::write(folder.join("exim.conf"), config).unwrap();
        let preload = folder.join(mta::library("libnss_wrapper.so").file_name().unwrap());
        let mut command = Command::new(folder.join("exim4"));
        command.arg("-C").arg(folder.join("exim.conf")).arg("-bdf").current_dir(&folder);
        command.env("LD_LIBRARY_PATH", &folder).env("LD_PRELOAD", preload);
        command
            .env("NSS_WRAPPER_PASSWD", folder.join("passwd"))
            .env("NSS_WRAPPER_GROUP", folder.join("group"));
        if own == 0 {
            chown(&folder, Some(user), Some(group)).unwrap();
            for file in std::fs::read_dir(&folder).unwrap() {
                chown(file.unwrap().path(), Some(user), Some(group)).unwrap();
            }
            command.uid(user).gid(group);
        }
        std::fs::set_permissions(folder.join("exim4"), PermissionsExt::from_mode(0o755)).unwrap();
        command.process_group(0);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        Some(Self { child, port, folder })
    }

    async fn listens(&self, app: &TestApp) {
        let port = self.port;
        until(app, "Exim listens", async || TcpStream::connect(("127.0.0.1", port)).is_ok()).await;
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("mainlog")).unwrap_or_default()
    }

    /// How it is reached.
    fn address(&self, auth: Auth, secret: &str) -> relay::Relay {
        let (security, host) = (Security::Starttls, "localhost".to_owned());
        relay::Relay {
            security,
            host,
            auth,
            user: USER.into(),
            secret: Secret(secret.into()),
            ..relay_of(self.port)
        }
    }

    /// What is in somebody's mailbox.
    fn mailbox(&self, who: &str) -> Vec<String> {
        let files = std::fs::read_dir(self.folder.join("mail").join(who).join("new")).into_iter().flatten();
        // It keeps letters with the ends of lines that are usual here.
        let letter = |path| std::fs::read_to_string(path).unwrap().replace('\n', "\r\n");
        files.map(|file| letter(file.unwrap().path())).collect()
    }

    /// Waits until it has finished with everything that it took.
    async fn sorted(&self, app: &TestApp, letters: usize) {
        until(app, "Exim has sorted the letters", async || {
            self.log().matches(" Completed\n").count() >= letters
        })
        .await;
    }
}

/// Tells a story on a server that hands its letters to an Exim with this certificate.
fn with_exim(
    name: &str,
    certificate: &str,
    (auth, secret): (Auth, &str),
    story: impl AsyncFnOnce(&TestApp, &Exim),
) {
    let Some(exim) = Exim::start(name, certificate) else { return };
    let settings = |settings: &mut Settings| use_relays(settings, vec![exim.address(auth, secret)]);
    run_set(Engine::Sqlite, settings, async |app: &TestApp| {
        exim.listens(app).await;
        story(app, &exim).await;
    });
}

/// A line of a letter, longer from one to the next.
fn line(number: usize) -> String {
    format!("line {number}: {}end", "long ".repeat(number))
}

/// A letter in somebody's mailbox is his, came by the way it should, and says what was written; answers its name.
fn assert_whole(raw: &str, who: &str) -> String {
    assert_eq!(raw.matches(&format!("Envelope-to: {who}@example.com")).count(), 1, "{raw}");
    let came = raw.starts_with(&format!("Return-path: <{USER}>")) && raw.contains("with esmtpsa ");
    assert!(came, "{raw}");
    let read = Read::parse(raw);
    let dots = ".\r\n..\r\n.a dot begins this line, Ёлка at its end.";
    assert!(read.text.contains(dots) && read.html.contains("Ёлка"), "{:?}", read.text);
    for line in (0..30).map(line) {
        assert!(read.text.contains(&line) && read.html.contains(&line), "{line:?} is not in {raw}");
    }
    read.header("Message-ID").unwrap().to_owned()
}

/// Letters over one connection and another, each in its mailbox once and as it was written.
async fn takes_letters(app: &TestApp, exim: &Exim, mechanism: &str) {
    let ann = app.cookie("ann").await;
    let lines: Vec<String> = (0..30).map(line).collect();
    let body = format!(".<br>..<br>.a dot begins this line, Ёлка at its end.<br>{}", lines.join("<br>"));
    let mut sent = Vec::new();
    for number in 0..4 {
        if number == 2 {
            // The next begins anew.
            app.ctx().mail.post.sweep(true).await;
        }
        let title = format!("Заказ № {number} is here");
        let draft =
            serde_json::json!({"title": title, "body": body, "users": [app.id("ann"), app.id("bob")]});
        sent.push((app.send_draft(&ann, draft).await, title));
        delivered(app).await;
    }
    exim.sorted(app, 8).await;
    let mut ids = Vec::new();
    for who in ["ann", "bob"] {
        let mailbox = exim.mailbox(who);
        assert_eq!(mailbox.len(), sent.len(), "{}", exim.log());
        for (_, title) in &sent {
            let here: Vec<&String> =
                mailbox.iter().filter(|raw| Read::parse(raw).header("Subject") == Some(title)).collect();
            let [raw] = here.as_slice() else { panic!("{title}: {} copies", here.len()) };
            ids.push(assert_whole(raw, who));
        }
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 8);
    let log = exim.log();
    let taken: Vec<&str> = log.lines().filter(|line| line.contains(" <= ")).collect();
    assert_eq!(taken.len(), 8, "{log}");
    for line in taken {
        let way = [" X=TLS1.3:", &format!(" A={mechanism}:{USER} ")];
        assert!(way.iter().all(|part| line.contains(part)), "{line}");
    }
    // The relay's answer is in the delivery's story, the password is not.
    let root = app.cookie("root").await;
    for (notification, _) in &sent {
        let found = root.get(&format!("/v1/deliveries?notification={notification}")).await.ok(200);
        let id = found["items"][0]["id"].as_str().unwrap().to_owned();
        let story = root.get(&format!("/v1/deliveries/{id}")).await.ok(200).to_string();
        assert!(story.contains("250 OK id=") && !story.contains(PASSWORD), "{story}");
    }
}

#[test]
fn a_full_server_takes_letters_after_auth_plain() {
    let way = (Auth::Plain, PASSWORD);
    with_exim("plain", "good", way, async |app: &TestApp, exim: &Exim| {
        takes_letters(app, exim, "plain").await;
    });
}

#[test]
fn a_full_server_takes_letters_after_auth_login() {
    let way = (Auth::Login, PASSWORD);
    with_exim("login", "good", way, async |app: &TestApp, exim: &Exim| {
        takes_letters(app, exim, "login").await;
    });
}

/// One letter to Bob; its state, reason and detail.
async fn one(app: &TestApp) -> (bellwire::domain::delivery::DeliveryState, Option<String>, String) {
    let ann = app.cookie("ann").await;
    let id = send_to(app, &ann, "bob", "Secret").await;
    delivered(app).await;
    let end = delivery(app, &id).await;
    (end.state, end.reason, end.detail.unwrap_or_default())
}

#[test]
fn a_full_server_refuses_a_wrong_password_and_none() {
    for (name, auth, step) in [
        ("wrong-plain", Auth::Plain, "auth: 535 "),
        ("wrong-login", Auth::Login, "auth: 535 "),
        ("none", Auth::None, "sender: 550 5.7.0 "),
    ] {
        with_exim(name, "good", (auth, "wrong"), async |app: &TestApp, exim: &Exim| {
            let (state, reason, detail) = one(app).await;
            assert_eq!((state, reason.as_deref()), (Queued, Some("relay_down")), "{detail}");
            assert!(detail.starts_with(step), "{detail}");
            assert!(!exim.log().contains(" <= "), "{}", exim.log());
        });
    }
}

#[test]
fn a_full_server_is_who_its_certificate_says_or_gets_nothing() {
    for (certificate, words) in [("wrong-host", "not valid for name"), ("expired", "expired")] {
        with_exim(certificate, certificate, (Auth::Plain, PASSWORD), async |app: &TestApp, exim: &Exim| {
            let (state, reason, detail) = one(app).await;
            assert_eq!((state, reason.as_deref()), (Queued, Some("relay_down")), "{detail}");
            let detail = detail.to_lowercase();
            assert!(detail.starts_with("tls: ") && detail.contains(words), "{detail}");
            assert!(!exim.log().contains(" <= ") && !exim.log().contains("A="), "{}", exim.log());
        });
    }
}

#[test]
fn a_full_server_knows_its_mailboxes() {
    with_exim("mailboxes", "good", (Auth::Plain, PASSWORD), async |app: &TestApp, exim: &Exim| {
        move_to(app, "bob", "gone@example.com").await;
        let (state, reason, detail) = one(app).await;
        assert_eq!((state, reason.as_deref()), (Dead, Some("bounced")), "{detail}");
        assert!(detail.starts_with("recipient: 550 5.1.1 "), "{detail}");
        // The connection is good for the next letter, also to an address beyond ASCII.
        move_to(app, "bob", "боб@example.com").await;
        assert_eq!(one(app).await.0, Sent);
        exim.sorted(app, 1).await;
        assert_eq!(exim.mailbox("боб").len(), 1, "{}", exim.log());
    });
}

const CONFIG: &str = r"
primary_hostname = localhost
exim_path = FOLDER/exim4
spool_directory = FOLDER/spool
log_file_path = FOLDER/%slog
pid_file_path = FOLDER/pid
daemon_smtp_ports = PORT
local_interfaces = 127.0.0.1
host_lookup =
smtp_accept_max = 40
tls_advertise_hosts = *
tls_certificate = FOLDER/CERTIFICATE.pem
tls_privatekey = FOLDER/CERTIFICATE.key
auth_advertise_hosts = ${if eq{$tls_in_cipher}{}{}{*}}
smtputf8_advertise_hosts = *
acl_smtp_mail = mail
acl_smtp_rcpt = rcpt
deliver_drop_privilege = true
keep_environment = LD_PRELOAD : LD_LIBRARY_PATH : NSS_WRAPPER_PASSWD : NSS_WRAPPER_GROUP

begin acl
mail:
  deny !encrypted = *
  deny !authenticated = *
       message = 5.7.0 sign in first
  accept
rcpt:
  deny !domains = example.com
       message = 5.7.1 not ours
  deny !local_parts = lsearch;FOLDER/people
       message = 5.1.1 no such mailbox
  accept

begin routers
mailbox:
  driver = accept
  transport = maildir

begin transports
maildir:
  driver = appendfile
  directory = FOLDER/mail/${lookup{$local_part}lsearch,ret=key{FOLDER/people}}
  maildir_format
  create_directory
  envelope_to_add
  return_path_add

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if and{{eq{$auth2}{USER}}{eq{$auth3}{PASSWORD}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${if and{{eq{$auth1}{USER}}{eq{$auth2}{PASSWORD}}}}
  server_set_id = $auth1
";
