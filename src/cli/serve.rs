//! `bellwire serve`: settings, log, server, control socket, and the two lines that scripts wait for.

use super::control::Control;
use super::{Result, result};
use crate::app::{App, StartError};
use crate::clock::Clock;
use crate::config::{LogFormat, ServeArgs, Settings};
use crate::ids::Ids;
use crate::telemetry;

pub(super) async fn serve(args: ServeArgs) -> Result<()> {
    let settings = Settings::load(args).map_err(|error| error.to_string())?;
    start_log(&settings)?;
    warn_of_risks(&settings);
    let app = launch(App::start(settings, Clock::System, Ids::system()).await)?;
    let control = Control::open(&app);
    announce(&app);
    app.run().await;
    drop(control);
    Ok(())
}

pub(super) fn start_log(settings: &Settings) -> Result<()> {
    let start = match settings.log_format {
        LogFormat::Text => telemetry::start_text_log,
        LogFormat::Json => telemetry::start_json_log,
    };
    start(&settings.log).map_err(|error| error.to_string())
}

/// Lets signals stop a server that has started.
pub(super) fn launch(started: Result<App, StartError>) -> Result<App> {
    let app = started.map_err(|error| error.to_string())?;
    app.shutdown().listen_for_signals().map_err(|error| error.to_string())?;
    Ok(app)
}

fn announce(app: &App) {
    // Scripts read the first line for the port; it names the address that is listened on, whatever is public.
    result(&format!("listening on http://{}", app.settings.listen));
    for link in &app.setup_links {
        // An account that an operator added waits for the command line to add its people.
        if link.account == "main" {
            result(&format!("set up: {}{}", app.base_url(), link.path));
        }
    }
}

fn warn_of_risks(settings: &Settings) {
    if settings.insecure_cookies {
        tracing::warn!(
            "session cookies travel over plain HTTP: whoever listens in the network can take them"
        );
    }
    if settings.public_url.is_none() && !settings.listen.ip().is_loopback() {
        tracing::warn!("public_url is not set: links in invitations start with the address listened on");
    }
}
