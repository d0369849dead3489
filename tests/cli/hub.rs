//! A server on this machine that behaves like the Hugging Face hub, as far as `model pull` sees of it.
//!
//! It lists a model's files, sends small ones from an address of its own and large ones from another
//! server, with the headers that the hub sends.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use sha1::Sha1;
use sha2::{Digest, Sha256};

pub const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// A file of the model.
#[derive(Clone)]
pub struct Stored {
    pub content: Vec<u8>,
    /// Kept by Git LFS, on another server.
    pub large: bool,
    /// What `ETag` says.
    pub etag: String,
}

impl Stored {
    pub fn small(content: impl Into<Vec<u8>>) -> Self {
        let content = content.into();
        let header = format!("blob {}\0", content.len());
        let etag = hex(&Sha1::new().chain_update(header.as_bytes()).chain_update(&content).finalize());
        Stored { content, large: false, etag }
    }

    pub fn large(content: impl Into<Vec<u8>>) -> Self {
        let content = content.into();
        let etag = hex(&Sha256::digest(&content));
        Stored { content, large: true, etag }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A request that was made.
#[derive(Debug, Clone)]
pub struct Request {
    pub path: String,
    pub range: Option<String>,
    pub token: Option<String>,
    /// To the server of the large files.
    pub elsewhere: bool,
}

/// What the hub holds and how it behaves.
#[derive(Default)]
pub struct State {
    pub id: String,
    pub revision: String,
    pub files: BTreeMap<String, Stored>,
    /// Names that are listed although there are no such files.
    pub also_listed: Vec<String>,
    /// The only token that may read.
    pub private: Option<String>,
    /// Owners give access only to those who ask.
    pub gated: bool,
    /// Connections break after so many bytes of a large file.
    pub breaks_after: Option<usize>,
    /// Bytes of large files that are left before the connections break for good.
    pub left: Option<usize>,
    /// Large files are always sent as a whole.
    pub ignores_ranges: bool,
    pub requests: Vec<Request>,
}

/// The running servers. They end with the test's process.
pub struct Hub {
    pub address: String,
    state: Arc<Mutex<State>>,
}

impl Hub {
    /// A hub with one model.
    pub fn with<const N: usize>(id: &str, files: [(&str, Stored); N]) -> Self {
        let state = State {
            id: id.to_owned(),
            revision: "main".into(),
            files: files.into_iter().map(|(name, file)| (name.to_owned(), file)).collect(),
            ..State::default()
        };
        let state = Arc::new(Mutex::new(state));
        let elsewhere = serve(&state, None);
        let address = serve(&state, Some(elsewhere));
        Hub { address, state }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

/// Starts a server: the hub's, which knows the address of the other, or that other.
fn serve(state: &Arc<Mutex<State>>, elsewhere: Option<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let state = Arc::clone(state);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (state, elsewhere) = (Arc::clone(&state), elsewhere.clone());
            thread::spawn(move || {
                // A client that goes away is no failure of the server.
                let _ = answer(stream, &state, elsewhere.as_deref());
            });
        }
    });
    address
}

fn answer(mut stream: TcpStream, state: &Mutex<State>, elsewhere: Option<&str>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut request = Request { path, range: None, token: None, elsewhere: elsewhere.is_none() };
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "range" => request.range = Some(value.to_owned()),
            "authorization" => request.token = Some(value.to_owned()),
            _ => {}
        }
    }
    let mut state = state.lock().unwrap();
    state.requests.push(request.clone());
    let reply = match elsewhere {
        Some(elsewhere) => of_the_hub(&state, &request, elsewhere),
        None => of_large_files(&mut state, &request),
    };
    drop(state);
    let mut head = format!("HTTP/1.1 {}\r\nConnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("Content-Length: {}\r\n\r\n", reply.body.len());
    stream.write_all(head.as_bytes())?;
    stream.write_all(&reply.body[..reply.body.len().min(reply.sent)])
}

struct Reply {
    status: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    /// Bytes of the body that are sent before the connection breaks.
    sent: usize,
}

impl Reply {
    fn new(status: &'static str) -> Self {
        Reply { status, headers: Vec::new(), body: Vec::new(), sent: usize::MAX }
    }

    fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// A file, or the part of it that was asked for.
    fn content(content: &[u8], range: Option<&str>) -> Self {
        let Some((first, last)) = range.and_then(|range| range.strip_prefix("bytes=")?.split_once('-'))
        else {
            let mut reply = Reply::new("200 OK");
            reply.body = content.to_vec();
            return reply;
        };
        let first: usize = first.parse().unwrap();
        let end = last.parse().map_or(content.len(), |last: usize| (last + 1).min(content.len()));
        if first >= end {
            let range = format!("bytes */{}", content.len());
            return Reply::new("416 Range Not Satisfiable").header("Content-Range", range);
        }
        let range = format!("bytes {first}-{}/{}", end - 1, content.len());
        let mut reply = Reply::new("206 Partial Content").header("Content-Range", range);
        reply.body = content[first..end].to_vec();
        reply
    }
}

fn of_the_hub(state: &State, request: &Request, elsewhere: &str) -> Reply {
    let State { id, revision, .. } = state;
    let token = state.private.as_ref().map(|token| format!("Bearer {token}"));
    if token.is_some() && token != request.token {
        return Reply::new("401 Unauthorized").header("X-Error-Code", "RepoNotFound");
    }
    if request.path == format!("/api/models/{id}/revision/{revision}") {
        let names = state.files.keys().chain(&state.also_listed);
        let siblings: Vec<_> = names.map(|name| serde_json::json!({"rfilename": name})).collect();
        let mut reply = Reply::new("200 OK").header("Content-Type", "application/json");
        let listing = serde_json::json!({"id": id, "sha": COMMIT, "siblings": siblings, "private": false});
        reply.body = listing.to_string().into_bytes();
        return reply;
    }
    if request.path.starts_with(&format!("/api/models/{id}/revision/")) {
        return Reply::new("404 Not Found").header("X-Error-Code", "RevisionNotFound");
    }
    if state.gated {
        return Reply::new("403 Forbidden").header("X-Error-Code", "GatedRepo");
    }
    let own = format!("/api/resolve-cache/models/{id}/{COMMIT}/");
    if let Some(name) = request.path.strip_prefix(&own) {
        let file = &state.files[name];
        return Reply::content(&file.content, request.range.as_deref())
            .header("X-Repo-Commit", COMMIT)
            .header("ETag", format!("\"{}\"", file.etag));
    }
    let name = request.path.strip_prefix(&format!("/{id}/resolve/{revision}/"));
    match name.and_then(|name| Some((name, state.files.get(name)?))) {
        Some((_, file)) if file.large => Reply::new("302 Found")
            .header("Location", format!("{elsewhere}/files/{}", hex(&Sha256::digest(&file.content))))
            .header("X-Repo-Commit", COMMIT)
            .header("X-Linked-Size", file.content.len().to_string())
            .header("X-Linked-Etag", format!("\"{}\"", file.etag)),
        Some((name, file)) => Reply::new("307 Temporary Redirect")
            .header("Location", format!("{own}{name}"))
            .header("X-Repo-Commit", COMMIT)
            .header("ETag", format!("\"{}\"", file.etag)),
        None => Reply::new("404 Not Found").header("X-Error-Code", "RepoNotFound"),
    }
}

fn of_large_files(state: &mut State, request: &Request) -> Reply {
    let is_it = |file: &&Stored| request.path == format!("/files/{}", hex(&Sha256::digest(&file.content)));
    let Some(file) = state.files.values().find(is_it) else { return Reply::new("404 Not Found") };
    let range = request.range.as_deref().filter(|_| !state.ignores_ranges);
    let mut reply = Reply::content(&file.content, range).header("ETag", "\"some-other-name\"");
    reply.sent = reply.body.len().min(state.breaks_after.unwrap_or(usize::MAX));
    if let Some(left) = &mut state.left {
        reply.sent = reply.sent.min(*left);
        *left -= reply.sent;
    }
    reply
}
