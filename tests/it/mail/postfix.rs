//! Letters to somebody else's server: `smtp-sink`, which comes with Postfix, taking them and refusing in its own way.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use bellwire::config::Settings;
use bellwire::domain::delivery::DeliveryState::{Dead, Queued, Sent};
use bellwire::store::Engine;

use super::{delivered, delivery, mta, relay_of, run_set, send_to, use_relays};
use crate::support::TestApp;

/// A running `smtp-sink`; it ends with this.
struct Sink {
    child: Child,
    port: u16,
    folder: PathBuf,
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Sink {
    /// Starts one that keeps what it takes in files; `None` where there is no such program.
    fn start(name: &str, flags: &[&str]) -> Option<Self> {
        use std::os::unix::fs::PermissionsExt;
        let program = mta::find("smtp-sink")?;
        let folder = std::env::temp_dir().join(format!("bellwire-sink-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        // As root it wants to be somebody else, who must be able to write here.
        std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o777)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(program);
        mta::with_libraries(&mut command);
        if rustix::process::geteuid().is_root() {
            command.args(["-u", "nobody"]);
        }
        command.args(flags).args(["-d", "letter."]).arg(format!("127.0.0.1:{port}")).arg("100");
        let child = command.current_dir(&folder).stderr(Stdio::inherit()).spawn().unwrap();
        Some(Self { child, port, folder })
    }

    async fn listens(&self, app: &TestApp) {
        let port = self.port;
        super::until(app, "smtp-sink listens", async || TcpStream::connect(("127.0.0.1", port)).is_ok())
            .await;
    }

    fn letters(&self) -> Vec<String> {
        let text = |path: &Path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
        let files = std::fs::read_dir(&self.folder).unwrap();
        files.map(|file| text(&file.unwrap().path())).filter(|text| text.contains("Message-ID")).collect()
    }
}

/// Sends so many letters to a sink with these flags; answers the last delivery's end and what the sink has.
fn letters_to(name: &str, flags: &[&str], count: usize, look: impl Fn(&super::Delivery, &[String])) {
    let Some(sink) = Sink::start(name, flags) else { return };
    let settings = |settings: &mut Settings| use_relays(settings, vec![relay_of(sink.port)]);
    run_set(Engine::Sqlite, settings, async |app: &TestApp| {
        sink.listens(app).await;
        let ann = app.cookie("ann").await;
        let mut last = String::new();
        for number in 0..count {
            last = send_to(app, &ann, "bob", &format!("Письмо {number}\n.")).await;
            delivered(app).await;
        }
        look(&delivery(app, &last).await, &sink.letters());
    });
}

#[test]
fn postfix_takes_what_we_write() {
    letters_to("takes", &[], 5, |last, letters| {
        assert_eq!(last.state, Sent);
        assert_eq!(letters.len(), 5);
        for letter in letters {
            assert_eq!(letter.matches("X-Rcpt-Args: <bob@example.com>").count(), 1, "{letter}");
            assert_eq!(letter.matches("Auto-Submitted: auto-generated").count(), 1);
        }
    });
}

#[test]
fn postfix_refuses_for_now_and_for_good() {
    letters_to("soft", &["-r", "RCPT"], 1, |last, letters| {
        assert_eq!((last.state, last.reason.as_deref(), letters.len()), (Queued, Some("deferred"), 0));
    });
    letters_to("hard", &["-f", "RCPT"], 1, |last, letters| {
        assert_eq!((last.state, last.reason.as_deref(), letters.len()), (Dead, Some("bounced"), 0));
    });
    letters_to("gone", &["-q", "DATA"], 1, |last, _| {
        assert_eq!((last.state, last.reason.as_deref()), (Queued, Some("relay_down")));
    });
    letters_to("late", &["-q", "."], 1, |last, _| {
        assert_eq!((last.state, last.reason.as_deref()), (Queued, Some("relay_down")));
    });
}
