//! A PostgreSQL of the test's own that keeps what it acknowledges (the server of the other tests does not wait for the
//! disk), and that can be killed.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

pub struct OwnServer {
    folder: tempfile::TempDir,
    binaries: PathBuf,
    port: u16,
}

impl OwnServer {
    pub fn start() -> OwnServer {
        let folder = tempfile::Builder::new().prefix("hearth-own-server").tempdir().unwrap();
        let mut server = OwnServer { folder, binaries: binaries(), port: 0 };
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(server.folder.path()));
        }
        run(server
            .owned("initdb")
            .args(["--username=hearth", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"])
            .arg(format!("--pgdata={}", server.data().display())));
        for _ in 0..5 {
            // A port that nobody listens on now; another may be quicker, so there are several tries.
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            server.port = listener.local_addr().unwrap().port();
            drop(listener);
            if server.open() {
                return server;
            }
        }
        panic!("PostgreSQL did not start: see {}", server.folder.path().display());
    }

    /// Opens the server over its folder, also after it was killed.
    pub fn open(&self) -> bool {
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories= -c max_connections=100 -c fsync=on -c synchronous_commit=on",
            self.port
        );
        (0..40).any(|_| {
            let opened = self
                .owned("pg_ctl")
                .arg(format!("--pgdata={}", self.data().display()))
                .arg(format!("--log={}", self.folder.path().join("data/server.log").display()))
                .args(["--wait", "--timeout=60", "--options", &options, "start"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .unwrap()
                .success();
            if !opened {
                // What was killed may still be letting go of its memory.
                thread::sleep(Duration::from_millis(100));
            }
            opened
        })
    }

    pub fn url(&self) -> String {
        format!("postgres://hearth@127.0.0.1:{}/postgres", self.port)
    }

    /// Every process of the server at once, without a warning.
    pub fn kill(&self) {
        let first_line = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        let parent: u32 = first_line.lines().next().unwrap().trim().parse().unwrap();
        let mut ids = vec![parent.to_string()];
        ids.extend(children_of(parent));
        // Not asked whether it worked: a child may be gone before its turn.
        Command::new("kill").arg("-9").args(&ids).stderr(Stdio::null()).status().unwrap();
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// PostgreSQL refuses to run as root, so as root it is handed to the user `postgres`.
    fn owned(&self, program: &str) -> Command {
        let program = self.binaries.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        // From a folder that the other user may enter.
        command.current_dir("/").env("HOME", "/").stdin(Stdio::null());
        command
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        let _ = self
            .owned("pg_ctl")
            .arg(format!("--pgdata={}", self.data().display()))
            .args(["--mode=immediate", "--wait", "stop"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

fn is_root() -> bool {
    std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap()) == 0
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn binaries() -> PathBuf {
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut places: Vec<PathBuf> = installed.map(|version| version.path().join("bin")).collect();
    places.push(PathBuf::from("/usr/local/bin"));
    places.push(PathBuf::from("/usr/bin"));
    places.into_iter().find(|place| place.join("initdb").exists()).expect("PostgreSQL is installed")
}

fn children_of(parent: u32) -> Vec<String> {
    let parent_of = |folder: &Path| {
        let stat = std::fs::read_to_string(folder.join("stat")).ok()?;
        stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse::<u32>().ok()
    };
    std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter(|entry| parent_of(&entry.path()) == Some(parent))
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}
