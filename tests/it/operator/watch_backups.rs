//! Backups that fail for real, because something is in their way or their disk is full: told once, and so is the end.

use std::cell::RefCell;
use std::time::Duration;

use bellwire::config::Settings;
use bellwire::domain::condition::Limits;
use bellwire::flows::watch::Watch;
use bellwire::store::{Engine, backup_runs};

use super::watch::{MINUTE, SmallDisk, look_at_rest, standing};
use crate::support::call::within;
use crate::support::{TestApp, run_set};

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

fn watch(app: &TestApp) -> Watch {
    let limits = Limits { disk_percent: 0, ..Limits::default() };
    Watch::new(limits, app.app.settings.data.clone()).backed_up(Some(DAY))
}

/// Waits until the last attempt ended so. After a failure the next one is due in ten minutes; it has the time that it takes.
async fn ended(app: &TestApp, is_good: bool) {
    within("a backup comes to its end", async {
        loop {
            let last = app.read(backup_runs::find_last_ended).await;
            if last.as_ref().is_some_and(|run| run.verified == is_good) {
                return;
            }
            if last.is_some_and(|run| app.now() < run.at + 11 * 60_000) {
                app.advance(MINUTE).await;
            }
            app.breathe().await;
        }
    })
    .await;
}

#[test]
fn backups_that_cannot_be_made_and_grow_late() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        // A file stands where the folder is to be.
        let change = |settings: &mut Settings| {
            let dir = settings.data.join("backups");
            std::fs::write(&dir, "in the way").unwrap();
            settings.running.backup_dir = Some(dir);
            settings.running.backup_every = DAY;
        };
        run_set(engine, change, async |app: &TestApp| {
            let (olga, mut watch) = (app.operator().await, watch(app));
            let dir = app.app.settings.data.join("backups");
            ended(app, false).await;
            assert_eq!(look_at_rest(app, &mut watch).await, 1);
            assert_eq!(look_at_rest(app, &mut watch).await, 0, "told once");
            assert_eq!(standing(&olga).await, ["backup_failed"]);
            let health = olga.get("/v1/operator/health").await.ok(200);
            let text = health["standing"][0]["text"].as_str().unwrap();
            assert!(text.contains(&*dir.to_string_lossy()), "{text}");
            let mut told = 0;
            for _ in 0..49 {
                app.advance(HOUR).await;
                told += look_at_rest(app, &mut watch).await;
            }
            let olga = app.operator().await;
            assert_eq!((told, standing(&olga).await.len()), (1, 2), "{:?}", standing(&olga).await);
            assert!(standing(&olga).await.contains(&"backup_late".to_owned()));
            std::fs::remove_file(&dir).unwrap();
            ended(app, true).await;
            assert_eq!(look_at_rest(app, &mut watch).await, 2, "both are over");
            assert_eq!(look_at_rest(app, &mut watch).await, 0);
            assert!(standing(&olga).await.is_empty());
            let health = olga.get("/v1/operator/health").await.ok(200);
            assert_eq!(health["history"].as_array().unwrap().len(), 2, "{health}");
            app.settle().await;
            let root = app.cookie("root").await;
            assert!(app.titles(&root, "").await.is_empty(), "it is the operator's");
        });
    }
}

#[test]
fn backups_on_a_disk_that_is_full() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let disk = RefCell::new(None);
        let change = |settings: &mut Settings| {
            let small = SmallDisk::mount(&settings.data.join("small"), 32);
            if let Some(small) = small {
                let mut zeros = std::fs::File::create(small.0.join("full")).unwrap();
                let copied = std::io::copy(&mut std::io::repeat(0), &mut zeros);
                assert!(copied.is_err(), "the disk is full");
                settings.running.backup_dir = Some(small.0.join("backups"));
                settings.running.backup_every = DAY;
                *disk.borrow_mut() = Some(small);
            }
        };
        run_set(engine, change, async |app: &TestApp| {
            let Some(small) = disk.take() else {
                eprintln!("skipped: no disk can be mounted here");
                return;
            };
            // Nobody else runs this server: its administrators hear of it.
            let (root, ann, mut watch) = (app.cookie("root").await, app.cookie("ann").await, watch(app));
            ended(app, false).await;
            assert_eq!(look_at_rest(app, &mut watch).await, 1);
            app.settle().await;
            assert_eq!(app.titles(&root, "").await, ["No backup was made"]);
            assert!(app.titles(&ann, "").await.is_empty());
            std::fs::remove_file(small.0.join("full")).unwrap();
            ended(app, true).await;
            assert_eq!(look_at_rest(app, &mut watch).await, 1);
            assert_eq!(look_at_rest(app, &mut watch).await, 0);
            app.settle().await;
            assert_eq!(app.titles(&root, "").await.len(), 1, "what was told of it is gone");
            let over = app.newest(&root).await;
            assert_eq!(
                (over["severity"].as_str(), over["body"].as_str()),
                (Some("success"), Some("A backup was made again."))
            );
        });
    }
}
